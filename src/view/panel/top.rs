//! The top bar: what is open, how time runs, language, theme.

use egui::{Align, Frame, Label, Layout, Margin, Panel, Ui};
use egui_phosphor::regular as icon;

use super::button;
use super::command;
use super::desk::{Desk, SPEEDS};
use super::prefs::ThemeChoice;
use super::style::{colour, strong, theme};
use crate::view::i18n::{clock, number};
use crate::view::tokens::{frame_pt, space_pt, type_pt};

/// Draws the top bar.
pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let frame = Frame::new()
        .fill(colour(theme(ui).surface))
        .inner_margin(Margin::symmetric(space_pt::M as i8, 0));
    Panel::top("top")
        .exact_size(frame_pt::TOP)
        .frame(frame)
        .show(ui, |ui| {
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                left(ui, desk);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| right(ui, desk));
            });
        });
}

fn left(ui: &mut Ui, desk: &mut Desk) {
    ui.label(strong("Geoul").size(type_pt::TITLE).color(colour(theme(ui).accent)));
    ui.add_space(space_pt::S);
    let Some(session) = &desk.session else { return };
    let name = match session.scene() {
        Some(scene) if !scene.name.is_empty() => scene.name.clone(),
        _ => session.path().to_owned(),
    };
    let mark = if session.is_changed() { " •" } else { "" };
    ui.add(Label::new(strong(format!("{name}{mark}"))).truncate());
    ui.add_space(space_pt::S);
    transport(ui, desk);
}

fn transport(ui: &mut Ui, desk: &mut Desk) {
    let t = desk.texts();
    if let Some(play) = command::find("play") {
        let face = if desk.play.running { icon::PAUSE } else { play.icon };
        let name = button::with_key(ui, desk, play);
        if button::icon(ui, face, &name, desk.play.running).clicked() {
            (play.run)(desk);
        }
    }
    let speed = |s: f64| format!("{}×", number(s, 0));
    let menu = ui.menu_button(speed(desk.play.speed), |ui| {
        for s in SPEEDS {
            if ui.selectable_label(desk.play.speed == s, speed(s)).clicked() {
                desk.play.speed = s;
                ui.close();
            }
        }
    });
    menu.response.on_hover_text(t.get("panel-speed"));
    ui.label(strong(clock(desk.now_us())));
}

fn right(ui: &mut Ui, desk: &mut Desk) {
    let t = desk.texts();
    let (face, other) = if desk.is_dark(ui.ctx()) {
        (icon::SUN, ThemeChoice::Light)
    } else {
        (icon::MOON, ThemeChoice::Dark)
    };
    if button::icon(ui, face, &t.get("panel-theme"), false).clicked() {
        desk.prefs.theme = other;
    }
    if let Some(language) = command::find("language") {
        button::command(ui, desk, language);
    }
}
