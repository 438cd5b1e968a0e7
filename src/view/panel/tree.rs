//! The scene as a tree: what the plant has, by kind; a box to narrow it down.

use std::collections::BTreeSet;

use egui::{
    Align2, FontId, Rect, RichText, ScrollArea, Sense, TextEdit, Ui, Vec2, WidgetInfo, WidgetType,
};
use egui_phosphor::regular as icon;

use super::desk::{CameraCommand, Desk, Selection};
use super::session::Session;
use super::style::{colour, dim, sheer, theme};
use crate::scene::Severity;
use crate::scene::locate::segment;
use crate::scene::outline::{Shape, outline};
use crate::scene::schema::Scene;
use crate::view::i18n::{Texts, number};
use crate::view::tokens::{frame_pt, space_pt, type_pt};

/// What of the tree is open and looked for.
#[derive(Clone, Debug, Default)]
pub struct TreeState {
    /// Paths of the open branches.
    pub open: BTreeSet<String>,
    /// Part of the names that are shown; empty: all.
    pub filter: String,
    /// The rows as last made and what they were made for.
    rows: Vec<Row>,
    made_for: Option<(u64, String, usize, &'static str)>,
}

#[derive(Clone, Debug)]
struct Row {
    depth: u8,
    path: String,
    label: String,
    icon: &'static str,
    /// What stands at the right end.
    note: String,
    selection: Selection,
    /// Whether it has branches.
    branches: bool,
    is_open: bool,
    severity: Option<Severity>,
}

/// Icon of a field of the scene.
fn icon_of(field: &str) -> &'static str {
    match field {
        "run" => icon::PLAY_CIRCLE,
        "options" => icon::SLIDERS_HORIZONTAL,
        "limits" => icon::GAUGE,
        "areas" => icon::SELECTION,
        "bays" => icon::ROWS,
        "crews" => icon::WRENCH,
        "operators" => icon::USERS,
        "reticles" => icon::FRAME_CORNERS,
        "transport" => icon::TRUCK,
        "stockers" => icon::ARCHIVE,
        "tool_groups" => icon::CUBE,
        "routes" => icon::PATH,
        "products" => icon::PACKAGE,
        "releases" => icon::SIGN_IN,
        "wip" => icon::STACK,
        "checks" => icon::LIST_CHECKS,
        "params" => icon::FUNCTION,
        _ => icon::FILE_TEXT,
    }
}

/// Fields of the scene in the order in which people think of a plant.
const ORDER: [&str; 18] = [
    "",
    "run",
    "tool_groups",
    "routes",
    "products",
    "releases",
    "wip",
    "areas",
    "bays",
    "stockers",
    "transport",
    "crews",
    "operators",
    "reticles",
    "params",
    "options",
    "limits",
    "checks",
];

/// Draws the tree.
pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let t = desk.texts();
    if desk.session.is_none() {
        ui.label(dim(ui, t.get("panel-tree-empty")));
        return;
    }
    let hint = format!("{} {}", icon::FUNNEL, t.get("panel-tree-filter"));
    let filter = TextEdit::singleline(&mut desk.tree.filter)
        .hint_text(hint)
        .margin(Vec2::new(space_pt::S, space_pt::XS))
        .desired_width(f32::INFINITY);
    let field = ui.add(filter);
    field.widget_info(|| {
        WidgetInfo::labeled(WidgetType::TextEdit, true, t.get("panel-tree-filter"))
    });
    ui.add_space(space_pt::XS);
    renew(desk, &t);
    let rows = std::mem::take(&mut desk.tree.rows);
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink(false).show_rows(
        ui,
        frame_pt::ROW,
        rows.len(),
        |ui, range| {
            for row in &rows[range] {
                show_row(ui, desk, row);
            }
        },
    );
    desk.tree.rows = rows;
}

