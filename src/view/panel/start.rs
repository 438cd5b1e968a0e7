//! The start page: shipped scenes as tiles, recent files, unsaved work.

use egui::{
    Align, Align2, Context, CornerRadius, DroppedFileHandle, FontId, Id, Label, LayerId, Layout,
    Order, Pos2, Rect, RichText, ScrollArea, Sense, Stroke, Ui, Vec2, WidgetInfo, WidgetType, pos2,
};
use egui_phosphor::regular as icon;

use super::desk::Desk;
use super::leave::Then;
use super::style::{colour, dim, sheer, small, strong, theme};
use crate::view::shipped::{self, HEAD, SHIPPED, Shipped};
use crate::view::tokens::{CATEGORIES, DARK, LIGHT, frame_pt, space_pt, type_pt};

/// Widest that the page grows, points.
const WIDTH: f32 = 1040.0;
/// Least width of a tile, points.
const TILE: f32 = 240.0;

/// Draws the page.
pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let rect = ui.available_rect_before_wrap();
    ui.painter().rect_filled(rect, 0.0, colour(theme(ui).bg));
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let width = (ui.available_width() - 2.0 * space_pt::XL).min(WIDTH);
        let side = (ui.available_width() - width) / 2.0;
        ui.add_space(space_pt::XL);
        ui.horizontal_top(|ui| {
            ui.add_space(side);
            ui.vertical(|ui| {
                ui.set_width(width);
                page(ui, desk);
            });
        });
    });
}

fn page(ui: &mut Ui, desk: &mut Desk) {
    let t = desk.texts();
    let look = theme(ui);
    ui.label(strong(t.get("start-title")).size(type_pt::HERO));
    ui.label(dim(ui, t.get("start-about")));
    ui.add_space(space_pt::L);
    recovery(ui, desk);
    ui.horizontal(|ui| {
        let open = RichText::new(format!("{} {}", icon::FOLDER_OPEN, t.get("cmd-open")));
        let open = open.color(colour(look.bg));
        if ui
            .add(egui::Button::new(open).fill(colour(look.accent)))
            .clicked()
        {
            desk.ask_open();
        }
        ui.label(dim(ui, t.get("start-drop")));
    });
    ui.add_space(space_pt::L);
    ui.label(strong(t.get("start-shipped")).size(type_pt::TITLE));
    ui.add_space(space_pt::XS);
    let gap = space_pt::L;
    let columns = ((ui.available_width() / TILE) as usize).clamp(1, 3);
    let width = (ui.available_width() - gap * (columns as f32 - 1.0)) / columns as f32;
    for row in SHIPPED.chunks(columns) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            for shipped in row {
                tile(ui, desk, shipped, width);
            }
        });
        ui.add_space(gap - space_pt::XS);
    }
    let recent = desk.prefs.recent.clone();
    let files: Vec<&String> = recent.iter().filter(|p| !p.starts_with(HEAD)).collect();
    if !files.is_empty() {
        ui.label(strong(t.get("start-recent")).size(type_pt::TITLE));
        for path in files {
            let name = path.rsplit('/').next().unwrap_or(path);
            ui.horizontal(|ui| {
                let button = egui::Button::new(format!("{} {name}", icon::FILE_TEXT)).frame(false);
                if ui.add(button).clicked() {
                    desk.open(path);
                }
                ui.add(Label::new(small(ui, path)).truncate());
            });
        }
        ui.add_space(space_pt::XL);
    }
}

fn recovery(ui: &mut Ui, desk: &mut Desk) {
    let found = desk.keeper.as_ref().and_then(|k| k.found());
    let Some(found) = found else { return };
    let t = desk.texts();
    let name = found.edited.main.clone();
    let look = theme(ui);
    let mut wish = None;
    egui::Frame::new()
        .fill(sheer(look.warn, 0.12))
        .corner_radius(frame_pt::RADIUS)
        .inner_margin(egui::Margin::same(space_pt::M as i8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_wrapped(|ui| {
                let words = t.with("start-recovered", &[("name", &name)]);
                let words = format!("{} {words}", icon::LIFEBUOY);
                ui.label(RichText::new(words).color(colour(look.warn)));
                if ui.button(t.get("start-recover")).clicked() {
                    wish = Some(true);
                }
                if ui.button(t.get("start-forget")).clicked() {
                    wish = Some(false);
                }
            });
        });
    ui.add_space(space_pt::L);
    if let Some(take) = wish {
        desk.recover(take);
    }
}

