//! What the page's script asks of the app. A wish is done in the app's next frame; its promise
//! gives the state after it as JSON, or throws why it cannot be.

use std::cell::RefCell;
use std::collections::VecDeque;

use bevy::diagnostic::FrameCount;
use bevy::prelude::{Local, Res, ResMut};
use js_sys::{Function, Promise};
use serde_json::{Value, json};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::files;
use crate::scene::{Bundle, Command};
use crate::view::app::{DeskRes, Fault};
use crate::view::i18n::{Lang, clock};
use crate::view::panel::{Desk, ROOMS, Weight};
use crate::whatif::knob::{self, Form};
use crate::whatif::{WHAT_IFS, what_if};

/// Seconds between two states that nobody asked for.
const EVERY_S: f64 = 0.2;
/// Days that the live figures look back at most.
const LATELY_US: u64 = 7 * 86_400_000_000;

/// What is done to the desk, and what it answers with; `None`: the state.
type Wish = Box<dyn FnOnce(&mut Desk) -> Result<Option<String>, String>>;

thread_local! {
    static WISHES: RefCell<VecDeque<(Wish, Function, Function)>> = RefCell::default();
    static STATE: RefCell<String> = const { RefCell::new(String::new()) };
}

fn question(wish: impl FnOnce(&mut Desk) -> Result<Option<String>, String> + 'static) -> Promise {
    let mut wish = Some(Box::new(wish) as Wish);
    Promise::new(&mut |done, failed| {
        if let Some(wish) = wish.take() {
            WISHES.with_borrow_mut(|all| all.push_back((wish, done, failed)));
        }
    })
}

fn wish(wish: impl FnOnce(&mut Desk) -> Result<(), String> + 'static) -> Promise {
    question(move |desk| wish(desk).map(|()| None))
}

/// Does what was asked for, and notes the state now and then.
pub fn obey(
    mut desk: ResMut<'_, DeskRes>,
    fault: Res<'_, Fault>,
    frames: Res<'_, FrameCount>,
    mut noted_s: Local<'_, f64>,
) {
    let desk = &mut desk.0;
    let wishes = WISHES.with_borrow_mut(std::mem::take);
    if wishes.is_empty() && desk.clock_s - *noted_s < EVERY_S {
        return;
    }
    let mut ends = Vec::new();
    for (wish, done, failed) in wishes {
        ends.push((wish(desk), done, failed));
    }
    *noted_s = desk.clock_s;
    let state = state_of(desk, fault.why(), frames.0).to_string();
    STATE.with_borrow_mut(|s| s.clone_from(&state));
    for (end, done, failed) in ends {
        // A promise that nobody waits for any more is nothing to disturb anybody with.
        let _ = match end {
            Ok(answer) => {
                let answer = answer.as_deref().unwrap_or(&state);
                done.call1(&JsValue::UNDEFINED, &answer.into())
            }
            Err(why) => {
                let error = js_sys::Error::new(&why);
                failed.call1(&JsValue::UNDEFINED, &error)
            }
        };
    }
}

/// The last failure said, as what came of a wish.
fn said(desk: &Desk) -> String {
    let mut last = desk.notices.iter().rev();
    let last = last.find(|n| n.weight != Weight::Done);
    last.map_or_else(|| "it was refused".to_owned(), |n| n.text.clone())
}

fn outcome(desk: &Desk, done: bool) -> Result<(), String> {
    if done { Ok(()) } else { Err(said(desk)) }
}

/// The state of the app as JSON: scene, findings, time, room, language, figures, what-if. Empty
/// before the first frame.
#[wasm_bindgen]
pub fn state() -> String {
    STATE.with_borrow(Clone::clone)
}

/// Opens a shipped scene, e.g. `minifab.ron`.
#[wasm_bindgen]
pub fn open(scene: String) -> Promise {
    wish(move |desk| {
        let done = desk.open(&scene);
        outcome(desk, done)
    })
}

/// Opens a scene of this text; its faults stand in the state's `findings`.
#[wasm_bindgen(js_name = openText)]
pub fn open_text(name: String, text: String) -> Promise {
    wish(move |desk| {
        desk.open_bundle(Bundle::from_text(&name, &text));
        Ok(())
    })
}

/// Opens a scene of several texts: JSON `{main, files}`, `files` by path.
#[wasm_bindgen(js_name = openFiles)]
pub fn open_files(bundle_json: String) -> Promise {
    wish(move |desk| {
        let bundle = serde_json::from_str(&bundle_json).map_err(|e| e.to_string())?;
        desk.open_bundle(bundle);
        Ok(())
    })
}

