//! Images of pixel masks at speed, and the exact adjoint that inverse lithography needs.
//!
//! A mask's low coefficients are taken once; every kernel makes its field on a coarse grid of at least
//! 4K + 1 points, on which neither an intensity (band 2K) nor the product of a field and a loss folds
//! onto what is used of it; the sum of the intensities is spread to the fine grid. Nothing is
//! approximated on the way.

use std::sync::Arc;

use geoul_fft::Fft;
use num_complex::Complex;

use crate::sim::process::lithography::abbe::grid_for;
use crate::sim::process::lithography::band::{Band, Coefficients, Real};
use crate::sim::process::lithography::socs::Kernels;
use crate::sim::process::lithography::spectrum::wrap;

/// The coherent systems of one imaging condition, ready to be run.
pub struct Lens<T: Real> {
    half: usize,
    /// Points along a side of the coarse grid.
    coarse: usize,
    /// √w_k H_k, rows of ascending frequency.
    kernels: Vec<Coefficients<T>>,
    forward: Arc<dyn Fft<T>>,
    inverse: Arc<dyn Fft<T>>,
}

/// Fields of all kernels on the coarse grid (columns after rows), as the adjoint needs them.
#[derive(Clone, Debug, Default)]
pub struct Fields<T>(Vec<Complex<T>>);

impl<T: Real> Lens<T> {
    /// Of kernels.
    pub fn new(kernels: &Kernels) -> Self {
        let half = kernels.half() as usize;
        let coarse = grid_for(2 * kernels.half());
        let narrow = |c: &num_complex::Complex64| Complex::new(T::of(c.re), T::of(c.im));
        Self {
            half,
            coarse,
            kernels: kernels
                .kernels
                .iter()
                .map(|k| k.values().iter().map(narrow).collect())
                .collect(),
            forward: geoul_fft::forward(coarse),
            inverse: geoul_fft::inverse(coarse),
        }
    }

    /// Largest order of the fields; images reach twice as far.
    pub fn half(&self) -> u32 {
        self.half as u32
    }

    /// √w_k H_k of each coherent system, |f| ≤ half, rows of ascending frequency.
    pub fn systems(&self) -> &[Coefficients<T>] {
        &self.kernels
    }

    fn scratch(&self) -> Vec<Complex<T>> {
        let forward = self.forward.get_inplace_scratch_len();
        vec![Complex::default(); forward.max(self.inverse.get_inplace_scratch_len())]
    }

    /// Coefficients of the image of a mask given by its coefficients of band `half()`; the fields are
    /// kept when asked for.
    pub fn image(&self, mask: &[Complex<T>], mut keep: Option<&mut Fields<T>>) -> Coefficients<T> {
        let (n, side) = (self.coarse, 2 * self.half + 1);
        let mut scratch = self.scratch();
        let mut rows = vec![Complex::default(); side * n];
        let mut field = vec![Complex::default(); n * n];
        let mut sum = vec![T::zero(); n * n];
        if let Some(fields) = keep.as_deref_mut() {
            fields.0.clear();
        }
        for kernel in &self.kernels {
            self.place(kernel, mask, &mut rows);
            self.inverse.process_with_scratch(&mut rows, &mut scratch);
            self.turn_out(&rows, &mut field);
            self.inverse.process_with_scratch(&mut field, &mut scratch);
            for (sum, e) in sum.iter_mut().zip(&field) {
                *sum += e.norm_sqr();
            }
            if let Some(fields) = keep.as_deref_mut() {
                fields.0.extend_from_slice(&field);
            }
        }
        self.spread(&sum, &mut scratch)
    }

    /// Products of kernel and mask, one row for each frequency in y, zero between the band's ends.
    fn place(&self, kernel: &[Complex<T>], mask: &[Complex<T>], rows: &mut [Complex<T>]) {
        let (n, half, side) = (self.coarse, self.half, 2 * self.half + 1);
        let lines = kernel.chunks_exact(side).zip(mask.chunks_exact(side));
        for ((kernel, mask), row) in lines.zip(rows.chunks_exact_mut(n)) {
            row[half + 1..n - half].fill(Complex::default());
            for (f, (h, m)) in kernel.iter().zip(mask).enumerate() {
                let x = if f >= half { f - half } else { f + n - half };
                row[x] = h * m;
            }
        }
    }

