//! Inverse lithography over layouts of any size and with any optics.
//!
//! Each tile is sought with its halo, and of the result its core is kept. A second pass goes through the
//! tiles again, from the joined mask and with all that lies outside the core held fast, so that neighbours
//! agree where they meet (an alternating Schwarz iteration). It goes in groups of tiles none of which sees another's
//! core, so that those of a group may be sought in any order, or all at once (`ilt_on_gpu::seek`). The region reaches some
//! resolutions beyond the layout: there the assist features grow.

use crate::scene::shapes::{Layout, Overfull};
use crate::sim::process::lithography::descent::Optimiser;
use crate::sim::process::lithography::ilt::{Flow, Problem, Progress, Run, Stage, Weights};
use crate::sim::process::lithography::imager::Lens;
use crate::sim::process::lithography::level_set::{self, Held, LevelSet};
use crate::sim::process::lithography::optics::Optics;
use crate::sim::process::lithography::outlines::FreeMask;
use crate::sim::process::lithography::raster::coverage;
use crate::sim::process::lithography::resist::Threshold;
use crate::sim::process::lithography::socs::{Keep, Kernels};
use crate::sim::process::lithography::tiles::Plan;
use crate::sim::process::lithography::tones::Tones;

/// How far dose and focus stray.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Corners {
    /// Share by which the dose is higher at the outer corner and lower at the inner.
    pub dose: f64,
    /// Defocus of the inner corner.
    pub defocus_nm: f64,
}

impl Corners {
    /// 4 % of dose, and 0.15 of λ n / NA² of focus: what the contest's corners are for its lens.
    pub fn for_optics(optics: &Optics) -> Self {
        let p = &optics.pupil;
        Self {
            dose: 0.04,
            defocus_nm: 0.15 * p.wavelength_nm * p.index / (p.na * p.na),
        }
    }
}

/// What describes a mask that is sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknowns {
    /// Its pixels.
    Pixels(Optimiser),
    /// A function in the band of the lens, above 0 where the mask is open.
    LevelSet,
}

/// What a mask is sought for.
pub struct Task<'t> {
    /// Lens and source.
    pub optics: &'t Optics,
    /// Amplitudes of the mask.
    pub tones: Tones,
    /// Resist.
    pub resist: Threshold,
    /// Corners.
    pub corners: Corners,
    /// Tiles, with pixels of the mask; their number along a side is a multiple of 8.
    pub plan: Plan,
    /// What is sought.
    pub unknowns: Unknowns,
    /// Steps of the first pass on the coarse and on the fine mask.
    pub steps: [u32; 2],
    /// Weight of the process variation.
    pub variation: f64,
}

/// Kernels that a mask is sought with; the result is judged with all that matter.
const KERNELS: u32 = 32;
/// Steepness of the smooth print, per level of the resist: that of the contest.
const STEEPNESS: f64 = 50.0 * 0.225;

/// A pass over all tiles.
#[derive(Clone, Debug, PartialEq)]
pub struct Pass {
    /// What is done with each.
    pub stages: Vec<Stage>,
    /// Whether what lies outside a tile's core is held, as the joined mask has it.
    pub holds: bool,
    /// Tiles in the order in which groups of them are sought: none of a group sees another's core.
    pub groups: Vec<Vec<u64>>,
}

impl Pass {
    /// Steps of a tile.
    pub fn steps(&self) -> u32 {
        self.stages.iter().map(|s| s.iterations).sum()
    }
}

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