/// Hands a file in as if it had been dropped on the page.
#[wasm_bindgen(js_name = dropFile)]
pub fn drop_file(name: String, bytes: Vec<u8>) -> Promise {
    files::put(vec![(name, bytes)]);
    wish(|_| Ok(()))
}

/// Sets a value of the open scene, e.g. `tool_groups.Me.count` to `2`; can be undone.
#[wasm_bindgen]
pub fn set(path: String, value: String) -> Promise {
    wish(move |desk| {
        let set = Command::Set {
            path: path.clone(),
            value,
        };
        let done = desk.edit(&path, &[set]);
        outcome(desk, done)
    })
}

/// Lets time run, simulated over real time; 0 pauses it.
#[wasm_bindgen]
pub fn play(speed: f64) -> Promise {
    wish(move |desk| {
        desk.play.running = speed > 0.0;
        if speed > 0.0 {
            desk.play.speed = speed;
        }
        Ok(())
    })
}

/// Goes to a time, s.
#[wasm_bindgen]
pub fn seek(to_s: f64) -> Promise {
    wish(move |desk| {
        desk.seek((to_s.max(0.0) * 1e6) as u64);
        Ok(())
    })
}

/// Goes to a room; the state lists them.
#[wasm_bindgen]
pub fn room(name: String) -> Promise {
    wish(move |desk| {
        let room = ROOMS.iter().find(|r| r.name == name && (r.fits)(desk));
        let names = || ROOMS.iter().map(|r| r.name).collect::<Vec<_>>().join(", ");
        let room = room.ok_or_else(|| format!("`{name}`: expected one of {}", names()))?;
        desk.room = room.name;
        Ok(())
    })
}

/// Speaks another language: `en` or `ko`.
#[wasm_bindgen]
pub fn language(tag: String) -> Promise {
    wish(move |desk| {
        let lang = Lang::from_tag(&tag).ok_or_else(|| format!("`{tag}`: expected en or ko"))?;
        desk.speak(lang);
        Ok(())
    })
}

/// Does a command of the program by its name, as menus and keys do: `play`, `undo`, `save` ...
#[wasm_bindgen]
pub fn command(name: String) -> Promise {
    wish(move |desk| {
        let all = crate::view::panel::COMMANDS;
        let command = all.iter().find(|c| c.name == name);
        let command = command.ok_or_else(|| format!("there is no command `{name}`"))?;
        if !(command.fits)(desk) {
            return Err(format!("`{name}` does not fit here"));
        }
        (command.run)(desk);
        Ok(())
    })
}

/// Turns a knob of a what-if; its knobs stand in the state.
#[wasm_bindgen]
pub fn turn(what: String, knob: String, value: String) -> Promise {
    wish(move |desk| {
        let position = WHAT_IFS.iter().position(|w| w.name() == what);
        let position = position.ok_or_else(|| format!("there is no what-if `{what}`"))?;
        let session = desk.session.as_ref().ok_or("no scene is open")?;
        desk.bench.choose(position);
        let knobs = desk.bench.knobs(session);
        let found = knobs.iter().find(|k| k.name == knob).cloned();
        let found = found.ok_or_else(|| format!("there is no knob `{knob}`"))?;
        let value = match &found.form {
            Form::Number { .. } => {
                let number = value.trim().parse();
                knob::Value::Number(number.map_err(|_| format!("`{value}` is no number"))?)
            }
            Form::Choice { .. } => knob::Value::Choice(value),
        };
        desk.bench.turn(&found, value);
        Ok(())
    })
}

/// Starts the what-if with the knobs as they are turned.
#[wasm_bindgen(js_name = runWhatIf)]
pub fn what_if_run(pairs: u32, days: f64) -> Promise {
    wish(move |desk| {
        (desk.bench.pairs, desk.bench.days) = (pairs.max(1), days.max(1.0));
        let t = desk.texts();
        desk.run_what_if()
            .map_err(|fault| crate::view::faults::knob(&fault, &t))
    })
}

/// A link to this page with the open scene, if it is a shipped one, and what was changed in it.
#[wasm_bindgen]
pub fn link() -> Promise {
    question(|desk| desk.link().map(Some))
}

/// Knobs of a what-if in the open scene as JSON: name, range or options, the scene's own value.
#[wasm_bindgen]
pub fn knobs(what: String) -> Promise {
    question(move |desk| {
        let what = what_if(&what).ok_or_else(|| format!("there is no what-if `{what}`"))?;
        let scene = desk.session.as_ref().and_then(|s| s.scene());
        let all = what.knobs(scene.ok_or("no scene is open")?);
        let all: Vec<Value> = all.iter().map(knob_of).collect();
        Ok(Some(Value::from(all).to_string()))
    })
}

