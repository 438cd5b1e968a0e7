//! The inspector: what is selected, how it does now, and every value of it to edit.

use egui::{CollapsingHeader, RichText, ScrollArea, Ui};
use egui_phosphor::regular as icon;

use super::assumed;
use super::button;
use super::desk::{CameraCommand, Desk, Selection};
use super::field::{self, text_key};
use super::live_facts;
use super::records;
use super::style::{dim, small, strong};
use crate::scene::locate::segment;
use crate::scene::outline::{RecordOutline, Shape, outline};
use crate::view::tokens::{space_pt, type_pt};

/// Lists up to so many records are shown as forms, longer ones as tables.
const FORMS_MAX: usize = 3;

/// A record of a list as a form of its own, folded but for the first.
fn item(ui: &mut Ui, desk: &mut Desk, record: &RecordOutline, path: &str, i: usize) {
    let to = format!("{path}.{i}");
    let named = ["name", "to", "setup"].iter().find_map(|f| {
        let session = desk.session.as_ref()?;
        session.text_at(&format!("{to}.{f}")).map(field::plain)
    });
    let n = (i + 1).to_string();
    let title = named.map_or_else(|| n.clone(), |name| format!("{n} · {name}"));
    let t = desk.texts();
    CollapsingHeader::new(title)
        .id_salt(&to)
        .default_open(i == 0)
        .show_unindented(ui, |ui| {
            form(ui, desk, record, &to);
            let words = t.with("panel-row-remove", &[("n", &n)]);
            let button = egui::Button::new(small(ui, format!("{} {words}", icon::X)));
            if ui.add(button.frame_when_inactive(false)).clicked() {
                desk.edit(
                    &words,
                    &[crate::scene::Command::Remove { path: to.clone() }],
                );
            }
        });
}

/// Path in the scene of what is selected; empty where it has none.
pub fn path_of(desk: &Desk, selection: Selection) -> Option<String> {
    let session = desk.session.as_ref()?;
    let scene = session.scene()?;
    let named = |field: &str, name: Option<&String>| Some(format!("{field}.{}", segment(name?)));
    let group = |i: u32| scene.tool_groups.get(i as usize).map(|g| &g.name);
    match selection {
        Selection::Nothing | Selection::Lot(_) => None,
        Selection::Area(i) => named("areas", scene.areas.get(i as usize).map(|a| &a.name)),
        Selection::Bay(i) => named("bays", scene.bays.get(i as usize).map(|a| &a.name)),
        Selection::Group(i) => named("tool_groups", group(i)),
        Selection::Tool(i) => {
            let model = session.model()?;
            let of = model.names.group_of_tool.get(i as usize)?;
            let path = named("tool_groups", group(*of))?;
            Some(format!("{path}#{i}"))
        }
        Selection::Stocker(i) => named("stockers", scene.stockers.get(i as usize).map(|a| &a.name)),
        Selection::Product(i) => named("products", scene.products.get(i as usize).map(|a| &a.name)),
        Selection::Route(i) => named("routes", scene.routes.get(i as usize).map(|a| &a.name)),
        Selection::Release(i) => named("releases", scene.releases.get(i as usize).map(|a| &a.name)),
    }
}

/// What stands at a path by the tables: its shape, and its name within what holds it.
pub fn shape_at(path: &str) -> Option<(Shape, String)> {
    let mut shape = Shape::Record(outline().scene().name.to_owned());
    let mut last = String::new();
    for part in split(path) {
        last.clone_from(&part);
        shape = match shape {
            Shape::Record(name) => outline().record(&name)?.field(&part)?.shape.clone(),
            Shape::Map(of) | Shape::List(of) => *of,
            _ => return None,
        };
    }
    Some((shape, last))
}

/// Parts of a path, their quotes taken off.
fn split(path: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some((name, after)) = rest.strip_prefix('"').and_then(|q| q.split_once('"')) {
            parts.push(name.to_owned());
            rest = after.strip_prefix('.').unwrap_or(after);
        } else {
            let (name, after) = rest.split_once('.').unwrap_or((rest, ""));
            parts.push(name.to_owned());
            rest = after;
        }
    }
    parts
}

