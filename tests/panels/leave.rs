//! What leaves the panels: charts as pictures, drawings and figures; studies as reports, tables
//! and differences.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use geoul::view::panel::{Desk, ROOMS, Selection};

use crate::{desk, settle, views, window};

/// Chooses an entry of the menu below a button; gives the files that are to be saved.
fn choose(harness: &mut Harness<'_, Desk>, button: &str, entry: &str) -> Vec<(String, Vec<u8>)> {
    harness.get_by_label(button).click();
    settle(harness);
    harness.get_by_label_contains(entry).click();
    settle(harness);
    let exports = std::mem::take(&mut harness.state_mut().exports);
    assert_eq!(exports.len(), 1, "{button}: {entry}");
    exports.into_iter().flat_map(|e| e.files).collect()
}

/// `GEOUL_PICTURES` keeps what leaves for a look at it.
fn keep(name: &str, bytes: &[u8]) {
    if let Some(folder) = std::env::var_os("GEOUL_PICTURES") {
        let folder = std::path::Path::new(&folder);
        std::fs::create_dir_all(folder).expect("a folder");
        std::fs::write(folder.join(name), bytes).expect("written");
    }
}

/// Width, height, pixels of a PNG file.
fn read_png(bytes: &[u8]) -> (u32, u32, Vec<u8>) {
    let decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    let mut reader = decoder.read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("a picture");
    (info.width, info.height, pixels)
}

/// Elements of an SVG file; every one that is opened is closed.
fn well_formed(svg: &str) -> usize {
    let (mut open, mut count) = (Vec::new(), 0);
    for part in svg.split('<').skip(1) {
        let (tag, _) = part.split_once('>').expect("a tag ends");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{tag}");
        } else {
            count += 1;
            assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
            if !tag.ends_with('/') {
                open.push(tag.split(' ').next().expect("a name"));
            }
        }
    }
    assert!(open.is_empty(), "{open:?}");
    count
}

fn leaves(harness: &mut Harness<'_, Desk>, title: &str, unit: &str) {
    let button = format!("Export {title}");
    let [png, svg, csv] = ["(PNG)", "(SVG)", "(CSV)"].map(|form| {
        let mut files = choose(harness, &button, form);
        let (name, bytes) = files.pop().expect("a file");
        keep(&name, &bytes);
        bytes
    });
    let (w, h, pixels) = read_png(&png);
    assert!(w >= 1280 && h >= 200, "{title}: {w}x{h}");
    // Something is drawn on it: more than its ground and one ink.
    let mut inks: Vec<&[u8]> = pixels.chunks_exact(3).collect();
    inks.sort_unstable();
    inks.dedup();
    assert!(inks.len() > 20, "{title}: {} colours", inks.len());
    let svg = String::from_utf8(svg).expect("text");
    assert!(well_formed(&svg) >= 7, "{title}");
    assert!(svg.contains(title) && svg.contains(unit), "{title}: {svg}");
    assert!(svg.contains("Two steps · Seed 3 · geoul "), "what made it");
    let csv = String::from_utf8(csv).expect("text");
    assert!(csv.lines().count() >= 2, "{title}: {csv}");
    let columns = |line: &str| line.matches(',').count();
    let widths: Vec<usize> = csv.lines().map(columns).collect();
    assert!(widths.iter().skip(2).all(|n| *n == widths[1]), "{csv}");
}

