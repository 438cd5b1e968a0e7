//! The room: knobs at the left, the picture with its figures in the middle, source, pupil and plots at
//! the right.

use egui::{Align, Label, Layout, RichText, ScrollArea, Ui, Vec2};
use egui_phosphor::regular as icon;

use super::{Process, editor, figures, knobs, picture, plots};
use crate::view::i18n::Texts;
use crate::view::panel::button;
use crate::view::panel::desk::Desk;
use crate::view::panel::style::{colour, small, strong, theme};
use crate::view::tokens::{frame_pt, space_pt, type_pt};

/// Below this width the columns are narrow.
const NARROW: f32 = 1100.0;
/// From this height on the profile stands below the picture.
const TALL: f32 = 640.0;

/// Draws the room.
pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let t = desk.texts();
    let moving = ui.input(|i| i.pointer.any_down()) || ui.ctx().text_edit_focused();
    desk.process.settle(moving);
    if desk.process.is_busy() {
        ui.ctx().request_repaint();
    }
    let narrow = ui.available_width() < NARROW;
    let (left, right) = if narrow {
        (266.0, 244.0)
    } else {
        (300.0, 340.0)
    };
    let size = ui.available_size();
    let gap = if narrow { space_pt::M } else { space_pt::L };
    ui.spacing_mut().item_spacing.x = gap;
    ui.horizontal_top(|ui| {
        column(ui, left, size.y, |ui| {
            head(ui, desk, &t);
            scrolled(ui, "process-knobs", |ui| knobs::show(ui, desk, &t));
        });
        let middle = size.x - left - right - 2.0 * gap;
        column(ui, middle, size.y, |ui| centre(ui, desk, &t));
        column(ui, right, size.y, |ui| {
            scrolled(ui, "process-plots", |ui| side(ui, desk, &t));
        });
    });
}

fn column(ui: &mut Ui, width: f32, height: f32, add: impl FnOnce(&mut Ui)) {
    let layout = Layout::top_down(Align::Min);
    ui.allocate_ui_with_layout(Vec2::new(width, height), layout, |ui| {
        ui.spacing_mut().item_spacing.x = space_pt::S;
        ui.set_width(width);
        add(ui);
    });
}

/// Scrolls what is too tall, its bar beside it.
fn scrolled(ui: &mut Ui, salt: &str, add: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical()
        .id_salt(salt)
        .auto_shrink(false)
        .show(ui, |ui| {
            // The bar floats; it gets a strip of its own.
            ui.set_max_width(ui.available_width() - space_pt::S);
            add(ui);
            ui.add_space(space_pt::L);
        });
}

/// Title with undo, redo and reset.
fn head(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    ui.horizontal(|ui| {
        ui.label(strong(t.get("room-process-bench")).size(type_pt::LARGE));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            let process = &mut desk.process;
            let turned = process.now != process.chosen;
            let act = |ui: &mut Ui, face: &str, key: &str, fits: bool| {
                let name = t.get(key);
                ui.add_enabled_ui(fits, |ui| button::icon(ui, face, &name, false))
                    .inner
                    .clicked()
            };
            if act(ui, icon::ARROW_U_UP_LEFT, "process-reset", turned) {
                process.reset();
            }
            if act(ui, icon::ARROW_CLOCKWISE, "cmd-redo", process.can_redo()) {
                process.redo();
            }
            let undo = process.can_undo();
            if act(ui, icon::ARROW_COUNTER_CLOCKWISE, "cmd-undo", undo) {
                process.undo();
            }
        });
    });
    ui.add_space(space_pt::S);
}

fn centre(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    bar(ui, &mut desk.process, t);
    let shown = desk.process.out.shown.clone();
    let window = desk.process.out.window.clone();
    let tall = ui.available_height() >= TALL;
    let lines = if figures::columns(ui.available_width()) < 7 {
        2.0
    } else {
        1.0
    };
    let figures_height = lines * (54.0 + space_pt::XS) + space_pt::S;
    let profile_height = if tall { 150.0 } else { 0.0 };
    let room = ui.available_height() - figures_height - profile_height - space_pt::S;
    let size = Vec2::new(ui.available_width(), room.max(160.0));
    picture::show(ui, &mut desk.process, t, size);
    ui.add_space(space_pt::S);
    figures::show(ui, t, shown.as_deref(), window.as_ref().map(|w| &*w.0));
    if let Some(shown) = shown.filter(|_| tall) {
        plots::profile(
            ui,
            desk,
            t,
            &shown,
            profile_height - frame_pt::ROW - space_pt::S,
        );
    }
}

