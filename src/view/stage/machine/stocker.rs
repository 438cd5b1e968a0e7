//! Stockers: shelves of FOUPs behind glass, a crane between them.

use crate::view::stage::palette::Paint;
use crate::view::stage::shape::{Detail, Shape};
use crate::world::layout::STOCKER_M;

/// Height of a stocker, m.
pub const STOCKER_HEIGHT_M: f32 = 4.4;

/// A stocker whose shelves are filled to `fill` (0 to 1).
pub fn stocker(detail: Detail, fill: f32) -> Shape {
    let mut s = Shape::new(detail);
    let (z, x) = (0.5 * STOCKER_M[0] as f32, 0.5 * STOCKER_M[1] as f32);
    let h = STOCKER_HEIGHT_M;
    s.block([-x, 0.0, -z], [x, 0.5, z], Paint::White);
    s.block([-x, h - 0.35, -z], [x, h, z], Paint::White);
    for side in [-1.0f32, 1.0] {
        s.block(
            [-x, 0.5, side * (z - 0.16)],
            [x, h - 0.35, side * z],
            Paint::White,
        );
    }
    s.plate([-x, 0.5, -z], [-x + 0.06, h - 0.35, z], Paint::Pale);
    s.plate([-0.04, 0.5, -z], [0.04, h - 0.35, z], Paint::Slate);
    // Shelves towards the aisle: what stands on them shows how full it is.
    let (columns, rows) = (6, 7);
    let filled = libm::roundf(fill.clamp(0.0, 1.0) * (columns * rows) as f32) as i32;
    for row in 0..rows {
        let y = 0.56 + row as f32 * 0.48;
        s.plate(
            [0.05, y, -z + 0.16],
            [x - 0.04, y + 0.03, z - 0.16],
            Paint::Shelf,
        );
        for column in 0..columns {
            if row * columns + column < filled {
                let at = -z + 0.42 + column as f32 * 0.55;
                s.plate(
                    [x - 0.50, y + 0.03, at - 0.19],
                    [x - 0.10, y + 0.36, at + 0.19],
                    Paint::Grey,
                );
            }
        }
    }
    s.fine(|s| {
        for column in 0..=columns {
            let at = -z + 0.14 + column as f32 * 0.553;
            s.plate(
                [x - 0.05, 0.5, at],
                [x - 0.02, h - 0.35, at + 0.03],
                Paint::Steel,
            );
        }
        s.drum([0.0, 0.0], [h - 0.02, h], 0.4, 16, Paint::Vent);
    });
    s.plate(
        [x - 0.01, h - 0.30, -z],
        [x + 0.002, h - 0.24, z],
        Paint::Teal,
    );
    s
}
