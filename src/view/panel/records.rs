//! Lists and maps of records as tables that paste to and from a spreadsheet.

use egui::{Event, Id, Ui};
use egui_extras::{Column, TableBuilder};
use egui_phosphor::regular as icon;

use super::button;
use super::desk::Desk;
use super::field::{self, plain, text_key, written};
use super::session::Session;
use super::style::{dim, small};
use crate::scene::Command;
use crate::scene::locate::segment;
use crate::scene::outline::{FieldOutline, RecordOutline, Shape, outline};
use crate::scene::tree::{Kind, Node};
use crate::view::faults;
use crate::view::i18n::number;
use crate::view::tokens::{frame_pt, space_pt};

/// Cells that a paste sets one by one, so that comments between them stay; more are written as a
/// whole, since each single edit reads the text anew.
const SINGLE_EDITS_MAX: usize = 64;
/// Rows looked at to see which fields are in use.
const LOOKED_AT: usize = 400;
/// Rows a table shows before it scrolls.
const ROWS_SHOWN: usize = 14;

/// A table of the records at a path, with their values as texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// Names of the fields shown.
    pub columns: Vec<&'static str>,
    /// Cells, row by row; `None`: the field does not stand there.
    pub rows: Vec<Vec<Option<String>>>,
    /// Names of the rows of a map.
    pub names: Vec<String>,
}

fn scalar(field: &FieldOutline) -> bool {
    !matches!(&field.shape, Shape::List(of) if matches!(of.as_ref(), Shape::Record(_)))
}

/// Reads the records at a path.
pub fn sheet(session: &Session, record: &RecordOutline, path: &str) -> Sheet {
    let trees = session.trees();
    let mut names = Vec::new();
    let nodes: Vec<(&str, &Node)> = match trees.get(path) {
        Some((file, node)) => match &node.kind {
            Kind::List(items) => items.iter().map(|i| (file, i)).collect(),
            Kind::Map(entries) => {
                names = entries
                    .iter()
                    .filter_map(|e| Some(e.key.text()?.to_owned()))
                    .collect();
                entries.iter().map(|e| (file, &e.value)).collect()
            }
            _ => Vec::new(),
        },
        None => Vec::new(),
    };
    let used = |f: &&FieldOutline| {
        scalar(f)
            && (f.required
                || nodes
                    .iter()
                    .take(LOOKED_AT)
                    .any(|(_, n)| n.field(f.name).is_some()))
    };
    let columns: Vec<&'static str> = record.fields.iter().filter(used).map(|f| f.name).collect();
    let text = |file: &str, node: &Node| {
        let span = node.span.start as usize..node.span.end as usize;
        session.document().text(file)?.get(span).map(plain)
    };
    let rows = nodes.iter().map(|(file, node)| {
        let cell = |column: &&'static str| text(file, node.field(column)?);
        columns.iter().map(cell).collect()
    });
    Sheet {
        rows: rows.collect(),
        columns,
        names,
    }
}

impl Sheet {
    /// As a spreadsheet reads it: names of the fields, then a line for each record.
    pub fn to_tsv(&self) -> String {
        let clean = |text: &str| text.replace(['\t', '\n', '\r'], " ");
        let mut out = String::new();
        if !self.names.is_empty() {
            out.push_str("name\t");
        }
        out.push_str(&self.columns.join("\t"));
        for (i, row) in self.rows.iter().enumerate() {
            out.push('\n');
            if let Some(name) = self.names.get(i) {
                out.push_str(&clean(name));
                out.push('\t');
            }
            let cells: Vec<String> = row
                .iter()
                .map(|c| c.as_deref().map(clean).unwrap_or_default())
                .collect();
            out.push_str(&cells.join("\t"));
        }
        out.push('\n');
        out
    }
}

