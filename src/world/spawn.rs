//! A scene becomes entities.

use bevy::prelude::*;

use super::ids::{Kind, SceneId, SpawnedIds};
use super::layout::{self, Layout, Spot};
use super::plant::{self, Placement};
use super::work;
use crate::scene::schema::{Scene, ToolGroup};

/// Name of tool `number` (from 0) of a group of `count`, where the scene gives none.
pub(super) fn tool_name(group: &str, number: u32, count: u32) -> String {
    let digits = count.to_string().len();
    format!("{group}_{:0digits$}", number + 1)
}

/// Spawns the scene and returns the entity of every record; also kept as a resource.
///
/// The world's [`PlantInfo`](plant::PlantInfo), [`Conditions`](plant::Conditions) and
/// [`Floor`](plant::Floor) become those of the scene.
///
/// # Panics
/// On an index outside its list, which a checked scene does not have.
pub fn spawn(world: &mut World, scene: &Scene) -> SpawnedIds {
    let places = layout::layout(scene);
    world.insert_resource(plant::PlantInfo {
        name: scene.name.clone(),
        about: scene.about.clone(),
        assumed: scene.assumed.clone(),
    });
    world.insert_resource(plant::Conditions {
        run: scene.run.clone(),
        options: scene.options.clone(),
        limits: scene.limits.clone(),
        checks: scene.checks.clone(),
    });
    world.insert_resource(plant::Floor { rect: places.floor });
    let mut maker = Maker {
        world,
        ids: SpawnedIds::default(),
    };
    maker.floor(scene, &places);
    maker.pools(scene);
    maker.tools(scene, &places);
    maker.work(scene);
    let ids = maker.ids;
    world.insert_resource(ids.clone());
    ids
}

/// Removes what an earlier [`spawn`] made and spawns the scene in its place.
pub fn respawn(world: &mut World, scene: &Scene) -> SpawnedIds {
    let old = world.remove_resource::<SpawnedIds>().unwrap_or_default();
    for entity in old.entities() {
        // Children may have gone with their parent.
        if let Ok(entity) = world.get_entity_mut(entity) {
            entity.despawn();
        }
    }
    spawn(world, scene)
}

struct Maker<'w> {
    world: &'w mut World,
    ids: SpawnedIds,
}

