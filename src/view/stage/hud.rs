//! What stands at the stage's edges: scale bar, compass, and what the colours mean.

use bevy::math::Vec3;
use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Stroke, pos2, vec2};

use super::Stage;
use crate::view::i18n::Texts;
use crate::view::tokens::{self, Rgb, space_pt, type_pt};

fn paint(rgb: Rgb, opacity: f32) -> Color32 {
    let [r, g, b] = rgb.parts();
    Color32::from_rgb(r, g, b).gamma_multiply(opacity)
}

/// Length of the longest bar, points.
const BAR_PT: f32 = 120.0;

/// A length of 1, 2 or 5 times a power of ten that fits into `BAR_PT`.
fn bar_m(points_per_m: f32) -> f32 {
    let most = BAR_PT / points_per_m.max(1e-6);
    let decade = libm::powf(10.0, libm::floorf(libm::log10f(most)));
    [5.0, 2.0, 1.0]
        .into_iter()
        .map(|s| s * decade)
        .find(|m| *m <= most)
        .unwrap_or(decade)
}

/// Draws what stands at the edges of `area`; gives the places it takes.
pub fn draw(painter: &Painter, stage: &Stage, texts: &Texts, dark: bool, area: Rect) -> [Rect; 4] {
    let theme = if dark { &tokens::DARK } else { &tokens::LIGHT };
    let edge = space_pt::L;
    // A view too small for the plant itself is kept free of anything else.
    if area.width() < 360.0 || area.height() < 240.0 {
        return [Rect::NOTHING; 4];
    }
    let scale = scale_bar(
        painter,
        stage,
        theme,
        pos2(area.right() - edge, area.bottom() - edge),
    );
    let compass = compass(
        painter,
        stage,
        theme,
        pos2(area.right() - edge - 22.0, area.top() + edge + 22.0),
    );
    let legend = match stage.overlay {
        // The panels paint the heat map's colours at this place.
        Some(_) => Rect::from_min_size(pos2(area.left(), area.bottom() - 80.0), vec2(240.0, 80.0)),
        None => state_legend(
            painter,
            texts,
            theme,
            pos2(area.left() + edge, area.bottom() - edge),
            area,
        ),
    };
    // The panels put home, frame, plan and the overlays' menu here.
    let tools = Rect::from_min_size(area.min, vec2(260.0, 56.0));
    [scale, compass, legend, tools]
}

fn plate(painter: &Painter, theme: &tokens::Theme, rect: Rect) {
    painter.rect_filled(rect, 6.0, paint(theme.surface, opacity(theme)));
}

/// Opacity of plates over the plant: a sheer white would come out grey.
fn opacity(theme: &tokens::Theme) -> f32 {
    if *theme == tokens::DARK { 0.78 } else { 0.94 }
}

fn scale_bar(painter: &Painter, stage: &Stage, theme: &tokens::Theme, corner: Pos2) -> Rect {
    let pose = stage.rig.pose();
    let per_m = stage.points_per_m(pose.distance);
    let m = bar_m(per_m);
    let width = m * per_m;
    let label = if m >= 1.0 {
        format!("{m:.0} m")
    } else {
        format!("{m:.1} m")
    };
    let galley = painter.layout_no_wrap(
        label,
        FontId::proportional(type_pt::SMALL),
        paint(theme.text, 1.0),
    );
    let size = vec2(width.max(galley.size().x) + 20.0, galley.size().y + 20.0);
    let rect = Align2::RIGHT_BOTTOM.anchor_size(corner, size);
    plate(painter, theme, rect);
    let y = rect.bottom() - 8.0;
    let (x0, x1) = (rect.center().x - 0.5 * width, rect.center().x + 0.5 * width);
    let stroke = Stroke::new(1.5, paint(theme.text, 0.9));
    painter.line_segment([pos2(x0, y), pos2(x1, y)], stroke);
    for x in [x0, x1] {
        painter.line_segment([pos2(x, y - 4.0), pos2(x, y)], stroke);
    }
    let at = pos2(rect.center().x - 0.5 * galley.size().x, rect.top() + 5.0);
    painter.galley(at, galley, paint(theme.text, 1.0));
    rect
}

