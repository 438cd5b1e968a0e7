//! Shortest process time (SPT) of the step first.

use super::Rule;

/// Expected process time of the step.
pub const RULE: Rule = Rule {
    name: "shortest_process_time",
    key: |c| c.mean_us,
};
