//! The dashboard: how the watched run does, at a glance.

use egui::{
    Align, Align2, FontId, Frame, Label, Layout, Margin, Rect, RichText, ScrollArea, Sense, Stroke,
    Ui, Vec2, pos2,
};
use egui_phosphor::regular as icon;

use super::assumed;
use super::chart::{self, Axes, Head, Series};
use super::desk::{CameraCommand, Desk, Selection};
use super::events;
use super::series::{GroupLately, quantile};
use super::style::{colour, dim, small, strong, theme};
use super::tool_state;
use crate::view::i18n::{Texts, clock, decimals_for, number};
use crate::view::report::svg::cell;
use crate::view::tokens::{Rgb, ToolState, frame_pt, space_pt, type_pt};

/// Tool groups ranked.
const RANKED: usize = 12;
/// Windows at risk listed.
const RISKS: usize = 8;
/// Height of a card inside its margins, points: the longest ranking fits.
const CARD_HEIGHT: f32 = 232.0;
/// Least width of a card, points.
const CARD: f32 = 380.0;

/// A place on a time axis in days, as people write it.
pub fn day_words(day: f64) -> String {
    let text = clock((day.max(0.0) * 8.64e10) as u64);
    match text.strip_suffix(" 00:00") {
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

/// Draws the room.
pub fn show(ui: &mut Ui, desk: &mut Desk) {
    super::series::renew(desk);
    let t = desk.texts();
    if desk.live.is_none() {
        ui.label(dim(ui, t.get("panel-dashboard-empty")));
        return;
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        figures(ui, desk, &t);
        ui.add_space(space_pt::S);
        let columns = ((ui.available_width() / CARD) as usize).clamp(1, 3);
        let cards: [fn(&mut Ui, &mut Desk, &Texts); 8] = [
            wip,
            throughput,
            ranking,
            cycle,
            states,
            distribution,
            risks,
            alarms,
        ];
        let gap = space_pt::L;
        let width = (ui.available_width() - gap * (columns as f32 - 1.0)) / columns as f32;
        for row in cards.chunks(columns) {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = gap;
                for card in row {
                    ui.allocate_ui_with_layout(
                        Vec2::new(width, 0.0),
                        Layout::top_down(Align::Min),
                        |ui| {
                            ui.spacing_mut().item_spacing.x = space_pt::S;
                            ui.set_width(width);
                            framed(ui, |ui| card(ui, desk, &t));
                        },
                    );
                }
            });
            ui.add_space(gap - space_pt::XS);
        }
    });
}

/// A card: one thing on a surface of its own.
fn framed(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    Frame::new()
        .fill(colour(theme(ui).surface))
        .corner_radius(frame_pt::RADIUS)
        .inner_margin(Margin::same(space_pt::M as i8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.set_min_height(CARD_HEIGHT);
            add(ui);
        });
}

/// One figure of merit with its trend.
struct Tile {
    name: String,
    about: String,
    value: String,
    unit: String,
    trend: Vec<f64>,
    tint: Rgb,
}

