//! The desk as a picture wants it: scene, time, room, selection, answers.

use std::path::PathBuf;

use anyhow::{Context, bail};

use super::{Look, ThemeArg};
use crate::scene::Command;
use crate::view::app::shot::Studio;
use crate::view::panel::{CameraCommand, Desk, PROCESS_BENCH, ROOMS, Selection, ThemeChoice};
use crate::view::stage::overlay;
use crate::whatif::knob::Setting;
use crate::whatif::variants::one_at_a_time;
use crate::whatif::{Variant, WHAT_IFS};

/// Views of the plant.
const VIEWS: [&str; 3] = ["plant", "top", "close"];

/// Time between looks at what is worked out in the background, s of the desk's clock.
const LOOK_S: f64 = 0.3;

/// The scene that stands, and the settings it was opened with.
pub type Stands = Option<(PathBuf, Vec<(String, String)>)>;

/// Checks the names of views and overlay.
///
/// # Errors
/// There is no such.
pub fn check(look: &Look) -> anyhow::Result<()> {
    for view in &look.view {
        let room = ROOMS.iter().any(|r| r.name == view);
        if !room && !VIEWS.contains(&view.as_str()) {
            let mut names = VIEWS.to_vec();
            names.extend(ROOMS.iter().map(|r| r.name).filter(|n| *n != "plant"));
            bail!(
                "there is no view \"{view}\"; there are {}",
                names.join(", ")
            );
        }
    }
    if let Some(wanted) = &look.overlay
        && !overlay::NAMES.contains(&wanted.as_str())
    {
        bail!(
            "there is no overlay \"{wanted}\"; there are {}",
            overlay::NAMES.join(", ")
        );
    }
    Ok(())
}

/// Sets the desk: what all views of the picture have in common.
///
/// # Errors
/// The scene cannot be read or run, or what is to be set or selected is not in it.
pub fn set(studio: &mut Studio, look: &Look, stands: &mut Stands) -> anyhow::Result<()> {
    studio.resize(look.size, look.scale);
    let desk = studio.desk();
    desk.speak(crate::cli::texts(look.lang).lang());
    desk.prefs.theme = match look.theme {
        ThemeArg::Dark => ThemeChoice::Dark,
        ThemeArg::Light => ThemeChoice::Light,
    };
    desk.prefs.reduced_motion = true;
    let layout = &mut desk.prefs.layout;
    *layout = crate::view::panel::Layout::default();
    if look.bare {
        (layout.left_open, layout.right_open, layout.bottom_open) = (false, false, false);
    }
    let names = overlay::NAMES.iter().copied();
    desk.overlay = names
        .into_iter()
        .find(|n| Some(*n) == look.overlay.as_deref());
    match &look.scene {
        None => {
            (desk.session, desk.live) = (None, None);
            *stands = None;
        }
        Some(scene) => {
            let wanted = (scene.clone(), look.set.clone());
            if stands.as_ref() != Some(&wanted) {
                open(desk, look, scene)?;
                *stands = Some(wanted);
            }
        }
    }
    if let Some(live) = &mut desk.live {
        live.seek(look.at)?;
    }
    desk.selection = Selection::Nothing;
    desk.inspected.clear();
    desk.inspected_for = Selection::Nothing;
    if let Some(name) = &look.select {
        desk.selection = find(desk, name)
            .with_context(|| format!("nothing in the scene is called \"{name}\""))?;
    }
    Ok(())
}

fn open(desk: &mut Desk, look: &Look, scene: &std::path::Path) -> anyhow::Result<()> {
    desk.open_bundle(crate::cli::request::bundle(&scene.to_string_lossy())?);
    if !look.set.is_empty() {
        let edits: Vec<Command> = look
            .set
            .iter()
            .map(|(path, value)| Command::Set {
                path: path.clone(),
                value: quoted(value),
            })
            .collect();
        if !desk.edit("--set", &edits) {
            let why = desk.notices.pop().map(|n| n.text).unwrap_or_default();
            bail!("{why}");
        }
    }
    if let Some(session) = &desk.session
        && session.findings().has_errors()
    {
        let findings = session.findings();
        bail!("{}\n\n{}", findings.summary(), findings.to_text());
    }
    Ok(())
}

/// A value as scenes write it: a quantity whose quotes a shell has eaten gets them back.
fn quoted(value: &str) -> String {
    if value.trim().contains(' ') && !value.starts_with(['(', '[', '{', '"']) {
        format!("\"{}\"", value.trim())
    } else {
        value.to_owned()
    }
}

/// What bears a name: tools first, then what they belong to.
fn find(desk: &Desk, name: &str) -> Option<Selection> {
    let scene = desk.session.as_ref()?.scene()?;
    let live = desk.live.as_ref()?;
    let names = &live.model().names;
    let at = |all: &[String], make: fn(u32) -> Selection| {
        let found = all.iter().position(|n| n == name);
        found.map(|i| make(i as u32))
    };
    let stocker = || scene.stockers.iter().position(|s| s.name == name);
    let lot = || live.find_lot(name).filter(|l| live.lot(*l).is_some());
    at(&names.tools, Selection::Tool)
        .or_else(|| at(&names.tool_groups, Selection::Group))
        .or_else(|| at(&names.products, Selection::Product))
        .or_else(|| at(&names.routes, Selection::Route))
        .or_else(|| stocker().map(|i| Selection::Stocker(i as u32)))
        .or_else(|| lot().map(Selection::Lot))
}

