//! What happens in a plant as time runs: one room per kind of machine or process.

pub mod fab;
pub mod process;
