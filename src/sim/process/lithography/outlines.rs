//! Outlines of a mask of pixels: along the pixels, or smooth.

use crate::scene::shapes::{Polygon, Shapes};
use crate::sim::process::lithography::blocks::pooled;
use crate::sim::process::lithography::contour::trace;
use crate::sim::process::lithography::manhattan::{polygons, union};
use crate::sim::process::lithography::mask_rules::PixelMask;

/// A mask of pixels over a whole region.
#[derive(Clone, Debug, PartialEq)]
pub struct FreeMask {
    /// Lower left corner.
    pub low_nm: [f64; 2],
    /// Side of a pixel.
    pub pixel_nm: f64,
    /// Pixels along a side; the region is square, what lies beyond the tiles is closed.
    pub n: usize,
    /// Transmissions, row by row.
    pub values: Vec<f32>,
}

impl FreeMask {
    /// Open and closed pixels.
    pub fn pixels(&self) -> PixelMask {
        PixelMask {
            n: self.n,
            pixels: self.values.iter().map(|v| *v >= 0.5).collect(),
        }
    }

    /// Outlines along the pixels of a mask on this one's place, in units of `unit_nm`.
    pub fn manhattan(&self, mask: &PixelMask, unit_nm: f64) -> Shapes {
        let corner = |c: [u32; 2]| {
            [0, 1].map(|k| {
                libm::round((self.low_nm[k] + f64::from(c[k]) * self.pixel_nm) / unit_nm) as i32
            })
        };
        let parts = mask.rectangles();
        let parts = parts
            .iter()
            .map(|[a, b]| Polygon::rectangle(corner(*a), corner(*b)));
        let parts = Shapes {
            unit_nm,
            polygons: parts.collect(),
        };
        let loops = union(&parts).expect("rectangles have no slanted edge");
        Shapes {
            unit_nm,
            polygons: polygons(&loops),
        }
    }

    /// Smooth outlines of a mask on this one's place: its pixels averaged over three by three, twice, and
    /// traced at one half; corners that lie within a quarter of a unit of a straight line are left out.
    pub fn curved(&self, mask: &PixelMask, unit_nm: f64) -> Shapes {
        // A margin, so that no outline runs off the picture.
        let wide = self.n + 8;
        let mut picture = vec![0.0_f64; wide * wide];
        for (i, open) in mask.pixels.iter().enumerate() {
            picture[(i / self.n + 4) * wide + i % self.n + 4] = f64::from(u8::from(*open));
        }
        let smooth = pooled(&pooled(&picture, wide, 3), wide, 3);
        let place =
            |p: [f64; 2]| [0, 1].map(|k| self.low_nm[k] + (p[k] - 4.0 + 0.5) * self.pixel_nm);
        let (mut outer, mut holes) = (Vec::new(), Vec::new());
        for line in trace(&smooth, wide, wide, 0.5) {
            let points: Vec<[f64; 2]> = line.points_nm.into_iter().map(place).collect();
            let kept = simplified(&points, 0.25 * unit_nm.max(0.25));
            let mut points: Vec<[i32; 2]> = kept
                .iter()
                .map(|p| p.map(|v| libm::round(v / unit_nm) as i32))
                .collect();
            points.dedup();
            let polygon = Polygon::new(points);
            match polygon.double_area() {
                0 => {}
                a if a > 0 => outer.push(polygon),
                _ => holes.push(polygon),
            }
        }
        for hole in holes {
            tie(&mut outer, hole);
        }
        Shapes {
            unit_nm,
            polygons: outer,
        }
    }
}

