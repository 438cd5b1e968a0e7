//! The records of a stream: two bytes of length, one of kind, one of data type, then the data.

use crate::interop::fault::Faults;
use crate::words::words;

use super::fault;

/// Kinds of records, each with the type of its data in the lower byte.
pub mod kind {
    /// Begin of the stream.
    pub const HEADER: u16 = 0x0002;
    /// Begin of the library.
    pub const BGNLIB: u16 = 0x0102;
    /// Its name.
    pub const LIBNAME: u16 = 0x0206;
    /// Its units.
    pub const UNITS: u16 = 0x0305;
    /// End of the library.
    pub const ENDLIB: u16 = 0x0400;
    /// Begin of a cell.
    pub const BGNSTR: u16 = 0x0502;
    /// Its name.
    pub const STRNAME: u16 = 0x0606;
    /// End of a cell.
    pub const ENDSTR: u16 = 0x0700;
    /// A polygon.
    pub const BOUNDARY: u16 = 0x0800;
    /// A line with a width.
    pub const PATH: u16 = 0x0900;
    /// A cell in a place.
    pub const SREF: u16 = 0x0A00;
    /// A cell in rows and columns.
    pub const AREF: u16 = 0x0B00;
    /// A text.
    pub const TEXT: u16 = 0x0C00;
    /// Layer.
    pub const LAYER: u16 = 0x0D02;
    /// Data type.
    pub const DATATYPE: u16 = 0x0E02;
    /// Width of a path.
    pub const WIDTH: u16 = 0x0F03;
    /// Corners.
    pub const XY: u16 = 0x1003;
    /// End of an element.
    pub const ENDEL: u16 = 0x1100;
    /// Name of the cell that is placed.
    pub const SNAME: u16 = 0x1206;
    /// Columns and rows.
    pub const COLROW: u16 = 0x1302;
    /// A node.
    pub const NODE: u16 = 0x1500;
    /// Mirroring.
    pub const STRANS: u16 = 0x1A01;
    /// Magnification.
    pub const MAG: u16 = 0x1B05;
    /// Angle.
    pub const ANGLE: u16 = 0x1C05;
    /// Ends of a path.
    pub const PATHTYPE: u16 = 0x2102;
    /// A box.
    pub const BOX: u16 = 0x2D00;
    /// Its type.
    pub const BOXTYPE: u16 = 0x2E02;
    /// How far a path begins before its first point.
    pub const BGNEXTN: u16 = 0x3003;
    /// How far it ends behind its last.
    pub const ENDEXTN: u16 = 0x3103;
}

/// One record.
#[derive(Clone, Copy, Debug)]
pub struct Record<'b> {
    /// Kind and type of data.
    pub kind: u16,
    /// Data.
    pub data: &'b [u8],
    /// Byte of the stream at which it begins.
    pub at: usize,
}

impl Record<'_> {
    /// Its whole numbers of 16 bits.
    pub fn shorts(&self) -> impl Iterator<Item = u16> {
        self.data
            .as_chunks::<2>()
            .0
            .iter()
            .map(|&b| u16::from_be_bytes(b))
    }

    /// Its whole numbers of 32 bits.
    pub fn longs(&self) -> impl Iterator<Item = i32> {
        self.data
            .as_chunks::<4>()
            .0
            .iter()
            .map(|&b| i32::from_be_bytes(b))
    }

    /// Its floating numbers.
    pub fn reals(&self) -> impl Iterator<Item = f64> {
        self.data.as_chunks::<8>().0.iter().map(|&b| number(b))
    }

    /// Its text.
    pub fn text(&self) -> String {
        let end = self
            .data
            .iter()
            .position(|b| *b == 0)
            .unwrap_or(self.data.len());
        String::from_utf8_lossy(&self.data[..end]).into_owned()
    }
}

