//! Source and pupil as pictures that are edited by hand: rings, poles, the dark centre, one aberration.

use egui::{
    Align2, Color32, ColorImage, CursorIcon, FontId, Painter, Pos2, Rect, Response, Sense, Stroke,
    TextureHandle, TextureOptions, Ui, Vec2, WidgetInfo, WidgetType, pos2,
};

use super::Process;
use crate::scene::optics::{Setup, SourceShape};
use crate::sim::process::lithography::pupil::{Pupil, fringe_zernike};
use crate::sim::process::lithography::setup;
use crate::view::i18n::{Texts, number};
use crate::view::panel::style::{colour, sheer, theme};
use crate::view::tokens::{diverging, type_pt};

/// What a drag holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grip {
    /// The cut line.
    Cut,
    /// The picture.
    Pan,
    /// Outer radius of the source.
    Outer,
    /// Inner radius.
    Inner,
    /// Opening of the poles.
    Open,
    /// Direction of the poles.
    Turn,
    /// The pupil's dark centre.
    Dark,
    /// The chosen Zernike term.
    Term,
}

/// Points of a source and what they are of.
type SourcePoints = ((SourceShape, u32, usize), Vec<[f64; 3]>);
/// The pupil's picture, what it is of, and the waves of its strongest colour.
type Phase = (Setup, TextureHandle, f64);

/// What the pictures remember between frames.
#[derive(Default)]
pub struct Editor {
    /// What a drag holds.
    pub grip: Option<Grip>,
    source: Option<SourcePoints>,
    phase: Option<Phase>,
}

/// How near the pointer takes hold of a line, points.
const NEAR: f32 = 9.0;
/// Least width of a ring.
const LEAST: f64 = 0.02;
/// Texels of the pupil's picture along a side.
const TEXELS: usize = 128;
/// Waves that a point of a drag adds to a Zernike coefficient.
const WAVES_PER_PT: f64 = 0.0005;

/// A disc in a square, y upward.
struct Disc {
    centre: Pos2,
    radius: f32,
}

impl Disc {
    fn new(rect: Rect) -> Self {
        Self {
            centre: rect.center(),
            radius: 0.5 * rect.width().min(rect.height()) - 10.0,
        }
    }

    fn screen(&self, x: f64, y: f64) -> Pos2 {
        self.centre + Vec2::new(x as f32, -y as f32) * self.radius
    }

    /// Radius and angle in degrees.
    fn polar(&self, at: Pos2) -> (f64, f64) {
        let off = (at - self.centre) / self.radius;
        let (x, y) = (f64::from(off.x), -f64::from(off.y));
        (libm::hypot(x, y), libm::atan2(y, x).to_degrees())
    }
}

/// The grip that a place of the source's picture offers.
fn source_grip(shape: &SourceShape, radius: f64, angle: f64, near: f64) -> Option<Grip> {
    let mut offers: Vec<(f64, Grip)> = Vec::new();
    let mut ring = |inner: Option<f64>, outer: f64| {
        offers.push(((radius - outer).abs(), Grip::Outer));
        if let Some(inner) = inner {
            offers.push(((radius - inner).abs(), Grip::Inner));
        }
    };
    match *shape {
        SourceShape::Disc(sigma) => ring(None, sigma),
        SourceShape::Ring(inner, outer) => ring(Some(inner), outer),
        SourceShape::Poles(count, inner, outer, open, turned) => {
            ring(Some(inner), outer);
            let off = from_pole(angle, count, turned).abs();
            let edge = (off - 0.5 * open).to_radians().abs() * radius;
            let between = (inner..=outer).contains(&radius);
            if between {
                offers.push((edge, Grip::Open));
                // Anywhere inside a pole turns it, if nothing else is nearer.
                if off < 0.5 * open {
                    offers.push((near, Grip::Turn));
                }
            }
        }
        SourceShape::Table(_) => {}
    }
    let best = offers.into_iter().min_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(d, _)| *d <= near).map(|(_, grip)| grip)
}

