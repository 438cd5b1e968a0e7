//! The sides of the frame: tree at the left, inspector at the right; they fold and keep their size.

use egui::{Frame, Margin, Panel, Ui};

use super::desk::Desk;
use super::style::{colour, theme};
use super::{inspector, tree, whatif_page};
use crate::view::tokens::space_pt;

/// How narrow a side may be, points.
const LEAST: f32 = 200.0;
/// How wide.
const MOST: f32 = 640.0;

/// Sizes of a side that leave the plant room in a small window.
fn widths(ui: &Ui, share: f32) -> std::ops::RangeInclusive<f32> {
    let window = ui.ctx().viewport_rect().width();
    let most = if window < 1200.0 {
        window * share
    } else {
        MOST
    };
    LEAST..=most.clamp(LEAST, MOST)
}

fn frame(ui: &Ui) -> Frame {
    let (x, y) = (space_pt::M as i8, space_pt::S as i8);
    Frame::new()
        .fill(colour(theme(ui).surface))
        .inner_margin(Margin::symmetric(x, y))
}

/// Draws the scene tree.
pub fn left(ui: &mut Ui, desk: &mut Desk) {
    let mut open = desk.prefs.layout.left_open;
    let shown = Panel::left("left")
        .default_size(desk.prefs.layout.left_pt)
        .size_range(widths(ui, 0.22))
        .frame(frame(ui))
        .show_collapsible(ui, &mut open, |ui| {
            ui.take_available_space();
            tree::show(ui, desk);
        });
    let roomy = ui.ctx().viewport_rect().width() >= 1200.0;
    if let Some(shown) = shown.filter(|_| open && roomy) {
        desk.prefs.layout.left_pt = shown.response.rect.width();
    }
    desk.prefs.layout.left_open = open;
}

/// Draws the inspector.
pub fn right(ui: &mut Ui, desk: &mut Desk) {
    let mut open = desk.prefs.layout.right_open;
    let shown = Panel::right("right")
        .default_size(desk.prefs.layout.right_pt)
        .size_range(widths(ui, 0.31))
        .frame(frame(ui))
        .show_collapsible(ui, &mut open, |ui| {
            // Nothing inside may widen the panel.
            ui.set_max_width(ui.available_width());
            let t = desk.texts();
            ui.horizontal(|ui| {
                for (what_if, key) in [(false, "panel-inspector"), (true, "room-what-if")] {
                    let here = desk.right_is_what_if == what_if;
                    if ui.selectable_label(here, t.get(key)).clicked() {
                        desk.right_is_what_if = what_if;
                    }
                }
            });
            ui.add_space(space_pt::XS);
            if desk.right_is_what_if {
                whatif_page::show(ui, desk);
            } else {
                inspector::show(ui, desk);
            }
        });
    let roomy = ui.ctx().viewport_rect().width() >= 1200.0;
    if let Some(shown) = shown.filter(|_| open && roomy) {
        desk.prefs.layout.right_pt = shown.response.rect.width();
    }
    desk.prefs.layout.right_open = open;
}