/// Ties a hole to the outline left of its leftmost corner by a slit.
fn tie(outer: &mut [Polygon], hole: Polygon) {
    let Some((at, &from)) = hole.points.iter().enumerate().min_by_key(|(_, p)| **p) else {
        return;
    };
    let mut best: Option<(f64, usize, usize)> = None;
    for (n, polygon) in outer.iter().enumerate() {
        for (k, (a, b)) in polygon.edges().enumerate() {
            if (a[1] <= from[1]) == (b[1] <= from[1]) {
                continue;
            }
            let [ax, ay, bx, by] = [a[0], a[1], b[0], b[1]].map(f64::from);
            let x = ax + (f64::from(from[1]) - ay) / (by - ay) * (bx - ax);
            if x <= f64::from(from[0]) && best.is_none_or(|b| x > b.0) {
                best = Some((x, n, k));
            }
        }
    }
    let Some((x, n, k)) = best else { return };
    let meet = [libm::floor(x) as i32, from[1]];
    let around = hole.points[at..].iter().chain(&hole.points[..=at]).copied();
    let tied: Vec<[i32; 2]> = [meet].into_iter().chain(around).chain([meet]).collect();
    outer[n].points.splice((k + 1)..=k, tied);
}

/// A closed line without the points that lie within `room` of what stays (D. Douglas, T. Peucker, 1973).
fn simplified(points: &[[f64; 2]], room: f64) -> Vec<[f64; 2]> {
    if points.len() < 4 {
        return points.to_vec();
    }
    // Two far points stay; the halves between them are thinned.
    let far = (0..points.len()).max_by(|&a, &b| {
        let away = |i: usize| libm::hypot(points[i][0] - points[0][0], points[i][1] - points[0][1]);
        away(a).total_cmp(&away(b))
    });
    let far = far.unwrap_or(0);
    let mut keep = vec![false; points.len() + 1];
    (keep[0], keep[far]) = (true, true);
    let at = |i: usize| points[i % points.len()];
    let mut spans = vec![(0, far), (far, points.len())];
    while let Some((a, b)) = spans.pop() {
        let (p, q) = (at(a), at(b));
        let length = libm::hypot(q[0] - p[0], q[1] - p[1]).max(1e-12);
        let off = |i: usize| {
            let r = at(i);
            ((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])).abs() / length
        };
        if let Some(worst) = (a + 1..b).max_by(|&i, &k| off(i).total_cmp(&off(k)))
            && off(worst) > room
        {
            keep[worst] = true;
            spans.extend([(a, worst), (worst, b)]);
        }
    }
    points
        .iter()
        .zip(keep)
        .filter(|(_, k)| *k)
        .map(|(p, _)| *p)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Smooth outlines image as the pixels do, nearly, and hold holes open.
    #[test]
    fn curved_outlines_follow_the_pixels() {
        let n = 60;
        let mask = PixelMask {
            n,
            pixels: (0..n * n)
                .map(|i| {
                    let r = ((i % n) as f64 - 29.5).hypot((i / n) as f64 - 29.5);
                    (9.0..24.0).contains(&r)
                })
                .collect(),
        };
        let place = FreeMask {
            low_nm: [-120.0, 40.0],
            pixel_nm: 4.0,
            n,
            values: Vec::new(),
        };
        let area = mask.pixels.iter().filter(|p| **p).count() as f64 * 16.0;
        for (shapes, room) in [
            (place.manhattan(&mask, 1.0), 1e-9),
            (place.curved(&mask, 0.25), 0.01),
        ] {
            assert_eq!(shapes.polygons.len(), 1);
            assert!(shapes.faults().next().is_none());
            let unit = shapes.unit_nm * shapes.unit_nm;
            let found = 0.5 * shapes.polygons[0].double_area() as f64 * unit;
            assert!((found / area - 1.0).abs() < room, "{found} {area}");
        }
        let (straight, curved) = (place.manhattan(&mask, 1.0), place.curved(&mask, 0.25));
        let slanted = curved.polygons[0]
            .edges()
            .filter(|(a, b)| a[0] != b[0] && a[1] != b[1])
            .count();
        assert!(
            slanted > 20 && curved.polygons[0].points.len() < 3 * straight.polygons[0].points.len()
        );
    }
}
