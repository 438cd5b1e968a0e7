//! Cluster tools: chambers around a transfer room. Etch, strip, deposition.

use super::Frame;
use super::front::{cabinet, front_end, services};
use crate::view::stage::palette::Paint;
use crate::view::stage::shape::Shape;

/// An etcher: a hexagonal transfer room with four chambers, each under its radio-frequency match.
pub fn etcher(s: &mut Shape, f: &Frame) {
    let (z, h, d, b) = (f.side(), f.height, f.depth, f.back());
    front_end(s, f, 0.94 * f.width, 0.19 * d, 0.86 * h, Paint::Blue);
    let hub = [b + 0.50 * d, 0.0];
    let r = (0.17 * d).min(0.50 * z);
    // Load locks between front end and transfer room.
    s.block(
        [hub[0] + 0.6 * r, 0.0, -0.36 * z],
        [f.front() - 0.18 * d, 0.46 * h, 0.36 * z],
        Paint::Grey,
    );
    s.drum(hub, [0.0, 0.44 * h], r, 6, Paint::Brushed);
    s.drum(hub, [0.44 * h, 0.47 * h], 0.86 * r, 6, Paint::Glass);
    for (x, at) in [(0.63, -0.66), (0.63, 0.66), (0.33, -0.62), (0.33, 0.62)] {
        let c = [b + x * d, at * z];
        let q = (0.30 * z).min(0.105 * d);
        s.drum(c, [0.0, 0.40 * h], 0.8 * q, 8, Paint::Slate);
        s.drum(c, [0.40 * h, 0.58 * h], q, 18, Paint::Steel);
        s.drum(c, [0.58 * h, 0.62 * h], 0.82 * q, 18, Paint::Ink);
        // The match box is what one sees of an etcher from above.
        s.block(
            [c[0] - 0.62 * q, 0.62 * h, c[1] - 0.62 * q],
            [c[0] + 0.62 * q, 0.82 * h, c[1] + 0.62 * q],
            Paint::Blue,
        );
        s.fine(|s| {
            s.drum(c, [0.82 * h, 0.88 * h], 0.14 * q, 10, Paint::Copper);
            s.column(
                [c[0], 0.74 * h, c[1]],
                [b + 0.10 * d, 0.74 * h, 0.7 * c[1]],
                [0.05, 0.05],
                8,
                Paint::Ink,
            );
        });
    }
    cabinet(
        s,
        [b, 0.0, -0.96 * z],
        [b + 0.16 * d, 0.94 * h, -0.34 * z],
        Paint::White,
    );
    cabinet(
        s,
        [b, 0.0, -0.28 * z],
        [b + 0.16 * d, 0.80 * h, 0.28 * z],
        Paint::Pale,
    );
    cabinet(
        s,
        [b, 0.0, 0.34 * z],
        [b + 0.16 * d, 0.94 * h, 0.96 * z],
        Paint::White,
    );
    services(s, b + 0.08 * d, [-0.25 * z, 0.25 * z], [0.80 * h, h]);
}

/// A stripper: two chambers with glowing plasma domes.
pub fn asher(s: &mut Shape, f: &Frame) {
    let (z, h, d, b) = (f.side(), f.height, f.depth, f.back());
    front_end(s, f, f.width, 0.30 * d, 0.94 * h, Paint::Navy);
    let x1 = f.front() - 0.30 * d;
    s.block(
        [b + 0.14 * d, 0.0, -0.94 * z],
        [x1, 0.48 * h, 0.94 * z],
        Paint::Pale,
    );
    for side in [-0.48f32, 0.48] {
        let c = [b + 0.42 * d, side * z];
        let q = (0.40 * z).min(0.20 * d);
        s.drum(c, [0.48 * h, 0.60 * h], q, 18, Paint::Steel);
        s.drum(c, [0.60 * h, 0.70 * h], 0.66 * q, 18, Paint::Plasma);
        s.column(
            [c[0], 0.70 * h, c[1]],
            [c[0], 0.84 * h, c[1]],
            [0.74 * q, 0.5 * q],
            18,
            Paint::Brushed,
        );
        s.fine(|s| s.drum(c, [0.84 * h, 0.92 * h], 0.2 * q, 10, Paint::Copper));
    }
    cabinet(
        s,
        [b, 0.0, -0.9 * z],
        [b + 0.14 * d, 0.76 * h, 0.9 * z],
        Paint::Slate,
    );
    services(s, b + 0.07 * d, [-0.6 * z, 0.6 * z], [0.76 * h, h]);
}

