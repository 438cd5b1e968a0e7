//! RustFFT's transforms, compiled once: its planners are generic, and whatever crate calls one compiles
//! all of its butterflies anew, a fifth of what Geoul was. Nothing here is generic over the number,
//! so the library, its tests and its benches take the code from here.

use std::sync::Arc;

pub use rustfft::{Fft, FftDirection};
use rustfft::{FftNum, FftPlanner};

/// A number that transforms are planned for.
pub trait Planned: FftNum {
    /// The transform of `length` numbers; neither direction scales.
    fn plan(length: usize, direction: FftDirection) -> Arc<dyn Fft<Self>>;
}

impl Planned for f32 {
    #[inline(never)]
    fn plan(length: usize, direction: FftDirection) -> Arc<dyn Fft<Self>> {
        FftPlanner::new().plan_fft(length, direction)
    }
}

impl Planned for f64 {
    #[inline(never)]
    fn plan(length: usize, direction: FftDirection) -> Arc<dyn Fft<Self>> {
        FftPlanner::new().plan_fft(length, direction)
    }
}

/// Σ x e^(−2πi jk/n): space to frequency.
pub fn forward<T: Planned>(length: usize) -> Arc<dyn Fft<T>> {
    T::plan(length, FftDirection::Forward)
}

/// Σ x e^(+2πi jk/n): frequency to space, `length` times too large.
pub fn inverse<T: Planned>(length: usize) -> Arc<dyn Fft<T>> {
    T::plan(length, FftDirection::Inverse)
}
