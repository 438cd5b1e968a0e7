//! Machines that look, sort, join and test; and the one for what has no shape of its own.

use super::Frame;
use super::front::{cabinet, front_end, services};
use crate::view::stage::palette::Paint;
use crate::view::stage::shape::Shape;

/// Metrology: a low clean box with a sloped hood and the head of its column on top.
pub fn metrology(s: &mut Shape, f: &Frame) {
    let (z, h, d, b) = (f.side(), f.height, f.depth, f.back());
    front_end(s, f, f.width, 0.34 * d, 0.92 * h, Paint::Teal);
    let x1 = f.front() - 0.34 * d;
    s.block([b, 0.0, -0.94 * z], [x1, 0.30 * h, 0.94 * z], Paint::Slate);
    s.profile(
        &[
            [b + 0.05 * d, 0.30 * h],
            [x1, 0.30 * h],
            [x1, 0.74 * h],
            [b + 0.16 * d, 0.66 * h],
        ],
        [-0.92 * z, 0.92 * z],
        Paint::White,
    );
    let c = [b + 0.40 * d, 0.0];
    let r = (0.26 * z).min(0.12 * d);
    s.drum(c, [0.66 * h, 0.90 * h], r, 16, Paint::Pale);
    s.drum(c, [0.90 * h, 0.98 * h], 0.6 * r, 16, Paint::Brushed);
    s.drum(c, [0.98 * h, h], 0.3 * r, 10, Paint::Teal);
}

/// Inspection: a long smooth body with a blue line of light, the electron or optical column
/// housed in a raised back, racks behind.
pub fn inspection(s: &mut Shape, f: &Frame) {
    let (z, h, d, b) = (f.side(), f.height, f.depth, f.back());
    front_end(s, f, f.width, 0.28 * d, 0.88 * h, Paint::Blue);
    let x1 = f.front() - 0.28 * d;
    s.block(
        [b + 0.22 * d, 0.0, -0.98 * z],
        [x1, 0.62 * h, 0.98 * z],
        Paint::White,
    );
    for side in [-1.0f32, 1.0] {
        s.plate(
            [b + 0.24 * d, 0.44 * h, side * 0.985 * z - 0.006],
            [x1 - 0.02, 0.47 * h, side * 0.985 * z + 0.006],
            Paint::Screen,
        );
    }
    s.profile(
        &[
            [b + 0.26 * d, 0.62 * h],
            [x1 - 0.06 * d, 0.62 * h],
            [x1 - 0.16 * d, 0.94 * h],
            [b + 0.32 * d, 0.94 * h],
        ],
        [-0.62 * z, 0.62 * z],
        Paint::Navy,
    );
    s.drum(
        [b + 0.44 * d, 0.0],
        [0.94 * h, h],
        (0.3 * z).min(0.12 * d),
        16,
        Paint::Steel,
    );
    cabinet(
        s,
        [b, 0.0, -0.94 * z],
        [b + 0.20 * d, 0.84 * h, 0.94 * z],
        Paint::Grey,
    );
}

/// A sorter: a wide glass front with the robot's room behind it.
pub fn sorter(s: &mut Shape, f: &Frame) {
    let (z, h, b, x1) = (f.side(), f.height, f.back(), f.front());
    s.block([b, 0.0, -z], [x1, 0.42 * h, z], Paint::Pale);
    for (z0, z1) in [(-z, -0.9 * z), (0.9 * z, z)] {
        s.block([b, 0.42 * h, z0], [x1, 0.86 * h, z1], Paint::White);
    }
    s.plate(
        [x1 - 0.03, 0.42 * h, -0.9 * z],
        [x1, 0.86 * h, 0.9 * z],
        Paint::Glass,
    );
    s.plate(
        [b, 0.42 * h, -0.9 * z],
        [b + 0.03, 0.86 * h, 0.9 * z],
        Paint::Glass,
    );
    // The robot, seen from above through the open roof.
    let c = [0.5 * (b + x1), -0.1 * z];
    let r = 0.24 * z.min(0.5 * f.depth);
    s.drum(c, [0.42 * h, 0.66 * h], 0.5 * r, 14, Paint::Brushed);
    s.plate(
        [c[0] - 0.2 * r, 0.66 * h, c[1]],
        [c[0] + 0.2 * r, 0.70 * h, c[1] + 0.62 * z],
        Paint::Orange,
    );
    for k in 0..3 {
        let at = (k as f32 - 1.0) * 0.6 * z;
        s.block(
            [b + 0.04, 0.90 * h, at - 0.24 * z],
            [x1 - 0.04, h, at + 0.24 * z],
            Paint::Pale,
        );
    }
    for side in [-0.9f32, 0.9] {
        s.plate(
            [b, 0.86 * h, side * z - 0.03],
            [x1, 0.90 * h, side * z + 0.03],
            Paint::Steel,
        );
    }
    s.fine(|s| {
        for k in 0..6 {
            let at = (k as f32 - 2.5) * 0.3 * z;
            s.plate(
                [x1 - 0.001, 0.08 * h, at - 0.11 * z],
                [x1 + 0.004, 0.34 * h, at + 0.11 * z],
                Paint::White,
            );
        }
    });
}

