//! What people see. Here: the words, the colours, and the report of a headless run.
//!
//! * [`faults`]: what went wrong, in the reader's language.
//! * [`i18n`]: every text in English and Korean, and how numbers are written.
//! * [`litho`]: pictures of lithography.
//! * [`tokens`]: colours, sizes; the report's style sheet is made from them.
//! * [`report`]: one self-contained HTML page.
//! * `shipped`: the scenes that come with the program.
//! * `panel`: the frame of the desktop program and everything in it but the plant itself.
//! * [`verdict`]: the answer of a what-if as a sentence.
//! * `stage`: the plant in three dimensions.
//! * `app`: the desktop program: stage and panels in a window or an image.
//! * `web`: the page's entry, in the web build only.

#[cfg(any(feature = "desktop", all(feature = "web", target_family = "wasm")))]
pub mod app;
pub mod faults;
pub mod i18n;
pub mod litho;
#[cfg(any(feature = "desktop", all(feature = "web", target_family = "wasm")))]
pub mod panel;
pub mod phrases;
pub mod report;
#[cfg(any(feature = "desktop", all(feature = "web", target_family = "wasm")))]
pub mod shipped;
#[cfg(any(feature = "desktop", all(feature = "web", target_family = "wasm")))]
pub mod stage;
pub mod tokens;
pub mod verdict;
#[cfg(all(feature = "web", target_family = "wasm"))]
pub mod web;
