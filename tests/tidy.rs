//! The rules of the tree, read from its text.
//!
//! Each rule is a function from (path -> text) to faults; it stands in one file of `tests/tidy/`
//! together with the tests that plant a fault and see it found. Here the rules meet the real tree.

mod tidy {
    pub mod arrows;
    pub mod code;
    pub mod locale;
    pub mod paths;
    pub mod reach;
    pub mod source;
    pub mod words;
}

use std::path::Path;
use std::process::Command;

use tidy::source::{Fault, Tree};
use tidy::{arrows, code, locale, reach, words};

/// What the rules read; build outputs and data of users are not part of the tree.
const PARTS: [&str; 12] = [
    "src",
    "tests",
    "assets",
    "scenes",
    "shaders",
    "docs",
    ".ci",
    "Cargo.toml",
    "README.md",
    "README.ko.md",
    "CHANGELOG.md",
    "rust-toolchain.toml",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files that are not text (fonts, pictures) count by their path, with no content.
fn read(path: &Path, name: &str, tree: &mut Tree) {
    if path.is_dir() {
        let entries = std::fs::read_dir(path).expect("the tree is readable");
        for entry in entries {
            let entry = entry.expect("the tree is readable");
            let child = entry
                .file_name()
                .into_string()
                .expect("names in the tree are UTF-8");
            read(&entry.path(), &format!("{name}/{child}"), tree);
        }
    } else if path.is_file() {
        let bytes = std::fs::read(path).expect("the tree is readable");
        tree.insert(
            name.to_owned(),
            String::from_utf8(bytes).unwrap_or_default(),
        );
    }
}

fn the_tree() -> Tree {
    let mut tree = Tree::new();
    for part in PARTS {
        read(&root().join(part), part, &mut tree);
    }
    assert!(tree.contains_key("src/lib.rs"), "the tree was read");
    tree
}

fn exists(path: &str) -> bool {
    root().join(path).exists()
}

#[track_caller]
fn none(faults: &[Fault]) {
    let list: Vec<String> = faults.iter().map(Fault::to_string).collect();
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        list.join("\n")
    );
}

#[test]
fn wings_use_only_wings_to_their_left() {
    none(&arrows::one_way(&the_tree()));
}

#[test]
fn every_source_file_is_reached() {
    none(&reach::dead_sources(&the_tree()));
}

#[test]
fn every_shader_has_its_twin() {
    none(&reach::lone_shaders(&the_tree()));
}

#[test]
fn every_asset_and_scene_is_used() {
    none(&reach::dead_data(&the_tree()));
}

#[test]
fn paths_in_documents_exist() {
    none(&words::stale_paths(&the_tree(), &exists));
}

#[test]
fn links_in_documents_lead_somewhere() {
    none(&words::stale_links(&the_tree(), &exists));
}

#[test]
fn the_readmes_carry_the_same_two_commands() {
    none(&words::marked_commands(&the_tree()));
}

#[test]
fn languages_say_the_same() {
    none(&locale::languages(&the_tree()));
}

#[test]
fn no_careless_calls() {
    none(&code::careless_calls(&the_tree()));
}

#[test]
fn the_web_build_meets_no_host() {
    none(&code::host_only(&the_tree()));
}

#[test]
fn the_simulation_path_uses_libm() {
    none(&code::inexact_floats(&the_tree()));
}

#[test]
fn files_have_one_subject() {
    none(&code::long_files(&the_tree()));
}

#[test]
fn nothing_saved_has_the_machines_width() {
    none(&code::saved_usize(&the_tree()));
}

#[test]
fn modules_are_named_after_their_subject() {
    none(&code::empty_names(&the_tree()));
}

/// Asks the built program itself for its help.
#[test]
fn commands_in_documents_exist() {
    let tree = the_tree();
    let help = |command: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_geoul"))
            .args([command, "--help"])
            .output()
            .expect("the program starts");
        let page = String::from_utf8_lossy(&output.stdout).into_owned();
        output.status.success().then_some(page)
    };
    let mut faults = words::unknown_commands(&tree, &help);
    // The headless program has not all commands; built with the desktop, this test sees the rest.
    let absent = |f: &Fault| {
        ["open", "shot"]
            .iter()
            .any(|c| f.message == format!("`geoul {c}` is no command"))
    };
    faults.retain(|f| cfg!(feature = "desktop") || !absent(f));
    none(&faults);
}
