//! Imaging after Hopkins by a sum of coherent systems.
//!
//! With `A[f, s] = √J_s P(f + s)` the transmission cross coefficients are `TCC = A Aᴴ`. The thin singular
//! value decomposition `A = U S Vᴴ` turns the image into `I(x) = Σ_k w_k |Σ_f H_k(f) M(f) e^{2πi f·x/L}|²`
//! with w_k = S_k² and H_k the columns of U, and n terms of it err by
//! `0 ≤ I − I_n ≤ w_{n+1} Σ|M(f)|²` at every point. The coefficients themselves are never formed.
//!
//! Kernels are unique only up to phase, and up to rotation among equal weights: compare images, not kernels.

use nalgebra::{DMatrix, SymmetricEigen};
use num_complex::Complex64;

use crate::sim::process::lithography::abbe::{Intensity, grid_for};
use crate::sim::process::lithography::image::Image;
use crate::sim::process::lithography::optics::Optics;
use crate::sim::process::lithography::spectrum::Spectrum;

/// How many kernels to keep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keep {
    /// As many as there are.
    All,
    /// The so many strongest.
    Count(u32),
    /// So many that no point of any mask of transmission up to 1 errs by more than this.
    Error(f64),
}

/// Coherent systems whose intensities add up to the image.
#[derive(Clone, Debug, PartialEq)]
pub struct Kernels {
    /// Side of the tile.
    pub period_nm: f64,
    /// √w_k H_k, the strongest first; all of one band.
    pub kernels: Vec<Spectrum>,
    /// The weights w_k.
    pub weights: Vec<f64>,
    /// Weight of the strongest kernel left out: times the mean of |mask|² it bounds the error.
    pub left_out: f64,
    /// Sum of all weights, those left out included.
    pub trace: f64,
}

impl Kernels {
    /// The kernels of a projection system on a tile.
    pub fn new(optics: &Optics, period_nm: f64, keep: Keep) -> Self {
        let half = optics.field_half(period_nm);
        let (orders, matrix) = pupil_matrix(optics, period_nm, half);
        let (count, weights, columns) = strongest(&matrix, keep);
        let trace = matrix.iter().map(Complex64::norm_sqr).sum();
        let kernels = (0..count).map(|k| {
            let mut kernel = Spectrum::zero(half);
            for (row, &(fx, fy)) in orders.iter().enumerate() {
                kernel.set(fx, fy, columns[(row, k)]);
            }
            kernel
        });
        Self {
            period_nm,
            kernels: kernels.collect(),
            left_out: weights.get(count).copied().unwrap_or(0.0),
            trace,
            weights: weights[..count].to_vec(),
        }
    }

    /// Every contribution of the source as a system of its own: exact, as Abbe's sum is, and quicker to have
    /// than kernels where the source has many points.
    pub fn of_points(optics: &Optics, period_nm: f64) -> Self {
        let half = optics.field_half(period_nm);
        let unit = 1.0 / (optics.pupil.cut_off_per_nm() * period_nm);
        let parts = optics.contributions();
        let kernels = parts.iter().map(|part| {
            let mut kernel = Spectrum::zero(half);
            let reach = half as i32;
            for fy in -reach..=reach {
                for fx in -reach..=reach {
                    let passed = optics.transfer(part, f64::from(fx) * unit, f64::from(fy) * unit);
                    kernel.set(fx, fy, passed * part.weight.sqrt());
                }
            }
            kernel
        });
        let kernels: Vec<Spectrum> = kernels.collect();
        let weights: Vec<f64> = kernels.iter().map(Spectrum::power).collect();
        Self {
            period_nm,
            kernels,
            left_out: 0.0,
            trace: weights.iter().sum(),
            weights,
        }
    }

    /// Largest order of their fields.
    pub fn half(&self) -> u32 {
        self.kernels.first().map_or(0, Spectrum::half)
    }

    /// The aerial image of a thin mask, in f64.
    pub fn image(&self, mask: &Spectrum) -> Image {
        // Truncated kernels reach twice their own band, further than the exact image.
        let half = 2 * self.half();
        let mut sum = Intensity::new(grid_for(half));
        for kernel in &self.kernels {
            sum.begin();
            for (fx, fy, h) in kernel.terms() {
                if h != Complex64::ZERO {
                    sum.field(fx, fy, h * mask.get(fx, fy));
                }
            }
            sum.add(1.0);
        }
        Image {
            spectrum: sum.spectrum(half),
            period_nm: self.period_nm,
        }
    }

    /// Bound of what the kernels left out would add, at any point of the image of this mask.
    pub fn error_bound(&self, mask: &Spectrum) -> f64 {
        self.left_out * mask.power()
    }

    /// One transmission cross coefficient, as far as these kernels hold it.
    pub fn cross_coefficient(&self, f1: [i32; 2], f2: [i32; 2]) -> Complex64 {
        let at = |h: &Spectrum| h.get(f1[0], f1[1]) * h.get(f2[0], f2[1]).conj();
        self.kernels.iter().map(at).sum()
    }
}

