//! What users bring from elsewhere, made into scene text.
//!
//! Importers are pure: text or bytes in, RON text and notes out. Reading folders
//! and files stands in functions of its own, which only a native build has.
//!
//! * [`smt2020`]: the tab-separated tables of the SMT2020 testbed, a whole fab.
//! * [`source_table`]: sources of scanners, for lithography.
//! * [`table`]: CSV files and workbooks of routes, tools, lots in work, releases.
//! * [`gdsii`]: layouts in GDSII stream format, in and out.
//! * [`glp`]: layouts of the ICCAD 2013 contest.
//! * [`ron_text`]: the writer of the RON text both make.
//! * [`fault`]: what is wrong with a user's file, and where.

pub mod fault;
pub mod gdsii;
pub mod glp;
pub mod quantity;
pub mod ron_text;
pub mod smt2020;
pub mod source_table;
pub mod table;

/// What an import made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Scene text (RON).
    pub text: String,
    /// What a user should know: defects mended, columns not used. Also in the head of the text.
    pub notes: Vec<String>,
}
