//! The image of a clip again and again while somebody turns a knob of the lens or the source.
//!
//! The same sum over source points as in the reference (`abbe`), at the source points themselves: nothing is
//! left out. Three things make it fast: single precision; only the rows of orders that a source point
//! brings through the pupil are transformed; and the phase of a row of orders is a polynomial of degree 6
//! in x beside the root of defocus, so that a row runs without calls to trigonometric functions. Vector
//! imaging and the radiometric factor take the pupil of the reference instead, order by order.

use std::sync::Arc;

use geoul_fft::Fft;
use num_complex::{Complex32, Complex64};

use crate::sim::process::lithography::abbe::grid_for;
use crate::sim::process::lithography::band::{Band, Real};
use crate::sim::process::lithography::image::Image;
use crate::sim::process::lithography::optics::{Contribution, Optics};
use crate::sim::process::lithography::pupil::{Pupil, ZERNIKE_TERMS, fringe_zernike};
use crate::sim::process::lithography::spectrum::{Spectrum, wrap};

/// Room for rounding at the rim, that of the pupil.
const RIM: f64 = 1e-12;
/// Degree of the phase along a row, and one more.
const NODES: usize = 7;

/// Makes images of thin masks; keeps its memory and its plans from one to the next.
#[derive(Default)]
pub struct Exposer {
    room: Option<Room>,
    phase: PhaseRow,
    begun: Option<Begun>,
}

/// An image that was stopped; its sum stands in the room.
struct Begun {
    optics: Optics,
    mask: Spectrum,
    period_nm: f64,
    /// Source points that are in the sum.
    done: usize,
}

/// What a grid needs.
struct Room {
    n: usize,
    inverse: Arc<dyn Fft<f32>>,
    /// Fields by order in y, then x.
    rows: Vec<Complex32>,
    /// The same turned round: x by y.
    columns: Vec<Complex32>,
    /// Sum of the intensities, x by y.
    sum: Vec<f32>,
    scratch: Vec<Complex32>,
}

impl Room {
    fn new(n: usize) -> Self {
        let inverse = geoul_fft::inverse(n);
        let nothing = Complex32::default();
        Self {
            n,
            scratch: vec![nothing; inverse.get_inplace_scratch_len()],
            inverse,
            rows: vec![nothing; n * n],
            columns: vec![nothing; n * n],
            sum: vec![0.0; n * n],
        }
    }

    /// Transforms the field in rows `low` to `high` and adds its intensity.
    fn add(&mut self, low: i32, high: i32, weight: f32) {
        let n = self.n;
        let count = (high - low + 1) as usize;
        self.inverse
            .process_with_scratch(&mut self.rows[..count * n], &mut self.scratch);
        self.columns.fill(Complex32::default());
        for (row, fy) in self.rows.chunks_exact(n).zip(low..=high) {
            let y = wrap(fy, n);
            for (x, e) in row.iter().enumerate() {
                self.columns[x * n + y] = *e;
            }
        }
        self.inverse
            .process_with_scratch(&mut self.columns, &mut self.scratch);
        for (sum, e) in self.sum.iter_mut().zip(&self.columns) {
            *sum += weight * e.norm_sqr();
        }
    }

    fn spectrum(&self, half: u32) -> Spectrum {
        let n = self.n;
        let mut samples = vec![0.0; n * n];
        for (x, column) in self.sum.chunks_exact(n).enumerate() {
            for (y, value) in column.iter().enumerate() {
                samples[y * n + x] = f64::from(*value);
            }
        }
        Spectrum::of_samples(n, &samples, half)
    }
}

/// A lens whose phase is quick to follow along a row.
struct Phase {
    /// Waves of defocus, and (NA/n)².
    defocus: f64,
    steepness: f64,
    zernike: Option<[f64; ZERNIKE_TERMS]>,
    dark: f64,
    /// From values at the nodes to coefficients.
    inverse: [[f64; NODES]; NODES],
}

/// Places at which the phase of a row is taken: those of Chebyshev, for which the inverse is tame.
fn node(i: usize) -> f64 {
    libm::cos(core::f64::consts::PI * (i as f64 + 0.5) / NODES as f64)
}

/// Coefficients of the polynomials that are 1 at one node and 0 at the others.
fn lagrange() -> [[f64; NODES]; NODES] {
    core::array::from_fn(|i| {
        let mut c = [0.0; NODES];
        c[0] = 1.0;
        for k in (0..NODES).filter(|k| *k != i) {
            let (root, scale) = (node(k), 1.0 / (node(i) - node(k)));
            for a in (0..NODES).rev() {
                let below = if a == 0 { 0.0 } else { c[a - 1] };
                c[a] = (below - root * c[a]) * scale;
            }
        }
        c
    })
}

