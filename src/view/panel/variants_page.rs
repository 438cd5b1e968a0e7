//! The variants room: named variants against the baseline, and what matters most.

use egui::{
    Align, Align2, FontId, Label, Layout, Rect, RichText, ScrollArea, Sense, Stroke, Ui, Vec2, pos2,
};
use egui_extras::{Column, TableBuilder};
use egui_phosphor::regular as icon;

use super::button;
use super::desk::Desk;
use super::difference_table::{self, signed, verdict};
use super::field::{rule, settled_text};
use super::notice::Weight;
use super::style::{colour, dim, small, strong, theme};
use super::whatif_page::{length, progress};
use crate::results::compare::{DifferenceRow, Verdict};
use crate::results::kpi;
use crate::view::i18n::{Texts, decimals_of, number};
use crate::view::tokens::{frame_pt, space_pt, type_pt};
use crate::whatif::knob::Knob;
use crate::whatif::study::tornado;
use crate::whatif::variants::{difference_text, one_at_a_time, to_text};

/// Figures that the table shows.
const FIGURES: [&str; 5] = [
    "throughput",
    "cycle_time",
    "on_time",
    "wip",
    "cqt_violation_rate",
];
/// How far a tornado turns each knob.
const SHARE: f64 = 0.1;
/// Knobs that a tornado turns at most.
const KNOBS_MAX: usize = 12;

/// Draws the room.
pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let t = desk.texts();
    ui.horizontal(|ui| {
        ui.label(strong(t.get("room-variants")).size(type_pt::LARGE));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            exports(ui, desk, &t);
        });
    });
    ui.add_space(space_pt::S);
    if desk.bench.variants.is_empty() {
        ui.label(dim(ui, t.get("panel-variants-empty")));
        ui.add_space(space_pt::S);
        if ui.button(t.get("panel-variants-begin")).clicked() {
            desk.room = "what-if";
        }
        return;
    }
    ui.horizontal_wrapped(|ui| run(ui, desk, &t));
    progress(ui, &desk.bench.all, &t);
    ui.add_space(space_pt::S);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        table(ui, desk, &t);
        rule(ui);
        chart(ui, desk, &t);
    });
}

fn exports(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    if desk.bench.variants.is_empty() {
        return;
    }
    if button::icon(ui, icon::FLOPPY_DISK, &t.get("panel-variants-save"), false).clicked() {
        let text = to_text(&desk.bench.variants);
        desk.export("variants.ron", text);
    }
    if let Some(view) = desk.bench.all.view.clone()
        && button::icon(
            ui,
            icon::DOWNLOAD_SIMPLE,
            &t.with("panel-export-csv", &[("name", &t.get("room-variants"))]),
            false,
        )
        .clicked()
    {
        let mut text = String::new();
        for variant in &view.outcome.variants {
            text.push_str(&format!("\"{}\"\n", variant.name.replace('"', "\"\"")));
            text.push_str(&difference_table::to_tsv(&variant.answers, t, ','));
        }
        desk.export("variants.csv", text);
    }
}

fn run(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    let running = desk.bench.all.is_running();
    if running {
        let stop = format!("{} {}", icon::STOP_CIRCLE, t.get("panel-cancel"));
        if ui.button(stop).clicked() {
            desk.bench.all.cancel();
        }
    } else {
        let sound = desk
            .session
            .as_ref()
            .is_some_and(|s| !s.findings().has_errors());
        let words = format!("{} {}", icon::PLAY, t.get("panel-run-variants"));
        if ui.add_enabled(sound, egui::Button::new(words)).clicked()
            && let Err(fault) = desk.run_variants()
        {
            desk.say(Weight::Failure, fault.to_string());
        }
        let words = format!(
            "{} {}",
            icon::SLIDERS_HORIZONTAL,
            t.get("panel-make-tornado")
        );
        let hint = t.with("panel-make-tornado.help", &[("n", &KNOBS_MAX.to_string())]);
        if ui.button(words).on_hover_text(hint).clicked() {
            add_tornado(desk);
        }
    }
    ui.add_space(space_pt::L);
    ui.add_enabled_ui(!running, |ui| length(ui, desk, t));
}

