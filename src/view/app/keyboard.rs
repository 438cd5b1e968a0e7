//! Keys from the window to egui, in the order in which they were pressed.
//!
//! bevy_egui asks which modifiers are down once a frame. Where a frame takes longer than a chord
//! (software rendering, a large plant, a quick hand), Ctrl is up again by then, and Ctrl+K would be
//! a K. It also hands over what is pasted as if it were typed, so that a table pasted from a
//! spreadsheet would be one line of text. Here each key carries the modifiers that were down when
//! it was pressed, and pasting is pasting.

use bevy::input::ButtonState;
use bevy::input::keyboard::{Key, KeyCode, KeyboardFocusLost, KeyboardInput};
use bevy::prelude::*;
use bevy_egui::helpers::{bevy_to_egui_key, bevy_to_egui_physical_key};
use bevy_egui::input::{EguiInputEvent, WindowToEguiContextMap};
use bevy_egui::{EguiClipboard, EguiGlobalSettings};
use egui::Modifiers;

/// Tells bevy_egui to leave the keys to [`pass_on`].
pub fn take_over(settings: &mut EguiGlobalSettings) {
    settings
        .input_system_settings
        .run_write_keyboard_input_messages_system = false;
}

/// Modifiers that are down: both keys of a pair count.
#[derive(Debug, Default)]
pub struct Down(Vec<KeyCode>);

impl Down {
    /// Follows a key; true: it is a modifier.
    fn follow(&mut self, key: KeyCode, state: ButtonState) -> bool {
        let is_modifier = matches!(
            key,
            KeyCode::ControlLeft
                | KeyCode::ControlRight
                | KeyCode::ShiftLeft
                | KeyCode::ShiftRight
                | KeyCode::AltLeft
                | KeyCode::AltRight
                | KeyCode::SuperLeft
                | KeyCode::SuperRight
        );
        if is_modifier {
            self.0.retain(|k| *k != key);
            if state.is_pressed() {
                self.0.push(key);
            }
        }
        is_modifier
    }

    fn modifiers(&self) -> Modifiers {
        let any = |keys: [KeyCode; 2]| keys.iter().any(|k| self.0.contains(k));
        let ctrl = any([KeyCode::ControlLeft, KeyCode::ControlRight]);
        let win = any([KeyCode::SuperLeft, KeyCode::SuperRight]);
        let mac = cfg!(target_os = "macos");
        Modifiers {
            alt: any([KeyCode::AltLeft, KeyCode::AltRight]),
            ctrl,
            shift: any([KeyCode::ShiftLeft, KeyCode::ShiftRight]),
            mac_cmd: mac && win,
            command: if mac { win } else { ctrl },
        }
    }

    /// Whether keys write: chords do not, but AltGr, which is Ctrl with Alt, does.
    fn writes(&self) -> bool {
        let m = self.modifiers();
        let win = [KeyCode::SuperLeft, KeyCode::SuperRight];
        let is_chord = m.command || win.iter().any(|k| self.0.contains(k));
        !is_chord || (m.ctrl && m.alt && !cfg!(target_os = "macos"))
    }
}

/// What a key says to egui; `pasted` is asked for the clipboard's text.
fn events(
    down: &Down,
    message: &KeyboardInput,
    pasted: impl FnOnce() -> Option<String>,
) -> Vec<egui::Event> {
    let mut out = Vec::new();
    let pressed = message.state.is_pressed();
    let modifiers = down.modifiers();
    if pressed && down.writes() && (modifiers.ctrl || !modifiers.alt) {
        match &message.logical_key {
            Key::Character(text) if !text.chars().any(char::is_control) => {
                out.push(egui::Event::Text(text.to_string()));
            }
            Key::Space => out.push(egui::Event::Text(" ".to_owned())),
            _ => {}
        }
    }
    let physical_key = bevy_to_egui_physical_key(&message.key_code);
    // Layouts without Latin letters, as Korean, go by the place of the key.
    let Some(key) = bevy_to_egui_key(&message.logical_key).or(physical_key) else {
        return out;
    };
    out.push(egui::Event::Key {
        key,
        physical_key,
        pressed,
        repeat: message.repeat,
        modifiers,
    });
    // A browser tells of its clipboard by events of its own.
    if pressed && modifiers.command && !cfg!(target_family = "wasm") {
        match key {
            egui::Key::C => out.push(egui::Event::Copy),
            egui::Key::X => out.push(egui::Event::Cut),
            egui::Key::V => out.extend(pasted().map(egui::Event::Paste)),
            _ => {}
        }
    }
    out
}

/// Passes the keys of this frame on.
pub fn pass_on(
    mut keys: MessageReader<'_, '_, KeyboardInput>,
    mut lost: MessageReader<'_, '_, KeyboardFocusLost>,
    contexts: Res<'_, WindowToEguiContextMap>,
    mut clipboard: ResMut<'_, EguiClipboard>,
    mut out: MessageWriter<'_, EguiInputEvent>,
    mut down: Local<'_, Down>,
) {
    for message in keys.read() {
        if down.follow(message.key_code, message.state) {
            continue;
        }
        let events = events(&down, message, || clipboard.get_text());
        let to = contexts.window_to_contexts.get(&message.window);
        for context in to.into_iter().flatten() {
            for event in &events {
                out.write(EguiInputEvent {
                    context: *context,
                    event: event.clone(),
                });
            }
        }
    }
    // What is let go of in another window is not told here.
    if lost.read().last().is_some() {
        down.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: KeyCode, logical: Key, state: ButtonState) -> KeyboardInput {
        KeyboardInput {
            key_code: code,
            logical_key: logical,
            state,
            text: None,
            repeat: false,
            window: Entity::PLACEHOLDER,
        }
    }

    fn letter(code: KeyCode, letter: &str, state: ButtonState) -> KeyboardInput {
        key(code, Key::Character(letter.into()), state)
    }

    #[test]
    fn a_chord_within_one_frame_keeps_its_modifier_and_writes_nothing() {
        let (on, off) = (ButtonState::Pressed, ButtonState::Released);
        let messages = [
            key(KeyCode::ControlLeft, Key::Control, on),
            letter(KeyCode::KeyK, "k", on),
            letter(KeyCode::KeyK, "k", off),
            key(KeyCode::ControlLeft, Key::Control, off),
            letter(KeyCode::KeyM, "m", on),
        ];
        let mut down = Down::default();
        let mut all = Vec::new();
        for message in &messages {
            if !down.follow(message.key_code, message.state) {
                all.extend(events(&down, message, || None));
            }
        }
        let pressed = |k, modifiers| egui::Event::Key {
            key: k,
            physical_key: Some(k),
            pressed: true,
            repeat: false,
            modifiers,
        };
        assert_eq!(
            all[0],
            pressed(egui::Key::K, Modifiers::CTRL | Modifiers::COMMAND)
        );
        assert!(!all.contains(&egui::Event::Text("k".to_owned())));
        assert_eq!(all[2], egui::Event::Text("m".to_owned()));
        assert_eq!(all[3], pressed(egui::Key::M, Modifiers::NONE));
    }

    #[test]
    fn what_is_pasted_is_pasted_not_typed() {
        let mut down = Down::default();
        down.follow(KeyCode::ControlRight, ButtonState::Pressed);
        let message = letter(KeyCode::KeyV, "v", ButtonState::Pressed);
        let all = events(&down, &message, || Some("1\t2\n3\t4".to_owned()));
        assert_eq!(
            all.last(),
            Some(&egui::Event::Paste("1\t2\n3\t4".to_owned()))
        );
    }
}
