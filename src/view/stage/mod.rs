//! The stage: the plant in three dimensions.
//!
//! It reads the world's entities ([`crate::world`]) and shows them; it never changes them. What
//! there is of the plant is made once, when a scene is spawned: floor, machines, rails. After
//! that only what changes costs anything: lamps when a tool's state changes, carriers that move,
//! heat maps four times a second.
//!
//! Frame: Bevy's, metres; floor (x, y) is (x, −z), see [`crate::world`].
//!
//! * `shape`, `palette`, `machine`: what things look like.
//! * `floor`, `machines`, `rails`, `people`: what stands and hangs in the plant.
//! * `signs`, `lamps`, `ports`, `traffic`, [`overlay`]: what changes with time.
//! * [`rig`], `camera`, [`pick`]: looking at it.
//! * [`labels`], [`hud`]: what is written over it, painted by egui.

mod camera;
mod floor;
pub mod hud;
pub mod labels;
mod lamps;
mod light;
mod machine;
mod machines;
pub mod overlay;
mod palette;
mod people;
pub mod pick;
mod ports;
mod rails;
pub mod rig;
mod shape;
mod signs;
mod traffic;

use bevy::prelude::*;

pub use camera::{StageCamera, bundle as camera_bundle};
pub use traffic::{Carriers, Moves, Moving};

use crate::world::{Phase, SpawnedIds};
use pick::Picked;
use rig::Rig;

/// Light or dark surroundings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Dark, as at night.
    #[default]
    Dark,
    /// Light, as by day.
    Light,
}

/// What the stage is asked to show; whoever owns the window and the panels sets it.
#[derive(Resource, Debug, Default)]
pub struct Stage {
    /// Surroundings.
    pub tone: Tone,
    /// Where the stage lies in the window or image, physical pixels.
    pub rect: URect,
    /// Physical pixels of a point.
    pub scale: f32,
    /// Whether movements of the camera are to be skipped.
    pub still: bool,
    /// Whether nobody looks: nothing is drawn.
    pub unseen: bool,
    /// Simulated seconds that pass in a second of the watcher; 0: time stands.
    pub speed: f64,
    /// Simulated time, µs.
    pub now_us: u64,
    /// The overlay shown, one of [`overlay::OVERLAYS`].
    pub overlay: Option<&'static str>,
    /// What the pointer is over.
    pub hovered: Option<Picked>,
    /// What is selected.
    pub selected: Option<Picked>,
    /// The camera's rig.
    pub rig: Rig,
}

impl Stage {
    /// Width over height of the view.
    pub fn aspect(&self) -> f32 {
        self.rect.width().max(1) as f32 / self.rect.height().max(1) as f32
    }

    /// A point of the window (points, from its top left) as a place in the view: −1 to 1 to the
    /// right and up.
    pub fn view_of(&self, point: Vec2) -> Vec2 {
        let rect = self.rect.as_rect();
        let at = (point * self.scale - rect.min) / rect.size().max(Vec2::ONE);
        Vec2::new(2.0 * at.x - 1.0, 1.0 - 2.0 * at.y)
    }

    /// A place in the view (−1 to 1) as a point of the window (points, from its top left).
    pub fn point_of(&self, view: Vec2) -> Vec2 {
        let rect = self.rect.as_rect();
        let at = Vec2::new(0.5 + 0.5 * view.x, 0.5 - 0.5 * view.y);
        (rect.min + at * rect.size()) / self.scale.max(1e-3)
    }

    /// Where a place in the plant shows in the window (points) and how far it is, m; `None`
    /// behind the camera.
    pub fn point_at(&self, place: Vec3) -> Option<(Vec2, f32)> {
        let (view, depth) = self.rig.project(place, self.aspect())?;
        Some((self.point_of(view), depth))
    }

    /// Points (not pixels) that a metre takes at a depth, m.
    pub fn points_per_m(&self, depth: f32) -> f32 {
        let pose = self.rig.pose();
        let height_m = pose.height_m()
            * if self.rig.is_plan() {
                1.0
            } else {
                depth / pose.distance
            };
        self.rect.height() as f32 / self.scale.max(1e-3) / height_m.max(1e-3)
    }
}

/// Whether this frame has time for what can wait: panels and writes of states come in others. Who
/// does such work takes it.
#[derive(Resource, Debug)]
pub struct Slack(pub bool);

