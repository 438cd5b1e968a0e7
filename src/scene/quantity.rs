//! Kinds of values that are written as one text but mean more than one number:
//! distributions, maintenance intervals, batch sizes, references to steps.

use super::diagnostic::Diagnostic;
use super::dist::Dist;
use super::record::{At, Context, Reference, Value, choice, record};
use super::schema::{BatchSize, PmInterval};
use super::tree::{Kind, Node};
use super::value::{Probability, Wafers, duration, report_unit_error};
use crate::units::{self, Dimension, Duration};
use crate::words::{Words, words};

record! {
    /// Uniform on an interval: `low` and `high`, or `mean` and `half_width`.
    pub struct UniformForm = "uniform distribution" {
        /// Shortest time.
        low: Duration;
        /// Longest time.
        high: Duration;
        /// Middle of the interval.
        mean: Duration;
        /// Half its width.
        half_width: Duration;
    }
}
record! {
    /// Triangular: rises from `low` to `mode`, falls to `high`.
    pub struct TriangularForm = "triangular distribution" {
        /// Shortest time.
        low: Duration as required;
        /// Most likely time.
        mode: Duration as required;
        /// Longest time.
        high: Duration as required;
    }
}
record! {
    /// Exponential.
    pub struct ExponentialForm = "exponential distribution" {
        /// Mean.
        mean: Duration as required;
    }
}
record! {
    /// Sum of equal exponential phases; its coefficient of variation is 1/√shape.
    pub struct ErlangForm = "Erlang distribution" {
        /// Mean of the sum.
        mean: Duration as required;
        /// Number of phases.
        shape: u32 as required, range 1.0, 1000.0, "1 to 1000";
    }
}
record! {
    /// Lognormal, by the mean and the coefficient of variation of the time itself.
    pub struct LognormalForm = "lognormal distribution" {
        /// Mean.
        mean: Duration as required;
        /// Standard deviation divided by the mean.
        cv: f64 as required, range 0.0, 100.0, "0 to 100";
    }
}
record! {
    /// Weibull: by its `scale` (63.2 % of times are shorter) or by its `mean`.
    pub struct WeibullForm = "Weibull distribution" {
        /// Characteristic life.
        scale: Duration;
        /// Mean.
        mean: Duration;
        /// Shape: below 1 early failures, 1 exponential, above 1 wear.
        shape: f64 as required, range 0.05, 1000.0, "0.05 to 1000";
    }
}
choice! {
    /// A time that varies. Most are written as one text: `"12 min"` is always the same,
    /// `"12 min ± 5 %"` (or `+-`), `"12 min ± 0.6 min"` and `"10..14 min"` are uniform.
    pub enum DistForm = "distribution" {
        /// Always the same: `Constant("12 min")`.
        Constant(Duration),
        /// `Uniform(low: "10 min", high: "14 min")`.
        Uniform(UniformForm),
        /// `Triangular(low: "1 h", mode: "2 h", high: "5 h")`.
        Triangular(TriangularForm),
        /// `Exponential(mean: "7 d")`.
        Exponential(ExponentialForm),
        /// `Erlang(mean: "1 h", shape: 2)`.
        Erlang(ErlangForm),
        /// One of several exponentials by chance: `Hyperexponential([(0.5, "12 s"), (0.5, "108 s")])`,
        /// each with its probability and mean.
        Hyperexponential(Vec<At<Branch>>),
        /// `Lognormal(mean: "1 h", cv: 0.5)`.
        Lognormal(LognormalForm),
        /// `Weibull(scale: "30 d", shape: 1.5)`.
        Weibull(WeibullForm),
        /// One of the listed times by weight: `Empirical([("1 min", 3.0), ("2 min", 1.0)])`.
        Empirical(Vec<At<Weighted>>),
    }
}

/// A branch of a hyperexponential: probability and mean.
#[derive(Clone, Debug)]
pub struct Branch(f64, Duration);

/// A value of an empirical distribution and its weight.
#[derive(Clone, Debug)]
pub struct Weighted(Duration, f64);

