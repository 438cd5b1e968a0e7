//! Who gets a key or a wheel over the canvas: the app, but for what belongs to the browser itself.

use wasm_bindgen::prelude::{Closure, JsCast, JsValue};
use web_sys::{Event, KeyboardEvent};

/// Keys with Ctrl (or Cmd) that stay the browser's: its clipboard events, its tabs, its tools.
const OF_BROWSER: [&str; 8] = ["c", "x", "v", "r", "t", "n", "j", "i"];

fn is_of_browser(event: &KeyboardEvent) -> bool {
    let key = event.key().to_lowercase();
    let command = event.ctrl_key() || event.meta_key();
    let function = key.len() > 1 && key.starts_with('f') && key != "f1" && key != "f2";
    function || (command && OF_BROWSER.contains(&key.as_str()))
}

/// Keeps the browser from acting on what the canvas of that id is meant to get.
///
/// # Errors
/// There is no such canvas.
pub fn claim(canvas_id: &str) -> Result<(), JsValue> {
    let document = web_sys::window().and_then(|w| w.document());
    let canvas = document.and_then(|d| d.get_element_by_id(canvas_id));
    let canvas = canvas.ok_or_else(|| format!("there is no canvas `{canvas_id}`"))?;
    let key = Closure::<dyn FnMut(KeyboardEvent)>::new(|event: KeyboardEvent| {
        if !is_of_browser(&event) {
            event.prevent_default();
        }
    });
    canvas.add_event_listener_with_callback("keydown", key.as_ref().unchecked_ref())?;
    key.forget();
    for name in ["wheel", "contextmenu"] {
        let other = Closure::<dyn FnMut(Event)>::new(|event: Event| event.prevent_default());
        canvas.add_event_listener_with_callback(name, other.as_ref().unchecked_ref())?;
        other.forget();
    }
    Ok(())
}
