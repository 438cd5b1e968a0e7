//! The one table of each record: field names, kinds, ranges, defaults and words.
//!
//! [`record!`] declares a record once; decoding, the faults for unknown, missing and
//! out-of-range fields, and docs/SCENES.md all come from that declaration.

use std::collections::HashMap;

use super::diagnostic::Diagnostic;
use super::tree::{Kind, Node, Span};
use crate::units::nearest_spelling;
use crate::words::{Words, words};

/// A decoded value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it stands; for a default, the record that lacks it.
    pub span: Span,
}

/// What decoding needs and gathers.
#[derive(Debug, Default)]
pub struct Context {
    /// Faults so far.
    pub faults: Vec<Diagnostic>,
    /// Files in which a name may stand for a text: overrides from the command line,
    /// where a shell has eaten the quotes.
    pub bare_files: std::ops::Range<u32>,
    /// Where a value came from that a parameter stands for: the use, the definition, the name.
    pub parameters: HashMap<Span, (Span, String)>,
}

impl Context {
    /// Adds a fault; where a parameter stands at its place, shows its definition too.
    pub fn report(&mut self, mut fault: Diagnostic) {
        if let Some((definition, name)) = self.parameters.get(&fault.span) {
            fault = fault.beside(*definition, words!("`${name}` is defined here", name));
        }
        self.faults.push(fault);
    }

    /// Reports a value of the wrong kind; says nothing of one already reported.
    pub fn wrong_kind(&mut self, node: &Node, expectation: impl Into<Words>) {
        if node.kind != Kind::Faulty {
            let message = words!("{what} does not fit here", what = node.what());
            self.report(Diagnostic::error("wrong-kind", node.span, message).expecting(expectation));
        }
    }

    /// The string of a node; a bare name too where it comes from the command line.
    pub fn text<'n>(&self, node: &'n Node) -> Option<&'n str> {
        match &node.kind {
            Kind::Text(text) => Some(text),
            Kind::Name(name) if self.bare_files.contains(&node.span.file) => Some(name),
            _ => None,
        }
    }
}

/// Something a field can hold.
pub trait Value: Sized {
    /// What to write, in words for a person, e.g. "time", "list of names".
    fn kind() -> Words;

    /// Reads it; `None` when a fault was reported.
    fn decode(node: &Node, cx: &mut Context) -> Option<Self>;

    /// Reads it from what stands after a variant's name: `Variant(value)`.
    fn payload(node: &Node, cx: &mut Context) -> Option<Self> {
        match &node.kind {
            Kind::Tuple { items, .. } if items.len() == 1 => Self::decode(&items[0], cx),
            _ => {
                let kind = in_words(&Self::kind());
                cx.wrong_kind(node, words!("one value in the parentheses: {kind}", kind));
                None
            }
        }
    }

    /// The number that a range applies to, in base units.
    fn magnitude(&self) -> Option<f64> {
        None
    }

    /// Adds the sections this kind needs to the reference.
    fn describe(_reference: &mut Reference) {}
}

/// What the table says of one field.
pub struct FieldInfo {
    /// Name, possibly with `r#`.
    raw_name: &'static str,
    /// What it means, in words.
    pub doc: &'static str,
    /// Whether it must stand there.
    pub required: bool,
    /// Its value when it is absent, as one would write it.
    pub default: Option<&'static str>,
    /// Lowest and highest value in base units, and how to say so.
    pub range: Option<(f64, f64, &'static str)>,
    /// Its kind.
    pub kind: fn() -> Words,
    /// Its kind's own sections.
    describe: fn(&mut Reference),
}

impl FieldInfo {
    #[doc(hidden)]
    pub const fn new(
        raw_name: &'static str,
        doc: &'static str,
        required: bool,
        default: Option<&'static str>,
        range: Option<(f64, f64, &'static str)>,
        kind: fn() -> Words,
        describe: fn(&mut Reference),
    ) -> Self {
        Self {
            raw_name,
            doc,
            required,
            default,
            range,
            kind,
            describe,
        }
    }

    /// Name as written in scenes.
    pub fn name(&self) -> &'static str {
        self.raw_name.strip_prefix("r#").unwrap_or(self.raw_name)
    }
}

/// A record with its table.
pub trait Record: Value {
    /// What it is called, e.g. "tool group".
    const NAME: &'static str;
    /// What it is, in words.
    const DOC: &'static str;
    /// Its fields in the order of the documentation.
    const FIELDS: &'static [FieldInfo];
}

/// Name of the field most like `name` among those of a record.
pub fn nearest_field<R: Record>(name: &str) -> Option<&'static str> {
    nearest_spelling(name, R::FIELDS.iter().map(FieldInfo::name))
}

