//! The knobs: layout and optics to choose, lens, source, exposure, resist, aberrations.

use egui::{
    Align, Button, CollapsingHeader, ComboBox, DragValue, Label, Layout, Response, RichText,
    Slider, Ui, Vec2, WidgetInfo, WidgetType,
};
use egui_phosphor::regular as icon;

use super::{Kind, Process, exports, mask, offer};
use crate::scene::optics::{SourceShape, Tone};
use crate::sim::process::lithography::clip::Clip;
use crate::view::i18n::{Texts, number};
use crate::view::panel::button;
use crate::view::panel::desk::Desk;
use crate::view::panel::field::rule;
use crate::view::panel::style::{colour, small, strong, theme};
use crate::view::tokens::{frame_pt, space_pt};

/// A knob.
struct Knob {
    /// `process-<key>` is its name, `.help` explains it.
    key: &'static str,
    /// Unit as written behind the value.
    unit: &'static str,
    /// Ends.
    range: (f64, f64),
    /// Change for a point of a drag.
    speed: f64,
    /// Decimals.
    decimals: usize,
    /// Its value; `None` where this source or lens has no such.
    get: fn(&Clip) -> Option<f64>,
    /// Sets it.
    set: fn(&mut Clip, f64),
}

/// What a list's frame and arrow take beside its width, points.
const COMBO: f32 = 36.0;
/// Least width of a ring.
const LEAST: f64 = 0.02;

static LENS: [Knob; 2] = [
    Knob {
        key: "na",
        unit: "",
        range: (0.05, 1.4),
        speed: 0.002,
        decimals: 3,
        get: |c| Some(c.setup.na),
        set: |c, v| c.setup.na = v.min(c.setup.index - 0.005),
    },
    Knob {
        key: "obscuration",
        unit: "",
        range: (0.0, 0.5),
        speed: 0.002,
        decimals: 3,
        get: |c| (c.setup.obscuration > 0.0 || c.setup.na == 0.55).then_some(c.setup.obscuration),
        set: |c, v| c.setup.obscuration = v,
    },
];

static SOURCE: [Knob; 4] = [
    Knob {
        key: "outer",
        unit: "σ",
        range: (LEAST, 1.0),
        speed: 0.002,
        decimals: 3,
        get: |c| match c.setup.source {
            SourceShape::Disc(s) => Some(s),
            SourceShape::Ring(_, o) | SourceShape::Poles(_, _, o, ..) => Some(o),
            SourceShape::Table(_) => None,
        },
        set: |c, v| match &mut c.setup.source {
            SourceShape::Disc(s) => *s = v,
            SourceShape::Ring(i, o) | SourceShape::Poles(_, i, o, ..) => {
                *o = v;
                *i = i.min(v - LEAST).max(0.0);
            }
            SourceShape::Table(_) => {}
        },
    },
    Knob {
        key: "inner",
        unit: "σ",
        range: (0.0, 1.0 - LEAST),
        speed: 0.002,
        decimals: 3,
        get: |c| match c.setup.source {
            SourceShape::Ring(i, _) | SourceShape::Poles(_, i, ..) => Some(i),
            _ => None,
        },
        set: |c, v| {
            if let SourceShape::Ring(i, o) | SourceShape::Poles(_, i, o, ..) = &mut c.setup.source {
                *i = v;
                *o = o.max(v + LEAST).min(1.0);
            }
        },
    },
    Knob {
        key: "open",
        unit: "°",
        range: (4.0, 178.0),
        speed: 0.25,
        decimals: 0,
        get: |c| match c.setup.source {
            SourceShape::Poles(_, _, _, open, _) => Some(open),
            _ => None,
        },
        set: |c, v| {
            if let SourceShape::Poles(count, _, _, open, _) = &mut c.setup.source {
                *open = v.min(360.0 / f64::from(*count) - 2.0);
            }
        },
    },
    Knob {
        key: "turned",
        unit: "°",
        range: (-180.0, 180.0),
        speed: 0.5,
        decimals: 0,
        get: |c| match c.setup.source {
            SourceShape::Poles(.., turned) => Some(turned),
            _ => None,
        },
        set: |c, v| {
            if let SourceShape::Poles(.., turned) = &mut c.setup.source {
                *turned = v;
            }
        },
    },
];

