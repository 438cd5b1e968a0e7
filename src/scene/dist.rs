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
    /// The same shape with every time multiplied.
    ///
    /// `factor` is positive; times are rounded to whole µs.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let times = |d: &Duration| Duration((d.0 as f64 * factor + 0.5) as u64);
        match self {
            Self::Constant(d) => Self::Constant(times(d)),
            Self::Uniform { low, high } => Self::Uniform {
                low: times(low),
                high: times(high),
            },
            Self::Triangular { low, mode, high } => Self::Triangular {
                low: times(low),
                mode: times(mode),
                high: times(high),
            },
            Self::Exponential { mean } => Self::Exponential { mean: times(mean) },
            Self::Erlang { mean, shape } => Self::Erlang {
                mean: times(mean),
                shape: *shape,
            },
            Self::Hyperexponential { branches } => Self::Hyperexponential {
                branches: branches.iter().map(|(p, m)| (*p, times(m))).collect(),
            },
            Self::Lognormal { mean, cv } => Self::Lognormal {
                mean: times(mean),
                cv: *cv,
            },
            Self::Weibull { scale, shape } => Self::Weibull {
                scale: times(scale),
                shape: *shape,
            },
            Self::Empirical { values } => Self::Empirical {
                values: values.iter().map(|(d, w)| (times(d), *w)).collect(),
            },
        }
    }

    /// As a scene writes it.
    pub fn to_text(&self) -> String {
        let pairs = |items: Vec<String>| items.join(", ");
        match self {
            Self::Constant(d) => format!("\"{d}\""),
            Self::Uniform { low, high } => format!("Uniform(low: \"{low}\", high: \"{high}\")"),
            Self::Triangular { low, mode, high } => {
                format!("Triangular(low: \"{low}\", mode: \"{mode}\", high: \"{high}\")")
            }
            Self::Exponential { mean } => format!("Exponential(mean: \"{mean}\")"),
            Self::Erlang { mean, shape } => format!("Erlang(mean: \"{mean}\", shape: {shape})"),
            Self::Hyperexponential { branches } => {
                let items = branches.iter().map(|(p, m)| format!("({p:?}, \"{m}\")"));
                format!("Hyperexponential([{}])", pairs(items.collect()))
            }
            Self::Lognormal { mean, cv } => format!("Lognormal(mean: \"{mean}\", cv: {cv:?})"),
            Self::Weibull { scale, shape } => {
                format!("Weibull(scale: \"{scale}\", shape: {shape:?})")
            }
            Self::Empirical { values } => {
                let items = values.iter().map(|(d, w)| format!("(\"{d}\", {w:?})"));
                format!("Empirical([{}])", pairs(items.collect()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Bundle, load};

    /// What is written is read back as it was, and scaling moves the mean.
    #[test]
    fn texts_read_back_and_means_scale() {
        let s = |n: u64| Duration(n * 1_000_000);
        let all = [
            Dist::Constant(Duration(1_234_567)),
            Dist::Uniform {
                low: s(5),
                high: s(9),
            },
            Dist::Triangular {
                low: s(1),
                mode: s(2),
                high: s(9),
            },
            Dist::Exponential { mean: s(61_200) },
            Dist::Erlang {
                mean: s(4),
                shape: 3,
            },
            Dist::Hyperexponential {
                branches: vec![(0.25, s(12)), (0.75, s(108))],
            },
            Dist::Lognormal {
                mean: s(10),
                cv: 0.5,
            },
            Dist::Weibull {
                scale: s(30),
                shape: 1.5,
            },
            Dist::Empirical {
                values: vec![(s(60), 3.0), (s(120), 1.0)],
            },
        ];
        let models = crate::scene::Models {
            dispatch_rules: &["fifo"],
            kpis: &[],
        };
        for dist in all {
            let text = format!(
                "(schema: 1, areas: {{ \"A\": () }}, \
                 tool_groups: {{ \"T\": (area: \"A\", count: 1, dispatch: [\"fifo\"]) }}, \
                 routes: {{ \"R\": (steps: [(name: \"S\", tools: \"T\", time: {})]) }})",
                dist.to_text()
            );
            let loaded = load(&Bundle::from_text("d.ron", &text), "d.ron", &[], &models);
            let scene = loaded.unwrap_or_else(|f| panic!("{}", f.to_text())).scene;
            assert_eq!(scene.routes[0].steps[0].time, dist);
            let ratio = dist.scaled(1.5).mean_us() / dist.mean_us();
            assert!((ratio - 1.5).abs() < 1e-6, "{dist:?}: {ratio}");
        }
    }
}
