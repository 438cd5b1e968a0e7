//! The browser's storage: texts by name, and which page of this browser a name belongs to.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::{Closure, JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Storage;

/// Head of our names, as other programs of the same host keep theirs beside them.
const HEAD: &str = "geoul.";
/// Head of the names of unsaved works.
const UNSAVED: &str = "unsaved-";
/// Places for pages that are open at the same time, and for works that nobody took up yet.
const PLACES: u32 = 64;

/// The storage, where the browser gives one: a private window or a sandbox may not.
fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// The text under a name.
pub fn read(name: &str) -> Option<String> {
    storage()?.get_item(&format!("{HEAD}{name}")).ok()?
}

/// Keeps a text under a name.
///
/// # Errors
/// The browser gives no storage, or it is full.
pub fn write(name: &str, text: &str) -> Result<(), String> {
    let storage = storage().ok_or("localStorage: –")?;
    let set = storage.set_item(&format!("{HEAD}{name}"), text);
    set.map_err(|e| super::words(&e))
}

/// Lets go of the text under a name; mostly there is none.
pub fn remove(name: &str) {
    if let Some(storage) = storage() {
        // A storage that does not give is told when something is to be kept.
        let _ = storage.remove_item(&format!("{HEAD}{name}"));
    }
}

/// Takes a name for this page's unsaved work, and gives those that pages left which are closed.
/// An open page holds a lock of the browser of the same name, which goes with the page.
pub async fn take_place() -> (String, Vec<String>) {
    let held = held().await;
    let mut own = None;
    let mut left = Vec::new();
    for n in 0..PLACES {
        let name = format!("{UNSAVED}{n}");
        if held.contains(&format!("{HEAD}{name}")) {
            continue;
        }
        if read(&name).is_some() {
            left.push(name);
        } else if own.is_none() {
            own = Some(name);
        }
    }
    let own = own.unwrap_or_else(|| format!("{UNSAVED}{PLACES}"));
    hold(&format!("{HEAD}{own}"));
    (own, left)
}

fn locks() -> Option<JsValue> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
    locks.is_object().then_some(locks)
}

fn method(of: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(of, &name.into()).ok()?.dyn_into().ok()
}

/// Names of the locks that open pages hold; none where the browser knows no locks.
async fn held() -> Vec<String> {
    let ask = || {
        let locks = locks()?;
        let asked = method(&locks, "query")?.call0(&locks).ok()?;
        asked.dyn_into::<Promise>().ok()
    };
    let Some(asked) = ask() else {
        return Vec::new();
    };
    let Ok(all) = JsFuture::from(asked).await else {
        return Vec::new();
    };
    let names = Reflect::get(&all, &"held".into()).ok();
    let names = names.and_then(|n| n.dyn_into::<Array>().ok());
    let name = |lock: JsValue| Reflect::get(&lock, &"name".into()).ok()?.as_string();
    names.map_or_else(Vec::new, |n| n.iter().filter_map(name).collect())
}

/// Holds a lock until the page goes.
fn hold(name: &str) {
    let Some(locks) = locks() else { return };
    let Some(request) = method(&locks, "request") else {
        return;
    };
    let options = Object::new();
    let never = Closure::<dyn FnMut() -> Promise>::new(|| Promise::new(&mut |_, _| {}));
    // A browser that refuses leaves two pages with one place: the later one's work is kept.
    let _ = Reflect::set(&options, &"ifAvailable".into(), &true.into());
    let _ = request.call3(&locks, &name.into(), &options, never.as_ref());
    never.forget();
}
