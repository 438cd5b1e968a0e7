//! The frame around the plant: panes that are moved by their tabs, resized at their edges, put
//! away, and stay where they were left.
//!
//! The arrangement is a tree of `egui_tiles` in which a share is a size in points: what stands
//! beside the plant keeps its size when the window changes, the plant takes what is left. The plant
//! itself is no tab and cannot be moved; everything else goes around it.

use egui::{Align2, Color32, FontId, Margin, Rect, Sense, Stroke, Ui, Vec2, WidgetText};
use egui_phosphor::regular as icon;
use egui_tiles::{
    Behavior, Container, Linear, LinearDir, ResizeState, SimplificationOptions, TabState, Tabs,
    Tile, TileId, Tiles, Tree, UiResponse,
};
use serde::{Deserialize, Serialize};

use super::desk::Desk;
use super::style::{colour, sheer, theme};
use super::{button, font, inspector, stage_tools, timeline, tree, whatif_page};
use crate::view::tokens::{frame_pt, space_pt, type_pt};

/// What stands in the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Pane {
    /// The plant.
    Stage,
    /// The scene's tree.
    Scene,
    /// The inspector.
    Inspector,
    /// The what-if bench beside the plant.
    WhatIf,
    /// Time axis and charts.
    Strip,
}

impl Pane {
    const ALL: [Self; 5] = [
        Self::Stage,
        Self::Scene,
        Self::Inspector,
        Self::WhatIf,
        Self::Strip,
    ];

    /// Key of its name.
    fn text_key(self) -> &'static str {
        match self {
            Self::Stage => "room-plant",
            Self::Scene => "cmd-left",
            Self::Inspector => "panel-inspector",
            Self::WhatIf => "room-what-if",
            Self::Strip => "cmd-bottom",
        }
    }

    /// Whether it always has a tab to be moved by; the strip is moved by its grip.
    fn has_tab(self) -> bool {
        matches!(self, Self::Scene | Self::Inspector | Self::WhatIf)
    }

    /// Size in a row or a column, points, where nobody has chosen one.
    fn size(self, dir: LinearDir) -> f32 {
        match (dir, self) {
            (LinearDir::Horizontal, Self::Scene) => frame_pt::LEFT,
            (LinearDir::Horizontal, _) => frame_pt::RIGHT,
            (LinearDir::Vertical, Self::Strip) => frame_pt::BOTTOM,
            (LinearDir::Vertical, _) => 320.0,
        }
    }
}

/// An arrangement of the panes.
pub type Arrangement = Tree<Pane>;

/// Where a pane goes by its menu.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
    Below,
}

/// Height of a row of tabs, points.
const TABS: f32 = 30.0;
/// How narrow or low a pane may be, points.
const LEAST: f32 = 120.0;
/// What the plant keeps in any case, points.
const STAGE: f32 = 240.0;
/// Least distance of two windows' widths that counts as a change, points.
const SLACK: f32 = 0.5;

/// The arrangement of the first start.
pub fn first() -> Arrangement {
    let mut tiles = Tiles::default();
    let [stage, scene, inspector, what_if, strip] = Pane::ALL.map(|p| tiles.insert_pane(p));
    let left = tiles.insert_tab_tile(vec![scene]);
    let right = tiles.insert_tab_tile(vec![inspector, what_if]);
    let mut row = Linear::new(LinearDir::Horizontal, vec![left, stage, right]);
    row.shares.set_share(left, frame_pt::LEFT);
    row.shares.set_share(right, frame_pt::RIGHT);
    let row = tiles.insert_container(row);
    let mut column = Linear::new(LinearDir::Vertical, vec![row, strip]);
    column.shares.set_share(strip, frame_pt::BOTTOM);
    let root = tiles.insert_container(column);
    Tree::new("frame", root, tiles)
}

/// Whether every pane is there once and the plant lies in no tab.
fn is_sound(tree: &Arrangement) -> bool {
    let mut seen = Vec::new();
    let Some(root) = tree.root else { return false };
    let mut open = vec![(root, false)];
    while let Some((id, in_tabs)) = open.pop() {
        match tree.tiles.get(id) {
            Some(Tile::Pane(pane)) => {
                if seen.contains(pane) || (*pane == Pane::Stage && in_tabs) {
                    return false;
                }
                seen.push(*pane);
            }
            Some(Tile::Container(container)) => {
                let tabs = in_tabs || matches!(container, Container::Tabs(_));
                open.extend(container.children().map(|c| (*c, tabs)));
            }
            None => return false,
        }
    }
    seen.len() == Pane::ALL.len()
}

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

