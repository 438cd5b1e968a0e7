//! States of tools as colour and glyph: bars that stack them, chips that name them.

use egui::epaint::PathShape;
use egui::{
    Color32, FontId, Painter, Pos2, Rect, Sense, Stroke, Ui, Vec2, WidgetInfo, WidgetType, pos2,
};

use super::style::{colour, sheer, theme};
use crate::view::tokens::{DARK, ToolState, space_pt, type_pt};

/// Paints a state's glyph; the same meanings as [`ToolState::glyph`], drawn, since no typeface
/// holds them all.
pub fn glyph(painter: &Painter, at: Pos2, size: f32, state: ToolState) {
    drawn(painter, at, size, state, colour(state.colour()));
}

/// The glyph in a colour of its own, as it stands on the state's.
fn drawn(painter: &Painter, at: Pos2, size: f32, state: ToolState, tint: Color32) {
    let r = size / 2.0;
    let line = Stroke::new((size / 7.0).max(1.2), tint);
    let sector = |share: f32| {
        let mut points = vec![at];
        for i in 0..=16 {
            let angle = std::f32::consts::TAU * (share * i as f32 / 16.0 - 0.25);
            points.push(at + r * Vec2::new(angle.cos(), angle.sin()));
        }
        PathShape::convex_polygon(points, tint, Stroke::NONE)
    };
    let polygon = |points: &[Vec2]| {
        let points = points.iter().map(|p| at + r * *p).collect();
        PathShape::convex_polygon(points, tint, Stroke::NONE)
    };
    match state {
        ToolState::Productive => {
            painter.circle_filled(at, r, tint);
        }
        ToolState::Setup => {
            painter.circle_stroke(at, r - 0.5, line);
            painter.add(sector(0.5));
        }
        ToolState::Standby => {
            painter.circle_stroke(at, r - 0.5, line);
        }
        ToolState::Held => {
            painter.circle_stroke(at, r - 0.5, line);
            painter.add(sector(0.25));
        }
        ToolState::Blocked => {
            painter.rect_filled(Rect::from_center_size(at, Vec2::splat(1.7 * r)), 1.0, tint);
        }
        ToolState::ScheduledDown => {
            painter.add(polygon(&[
                Vec2::new(0.0, -1.0),
                Vec2::new(1.0, 0.8),
                Vec2::new(-1.0, 0.8),
            ]));
        }
        ToolState::UnscheduledDown => {
            let d = 0.8 * r;
            painter.line_segment([at - Vec2::splat(d), at + Vec2::splat(d)], line);
            painter.line_segment([at + Vec2::new(-d, d), at + Vec2::new(d, -d)], line);
        }
        ToolState::Engineering => {
            painter.add(polygon(&[
                Vec2::new(0.0, -1.0),
                Vec2::new(1.0, 0.0),
                Vec2::new(0.0, 1.0),
                Vec2::new(-1.0, 0.0),
            ]));
        }
        ToolState::NonScheduled => {
            painter.line_segment([pos2(at.x - r, at.y), pos2(at.x + r, at.y)], line);
        }
    }
}

/// A glyph with words, as one thing: it wraps as a whole.
pub fn chip(ui: &mut Ui, state: ToolState, words: &str) {
    let gap = space_pt::XS + 2.0;
    let text = colour(theme(ui).text);
    let font = FontId::proportional(type_pt::SMALL);
    let galley = ui.painter().layout_no_wrap(words.to_owned(), font, text);
    let size = Vec2::new(12.0 + gap + galley.size().x, 18.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, words));
    glyph(
        ui.painter(),
        rect.left_center() + Vec2::new(6.0, 0.0),
        10.0,
        state,
    );
    let at = pos2(
        rect.left() + 12.0 + gap,
        rect.center().y - galley.size().y / 2.0,
    );
    ui.painter().galley(at, galley, text);
}

/// A bar of stacked shares over the whole width.
pub fn bar(ui: &mut Ui, parts: &[(ToolState, f64)], height: f32) {
    let size = Vec2::new(ui.available_width(), height);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    paint_bar(ui, rect, parts);
}

/// Paints stacked shares into a rectangle.
pub fn paint_bar(ui: &Ui, rect: Rect, parts: &[(ToolState, f64)]) {
    let total: f64 = parts.iter().map(|p| p.1).sum();
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 2.0, colour(theme(ui).bg));
    if total <= 0.0 {
        return;
    }
    let mut left = rect.left();
    for (state, part) in parts.iter().filter(|p| p.1 > 0.0) {
        let width = (part / total) as f32 * rect.width();
        let own = Rect::from_min_size(pos2(left, rect.top()), Vec2::new(width, rect.height()));
        painter.rect_filled(own, 0.0, colour(state.colour()));
        if width >= 16.0 && rect.height() >= 10.0 {
            let ink = if state.colour().luminance() > 0.18 {
                DARK.bg
            } else {
                DARK.text
            };
            drawn(&painter, own.center(), 7.0, *state, sheer(ink, 0.75));
        }
        left += width;
    }
}
