//! First in, first out: earliest arrival in the queue first.

use super::Rule;

/// Time of arrival.
pub const RULE: Rule = Rule {
    name: "fifo",
    key: |c| c.arrive_us as f64,
};
