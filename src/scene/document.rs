//! The authored scene: its texts with comments and order, and edits that keep them.

use super::diagnostic::Diagnostic;
use super::load::Bundle;
use super::parse::parse;
use super::path::{self, Place};
use super::tree::{Field, Kind, Node, Span};
use crate::words::{Words, words};

/// The texts of a scene, edited by commands.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    bundle: Bundle,
}

/// An edit of a document. Paths are as in overrides, e.g. `tool_groups.Scanner.count`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Puts a value (scene text) in the place of the one at the path; a record's field that is
    /// absent is added.
    Set {
        /// Where.
        path: String,
        /// Text of the value, e.g. `"12 min"` with its quotes.
        value: String,
    },
    /// Adds an entry to a map, a field to a record (`name` is its name), or an item to a list
    /// (`name` is empty), at the end of what stands at the path.
    Insert {
        /// Path of the map, record or list.
        path: String,
        /// Name of the entry or field.
        name: String,
        /// Text of the value.
        value: String,
    },
    /// Takes away the entry, field or item at the path.
    Remove {
        /// Where.
        path: String,
    },
    /// Renames the map entry at the path. References to it are edits of their own.
    Rename {
        /// Where.
        path: String,
        /// New name.
        name: String,
    },
    /// Puts text in the place of a stretch of a file; what the inverse of every edit is.
    Splice {
        /// File.
        file: String,
        /// First byte.
        start: u32,
        /// One past the last byte.
        end: u32,
        /// Text.
        text: String,
    },
}

/// Why an edit was not made; the document is as it was.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EditError {
    /// The path points at nothing.
    #[error("{}{}", .0.message, nearest(.0))]
    Path(Box<Diagnostic>),
    /// The text of the value cannot be read.
    #[error("`{text}` is no value: {message}")]
    Value {
        /// The text.
        text: String,
        /// Why.
        message: Words,
    },
    /// The path points at something that this edit does not fit.
    #[error("{0}")]
    Unfit(Words),
    /// The stretch of a splice is not in the file.
    #[error("no such stretch of `{file}`")]
    Splice {
        /// File.
        file: String,
    },
}

fn nearest(fault: &Diagnostic) -> String {
    let near = fault.nearest.as_ref();
    near.map_or(String::new(), |n| format!("; did you mean `{n}`?"))
}

impl Document {
    /// A document of the files of a scene.
    pub fn new(bundle: Bundle) -> Self {
        Self { bundle }
    }

    /// The files as they stand.
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// Text of a file.
    pub fn text(&self, file: &str) -> Option<&str> {
        self.bundle.files.get(file).map(String::as_str)
    }

    /// Text of the value at a path, from whichever file holds it.
    ///
    /// # Errors
    /// Nothing stands there.
    pub fn get(&self, path: &str) -> Result<String, EditError> {
        self.at(path, |text, found| {
            Ok(slice(text, found.node.span).to_owned())
        })
        .map(|(_, text)| text)
    }

    /// Makes an edit; gives back the command that undoes it, byte by byte.
    ///
    /// # Errors
    /// The path points at nothing fitting, or the value cannot be read; nothing was changed.
    pub fn apply(&mut self, command: &Command) -> Result<Command, EditError> {
        match command {
            Command::Set { path, value } => self.set(path, value),
            Command::Insert { path, name, value } => {
                readable(value)?;
                let (file, (at, text)) =
                    self.at(path, |text, found| insertion(text, found.node, name, value))?;
                self.splice(&file, at, at, &text)
            }
            Command::Remove { path } => {
                let (file, span) = self.at(path, removal)?;
                self.splice(&file, span.start, span.end, "")
            }
            Command::Rename { path, name } => {
                let (file, span) = self.at(path, |_, found| match (found.holder, found.name) {
                    (
                        Some(Node {
                            kind: Kind::Map(entries),
                            ..
                        }),
                        Some(span),
                    ) => {
                        if entries.iter().any(|e| e.key.text() == Some(name)) {
                            return Err(taken(name));
                        }
                        Ok(span)
                    }
                    _ => Err(EditError::Unfit(words!(
                        "`{path}` has no name to change",
                        path
                    ))),
                })?;
                self.splice(&file, span.start, span.end, &quoted(name))
            }
            Command::Splice {
                file,
                start,
                end,
                text,
            } => self.splice(file, *start, *end, text),
        }
    }

