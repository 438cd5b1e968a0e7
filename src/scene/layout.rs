//! Layouts as RON: rectangles and polygons with whole coordinates, checked.
//!
//! ```text
//! (
//!     unit: "1 nm",
//!     shapes: [
//!         Rectangle(x: 0, y: 0, width: 60, height: 800),
//!         Polygon(layer: 2, points: [[0, 0], [420, 0], [420, 70], [70, 70], [70, 360], [0, 360]]),
//!     ],
//! )
//! ```

use super::diagnostic::{Diagnostic, Diagnostics, SourceFile};
use super::parse::parse;
use super::record::{At, Context, Value, choice, record};
use super::shapes::{Polygon, Shapes};
use super::value::Length;
use crate::words::words;

record! {
    /// A rectangle.
    pub struct RectangleForm = "rectangle" {
        /// Left side, in units of the layout.
        x: i32 as required, range -1e9, 1e9, "-1e9 to 1e9";
        /// Lower side.
        y: i32 as required, range -1e9, 1e9, "-1e9 to 1e9";
        /// Width.
        width: i32 as required, range 1.0, 1e9, "1 to 1e9";
        /// Height.
        height: i32 as required, range 1.0, 1e9, "1 to 1e9";
        /// Layer number.
        layer: u32, default "0", range 0.0, 65535.0, "0 to 65535";
        /// Data type within the layer.
        datatype: u32, default "0", range 0.0, 65535.0, "0 to 65535";
    }
}
record! {
    /// A closed polygon.
    pub struct PolygonForm = "polygon" {
        /// Its corners, `[x, y]` each, in units of the layout; the last joins the first.
        points: Vec<At<Vec<At<i32>>>> as required;
        /// Layer number.
        layer: u32, default "0", range 0.0, 65535.0, "0 to 65535";
        /// Data type within the layer.
        datatype: u32, default "0", range 0.0, 65535.0, "0 to 65535";
    }
}
choice! {
    /// A shape.
    pub enum ShapeForm = "shape" {
        /// `Rectangle(x: 0, y: 0, width: 60, height: 800)`.
        Rectangle(RectangleForm),
        /// `Polygon(points: [[0, 0], [90, 0], [0, 90]])`.
        Polygon(PolygonForm),
    }
}
record! {
    /// A layout.
    pub struct LayoutForm = "layout" {
        /// Length of one step of a coordinate.
        unit: Length, default "\"1 nm\"", range 1e-15, 1e-3, "1e-6 nm to 1 mm";
        /// Its shapes; they may touch and overlap.
        shapes: Vec<At<ShapeForm>> as required;
    }
}