impl Phase {
    fn new(pupil: &Pupil) -> Self {
        let sine = pupil.na / pupil.index;
        let flat = pupil.zernike_waves.iter().all(|c| *c == 0.0);
        Self {
            defocus: pupil.index * pupil.defocus_nm / pupil.wavelength_nm,
            steepness: sine * sine,
            zernike: (!flat).then_some(pupil.zernike_waves),
            dark: pupil.obscuration,
            inverse: lagrange(),
        }
    }

    /// Coefficients in x of the aberration along the row at y.
    fn along(&self, y: f64) -> [f64; NODES] {
        let mut out = [0.0; NODES];
        let Some(waves) = &self.zernike else {
            return out;
        };
        for (i, polynomial) in self.inverse.iter().enumerate() {
            let terms = fringe_zernike(node(i), y);
            let value: f64 = terms.iter().zip(waves).map(|(z, c)| z * c).sum();
            for (sum, c) in out.iter_mut().zip(polynomial) {
                *sum += value * c;
            }
        }
        out
    }
}

/// Transmission along a row of orders.
#[derive(Default)]
struct PhaseRow {
    turns: Vec<f64>,
    pupil: Vec<Complex32>,
}

impl PhaseRow {
    /// At x = `from` + i `step` for `count` orders, in the row at y.
    fn fill(&mut self, phase: &Phase, y: f64, from: f64, step: f64, count: usize) {
        let w = phase.along(y);
        let (y2, k, g) = (y * y, phase.defocus, phase.steepness);
        self.turns.clear();
        self.turns.extend((0..count).map(|i| {
            let x = from + i as f64 * step;
            let sine2 = g * (x * x + y2);
            let root = (1.0 - sine2).max(0.0).sqrt();
            let bent = w.iter().rev().fold(0.0, |sum, c| sum * x + c);
            k * (root - 1.0) + bent
        }));
        self.pupil.clear();
        self.pupil.extend(self.turns.iter().map(|t| cis(*t)));
        let rim = (1.0 + RIM) * (1.0 + RIM);
        let dark = (phase.dark - RIM).max(0.0);
        for (i, p) in self.pupil.iter_mut().enumerate() {
            let x = from + i as f64 * step;
            let r2 = x * x + y2;
            if r2 > rim || r2 < dark * dark {
                *p = Complex32::default();
            }
        }
    }
}

/// `exp(2πi turns)` within 2e-8, by the series of the half angle: no call, so a loop of it runs on several
/// numbers at once.
fn cis(turns: f64) -> Complex32 {
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let a = (turns - ((turns + ROUND) - ROUND)) * core::f64::consts::PI;
    let q = a * a;
    let s = a
        * (1.0
            - q / 6.0
                * (1.0
                    - q / 20.0
                        * (1.0
                            - q / 42.0
                                * (1.0 - q / 72.0 * (1.0 - q / 110.0 * (1.0 - q / 156.0))))));
    let c = 1.0
        - q / 2.0
            * (1.0
                - q / 12.0
                    * (1.0
                        - q / 30.0
                            * (1.0
                                - q / 56.0
                                    * (1.0 - q / 90.0 * (1.0 - q / 132.0 * (1.0 - q / 182.0))))));
    Complex32::new((1.0 - 2.0 * s * s) as f32, (2.0 * s * c) as f32)
}