impl Maker<'_> {
    fn make(&mut self, kind: Kind, name: &str, bundle: impl Bundle) -> Entity {
        let index = self.ids.next_index(kind);
        let id = SceneId { kind, index };
        let entity = self
            .world
            .spawn((id, Name::new(name.to_owned()), bundle))
            .id();
        self.ids.push(kind, entity);
        entity
    }

    /// Entity of a record that the scene refers to.
    fn at(&self, kind: Kind, index: u32) -> Entity {
        self.ids
            .get(kind, index)
            .expect("references of a checked scene are inside their lists")
    }

    fn floor(&mut self, scene: &Scene, places: &Layout) {
        for area in &scene.areas {
            self.make(Kind::Area, &area.name, plant::Area { light: area.light });
        }
        for bay in &places.bays {
            let [x_m, y_m] = bay.rect.centre();
            let bundle = (
                plant::Bay {
                    rect: bay.rect,
                    invented: bay.invented,
                },
                plant::InArea(self.at(Kind::Area, bay.area)),
                Placement {
                    x_m,
                    y_m,
                    z_m: 0.0,
                    heading_deg: 0.0,
                },
            );
            self.make(Kind::Bay, &bay.name, bundle);
        }
        for (n, aisle) in places.aisles.iter().enumerate() {
            let component = plant::Aisle {
                kind: aisle.kind,
                from_m: aisle.from_m,
                to_m: aisle.to_m,
                width_m: aisle.width_m,
            };
            self.make(Kind::Aisle, &format!("Aisle {}", n + 1), component);
        }
        for location in &scene.locations {
            self.make(Kind::Location, location, plant::Location);
        }
        for link in &scene.transport {
            let name = format!(
                "{} – {}",
                scene.locations[link.from as usize], scene.locations[link.to as usize]
            );
            let record = link.clone();
            self.make(Kind::TransportLink, &name, plant::TransportLink { record });
        }
        for (stocker, spot) in scene.stockers.iter().zip(&places.stockers) {
            let bundle = (
                plant::Stocker {
                    capacity: stocker.capacity,
                    place: stocker.place,
                },
                placement(spot),
            );
            let entity = self.make(Kind::Stocker, &stocker.name, bundle);
            self.relate(entity, spot, stocker.bay);
        }
    }

    /// Relates a thing to the bay it stands in and the one it was assigned to.
    fn relate(&mut self, entity: Entity, spot: &Spot, assigned: Option<u32>) {
        if let Some(bay) = spot.bay {
            let bay = self.at(Kind::Bay, bay);
            self.world.entity_mut(entity).insert(plant::StandsIn(bay));
        }
        if let Some(bay) = assigned {
            let bay = self.at(Kind::Bay, bay);
            self.world.entity_mut(entity).insert(plant::AssignedTo(bay));
        }
    }

    fn pools(&mut self, scene: &Scene) {
        for pool in &scene.crews {
            let count = pool.count;
            self.make(Kind::Crew, &pool.name, plant::Crew { count });
        }
        for pool in &scene.operators {
            let count = pool.count;
            self.make(Kind::Operators, &pool.name, plant::OperatorPool { count });
        }
        for pool in &scene.reticles {
            let count = pool.count;
            self.make(Kind::Reticle, &pool.name, plant::Reticle { count });
        }
    }

    fn tools(&mut self, scene: &Scene, places: &Layout) {
        for (group, spots) in scene.tool_groups.iter().zip(&places.tools) {
            let entity = self.group(group);
            for (k, spot) in (0u32..).zip(spots) {
                self.tool(entity, group, k, spot);
            }
        }
    }

    fn group(&mut self, g: &ToolGroup) -> Entity {
        let bundle = (
            plant::ToolGroup {
                tool_type: g.tool_type.clone(),
                location: g.location,
            },
            plant::InArea(self.at(Kind::Area, g.area)),
            plant::Body {
                archetype: g.archetype,
                width_m: g.width_m,
                depth_m: g.depth_m,
                height_m: g.height_m,
                load_ports: g.load_ports,
            },
            plant::Processing {
                capacity: g.capacity,
                load: g.load,
                unload: g.unload,
            },
            plant::Dispatching {
                rules: g.dispatch.clone(),
                wake: g.wake,
                queue: g.queue,
                hot_priority: g.hot_priority,
            },
            plant::SetupTable {
                setups: g.setups.clone(),
                min_runs: g.min_runs.clone(),
                initial: g.initial_setup.clone(),
            },
            plant::Upkeep {
                breakdowns: g.breakdowns.clone(),
                pms: g.pms.clone(),
            },
            plant::Staffing {
                operator: g.operator,
            },
        );
        let entity = self.make(Kind::ToolGroup, &g.name, bundle);
        if let Some(bay) = g.bay {
            let bay = self.at(Kind::Bay, bay);
            self.world.entity_mut(entity).insert(plant::AssignedTo(bay));
        }
        entity
    }

    fn tool(&mut self, parent: Entity, group: &ToolGroup, k: u32, spot: &Spot) {
        let spec = group.tools.get(k as usize);
        let name = spec.map_or_else(
            || tool_name(&group.name, k, group.count),
            |spec| spec.name.clone(),
        );
        let at = placement(spot);
        let tool = plant::Tool {
            place: spec.and_then(|s| s.place),
            qualified: spec.and_then(|s| s.qualified.clone()),
        };
        let entity = self.make(Kind::Tool, &name, (tool, at, ChildOf(parent)));
        self.relate(entity, spot, None);
        let ports = layout::port_offsets(group.width_m, group.depth_m, group.load_ports);
        for (number, (front_m, left_m)) in (1u32..).zip(ports) {
            let port = plant::LoadPort {
                number,
                front_m,
                left_m,
            };
            let bundle = (port, plant::port_place(&at, &port), ChildOf(entity));
            self.make(Kind::LoadPort, &format!("{name}:{number}"), bundle);
        }
    }

    fn work(&mut self, scene: &Scene) {
        for route in &scene.routes {
            let steps = route.steps.clone();
            self.make(Kind::Route, &route.name, work::Route { steps });
        }
        for product in &scene.products {
            let route = self.at(Kind::Route, product.route);
            self.make(
                Kind::Product,
                &product.name,
                (work::Product, work::Follows(route)),
            );
        }
        for release in &scene.releases {
            let bundle = (
                work::ReleasePlan {
                    wafers: release.wafers,
                    priority: release.priority,
                    plan: release.plan.clone(),
                    due: release.due,
                    reserve: release.reserve,
                },
                work::OfProduct(self.at(Kind::Product, release.product)),
            );
            self.make(Kind::Release, &release.name, bundle);
        }
        for lot in &scene.wip {
            let bundle = (
                work::InitialLot {
                    step: lot.step,
                    wafers: lot.wafers,
                    priority: lot.priority,
                    due: lot.due,
                },
                work::OfProduct(self.at(Kind::Product, lot.product)),
            );
            self.make(Kind::InitialLot, &lot.name, bundle);
        }
    }
}

fn placement(spot: &Spot) -> Placement {
    Placement {
        x_m: spot.place.x_m,
        y_m: spot.place.y_m,
        z_m: 0.0,
        heading_deg: spot.place.angle_deg,
    }
}
