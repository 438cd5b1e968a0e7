//! What is wrong with a file a user brought, and where: all faults of it, not only the first.

use std::fmt;

use crate::words::{Words, words};

/// One fault of a user's file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// File name, without its folder.
    pub file: String,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Line of a text file or row of a sheet, from 1.
    pub line: Option<u32>,
    /// Header of the column.
    pub column: Option<String>,
    /// What stands there; `None` when the fault is that nothing does.
    pub found: Option<Words>,
    /// What should stand there.
    pub expected: Words,
    /// The known name nearest to what was found.
    pub nearest: Option<String>,
}

impl Fault {
    /// As a sentence.
    pub fn words(&self) -> Words {
        let (place, expected) = (self.place(), self.expected.clone());
        let fault = match self.found.clone() {
            Some(found) => words!(
                "{place}: found \"{found}\", expected {expected}",
                place,
                found,
                expected
            ),
            None => words!("{place}: expected {expected}", place, expected),
        };
        match &self.nearest {
            Some(name) => words!("{fault}; did you mean \"{name}\"?", fault, name),
            None => fault,
        }
    }

    fn place(&self) -> String {
        let mut place = self.file.clone();
        // A workbook has rows as its grid shows them, a text file lines as editors jump to.
        match (&self.sheet, self.line) {
            (Some(sheet), Some(row)) => place += &format!(", sheet \"{sheet}\", row {row}"),
            (Some(sheet), None) => place += &format!(", sheet \"{sheet}\""),
            (None, Some(line)) => place += &format!(":{line}"),
            (None, None) => {}
        }
        if let Some(column) = &self.column {
            place += &format!(", column {column}");
        }
        place
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.words().fmt(f)
    }
}

/// Longest piece of a user's file that a message repeats, in characters.
const LONGEST_SHOWN: usize = 60;

/// What stands in a user's file, as a message shows it: control characters escaped, cut when long.
pub(crate) fn quoted(text: &str) -> Words {
    let mut out: String = text
        .chars()
        .take(LONGEST_SHOWN)
        .flat_map(|c| {
            if c.is_control() {
                c.escape_default().collect::<Vec<_>>()
            } else {
                vec![c]
            }
        })
        .collect();
    if text.chars().count() > LONGEST_SHOWN {
        out.push('…');
    }
    Words::verbatim(out)
}

/// All faults of what a user brought; never empty when it is an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// The faults in the order in which a user mends them: by file, sheet and line.
    pub(crate) fn sorted(mut faults: Vec<Fault>) -> Self {
        faults.sort_by(|a, b| (&a.file, &a.sheet, a.line).cmp(&(&b.file, &b.sheet, b.line)));
        Self(faults)
    }

    /// A line for each fault; of very many the first, and how many more there are.
    pub fn lines(&self) -> impl Iterator<Item = Words> {
        let more = self.0.len().saturating_sub(MOST_LISTED);
        let rest = (more > 0).then(|| words!("… and {n} more", n = more));
        self.0
            .iter()
            .take(MOST_LISTED)
            .map(Fault::words)
            .chain(rest)
    }
}

/// Faults a message lists before it only counts the rest.
const MOST_LISTED: usize = 100;

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, line) in self.lines().enumerate() {
            let end = if i > 0 { "\n" } else { "" };
            write!(f, "{end}{line}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// The name of `known` that `name` is most likely a misspelling of, if any is near.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let lower = name.to_lowercase();
    // A third of the name may be wrong; more is another name.
    let most = (name.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(&lower, &k.to_lowercase()), k))
        .filter(|(d, _)| *d <= most)
        .min()
        .map(|(_, k)| k.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_name_is_near_or_none() {
        let known = ["DE_FE_11", "DE_FE_12", "Litho_FE_92"];
        assert_eq!(nearest("Lito_FE_92", known).as_deref(), Some("Litho_FE_92"));
        assert_eq!(nearest("de_fe_12", known).as_deref(), Some("DE_FE_12"));
        assert_eq!(nearest("Furnace", known), None);
    }

    #[test]
    fn a_message_escapes_and_cuts_what_it_repeats() {
        assert_eq!(quoted("a\u{7}b").to_string(), "a\\u{7}b");
        let cut = quoted(&"x".repeat(99)).to_string();
        assert_eq!(cut.chars().count(), LONGEST_SHOWN + 1);
    }
}
