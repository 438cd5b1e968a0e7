//! The plain kinds of values: numbers, texts, quantities, lists, maps, references.

use std::marker::PhantomData;

use super::diagnostic::Diagnostic;
use super::record::{At, Context, Reference, Value, in_words};
use super::tree::{Kind, Node, Span};
use crate::units::{self, Dimension, Duration, UnitError};
use crate::words::{Words, words};

/// Reports why a text is not the quantity asked for.
pub(super) fn report_unit_error(span: Span, error: &UnitError, cx: &mut Context) {
    let code = match error {
        UnitError::WrongDimension { .. } => "wrong-dimension",
        UnitError::NoUnit { .. } => "missing-unit",
        UnitError::UnknownUnit { .. } => "unknown-unit",
        UnitError::NoNumber { .. } | UnitError::TooLarge { .. } => "bad-quantity",
    };
    cx.report(
        Diagnostic::error(code, span, error.message())
            .expecting(error.expectation())
            .near(error.nearest()),
    );
}

/// Reads a quantity of one dimension, in its base unit. Plain numbers pass where `bare` says so.
fn quantity(node: &Node, dimension: Dimension, bare: bool, cx: &mut Context) -> Option<f64> {
    let number = match node.kind {
        Kind::Number { value, .. } => Some(value),
        _ => None,
    };
    if let (Some(number), true) = (number, bare) {
        return Some(number);
    }
    let Some(text) = cx.text(node) else {
        let expectation = match (number, dimension) {
            (Some(n), d) => words!(
                "{kind} with its unit in quotes, e.g. \"{n} {unit}\"",
                kind = d.with_article(),
                n,
                unit = word(d)
            ),
            (None, Dimension::NONE) => "a number or a percentage, e.g. 0.25 or \"25 %\"".into(),
            (None, d) => for_example(d),
        };
        cx.wrong_kind(node, expectation);
        return None;
    };
    match units::parse_as(text, dimension) {
        Ok(value) => Some(value),
        Err(UnitError::NoUnit { .. }) if bare => units::parse_as(text, Dimension::NONE).ok(),
        Err(error) => {
            report_unit_error(node.span, &error, cx);
            None
        }
    }
}

/// A quantity of a dimension and how one is written.
fn for_example(dimension: Dimension) -> Words {
    words!(
        "{kind}, e.g. \"{example}\"",
        kind = dimension.with_article(),
        example = Words::from(dimension.example())
    )
}

/// A usual unit of a dimension, for examples.
fn word(dimension: Dimension) -> &'static str {
    let example = dimension.example();
    example.split_once(' ').map_or("", |(_, unit)| unit)
}

/// Reports a negative time; gives back one that is none.
fn not_negative(seconds: f64, node: &Node, cx: &mut Context) -> Option<f64> {
    if seconds >= 0.0 {
        return Some(seconds);
    }
    cx.report(
        Diagnostic::error("negative", node.span, "a time is never negative")
            .expecting("a time of zero or more"),
    );
    None
}

/// Longest time a scene may state, s; so large that sums of many stay far from overflow.
pub(super) const TIME_MAX_S: f64 = 1e10;

/// Seconds to a duration, if they are neither negative nor beyond all use.
pub(super) fn duration(seconds: f64, node: &Node, cx: &mut Context) -> Option<Duration> {
    let seconds = not_negative(seconds, node, cx)?;
    if seconds > TIME_MAX_S {
        cx.report(
            Diagnostic::error("out-of-range", node.span, "this time is too long")
                .expecting("at most 300 years"),
        );
        return None;
    }
    Some(Duration::from_seconds_f64(seconds))
}

impl Value for Duration {
    fn kind() -> Words {
        "time".into()
    }
    fn decode(node: &Node, cx: &mut Context) -> Option<Self> {
        let seconds = quantity(node, Dimension::TIME, false, cx)?;
        duration(seconds, node, cx)
    }
    fn magnitude(&self) -> Option<f64> {
        Some(self.as_seconds())
    }
}

/// A length in m; may be negative (a place).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Length(pub f64);

impl Value for Length {
    fn kind() -> Words {
        "length".into()
    }
    fn decode(node: &Node, cx: &mut Context) -> Option<Self> {
        quantity(node, Dimension::LENGTH, false, cx).map(Self)
    }
    fn magnitude(&self) -> Option<f64> {
        Some(self.0)
    }
}

