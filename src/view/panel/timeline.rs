//! The strip below the plant: the run's time with its events, and a chart over the same time.

use egui::{
    Align, Align2, FontId, Frame, Layout, Margin, Panel, Rect, RichText, Sense, Stroke, Ui,
    UiBuilder, Vec2, pos2,
};
use egui_phosphor::regular as icon;

use super::button;
use super::chart::{self, Head, day_step};
use super::command;
use super::dashboard::{self, day_words};
use super::desk::Desk;
use super::events::{self, face};
use super::gantt;
use super::series::DAY_US;
use super::style::{colour, sheer, small, theme};
use crate::sim::fab::history::EventKind;
use crate::sim::fab::live::Live;
use crate::view::i18n::clock;
use crate::view::report::svg::cell;
use crate::view::tokens::{frame_pt, space_pt, type_pt};

/// Height of the strip with the time axis, points.
pub const AXIS: f32 = 46.0;
/// Least distance of two marks of a kind, points.
const APART: f32 = 2.0;

/// The marks on the time axis; made anew only when the run has come a mark further.
#[derive(Debug, Default)]
pub struct Ticks {
    /// Width, and how far the run was, in marks.
    made_for: Option<(u32, u64, u64)>,
    /// Lanes in use: one for each kind of event that this plant has.
    lanes: usize,
    /// Share of the axis, lane, kind.
    marks: Vec<(f32, u8, EventKind)>,
}

impl Ticks {
    fn renew(self, live: &Live, width: f32) -> Self {
        let slots = (width / APART).max(1.0) as u64;
        let slot_us = (live.end_us() / slots).max(1);
        let key = (width as u32, live.reached_us() / slot_us, live.end_us());
        if self.made_for == Some(key) {
            return self;
        }
        let mut kinds: Vec<EventKind> = Vec::new();
        let mut last: Vec<Option<u64>> = Vec::new();
        let mut marks: Vec<(u64, EventKind)> = Vec::new();
        for event in live.history().events() {
            let slot = event.begin_us / slot_us;
            let lane = kinds
                .iter()
                .position(|k| *k == event.kind)
                .unwrap_or_else(|| {
                    kinds.push(event.kind);
                    last.push(None);
                    kinds.len() - 1
                });
            if last[lane] != Some(slot) {
                last[lane] = Some(slot);
                marks.push((event.begin_us, event.kind));
            }
        }
        kinds.sort_by_key(|k| events::KINDS.iter().position(|o| o == k));
        let end_us = live.end_us().max(1) as f64;
        let place = |(us, kind): (u64, EventKind)| {
            let lane = kinds.iter().position(|k| *k == kind).unwrap_or(0) as u8;
            ((us as f64 / end_us) as f32, lane, kind)
        };
        Self {
            made_for: Some(key),
            marks: marks.into_iter().map(place).collect(),
            lanes: kinds.len(),
        }
    }
}

/// Tabs below the axis: name, key of the text.
const TABS: [(&str, &str); 5] = [
    ("wip", "strip-wip"),
    ("throughput", "strip-throughput"),
    ("cycle", "strip-cycle"),
    ("tools", "strip-tools"),
    ("gantt", "strip-gantt"),
];

/// Draws the time axis alone: where the strip is put away, and below a page, which has its own
/// charts.
pub fn alone(ui: &mut Ui, desk: &mut Desk, page: bool) {
    let frame = Frame::new()
        .fill(colour(theme(ui).surface))
        .inner_margin(Margin::symmetric(space_pt::M as i8, space_pt::XS as i8));
    let panel = Panel::bottom("axis").frame(frame);
    let panel = panel.exact_size(AXIS + 2.0 * space_pt::XS);
    panel.show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        axis(ui, desk, page);
    });
}

/// Draws the strip with its charts; true when somebody begins to drag it away.
pub fn strip(ui: &mut Ui, desk: &mut Desk) -> bool {
    let dragged = axis(ui, desk, false);
    tabs(ui, desk);
    // What is drawn higher than its place must not push the pane up, frame by frame.
    let place = ui.available_rect_before_wrap();
    let mut inner = ui.new_child(UiBuilder::new().max_rect(place));
    inner.shrink_clip_rect(place);
    body(&mut inner, desk);
    dragged
}

/// True when somebody begins to drag the strip by its grip.
fn axis(ui: &mut Ui, desk: &mut Desk, page: bool) -> bool {
    let t = desk.texts();
    let mut dragged = false;
    ui.horizontal(|ui| {
        if !page && desk.prefs.layout.bottom_open {
            dragged = grip(ui, &t.get("dock-hint"));
        }
        let folded = if desk.prefs.layout.bottom_open {
            icon::CARET_DOWN
        } else {
            icon::CARET_UP
        };
        if !page && button::icon(ui, folded, &t.get("cmd-bottom"), false).clicked() {
            desk.prefs.layout.bottom_open ^= true;
        }
        for name in ["previous-event", "next-event"] {
            if let Some(c) = command::find(name) {
                button::command(ui, desk, c);
            }
        }
        scrub(ui, desk);
    });
    dragged
}

