//! States of a watched run, written into the components that views read.

use bevy::prelude::{DetectChangesMut, Entity, Mut, World};

use super::live::Live;
use super::live_place::{Place, key};
use crate::world::state::{LotEntities, WrittenLot};
use crate::world::{Kind, LotInWork, LotPlace, SpawnedIds, ToolState};

impl Live {
    /// Writes the state of every tool and lot into the components of the plant that stands in the
    /// world; only what changed is written, so that change detection tells views the truth.
    ///
    /// The world must hold the plant the model was compiled from; nothing is written into another.
    pub fn write(&self, world: &mut World) {
        world.init_resource::<SpawnedIds>();
        world.init_resource::<LotEntities>();
        world.resource_scope(|world, ids: Mut<SpawnedIds>| {
            let (tools, groups) = (ids.all(Kind::Tool), ids.all(Kind::ToolGroup));
            if tools.len() != self.model.tools.len() || groups.len() != self.model.groups.len() {
                return;
            }
            for (state, entity) in self.tool_states().zip(tools) {
                if let Some(mut written) = world.get_mut::<ToolState>(*entity)
                    && *written != state
                {
                    *written = state;
                }
            }
            world.resource_scope(|world, mut lots: Mut<LotEntities>| {
                self.write_lots(
                    world,
                    &mut lots.bypass_change_detection().by_slot,
                    tools,
                    groups,
                );
            });
        });
    }

    fn write_lots(
        &self,
        world: &mut World,
        written: &mut Vec<Option<WrittenLot>>,
        tools: &[Entity],
        groups: &[Entity],
    ) {
        let s = self.state();
        let slots = written.len().max(s.lots.len());
        written.resize(slots, None);
        for (slot, entry) in written.iter_mut().enumerate() {
            let Some(l) = s.lots.get(slot).filter(|l| !l.gone) else {
                if let Some(old) = entry.take() {
                    world.despawn(old.entity);
                }
                continue;
            };
            let place = match self.place(l) {
                Place::Queue { group, .. } => LotPlace::Queue {
                    group: groups[group as usize],
                },
                Place::Tool { tool, .. } => LotPlace::Tool {
                    tool: tools[tool as usize],
                },
                Place::Moving {
                    from,
                    to,
                    depart_us,
                    arrive_us,
                } => LotPlace::Moving {
                    from: from.map(|tool| tools[tool as usize]),
                    to: groups[to as usize],
                    depart_us,
                    arrive_us,
                },
            };
            let key = key(l);
            let step = &self.model.steps[l.step as usize];
            let lot = LotInWork {
                lot_type: key.lot_type,
                number: key.number,
                product: self.model.names.product_of_lot_type[l.lot_type as usize],
                step: l.step - self.model.routes[step.route as usize].first,
                wafers: l.wafers,
                priority: l.priority,
                place,
            };
            write_lot(world, entry, lot);
        }
    }
}

/// Writes a lot where it differs from what was written before; another lot is another entity.
fn write_lot(world: &mut World, entry: &mut Option<WrittenLot>, lot: LotInWork) {
    if let Some(old) = entry {
        let same = (old.lot.lot_type, old.lot.number) == (lot.lot_type, lot.number);
        if same && old.lot == lot {
            return;
        }
        if same && let Some(mut component) = world.get_mut::<LotInWork>(old.entity) {
            *component = lot;
            old.lot = lot;
            return;
        }
        world.despawn(old.entity);
    }
    let entity = world.spawn(lot).id();
    *entry = Some(WrittenLot { entity, lot });
}