/// The edits that put pasted cells into the list at `path`, whose first cell is at `from`
/// (row, column). A first line of field names says which columns are meant; rows beyond the last
/// become new records; an empty cell takes its value away.
pub fn paste(
    sheet: &Sheet,
    record: &RecordOutline,
    path: &str,
    from: (usize, usize),
    text: &str,
) -> Vec<Command> {
    let lines: Vec<Vec<&str>> = text
        .lines()
        .filter(|l| !l.trim().is_empty())
        .map(|l| l.split('\t').map(str::trim).collect())
        .collect();
    let Some(first) = lines.first() else {
        return Vec::new();
    };
    let known = |name: &str| record.field(name).is_some_and(scalar);
    let headed = first.len() > 1 && first.iter().all(|c| known(c))
        || first.iter().all(|c| known(c)) && from == (0, 0);
    let (columns, body, first_row): (Vec<&str>, &[Vec<&str>], usize) = if headed {
        (first.clone(), &lines[1..], 0)
    } else {
        let columns = sheet.columns.iter().copied().skip(from.1).take(first.len());
        (columns.collect(), &lines[..], from.0)
    };
    let mut rows = sheet.rows.clone();
    let mut sets = Vec::new();
    for (i, line) in body.iter().enumerate() {
        let at = first_row + i;
        let cells: Vec<(&FieldOutline, &str)> = columns
            .iter()
            .zip(line)
            .filter_map(|(c, cell)| Some((record.field(c)?, *cell)))
            .collect();
        if at < rows.len() {
            for (field, cell) in cells {
                let column = sheet.columns.iter().position(|c| *c == field.name);
                let before = column.and_then(|c| rows[at][c].clone());
                if before.as_deref().unwrap_or_default() == cell {
                    continue;
                }
                let to = format!("{path}.{at}.{}", field.name);
                sets.push(if cell.is_empty() {
                    Command::Remove { path: to }
                } else {
                    let value = written(cell, &field.shape);
                    Command::Set { path: to, value }
                });
                if let Some(c) = column {
                    rows[at][c] = (!cell.is_empty()).then(|| cell.to_owned());
                }
            }
        } else {
            let members = cells.iter().filter(|(_, cell)| !cell.is_empty());
            let members =
                members.map(|(f, cell)| format!("{}: {}", f.name, written(cell, &f.shape)));
            let members: Vec<String> = members.collect();
            sets.push(Command::Insert {
                path: path.to_owned(),
                name: String::new(),
                value: format!("({})", members.join(", ")),
            });
            rows.push(vec![None; sheet.columns.len()]);
        }
    }
    sets
}

/// Number of records at a path.
pub fn len(session: &Session, path: &str) -> usize {
    match session.trees().get(path).map(|(_, node)| &node.kind) {
        Some(Kind::List(items)) => items.len(),
        Some(Kind::Map(entries)) => entries.len(),
        _ => 0,
    }
}

/// What can be done with a list as a whole: add a row, copy all, paste a table.
pub fn tools(ui: &mut Ui, desk: &mut Desk, record: &str, path: &str, rows: usize) {
    let Some(record) = outline().record(record) else {
        return;
    };
    let t = desk.texts();
    let count = number(rows as f64, 0);
    let there = desk
        .session
        .as_ref()
        .is_some_and(|s| s.text_at(path).is_some());
    ui.horizontal(|ui| {
        ui.label(small(ui, t.with("panel-rows", &[("n", &count)])));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if button::icon(ui, icon::PLUS, &t.get("panel-row-add"), false).clicked() {
                let value = new_record(record);
                let insert = if there {
                    Command::Insert {
                        path: path.to_owned(),
                        name: String::new(),
                        value,
                    }
                } else {
                    Command::Set {
                        path: path.to_owned(),
                        value: format!("[{value}]"),
                    }
                };
                desk.edit(&t.get("panel-row-add"), &[insert]);
            }
            let copy =
                rows > 0 && button::icon(ui, icon::COPY, &t.get("panel-copy-tsv"), false).clicked();
            if let (true, Some(session)) = (copy, &desk.session) {
                ui.ctx().copy_text(sheet(session, record, path).to_tsv());
                let done = t.with("panel-copied", &[("n", &count)]);
                desk.say(super::notice::Weight::Done, done);
            }
            paste_field(ui, desk, record, path, there);
        });
    });
}

/// A field that takes a table from the clipboard; its first line may name the fields.
fn paste_field(ui: &mut Ui, desk: &mut Desk, record: &RecordOutline, path: &str, there: bool) {
    let t = desk.texts();
    let mut text = String::new();
    let hint = format!("{} {}", icon::CLIPBOARD_TEXT, t.get("panel-paste-here"));
    let edit = egui::TextEdit::multiline(&mut text)
        .id(Id::new(("paste", path)))
        .desired_rows(1)
        .desired_width((ui.available_width() - space_pt::L).min(150.0))
        .hint_text(hint);
    let response = ui.add(edit);
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::WidgetType::TextEdit, true, t.get("panel-paste-here"))
    });
    if !text.trim().contains(['\t', '\n']) {
        return;
    }
    let Some(session) = &desk.session else { return };
    let mut sheet = sheet(session, record, path);
    if sheet.columns.is_empty() {
        sheet.columns = record
            .fields
            .iter()
            .filter(|f| scalar(f))
            .map(|f| f.name)
            .collect();
    }
    let commands = paste(&sheet, record, path, (0, 0), &text);
    if commands.is_empty() {
        return;
    }
    if there {
        put(desk, record, path, commands);
    } else {
        let rows = commands.iter().filter_map(|c| match c {
            Command::Insert { value, .. } => Some(format!("\n        {value},")),
            _ => None,
        });
        let value = format!("[{}\n    ]", rows.collect::<String>());
        let whole = Command::Set {
            path: path.to_owned(),
            value,
        };
        desk.edit(&t.get("panel-paste"), &[whole]);
    }
}

