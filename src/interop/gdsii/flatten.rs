//! Cells to polygons: all of them, or those that reach into a rectangle.
//!
//! A memory array of a billion cells is a few records. Numbers of polygons and the rectangles around cells
//! are worked out from the records alone; only what is asked for is put in place.

use std::collections::HashMap;

use crate::interop::fault::{Faults, nearest, quoted};
use crate::scene::bins::{Area, Bins};
use crate::scene::shapes::{FLAT_MAX, Layout, Overfull, Polygon, ShapeFault, Shapes};
use crate::words::words;

use super::cells::{Library, Place};
use super::fault;

/// Deepest nesting of cells.
const DEPTH_MAX: u32 = 64;
/// Furthest coordinate.
const FURTHEST: f64 = i32::MAX as f64;

/// A layout as its cells.
#[derive(Debug)]
pub struct Cells {
    unit_nm: f64,
    cells: Vec<Cell>,
    top: usize,
}

#[derive(Debug)]
struct Cell {
    name: String,
    polygons: Vec<Polygon>,
    places: Vec<(usize, Place)>,
    /// Around its polygons, and around its places.
    bins: [Bins; 2],
    /// Around all of it; `None` when it is empty.
    area: Option<Area>,
    /// Polygons when flat.
    count: u64,
    seen: Seen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Not,
    Opened,
    Done,
}

/// Mirror, magnify, turn and move, in this order.
#[derive(Clone, Copy, Debug)]
struct Turn {
    /// Rows of the matrix.
    matrix: [[f64; 2]; 2],
    by: [f64; 2],
}

impl Turn {
    const NONE: Self = Self {
        matrix: [[1.0, 0.0], [0.0, 1.0]],
        by: [0.0; 2],
    };

    fn of(place: &Place) -> Self {
        // Quarter turns are exact, as layouts mean them.
        let quarters = place.angle_deg / 90.0;
        let (sin, cos) = if quarters.fract() == 0.0 {
            [(0.0, 1.0), (1.0, 0.0), (0.0, -1.0), (-1.0, 0.0)]
                [(quarters as i64).rem_euclid(4) as usize]
        } else {
            let angle = place.angle_deg.to_radians();
            (libm::sin(angle), libm::cos(angle))
        };
        let mirror = if place.mirrored { -1.0 } else { 1.0 };
        let m = place.magnification;
        Self {
            matrix: [[m * cos, -m * sin * mirror], [m * sin, m * cos * mirror]],
            by: place.at,
        }
    }

    fn linear(&self, p: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|k| self.matrix[k][0] * p[0] + self.matrix[k][1] * p[1])
    }

    fn point(&self, p: [f64; 2]) -> [f64; 2] {
        let p = self.linear(p);
        [p[0] + self.by[0], p[1] + self.by[1]]
    }

    /// The rectangle around a turned rectangle.
    fn area(&self, area: &Area) -> Area {
        let corners =
            [[0, 0], [1, 0], [0, 1], [1, 1]].map(|[i, k]| self.point([area[i][0], area[k][1]]));
        let end = |pick: fn(f64, f64) -> f64| {
            [0, 1].map(|k| {
                corners
                    .iter()
                    .skip(1)
                    .fold(corners[0][k], |v, c| pick(v, c[k]))
            })
        };
        [end(f64::min), end(f64::max)]
    }

    /// This one after `inner`.
    fn after(&self, inner: &Self) -> Self {
        let [a, b] = [0, 1].map(|k| self.linear([inner.matrix[0][k], inner.matrix[1][k]]));
        Self {
            matrix: [[a[0], b[0]], [a[1], b[1]]],
            by: self.point(inner.by),
        }
    }

    fn moved(&self, by: [f64; 2]) -> Self {
        Self {
            by: [self.by[0] + by[0], self.by[1] + by[1]],
            ..*self
        }
    }

    /// A rectangle that holds what becomes `area` when turned.
    fn before(&self, area: &Area) -> Option<Area> {
        let [[a, b], [c, d]] = self.matrix;
        let det = a * d - b * c;
        if det == 0.0 || !det.is_finite() {
            return None;
        }
        let back = Self {
            matrix: [[d / det, -b / det], [-c / det, a / det]],
            by: [0.0; 2],
        };
        let moved = area.map(|p| [p[0] - self.by[0], p[1] - self.by[1]]);
        let found = back.area(&moved);
        // Room for rounding.
        Some([found[0].map(|v| v - 1e-6), found[1].map(|v| v + 1e-6)])
    }
}

/// First and last of `count` steps at which `low..=high + i * step` touches `from..=to`.
fn steps(low: f64, high: f64, step: f64, count: u16, from: f64, to: f64) -> (i64, i64) {
    const ROOM: f64 = 1e-6;
    let last = i64::from(count) - 1;
    if step == 0.0 {
        let touches = low <= to + ROOM && high >= from - ROOM;
        return if touches { (0, last) } else { (0, -1) };
    }
    // i step ≤ to − low and i step ≥ from − high.
    let ends = [(from - high - ROOM) / step, (to - low + ROOM) / step];
    let (first, end) = if step > 0.0 {
        (ends[0], ends[1])
    } else {
        (ends[1], ends[0])
    };
    (
        (libm::ceil(first) as i64).max(0),
        (libm::floor(end) as i64).min(last),
    )
}

