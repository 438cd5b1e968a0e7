//! Layouts in GDSII stream format, as far as masks need it: polygons, boxes, paths, cells and arrays of
//! cells; texts, nodes and properties are read over.
//!
//! Kept as cells and asked for by part, so that memory follows what is looked at and not the size of the
//! layout; or read flat, every cell put in its places. Coordinates stay whole.

mod cells;
mod flatten;
mod records;
mod write;

use crate::interop::fault::{Fault, Faults};
use crate::scene::shapes::{Layout as _, Shapes};
use crate::words::{Words, words};

pub use self::flatten::Cells;
pub use self::write::{Array, write, write_array};

/// A layout file, flat.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Its polygons.
    pub shapes: Shapes,
    /// The cell they are of.
    pub cell: String,
}

/// A fault of a whole file.
fn fault(file: &str, found: impl Into<Words>, expected: impl Into<Words>) -> Faults {
    Faults(vec![Fault {
        file: file.to_owned(),
        found: Some(found.into()),
        expected: expected.into(),
        ..Fault::default()
    }])
}

/// Reads the cells of a layout; of several that none contains, `cell` says which.
///
/// # Errors
/// The file is cut off or damaged, a cell is missing or contains itself, or there is too much.
pub fn open(file: &str, bytes: &[u8], cell: Option<&str>) -> Result<Cells, Faults> {
    Cells::new(file, cells::library(file, bytes)?, cell)
}

/// Reads a layout flat.
///
/// # Errors
/// As [`open`], or the polygons are too many to lie flat.
pub fn read(file: &str, bytes: &[u8], cell: Option<&str>) -> Result<Layout, Faults> {
    let cells = open(file, bytes, cell)?;
    let shapes = cells.flat().map_err(|over| {
        fault(
            file,
            words!("{n} polygons when flat", n = over.found),
            words!("at most {most}; read it by part", most = over.most),
        )
    })?;
    Ok(Layout {
        shapes,
        cell: cells.name().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::records::{kind, put, real};
    use super::*;
    use crate::scene::shapes::Polygon;

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

    /// An array of 30 000 by 30 000 cells, turned inside another: nothing of it is put in place but what
    /// is asked for, and every part holds what the array's formula says.
    #[test]
    fn a_billion_cells_are_read_by_part() {
        let bytes = with_places(&|out| {
            put(out, kind::AREF, &[]);
            put(out, kind::SNAME, b"UNIT");
            put(out, kind::STRANS, &0x8000_u16.to_be_bytes());
            put(out, kind::ANGLE, &real(90.0));
            let counts = [30_000_u16.to_be_bytes(), 30_000_u16.to_be_bytes()].concat();
            put(out, kind::COLROW, &counts);
            xy(out, &[[0, 0], [0, 300_000], [600_000, 0]]);
            put(out, kind::ENDEL, &[]);
        });
        let cells = open("a.gds", &bytes, None).unwrap();
        assert_eq!(cells.count(), 900_000_000);
        // (x, y) → (y, x): the rectangles are 2 wide and 4 high, 20 apart in x and 10 in y.
        assert_eq!(cells.bounds(), Some(([0, 0], [599_982, 299_994])));
        let part = cells.within(&[[1003.0, 2003.0], [1042.0, 2030.0]]).unwrap();
        let mut corners: Vec<[i32; 2]> = part.polygons.iter().map(|p| p.points[0]).collect();
        corners.sort_unstable();
        let expected: Vec<[i32; 2]> = [1020, 1040]
            .iter()
            .flat_map(|&x| [2000, 2010, 2020, 2030].map(|y| [x, y]))
            .collect();
        assert_eq!(corners, expected);
        let flat = read("a.gds", &bytes, None).unwrap_err().to_string();
        assert!(flat.contains("900000000 polygons"), "{flat}");
        let all = cells.within(&[[0.0, 0.0], [6e5, 3e5]]);
        assert!(all.is_err(), "more than fit are not taken");
    }

    #[test]
    fn arrays_off_the_grid_are_told() {
        let bytes = with_places(&|out| {
            put(out, kind::AREF, &[]);
            put(out, kind::SNAME, b"UNIT");
            put(out, kind::COLROW, &[0, 3, 0, 2]);
            xy(out, &[[0, 0], [31, 0], [0, 40]]);
            put(out, kind::ENDEL, &[]);
        });
        let text = open("a.gds", &bytes, None).unwrap_err().to_string();
        assert!(text.contains("off the grid"), "{text}");
    }

    #[test]
    fn an_array_is_written_as_one() {
        let array = Array {
            cell: shapes(),
            counts: [700, 500],
            pitch: [3_000, 2_500_000],
        };
        let bytes = write_array(&array, "TOP").unwrap();
        assert!(bytes.len() < 600);
        let cells = open("a.gds", &bytes, None).unwrap();
        assert_eq!((cells.count(), cells.name()), (700_000, "TOP"));
        let part = cells
            .within(&[[2_940.0, 2_499_990.0], [3_001.0, 2_500_001.0]])
            .unwrap();
        assert_eq!(part.polygons.len(), 2);
    }
}
