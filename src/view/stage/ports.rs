//! FOUPs that stand: on the load ports of the tools that work on their lots, then those that wait
//! for them, the rest in the stockers.
//!
//! The run knows which tool a lot is in and which group it waits for; the port and the stocker
//! are drawn, not simulated.

use bevy::ecs::entity::EntityHashMap;
use bevy::light::NotShadowCaster;
use bevy::prelude::*;

use super::machines::{Library, StockerBody, standing};
use super::palette::{Paint, PaintMaterial};
use super::{Slack, Staged, traffic};
use crate::view::tokens;
use crate::world::{Kind, LotInWork, LotPlace, SpawnedIds, plant};

/// Time between looks at the ports, s.
const EVERY_S: f32 = 0.25;

/// Marks that another plant stands.
#[derive(Resource, Debug, Default)]
pub struct Forgotten(bool);

/// Notes that another plant stands.
pub fn forget(mut commands: Commands<'_, '_>) {
    commands.insert_resource(Forgotten(true));
}

/// A load port.
struct Port {
    place: Transform,
    shown: Option<u32>,
    foup: Option<Entity>,
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
    meshes: Vec<Handle<Mesh>>,
    since_s: f32,
    dirty: bool,
}

impl Ports {
    fn learn(
        &mut self,
        ids: &SpawnedIds,
        ports: &Query<'_, '_, (&plant::Placement, &ChildOf), With<plant::LoadPort>>,
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
        for &port in ids.all(Kind::LoadPort) {
            let Ok((place, tool)) = ports.get(port) else {
                continue;
            };
            let Some(&tool) = self.tool_at.get(&tool.parent()) else {
                continue;
            };
            let range = &mut self.of_tool[tool as usize];
            if range[1] == 0 {
                range[0] = self.ports.len() as u32;
            }
            range[1] += 1;
            self.ports.push(Port {
                place: standing(place),
                shown: None,
                foup: None,
            });
        }
        self.taken = vec![0; all_tools.len()];
        self.turn = vec![0; groups.len()];
        self.wanted = vec![None; self.ports.len()];
        self.dirty = true;
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
    mut commands: Commands<'_, '_>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut library: ResMut<'_, Library>,
    paint: Res<'_, PaintMaterial>,
    time: Res<'_, Time<Real>>,
    forgotten: Option<ResMut<'_, Forgotten>>,
    ids: Res<'_, SpawnedIds>,
    (places, tools): (
        Query<'_, '_, (&plant::Placement, &ChildOf), With<plant::LoadPort>>,
        Query<'_, '_, &ChildOf, With<plant::Tool>>,
    ),
    (lots, changed): (Query<'_, '_, &LotInWork>, Query<'_, '_, (), LotChanged>),
    (stockers, mut bodies): (
        Query<'_, '_, &plant::Stocker>,
        Query<'_, '_, (&StockerBody, &mut Mesh3d)>,
    ),
    mut foups: Query<'_, '_, (&mut Mesh3d, &mut Visibility), Without<StockerBody>>,
    mut slack: ResMut<'_, Slack>,
    mut p: Local<'_, Ports>,
) {
    let p = &mut *p;
    if let Some(mut forgotten) = forgotten
        && forgotten.0
    {
        forgotten.0 = false;
        p.learn(&ids, &places, &tools);
    }
    p.dirty |= !changed.is_empty();
    p.since_s += time.delta_secs();
    let begun = !p.wanted.is_empty() && p.ports.iter().any(|x| x.foup.is_some());
    if !p.dirty || begun && (p.since_s < EVERY_S || !slack.0) {
        return;
    }
    slack.0 = !begun;
    p.since_s = 0.0;
    p.dirty = false;
    if p.meshes.is_empty() {
        p.meshes = (0..tokens::CATEGORIES.len() as u32)
            .map(|k| meshes.add(traffic::foup(Paint::of_product(k)).mesh()))
            .collect();
    }
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
        let mesh = wanted.map(|product| p.meshes[product as usize % p.meshes.len()].clone());
        match (port.foup, mesh) {
            (Some(foup), mesh) => {
                if let Ok((mut shown, mut visibility)) = foups.get_mut(foup) {
                    let now = if mesh.is_some() {
                        Visibility::Visible
                    } else {
                        Visibility::Hidden
                    };
                    visibility.set_if_neq(now);
                    if let Some(mesh) = mesh {
                        shown.0 = mesh;
                    }
                }
            }
            (None, Some(mesh)) => {
                let spawned = commands.spawn((
                    Staged,
                    Mesh3d(mesh),
                    MeshMaterial3d(paint.0.clone()),
                    port.place,
                    Visibility::Visible,
                    NotShadowCaster,
                ));
                port.foup = Some(spawned.id());
            }
            (None, None) => {}
        }
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
