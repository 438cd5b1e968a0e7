//! What the program does, line by line, for whoever helps a user and for the tests of the window:
//! `RUST_LOG=geoul=info geoul open SCENE` writes it to the standard error, `?log=geoul=info` to a page's console.

use bevy::log::{debug, info};
use bevy::prelude::*;
use bevy::window::PrimaryWindow;

use super::DeskRes;
use crate::view::i18n::clock;
use crate::view::panel::{Desk, ROOMS, Selection};
use crate::view::stage::Stage;
use crate::view::stage::rig::Pose;

/// What was told last; a line is written where it differs.
#[derive(Debug, Default, PartialEq)]
pub struct Told {
    scene: Option<(String, u64)>,
    room: &'static str,
    above: String,
    selection: Selection,
    overlay: Option<&'static str>,
    playing: Option<u64>,
    look: String,
    turned: Vec<String>,
    study: String,
    has_keys: bool,
    notices: Vec<String>,
    stage: URect,
    pose: Pose,
}

/// Writes what has changed since the last frame.
pub fn tell(
    desk: Res<'_, DeskRes>,
    stage: Res<'_, Stage>,
    windows: Query<'_, '_, &Window, With<PrimaryWindow>>,
    mut told: Local<'_, Told>,
) {
    if !bevy::log::tracing::enabled!(bevy::log::Level::INFO) {
        return;
    }
    let desk = &desk.0;
    let now = Told {
        scene: desk
            .session
            .as_ref()
            .map(|s| (s.path().to_owned(), s.revision())),
        room: room(desk),
        above: above(desk),
        selection: desk.selection,
        overlay: desk.overlay,
        playing: desk.play.running.then_some(desk.play.speed as u64),
        look: look(desk),
        turned: desk.bench.turned.keys().cloned().collect(),
        study: study(desk),
        has_keys: windows.single().is_ok_and(|w| w.focused),
        notices: desk.notices.iter().map(|n| n.text.clone()).collect(),
        stage: stage.rect,
        // A view on its way is told when it has arrived.
        pose: if stage.rig.is_moving() {
            told.pose
        } else {
            *stage.rig.pose()
        },
    };
    if now.scene != told.scene {
        scene(desk);
    }
    if now.room != told.room {
        info!("room: {}", now.room);
    }
    if now.above != told.above {
        info!("above: {}", now.above);
    }
    if now.selection != told.selection {
        info!("selected: {}", selected(desk));
    }
    if now.overlay != told.overlay {
        info!("overlay: {}", now.overlay.unwrap_or("none"));
    }
    if now.playing != told.playing {
        let at = clock(desk.now_us());
        match now.playing {
            Some(speed) => info!("playing: {speed}x from {at}"),
            None => info!("paused: {at}"),
        }
    }
    if now.look != told.look {
        info!("look: {}", now.look);
    }
    if now.turned != told.turned {
        info!("turned: {}", now.turned.join(", "));
    }
    if now.study != told.study {
        info!("what-if: {}", now.study);
    }
    for text in now.notices.iter().filter(|n| !told.notices.contains(n)) {
        info!("said: {text}");
    }
    if now.has_keys != told.has_keys {
        let words = if now.has_keys { "focused" } else { "left" };
        debug!("window: {words}");
    }
    if now.stage != told.stage {
        let r = now.stage;
        let size = r.size();
        debug!("stage: {} {} {} {}", r.min.x, r.min.y, size.x, size.y);
    }
    if now.pose != told.pose {
        let Pose {
            focus,
            turn,
            tilt,
            distance,
        } = now.pose;
        let plan = if stage.rig.is_plan() { ", plan" } else { "" };
        debug!(
            "camera: focus {:.2} {:.2} {:.2}, turn {turn:.3}, tilt {tilt:.3}, distance {distance:.2}{plan}",
            focus.x, focus.y, focus.z,
        );
    }
    *told = now;
}

/// Writes which control got the keyboard, as a screen reader would say it.
pub fn focus(ctx: &egui::Context) {
    if !bevy::log::tracing::enabled!(bevy::log::Level::DEBUG) {
        return;
    }
    let name = ctx.output(|o| {
        // A button of ours names itself after egui has named it by its icon.
        let gained = o.events.iter().rev().find_map(|e| match e {
            egui::output::OutputEvent::FocusGained(info) => Some(info),
            _ => None,
        });
        gained.map(|info| {
            let label = info.label.clone().or(info.current_text_value.clone());
            format!("{:?} {}", info.typ, label.unwrap_or_default())
        })
    });
    if let Some(name) = name {
        debug!("focus: {name}");
    }
}

/// The room that is shown.
fn room(desk: &Desk) -> &'static str {
    if desk.session.is_none() {
        return "start";
    }
    let room = ROOMS.iter().find(|r| r.name == desk.room && (r.fits)(desk));
    room.map_or("plant", |r| r.name)
}

fn above(desk: &Desk) -> String {
    if let Some(then) = &desk.leaving {
        return format!("leave for {then:?}");
    }
    if desk.is_asking() {
        return "question".to_owned();
    }
    let name = |w: &crate::view::panel::Window| {
        let words = format!("{w:?}");
        words
            .split([' ', '{'])
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    desk.window
        .as_ref()
        .map_or_else(|| "nothing".to_owned(), name)
}

fn look(desk: &Desk) -> String {
    let prefs = &desk.prefs;
    let language = desk.texts().lang().tag();
    format!(
        "{language}, {:?}, {:.0} %",
        prefs.theme,
        100.0 * desk.scale()
    )
}

fn scene(desk: &Desk) {
    let Some(session) = &desk.session else {
        info!("scene: none");
        return;
    };
    let items = &session.findings().items;
    let errors = items
        .iter()
        .filter(|d| d.severity == crate::scene::Severity::Error)
        .count();
    let tools = session.model().map_or(0, |m| m.tools.len());
    let saved = if session.is_changed() {
        "changed"
    } else {
        "saved"
    };
    info!(
        "scene: {}, {tools} tools, {errors} errors, {} warnings, {saved}",
        session.path(),
        items.len() - errors,
    );
}

fn selected(desk: &Desk) -> String {
    let names = desk.live.as_ref().map(|l| &l.model().names);
    let name = |list: Option<&Vec<String>>, k: u32| {
        let name = list.and_then(|l| l.get(k as usize));
        name.cloned().unwrap_or_default()
    };
    match desk.selection {
        Selection::Nothing => "nothing".to_owned(),
        Selection::Tool(k) => format!("tool {}", name(names.map(|n| &n.tools), k)),
        Selection::Group(k) => format!("group {}", name(names.map(|n| &n.tool_groups), k)),
        Selection::Lot(lot) => {
            let live = desk.live.as_ref();
            format!("lot {}", live.map_or_else(String::new, |l| l.lot_name(lot)))
        }
        other => format!("{other:?}"),
    }
}

/// How far the what-if is; with the sentence once it is over.
fn study(desk: &Desk) -> String {
    let running = &desk.bench.single;
    let Some(view) = &running.view else {
        let words = if running.is_running() {
            "asked"
        } else {
            "none"
        };
        return words.to_owned();
    };
    if let Some(why) = running.failure(&desk.texts()) {
        return format!("failed, {why}");
    }
    let state = format!("{:?}", view.state).to_lowercase();
    if !view.state.is_over() {
        return state;
    }
    let words = desk.verdict().unwrap_or_default();
    format!(
        "{state}, {} of {} pairs. {words}",
        view.pairs_done, view.pairs_total
    )
}
