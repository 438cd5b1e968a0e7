//! The simulator of the ICCAD 2013 mask optimisation contest (S. Banerjee, Z. Li, S. R. Nassif), as users
//! of OpenILT know it: its kernels, its three corners, its figures of merit, counted by one honest ruler.
//!
//! A tile of 2048 nm with pixels of 1 nm; 24 kernels each for focus and defocus. The contest's "dose"
//! multiplies the amplitude, so intensities change with its square. Figures are in pixels, which are nm².

use num_complex::Complex64;

use crate::scene::shapes::Shapes;
use crate::sim::process::lithography::band::Real;
use crate::sim::process::lithography::imager::{Grid, Lens};
use crate::sim::process::lithography::placement::View;
use crate::sim::process::lithography::resist::Threshold;
use crate::sim::process::lithography::socs::Kernels;
use crate::sim::process::lithography::spectrum::Spectrum;
use crate::sim::process::lithography::tiles::{Plan, TileImager};

/// Side of the tile in nm, and in pixels.
pub const SIDE: u32 = 2048;
/// Intensity from which on it prints.
pub const LEVEL: f64 = 0.225;
/// Steepness of the smooth print.
pub const STEEPNESS: f64 = 50.0;
/// Intensity factor of the outer corner: amplitude 1.02, in focus.
pub const OUTER: f64 = 1.02 * 1.02;
/// Intensity factor of the inner corner: amplitude 0.98, out of focus.
pub const INNER: f64 = 0.98 * 0.98;
/// Distance from a gauge at which the print is checked, in pixels.
const EPE_REACH: i32 = 15;
/// Distance between gauges, in pixels.
const GAUGE_STEP: i32 = 40;

/// Wavelength / NA of its lens, in nm.
pub const RESOLUTION_NM: f64 = 143.0;
/// Its one tile, which is periodic and needs no halo.
pub const PLAN: Plan = Plan {
    low_nm: [0.0; 2],
    counts: [1; 2],
    core: SIDE,
    halo: 0,
    pixel_nm: 1.0,
};

const KERNELS: usize = 24;
const HALF: u32 = 17;

/// Why kernel files cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KernelFault {
    /// A file has the wrong size.
    #[error("{what}: {found} bytes, expected {expected}")]
    Size {
        /// Which file.
        what: &'static str,
        /// Bytes found.
        found: u64,
        /// Bytes expected.
        expected: u64,
    },
    /// A number is infinite or none.
    #[error("{what}: holds a value that is no number")]
    Number {
        /// Which file.
        what: &'static str,
    },
}

fn numbers(bytes: &[u8], count: usize, what: &'static str) -> Result<Vec<f64>, KernelFault> {
    if bytes.len() != 4 * count {
        return Err(KernelFault::Size {
            what,
            found: bytes.len() as u64,
            expected: 4 * count as u64,
        });
    }
    let (words, _) = bytes.as_chunks::<4>();
    let values: Vec<f64> = words
        .iter()
        .map(|&w| f64::from(f32::from_le_bytes(w)))
        .collect();
    if values.iter().all(|v| v.is_finite()) {
        Ok(values)
    } else {
        Err(KernelFault::Number { what })
    }
}

/// Kernels of the contest from their files: 24 × 35 × 35 complex f32, little endian, rows by frequency in
/// y, and 24 weights.
///
/// # Errors
/// A file is too short, too long, or holds no numbers.
pub fn kernels(kernels: &[u8], weights: &[u8]) -> Result<Kernels, KernelFault> {
    let side = 2 * HALF as usize + 1;
    let values = numbers(kernels, 2 * KERNELS * side * side, "kernels")?;
    let weights = numbers(weights, KERNELS, "weights")?;
    if weights.iter().any(|w| *w < 0.0) {
        return Err(KernelFault::Number { what: "weights" });
    }
    let systems = values
        .chunks_exact(2 * side * side)
        .zip(&weights)
        .map(|(k, w)| {
            let root = w.sqrt();
            let (pairs, _) = k.as_chunks::<2>();
            let values = pairs
                .iter()
                .map(|p| Complex64::new(p[0], p[1]) * root)
                .collect();
            Spectrum::from_values(HALF, values).expect("35 by 35 values")
        });
    Ok(Kernels {
        period_nm: f64::from(SIDE),
        kernels: systems.collect(),
        trace: weights.iter().sum(),
        weights,
        // The contest's model is these kernels; nothing is left out of it.
        left_out: 0.0,
    })
}

