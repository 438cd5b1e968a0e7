//! The rail at the left edge: the rooms, one table.

use egui::{Align, Frame, Key, KeyboardShortcut, Layout, Margin, Modifiers, Panel, Stroke, Ui};
use egui_phosphor::regular as icon;

use super::button;
use super::desk::Desk;
use super::style::{colour, strong, theme};
use super::{command, dashboard, events, process, variants_page, whatif_page};
use crate::view::tokens::{frame_pt, space_pt, type_pt};

/// A room: what the middle of the window shows.
pub struct Room {
    /// Its name; `room-<name>` is the text's key.
    pub name: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// Whether it has anything to show.
    pub fits: fn(&Desk) -> bool,
    /// Draws the page that covers the plant; `None`: the plant itself is shown.
    pub page: Option<fn(&mut Ui, &mut Desk)>,
}

/// The room that needs no scene.
pub const PROCESS_BENCH: &str = "process-bench";

/// All rooms, in the rail's order. A room adds its own entry here.
pub static ROOMS: &[Room] = &[
    Room {
        name: "plant",
        icon: icon::FACTORY,
        fits: |_| true,
        page: None,
    },
    Room {
        name: "dashboard",
        icon: icon::CHART_LINE_UP,
        fits: |d| d.session.is_some(),
        page: Some(dashboard::show),
    },
    Room {
        name: "what-if",
        icon: icon::FLASK,
        fits: |d| d.session.is_some(),
        page: Some(whatif_page::show),
    },
    Room {
        name: "variants",
        icon: icon::GIT_DIFF,
        fits: |d| d.session.is_some(),
        page: Some(variants_page::show),
    },
    Room {
        name: PROCESS_BENCH,
        icon: icon::APERTURE,
        fits: |_| true,
        page: Some(process::show),
    },
    Room {
        name: "alarms",
        icon: icon::BELL,
        fits: |d| d.session.is_some(),
        page: Some(alarms),
    },
];

/// Keys of the rooms in their order, with Alt.
const KEYS: [Key; 9] = [
    Key::Num1,
    Key::Num2,
    Key::Num3,
    Key::Num4,
    Key::Num5,
    Key::Num6,
    Key::Num7,
    Key::Num8,
    Key::Num9,
];

/// The alarms room: all that called for somebody, the latest first.
fn alarms(ui: &mut Ui, desk: &mut Desk) {
    let t = desk.texts();
    ui.label(strong(t.get("dash-alarms")).size(type_pt::LARGE));
    ui.add_space(space_pt::S);
    events::page(ui, desk, &t, 10_000);
}

/// Draws the rail.
pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let look = theme(ui);
    let frame = Frame::new()
        .fill(colour(look.bg))
        .inner_margin(Margin::symmetric(0, space_pt::S as i8))
        .stroke(Stroke::NONE);
    Panel::left("rail")
        .exact_size(frame_pt::RAIL)
        .resizable(false)
        .frame(frame)
        .show(ui, |ui| {
            ui.with_layout(Layout::top_down(Align::Center), |ui| {
                let t = desk.texts();
                let rooms: Vec<_> = ROOMS.iter().filter(|r| (r.fits)(desk)).collect();
                for (i, room) in rooms.into_iter().enumerate() {
                    let mut name = t.get(&format!("room-{}", room.name));
                    let mut pressed = false;
                    if let Some(key) = KEYS.get(i) {
                        let key = KeyboardShortcut::new(Modifiers::ALT, *key);
                        name = format!("{name} ({})", button::key_words(ui.ctx(), key));
                        pressed = !desk.is_asking() && ui.input_mut(|i| i.consume_shortcut(&key));
                    }
                    let here = desk.room == room.name;
                    if button::icon(ui, room.icon, &name, here).clicked() || pressed {
                        desk.room = room.name;
                    }
                }
            });
            ui.with_layout(Layout::bottom_up(Align::Center), |ui| {
                for name in ["preferences", "keys"] {
                    if let Some(c) = command::find(name) {
                        button::command(ui, desk, c);
                    }
                }
            });
        });
}
