//! Inverse lithography by level sets: the mask is open where a function in the band of the lens is above 0.
//!
//! A mask is at its best only if opening a little more of it nowhere lowers the loss: it is open where the slope of the
//! loss by the mask is negative and closed where it is positive. That slope lies in the band of the lens. So nothing is
//! lost if the mask is sought among the level sets `M = σ(4 φ)` of functions φ of that band: about a thousand numbers
//! for a tile of the contest instead of millions of pixels. Such masks are curved, smooth and of no grid; assist
//! features come by themselves.
//!
//! The steps are those of mirror descent with the entropy of open and closed as its map (A. Nemirovski, D. Yudin, 1983;
//! A. Beck, M. Teboulle, Oper. Res. Lett. 31, 2003): φ moves against the slope by the mask itself, without the chain
//! rule's factor M (1 − M), and so stays in the band. A running mean of slopes keeps direction, the root of the running
//! mean of their squares sets the length: no step changes φ by much more than the rate in the mean over the tile.

use num_complex::Complex;

use crate::sim::process::lithography::band::{BLOCK, Band, Coefficients, Real, Work};
use crate::sim::process::lithography::ilt::{Flow, Problem, Progress, squash};
use crate::sim::process::lithography::objective::Objective;
use crate::sim::process::lithography::schedule::Stage;

/// What of the sums so far stays in a running mean.
const KEPT: f64 = 0.9;
/// Steps until the rate is whole: before that the slopes of the first mask would throw φ far.
const WARM: u32 = 10;

/// A function in the band of a lens, and the mask that is open where it is above 0.
#[derive(Clone, Debug, PartialEq)]
pub struct LevelSet {
    half: u32,
    /// |f| ≤ half, rows of ascending frequency; of a real picture.
    values: Coefficients<f32>,
}

/// What of a mask is not sought.
#[derive(Clone, Copy)]
pub struct Held<'a> {
    /// 1 where the mask is free, 0 where it is held; points of the stage's mask.
    pub free: &'a [f32],
    /// Transmissions that are held.
    pub mask: &'a [f32],
}

impl LevelSet {
    /// Of coefficients of a real picture, |f| ≤ half, rows of ascending frequency.
    pub fn new(half: u32, values: Coefficients<f32>) -> Self {
        let side = 2 * half as usize + 1;
        assert_eq!(values.len(), side * side, "the coefficients of the band");
        Self { half, values }
    }

    /// Nearest to a picture of `n` by `n` shares: above 0 where they are above one half.
    pub fn nearest(half: u32, picture: &[f32], n: u32) -> Self {
        let mut values = Band::new(n as usize, half).forward(picture);
        let middle = values.len() / 2;
        values[middle] -= 0.5;
        Self { half, values }
    }

    /// Its coefficients.
    pub fn values(&self) -> &[Complex<f32>] {
        &self.values
    }

    /// Transmissions of the mask at `n` by `n` places.
    pub fn transmission(&self, n: u32) -> Vec<f32> {
        let mut mask = Vec::new();
        let soft = |_, rows: &mut [f32]| squash(rows, 0.0);
        Band::new(n as usize, self.half).inverse_with(&self.values, &mut mask, soft);
        mask
    }
}

/// Length of a step, counted from 1, by the mean slope over the root of the mean square: means that began at 0 are
/// corrected for it.
pub fn length(rate: f64, step: u32) -> f64 {
    let warm = f64::from(step.min(WARM)) / f64::from(WARM);
    rate * warm / libm::sqrt(1.0 - libm::pow(KEPT, f64::from(step)))
}

/// Runs stages from a level set towards a target of `n` by `n` shares; each stage's mask and print divide n, and its
/// mask is not averaged.
pub fn optimise(
    problem: Problem<'_, f32>,
    stages: &[Stage],
    start: LevelSet,
    held: Option<Held<'_>>,
    target: &[f32],
    n: u32,
    watch: &mut dyn FnMut(Progress) -> Flow,
) -> LevelSet {
    let mut steps = Steps::new(start);
    steps.go_on(problem, stages, held, target, n, watch);
    steps.found
}

/// Steps through stages, which can be left between any two of them and gone on with.
pub struct Steps {
    found: LevelSet,
    means: Means,
    done: u32,
}

impl Steps {
    /// From a level set.
    pub fn new(start: LevelSet) -> Self {
        Self {
            means: Means::new(start.values.len()),
            found: start,
            done: 0,
        }
    }

