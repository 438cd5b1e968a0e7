//! How what is selected does at this instant: states, queues, the way of a lot.

use egui::{RichText, Ui};
use egui_phosphor::regular as icon;

use super::button;
use super::desk::{CameraCommand, Desk, LotKey, Selection};
use super::field::{fact, rule};
use super::style::{colour, dim, strong, theme};
use super::tool_state;
use crate::sim::fab::live::Live;
use crate::sim::fab::{GroupNow, LotNow, Place};
use crate::view::i18n::{Texts, clock, number};
use crate::view::tokens::{ToolState, space_pt, type_pt};
use crate::view::verdict::value_text;
use crate::world;

/// Lots listed at most.
const LOTS_SHOWN: usize = 8;

/// A time span as people say it, from µs.
pub fn span(t: &Texts, us: u64) -> String {
    let hours = us as f64 / 3.6e9;
    if hours >= 48.0 {
        value_text(hours / 24.0, 1, "d", t)
    } else if hours >= 1.0 {
        value_text(hours, 1, "h", t)
    } else {
        value_text(hours * 60.0, 0, "min", t)
    }
}

/// State of a tool as the panels paint it.
pub fn painted(state: world::ToolState, in_setup: bool) -> ToolState {
    match state {
        _ if in_setup => ToolState::Setup,
        world::ToolState::Productive => ToolState::Productive,
        world::ToolState::Standby => ToolState::Standby,
        world::ToolState::Engineering => ToolState::Engineering,
        world::ToolState::ScheduledDown => ToolState::ScheduledDown,
        world::ToolState::UnscheduledDown => ToolState::UnscheduledDown,
        world::ToolState::NonScheduled => ToolState::NonScheduled,
    }
}

/// Draws the facts of the selection.
pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let Some(live) = desk.live.take() else { return };
    let t = desk.texts();
    match desk.selection {
        Selection::Group(group) => of_group(ui, desk, &live, group, &t),
        Selection::Tool(tool) => of_tool(ui, desk, &live, tool, &t),
        Selection::Lot(lot) => of_lot(ui, desk, &live, lot, &t),
        _ => {}
    }
    desk.live = Some(live);
}

fn of_group(ui: &mut Ui, desk: &mut Desk, live: &Live, group: u32, t: &Texts) {
    let mut all = Vec::new();
    live.groups(&mut all);
    let Some(now) = all.get(group as usize).copied() else {
        return;
    };
    let GroupNow {
        waiting,
        inside,
        coming,
        oldest_us,
        ..
    } = now;
    for (key, lots) in [
        ("live-waiting", waiting),
        ("live-inside", inside),
        ("live-coming", coming),
    ] {
        fact(ui, &t.get(key), value_text(f64::from(lots), 0, "lots", t));
    }
    if let Some(since) = oldest_us {
        fact(
            ui,
            &t.get("live-oldest"),
            span(t, live.now_us().saturating_sub(since)),
        );
    }
    ui.add_space(space_pt::XS);
    let parts = [
        (ToolState::Productive, now.productive),
        (ToolState::Standby, now.standby),
        (ToolState::ScheduledDown, now.scheduled_down),
        (ToolState::UnscheduledDown, now.unscheduled_down),
    ];
    let total: u32 = parts.iter().map(|p| p.1).sum();
    tool_state::bar(ui, &parts.map(|(s, n)| (s, f64::from(n))), 10.0);
    ui.horizontal_wrapped(|ui| {
        for (state, n) in parts.into_iter().filter(|p| p.1 > 0) {
            let words = format!("{} {}", t.get(state.i18n_key()), number(f64::from(n), 0));
            tool_state::chip(ui, state, &words);
        }
    });
    if total > 0 && waiting > 0 {
        let queue: Vec<LotKey> = live.queue(group).take(LOTS_SHOWN).collect();
        lots(
            ui,
            desk,
            live,
            &t.get("live-queue"),
            &queue,
            waiting as usize,
        );
    }
    rule(ui);
}

fn lots(ui: &mut Ui, desk: &mut Desk, live: &Live, title: &str, lots: &[LotKey], all: usize) {
    ui.add_space(space_pt::S);
    ui.label(dim(ui, title));
    ui.horizontal_wrapped(|ui| {
        for lot in lots {
            let name = live.lot_name(*lot);
            if ui.add(egui::Button::new(name).small()).clicked() {
                desk.selection = Selection::Lot(*lot);
            }
        }
        if all > lots.len() {
            let more = number((all - lots.len()) as f64, 0);
            ui.label(dim(ui, format!("+{more}")));
        }
    });
}

