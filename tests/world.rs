//! The world made from a scene: nothing is lost, edits act, everything has a place and is reflected.

use std::any::TypeId;
use std::collections::BTreeSet;

use bevy::ecs::component::ComponentInfo;
use bevy::ecs::reflect::AppTypeRegistry;
use bevy::ecs::schedule::{LogLevel, ScheduleBuildSettings};
use bevy::prelude::*;
use bevy::reflect::TypeInfo;
use geoul::scene::dist::Dist;
use geoul::scene::schema::{self, Scene};
use geoul::units::Duration;
use geoul::world::layout::{self, AisleKind, Rect};
use geoul::world::plant::{self, Placement};
use geoul::world::{
    self, Clock, Kind, LotInWork, LotPlace, PlanError, QueueLength, SceneId, SpawnedIds, Tick,
    WorldPlugin,
};
use proptest::prelude::*;

fn group(name: &str, area: u32, count: u32, width_m: f64, depth_m: f64) -> schema::ToolGroup {
    schema::ToolGroup {
        name: name.into(),
        tool_type: Some("test_tool".into()),
        area,
        bay: None,
        count,
        location: 0,
        archetype: schema::Archetype::Etcher,
        width_m,
        depth_m,
        height_m: 2.5,
        load_ports: 3,
        capacity: schema::Capacity::Cascade { lots: 2 },
        load: Duration::minutes(1),
        unload: Duration::minutes(2),
        dispatch: vec!["priority".into(), "fifo".into()],
        wake: schema::Wake::LeastSetup,
        setups: vec![schema::SetupTime {
            from: None,
            to: "A".into(),
            time: Duration::minutes(7),
        }],
        min_runs: vec![schema::MinRun {
            setup: "A".into(),
            lots: 3,
        }],
        initial_setup: Some("A".into()),
        breakdowns: vec![schema::Breakdown {
            name: "B".into(),
            clock: schema::FailureClock::Busy,
            first: None,
            uptime: Dist::Exponential {
                mean: Duration::days(7),
            },
            repair: Dist::Constant(Duration::minutes(90)),
            crew: Some(0),
        }],
        pms: vec![schema::Pm {
            name: "monthly".into(),
            every: schema::PmInterval::Wafers(4000),
            first: Some(3000),
            duration: Dist::Constant(Duration::minutes(240)),
            crew: None,
        }],
        queue: Some(schema::QueueLimit {
            lots: 40,
            overflow: schema::Overflow::Lose,
        }),
        hot_priority: Some(20),
        operator: Some(schema::OperatorNeed {
            pool: 0,
            during: schema::OperatorPhase::SetupAndLoad,
        }),
        tools: Vec::new(),
    }
}

fn step(name: &str, tool_group: u32) -> schema::Step {
    schema::Step {
        name: name.into(),
        tool_group,
        recipe: Some("R".into()),
        time: Dist::Constant(Duration::minutes(30)),
        per: schema::Per::Wafer,
        interval: Some(Duration::minutes(1)),
        batch: None,
        setup: Some("A".into()),
        setup_time: None,
        sampling: 0.5,
        rework: Some(schema::Rework {
            probability: 0.1,
            to: 0,
        }),
        next: Vec::new(),
        dedicate: vec![1],
        cqt: vec![schema::Cqt {
            to: 1,
            limit: Duration::minutes(60),
            on_violation: schema::CqtAction::Rework { to: 0 },
            max_lots_inside: Some(4),
            cost: 3.5,
        }],
        reticle: Some(0),
        operator: None,
    }
}

fn pool(name: &str, count: u32) -> schema::Pool {
    schema::Pool {
        name: name.into(),
        count,
    }
}

