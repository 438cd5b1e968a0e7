//! What stands in the plant: areas, bays, aisles, tool groups, tools, ports, stockers, pools.

use bevy::prelude::*;

use super::layout::{Heading, Rect};
use crate::scene::schema;
use crate::units::Duration;

/// Name and description of the plant.
#[derive(Resource, Clone, Debug, Default, PartialEq, Reflect)]
#[reflect(Resource)]
pub struct PlantInfo {
    /// Name.
    pub name: String,
    /// What plant it is and where its figures come from.
    pub about: String,
    /// Inputs that nobody measured.
    pub assumed: Vec<String>,
}

/// How the plant is run and judged.
#[derive(Resource, Clone, Debug, Default, PartialEq, Reflect)]
#[reflect(Resource)]
pub struct Conditions {
    /// Horizon, warm-up, replications, seed.
    pub run: schema::Run,
    /// Named choices between readings of the model.
    pub options: schema::Options,
    /// Upper bounds of a run.
    pub limits: schema::Limits,
    /// Conditions on its KPIs.
    pub checks: Vec<schema::Check>,
}

/// The floor that holds the whole plant.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Reflect)]
#[reflect(Resource)]
pub struct Floor {
    /// Rectangle, m.
    pub rect: Rect,
}

/// Place of a thing in the plant.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Reflect)]
#[reflect(Component)]
#[require(GlobalTransform)]
pub struct Placement {
    /// Centre of the footprint, m.
    pub x_m: f64,
    /// Centre of the footprint, m.
    pub y_m: f64,
    /// Lower edge above the floor, m.
    pub z_m: f64,
    /// Direction of the front, degrees counter-clockwise from +x.
    pub heading_deg: f64,
}

/// An area of the fab.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
#[reflect(Component)]
pub struct Area {
    /// Light of the area.
    pub light: schema::Light,
}

/// The area of a bay or a tool group.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq, Reflect)]
#[relationship(relationship_target = AreaMembers)]
#[reflect(Component)]
pub struct InArea(pub Entity);

/// The bays and tool groups of an area.
#[derive(Component, Clone, Debug, Default, PartialEq, Eq, Reflect)]
#[relationship_target(relationship = InArea)]
#[reflect(Component)]
pub struct AreaMembers(Vec<Entity>);

/// A bay.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Reflect)]
#[reflect(Component)]
pub struct Bay {
    /// Rectangle on the floor, m.
    pub rect: Rect,
    /// Whether the layout invented it; the scene's own bays say false.
    pub invented: bool,
}

/// The bay that a tool or a stocker stands in.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq, Reflect)]
#[relationship(relationship_target = BayContents)]
#[reflect(Component)]
pub struct StandsIn(pub Entity);

/// The tools and stockers in a bay.
#[derive(Component, Clone, Debug, Default, PartialEq, Eq, Reflect)]
#[relationship_target(relationship = StandsIn)]
#[reflect(Component)]
pub struct BayContents(Vec<Entity>);

/// The bay that the scene assigns to a tool group or a stocker.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq, Reflect)]
#[relationship(relationship_target = BayAssignments)]
#[reflect(Component)]
pub struct AssignedTo(pub Entity);

/// The tool groups and stockers assigned to a bay.
#[derive(Component, Clone, Debug, Default, PartialEq, Eq, Reflect)]
#[relationship_target(relationship = AssignedTo)]
#[reflect(Component)]
pub struct BayAssignments(Vec<Entity>);

/// An aisle: people walk in it, and the overhead rail runs above its centre line.
#[derive(Component, Clone, Copy, Debug, PartialEq, Reflect)]
#[reflect(Component)]
pub struct Aisle {
    /// The central aisle, or the one of a bay.
    pub kind: super::layout::AisleKind,
    /// One end of the centre line (x, y), m.
    pub from_m: [f64; 2],
    /// Other end of the centre line (x, y), m.
    pub to_m: [f64; 2],
    /// Width, m.
    pub width_m: f64,
}

/// A transport location.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
#[reflect(Component)]
pub struct Location;

/// A transport time; locations by [`SceneId`](super::SceneId) position.
#[derive(Component, Clone, Debug, PartialEq, Reflect)]
#[reflect(Component)]
pub struct TransportLink {
    /// From, to and time.
    pub record: schema::TransportTime,
}

/// A stocker.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Reflect)]
#[reflect(Component)]
pub struct Stocker {
    /// Lots it holds.
    pub capacity: u32,
    /// Place given by the scene, if any; where it stands is its [`Placement`].
    pub place: Option<schema::Place>,
}

/// A repair crew.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
#[reflect(Component)]
pub struct Crew {
    /// People.
    pub count: u32,
}

/// A pool of operators.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
#[reflect(Component)]
pub struct OperatorPool {
    /// People.
    pub count: u32,
}

/// A reticle.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
#[reflect(Component)]
pub struct Reticle {
    /// Copies.
    pub count: u32,
}

/// A tool group. Its tools are its children; how many there are is how many it has.
#[derive(Component, Clone, Debug, Default, PartialEq, Reflect)]
#[reflect(Component)]
#[require(GlobalTransform, super::QueueLength)]
pub struct ToolGroup {
    /// Tool type it was made from, if any.
    pub tool_type: Option<String>,
    /// Transport location, by [`SceneId`](super::SceneId) position.
    pub location: u32,
}