/// An angle in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Angle(pub f64);

impl Value for Angle {
    fn kind() -> Words {
        "angle".into()
    }
    fn decode(node: &Node, cx: &mut Context) -> Option<Self> {
        quantity(node, Dimension::ANGLE, false, cx).map(Self)
    }
    fn magnitude(&self) -> Option<f64> {
        Some(self.0)
    }
}

/// A probability, 0 to 1; written as a number or a percentage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probability(pub f64);

impl Value for Probability {
    fn kind() -> Words {
        "probability".into()
    }
    fn decode(node: &Node, cx: &mut Context) -> Option<Self> {
        let value = quantity(node, Dimension::NONE, true, cx)?;
        if (0.0..=1.0).contains(&value) {
            return Some(Self(value));
        }
        cx.report(
            Diagnostic::error("probability", node.span, "this is no probability")
                .expecting("0 to 1, or \"0 %\" to \"100 %\""),
        );
        None
    }
    fn magnitude(&self) -> Option<f64> {
        Some(self.0)
    }
}

impl Value for f64 {
    fn kind() -> Words {
        "number".into()
    }
    fn decode(node: &Node, cx: &mut Context) -> Option<Self> {
        quantity(node, Dimension::NONE, true, cx)
    }
    fn magnitude(&self) -> Option<f64> {
        Some(*self)
    }
}

/// Reads a whole number, plain or as a quantity of one dimension.
fn whole(node: &Node, dimension: Dimension, cx: &mut Context) -> Option<i128> {
    if let Kind::Number { whole: Some(n), .. } = node.kind {
        return Some(n);
    }
    if !matches!(node.kind, Kind::Number { .. } | Kind::Text(_)) {
        let expectation = match dimension {
            Dimension::NONE => "a whole number".into(),
            d => for_example(d),
        };
        cx.wrong_kind(node, expectation);
        return None;
    }
    let value = quantity(node, dimension, true, cx)?;
    // Beyond 2^53 a decimal number is not exact; no count of a scene comes near.
    if value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0 {
        return Some(value as i128);
    }
    cx.report(
        Diagnostic::error("not-whole", node.span, "this number is not whole")
            .expecting("a whole number"),
    );
    None
}

/// Fits a whole number into a smaller type, or reports that it does not.
fn fit<T: TryFrom<i128>>(
    n: i128,
    low: &str,
    high: &str,
    node: &Node,
    cx: &mut Context,
) -> Option<T> {
    let fitted = T::try_from(n).ok();
    if fitted.is_none() {
        cx.report(
            Diagnostic::error("out-of-range", node.span, "this number is out of range")
                .expecting(words!("a whole number from {low} to {high}", low, high)),
        );
    }
    fitted
}

macro_rules! whole_number {
    ($($kind:ty, $low:literal, $high:literal;)*) => { $(
        impl Value for $kind {
            fn kind() -> Words {
                "whole number".into()
            }
            fn decode(node: &Node, cx: &mut Context) -> Option<Self> {
                let n = whole(node, Dimension::NONE, cx)?;
                fit(n, $low, $high, node, cx)
            }
            fn magnitude(&self) -> Option<f64> {
                Some(*self as f64)
            }
        }
    )* };
}
whole_number! {
    u32, "0", "4294967295";
    u64, "0", "18446744073709551615";
    i32, "-2147483648", "2147483647";
}

