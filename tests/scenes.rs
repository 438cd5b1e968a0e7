//! Every scene under `scenes/`: it loads without a fault or warning, runs headless, meets its own
//! checks, and its figures equal the reviewed text beside it (`<scene>.expected.txt`).
//!
//! `UPDATE_EXPECT=1` rewrites the texts; read the difference before committing it.

use std::fmt::Write;
use std::path::Path;

use bevy::prelude::World;
use expect_test::expect_file;
use geoul::results::check::evaluate;
use geoul::results::kpi::{self, Kind, Summary};
use geoul::rng::Seed;
use geoul::scene::{Bundle, Models, load};
use geoul::sim::fab::{Engine, Model, Silent, dispatch};
use geoul::world;

/// Figures shown in the text, in this order.
const SHOWN: [&str; 14] = [
    "throughput",
    "cycle_time",
    "x_factor",
    "on_time",
    "wip",
    "rework",
    "scrapped",
    "lost",
    "cqt_violation_rate",
    "utilization",
    "setup",
    "down",
    "pm",
    "queue_length",
];

/// Loads, runs and compares; `overrides` shorten what would take too long for a test.
fn check(name: &str, overrides: &[(&str, &str)]) {
    let root = env!("CARGO_MANIFEST_DIR");
    let path = format!("scenes/{name}.ron");
    let rules = dispatch::names();
    let models = Models {
        dispatch_rules: &rules,
        kpis: kpi::KPIS,
    };
    let overrides: Vec<_> = overrides
        .iter()
        .map(|&(path, value)| (path.to_owned(), value.to_owned()))
        .collect();
    let bundle = Bundle::from_disk(&path).unwrap_or_else(|d| panic!("{}", d.to_text()));
    let loaded =
        load(&bundle, &path, &overrides, &models).unwrap_or_else(|d| panic!("{}", d.to_text()));
    assert_eq!(loaded.warnings.to_text(), "");
    let mut world = World::new();
    world::spawn(&mut world, &loaded.scene);
    let scene = world::plan(&mut world).unwrap();
    let model = Model::new(&scene).unwrap();
    let mut summary = Summary::new(&model.names, scene.run.confidence);
    for replication in 0..scene.run.replications {
        let seed = Seed(scene.run.seed).replication(replication);
        let mut engine = Engine::new(&model, seed, Silent);
        engine.run_until(scene.run.horizon.0).unwrap();
        let (record, Silent) = engine.finish(replication);
        // Little's law and the conservation of lots hold, or this is an error.
        summary.add(&record).unwrap();
    }
    let mut text = String::new();
    writeln!(
        text,
        "{}: {} replications of {} d",
        scene.name,
        scene.run.replications,
        scene.run.horizon.as_days()
    )
    .unwrap();
    let big = scene.tool_groups.len() > 20;
    for shown in SHOWN {
        for row in summary.rows().iter().filter(|r| r.name == shown) {
            if !(big && row.kind == Kind::ToolGroup && shown != "utilization") {
                let mean = format!("{:.3}", row.mean);
                let of = if row.of.is_empty() { "plant" } else { &row.of };
                writeln!(text, "{shown:18} {of:20} {mean:>10} {}", row.unit).unwrap();
            }
        }
    }
    for result in evaluate(&scene.checks, &summary) {
        assert!(result.passed, "{name}: {result:?}");
    }
    expect_file![format!("{root}/scenes/{name}.expected.txt")].assert_eq(&text);
}

#[test]
fn smoke_flow() {
    check("smoke/flow", &[]);
}

#[test]
fn smoke_tools() {
    check("smoke/tools", &[]);
}

#[test]
fn smoke_upkeep() {
    check("smoke/upkeep", &[]);
}

#[test]
fn smoke_queue_time() {
    check("smoke/queue_time", &[]);
}

#[test]
fn smoke_durations() {
    check("smoke/durations", &[]);
}

#[test]
fn minifab() {
    check("minifab", &[]);
}

#[test]
fn memory_fab() {
    check(
        "memory_fab",
        &[("run.horizon", "150 d"), ("run.replications", "1")],
    );
}

#[test]
fn every_scene_has_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes");
    let mut found = 0;
    for folder in [root.clone(), root.join("smoke")] {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "ron") {
                let text = path.with_extension("expected.txt");
                assert!(text.exists(), "{} has no test", path.display());
                found += 1;
            }
        }
    }
    assert_eq!(found, 7);
}