/// Goes to a view.
///
/// # Errors
/// The what-if cannot be asked.
pub fn aim(studio: &mut Studio, look: &Look, view: &str) -> anyhow::Result<()> {
    let desk = studio.desk();
    let room = ROOMS.iter().find(|r| r.name == view);
    desk.room = room.map_or("plant", |r| r.name);
    answer(desk, look)?;
    desk.camera.clear();
    desk.camera.push(CameraCommand::Home);
    if view == "top" {
        desk.camera.push(CameraCommand::Top);
    }
    // The place of the stage is known after a frame or two.
    studio.settle();
    if view == "top" {
        studio.frame_plant();
    }
    if view == "close" && look.select.is_some() {
        studio.desk().camera.push(CameraCommand::Frame);
        studio.settle();
    } else if view == "close" {
        // From the middle of the plant, as one stands on a gantry.
        let mut pose = *studio.stage().rig.goal();
        pose.distance *= 0.16;
        pose.tilt = 0.42;
        studio.stage().rig.go(pose);
    }
    let until = std::time::Instant::now() + std::time::Duration::from_secs_f64(look.wait.max(0.0));
    while std::time::Instant::now() < until {
        studio.blind_frame();
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    Ok(())
}

/// The what-if that has a knob, and its place in the table.
fn what_of(desk: &Desk, setting: &Setting) -> anyhow::Result<usize> {
    let scene = desk.session.as_ref().and_then(|s| s.scene());
    let scene = scene.context("knobs need a scene")?;
    let has = |w: &&dyn crate::whatif::WhatIf| {
        let knobs = w.knobs(scene);
        knobs.iter().any(|k| k.name == setting.knob)
    };
    let found = WHAT_IFS.iter().position(has);
    found.with_context(|| {
        format!(
            "there is no knob `{}` (geoul whatif --knobs lists them)",
            setting.knob
        )
    })
}

/// Asks what the room asks and waits for the answer.
fn answer(desk: &mut Desk, look: &Look) -> anyhow::Result<()> {
    (desk.bench.pairs, desk.bench.days) = (look.pairs, look.days);
    desk.bench.turned.clear();
    desk.bench.variants.clear();
    // The picture before may have left one.
    desk.process.take_sought(false);
    match desk.room {
        "what-if" if !look.knob.is_empty() => {
            for setting in &look.knob {
                desk.bench.what = what_of(desk, setting)?;
                desk.bench
                    .turned
                    .insert(setting.knob.clone(), setting.value.clone());
            }
            desk.run_what_if()?;
        }
        "variants" if !look.knob.is_empty() || look.tornado.is_some() => {
            variants(desk, look)?;
            desk.run_variants()?;
        }
        PROCESS_BENCH if look.mask => {
            desk.process.seek();
            while desk.process.is_busy() {
                std::thread::sleep(std::time::Duration::from_millis(10));
                desk.process.tick();
            }
            if let Some(fault) = &desk.process.unseekable {
                bail!("{fault}");
            }
        }
        _ => return Ok(()),
    }
    while desk.bench.single.is_running() || desk.bench.all.is_running() {
        std::thread::sleep(std::time::Duration::from_millis(10));
        desk.tick(LOOK_S);
    }
    let texts = desk.texts();
    let failure = [&desk.bench.single, &desk.bench.all]
        .iter()
        .find_map(|r| r.failure(&texts));
    if let Some(why) = failure {
        bail!("{why}");
    }
    Ok(())
}

/// A variant for each knob that is turned, and those of the tornado.
fn variants(desk: &mut Desk, look: &Look) -> anyhow::Result<()> {
    for setting in &look.knob {
        desk.bench.what = what_of(desk, setting)?;
        let name = match &setting.value {
            crate::whatif::knob::Value::Number(n) => format!("{} = {n}", setting.knob),
            crate::whatif::knob::Value::Choice(c) => format!("{} = {c}", setting.knob),
        };
        desk.bench.variants.push(Variant {
            name,
            what: desk.bench.what().name().to_owned(),
            settings: vec![setting.clone()],
            ..Variant::default()
        });
    }
    let scene = desk.session.as_ref().and_then(|s| s.scene());
    if let (Some(percent), Some(scene)) = (look.tornado, scene) {
        let what = desk.bench.what();
        let knobs = what.knobs(scene);
        let whole: Vec<_> = knobs.iter().filter(|k| k.of.is_empty()).collect();
        let more = one_at_a_time(what, &whole, f64::from(percent) / 100.0);
        desk.bench.variants.extend(more);
    }
    Ok(())
}
