//! The desktop program: the stage and the panels in one window, or in an image without a window.
//!
//! * `world`: the open scene as entities, the watched run written into them.
//! * `frame`: one frame of egui: the panels, then what is painted over the stage.
//! * `keyboard`: keys on their way to egui. `pointer`: mouse and keys over the stage.
//! * `window`: the program as people use it; `page`: the same on a page's canvas; `pace`: what both
//!   have in common. `shot`: pictures without a window; `indexed`: small ones.
//! * `rhythm`: which frame does what while time runs.
//! * `fault`: when the graphics device goes. `trace`: what the program does, as lines.
//! * `cost`: what a frame costs; `undrawn`: on a device that draws nothing.

#[cfg(not(target_family = "wasm"))]
pub mod cost;
mod fault;
mod frame;
#[cfg(not(target_family = "wasm"))]
mod indexed;
mod keyboard;
mod pace;
#[cfg(target_family = "wasm")]
pub mod page;
mod pointer;
mod rhythm;
#[cfg(not(target_family = "wasm"))]
pub mod shot;
mod trace;
#[cfg(not(target_family = "wasm"))]
mod undrawn;
#[cfg(not(target_family = "wasm"))]
mod window;
mod world;

use bevy::app::{PluginGroupBuilder, TaskPoolOptions, TaskPoolPlugin};
use bevy::asset::AssetEventSystems;
use bevy::camera::visibility::RenderLayers;
use bevy::camera::{CameraOutputMode, ClearColorConfig, RenderTarget};
use bevy::ecs::schedule::{ScheduleLabel, Schedules, SingleThreadedExecutor};
use bevy::post_process::PostProcessPlugin;
use bevy::post_process::bloom::BloomPlugin;
use bevy::post_process::msaa_writeback::MsaaWritebackPlugin;
use bevy::prelude::*;
use bevy::render::render_resource::BlendState;
use bevy::render::{ExtractSchedule, RenderApp};
use bevy::transform::systems::StaticTransformOptimizations;
use bevy_egui::{
    EguiGlobalSettings, EguiInputSet, EguiPlugin, EguiPostUpdateSet, EguiPrimaryContextPass,
    PrimaryEguiContext,
};
use thiserror::Error;

use super::panel::Desk;
use super::stage::{StagePhase, StagePlugin, camera_bundle};
use crate::world::{Phase, WorldPlugin};

pub use fault::Fault;
#[cfg(not(target_family = "wasm"))]
pub use window::run;

/// Why the program cannot show anything.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    /// There is no display to open a window on.
    #[error("no display: {0}")]
    NoDisplay(String),
    /// There is no graphics adapter, nor a software one.
    #[error("no graphics adapter: {0}")]
    NoAdapter(String),
    /// The graphics device went while the program ran.
    #[error("the graphics device was lost: {0}")]
    DeviceLost(String),
    /// The user or the system ended the program.
    #[error("interrupted")]
    Interrupted,
    /// The picture could not be made.
    #[error("{0}")]
    Failed(String),
}

/// The desk, where systems find it.
#[derive(Resource)]
pub struct DeskRes(pub Desk);

/// Bevy's own plugins without those that nothing here uses: they look for work in every frame.
///
/// A frame is the work of one thread. Handing a part of its few milliseconds to others and waiting
/// for them costs more than it saves, and with a study on every core they would come late.
fn plugins() -> PluginGroupBuilder {
    let mut pools = TaskPoolOptions::default();
    (pools.compute.min_threads, pools.compute.max_threads) = (0, 0);
    DefaultPlugins
        .build()
        .set(TaskPoolPlugin {
            task_pool_options: pools,
        })
        .disable::<bevy::anti_alias::AntiAliasPlugin>()
        .disable::<bevy::diagnostic::DiagnosticsPlugin>()
        // Of its five effects the stage has one; the other is what several cameras need.
        .disable::<PostProcessPlugin>()
        .add(BloomPlugin)
        .add(MsaaWritebackPlugin)
}

