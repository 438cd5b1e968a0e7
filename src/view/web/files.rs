//! Files of the page's user: picked or dropped, read, and handed out as downloads.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::{Closure, JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, BlobPropertyBag, DragEvent, Event, FileList, HtmlAnchorElement, HtmlInputElement, Url,
};

use super::words;

/// How long a download's address is kept, ms: browsers fetch it when they please.
const KEPT_MS: i32 = 40_000;

/// What files are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A scene to open.
    Scene,
    /// A layout or optics for the process bench.
    Bench,
    /// Dropped; what they are for shows by what they are.
    Dropped,
}

/// Files that have come.
pub struct Arrival {
    /// What they are for.
    pub purpose: Purpose,
    /// Names and contents.
    pub files: Vec<(String, Vec<u8>)>,
}

thread_local! {
    static ARRIVED: RefCell<VecDeque<Arrival>> = RefCell::default();
    static HOVERED: Cell<bool> = const { Cell::new(false) };
}

/// Files that have come since, the oldest first.
pub fn take() -> Option<Arrival> {
    ARRIVED.with_borrow_mut(VecDeque::pop_front)
}

/// Hands files in as if they had been dropped.
pub fn put(files: Vec<(String, Vec<u8>)>) {
    let purpose = Purpose::Dropped;
    ARRIVED.with_borrow_mut(|all| all.push_back(Arrival { purpose, files }));
}

/// Whether files are held over the page just now.
pub fn is_hovered() -> bool {
    HOVERED.get()
}

/// Reads files in the background; they come by [`take`].
fn read(purpose: Purpose, list: &FileList) {
    let files: Vec<_> = (0..list.length()).filter_map(|i| list.get(i)).collect();
    spawn_local(async move {
        let mut read = Vec::with_capacity(files.len());
        for file in files {
            // A file that cannot be read is opened as an empty one, which says so.
            let bytes = JsFuture::from(file.array_buffer()).await;
            let bytes = bytes.map_or_else(|_| Vec::new(), |b| Uint8Array::new(&b).to_vec());
            read.push((file.name(), bytes));
        }
        let files = read;
        ARRIVED.with_borrow_mut(|all| all.push_back(Arrival { purpose, files }));
    });
}

/// Opens the browser's dialog for files.
pub fn pick(purpose: Purpose, endings: &str) {
    let make = || {
        let document = web_sys::window()?.document()?;
        let input = document.create_element("input").ok()?;
        input.dyn_into::<HtmlInputElement>().ok()
    };
    let Some(input) = make() else { return };
    input.set_type("file");
    input.set_accept(endings);
    input.set_multiple(true);
    let of = input.clone();
    let chosen = Closure::once_into_js(move || {
        if let Some(list) = of.files() {
            read(purpose, &list);
        }
    });
    input.set_onchange(Some(chosen.unchecked_ref()));
    input.click();
}

/// Takes files that are dropped anywhere on the page.
///
/// # Errors
/// The browser refuses to tell of them.
pub fn watch_drops() -> Result<(), JsValue> {
    let Some(window) = web_sys::window() else {
        return Ok(());
    };
    let over = Closure::<dyn FnMut(DragEvent)>::new(|event: DragEvent| {
        // Else the browser opens the file in the page's place.
        event.prevent_default();
        HOVERED.set(true);
    });
    window.add_event_listener_with_callback("dragover", over.as_ref().unchecked_ref())?;
    over.forget();
    let leave = Closure::<dyn FnMut(Event)>::new(|_: Event| HOVERED.set(false));
    window.add_event_listener_with_callback("dragleave", leave.as_ref().unchecked_ref())?;
    leave.forget();
    let drop = Closure::<dyn FnMut(DragEvent)>::new(|event: DragEvent| {
        event.prevent_default();
        HOVERED.set(false);
        if let Some(list) = event.data_transfer().and_then(|d| d.files()) {
            read(Purpose::Dropped, &list);
        }
    });
    window.add_event_listener_with_callback("drop", drop.as_ref().unchecked_ref())?;
    drop.forget();
    Ok(())
}

/// Hands bytes out as a download.
///
/// # Errors
/// What the browser says.
pub fn download(name: &str, bytes: &[u8]) -> Result<(), String> {
    give(name, bytes).map_err(|e| words(&e))
}

fn give(name: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let document = web_sys::window().and_then(|w| w.document());
    let document = document.ok_or("no page")?;
    let options = BlobPropertyBag::new();
    options.set_type("application/octet-stream");
    let parts = Array::of1(&Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    let over = Closure::once_into_js(move || {
        // An address that is gone already is let go of.
        let _ = Url::revoke_object_url(&address);
    });
    if let Some(window) = web_sys::window() {
        let over = over.unchecked_ref();
        window.set_timeout_with_callback_and_timeout_and_arguments_0(over, KEPT_MS)?;
    }
    Ok(())
}
