//! Where the panes stand around the plant: a tree of `egui_tiles` in which a share is a size in points.
//!
//! What stands beside the plant keeps its size when the window changes, the plant takes what is
//! left. The plant lies in no tab.

use egui::Rect;
use egui_tiles::{Container, Linear, LinearDir, Tabs, Tile, TileId, Tiles, Tree};
use serde::{Deserialize, Serialize};

use super::desk::Desk;
use crate::view::tokens::frame_pt;

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
    pub fn text_key(self) -> &'static str {
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
pub enum Side {
    /// Left of the plant.
    Left,
    /// Right of it.
    Right,
    /// Below it.
    Below,
}

/// How narrow or low a pane may be, points.
pub const LEAST: f32 = 120.0;
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
pub fn is_sound(tree: &Arrangement) -> bool {
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

/// Whether a pane is the one seen of its tabs.
pub fn is_in_front(tree: &Arrangement, pane: Pane) -> bool {
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
pub fn bring_to_front(tree: &mut Arrangement, desk: &Desk) {
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
pub fn wrap(tree: &mut Arrangement) {
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
pub struct Fitted {
    container: TileId,
    child: TileId,
    wished: f32,
    set: f32,
}

/// The pane that a tile is, or the first below it.
pub fn pane_of(tiles: &Tiles<Pane>, id: TileId) -> Pane {
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
pub fn fit(tree: &mut Arrangement, whole: Rect) -> Vec<Fitted> {
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
pub fn take_back(tree: &mut Arrangement, fitted: &[Fitted]) {
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
pub fn place(tree: &mut Arrangement, pane: Pane, side: Side) {
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

#[cfg(test)]
mod tests {
    use egui::Vec2;
    use egui_tiles::SimplificationOptions;

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
