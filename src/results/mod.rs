//! What a run yields: plain values, no entity ids.
//!
//! * `record`: what one replication hands over.
//! * `statistics`, `order`: means, intervals, tests; replications in their order.
//! * `kpi`: the figures of merit, their table and their summary over replications.
//! * `series`: what a report plots over time.
//! * `compare`, `check`: two runs against each other, one run against its demands.
//! * `explain`: where one lot's hours went.
//! * `write`: files.

pub mod check;
pub mod compare;
pub mod explain;
#[cfg(test)]
pub(crate) mod fixture;
pub mod kpi;
pub mod order;
pub mod record;
pub mod series;
pub mod statistics;
pub mod write;