/// A with the orders of its rows; orders that no source point brings through are left out.
fn pupil_matrix(
    optics: &Optics,
    period_nm: f64,
    half: u32,
) -> (Vec<(i32, i32)>, DMatrix<Complex64>) {
    let parts = optics.contributions();
    let unit = 1.0 / (optics.pupil.cut_off_per_nm() * period_nm);
    let half = half as i32;
    let mut orders = Vec::new();
    let mut rows = Vec::new();
    for fy in -half..=half {
        for fx in -half..=half {
            let start = rows.len();
            rows.extend(parts.iter().map(|part| {
                optics.transfer(part, f64::from(fx) * unit, f64::from(fy) * unit)
                    * part.weight.sqrt()
            }));
            if rows[start..].iter().all(|a| *a == Complex64::ZERO) {
                rows.truncate(start);
            } else {
                orders.push((fx, fy));
            }
        }
    }
    let matrix = DMatrix::from_row_iterator(orders.len(), parts.len(), rows);
    (orders, matrix)
}

/// How many are kept, w_k, descending, and the columns √w_k U_k of a matrix: those that are kept and the next.
///
/// The smaller of the two Gram matrices is decomposed. A V_k is taken as it comes, not divided by its
/// length: so V's being unitary makes the sum over all k exact, whatever the small weights are.
fn strongest(a: &DMatrix<Complex64>, keep: Keep) -> (usize, Vec<f64>, DMatrix<Complex64>) {
    let narrow = a.ncols() <= a.nrows();
    let eigen = SymmetricEigen::new(if narrow { gram(a) } else { gram(&a.adjoint()) });
    let mut order: Vec<usize> = (0..eigen.eigenvalues.len()).collect();
    order.sort_by(|&i, &k| eigen.eigenvalues[k].total_cmp(&eigen.eigenvalues[i]));
    let all: Vec<f64> = order.iter().map(|&k| eigen.eigenvalues[k]).collect();
    let count = match keep {
        Keep::All => all.len(),
        Keep::Count(n) => n as usize,
        Keep::Error(most) => all.iter().take_while(|w| **w > most).count(),
    };
    let count = count.clamp(1, all.len());
    let wanted = all.len().min(count + 1);
    let vectors = DMatrix::from_fn(order.len(), wanted, |r, k| {
        eigen.eigenvectors[(r, order[k])]
    });
    let columns = if narrow {
        product(a, &vectors)
    } else {
        DMatrix::from_fn(vectors.nrows(), wanted, |r, k| {
            vectors[(r, k)] * all[k].max(0.0).sqrt()
        })
    };
    let weights = columns
        .column_iter()
        .map(|c| c.iter().map(Complex64::norm_sqr).sum())
        .collect();
    (count, weights, columns)
}

/// Real and imaginary parts: products of real matrices are many times as fast.
fn parts(a: &DMatrix<Complex64>) -> [DMatrix<f64>; 2] {
    [a.map(|c| c.re), a.map(|c| c.im)]
}

fn joined(real: &DMatrix<f64>, imaginary: &DMatrix<f64>) -> DMatrix<Complex64> {
    real.zip_map(imaginary, Complex64::new)
}

/// Aᴴ A.
fn gram(a: &DMatrix<Complex64>) -> DMatrix<Complex64> {
    let [r, i] = parts(a);
    let (rt, it) = (r.transpose(), i.transpose());
    let mixed = &rt * &i;
    joined(&(rt * r + it * i), &(&mixed - mixed.transpose()))
}

/// A B.
fn product(a: &DMatrix<Complex64>, b: &DMatrix<Complex64>) -> DMatrix<Complex64> {
    let ([r, i], [s, t]) = (parts(a), parts(b));
    joined(&(&r * &s - &i * &t), &(r * t + i * s))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::process::lithography::abbe;
    use crate::sim::process::lithography::source::Outline;

    fn mask() -> Spectrum {
        let samples: Vec<f64> = (0..64_usize)
            .map(|i| f64::from(u8::from((i * i + i / 8) % 5 < 2)))
            .collect();
        Spectrum::of_samples(8, &samples, 3)
    }

    #[test]
    fn all_kernels_give_abbes_image_whichever_side_is_smaller() {
        for (period, side) in [(150.0, 9), (60.0, 15)] {
            let optics = Optics::euv(Outline::Conventional { sigma: 0.7 }, side).unwrap();
            let kernels = Kernels::new(&optics, period, Keep::All);
            let (a, b) = (
                kernels.image(&mask()),
                abbe::image(&optics, &mask(), period),
            );
            for (x, y) in [(0.0, 0.0), (11.0, 37.0), (40.0, 3.0)] {
                assert!((a.at(x, y) - b.at(x, y)).abs() < 1e-13);
            }
        }
    }

    #[test]
    fn an_error_bound_is_kept() {
        let optics = Optics::euv(Outline::Conventional { sigma: 0.7 }, 11).unwrap();
        let exact = abbe::image(&optics, &mask(), 150.0);
        let kernels = Kernels::new(&optics, 150.0, Keep::Error(0.05));
        assert!(kernels.left_out <= 0.05 && *kernels.weights.last().unwrap() > 0.05);
        let some = kernels.image(&mask());
        let mut worst = 0.0_f64;
        for (a, b) in exact.on_grid(40).iter().zip(some.on_grid(40)) {
            assert!(a - b > -1e-13);
            worst = worst.max(a - b);
        }
        assert!(worst <= kernels.error_bound(&mask()) && worst > 0.0);
    }
}
