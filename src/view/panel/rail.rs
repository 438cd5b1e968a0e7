//! The rail at the left edge: the rooms, one table.

use egui::{Align, Frame, Layout, Margin, Panel, Stroke, Ui};
use egui_phosphor::regular as icon;

use super::button;
use super::desk::Desk;
use super::style::{colour, theme};
use crate::view::tokens::{frame_pt, space_pt};

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

/// All rooms, in the rail's order. A room adds its own entry here.
pub static ROOMS: &[Room] = &[Room {
    name: "plant",
    icon: icon::FACTORY,
    fits: |_| true,
    page: None,
}];

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
                for room in ROOMS {
                    if !(room.fits)(desk) {
                        continue;
                    }
                    let name = t.get(&format!("room-{}", room.name));
                    let here = desk.room == room.name;
                    if button::icon(ui, room.icon, &name, here).clicked() {
                        desk.room = room.name;
                    }
                }
            });
        });
}