/// What the tools of a group look like.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Reflect)]
#[reflect(Component)]
pub struct Body {
    /// Shape.
    pub archetype: schema::Archetype,
    /// Width along the bay, m.
    pub width_m: f64,
    /// Depth across the bay, m.
    pub depth_m: f64,
    /// Height, m.
    pub height_m: f64,
    /// Load ports of each tool.
    pub load_ports: u32,
}

/// How the tools of a group take lots.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
#[reflect(Component)]
pub struct Processing {
    /// How many lots at once, and how.
    pub capacity: schema::Capacity,
    /// Load time of a lot or batch.
    pub load: Duration,
    /// Unload time of a lot or batch.
    pub unload: Duration,
}

/// Which lot goes next, and to which tool.
#[derive(Component, Clone, Debug, Default, PartialEq, Eq, Reflect)]
#[reflect(Component)]
pub struct Dispatching {
    /// Rules, most important first.
    pub rules: Vec<String>,
    /// Which idle tool an arriving lot wakes.
    pub wake: schema::Wake,
    /// Bound of the queue.
    pub queue: Option<schema::QueueLimit>,
    /// Priority from which lots do not wait for the minimum of their batch.
    pub hot_priority: Option<i32>,
}

/// Setups of a tool group.
#[derive(Component, Clone, Debug, Default, PartialEq, Reflect)]
#[reflect(Component)]
pub struct SetupTable {
    /// Times from state to state.
    pub setups: Vec<schema::SetupTime>,
    /// Minimum run lengths.
    pub min_runs: Vec<schema::MinRun>,
    /// State at time 0.
    pub initial: Option<String>,
}

/// What takes the tools of a group down; crews by [`SceneId`](super::SceneId) position.
#[derive(Component, Clone, Debug, Default, PartialEq, Reflect)]
#[reflect(Component)]
pub struct Upkeep {
    /// Breakdowns.
    pub breakdowns: Vec<schema::Breakdown>,
    /// Preventive maintenances.
    pub pms: Vec<schema::Pm>,
}

/// Operators that the tools of a group need; pools by [`SceneId`](super::SceneId) position.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
#[reflect(Component)]
pub struct Staffing {
    /// Pool and phase.
    pub operator: Option<schema::OperatorNeed>,
}

/// A tool; a child of its group.
#[derive(Component, Clone, Debug, Default, PartialEq, Reflect)]
#[reflect(Component)]
#[require(super::ToolState)]
pub struct Tool {
    /// Place given by the scene, if any; where it stands is its [`Placement`].
    pub place: Option<schema::Place>,
    /// Recipes it is qualified for; `None`: all.
    pub qualified: Option<Vec<String>>,
}

/// A load port; a child of its tool.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Reflect)]
#[reflect(Component)]
pub struct LoadPort {
    /// Number on its tool, from 1, left to right as seen from the aisle.
    pub number: u32,
    /// Distance of its centre from the tool's centre towards the front, m.
    pub front_m: f64,
    /// Distance of its centre from the tool's centre to the left of the front, m.
    pub left_m: f64,
}

/// Height of the FOUP's base on a load port (SEMI E15.1), m.
pub(super) const PORT_HEIGHT_M: f64 = 0.9;

/// Place of a load port of a tool that stands at `tool`.
pub(super) fn port_place(tool: &Placement, port: &LoadPort) -> Placement {
    let [fx, fy] = Heading::from_deg(tool.heading_deg).front();
    Placement {
        x_m: tool.x_m + fx * port.front_m - fy * port.left_m,
        y_m: tool.y_m + fy * port.front_m + fx * port.left_m,
        z_m: tool.z_m + PORT_HEIGHT_M,
        heading_deg: tool.heading_deg,
    }
}

/// Tools whose place changed.
type Moved = (With<Tool>, Changed<Placement>);

/// Moves the load ports of tools that moved.
pub(super) fn ports_follow_tools(
    tools: Query<'_, '_, (&Placement, &Children), Moved>,
    mut ports: Query<'_, '_, (&LoadPort, &mut Placement), Without<Tool>>,
) {
    for (tool, children) in &tools {
        for &child in children {
            if let Ok((port, mut place)) = ports.get_mut(child) {
                place.set_if_neq(port_place(tool, port));
            }
        }
    }
}

/// Sets the transform of everything that was placed anew.
///
/// A place is one in the plant, so nothing follows from whom a thing belongs to: had tools and ports
/// transforms of their own, Bevy would work out those of thousands from their parents' in every frame.
pub(super) fn transforms_follow_places(
    mut placed: Query<'_, '_, (&Placement, &mut GlobalTransform), Changed<Placement>>,
) {
    for (place, mut transform) in &mut placed {
        *transform = standing(place).into();
    }
}

/// Transform of a thing that stands at a place.
pub fn standing(place: &Placement) -> Transform {
    Transform::from_xyz(place.x_m as f32, place.z_m as f32, -place.y_m as f32).with_rotation(
        Quat::from_rotation_y((place.heading_deg as f32).to_radians()),
    )
}
