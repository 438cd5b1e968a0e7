//! Heat: vertical furnaces, rapid thermal processing, epitaxy.

use super::Frame;
use super::front::{cabinet, front_end, services};
use crate::view::stage::palette::Paint;
use crate::view::stage::shape::Shape;

/// A vertical furnace: tall and narrow, the stocker of its FOUPs in front, the tube's tower with
/// the hot window behind, gas box and exhaust at the back.
pub fn furnace(s: &mut Shape, f: &Frame) {
    let (z, h, d) = (f.side(), f.height, f.depth);
    let (b, x1) = (f.back(), f.front());
    // Front: stocker and handler, lower than the tower.
    s.block([x1 - 0.48 * d, 0.0, -z], [x1, 0.80 * h, z], Paint::White);
    s.plate(
        [x1 - 0.01, 0.36 * h, -0.8 * z],
        [x1 + 0.001, 0.70 * h, 0.8 * z],
        Paint::Glass,
    );
    s.fine(|s| {
        for k in 0..4 {
            let y = (0.38 + 0.08 * k as f32) * h;
            s.plate(
                [x1 - 0.004, y, -0.74 * z],
                [x1 + 0.006, y + 0.012 * h, 0.74 * z],
                Paint::Shelf,
            );
        }
    });
    // The tower of the tube.
    let (t0, t1) = (x1 - 0.86 * d, x1 - 0.48 * d);
    s.block([t0, 0.0, -0.94 * z], [t1, 0.95 * h, 0.94 * z], Paint::Pale);
    s.plate(
        [t0 + 0.06 * d, 0.50 * h, 0.935 * z],
        [t1 - 0.06 * d, 0.90 * h, 0.945 * z],
        Paint::Vent,
    );
    s.plate(
        [t0 + 0.06 * d, 0.50 * h, -0.945 * z],
        [t1 - 0.06 * d, 0.90 * h, -0.935 * z],
        Paint::Vent,
    );
    // The end of the tube glows through the cap.
    let r = 0.44 * z.min(0.19 * d);
    let x = 0.5 * (t0 + t1);
    s.drum([x, 0.0], [0.95 * h, 0.985 * h], 1.5 * r, 16, Paint::Brushed);
    s.drum([x, 0.0], [0.985 * h, h], r, 16, Paint::Heat);
    s.plate(
        [x1 - 0.46 * d, 0.799 * h, -0.7 * z],
        [x1 - 0.06 * d, 0.815 * h, 0.7 * z],
        Paint::Vent,
    );
    // Gas box.
    cabinet(s, [b, 0.0, -0.9 * z], [t0, 0.62 * h, 0.9 * z], Paint::Grey);
    services(s, 0.5 * (b + t0), [-0.9 * z, 0.9 * z], [0.62 * h, h]);
    s.plate(
        [x1 - 0.005, 0.82 * h - 0.03 * h, -z],
        [x1 + 0.002, 0.82 * h - 0.02 * h, z],
        Paint::Orange,
    );
}

/// Rapid thermal processing: two lamp chambers side by side, lit between the lamps' fins.
pub fn rtp(s: &mut Shape, f: &Frame) {
    let (z, h, d, b) = (f.side(), f.height, f.depth, f.back());
    front_end(s, f, f.width, 0.24 * d, 0.90 * h, Paint::Orange);
    let x1 = f.front() - 0.24 * d;
    s.block(
        [b + 0.52 * d, 0.0, -0.5 * z],
        [x1, 0.52 * h, 0.5 * z],
        Paint::Grey,
    );
    for side in [-1.0f32, 1.0] {
        let at = side * 0.50 * z;
        let (x0, x2) = (b + 0.20 * d, b + 0.56 * d);
        let half = 0.44 * z;
        s.block([x0, 0.0, at - half], [x2, 0.46 * h, at + half], Paint::Pale);
        s.block(
            [x0 + 0.02 * d, 0.46 * h, at - 0.9 * half],
            [x2 - 0.02 * d, 0.62 * h, at + 0.9 * half],
            Paint::Brushed,
        );
        for k in 0..4 {
            let x = x0 + 0.02 * d + (0.06 + 0.085 * k as f32) * d * 0.9;
            s.plate(
                [x, 0.62 * h, at - 0.8 * half],
                [x + 0.03 * d, 0.66 * h, at + 0.8 * half],
                Paint::Heat,
            );
            s.plate(
                [x + 0.035 * d, 0.62 * h, at - 0.8 * half],
                [x + 0.06 * d, 0.70 * h, at + 0.8 * half],
                Paint::Steel,
            );
        }
    }
    cabinet(
        s,
        [b, 0.0, -0.94 * z],
        [b + 0.17 * d, 0.80 * h, 0.94 * z],
        Paint::White,
    );
    services(s, b + 0.08 * d, [-0.8 * z, 0.8 * z], [0.80 * h, h]);
}

/// Epitaxy: three bell chambers on a hexagonal transfer room, lamps and a scrubber behind.
pub fn epi(s: &mut Shape, f: &Frame) {
    let (z, h, d, b) = (f.side(), f.height, f.depth, f.back());
    front_end(s, f, 0.92 * f.width, 0.20 * d, 0.84 * h, Paint::Teal);
    let hub = [b + 0.56 * d, 0.0];
    let r = (0.16 * d).min(0.46 * z);
    s.block(
        [hub[0], 0.0, -0.32 * z],
        [f.front() - 0.18 * d, 0.44 * h, 0.32 * z],
        Paint::Grey,
    );
    s.drum(hub, [0.0, 0.46 * h], r, 6, Paint::Steel);
    s.drum(hub, [0.46 * h, 0.50 * h], 0.8 * r, 6, Paint::Glass);
    for (x, at) in [(0.60, -0.68), (0.60, 0.68), (0.33, 0.0)] {
        let c = [b + x * d, at * z];
        let q = 0.30 * z.min(0.36 * d);
        s.block(
            [c[0] - q, 0.0, c[1] - q],
            [c[0] + q, 0.46 * h, c[1] + q],
            Paint::White,
        );
        s.drum(c, [0.46 * h, 0.52 * h], 0.95 * q, 18, Paint::Brushed);
        s.column(
            [c[0], 0.52 * h, c[1]],
            [c[0], 0.66 * h, c[1]],
            [0.85 * q, 0.35 * q],
            18,
            Paint::Quartz,
        );
        s.drum(c, [0.66 * h, 0.72 * h], 0.36 * q, 14, Paint::Heat);
    }
    cabinet(
        s,
        [b, 0.0, -0.98 * z],
        [b + 0.14 * d, 0.90 * h, -0.06 * z],
        Paint::Pale,
    );
    cabinet(
        s,
        [b, 0.0, 0.06 * z],
        [b + 0.14 * d, 0.74 * h, 0.98 * z],
        Paint::Teal,
    );
    services(s, b + 0.07 * d, [0.1 * z, 0.9 * z], [0.74 * h, h]);
}
