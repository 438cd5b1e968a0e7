//! Layouts of any size, imaged in tiles.
//!
//! A tile is a square *core* that is looked at and a *halo* around it whose shapes shine into it; the whole
//! is taken as periodic. What lies beyond the halo is missing from the core's image, and how much that
//! makes is measured, not assumed: [`halo_errors`] images places of the layout with ever wider halos and
//! compares their cores. Memory follows the tile: shapes are asked of the layout tile by tile.
//!
//! A source of points has a coherence that comes back at λ / (NA Δσ), Δσ the distance of its points: with
//! few points no halo makes the error small, and the table shows that too.

use num_complex::Complex;

use crate::scene::bins::Area;
use crate::scene::shapes::{Layout, Overfull, Shapes};
use crate::sim::process::lithography::band::Band;
use crate::sim::process::lithography::image::Image;
use crate::sim::process::lithography::imager::Lens;
use crate::sim::process::lithography::optics::Optics;
use crate::sim::process::lithography::raster::coverage;
use crate::sim::process::lithography::socs::{Keep, Kernels};
use crate::sim::process::lithography::spectrum::Spectrum;
use crate::sim::process::lithography::tones::Tones;

/// How a region is cut into tiles; all lengths are whole pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Lower left corner of the first core.
    pub low_nm: [f64; 2],
    /// Tiles along x and y.
    pub counts: [u32; 2],
    /// Pixels along a side of a core.
    pub core: u32,
    /// Pixels of the halo on each side.
    pub halo: u32,
    /// Side of a pixel.
    pub pixel_nm: f64,
}

impl Plan {
    /// Tiles of about `pixels` along a side, halo and all, that cover a region.
    ///
    /// A tile is a multiple of eight pixels; one tile is taken where the region fits into it.
    pub fn new(
        low_nm: [f64; 2],
        size_nm: [f64; 2],
        pixels: u32,
        halo_nm: f64,
        pixel_nm: f64,
    ) -> Self {
        // Multiples of four, so that contours may be traced on each fourth pixel.
        let halo = libm::ceil(halo_nm / pixel_nm / 4.0) as u32 * 4;
        let room = pixels.saturating_sub(2 * halo).max(8) / 8 * 8;
        let need = size_nm.map(|s| libm::ceil(s / pixel_nm - 1e-9).max(1.0));
        let counts = need.map(|n| libm::ceil(n / f64::from(room)) as u32);
        // As small as does with so many tiles.
        let core = [0, 1].map(|k| libm::ceil(need[k] / f64::from(counts[k]) / 8.0) as u32 * 8);
        Self {
            low_nm,
            counts,
            core: core[0].max(core[1]),
            halo,
            pixel_nm,
        }
    }

    /// Pixels along a side of a tile.
    pub fn pixels(&self) -> u32 {
        self.core + 2 * self.halo
    }

    /// Side of a tile.
    pub fn period_nm(&self) -> f64 {
        f64::from(self.pixels()) * self.pixel_nm
    }

    /// Pixels from sample to sample where contours are traced: as many as leave `least` samples a tile.
    pub fn stride(&self, least: u32) -> u32 {
        let fits = |k: &u32| self.pixels().is_multiple_of(4 * k) && self.pixels() / k >= least;
        [4, 2].into_iter().find(fits).unwrap_or(1)
    }

    /// Side of a core.
    pub fn core_nm(&self) -> f64 {
        f64::from(self.core) * self.pixel_nm
    }

    /// Width of the halo.
    pub fn halo_nm(&self) -> f64 {
        f64::from(self.halo) * self.pixel_nm
    }

    /// Number of tiles.
    pub fn count(&self) -> u64 {
        u64::from(self.counts[0]) * u64::from(self.counts[1])
    }

    /// Column and row of a tile, row by row.
    pub fn tile(&self, index: u64) -> [u32; 2] {
        let columns = u64::from(self.counts[0]);
        [(index % columns) as u32, (index / columns) as u32]
    }

    /// Lower left corner of a tile's core.
    pub fn core_low_nm(&self, tile: [u32; 2]) -> [f64; 2] {
        [0, 1].map(|k| self.low_nm[k] + f64::from(tile[k]) * self.core_nm())
    }

    /// Lower left corner of a whole tile.
    pub fn origin_nm(&self, tile: [u32; 2]) -> [f64; 2] {
        self.core_low_nm(tile).map(|v| v - self.halo_nm())
    }
}

