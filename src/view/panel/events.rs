//! What happened in the watched run: names, icons and colours of events, lists of them.

use egui::{Label, RichText, ScrollArea, Ui, Vec2};
use egui_phosphor::regular as icon;

use super::desk::{Desk, Selection};
use super::style::{colour, dim, theme};
use crate::sim::fab::history::{Event, EventKind};
use crate::sim::fab::live::Live;
use crate::view::i18n::{Texts, clock};
use crate::view::tokens::{Rgb, Theme, frame_pt, type_pt};

/// Kinds that the timeline shows, from the rarest.
pub const KINDS: [EventKind; 6] = [
    EventKind::Breakdown,
    EventKind::Maintenance,
    EventKind::LateWindow,
    EventKind::HotRelease,
    EventKind::Scrapped,
    EventKind::Lost,
];

/// Kinds that call for somebody.
pub const ALARMS: [EventKind; 4] = [
    EventKind::Breakdown,
    EventKind::LateWindow,
    EventKind::Scrapped,
    EventKind::Lost,
];

/// Icon, colour and key of the name of a kind.
pub fn face(kind: EventKind, look: &Theme) -> (&'static str, Rgb, &'static str) {
    match kind {
        EventKind::Maintenance => (icon::WRENCH, look.warn, "event-maintenance"),
        EventKind::Breakdown => (icon::WARNING_OCTAGON, look.bad, "event-breakdown"),
        EventKind::LateWindow => (icon::TIMER, look.bad, "event-late"),
        EventKind::HotRelease => (icon::FIRE, look.info, "event-hot"),
        EventKind::Scrapped => (icon::TRASH, look.bad, "event-scrapped"),
        EventKind::Lost => (icon::SIGN_OUT, look.bad, "event-lost"),
    }
}

/// What an event is about: a tool, a lot or a group.
pub fn subject(live: &Live, event: &Event) -> String {
    let names = &live.model().names;
    if let Some(lot) = event.lot {
        return live.lot_name(lot);
    }
    if let Some(tool) = event.tool {
        return names.tools.get(tool as usize).cloned().unwrap_or_default();
    }
    let group = event.group.and_then(|g| names.tool_groups.get(g as usize));
    group.cloned().unwrap_or_default()
}

/// Selects what an event is about and goes to when it began.
pub fn go(desk: &mut Desk, event: &Event) {
    if let Some(tool) = event.tool {
        desk.selection = Selection::Tool(tool);
    } else if let Some(lot) = event.lot {
        desk.selection = Selection::Lot(lot);
    } else if let Some(group) = event.group {
        desk.selection = Selection::Group(group);
    }
    desk.seek(event.begin_us);
}

/// Goes to the next or the previous event.
pub fn jump(desk: &mut Desk, forwards: bool) {
    let now = desk.now_us();
    let Some(live) = &desk.live else { return };
    let history = live.history();
    let found = if forwards {
        history.next_event(now, &KINDS)
    } else {
        history.previous_event(now, &KINDS)
    };
    if let Some(event) = found.copied() {
        desk.play.running = false;
        go(desk, &event);
    }
}

/// The latest alarms before now, each a way to its time and place.
pub fn list(ui: &mut Ui, desk: &mut Desk, t: &Texts, most: usize) {
    let Some(live) = desk.live.take() else { return };
    let alarms = latest(&live, most);
    if alarms.is_empty() {
        ui.label(dim(ui, t.get("dash-alarms-none")));
    }
    let mut chosen = None;
    for event in &alarms {
        if row(ui, &live, event, t) {
            chosen = Some(*event);
        }
    }
    desk.live = Some(live);
    if let Some(event) = chosen {
        go(desk, &event);
    }
}

/// All of them as a page that scrolls; only the rows in sight are drawn.
pub fn page(ui: &mut Ui, desk: &mut Desk, t: &Texts, most: usize) {
    let Some(live) = desk.live.take() else { return };
    let alarms = latest(&live, most);
    if alarms.is_empty() {
        ui.label(dim(ui, t.get("dash-alarms-none")));
    }
    let mut chosen = None;
    ScrollArea::vertical().auto_shrink(false).show_rows(
        ui,
        frame_pt::ROW,
        alarms.len(),
        |ui, range| {
            for event in &alarms[range] {
                if row(ui, &live, event, t) {
                    chosen = Some(*event);
                }
            }
        },
    );
    desk.live = Some(live);
    if let Some(event) = chosen {
        go(desk, &event);
    }
}

fn latest(live: &Live, most: usize) -> Vec<Event> {
    let now = live.now_us();
    let before = live
        .history()
        .events()
        .rev()
        .skip_while(|e| e.begin_us > now);
    before
        .filter(|e| ALARMS.contains(&e.kind))
        .take(most)
        .copied()
        .collect()
}

/// True: it was chosen.
fn row(ui: &mut Ui, live: &Live, event: &Event, t: &Texts) -> bool {
    let (icon, tint, key) = face(event.kind, theme(ui));
    let mut chosen = false;
    ui.horizontal(|ui| {
        let open = event.end_us > live.now_us() && matches!(event.kind, EventKind::Breakdown);
        let text = RichText::new(icon).color(colour(tint)).size(type_pt::BODY);
        ui.add_sized(Vec2::new(18.0, 18.0), Label::new(text));
        let when = RichText::new(clock(event.begin_us)).size(type_pt::SMALL);
        let link = egui::Button::new(when).frame(false);
        chosen = ui
            .add(link)
            .on_hover_text(t.get("panel-go-there"))
            .clicked();
        let state = if open {
            format!(" · {}", t.get("event-open"))
        } else {
            String::new()
        };
        let words = format!("{} · {}{state}", t.get(key), subject(live, event));
        ui.add(Label::new(RichText::new(words).size(type_pt::SMALL)).truncate());
    });
    chosen
}
