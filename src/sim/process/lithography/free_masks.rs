//! Inverse lithography over layouts of any size and with any optics.
//!
//! Each tile is sought with its halo, and of the result its core is kept. A second pass goes through the
//! tiles again, from the joined mask and with all that lies outside the core held fast, so that neighbours
//! agree where they meet (an alternating Schwarz iteration). It goes in groups of tiles none of which sees another's
//! core, so that those of a group may be sought in any order, on threads, or all at once on a GPU (`ilt_on_gpu::seek`). The region reaches some
//! resolutions beyond the layout: there the assist features grow.

use core::sync::atomic::{AtomicBool, Ordering};

use crate::scene::shapes::{Layout, Overfull};
use crate::sim::process::lithography::crew::side_by_side;
use crate::sim::process::lithography::descent::Optimiser;
use crate::sim::process::lithography::ilt::{Flow, Problem, Progress, Run, Stage, Weights};
use crate::sim::process::lithography::imager::Lens;
use crate::sim::process::lithography::level_set::{self, Held, LevelSet};
use crate::sim::process::lithography::optics::Optics;
use crate::sim::process::lithography::outlines::FreeMask;
use crate::sim::process::lithography::resist::Threshold;
use crate::sim::process::lithography::search::{Counter, Search, Seen, Work};
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

impl Task<'_> {
    /// Seeks the mask of a layout on the processor, up to `threads` tiles at once: the mask is the same whatever their
    /// number. What a stopped run has not reached stays as the layout has it.
    ///
    /// # Errors
    /// A tile holds too many shapes.
    pub fn seek(
        &self,
        layout: &dyn Layout,
        threads: u32,
        watch: &mut dyn FnMut(Seen) -> Flow,
    ) -> Result<FreeMask, Overfull> {
        let lenses = self.lenses();
        let problem = self.problem(&lenses);
        let (mut search, mut counter) = (Search::new(self), Counter::of(self));
        let stop = AtomicBool::new(false);
        for (number, pass) in (1..).zip(&self.passes()) {
            // Some tiles of a group at a time: masks that wait to be joined take memory.
            let few = 4 * threads.max(1) as usize;
            for group in pass.groups.iter().flat_map(|group| group.chunks(few)) {
                let sought = &search;
                let work = |tile: u64, say: &mut dyn FnMut((u64, Progress))| {
                    if stop.load(Ordering::Relaxed) {
                        return Ok(None);
                    }
                    let mut on = |p: Progress| {
                        say((tile, p));
                        Flow::when(!stop.load(Ordering::Relaxed))
                    };
                    let work = sought.work(layout, pass, tile)?;
                    Ok(Some(self.tile(problem, pass, sought, &work, &mut on)))
                };
                let heard = &mut |(tile, p): (u64, Progress)| {
                    if watch(counter.seen(number, tile, p.done, p.loss)) == Flow::Stop {
                        stop.store(true, Ordering::Relaxed);
                    }
                };
                let found = side_by_side(threads, group, work, heard);
                for (&tile, found) in group.iter().zip(found) {
                    match found? {
                        Some(Found::Pixels(mask)) => search.keep_pixels(tile, &mask),
                        Some(Found::LevelSet(set)) => search.keep_set(tile, set),
                        None => (),
                    }
                }
                if stop.load(Ordering::Relaxed) {
                    return search.mask(layout);
                }
            }
        }
        search.mask(layout)
    }

    /// Seeks the mask of a tile.
    fn tile(
        &self,
        problem: Problem<'_, f32>,
        pass: &Pass,
        search: &Search<'_>,
        work: &Work,
        on: &mut dyn FnMut(Progress) -> Flow,
    ) -> Found {
        let (n, stages, goal) = (self.plan.pixels(), &pass.stages, &work.target);
        let around = work.around.as_deref();
        let free = search.free();
        match self.unknowns {
            Unknowns::Pixels(optimiser) => {
                let run = Run {
                    problem,
                    optimiser,
                    free: around.map(|_| free),
                };
                Found::Pixels(run.optimise(stages, &work.parameters(), goal, n, on))
            }
            Unknowns::LevelSet => {
                let held = around.map(|mask| Held { free, mask });
                let start = work.level_set(problem.focus.half());
                Found::LevelSet(level_set::optimise(
                    problem, stages, start, held, goal, n, on,
                ))
            }
        }
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
}

/// The mask of a tile.
enum Found {
    /// Transmissions.
    Pixels(Vec<f32>),
    LevelSet(LevelSet),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::shapes::{Polygon, Shapes, Sorted};
    use crate::sim::process::lithography::areas::Judge;
    use crate::sim::process::lithography::mask_rules::PixelMask;
    use crate::sim::process::lithography::mask_rules::Rules;
    use crate::sim::process::lithography::raster::coverage;
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
        let found = task.seek(&line, 1, &mut |_| Flow::Continue).unwrap();
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
        let judge = Judge {
            plan: &task.plan,
            imagers,
            resist: RESIST,
            corners: task.corners,
            bright: true,
        };
        let mut outlines = Vec::new();
        let mut of = |mask: &Sorted| {
            let seen = &mut |lines| {
                outlines = lines;
                true
            };
            judge.areas(&line, mask, 2, seen).unwrap().unwrap()
        };
        let main = Shapes {
            unit_nm: 1.0,
            polygons: shapes
                .polygons
                .iter()
                .filter(|p| !assists.contains(p))
                .cloned()
                .collect(),
        };
        let [with, alone, without] = [&mask, &Sorted::new(main), &line].map(&mut of);
        println!("{with:?}, without assists {alone:?}, the line itself {without:?}");
        assert!(with.pvb_nm2 < alone.pvb_nm2 && with.l2_nm2 < 0.5 * without.l2_nm2);
        // The last that was judged is the line itself: its outlines lie where its latent image has the level.
        let origin = task.plan.origin_nm([0, 0]);
        let latent = RESIST.latent(&imagers[0].image(line.shapes(), origin));
        assert_eq!(outlines.len(), 1);
        for p in &outlines[0].points_nm {
            let at = [0, 1].map(|k| p[k] - origin[k] - 4.0);
            assert!(
                (latent.at(at[0], at[1]) - RESIST.level).abs() < 2e-3,
                "{p:?}"
            );
        }
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
        let found = task.seek(&line, 1, &mut |_| Flow::Stop).unwrap();
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
            let mask = task.seek(&line, 1, &mut |_| Flow::Continue).unwrap();
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
            let judge = Judge {
                plan: &plan,
                imagers: [&imagers[0], &imagers[1]],
                resist: RESIST,
                corners: task.corners,
                bright: true,
            };
            let areas = |threads: u32, until: u32| {
                let mut seen = 0;
                let goes_on = &mut |_| {
                    seen += 1;
                    seen < until
                };
                judge.areas(&line, &mask, threads, goes_on).unwrap()
            };
            // One tile is told of, and then it is told to stop.
            assert_eq!((areas(1, 1), areas(2, 9)), (None, areas(1, 9)));
            let areas = areas(2, 9).unwrap();
            let tiles = task.plan.count();
            println!("{unknowns:?}, {tiles} tiles: {areas:?}");
            found.push((task.plan.count(), areas));
        }
        for pair in found.chunks_exact(2) {
            assert!(pair[0].0 == 1 && pair[1].0 > 1);
            // Without correction it is 13 568 nm².
            assert!(pair[1].1.pvb_nm2 < 12_000.0, "{found:?}");
        }
    }
}
