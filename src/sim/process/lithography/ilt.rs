//! Inverse lithography: the mask whose print is nearest to the target, found along the exact gradient.
//!
//! Every pixel of the mask is free: `M = σ(4 (θ̄ − ½))` with θ̄ a running mean of the parameters θ, which
//! keeps out what no mask writer can draw. What is minimised stands in [`objective`](super::objective); assist features
//! come by themselves. The steps are those of an [`Optimiser`].
//!
//! Pixels of the mask may be larger than those of the target: a block of pixels has a spectrum of its own,
//! which is multiplied in, so coarse masks are imaged exactly.

use num_complex::{Complex, Complex64};

use crate::sim::process::lithography::band::{Band, Coefficients, Real};
use crate::sim::process::lithography::blocks::{pooled, shrink};
use crate::sim::process::lithography::descent::{Adam, Lbfgs, Optimiser};
use crate::sim::process::lithography::imager::Lens;
use crate::sim::process::lithography::lanes::widest;
use crate::sim::process::lithography::objective::Objective;
use crate::sim::process::lithography::spectrum::cis;

pub use crate::sim::process::lithography::blocks::grown;
pub use crate::sim::process::lithography::objective::Problem;
pub use crate::sim::process::lithography::schedule::{Schedule, Stage, Weights};

/// Steepness of the mask's σ.
pub const MASK_STEEPNESS: f64 = 4.0;

/// Room that a loss needs, kept from step to step: fresh pages cost more than what is written to them.
#[derive(Clone, Debug, Default)]
pub struct Room<T> {
    mask: Vec<T>,
}

/// Spectrum of one pixel of a mask of `mask` by `mask`, as many pixels of the target, `n` by `n`, as it holds; |f| ≤ half,
/// rows of ascending frequency.
pub fn pixel(n: u32, mask: u32, half: u32) -> Vec<Complex64> {
    let (blocks, half) = (n / mask, half as i32);
    let one = |f: i32| {
        // Mean over the fine pixels of a block of the wave of frequency −f.
        let sum: Complex64 = (0..blocks)
            .map(|j| cis(-f64::from(f) * f64::from(j) / f64::from(n)))
            .sum();
        sum / f64::from(blocks)
    };
    let all = (-half..=half).flat_map(|fy| (-half..=half).map(move |fx| (fx, fy)));
    all.map(|(fx, fy)| one(fx) * one(fy)).collect()
}

/// Points of the print to a pixel of the mask: transforms are normalised by their own number.
pub fn share(stage: Stage) -> f64 {
    let along = f64::from(stage.print) / f64::from(stage.mask);
    along * along
}

/// The mask of a stage's parameters.
pub fn transmission<T: Real>(stage: Stage, theta: &[T]) -> Vec<T> {
    let mut mask = pooled(theta, stage.mask as usize, stage.pool as usize);
    squash(&mut mask, 0.5);
    mask
}

/// Loss and gradient on one level.
pub struct Level<'l, T: Real> {
    stage: Stage,
    objective: Objective<'l, T>,
    mask: Band<T>,
    /// Spectrum of one pixel of the mask, by frequency.
    pixel: Coefficients<T>,
}

impl<'l, T: Real> Level<'l, T> {
    /// Of the contest, for a target of `n` by `n` shares, n a multiple of the stage's mask and print.
    pub fn new(
        stage: Stage,
        focus: &'l Lens<T>,
        defocus: &'l Lens<T>,
        target: &[f32],
        n: u32,
    ) -> Self {
        Self::of(Problem::contest(focus, defocus), stage, target, n)
    }

    /// For a target of `n` by `n` shares, n a multiple of the stage's mask and print: 1 where light shall print.
    pub fn of(problem: Problem<'l, T>, stage: Stage, target: &[f32], n: u32) -> Self {
        let half = problem.focus.half();
        let narrow = |c: Complex64| Complex::new(T::of(c.re), T::of(c.im));
        Self {
            stage,
            objective: Objective::new(problem, stage, target, n),
            mask: Band::new(stage.mask as usize, half),
            pixel: pixel(n, stage.mask, half).into_iter().map(narrow).collect(),
        }
    }

