//! Inverse lithography by the WGSL kernels in f32 against the processor's path: the gradient against the exact adjoint
//! in f64 and against difference quotients of the f64 loss, the course of a run, and the mask of a contest clip.
//!
//! Accepted: gradients within 2e-5 of their largest value (f32 against f64; where smooth prints bend most, a steepness
//! of 50 multiplies the error of an intensity). Losses of a run at most four times as far from the processor's f32 run as
//! that is from itself when its start moves in the last place: Adam divides by the size of the slope, so that where the
//! slope is near nothing rounding decides its sign. Losses of a contest clip within 1e-3. The contest's figures of a
//! mask made here within 2 % of those of the processor's, and its placement violations within 1.

use geoul::gpu::device::Gpu;
use geoul::scene::shapes::{Polygon, Shapes, Sorted};
use geoul::sim::process::lithography::contest::{SIDE, Score, Simulator};
use geoul::sim::process::lithography::descent::Optimiser;
use geoul::sim::process::lithography::free_masks::{Corners, Task, Unknowns};
use geoul::sim::process::lithography::ilt::{
    Flow, Level, Problem, Progress, Run, Schedule, Stage, Weights, grown,
};
use geoul::sim::process::lithography::ilt_on_gpu::{self, Descent, LevelSets};
use geoul::sim::process::lithography::imager::Lens;
use geoul::sim::process::lithography::level_set::{self, LevelSet};
use geoul::sim::process::lithography::mask_rules::{CONTEST, PixelMask};
use geoul::sim::process::lithography::resist::Threshold;
use geoul::sim::process::lithography::search::Seen;
use geoul::sim::process::lithography::tiles::Plan;
use geoul::sim::process::lithography::tones::Tones;
use geoul::sim::process::lithography::{Keep, Kernels, Optics, Outline};

use super::contest::{kernels, raster};
use super::golden::folder;
use super::gpu::gpu;

const N: u32 = 64;

/// Kernels in and out of focus of an aberrated lens without symmetry; different numbers of them.
fn optics() -> [Kernels; 2] {
    let outline = Outline::Poles {
        count: 2,
        inner: 0.2,
        outer: 0.7,
        open_deg: 70.0,
        rotation_deg: 20.0,
    };
    let mut optics = Optics::euv(outline, 9).unwrap();
    optics.pupil.zernike_waves[6] = 0.05;
    let of = |z: f64, keep| Kernels::new(&optics.at_defocus(z), 200.0, Keep::Count(keep));
    [of(0.0, 6), of(60.0, 5)]
}

/// A bar, moved by `by` pixels.
fn target(by: usize) -> Vec<f32> {
    let n = N as usize;
    let inside = |x: usize, y: usize| {
        (n / 4 + by..n / 2 + by).contains(&x) && (n / 4..3 * n / 4).contains(&y)
    };
    (0..n * n)
        .map(|i| f32::from(u8::from(inside(i % n, i / n))))
        .collect()
}

fn stage(mask: u32, pool: u32) -> Stage {
    Stage {
        mask,
        print: N,
        iterations: 12,
        rate: 0.1,
        pool,
        weights: Weights {
            nominal: 1.0,
            outer: 0.5,
            variation: 0.7,
        },
    }
}

