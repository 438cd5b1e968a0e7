//! The mask on the bench: the layout as it is drawn, or one that was sought for what is set.

use egui::{Button, Label, ProgressBar, RichText, Ui};
use egui_phosphor::regular as icon;

use super::{Process, exports, knobs};
use crate::sim::process::lithography::sought::Unseekable;
use crate::view::i18n::{Texts, number};
use crate::view::panel::button;
use crate::view::panel::desk::Desk;
use crate::view::panel::notice::Weight;
use crate::view::panel::style::{colour, small, strong, theme};
use crate::view::tokens::space_pt;

/// Draws the choice of the mask, its search, and what it is.
pub fn show(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    ui.label(strong(t.get("process-mask")));
    choice(ui, &mut desk.process, t);
    knobs::feature(ui, &mut desk.process, t);
    match desk.process.steps() {
        Some(steps) => under_way(ui, &mut desk.process, t, steps),
        None => {
            offer(ui, desk, t);
            state(ui, &desk.process, t);
        }
    }
}

/// The layout's own shapes, or those that were found.
fn choice(ui: &mut Ui, process: &mut Process, t: &Texts) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space_pt::XS;
        let taken = process.has_sought();
        for (sought, key) in [(false, "process-mask-drawn"), (true, "process-mask-sought")] {
            let fits = !sought || process.found().is_some();
            let label =
                ui.add_enabled_ui(fits, |ui| ui.selectable_label(taken == sought, t.get(key)));
            let help = t.get(&format!("{key}.help"));
            let label = label
                .inner
                .on_hover_text(&help)
                .on_disabled_hover_text(help);
            if label.clicked() {
                process.take_sought(sought);
            }
        }
    });
}

/// How far a search is, and the way to end it.
fn under_way(ui: &mut Ui, process: &mut Process, t: &Texts, (done, of): (u32, u32)) {
    ui.horizontal(|ui| {
        let stop = button::icon(ui, icon::X, &t.get("process-mask-stop"), false);
        let share = done as f32 / of.max(1) as f32;
        let fill = colour(theme(ui).accent);
        ui.add(ProgressBar::new(share).desired_height(4.0).fill(fill));
        if stop.clicked() {
            process.stop_seeking();
        }
    });
    let values = [("n", done.to_string()), ("of", of.to_string())];
    let values = values.each_ref().map(|(k, v)| (*k, v.as_str()));
    ui.label(small(ui, t.with("process-mask-steps", &values)));
}

/// The buttons that begin a search and save a mask.
fn offer(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    ui.horizontal(|ui| {
        let fault = desk.process.seekable().err();
        let words = format!("{} {}", icon::MAGIC_WAND, t.get("cmd-optimise-mask"));
        let seek = ui.add_enabled(fault.is_none(), Button::new(words));
        let seek = seek.on_hover_text(t.get("process-mask-help"));
        let seek = match &fault {
            Some(fault) => seek.on_disabled_hover_text(said(fault, t)),
            None => seek,
        };
        if seek.clicked() {
            desk.process.seek();
        }
        let words = format!("{} GDSII", icon::DOWNLOAD_SIMPLE);
        let save = ui.add(Button::new(small(ui, words)));
        let save = button::named(save, &t.get("process-mask-save"), false);
        if save.clicked() {
            match exports::mask(&desk.process) {
                Ok(file) => desk.export_files(vec![file]),
                Err(corners) => {
                    let n = corners.to_string();
                    desk.say(
                        Weight::Failure,
                        t.with("process-mask-corners", &[("n", &n)]),
                    );
                }
            }
        }
    });
}

/// Why there is no mask, or what the one that is used is.
fn state(ui: &mut Ui, process: &Process, t: &Texts) {
    let look = theme(ui);
    if let Some(fault) = &process.unseekable {
        let words = format!("{} {}", icon::WARNING_CIRCLE, said(fault, t));
        ui.label(RichText::new(words).color(colour(look.bad)));
        return;
    }
    let clip = &process.now.clip;
    let older = clip.sought.as_ref().is_some_and(|s| !s.is_of(clip));
    if older && process.has_sought() {
        let words = format!("{} {}", icon::WARNING, t.get("process-mask-older"));
        ui.label(small(ui, words).color(colour(look.warn)));
        return;
    }
    let n = number(clip.mask().polygons.len() as f64, 0);
    let words = t.with("process-mask-polygons", &[("n", &n)]);
    ui.add(Label::new(small(ui, words)).truncate());
}

/// Why no mask can be sought, in words.
fn said(fault: &Unseekable, t: &Texts) -> String {
    match fault {
        Unseekable::Dark(_) => t.get("process-no-light"),
        Unseekable::Phases => t.get("process-mask-phases"),
        Unseekable::Wide { most_nm } => {
            let nm = number(libm::floor(*most_nm), 0);
            t.with("process-mask-wide", &[("nm", &nm)])
        }
        Unseekable::Full(full) => {
            let n = number(full.most as f64, 0);
            t.with("process-mask-full", &[("n", &n)])
        }
    }
}