/// Adds everything that windows and images have in common. Bevy's own plugins are there already.
fn assemble(app: &mut App, desk: Desk) -> fault::Fault {
    let fault = fault::watch(app);
    app.add_plugins((WorldPlugin, EguiPlugin::default(), StagePlugin))
        .insert_resource(DeskRes(desk))
        .insert_resource(ClearColor(Color::BLACK))
        // Nothing here hangs below what moves: there are no trees of which to keep track.
        .insert_resource(StaticTransformOptimizations::Disabled)
        .init_resource::<world::Shown>()
        .add_systems(Startup, own_egui)
        .add_systems(
            PreUpdate,
            keyboard::pass_on.in_set(EguiInputSet::ReadBevyMessages),
        )
        .add_systems(
            Update,
            (
                world::stand_up.before(Phase::Clock),
                (world::let_pass, world::write_back)
                    .chain()
                    .in_set(Phase::WriteBack),
                (world::tell_stage, pointer::obey)
                    .chain()
                    .after(Phase::Derive)
                    .before(StagePhase::Build),
            ),
        )
        .add_systems(EguiPrimaryContextPass, frame::draw)
        // Letters that are drawn for the first time reach the device with this frame, not the next one.
        .configure_sets(
            PostUpdate,
            EguiPostUpdateSet::PostProcessOutput.before(AssetEventSystems),
        );
    rhythm::add(app);
    run_in_turn(app.world_mut());
    // Systems that open a window's surface must stay on the main thread there.
    if !cfg!(target_os = "macos")
        && let Some(render) = app.get_sub_app_mut(RenderApp)
    {
        run_in_turn(render.world_mut());
    }
    fault
}

/// Runs the systems of every schedule one after the other. A frame has hundreds that find nothing
/// to do; waking threads for them costs more than running them.
fn run_in_turn(world: &mut World) {
    let extract: &dyn ScheduleLabel = &ExtractSchedule;
    let mut schedules = world.resource_mut::<Schedules>();
    for (label, schedule) in schedules.iter_mut() {
        let extracts = *label == *extract;
        schedule.set_executor(SingleThreadedExecutor::new());
        // What extraction queued is applied by the render world's own first system.
        schedule.set_apply_final_deferred(!extracts);
    }
}

/// The first camera must not get egui's context: it belongs to the one that draws last.
fn own_egui(mut settings: ResMut<'_, EguiGlobalSettings>) {
    settings.auto_create_primary_context = false;
    keyboard::take_over(&mut settings);
}

/// Spawns the stage's camera and, over it, the panels' on one target.
fn spawn_cameras(
    commands: &mut Commands<'_, '_>,
    images: &mut Assets<Image>,
    target: &RenderTarget,
) {
    commands.spawn((camera_bundle(images), target.clone()));
    commands.spawn((
        PrimaryEguiContext,
        Camera2d,
        Msaa::Off,
        RenderLayers::none(),
        target.clone(),
        Camera {
            order: 1,
            // egui's colours are multiplied by their opacity already.
            output_mode: CameraOutputMode::Write {
                blend_state: Some(BlendState::PREMULTIPLIED_ALPHA_BLENDING),
                clear_color: ClearColorConfig::None,
            },
            clear_color: ClearColorConfig::Custom(Color::NONE),
            ..default()
        },
    ));
}

/// Finds out whether there is an adapter that can draw, and its name.
///
/// # Errors
/// There is none.
pub async fn adapter_name() -> Result<String, Refusal> {
    let instance = wgpu::Instance::default();
    let wanted = wgpu::RequestAdapterOptions {
        power_preference: wgpu::PowerPreference::HighPerformance,
        ..wgpu::RequestAdapterOptions::default()
    };
    match instance.request_adapter(&wanted).await {
        Ok(adapter) => Ok(adapter.get_info().name),
        Err(error) => Err(Refusal::NoAdapter(error.to_string())),
    }
}

/// As [`adapter_name`], waiting for it.
///
/// # Errors
/// There is none.
#[cfg(not(target_family = "wasm"))]
pub fn adapter() -> Result<String, Refusal> {
    pollster::block_on(adapter_name())
}
