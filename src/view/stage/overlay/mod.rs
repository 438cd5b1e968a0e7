//! Heat maps: a figure of each tool group as the colour of its tools' roofs and of the floor
//! around them; and, always, a band on each roof in the colour of the tool's state.
//!
//! An overlay is one file with its figure, and one line in [`OVERLAYS`].

mod moves;
mod queue_time;
mod utilization;
mod wip;

use bevy::asset::RenderAssetUsages;
use bevy::light::NotShadowCaster;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;

use super::machines::Tools;
use super::{Stage, Staged, lamps};
use crate::sim::fab::Live;
use crate::sim::fab::history::GroupSample;
use crate::view::tokens;
use crate::world::plant::{self, standing};
use crate::world::{Kind, QueueLength, SpawnedIds, ToolState};

/// All overlays, in the order of the menu.
pub static OVERLAYS: &[&Overlay] = &[
    &utilization::UTILIZATION,
    &wip::WIP,
    &queue_time::QUEUE_TIME,
    &moves::MOVES,
];

/// Names of all overlays; `overlay-<name>` is the text's key.
pub static NAMES: &[&str] = &["utilization", "wip", "queue-time", "moves"];

/// A figure of a tool group shown as colour.
pub struct Overlay {
    /// Name.
    pub name: &'static str,
    /// Unit of the figure.
    pub unit: &'static str,
    /// Value of the highest colour.
    pub top: Top,
    /// The figure; `None`: there is none yet.
    pub value: fn(&Sight<'_>) -> Option<f64>,
}

/// Value of the highest colour; the lowest is 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Top {
    /// Always this.
    Fixed(f64),
    /// The largest there is, rounded up to one that reads well.
    Largest,
}

/// What an overlay may look at: one tool group.
pub struct Sight<'a> {
    /// What was recorded over the last while.
    pub sample: &'a GroupSample,
    /// How long that is, h.
    pub hours: f64,
    /// Lots there now.
    pub queue: QueueLength,
}

/// Time that overlays look back, µs: a day, so that day and night shifts weigh alike.
pub const BACK_US: u64 = 86_400_000_000;

/// Figures of the overlay shown, group by group.
#[derive(Resource, Clone, Debug, Default)]
pub struct Figures {
    /// Overlay they are of.
    pub of: Option<&'static str>,
    /// Value of each tool group.
    pub values: Vec<Option<f64>>,
    /// Value of the highest colour.
    pub top: f64,
    window: Vec<GroupSample>,
}

impl Figures {
    /// Works the figures out from a run.
    pub fn read(&mut self, name: &'static str, live: &Live, queue: impl Fn(u32) -> QueueLength) {
        let Some(overlay) = OVERLAYS.iter().find(|o| o.name == name) else {
            return;
        };
        let now = live.now_us();
        let mut window = std::mem::take(&mut self.window);
        let hours = live
            .history()
            .window(now.saturating_sub(BACK_US), now, &mut window)
            / 3600.0;
        self.values.clear();
        for (group, sample) in (0u32..).zip(&window) {
            let sight = Sight {
                sample,
                hours,
                queue: queue(group),
            };
            self.values.push((overlay.value)(&sight));
        }
        self.window = window;
        self.top = match overlay.top {
            Top::Fixed(top) => top,
            Top::Largest => {
                round_up((self.values.iter().flatten()).fold(0.0, |m: f64, v| m.max(*v)))
            }
        };
        self.of = Some(overlay.name);
    }

    /// Unit of the figures.
    pub fn unit(&self) -> &'static str {
        let name = self.of.unwrap_or_default();
        OVERLAYS
            .iter()
            .find(|o| o.name == name)
            .map_or("", |o| o.unit)
    }

    /// The colour of a tool group; `None`: no figure.
    pub fn colour(&self, group: u32) -> Option<tokens::Rgb> {
        let value = (*self.values.get(group as usize)?)?;
        Some(tokens::sequential((value / self.top.max(1e-12)) as f32))
    }
}

/// The next of 1, 2, 3, 4, 5, 6, 8, 10, 20 ... at or above a value.
fn round_up(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 1.0;
    }
    let decade = libm::pow(10.0, libm::floor(libm::log10(value)));
    let lead = value / decade;
    let step = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0]
        .into_iter()
        .find(|s| lead <= s * (1.0 + 1e-9));
    step.unwrap_or(10.0) * decade
}

/// Coloured faces, four corners a quad; the quads of a tool follow each other.
struct Quads {
    corners: Vec<[f32; 3]>,
    normals: Vec<[f32; 3]>,
}