fn show_row(ui: &mut Ui, desk: &mut Desk, row: &Row) {
    let look = theme(ui);
    let size = Vec2::new(ui.available_width(), frame_pt::ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    // A lot has no place in the scene.
    let of_scene = !matches!(desk.selection, Selection::Lot(_));
    let here = of_scene && desk.inspected == row.path;
    response
        .widget_info(|| WidgetInfo::selected(WidgetType::SelectableLabel, true, here, &row.label));
    let fill = if here {
        Some(ui.visuals().selection.bg_fill)
    } else if response.hovered() {
        Some(sheer(look.text, 0.06))
    } else {
        None
    };
    let painter = ui.painter();
    if let Some(fill) = fill {
        painter.rect_filled(rect, f32::from(frame_pt::RADIUS) - 2.0, fill);
    }
    if response.has_focus() {
        let stroke = ui.visuals().selection.stroke;
        painter.rect_stroke(rect, 4.0, stroke, egui::StrokeKind::Inside);
    }
    let middle = rect.center().y;
    let left = rect.left() + space_pt::XS + f32::from(row.depth) * space_pt::L;
    let body = FontId::proportional(type_pt::BODY);
    let small = FontId::proportional(type_pt::SMALL);
    let at = |x: f32| egui::pos2(x, middle);
    if row.branches {
        let caret = if row.is_open {
            icon::CARET_DOWN
        } else {
            icon::CARET_RIGHT
        };
        painter.text(
            at(left),
            Align2::LEFT_CENTER,
            caret,
            small.clone(),
            colour(look.dim),
        );
    }
    let face = if row.severity.is_some() {
        icon::WARNING
    } else {
        row.icon
    };
    let tint = match row.severity {
        Some(Severity::Error) => look.bad,
        Some(Severity::Warning) => look.warn,
        None if here => look.accent,
        None => look.dim,
    };
    painter.text(
        at(left + 16.0),
        Align2::LEFT_CENTER,
        face,
        body.clone(),
        colour(tint),
    );
    let note = painter.layout_no_wrap(row.note.clone(), small, colour(look.dim));
    let note_x = rect.right() - space_pt::S - note.size().x;
    let label_x = left + 38.0;
    let room = (note_x - label_x - space_pt::S).max(0.0);
    let job = egui::text::LayoutJob::simple_singleline(row.label.clone(), body, colour(look.text));
    let mut job = job;
    job.wrap = egui::text::TextWrapping::truncate_at_width(room);
    let label = painter.layout_job(job);
    let cut = label.elided;
    painter.galley(
        at(label_x) - Vec2::new(0.0, label.size().y / 2.0),
        label,
        colour(look.text),
    );
    painter.galley(
        at(note_x) - Vec2::new(0.0, note.size().y / 2.0),
        note,
        colour(look.dim),
    );
    let on_caret = response
        .interact_pointer_pos()
        .is_some_and(|p| Rect::everything_left_of(left + 16.0).contains(p));
    if response.double_clicked() && row.selection != Selection::Nothing {
        desk.camera.push(CameraCommand::Frame);
    }
    if response.clicked() {
        if row.branches && (on_caret || row.selection == Selection::Nothing || here) {
            let open = &mut desk.tree.open;
            if !open.remove(&row.path) {
                open.insert(row.path.clone());
            }
        }
        if !on_caret {
            desk.selection = row.selection;
            desk.inspected.clone_from(&row.path);
            desk.inspected_for = row.selection;
        }
    }
    if cut {
        response.on_hover_text(RichText::new(&row.label));
    }
}

fn renew(desk: &mut Desk, t: &Texts) {
    let Some(session) = &desk.session else { return };
    let state = &mut desk.tree;
    let wanted = (
        session.revision(),
        state.filter.clone(),
        state.open.len(),
        t.lang().tag(),
    );
    // Opening one branch and closing another between two frames cannot happen by one click.
    if state.made_for.as_ref() == Some(&wanted) && !state.rows.is_empty() {
        return;
    }
    state.rows = rows(session, &state.open, &state.filter, t);
    state.made_for = Some(wanted);
}

/// Fields of the scene, first those of [`ORDER`].
fn fields() -> impl Iterator<Item = &'static str> {
    ORDER.into_iter()
}

