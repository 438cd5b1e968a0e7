//! A small writer of RON text: what importers make of a user's data.
//!
//! It writes what a person would: one record per line where it fits, comments
//! where they help, every string escaped.

/// A value to be written as RON text.
#[derive(Clone, Debug, PartialEq)]
pub enum Ron {
    /// A string; escaped when written.
    Str(String),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// An enum variant without content.
    Ident(&'static str),
    /// A struct, with the name of the variant when it is one of an enum.
    Struct(Option<&'static str>, Vec<Field>),
    /// A variant with one unnamed value, e.g. `List([...])`.
    Wrapped(&'static str, Box<Ron>),
    /// A map from names.
    Map(Vec<(String, Ron)>),
    /// A list.
    List(Vec<Ron>),
}

/// A field of a struct.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: Ron,
    /// A comment on the line above it.
    pub comment: Option<String>,
}

impl Ron {
    /// A string.
    pub fn str(text: impl Into<String>) -> Self {
        Self::Str(text.into())
    }

    /// A list of strings.
    pub fn strs<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self::List(texts.into_iter().map(Self::str).collect())
    }

    /// A variant with named fields.
    pub fn named<const N: usize>(name: &'static str, fields: [(&'static str, Ron); N]) -> Self {
        let fields = fields.into_iter().map(|(name, value)| Field {
            name,
            value,
            comment: None,
        });
        Self::Struct(Some(name), fields.collect())
    }
}

impl From<u32> for Ron {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<&str> for Ron {
    fn from(value: &str) -> Self {
        Self::str(value)
    }
}

impl From<String> for Ron {
    fn from(value: String) -> Self {
        Self::Str(value)
    }
}

/// Builds a struct field by field, leaving out what is absent.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<Field>);

impl Fields {
    /// No field yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field.
    pub fn put(&mut self, name: &'static str, value: impl Into<Ron>) -> &mut Self {
        self.0.push(Field {
            name,
            value: value.into(),
            comment: None,
        });
        self
    }

    /// Adds a field with a comment above it.
    pub fn put_with(
        &mut self,
        name: &'static str,
        value: impl Into<Ron>,
        comment: impl Into<String>,
    ) -> &mut Self {
        self.0.push(Field {
            name,
            value: value.into(),
            comment: Some(comment.into()),
        });
        self
    }

    /// Adds a field if there is a value.
    pub fn put_some(&mut self, name: &'static str, value: Option<impl Into<Ron>>) -> &mut Self {
        if let Some(value) = value {
            self.put(name, value);
        }
        self
    }

    /// Adds a list or map unless it is empty.
    pub fn put_filled(&mut self, name: &'static str, value: Ron) -> &mut Self {
        let empty = match &value {
            Ron::List(items) => items.is_empty(),
            Ron::Map(entries) => entries.is_empty(),
            _ => false,
        };
        if !empty {
            self.put(name, value);
        }
        self
    }

    /// The content of an enum variant.
    pub fn variant(self, name: &'static str) -> Ron {
        Ron::Struct(Some(name), self.0)
    }

    /// The struct.
    pub fn ron(self) -> Ron {
        Ron::Struct(None, self.0)
    }
}

/// Longest line before a value is broken over several.
const WIDTH: usize = 150;
/// Spaces per level.
const INDENT: usize = 2;

/// `value` as the text of a file: head comment lines, then the value, broken at its outermost level.
pub fn document(head: &[String], value: &Ron) -> String {
    let mut out = String::new();
    for line in head {
        push_comment(&mut out, line);
    }
    broken(&mut out, value, 0);
    out.push('\n');
    out
}

/// A comment must not end early: what follows a line break would be read as data.
fn push_comment(out: &mut String, text: &str) {
    out.push_str("// ");
    out.extend(text.chars().map(|c| if c.is_control() { ' ' } else { c }));
    while out.ends_with(' ') {
        out.pop();
    }
    out.push('\n');
}

fn push_indent(out: &mut String, level: usize) {
    out.extend(std::iter::repeat_n(' ', level * INDENT));
}

/// Writes `value` on one line if it fits into what is left of it, else broken.
fn push(out: &mut String, value: &Ron, level: usize, used: usize) {
    let mut line = String::new();
    // One column is kept for the comma.
    if flat(&mut line, value) && used + line.chars().count() < WIDTH {
        out.push_str(&line);
    } else {
        broken(out, value, level);
    }
}

/// Writes `value` on one line; false if a comment in it forbids that.
fn flat(out: &mut String, value: &Ron) -> bool {
    let mut ok = true;
    match value {
        Ron::Str(text) => push_string(out, text),
        Ron::Int(n) => out.push_str(&n.to_string()),
        // Debug form keeps the point of a whole number, as RON's own writer does.
        Ron::Float(x) => out.push_str(&format!("{x:?}")),
        Ron::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Ron::Ident(name) => out.push_str(name),
        Ron::Wrapped(name, inner) => {
            out.push_str(name);
            out.push('(');
            ok &= flat(out, inner);
            out.push(')');
        }
        Ron::Struct(name, fields) => {
            out.push_str(name.unwrap_or_default());
            out.push('(');
            for (i, field) in fields.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                out.push_str(field.name);
                out.push_str(": ");
                ok &= field.comment.is_none() && flat(out, &field.value);
            }
            out.push(')');
        }
        Ron::Map(entries) => {
            out.push('{');
            for (i, (key, value)) in entries.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { " " });
                push_string(out, key);
                out.push_str(": ");
                ok &= flat(out, value);
            }
            out.push_str(if entries.is_empty() { "}" } else { " }" });
        }
        Ron::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                ok &= flat(out, item);
            }
            out.push(']');
        }
    }
    ok
}

