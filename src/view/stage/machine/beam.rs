//! Ion implantation: source, magnet and end station along a beam line.

use super::Frame;
use super::front::{cabinet, front_end, services};
use crate::view::stage::palette::Paint;
use crate::view::stage::shape::Shape;

/// An implanter: the ion source in its high-voltage cage at one back corner, the analysing magnet
/// that bends the beam, the beam tube with its lenses, the end station at the front.
pub fn implanter(s: &mut Shape, f: &Frame) {
    let (z, h, d, b) = (f.side(), f.height, f.depth, f.back());
    front_end(s, f, 0.80 * f.width, 0.14 * d, 0.84 * h, Paint::Red);
    let y = 0.52 * h;
    // End station.
    let e1 = f.front() - 0.14 * d;
    s.block(
        [e1 - 0.20 * d, 0.0, -0.55 * z],
        [e1, 0.66 * h, 0.62 * z],
        Paint::Pale,
    );
    s.drum(
        [e1 - 0.10 * d, 0.04 * z],
        [0.66 * h, 0.74 * h],
        (0.09 * d).min(0.4 * z),
        18,
        Paint::Steel,
    );
    // Low shielded floor that carries the line.
    s.block(
        [b, 0.0, -0.98 * z],
        [e1 - 0.20 * d, 0.22 * h, 0.98 * z],
        Paint::Grey,
    );
    // Source cage: the tall box with the yellow warning band.
    let cage = [b + 0.02 * d, b + 0.30 * d];
    s.block(
        [cage[0], 0.22 * h, -0.94 * z],
        [cage[1], 0.90 * h, -0.10 * z],
        Paint::White,
    );
    s.plate(
        [cage[0] - 0.001, 0.70 * h, -0.945 * z],
        [cage[1] + 0.001, 0.74 * h, -0.095 * z],
        Paint::Yellow,
    );
    s.plate(
        [cage[0] + 0.03 * d, 0.90 * h, -0.8 * z],
        [cage[1] - 0.03 * d, 0.915 * h, -0.24 * z],
        Paint::Vent,
    );
    // Analysing magnet: an arc from the source across to the line.
    let centre = [cage[1] - 0.06 * d, 0.10 * z];
    let reach = 0.44 * z;
    let (inner, outer) = (0.62 * reach, 1.25 * reach);
    for k in 0..6 {
        let (a0, a1) = (k as f32 * 0.262, (k as f32 + 1.0) * 0.262);
        let mid = 0.5 * (a0 + a1);
        let (c, n) = (libm::cosf(mid), libm::sinf(mid));
        let r = 0.5 * (inner + outer);
        let mut piece = Shape::new(super::Detail::Far);
        let (len, wide) = (0.16 * r, 0.5 * (outer - inner));
        piece.plate(
            [-len, y - 0.14 * h, -wide],
            [len, y + 0.14 * h, wide],
            Paint::Navy,
        );
        piece.plate(
            [-len, y + 0.14 * h, -0.55 * wide],
            [len, y + 0.18 * h, 0.55 * wide],
            Paint::Copper,
        );
        s.place(
            &piece,
            -mid,
            [centre[0] + r * n, 0.0, centre[1] + reach - r * c],
        );
    }
    // Beam line with its lenses to the end station.
    let line = centre[1] + reach;
    let start = centre[0] + outer;
    let line_z = line.min(0.62 * z) * 0.5;
    let tube = 0.055 * h;
    s.column(
        [start.min(e1 - 0.25 * d), y, line_z],
        [e1 - 0.18 * d, y, 0.04 * z],
        [tube, tube],
        14,
        Paint::Steel,
    );
    for k in 0..3 {
        let t = 0.2 + 0.27 * k as f32;
        let x = start + t * (e1 - 0.20 * d - start).max(0.1);
        if x < e1 - 0.22 * d {
            s.block(
                [x, 0.22 * h, -0.30 * z],
                [x + 0.035 * d, 0.78 * h, 0.52 * z],
                Paint::Brushed,
            );
            s.fine(|s| {
                s.plate(
                    [x + 0.005 * d, 0.78 * h, -0.2 * z],
                    [x + 0.03 * d, 0.80 * h, 0.42 * z],
                    Paint::Copper,
                );
            });
        }
    }
    // Power supplies along the other side.
    cabinet(
        s,
        [cage[0], 0.22 * h, 0.66 * z],
        [b + 0.26 * d, 0.84 * h, 0.98 * z],
        Paint::Pale,
    );
    cabinet(
        s,
        [b + 0.44 * d, 0.22 * h, -0.96 * z],
        [b + 0.62 * d, 0.70 * h, -0.56 * z],
        Paint::Slate,
    );
    services(s, b + 0.10 * d, [0.68 * z, 0.96 * z], [0.84 * h, h]);
}
