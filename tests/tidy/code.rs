//! What source text may not hold: panics by carelessness, the host's clock, words of the host's width.

use crate::tidy::paths::{module_of, paths};
use crate::tidy::reach::reached;
use crate::tidy::source::{
    Fault, Token, Tree, files, guard_at, guards, item_end, line_of, mask, tokens,
};

/// Longest file, lines.
const LINES_MAX: usize = 700;

/// Names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "helpers", "helper", "common", "misc"];

/// What a wasm build of the headless core cannot have: the host's clock, threads, files, processes.
const HOST_ONLY: [&[&str]; 6] = [
    &["std", "time", "Instant"],
    &["std", "time", "SystemTime"],
    &["std", "thread"],
    &["std", "fs"],
    &["std", "process"],
    &["std", "net"],
];

/// Wings whose floating-point results must be equal on every machine: the way from scene to digest.
const EXACT: [&str; 5] = ["units", "rng", "scene", "world", "sim"];

/// Float methods of std that differ between machines; libm has them all.
const INEXACT: [&str; 26] = [
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "exp",
    "exp2", "exp_m1", "hypot", "ln", "ln_1p", "log", "log10", "log2", "powf", "powi", "sin",
    "sin_cos", "sinh", "tan", "tanh",
];

/// Calls that lose a fault instead of telling it, or print past the reports.
pub fn careless_calls(tree: &Tree) -> Vec<Fault> {
    let reached = reached(tree);
    let mut faults = Vec::new();
    for (path, text) in files(tree, "src/", ".rs") {
        let file_guard = reached.get(path).copied().unwrap_or_default();
        let masked = mask(text);
        let spans = guards(text, &masked);
        let tokens = tokens(&masked);
        let prints = path.starts_with("src/cli/") || path == "src/main.rs" || path == "src/cli.rs";
        for (n, token) in tokens.iter().enumerate() {
            let near = |k: usize| tokens.get(k).map_or("", |t: &Token<'_>| t.text);
            let before = if n == 0 { "" } else { near(n - 1) };
            let message = match token.text {
                "unwrap" if before == "." && near(n + 1) == "(" => {
                    "`unwrap` outside tests; `expect` states the invariant"
                }
                "todo" | "unimplemented" | "dbg" if near(n + 1) == "!" => "unfinished work",
                "println" | "print" | "eprintln" | "eprint" if near(n + 1) == "!" && !prints => {
                    "printing is the command line's business"
                }
                "exit" | "abort"
                    if path != "src/main.rs"
                        && before == "::"
                        && n > 1
                        && near(n - 2) == "process" =>
                {
                    "only src/main.rs ends the process"
                }
                _ => continue,
            };
            if !file_guard.and(guard_at(&spans, token.at)).test {
                faults.push(Fault {
                    path: path.to_owned(),
                    line: line_of(text, token.at),
                    message: message.to_owned(),
                });
            }
        }
        for (n, line) in text.lines().enumerate() {
            if line.contains("//")
                && ["TODO", "FIXME", "XXX"]
                    .iter()
                    .any(|word| line.contains(word))
            {
                faults.push(Fault {
                    path: path.to_owned(),
                    line: n + 1,
                    message: "unfinished work".to_owned(),
                });
            }
        }
    }
    faults
}

/// The host's clock, threads and files where the web build goes too.
pub fn host_only(tree: &Tree) -> Vec<Fault> {
    let reached = reached(tree);
    let mut faults = Vec::new();
    for (path, text) in files(tree, "src/", ".rs").filter(|(path, _)| *path != "src/main.rs") {
        let file_guard = reached.get(path).copied().unwrap_or_default();
        let masked = mask(text);
        let spans = guards(text, &masked);
        let mut named: Vec<(usize, String)> = paths(&masked, &module_of(path))
            .into_iter()
            .filter(|p| {
                HOST_ONLY.iter().any(|host| {
                    p.segments.len() >= host.len()
                        && p.segments.iter().zip(*host).all(|(a, b)| a == b)
                })
            })
            .map(|p| (p.at, p.segments.join("::")))
            .collect();
        // `use std::time;` and then `time::Instant`. Bevy's own clock is the browser's there.
        let tokens = tokens(&masked);
        for (i, window) in tokens.windows(3).enumerate() {
            let of_bevy = i >= 2 && tokens[i - 2].text == "platform" && tokens[i - 1].text == "::";
            if window[0].text == "time"
                && !of_bevy
                && window[1].text == "::"
                && ["Instant", "SystemTime"].contains(&window[2].text)
            {
                named.push((window[2].at, format!("time::{}", window[2].text)));
            }
        }
        named.sort();
        for (at, name) in named {
            let guard = file_guard.and(guard_at(&spans, at));
            let line = line_of(text, at);
            if guard.native
                || guard.test
                || faults
                    .last()
                    .is_some_and(|f: &Fault| f.path == path && f.line == line)
            {
                continue;
            }
            faults.push(Fault {
                path: path.to_owned(),
                line,
                message: format!("`{name}` is reached by the web build; guard it with #[cfg(not(target_family = \"wasm\"))]"),
            });
        }
    }
    faults
}

/// Float functions of std on the way from scene to digest.
pub fn inexact_floats(tree: &Tree) -> Vec<Fault> {
    let reached = reached(tree);
    let mut faults = Vec::new();
    for (path, text) in files(tree, "src/", ".rs") {
        if !module_of(path)
            .first()
            .is_some_and(|wing| EXACT.contains(&wing.as_str()))
        {
            continue;
        }
        let file_guard = reached.get(path).copied().unwrap_or_default();
        let masked = mask(text);
        let spans = guards(text, &masked);
        for window in tokens(&masked).windows(4) {
            let [owner, sign, name, open] = window else {
                continue;
            };
            let method = sign.text == "." && open.text == "(";
            let function = sign.text == "::" && ["f64", "f32"].contains(&owner.text);
            if (method || function)
                && INEXACT.contains(&name.text)
                && !file_guard.and(guard_at(&spans, name.at)).test
            {
                faults.push(Fault {
                    path: path.to_owned(),
                    line: line_of(text, name.at),
                    message: format!(
                        "std's `{0}` differs between machines; use libm::{0}",
                        name.text
                    ),
                });
            }
        }
    }
    faults
}

/// Files longer than a subject needs.
pub fn long_files(tree: &Tree) -> Vec<Fault> {
    ["src/", "tests/"]
        .iter()
        .flat_map(|folder| files(tree, folder, ".rs"))
        .chain(files(tree, "shaders/", ".wgsl"))
        .filter(|(_, text)| text.lines().count() > LINES_MAX)
        .map(|(path, text)| Fault {
            path: path.to_owned(),
            line: LINES_MAX + 1,
            message: format!(
                "{} lines; a file of one subject has at most {LINES_MAX}",
                text.lines().count()
            ),
        })
        .collect()
}

/// `usize` in what is saved: its width is the machine's.
pub fn saved_usize(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in files(tree, "src/", ".rs") {
        let masked = mask(text);
        let tokens = tokens(&masked);
        for n in 0..tokens.len().saturating_sub(3) {
            if tokens[n].text != "#" || tokens[n + 2].text != "derive" {
                continue;
            }
            let close = (n..tokens.len())
                .find(|&k| tokens[k].text == "]")
                .unwrap_or(n);
            if !tokens[n..close].iter().any(|t| t.text == "Serialize") {
                continue;
            }
            let end = item_end(&tokens, n).unwrap_or(text.len());
            for token in tokens[close..].iter().take_while(|t| t.at < end) {
                if ["usize", "isize"].contains(&token.text) {
                    faults.push(Fault {
                        path: path.to_owned(),
                        line: line_of(text, token.at),
                        message: format!(
                            "`{}` in a type that is saved; its width is the machine's",
                            token.text
                        ),
                    });
                }
            }
        }
    }
    faults
}

/// Modules named after nothing.
pub fn empty_names(tree: &Tree) -> Vec<Fault> {
    let named = |path: &str| {
        path.split('/')
            .any(|part| EMPTY_NAMES.contains(&part.trim_end_matches(".rs")))
    };
    let mut faults = Vec::new();
    for (path, text) in files(tree, "", ".rs")
        .filter(|(path, _)| path.starts_with("src/") || path.starts_with("tests/"))
    {
        let mut fault = |line: usize, name: &str| {
            faults.push(Fault {
                path: path.to_owned(),
                line,
                message: format!("`{name}` says nothing of what is inside; name the subject"),
            });
        };
        if named(path) {
            fault(1, path);
        }
        let masked = mask(text);
        for window in tokens(&masked).windows(3) {
            if window[0].text == "mod"
                && window[2].text == "{"
                && EMPTY_NAMES.contains(&window[1].text)
            {
                fault(line_of(text, window[1].at), window[1].text);
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::tree;

    const LIB: (&str, &str) = (
        "src/lib.rs",
        "#[cfg(not(target_family = \"wasm\"))] pub mod cli; pub mod sim; pub mod view;",
    );

    fn lines(rule: fn(&Tree) -> Vec<Fault>, path: &str, text: &str) -> Vec<usize> {
        rule(&tree(&[LIB, (path, text)]))
            .iter()
            .map(|f| f.line)
            .collect()
    }

    #[test]
    fn careless_calls_are_found_outside_tests_only() {
        let text = "fn f() { a.unwrap(); todo!(); }\nfn g() { unimplemented!() }\nfn h() { dbg!(1); println!(\"x\"); }\n\
                    fn ok() { a.unwrap_or(1); a.expect(\"unwrap() println!\"); writeln!(f, \"\"); }\n\
                    #[cfg(test)]\nmod tests { fn t() { a.unwrap(); println!(); } }\n// FIXME later\n";
        assert_eq!(
            lines(careless_calls, "src/sim/mod.rs", text),
            [1, 1, 2, 3, 3, 7]
        );
        assert_eq!(
            lines(
                careless_calls,
                "src/cli/mod.rs",
                "fn f() { println!(); std::process::exit(1) }"
            ),
            [1]
        );
        assert_eq!(
            lines(
                careless_calls,
                "src/main.rs",
                "fn main() { std::process::exit(1) }"
            ),
            []
        );
    }

    #[test]
    fn the_hosts_clock_threads_and_files_need_a_guard() {
        let text = "use std::{fs, time::Duration};\nuse std::time::Instant;\nfn f() { std::thread::spawn(g); time::SystemTime::now() }\n\
                    #[cfg(not(target_family = \"wasm\"))]\nfn n() { std::fs::read(p); }\n#[cfg(test)] mod tests { use std::fs; }\n\
                    use std::sync::Mutex; // std::fs\nuse bevy::platform::time::Instant;\n";
        assert_eq!(lines(host_only, "src/view/mod.rs", text), [1, 2, 3]);
        assert_eq!(lines(host_only, "src/cli/mod.rs", text), []);
    }

    #[test]
    fn std_floats_are_found_on_the_simulation_path_only() {
        let text = "fn f(x: f64) { x.ln(); f64::powf(x, 2.0); x.sqrt(); libm::log(x); ln(x); }\n#[cfg(test)] fn t() { x.exp(); }";
        assert_eq!(lines(inexact_floats, "src/sim/mod.rs", text), [1, 1]);
        assert_eq!(lines(inexact_floats, "src/view/mod.rs", text), []);
    }

    #[test]
    fn a_file_may_have_700_lines_and_no_more() {
        assert_eq!(lines(long_files, "src/sim/mod.rs", &"x\n".repeat(700)), []);
        assert_eq!(
            lines(long_files, "src/sim/mod.rs", &"x\n".repeat(701)),
            [701]
        );
    }

    #[test]
    fn usize_is_found_in_saved_types_only() {
        let text = "#[derive(Clone, Serialize)]\n/// usize\npub struct A {\n  a: u32,\n  b: Vec<usize>,\n}\n#[derive(Clone)]\nstruct B { n: usize }\n\
                    #[derive(serde::Serialize)]\n#[repr(u8)]\nenum C { D(isize) }\nfn f(n: usize) {}";
        assert_eq!(lines(saved_usize, "src/sim/mod.rs", text), [5, 11]);
    }

    #[test]
    fn modules_named_after_nothing_are_found() {
        assert_eq!(lines(empty_names, "src/sim/utils.rs", ""), [1]);
        assert_eq!(lines(empty_names, "tests/common/mod.rs", ""), [1]);
        assert_eq!(
            lines(
                empty_names,
                "src/sim/mod.rs",
                "\nmod helpers { }\nfn common() {}"
            ),
            [2]
        );
    }
}