impl Task<'_> {
    /// Seeks the mask of a layout on the processor. What a stopped run has not reached stays as the layout has it.
    ///
    /// # Errors
    /// A tile holds too many shapes.
    pub fn seek(
        &self,
        layout: &dyn Layout,
        watch: &mut dyn FnMut(Seen) -> Flow,
    ) -> Result<FreeMask, Overfull> {
        let lenses = self.lenses();
        let problem = self.problem(&lenses);
        let (n, half) = (self.plan.pixels(), problem.focus.half());
        let mut search = Search::new(self);
        let passes = self.passes();
        let mut flow = Flow::Continue;
        'all: for (number, pass) in (1..).zip(&passes) {
            for &tile in pass.groups.iter().flatten() {
                let work = search.work(layout, pass, tile)?;
                let mut on = |p: Progress| {
                    flow = watch(search.seen(number, tile, p.done, p.loss));
                    flow
                };
                let (goal, around) = (&work.target, work.around.as_deref());
                match self.unknowns {
                    Unknowns::Pixels(optimiser) => {
                        let run = Run {
                            problem,
                            optimiser,
                            free: around.map(|_| search.free()),
                        };
                        let found =
                            run.optimise(&pass.stages, &work.parameters(), goal, n, &mut on);
                        search.keep_pixels(tile, &found);
                    }
                    Unknowns::LevelSet => {
                        let free = search.free();
                        let held = around.map(|mask| Held { free, mask });
                        let start = work.level_set(half);
                        let stages = &pass.stages;
                        let found =
                            level_set::optimise(problem, stages, start, held, goal, n, &mut on);
                        search.keep_set(tile, found);
                    }
                }
                if flow == Flow::Stop {
                    break 'all;
                }
                search.count(pass.steps());
            }
        }
        search.mask(layout)
    }

    /// Imaging in focus and out of it.
    pub fn lenses(&self) -> [Lens<f32>; 2] {
        [0.0, self.corners.defocus_nm].map(|defocus| {
            let optics = self
                .optics
                .at_defocus(self.optics.pupil.defocus_nm + defocus);
            Lens::new(&Kernels::new(
                &optics,
                self.plan.period_nm(),
                Keep::Count(KERNELS),
            ))
        })
    }

    /// What a tile's mask is judged by.
    pub fn problem<'l>(&self, [focus, defocus]: &'l [Lens<f32>; 2]) -> Problem<'l, f32> {
        Problem {
            level: self.resist.level,
            steepness: STEEPNESS / self.resist.level,
            outer: 1.0 + self.corners.dose,
            inner: 1.0 - self.corners.dose,
            tones: [self.tones.inside, self.tones.outside],
            diffusion: self.resist.diffusion_nm / self.plan.period_nm(),
            ..Problem::contest(focus, defocus)
        }
    }

    /// All passes.
    pub fn passes(&self) -> Vec<Pass> {
        let n = self.plan.pixels();
        let pool = match self.unknowns {
            Unknowns::Pixels(_) => 5,
            Unknowns::LevelSet => 1,
        };
        let stage = |mask, iterations| Stage {
            mask,
            print: mask,
            iterations,
            rate: 0.2,
            pool,
            weights: Weights {
                nominal: 1.0,
                // What must not print, assist features, shows first at the outer corner.
                outer: 0.5,
                variation: self.variation,
            },
        };
        let first = Pass {
            stages: vec![stage(n / 2, self.steps[0]), stage(n, self.steps[1])],
            holds: false,
            groups: vec![(0..self.plan.count()).collect()],
        };
        if self.plan.count() == 1 {
            return vec![first];
        }
        let second = Pass {
            stages: vec![Stage {
                rate: 0.1,
                ..stage(n, self.steps[1] / 3)
            }],
            holds: true,
            groups: self.apart(),
        };
        vec![first, second]
    }

    /// Tiles dealt out so that none sees the core of another of its group.
    fn apart(&self) -> Vec<Vec<u64>> {
        let reach = 1 + self.plan.halo.div_ceil(self.plan.core);
        let mut groups = vec![Vec::new(); (reach * reach) as usize];
        for index in 0..self.plan.count() {
            let [x, y] = self.plan.tile(index);
            groups[(y % reach * reach + x % reach) as usize].push(index);
        }
        groups.retain(|group| !group.is_empty());
        groups
    }

    /// 1 in the core and a strip of an eighth of the halo around it, where the second pass may change.
    fn free(&self) -> Vec<f32> {
        let (n, halo) = (self.plan.pixels() as usize, self.plan.halo as usize);
        let inside = halo - halo / 8..n - (halo - halo / 8);
        let on = |i: usize| inside.contains(&(i % n)) && inside.contains(&(i / n));
        (0..n * n).map(|i| f32::from(u8::from(on(i)))).collect()
    }
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

/// A search under way: what was found of each tile.
pub struct Search<'t> {
    task: &'t Task<'t>,
    mask: FreeMask,
    free: Vec<f32>,
    sets: Vec<Option<LevelSet>>,
    reached: Vec<bool>,
    done: u64,
    of: u64,
}

