//! What went wrong, in the reader's language.
//!
//! Wings below the view say their faults in English, as logs and the command line need them; here
//! each kind has its sentence in every language.

use super::i18n::{Lang, Texts, number};
use super::phrases::say;
use crate::interop::fault::Faults;
use crate::results::write::WriteError;
use crate::scene::diagnostic::Told;
use crate::scene::document::EditError;
use crate::scene::{Diagnostic, Diagnostics};
use crate::whatif::{Failure, KnobFault};
use crate::words::Words;

/// A number as it was typed: no more decimals than it has.
fn plain(value: f64) -> String {
    let decimals = (0..4).find(|d| {
        let scale = libm::pow(10.0, f64::from(*d));
        (libm::round(value * scale) / scale - value).abs() < 1e-9
    });
    number(value, decimals.unwrap_or(4) as usize)
}

/// The name that was perhaps meant, as a sentence of its own.
fn meant(nearest: Option<&String>, t: &Texts) -> String {
    nearest.map_or_else(String::new, |name| {
        format!(" {}", t.with("fault-meant", &[("name", name)]))
    })
}

/// Why settings cannot be put into effect.
pub fn knob(fault: &KnobFault, t: &Texts) -> String {
    let range = |low: f64, high: f64, unit: &str| {
        [
            ("low", plain(low)),
            ("high", plain(high)),
            ("unit", t.unit(unit)),
        ]
    };
    let say = |key: &str, values: &[(&str, String)]| {
        let values: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
        t.with(key, &values)
    };
    match fault {
        KnobFault::Unknown {
            name,
            nearest,
            kinds,
        } => {
            let values = [("name", name.clone()), ("options", kinds.clone())];
            say("fault-knob-unknown", &values) + &meant(nearest.as_ref(), t)
        }
        KnobFault::NoNumber {
            name,
            value,
            low,
            high,
            unit,
        } => {
            let mut values = vec![("name", name.clone()), ("value", value.clone())];
            values.extend(range(*low, *high, unit));
            say("fault-knob-no-number", &values)
        }
        KnobFault::Range {
            name,
            value,
            low,
            high,
            unit,
            whole,
        } => {
            let mut values = vec![("name", name.clone()), ("value", plain(*value))];
            values.extend(range(*low, *high, unit));
            let key = if *whole {
                "fault-knob-range-whole"
            } else {
                "fault-knob-range"
            };
            say(key, &values)
        }
        KnobFault::NoOption {
            name,
            value,
            nearest,
            options,
        } => {
            let values = [
                ("name", name.clone()),
                ("value", value.clone()),
                ("options", options.clone()),
            ];
            say("fault-knob-option", &values) + &meant(nearest.as_ref(), t)
        }
        KnobFault::Twice(name) => say("fault-knob-twice", &[("name", name.clone())]),
        KnobFault::Shares { names, sum, whole } => {
            let values = [("names", names.clone()), ("sum", plain(*sum))];
            let key = if *whole {
                "fault-shares-whole"
            } else {
                "fault-shares-most"
            };
            say(key, &values)
        }
        KnobFault::HotShare { share, low, high } => {
            let values = [
                ("share", plain(*share)),
                ("low", number(*low, 1)),
                ("high", number(*high, 1)),
            ];
            say("fault-hot-share", &values)
        }
        KnobFault::NoWhatIf {
            name,
            nearest,
            options,
        } => {
            let values = [("name", name.clone()), ("options", options.clone())];
            say("fault-no-what-if", &values) + &meant(nearest.as_ref(), t)
        }
    }
}

/// What is wrong with a scene, in the reader's language: its kind with the name that was perhaps
/// meant, and what the reader of scenes says of this one.
pub fn finding(fault: &Diagnostic, t: &Texts) -> (String, String) {
    let kind = kind(fault.code, fault.nearest.as_ref(), t);
    (kind, detail(&fault.message, &fault.expectation, t))
}

fn kind(code: &str, nearest: Option<&String>, t: &Texts) -> String {
    let kind = t.get(&format!("finding-{code}"));
    let near = nearest.map_or_else(String::new, |name| {
        format!(" {}", t.with("panel-did-you-mean", &[("name", name)]))
    });
    format!("{kind}.{near}")
}

fn detail(message: &Words, expectation: &Words, t: &Texts) -> String {
    let what = say(message, t.lang());
    if expectation.is_empty() {
        return what;
    }
    let needed = say(expectation, t.lang());
    t.with("fault-detail", &[("what", &what), ("needed", &needed)])
}

/// Everything that was found, as one text. In English it is that of the command line, with the
/// lines it is about.
pub fn findings(found: &Diagnostics, t: &Texts) -> String {
    match t.lang() {
        Lang::En => found.to_text(),
        Lang::Ko => list(&found.told(), t),
    }
}

/// Findings with their places.
fn list(findings: &[Told], t: &Texts) -> String {
    let told = findings.iter().map(|f| {
        let kind = kind(&f.code, f.nearest.as_ref(), t);
        let detail = detail(&f.message, &f.expectation, t);
        format!("{}\n    {kind}\n    {detail}\n", f.place)
    });
    told.collect()
}

/// What is wrong with a file that is no scene.
pub fn file(faults: &Faults, t: &Texts) -> String {
    let lines: Vec<String> = faults.lines().map(|l| say(&l, t.lang())).collect();
    lines.join("\n")
}

