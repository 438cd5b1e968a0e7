//! The camera's rig: where it looks from, and how it moves. Plain geometry, no input, no window.

use bevy::math::{Mat3, Quat, Ray3d, Vec2, Vec3};

/// Vertical angle of view of the perspective camera, radians: that of a long lens, so that rows
/// of machines stay parallel and far ones keep their size.
pub const VIEW_ANGLE: f32 = 0.49;

/// Tilt of the opening view, radians (35°).
const OPENING_TILT: f32 = 0.611;

/// Turns among which the opening view chooses, radians: the plant's length runs into the picture.
const OPENING_TURNS: [f32; 2] = [-1.0, -0.4];

/// Turn before a plant stands, radians.
const OPENING_TURN: f32 = -0.56;

/// Nearest and furthest distance from the point looked at, m.
const DISTANCE_M: [f32; 2] = [2.5, 4_000.0];

/// Time in which a movement is nearly done, s.
const SETTLE_S: f32 = 0.22;

/// Tilts the camera takes: from just above the floor to straight down.
const TILT: [f32; 2] = [0.03, core::f32::consts::FRAC_PI_2];

/// A view: the point looked at and where from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// Point looked at, m.
    pub focus: Vec3,
    /// Turn about the vertical, radians; 0 looks north.
    pub turn: f32,
    /// Tilt below the horizontal, radians.
    pub tilt: f32,
    /// Distance from the point looked at, m.
    pub distance: f32,
}

impl Default for Pose {
    fn default() -> Self {
        Self {
            focus: Vec3::ZERO,
            turn: OPENING_TURN,
            tilt: OPENING_TILT,
            distance: 60.0,
        }
    }
}

impl Pose {
    /// Orientation of the camera.
    pub fn rotation(&self) -> Quat {
        Quat::from_rotation_y(self.turn) * Quat::from_rotation_x(-self.tilt)
    }

    /// Place of the camera, m.
    pub fn eye(&self) -> Vec3 {
        self.focus + self.rotation() * Vec3::Z * self.distance
    }

    /// Height of what the view shows at the point looked at, m.
    pub fn height_m(&self) -> f32 {
        2.0 * self.distance * libm::tanf(0.5 * VIEW_ANGLE)
    }

    /// The pose that shows all `points` with a margin (share of the view), turned and tilted as
    /// this one. `aspect` is width over height.
    pub fn fitted(&self, points: &[Vec3], aspect: f32, margin: f32) -> Self {
        let mut pose = *self;
        if points.is_empty() {
            return pose;
        }
        let to_view = Mat3::from_quat(self.rotation().inverse());
        let up = libm::tanf(0.5 * VIEW_ANGLE) * (1.0 - margin);
        let side = up * aspect.max(0.05);
        // In view axes each side of the view is a plane through the eye; the tightest eye has
        // all points inside all four: its height and depth follow from the extreme points.
        let bound = |axis: usize, slope: f32| {
            let mut high = f32::NEG_INFINITY;
            let mut low = f32::INFINITY;
            for &p in points {
                let v = to_view * p;
                high = high.max(v[axis] + v.z * slope);
                low = low.min(v[axis] - v.z * slope);
            }
            (0.5 * (high + low), 0.5 * (high - low) / slope)
        };
        let (x, depth_x) = bound(0, side);
        let (y, depth_y) = bound(1, up);
        let eye = self.rotation() * Vec3::new(x, y, depth_x.max(depth_y));
        let forward = self.rotation() * Vec3::NEG_Z;
        // The point looked at lies on the height of the points' middle.
        let ground = points.iter().map(|p| p.y).sum::<f32>() / points.len() as f32;
        let reach = if forward.y < -1e-3 {
            (ground - eye.y) / forward.y
        } else {
            depth_x.max(depth_y)
        };
        pose.distance = reach.clamp(DISTANCE_M[0], DISTANCE_M[1]);
        pose.focus = eye + forward * reach.max(DISTANCE_M[0]);
        pose
    }

