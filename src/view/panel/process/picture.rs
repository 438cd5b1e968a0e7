//! The picture: image, contours over the target, the cut line, and the wafer's places under the pointer.

use std::sync::Arc;

use egui::epaint::PathShape;
use egui::{
    Align2, Color32, CursorIcon, FontId, Painter, PointerButton, Pos2, Rect, Response, Sense,
    Shape, Stroke, TextureOptions, Ui, Vec2, WidgetInfo, WidgetType, pos2,
};

use super::editor::Grip;
use super::worker::Shown;
use super::{Process, View, offer};
use crate::scene::shapes::Shapes;
use crate::sim::process::lithography::clip::Clip;
use crate::view::i18n::{Texts, number};
use crate::view::panel::chart::tick_step;
use crate::view::panel::style::{colour, theme};
use crate::view::tokens::{CATEGORIES, sequential, space_pt, type_pt};

/// How near the pointer takes hold of a line, points.
const NEAR: f32 = 7.0;
/// Polygons drawn at most; more are a grey mass anyhow.
const POLYGONS: usize = 20_000;
/// Colour of a mask's outlines.
const MASK: usize = 4;
/// Ground of writing on the picture, and the writing: the same in both themes, as the picture is.
const PLATE: Color32 = Color32::from_rgba_premultiplied(10, 14, 18, 190);
const INK: Color32 = Color32::from_rgb(0xF2, 0xF5, 0xF7);

/// Between the wafer and the screen.
struct Scale {
    rect: Rect,
    view: View,
    nm_per_pt: f64,
}

impl Scale {
    fn new(rect: Rect, view: View) -> Self {
        let side = f64::from(rect.width().min(rect.height()).max(1.0));
        Self {
            rect,
            view,
            nm_per_pt: view.span_nm / side,
        }
    }

    fn screen(&self, p: [f64; 2]) -> Pos2 {
        let off = [0, 1].map(|k| ((p[k] - self.view.centre_nm[k]) / self.nm_per_pt) as f32);
        pos2(self.rect.center().x + off[0], self.rect.center().y - off[1])
    }

    fn wafer(&self, p: Pos2) -> [f64; 2] {
        let off = p - self.rect.center();
        [
            self.view.centre_nm[0] + f64::from(off.x) * self.nm_per_pt,
            self.view.centre_nm[1] - f64::from(off.y) * self.nm_per_pt,
        ]
    }
}

/// The view that shows the layout with a margin, or the tile where the layout is larger.
pub fn whole(clip: &Clip) -> View {
    let (low, high) = offer::bounds_nm(&clip.shapes);
    let extent = (high[0] - low[0]).max(high[1] - low[1]);
    if extent > clip.side_nm {
        return View {
            centre_nm: clip.centre_nm,
            span_nm: clip.side_nm,
        };
    }
    let margin = 0.8 * clip.resolution_nm();
    View {
        centre_nm: [0, 1].map(|k| 0.5 * (low[k] + high[k])),
        span_nm: (extent + 2.0 * margin).min(clip.side_nm),
    }
}

/// Draws the picture in a place of this size.
pub fn show(ui: &mut Ui, process: &mut Process, t: &Texts, size: Vec2) {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Image, true, t.get("process-picture")));
    let view = process.view.unwrap_or_else(|| whole(&process.now.clip));
    let mut scale = Scale::new(rect, view);
    if steer(ui, process, &response, &scale) {
        let view = process.view.unwrap_or_else(|| whole(&process.now.clip));
        scale = Scale::new(rect, view);
    }
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, colour(sequential(0.0)));
    let shown = process.out.shown.clone();
    if let Some(shown) = &shown {
        image(ui, process, &painter, &scale, shown);
    }
    tile(&painter, &scale, &process.now.clip);
    let clip = &process.now.clip;
    if process.look.mask && process.has_sought() {
        let stroke = Stroke::new(1.2, colour(CATEGORIES[MASK]));
        outlines(&painter, &scale, clip.mask(), stroke);
    }
    if process.look.target {
        let stroke = Stroke::new(1.0, INK.gamma_multiply(0.85));
        outlines(&painter, &scale, &clip.shapes, stroke);
    }
    if let Some(shown) = shown.as_ref().filter(|_| process.look.contours) {
        for line in &shown.exposure.contours {
            let points: Vec<Pos2> = line.points_nm.iter().map(|p| scale.screen(*p)).collect();
            let stroke = Stroke::new(1.8, colour(CATEGORIES[5]));
            painter.add(if line.closed {
                PathShape::closed_line(points, stroke)
            } else {
                PathShape::line(points, stroke)
            });
        }
    }
    cut(ui, &painter, &scale, process, shown.as_deref());
    bar(&painter, &scale);
    if let Some(shown) = &shown {
        legend(&painter, &scale, shown);
        pointed(&painter, &scale, &response, shown, process.look.latent, t);
    } else {
        plate(
            &painter,
            rect.center(),
            Align2::CENTER_CENTER,
            &t.get("process-imaging"),
        );
    }
    let edge = Stroke::new(1.0, colour(theme(ui).line));
    painter.rect_stroke(rect, 0.0, edge, egui::StrokeKind::Inside);
}

