//! Carriers on their way: a vehicle under the rail with its FOUP, between the departure and the
//! arrival that the run says, along the shortest rails.
//!
//! Vehicles are pooled. At a speed at which single trips would only flicker, the rails show the
//! stream instead: a band over each rail, the wider the more lots are on it.

use bevy::asset::RenderAssetUsages;
use bevy::light::NotShadowCaster;
use bevy::math::{Affine3A, Vec3A};
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::platform::collections::HashMap;
use bevy::prelude::*;

use super::palette::{Paint, PaintMaterial};
use super::rails::{HALF_PAIR_M, Network, RAIL_M, Stop, keep_right};
use super::shape::{Detail, Shape};
use super::{Stage, Staged, Tone};
use crate::view::tokens;
use crate::world::{Kind, SpawnedIds, plant};

/// Speed from which streams are shown: a trip of five minutes would pass in a tenth of a second.
const STREAM_SPEED: f64 = 3_000.0;

/// Time between updates of the streams, s.
const STREAM_EVERY_S: f32 = 0.25;

/// A lot on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moving {
    /// Lot type and number.
    pub lot: [u32; 2],
    /// Product.
    pub product: u32,
    /// Tool it left: position among all tools.
    pub from_tool: Option<u32>,
    /// Tool group it goes to.
    pub to_group: u32,
    /// Departure, µs.
    pub depart_us: u64,
    /// Arrival, µs.
    pub arrive_us: u64,
}

/// The lots on their way now; whoever runs the plant fills it before the stage follows.
#[derive(Resource, Debug, Default)]
pub struct Moves(pub Vec<Moving>);

/// A trip that is shown.
#[derive(Debug, Default)]
struct Trip {
    of: Option<Moving>,
    corners: Vec<Vec2>,
    rails: Vec<u32>,
    length: f32,
    /// Update in which it was last asked for.
    seen: u64,
    at: Vec3,
}

/// Trips and the vehicles that show them; trip and vehicle have the same position.
#[derive(Default)]
pub struct Fleet {
    trips: Vec<Trip>,
    vehicles: Vec<Entity>,
    by_lot: HashMap<[u32; 2], u32>,
    free: Vec<u32>,
    update: u64,
    /// Nearest place on the rails of each tool, and first tool of each group.
    tool_stops: Vec<Option<Stop>>,
    group_tools: Vec<[u32; 2]>,
    entries: Vec<Stop>,
    meshes: Vec<Handle<Mesh>>,
    streams: Streams,
}

/// How much is on each rail.
#[derive(Default)]
struct Streams {
    load: Vec<f32>,
    since_s: f32,
    band: Option<(Entity, Handle<Mesh>)>,
    shown: bool,
}

/// Where vehicles are, for the pointer and for following a lot.
#[derive(Resource, Debug, Default)]
pub struct Carriers {
    /// Lot and place of the FOUP, m.
    pub shown: Vec<([u32; 2], Vec3)>,
}

impl Carriers {
    /// Where a lot's carrier is.
    pub fn of(&self, lot: [u32; 2]) -> Option<Vec3> {
        self.shown
            .iter()
            .find(|(l, _)| *l == lot)
            .map(|(_, at)| *at)
    }
}

/// Marks that the vehicles of the last plant are gone.
#[derive(Resource, Debug, Default)]
pub struct Forgotten(bool);

/// Notes that another plant stands.
pub fn forget(mut commands: Commands<'_, '_>) {
    commands.insert_resource(Forgotten(true));
    commands.init_resource::<Carriers>();
}

/// A vehicle with a FOUP of one product; its origin is on the rail's height.
fn vehicle(product: Paint) -> Shape {
    let mut s = Shape::new(Detail::Near);
    s.block([-0.50, -0.42, -0.33], [0.50, -0.10, 0.33], Paint::Vehicle);
    s.plate([-0.40, -0.10, -0.10], [0.40, -0.02, 0.10], Paint::DarkSteel);
    // The roof in the product's colour: it is what is seen from above.
    s.plate([-0.42, -0.101, -0.28], [0.42, -0.085, 0.28], product);
    for x in [-0.46f32, 0.40] {
        s.plate([x, -0.92, -0.30], [x + 0.06, -0.42, 0.30], Paint::Vehicle);
    }
    for part in foup_parts(product) {
        s.place(&part, 0.0, [0.0, -0.86, 0.0]);
    }
    s
}

