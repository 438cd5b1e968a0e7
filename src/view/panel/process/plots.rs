//! The bench's plots: Bossung, process window, intensity along the cut line.

use egui::{Color32, ProgressBar, Ui};

use super::worker::Shown;
use super::xy::{self, Curve, Plot};
use super::{Process, exports};
use crate::sim::process::lithography::workbench::{DOSES, Through};
use crate::view::i18n::{Texts, number};
use crate::view::panel::chart::{self, Head};
use crate::view::panel::desk::Desk;
use crate::view::panel::style::{colour, dim, small, theme};
use crate::view::tokens::{diverging, space_pt};

/// Colour of a dose of the Bossung plot: blue below, the text's at, orange above nominal.
fn dose_colour(ui: &Ui, k: usize) -> Color32 {
    let middle = DOSES.len() / 2;
    if k == middle {
        return colour(theme(ui).text);
    }
    let share = k as f32 / (DOSES.len() - 1) as f32;
    let ramp = diverging(share);
    // Pale steps need the theme's text mixed in to be seen on its ground.
    colour(ramp.towards(
        theme(ui).text,
        if k.abs_diff(middle) == 1 { 0.25 } else { 0.0 },
    ))
}

/// Draws the line of what the window is made of: quick, in work, or whole.
fn state(ui: &mut Ui, process: &Process, t: &Texts) {
    let quick = process.out.window.as_ref().is_some_and(|w| w.1);
    let words = match process.out.progress {
        Some((n, of)) => {
            let values = [("n", n.to_string()), ("of", of.to_string())];
            let values = values.each_ref().map(|(k, v)| (*k, v.as_str()));
            t.with("process-foci", &values)
        }
        None if quick => t.get("process-window-quick"),
        None => t.get("process-window-whole"),
    };
    let share = match process.out.progress {
        Some((n, of)) => n as f32 / of.max(1) as f32,
        None if quick => 0.0,
        None => 1.0,
    };
    // The bar stays where it is when nothing runs, so that nothing moves.
    let fill = if share < 1.0 {
        colour(theme(ui).accent)
    } else {
        Color32::TRANSPARENT
    };
    let bar = ProgressBar::new(share).desired_height(3.0).fill(fill);
    ui.add(bar);
    ui.label(small(ui, words));
}

/// Draws Bossung plot and process window.
pub fn window(ui: &mut Ui, desk: &mut Desk, t: &Texts, height: f32) {
    let Some((through, quick)) = desk.process.out.window.clone() else {
        ui.label(dim(ui, t.get("process-window-none")));
        return;
    };
    let title = t.get("process-bossung");
    let unit = t.get("process-axis-cd");
    let head = Head {
        title: &title,
        unit: &unit,
        csv: &|| exports::bossung(&through),
    };
    chart::show(ui, desk, &head, |ui, desk| {
        bossung(ui, desk, t, &through, &title, height);
    });
    state(ui, &desk.process, t);
    ui.add_space(space_pt::S);
    let title = t.get("process-window");
    let unit = t.get("process-axis-latitude");
    let head = Head {
        title: &title,
        unit: &unit,
        csv: &|| exports::window(&through),
    };
    chart::show(ui, desk, &head, |ui, _| {
        latitude(ui, t, &through, &title, height, quick);
    });
}

fn bossung(ui: &mut Ui, desk: &Desk, t: &Texts, through: &Through, title: &str, height: f32) {
    let clip = &desk.process.now.clip;
    let curves: Vec<Curve> = through
        .doses
        .iter()
        .enumerate()
        .map(|(k, dose)| Curve {
            name: number(*dose, 2),
            colour: dose_colour(ui, k),
            width: if k == DOSES.len() / 2 { 2.2 } else { 1.5 },
            points: through
                .foci_nm
                .iter()
                .zip(&through.cd_nm)
                .map(|(z, row)| [*z, row[k].unwrap_or(f64::NAN)])
                .collect(),
        })
        .collect();
    let band = through
        .target_nm
        .map(|cd| (cd * (1.0 - clip.tolerance), cd * (1.0 + clip.tolerance)));
    let ends = (
        through.foci_nm.first().copied().unwrap_or(-1.0),
        through.foci_nm.last().copied().unwrap_or(1.0),
    );
    let focus = t.get("process-axis-focus");
    let marks = [clip.setup.defocus_nm];
    let plot = Plot {
        title,
        x_name: &focus,
        y_unit: "nm",
        x: ends,
        y_holds: band.unwrap_or((f64::INFINITY, f64::NEG_INFINITY)),
        decimals: 1,
        height,
        band,
        level: through.target_nm,
        marks: if (ends.0..=ends.1).contains(&marks[0]) {
            &marks
        } else {
            &[]
        },
        named: true,
    };
    xy::show(ui, &plot, &curves);
}

fn latitude(ui: &mut Ui, t: &Texts, through: &Through, title: &str, height: f32, quick: bool) {
    let look = theme(ui);
    let mut points: Vec<[f64; 2]> = through
        .windows
        .iter()
        .map(|w| [w.depth_of_focus_nm, 100.0 * w.latitude])
        .collect();
    points.sort_by(|a, b| a[0].total_cmp(&b[0]));
    if points.is_empty() {
        ui.label(dim(ui, t.get("process-window-closed")));
        return;
    }
    let deepest = points.last().map_or(1.0, |p| p[0]).max(1.0);
    let depth = t.get("process-axis-depth");
    let plot = Plot {
        title,
        x_name: &depth,
        y_unit: "%",
        x: (0.0, deepest * 1.06),
        y_holds: (0.0, 5.0),
        decimals: 1,
        height,
        band: None,
        level: Some(5.0),
        marks: &[],
        named: false,
    };
    let tint = if quick {
        colour(look.accent).gamma_multiply(0.6)
    } else {
        colour(look.accent)
    };
    let curve = Curve {
        name: t.get("process-latitude-short"),
        colour: tint,
        width: 2.0,
        points,
    };
    xy::show(ui, &plot, &[curve]);
}

/// Draws the latent intensity along the cut line with level and target.
pub fn profile(ui: &mut Ui, desk: &mut Desk, t: &Texts, shown: &Shown, height: f32) {
    let look = theme(ui);
    let exposure = &shown.exposure;
    let title = t.get("process-profile");
    let points: Vec<[f64; 2]> = exposure.profile.samples().collect();
    let ends = (
        points.first().map_or(-1.0, |p| p[0]),
        points.last().map_or(1.0, |p| p[0]),
    );
    let mut marks = Vec::new();
    if let Some(f) = exposure.printed {
        marks.extend([f.low_nm, f.high_nm]);
    }
    let place = t.get("process-axis-place");
    let plot = Plot {
        title: &title,
        x_name: &place,
        y_unit: "",
        x: ends,
        y_holds: (0.0, exposure.level * 1.2),
        decimals: 3,
        height,
        band: None,
        level: Some(exposure.level),
        marks: &marks,
        named: false,
    };
    let curve = Curve {
        name: t.get("process-intensity"),
        colour: colour(look.text),
        width: 1.8,
        points,
    };
    let head = Head {
        title: &title,
        unit: "",
        csv: &|| exports::profile(exposure),
    };
    chart::show(ui, desk, &head, |ui, _| {
        xy::show(ui, &plot, std::slice::from_ref(&curve));
    });
}
