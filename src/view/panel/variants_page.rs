//! The variants room: named variants against the baseline, and what matters most.

use egui::{
    Align, Align2, FontId, Label, Layout, Rect, RichText, ScrollArea, Sense, Stroke, Ui, Vec2, pos2,
};
use egui_extras::{Column, TableBuilder};
use egui_phosphor::regular as icon;

use super::assumed;
use super::button;
use super::chart::{self, tick_decimals, tick_step};
use super::desk::Desk;
use super::difference_table::{self, verdict};
use super::export::{self, Study};
use super::field::{rule, settled_text};
use super::notice::Weight;
use super::style::{colour, dim, sheer, small, strong, theme};
use super::whatif_page::{length, progress};
use crate::results::compare::DifferenceRow;
use crate::results::kpi;
use crate::view::faults;
use crate::view::i18n::{Texts, decimals_of, number, signed};
use crate::view::report::svg::cell;
use crate::view::tokens::{frame_pt, space_pt, type_pt};
use crate::view::verdict::word_key;
use crate::whatif::knob::Knob;
use crate::whatif::study::{Bar, tornado};
use crate::whatif::variants::{difference_text, one_at_a_time};

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
        effect(ui, desk, &t);
    });
}

fn exports(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    if desk.bench.variants.is_empty() {
        return;
    }
    export::menu(ui, desk, Study::All);
    if let Some(view) = desk.bench.all.view.clone()
        && button::icon(
            ui,
            icon::FILE_CSV,
            &t.with("panel-export-csv", &[("name", &t.get("room-variants"))]),
            false,
        )
        .clicked()
    {
        let mut text = String::new();
        for variant in &view.outcome.variants {
            text.push_str(&format!("{}\n", cell(&variant.name)));
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
            let said = faults::knob(&fault, t);
            desk.say(Weight::Failure, said);
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
        assumed::mark(ui, desk);
    }
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
fn effect(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    ui.horizontal_wrapped(|ui| {
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
    let Some(k) = kpi::find(desk.bench.figure) else {
        return;
    };
    let (name, unit) = (t.get(&k.i18n_key()), t.unit(k.unit));
    let csv = || {
        let mut out = format!(
            "variant,{},low,high,p,verdict\n",
            cell(&format!("{name}, {unit}"))
        );
        let end = |v: Option<f64>| v.map_or(String::new(), |v| v.to_string());
        for bar in &bars {
            let row = &bar.row;
            let word = t.get(word_key(row.verdict));
            out.push_str(&format!(
                "{},{},{},{},{},{}\n",
                cell(&bar.name),
                row.difference,
                end(row.low),
                end(row.high),
                end(row.p),
                cell(&word)
            ));
        }
        out
    };
    let head = chart::Head {
        title: &t.with("chart-tornado", &[("what", &name)]),
        unit: &unit,
        csv: &csv,
    };
    chart::show(ui, desk, &head, |ui, _| effects(ui, &bars, &unit, t));
}

/// Bars from zero with their intervals as bands, over one axis.
fn effects(ui: &mut Ui, bars: &[Bar], unit: &str, t: &Texts) {
    let look = theme(ui);
    let ends = |r: &DifferenceRow| {
        [
            r.low.unwrap_or(r.difference),
            r.high.unwrap_or(r.difference),
        ]
    };
    let reach = bars
        .iter()
        .flat_map(|b| ends(&b.row))
        .chain(bars.iter().map(|b| b.row.difference))
        .filter(|v| v.is_finite())
        .fold(0.0_f64, |a, v| a.max(v.abs()))
        .max(1e-12);
    let font = FontId::proportional(type_pt::SMALL);
    let label_width = (ui.available_width() * 0.34).min(280.0);
    let plot_of = |rect: Rect| {
        Rect::from_min_max(
            pos2(rect.left() + label_width, rect.top()),
            pos2(rect.right() - 124.0, rect.bottom()),
        )
    };
    let step = tick_step(2.0 * reach, 5.0);
    let at = |plot: Rect, v: f64| plot.center().x + (v / reach) as f32 * plot.width() / 2.0;
    let ticks = || {
        let last = libm::floor(reach / step + 1e-9) as i32;
        (-last..=last).map(|i| f64::from(i) * step)
    };
    ui.spacing_mut().item_spacing.y = 0.0;
    for bar in bars {
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
        let plot = plot_of(rect);
        for v in ticks() {
            let shade = if v == 0.0 {
                colour(look.dim)
            } else {
                sheer(look.line, 0.7)
            };
            painter.vline(at(plot, v), plot.y_range(), Stroke::new(1.0, shade));
        }
        let (face, word, tint) = verdict(&bar.row, t, look);
        let across = |from: f64, to: f64, half: f32| {
            let (a, b) = (at(plot, from), at(plot, to));
            Rect::from_min_max(
                pos2(a.min(b), plot.center().y - half),
                pos2(a.max(b), plot.center().y + half),
            )
        };
        let [low, high] = ends(&bar.row);
        painter.rect_filled(across(0.0, bar.row.difference, 5.0), 1.0, sheer(tint, 0.75));
        painter.rect_filled(across(low, high, 8.0), 2.0, sheer(tint, 0.3));
        let d = decimals_of((high - low) / 2.0);
        let size = format!(
            "{} ± {}",
            signed(bar.row.difference, d),
            number((high - low) / 2.0, d)
        );
        painter.text(
            rect.right_center(),
            Align2::RIGHT_CENTER,
            format!("{face} {size}"),
            font.clone(),
            colour(tint),
        );
        response.on_hover_text(format!(
            "{}\n{size} {unit}\n{} – {} {unit}\n{face} {word}",
            bar.name,
            signed(low, d),
            signed(high, d)
        ));
    }
    let size = Vec2::new(ui.available_width(), 20.0);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let plot = plot_of(rect);
    let painter = ui.painter();
    let decimals = tick_decimals(step);
    for v in ticks() {
        let text = signed(v, decimals);
        let place = pos2(at(plot, v), rect.top() + 3.0);
        painter.text(
            place,
            Align2::CENTER_TOP,
            text,
            font.clone(),
            colour(look.dim),
        );
    }
    painter.text(
        pos2(rect.right(), rect.top() + 3.0),
        Align2::RIGHT_TOP,
        format!("Δ {unit}"),
        font,
        colour(look.dim),
    );
}
