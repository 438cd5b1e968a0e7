//! Shapes to a stream: one library with one cell.

use crate::scene::shapes::Shapes;

use super::records::{kind, put, real};

/// Most corners of a polygon: what one record of 64 KiB holds, less the repeated first.
const CORNERS_MAX: usize = 8_189;

/// Shapes repeated in columns and rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// What is repeated.
    pub cell: Shapes,
    /// Columns and rows, each from 1 to 32 767.
    pub counts: [u16; 2],
    /// Steps along x and y, in units of the shapes.
    pub pitch: [i32; 2],
}

/// The bytes of a file that holds `shapes` in one cell. No date is written, so that equal shapes make equal files.
///
/// # Errors
/// A polygon has more corners than the format holds; its index and their number.
pub fn write(shapes: &Shapes, cell: &str) -> Result<Vec<u8>, (u32, u32)> {
    let mut out = begin(shapes.unit_nm);
    structure(&mut out, shapes, cell)?;
    put(&mut out, kind::ENDLIB, &[]);
    Ok(out)
}

/// The bytes of a file that holds an array: a cell, and one named `top` that repeats it.
///
/// # Errors
/// As [`write()`].
pub fn write_array(array: &Array, top: &str) -> Result<Vec<u8>, (u32, u32)> {
    const INNER: &str = "UNIT";
    let mut out = begin(array.cell.unit_nm);
    structure(&mut out, &array.cell, INNER)?;
    put(&mut out, kind::BGNSTR, &[0; 24]);
    put(&mut out, kind::STRNAME, top.as_bytes());
    put(&mut out, kind::AREF, &[]);
    put(&mut out, kind::SNAME, INNER.as_bytes());
    put(
        &mut out,
        kind::COLROW,
        &array.counts.map(u16::to_be_bytes).concat(),
    );
    let far = [0, 1].map(|k| i32::from(array.counts[k]).saturating_mul(array.pitch[k]));
    let corners = [[0, 0], [far[0], 0], [0, far[1]]];
    let bytes: Vec<u8> = corners
        .iter()
        .flatten()
        .flat_map(|v: &i32| v.to_be_bytes())
        .collect();
    put(&mut out, kind::XY, &bytes);
    put(&mut out, kind::ENDEL, &[]);
    put(&mut out, kind::ENDSTR, &[]);
    put(&mut out, kind::ENDLIB, &[]);
    Ok(out)
}

fn begin(unit_nm: f64) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, kind::HEADER, &600_u16.to_be_bytes());
    put(&mut out, kind::BGNLIB, &[0; 24]);
    put(&mut out, kind::LIBNAME, b"GEOUL");
    // In user units of 1 um, and in metres.
    let units = [real(unit_nm * 1e-3), real(unit_nm * 1e-9)].concat();
    put(&mut out, kind::UNITS, &units);
    out
}

fn structure(out: &mut Vec<u8>, shapes: &Shapes, cell: &str) -> Result<(), (u32, u32)> {
    put(out, kind::BGNSTR, &[0; 24]);
    put(out, kind::STRNAME, cell.as_bytes());
    for (i, polygon) in shapes.polygons.iter().enumerate() {
        if polygon.points.len() > CORNERS_MAX {
            return Err((i as u32, polygon.points.len() as u32));
        }
        put(out, kind::BOUNDARY, &[]);
        put(out, kind::LAYER, &polygon.layer.to_be_bytes());
        put(out, kind::DATATYPE, &polygon.datatype.to_be_bytes());
        let closed = polygon.points.iter().chain(polygon.points.first());
        let bytes: Vec<u8> = closed.flatten().flat_map(|v| v.to_be_bytes()).collect();
        put(out, kind::XY, &bytes);
        put(out, kind::ENDEL, &[]);
    }
    put(out, kind::ENDSTR, &[]);
    Ok(())
}