/// C12 on the device: coarse and fine masks, with and without means, two tones, diffusion, two clips at once.
#[test]
fn the_gradient_is_that_of_the_exact_adjoint() {
    let Some(gpu) = gpu() else { return };
    let optics = optics();
    let narrow = [0, 1].map(|k| Lens::<f32>::new(&optics[k]));
    let wide = [0, 1].map(|k| Lens::<f64>::new(&optics[k]));
    for (stage, tones, diffusion) in [
        (stage(32, 3), [1.0, 0.0], 0.0),
        (stage(64, 1), [1.0, 0.0], 0.0),
        (stage(32, 5), [-0.25, 1.0], 0.02),
    ] {
        let exact = Problem {
            tones,
            diffusion,
            ..Problem::contest(&wide[0], &wide[1])
        };
        let problem = Problem {
            tones,
            diffusion,
            ..Problem::contest(&narrow[0], &narrow[1])
        };
        let side = stage.mask as usize;
        let thetas = [11, 13].map(|m| -> Vec<f64> {
            (0..side * side)
                .map(|i| (i * i % m) as f64 / m as f64)
                .collect()
        });
        let goals = [target(0), target(7)];
        let (losses, found) = pollster::block_on(async {
            let mut run = Descent::new(&gpu, &problem, &[stage], N, 2, None)
                .await
                .unwrap();
            for (clip, theta) in (0..).zip(&thetas) {
                let start: Vec<f32> = theta.iter().map(|v| *v as f32).collect();
                run.put(clip, &grown(&start, stage.mask, N), &goals[clip as usize]);
            }
            let found = run.evaluate().await.unwrap();
            // An evaluation takes no step and counts none.
            let again = run.evaluate().await.unwrap();
            assert_eq!(found.1, again.1);
            found
        });
        for (clip, theta) in thetas.iter().enumerate() {
            let level = Level::of(exact, stage, &goals[clip], N);
            let mut gradient = Vec::new();
            let loss = level.loss(theta, &mut gradient);
            assert!(
                (losses[clip] / loss - 1.0).abs() < 1e-5,
                "{} {loss}",
                losses[clip]
            );
            let most = gradient.iter().fold(0.0, |m, g| f64::max(m, g.abs()));
            let found = &found[clip * side * side..][..side * side];
            let errors = gradient.iter().zip(found);
            let error = errors
                .map(|(a, b)| (a - f64::from(*b)).abs() / most)
                .fold(0.0, f64::max);
            println!("mask {side} pool {}: gradient {error:.1e}", stage.pool);
            assert!(error < 2e-5, "{stage:?} {error}");
            let mut theta = theta.clone();
            for at in [0, side + 3, side * side / 3, side * side - 9] {
                let (kept, h) = (theta[at], 1e-5);
                let mut at_place = |value: f64| {
                    theta[at] = value;
                    level.loss(&theta, &mut Vec::new())
                };
                let quotient = (at_place(kept + h) - at_place(kept - h)) / (2.0 * h);
                at_place(kept);
                let error = (f64::from(found[at]) - quotient).abs() / most;
                assert!(error < 2e-5, "{at}: {} {quotient}", found[at]);
            }
        }
    }
}

fn on_gpu(
    gpu: &Gpu,
    problem: &Problem<'_, f32>,
    stages: &[Stage],
    starts: &[&[f32]],
    n: u32,
) -> (Vec<Vec<f64>>, Vec<Vec<f32>>) {
    pollster::block_on(async {
        let clips = starts.len() as u32;
        let mut run = Descent::new(gpu, problem, stages, n, clips, None)
            .await
            .unwrap();
        for (clip, start) in (0..).zip(starts) {
            run.put(clip, start, start);
        }
        // In uneven pieces, over the border of stages.
        while run.left() > 0 {
            run.advance(7);
        }
        (run.losses().await.unwrap(), run.masks().await.unwrap())
    })
}

fn on_cpu(
    problem: Problem<'_, f32>,
    stages: &[Stage],
    start: &[f32],
    n: u32,
) -> (Vec<f64>, Vec<f32>) {
    let run = Run {
        problem,
        optimiser: Optimiser::Adam,
        free: None,
    };
    let mut losses = Vec::new();
    let mask = run.optimise(stages, start, start, n, &mut |p| {
        losses.push(p.loss);
        Flow::Continue
    });
    (losses, mask)
}

/// Two clips, three stages from coarse to fine, the last without means: losses and masks as the processor finds them.
#[test]
fn a_run_takes_the_same_course() {
    let Some(gpu) = gpu() else { return };
    let optics = optics();
    let [focus, defocus] = [0, 1].map(|k| Lens::<f32>::new(&optics[k]));
    let problem = Problem::contest(&focus, &defocus);
    let stages = [stage(32, 3), stage(64, 3), stage(64, 1)];
    let starts = [target(0), target(9)];
    let borrowed: Vec<&[f32]> = starts.iter().map(Vec::as_slice).collect();
    let (losses, masks) = on_gpu(&gpu, &problem, &stages, &borrowed, N);
    for (clip, start) in starts.iter().enumerate() {
        let (expected, mask) = on_cpu(problem, &stages, start, N);
        let (found, last) = (&losses[clip], expected.len() - 1);
        assert_eq!((found.len(), expected.len()), (36, 36));
        assert!(expected[last] < 0.5 * expected[0]);
        let apart = |other: &[f64]| {
            let each = other.iter().zip(&expected);
            each.map(|(a, b)| (a / b - 1.0).abs()).fold(0.0, f64::max)
        };
        // The same run of the processor, its start moved in the last place.
        let half = f32::EPSILON / 2.0;
        let nudged: Vec<f32> = start.iter().map(|v| v.clamp(half, 1.0 - half)).collect();
        let (error, rounding) = (apart(found), apart(&on_cpu(problem, &stages, &nudged, N).0));
        let differ = masks[clip].iter().zip(&mask);
        let differ = differ.filter(|(a, b)| (**a >= 0.5) != (**b >= 0.5)).count();
        println!(
            "clip {clip}: losses {error:.1e} apart, by rounding {rounding:.1e}, {differ} pixels of the mask"
        );
        assert!(error < 4.0 * rounding.max(1e-5), "{found:?} {expected:?}");
        assert!(differ <= 2, "{differ}");
    }
}

