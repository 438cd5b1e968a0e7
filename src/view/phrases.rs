//! What is found wrong below the view, in the reader's language.
//!
//! A sentence comes as [`Words`]: English with named places. Its Korean stands in a book beside the
//! texts of the view, under that English; so a sentence is written once, where the fault is found.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::i18n::Lang;
use crate::words::Words;

/// The Korean of each English text.
static KOREAN: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| pairs(include_str!("../../assets/i18n/phrases.ko.txt")).collect());

/// English and its counterpart in the indented line below it.
fn pairs(book: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = book
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'));
    let mut english = None;
    lines.filter_map(move |line| match line.strip_prefix("  ") {
        Some(counterpart) => english.take().map(|e| (e, counterpart)),
        None => {
            english = Some(line);
            None
        }
    })
}

/// The sentence in a language. What the book lacks stays English: better than nothing said.
pub fn say(words: &Words, lang: Lang) -> String {
    match lang {
        Lang::En => words.to_string(),
        Lang::Ko => words.say(&|english| KOREAN.get(english).copied().unwrap_or(english)),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::scene::{Bundle, Diagnostics, Document, load};
    use crate::view::faults;
    use crate::view::i18n::Texts;
    use crate::whatif::models;

    /// A text without what stands in backticks and without its places.
    fn prose(text: &str) -> String {
        let outside: String = text.split('`').step_by(2).collect();
        let mut out = String::new();
        let mut inside = false;
        for c in outside.chars() {
            inside = (inside || c == '{') && c != '}';
            out.push(if inside || c == '}' { ' ' } else { c });
        }
        out
    }

    fn is_korean(text: &str) -> bool {
        text.chars().any(|c| ('가'..='힣').contains(&c))
    }

    /// Whether a text says something that another language says otherwise: `12.5 min` does not.
    fn says_something(english: &str) -> bool {
        let prose = prose(english);
        let words = prose.split(|c: char| !c.is_ascii_alphabetic());
        let words = words.filter(|w| w.len() > 1).count();
        words > usize::from(english.starts_with(|c: char| c.is_ascii_digit()))
    }

    /// English texts inside a sentence that the book lacks.
    fn missing(words: &Words) -> BTreeSet<&str> {
        let lacking = RefCell::new(BTreeSet::new());
        let _ = words.say(&|english| {
            if says_something(english) && !KOREAN.contains_key(english) {
                lacking.borrow_mut().insert(english);
            }
            english
        });
        lacking.into_inner()
    }

    /// Everything a finding says has its Korean.
    #[track_caller]
    fn told(found: &Diagnostics) {
        let ko = Texts::new(Lang::Ko);
        assert!(!found.is_empty());
        for item in &found.items {
            let roles = item.related.iter().map(|(_, role)| role);
            for words in [&item.message, &item.expectation].into_iter().chain(roles) {
                assert_eq!(missing(words), BTreeSet::new(), "{words}");
                let korean = say(words, Lang::Ko);
                let same = words.is_empty() || !says_something(words.english());
                assert!(same || is_korean(&prose(&korean)), "{words}: {korean}");
            }
            let (kind, detail) = faults::finding(item, &ko);
            assert!(is_korean(&kind) && is_korean(&prose(&detail)), "{detail}");
            let (_, english) = faults::finding(item, &Texts::new(Lang::En));
            assert!(english.starts_with(&item.message.to_string()), "{english}");
        }
    }

    fn findings(bundle: &Bundle, overrides: &[(&str, &str)]) -> Diagnostics {
        let overrides: Vec<_> = overrides
            .iter()
            .map(|(path, value)| ((*path).to_owned(), (*value).to_owned()))
            .collect();
        match load(bundle, &bundle.main, &overrides, &models()) {
            Ok(loaded) => loaded.warnings,
            Err(faults) => faults,
        }
    }

    #[test]
    fn every_wrong_scene_is_told_in_korean() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wrong");
        let mut read = 0;
        for entry in std::fs::read_dir(&folder).expect("the tree's own folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|e| e == "ron") {
                let path = path.to_str().expect("a path in UTF-8");
                let bundle = Bundle::from_disk(path).expect("the file is there");
                told(&findings(&bundle, &[]));
                read += 1;
            }
        }
        assert!(read >= 8, "{read} scenes");
        told(&Bundle::from_disk("tests/wrong/none.ron").expect_err("there is no such file"));
        let right = folder.with_file_name("right").join("every_field.ron");
        let right = Bundle::from_disk(right.to_str().expect("UTF-8")).expect("the file is there");
        told(&findings(
            &right,
            &[
                ("run.sed", "7"),
                ("run.horizon", "90 m"),
                ("params.pm_evry", "1 d"),
                ("tool_groups.Scaner.count", "2"),
                ("routes.R1.steps.99.time", "1 min"),
                ("run.seed.x", "1"),
                ("run..seed", "1"),
                ("routes.\"R1.steps", "1"),
            ],
        ));
    }

    #[test]
    fn slips_of_every_kind_are_told_in_korean() {
        let deep = "[".repeat(70);
        let texts = [
            "(a: 1; b: é, c: @, /* d",
            "(a: ..5, \"b\": 1, c: (1, d: 2), 3: 4, e: r#\"x)",
            "(schema: 1) (",
            "(schema: 1, name: true, run: 'x', areas: [], include: 7)",
            "(schema: 1, run: (horizon: \"x d\", warmup: \"1e400 d\", confidence: \"95 lots\"))",
            "(schema: 1, name: \"\", tool_groups: { \"\": (area: \"A\", count: 1.5) })",
            "(schema: 1, run: (seed: \"1 wafers/h\", horizon: \"-1 d\", replications: 0))",
            "(schema: 1, run: (horizon: 4), products: { \"P\": (route: \"R\") })",
            deep.as_str(),
        ];
        for text in texts {
            told(&findings(&Bundle::from_text("a.ron", text), &[]));
        }
    }

    #[test]
    fn layouts_and_optics_are_told_in_korean() {
        let layouts = [
            "(shapes: [])",
            "(unit: \"1 s\", shapes: [Circle(r: 1), Rectangle(x: 0, y: 0, width: 0, height: 1)])",
            "(shapes: [Polygon(points: [[0, 0, 1]]), Polygon(points: [[0, 0], [1, 1]])])",
            "(shapes: [Polygon(points: [[0, 0], [9, 9], [9, 0], [0, 9]])])",
        ];
        for text in layouts {
            told(&crate::scene::layout::read("a.ron", text).expect_err(text));
        }
        let optics = [
            "(lens: Custom(wavelength: \"193 nm\", na: 1.2), source: Annular(inner: 0.9, outer: 0.6))",
            "(lens: Custom(wavelength: \"193 s\", na: 9), source: Anular(inner: 0.6), mask: 1)",
            "(lens: Euv, source: Conventional(sigma: 0.5), polarisation: Z, \
             zernike: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])",
        ];
        for text in optics {
            told(&crate::scene::optics::read("a.ron", text).expect_err(text));
        }
    }

    #[test]
    fn damaged_layout_files_and_sources_are_told_in_korean() {
        use crate::interop::{gdsii, glp, source_table};
        let glp_text =
            "RECT N M1 0 0 9\nPGON N M1 1 2\nPGON N M1 0 0 9 9 9 0 0 9\nRCT\nRECT N M1 x";
        let cut = [0, 6, 0, 2, 2, 88];
        let record = |length: u8| [0, 6, 0, 2, 2, 88, 0, length, 1, 2];
        let found = [
            glp::read("a.glp", glp_text).expect_err("six faults"),
            glp::read("a.glp", "BEGIN").expect_err("no shape"),
            source_table::read("s.csv", "2,0,1").expect_err("sigma"),
            source_table::read("s.csv", "").expect_err("no point"),
            gdsii::read("a.gds", &[0; 8], None).expect_err("no header"),
            gdsii::read("a.gds", &cut, None).expect_err("cut off"),
            gdsii::read("a.gds", &record(2), None).expect_err("a short record"),
            gdsii::read("a.gds", &record(9), None).expect_err("a long record"),
        ];
        for faults in found {
            for line in faults.lines() {
                assert_eq!(missing(&line), BTreeSet::new(), "{line}");
            }
            let said = faults::file(&faults, &Texts::new(Lang::Ko));
            assert!(said.lines().all(is_korean), "{said}");
            let english = faults::file(&faults, &Texts::new(Lang::En));
            assert_eq!(english, faults.to_string());
        }
    }

    #[test]
    fn refusals_of_the_system_are_told_in_korean() {
        let missing_file = std::fs::read("tests/none/none").expect_err("there is no such file");
        let folder = std::fs::read_to_string(env!("CARGO_MANIFEST_DIR")).expect_err("a folder");
        for error in [missing_file, folder] {
            let words = Words::of_system(&error);
            assert_eq!(missing(&words), BTreeSet::new(), "{words}");
            let said = faults::system("a.glp", &error, &Texts::new(Lang::Ko));
            assert!(said.starts_with("a.glp: ") && is_korean(&said), "{said}");
        }
    }

    #[test]
    fn edits_that_fail_are_told_in_korean() {
        use crate::scene::Command::{Insert, Remove, Rename, Set};
        let text = "(schema: 1, name: \"n\", areas: { \"A\": (), \"B\": () })";
        let to = |s: &str| s.to_owned();
        let insert = |path: &str, name: &str| Insert {
            path: to(path),
            name: to(name),
            value: to("1"),
        };
        let rename = |path: &str, name: &str| Rename {
            path: to(path),
            name: to(name),
        };
        let set = |path: &str, value: &str| Set {
            path: to(path),
            value: to(value),
        };
        let commands = [
            set("name", "(1"),
            set("name", "12 min"),
            set("areas.C", "()"),
            insert("areas", "A"),
            insert("", "no word"),
            insert("name", "x"),
            rename("areas.A", "B"),
            rename("schema", "x"),
            Remove { path: to("") },
        ];
        for command in &commands {
            let mut document = Document::new(Bundle::from_text("a.ron", text));
            let fault = document.apply(command).expect_err("it cannot be done");
            let said = faults::edit(&fault, &Texts::new(Lang::Ko));
            let rest = prose(&said).replace("RON", "");
            let english = rest.split(|c: char| !c.is_ascii_alphabetic());
            let english: Vec<&str> = english.filter(|w| w.len() > 1 && *w != "min").collect();
            assert!(is_korean(&rest) && english.is_empty(), "{said}");
        }
        let mut nothing = Document::new(Bundle::default());
        let fault = nothing.apply(&commands[2]).expect_err("no files");
        assert!(is_korean(&faults::edit(&fault, &Texts::new(Lang::Ko))));
    }

    #[test]
    fn the_book_has_each_text_once_with_its_places() {
        let places = |text: &str| -> BTreeSet<String> {
            let plain = text.replace("{{", "").replace("}}", "");
            let inside = plain.split('{').skip(1);
            let name = |s: &str| s.split('}').next().unwrap_or_default().to_owned();
            let place = |n: &String| !n.is_empty() && n.chars().all(|c| c.is_ascii_lowercase());
            inside.map(name).filter(place).collect()
        };
        let book = include_str!("../../assets/i18n/phrases.ko.txt");
        let mut seen = BTreeSet::new();
        for (english, korean) in pairs(book) {
            assert!(seen.insert(english), "twice: {english}");
            assert_eq!(places(english), places(korean), "{english}");
            let same = places(english).len() == 1 && prose(korean).trim().is_empty();
            assert!(is_korean(korean) || same, "{english}: {korean}");
            let stop = korean.ends_with('.') && !korean.ends_with("...");
            assert!(!stop, "{korean}");
        }
        let lines = book
            .lines()
            .filter(|l| !l.is_empty() && !l.starts_with('#'));
        assert_eq!(
            lines.count(),
            2 * seen.len(),
            "each English has one line below it"
        );
    }

    /// String literals of a source, each with the call it is an argument of and what follows it.
    fn literals(source: &str) -> Vec<(String, String, String)> {
        let c: Vec<char> = source.chars().collect();
        let at = |i: usize| c.get(i).copied().unwrap_or('\0');
        let in_name = |c: char| c.is_alphanumeric() || c == '_';
        let mut found = Vec::new();
        let mut calls: Vec<Option<String>> = Vec::new();
        let (mut i, mut attribute) = (0, 0);
        while i < c.len() {
            match at(i) {
                '/' if at(i + 1) == '/' => {
                    while i < c.len() && at(i) != '\n' {
                        i += 1;
                    }
                }
                // A character, not a lifetime.
                '\'' if at(i + 1) == '\\' => {
                    i += 3;
                    while i < c.len() && at(i) != '\'' {
                        i += 1;
                    }
                    i += 1;
                }
                '\'' if at(i + 2) == '\'' => i += 3,
                // A raw text: none of them is told.
                'r' if matches!(at(i + 1), '"' | '#') && !in_name(at(i.wrapping_sub(1))) => {
                    let hashes = c[i + 1..].iter().take_while(|c| **c == '#').count();
                    i += 1 + hashes;
                    if at(i) == '"' {
                        let ends =
                            |i: usize| at(i) == '"' && (1..=hashes).all(|n| at(i + n) == '#');
                        i += 1;
                        while i < c.len() && !ends(i) {
                            i += 1;
                        }
                        i += 1 + hashes;
                    }
                }
                '"' => {
                    let mut text = String::new();
                    i += 1;
                    while i < c.len() && at(i) != '"' {
                        if at(i) == '\\' {
                            i += 1;
                        }
                        if at(i) == '\n' && at(i - 1) == '\\' {
                            while at(i).is_whitespace() {
                                i += 1;
                            }
                            continue;
                        }
                        text.push(at(i));
                        i += 1;
                    }
                    i += 1;
                    let after: String = c[i..].iter().take(2).collect();
                    let call = calls.iter().rev().flatten().next();
                    if attribute == 0 {
                        found.push((text, call.cloned().unwrap_or_default(), after));
                    }
                }
                open @ ('(' | '[' | '{') => {
                    if open == '[' && (at(i.wrapping_sub(1)) == '#' || attribute > 0) {
                        attribute += 1;
                    }
                    let name = c[..i].iter().rev();
                    let name = name.take_while(|c| in_name(**c) || **c == '!');
                    let name: Vec<char> = name.copied().collect();
                    calls.push((open == '(').then(|| name.iter().rev().collect()));
                    i += 1;
                }
                close @ (')' | ']' | '}') => {
                    if close == ']' && attribute > 0 {
                        attribute -= 1;
                    }
                    calls.pop();
                    i += 1;
                }
                _ => i += 1,
            }
        }
        found
    }

    /// Sources below a path by their path, without their tests.
    fn sources(path: &Path, all: &mut Vec<(String, String)>) {
        if path.is_dir() {
            for entry in std::fs::read_dir(path).expect("the tree's own folder") {
                sources(&entry.expect("an entry").path(), all);
            }
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(path).expect("a text");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            all.push((path.display().to_string(), code.to_owned()));
        }
    }

    /// Calls whose texts are not told as findings: text that is made or taken apart.
    const NOT_TOLD: [&str; 11] = [
        "format!",
        "write!",
        "writeln!",
        "concat!",
        "expect",
        "push",
        "push_str",
        "split_once",
        "starts_with",
        "strip_prefix",
        "trim_start_matches",
    ];

    #[test]
    fn every_sentence_of_the_sources_is_in_the_book_and_no_other() {
        let mut all = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
        let mut written = BTreeSet::new();
        let mut lacking = BTreeSet::new();
        for (path, source) in &all {
            // All that is said there is a finding; the reference is a document in English.
            let of_scenes = path.contains("src/scene/") || path.contains("src/units");
            let of_scenes = of_scenes && !path.ends_with("reference.rs");
            for (text, call, after) in literals(source) {
                // Ranges of the tables are put together of their ends.
                let range = text.contains(" to ") && !text.contains(',');
                let range = range && text.starts_with(|c: char| c.is_ascii_digit() || c == '-');
                let value = text.starts_with(['"', '[']);
                let head = text.ends_with(' ');
                let sentence = text.contains(' ') && !range && !value && !head;
                let kind = after == " {" || ["of", "unique", "look"].contains(&call.as_str());
                let told = of_scenes && (kind || sentence) && !NOT_TOLD.contains(&call.as_str());
                let told = told || call == "words!";
                if told && says_something(&text) && !KOREAN.contains_key(text.as_str()) {
                    lacking.insert(text.clone());
                }
                written.insert(text);
            }
        }
        assert_eq!(lacking, BTreeSet::new());
        let stale = KOREAN.keys().filter(|e| !written.contains(**e));
        assert_eq!(stale.collect::<Vec<_>>(), Vec::<&&str>::new());
        assert!(KOREAN.len() > 250, "{}", KOREAN.len());
    }

    #[test]
    fn runs_that_cannot_be_are_told_in_korean() {
        use crate::sim::fab::{CompileError, RunError};
        use crate::whatif::Failure;
        let ko = Texts::new(Lang::Ko);
        let empty = |text: &str| {
            let bundle = Bundle::from_text("a.ron", text);
            let loaded = load(&bundle, "a.ron", &[], &models()).expect("no faults");
            crate::sim::fab::Model::new(&loaded.scene).expect_err("nothing to run")
        };
        let refused = [
            empty("(schema: 1, name: \"a\", run: (horizon: \"1 d\"))"),
            empty(
                "(schema: 1, name: \"a\", run: (horizon: \"1 d\"), areas: { \"A\": () }, \
                 tool_groups: { \"T\": (area: \"A\", count: 1) })",
            ),
            CompileError::TooMany {
                what: "tools",
                count: 9,
                limit: 8,
            },
        ];
        let broken = [
            RunError::TooManyLots {
                limit: 9,
                day: 3,
                group: "T".to_owned(),
                queue: 8,
            },
            RunError::StandsStill {
                time_us: 4,
                limit: 9,
                step: "S".to_owned(),
            },
        ];
        let refused = refused.iter().map(CompileError::words);
        for words in refused.chain(broken.iter().map(RunError::words)) {
            assert_eq!(missing(&words), BTreeSet::new(), "{words}");
            // As it comes back from a worker.
            let carried = serde_json::to_string(&Failure::Model { reason: words }).expect("JSON");
            let failure: Failure = serde_json::from_str(&carried).expect("it was carried");
            let said = faults::failure(&failure, &ko);
            let english = prose(&said).replace("limits", "");
            let english = english.split(|c: char| !c.is_ascii_alphabetic());
            assert!(
                is_korean(&said) && english.into_iter().all(|w| w.len() < 2),
                "{said}"
            );
        }
        let found = findings(&Bundle::from_text("a.ron", "(schema: 2, nam: 1)"), &[]);
        let failure = Failure::Scene {
            summary: found.summary(),
            text: found.to_text(),
            findings: found.told(),
        };
        let said = faults::failure(&failure, &ko);
        assert!(
            said.contains("a.ron:1:13\n    그런 항목이 없습니다."),
            "{said}"
        );
        assert!(said.contains(&faults::findings(&found, &ko)), "{said}");
        let english = faults::findings(&found, &Texts::new(Lang::En));
        assert_eq!(english, found.to_text());
    }
}