/// Reads a pair `(a, b)`.
fn pair<A: Value, B: Value>(node: &Node, what: &'static str, cx: &mut Context) -> Option<(A, B)> {
    match &node.kind {
        Kind::Tuple { items, .. } if items.len() == 2 => {
            let (a, b) = (A::decode(&items[0], cx), B::decode(&items[1], cx));
            Some((a?, b?))
        }
        _ => {
            cx.wrong_kind(node, what);
            None
        }
    }
}

impl Value for Branch {
    fn kind() -> Words {
        "(probability, mean)".into()
    }
    fn decode(node: &Node, cx: &mut Context) -> Option<Self> {
        let (p, mean) = pair::<Probability, Duration>(node, "a pair `(0.5, \"12 min\")`", cx)?;
        Some(Self(p.0, mean))
    }
}

impl Value for Weighted {
    fn kind() -> Words {
        "(time, weight)".into()
    }
    fn decode(node: &Node, cx: &mut Context) -> Option<Self> {
        let (time, weight) = pair::<Duration, f64>(node, "a pair `(\"12 min\", 1.0)`", cx)?;
        if weight > 0.0 {
            return Some(Self(time, weight));
        }
        cx.report(
            Diagnostic::error("out-of-range", node.span, "a weight is greater than zero")
                .expecting("a weight above 0"),
        );
        None
    }
}

impl Value for Dist {
    fn kind() -> Words {
        words!("time or {kind}", kind = DistForm::kind())
    }

    fn decode(node: &Node, cx: &mut Context) -> Option<Self> {
        if let Some(text) = cx.text(node) {
            return dist_from_text(text, node, cx);
        }
        if matches!(node.kind, Kind::Number { .. }) {
            // The plainest mistake gets the plainest words.
            return Duration::decode(node, cx).map(Self::Constant);
        }
        let faults = cx.faults.len();
        let form = DistForm::decode(node, cx)?;
        // What is half read cannot be judged as a whole.
        if cx.faults.len() > faults {
            return None;
        }
        dist_from_form(form, node, cx)
    }

    fn describe(reference: &mut Reference) {
        DistForm::describe(reference);
    }
}

fn dist_from_form(form: DistForm, node: &Node, cx: &mut Context) -> Option<Dist> {
    let mut fault = |message: Words, expectation: &'static str| {
        cx.report(Diagnostic::error("distribution", node.span, message).expecting(expectation));
        None
    };
    Some(match form {
        DistForm::Constant(time) => Dist::Constant(*time),
        DistForm::Uniform(f) => match (f.low, f.high, f.mean, f.half_width) {
            (Some(low), Some(high), None, None) => {
                if low.value > high.value {
                    return fault(
                        "`low` is above `high`".into(),
                        "low at most as long as high",
                    );
                }
                Dist::Uniform {
                    low: low.value,
                    high: high.value,
                }
            }
            (None, None, Some(mean), Some(half)) => {
                if half.value > mean.value {
                    return fault(
                        "this distribution reaches below zero".into(),
                        "a half width of at most the mean",
                    );
                }
                Dist::Uniform {
                    low: Duration(mean.value.0 - half.value.0),
                    high: Duration(mean.value.0 + half.value.0),
                }
            }
            _ => {
                return fault(
                    "a uniform distribution has two ends".into(),
                    "either `low` and `high`, or `mean` and `half_width`",
                );
            }
        },
        DistForm::Triangular(f) => {
            let (low, mode, high) = (f.low?.value, f.mode?.value, f.high?.value);
            if !(low <= mode && mode <= high) {
                return fault("these times are not in order".into(), "low ≤ mode ≤ high");
            }
            Dist::Triangular { low, mode, high }
        }
        DistForm::Exponential(f) => Dist::Exponential {
            mean: f.mean?.value,
        },
        DistForm::Erlang(f) => Dist::Erlang {
            mean: f.mean?.value,
            shape: f.shape?.value,
        },
        DistForm::Hyperexponential(branches) => {
            let branches: Vec<_> = branches.iter().map(|b| (b.value.0, b.value.1)).collect();
            let sum: f64 = branches.iter().map(|b| b.0).sum();
            if (sum - 1.0).abs() > 1e-9 {
                return fault(
                    words!("these probabilities sum to {sum}", sum),
                    "probabilities that sum to 1",
                );
            }
            Dist::Hyperexponential { branches }
        }
        DistForm::Lognormal(f) => Dist::Lognormal {
            mean: f.mean?.value,
            cv: f.cv?.value,
        },
        DistForm::Weibull(f) => {
            let shape = f.shape?.value;
            let scale = match (f.scale, f.mean) {
                (Some(scale), None) => scale.value,
                (None, Some(mean)) => Duration::from_seconds_f64(
                    mean.value.as_seconds() / libm::tgamma(1.0 + 1.0 / shape),
                ),
                _ => {
                    return fault(
                        "a Weibull distribution has one scale".into(),
                        "either `scale` or `mean`",
                    );
                }
            };
            Dist::Weibull { scale, shape }
        }
        DistForm::Empirical(values) => {
            if values.is_empty() {
                return fault(
                    "this distribution has no values".into(),
                    "at least one (time, weight)",
                );
            }
            Dist::Empirical {
                values: values.iter().map(|v| (v.value.0, v.value.1)).collect(),
            }
        }
    })
}