/// Angle from the nearest pole's middle, degrees.
fn from_pole(angle: f64, count: u32, turned: f64) -> f64 {
    let pitch = 360.0 / f64::from(count.max(1));
    let off = angle - turned;
    off - pitch * libm::round(off / pitch)
}

/// Moves what is held to a place.
fn drag_source(shape: &mut SourceShape, grip: Grip, radius: f64, angle: f64, by_deg: f64) {
    let fine = |v: f64| libm::round(v * 200.0) / 200.0;
    match shape {
        SourceShape::Disc(sigma) if grip == Grip::Outer => *sigma = fine(radius.clamp(LEAST, 1.0)),
        SourceShape::Ring(inner, outer) | SourceShape::Poles(_, inner, outer, ..)
            if grip == Grip::Outer =>
        {
            *outer = fine(radius.clamp(*inner + LEAST, 1.0));
        }
        SourceShape::Ring(inner, outer) | SourceShape::Poles(_, inner, outer, ..)
            if grip == Grip::Inner =>
        {
            *inner = fine(radius.clamp(0.0, *outer - LEAST));
        }
        SourceShape::Poles(count, _, _, open, turned) if grip == Grip::Open => {
            let most = 360.0 / f64::from(*count) - 2.0;
            let off = from_pole(angle, *count, *turned).abs();
            *open = libm::round(2.0 * off).clamp(4.0, most.min(178.0));
        }
        SourceShape::Poles(_, _, _, _, turned) if grip == Grip::Turn => {
            // Kept exact here; the knob shows whole degrees.
            let next = *turned + by_deg;
            *turned = next - 360.0 * libm::round(next / 360.0);
        }
        _ => {}
    }
}

fn cursor(grip: Option<Grip>) -> Option<CursorIcon> {
    Some(match grip? {
        Grip::Turn => CursorIcon::Grab,
        Grip::Open => CursorIcon::Alias,
        Grip::Term => CursorIcon::ResizeVertical,
        _ => CursorIcon::Move,
    })
}

/// Draws the source; rings and poles can be dragged.
pub fn source(ui: &mut Ui, process: &mut Process, t: &Texts, side: f32) {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Image, true, t.get("process-source")));
    let disc = Disc::new(rect);
    let near = f64::from(NEAR / disc.radius);
    let shape = &mut process.now.clip.setup.source;
    let hover = response.hover_pos().map(|p| disc.polar(p));
    let offered = hover.and_then(|(r, a)| source_grip(shape, r, a, near));
    if response.drag_started()
        && let Some(at) = ui.input(|i| i.pointer.press_origin())
    {
        let (r, a) = disc.polar(at);
        process.editor.grip = source_grip(shape, r, a, near);
    }
    if let (true, Some(grip), Some(at)) = (
        response.dragged(),
        process.editor.grip,
        response.interact_pointer_pos(),
    ) {
        let (radius, angle) = disc.polar(at);
        let (_, before) = disc.polar(at - response.drag_delta());
        let by = angle - before;
        let by = by - 360.0 * libm::round(by / 360.0);
        drag_source(shape, grip, radius, angle, by);
    }
    let held = response.dragged().then_some(process.editor.grip).flatten();
    if response.drag_stopped() {
        process.editor.grip = None;
    }
    if let Some(icon) = cursor(held.or(offered)) {
        ui.ctx().set_cursor_icon(icon);
    }
    let look = theme(ui);
    let painter = ui.painter_at(rect);
    ground(ui, &painter, &disc);
    let setup = &process.now.clip.setup;
    let table = &process.now.clip.table;
    let key = (setup.source.clone(), setup.source_side, table.len());
    let points = match &process.editor.source {
        Some((k, points)) if *k == key => points,
        _ => {
            let made = setup::optics(setup, table).map_or_else(
                |_| Vec::new(),
                |o| {
                    let points = o.source.points().iter();
                    points.map(|p| [p.sigma[0], p.sigma[1], p.weight]).collect()
                },
            );
            &process.editor.source.insert((key, made)).1
        }
    };
    let brightest = points.iter().map(|p| p[2]).fold(0.0, f64::max);
    let dot = (disc.radius * 0.9 / setup.source_side.max(5) as f32).clamp(0.8, 4.0);
    for [x, y, w] in points {
        let share = (w / brightest) as f32;
        let tint = sheer(look.accent, 0.25 + 0.65 * share);
        painter.circle_filled(disc.screen(*x, *y), dot, tint);
    }
    outline(
        &painter,
        &disc,
        &setup.source,
        held.or(offered),
        colour(look.accent),
    );
    let count = t.with("process-points", &[("n", &points.len().to_string())]);
    response.on_hover_text(format!("{count}\n{}", t.get("process-source.help")));
}

