//! Speed of the fab engine: lot-steps per second on one core.
//!
//! `cargo bench --no-default-features --bench fab`. One item is one step of one lot (skipped
//! steps do not count); the time is that of the event engine alone, without loading, compiling or
//! writing. The SMT2020 case runs where `GEOUL_DATA` names a folder with the tables.

use std::path::Path;

use divan::{Bencher, counter::ItemsCount};
use geoul::interop::smt2020;
use geoul::rng::Seed;
use geoul::scene::{Bundle, load};
use geoul::sim::fab::{Engine, Model, Silent};
use geoul::whatif;

fn main() {
    divan::main();
}

fn model(bundle: &Bundle, overrides: &[(String, String)]) -> Model {
    let loaded = load(bundle, &bundle.main, overrides, &whatif::models())
        .unwrap_or_else(|faults| panic!("{}", faults.to_text()));
    Model::new(&loaded.scene).expect("the scene compiles")
}

fn days(n: u32) -> Vec<(String, String)> {
    vec![
        ("run.warmup".into(), "0 d".into()),
        ("run.horizon".into(), format!("{n} d")),
    ]
}

fn bench(bencher: Bencher<'_, '_>, model: &Model) {
    let run = || {
        let mut engine = Engine::new(model, Seed(1), Silent);
        engine
            .run_until(model.horizon_us)
            .expect("the plant is stable");
        engine.finish(0).0
    };
    let steps = run().lot_steps;
    bencher.counter(ItemsCount::new(steps)).bench_local(run);
}

/// The shipped memory fab, 90 days.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn memory_fab_90_d(bencher: Bencher<'_, '_>) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenes/memory_fab.ron");
    let bundle = Bundle::from_disk(path).unwrap_or_else(|faults| panic!("{}", faults.to_text()));
    bench(bencher, &model(&bundle, &days(90)));
}

/// SMT2020 HVLM, 730 days: about 17 million lot-steps.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn smt2020_hvlm_730_d(bencher: Bencher<'_, '_>) {
    let Ok(data) = std::env::var("GEOUL_DATA") else {
        println!("skipped: no $GEOUL_DATA");
        return;
    };
    let folder = Path::new(&data).join("smt2020/SMT2020_HVLM");
    let files = smt2020::read_folder(&folder).unwrap_or_else(|faults| panic!("{faults}"));
    let scene = smt2020::import("HVLM", &files).unwrap_or_else(|faults| panic!("{faults}"));
    let bundle = Bundle::from_text("hvlm.ron", &scene.text);
    bench(bencher, &model(&bundle, &days(730)));
}
