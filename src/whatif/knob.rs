//! Knobs: what a what-if lets people turn, with unit, range and the scene's own value.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::scene::dist::Dist;
use crate::scene::schema::Scene;
use crate::units::{Duration, nearest_spelling};

/// A what-if: one file in this folder, one line in [`super::WHAT_IFS`].
pub trait WhatIf: Sync {
    /// Name on the command line; `whatif-<name>` is its title in the translations.
    fn name(&self) -> &'static str;

    /// What can be turned in this plant, each at the scene's own value.
    fn knobs(&self, scene: &Scene) -> Vec<Knob>;

    /// Paths into the scene and their values that put the settings into effect; a setting at the
    /// scene's own value gives none.
    ///
    /// # Errors
    /// A setting names no knob, is out of its range, or contradicts another.
    fn overrides(
        &self,
        scene: &Scene,
        settings: &[Setting],
    ) -> Result<Vec<(String, String)>, KnobFault>;

    /// Figures of the whole plant that it answers with, the most telling first.
    fn answers(&self) -> &'static [&'static str];
}

/// Something that can be turned.
#[derive(Clone, Debug, PartialEq)]
pub struct Knob {
    /// Name in settings: its kind, and with a dot what it is of, e.g. `tools.Litho_EUV`.
    pub name: String,
    /// Kind; `knob-<kind>` is its label in the translations, `knob-<kind>.about` its help.
    pub kind: &'static str,
    /// What it is of; empty: the whole plant.
    pub of: String,
    /// Unit.
    pub unit: &'static str,
    /// Its range and the scene's own value.
    pub form: Form,
}

/// What a knob can be set to.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// A number.
    Number {
        /// Lowest.
        low: f64,
        /// Highest.
        high: f64,
        /// Whole numbers only.
        whole: bool,
        /// The scene's own.
        value: f64,
    },
    /// One of several.
    Choice {
        /// All.
        options: Vec<String>,
        /// The scene's own; empty where the scene has several at once.
        value: String,
    },
}

/// A value of a knob.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A number in the knob's unit.
    Number(f64),
    /// One of its options.
    Choice(String),
}

/// A knob that is turned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// Name of the knob.
    pub knob: String,
    /// What it is set to.
    pub value: Value,
}

impl Setting {
    /// A knob set to a number.
    pub fn number(knob: &str, value: f64) -> Self {
        Self {
            knob: knob.to_owned(),
            value: Value::Number(value),
        }
    }

    /// A knob set to an option.
    pub fn choice(knob: &str, value: &str) -> Self {
        Self {
            knob: knob.to_owned(),
            value: Value::Choice(value.to_owned()),
        }
    }
}

/// Why settings cannot be put into effect.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum KnobFault {
    /// There is no such knob.
    #[error("there is no knob `{name}`{}\nexpected one of these kinds: {kinds} (--knobs lists them)", near(.nearest.as_ref()))]
    Unknown {
        /// Name asked for.
        name: String,
        /// The name most like it.
        nearest: Option<String>,
        /// Kinds of knobs there are.
        kinds: String,
    },
    /// A number is expected.
    #[error("knob `{name}`: `{value}` is no number; expected {low} to {high} {unit}")]
    NoNumber {
        /// Knob.
        name: String,
        /// What was given.
        value: String,
        /// Lowest.
        low: f64,
        /// Highest.
        high: f64,
        /// Unit.
        unit: &'static str,
    },
    /// The number is out of range.
    #[error("knob `{name}`: {value} is out of its range; expected {low} to {high} {unit}{}", if *.whole { ", a whole number" } else { "" })]
    Range {
        /// Knob.
        name: String,
        /// What was given.
        value: f64,
        /// Lowest.
        low: f64,
        /// Highest.
        high: f64,
        /// Unit.
        unit: &'static str,
        /// Whole numbers only.
        whole: bool,
    },
    /// It is none of the options.
    #[error("knob `{name}`: there is no `{value}`{}\nexpected one of: {options}", near(.nearest.as_ref()))]
    NoOption {
        /// Knob.
        name: String,
        /// What was given.
        value: String,
        /// The option most like it.
        nearest: Option<String>,
        /// All options.
        options: String,
    },
    /// The knob is set twice.
    #[error("knob `{0}` is set twice")]
    Twice(String),
    /// Shares of products that do not make a whole.
    #[error("{names} add up to {sum} %; expected {}100 %", if *.whole { "" } else { "at most " })]
    Shares {
        /// The settings, e.g. `mix.A = 60 %, mix.B = 50 %`.
        names: String,
        /// Their sum, %.
        sum: f64,
        /// Whether all products are set, so that the sum must be 100.
        whole: bool,
    },
    /// Hot lots that cannot be had by trading regular ones.
    #[error(
        "hot_share = {share} % cannot be reached by trading regular lots of a product for hot ones; expected {low:.1} to {high:.1} %"
    )]
    HotShare {
        /// Share asked for, %.
        share: f64,
        /// Lowest, %.
        low: f64,
        /// Highest, %.
        high: f64,
    },
    /// There is no such what-if.
    #[error("there is no what-if `{name}`{}\nexpected one of: {options}", near(.nearest.as_ref()))]
    NoWhatIf {
        /// Name asked for.
        name: String,
        /// The name most like it.
        nearest: Option<String>,
        /// All names.
        options: String,
    },
}

