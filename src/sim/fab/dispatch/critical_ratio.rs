//! Least critical ratio first: time to the due date over remaining process time.

use super::Rule;

/// (due − now) / remaining expected process time.
pub const RULE: Rule = Rule {
    name: "critical_ratio",
    key: |c| c.until_due_us() / c.remaining_us.max(1.0),
};
