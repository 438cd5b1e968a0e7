//! Hands for studies: the page's web workers, each of which runs [`super::run`].
//!
//! The page gives them by `globalThis.geoul_host.spawn_worker()`: an object with `postMessage` for
//! a request's text, `onmessage` (the answer's text, or an event whose `data` it is), `onerror`
//! and `terminate`.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::{Closure, JsCast, JsValue};

use super::words;
use crate::whatif::hands::{Hands, Own};
use crate::whatif::{Answer, Failure, RunRequest};
use crate::words::Words;

/// Workers at most.
const MOST: u32 = 8;

/// A worker of the page.
struct Worker {
    object: JsValue,
    answers: Rc<RefCell<VecDeque<String>>>,
    _told: [Closure<dyn FnMut(JsValue)>; 2],
}

/// Workers are objects of the page's thread and stay in it; hands know them by number.
#[derive(Default)]
struct Pool {
    next: u32,
    busy: BTreeMap<u32, Worker>,
    /// Those that keep what they compiled for the next study.
    idle: Vec<Worker>,
}

thread_local! {
    static POOL: RefCell<Pool> = RefCell::default();
}

fn method(of: &JsValue, name: &str) -> Result<Function, JsValue> {
    let method = Reflect::get(of, &name.into())?;
    method
        .dyn_into()
        .map_err(|_| format!("the page gives no {name}").into())
}

fn failed(reason: String) -> String {
    let reason = Words::verbatim(reason);
    let answer = Answer::Failed(Failure::Request { reason });
    serde_json::to_string(&answer).unwrap_or_default()
}

impl Worker {
    fn spawn() -> Result<Self, JsValue> {
        let host = Reflect::get(&js_sys::global(), &"geoul_host".into())?;
        let object = method(&host, "spawn_worker")?.call0(&host)?;
        let answers: Rc<RefCell<VecDeque<String>>> = Rc::default();
        let into = Rc::clone(&answers);
        let message = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            let data = || Reflect::get(&event, &"data".into()).ok()?.as_string();
            if let Some(text) = event.as_string().or_else(data) {
                into.borrow_mut().push_back(text);
            }
        });
        let into = Rc::clone(&answers);
        let error = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            into.borrow_mut().push_back(failed(words(&event)));
        });
        Reflect::set(&object, &"onmessage".into(), message.as_ref())?;
        Reflect::set(&object, &"onerror".into(), error.as_ref())?;
        Ok(Self {
            object,
            answers,
            _told: [message, error],
        })
    }

    fn post(&self, text: &str) -> Result<(), JsValue> {
        method(&self.object, "postMessage")?
            .call1(&self.object, &text.into())
            .map(drop)
    }

    fn end(&self) {
        // One that cannot be ended ends with the page.
        let _ = method(&self.object, "terminate").and_then(|m| m.call0(&self.object));
    }
}

/// Hands that are workers of the page.
#[derive(Debug)]
struct Far {
    first: u32,
    count: u32,
}

/// As many workers as the machine has cores to spare; where the page can give none, the main
/// thread's own time.
pub fn hands() -> Box<dyn Hands> {
    let cores = web_sys::window().map_or(1.0, |w| w.navigator().hardware_concurrency());
    let count = (cores as u32).saturating_sub(1).clamp(1, MOST);
    POOL.with_borrow_mut(|pool| {
        if pool.idle.is_empty() {
            match Worker::spawn() {
                Ok(worker) => pool.idle.push(worker),
                Err(_) => return Box::<Own>::default() as Box<dyn Hands>,
            }
        }
        let first = pool.next;
        pool.next += count;
        Box::new(Far { first, count })
    })
}

impl Hands for Far {
    fn count(&self) -> u32 {
        self.count
    }

    fn ask(&mut self, hand: u32, request: &RunRequest) {
        let text = serde_json::to_string(request).unwrap_or_default();
        POOL.with_borrow_mut(|pool| {
            let id = self.first + hand;
            let made = match pool.busy.remove(&id).or_else(|| pool.idle.pop()) {
                Some(worker) => Ok(worker),
                None => Worker::spawn(),
            };
            let posted = made.and_then(|worker| {
                worker.answers.borrow_mut().clear();
                worker.post(&text).map(|()| worker)
            });
            match posted {
                Ok(worker) => drop(pool.busy.insert(id, worker)),
                Err(thrown) => {
                    // Nobody will answer; what is asked next tries anew.
                    bevy::log::warn!("worker: {}", words(&thrown));
                }
            }
        });
    }

    fn answer(&mut self, hand: u32) -> Option<Answer> {
        let text = POOL.with_borrow(|pool| match pool.busy.get(&(self.first + hand)) {
            Some(worker) => worker.answers.borrow_mut().pop_front(),
            None => Some(failed("the page gives no worker".to_owned())),
        })?;
        let answer = serde_json::from_str(&text);
        Some(answer.unwrap_or_else(|error| {
            let reason = Words::verbatim(error.to_string());
            Answer::Failed(Failure::Request { reason })
        }))
    }

    fn dismiss(&mut self, hand: u32) {
        let worker = POOL.with_borrow_mut(|pool| pool.busy.remove(&(self.first + hand)));
        if let Some(worker) = worker {
            // It hears nothing before its run is over.
            worker.end();
        }
    }
}

impl Drop for Far {
    fn drop(&mut self) {
        POOL.with_borrow_mut(|pool| {
            for id in self.first..self.first + self.count {
                if let Some(worker) = pool.busy.remove(&id) {
                    pool.idle.push(worker);
                }
            }
        });
    }
}
