//! Paths into a scene, `tool_groups.Scanner.count`, and what they point at.
//!
//! A segment is the name of a field, a key of a map, the index of a list item (from 0) or the
//! `name` of one. Segments that hold dots stand in quotes: `routes."R.1".steps.0`.

use super::diagnostic::Diagnostic;
use super::files::holds_records;
use super::tree::{Entry, Field, Kind, Node, Span};
use crate::units::nearest_spelling;
use crate::words::{Words, words};

/// A path, split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its segments.
    pub segments: Vec<Segment>,
}

/// A part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Name or index.
    pub name: String,
    /// Where it stands in the path's own text.
    pub span: Span,
}

impl Place {
    /// Splits a path.
    ///
    /// # Errors
    /// A segment is empty or a quote is not closed.
    pub fn read(file: u32, path: &str) -> Result<Self, Box<Diagnostic>> {
        let mut segments = Vec::new();
        let mut at = 0;
        let fault = |start: usize, message: &'static str| {
            let span = Span {
                file,
                start: start as u32,
                end: path.len() as u32,
            };
            Box::new(
                Diagnostic::error("path", span, message)
                    .expecting("names with dots between, e.g. `tool_groups.Scanner.count`"),
            )
        };
        loop {
            let start = at;
            let rest = &path[at..];
            let name = if let Some(quoted) = rest.strip_prefix('"') {
                let Some(len) = quoted.find('"') else {
                    return Err(fault(start, "this quote is not closed"));
                };
                at += len + 2;
                &quoted[..len]
            } else {
                let len = rest.find('.').unwrap_or(rest.len());
                at += len;
                rest[..len].trim()
            };
            if name.is_empty() {
                return Err(fault(start, "a part of this path is empty"));
            }
            segments.push(Segment {
                name: name.to_owned(),
                span: Span {
                    file,
                    start: start as u32,
                    end: at as u32,
                },
            });
            match path[at..].chars().next() {
                None => return Ok(Self { segments }),
                Some('.') => at += 1,
                Some(_) => return Err(fault(at, "a dot is missing")),
            }
        }
    }
}

/// What a segment means inside a node.
pub(super) enum Step {
    /// Field number.
    Field(usize),
    /// Entry number.
    Entry(usize),
    /// Item number.
    Item(usize),
    /// A field that the record does not have (yet).
    NewField,
}

/// Finds a segment inside a node.
///
/// # Errors
/// There is no such key or item; the nearest is named.
pub(super) fn find(node: &Node, segment: &Segment) -> Result<Step, Box<Diagnostic>> {
    let missing = |message: Words, names: Vec<&str>, expectation: Words| {
        Diagnostic::error("path", segment.span, message)
            .near(nearest_spelling(&segment.name, names))
            .expecting(expectation)
            .into()
    };
    let name = segment.name.as_str();
    match &node.kind {
        Kind::Map(entries) => entries
            .iter()
            .position(|e| e.key.text() == Some(name))
            .map(Step::Entry)
            .ok_or_else(|| {
                let names = entries.iter().filter_map(|e| e.key.text());
                let message = words!("there is no entry `{name}` here", name);
                let expectation = "a name that the scene defines".into();
                missing(message, names.collect(), expectation)
            }),
        Kind::List(items) | Kind::Tuple { items, .. } if !items.is_empty() => {
            let named = |n: &&Node| n.field("name").and_then(Node::text) == Some(name);
            let by_name = items.iter().position(|n| named(&n));
            let by_index = || name.parse::<usize>().ok().filter(|i| *i < items.len());
            by_name.or_else(by_index).map(Step::Item).ok_or_else(|| {
                let names = items
                    .iter()
                    .filter_map(|n| n.field("name").and_then(Node::text));
                let last = items.len() - 1;
                let message = words!("there is no item `{name}` here", name);
                let expectation = words!("the name of an item, or 0 to {last}", last);
                missing(message, names.collect(), expectation)
            })
        }
        Kind::Struct { fields, .. } => Ok(fields
            .iter()
            .position(|f| f.name == name)
            .map_or(Step::NewField, Step::Field)),
        Kind::Tuple { .. } => Ok(Step::NewField),
        _ => Err(Diagnostic::error(
            "path",
            segment.span,
            words!("{what} has no parts", what = node.what()),
        )
        .expecting("a path that ends here")
        .into()),
    }
}