/// Paints of a FOUP's parts.
pub fn foup_paints(product: Paint) -> [Paint; 3] {
    [product, Paint::Ink, Paint::Slate]
}

/// Parts of a FOUP that stands on its base: shell, foot and the flange it is gripped by.
pub fn foup_parts(product: Paint) -> [Shape; 3] {
    let [shell, foot, flange] = foup_paints(product);
    let mut parts = [(); 3].map(|()| Shape::new(Detail::Near));
    parts[0].block([-0.19, 0.02, -0.20], [0.19, 0.31, 0.20], shell);
    parts[1].plate([-0.16, 0.0, -0.17], [0.16, 0.02, 0.17], foot);
    parts[2].plate([-0.10, 0.31, -0.10], [0.10, 0.345, 0.10], flange);
    parts
}

impl Fleet {
    fn learn(
        &mut self,
        ids: &SpawnedIds,
        network: &Network,
        tools: &Query<'_, '_, (&plant::Placement, &ChildOf), With<plant::Tool>>,
        stockers: &Query<'_, '_, &plant::Placement, With<plant::Stocker>>,
    ) {
        let stop =
            |place: &plant::Placement| network.stop(Vec2::new(place.x_m as f32, -place.y_m as f32));
        let groups = ids.all(Kind::ToolGroup);
        self.group_tools = vec![[0, 0]; groups.len()];
        self.tool_stops.clear();
        let position: HashMap<Entity, usize> =
            groups.iter().enumerate().map(|(i, e)| (*e, i)).collect();
        for (k, &tool) in (0u32..).zip(ids.all(Kind::Tool)) {
            let found = tools.get(tool).ok();
            self.tool_stops
                .push(found.and_then(|(place, _)| stop(place)));
            if let Some((_, group)) = found
                && let Some(&g) = position.get(&group.parent())
            {
                let range = &mut self.group_tools[g];
                if range[1] == 0 {
                    range[0] = k;
                }
                range[1] += 1;
            }
        }
        // New lots come out of a stocker, or in at the end of a rail.
        self.entries = ids
            .all(Kind::Stocker)
            .iter()
            .filter_map(|&e| stockers.get(e).ok().and_then(stop))
            .collect();
        if self.entries.is_empty() {
            self.entries = network.stop(Vec2::new(-1e6, 0.0)).into_iter().collect();
        }
        self.trips.clear();
        self.vehicles.clear();
        self.by_lot.clear();
        self.free.clear();
        self.streams = Streams {
            load: vec![0.0; network.rails().len()],
            ..Streams::default()
        };
    }

    /// A lot's tool in the group it goes to: which one it will be is open until it arrives, so
    /// the same one is drawn for the same lot every time.
    fn goal(&self, moving: &Moving) -> Option<Stop> {
        let [first, count] = *self.group_tools.get(moving.to_group as usize)?;
        let pick = scatter(moving.lot, moving.to_group) % count.max(1);
        *self.tool_stops.get((first + pick) as usize)?
    }

    fn start(&self, moving: &Moving) -> Option<Stop> {
        match moving.from_tool {
            Some(tool) => *self.tool_stops.get(tool as usize)?,
            None => {
                let count = self.entries.len() as u32;
                let pick = scatter(moving.lot, 0) % count.max(1);
                self.entries.get(pick as usize).copied()
            }
        }
    }
}

/// An even, fixed choice for a lot (a 32-bit mix after Steele et al., OOPSLA 2014).
fn scatter([a, b]: [u32; 2], c: u32) -> u32 {
    let mut x =
        a.wrapping_mul(0x9E37_79B9) ^ b.wrapping_mul(0x85EB_CA6B) ^ c.wrapping_mul(0xC2B2_AE35);
    x ^= x >> 16;
    x = x.wrapping_mul(0x7FEB_352D);
    x ^= x >> 15;
    x = x.wrapping_mul(0x846C_A68B);
    x ^ x >> 16
}

