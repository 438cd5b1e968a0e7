//! One way: a wing of `src/` uses only wings to its left, and rooms of `sim` never each other.

use crate::tidy::paths::{module_of, paths};
use crate::tidy::source::{Fault, Tree, files, line_of, mask};

/// The wings in the order in which data flows (docs/ARCHITECTURE.md).
const FLOW: [&str; 12] = [
    "fft", "words", "units", "rng", "scene", "results", "world", "gpu", "sim", "whatif", "view",
    "cli",
];

/// Wings beside the flow: name, what they may use, who may use them.
const BESIDE: [(&str, &[&str], &[&str]); 1] = [(
    "interop",
    &["words", "units", "rng", "scene", "results"],
    &["view", "cli"],
)];

/// Whether wing `from` may use wing `to`; else the rule that forbids it.
fn forbidden(from: &str, to: &str) -> Option<String> {
    if from == to {
        return None;
    }
    let place = |wing: &str| FLOW.iter().position(|&w| w == wing);
    let beside = |wing: &str| BESIDE.iter().find(|(name, ..)| *name == wing);
    match (place(from), place(to), beside(from), beside(to)) {
        (Some(left), Some(right), ..) if left > right => None,
        (Some(_), Some(_), ..) => Some(format!(
            "`{from}` uses `{to}`, which lies to its right in {}",
            FLOW.join(" < ")
        )),
        (_, _, Some((_, uses, _)), _) if uses.contains(&to) => None,
        (_, _, Some((_, uses, _)), _) => Some(format!(
            "`{from}` uses `{to}`; it may use {} only",
            uses.join(", ")
        )),
        (_, _, _, Some((_, _, users))) if users.contains(&from) => None,
        (_, _, _, Some((_, _, users))) => Some(format!(
            "`{from}` uses `{to}`, which serves {} only",
            users.join(" and ")
        )),
        _ => None,
    }
}

/// Every arrow that points the wrong way.
pub fn one_way(tree: &Tree) -> Vec<Fault> {
    let rooms: Vec<String> = files(tree, "src/sim/", ".rs")
        .filter_map(|(path, _)| module_of(path).get(1).cloned())
        .collect();
    let wings: Vec<String> = files(tree, "src/", ".rs")
        .filter_map(|(path, _)| module_of(path).first().cloned())
        .collect();
    let mut faults = Vec::new();
    for (path, text) in files(tree, "src/", ".rs") {
        let module = module_of(path);
        let Some(wing) = module.first() else { continue };
        if !FLOW.contains(&wing.as_str()) && BESIDE.iter().all(|(name, ..)| name != wing) {
            faults.push(Fault {
                path: path.to_owned(),
                line: 1,
                message: format!("`{wing}` is no wing of the flow {}", FLOW.join(" < ")),
            });
            continue;
        }
        let masked = mask(text);
        for used in paths(&masked, &module) {
            let [root, to, rest @ ..] = used.segments.as_slice() else {
                continue;
            };
            if root != "crate" {
                continue;
            }
            let message = if to == "*" {
                Some("a glob of the whole crate hides which wings it uses".to_owned())
            } else if wing == "sim" && to == "sim" {
                wrong_room(module.get(1), rest.first(), &rooms)
            } else if wings.contains(to) {
                forbidden(wing, to)
            } else {
                None
            };
            faults.extend(message.map(|message| Fault {
                path: path.to_owned(),
                line: line_of(text, used.at),
                message,
            }));
        }
    }
    // Several names of one group from one wing are one fault.
    faults.dedup();
    faults
}

/// Rooms talk through components and messages in `world`.
fn wrong_room(from: Option<&String>, to: Option<&String>, rooms: &[String]) -> Option<String> {
    let (from, to) = (from?, to?);
    if to == "*" {
        return Some(format!(
            "room `sim::{from}` takes all of `sim`, other rooms included"
        ));
    }
    (from != to && rooms.contains(to)).then(|| {
        format!("room `sim::{from}` uses room `sim::{to}`; rooms talk through `world` only")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::tree;

    fn lines(files: &[(&str, &str)]) -> Vec<String> {
        one_way(&tree(files)).iter().map(Fault::to_string).collect()
    }

    #[test]
    fn arrows_to_the_left_pass() {
        let all = [
            ("src/units.rs", ""),
            (
                "src/scene/mod.rs",
                "use crate::units::D; pub use super::units::E;",
            ),
            ("src/interop/mod.rs", "use crate::{scene::S, results};"),
            (
                "src/results/mod.rs",
                "use crate::scene::S; // crate::cli::x\nconst A: &str = \"crate::cli\";",
            ),
            (
                "src/sim/mod.rs",
                "use crate::sim::fab::Model; use crate::world::W;",
            ),
            (
                "src/sim/fab/mod.rs",
                "use super::TABLE; use super::super::scene; use super::fab::x;",
            ),
            ("src/world/mod.rs", ""),
            ("src/cli/mod.rs", "use crate::{interop, whatif};"),
            ("src/whatif/mod.rs", ""),
            ("src/lib.rs", "pub mod cli; pub use cli::run;"),
        ];
        assert_eq!(lines(&all), Vec::<String>::new());
    }

    #[test]
    fn each_planted_arrow_is_found_at_its_line() {
        let target = [("src/world/mod.rs", ""), ("src/cli/mod.rs", "")];
        for (path, text, line) in [
            ("src/scene/mod.rs", "\nuse crate::world::Lot;", 2),
            (
                "src/scene/mod.rs",
                "use crate::{\n  units::D,\n  world::{self, Lot},\n};",
                3,
            ),
            (
                "src/scene/load.rs",
                "\n\nfn f(w: &crate::world::World) {}",
                3,
            ),
            ("src/scene/load.rs", "use super::super::cli;", 1),
            (
                "src/scene/load.rs",
                "mod tests {\n use super::super::super::cli::x;\n}",
                2,
            ),
            ("src/interop/mod.rs", "use crate::world;", 1),
            ("src/scene/mod.rs", "use crate::*;", 1),
        ] {
            let mut all = target.to_vec();
            all.push((path, text));
            all.push(("src/units.rs", ""));
            let found = lines(&all);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(
                found[0].starts_with(&format!("{path}:{line}: ")),
                "{found:?}"
            );
        }
    }

    #[test]
    fn interop_serves_views_and_commands_only() {
        let found = lines(&[
            ("src/interop/mod.rs", ""),
            ("src/whatif/mod.rs", "use crate::interop::csv;"),
        ]);
        assert_eq!(
            found,
            ["src/whatif/mod.rs:1: `whatif` uses `interop`, which serves view and cli only"]
        );
    }

    #[test]
    fn rooms_of_sim_do_not_use_each_other() {
        for text in [
            "use crate::sim::health::State;",
            "use super::health;",
            "use super::super::sim::health;",
            "use super::*;",
        ] {
            let found = lines(&[
                ("src/sim/fab/mod.rs", text),
                ("src/sim/health/mod.rs", ""),
                ("src/sim/mod.rs", ""),
            ]);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
        }
    }

    #[test]
    fn a_wing_outside_the_design_is_found() {
        assert_eq!(lines(&[("src/tools/mod.rs", "")]).len(), 1);
    }
}
