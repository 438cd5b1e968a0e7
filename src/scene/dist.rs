//! Distributions of durations: their parameters and exact means.

use bevy::reflect::Reflect;

use crate::units::Duration;

/// A distribution of a duration.
#[derive(Clone, Debug, PartialEq, Reflect)]
pub enum Dist {
    /// Always the same.
    Constant(Duration),
    /// Uniform on [low, high].
    Uniform {
        /// Shortest.
        low: Duration,
        /// Longest.
        high: Duration,
    },
    /// Triangular on [low, high].
    Triangular {
        /// Shortest.
        low: Duration,
        /// Most likely.
        mode: Duration,
        /// Longest.
        high: Duration,
    },
    /// Exponential.
    Exponential {
        /// Mean.
        mean: Duration,
    },
    /// Sum of `shape` equal exponential phases.
    Erlang {
        /// Mean of the sum.
        mean: Duration,
        /// Phases.
        shape: u32,
    },
    /// One of several exponentials by chance.
    Hyperexponential {
        /// Probability and mean of each branch; probabilities sum to 1.
        branches: Vec<(f64, Duration)>,
    },
    /// Lognormal.
    Lognormal {
        /// Mean of the duration itself.
        mean: Duration,
        /// Coefficient of variation of the duration itself.
        cv: f64,
    },
    /// Weibull.
    Weibull {
        /// Characteristic life (63.2 % quantile).
        scale: Duration,
        /// Shape.
        shape: f64,
    },
    /// One of the listed values by weight.
    Empirical {
        /// Values and weights; weights are positive.
        values: Vec<(Duration, f64)>,
    },
}

impl Dist {
    /// Mean, in µs.
    pub fn mean_us(&self) -> f64 {
        let us = |d: &Duration| d.0 as f64;
        match self {
            Self::Constant(d) => us(d),
            Self::Uniform { low, high } => 0.5 * (us(low) + us(high)),
            Self::Triangular { low, mode, high } => (us(low) + us(mode) + us(high)) / 3.0,
            Self::Exponential { mean }
            | Self::Erlang { mean, .. }
            | Self::Lognormal { mean, .. } => us(mean),
            Self::Hyperexponential { branches } => branches.iter().map(|(p, m)| p * us(m)).sum(),
            Self::Weibull { scale, shape } => us(scale) * libm::tgamma(1.0 + 1.0 / shape),
            Self::Empirical { values } => {
                let total: f64 = values.iter().map(|(_, w)| w).sum();
                values.iter().map(|(d, w)| us(d) * w).sum::<f64>() / total
            }
        }
    }
}