/// Puts a value at a path. A field that is absent is added; a key or item must exist.
pub(super) fn set(root: &mut Node, place: &Place, value: Node) -> Result<(), Box<Diagnostic>> {
    let mut node = root;
    let last = place.segments.len() - 1;
    for (depth, segment) in place.segments.iter().enumerate() {
        let step = find(node, segment)?;
        if depth == 0
            && depth < last
            && matches!(step, Step::NewField)
            && holds_records(&segment.name)
        {
            return Err(Diagnostic::error(
                "path",
                segment.span,
                words!("this scene has no `{name}`", name = &segment.name),
            )
            .expecting("a path to something the scene defines")
            .into());
        }
        node = match (&mut node.kind, step) {
            (Kind::Map(entries), Step::Entry(i)) => &mut entries[i].value,
            (Kind::List(items) | Kind::Tuple { items, .. }, Step::Item(i)) => &mut items[i],
            (Kind::Struct { fields, .. }, Step::Field(i)) => &mut fields[i].value,
            (kind, _) => {
                let empty = Field {
                    name: segment.name.clone(),
                    name_span: segment.span,
                    value: Node {
                        span: segment.span,
                        kind: Kind::Tuple {
                            name: None,
                            items: Vec::new(),
                        },
                    },
                };
                if !matches!(kind, Kind::Struct { .. }) {
                    let name = match kind {
                        Kind::Tuple { name, .. } => name.take(),
                        _ => None,
                    };
                    *kind = Kind::Struct {
                        name,
                        fields: Vec::new(),
                    };
                }
                let Kind::Struct { fields, .. } = kind else {
                    return Ok(());
                };
                let at = fields.len();
                fields.push(empty);
                &mut fields[at].value
            }
        };
    }
    *node = value;
    Ok(())
}

/// The node at a path, with the entry or field that holds it.
pub(super) fn get<'n>(root: &'n Node, place: &Place) -> Result<Found<'n>, Box<Diagnostic>> {
    let mut found = Found {
        node: root,
        holder: None,
        whole: root.span,
        name: None,
    };
    for segment in &place.segments {
        let holder = found.node;
        found = match (&holder.kind, find(holder, segment)?) {
            (Kind::Map(entries), Step::Entry(i)) => {
                let Entry { key, value } = &entries[i];
                Found {
                    node: value,
                    holder: Some(holder),
                    whole: key.span.to(value.span),
                    name: Some(key.span),
                }
            }
            (Kind::List(items) | Kind::Tuple { items, .. }, Step::Item(i)) => Found {
                node: &items[i],
                holder: Some(holder),
                whole: items[i].span,
                name: None,
            },
            (Kind::Struct { fields, .. }, Step::Field(i)) => {
                let field = &fields[i];
                Found {
                    node: &field.value,
                    holder: Some(holder),
                    whole: field.name_span.to(field.value.span),
                    name: Some(field.name_span),
                }
            }
            _ => {
                let names = holder.fields().unwrap_or_default();
                return Err(Diagnostic::error(
                    "path",
                    segment.span,
                    words!("there is no field `{name}` here", name = &segment.name),
                )
                .near(nearest_spelling(
                    &segment.name,
                    names.iter().map(|f| f.name.as_str()),
                ))
                .into());
            }
        };
    }
    Ok(found)
}

/// What a path points at.
pub(super) struct Found<'n> {
    /// The value.
    pub(super) node: &'n Node,
    /// What holds it.
    pub(super) holder: Option<&'n Node>,
    /// Its entry or field from the name to the value.
    pub(super) whole: Span,
    /// Its name, where it has one.
    pub(super) name: Option<Span>,
}
