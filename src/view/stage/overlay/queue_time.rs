//! Mean time that lots waited before the steps a tool group did.

use super::{Overlay, Sight, Top};

/// The overlay.
pub static QUEUE_TIME: Overlay = Overlay {
    name: "queue-time",
    unit: "h",
    top: Top::Largest,
    value: |s: &Sight<'_>| s.sample.mean_wait_s().map(|wait| f64::from(wait) / 3600.0),
};
