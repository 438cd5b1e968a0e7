//! One value of the scene as a field of a form: its editor by shape, its help, its fault.

use egui::{
    Align, CornerRadius, Id, Key, Layout, Response, RichText, Stroke, TextEdit, Ui, Vec2,
    WidgetInfo, WidgetType,
};
use egui_phosphor::regular as icon;

use super::desk::Desk;
use super::style::{colour, dim, small, strong, theme};
use crate::scene::outline::{FieldOutline, Shape, outline};
use crate::scene::schema::Scene;
use crate::scene::{Command, Severity};
use crate::units::Duration;
use crate::view::faults;
use crate::view::i18n::{Texts, decimals_for, number};
use crate::view::tokens::{frame_pt, space_pt, type_pt};

/// Share of a form's width that labels take.
const LABEL_SHARE: f32 = 0.42;

/// Key of the label of a record's field; `.help` explains it.
pub fn text_key(record: &str, field: &str) -> String {
    let plain = |s: &str| s.to_lowercase().replace([' ', '_'], "-");
    format!("field-{}-{}", plain(record), plain(field))
}

/// Text of a value as a person types it: without the quotes of a text.
pub fn plain(text: &str) -> String {
    let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    inner.map_or_else(
        || text.to_owned(),
        |t| t.replace("\\\"", "\"").replace("\\\\", "\\"),
    )
}

/// What a person typed as text of the scene: quoted where the shape is written in quotes.
pub fn written(typed: &str, shape: &Shape) -> String {
    let typed = typed.trim();
    let quoted = || format!("\"{}\"", typed.replace('\\', "\\\\").replace('"', "\\\""));
    let is_number = typed.parse::<f64>().is_ok();
    let is_form = typed.contains('(') || typed.starts_with(['[', '{']);
    match shape {
        Shape::Text | Shape::Name(_) => quoted(),
        Shape::Bool | Shape::Choice(_) | Shape::Record(_) | Shape::List(_) | Shape::Map(_) => {
            typed.to_owned()
        }
        Shape::Whole | Shape::Number | Shape::Probability | Shape::Lots | Shape::Wafers
            if is_number =>
        {
            typed.to_owned()
        }
        Shape::Distribution if is_form => typed.to_owned(),
        Shape::Other(_) if is_number || is_form => typed.to_owned(),
        _ => quoted(),
    }
}

/// The allowed range in words: `1–100,000`.
pub fn range_words(field: &FieldOutline) -> Option<String> {
    let (low, high, _) = field.range?;
    let figure = |v: f64| {
        let decimals = if v.fract() == 0.0 {
            0
        } else {
            decimals_for(v).max(2)
        };
        number(v, decimals)
    };
    let show = |v: f64| match field.shape {
        Shape::Time => Duration::from_seconds_f64(v).to_string(),
        Shape::Length if v.abs() >= 1000.0 => format!("{} km", figure(v / 1000.0)),
        Shape::Length if v.abs() < 1.0 => format!("{} cm", figure(v * 100.0)),
        Shape::Length => format!("{} m", figure(v)),
        Shape::Angle => format!("{}°", figure(v)),
        Shape::Probability => format!("{} %", figure(100.0 * v)),
        _ => figure(v),
    };
    Some(if high >= 1e15 {
        format!("≥ {}", show(low))
    } else {
        format!("{} – {}", show(low), show(high))
    })
}

/// Names that a reference may be to.
pub fn names_of(scene: Option<&Scene>, what: &str) -> Vec<String> {
    let Some(s) = scene else { return Vec::new() };
    match what {
        "an area" => s.areas.iter().map(|a| a.name.clone()).collect(),
        "a bay" => s.bays.iter().map(|b| b.name.clone()).collect(),
        "a crew" => s.crews.iter().map(|p| p.name.clone()).collect(),
        "an operator pool" => s.operators.iter().map(|p| p.name.clone()).collect(),
        "a reticle" => s.reticles.iter().map(|p| p.name.clone()).collect(),
        "a tool group" => s.tool_groups.iter().map(|g| g.name.clone()).collect(),
        "a route" => s.routes.iter().map(|r| r.name.clone()).collect(),
        "a product" => s.products.iter().map(|p| p.name.clone()).collect(),
        "a tool type" => crate::scene::embedded_tool_types()
            .map(str::to_owned)
            .collect(),
        "a dispatching rule" => {
            let rules = crate::whatif::models().dispatch_rules;
            rules.iter().map(|r| (*r).to_owned()).collect()
        }
        "a KPI" => crate::results::kpi::TABLE
            .iter()
            .map(|k| k.name.to_owned())
            .collect(),
        _ => Vec::new(),
    }
}

