//! What people do: edit and undo, ask a what-if, find, reach everything by keys.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use geoul::view::panel::{COMMANDS, Desk, Selection, Window};

use crate::{desk, settle, window};

fn count(desk: &Desk) -> u32 {
    let scene = desk
        .session
        .as_ref()
        .and_then(|s| s.scene())
        .expect("a scene");
    scene.tool_groups[0].count
}

#[test]
fn an_edit_in_the_inspector_is_made_undone_and_redone_by_keys() {
    let mut d = desk("en");
    d.selection = Selection::Group(0);
    let mut harness = window(d, 1440.0, 900.0);
    settle(&mut harness);
    let field = harness
        .get_all_by_label("Count")
        .last()
        .expect("the field of the count");
    field.focus();
    settle(&mut harness);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    settle(&mut harness);
    let field = harness
        .get_all_by_label("Count")
        .last()
        .expect("the field of the count");
    field.type_text("5");
    settle(&mut harness);
    harness.key_press(Key::Enter);
    settle(&mut harness);
    assert_eq!(count(harness.state()), 5);
    let text = |h: &egui_kittest::Harness<'_, Desk>| {
        let session = h.state().session.as_ref().expect("open");
        session.document().text("two.ron").expect("text").to_owned()
    };
    assert!(text(&harness).contains("count: 5, // two of them"));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(&mut harness);
    assert_eq!(count(harness.state()), 2);
    assert_eq!(text(&harness), crate::PLANT);
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    settle(&mut harness);
    assert_eq!(count(harness.state()), 5);
}

#[test]
fn a_knob_is_turned_run_and_answered_with_a_verdict() {
    let mut d = desk("en");
    d.room = "what-if";
    d.bench.pairs = 5;
    d.bench.days = 14.0;
    let session = d.session.as_ref().expect("open");
    let knobs = d.bench.knobs(session).to_vec();
    let starts = knobs.iter().find(|k| k.kind == "starts").expect("starts");
    d.bench
        .turn(starts, geoul::whatif::knob::Value::Number(80.0));
    let mut harness = window(d, 1440.0, 900.0);
    settle(&mut harness);
    harness.get_by_label("Run").click();
    settle(&mut harness);
    assert!(harness.state().bench.single.is_running());
    for _ in 0..3_000 {
        if !harness.state().bench.single.is_running() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
        harness.state_mut().clock_s += 0.3;
        harness.step();
    }
    settle(&mut harness);
    let said = harness.get_all_by_label_contains("lowers").count();
    assert!(said >= 1, "the verdict as a sentence");
    assert!(harness.get_all_by_label_contains("Throughput").count() >= 1);
}

#[test]
fn a_tool_is_found_and_selected_by_keys_alone() {
    let mut harness = window(desk("en"), 1440.0, 900.0);
    settle(&mut harness);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    settle(&mut harness);
    assert!(matches!(harness.state().window, Some(Window::Find { .. })));
    harness.event(egui::Event::Text("Etcher".to_owned()));
    settle(&mut harness);
    harness.key_press(Key::Enter);
    settle(&mut harness);
    assert_eq!(harness.state().selection, Selection::Group(1));
    assert!(harness.state().window.is_none());
}

#[test]
fn everything_can_be_done_by_keys() {
    let reachable = COMMANDS.iter().filter(|c| c.key.is_some()).count();
    assert!(reachable >= 25);
    // What has no key of its own is found by its name, which has one.
    let find = COMMANDS.iter().find(|c| c.name == "find").expect("find");
    assert!(find.key.is_some());
    for (i, a) in COMMANDS.iter().enumerate() {
        for b in &COMMANDS[..i] {
            assert!(
                a.key.is_none() || a.key != b.key,
                "{} and {}",
                a.name,
                b.name
            );
        }
    }
}

#[test]
fn a_wrong_value_says_so_at_its_place() {
    let mut d = desk("en");
    d.selection = Selection::Group(0);
    let command = geoul::scene::Command::Set {
        path: "tool_groups.Scanner.area".to_owned(),
        value: "\"Lito\"".to_owned(),
    };
    d.edit("area", &[command]);
    let mut harness = window(d, 1440.0, 900.0);
    settle(&mut harness);
    assert!(
        harness
            .get_all_by_label_contains("Did you mean Litho")
            .count()
            >= 1
    );
    assert!(harness.get_all_by_label_contains("1 errors").count() >= 1);
}
