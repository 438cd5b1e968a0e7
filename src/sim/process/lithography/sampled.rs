//! A latent image on a grid of samples: its contours, and where they miss the layout's edges.
//!
//! Between samples the cubic through the nearest four is taken; the tile repeats.

use crate::scene::optics::Tone;
use crate::scene::shapes::Polygon;
use crate::sim::process::lithography::clip::Clip;
use crate::sim::process::lithography::contour::{Contour, trace};
use crate::sim::process::lithography::profile::{cubic, cubic_root};

/// Edge placement over all edges of the layout in the tile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// Root of the mean square, nm.
    pub rms_nm: f64,
    /// Largest, with its sign: positive outward.
    pub worst_nm: f64,
    /// Where the largest is.
    pub worst_at_nm: [f64; 2],
    /// Places that were looked at, and those of them where no edge prints.
    pub places: u32,
    /// Of those, where no edge prints within reach.
    pub lost: u32,
}

/// A latent image on a grid.
pub struct Samples<'a> {
    /// Values, row by row.
    pub values: &'a [f64],
    /// Samples along a side.
    pub n: usize,
    /// Distance of two samples.
    pub step_nm: f64,
    /// Where the first one lies.
    pub origin_nm: [f64; 2],
}

impl Samples<'_> {
    /// Four values in a row from one before (x, y), along x or y; the tile repeats.
    fn four(&self, x: usize, y: usize, up: bool) -> [f64; 4] {
        let n = self.n;
        core::array::from_fn(|k| {
            if up {
                self.values[(y + n + k - 1) % n * n + x % n]
            } else {
                self.values[y % n * n + (x + n + k - 1) % n]
            }
        })
    }

    /// Contours of a level, in nm of the layout; within some thousandths of a sample's distance.
    pub fn contours(&self, level: f64) -> Vec<Contour> {
        let mut lines = trace(self.values, self.n, self.n, level);
        for point in lines.iter_mut().flat_map(|l| &mut l.points_nm) {
            let up = point[0].fract() == 0.0;
            let whole = point.map(f64::floor);
            let four = self.four(whole[0] as usize, whole[1] as usize, up);
            let mut place = *point;
            if (four[1] < level) != (four[2] < level) {
                let axis = usize::from(up);
                place[axis] = whole[axis] + cubic_root(four, level);
            }
            *point = [0, 1].map(|k| self.origin_nm[k] + place[k] * self.step_nm);
        }
        lines
    }

    /// Intensity at a place of the layout.
    fn at(&self, place_nm: [f64; 2]) -> f64 {
        let n = self.n as f64;
        let u = [0, 1].map(|k| ((place_nm[k] - self.origin_nm[k]) / self.step_nm).rem_euclid(n));
        let whole = u.map(|v| v as usize);
        let part = [u[0] - u[0].floor(), u[1] - u[1].floor()];
        let row = |k: usize| {
            let y = (whole[1] + self.n + k - 1) % self.n;
            cubic(self.four(whole[0], y, false), part[0]).0
        };
        cubic([row(0), row(1), row(2), row(3)], part[1]).0
    }

    /// Edge placement at places along all edges in the tile, away from corners; `None` where there is no
    /// edge.
    pub fn placement(&self, clip: &Clip, level: f64) -> Option<Placement> {
        // Corners round off; that is no error of placement.
        let corner = 0.35 * clip.resolution_nm();
        let apart = 0.25 * clip.resolution_nm();
        let reach = 0.5 * clip.resolution_nm();
        let low = clip.low_nm();
        let inside = |p: [f64; 2]| (0..2).all(|k| (0.0..clip.side_nm).contains(&(p[k] - low[k])));
        // Shapes of light are brighter inside, those of absorber darker.
        let sign = match clip.setup.tone {
            Tone::Clear => 1.0,
            Tone::Dark => -1.0,
        };
        let (mut sum, mut places, mut lost) = (0.0, 0_u32, 0_u32);
        let mut worst = (0.0_f64, [0.0; 2]);
        for polygon in &clip.shapes.polygons {
            for (at, outward) in gauges(polygon, clip.shapes.unit_nm, corner, apart) {
                // A large layout is looked at in some ten thousand places.
                if places >= 20_000 || !inside(at) {
                    continue;
                }
                places += 1;
                match self.offset(at, outward, sign, level, reach) {
                    Some(off) => {
                        sum += off * off;
                        if off.abs() > worst.0.abs() {
                            worst = (off, at);
                        }
                    }
                    None => lost += 1,
                }
            }
        }
        let found = places - lost;
        (places > 0).then(|| Placement {
            rms_nm: (sum / f64::from(found.max(1))).sqrt(),
            worst_nm: worst.0,
            worst_at_nm: worst.1,
            places,
            lost,
        })
    }

    /// From a place on the target's border to the nearest printed edge, positive outward.
    fn offset(
        &self,
        at_nm: [f64; 2],
        outward: [f64; 2],
        sign: f64,
        level: f64,
        reach_nm: f64,
    ) -> Option<f64> {
        let step = self.step_nm.max(reach_nm / 24.0);
        let over = |s: f64| {
            let place = [0, 1].map(|k| at_nm[k] + s * outward[k]);
            sign * (self.at(place) - level)
        };
        let here = over(0.0);
        // Printed here: the edge is further out, else further in.
        let way = if here >= 0.0 { 1.0 } else { -1.0 };
        let (mut near, mut value) = (0.0, here);
        for i in 1..=(reach_nm / step) as u32 {
            let far = way * f64::from(i) * step;
            let there = over(far);
            if (there >= 0.0) != (here >= 0.0) {
                return Some(near + (far - near) * value / (value - there));
            }
            (near, value) = (far, there);
        }
        None
    }
}