fn figures(ui: &mut Ui, desk: &Desk, t: &Texts) {
    let look = theme(ui);
    let s = &desk.series;
    let last = |points: &[[f64; 2]]| -> Vec<f64> {
        let now_d = s.now_us as f64 / super::series::DAY_US;
        let upto = points.iter().filter(|p| p[0] <= now_d + 1e-9);
        let all: Vec<f64> = upto.map(|p| p[1]).filter(|v| v.is_finite()).collect();
        all[all.len().saturating_sub(60)..].to_vec()
    };
    let mean = |points: &[f64], n: usize| -> Option<f64> {
        let tail = &points[points.len().saturating_sub(n)..];
        (!tail.is_empty()).then(|| tail.iter().sum::<f64>() / tail.len() as f64)
    };
    let show = |v: Option<f64>| v.map_or_else(|| "–".to_owned(), |v| number(v, decimals_for(v)));
    let tile = |key: &str, unit: &str, value: Option<f64>, trend: Vec<f64>| Tile {
        name: t.get(key),
        about: t.get(&format!("{key}.about")),
        // Lots are counted whole.
        value: if unit == "lots" {
            value.map_or_else(|| "–".to_owned(), |v| number(v, 0))
        } else {
            show(value)
        },
        unit: t.unit(unit),
        trend,
        tint: look.accent,
    };
    let wip = last(&s.wip);
    let out = last(&s.throughput);
    let wafers = last(&s.wafers);
    let cycle_trend = last(&s.cycle);
    let late = last(&s.late);
    let cycles = (!s.cycle_lately.is_empty())
        .then(|| s.cycle_lately.iter().sum::<f64>() / s.cycle_lately.len() as f64);
    let busiest = s.groups.first().map(|g| 100.0 * g.utilization);
    let mut tiles = [
        tile(
            "kpi-wip",
            "lots",
            desk.live.as_ref().map(|l| f64::from(l.wip())),
            wip,
        ),
        tile("kpi-throughput", "lots/d", mean(&out, 7), out.clone()),
        tile(
            "kpi-wafers-per-week",
            "wafers/week",
            mean(&wafers, 7),
            wafers.clone(),
        ),
        tile("kpi-cycle-time", "d", cycles, cycle_trend),
        tile("kpi-utilization", "%", busiest, Vec::new()),
        tile("dash-late", "windows/d", mean(&late, 7), late.clone()),
    ];
    if let (Some(first), Some(live)) = (s.groups.first(), &desk.live) {
        let name = live.model().names.tool_groups.get(first.group as usize);
        if let (Some(tile), Some(name)) = (tiles.get_mut(4), name) {
            tile.name = t.with("dash-busiest", &[("group", name)]);
        }
    }
    let columns = ((ui.available_width() / 150.0) as usize).clamp(2, 6);
    let gap = space_pt::M;
    let width = (ui.available_width() - gap * (columns as f32 - 1.0)) / columns as f32;
    for row in tiles.chunks(columns) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            for tile in row {
                figure(ui, tile, width);
            }
        });
        ui.add_space(space_pt::XS);
    }
    let whole = (s.lately_d - libm::round(s.lately_d)).abs() < 0.05;
    let days = number(s.lately_d, usize::from(!whole));
    ui.horizontal_wrapped(|ui| {
        ui.label(small(ui, t.with("dash-note", &[("days", &days)])));
        assumed::mark(ui, desk);
    });
}

fn figure(ui: &mut Ui, tile: &Tile, width: f32) {
    let frame = Frame::new()
        .fill(colour(theme(ui).surface))
        .corner_radius(frame_pt::RADIUS)
        .inner_margin(Margin::symmetric(space_pt::M as i8, space_pt::S as i8));
    let inner = width - 2.0 * space_pt::M;
    let shown = frame.show(ui, |ui| {
        ui.allocate_ui_with_layout(Vec2::new(inner, 70.0), Layout::top_down(Align::Min), |ui| {
            ui.set_width(inner);
            ui.spacing_mut().item_spacing = Vec2::new(space_pt::XS, 2.0);
            ui.add(Label::new(dim(ui, &tile.name).size(type_pt::SMALL)).truncate());
            ui.horizontal(|ui| {
                ui.add(Label::new(strong(&tile.value).size(type_pt::LARGE)));
                ui.add(Label::new(small(ui, &tile.unit)).truncate());
            });
            chart::spark(ui, &tile.trend, colour(tile.tint), Vec2::new(inner, 18.0));
        });
    });
    shown.response.on_hover_text(&tile.about);
}

fn over_time(
    ui: &mut Ui,
    desk: &mut Desk,
    t: &Texts,
    title: &str,
    unit: &str,
    points: &[[f64; 2]],
    height: f32,
) {
    let name = t.get(title);
    let unit = t.unit(unit);
    let column = format!("{name}, {unit}");
    let head = Head {
        title: &name,
        // A low chart has no room for it above its axis.
        unit: if height < chart::LOW { &unit } else { "" },
        csv: &|| chart::csv("day", &[(&column, points)]),
    };
    chart::show(ui, desk, &head, |ui, desk| {
        line(ui, desk, t, &name, &unit, points, height);
    });
}

