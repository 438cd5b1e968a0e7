//! Records to cells: their polygons, and which cells they hold where.

use crate::interop::fault::Faults;
use crate::scene::shapes::Polygon;
use crate::words::words;

use super::fault;
use super::records::{Record, kind, records};

/// Most elements of a file, shapes and places alike: some gigabyte of memory.
const ELEMENTS_MAX: u32 = 8_000_000;

/// Everything a file holds.
pub struct Library {
    /// Length of one step of a coordinate.
    pub unit_nm: f64,
    /// Cells in the order of the file.
    pub cells: Vec<Cell>,
}

/// A cell.
#[derive(Default)]
pub struct Cell {
    /// Name.
    pub name: String,
    /// Shapes of its own.
    pub polygons: Vec<Polygon>,
    /// Cells inside it.
    pub places: Vec<Place>,
}

/// A cell in one or many places of another.
#[derive(Debug)]
pub struct Place {
    /// Which.
    pub cell: String,
    /// First place.
    pub at: [f64; 2],
    /// Step from column to column.
    pub column: [f64; 2],
    /// Step from row to row.
    pub row: [f64; 2],
    /// Number of columns.
    pub columns: u16,
    /// Number of rows.
    pub rows: u16,
    /// Mirrored about x before all else.
    pub mirrored: bool,
    /// Magnification.
    pub magnification: f64,
    /// Turned counter-clockwise.
    pub angle_deg: f64,
}

/// What an element has said of itself so far.
#[derive(Default)]
struct Element {
    kind: u16,
    at: usize,
    layer: u16,
    datatype: u16,
    width: i32,
    ends: u16,
    extensions: [i32; 2],
    name: String,
    mirrored: bool,
    magnification: Option<f64>,
    angle_deg: f64,
    counts: Option<(u16, u16)>,
    points: Vec<[i32; 2]>,
}

/// Reads the cells of a file.
pub fn library(file: &str, bytes: &[u8]) -> Result<Library, Faults> {
    let mut library = Library {
        unit_nm: 0.0,
        cells: Vec::new(),
    };
    let mut cell: Option<Cell> = None;
    let mut element: Option<Element> = None;
    let mut elements = 0_u32;
    for record in records(file, bytes) {
        let record = record?;
        match record.kind {
            kind::UNITS => {
                let unit_nm = record.reals().nth(1).unwrap_or(0.0) * 1e9;
                if !(1e-6..=1e6).contains(&unit_nm) {
                    let found = words!("a unit of {nm} nm", nm = unit_nm);
                    return Err(fault(file, found, "a database unit of 1e-6 nm to 1 mm"));
                }
                // 1e-9 m as the format writes it is not quite 1 nm.
                library.unit_nm = libm::round(unit_nm * 1e9) / 1e9;
            }
            kind::BGNSTR => cell = Some(Cell::default()),
            kind::STRNAME => {
                if let Some(cell) = &mut cell {
                    cell.name = record.text();
                }
            }
            kind::ENDSTR => library.cells.extend(cell.take()),
            kind::BOUNDARY
            | kind::PATH
            | kind::SREF
            | kind::AREF
            | kind::TEXT
            | kind::NODE
            | kind::BOX => {
                element = Some(Element {
                    kind: record.kind,
                    at: record.at,
                    ..Element::default()
                });
            }
            kind::ENDEL => {
                elements += 1;
                if elements > ELEMENTS_MAX {
                    let found = words!("more elements at byte {byte}", byte = record.at);
                    return Err(fault(
                        file,
                        found,
                        words!("at most {most} in one file", most = ELEMENTS_MAX),
                    ));
                }
                if let (Some(element), Some(cell)) = (element.take(), cell.as_mut()) {
                    finish(file, element, cell)?;
                }
            }
            _ => {
                if let Some(element) = &mut element {
                    take(element, &record);
                }
            }
        }
    }
    if library.unit_nm == 0.0 {
        return Err(fault(file, "no record UNITS", "the units of the library"));
    }
    Ok(library)
}

/// Notes what a record says of its element.
fn take(element: &mut Element, record: &Record<'_>) {
    let short = record.shorts().next().unwrap_or_default();
    let long = record.longs().next().unwrap_or_default();
    let real = record.reals().next();
    match record.kind {
        kind::LAYER => element.layer = short,
        kind::DATATYPE | kind::BOXTYPE => element.datatype = short,
        kind::WIDTH => element.width = long,
        kind::PATHTYPE => element.ends = short,
        kind::BGNEXTN => element.extensions[0] = long,
        kind::ENDEXTN => element.extensions[1] = long,
        kind::SNAME => element.name = record.text(),
        kind::STRANS => element.mirrored = short & 0x8000 != 0,
        kind::MAG => element.magnification = real,
        kind::ANGLE => element.angle_deg = real.unwrap_or(0.0),
        kind::COLROW => {
            let mut both = record.shorts();
            element.counts = both.next().zip(both.next());
        }
        kind::XY => {
            let all: Vec<i32> = record.longs().collect();
            element.points = all.as_chunks::<2>().0.to_vec();
        }
        _ => {}
    }
}

