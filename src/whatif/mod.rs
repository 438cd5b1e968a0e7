//! Runs as messages: a request goes in, answers come out, wherever the work is done.
//!
//! * `message`: the request and its answers, portable between threads, processes and pages.
//! * `worker`: does one request in slices, without threads or a clock; runs anywhere.
//! * `story`: which lot stands for a run, and its path.
//! * `threads`: replications on all cores, their records handed back in order.
//! * `pair`: two requests with the same luck against each other.

pub mod message;
pub mod pair;
mod story;
#[cfg(not(target_family = "wasm"))]
pub mod threads;
pub mod worker;

pub use message::{Answer, Facts, Failure, Flow, LotId, RunRequest};
pub use worker::{End, Job};

use std::sync::LazyLock;

use crate::results::kpi::KPIS;
use crate::scene::Models;
use crate::sim::fab::dispatch;

/// What a scene may name of what the program can do: dispatching rules and figures of merit.
pub fn models() -> Models<'static> {
    static RULES: LazyLock<Vec<&'static str>> = LazyLock::new(dispatch::names);
    Models {
        dispatch_rules: &RULES,
        kpis: KPIS,
    }
}
