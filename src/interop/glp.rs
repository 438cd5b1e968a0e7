//! Layouts of the ICCAD 2013 contest (`.glp`): rectangles and polygons in nm, one a line.
//!
//! `RECT N M1 x y width height` and `PGON N M1 x1 y1 x2 y2 …` carry shapes; the head, `CELL` and
//! `ENDMSG` do not. The letter behind the keyword and the layer's name are read over.

use crate::interop::fault::{Fault, Faults, nearest, quoted};
use crate::scene::shapes::{Polygon, Shapes};
use crate::words::{Words, words};

/// Words that begin a line without a shape.
const WITHOUT_SHAPE: [&str; 6] = ["BEGIN", "EQUIV", "CNAME", "LEVEL", "CELL", "ENDMSG"];

/// Largest coordinate: 100 mm.
const FURTHEST_NM: i64 = 100_000_000;

/// Reads a layout.
///
/// # Errors
/// All lines that are wrong, or that there is no shape at all.
pub fn read(file: &str, text: &str) -> Result<Shapes, Faults> {
    let mut faults = Vec::new();
    let mut polygons = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let fault = |found: &str, expected: Words| Fault {
            file: file.to_owned(),
            line: Some(n as u32 + 1),
            found: Some(quoted(found)),
            expected,
            ..Fault::default()
        };
        let mut words = line.split_whitespace();
        let Some(keyword) = words.next() else {
            continue;
        };
        if WITHOUT_SHAPE.contains(&keyword) {
            continue;
        }
        if !["RECT", "PGON"].contains(&keyword) {
            let known = ["RECT", "PGON"].into_iter().chain(WITHOUT_SHAPE);
            faults.push(Fault {
                nearest: nearest(keyword, known),
                ..fault(keyword, "RECT, PGON or a line of the head".into())
            });
            continue;
        }
        let numbers: Result<Vec<i32>, &str> = words
            .skip(2)
            .map(|w| {
                let value = w.parse::<i64>().ok().filter(|v| v.abs() <= FURTHEST_NM);
                value.and_then(|v| i32::try_from(v).ok()).ok_or(w)
            })
            .collect();
        let points = match (keyword, numbers) {
            (_, Err(word)) => {
                faults.push(fault(word, "a whole number of nm, at most 100 mm".into()));
                continue;
            }
            ("RECT", Ok(v)) if v.len() == 4 && v[2] > 0 && v[3] > 0 => {
                Polygon::rectangle([v[0], v[1]], [v[0] + v[2], v[1] + v[3]]).points
            }
            ("RECT", Ok(_)) => {
                faults.push(fault(
                    line,
                    "RECT N layer x y width height, both sizes above 0".into(),
                ));
                continue;
            }
            (_, Ok(v)) if v.len() >= 6 && v.len().is_multiple_of(2) => {
                let mut points: Vec<[i32; 2]> = v.as_chunks::<2>().0.to_vec();
                if points.first() == points.last() {
                    points.pop();
                }
                points
            }
            (_, Ok(_)) => {
                faults.push(fault(
                    line,
                    "PGON N layer and at least three pairs of numbers".into(),
                ));
                continue;
            }
        };
        let polygon = Polygon::new(points);
        match polygon.fault() {
            Some(why) => faults.push(fault(line, words!("a shape; {why}", why = why.words()))),
            None => polygons.push(polygon),
        }
    }
    if faults.is_empty() && polygons.is_empty() {
        faults.push(Fault {
            file: file.to_owned(),
            expected: "at least one line RECT or PGON".into(),
            ..Fault::default()
        });
    }
    if faults.is_empty() {
        Ok(Shapes {
            unit_nm: 1.0,
            polygons,
        })
    } else {
        Err(Faults::sorted(faults))
    }
}

/// The text of a layout; its coordinates are taken as nm.
pub fn write(shapes: &Shapes, cell: &str) -> String {
    use std::fmt::Write;
    let mut text =
        format!("BEGIN\nEQUIV 1 1000 MICRON +X,+Y\nCNAME {cell}\nLEVEL M1\n\nCELL {cell} PRIME\n");
    for p in &shapes.polygons {
        let [low, high] = p.area().map(|c| c.map(|v| v as i32));
        let size = [high[0] - low[0], high[1] - low[1]];
        let whole = 2 * i128::from(size[0]) * i128::from(size[1]);
        if p.points.len() == 4 && p.is_manhattan() && p.double_area().abs() == whole {
            let _ = writeln!(
                text,
                "   RECT N M1 {} {} {} {}",
                low[0], low[1], size[0], size[1]
            );
        } else {
            let points: Vec<String> = p.points.iter().map(|[x, y]| format!("{x} {y}")).collect();
            let _ = writeln!(text, "   PGON N M1 {}", points.join(" "));
        }
    }
    text + "ENDMSG\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles_and_polygons_are_read() {
        let text = "BEGIN /* x */\nEQUIV 1 1000 MICRON +X,+Y\nCELL a PRIME\n  RECT N M1 80 492 452 88\n\
                    PGON N M1 0 0 40 0 40 10 10 10 10 30 0 30\nENDMSG\n";
        let shapes = read("a.glp", text).unwrap();
        assert_eq!(shapes.polygons.len(), 2);
        assert_eq!(shapes.polygons[0].double_area(), 2 * 452 * 88);
        assert_eq!(shapes.bounds(), Some(([0, 0], [532, 580])));
    }

    #[test]
    fn what_is_written_reads_back() {
        let text = "RECT N M1 80 492 452 88\nPGON N M1 0 0 40 0 40 10 10 10 10 30 0 30\n";
        let shapes = read("a.glp", text).unwrap();
        let written = write(&shapes, "a");
        assert!(written.contains("RECT N M1 80 492 452 88"));
        assert_eq!(read("b.glp", &written).unwrap(), shapes);
    }

    #[test]
    fn every_wrong_line_is_told_with_its_place() {
        let text = "RECT N M1 0 0 10\nPGN N M1 0 0 1 0 1 1\nPGON N M1 0 0 4 4 4 0 0 4\n\
                    RECT N M1 0 0 1e3 4\nRECT N M1 0 0 4 999999999\nRECT N M1 0 0 -4 4\n";
        let faults = read("b.glp", text).unwrap_err();
        let lines: Vec<_> = faults.0.iter().filter_map(|f| f.line).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5, 6]);
        let text = faults.to_string();
        assert!(text.contains("did you mean \"PGON\"?"), "{text}");
        assert!(
            text.contains("its edges from corner 1 and corner 3 cross"),
            "{text}"
        );
        assert!(read("c.glp", "CELL a\nENDMSG\n").is_err());
    }
}
