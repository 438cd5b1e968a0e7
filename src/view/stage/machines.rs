//! Machines on the floor: one entity and one mesh each; all of a type share the mesh.

use bevy::platform::collections::HashMap;
use bevy::prelude::*;

use super::machine::{Frame, STOCKER_HEIGHT_M, machine, stocker};
use super::palette::PaintMaterial;
use super::shape::Detail;
use super::{Stage, Staged};
use crate::scene::schema::Archetype;
use crate::world::plant::{self, standing};

/// Height on the screen from which a machine is drawn in full, points.
const NEAR_POINTS: f32 = 30.0;

/// Share by which it must shrink below that before it is drawn from afar again.
const HOLD: f32 = 0.85;

/// Tools with their place and group.
pub type Tools<'w, 's> =
    Query<'w, 's, (Entity, &'static plant::Placement, &'static ChildOf), With<plant::Tool>>;

/// Tool groups.
pub type Groups<'w, 's> = Query<'w, 's, (&'static plant::Body, &'static Name)>;

/// What makes two machines look the same; measures in millimetres.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Kind {
    archetype: Archetype,
    size_mm: [u32; 3],
    ports: u32,
}

/// Meshes made so far, near and far.
#[derive(Resource, Debug, Default)]
pub struct Library {
    machines: HashMap<Kind, [Handle<Mesh>; 2]>,
    stockers: Vec<Handle<Mesh>>,
}

/// Steps in which a stocker's shelves fill.
pub const FILL_STEPS: usize = 12;

impl Library {
    fn machine(&mut self, meshes: &mut Assets<Mesh>, body: &plant::Body) -> [Handle<Mesh>; 2] {
        let mm = |m: f64| (m * 1000.0) as u32;
        let kind = Kind {
            archetype: body.archetype,
            size_mm: [mm(body.width_m), mm(body.depth_m), mm(body.height_m)],
            ports: body.load_ports,
        };
        let made = self.machines.entry(kind).or_insert_with(|| {
            let frame = Frame {
                width: body.width_m as f32,
                depth: body.depth_m as f32,
                height: body.height_m as f32,
                ports: body.load_ports,
            };
            [Detail::Near, Detail::Far]
                .map(|detail| meshes.add(machine(body.archetype, &frame, detail).mesh()))
        });
        made.clone()
    }

    /// The stocker whose shelves are filled to `fill` (0 to 1).
    pub fn stocker(&mut self, meshes: &mut Assets<Mesh>, fill: f32) -> Handle<Mesh> {
        if self.stockers.is_empty() {
            self.stockers = (0..=FILL_STEPS)
                .map(|k| meshes.add(stocker(Detail::Near, k as f32 / FILL_STEPS as f32).mesh()))
                .collect();
        }
        let step = libm::roundf(fill.clamp(0.0, 1.0) * FILL_STEPS as f32);
        self.stockers[step as usize].clone()
    }
}

/// A machine's body.
#[derive(Component, Clone, Debug)]
pub struct MachineBody {
    meshes: [Handle<Mesh>; 2],
    height: f32,
    near: bool,
}

/// A stocker's body.
#[derive(Component, Clone, Copy, Debug)]
pub struct StockerBody {
    /// The stocker.
    pub stocker: Entity,
}

/// Spawns the bodies of tools and stockers.
#[allow(clippy::too_many_arguments)]
pub fn spawn_machines(
    mut commands: Commands<'_, '_>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut library: ResMut<'_, Library>,
    paint: Res<'_, PaintMaterial>,
    tools: Tools<'_, '_>,
    groups: Groups<'_, '_>,
    stockers: Query<'_, '_, (Entity, &plant::Placement), With<plant::Stocker>>,
) {
    for (_, place, group) in &tools {
        let Ok((body, _)) = groups.get(group.parent()) else {
            continue;
        };
        let pair = library.machine(&mut meshes, body);
        commands.spawn((
            Staged,
            Mesh3d(pair[1].clone()),
            MeshMaterial3d(paint.0.clone()),
            standing(place),
            MachineBody {
                meshes: pair,
                height: body.height_m as f32,
                near: false,
            },
        ));
    }
    for (stocker, place) in &stockers {
        commands.spawn((
            Staged,
            Mesh3d(library.stocker(&mut meshes, 0.0)),
            MeshMaterial3d(paint.0.clone()),
            standing(place),
            StockerBody { stocker },
        ));
    }
}

/// Share of a machine's height that its front reaches at least; lamps stand there.
pub const FRONT_SHARE: f64 = 0.84;

/// Height of what stands at most, m.
pub const TALLEST_M: f32 = STOCKER_HEIGHT_M;

/// Draws what is large on the screen in full and the rest from afar.
pub fn choose_detail(
    stage: Res<'_, Stage>,
    mut bodies: Query<'_, '_, (&mut MachineBody, &mut Mesh3d, &Transform)>,
    mut seen: Local<'_, (Vec3, f32, usize)>,
) {
    let pose = stage.rig.pose();
    let eye = pose.eye();
    let count = bodies.iter().len();
    // Looked at again only when the camera has gone a noticeable part of its distance.
    let gone = eye.distance(seen.0) > 0.04 * pose.distance || seen.1 != stage.scale;
    if !gone && seen.2 == count {
        return;
    }
    *seen = (eye, stage.scale, count);
    let plan = stage.rig.is_plan();
    for (mut body, mut mesh, at) in &mut bodies {
        let depth = if plan {
            pose.distance
        } else {
            eye.distance(at.translation)
        };
        let points = body.height * stage.points_per_m(depth);
        let limit = if body.near {
            HOLD * NEAR_POINTS
        } else {
            NEAR_POINTS
        };
        let near = points > limit;
        if near != body.near {
            body.near = near;
            mesh.0 = body.meshes[usize::from(!near)].clone();
        }
    }
}
