//! An aerial image: a band of Fourier coefficients, known at every point.

use core::f64::consts::{PI, TAU};

use num_complex::Complex64;

use crate::sim::process::lithography::spectrum::Spectrum;

/// Intensity on a periodic tile; the clear field is 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// Its coefficients.
    pub spectrum: Spectrum,
    /// Side of the tile.
    pub period_nm: f64,
}

/// Intensity along a straight line, as a function of the place on it.
#[derive(Clone, Debug)]
pub struct Cut {
    /// Angular frequency per nm and coefficient of each term; frequencies of opposite sign are one.
    terms: Vec<(f64, Complex64)>,
    /// Angular frequency of the second term where that of each is as far from the one before.
    even: Option<f64>,
    /// Highest angular frequency, per nm.
    fastest: f64,
}

impl Image {
    /// Intensity at a point.
    pub fn at(&self, x_nm: f64, y_nm: f64) -> f64 {
        self.cut([x_nm, y_nm], [1.0, 0.0]).at(0.0)
    }

    /// Slope of the intensity along x and y, per nm.
    pub fn slope(&self, x_nm: f64, y_nm: f64) -> [f64; 2] {
        [[1.0, 0.0], [0.0, 1.0]].map(|along| self.cut([x_nm, y_nm], along).slope(0.0))
    }

    /// Mean intensity.
    pub fn mean(&self) -> f64 {
        self.spectrum.get(0, 0).re
    }

    /// Intensity on an `n` by `n` grid that begins at the tile's corner, row by row.
    pub fn on_grid(&self, n: usize) -> Vec<f64> {
        self.spectrum.on_grid(n).iter().map(|c| c.re).collect()
    }

    /// The image after diffusion over a Gaussian length, as acid diffuses in a baked resist.
    pub fn diffused(&self, sigma_nm: f64) -> Self {
        let mut out = self.clone();
        let half = self.spectrum.half() as i32;
        let unit = 2.0 * PI * PI * sigma_nm * sigma_nm / (self.period_nm * self.period_nm);
        // The share that is left is a product of one factor for x and one for y.
        let kept: Vec<f64> = (-half..=half)
            .map(|f| libm::exp(-unit * f64::from(f * f)))
            .collect();
        let rows = out.spectrum.values_mut().chunks_exact_mut(kept.len());
        for (row, down) in rows.zip(&kept) {
            for (c, along) in row.iter_mut().zip(&kept) {
                *c *= down * along;
            }
        }
        out
    }

    /// The image times a factor, e.g. a dose.
    pub fn scaled(&self, factor: f64) -> Self {
        let mut out = self.clone();
        for c in out.spectrum.values_mut() {
            *c *= factor;
        }
        out
    }

