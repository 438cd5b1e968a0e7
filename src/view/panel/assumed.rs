//! The mark of results that rest on inputs nobody measured.

use egui::{RichText, Ui};
use egui_phosphor::regular as icon;

use super::desk::Desk;
use super::style::{colour, theme};
use crate::scene::schema::Scene;
use crate::view::i18n::Texts;
use crate::view::tokens::{space_pt, type_pt};

/// The mark, if the open scene assumes anything; pointed at, it says what.
pub fn mark(ui: &mut Ui, desk: &Desk) {
    let scene = desk.session.as_ref().and_then(|s| s.scene());
    if let Some(scene) = scene {
        mark_of(ui, scene, &desk.texts());
    }
}

/// The mark for results of a scene.
pub fn mark_of(ui: &mut Ui, scene: &Scene, t: &Texts) {
    if scene.assumed.is_empty() {
        return;
    }
    let words = format!("{} {}", icon::WARNING, t.get("report-assumed"));
    let tint = colour(theme(ui).warn);
    let response = ui.label(RichText::new(words).size(type_pt::SMALL).color(tint));
    response.on_hover_ui(|ui| {
        ui.set_max_width(ui.spacing().tooltip_width);
        ui.label(t.get("report-assumed-note"));
        ui.add_space(space_pt::XS);
        for line in &scene.assumed {
            ui.label(format!("• {line}"));
        }
    });
}
