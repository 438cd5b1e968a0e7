//! The panels: everything of the desktop program but the plant itself.
//!
//! [`show`] draws one frame from a [`Desk`] and gives back where the plant may be drawn. The desk
//! is plain data: what is open, what is asked, what is selected; the stage and the panels read and
//! write the same one. Each panel is a file; [`rail::ROOMS`] lists the rooms, and
//! [`command::COMMANDS`] everything that can be done, with its key.

mod button;
mod chart;
mod command;
mod desk;
mod field;
mod font;
mod inspector;
mod live_facts;
mod notice;
mod prefs;
mod rail;
mod records;
mod series;
mod session;
mod sides;
mod status;
mod style;
mod tool_state;
mod top;
mod tree;

pub use command::{COMMANDS, Command};
pub use desk::{CameraCommand, Desk, FrameStats, Legend, LotKey, Play, SPEEDS, Selection};
pub use notice::{Notice, Weight};
pub use prefs::{Compute, Layout, Prefs, ThemeChoice};
pub use rail::{ROOMS, Room};
pub use series::{GroupLately, SeriesCache};
pub use session::Session;
pub use style::colour;
pub use tree::TreeState;

use egui::{CentralPanel, Context, Frame, LayerId, Order, Rect, Ui, UiBuilder};

/// Where the plant is drawn in this frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StageRect {
    /// The place, in egui points; empty where a page covers it.
    pub rect: Rect,
    /// Physical pixels in a point.
    pub pixels_per_point: f32,
    /// Whether the pointer is over the plant and no panel, menu or text takes it.
    pub has_pointer: bool,
    /// Whether no text field takes the keys.
    pub has_keys: bool,
}

/// Draws the panels and says where the plant may be drawn.
pub fn show(ctx: &Context, desk: &mut Desk) -> StageRect {
    style::apply(ctx, desk);
    command::keys(ctx, desk);
    let mut root = Ui::new(
        ctx.clone(),
        "desk".into(),
        UiBuilder::new()
            .layer_id(LayerId::background())
            .max_rect(ctx.viewport_rect()),
    );
    top::show(&mut root, desk);
    status::show(&mut root, desk);
    rail::show(&mut root, desk);
    if desk.session.is_some() {
        sides::left(&mut root, desk);
        sides::right(&mut root, desk);
    }
    let rect = CentralPanel::default()
        .frame(Frame::NONE)
        .show(&mut root, |ui| ui.available_rect_before_wrap())
        .inner;
    // A layer above the background is a menu, a window or a tooltip.
    let over_plant = |at| {
        let layer = ctx.layer_id_at(at);
        rect.contains(at) && layer.is_none_or(|l| l.order == Order::Background)
    };
    let pointer = ctx.pointer_hover_pos();
    StageRect {
        rect,
        pixels_per_point: ctx.pixels_per_point(),
        has_pointer: pointer.is_some_and(over_plant) && !ctx.egui_is_using_pointer(),
        has_keys: !ctx.text_edit_focused(),
    }
}
