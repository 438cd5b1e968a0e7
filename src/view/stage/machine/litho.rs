//! Lithography: the scanner, the track that coats and develops, and both as one cell.

use super::Frame;
use super::front::{cabinet, front_end, services};
use crate::view::stage::palette::Paint;
use crate::view::stage::shape::Shape;

/// The exposure machine between `x0` (back) and `x1`, half width `z`: a tall smooth cabinet, a
/// raised lens tower with the illuminator on top, a reticle stocker with its amber window.
fn exposure(s: &mut Shape, [x0, x1]: [f32; 2], z: f32, h: f32) {
    let d = x1 - x0;
    let body = 0.78 * h;
    s.block([x0 + 0.16 * d, 0.0, -z], [x1, body, z], Paint::White);
    // A dark foot and the blue band that runs round it.
    for side in [-1.0, 1.0] {
        let at = side * z;
        s.plate(
            [x0 + 0.18 * d, 0.30 * h, at - 0.012],
            [x1 - 0.02, 0.345 * h, at + 0.0],
            Paint::Blue,
        );
        s.fine(|s| {
            for k in 0..4 {
                let x = x0 + (0.22 + 0.19 * k as f32) * d;
                s.plate(
                    [x, 0.10 * h, at - 0.012],
                    [x + 0.16 * d, 0.27 * h, at],
                    Paint::Pale,
                );
                s.plate(
                    [x, 0.40 * h, at - 0.012],
                    [x + 0.16 * d, 0.70 * h, at],
                    Paint::Pale,
                );
            }
        });
    }
    // Lens tower with the illuminator's sloped hood.
    let (t0, t1) = (x0 + 0.34 * d, x0 + 0.74 * d);
    s.block([t0, body, -0.62 * z], [t1, 0.93 * h, 0.62 * z], Paint::Pale);
    s.profile(
        &[
            [t0, 0.93 * h],
            [t1, 0.93 * h],
            [t1 - 0.12 * d, h],
            [t0 + 0.03 * d, h],
        ],
        [-0.5 * z, 0.5 * z],
        Paint::White,
    );
    s.plate(
        [t0 - 0.001, 0.82 * h, -0.5 * z],
        [t0 + 0.02, 0.89 * h, 0.5 * z],
        Paint::Glass,
    );
    // Reticle stocker at the front corner.
    s.block(
        [x1 - 0.22 * d, body, 0.30 * z],
        [x1 - 0.02, 0.90 * h, 0.96 * z],
        Paint::Slate,
    );
    s.plate(
        [x1 - 0.20 * d, 0.80 * h, 0.955 * z],
        [x1 - 0.04, 0.88 * h, 0.962 * z],
        Paint::Amber,
    );
    s.plate(
        [x1 - 0.20 * d, 0.899 * h, 0.36 * z],
        [x1 - 0.04, 0.905 * h, 0.90 * z],
        Paint::Amber,
    );
    // Stage electronics and air towers behind.
    cabinet(
        s,
        [x0, 0.0, -0.92 * z],
        [x0 + 0.15 * d, 0.66 * h, -0.04 * z],
        Paint::Grey,
    );
    cabinet(
        s,
        [x0, 0.0, 0.04 * z],
        [x0 + 0.15 * d, 0.66 * h, 0.92 * z],
        Paint::Grey,
    );
    s.column(
        [x0 + 0.08 * d, 0.84 * h, 0.0],
        [t0, 0.84 * h, 0.0],
        [0.05 * h, 0.05 * h],
        12,
        Paint::Steel,
    );
    services(s, x0 + 0.07 * d, [-0.8 * z, 0.8 * z], [0.66 * h, h]);
}