/// A number of the form sign, exponent of 16 plus 64, 56 bits of fraction.
fn number(bytes: [u8; 8]) -> f64 {
    let word = u64::from_be_bytes(bytes);
    let fraction = (word & 0x00FF_FFFF_FFFF_FFFF) as f64 / 72_057_594_037_927_936.0;
    let exponent = (word >> 56 & 0x7F) as i32 - 64;
    let value = libm::ldexp(fraction, 4 * exponent);
    if word >> 63 == 1 { -value } else { value }
}

/// The same, written.
pub fn real(value: f64) -> [u8; 8] {
    if value == 0.0 || !value.is_finite() {
        return [0; 8];
    }
    let mut exponent = 64;
    let mut fraction = value.abs();
    while fraction >= 1.0 {
        fraction /= 16.0;
        exponent += 1;
    }
    while fraction < 1.0 / 16.0 {
        fraction *= 16.0;
        exponent -= 1;
    }
    let sign = u64::from(value < 0.0) << 63;
    let mantissa = libm::round(fraction * 72_057_594_037_927_936.0) as u64;
    (sign | (exponent & 0x7F) << 56 | mantissa & 0x00FF_FFFF_FFFF_FFFF).to_be_bytes()
}

/// Appends a record.
pub fn put(out: &mut Vec<u8>, kind: u16, data: &[u8]) {
    let padding = data.len() % 2;
    out.extend((data.len() as u16 + padding as u16 + 4).to_be_bytes());
    out.extend(kind.to_be_bytes());
    out.extend(data);
    out.extend(&[0; 1][..padding]);
}

/// The records of a stream one after the other, up to the end of the library.
pub struct Records<'b> {
    file: &'b str,
    bytes: &'b [u8],
    at: usize,
    done: bool,
}

/// All records up to the end of the library; a fault is the last that comes.
pub fn records<'b>(file: &'b str, bytes: &'b [u8]) -> Records<'b> {
    Records {
        file,
        bytes,
        at: 0,
        done: false,
    }
}

impl<'b> Iterator for Records<'b> {
    type Item = Result<Record<'b>, Faults>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let record = self.record();
        self.done = match &record {
            Ok(record) => record.kind == kind::ENDLIB,
            Err(_) => true,
        };
        Some(record)
    }
}

impl<'b> Records<'b> {
    fn record(&mut self) -> Result<Record<'b>, Faults> {
        let (file, bytes, at) = (self.file, self.bytes, self.at);
        let Some(head) = bytes.get(at..at + 4) else {
            let found = words!("the end of the file at byte {byte}", byte = bytes.len());
            return Err(fault(file, found, "the record ENDLIB; the file is cut off"));
        };
        let length = usize::from(u16::from_be_bytes([head[0], head[1]]));
        let kind = u16::from_be_bytes([head[2], head[3]]);
        if at == 0 && kind != kind::HEADER {
            return Err(fault(
                file,
                "no record HEADER",
                "a file in GDSII stream format",
            ));
        }
        let found = || {
            words!(
                "a record of {length} bytes at byte {byte}",
                length,
                byte = at
            )
        };
        if length < 4 {
            return Err(fault(
                file,
                found(),
                "at least 4 bytes; the file is damaged",
            ));
        }
        let Some(data) = bytes.get(at + 4..at + length) else {
            let expected = words!(
                "at most {rest} bytes to the end; no ENDLIB, the file is cut off",
                rest = bytes.len() - at
            );
            return Err(fault(file, found(), expected));
        };
        self.at += length;
        Ok(Record { kind, data, at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back() {
        for value in [0.0, 1.0, -1.0, 1e-3, 1e-9, 90.0, 0.1, 270.0, -12_345.678] {
            let back = number(real(value));
            assert!(
                (back - value).abs() <= 1e-15 * value.abs(),
                "{value} {back}"
            );
        }
        // As in the format's own description: 1 is 41 10 00 …
        assert_eq!(real(1.0), [0x41, 0x10, 0, 0, 0, 0, 0, 0]);
    }
}