fn line(
    ui: &mut Ui,
    desk: &mut Desk,
    t: &Texts,
    name: &str,
    unit: &str,
    points: &[[f64; 2]],
    height: f32,
) {
    if points.iter().filter(|p| p[1].is_finite()).count() < 2 {
        ui.label(dim(ui, t.get("dash-too-early")));
        return;
    }
    let tint = colour(theme(ui).accent);
    let now_d = desk.now_us() as f64 / super::series::DAY_US;
    let end = points.last().map_or(1.0, |p| p[0]).max(now_d);
    let axes = Axes {
        unit,
        x: (0.0, end),
        x_words: &day_words,
        mark: Some(now_d),
        from_zero: true,
        height,
    };
    let series = [Series {
        name,
        colour: tint,
        points,
        band: None,
        filled: true,
    }];
    let (response, at) = chart::lines(ui, &axes, &series);
    // A click on a chart goes to that time.
    if let (true, Some(day)) = (response.clicked(), at) {
        desk.seek((day * super::series::DAY_US) as u64);
    }
}

/// Height of a chart on a card.
const CHART: f32 = 192.0;

fn wip(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    let points = std::mem::take(&mut desk.series.wip);
    over_time(ui, desk, t, "chart-wip", "lots", &points, CHART);
    desk.series.wip = points;
}

fn throughput(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    let points = std::mem::take(&mut desk.series.throughput);
    over_time(ui, desk, t, "chart-throughput", "lots/d", &points, CHART);
    desk.series.throughput = points;
}

fn cycle(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    let points = std::mem::take(&mut desk.series.cycle);
    over_time(ui, desk, t, "dash-cycle", "d", &points, CHART);
    desk.series.cycle = points;
}

/// A chart of one series by its name, for the strip below the plant.
pub fn strip(ui: &mut Ui, desk: &mut Desk, which: &str, height: f32) {
    super::series::renew(desk);
    let t = desk.texts();
    let take = |s: &mut super::series::SeriesCache| match which {
        "wip" => std::mem::take(&mut s.wip),
        "throughput" => std::mem::take(&mut s.throughput),
        _ => std::mem::take(&mut s.cycle),
    };
    let points = take(&mut desk.series);
    let (title, unit) = match which {
        "wip" => ("chart-wip", "lots"),
        "throughput" => ("chart-throughput", "lots/d"),
        _ => ("dash-cycle", "d"),
    };
    over_time(ui, desk, &t, title, unit, &points, height);
    match which {
        "wip" => desk.series.wip = points,
        "throughput" => desk.series.throughput = points,
        _ => desk.series.cycle = points,
    }
}

fn group_name(desk: &Desk, group: u32) -> String {
    let live = desk.live.as_ref();
    let name = live.and_then(|l| l.model().names.tool_groups.get(group as usize));
    name.cloned().unwrap_or_default()
}

/// A labelled row that selects a tool group; pointed at, it says `facts`.
fn group_row(ui: &mut Ui, desk: &mut Desk, group: u32, facts: &str) -> (Rect, Rect) {
    let name = group_name(desk, group);
    let size = Vec2::new(ui.available_width(), 16.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, &name));
    let look = theme(ui);
    let label_width = (rect.width() * 0.36).min(150.0);
    let tint = if response.hovered() || response.has_focus() {
        look.accent
    } else {
        look.text
    };
    let font = FontId::proportional(type_pt::SMALL);
    let mut job = egui::text::LayoutJob::simple_singleline(name.clone(), font, colour(tint));
    job.wrap = egui::text::TextWrapping::truncate_at_width(label_width - space_pt::S);
    let galley = ui.painter().layout_job(job);
    let top = rect.center().y - galley.size().y / 2.0;
    ui.painter()
        .galley(pos2(rect.left(), top), galley, colour(tint));
    if response.clicked() {
        desk.selection = Selection::Group(group);
        desk.room = "plant";
        desk.camera.push(CameraCommand::Frame);
    }
    response.on_hover_text(format!("{name}\n{facts}"));
    let bar = Rect::from_min_max(
        pos2(rect.left() + label_width, rect.top() + 2.0),
        pos2(rect.right() - 52.0, rect.bottom() - 2.0),
    );
    let note = Rect::from_min_max(pos2(bar.right() + 4.0, rect.top()), rect.max);
    (bar, note)
}

