//! Share of its available time that a tool group worked, setups included.

use super::{Overlay, Sight, Top};

/// The overlay.
pub static UTILIZATION: Overlay = Overlay {
    name: "utilization",
    unit: "%",
    top: Top::Fixed(100.0),
    value: |s: &Sight<'_>| s.sample.utilization().map(|u| 100.0 * f64::from(u)),
};