/// Six dots to take the strip by.
fn grip(ui: &mut Ui, words: &str) -> bool {
    let size = Vec2::new(10.0, frame_pt::ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::drag());
    let tint = if response.hovered() {
        theme(ui).text
    } else {
        theme(ui).dim
    };
    for (x, y) in [
        (-2.0, -5.0),
        (2.0, -5.0),
        (-2.0, 0.0),
        (2.0, 0.0),
        (-2.0, 5.0),
        (2.0, 5.0),
    ] {
        let at = rect.center() + Vec2::new(x, y);
        ui.painter().circle_filled(at, 1.2, colour(tint));
    }
    let started = response.drag_started();
    response
        .on_hover_cursor(egui::CursorIcon::Grab)
        .on_hover_text(words);
    started
}

/// The time axis: what was reached, events, now; pressed or dragged it goes there.
pub fn scrub(ui: &mut Ui, desk: &mut Desk) {
    let size = Vec2::new(ui.available_width(), AXIS - 6.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let t = desk.texts();
    let Some(live) = desk.live.take() else { return };
    let look = theme(ui);
    let painter = ui.painter_at(rect);
    let end_us = live.end_us().max(1);
    let bar = Rect::from_min_max(
        pos2(rect.left() + 6.0, rect.top() + 16.0),
        pos2(rect.right() - 6.0, rect.bottom() - 2.0),
    );
    let to_x = |us: u64| bar.left() + (us as f64 / end_us as f64) as f32 * bar.width();
    painter.rect_filled(bar, 3.0, colour(look.bg));
    let reached = Rect::from_min_max(bar.min, pos2(to_x(live.reached_us()), bar.bottom()));
    painter.rect_filled(reached, 3.0, sheer(look.accent, 0.14));
    let days = end_us as f64 / DAY_US;
    let step = day_step(days, f64::from(bar.width() / 96.0));
    let font = FontId::proportional(type_pt::SMALL - 1.0);
    let mut day = 0.0;
    while day <= days + 1e-9 {
        let x = bar.left() + (day / days) as f32 * bar.width();
        let side = if x > bar.right() - 40.0 {
            Align2::RIGHT_TOP
        } else {
            Align2::LEFT_TOP
        };
        painter.text(
            pos2(x, rect.top()),
            side,
            day_words(day),
            font.clone(),
            colour(look.dim),
        );
        painter.vline(x, bar.y_range(), Stroke::new(1.0, sheer(look.line, 0.8)));
        day += step;
    }
    let ticks = std::mem::take(&mut desk.ticks).renew(&live, bar.width());
    let height = bar.height() / ticks.lanes.max(1) as f32;
    for (share, lane, kind) in &ticks.marks {
        let x = bar.left() + share * bar.width();
        let (_, tint, _) = face(*kind, look);
        let top = bar.top() + height * f32::from(*lane);
        painter.vline(
            x,
            (top + 0.5)..=(top + height - 0.5),
            Stroke::new(1.5, colour(tint)),
        );
    }
    desk.ticks = ticks;
    let now = to_x(live.now_us());
    painter.vline(
        now,
        (rect.top() + 12.0)..=rect.bottom(),
        Stroke::new(2.0, colour(look.accent)),
    );
    painter.circle_filled(pos2(now, bar.top() - 1.0), 4.0, colour(look.accent));
    let at = |x: f32| {
        let share = f64::from(((x - bar.left()) / bar.width()).clamp(0.0, 1.0));
        (share * end_us as f64) as u64
    };
    let mut go = None;
    if let Some(p) = response
        .interact_pointer_pos()
        .filter(|_| response.clicked() || response.dragged())
    {
        go = Some(at(p.x));
    }
    if let Some(p) = response.hover_pos() {
        let us = at(p.x);
        let slack = end_us / bar.width().max(1.0) as u64 * 3;
        let near: Vec<_> = live
            .history()
            .events_between(us.saturating_sub(slack), us + slack)
            .filter(|e| e.begin_us + slack >= us)
            .take(5)
            .collect();
        let mut words = clock(us);
        for event in near {
            let (_, _, key) = face(event.kind, look);
            words = format!(
                "{words}\n{} · {}",
                t.get(key),
                events::subject(&live, event)
            );
        }
        response.clone().on_hover_text_at_pointer(words);
    }
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::WidgetType::Slider, true, t.get("panel-timeline"))
    });
    if response.has_focus() {
        painter.rect_stroke(
            rect,
            4.0,
            ui.visuals().selection.stroke,
            egui::StrokeKind::Inside,
        );
        // Arrows go along the time here, not to the next control.
        let filter = egui::EventFilter {
            horizontal_arrows: true,
            ..egui::EventFilter::default()
        };
        ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
        let (left, right) = ui.input(|i| {
            (
                i.key_pressed(egui::Key::ArrowLeft),
                i.key_pressed(egui::Key::ArrowRight),
            )
        });
        let hour = 3_600_000_000;
        if left {
            go = Some(live.now_us().saturating_sub(hour));
        } else if right {
            go = Some(live.now_us() + hour);
        }
    }
    desk.live = Some(live);
    if let Some(us) = go {
        desk.seek(us);
    }
}