    /// What was found so far.
    pub fn found(&self) -> &LevelSet {
        &self.found
    }

    /// Goes on as [`optimise`] does, always with the same of everything, until all stages are done or `watch` says stop;
    /// whether all are done.
    pub fn go_on(
        &mut self,
        problem: Problem<'_, f32>,
        stages: &[Stage],
        held: Option<Held<'_>>,
        target: &[f32],
        n: u32,
        watch: &mut dyn FnMut(Progress) -> Flow,
    ) -> bool {
        let of = stages.iter().map(|s| s.iterations).sum();
        let mut begin = 0;
        for &stage in stages {
            let end = begin + stage.iterations;
            if self.done >= end {
                begin = end;
                continue;
            }
            let objective = Objective::new(problem, stage, target, n);
            let mask = Band::new(stage.mask as usize, self.found.half);
            while self.done < end {
                if self.done == begin {
                    self.means = Means::new(self.found.values.len());
                }
                let mut slope = spectrum(&mask, &self.found.values, held);
                let loss = objective.slope(&mut slope);
                if let Some(held) = held {
                    let mut free = mask.inverse(&slope);
                    for (slope, free) in free.iter_mut().zip(held.free) {
                        *slope *= free;
                    }
                    slope = mask.forward(&free);
                }
                self.means.step(&mut self.found.values, &slope, stage.rate);
                self.done += 1;
                let done = self.done;
                if watch(Progress { done, of, loss }) == Flow::Stop {
                    return done == of;
                }
            }
            begin = end;
        }
        true
    }
}

/// Coefficients of a level set's mask, block by block: no picture of it is kept.
fn spectrum(
    band: &Band<f32>,
    values: &[Complex<f32>],
    held: Option<Held<'_>>,
) -> Coefficients<f32> {
    let mut lines = band.coefficients_to_lines(values);
    let mut work = Work::default();
    let mut rows = vec![0.0; BLOCK * band.points()];
    for (block, lines) in lines.chunks_mut(BLOCK * band.line()).enumerate() {
        let first = block * rows.len();
        let rows = &mut rows[..lines.len() / band.line() * band.points()];
        band.lines_to_rows(lines, rows, &mut work);
        squash(rows, 0.0);
        if let Some(Held { free, mask }) = held {
            for ((m, free), held) in rows.iter_mut().zip(&free[first..]).zip(&mask[first..]) {
                *m = free * *m + (1.0 - free) * held;
            }
        }
        band.rows_to_lines(rows, lines, &mut work);
    }
    band.lines_to_coefficients(&lines)
}

/// Running means of the slopes.
struct Means {
    mean: Coefficients<f32>,
    square: f64,
    steps: u32,
}

impl Means {
    fn new(count: usize) -> Self {
        Self {
            mean: vec![Complex::default(); count],
            square: 0.0,
            steps: 0,
        }
    }