/// Splits at the first separator that stands in the text.
fn split<'t>(text: &'t str, separators: &[&str]) -> Option<(&'t str, &'t str)> {
    let (at, len) = separators
        .iter()
        .filter_map(|s| text.find(s).map(|at| (at, s.len())))
        .min()?;
    Some((text[..at].trim(), text[at + len..].trim()))
}

/// The text, with the unit of the other where it has none itself: the `10` of `10..14 min`.
fn with_unit_of(text: &str, other: &str) -> String {
    let number_end = |t: &str| {
        t.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_' | '+' | '-')))
            .unwrap_or(t.len())
    };
    if number_end(text) == text.len() {
        format!("{text} {}", other[number_end(other)..].trim())
    } else {
        text.to_owned()
    }
}

/// Reads `"12 min"`, `"12 min ± 5 %"`, `"12 ± 0.6 min"`, `"10..14 min"`.
fn dist_from_text(text: &str, node: &Node, cx: &mut Context) -> Option<Dist> {
    let seconds = |text: &str, cx: &mut Context| match units::parse_as(text, Dimension::TIME) {
        Ok(s) => Some(s),
        Err(error) => {
            report_unit_error(node.span, &error, cx);
            None
        }
    };
    if let Some((mean, half)) = split(text, &["±", "+-", "+/-"]) {
        let fraction = units::parse_as(half, Dimension::NONE)
            .ok()
            .filter(|_| half.ends_with(|c: char| !c.is_ascii_digit()));
        let (mean, half) = match fraction {
            Some(fraction) => {
                let mean = seconds(mean, cx)?;
                (mean, mean * fraction)
            }
            None => (
                seconds(&with_unit_of(mean, half), cx)?,
                seconds(&with_unit_of(half, mean), cx)?,
            ),
        };
        if half < 0.0 || half > mean {
            cx.report(
                Diagnostic::error(
                    "distribution",
                    node.span,
                    "this distribution reaches below zero",
                )
                .expecting("a half width between zero and the mean"),
            );
            return None;
        }
        return Some(Dist::Uniform {
            low: duration(mean - half, node, cx)?,
            high: duration(mean + half, node, cx)?,
        });
    }
    if let Some((low, high)) = split(text, &["..", "…"]) {
        let low = seconds(&with_unit_of(low, high), cx)?;
        let high = seconds(high, cx)?;
        let (low, high) = (duration(low, node, cx)?, duration(high, node, cx)?);
        if low > high {
            cx.report(
                Diagnostic::error("distribution", node.span, "this interval is upside down")
                    .expecting("the shorter time first"),
            );
            return None;
        }
        return Some(Dist::Uniform { low, high });
    }
    let seconds = seconds(text, cx)?;
    duration(seconds, node, cx).map(Dist::Constant)
}

