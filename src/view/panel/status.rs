//! The status line: findings, runs in work, what a frame costs, the seed.

use egui::{Align, Frame, Layout, Margin, Panel, Ui};
use egui_phosphor::regular as icon;

use super::button;
use super::desk::Desk;
use super::style::{colour, small, theme};
use super::window::Window;
use crate::scene::Severity;
use crate::view::i18n::number;
use crate::view::tokens::{frame_pt, space_pt, type_pt};

/// Draws the status line.
pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let frame = Frame::new()
        .fill(colour(theme(ui).surface))
        .inner_margin(Margin::symmetric(space_pt::M as i8, 0));
    Panel::bottom("status")
        .exact_size(frame_pt::STATUS)
        .frame(frame)
        .show(ui, |ui| {
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                findings(ui, desk);
                studies(ui, desk);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| figures(ui, desk));
            });
        });
}

fn findings(ui: &mut Ui, desk: &mut Desk) {
    let Some(session) = &desk.session else { return };
    let t = desk.texts();
    let look = theme(ui);
    let items = &session.findings().items;
    let count = |s| items.iter().filter(|d| d.severity == s).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let (face, tint, text) = if errors > 0 {
        let n = errors.to_string();
        (
            icon::WARNING_CIRCLE,
            look.bad,
            t.with("panel-errors", &[("n", &n)]),
        )
    } else if warnings > 0 {
        let n = warnings.to_string();
        (
            icon::WARNING,
            look.warn,
            t.with("panel-warnings", &[("n", &n)]),
        )
    } else {
        (icon::CHECK_CIRCLE, look.dim, t.get("panel-no-findings"))
    };
    let label = format!("{face} {text}");
    let shown = egui::RichText::new(&label)
        .size(type_pt::SMALL)
        .color(colour(tint));
    if ui
        .add(egui::Button::new(shown).frame(false).small())
        .clicked()
    {
        desk.window = Some(Window::Findings);
    }
}

/// Studies under way: how far, how long, a way to stop them.
fn studies(ui: &mut Ui, desk: &mut Desk) {
    let t = desk.texts();
    for (running, key) in [
        (&mut desk.bench.single, "room-what-if"),
        (&mut desk.bench.all, "room-variants"),
    ] {
        if !running.is_running() {
            continue;
        }
        let (done, all, left) = match &running.view {
            Some(v) => (v.pairs_done, v.pairs_total, v.remaining_s),
            None => (0, 0, None),
        };
        let left = left.map_or(String::new(), |s| format!(" · {} s", number(s, 0)));
        let words = format!("{} {done}/{all}{left}", t.get(key));
        ui.label(small(ui, words));
        if button::icon(ui, icon::STOP_CIRCLE, &t.get("panel-cancel"), false).clicked() {
            running.cancel();
        }
    }
}

fn figures(ui: &mut Ui, desk: &Desk) {
    let t = desk.texts();
    if let Some(scene) = desk.session.as_ref().and_then(|s| s.scene()) {
        let seed = scene.run.seed.to_string();
        ui.label(small(ui, t.with("panel-seed", &[("seed", &seed)])));
    }
    let ms = |v: f32| format!("{} ms", number(f64::from(v), 1));
    if desk.stats.cpu_ms > 0.0 {
        ui.label(small(ui, format!("CPU {}", ms(desk.stats.cpu_ms))));
    }
    if let Some(gpu) = desk.stats.gpu_ms {
        ui.label(small(ui, format!("GPU {}", ms(gpu))));
    }
}