/// Draws the inspector.
pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let t = desk.texts();
    if desk.session.is_none() {
        ui.label(dim(ui, t.get("panel-inspector-empty")));
        return;
    }
    // The stage selects by index; the tree selects a path too.
    if desk.inspected_for != desk.selection {
        desk.inspected_for = desk.selection;
        if let Some(path) = path_of(desk, desk.selection) {
            desk.inspected = path;
        } else if desk.selection == Selection::Nothing {
            desk.inspected.clear();
        }
    }
    if let Selection::Lot(_) = desk.selection {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            live_facts::show(ui, desk);
            assumed::mark(ui, desk);
        });
        return;
    }
    let path = desk
        .inspected
        .split('#')
        .next()
        .unwrap_or_default()
        .to_owned();
    let Some((shape, name)) = shape_at(&path) else {
        ui.label(dim(ui, t.get("panel-inspector-empty")));
        return;
    };
    head(ui, desk, &path, &name, &shape);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        live_facts::show(ui, desk);
        match &shape {
            Shape::Record(record) => {
                if let Some(record) = outline().record(record) {
                    form(ui, desk, record, &path);
                }
            }
            Shape::List(of) => list(ui, desk, of, &path),
            Shape::Map(of) => {
                if let Shape::Record(record) = of.as_ref() {
                    records::named(ui, desk, record, &path);
                }
            }
            _ => {}
        }
    });
    // Without a value to type in, the next selection must not get the keyboard.
    desk.edits_next = false;
}

fn head(ui: &mut Ui, desk: &mut Desk, path: &str, name: &str, shape: &Shape) {
    let t = desk.texts();
    let tool = match desk.selection {
        Selection::Tool(i) if desk.inspected.contains('#') => {
            let model = desk.session.as_ref().and_then(|s| s.model());
            model.and_then(|m| m.names.tools.get(i as usize).cloned())
        }
        _ => None,
    };
    // A record of a list leads back to the record that holds the list.
    let holder = path
        .rsplit_once('.')
        .filter(|(_, i)| i.parse::<u32>().is_ok());
    let holder = holder
        .and_then(|(list, _)| list.rsplit_once('.'))
        .map(|(h, _)| h.to_owned());
    if let Some(holder) = &holder {
        let words = format!(
            "{} {}",
            icon::ARROW_LEFT,
            holder.rsplit('.').next().unwrap_or_default()
        );
        if ui.link(small(ui, words)).clicked() {
            desk.inspected.clone_from(holder);
        }
    }
    let is_member = matches!(shape, Shape::Record(_)) && path.contains('.');
    let title = match (&tool, is_member) {
        (Some(tool), _) => tool.clone(),
        (None, true) if holder.is_some() => {
            let session = desk.session.as_ref();
            let own = session.and_then(|s| s.text_at(&format!("{path}.name")));
            own.map_or_else(|| name.to_owned(), field::plain)
        }
        (None, true) => name.to_owned(),
        (None, false) if path.is_empty() => t.get("tree-scene"),
        (None, false) => t.get(&format!("tree-{}", name.replace('_', "-"))),
    };
    let kind = match (shape, &tool) {
        (_, Some(_)) => t.with("panel-tool-of", &[("group", name)]),
        (Shape::Record(record), None) if is_member => t.get(&format!(
            "record-{}",
            record.to_lowercase().replace(' ', "-")
        )),
        _ => String::new(),
    };
    ui.horizontal(|ui| {
        let frames = desk.selection != Selection::Nothing;
        let room = ui.available_width() - if frames { 34.0 } else { 0.0 };
        ui.vertical(|ui| {
            ui.set_width(room);
            ui.add(egui::Label::new(strong(title).size(type_pt::TITLE)).truncate());
            if !kind.is_empty() {
                ui.label(small(ui, kind));
            }
            assumed::mark(ui, desk);
        });
        if frames && button::icon(ui, icon::CROSSHAIR, &t.get("cmd-frame"), false).clicked() {
            desk.camera.push(CameraCommand::Frame);
        }
    });
    ui.add_space(space_pt::S);
}

