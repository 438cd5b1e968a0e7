//! Charts: title with unit, ways out; and lines with axes, bands, a read-out under the pointer.

use egui::epaint::{Mesh, PathShape};
use egui::{
    Align, Align2, Color32, FontId, Layout, Painter, Popup, PopupAnchor, PopupKind, Pos2, Rect,
    Response, RichText, Sense, SetOpenCommand, Shape, Stroke, Ui, Vec2, pos2,
};
use egui_phosphor::regular as icon;

use super::desk::Desk;
use super::picture;
use super::style::{colour, sheer, small, strong, theme};
use crate::view::i18n::{Texts, decimals_for, number};
use crate::view::report::study::file_name;
use crate::view::report::svg::cell;
use crate::view::tokens::{frame_pt, space_pt, type_pt};

/// Below this height a chart's unit stands beside its title, points.
pub const LOW: f32 = 90.0;
/// Least width of a chart as a picture, points.
const PICTURE: f32 = 640.0;

/// A line.
pub struct Series<'a> {
    /// What it is of, for the read-out and the legend.
    pub name: &'a str,
    /// Its colour.
    pub colour: Color32,
    /// Its points, x ascending.
    pub points: &'a [[f64; 2]],
    /// Lower and upper end at each point, if it has an interval.
    pub band: Option<&'a [[f64; 2]]>,
    /// Whether the area below it is tinted.
    pub filled: bool,
}

/// What the axes say.
pub struct Axes<'a> {
    /// Unit of the values.
    pub unit: &'a str,
    /// Ends of the horizontal axis.
    pub x: (f64, f64),
    /// How a place on it is written.
    pub x_words: &'a dyn Fn(f64) -> String,
    /// A vertical line: now.
    pub mark: Option<f64>,
    /// Whether the vertical axis begins at zero.
    pub from_zero: bool,
    /// Height, points.
    pub height: f32,
}

/// What a chart is called, and its figures as a CSV file.
pub struct Head<'a> {
    /// What it shows.
    pub title: &'a str,
    /// Unit of its values; may be empty.
    pub unit: &'a str,
    /// The figures as a CSV file, called when somebody asks for them.
    pub csv: &'a dyn Fn() -> String,
}

/// What a chart leaves as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Png,
    Svg,
    Csv,
}

/// A chart with its title and unit; it leaves as PNG, SVG or CSV by the button beside its title
/// and by its context menu. `body` draws it; drawn once more, it must draw the same.
pub fn show(
    ui: &mut Ui,
    desk: &mut Desk,
    head: &Head<'_>,
    mut body: impl FnMut(&mut Ui, &mut Desk),
) {
    let t = desk.texts();
    let mut wanted = None;
    ui.horizontal(|ui| {
        // The button first: a long title is cut before it.
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let name = t.with("panel-export-chart", &[("name", head.title)]);
            let face = RichText::new(icon::DOWNLOAD_SIMPLE).color(colour(theme(ui).dim));
            let button = egui::Button::new(face).small().frame_when_inactive(false);
            let menu = egui::containers::menu::MenuButton::from_button(button);
            let (response, _) = menu.ui(ui, |ui| wanted = forms(ui, &t));
            super::button::named(response, &name, false);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| titles(ui, head));
        });
    });
    let drawn = ui.scope(|ui| body(ui, desk)).response;
    // What the chart itself is sensitive to comes first; only the second button is ours.
    let place = drawn.rect;
    let pressed = ui.rect_contains_pointer(place) && ui.input(|i| i.pointer.secondary_clicked());
    Popup::new(
        drawn.id.with("forms"),
        ui.ctx().clone(),
        PopupAnchor::PointerFixed,
        ui.layer_id(),
    )
    .kind(PopupKind::Menu)
    .layout(Layout::top_down_justified(Align::Min))
    .style(egui::containers::menu::menu_style)
    .gap(0.0)
    .open_memory(pressed.then_some(SetOpenCommand::Bool(true)))
    .show(|ui| wanted = forms(ui, &t).or(wanted));
    if let Some(form) = wanted {
        leave(ui, desk, head, form, place.size(), &mut body);
    }
}

fn titles(ui: &mut Ui, head: &Head<'_>) {
    ui.add(egui::Label::new(strong(head.title)).truncate());
    if !head.unit.is_empty() {
        ui.label(small(ui, head.unit));
    }
}