    /// The mask of parameters.
    pub fn transmission(&self, theta: &[T]) -> Vec<T> {
        transmission(self.stage, theta)
    }

    /// Loss of parameters, and its gradient.
    pub fn loss(&self, theta: &[T], gradient: &mut Vec<T>) -> f64 {
        self.loss_in(&mut Room::default(), theta, gradient)
    }

    /// The same in room that is kept.
    pub fn loss_in(&self, room: &mut Room<T>, theta: &[T], gradient: &mut Vec<T>) -> f64 {
        let pools = self.stage.pool > 1;
        if pools {
            room.mask = pooled(theta, self.stage.mask as usize, self.stage.pool as usize);
        } else {
            room.mask.resize(theta.len(), T::zero());
        }
        let n = self.stage.mask as usize;
        let mask = &mut room.mask;
        // Block by block, so that each is transformed while it is in the cache.
        let mut spectrum = self.mask.forward_with(mask, |from, rows| {
            if !pools {
                rows.copy_from_slice(&theta[from * n..from * n + rows.len()]);
            }
            squash(rows, 0.5);
        });
        for (c, p) in spectrum.iter_mut().zip(&self.pixel) {
            *c *= p;
        }
        let loss = self.objective.slope(&mut spectrum);
        let scale = T::of(share(self.stage));
        for (c, p) in spectrum.iter_mut().zip(&self.pixel) {
            *c = *c * p.conj() * scale;
        }
        let a = T::of(MASK_STEEPNESS);
        self.mask.inverse_with(&spectrum, gradient, |from, rows| {
            let mask = &mask[from * n..];
            widest(
                #[inline(always)]
                || {
                    for (g, &m) in rows.iter_mut().zip(mask) {
                        *g *= a * m * (T::one() - m);
                    }
                },
            );
        });
        if pools {
            *gradient = pooled(gradient, n, self.stage.pool as usize);
        }
        loss
    }
}

/// Parameters, or their means, to transmissions; one half at `middle`.
pub fn squash<T: Real>(mask: &mut [T], middle: f64) {
    let (a, middle) = (T::of(MASK_STEEPNESS), T::of(middle));
    widest(
        #[inline(always)]
        || {
            for m in mask {
                *m = ((*m - middle) * a).logistic();
            }
        },
    );
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Steps done, of all stages.
    pub done: u32,
    /// Steps of all stages.
    pub of: u32,
    /// Loss before this step.
    pub loss: f64,
}

/// Whether a run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// On.
    Continue,
    /// Stop here; the mask of the steps done is the answer.
    Stop,
}

impl Flow {
    /// On where it goes on.
    pub fn when(goes_on: bool) -> Self {
        if goes_on { Self::Continue } else { Self::Stop }
    }
}

/// Runs the stages of the contest from a target of `n` by `n` shares with Adam; gives transmissions of the
/// last stage's mask.
///
/// Each stage's mask has a whole multiple of the pixels of the stage before.
pub fn optimise(
    stages: &[Stage],
    focus: &Lens<f32>,
    defocus: &Lens<f32>,
    target: &[f32],
    n: u32,
    watch: &mut dyn FnMut(Progress) -> Flow,
) -> Vec<f32> {
    let run = Run {
        problem: Problem::contest(focus, defocus),
        optimiser: Optimiser::Adam,
        free: None,
    };
    run.optimise(stages, target, target, n, watch)
}

/// A run of inverse lithography.
#[derive(Clone, Copy)]
pub struct Run<'l> {
    /// Light, mask and resist.
    pub problem: Problem<'l, f32>,
    /// How steps are made.
    pub optimiser: Optimiser,
    /// Pixels (of the grid of the target) that may change: 1, or 0 for what others have made already.
    pub free: Option<&'l [f32]>,
}

