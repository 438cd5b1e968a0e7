//! Names to indices, and every rule that concerns more than one field.
//!
//! All faults are reported; a scene comes out only when there is none.

mod dedication;
mod flow;
mod plant;
mod verdict;

use std::collections::HashMap;

use super::diagnostic::Diagnostic;
use super::form::SceneForm;
use super::record::{At, Context, one_of};
use super::schema::Scene;
use super::tree::Span;
use super::value::{Named, Ref, Target};
use crate::units::nearest_spelling;
use crate::words::{Words, words};

/// What the models bring that a scene may name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Models<'a> {
    /// Names of the dispatching rules.
    pub dispatch_rules: &'a [&'a str],
    /// Names of the KPIs, each with its unit (`""`, `"%"`, `"d"`, `"wafers/d"` ...).
    pub kpis: &'a [(&'a str, &'a str)],
}

/// Resolves and checks a decoded scene. What comes out is meaningful only if no error was reported.
pub(super) fn check(form: &SceneForm, models: &Models, cx: &mut Context) -> Scene {
    let names = Names::of(form, cx);
    Table::of(&form.params, "parameter", cx);
    let mut scene = Scene::default();
    plant::check(form, &names, models, &mut scene, cx);
    flow::check(form, &names, &mut scene, cx);
    verdict::check(form, models, &mut scene, cx);
    scene
}

/// The names that others refer to.
struct Names {
    areas: Table,
    bays: Table,
    crews: Table,
    operators: Table,
    reticles: Table,
    tool_groups: Table,
    routes: Table,
    products: Table,
}

impl Names {
    fn of(form: &SceneForm, cx: &mut Context) -> Self {
        Self {
            areas: Table::of(&form.areas, "area", cx),
            bays: Table::of(&form.bays, "bay", cx),
            crews: Table::of(&form.crews, "crew", cx),
            operators: Table::of(&form.operators, "operator pool", cx),
            reticles: Table::of(&form.reticles, "reticle", cx),
            tool_groups: Table::of(&form.tool_groups, "tool group", cx),
            routes: Table::of(&form.routes, "route", cx),
            products: Table::of(&form.products, "product", cx),
        }
    }
}

/// Indices by name.
#[derive(Default)]
struct Table {
    index: HashMap<String, u32>,
    names: Vec<String>,
    /// The field that defines them could not be read: a name missing here is no fault.
    unknown: bool,
}

impl Table {
    fn of<T>(named: &Option<At<Named<T>>>, what: &'static str, cx: &mut Context) -> Self {
        unique(entries(named).iter().map(|(name, _)| name), what, cx)
    }

    /// Index of a name; reports one that does not exist.
    fn find<K: Target>(&self, wanted: &Option<At<Ref<K>>>, cx: &mut Context) -> Option<u32> {
        let At { value, span } = wanted.as_ref()?;
        self.look(&value.0, K::WHAT, *span, cx)
    }

    fn look(&self, name: &str, what: &'static str, span: Span, cx: &mut Context) -> Option<u32> {
        let found = self.index.get(name).copied();
        if found.is_none() && !self.unknown {
            let what = what.trim_start_matches("an ").trim_start_matches("a ");
            let what = Words::from(what);
            let message = words!("there is no {what} `{name}`", what = what.clone(), name);
            let fault = Diagnostic::error("unknown-name", span, message)
                .expecting(self.expectation(what))
                .near(nearest_spelling(
                    name,
                    self.names.iter().map(String::as_str),
                ));
            cx.report(fault);
        }
        found
    }

    fn expectation(&self, what: Words) -> Words {
        const SHOWN: usize = 8;
        match self.names.len() {
            0 => words!("a {what}, but this scene defines none", what),
            1..=SHOWN => one_of(self.names.iter().map(String::as_str)),
            n => words!(
                "one of {n}: {names}, ...",
                n,
                names = self.names[..SHOWN].join(", ")
            ),
        }
    }
}

/// A table of names; reports those that stand twice or are empty.
fn unique<'n>(
    names: impl Iterator<Item = &'n At<String>>,
    what: &'static str,
    cx: &mut Context,
) -> Table {
    let what = || Words::from(what);
    let mut table = Table::default();
    let mut spans: Vec<Span> = Vec::new();
    for At { value: name, span } in names {
        if name.is_empty() {
            cx.report(
                Diagnostic::error(
                    "empty-name",
                    *span,
                    words!("this {what} has no name", what = what()),
                )
                .expecting("a name of at least one letter"),
            );
        }
        match table.index.get(name) {
            Some(first) => {
                let first = spans[*first as usize];
                cx.report(
                    Diagnostic::error(
                        "duplicate-name",
                        *span,
                        words!("the {what} `{name}` is defined twice", what = what(), name),
                    )
                    .expecting("different names")
                    .beside(first, "first here"),
                );
            }
            None => {
                table.index.insert(name.clone(), spans.len() as u32);
                table.names.push(name.clone());
            }
        }
        spans.push(*span);
    }
    table
}

/// Entries of a map; none when it is absent.
fn entries<T>(named: &Option<At<Named<T>>>) -> &[(At<String>, T)] {
    named.as_ref().map_or(&[], |n| n.value.0.as_slice())
}

/// Items of a list; none when it is absent.
fn items<T>(list: &Option<At<Vec<At<T>>>>) -> &[At<T>] {
    list.as_ref().map_or(&[], |l| l.value.as_slice())
}

/// The value of a field; where it is absent its fault is reported already, and anything will do.
fn value_or<T: Clone>(field: &Option<At<T>>, anything: T) -> T {
    field.as_ref().map_or(anything, |f| f.value.clone())
}

/// The value of an optional field.
fn value<T: Clone>(field: &Option<At<T>>) -> Option<T> {
    field.as_ref().map(|f| f.value.clone())
}
