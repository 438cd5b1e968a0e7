//! Named variants of a scene: kept in a file beside it, run together, exported as differences.
//!
//! The file is RON as scenes are, `<scene>.variants.ron`:
//!
//! ```ron
//! (
//!     schema: 1,
//!     variants: {
//!         "One more EUV": (what: "capacity", settings: { "tools.Litho_EUV": 7 }),
//!         "Batches of 50": (set: { "routes.DRAM.steps.004_Pad_Oxide.batch": "50..100 wafers" }),
//!     },
//! )
//! ```

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::knob::{Form, Knob, KnobFault, Setting, Value, WhatIf};
use super::study::VariantAsk;
use super::what_if;
use crate::scene::diagnostic::SourceFile;
use crate::scene::parse::parse;
use crate::scene::schema::Scene;
use crate::scene::tree::{Kind, Node};
use crate::scene::{Diagnostic, Diagnostics};
use crate::units::nearest_spelling;
use crate::words::{Words, words};

/// A named variant.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Variant {
    /// Name, unlike those of the other variants.
    pub name: String,
    /// What it is meant to try; may be empty.
    pub about: String,
    /// The what-if whose knobs are turned; empty: none.
    pub what: String,
    /// The knobs turned.
    pub settings: Vec<Setting>,
    /// Further paths into the scene and their values, as `--set` takes them.
    pub set: Vec<(String, String)>,
}

impl Variant {
    /// The paths and values that make the variant of the scene.
    ///
    /// # Errors
    /// There is no such what-if, or its settings do not fit the scene.
    pub fn overrides(&self, scene: &Scene) -> Result<Vec<(String, String)>, KnobFault> {
        let mut all = if self.what.is_empty() && self.settings.is_empty() {
            Vec::new()
        } else {
            named(&self.what)?.overrides(scene, &self.settings)?
        };
        all.extend(self.set.iter().cloned());
        Ok(all)
    }

    /// What a study is asked about it.
    ///
    /// # Errors
    /// As [`Variant::overrides`].
    pub fn ask(&self, scene: &Scene) -> Result<VariantAsk, KnobFault> {
        Ok(VariantAsk {
            name: self.name.clone(),
            overrides: self.overrides(scene)?,
        })
    }
}

/// The what-if of that name.
///
/// # Errors
/// There is none; the nearest is named.
pub fn named(name: &str) -> Result<&'static dyn WhatIf, KnobFault> {
    what_if(name).ok_or_else(|| {
        let names: Vec<&str> = super::WHAT_IFS.iter().map(|w| w.name()).collect();
        KnobFault::NoWhatIf {
            name: name.to_owned(),
            nearest: nearest_spelling(name, names.iter().copied()).map(str::to_owned),
            options: names.join(", "),
        }
    })
}

/// Two variants for each knob, `share` below and above the scene's own value (one step for whole
/// numbers): what a tornado chart needs.
pub fn one_at_a_time(what: &dyn WhatIf, knobs: &[&Knob], share: f64) -> Vec<Variant> {
    let mut all = Vec::new();
    for knob in knobs {
        let Form::Number {
            low,
            high,
            whole,
            value,
        } = knob.form
        else {
            continue;
        };
        let step = if whole {
            libm::round(value * share).max(1.0)
        } else {
            value * share
        };
        for (sign, changed) in [('−', value - step), ('+', value + step)] {
            if !(low..=high).contains(&changed) || changed == value {
                continue;
            }
            let step = super::knob::tidy(step);
            all.push(Variant {
                name: format!("{} {sign}{step} {}", knob.name, knob.unit),
                what: what.name().to_owned(),
                settings: vec![Setting::number(&knob.name, super::knob::tidy(changed))],
                ..Variant::default()
            });
        }
    }
    all
}