macro_rules! count {
    ($($(#[doc = $doc:literal])* $kind:ident $dimension:ident $word:literal;)*) => { $(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $kind(pub u32);
        impl Value for $kind {
            fn kind() -> Words {
                concat!("number of ", $word).into()
            }
            fn decode(node: &Node, cx: &mut Context) -> Option<Self> {
                let n = whole(node, Dimension::$dimension, cx)?;
                fit(n, "0", "4294967295", node, cx).map(Self)
            }
            fn magnitude(&self) -> Option<f64> {
                Some(f64::from(self.0))
            }
        }
    )* };
}
count! {
    /// A number of lots: `18` or `"18 lots"`.
    Lots LOTS "lots";
    /// A number of wafers: `25` or `"25 wafers"`.
    Wafers WAFERS "wafers";
}

impl Value for bool {
    fn kind() -> Words {
        "`true` or `false`".into()
    }
    fn decode(node: &Node, cx: &mut Context) -> Option<Self> {
        if let Kind::Bool(value) = node.kind {
            return Some(value);
        }
        cx.wrong_kind(node, "`true` or `false`");
        None
    }
}

impl Value for String {
    fn kind() -> Words {
        "text".into()
    }
    fn decode(node: &Node, cx: &mut Context) -> Option<Self> {
        let text = cx.text(node).map(str::to_owned);
        if text.is_none() {
            cx.wrong_kind(node, "a text in quotes");
        }
        text
    }
}

/// The value of a parameter: anything. It was already put in the place of its uses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Anything;

impl Value for Anything {
    fn kind() -> Words {
        "any value".into()
    }
    fn decode(_node: &Node, _cx: &mut Context) -> Option<Self> {
        Some(Self)
    }
}

impl<T: Value> Value for Vec<At<T>> {
    fn kind() -> Words {
        words!("list of {kind}", kind = T::kind())
    }
    fn decode(node: &Node, cx: &mut Context) -> Option<Self> {
        let Kind::List(items) = &node.kind else {
            let kind = in_words(&T::kind());
            cx.wrong_kind(node, words!("a list `[...]` of {kind}", kind));
            return None;
        };
        let decoded = items.iter().filter_map(|item| {
            T::decode(item, cx).map(|value| At {
                value,
                span: item.span,
            })
        });
        Some(decoded.collect())
    }
    fn describe(reference: &mut Reference) {
        T::describe(reference);
    }
}

/// Records by name, in file order; the names are different.
#[derive(Clone, Debug)]
pub struct Named<T>(pub Vec<(At<String>, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Value + Default> Value for Named<T> {
    fn kind() -> Words {
        words!("map from name to {kind}", kind = T::kind())
    }
    fn decode(node: &Node, cx: &mut Context) -> Option<Self> {
        let Kind::Map(entries) = &node.kind else {
            let kind = in_words(&T::kind());
            cx.wrong_kind(
                node,
                words!("a map `{{ \"name\": ... }}` from name to {kind}", kind),
            );
            return None;
        };
        let mut named = Vec::with_capacity(entries.len());
        for entry in entries {
            let name = String::decode(&entry.key, cx);
            // A record that cannot be read still has its name: references to it are no faults.
            let value = T::decode(&entry.value, cx);
            if let Some(name) = name {
                let span = entry.key.span;
                named.push((At { value: name, span }, value.unwrap_or_default()));
            }
        }
        Some(Self(named))
    }
    fn describe(reference: &mut Reference) {
        T::describe(reference);
    }
}

/// A kind of thing that others refer to by name.
pub trait Target {
    /// What it is called, with its article: "an area".
    const WHAT: &'static str;
}

/// The name of something defined elsewhere in the scene.
#[derive(Clone, Debug, PartialEq)]
pub struct Ref<K>(pub String, PhantomData<K>);

impl<K: Target> Value for Ref<K> {
    fn kind() -> Words {
        words!("name of {what}", what = Words::from(K::WHAT))
    }
    fn decode(node: &Node, cx: &mut Context) -> Option<Self> {
        let name = cx.text(node).map(str::to_owned);
        if name.is_none() {
            let what = Words::from(K::WHAT);
            cx.wrong_kind(node, words!("the name of {what} in quotes", what));
        }
        name.map(|n| Self(n, PhantomData))
    }
}

macro_rules! targets {
    ($($(#[doc = $doc:literal])* $name:ident $what:literal;)*) => { $(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {}
        impl Target for $name {
            const WHAT: &'static str = $what;
        }
    )* };
}
targets! {
    /// Areas.
    AnArea "an area";
    /// Bays.
    ABay "a bay";
    /// Repair crews.
    ACrew "a crew";
    /// Operator pools.
    AnOperatorPool "an operator pool";
    /// Reticles.
    AReticle "a reticle";
    /// Tool groups.
    AToolGroup "a tool group";
    /// Routes.
    ARoute "a route";
    /// Products.
    AProduct "a product";
    /// Tool types.
    AToolType "a tool type";
    /// Dispatching rules.
    ADispatchRule "a dispatching rule";
    /// KPIs.
    AKpi "a KPI";
}
