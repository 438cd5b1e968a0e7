//! Buttons with an icon: quiet until pointed at, named for screen readers, explained on hover.

use egui::{
    Button, Context, Key, KeyboardShortcut, Response, RichText, Sense, Ui, Vec2, WidgetInfo,
    WidgetType,
};

use super::command::Command;
use super::desk::Desk;
use super::style::{colour, theme};
use crate::view::tokens::{frame_pt, type_pt};

/// A square button with an icon alone; `name` is what it does.
pub fn icon(ui: &mut Ui, icon: &str, name: &str, selected: bool) -> Response {
    let side = frame_pt::ROW;
    let mut face = RichText::new(icon).size(type_pt::TITLE);
    if selected {
        face = face.color(colour(theme(ui).accent));
    }
    let button = Button::new(face)
        .frame_when_inactive(selected)
        .selected(selected)
        .min_size(Vec2::splat(side))
        .sense(Sense::click());
    let response = ui
        .scope(|ui| {
            ui.spacing_mut().button_padding = Vec2::splat(2.0);
            ui.add(button)
        })
        .inner;
    named(response, name, selected)
}

/// Gives a response the name of what it does, for screen readers and on hover.
pub fn named(response: Response, name: &str, selected: bool) -> Response {
    let enabled = response.enabled();
    response.widget_info(|| {
        WidgetInfo::selected(WidgetType::Button, enabled, selected, name.to_owned())
    });
    response.on_hover_text(name)
}

/// A button that does a command; its hover text shows the key.
pub fn command(ui: &mut Ui, desk: &mut Desk, command: &'static Command) -> Response {
    let fits = (command.fits)(desk);
    let name = with_key(ui, desk, command);
    let response = ui
        .add_enabled_ui(fits, |ui| icon(ui, command.icon, &name, false))
        .inner;
    if response.clicked() {
        (command.run)(desk);
    }
    response
}

/// A key as it stands on the keyboard, not as egui names it: `Ctrl+,`.
pub fn key_words(ctx: &Context, key: KeyboardShortcut) -> String {
    let words = ctx.format_shortcut(&key);
    let (named, shown) = match key.logical_key {
        Key::Comma => ("Comma", ","),
        Key::Period => ("Period", "."),
        Key::OpenBracket => ("OpenBracket", "["),
        Key::CloseBracket => ("CloseBracket", "]"),
        Key::Plus => ("Plus", "+"),
        Key::Minus => ("Minus", "−"),
        _ => return words,
    };
    words.replace(named, shown)
}

/// Name of a command with its key: `Undo (Ctrl+Z)`.
pub fn with_key(ui: &Ui, desk: &Desk, command: &Command) -> String {
    let name = desk.texts().get(&command.text_key());
    match command.key {
        Some(key) => format!("{name} ({})", key_words(ui.ctx(), key)),
        None => name,
    }
}