    fn set(&mut self, path: &str, value: &str) -> Result<Command, EditError> {
        readable(value)?;
        match self.at(path, |_, found| Ok(found.node.span)) {
            Ok((file, span)) => self.splice(&file, span.start, span.end, value),
            Err(error) => {
                // An absent field of a record is added to it.
                let place = Place::read(0, path).map_err(EditError::Path)?;
                let Some((last, parents)) = place.segments.split_last() else {
                    return Err(error);
                };
                let parent: Vec<String> = parents.iter().map(|s| segment(&s.name)).collect();
                let parent = parent.join(".");
                let is_record = |_: &str, found: &path::Found| Ok(found.node.fields().is_some());
                if !matches!(self.at(&parent, is_record), Ok((_, true))) {
                    return Err(error);
                }
                self.apply(&Command::Insert {
                    path: parent,
                    name: last.name.clone(),
                    value: value.to_owned(),
                })
            }
        }
    }

    /// Finds a path in the main file, else in those it includes; runs `then` on what stands there.
    fn at<T>(
        &self,
        path: &str,
        then: impl Fn(&str, &path::Found) -> Result<T, EditError>,
    ) -> Result<(String, T), EditError> {
        let place = if path.is_empty() {
            Place {
                segments: Vec::new(),
            }
        } else {
            Place::read(0, path).map_err(EditError::Path)?
        };
        let mut best: Option<(usize, Box<Diagnostic>)> = None;
        let main = self.bundle.files.get_key_value(&self.bundle.main);
        let others = self.bundle.files.iter();
        let others = others.filter(|(name, _)| **name != self.bundle.main);
        for (name, text) in main.into_iter().chain(others) {
            let root = parse(0, text, &mut Vec::new());
            match path::get(&root, &place) {
                Ok(found) => return Ok((name.clone(), then(text, &found)?)),
                Err(fault) => {
                    // The file in which the path leads furthest has the best explanation.
                    let depth = fault.span.start as usize;
                    if best.as_ref().is_none_or(|(d, _)| depth > *d) {
                        best = Some((depth, fault));
                    }
                }
            }
        }
        Err(match best {
            Some((_, fault)) => EditError::Path(fault),
            None => EditError::Unfit("this document has no files".into()),
        })
    }

    fn splice(
        &mut self,
        file: &str,
        start: u32,
        end: u32,
        new: &str,
    ) -> Result<Command, EditError> {
        let unfit = || EditError::Splice {
            file: file.to_owned(),
        };
        let text = self.bundle.files.get_mut(file).ok_or_else(unfit)?;
        let range = start as usize..end as usize;
        let old = text.get(range.clone()).ok_or_else(unfit)?.to_owned();
        text.replace_range(range, new);
        Ok(Command::Splice {
            file: file.to_owned(),
            start,
            end: start + new.len() as u32,
            text: old,
        })
    }
}

/// A value to be written must be readable, or the file would not be afterwards.
fn readable(value: &str) -> Result<(), EditError> {
    let mut faults = Vec::new();
    parse(0, value, &mut faults);
    match faults.first() {
        None => Ok(()),
        Some(fault) => Err(EditError::Value {
            text: value.to_owned(),
            message: words!(
                "{message}; expected {expectation}",
                message = fault.message.clone(),
                expectation = fault.expectation.clone()
            ),
        }),
    }
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize)
        .unwrap_or_default()
}

/// A name as a string of the scene form.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A segment of a path, in quotes where it needs them.
fn segment(name: &str) -> String {
    if name.contains('.') {
        format!("\"{name}\"")
    } else {
        name.to_owned()
    }
}

