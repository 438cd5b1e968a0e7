//! Documents that say what is true: paths that exist, links that lead somewhere, commands that run.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::source::{Fault, Tree, files, line_of};

/// Folders whose paths are checked wherever a document names them.
const ROOTS: [&str; 7] = [
    "src/", "tests/", "scenes/", "assets/", "docs/", "shaders/", ".ci/",
];

/// Documents: what users and contributors read. The change log speaks of the past and is free.
fn documents(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    files(tree, "", ".md").filter(|(path, _)| *path != "CHANGELOG.md")
}

/// Paths in documents and comments that do not exist. `exists` also knows files that are not text.
pub fn stale_paths(tree: &Tree, exists: &dyn Fn(&str) -> bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut look = |path: &str, text: &str, offset: usize, line: &str| {
        for word in words(line) {
            if !exists(fixed_part(word)) {
                faults.push(Fault {
                    path: path.to_owned(),
                    line: line_of(text, offset),
                    message: format!("`{word}` does not exist"),
                });
            }
        }
    };
    for (path, text) in documents(tree) {
        for (offset, line) in lines(text) {
            look(path, text, offset, line);
        }
    }
    for (path, text) in files(tree, "", ".rs").filter(|(path, _)| !path.starts_with("tests/tidy")) {
        for (offset, line) in lines(text) {
            if line.trim_start().starts_with("//") {
                look(path, text, offset, line);
            }
        }
    }
    faults
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let start = text.as_ptr() as usize;
    text.lines()
        .map(move |line| (line.as_ptr() as usize - start, line))
}

/// Words of a line that look like paths below one of [`ROOTS`].
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_ascii_alphanumeric() || "_-./<>*{}$".contains(c)))
        .map(|word| word.trim_end_matches(['.', '<', '>', '/']))
        .filter(|word| {
            ROOTS.iter().any(|root| {
                word.strip_prefix(root).is_some_and(|rest| !rest.is_empty())
                    || word.len() + 1 == root.len() && root.starts_with(word) && word == &".ci"
            })
        })
}

/// `assets/tools/<name>.ron` names a family: what stands before the placeholder must exist.
fn fixed_part(word: &str) -> &str {
    match word.find(['<', '*', '{', '$']) {
        Some(at) => word[..at].rsplit_once('/').map_or("", |(folder, _)| folder),
        None => word,
    }
}

/// Links of documents that lead to no file: `](target)` and `src="target"`, relative to the document.
pub fn stale_links(tree: &Tree, exists: &dyn Fn(&str) -> bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in files(tree, "", ".md") {
        for (opening, close) in [("](", ')'), ("src=\"", '"'), ("href=\"", '"')] {
            for (at, _) in text.match_indices(opening) {
                let start = at + opening.len();
                let target = text[start..].split(close).next().unwrap_or("");
                let target = target.split(['#', ' ']).next().unwrap_or("");
                if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                    continue;
                }
                if !exists(&join(path, target)) {
                    faults.push(Fault {
                        path: path.to_owned(),
                        line: line_of(text, at),
                        message: format!("the link to `{target}` leads nowhere"),
                    });
                }
            }
        }
    }
    faults
}

/// A relative target seen from a document's folder.
fn join(document: &str, target: &str) -> String {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// The command between `<!-- ci:NAME -->` and the end of the code block behind it.
pub fn marked_command<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<!-- ci:{name} -->"))?;
    let (_, block) = rest.split_once("```sh\n")?;
    let (command, _) = block.split_once("\n```")?;
    Some(command.trim())
}

/// The two commands of the README: present, and the same in every language.
pub fn marked_commands(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for name in ["run", "test"] {
        let mut seen = BTreeMap::new();
        for (path, text) in files(tree, "README", ".md") {
            match marked_command(text, name) {
                Some(command) => {
                    seen.entry(command).or_insert(path);
                }
                None => faults.push(Fault {
                    path: path.to_owned(),
                    line: 1,
                    message: format!("no ```sh block behind `<!-- ci:{name} -->`"),
                }),
            }
        }
        if seen.len() > 1 {
            faults.extend(seen.iter().map(|(command, path)| Fault {
                path: (*path).to_owned(),
                line: 1,
                message: format!("command `{name}` differs between the READMEs: {command}"),
            }));
        }
    }
    faults
}

