//! The top bar: what is open, how time runs, language, theme.

use egui::{Align, Frame, Label, Layout, Margin, Panel, Ui, Vec2};
use egui_phosphor::regular as icon;

use super::button;
use super::command;
use super::desk::{Desk, SPEEDS};
use super::prefs::Compute;
use super::style::{colour, small, strong, theme};
use super::window::Window;
use crate::view::i18n::{Lang, clock, number};
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
    ui.label(
        strong("Geoul")
            .size(type_pt::TITLE)
            .color(colour(theme(ui).accent)),
    );
    ui.add_space(space_pt::S);
    let Some(session) = &desk.session else { return };
    let name = match session.scene() {
        Some(scene) if !scene.name.is_empty() => scene.name.clone(),
        _ => session.path().to_owned(),
    };
    let mark = if session.is_changed() { " •" } else { "" };
    let path = session.path().to_owned();
    let title = strong(format!("{name}{mark} {}", icon::CARET_DOWN));
    let menu = ui.menu_button(title, |ui| {
        let file = [
            "open",
            "save",
            "save-as",
            "save-difference",
            "copy-link",
            "close-scene",
        ];
        for name in file
            .into_iter()
            .chain(["undo", "redo", "findings", "about", "quit"])
        {
            let Some(c) = command::find(name) else {
                continue;
            };
            let fits = (c.fits)(desk);
            let words = format!("{} {}", c.icon, desk.texts().get(&c.text_key()));
            let mut entry = egui::Button::new(words);
            if let Some(key) = c.key {
                entry = entry.shortcut_text(button::key_words(ui.ctx(), key));
            }
            if ui.add_enabled(fits, entry).clicked() {
                (c.run)(desk);
                ui.close();
            }
        }
    });
    menu.response.on_hover_text(path);
    ui.add_space(space_pt::S);
    transport(ui, desk);
}

/// How time runs: play, speed, the clock.
pub fn transport(ui: &mut Ui, desk: &mut Desk) {
    let t = desk.texts();
    if let Some(back) = command::find("previous-event") {
        button::command(ui, desk, back);
    }
    if let Some(play) = command::find("play") {
        let face = if desk.play.running {
            icon::PAUSE
        } else {
            play.icon
        };
        let name = button::with_key(ui, desk, play);
        if button::icon(ui, face, &name, desk.play.running).clicked() {
            (play.run)(desk);
        }
    }
    if let Some(on) = command::find("next-event") {
        button::command(ui, desk, on);
    }
    let speed = |s: f64| format!("{}×", number(s, 0));
    let menu = ui.menu_button(speed(desk.play.speed), |ui| {
        for s in SPEEDS {
            if ui
                .selectable_label(desk.play.speed == s, speed(s))
                .clicked()
            {
                desk.play.speed = s;
                ui.close();
            }
        }
    });
    menu.response.on_hover_text(t.get("panel-speed"));
    let now = strong(clock(desk.now_us())).size(type_pt::TITLE);
    // A width of its own, so that a day more does not move what stands beside it.
    ui.add_sized(Vec2::new(108.0, frame_pt::ROW), Label::new(now));
    if desk.play.seek_us.is_some() {
        ui.add(egui::Spinner::new().size(type_pt::BODY));
    }
}

fn right(ui: &mut Ui, desk: &mut Desk) {
    let t = desk.texts();
    let wide = ui.available_width() > 420.0;
    for name in ["right", "left"] {
        if let Some(c) = command::find(name) {
            button::command(ui, desk, c);
        }
    }
    if wide {
        let compute = match desk.prefs.compute {
            Compute::Auto => t.get("pref-auto"),
            Compute::Gpu => "GPU".to_owned(),
            Compute::Cpu => "CPU".to_owned(),
        };
        let words = small(ui, format!("{} {compute}", icon::CPU));
        let hint = format!("{}\n{}", t.get("pref-compute"), desk.adapter);
        if ui
            .add(egui::Button::new(words).frame_when_inactive(false))
            .on_hover_text(hint)
            .clicked()
        {
            desk.window = Some(Window::Preferences);
        }
    }
    if let Some(other) = command::find("theme") {
        let face = if desk.is_dark(ui.ctx()) {
            icon::SUN
        } else {
            icon::MOON
        };
        let name = button::with_key(ui, desk, other);
        if button::icon(ui, face, &name, false).clicked() {
            (other.run)(desk);
        }
    }
    if let Some(language) = command::find("language") {
        let words = match t.lang() {
            Lang::En => "한국어",
            Lang::Ko => "English",
        };
        let name = button::with_key(ui, desk, language);
        let response = ui.add(egui::Button::new(small(ui, words)).frame_when_inactive(false));
        if button::named(response, &name, false).clicked() {
            (language.run)(desk);
        }
    }
    let Some(find) = command::find("find") else {
        return;
    };
    if wide {
        let key = find
            .key
            .map_or(String::new(), |k| button::key_words(ui.ctx(), k));
        let words = small(
            ui,
            format!("{} {}", icon::MAGNIFYING_GLASS, t.get("cmd-find")),
        );
        let field = egui::Button::new(words)
            .right_text(small(ui, key))
            .min_size(Vec2::new(176.0, frame_pt::ROW));
        if ui.add(field).clicked() {
            (find.run)(desk);
        }
    } else {
        button::command(ui, desk, find);
    }
}
