//! The components, read back in order as plain records.

use std::collections::BTreeMap;

use bevy::prelude::*;
use thiserror::Error;

use super::ids::{Kind, SceneId};
use super::plant::{self, AssignedTo, InArea};
use super::work;
use crate::scene::schema;

/// Why the components make no plan.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlanError {
    /// A position of a kind to which records may refer has no entity.
    #[error("{kind:?} {index} is missing: an entity was removed, or its id was given twice")]
    Gap {
        /// Kind.
        kind: Kind,
        /// First position without entity.
        index: u32,
    },
    /// An entity lacks a component of its kind.
    #[error("{kind:?} \"{name}\" has no {component}")]
    Component {
        /// Kind of the entity.
        kind: Kind,
        /// Name of the entity, empty if it has none.
        name: String,
        /// Short type name of what it lacks.
        component: String,
    },
    /// A record refers to what is not there.
    #[error("{place} refers to {kind:?} {index}, but there are {count}")]
    Dangling {
        /// Where the reference stands.
        place: String,
        /// Kind it refers to.
        kind: Kind,
        /// Position it refers to.
        index: u32,
        /// How many there are.
        count: u32,
    },
    /// A record refers to a step that its route does not have.
    #[error("{place} refers to step {step}, but the route has {count}")]
    Step {
        /// Where the reference stands.
        place: String,
        /// Step it refers to (position from 0).
        step: u32,
        /// Steps of the route.
        count: u32,
    },
    /// A tool group has no tools.
    #[error("tool group \"{0}\" has no tools")]
    NoTools(String),
}

/// The scene as the components now say it.
///
/// Lists are in order of [`SceneId`], so positions are those that records refer to. `tools` of a
/// group always holds one entry for each of its tool entities, `count` is their number; bays that
/// the layout invented are left out. For a scene straight from [`spawn`](super::spawn()) the result
/// equals it but for the names of tools, which are filled in.
///
/// # Errors
/// A [`PlanError`] for the first fault found: what a reference needs was removed, or an entity
/// lacks one of its components.
pub fn plan(world: &mut World) -> Result<schema::Scene, PlanError> {
    let reader = Reader::new(world);
    let conditions = reader
        .world
        .get_resource::<plant::Conditions>()
        .cloned()
        .unwrap_or_default();
    let info = reader
        .world
        .get_resource::<plant::PlantInfo>()
        .cloned()
        .unwrap_or_default();
    let scene = schema::Scene {
        name: info.name,
        about: info.about,
        assumed: info.assumed,
        run: conditions.run,
        options: conditions.options,
        limits: conditions.limits,
        checks: conditions.checks,
        areas: reader.all(Kind::Area, |r, e| {
            Ok(schema::Area {
                name: r.name(e),
                light: r.get::<plant::Area>(Kind::Area, e)?.light,
            })
        })?,
        bays: reader.bays()?,
        crews: reader.all(Kind::Crew, |r, e| {
            let count = r.get::<plant::Crew>(Kind::Crew, e)?.count;
            Ok(r.pool(e, count))
        })?,
        operators: reader.all(Kind::Operators, |r, e| {
            let count = r.get::<plant::OperatorPool>(Kind::Operators, e)?.count;
            Ok(r.pool(e, count))
        })?,
        reticles: reader.all(Kind::Reticle, |r, e| {
            let count = r.get::<plant::Reticle>(Kind::Reticle, e)?.count;
            Ok(r.pool(e, count))
        })?,
        locations: reader.all(Kind::Location, |r, e| Ok(r.name(e)))?,
        transport: reader.all(Kind::TransportLink, |r, e| {
            Ok(r.get::<plant::TransportLink>(Kind::TransportLink, e)?
                .record
                .clone())
        })?,
        stockers: reader.all(Kind::Stocker, |r, e| {
            let stocker = r.get::<plant::Stocker>(Kind::Stocker, e)?;
            Ok(schema::Stocker {
                name: r.name(e),
                bay: r.assigned(e),
                capacity: stocker.capacity,
                place: stocker.place,
            })
        })?,
        tool_groups: reader.tool_groups()?,
        routes: reader.all(Kind::Route, |r, e| {
            Ok(schema::Route {
                name: r.name(e),
                steps: r.get::<work::Route>(Kind::Route, e)?.steps.clone(),
            })
        })?,
        products: reader.all(Kind::Product, |r, e| {
            let route = r.get::<work::Follows>(Kind::Product, e)?.0;
            Ok(schema::Product {
                name: r.name(e),
                route: r.index_of(Kind::Product, e, route)?,
            })
        })?,
        releases: reader.all(Kind::Release, |r, e| {
            let release = r.get::<work::ReleasePlan>(Kind::Release, e)?;
            Ok(schema::Release {
                name: r.name(e),
                product: r.product(Kind::Release, e)?,
                wafers: release.wafers,
                priority: release.priority,
                plan: release.plan.clone(),
                due: release.due,
                reserve: release.reserve,
            })
        })?,
        wip: reader.all(Kind::InitialLot, |r, e| {
            let lot = r.get::<work::InitialLot>(Kind::InitialLot, e)?;
            Ok(schema::WipLot {
                name: r.name(e),
                product: r.product(Kind::InitialLot, e)?,
                step: lot.step,
                wafers: lot.wafers,
                priority: lot.priority,
                due: lot.due,
            })
        })?,
    };
    check_references(&scene)?;
    Ok(scene)
}