fn of_tool(ui: &mut Ui, desk: &mut Desk, live: &Live, tool: u32, t: &Texts) {
    let Some(now) = live.tool(tool) else { return };
    let state = painted(now.state, now.in_setup);
    ui.horizontal(|ui| tool_state::chip(ui, state, &t.get(state.i18n_key())));
    if let Some(until) = now.busy_until_us {
        fact(ui, &t.get("live-busy-until"), clock(until));
    }
    if !now.lots.is_empty() {
        let first: Vec<LotKey> = now.lots.iter().copied().take(LOTS_SHOWN).collect();
        lots(
            ui,
            desk,
            live,
            &t.get("live-inside"),
            &first,
            now.lots.len(),
        );
    }
    rule(ui);
}

fn of_lot(ui: &mut Ui, desk: &mut Desk, live: &Live, lot: LotKey, t: &Texts) {
    ui.label(strong(live.lot_name(lot)).size(type_pt::TITLE));
    let Some(now) = live.lot(lot) else {
        ui.label(dim(ui, t.get("live-lot-gone")));
        return;
    };
    let look = theme(ui);
    if now.hot {
        let hot = format!("{} {}", icon::FIRE, t.get("live-hot"));
        ui.label(RichText::new(hot).color(colour(look.bad)));
    }
    ui.horizontal(|ui| {
        if ui
            .button(format!("{} {}", icon::CROSSHAIR, t.get("live-follow")))
            .clicked()
        {
            desk.camera.push(CameraCommand::Follow(lot));
        }
        if button::icon(ui, icon::X, &t.get("live-unfollow"), false).clicked() {
            desk.camera.push(CameraCommand::Rest);
        }
    });
    ui.add_space(space_pt::S);
    let LotNow {
        step,
        steps,
        wafers,
        priority,
        ..
    } = now;
    let names = &live.model().names;
    let product = names
        .products
        .get(now.product as usize)
        .cloned()
        .unwrap_or_default();
    fact(ui, &t.get("record-product"), product);
    fact(ui, &t.get("live-where"), place(live, now.place, t));
    let at = format!(
        "{} / {}",
        number(f64::from(step + 1), 0),
        number(f64::from(steps), 0)
    );
    fact(
        ui,
        &t.get("live-step"),
        format!("{at} · {}", live.step_name(now.route, step)),
    );
    let share = f32::from(u16::try_from(step).unwrap_or(u16::MAX)) / steps.max(1) as f32;
    ui.add(
        egui::ProgressBar::new(share)
            .desired_height(6.0)
            .fill(colour(look.accent)),
    );
    fact(ui, &t.get("live-wafers"), number(f64::from(wafers), 0));
    fact(ui, &t.get("live-priority"), number(f64::from(priority), 0));
    fact(
        ui,
        &t.get("live-age"),
        span(t, live.now_us().saturating_sub(now.release_us)),
    );
    if let Some(due) = now.due_us {
        fact(ui, &t.get("live-due"), clock(due));
    }
    let windows: Vec<_> = live.windows().filter(|w| w.lot == lot).collect();
    for window in windows {
        let left = window.until_us.saturating_sub(live.now_us());
        let late = window.until_us < live.now_us();
        let words = if late {
            t.get("live-cqt-late")
        } else {
            span(t, left)
        };
        let tint = if late { look.bad } else { look.warn };
        ui.label(RichText::new(format!("{} CQT {words}", icon::TIMER)).color(colour(tint)));
    }
    rule(ui);
    ui.label(dim(ui, t.get("live-past-steps")));
    let mut past: Vec<_> = live.steps_of(lot).collect();
    past.reverse();
    for s in past.into_iter().take(12) {
        let tool = names
            .tools
            .get(s.tool as usize)
            .cloned()
            .unwrap_or_default();
        let words = format!("{} · {tool}", live.step_name(s.route, s.step));
        fact(ui, &clock(s.start_us), words);
    }
}

fn place(live: &Live, place: Place, t: &Texts) -> String {
    let names = &live.model().names;
    let group = |g: u32| {
        names
            .tool_groups
            .get(g as usize)
            .map_or("", String::as_str)
            .to_owned()
    };
    match place {
        Place::Queue { group: g, since_us } => {
            let since = span(t, live.now_us().saturating_sub(since_us));
            t.with("live-in-queue", &[("group", &group(g)), ("since", &since)])
        }
        Place::Tool { tool, blocked, .. } => {
            let tool = names.tools.get(tool as usize).map_or("", String::as_str);
            let key = if blocked {
                "live-blocked-in"
            } else {
                "live-in-tool"
            };
            t.with(key, &[("tool", tool)])
        }
        Place::Moving { to, arrive_us, .. } => {
            let arrive = clock(arrive_us);
            t.with("live-moving", &[("group", &group(to)), ("at", &arrive)])
        }
    }
}
