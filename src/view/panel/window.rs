//! Windows above the frame: preferences, keys, findings, about, find.

use egui::{
    Align2, Area, Context, Frame, Id, Key, Label, Margin, Modal, Order, RichText, ScrollArea,
    TextEdit, Ui, Vec2, WidgetInfo, WidgetType,
};
use egui_phosphor::regular as icon;

use super::button;
use super::command::COMMANDS;
use super::desk::{CameraCommand, Desk, Selection};
use super::field::rule;
use super::prefs::{Compute, SCALES, ThemeChoice};
use super::rail::ROOMS;
use super::style::{colour, dim, small, strong, theme};
use super::whatif_page::knob_name;
use crate::scene::Severity;
use crate::view::faults;
use crate::view::i18n::Lang;
use crate::view::phrases::say;
use crate::view::tokens::{frame_pt, space_pt, type_pt};
use crate::whatif::WHAT_IFS;

/// A window above the frame.
#[derive(Clone, Debug, PartialEq)]
pub enum Window {
    /// Preferences.
    Preferences,
    /// All commands with their keys.
    Keys,
    /// Errors and warnings of the scene.
    Findings,
    /// What this is.
    About,
    /// Finds anything by its name.
    Find {
        /// What is typed.
        wanted: String,
        /// Which of the found is marked.
        marked: usize,
    },
}

/// Found things listed at most.
const FOUND_MAX: usize = 12;

/// Draws the window that is open.
pub fn show(ctx: &Context, desk: &mut Desk) {
    let Some(window) = desk.window.take() else {
        return;
    };
    let width: f32 = match window {
        Window::Find { .. } | Window::Findings => 560.0,
        _ => 460.0,
    };
    let room = ctx.viewport_rect().size() - Vec2::splat(48.0);
    let id = Id::new("window");
    // What finds stands near what was pressed for it, and does not jump as the list grows.
    let area = match window {
        Window::Find { .. } => Modal::default_area(id).anchor(Align2::CENTER_TOP, [0.0, 96.0]),
        _ => Modal::default_area(id),
    };
    let margin = match window {
        Window::Find { .. } => space_pt::S,
        _ => space_pt::L,
    };
    let frame = Frame::popup(&ctx.global_style()).inner_margin(Margin::same(margin as i8));
    let modal = Modal::new(id).area(area).frame(frame).show(ctx, |ui| {
        ui.set_width(width.min(room.x));
        ui.set_max_height(room.y);
        let t = desk.texts();
        match window.clone() {
            Window::Find { wanted, marked } => find(ui, desk, wanted, marked),
            other => {
                let key = match other {
                    Window::Preferences => "cmd-preferences",
                    Window::Keys => "cmd-keys",
                    Window::Findings => "cmd-findings",
                    _ => "cmd-about",
                };
                let mut stays = Some(other.clone());
                ui.horizontal(|ui| {
                    ui.label(strong(t.get(key)).size(type_pt::LARGE));
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        if button::icon(ui, icon::X, &t.get("panel-close"), false).clicked() {
                            stays = None;
                        }
                    });
                });
                ui.add_space(space_pt::S);
                ScrollArea::vertical()
                    .max_height(room.y - 80.0)
                    .show(ui, |ui| {
                        // What stands at the right edge keeps clear of the bar.
                        ui.set_max_width(ui.available_width() - space_pt::M);
                        match other {
                            Window::Preferences => preferences(ui, desk),
                            Window::Keys => keys(ui, desk),
                            Window::Findings => {
                                if findings(ui, desk) {
                                    stays = None;
                                }
                            }
                            _ => about(ui, desk),
                        }
                    });
                stays
            }
        }
    });
    let closes = modal.should_close();
    if desk.window.is_none() && !closes {
        desk.window = modal.inner;
    }
}

fn choices<T: PartialEq + Copy>(ui: &mut Ui, label: &str, now: &mut T, all: &[(T, String)]) {
    ui.horizontal(|ui| {
        let size = Vec2::new(150.0, frame_pt::ROW);
        ui.allocate_ui_with_layout(
            size,
            egui::Layout::left_to_right(egui::Align::Center),
            |ui| {
                ui.set_min_width(size.x);
                ui.label(label);
            },
        );
        for (value, name) in all {
            if ui.selectable_label(*now == *value, name).clicked() {
                *now = *value;
            }
        }
    });
}