/// What the picture shows, and how good it is.
fn bar(ui: &mut Ui, process: &mut Process, t: &Texts) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space_pt::XS;
        let sought = process.has_sought();
        let look = &mut process.look;
        for (latent, key) in [(false, "process-aerial"), (true, "process-latent")] {
            let response = ui.selectable_label(look.latent == latent, t.get(key));
            if response
                .on_hover_text(t.get(&format!("{key}.help")))
                .clicked()
            {
                look.latent = latent;
            }
        }
        ui.add_space(space_pt::S);
        let mut switches = vec![
            (&mut look.contours, icon::WAVES, "process-contours"),
            (&mut look.target, icon::POLYGON, "process-outline"),
        ];
        if sought {
            switches.push((&mut look.mask, icon::BEZIER_CURVE, "process-mask-outline"));
        }
        for (on, face, key) in switches {
            if button::icon(ui, face, &t.get(key), *on).clicked() {
                *on = !*on;
            }
        }
        let upright = process.now.clip.line.upright;
        if button::icon(ui, icon::RULER, &t.get("process-turn-cut"), false).clicked() {
            process.now.clip.line.upright = !upright;
        }
        if button::icon(ui, icon::CORNERS_OUT, &t.get("process-fit"), false).clicked() {
            process.view = None;
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            quality(ui, process, t);
        });
    });
}

/// Whether what is shown is the image, a quick one, or an older one.
fn quality(ui: &mut Ui, process: &Process, t: &Texts) {
    let look = theme(ui);
    if let Some(fault) = &process.out.fault {
        let words = format!("{} {}", icon::WARNING_CIRCLE, t.get("process-no-light"));
        let text = RichText::new(words).color(colour(look.bad));
        ui.add(Label::new(text).truncate())
            .on_hover_text(fault.to_string());
        return;
    }
    let Some(shown) = &process.out.shown else {
        return;
    };
    let points = shown.exposure.points;
    let values = [
        ("used", points.used.to_string()),
        ("all", points.all.to_string()),
    ];
    let values = values.each_ref().map(|(k, v)| (*k, v.as_str()));
    let label = if shown.clip != process.now.clip {
        small(ui, t.get("process-imaging"))
    } else if points.thinned() {
        RichText::new(t.with("process-quick", &values))
            .size(type_pt::SMALL)
            .color(colour(look.warn))
    } else {
        small(ui, t.with("process-exact", &values))
    };
    ui.add(Label::new(label).truncate())
        .on_hover_text(t.get("process-exact.help"));
}

/// Source and pupil above the plots.
fn side(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    let width = (ui.available_width() - space_pt::S) / 2.0;
    ui.horizontal_top(|ui| {
        let layout = Layout::top_down(Align::Min);
        let height = width + 2.0 * frame_pt::ROW;
        ui.allocate_ui_with_layout(Vec2::new(width, height), layout, |ui| {
            ui.set_width(width);
            ui.label(strong(t.get("process-source")));
            editor::source(ui, &mut desk.process, t, width);
            let shape = desk.process.now.clip.setup.source.clone();
            let kind = super::Kind::of(&shape);
            let ends = super::Kind::ALL.iter().find(|k| Some(k.0) == kind);
            let words = ends.map_or_else(String::new, |(_, end)| {
                t.get(&format!("process-kind-{end}"))
            });
            ui.add(Label::new(small(ui, words)).truncate());
        });
        ui.allocate_ui_with_layout(Vec2::new(width, height), layout, |ui| {
            ui.set_width(width);
            ui.label(strong(t.get("process-pupil")));
            editor::pupil(ui, &mut desk.process, t, width);
            knobs::term(ui, &mut desk.process, t);
        });
    });
    ui.add_space(space_pt::M);
    let left = ui.clip_rect().bottom() - ui.cursor().top();
    let height = ((left - 130.0) / 2.0).clamp(140.0, 240.0);
    plots::window(ui, desk, t, height);
}
