//! Pictures of lithography: aerial images, contours over their target, charts of a process window.

use std::fmt::Write;

use crate::scene::shapes::Shapes;
use crate::sim::process::lithography::contour::Contour;
use crate::view::i18n::number;
use crate::view::report::svg::{Scale, esc, ticks, xy};
use crate::view::tokens::{CATEGORIES, DARK, LIGHT, Rgb};

/// A square part of the wafer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Lower left corner.
    pub low_nm: [f64; 2],
    /// Side.
    pub side_nm: f64,
}

/// Side of a drawing, in its own units.
const SIDE: f64 = 800.0;

/// A picture of `side` by `side` values (rows upward) as PNG, dark at `low` and bright at `high`.
///
/// # Panics
/// Never for a full square of values: PNG in memory cannot fail.
pub fn heat_png(values: &[f64], side: u32, low: f64, high: f64) -> Vec<u8> {
    let span = if high > low { high - low } else { 1.0 };
    let mut rgb = Vec::with_capacity(3 * values.len());
    for row in values.chunks_exact(side as usize).rev() {
        for value in row {
            rgb.extend(ramp(((value - low) / span).clamp(0.0, 1.0)));
        }
    }
    png(side, png::ColorType::Rgb, &rgb)
}

/// A mask or print of `side` by `side` values from 0 to 1 (rows upward) as a grey PNG.
pub fn grey_png(values: &[f32], side: u32) -> Vec<u8> {
    let rows = values.chunks_exact(side as usize).rev();
    let grey: Vec<u8> = rows
        .flatten()
        .map(|v| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8)
        .collect();
    png(side, png::ColorType::Grayscale, &grey)
}

fn png(side: u32, colour: png::ColorType, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, side, side);
    encoder.set_color(colour);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("a side above 0");
    writer
        .write_image_data(data)
        .expect("as many bytes as pixels");
    writer.finish().expect("memory takes it all");
    out
}

/// From the darkest surface over the accent to the brightest text: rises in brightness throughout.
fn ramp(part: f64) -> [u8; 3] {
    let stops = [DARK.bg, DARK.accent, DARK.text];
    let place = part * 2.0;
    let first = if place < 1.0 { 0 } else { 1 };
    let mix = place - first as f64;
    [16, 8, 0].map(|shift| {
        let of = |c: Rgb| f64::from(c.0 >> shift & 0xFF);
        (of(stops[first]) * (1.0 - mix) + of(stops[first + 1]) * mix + 0.5) as u8
    })
}

/// Contours over the target's shapes, each set with its name.
pub fn contours_svg(frame: Frame, target: &Shapes, sets: &[(String, &[Contour])]) -> String {
    let x = Scale {
        from: (frame.low_nm[0], frame.low_nm[0] + frame.side_nm),
        to: (0.0, SIDE),
    };
    let y = Scale {
        from: (frame.low_nm[1], frame.low_nm[1] + frame.side_nm),
        to: (SIDE, 0.0),
    };
    let legend = 24.0 * sets.len() as f64 + 12.0;
    let mut s = open(SIDE, SIDE + legend);
    let _ = write!(
        s,
        "<clipPath id=\"frame\"><rect width=\"{SIDE}\" height=\"{SIDE}\"/></clipPath>\
         <g clip-path=\"url(#frame)\"><rect width=\"{SIDE}\" height=\"{SIDE}\" fill=\"{}\"/>",
        LIGHT.bg.hex()
    );
    for polygon in &target.polygons {
        let points = polygon.points.iter().map(|p| {
            let at = [0, 1].map(|k| f64::from(p[k]) * target.unit_nm);
            format!("{},{}", xy(x.at(at[0])), xy(y.at(at[1])))
        });
        let points: Vec<String> = points.collect();
        let (fill, line) = (LIGHT.line.hex(), LIGHT.dim.hex());
        let _ = write!(
            s,
            "<polygon points=\"{}\" fill=\"{fill}\" stroke=\"{line}\" stroke-width=\"0.5\"/>",
            points.join(" ")
        );
    }
    for ((_, lines), colour) in sets.iter().zip(CATEGORIES) {
        for line in *lines {
            let points = line
                .points_nm
                .iter()
                .map(|p| format!("{},{}", xy(x.at(p[0])), xy(y.at(p[1]))));
            let points: Vec<String> = points.collect();
            let shape = if line.closed { "polygon" } else { "polyline" };
            let _ = write!(
                s,
                "<{shape} points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\"/>",
                points.join(" "),
                colour.hex()
            );
        }
    }
    s.push_str("</g>");
    // A bar of a round length says how large things are.
    let bar = ticks(0.0, 0.3 * frame.side_nm, 2)
        .0
        .last()
        .copied()
        .unwrap_or(0.0);
    let width = bar / frame.side_nm * SIDE;
    let top = SIDE - 16.0;
    let text = LIGHT.text.hex();
    let _ = write!(
        s,
        "<path d=\"M16 {top}h{}\" stroke=\"{text}\" stroke-width=\"3\"/>\
         <text x=\"16\" y=\"{}\" fill=\"{text}\">{} nm</text>",
        xy(width),
        top - 8.0,
        number(bar, 0)
    );
    for (i, ((name, _), colour)) in sets.iter().zip(CATEGORIES).enumerate() {
        key(&mut s, 16.0, SIDE + 20.0 + 24.0 * i as f64, colour, name);
    }
    s + "</svg>\n"
}