/// Images of tiles of one size through one projection system.
pub struct TileImager {
    pixels: u32,
    period_nm: f64,
    tones: Tones,
    mask: Band<f32>,
    lens: Lens<f32>,
    /// Largest error of intensity for want of the kernels that are left out.
    pub left_out: f64,
    /// Coherent systems that are added up.
    pub systems: u32,
}

/// Source points up to which kernels are worked out; with more of them the points themselves are taken.
const POINTS_MAX: usize = 420;

impl TileImager {
    /// For tiles of `pixels` along a side, a multiple of 4, with kernels left out that make less than
    /// `error` of intensity together.
    ///
    /// # Errors
    /// The pixels are too coarse for the lens; the coarsest that do, in nm.
    pub fn new(
        optics: &Optics,
        tones: Tones,
        pixels: u32,
        pixel_nm: f64,
        error: f64,
    ) -> Result<Self, f64> {
        let period_nm = f64::from(pixels) * pixel_nm;
        let half = optics.field_half(period_nm);
        if pixels <= 4 * half {
            return Err(period_nm / f64::from(4 * half + 4));
        }
        let kernels = if optics.contributions().len() <= POINTS_MAX {
            Kernels::new(optics, period_nm, Keep::Error(error))
        } else {
            Kernels::of_points(optics, period_nm)
        };
        Ok(Self {
            pixels,
            period_nm,
            tones,
            mask: Band::new(pixels as usize, half),
            lens: Lens::new(&kernels),
            left_out: kernels.left_out,
            systems: kernels.kernels.len() as u32,
        })
    }

    /// For kernels that are given, on tiles of their own period.
    ///
    /// # Errors
    /// The pixels are too coarse; the coarsest that do, in nm.
    pub fn of_kernels(kernels: &Kernels, tones: Tones, pixels: u32) -> Result<Self, f64> {
        let half = kernels.half();
        if pixels <= 4 * half {
            return Err(kernels.period_nm / f64::from(4 * half + 4));
        }
        Ok(Self {
            pixels,
            period_nm: kernels.period_nm,
            tones,
            mask: Band::new(pixels as usize, half),
            lens: Lens::new(kernels),
            left_out: kernels.left_out,
            systems: kernels.kernels.len() as u32,
        })
    }

    /// Side of the tile.
    pub fn period_nm(&self) -> f64 {
        self.period_nm
    }

    /// Coefficients of the mask's amplitude for shapes on a tile that begins at `origin_nm`.
    fn spectrum(&self, shapes: &Shapes, origin_nm: [f64; 2]) -> Vec<Complex<f32>> {
        let side = 2 * self.lens.half() as usize + 1;
        let mut sum = vec![Complex::default(); side * side];
        for (shapes, factor) in self.tones.levels(shapes) {
            let cover = coverage(&shapes, origin_nm, self.period_nm, self.pixels);
            for (sum, c) in sum.iter_mut().zip(self.mask.forward(&cover)) {
                *sum += c * factor as f32;
            }
        }
        let middle = sum.len() / 2;
        sum[middle] += self.tones.outside as f32;
        sum
    }

    /// The aerial image of shapes on a tile that begins at `origin_nm`. Its own origin is the centre of the
    /// tile's first pixel.
    pub fn image(&self, shapes: &Shapes, origin_nm: [f64; 2]) -> Image {
        let found = self.lens.image(&self.spectrum(shapes, origin_nm), None);
        let wide = found
            .iter()
            .map(|c| Complex::new(f64::from(c.re), f64::from(c.im)));
        let half = 2 * self.lens.half();
        Image {
            spectrum: Spectrum::from_values(half, wide.collect()).expect("a full band"),
            period_nm: self.period_nm,
        }
    }

    /// Largest order of its images.
    pub fn image_half(&self) -> u32 {
        2 * self.lens.half()
    }

    /// The aerial image of what a layout has on a tile.
    ///
    /// # Errors
    /// The tile holds more shapes than fit into memory.
    pub fn image_of(&self, layout: &dyn Layout, origin_nm: [f64; 2]) -> Result<Image, Overfull> {
        let shapes = layout.within_nm(origin_nm, self.period_nm)?;
        Ok(self.image(&shapes, origin_nm))
    }
}