fn tile(ui: &mut Ui, desk: &mut Desk, shipped: &Shipped, width: f32) {
    let t = desk.texts();
    let key = format!("shipped-{}", shipped.key);
    let (name, about) = (t.get(&key), t.get(&format!("{key}.about")));
    let look = theme(ui);
    let picture = width * 0.44;
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, picture + 70.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &name));
    let radius = CornerRadius::same(frame_pt::RADIUS);
    let painter = ui.painter();
    let edge = if response.hovered() || response.has_focus() {
        look.accent
    } else {
        look.line
    };
    painter.rect(
        rect,
        radius,
        colour(look.surface),
        Stroke::new(1.0, colour(edge)),
        egui::StrokeKind::Inside,
    );
    let top = Rect::from_min_size(rect.min, Vec2::new(width, picture));
    plan(ui, desk, shipped, top.shrink(space_pt::M));
    let inner = Rect::from_min_max(
        pos2(rect.left() + space_pt::M, top.bottom()),
        rect.max - Vec2::splat(space_pt::S),
    );
    let mut child = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(inner)
            .layout(Layout::top_down(Align::Min)),
    );
    child.add(Label::new(strong(&name).size(type_pt::TITLE)).truncate());
    let words = small(&child, &about);
    child.add(Label::new(words).wrap());
    if response.clicked() {
        desk.open(&format!("{HEAD}{}", shipped.path));
        if !desk.prefs.tour_seen {
            desk.tour = Some(0);
        }
    }
}

/// A tool on the plan of a scene.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    /// Centre and half size on the floor, m.
    at: [f32; 4],
    /// Its area, for the colour.
    area: u32,
}

/// The plan of a shipped scene, drawn from its own layout.
fn plan(ui: &Ui, desk: &mut Desk, shipped: &Shipped, rect: Rect) {
    let spots = desk
        .plans
        .entry(shipped.path)
        .or_insert_with(|| spots(shipped.path))
        .clone();
    let look = theme(ui);
    let (mut low, mut high) = (Pos2::new(f32::MAX, f32::MAX), Pos2::new(f32::MIN, f32::MIN));
    for s in spots.iter() {
        low = low.min(pos2(s.at[0] - s.at[2], s.at[1] - s.at[3]));
        high = high.max(pos2(s.at[0] + s.at[2], s.at[1] + s.at[3]));
    }
    if spots.is_empty() {
        let font = FontId::proportional(type_pt::HERO);
        ui.painter().text(
            rect.center(),
            Align2::CENTER_CENTER,
            icon::FACTORY,
            font,
            colour(look.dim),
        );
        return;
    }
    let size = high - low;
    let scale = (rect.width() / size.x).min(rect.height() / size.y).min(7.0);
    let from = rect.center() - size * scale / 2.0;
    let painter = ui.painter_at(rect);
    for s in spots.iter() {
        let x = from.x + (s.at[0] - low.x) * scale;
        let y = from.y + (high.y - s.at[1]) * scale;
        let half = Vec2::new((s.at[2] * scale).max(0.6), (s.at[3] * scale).max(0.6));
        let tint = CATEGORIES[s.area as usize % 6];
        let tint = tint.towards(look.surface, 0.15 + 0.12 * (s.area / 6) as f32);
        painter.rect_filled(
            Rect::from_center_size(pos2(x, y), half * 2.0),
            0.5,
            colour(tint),
        );
    }
}

/// Places of the tools of a shipped scene.
fn spots(path: &str) -> std::sync::Arc<Vec<Spot>> {
    use crate::scene::load;
    use crate::world::layout::{footprint, layout};
    let loaded =
        shipped::bundle(path).and_then(|b| load(&b, &b.main, &[], &crate::whatif::models()).ok());
    let Some(loaded) = loaded else {
        return std::sync::Arc::default();
    };
    let scene = loaded.scene;
    let plan = layout(&scene);
    let mut spots = Vec::new();
    for (places, group) in plan.tools.iter().zip(&scene.tool_groups) {
        for spot in places {
            let r = footprint(&spot.place, group.width_m, group.depth_m);
            let [x, y] = r.centre();
            spots.push(Spot {
                at: [x, y, r.width_m / 2.0, r.depth_m / 2.0].map(|v| v as f32),
                area: group.area,
            });
        }
    }
    std::sync::Arc::new(spots)
}

/// Files dropped on the window are opened, wherever one is in the program.
pub fn drops(ctx: &Context, desk: &mut Desk) {
    let (dropped, hovering) =
        ctx.input(|i| (i.raw.dropped_files.clone(), !i.raw.hovered_files.is_empty()));
    if hovering || super::keeper::is_hovered() {
        let look = if desk.is_dark(ctx) { &DARK } else { &LIGHT };
        let layer = LayerId::new(Order::Foreground, Id::new("drop"));
        ctx.layer_painter(layer).rect_stroke(
            ctx.content_rect().shrink(space_pt::XS),
            CornerRadius::same(frame_pt::RADIUS),
            Stroke::new(2.0, colour(look.accent)),
            egui::StrokeKind::Inside,
        );
    }
    // Of several, the first scene; what is no scene is said by opening it. A page takes files itself.
    let is_scene = |f: &&DroppedFileHandle| f.path().extension().is_some_and(|e| e == "ron");
    let file = dropped.iter().find(is_scene).or(dropped.first());
    if let Some(file) = file {
        desk.leave(Then::Open(file.path().display().to_string()));
    }
}
