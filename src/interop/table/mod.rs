//! Tables of engineers, CSV or a workbook, made into a scene fragment.
//!
//! The first row that names the needed columns is the header; columns are found by their
//! usual English and Korean names or by a mapping. A quantity has its unit in brackets in
//! the header (`time [min]`, `시간(분)`) or in the cell (`12 min`). A fragment is a scene
//! file with only some fields; a scene names it under `include`.

mod columns;
mod kinds;
mod routes;
mod sheet;

use std::cell::RefCell;

use super::Imported;
use super::fault::{Fault, Faults, nearest};
use super::ron_text::document;
use columns::Table;

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Steps of routes.
    Routes,
    /// Tool groups.
    Tools,
    /// Lots in work at time 0.
    Wip,
    /// Release plans.
    Releases,
}

impl Kind {
    /// All kinds with the word that names them.
    pub const ALL: [(&'static str, Self); 4] = [
        ("routes", Self::Routes),
        ("tools", Self::Tools),
        ("wip", Self::Wip),
        ("releases", Self::Releases),
    ];

    /// The word that names it.
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, k)| *k == self)
            .map_or("", |(w, _)| w)
    }

    fn fields(self) -> &'static [columns::FieldSpec] {
        match self {
            Self::Routes => routes::FIELDS,
            Self::Tools => kinds::TOOLS,
            Self::Wip => kinds::WIP,
            Self::Releases => kinds::RELEASES,
        }
    }
}

/// How a table is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Field of ours and header of the table; goes before the usual names.
    pub map: Vec<(String, String)>,
    /// Sheet of a workbook; else its first that is not empty.
    pub sheet: Option<String>,
    /// Whether the areas that tools name are left to the scene to define.
    pub no_areas: bool,
}

/// Faults and notes of one import.
#[derive(Default)]
struct Log {
    faults: RefCell<Vec<Fault>>,
    notes: RefCell<Vec<String>>,
}

/// Makes a scene fragment of the table in `bytes`: CSV text (UTF-8; comma, semicolon or tab)
/// or a workbook (xlsx, xls, ods), told apart by content. `file` is its name in messages.
///
/// # Errors
/// All faults found: no such sheet, column, unit, number or name, each with its row and column.
pub fn import(file: &str, bytes: &[u8], kind: Kind, options: &Options) -> Result<Imported, Faults> {
    let sheet = sheet::read(file, bytes, options.sheet.as_deref())?;
    let log = Log::default();
    let fragment = Table::new(&sheet, kind.fields(), &options.map, &log).map(|table| match kind {
        Kind::Routes => routes::fragment(&table, file),
        Kind::Tools => kinds::tools(&table, options.no_areas),
        Kind::Wip => kinds::wip(&table),
        Kind::Releases => kinds::releases(&table),
    });
    let (faults, notes) = (log.faults.into_inner(), log.notes.into_inner());
    let Some(fragment) = fragment.filter(|_| faults.is_empty()) else {
        return Err(Faults::sorted(faults));
    };
    let of_sheet = sheet
        .name
        .as_ref()
        .map_or(String::new(), |s| format!(", sheet \"{s}\""));
    let mut head = vec![format!(
        "A scene fragment ({}) imported from {file}{of_sheet}.",
        kind.word()
    )];
    head.extend(notes.iter().map(|n| format!("- {n}")));
    Ok(Imported {
        text: document(&head, &fragment),
        notes,
    })
}
