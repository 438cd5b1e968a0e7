//! Drawing durations: each distribution as a pure function of random words.

use crate::rng::{Seed, Stream, unit, unit52};
use crate::scene::dist::Dist;

/// A compiled distribution; values in µs.
#[derive(Clone, Debug)]
pub enum Sampler {
    /// Always `0`-th field.
    Constant(f64),
    /// `low + width * u`.
    Uniform(f64, f64),
    /// low, mode, high; apart, so that the common ones stay small.
    Triangular(Box<[f64; 3]>),
    /// Mean.
    Exponential(f64),
    /// Mean of one phase, phases.
    Erlang(f64, u32),
    /// Upper end of each branch's share of the unit interval, and its mean.
    Hyperexponential(Box<[(f64, f64)]>),
    /// Mean and standard deviation of the logarithm.
    Lognormal(f64, f64),
    /// Scale, 1 / shape.
    Weibull(f64, f64),
    /// Upper end of each value's share of the unit interval, and the value.
    Empirical(Box<[(f64, f64)]>),
}

/// Where further random words come from when a distribution needs more than one.
#[derive(Clone, Copy, Debug)]
pub struct More {
    /// Seed of the run.
    pub seed: Seed,
    /// Stream of the further words.
    pub stream: Stream,
    /// Index within the stream.
    pub index: [u32; 3],
}

impl Sampler {
    /// Compiles a distribution.
    pub fn new(dist: &Dist) -> Self {
        let us = |d: &crate::units::Duration| d.0 as f64;
        match dist {
            Dist::Constant(d) => Self::Constant(us(d)),
            Dist::Uniform { low, high } => Self::Uniform(us(low), us(high) - us(low)),
            Dist::Triangular { low, mode, high } => {
                Self::Triangular(Box::new([us(low), us(mode), us(high)]))
            }
            Dist::Exponential { mean } => Self::Exponential(us(mean)),
            Dist::Erlang { mean, shape } => {
                let shape = (*shape).max(1);
                Self::Erlang(us(mean) / f64::from(shape), shape)
            }
            Dist::Hyperexponential { branches } => {
                let total: f64 = branches.iter().map(|(p, _)| p).sum();
                Self::Hyperexponential(shares(branches.iter().map(|(p, m)| (p / total, us(m)))))
            }
            Dist::Lognormal { mean, cv } => {
                let variance = libm::log1p(cv * cv);
                Self::Lognormal(libm::log(us(mean)) - 0.5 * variance, variance.sqrt())
            }
            Dist::Weibull { scale, shape } => Self::Weibull(us(scale), 1.0 / shape),
            Dist::Empirical { values } => {
                let total: f64 = values.iter().map(|(_, w)| w).sum();
                Self::Empirical(shares(values.iter().map(|(d, w)| (w / total, us(d)))))
            }
        }
    }

    /// One value, µs, from the random word `word`; distributions that need more
    /// than one word take them from `more`.
    #[inline]
    pub fn draw(&self, word: u32, more: impl FnOnce() -> More) -> f64 {
        match self {
            Self::Constant(v) => *v,
            Self::Uniform(low, width) => low + width * unit(word),
            _ => self.draw_rest(word, more()),
        }
    }

    #[inline(never)]
    fn draw_rest(&self, word: u32, more: More) -> f64 {
        let extra = || more.seed.block(more.stream, more.index);
        match self {
            Self::Constant(v) => *v,
            Self::Uniform(low, width) => low + width * unit(word),
            Self::Triangular(corners) => {
                let [low, mode, high] = **corners;
                let u = unit(word);
                let width = high - low;
                if width <= 0.0 {
                    low
                } else if u * width < mode - low {
                    low + (u * width * (mode - low)).sqrt()
                } else {
                    high - ((1.0 - u) * width * (high - mode)).sqrt()
                }
            }
            Self::Exponential(mean) => {
                let w = extra();
                -mean * libm::log(unit52(word, w[0]))
            }
            Self::Erlang(mean, phases) => {
                let mut sum = 0.0;
                let mut index = more.index;
                for phase in 0..*phases {
                    // The third index word carries the visit; phases count in its upper half.
                    index[2] = more.index[2] ^ (phase << 24) ^ (phase >> 8);
                    let w = more.seed.block(more.stream, index);
                    let first = if phase == 0 { word } else { w[1] };
                    sum -= libm::log(unit52(first, w[0]));
                }
                mean * sum
            }
            Self::Hyperexponential(branches) => {
                let w = extra();
                -pick(branches, unit(word)) * libm::log(unit52(w[0], w[1]))
            }
            Self::Lognormal(mu, sigma) => {
                let w = extra();
                let radius = (-2.0 * libm::log(unit52(word, w[0]))).sqrt();
                let angle = core::f64::consts::TAU * unit52(w[1], w[2]);
                libm::exp(mu + sigma * radius * libm::cos(angle))
            }
            Self::Weibull(scale, inverse_shape) => {
                let w = extra();
                scale * libm::pow(-libm::log(unit52(word, w[0])), *inverse_shape)
            }
            Self::Empirical(values) => pick(values, unit(word)),
        }
    }
}

/// Cumulative shares; the last one is exactly 1 so that no draw falls past the end.
fn shares(items: impl Iterator<Item = (f64, f64)>) -> Box<[(f64, f64)]> {
    let mut sum = 0.0;
    let mut out: Vec<(f64, f64)> = items
        .map(|(p, v)| {
            sum += p;
            (sum, v)
        })
        .collect();
    if let Some(last) = out.last_mut() {
        last.0 = 1.0;
    }
    out.into_boxed_slice()
}