/// Whether a pane is the one seen of its tabs.
fn is_in_front(tree: &Arrangement, pane: Pane) -> bool {
    let tabs = |id| {
        tree.tiles
            .parent_of(id)
            .and_then(|p| tree.tiles.get_container(p))
    };
    let id = tree.tiles.find_pane(&pane);
    id.is_some_and(|id| match tabs(id) {
        // Beside the inspector it is in front when it is the one; with a place of its own it always
        // is, and the inspector is as well.
        Some(Container::Tabs(t)) => t.children.len() > 1 && t.is_active(id),
        _ => false,
    })
}

/// What the desk wants to be seen comes before its neighbours.
fn bring_to_front(tree: &mut Arrangement, desk: &Desk) {
    if desk.right_is_what_if == is_in_front(tree, Pane::WhatIf) {
        return;
    }
    let wanted = if desk.right_is_what_if {
        Pane::WhatIf
    } else {
        Pane::Inspector
    };
    tree.make_active(|_, tile| matches!(tile, Tile::Pane(p) if *p == wanted));
}

/// Gives every pane that is moved by a tab one.
fn wrap(tree: &mut Arrangement) {
    for pane in Pane::ALL.into_iter().filter(|p| p.has_tab()) {
        let Some(id) = tree.tiles.find_pane(&pane) else {
            continue;
        };
        let parent = tree.tiles.parent_of(id);
        let tabbed = parent.and_then(|p| tree.tiles.get_container(p));
        if matches!(tabbed, Some(Container::Tabs(_))) {
            continue;
        }
        let Some(parent) = parent else { continue };
        let tabs = tree
            .tiles
            .insert_new(Tile::Container(Container::Tabs(Tabs::new(vec![id]))));
        if let Some(Tile::Container(container)) = tree.tiles.get_mut(parent) {
            // It is its child, so it is found.
            let _ = container.replace_child(id, tabs);
        }
    }
}

/// A size that was set for this frame, and what was wished.
struct Fitted {
    container: TileId,
    child: TileId,
    wished: f32,
    set: f32,
}

/// The pane that a tile is, or the first below it.
fn pane_of(tiles: &Tiles<Pane>, id: TileId) -> Pane {
    match tiles.get(id) {
        Some(Tile::Pane(pane)) => *pane,
        Some(Tile::Container(c)) => c
            .children()
            .next()
            .map_or(Pane::Scene, |child| pane_of(tiles, *child)),
        None => Pane::Scene,
    }
}

fn holds_stage(tiles: &Tiles<Pane>, id: TileId) -> bool {
    match tiles.get(id) {
        Some(Tile::Pane(pane)) => *pane == Pane::Stage,
        Some(Tile::Container(c)) => c.children().any(|child| holds_stage(tiles, *child)),
        None => false,
    }
}