fn preferences(ui: &mut Ui, desk: &mut Desk) {
    let t = desk.texts();
    let mut lang = t.lang();
    let languages = [
        (Lang::Ko, "한국어".to_owned()),
        (Lang::En, "English".to_owned()),
    ];
    choices(ui, &t.get("pref-language"), &mut lang, &languages);
    if lang != t.lang() {
        desk.speak(lang);
    }
    let themes = [
        (ThemeChoice::Dark, t.get("pref-dark")),
        (ThemeChoice::Light, t.get("pref-light")),
        (ThemeChoice::System, t.get("pref-system")),
    ];
    choices(ui, &t.get("pref-theme"), &mut desk.prefs.theme, &themes);
    let scales = SCALES.into_iter().filter(|s| *s <= desk.scale_most);
    let scales: Vec<_> = scales.map(|s| (s, format!("{:.0} %", 100.0 * s))).collect();
    let before = desk.scale();
    let mut scale = before;
    choices(ui, &t.get("pref-scale"), &mut scale, &scales);
    if scale != before {
        desk.prefs.scale = scale;
    }
    let computes = [
        (Compute::Auto, t.get("pref-auto")),
        (Compute::Gpu, "GPU".to_owned()),
        (Compute::Cpu, "CPU".to_owned()),
    ];
    choices(
        ui,
        &t.get("pref-compute"),
        &mut desk.prefs.compute,
        &computes,
    );
    let motions = [(false, t.get("pref-moves")), (true, t.get("pref-still"))];
    choices(
        ui,
        &t.get("pref-motion"),
        &mut desk.prefs.reduced_motion,
        &motions,
    );
    rule(ui);
    ui.horizontal(|ui| {
        if ui.button(t.get("pref-layout")).clicked() {
            desk.prefs.layout = super::prefs::Layout::default();
        }
        if ui.button(t.get("pref-tour")).clicked() {
            desk.prefs.tour_seen = false;
            desk.tour = Some(0);
            desk.window = None;
        }
    });
}

fn keys(ui: &mut Ui, desk: &mut Desk) {
    let t = desk.texts();
    for command in COMMANDS {
        let Some(key) = command.key else { continue };
        ui.horizontal(|ui| {
            ui.label(RichText::new(command.icon).color(colour(theme(ui).dim)));
            ui.add(Label::new(t.get(&command.text_key())).truncate());
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.label(strong(button::key_words(ui.ctx(), key)));
            });
        });
    }
    rule(ui);
    for key in [
        "mouse-orbit",
        "mouse-pan",
        "mouse-zoom",
        "mouse-fly",
        "mouse-views",
        "mouse-select",
        "mouse-follow",
        "mouse-rooms",
        "mouse-focus",
    ] {
        ui.horizontal(|ui| {
            ui.label(t.get(key));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.label(strong(t.get(&format!("{key}.keys"))));
            });
        });
    }
}

/// True: a place was chosen.
fn findings(ui: &mut Ui, desk: &mut Desk) -> bool {
    let t = desk.texts();
    let Some(session) = &desk.session else {
        return false;
    };
    let look = theme(ui);
    let mut chosen = None;
    if session.findings().is_empty() && session.refusal().is_none() {
        ui.label(dim(ui, t.get("panel-no-findings")));
    }
    if let Some(why) = session.refusal() {
        let why = t.with("fault-model", &[("why", &say(why, t.lang()))]);
        let text = format!("{} {why}", icon::WARNING_CIRCLE);
        ui.label(RichText::new(text).color(colour(look.bad)));
    }
    for (place, finding) in session.placed_findings() {
        let (face, tint) = match finding.severity {
            Severity::Error => (icon::WARNING_CIRCLE, look.bad),
            Severity::Warning => (icon::WARNING, look.warn),
        };
        ui.horizontal_top(|ui| {
            ui.label(RichText::new(face).color(colour(tint)));
            ui.vertical(|ui| {
                let (kind, detail) = faults::finding(finding, &t);
                ui.label(kind);
                ui.label(small(ui, detail));
                let place_words = if place.is_empty() {
                    t.get("tree-scene")
                } else {
                    place.to_owned()
                };
                if ui.link(place_words).clicked() {
                    chosen = Some(place.to_owned());
                }
            });
        });
        ui.add_space(space_pt::XS);
    }
    if let Some(place) = chosen {
        desk.go_to(&place);
        return true;
    }
    false
}

fn about(ui: &mut Ui, desk: &mut Desk) {
    let t = desk.texts();
    ui.label(
        strong("Geoul 거울")
            .size(type_pt::HERO)
            .color(colour(theme(ui).accent)),
    );
    ui.label(t.get("about-what"));
    ui.add_space(space_pt::S);
    let adapter = if desk.adapter.is_empty() {
        "–".to_owned()
    } else {
        desk.adapter.clone()
    };
    for (key, value) in [
        ("about-version", env!("CARGO_PKG_VERSION").to_owned()),
        ("about-adapter", adapter),
        (
            "about-system",
            format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        ),
        ("about-licence", "MIT OR Apache-2.0".to_owned()),
        (
            "about-fonts",
            "Pretendard (OFL 1.1), Phosphor (MIT)".to_owned(),
        ),
    ] {
        super::field::fact(ui, &t.get(key), value);
    }
    ui.add_space(space_pt::S);
    ui.label(small(ui, t.get("about-local")));
    ui.collapsing(t.get("about-font-licence"), |ui| {
        ui.label(small(ui, super::font::LICENCE));
    });
}

