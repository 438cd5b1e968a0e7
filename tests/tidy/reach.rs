//! No dead file: modules hang on a root, shaders have their twin, assets and scenes have a user.

use std::collections::BTreeMap;

use crate::tidy::source::{Fault, Guard, Tree, files, guard_at, guards, mask, tokens};

/// Source files reached by `mod` from the roots, with what guards them on the way.
pub fn reached(tree: &Tree) -> BTreeMap<String, Guard> {
    let mut found = BTreeMap::new();
    let mut open: Vec<(String, Guard)> = ["src/lib.rs", "src/main.rs", "src/fft/lib.rs"]
        .into_iter()
        .map(|root| (root.to_owned(), Guard::default()))
        .collect();
    while let Some((path, guard)) = open.pop() {
        let Some(text) = tree.get(&path) else {
            continue;
        };
        // A file reached twice (from the library and from the program) is as free as its freest way.
        let known: Option<&Guard> = found.get(&path);
        if known.is_some_and(|&k| k.and(guard) == guard) {
            continue;
        }
        found.insert(path.clone(), guard);
        open.extend(children(&path, text, guard));
    }
    found
}

/// Files that the `mod name;` lines of one file ask for (both spellings), with their guards.
fn children(path: &str, text: &str, guard: Guard) -> Vec<(String, Guard)> {
    let masked = mask(text);
    let spans = guards(text, &masked);
    let tokens = tokens(&masked);
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let own = match name {
        "mod.rs" | "lib.rs" | "main.rs" => folder.to_owned(),
        _ => format!("{folder}/{}", name.trim_end_matches(".rs")),
    };
    let mut inline: Vec<(&str, i32)> = Vec::new();
    let mut depth = 0;
    let mut out = Vec::new();
    for window in tokens.windows(3) {
        match window[0].text {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                inline.retain(|(_, opened)| *opened <= depth);
            }
            "mod" if window[2].text == "{" => inline.push((window[1].text, depth + 1)),
            "mod" if window[2].text == ";" => {
                let mut base = own.clone();
                for (name, _) in &inline {
                    base = format!("{base}/{name}");
                }
                let guard = guard.and(guard_at(&spans, window[0].at));
                let child = window[1].text;
                out.push((format!("{base}/{child}.rs"), guard));
                out.push((format!("{base}/{child}/mod.rs"), guard));
            }
            _ => {}
        }
    }
    out
}

/// Source files that no root reaches.
pub fn dead_sources(tree: &Tree) -> Vec<Fault> {
    let reached = reached(tree);
    files(tree, "src/", ".rs")
        .filter(|(path, _)| !reached.contains_key(*path))
        .map(|(path, _)| Fault {
            path: path.to_owned(),
            line: 1,
            message: "dead file: no `mod` line leads here from src/lib.rs or src/main.rs"
                .to_owned(),
        })
        .collect()
}

/// Shaders without the source file that mirrors them, and shared parts that nobody names.
pub fn lone_shaders(tree: &Tree) -> Vec<Fault> {
    files(tree, "shaders/", ".wgsl")
        .filter_map(|(path, _)| {
            let inside = path.strip_prefix("shaders/")?.strip_suffix(".wgsl")?;
            let message = if inside.starts_with("shared/") {
                files(tree, "src/", ".rs")
                    .all(|(_, text)| !text.contains(path))
                    .then(|| "shared part that no source file names".to_owned())
            } else {
                let twin = format!("src/sim/{inside}.rs");
                (!tree.contains_key(&twin)).then(|| format!("kernel without its twin {twin}"))
            };
            message.map(|message| Fault {
                path: path.to_owned(),
                line: 1,
                message,
            })
        })
        .collect()
}

/// Assets and scenes that nothing reads: no file names them, no code walks their folder.
pub fn dead_data(tree: &Tree) -> Vec<Fault> {
    tree.keys()
        .filter(|path| path.starts_with("assets/") || path.starts_with("scenes/"))
        .filter(|path| !is_used(tree, path))
        .map(|path| Fault {
            path: path.clone(),
            line: 1,
            message: "dead file: no source, test, scene or document names it or walks its folder"
                .to_owned(),
        })
        .collect()
}

