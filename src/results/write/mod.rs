//! Files of a run: `kpis.json`, `lots.parquet`, `tools.parquet`, `steps.parquet`; and of a study:
//! `differences.parquet`, `settings.parquet`.
//!
//! A file appears under its name only when it is whole: it is written under
//! `<name>.tmp` and renamed.

#[cfg(not(target_family = "wasm"))]
mod atomic;
mod differences;
mod folder;
mod json;
mod measures;
mod table;

#[cfg(not(target_family = "wasm"))]
pub use atomic::{AtomicFile, atomically};
pub use differences::{Judged, differences_parquet, settings_parquet};
pub use folder::folder;
pub use json::{RunFacts, kpis_json};
pub use measures::{Measure, MeasureColumn, MeasureFiles};
pub use table::{LotsFile, StepsFile, ToolsFile};

/// What can go wrong while results are written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// File.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The Parquet writer refused.
    #[error("{table}.parquet: {source}")]
    Parquet {
        /// Table.
        table: &'static str,
        /// Why.
        source: parquet::errors::ParquetError,
    },
    /// A row refers to a name that does not exist.
    #[error("{table}.parquet, column `{column}`: no name {index}, there are {count}")]
    Name {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// Index it asked for.
        index: u64,
        /// Names there are.
        count: u64,
    },
}
