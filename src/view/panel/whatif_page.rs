//! The what-if room: knobs at the left, the answer at the right.

use egui::{
    Align, CollapsingHeader, DragValue, Label, Layout, RichText, ScrollArea, TextEdit, Ui, Vec2,
    WidgetInfo, WidgetType,
};
use egui_phosphor::regular as icon;

use super::assumed;
use super::bench::{DAYS, PAIRS, Running};
use super::button;
use super::desk::{Desk, Selection};
use super::difference_table;
use super::export::{self, Study};
use super::field::rule;
use super::notice::Weight;
use super::style::{colour, dim, small, strong, theme};
use crate::view::faults;
use crate::view::i18n::{Texts, decimals_for, number};
use crate::view::tokens::{space_pt, type_pt};
use crate::view::verdict;
use crate::whatif::WHAT_IFS;
use crate::whatif::knob::{Form, Knob, Value};
use crate::whatif::study::State;

/// Below this width the answer stands under the knobs.
const NARROW: f32 = 640.0;
/// Width of the knobs beside the answer.
const KNOBS: f32 = 340.0;

/// Draws the room.
pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let t = desk.texts();
    if desk.session.is_none() {
        ui.label(dim(ui, t.get("panel-inspector-empty")));
        return;
    }
    if ui.available_width() < NARROW {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            knobs(ui, desk, &t, Some(300.0));
            rule(ui);
            answer(ui, desk, &t);
        });
        return;
    }
    let height = ui.available_height();
    ui.horizontal_top(|ui| {
        ui.allocate_ui_with_layout(
            Vec2::new(KNOBS, height),
            Layout::top_down(Align::Min),
            |ui| knobs(ui, desk, &t, None),
        );
        ui.add_space(space_pt::L);
        ui.vertical(|ui| {
            ScrollArea::vertical()
                .id_salt("answer")
                .auto_shrink(false)
                .show(ui, |ui| answer(ui, desk, &t));
        });
    });
}

fn knobs(ui: &mut Ui, desk: &mut Desk, t: &Texts, height: Option<f32>) {
    ui.horizontal(|ui| {
        for (i, what) in WHAT_IFS.iter().enumerate() {
            let name = t.get(&format!("whatif-{}", what.name()));
            let about = t.get(&format!("whatif-{}.about", what.name()));
            let here = desk.bench.what == i;
            if ui
                .selectable_label(here, name)
                .on_hover_text(about)
                .clicked()
            {
                desk.bench.choose(i);
            }
        }
    });
    ui.add_space(space_pt::XS);
    let hint = format!("{} {}", icon::FUNNEL, t.get("panel-knob-filter"));
    let response = ui.add(
        TextEdit::singleline(&mut desk.bench.filter)
            .hint_text(hint)
            .margin(Vec2::new(space_pt::S, space_pt::XS))
            .desired_width(f32::INFINITY),
    );
    response.widget_info(|| {
        WidgetInfo::labeled(WidgetType::TextEdit, true, t.get("panel-knob-filter"))
    });
    ui.add_space(space_pt::XS);
    let foot = 148.0;
    let room = height.unwrap_or_else(|| (ui.available_height() - foot).max(80.0));
    let Some(session) = &desk.session else { return };
    let all: Vec<Knob> = desk.bench.knobs(session).to_vec();
    let chosen = match (desk.selection, session.scene()) {
        (Selection::Group(g), Some(s)) => s.tool_groups.get(g as usize).map(|g| g.name.clone()),
        _ => None,
    };
    ScrollArea::vertical()
        .id_salt("knobs")
        .max_height(room)
        .auto_shrink([false, false])
        .show(ui, |ui| list(ui, desk, &all, chosen.as_deref(), t));
    rule(ui);
    ask(ui, desk, t);
}