struct Reader<'w> {
    world: &'w World,
    ids: BTreeMap<Kind, Vec<(u32, Entity)>>,
}

impl<'w> Reader<'w> {
    fn new(world: &'w mut World) -> Self {
        let mut ids = BTreeMap::<Kind, Vec<(u32, Entity)>>::new();
        let mut query = world.query::<(Entity, &SceneId)>();
        for (entity, id) in query.iter(world) {
            ids.entry(id.kind).or_default().push((id.index, entity));
        }
        for list in ids.values_mut() {
            list.sort_unstable();
        }
        Self { world, ids }
    }

    fn list(&self, kind: Kind) -> &[(u32, Entity)] {
        self.ids.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// Records of a kind in order; positions must have no gap.
    fn all<T>(
        &self,
        kind: Kind,
        read: impl Fn(&Self, Entity) -> Result<T, PlanError>,
    ) -> Result<Vec<T>, PlanError> {
        (0u32..)
            .zip(self.list(kind))
            .map(|(index, &(at, entity))| {
                if at == index {
                    read(self, entity)
                } else {
                    Err(PlanError::Gap { kind, index })
                }
            })
            .collect()
    }

    fn name(&self, entity: Entity) -> String {
        self.world
            .get::<Name>(entity)
            .map(|n| n.as_str().to_owned())
            .unwrap_or_default()
    }

    fn pool(&self, entity: Entity, count: u32) -> schema::Pool {
        schema::Pool {
            name: self.name(entity),
            count,
        }
    }

    fn get<C: Component>(&self, kind: Kind, entity: Entity) -> Result<&'w C, PlanError> {
        self.world
            .get::<C>(entity)
            .ok_or_else(|| self.lacks::<C>(kind, entity))
    }

    fn lacks<C>(&self, kind: Kind, entity: Entity) -> PlanError {
        let full = core::any::type_name::<C>();
        PlanError::Component {
            kind,
            name: self.name(entity),
            component: full.rsplit("::").next().unwrap_or(full).to_owned(),
        }
    }

    /// Position of `target`, which `entity` is related to.
    fn index_of(&self, kind: Kind, entity: Entity, target: Entity) -> Result<u32, PlanError> {
        match self.world.get::<SceneId>(target) {
            Some(id) => Ok(id.index),
            None => Err(self.lacks::<SceneId>(kind, entity)),
        }
    }

    fn assigned(&self, entity: Entity) -> Option<u32> {
        let bay = self.world.get::<AssignedTo>(entity)?.0;
        Some(self.world.get::<SceneId>(bay)?.index)
    }

    fn product(&self, kind: Kind, entity: Entity) -> Result<u32, PlanError> {
        let product = self.get::<work::OfProduct>(kind, entity)?.0;
        self.index_of(kind, entity, product)
    }

    fn area(&self, kind: Kind, entity: Entity) -> Result<u32, PlanError> {
        let area = self.get::<InArea>(kind, entity)?.0;
        self.index_of(kind, entity, area)
    }

    fn bays(&self) -> Result<Vec<schema::Bay>, PlanError> {
        let bays = self.all(Kind::Bay, |r, e| {
            let bay = r.get::<plant::Bay>(Kind::Bay, e)?;
            let record = schema::Bay {
                name: r.name(e),
                area: r.area(Kind::Bay, e)?,
                x_m: bay.rect.x_m,
                y_m: bay.rect.y_m,
                width_m: bay.rect.width_m,
                depth_m: bay.rect.depth_m,
            };
            Ok((!bay.invented).then_some(record))
        })?;
        Ok(bays.into_iter().flatten().collect())
    }

    fn tool_groups(&self) -> Result<Vec<schema::ToolGroup>, PlanError> {
        let mut tools = BTreeMap::<Entity, Vec<schema::ToolSpec>>::new();
        for &(_, entity) in self.list(Kind::Tool) {
            let group = self.get::<ChildOf>(Kind::Tool, entity)?.parent();
            let tool = self.get::<plant::Tool>(Kind::Tool, entity)?;
            tools.entry(group).or_default().push(schema::ToolSpec {
                name: self.name(entity),
                place: tool.place,
                qualified: tool.qualified.clone(),
            });
        }
        self.all(Kind::ToolGroup, |r, e| {
            let tools = tools
                .get(&e)
                .cloned()
                .ok_or_else(|| PlanError::NoTools(r.name(e)))?;
            r.tool_group(e, tools)
        })
    }

