//! The program in its window.

use std::time::Duration;

use bevy::camera::RenderTarget;
use bevy::log::{Level, LogPlugin};
use bevy::prelude::*;
use bevy::window::{PresentMode, WindowRef, WindowResolution};
use bevy::winit::{UpdateMode, WinitSettings};

use super::{DeskRes, Refusal, adapter, assemble, spawn_cameras};
use crate::view::panel::Desk;
use crate::view::stage::Stage;

/// Size of the first window, points.
const SIZE: (u32, u32) = (1440, 900);

/// Time after which figures are looked at again although nothing happens.
const IDLE: Duration = Duration::from_millis(250);

/// Only what a user can act on is told; the rest is asked for with RUST_LOG.
pub(super) fn quiet_log() -> LogPlugin {
    LogPlugin {
        level: Level::WARN,
        filter: "warn,wgpu=error,naga=error,bevy_egui=error,bevy_render=error,bevy_winit=error,winit=error,calloop=error".to_owned(),
        ..default()
    }
}

/// Says why no window can be opened, if that is so.
fn display() -> Result<(), Refusal> {
    if cfg!(target_os = "linux") {
        let set = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty());
        if !set("DISPLAY") && !set("WAYLAND_DISPLAY") && !set("WAYLAND_SOCKET") {
            return Err(Refusal::NoDisplay(
                "neither DISPLAY nor WAYLAND_DISPLAY is set".to_owned(),
            ));
        }
    }
    Ok(())
}

/// Runs the program until its window is closed.
///
/// # Errors
/// There is no display, or no adapter.
pub fn run(mut desk: Desk) -> Result<(), Refusal> {
    display()?;
    desk.adapter = adapter()?;
    let mut app = App::new();
    app.add_plugins(
        DefaultPlugins
            .build()
            .set(bevy::window::WindowPlugin {
                primary_window: Some(Window {
                    title: "Geoul".to_owned(),
                    name: Some("geoul".to_owned()),
                    resolution: WindowResolution::from(SIZE),
                    resize_constraints: bevy::window::WindowResizeConstraints {
                        min_width: 1024.0,
                        min_height: 640.0,
                        ..default()
                    },
                    present_mode: PresentMode::AutoVsync,
                    ..default()
                }),
                ..default()
            })
            .set(quiet_log())
            .disable::<bevy::app::TerminalCtrlCHandlerPlugin>(),
    );
    assemble(&mut app, desk);
    app.insert_resource(resting())
        .add_systems(
            Startup,
            |mut commands: Commands<'_, '_>, mut images: ResMut<'_, Assets<Image>>| {
                spawn_cameras(
                    &mut commands,
                    &mut images,
                    &RenderTarget::Window(WindowRef::Primary),
                );
            },
        )
        .add_systems(Last, (keep_awake, quit));
    match app.run() {
        AppExit::Success => Ok(()),
        AppExit::Error(_) => Err(Refusal::Failed("the window ended with an error".to_owned())),
    }
}

fn resting() -> WinitSettings {
    WinitSettings {
        focused_mode: UpdateMode::reactive(IDLE),
        unfocused_mode: UpdateMode::reactive_low_power(IDLE),
    }
}

/// Draws all the time while something moves, else only when something happens.
fn keep_awake(
    desk: Res<'_, DeskRes>,
    stage: Res<'_, Stage>,
    mut settings: ResMut<'_, WinitSettings>,
) {
    let moves = desk.0.play.running || desk.0.play.seek_us.is_some() || stage.rig.is_moving();
    let wanted = if moves {
        UpdateMode::Continuous
    } else {
        UpdateMode::reactive(IDLE)
    };
    if settings.focused_mode != wanted {
        settings.focused_mode = wanted;
    }
}

fn quit(desk: Res<'_, DeskRes>, mut exit: MessageWriter<'_, AppExit>) {
    if desk.0.quit {
        exit.write(AppExit::Success);
    }
}