static EXPOSURE: [Knob; 3] = [
    Knob {
        key: "defocus",
        unit: "nm",
        range: (-300.0, 300.0),
        speed: 0.5,
        decimals: 1,
        get: |c| Some(c.setup.defocus_nm),
        set: |c, v| c.setup.defocus_nm = v,
    },
    Knob {
        key: "dose",
        unit: "",
        range: (0.5, 2.0),
        speed: 0.002,
        decimals: 3,
        get: |c| Some(c.dose),
        set: |c, v| c.dose = v,
    },
    Knob {
        key: "transmission",
        unit: "%",
        range: (0.0, 30.0),
        speed: 0.1,
        decimals: 1,
        get: |c| Some(100.0 * c.setup.transmission),
        set: |c, v| c.setup.transmission = v / 100.0,
    },
];

static RESIST: [Knob; 2] = [
    Knob {
        key: "level",
        unit: "",
        range: (0.02, 1.0),
        speed: 0.001,
        decimals: 3,
        get: |c| Some(c.setup.level),
        set: |c, v| c.setup.level = v,
    },
    Knob {
        key: "diffusion",
        unit: "nm",
        range: (0.0, 40.0),
        speed: 0.1,
        decimals: 1,
        get: |c| Some(c.setup.diffusion_nm),
        set: |c, v| c.setup.diffusion_nm = v,
    },
];

static FEATURE: [Knob; 1] = [Knob {
    key: "feature",
    unit: "nm",
    range: (1.0, 100.0),
    speed: 0.1,
    decimals: 0,
    get: |c| Some(c.feature_nm),
    set: |c, v| c.feature_nm = v,
}];

static WINDOW: [Knob; 2] = [
    Knob {
        key: "span",
        unit: "nm",
        range: (10.0, 1000.0),
        speed: 1.0,
        decimals: 0,
        get: |c| Some(c.focus_span_nm),
        set: |c, v| c.focus_span_nm = v,
    },
    Knob {
        key: "tolerance",
        unit: "%",
        range: (1.0, 30.0),
        speed: 0.1,
        decimals: 0,
        get: |c| Some(100.0 * c.tolerance),
        set: |c, v| c.tolerance = v / 100.0,
    },
];

/// Lenses offered: end of the key, wavelength, aperture, index, dark centre.
const LENSES: [(&str, f64, f64, f64, f64); 5] = [
    ("krf", 248.0, 0.85, 1.0, 0.0),
    ("arf-dry", 193.0, 0.93, 1.0, 0.0),
    ("arf-immersion", 193.0, 1.35, 1.44, 0.0),
    ("euv", 13.5, 0.33, 1.0, 0.0),
    ("euv-high-na", 13.5, 0.55, 1.0, 0.2),
];

/// Zernike terms offered.
pub const TERMS: std::ops::RangeInclusive<usize> = 4..=16;

/// Draws all knobs.
pub fn show(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    choices(ui, desk, t);
    rule(ui);
    mask::show(ui, desk, t);
    rule(ui);
    let process = &mut desk.process;
    heading(ui, t, "process-lens");
    lens(ui, process, t);
    rows(ui, process, t, &LENS);
    rule(ui);
    heading(ui, t, "process-source");
    kinds(ui, process, t);
    rows(ui, process, t, &SOURCE);
    rule(ui);
    heading(ui, t, "process-exposure");
    rows(ui, process, t, &EXPOSURE);
    tone(ui, process, t);
    rule(ui);
    heading(ui, t, "process-resist");
    rows(ui, process, t, &RESIST);
    rule(ui);
    heading(ui, t, "process-window-knobs");
    rows(ui, process, t, &WINDOW);
    rule(ui);
    aberrations(ui, process, t);
}

/// Draws the knob of the least width and space of a mask.
pub fn feature(ui: &mut Ui, process: &mut Process, t: &Texts) {
    rows(ui, process, t, &FEATURE);
}

fn heading(ui: &mut Ui, t: &Texts, key: &str) {
    ui.label(strong(t.get(key)));
}

