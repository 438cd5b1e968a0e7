//! Module paths in Rust text: `use` trees and inline paths, resolved to the crate's root.

use crate::tidy::source::{Token, tokens};

/// A path that a file names, e.g. `["crate", "scene", "schema"]` or `["std", "fs"]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Segments; the first is `crate` where the path lies in this crate.
    pub segments: Vec<String>,
    /// Byte offset in the file.
    pub at: usize,
}

/// Module of a file below `src/`: `src/scene/dist.rs` is `["scene", "dist"]`.
pub fn module_of(path: &str) -> Vec<String> {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    let stem = inside.strip_suffix(".rs").unwrap_or(inside);
    stem.split('/')
        .filter(|part| !["mod", "lib", "main"].contains(part))
        .map(str::to_owned)
        .collect()
}

/// Every path of `masked` (text of the module `module`) that starts at the crate's root, at
/// `self`/`super`, at this crate's own name or at `std`, and every path of a `use`.
pub fn paths(masked: &str, module: &[String]) -> Vec<Path> {
    let tokens = tokens(masked);
    let mut found = Vec::new();
    let mut inline: Vec<(&str, i32)> = Vec::new();
    let mut depth = 0;
    let mut n = 0;
    while n < tokens.len() {
        let text = |k: usize| tokens.get(k).map_or("", |t: &Token<'_>| t.text);
        let before = if n == 0 { "" } else { text(n - 1) };
        match tokens[n].text {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                inline.retain(|(_, opened)| *opened <= depth);
            }
            "mod" if text(n + 2) == "{" => inline.push((text(n + 1), depth + 1)),
            "use" if before != "::" && text(n + 1) != "<" => {
                let base = place(module, &inline);
                n = tree(&tokens, n + 1, &[], &base, &mut found);
                continue;
            }
            "crate" | "super" | "self" | "std" | "core" | "geoul"
                if before != "::" && before != "in" && text(n + 1) == "::" =>
            {
                let mut segments = vec![tokens[n].text.to_owned()];
                let at = tokens[n].at;
                while text(n + 1) == "::" && is_name(text(n + 2)) {
                    segments.push(text(n + 2).to_owned());
                    n += 2;
                }
                found.push(Path {
                    segments: resolve(&segments, &place(module, &inline)),
                    at,
                });
            }
            _ => {}
        }
        n += 1;
    }
    found
}

fn place(module: &[String], inline: &[(&str, i32)]) -> Vec<String> {
    module
        .iter()
        .cloned()
        .chain(inline.iter().map(|(name, _)| (*name).to_owned()))
        .collect()
}

fn is_name(text: &str) -> bool {
    text == "*" || text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Reads one use tree from token `n` on; returns the first token behind it.
fn tree(
    tokens: &[Token<'_>],
    mut n: usize,
    prefix: &[String],
    base: &[String],
    found: &mut Vec<Path>,
) -> usize {
    let mut segments = prefix.to_vec();
    let at = tokens.get(n).map_or(0, |t| t.at);
    while let Some(token) = tokens.get(n) {
        match token.text {
            "::" => {}
            "{" => {
                n += 1;
                while tokens.get(n).is_some_and(|t| t.text != "}") {
                    n = tree(tokens, n, &segments, base, found);
                    if tokens.get(n).is_some_and(|t| t.text == ",") {
                        n += 1;
                    }
                }
                return n + 1;
            }
            "as" => n += 1,
            name if is_name(name) => segments.push(name.to_owned()),
            _ => break,
        }
        n += 1;
    }
    found.push(Path {
        segments: resolve(&segments, base),
        at,
    });
    n
}

/// Replaces `self` and `super` (and this crate's own name) by their place below `crate`.
fn resolve(segments: &[String], module: &[String]) -> Vec<String> {
    let mut base: Vec<String> = match segments.first().map(String::as_str) {
        Some("crate" | "geoul") => Vec::new(),
        Some("self" | "super") => module.to_vec(),
        _ => return segments.to_vec(),
    };
    for segment in segments {
        match segment.as_str() {
            "super" => {
                base.pop();
            }
            "crate" | "geoul" | "self" => {}
            name => base.push(name.to_owned()),
        }
    }
    base.insert(0, "crate".to_owned());
    base
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str, module: &[&str]) -> Vec<String> {
        let module: Vec<String> = module.iter().map(|&m| m.to_owned()).collect();
        paths(text, &module)
            .into_iter()
            .map(|p| p.segments.join("::"))
            .collect()
    }

    #[test]
    fn grouped_renamed_and_inline_paths_are_read() {
        assert_eq!(
            named(
                "pub use crate::{a::{B as C, self, d::*}, e}; fn f(x: crate::g::H) -> std::io::R {}",
                &[]
            ),
            [
                "crate::a::B",
                "crate::a",
                "crate::a::d::*",
                "crate::e",
                "crate::g::H",
                "std::io::R"
            ]
        );
    }

    #[test]
    fn relative_paths_resolve_from_their_module() {
        let text = "use super::a; mod tests { use super::*; fn f() { super::super::b::c() } } use self::d;";
        assert_eq!(
            named(text, &["sim", "fab"]),
            [
                "crate::sim::a",
                "crate::sim::fab::*",
                "crate::sim::b::c",
                "crate::sim::fab::d"
            ]
        );
    }

    #[test]
    fn visibility_is_no_use_and_precise_capture_is_no_import() {
        assert!(named("pub(in crate::sim) fn f() -> impl A + use<'a, T> {}", &[]).is_empty());
    }

    #[test]
    fn modules_follow_files() {
        assert_eq!(module_of("src/scene/mod.rs"), ["scene"]);
        assert_eq!(module_of("src/sim/fab/engine.rs"), ["sim", "fab", "engine"]);
        assert!(module_of("src/lib.rs").is_empty());
    }
}