fn ranking(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    let groups: Vec<GroupLately> = desk.series.groups.iter().take(RANKED).copied().collect();
    let rows: Vec<(String, GroupLately)> = groups
        .iter()
        .map(|g| (group_name(desk, g.group), *g))
        .collect();
    let head = Head {
        title: &t.get("dash-ranking"),
        unit: "%",
        csv: &|| {
            let mut out = String::from("tool group,utilisation %,queue lots,wait h\n");
            for (name, g) in &rows {
                out.push_str(&format!(
                    "{},{},{},{}\n",
                    cell(name),
                    100.0 * g.utilization,
                    g.queue,
                    g.wait_h
                ));
            }
            out
        },
    };
    chart::show(ui, desk, &head, |ui, desk| ranked(ui, desk, &groups, t));
}

fn ranked(ui: &mut Ui, desk: &mut Desk, groups: &[GroupLately], t: &Texts) {
    ui.spacing_mut().item_spacing.y = 1.0;
    let look = theme(ui);
    for (i, g) in groups.iter().enumerate() {
        let share = format!("{} %", number(100.0 * g.utilization, 0));
        let values = [
            ("load", share.clone()),
            ("queue", number(g.queue, decimals_for(g.queue))),
            ("wait", number(g.wait_h, decimals_for(g.wait_h))),
        ];
        let values = values.each_ref().map(|(k, v)| (*k, v.as_str()));
        let (bar, note) = group_row(ui, desk, g.group, &t.with("dash-group-load", &values));
        let painter = ui.painter();
        painter.rect_filled(bar, 2.0, colour(look.bg));
        let mut fill = bar;
        fill.set_width(bar.width() * g.utilization.clamp(0.0, 1.0) as f32);
        let tint = if i == 0 {
            look.accent
        } else {
            look.accent.towards(look.surface, 0.45)
        };
        painter.rect_filled(fill, 2.0, colour(tint));
        let font = FontId::proportional(type_pt::SMALL);
        painter.text(
            note.right_center(),
            Align2::RIGHT_CENTER,
            share,
            font,
            colour(look.text),
        );
    }
    if groups.is_empty() {
        ui.label(dim(ui, t.get("dash-too-early")));
    }
}

/// Shares of the states of a group lately.
fn shares(g: &GroupLately) -> [(ToolState, f64); 6] {
    let s = &g.sample;
    [
        (ToolState::Productive, f64::from(s.productive_s)),
        (ToolState::Setup, f64::from(s.setup_s)),
        (ToolState::Held, f64::from(s.held_s)),
        (ToolState::Standby, f64::from(s.standby_s)),
        (ToolState::ScheduledDown, f64::from(s.pm_s)),
        (ToolState::UnscheduledDown, f64::from(s.down_s)),
    ]
}

fn states(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    let groups: Vec<GroupLately> = desk
        .series
        .groups
        .iter()
        .take(RANKED - 2)
        .copied()
        .collect();
    let rows: Vec<(String, GroupLately)> = groups
        .iter()
        .map(|g| (group_name(desk, g.group), *g))
        .collect();
    let head = Head {
        title: &t.get("chart-states"),
        unit: "%",
        csv: &|| {
            let mut out = String::from(
                "tool group,productive s,setup s,held s,standby s,scheduled down s,unscheduled down s\n",
            );
            for (name, g) in &rows {
                let cells = shares(g).map(|(_, v)| v.to_string()).join(",");
                out.push_str(&format!("{},{cells}\n", cell(name)));
            }
            out
        },
    };
    chart::show(ui, desk, &head, |ui, desk| {
        stacked(ui, desk, &groups, t);
    });
}