/// Losses of two runs within 5e-5 of one another, and the level sets they end with within 2e-5 of the largest coefficient.
fn take_one_course(losses: [&[f64]; 2], sets: [&LevelSet; 2]) {
    let each = losses[0].iter().zip(losses[1]);
    let error = each.map(|(a, b)| (a / b - 1.0).abs()).fold(0.0, f64::max);
    let [found, expected] = sets.map(LevelSet::values);
    let apart = found.iter().zip(expected);
    let apart = apart.map(|(a, b)| (a - b).norm()).fold(0.0, f32::max);
    let most = expected.iter().fold(0.0, |m: f32, c| m.max(c.norm()));
    println!("losses {error:.1e} apart, level sets {apart:.1e} of {most:.2}");
    assert!(error < 5e-5 && apart < 2e-5 * most, "{error} {apart}");
}

/// Level sets of two clips at once, two stages, two tones, diffusion, fewer points of print than of mask: losses and the
/// functions themselves as the processor finds them. Nothing is divided pixel by pixel here, so nothing is left to
/// rounding.
#[test]
fn level_sets_take_the_same_course() {
    let Some(gpu) = gpu() else { return };
    let optics = optics();
    let [focus, defocus] = [0, 1].map(|k| Lens::<f32>::new(&optics[k]));
    for (tones, diffusion) in [([1.0, 0.0], 0.0), ([-0.25, 1.0], 0.02)] {
        let problem = Problem {
            tones,
            diffusion,
            ..Problem::contest(&focus, &defocus)
        };
        let stages = [
            Stage {
                print: 48,
                ..stage(48, 1)
            },
            Stage {
                print: 72,
                ..stage(144, 1)
            },
        ];
        let n = 144;
        let targets = [target(0), target(9)].map(|t| {
            let fine = grown(&t, N, 9 * N);
            (0..n * n)
                .map(|i| fine[4 * (i / n * 9 * N + i % n) as usize])
                .collect::<Vec<f32>>()
        });
        let start = |k: usize| LevelSet::nearest(focus.half(), &targets[k], n);
        let (losses, sets) = pollster::block_on(async {
            let mut run = LevelSets::new(&gpu, &problem, &stages, n, 2, None)
                .await
                .unwrap();
            for (clip, target) in (0..).zip(&targets) {
                run.put(clip, &start(clip as usize), target);
            }
            while run.left() > 0 {
                run.advance(7);
            }
            (run.losses().await.unwrap(), run.level_sets().await.unwrap())
        });
        for (clip, goal) in targets.iter().enumerate() {
            let mut expected = Vec::new();
            let watch = &mut |p: Progress| {
                expected.push(p.loss);
                Flow::Continue
            };
            let set = level_set::optimise(problem, &stages, start(clip), None, goal, n, watch);
            assert_eq!((losses[clip].len(), expected.len()), (24, 24));
            assert!(expected[11] < expected[0] && expected[23] < expected[12]);
            take_one_course([&losses[clip], &expected], [&sets[clip], &set]);
        }
    }
}

