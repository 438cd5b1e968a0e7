//! Lots at a tool group: those that wait, and those inside its tools.

use super::{Overlay, Sight, Top};

/// The overlay.
pub static WIP: Overlay = Overlay {
    name: "wip",
    unit: "lots",
    top: Top::Largest,
    value: |s: &Sight<'_>| Some(f64::from(s.queue.waiting + s.queue.inside)),
};