/// A noun with its article; a plural has none.
fn with_article(noun: &'static str) -> Words {
    let words = Words::from(noun);
    if noun.ends_with('s') {
        words
    } else if noun.starts_with(['a', 'e', 'i', 'o', 'E']) {
        words!("an {noun}", noun = words)
    } else {
        words!("a {noun}", noun = words)
    }
}

/// A kind in plain words: its links without their targets.
pub fn in_words(kind: &Words) -> Words {
    match kind.part("name") {
        Some(name) if kind.english() == link("").english() => name.clone(),
        _ => kind.map(&in_words),
    }
}

/// Checks the fields of a node against a record's table. `None`: it is no record at all.
pub fn open<'n, R: Record>(node: &'n Node, cx: &mut Context) -> Option<Fields<'n>> {
    // `Batch` alone is `Batch()`.
    let fields = match (&node.kind, node.fields()) {
        (_, Some(fields)) => fields,
        (Kind::Name(_), None) => &[],
        _ => {
            let noun = with_article(R::NAME);
            cx.wrong_kind(node, words!("{noun} `(field: value, ...)`", noun));
            return None;
        }
    };
    let mut by_index: Vec<Option<&'n Node>> = vec![None; R::FIELDS.len()];
    let mut first: Vec<Span> = vec![Span::default(); R::FIELDS.len()];
    for field in fields {
        let Some(index) = R::FIELDS.iter().position(|f| f.name() == field.name) else {
            let names: Vec<&str> = R::FIELDS.iter().map(FieldInfo::name).collect();
            cx.report(
                Diagnostic::error(
                    "unknown-field",
                    field.name_span,
                    words!(
                        "there is no field `{name}` in {what}",
                        name = &field.name,
                        what = with_article(R::NAME)
                    ),
                )
                .expecting(one_of(names))
                .near(nearest_field::<R>(&field.name)),
            );
            continue;
        };
        if by_index[index].is_some() {
            cx.report(
                Diagnostic::error(
                    "duplicate-field",
                    field.name_span,
                    words!("`{name}` stands twice", name = &field.name),
                )
                .expecting("each field once")
                .beside(first[index], "first here"),
            );
            continue;
        }
        by_index[index] = Some(&field.value);
        first[index] = field.name_span;
    }
    Some(Fields {
        span: node.span,
        by_index,
        unread: Vec::new(),
    })
}

/// The fields of one record, in the order of its table.
pub struct Fields<'n> {
    span: Span,
    by_index: Vec<Option<&'n Node>>,
    /// Names of the fields that could not be read: they are absent, but not left out.
    pub unread: Vec<&'static str>,
}