impl Cells {
    /// Takes the cells of a library; of several that none contains, `cell` says which.
    ///
    /// # Errors
    /// A cell that is placed does not exist, cells contain each other, or which one is meant stays open.
    pub fn new(file: &str, library: Library, cell: Option<&str>) -> Result<Self, Faults> {
        let names: Vec<String> = library.cells.iter().map(|c| c.name.clone()).collect();
        let by_name: HashMap<&str, usize> = names
            .iter()
            .enumerate()
            .map(|(i, n)| (n.as_str(), i))
            .collect();
        let mut inner = vec![false; names.len()];
        let mut cells = Vec::with_capacity(names.len());
        for cell in library.cells {
            let mut places = Vec::with_capacity(cell.places.len());
            for place in cell.places {
                let Some(&at) = by_name.get(place.cell.as_str()) else {
                    let mut faults =
                        fault(file, quoted(&place.cell), "a cell that stands in the file");
                    faults.0[0].nearest = nearest(&place.cell, by_name.keys().copied());
                    return Err(faults);
                };
                inner[at] = true;
                places.push((at, place));
            }
            cells.push(Cell {
                name: cell.name,
                polygons: cell.polygons,
                places,
                bins: Default::default(),
                area: None,
                count: 0,
                seen: Seen::Not,
            });
        }
        let tops: Vec<usize> = (0..cells.len()).filter(|&i| !inner[i]).collect();
        let top = match (cell, tops.as_slice()) {
            (Some(name), _) => *by_name.get(name).ok_or_else(|| {
                let mut faults = fault(file, quoted(name), "the name of a cell of this file");
                faults.0[0].nearest = nearest(name, by_name.keys().copied());
                faults
            })?,
            (None, &[top]) => top,
            (None, []) => return Err(fault(file, "no top cell", "a cell that no other contains")),
            (None, many) => {
                let names: Vec<&str> = many.iter().map(|&i| names[i].as_str()).collect();
                let expected = "one top cell, or the name of the one to take";
                return Err(fault(file, quoted(&names.join(", ")), expected));
            }
        };
        let mut all = Self {
            unit_nm: library.unit_nm,
            cells,
            top,
        };
        all.measure(file, top, 0)?;
        Ok(all)
    }

    /// Works out rectangle and number of a cell and of all inside it.
    fn measure(&mut self, file: &str, at: usize, depth: u32) -> Result<(), Faults> {
        if self.cells[at].seen == Seen::Done {
            return Ok(());
        }
        if depth > DEPTH_MAX || self.cells[at].seen == Seen::Opened {
            let expected = words!(
                "cells nested at most {most} deep; does it contain itself?",
                most = DEPTH_MAX
            );
            return Err(fault(file, quoted(&self.cells[at].name), expected));
        }
        self.cells[at].seen = Seen::Opened;
        let inside: Vec<usize> = self.cells[at].places.iter().map(|p| p.0).collect();
        for inner in inside {
            self.measure(file, inner, depth + 1)?;
        }
        let own: Vec<Area> = self.cells[at].polygons.iter().map(Polygon::area).collect();
        let mut count = own.len() as u64;
        let mut placed = Vec::new();
        let mut filled = Vec::new();
        for (i, (inner, place)) in self.cells[at].places.iter().enumerate() {
            let Some(area) = self.cells[*inner].area else {
                continue;
            };
            let times = u64::from(place.columns) * u64::from(place.rows);
            count = count.saturating_add(self.cells[*inner].count.saturating_mul(times));
            if times == 0 {
                continue;
            }
            let first = Turn::of(place).area(&area);
            let far = |k: usize, sign: f64| {
                let (c, r) = (f64::from(place.columns - 1), f64::from(place.rows - 1));
                let reach = [c * place.column[k], r * place.row[k]];
                reach
                    .iter()
                    .map(|v| sign * (sign * v).max(0.0))
                    .sum::<f64>()
            };
            placed.push([
                [0, 1].map(|k| first[0][k] + far(k, -1.0)),
                [0, 1].map(|k| first[1][k] + far(k, 1.0)),
            ]);
            filled.push(i);
        }
        let area = own.iter().chain(&placed).copied().reduce(|a, b| {
            [
                [0, 1].map(|k| a[0][k].min(b[0][k])),
                [0, 1].map(|k| a[1][k].max(b[1][k])),
            ]
        });
        if area.is_some_and(|a| a.iter().flatten().any(|v| v.is_nan() || v.abs() > FURTHEST)) {
            let name = quoted(&self.cells[at].name);
            return Err(fault(file, name, "coordinates of 32 bits when flat"));
        }
        // Places of empty cells are dropped, so that bins and places have one index.
        let places = std::mem::take(&mut self.cells[at].places);
        let mut keep = filled.into_iter().peekable();
        let places = places.into_iter().enumerate();
        let places = places
            .filter(|(i, _)| keep.next_if_eq(i).is_some())
            .map(|(_, p)| p)
            .collect();
        let cell = &mut self.cells[at];
        cell.places = places;
        cell.bins = [Bins::new(own), Bins::new(placed)];
        cell.area = area;
        cell.count = count;
        cell.seen = Seen::Done;
        Ok(())
    }

