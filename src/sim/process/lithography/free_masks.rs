//! Inverse lithography over layouts of any size and with any optics.
//!
//! Each tile is sought with its halo, and of the result its core is kept. A second pass goes through the
//! tiles again, from the joined mask and with all that lies outside the core held fast, so that neighbours
//! agree where they meet (an alternating Schwarz iteration). The region reaches some resolutions beyond the
//! layout: there the assist features grow.

use crate::scene::shapes::{Layout, Overfull, Sorted};
use crate::sim::process::lithography::band::Band;
use crate::sim::process::lithography::descent::Optimiser;
use crate::sim::process::lithography::ilt::{Flow, Problem, Progress, Run, Stage, Weights};
use crate::sim::process::lithography::imager::Lens;
use crate::sim::process::lithography::level_set::{self, Held, LevelSet};
use crate::sim::process::lithography::optics::Optics;
use crate::sim::process::lithography::outlines::FreeMask;
use crate::sim::process::lithography::raster::coverage;
use crate::sim::process::lithography::resist::Threshold;
use crate::sim::process::lithography::socs::{Keep, Kernels};
use crate::sim::process::lithography::tiles::{Plan, TileImager};
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

impl Task<'_> {
    /// Seeks the mask of a layout.
    ///
    /// # Errors
    /// A tile holds too many shapes.
    pub fn seek(
        &self,
        layout: &dyn Layout,
        watch: &mut dyn FnMut(Progress) -> Flow,
    ) -> Result<FreeMask, Overfull> {
        let plan = &self.plan;
        let lens = |defocus: f64| {
            let optics = self
                .optics
                .at_defocus(self.optics.pupil.defocus_nm + defocus);
            Lens::<f32>::new(&Kernels::new(
                &optics,
                plan.period_nm(),
                Keep::Count(KERNELS),
            ))
        };
        let (focus, defocus) = (lens(0.0), lens(self.corners.defocus_nm));
        let problem = Problem {
            level: self.resist.level,
            steepness: STEEPNESS / self.resist.level,
            outer: 1.0 + self.corners.dose,
            inner: 1.0 - self.corners.dose,
            tones: [self.tones.inside, self.tones.outside],
            diffusion: self.resist.diffusion_nm / plan.period_nm(),
            ..Problem::contest(&focus, &defocus)
        };
        let n = plan.pixels();
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
        let first = [stage(n / 2, self.steps[0]), stage(n, self.steps[1])];
        let second = [Stage {
            rate: 0.1,
            ..stage(n, self.steps[1] / 3)
        }];
        let side = (plan.counts[0].max(plan.counts[1]) * plan.core) as usize;
        let mut mask = FreeMask {
            low_nm: plan.low_nm,
            pixel_nm: plan.pixel_nm,
            n: side,
            values: vec![0.0; side * side],
        };
        let bright = self.tones.inside.abs() > self.tones.outside.abs();
        let passes = if plan.count() > 1 { 2 } else { 1 };
        let each = [
            first.iter().map(|s| s.iterations).sum::<u32>(),
            second[0].iterations,
        ];
        let of = each[..passes].iter().sum::<u32>() * plan.count() as u32;
        let mut before = 0;
        let free = self.free();
        let mut sets = vec![None; plan.count() as usize];
        for (pass, steps) in each.into_iter().enumerate().take(passes) {
            for index in 0..plan.count() {
                let tile = plan.tile(index);
                let origin = plan.origin_nm(tile);
                let shapes = layout.within_nm(origin, plan.period_nm())?;
                let cover = coverage(&shapes, origin, plan.period_nm(), n);
                let target: Vec<f32> = if bright {
                    cover.clone()
                } else {
                    cover.iter().map(|c| 1.0 - c).collect()
                };
                let mut flow = Flow::Continue;
                let mut on = |p: Progress| {
                    flow = watch(Progress {
                        done: before + p.done,
                        of,
                        loss: p.loss,
                    });
                    flow
                };
                let around = (pass == 1).then(|| self.around(&mask, tile, &cover));
                let stages: &[Stage] = if pass == 0 { &first } else { &second };
                let found = match self.unknowns {
                    Unknowns::Pixels(optimiser) => {
                        let run = Run {
                            problem,
                            optimiser,
                            free: around.as_ref().map(|_| free.as_slice()),
                        };
                        let start = around.map_or_else(|| cover.clone(), parameters);
                        run.optimise(stages, &start, &target, n, &mut on)
                    }
                    Unknowns::LevelSet => {
                        let half = problem.focus.half();
                        let kept: &mut Option<LevelSet> = &mut sets[index as usize];
                        let start = kept.take();
                        let start = start.unwrap_or_else(|| LevelSet::nearest(half, &cover, n));
                        let held = around.as_ref().map(|mask| Held { free: &free, mask });
                        let set =
                            level_set::optimise(problem, stages, start, held, &target, n, &mut on);
                        kept.insert(set).transmission(n)
                    }
                };
                self.keep(&mut mask, tile, &found);
                before += steps;
                if flow == Flow::Stop {
                    return Ok(mask);
                }
            }
        }
        Ok(mask)
    }

    /// 1 in the core and a strip of an eighth of the halo around it, where the second pass may change.
    fn free(&self) -> Vec<f32> {
        let (n, halo) = (self.plan.pixels() as usize, self.plan.halo as usize);
        let inside = halo - halo / 8..n - (halo - halo / 8);
        let on = |i: usize| inside.contains(&(i % n)) && inside.contains(&(i / n));
        (0..n * n).map(|i| f32::from(u8::from(on(i)))).collect()
    }

    /// Transmissions of a tile from the joined mask; beyond the region, those of the layout.
    fn around(&self, mask: &FreeMask, tile: [u32; 2], cover: &[f32]) -> Vec<f32> {
        let (n, core, halo) = (
            self.plan.pixels() as usize,
            i64::from(self.plan.core),
            i64::from(self.plan.halo),
        );
        let place = |k: usize, i: usize| i64::from(tile[k]) * core - halo + i as i64;
        let limit = [0, 1].map(|k| i64::from(self.plan.counts[k]) * core);
        (0..n * n)
            .map(|i| {
                let at = [place(0, i % n), place(1, i / n)];
                let inside = (0..2).all(|k| (0..limit[k]).contains(&at[k]));
                if inside {
                    mask.values[at[1] as usize * mask.n + at[0] as usize]
                } else {
                    cover[i]
                }
            })
            .collect()
    }

    /// Keeps the core of a tile.
    fn keep(&self, mask: &mut FreeMask, tile: [u32; 2], found: &[f32]) {
        let (n, core, halo) = (
            self.plan.pixels() as usize,
            self.plan.core as usize,
            self.plan.halo as usize,
        );
        let [x, y] = tile.map(|t| t as usize * core);
        for row in 0..core {
            let from = (row + halo) * n + halo;
            let to = (y + row) * mask.n + x;
            mask.values[to..to + core].copy_from_slice(&found[from..from + core]);
        }
    }
}

