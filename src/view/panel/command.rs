//! Everything that can be done, once: the find box, the list of keys and the tooltips read it.

use egui::{Context, Key, KeyboardShortcut, Modifiers};
use egui_phosphor::regular as icon;

use super::desk::{CameraCommand, Desk, SPEEDS, Selection};
use super::events;
use super::leave::Then;
use super::prefs::SCALES;
use super::rail::PROCESS_BENCH;
use super::window::Window;

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

const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
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
        key: Some(plain(Key::Space)),
        fits: is_open,
        run: |d| d.play.running = !d.play.running,
    },
    Command {
        name: "faster",
        icon: icon::FAST_FORWARD,
        key: Some(plain(Key::CloseBracket)),
        fits: is_open,
        run: |d| {
            let next = SPEEDS.into_iter().find(|s| *s > d.play.speed);
            d.play.speed = next.unwrap_or(d.play.speed);
        },
    },
    Command {
        name: "slower",
        icon: icon::REWIND,
        key: Some(plain(Key::OpenBracket)),
        fits: is_open,
        run: |d| {
            let next = SPEEDS.into_iter().rev().find(|s| *s < d.play.speed);
            d.play.speed = next.unwrap_or(d.play.speed);
        },
    },
    Command {
        name: "undo",
        icon: icon::ARROW_COUNTER_CLOCKWISE,
        key: Some(ctrl(Key::Z)),
        fits: Desk::can_undo,
        run: Desk::undo,
    },
    Command {
        name: "redo",
        icon: icon::ARROW_CLOCKWISE,
        key: Some(KeyboardShortcut::new(
            Modifiers::COMMAND.plus(Modifiers::SHIFT),
            Key::Z,
        )),
        fits: Desk::can_redo,
        run: Desk::redo,
    },
    Command {
        name: "frame",
        icon: icon::CROSSHAIR,
        key: Some(plain(Key::F)),
        fits: is_open,
        run: |d| d.camera.push(CameraCommand::Frame),
    },
    Command {
        name: "home",
        icon: icon::HOUSE,
        key: Some(plain(Key::Home)),
        fits: is_open,
        run: |d| d.camera.push(CameraCommand::Home),
    },
    Command {
        name: "top-view",
        icon: icon::COMPASS,
        key: Some(plain(Key::T)),
        fits: is_open,
        run: |d| d.camera.push(CameraCommand::Top),
    },
    Command {
        name: "previous-event",
        icon: icon::SKIP_BACK,
        key: Some(plain(Key::Comma)),
        fits: is_open,
        run: |d| events::jump(d, false),
    },
    Command {
        name: "next-event",
        icon: icon::SKIP_FORWARD,
        key: Some(plain(Key::Period)),
        fits: is_open,
        run: |d| events::jump(d, true),
    },
    Command {
        name: "to-start",
        icon: icon::ARROW_LINE_LEFT,
        key: Some(KeyboardShortcut::new(Modifiers::SHIFT, Key::Home)),
        fits: is_open,
        run: |d| d.seek(0),
    },
    Command {
        name: "find",
        icon: icon::MAGNIFYING_GLASS,
        key: Some(ctrl(Key::K)),
        fits: always,
        run: |d| {
            d.window = Some(Window::Find {
                wanted: String::new(),
                marked: 0,
            });
        },
    },
    Command {
        name: "edit",
        icon: icon::PENCIL_SIMPLE,
        key: Some(plain(Key::F2)),
        fits: |d| is_open(d) && !matches!(d.selection, Selection::Lot(_)),
        run: |d| {
            d.room = "plant";
            d.prefs.layout.right_open = true;
            d.right_is_what_if = false;
            d.edits_next = true;
        },
    },
    Command {
        name: "findings",
        icon: icon::WARNING,
        key: Some(ctrl(Key::M)),
        fits: is_open,
        run: |d| d.window = Some(Window::Findings),
    },
    Command {
        name: "run-what-if",
        icon: icon::FLASK,
        key: Some(ctrl(Key::Enter)),
        fits: |d| is_open(d) && !d.bench.turned.is_empty() && !d.bench.single.is_running(),
        run: |d| {
            if let Err(fault) = d.run_what_if() {
                let said = crate::view::faults::knob(&fault, &d.texts());
                d.say(super::notice::Weight::Failure, said);
            }
        },
    },
    Command {
        name: "optimise-mask",
        icon: icon::MAGIC_WAND,
        key: None,
        fits: |d| d.process.steps().is_none() && d.process.seekable().is_ok(),
        run: |d| {
            d.room = PROCESS_BENCH;
            d.process.seek();
        },
    },
    Command {
        name: "left",
        icon: icon::SIDEBAR_SIMPLE,
        key: Some(ctrl(Key::B)),
        fits: is_open,
        run: |d| d.prefs.layout.left_open ^= true,
    },
    Command {
        name: "right",
        icon: icon::SIDEBAR,
        key: Some(ctrl(Key::I)),
        fits: is_open,
        run: |d| d.prefs.layout.right_open ^= true,
    },
    Command {
        name: "bottom",
        icon: icon::CHART_LINE,
        key: Some(ctrl(Key::J)),
        fits: is_open,
        run: |d| d.prefs.layout.bottom_open ^= true,
    },
    Command {
        name: "larger",
        icon: icon::MAGNIFYING_GLASS_PLUS,
        key: Some(ctrl(Key::Plus)),
        fits: |d| d.scale() < d.scale_most,
        run: |d| d.prefs.scale = (d.scale() + 0.1).min(d.scale_most),
    },
    Command {
        name: "smaller",
        icon: icon::MAGNIFYING_GLASS_MINUS,
        key: Some(ctrl(Key::Minus)),
        fits: |d| d.scale() > SCALES[0],
        run: |d| d.prefs.scale = (d.scale() - 0.1).max(SCALES[0]),
    },
    Command {
        name: "theme",
        icon: icon::SUN,
        key: Some(KeyboardShortcut::new(
            Modifiers::COMMAND.plus(Modifiers::SHIFT),
            Key::L,
        )),
        fits: always,
        run: |d| {
            use super::prefs::ThemeChoice;
            d.prefs.theme = match d.prefs.theme {
                ThemeChoice::Light => ThemeChoice::Dark,
                ThemeChoice::Dark | ThemeChoice::System => ThemeChoice::Light,
            };
        },
    },
    Command {
        name: "preferences",
        icon: icon::GEAR,
        key: Some(ctrl(Key::Comma)),
        fits: always,
        run: |d| d.window = Some(Window::Preferences),
    },
    Command {
        name: "keys",
        icon: icon::KEYBOARD,
        key: Some(plain(Key::F1)),
        fits: always,
        run: |d| d.window = Some(Window::Keys),
    },
    Command {
        name: "about",
        icon: icon::INFO,
        key: None,
        fits: always,
        run: |d| d.window = Some(Window::About),
    },
    Command {
        name: "open",
        icon: icon::FOLDER_OPEN,
        key: Some(ctrl(Key::O)),
        fits: always,
        run: Desk::ask_open,
    },
    Command {
        name: "save",
        icon: icon::FLOPPY_DISK,
        key: Some(ctrl(Key::S)),
        fits: is_open,
        run: Desk::save,
    },
    Command {
        name: "save-as",
        icon: icon::FLOPPY_DISK_BACK,
        key: Some(KeyboardShortcut::new(
            Modifiers::COMMAND.plus(Modifiers::SHIFT),
            Key::S,
        )),
        fits: is_open,
        run: Desk::ask_save_as,
    },
    Command {
        name: "save-difference",
        icon: icon::GIT_DIFF,
        key: None,
        fits: |d| {
            d.session
                .as_ref()
                .is_some_and(super::session::Session::is_changed)
        },
        run: Desk::save_difference,
    },
    Command {
        name: "close-scene",
        icon: icon::HOUSE_LINE,
        key: Some(ctrl(Key::W)),
        fits: is_open,
        run: |d| d.leave(Then::Close),
    },
    // A page has an address, a desktop an end.
    #[cfg(target_family = "wasm")]
    Command {
        name: "copy-link",
        icon: icon::LINK,
        key: None,
        fits: is_open,
        run: Desk::copy_link,
    },
    #[cfg(not(target_family = "wasm"))]
    Command {
        name: "quit",
        icon: icon::SIGN_OUT,
        key: Some(ctrl(Key::Q)),
        fits: always,
        run: |d| d.leave(Then::Quit),
    },
    Command {
        name: "language",
        icon: icon::TRANSLATE,
        key: Some(ctrl(Key::L)),
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
    // Behind a question nothing is done.
    if desk.is_asking() {
        return;
    }
    let typing = ctx.text_edit_focused();
    let above = desk.window.is_some();
    // A focused button takes space and enter for itself.
    let focused = ctx.memory(|m| m.focused().is_some());
    // Ctrl+Shift+Z also looks like Ctrl+Z, so keys with Shift are asked for first.
    let with_shift = |c: &&Command| c.key.is_some_and(|k| k.modifiers.shift);
    let (first, then): (Vec<_>, Vec<_>) = COMMANDS.iter().partition(with_shift);
    for command in first.into_iter().chain(then) {
        let Some(key) = command.key else { continue };
        if desk.embedded && !super::embed::COMMANDS.contains(&command.name) {
            continue;
        }
        let bare = key.modifiers.is_none();
        let taken = bare && (typing || above || (focused && key.logical_key == Key::Space));
        if !taken && (command.fits)(desk) && ctx.input_mut(|i| i.consume_shortcut(&key)) {
            (command.run)(desk);
        }
    }
}
