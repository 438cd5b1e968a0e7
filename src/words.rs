//! Sentences that are said in more than one language.
//!
//! What is wrong with a scene is found deep below the view, and told to logs and the command line in
//! English, to a reader of the app in the reader's language. So a sentence is kept as it was made:
//! its English with named places, and what stands in them. A language is the English's counterpart
//! with the same places, and the view keeps those.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A sentence or a part of one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Words {
    english: Cow<'static, str>,
    parts: Vec<(Cow<'static, str>, Part)>,
}

/// What stands in a named place.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Part {
    /// A name, a number, a spelling of the scene's own language: the same for every reader.
    Name(String),
    /// Words, said in the reader's language too.
    Words(Words),
}

/// Makes [`Words`]: `words!("there is no {what} in {file}", what = kind, file)`; `file` alone is
/// short for `file = file`.
///
/// Values are names that stay as they are, or [`Words`]. A place without a value, and a value
/// without a place, do not compile. A brace that is no place is written twice.
macro_rules! words {
    (@value $name:ident) => { $name };
    (@value $name:ident $value:expr) => { $value };
    ($english:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {{
        // `concat!` keeps a place from capturing a variable of the same name in silence.
        let _ = || ::std::format_args!(::std::concat!($english) $(, $name = "")*).to_string();
        $crate::words::Words::from($english)$(.with(
            ::std::stringify!($name),
            $crate::words::words!(@value $name $($value)?),
        ))*
    }};
}
pub(crate) use words;

impl Words {
    /// A text that is told as it is in every language: the words of a system or a library, or a
    /// fault of the program itself.
    pub fn verbatim(text: impl Into<String>) -> Self {
        words!("{text}", text = text.into())
    }

    /// Why the system refuses a file or a folder. A rare reason stays in the system's own words.
    pub fn of_system(error: &std::io::Error) -> Self {
        use std::io::ErrorKind as Kind;
        match error.kind() {
            Kind::NotFound => "there is no such file or folder".into(),
            Kind::PermissionDenied => "the system does not allow it".into(),
            Kind::AlreadyExists => "it exists already".into(),
            Kind::IsADirectory => "it is a folder".into(),
            Kind::NotADirectory => "a part of its path is no folder".into(),
            Kind::StorageFull => "the disk is full".into(),
            Kind::QuotaExceeded => "the quota of the disk is used up".into(),
            Kind::ReadOnlyFilesystem => "the disk is read-only".into(),
            Kind::FileTooLarge => "it is too large".into(),
            Kind::InvalidFilename => "the system does not allow its name".into(),
            _ => Self::verbatim(error.to_string()),
        }
    }

    /// With what stands in a place.
    #[doc(hidden)]
    #[must_use]
    pub fn with(mut self, place: &'static str, value: impl Into<Part>) -> Self {
        self.parts.push((place.into(), value.into()));
        self
    }

    /// Its English with the places open.
    pub fn english(&self) -> &str {
        &self.english
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.english.is_empty()
    }

    /// What stands in a place, where that is words.
    pub fn part(&self, place: &str) -> Option<&Self> {
        self.parts.iter().find_map(|(p, part)| match part {
            Part::Words(words) if p == place => Some(words),
            _ => None,
        })
    }

    /// The same words with each of those inside put through `change`.
    #[must_use]
    pub fn map(&self, change: &impl Fn(&Self) -> Self) -> Self {
        let parts = self.parts.iter().map(|(place, part)| {
            let part = match part {
                Part::Words(words) => Part::Words(change(words)),
                name @ Part::Name(_) => name.clone(),
            };
            (place.clone(), part)
        });
        Self {
            english: self.english.clone(),
            parts: parts.collect(),
        }
    }

    /// The sentence in a language, which gives the counterpart of each English text.
    pub fn say<'w>(&'w self, counterpart: &impl Fn(&'w str) -> &'w str) -> String {
        let mut out = String::new();
        let mut rest = counterpart(&self.english);
        while let Some(at) = rest.find(['{', '}']) {
            let (before, after) = rest.split_at(at);
            out.push_str(before);
            let inside = after[1..].split('}').next().unwrap_or_default();
            let part = self.parts.iter().find(|(place, _)| place == inside);
            rest = match part {
                Some((place, part)) if after.starts_with('{') => {
                    match part {
                        Part::Name(name) => out.push_str(name),
                        Part::Words(words) => out.push_str(&words.say(counterpart)),
                    }
                    &after[place.len() + 2..]
                }
                _ => {
                    out.push_str(&after[..1]);
                    let twice = after[1..].starts_with(&after[..1]);
                    &after[1 + usize::from(twice)..]
                }
            };
        }
        out + rest
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(&|english| english))
    }
}

/// A text that the program itself holds is words; one made while it runs is not, by its type.
impl From<&'static str> for Words {
    fn from(english: &'static str) -> Self {
        Self {
            english: english.into(),
            parts: Vec::new(),
        }
    }
}

impl From<Words> for Part {
    fn from(words: Words) -> Self {
        Self::Words(words)
    }
}

macro_rules! names {
    ($($kind:ty),*) => { $(
        impl From<$kind> for Part {
            fn from(name: $kind) -> Self {
                Self::Name(name.to_string())
            }
        }
    )* };
}
names! { &str, &String, String, char, u32, &u32, u64, &u64, usize, f64 }

#[cfg(test)]
mod tests {
    use super::*;

    /// A language that turns sentences round.
    fn other(english: &str) -> &str {
        match english {
            "there is no {what} `{name}`" => "`{name}`: {what} none",
            "tool group" => "GROUP",
            english => english,
        }
    }

    #[test]
    fn places_are_filled_in_every_language() {
        let kind = Words::from("tool group");
        let words = words!("there is no {what} `{name}`", what = kind, name = "{what}");
        assert_eq!(words.to_string(), "there is no tool group `{what}`");
        assert_eq!(words.say(&other), "`{what}`: GROUP none");
        assert_eq!(words.part("what"), Some(&Words::from("tool group")));
        assert_eq!(words.part("name"), None);
    }

    #[test]
    fn braces_that_are_no_places_stay() {
        let words = words!("a map `{{ \"name\": {n} }}`", n = 3u32);
        assert_eq!(words.to_string(), "a map `{ \"name\": 3 }`");
        assert_eq!(Words::from("\\u{NNNN}, `}`").to_string(), "\\u{NNNN}, `}`");
    }
}