/// A layout moved so that the middle of its bounding box is that of the tile, rounded down, in whole nm.
pub fn centred(shapes: &Shapes) -> Shapes {
    let Some((low, high)) = shapes.bounds() else {
        return shapes.clone();
    };
    let side = libm::round(f64::from(SIDE) / shapes.unit_nm) as i32;
    let by = [0, 1].map(|k| (side - (high[k] - low[k])).div_euclid(2) - low[k]);
    shapes.moved(by[0], by[1])
}

/// Its tile and resist as moved edges look at them.
pub fn view(imager: &TileImager) -> View<'_> {
    View {
        plan: PLAN,
        imager,
        resist: Threshold {
            level: LEVEL,
            diffusion_nm: 0.0,
        },
        bright: true,
        search_nm: 70.0,
        threads: 1,
    }
}

/// What prints at the three corners, pixel by pixel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prints {
    /// Focus, nominal dose.
    pub nominal: Vec<bool>,
    /// Focus, high dose.
    pub outer: Vec<bool>,
    /// Defocus, low dose.
    pub inner: Vec<bool>,
}

/// Figures of merit of a mask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Pixels where the nominal print differs from the target.
    pub l2: u64,
    /// Pixels where the outer and the inner print differ: the process-variation band.
    pub pvb: u64,
    /// Gauges of which the print has withdrawn by more than 15 nm.
    pub epe_in: u64,
    /// Gauges beyond which the print reaches by more than 15 nm.
    pub epe_out: u64,
}

impl Score {
    /// Edge placement violations.
    pub fn epe(self) -> u64 {
        self.epe_in + self.epe_out
    }

    /// Of prints against a target, both `n` by `n` pixels of 1 nm.
    pub fn of(prints: &Prints, target: &[bool], n: usize) -> Self {
        let differ =
            |a: &[bool], b: &[bool]| a.iter().zip(b).filter(|(a, b)| a != b).count() as u64;
        let mut score = Self {
            l2: differ(&prints.nominal, target),
            pvb: differ(&prints.outer, &prints.inner),
            ..Self::default()
        };
        let on = |picture: &[bool], [x, y]: [i32; 2]| {
            let inside = (0..n as i32).contains(&x) && (0..n as i32).contains(&y);
            inside && picture[y as usize * n + x as usize]
        };
        for gauge in gauges(target, n) {
            let ([x, y], [dx, dy]) = (gauge.at, gauge.outward);
            let at = |d: i32| [x + d * dx, y + d * dy];
            score.epe_in += u64::from(!on(&prints.nominal, at(-EPE_REACH)));
            score.epe_out += u64::from(on(&prints.nominal, at(EPE_REACH)));
        }
        score
    }
}

/// A pixel of the target's border at which the print is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BorderGauge {
    /// Pixel.
    pub at: [i32; 2],
    /// Direction out of the target.
    pub outward: [i32; 2],
}

/// The contest's gauges: along straight runs of the border, in the middle of short ones and every 40
/// pixels from both ends of long ones.
pub fn gauges(target: &[bool], n: usize) -> Vec<BorderGauge> {
    let side = n as i32;
    let inside = |x: i32, y: i32| (0..side).contains(&x) && (0..side).contains(&y);
    let on = |x: i32, y: i32| inside(x, y) && target[(y * side + x) as usize];
    let mut border = vec![false; n * n];
    for y in 0..side {
        for x in 0..side {
            let alone = || (-1..=1).any(|dy| (-1..=1).any(|dx| !on(x + dx, y + dy)));
            border[(y * side + x) as usize] = on(x, y) && alone();
        }
    }
    let edge = |x: i32, y: i32| inside(x, y) && border[(y * side + x) as usize];
    let mut found = Vec::new();
    // Runs along y (upright) and along x, by the same code with the axes exchanged.
    for upright in [true, false] {
        let turn = |across: i32, along: i32| {
            if upright {
                [across, along]
            } else {
                [along, across]
            }
        };
        for across in 0..side {
            let part = |along: i32| {
                let beside = |d: i32| {
                    let [x, y] = turn(across + d, along);
                    edge(x, y)
                };
                let [x, y] = turn(across, along);
                edge(x, y) && !(beside(-1) && beside(1))
            };
            let mut along = 0;
            while along < side {
                if !part(along) {
                    along += 1;
                    continue;
                }
                let first = along;
                while part(along) {
                    along += 1;
                }
                let places = places(first, along - 1);
                let [x, y] = turn(across - 1, places[0]);
                let out = if on(x, y) { 1 } else { -1 };
                found.extend(places.into_iter().map(|place| BorderGauge {
                    at: turn(across, place),
                    outward: turn(out, 0),
                }));
            }
        }
    }
    found
}

