//! The panels: everything of the desktop program but the plant itself.
//!
//! [`show`] draws one frame from a [`Desk`] and gives back where the plant may be drawn. The desk
//! is plain data: what is open, what is asked, what is selected; the stage and the panels read and
//! write the same one. Each panel is a file; [`rail::ROOMS`] lists the rooms, and
//! [`command::COMMANDS`] everything that can be done, with its key.

mod arrangement;
mod assumed;
mod bench;
mod button;
mod chart;
mod command;
mod dashboard;
mod desk;
#[cfg(not(target_family = "wasm"))]
mod dialog;
mod difference;
mod difference_table;
mod dock;
mod embed;
mod events;
mod export;
mod field;
mod font;
mod gantt;
mod inspector;
#[cfg(not(target_family = "wasm"))]
pub mod keeper;
mod leave;
mod live_facts;
mod notice;
#[cfg(target_family = "wasm")]
pub mod page;
mod picture;
mod prefs;
pub mod process;
mod rail;
pub mod raster;
mod records;
mod recovery;
mod series;
mod session;
mod stage_tools;
mod start;
mod status;
mod style;
mod timeline;
mod tool_state;
mod top;
mod tour;
mod tree;
#[cfg(not(target_family = "wasm"))]
mod unsaved;
mod variants_page;
mod whatif_page;
mod window;

// What stands in the place of a disk.
#[cfg(target_family = "wasm")]
pub use page as keeper;

pub use arrangement::{Arrangement, Pane};
pub use bench::Bench;
pub use command::{COMMANDS, Command};
pub use desk::{CameraCommand, Desk, FrameStats, Legend, LotKey, Play, SPEEDS, Selection};
pub use export::Export;
pub use leave::Then;
pub use notice::{Notice, Weight};
pub use prefs::{Compute, Layout, Prefs, ThemeChoice};
pub use rail::{PROCESS_BENCH, ROOMS, Room};
pub use series::{GroupLately, SeriesCache};
pub use session::Session;
pub use style::colour;
pub use tree::TreeState;
pub use window::Window;

use egui::{CentralPanel, Context, Frame, LayerId, Margin, Order, Rect, Ui, UiBuilder};

use crate::view::tokens::space_pt;

/// Where the plant is drawn in this frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StageRect {
    /// The place, in egui points; empty where a page covers it.
    pub rect: Rect,
    /// Physical pixels in a point.
    pub pixels_per_point: f32,
    /// Whether the pointer is over the plant and no panel, menu or text takes it.
    pub has_pointer: bool,
    /// Whether neither a text field nor a window above takes the keys.
    pub has_keys: bool,
}

/// Draws the panels and says where the plant may be drawn.
pub fn show(ctx: &Context, desk: &mut Desk) -> StageRect {
    desk.scale_most = style::room(ctx);
    if !style::apply(ctx, desk) {
        return StageRect {
            rect: Rect::NOTHING,
            pixels_per_point: ctx.pixels_per_point(),
            has_pointer: false,
            has_keys: false,
        };
    }
    command::keys(ctx, desk);
    let mut root = Ui::new(
        ctx.clone(),
        "desk".into(),
        UiBuilder::new()
            .layer_id(LayerId::background())
            .max_rect(ctx.viewport_rect()),
    );
    if desk.embedded {
        let rect = embed::show(&mut root, desk);
        window::notices(ctx, desk);
        return place(ctx, desk, rect, desk.session.is_none());
    }
    top::show(&mut root, desk);
    status::show(&mut root, desk);
    rail::show(&mut root, desk);
    let page = ROOMS.iter().find(|r| r.name == desk.room && (r.fits)(desk));
    let page = page.and_then(|r| r.page);
    let covered = desk.session.is_none() || page.is_some();
    // The process bench knows no simulated time.
    let timed = desk.room != rail::PROCESS_BENCH;
    if desk.session.is_some() && timed && (page.is_some() || !desk.prefs.layout.bottom_open) {
        timeline::alone(&mut root, desk, page.is_some());
    }
    let rect = centre(&mut root, desk, page);
    tour::show(ctx, desk, rect);
    start::drops(ctx, desk);
    window::show(ctx, desk);
    leave::show(ctx, desk);
    #[cfg(not(target_family = "wasm"))]
    dialog::show(ctx, desk);
    window::notices(ctx, desk);
    place(ctx, desk, rect, covered)
}

/// What the stage is told of the place that is left for it.
fn place(ctx: &Context, desk: &Desk, rect: Rect, covered: bool) -> StageRect {
    // A layer above the background is a menu, a window or a tooltip.
    let over_plant = |at| {
        let layer = ctx.layer_id_at(at);
        !covered && rect.contains(at) && layer.is_none_or(|l| l.order == Order::Background)
    };
    let pointer = ctx.pointer_hover_pos();
    StageRect {
        rect: if covered { Rect::NOTHING } else { rect },
        pixels_per_point: ctx.pixels_per_point(),
        has_pointer: pointer.is_some_and(over_plant) && !ctx.egui_is_using_pointer(),
        has_keys: !ctx.text_edit_focused() && desk.window.is_none() && !desk.is_asking(),
    }
}

/// The middle: the plant, or the page that covers it.
fn centre(root: &mut Ui, desk: &mut Desk, page: Option<fn(&mut Ui, &mut Desk)>) -> Rect {
    let look = style::theme(root);
    let frame = match page {
        Some(_) => Frame::new()
            .fill(colour(look.bg))
            .inner_margin(Margin::same(space_pt::L as i8)),
        None => Frame::NONE,
    };
    CentralPanel::default()
        .frame(frame)
        .show(root, |ui| {
            let rect = ui.available_rect_before_wrap();
            match page {
                // A room that needs an open scene does not fit without one.
                Some(page) => page(ui, desk),
                None if desk.session.is_none() => start::show(ui, desk),
                None => return dock::show(ui, desk),
            }
            rect
        })
        .inner
}
