//! The language changes at once and leaves nothing of the other one.

use egui_kittest::kittest::NodeT;
use geoul::view::panel::{Desk, ROOMS, Selection};

use crate::{desk, settle, window};

/// Words that are names, units or the other language's own name.
const NAMES: [&str; 51] = [
    "Geoul",
    "Scanner",
    "Etcher",
    "Litho",
    "Etch",
    "Two",
    "steps",
    "WIP",
    "What",
    "if",
    "CSV",
    "GDSII",
    "English",
    "Alt",
    "Ctrl",
    "Shift",
    "Cmd",
    "GPU",
    "CPU",
    "CQT",
    "Gantt",
    "Single",
    "Space",
    "Home",
    "ms",
    "TSV",
    "Lot",
    "Hot",
    "Day",
    "Generic",
    "LongestIdle",
    "RON",
    "View",
    "in",
    "what",
    "priority",
    "fifo",
    "Bossung",
    "NA",
    "CD",
    "EPE",
    "NILS",
    "RMS",
    "ArF",
    "KrF",
    "EUV",
    "nm",
    "gds",
    "glp",
    "ron",
    "ln",
];

fn latin(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_ascii_alphabetic())
        .filter(|w| w.len() > 1 && !NAMES.contains(w))
        .map(str::to_owned)
        .collect()
}

fn spoken(harness: &egui_kittest::Harness<'_, Desk>) -> Vec<String> {
    harness
        .root()
        .children_recursive()
        .flat_map(|n| {
            let node = n.accesskit_node();
            [node.label(), node.value()]
        })
        .flatten()
        .collect()
}

#[test]
fn korean_leaves_no_english_in_any_room() {
    for room in ROOMS {
        let mut d = desk("en");
        d.room = room.name;
        d.selection = Selection::Nothing;
        d.seek(86_400_000_000 * 2);
        while d.play.seek_us.is_some() {
            d.tick(0.02);
        }
        let mut harness = window(d, 1440.0, 900.0);
        settle(&mut harness);
        let english: Vec<String> = spoken(&harness).iter().flat_map(|t| latin(t)).collect();
        assert!(
            !english.is_empty(),
            "{}: nothing is said in English",
            room.name
        );
        harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::L);
        settle(&mut harness);
        assert_eq!(harness.state().texts().lang().tag(), "ko");
        let said = spoken(&harness);
        assert!(
            said.iter()
                .any(|t| t.chars().any(|c| ('가'..='힣').contains(&c)))
        );
        let left: Vec<String> = said.iter().flat_map(|t| latin(t)).collect();
        assert!(left.is_empty(), "{}: {left:?}", room.name);
        assert!(said.iter().all(|t| !t.contains('⟦')), "{said:?}");
    }
}
