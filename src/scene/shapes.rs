//! Shapes of a layout: closed polygons with whole coordinates, as layout files hold them.

use std::fmt;

use super::bins::{Area, Bins};
use crate::words::{Words, words};

/// A closed polygon; the last point joins the first without being repeated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polygon {
    /// Layer number.
    pub layer: u16,
    /// Data type within the layer.
    pub datatype: u16,
    /// Corners (x, y) in units of the layout.
    pub points: Vec<[i32; 2]>,
}

/// Polygons of a layout in one unit of length.
#[derive(Clone, Debug, PartialEq)]
pub struct Shapes {
    /// Length of one step of a coordinate.
    pub unit_nm: f64,
    /// Polygons; they may touch and overlap.
    pub polygons: Vec<Polygon>,
}

/// Why a polygon is no shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShapeFault {
    /// Fewer than three corners, or no area.
    Empty,
    /// Two of its edges cross; the corner where the first and where the second begins.
    Crossing(u32, u32),
}

impl ShapeFault {
    /// In words.
    pub fn words(self) -> Words {
        match self {
            Self::Empty => "it has no area".into(),
            Self::Crossing(a, b) => words!(
                "its edges from corner {a} and corner {b} cross",
                a = a + 1,
                b = b + 1
            ),
        }
    }
}

impl fmt::Display for ShapeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.words().fmt(f)
    }
}

impl Polygon {
    /// A polygon of layer 0.
    pub fn new(points: Vec<[i32; 2]>) -> Self {
        Self {
            layer: 0,
            datatype: 0,
            points,
        }
    }

    /// The rectangle between two corners.
    pub fn rectangle(low: [i32; 2], high: [i32; 2]) -> Self {
        Self::new(vec![low, [high[0], low[1]], high, [low[0], high[1]]])
    }

    /// Its edges, each from one corner to the next.
    pub fn edges(&self) -> impl Iterator<Item = ([i32; 2], [i32; 2])> {
        let next = self.points.iter().cycle().skip(1);
        self.points.iter().copied().zip(next.copied())
    }

    /// The rectangle around it.
    pub fn area(&self) -> Area {
        let mut points = self.points.iter().map(|p| p.map(f64::from));
        let first = points.next().unwrap_or_default();
        points.fold([first, first], |[low, high], p| {
            [
                [low[0].min(p[0]), low[1].min(p[1])],
                [high[0].max(p[0]), high[1].max(p[1])],
            ]
        })
    }

    /// Twice its area, positive when its corners run counter-clockwise.
    pub fn double_area(&self) -> i128 {
        self.edges()
            .map(|([ax, ay], [bx, by])| {
                i128::from(ax) * i128::from(by) - i128::from(bx) * i128::from(ay)
            })
            .sum()
    }

    /// Whether all its edges run along x or y.
    pub fn is_manhattan(&self) -> bool {
        self.edges().all(|(a, b)| a[0] == b[0] || a[1] == b[1])
    }

    /// What is wrong with it, if anything. Edges may touch, as those of shapes with holes do.
    pub fn fault(&self) -> Option<ShapeFault> {
        if self.points.len() < 3 {
            return Some(ShapeFault::Empty);
        }
        if let Some((a, b)) = self.crossing() {
            return Some(ShapeFault::Crossing(a, b));
        }
        (self.double_area() == 0).then_some(ShapeFault::Empty)
    }

    /// The first two edges that cross in points inside both.
    fn crossing(&self) -> Option<(u32, u32)> {
        let edges: Vec<_> = self.edges().collect();
        // Sorted by their lower end in x, so that only neighbours are compared.
        let span = |i: usize, axis: usize| {
            let (a, b) = edges[i];
            (a[axis].min(b[axis]), a[axis].max(b[axis]))
        };
        let mut order: Vec<usize> = (0..edges.len()).collect();
        order.sort_by_key(|&i| span(i, 0).0);
        for (n, &i) in order.iter().enumerate() {
            for &k in &order[n + 1..] {
                if span(k, 0).0 > span(i, 0).1 {
                    break;
                }
                let (low, high) = (span(k, 1), span(i, 1));
                if low.0 <= high.1 && high.0 <= low.1 && cross(edges[i], edges[k]) {
                    let (a, b) = (i.min(k), i.max(k));
                    return Some((a as u32, b as u32));
                }
            }
        }
        None
    }
}

