//! Short messages at the edge: what was done, what went wrong, what to do next.

/// How much a message matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Something was done.
    Done,
    /// Something to know.
    Info,
    /// Something to look at.
    Warning,
    /// Something failed.
    Failure,
}

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// How much it matters.
    pub weight: Weight,
    /// What it says, in the language it was made in.
    pub text: String,
    /// When it goes, seconds of the desk's own clock.
    pub until_s: f64,
}
