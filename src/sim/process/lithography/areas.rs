//! What a mask of a layout of any size prints against its target, tile by tile.

use core::sync::atomic::{AtomicBool, Ordering};

use crate::scene::shapes::{Layout, Overfull, Shapes, Sorted};
use crate::sim::process::lithography::band::Band;
use crate::sim::process::lithography::contour::{Contour, trace};
use crate::sim::process::lithography::crew::side_by_side;
use crate::sim::process::lithography::free_masks::Corners;
use crate::sim::process::lithography::raster::coverage;
use crate::sim::process::lithography::resist::Threshold;
use crate::sim::process::lithography::tiles::{Plan, TileImager};

/// What a mask prints against its target; areas in nm².
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Areas {
    /// Where the nominal print differs from the target.
    pub l2_nm2: f64,
    /// Where the outer and the inner corner differ: the process-variation band.
    pub pvb_nm2: f64,
}

/// What a mask is judged by.
#[derive(Clone, Copy)]
pub struct Judge<'j> {
    /// Tiles.
    pub plan: &'j Plan,
    /// Imaging in focus and out of it.
    pub imagers: [&'j TileImager; 2],
    /// Resist.
    pub resist: Threshold,
    /// How far dose and focus stray.
    pub corners: Corners,
    /// Whether light prints the target.
    pub bright: bool,
}

impl Judge<'_> {
    /// Prints at nominal and at both corners against the target, up to `threads` tiles at once. After each tile `goes_on`
    /// is given the outlines of what it prints at nominal, in nm of the layout, within a few hundredths of a pixel, and
    /// asked; `None` where it said no.
    ///
    /// # Errors
    /// A tile holds too many shapes.
    pub fn areas(
        &self,
        target: &dyn Layout,
        mask: &Sorted,
        threads: u32,
        goes_on: &mut dyn FnMut(Vec<Contour>) -> bool,
    ) -> Result<Option<Areas>, Overfull> {
        let n = self.plan.pixels() as usize;
        let fine = self.imagers.map(|i| Band::<f64>::new(n, i.image_half()));
        let tiles: Vec<u64> = (0..self.plan.count()).collect();
        let stop = AtomicBool::new(false);
        let work = |tile: u64, say: &mut dyn FnMut(Vec<Contour>)| {
            if stop.load(Ordering::Relaxed) {
                return Ok([0, 0]);
            }
            let (pixels, outlines) = self.tile(target, mask, &fine, tile)?;
            say(outlines);
            Ok(pixels)
        };
        let heard = &mut |outlines| {
            if !goes_on(outlines) {
                stop.store(true, Ordering::Relaxed);
            }
        };
        let found = side_by_side(threads, &tiles, work, heard);
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let mut areas = Areas::default();
        for found in found {
            let [l2, pvb] = found?;
            areas.l2_nm2 += l2 as f64 * self.plan.pixel_nm * self.plan.pixel_nm;
            areas.pvb_nm2 += pvb as f64 * self.plan.pixel_nm * self.plan.pixel_nm;
        }
        Ok(Some(areas))
    }

    /// Pixels of a tile's core where the nominal print is wrong, and where both corners differ; outlines of that print.
    fn tile(
        &self,
        target: &dyn Layout,
        mask: &Sorted,
        fine: &[Band<f64>; 2],
        tile: u64,
    ) -> Result<([u64; 2], Vec<Contour>), Overfull> {
        let (plan, resist, corners) = (self.plan, self.resist, self.corners);
        let n = plan.pixels() as usize;
        let origin = plan.origin_nm(plan.tile(tile));
        let wanted = self.wanted(target, origin)?;
        let shapes = mask.within_nm(origin, plan.period_nm())?;
        let [focus, defocus] = [0, 1].map(|k| self.latent(k, &fine[k], &shapes, origin));
        let prints = |v: f64, dose: f64| v * dose >= resist.level;
        let inside = plan.halo as usize..(plan.halo + plan.core) as usize;
        let mut pixels = [0, 0];
        for y in inside.clone() {
            for i in y * n + inside.start..y * n + inside.end {
                let nominal = prints(focus[i], 1.0) == self.bright;
                pixels[0] += u64::from(nominal != wanted[i]);
                let (outer, inner) = (
                    prints(focus[i], 1.0 + corners.dose),
                    prints(defocus[i], 1.0 - corners.dose),
                );
                pixels[1] += u64::from(outer != inner);
            }
        }
        // One place more on each side than the core has: outlines of neighbours meet.
        let (first, side) = (
            plan.halo as usize,
            (plan.core as usize + 1).min(n - plan.halo as usize),
        );
        let rows = focus.chunks_exact(n).skip(first).take(side);
        let core: Vec<f64> = rows
            .flat_map(|row| &row[first..first + side])
            .copied()
            .collect();
        let mut outlines = trace(&core, side, side, resist.level);
        let zero = origin.map(|v| v + (first as f64 + 0.5) * plan.pixel_nm);
        for p in outlines.iter_mut().flat_map(|line| &mut line.points_nm) {
            *p = [0, 1].map(|k| zero[k] + p[k] * plan.pixel_nm);
        }
        Ok((pixels, outlines))
    }

    /// Whether each pixel of a tile that begins at `origin_nm` shall print.
    pub(super) fn wanted(
        &self,
        target: &dyn Layout,
        origin_nm: [f64; 2],
    ) -> Result<Vec<bool>, Overfull> {
        let period = self.plan.period_nm();
        let shapes = target.within_nm(origin_nm, period)?;
        let cover = coverage(&shapes, origin_nm, period, self.plan.pixels());
        Ok(cover.into_iter().map(|c| c >= 0.5).collect())
    }

    /// Latent intensities of a mask's shapes on such a tile, in focus (0) or out of it (1).
    pub(super) fn latent(
        &self,
        k: usize,
        fine: &Band<f64>,
        shapes: &Shapes,
        origin_nm: [f64; 2],
    ) -> Vec<f64> {
        let image = self.imagers[k].image(shapes, origin_nm);
        fine.inverse(self.resist.latent(&image).spectrum.values())
    }
}