/// The pupil's rim, half its radius, and the axes.
fn ground(ui: &Ui, painter: &Painter, disc: &Disc) {
    let look = theme(ui);
    let line = Stroke::new(1.0, sheer(look.line, 0.8));
    painter.circle_filled(disc.centre, disc.radius, colour(look.bg));
    painter.circle_stroke(disc.centre, 0.5 * disc.radius, line);
    for (dx, dy) in [(1.0, 0.0), (0.0, 1.0)] {
        painter.line_segment([disc.screen(-dx, -dy), disc.screen(dx, dy)], line);
    }
    painter.circle_stroke(disc.centre, disc.radius, Stroke::new(1.5, colour(look.dim)));
}

/// Edges of the source; what the pointer would take or has taken is thicker.
fn outline(painter: &Painter, disc: &Disc, shape: &SourceShape, grip: Option<Grip>, tint: Color32) {
    let stroke = |of: Grip| Stroke::new(if grip == Some(of) { 2.6 } else { 1.2 }, tint);
    let arc = |radius: f64, from: f64, to: f64| -> Vec<Pos2> {
        let steps = 64_u32;
        (0..=steps)
            .map(|i| {
                let a = (from + (to - from) * f64::from(i) / f64::from(steps)).to_radians();
                disc.screen(radius * libm::cos(a), radius * libm::sin(a))
            })
            .collect()
    };
    match *shape {
        SourceShape::Disc(sigma) => {
            painter.line(arc(sigma, 0.0, 360.0), stroke(Grip::Outer));
        }
        SourceShape::Ring(inner, outer) => {
            painter.line(arc(inner, 0.0, 360.0), stroke(Grip::Inner));
            painter.line(arc(outer, 0.0, 360.0), stroke(Grip::Outer));
        }
        SourceShape::Poles(count, inner, outer, open, turned) => {
            for k in 0..count {
                let middle = turned + 360.0 * f64::from(k) / f64::from(count);
                let (from, to) = (middle - 0.5 * open, middle + 0.5 * open);
                if grip == Some(Grip::Turn) {
                    let mut points = arc(outer, from, to);
                    points.extend(arc(inner, to, from));
                    let first = points[0];
                    points.push(first);
                    painter.line(points, stroke(Grip::Turn));
                }
                painter.line(arc(inner, from, to), stroke(Grip::Inner));
                painter.line(arc(outer, from, to), stroke(Grip::Outer));
                for edge in [from, to] {
                    let (c, s) = (libm::cos(edge.to_radians()), libm::sin(edge.to_radians()));
                    let ends = [
                        disc.screen(inner * c, inner * s),
                        disc.screen(outer * c, outer * s),
                    ];
                    painter.line_segment(ends, stroke(Grip::Open));
                }
            }
        }
        SourceShape::Table(_) => {}
    }
}

/// Phase at a place of the pupil, waves: aberrations and defocus.
fn waves(setup: &Setup, x: f64, y: f64) -> f64 {
    let terms = fringe_zernike(x, y);
    let bent: f64 = terms
        .iter()
        .zip(&setup.zernike_waves)
        .map(|(z, c)| z * c)
        .sum();
    let sine2 = (setup.na / setup.index).powi(2) * (x * x + y * y);
    let cosine = (1.0 - sine2).max(0.0).sqrt();
    bent + setup.index * setup.defocus_nm / setup.wavelength_nm * (cosine - 1.0)
}

