//! What is wrong with a file a user brought, and where: all faults of it, not only the first.

use std::fmt;

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
    pub found: Option<String>,
    /// What should stand there.
    pub expected: String,
    /// The known name nearest to what was found.
    pub nearest: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        // A workbook has rows as its grid shows them, a text file lines as editors jump to.
        match (&self.sheet, self.line) {
            (Some(sheet), Some(row)) => write!(f, ", sheet \"{sheet}\", row {row}")?,
            (Some(sheet), None) => write!(f, ", sheet \"{sheet}\"")?,
            (None, Some(line)) => write!(f, ":{line}")?,
            (None, None) => {}
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        match &self.found {
            Some(found) => write!(
                f,
                ": found \"{}\", expected {}",
                shown(found),
                self.expected
            )?,
            None => write!(f, ": expected {}", self.expected)?,
        }
        if let Some(nearest) = &self.nearest {
            write!(f, "; did you mean \"{nearest}\"?")?;
        }
        Ok(())
    }
}

/// Longest piece of a user's file that a message repeats, in characters.
const LONGEST_SHOWN: usize = 60;

/// `text` as a message shows it: control characters escaped, cut when long.
fn shown(text: &str) -> String {
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
    out
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
}

/// Faults a message lists before it only counts the rest.
const MOST_LISTED: usize = 100;

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.0.iter().take(MOST_LISTED).enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{fault}")?;
        }
        if self.0.len() > MOST_LISTED {
            write!(f, "\n… and {} more", self.0.len() - MOST_LISTED)?;
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
        assert_eq!(shown("a\u{7}b"), "a\\u{7}b");
        assert_eq!(shown(&"x".repeat(99)).chars().count(), LONGEST_SHOWN + 1);
    }
}
