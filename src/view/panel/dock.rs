//! The frame around the plant: panes that are moved by their tabs, resized at their edges, put
//! away, and stay where they were left.
//!
//! `arrangement` says where they stand; here they are drawn.

use egui::{Align2, Color32, FontId, Margin, Rect, Sense, Stroke, Ui, Vec2, WidgetText};
use egui_phosphor::regular as icon;
use egui_tiles::{
    Behavior, ResizeState, SimplificationOptions, TabState, Tabs, Tile, TileId, Tiles, UiResponse,
};

use super::arrangement::{
    LEAST, Pane, Side, bring_to_front, first, fit, is_in_front, is_sound, pane_of, place,
    take_back, wrap,
};
use super::desk::Desk;
use super::style::{colour, sheer, theme};
use super::{button, font, inspector, stage_tools, timeline, tree, whatif_page};
use crate::view::tokens::{space_pt, type_pt};

/// Height of a row of tabs, points.
const TABS: f32 = 30.0;
/// Draws plant and panes; gives the plant's place.
pub fn show(ui: &mut Ui, desk: &mut Desk) -> Rect {
    let kept = desk.prefs.layout.tree.take();
    let mut tree = kept.filter(is_sound).unwrap_or_else(first);
    wrap(&mut tree);
    bring_to_front(&mut tree, desk);
    for (pane, open) in [
        (Pane::Scene, desk.prefs.layout.left_open),
        (Pane::Inspector, desk.prefs.layout.right_open),
        (Pane::WhatIf, desk.prefs.layout.right_open),
        (Pane::Strip, desk.prefs.layout.bottom_open),
    ] {
        if let Some(id) = tree.tiles.find_pane(&pane) {
            tree.set_visible(id, open);
        }
    }
    let before = tree.dragged_id(ui.ctx()).map(|_| tree.clone());
    let fitted = fit(&mut tree, ui.available_rect_before_wrap());
    let mut frame = Frame {
        desk,
        stage: Rect::NOTHING,
        moved: None,
        anew: false,
    };
    tree.ui(&mut frame, ui);
    let (stage, moved, anew) = (frame.stage, frame.moved, frame.anew);
    take_back(&mut tree, &fitted);
    if anew {
        tree = first();
    }
    if let Some((pane, side)) = moved {
        place(&mut tree, pane, side);
    }
    // Dropped on the plant itself: it would vanish behind a tab.
    if let Some(before) = before.filter(|_| !is_sound(&tree)) {
        tree = before;
    }
    desk.right_is_what_if = is_in_front(&tree, Pane::WhatIf);
    desk.prefs.layout.tree = Some(tree);
    stage
}

/// Draws the tiles.
struct Frame<'d> {
    desk: &'d mut Desk,
    stage: Rect,
    moved: Option<(Pane, Side)>,
    /// Everything goes back to where it stood first.
    anew: bool,
}

impl Frame<'_> {
    fn name(&self, pane: Pane) -> String {
        self.desk.texts().get(pane.text_key())
    }

    /// What can be done with a pane: where it goes, and away with it.
    fn menu(&mut self, ui: &mut Ui, pane: Pane) {
        let t = self.desk.texts();
        for (side, face, key) in [
            (Side::Left, icon::ALIGN_LEFT_SIMPLE, "dock-left"),
            (Side::Right, icon::ALIGN_RIGHT_SIMPLE, "dock-right"),
            (Side::Below, icon::ALIGN_BOTTOM_SIMPLE, "dock-below"),
        ] {
            if ui.button(format!("{face} {}", t.get(key))).clicked() {
                self.moved = Some((pane, side));
                ui.close();
            }
        }
        ui.separator();
        if ui
            .button(format!("{} {}", icon::EYE_SLASH, t.get("dock-hide")))
            .clicked()
        {
            let layout = &mut self.desk.prefs.layout;
            match pane {
                Pane::Scene => layout.left_open = false,
                Pane::Inspector | Pane::WhatIf => layout.right_open = false,
                Pane::Strip => layout.bottom_open = false,
                Pane::Stage => {}
            }
            ui.close();
        }
        if ui
            .button(format!(
                "{} {}",
                icon::ARROW_COUNTER_CLOCKWISE,
                t.get("pref-layout")
            ))
            .clicked()
        {
            self.anew = true;
            ui.close();
        }
    }
}

