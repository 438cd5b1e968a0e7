//! Scene text to a checked [`Scene`](schema::Scene).
//!
//! Text -> tokens (`lex`) -> tree with places (`parse`, `tree`) -> one tree of all files, with
//! overrides and parameters (`files`, `path`) -> records by their tables (`record`, `form`)
//! -> names resolved and rules checked (`check`) -> [`schema`]. No stage stops at a fault:
//! a load reports all of them at once ([`diagnostic`]). Edits go through the [`document`].

pub mod bins;
mod check;
mod choices;
pub mod diagnostic;
pub mod dist;
pub mod document;
mod files;
mod form;
pub mod layout;
mod lex;
pub mod load;
pub mod locate;
pub mod optics;
pub mod optics_text;
pub mod outline;
pub mod parse;
mod path;
mod quantity;
mod record;
mod reference;
pub mod schema;
pub mod shapes;
pub mod tree;
mod value;

pub use check::Models;
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use document::{Command, Document};
pub use files::embedded_tool_types;
pub use load::{Bundle, Loaded, Source, load};
pub use reference::reference_markdown;