/// Makes the edits of a paste: one by one while they are few, else the list anew.
fn put(desk: &mut Desk, record: &RecordOutline, path: &str, commands: Vec<Command>) {
    let commands = if commands.len() > SINGLE_EDITS_MAX {
        let Some(whole) = as_one(desk, record, path, &commands) else {
            return;
        };
        vec![whole]
    } else {
        commands
    };
    let label = desk.texts().get("panel-paste");
    desk.edit(&label, &commands);
}

/// A list of records as a table.
pub fn table(ui: &mut Ui, desk: &mut Desk, record: &str, path: &str) {
    let Some(record) = outline().record(record) else {
        return;
    };
    let Some(session) = &desk.session else { return };
    let sheet = sheet(session, record, path);
    let t = desk.texts();
    if sheet.rows.is_empty() {
        ui.label(dim(ui, t.get("panel-rows-none")));
        return;
    }
    take_paste(ui, desk, &sheet, record, path);
    let fields: Vec<&FieldOutline> = sheet
        .columns
        .iter()
        .filter_map(|c| record.field(c))
        .collect();
    let height = (sheet.rows.len().min(ROWS_SHOWN) + 1) as f32 * frame_pt::ROW + space_pt::S;
    ui.push_id(path, |ui| {
        egui::ScrollArea::horizontal().show(ui, |ui| {
            let mut builder = TableBuilder::new(ui)
                .id_salt("records")
                .striped(true)
                .cell_layout(egui::Layout::left_to_right(egui::Align::Center))
                .vscroll(true)
                .max_scroll_height(height)
                .column(Column::exact(26.0));
            for field in &fields {
                builder =
                    builder.column(Column::initial(width_of(field)).resizable(true).clip(true));
            }
            builder = builder.column(Column::exact(2.0 * frame_pt::ROW + space_pt::S));
            builder
                .header(frame_pt::ROW, |mut header| {
                    header.col(|_| {});
                    for field in &fields {
                        let key = text_key(record.name, field.name);
                        header.col(|ui| {
                            let label = egui::Label::new(dim(ui, t.get(&key))).truncate();
                            ui.add(label)
                                .on_hover_ui(|ui| field::help(ui, &t, &key, field));
                        });
                    }
                    header.col(|_| {});
                })
                .body(|body| {
                    body.rows(frame_pt::ROW, sheet.rows.len(), |mut row| {
                        let i = row.index();
                        row.col(|ui| {
                            ui.label(small(ui, (i + 1).to_string()));
                        });
                        for (c, field) in fields.iter().enumerate() {
                            row.col(|ui| cell(ui, desk, &sheet, record, field, path, (i, c)));
                        }
                        row.col(|ui| {
                            let name = t.with("panel-row-open", &[("n", &(i + 1).to_string())]);
                            if button::icon(ui, icon::ARROW_SQUARE_OUT, &name, false).clicked() {
                                desk.inspected = format!("{path}.{i}");
                            }
                            let name = t.with("panel-row-remove", &[("n", &(i + 1).to_string())]);
                            if button::icon(ui, icon::X, &name, false).clicked() {
                                let remove = Command::Remove {
                                    path: format!("{path}.{i}"),
                                };
                                desk.edit(&name, &[remove]);
                            }
                        });
                    });
                });
        });
    });
}

fn width_of(field: &FieldOutline) -> f32 {
    match field.shape {
        Shape::Whole | Shape::Bool | Shape::Number | Shape::Probability => 72.0,
        Shape::Name(_) | Shape::Text | Shape::Distribution => 112.0,
        _ => 96.0,
    }
}

