//! Quantities with units: simulated time, and the spelling of quantities in scenes.

use bevy::reflect::Reflect;
use serde::{Deserialize, Serialize};

/// A span of simulated time in whole microseconds.
///
/// Simulated time is an integer so that runs are equal to the bit on every machine;
/// 2^64 µs are 584,000 years.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Reflect,
    Serialize,
    Deserialize,
)]
pub struct Duration(pub u64);

impl Duration {
    /// No time.
    pub const ZERO: Self = Self(0);

    /// `n` days.
    pub const fn days(n: u64) -> Self {
        Self(n * 86_400_000_000)
    }

    /// `n` minutes.
    pub const fn minutes(n: u64) -> Self {
        Self(n * 60_000_000)
    }

    /// Nearest whole microsecond to `s` seconds; negative and NaN give zero.
    pub fn from_seconds_f64(s: f64) -> Self {
        Self((s * 1e6 + 0.5) as u64)
    }

    /// In seconds.
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// In hours.
    pub fn as_hours(self) -> f64 {
        self.0 as f64 / 3.6e9
    }

    /// In days.
    pub fn as_days(self) -> f64 {
        self.0 as f64 / 8.64e10
    }
}