    /// Name of the cell that is looked at.
    pub fn name(&self) -> &str {
        &self.cells[self.top].name
    }

    /// Only the polygons of one layer.
    ///
    /// # Errors
    /// What is left is too much to be drawn.
    pub fn on_layer(
        mut self,
        file: &str,
        layer: u16,
        datatype: Option<u16>,
    ) -> Result<Self, Faults> {
        for cell in &mut self.cells {
            cell.polygons
                .retain(|p| p.layer == layer && datatype.is_none_or(|d| d == p.datatype));
            cell.seen = Seen::Not;
        }
        self.measure(file, self.top, 0)?;
        Ok(self)
    }

    /// Layers and data types of the polygons of all cells in use, with the number of polygons drawn.
    pub fn layers(&self) -> Vec<(u16, u16, u64)> {
        let mut counts = std::collections::BTreeMap::new();
        let used = self.cells.iter().filter(|c| c.seen == Seen::Done);
        for p in used.flat_map(|c| &c.polygons) {
            *counts.entry((p.layer, p.datatype)).or_insert(0) += 1;
        }
        counts.into_iter().map(|((l, d), n)| (l, d, n)).collect()
    }

    /// Every drawn polygon that is no shape: its cell, its first corner, what is wrong.
    pub fn faults(&self) -> impl Iterator<Item = (&str, [i32; 2], ShapeFault)> {
        let used = self.cells.iter().filter(|c| c.seen == Seen::Done);
        used.flat_map(|c| c.polygons.iter().map(|p| (c.name.as_str(), p)))
            .filter_map(|(cell, p)| {
                let first = p.points.first().copied().unwrap_or_default();
                Some((cell, first, p.fault()?))
            })
    }

    /// Adds what of a cell, put in place by `turn`, touches an area.
    fn gather(
        &self,
        at: usize,
        turn: &Turn,
        area: &Area,
        out: &mut Vec<Polygon>,
    ) -> Result<(), Overfull> {
        let cell = &self.cells[at];
        let Some(inside) = turn.before(area) else {
            return Ok(());
        };
        for i in cell.bins[0].within(&inside) {
            if out.len() as u64 >= FLAT_MAX {
                return Err(Overfull {
                    found: FLAT_MAX + 1,
                    most: FLAT_MAX,
                });
            }
            let polygon = &cell.polygons[i as usize];
            let points = polygon.points.iter().map(|p| {
                // Cells that reach further than 32 bits were refused.
                turn.point(p.map(f64::from)).map(|v| libm::round(v) as i32)
            });
            out.push(Polygon {
                points: points.collect(),
                ..*polygon
            });
        }
        for i in cell.bins[1].within(&inside) {
            let (inner, place) = &cell.places[i as usize];
            let Some(box_of) = self.cells[*inner].area else {
                continue;
            };
            let local = Turn::of(place);
            let first = local.area(&box_of);
            let (mut row_from, mut row_to) = (0, i64::from(place.rows) - 1);
            // An axis along which columns do not step bounds the rows at once.
            for k in 0..2 {
                if place.column[k] == 0.0 {
                    let (low, high) = (first[0][k], first[1][k]);
                    let found = steps(
                        low,
                        high,
                        place.row[k],
                        place.rows,
                        inside[0][k],
                        inside[1][k],
                    );
                    (row_from, row_to) = (row_from.max(found.0), row_to.min(found.1));
                }
            }
            for r in row_from..=row_to {
                let (mut from, mut to) = (0, i64::from(place.columns) - 1);
                for k in 0..2 {
                    let off = r as f64 * place.row[k];
                    let (low, high) = (first[0][k] + off, first[1][k] + off);
                    let found = steps(
                        low,
                        high,
                        place.column[k],
                        place.columns,
                        inside[0][k],
                        inside[1][k],
                    );
                    (from, to) = (from.max(found.0), to.min(found.1));
                }
                for c in from..=to {
                    let by = [0, 1].map(|k| c as f64 * place.column[k] + r as f64 * place.row[k]);
                    self.gather(*inner, &turn.after(&local.moved(by)), area, out)?;
                }
            }
        }
        Ok(())
    }
}

impl Layout for Cells {
    fn unit_nm(&self) -> f64 {
        self.unit_nm
    }

    fn bounds(&self) -> Option<([i32; 2], [i32; 2])> {
        let [low, high] = self.cells[self.top].area?;
        Some((
            low.map(|v| libm::round(v) as i32),
            high.map(|v| libm::round(v) as i32),
        ))
    }

    fn count(&self) -> u64 {
        self.cells[self.top].count
    }

    fn within(&self, area: &Area) -> Result<Shapes, Overfull> {
        let mut polygons = Vec::new();
        self.gather(self.top, &Turn::NONE, area, &mut polygons)?;
        Ok(Shapes {
            unit_nm: self.unit_nm,
            polygons,
        })
    }
}