fn cell(
    ui: &mut Ui,
    desk: &mut Desk,
    sheet: &Sheet,
    record: &RecordOutline,
    field: &FieldOutline,
    path: &str,
    at: (usize, usize),
) {
    let to = format!("{path}.{}.{}", at.0, field.name);
    let now = sheet.rows[at.0][at.1].clone();
    let t = desk.texts();
    let label = format!("{} {}", t.get(&text_key(record.name, field.name)), at.0 + 1);
    let id = Id::new(("cell", &to));
    let fault = desk
        .session
        .as_ref()
        .and_then(|s| s.finding_at(&to).cloned());
    let (response, settled) =
        field::settled_text(ui, id, now.as_deref().unwrap_or_default(), false);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::TextEdit, true, &label));
    if response.has_focus() {
        ui.data_mut(|d| d.insert_temp(Id::new(("cell-at", path)), at));
    }
    if let Some(fault) = fault {
        let bad = super::style::colour(super::style::theme(ui).bad);
        let rect = response.rect.shrink(0.5);
        ui.painter().rect_stroke(
            rect,
            4.0,
            egui::Stroke::new(1.0, bad),
            egui::StrokeKind::Inside,
        );
        let (kind, detail) = faults::finding(&fault, &desk.texts());
        response.on_hover_text(format!("{kind}\n{detail}"));
    }
    if let Some(text) = settled {
        let command = if text.trim().is_empty() {
            Command::Remove { path: to }
        } else {
            let value = written(&text, &field.shape);
            Command::Set { path: to, value }
        };
        desk.edit(&label, &[command]);
    }
}

/// Several cells on the clipboard go into the table whose cell has the focus.
fn take_paste(ui: &mut Ui, desk: &mut Desk, sheet: &Sheet, record: &RecordOutline, path: &str) {
    let at: Option<(usize, usize)> = ui.data(|d| d.get_temp(Id::new(("cell-at", path))));
    let Some(at) = at else { return };
    let field = sheet.columns.get(at.1).copied().unwrap_or_default();
    let id = Id::new(("cell", &format!("{path}.{}.{field}", at.0)));
    if !ui.memory(|m| m.has_focus(id)) {
        return;
    }
    let several =
        |e: &Event| matches!(e, Event::Paste(text) if text.trim_end().contains(['\t', '\n']));
    let pasted = ui.input_mut(|i| {
        let at = i.events.iter().position(several)?;
        Some(i.events.remove(at))
    });
    let Some(Event::Paste(text)) = pasted else {
        return;
    };
    let commands = paste(sheet, record, path, at, &text);
    if commands.is_empty() {
        return;
    }
    ui.memory_mut(|m| m.surrender_focus(id));
    ui.data_mut(|d| d.remove_temp::<String>(id));
    put(desk, record, path, commands);
}

/// Many edits of a list as one that writes the list anew.
fn as_one(
    desk: &Desk,
    record: &RecordOutline,
    path: &str,
    commands: &[Command],
) -> Option<Command> {
    let session = desk.session.as_ref()?;
    let trees = session.trees();
    let (file, node) = trees.get(path)?;
    let text = session.document().text(file)?;
    let Kind::List(items) = &node.kind else {
        return None;
    };
    let slice = |n: &Node| text.get(n.span.start as usize..n.span.end as usize);
    let mut rows: Vec<Vec<(String, String)>> = items
        .iter()
        .map(|item| {
            let fields = item.fields().unwrap_or_default().iter();
            fields
                .filter_map(|f| Some((f.name.clone(), slice(&f.value)?.to_owned())))
                .collect()
        })
        .collect();
    let mut added = Vec::new();
    for command in commands {
        let place = |to: &str| {
            let (row, field) = to.strip_prefix(path)?.strip_prefix('.')?.split_once('.')?;
            Some((row.parse::<usize>().ok()?, field.to_owned()))
        };
        match command {
            Command::Set { path: to, value } => {
                let (row, field) = place(to)?;
                let row = rows.get_mut(row)?;
                match row.iter_mut().find(|(name, _)| *name == field) {
                    Some((_, text)) => text.clone_from(value),
                    None => row.push((field, value.clone())),
                }
            }
            Command::Remove { path: to } => {
                let (row, field) = place(to)?;
                rows.get_mut(row)?.retain(|(name, _)| *name != field);
            }
            Command::Insert { value, .. } => added.push(value.clone()),
            _ => return None,
        }
    }
    let order = |name: &str| record.fields.iter().position(|f| f.name == name);
    let mut out = String::from("[\n");
    for row in &mut rows {
        row.sort_by_key(|(name, _)| order(name));
        let members: Vec<String> = row.iter().map(|(n, v)| format!("{n}: {v}")).collect();
        out.push_str(&format!("        ({}),\n", members.join(", ")));
    }
    for value in added {
        out.push_str(&format!("        {value},\n"));
    }
    out.push_str("    ]");
    Some(Command::Set {
        path: path.to_owned(),
        value: out,
    })
}

