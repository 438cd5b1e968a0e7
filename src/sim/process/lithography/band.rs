//! Transforms between a picture of n by n pixels and its few lowest Fourier coefficients.
//!
//! An image of a lens is band-limited: of the millions of coefficients of a fine grid only some thousand
//! are not zero. So the rows are multiplied by a narrow table of cosines and sines instead of being
//! transformed whole. Mirroring a row about its middle and its quarters splits it into four parts, each
//! of which meets only the even or the odd cosines or sines: a quarter of the products.
//!
//! A *line* is what one row becomes: the real parts of its coefficients 0, 2, 4 …, then those of
//! 1, 3, 5 …, then the imaginary parts in the same order.

use geoul_fft::Planned;
use nalgebra::{DMatrix, DMatrixView, DMatrixViewMut, RealField};
use num_complex::Complex;

use crate::sim::process::lithography::lanes::widest;

/// A number to compute images with: f32 for speed, f64 as reference.
pub trait Real: RealField + Planned + Copy + Default {
    /// Nearest number to `value`.
    fn of(value: f64) -> Self;
    /// As f64.
    fn wide(self) -> f64;
    /// `1 / (1 + exp(−self))`.
    fn logistic(self) -> Self;
}

impl Real for f32 {
    fn of(value: f64) -> Self {
        value as Self
    }
    fn wide(self) -> f64 {
        f64::from(self)
    }
    /// Within 2e-7, in operations that run on several numbers at once: e^−x = 2^i · 2^r, the first factor
    /// by its exponent bits, the second by its series on |r| ≤ 1/2.
    #[inline(always)]
    fn logistic(self) -> Self {
        const ROUND: f32 = 12_582_912.0;
        let t = (-self).clamp(-80.0, 80.0) * core::f32::consts::LOG2_E;
        let rounded = t + ROUND;
        let r = (t - (rounded - ROUND)) * core::f32::consts::LN_2;
        let series = 1.0
            + r * (1.0
                + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r / 720.0)))));
        let exponent = rounded.to_bits().wrapping_sub(ROUND.to_bits()) << 23;
        let power = f32::from_bits(series.to_bits().wrapping_add(exponent));
        1.0 / (1.0 + power)
    }
}

impl Real for f64 {
    fn of(value: f64) -> Self {
        value
    }
    fn wide(self) -> f64 {
        self
    }
    fn logistic(self) -> Self {
        1.0 / (1.0 + libm::exp(-self))
    }
}

/// A band of coefficients, |f| ≤ half, rows of ascending frequency.
pub type Coefficients<T> = Vec<Complex<T>>;

/// Rows that are transformed together, so that what they need stays in the cache.
pub const BLOCK: usize = 32;

/// One of the four parts of a mirrored row and its table.
#[derive(Clone, Debug)]
struct Part<T: Real> {
    /// Frequency by place.
    forward: DMatrix<T>,
    /// Place by frequency.
    inverse: DMatrix<T>,
    /// Where its values stand in a line.
    start: usize,
}

/// The transforms for one grid and one band.
#[derive(Clone, Debug)]
pub struct Band<T: Real> {
    n: usize,
    half: usize,
    /// Cosines of even and odd, sines of even and odd frequencies.
    parts: [Part<T>; 4],
    /// cos and sin of each frequency (rows) at each place (columns), for the columns of a picture.
    waves: DMatrix<T>,
    /// Its transpose.
    waves_by_place: DMatrix<T>,
}

/// Room that transforms of a block need.
#[derive(Clone, Debug)]
pub struct Work<T: Real> {
    parts: [Vec<T>; 4],
}

impl<T: Real> Default for Work<T> {
    fn default() -> Self {
        Self {
            parts: core::array::from_fn(|_| Vec::new()),
        }
    }
}

/// 2π k / n reduced to one turn, so that large k lose nothing.
fn angle(k: usize, n: usize) -> f64 {
    core::f64::consts::TAU * (k % n) as f64 / n as f64
}