impl Run<'_> {
    /// Runs stages from a mask of `n` by `n` shares towards a target of as many; gives transmissions of
    /// the last stage's mask.
    ///
    /// Each stage's mask has a whole multiple of the pixels of the stage before. A step is one evaluation
    /// of loss and gradient, also where L-BFGS looks for the length of its step.
    pub fn optimise(
        &self,
        stages: &[Stage],
        start: &[f32],
        target: &[f32],
        n: u32,
        watch: &mut dyn FnMut(Progress) -> Flow,
    ) -> Vec<f32> {
        let of = stages.iter().map(|s| s.iterations).sum();
        let Some(first) = stages.first() else {
            return start.to_vec();
        };
        let mut theta = shrink(start, n, first.mask);
        let mut size = first.mask;
        let mut done = 0;
        let mut mask = Vec::new();
        for &stage in stages {
            theta = grown(&theta, size, stage.mask);
            size = stage.mask;
            let level = Level::of(self.problem, stage, target, n);
            let free = self.free.map(|free| shrink(free, n, stage.mask));
            let mut room = Room::default();
            let mut flow = Flow::Continue;
            let mut evaluate = |theta: &[f32], gradient: &mut Vec<f32>| {
                let loss = level.loss_in(&mut room, theta, gradient);
                if let Some(free) = &free {
                    for (g, free) in gradient.iter_mut().zip(free) {
                        *g *= free;
                    }
                }
                done += 1;
                flow = watch(Progress { done, of, loss });
                (loss, flow)
            };
            match self.optimiser {
                Optimiser::Adam => {
                    let mut adam = Adam::new(theta.len());
                    adam.run(&mut theta, stage.rate, stage.iterations, &mut evaluate);
                }
                Optimiser::Lbfgs => {
                    Lbfgs::default().run(&mut theta, stage.rate, stage.iterations, &mut evaluate);
                }
            }
            mask = level.transmission(&theta);
            if flow == Flow::Stop {
                return grown(&mask, size, stages[stages.len() - 1].mask);
            }
        }
        mask
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::process::lithography::objective::tests::{lenses, target};

    const STAGE: Stage = Stage {
        mask: 32,
        print: 64,
        iterations: 10,
        rate: 0.1,
        pool: 3,
        weights: Weights {
            nominal: 1.0,
            outer: 0.5,
            variation: 0.7,
        },
    };

    /// C12: the gradient is the difference quotient, with coarse mask pixels, pooling and all corners.
    #[test]
    fn the_gradient_is_exact() {
        let (focus, defocus) = lenses::<f64>();
        for weights in [
            STAGE.weights,
            Weights {
                variation: 0.0,
                ..STAGE.weights
            },
        ] {
            let stage = Stage { weights, ..STAGE };
            let level = Level::new(stage, &focus, &defocus, &target(64), 64);
            let mut theta: Vec<f64> = (0..32 * 32).map(|i| f64::from(i * i % 11) / 11.0).collect();
            let mut gradient = Vec::new();
            level.loss(&theta, &mut gradient);
            let most = gradient.iter().fold(0.0, |m, g| f64::max(m, g.abs()));
            let mut unused = Vec::new();
            for at in [0, 31, 400, 555] {
                let (kept, h) = (theta[at], 1e-5);
                theta[at] = kept + h;
                let above = level.loss(&theta, &mut unused);
                theta[at] = kept - h;
                let below = level.loss(&theta, &mut unused);
                theta[at] = kept;
                let quotient = (above - below) / (2.0 * h);
                let error = (gradient[at] - quotient).abs() / most;
                assert!(error < 1e-7, "{at}: {} {quotient}", gradient[at]);
            }
        }
    }

    /// A coarse mask images as the same mask in fine pixels does.
    #[test]
    fn coarse_masks_image_exactly() {
        let (focus, defocus) = lenses::<f64>();
        let coarse = Stage { pool: 1, ..STAGE };
        let fine = Stage { mask: 64, ..coarse };
        let theta: Vec<f64> = (0..32 * 32).map(|i| f64::from(i * 7 % 5) / 5.0).collect();
        let loss = |stage: Stage, theta: &[f64]| {
            Level::new(stage, &focus, &defocus, &target(64), 64).loss(theta, &mut Vec::new())
        };
        let (a, b) = (loss(coarse, &theta), loss(fine, &grown(&theta, 32, 64)));
        assert!((a - b).abs() < 1e-9 * a, "{a} {b}");
    }

    #[test]
    fn optimising_lowers_the_loss_and_can_be_stopped() {
        let (focus, defocus) = lenses::<f32>();
        let target = target(64);
        let mut losses = Vec::new();
        let stages = [STAGE, Stage { mask: 64, ..STAGE }];
        let mask = optimise(&stages, &focus, &defocus, &target, 64, &mut |p| {
            losses.push(p.loss);
            Flow::Continue
        });
        assert_eq!((losses.len(), mask.len()), (20, 64 * 64));
        assert!(losses[19] < 0.6 * losses[0], "{losses:?}");
        let short = optimise(&stages, &focus, &defocus, &target, 64, &mut |p| {
            if p.done == 3 {
                Flow::Stop
            } else {
                Flow::Continue
            }
        });
        assert_eq!(short.len(), 64 * 64);
    }

    /// Masks of two tones and a resist that diffuses: the gradient stays the difference quotient.
    #[test]
    fn the_gradient_is_exact_for_any_mask_and_resist() {
        let (focus, defocus) = lenses::<f64>();
        let problem = Problem {
            level: 0.3,
            steepness: 30.0,
            outer: 1.06,
            inner: 0.95,
            tones: [-0.25, 1.0],
            diffusion: 0.02,
            ..Problem::contest(&focus, &defocus)
        };
        let level = Level::of(problem, STAGE, &target(64), 64);
        let mut theta: Vec<f64> = (0..32 * 32).map(|i| f64::from(i * i % 13) / 13.0).collect();
        let mut gradient = Vec::new();
        level.loss(&theta, &mut gradient);
        let most = gradient.iter().fold(0.0, |m, g| f64::max(m, g.abs()));
        for at in [3, 77, 500, 901] {
            let (kept, h) = (theta[at], 1e-5);
            let mut at_place = |value: f64| {
                theta[at] = value;
                level.loss(&theta, &mut Vec::new())
            };
            let quotient = (at_place(kept + h) - at_place(kept - h)) / (2.0 * h);
            at_place(kept);
            let error = (gradient[at] - quotient).abs() / most;
            assert!(error < 1e-7, "{at}: {} {quotient}", gradient[at]);
        }
    }

    /// L-BFGS comes lower than Adam in as many evaluations, and pixels that are not free stay.
    #[test]
    fn lbfgs_lowers_the_loss_and_frozen_pixels_stay() {
        let (focus, defocus) = lenses::<f32>();
        let target = target(64);
        let stage = Stage {
            iterations: 40,
            pool: 1,
            ..STAGE
        };
        let last = |optimiser: Optimiser| {
            let mut losses = Vec::new();
            let problem = Problem::contest(&focus, &defocus);
            let run = Run {
                problem,
                optimiser,
                free: None,
            };
            run.optimise(&[stage], &target, &target, 64, &mut |p| {
                losses.push(p.loss);
                Flow::Continue
            });
            assert_eq!(losses.len(), 40);
            losses.into_iter().fold(f64::INFINITY, f64::min)
        };
        let (adam, lbfgs) = (last(Optimiser::Adam), last(Optimiser::Lbfgs));
        assert!(lbfgs < adam, "{lbfgs} {adam}");
        let free: Vec<f32> = (0..64 * 64)
            .map(|i| f32::from(u8::from(i % 64 < 32)))
            .collect();
        let run = Run {
            problem: Problem::contest(&focus, &defocus),
            optimiser: Optimiser::Adam,
            free: Some(&free),
        };
        let fine = Stage { mask: 64, ..stage };
        let mask = run.optimise(&[fine], &target, &target, 64, &mut |_| Flow::Continue);
        let mut begin = target.clone();
        squash(&mut begin, 0.5);
        let moved = |x: usize| (0..64).any(|y| (mask[y * 64 + x] - begin[y * 64 + x]).abs() > 1e-3);
        assert!(moved(20) && (32..64).all(|x| !moved(x)));
    }
}
