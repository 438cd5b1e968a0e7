//! Stack lights: one on every machine, in the colour of its state (SEMI E10).

use bevy::ecs::entity::EntityHashMap;
use bevy::light::NotShadowCaster;
use bevy::prelude::*;

use super::machines::{Groups, Tools, standing};
use super::palette::{OWN_LIGHT_NITS, Paint};
use super::shape::{Detail, Shape};
use super::{Staged, machines};
use crate::view::tokens;
use crate::world::ToolState;

/// Colours of the states; each its own material.
#[derive(Resource, Clone, Debug)]
pub struct LampPaints([Handle<StandardMaterial>; 6]);

/// The lamp of each tool.
#[derive(Resource, Clone, Debug, Default)]
pub struct Lamps(EntityHashMap<Entity>);

/// Colour of a state.
pub fn colour(state: ToolState) -> tokens::Rgb {
    match state {
        ToolState::Productive => tokens::ToolState::Productive,
        ToolState::Standby => tokens::ToolState::Standby,
        ToolState::Engineering => tokens::ToolState::Engineering,
        ToolState::ScheduledDown => tokens::ToolState::ScheduledDown,
        ToolState::UnscheduledDown => tokens::ToolState::UnscheduledDown,
        ToolState::NonScheduled => tokens::ToolState::NonScheduled,
    }
    .colour()
}

const STATES: [ToolState; 6] = [
    ToolState::Productive,
    ToolState::Standby,
    ToolState::Engineering,
    ToolState::ScheduledDown,
    ToolState::UnscheduledDown,
    ToolState::NonScheduled,
];

fn position(state: ToolState) -> usize {
    STATES
        .iter()
        .position(|s| *s == state)
        .expect("the list holds every state")
}

/// Puts a lamp on every tool.
#[allow(clippy::too_many_arguments)]
pub fn spawn_lamps(
    mut commands: Commands<'_, '_>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut materials: ResMut<'_, Assets<StandardMaterial>>,
    paints: Option<Res<'_, LampPaints>>,
    mut mesh: Local<'_, Handle<Mesh>>,
    tools: Tools<'_, '_>,
    groups: Groups<'_, '_>,
    states: Query<'_, '_, &ToolState>,
) {
    let paints = match paints {
        Some(paints) => paints.clone(),
        None => {
            let made = LampPaints(STATES.map(|state| {
                let [r, g, b] = colour(state).parts();
                let lit = Color::srgb_u8(r, g, b);
                // Standby is a lamp that is off: it must not shine in the picture. The others
                // glow as far as they keep their colour; brighter, all would be white.
                let strength = match state {
                    ToolState::Standby | ToolState::NonScheduled => 0.15,
                    _ => 0.4,
                };
                materials.add(StandardMaterial {
                    base_color: lit,
                    emissive: LinearRgba::from(lit) * OWN_LIGHT_NITS * strength,
                    perceptual_roughness: 0.35,
                    ..default()
                })
            }));
            let mut lamp = Shape::new(Detail::Near);
            lamp.drum([0.0, 0.0], [0.0, 0.62], 0.11, 12, Paint::White);
            *mesh = meshes.add(lamp.mesh());
            commands.insert_resource(made.clone());
            made
        }
    };
    let mut lamps = EntityHashMap::default();
    for (tool, place, group) in &tools {
        let Ok((body, _)) = groups.get(group.parent()) else {
            continue;
        };
        let state = states.get(tool).copied().unwrap_or_default();
        let at = Vec3::new(
            (0.5 * body.depth_m - 0.25) as f32,
            (body.height_m * machines::FRONT_SHARE) as f32,
            (0.5 * body.width_m - 0.22) as f32,
        );
        let lamp = commands
            .spawn((
                Staged,
                Mesh3d(mesh.clone()),
                MeshMaterial3d(paints.0[position(state)].clone()),
                standing(place) * Transform::from_translation(at),
                NotShadowCaster,
            ))
            .id();
        lamps.insert(tool, lamp);
    }
    commands.insert_resource(Lamps(lamps));
}

/// Tools whose state changed.
type StateChanged = (Changed<ToolState>, With<crate::world::plant::Tool>);

/// Lights the lamps of tools whose state changed.
pub fn show_states(
    paints: Option<Res<'_, LampPaints>>,
    lamps: Option<Res<'_, Lamps>>,
    tools: Query<'_, '_, (Entity, &ToolState), StateChanged>,
    mut materials: Query<'_, '_, &mut MeshMaterial3d<StandardMaterial>>,
) {
    let (Some(paints), Some(lamps)) = (paints, lamps) else {
        return;
    };
    for (tool, state) in &tools {
        if let Some(&lamp) = lamps.0.get(&tool)
            && let Ok(mut material) = materials.get_mut(lamp)
        {
            let wanted = &paints.0[position(*state)];
            if material.0 != *wanted {
                material.0 = wanted.clone();
            }
        }
    }
}