/// A level set of which a half is held, two clips at once, after other clips in the same room: as on the processor.
#[test]
fn held_parts_of_level_sets_take_the_same_course() {
    let Some(gpu) = gpu() else { return };
    let optics = optics();
    let [focus, defocus] = [0, 1].map(|k| Lens::<f32>::new(&optics[k]));
    let problem = Problem {
        tones: [-0.25, 1.0],
        diffusion: 0.02,
        ..Problem::contest(&focus, &defocus)
    };
    let stage = stage(N, 1);
    let free: Vec<f32> = (0..N * N)
        .map(|i| f32::from(u8::from(i % N < N / 2)))
        .collect();
    let (targets, held) = ([target(0), target(9)], [target(5), target(2)]);
    let start = |k: usize| LevelSet::nearest(focus.half(), &targets[k], N);
    let (losses, sets) = pollster::block_on(async {
        let stages = [stage];
        let free = Some(free.as_slice());
        let mut run = LevelSets::new(&gpu, &problem, &stages, N, 2, free)
            .await
            .unwrap();
        let mut course = Vec::new();
        for order in [[1, 0], [0, 1]] {
            run.restart();
            for (clip, k) in (0..).zip(order) {
                run.put(clip, &start(k), &targets[k]);
                run.put_held(clip, &held[k]);
            }
            run.advance(run.left());
            course.push((run.losses().await.unwrap(), run.level_sets().await.unwrap()));
        }
        let (last, first) = (course.pop().unwrap(), course.pop().unwrap());
        assert!(first.0[0] == last.0[1] && first.0[1] == last.0[0]);
        last
    });
    for (clip, goal) in targets.iter().enumerate() {
        let mut expected = Vec::new();
        let watch = &mut |p: Progress| {
            expected.push(p.loss);
            Flow::Continue
        };
        let holds = Some(level_set::Held {
            free: &free,
            mask: &held[clip],
        });
        let set = level_set::optimise(problem, &[stage], start(clip), holds, goal, N, watch);
        assert_eq!((losses[clip].len(), expected.len()), (12, 12));
        assert!(expected[11] < expected[0]);
        take_one_course([&losses[clip], &expected], [&sets[clip], &set]);
    }
}

/// A line in tiles, several at once, in two passes: losses and mask as the processor finds them one by one. It can be
/// stopped.
#[test]
fn tiles_at_once_give_the_mask_of_one_by_one() {
    let Some(gpu) = gpu() else { return };
    let outline = Outline::Annular {
        inner: 0.7,
        outer: 0.9,
    };
    let optics = Optics::arf_immersion(outline, 9).unwrap();
    let line = Sorted::new(Shapes {
        unit_nm: 1.0,
        polygons: vec![Polygon::rectangle([0, 0], [64, 800])],
    });
    for unknowns in [Unknowns::Pixels(Optimiser::Adam), Unknowns::LevelSet] {
        let task = Task {
            optics: &optics,
            tones: Tones::OPENINGS,
            resist: Threshold {
                level: 0.25,
                diffusion_nm: 5.0,
            },
            corners: Corners {
                dose: 0.04,
                defocus_nm: 50.0,
            },
            plan: Plan::new([-336.0, -120.0], [736.0, 1040.0], 128, 320.0, 8.0),
            unknowns,
            steps: [6, 12],
            variation: 2.0,
        };
        assert_eq!(task.plan.counts, [2, 3]);
        let mut seen = [Vec::new(), Vec::new()];
        let masks = [0, 1].map(|k| {
            let watch = &mut |s: Seen| {
                seen[k].push(s);
                Flow::Continue
            };
            match k {
                0 => task.seek(&line, 1, watch).unwrap(),
                _ => pollster::block_on(ilt_on_gpu::seek(&task, &gpu, &line, watch)).unwrap(),
            }
        });
        for seen in &mut seen {
            // Counted without a gap, to the end.
            assert!((1..).zip(&*seen).all(|(k, s)| s.done == k));
            assert!(seen.last().is_some_and(|s| s.done == s.of));
            seen.sort_by_key(|s| (s.pass, s.tile, s.step));
        }
        assert_eq!(seen[0].len(), seen[1].len());
        let mut worst = 0.0_f64;
        for (a, b) in seen[0].iter().zip(&seen[1]) {
            assert_eq!((a.pass, a.tile, a.step), (b.pass, b.tile, b.step));
            worst = worst.max((a.loss - b.loss).abs() / a.loss.max(1.0));
        }
        let each = masks[0].values.iter().zip(&masks[1].values);
        let differ = each.filter(|(a, b)| (**a >= 0.5) != (**b >= 0.5)).count();
        println!("{unknowns:?}: losses {worst:.1e} apart, {differ} pixels of the mask");
        assert!(worst < 1e-3 && differ <= 4, "{worst} {differ}");

        let mut count = 0;
        let watch = &mut |_| {
            count += 1;
            Flow::Stop
        };
        pollster::block_on(ilt_on_gpu::seek(&task, &gpu, &line, watch)).unwrap();
        assert_eq!(count, 1, "it goes on after it was told to stop");
    }
}

