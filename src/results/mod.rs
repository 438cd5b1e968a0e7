//! What a run yields: plain values, no entity ids.
//!
//! `record`: what one replication hands over. The other files make statistics,
//! comparisons and files of it.

pub mod record;
