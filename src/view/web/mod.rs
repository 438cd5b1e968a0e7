//! The page's entry: a run goes in as a message and its answers come out as messages.
//!
//! Best called in a web worker, since it does not return before the run has ended.

mod engine;

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use crate::whatif::{Answer, Flow, RunRequest, worker};

#[wasm_bindgen]
extern "C" {
    /// A function of the page.
    #[wasm_bindgen(js_name = Function, typescript_type = "(answer: string) => boolean | void")]
    pub type OnAnswer;

    #[wasm_bindgen(method, catch, js_name = call)]
    fn call(this: &OnAnswer, of: &JsValue, answer: &str) -> Result<JsValue, JsValue>;
}

/// Does the run of a [`RunRequest`] in JSON and calls `on_answer` with each [`Answer`] in JSON;
/// the run stops when that returns `false`.
///
/// # Errors
/// The message is no request, or `on_answer` throws; faults of the scene and of the run are
/// answers.
#[wasm_bindgen]
pub fn run(message_json: &str, on_answer: &OnAnswer) -> Result<(), JsValue> {
    let text = |error: serde_json::Error| JsValue::from_str(&error.to_string());
    let request: RunRequest = serde_json::from_str(message_json).map_err(text)?;
    let mut fault = None;
    worker::run(&request, &mut |answer: Answer| {
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
    });
    fault.map_or(Ok(()), Err)
}
