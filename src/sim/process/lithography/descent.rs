//! Steps down a loss: Adam, and L-BFGS.
//!
//! Adam (D. P. Kingma, J. Ba, 2015) is sturdy where the loss bends much. L-BFGS (D. C. Liu, J. Nocedal, Math.
//! Prog. 45, 1989) learns the curvature from the last steps and comes lower in as many evaluations; its step
//! is halved until the loss falls enough (Armijo), and no parameter moves further than a few rates at once.

use crate::sim::process::lithography::ilt::Flow;
use crate::sim::process::lithography::lanes::widest;

/// How steps are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Optimiser {
    /// Moments of the gradient.
    Adam,
    /// Curvature from the last steps.
    Lbfgs,
}

/// Loss and gradient at parameters, and whether the run goes on.
pub type Evaluate<'e> = dyn FnMut(&[f32], &mut Vec<f32>) -> (f64, Flow) + 'e;

/// Adam's moments.
pub struct Adam {
    mean: Vec<f32>,
    square: Vec<f32>,
    step: u32,
}

impl Adam {
    const BETA: [f64; 2] = [0.9, 0.999];

    /// For so many parameters.
    pub fn new(count: usize) -> Self {
        Self {
            mean: vec![0.0; count],
            square: vec![0.0; count],
            step: 0,
        }
    }

    /// The rate of a step, counted from 1: moments that began at 0 are corrected for it.
    pub fn rate(rate: f32, step: u32) -> f32 {
        let [a, b] = Self::BETA.map(|beta| 1.0 - libm::pow(beta, f64::from(step)));
        rate * (libm::sqrt(b) / a) as f32
    }

    /// So many steps, each with one evaluation.
    pub fn run(&mut self, theta: &mut [f32], rate: f64, steps: u32, evaluate: &mut Evaluate<'_>) {
        let mut gradient = Vec::new();
        for _ in 0..steps {
            let (_, flow) = evaluate(theta, &mut gradient);
            self.step(theta, &gradient, rate as f32);
            if flow == Flow::Stop {
                break;
            }
        }
    }

    fn step(&mut self, theta: &mut [f32], gradient: &[f32], rate: f32) {
        self.step += 1;
        let rate = Self::rate(rate, self.step);
        let [a, b] = Self::BETA.map(|beta| beta as f32);
        let moments = self.mean.iter_mut().zip(&mut self.square);
        widest(
            #[inline(always)]
            || {
                for ((theta, &g), (mean, square)) in theta.iter_mut().zip(gradient).zip(moments) {
                    *mean = a * *mean + (1.0 - a) * g;
                    *square = b * *square + (1.0 - b) * g * g;
                    *theta -= rate * *mean / (square.sqrt() + 1e-8);
                }
            },
        );
    }
}

/// A step and the change of the gradient over it.
struct Pair {
    step: Vec<f32>,
    change: Vec<f32>,
    /// 1 / (step · change).
    rho: f64,
}

/// The last steps.
#[derive(Default)]
pub struct Lbfgs {
    pairs: Vec<Pair>,
}

/// Steps that are kept.
const MEMORY: usize = 8;
/// Halvings before a step is given up.
const HALVINGS: u32 = 8;

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(a, b)| f64::from(*a) * f64::from(*b))
        .sum()
}

fn largest(a: &[f32]) -> f64 {
    f64::from(a.iter().fold(0.0_f32, |m, v| m.max(v.abs())))
}

