//! The figures under the picture: sizes, edges, slopes, latitude, each with its unit and what it means.

use egui::{Label, RichText, Sense, Ui, Vec2, WidgetInfo, WidgetType};

use super::worker::Shown;
use crate::sim::process::lithography::window::depth_at;
use crate::sim::process::lithography::workbench::Through;
use crate::view::i18n::{Texts, number};
use crate::view::panel::style::{colour, small, strong, theme};
use crate::view::tokens::{space_pt, type_pt};

/// Exposure latitude at which the depth of focus is told.
const LATITUDE: f64 = 0.05;

/// A figure: key of its name (`.help` explains it), value with unit, a word beside it, whether that is bad.
struct Figure {
    key: &'static str,
    value: String,
    note: String,
    bad: bool,
}

/// A signed length.
fn signed(v: f64, decimals: usize) -> String {
    let words = number(v, decimals);
    if v > 0.0 && words.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        format!("+{words}")
    } else {
        words
    }
}

fn none() -> String {
    "–".to_owned()
}

fn all(t: &Texts, shown: Option<&Shown>, through: Option<&Through>) -> Vec<Figure> {
    let exposure = shown.map(|s| &s.exposure);
    let printed = exposure.and_then(|e| e.printed);
    let target = exposure.and_then(|e| e.target);
    let nm = |v: f64| format!("{} nm", number(v, 1));
    let tolerance = shown.map_or(0.1, |s| s.clip.tolerance);
    let off = printed
        .zip(target)
        .map(|(p, t)| p.cd_nm() / t.cd_nm() - 1.0);
    let cd = Figure {
        key: "process-cd",
        value: printed.map_or_else(none, |f| nm(f.cd_nm())),
        note: match (off, target) {
            (Some(off), Some(_)) => t.with("process-off", &[("share", &signed(100.0 * off, 1))]),
            (None, Some(_)) if exposure.is_some() => t.get("process-lost"),
            _ => String::new(),
        },
        bad: off.is_some_and(|o| o.abs() > tolerance) || (printed.is_none() && target.is_some()),
    };
    let aim = Figure {
        key: "process-target",
        value: target.map_or_else(none, |f| nm(f.cd_nm())),
        note: match target {
            Some(_) => String::new(),
            None => t.get("process-no-target"),
        },
        bad: false,
    };
    let edges = printed.zip(target);
    let edges = Figure {
        key: "process-epe",
        value: edges.map_or_else(none, |(p, t)| {
            let low = signed(t.low_nm - p.low_nm, 1);
            format!("{low} / {} nm", signed(p.high_nm - t.high_nm, 1))
        }),
        note: String::new(),
        bad: false,
    };
    let placement = exposure.and_then(|e| e.placement);
    let rms = Figure {
        key: "process-epe-rms",
        value: placement.map_or_else(none, |p| nm(p.rms_nm)),
        note: placement.map_or(String::new(), |p| {
            if p.lost > 0 {
                t.with("process-epe-lost", &[("n", &p.lost.to_string())])
            } else {
                t.with("process-epe-worst", &[("nm", &signed(p.worst_nm, 1))])
            }
        }),
        bad: placement.is_some_and(|p| p.lost > 0),
    };
    let nils = exposure.zip(printed).map(|(e, f)| e.profile.nils(f));
    let slope = Figure {
        key: "process-nils",
        value: nils.map_or_else(none, |v| number(v, 2)),
        note: String::new(),
        bad: false,
    };
    let widest = through.map(|w| w.windows.first().map_or(0.0, |w| w.latitude));
    let latitude = Figure {
        key: "process-latitude",
        value: widest.map_or_else(none, |v| format!("{} %", number(100.0 * v, 1))),
        note: String::new(),
        bad: widest == Some(0.0),
    };
    let depth = through.map(|w| depth_at(&w.windows, LATITUDE));
    let depth = Figure {
        key: "process-depth",
        value: depth.flatten().map_or_else(none, nm),
        note: t.with(
            "process-at-latitude",
            &[("share", &number(100.0 * LATITUDE, 0))],
        ),
        bad: depth == Some(None),
    };
    vec![cd, aim, edges, rms, slope, latitude, depth]
}

/// Figures beside each other: all seven, or two lines of four and three.
pub fn columns(width: f32) -> usize {
    if width < 900.0 { 4 } else { 7 }
}

/// Draws the figures in as many columns as fit.
pub fn show(ui: &mut Ui, t: &Texts, shown: Option<&Shown>, through: Option<&Through>) {
    let figures = all(t, shown, through);
    let columns = columns(ui.available_width());
    let width = (ui.available_width() - (columns - 1) as f32 * space_pt::S) / columns as f32;
    for line in figures.chunks(columns) {
        ui.horizontal_top(|ui| {
            for figure in line {
                one(ui, t, figure, width);
            }
        });
    }
}

fn one(ui: &mut Ui, t: &Texts, figure: &Figure, width: f32) {
    let look = theme(ui);
    let name = t.get(figure.key);
    let place = ui.allocate_ui(Vec2::new(width, 54.0), |ui| {
        ui.set_min_size(Vec2::new(width, 54.0));
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.add(Label::new(small(ui, &name)).truncate());
            let mut value = strong(&figure.value).size(type_pt::TITLE);
            if figure.bad {
                value = value.color(colour(look.bad));
            }
            ui.add(Label::new(value).truncate());
            let note = RichText::new(&figure.note).size(type_pt::SMALL - 1.0);
            let tint = if figure.bad { look.bad } else { look.dim };
            ui.add(Label::new(note.color(colour(tint))).truncate());
        });
    });
    let id = ui.id().with(figure.key);
    let response = ui.interact(place.response.rect, id, Sense::hover());
    let words = format!("{name}: {} {}", figure.value, figure.note);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, words.trim()));
    response.on_hover_text(format!(
        "{name}\n{}",
        t.get(&format!("{}.help", figure.key))
    ));
}
