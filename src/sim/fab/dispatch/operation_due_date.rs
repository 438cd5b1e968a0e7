//! Earliest operation due date (ODD) first: the lot's allowance is spread over
//! its steps in proportion to their process times.

use super::Rule;

/// Date by which this step should end for the lot to keep its due date.
pub const RULE: Rule = Rule {
    name: "operation_due_date",
    key: |c| {
        if c.due_us == u64::MAX {
            return f64::INFINITY;
        }
        let allowance = c.due_us as f64 - c.release_us as f64;
        let done = (c.total_us - c.remaining_us + c.mean_us) / c.total_us.max(1.0);
        c.release_us as f64 + allowance * done
    },
};