/// A new record with what must stand in it, to be filled in.
fn new_record(record: &RecordOutline) -> String {
    let example = |f: &FieldOutline| match &f.shape {
        Shape::Whole | Shape::Number | Shape::Probability | Shape::Lots | Shape::Wafers => "1",
        Shape::Time | Shape::Distribution | Shape::Other(_) => "\"1 d\"",
        Shape::List(_) => "[]",
        Shape::Record(_) => "()",
        _ => "\"\"",
    };
    let required = record.fields.iter().filter(|f| f.required);
    let members: Vec<String> = required
        .map(|f| format!("{}: {}", f.name, example(f)))
        .collect();
    format!("({})", members.join(", "))
}

/// A map of records as a list of names, with a way to add one.
pub fn named(ui: &mut Ui, desk: &mut Desk, record: &str, path: &str) {
    let Some(outline) = outline().record(record) else {
        return;
    };
    let Some(session) = &desk.session else { return };
    let trees = session.trees();
    let t = desk.texts();
    let names: Vec<String> = trees
        .members(path)
        .into_iter()
        .filter_map(|(n, _)| n.map(str::to_owned))
        .collect();
    let count = number(names.len() as f64, 0);
    ui.label(small(ui, t.with("panel-rows", &[("n", &count)])));
    for name in &names {
        let to = format!("{path}.{}", segment(name));
        if ui
            .add(egui::Button::new(name.as_str()).frame(false).truncate())
            .clicked()
        {
            desk.inspected = to;
        }
    }
    ui.add_space(space_pt::S);
    let id = Id::new(("new-name", path));
    ui.horizontal(|ui| {
        let hint = t.get("panel-new-name");
        ui.label(dim(ui, &hint));
        let (response, settled) = field::settled_text(ui, id, "", false);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::TextEdit, true, &hint));
        if let Some(name) = settled.filter(|n| !n.trim().is_empty()) {
            let name = name.trim().to_owned();
            let there = desk
                .session
                .as_ref()
                .is_some_and(|s| s.text_at(path).is_some());
            let value = new_record(outline);
            let command = if there {
                Command::Insert {
                    path: path.to_owned(),
                    name: name.clone(),
                    value,
                }
            } else {
                let value = format!("{{ \"{name}\": {value} }}");
                Command::Set {
                    path: path.to_owned(),
                    value,
                }
            };
            if desk.edit(&name, &[command]) {
                desk.inspected = format!("{path}.{}", segment(&name));
                desk.tree.open.insert(path.to_owned());
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Bundle;

    const TEXT: &str = r#"(
    schema: 1,
    wip: [
        (name: "a", product: "P", step: "1", wafers: 20), // first
        (name: "b", product: "P", step: "2"),
    ],
)"#;

    fn wip() -> (Session, &'static RecordOutline) {
        let session = Session::new(Bundle::from_text("t.ron", TEXT));
        (session, outline().record("lot in work").expect("lots"))
    }

    #[test]
    fn a_table_reads_back_from_its_own_copy() {
        let (session, record) = wip();
        let s = sheet(&session, record, "wip");
        assert_eq!(s.columns, ["name", "product", "step", "wafers"]);
        assert_eq!(
            s.to_tsv(),
            "name\tproduct\tstep\twafers\na\tP\t1\t20\nb\tP\t2\t\n"
        );
        assert!(paste(&s, record, "wip", (0, 0), &s.to_tsv()).is_empty());
    }

    #[test]
    fn pasted_cells_set_add_and_take_away() {
        let (mut session, record) = wip();
        let s = sheet(&session, record, "wip");
        let commands = paste(&s, record, "wip", (1, 2), "3\t25\n1\t\n");
        session.edit("paste", &commands).expect("fits");
        let s = sheet(&session, record, "wip");
        let row = |i: usize| -> Vec<&str> {
            s.rows[i]
                .iter()
                .map(|c| c.as_deref().unwrap_or("-"))
                .collect()
        };
        assert_eq!(row(1), ["b", "P", "3", "25"]);
        assert_eq!(row(2), ["-", "-", "1", "-"]);
        let commands = paste(&s, record, "wip", (0, 0), "name\twafers\na\t\n");
        session.edit("paste", &commands).expect("fits");
        assert_eq!(session.text_at("wip.0.wafers"), None);
        assert!(
            session
                .document()
                .text("t.ron")
                .expect("text")
                .contains("// first")
        );
        session.undo();
        session.undo();
        assert_eq!(session.document().text("t.ron"), Some(TEXT));
    }
}