/// Wheel, drags and clicks; says whether the view changed.
fn steer(ui: &Ui, process: &mut Process, response: &Response, scale: &Scale) -> bool {
    let mut moved = false;
    if let Some(at) = response.hover_pos() {
        let (wheel, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
        let factor = f64::from((-wheel * 0.004).exp() / pinch);
        if (factor - 1.0).abs() > 1e-6 {
            let span = (scale.view.span_nm * factor).clamp(20.0, 2e6);
            let factor = span / scale.view.span_nm;
            // What is under the pointer stays under it.
            let fixed = scale.wafer(at);
            let centre = [0, 1].map(|k| fixed[k] + (scale.view.centre_nm[k] - fixed[k]) * factor);
            process.view = Some(View {
                centre_nm: centre,
                span_nm: span,
            });
            moved = true;
        }
        if near_cut(process, scale, at) {
            ui.ctx().set_cursor_icon(CursorIcon::Move);
        }
    }
    if response.drag_started()
        && let Some(at) = ui.input(|i| i.pointer.press_origin())
    {
        let primary = response.drag_started_by(PointerButton::Primary);
        process.editor.grip = Some(if primary && near_cut(process, scale, at) {
            Grip::Cut
        } else {
            Grip::Pan
        });
    }
    if response.dragged() {
        // What the pointer ran before it counted as a drag is not lost.
        let by = match response.total_drag_delta() {
            Some(all) if response.drag_started() => all,
            _ => response.drag_delta(),
        };
        let by_nm = [f64::from(by.x), -f64::from(by.y)].map(|v| v * scale.nm_per_pt);
        match process.editor.grip {
            Some(Grip::Cut) => {
                let line = &mut process.now.clip.line;
                line.at_nm = [0, 1].map(|k| line.at_nm[k] + by_nm[k]);
            }
            Some(Grip::Pan) => {
                process.view = Some(View {
                    centre_nm: [0, 1].map(|k| scale.view.centre_nm[k] - by_nm[k]),
                    ..scale.view
                });
                moved = true;
            }
            _ => {}
        }
    }
    if response.drag_stopped() {
        process.editor.grip = None;
    }
    if response.double_clicked()
        && let Some(at) = response.interact_pointer_pos()
    {
        // On whole nanometres, where a person means it.
        process.now.clip.line.at_nm = scale.wafer(at).map(libm::round);
    }
    moved
}

/// Both ends of the cut line on the screen.
fn ends(process: &Process, scale: &Scale) -> [Pos2; 2] {
    let clip = &process.now.clip;
    let reach = clip.reach_nm();
    [-reach, reach].map(|s| {
        let mut at = clip.line.at_nm;
        at[usize::from(clip.line.upright)] += s;
        scale.screen(at)
    })
}

fn near_cut(process: &Process, scale: &Scale, at: Pos2) -> bool {
    let [a, b] = ends(process, scale);
    Rect::from_two_pos(a, b).expand(NEAR).contains(at)
}

fn image(ui: &Ui, process: &mut Process, painter: &Painter, scale: &Scale, shown: &Arc<Shown>) {
    let pixels = &shown.pixels;
    match &mut process.texture {
        Some((before, _)) if Arc::ptr_eq(before, pixels) => {}
        Some((before, texture)) => {
            texture.set(Arc::clone(pixels), TextureOptions::LINEAR);
            *before = Arc::clone(pixels);
        }
        none => {
            let name = "process-image";
            let made = ui
                .ctx()
                .load_texture(name, Arc::clone(pixels), TextureOptions::LINEAR);
            *none = Some((Arc::clone(pixels), made));
        }
    }
    let Some((_, texture)) = &process.texture else {
        return;
    };
    let clip = &shown.clip;
    // Samples lie in the middle of the texture's texels.
    let half = 0.5 * clip.side_nm / pixels.size[0] as f64;
    let low = clip.image_origin_nm().map(|v| v - half);
    let high = low.map(|v| v + clip.side_nm);
    let place = Rect::from_two_pos(scale.screen(low), scale.screen(high));
    let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    painter.image(texture.id(), place, uv, Color32::WHITE);
}

/// The border of the tile, where the layout is larger or the view reaches beyond.
fn tile(painter: &Painter, scale: &Scale, clip: &Clip) {
    let low = clip.low_nm();
    let high = low.map(|v| v + clip.side_nm);
    let place = Rect::from_two_pos(scale.screen(low), scale.screen(high));
    let corners = [
        place.left_top(),
        place.right_top(),
        place.right_bottom(),
        place.left_bottom(),
        place.left_top(),
    ];
    let stroke = Stroke::new(1.0, INK.gamma_multiply(0.5));
    painter.extend(Shape::dashed_line(&corners, stroke, 6.0, 5.0));
}

fn outlines(painter: &Painter, scale: &Scale, shapes: &Shapes, stroke: Stroke) {
    let seen = painter.clip_rect();
    for polygon in shapes.polygons.iter().take(POLYGONS) {
        let points: Vec<Pos2> = polygon
            .points
            .iter()
            .map(|p| scale.screen(p.map(|v| f64::from(v) * shapes.unit_nm)))
            .collect();
        if Rect::from_points(&points).intersects(seen) {
            painter.add(PathShape::closed_line(points, stroke));
        }
    }
}

/// The cut line with what prints on it.
fn cut(ui: &Ui, painter: &Painter, scale: &Scale, process: &Process, shown: Option<&Shown>) {
    let accent = colour(crate::view::tokens::DARK.accent);
    let [a, b] = ends(process, scale);
    let hovered = ui
        .input(|i| i.pointer.hover_pos())
        .is_some_and(|p| scale.rect.contains(p) && near_cut(process, scale, p));
    let held = process.editor.grip == Some(Grip::Cut);
    let width = if hovered || held { 2.4 } else { 1.4 };
    painter.line_segment([a, b], Stroke::new(width + 1.6, PLATE));
    painter.line_segment([a, b], Stroke::new(width, accent));
    let line = process.now.clip.line;
    let across = if line.upright {
        Vec2::new(7.0, 0.0)
    } else {
        Vec2::new(0.0, 7.0)
    };
    let centre = scale.screen(line.at_nm);
    painter.circle(centre, 4.0, accent, Stroke::new(1.5, PLATE));
    let printed = shown.filter(|s| s.clip.line == line);
    let Some(feature) = printed.and_then(|s| s.exposure.printed) else {
        return;
    };
    for s in [feature.low_nm, feature.high_nm] {
        let mut at = line.at_nm;
        at[usize::from(line.upright)] += s;
        let at = scale.screen(at);
        let tick = [at - across, at + across];
        painter.line_segment(tick, Stroke::new(4.0, PLATE));
        painter.line_segment(tick, Stroke::new(2.2, accent));
    }
    let words = format!("{} nm", number(feature.cd_nm(), 1));
    let away = if line.upright {
        Vec2::new(14.0, -14.0)
    } else {
        Vec2::new(0.0, -18.0)
    };
    let anchor = if line.upright {
        Align2::LEFT_CENTER
    } else {
        Align2::CENTER_CENTER
    };
    // Where the place is out of sight its size would float about.
    if scale.rect.shrink(12.0).contains(centre) {
        plate(painter, centre + away, anchor, &words);
    }
}

/// Writing on a dark plate.
fn plate(painter: &Painter, at: Pos2, anchor: Align2, words: &str) -> Rect {
    let font = FontId::proportional(type_pt::SMALL);
    let galley = painter.layout_no_wrap(words.to_owned(), font, INK);
    let size = galley.size() + Vec2::new(2.0 * space_pt::S, space_pt::XS);
    let seen = painter.clip_rect().shrink(4.0);
    let mut rect = anchor.anchor_size(at, size);
    let back = Vec2::new(
        (seen.right() - rect.right()).min(0.0) + (seen.left() - rect.left()).max(0.0),
        (seen.bottom() - rect.bottom()).min(0.0) + (seen.top() - rect.top()).max(0.0),
    );
    rect = rect.translate(back);
    painter.rect_filled(rect, 4.0, PLATE);
    let inner = rect.min + Vec2::new(space_pt::S, 0.5 * space_pt::XS);
    painter.galley(inner, galley, INK);
    rect
}

/// A bar of a round length, lower left.
fn bar(painter: &Painter, scale: &Scale) {
    let most = 0.22 * f64::from(scale.rect.width()) * scale.nm_per_pt;
    let step = tick_step(most, 1.0);
    let length = if step > most { step / 2.0 } else { step };
    let width = (length / scale.nm_per_pt) as f32;
    let words = if length >= 1000.0 {
        format!(
            "{} µm",
            number(length / 1000.0, if length < 10_000.0 { 1 } else { 0 })
        )
    } else {
        format!("{} nm", number(length, if length < 1.0 { 1 } else { 0 }))
    };
    let font = FontId::proportional(type_pt::SMALL);
    let galley = painter.layout_no_wrap(words, font, INK);
    let size = Vec2::new(width.max(galley.size().x) + 16.0, galley.size().y + 12.0);
    let corner = scale.rect.left_bottom() + Vec2::new(8.0, -8.0 - size.y);
    painter.rect_filled(Rect::from_min_size(corner, size), 4.0, PLATE);
    painter.galley(corner + Vec2::new(8.0, 2.0), galley, INK);
    let y = corner.y + size.y - 6.0;
    let from = corner.x + 8.0;
    let stroke = Stroke::new(2.0, INK);
    painter.line_segment([pos2(from, y), pos2(from + width, y)], stroke);
    for x in [from, from + width] {
        painter.line_segment([pos2(x, y - 4.0), pos2(x, y + 1.0)], stroke);
    }
}

/// What the colours mean, lower right.
fn legend(painter: &Painter, scale: &Scale, shown: &Shown) {
    let font = FontId::proportional(type_pt::SMALL);
    let words = |v: f64| painter.layout_no_wrap(number(v, 1), font.clone(), INK);
    let (low, high) = (words(0.0), words(shown.high));
    let (width, height) = (84.0, 8.0);
    let size = Vec2::new(
        width + low.size().x + high.size().x + 28.0,
        low.size().y + 4.0,
    );
    let corner = scale.rect.right_bottom() - size - Vec2::new(8.0, 8.0);
    painter.rect_filled(Rect::from_min_size(corner, size), 4.0, PLATE);
    painter.galley(corner + Vec2::new(8.0, 2.0), Arc::clone(&low), INK);
    let from = corner.x + low.size().x + 14.0;
    let top = corner.y + 0.5 * (size.y - height);
    let mut mesh = egui::Mesh::default();
    let steps = 24_u32;
    for i in 0..=steps {
        let share = i as f32 / steps as f32;
        let tint = colour(sequential(share));
        let x = from + share * width;
        mesh.colored_vertex(pos2(x, top), tint);
        mesh.colored_vertex(pos2(x, top + height), tint);
        if i > 0 {
            mesh.add_triangle(2 * i - 2, 2 * i - 1, 2 * i);
            mesh.add_triangle(2 * i - 1, 2 * i, 2 * i + 1);
        }
    }
    painter.add(Shape::mesh(mesh));
    // Where the level lies.
    let level = (shown.exposure.level / shown.high) as f32;
    if (0.0..=1.0).contains(&level) {
        let x = from + level * width;
        let mark = [pos2(x, top - 3.0), pos2(x, top + height + 3.0)];
        painter.line_segment(mark, Stroke::new(2.0, colour(CATEGORIES[5])));
    }
    painter.galley(pos2(from + width + 6.0, corner.y + 2.0), high, INK);
}

/// Place and intensity under the pointer, upper left.
fn pointed(
    painter: &Painter,
    scale: &Scale,
    response: &Response,
    shown: &Shown,
    latent: bool,
    t: &Texts,
) {
    let corner = scale.rect.left_top() + Vec2::new(8.0, 8.0);
    let Some(at) = response.hover_pos() else {
        return;
    };
    let [x, y] = scale.wafer(at);
    let origin = shown.clip.image_origin_nm();
    let low = shown.clip.low_nm();
    let inside = [x - low[0], y - low[1]]
        .iter()
        .all(|v| (0.0..shown.clip.side_nm).contains(v));
    let place = [("x", number(x, 1)), ("y", number(y, 1))];
    let place = place.each_ref().map(|(k, v)| (*k, v.as_str()));
    let mut words = t.with("process-pointed", &place);
    if inside {
        let image = if latent {
            &shown.exposure.latent
        } else {
            &shown.exposure.aerial
        };
        let value = image.at(x - origin[0], y - origin[1]);
        words = format!("{words}   I {}", number(value, 4));
    }
    plate(painter, corner, Align2::LEFT_TOP, &words);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wafer_and_the_screen_agree_both_ways() {
        let rect = Rect::from_min_size(pos2(100.0, 50.0), Vec2::new(600.0, 400.0));
        let view = View {
            centre_nm: [300.0, -200.0],
            span_nm: 800.0,
        };
        let scale = Scale::new(rect, view);
        assert_eq!(scale.screen(view.centre_nm), rect.center());
        // 400 points hold 800 nm; y points up.
        assert_eq!(scale.screen([300.0, 0.0]).y, rect.center().y - 100.0);
        let back = scale.wafer(scale.screen([123.0, 45.0]));
        assert!((back[0] - 123.0).abs() < 1e-3 && (back[1] - 45.0).abs() < 1e-3);
        let process = Process::default();
        let whole = whole(&process.now.clip);
        assert!(whole.span_nm <= process.now.clip.side_nm);
    }
}