fn near(nearest: Option<&String>) -> String {
    nearest.map_or(String::new(), |n| format!("; did you mean `{n}`?"))
}

/// A knob that is turned away from the scene's own value.
#[derive(Clone, Debug, PartialEq)]
pub struct Turned<'k> {
    /// The knob.
    pub knob: &'k Knob,
    /// What it is set to.
    pub value: Value,
}

impl Turned<'_> {
    /// The number it is set to; 0 for a choice.
    pub fn number(&self) -> f64 {
        match &self.value {
            Value::Number(n) => *n,
            Value::Choice(_) => 0.0,
        }
    }
}

/// Checks settings against the knobs; those at the scene's own value are left out. The order is
/// that of the knobs, so that equal settings give equal overrides.
///
/// # Errors
/// A setting names no knob, stands twice, or does not fit.
pub fn turned<'k>(knobs: &'k [Knob], settings: &[Setting]) -> Result<Vec<Turned<'k>>, KnobFault> {
    let mut out: Vec<(usize, Turned<'k>)> = Vec::new();
    for setting in settings {
        let Some(at) = knobs.iter().position(|k| k.name == setting.knob) else {
            let names = knobs.iter().map(|k| k.name.as_str());
            let mut kinds: Vec<&str> = Vec::new();
            for knob in knobs {
                if !kinds.contains(&knob.kind) {
                    kinds.push(knob.kind);
                }
            }
            return Err(KnobFault::Unknown {
                name: setting.knob.clone(),
                nearest: nearest_spelling(&setting.knob, names).map(str::to_owned),
                kinds: kinds.join(", "),
            });
        };
        if out.iter().any(|(i, _)| *i == at) {
            return Err(KnobFault::Twice(setting.knob.clone()));
        }
        let knob = &knobs[at];
        let value = fit(knob, &setting.value)?;
        let own = match (&knob.form, &value) {
            (Form::Number { value: own, .. }, Value::Number(n)) => n == own,
            (Form::Choice { value: own, .. }, Value::Choice(c)) => c == own,
            _ => false,
        };
        if !own {
            out.push((at, Turned { knob, value }));
        }
    }
    out.sort_by_key(|(at, _)| *at);
    Ok(out.into_iter().map(|(_, t)| t).collect())
}

fn fit(knob: &Knob, value: &Value) -> Result<Value, KnobFault> {
    match &knob.form {
        Form::Number {
            low, high, whole, ..
        } => {
            let number = match value {
                Value::Number(n) => *n,
                Value::Choice(text) => number_in(text, knob.unit).ok_or(KnobFault::NoNumber {
                    name: knob.name.clone(),
                    value: text.clone(),
                    low: *low,
                    high: *high,
                    unit: knob.unit,
                })?,
            };
            if (*low..=*high).contains(&number) && (!whole || number == libm::round(number)) {
                return Ok(Value::Number(number));
            }
            Err(KnobFault::Range {
                name: knob.name.clone(),
                value: number,
                low: *low,
                high: *high,
                unit: knob.unit,
                whole: *whole,
            })
        }
        Form::Choice { options, .. } => {
            let text = match value {
                Value::Choice(text) => text.trim().to_owned(),
                Value::Number(n) => n.to_string(),
            };
            if options.contains(&text) {
                return Ok(Value::Choice(text));
            }
            let nearest = nearest_spelling(&text, options.iter().map(String::as_str));
            Err(KnobFault::NoOption {
                name: knob.name.clone(),
                nearest: nearest.map(str::to_owned),
                value: text,
                options: options.join(", "),
            })
        }
    }
}

/// A number with or without its unit: `9`, `9 d`; times in any unit: `12 h` of a knob in days.
fn number_in(text: &str, unit: &str) -> Option<f64> {
    let text = text.trim();
    let bare = text.strip_suffix(unit).unwrap_or(text).trim();
    if let Ok(number) = bare.parse::<f64>() {
        return number.is_finite().then_some(number);
    }
    let size = match unit {
        "d" => 86_400.0,
        "h" => 3_600.0,
        _ => return None,
    };
    let seconds = crate::units::parse_as(text, crate::units::Dimension::TIME).ok()?;
    Some(seconds / size)
}

