//! Unsaved work, as it is kept and offered again.

use serde::{Deserialize, Serialize};

use crate::scene::Bundle;

/// Unsaved work of a program that did not end well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recovery {
    /// The scene as it was edited.
    pub edited: Bundle,
    /// The scene as it had been saved.
    pub saved: Bundle,
}