/// Chemical vapour deposition: three twin chambers round a square transfer room.
pub fn cvd(s: &mut Shape, f: &Frame) {
    let (z, h, d, b) = (f.side(), f.height, f.depth, f.back());
    front_end(s, f, 0.94 * f.width, 0.20 * d, 0.86 * h, Paint::Teal);
    let (t0, t1) = (b + 0.36 * d, b + 0.66 * d);
    s.block(
        [t1, 0.0, -0.30 * z],
        [f.front() - 0.19 * d, 0.46 * h, 0.30 * z],
        Paint::Grey,
    );
    s.block(
        [t0, 0.0, -0.40 * z],
        [t1, 0.46 * h, 0.40 * z],
        Paint::Brushed,
    );
    s.plate(
        [t0 + 0.04 * d, 0.46 * h, -0.32 * z],
        [t1 - 0.04 * d, 0.475 * h, 0.32 * z],
        Paint::Glass,
    );
    let mut twin = |from: [f32; 2], to: [f32; 2], along_x: bool| {
        let (cx, cz) = (0.5 * (from[0] + to[0]), 0.5 * (from[1] + to[1]));
        let (dx, dz) = (to[0] - from[0], to[1] - from[1]);
        s.block(
            [from[0], 0.0, from[1]],
            [to[0], 0.42 * h, to[1]],
            Paint::White,
        );
        s.block(
            [from[0] + 0.04 * dx, 0.42 * h, from[1] + 0.04 * dz],
            [to[0] - 0.04 * dx, 0.56 * h, to[1] - 0.04 * dz],
            Paint::Steel,
        );
        for side in [-0.25f32, 0.25] {
            let c = if along_x {
                [cx + side * dx, cz]
            } else {
                [cx, cz + side * dz]
            };
            let q = 0.22
                * if along_x {
                    dx.min(2.0 * dz)
                } else {
                    dz.min(2.0 * dx)
                };
            s.drum(c, [0.56 * h, 0.63 * h], q, 18, Paint::Teal);
            s.fine(|s| {
                s.drum(c, [0.63 * h, 0.74 * h], 0.35 * q, 10, Paint::Brushed);
                s.drum(c, [0.74 * h, 0.76 * h], 0.5 * q, 10, Paint::Ink);
            });
        }
    };
    twin([t0 + 0.01 * d, -0.98 * z], [t1 - 0.01 * d, -0.44 * z], true);
    twin([t0 + 0.01 * d, 0.44 * z], [t1 - 0.01 * d, 0.98 * z], true);
    twin([b + 0.19 * d, -0.56 * z], [t0 - 0.01 * d, 0.56 * z], false);
    cabinet(
        s,
        [b, 0.0, -0.98 * z],
        [b + 0.14 * d, 0.92 * h, 0.30 * z],
        Paint::White,
    );
    cabinet(
        s,
        [b, 0.0, 0.34 * z],
        [b + 0.14 * d, 0.76 * h, 0.98 * z],
        Paint::Slate,
    );
    services(s, b + 0.07 * d, [0.4 * z, 0.9 * z], [0.76 * h, h]);
}

