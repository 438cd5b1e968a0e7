//! What a scene may hold, for programs that edit one: every record with its fields, every choice
//! with its variants. Made from the same tables that read the scenes.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::form::SceneForm;
use super::record::{FieldInfo, Record, Reference, Section};

/// All records and choices by name.
pub struct Outline {
    records: BTreeMap<&'static str, RecordOutline>,
    choices: BTreeMap<&'static str, ChoiceOutline>,
}

/// A record.
pub struct RecordOutline {
    /// Name, e.g. "tool group".
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Fields in the order of the documentation.
    pub fields: Vec<FieldOutline>,
}

/// A field of a record.
pub struct FieldOutline {
    /// Name.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// Whether it must stand there.
    pub required: bool,
    /// Its value when it is absent, as one would write it.
    pub default: Option<&'static str>,
    /// Lowest and highest value in base units, and how to say so.
    pub range: Option<(f64, f64, &'static str)>,
    /// What it holds.
    pub shape: Shape,
}

/// A choice.
pub struct ChoiceOutline {
    /// Name, e.g. "capacity".
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Its variants.
    pub variants: Vec<VariantOutline>,
}

/// A variant of a choice.
pub struct VariantOutline {
    /// Name.
    pub name: String,
    /// What it means.
    pub doc: String,
    /// What stands in its parentheses.
    pub holds: Option<Shape>,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Free text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Whole,
    /// A plain number.
    Number,
    /// A probability.
    Probability,
    /// A time.
    Time,
    /// A time that may vary.
    Distribution,
    /// A length.
    Length,
    /// An angle.
    Angle,
    /// A number of lots.
    Lots,
    /// A number of wafers.
    Wafers,
    /// The name of something else: "a tool group".
    Name(String),
    /// A record of that name.
    Record(String),
    /// A choice of that name.
    Choice(String),
    /// Several in order.
    List(Box<Self>),
    /// Several by name.
    Map(Box<Self>),
    /// Something else, in words.
    Other(String),
}

/// Prefix of the kind of a reference by name.
const NAME_OF: &str = "name of ";

impl Shape {
    fn read(kind: &str, is_record: &dyn Fn(&str) -> bool) -> Self {
        if let Some(of) = kind.strip_prefix("list of ") {
            return Self::List(Box::new(Self::read(of, is_record)));
        }
        if let Some(of) = kind.strip_prefix("map from name to ") {
            return Self::Map(Box::new(Self::read(of, is_record)));
        }
        if let Some(of) = kind.strip_prefix(NAME_OF) {
            return Self::Name(of.to_owned());
        }
        if kind.starts_with("time or [distribution]") {
            return Self::Distribution;
        }
        if let Some((name, _)) = kind.strip_prefix('[').and_then(|k| k.split_once("](#")) {
            return if is_record(name) {
                Self::Record(name.to_owned())
            } else {
                Self::Choice(name.to_owned())
            };
        }
        match kind {
            "text" => Self::Text,
            "`true` or `false`" => Self::Bool,
            "whole number" => Self::Whole,
            "number" => Self::Number,
            "probability" => Self::Probability,
            "time" => Self::Time,
            "length" => Self::Length,
            "angle" => Self::Angle,
            "number of lots" | "lots" => Self::Lots,
            "number of wafers" | "wafers" => Self::Wafers,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl Outline {
    /// A record by its name.
    pub fn record(&self, name: &str) -> Option<&RecordOutline> {
        self.records.get(name)
    }

    /// A choice by its name.
    pub fn choice(&self, name: &str) -> Option<&ChoiceOutline> {
        self.choices.get(name)
    }

    /// The record that a whole scene is.
    pub fn scene(&self) -> &RecordOutline {
        self.record(SceneForm::NAME)
            .expect("the outline begins with the scene")
    }

    /// All records, by name.
    pub fn records(&self) -> impl Iterator<Item = &RecordOutline> {
        self.records.values()
    }

    /// All choices, by name.
    pub fn choices(&self) -> impl Iterator<Item = &ChoiceOutline> {
        self.choices.values()
    }
}

impl RecordOutline {
    /// A field by its name.
    pub fn field(&self, name: &str) -> Option<&FieldOutline> {
        self.fields.iter().find(|f| f.name == name)
    }
}

/// The outline of the scene form; made once.
pub fn outline() -> &'static Outline {
    static OUTLINE: OnceLock<Outline> = OnceLock::new();
    OUTLINE.get_or_init(|| {
        let mut reference = Reference::default();
        reference.record::<SceneForm>();
        let sections = reference.sections();
        let is_record = |name: &str| {
            let section = sections.iter().find(|s| s.name == name);
            section.is_some_and(|s| s.heads.len() > 2)
        };
        let (records, choices): (Vec<_>, Vec<_>) = sections.iter().partition(|s| is_record(s.name));
        Outline {
            records: records
                .into_iter()
                .map(|s| (s.name, record(s, &is_record)))
                .collect(),
            choices: choices
                .into_iter()
                .map(|s| (s.name, choice(s, &is_record)))
                .collect(),
        }
    })
}

fn record(section: &Section, is_record: &dyn Fn(&str) -> bool) -> RecordOutline {
    let field = |f: &FieldInfo| FieldOutline {
        name: f.name(),
        doc: f.doc.trim(),
        required: f.required,
        default: f.default,
        range: f.range,
        shape: Shape::read(&(f.kind)().to_string(), is_record),
    };
    RecordOutline {
        name: section.name,
        doc: section.doc,
        fields: section.fields.iter().map(field).collect(),
    }
}

fn choice(section: &Section, is_record: &dyn Fn(&str) -> bool) -> ChoiceOutline {
    let variants = section.rows.iter().filter_map(|row| {
        // "`Cascade(...)` with [cascade](#cascade)", or "`Single`".
        let (shown, doc) = (row.first()?, row.get(1)?);
        let name: String = shown
            .trim_start_matches('`')
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        let holds = shown.split_once(" with ");
        Some(VariantOutline {
            name,
            doc: doc.clone(),
            holds: holds.map(|(_, kind)| Shape::read(kind, is_record)),
        })
    });
    ChoiceOutline {
        name: section.name,
        doc: section.doc,
        variants: variants.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_the_shapes_that_the_tables_declare() {
        let group = outline().record("tool group").expect("tool groups");
        let shape = |name| group.field(name).map(|f| f.shape.clone());
        assert_eq!(shape("count"), Some(Shape::Whole));
        assert_eq!(shape("area"), Some(Shape::Name("an area".to_owned())));
        assert_eq!(
            shape("capacity"),
            Some(Shape::Choice("capacity".to_owned()))
        );
        assert_eq!(shape("load"), Some(Shape::Time));
        let pms = Shape::List(Box::new(Shape::Record("maintenance".to_owned())));
        assert_eq!(shape("pms"), Some(pms));
        assert_eq!(
            group.field("count").and_then(|f| f.range).map(|r| r.0),
            Some(0.0)
        );
        let scene = outline().scene();
        let groups = scene.field("tool_groups").map(|f| f.shape.clone());
        let by_name = Shape::Map(Box::new(Shape::Record("tool group".to_owned())));
        assert_eq!(groups, Some(by_name));
        let step = outline().record("step").expect("steps");
        assert_eq!(
            step.field("time").map(|f| &f.shape),
            Some(&Shape::Distribution)
        );
        let capacity = outline().choice("capacity").expect("capacities");
        let names: Vec<&str> = capacity.variants.iter().map(|v| v.name.as_str()).collect();
        assert_eq!(names, ["Single", "Cascade", "Batch"]);
        assert_eq!(
            capacity.variants[1].holds,
            Some(Shape::Record("cascade".to_owned()))
        );
    }

    #[test]
    fn every_record_and_choice_named_by_a_field_exists() {
        fn ends(shape: &Shape) {
            match shape {
                Shape::Record(name) => assert!(outline().record(name).is_some(), "{name}"),
                Shape::Choice(name) => assert!(outline().choice(name).is_some(), "{name}"),
                Shape::List(of) | Shape::Map(of) => ends(of),
                Shape::Other(words) => assert!(!words.contains("](#"), "{words}"),
                _ => {}
            }
        }
        let mut fields = 0;
        for record in outline().records() {
            for field in &record.fields {
                ends(&field.shape);
                fields += 1;
            }
        }
        for choice in outline().choices() {
            choice
                .variants
                .iter()
                .filter_map(|v| v.holds.as_ref())
                .for_each(ends);
        }
        assert!(fields > 100, "{fields}");
    }
}