fn stacked(ui: &mut Ui, desk: &mut Desk, groups: &[GroupLately], t: &Texts) {
    ui.spacing_mut().item_spacing.y = 1.0;
    for g in groups {
        let total = f64::from(g.sample.tool_s()).max(1.0);
        let facts: Vec<String> = shares(g)
            .iter()
            .filter(|(_, v)| *v > 0.0)
            .map(|(state, v)| {
                let share = number(100.0 * v / total, 1);
                format!("{} {share} %", t.get(state.i18n_key()))
            })
            .collect();
        let (bar, note) = group_row(ui, desk, g.group, &facts.join("\n"));
        tool_state::paint_bar(ui, bar, &shares(g));
        let down = g.sample.pm_s + g.sample.down_s;
        let share = 100.0 * f64::from(down) / total;
        let font = FontId::proportional(type_pt::SMALL);
        let text = format!("{} %", number(share, 0));
        let tint = colour(theme(ui).dim);
        ui.painter()
            .text(note.right_center(), Align2::RIGHT_CENTER, text, font, tint);
    }
    ui.add_space(space_pt::XS);
    ui.horizontal_wrapped(|ui| {
        for (state, _) in shares(&GroupLately::default()) {
            tool_state::chip(ui, state, &t.get(state.i18n_key()));
        }
    });
}

fn distribution(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    let sorted = std::mem::take(&mut desk.series.cycle_lately);
    let head = Head {
        title: &t.get("dash-distribution"),
        unit: "",
        csv: &|| {
            let lines = sorted.iter().map(|v| format!("{v}\n"));
            std::iter::once("cycle time d\n".to_owned())
                .chain(lines)
                .collect()
        },
    };
    chart::show(ui, desk, &head, |ui, _| histogram(ui, &sorted, t));
    desk.series.cycle_lately = sorted;
}

fn histogram(ui: &mut Ui, sorted: &[f64], t: &Texts) {
    const BINS: usize = 28;
    let look = theme(ui);
    let (Some(low), Some(high)) = (quantile(sorted, 0.0), quantile(sorted, 1.0)) else {
        ui.label(dim(ui, t.get("dash-no-lots")));
        return;
    };
    let width = ((high - low) / BINS as f64).max(1e-9);
    let mut bins = [0u32; BINS];
    for v in sorted {
        bins[(((v - low) / width) as usize).min(BINS - 1)] += 1;
    }
    let most = bins.iter().copied().max().unwrap_or(1).max(1);
    let (rect, response) = ui.allocate_exact_size(
        Vec2::new(ui.available_width(), CHART - 26.0),
        Sense::hover(),
    );
    let painter = ui.painter_at(rect);
    // Names of the quantiles stand above the bars.
    let names = 30.0;
    let top = rect.min + Vec2::new(0.0, names);
    let plot = Rect::from_min_max(top, pos2(rect.right(), rect.bottom() - 16.0));
    let step = plot.width() / BINS as f32;
    for (i, n) in bins.iter().enumerate() {
        let height = *n as f32 / most as f32 * plot.height();
        let bar = Rect::from_min_max(
            pos2(plot.left() + step * i as f32 + 0.5, plot.bottom() - height),
            pos2(plot.left() + step * (i + 1) as f32 - 0.5, plot.bottom()),
        );
        painter.rect_filled(bar, 1.0, colour(look.accent.towards(look.surface, 0.35)));
    }
    painter.hline(
        plot.x_range(),
        plot.bottom(),
        Stroke::new(1.0, colour(look.line)),
    );
    let font = FontId::proportional(type_pt::SMALL - 1.0);
    let at = |v: f64| plot.left() + ((v - low) / (high - low).max(1e-9)) as f32 * plot.width();
    for (share, key) in [(0.5, "dash-median"), (0.95, "report-p95")] {
        if let Some(v) = quantile(sorted, share) {
            let y = rect.top() + if share > 0.9 { 14.0 } else { 0.0 };
            painter.vline(
                at(v),
                (y + 2.0)..=plot.bottom(),
                Stroke::new(1.0, colour(look.text)),
            );
            let text = format!("{} {}", t.get(key), number(v, decimals_for(v)));
            let side = if at(v) > plot.center().x {
                Align2::RIGHT_TOP
            } else {
                Align2::LEFT_TOP
            };
            let x = if side == Align2::RIGHT_TOP {
                at(v) - 4.0
            } else {
                at(v) + 4.0
            };
            painter.text(pos2(x, y), side, text, font.clone(), colour(look.text));
        }
    }
    let foot = rect.bottom();
    let dim = colour(look.dim);
    painter.text(
        pos2(rect.left(), foot),
        Align2::LEFT_BOTTOM,
        format!("{} {}", number(low, decimals_for(high)), t.unit("d")),
        font.clone(),
        dim,
    );
    painter.text(
        pos2(rect.right(), foot),
        Align2::RIGHT_BOTTOM,
        format!("{} {}", number(high, decimals_for(high)), t.unit("d")),
        font,
        dim,
    );
    if let Some(p) = response.hover_pos() {
        let i = (((p.x - plot.left()) / step) as usize).min(BINS - 1);
        let from = low + width * i as f64;
        let d = decimals_for(high);
        let words = t.with(
            "dash-bin",
            &[
                ("low", &number(from, d)),
                ("high", &number(from + width, d)),
                ("n", &number(f64::from(bins[i]), 0)),
            ],
        );
        response.on_hover_text_at_pointer(words);
    }
    let n = number(sorted.len() as f64, 0);
    ui.label(small(ui, t.with("dash-lots-behind", &[("n", &n)])));
}

