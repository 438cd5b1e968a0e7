//! What happens to a wafer inside a tool: one room per process step.

pub mod lithography;