fn rows(session: &Session, open: &BTreeSet<String>, filter: &str, t: &Texts) -> Vec<Row> {
    let trees = session.trees();
    let scene = session.scene().map(std::convert::AsRef::as_ref);
    let wanted = filter.trim().to_lowercase();
    let fits = |name: &str| wanted.is_empty() || name.to_lowercase().contains(&wanted);
    let mut rows = Vec::new();
    for field in fields() {
        let label = if field.is_empty() {
            t.get("tree-scene")
        } else {
            t.get(&format!("tree-{}", field.replace('_', "-")))
        };
        let shape = outline().scene().field(field).map(|f| &f.shape);
        let by_name = matches!(shape, Some(Shape::Map(_)));
        let listed = matches!(shape, Some(Shape::List(_)));
        let members = if by_name || listed {
            trees.members(field)
        } else {
            Vec::new()
        };
        let inside: Vec<Row> = if by_name {
            let named = members.iter().enumerate();
            let named = named.filter_map(|(i, (name, _))| Some((i, (*name)?)));
            let named = named.filter(|(_, name)| fits(name));
            named
                .flat_map(|(i, name)| member(session, scene, field, i as u32, name, open, &wanted))
                .collect()
        } else {
            Vec::new()
        };
        let narrowed = !wanted.is_empty();
        if narrowed && inside.is_empty() && !fits(&label) {
            continue;
        }
        if (by_name || listed) && members.is_empty() && field == "params" {
            continue;
        }
        let is_open = open.contains(field) || (narrowed && !inside.is_empty());
        let note = if by_name || listed {
            number(members.len() as f64, 0)
        } else {
            String::new()
        };
        let severity = session.severity_under(field).filter(|_| !field.is_empty());
        rows.push(Row {
            depth: 0,
            path: field.to_owned(),
            label,
            icon: icon_of(field),
            note,
            selection: Selection::Nothing,
            branches: by_name && !members.is_empty(),
            is_open,
            severity,
        });
        if is_open {
            rows.extend(inside);
        }
    }
    rows
}

/// A member of a map, and what stands below it where it is open.
fn member(
    session: &Session,
    scene: Option<&Scene>,
    field: &'static str,
    index: u32,
    name: &str,
    open: &BTreeSet<String>,
    wanted: &str,
) -> Vec<Row> {
    let path = format!("{field}.{}", segment(name));
    let position = |names: &mut dyn Iterator<Item = &str>| {
        let found = names.zip(0u32..).find(|(n, _)| *n == name);
        found.map_or(index, |(_, i)| i)
    };
    let mut note = String::new();
    let mut tools = 0;
    let selection = match (field, scene) {
        ("tool_groups", Some(s)) => {
            let i = position(&mut s.tool_groups.iter().map(|g| g.name.as_str()));
            if let Some(group) = s.tool_groups.get(i as usize) {
                tools = group.count;
                note = number(f64::from(group.count), 0);
            }
            Selection::Group(i)
        }
        ("areas", Some(s)) => {
            Selection::Area(position(&mut s.areas.iter().map(|a| a.name.as_str())))
        }
        ("bays", Some(s)) => Selection::Bay(position(&mut s.bays.iter().map(|b| b.name.as_str()))),
        ("stockers", Some(s)) => {
            Selection::Stocker(position(&mut s.stockers.iter().map(|b| b.name.as_str())))
        }
        ("products", Some(s)) => {
            Selection::Product(position(&mut s.products.iter().map(|p| p.name.as_str())))
        }
        ("routes", Some(s)) => {
            let i = position(&mut s.routes.iter().map(|r| r.name.as_str()));
            if let Some(route) = s.routes.get(i as usize) {
                note = number(route.steps.len() as f64, 0);
            }
            Selection::Route(i)
        }
        ("releases", Some(s)) => {
            Selection::Release(position(&mut s.releases.iter().map(|r| r.name.as_str())))
        }
        _ => Selection::Nothing,
    };
    let is_open = wanted.is_empty() && open.contains(&path);
    let mut rows = vec![Row {
        depth: 1,
        label: name.to_owned(),
        icon: icon_of(field),
        note,
        selection,
        branches: tools > 0,
        is_open,
        severity: session.severity_under(&path),
        path: path.clone(),
    }];
    if is_open && let (Selection::Group(group), Some(model)) = (selection, session.model()) {
        let of_group = model
            .names
            .group_of_tool
            .iter()
            .zip(&model.names.tools)
            .enumerate();
        let of_group = of_group.filter(|(_, (g, _))| **g == group);
        rows.extend(of_group.map(|(i, (_, tool))| Row {
            depth: 2,
            path: format!("{path}#{i}"),
            label: tool.clone(),
            icon: icon::CIRCLE,
            note: String::new(),
            selection: Selection::Tool(i as u32),
            branches: false,
            is_open: false,
            severity: None,
        }));
    }
    rows
}