/// Whether two edges cross in one point that is an end of neither.
fn cross(a: ([i32; 2], [i32; 2]), b: ([i32; 2], [i32; 2])) -> bool {
    let side = |(p, q): ([i32; 2], [i32; 2]), r: [i32; 2]| {
        let d = |k: usize, m: [i32; 2]| i128::from(m[k]) - i128::from(p[k]);
        (d(0, q) * d(1, r) - d(1, q) * d(0, r)).signum()
    };
    side(a, b.0) * side(a, b.1) < 0 && side(b, a.0) * side(b, a.1) < 0
}

impl Shapes {
    /// Lowest and highest coordinates; `None` when there is no polygon.
    pub fn bounds(&self) -> Option<([i32; 2], [i32; 2])> {
        let mut points = self.polygons.iter().flat_map(|p| &p.points);
        let first = *points.next()?;
        Some(points.fold((first, first), |(low, high), p| {
            (
                [low[0].min(p[0]), low[1].min(p[1])],
                [high[0].max(p[0]), high[1].max(p[1])],
            )
        }))
    }

    /// The polygons of one layer.
    pub fn on_layer(&self, layer: u16, datatype: Option<u16>) -> Self {
        let wanted =
            |p: &&Polygon| p.layer == layer && datatype.is_none_or(|kind| kind == p.datatype);
        Self {
            unit_nm: self.unit_nm,
            polygons: self.polygons.iter().filter(wanted).cloned().collect(),
        }
    }

    /// The polygons of all layers but one.
    pub fn without_layer(&self, layer: u16) -> Self {
        Self {
            unit_nm: self.unit_nm,
            polygons: self
                .polygons
                .iter()
                .filter(|p| p.layer != layer)
                .cloned()
                .collect(),
        }
    }

    /// Layers and data types that hold polygons, with their number.
    pub fn layers(&self) -> Vec<(u16, u16, u64)> {
        let mut counts = std::collections::BTreeMap::new();
        for p in &self.polygons {
            *counts.entry((p.layer, p.datatype)).or_insert(0) += 1;
        }
        counts.into_iter().map(|((l, d), n)| (l, d, n)).collect()
    }

    /// Every polygon that is no shape, with its index.
    pub fn faults(&self) -> impl Iterator<Item = (u32, ShapeFault)> {
        let indexed = self.polygons.iter().enumerate();
        indexed.filter_map(|(i, p)| Some((i as u32, p.fault()?)))
    }

    /// All moved.
    pub fn moved(&self, dx: i32, dy: i32) -> Self {
        let mut out = self.clone();
        for p in out.polygons.iter_mut().flat_map(|p| &mut p.points) {
            *p = [p[0].saturating_add(dx), p[1].saturating_add(dy)];
        }
        out
    }
}

/// Most polygons that are put in place at once.
pub const FLAT_MAX: u64 = 4_000_000;

/// A layout that is asked for by part, so that no more of it lies flat in memory than is looked at.
pub trait Layout: Sync {
    /// Length of one step of a coordinate.
    fn unit_nm(&self) -> f64;
    /// Lowest and highest coordinates; `None` when there is no polygon.
    fn bounds(&self) -> Option<([i32; 2], [i32; 2])>;
    /// Number of polygons when all cells are put in place.
    fn count(&self) -> u64;
    /// Every polygon that touches a rectangle, whole; coordinates are those of the layout.
    ///
    /// # Errors
    /// There are more than fit into memory.
    fn within(&self, area: &Area) -> Result<Shapes, Overfull>;