/// Layout and optics.
fn choices(ui: &mut Ui, desk: &mut Desk, t: &Texts) {
    heading(ui, t, "process-layout");
    let shown = desk.process.now.layout.words(t);
    let chosen = chooser(ui, t, "process-layout", &shown, &offer::layouts());
    if let Some(stem) = chosen.stem
        && let Some(shapes) = offer::layout(stem)
    {
        desk.process
            .place(offer::Name::Shipped(stem), shapes.into());
    }
    if chosen.open {
        desk.ask_bench();
    }
    tile(ui, &mut desk.process, t);
    ui.add_space(space_pt::S);
    heading(ui, t, "process-optics");
    let shown = desk.process.now.optics.words(t);
    let chosen = chooser(ui, t, "process-optics", &shown, &offer::all_optics());
    if let Some(stem) = chosen.stem
        && let Some(setup) = offer::shipped_optics(stem)
    {
        let name = offer::Name::Shipped(stem);
        desk.process.equip(name, setup, super::Table::new());
    }
    if chosen.open {
        desk.ask_bench();
    }
    ui.horizontal(|ui| {
        let words = format!(
            "{} {}",
            icon::DOWNLOAD_SIMPLE,
            t.get("process-export-optics")
        );
        let export = ui.add(Button::new(small(ui, words)));
        if export
            .on_hover_text(t.get("process-export-optics.help"))
            .clicked()
        {
            for (name, text) in exports::optics(&desk.process) {
                desk.export(&name, text);
            }
        }
    });
}

struct Chosen {
    stem: Option<&'static str>,
    open: bool,
}

