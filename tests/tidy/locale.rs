//! Every language says the same things: equal keys, equal placeables, nothing empty.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::source::{Fault, Tree, files};

/// A message of a Fluent file.
struct Message {
    line: usize,
    value: String,
}

/// Messages, terms and attributes (`key.attribute`) of a Fluent file, and keys given twice.
fn messages(text: &str) -> (BTreeMap<String, Message>, Vec<(usize, String)>) {
    let mut all: BTreeMap<String, Message> = BTreeMap::new();
    let mut twice = Vec::new();
    let mut message = String::new();
    let mut key = String::new();
    for (n, line) in text.lines().enumerate() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let (name, value) = match line.split_once('=') {
            Some((name, value)) if !line.starts_with([' ', '\t', '}', '[', '*']) => {
                message = name.trim().to_owned();
                (message.clone(), value)
            }
            Some((name, value)) if line.trim_start().starts_with('.') => {
                (format!("{message}{}", name.trim()), value)
            }
            _ => {
                if let Some(open) = all.get_mut(&key) {
                    open.value.push('\n');
                    open.value.push_str(line.trim());
                }
                continue;
            }
        };
        key.clone_from(&name);
        let value = value.trim().to_owned();
        if all
            .insert(name.clone(), Message { line: n + 1, value })
            .is_some()
        {
            twice.push((n + 1, name));
        }
    }
    (all, twice)
}

/// Variables a value refers to: `{ $lots }`, selectors and function arguments included.
fn variables(value: &str) -> BTreeSet<&str> {
    value
        .split('$')
        .skip(1)
        .map(|rest| {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
            &rest[..end.unwrap_or(rest.len())]
        })
        .collect()
}

/// Differences between the languages, empty values and keys given twice.
pub fn languages(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |path: &str, line: usize, message: String| {
        faults.push(Fault {
            path: path.to_owned(),
            line,
            message,
        });
    };
    let mut spoken = Vec::new();
    for (path, text) in files(tree, "assets/i18n/", ".ftl") {
        let (all, twice) = messages(text);
        for (line, key) in twice {
            fault(path, line, format!("`{key}` is given twice"));
        }
        for (key, message) in &all {
            // A message may consist of attributes alone.
            let has_attributes = all.keys().any(|k| k.starts_with(&format!("{key}.")));
            if message.value.trim().is_empty() && !has_attributes {
                fault(path, message.line, format!("`{key}` is empty"));
            }
        }
        spoken.push((path, all));
    }
    if spoken.len() == 1 {
        fault(spoken[0].0, 1, "only one language is here".to_owned());
    }
    for (path, all) in &spoken {
        for (other_path, other) in spoken.iter().filter(|(p, _)| p != path) {
            for (key, message) in all {
                let Some(theirs) = other.get(key) else {
                    fault(
                        path,
                        message.line,
                        format!("`{key}` is missing in {other_path}"),
                    );
                    continue;
                };
                let (ours, theirs) = (variables(&message.value), variables(&theirs.value));
                if path < other_path && ours != theirs {
                    fault(
                        path,
                        message.line,
                        format!("`{key}` uses {ours:?} here and {theirs:?} in {other_path}"),
                    );
                }
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::tree;

    fn found(en: &str, ko: &str) -> Vec<String> {
        let tree = tree(&[("assets/i18n/en.ftl", en), ("assets/i18n/ko.ftl", ko)]);
        languages(&tree).iter().map(Fault::to_string).collect()
    }

    #[test]
    fn equal_languages_pass() {
        let en = "# words\nlots = { $n ->\n    [one] one lot\n   *[other] { $n } lots\n }\nrun =\n    Run it\nbox = b\n    .tip = Tip { $x }\n";
        let ko = "lots = { $n }로트\nrun = 실행\nbox = 상자\n    .tip = { $x } 설명\n";
        assert_eq!(found(en, ko), Vec::<String>::new());
    }

    #[test]
    fn each_planted_difference_is_found() {
        assert_eq!(
            found("a = A\nb = B\n", "a = 가\n"),
            ["assets/i18n/en.ftl:2: `b` is missing in assets/i18n/ko.ftl"]
        );
        assert_eq!(
            found("a = A\n", "a = 가\nb = 나\n"),
            ["assets/i18n/ko.ftl:2: `b` is missing in assets/i18n/en.ftl"]
        );
        assert_eq!(
            found("a = A\n", "a =\n"),
            ["assets/i18n/ko.ftl:1: `a` is empty"]
        );
        assert_eq!(
            found("a = A\n", "a = 가\na = 나\n"),
            ["assets/i18n/ko.ftl:2: `a` is given twice"]
        );
        assert_eq!(
            found("a = { $lots } of { $total }\n", "a = { $lots }\n"),
            [
                "assets/i18n/en.ftl:1: `a` uses {\"lots\", \"total\"} here and {\"lots\"} in assets/i18n/ko.ftl"
            ]
        );
        assert_eq!(
            found("a = A\n    .tip = T\n", "a = 가\n"),
            ["assets/i18n/en.ftl:2: `a.tip` is missing in assets/i18n/ko.ftl"]
        );
    }
}