impl Value for PmInterval {
    fn kind() -> Words {
        "time or number of wafers".into()
    }
    fn decode(node: &Node, cx: &mut Context) -> Option<Self> {
        let parsed = cx.text(node).map(units::parse);
        match parsed {
            Some(Ok(q)) if q.dimension == Dimension::TIME => {
                duration(q.value, node, cx).map(Self::Time)
            }
            Some(Ok(q)) if q.dimension == Dimension::WAFERS => {
                Wafers::decode(node, cx).map(|w| Self::Wafers(u64::from(w.0)))
            }
            Some(Err(error)) => {
                report_unit_error(node.span, &error, cx);
                None
            }
            _ => {
                cx.wrong_kind(
                    node,
                    "a time or a number of wafers, e.g. \"30 d\" or \"4500 wafers\"",
                );
                None
            }
        }
    }
    fn magnitude(&self) -> Option<f64> {
        Some(match self {
            Self::Time(d) => d.as_seconds(),
            Self::Wafers(n) => *n as f64,
        })
    }
}

impl Value for BatchSize {
    fn kind() -> Words {
        "range of wafers".into()
    }
    fn decode(node: &Node, cx: &mut Context) -> Option<Self> {
        let Some(text) = cx.text(node).map(str::to_owned) else {
            cx.wrong_kind(node, "fewest and most wafers, e.g. \"75..150 wafers\"");
            return None;
        };
        let (low, high) = match split(&text, &["..", "…"]) {
            Some((low, high)) => (with_unit_of(low, high), high.to_owned()),
            None => (text.clone(), text),
        };
        let read = |text: String, cx: &mut Context| {
            let node = Node {
                span: node.span,
                kind: Kind::Text(text),
            };
            Wafers::decode(&node, cx).map(|w| w.0)
        };
        let (min_wafers, max_wafers) = (read(low, cx)?, read(high, cx)?);
        if min_wafers > max_wafers {
            cx.report(
                Diagnostic::error(
                    "batch",
                    node.span,
                    words!(
                        "the fewest wafers ({fewest}) are more than the most ({most})",
                        fewest = min_wafers,
                        most = max_wafers
                    ),
                )
                .expecting("the smaller number first, e.g. \"75..150 wafers\""),
            );
            return None;
        }
        if max_wafers == 0 {
            cx.report(
                Diagnostic::error("batch", node.span, "a batch of no wafers never starts")
                    .expecting("at least one wafer"),
            );
            return None;
        }
        Some(Self {
            min_wafers,
            max_wafers,
        })
    }
}

/// A reference to a step of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepRef {
    /// By its name.
    Name(String),
    /// By its number in the route, from 1.
    Number(u32),
    /// The end of the route.
    End,
}

impl StepRef {
    /// As it is written.
    pub fn spelled(&self) -> String {
        match self {
            Self::Name(name) => name.clone(),
            Self::Number(n) => n.to_string(),
            Self::End => "End".to_owned(),
        }
    }
}

impl Value for StepRef {
    fn kind() -> Words {
        "name or number (from 1) of a step".into()
    }
    fn decode(node: &Node, cx: &mut Context) -> Option<Self> {
        match &node.kind {
            Kind::Name(name) if name == "End" => Some(Self::End),
            Kind::Number { .. } => u32::decode(node, cx).map(Self::Number),
            _ => {
                let name = cx.text(node).map(|t| Self::Name(t.to_owned()));
                if name.is_none() {
                    cx.wrong_kind(node, "the name of a step in quotes, or its number from 1");
                }
                name
            }
        }
    }
}

/// A value of a check: a number in the KPI's own unit, or a quantity.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    /// In the KPI's own unit.
    Number(f64),
    /// With a unit.
    Text(String),
}

impl Value for Measure {
    fn kind() -> Words {
        "number in the KPI's unit, or a quantity".into()
    }
    fn decode(node: &Node, cx: &mut Context) -> Option<Self> {
        if let Kind::Number { value, .. } = node.kind {
            return Some(Self::Number(value));
        }
        let text = cx.text(node).map(|t| Self::Text(t.to_owned()));
        if text.is_none() {
            cx.wrong_kind(
                node,
                "a number in the KPI's unit, or a quantity such as \"40 d\"",
            );
        }
        text
    }
}
