//! What the pointer is over: rays against the boxes of machines, cheap enough for every frame.

use bevy::math::Ray3d;
use bevy::prelude::*;

use super::machine::STOCKER_HEIGHT_M;
use super::traffic::Carriers;
use crate::world::layout::STOCKER_M;
use crate::world::plant::{self, standing};
use crate::world::{Kind, SpawnedIds};

/// Something that can be pointed at, by its position in the scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Picked {
    /// A tool: position among all tools, group by group.
    Tool(u32),
    /// A stocker.
    Stocker(u32),
    /// A bay.
    Bay(u32),
    /// A lot on its way: lot type and number.
    Lot([u32; 2]),
}

/// A box that stands in the plant.
#[derive(Clone, Copy, Debug)]
pub struct Solid {
    /// What it is.
    pub of: Picked,
    /// Place and turn of its base's middle.
    pub at: Transform,
    /// Half its extent along its own axes; its base lies on the floor.
    pub half: Vec3,
}

impl Solid {
    /// Its eight corners.
    pub fn corners(&self) -> [Vec3; 8] {
        core::array::from_fn(|k| {
            let sign = |axis: usize| if k >> axis & 1 == 1 { 1.0 } else { -1.0 };
            let local = Vec3::new(
                sign(0) * self.half.x,
                self.half.y * (1.0 + sign(1)),
                sign(2) * self.half.z,
            );
            self.at.transform_point(local)
        })
    }

    /// Distance along the ray at which it is met.
    fn met(&self, ray: &Ray3d) -> Option<f32> {
        let turn = self.at.rotation.inverse();
        let origin = turn * (ray.origin - self.at.translation) - Vec3::Y * self.half.y;
        let direction = turn * *ray.direction;
        let mut near = 0.0_f32;
        let mut far = f32::INFINITY;
        for axis in 0..3 {
            let (o, d, h) = (origin[axis], direction[axis], self.half[axis]);
            if d.abs() < 1e-9 {
                if o.abs() > h {
                    return None;
                }
                continue;
            }
            let (a, b) = ((-h - o) / d, (h - o) / d);
            near = near.max(a.min(b));
            far = far.min(a.max(b));
        }
        (near <= far).then_some(near)
    }
}

/// Everything that can be pointed at, tools in order first.
#[derive(Resource, Clone, Debug, Default)]
pub struct Targets {
    tools: Vec<Solid>,
    stockers: Vec<Solid>,
    bays: Vec<Solid>,
}

/// Radius around a carrier that counts as it, m.
const CARRIER_M: f32 = 0.7;

impl Targets {
    /// The nearest thing on the ray; a bay only where nothing stands before it.
    pub fn pick(&self, ray: &Ray3d, carriers: Option<&Carriers>) -> Option<Picked> {
        let boxes = self.tools.iter().chain(&self.stockers);
        let solid = boxes.filter_map(|s| Some((s.met(ray)?, s.of)));
        let moving = carriers
            .into_iter()
            .flat_map(|c| &c.shown)
            .filter_map(|(lot, at)| {
                let along = (*at - ray.origin).dot(*ray.direction);
                let beside = (*at - ray.origin) - *ray.direction * along;
                // A carrier far away is small; the pointer may miss it by a little.
                let reach = CARRIER_M.max(0.008 * along);
                (along > 0.0 && beside.length() < reach)
                    .then_some((along - CARRIER_M, Picked::Lot(*lot)))
            });
        let nearest = solid.chain(moving).min_by(|a, b| a.0.total_cmp(&b.0));
        let floor = || {
            let bay = self.bays.iter().find(|b| b.met(ray).is_some())?;
            Some(bay.of)
        };
        nearest.map(|(_, of)| of).or_else(floor)
    }

    /// The box of a thing; a lot's is around its carrier.
    pub fn solid(&self, of: Picked, carriers: Option<&Carriers>) -> Option<Solid> {
        match of {
            Picked::Tool(k) => self.tools.get(k as usize).copied(),
            Picked::Stocker(k) => self.stockers.get(k as usize).copied(),
            Picked::Bay(k) => self.bays.get(k as usize).copied(),
            Picked::Lot(lot) => {
                let at = carriers?.of(lot)?;
                Some(Solid {
                    of,
                    at: Transform::from_translation(at - Vec3::Y * 0.35),
                    half: Vec3::new(0.55, 0.62, 0.4),
                })
            }
        }
    }

    /// All tools.
    pub fn tools(&self) -> &[Solid] {
        &self.tools
    }
}

