//! Layouts in GDSII stream format, as far as masks need it: polygons, boxes, paths, cells and arrays of
//! cells; texts, nodes and properties are read over.
//!
//! Read flat: every cell is put in its places, down to the polygons. Coordinates stay whole.

mod cells;
mod records;
mod write;

use std::collections::{BTreeSet, HashMap};

use crate::interop::fault::{Fault, Faults, nearest};
use crate::scene::shapes::{Polygon, Shapes};

use self::cells::{Cell, Library};

pub use self::write::write;

/// Most polygons after all cells are put in place.
const POLYGONS_MAX: usize = 20_000_000;
/// Most corners after all cells are put in place.
const CORNERS_MAX: usize = 200_000_000;
/// Most cells put in place; empty ones count too.
const PLACES_MAX: usize = 50_000_000;
/// Deepest nesting of cells.
const DEPTH_MAX: u32 = 64;

/// A layout file, flat.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Its polygons.
    pub shapes: Shapes,
    /// The cell they are of.
    pub cell: String,
}

/// A fault of a whole file.
fn fault(file: &str, found: impl Into<String>, expected: impl Into<String>) -> Faults {
    Faults(vec![Fault {
        file: file.to_owned(),
        found: Some(found.into()),
        expected: expected.into(),
        ..Fault::default()
    }])
}

/// Reads a layout; of several cells that none contains, `cell` says which.
///
/// # Errors
/// The file is cut off or damaged, a cell is missing or contains itself, or there is too much.
pub fn read(file: &str, bytes: &[u8], cell: Option<&str>) -> Result<Layout, Faults> {
    let library = cells::library(file, bytes)?;
    let by_name: HashMap<&str, &Cell> =
        library.cells.iter().map(|c| (c.name.as_str(), c)).collect();
    let inner: BTreeSet<&str> = library
        .cells
        .iter()
        .flat_map(|c| c.places.iter().map(|p| p.cell.as_str()))
        .collect();
    let tops: Vec<&Cell> = library
        .cells
        .iter()
        .filter(|c| !inner.contains(c.name.as_str()))
        .collect();
    let top = match (cell, tops.as_slice()) {
        (Some(name), _) => by_name.get(name).copied().ok_or_else(|| {
            let mut faults = fault(file, name, "the name of a cell of this file");
            faults.0[0].nearest = nearest(name, by_name.keys().copied());
            faults
        })?,
        (None, [top]) => top,
        (None, []) => return Err(fault(file, "no top cell", "a cell that no other contains")),
        (None, many) => {
            let names: Vec<&str> = many.iter().map(|c| c.name.as_str()).collect();
            let names = names.join(", ");
            return Err(fault(
                file,
                names,
                "one top cell, or the name of the one to take",
            ));
        }
    };
    let mut flat = Flat {
        file,
        library: &library,
        by_name,
        polygons: Vec::new(),
        corners: 0,
        places: 0,
    };
    flat.put(top, Turn::default(), 0)?;
    Ok(Layout {
        shapes: Shapes {
            unit_nm: library.unit_nm,
            polygons: flat.polygons,
        },
        cell: top.name.clone(),
    })
}

/// Mirror, magnify, turn and move, in this order.
#[derive(Clone, Copy, Debug)]
struct Turn {
    /// Rows of the matrix.
    matrix: [[f64; 2]; 2],
    by: [f64; 2],
}

impl Default for Turn {
    fn default() -> Self {
        Self {
            matrix: [[1.0, 0.0], [0.0, 1.0]],
            by: [0.0; 2],
        }
    }
}

impl Turn {
    fn of(place: &cells::Place, at: [f64; 2]) -> Self {
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
            by: at,
        }
    }

    fn point(&self, p: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|k| self.matrix[k][0] * p[0] + self.matrix[k][1] * p[1] + self.by[k])
    }

    /// This one after `inner`.
    fn after(&self, inner: &Self) -> Self {
        let column = |k: usize| [inner.matrix[0][k], inner.matrix[1][k]];
        let [a, b] = [0, 1].map(|k| {
            let c = column(k);
            [0, 1].map(|r| self.matrix[r][0] * c[0] + self.matrix[r][1] * c[1])
        });
        Self {
            matrix: [[a[0], b[0]], [a[1], b[1]]],
            by: self.point(inner.by),
        }
    }
}