impl Lbfgs {
    /// So many evaluations; the parameters end at the lowest loss met.
    pub fn run(
        &mut self,
        theta: &mut [f32],
        rate: f64,
        evaluations: u32,
        evaluate: &mut Evaluate<'_>,
    ) {
        let mut left = evaluations;
        let mut gradient = Vec::new();
        if left == 0 {
            return;
        }
        left -= 1;
        let (mut loss, mut flow) = evaluate(theta, &mut gradient);
        let mut trial = theta.to_vec();
        let mut next = Vec::new();
        while left > 0 && flow == Flow::Continue {
            let mut direction = self.direction(&gradient);
            let mut fall = dot(&direction, &gradient);
            if fall >= 0.0 {
                // The curvature learnt does not hold here: begin anew, straight down.
                self.pairs.clear();
                direction = gradient.iter().map(|g| -g).collect();
                fall = dot(&direction, &gradient);
            }
            let most = largest(&direction);
            if fall == 0.0 || most == 0.0 {
                break;
            }
            // The first step has no curvature to tell its length: the largest change is the rate.
            let limit = if self.pairs.is_empty() {
                rate
            } else {
                5.0 * rate
            };
            let mut length = if self.pairs.is_empty() {
                rate / most
            } else {
                (limit / most).min(1.0)
            };
            let mut found = false;
            for _ in 0..HALVINGS {
                if left == 0 || flow == Flow::Stop {
                    break;
                }
                for ((t, &from), &d) in trial.iter_mut().zip(&*theta).zip(&direction) {
                    *t = from + (length as f32) * d;
                }
                left -= 1;
                let (there, go) = evaluate(&trial, &mut next);
                flow = go;
                if there <= loss + 1e-4 * length * fall {
                    self.learn(theta, &trial, &gradient, &next);
                    theta.copy_from_slice(&trial);
                    std::mem::swap(&mut gradient, &mut next);
                    loss = there;
                    found = true;
                    break;
                }
                length *= 0.5;
            }
            if !found {
                if self.pairs.is_empty() {
                    break;
                }
                self.pairs.clear();
            }
        }
    }

    /// Keeps a step if the loss bends upward along it.
    fn learn(&mut self, from: &[f32], to: &[f32], before: &[f32], after: &[f32]) {
        let minus = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>();
        let (step, change) = (minus(to, from), minus(after, before));
        let bend = dot(&step, &change);
        if bend > 1e-12 * dot(&change, &change) {
            if self.pairs.len() == MEMORY {
                self.pairs.remove(0);
            }
            self.pairs.push(Pair {
                step,
                change,
                rho: 1.0 / bend,
            });
        }
    }

    /// Where to go: two loops over the steps kept.
    fn direction(&self, gradient: &[f32]) -> Vec<f32> {
        let mut q: Vec<f32> = gradient.iter().map(|g| -g).collect();
        let add = |q: &mut [f32], factor: f64, other: &[f32]| {
            for (q, o) in q.iter_mut().zip(other) {
                *q += factor as f32 * o;
            }
        };
        let mut alphas = Vec::with_capacity(self.pairs.len());
        for pair in self.pairs.iter().rev() {
            let alpha = pair.rho * dot(&pair.step, &q);
            add(&mut q, -alpha, &pair.change);
            alphas.push(alpha);
        }
        if let Some(last) = self.pairs.last() {
            let scale = 1.0 / (last.rho * dot(&last.change, &last.change));
            for q in &mut q {
                *q *= scale as f32;
            }
        }
        for (pair, alpha) in self.pairs.iter().zip(alphas.into_iter().rev()) {
            let beta = pair.rho * dot(&pair.change, &q);
            add(&mut q, alpha - beta, &pair.step);
        }
        q
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A narrow valley (Rosenbrock's, in pairs of parameters): L-BFGS reaches its floor.
    #[test]
    fn lbfgs_finds_the_floor_of_a_valley() {
        let mut theta: Vec<f32> = (0..20)
            .map(|i| if i % 2 == 0 { -1.2 } else { 1.0 })
            .collect();
        let mut losses = Vec::new();
        Lbfgs::default().run(&mut theta, 0.5, 150, &mut |theta, gradient| {
            gradient.resize(theta.len(), 0.0);
            let mut loss = 0.0;
            for (t, g) in theta.chunks_exact(2).zip(gradient.chunks_exact_mut(2)) {
                let (x, y) = (f64::from(t[0]), f64::from(t[1]));
                loss += (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2);
                g[0] = (-2.0 * (1.0 - x) - 400.0 * x * (y - x * x)) as f32;
                g[1] = (200.0 * (y - x * x)) as f32;
            }
            losses.push(loss);
            (loss, Flow::Continue)
        });
        assert!(theta.iter().all(|t| (t - 1.0).abs() < 0.02), "{theta:?}");
        assert!(losses.len() <= 150);
    }
}