/// All fields of a record: those that stand there first, the others below.
pub fn form(ui: &mut Ui, desk: &mut Desk, record: &RecordOutline, path: &str) {
    let t = desk.texts();
    let under = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    let Some(session) = &desk.session else { return };
    let stands = |name: &str| session.text_at(&under(name)).is_some();
    // The scene's own maps and lists stand in the tree.
    let own = |f: &&crate::scene::outline::FieldOutline| {
        !path.is_empty() || matches!(f.shape, Shape::Text | Shape::Whole)
    };
    let fields = record.fields.iter().filter(own);
    let (first, rest): (Vec<_>, Vec<_>) = fields.partition(|f| f.required || stands(f.name));
    for field in first {
        part(ui, desk, record, field, &under(field.name));
    }
    if rest.is_empty() {
        return;
    }
    ui.add_space(space_pt::S);
    let n = rest.len().to_string();
    let title = RichText::new(t.with("panel-unset", &[("n", &n)]));
    CollapsingHeader::new(title)
        .id_salt(("unset", path))
        .show_unindented(ui, |ui| {
            for field in rest {
                part(ui, desk, record, field, &under(field.name));
            }
        });
}

/// A field of a form, whatever it holds.
fn part(
    ui: &mut Ui,
    desk: &mut Desk,
    record: &RecordOutline,
    field: &crate::scene::outline::FieldOutline,
    path: &str,
) {
    match &field.shape {
        Shape::List(of) if matches!(of.as_ref(), Shape::Record(_)) => {
            let t = desk.texts();
            let key = text_key(record.name, field.name);
            field::rule(ui);
            ui.label(strong(t.get(&key)))
                .on_hover_ui(|ui| field::help(ui, &t, &key, field));
            list(ui, desk, of, path);
            ui.add_space(space_pt::S);
        }
        Shape::Record(name) => {
            let set = desk
                .session
                .as_ref()
                .is_some_and(|s| s.text_at(path).is_some());
            let Some(inner) = outline().record(name).filter(|_| set) else {
                field::row(ui, desk, record.name, field, path);
                return;
            };
            let t = desk.texts();
            let key = text_key(record.name, field.name);
            ui.label(strong(t.get(&key)))
                .on_hover_ui(|ui| field::help(ui, &t, &key, field));
            ui.indent(path, |ui| {
                for f in &inner.fields {
                    part(ui, desk, inner, f, &format!("{path}.{}", f.name));
                }
            });
        }
        _ => field::row(ui, desk, record.name, field, path),
    }
}

fn list(ui: &mut Ui, desk: &mut Desk, of: &Shape, path: &str) {
    match of {
        Shape::Record(record) => {
            let rows = desk.session.as_ref().map_or(0, |s| records::len(s, path));
            records::tools(ui, desk, record, path, rows);
            let form_of = outline().record(record).filter(|_| rows <= FORMS_MAX);
            match form_of {
                Some(record) => {
                    for i in 0..rows {
                        item(ui, desk, record, path, i);
                    }
                }
                None => records::table(ui, desk, record, path),
            }
        }
        _ => {
            let t = desk.texts();
            ui.label(dim(ui, t.get("panel-inspector-empty")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_the_shape_that_the_tables_give() {
        let record = |name: &str| Shape::Record(name.to_owned());
        assert_eq!(shape_at("").map(|s| s.0), Some(record("scene")));
        assert_eq!(
            shape_at("tool_groups.\"A.1\""),
            Some((record("tool group"), "A.1".to_owned()))
        );
        assert_eq!(
            shape_at("tool_groups.S.count").map(|s| s.0),
            Some(Shape::Whole)
        );
        assert_eq!(
            shape_at("routes.R.steps.3").map(|s| s.0),
            Some(record("step"))
        );
        assert_eq!(shape_at("routes.R.nothing"), None);
    }
}
