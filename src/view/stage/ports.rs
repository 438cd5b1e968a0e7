//! FOUPs that stand: on the load ports of the tools that work on their lots, then those that wait
//! for them, the rest in the stockers.
//!
//! The run knows which tool a lot is in and which group it waits for; the port and the stocker
//! are drawn, not simulated.

use bevy::ecs::entity::EntityHashMap;
use bevy::prelude::*;

use super::Slack;
use super::machines::{Library, StockerBody};
use super::signs::Signs;
use crate::world::{Kind, LotInWork, LotPlace, SpawnedIds, plant};

/// Time between looks at the ports, s.
const EVERY_S: f32 = 0.25;

/// A load port.
struct Port {
    /// Its position among all ports of the plant.
    number: u32,
    shown: Option<u32>,
}

/// Ports tool by tool, group by group.
#[derive(Default)]
pub struct Ports {
    ports: Vec<Port>,
    /// First port and number of ports of each tool.
    of_tool: Vec<[u32; 2]>,
    /// First tool and number of tools of each group.
    of_group: Vec<[u32; 2]>,
    tool_at: EntityHashMap<u32>,
    group_at: EntityHashMap<u32>,
    /// What is to stand on each port.
    wanted: Vec<Option<u32>>,
    /// Ports taken of each tool, and the next tool of a group to be offered a waiting lot.
    taken: Vec<u32>,
    turn: Vec<u32>,
    since_s: f32,
    dirty: bool,
    begun: bool,
}

impl Ports {
    fn learn(
        &mut self,
        ids: &SpawnedIds,
        ports: &Query<'_, '_, &ChildOf, With<plant::LoadPort>>,
        tools: &Query<'_, '_, &ChildOf, With<plant::Tool>>,
    ) {
        let (all_tools, groups) = (ids.all(Kind::Tool), ids.all(Kind::ToolGroup));
        self.tool_at = all_tools.iter().copied().zip(0..).collect();
        self.group_at = groups.iter().copied().zip(0..).collect();
        self.of_group = vec![[0, 0]; groups.len()];
        for (k, tool) in (0u32..).zip(all_tools) {
            let group = tools
                .get(*tool)
                .ok()
                .and_then(|g| self.group_at.get(&g.parent()));
            if let Some(&g) = group {
                let range = &mut self.of_group[g as usize];
                if range[1] == 0 {
                    range[0] = k;
                }
                range[1] += 1;
            }
        }
        self.ports.clear();
        self.of_tool = vec![[0, 0]; all_tools.len()];
        for (number, port) in (0u32..).zip(ids.all(Kind::LoadPort)) {
            let tool = (ports.get(*port).ok()).and_then(|t| self.tool_at.get(&t.parent()));
            let Some(&tool) = tool else {
                continue;
            };
            let range = &mut self.of_tool[tool as usize];
            if range[1] == 0 {
                range[0] = self.ports.len() as u32;
            }
            range[1] += 1;
            self.ports.push(Port {
                number,
                shown: None,
            });
        }
        self.taken = vec![0; all_tools.len()];
        self.turn = vec![0; groups.len()];
        self.wanted = vec![None; self.ports.len()];
        self.dirty = true;
        self.begun = false;
    }

    /// Puts a lot on a free port of a tool; whether there was one.
    fn put(&mut self, tool: u32, product: u32) -> bool {
        let [first, count] = self.of_tool[tool as usize];
        let taken = &mut self.taken[tool as usize];
        if *taken == count {
            return false;
        }
        self.wanted[(first + *taken) as usize] = Some(product);
        *taken += 1;
        true
    }

    /// Puts a waiting lot on the next free port of a group; whether there was one.
    fn put_waiting(&mut self, group: u32, product: u32) -> bool {
        let [first, count] = self.of_group[group as usize];
        for _ in 0..count {
            let turn = &mut self.turn[group as usize];
            let tool = first + *turn % count.max(1);
            // One port of a tool stays free for the lot that comes out.
            if self.taken[tool as usize] + 1 < self.of_tool[tool as usize][1]
                && self.put(tool, product)
            {
                return true;
            }
            self.turn[group as usize] += 1;
        }
        false
    }
}

/// Lots whose place changed.
type LotChanged = Changed<LotInWork>;

/// Puts FOUPs on the ports and fills the stockers' shelves.
#[expect(clippy::too_many_arguments, clippy::type_complexity)] // A system names all it reads.
pub fn fill_ports(
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut library: ResMut<'_, Library>,
    signs: Option<ResMut<'_, Signs>>,
    time: Res<'_, Time<Real>>,
    ids: Res<'_, SpawnedIds>,
    (places, tools): (
        Query<'_, '_, &ChildOf, With<plant::LoadPort>>,
        Query<'_, '_, &ChildOf, With<plant::Tool>>,
    ),
    (lots, changed): (Query<'_, '_, &LotInWork>, Query<'_, '_, (), LotChanged>),
    (stockers, mut bodies): (
        Query<'_, '_, &plant::Stocker>,
        Query<'_, '_, (&StockerBody, &mut Mesh3d)>,
    ),
    mut slack: ResMut<'_, Slack>,
    mut p: Local<'_, Ports>,
) {
    let Some(mut signs) = signs else { return };
    let p = &mut *p;
    if signs.fresh() {
        p.learn(&ids, &places, &tools);
    }
    p.dirty |= !changed.is_empty();
    p.since_s += time.delta_secs();
    if !p.dirty || p.begun && (p.since_s < EVERY_S || !slack.0) {
        return;
    }
    slack.0 = !p.begun;
    p.since_s = 0.0;
    p.dirty = false;
    p.wanted.fill(None);
    p.taken.fill(0);
    p.turn.fill(0);
    for lot in &lots {
        if let LotPlace::Tool { tool } = lot.place
            && let Some(&tool) = p.tool_at.get(&tool)
        {
            p.put(tool, lot.product);
        }
    }
    let mut stored = 0u32;
    for lot in &lots {
        if let LotPlace::Queue { group } = lot.place
            && let Some(&group) = p.group_at.get(&group)
            && !p.put_waiting(group, lot.product)
        {
            stored += 1;
        }
    }
    for (port, wanted) in p.ports.iter_mut().zip(&p.wanted) {
        if port.shown == *wanted {
            continue;
        }
        port.shown = *wanted;
        p.begun |= wanted.is_some();
        signs.show_foup(port.number, *wanted);
    }
    let room: u32 = bodies
        .iter()
        .filter_map(|(b, _)| stockers.get(b.stocker).ok())
        .map(|s| s.capacity)
        .sum();
    let fill = stored as f32 / room.max(1) as f32;
    for (_, mut mesh) in &mut bodies {
        let wanted = library.stocker(&mut meshes, fill);
        if mesh.0 != wanted {
            mesh.0 = wanted;
        }
    }
}
