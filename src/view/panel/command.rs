//! Everything that can be done, once: the find box, the list of keys and the tooltips read it.

use egui::{Context, Key, KeyboardShortcut, Modifiers};
use egui_phosphor::regular as icon;

use super::desk::{CameraCommand, Desk, SPEEDS};

/// Something that can be done.
pub struct Command {
    /// Its name; `cmd-<name>` is the text's key.
    pub name: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// Its key.
    pub key: Option<KeyboardShortcut>,
    /// Whether it makes sense now.
    pub fits: fn(&Desk) -> bool,
    /// Does it.
    pub run: fn(&mut Desk),
}

impl Command {
    /// Key of its name in the texts.
    pub fn text_key(&self) -> String {
        format!("cmd-{}", self.name)
    }
}

const fn plain(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::NONE, key))
}

const fn ctrl(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND, key))
}

fn always(_: &Desk) -> bool {
    true
}

fn is_open(desk: &Desk) -> bool {
    desk.session.is_some()
}

/// The command of that name.
pub fn find(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|c| c.name == name)
}

/// All commands.
pub static COMMANDS: &[Command] = &[
    Command {
        name: "play",
        icon: icon::PLAY,
        key: plain(Key::Space),
        fits: is_open,
        run: |d| d.play.running = !d.play.running,
    },
    Command {
        name: "faster",
        icon: icon::FAST_FORWARD,
        key: plain(Key::CloseBracket),
        fits: is_open,
        run: |d| {
            let next = SPEEDS.into_iter().find(|s| *s > d.play.speed);
            d.play.speed = next.unwrap_or(d.play.speed);
        },
    },
    Command {
        name: "slower",
        icon: icon::REWIND,
        key: plain(Key::OpenBracket),
        fits: is_open,
        run: |d| {
            let next = SPEEDS.into_iter().rev().find(|s| *s < d.play.speed);
            d.play.speed = next.unwrap_or(d.play.speed);
        },
    },
    Command {
        name: "undo",
        icon: icon::ARROW_COUNTER_CLOCKWISE,
        key: ctrl(Key::Z),
        fits: |d| d.session.as_ref().is_some_and(|s| s.undo_label().is_some()),
        run: Desk::undo,
    },
    Command {
        name: "redo",
        icon: icon::ARROW_CLOCKWISE,
        key: Some(KeyboardShortcut::new(
            Modifiers::COMMAND.plus(Modifiers::SHIFT),
            Key::Z,
        )),
        fits: |d| d.session.as_ref().is_some_and(|s| s.redo_label().is_some()),
        run: Desk::redo,
    },
    Command {
        name: "frame",
        icon: icon::CROSSHAIR,
        key: plain(Key::F),
        fits: is_open,
        run: |d| d.camera.push(CameraCommand::Frame),
    },
    Command {
        name: "home",
        icon: icon::HOUSE,
        key: plain(Key::Home),
        fits: is_open,
        run: |d| d.camera.push(CameraCommand::Home),
    },
    Command {
        name: "top-view",
        icon: icon::COMPASS,
        key: plain(Key::T),
        fits: is_open,
        run: |d| d.camera.push(CameraCommand::Top),
    },
    Command {
        name: "language",
        icon: icon::TRANSLATE,
        key: ctrl(Key::L),
        fits: always,
        run: |d| {
            use crate::view::i18n::Lang;
            let other = match d.texts().lang() {
                Lang::En => Lang::Ko,
                Lang::Ko => Lang::En,
            };
            d.speak(other);
        },
    },
];

/// Does what the pressed keys mean. Keys without Ctrl belong to a text field that has the focus.
pub fn keys(ctx: &Context, desk: &mut Desk) {
    let typing = ctx.text_edit_focused();
    // A focused button takes space and enter for itself.
    let focused = ctx.memory(|m| m.focused().is_some());
    // Ctrl+Shift+Z also looks like Ctrl+Z, so keys with Shift are asked for first.
    let with_shift = |c: &&Command| c.key.is_some_and(|k| k.modifiers.shift);
    let (first, then): (Vec<_>, Vec<_>) = COMMANDS.iter().partition(with_shift);
    for command in first.into_iter().chain(then) {
        let Some(key) = command.key else { continue };
        let bare = key.modifiers.is_none();
        let taken = bare && (typing || (focused && key.logical_key == Key::Space));
        if !taken && (command.fits)(desk) && ctx.input_mut(|i| i.consume_shortcut(&key)) {
            (command.run)(desk);
        }
    }
}