/// The pupil's phase as colours, and the waves of the strongest colour. The mean is taken out: it does
/// nothing.
fn phase_picture(setup: &Setup) -> (ColorImage, f64) {
    let pupil = Pupil {
        obscuration: setup.obscuration,
        ..Pupil::new(setup.wavelength_nm, setup.na, setup.index)
    };
    let at = |i: usize| 2.0 * (i as f64 + 0.5) / TEXELS as f64 - 1.0;
    let mut values = vec![f64::NAN; TEXELS * TEXELS];
    let (mut sum, mut count) = (0.0, 0.0);
    for row in 0..TEXELS {
        for column in 0..TEXELS {
            let (x, y) = (at(column), -at(row));
            if pupil.at(x, y).norm() > 0.0 {
                let w = waves(setup, x, y);
                values[row * TEXELS + column] = w;
                (sum, count) = (sum + w, count + 1.0);
            }
        }
    }
    let mean = sum / f64::max(count, 1.0);
    let most = values
        .iter()
        .map(|w| (w - mean).abs())
        .fold(0.0, |a, b| if b > a { b } else { a });
    // Small phases look small.
    let strongest = most.max(0.02);
    let colours = values.iter().map(|w| {
        if w.is_nan() {
            Color32::TRANSPARENT
        } else {
            let share = 0.5 + 0.5 * (w - mean) / strongest;
            colour(diverging(share as f32))
        }
    });
    let image = ColorImage::new([TEXELS, TEXELS], colours.collect());
    (image, strongest)
}

/// Draws the pupil; its dark centre can be dragged, and up and down turns the chosen Zernike term.
pub fn pupil(ui: &mut Ui, process: &mut Process, t: &Texts, side: f32) {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Image, true, t.get("process-pupil")));
    let disc = Disc::new(rect);
    let grip = drag_pupil(ui, process, &response, &disc);
    let look = theme(ui);
    let painter = ui.painter_at(rect);
    ground(ui, &painter, &disc);
    let setup = &process.now.clip.setup;
    // Only what the phase depends on.
    let key = Setup {
        source: SourceShape::Disc(0.0),
        source_side: 0,
        level: 0.0,
        diffusion_nm: 0.0,
        ..setup.clone()
    };
    let fresh = process.editor.phase.as_ref().is_some_and(|p| p.0 == key);
    if !fresh {
        let (image, strongest) = phase_picture(setup);
        let made = match process.editor.phase.take() {
            Some((_, mut texture, _)) => {
                texture.set(image, TextureOptions::LINEAR);
                texture
            }
            None => ui
                .ctx()
                .load_texture("process-pupil", image, TextureOptions::LINEAR),
        };
        process.editor.phase = Some((key, made, strongest));
    }
    let Some((_, texture, strongest)) = &process.editor.phase else {
        return;
    };
    let place = Rect::from_center_size(disc.centre, Vec2::splat(2.0 * disc.radius));
    let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    painter.image(texture.id(), place, uv, Color32::WHITE);
    let rim = Stroke::new(1.5, colour(look.dim));
    painter.circle_stroke(disc.centre, disc.radius, rim);
    if setup.obscuration > 0.0 {
        let width = if grip == Some(Grip::Dark) { 2.6 } else { 1.2 };
        let radius = setup.obscuration as f32 * disc.radius;
        painter.circle_stroke(disc.centre, radius, Stroke::new(width, colour(look.accent)));
    }
    let words = format!("±{} mλ", number(1000.0 * strongest, 0));
    let font = FontId::proportional(type_pt::SMALL - 1.0);
    let corner = rect.right_bottom() - Vec2::new(1.0, 1.0);
    painter.text(corner, Align2::RIGHT_BOTTOM, words, font, colour(look.dim));
    response.on_hover_text(t.get("process-pupil.help"));
}