/// Sets sizes so that all but the plant have the one they were given, less where the window is
/// small; gives what was set.
fn fit(tree: &mut Arrangement, whole: Rect) -> Vec<Fitted> {
    let mut fitted = Vec::new();
    let (mut at, mut size) = (tree.root, whole.size());
    while let Some(id) = at.take() {
        let Some(Container::Linear(linear)) = tree.tiles.get_container(id) else {
            break;
        };
        let dir = linear.dir;
        let across = dir == LinearDir::Horizontal;
        let seen: Vec<TileId> = linear
            .children
            .iter()
            .copied()
            .filter(|c| tree.tiles.is_visible_in_layout(*c))
            .collect();
        let Some(stage) = seen.iter().copied().find(|c| holds_stage(&tree.tiles, *c)) else {
            break;
        };
        let length = if across { size.x } else { size.y } - (seen.len() as f32 - 1.0);
        let sides: Vec<TileId> = seen.into_iter().filter(|c| *c != stage).collect();
        let room = (length - STAGE).max(0.0);
        let wishes: Vec<f32> = sides
            .iter()
            .map(|child| match linear.shares[*child] {
                // As new tiles come: nobody has chosen a size yet.
                share if share <= 1.0 => pane_of(&tree.tiles, *child).size(dir),
                share => share,
            })
            .collect();
        // In a small window the plant keeps most of it.
        let most = |child: TileId| match (across, whole.width() < 1200.0, whole.height() < 700.0) {
            (true, true, _) if pane_of(&tree.tiles, child) == Pane::Scene => 0.22 * length,
            (true, true, _) => 0.31 * length,
            (false, _, true) => (0.28 * length).max(140.0),
            _ => length,
        };
        let capped: Vec<f32> = sides
            .iter()
            .zip(&wishes)
            .map(|(child, wish)| wish.min(most(*child)).max(LEAST))
            .collect();
        let sum: f32 = capped.iter().sum();
        let scale = if sum > room { room / sum } else { 1.0 };
        let stage_length = length - sum * scale;
        let Some(Tile::Container(Container::Linear(linear))) = tree.tiles.get_mut(id) else {
            break;
        };
        for ((child, wished), set) in sides.iter().zip(wishes).zip(capped) {
            let set = set * scale;
            linear.shares.set_share(*child, set);
            fitted.push(Fitted {
                container: id,
                child: *child,
                wished,
                set,
            });
        }
        linear.shares.set_share(stage, stage_length.max(1.0));
        if across {
            size.x = stage_length;
        } else {
            size.y = stage_length;
        }
        at = Some(stage);
    }
    fitted
}

/// Keeps the sizes that were dragged; the others are again what was wished.
fn take_back(tree: &mut Arrangement, fitted: &[Fitted]) {
    for f in fitted {
        let Some(Tile::Container(Container::Linear(linear))) = tree.tiles.get_mut(f.container)
        else {
            continue;
        };
        let now = linear.shares[f.child];
        if (now - f.set).abs() < SLACK {
            linear.shares.set_share(f.child, f.wished);
            continue;
        }
        // A double click makes both sides of an edge equal; here it gives the first size back.
        let doubled = linear
            .children
            .iter()
            .any(|c| *c != f.child && linear.shares[*c].to_bits() == now.to_bits());
        if doubled {
            let (dir, pane) = (linear.dir, pane_of(&tree.tiles, f.child));
            if let Some(Tile::Container(Container::Linear(linear))) =
                tree.tiles.get_mut(f.container)
            {
                linear.shares.set_share(f.child, pane.size(dir));
            }
        }
    }
}