#[test]
fn every_chart_leaves_as_picture_drawing_and_figures() {
    let mut d = desk("en");
    views::go(&mut d, 20.0);
    d.room = "dashboard";
    let mut harness = window(d, 1440.0, 1600.0);
    settle(&mut harness);
    for (title, unit) in [
        ("Work in progress over time", "lots"),
        ("Throughput over time", "lots/d"),
        ("Cycle time of finished lots", "d"),
        ("Busiest tool groups", "%"),
        ("Where tool time goes", "%"),
        ("Cycle times lately", "d"),
    ] {
        leaves(&mut harness, title, unit);
    }
    let state = harness.state_mut();
    state.room = "plant";
    state.strip = "gantt";
    state.selection = Selection::Tool(0);
    settle(&mut harness);
    leaves(&mut harness, "Gantt · Scanner_1", "Hot");
    harness.state_mut().strip = "tools";
    settle(&mut harness);
    leaves(&mut harness, "Tools · D+20 00:00", "D+20");
    harness.state_mut().strip = "throughput";
    settle(&mut harness);
    leaves(&mut harness, "Throughput over time", "lots/d");
}

#[test]
fn a_chart_has_a_context_menu() {
    let mut d = desk("en");
    views::go(&mut d, 20.0);
    d.room = "dashboard";
    let mut harness = window(d, 1440.0, 900.0);
    settle(&mut harness);
    let now_us = harness.state().now_us();
    let title = harness.get_by_label("Export Throughput over time").rect();
    let at = title.center_bottom() + egui::Vec2::new(-120.0, 80.0);
    harness.hover_at(at);
    harness.step();
    for pressed in [true, false] {
        harness.event(egui::Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Secondary,
            pressed,
            modifiers: egui::Modifiers::NONE,
        });
        harness.step();
    }
    settle(&mut harness);
    harness.get_by_label_contains("(CSV)").click();
    settle(&mut harness);
    let exports = std::mem::take(&mut harness.state_mut().exports);
    assert_eq!(exports.len(), 1);
    assert_eq!(exports[0].files[0].0, "Throughput over time.csv");
    // The first button goes to a time, the second does not.
    assert_eq!(harness.state().now_us(), now_us);
}

#[test]
fn a_study_leaves_as_report_tables_and_differences() {
    let mut d = desk("ko");
    views::study(&mut d);
    // What is edited or renamed afterwards changes nothing of what was asked.
    let asked = d.bench.all.asked.clone().expect("asked");
    let edit = geoul::scene::Command::Set {
        path: "tool_groups.Scanner.count".to_owned(),
        value: "5".to_owned(),
    };
    assert!(d.edit("count", &[edit]));
    d.room = ROOMS
        .iter()
        .find(|r| r.name == "variants")
        .expect("a room")
        .name;
    let mut harness = window(d, 1440.0, 900.0);
    settle(&mut harness);
    let button = |h: &Harness<'_, Desk>| {
        let all = h.get_all_by_label_contains("내보내기");
        let labels = all.filter_map(|n| {
            use egui_kittest::kittest::NodeT;
            n.accesskit_node().label()
        });
        let found = labels
            .into_iter()
            .find(|l| l.ends_with(" 내보내기") && !l.contains(':'));
        found.expect("the menu")
    };
    let menu = button(&harness);
    let report = choose(&mut harness, &menu, "(HTML)");
    assert_eq!(report[0].0, "report.html");
    keep(&report[0].0, &report[0].1);
    let html = String::from_utf8(report[0].1.clone()).expect("text");
    for words in [
        "Two steps",
        "+1 Scanner",
        "장비 수를 2대에서 3대로 늘리면",
        "tool_groups.Scanner.count",
        "투입량",
        "Holm",
        "가정한 입력",
        "Nobody measured the etcher.",
    ] {
        assert!(html.contains(words), "{words}");
    }
    assert_eq!(asked.scene.tool_groups[0].count, 2);
    let tables = choose(&mut harness, &menu, "(Parquet)");
    let names: Vec<&str> = tables.iter().map(|f| f.0.as_str()).collect();
    assert_eq!(names, ["differences.parquet", "settings.parquet"]);
    assert!(tables.iter().all(|f| f.1.starts_with(b"PAR1")));
    let differences = choose(&mut harness, &menu, "(.set)");
    assert_eq!(differences.len(), 2);
    let text = String::from_utf8(differences[0].1.clone()).expect("text");
    assert_eq!(text, "tool_groups.Scanner.count=3\n");
}