impl Default for Slack {
    fn default() -> Self {
        Self(true)
    }
}

/// On everything that the stage spawned for the present plant.
#[derive(Component, Clone, Copy, Debug)]
pub struct Staged;

/// Parts of an update of the stage, after the world's.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StagePhase {
    /// Makes what a new plant or a new tone needs.
    Build,
    /// Follows what changed.
    Follow,
    /// Sets the cameras.
    Look,
}

/// Adds the stage to an app that has the world and a renderer.
#[derive(Clone, Copy, Debug, Default)]
pub struct StagePlugin;

impl Plugin for StagePlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Stage>()
            .init_resource::<traffic::Moves>()
            .init_resource::<overlay::Figures>()
            .init_resource::<machines::Library>()
            .init_resource::<Slack>()
            .configure_sets(
                Update,
                (StagePhase::Build, StagePhase::Follow, StagePhase::Look)
                    .chain()
                    .after(Phase::Derive),
            )
            .add_systems(Startup, (light::set_up, set_up_palette))
            .add_systems(
                Update,
                (
                    clear,
                    (
                        floor_of_the_plant,
                        machines::spawn_machines,
                        rails::spawn_rails,
                        overlay::spawn_overlays,
                        pick::list_targets,
                        labels::list_labels,
                    ),
                    (signs::spawn_signs, traffic::forget, people::forget),
                )
                    .chain()
                    .run_if(plant_changed)
                    .in_set(StagePhase::Build),
            )
            .add_systems(
                Update,
                (
                    (lamps::show_states, ports::fill_ports, signs::paint_signs).chain(),
                    traffic::move_carriers,
                    people::send_people,
                    overlay::show_bands,
                    overlay::show_heat,
                )
                    .in_set(StagePhase::Follow),
            )
            .add_systems(
                Update,
                (
                    camera::advance,
                    (camera::place, light::follow_camera, machines::choose_detail),
                    light::follow_tone,
                )
                    .chain()
                    .in_set(StagePhase::Look),
            );
    }
}

/// Whether another plant was spawned, or the tone changed. The entities themselves are compared:
/// `World::resource_scope`, through which states are written, marks a resource as changed.
fn plant_changed(
    ids: Res<'_, SpawnedIds>,
    stage: Res<'_, Stage>,
    mut tone: Local<'_, Option<Tone>>,
    mut plant: Local<'_, Option<SpawnedIds>>,
) -> bool {
    let new_tone = tone.replace(stage.tone) != Some(stage.tone);
    let new_plant = ids.is_changed() && plant.as_ref() != Some(&*ids);
    if new_plant {
        *plant = Some(ids.clone());
    }
    new_plant || new_tone
}

fn set_up_palette(
    mut commands: Commands<'_, '_>,
    mut images: ResMut<'_, Assets<Image>>,
    mut materials: ResMut<'_, Assets<StandardMaterial>>,
) {
    commands.insert_resource(palette::paint_material(&mut images, &mut materials));
}

fn clear(mut commands: Commands<'_, '_>, staged: Query<'_, '_, Entity, With<Staged>>) {
    for entity in &staged {
        commands.entity(entity).despawn();
    }
}

#[allow(clippy::too_many_arguments)]
fn floor_of_the_plant(
    mut commands: Commands<'_, '_>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut materials: ResMut<'_, Assets<StandardMaterial>>,
    stage: Res<'_, Stage>,
    floor: Res<'_, crate::world::plant::Floor>,
    bays: floor::Bays<'_, '_>,
    areas: Query<'_, '_, &crate::world::plant::Area>,
    aisles: Query<'_, '_, &crate::world::plant::Aisle, With<crate::world::SceneId>>,
    tools: machines::Tools<'_, '_>,
    groups: machines::Groups<'_, '_>,
) {
    if floor.rect.width_m <= 0.0 {
        return;
    }
    let standing: Vec<floor::Footprint> = tools
        .iter()
        .filter_map(|(_, place, group)| {
            let (body, _) = groups.get(group.parent()).ok()?;
            Some((*place, body.width_m as f32, body.depth_m as f32))
        })
        .collect();
    floor::lay(
        &mut commands,
        &mut meshes,
        &mut materials,
        stage.tone,
        &floor.rect,
        &bays,
        &areas,
        &aisles,
        &standing,
    );
}