impl Behavior<Pane> for Frame<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _: TileId, pane: &mut Pane) -> UiResponse {
        let rect = ui.max_rect();
        if *pane == Pane::Stage {
            self.stage = rect;
            stage_tools::show(ui, self.desk, rect);
            return UiResponse::None;
        }
        ui.painter()
            .rect_filled(rect, 0.0, colour(theme(ui).surface));
        let (x, y) = match pane {
            Pane::Strip => (space_pt::M, space_pt::XS),
            _ => (space_pt::M, space_pt::S),
        };
        let margin = Margin::symmetric(x as i8, y as i8);
        egui::Frame::new()
            .inner_margin(margin)
            .show(ui, |ui| {
                // Nothing inside may widen the pane.
                ui.set_max_width(ui.available_width());
                match pane {
                    Pane::Scene => tree::show(ui, self.desk),
                    Pane::Inspector => inspector::show(ui, self.desk),
                    Pane::WhatIf => whatif_page::show(ui, self.desk),
                    Pane::Strip => {
                        if timeline::strip(ui, self.desk) {
                            return UiResponse::DragStarted;
                        }
                    }
                    Pane::Stage => {}
                }
                UiResponse::None
            })
            .inner
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        self.name(*pane).into()
    }

    fn tab_ui(
        &mut self,
        tiles: &mut Tiles<Pane>,
        ui: &mut Ui,
        id: egui::Id,
        tile_id: TileId,
        state: &TabState,
    ) -> egui::Response {
        let look = theme(ui);
        let name = match tiles.get(tile_id) {
            Some(Tile::Pane(pane)) => self.name(*pane),
            _ => self.name(pane_of(tiles, tile_id)),
        };
        let tint = if state.active { look.text } else { look.dim };
        let family = if state.active {
            egui::FontFamily::Name(font::STRONG.into())
        } else {
            egui::FontFamily::Proportional
        };
        let face = FontId::new(type_pt::BODY, family);
        let galley = ui
            .painter()
            .layout_no_wrap(name.clone(), face, colour(tint));
        let size = Vec2::new(galley.size().x + 2.0 * space_pt::S, ui.available_height());
        let (_, rect) = ui.allocate_space(size);
        let response = ui.interact(rect, id, Sense::click_and_drag());
        response.widget_info(|| {
            egui::WidgetInfo::selected(
                egui::WidgetType::SelectableLabel,
                ui.is_enabled(),
                state.active,
                &name,
            )
        });
        if state.is_being_dragged || !ui.is_rect_visible(rect) {
            return response;
        }
        let painter = ui.painter();
        if response.hovered() && !state.active {
            painter.rect_filled(rect.shrink(3.0), 4.0, sheer(look.text, 0.06));
        }
        let at = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect);
        painter.galley(at.min, galley, colour(tint));
        if state.active {
            let line = Rect::from_min_max(
                egui::pos2(rect.left() + space_pt::S, rect.bottom() - 2.0),
                egui::pos2(rect.right() - space_pt::S, rect.bottom()),
            );
            painter.rect_filled(line, 1.0, colour(look.accent));
        }
        if response.has_focus() {
            let focus = ui.visuals().selection.stroke;
            painter.rect_stroke(rect.shrink(2.0), 4.0, focus, egui::StrokeKind::Inside);
        }
        response
            .on_hover_cursor(egui::CursorIcon::Grab)
            .on_hover_text(self.desk.texts().get("dock-hint"))
    }

    fn top_bar_right_ui(
        &mut self,
        tiles: &Tiles<Pane>,
        ui: &mut Ui,
        _: TileId,
        tabs: &Tabs,
        _: &mut f32,
    ) {
        let Some(pane) = tabs.active.and_then(|id| tiles.get_pane(&id)).copied() else {
            return;
        };
        ui.add_space(space_pt::XS);
        let words = self
            .desk
            .texts()
            .with("dock-menu", &[("name", &self.name(pane))]);
        let face = egui::RichText::new(icon::DOTS_THREE_VERTICAL).color(colour(theme(ui).dim));
        let entry = egui::Button::new(face).small().frame_when_inactive(false);
        let menu = egui::containers::menu::MenuButton::from_button(entry);
        let (response, _) = menu.ui(ui, |ui| self.menu(ui, pane));
        button::named(response, &words, false);
    }

    fn drag_ui(&mut self, tiles: &Tiles<Pane>, ui: &mut Ui, tile_id: TileId) {
        let name = self.name(pane_of(tiles, tile_id));
        egui::Frame::popup(ui.style()).show(ui, |ui| ui.label(name));
    }

    fn tab_bar_height(&self, _: &egui::Style) -> f32 {
        TABS
    }

    fn min_size(&self) -> f32 {
        LEAST
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions {
            prune_single_child_tabs: false,
            ..SimplificationOptions::default()
        }
    }

    fn resize_stroke(&self, style: &egui::Style, state: ResizeState) -> Stroke {
        match state {
            ResizeState::Idle => style.visuals.widgets.noninteractive.bg_stroke,
            ResizeState::Hovering => Stroke::new(2.0, style.visuals.selection.stroke.color),
            ResizeState::Dragging => Stroke::new(2.0, style.visuals.selection.stroke.color),
        }
    }

    fn tab_bar_color(&self, visuals: &egui::Visuals) -> Color32 {
        visuals.panel_fill
    }

    fn dragged_overlay_color(&self, visuals: &egui::Visuals) -> Color32 {
        visuals.panel_fill.gamma_multiply(0.6)
    }

    fn drag_preview_color(&self, visuals: &egui::Visuals) -> Color32 {
        visuals.selection.stroke.color.gamma_multiply(0.2)
    }
}
