//! Shapes to a stream: one library with one cell.

use crate::scene::shapes::Shapes;

use super::records::{kind, put, real};

/// Most corners of a polygon: what one record of 64 KiB holds, less the repeated first.
const CORNERS_MAX: usize = 8_189;

/// The bytes of a file that holds `shapes` in one cell. No date is written, so that equal shapes make equal files.
///
/// # Errors
/// A polygon has more corners than the format holds; its index and their number.
pub fn write(shapes: &Shapes, cell: &str) -> Result<Vec<u8>, (u32, u32)> {
    let mut out = Vec::new();
    put(&mut out, kind::HEADER, &600_u16.to_be_bytes());
    put(&mut out, kind::BGNLIB, &[0; 24]);
    put(&mut out, kind::LIBNAME, b"GEOUL");
    // In user units of 1 um, and in metres.
    let units = [real(shapes.unit_nm * 1e-3), real(shapes.unit_nm * 1e-9)].concat();
    put(&mut out, kind::UNITS, &units);
    put(&mut out, kind::BGNSTR, &[0; 24]);
    put(&mut out, kind::STRNAME, cell.as_bytes());
    for (i, polygon) in shapes.polygons.iter().enumerate() {
        if polygon.points.len() > CORNERS_MAX {
            return Err((i as u32, polygon.points.len() as u32));
        }
        put(&mut out, kind::BOUNDARY, &[]);
        put(&mut out, kind::LAYER, &polygon.layer.to_be_bytes());
        put(&mut out, kind::DATATYPE, &polygon.datatype.to_be_bytes());
        let closed = polygon.points.iter().chain(polygon.points.first());
        let bytes: Vec<u8> = closed.flatten().flat_map(|v| v.to_be_bytes()).collect();
        put(&mut out, kind::XY, &bytes);
        put(&mut out, kind::ENDEL, &[]);
    }
    put(&mut out, kind::ENDSTR, &[]);
    put(&mut out, kind::ENDLIB, &[]);
    Ok(out)
}