/// Something that can be found.
struct Found {
    icon: &'static str,
    name: String,
    kind: String,
    go: Go,
}

enum Go {
    Command(&'static super::command::Command),
    Room(&'static str),
    Select(Selection),
    Place(String),
    Knob(usize, String),
}

/// How well a name fits what is typed, lower is better; `None`: not at all.
fn fit(name: &str, wanted: &str) -> Option<usize> {
    let name = name.to_lowercase();
    if wanted.is_empty() {
        return Some(name.len());
    }
    if name == wanted {
        return Some(0);
    }
    if name.starts_with(wanted) {
        return Some(1 + name.len());
    }
    if let Some(at) = name.find(wanted) {
        return Some(100 + at + name.len());
    }
    // Letters in order, as people type "lt95" for "LithoTrack_95".
    let mut letters = name.chars();
    wanted
        .chars()
        .all(|w| letters.any(|l| l == w))
        .then_some(1000 + name.len())
}

fn search(desk: &Desk, wanted: &str) -> Vec<Found> {
    let t = desk.texts();
    let wanted = wanted.trim().to_lowercase();
    let mut found: Vec<(usize, Found)> = Vec::new();
    let mut add = |rank: usize, icon, name: &str, kind: String, go: Go| {
        if let Some(fit) = fit(name, &wanted) {
            let name = name.to_owned();
            found.push((
                fit + rank,
                Found {
                    icon,
                    name,
                    kind,
                    go,
                },
            ));
        }
    };
    for room in ROOMS.iter().filter(|r| (r.fits)(desk)) {
        let name = t.get(&format!("room-{}", room.name));
        add(0, room.icon, &name, t.get("find-room"), Go::Room(room.name));
    }
    for command in COMMANDS.iter().filter(|c| (c.fits)(desk)) {
        let name = t.get(&command.text_key());
        add(
            2,
            command.icon,
            &name,
            t.get("find-command"),
            Go::Command(command),
        );
    }
    if !wanted.is_empty() {
        if let Some(scene) = desk.session.as_ref().and_then(|s| s.scene()) {
            for (i, group) in (0u32..).zip(&scene.tool_groups) {
                let kind = t.get("record-tool-group");
                add(
                    1,
                    icon::CUBE,
                    &group.name,
                    kind,
                    Go::Select(Selection::Group(i)),
                );
            }
            for (i, product) in (0u32..).zip(&scene.products) {
                let kind = t.get("record-product");
                add(
                    1,
                    icon::PACKAGE,
                    &product.name,
                    kind,
                    Go::Select(Selection::Product(i)),
                );
            }
            for (i, route) in (0u32..).zip(&scene.routes) {
                let kind = t.get("record-route");
                add(
                    1,
                    icon::PATH,
                    &route.name,
                    kind,
                    Go::Select(Selection::Route(i)),
                );
            }
            for crew in &scene.crews {
                let place = format!("crews.{}", crate::scene::locate::segment(&crew.name));
                add(
                    3,
                    icon::WRENCH,
                    &crew.name,
                    t.get("tree-crews"),
                    Go::Place(place),
                );
            }
        }
        if let Some(scene) = desk.session.as_ref().and_then(|s| s.scene()) {
            for (what, asked) in WHAT_IFS.iter().enumerate() {
                let kind = t.get(&format!("whatif-{}", asked.name()));
                for knob in asked.knobs(scene) {
                    let name = knob_name(&knob, &t);
                    add(
                        4,
                        icon::SLIDERS,
                        &name,
                        kind.clone(),
                        Go::Knob(what, knob.name),
                    );
                }
            }
        }
        if let Some(model) = desk.session.as_ref().and_then(|s| s.model()) {
            for (i, tool) in (0u32..).zip(&model.names.tools) {
                add(
                    5,
                    icon::CIRCLE,
                    tool,
                    t.get("record-tool"),
                    Go::Select(Selection::Tool(i)),
                );
            }
        }
        if let Some(live) = &desk.live {
            for lot in live.lots() {
                let name = live.lot_name(lot.key);
                add(
                    5,
                    icon::STACK,
                    &name,
                    t.get("find-lot"),
                    Go::Select(Selection::Lot(lot.key)),
                );
            }
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.name.cmp(&b.1.name)));
    found.truncate(FOUND_MAX);
    found.into_iter().map(|(_, f)| f).collect()
}

fn find(ui: &mut Ui, desk: &mut Desk, mut wanted: String, mut marked: usize) -> Option<Window> {
    let t = desk.texts();
    let hint = format!("{} {}", icon::MAGNIFYING_GLASS, t.get("find-hint"));
    let id = Id::new("find-text");
    let before = wanted.clone();
    let (up, down, enter) = ui.input(|i| {
        let pressed = |k| i.key_pressed(k);
        (
            pressed(Key::ArrowUp),
            pressed(Key::ArrowDown),
            pressed(Key::Enter),
        )
    });
    let response = ui.add(
        TextEdit::singleline(&mut wanted)
            .id(id)
            .hint_text(hint)
            .margin(Vec2::splat(space_pt::S))
            .desired_width(f32::INFINITY),
    );
    response.widget_info(|| WidgetInfo::labeled(WidgetType::TextEdit, true, t.get("cmd-find")));
    ui.memory_mut(|m| m.request_focus(id));
    let found = search(desk, &wanted);
    if wanted != before {
        marked = 0;
    }
    if down {
        marked = (marked + 1).min(found.len().saturating_sub(1));
    }
    if up {
        marked = marked.saturating_sub(1);
    }
    ui.add_space(space_pt::XS);
    if found.is_empty() {
        ui.label(dim(ui, t.get("find-nothing")));
    }
    let mut chosen = enter.then_some(marked);
    for (i, f) in found.iter().enumerate() {
        let label = format!("{}  {}", f.icon, f.name);
        let button = egui::Button::selectable(i == marked, label)
            .right_text(small(ui, &f.kind))
            .min_size(Vec2::new(ui.available_width(), frame_pt::ROW));
        if ui.add(button).clicked() {
            chosen = Some(i);
        }
    }
    if let Some(f) = chosen.and_then(|i| found.into_iter().nth(i)) {
        match f.go {
            Go::Command(command) => (command.run)(desk),
            Go::Room(room) => desk.room = room,
            Go::Select(selection) => {
                desk.selection = selection;
                desk.room = "plant";
                desk.camera.push(match selection {
                    Selection::Lot(lot) => CameraCommand::Follow(lot),
                    _ => CameraCommand::Frame,
                });
            }
            Go::Place(place) => desk.go_to(&place),
            Go::Knob(what, knob) => {
                desk.room = "what-if";
                desk.bench.choose(what);
                desk.bench.filter.clear();
                desk.bench.sought = Some(knob);
            }
        }
        return None;
    }
    Some(Window::Find { wanted, marked })
}

/// Draws the messages at the edge.
pub fn notices(ctx: &Context, desk: &mut Desk) {
    use super::notice::Weight;
    if desk.notices.is_empty() {
        return;
    }
    let t = desk.texts();
    let mut gone = None;
    let below = -(frame_pt::STATUS + space_pt::M);
    Area::new(Id::new("notices"))
        .order(Order::Foreground)
        .anchor(Align2::RIGHT_BOTTOM, [-space_pt::M, below])
        .show(ctx, |ui| {
            let from = desk.notices.len().saturating_sub(4);
            for (i, notice) in desk.notices.iter().enumerate().skip(from) {
                let look = theme(ui);
                let (face, tint) = match notice.weight {
                    Weight::Done => (icon::CHECK_CIRCLE, look.good),
                    Weight::Info => (icon::INFO, look.info),
                    Weight::Warning => (icon::WARNING, look.warn),
                    Weight::Failure => (icon::WARNING_CIRCLE, look.bad),
                };
                Frame::popup(ui.style())
                    .inner_margin(Margin::same(space_pt::S as i8))
                    .show(ui, |ui| {
                        ui.set_width(320.0);
                        ui.horizontal_top(|ui| {
                            ui.label(RichText::new(face).color(colour(tint)));
                            ui.vertical(|ui| {
                                ui.set_width(256.0);
                                ui.add(Label::new(&notice.text).wrap());
                            });
                            if button::icon(ui, icon::X, &t.get("panel-close"), false).clicked() {
                                gone = Some(i);
                            }
                        });
                    });
            }
        });
    if let Some(i) = gone {
        desk.notices.remove(i);
    }
    ctx.request_repaint_after_secs(0.5);
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn nearer_names_come_first() {
        let rank = |name| fit(name, "litho");
        assert!(rank("Litho") < rank("Litho_EUV"));
        assert!(rank("Litho_EUV") < rank("My_Litho"));
        assert!(fit("LithoTrack_95", "lt95").is_some());
        assert_eq!(fit("CMP", "litho"), None);
    }
}
