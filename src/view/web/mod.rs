//! The page's side of the program, for the web build only. One module serves the page and its
//! workers: [`start`] puts the app on a canvas, [`run`] does a run in a worker.
//!
//! * `remote`: what the page's script asks of the app. `litho`: an image on the graphics device.
//! * `engine`: what a worker answers other programs. `workers`: hands for studies. `files`, `store`: what a desktop has a disk for.
//! * `address`: what a link carries. `input`: which keys are the app's.

pub mod address;
mod engine;
pub mod files;
pub mod input;
mod litho;
pub mod remote;
pub mod store;
pub mod workers;

use std::cell::RefCell;

use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::{JsCast, JsValue, wasm_bindgen};

use crate::view::app::page::{self, Options};
use crate::whatif::{Answer, Flow, Memory, RunRequest, Tell, hands, worker};

#[wasm_bindgen]
extern "C" {
    /// A function of the page.
    #[wasm_bindgen(js_name = Function, typescript_type = "(answer: string) => boolean | void")]
    pub type OnAnswer;

    #[wasm_bindgen(method, catch, js_name = call)]
    fn call(this: &OnAnswer, of: &JsValue, answer: &str) -> Result<JsValue, JsValue>;

    /// A function of the page that is told why something broke.
    #[wasm_bindgen(js_name = Function, typescript_type = "(why: string) => void")]
    pub type OnFault;

    #[wasm_bindgen(js_namespace = console)]
    fn error(text: &str);
}

thread_local! {
    /// Plants that this worker has compiled.
    static MEMORY: RefCell<Memory> = RefCell::default();
    static PANIC: RefCell<Option<String>> = RefCell::default();
    static ON_PANIC: RefCell<Option<Function>> = RefCell::default();
    static ON_FAULT: RefCell<Option<Function>> = RefCell::default();
}

/// What a thrown value of the page says.
pub(crate) fn words(thrown: &JsValue) -> String {
    let message = Reflect::get(thrown, &"message".into()).ok();
    let message = message.and_then(|m| m.as_string());
    message
        .or_else(|| thrown.as_string())
        .unwrap_or_else(|| format!("{thrown:?}"))
}

/// Runs when the module is instantiated, in the page and in every worker.
#[wasm_bindgen(start)]
pub fn begin() {
    std::panic::set_hook(Box::new(|info| {
        let text = info.to_string();
        error(&text);
        PANIC.with_borrow_mut(|p| *p = Some(text.clone()));
        // After a panic nothing of ours runs any more; the page has to say it.
        tell(ON_PANIC.with_borrow(Clone::clone), "panicked", &text);
    }));
}

/// The words of the panic that ended this instance, if one did.
#[wasm_bindgen(js_name = lastPanic)]
pub fn last_panic() -> Option<String> {
    PANIC.with_borrow(Clone::clone)
}

/// Version of the program.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Does the run of a [`RunRequest`] in JSON and calls `on_answer` with each [`Answer`] in JSON;
/// the run stops when that returns `false`. Returns when it has ended: best called in a worker.
///
/// # Errors
/// The message is no request, or `on_answer` throws; faults of the scene and of the run are
/// answers.
#[wasm_bindgen]
pub fn run(message_json: &str, on_answer: &OnAnswer) -> Result<(), JsValue> {
    let text = |error: serde_json::Error| JsValue::from_str(&error.to_string());
    let request: RunRequest = serde_json::from_str(message_json).map_err(text)?;
    let mut fault = None;
    let mut tell = |answer: Answer| {
        if fault.is_some() {
            return Flow::Stop;
        }
        let said = serde_json::to_string(&answer)
            .map_err(text)
            .and_then(|json| on_answer.call(&JsValue::UNDEFINED, &json));
        match said {
            Ok(wish) if wish.as_bool() == Some(false) => Flow::Stop,
            Ok(_) => Flow::Continue,
            Err(error) => {
                fault = Some(error);
                Flow::Stop
            }
        }
    };
    if request.tell == Tell::Records {
        worker::run(&request, &mut tell);
    } else {
        let memory = MEMORY.with_borrow(Clone::clone);
        hands::run_kept(&request, &memory, &mut tell);
    }
    fault.map_or(Ok(()), Err)
}

/// Puts the app on the canvas of that id and returns once it draws by itself.
///
/// `options_json` is an object, all of whose fields may be absent; the page's address gives what
/// it does not:
/// `scene` (a shipped scene, e.g. `minifab.ron`), `text` and `name` (a scene's text and file
/// name), `set` (pairs of path and value), `lang` (`en`, `ko`), `embed` (only to look at: plant
/// and time), `play` (speed to begin with), `log` (what the console is told, e.g. `geoul=debug`).
///
/// `on_panic` is told the words of a panic, after which the app stands still; `on_fault` why the
/// graphics device went. Unsaved work is in the browser's storage by then.
/// Where they are absent, `globalThis.geoul_host.panicked` and `.device_lost` are told.
///
/// # Errors
/// A text that begins with `no-webgpu` where the browser has no WebGPU or no adapter.
#[wasm_bindgen]
pub async fn start(
    canvas_id: String,
    options_json: String,
    on_panic: Option<OnFault>,
    on_fault: Option<OnFault>,
) -> Result<(), JsValue> {
    let function = |f: OnFault| JsValue::from(f).unchecked_into::<Function>();
    ON_PANIC.with_borrow_mut(|f| *f = on_panic.map(function));
    ON_FAULT.with_borrow_mut(|f| *f = on_fault.map(function));
    let options = Options::read(&options_json)?;
    files::watch_drops()?;
    page::start(&canvas_id, options).await
}

/// Tells the page why the graphics device went.
pub(crate) fn tell_fault(why: &str) {
    tell(ON_FAULT.with_borrow(Clone::clone), "device_lost", why);
}

/// Tells a function of the page, or where there is none that of its host, if it has one.
fn tell(given: Option<Function>, name: &str, text: &str) {
    let of_host = || {
        let host = Reflect::get(&js_sys::global(), &"geoul_host".into()).ok()?;
        let function = Reflect::get(&host, &name.into()).ok()?;
        function.dyn_into::<Function>().ok()
    };
    if let Some(told) = given.or_else(of_host) {
        // A page that throws at it has nobody left to tell.
        let _ = told.call1(&JsValue::UNDEFINED, &text.into());
    }
}