/// What a halo leaves out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HaloError {
    /// Width of the halo.
    pub halo_nm: f64,
    /// Largest difference of intensity in the cores looked at, against the widest halo.
    pub largest: f64,
}

/// Halos that are compared, in wavelength / NA; the last is the reference.
const HALOS: [f64; 7] = [1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0];

/// Images places of a layout with ever wider halos and gives the largest difference of each in the core,
/// against twelve wavelengths / NA. The core is two of them wide, and is looked at on 24 by 24 points.
///
/// # Errors
/// A place holds more shapes than fit into memory.
pub fn halo_errors(
    optics: &Optics,
    tones: Tones,
    layout: &dyn Layout,
    places_nm: &[[f64; 2]],
    pixel_nm: f64,
) -> Result<Vec<HaloError>, Overfull> {
    const POINTS: u32 = 24;
    let unit = 1.0 / optics.pupil.cut_off_per_nm();
    let core = libm::ceil(2.0 * unit / pixel_nm / 4.0) as u32 * 4;
    let sampled = |halo: f64, place: [f64; 2]| -> Result<Vec<f64>, Overfull> {
        let halo = libm::ceil(halo * unit / pixel_nm / 2.0) as u32 * 2;
        let pixels = core + 2 * halo;
        let period = f64::from(pixels) * pixel_nm;
        let origin = place.map(|v| v - f64::from(halo) * pixel_nm);
        let half = optics.field_half(period);
        let shapes = layout.within_nm(origin, period)?;
        // Point by point of the source: nothing is left out but what the halo leaves out.
        let lens = Lens::<f32>::new(&Kernels::of_points(optics, period));
        let imager = TileImager {
            pixels,
            period_nm: period,
            tones,
            mask: Band::new(pixels as usize, half),
            lens,
            left_out: 0.0,
            systems: 0,
        };
        let image = imager.image(&shapes, origin);
        let step = f64::from(core) * pixel_nm / f64::from(POINTS);
        let first = (f64::from(halo) - 0.5) * pixel_nm;
        let mut values = Vec::new();
        for row in 0..POINTS {
            let y = first + (f64::from(row) + 0.5) * step;
            let line = image.cut([first, y], [1.0, 0.0]);
            values.extend((0..POINTS).map(|k| line.at((f64::from(k) + 0.5) * step)));
        }
        Ok(values)
    };
    let mut rows: Vec<HaloError> = HALOS[..HALOS.len() - 1]
        .iter()
        .map(|h| HaloError {
            halo_nm: h * unit,
            largest: 0.0,
        })
        .collect();
    for &place in places_nm {
        let reference = sampled(HALOS[HALOS.len() - 1], place)?;
        for (row, &halo) in rows.iter_mut().zip(&HALOS) {
            for (a, b) in sampled(halo, place)?.iter().zip(&reference) {
                row.largest = row.largest.max((a - b).abs());
            }
        }
    }
    Ok(rows)
}

/// The narrowest halo of which, and of all wider ones, twice the measured error stays below `error`; the
/// factor is for the places that were not looked at. `None` when none does.
pub fn halo_for(rows: &[HaloError], error: f64) -> Option<f64> {
    let wide = rows.iter().rev().take_while(|r| 2.0 * r.largest <= error);
    wide.last().map(|r| r.halo_nm)
}

