//! Wet work: benches, single-wafer cleaners, plating, polishing.

use super::Frame;
use super::front::{cabinet, front_end, services};
use crate::view::stage::palette::Paint;
use crate::view::stage::shape::Shape;

/// A wet bench: a long row of tanks under an exhaust hood, a gantry robot over them.
pub fn bench(s: &mut Shape, f: &Frame) {
    let (z, h, d, b) = (f.side(), f.height, f.depth, f.back());
    let x1 = f.front();
    let deck = 0.42 * h;
    s.block([b, 0.0, -z], [x1, deck, z], Paint::White);
    s.plate(
        [x1 - 0.01, 0.06 * h, -0.99 * z],
        [x1 + 0.001, 0.10 * h, 0.99 * z],
        Paint::Blue,
    );
    // Hood along the back; the front stays open, so that the tanks show.
    s.block([b, deck, -z], [b + 0.30 * d, 0.92 * h, z], Paint::Pale);
    s.profile(
        &[
            [b, 0.92 * h],
            [b + 0.30 * d, 0.92 * h],
            [b + 0.46 * d, 0.97 * h],
            [b + 0.46 * d, h],
            [b, h],
        ],
        [-z, z],
        Paint::White,
    );
    let ends = 0.13 * z;
    for side in [-1.0f32, 1.0] {
        let (z0, z1) = (side * z, side * (z - ends));
        s.block([b, deck, z0], [x1, 0.92 * h, z1], Paint::White);
        s.plate(
            [x1 - 0.01, 0.55 * h, z0 * 0.995],
            [x1 + 0.001, 0.80 * h, z1 * 1.005],
            Paint::Glass,
        );
    }
    let room = 2.0 * (z - ends);
    let tanks = ((room / 0.85) as u32).clamp(2, 10);
    let pitch = room / tanks as f32;
    for k in 0..tanks {
        let at = -z + ends + pitch * (k as f32 + 0.5);
        let half = 0.42 * pitch;
        s.plate(
            [b + 0.34 * d, deck, at - half],
            [x1 - 0.10 * d, deck + 0.05 * h, at + half],
            Paint::Steel,
        );
        let fill = if k % 3 == 1 {
            Paint::Quartz
        } else {
            Paint::Water
        };
        s.plate(
            [b + 0.38 * d, deck + 0.045 * h, at - 0.82 * half],
            [x1 - 0.14 * d, deck + 0.056 * h, at + 0.82 * half],
            fill,
        );
        s.fine(|s| {
            s.plate(
                [x1 - 0.01, 0.14 * h, at - 0.9 * half],
                [x1 + 0.001, 0.38 * h, at + 0.9 * half],
                Paint::Pale,
            );
            s.drum(
                [b + 0.15 * d, at],
                [0.97 * h, h],
                0.3 * half.min(0.3 * d),
                12,
                Paint::Brushed,
            );
        });
    }
    // Gantry.
    s.plate(
        [b + 0.30 * d, 0.82 * h, -z + ends],
        [b + 0.36 * d, 0.86 * h, z - ends],
        Paint::DarkSteel,
    );
    let at = 0.31 * z;
    s.block(
        [b + 0.30 * d, 0.58 * h, at - 0.10],
        [b + 0.62 * d, 0.90 * h, at + 0.10],
        Paint::Orange,
    );
}

/// Single-wafer cleaning: two decks of spin cups behind round windows, chemicals at the back.
pub fn spin_cleaner(s: &mut Shape, f: &Frame) {
    let (z, h, d, b) = (f.side(), f.height, f.depth, f.back());
    front_end(s, f, f.width, 0.20 * d, 0.90 * h, Paint::Water);
    let (x0, x1) = (b + 0.20 * d, f.front() - 0.20 * d);
    s.block([x0, 0.0, -z], [x1, 0.88 * h, z], Paint::White);
    s.plate(
        [x0 + 0.02, 0.875 * h, -0.10 * z],
        [x1 - 0.02, 0.89 * h, 0.10 * z],
        Paint::Vent,
    );
    let cups = (((x1 - x0) / 0.8) as u32).clamp(2, 6);
    let pitch = (x1 - x0) / cups as f32;
    for k in 0..cups {
        let x = x0 + pitch * (k as f32 + 0.5);
        let r = (0.36 * pitch).min(0.11 * h);
        for side in [-1.0f32, 1.0] {
            for y in [0.36 * h, 0.66 * h] {
                s.column(
                    [x, y, side * (z - 0.02)],
                    [x, y, side * z],
                    [r, r],
                    16,
                    Paint::Glass,
                );
            }
            // Cup exhausts on the roof.
            s.drum(
                [x, side * 0.55 * z],
                [0.88 * h, 0.93 * h],
                (0.30 * pitch).min(0.3 * z),
                14,
                Paint::Water,
            );
        }
    }
    cabinet(
        s,
        [b, 0.0, -0.96 * z],
        [b + 0.18 * d, 0.80 * h, 0.96 * z],
        Paint::Blue,
    );
    services(s, b + 0.09 * d, [-0.8 * z, 0.8 * z], [0.80 * h, h]);
}

