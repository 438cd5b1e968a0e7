//! The open scene as entities, and the watched run in them.

use bevy::prelude::*;

use super::DeskRes;
use super::rhythm::Rhythm;
use crate::units::Duration;
use crate::view::panel::Legend;
use crate::view::stage::overlay::{self, Figures};
use crate::view::stage::{Moves, Moving, Slack, Stage};
use crate::world::{self, Clock, Kind, QueueLength, SpawnedIds};

/// Time between writes of states into components while time runs, s: ten or twelve a second look
/// continuous for lamps and FOUPs on ports; vehicles are placed every frame.
const WRITE_EVERY_S: f32 = 1.0 / 12.0;

/// How much longer a write may wait for a frame that does not lay out the panels, s.
const WRITE_MAY_WAIT_S: f32 = 0.02;

/// Time between figures of an overlay, s.
const FIGURES_EVERY_S: f32 = 0.25;

/// What of the desk stands in the world.
#[derive(Resource, Debug, Default)]
pub struct Shown {
    scene: Option<(String, u64)>,
    written_us: Option<u64>,
    since_write_s: f32,
    since_figures_s: f32,
    figures_of: Option<(&'static str, u64)>,
}

/// Spawns the scene when another one is open, or its text has changed.
pub fn stand_up(world: &mut World) {
    let desk = &world.resource::<DeskRes>().0;
    let open = desk.session.as_ref().and_then(|s| Some((s, s.scene()?)));
    let key = open.map(|(session, _)| (session.path().to_owned(), session.revision()));
    if world.resource::<Shown>().scene == key {
        return;
    }
    let scene = open.map(|(_, scene)| scene.clone());
    if let Some(scene) = scene {
        // Lots of the last plant point at its entities.
        let lots: Vec<Entity> = world
            .query_filtered::<Entity, With<crate::world::LotInWork>>()
            .iter(world)
            .collect();
        for lot in lots {
            world.despawn(lot);
        }
        world.insert_resource(world::state::LotEntities::default());
        world::respawn(world, &scene);
    }
    let mut shown = world.resource_mut::<Shown>();
    *shown = Shown {
        scene: key,
        ..Shown::default()
    };
}

/// Lets time pass for the desk.
pub fn let_pass(time: Res<'_, Time<Real>>, mut desk: ResMut<'_, DeskRes>) {
    desk.0.tick(time.delta_secs_f64());
}

/// Writes the run's states into the components, and what is on its way into [`Moves`].
pub fn write_back(world: &mut World) {
    let seconds = world.resource::<Time<Real>>().delta_secs();
    world.resource_scope(|world, mut shown: Mut<'_, Shown>| {
        world.resource_scope(|world, desk: Mut<'_, DeskRes>| {
            let Some(live) = &desk.0.live else {
                return;
            };
            let now_us = live.now_us();
            shown.since_write_s += seconds;
            shown.since_figures_s += seconds;
            if shown.written_us == Some(now_us) {
                return;
            }
            world.resource_scope(|_, mut moves: Mut<'_, Moves>| {
                moves.0.clear();
                moves.0.extend(live.moves().map(|m| Moving {
                    lot: [m.lot.lot_type, m.lot.number],
                    product: m.product,
                    from_tool: m.from_tool,
                    to_group: m.to_group,
                    depart_us: m.depart_us,
                    arrive_us: m.arrive_us,
                }));
            });
            let panels = world.resource::<Rhythm>().panels;
            let wait_s = WRITE_EVERY_S + if panels { WRITE_MAY_WAIT_S } else { 0.0 };
            if shown.written_us.is_none() || shown.since_write_s >= wait_s || !desk.0.play.running {
                if world.resource::<Rhythm>().spread {
                    world.resource_mut::<Slack>().0 = false;
                }
                shown.since_write_s = 0.0;
                live.write(world);
                world.resource_mut::<Clock>().now = Duration(now_us);
                shown.written_us = Some(now_us);
            }
        });
    });
}

/// Tells the stage what the desk says, and the desk what the stage has.
pub fn tell_stage(
    mut desk: ResMut<'_, DeskRes>,
    mut stage: ResMut<'_, Stage>,
    mut shown: ResMut<'_, Shown>,
    mut figures: ResMut<'_, Figures>,
    ids: Res<'_, SpawnedIds>,
    queues: Query<'_, '_, &QueueLength>,
) {
    let desk = &mut desk.0;
    desk.overlays = overlay::NAMES;
    stage.speed = if desk.play.running {
        desk.play.speed
    } else {
        0.0
    };
    stage.overlay = desk.overlay;
    let Some(live) = &desk.live else {
        desk.legend = None;
        return;
    };
    stage.now_us = live.now_us();
    let Some(name) = desk.overlay else {
        desk.legend = None;
        return;
    };
    let wanted = (name, live.now_us());
    let other = shown.figures_of.is_none_or(|(n, _)| n != name);
    if shown.figures_of == Some(wanted) || !other && shown.since_figures_s < FIGURES_EVERY_S {
        return;
    }
    shown.figures_of = Some(wanted);
    shown.since_figures_s = 0.0;
    let groups = ids.all(Kind::ToolGroup);
    figures.read(name, live, |group| {
        let entity = groups.get(group as usize);
        entity
            .and_then(|e| queues.get(*e).ok().copied())
            .unwrap_or_default()
    });
    desk.legend = Some(Legend {
        low: 0.0,
        high: figures.top,
        unit: figures.unit(),
    });
}
