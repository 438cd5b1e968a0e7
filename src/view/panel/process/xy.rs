//! A plot of curves over a plain axis: gaps, a band of tolerance, marks, a read-out under the pointer.

use egui::epaint::PathShape;
use egui::{
    Align2, Color32, FontId, Painter, Pos2, Rect, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo,
    WidgetType, pos2,
};

use crate::view::i18n::number;
use crate::view::panel::chart::tick_step;
use crate::view::panel::style::{colour, sheer, theme};
use crate::view::tokens::{space_pt, type_pt};

/// A curve.
pub struct Curve {
    /// Name in the read-out, and at its right end where the plot asks for it.
    pub name: String,
    /// Colour.
    pub colour: Color32,
    /// Width, points.
    pub width: f32,
    /// Points, x ascending; a gap where y is no number.
    pub points: Vec<[f64; 2]>,
}

/// A plot.
pub struct Plot<'a> {
    /// What it shows, for screen readers.
    pub title: &'a str,
    /// Name and unit of the horizontal axis.
    pub x_name: &'a str,
    /// Unit of the vertical axis, for the read-out.
    pub y_unit: &'a str,
    /// Ends of the horizontal axis.
    pub x: (f64, f64),
    /// Values that the vertical axis holds at least.
    pub y_holds: (f64, f64),
    /// Decimals of the read-out.
    pub decimals: usize,
    /// Height, points.
    pub height: f32,
    /// A band of values that are good.
    pub band: Option<(f64, f64)>,
    /// A value that is marked across.
    pub level: Option<f64>,
    /// Places that are marked.
    pub marks: &'a [f64],
    /// Whether curves are named at their right ends.
    pub named: bool,
}

/// Lowest and highest value, with room.
fn bounds(plot: &Plot<'_>, curves: &[Curve]) -> (f64, f64) {
    let values = curves.iter().flat_map(|c| &c.points).map(|p| p[1]);
    let (mut low, mut high) = plot.y_holds;
    for v in values.filter(|v| v.is_finite()) {
        (low, high) = (low.min(v), high.max(v));
    }
    if low > high {
        return (0.0, 1.0);
    }
    let room = (high - low).max(high.abs() * 0.02).max(1e-9) * 0.06;
    (if low == 0.0 { 0.0 } else { low - room }, high + room)
}

/// Decimals that ticks of a step need.
fn decimals(step: f64) -> usize {
    (-libm::floor(libm::log10(step) + 1e-9)).clamp(0.0, 6.0) as usize
}

struct Scale<'a> {
    plot: &'a Plot<'a>,
    area: Rect,
    y: (f64, f64),
}

impl Scale<'_> {
    fn x(&self, x: f64) -> f32 {
        let (from, to) = self.plot.x;
        self.area.left() + ((x - from) / (to - from).max(1e-12)) as f32 * self.area.width()
    }

    fn y(&self, y: f64) -> f32 {
        let (low, high) = self.y;
        self.area.bottom() - ((y - low) / (high - low).max(1e-12)) as f32 * self.area.height()
    }
}