impl Exposer {
    /// The aerial image of a thin mask on a tile; `None` when `stop` said so between two source points. Asked
    /// for the same image next, it goes on from there, so that an image may be made in slices; each takes at
    /// least one point.
    ///
    /// Within 5e-6 of the reference. `mask` holds the orders up to [`Optics::field_half`].
    pub fn image(
        &mut self,
        optics: &Optics,
        mask: &Spectrum,
        period_nm: f64,
        stop: &dyn Fn() -> bool,
    ) -> Option<Image> {
        let half = optics.image_half(period_nm);
        let n = grid_for(half);
        let mut room = match self.room.take() {
            Some(room) if room.n == n => room,
            _ => Room::new(n),
        };
        let same = |b: &Begun| {
            b.period_nm == period_nm && b.optics == *optics && b.mask == *mask && room.n == n
        };
        let from = self.begun.take().filter(same).map_or(0, |b| b.done);
        if from == 0 {
            room.sum.fill(0.0);
        }
        let unit = 1.0 / (optics.pupil.cut_off_per_nm() * period_nm);
        let narrow = |c: &Complex64| Complex32::new(c.re as f32, c.im as f32);
        let narrowed: Vec<Complex32> = mask.values().iter().map(narrow).collect();
        let plain = optics.pupil.apodisation.is_none() && optics.polarisation.is_none();
        let phase = plain.then(|| Phase::new(&optics.pupil));
        let reach = optics.field_half(period_nm).min(mask.half()) as i32;
        let mut whole = true;
        for (done, part) in optics.contributions().into_iter().enumerate().skip(from) {
            if done > from && stop() {
                whole = false;
                self.begun = Some(Begun {
                    optics: optics.clone(),
                    mask: mask.clone(),
                    period_nm,
                    done,
                });
                break;
            }
            let [sx, sy] = part.sigma;
            let between = |centre: f64, radius: f64| {
                // A rim that rounding moves by less than this is judged by the pupil.
                const ROOM: f64 = 1e-6;
                let low = libm::ceil((-centre - radius) / unit - ROOM) as i32;
                let high = libm::floor((-centre + radius) / unit + ROOM) as i32;
                (low.max(-reach), high.min(reach))
            };
            let (low, high) = between(sy, 1.0);
            for (fy, row) in (low..=high).zip(room.rows.chunks_exact_mut(n)) {
                row.fill(Complex32::default());
                let y = f64::from(fy) * unit + sy;
                let chord = (1.0 - y * y).max(0.0).sqrt();
                let (from, to) = between(sx, chord);
                if from > to {
                    continue;
                }
                let count = (to - from + 1) as usize;
                match &phase {
                    Some(phase) => {
                        let x = f64::from(from) * unit + sx;
                        self.phase.fill(phase, y, x, unit, count);
                    }
                    None => self.by_order(optics, &part, fy, from..=to, unit),
                }
                let start = (fy + mask.half() as i32) as usize * mask.side()
                    + (from + mask.half() as i32) as usize;
                let orders = &narrowed[start..start + count];
                for (i, (p, m)) in self.phase.pupil.iter().zip(orders).enumerate() {
                    row[wrap(from + i as i32, n)] += p * m;
                }
            }
            if low <= high {
                room.add(low, high, part.weight as f32);
            }
        }
        let spectrum = whole.then(|| room.spectrum(half));
        self.room = Some(room);
        Some(Image {
            spectrum: spectrum?,
            period_nm,
        })
    }

    /// A row of the pupil as the reference has it.
    fn by_order(
        &mut self,
        optics: &Optics,
        part: &Contribution,
        fy: i32,
        orders: std::ops::RangeInclusive<i32>,
        unit: f64,
    ) {
        self.phase.pupil.clear();
        self.phase.pupil.extend(orders.map(|fx| {
            let c = optics.transfer(part, f64::from(fx) * unit, f64::from(fy) * unit);
            Complex32::new(c.re as f32, c.im as f32)
        }));
    }
}

/// What an image costs, in source points times points of the grid: with it one says beforehand whether an
/// image can follow a moving knob.
pub fn cost(optics: &Optics, period_nm: f64) -> f64 {
    let n = grid_for(optics.image_half(period_nm)) as f64;
    // A polarisation runs through three components, an even mixture through two polarisations.
    let parts = optics.contributions().len() as f64;
    let slow = optics.polarisation.is_some() || optics.pupil.apodisation.is_some();
    parts * n * n * if slow { 3.0 } else { 1.0 }
}

/// Pictures of images on grids, their tables kept while grid and band stay.
#[derive(Default)]
pub struct Screen<T: Real> {
    band: Option<(usize, Band<T>)>,
}