/// The entries of a chart's menu.
fn forms(ui: &mut Ui, t: &Texts) -> Option<Form> {
    let all = [
        (Form::Png, icon::FILE_PNG, "panel-save-png"),
        (Form::Svg, icon::FILE_SVG, "panel-save-svg"),
        (Form::Csv, icon::FILE_CSV, "panel-save-csv"),
    ];
    let mut chosen = None;
    for (form, face, key) in all {
        if ui.button(format!("{face} {}", t.get(key))).clicked() {
            chosen = Some(form);
            ui.close();
        }
    }
    chosen
}

/// Saves a chart. A picture carries its title, and what made it: scene, seed, version.
fn leave(
    ui: &Ui,
    desk: &mut Desk,
    head: &Head<'_>,
    form: Form,
    size: Vec2,
    body: &mut dyn FnMut(&mut Ui, &mut Desk),
) {
    if form == Form::Csv {
        return desk.export(&format!("{}.csv", head.title), (head.csv)());
    }
    let scene = desk.session.as_ref().and_then(|s| s.scene());
    let made = scene.map_or_else(String::new, |scene| {
        let (name, seed) = (&scene.name, scene.run.seed);
        let version = env!("CARGO_PKG_VERSION");
        let seed = desk
            .texts()
            .with("panel-seed", &[("seed", &seed.to_string())]);
        let mut made = format!("{name} · {seed} · geoul {version}");
        if !scene.assumed.is_empty() {
            made = format!("{made} · {}", desk.texts().get("report-assumed"));
        }
        made
    });
    let room = Vec2::new(size.x.max(PICTURE), size.y + 2.0 * frame_pt::ROW);
    let picture = picture::take(ui.ctx(), room, &mut |ui| {
        ui.horizontal(|ui| titles(ui, head));
        let place = Rect::from_min_size(ui.next_widget_position(), Vec2::new(room.x, size.y));
        ui.scope_builder(egui::UiBuilder::new().max_rect(place), |ui| body(ui, desk));
        ui.label(small(ui, &made));
    });
    let (name, bytes) = match form {
        Form::Svg => ("svg", picture.svg(head.title).into_bytes()),
        _ => ("png", picture.png()),
    };
    let name = file_name(&format!("{}.{name}", head.title));
    desk.export_files(vec![(name, bytes)]);
}

/// Distance between ticks so that about `n` fit: 1, 2 or 5 times a power of ten.
pub fn tick_step(range: f64, n: f64) -> f64 {
    let rough = range / n.max(1.0);
    if !rough.is_finite() || rough <= 0.0 {
        return 1.0;
    }
    let power = libm::pow(10.0, libm::floor(libm::log10(rough)));
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|s| s * power >= rough);
    step.unwrap_or(10.0) * power
}

/// Distance between ticks of a time axis in days.
pub fn day_step(range: f64, n: f64) -> f64 {
    const HOUR: f64 = 1.0 / 24.0;
    let nice = [
        HOUR / 4.0,
        HOUR,
        3.0 * HOUR,
        6.0 * HOUR,
        12.0 * HOUR,
        1.0,
        2.0,
        7.0,
        14.0,
        28.0,
        56.0,
        91.0,
        182.0,
        364.0,
    ];
    let rough = range / n.max(1.0);
    nice.into_iter().find(|s| *s >= rough).unwrap_or(rough)
}

/// Decimals that ticks of a step need.
pub fn tick_decimals(step: f64) -> usize {
    (-libm::floor(libm::log10(step) + 1e-9)).clamp(0.0, 6.0) as usize
}

