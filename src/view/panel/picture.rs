//! A chart as a picture: drawn once more in a context of its own, at full size and twice the
//! resolution, whatever is scrolled or covered on the screen; as PNG or as SVG.

use std::fmt::Write;

use egui::epaint::{
    ClippedShape, ColorMode, Mesh, PathShape, RectShape, Shape, StrokeKind, TextShape,
};
use egui::{
    Color32, Context, Frame, Margin, Pos2, RawInput, Rect, Stroke, Ui, UiBuilder, Vec2, ViewportId,
};

use super::font;
use super::raster::{Textures, paint};
use super::style::{colour, theme};
use crate::view::report::svg::{esc, xy};
use crate::view::tokens::space_pt;

/// Pixels in a point of a PNG.
const SCALE: f32 = 2.0;

/// A chart, drawn.
pub struct Picture {
    ctx: Context,
    shapes: Vec<ClippedShape>,
    textures: Textures,
    size: Vec2,
    ground: Color32,
}

/// Draws a chart for itself, in the look of `outer`; `room` is what it may take, points.
pub fn take(outer: &Context, room: Vec2, add: &mut dyn FnMut(&mut Ui)) -> Picture {
    let ctx = Context::default();
    ctx.set_fonts(font::definitions());
    let mode = outer.theme();
    ctx.set_theme(mode);
    ctx.set_style_of(mode, outer.style_of(mode));
    let margin = space_pt::L;
    let whole = Rect::from_min_size(Pos2::ZERO, room + Vec2::splat(2.0 * margin));
    let mut textures = Textures::default();
    let (mut size, mut ground) = (whole.size(), Color32::BLACK);
    let mut shapes = Vec::new();
    // What needs the size of the frame before stands right from the second pass on.
    for _ in 0..2 {
        let mut input = RawInput {
            screen_rect: Some(whole),
            ..RawInput::default()
        };
        let root = input.viewports.entry(ViewportId::ROOT).or_default();
        root.native_pixels_per_point = Some(SCALE);
        let mut output = ctx.run_ui(input, |ui| {
            ground = colour(theme(ui).surface);
            let frame = Frame::new().inner_margin(Margin::same(margin as i8));
            let shown = frame.show(ui, |ui| {
                let place = Rect::from_min_size(ui.min_rect().min, room);
                let inner = ui.scope_builder(UiBuilder::new().max_rect(place), |ui| add(ui));
                inner.response.rect
            });
            size = shown.inner.size() + Vec2::splat(2.0 * margin);
        });
        textures.take(&mut output.textures_delta);
        shapes = output.shapes;
    }
    Picture {
        ctx,
        shapes,
        textures,
        size: size.ceil(),
        ground,
    }
}

impl Picture {
    /// As a PNG file.
    pub fn png(&self) -> Vec<u8> {
        let [r, g, b, _] = self.ground.to_array();
        let ground = [r, g, b];
        paint(
            &self.ctx,
            &self.shapes,
            &self.textures,
            self.size,
            SCALE,
            ground,
        )
        .png()
    }

    /// As an SVG file; its texts stay texts.
    pub fn svg(&self, title: &str) -> String {
        let (w, h) = (self.size.x, self.size.y);
        let mut out = Svg::default();
        for clipped in &self.shapes {
            out.clipped(clipped, Rect::from_min_size(Pos2::ZERO, self.size));
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" font-family=\"Pretendard, Inter, 'Segoe UI', 'Apple SD Gothic Neo', 'Noto Sans KR', sans-serif\"><title>{}</title><rect width=\"{w}\" height=\"{h}\" fill=\"{}\"/>{}</svg>\n",
            esc(title),
            hex(self.ground),
            out.body
        )
    }
}

/// A colour without its opacity, as SVG writes it.
fn hex(colour: Color32) -> String {
    let [r, g, b, _] = colour.to_srgba_unmultiplied();
    format!("#{r:02X}{g:02X}{b:02X}")
}

/// `name="#RRGGBB"`, and the opacity where it is not whole.
fn ink(name: &str, colour: Color32) -> String {
    let opacity = f32::from(colour.a()) / 255.0;
    if opacity >= 1.0 {
        format!(" {name}=\"{}\"", hex(colour))
    } else {
        format!(
            " {name}=\"{}\" {name}-opacity=\"{opacity:.3}\"",
            hex(colour)
        )
    }
}

/// Fill and stroke of a shape.
fn paints(fill: Color32, stroke: Stroke) -> String {
    let mut s = if fill.a() == 0 {
        " fill=\"none\"".to_owned()
    } else {
        ink("fill", fill)
    };
    if !stroke.is_empty() {
        s += &ink("stroke", stroke.color);
        let _ = write!(s, " stroke-width=\"{}\"", xy(f64::from(stroke.width)));
    }
    s
}

fn at(p: Pos2) -> String {
    format!("{:.2} {:.2}", p.x, p.y)
}

/// The icons' place among the characters: no reader has them.
fn is_icon(c: char) -> bool {
    ('\u{E000}'..='\u{F8FF}').contains(&c)
}

/// Shapes as SVG elements.
#[derive(Default)]
struct Svg {
    body: String,
    clips: usize,
}