/// A row of a form: label, editor, way back to the default, fault.
pub fn row(ui: &mut Ui, desk: &mut Desk, record: &str, field: &FieldOutline, path: &str) {
    let t = desk.texts();
    let key = text_key(record, field.name);
    let label = t.get(&key);
    let Some(session) = &desk.session else { return };
    let here = session.text_at(path).map(str::to_owned);
    let fault = session.finding_at(path).cloned();
    let set = here.is_some();
    let remark = session.remark_at(path).map(str::to_owned);
    let is_assumed = session.is_assumed(path);
    ui.push_id(path, |ui| {
        ui.horizontal(|ui| {
            let width = (ui.available_width() * LABEL_SHARE).floor();
            let (rect, hover) =
                ui.allocate_exact_size(Vec2::new(width, frame_pt::ROW), egui::Sense::hover());
            let text = RichText::new(&label);
            let text = if set {
                text
            } else {
                text.color(colour(theme(ui).dim))
            };
            let mut inner = ui.new_child(
                egui::UiBuilder::new()
                    .max_rect(rect)
                    .layout(Layout::left_to_right(Align::Center)),
            );
            if is_assumed {
                let tint = colour(theme(ui).warn);
                let mark = RichText::new(icon::WARNING)
                    .size(type_pt::SMALL)
                    .color(tint);
                inner.spacing_mut().item_spacing.x = space_pt::XS;
                inner.label(mark).widget_info(|| {
                    let words = t.get("panel-assumed");
                    WidgetInfo::labeled(WidgetType::Label, true, words)
                });
            }
            inner.add(egui::Label::new(text).truncate());
            hover.on_hover_ui(|ui| {
                help(ui, &t, &key, field);
                if let Some(remark) = &remark {
                    let tint = theme(ui);
                    let tint = if is_assumed { tint.warn } else { tint.text };
                    ui.label(RichText::new(remark).color(colour(tint)));
                }
            });
            let back = frame_pt::ROW + space_pt::S;
            let room = ui.available_width() - if set && !field.required { back } else { 0.0 };
            ui.allocate_ui_with_layout(
                Vec2::new(room, frame_pt::ROW),
                Layout::left_to_right(Align::Center),
                |ui| {
                    let shown = here.as_deref().or(field.default).unwrap_or_default();
                    editor(ui, desk, &label, &field.shape, path, shown, set);
                },
            );
            if set && !field.required {
                let name = t.with("panel-reset", &[("name", &label)]);
                if super::button::icon(ui, icon::ARROW_U_UP_LEFT, &name, false).clicked() {
                    desk.edit(
                        &label,
                        &[Command::Remove {
                            path: path.to_owned(),
                        }],
                    );
                }
            }
        });
        if let Some(fault) = fault {
            let look = theme(ui);
            let (face, tint) = match fault.severity {
                Severity::Error => (icon::WARNING_CIRCLE, look.bad),
                Severity::Warning => (icon::WARNING, look.warn),
            };
            let (kind, detail) = faults::finding(&fault, &t);
            let text = format!("{face} {kind}");
            ui.label(RichText::new(text).size(type_pt::SMALL).color(colour(tint)));
            ui.label(small(ui, detail));
        }
    });
}

/// What a field means, its range, its value when it is absent.
pub fn help(ui: &mut Ui, t: &Texts, key: &str, field: &FieldOutline) {
    ui.label(strong(t.get(key)));
    ui.label(t.get(&format!("{key}.help")));
    if let Some(range) = range_words(field) {
        ui.label(small(ui, t.with("panel-range", &[("range", &range)])));
    }
    let absent = match (field.required, field.default) {
        (true, _) => t.get("panel-required"),
        (false, Some(value)) => t.with("panel-default", &[("value", &plain(value))]),
        (false, None) => t.get("panel-no-default"),
    };
    ui.label(small(ui, absent));
    ui.label(
        RichText::new(field.name)
            .size(type_pt::SMALL)
            .color(colour(theme(ui).dim)),
    );
}