    /// Rows by frequency in y to columns: x by y in the order of the transform.
    fn turn_out(&self, rows: &[Complex<T>], columns: &mut [Complex<T>]) {
        let (n, half) = (self.coarse, self.half);
        for (x, column) in columns.chunks_exact_mut(n).enumerate() {
            column[half + 1..n - half].fill(Complex::default());
            for f in 0..=half {
                column[f] = rows[(f + half) * n + x];
            }
            for f in 0..half {
                column[n - half + f] = rows[f * n + x];
            }
        }
    }

    /// Coefficients |f| ≤ 2 half of a real picture on the coarse grid, x by y.
    fn spread(&self, sum: &[T], scratch: &mut [Complex<T>]) -> Coefficients<T> {
        let n = self.coarse;
        let reach = 2 * self.half as i32;
        let side = 2 * reach as usize + 1;
        let mut columns: Vec<Complex<T>> =
            sum.iter().map(|&v| Complex::new(v, T::zero())).collect();
        self.forward.process_with_scratch(&mut columns, scratch);
        let mut out = vec![Complex::default(); side * side];
        let mut row = vec![Complex::default(); n];
        let scale = T::of(1.0 / (n as f64 * n as f64));
        for fy in 0..=reach {
            for (x, value) in row.iter_mut().enumerate() {
                *value = columns[x * n + fy as usize];
            }
            self.forward.process_with_scratch(&mut row, scratch);
            for fx in -reach..=reach {
                let c = row[wrap(fx, n)] * scale;
                out[(reach + fy) as usize * side + (reach + fx) as usize] = c;
                out[(reach - fy) as usize * side + (reach - fx) as usize] = c.conj();
            }
        }
        out
    }

    /// Adds to `sum` the coefficients of `2 Σ_k w_k H_kᴴ (G E_k)`: the slope of a loss with respect to
    /// the mask, of the fields of this mask and the coefficients (|f| ≤ 2 half) of `G`, the slope of the
    /// loss with respect to the intensity at each pixel. Only the real part of the picture counts.
    pub fn adjoint(&self, fields: &Fields<T>, loss: &[Complex<T>], sum: &mut [Complex<T>]) {
        let (n, half, side) = (self.coarse, self.half, 2 * self.half + 1);
        let reach = 2 * half as i32;
        let wide = 2 * reach as usize + 1;
        let mut scratch = self.scratch();
        // G on the coarse grid, x by y.
        let mut rows = vec![Complex::default(); n * n];
        for fy in -reach..=reach {
            for fx in -reach..=reach {
                let c = loss[(reach + fy) as usize * wide + (reach + fx) as usize];
                rows[wrap(fy, n) * n + wrap(fx, n)] = c;
            }
        }
        self.inverse.process_with_scratch(&mut rows, &mut scratch);
        let mut slope = vec![Complex::default(); n * n];
        for (x, column) in slope.chunks_exact_mut(n).enumerate() {
            for (y, value) in column.iter_mut().enumerate() {
                *value = rows[y * n + x];
            }
        }
        self.inverse.process_with_scratch(&mut slope, &mut scratch);
        let slope: Vec<T> = slope.iter().map(|c| c.re).collect();
        let mut product = vec![Complex::default(); n * n];
        let mut rows = vec![Complex::default(); side * n];
        let scale = T::of(2.0 / (n as f64 * n as f64));
        for (kernel, field) in self.kernels.iter().zip(fields.0.chunks_exact(n * n)) {
            for ((p, e), &g) in product.iter_mut().zip(field).zip(&slope) {
                *p = e * g;
            }
            self.forward
                .process_with_scratch(&mut product, &mut scratch);
            for (x, column) in product.chunks_exact(n).enumerate() {
                for f in 0..=half {
                    rows[(f + half) * n + x] = column[f];
                }
                for f in 0..half {
                    rows[f * n + x] = column[n - half + f];
                }
            }
            self.forward.process_with_scratch(&mut rows, &mut scratch);
            let lines = kernel.chunks_exact(side).zip(sum.chunks_exact_mut(side));
            for ((kernel, sum), row) in lines.zip(rows.chunks_exact(n)) {
                for (f, (h, s)) in kernel.iter().zip(sum).enumerate() {
                    let x = if f >= half { f - half } else { f + n - half };
                    *s += h.conj() * row[x] * scale;
                }
            }
        }
    }
}

