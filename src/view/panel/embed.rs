//! The frame of an embedded view: the plant and its time, only to be looked at.

use egui::{Align, Frame, Layout, Margin, Panel, Rect, Ui};

use super::desk::Desk;
use super::style::{colour, theme};
use super::{timeline, top};
use crate::view::tokens::space_pt;

/// Names of the commands whose keys work here: those that leave the scene as it is.
pub const COMMANDS: [&str; 8] = [
    "play",
    "faster",
    "slower",
    "frame",
    "home",
    "top-view",
    "previous-event",
    "next-event",
];

/// Draws the strip and gives the place that is left for the plant.
pub fn show(root: &mut Ui, desk: &mut Desk) -> Rect {
    let frame = Frame::new()
        .fill(colour(theme(root).surface))
        .inner_margin(Margin::symmetric(space_pt::M as i8, space_pt::XS as i8));
    Panel::bottom("embed")
        .exact_size(timeline::AXIS + 2.0 * space_pt::XS)
        .frame(frame)
        .show(root, |ui| {
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                top::transport(ui, desk);
                timeline::scrub(ui, desk);
            });
        });
    root.available_rect_before_wrap()
}
