//! What nearly every machine turns to the aisle: the front end with its robot, and load ports.

use super::Frame;
use crate::view::stage::palette::Paint;
use crate::view::stage::shape::Shape;
use crate::world::layout::{PORT_DEPTH_M, port_offsets};

/// Height of the shelf that a FOUP stands on (SEMI E15.1), m.
const SHELF_M: f32 = 0.9;

/// Load ports before the front: a pedestal and the shelf that the FOUP stands on.
pub fn load_ports(s: &mut Shape, f: &Frame) {
    let depth = PORT_DEPTH_M as f32;
    let width = (0.46f32).min(0.92 * f.width / f.ports.max(1) as f32);
    let shelf = SHELF_M.min(0.7 * f.height);
    for (front, left) in port_offsets(f64::from(f.width), f64::from(f.depth), f.ports) {
        let (x, z) = (front as f32, -left as f32);
        let (x0, x1) = (x - 0.5 * depth, x + 0.5 * depth);
        s.block(
            [x0, 0.0, z - 0.40 * width],
            [x1 - 0.08, shelf - 0.06, z + 0.40 * width],
            Paint::Pale,
        );
        s.plate(
            [x0, shelf - 0.06, z - 0.5 * width],
            [x1, shelf, z + 0.5 * width],
            Paint::Slate,
        );
        s.fine(|s| {
            s.plate(
                [x1 - 0.08, shelf - 0.22, z - 0.12 * width],
                [x1 - 0.06, shelf - 0.12, z + 0.12 * width],
                Paint::Screen,
            );
            // The door frame behind it.
            s.plate(
                [x0 - 0.005, shelf + 0.02, z - 0.42 * width],
                [x0 + 0.015, (shelf + 0.40).min(f.height), z + 0.42 * width],
                Paint::DarkSteel,
            );
        });
    }
}

/// The equipment front end: a lit robot room behind a band of dark windows, fan filters on top.
///
/// Its front is the machine's; it is `depth` deep and `height` high.
pub fn front_end(s: &mut Shape, f: &Frame, width: f32, depth: f32, height: f32, trim: Paint) {
    let (x0, x1) = (f.front() - depth, f.front());
    let z = 0.5 * width;
    let fans = 0.12 * height;
    s.block([x0, 0.0, -z], [x1, height - fans, z], Paint::White);
    s.plate(
        [x0 + 0.04, 0.58 * height, -z - 0.001],
        [x1 - 0.06, 0.80 * height, -z + 0.02],
        Paint::Glass,
    );
    s.plate(
        [x0 + 0.04, 0.58 * height, z - 0.02],
        [x1 - 0.06, 0.80 * height, z + 0.001],
        Paint::Glass,
    );
    s.plate(
        [x1 - 0.01, 0.60 * height, -0.94 * z],
        [x1 + 0.001, 0.78 * height, 0.94 * z],
        Paint::Glass,
    );
    s.plate(
        [x1 - 0.01, 0.82 * height, -z],
        [x1 + 0.002, 0.85 * height, z],
        trim,
    );
    // Fan filter units.
    let count = ((width / 0.75) as u32).max(1);
    let pitch = width / count as f32;
    for k in 0..count {
        let at = -z + pitch * (k as f32 + 0.5);
        let half = 0.44 * pitch;
        s.block(
            [x0 + 0.05, height - fans, at - half],
            [x1 - 0.05, height - 0.02, at + half],
            Paint::Pale,
        );
        s.fine(|s| {
            let r = 0.30 * pitch.min(depth);
            s.drum(
                [0.5 * (x0 + x1), at],
                [height - 0.03, height],
                r,
                14,
                Paint::Vent,
            );
        });
    }
    s.fine(|s| {
        // Operator's screen, to the right of the ports.
        let y = 0.52 * height;
        s.plate(
            [x1, y, 0.72 * z],
            [x1 + 0.03, y + 0.20, 0.94 * z],
            Paint::Ink,
        );
        s.plate(
            [x1 + 0.02, y + 0.02, 0.735 * z],
            [x1 + 0.035, y + 0.18, 0.925 * z],
            Paint::Screen,
        );
    });
}

/// A cabinet with a plinth, a vent grille and a cap: power supplies, gas boxes, pumps.
pub fn cabinet(s: &mut Shape, from: [f32; 3], to: [f32; 3], paint: Paint) {
    let foot = 0.08f32.min(0.2 * (to[1] - from[1]));
    s.plate(
        [from[0] + 0.02, from[1], from[2] + 0.02],
        [to[0] - 0.02, from[1] + foot, to[2] - 0.02],
        Paint::Ink,
    );
    s.block([from[0], from[1] + foot, from[2]], to, paint);
    s.fine(|s| {
        let (dx, dz) = (to[0] - from[0], to[2] - from[2]);
        let top = to[1];
        s.plate(
            [from[0] + 0.2 * dx, top - 0.01, from[2] + 0.2 * dz],
            [to[0] - 0.2 * dx, top + 0.0, to[2] - 0.2 * dz],
            Paint::Vent,
        );
    });
}

/// Pipes and trays that lead from the back of a machine to the ceiling and stop at its height.
pub fn services(s: &mut Shape, x: f32, [z0, z1]: [f32; 2], [low, high]: [f32; 2]) {
    let r = 0.09f32.min(0.12 * (z1 - z0).abs());
    s.drum(
        [x, z0 + 0.25 * (z1 - z0)],
        [low, high],
        r,
        10,
        Paint::Brushed,
    );
    s.fine(|s| {
        for k in 0..3 {
            let z = z0 + (0.5 + 0.14 * k as f32) * (z1 - z0);
            s.drum(
                [x, z],
                [low, low + 0.8 * (high - low)],
                0.4 * r,
                8,
                Paint::Steel,
            );
        }
    });
}