impl Fields<'_> {
    /// Decodes the field at an index of the table: the value written, its default, or nothing.
    pub fn take<R: Record, T: Value>(&mut self, index: usize, cx: &mut Context) -> Option<At<T>> {
        let taken = self.read::<R, T>(index, cx);
        if taken.is_none() && self.by_index[index].is_some() {
            self.unread.push(R::FIELDS[index].name());
        }
        taken
    }

    fn read<R: Record, T: Value>(&self, index: usize, cx: &mut Context) -> Option<At<T>> {
        let info = &R::FIELDS[index];
        let Some(node) = self.by_index[index] else {
            if let Some(default) = info.default {
                return default_value(default, cx).map(|value| At {
                    value,
                    span: self.span,
                });
            }
            if info.required {
                // The record may be long: point at its first character only.
                let span = Span {
                    end: self.span.start + 1,
                    ..self.span
                };
                cx.report(
                    Diagnostic::error(
                        "missing-field",
                        span,
                        words!(
                            "this {what} lacks `{name}`",
                            what = Words::from(R::NAME),
                            name = info.name()
                        ),
                    )
                    .expecting(words!(
                        "`{name}: ...` ({kind})",
                        name = info.name(),
                        kind = in_words(&(info.kind)())
                    )),
                );
            }
            return None;
        };
        let value = T::decode(node, cx)?;
        if let (Some(x), Some((low, high, words))) = (value.magnitude(), info.range)
            && !(low..=high).contains(&x)
        {
            cx.report(
                Diagnostic::error(
                    "out-of-range",
                    node.span,
                    words!("`{name}` is out of its range", name = info.name()),
                )
                .expecting(range_in_words(words)),
            );
            return None;
        }
        Some(At {
            value,
            span: node.span,
        })
    }
}

/// Reads a default as if it stood in the scene.
fn default_value<T: Value>(text: &'static str, cx: &mut Context) -> Option<T> {
    let node = super::parse::parse(0, text, &mut cx.faults);
    T::decode(&node, cx)
}

/// The documentation gathered from the tables.
#[derive(Default)]
pub struct Reference {
    sections: Vec<Section>,
}

/// One record or choice in the reference.
pub struct Section {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Heads of the table.
    pub heads: &'static [&'static str],
    /// Rows of the table.
    pub rows: Vec<Vec<String>>,
    /// Fields of a record; none of a choice.
    pub fields: &'static [FieldInfo],
}

impl Reference {
    /// Adds a record and, after it, what its fields need; nothing if it is there already.
    pub fn record<R: Record>(&mut self) {
        if self.sections.iter().any(|s| s.name == R::NAME) {
            return;
        }
        let rows = R::FIELDS
            .iter()
            .map(|f| {
                let default = match (f.required, f.default) {
                    (true, _) => "(required)".to_owned(),
                    (false, Some(text)) => format!("`{text}`"),
                    (false, None) => String::new(),
                };
                let kind = (f.kind)();
                let kind = match f.range {
                    Some((.., words)) => format!("{kind}, {words}"),
                    None => kind.to_string(),
                };
                vec![
                    format!("`{}`", f.name()),
                    kind,
                    default,
                    f.doc.trim().to_owned(),
                ]
            })
            .collect();
        self.sections.push(Section {
            name: R::NAME,
            doc: R::DOC.trim(),
            heads: &["field", "value", "when absent", "meaning"],
            rows,
            fields: R::FIELDS,
        });
        for field in R::FIELDS {
            (field.describe)(self);
        }
    }