/// Commands and flags of `geoul` that documents name in code but the program's help does not list.
/// `help` gives the help text of a command, or `None` where the program knows no such command.
pub fn unknown_commands(tree: &Tree, help: &dyn Fn(&str) -> Option<String>) -> Vec<Fault> {
    let mut known: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut faults = Vec::new();
    for (path, text) in documents(tree) {
        for (offset, call) in calls(text) {
            let mut words = call.split_whitespace().filter(|w| *w != "--");
            let Some(command) = words.next().filter(|w| !w.starts_with('-')) else {
                continue;
            };
            let page = known
                .entry(command.to_owned())
                .or_insert_with(|| help(command));
            let mut fault = |message: String| {
                faults.push(Fault {
                    path: path.to_owned(),
                    line: line_of(text, offset),
                    message,
                });
            };
            let Some(page) = page else {
                fault(format!("`geoul {command}` is no command"));
                continue;
            };
            let flags: BTreeSet<&str> = page
                .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
                .collect();
            for word in words.filter(|w| w.starts_with("--")) {
                let end = word.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
                let flag = &word[..end.unwrap_or(word.len())];
                if !flags.contains(flag) {
                    fault(format!("`geoul {command}` knows no {flag}"));
                }
            }
        }
    }
    faults
}

/// What stands behind `geoul ` or behind cargo's `--` in code spans and blocks, up to the span's end.
fn calls(text: &str) -> Vec<(usize, &str)> {
    let mut out = Vec::new();
    let mut block = false;
    for (offset, line) in lines(text) {
        if line.trim_start().starts_with("```") {
            block = !block;
            continue;
        }
        let spans: Vec<&str> = if block {
            vec![line]
        } else {
            line.split('`').skip(1).step_by(2).collect()
        };
        for span in spans {
            let span = span
                .split(['#', '|', ';', '&'])
                .next()
                .unwrap_or(span)
                .trim();
            let call = span.strip_prefix("geoul ").or_else(|| {
                span.strip_prefix("cargo run ")
                    .and_then(|s| s.split_once(" -- "))
                    .map(|(_, call)| call)
            });
            out.extend(call.map(|call| (offset, call)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::tree;

    #[test]
    fn a_path_that_is_gone_is_found_in_documents_and_comments() {
        let tree = tree(&[
            (
                "README.md",
                "see `src/lib.rs:12`, docs/gone.md, https://x.org/src/no.rs and ./src/no.rs.\n",
            ),
            (
                "docs/A.md",
                "a tool is one assets/tools/<name>.ron, a rule one assets/rules/<name>.rs;\nall of src/.",
            ),
            (
                "src/lib.rs",
                "//! Twin of shaders/rng.wgsl.\nlet s = \"tests/none.rs\";",
            ),
            ("CHANGELOG.md", "removed src/old.rs"),
        ]);
        let exists = |p: &str| ["src/lib.rs", "assets/tools"].contains(&p);
        let found: Vec<String> = stale_paths(&tree, &exists)
            .iter()
            .map(Fault::to_string)
            .collect();
        assert_eq!(
            found,
            [
                "README.md:1: `docs/gone.md` does not exist",
                "docs/A.md:1: `assets/rules/<name>.rs` does not exist",
                "src/lib.rs:1: `shaders/rng.wgsl` does not exist",
            ]
        );
    }

    #[test]
    fn a_link_is_followed_from_its_document() {
        let tree = tree(&[(
            "docs/A.md",
            "[a](../README.md#top) [b](B.md) [c](https://x.org/y) <img src=\"img/p.png\">\n[d](#here)",
        )]);
        let exists = |p: &str| ["README.md", "docs/img/p.png"].contains(&p);
        let found = stale_links(&tree, &exists);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].to_string(),
            "docs/A.md:1: the link to `B.md` leads nowhere"
        );
    }

    #[test]
    fn the_two_commands_are_marked_and_equal() {
        let good = "<!-- ci:run -->\n```sh\na\n```\n<!-- ci:test -->\n```sh\nb\n```\n";
        assert_eq!(
            marked_commands(&tree(&[("README.md", good), ("README.ko.md", good)])),
            []
        );
        let other = good.replace("\nb\n", "\nc\n");
        assert_eq!(
            marked_commands(&tree(&[("README.md", good), ("README.ko.md", &other)])).len(),
            2
        );
        assert_eq!(
            marked_commands(&tree(&[("README.md", "```sh\na\n```")])).len(),
            2
        );
    }

    #[test]
    fn a_command_or_flag_that_the_program_lacks_is_found() {
        let tree = tree(&[(
            "README.md",
            "`geoul run a.ron --seed 1` and `geoul fly`, geoul swims\n```sh\ncargo run --release -- run a.ron --sed=2 # --x\ngeoul --version\n```\n",
        )]);
        let help = |command: &str| (command == "run").then(|| "  --seed <N>  the seed".to_owned());
        let found: Vec<String> = unknown_commands(&tree, &help)
            .iter()
            .map(Fault::to_string)
            .collect();
        assert_eq!(
            found,
            [
                "README.md:1: `geoul fly` is no command",
                "README.md:3: `geoul run` knows no --sed"
            ]
        );
    }
}