/// The knobs, those turned and those of the selected group first, then by kind.
fn list(ui: &mut Ui, desk: &mut Desk, all: &[Knob], chosen: Option<&str>, t: &Texts) {
    let wanted = desk.bench.filter.trim().to_lowercase();
    let label = |k: &Knob| t.get(&verdict::knob_key(k.kind));
    let fits = |k: &Knob| {
        wanted.is_empty()
            || k.of.to_lowercase().contains(&wanted)
            || label(k).to_lowercase().contains(&wanted)
    };
    let turned: Vec<&Knob> = all
        .iter()
        .filter(|k| desk.bench.turned.contains_key(&k.name))
        .collect();
    if !turned.is_empty() {
        ui.label(strong(t.get("panel-knobs-turned")));
        for knob in turned {
            row(ui, desk, knob, t);
        }
        rule(ui);
    }
    let of_group =
        |k: &&Knob| chosen.is_some_and(|c| k.of == c || k.of.starts_with(&format!("{c}.")));
    let group: Vec<&Knob> = all.iter().filter(of_group).collect();
    if !group.is_empty() && wanted.is_empty() {
        ui.label(strong(chosen.unwrap_or_default()));
        for knob in group {
            row(ui, desk, knob, t);
        }
        rule(ui);
    }
    let whole: Vec<&Knob> = all.iter().filter(|k| k.of.is_empty() && fits(k)).collect();
    for knob in whole {
        row(ui, desk, knob, t);
    }
    let mut kinds: Vec<&str> = Vec::new();
    for knob in all {
        if !knob.of.is_empty() && !kinds.contains(&knob.kind) {
            kinds.push(knob.kind);
        }
    }
    for kind in kinds {
        let of_kind = |k: &&Knob| k.kind == kind && !k.of.is_empty() && fits(k);
        let members: Vec<&Knob> = all.iter().filter(of_kind).collect();
        let has_sought = |members: &[&Knob]| {
            let sought = desk.bench.sought.as_ref();
            members.iter().any(|k| Some(&k.name) == sought)
        };
        if members.is_empty() {
            continue;
        }
        let n = number(members.len() as f64, 0);
        let title = format!("{} ({n})", t.get(&verdict::knob_key(kind)));
        CollapsingHeader::new(title)
            .id_salt(("kind", kind))
            .open((!wanted.is_empty() || has_sought(&members)).then_some(true))
            .show_unindented(ui, |ui| {
                for knob in members {
                    row(ui, desk, knob, t);
                }
            });
    }
}

/// Name of a knob as people read it.
pub fn knob_name(knob: &Knob, t: &Texts) -> String {
    let kind = t.get(&verdict::knob_key(knob.kind));
    if knob.of.is_empty() {
        kind
    } else {
        t.with("knob-of", &[("what", &kind), ("of", &knob.of)])
    }
}

/// A knob: its name and value in a line; options are words and have a line of their own below.
fn row(ui: &mut Ui, desk: &mut Desk, knob: &Knob, t: &Texts) {
    let key = verdict::knob_key(knob.kind);
    let name = knob_name(knob, t);
    let sought = desk.bench.sought.as_deref() == Some(knob.name.as_str());
    if sought {
        desk.bench.sought = None;
    }
    let is_turned = desk.bench.turned.contains_key(&knob.name);
    let is_choice = matches!(knob.form, Form::Choice { .. });
    let look = theme(ui);
    ui.push_id(&knob.name, |ui| {
        ui.horizontal(|ui| {
            let beside = if is_choice { 40.0 } else { 150.0 };
            let room = (ui.available_width() - beside).max(80.0);
            ui.allocate_ui_with_layout(
                Vec2::new(room, 26.0),
                Layout::left_to_right(Align::Center),
                |ui| {
                    ui.set_min_width(room);
                    let mut text = RichText::new(&name);
                    if is_turned {
                        text = text.color(colour(look.accent));
                    }
                    let about = t.get(&format!("{key}.about"));
                    ui.add(Label::new(text).truncate())
                        .on_hover_text(format!("{name}\n{about}"));
                },
            );
            if !is_choice {
                value(ui, desk, knob, &name, sought, t);
            }
            if is_turned {
                let words = t.with("panel-reset", &[("name", &name)]);
                if button::icon(ui, icon::ARROW_U_UP_LEFT, &words, false).clicked() {
                    desk.bench.turned.remove(&knob.name);
                }
            }
        });
        if is_choice {
            value(ui, desk, knob, &name, sought, t);
        }
    });
}