fn tabs(ui: &mut Ui, desk: &mut Desk) {
    let t = desk.texts();
    ui.horizontal(|ui| {
        for (name, key) in TABS {
            let here = desk.strip == name;
            let text = RichText::new(t.get(key)).size(type_pt::SMALL);
            if ui
                .add(egui::Button::selectable(here, text).small())
                .clicked()
            {
                desk.strip = name;
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(live) = &desk.live
                && live.now_us() < live.reached_us()
            {
                ui.label(small(ui, t.get("panel-replay")));
            }
        });
    });
}

fn body(ui: &mut Ui, desk: &mut Desk) {
    let height = (ui.available_height() - frame_pt::ROW).max(40.0);
    match desk.strip {
        "gantt" => gantt::show(ui, desk),
        "tools" => tools(ui, desk),
        which => dashboard::strip(ui, desk, which, height),
    }
}

/// State of every tool now: one small square each, group by group.
fn tools(ui: &mut Ui, desk: &mut Desk) {
    let t = desk.texts();
    let Some(live) = &desk.live else { return };
    let names = &live.model().names.tools;
    let mut csv = String::from("tool,state\n");
    for (name, state) in names.iter().zip(live.tool_states()) {
        let painted = super::live_facts::painted(state, false);
        let word = t.get(painted.i18n_key());
        csv.push_str(&format!("{},{}\n", cell(name), cell(&word)));
    }
    let title = format!("{} · {}", t.get("strip-tools"), clock(live.now_us()));
    let head = Head {
        title: &title,
        unit: "",
        csv: &|| csv.clone(),
    };
    chart::show(ui, desk, &head, squares);
}

fn squares(ui: &mut Ui, desk: &mut Desk) {
    let Some(live) = desk.live.take() else { return };
    let t = desk.texts();
    let size = ui.available_size();
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let painter = ui.painter_at(rect);
    let n = live.model().tools.len().max(1);
    let mut side = 14.0_f32;
    while side > 3.0 && (rect.width() / side).floor() * (rect.height() / side).floor() < n as f32 {
        side -= 0.5;
    }
    let per_row = ((rect.width() / side).floor() as usize).max(1);
    let at = |i: usize| {
        let (row, column) = (i / per_row, i % per_row);
        let min = pos2(
            rect.left() + column as f32 * side,
            rect.top() + row as f32 * side,
        );
        Rect::from_min_size(min, Vec2::splat(side - 1.0))
    };
    for (i, state) in live.tool_states().enumerate() {
        let painted = super::live_facts::painted(state, false);
        if side >= 11.0 {
            super::tool_state::glyph(&painter, at(i).center(), side - 3.0, painted);
        } else {
            painter.rect_filled(at(i), 1.5, colour(painted.colour()));
        }
    }
    let pointed = response.hover_pos().map(|p| {
        let (row, column) = ((p.y - rect.top()) / side, (p.x - rect.left()) / side);
        row as usize * per_row + column as usize
    });
    let mut chosen = None;
    if let Some(i) = pointed.filter(|i| *i < n)
        && let Some(tool) = live.tool(i as u32)
    {
        let painted = super::live_facts::painted(tool.state, tool.in_setup);
        let name = live.model().names.tools.get(i).cloned().unwrap_or_default();
        if response.clicked() {
            chosen = Some(i as u32);
        }
        painter.rect_stroke(
            at(i),
            1.5,
            Stroke::new(1.0, colour(theme(ui).text)),
            egui::StrokeKind::Outside,
        );
        response.on_hover_text_at_pointer(format!("{name}\n{}", t.get(painted.i18n_key())));
    }
    desk.live = Some(live);
    if let Some(tool) = chosen {
        desk.selection = super::desk::Selection::Tool(tool);
    }
}