/// A name that something else has.
fn taken(name: &str) -> EditError {
    EditError::Unfit(words!("`{name}` exists already", name))
}

/// Where and what to write to add a member to a container.
fn insertion(text: &str, node: &Node, name: &str, value: &str) -> Result<(u32, String), EditError> {
    let word = |name: &str| {
        let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        first && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let (last, member) = match &node.kind {
        Kind::Map(entries) => {
            if entries.iter().any(|e| e.key.text() == Some(name)) {
                return Err(taken(name));
            }
            let last = entries.last().map(|e| (e.key.span, e.value.span));
            (last, format!("{}: {value}", quoted(name)))
        }
        Kind::List(items) => (items.last().map(|i| (i.span, i.span)), value.to_owned()),
        Kind::Struct { .. } | Kind::Tuple { .. } if node.fields().is_some() => {
            let fields: &[Field] = node.fields().unwrap_or_default();
            if fields.iter().any(|f| f.name == name) {
                return Err(taken(name));
            }
            if !word(name) {
                return Err(EditError::Unfit(words!(
                    "`{name}` is no name of a field",
                    name
                )));
            }
            let last = fields.last().map(|f| (f.name_span, f.value.span));
            (last, format!("{name}: {value}"))
        }
        _ => {
            return Err(EditError::Unfit(words!(
                "{what} cannot be added to",
                what = node.what()
            )));
        }
    };
    let Some((first, end)) = last else {
        // Right behind the opening bracket: a comment inside stays behind the new member.
        let open = slice(text, node.span).find(['(', '[', '{']).unwrap_or(0) as u32;
        let after = text.get(node.span.start as usize + open as usize + 1..);
        let comma = if after.is_some_and(|a| a.trim_start().starts_with("//")) {
            ","
        } else {
            ""
        };
        return Ok((node.span.start + open + 1, format!("{member}{comma}")));
    };
    // On a line of its own where the last member begins one, with the same indent.
    let line = text[..first.start as usize]
        .rfind('\n')
        .map_or(0, |i| i + 1);
    let indent = &text[line..first.start as usize];
    let lead = if line > 0 && indent.chars().all(char::is_whitespace) {
        format!("\n{indent}")
    } else {
        " ".to_owned()
    };
    match comma_after(text, end.end) {
        Some(comma) => Ok((comma + 1, format!("{lead}{member},"))),
        None => Ok((end.end, format!(",{lead}{member}"))),
    }
}

/// Byte of the comma after a value, comments between passed over.
fn comma_after(text: &str, from: u32) -> Option<u32> {
    let mut at = from as usize;
    loop {
        let rest = text.get(at..)?;
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        if trimmed.starts_with("//") {
            at += trimmed.find('\n')?;
        } else if trimmed.starts_with("/*") {
            at += comment_len(trimmed)?;
        } else if trimmed.starts_with(',') {
            return Some(at as u32);
        } else {
            return None;
        }
    }
}

/// Length of the (nested) block comment that a text begins with.
fn comment_len(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0u32);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => (at, depth) = (at + 2, depth + 1),
            b"*/" => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The stretch that takes a member away: with its comma, and with its line where it has it alone.
fn removal(text: &str, found: &path::Found) -> Result<Span, EditError> {
    if found.holder.is_none() {
        return Err(EditError::Unfit("the whole scene cannot be removed".into()));
    }
    let mut span = found.whole;
    // A comma right behind goes too; one beyond a comment stays with the comment's member.
    let rest = &text[span.end as usize..];
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let has_comma = rest[blanks..].starts_with(',');
    if has_comma {
        span.end += blanks as u32 + 1;
    } else if let Some(comma) = comma_after(text, span.end) {
        // A comment stands before the comma: both go, or a comma would stand alone.
        span.end = comma + 1;
    }
    let line = text[..span.start as usize].rfind('\n').map_or(0, |i| i + 1);
    let after = &text[span.end as usize..];
    let tail = after.len() - after.trim_start_matches([' ', '\t', '\r']).len();
    let alone = text[line..span.start as usize].trim().is_empty();
    if alone && after[tail..].starts_with('\n') {
        span.start = line as u32;
        span.end += tail as u32 + 1;
    } else if after.starts_with(' ') && !alone {
        span.end += 1;
    }
    Ok(span)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = r#"// A scene.
(
    schema: 1, // version
    run: (seed: 4 /* luck */, horizon: "30 d"),
    limits: (),
    areas: {
        // yellow light
        "Litho": (light: Yellow), // resist
        "Etch.1": (),
    },
    tool_groups: { "S": (area: "Litho", count: 1, dispatch: ["fifo" /* plain */, "edd"]) },
    routes: {
        "R": (steps: [
            (name: "010", tools: "S", time: "1 min"), // first
            (name: "020", tools: "S", time: "2 min")
        ]),
    },
    crews: {}, transport: [],
)
"#;

    fn document() -> Document {
        Document::new(Bundle::from_text("a.ron", TEXT))
    }

    fn set(path: &str, value: &str) -> Command {
        Command::Set {
            path: path.to_owned(),
            value: value.to_owned(),
        }
    }

    fn insert(path: &str, name: &str, value: &str) -> Command {
        Command::Insert {
            path: path.to_owned(),
            name: name.to_owned(),
            value: value.to_owned(),
        }
    }

    fn remove(path: &str) -> Command {
        Command::Remove {
            path: path.to_owned(),
        }
    }

    fn rename(path: &str, name: &str) -> Command {
        Command::Rename {
            path: path.to_owned(),
            name: name.to_owned(),
        }
    }

    /// The lines that an edit changed, `-` before and `+` after.
    fn changed(command: &Command) -> String {
        let mut d = document();
        d.apply(command).expect("an edit that fits");
        let new = d.text("a.ron").expect("the file").to_owned();
        let (old, new): (Vec<&str>, Vec<&str>) = (TEXT.lines().collect(), new.lines().collect());
        let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let rest = old.len().min(new.len()) - same;
        let tail = old.iter().rev().zip(new.iter().rev()).take(rest);
        let tail = tail.take_while(|(a, b)| a == b).count();
        let show = |sign: char, lines: &[&str]| {
            let lines = lines[same..lines.len() - tail].iter();
            lines
                .map(|l| format!("{sign}{}\n", l.trim_start()))
                .collect::<String>()
        };
        show('-', &old) + &show('+', &new)
    }

    #[test]
    fn edits_touch_only_their_own_stretch() {
        let cases = [
            (
                set("run.seed", "5"),
                "-run: (seed: 4 /* luck */, horizon: \"30 d\"),\n\
                 +run: (seed: 5 /* luck */, horizon: \"30 d\"),\n",
            ),
            (
                set("routes.R.steps.020.time", "\"3 min\""),
                "-(name: \"020\", tools: \"S\", time: \"2 min\")\n\
                 +(name: \"020\", tools: \"S\", time: \"3 min\")\n",
            ),
            (
                set("run.warmup", "\"1 d\""),
                "-run: (seed: 4 /* luck */, horizon: \"30 d\"),\n\
                 +run: (seed: 4 /* luck */, horizon: \"30 d\", warmup: \"1 d\"),\n",
            ),
            (
                set("limits.lots", "9"),
                "-limits: (),\n+limits: (lots: 9),\n",
            ),
            (insert("areas", "CMP", "()"), "+\"CMP\": (),\n"),
            (
                insert("routes.R.steps", "", "(name: \"030\")"),
                "-(name: \"020\", tools: \"S\", time: \"2 min\")\n\
                 +(name: \"020\", tools: \"S\", time: \"2 min\"),\n+(name: \"030\")\n",
            ),
            (
                insert("crews", "Day", "(count: 2)"),
                "-crews: {}, transport: [],\n+crews: {\"Day\": (count: 2)}, transport: [],\n",
            ),
            (remove("areas.\"Etch.1\""), "-\"Etch.1\": (),\n"),
            (
                remove("tool_groups.S.count"),
                "-tool_groups: { \"S\": (area: \"Litho\", count: 1, dispatch: [\"fifo\" /* plain */, \"edd\"]) },\n\
                 +tool_groups: { \"S\": (area: \"Litho\", dispatch: [\"fifo\" /* plain */, \"edd\"]) },\n",
            ),
            (
                rename("areas.Litho", "Photo"),
                "-\"Litho\": (light: Yellow), // resist\n+\"Photo\": (light: Yellow), // resist\n",
            ),
        ];
        for (command, expected) in cases {
            assert_eq!(changed(&command), expected, "{command:?}");
        }
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        let cases = [
            (set("areas.Lith.light", "White"), "did you mean `Litho`?"),
            (set("run.seed", "(1"), "is no value"),
            (insert("areas", "Litho", "()"), "exists already"),
            (insert("run.seed", "x", "1"), "cannot be added to"),
            (insert("run", "no field", "1"), "no name of a field"),
            (rename("run.seed", "x"), "no name to change"),
            (rename("areas.Litho", "Etch.1"), "exists already"),
            (remove("routes.R.steps.7"), "there is no item `7`"),
            (set("a..b", "1"), "a part of this path is empty"),
        ];
        for (command, expected) in cases {
            let mut d = document();
            let error = d.apply(&command).expect_err("an edit that does not fit");
            assert!(error.to_string().contains(expected), "{command:?}: {error}");
            assert_eq!(d, document());
        }
    }

    fn any_command() -> impl Strategy<Value = Command> {
        let path = prop_oneof![
            Just(""),
            Just("schema"),
            Just("run"),
            Just("run.seed"),
            Just("run.horizon"),
            Just("limits"),
            Just("areas"),
            Just("areas.Litho"),
            Just("areas.Litho.light"),
            Just("areas.\"Etch.1\""),
            Just("tool_groups.S"),
            Just("tool_groups.S.dispatch"),
            Just("tool_groups.S.dispatch.0"),
            Just("tool_groups.S.dispatch.1"),
            Just("routes.R.steps"),
            Just("routes.R.steps.010"),
            Just("routes.R.steps.1"),
            Just("routes.R.steps.020.time"),
            Just("crews"),
            Just("crews.x"),
            Just("transport"),
            Just("transport.0"),
        ];
        let value = prop_oneof![
            Just("1"),
            Just("\"2 min\""),
            Just("()"),
            Just("(a: 1)"),
            Just("[]"),
            Just("{\"k\": 1,}"),
            Just("[1, 2]"),
        ];
        (path, "[a-z]{1,3}|no good", value, 0..4).prop_map(|(path, name, value, kind)| {
            let (path, value) = (path.to_owned(), value.to_owned());
            match kind {
                0 => Command::Set { path, value },
                1 => Command::Insert { path, name, value },
                2 => Command::Remove { path },
                _ => Command::Rename { path, name },
            }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn undoing_restores_every_byte(commands in proptest::collection::vec(any_command(), 1..8)) {
            let mut d = document();
            let mut undo = Vec::new();
            let mut states = vec![d.clone()];
            for command in &commands {
                if let Ok(inverse) = d.apply(command) {
                    let text = d.text("a.ron").expect("the file");
                    let mut faults = Vec::new();
                    parse(0, text, &mut faults);
                    prop_assert!(faults.is_empty(), "{command:?} left\n{text}\n{faults:?}");
                    undo.push(inverse);
                    states.push(d.clone());
                }
            }
            prop_assert!(d.text("a.ron").expect("the file").starts_with("// A scene."));
            while let Some(inverse) = undo.pop() {
                let state = states.pop();
                prop_assert_eq!(Some(&d), state.as_ref());
                d.apply(&inverse).expect("an inverse always fits");
            }
            prop_assert_eq!(d, document());
        }
    }
}