/// The part of coefficients that belongs to a real picture.
pub fn real_part<T: Real>(coefficients: &mut [Complex<T>]) {
    let last = coefficients.len() - 1;
    let half = T::of(0.5);
    for i in 0..=last / 2 {
        let (a, b) = (coefficients[i], coefficients[last - i]);
        let c = (a + b.conj()) * half;
        (coefficients[i], coefficients[last - i]) = (c, c.conj());
    }
}

/// Images on one fine grid.
pub struct Grid<T: Real> {
    /// Pixels along a side.
    pub n: usize,
    /// Transforms of masks.
    pub mask: Band<T>,
    /// Transforms of images.
    pub image: Band<T>,
}

impl<T: Real> Grid<T> {
    /// Of `n` by `n` pixels for fields up to order `half`; n is divisible by 4 and above 4 half.
    pub fn new(n: usize, half: u32) -> Self {
        Self {
            n,
            mask: Band::new(n, half),
            image: Band::new(n, 2 * half),
        }
    }

    /// The aerial image of a mask of n by n pixels.
    pub fn expose(&self, lens: &Lens<T>, mask: &[T]) -> Vec<T> {
        self.image
            .inverse(&lens.image(&self.mask.forward(mask), None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::process::lithography::optics::Optics;
    use crate::sim::process::lithography::socs::Keep;
    use crate::sim::process::lithography::source::Outline;
    use crate::sim::process::lithography::spectrum::Spectrum;

    fn kernels() -> Kernels {
        let outline = Outline::Poles {
            count: 2,
            inner: 0.3,
            outer: 0.8,
            open_deg: 60.0,
            rotation_deg: 20.0,
        };
        let mut optics = Optics::euv(outline, 9).unwrap();
        // Neither even nor in focus, so that a wrong sign or conjugate shows.
        optics.pupil.defocus_nm = 30.0;
        optics.pupil.zernike_waves[7] = 0.06;
        Kernels::new(&optics, 160.0, Keep::Count(9))
    }

    fn mask(n: usize) -> Vec<f64> {
        (0..n * n)
            .map(|i| ((i * 29 + i * i / 7) % 17) as f64 / 17.0)
            .collect()
    }

    #[test]
    fn the_fast_path_gives_the_reference_image() {
        let (kernels, n) = (kernels(), 48);
        let mask = mask(n);
        let fast = Grid::new(n, kernels.half()).expose(&Lens::<f64>::new(&kernels), &mask);
        let reference = kernels
            .image(&Spectrum::of_samples(n, &mask, kernels.half()))
            .on_grid(n);
        for (a, b) in fast.iter().zip(reference) {
            assert!((a - b).abs() < 1e-14, "{a} {b}");
        }
    }

    #[test]
    fn the_adjoint_is_the_slope() {
        let (kernels, n) = (kernels(), 48);
        let (lens, grid) = (Lens::<f64>::new(&kernels), Grid::new(n, kernels.half()));
        let target: Vec<f64> = (0..n * n).map(|i| f64::from(i.is_multiple_of(5))).collect();
        let loss = |mask: &[f64]| -> f64 {
            let image = grid.expose(&lens, mask);
            image
                .iter()
                .zip(&target)
                .map(|(i, t)| (i - t).powi(2))
                .sum()
        };
        let mut mask = mask(n);
        let mut fields = Fields::default();
        let spectrum = lens.image(&grid.mask.forward(&mask), Some(&mut fields));
        let image = grid.image.inverse(&spectrum);
        let slope: Vec<f64> = image
            .iter()
            .zip(&target)
            .map(|(i, t)| 2.0 * (i - t))
            .collect();
        let side = 2 * kernels.half() as usize + 1;
        let mut sum = vec![Complex::default(); side * side];
        lens.adjoint(&fields, &grid.image.forward(&slope), &mut sum);
        real_part(&mut sum);
        let gradient = grid.mask.inverse(&sum);
        for at in [0, 17, 700, 1400] {
            let (kept, h) = (mask[at], 1e-4);
            mask[at] = kept + h;
            let above = loss(&mask);
            mask[at] = kept - h;
            let below = loss(&mask);
            mask[at] = kept;
            let by_difference = (above - below) / (2.0 * h);
            let error = (gradient[at] / by_difference - 1.0).abs();
            assert!(error < 1e-6, "{} {by_difference}", gradient[at]);
        }
    }
}
