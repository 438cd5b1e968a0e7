//! States that change while time runs: tools, lots, queues. Models write them, views read them.

use bevy::ecs::entity::EntityHashMap;
use bevy::prelude::*;

use super::plant::ToolGroup;

/// State of a tool in the terms of SEMI E10.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Reflect)]
#[reflect(Component)]
pub enum ToolState {
    /// Works on product.
    Productive,
    /// Could work but has nothing to do, or waits for an operator, a reticle, a full batch.
    #[default]
    Standby,
    /// Used for engineering trials.
    Engineering,
    /// Planned stop: maintenance, setup.
    ScheduledDown,
    /// Broken.
    UnscheduledDown,
    /// Outside its working time.
    NonScheduled,
}

/// A lot in work, as a model last wrote it back.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq, Reflect)]
#[reflect(Component)]
pub struct LotInWork {
    /// Lot type: position in the run record's list of lot types.
    pub lot_type: u32,
    /// Number within its lot type, from 0 in order of release.
    pub number: u32,
    /// Position of the product in the scene.
    pub product: u32,
    /// Step it waits for or is in (position in the route, from 0).
    pub step: u32,
    /// Wafers.
    pub wafers: u32,
    /// Priority.
    pub priority: i32,
    /// Where it is.
    pub place: LotPlace,
}

/// Where a lot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Reflect)]
pub enum LotPlace {
    /// Waits for a tool of the group.
    Queue {
        /// Tool group entity.
        group: Entity,
    },
    /// Inside a tool.
    Tool {
        /// Tool entity.
        tool: Entity,
    },
    /// On its way.
    Moving {
        /// Tool entity it left, if it left one.
        from: Option<Entity>,
        /// Tool group entity it goes to.
        to: Entity,
        /// Departure, µs of simulated time.
        depart_us: u64,
        /// Arrival, µs of simulated time.
        arrive_us: u64,
    },
}

/// Lots at a tool group, counted from [`LotInWork`].
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
#[reflect(Component)]
pub struct QueueLength {
    /// Lots that wait.
    pub waiting: u32,
    /// Lots inside its tools.
    pub inside: u32,
    /// Lots on their way to it.
    pub coming: u32,
}

/// The entities of the lots in work, by their slot in the model that writes them.
#[derive(Resource, Clone, Debug, Default)]
pub struct LotEntities {
    /// Slot by slot; `None`: no lot is there.
    pub by_slot: Vec<Option<WrittenLot>>,
}

/// A lot as it was last written.
#[derive(Clone, Copy, Debug)]
pub struct WrittenLot {
    /// Its entity.
    pub entity: Entity,
    /// What was written.
    pub lot: LotInWork,
}

/// Counts the lots of every tool group; writes a count only where it changed.
pub(super) fn count_queues(
    changed: Query<'_, '_, (), Changed<LotInWork>>,
    mut removed: RemovedComponents<'_, '_, LotInWork>,
    lots: Query<'_, '_, &LotInWork>,
    tools: Query<'_, '_, &ChildOf>,
    mut groups: Query<'_, '_, (Entity, &mut QueueLength), With<ToolGroup>>,
    mut counts: Local<'_, EntityHashMap<QueueLength>>,
) {
    let gone = removed.read().count() > 0;
    if changed.is_empty() && !gone {
        return;
    }
    counts.clear();
    for lot in &lots {
        match lot.place {
            LotPlace::Queue { group } => counts.entry(group).or_default().waiting += 1,
            LotPlace::Moving { to, .. } => counts.entry(to).or_default().coming += 1,
            LotPlace::Tool { tool } => {
                if let Ok(parent) = tools.get(tool) {
                    counts.entry(parent.parent()).or_default().inside += 1;
                }
            }
        }
    }
    for (group, mut queue) in &mut groups {
        queue.set_if_neq(counts.get(&group).copied().unwrap_or_default());
    }
}