/// Highest and lowest value of all series, with room at the top.
fn bounds(series: &[Series<'_>], from_zero: bool) -> (f64, f64) {
    let values = series.iter().flat_map(|s| {
        let band = s.band.into_iter().flatten().flatten();
        s.points.iter().map(|p| &p[1]).chain(band)
    });
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for v in values.filter(|v| v.is_finite()) {
        low = low.min(*v);
        high = high.max(*v);
    }
    if low > high {
        return (0.0, 1.0);
    }
    if from_zero {
        low = low.min(0.0);
    }
    let room = (high - low).max(high.abs() * 0.05).max(1e-9) * 0.08;
    (
        if from_zero && low == 0.0 {
            0.0
        } else {
            low - room
        },
        high + room,
    )
}

/// Draws lines; gives the response of the plotted area and the x under the pointer.
pub fn lines(ui: &mut Ui, axes: &Axes<'_>, series: &[Series<'_>]) -> (Response, Option<f64>) {
    let look = theme(ui);
    let size = Vec2::new(ui.available_width(), axes.height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let font = FontId::proportional(type_pt::SMALL - 1.0);
    let dim = colour(look.dim);
    let painter = ui.painter_at(rect.expand(2.0));
    let (low, high) = bounds(series, axes.from_zero);
    let step = tick_step(high - low, f64::from(axes.height / 34.0));
    let decimals = tick_decimals(step);
    let tick = |v: f64| number(v, decimals);
    let widest = [low, high].map(|v| painter.layout_no_wrap(tick(v), font.clone(), dim).size().x);
    let left = widest[0].max(widest[1]).max(18.0) + space_pt::S;
    let low_chart = axes.height < LOW;
    let plot = Rect::from_min_max(
        pos2(
            rect.left() + left,
            rect.top() + if low_chart { 4.0 } else { 16.0 },
        ),
        pos2(rect.right() - 4.0, rect.bottom() - 18.0),
    );
    if !low_chart {
        painter.text(rect.min, Align2::LEFT_TOP, axes.unit, font.clone(), dim);
    }
    let (x0, x1) = axes.x;
    let across = (x1 - x0).max(1e-12);
    let to_x = |x: f64| plot.left() + ((x - x0) / across) as f32 * plot.width();
    let to_y = |y: f64| plot.bottom() - ((y - low) / (high - low)) as f32 * plot.height();
    let mut y = libm::ceil(low / step) * step;
    while y <= high + step * 1e-6 {
        let at = to_y(y);
        painter.hline(plot.x_range(), at, Stroke::new(1.0, sheer(look.line, 0.7)));
        painter.text(
            pos2(plot.left() - 6.0, at),
            Align2::RIGHT_CENTER,
            tick(y),
            font.clone(),
            dim,
        );
        y += step;
    }
    let step = day_step(across, f64::from(plot.width() / 90.0));
    let mut x = libm::ceil(x0 / step) * step;
    while x <= x1 + step * 1e-6 {
        let at = to_x(x);
        if at < plot.right() - 18.0 {
            let place = pos2(at, plot.bottom() + 4.0);
            painter.text(
                place,
                Align2::LEFT_TOP,
                (axes.x_words)(x),
                font.clone(),
                dim,
            );
        }
        painter.vline(at, plot.y_range(), Stroke::new(1.0, sheer(look.line, 0.4)));
        x += step;
    }
    for s in series {
        draw(&painter, plot, s, &to_x, &to_y);
    }
    if let Some(mark) = axes.mark.filter(|m| (x0..=x1).contains(m)) {
        painter.vline(
            to_x(mark),
            plot.y_range(),
            Stroke::new(1.0, colour(look.accent)),
        );
    }
    let hover = response.hover_pos().filter(|p| plot.contains(*p));
    let pointed = hover.map(|p| x0 + f64::from((p.x - plot.left()) / plot.width()) * across);
    if let Some(x) = pointed {
        readout(ui, &painter, plot, axes, series, x, &to_x, &to_y);
    }
    (response, pointed)
}

fn draw(
    painter: &Painter,
    plot: Rect,
    s: &Series<'_>,
    to_x: &dyn Fn(f64) -> f32,
    to_y: &dyn Fn(f64) -> f32,
) {
    let painter = painter.with_clip_rect(plot.expand(1.0));
    if let Some(band) = s.band {
        strip(
            &painter,
            s.colour.gamma_multiply(0.18),
            s.points
                .iter()
                .zip(band)
                .map(|(p, b)| (to_x(p[0]), to_y(b[0]), to_y(b[1]))),
        );
    }
    let seen = s.points.iter().filter(|p| p[1].is_finite());
    let line = thinned(seen.map(|p| pos2(to_x(p[0]), to_y(p[1]))));
    if s.filled {
        let base = plot.bottom();
        strip(
            &painter,
            s.colour.gamma_multiply(0.12),
            line.iter().map(|p| (p.x, p.y, base)),
        );
    }
    painter.add(PathShape::line(line, Stroke::new(1.6, s.colour)));
}

/// More points than pixels become two for each pixel, its lowest and its highest, so that no peak
/// is lost; their order is that in which they came.
fn thinned(points: impl Iterator<Item = Pos2>) -> Vec<Pos2> {
    let mut line: Vec<Pos2> = Vec::new();
    // Where the pixel's own points begin, and how many there are.
    let (mut from, mut column) = (0, f32::NAN);
    for at in points {
        if at.x.floor() != column {
            (from, column) = (line.len(), at.x.floor());
            line.push(at);
            continue;
        }
        line.push(at);
        if line.len() - from < 3 {
            continue;
        }
        // Of three in one pixel the middle one by height goes.
        let mut order = [from, from + 1, from + 2];
        order.sort_by(|a, b| line[*a].y.total_cmp(&line[*b].y));
        line.remove(order[1]);
    }
    line
}

/// A filled strip between two lines.
fn strip(painter: &Painter, fill: Color32, columns: impl Iterator<Item = (f32, f32, f32)>) {
    let mut mesh = Mesh::default();
    for (i, (x, a, b)) in columns.enumerate() {
        mesh.colored_vertex(pos2(x, a), fill);
        mesh.colored_vertex(pos2(x, b), fill);
        if i > 0 {
            let n = 2 * i as u32;
            mesh.add_triangle(n - 2, n - 1, n);
            mesh.add_triangle(n - 1, n, n + 1);
        }
    }
    painter.add(Shape::mesh(mesh));
}

#[allow(clippy::too_many_arguments)]
fn readout(
    ui: &Ui,
    painter: &Painter,
    plot: Rect,
    axes: &Axes<'_>,
    series: &[Series<'_>],
    x: f64,
    to_x: &dyn Fn(f64) -> f32,
    to_y: &dyn Fn(f64) -> f32,
) {
    let look = theme(ui);
    painter.vline(
        to_x(x),
        plot.y_range(),
        Stroke::new(1.0, sheer(look.text, 0.35)),
    );
    let font = FontId::proportional(type_pt::SMALL);
    let mut rows = vec![((axes.x_words)(x), colour(look.dim))];
    for s in series {
        let after = s.points.partition_point(|p| p[0] < x);
        let near = [after.checked_sub(1), Some(after)].into_iter().flatten();
        let near = near.filter(|i| *i < s.points.len());
        let nearest = near.min_by(|a, b| {
            let d = |i: usize| (s.points[i][0] - x).abs();
            d(*a).total_cmp(&d(*b))
        });
        let Some(i) = nearest else { continue };
        let [px, py] = s.points[i];
        if !py.is_finite() {
            continue;
        }
        painter.circle_filled(pos2(to_x(px), to_y(py)), 3.0, s.colour);
        let decimals = decimals_for(py);
        let band = s
            .band
            .and_then(|b| b.get(i))
            .map_or(String::new(), |[l, h]| {
                format!(" ({}–{})", number(*l, decimals), number(*h, decimals))
            });
        let unit = axes.unit;
        rows.push((
            format!("{} {}{band} {unit}", s.name, number(py, decimals)),
            s.colour,
        ));
    }
    let galleys: Vec<_> = rows
        .into_iter()
        .map(|(text, tint)| painter.layout_no_wrap(text, font.clone(), tint))
        .collect();
    let width = galleys.iter().map(|g| g.size().x).fold(0.0, f32::max) + 2.0 * space_pt::S;
    let height = galleys.iter().map(|g| g.size().y).sum::<f32>() + space_pt::S;
    let right = to_x(x) + 10.0 + width > plot.right();
    let left = if right {
        to_x(x) - 10.0 - width
    } else {
        to_x(x) + 10.0
    };
    let frame = Rect::from_min_size(pos2(left, plot.top() + 2.0), Vec2::new(width, height));
    painter.rect(
        frame,
        4.0,
        colour(look.raised),
        Stroke::new(1.0, colour(look.line)),
        egui::StrokeKind::Inside,
    );
    let mut y = frame.top() + space_pt::XS;
    for galley in galleys {
        let row = galley.size().y;
        painter.galley(
            pos2(frame.left() + space_pt::S, y),
            galley,
            colour(look.text),
        );
        y += row;
    }
}

/// A small line without axes, as trends are shown beside figures.
pub fn spark(ui: &mut Ui, points: &[f64], tint: Color32, size: Vec2) {
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    if points.len() < 2 {
        return;
    }
    let low = points.iter().copied().fold(f64::INFINITY, f64::min);
    let high = points.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let height = (high - low).max(1e-12);
    let last = (points.len() - 1) as f32;
    let at = |(i, v): (usize, &f64)| {
        let y = rect.bottom() - 2.0 - ((v - low) / height) as f32 * (rect.height() - 4.0);
        pos2(rect.left() + i as f32 / last * rect.width(), y)
    };
    let line: Vec<Pos2> = points.iter().enumerate().map(at).collect();
    ui.painter()
        .add(PathShape::line(line, Stroke::new(1.4, tint)));
}

/// Points as lines of a CSV file, one column for each series; quoted where needed.
pub fn csv(x_name: &str, series: &[(&str, &[[f64; 2]])]) -> String {
    let mut out = cell(x_name);
    for (name, _) in series {
        out.push(',');
        out.push_str(&cell(name));
    }
    out.push('\n');
    let rows = series.iter().map(|(_, p)| p.len()).max().unwrap_or(0);
    for i in 0..rows {
        let x = series
            .iter()
            .find_map(|(_, p)| p.get(i))
            .map_or(0.0, |p| p[0]);
        out.push_str(&x.to_string());
        for (_, points) in series {
            out.push(',');
            if let Some([_, y]) = points.get(i).filter(|p| p[1].is_finite()) {
                out.push_str(&y.to_string());
            }
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        for range in [0.013, 0.9, 7.0, 365.0, 123_456.0] {
            let step = tick_step(range, 5.0);
            let n = range / step;
            assert!((1.9..=5.0).contains(&n), "{range}: {step}");
            let lead = step / libm::pow(10.0, libm::floor(libm::log10(step) + 1e-9));
            assert!(
                [1.0, 2.0, 5.0].iter().any(|l| (lead - l).abs() < 1e-6),
                "{lead}"
            );
        }
        assert_eq!(tick_step(0.0, 5.0), 1.0);
        assert_eq!(
            (tick_decimals(0.2), tick_decimals(5.0), tick_decimals(100.0)),
            (1, 0, 0)
        );
        assert_eq!(day_step(90.0, 8.0), 14.0);
        assert_eq!(day_step(0.5, 4.0), 0.125);
    }

    #[test]
    fn a_chart_leaves_as_csv() {
        let a = [[0.0, 1.5], [1.0, f64::NAN]];
        let b = [[0.0, 2.0], [1.0, 3.0]];
        let text = csv("day", &[("WIP, lots", &a), ("b", &b)]);
        assert_eq!(text, "day,\"WIP, lots\",b\n0,1.5,2\n1,,3\n");
    }

    #[test]
    fn a_long_series_keeps_its_shape_and_its_peaks() {
        let points = (0..10_000u32).map(|i| {
            let y = if i == 4_321 { 99.0 } else { (i % 7) as f32 };
            pos2(i as f32 * 0.03, y)
        });
        let line = thinned(points);
        assert!(line.len() <= 602 && line.len() >= 300, "{}", line.len());
        assert!(line.iter().any(|p| p.y == 99.0));
        assert!(line.windows(2).all(|w| w[0].x <= w[1].x));
        let few = [pos2(0.0, 1.0), pos2(5.0, 2.0), pos2(9.0, 0.0)];
        assert_eq!(thinned(few.into_iter()), few);
    }

    #[test]
    fn bounds_leave_room_and_keep_zero() {
        let points = [[0.0, 4.0], [1.0, 8.0]];
        let s = [Series {
            name: "",
            colour: Color32::WHITE,
            points: &points,
            band: None,
            filled: false,
        }];
        let (low, high) = bounds(&s, true);
        assert!(low == 0.0 && high > 8.0 && high < 10.0);
        let (low, _) = bounds(&s, false);
        assert!(low < 4.0 && low > 3.0);
        assert_eq!(bounds(&[], true), (0.0, 1.0));
    }
}