impl<T: Real> Band<T> {
    /// Transforms of `n` by `n` pixels, n divisible by 4 and above twice `half`.
    pub fn new(n: usize, half: u32) -> Self {
        let half = half as usize;
        assert!(
            n.is_multiple_of(4) && n > 2 * half,
            "the grid holds the band"
        );
        let (evens, odds) = (half / 2 + 1, half.div_ceil(2));
        let starts = [0, evens, half + 1, half + 1 + evens];
        let parts = core::array::from_fn(|k| {
            let (odd, sine) = (k % 2, k / 2 == 1);
            let value = |i: usize, x: usize| {
                let phase = angle((2 * i + odd) * x, n);
                // The kernel of the forward transform is cos − i sin.
                T::of(if sine {
                    -libm::sin(phase)
                } else {
                    libm::cos(phase)
                })
            };
            let count = if odd == 1 { odds } else { evens };
            Part {
                forward: DMatrix::from_fn(count, n / 4 + 1, value),
                inverse: DMatrix::from_fn(n / 4 + 1, count, |x, i| value(i, x)),
                start: starts[k],
            }
        });
        let waves = DMatrix::from_fn(2 * (half + 1), n, |k, y| {
            let phase = angle(k % (half + 1) * y, n);
            T::of(if k > half {
                libm::sin(phase)
            } else {
                libm::cos(phase)
            })
        });
        Self {
            n,
            half,
            parts,
            waves_by_place: waves.transpose(),
            waves,
        }
    }

    /// Largest frequency.
    pub fn half(&self) -> u32 {
        self.half as u32
    }

    /// Pixels along a side.
    pub fn points(&self) -> usize {
        self.n
    }

    /// Values of one line.
    pub fn line(&self) -> usize {
        2 * (self.half + 1)
    }

    /// Where the real part of frequency `f` stands in a line; the imaginary part stands half a line on.
    fn place(&self, f: usize) -> usize {
        f / 2
            + if f.is_multiple_of(2) {
                0
            } else {
                self.half / 2 + 1
            }
    }

    /// Rows of a picture to their lines.
    pub fn rows_to_lines(&self, rows: &[T], lines: &mut [T], work: &mut Work<T>) {
        let (n, q) = (self.n, self.n / 4);
        let count = rows.len() / n;
        for part in &mut work.parts {
            part.resize(count * (q + 1), T::zero());
        }
        let [ce, co, se, so] = &mut work.parts;
        let folds = ce
            .chunks_exact_mut(q + 1)
            .zip(co.chunks_exact_mut(q + 1))
            .zip(se.chunks_exact_mut(q + 1))
            .zip(so.chunks_exact_mut(q + 1));
        widest(
            #[inline(always)]
            || {
                for (row, (((ce, co), se), so)) in rows.chunks_exact(n).zip(folds) {
                    let (low, high) = row.split_at(n / 2);
                    // Inside a quarter: x, n/2 − x, n/2 + x, n − x.
                    for x in 1..q {
                        let (a, b, c, d) = (low[x], low[2 * q - x], high[x], high[2 * q - x]);
                        let (sum, difference) = (a + d, a - d);
                        let (sum_far, difference_far) = (b + c, b - c);
                        ce[x] = sum + sum_far;
                        co[x] = sum - sum_far;
                        se[x] = difference - difference_far;
                        so[x] = difference + difference_far;
                    }
                    (ce[0], co[0]) = (low[0] + high[0], low[0] - high[0]);
                    (se[0], so[0]) = (T::zero(), T::zero());
                    (ce[q], co[q]) = (low[q] + high[q], T::zero());
                    (se[q], so[q]) = (T::zero(), low[q] - high[q]);
                }
            },
        );
        let mut lines = DMatrixViewMut::from_slice(lines, self.line(), count);
        for (part, folded) in self.parts.iter().zip(&work.parts) {
            let folded = DMatrixView::from_slice(folded, q + 1, count);
            let mut out = lines.rows_mut(part.start, part.forward.nrows());
            out.gemm(T::one(), &part.forward, &folded, T::zero());
        }
    }