/// Gauges of a run with these inclusive ends.
fn places(first: i32, last: i32) -> Vec<i32> {
    let middle = (first + last).div_euclid(2);
    if last - first <= 2 * GAUGE_STEP {
        return vec![middle];
    }
    let step = GAUGE_STEP as usize;
    let mut places: Vec<i32> = (first + GAUGE_STEP..=middle).step_by(step).collect();
    places.extend((middle + 1..=last - GAUGE_STEP).rev().step_by(step));
    places
}

/// The simulator on `n` by `n` pixels.
pub struct Simulator<T: Real> {
    /// Pixels and their transforms.
    pub grid: Grid<T>,
    /// In focus.
    pub focus: Lens<T>,
    /// Out of focus.
    pub defocus: Lens<T>,
}

impl Simulator<f64> {
    /// What a mask of n by n transmissions prints.
    pub fn print(&self, mask: &[f64]) -> Prints {
        let spectrum = self.grid.mask.forward(mask);
        let focus = self.grid.image.inverse(&self.focus.image(&spectrum, None));
        let defocus = self
            .grid
            .image
            .inverse(&self.defocus.image(&spectrum, None));
        let printed = |image: &[f64], dose: f64| image.iter().map(|i| dose * i >= LEVEL).collect();
        Prints {
            nominal: printed(&focus, 1.0),
            outer: printed(&focus, OUTER),
            inner: printed(&defocus, INNER),
        }
    }
}

impl<T: Real> Simulator<T> {
    /// On n by n pixels, n from 72 and divisible by 4.
    pub fn new(focus: &Kernels, defocus: &Kernels, n: usize) -> Self {
        Self {
            grid: Grid::new(n, focus.half()),
            focus: Lens::new(focus),
            defocus: Lens::new(defocus),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rectangle of 200 by 30 pixels with a notch of 10 by 10.
    fn target() -> (usize, Vec<bool>) {
        let n = 256;
        let inside = |x: usize, y: usize| {
            (20..220).contains(&x) && (40..70).contains(&y) && !(x >= 210 && y >= 60)
        };
        (n, (0..n * n).map(|i| inside(i % n, i / n)).collect())
    }

    #[test]
    fn gauges_stand_where_the_contest_puts_them() {
        assert_eq!(places(10, 90), [50]);
        assert_eq!(places(10, 91), [50, 51]);
        assert_eq!(places(0, 199), [40, 80, 159, 119]);
        let (n, target) = target();
        let found = gauges(&target, n);
        let left: Vec<_> = found.iter().filter(|g| g.outward == [-1, 0]).collect();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].at, [20, 54]);
        let below: Vec<i32> = found
            .iter()
            .filter(|g| g.outward == [0, -1])
            .map(|g| g.at[0])
            .collect();
        assert_eq!(below, [60, 100, 179, 139]);
        assert!(found.iter().all(|g| {
            let at = |d: i32| (g.at[1] + d * g.outward[1]) * n as i32 + g.at[0] + d * g.outward[0];
            target[at(0) as usize] && !target[at(1) as usize]
        }));
    }

    #[test]
    fn a_perfect_print_scores_nothing_and_a_shifted_one_its_pixels() {
        let (n, target) = target();
        let same = Prints {
            nominal: target.clone(),
            outer: target.clone(),
            inner: target.clone(),
        };
        // The notch is 10 pixels deep: 15 pixels out of its sides lies the shape itself, and above.
        let score = Score::of(&same, &target, n);
        assert_eq!((score.l2, score.pvb, score.epe_in), (0, 0, 0));
        let none = Prints {
            nominal: vec![false; n * n],
            ..same
        };
        let score = Score::of(&none, &target, n);
        assert_eq!(
            (score.l2, score.epe_in),
            (5900, gauges(&target, n).len() as u64)
        );
    }

    #[test]
    fn damaged_kernel_files_are_refused() {
        let (good, weights) = (vec![0; 235_200], vec![0; 96]);
        assert!(kernels(&good, &weights).is_ok());
        assert!(matches!(
            kernels(&good[..1000], &weights),
            Err(KernelFault::Size { found: 1000, .. })
        ));
        let mut bad = weights.clone();
        bad[..4].copy_from_slice(&f32::NAN.to_le_bytes());
        assert_eq!(
            kernels(&good, &bad),
            Err(KernelFault::Number { what: "weights" })
        );
    }
}
