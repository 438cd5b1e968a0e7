//! People: one stands at every machine that is being maintained or repaired.

use bevy::ecs::entity::EntityHashMap;
use bevy::prelude::*;

use super::Staged;
use super::palette::{Paint, PaintMaterial};
use super::shape::{Detail, Shape};
use crate::world::ToolState;
use crate::world::plant::{self, standing};

/// People and the tools they stand at.
#[derive(Resource, Clone, Debug, Default)]
pub struct People {
    at_tool: EntityHashMap<Entity>,
    free: Vec<Entity>,
    mesh: Handle<Mesh>,
}

/// Notes that another plant stands.
pub fn forget(
    mut commands: Commands<'_, '_>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    people: Option<ResMut<'_, People>>,
) {
    match people {
        Some(mut people) => {
            people.at_tool.clear();
            people.free.clear();
        }
        None => commands.insert_resource(People {
            mesh: meshes.add(person().mesh()),
            ..People::default()
        }),
    }
}

/// A person in a clean-room suit, facing −x: the machine's front.
fn person() -> Shape {
    let mut s = Shape::new(Detail::Near);
    for z in [-0.10f32, 0.10] {
        s.column(
            [0.0, 0.0, z],
            [0.0, 0.82, z],
            [0.085, 0.10],
            10,
            Paint::Suit,
        );
        s.block([-0.18, 0.0, z - 0.06], [0.09, 0.09, z + 0.06], Paint::Pale);
        s.column(
            [0.0, 1.38, 2.0 * z],
            [-0.22, 1.02, 1.9 * z],
            [0.065, 0.05],
            9,
            Paint::Suit,
        );
    }
    s.column(
        [0.0, 0.80, 0.0],
        [0.0, 1.42, 0.0],
        [0.17, 0.22],
        12,
        Paint::Suit,
    );
    s.column(
        [0.0, 1.42, 0.0],
        [0.0, 1.50, 0.0],
        [0.20, 0.10],
        12,
        Paint::Suit,
    );
    s.column(
        [0.0, 1.48, 0.0],
        [0.0, 1.76, 0.0],
        [0.115, 0.10],
        12,
        Paint::Suit,
    );
    s.block([-0.125, 1.60, -0.075], [-0.06, 1.69, 0.075], Paint::Skin);
    s.plate([-0.20, 1.08, -0.14], [-0.30, 1.11, 0.14], Paint::Ink);
    s
}

/// Tools whose state changed.
type StateChanged = (Changed<ToolState>, With<plant::Tool>);

/// Sends people to the machines that stand still for work on them, and away when it is done.
pub fn send_people(
    mut commands: Commands<'_, '_>,
    paint: Option<Res<'_, PaintMaterial>>,
    people: Option<ResMut<'_, People>>,
    tools: Query<'_, '_, (Entity, &ToolState, &plant::Placement, &ChildOf), StateChanged>,
    bodies: Query<'_, '_, &plant::Body>,
    mut shown: Query<'_, '_, (&mut Transform, &mut Visibility)>,
) {
    let (Some(paint), Some(mut people)) = (paint, people) else {
        return;
    };
    for (tool, state, place, group) in &tools {
        let busy = matches!(state, ToolState::ScheduledDown | ToolState::UnscheduledDown);
        if !busy {
            if let Some(person) = people.at_tool.remove(&tool) {
                people.free.push(person);
                if let Ok((_, mut visibility)) = shown.get_mut(person) {
                    *visibility = Visibility::Hidden;
                }
            }
            continue;
        }
        if people.at_tool.contains_key(&tool) {
            continue;
        }
        let Ok(body) = bodies.get(group.parent()) else {
            continue;
        };
        let at = Vec3::new(
            (0.5 * body.depth_m + 0.95) as f32,
            0.0,
            (0.28 * body.width_m) as f32,
        );
        let at = standing(place) * Transform::from_translation(at);
        let person = match people.free.pop() {
            Some(person) => {
                if let Ok((mut transform, mut visibility)) = shown.get_mut(person) {
                    *transform = at;
                    *visibility = Visibility::Visible;
                }
                person
            }
            None => commands
                .spawn((
                    Staged,
                    Mesh3d(people.mesh.clone()),
                    MeshMaterial3d(paint.0.clone()),
                    at,
                    Visibility::Visible,
                ))
                .id(),
        };
        people.at_tool.insert(tool, person);
    }
}