    /// Intensity along the line through `from` in direction `along` (of length 1).
    pub fn cut(&self, from_nm: [f64; 2], along: [f64; 2]) -> Cut {
        let step = TAU / self.period_nm;
        let half = self.spectrum.half() as usize;
        // The phase at the start is a product of one factor for x and one for y; those of opposite sign are conjugate.
        let phases = |at: f64| -> Vec<Complex64> {
            let turn = |f: usize| {
                let angle = f as f64 * step * at;
                Complex64::new(libm::cos(angle), libm::sin(angle))
            };
            let above: Vec<Complex64> = (0..=half).map(turn).collect();
            let below = above[1..].iter().rev().map(Complex64::conj);
            below.chain(above.iter().copied()).collect()
        };
        let (px, py) = (phases(from_nm[0]), phases(from_nm[1]));
        let values = self.spectrum.values();
        let rows = values.chunks_exact(px.len()).zip(&py);
        let (terms, even): (Vec<(f64, Complex64)>, _) = match along {
            // Along x all of a column run equally fast, along y all of a row.
            [to, 0.0] => {
                let mut sums = vec![Complex64::ZERO; px.len()];
                for (row, phase) in rows {
                    for (sum, c) in sums.iter_mut().zip(row) {
                        *sum += c * phase;
                    }
                }
                let sums = sums.iter().zip(&px).map(|(sum, phase)| sum * phase);
                (
                    folded(&sums.collect::<Vec<_>>(), step * to),
                    Some(step * to),
                )
            }
            [0.0, to] => {
                let sum = |(row, phase): (&[Complex64], &Complex64)| {
                    let terms = row.iter().zip(&px).map(|(c, phase)| c * phase);
                    terms.sum::<Complex64>() * phase
                };
                (
                    folded(&rows.map(sum).collect::<Vec<_>>(), step * to),
                    Some(step * to),
                )
            }
            _ => {
                let middle = values.len() / 2;
                let term = |i: usize| {
                    let (x, y) = (i % px.len(), i / px.len());
                    let [fx, fy] = [x, y].map(|k| k as f64 - half as f64);
                    let c = match i - middle {
                        0 => values[i],
                        _ => values[i] + values[2 * middle - i].conj(),
                    };
                    (step * (fx * along[0] + fy * along[1]), c * px[x] * py[y])
                };
                let terms = (middle..values.len()).map(term);
                (terms.filter(|(_, c)| *c != Complex64::ZERO).collect(), None)
            }
        };
        let moving = terms.iter().filter(|(_, c)| *c != Complex64::ZERO);
        let fastest = moving.map(|t| t.0.abs()).fold(0.0, f64::max);
        Cut {
            terms,
            even,
            fastest,
        }
    }
}

/// Terms of a series from those of frequencies −half to half, `step` apart: only real parts are looked at, so a term and
/// that of opposite frequency are one.
fn folded(sums: &[Complex64], step: f64) -> Vec<(f64, Complex64)> {
    let half = sums.len() / 2;
    let of = |k: usize| match k {
        0 => sums[half],
        _ => sums[half + k] + sums[half - k].conj(),
    };
    (0..=half).map(|k| (k as f64 * step, of(k))).collect()
}

impl Cut {
    /// Intensity at `s` nm along the line.
    pub fn at(&self, s_nm: f64) -> f64 {
        self.value_and_slope(s_nm).0
    }

    /// Its slope there, per nm.
    pub fn slope(&self, s_nm: f64) -> f64 {
        self.value_and_slope(s_nm).1
    }

    /// Intensity at `count` places from one place on, each a step further: far quicker than one by one.
    pub fn samples(&self, from_nm: f64, step_nm: f64, count: usize) -> Vec<f64> {
        let mut values = vec![0.0; count];
        let turn = |angle: f64| Complex64::new(libm::cos(angle), libm::sin(angle));
        for (w, c) in &self.terms {
            // Every step turns a term by the same angle.
            let (mut term, by) = (c * turn(w * from_nm), turn(w * step_nm));
            for value in &mut values {
                *value += term.re;
                term *= by;
            }
        }
        values
    }

    fn value_and_slope(&self, s_nm: f64) -> (f64, f64) {
        let turn = |w: f64| Complex64::new(libm::cos(w * s_nm), libm::sin(w * s_nm));
        let (mut value, mut slope) = (0.0, 0.0);
        let mut add = |w: f64, term: Complex64| {
            value += term.re;
            slope -= w * term.im;
        };
        match self.even {
            // Every term is turned by the same angle more than the one before.
            Some(step) => {
                let (mut now, by) = (Complex64::ONE, turn(step));
                for (w, c) in &self.terms {
                    add(*w, c * now);
                    now *= by;
                }
            }
            None => {
                for (w, c) in &self.terms {
                    add(*w, c * turn(*w));
                }
            }
        }
        (value, slope)
    }

