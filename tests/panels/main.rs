//! The panels: what they do, what they say to a screen reader, whether their text fits.
//!
//! `GEOUL_PICTURES=folder cargo test --release --features panel-tests --test panels pictures` writes every room as it is painted
//! without a device.

mod cost;
mod fit;
mod frame;
mod language;
mod leave;
mod pictures;
mod process;
mod tasks;
mod views;

use std::cell::RefCell;
use std::rc::Rc;

use egui_kittest::Harness;
use geoul::view::panel::raster::Textures;
use geoul::view::panel::{self, Desk, Prefs};

/// Gathers textures for a harness.
#[derive(Clone, Default)]
pub struct Sink(pub Rc<RefCell<Textures>>);

impl egui_kittest::TestRenderer for Sink {
    fn handle_delta(&mut self, delta: &mut egui::TexturesDelta) {
        self.0.borrow_mut().take(delta);
    }
}

/// A small plant with everything a panel shows.
pub const PLANT: &str = r#"(
    schema: 1, name: "Two steps", assumed: ["Nobody measured the etcher."],
    run: (horizon: "60 d", warmup: "5 d", seed: 3),
    areas: { "Litho": (light: Yellow), "Etch": () },
    crews: { "Day": (count: 2) },
    tool_groups: {
        "Scanner": (
            area: "Litho", count: 2, // two of them
            breakdowns: [(name: "emergency", uptime: Exponential(mean: "3 d"), repair: "4 h", crew: "Day")],
            pms: [(name: "weekly", every: "7 d", duration: "6 h", crew: "Day")],
        ),
        "Etcher": (area: "Etch", count: 1),
    },
    routes: {
        "R": (steps: [
            (name: "010", tools: "Scanner", time: "60 min", cqt: [(to: "020", limit: "3 h")]),
            (name: "020", tools: "Etcher", time: "35 min"),
        ]),
    },
    products: { "P": (route: "R") },
    releases: {
        "Lot": (product: "P", plan: Every(interval: "45 min"), due: FlowFactor(3.0)),
        "Hot": (product: "P", priority: 9, plan: Every(interval: "2 d")),
    },
)
"#;

/// A desk with the small plant open.
pub fn desk(lang: &str) -> Desk {
    let prefs = Prefs {
        language: Some(lang.to_owned()),
        tour_seen: true,
        reduced_motion: true,
        ..Prefs::default()
    };
    let mut desk = Desk::new(prefs, None);
    desk.open_bundle(geoul::scene::Bundle::from_text("two.ron", PLANT));
    desk
}

/// Panels of a desk in a window of so many points.
pub fn window(desk: Desk, width: f32, height: f32) -> Harness<'static, Desk> {
    painted(desk, width, height, Sink::default())
}

/// The same, its textures gathered.
pub fn painted(desk: Desk, width: f32, height: f32, sink: Sink) -> Harness<'static, Desk> {
    Harness::builder()
        .with_size([width, height])
        .with_max_steps(64)
        .renderer(sink)
        .build_ui_state(
            |ui, desk: &mut Desk| {
                desk.tick(0.05);
                panel::show(ui.ctx(), desk);
            },
            desk,
        )
}

/// Some frames.
pub fn settle(harness: &mut Harness<'_, Desk>) {
    harness.run_steps(4);
}