/// Reads a layout.
///
/// # Errors
/// All its faults, each with its place.
pub fn read(path: &str, text: &str) -> Result<Shapes, Diagnostics> {
    let mut cx = Context::default();
    let root = parse(0, text, &mut cx.faults);
    let form = LayoutForm::decode(&root, &mut cx);
    let shapes = form.and_then(|form| check(form, &mut cx));
    let file = SourceFile {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let findings = Diagnostics::new(vec![file], cx.faults);
    shapes.filter(|_| !findings.has_errors()).ok_or(findings)
}

fn check(form: LayoutForm, cx: &mut Context) -> Option<Shapes> {
    let unit_nm = libm::round(form.unit?.value.0 * 1e18) / 1e9;
    let shapes = form.shapes?;
    if shapes.value.is_empty() {
        let fault = Diagnostic::error("empty-layout", shapes.span, "this layout is empty");
        cx.report(fault.expecting("at least one Rectangle(...) or Polygon(...)"));
    }
    let mut polygons = Vec::with_capacity(shapes.value.len());
    for shape in shapes.value {
        let polygon = match shape.value {
            ShapeForm::Rectangle(form) => rectangle(*form),
            ShapeForm::Polygon(form) => polygon(*form, cx),
        };
        let Some(polygon) = polygon else { continue };
        if let Some(fault) = polygon.fault() {
            let message = words!("this is no shape: {fault}", fault = fault.words());
            cx.report(
                Diagnostic::error("no-shape", shape.span, message)
                    .expecting("corners in order, without edges that cross"),
            );
        }
        polygons.push(polygon);
    }
    Some(Shapes { unit_nm, polygons })
}

fn number(value: Option<At<u32>>) -> Option<u16> {
    u16::try_from(value?.value).ok()
}

fn rectangle(form: RectangleForm) -> Option<Polygon> {
    let low = [form.x?.value, form.y?.value];
    let size = [form.width?.value, form.height?.value];
    let high = [low[0].checked_add(size[0])?, low[1].checked_add(size[1])?];
    Some(Polygon {
        layer: number(form.layer)?,
        datatype: number(form.datatype)?,
        ..Polygon::rectangle(low, high)
    })
}

fn polygon(form: PolygonForm, cx: &mut Context) -> Option<Polygon> {
    let mut points = Vec::new();
    for point in form.points?.value {
        let [x, y] = point.value.as_slice() else {
            let message = words!("a corner of {n} numbers", n = point.value.len());
            cx.report(Diagnostic::error("corner", point.span, message).expecting("two: [x, y]"));
            return None;
        };
        points.push([x.value, y.value]);
    }
    Some(Polygon {
        layer: number(form.layer)?,
        datatype: number(form.datatype)?,
        points,
    })
}

/// The text of a layout that reads back the same.
pub fn write(shapes: &Shapes) -> String {
    use std::fmt::Write;
    let mut text = format!("(\n    unit: \"{} nm\",\n    shapes: [\n", shapes.unit_nm);
    for p in &shapes.polygons {
        let points: Vec<String> = p
            .points
            .iter()
            .map(|[x, y]| format!("[{x}, {y}]"))
            .collect();
        let points = points.join(", ");
        let kind = match (p.layer, p.datatype) {
            (0, 0) => String::new(),
            (layer, 0) => format!("layer: {layer}, "),
            (layer, datatype) => format!("layer: {layer}, datatype: {datatype}, "),
        };
        let _ = writeln!(text, "        Polygon({kind}points: [{points}]),");
    }
    text + "    ],\n)\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let text = "(unit: \"0.5 nm\", shapes: [Rectangle(x: -3, y: 0, width: 4, height: 9, layer: 7), \
                    Polygon(datatype: 2, points: [[0, 0], [9, 0], [0, 9]])])";
        let shapes = read("a.ron", text).unwrap_or_else(|d| panic!("{}", d.to_text()));
        assert_eq!(shapes.unit_nm, 0.5);
        assert_eq!(shapes.layers(), [(0, 2, 1), (7, 0, 1)]);
        assert_eq!(shapes.bounds(), Some(([-3, 0], [9, 9])));
        let again = read("b.ron", &write(&shapes)).unwrap_or_else(|d| panic!("{}", d.to_text()));
        assert_eq!(again, shapes);
    }

    #[test]
    fn every_fault_comes_with_its_place_and_the_nearest_name() {
        let text = "(unit: \"1 s\",\n shapes: [\n  Rectangel(x: 0, y: 0, width: 9, height: 9),\n  \
                    Rectangle(x: 0, y: 0, width: 9, hieght: 9),\n  Rectangle(x: 0.5, y: 0, width: 9, height: 9),\n  \
                    Polygon(points: [[0, 0], [4, 4], [4, 0], [0, 4]]),\n  Polygon(points: [[0, 0], [4]]),\n])";
        let text = read("c.ron", text).unwrap_err().to_text();
        for part in [
            "c.ron:1:",
            "c.ron:3:",
            "Rectangle",
            "c.ron:4:",
            "height",
            "c.ron:5:",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let bow = "(shapes: [\n  Polygon(points: [[0, 0], [4, 4], [4, 0], [0, 4]]),\n  \
                   Polygon(points: [[0, 0], [4]]),\n])";
        let text = read("e.ron", bow).unwrap_err().to_text();
        for part in ["e.ron:2:", "cross", "e.ron:3:", "two: [x, y]"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let empty = read("d.ron", "(shapes: [])").unwrap_err().to_text();
        assert!(empty.contains("this layout is empty"), "{empty}");
    }
}
