//! The process bench: a turned knob changes the figures, drags edit source and cut line, all is taken back.

use egui::{Event, Key, Modifiers, PointerButton, Pos2, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use geoul::scene::optics::SourceShape;
use geoul::view::panel::{Desk, Prefs};

use crate::{desk, settle, window};

/// Waits until the bench has answered all that is set.
pub fn answered(desk: &mut Desk) {
    for _ in 0..12_000 {
        desk.process.tick();
        if !desk.process.is_busy() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("the bench does not answer");
}

fn bench(lang: &str) -> Harness<'static, Desk> {
    let mut d = desk(lang);
    d.room = "process-bench";
    // Fewer source points: a build without optimisation is slow.
    d.process.now.clip.setup.source_side = 13;
    d.process.chosen = d.process.now.clone();
    d.process.settle(false);
    let mut harness = window(d, 1440.0, 900.0);
    settle(&mut harness);
    answered(harness.state_mut());
    settle(&mut harness);
    harness
}

/// What a figure says.
fn figure(harness: &Harness<'_, Desk>, name: &str) -> String {
    let head = format!("{name}: ");
    let all = harness.root().children_recursive();
    let labels = all.filter_map(|n| n.accesskit_node().value());
    labels
        .filter_map(|l| l.strip_prefix(&head).map(str::to_owned))
        .next()
        .unwrap_or_else(|| panic!("no figure {name}"))
}

fn up(harness: &mut Harness<'_, Desk>, knob: &str, times: u32) {
    let role = egui::accesskit::Role::SpinButton;
    harness.get_by_role_and_label(role, knob).focus();
    settle(harness);
    for _ in 0..times {
        harness.key_press(Key::ArrowUp);
        settle(harness);
    }
    answered(harness.state_mut());
    settle(harness);
}

fn drag(harness: &mut Harness<'_, Desk>, from: Pos2, to: Pos2) {
    harness.event(Event::PointerMoved(from));
    harness.step();
    let button = |pos, pressed| Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    harness.event(button(from, true));
    harness.step();
    for i in 1..=4_u8 {
        harness.event(Event::PointerMoved(
            from + (to - from) * (f32::from(i) / 4.0),
        ));
        harness.step();
    }
    harness.event(button(to, false));
    settle(harness);
}

#[test]
fn a_turned_knob_changes_the_figures_and_is_taken_back() {
    let mut harness = bench("en");
    let before = ["Printed CD", "EPE, both edges", "EPE, all (RMS)"].map(|f| figure(&harness, f));
    assert!(before[0].contains("nm"), "{before:?}");
    up(&mut harness, "Dose", 40);
    assert!(harness.state().process.now.clip.dose > 1.0);
    let after = ["Printed CD", "EPE, both edges", "EPE, all (RMS)"].map(|f| figure(&harness, f));
    for (a, b) in before.iter().zip(&after) {
        assert_ne!(a, b);
    }
    let nils = figure(&harness, "NILS");
    up(&mut harness, "Defocus", 60);
    assert!(harness.state().process.now.clip.setup.defocus_nm > 10.0);
    assert_ne!(nils, figure(&harness, "NILS"));
    let untouched = |h: &Harness<'_, Desk>| h.state().process.now == h.state().process.chosen;
    while !untouched(&harness) && harness.state().process.can_undo() {
        harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        settle(&mut harness);
    }
    answered(harness.state_mut());
    settle(&mut harness);
    let again = ["Printed CD", "EPE, both edges", "EPE, all (RMS)"].map(|f| figure(&harness, f));
    assert_eq!(before, again);
}

/// The mask that is found prints nearer to the layout; it is a step to be taken back, tells when it is out of date, and is
/// saved as GDSII.
#[test]
fn a_mask_is_sought_for_what_is_set() {
    let mut harness = bench("en");
    let rms = |h: &Harness<'_, Desk>| {
        let said = figure(h, "EPE, all (RMS)");
        let value = said.split(' ').next().expect("a number");
        value.parse::<f64>().expect("a number")
    };
    let before = rms(&harness);
    let press = |h: &mut Harness<'_, Desk>, label: &str| {
        h.get_all_by_label_contains(label)
            .next()
            .expect(label)
            .click();
        settle(h);
        answered(h.state_mut());
        settle(h);
    };
    press(&mut harness, "Optimise the mask");
    assert!(harness.state().process.has_sought());
    let after = rms(&harness);
    println!("{before} nm, then {after} nm");
    assert!(after < 0.5 * before);
    let count = harness.state().process.now.clip.mask().polygons.len();
    harness.get_by_label(&format!("Polygons: {count}"));

    press(&mut harness, "As drawn");
    assert_eq!(rms(&harness), before);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(&mut harness);
    answered(harness.state_mut());
    settle(&mut harness);
    assert_eq!(rms(&harness), after);

    press(&mut harness, "Save the mask as GDSII");
    let export = harness.state_mut().exports.pop().expect("a file");
    let (name, bytes) = &export.files[0];
    assert_eq!(name, "logic_mask.gds");
    let read = geoul::interop::gdsii::read(name, bytes, None).expect("GDSII");
    let mask = harness.state().process.now.clip.mask();
    assert_eq!(read.shapes.polygons.len(), mask.polygons.len());

    up(&mut harness, "Dose", 40);
    harness.get_by_label_contains("Optimised for other settings");
    // Another tile has no such mask.
    harness.state_mut().process.now.clip.side_nm = 1024.0;
    answered(harness.state_mut());
    settle(&mut harness);
    assert!(!harness.state().process.has_sought());
    assert!(harness.query_by_label_contains("Optimised for").is_none());
}