/// Writes `value` over several lines, its parts one per line.
fn broken(out: &mut String, value: &Ron, level: usize) {
    let inner = level + 1;
    match value {
        Ron::Struct(name, fields) => {
            out.push_str(name.unwrap_or_default());
            out.push_str("(\n");
            for field in fields {
                if let Some(comment) = &field.comment {
                    push_indent(out, inner);
                    push_comment(out, comment);
                }
                push_indent(out, inner);
                out.push_str(field.name);
                out.push_str(": ");
                push(
                    out,
                    &field.value,
                    inner,
                    inner * INDENT + field.name.len() + 2,
                );
                out.push_str(",\n");
            }
            push_indent(out, level);
            out.push(')');
        }
        Ron::Map(entries) => {
            out.push_str("{\n");
            for (key, value) in entries {
                push_indent(out, inner);
                let start = out.len();
                push_string(out, key);
                out.push_str(": ");
                let used = inner * INDENT + out[start..].chars().count();
                push(out, value, inner, used);
                out.push_str(",\n");
            }
            push_indent(out, level);
            out.push('}');
        }
        Ron::List(items) => {
            out.push_str("[\n");
            for item in items {
                push_indent(out, inner);
                push(out, item, inner, inner * INDENT);
                out.push_str(",\n");
            }
            push_indent(out, level);
            out.push(']');
        }
        Ron::Wrapped(name, value) => {
            out.push_str(name);
            out.push('(');
            broken(out, value, level);
            out.push(')');
        }
        // Without parts there is nothing to break.
        Ron::Str(_) | Ron::Int(_) | Ron::Float(_) | Ron::Bool(_) | Ron::Ident(_) => {
            flat(out, value);
        }
    }
}

fn push_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn short_records_stay_on_one_line_and_long_lists_break() {
        let record = |n: u32| {
            let mut f = Fields::new();
            f.put("name", format!("lot {n}")).put("step", n);
            f.ron()
        };
        let mut root = Fields::new();
        root.put("schema", 1_u32)
            .put_with("wip", Ron::List((1..=9).map(record).collect()), "in work")
            .put_filled("releases", Ron::Map(vec![]))
            .put(
                "plan",
                Ron::named("Every", [("interval", Ron::str("1 min"))]),
            );
        let text = document(&["made by\na test".into()], &root.ron());
        let expected = "// made by a test\n(\n  schema: 1,\n  // in work\n  wip: [\n    (name: \"lot 1\", step: 1),\n";
        assert!(text.starts_with(expected), "{text}");
        assert!(
            text.ends_with("  ],\n  plan: Every(interval: \"1 min\"),\n)\n"),
            "{text}"
        );
        // A RON reader that knows no schema takes it, variants and comments too.
        assert_eq!(text.parse::<ron::Value>().err(), None);
    }

    fn any_ron() -> impl Strategy<Value = Ron> {
        let leaf = prop_oneof![
            ".*".prop_map(Ron::Str),
            any::<i64>().prop_map(Ron::Int),
            any::<bool>().prop_map(Ron::Bool),
            (-1e300..1e300).prop_map(Ron::Float),
        ];
        leaf.prop_recursive(3, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Ron::List),
                prop::collection::btree_map(".*", inner.clone(), 0..6)
                    .prop_map(|m| Ron::Map(m.into_iter().collect())),
                (inner.clone(), inner, ".*").prop_map(|(a, b, comment)| {
                    let mut f = Fields::new();
                    f.put("first", a).put_with("second", b, comment);
                    f.ron()
                }),
            ]
        })
    }

    /// What was read back, in the shape of what was written.
    fn same(written: &Ron, read: &ron::Value) -> bool {
        let text_of = |v: &ron::Value| match v {
            ron::Value::String(s) => Some(s.clone()),
            _ => None,
        };
        match (written, read) {
            (Ron::Str(a), ron::Value::String(b)) => a == b,
            (Ron::Int(a), ron::Value::Number(b)) => *a as f64 == b.into_f64(),
            (Ron::Float(a), ron::Value::Number(b)) => *a == b.into_f64(),
            (Ron::Bool(a), ron::Value::Bool(b)) => a == b,
            (Ron::List(a), ron::Value::Seq(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
            }
            (Ron::Map(a), ron::Value::Map(b)) => {
                a.len() == b.len()
                    && a.iter().zip(b.iter()).all(|((ka, va), (kb, vb))| {
                        text_of(kb).as_ref() == Some(ka) && same(va, vb)
                    })
            }
            (Ron::Struct(None, a), ron::Value::Map(b)) => {
                a.len() == b.len()
                    && a.iter().zip(b.iter()).all(|(f, (kb, vb))| {
                        text_of(kb).as_deref() == Some(f.name) && same(&f.value, vb)
                    })
            }
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn a_ron_reader_reads_what_was_written(value in any_ron()) {
            let text = document(&["head".into()], &value);
            let read: ron::Value = ron::from_str(&text).map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))?;
            prop_assert!(same(&value, &read), "{text}\n{read:?}");
        }
    }
}