/// The difference to the base as a text that `--set` understands, a line for each value.
pub fn difference_text(overrides: &[(String, String)]) -> String {
    overrides
        .iter()
        .fold(String::new(), |mut text, (path, value)| {
            // Writing into a text cannot fail.
            let _ = writeln!(text, "{path}={value}");
            text
        })
}

/// The text of a file of variants.
pub fn to_text(variants: &[Variant]) -> String {
    let mut text = String::from("(\n    schema: 1,\n    variants: {\n");
    let pair = |key: &str, value: String| format!("{key:?}: {value}");
    for v in variants {
        let mut fields = Vec::new();
        if !v.about.is_empty() {
            fields.push(format!("about: {:?}", v.about));
        }
        if !v.what.is_empty() {
            fields.push(format!("what: {:?}", v.what));
        }
        if !v.settings.is_empty() {
            let settings = v.settings.iter().map(|s| match &s.value {
                Value::Number(n) => pair(&s.knob, n.to_string()),
                Value::Choice(c) => pair(&s.knob, format!("{c:?}")),
            });
            let settings: Vec<String> = settings.collect();
            fields.push(format!("settings: {{ {} }}", settings.join(", ")));
        }
        if !v.set.is_empty() {
            let set = v.set.iter().map(|(p, value)| pair(p, format!("{value:?}")));
            let set: Vec<String> = set.collect();
            fields.push(format!("set: {{ {} }}", set.join(", ")));
        }
        // Writing into a text cannot fail.
        let _ = writeln!(text, "        {:?}: ({}),", v.name, fields.join(", "));
    }
    text += "    },\n)\n";
    text
}