/// A list of shipped files and a button that opens another.
fn chooser(ui: &mut Ui, t: &Texts, key: &str, shown: &str, stems: &[&'static str]) -> Chosen {
    let mut chosen = Chosen {
        stem: None,
        open: false,
    };
    let name = t.get(key);
    ui.horizontal(|ui| {
        let room = ui.available_width() - frame_pt::ROW - space_pt::S;
        let combo = ComboBox::from_id_salt(key)
            .selected_text(shown)
            .width(room - COMBO)
            .truncate()
            .show_ui(ui, |ui| {
                for stem in stems {
                    let words = offer::Name::Shipped(stem).words(t);
                    if ui.selectable_label(words == shown, words).clicked() {
                        chosen.stem = Some(stem);
                    }
                }
            });
        let words = format!("{name}: {shown}");
        combo
            .response
            .widget_info(|| WidgetInfo::labeled(WidgetType::ComboBox, true, &words));
        let open = t.get(&format!("{key}-open"));
        chosen.open = button::icon(ui, icon::FOLDER_OPEN, &open, false).clicked();
    });
    chosen
}

/// Side and place of the tile.
fn tile(ui: &mut Ui, process: &mut Process, t: &Texts) {
    let clip = &mut process.now.clip;
    let name = t.get("process-tile");
    let side = |v: f64| format!("{} nm", number(v, 0));
    labelled(ui, t, "process-tile", false, |ui| {
        let combo = ComboBox::from_id_salt("tile")
            .selected_text(side(clip.side_nm))
            .width(ui.available_width() - COMBO)
            .show_ui(ui, |ui| {
                for offered in offer::SIDES_NM {
                    let here = offered == clip.side_nm;
                    if ui.selectable_label(here, side(offered)).clicked() {
                        clip.side_nm = offered;
                    }
                }
            });
        combo
            .response
            .widget_info(|| WidgetInfo::labeled(WidgetType::ComboBox, true, &name));
    });
    let (low, high) = offer::bounds_nm(&clip.shapes);
    let larger = (0..2).any(|k| high[k] - low[k] > clip.side_nm);
    if !larger {
        return;
    }
    let key = "process-tile-middle";
    let name = t.get(key);
    labelled(ui, t, key, false, |ui| {
        let width = 0.5 * (ui.available_width() - space_pt::S);
        for (k, axis) in ["x", "y"].into_iter().enumerate() {
            let drag = DragValue::new(&mut clip.centre_nm[k])
                .range(low[k]..=high[k])
                .speed(clip.side_nm / 400.0)
                .max_decimals(0)
                .prefix(format!("{axis} "));
            let moved = ui.add_sized(Vec2::new(width, 24.0), drag);
            let words = format!("{name} {axis}");
            let value = clip.centre_nm[k];
            moved.widget_info(|| info(WidgetType::DragValue, &words, value));
        }
    });
}

fn info(kind: WidgetType, name: &str, value: f64) -> WidgetInfo {
    let mut info = WidgetInfo::labeled(kind, true, name);
    info.value = Some(value);
    info
}

/// A row with a name that explains itself, and what stands beside it.
fn labelled(ui: &mut Ui, t: &Texts, key: &str, turned: bool, add: impl FnOnce(&mut Ui)) {
    let label = t.get(key);
    ui.horizontal(|ui| {
        let width = (ui.available_width() * 0.34).floor();
        let tint = theme(ui).accent;
        ui.allocate_ui_with_layout(
            Vec2::new(width, frame_pt::ROW),
            Layout::left_to_right(Align::Center),
            |ui| {
                ui.set_min_width(width);
                let mut text = RichText::new(&label);
                if turned {
                    text = text.color(colour(tint));
                }
                let help = t.get(&format!("{key}.help"));
                ui.add(Label::new(text).truncate())
                    .on_hover_text(format!("{label}\n{help}"));
            },
        );
        add(ui);
    });
}

fn rows(ui: &mut Ui, process: &mut Process, t: &Texts, knobs: &[Knob]) {
    for knob in knobs {
        let Some(value) = (knob.get)(&process.now.clip) else {
            continue;
        };
        let own = (knob.get)(&process.chosen.clip);
        let key = format!("process-{}", knob.key);
        if let Some(v) = row(ui, t, &key, knob, value, own) {
            (knob.set)(&mut process.now.clip, v);
        }
    }
}

/// A knob's row: name, slider, value, way back; gives the value it is turned to.
fn row(
    ui: &mut Ui,
    t: &Texts,
    key: &str,
    knob: &Knob,
    value: f64,
    own: Option<f64>,
) -> Option<f64> {
    let turned = own.is_some_and(|own| (own - value).abs() > 1e-9);
    let name = t.get(key);
    let mut v = value;
    let mut back = false;
    let (low, high) = knob.range;
    labelled(ui, t, key, turned, |ui| {
        let value_width = 70.0;
        let reset = frame_pt::ROW;
        let room = ui.available_width() - value_width - reset - 2.0 * space_pt::S;
        ui.spacing_mut().slider_width = room.max(24.0);
        let slider = Slider::new(&mut v, low..=high)
            .show_value(false)
            .step_by(libm::pow(10.0, -(knob.decimals as f64)));
        let slid = ui.add(slider);
        let words = t.with("process-slide", &[("name", &name)]);
        slid.widget_info(|| info(WidgetType::Slider, &words, v));
        let mut drag = DragValue::new(&mut v)
            .range(low..=high)
            .speed(knob.speed)
            .max_decimals(knob.decimals);
        if !knob.unit.is_empty() {
            drag = drag.suffix(format!(" {}", knob.unit));
        }
        let dragged = ui.add_sized(Vec2::new(value_width, 24.0), drag);
        dragged.widget_info(|| info(WidgetType::DragValue, &name, v));
        let ends = [low, high].map(|v| number(v, knob.decimals.min(2)));
        let range = format!("{} – {} {}", ends[0], ends[1], knob.unit);
        let own = own.map_or(String::new(), |own| {
            format!("\n{}: {}", t.get("process-own"), number(own, knob.decimals))
        });
        dragged.on_hover_text(format!("{range}{own}"));
        if turned {
            let words = t.with("panel-reset", &[("name", &name)]);
            back = button::icon(ui, icon::ARROW_U_UP_LEFT, &words, false).clicked();
        }
    });
    match own {
        Some(own) if back => Some(own),
        _ => (v != value).then_some(v),
    }
}

fn lens(ui: &mut Ui, process: &mut Process, t: &Texts) {
    let clip = &mut process.now.clip;
    let key = |end: &str| format!("process-lens-{end}");
    let here = |l: &&(&str, f64, f64, f64, f64)| {
        (l.1, l.3) == (clip.setup.wavelength_nm, clip.setup.index)
            && (l.1 > 20.0 || (l.2 > 0.4) == (clip.setup.na > 0.4))
    };
    let now = LENSES.iter().find(here).map(|l| l.0);
    let shown = now.map_or_else(
        || format!("{} nm", number(clip.setup.wavelength_nm, 1)),
        |end| t.get(&key(end)),
    );
    let mut chosen = None;
    labelled(ui, t, "process-lens-kind", false, |ui| {
        let combo = ComboBox::from_id_salt("lens")
            .selected_text(&shown)
            .width(ui.available_width() - COMBO)
            .truncate()
            .show_ui(ui, |ui| {
                for lens in &LENSES {
                    let words = t.get(&key(lens.0));
                    if ui.selectable_label(now == Some(lens.0), words).clicked() {
                        chosen = Some(*lens);
                    }
                }
            });
        let words = format!("{}: {shown}", t.get("process-lens-kind"));
        combo
            .response
            .widget_info(|| WidgetInfo::labeled(WidgetType::ComboBox, true, &words));
    });
    if let Some((_, wavelength, na, index, dark)) = chosen {
        let setup = &mut clip.setup;
        (setup.wavelength_nm, setup.na, setup.index) = (wavelength, na, index);
        setup.obscuration = dark;
        clip.focus_span_nm = offer::focus_span_nm(clip);
        clip.feature_nm = offer::feature_nm(clip);
        let line = clip.line;
        offer::fit(clip);
        clip.line = line;
        process.view = None;
    }
}

fn kinds(ui: &mut Ui, process: &mut Process, t: &Texts) {
    let now = Kind::of(&process.now.clip.setup.source);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space_pt::XS;
        ui.spacing_mut().button_padding.x = space_pt::S - 2.0;
        for (kind, end) in Kind::ALL {
            let key = format!("process-kind-{end}");
            let response = ui.selectable_label(now == Some(kind), t.get(&key));
            let response = response.on_hover_text(t.get(&format!("{key}.help")));
            if response.clicked() && now != Some(kind) {
                process.illuminate(kind);
            }
        }
    });
    if now.is_none() {
        let n = process.now.clip.table.len().to_string();
        ui.label(small(ui, t.with("process-kind-table", &[("n", &n)])));
    }
}