/// The editor of a value by its shape; makes the edit when the value is settled.
pub fn editor(
    ui: &mut Ui,
    desk: &mut Desk,
    label: &str,
    shape: &Shape,
    path: &str,
    shown: &str,
    set: bool,
) {
    let choose = |desk: &mut Desk, value: String| {
        let command = Command::Set {
            path: path.to_owned(),
            value,
        };
        desk.edit(label, &[command]);
    };
    match shape {
        Shape::Bool => {
            let mut on = shown == "true";
            let response = ui.checkbox(&mut on, "");
            response.widget_info(|| WidgetInfo::selected(WidgetType::Checkbox, true, on, label));
            if response.changed() {
                choose(desk, on.to_string());
            }
        }
        Shape::Choice(name) => {
            let choice = outline().choice(name);
            let variants = choice.map(|c| c.variants.as_slice()).unwrap_or_default();
            let plain_only = variants.iter().all(|v| v.holds.is_none());
            let head: String = shown.chars().take_while(|c| c.is_alphanumeric()).collect();
            let t = desk.texts();
            let mut picked = None;
            let inset = 2.0 * ui.spacing().button_padding.x;
            let width = if plain_only {
                ui.available_width() - inset
            } else {
                110.0
            };
            let combo = egui::ComboBox::from_id_salt("choice")
                .selected_text(&head)
                .width(width)
                .truncate()
                .show_ui(ui, |ui| {
                    for variant in variants {
                        let key = text_key(&format!("{name}-is"), &variant.name);
                        let row = ui.selectable_label(variant.name == head, &variant.name);
                        if row.on_hover_text(t.get(&key)).clicked() {
                            picked = Some(variant);
                        }
                    }
                });
            combo
                .response
                .widget_info(|| WidgetInfo::labeled(WidgetType::ComboBox, true, label));
            if let Some(variant) = picked {
                let value = match &variant.holds {
                    Some(Shape::Record(_)) => format!("{}()", variant.name),
                    Some(_) => format!("{}(\"1 d\")", variant.name),
                    None => variant.name.clone(),
                };
                choose(desk, value);
            }
            if !plain_only && shown.contains('(') {
                typed(ui, desk, label, shape, path, shown, set);
            }
        }
        Shape::Name(what) => {
            let scene = desk.session.as_ref().and_then(|s| s.scene().cloned());
            let names = names_of(scene.as_deref(), what);
            if names.is_empty() {
                typed(ui, desk, label, shape, path, shown, set);
                return;
            }
            let now = plain(shown);
            let mut picked = None;
            let combo = egui::ComboBox::from_id_salt("name")
                .selected_text(&now)
                .width(ui.available_width() - 2.0 * ui.spacing().button_padding.x)
                .truncate()
                .show_ui(ui, |ui| {
                    for name in &names {
                        if ui.selectable_label(*name == now, name).clicked() {
                            picked = Some(name.clone());
                        }
                    }
                });
            combo
                .response
                .widget_info(|| WidgetInfo::labeled(WidgetType::ComboBox, true, label));
            if let Some(name) = picked {
                choose(desk, written(&name, shape));
            }
        }
        _ => typed(ui, desk, label, shape, path, shown, set),
    }
}

/// A value that is typed; the edit is made on Enter or when the field is left, Escape leaves it.
fn typed(
    ui: &mut Ui,
    desk: &mut Desk,
    label: &str,
    shape: &Shape,
    path: &str,
    shown: &str,
    set: bool,
) {
    let now = plain(shown);
    let id = Id::new(("field", path));
    let (response, settled) = settled_text(ui, id, &now, !set);
    if std::mem::take(&mut desk.edits_next) {
        response.request_focus();
    }
    response.widget_info(|| WidgetInfo::labeled(WidgetType::TextEdit, true, label));
    if let Some(text) = settled {
        let command = if text.trim().is_empty() && set {
            Command::Remove {
                path: path.to_owned(),
            }
        } else {
            Command::Set {
                path: path.to_owned(),
                value: written(&text, shape),
            }
        };
        desk.edit(label, &[command]);
    }
}