    /// All polygons in place.
    ///
    /// # Errors
    /// There are more than are taken flat at once.
    fn flat(&self) -> Result<Shapes, Overfull> {
        let found = self.count();
        if found > FLAT_MAX {
            return Err(Overfull {
                found,
                most: FLAT_MAX,
            });
        }
        let all = [i32::MIN, i32::MAX].map(|v| [f64::from(v); 2]);
        self.within(&all)
    }

    /// Every polygon that touches a rectangle given in nm.
    ///
    /// # Errors
    /// As [`Layout::within`].
    fn within_nm(&self, low_nm: [f64; 2], side_nm: f64) -> Result<Shapes, Overfull> {
        let unit = self.unit_nm();
        self.within(&[
            low_nm.map(|v| v / unit),
            low_nm.map(|v| (v + side_nm) / unit),
        ])
    }
}

/// More shapes in one place than can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found} polygons, at most {most} are taken flat at once; look at a part of the layout")]
pub struct Overfull {
    /// Polygons there are, as far as they were counted.
    pub found: u64,
    /// Most that are taken.
    pub most: u64,
}

/// Flat shapes, sorted for the search.
#[derive(Clone, Debug)]
pub struct Sorted {
    shapes: Shapes,
    bins: Bins,
}

impl Sorted {
    /// Sorts shapes.
    pub fn new(shapes: Shapes) -> Self {
        let bins = Bins::new(shapes.polygons.iter().map(Polygon::area).collect());
        Self { shapes, bins }
    }

    /// All of them.
    pub fn shapes(&self) -> &Shapes {
        &self.shapes
    }
}

impl Layout for Sorted {
    fn unit_nm(&self) -> f64 {
        self.shapes.unit_nm
    }

    fn bounds(&self) -> Option<([i32; 2], [i32; 2])> {
        self.shapes.bounds()
    }

    fn count(&self) -> u64 {
        self.shapes.polygons.len() as u64
    }

    fn within(&self, area: &Area) -> Result<Shapes, Overfull> {
        let found = self.bins.within(area);
        Ok(Shapes {
            unit_nm: self.shapes.unit_nm,
            polygons: found
                .into_iter()
                .map(|i| self.shapes.polygons[i as usize].clone())
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_bounds_and_layers() {
        let l = Polygon::new(vec![[0, 0], [4, 0], [4, 1], [1, 1], [1, 3], [0, 3]]);
        assert_eq!(
            (l.double_area(), l.is_manhattan(), l.fault()),
            (12, true, None)
        );
        let mut other = Polygon::rectangle([-5, 2], [-3, 9]);
        other.layer = 7;
        let shapes = Shapes {
            unit_nm: 1.0,
            polygons: vec![l, other],
        };
        assert_eq!(shapes.bounds(), Some(([-5, 0], [4, 9])));
        assert_eq!(shapes.layers(), [(0, 0, 1), (7, 0, 1)]);
        assert_eq!(shapes.on_layer(7, None).polygons.len(), 1);
        assert_eq!(shapes.on_layer(7, Some(3)).bounds(), None);
        assert_eq!(shapes.moved(1, 2).bounds(), Some(([-4, 2], [5, 11])));
    }

    #[test]
    fn crossings_are_found_and_touching_is_allowed() {
        let bow = Polygon::new(vec![[0, 0], [4, 4], [4, 0], [0, 4]]);
        assert_eq!(bow.fault(), Some(ShapeFault::Crossing(0, 2)));
        assert_eq!(
            Polygon::new(vec![[0, 0], [3, 3]]).fault(),
            Some(ShapeFault::Empty)
        );
        let flat = Polygon::new(vec![[0, 0], [3, 0], [6, 0]]);
        assert_eq!(flat.fault(), Some(ShapeFault::Empty));
        // A frame: outline and hole joined by a slit that is run through both ways.
        let frame = Polygon::new(vec![
            [0, 0],
            [9, 0],
            [9, 9],
            [0, 9],
            [0, 0],
            [3, 3],
            [3, 6],
            [6, 6],
            [6, 3],
            [3, 3],
        ]);
        assert_eq!((frame.fault(), frame.double_area()), (None, 144));
    }
}