/// Parameters of transmissions: the inverse of the mask's σ.
fn parameters(transmissions: Vec<f32>) -> Vec<f32> {
    let one = |value: f32| {
        let v = f64::from(value).clamp(1e-3, 1.0 - 1e-3);
        (0.5 + 0.25 * libm::log(v / (1.0 - v))) as f32
    };
    transmissions.into_iter().map(one).collect()
}

/// What a mask prints against its target; areas in nm².
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Areas {
    /// Where the nominal print differs from the target.
    pub l2_nm2: f64,
    /// Where the outer and the inner corner differ: the process-variation band.
    pub pvb_nm2: f64,
}

/// Judges a mask by its prints at nominal and at both corners, tile by tile; `imagers` are those in focus
/// and out of it.
///
/// # Errors
/// A tile holds too many shapes.
pub fn judge(
    target: &dyn Layout,
    mask: &Sorted,
    plan: &Plan,
    imagers: [&TileImager; 2],
    resist: Threshold,
    corners: Corners,
    bright: bool,
) -> Result<Areas, Overfull> {
    let n = plan.pixels() as usize;
    let fine = [0, 1].map(|k| Band::<f64>::new(n, imagers[k].image_half()));
    let mut areas = Areas::default();
    let pixel = plan.pixel_nm * plan.pixel_nm;
    for index in 0..plan.count() {
        let origin = plan.origin_nm(plan.tile(index));
        let wanted = target.within_nm(origin, plan.period_nm())?;
        let wanted = coverage(&wanted, origin, plan.period_nm(), plan.pixels());
        let shapes = mask.within_nm(origin, plan.period_nm())?;
        let [focus, defocus] = [0, 1].map(|k| {
            let latent = resist.latent(&imagers[k].image(&shapes, origin));
            fine[k].inverse(latent.spectrum.values())
        });
        let inside = plan.halo as usize..(plan.halo + plan.core) as usize;
        for y in inside.clone() {
            for i in y * n + inside.start..y * n + inside.end {
                let prints = |v: f64, dose: f64| v * dose >= resist.level;
                let nominal = prints(focus[i], 1.0) == bright;
                areas.l2_nm2 += if nominal == (wanted[i] >= 0.5) {
                    0.0
                } else {
                    pixel
                };
                let (outer, inner) = (
                    prints(focus[i], 1.0 + corners.dose),
                    prints(defocus[i], 1.0 - corners.dose),
                );
                areas.pvb_nm2 += if outer == inner { 0.0 } else { pixel };
            }
        }
    }
    Ok(areas)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::shapes::{Polygon, Shapes};
    use crate::sim::process::lithography::mask_rules::PixelMask;
    use crate::sim::process::lithography::mask_rules::Rules;
    use crate::sim::process::lithography::source::Outline;

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