fn open(width: f64, height: f64) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" \
         font-family=\"Pretendard, Noto Sans KR, sans-serif\" font-size=\"14\">\
         <rect width=\"100%\" height=\"100%\" fill=\"{}\"/>",
        xy(width),
        xy(height),
        LIGHT.surface.hex()
    )
}

fn key(s: &mut String, x: f64, y: f64, colour: Rgb, name: &str) {
    let _ = write!(
        s,
        "<path d=\"M{} {}h24\" stroke=\"{}\" stroke-width=\"3\"/><text x=\"{}\" y=\"{}\" fill=\"{}\">{}</text>",
        xy(x),
        xy(y),
        colour.hex(),
        xy(x + 32.0),
        xy(y + 5.0),
        LIGHT.text.hex(),
        esc(name)
    );
}

/// A curve of a chart: its name and its points; a gap where a value is missing.
pub struct Curve {
    /// Name in the legend.
    pub name: String,
    /// Points (x, y).
    pub points: Vec<(f64, Option<f64>)>,
}

/// A chart of curves with the names of both axes, and a level that is marked across it.
pub fn chart_svg(axes: [&str; 2], curves: &[Curve], mark: Option<f64>) -> String {
    let (width, height, left, top) = (800.0, 520.0, 72.0, 16.0);
    let (right, bottom) = (width - 200.0, height - 56.0);
    let all = || curves.iter().flat_map(|c| &c.points);
    let range = |values: &mut dyn Iterator<Item = f64>| {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
            (l.min(v), h.max(v))
        });
        if low > high {
            (0.0, 1.0)
        } else if low == high {
            (low - 1.0, high + 1.0)
        } else {
            (low, high)
        }
    };
    let (x0, x1) = range(&mut all().filter(|p| p.1.is_some()).map(|p| p.0));
    let (y0, y1) = range(&mut all().filter_map(|p| p.1).chain(mark));
    let room = 0.06 * (y1 - y0);
    let x = Scale {
        from: (x0, x1),
        to: (left, right),
    };
    let y = Scale {
        from: (y0 - room, y1 + room),
        to: (bottom, top),
    };
    let (rule, dim) = (LIGHT.line.hex(), LIGHT.dim.hex());
    let mut s = open(width, height);
    let (values, decimals) = ticks(y.from.0, y.from.1, 6);
    for v in values {
        let at = xy(y.at(v));
        let _ = write!(
            s,
            "<path d=\"M{left} {at}H{right}\" stroke=\"{rule}\"/><text x=\"{}\" y=\"{at}\" dy=\"5\" \
             text-anchor=\"end\" fill=\"{dim}\">{}</text>",
            left - 8.0,
            number(v, decimals)
        );
    }
    let (values, decimals) = ticks(x0, x1, 8);
    for v in values {
        let at = xy(x.at(v));
        let _ = write!(
            s,
            "<path d=\"M{at} {top}V{bottom}\" stroke=\"{rule}\"/><text x=\"{at}\" y=\"{}\" \
             text-anchor=\"middle\" fill=\"{dim}\">{}</text>",
            bottom + 20.0,
            number(v, decimals)
        );
    }
    if let Some(mark) = mark {
        let at = xy(y.at(mark));
        let _ = write!(
            s,
            "<path d=\"M{left} {at}H{right}\" stroke=\"{dim}\" stroke-dasharray=\"6 4\"/>"
        );
    }
    for (i, curve) in curves.iter().enumerate() {
        let colour = CATEGORIES[i % CATEGORIES.len()];
        let mut path = String::new();
        let mut pen = 'M';
        for (at, value) in &curve.points {
            match value {
                Some(v) => {
                    let _ = write!(path, "{pen}{} {}", xy(x.at(*at)), xy(y.at(*v)));
                    pen = 'L';
                }
                None => pen = 'M',
            }
        }
        // Colours come round again after seven; dashes tell the second round.
        let dash = if i < CATEGORIES.len() {
            ""
        } else {
            " stroke-dasharray=\"8 3\""
        };
        let _ = write!(
            s,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"{dash}/>",
            colour.hex()
        );
        key(
            &mut s,
            right + 16.0,
            top + 12.0 + 22.0 * i as f64,
            colour,
            &curve.name,
        );
    }
    let text = LIGHT.text.hex();
    let _ = write!(
        s,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"{text}\">{}</text>\
         <text transform=\"translate(18 {}) rotate(-90)\" text-anchor=\"middle\" fill=\"{text}\">{}</text>",
        xy(0.5 * (left + right)),
        height - 12.0,
        esc(axes[0]),
        xy(0.5 * (top + bottom)),
        esc(axes[1])
    );
    s + "</svg>\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::shapes::Polygon;

    #[test]
    fn pictures_read_back_with_their_rows_upward() {
        let png = heat_png(&[0.0, 0.0, 0.0, 1.0], 2, 0.0, 1.0);
        let mut reader = png::Decoder::new(std::io::Cursor::new(png))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; 12];
        reader.next_frame(&mut pixels).unwrap();
        let colour = |c: Rgb| [(c.0 >> 16) as u8, (c.0 >> 8) as u8, c.0 as u8];
        assert_eq!(
            pixels[3..6],
            colour(DARK.text),
            "the last value is top right"
        );
        assert_eq!(pixels[6..9], colour(DARK.bg));
        let grey = grey_png(&[0.0, 0.5, 1.0, 0.0], 2);
        let mut reader = png::Decoder::new(std::io::Cursor::new(grey))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; 4];
        reader.next_frame(&mut pixels).unwrap();
        assert_eq!(pixels, [255, 0, 0, 128]);
    }

    #[test]
    fn the_ramp_brightens_throughout() {
        let light = |i: u32| {
            let [r, g, b] = ramp(f64::from(i) / 64.0).map(u32::from);
            Rgb(r << 16 | g << 8 | b).luminance()
        };
        assert!((0..64).all(|i| light(i + 1) > light(i)));
    }

    #[test]
    fn drawings_hold_what_they_are_given() {
        let target = Shapes {
            unit_nm: 1.0,
            polygons: vec![Polygon::rectangle([0, 0], [50, 50])],
        };
        let line = Contour {
            points_nm: vec![[0.0, 0.0], [100.0, 0.0], [0.0, 100.0]],
            closed: true,
        };
        let frame = Frame {
            low_nm: [0.0, 0.0],
            side_nm: 100.0,
        };
        let svg = contours_svg(frame, &target, &[("a < b".to_owned(), &[line])]);
        assert!(svg.contains("points=\"0,800 800,800 0,0\"") && svg.contains("a &lt; b"));
        assert!(svg.contains("points=\"0,800 400,800 400,400 0,400\""));
        assert!(svg.contains(">20 nm<"), "the bar has a round length");
        let curve = Curve {
            name: "1".to_owned(),
            points: vec![
                (0.0, Some(1.0)),
                (1.0, None),
                (2.0, Some(3.0)),
                (3.0, Some(2.0)),
            ],
        };
        let svg = chart_svg(["x", "y"], &[curve], Some(2.0));
        assert!(svg.contains("stroke-dasharray") && !svg.contains("NaN"));
        assert!(!chart_svg(["x", "y"], &[], None).contains("NaN"));
    }
}