/// The rectangle of a layout in nm.
pub fn bounds_nm(layout: &dyn Layout) -> Option<Area> {
    let (low, high) = layout.bounds()?;
    let unit = layout.unit_nm();
    Some([low, high].map(|p| p.map(|v| f64::from(v) * unit)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Seed, Stream};
    use crate::scene::shapes::{Polygon, Sorted};
    use crate::sim::process::lithography::abbe;
    use crate::sim::process::lithography::source::Outline;

    /// Squares of 80 nm, half of them open by chance, on `side` by `side` places.
    fn chance(side: i32) -> Sorted {
        let open = |x: i32, y: i32| {
            let word = Seed(3).block(Stream::Photons, [x as u32, y as u32, 0])[0];
            word & 1 == 0
        };
        let square =
            |x: i32, y: i32| Polygon::rectangle([80 * x, 80 * y], [80 * x + 80, 80 * y + 80]);
        let all = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
        Sorted::new(Shapes {
            unit_nm: 1.0,
            polygons: all
                .filter(|&(x, y)| open(x, y))
                .map(|(x, y)| square(x, y))
                .collect(),
        })
    }

    fn optics(side: u32) -> Optics {
        Optics::arf_immersion(Outline::Conventional { sigma: 0.5 }, side).unwrap()
    }

    #[test]
    fn a_plan_covers_its_region_without_gap() {
        let plan = Plan::new([-5.0, 7.0], [1003.0, 411.0], 256, 60.0, 2.0);
        assert_eq!((plan.halo, plan.pixels() % 4), (32, 0));
        assert!(plan.pixels() <= 256);
        for (k, size) in [1003.0, 411.0].into_iter().enumerate() {
            let whole = f64::from(plan.counts[k]) * plan.core_nm();
            assert!(whole >= size && plan.counts[k] > 1);
        }
        let [a, b] = [plan.core_low_nm([0, 0]), plan.core_low_nm([1, 0])];
        assert_eq!(b[0] - a[0], plan.core_nm());
        assert_eq!(plan.tile(u64::from(plan.counts[0]) + 2), [2, 1]);
        assert_eq!(Plan::new([0.0; 2], [100.0; 2], 256, 60.0, 2.0).count(), 1);
    }

    #[test]
    fn a_tile_images_as_the_reference_does() {
        let (optics, layout) = (optics(9), chance(12));
        let tones = Tones {
            outside: -0.25,
            ..Tones::OPENINGS
        };
        let imager = TileImager::new(&optics, tones, 240, 4.0, 1e-6).unwrap();
        let image = imager.image_of(&layout, [0.0; 2]).unwrap();
        let half = optics.field_half(960.0);
        let cover = Spectrum::of_shapes(layout.shapes(), [0.0; 2], 960.0, 240, half);
        let mut mask = Spectrum::zero(half).plus(&cover, 1.25.into());
        mask.set(0, 0, mask.get(0, 0) - 0.25);
        let exact = abbe::image(&optics, &mask, 960.0);
        for (x, y) in [(10.0, 20.0), (333.0, 501.0), (900.0, 77.0)] {
            let error = (image.at(x, y) - exact.at(x, y)).abs();
            assert!(error < 5e-6, "{error}");
        }
        assert!(TileImager::new(&optics, tones, 40, 24.0, 1e-3).is_err_and(|most| most < 24.0));
    }

    /// The wider the halo, the smaller the error; and tiles with the halo chosen for a bound keep it all
    /// over a layout against one large tile.
    #[test]
    fn the_halo_chosen_for_a_bound_keeps_it() {
        let (optics, layout) = (optics(41), chance(48));
        let places = [[1500.0, 1700.0], [2000.0, 1300.0]];
        let rows = halo_errors(&optics, Tones::OPENINGS, &layout, &places, 8.0).unwrap();
        for row in &rows {
            println!("halo {:.0} nm: {:.5}", row.halo_nm, row.largest);
        }
        assert!(rows[0].largest > 4.0 * rows[3].largest);
        let bound = 0.01;
        let halo = halo_for(&rows, bound).expect("some halo does");
        assert_eq!(halo_for(&rows, 0.0), None);
        let whole = TileImager::new(&optics, Tones::OPENINGS, 720, 8.0, 1e-6).unwrap();
        let origin = [-960.0; 2];
        let whole = whole.image_of(&layout, origin).unwrap();
        let plan = Plan::new([800.0; 2], [2000.0; 2], 160, halo, 8.0);
        assert!(plan.count() >= 4);
        let imager = TileImager::new(&optics, Tones::OPENINGS, plan.pixels(), 8.0, 1e-6).unwrap();
        let mut worst = 0.0_f64;
        for index in 0..plan.count() {
            let origin_of = plan.origin_nm(plan.tile(index));
            let image = imager.image_of(&layout, origin_of).unwrap();
            for i in 0..64 {
                let at = [0, 1].map(|k| {
                    let part = f64::from(if k == 0 { i % 8 } else { i / 8 }) / 8.0;
                    origin_of[k] + plan.halo_nm() + part * plan.core_nm()
                });
                let near = image.at(at[0] - origin_of[0] - 4.0, at[1] - origin_of[1] - 4.0);
                let far = whole.at(at[0] - origin[0] - 4.0, at[1] - origin[1] - 4.0);
                worst = worst.max((near - far).abs());
            }
        }
        println!("bound {bound}, halo {halo:.0} nm, worst {worst:.5}");
        assert!(worst <= bound && worst > 0.0, "{worst}");
    }
}
