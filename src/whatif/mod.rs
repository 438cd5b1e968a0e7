//! Runs as messages: a request goes in, answers come out, wherever the work is done.
//!
//! * `message`: the request and its answers, portable between threads, processes and pages.
//! * `worker`: does one request in slices, without threads or a clock; runs anywhere.
//! * `story`: which lot stands for a run, and its path.
//! * `threads`: replications on all cores, their records handed back in order.
//! * `pair`: two requests with the same luck against each other.
//! * `knob`: what a what-if lets people turn; `capacity`, `maintenance`: a what-if each.
//! * `study`: a base and its variants judged together; `study_threads`: in the background;
//!   `study_hands`: by workers that share no memory (`hands`), or in slices.
//! * `memory`: what was run before is not run again.
//! * `variants`: named variants, kept beside the scene.

pub mod capacity;
pub mod hands;
pub mod knob;
pub mod maintenance;
pub mod memory;
pub mod message;
pub mod pair;
mod story;
pub mod study;
pub mod study_hands;
#[cfg(not(target_family = "wasm"))]
pub mod study_threads;
#[cfg(not(target_family = "wasm"))]
pub mod threads;
pub mod variants;
pub mod worker;

pub use knob::{Knob, KnobFault, Setting, WhatIf};
pub use memory::Memory;
pub use message::{Answer, Facts, Failure, Flow, LotId, RunRequest, Tell};
pub use study::{Ask, Outcome, StudyView, VariantAsk};
#[cfg(not(target_family = "wasm"))]
pub use study_threads::Study;
pub use variants::Variant;
pub use worker::{End, Job};

use std::sync::LazyLock;

use crate::results::kpi::KPIS;
use crate::scene::Models;
use crate::sim::fab::dispatch;

/// All what-ifs.
pub static WHAT_IFS: &[&dyn WhatIf] = &[&capacity::Capacity, &maintenance::Maintenance];

/// The what-if of that name.
pub fn what_if(name: &str) -> Option<&'static dyn WhatIf> {
    WHAT_IFS.iter().copied().find(|w| w.name() == name)
}

/// What a scene may name of what the program can do: dispatching rules and figures of merit.
pub fn models() -> Models<'static> {
    static RULES: LazyLock<Vec<&'static str>> = LazyLock::new(dispatch::names);
    Models {
        dispatch_rules: &RULES,
        kpis: KPIS,
    }
}