#[test]
fn a_search_is_left_and_what_cannot_be_sought_is_told() {
    let mut harness = bench("en");
    // A large clip, so that it is not found before it can be stopped.
    harness.state_mut().process.now.clip.side_nm = 4096.0;
    harness.state_mut().process.seek();
    harness.run_steps(2);
    harness.get_by_label("Stop the search").click();
    settle(&mut harness);
    assert!(harness.state().process.steps().is_none() && !harness.state().process.has_sought());
    harness.state_mut().process.now.clip.setup.shifted_layer = Some(3);
    settle(&mut harness);
    let seek = harness.get_by_label_contains("Optimise the mask");
    assert!(seek.accesskit_node().is_disabled());
}

#[test]
fn rings_poles_and_the_cut_line_follow_a_drag() {
    let mut harness = bench("en");
    let rect = |h: &Harness<'_, Desk>, label: &str| {
        let role = egui::accesskit::Role::Image;
        h.get_by_role_and_label(role, label).rect()
    };
    let source = rect(&harness, "Illumination");
    let radius = 0.5 * source.width() - 10.0;
    let at = |sigma: f32| source.center() + Vec2::new(sigma * radius, 0.0);
    assert_eq!(
        harness.state().process.now.clip.setup.source,
        SourceShape::Ring(0.6, 0.9)
    );
    drag(&mut harness, at(0.6), at(0.3));
    let SourceShape::Ring(inner, outer) = harness.state().process.now.clip.setup.source else {
        panic!("still a ring");
    };
    assert!(
        (inner - 0.3).abs() < 0.02 && outer == 0.9,
        "{inner} {outer}"
    );
    let line = harness.state().process.now.clip.line;
    let picture = rect(&harness, "Image of the clip with contours and target");
    // The line's point lies somewhere in the picture; search it by its effect.
    let view = harness.state().process.view;
    assert!(view.is_none());
    let span = {
        let process = &harness.state().process;
        geoul::view::panel::process::whole(&process.now.clip)
    };
    let scale = picture.width().min(picture.height()) / span.span_nm as f32;
    let off = [0, 1].map(|k| (line.at_nm[k] - span.centre_nm[k]) as f32 * scale);
    let point = picture.center() + Vec2::new(off[0], -off[1]);
    drag(&mut harness, point, point + Vec2::new(0.0, -20.0));
    let moved = harness.state().process.now.clip.line;
    let by = (moved.at_nm[1] - line.at_nm[1]) as f32 * scale;
    assert!(
        (by - 20.0).abs() < 1.5 && (moved.at_nm[0] - line.at_nm[0]).abs() < 1e-9,
        "{by}"
    );
    // Elsewhere a drag moves the view, not the line.
    let corner = picture.left_top() + Vec2::splat(40.0);
    drag(&mut harness, corner, corner + Vec2::new(30.0, 10.0));
    assert_eq!(harness.state().process.now.clip.line, moved);
    assert!(harness.state().process.view.is_some());
}

#[test]
fn the_bench_is_there_without_a_scene() {
    let prefs = Prefs {
        language: Some("ko".to_owned()),
        tour_seen: true,
        ..Prefs::default()
    };
    let mut harness = window(Desk::new(prefs, None), 1024.0, 640.0);
    settle(&mut harness);
    harness.get_by_label("공정 시험대 (Alt+2)").click();
    settle(&mut harness);
    assert!(harness.state().session.is_none());
    assert!(harness.get_all_by_label_contains("노광량").count() >= 1);
}
