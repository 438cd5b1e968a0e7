//! The tables of the SMT2020 testbed (AutoSched text form) made into a scene.
//!
//! Kopp, Hassoun, Kalir, Mönch: "SMT2020: A Semiconductor Manufacturing Testbed",
//! IEEE Trans. Semiconductor Manufacturing 33(4), 2020. The tables are the user's
//! own copy; none come with Geoul.
//!
//! Tables are tab-separated with names in the first line; columns are found by name,
//! rows may be shorter than the header, line ends may be DOS ones. Every value that
//! changes the model is read or is a fault; what is left out is told in the notes.

mod checks;
mod grid;
mod groups;
mod rows;
mod scene;

use std::collections::{BTreeMap, BTreeSet};

use super::Imported;
use super::fault::{Fault, Faults, nearest};
use crate::words::Words;
use grid::{Grid, Log};
use rows::Columns;

/// The tables beside the routes: stem of the file name, what it holds.
const TABLES: [(&str, &str); 10] = [
    ("part", "products and their routes"),
    ("tool", "tool groups"),
    ("order", "releases"),
    ("WIP", "lots in work at the start"),
    ("setup", "setup times"),
    ("setupgrp", "minimum runs after a setup"),
    ("downcal", "breakdowns"),
    ("pmcal", "maintenances"),
    (
        "attach",
        "which tools have which breakdowns and maintenances",
    ),
    ("fromto", "transport times"),
];

/// Makes a scene of the tables in `files` (file name to content); `name` names the scene.
///
/// # Errors
/// All faults found in the tables: missing files and columns, cells that are no number,
/// unit or known word, names that stand for nothing, steps out of range.
pub fn import(name: &str, files: &BTreeMap<String, String>) -> Result<Imported, Faults> {
    let log = Log::default();
    let text = build(name, files, &log);
    let (faults, notes) = (log.faults.into_inner(), log.notes.into_inner());
    match text {
        Some(text) if faults.is_empty() => Ok(Imported {
            text: text(&notes),
            notes,
        }),
        _ => Err(Faults::sorted(faults)),
    }
}