/// Moves a pane to a side of the plant: into the tabs that stand there, else beside everything.
fn place(tree: &mut Arrangement, pane: Pane, side: Side) {
    let Some(id) = tree.tiles.find_pane(&pane) else {
        return;
    };
    let dir = match side {
        Side::Left | Side::Right => LinearDir::Horizontal,
        Side::Below => LinearDir::Vertical,
    };
    // The outermost row or column around the plant.
    let mut at = tree.root;
    let mut line = None;
    while let Some(container) = at {
        let Some(Container::Linear(linear)) = tree.tiles.get_container(container) else {
            break;
        };
        if linear.dir == dir {
            line = Some(container);
            break;
        }
        at = linear
            .children
            .iter()
            .copied()
            .find(|c| holds_stage(&tree.tiles, *c));
    }
    let line = line.or_else(|| {
        let root = tree.root?;
        let line = tree.tiles.insert_container(Linear::new(dir, vec![root]));
        tree.root = Some(line);
        Some(line)
    });
    let Some(line) = line else { return };
    let Some(Container::Linear(linear)) = tree.tiles.get_container(line) else {
        return;
    };
    let n = linear.children.len();
    let end = if side == Side::Left {
        linear.children.first()
    } else {
        linear.children.last()
    };
    let end = end.copied();
    let tabs = end.filter(|e| matches!(tree.tiles.get_container(*e), Some(Container::Tabs(_))));
    let (to, index) = match (tabs, side) {
        (Some(tabs), _) => (tabs, usize::MAX),
        (None, Side::Left) => (line, 0),
        (None, _) => (line, n),
    };
    tree.move_tile_to_container(id, to, index, false);
    tree.make_active(|_, tile| matches!(tile, Tile::Pane(p) if *p == pane));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(tree: &Arrangement) -> String {
        format!("{tree:?}")
    }

    fn share(tree: &Arrangement, pane: Pane) -> f32 {
        let mut id = tree.tiles.find_pane(&pane).expect("there");
        loop {
            let parent = tree.tiles.parent_of(id).expect("within something");
            match tree.tiles.get_container(parent) {
                Some(Container::Linear(l)) => return l.shares[id],
                _ => id = parent,
            }
        }
    }

    #[test]
    fn the_frame_is_that_of_the_design_and_survives_being_kept() {
        let tree = first();
        assert!(is_sound(&tree), "{}", rows(&tree));
        let text = serde_json::to_string(&tree).expect("JSON");
        let read: Arrangement = serde_json::from_str(&text).expect("as written");
        assert_eq!(read, tree);
        assert!(is_sound(&read));
    }

    #[test]
    fn the_plant_takes_what_the_others_leave() {
        let mut tree = first();
        for size in [Vec2::new(1392.0, 836.0), Vec2::new(1900.0, 1000.0)] {
            let whole = Rect::from_min_size(egui::Pos2::ZERO, size);
            let fitted = fit(&mut tree, whole);
            assert_eq!(share(&tree, Pane::Scene), 280.0);
            assert_eq!(share(&tree, Pane::Inspector), 360.0);
            assert_eq!(share(&tree, Pane::Strip), 200.0);
            assert_eq!(share(&tree, Pane::Stage), size.x - 642.0);
            take_back(&mut tree, &fitted);
        }
        // Small: less for all but the plant, and nothing of it is remembered.
        let small = Rect::from_min_size(egui::Pos2::ZERO, Vec2::new(976.0, 576.0));
        let fitted = fit(&mut tree, small);
        assert!(share(&tree, Pane::Inspector) < 310.0);
        assert!(share(&tree, Pane::Stage) > 440.0);
        take_back(&mut tree, &fitted);
        assert_eq!(share(&tree, Pane::Inspector), 360.0);
    }

    #[test]
    fn a_dragged_edge_is_remembered() {
        let mut tree = first();
        let whole = Rect::from_min_size(egui::Pos2::ZERO, Vec2::new(1392.0, 836.0));
        let fitted = fit(&mut tree, whole);
        let f = fitted
            .iter()
            .find(|f| f.wished == frame_pt::LEFT)
            .expect("the tree's");
        if let Some(Tile::Container(Container::Linear(l))) = tree.tiles.get_mut(f.container) {
            l.shares.set_share(f.child, 333.0);
        }
        take_back(&mut tree, &fitted);
        assert_eq!(share(&tree, Pane::Scene), 333.0);
        assert_eq!(share(&tree, Pane::Inspector), 360.0);
    }

    #[test]
    fn panes_go_where_they_are_sent_and_nothing_is_lost() {
        let mut tree = first();
        for (pane, side) in [
            (Pane::Inspector, Side::Left),
            (Pane::Scene, Side::Below),
            (Pane::Strip, Side::Left),
            (Pane::WhatIf, Side::Right),
            (Pane::Inspector, Side::Right),
            (Pane::Scene, Side::Left),
            (Pane::Strip, Side::Below),
        ] {
            place(&mut tree, pane, side);
            let options = SimplificationOptions {
                prune_single_child_tabs: false,
                ..SimplificationOptions::default()
            };
            tree.simplify(&options);
            wrap(&mut tree);
            assert!(is_sound(&tree), "{pane:?}: {}", rows(&tree));
            let whole = Rect::from_min_size(egui::Pos2::ZERO, Vec2::new(1392.0, 836.0));
            let fitted = fit(&mut tree, whole);
            assert!(share(&tree, Pane::Stage) >= STAGE, "{}", rows(&tree));
            take_back(&mut tree, &fitted);
        }
    }

    #[test]
    fn an_arrangement_that_hides_the_plant_is_not_taken() {
        let mut tree = first();
        let stage = tree.tiles.find_pane(&Pane::Stage).expect("there");
        let scene = tree.tiles.find_pane(&Pane::Scene).expect("there");
        let tabs = tree.tiles.parent_of(scene).expect("its tabs");
        tree.move_tile_to_container(stage, tabs, 0, false);
        assert!(!is_sound(&tree));
        let mut tree = first();
        tree.remove_recursively(tabs);
        assert!(!is_sound(&tree));
    }
}