/// A small scene that uses every kind of record.
fn sample() -> Scene {
    let mut special = group("Etch B", 1, 2, 2.0, 3.0);
    special.bay = Some(0);
    special.tools = vec![
        schema::ToolSpec {
            name: "First".into(),
            place: Some(schema::Place {
                x_m: 5.0,
                y_m: 22.0,
                angle_deg: 90.0,
            }),
            qualified: Some(vec!["R".into()]),
        },
        schema::ToolSpec {
            name: "Second".into(),
            place: None,
            qualified: None,
        },
    ];
    Scene {
        name: "Sample".into(),
        about: "For tests".into(),
        areas: vec![
            schema::Area {
                name: "Litho".into(),
                light: schema::Light::Yellow,
            },
            schema::Area {
                name: "Etch".into(),
                light: schema::Light::White,
            },
        ],
        bays: vec![schema::Bay {
            name: "E1".into(),
            area: 1,
            x_m: 0.0,
            y_m: 20.0,
            width_m: 20.0,
            depth_m: 11.0,
        }],
        crews: vec![pool("Day", 2)],
        operators: vec![pool("Ops", 3)],
        reticles: vec![pool("M1", 2)],
        locations: vec!["Fab".into(), "Delay".into()],
        transport: vec![schema::TransportTime {
            from: 0,
            to: 1,
            time: Dist::Constant(Duration::minutes(5)),
        }],
        stockers: vec![
            schema::Stocker {
                name: "S1".into(),
                bay: Some(0),
                capacity: 100,
                place: None,
            },
            schema::Stocker {
                name: "S2".into(),
                bay: None,
                capacity: 50,
                place: None,
            },
        ],
        tool_groups: vec![
            group("Cell", 0, 12, 3.5, 6.0),
            group("Etch A", 1, 9, 3.0, 4.0),
            special,
        ],
        routes: vec![schema::Route {
            name: "R1".into(),
            steps: vec![step("010", 0), step("020", 2)],
        }],
        products: vec![schema::Product {
            name: "P".into(),
            route: 0,
        }],
        releases: vec![schema::Release {
            name: "Lot_P".into(),
            product: 0,
            wafers: 25,
            priority: 10,
            plan: schema::Plan::Conwip { lots: 4 },
            due: schema::Due::FlowFactor(1.5),
            reserve: true,
        }],
        wip: vec![schema::WipLot {
            name: "Init_1".into(),
            product: 0,
            step: 1,
            wafers: 24,
            priority: 20,
            due: Some(Duration::days(2)),
        }],
        checks: vec![schema::Check {
            kpi: "cycle_time".into(),
            of: "Lot_P".into(),
            min: None,
            max: Some(40.0),
            confidence: Some(0.9),
        }],
        ..Scene::default()
    }
}

/// The scene with the names that tools get when the scene gives none.
fn with_tool_names(mut scene: Scene) -> Scene {
    for g in &mut scene.tool_groups {
        if g.tools.is_empty() {
            let digits = g.count.to_string().len();
            g.tools = (1..=g.count)
                .map(|k| schema::ToolSpec {
                    name: format!("{}_{k:0digits$}", g.name),
                    ..Default::default()
                })
                .collect();
        }
    }
    scene
}

fn app(scene: &Scene) -> (App, SpawnedIds) {
    let mut app = App::new();
    app.add_plugins(WorldPlugin);
    let ids = world::spawn(app.world_mut(), scene);
    (app, ids)
}

#[test]
fn what_was_spawned_reads_back_equal() {
    let scene = sample();
    let (mut app, ids) = app(&scene);
    let back = world::plan(app.world_mut()).unwrap();
    assert_eq!(back, with_tool_names(scene));
    assert_eq!(ids.all(Kind::Tool).len(), 23);
    assert_eq!(ids.all(Kind::LoadPort).len(), 69);
    assert_eq!(ids, *app.world().resource::<SpawnedIds>());
}