/// Place along a way at a share of its length, and the direction there.
fn along(corners: &[Vec2], length: f32, share: f32) -> (Vec2, Vec2) {
    let mut left = length * share.clamp(0.0, 1.0);
    for pair in corners.windows(2) {
        let piece = pair[1] - pair[0];
        let d = piece.length();
        if left <= d && d > 0.0 {
            return (pair[0] + piece * (left / d), piece / d);
        }
        left -= d;
    }
    let end = corners.last().copied().unwrap_or_default();
    (end, Vec2::X)
}

/// Share of a trip done at a time; it starts and stops gently.
fn share_done(moving: &Moving, now_us: u64) -> f32 {
    let whole = moving.arrive_us.saturating_sub(moving.depart_us);
    let done = now_us.saturating_sub(moving.depart_us).min(whole);
    let t = done as f32 / whole.max(1) as f32;
    // A tenth of the time to speed up, a tenth to slow down.
    let ramp = 0.1;
    let full = 1.0 / (1.0 - ramp);
    if t < ramp {
        0.5 * full * t * t / ramp
    } else if t > 1.0 - ramp {
        1.0 - 0.5 * full * (1.0 - t) * (1.0 - t) / ramp
    } else {
        full * (t - 0.5 * ramp)
    }
}

/// Moves the carriers.
#[allow(clippy::too_many_arguments)]
pub fn move_carriers(
    mut commands: Commands<'_, '_>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut materials: ResMut<'_, Assets<StandardMaterial>>,
    (paint, stage, moves, time): (
        Res<'_, PaintMaterial>,
        Res<'_, Stage>,
        Res<'_, Moves>,
        Res<'_, Time<Real>>,
    ),
    network: Option<Res<'_, Network>>,
    ids: Res<'_, SpawnedIds>,
    tools: Query<'_, '_, (&plant::Placement, &ChildOf), With<plant::Tool>>,
    stockers: Query<'_, '_, &plant::Placement, With<plant::Stocker>>,
    forgotten: Option<ResMut<'_, Forgotten>>,
    carriers: Option<ResMut<'_, Carriers>>,
    mut fleet: Local<'_, Fleet>,
    mut shown: Query<'_, '_, (&mut GlobalTransform, &mut Visibility, &mut Mesh3d)>,
) {
    let (Some(network), Some(mut forgotten), Some(mut carriers)) = (network, forgotten, carriers)
    else {
        return;
    };
    let fleet = &mut *fleet;
    if forgotten.0 {
        forgotten.0 = false;
        fleet.learn(&ids, &network, &tools, &stockers);
    }
    if network.is_empty() {
        return;
    }
    if fleet.meshes.is_empty() {
        fleet.meshes = (0..tokens::CATEGORIES.len() as u32)
            .map(|p| meshes.add(vehicle(Paint::of_product(p)).mesh()))
            .collect();
    }
    fleet.update += 1;
    let streams = stage.speed > STREAM_SPEED;
    for moving in &moves.0 {
        let slot = match fleet.by_lot.get(&moving.lot) {
            Some(&slot) => slot,
            None => {
                let slot = fleet.free.pop().unwrap_or_else(|| {
                    fleet.trips.push(Trip::default());
                    fleet.trips.len() as u32 - 1
                });
                fleet.by_lot.insert(moving.lot, slot);
                slot
            }
        };
        let trip = &fleet.trips[slot as usize];
        if trip.of != Some(*moving) {
            let ends = (fleet.start(moving), fleet.goal(moving));
            let trip = &mut fleet.trips[slot as usize];
            trip.of = Some(*moving);
            if let (Some(start), Some(goal)) = ends {
                network.way(start, goal, &mut trip.corners, &mut trip.rails);
                keep_right(&mut trip.corners, HALF_PAIR_M);
            } else {
                trip.corners.clear();
            }
            trip.length = trip.corners.windows(2).map(|p| p[0].distance(p[1])).sum();
        }
        let trip = &mut fleet.trips[slot as usize];
        trip.seen = fleet.update;
    }
    carriers.shown.clear();
    for (slot, trip) in fleet.trips.iter_mut().enumerate() {
        let Some(moving) = trip.of else { continue };
        let gone = trip.seen != fleet.update;
        if gone {
            trip.of = None;
            fleet.by_lot.remove(&moving.lot);
            fleet.free.push(slot as u32);
        }
        let hidden = gone || streams || trip.corners.is_empty();
        if let Some(&vehicle) = fleet.vehicles.get(slot)
            && let Ok((mut transform, mut visibility, mut mesh)) = shown.get_mut(vehicle)
        {
            visibility.set_if_neq(if hidden {
                Visibility::Hidden
            } else {
                Visibility::Visible
            });
            if hidden {
                continue;
            }
            let wanted = &fleet.meshes[moving.product as usize % fleet.meshes.len()];
            if mesh.0 != *wanted {
                mesh.0 = wanted.clone();
            }
            // They stand under nothing: what Bevy would work out from their transforms, a search
            // through everything that moves, is set at once.
            let pose = pose(trip, &moving, stage.now_us);
            *transform = pose.into();
            trip.at = pose.translation.into();
            carriers.shown.push((moving.lot, trip.at - Vec3::Y * 0.6));
        }
    }
    // Vehicles for trips that have none yet.
    while fleet.vehicles.len() < fleet.trips.len() {
        let slot = fleet.vehicles.len();
        let trip = &fleet.trips[slot];
        let product = trip.of.map_or(0, |m| m.product) as usize;
        let (transform, visible) = match &trip.of {
            Some(moving) if !streams && !trip.corners.is_empty() => {
                let pose = GlobalTransform::from(pose(trip, moving, stage.now_us));
                (pose.compute_transform(), Visibility::Visible)
            }
            _ => (Transform::default(), Visibility::Hidden),
        };
        let entity = commands
            .spawn((
                Staged,
                Mesh3d(fleet.meshes[product % fleet.meshes.len()].clone()),
                MeshMaterial3d(paint.0.clone()),
                transform,
                visible,
            ))
            .id();
        fleet.vehicles.push(entity);
        if visible == Visibility::Visible
            && let Some(moving) = trip.of
        {
            carriers
                .shown
                .push((moving.lot, transform.translation - Vec3::Y * 0.6));
        }
    }
    show_streams(
        &mut commands,
        &mut meshes,
        &mut materials,
        &stage,
        &network,
        fleet,
        time.delta_secs(),
        streams,
    );
}