/// Coating and developing between `x0` (back) and `x1`: process blocks with rows of module
/// windows, stacks of hot plates between them, chemical cabinets along the foot.
fn coater(s: &mut Shape, [x0, x1]: [f32; 2], z: f32, h: f32) {
    let d = x1 - x0;
    let blocks = ((d / 1.7) as u32).clamp(1, 4);
    let pitch = d / blocks as f32;
    for k in 0..blocks {
        let (a, b) = (x0 + pitch * k as f32, x0 + pitch * (k as f32 + 1.0) - 0.05);
        s.block(
            [a, 0.0, -z],
            [b, 0.90 * h, z],
            if k % 2 == 0 {
                Paint::White
            } else {
                Paint::Pale
            },
        );
        for side in [-1.0, 1.0] {
            let at = side * z;
            s.plate(
                [a + 0.06, 0.04 * h, at - 0.01],
                [b - 0.06, 0.24 * h, at + 0.01 * side.min(0.0)],
                Paint::Slate,
            );
            // Windows of the spin modules, three levels.
            for level in 0..3 {
                let y = (0.32 + 0.19 * level as f32) * h;
                s.plate(
                    [a + 0.10, y, at - 0.01],
                    [b - 0.10, y + 0.12 * h, at + 0.01 * side.min(0.0)],
                    Paint::Amber,
                );
            }
        }
        // Air units over each block: a row of round fans.
        s.block(
            [a + 0.08, 0.90 * h, -0.86 * z],
            [b - 0.08, 0.97 * h, 0.86 * z],
            Paint::Pale,
        );
        for n in 0..2 {
            let at = (n as f32 - 0.5) * 0.9 * z;
            let r = (0.30 * pitch).min(0.34 * z);
            s.drum([0.5 * (a + b), at], [0.97 * h, h], r, 14, Paint::Vent);
        }
    }
}

/// A scanner.
pub fn scanner(s: &mut Shape, f: &Frame) {
    exposure(s, [f.back(), f.front()], f.side(), f.height);
}

/// A track.
pub fn track(s: &mut Shape, f: &Frame) {
    let index = 0.22 * f.depth;
    coater(s, [f.back(), f.front() - index], f.side(), f.height);
    front_end(s, f, f.width, index, 0.88 * f.height, Paint::Amber);
}

/// Track and scanner in line; the longest cells (EUV) end in their light source's vessel.
pub fn cell(s: &mut Shape, f: &Frame) {
    let (z, h) = (f.side(), f.height);
    let index = 0.10 * f.depth;
    let extreme = f.depth > 10.0;
    // The source stands behind the scanner.
    let source = if extreme { 0.20 * f.depth } else { 0.0 };
    let back = f.back() + source;
    let meet = back + if extreme { 0.44 } else { 0.50 } * f.depth;
    exposure(s, [back, meet], z, h);
    // The interface is lower and narrower, so that the two machines are seen as two.
    s.block(
        [meet, 0.0, -0.7 * z],
        [meet + 0.05 * f.depth, 0.70 * h, 0.7 * z],
        Paint::Slate,
    );
    coater(
        s,
        [meet + 0.05 * f.depth, f.front() - index],
        0.92 * z,
        0.86 * h,
    );
    front_end(s, f, 1.84 * z, index, 0.76 * h, Paint::Amber);
    if extreme {
        let x = f.back() + 0.5 * source;
        let r = (0.42 * source).min(0.6 * z).min(0.24 * h);
        let y = 0.52 * h;
        cabinet(
            s,
            [f.back(), 0.0, -0.95 * z],
            [f.back() + 0.92 * source, 0.30 * h, 0.95 * z],
            Paint::Slate,
        );
        s.column([x, y, -0.9 * z], [x, y, 0.9 * z], [r, r], 20, Paint::Steel);
        for at in [-0.9, -0.3, 0.3, 0.84] {
            s.column(
                [x, y, at * z],
                [x, y, (at + 0.06) * z],
                [1.12 * r, 1.12 * r],
                20,
                Paint::DarkSteel,
            );
        }
        s.column(
            [x, y, 0.0],
            [back + 0.2 * source, 0.62 * h, 0.0],
            [0.5 * r, 0.3 * r],
            14,
            Paint::Brushed,
        );
        services(s, x, [-0.8 * z, 0.8 * z], [y + 0.8 * r, 0.95 * h]);
    }
}