/// Lists what can be pointed at.
pub fn list_targets(
    mut commands: Commands<'_, '_>,
    ids: Res<'_, SpawnedIds>,
    tools: Query<'_, '_, (&plant::Placement, &ChildOf), With<plant::Tool>>,
    bodies: Query<'_, '_, &plant::Body>,
    stockers: Query<'_, '_, &plant::Placement, With<plant::Stocker>>,
    bays: Query<'_, '_, &plant::Bay>,
) {
    let mut targets = Targets::default();
    for (k, &tool) in (0u32..).zip(ids.all(Kind::Tool)) {
        let found = tools.get(tool).ok();
        let body = found.and_then(|(_, group)| bodies.get(group.parent()).ok());
        let (at, half) = match (found, body) {
            (Some((place, _)), Some(b)) => (
                standing(place),
                0.5 * Vec3::new(b.depth_m as f32, b.height_m as f32, b.width_m as f32),
            ),
            // A tool without a body keeps its position in the list and cannot be met.
            _ => (Transform::default(), Vec3::NEG_ONE),
        };
        targets.tools.push(Solid {
            of: Picked::Tool(k),
            at,
            half,
        });
    }
    for (k, &stocker) in (0u32..).zip(ids.all(Kind::Stocker)) {
        if let Ok(place) = stockers.get(stocker) {
            targets.stockers.push(Solid {
                of: Picked::Stocker(k),
                at: standing(place),
                half: 0.5 * Vec3::new(STOCKER_M[1] as f32, STOCKER_HEIGHT_M, STOCKER_M[0] as f32),
            });
        }
    }
    for (k, &bay) in (0u32..).zip(ids.all(Kind::Bay)) {
        if let Ok(bay) = bays.get(bay) {
            let [x, y] = bay.rect.centre();
            targets.bays.push(Solid {
                of: Picked::Bay(k),
                at: Transform::from_xyz(x as f32, 0.0, -y as f32),
                half: 0.5 * Vec3::new(bay.rect.width_m as f32, 0.02, bay.rect.depth_m as f32),
            });
        }
    }
    commands.insert_resource(targets);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solid(k: u32, x: f32, turn: f32) -> Solid {
        Solid {
            of: Picked::Tool(k),
            at: Transform::from_xyz(x, 0.0, 0.0).with_rotation(Quat::from_rotation_y(turn)),
            half: Vec3::new(2.0, 1.0, 0.5),
        }
    }

    fn ray(from: Vec3, to: Vec3) -> Ray3d {
        Ray3d {
            origin: from,
            direction: Dir3::new(to - from).unwrap(),
        }
    }

    #[test]
    fn the_nearest_box_is_met_and_turned_boxes_are_turned() {
        let targets = Targets {
            tools: vec![
                solid(0, 0.0, 0.0),
                solid(1, 10.0, core::f32::consts::FRAC_PI_2),
            ],
            ..Targets::default()
        };
        let along = ray(Vec3::new(-20.0, 1.0, 0.0), Vec3::new(20.0, 1.0, 0.0));
        assert_eq!(targets.pick(&along, None), Some(Picked::Tool(0)));
        let back = ray(Vec3::new(20.0, 1.0, 0.0), Vec3::new(-20.0, 1.0, 0.0));
        assert_eq!(targets.pick(&back, None), Some(Picked::Tool(1)));
        // 1.5 m beside the middle: outside the first box, inside the turned one.
        let beside = ray(Vec3::new(-20.0, 1.0, 1.5), Vec3::new(20.0, 1.0, 1.5));
        assert_eq!(targets.pick(&beside, None), Some(Picked::Tool(1)));
        let above = ray(Vec3::new(-20.0, 2.1, 0.0), Vec3::new(20.0, 2.1, 0.0));
        assert_eq!(targets.pick(&above, None), None);
    }

    #[test]
    fn a_carrier_hides_the_machine_below_it() {
        let targets = Targets {
            tools: vec![solid(0, 0.0, 0.0)],
            ..Targets::default()
        };
        let carriers = Carriers {
            shown: vec![([3, 4], Vec3::new(0.0, 5.0, 0.0))],
        };
        let down = ray(Vec3::new(0.1, 30.0, 0.0), Vec3::new(0.1, 0.0, 0.0));
        assert_eq!(
            targets.pick(&down, Some(&carriers)),
            Some(Picked::Lot([3, 4]))
        );
        assert_eq!(targets.pick(&down, None), Some(Picked::Tool(0)));
    }
}
