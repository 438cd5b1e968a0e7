//! Queue-time-aware: the lot whose critical queue time runs out first.

use super::Rule;

/// Time left of the tightest window; lots in no window go last.
pub const RULE: Rule = Rule {
    name: "queue_time",
    key: |c| c.queue_time_left_us,
};