/// Sputtering: two transfer rooms in line, ringed by chambers under copper magnet heads.
pub fn pvd(s: &mut Shape, f: &Frame) {
    let (z, h, d, b) = (f.side(), f.height, f.depth, f.back());
    front_end(s, f, 0.74 * f.width, 0.17 * d, 0.86 * h, Paint::Copper);
    let r = (0.13 * d).min(0.36 * z);
    for x in [0.62, 0.32] {
        let hub = [b + x * d, 0.0];
        s.drum(hub, [0.0, 0.44 * h], r, 8, Paint::Brushed);
        s.drum(hub, [0.44 * h, 0.47 * h], 0.84 * r, 8, Paint::Glass);
    }
    s.block(
        [b + 0.40 * d, 0.0, -0.14 * z],
        [b + 0.54 * d, 0.40 * h, 0.14 * z],
        Paint::Grey,
    );
    s.block(
        [b + 0.70 * d, 0.0, -0.24 * z],
        [f.front() - 0.16 * d, 0.44 * h, 0.24 * z],
        Paint::Grey,
    );
    let ring = [
        (0.70, -0.66),
        (0.70, 0.66),
        (0.51, -0.70),
        (0.51, 0.70),
        (0.32, -0.68),
        (0.32, 0.68),
        (0.15, -0.34),
        (0.15, 0.34),
    ];
    for (x, at) in ring {
        let c = [b + x * d, at * z];
        let q = (0.26 * z).min(0.088 * d);
        s.drum(c, [0.0, 0.54 * h], 0.9 * q, 8, Paint::Pale);
        s.drum(c, [0.54 * h, 0.70 * h], 0.78 * q, 12, Paint::Copper);
        s.fine(|s| {
            s.drum(c, [0.46 * h, 0.54 * h], q, 18, Paint::Steel);
            s.drum(c, [0.70 * h, 0.80 * h], 0.3 * q, 10, Paint::DarkSteel);
            s.drum(
                [c[0] + 0.4 * q, c[1]],
                [0.54 * h, 0.78 * h],
                0.05,
                8,
                Paint::Ink,
            );
        });
    }
    cabinet(
        s,
        [b, 0.0, 0.62 * z],
        [b + 0.09 * d, 0.92 * h, 0.98 * z],
        Paint::White,
    );
    cabinet(
        s,
        [b, 0.0, -0.98 * z],
        [b + 0.09 * d, 0.92 * h, -0.62 * z],
        Paint::White,
    );
    services(s, b + 0.045 * d, [0.64 * z, 0.96 * z], [0.92 * h, h]);
}

/// Atomic layer deposition. Single-wafer tools carry their precursor bottles on four flat
/// reactors; narrow tall ones are batch towers.
pub fn ald(s: &mut Shape, f: &Frame) {
    let (z, h, d, b) = (f.side(), f.height, f.depth, f.back());
    if f.height > 1.5 * f.width {
        super::thermal::furnace(s, f);
        // What tells it from a furnace: the row of precursor bottles over the handler.
        for k in 0..4 {
            let c = [f.front() - (0.10 + 0.09 * k as f32) * d, 0.0];
            let q = (0.26 * z).min(0.038 * d);
            s.drum(c, [0.815 * h, 0.90 * h], q, 12, Paint::Steel);
            s.drum(c, [0.90 * h, 0.92 * h], 0.5 * q, 10, Paint::Yellow);
        }
        return;
    }
    front_end(s, f, 0.94 * f.width, 0.20 * d, 0.86 * h, Paint::Yellow);
    let (t0, t1) = (b + 0.18 * d, b + 0.68 * d);
    s.block(
        [t1, 0.0, -0.30 * z],
        [f.front() - 0.19 * d, 0.44 * h, 0.30 * z],
        Paint::Grey,
    );
    s.block(
        [t0, 0.0, -0.24 * z],
        [t1, 0.42 * h, 0.24 * z],
        Paint::Brushed,
    );
    for (x, at) in [(0.55, -0.62), (0.55, 0.62), (0.31, -0.62), (0.31, 0.62)] {
        let (cx, cz) = (b + x * d, at * z);
        let (qx, qz) = (0.11 * d, 0.35 * z);
        s.block(
            [cx - qx, 0.0, cz - qz],
            [cx + qx, 0.44 * h, cz + qz],
            Paint::White,
        );
        s.block(
            [cx - 0.86 * qx, 0.44 * h, cz - 0.86 * qz],
            [cx + 0.86 * qx, 0.53 * h, cz + 0.86 * qz],
            Paint::Slate,
        );
        for k in [-1.0f32, 0.0, 1.0] {
            let c = [cx + 0.52 * qx * k, cz];
            let q = 0.20 * qx.min(qz);
            s.drum(c, [0.53 * h, 0.68 * h], q, 12, Paint::Steel);
            s.drum(c, [0.68 * h, 0.71 * h], 0.5 * q, 10, Paint::Yellow);
        }
    }
    cabinet(
        s,
        [b, 0.0, -0.98 * z],
        [b + 0.14 * d, 0.92 * h, -0.02 * z],
        Paint::White,
    );
    cabinet(
        s,
        [b, 0.0, 0.02 * z],
        [b + 0.14 * d, 0.92 * h, 0.98 * z],
        Paint::Pale,
    );
    services(s, b + 0.07 * d, [-0.6 * z, 0.6 * z], [0.92 * h, h]);
}