/// Place of a vehicle, its front ahead. Its axes are written down: hundreds of angles in every frame
/// would only be taken apart again.
fn pose(trip: &Trip, moving: &Moving, now_us: u64) -> Affine3A {
    let (at, ahead) = along(&trip.corners, trip.length, share_done(moving, now_us));
    Affine3A::from_cols(
        Vec3A::new(ahead.x, 0.0, ahead.y),
        Vec3A::Y,
        Vec3A::new(-ahead.y, 0.0, ahead.x),
        Vec3A::new(at.x, RAIL_M, at.y),
    )
}

/// Keeps the mean load of each rail and draws it as bands.
#[allow(clippy::too_many_arguments)]
fn show_streams(
    commands: &mut Commands<'_, '_>,
    meshes: &mut Assets<Mesh>,
    materials: &mut Assets<StandardMaterial>,
    stage: &Stage,
    network: &Network,
    fleet: &mut Fleet,
    seconds: f32,
    on: bool,
) {
    let streams = &mut fleet.streams;
    if !on {
        if streams.shown
            && let Some((band, _)) = streams.band
        {
            commands.entity(band).insert(Visibility::Hidden);
            streams.shown = false;
        }
        streams.load.fill(0.0);
        return;
    }
    // Each update is a sample of what is on the rails; their mean is the stream.
    let keep = libm::expf(-seconds / 1.5);
    for load in &mut streams.load {
        *load *= keep;
    }
    for trip in &fleet.trips {
        if trip.of.is_some() {
            for &rail in &trip.rails {
                streams.load[rail as usize] += 1.0 - keep;
            }
        }
    }
    streams.since_s += seconds;
    if streams.shown && streams.since_s < STREAM_EVERY_S {
        return;
    }
    streams.since_s = 0.0;
    streams.shown = true;
    let mesh = bands(network, &streams.load);
    if let Some((band, handle)) = &streams.band {
        if let Some(mut shown) = meshes.get_mut(handle) {
            *shown = mesh;
        }
        commands.entity(*band).insert(Visibility::Visible);
        return;
    }
    let handle = meshes.add(mesh);
    let theme = match stage.tone {
        Tone::Dark => &tokens::DARK,
        Tone::Light => &tokens::LIGHT,
    };
    let [r, g, b] = theme.accent.parts();
    let band = commands
        .spawn((
            Staged,
            Mesh3d(handle.clone()),
            MeshMaterial3d(materials.add(StandardMaterial {
                base_color: Color::srgba_u8(r, g, b, 215),
                unlit: true,
                alpha_mode: AlphaMode::Blend,
                ..default()
            })),
            NotShadowCaster,
        ))
        .id();
    streams.band = Some((band, handle));
}