impl Quads {
    fn push(&mut self, at: &Transform, corners: [[f32; 3]; 4]) {
        let normal = (Vec3::from(corners[1]) - Vec3::from(corners[0]))
            .cross(Vec3::from(corners[2]) - Vec3::from(corners[0]))
            .normalize_or(Vec3::Y);
        for corner in corners {
            self.corners
                .push(at.transform_point(Vec3::from(corner)).to_array());
            self.normals.push((at.rotation * normal).to_array());
        }
    }

    fn mesh(self) -> Mesh {
        let n = self.corners.len() as u32;
        let indices = (0..n / 4)
            .flat_map(|q| [0, 1, 2, 0, 2, 3].map(|k| 4 * q + k))
            .collect();
        let colours = vec![[0.5, 0.5, 0.5, 1.0]; n as usize];
        Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::all())
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.corners)
            .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, self.normals)
            .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, colours)
            .with_inserted_indices(Indices::U32(indices))
    }
}

/// The two meshes and which tool each of their parts belongs to.
#[derive(Resource, Clone, Debug, Default)]
pub struct Painted {
    bands: Handle<Mesh>,
    heat: Handle<Mesh>,
    heat_entity: Option<Entity>,
    /// Tool entities in the order of the meshes' parts, and their group's position.
    tools: Vec<(Entity, u32)>,
}

/// Corners of a tool's part of the band mesh: top and front of a bar.
const BAND_CORNERS: usize = 8;

/// Corners of a tool's part of the heat mesh: roof and floor.
const HEAT_CORNERS: usize = 8;

/// Spawns bands and heat map, without colours yet.
pub fn spawn_overlays(
    mut commands: Commands<'_, '_>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut materials: ResMut<'_, Assets<StandardMaterial>>,
    tools: Tools<'_, '_>,
    bodies: Query<'_, '_, &plant::Body>,
    ids: Res<'_, SpawnedIds>,
) {
    let groups: bevy::ecs::entity::EntityHashMap<u32> =
        ids.all(Kind::ToolGroup).iter().copied().zip(0..).collect();
    let mut painted = Painted::default();
    let empty = || Quads {
        corners: Vec::new(),
        normals: Vec::new(),
    };
    let (mut bands, mut heat) = (empty(), empty());
    for (tool, place, group) in &tools {
        let (Ok(body), Some(&number)) = (bodies.get(group.parent()), groups.get(&group.parent()))
        else {
            continue;
        };
        painted.tools.push((tool, number));
        let at = standing(place);
        let (x, y, z) = (
            0.5 * body.depth_m as f32,
            body.height_m as f32,
            0.5 * body.width_m as f32,
        );
        // A bar along the upper front edge, a little above the roof.
        let (b, t) = (0.95 * z, y + 0.10);
        bands.push(
            &at,
            [
                [x - 0.42, t, b],
                [x - 0.06, t, b],
                [x - 0.06, t, -b],
                [x - 0.42, t, -b],
            ],
        );
        bands.push(
            &at,
            [
                [x - 0.06, t - 0.14, b],
                [x - 0.06, t - 0.14, -b],
                [x - 0.06, t, -b],
                [x - 0.06, t, b],
            ],
        );
        let roof = y + 0.16;
        heat.push(
            &at,
            [[-x, roof, z], [x, roof, z], [x, roof, -z], [-x, roof, -z]],
        );
        let (fx, fz) = (x + 0.55, z + 0.36);
        heat.push(
            &at,
            [
                [-fx, 0.05, fz],
                [fx, 0.05, fz],
                [fx, 0.05, -fz],
                [-fx, 0.05, -fz],
            ],
        );
    }
    if painted.tools.is_empty() {
        commands.insert_resource(painted);
        return;
    }
    painted.bands = meshes.add(bands.mesh());
    painted.heat = meshes.add(heat.mesh());
    let lit = materials.add(StandardMaterial {
        unlit: true,
        ..default()
    });
    let tint = materials.add(StandardMaterial {
        unlit: true,
        alpha_mode: AlphaMode::Blend,
        ..default()
    });
    commands.spawn((
        Staged,
        Name::new("State bands"),
        Mesh3d(painted.bands.clone()),
        MeshMaterial3d(lit),
        NotShadowCaster,
    ));
    let heat = commands.spawn((
        Staged,
        Name::new("Heat map"),
        Mesh3d(painted.heat.clone()),
        MeshMaterial3d(tint),
        Visibility::Hidden,
        NotShadowCaster,
    ));
    painted.heat_entity = Some(heat.id());
    commands.insert_resource(painted);
}

fn linear(colour: tokens::Rgb, alpha: f32) -> [f32; 4] {
    let [r, g, b] = colour.parts();
    LinearRgba::from(Color::srgb_u8(r, g, b))
        .with_alpha(alpha)
        .to_f32_array()
}

