//! Diagnostics: what is wrong with a scene, where, what was expected, what was probably meant.

use codespan_reporting::diagnostic as report;
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term;
use serde::{Deserialize, Serialize};

use super::tree::Span;
use crate::words::Words;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The scene cannot be used.
    Error,
    /// The scene can be used, but it probably does not say what its author meant.
    Warning,
}

/// One finding about a scene text.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Short stable name of the kind of finding, e.g. `unknown-field`.
    pub code: &'static str,
    /// Where it is.
    pub span: Span,
    /// What is wrong.
    pub message: Words,
    /// What would have been right; may be empty.
    pub expectation: Words,
    /// The name that was probably meant.
    pub nearest: Option<String>,
    /// Other places that belong to it, each with its role.
    pub related: Vec<(Span, Words)>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, span: Span, message: impl Into<Words>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            span,
            message: message.into(),
            expectation: Words::default(),
            nearest: None,
            related: Vec::new(),
        }
    }

    /// A warning at a place.
    pub fn warning(code: &'static str, span: Span, message: impl Into<Words>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, span, message)
        }
    }

    /// With what would have been right.
    #[must_use]
    pub fn expecting(mut self, expectation: impl Into<Words>) -> Self {
        self.expectation = expectation.into();
        self
    }

    /// With the name that was probably meant, if there is one.
    #[must_use]
    pub fn near(mut self, nearest: Option<impl Into<String>>) -> Self {
        self.nearest = nearest.map(Into::into);
        self
    }

    /// With another place and its role.
    #[must_use]
    pub fn beside(mut self, span: Span, role: impl Into<Words>) -> Self {
        self.related.push((span, role.into()));
        self
    }
}

/// A finding that travels without the text it is about: what the view needs to tell it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Path, line and column, e.g. `fab.ron:3:14`.
    pub place: String,
    /// Name of its kind.
    pub code: String,
    /// What is wrong.
    pub message: Words,
    /// What would have been right; may be empty.
    pub expectation: Words,
    /// The name that was probably meant.
    pub nearest: Option<String>,
}

/// A text that spans point into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Path as shown to the user; `--set` for an override.
    pub path: String,
    /// Whole text.
    pub text: String,
}

/// Findings about a scene, in order of place, with the texts they point into.
#[derive(Clone, Debug, Default, PartialEq, thiserror::Error)]
#[error("{}", self.summary())]
pub struct Diagnostics {
    /// Texts; `Span::file` is the index.
    pub files: Vec<SourceFile>,
    /// Findings.
    pub items: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Findings sorted by place and freed of repetitions.
    pub fn new(files: Vec<SourceFile>, mut items: Vec<Diagnostic>) -> Self {
        items.sort_by_cached_key(|d| (d.span, d.severity, d.code, d.message.to_string()));
        // A default or a tool type that many records share would say the same many times.
        items.dedup();
        Self { files, items }
    }

    /// Whether anything makes the scene unusable.
    pub fn has_errors(&self) -> bool {
        self.items.iter().any(|d| d.severity == Severity::Error)
    }

    /// Whether there is no finding at all.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// "2 errors, 1 warning".
    pub fn summary(&self) -> String {
        let count = |s| self.items.iter().filter(|d| d.severity == s).count();
        let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        match warnings {
            0 => plural(errors, "error"),
            _ => format!(
                "{}, {}",
                plural(errors, "error"),
                plural(warnings, "warning")
            ),
        }
    }

    /// All findings as plain text: place, message, excerpt of the source, expectation, nearest name.
    pub fn to_text(&self) -> String {
        let files = self.simple_files();
        let config = term::Config::default();
        let mut out = String::new();
        for item in &self.items {
            match term::emit_into_string(&config, &files, &item.to_report()) {
                Ok(text) => out.push_str(&text),
                // Only a span outside its text comes here; the finding must not be lost for it.
                Err(_) => out.push_str(&format!("error[{}]: {}\n\n", item.code, item.message)),
            }
        }
        out
    }

