//! Why a text is not the quantity that was asked for, in words.

use std::fmt;

use super::Dimension;
use crate::words::{Words, words};

/// Why a text is not the quantity that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum UnitError {
    /// The text does not begin with a number.
    NoNumber {
        /// The text.
        text: String,
        /// What was asked for, if one thing was.
        expected: Option<Dimension>,
    },
    /// A number stands alone where a unit is needed.
    NoUnit {
        /// The text.
        text: String,
        /// What was asked for.
        expected: Dimension,
    },
    /// A word is no unit.
    UnknownUnit {
        /// The word.
        unit: String,
        /// What was asked for, if one thing was.
        expected: Option<Dimension>,
        /// Nearest unit of the dimension asked for.
        nearest: Option<&'static str>,
    },
    /// The unit measures something else.
    WrongDimension {
        /// The text.
        text: String,
        /// What the text measures.
        found: Dimension,
        /// What was asked for.
        expected: Dimension,
    },
    /// The number is too large to be held.
    TooLarge {
        /// The text.
        text: String,
    },
}

impl fmt::Display for UnitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

impl std::error::Error for UnitError {}

impl UnitError {
    /// What is wrong, in words.
    pub fn message(&self) -> Words {
        match self {
            Self::NoNumber { text, .. } => {
                words!("`{text}` does not begin with a number", text)
            }
            Self::NoUnit { text, .. } => words!("`{text}` has no unit", text),
            Self::UnknownUnit { unit, .. } => words!("`{unit}` is no unit", unit),
            Self::WrongDimension {
                text,
                found,
                expected,
            } => words!(
                "`{text}` is {found}, not {expected}",
                text,
                found = found.with_article(),
                expected = expected.with_article()
            ),
            Self::TooLarge { text } => words!("`{text}` is too large", text),
        }
    }

    /// What would have been right, in words.
    pub fn expectation(&self) -> Words {
        let dimension = match self {
            Self::NoNumber { expected, .. } | Self::UnknownUnit { expected, .. } => *expected,
            Self::NoUnit { expected, .. } | Self::WrongDimension { expected, .. } => {
                Some(*expected)
            }
            Self::TooLarge { .. } => return "a number below 1e300".into(),
        };
        match dimension {
            None => "a number with its unit, e.g. `12.5 min`".into(),
            Some(d @ Dimension::NONE) => words!(
                "a number or a percentage, e.g. `{example}`",
                example = Words::from(d.example())
            ),
            Some(d) => words!(
                "{kind} with its unit, e.g. `{example}`",
                kind = d.with_article(),
                example = Words::from(d.example())
            ),
        }
    }

    /// The unit that was probably meant.
    pub fn nearest(&self) -> Option<&'static str> {
        match self {
            Self::UnknownUnit { nearest, .. } => *nearest,
            _ => None,
        }
    }
}
