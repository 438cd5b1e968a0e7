//! Fourier coefficients on a square periodic tile, and the thin mask they stand for.
//!
//! `c(f) = (1/N²) Σ m(x) exp(−2πi f·x/L)` with whole `f`: the factor on the forward transform makes the
//! coefficients independent of the grid. They are kept centred, `f` from −half to half in y (rows) and x.

use num_complex::Complex64;

use crate::scene::shapes::Shapes;
use crate::sim::process::lithography::raster;

/// Coefficients of a picture on a tile, `|f| ≤ half` in each direction.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    half: u32,
    values: Vec<Complex64>,
}

/// `exp(2πi turns)`, the same on every machine.
pub fn cis(turns: f64) -> Complex64 {
    // Reducing first keeps whole turns exact.
    let angle = 2.0 * core::f64::consts::PI * (turns - libm::round(turns));
    Complex64::new(libm::cos(angle), libm::sin(angle))
}

/// `f` modulo `n`, for indices in the order of the transform.
pub(super) fn wrap(f: i32, n: usize) -> usize {
    f.rem_euclid(i32::try_from(n).unwrap_or(i32::MAX)) as usize
}

impl Spectrum {
    /// All coefficients zero.
    pub fn zero(half: u32) -> Self {
        let side = 2 * half as usize + 1;
        Self {
            half,
            values: vec![Complex64::ZERO; side * side],
        }
    }

    /// Of coefficients in rows, both frequencies ascending; `None` when their number is not (2 half + 1)².
    pub fn from_values(half: u32, values: Vec<Complex64>) -> Option<Self> {
        let side = 2 * half as usize + 1;
        (values.len() == side * side).then_some(Self { half, values })
    }

    /// Of complex samples on an `n` by `n` grid, row by row.
    pub fn of_complex(n: usize, samples: &[Complex64], half: u32) -> Self {
        assert_eq!(samples.len(), n * n, "a square of samples");
        let fft = geoul_fft::forward(n);
        let mut scratch = vec![Complex64::ZERO; fft.get_inplace_scratch_len()];
        let mut rows = samples.to_vec();
        fft.process_with_scratch(&mut rows, &mut scratch);
        let mut out = Self::zero(half);
        let scale = 1.0 / (n as f64 * n as f64);
        let mut column = vec![Complex64::ZERO; n];
        let half = half as i32;
        for fx in -half..=half {
            let x = wrap(fx, n);
            for (y, value) in column.iter_mut().enumerate() {
                *value = rows[y * n + x];
            }
            fft.process_with_scratch(&mut column, &mut scratch);
            for fy in -half..=half {
                out.set(fx, fy, column[wrap(fy, n)] * scale);
            }
        }
        out
    }

    /// Of real samples on an `n` by `n` grid, row by row.
    pub fn of_samples(n: usize, samples: &[f64], half: u32) -> Self {
        let complex: Vec<Complex64> = samples.iter().map(|&v| v.into()).collect();
        Self::of_complex(n, &complex, half)
    }

    /// Of shapes: 1 inside, 0 outside, averaged over each of `n` by `n` pixels.
    pub fn of_shapes(
        shapes: &Shapes,
        origin_nm: [f64; 2],
        period_nm: f64,
        n: u32,
        half: u32,
    ) -> Self {
        let cover = raster::coverage(shapes, origin_nm, period_nm, n);
        let cover: Vec<f64> = cover.into_iter().map(f64::from).collect();
        Self::of_samples(n as usize, &cover, half)
    }

    /// Largest frequency.
    pub fn half(&self) -> u32 {
        self.half
    }

    /// Coefficients of a row.
    pub fn side(&self) -> usize {
        2 * self.half as usize + 1
    }

    /// All coefficients, row by row.
    pub fn values(&self) -> &[Complex64] {
        &self.values
    }

    /// All coefficients, to be changed.
    pub fn values_mut(&mut self) -> &mut [Complex64] {
        &mut self.values
    }

    fn index(&self, fx: i32, fy: i32) -> Option<usize> {
        let half = self.half as i32;
        let inside = fx.abs() <= half && fy.abs() <= half;
        inside.then(|| (fy + half) as usize * self.side() + (fx + half) as usize)
    }

    /// One coefficient; zero outside the band.
    pub fn get(&self, fx: i32, fy: i32) -> Complex64 {
        self.index(fx, fy)
            .map_or(Complex64::ZERO, |i| self.values[i])
    }

    /// Sets one coefficient; nothing outside the band.
    pub fn set(&mut self, fx: i32, fy: i32, value: Complex64) {
        if let Some(i) = self.index(fx, fy) {
            self.values[i] = value;
        }
    }