/// Adds a pair of variants for each of the most telling knobs: those turned on the bench and those
/// of the whole plant, then those of the busiest groups.
fn add_tornado(desk: &mut Desk) {
    let Some(session) = &desk.session else { return };
    let busiest: Vec<String> = desk
        .series
        .groups
        .iter()
        .take(3)
        .filter_map(|g| {
            session
                .scene()?
                .tool_groups
                .get(g.group as usize)
                .map(|g| g.name.clone())
        })
        .collect();
    let what = desk.bench.what();
    let turned = desk.bench.turned.clone();
    let knobs: Vec<Knob> = desk.bench.knobs(session).to_vec();
    let rank = |k: &&Knob| {
        let of_busy = busiest
            .iter()
            .position(|b| k.of == *b || k.of.starts_with(&format!("{b}.")));
        match (turned.contains_key(&k.name), k.of.is_empty(), of_busy) {
            (true, ..) => 0,
            (_, true, _) => 1,
            (_, _, Some(i)) => 2 + i,
            _ => usize::MAX,
        }
    };
    let mut picked: Vec<&Knob> = knobs.iter().filter(|k| rank(k) != usize::MAX).collect();
    picked.sort_by_key(rank);
    picked.truncate(KNOBS_MAX);
    for variant in one_at_a_time(what, &picked, SHARE) {
        if desk.bench.variants.iter().all(|v| v.name != variant.name) {
            desk.bench.variants.push(variant);
        }
    }
}

fn table(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    let look = theme(ui);
    let outcome = desk.bench.all.view.as_ref().map(|v| v.outcome.clone());
    let rows: Vec<(String, Vec<Option<DifferenceRow>>)> = desk
        .bench
        .variants
        .iter()
        .map(|variant| {
            let seen = outcome
                .as_ref()
                .and_then(|o| o.variants.iter().find(|v| v.name == variant.name));
            let figures = FIGURES.map(|f| seen.and_then(|v| v.answer(f)).cloned());
            (variant.name.clone(), figures.to_vec())
        })
        .collect();
    let mut removed = None;
    let mut renamed = None;
    let mut copied = None;
    let mut builder = TableBuilder::new(ui)
        .id_salt("variants")
        .vscroll(false)
        .cell_layout(Layout::left_to_right(Align::Center))
        .column(Column::remainder().at_least(150.0).clip(true));
    for _ in FIGURES {
        builder = builder.column(Column::initial(128.0).at_least(96.0).clip(true));
    }
    builder
        .column(Column::exact(64.0))
        .header(frame_pt::ROW, |mut header| {
            header.col(|ui| {
                ui.label(dim(ui, t.get("col-name")).size(type_pt::SMALL));
            });
            for figure in FIGURES {
                header.col(|ui| {
                    let Some(k) = kpi::find(figure) else { return };
                    let unit = t.unit(k.unit);
                    let words = format!("Δ {} {unit}", t.get(&k.i18n_key()));
                    let label = Label::new(dim(ui, words).size(type_pt::SMALL)).truncate();
                    ui.add(label)
                        .on_hover_text(t.get(&format!("{}.about", k.i18n_key())));
                });
            }
            header.col(|_| {});
        })
        .body(|mut body| {
            for (i, (name, figures)) in rows.iter().enumerate() {
                body.row(frame_pt::ROW, |mut line| {
                    line.col(|ui| {
                        let id = egui::Id::new(("variant-name", i));
                        let (response, settled) = settled_text(ui, id, name, false);
                        response.widget_info(|| {
                            egui::WidgetInfo::labeled(
                                egui::WidgetType::TextEdit,
                                true,
                                t.get("col-name"),
                            )
                        });
                        if let Some(text) = settled {
                            renamed = Some((i, text.trim().to_owned()));
                        }
                    });
                    for row in figures {
                        line.col(|ui| match row {
                            Some(row) => figure(ui, row, t),
                            None => {
                                ui.label(small(ui, "–"));
                            }
                        });
                    }
                    line.col(|ui| {
                        let words = t.with("panel-variant-diff", &[("name", name)]);
                        if button::icon(ui, icon::GIT_DIFF, &words, false).clicked() {
                            copied = Some(i);
                        }
                        let words = t.with("panel-variant-remove", &[("name", name)]);
                        if button::icon(ui, icon::X, &words, false).clicked() {
                            removed = Some(i);
                        }
                    });
                });
            }
        });
    if let Some(view) = &desk.bench.all.view {
        let confidence = number(100.0 * view.outcome.confidence, 0);
        let family = view.outcome.family.to_string();
        let n = view.pairs_done.to_string();
        let note = t.with(
            "cli-whatif-note",
            &[("n", &n), ("confidence", &confidence), ("family", &family)],
        );
        ui.label(small(ui, note));
    }
    let _ = look;
    if let Some(i) = copied {
        let scene = desk.session.as_ref().and_then(|s| s.scene().cloned());
        let overrides = scene.and_then(|s| desk.bench.variants[i].overrides(&s).ok());
        if let Some(overrides) = overrides {
            let name = desk.bench.variants[i].name.clone();
            desk.export(&format!("{name}.set"), difference_text(&overrides));
        }
    }
    if let Some((i, name)) = renamed {
        let free = desk.bench.variants.iter().all(|v| v.name != name);
        if !name.is_empty() && free {
            desk.bench.variants[i].name = name;
        } else {
            desk.say(Weight::Warning, t.get("panel-name-taken"));
        }
    }
    if let Some(i) = removed {
        desk.bench.variants.remove(i);
    }
}

