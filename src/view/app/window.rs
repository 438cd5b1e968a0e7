//! The program in its window.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bevy::prelude::*;
use bevy::window::{PresentMode, PrimaryWindow, WindowCloseRequested, WindowResolution};

use super::{DeskRes, Refusal, adapter, assemble, pace, trace};
use crate::view::panel::{Desk, Then};
use crate::view::tokens::frame_pt;

/// Size of the first window, points.
const SIZE: (u32, u32) = (1440, 900);

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

/// Set from outside when the user or the system wants the program to end.
#[derive(Resource)]
struct Stop(Arc<AtomicBool>);

/// Runs the program until its window is closed, or until `stop` is set.
///
/// # Errors
/// There is no display, no adapter, or the adapter went while it ran.
pub fn run(mut desk: Desk, stop: Arc<AtomicBool>) -> Result<(), Refusal> {
    display()?;
    desk.adapter = adapter()?;
    let mut app = App::new();
    connect(&mut app)?;
    let fault = assemble(&mut app, desk);
    app.insert_resource(pace::resting())
        .insert_resource(Stop(Arc::clone(&stop)))
        .add_systems(Startup, pace::cameras)
        .add_systems(First, pace::begin)
        .add_systems(
            Last,
            (pace::keep_awake, entitle, trace::tell, leave, pace::measure).chain(),
        );
    match (app.run(), fault.why()) {
        (_, Some(why)) => Err(Refusal::DeviceLost(why)),
        (AppExit::Success, None) if stop.load(Ordering::Relaxed) => Err(Refusal::Interrupted),
        (AppExit::Success, None) => Ok(()),
        (AppExit::Error(_), None) => {
            Err(Refusal::Failed("the window ended with an error".to_owned()))
        }
    }
}

/// Adds Bevy's own plugins. One of them connects to the display and panics where it cannot; here
/// that is a refusal as any other.
fn connect(app: &mut App) -> Result<(), Refusal> {
    let plugins = super::plugins()
        .set(bevy::window::WindowPlugin {
            primary_window: Some(Window {
                title: pace::TITLE.to_owned(),
                name: Some("geoul".to_owned()),
                resolution: WindowResolution::from(SIZE),
                resize_constraints: bevy::window::WindowResizeConstraints {
                    min_width: frame_pt::SMALLEST[0],
                    min_height: frame_pt::SMALLEST[1],
                    ..default()
                },
                present_mode: PresentMode::AutoVsync,
                ..default()
            }),
            // Unsaved work is asked about before.
            close_when_requested: false,
            ..default()
        })
        .set(pace::quiet_log(""))
        .disable::<bevy::app::TerminalCtrlCHandlerPlugin>();
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let added = catch_unwind(AssertUnwindSafe(|| {
        app.add_plugins(plugins);
    }));
    set_hook(hook);
    added.map_err(|panic| {
        let words = panic.downcast_ref::<String>().cloned();
        let words = words.or_else(|| panic.downcast_ref::<&str>().map(|w| (*w).to_owned()));
        // Of a display that does not answer, the name says more than the library's words.
        let name = ["WAYLAND_DISPLAY", "DISPLAY"].into_iter().find_map(|n| {
            Some(format!(
                "{n}={}",
                std::env::var(n).ok().filter(|v| !v.is_empty())?
            ))
        });
        let why = match (name, words) {
            (_, Some(words)) if !words.starts_with("Failed to build event loop") => words,
            (Some(name), _) => format!("{name} does not answer"),
            (None, _) => "the window system does not answer".to_owned(),
        };
        Refusal::NoDisplay(why.lines().next().unwrap_or_default().to_owned())
    })
}

/// Names the window after the scene, with a mark while it is not saved.
fn entitle(desk: Res<'_, DeskRes>, mut windows: Query<'_, '_, &mut Window, With<PrimaryWindow>>) {
    let title = pace::title(&desk.0);
    for mut window in &mut windows {
        if window.title != title {
            window.title.clone_from(&title);
        }
    }
}

/// Ends when everything is saved or given up, or at once when the system wants it; unsaved work is
/// kept then.
fn leave(
    mut desk: ResMut<'_, DeskRes>,
    stop: Res<'_, Stop>,
    mut requests: MessageReader<'_, '_, WindowCloseRequested>,
    mut exit: MessageWriter<'_, AppExit>,
) {
    if requests.read().last().is_some() {
        desk.0.leave(Then::Quit);
    }
    if stop.0.load(Ordering::Relaxed) {
        desk.0.keep_unsaved();
        desk.0.quit = true;
    }
    if desk.0.quit {
        exit.write(AppExit::Success);
    }
}