    /// Lines to the rows of a picture.
    pub fn lines_to_rows(&self, lines: &[T], rows: &mut [T], work: &mut Work<T>) {
        let (n, q) = (self.n, self.n / 4);
        let count = rows.len() / n;
        let lines = DMatrixView::from_slice(lines, self.line(), count);
        for (part, folded) in self.parts.iter().zip(&mut work.parts) {
            folded.resize(count * (q + 1), T::zero());
            let mut out = DMatrixViewMut::from_slice(folded, q + 1, count);
            let values = lines.rows(part.start, part.inverse.ncols());
            out.gemm(T::one(), &part.inverse, &values, T::zero());
        }
        let [ce, co, se, so] = &work.parts;
        let folds = ce
            .chunks_exact(q + 1)
            .zip(co.chunks_exact(q + 1))
            .zip(se.chunks_exact(q + 1))
            .zip(so.chunks_exact(q + 1));
        widest(
            #[inline(always)]
            || {
                for (row, (((ce, co), se), so)) in rows.chunks_exact_mut(n).zip(folds) {
                    let (low, high) = row.split_at_mut(n / 2);
                    for x in 1..q {
                        let (near, far) = (ce[x] + co[x], ce[x] - co[x]);
                        let (sine, sine_far) = (se[x] + so[x], so[x] - se[x]);
                        low[x] = near + sine;
                        high[2 * q - x] = near - sine;
                        low[2 * q - x] = far + sine_far;
                        high[x] = far - sine_far;
                    }
                    (low[0], high[0]) = (ce[0] + co[0], ce[0] - co[0]);
                    low[q] = ce[q] + co[q] + se[q] + so[q];
                    high[q] = ce[q] + co[q] - se[q] - so[q];
                }
            },
        );
    }

    /// The lines of all rows to coefficients, with the factor 1/n².
    pub fn lines_to_coefficients(&self, lines: &[T]) -> Coefficients<T> {
        let (half, line) = (self.half, self.line());
        let lines = DMatrixView::from_slice(lines, line, self.n);
        let mut sums = DMatrix::zeros(line, line);
        sums.gemm(T::one(), &lines, &self.waves_by_place, T::zero());
        let scale = T::of(1.0 / (self.n as f64 * self.n as f64));
        let side = 2 * half + 1;
        let mut out = vec![Complex::default(); side * side];
        for fx in 0..=half {
            let (re, im) = (self.place(fx), self.place(fx) + half + 1);
            for fy in 0..=half {
                let (cos, sin) = (fy, fy + half + 1);
                let (rc, rs) = (sums[(re, cos)] * scale, sums[(re, sin)] * scale);
                let (ic, is) = (sums[(im, cos)] * scale, sums[(im, sin)] * scale);
                let up = Complex::new(rc + is, ic - rs);
                let down = Complex::new(rc - is, ic + rs);
                // A real picture: c(−f) is the conjugate of c(f).
                out[(half + fy) * side + half + fx] = up;
                out[(half - fy) * side + half + fx] = down;
                out[(half - fy) * side + half - fx] = up.conj();
                out[(half + fy) * side + half - fx] = down.conj();
            }
        }
        out
    }

    /// Coefficients of a real picture to the lines of all its rows.
    pub fn coefficients_to_lines(&self, coefficients: &[Complex<T>]) -> Vec<T> {
        let (half, line) = (self.half, self.line());
        let side = 2 * half + 1;
        let mut sums = DMatrix::zeros(line, line);
        for fx in 0..=half {
            let (re, im) = (self.place(fx), self.place(fx) + half + 1);
            // Frequency −f adds as much as f does.
            let twice = T::of(if fx == 0 { 1.0 } else { 2.0 });
            for fy in 0..=half {
                let up = coefficients[(half + fy) * side + half + fx] * twice;
                let down = coefficients[(half - fy) * side + half + fx] * twice;
                let (cos, sin) = (fy, fy + half + 1);
                if fy == 0 {
                    sums[(re, cos)] = up.re;
                    sums[(im, cos)] = up.im;
                } else {
                    sums[(re, cos)] = up.re + down.re;
                    sums[(im, cos)] = up.im + down.im;
                    sums[(re, sin)] = down.im - up.im;
                    sums[(im, sin)] = up.re - down.re;
                }
            }
        }
        let mut lines = vec![T::zero(); line * self.n];
        DMatrixViewMut::from_slice(&mut lines, line, self.n).gemm(
            T::one(),
            &sums,
            &self.waves,
            T::zero(),
        );
        lines
    }