impl<T: Real> Screen<T> {
    /// Intensity on an `n` by `n` grid (n divisible by 4) that begins at the tile's corner, row by row.
    ///
    /// The grid must hold the image's band: `n` above twice its largest order.
    pub fn values(&mut self, image: &Image, n: usize) -> Vec<T> {
        let half = image.spectrum.half();
        if self
            .band
            .as_ref()
            .is_none_or(|(side, b)| (*side, b.half()) != (n, half))
        {
            self.band = Some((n, Band::new(n, half)));
        }
        let narrow = |c: &Complex64| num_complex::Complex::new(T::of(c.re), T::of(c.im));
        let coefficients: Vec<_> = image.spectrum.values().iter().map(narrow).collect();
        self.band
            .as_ref()
            .map_or_else(Vec::new, |(_, band)| band.inverse(&coefficients))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::process::lithography::abbe;
    use crate::sim::process::lithography::optics::Polarisation;
    use crate::sim::process::lithography::source::Outline;

    fn mask(half: u32) -> Spectrum {
        let samples: Vec<f64> = (0..96 * 96_usize)
            .map(|i| match (i % 96 / 11 + i / 96 / 7) % 3 {
                0 => 1.0,
                _ => -0.245,
            })
            .collect();
        Spectrum::of_samples(96, &samples, half)
    }

    fn bent(mut optics: Optics) -> Optics {
        optics.pupil.defocus_nm = 40.0;
        for (j, c) in optics.pupil.zernike_waves.iter_mut().enumerate() {
            *c = 0.03 * libm::sin(1.7 * j as f64);
        }
        optics
    }

    fn worst(optics: &Optics, period_nm: f64) -> f64 {
        let mask = mask(optics.field_half(period_nm));
        let reference = abbe::image(optics, &mask, period_nm).on_grid(96);
        let image = Exposer::default().image(optics, &mask, period_nm, &|| false);
        let found = image.expect("nobody stopped it").on_grid(96);
        let off = found.iter().zip(&reference).map(|(a, b)| (a - b).abs());
        off.fold(0.0, f64::max)
    }

    #[test]
    fn it_gives_the_reference_image() {
        let ring = Outline::Annular {
            inner: 0.6,
            outer: 0.93,
        };
        let poles = Outline::Poles {
            count: 2,
            inner: 0.3,
            outer: 0.8,
            open_deg: 60.0,
            rotation_deg: 20.0,
        };
        let immersion = bent(Optics::arf_immersion(ring, 13).unwrap());
        let mut dark = bent(Optics::high_na_euv(poles, 9, 0.2).unwrap());
        dark.pupil.apodisation = None;
        let mut apodised = bent(Optics::euv(poles, 7).unwrap());
        apodised.pupil.apodisation = Some(0.25);
        let mut vector = immersion.clone();
        vector.polarisation = Some(Polarisation::Unpolarised);
        for (name, optics, period) in [
            ("immersion", immersion, 1100.0),
            ("obscured", dark, 300.0),
            ("apodised", apodised, 320.0),
            ("vector", vector, 700.0),
        ] {
            let off = worst(&optics, period);
            assert!(off < 5e-6, "{name}: {off:e}");
        }
    }

    #[test]
    fn it_stops_when_told_and_goes_on_afterwards() {
        let optics = Optics::euv(Outline::Conventional { sigma: 0.5 }, 9).unwrap();
        let mask = mask(optics.field_half(200.0));
        let mut exposer = Exposer::default();
        let left = core::cell::Cell::new(7);
        let stop = || {
            left.set(left.get() - 1);
            left.get() == 0
        };
        assert!(exposer.image(&optics, &mask, 200.0, &stop).is_none());
        let again = exposer.image(&optics, &mask, 200.0, &|| false).unwrap();
        let reference = abbe::image(&optics, &mask, 200.0);
        assert!((again.at(31.0, 44.0) - reference.at(31.0, 44.0)).abs() < 5e-6);
    }

    #[test]
    fn an_image_in_slices_is_the_image() {
        let optics = Optics::euv(Outline::Conventional { sigma: 0.5 }, 9).unwrap();
        let mask = mask(optics.field_half(200.0));
        let whole = Exposer::default().image(&optics, &mask, 200.0, &|| false);
        let mut exposer = Exposer::default();
        let mut slices = 1;
        let sliced = loop {
            match exposer.image(&optics, &mask, 200.0, &|| true) {
                Some(image) => break image,
                None => slices += 1,
            }
        };
        assert_eq!(slices, optics.contributions().len());
        assert_eq!(Some(sliced), whole);
        // A slice of another image is not gone on with.
        assert!(exposer.image(&optics, &mask, 200.0, &|| true).is_none());
        let mut other = optics.clone();
        other.pupil.defocus_nm = 40.0;
        let found = exposer.image(&other, &mask, 200.0, &|| false);
        let expected = Exposer::default().image(&other, &mask, 200.0, &|| false);
        assert_eq!(found, expected);
    }

    #[test]
    fn quick_turns_are_near() {
        for i in -4000..4000 {
            let t = f64::from(i) * 0.001_7;
            let (found, angle) = (cis(t), core::f64::consts::TAU * t);
            let off = f64::from(found.re) - angle.cos();
            let up = f64::from(found.im) - angle.sin();
            assert!(off.abs() < 1e-7 && up.abs() < 1e-7, "{t}: {off:e} {up:e}");
        }
    }

    #[test]
    fn a_screen_shows_the_image_itself() {
        let optics = Optics::euv(Outline::Conventional { sigma: 0.5 }, 7).unwrap();
        let mask = mask(optics.field_half(200.0));
        let image = abbe::image(&optics, &mask, 200.0);
        let mut screen = Screen::<f32>::default();
        for n in [64, 80] {
            let values = screen.values(&image, n);
            let step = 200.0 / n as f64;
            for (x, y) in [(0, 0), (13, 40), (63, 5)] {
                let there = image.at(x as f64 * step, y as f64 * step);
                assert!((f64::from(values[y * n + x]) - there).abs() < 2e-6);
            }
        }
    }
}