#[test]
fn a_second_scene_takes_the_place_of_the_first() {
    let (mut app, first) = app(&sample());
    let mut other = sample();
    other.name = "Other".into();
    other.tool_groups[0].count = 3;
    let second = world::respawn(app.world_mut(), &other);
    assert!(app.world().get_entity(first.all(Kind::Tool)[5]).is_err());
    assert_eq!(second.all(Kind::Tool).len(), 14);
    let back = world::plan(app.world_mut()).unwrap();
    assert_eq!(back, with_tool_names(other));
}

#[test]
fn edits_of_components_act() {
    let (mut app, ids) = app(&sample());
    let w = app.world_mut();
    let cell = ids.get(Kind::ToolGroup, 0).unwrap();
    w.get_mut::<plant::Upkeep>(cell).unwrap().breakdowns.clear();
    w.get_mut::<Name>(cell).unwrap().set("Renamed");
    let gone = ids.get(Kind::Tool, 4).unwrap();
    w.entity_mut(gone).despawn();
    let extra = SceneId {
        kind: Kind::Tool,
        index: 900,
    };
    for _ in 0..2 {
        w.spawn((
            extra,
            Name::new("New"),
            plant::Tool::default(),
            ChildOf(cell),
        ));
    }
    let litho = ids.get(Kind::Area, 0).unwrap();
    let etch = ids.get(Kind::ToolGroup, 1).unwrap();
    w.entity_mut(etch).insert(plant::InArea(litho));
    let back = world::plan(w).unwrap();
    let cell = &back.tool_groups[0];
    assert_eq!((cell.name.as_str(), cell.count), ("Renamed", 13));
    assert_eq!(cell.tools[4].name, "Cell_06");
    assert_eq!(cell.tools[12].name, "New");
    assert!(cell.breakdowns.is_empty());
    assert_eq!(back.tool_groups[1].area, 0);
}

#[test]
fn what_others_refer_to_cannot_vanish_unseen() {
    let fault = |kind, index| {
        let (mut app, ids) = app(&sample());
        let entity = ids.get(kind, index).unwrap();
        app.world_mut().entity_mut(entity).despawn();
        world::plan(app.world_mut()).unwrap_err()
    };
    let dangling = |place: &str, kind| PlanError::Dangling {
        place: place.into(),
        kind,
        index: 0,
        count: 0,
    };
    assert_eq!(
        fault(Kind::Crew, 0),
        dangling("tool group \"Cell\"", Kind::Crew)
    );
    assert_eq!(
        fault(Kind::Reticle, 0),
        dangling("step \"010\" of route \"R1\"", Kind::Reticle)
    );
    assert_eq!(
        fault(Kind::ToolGroup, 1),
        PlanError::Gap {
            kind: Kind::ToolGroup,
            index: 1
        }
    );
    assert_eq!(
        fault(Kind::Area, 0).to_string(),
        "Area 0 is missing: an entity was removed, or its id was given twice"
    );

    let (mut app, ids) = app(&sample());
    let w = app.world_mut();
    let cell = ids.get(Kind::ToolGroup, 0).unwrap();
    w.entity_mut(cell).remove::<plant::Processing>();
    assert_eq!(
        world::plan(w).unwrap_err().to_string(),
        "ToolGroup \"Cell\" has no Processing"
    );

    let (mut app, ids) = self::app(&sample());
    let route = ids.get(Kind::Route, 0).unwrap();
    let w = app.world_mut();
    w.get_mut::<world::work::Route>(route).unwrap().steps.pop();
    assert_eq!(
        world::plan(w).unwrap_err().to_string(),
        "step \"010\" of route \"R1\" refers to step 1, but the route has 1"
    );
}