/// A text field whose text counts when it is left; gives the text then if it changed.
pub fn settled_text(ui: &mut Ui, id: Id, now: &str, weak: bool) -> (Response, Option<String>) {
    let kept: Option<String> = ui.data(|d| d.get_temp(id));
    let mut text = kept.unwrap_or_else(|| now.to_owned());
    let mut edit = TextEdit::singleline(&mut text)
        .id(id)
        .margin(Vec2::new(space_pt::S, space_pt::XS))
        .desired_width(ui.available_width() - 2.0 * space_pt::S);
    if weak {
        edit = edit.text_color(colour(theme(ui).dim));
    }
    let response = ui.add(edit);
    if response.lost_focus() {
        ui.data_mut(|d| d.remove_temp::<String>(id));
        let left = ui.input(|i| i.key_pressed(Key::Escape));
        let settled = (!left && text != now).then_some(text);
        return (response, settled);
    }
    if response.has_focus() {
        ui.data_mut(|d| d.insert_temp(id, text));
    } else if text.chars().count() > 16 {
        // A long value is read whole without going into it.
        return (response.on_hover_text(text), None);
    }
    (response, None)
}

/// A quiet line of words with a figure at the right end, as facts of an inspector are shown.
pub fn fact(ui: &mut Ui, label: &str, value: impl Into<String>) {
    ui.horizontal(|ui| {
        let width = (ui.available_width() * LABEL_SHARE).floor();
        let (rect, _) = ui.allocate_exact_size(Vec2::new(width, 20.0), egui::Sense::hover());
        let mut inner = ui.new_child(
            egui::UiBuilder::new()
                .max_rect(rect)
                .layout(Layout::left_to_right(Align::Center)),
        );
        inner.add(egui::Label::new(dim(ui, label)).truncate());
        ui.add(egui::Label::new(value.into()).truncate());
    });
}

/// A thin line between groups of rows.
pub fn rule(ui: &mut Ui) {
    ui.add_space(space_pt::S);
    let (rect, _) =
        ui.allocate_exact_size(Vec2::new(ui.available_width(), 1.0), egui::Sense::hover());
    let line = Stroke::new(1.0, colour(theme(ui).line));
    ui.painter()
        .rect_filled(rect, CornerRadius::ZERO, line.color);
    ui.add_space(space_pt::S);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_written_as_the_form_wants_it() {
        for (typed, shape, text) in [
            ("12 min", Shape::Time, "\"12 min\""),
            ("5", Shape::Whole, "5"),
            ("1.7 %", Shape::Probability, "\"1.7 %\""),
            ("0.5", Shape::Probability, "0.5"),
            ("7 d", Shape::Distribution, "\"7 d\""),
            (
                "Exponential(mean: \"7 d\")",
                Shape::Distribution,
                "Exponential(mean: \"7 d\")",
            ),
            ("a \"b\"", Shape::Text, "\"a \\\"b\\\"\""),
            ("true", Shape::Bool, "true"),
            (
                "[\"fifo\"]",
                Shape::List(Box::new(Shape::Text)),
                "[\"fifo\"]",
            ),
        ] {
            assert_eq!(written(typed, &shape), text);
        }
        assert_eq!(plain("\"a \\\"b\\\"\""), "a \"b\"");
        assert_eq!(plain("12"), "12");
    }

    #[test]
    fn ranges_are_said_with_their_unit() {
        let field = |record: &str, name: &str| {
            let record = outline().record(record).expect("a record");
            range_words(record.field(name).expect("a field"))
        };
        assert_eq!(field("tool group", "count").as_deref(), Some("0 – 100,000"));
        assert_eq!(field("tool group", "width").as_deref(), Some("1 cm – 1 km"));
        assert_eq!(
            field("run", "confidence").as_deref(),
            Some("50 % – 99.99 %")
        );
        assert_eq!(field("tool group", "load"), None);
    }

    #[test]
    fn every_field_and_variant_has_words_in_both_languages() {
        use crate::view::i18n::Lang;
        for lang in [Lang::En, Lang::Ko] {
            let t = Texts::new(lang);
            let mut missing = Vec::new();
            let mut look = |key: String| {
                if t.get(&key).contains('⟦') {
                    missing.push(key);
                }
            };
            for record in outline().records() {
                for field in &record.fields {
                    let key = text_key(record.name, field.name);
                    look(format!("{key}.help"));
                    look(key);
                }
            }
            for choice in outline().choices() {
                for variant in &choice.variants {
                    look(text_key(&format!("{}-is", choice.name), &variant.name));
                }
            }
            assert!(missing.is_empty(), "{lang:?}: {missing:#?}");
        }
    }
}
