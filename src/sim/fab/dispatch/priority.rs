//! Highest priority first.

use super::Rule;

/// Minus the priority.
pub const RULE: Rule = Rule {
    name: "priority",
    key: |c| -f64::from(c.priority),
};
