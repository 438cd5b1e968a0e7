//! Unsaved work, as it is kept and offered again.

use serde::{Deserialize, Serialize};

use super::session::Session;
use crate::scene::Bundle;

/// Unsaved work of a program that did not end well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recovery {
    /// The scene as it was edited.
    pub edited: Bundle,
    /// The scene as it had been saved.
    pub saved: Bundle,
}

/// What is to be done about unsaved work.
pub(super) enum Due {
    /// Nothing: it is as when it was last looked at.
    Nothing,
    /// There is none any more.
    Forget,
    /// It has to be kept.
    Keep(Recovery),
}

/// What is to be done about the work of a session; `kept`: scene and revision when it was last looked at.
pub(super) fn due(session: &Session, kept: &mut Option<(String, u64)>) -> Due {
    let now = (session.path().to_owned(), session.revision());
    if kept.as_ref() == Some(&now) {
        return Due::Nothing;
    }
    *kept = Some(now);
    if !session.is_changed() {
        return Due::Forget;
    }
    Due::Keep(Recovery {
        edited: session.document().bundle().clone(),
        saved: session.saved().bundle().clone(),
    })
}