fn knob_of(knob: &knob::Knob) -> Value {
    match &knob.form {
        Form::Number {
            low,
            high,
            whole,
            value,
        } => json!({
            "name": knob.name, "unit": knob.unit, "low": low, "high": high, "whole": whole, "value": value,
        }),
        Form::Choice { options, value } => {
            json!({ "name": knob.name, "options": options, "value": value })
        }
    }
}

fn scene_of(desk: &Desk) -> Value {
    let Some(session) = &desk.session else {
        return Value::Null;
    };
    json!({
        "path": session.path(),
        "name": session.scene().map(|s| s.name.clone()),
        "tools": session.model().map_or(0, |m| m.tools.len()),
        "revision": session.revision(),
        "changed": session.is_changed(),
        "refusal": session.refusal().map(|why| why.to_string()),
    })
}

/// Figures of the last days of the run that is watched.
fn figures_of(desk: &Desk) -> Value {
    let Some(live) = &desk.live else {
        return Value::Null;
    };
    let now_us = live.now_us();
    let samples = live
        .history()
        .plant_between(now_us.saturating_sub(LATELY_US), now_us);
    let days = now_us.min(LATELY_US) as f64 / 8.64e10;
    let sum = |pick: fn(&crate::sim::fab::history::PlantSample) -> u32| {
        samples.iter().map(|s| u64::from(pick(s))).sum::<u64>()
    };
    let (finished, cycle_lots) = (sum(|s| s.finished), sum(|s| s.cycle_lots));
    let cycle_us: u64 = samples.iter().map(|s| s.cycle_us).sum();
    let over = |a: f64, b: f64| (b > 0.0).then(|| a / b);
    json!({
        "days": days,
        "wip_lots": samples.last().map(|s| s.wip),
        "throughput_lots_per_d": over(finished as f64, days),
        "wafers_out": sum(|s| s.wafers_out),
        "cycle_time_d": over(cycle_us as f64 / 8.64e10, cycle_lots as f64),
        "moves": sum(|s| s.moves),
    })
}

fn what_if_of(desk: &Desk) -> Value {
    let running = &desk.bench.single;
    let view = running.view.as_ref();
    let turned = desk.bench.turned.iter();
    let turned: Value = turned
        .map(|(knob, value)| (knob.clone(), json!(value)))
        .collect();
    json!({
        "name": desk.bench.what().name(),
        "turned": turned,
        "running": running.is_running(),
        "state": view.map(|v| format!("{:?}", v.state).to_lowercase()),
        "failure": running.failure(&desk.texts()),
        "pairs_done": view.map(|v| v.pairs_done),
        "pairs_total": view.map(|v| v.pairs_total),
        "ran": view.map(|v| v.ran),
        "reused": view.map(|v| v.reused),
        "elapsed_s": view.map(|v| v.elapsed_s),
        "first_estimate_s": view.and_then(|v| v.first_estimate_s),
        "outcome": view.map(|v| &*v.outcome),
        "verdict": desk.verdict(),
    })
}

/// The whole of [`state`].
fn state_of(desk: &Desk, fault: Option<String>, frames: u32) -> Value {
    let session = desk.session.as_ref();
    let findings = session.map(|s| s.findings());
    let lang = desk.texts().lang();
    let shown = desk.process.out.shown.as_ref();
    let placement = shown.and_then(|s| s.exposure.placement);
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "language": lang.tag(),
        "rooms": ROOMS.iter().filter(|r| (r.fits)(desk)).map(|r| r.name).collect::<Vec<_>>(),
        "room": if session.is_none() && desk.room == "plant" { "start" } else { desk.room },
        "scene": scene_of(desk),
        "findings": findings.map(|f| f.to_json()),
        "findings_text": findings.map(|f| f.to_text()),
        "now_us": desk.now_us(),
        "clock": clock(desk.now_us()),
        "end_us": desk.live.as_ref().map(|l| l.end_us()),
        "playing": desk.play.running,
        "seeking": desk.play.seek_us.is_some(),
        "speed": desk.play.speed,
        "figures": figures_of(desk),
        "what_if": what_if_of(desk),
        "process": {
            "busy": desk.process.is_busy(),
            "shown": desk.process.out.shown.is_some(),
            "optimised": desk.process.has_sought(),
            "placement_rms_nm": placement.map(|p| p.rms_nm),
        },
        "found_unsaved": desk.keeper.as_ref().is_some_and(|k| k.has_found()),
        "notices": desk.notices.iter().map(|n| &n.text).collect::<Vec<_>>(),
        "fault": fault,
        "adapter": desk.adapter,
        "frame_ms": desk.stats.cpu_ms,
        "clock_s": desk.clock_s,
        "frames": frames,
    })
}