/// A table's file name and content, by its stem: `tool` is `tool.txt` or, with the version
/// that AutoSched appends, `tool.txt.1l`. Case does not matter.
fn find<'f>(
    files: &'f BTreeMap<String, String>,
    stem: &str,
    what: &str,
    log: &Log,
) -> Option<(&'f str, &'f str)> {
    let wanted = format!("{}.txt", stem.to_lowercase());
    let matching: Vec<_> = files
        .iter()
        .filter(|(name, _)| {
            let name = name.to_lowercase();
            name.strip_prefix(&wanted)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
        .collect();
    let fault = |file: &str, expected: String, nearest| {
        log.fault(Fault {
            file: file.to_owned(),
            expected: Words::verbatim(expected),
            nearest,
            ..Fault::default()
        });
    };
    match matching.as_slice() {
        [(name, text)] => Some((name, text)),
        [] => {
            let expected = format!("this file, with {what} (if there are none: its header alone)");
            fault(
                &wanted,
                expected,
                nearest(&wanted, files.keys().map(String::as_str)),
            );
            None
        }
        [(first, _), (second, _), ..] => {
            fault(
                first,
                format!("one file of this name, but there is also {second}"),
                None,
            );
            None
        }
    }
}

/// Reads, checks and builds; `None` when a file is missing. The notes go into the head of
/// the text, so the text is finished by the caller.
fn build(
    name: &str,
    files: &BTreeMap<String, String>,
    log: &Log,
) -> Option<impl FnOnce(&[String]) -> String + use<>> {
    let table = |stem: &str, columns: Columns| {
        let what = TABLES
            .iter()
            .find(|(s, _)| *s == stem)
            .map_or("a table", |(_, what)| *what);
        let (file, text) = find(files, stem, what, log)?;
        Some(Grid::new(file, text, columns.needed, columns.silent, log))
    };
    let part = table("part", rows::PART);
    let tool = table("tool", rows::TOOL);
    let order = table("order", rows::ORDER);
    let wip = table("WIP", rows::WIP);
    let setup = table("setup", rows::SETUP);
    let setup_group = table("setupgrp", rows::SETUP_GROUP);
    let down = table("downcal", rows::DOWN);
    let pm = table("pmcal", rows::PM);
    let attach = table("attach", rows::ATTACH);
    let from_to = table("fromto", rows::FROM_TO);

    let parts = part.as_ref().map(rows::parts).unwrap_or_default();
    let mut route_files = BTreeSet::new();
    let mut routes = Vec::new();
    for part in &parts {
        let Some(file) = part.value.file else {
            continue;
        };
        if !route_files.insert(file.to_lowercase()) {
            continue;
        }
        match files
            .iter()
            .find(|(n, _)| n.to_lowercase() == file.to_lowercase())
        {
            Some((file, text)) => {
                routes.push(Grid::new(
                    file,
                    text,
                    rows::ROUTE.needed,
                    rows::ROUTE.silent,
                    log,
                ));
            }
            None => part.row.wrong_near(
                "ROUTEFILE",
                "the name of a file of the folder",
                files.keys().map(String::as_str),
            ),
        }
    }
    let tables = checks::Tables {
        tools: tool.as_ref().map(|g| rows::tools(g, log)),
        orders: order.as_ref().map(rows::orders).unwrap_or_default(),
        wip: wip.as_ref().map(rows::wip).unwrap_or_default(),
        setups: setup.as_ref().map(rows::setups).unwrap_or_default(),
        setup_runs: setup_group
            .as_ref()
            .map(rows::setup_runs)
            .unwrap_or_default(),
        downs: down.as_ref().map(rows::downs),
        pms: pm.as_ref().map(rows::maintenances),
        attachments: attach.as_ref().map(rows::attachments).unwrap_or_default(),
        transports: from_to.as_ref().map(rows::transports).unwrap_or_default(),
        routes: routes.iter().map(|g| (g.file, rows::steps(g))).collect(),
        parts,
    };
    let model = checks::check(&tables, log);
    let root = scene::scene(name, &model);
    // A table that could not be found was reported; there is nothing whole to write then.
    (log.faults.borrow().is_empty()).then(|| {
        let head = scene::head(name);
        move |notes: &[String]| scene::text(head, notes, &root)
    })
}

/// Reads a folder of tables: every file of it whose name holds `.txt`.
///
/// # Errors
/// A folder or file that cannot be read, or a file that is not UTF-8 text (with its line).
#[cfg(not(target_family = "wasm"))]
pub fn read_folder(folder: &std::path::Path) -> Result<BTreeMap<String, String>, Faults> {
    let fault = |file: &std::path::Path, line, expected: String| Fault {
        file: file.display().to_string(),
        line,
        expected: Words::verbatim(expected),
        ..Fault::default()
    };
    let entries = std::fs::read_dir(folder).map_err(|e| {
        Faults(vec![fault(
            folder,
            None,
            format!("a readable folder ({e})"),
        )])
    })?;
    let mut files = BTreeMap::new();
    let mut faults = Vec::new();
    for entry in entries {
        let path = match entry {
            Ok(entry) => entry.path(),
            Err(e) => {
                faults.push(fault(folder, None, format!("a readable folder ({e})")));
                continue;
            }
        };
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else {
            continue;
        };
        if !name.to_lowercase().contains(".txt") || !path.is_file() {
            continue;
        }
        match std::fs::read(&path) {
            Err(e) => faults.push(fault(&path, None, format!("a readable file ({e})"))),
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => {
                    files.insert(name.to_owned(), text);
                }
                Err(e) => {
                    let good = e.utf8_error().valid_up_to();
                    let breaks = e.as_bytes()[..good].iter().filter(|b| **b == b'\n').count();
                    // A file of 2^32 lines would not fit into memory twice.
                    let line = u32::try_from(breaks + 1).unwrap_or(u32::MAX);
                    faults.push(fault(&path, Some(line), "UTF-8 text".into()));
                }
            },
        }
    }
    if faults.is_empty() {
        Ok(files)
    } else {
        Err(Faults(faults))
    }
}
