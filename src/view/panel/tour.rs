//! The first tour: four steps that end with a what-if answered.

use egui::{Align2, Area, Context, Frame, Id, Label, Margin, Order, Rect, RichText};
use egui_phosphor::regular as icon;

use super::bench::Running;
use super::desk::Desk;
use super::style::{colour, small, strong, theme};
use crate::view::tokens::{space_pt, type_pt};
use crate::whatif::knob::{Form, Value};

/// Steps of the tour.
const STEPS: u8 = 4;

/// Draws the step that is taken.
pub fn show(ctx: &Context, desk: &mut Desk, stage: Rect) {
    let Some(step) = desk.tour else { return };
    if desk.session.is_none() {
        return;
    }
    prepare(desk, step);
    let t = desk.texts();
    let mut next = Some(step);
    Area::new(Id::new("tour"))
        .order(Order::Foreground)
        .pivot(Align2::CENTER_TOP)
        .fixed_pos(stage.center_top() + egui::Vec2::new(0.0, 56.0))
        .show(ctx, |ui| {
            let look = theme(ui);
            Frame::popup(ui.style())
                .inner_margin(Margin::same(space_pt::L as i8))
                .show(ui, |ui| {
                    ui.set_width(340.0);
                    let n = (step + 1).to_string();
                    let of = STEPS.to_string();
                    ui.label(small(ui, t.with("tour-step", &[("n", &n), ("of", &of)])));
                    ui.label(strong(t.get(&format!("tour-{step}"))).size(type_pt::TITLE));
                    ui.add(Label::new(t.get(&format!("tour-{step}.about"))).wrap());
                    ui.add_space(space_pt::S);
                    ui.horizontal(|ui| {
                        let last = step + 1 == STEPS;
                        let words = if last {
                            t.get("tour-done")
                        } else {
                            t.get("tour-next")
                        };
                        let words = RichText::new(format!("{words} {}", icon::ARROW_RIGHT));
                        let button = egui::Button::new(words.color(colour(look.bg)))
                            .fill(colour(look.accent));
                        if ui.add(button).clicked() {
                            next = (!last).then_some(step + 1);
                        }
                        if !last && ui.button(t.get("tour-leave")).clicked() {
                            next = None;
                        }
                    });
                });
        });
    if next != Some(step) {
        desk.tour = next;
        match next {
            Some(step) => enter(desk, step),
            None => desk.prefs.tour_seen = true,
        }
    }
}

/// What a step needs to be seen.
fn enter(desk: &mut Desk, step: u8) {
    match step {
        1 => {
            desk.room = "plant";
            desk.play.running = true;
            desk.play.speed = 10_000.0;
        }
        2 => {
            desk.play.running = false;
            desk.room = "dashboard";
        }
        3 => desk.room = "what-if",
        _ => {}
    }
}

/// The last step turns the first knob of the plant as a whole, if none is turned, and asks.
fn prepare(desk: &mut Desk, step: u8) {
    let idle = |r: &Running| !r.is_running() && r.view.is_none();
    if step != 3 || !desk.bench.turned.is_empty() || !idle(&desk.bench.single) {
        return;
    }
    let Some(session) = &desk.session else { return };
    let knobs = desk.bench.knobs(session).to_vec();
    let starts = knobs
        .iter()
        .find(|k| k.kind == "starts")
        .or_else(|| knobs.iter().find(|k| matches!(k.form, Form::Number { .. })));
    let Some(knob) = starts else { return };
    if let Form::Number {
        high, value, whole, ..
    } = knob.form
    {
        let more = if whole { value + 1.0 } else { value * 1.05 };
        desk.bench.turn(knob, Value::Number(more.min(high)));
        desk.bench.pairs = 5;
        desk.bench.days = 30.0;
        // What it cannot run is told by the page itself.
        let _ = desk.run_what_if();
    }
}