/// Draws the plot over the whole width.
pub fn show(ui: &mut Ui, plot: &Plot<'_>, curves: &[Curve]) {
    let look = theme(ui);
    let size = Vec2::new(ui.available_width(), plot.height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Image, true, plot.title));
    let painter = ui.painter_at(rect.expand(2.0));
    let font = FontId::proportional(type_pt::SMALL - 1.0);
    let dim = colour(look.dim);
    let y = bounds(plot, curves);
    let step = tick_step(y.1 - y.0, f64::from(plot.height / 36.0));
    let words = |v: f64| number(v, decimals(step));
    let wide = |text: String| painter.layout_no_wrap(text, font.clone(), dim).size().x;
    let left = wide(words(y.0)).max(wide(words(y.1))).max(16.0) + space_pt::S;
    let names = curves.iter().map(|c| wide(c.name.clone()));
    let right = if plot.named {
        names.fold(0.0, f32::max) + space_pt::XS + 2.0
    } else {
        4.0
    };
    let scale = Scale {
        plot,
        area: Rect::from_min_max(
            pos2(rect.left() + left, rect.top() + 4.0),
            pos2(rect.right() - right, rect.bottom() - 18.0),
        ),
        y,
    };
    let area = scale.area;
    if let Some((low, high)) = plot.band {
        let good = Rect::from_x_y_ranges(area.x_range(), scale.y(high)..=scale.y(low));
        painter.rect_filled(good.intersect(area), 0.0, sheer(look.good, 0.13));
    }
    let mut v = libm::ceil(y.0 / step) * step;
    while v <= y.1 + step * 1e-6 {
        let at = scale.y(v);
        painter.hline(area.x_range(), at, Stroke::new(1.0, sheer(look.line, 0.7)));
        let place = pos2(area.left() - 6.0, at);
        painter.text(place, Align2::RIGHT_CENTER, words(v), font.clone(), dim);
        v += step;
    }
    let name = painter.text(
        pos2(rect.right() - 1.0, area.bottom() + 4.0),
        Align2::RIGHT_TOP,
        plot.x_name,
        font.clone(),
        dim,
    );
    let step = tick_step(plot.x.1 - plot.x.0, f64::from(area.width() / 56.0));
    let mut v = libm::ceil(plot.x.0 / step - 1e-9) * step;
    while v <= plot.x.1 + step * 1e-6 {
        let at = scale.x(v);
        painter.vline(at, area.y_range(), Stroke::new(1.0, sheer(look.line, 0.4)));
        // The last bit of a sum of steps is no minus zero.
        let shown = if v.abs() < step * 1e-6 { 0.0 } else { v };
        let galley = painter.layout_no_wrap(number(shown, decimals(step)), font.clone(), dim);
        let half = 0.5 * galley.size().x;
        if at + half < name.left() - 6.0 && at - half >= rect.left() {
            painter.galley(pos2(at - half, area.bottom() + 4.0), galley, dim);
        }
        v += step;
    }
    if let Some(level) = plot.level {
        let ends = [area.left(), area.right()].map(|x| pos2(x, scale.y(level)));
        let dash = Shape::dashed_line(&ends, Stroke::new(1.0, dim), 5.0, 4.0);
        painter.extend(dash);
    }
    let clipped = painter.with_clip_rect(area.expand(1.0));
    for curve in curves {
        draw(&clipped, &scale, curve);
    }
    for mark in plot.marks {
        clipped.vline(
            scale.x(*mark),
            area.y_range(),
            Stroke::new(1.0, colour(look.accent)),
        );
    }
    if plot.named {
        label_ends(&painter, &scale, curves, &font);
    }
    let hover = response.hover_pos().filter(|p| area.contains(*p));
    if let Some(at) = hover {
        let share = f64::from((at.x - area.left()) / area.width());
        readout(
            ui,
            &painter,
            &scale,
            curves,
            plot.x.0 + share * (plot.x.1 - plot.x.0),
        );
    }
}

fn draw(painter: &Painter, scale: &Scale<'_>, curve: &Curve) {
    let stroke = Stroke::new(curve.width, curve.colour);
    for run in curve.points.split(|p| !p[1].is_finite()) {
        let line: Vec<Pos2> = run
            .iter()
            .map(|p| pos2(scale.x(p[0]), scale.y(p[1])))
            .collect();
        if let [one] = line[..] {
            painter.circle_filled(one, 2.0, curve.colour);
        } else if !line.is_empty() {
            painter.add(PathShape::line(line, stroke));
        }
    }
}

/// Names at the curves' right ends, pushed apart where they would meet.
fn label_ends(painter: &Painter, scale: &Scale<'_>, curves: &[Curve], font: &FontId) {
    let end = |c: &Curve| {
        let seen = |p: &&[f64; 2]| p[1].is_finite() && p[0] <= scale.plot.x.1 * (1.0 + 1e-9);
        c.points.iter().rev().find(seen).map(|p| scale.y(p[1]))
    };
    let mut ends: Vec<(f32, &Curve)> = curves
        .iter()
        .filter_map(|c| Some((end(c)?, c)))
        .filter(|(y, _)| (scale.area.top()..=scale.area.bottom()).contains(y))
        .collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut below = f32::NEG_INFINITY;
    for (y, curve) in ends {
        let y = y.max(below + type_pt::SMALL);
        below = y;
        if y > scale.area.bottom() + 8.0 {
            break;
        }
        painter.text(
            pos2(scale.area.right() + space_pt::XS, y),
            Align2::LEFT_CENTER,
            &curve.name,
            font.clone(),
            curve.colour,
        );
    }
}

