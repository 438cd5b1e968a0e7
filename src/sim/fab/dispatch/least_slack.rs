//! Least slack first: time to the due date less the remaining process time.

use super::Rule;

/// due − now − remaining expected process time.
pub const RULE: Rule = Rule {
    name: "least_slack",
    key: |c| c.until_due_us() - c.remaining_us,
};
