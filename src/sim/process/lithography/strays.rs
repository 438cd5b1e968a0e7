//! Assist features that print, and a mask without them.
//!
//! A mask is sought with soft edges, where an assist feature may be as faint as it must. Held to the mask's rules some
//! grow to the least width and print. Those are found as any inspection finds them: what prints at the outer corner
//! and touches nothing of the target is a stray, and the assist features under it are taken off.

use core::sync::atomic::{AtomicBool, Ordering};

use crate::scene::shapes::{Layout, Overfull, Sorted};
use crate::sim::process::lithography::areas::Judge;
use crate::sim::process::lithography::band::Band;
use crate::sim::process::lithography::bits::Bits;
use crate::sim::process::lithography::crew::side_by_side;
use crate::sim::process::lithography::mask_rules::PixelMask;
use crate::sim::process::lithography::outlines::FreeMask;

/// Rounds at most: without some features others may begin to print.
pub const ROUNDS: u32 = 8;

/// Pixels of a region.
struct Region {
    /// What prints at the outer corner.
    printed: PixelMask,
    /// What shall print.
    wanted: Vec<bool>,
}

impl Judge<'_> {
    /// A mask, in pixels at the place of `place`, without the assist features that print at the outer corner: those
    /// within `reach` pixels of a print that touches nothing of the target. After each tile `goes_on` is asked; where it
    /// says no, the mask is as far as the rounds before have come.
    ///
    /// # Errors
    /// A tile holds too many shapes.
    pub fn without_strays(
        &self,
        target: &dyn Layout,
        place: &FreeMask,
        mut mask: PixelMask,
        reach: usize,
        threads: u32,
        goes_on: &mut dyn FnMut() -> bool,
    ) -> Result<PixelMask, Overfull> {
        for _ in 0..ROUNDS {
            let shapes = Sorted::new(place.manhattan(&mask, 0.25 * place.pixel_nm));
            let Some(Region { printed, wanted }) = self.outer(target, &shapes, threads, goes_on)?
            else {
                break;
            };
            let touches = |shape: &[usize], pixels: &[bool]| shape.iter().any(|&i| pixels[i]);
            let mut strays = vec![false; wanted.len()];
            for stray in printed.shapes().iter().filter(|s| !touches(s, &wanted)) {
                for &i in stray {
                    strays[i] = true;
                }
            }
            let near = Bits::of(&strays, printed.n).grown(reach).pixels();
            let assists = mask.shapes().into_iter();
            let off: Vec<Vec<usize>> = assists
                .filter(|shape| touches(shape, &near) && !touches(shape, &wanted))
                .collect();
            if off.is_empty() {
                break;
            }
            for i in off.into_iter().flatten() {
                mask.pixels[i] = false;
            }
        }
        Ok(mask)
    }

    /// What a mask prints at the outer corner, in focus, and what shall print, over all tiles; `None` where it was stopped.
    fn outer(
        &self,
        target: &dyn Layout,
        mask: &Sorted,
        threads: u32,
        goes_on: &mut dyn FnMut() -> bool,
    ) -> Result<Option<Region>, Overfull> {
        let (plan, resist) = (self.plan, self.resist);
        let pixels = plan.pixels() as usize;
        let (core, halo) = (plan.core as usize, plan.halo as usize);
        let fine = Band::<f64>::new(pixels, self.imagers[0].image_half());
        let dose = 1.0
            + if self.bright {
                self.corners.dose
            } else {
                -self.corners.dose
            };
        let tiles: Vec<u64> = (0..plan.count()).collect();
        let stop = AtomicBool::new(false);
        let work = |tile: u64, say: &mut dyn FnMut(())| -> Result<Vec<[bool; 2]>, Overfull> {
            if stop.load(Ordering::Relaxed) {
                return Ok(Vec::new());
            }
            let origin = plan.origin_nm(plan.tile(tile));
            let wanted = self.wanted(target, origin)?;
            let shapes = mask.within_nm(origin, plan.period_nm())?;
            let values = self.latent(0, &fine, &shapes, origin);
            let inside = |i: usize| (i / core + halo) * pixels + i % core + halo;
            let prints = |v: f64| (v * dose >= resist.level) == self.bright;
            let found = (0..core * core).map(inside);
            let found = found.map(|i| [prints(values[i]), wanted[i]]).collect();
            say(());
            Ok(found)
        };
        let heard = &mut |()| {
            if !goes_on() {
                stop.store(true, Ordering::Relaxed);
            }
        };
        let found = side_by_side(threads, &tiles, work, heard);
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let n = plan.counts[0].max(plan.counts[1]) as usize * core;
        let (mut printed, mut wanted) = (vec![false; n * n], vec![false; n * n]);
        for (&tile, found) in tiles.iter().zip(found) {
            let [x, y] = plan.tile(tile).map(|t| t as usize * core);
            for (i, [prints, wants]) in found?.into_iter().enumerate() {
                let at = (y + i / core) * n + x + i % core;
                (printed[at], wanted[at]) = (prints, wants);
            }
        }
        Ok(Some(Region {
            printed: PixelMask { n, pixels: printed },
            wanted,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::shapes::{Polygon, Shapes};
    use crate::sim::process::lithography::free_masks::Corners;
    use crate::sim::process::lithography::optics::Optics;
    use crate::sim::process::lithography::resist::Threshold;
    use crate::sim::process::lithography::source::Outline;
    use crate::sim::process::lithography::tiles::{Plan, TileImager};
    use crate::sim::process::lithography::tones::Tones;

    /// Of two bars beside a line the one wide enough to print is taken off; the narrow one and the line stay.
    #[test]
    fn only_what_prints_beside_the_target_is_taken_off() {
        let outline = Outline::Annular {
            inner: 0.7,
            outer: 0.9,
        };
        let optics = Optics::arf_immersion(outline, 15).unwrap();
        let target = Sorted::new(Shapes {
            unit_nm: 1.0,
            polygons: vec![Polygon::rectangle([0, 0], [64, 800])],
        });
        for pixels in [400, 152] {
            let plan = Plan::new([-336.0, -120.0], [736.0, 1040.0], pixels, 320.0, 8.0);
            let imager =
                TileImager::new(&optics, Tones::OPENINGS, plan.pixels(), 8.0, 1e-4).unwrap();
            let judge = Judge {
                plan: &plan,
                imagers: [&imager, &imager],
                resist: Threshold {
                    level: 0.25,
                    diffusion_nm: 5.0,
                },
                corners: Corners {
                    dose: 0.04,
                    defocus_nm: 0.0,
                },
                bright: true,
            };
            let n = (plan.counts[0].max(plan.counts[1]) * plan.core) as usize;
            let place = FreeMask {
                low_nm: plan.low_nm,
                pixel_nm: 8.0,
                n,
                values: Vec::new(),
            };
            let bar = |i: usize, from: f64, to: f64| {
                let at = |v: usize, k: usize| plan.low_nm[k] + (v as f64 + 0.5) * 8.0;
                let (x, y) = (at(i % n, 0), at(i / n, 1));
                (from..to).contains(&x) && (0.0..800.0).contains(&y)
            };
            let mask = |bars: &[[f64; 2]]| PixelMask {
                n,
                pixels: (0..n * n)
                    .map(|i| bars.iter().any(|[a, b]| bar(i, *a, *b)))
                    .collect(),
            };
            let [line, narrow, wide] = [[0.0, 64.0], [-120.0, -96.0], [180.0, 244.0]];
            let all = mask(&[line, narrow, wide]);
            let kept = judge.without_strays(&target, &place, all.clone(), 2, 2, &mut || true);
            let kept = kept.unwrap();
            assert!(kept == mask(&[line, narrow]), "{pixels}");
            let again = judge.without_strays(&target, &place, kept.clone(), 2, 1, &mut || true);
            assert!(again.unwrap() == kept);
            let stopped = judge.without_strays(&target, &place, all.clone(), 2, 2, &mut || false);
            assert!(stopped.unwrap() == all);
        }
    }
}
