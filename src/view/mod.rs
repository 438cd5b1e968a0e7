//! What people see. Here: the words, the colours, and the report of a headless run.
//!
//! * [`i18n`]: every text in English and Korean, and how numbers are written.
//! * [`litho`]: pictures of lithography.
//! * [`tokens`]: colours, sizes; the report's style sheet is made from them.
//! * [`report`]: one self-contained HTML page.
//! * `web`: the page's entry, in the web build only.

pub mod i18n;
pub mod litho;
pub mod report;
pub mod tokens;
#[cfg(all(feature = "web", target_family = "wasm"))]
pub mod web;