/// The value of a knob, to be turned.
fn value(ui: &mut Ui, desk: &mut Desk, knob: &Knob, name: &str, sought: bool, t: &Texts) {
    let now = desk.bench.turned.get(&knob.name).cloned();
    match &knob.form {
        Form::Number {
            low,
            high,
            whole,
            value,
        } => {
            let mut v = match &now {
                Some(Value::Number(n)) => *n,
                _ => *value,
            };
            let decimals = if *whole { 0 } else { decimals_for(*value) };
            let unit = t.unit(knob.unit);
            let drag = DragValue::new(&mut v)
                .range(*low..=*high)
                .speed(if *whole {
                    0.05
                } else {
                    (value.abs() * 0.005).max(0.001)
                })
                .max_decimals(decimals)
                .suffix(if unit.is_empty() {
                    String::new()
                } else {
                    format!(" {unit}")
                });
            let response = ui.add_sized(Vec2::new(104.0, 24.0), drag);
            let range = format!(
                "{} – {} {unit}\n{}: {}",
                number(*low, decimals),
                number(*high, decimals),
                t.get("knob-scene"),
                number(*value, decimals)
            );
            let response = response.on_hover_text(range);
            if sought {
                response.request_focus();
                response.scroll_to_me(Some(Align::Center));
            }
            if response.changed() {
                desk.bench.turn(knob, Value::Number(v));
            }
            response.widget_info(|| {
                let mut info = WidgetInfo::labeled(WidgetType::DragValue, true, name);
                info.value = Some(v);
                info
            });
        }
        Form::Choice { options, value } => {
            let shown = match &now {
                Some(Value::Choice(c)) => c,
                _ => value,
            };
            // A scene whose groups differ has no one value.
            let words = if shown.is_empty() {
                t.get("knob-differs")
            } else {
                shown.clone()
            };
            let combo = egui::ComboBox::from_id_salt("option")
                .selected_text(words)
                .width(ui.available_width())
                .truncate()
                .show_ui(ui, |ui| {
                    for option in options {
                        if ui.selectable_label(option == shown, option).clicked() {
                            desk.bench.turn(knob, Value::Choice(option.clone()));
                        }
                    }
                });
            if sought {
                combo.response.request_focus();
                combo.response.scroll_to_me(Some(Align::Center));
            }
            combo
                .response
                .widget_info(|| WidgetInfo::labeled(WidgetType::ComboBox, true, name));
        }
    }
}

/// How much is run, and the button that runs it.
fn ask(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    let running = desk.bench.single.is_running();
    ui.add_enabled_ui(!running, |ui| length(ui, desk, t));
    ui.add_space(space_pt::XS);
    ui.horizontal(|ui| {
        let ready = !desk.bench.turned.is_empty()
            && desk
                .session
                .as_ref()
                .is_some_and(|s| !s.findings().has_errors());
        let look = theme(ui);
        if running {
            let stop = format!("{} {}", icon::STOP_CIRCLE, t.get("panel-cancel"));
            if ui.button(stop).clicked() {
                desk.bench.single.cancel();
            }
        } else {
            let words = RichText::new(format!("{} {}", icon::PLAY, t.get("panel-run-whatif")))
                .color(colour(look.bg));
            let button = egui::Button::new(words).fill(colour(look.accent));
            let response = ui.add_enabled(ready, button);
            response.widget_info(|| {
                WidgetInfo::labeled(WidgetType::Button, ready, t.get("panel-run-whatif"))
            });
            let response = response.on_disabled_hover_text(t.get("panel-run-needs"));
            if response.clicked()
                && let Err(fault) = desk.run_what_if()
            {
                let said = faults::knob(&fault, t);
                desk.say(Weight::Failure, said);
            }
        }
        if !desk.bench.turned.is_empty() {
            let keep = format!("{} {}", icon::BOOKMARK_SIMPLE, t.get("panel-keep-variant"));
            if ui.button(keep).clicked() {
                let name = free_name(desk, t);
                let variant = desk.bench.variant(&name);
                desk.bench.variants.push(variant);
                desk.say(Weight::Done, t.with("panel-kept", &[("name", &name)]));
            }
        }
    });
}

/// Pairs and days.
pub fn length(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    ui.horizontal(|ui| {
        ui.label(dim(ui, t.get("panel-pairs")));
        for pairs in PAIRS {
            let here = desk.bench.pairs == pairs;
            if ui.selectable_label(here, pairs.to_string()).clicked() {
                desk.bench.pairs = pairs;
            }
        }
    });
    ui.horizontal(|ui| {
        ui.label(dim(ui, t.get("panel-days")));
        for days in DAYS {
            let here = (desk.bench.days - days).abs() < 0.5;
            if ui.selectable_label(here, number(days, 0)).clicked() {
                desk.bench.days = days;
            }
        }
    });
}

/// A name that no variant has yet.
fn free_name(desk: &Desk, t: &Texts) -> String {
    let name = |n: usize| t.with("panel-variant-n", &[("n", &n.to_string())]);
    let taken = |n: &usize| desk.bench.variants.iter().any(|v| v.name == name(*n));
    let free = (1..).find(|n| !taken(n)).unwrap_or(1);
    name(free)
}

