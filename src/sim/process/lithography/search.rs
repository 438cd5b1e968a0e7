//! A search for the mask of a layout under way: what each tile starts from, what was found of it, how far it is.

use crate::scene::shapes::{Layout, Overfull};
use crate::sim::process::lithography::free_masks::{Pass, Task};
use crate::sim::process::lithography::level_set::LevelSet;
use crate::sim::process::lithography::outlines::FreeMask;
use crate::sim::process::lithography::raster::coverage;
use crate::sim::process::lithography::tiles::Plan;

/// How far a search is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Counted from 1.
    pub pass: u32,
    /// The tile's number in the plan.
    pub tile: u64,
    /// Steps of this tile in this pass.
    pub step: u32,
    /// Steps of all tiles so far.
    pub done: u64,
    /// Of so many.
    pub of: u64,
    /// Loss before the step.
    pub loss: f64,
}

/// A tile that waits for its mask.
pub struct Work {
    n: u32,
    /// Shares of its pixels that the layout covers.
    cover: Vec<f32>,
    /// 1 where light shall print.
    pub target: Vec<f32>,
    /// Transmissions of the joined mask there, where a pass holds what lies outside the core.
    pub around: Option<Vec<f32>>,
    set: Option<LevelSet>,
}

impl Work {
    /// Parameters of pixels to start from.
    pub fn parameters(&self) -> Vec<f32> {
        match &self.around {
            None => self.cover.clone(),
            Some(mask) => mask.iter().copied().map(parameter).collect(),
        }
    }

    /// The level set to start from: that of the pass before.
    pub fn level_set(&self, half: u32) -> LevelSet {
        let nearest = || LevelSet::nearest(half, &self.cover, self.n);
        self.set.clone().unwrap_or_else(nearest)
    }
}

/// Counts the steps of all tiles.
pub struct Counter {
    done: u64,
    of: u64,
}

impl Counter {
    /// Of none yet.
    pub fn of(task: &Task<'_>) -> Self {
        let each: u64 = task.passes().iter().map(|p| u64::from(p.steps())).sum();
        Self {
            done: 0,
            of: each * task.plan.count(),
        }
    }

    /// How far it is after one more step of a tile.
    pub fn seen(&mut self, pass: u32, tile: u64, step: u32, loss: f64) -> Seen {
        self.done += 1;
        Seen {
            pass,
            tile,
            step,
            done: self.done,
            of: self.of,
            loss,
        }
    }
}

/// A search under way: what was found of each tile.
pub struct Search<'t> {
    task: &'t Task<'t>,
    mask: FreeMask,
    free: Vec<f32>,
    sets: Vec<Option<LevelSet>>,
    reached: Vec<bool>,
}

impl<'t> Search<'t> {
    /// Of nothing yet.
    pub fn new(task: &'t Task<'t>) -> Self {
        let plan = &task.plan;
        let (side, count) = (
            (plan.counts[0].max(plan.counts[1]) * plan.core) as usize,
            plan.count() as usize,
        );
        Self {
            task,
            mask: FreeMask {
                low_nm: plan.low_nm,
                pixel_nm: plan.pixel_nm,
                n: side,
                values: vec![0.0; side * side],
            },
            free: free(plan),
            sets: vec![None; count],
            reached: vec![false; count],
        }
    }

    /// 1 where a pass that holds lets a tile's mask change.
    pub fn free(&self) -> &[f32] {
        &self.free
    }

    /// What a tile's mask is sought from.
    ///
    /// # Errors
    /// It holds too many shapes.
    pub fn work(&self, layout: &dyn Layout, pass: &Pass, tile: u64) -> Result<Work, Overfull> {
        let cover = self.cover(layout, tile)?;
        Ok(Work {
            n: self.task.plan.pixels(),
            target: if self.task.tones.bright() {
                cover.clone()
            } else {
                cover.iter().map(|c| 1.0 - c).collect()
            },
            around: pass.holds.then(|| self.around(tile, &cover)),
            set: self.sets[tile as usize].clone(),
            cover,
        })
    }

    /// Keeps the core of a tile's transmissions.
    pub fn keep_pixels(&mut self, tile: u64, found: &[f32]) {
        let plan = &self.task.plan;
        let (n, core, halo) = (
            plan.pixels() as usize,
            plan.core as usize,
            plan.halo as usize,
        );
        let [x, y] = plan.tile(tile).map(|t| t as usize * core);
        for row in 0..core {
            let from = (row + halo) * n + halo;
            let to = (y + row) * self.mask.n + x;
            self.mask.values[to..to + core].copy_from_slice(&found[from..from + core]);
        }
        self.reached[tile as usize] = true;
    }

    /// Keeps a tile's level set, and of its mask the core.
    pub fn keep_set(&mut self, tile: u64, found: LevelSet) {
        self.keep_pixels(tile, &found.transmission(self.task.plan.pixels()));
        self.sets[tile as usize] = Some(found);
    }

    /// What was found; the layout itself where no tile was sought.
    ///
    /// # Errors
    /// A tile holds too many shapes.
    pub fn mask(mut self, layout: &dyn Layout) -> Result<FreeMask, Overfull> {
        for tile in 0..self.task.plan.count() {
            if !self.reached[tile as usize] {
                let cover = self.cover(layout, tile)?;
                self.keep_pixels(tile, &cover);
            }
        }
        Ok(self.mask)
    }

    fn cover(&self, layout: &dyn Layout, tile: u64) -> Result<Vec<f32>, Overfull> {
        let plan = &self.task.plan;
        let origin = plan.origin_nm(plan.tile(tile));
        let shapes = layout.within_nm(origin, plan.period_nm())?;
        Ok(coverage(&shapes, origin, plan.period_nm(), plan.pixels()))
    }

    /// Transmissions of a tile from the joined mask; beyond the region, those of the layout.
    fn around(&self, tile: u64, cover: &[f32]) -> Vec<f32> {
        let plan = &self.task.plan;
        let (n, core, halo) = (
            plan.pixels() as usize,
            i64::from(plan.core),
            i64::from(plan.halo),
        );
        let tile = plan.tile(tile);
        let place = |k: usize, i: usize| i64::from(tile[k]) * core - halo + i as i64;
        let limit = [0, 1].map(|k| i64::from(plan.counts[k]) * core);
        (0..n * n)
            .map(|i| {
                let at = [place(0, i % n), place(1, i / n)];
                let inside = (0..2).all(|k| (0..limit[k]).contains(&at[k]));
                if inside {
                    self.mask.values[at[1] as usize * self.mask.n + at[0] as usize]
                } else {
                    cover[i]
                }
            })
            .collect()
    }
}

/// 1 in the core and a strip of an eighth of the halo around it, where a pass that holds may change a mask.
fn free(plan: &Plan) -> Vec<f32> {
    let (n, halo) = (plan.pixels() as usize, plan.halo as usize);
    let inside = halo - halo / 8..n - (halo - halo / 8);
    let on = |i: usize| inside.contains(&(i % n)) && inside.contains(&(i / n));
    (0..n * n).map(|i| f32::from(u8::from(on(i)))).collect()
}

/// The parameter of a transmission: the inverse of the mask's σ.
fn parameter(transmission: f32) -> f32 {
    let v = f64::from(transmission).clamp(1e-3, 1.0 - 1e-3);
    (0.5 + 0.25 * libm::log(v / (1.0 - v))) as f32
}