    /// Places where the intensity crosses `level` between two places, in order.
    ///
    /// The line is looked at sixteen times per shortest wave, then each crossing is closed in by
    /// Newton's method on the series itself: no sampling error stays.
    pub fn crossings(&self, level: f64, from_nm: f64, to_nm: f64) -> Vec<f64> {
        let step = if self.fastest > 0.0 {
            TAU / self.fastest / 16.0
        } else {
            to_nm - from_nm
        };
        let count = libm::ceil((to_nm - from_nm) / step).max(1.0) as u32;
        let at = |i: u32| from_nm + (to_nm - from_nm) * f64::from(i) / f64::from(count);
        let mut found = Vec::new();
        let mut before = self.at(from_nm) - level;
        for i in 1..=count {
            let here = self.at(at(i)) - level;
            if (before < 0.0) != (here < 0.0) {
                found.push(self.close_in(level, at(i - 1), at(i)));
            }
            before = here;
        }
        found
    }

    /// The crossing between two places on different sides of the level.
    pub(super) fn close_in(&self, level: f64, mut low: f64, mut high: f64) -> f64 {
        let rising = self.at(low) < level;
        let mut s = 0.5 * (low + high);
        for _ in 0..60 {
            let (value, slope) = self.value_and_slope(s);
            if (value < level) == rising {
                low = s;
            } else {
                high = s;
            }
            let newton = s - (value - level) / slope;
            // Near enough: rounding may already put it outside the bracket.
            if (newton - s).abs() <= 1e-12 * (1.0 + s.abs()) {
                return newton;
            }
            let next = if newton > low && newton < high {
                newton
            } else {
                0.5 * (low + high)
            };
            s = next;
        }
        s
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave() -> Image {
        let mut spectrum = Spectrum::zero(2);
        spectrum.set(0, 0, 0.5.into());
        for (f, c) in [
            (1, Complex64::new(0.1, 0.05)),
            (2, Complex64::new(-0.02, 0.0)),
        ] {
            spectrum.set(f, 1, c);
            spectrum.set(-f, -1, c.conj());
        }
        Image {
            spectrum,
            period_nm: 100.0,
        }
    }

    #[test]
    fn points_slopes_and_grids_agree() {
        let image = wave();
        let grid = image.on_grid(20);
        assert!((grid[3 * 20 + 7] - image.at(35.0, 15.0)).abs() < 1e-14);
        let [dx, dy] = image.slope(35.0, 15.0);
        let h = 1e-4;
        let by_difference = (image.at(35.0 + h, 15.0) - image.at(35.0 - h, 15.0)) / (2.0 * h);
        assert!((dx - by_difference).abs() < 1e-9);
        let by_difference = (image.at(35.0, 15.0 + h) - image.at(35.0, 15.0 - h)) / (2.0 * h);
        assert!((dy - by_difference).abs() < 1e-9);
    }

    #[test]
    fn samples_are_the_values() {
        let cut = wave().cut([3.0, 30.0], [1.0, 0.0]);
        for (i, v) in (0_u32..).zip(cut.samples(-40.0, 0.3, 700)) {
            assert!((v - cut.at(-40.0 + 0.3 * f64::from(i))).abs() < 1e-12);
        }
    }

    #[test]
    fn crossings_lie_on_the_level_and_none_is_missed() {
        let image = wave();
        let cut = image.cut([0.0, 30.0], [0.6, 0.8]);
        let found = cut.crossings(0.5, 0.0, 500.0);
        assert!(found.iter().all(|&s| (cut.at(s) - 0.5).abs() < 1e-12));
        let fine = (0..50_000).filter(|i| {
            let s = f64::from(*i) * 0.01;
            (cut.at(s) < 0.5) != (cut.at(s + 0.01) < 0.5)
        });
        assert_eq!(found.len(), fine.count());
    }

    #[test]
    fn diffusion_keeps_the_mean_and_damps_the_waves() {
        let image = wave().diffused(10.0);
        assert_eq!(image.mean(), 0.5);
        let kept = f64::exp(-2.0 * PI * PI * 100.0 * 2.0 / 1e4);
        let c = image.spectrum.get(1, 1) / wave().spectrum.get(1, 1);
        assert!((c.re - kept).abs() < 1e-15);
    }
}