/// How far a study is: a bar, what it still takes, or how it ended.
pub fn progress(ui: &mut Ui, running: &Running, t: &Texts) {
    let Some(view) = &running.view else {
        if running.is_running() {
            ui.label(dim(ui, t.get("panel-preparing")));
        }
        return;
    };
    let look = theme(ui);
    let (done, all) = (view.pairs_done.to_string(), view.pairs_total.to_string());
    let share = view.pairs_done as f32 / view.pairs_total.max(1) as f32;
    let seconds = |s: f64| number(s, if s < 10.0 { 1 } else { 0 });
    let words = match &view.state {
        State::Preparing => t.get("panel-preparing"),
        State::Running => match view.remaining_s {
            Some(s) => t.with(
                "panel-running",
                &[("n", &done), ("of", &all), ("s", &seconds(s))],
            ),
            None => t.with("panel-running-first", &[("n", &done), ("of", &all)]),
        },
        State::Done => t.with(
            "panel-study-done",
            &[("n", &all), ("s", &seconds(view.elapsed_s))],
        ),
        State::Cancelled => t.with("panel-study-stopped", &[("n", &done), ("of", &all)]),
        State::Failed { .. } => String::new(),
    };
    if !view.state.is_over() {
        ui.add(
            egui::ProgressBar::new(share)
                .desired_height(4.0)
                .fill(colour(look.accent)),
        );
        ui.ctx().request_repaint_after_secs(0.25);
    }
    ui.label(small(ui, words));
    if let Some(why) = running.failure(t) {
        let text = format!("{} {why}", icon::WARNING_CIRCLE);
        ui.label(RichText::new(text).color(colour(look.bad)));
    }
}

fn answer(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    let Some(view) = desk.bench.single.view.clone() else {
        ui.label(strong(t.get("room-what-if")).size(type_pt::LARGE));
        ui.add_space(space_pt::S);
        if desk.bench.single.is_running() {
            progress(ui, &desk.bench.single, t);
        } else {
            ui.label(dim(ui, t.get("panel-whatif-empty")));
        }
        return;
    };
    let variant = view
        .outcome
        .variants
        .first()
        .filter(|v| !v.answers.is_empty());
    if let Some(words) = desk.verdict() {
        ui.add(Label::new(RichText::new(words).size(type_pt::TITLE)).wrap());
        if let Some(asked) = &desk.bench.single.asked {
            assumed::mark_of(ui, &asked.scene, t);
        }
        ui.add_space(space_pt::S);
    }
    progress(ui, &desk.bench.single, t);
    let stale = desk
        .session
        .as_ref()
        .is_some_and(|s| s.revision() != desk.bench.single.revision);
    if stale {
        let words = format!(
            "{} {}",
            icon::CLOCK_COUNTER_CLOCKWISE,
            t.get("panel-answer-stale")
        );
        ui.label(RichText::new(words).color(colour(theme(ui).warn)));
    }
    let Some(variant) = variant else { return };
    ui.add_space(space_pt::M);
    ui.horizontal(|ui| {
        ui.label(strong(t.get("panel-answers")));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if button::icon(ui, icon::COPY, &t.get("panel-copy-tsv"), false).clicked() {
                ui.ctx()
                    .copy_text(difference_table::to_tsv(&variant.answers, t, '\t'));
                desk.say(Weight::Done, t.get("report-copied"));
            }
            export::menu(ui, desk, Study::Single);
            let csv = t.with("panel-export-csv", &[("name", &t.get("room-what-if"))]);
            if button::icon(ui, icon::FILE_CSV, &csv, false).clicked() {
                let text = difference_table::to_tsv(&variant.answers, t, ',');
                desk.export("what-if.csv", text);
            }
        });
    });
    difference_table::show(ui, "answers", &variant.answers, t);
    let confidence = number(100.0 * view.outcome.confidence, 0);
    let n = variant.pairs.to_string();
    let family = view.outcome.family.to_string();
    let note = t.with(
        "cli-whatif-note",
        &[("n", &n), ("confidence", &confidence), ("family", &family)],
    );
    ui.label(small(ui, note));
    if !variant.elsewhere.is_empty() {
        ui.add_space(space_pt::L);
        let n = number(variant.elsewhere.len() as f64, 0);
        ui.label(strong(t.with("cli-whatif-elsewhere", &[("n", &n)])));
        let most = variant.elsewhere.len().min(12);
        difference_table::show(ui, "elsewhere", &variant.elsewhere[..most], t);
    }
}