/// Reads `NAME=VALUE` of a command line: a number where it is one, else a text that the knob reads.
///
/// # Errors
/// There is no `=` or no name.
pub fn parse_setting(text: &str) -> Result<Setting, String> {
    match text.split_once('=') {
        Some((knob, value)) if !knob.trim().is_empty() && !value.trim().is_empty() => {
            let value = value.trim();
            Ok(Setting {
                knob: knob.trim().to_owned(),
                value: value
                    .parse::<f64>()
                    .ok()
                    .filter(|n| n.is_finite())
                    .map_or_else(|| Value::Choice(value.to_owned()), Value::Number),
            })
        }
        _ => Err("expected NAME=VALUE, e.g. tools.Litho=5".to_owned()),
    }
}

/// A whole-number knob; it goes from `low` to a generous multiple of the scene's own value.
pub(super) fn count(kind: &'static str, of: &str, unit: &'static str, value: u32) -> Knob {
    Knob {
        name: format!("{kind}.{of}"),
        kind,
        of: of.to_owned(),
        unit,
        form: Form::Number {
            low: 1.0,
            high: f64::from(value.saturating_mul(4).max(10)),
            whole: true,
            value: f64::from(value),
        },
    }
}

/// A knob in per cent of the scene's own values, for the whole plant.
pub(super) fn percent(kind: &'static str, low: f64, high: f64) -> Knob {
    Knob {
        name: kind.to_owned(),
        kind,
        of: String::new(),
        unit: "%",
        form: Form::Number {
            low,
            high,
            whole: false,
            value: 100.0,
        },
    }
}

/// A knob on a time; it goes from a twentieth to twenty times the scene's own.
pub(super) fn time(kind: &'static str, of: String, unit: &'static str, own_us: f64) -> Knob {
    let value = tidy(own_us / unit_us(unit));
    Knob {
        name: format!("{kind}.{of}"),
        kind,
        of,
        unit,
        form: Form::Number {
            low: tidy(value / 20.0),
            high: tidy(value * 20.0),
            whole: false,
            value,
        },
    }
}

/// Rounds to nine significant digits: what a person would have written.
pub(super) fn tidy(value: f64) -> f64 {
    format!("{value:.8e}").parse().unwrap_or(value)
}

/// µs of a unit of time.
pub(super) fn unit_us(unit: &str) -> f64 {
    match unit {
        "d" => 8.64e10,
        "h" => 3.6e9,
        "min" => 6e7,
        _ => 1e6,
    }
}

/// The distribution with its mean moved to `value` of a unit.
pub(super) fn with_mean(dist: &Dist, value: f64, unit: &str) -> Dist {
    let mean_us = dist.mean_us();
    if mean_us > 0.0 {
        dist.scaled(value * unit_us(unit) / mean_us)
    } else {
        Dist::Constant(Duration((value * unit_us(unit) + 0.5) as u64))
    }
}

/// A name as a part of a path into the scene.
pub(super) fn part(name: &str) -> String {
    let plain = !name.is_empty() && name.trim() == name && !name.contains(['.', '"']);
    if plain {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knobs() -> Vec<Knob> {
        vec![
            count("tools", "Litho", "tools", 3),
            percent("starts", 10.0, 300.0),
            time("pm_every", "Etch".into(), "d", 7.0 * 8.64e10),
            Knob {
                name: "dispatch".into(),
                kind: "dispatch",
                of: String::new(),
                unit: "1",
                form: Form::Choice {
                    options: vec!["fifo".into(), "priority+fifo".into()],
                    value: "fifo".into(),
                },
            },
        ]
    }

    #[test]
    fn settings_are_checked_and_ordered() {
        let knobs = knobs();
        let set = [
            parse_setting("dispatch=priority+fifo").expect("a setting"),
            parse_setting("pm_every.Etch = 216 h").expect("a setting"),
            parse_setting("tools.Litho=4").expect("a setting"),
            parse_setting("starts=100").expect("a setting"),
        ];
        let turned = turned(&knobs, &set).expect("they fit");
        let names: Vec<&str> = turned.iter().map(|t| t.knob.name.as_str()).collect();
        assert_eq!(names, ["tools.Litho", "pm_every.Etch", "dispatch"]);
        assert_eq!(turned[1].number(), 9.0);
    }

    #[test]
    fn faults_name_what_is_expected() {
        let knobs = knobs();
        let fault = |text: &str| {
            let setting = parse_setting(text).expect("a setting");
            turned(&knobs, &[setting]).expect_err("a fault").to_string()
        };
        assert!(fault("tool.Litho=4").contains("did you mean `tools.Litho`?"));
        assert!(fault("tools.Litho=0").contains("expected 1 to 12 tools, a whole number"));
        assert!(fault("tools.Litho=2.5").contains("whole"));
        assert!(fault("tools.Litho=many").contains("is no number"));
        assert!(fault("dispatch=fifi").contains("did you mean `fifo`?"));
        let twice = [
            Setting::number("starts", 90.0),
            Setting::number("starts", 80.0),
        ];
        assert_eq!(
            turned(&knobs, &twice),
            Err(KnobFault::Twice("starts".into()))
        );
    }
}