    /// A step from here to there: `share` of the way.
    fn towards(&self, goal: &Self, share: f32) -> Self {
        let mut turn = goal.turn - self.turn;
        turn -= core::f32::consts::TAU * libm::roundf(turn / core::f32::consts::TAU);
        let ratio = libm::powf(goal.distance / self.distance, share);
        Self {
            focus: self.focus.lerp(goal.focus, share),
            turn: self.turn + turn * share,
            tilt: self.tilt + (goal.tilt - self.tilt) * share,
            distance: self.distance * ratio,
        }
    }

    fn is_near(&self, goal: &Self) -> bool {
        let turn = (goal.turn - self.turn) / core::f32::consts::TAU;
        self.focus.distance(goal.focus) < 1e-4 * goal.distance
            && (turn - libm::roundf(turn)).abs() < 1e-5
            && (self.tilt - goal.tilt).abs() < 1e-5
            && (self.distance / goal.distance - 1.0).abs() < 1e-4
    }
}

/// The rig: the pose shown, the pose it moves to, plan or perspective, kept views.
#[derive(Clone, Debug, Default)]
pub struct Rig {
    pose: Pose,
    goal: Pose,
    plan: bool,
    /// Tilt before the plan, to go back to.
    tilt_before: Option<f32>,
    kept: [Option<(Pose, bool)>; 9],
}

impl Rig {
    /// What is shown now.
    pub fn pose(&self) -> &Pose {
        &self.pose
    }

    /// Where it goes.
    pub fn goal(&self) -> &Pose {
        &self.goal
    }

    /// Whether the view is a plan, that is straight from above without perspective.
    pub fn is_plan(&self) -> bool {
        self.plan && self.pose.tilt > TILT[1] - 0.01
    }

    /// Whether it still moves.
    pub fn is_moving(&self) -> bool {
        self.pose != self.goal
    }

    /// Moves for `seconds`; at once where motion is not wanted.
    pub fn advance(&mut self, seconds: f32, at_once: bool) {
        if self.pose == self.goal {
            return;
        }
        let share = 1.0 - libm::expf(-4.0 * seconds / SETTLE_S);
        self.pose = if at_once || self.pose.is_near(&self.goal) {
            self.goal
        } else {
            self.pose.towards(&self.goal, share.clamp(0.0, 1.0))
        };
    }

    /// Goes to a pose.
    pub fn go(&mut self, pose: Pose) {
        self.goal = pose;
        self.goal.distance = pose.distance.clamp(DISTANCE_M[0], DISTANCE_M[1]);
        self.plan = false;
        self.tilt_before = None;
    }

    /// Is at a pose at once.
    pub fn jump(&mut self, pose: Pose) {
        self.go(pose);
        self.pose = self.goal;
    }

    /// The opening view of what lies between two corners: of all turns the one in which it fills
    /// most of the picture.
    pub fn home(&mut self, corners: &[Vec3], aspect: f32) {
        let [from, to] = OPENING_TURNS;
        let steps = 12;
        let fitted = (0..=steps).map(|k| {
            let turn = from + (to - from) * k as f32 / steps as f32;
            let pose = Pose {
                turn,
                ..Pose::default()
            };
            pose.fitted(corners, aspect, 0.07)
        });
        let nearest = fitted.min_by(|a, b| a.distance.total_cmp(&b.distance));
        self.go(nearest.unwrap_or_default());
    }

    /// Shows the points, turned and tilted as now.
    pub fn frame(&mut self, points: &[Vec3], aspect: f32, margin: f32) {
        let plan = self.plan;
        let before = self.tilt_before;
        self.go(self.goal.fitted(points, aspect, margin));
        self.plan = plan;
        self.tilt_before = before;
    }

    /// To the plan and back.
    pub fn toggle_plan(&mut self) {
        if self.plan {
            self.plan = false;
            self.goal.tilt = self.tilt_before.take().unwrap_or(OPENING_TILT);
        } else {
            self.plan = true;
            self.tilt_before = Some(self.goal.tilt);
            self.goal.tilt = TILT[1];
            // North up, or whatever side is next to it: a plan has straight edges.
            let quarter = core::f32::consts::FRAC_PI_2;
            self.goal.turn = libm::roundf(self.goal.turn / quarter) * quarter;
        }
    }