/// Why the system refuses a file.
pub fn system(path: &str, error: &std::io::Error, t: &Texts) -> String {
    format!("{path}: {}", say(&Words::of_system(error), t.lang()))
}

/// Why a file could not be written.
pub fn write(error: &WriteError, t: &Texts) -> String {
    match error {
        WriteError::Io { path, source } => system(path, source, t),
        // A fault of the program itself.
        WriteError::Parquet { .. } | WriteError::Name { .. } => error.to_string(),
    }
}

/// Why an edit of a scene was not made.
pub fn edit(fault: &EditError, t: &Texts) -> String {
    match fault {
        EditError::Path(fault) => {
            let (kind, detail) = finding(fault, t);
            format!("{kind} ({detail})")
        }
        EditError::Value { text, message } => {
            let why = say(message, t.lang());
            t.with("fault-value", &[("value", text), ("why", &why)])
        }
        EditError::Unfit(why) => t.with("fault-unfit", &[("why", &say(why, t.lang()))]),
        EditError::Splice { file } => t.with("fault-splice", &[("file", file)]),
    }
}

/// Why a request came to nothing.
pub fn failure(failure: &Failure, t: &Texts) -> String {
    let because = |key: &str, why: &Words| t.with(key, &[("why", &say(why, t.lang()))]);
    match failure {
        Failure::Scene { text, findings, .. } => {
            let n = text.matches("error[").count().max(1).to_string();
            let told = match t.lang() {
                Lang::En => text.clone(),
                Lang::Ko => list(findings, t),
            };
            format!("{}\n\n{told}", t.with("fault-scene", &[("n", &n)]))
        }
        Failure::Model { reason } => because("fault-model", reason),
        Failure::Request { reason } => because("fault-request", reason),
        Failure::Run {
            replication,
            reason,
        } => {
            let n = replication.to_string();
            let why = say(reason, t.lang());
            t.with("fault-run", &[("n", &n), ("why", &why)])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind of finding that the reader of scenes knows, from its source.
    fn kinds(folder: &std::path::Path, all: &mut std::collections::BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).expect("the tree's own folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                kinds(&path, all);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a text");
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            for call in ["error(", "warning(", "fault("] {
                for after in text.split(call).skip(1) {
                    let Some(rest) = after.trim_start().strip_prefix('"') else {
                        continue;
                    };
                    let Some((code, rest)) = rest.split_once('"') else {
                        continue;
                    };
                    let plain = |c: char| c.is_ascii_lowercase() || c == '-';
                    if rest.starts_with(',') && !code.is_empty() && code.chars().all(plain) {
                        all.insert(code.to_owned());
                    }
                }
            }
        }
    }

    #[test]
    fn every_kind_of_finding_has_its_words() {
        let mut all = std::collections::BTreeSet::new();
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        kinds(&root.join("src/scene"), &mut all);
        assert!(all.len() >= 45, "{all:?}");
        for lang in [Lang::En, Lang::Ko] {
            let t = Texts::new(lang);
            for code in &all {
                let words = t.get(&format!("finding-{code}"));
                assert!(!words.contains('⟦'), "{code} in {lang:?}");
            }
        }
    }

    #[test]
    fn faults_of_settings_are_told_in_both_languages() {
        let name = || "tools.Litho".to_owned();
        let faults = [
            KnobFault::Unknown {
                name: name(),
                nearest: Some("tools.Lito".to_owned()),
                kinds: "tools".to_owned(),
            },
            KnobFault::NoNumber {
                name: name(),
                value: "x".to_owned(),
                low: 0.0,
                high: 9.5,
                unit: "d",
            },
            KnobFault::Range {
                name: name(),
                value: 12.0,
                low: 0.0,
                high: 9.5,
                unit: "d",
                whole: true,
            },
            KnobFault::NoOption {
                name: name(),
                value: "fito".to_owned(),
                nearest: Some("fifo".to_owned()),
                options: "fifo, edd".to_owned(),
            },
            KnobFault::Twice(name()),
            KnobFault::Shares {
                names: "mix.A = 60 %".to_owned(),
                sum: 60.0,
                whole: true,
            },
            KnobFault::HotShare {
                share: 90.0,
                low: 0.0,
                high: 50.0,
            },
            KnobFault::NoWhatIf {
                name: "capasity".to_owned(),
                nearest: Some("capacity".to_owned()),
                options: "capacity".to_owned(),
            },
        ];
        for fault in &faults {
            let [en, ko] = [Lang::En, Lang::Ko].map(|l| knob(fault, &Texts::new(l)));
            assert!(
                !en.contains(['⟦', '{']) && !ko.contains(['⟦', '{']),
                "{en} {ko}"
            );
            assert!(ko.chars().any(|c| ('가'..='힣').contains(&c)), "{ko}");
            assert!(en.is_ascii(), "{en}");
        }
        let ko = Texts::new(Lang::Ko);
        assert_eq!(
            knob(&faults[2], &ko),
            "tools.Litho = 12 값이 범위를 벗어났습니다. 0에서 9.5일 사이의 정수를 넣으십시오."
        );
        let why = Failure::Run {
            replication: 3,
            reason: "limit".into(),
        };
        assert!(failure(&why, &ko).starts_with("반복 3회차"));
    }
}