/// Places on a polygon's edges with the direction out of it.
fn gauges(
    polygon: &Polygon,
    unit_nm: f64,
    corner_nm: f64,
    apart_nm: f64,
) -> impl Iterator<Item = ([f64; 2], [f64; 2])> {
    let turn = if polygon.double_area() > 0 { 1.0 } else { -1.0 };
    polygon.edges().flat_map(move |(a, b)| {
        let (a, b) = (a.map(f64::from), b.map(f64::from));
        let run = [0, 1].map(|k| (b[k] - a[k]) * unit_nm);
        let length = libm::hypot(run[0], run[1]);
        let free = length - 2.0 * corner_nm;
        // Short edges are line ends: their middle counts.
        let count = if length <= 0.0 {
            0
        } else {
            (free / apart_nm).max(0.0) as u32 + 1
        };
        let outward = [turn * run[1] / length, -turn * run[0] / length];
        (0..count).map(move |i| {
            let share = if count == 1 {
                0.5
            } else {
                (corner_nm + free * f64::from(i) / f64::from(count - 1)) / length
            };
            let at = [0, 1].map(|k| a[k] * unit_nm + share * run[k]);
            (at, outward)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gauges_stand_off_corners_and_point_outward() {
        // Corners run the other way round in the second.
        let square = Polygon::rectangle([0, 0], [100, 40]);
        let mut turned = square.clone();
        turned.points.reverse();
        for polygon in [square, turned] {
            let all: Vec<_> = gauges(&polygon, 1.0, 30.0, 20.0).collect();
            // 40 nm are free on a long side: three, 20 nm apart. A short one has its middle.
            assert_eq!(all.len(), 8);
            for (at, outward) in all {
                let out = [0, 1].map(|k| at[k] + outward[k]);
                let beyond = out[0] < 0.0 || out[0] > 100.0 || out[1] < 0.0 || out[1] > 40.0;
                assert!(beyond, "{at:?} {outward:?}");
            }
        }
    }

    #[test]
    fn contours_of_a_wave_lie_where_it_says() {
        let n = 64;
        let values: Vec<f64> = (0..n * n)
            .map(|i| libm::cos(core::f64::consts::TAU * (i % n) as f64 / n as f64))
            .collect();
        let samples = Samples {
            values: &values,
            n,
            step_nm: 10.0,
            origin_nm: [1000.0, -500.0],
        };
        let lines = samples.contours(0.3);
        assert_eq!(lines.len(), 2);
        let place = 640.0 * libm::acos(0.3) / core::f64::consts::TAU;
        for p in lines.iter().flat_map(|l| &l.points_nm) {
            let x = p[0] - 1000.0;
            assert!(
                (x - place).abs() < 1e-3 || (x - (640.0 - place)).abs() < 1e-3,
                "{p:?}"
            );
            assert!((-500.0..140.0).contains(&p[1]));
        }
    }
}