    /// Goes round the point looked at: a drag in shares of the view's height.
    pub fn orbit(&mut self, drag: Vec2) {
        self.goal.turn -= drag.x * 2.6;
        if !self.plan {
            self.goal.tilt = (self.goal.tilt + drag.y * 2.6).clamp(TILT[0], TILT[1]);
        }
    }

    /// Moves along the floor: a drag in shares of the view's height; what was under the pointer
    /// stays under it.
    pub fn pan(&mut self, drag: Vec2) {
        let m = self.goal.height_m();
        let right = Quat::from_rotation_y(self.goal.turn) * Vec3::X;
        let ahead = Quat::from_rotation_y(self.goal.turn) * Vec3::NEG_Z;
        let steep = libm::sinf(self.goal.tilt).max(0.2);
        let step = -right * drag.x * m + ahead * drag.y * m / steep;
        self.goal.focus += step;
        self.pose.focus += step;
    }

    /// Nearer (factor below 1) or further, keeping the point under the pointer where it is.
    pub fn zoom(&mut self, factor: f32, at: Option<Vec3>) {
        let distance = (self.goal.distance * factor).clamp(DISTANCE_M[0], DISTANCE_M[1]);
        let factor = distance / self.goal.distance;
        if let Some(at) = at {
            self.goal.focus = at + (self.goal.focus - at) * factor;
        }
        self.goal.distance = distance;
    }

    /// Flies: `step` in camera axes (right, up, back), in metres.
    pub fn fly(&mut self, step: Vec3) {
        let step = self.goal.rotation() * step;
        self.goal.focus += step;
        self.pose.focus += step;
    }

    /// Looks around from where the camera is: a drag in shares of the view's height.
    pub fn look(&mut self, drag: Vec2) {
        let eye = self.goal.eye();
        self.goal.turn -= drag.x * 1.4;
        self.goal.tilt = (self.goal.tilt + drag.y * 1.4).clamp(TILT[0], TILT[1] - 0.02);
        self.goal.focus = eye - self.goal.rotation() * Vec3::Z * self.goal.distance;
        self.plan = false;
        self.pose = self.goal;
    }

    /// Keeps the point looked at on something that moves.
    pub fn follow(&mut self, at: Vec3) {
        self.goal.focus = at;
    }

    /// Keeps the present view under a number from 1 to 9.
    pub fn keep(&mut self, number: u8) {
        if let Some(slot) = self.kept.get_mut(usize::from(number).wrapping_sub(1)) {
            *slot = Some((self.goal, self.plan));
        }
    }

    /// Goes to a kept view; whether there is one.
    pub fn recall(&mut self, number: u8) -> bool {
        let slot = usize::from(number).wrapping_sub(1);
        let Some((pose, plan)) = self.kept.get(slot).copied().flatten() else {
            return false;
        };
        self.go(pose);
        self.plan = plan;
        true
    }

    /// The ray through a point of the view: `at` from −1 to 1 to the right and up.
    pub fn ray(&self, at: Vec2, aspect: f32) -> Ray3d {
        let up = libm::tanf(0.5 * VIEW_ANGLE);
        let rotation = self.pose.rotation();
        let (origin, direction) = if self.is_plan() {
            let half = 0.5 * self.pose.height_m();
            let shift = rotation * Vec3::new(at.x * half * aspect, at.y * half, 0.0);
            (self.pose.eye() + shift, Vec3::NEG_Z)
        } else {
            (
                self.pose.eye(),
                Vec3::new(at.x * up * aspect, at.y * up, -1.0),
            )
        };
        let direction = (rotation * direction).normalize_or(Vec3::NEG_Y);
        Ray3d {
            origin,
            direction: bevy::math::Dir3::new(direction).unwrap_or(bevy::math::Dir3::NEG_Y),
        }
    }

    /// Where a ray meets the floor, if it does within the camera's reach.
    pub fn floor_point(ray: &Ray3d) -> Option<Vec3> {
        let t = -ray.origin.y / ray.direction.y;
        (ray.direction.y < -1e-4 && t < 2.0 * DISTANCE_M[1])
            .then(|| ray.origin + *ray.direction * t)
    }

