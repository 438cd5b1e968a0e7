//! What the window of a desktop and the canvas of a page have in common: cameras, when frames are drawn,
//! what they cost, what the log tells.

use std::time::Duration;

use bevy::camera::RenderTarget;
use bevy::log::{Level, LogPlugin};
use bevy::platform::time::Instant;
use bevy::prelude::*;
use bevy::window::WindowRef;
use bevy::winit::{UpdateMode, WinitSettings};

use super::{DeskRes, spawn_cameras};
use crate::view::panel::Desk;
use crate::view::stage::Stage;

/// Time after which figures are looked at again although nothing happens.
const IDLE: Duration = Duration::from_millis(250);

/// Time between frames of a plant that moves beside the window one works in.
const ASIDE: Duration = Duration::from_millis(40);

/// Name of the program as its window shows it.
pub const TITLE: &str = "Geoul";

/// Only what a user can act on is told. The rest is asked for with RUST_LOG, and of a page, which has no
/// environment, by its address: `more` is of that form, empty for nothing.
pub fn quiet_log(more: &str) -> LogPlugin {
    LogPlugin {
        level: Level::WARN,
        filter: format!(
            "warn,wgpu=error,naga=error,bevy_egui=error,bevy_render=error,bevy_winit=error,winit=error,calloop=error,{more}"
        ),
        ..default()
    }
}

/// Name of the scene, with a mark while it is not saved.
pub fn title(desk: &Desk) -> String {
    match &desk.session {
        Some(session) => {
            let name = session.path().rsplit('/').next().unwrap_or_default();
            let mark = if session.is_changed() { " •" } else { "" };
            format!("{name}{mark} – {TITLE}")
        }
        None => TITLE.to_owned(),
    }
}

/// Cameras that draw on it.
pub fn cameras(mut commands: Commands<'_, '_>, mut images: ResMut<'_, Assets<Image>>) {
    spawn_cameras(
        &mut commands,
        &mut images,
        &RenderTarget::Window(WindowRef::Primary),
    );
}

/// Frames while nothing moves.
pub fn resting() -> WinitSettings {
    WinitSettings {
        focused_mode: UpdateMode::reactive(IDLE),
        unfocused_mode: UpdateMode::reactive_low_power(IDLE),
    }
}

/// Draws all the time while something moves, else only when something happens. A plant that is
/// watched on another screen moves too.
pub fn keep_awake(
    desk: Res<'_, DeskRes>,
    stage: Res<'_, Stage>,
    mut settings: ResMut<'_, WinitSettings>,
) {
    let moves = desk.0.play.running || desk.0.play.seek_us.is_some() || stage.rig.is_moving();
    let wanted = if moves {
        WinitSettings {
            focused_mode: UpdateMode::Continuous,
            unfocused_mode: UpdateMode::reactive_low_power(ASIDE),
        }
    } else {
        resting()
    };
    let now = (settings.focused_mode, settings.unfocused_mode);
    if now != (wanted.focused_mode, wanted.unfocused_mode) {
        *settings = wanted;
    }
}

/// When the frame began.
#[derive(Resource)]
pub struct Begun(Instant);

/// Notes when the frame begins.
pub fn begin(mut commands: Commands<'_, '_>) {
    commands.insert_resource(Begun(Instant::now()));
}

/// Says what a frame costs the main thread, four times a second.
pub fn measure(
    begun: Option<Res<'_, Begun>>,
    mut desk: ResMut<'_, DeskRes>,
    mut seen: Local<'_, (f64, f32, u32)>,
) {
    let Some(begun) = begun else { return };
    let (since, sum, frames) = &mut *seen;
    *sum += begun.0.elapsed().as_secs_f32() * 1e3;
    *frames += 1;
    if desk.0.clock_s - *since >= IDLE.as_secs_f64() {
        desk.0.stats.cpu_ms = *sum / *frames as f32;
        (*since, *sum, *frames) = (desk.0.clock_s, 0.0, 0);
    }
}