    /// Adds a choice; true when it was not there yet.
    pub fn choice(
        &mut self,
        name: &'static str,
        doc: &'static str,
        variants: Vec<(String, &'static str)>,
    ) -> bool {
        if self.sections.iter().any(|s| s.name == name) {
            return false;
        }
        self.sections.push(Section {
            name,
            doc: doc.trim(),
            heads: &["value", "meaning"],
            rows: variants
                .into_iter()
                .map(|(value, doc)| vec![value, doc.trim().to_owned()])
                .collect(),
            fields: &[],
        });
        true
    }

    /// All sections, in the order in which they were first needed.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }
}

/// Declares a record: its type, its table, and how it is decoded.
///
/// ```text
/// record! {
///     /// What it is.
///     pub struct Bay = "bay" {
///         /// What the field means.
///         width: Length, default "\"40 m\"", range 0.1, 1e4, "0.1 m to 10 km";
///     }
/// }
/// ```
macro_rules! record {
    ($(#[doc = $doc:literal])* pub struct $record:ident = $name:literal { $(
        $(#[doc = $field_doc:literal])*
        $field:ident : $kind:ty $(as $required:ident)? $(, default $default:literal)?
        $(, range $low:expr, $high:expr, $words:literal)? ;
    )* }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default)]
        // The table's words are the documentation; some fields are read for their faults only.
        #[allow(missing_docs, dead_code)]
        pub struct $record {
            pub span: $crate::scene::tree::Span,
            /// Fields that stand there but could not be read.
            pub unread: Vec<&'static str>,
            $($(#[doc = $field_doc])* pub $field: Option<$crate::scene::record::At<$kind>>,)*
        }

        impl $crate::scene::record::Record for $record {
            const NAME: &'static str = $name;
            const DOC: &'static str = concat!($($doc),*);
            const FIELDS: &'static [$crate::scene::record::FieldInfo] = &[$(
                $crate::scene::record::FieldInfo::new(
                    stringify!($field),
                    concat!($($field_doc),*),
                    $crate::scene::record::record!(@required $($required)?),
                    $crate::scene::record::record!(@default $($default)?),
                    $crate::scene::record::record!(@range $($low, $high, $words)?),
                    <$kind as $crate::scene::record::Value>::kind,
                    <$kind as $crate::scene::record::Value>::describe,
                ),
            )*];
        }

        impl $crate::scene::record::Value for $record {
            fn kind() -> $crate::words::Words {
                $crate::scene::record::link($name)
            }

            fn decode(
                node: &$crate::scene::tree::Node,
                cx: &mut $crate::scene::record::Context,
            ) -> Option<Self> {
                let mut fields = $crate::scene::record::open::<Self>(node, cx)?;
                let mut index = 0..;
                Some(Self {
                    span: node.span,
                    $($field: {
                        let i = index.next().unwrap_or_default();
                        fields.take::<Self, $kind>(i, cx)
                    },)*
                    unread: fields.unread,
                })
            }

            fn payload(
                node: &$crate::scene::tree::Node,
                cx: &mut $crate::scene::record::Context,
            ) -> Option<Self> {
                Self::decode(node, cx)
            }

            fn describe(reference: &mut $crate::scene::record::Reference) {
                reference.record::<Self>();
            }
        }
    };
    (@required required) => { true };
    (@required) => { false };
    (@default $text:literal) => { Some($text) };
    (@default) => { None };
    (@range $low:expr, $high:expr, $words:literal) => { Some(($low, $high, $words)) };
    (@range) => { None };
}
pub(crate) use record;

/// A reference to a section of docs/SCENES.md.
pub fn link(name: &'static str) -> Words {
    words!(
        "[{name}](#{target})",
        name = Words::from(name),
        target = name.to_lowercase().replace(' ', "-")
    )
}

/// One of several names.
pub fn one_of<'n>(names: impl IntoIterator<Item = &'n str>) -> Words {
    let names: Vec<&str> = names.into_iter().collect();
    words!("one of: {names}", names = names.join(", "))
}

/// A range of the table: its ends are the same in every language.
fn range_in_words(range: &'static str) -> Words {
    match range.split_once(" to ") {
        Some((low, high)) if !high.contains(',') => {
            words!("{low} to {high}", low, high)
        }
        _ => range.into(),
    }
}

/// Reads one of a closed set of names; the fault names the nearest.
pub fn pick<'v, V>(
    node: &Node,
    what: &'static str,
    variants: &'v [(&'static str, V)],
    cx: &mut Context,
) -> Option<&'v V> {
    let names = || variants.iter().map(|(n, _)| *n);
    let list = || one_of(names());
    let (Kind::Name(name)
    | Kind::Tuple {
        name: Some(name), ..
    }
    | Kind::Struct {
        name: Some(name), ..
    }) = &node.kind
    else {
        cx.wrong_kind(node, list());
        return None;
    };
    let found = variants.iter().find(|(n, _)| n == name);
    if found.is_none() {
        cx.report(
            Diagnostic::error(
                "unknown-variant",
                // The name only, not what stands in its parentheses.
                Span {
                    end: node.span.end.min(node.span.start + name.len() as u32),
                    ..node.span
                },
                words!("`{name}` is no {what}", name, what = Words::from(what)),
            )
            .expecting(list())
            .near(nearest_spelling(name, names())),
        );
    }
    found.map(|(_, v)| v)
}