#[test]
fn every_component_and_its_fields_are_registered() {
    let (mut app, _) = app(&sample());
    let at = LotPlace::Moving {
        from: None,
        to: Entity::PLACEHOLDER,
        depart_us: 0,
        arrive_us: 1,
    };
    app.world_mut().spawn(lot(at));
    let registry = app.world().resource::<AppTypeRegistry>().read();
    let of_bevy = [
        TypeId::of::<Name>(),
        TypeId::of::<ChildOf>(),
        TypeId::of::<Children>(),
        TypeId::of::<GlobalTransform>(),
    ];
    let mut seen = BTreeSet::from([
        TypeId::of::<Clock>(),
        TypeId::of::<Tick>(),
        TypeId::of::<SpawnedIds>(),
        TypeId::of::<plant::PlantInfo>(),
        TypeId::of::<plant::Conditions>(),
        TypeId::of::<plant::Floor>(),
    ]);
    for entity in app.world().iter_entities() {
        if entity.contains::<SceneId>() || entity.contains::<LotInWork>() {
            let components = entity.archetype().components().iter();
            let infos = components.filter_map(|&id| app.world().components().get_info(id));
            seen.extend(infos.filter_map(ComponentInfo::type_id));
        }
    }
    let mut ours = 0;
    for id in seen {
        if of_bevy.contains(&id) {
            continue;
        }
        let registration = registry
            .get(id)
            .unwrap_or_else(|| panic!("a component is not registered: see {id:?}"));
        let name = registration.type_info().type_path();
        assert!(name.starts_with("geoul::world::"), "{name}");
        assert!(
            registration.data::<ReflectComponent>().is_some(),
            "{name} lacks #[reflect(Component)] or #[reflect(Resource)]"
        );
        if let TypeInfo::Struct(info) = registration.type_info() {
            for field in info.iter() {
                assert!(
                    registry.get(field.type_id()).is_some(),
                    "{name}.{} is not registered",
                    field.name()
                );
            }
        }
        ours += 1;
    }
    let registered = registry
        .iter()
        .filter(|r| r.type_info().type_path().starts_with("geoul::world::"))
        .filter(|r| r.data::<ReflectComponent>().is_some())
        .count();
    assert_eq!(ours, registered, "every registered type is in use");
}