/// The axes of the floor as they lie in the view: x, y and north (+y).
fn compass(painter: &Painter, stage: &Stage, theme: &tokens::Theme, middle: Pos2) -> Rect {
    let radius = 22.0;
    painter.circle_filled(middle, radius, paint(theme.surface, opacity(theme)));
    painter.circle_stroke(middle, radius, Stroke::new(1.0, paint(theme.line, 1.0)));
    let to_view = stage.rig.pose().rotation().inverse();
    let along = |axis: Vec3| {
        let v = to_view * axis;
        vec2(v.x, -v.y)
    };
    let north = along(Vec3::NEG_Z);
    let east = along(Vec3::X);
    for (axis, colour) in [(east, theme.dim), (north, theme.accent)] {
        let tip = middle + axis * (radius - 9.0);
        painter.line_segment(
            [middle - axis * 4.0, tip],
            Stroke::new(2.0, paint(colour, 1.0)),
        );
        painter.circle_filled(tip, 2.2, paint(colour, 1.0));
    }
    let letter = |axis: egui::Vec2, text: &str, colour: Rgb| {
        if axis.length() > 0.35 {
            painter.text(
                middle + axis.normalized() * (radius - 5.0),
                Align2::CENTER_CENTER,
                text,
                FontId::proportional(9.0),
                paint(colour, 1.0),
            );
        }
    };
    letter(north, "N", theme.accent);
    Rect::from_center_size(middle, vec2(2.0 * radius, 2.0 * radius))
}

/// The states of tools with their colours and glyphs.
fn state_legend(
    painter: &Painter,
    texts: &Texts,
    theme: &tokens::Theme,
    corner: Pos2,
    area: Rect,
) -> Rect {
    let shown = [
        tokens::ToolState::Productive,
        tokens::ToolState::Standby,
        tokens::ToolState::ScheduledDown,
        tokens::ToolState::UnscheduledDown,
    ];
    let font = FontId::proportional(type_pt::SMALL);
    let galleys: Vec<_> = shown
        .iter()
        .map(|s| {
            painter.layout_no_wrap(
                texts.get(s.i18n_key()),
                font.clone(),
                paint(theme.text, 1.0),
            )
        })
        .collect();
    let row = galleys.iter().fold(0.0, |m: f32, g| m.max(g.size().y)) + 6.0;
    // Beside the scale bar: in one line if there is room, else in two, else one below the other.
    let across = |columns: usize| -> Vec<f32> {
        let widest = |k| {
            let column = galleys.iter().skip(k).step_by(columns);
            column.fold(0.0, |m: f32, g| m.max(g.size().x)) + 34.0
        };
        (0..columns).map(widest).collect()
    };
    let room = area.width() - BAR_PT - 80.0;
    let mut some = [4, 2].into_iter().map(across);
    let widths = some
        .find(|widths| widths.iter().sum::<f32>() <= room)
        .unwrap_or_else(|| across(1));
    let size = vec2(
        widths.iter().sum::<f32>() + 8.0,
        row * shown.len().div_ceil(widths.len()) as f32 + 6.0,
    );
    let rect = Align2::LEFT_BOTTOM.anchor_size(corner, size);
    plate(painter, theme, rect);
    for (k, (state, galley)) in shown.iter().zip(galleys).enumerate() {
        let (line, column) = (k / widths.len(), k % widths.len());
        let x = rect.left() + 10.0 + widths[..column].iter().sum::<f32>();
        let y = rect.top() + 3.0 + row * (line as f32 + 0.5);
        painter.rect_filled(
            Rect::from_center_size(pos2(x + 6.0, y), vec2(12.0, 12.0)),
            3.0,
            paint(state.colour(), 1.0),
        );
        let at = pos2(x + 18.0, y - 0.5 * galley.size().y);
        painter.galley(at, galley, paint(theme.text, 1.0));
    }
    rect
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_a_round_length_that_fits() {
        for per_m in [0.003, 0.4, 3.7, 88.0, 900.0] {
            let m = bar_m(per_m);
            assert!(
                m * per_m <= BAR_PT * 1.001 && m * per_m > 0.39 * BAR_PT,
                "{per_m}: {m}"
            );
            let lead = m / libm::powf(10.0, libm::floorf(libm::log10f(m) + 1e-4));
            assert!(
                [1.0, 2.0, 5.0].iter().any(|s| (lead - s).abs() < 0.01),
                "{m}"
            );
        }
    }
}