/// A bonder: two mirrored wings, the alignment column with its press between them.
pub fn bonder(s: &mut Shape, f: &Frame) {
    let (z, h, d, b) = (f.side(), f.height, f.depth, f.back());
    front_end(s, f, f.width, 0.20 * d, 0.86 * h, Paint::Orange);
    let x1 = f.front() - 0.20 * d;
    for side in [-1.0f32, 1.0] {
        s.block(
            [b + 0.10 * d, 0.0, side * 0.36 * z],
            [x1, 0.62 * h, side * 0.98 * z],
            Paint::White,
        );
        s.drum(
            [b + 0.46 * d, side * 0.66 * z],
            [0.62 * h, 0.70 * h],
            (0.24 * z).min(0.2 * d),
            18,
            Paint::Steel,
        );
        s.drum(
            [b + 0.46 * d, side * 0.66 * z],
            [0.70 * h, 0.715 * h],
            (0.19 * z).min(0.16 * d),
            18,
            Paint::Orange,
        );
    }
    s.block(
        [b + 0.16 * d, 0.0, -0.32 * z],
        [x1, 0.46 * h, 0.32 * z],
        Paint::Slate,
    );
    let (p0, p1) = (b + 0.26 * d, b + 0.56 * d);
    s.block(
        [p0, 0.46 * h, -0.26 * z],
        [p1, 0.60 * h, 0.26 * z],
        Paint::Brushed,
    );
    for (x, side) in [
        (p0 + 0.05, -0.2f32),
        (p0 + 0.05, 0.2),
        (p1 - 0.05, -0.2),
        (p1 - 0.05, 0.2),
    ] {
        s.drum([x, side * z], [0.60 * h, 0.86 * h], 0.045, 10, Paint::Steel);
    }
    s.block([p0, 0.86 * h, -0.26 * z], [p1, h, 0.26 * z], Paint::Orange);
    cabinet(
        s,
        [b, 0.0, -0.9 * z],
        [b + 0.09 * d, 0.74 * h, 0.9 * z],
        Paint::Grey,
    );
}

/// A tester: the prober's low box, the heavy round test head held over it by its manipulator.
pub fn tester(s: &mut Shape, f: &Frame) {
    let (z, h, d, b) = (f.side(), f.height, f.depth, f.back());
    let x1 = f.front();
    s.block([b + 0.30 * d, 0.0, -z], [x1, 0.50 * h, z], Paint::White);
    s.plate(
        [b + 0.34 * d, 0.495 * h, -0.9 * z],
        [x1 - 0.04 * d, 0.51 * h, 0.9 * z],
        Paint::Slate,
    );
    let c = [b + 0.62 * d, 0.0];
    let r = (0.62 * z).min(0.28 * d);
    s.drum(c, [0.51 * h, 0.58 * h], 0.7 * r, 20, Paint::Copper);
    s.drum(c, [0.58 * h, 0.86 * h], r, 20, Paint::Navy);
    s.drum(c, [0.86 * h, 0.89 * h], 0.8 * r, 20, Paint::Vent);
    // Manipulator and rack.
    cabinet(
        s,
        [b, 0.0, -0.9 * z],
        [b + 0.22 * d, 0.98 * h, 0.9 * z],
        Paint::Pale,
    );
    s.block(
        [b + 0.20 * d, 0.66 * h, -0.18 * z],
        [c[0] - 0.6 * r, 0.80 * h, 0.18 * z],
        Paint::Orange,
    );
    s.fine(|s| {
        s.plate(
            [b + 0.215 * d, 0.60 * h, 0.3 * z],
            [b + 0.23 * d, 0.80 * h, 0.8 * z],
            Paint::Screen,
        );
    });
}

/// What has no shape of its own: a clean cabinet that hides nothing and pretends nothing.
pub fn generic(s: &mut Shape, f: &Frame) {
    let (z, h, d, b) = (f.side(), f.height, f.depth, f.back());
    front_end(s, f, f.width, 0.22 * d, 0.86 * h, Paint::Slate);
    s.block(
        [b + 0.16 * d, 0.0, -0.94 * z],
        [f.front() - 0.22 * d, 0.78 * h, 0.94 * z],
        Paint::Pale,
    );
    s.plate(
        [b + 0.24 * d, 0.775 * h, -0.6 * z],
        [f.front() - 0.30 * d, 0.795 * h, 0.6 * z],
        Paint::Vent,
    );
    cabinet(
        s,
        [b, 0.0, -0.9 * z],
        [b + 0.15 * d, 0.88 * h, 0.9 * z],
        Paint::Grey,
    );
    services(s, b + 0.07 * d, [-0.6 * z, 0.6 * z], [0.88 * h, h]);
}
