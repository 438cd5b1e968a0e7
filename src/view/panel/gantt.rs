//! Where a lot was, or what a tool did: past steps as bars over time.

use egui::{Align2, FontId, Rect, Sense, Stroke, Ui, pos2};

use super::chart::{self, Head, day_step};
use super::dashboard::day_words;
use super::desk::{Desk, Selection};
use super::series::DAY_US;
use super::style::{colour, dim, sheer, theme};
use crate::results::record::StepRecord;
use crate::sim::fab::LotKey;
use crate::sim::fab::live::Live;
use crate::view::i18n::clock;
use crate::view::report::svg::cell;
use crate::view::tokens::{ToolState, type_pt};

/// Lanes drawn at most.
const LANES: usize = 8;

/// Draws the path of the selected lot, or the past of the selected tool.
pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let t = desk.texts();
    let Some(live) = desk.live.take() else { return };
    let names = &live.model().names;
    let (steps, by_tool, of): (Vec<StepRecord>, bool, String) = match desk.selection {
        Selection::Lot(lot) => (
            live.steps_of(lot).copied().collect(),
            false,
            live.lot_name(lot),
        ),
        Selection::Tool(tool) => (
            live.steps_in(tool).copied().collect(),
            true,
            names.tools.get(tool as usize).cloned().unwrap_or_default(),
        ),
        _ => (Vec::new(), false, String::new()),
    };
    if steps.is_empty() {
        ui.label(dim(ui, t.get("gantt-empty")));
        desk.live = Some(live);
        return;
    }
    let title = format!("{} · {of}", t.get("strip-gantt"));
    let csv = table(&live, &steps);
    desk.live = Some(live);
    let head = Head {
        title: &title,
        unit: "",
        csv: &|| csv.clone(),
    };
    chart::show(ui, desk, &head, |ui, desk| draw(ui, desk, &steps, by_tool));
}

/// The steps as a CSV file, times in days.
fn table(live: &Live, steps: &[StepRecord]) -> String {
    let names = &live.model().names;
    let mut out = String::from("lot,step,tool,arrive d,start d,setup end d,end d\n");
    for s in steps {
        let lot = live.lot_name(lot_of(s));
        let tool = names.tools.get(s.tool as usize).map_or("", String::as_str);
        let days = [s.arrive_us, s.start_us, s.setup_end_us, s.end_us];
        let days = days
            .map(|us| format!("{:.6}", us as f64 / DAY_US))
            .join(",");
        let step = live.step_name(s.route, s.step);
        out.push_str(&format!(
            "{},{},{},{days}\n",
            cell(&lot),
            cell(step),
            cell(tool)
        ));
    }
    out
}

fn lot_of(step: &StepRecord) -> LotKey {
    LotKey {
        lot_type: step.lot_type,
        number: step.lot,
    }
}

fn draw(ui: &mut Ui, desk: &mut Desk, steps: &[StepRecord], by_tool: bool) {
    let t = desk.texts();
    let Some(live) = desk.live.take() else { return };
    let names = &live.model().names;
    let now = live.now_us();
    let first = steps.iter().map(|s| s.arrive_us).min().unwrap_or(0);
    let first = first.max(live.history().steps_from_us());
    let span = now.saturating_sub(first).max(1);
    let look = theme(ui);
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    let painter = ui.painter_at(rect);
    let font = FontId::proportional(type_pt::SMALL - 1.0);
    let label = 150.0_f32.min(rect.width() * 0.25);
    let plot = Rect::from_min_max(pos2(rect.left() + label, rect.top() + 14.0), rect.max);
    let to_x = |us: u64| {
        plot.left() + (us.saturating_sub(first) as f64 / span as f64) as f32 * plot.width()
    };
    let days = span as f64 / DAY_US;
    let from_d = first as f64 / DAY_US;
    let step = day_step(days, f64::from(plot.width() / 90.0));
    let mut day = libm::ceil(from_d / step) * step;
    while day <= from_d + days {
        let x = to_x((day * DAY_US) as u64);
        painter.text(
            pos2(x, rect.top()),
            Align2::LEFT_TOP,
            day_words(day),
            font.clone(),
            colour(look.dim),
        );
        painter.vline(x, plot.y_range(), Stroke::new(1.0, sheer(look.line, 0.6)));
        day += step;
    }
    // A lot moves between groups, a tool works on lot types: one lane for each, the latest first.
    let lane_of = |s: &StepRecord| if by_tool { s.lot_type } else { s.group };
    let mut lanes: Vec<u32> = Vec::new();
    for s in steps.iter().rev() {
        if !lanes.contains(&lane_of(s)) && lanes.len() < LANES {
            lanes.push(lane_of(s));
        }
    }
    let height = (plot.height() / lanes.len() as f32).clamp(8.0, 22.0);
    let lane_names = if by_tool {
        &names.lot_types
    } else {
        &names.tool_groups
    };
    let mut pointed: Option<&StepRecord> = None;
    for (i, lane) in lanes.iter().enumerate() {
        let y = plot.top() + height * (i as f32 + 0.5);
        let name = lane_names.get(*lane as usize).cloned().unwrap_or_default();
        let mut job =
            egui::text::LayoutJob::simple_singleline(name, font.clone(), colour(look.text));
        job.wrap = egui::text::TextWrapping::truncate_at_width(label - 8.0);
        let galley = painter.layout_job(job);
        painter.galley(
            pos2(rect.left(), y - galley.size().y / 2.0),
            galley,
            colour(look.text),
        );
        painter.hline(plot.x_range(), y, Stroke::new(1.0, sheer(look.line, 0.5)));
    }
    for s in steps {
        let Some(i) = lanes.iter().position(|l| *l == lane_of(s)) else {
            continue;
        };
        let y = plot.top() + height * (i as f32 + 0.5);
        let body = |from: u64, to: u64, half: f32| {
            Rect::from_min_max(
                pos2(to_x(from), y - half),
                pos2(to_x(to).max(to_x(from) + 1.0), y + half),
            )
        };
        let half = height / 2.0 - 2.0;
        painter.rect_filled(
            body(s.arrive_us, s.start_us, 1.5),
            0.0,
            colour(ToolState::Held.colour()),
        );
        let setup = body(s.start_us, s.setup_end_us.min(s.end_us), half);
        painter.rect_filled(setup, 1.0, colour(ToolState::Setup.colour()));
        let work = body(s.setup_end_us.min(s.end_us), s.end_us, half);
        painter.rect_filled(work, 1.0, colour(ToolState::Productive.colour()));
        let all = body(s.arrive_us, s.end_us, half);
        if response
            .hover_pos()
            .is_some_and(|p| all.expand(1.0).contains(p))
        {
            pointed = Some(s);
        }
    }
    if let Some(s) = pointed {
        let tool = names.tools.get(s.tool as usize).map_or("", String::as_str);
        let lot = live.lot_name(lot_of(s));
        let step = live.step_name(s.route, s.step);
        let wait = super::live_facts::span(&t, s.start_us.saturating_sub(s.arrive_us));
        let work = super::live_facts::span(&t, s.end_us.saturating_sub(s.start_us));
        let words = format!(
            "{lot} · {step} · {tool}\n{} – {}\n{} {wait} · {} {work}",
            clock(s.start_us),
            clock(s.end_us),
            t.get("gantt-wait"),
            t.get("gantt-process"),
        );
        response.on_hover_text_at_pointer(words);
    }
    desk.live = Some(live);
}