/// A band over each rail, as wide as the root of its load.
fn bands(network: &Network, load: &[f32]) -> Mesh {
    let rails = network.rails().len();
    let mut positions = Vec::with_capacity(4 * rails);
    let mut indices = Vec::with_capacity(6 * rails);
    for ([a, b], load) in network.rails().zip(load) {
        let half = 0.28 * load.max(0.0).sqrt().min(6.0);
        let across = (b - a).normalize_or_zero().perp() * half;
        let base = positions.len() as u32;
        for p in [a - across, b - across, b + across, a + across] {
            positions.push([p.x, RAIL_M + 0.2, p.y]);
        }
        indices.extend([0, 2, 1, 0, 3, 2].map(|k: u32| base + k));
    }
    let up = vec![[0.0, 1.0, 0.0]; positions.len()];
    Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::all())
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, positions)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, up)
        .with_inserted_indices(Indices::U32(indices))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIP: Moving = Moving {
        lot: [1, 2],
        product: 0,
        from_tool: None,
        to_group: 3,
        depart_us: 1_000,
        arrive_us: 2_000,
    };

    #[test]
    fn a_trip_begins_at_departure_ends_at_arrival_and_never_goes_back() {
        assert_eq!(share_done(&TRIP, 0), 0.0);
        assert_eq!(share_done(&TRIP, 1_000), 0.0);
        assert!((share_done(&TRIP, 1_500) - 0.5).abs() < 1e-5);
        assert!((share_done(&TRIP, 2_000) - 1.0).abs() < 1e-6);
        assert!((share_done(&TRIP, 9_000) - 1.0).abs() < 1e-6);
        let shares: Vec<f32> = (1_000..=2_000).map(|t| share_done(&TRIP, t)).collect();
        assert!(shares.windows(2).all(|w| w[1] >= w[0]));
        let steps = shares.windows(2).map(|w| w[1] - w[0]);
        assert!(steps.fold(0.0, f32::max) < 1.2e-3);
    }

    #[test]
    fn a_place_along_a_way() {
        let way = [Vec2::ZERO, Vec2::new(10.0, 0.0), Vec2::new(10.0, 30.0)];
        let (at, ahead) = along(&way, 40.0, 0.5);
        assert!(at.distance(Vec2::new(10.0, 10.0)) < 1e-4 && ahead == Vec2::Y);
        assert_eq!(along(&way, 40.0, 1.0).0, Vec2::new(10.0, 30.0));
    }

    #[test]
    fn a_vehicle_looks_ahead() {
        let trip = Trip {
            corners: vec![Vec2::ZERO, Vec2::new(30.0, 40.0)],
            length: 50.0,
            ..Trip::default()
        };
        let pose = pose(&trip, &TRIP, 1_500);
        let turned = Transform::from_xyz(15.0, RAIL_M, 20.0)
            .with_rotation(Quat::from_rotation_y(-libm::atan2f(0.8, 0.6)));
        assert!(pose.abs_diff_eq(turned.compute_affine(), 1e-4), "{pose}");
    }

    #[test]
    fn lots_spread_over_the_tools_of_a_group() {
        let mut counts = [0; 8];
        for lot in 0..4_000 {
            counts[(scatter([2, lot], 7) % 8) as usize] += 1;
        }
        assert!(counts.iter().all(|c| (400..600).contains(c)), "{counts:?}");
    }
}