    /// Place of a point in the view (−1 to 1 to the right and up) and its depth, m; `None`
    /// behind the camera.
    pub fn project(&self, point: Vec3, aspect: f32) -> Option<(Vec2, f32)> {
        let v = self.pose.rotation().inverse() * (point - self.pose.eye());
        let depth = -v.z;
        if depth < 0.05 {
            return None;
        }
        let half = if self.is_plan() {
            0.5 * self.pose.height_m()
        } else {
            depth * libm::tanf(0.5 * VIEW_ANGLE)
        };
        Some((Vec2::new(v.x / (half * aspect), v.y / half), depth))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corners() -> Vec<Vec3> {
        let mut all = Vec::new();
        for x in [-80.0, 120.0] {
            for y in [0.0, 4.0] {
                for z in [-30.0, 45.0] {
                    all.push(Vec3::new(x, y, z));
                }
            }
        }
        all
    }

    #[test]
    fn the_opening_view_holds_the_plant_and_wastes_no_room() {
        for aspect in [0.5, 1.0, 1.6, 2.4] {
            let mut rig = Rig::default();
            rig.home(&corners(), aspect);
            rig.advance(0.0, true);
            let mut reach = Vec2::ZERO;
            for p in corners() {
                let (at, _) = rig.project(p, aspect).unwrap();
                reach = reach.max(at.abs());
            }
            assert!(reach.max_element() < 0.94, "{aspect}: {reach}");
            assert!(reach.max_element() > 0.85, "{aspect}: {reach}");
            assert!((rig.pose().tilt.to_degrees() - 35.0).abs() < 0.1);
        }
    }

    #[test]
    fn a_point_and_its_ray_agree_in_perspective_and_plan() {
        let mut rig = Rig::default();
        rig.home(&corners(), 1.5);
        for plan in [false, true] {
            rig.advance(0.0, true);
            assert_eq!(rig.is_plan(), plan);
            let at = Vec2::new(0.3, -0.4);
            let point = Rig::floor_point(&rig.ray(at, 1.5)).unwrap();
            let (seen, _) = rig.project(point, 1.5).unwrap();
            assert!(seen.distance(at) < 1e-3, "{seen}");
            rig.toggle_plan();
        }
    }

    #[test]
    fn panning_and_zooming_keep_what_is_under_the_pointer() {
        let mut rig = Rig::default();
        rig.home(&corners(), 1.5);
        rig.advance(0.0, true);
        let at = Vec2::new(0.4, 0.2);
        let point = Rig::floor_point(&rig.ray(at, 1.5)).unwrap();
        rig.zoom(0.5, Some(point));
        rig.advance(0.0, true);
        let (seen, _) = rig.project(point, 1.5).unwrap();
        assert!(seen.distance(at) < 1e-3, "{seen}");

        let middle = Rig::floor_point(&rig.ray(Vec2::ZERO, 1.5)).unwrap();
        rig.pan(Vec2::new(0.1, 0.0));
        rig.advance(0.0, true);
        let (seen, _) = rig.project(middle, 1.5).unwrap();
        assert!((seen.x * 1.5 - 0.2).abs() < 0.02, "{seen}");
    }

    #[test]
    fn motion_arrives_and_kept_views_come_back() {
        let mut rig = Rig::default();
        rig.home(&corners(), 1.5);
        let home = *rig.goal();
        for _ in 0..60 {
            rig.advance(1.0 / 60.0, false);
        }
        assert!(!rig.is_moving());
        rig.keep(3);
        rig.orbit(Vec2::new(0.3, 0.1));
        rig.zoom(0.2, None);
        rig.advance(0.0, true);
        assert!(rig.recall(3) && !rig.recall(4) && !rig.recall(0));
        assert_eq!(*rig.goal(), home);
    }

    #[test]
    fn a_turn_takes_the_short_way() {
        let from = Pose {
            turn: 3.0,
            ..Pose::default()
        };
        let to = Pose {
            turn: -3.0,
            ..Pose::default()
        };
        assert!(from.towards(&to, 0.5).turn > 3.0);
    }
}
