//! Everything that can be seen: each room with something in it, each window, each tab.

use std::time::Duration;

use geoul::view::panel::{Desk, ROOMS, Selection, Window};
use geoul::whatif::knob::Value;

/// Names of all views.
pub fn names() -> Vec<&'static str> {
    let rooms = ROOMS.iter().map(|r| r.name);
    let others = [
        "start",
        "keys",
        "preferences",
        "findings",
        "about",
        "find",
        "route",
        "lot",
        "tools",
        "bench",
        "mask",
    ];
    rooms.chain(others).collect()
}

/// Windows that stand above the frame.
pub fn is_window(view: &str) -> bool {
    ["keys", "preferences", "findings", "about", "find"].contains(&view)
}

/// Goes to a day of the run.
pub fn go(desk: &mut Desk, days: f64) {
    desk.seek((days * 8.64e10) as u64);
    while desk.play.seek_us.is_some() {
        desk.tick(0.02);
    }
}

/// Waits until what runs in the background is over.
pub fn wait(desk: &mut Desk) {
    for _ in 0..4000 {
        if !desk.bench.single.is_running() && !desk.bench.all.is_running() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
        desk.tick(0.3);
    }
    panic!("a study does not end");
}

/// Asks a what-if and runs two variants of it.
pub fn study(desk: &mut Desk) {
    let session = desk.session.as_ref().expect("open");
    let knobs = desk.bench.knobs(session).to_vec();
    let knob = knobs.iter().find(|k| k.kind == "tools").expect("tools");
    let starts = knobs.iter().find(|k| k.kind == "starts").expect("starts");
    desk.bench.pairs = 5;
    desk.bench.days = 14.0;
    desk.bench.turn(starts, Value::Number(90.0));
    let fewer = desk.bench.variant("90 %");
    desk.bench.turned.clear();
    desk.bench.turn(knob, Value::Number(3.0));
    let more = desk.bench.variant("+1 Scanner");
    desk.bench.variants = vec![more, fewer];
    desk.run_what_if().expect("the knobs fit");
    desk.run_variants().expect("the variants fit");
    wait(desk);
}

/// Brings a view before the user.
pub fn show(desk: &mut Desk, view: &str) {
    match view {
        "start" => desk.session = None,
        "keys" => desk.window = Some(Window::Keys),
        "preferences" => desk.window = Some(Window::Preferences),
        "findings" => desk.window = Some(Window::Findings),
        "about" => desk.window = Some(Window::About),
        "find" => {
            desk.window = Some(Window::Find {
                wanted: "sc".to_owned(),
                marked: 0,
            });
        }
        "route" => desk.go_to("routes.R"),
        "lot" => {
            let lot = desk.live.as_ref().and_then(|l| l.lots().next());
            desk.selection = lot.map_or(Selection::Nothing, |l| Selection::Lot(l.key));
            desk.strip = "gantt";
        }
        "tools" => {
            desk.selection = Selection::Tool(0);
            desk.strip = "tools";
        }
        "plant" => {
            desk.selection = Selection::Group(0);
            desk.tree.open.insert("tool_groups".to_owned());
        }
        "bench" => {
            study(desk);
            desk.right_is_what_if = true;
        }
        "what-if" | "variants" => {
            study(desk);
            desk.room = ROOMS.iter().find(|r| r.name == view).expect("a room").name;
        }
        "process-bench" => {
            desk.room = ROOMS.iter().find(|r| r.name == view).expect("a room").name;
            crate::process::answered(desk);
        }
        "mask" => {
            show(desk, "process-bench");
            desk.process.seek();
            crate::process::answered(desk);
        }
        room => desk.room = ROOMS.iter().find(|r| r.name == room).expect("a room").name,
    }
}