    /// A picture that is made block by block on the way: `fill` gets the first row of each block and its
    /// pixels, as they were.
    pub fn forward_with(
        &self,
        picture: &mut [T],
        mut fill: impl FnMut(usize, &mut [T]),
    ) -> Coefficients<T> {
        let mut work = Work::default();
        let mut lines = vec![T::zero(); self.line() * self.n];
        let blocks = picture.chunks_mut(BLOCK * self.n);
        for (i, (rows, lines)) in blocks
            .zip(lines.chunks_mut(BLOCK * self.line()))
            .enumerate()
        {
            fill(i * BLOCK, rows);
            self.rows_to_lines(rows, lines, &mut work);
        }
        self.lines_to_coefficients(&lines)
    }

    /// A whole picture to coefficients.
    pub fn forward(&self, picture: &[T]) -> Coefficients<T> {
        let mut work = Work::default();
        let mut lines = vec![T::zero(); self.line() * self.n];
        let blocks = picture.chunks(BLOCK * self.n);
        for (rows, lines) in blocks.zip(lines.chunks_mut(BLOCK * self.line())) {
            self.rows_to_lines(rows, lines, &mut work);
        }
        self.lines_to_coefficients(&lines)
    }

    /// Coefficients to a whole picture.
    pub fn inverse(&self, coefficients: &[Complex<T>]) -> Vec<T> {
        let mut picture = Vec::new();
        self.inverse_with(coefficients, &mut picture, |_, _| ());
        picture
    }

    /// Coefficients to a picture in room that is kept; `finish` gets the first row of each block and its
    /// pixels.
    pub fn inverse_with(
        &self,
        coefficients: &[Complex<T>],
        picture: &mut Vec<T>,
        mut finish: impl FnMut(usize, &mut [T]),
    ) {
        let mut work = Work::default();
        let lines = self.coefficients_to_lines(coefficients);
        picture.resize(self.n * self.n, T::zero());
        let blocks = picture.chunks_mut(BLOCK * self.n);
        for (i, (rows, lines)) in blocks.zip(lines.chunks(BLOCK * self.line())).enumerate() {
            self.lines_to_rows(lines, rows, &mut work);
            finish(i * BLOCK, rows);
        }
    }
}

/// A picture of `n` by `n` pixels at `to` by `to` of their places, without the detail that these cannot hold.
pub fn resampled(picture: &[f32], n: usize, to: usize) -> Vec<f32> {
    if n == to {
        return picture.to_vec();
    }
    assert!(n.is_multiple_of(to), "the places are pixels of the picture");
    let half = to as u32 / 2 - 1;
    Band::new(to, half).inverse(&Band::new(n, half).forward(picture))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::process::lithography::spectrum::Spectrum;

    fn picture(n: usize) -> Vec<f64> {
        (0..n * n)
            .map(|i| ((i * 37 + i * i / 5) % 101) as f64 / 101.0)
            .collect()
    }

    #[test]
    fn both_ways_agree_with_the_whole_transform() {
        for (n, half) in [(8, 3), (40, 6), (72, 17), (36, 0)] {
            let picture = picture(n);
            let band = Band::<f64>::new(n, half);
            let found = band.forward(&picture);
            let whole = Spectrum::of_samples(n, &picture, half);
            for (a, b) in found.iter().zip(whole.values()) {
                assert!((a - b).norm() < 1e-14, "{n} {half}: {a} {b}");
            }
            let back = band.inverse(&found);
            for (a, b) in back.iter().zip(whole.on_grid(n)) {
                assert!((a - b.re).abs() < 1e-13, "{n} {half}: {a} {b}");
            }
        }
    }

    #[test]
    fn the_quick_logistic_is_near() {
        for i in -10_000..=10_000 {
            let x = f64::from(i) * 0.01;
            let error = (Real::logistic(x as f32).wide() - Real::logistic(x)).abs();
            assert!(error < 2e-7, "{x}: {error}");
        }
    }

    #[test]
    fn single_precision_is_near() {
        let picture = picture(72);
        let narrow: Vec<f32> = picture.iter().map(|&v| v as f32).collect();
        let (a, b) = (Band::<f32>::new(72, 17), Band::<f64>::new(72, 17));
        for (a, b) in a.forward(&narrow).iter().zip(b.forward(&picture)) {
            assert!((f64::from(a.re) - b.re).abs() < 2e-7);
        }
    }
}
