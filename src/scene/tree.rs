//! The parse tree of a scene text: values with their places.

use crate::words::{Words, words};

/// A stretch of one source text, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Index of the file among the files of the load.
    pub file: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// From the start of `self` to the end of `other` (of the same file).
    pub fn to(self, other: Self) -> Self {
        Self {
            end: other.end.max(self.start),
            ..self
        }
    }
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A number.
    Number {
        /// Its value.
        value: f64,
        /// Its exact value when it is written without point or exponent.
        whole: Option<i128>,
    },
    /// A string, escapes resolved.
    Text(String),
    /// A character, e.g. `'a'`.
    Char(char),
    /// `true` or `false`.
    Bool(bool),
    /// A name alone, e.g. `Scanner`.
    Name(String),
    /// `(a, b)` or `Name(a, b)`; `()` too.
    Tuple {
        /// Name before the parenthesis.
        name: Option<String>,
        /// Values.
        items: Vec<Node>,
    },
    /// `(a: 1)` or `Name(a: 1)`.
    Struct {
        /// Name before the parenthesis.
        name: Option<String>,
        /// Fields in file order; a name may stand twice.
        fields: Vec<Field>,
    },
    /// `[a, b]`.
    List(Vec<Node>),
    /// `{ a: 1 }`.
    Map(Vec<Entry>),
    /// Something that could not be read; its fault is already reported.
    Faulty,
}

/// A field of a [`Kind::Struct`].
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Name.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// Value.
    pub value: Node,
}

/// An entry of a [`Kind::Map`].
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Key.
    pub key: Node,
    /// Value.
    pub value: Node,
}

impl Node {
    /// What this is, in words, for messages: "a number", "a list" ...
    pub fn what(&self) -> Words {
        match &self.kind {
            Kind::Number { .. } => "a number".into(),
            Kind::Text(text) if text.chars().count() <= 40 => {
                words!("the text {text}", text = format!("{text:?}"))
            }
            Kind::Text(_) => "a text".into(),
            Kind::Char(_) => "a character".into(),
            Kind::Bool(_) => "true or false".into(),
            Kind::Name(name) => words!("the name `{name}`", name),
            Kind::Tuple {
                name: Some(name), ..
            }
            | Kind::Struct {
                name: Some(name), ..
            } => words!("`{name}(...)`", name),
            Kind::Tuple { items, .. } if items.is_empty() => "`()`".into(),
            Kind::Tuple { .. } => "a tuple `(...)`".into(),
            Kind::Struct { .. } => "a record `(field: ...)`".into(),
            Kind::List(_) => "a list `[...]`".into(),
            Kind::Map(_) => "a map `{...}`".into(),
            Kind::Faulty => "something unreadable".into(),
        }
    }

    /// Fields of a record; `()` is a record without fields.
    pub fn fields(&self) -> Option<&[Field]> {
        match &self.kind {
            Kind::Struct { fields, .. } => Some(fields),
            Kind::Tuple { items, .. } if items.is_empty() => Some(&[]),
            _ => None,
        }
    }

    /// Value of the first field of this name of a record.
    pub fn field(&self, name: &str) -> Option<&Node> {
        let field = self.fields()?.iter().find(|f| f.name == name)?;
        Some(&field.value)
    }

    /// The string, if this is one.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }
}