struct Flat<'f> {
    file: &'f str,
    library: &'f Library,
    by_name: HashMap<&'f str, &'f Cell>,
    polygons: Vec<Polygon>,
    corners: usize,
    places: usize,
}

impl Flat<'_> {
    fn put(&mut self, cell: &Cell, turn: Turn, depth: u32) -> Result<(), Faults> {
        if depth > DEPTH_MAX {
            let expected =
                format!("cells nested at most {DEPTH_MAX} deep; does it contain itself?");
            return Err(fault(self.file, &cell.name, expected));
        }
        self.places += 1;
        if self.places > PLACES_MAX {
            let expected = format!("at most {PLACES_MAX} cells in place");
            return Err(fault(self.file, &cell.name, expected));
        }
        for polygon in &cell.polygons {
            self.corners += polygon.points.len();
            if self.polygons.len() >= POLYGONS_MAX || self.corners > CORNERS_MAX {
                let expected =
                    format!("at most {POLYGONS_MAX} polygons with {CORNERS_MAX} corners");
                return Err(fault(self.file, "more shapes when flat", expected));
            }
            let points: Option<Vec<[i32; 2]>> = polygon
                .points
                .iter()
                .map(|p| {
                    let moved = turn.point(p.map(f64::from)).map(libm::round);
                    let fits = moved.iter().all(|v| v.abs() <= f64::from(i32::MAX));
                    fits.then(|| moved.map(|v| v as i32))
                })
                .collect();
            let Some(points) = points else {
                return Err(fault(
                    self.file,
                    &cell.name,
                    "coordinates of 32 bits when flat",
                ));
            };
            self.polygons.push(Polygon {
                points,
                ..polygon.clone()
            });
        }
        for place in &cell.places {
            let Some(&inner) = self.by_name.get(place.cell.as_str()) else {
                let mut faults = fault(self.file, &place.cell, "a cell that stands in the file");
                let names = self.library.cells.iter().map(|c| c.name.as_str());
                faults.0[0].nearest = nearest(&place.cell, names);
                return Err(faults);
            };
            for row in 0..place.rows {
                for column in 0..place.columns {
                    let (c, r) = (f64::from(column), f64::from(row));
                    let at = [0, 1].map(|k| place.at[k] + c * place.column[k] + r * place.row[k]);
                    self.put(inner, turn.after(&Turn::of(place, at)), depth + 1)?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::records::{kind, put, real};
    use super::*;

    fn shapes() -> Shapes {
        let l = Polygon {
            layer: 3,
            datatype: 1,
            points: vec![[0, 0], [40, 0], [40, 10], [10, 10], [10, 30], [0, 30]],
        };
        Shapes {
            unit_nm: 0.5,
            polygons: vec![l, Polygon::rectangle([-100, -7], [-50, 2_000_000])],
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let bytes = write(&shapes(), "TOP").unwrap();
        let layout = read("a.gds", &bytes, None).unwrap();
        assert_eq!((layout.shapes, layout.cell.as_str()), (shapes(), "TOP"));
    }

    /// A cell of one 4 by 2 rectangle, and a top cell that places it.
    fn with_places(places: &dyn Fn(&mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, kind::HEADER, &600_u16.to_be_bytes());
        put(&mut out, kind::BGNLIB, &[0; 24]);
        put(&mut out, kind::LIBNAME, b"LIB\0");
        let units = [real(1e-3), real(1e-9)].concat();
        put(&mut out, kind::UNITS, &units);
        for (name, inside) in [(b"UNIT", None), (b"MAIN", Some(places))] {
            put(&mut out, kind::BGNSTR, &[0; 24]);
            put(&mut out, kind::STRNAME, name);
            match inside {
                Some(places) => places(&mut out),
                None => boundary(&mut out),
            }
            put(&mut out, kind::ENDSTR, &[]);
        }
        put(&mut out, kind::ENDLIB, &[]);
        out
    }

    fn xy(out: &mut Vec<u8>, points: &[[i32; 2]]) {
        let bytes: Vec<u8> = points
            .iter()
            .flatten()
            .flat_map(|v| v.to_be_bytes())
            .collect();
        put(out, kind::XY, &bytes);
    }

    fn boundary(out: &mut Vec<u8>) {
        put(out, kind::BOUNDARY, &[]);
        put(out, kind::LAYER, &5_u16.to_be_bytes());
        put(out, kind::DATATYPE, &0_u16.to_be_bytes());
        xy(out, &[[0, 0], [4, 0], [4, 2], [0, 2], [0, 0]]);
        put(out, kind::ENDEL, &[]);
    }

    #[test]
    fn cells_are_placed_turned_mirrored_and_repeated() {
        let bytes = with_places(&|out| {
            put(out, kind::SREF, &[]);
            put(out, kind::SNAME, b"UNIT");
            put(out, kind::STRANS, &0x8000_u16.to_be_bytes());
            put(out, kind::ANGLE, &real(90.0));
            xy(out, &[[100, 50]]);
            put(out, kind::ENDEL, &[]);
            put(out, kind::AREF, &[]);
            put(out, kind::SNAME, b"UNIT");
            put(out, kind::COLROW, &[0, 3, 0, 2]);
            xy(out, &[[0, 0], [30, 0], [0, 40]]);
            put(out, kind::ENDEL, &[]);
        });
        let shapes = read("a.gds", &bytes, None).unwrap().shapes;
        assert_eq!((shapes.unit_nm, shapes.polygons.len()), (1.0, 7));
        // Mirrored about x, then turned by 90°: (x, y) → (x, −y) → (y, x).
        assert_eq!(
            shapes.polygons[0].points,
            [[100, 50], [100, 54], [102, 54], [102, 50]]
        );
        let corners: Vec<[i32; 2]> = shapes.polygons[1..].iter().map(|p| p.points[0]).collect();
        assert_eq!(
            corners,
            [[0, 0], [10, 0], [20, 0], [0, 20], [10, 20], [20, 20]]
        );
        assert_eq!(shapes.layers(), [(5, 0, 7)]);
        assert_eq!(
            read("a.gds", &bytes, Some("UNIT"))
                .unwrap()
                .shapes
                .polygons
                .len(),
            1
        );
    }

    #[test]
    fn paths_become_their_outlines() {
        for (ends, expected) in [(0_u16, 2 * 10 * 40 + 100), (2, 2 * 10 * 40 + 100 + 100)] {
            let bytes = with_places(&|out| {
                put(out, kind::PATH, &[]);
                put(out, kind::LAYER, &[0, 1]);
                put(out, kind::DATATYPE, &[0, 0]);
                put(out, kind::PATHTYPE, &ends.to_be_bytes());
                put(out, kind::WIDTH, &10_i32.to_be_bytes());
                xy(out, &[[0, 0], [45, 0], [45, 45]]);
                put(out, kind::ENDEL, &[]);
            });
            let shapes = read("a.gds", &bytes, Some("MAIN")).unwrap().shapes;
            assert_eq!(
                shapes.polygons[0].double_area().abs(),
                2 * expected,
                "{ends}"
            );
        }
    }

    #[test]
    fn damaged_files_are_told() {
        let good = write(&shapes(), "TOP").unwrap();
        // Wherever it is cut, there is an error and no panic.
        for end in 0..good.len() {
            assert!(read("a.gds", &good[..end], None).is_err(), "cut at {end}");
        }
        for at in 0..good.len() {
            let mut bytes = good.clone();
            bytes[at] ^= 0x81;
            let _ = read("a.gds", &bytes, None);
        }
        let cut = read("a.gds", &good[..100], None).unwrap_err().to_string();
        assert!(cut.contains("byte") && cut.contains("ENDLIB"), "{cut}");
        let text = read("a.gds", b"BEGIN CELL", None).unwrap_err().to_string();
        assert!(text.contains("GDSII"), "{text}");
        let to = |name: &'static [u8]| {
            with_places(&move |out: &mut Vec<u8>| {
                put(out, kind::SREF, &[]);
                put(out, kind::SNAME, name);
                xy(out, &[[0, 0]]);
                put(out, kind::ENDEL, &[]);
            })
        };
        let missing = read("a.gds", &to(b"UNITT\0"), Some("MAIN"))
            .unwrap_err()
            .to_string();
        assert!(missing.contains("did you mean \"UNIT\""), "{missing}");
        let circle = read("a.gds", &to(b"MAIN"), Some("MAIN"))
            .unwrap_err()
            .to_string();
        assert!(circle.contains("contain itself"), "{circle}");
    }
}
