//! A checked [`Scene`](crate::scene::schema::Scene) as a world of entities.
//!
//! [`spawn()`] makes one entity of every area, bay, tool group, tool, load port, stocker, transport
//! link, product, route, release plan, pool and initial lot; [`layout`](layout::layout) gives a
//! place to what has none. Every fact stands in one component only: names in `Name`, what belongs
//! to what in relations ([`InArea`](plant::InArea), `ChildOf` from tool to group and from port to
//! tool, [`StandsIn`](plant::StandsIn), [`Follows`](work::Follows), [`OfProduct`](work::OfProduct)),
//! numbers in the records. [`plan()`] reads the components back in order, so an edit of a component
//! acts on the next run; a fault (an entity removed that others refer to) is a [`PlanError`].
//!
//! Frames: floor coordinates are x (along the spine), y (across it), z (up), metres; headings are
//! degrees counter-clockwise from +x. Bevy's own `GlobalTransform` is right-handed with y up: floor
//! (x, y, z) is (x, z, −y) there, and a tool's front looks along its local +x.
//!
//! Systems run in [`Phase`]s, in this order: the clock advances, models run, models write their
//! states back, and what follows from them is derived.

pub mod clock;
pub mod ids;
pub mod layout;
mod plan;
pub mod plant;
mod spawn;
pub mod state;
pub mod work;

use bevy::prelude::*;

pub use clock::{Clock, Tick};
pub use ids::{Kind, SceneId, SpawnedIds};
pub use plan::{PlanError, plan};
pub use spawn::{respawn, spawn};
pub use state::{LotEntities, LotInWork, LotPlace, QueueLength, ToolState};

/// Parts of one update, in the order in which they run.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Simulated time advances.
    Clock,
    /// Models advance to the clock's time.
    Simulate,
    /// Models write the states of tools and lots into components.
    WriteBack,
    /// Places of load ports, transforms and counts follow from what was written.
    Derive,
}

/// Registers the world's types, its resources and its systems.
#[derive(Clone, Copy, Debug, Default)]
pub struct WorldPlugin;

impl Plugin for WorldPlugin {
    fn build(&self, app: &mut App) {
        register_types(app);
        app.init_resource::<Clock>()
            .init_resource::<Tick>()
            .init_resource::<SpawnedIds>()
            .init_resource::<state::LotEntities>()
            .init_resource::<plant::PlantInfo>()
            .init_resource::<plant::Conditions>()
            .init_resource::<plant::Floor>()
            .configure_sets(
                Update,
                (
                    Phase::Clock,
                    Phase::Simulate,
                    Phase::WriteBack,
                    Phase::Derive,
                )
                    .chain(),
            )
            .add_systems(Update, clock::advance.in_set(Phase::Clock))
            .add_systems(
                Update,
                (
                    (plant::ports_follow_tools, plant::transforms_follow_places).chain(),
                    state::count_queues,
                )
                    .in_set(Phase::Derive),
            );
    }
}

/// Registers every component and resource of this wing for reflection.
fn register_types(app: &mut App) {
    app.register_type::<Clock>()
        .register_type::<Tick>()
        .register_type::<SceneId>()
        .register_type::<SpawnedIds>()
        .register_type::<plant::PlantInfo>()
        .register_type::<plant::Conditions>()
        .register_type::<plant::Floor>()
        .register_type::<plant::Placement>()
        .register_type::<plant::Area>()
        .register_type::<plant::InArea>()
        .register_type::<plant::AreaMembers>()
        .register_type::<plant::Bay>()
        .register_type::<plant::StandsIn>()
        .register_type::<plant::BayContents>()
        .register_type::<plant::AssignedTo>()
        .register_type::<plant::BayAssignments>()
        .register_type::<plant::Aisle>()
        .register_type::<plant::Location>()
        .register_type::<plant::TransportLink>()
        .register_type::<plant::Stocker>()
        .register_type::<plant::Crew>()
        .register_type::<plant::OperatorPool>()
        .register_type::<plant::Reticle>()
        .register_type::<plant::ToolGroup>()
        .register_type::<plant::Body>()
        .register_type::<plant::Processing>()
        .register_type::<plant::Dispatching>()
        .register_type::<plant::SetupTable>()
        .register_type::<plant::Upkeep>()
        .register_type::<plant::Staffing>()
        .register_type::<plant::Tool>()
        .register_type::<plant::LoadPort>()
        .register_type::<work::Route>()
        .register_type::<work::Product>()
        .register_type::<work::Follows>()
        .register_type::<work::RouteProducts>()
        .register_type::<work::ReleasePlan>()
        .register_type::<work::InitialLot>()
        .register_type::<work::OfProduct>()
        .register_type::<work::ProductLots>()
        .register_type::<ToolState>()
        .register_type::<QueueLength>()
        .register_type::<LotInWork>();
}