fn pick(items: &[(f64, f64)], u: f64) -> f64 {
    items
        .iter()
        .find(|(upper, _)| u < *upper)
        .or(items.last())
        .map_or(0.0, |(_, value)| *value)
}

/// Rounds a drawn duration to the integer clock; never negative.
#[inline]
pub fn to_us(value: f64) -> u64 {
    (value + 0.5) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Duration;

    /// Mean, variance and a Kolmogorov–Smirnov distance of 200,000 draws.
    fn moments(dist: &Dist, cdf: impl Fn(f64) -> f64) -> (f64, f64, f64) {
        let sampler = Sampler::new(dist);
        let seed = Seed(20_260_101);
        let n = 200_000u32;
        let mut v: Vec<f64> = (0..n)
            .map(|i| {
                let words = seed.block(Stream::LotStep, [i, 0, 0]);
                sampler.draw(words[1], || More {
                    seed,
                    stream: Stream::ProcessTime,
                    index: [i, 0, 0],
                }) / 1e6
            })
            .collect();
        v.sort_by(f64::total_cmp);
        let nf = f64::from(n);
        let mean = v.iter().sum::<f64>() / nf;
        let variance = v.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (nf - 1.0);
        let distance = v
            .iter()
            .enumerate()
            .map(|(i, x)| {
                let f = cdf(*x);
                (f - i as f64 / nf)
                    .abs()
                    .max((f - (i as f64 + 1.0) / nf).abs())
            })
            .fold(0.0, f64::max);
        (mean, variance, distance * nf.sqrt())
    }

    const fn seconds(s: u64) -> Duration {
        Duration(s * 1_000_000)
    }

    /// The 99.9 % point of the Kolmogorov distribution is 1.95.
    fn check(dist: &Dist, mean: f64, variance: f64, cdf: impl Fn(f64) -> f64) {
        let (m, v, d) = moments(dist, cdf);
        let standard_error = (variance / 200_000.0).sqrt();
        assert!(
            (m - mean).abs() <= 4.0 * standard_error + 1e-9,
            "{dist:?}: mean {m}, expected {mean}"
        );
        assert!(
            (v / variance.max(1e-12) - 1.0).abs() < 0.05 || variance == 0.0,
            "{dist:?}: variance {v}"
        );
        assert!(d < 1.95, "{dist:?}: Kolmogorov distance {d}");
        assert!(
            (dist.mean_us() / 1e6 - mean).abs() < 1e-6,
            "{dist:?}: stated mean"
        );
    }

    #[test]
    fn draws_follow_their_distributions() {
        check(
            &Dist::Uniform {
                low: seconds(5),
                high: seconds(10),
            },
            7.5,
            25.0 / 12.0,
            |x| (x - 5.0) / 5.0,
        );
        check(
            &Dist::Triangular {
                low: seconds(0),
                mode: seconds(1),
                high: seconds(5),
            },
            2.0,
            (25.0 + 1.0 - 5.0) / 18.0,
            |x| {
                if x < 1.0 {
                    x * x / 5.0
                } else {
                    1.0 - (5.0 - x).powi(2) / 20.0
                }
            },
        );
        check(&Dist::Exponential { mean: seconds(3) }, 3.0, 9.0, |x| {
            1.0 - (-x / 3.0).exp()
        });
        check(
            &Dist::Erlang {
                mean: seconds(4),
                shape: 2,
            },
            4.0,
            8.0,
            |x| 1.0 - (-x / 2.0).exp() * (1.0 + x / 2.0),
        );
        check(
            &Dist::Hyperexponential {
                branches: vec![(0.5, Duration(200_000)), (0.5, Duration(1_800_000))],
            },
            1.0,
            2.28,
            |x| 1.0 - 0.5 * (-x / 0.2).exp() - 0.5 * (-x / 1.8).exp(),
        );
        check(
            &Dist::Lognormal {
                mean: seconds(10),
                cv: 0.5,
            },
            10.0,
            25.0,
            |x| {
                let s2 = 1.25f64.ln();
                let z = (x.ln() - (10f64.ln() - 0.5 * s2)) / s2.sqrt();
                0.5 * libm::erfc(-z / core::f64::consts::SQRT_2)
            },
        );
        check(
            &Dist::Weibull {
                scale: seconds(10),
                shape: 2.0,
            },
            10.0 * libm::tgamma(1.5),
            100.0 * (libm::tgamma(2.0) - libm::tgamma(1.5).powi(2)),
            |x| 1.0 - (-(x / 10.0).powi(2)).exp(),
        );
    }

    #[test]
    fn listed_values_come_by_weight() {
        let dist = Dist::Empirical {
            values: vec![(seconds(1), 3.0), (seconds(2), 1.0)],
        };
        let (mean, ..) = moments(&dist, |_| 0.5);
        assert!((mean - 1.25).abs() < 0.005, "{mean}");
        assert!((dist.mean_us() - 1.25e6).abs() < 1e-6);
    }

    #[test]
    fn erlang_phases_use_different_words() {
        let (_, variance, _) = moments(
            &Dist::Erlang {
                mean: seconds(10),
                shape: 50,
            },
            |_| 0.5,
        );
        assert!((variance - 2.0).abs() < 0.1, "{variance}");
    }
}