fn figure(ui: &mut Ui, row: &DifferenceRow, t: &Texts) {
    let look = theme(ui);
    let half = match (row.low, row.high) {
        (Some(l), Some(h)) => (h - l) / 2.0,
        _ => 0.0,
    };
    let d = decimals_of(half);
    let (face, word, tint) = verdict(row, t, look);
    let text = format!("{face} {} ± {}", signed(row.difference, d), number(half, d));
    ui.add(Label::new(RichText::new(text).color(colour(tint))).truncate())
        .on_hover_text(word);
}

/// The tornado: what each variant does to one figure, the largest effect first.
fn chart(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    let look = theme(ui);
    ui.horizontal(|ui| {
        ui.label(strong(t.get("panel-tornado")));
        for name in FIGURES {
            let Some(k) = kpi::find(name) else { continue };
            if ui
                .selectable_label(desk.bench.figure == name, t.get(&k.i18n_key()))
                .clicked()
            {
                desk.bench.figure = name;
            }
        }
    });
    let Some(outcome) = desk.bench.all.view.as_ref().map(|v| v.outcome.clone()) else {
        ui.label(dim(ui, t.get("panel-tornado-empty")));
        return;
    };
    let bars = tornado(&outcome, desk.bench.figure);
    let ends = |r: &DifferenceRow| {
        [
            r.low.unwrap_or(r.difference),
            r.high.unwrap_or(r.difference),
        ]
    };
    let reach = bars
        .iter()
        .flat_map(|b| ends(&b.row))
        .fold(0.0_f64, |a, v| a.max(v.abs()))
        .max(1e-12);
    let font = FontId::proportional(type_pt::SMALL);
    let label_width = (ui.available_width() * 0.34).min(280.0);
    for bar in &bars {
        let size = Vec2::new(ui.available_width(), 22.0);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        let painter = ui.painter_at(rect);
        let mut job = egui::text::LayoutJob::simple_singleline(
            bar.name.clone(),
            font.clone(),
            colour(look.text),
        );
        job.wrap = egui::text::TextWrapping::truncate_at_width(label_width - space_pt::S);
        let galley = painter.layout_job(job);
        let y = rect.center().y - galley.size().y / 2.0;
        painter.galley(pos2(rect.left(), y), galley, colour(look.text));
        let plot = Rect::from_min_max(
            pos2(rect.left() + label_width, rect.top()),
            pos2(rect.right() - 110.0, rect.bottom()),
        );
        let at = |v: f64| plot.center().x + (v / reach) as f32 * plot.width() / 2.0;
        painter.vline(
            plot.center().x,
            plot.y_range(),
            Stroke::new(1.0, colour(look.line)),
        );
        let tint = match bar.row.verdict {
            Verdict::Better => look.good,
            Verdict::Worse => look.bad,
            Verdict::Higher | Verdict::Lower => look.info,
            Verdict::NoDifference => look.dim,
        };
        let (zero, x) = (plot.center().x, at(bar.row.difference));
        let body = Rect::from_min_max(
            pos2(zero.min(x), plot.center().y - 6.0),
            pos2(zero.max(x), plot.center().y + 6.0),
        );
        painter.rect_filled(body, 2.0, colour(tint).gamma_multiply(0.55));
        let [low, high] = ends(&bar.row);
        let line = Stroke::new(1.4, colour(tint));
        painter.hline(at(low)..=at(high), plot.center().y, line);
        for end in [low, high] {
            let y = plot.center().y;
            painter.vline(at(end), (y - 4.0)..=(y + 4.0), line);
        }
        let half = (high - low) / 2.0;
        let d = decimals_of(half);
        let text = format!("{} ± {}", signed(bar.row.difference, d), number(half, d));
        painter.text(
            rect.right_center(),
            Align2::RIGHT_CENTER,
            text,
            font.clone(),
            colour(tint),
        );
        let (face, word, _) = verdict(&bar.row, t, look);
        response.on_hover_text(format!("{}\n{face} {word}", bar.name));
    }
}