/// Held pixels stay, and a run that is cut short gives the mask of the stage it was in.
#[test]
fn held_pixels_stay() {
    let Some(gpu) = gpu() else { return };
    let optics = optics();
    let [focus, defocus] = [0, 1].map(|k| Lens::<f32>::new(&optics[k]));
    let problem = Problem::contest(&focus, &defocus);
    let n = N as usize;
    let start = target(0);
    let free: Vec<f32> = (0..n * n)
        .map(|i| f32::from(u8::from(i % n < n / 2)))
        .collect();
    for pool in [1, 3] {
        let stages = [stage(32, pool), stage(64, pool)];
        let run = |steps: u32| {
            pollster::block_on(async {
                let mut run = Descent::new(&gpu, &problem, &stages, N, 1, Some(&free))
                    .await
                    .unwrap();
                run.put(0, &start, &start);
                run.advance(steps);
                run.settle().unwrap();
                run.masks().await.unwrap().remove(0)
            })
        };
        let (before, after, whole) = (run(0), run(5), run(24));
        assert_eq!(
            (before.len(), after.len(), whole.len()),
            (n * n, n * n, n * n)
        );
        let moved = |mask: &[f32], x: usize| {
            (0..n).any(|y| (mask[y * n + x] - before[y * n + x]).abs() > 1e-3)
        };
        // Means reach one coarse pixel over the border.
        for mask in [&after, &whole] {
            assert!(moved(mask, 20) && (n / 2 + 2..n).all(|x| !moved(mask, x)));
        }
    }
}

/// Clip 1 of the contest by the quick schedules: the mask of the device scores as the processor's does.
#[test]
fn a_contest_clip_scores_alike() {
    let Some(gpu) = gpu() else { return };
    let Some(folder) = folder() else { return };
    let (focus, defocus) = (kernels(&folder, "focus"), kernels(&folder, "defocus"));
    let exact = Simulator::<f64>::new(&focus, &defocus, SIDE as usize);
    let (focus, defocus) = (Lens::<f32>::new(&focus), Lens::<f32>::new(&defocus));
    let problem = Problem::contest(&focus, &defocus);
    let cover = raster(&folder, 1);
    let goal: Vec<bool> = cover.iter().map(|c| *c >= 0.5).collect();
    let score = |found: &[f32]| {
        let n = found.len().isqrt();
        let mask = PixelMask {
            n,
            pixels: found.iter().map(|m| *m >= 0.5).collect(),
        };
        let mask = mask.cleaned(&CONTEST, f64::from(SIDE) / n as f64);
        let open = |p: &bool| f64::from(u8::from(*p));
        let open: Vec<f64> = mask.pixels.iter().map(open).collect();
        let prints = exact.print(&grown(&open, n as u32, SIDE));
        Score::of(&prints, &goal, SIDE as usize)
    };
    let alike = |losses: [&[f64]; 2], masks: [&[f32]; 2]| {
        let error = losses[0].iter().zip(losses[1]);
        let error = error.map(|(a, b)| (a / b - 1.0).abs()).fold(0.0, f64::max);
        let [ours, theirs] = masks.map(score);
        println!("losses {error:.1e} apart; {ours:?} on the device, {theirs:?} on the processor");
        let near = |a: u64, b: u64| a.abs_diff(b) as f64 <= 0.02 * b as f64;
        assert!(error < 1e-3 && near(ours.l2, theirs.l2) && near(ours.pvb, theirs.pvb));
        assert!(ours.epe().abs_diff(theirs.epe()) <= 1);
    };
    let stages = Schedule::quick(Schedule::VARIATION).stages;
    let (losses, masks) = on_gpu(&gpu, &problem, &stages, &[&cover], SIDE);
    let (expected, mask) = on_cpu(problem, &stages, &cover, SIDE);
    alike([&losses[0], &expected], [&masks[0], &mask]);

    let stages = Schedule::quick_level_set(Schedule::VARIATION).stages;
    let start = LevelSet::nearest(focus.half(), &cover, SIDE);
    let (losses, set) = pollster::block_on(async {
        let mut run = LevelSets::new(&gpu, &problem, &stages, SIDE, 1, None)
            .await
            .unwrap();
        run.put(0, &start, &cover);
        run.advance(run.left());
        let losses = run.losses().await.unwrap().remove(0);
        (losses, run.level_sets().await.unwrap().remove(0))
    });
    let mut expected = Vec::new();
    let watch = &mut |p: Progress| {
        expected.push(p.loss);
        Flow::Continue
    };
    let other = level_set::optimise(problem, &stages, start, None, &cover, SIDE, watch);
    let masks = [&set, &other].map(|set| set.transmission(SIDE));
    alike([&losses, &expected], [&masks[0], &masks[1]]);
}