    fn step(&mut self, values: &mut [Complex<f32>], slope: &[Complex<f32>], rate: f64) {
        self.steps += 1;
        let square: f64 = slope.iter().map(|s| s.norm_sqr().wide()).sum();
        self.square = KEPT * self.square + (1.0 - KEPT) * square;
        if self.square == 0.0 {
            return;
        }
        let along = length(rate, self.steps) / libm::sqrt(self.square);
        for ((value, mean), slope) in values.iter_mut().zip(&mut self.mean).zip(slope) {
            *mean = *mean * KEPT as f32 + slope * (1.0 - KEPT) as f32;
            *value -= *mean * along as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::process::lithography::imager::Lens;
    use crate::sim::process::lithography::objective::tests::{lenses, target};
    use crate::sim::process::lithography::schedule::Weights;

    const N: u32 = 64;
    const STAGE: Stage = Stage {
        mask: N,
        print: N,
        iterations: 60,
        rate: 0.2,
        pool: 1,
        weights: Weights {
            nominal: 1.0,
            outer: 0.0,
            variation: 1.0,
        },
    };

    /// By how much the loss would fall to the best mask if it went on as straight as here: 0 for a mask that no small
    /// change betters.
    fn gap(lenses: &(Lens<f32>, Lens<f32>), set: &LevelSet, target: &[f32]) -> f64 {
        let problem = Problem::contest(&lenses.0, &lenses.1);
        let objective = Objective::new(problem, STAGE, target, N);
        let band = Band::new(N as usize, set.half);
        let mask = set.transmission(N);
        let mut slope = band.forward(&mask);
        objective.slope(&mut slope);
        let slope = band.inverse(&slope);
        let terms = slope.iter().zip(&mask).map(|(s, m)| {
            let best = if *s < 0.0 { 1.0 } else { 0.0 };
            f64::from(s * (m - best))
        });
        terms.sum()
    }

    /// The loss falls; the mask ends open where the slope is negative and closed where it is positive.
    #[test]
    fn a_level_set_ends_where_opening_more_does_not_help() {
        let lenses = lenses::<f32>();
        let target = target(N as usize);
        let problem = Problem::contest(&lenses.0, &lenses.1);
        let start = LevelSet::nearest(lenses.0.half(), &target, N);
        let before = gap(&lenses, &start, &target);
        let mut losses = Vec::new();
        let go = &mut |p: Progress| {
            losses.push(p.loss);
            Flow::Continue
        };
        let found = optimise(problem, &[STAGE], start, None, &target, N, go);
        let after = gap(&lenses, &found, &target);
        println!(
            "loss {} to {}, gap {before} to {after}",
            losses[0], losses[59]
        );
        assert!(losses.len() == 60 && losses[59] < 0.5 * losses[0]);
        assert!(after < 0.3 * before, "{before} {after}");
    }

    /// Left after any step and gone on with, a run is the same run, also where a stage ends.
    #[test]
    fn a_run_in_parts_is_the_run() {
        let lenses = lenses::<f32>();
        let target = target(N as usize);
        let problem = Problem::contest(&lenses.0, &lenses.1);
        let stage = |mask, iterations| Stage {
            mask,
            print: mask,
            iterations,
            ..STAGE
        };
        let stages = [stage(N / 2, 4), stage(N, 5)];
        let start = LevelSet::nearest(lenses.0.half(), &target, N);
        let mut losses = Vec::new();
        let go = &mut |p: Progress| {
            losses.push(p.loss);
            Flow::Continue
        };
        let whole = optimise(problem, &stages, start.clone(), None, &target, N, go);
        for part in [1, 2, 3, 4] {
            let (mut steps, mut seen) = (Steps::new(start.clone()), Vec::new());
            while !steps.go_on(problem, &stages, None, &target, N, &mut |p| {
                seen.push(p.loss);
                assert_eq!((p.done as usize, p.of), (seen.len(), 9));
                Flow::when(p.done % part != 0)
            }) {}
            assert_eq!(
                (seen.as_slice(), steps.found()),
                (losses.as_slice(), &whole)
            );
        }
    }

    /// What is held stays, whatever the level set does there; a run can be stopped.
    #[test]
    fn held_places_shape_the_light_and_stay() {
        let (focus, defocus) = lenses::<f32>();
        let problem = Problem::contest(&focus, &defocus);
        let target = target(N as usize);
        let start = LevelSet::nearest(focus.half(), &target, N);
        let run = |free: &[f32], mask: &[f32], until: u32| {
            let mut last = Progress {
                done: 0,
                of: 0,
                loss: 0.0,
            };
            let held = Held { free, mask };
            let watch = &mut |p: Progress| {
                last = p;
                if p.done == until {
                    Flow::Stop
                } else {
                    Flow::Continue
                }
            };
            let begin = start.clone();
            let found = optimise(problem, &[STAGE], begin, Some(held), &target, N, watch);
            (found, last)
        };
        let count = (N * N) as usize;
        // Nothing is free: nothing moves.
        let (found, last) = run(&vec![0.0; count], &target, 3);
        assert_eq!((found, last.done, last.of), (start.clone(), 3, 60));
        // All is free: what would be held does not matter.
        let free = vec![1.0; count];
        let (bright, dark) = (run(&free, &vec![1.0; count], 5), run(&free, &target, 5));
        assert_eq!(bright, dark);
        // Half is held open: there is more light.
        let half: Vec<f32> = (0..N * N)
            .map(|i| f32::from(u8::from(i % N < N / 2)))
            .collect();
        let (open, closed) = (
            run(&half, &vec![1.0; count], 1),
            run(&half, &vec![0.0; count], 1),
        );
        assert_ne!(open.1.loss, closed.1.loss);
    }
}
