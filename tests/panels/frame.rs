//! The frame around the plant: panes are moved, resized, put away, and stay as they were left.

use std::path::PathBuf;

use egui::{Event, Modifiers, PointerButton, Pos2, Rect};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use geoul::scene::Bundle;
use geoul::view::panel::{Desk, keeper};

use crate::{PLANT, settle, window};

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("geoul-frame-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

/// A desk that keeps its preferences in a folder.
fn kept(folder: &std::path::Path) -> Desk {
    let mut desk = keeper::in_folder(folder, Some("en"));
    desk.prefs.tour_seen = true;
    desk.prefs.reduced_motion = true;
    desk.open_bundle(Bundle::from_text("two.ron", PLANT));
    desk
}

/// Where a tab is; the rail at the left has some of the names too.
fn tab(harness: &Harness<'_, Desk>, name: &str) -> Rect {
    let all = harness.get_all_by_label(name).map(|n| n.rect());
    let last = all.max_by(|a, b| a.left().total_cmp(&b.left()));
    last.expect("a tab")
}

fn press(harness: &mut Harness<'_, Desk>, at: Pos2, pressed: bool) {
    harness.event(Event::PointerButton {
        pos: at,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    });
    harness.step();
}

/// Presses at a place, goes to another one, lets go.
fn drag(harness: &mut Harness<'_, Desk>, from: Pos2, to: Pos2) {
    harness.event(Event::PointerMoved(from));
    harness.step();
    press(harness, from, true);
    for i in 1..=8 {
        harness.event(Event::PointerMoved(from.lerp(to, i as f32 / 8.0)));
        harness.step();
    }
    harness.step();
    press(harness, to, false);
    settle(harness);
}

#[test]
fn a_pane_is_sent_to_the_other_side_and_stays_there_at_the_next_start() {
    let home = folder("menu");
    let mut harness = window(kept(&home), 1440.0, 900.0);
    settle(&mut harness);
    let (scene, inspector) = (tab(&harness, "Scene tree"), tab(&harness, "Inspector"));
    assert!(scene.left() < 100.0 && inspector.left() > 1000.0);
    harness.get_by_label("Inspector: where it stands").click();
    settle(&mut harness);
    harness.get_by_label_contains("To the left").click();
    settle(&mut harness);
    let moved = tab(&harness, "Inspector");
    assert!(
        moved.left() < 400.0 && moved.top() == scene.top(),
        "{moved:?}"
    );
    // What-if stays where it was, and the plant between them.
    assert!(tab(&harness, "What-if").left() > 1000.0);
    harness.state_mut().clock_s += 5.0;
    settle(&mut harness);
    drop(harness);
    let mut again = window(kept(&home), 1440.0, 900.0);
    settle(&mut again);
    assert_eq!(tab(&again, "Inspector"), moved);
    // Back as at the first start.
    again.get_by_label("Inspector: where it stands").click();
    settle(&mut again);
    again.get_by_label_contains("Reset").click();
    settle(&mut again);
    assert_eq!(tab(&again, "Inspector"), inspector);
    std::fs::remove_dir_all(&home).expect("ours");
}

#[test]
fn a_pane_is_dragged_by_its_tab_and_an_edge_by_itself() {
    let home = folder("drag");
    let mut harness = window(kept(&home), 1440.0, 900.0);
    settle(&mut harness);
    let scene = tab(&harness, "Scene tree");
    let from = tab(&harness, "Inspector").center();
    drag(
        &mut harness,
        from,
        scene.right_center() + egui::Vec2::new(4.0, 0.0),
    );
    let moved = tab(&harness, "Inspector");
    assert!(
        moved.left() < 300.0 && moved.top() == scene.top(),
        "{moved:?}"
    );
    // The edge between the left panes and the plant.
    let edge = Pos2::new(48.0 + 280.0, 300.0);
    drag(&mut harness, edge, edge + egui::Vec2::new(60.0, 0.0));
    let filter = harness.state().prefs.layout.clone();
    harness.state_mut().clock_s += 5.0;
    settle(&mut harness);
    drop(harness);
    let again = keeper::in_folder(&home, Some("en"));
    assert_eq!(again.prefs.layout, filter);
    let text = serde_json::to_string(&filter).expect("JSON");
    // An edge is one pixel wide, so that half of one is lost.
    let wide = ["339", "340"].iter().any(|w| text.contains(w));
    assert!(wide, "the width that was dragged: {text}");
    std::fs::remove_dir_all(&home).expect("ours");
}

#[test]
fn a_pane_dropped_on_the_plant_leaves_the_plant_to_be_seen() {
    let home = folder("drop");
    let mut harness = window(kept(&home), 1440.0, 900.0);
    settle(&mut harness);
    let before = harness.state().prefs.layout.clone();
    let from = tab(&harness, "Inspector").center();
    drag(&mut harness, from, Pos2::new(700.0, 300.0));
    let after = harness.state().prefs.layout.clone();
    let stands = harness.get_by_label("Inspector").rect();
    assert!(stands.is_positive());
    // Either it went beside the plant or everything stands as it stood.
    let tree = after.tree.expect("an arrangement");
    let stage = tree
        .tiles
        .find_pane(&geoul::view::panel::Pane::Stage)
        .expect("the plant");
    assert!(tree.is_visible_in_layout(stage) && tree.active_tiles().contains(&stage));
    drop(before);
    std::fs::remove_dir_all(&home).ok();
}

#[test]
fn panes_are_put_away_and_fetched_by_keys() {
    let home = folder("keys");
    let mut harness = window(kept(&home), 1440.0, 900.0);
    settle(&mut harness);
    harness.get_by_label("Scene tree: where it stands").click();
    settle(&mut harness);
    harness.get_by_label_contains("Put away").click();
    settle(&mut harness);
    assert!(harness.query_by_label("Scene tree").is_none());
    harness.key_press_modifiers(Modifiers::COMMAND, egui::Key::B);
    settle(&mut harness);
    assert!(harness.query_by_label("Scene tree").is_some());
    std::fs::remove_dir_all(&home).ok();
}