/// Reads a file of variants.
///
/// # Errors
/// All faults of the file, each with its place.
pub fn from_text(path: &str, text: &str) -> Result<Vec<Variant>, Diagnostics> {
    let mut faults = Vec::new();
    let root = parse(0, text, &mut faults);
    let mut reader = Reader { faults };
    let variants = reader.file(&root);
    if reader.faults.is_empty() {
        return Ok(variants);
    }
    let file = SourceFile {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    Err(Diagnostics::new(vec![file], reader.faults))
}

struct Reader {
    faults: Vec<Diagnostic>,
}

impl Reader {
    fn fault(&mut self, code: &'static str, at: &Node, message: Words, expectation: &'static str) {
        if at.kind != Kind::Faulty {
            let fault = Diagnostic::error(code, at.span, message).expecting(expectation);
            self.faults.push(fault);
        }
    }

    fn wrong(&mut self, at: &Node, expectation: &'static str) {
        self.fault(
            "wrong-kind",
            at,
            words!("{what} does not fit here", what = at.what()),
            expectation,
        );
    }

    /// Reports the fields that a record must not have.
    fn only(&mut self, record: &Node, known: &[&'static str]) {
        for field in record.fields().unwrap_or_default() {
            if !known.contains(&field.name.as_str()) {
                let near = nearest_spelling(&field.name, known.iter().copied());
                let message = words!("there is no field `{name}` here", name = &field.name);
                let fault = Diagnostic::error("unknown-field", field.name_span, message)
                    .expecting(words!("one of: {names}", names = known.join(", ")))
                    .near(near);
                self.faults.push(fault);
            }
        }
    }

    fn file(&mut self, root: &Node) -> Vec<Variant> {
        if root.fields().is_none() {
            self.wrong(root, "a file of variants `(schema: 1, variants: { ... })`");
            return Vec::new();
        }
        self.only(root, &["schema", "variants"]);
        match root.field("schema").map(|n| &n.kind) {
            Some(Kind::Number { whole: Some(1), .. }) => {}
            _ => {
                let at = root.field("schema").unwrap_or(root);
                let message = "the version of the file's form is missing or unknown";
                self.fault("schema", at, message.into(), "`schema: 1`");
            }
        }
        let mut all: Vec<Variant> = Vec::new();
        for (name, value) in self.map(root.field("variants")) {
            if all.iter().any(|v| v.name == name) {
                let message = words!("`{name}` is defined twice", name = &name);
                self.fault("duplicate", value, message, "each name once");
            }
            let variant = self.variant(name, value);
            all.push(variant);
        }
        all
    }

    fn variant(&mut self, name: String, node: &Node) -> Variant {
        if node.fields().is_none() {
            self.wrong(node, "a variant `(what: \"capacity\", settings: { ... })`");
        }
        self.only(node, &["about", "what", "settings", "set"]);
        let about = self.words(node.field("about"));
        let what = self.words(node.field("what"));
        if let Some(at) = node.field("what")
            && let Err(fault) = named(&what)
        {
            // The view tells such a fault by its own kind; here is the command line's sentence.
            let message = Words::verbatim(fault.to_string());
            self.fault("unknown-name", at, message, "a what-if");
        }
        let settings = self.map(node.field("settings"));
        let settings = settings.into_iter().filter_map(|(knob, value)| {
            let value = match &value.kind {
                Kind::Number { value, .. } => Value::Number(*value),
                Kind::Text(text) => Value::Choice(text.clone()),
                _ => {
                    self.wrong(value, "a number, or a text");
                    return None;
                }
            };
            Some(Setting { knob, value })
        });
        let settings = settings.collect();
        let set = self.map(node.field("set"));
        let set = set.into_iter().filter_map(|(path, value)| {
            let Some(text) = value.text() else {
                self.wrong(value, "the value as `--set` takes it, in quotes");
                return None;
            };
            Some((path, text.to_owned()))
        });
        let set = set.collect();
        Variant {
            name,
            about,
            what,
            settings,
            set,
        }
    }

    fn words(&mut self, node: Option<&Node>) -> String {
        match node.map(|n| (n, n.text())) {
            Some((_, Some(text))) => text.to_owned(),
            Some((node, None)) => {
                self.wrong(node, "a text in quotes");
                String::new()
            }
            None => String::new(),
        }
    }

    fn map<'n>(&mut self, node: Option<&'n Node>) -> Vec<(String, &'n Node)> {
        let Some(node) = node else {
            return Vec::new();
        };
        let Kind::Map(entries) = &node.kind else {
            self.wrong(node, "a map `{ \"name\": value }`");
            return Vec::new();
        };
        let mut all = Vec::new();
        for entry in entries {
            match entry.key.text() {
                Some(key) => all.push((key.to_owned(), &entry.value)),
                None => self.wrong(&entry.key, "a name in quotes"),
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_variants_survive_being_written() {
        let variants = vec![
            Variant {
                name: "하나 더 \"EUV\"".into(),
                about: "Two lines\nof words".into(),
                what: "capacity".into(),
                settings: vec![
                    Setting::number("tools.Litho", 7.0),
                    Setting::number("starts", 102.5),
                    Setting::choice("dispatch", "priority+fifo"),
                ],
                set: vec![("run.seed".into(), "4".into())],
            },
            Variant {
                name: "Bare".into(),
                ..Variant::default()
            },
        ];
        let text = to_text(&variants);
        let read = from_text("a.variants.ron", &text).map_err(|f| f.to_text());
        assert_eq!(read.as_ref(), Ok(&variants), "{text}");
    }

    #[test]
    fn every_fault_is_told_with_its_place() {
        let text = "(schema: 2, variant: {}, variants: {\n\
                    \"A\": (what: \"capasity\", set: { \"a.b\": 4 }),\n\
                    \"A\": (settings: [], hat: 1),\n})";
        let faults = from_text("v.ron", text).expect_err("it is wrong").to_text();
        for words in [
            "`schema: 1`",
            "no field `variant`",
            "did you mean `capacity`?",
            "v.ron:2:",
            "as `--set` takes it",
            "defined twice",
            "no field `hat`",
            "a map",
        ] {
            assert!(faults.contains(words), "{words} is not in\n{faults}");
        }
    }
}