fn readout(ui: &Ui, painter: &Painter, scale: &Scale<'_>, curves: &[Curve], x: f64) {
    let look = theme(ui);
    let area = scale.area;
    let over = Stroke::new(1.0, sheer(look.text, 0.35));
    painter.vline(scale.x(x), area.y_range(), over);
    let font = FontId::proportional(type_pt::SMALL);
    let step = (scale.plot.x.1 - scale.plot.x.0) / 200.0;
    let head = format!("{}  {}", number(x, decimals(step)), scale.plot.x_name);
    let mut rows = vec![(head, colour(look.dim))];
    for curve in curves {
        let distance = |p: &[f64; 2]| (p[0] - x).abs();
        let finite = curve.points.iter().filter(|p| p[1].is_finite());
        let Some(near) = finite.min_by(|a, b| distance(a).total_cmp(&distance(b))) else {
            continue;
        };
        painter.circle_filled(pos2(scale.x(near[0]), scale.y(near[1])), 3.0, curve.colour);
        let value = number(near[1], scale.plot.decimals);
        let row = format!("{}  {value} {}", curve.name, scale.plot.y_unit);
        rows.push((row, curve.colour));
    }
    let galleys: Vec<_> = rows
        .into_iter()
        .map(|(text, tint)| painter.layout_no_wrap(text, font.clone(), tint))
        .collect();
    let width = galleys.iter().map(|g| g.size().x).fold(0.0, f32::max) + 2.0 * space_pt::S;
    let height = galleys.iter().map(|g| g.size().y).sum::<f32>() + space_pt::S;
    // Above everything: a narrow plot's read-out may be taller than the plot.
    let at = pos2(scale.x(x), area.top());
    let window = ui.ctx().content_rect();
    let left = if at.x + 10.0 + width > window.right() {
        at.x - 10.0 - width
    } else {
        at.x + 10.0
    };
    let top = (at.y + 2.0).min(window.bottom() - height);
    let frame = Rect::from_min_size(pos2(left, top), Vec2::new(width, height));
    let above = ui.ctx().layer_painter(egui::LayerId::new(
        egui::Order::Tooltip,
        ui.id().with("readout"),
    ));
    above.rect(
        frame,
        4.0,
        colour(look.raised),
        Stroke::new(1.0, colour(look.line)),
        egui::StrokeKind::Inside,
    );
    let mut y = frame.top() + space_pt::XS;
    for galley in galleys {
        let row = galley.size().y;
        above.galley(
            pos2(frame.left() + space_pt::S, y),
            galley,
            colour(look.text),
        );
        y += row;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_holds_all_values_and_gaps_count_for_nothing() {
        let plot = Plot {
            title: "",
            x_name: "",
            y_unit: "",
            x: (0.0, 1.0),
            y_holds: (60.0, 70.0),
            decimals: 1,
            height: 100.0,
            band: None,
            level: None,
            marks: &[],
            named: false,
        };
        let curve = Curve {
            name: String::new(),
            colour: Color32::WHITE,
            width: 1.0,
            points: vec![[0.0, 55.0], [0.5, f64::NAN], [1.0, 90.0]],
        };
        let (low, high) = bounds(&plot, &[curve]);
        assert!(low < 55.0 && high > 90.0 && high < 95.0);
        let (low, high) = bounds(
            &Plot {
                y_holds: (f64::INFINITY, f64::NEG_INFINITY),
                ..plot
            },
            &[],
        );
        assert_eq!((low, high), (0.0, 1.0));
        assert_eq!((decimals(0.05), decimals(20.0)), (2, 0));
    }
}