impl Svg {
    /// A shape, cut where it leaves its place.
    fn clipped(&mut self, clipped: &ClippedShape, page: Rect) {
        let (clip, seen) = (clipped.clip_rect, clipped.shape.visual_bounding_rect());
        if !clip.intersects(seen) {
            return;
        }
        if clip.contains_rect(seen) || clip.contains_rect(page) {
            self.shape(&clipped.shape);
            return;
        }
        self.clips += 1;
        let (n, size) = (self.clips, clip.size());
        let _ = write!(
            self.body,
            "<clipPath id=\"c{n}\"><rect x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{:.2}\"/></clipPath><g clip-path=\"url(#c{n})\">",
            clip.min.x, clip.min.y, size.x, size.y
        );
        self.shape(&clipped.shape);
        self.body += "</g>";
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Vec(all) => all.iter().for_each(|s| self.shape(s)),
            Shape::Circle(c) => {
                let _ = write!(
                    self.body,
                    "<circle cx=\"{:.2}\" cy=\"{:.2}\" r=\"{:.2}\"{}/>",
                    c.center.x,
                    c.center.y,
                    c.radius,
                    paints(c.fill, c.stroke)
                );
            }
            Shape::LineSegment { points, stroke } => {
                let [a, b] = points.map(at);
                let ink = paints(Color32::TRANSPARENT, *stroke);
                let _ = write!(self.body, "<path d=\"M{a}L{b}\"{ink}/>");
            }
            Shape::Path(path) => self.path(path),
            Shape::Rect(rect) => self.rect(rect),
            Shape::Text(text) => self.text(text),
            Shape::Mesh(mesh) => self.mesh(mesh),
            // Charts draw none of these.
            Shape::Noop
            | Shape::Ellipse(_)
            | Shape::QuadraticBezier(_)
            | Shape::CubicBezier(_)
            | Shape::Callback(_) => {}
        }
    }

    fn path(&mut self, path: &PathShape) {
        let ColorMode::Solid(colour) = path.stroke.color else {
            return;
        };
        let points: Vec<String> = path.points.iter().map(|p| at(*p)).collect();
        let end = if path.closed { "Z" } else { "" };
        let ink = paints(path.fill, Stroke::new(path.stroke.width, colour));
        let d = points.join("L");
        let _ = write!(
            self.body,
            "<path d=\"M{d}{end}\" stroke-linejoin=\"round\"{ink}/>"
        );
    }

    fn rect(&mut self, shape: &RectShape) {
        let half = shape.stroke.width / 2.0;
        let rect = match shape.stroke_kind {
            _ if shape.stroke.is_empty() => shape.rect,
            StrokeKind::Inside => shape.rect.shrink(half),
            StrokeKind::Middle => shape.rect,
            StrokeKind::Outside => shape.rect.expand(half),
        };
        let _ = write!(
            self.body,
            "<rect x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{:.2}\" rx=\"{}\"{}/>",
            rect.min.x,
            rect.min.y,
            rect.width().max(0.0),
            rect.height().max(0.0),
            shape.corner_radius.nw,
            paints(shape.fill, shape.stroke)
        );
    }

    /// A row of text is as wide as it was drawn, whatever face the reader has.
    fn text(&mut self, text: &TextShape) {
        let job = &text.galley.job;
        let format = job.sections.first().map(|s| &s.format);
        let Some(format) = format else { return };
        let own = match format.color {
            Color32::PLACEHOLDER => text.fallback_color,
            colour => colour,
        };
        let tint = text.override_text_color.unwrap_or(own);
        let strong = format.font_id.family == egui::FontFamily::Name(font::STRONG.into());
        let weight = if strong { " font-weight=\"600\"" } else { "" };
        for row in &text.galley.rows {
            let glyphs = || row.glyphs.iter().filter(|g| !is_icon(g.chr));
            let words: String = glyphs().map(|g| g.chr).collect();
            let (Some(first), Some(last)) = (glyphs().next(), glyphs().next_back()) else {
                continue;
            };
            if words.trim().is_empty() {
                continue;
            }
            let from = text.pos + row.pos.to_vec2() + first.pos.to_vec2();
            let wide = last.pos.x + last.advance_width - first.pos.x;
            let _ = write!(
                self.body,
                "<text x=\"{:.2}\" y=\"{:.2}\" font-size=\"{}\"{weight} textLength=\"{wide:.2}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\"{}>{}</text>",
                from.x,
                from.y,
                format.font_id.size,
                ink("fill", tint),
                esc(&words)
            );
        }
    }

    /// Triangles of one colour as one path, so that no seams show between them.
    fn mesh(&mut self, mesh: &Mesh) {
        let Some(first) = mesh.vertices.first() else {
            return;
        };
        let mut d = String::new();
        for corner in mesh.indices.chunks_exact(3) {
            let [a, b, c] = [0, 1, 2].map(|i| at(mesh.vertices[corner[i] as usize].pos));
            let _ = write!(d, "M{a}L{b}L{c}Z");
        }
        let _ = write!(
            self.body,
            "<path d=\"{d}\"{}/>",
            paints(first.color, Stroke::NONE)
        );
    }
}