/// Declares the spelling of a choice without values, for a type of the schema.
macro_rules! names {
    ($(#[doc = $doc:literal])* $kind:ty = $what:literal {
        $($(#[doc = $variant_doc:literal])* $variant:ident,)*
    }) => {
        impl $crate::scene::record::Value for $kind {
            fn kind() -> $crate::words::Words {
                $crate::scene::record::link($what)
            }

            fn decode(
                node: &$crate::scene::tree::Node,
                cx: &mut $crate::scene::record::Context,
            ) -> Option<Self> {
                const VARIANTS: &[(&str, $kind)] =
                    &[$((stringify!($variant), <$kind>::$variant),)*];
                let found = $crate::scene::record::pick(node, $what, VARIANTS, cx)?;
                if !matches!(node.kind, $crate::scene::tree::Kind::Name(_)) {
                    cx.wrong_kind(node, "the name alone, without parentheses");
                    return None;
                }
                Some(*found)
            }

            fn describe(reference: &mut $crate::scene::record::Reference) {
                reference.choice($what, concat!($($doc),*), vec![
                    $((format!("`{}`", stringify!($variant)), concat!($($variant_doc),*)),)*
                ]);
            }
        }
    };
}
pub(crate) use names;

/// Declares a choice whose variants may hold a value: its type and how it is decoded.
macro_rules! choice {
    ($(#[doc = $doc:literal])* pub enum $choice:ident = $what:literal {
        $($(#[doc = $variant_doc:literal])* $variant:ident $(($payload:ty))?,)*
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        #[allow(missing_docs)] // The table's words are the documentation.
        pub enum $choice {
            $($(#[doc = $variant_doc])* $variant $((Box<$payload>))?,)*
        }

        impl $crate::scene::record::Value for $choice {
            fn kind() -> $crate::words::Words {
                $crate::scene::record::link($what)
            }

            fn decode(
                node: &$crate::scene::tree::Node,
                cx: &mut $crate::scene::record::Context,
            ) -> Option<Self> {
                type Read = fn(
                    &$crate::scene::tree::Node,
                    &mut $crate::scene::record::Context,
                ) -> Option<$choice>;
                const VARIANTS: &[(&str, Read)] = &[$(
                    (stringify!($variant), |node, cx| {
                        $crate::scene::record::choice!(@read $choice $variant node cx $($payload)?)
                    }),
                )*];
                $crate::scene::record::pick(node, $what, VARIANTS, cx)?(node, cx)
            }

            fn describe(reference: &mut $crate::scene::record::Reference) {
                let new = reference.choice($what, concat!($($doc),*), vec![
                    $((
                        $crate::scene::record::choice!(@show $variant $($payload)?),
                        concat!($($variant_doc),*),
                    ),)*
                ]);
                if new {
                    $($(<$payload as $crate::scene::record::Value>::describe(reference);)?)*
                }
            }
        }
    };
    (@read $choice:ident $variant:ident $node:ident $cx:ident) => {{
        if matches!($node.kind, $crate::scene::tree::Kind::Name(_)) {
            Some($choice::$variant)
        } else {
            $cx.wrong_kind($node, "the name alone, without parentheses");
            None
        }
    }};
    (@read $choice:ident $variant:ident $node:ident $cx:ident $payload:ty) => {
        <$payload as $crate::scene::record::Value>::payload($node, $cx)
            .map(|p| $choice::$variant(Box::new(p)))
    };
    (@show $variant:ident) => { format!("`{}`", stringify!($variant)) };
    (@show $variant:ident $payload:ty) => {
        format!(
            "`{}(...)` with {}",
            stringify!($variant),
            <$payload as $crate::scene::record::Value>::kind()
        )
    };
}
pub(crate) use choice;