fn tone(ui: &mut Ui, process: &mut Process, t: &Texts) {
    let setup = &mut process.now.clip.setup;
    labelled(ui, t, "process-tone", false, |ui| {
        for (tone, key) in [
            (Tone::Clear, "process-tone-clear"),
            (Tone::Dark, "process-tone-dark"),
        ] {
            if ui
                .selectable_label(setup.tone == tone, t.get(key))
                .clicked()
            {
                setup.tone = tone;
            }
        }
    });
}

/// Key of a Zernike term's name.
pub fn term_key(term: usize) -> String {
    format!("process-z{term}")
}

fn aberrations(ui: &mut Ui, process: &mut Process, t: &Texts) {
    let set = process.now.clip.setup.zernike_waves.iter();
    let set = set.filter(|c| **c != 0.0).count();
    let title = match set {
        0 => t.get("process-aberrations"),
        n => format!("{} ({n})", t.get("process-aberrations")),
    };
    CollapsingHeader::new(title)
        .id_salt("aberrations")
        .default_open(set > 0)
        .show_unindented(ui, |ui| {
            for term in TERMS {
                zernike(ui, process, t, term);
            }
        });
}

fn zernike(ui: &mut Ui, process: &mut Process, t: &Texts, term: usize) {
    let of = |clip: &Clip| {
        let waves = clip.setup.zernike_waves.get(term - 1);
        1000.0 * waves.copied().unwrap_or(0.0)
    };
    let knob = Knob {
        key: "",
        unit: "mλ",
        range: (-150.0, 150.0),
        speed: 0.5,
        decimals: 0,
        get: |_| None,
        set: |_, _| {},
    };
    let (value, own) = (of(&process.now.clip), of(&process.chosen.clip));
    if let Some(v) = row(ui, t, &term_key(term), &knob, value, Some(own)) {
        let waves = &mut process.now.clip.setup.zernike_waves;
        waves.resize(waves.len().max(16), 0.0);
        waves[term - 1] = v / 1000.0;
        process.term = term;
    }
}

/// The choice of the term that the pupil's picture turns.
pub fn term(ui: &mut Ui, process: &mut Process, t: &Texts) -> Response {
    let shown = t.get(&term_key(process.term));
    let combo = ComboBox::from_id_salt("term")
        .selected_text(&shown)
        .width(ui.available_width() - COMBO)
        .truncate()
        .show_ui(ui, |ui| {
            for term in TERMS {
                let words = t.get(&term_key(term));
                if ui.selectable_label(term == process.term, words).clicked() {
                    process.term = term;
                }
            }
        });
    let words = format!("{}: {shown}", t.get("process-term"));
    combo
        .response
        .widget_info(|| WidgetInfo::labeled(WidgetType::ComboBox, true, &words));
    combo.response.on_hover_text(t.get("process-term.help"))
}