impl<'t> Search<'t> {
    /// Of nothing yet.
    pub fn new(task: &'t Task<'t>) -> Self {
        let plan = &task.plan;
        let (side, count) = (
            (plan.counts[0].max(plan.counts[1]) * plan.core) as usize,
            plan.count() as usize,
        );
        let each: u64 = task.passes().iter().map(|p| u64::from(p.steps())).sum();
        Self {
            task,
            mask: FreeMask {
                low_nm: plan.low_nm,
                pixel_nm: plan.pixel_nm,
                n: side,
                values: vec![0.0; side * side],
            },
            free: task.free(),
            sets: vec![None; count],
            reached: vec![false; count],
            done: 0,
            of: each * plan.count(),
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
        let tones = self.task.tones;
        let bright = tones.inside.abs() > tones.outside.abs();
        Ok(Work {
            n: self.task.plan.pixels(),
            target: if bright {
                cover.clone()
            } else {
                cover.iter().map(|c| 1.0 - c).collect()
            },
            around: pass.holds.then(|| self.around(tile, &cover)),
            set: self.sets[tile as usize].clone(),
            cover,
        })
    }

    /// How far it is at a step of a tile whose steps before are counted.
    pub fn seen(&self, pass: u32, tile: u64, step: u32, loss: f64) -> Seen {
        Seen {
            pass,
            tile,
            step,
            done: self.done + u64::from(step),
            of: self.of,
            loss,
        }
    }

    /// Counts steps that were done.
    pub fn count(&mut self, steps: u32) {
        self.done += u64::from(steps);
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

/// The parameter of a transmission: the inverse of the mask's σ.
fn parameter(transmission: f32) -> f32 {
    let v = f64::from(transmission).clamp(1e-3, 1.0 - 1e-3);
    (0.5 + 0.25 * libm::log(v / (1.0 - v))) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::shapes::{Polygon, Shapes, Sorted};
    use crate::sim::process::lithography::areas::judge;
    use crate::sim::process::lithography::mask_rules::PixelMask;
    use crate::sim::process::lithography::mask_rules::Rules;
    use crate::sim::process::lithography::source::Outline;
    use crate::sim::process::lithography::tiles::TileImager;

    fn optics() -> Optics {
        let outline = Outline::Annular {
            inner: 0.7,
            outer: 0.9,
        };
        Optics::arf_immersion(outline, 15).unwrap()
    }

    const RULES: Rules = Rules {
        width_nm: 16.0,
        space_nm: 16.0,
        area_nm2: 600.0,
    };
    const RESIST: Threshold = Threshold {
        level: 0.25,
        diffusion_nm: 5.0,
    };

    fn line() -> Sorted {
        Sorted::new(Shapes {
            unit_nm: 1.0,
            polygons: vec![Polygon::rectangle([0, 0], [64, 800])],
        })
    }

    fn task<'t>(optics: &'t Optics, pixels: u32, unknowns: Unknowns) -> Task<'t> {
        let plan = Plan::new([-336.0, -120.0], [736.0, 1040.0], pixels, 320.0, 8.0);
        Task {
            optics,
            tones: Tones::OPENINGS,
            resist: RESIST,
            corners: Corners {
                dose: 0.04,
                defocus_nm: 50.0,
            },
            plan,
            unknowns,
            steps: [30, 30],
            variation: 2.0,
        }
    }

    /// An isolated line under an annular source gets assist features on both sides; they keep the mask
    /// rules, they narrow the process band, and they do not print, not even at the outer corner.
    #[test]
    fn an_isolated_line_gets_assist_features_that_do_not_print() {
        for unknowns in [Unknowns::Pixels(Optimiser::Adam), Unknowns::LevelSet] {
            println!("{unknowns:?}");
            assists_of(unknowns);
        }
    }

    fn assists_of(unknowns: Unknowns) {
        let (optics, line) = (optics(), line());
        let task = task(&optics, 400, unknowns);
        assert_eq!((task.plan.count(), task.plan.pixels() % 8), (1, 0));
        let found = task.seek(&line, &mut |_| Flow::Continue).unwrap();
        let clean = found.pixels().cleaned(&RULES, 8.0);
        assert!(clean.check(&RULES, 8.0).is_clean());
        let shapes = found.manhattan(&clean, 1.0);
        let assists: Vec<_> = shapes
            .polygons
            .iter()
            .filter(|p| {
                let [low, high] = p.area();
                high[0] < 0.0 || low[0] > 64.0
            })
            .collect();
        let left = assists.iter().filter(|p| p.area()[1][0] < 0.0).count();
        println!(
            "{} shapes, {} assists, {left} on the left",
            shapes.polygons.len(),
            assists.len()
        );
        assert!(left >= 1 && assists.len() > left, "{:?}", shapes.polygons);
        let imagers = [0.0, 50.0].map(|z| {
            TileImager::new(
                &optics.at_defocus(z),
                Tones::OPENINGS,
                task.plan.pixels(),
                8.0,
                1e-4,
            )
            .unwrap()
        });
        let imagers = [&imagers[0], &imagers[1]];
        let mask = Sorted::new(shapes.clone());
        let of = |mask: &Sorted| {
            judge(&line, mask, &task.plan, imagers, RESIST, task.corners, true).unwrap()
        };
        let (with, without) = (of(&mask), of(&line));
        let main = Shapes {
            unit_nm: 1.0,
            polygons: shapes
                .polygons
                .iter()
                .filter(|p| !assists.contains(p))
                .cloned()
                .collect(),
        };
        let alone = of(&Sorted::new(main));
        println!("{with:?}, without assists {alone:?}, the line itself {without:?}");
        assert!(with.pvb_nm2 < alone.pvb_nm2 && with.l2_nm2 < 0.5 * without.l2_nm2);
        // At the outer corner the only thing that prints is the line.
        let origin = task.plan.origin_nm([0, 0]);
        let latent = RESIST.latent(&imagers[0].image(&shapes, origin));
        let n = task.plan.pixels() as usize;
        let values = latent.on_grid(n);
        let printed = [1.0, 1.04].map(|dose| {
            let pixels = values.iter().map(|v| v * dose >= RESIST.level).collect();
            PixelMask { n, pixels }.shapes().len()
        });
        println!("printed shapes at nominal and outer dose: {printed:?}");
        assert_eq!(printed, [1, 1], "assist features print");
    }

    /// Where a stopped run has not come the mask is the layout; no tile of a group sees the core of another.
    #[test]
    fn a_stopped_run_leaves_the_layout_as_it_is() {
        let (optics, line) = (optics(), line());
        let task = task(&optics, 152, Unknowns::LevelSet);
        let plan = task.plan;
        let found = task.seek(&line, &mut |_| Flow::Stop).unwrap();
        let side = [0, 1].map(|k| f64::from(plan.counts[k]) * plan.core_nm());
        let bare = coverage(
            line.shapes(),
            plan.low_nm,
            side[0].max(side[1]),
            found.n as u32,
        );
        let core = plan.core as usize;
        let first = |i: usize| i % found.n < core && i / found.n < core;
        assert!((0..bare.len()).all(|i| first(i) || (bare[i] - found.values[i]).abs() < 1e-6));
        assert!((0..bare.len()).any(|i| first(i) && (bare[i] - found.values[i]).abs() > 0.1));

        let groups = &task.passes()[1].groups;
        assert_eq!(
            groups.iter().map(Vec::len).sum::<usize>() as u64,
            plan.count()
        );
        for group in groups {
            for (&a, &b) in group.iter().flat_map(|a| group.iter().map(move |b| (a, b))) {
                let [a, b] = [a, b].map(|t| plan.tile(t));
                let apart =
                    (0..2).any(|k| a[k].abs_diff(b[k]) * plan.core >= plan.halo + plan.core);
                assert!(a == b || apart, "{a:?} {b:?}");
            }
        }
    }

    /// Joined of small tiles a mask narrows the process band as one sought whole does.
    #[test]
    fn tiles_agree_where_they_meet() {
        let (optics, line) = (optics(), line());
        let mut found = Vec::new();
        let by_pixels = Unknowns::Pixels(Optimiser::Lbfgs);
        for (unknowns, pixels) in [
            (by_pixels, 400),
            (by_pixels, 152),
            (Unknowns::LevelSet, 400),
            (Unknowns::LevelSet, 152),
        ] {
            let task = task(&optics, pixels, unknowns);
            let mask = task.seek(&line, &mut |_| Flow::Continue).unwrap();
            let clean = mask.pixels().cleaned(&RULES, 8.0);
            let plan = super::tests::task(&optics, 400, unknowns).plan;
            let imagers = [0.0, 50.0].map(|z| {
                TileImager::new(
                    &optics.at_defocus(z),
                    Tones::OPENINGS,
                    plan.pixels(),
                    8.0,
                    1e-4,
                )
                .unwrap()
            });
            let mask = Sorted::new(mask.manhattan(&clean, 1.0));
            let areas = judge(
                &line,
                &mask,
                &plan,
                [&imagers[0], &imagers[1]],
                RESIST,
                task.corners,
                true,
            );
            let tiles = task.plan.count();
            println!("{unknowns:?}, {tiles} tiles: {:?}", areas.unwrap());
            found.push((task.plan.count(), areas.unwrap()));
        }
        for pair in found.chunks_exact(2) {
            assert!(pair[0].0 == 1 && pair[1].0 > 1);
            // Without correction it is 13 568 nm².
            assert!(pair[1].1.pvb_nm2 < 12_000.0, "{found:?}");
        }
    }
}