/// Adds a finished element to its cell.
fn finish(file: &str, mut element: Element, cell: &mut Cell) -> Result<(), Faults> {
    let wrong = |what: &'static str| {
        let (byte, cell) = (element.at, &cell.name);
        let found = words!("an element at byte {byte} of cell {cell}", byte, cell);
        Err(fault(file, found, what))
    };
    match element.kind {
        kind::BOUNDARY | kind::BOX => {
            if element.points.len() > 1 && element.points.first() == element.points.last() {
                element.points.pop();
            }
            if element.points.len() < 3 {
                return wrong("at least three corners");
            }
        }
        kind::PATH => {
            element.points.dedup();
            // A negative width is an absolute one: it does not grow with its cell.
            let width = f64::from(element.width).abs();
            if element.points.len() < 2 || width == 0.0 {
                return wrong("a path with two points and a width");
            }
            element.points = outline(&element, width);
        }
        kind::SREF | kind::AREF => {
            let Some(&first) = element.points.first() else {
                return wrong("a place of its cell");
            };
            let (columns, rows) = element.counts.unwrap_or((1, 1));
            let step = |point: usize, count: u16| {
                let end = element.points.get(point).copied().unwrap_or(first);
                let count = f64::from(count.max(1));
                [0, 1].map(|k| (f64::from(end[k]) - f64::from(first[k])) / count)
            };
            let whole = |step: [f64; 2]| step.iter().all(|v| v.fract() == 0.0);
            if !whole(step(1, columns)) || !whole(step(2, rows)) {
                return wrong(
                    "steps of whole units between the cells of an array; these are off the grid",
                );
            }
            let place = Place {
                at: first.map(f64::from),
                column: step(1, columns),
                row: step(2, rows),
                columns,
                rows,
                mirrored: element.mirrored,
                magnification: element.magnification.unwrap_or(1.0),
                angle_deg: element.angle_deg,
                cell: element.name,
            };
            cell.places.push(place);
            return Ok(());
        }
        _ => return Ok(()),
    }
    cell.polygons.push(Polygon {
        layer: element.layer,
        datatype: element.datatype,
        points: element.points,
    });
    Ok(())
}

/// The outline of a path: mitred corners, ends flush, square, round (as 16 corners) or as given.
fn outline(path: &Element, width: f64) -> Vec<[i32; 2]> {
    let half = 0.5 * width;
    let mut points: Vec<[f64; 2]> = path.points.iter().map(|p| p.map(f64::from)).collect();
    let unit = |a: [f64; 2], b: [f64; 2]| {
        let d = [b[0] - a[0], b[1] - a[1]];
        let length = libm::hypot(d[0], d[1]);
        [d[0] / length, d[1] / length]
    };
    let last = points.len() - 1;
    let [before, behind] = match path.ends {
        2 => [half; 2],
        4 => path.extensions.map(f64::from),
        _ => [0.0; 2],
    };
    let (start, end) = (
        unit(points[0], points[1]),
        unit(points[last - 1], points[last]),
    );
    points[0] = [0, 1].map(|k| points[0][k] - before * start[k]);
    points[last] = [0, 1].map(|k| points[last][k] + behind * end[k]);
    // One side out, the other back.
    let side = |sign: f64| -> Vec<[f64; 2]> {
        (0..=last)
            .map(|i| {
                let before = unit(points[i.max(1) - 1], points[i.max(1)]);
                let after = unit(points[i.min(last - 1)], points[i.min(last - 1) + 1]);
                let mut normal = [-(before[1] + after[1]), before[0] + after[0]];
                let square = normal[0] * normal[0] + normal[1] * normal[1];
                // Where a path turns back on itself the mitre would be endless.
                let scale = if square > 0.05 { 2.0 / square } else { 0.0 };
                normal = normal.map(|v| v * scale * half * sign);
                [points[i][0] + normal[0], points[i][1] + normal[1]]
            })
            .collect()
    };
    let cap = |centre: [f64; 2], along: [f64; 2]| -> Vec<[f64; 2]> {
        if path.ends != 1 {
            return Vec::new();
        }
        // From the left of the direction over its front to the right.
        (1..8)
            .map(|i| {
                let angle = core::f64::consts::PI * f64::from(i) / 8.0;
                let (sin, cos) = (libm::sin(angle), libm::cos(angle));
                [
                    centre[0] + half * (-along[1] * cos + along[0] * sin),
                    centre[1] + half * (along[0] * cos + along[1] * sin),
                ]
            })
            .collect()
    };
    let mut all = side(1.0);
    all.extend(cap(points[last], end));
    let mut back = side(-1.0);
    back.reverse();
    all.extend(back);
    all.extend(cap(points[0], start.map(|v| -v)));
    all.into_iter()
        .map(|p| p.map(|v| libm::round(v) as i32))
        .collect()
}