    fn tool_group(
        &self,
        e: Entity,
        tools: Vec<schema::ToolSpec>,
    ) -> Result<schema::ToolGroup, PlanError> {
        let kind = Kind::ToolGroup;
        let group = self.get::<plant::ToolGroup>(kind, e)?;
        let body = self.get::<plant::Body>(kind, e)?;
        let processing = self.get::<plant::Processing>(kind, e)?;
        let dispatching = self.get::<plant::Dispatching>(kind, e)?;
        let table = self.get::<plant::SetupTable>(kind, e)?;
        let upkeep = self.get::<plant::Upkeep>(kind, e)?;
        Ok(schema::ToolGroup {
            name: self.name(e),
            tool_type: group.tool_type.clone(),
            area: self.area(kind, e)?,
            bay: self.assigned(e),
            count: tools.len() as u32,
            location: group.location,
            archetype: body.archetype,
            width_m: body.width_m,
            depth_m: body.depth_m,
            height_m: body.height_m,
            load_ports: body.load_ports,
            capacity: processing.capacity,
            load: processing.load,
            unload: processing.unload,
            dispatch: dispatching.rules.clone(),
            wake: dispatching.wake,
            setups: table.setups.clone(),
            min_runs: table.min_runs.clone(),
            initial_setup: table.initial.clone(),
            breakdowns: upkeep.breakdowns.clone(),
            pms: upkeep.pms.clone(),
            queue: dispatching.queue,
            hot_priority: dispatching.hot_priority,
            operator: self.get::<plant::Staffing>(kind, e)?.operator,
            tools,
        })
    }
}

/// Checks the references that records carry by position; relations cannot dangle.
fn check_references(s: &schema::Scene) -> Result<(), PlanError> {
    let refer = |place: &dyn Fn() -> String, kind: Kind, index: u32, count: usize| {
        let count = count as u32;
        if index < count {
            return Ok(());
        }
        Err(PlanError::Dangling {
            place: place(),
            kind,
            index,
            count,
        })
    };
    for link in &s.transport {
        for at in [link.from, link.to] {
            let place = || "a transport time".to_owned();
            refer(&place, Kind::Location, at, s.locations.len())?;
        }
    }
    for g in &s.tool_groups {
        let place = || format!("tool group \"{}\"", g.name);
        refer(&place, Kind::Location, g.location, s.locations.len())?;
        let crews = g.breakdowns.iter().filter_map(|b| b.crew);
        for crew in crews.chain(g.pms.iter().filter_map(|p| p.crew)) {
            refer(&place, Kind::Crew, crew, s.crews.len())?;
        }
        if let Some(need) = g.operator {
            refer(&place, Kind::Operators, need.pool, s.operators.len())?;
        }
    }
    for route in &s.routes {
        for step in &route.steps {
            let place = || format!("step \"{}\" of route \"{}\"", step.name, route.name);
            refer(
                &place,
                Kind::ToolGroup,
                step.tool_group,
                s.tool_groups.len(),
            )?;
            if let Some(reticle) = step.reticle {
                refer(&place, Kind::Reticle, reticle, s.reticles.len())?;
            }
            if let Some(need) = step.operator {
                refer(&place, Kind::Operators, need.pool, s.operators.len())?;
            }
        }
        check_steps(route)?;
    }
    for lot in &s.wip {
        // The product's route is there: it came from a relation.
        let route = &s.routes[s.products[lot.product as usize].route as usize];
        step_exists(route, lot.step, || format!("lot \"{}\"", lot.name))?;
    }
    Ok(())
}

/// Checks that the steps a route's steps refer to exist.
fn check_steps(route: &schema::Route) -> Result<(), PlanError> {
    for step in &route.steps {
        let windows = step.cqt.iter().flat_map(|c| {
            let back = match c.on_violation {
                schema::CqtAction::Rework { to } => Some(to),
                schema::CqtAction::Count | schema::CqtAction::Scrap => None,
            };
            std::iter::once(c.to).chain(back)
        });
        let refers = (step.rework.iter().map(|r| r.to))
            .chain(step.next.iter().filter_map(|n| n.to))
            .chain(step.dedicate.iter().copied())
            .chain(windows);
        for to in refers {
            step_exists(route, to, || {
                format!("step \"{}\" of route \"{}\"", step.name, route.name)
            })?;
        }
    }
    Ok(())
}

fn step_exists(
    route: &schema::Route,
    step: u32,
    place: impl Fn() -> String,
) -> Result<(), PlanError> {
    let count = route.steps.len() as u32;
    if step < count {
        return Ok(());
    }
    Err(PlanError::Step {
        place: place(),
        step,
        count,
    })
}