#[test]
fn the_order_of_systems_leaves_nothing_to_chance() {
    fn strict(app: &mut App) -> Result<(), String> {
        app.configure_schedules(ScheduleBuildSettings {
            ambiguity_detection: LogLevel::Error,
            hierarchy_detection: LogLevel::Error,
            ..default()
        });
        app.world_mut()
            .schedule_scope(Update, |world, schedule| {
                schedule.initialize(world).map(drop)
            })
            .map_err(|fault| format!("{fault:?}"))
    }
    let (mut good, _) = app(&sample());
    strict(&mut good).unwrap();
    good.update();

    // The same demand finds a planted pair.
    let (mut bad, _) = app(&sample());
    bad.add_systems(Update, |mut clock: ResMut<'_, Clock>| clock.paused = true);
    strict(&mut bad).unwrap_err();
}

#[test]
fn the_clock_follows_the_tick() {
    let (mut app, _) = app(&sample());
    app.insert_resource(Tick { wall_s: 0.25 });
    app.update();
    assert_eq!(
        app.world().resource::<Clock>().now,
        Duration(250 * 1_000_000)
    );
    app.world_mut().resource_mut::<Clock>().paused = true;
    app.update();
    assert_eq!(
        app.world().resource::<Clock>().now,
        Duration(250 * 1_000_000)
    );
}

fn lot(place: LotPlace) -> LotInWork {
    LotInWork {
        lot_type: 0,
        number: 0,
        product: 0,
        step: 0,
        wafers: 25,
        priority: 10,
        place,
    }
}

#[test]
fn queues_are_counted_where_lots_are() {
    let (mut app, ids) = app(&sample());
    let (cell, etch) = (
        ids.get(Kind::ToolGroup, 0).unwrap(),
        ids.get(Kind::ToolGroup, 1).unwrap(),
    );
    let w = app.world_mut();
    w.spawn(lot(LotPlace::Queue { group: cell }));
    w.spawn(lot(LotPlace::Queue { group: cell }));
    w.spawn(lot(LotPlace::Tool {
        tool: ids.get(Kind::Tool, 3).unwrap(),
    }));
    w.spawn(lot(LotPlace::Moving {
        from: None,
        to: etch,
        depart_us: 0,
        arrive_us: 5,
    }));
    app.update();
    let count = |e| *app.world().get::<QueueLength>(e).unwrap();
    assert_eq!(
        count(cell),
        QueueLength {
            waiting: 2,
            inside: 1,
            coming: 0
        }
    );
    assert_eq!(
        count(etch),
        QueueLength {
            waiting: 0,
            inside: 0,
            coming: 1
        }
    );
}

#[test]
fn ports_stand_before_their_tool_and_follow_it() {
    let (mut app, ids) = app(&sample());
    let tool = ids.get(Kind::Tool, 0).unwrap();
    *app.world_mut().get_mut::<Placement>(tool).unwrap() = Placement {
        x_m: 100.0,
        y_m: 50.0,
        z_m: 0.0,
        heading_deg: 90.0,
    };
    app.update();
    let w = app.world();
    let ports: Vec<_> = w
        .get::<Children>(tool)
        .unwrap()
        .iter()
        .map(|p| {
            let at = w.get::<Placement>(p).unwrap();
            (at.x_m, at.y_m)
        })
        .collect();
    // The cell is 6 m deep and faces north: its ports stand 3.225 m north of its centre. Seen
    // from the aisle, that is looking south, the first is the leftmost, hence the easternmost.
    let expected = [(100.505, 53.225), (100.0, 53.225), (99.495, 53.225)];
    for (port, want) in ports.iter().zip(expected) {
        assert!(
            (port.0 - want.0).abs() < 1e-9 && (port.1 - want.1).abs() < 1e-9,
            "{port:?} instead of {want:?}"
        );
    }
    let first = w.get::<Children>(tool).unwrap()[0];
    let at = w.get::<GlobalTransform>(first).unwrap().translation();
    assert!(
        at.distance(Vec3::new(100.505, 0.9, -53.225)) < 1e-4,
        "a port's base stands before the tool, not at {at}"
    );
    let transform = w.get::<GlobalTransform>(tool).unwrap();
    assert_eq!(transform.translation(), Vec3::new(100.0, 0.0, -50.0));
    let front = transform.rotation() * Vec3::X;
    assert!(
        front.distance(Vec3::NEG_Z) < 1e-6,
        "north is −z, not {front}"
    );
}

/// Footprints of all tools and stockers, with a name for messages.
fn footprints(scene: &Scene, places: &layout::Layout) -> Vec<(String, Rect)> {
    let mut all = Vec::new();
    for (g, spots) in scene.tool_groups.iter().zip(&places.tools) {
        for (k, s) in spots.iter().enumerate() {
            let rect = layout::footprint(&s.place, g.width_m, g.depth_m);
            all.push((format!("{}[{k}]", g.name), rect));
        }
    }
    for (s, spot) in scene.stockers.iter().zip(&places.stockers) {
        let [w, d] = layout::STOCKER_M;
        all.push((s.name.clone(), layout::footprint(&spot.place, w, d)));
    }
    all
}

/// What any layout must keep.
fn assert_sound(scene: &Scene) {
    let places = layout::layout(scene);
    assert_eq!(places, layout::layout(scene), "same scene, same places");
    let all = footprints(scene, &places);
    for (i, (name, rect)) in all.iter().enumerate() {
        assert!(places.floor.holds(rect), "{name} is off the floor");
        for (other, o) in &all[i + 1..] {
            assert!(!rect.overlaps(o), "{name} {rect:?} stands in {other} {o:?}");
        }
        for aisle in places.aisles.iter().filter(|a| a.kind == AisleKind::Spine) {
            let along = Rect {
                x_m: aisle.from_m[0],
                y_m: -0.5 * aisle.width_m,
                width_m: aisle.to_m[0] - aisle.from_m[0],
                depth_m: aisle.width_m,
            };
            assert!(!rect.overlaps(&along), "{name} blocks the spine");
        }
    }
    for (g, spots) in scene.tool_groups.iter().zip(&places.tools) {
        for s in spots {
            let bay = &places.bays[s.bay.expect("every laid out tool is in a bay") as usize];
            assert!(
                bay.rect
                    .holds(&layout::footprint(&s.place, g.width_m, g.depth_m)),
                "{} leaves its bay {}",
                g.name,
                bay.name
            );
            assert_eq!(bay.area, g.area, "{} is in a bay of its area", g.name);
        }
    }
    for (i, a) in places.bays.iter().enumerate() {
        for b in places.bays[i + 1..].iter().filter(|b| b.invented) {
            assert!(!a.rect.overlaps(&b.rect), "{} and {}", a.name, b.name);
        }
    }
}

#[test]
fn own_bays_and_places_come_first() {
    let scene = sample();
    let places = layout::layout(&scene);
    assert_eq!(places.tools[2][0].place.x_m, 5.0);
    // Facing north at x = 5 it takes x 4..6 and y 20.5..23.5 of the bay.
    assert!(places.tools[2].iter().all(|s| s.bay == Some(0)));
    assert!(places.tools[1].iter().any(|s| s.bay == Some(0)));
    assert_eq!(places.stockers[0].bay, Some(0));
    assert!(places.bays[1].invented && places.bays[1].rect.x_m >= 20.0);
    assert_sound(&scene);
}

#[test]
fn tools_face_an_aisle_that_leaves_room_for_their_ports() {
    let scene = sample();
    let places = layout::layout(&scene);
    let all = footprints(&scene, &places);
    for (g, spots) in scene.tool_groups.iter().zip(&places.tools) {
        for s in spots {
            let ports = layout::port_offsets(g.width_m, g.depth_m, g.load_ports);
            let (sin, cos) = s.place.angle_deg.to_radians().sin_cos();
            for (front, left) in ports {
                let at = schema::Place {
                    x_m: s.place.x_m + cos * front - sin * left,
                    y_m: s.place.y_m + sin * front + cos * left,
                    ..s.place
                };
                let port = layout::footprint(&at, 0.4, layout::PORT_DEPTH_M - 0.01);
                for (name, rect) in &all {
                    assert!(!port.overlaps(rect), "a port of {} is in {name}", g.name);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_two_tools_share_floor(
        groups in prop::collection::vec((0u32..4, 1u32..40, 0.8f64..7.0, 0.8f64..9.0, 0u8..3), 1..12),
        bays in prop::collection::vec((0u32..4, 6.0f64..60.0, 4.0f64..40.0), 0..4),
        stockers in 0u32..30,
    ) {
        let mut x = -50.0;
        let bays: Vec<_> = bays.iter().enumerate().map(|(i, &(area, width_m, depth_m))| {
            x += 70.0;
            schema::Bay { name: format!("B{i}"), area, x_m: x, y_m: 3.0, width_m, depth_m }
        }).collect();
        let scene = Scene {
            areas: (0..4).map(|i| schema::Area { name: format!("A{i}"), ..Default::default() }).collect(),
            tool_groups: groups.iter().enumerate().map(|(i, &(area, count, w, d, in_bay))| {
                let mut g = group(&format!("G{i}"), area, count, w, d);
                if in_bay == 0 {
                    g.bay = bays.iter().position(|b| b.area == area).map(|b| b as u32);
                }
                g
            }).collect(),
            stockers: (0..stockers).map(|i| schema::Stocker {
                name: format!("S{i}"),
                bay: bays.get(i as usize).map(|_| i),
                ..Default::default()
            }).collect(),
            bays,
            ..Scene::default()
        };
        assert_sound(&scene);
    }
}