/// Plating: rows of copper cells open to the top.
pub fn plating(s: &mut Shape, f: &Frame) {
    let (z, h, d, b) = (f.side(), f.height, f.depth, f.back());
    front_end(s, f, f.width, 0.19 * d, 0.88 * h, Paint::Copper);
    let (x0, x1) = (b + 0.16 * d, f.front() - 0.19 * d);
    s.block([x0, 0.0, -z], [x1, 0.44 * h, z], Paint::White);
    for side in [-0.52f32, 0.52] {
        for k in 0..3 {
            let c = [x0 + (x1 - x0) * (k as f32 + 0.5) / 3.0, side * z];
            let r = (0.15 * (x1 - x0)).min(0.38 * z);
            s.drum(c, [0.44 * h, 0.50 * h], r, 20, Paint::DarkSteel);
            s.drum(c, [0.50 * h, 0.515 * h], 0.86 * r, 20, Paint::Copper);
            s.block(
                [c[0] - 0.16 * r, 0.50 * h, c[1] - 0.16 * r],
                [c[0] + 0.16 * r, 0.68 * h, c[1] + 0.16 * r],
                Paint::Slate,
            );
        }
    }
    s.plate(
        [x0, 0.74 * h, -0.06 * z],
        [x1, 0.78 * h, 0.06 * z],
        Paint::DarkSteel,
    );
    for x in [x0 + 0.03, x1 - 0.09] {
        s.plate(
            [x, 0.44 * h, -0.05 * z],
            [x + 0.06, 0.74 * h, 0.05 * z],
            Paint::DarkSteel,
        );
    }
    cabinet(
        s,
        [b, 0.0, -0.96 * z],
        [b + 0.15 * d, 0.86 * h, 0.96 * z],
        Paint::Pale,
    );
    services(s, b + 0.07 * d, [-0.7 * z, 0.7 * z], [0.86 * h, h]);
}

/// A polisher: three platens under a four-armed carousel, seen through its glass house.
pub fn cmp(s: &mut Shape, f: &Frame) {
    let (z, h, d, b) = (f.side(), f.height, f.depth, f.back());
    front_end(s, f, f.width, 0.20 * d, 0.88 * h, Paint::Navy);
    let (x0, x1) = (b + 0.04 * d, b + 0.50 * d);
    // Polishing table.
    let deck = 0.36 * h;
    s.block([b, 0.0, -z], [x1, deck, z], Paint::Slate);
    s.plate([b - 0.0, 0.30 * h, -z], [x1, 0.32 * h, z], Paint::Blue);
    let c = [0.5 * (x0 + x1), 0.0];
    let reach = (0.24 * d).min(0.5 * z);
    let platen = 0.88 * reach.min(0.46 * z);
    for (k, paint) in [(0, Paint::Ink), (1, Paint::Vent), (2, Paint::Ink)] {
        let turn = core::f32::consts::TAU * (k as f32 / 3.0 + 0.25);
        let at = [
            c[0] + 0.92 * reach * libm::cosf(turn),
            c[1] + 0.92 * reach * libm::sinf(turn),
        ];
        let r = platen.min(at[0] - b).min(z - at[1].abs()).max(0.04);
        s.drum(at, [deck, deck + 0.035 * h], r, 24, Paint::Steel);
        s.drum(
            at,
            [deck + 0.035 * h, deck + 0.045 * h],
            0.94 * r,
            24,
            paint,
        );
    }
    // Carousel: column, cross, heads.
    s.drum(c, [deck, 0.74 * h], 0.10 * reach, 12, Paint::DarkSteel);
    for k in 0..2 {
        let (a, w) = (0.86 * reach, 0.13 * reach);
        let mut arm = Shape::new(super::Detail::Far);
        arm.plate([-a, 0.62 * h, -w], [a, 0.72 * h, w], Paint::White);
        for side in [-0.74f32, 0.74] {
            arm.drum(
                [side * reach, 0.0],
                [deck + 0.06 * h, 0.62 * h],
                0.20 * reach,
                12,
                Paint::Brushed,
            );
        }
        s.place(
            &arm,
            core::f32::consts::FRAC_PI_4 + core::f32::consts::FRAC_PI_2 * k as f32,
            [c[0], 0.0, c[1]],
        );
    }
    // The glass house: posts and a roof frame.
    for (x, side) in [
        (b + 0.03, -1.0f32),
        (b + 0.03, 1.0),
        (x1 - 0.05, -1.0),
        (x1 - 0.05, 1.0),
    ] {
        s.plate(
            [x - 0.03, deck, side * z - 0.06 * side],
            [x + 0.03, 0.90 * h, side * z],
            Paint::Steel,
        );
    }
    for side in [-1.0f32, 1.0] {
        s.plate(
            [b, 0.86 * h, side * z - 0.08 * side],
            [x1, 0.90 * h, side * z],
            Paint::White,
        );
    }
    s.plate([b, 0.86 * h, -z], [b + 0.08, 0.90 * h, z], Paint::White);
    // Cleaner between polisher and front end.
    s.block(
        [x1, 0.0, -z],
        [f.front() - 0.20 * d, 0.80 * h, z],
        Paint::White,
    );
    s.plate(
        [x1 + 0.04 * d, 0.30 * h, z - 0.01],
        [f.front() - 0.24 * d, 0.62 * h, z + 0.0],
        Paint::Glass,
    );
    s.plate(
        [x1 + 0.04 * d, 0.795 * h, -0.7 * z],
        [f.front() - 0.24 * d, 0.81 * h, 0.7 * z],
        Paint::Vent,
    );
    services(s, x1 + 0.06 * d, [-0.9 * z, 0.9 * z], [0.80 * h, h]);
}
