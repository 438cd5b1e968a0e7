//! Least setup first: the lot for which the tool must change least.

use super::Rule;

/// Setup time the tool would need.
pub const RULE: Rule = Rule {
    name: "least_setup",
    key: |c| c.setup_us as f64,
};
