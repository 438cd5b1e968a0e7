//! Steps that a tool group did in an hour.

use super::{Overlay, Sight, Top};

/// The overlay.
pub static MOVES: Overlay = Overlay {
    name: "moves",
    unit: "1/h",
    top: Top::Largest,
    value: |s: &Sight<'_>| (s.hours > 0.0).then(|| f64::from(s.sample.moves) / s.hours),
};