/// Lots whose queue time window closes soonest.
fn risks(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    ui.label(strong(t.get("dash-risk")));
    let Some(live) = desk.live.take() else { return };
    let now = live.now_us();
    let mut windows: Vec<_> = live.windows().collect();
    windows.sort_by_key(|w| w.until_us);
    let look = theme(ui);
    if windows.is_empty() {
        ui.label(dim(ui, t.get("dash-risk-none")));
    } else {
        let late = windows.iter().filter(|w| w.until_us < now).count();
        let values = [
            ("n", number(windows.len() as f64, 0)),
            ("late", number(late as f64, 0)),
        ];
        let values = values.each_ref().map(|(k, v)| (*k, v.as_str()));
        ui.label(small(ui, t.with("dash-risk-count", &values)));
    }
    for w in windows.iter().take(RISKS) {
        let name = live.lot_name(w.lot);
        let total = w.until_us.saturating_sub(w.since_us).max(1);
        let used = now.saturating_sub(w.since_us) as f64 / total as f64;
        let late = w.until_us < now;
        let (face, tint, words) = if late {
            (icon::WARNING_CIRCLE, look.bad, t.get("live-cqt-late"))
        } else {
            let left = super::live_facts::span(t, w.until_us - now);
            let tint = if used > 0.75 { look.warn } else { look.dim };
            (
                icon::TIMER,
                tint,
                t.with("dash-risk-left", &[("time", &left)]),
            )
        };
        ui.horizontal(|ui| {
            let name = RichText::new(&name).size(type_pt::SMALL);
            let link = egui::Button::new((name, egui::Atom::grow()));
            let link = link
                .frame(false)
                .truncate()
                .min_size(Vec2::new(130.0, 18.0));
            if ui.add(link).clicked() {
                desk.selection = Selection::Lot(w.lot);
                desk.room = "plant";
                desk.camera.push(CameraCommand::Follow(w.lot));
            }
            let text = RichText::new(format!("{face} {words}")).size(type_pt::SMALL);
            ui.add(Label::new(text.color(colour(tint))).truncate());
        });
    }
    desk.live = Some(live);
}

fn alarms(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    ui.label(strong(t.get("dash-alarms")));
    events::list(ui, desk, t, 8);
}
