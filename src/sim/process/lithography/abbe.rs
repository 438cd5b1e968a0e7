//! Imaging after Abbe: every source point makes its own coherent image, and their intensities add up.
//!
//! `I(x) = Σ_s J_s |Σ_f P(f + s) M(f) e^{2πi f·x/L}|²`. Exact and slow: the reference for everything else.

use geoul_fft::Fft;
use num_complex::Complex64;
use std::sync::Arc;

use crate::sim::process::lithography::image::Image;
use crate::sim::process::lithography::optics::Optics;
use crate::sim::process::lithography::spectrum::{MaskModel, Spectrum, wrap};

/// The aerial image of a mask on a tile of side `period_nm`.
pub fn image(optics: &Optics, mask: &dyn MaskModel, period_nm: f64) -> Image {
    let half = optics.image_half(period_nm);
    let reach = optics.field_half(period_nm).min(mask.half()) as i32;
    // The light of one source point passes one disc, so its intensity stays inside twice that disc.
    let mut sum = Intensity::new(grid_for(half));
    let unit = 1.0 / (optics.pupil.cut_off_per_nm() * period_nm);
    for part in optics.contributions() {
        sum.begin();
        for fy in -reach..=reach {
            for fx in -reach..=reach {
                let passed = optics.transfer(&part, f64::from(fx) * unit, f64::from(fy) * unit);
                if passed != Complex64::ZERO {
                    sum.field(fx, fy, passed * mask.amplitude(fx, fy, part.sigma));
                }
            }
        }
        sum.add(part.weight);
    }
    Image {
        spectrum: sum.spectrum(half),
        period_nm,
    }
}

/// Smallest grid with small prime factors on which an intensity of this band does not fold onto itself.
pub(super) fn grid_for(half: u32) -> usize {
    let mut n = 2 * half as usize + 1;
    loop {
        let mut rest = n;
        for prime in [2, 3, 5] {
            while rest.is_multiple_of(prime) {
                rest /= prime;
            }
        }
        if rest == 1 {
            return n;
        }
        n += 1;
    }
}

/// Sum of intensities of fields given by their coefficients.
pub(super) struct Intensity {
    n: usize,
    inverse: Arc<dyn Fft<f64>>,
    field: Vec<Complex64>,
    turned: Vec<Complex64>,
    scratch: Vec<Complex64>,
    /// Transposed: x by rows.
    sum: Vec<f64>,
}

impl Intensity {
    pub(super) fn new(n: usize) -> Self {
        let inverse = geoul_fft::inverse(n);
        Self {
            n,
            scratch: vec![Complex64::ZERO; inverse.get_inplace_scratch_len()],
            inverse,
            field: vec![Complex64::ZERO; n * n],
            turned: vec![Complex64::ZERO; n * n],
            sum: vec![0.0; n * n],
        }
    }

    /// Starts a field.
    pub(super) fn begin(&mut self) {
        self.field.fill(Complex64::ZERO);
    }

    /// Adds one coefficient to the field.
    pub(super) fn field(&mut self, fx: i32, fy: i32, value: Complex64) {
        self.field[wrap(fy, self.n) * self.n + wrap(fx, self.n)] += value;
    }

    /// Adds the field's intensity.
    pub(super) fn add(&mut self, weight: f64) {
        let n = self.n;
        for row in self.field.chunks_exact_mut(n) {
            if row.iter().any(|c| *c != Complex64::ZERO) {
                self.inverse.process_with_scratch(row, &mut self.scratch);
            }
        }
        for y in 0..n {
            for x in 0..n {
                self.turned[x * n + y] = self.field[y * n + x];
            }
        }
        self.inverse
            .process_with_scratch(&mut self.turned, &mut self.scratch);
        for (sum, e) in self.sum.iter_mut().zip(&self.turned) {
            *sum += weight * e.norm_sqr();
        }
    }

    /// Coefficients of the sum.
    pub(super) fn spectrum(&self, half: u32) -> Spectrum {
        let n = self.n;
        let mut samples = vec![0.0; n * n];
        for y in 0..n {
            for x in 0..n {
                samples[y * n + x] = self.sum[x * n + y];
            }
        }
        Spectrum::of_samples(n, &samples, half)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::process::lithography::source::Outline;

    #[test]
    fn a_clear_field_has_intensity_one() {
        let optics = Optics::euv(Outline::Conventional { sigma: 0.5 }, 9).unwrap();
        let mut mask = Spectrum::zero(0);
        mask.set(0, 0, 1.0.into());
        let image = image(&optics, &mask, 200.0);
        assert!((image.at(33.0, 71.0) - 1.0).abs() < 1e-13);
    }

    #[test]
    fn grids_have_room_and_small_factors() {
        for (half, n) in [(0, 1), (28, 60), (34, 72), (17, 36)] {
            assert_eq!(grid_for(half), n);
        }
    }
}