    /// All findings as JSON: an array of objects with `severity`, `code`, `message`, `file`,
    /// `line`, `column`, `end_line`, `end_column` (from 1, columns in characters),
    /// `expectation`, `nearest`, `related`.
    pub fn to_json(&self) -> serde_json::Value {
        let starts: Vec<Vec<usize>> = self.files.iter().map(|f| line_starts(&f.text)).collect();
        let locate = |file: u32, byte: u32| {
            let (Some(source), Some(starts)) =
                (self.files.get(file as usize), starts.get(file as usize))
            else {
                return (1, 1);
            };
            place_of(&source.text, starts, byte as usize)
        };
        let path = |span: &Span| self.files.get(span.file as usize).map(|f| f.path.as_str());
        self.items
            .iter()
            .map(|d| {
                let (line, column) = locate(d.span.file, d.span.start);
                let (end_line, end_column) = locate(d.span.file, d.span.end);
                let related: Vec<_> = d
                    .related
                    .iter()
                    .map(|(span, role)| {
                        let (line, column) = locate(span.file, span.start);
                        serde_json::json!({
                            "file": path(span), "line": line, "column": column,
                            "message": role.to_string(),
                        })
                    })
                    .collect();
                serde_json::json!({
                    "severity": d.severity, "code": d.code, "message": d.message.to_string(),
                    "file": path(&d.span), "line": line, "column": column,
                    "end_line": end_line, "end_column": end_column,
                    "expectation": d.expectation.to_string(), "nearest": d.nearest,
                    "related": related,
                })
            })
            .collect()
    }

    /// All findings without the texts.
    pub fn told(&self) -> Vec<Told> {
        let told = |d: &Diagnostic| {
            let (path, line, column) = self.place(d.span);
            Told {
                place: format!("{path}:{line}:{column}"),
                code: d.code.to_owned(),
                message: d.message.clone(),
                expectation: d.expectation.clone(),
                nearest: d.nearest.clone(),
            }
        };
        self.items.iter().map(told).collect()
    }

    /// Path, line and column (from 1) of the start of a span.
    pub fn place(&self, span: Span) -> (String, u32, u32) {
        match self.files.get(span.file as usize) {
            Some(file) => {
                let starts = line_starts(&file.text);
                let (line, column) = place_of(&file.text, &starts, span.start as usize);
                (file.path.clone(), line, column)
            }
            None => (String::new(), 1, 1),
        }
    }

    fn simple_files(&self) -> SimpleFiles<&str, &str> {
        let mut files = SimpleFiles::new();
        for file in &self.files {
            files.add(file.path.as_str(), file.text.as_str());
        }
        files
    }
}

impl Diagnostic {
    fn to_report(&self) -> report::Diagnostic<usize> {
        let range = |s: &Span| s.start as usize..s.end as usize;
        let mut labels = vec![report::Label::primary(
            self.span.file as usize,
            range(&self.span),
        )];
        labels.extend(self.related.iter().map(|(span, role)| {
            report::Label::secondary(span.file as usize, range(span)).with_message(role.to_string())
        }));
        let mut notes = Vec::new();
        if !self.expectation.is_empty() {
            notes.push(format!("expected {}", self.expectation));
        }
        if let Some(nearest) = &self.nearest {
            notes.push(format!("did you mean `{nearest}`?"));
        }
        match self.severity {
            Severity::Error => report::Diagnostic::error(),
            Severity::Warning => report::Diagnostic::warning(),
        }
        .with_code(self.code)
        .with_message(self.message.to_string())
        .with_labels(labels)
        .with_notes(notes)
    }
}

/// Byte at which each line starts.
fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0)
        .chain(text.match_indices('\n').map(|(i, _)| i + 1))
        .collect()
}

/// Line and column (from 1, in characters) of a byte.
fn place_of(text: &str, starts: &[usize], byte: usize) -> (u32, u32) {
    let line = starts.partition_point(|s| *s <= byte).max(1);
    let start = starts.get(line - 1).copied().unwrap_or(0);
    let column = text
        .get(start..byte)
        .map_or(byte.saturating_sub(start), |s| s.chars().count());
    (line as u32, column as u32 + 1)
}