    /// Every coefficient with its frequency (fx, fy).
    pub fn terms(&self) -> impl Iterator<Item = (i32, i32, Complex64)> {
        let (side, half) = (self.side(), self.half as i32);
        self.values
            .iter()
            .enumerate()
            .map(move |(i, &c)| ((i % side) as i32 - half, (i / side) as i32 - half, c))
    }

    /// `Σ |c|²`: of a whole band the mean of `|m|²` (Parseval).
    pub fn power(&self) -> f64 {
        self.values.iter().map(Complex64::norm_sqr).sum()
    }

    /// The same picture moved by (dx, dy), in parts of the period.
    pub fn shifted(&self, dx: f64, dy: f64) -> Self {
        let terms = self
            .terms()
            .map(|(fx, fy, c)| c * cis(-f64::from(fx) * dx - f64::from(fy) * dy));
        Self {
            half: self.half,
            values: terms.collect(),
        }
    }

    /// Adds another picture times a factor: a second level of an alternating phase-shift mask.
    pub fn plus(mut self, other: &Self, factor: Complex64) -> Self {
        let half = self.half as i32;
        for fy in -half..=half {
            for fx in -half..=half {
                let sum = self.get(fx, fy) + other.get(fx, fy) * factor;
                self.set(fx, fy, sum);
            }
        }
        self
    }

    /// Values on an `n` by `n` grid, row by row. Frequencies beyond the grid's own fold back, which
    /// leaves the values at its points exact.
    pub fn on_grid(&self, n: usize) -> Vec<Complex64> {
        let fft = geoul_fft::inverse(n);
        let mut scratch = vec![Complex64::ZERO; fft.get_inplace_scratch_len()];
        let half = self.half as i32;
        // Columns first: only those that hold anything, stored as rows of the transpose.
        let mut columns = vec![Complex64::ZERO; n * n];
        for (fx, fy, c) in self.terms() {
            columns[wrap(fx, n) * n + wrap(fy, n)] += c;
        }
        let mut filled: Vec<usize> = (-half..=half).map(|f| wrap(f, n)).collect();
        filled.sort_unstable();
        filled.dedup();
        for x in filled {
            fft.process_with_scratch(&mut columns[x * n..(x + 1) * n], &mut scratch);
        }
        let mut rows = vec![Complex64::ZERO; n * n];
        for x in 0..n {
            for y in 0..n {
                rows[y * n + x] = columns[x * n + y];
            }
        }
        fft.process_with_scratch(&mut rows, &mut scratch);
        rows
    }
}

/// What a mask sends into the lens.
///
/// A thick mask diffracts differently under each angle of incidence, so the source point (in units of
/// NA/λ) is part of the question; a thin mask does not mind it.
pub trait MaskModel {
    /// Largest frequency for which the model answers, in 1/period.
    fn half(&self) -> u32;
    /// Amplitude of order (fx, fy) under light from `sigma`.
    fn amplitude(&self, fx: i32, fy: i32, sigma: [f64; 2]) -> Complex64;
}

/// The thin (Kirchhoff) mask: its transmission is all there is.
impl MaskModel for Spectrum {
    fn half(&self) -> u32 {
        self.half
    }

    fn amplitude(&self, fx: i32, fy: i32, _sigma: [f64; 2]) -> Complex64 {
        self.get(fx, fy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(n: usize) -> Vec<f64> {
        (0..n * n).map(|i| ((i * i + 7 * i) % 13) as f64).collect()
    }

    #[test]
    fn a_whole_band_gives_the_samples_back_and_keeps_the_power() {
        let n = 9;
        let samples = pattern(n);
        let spectrum = Spectrum::of_samples(n, &samples, 4);
        for (a, b) in spectrum.on_grid(n).iter().zip(&samples) {
            assert!((a - b).norm() < 1e-12, "{a} {b}");
        }
        let mean = samples.iter().map(|v| v * v).sum::<f64>() / 81.0;
        assert!((spectrum.power() - mean).abs() < 1e-12 * mean);
    }

    #[test]
    fn a_coarse_grid_takes_the_same_values_at_its_points() {
        let spectrum = Spectrum::of_samples(12, &pattern(12), 5);
        let (fine, coarse) = (spectrum.on_grid(24), spectrum.on_grid(4));
        for y in 0..4 {
            for x in 0..4 {
                assert!((fine[6 * y * 24 + 6 * x] - coarse[y * 4 + x]).norm() < 1e-12);
            }
        }
    }

    #[test]
    fn shifts_act_in_space() {
        let spectrum = Spectrum::of_samples(8, &pattern(8), 3);
        let before = spectrum.on_grid(8);
        let after = spectrum.shifted(1.0 / 8.0, 0.0).on_grid(8);
        for x in 0..8 {
            assert!((after[8 + (x + 1) % 8] - before[8 + x]).norm() < 1e-12);
        }
    }
}
