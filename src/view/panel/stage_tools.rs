//! What lies over the plant: overlay and its legend, what to see when the scene cannot run.

use egui::{
    Align2, CornerRadius, FontId, Frame, Margin, Rect, RichText, Ui, UiBuilder, Vec2, pos2,
};
use egui_phosphor::regular as icon;

use super::button;
use super::command;
use super::desk::Desk;
use super::style::{colour, sheer, small, theme};
use crate::view::i18n::{decimals_for, number};
use crate::view::tokens::{frame_pt, sequential, space_pt, type_pt};

/// Draws the tools at the corners of the plant's place.
pub fn show(ui: &mut Ui, desk: &mut Desk, rect: Rect) {
    let look = theme(ui);
    let stuck = desk.live.is_none() && desk.session.is_some();
    if stuck {
        // No plant stands there, and so no ground of its own.
        ui.painter().rect_filled(rect, 0.0, colour(look.bg));
    }
    let inner = rect.shrink(space_pt::M);
    let corner = UiBuilder::new().max_rect(Rect::from_min_size(
        inner.min,
        Vec2::new(inner.width(), frame_pt::ROW + space_pt::S),
    ));
    let t = desk.texts();
    let mut child = ui.new_child(corner);
    child.horizontal(|ui| {
        let frame = Frame::new()
            .fill(sheer(look.surface, 0.92))
            .corner_radius(frame_pt::RADIUS)
            .inner_margin(Margin::symmetric(space_pt::XS as i8, 2));
        frame.show(ui, |ui| {
            ui.horizontal(|ui| {
                for name in ["home", "frame", "top-view"] {
                    if let Some(c) = command::find(name) {
                        button::command(ui, desk, c);
                    }
                }
                if desk.overlays.is_empty() {
                    return;
                }
                let word = |name: Option<&str>| match name {
                    Some(name) => t.get(&format!("overlay-{name}")),
                    None => t.get("overlay-none"),
                };
                let label = format!(
                    "{} {} {}",
                    icon::STACK_SIMPLE,
                    word(desk.overlay),
                    icon::CARET_DOWN
                );
                ui.menu_button(label, |ui| {
                    let all = desk.overlays;
                    for name in std::iter::once(None).chain(all.iter().map(|n| Some(*n))) {
                        if ui
                            .selectable_label(desk.overlay == name, word(name))
                            .clicked()
                        {
                            desk.overlay = name;
                            ui.close();
                        }
                    }
                });
            });
        });
    });
    if let (Some(legend), Some(name)) = (desk.legend, desk.overlay) {
        let size = Vec2::new(196.0, 46.0);
        let place = Rect::from_min_size(pos2(inner.left(), inner.bottom() - size.y), size);
        let painter = ui.painter_at(place.expand(1.0));
        let radius = CornerRadius::same(frame_pt::RADIUS);
        painter.rect_filled(place, radius, sheer(look.surface, 0.92));
        let font = FontId::proportional(type_pt::SMALL);
        let title = format!(
            "{} ({})",
            t.get(&format!("overlay-{name}")),
            t.unit(legend.unit)
        );
        let text = colour(look.text);
        painter.text(
            place.min + Vec2::new(8.0, 4.0),
            Align2::LEFT_TOP,
            title,
            font.clone(),
            text,
        );
        let bar = Rect::from_min_max(
            pos2(place.left() + 8.0, place.top() + 20.0),
            pos2(place.right() - 8.0, place.top() + 27.0),
        );
        let steps = 48;
        for i in 0..steps {
            let width = bar.width() / steps as f32;
            let left = bar.left() + width * i as f32;
            let part =
                Rect::from_min_size(pos2(left, bar.top()), Vec2::new(width + 0.5, bar.height()));
            painter.rect_filled(part, 0.0, colour(sequential(i as f32 / (steps - 1) as f32)));
        }
        let figure = |v: f64| number(v, decimals_for(legend.high.abs()).min(1));
        let dim = colour(look.dim);
        let foot = place.bottom() - 3.0;
        painter.text(
            pos2(bar.left(), foot),
            Align2::LEFT_BOTTOM,
            figure(legend.low),
            font.clone(),
            dim,
        );
        painter.text(
            pos2(bar.right(), foot),
            Align2::RIGHT_BOTTOM,
            figure(legend.high),
            font,
            dim,
        );
    }
    if stuck {
        let place = Rect::from_center_size(rect.center(), Vec2::new(rect.width().min(420.0), 80.0));
        let mut child = ui.new_child(UiBuilder::new().max_rect(place));
        child.vertical_centered(|ui| {
            let words = format!("{} {}", icon::WARNING_CIRCLE, t.get("panel-cannot-run"));
            ui.label(RichText::new(words).color(colour(look.bad)));
            ui.label(small(ui, t.get("panel-cannot-run.help")));
            if let Some(c) = command::find("findings")
                && ui.button(t.get("cmd-findings")).clicked()
            {
                (c.run)(desk);
            }
        });
    }
}