/// Colours the band of every tool, at most ten times a second.
pub fn show_bands(
    painted: Option<Res<'_, Painted>>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    time: Res<'_, Time<Real>>,
    changed: Query<'_, '_, (), (Changed<ToolState>, With<plant::Tool>)>,
    states: Query<'_, '_, &ToolState>,
    mut slack: ResMut<'_, super::Slack>,
    mut wait: Local<'_, (f32, bool)>,
) {
    let Some(painted) = painted else { return };
    let new = painted.is_changed();
    wait.1 |= new || !changed.is_empty();
    wait.0 += time.delta_secs();
    if !wait.1 || !new && (wait.0 < 0.1 || !slack.0) {
        return;
    }
    slack.0 = new;
    *wait = (0.0, false);
    let Some(mut mesh) = meshes.get_mut(&painted.bands) else {
        return;
    };
    let Some(bevy::mesh::VertexAttributeValues::Float32x4(colours)) =
        mesh.attribute_mut(Mesh::ATTRIBUTE_COLOR)
    else {
        return;
    };
    for ((tool, _), part) in painted
        .tools
        .iter()
        .zip(colours.chunks_exact_mut(BAND_CORNERS))
    {
        let state = states.get(*tool).copied().unwrap_or_default();
        part.fill(linear(lamps::colour(state), 1.0));
    }
}

/// Shows, colours or hides the heat map.
pub fn show_heat(
    painted: Option<Res<'_, Painted>>,
    stage: Res<'_, Stage>,
    figures: Res<'_, Figures>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut visible: Query<'_, '_, &mut Visibility>,
) {
    let Some(painted) = painted else { return };
    let on = stage.overlay.is_some() && figures.of == stage.overlay;
    if let Some(entity) = painted.heat_entity
        && let Ok(mut visibility) = visible.get_mut(entity)
    {
        visibility.set_if_neq(if on {
            Visibility::Visible
        } else {
            Visibility::Hidden
        });
    }
    if !on || !(figures.is_changed() || painted.is_changed()) {
        return;
    }
    let Some(mut mesh) = meshes.get_mut(&painted.heat) else {
        return;
    };
    let Some(bevy::mesh::VertexAttributeValues::Float32x4(colours)) =
        mesh.attribute_mut(Mesh::ATTRIBUTE_COLOR)
    else {
        return;
    };
    for ((_, group), part) in painted
        .tools
        .iter()
        .zip(colours.chunks_exact_mut(HEAT_CORNERS))
    {
        let (roof, floor) = part.split_at_mut(HEAT_CORNERS / 2);
        match figures.colour(*group) {
            Some(colour) => {
                roof.fill(linear(colour, 0.78));
                floor.fill(linear(colour, 0.80));
            }
            // No figure, no colour: a group that did nothing must not look like one at zero.
            None => part.fill([0.0; 4]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_table_and_have_words() {
        let names: Vec<&str> = OVERLAYS.iter().map(|o| o.name).collect();
        assert_eq!(names, NAMES);
        for lang in [crate::view::i18n::Lang::En, crate::view::i18n::Lang::Ko] {
            let texts = crate::view::i18n::Texts::new(lang);
            for overlay in OVERLAYS {
                let name = texts.get(&format!("overlay-{}", overlay.name));
                let unit = texts.unit(overlay.unit);
                assert!(!name.contains('⟦') && !unit.contains('⟦'), "{name} {unit}");
            }
        }
    }

    #[test]
    fn the_highest_colour_reads_well() {
        assert_eq!(round_up(0.0), 1.0);
        assert_eq!(round_up(37.0), 40.0);
        assert_eq!(round_up(50.0), 50.0);
        assert_eq!(round_up(51.0), 60.0);
        assert_eq!(round_up(81.0), 100.0);
        assert!((round_up(0.013) - 0.02).abs() < 1e-12);
    }

    #[test]
    fn figures_are_those_of_the_sample() {
        let sample = GroupSample {
            moves: 48,
            wait_s: 48.0 * 7200.0,
            productive_s: 900.0,
            standby_s: 300.0,
            pm_s: 500.0,
            ..GroupSample::default()
        };
        let queue = QueueLength {
            waiting: 3,
            inside: 2,
            coming: 9,
        };
        let sight = Sight {
            sample: &sample,
            hours: 24.0,
            queue,
        };
        let values: Vec<f64> = OVERLAYS
            .iter()
            .map(|o| (o.value)(&sight).unwrap())
            .collect();
        assert_eq!(values, [75.0, 5.0, 2.0, 2.0]);
        let idle = GroupSample::default();
        let sight = Sight {
            sample: &idle,
            hours: 0.0,
            queue,
        };
        assert!((utilization::UTILIZATION.value)(&sight).is_none());
        assert!((moves::MOVES.value)(&sight).is_none());
    }
}
