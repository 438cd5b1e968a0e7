//! Stable ids: which record of the scene an entity was made from.

use std::collections::BTreeMap;

use bevy::prelude::*;

/// What an entity was made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Reflect)]
pub enum Kind {
    /// An area.
    #[default]
    Area,
    /// A bay; those that the layout invented come after the scene's own.
    Bay,
    /// A repair crew.
    Crew,
    /// A pool of operators.
    Operators,
    /// A reticle with its copies.
    Reticle,
    /// A transport location.
    Location,
    /// A transport time between two locations.
    TransportLink,
    /// A stocker.
    Stocker,
    /// A tool group.
    ToolGroup,
    /// A tool; numbered group by group.
    Tool,
    /// A load port; numbered tool by tool.
    LoadPort,
    /// A route.
    Route,
    /// A product.
    Product,
    /// A release plan.
    Release,
    /// A lot in work at time 0.
    InitialLot,
    /// An aisle of the layout.
    Aisle,
}

/// The record an entity was made from: its kind and its position in the scene's list of that kind.
///
/// Records refer to each other by this position, so it is stable for as long as the entity lives.
/// Positions of one kind are 0, 1, 2 ... without gaps, except for tools and load ports, to which no
/// record refers: there they only give the order.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Reflect)]
#[component(immutable)]
#[reflect(Component)]
pub struct SceneId {
    /// Kind of record.
    pub kind: Kind,
    /// Position in the scene's list, from 0.
    pub index: u32,
}

/// The entity of every record, by kind and position.
#[derive(Resource, Clone, Debug, Default, PartialEq, Reflect)]
#[reflect(Resource)]
pub struct SpawnedIds {
    by_kind: BTreeMap<Kind, Vec<Entity>>,
}

impl SpawnedIds {
    /// Entity of record `index` of `kind`.
    pub fn get(&self, kind: Kind, index: u32) -> Option<Entity> {
        self.all(kind).get(index as usize).copied()
    }

    /// Entities of all records of `kind`, in scene order.
    pub fn all(&self, kind: Kind) -> &[Entity] {
        self.by_kind.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// Number of entities of all kinds.
    pub fn len(&self) -> u32 {
        self.by_kind.values().map(|v| v.len() as u32).sum()
    }

    /// Whether nothing was spawned.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn push(&mut self, kind: Kind, entity: Entity) {
        self.by_kind.entry(kind).or_default().push(entity);
    }

    pub(super) fn next_index(&self, kind: Kind) -> u32 {
        self.all(kind).len() as u32
    }

    pub(super) fn entities(&self) -> impl Iterator<Item = Entity> + '_ {
        self.by_kind.values().flatten().copied()
    }
}