fn is_used(tree: &Tree, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name);
    let mut folders = Vec::new();
    let mut folder = path;
    while let Some((parent, _)) = folder.rsplit_once('/') {
        folders.push(format!("{parent}\""));
        folder = parent;
    }
    tree.iter()
        .filter(|(other, _)| *other != path && !other.starts_with("tests/tidy"))
        .any(|(other, text)| {
            let code = other.ends_with(".rs");
            text.contains(path)
                || text.contains(&format!("/{name}\""))
                || text.contains(&format!("\"{name}\""))
                || (other.ends_with(".ron") && text.contains(&format!("\"{stem}\"")))
                || (code && folders.iter().any(|folder| text.contains(folder.as_str())))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::tree;

    fn paths(faults: Vec<Fault>) -> Vec<String> {
        faults.into_iter().map(|f| f.path).collect()
    }

    #[test]
    fn a_file_without_a_mod_line_is_dead() {
        let tree = tree(&[
            (
                "src/lib.rs",
                "pub mod scene; mod inline { mod deep; }\n// mod ghost;",
            ),
            ("src/main.rs", "fn main() {}"),
            ("src/scene/mod.rs", "mod load;"),
            ("src/scene/load.rs", "mod place;"),
            ("src/scene/load/place.rs", ""),
            ("src/inline/deep.rs", ""),
            ("src/ghost.rs", ""),
            ("src/scene/orphan.rs", ""),
        ]);
        assert_eq!(
            paths(dead_sources(&tree)),
            ["src/ghost.rs", "src/scene/orphan.rs"]
        );
    }

    #[test]
    fn guards_pass_on_to_the_files_they_lead_to() {
        let tree = tree(&[
            (
                "src/lib.rs",
                "#[cfg(not(target_family = \"wasm\"))]\npub mod cli;\npub mod scene;",
            ),
            ("src/cli/mod.rs", "mod run;"),
            ("src/cli/run.rs", ""),
            ("src/scene/mod.rs", "#[cfg(test)] mod laws;"),
            ("src/scene/laws.rs", ""),
        ]);
        let reached = reached(&tree);
        assert!(reached["src/cli/run.rs"].native && !reached["src/scene/mod.rs"].native);
        assert!(reached["src/scene/laws.rs"].test);
    }

    #[test]
    fn a_kernel_without_twin_and_an_unnamed_part_are_found() {
        let tree = tree(&[
            ("shaders/process/diffuse.wgsl", ""),
            ("src/sim/process/diffuse.rs", ""),
            ("shaders/process/etch.wgsl", ""),
            ("shaders/shared/rng.wgsl", ""),
            ("shaders/shared/old.wgsl", ""),
            ("src/rng.rs", "// twin of shaders/shared/rng.wgsl"),
        ]);
        assert_eq!(
            paths(lone_shaders(&tree)),
            ["shaders/process/etch.wgsl", "shaders/shared/old.wgsl"]
        );
    }

    #[test]
    fn data_counts_as_used_by_name_by_scene_or_by_folder() {
        let tree = tree(&[
            ("scenes/fab.ron", "tool_type: \"scanner\""),
            ("scenes/lost.ron", ""),
            ("scenes/smoke/a.ron", ""),
            ("assets/tools/scanner.ron", ""),
            ("assets/tools/lost.ron", ""),
            ("assets/i18n/en.ftl", ""),
            ("src/lib.rs", "include_str!(\"../assets/i18n/en.ftl\")"),
            ("tests/scenes.rs", "walk(\"scenes/smoke\")"),
            ("tests/tidy.rs", "walk(\"scenes\"); walk(\"assets\")"),
            ("README.md", "run scenes/fab.ron"),
        ]);
        assert_eq!(
            paths(dead_data(&tree)),
            ["assets/tools/lost.ron", "scenes/lost.ron"]
        );
    }
}
