//! Earliest due date (EDD) first.

use super::Rule;

/// The due date; lots without one go last.
pub const RULE: Rule = Rule {
    name: "earliest_due_date",
    key: |c| c.until_due_us(),
};