fn drag_pupil(ui: &Ui, process: &mut Process, response: &Response, disc: &Disc) -> Option<Grip> {
    let setup = &mut process.now.clip.setup;
    let near = f64::from(NEAR / disc.radius);
    let offered = |at: Pos2| {
        let (radius, _) = disc.polar(at);
        let on_ring = setup.obscuration > 0.0 && (radius - setup.obscuration).abs() < near;
        if on_ring {
            Some(Grip::Dark)
        } else {
            (radius < 1.0).then_some(Grip::Term)
        }
    };
    let hovered = response.hover_pos().and_then(offered);
    if response.drag_started()
        && let Some(at) = ui.input(|i| i.pointer.press_origin())
    {
        process.editor.grip = offered(at);
    }
    let held = response.dragged().then_some(process.editor.grip).flatten();
    match (held, response.interact_pointer_pos()) {
        (Some(Grip::Dark), Some(at)) => {
            let (radius, _) = disc.polar(at);
            setup.obscuration = libm::round(radius.clamp(0.01, 0.9) * 200.0) / 200.0;
        }
        (Some(Grip::Term), _) => {
            let by = -f64::from(response.drag_delta().y) * WAVES_PER_PT;
            let all = &mut setup.zernike_waves;
            all.resize(all.len().max(16), 0.0);
            let c = &mut all[process.term - 1];
            *c = (*c + by).clamp(-0.25, 0.25);
        }
        _ => {}
    }
    if response.drag_stopped() {
        process.editor.grip = None;
    }
    let grip = held.or(hovered);
    if let Some(icon) = cursor(grip) {
        ui.ctx().set_cursor_icon(icon);
    }
    grip
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_is_taken_and_follows_the_pointer() {
        let mut shape = SourceShape::Poles(2, 0.5, 0.9, 60.0, 0.0);
        let grip = |s: &SourceShape, r, a| source_grip(s, r, a, 0.1);
        assert_eq!(grip(&shape, 0.93, 5.0), Some(Grip::Outer));
        assert_eq!(grip(&shape, 0.52, 5.0), Some(Grip::Inner));
        assert_eq!(grip(&shape, 0.7, 151.0), Some(Grip::Open));
        assert_eq!(grip(&shape, 0.7, -175.0), Some(Grip::Turn));
        assert_eq!(grip(&shape, 0.7, 90.0), None);
        drag_source(&mut shape, Grip::Outer, 1.4, 0.0, 0.0);
        drag_source(&mut shape, Grip::Inner, 2.0, 0.0, 0.0);
        drag_source(&mut shape, Grip::Open, 0.7, 160.0, 0.0);
        drag_source(&mut shape, Grip::Turn, 0.7, 0.0, 200.0);
        assert_eq!(shape, SourceShape::Poles(2, 0.98, 1.0, 40.0, -160.0));
        let mut disc = SourceShape::Disc(0.5);
        assert_eq!(grip(&disc, 0.55, 77.0), Some(Grip::Outer));
        drag_source(&mut disc, Grip::Outer, 0.712, 0.0, 0.0);
        assert_eq!(disc, SourceShape::Disc(0.71));
    }

    #[test]
    fn the_picture_of_the_pupil_is_that_of_the_lens() {
        let mut setup = Process::default().now.clip.setup;
        setup.defocus_nm = 40.0;
        setup.zernike_waves = vec![0.0, 0.0, 0.0, 0.0, 0.02, 0.0, 0.05];
        let mut pupil = Pupil::new(setup.wavelength_nm, setup.na, setup.index);
        pupil.defocus_nm = 40.0;
        for (to, from) in pupil.zernike_waves.iter_mut().zip(&setup.zernike_waves) {
            *to = *from;
        }
        for (x, y) in [(0.3, 0.1), (-0.6, 0.5), (0.0, -0.9)] {
            let turn = core::f64::consts::TAU * waves(&setup, x, y);
            let lens = pupil.at(x, y);
            assert!((lens.re - turn.cos()).abs() < 1e-9 && (lens.im - turn.sin()).abs() < 1e-9);
        }
        let (image, strongest) = phase_picture(&setup);
        assert!(strongest > 0.05);
        assert_eq!(image.pixels[0], Color32::TRANSPARENT);
        assert_ne!(image.pixels[64 * TEXELS + 64], Color32::TRANSPARENT);
    }
}
