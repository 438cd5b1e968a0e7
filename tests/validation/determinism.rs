//! The same scene and seed give the same run: again, on any number of threads, and with a
//! snapshot in the middle.

use geoul::results::record::RunRecord;
use geoul::rng::Seed;
use geoul::scene::schema::Scene;
use geoul::scene::{Bundle, Models, load};
use geoul::sim::fab::{Engine, Model, Silent, dispatch};
use geoul::units::Duration;

use crate::plant::run_model;
use crate::random;

fn replications(model: &Model, threads: u32, n: u32) -> Vec<RunRecord> {
    let one = |r: u32| run_model(model, Seed(11).replication(r), Silent).0;
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|t| {
                scope.spawn(move || {
                    (t..n)
                        .step_by(threads as usize)
                        .map(|r| (r, one(r)))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        let mut all: Vec<_> = workers
            .into_iter()
            .flat_map(|w| w.join().expect("no replication panicked"))
            .collect();
        all.sort_by_key(|(r, _)| *r);
        all.into_iter().map(|(_, record)| record).collect()
    })
}

fn is_determined(scene: &Scene) {
    let model = Model::new(scene).expect("the scene compiles");
    let once = replications(&model, 1, 2);
    assert_eq!(once, replications(&model, 1, 2), "twice");
    assert_eq!(once, replications(&model, 2, 2), "on two threads");
    assert_ne!(once[0].digest, once[1].digest, "replications differ");
    let mut engine = Engine::new(&model, Seed(11), Silent);
    engine
        .run_until(model.horizon_us / 2)
        .expect("within limits");
    let half = engine.snapshot();
    drop(engine);
    // The snapshot serves more than once and does not change in between.
    for _ in 0..2 {
        let mut second = Engine::resume(&model, half.clone(), Silent);
        second.run_until(model.horizon_us).expect("within limits");
        assert_eq!(second.finish(0).0, once[0], "after a snapshot at half");
    }
    // A compiled copy of the same scene is the same plant.
    let again = Model::new(scene).expect("the scene compiles");
    assert_eq!(run_model(&again, Seed(11), Silent).0.digest, once[0].digest);
}

/// Busy plants of many features.
#[test]
fn plants_rich_in_features_are_determined() {
    let mut rich = 0;
    for n in 0..120u64 {
        let choices: Vec<u32> = (0..400u32)
            .map(|i| Seed(n).block(geoul::rng::Stream::Statistics, [i, 0, 0])[0])
            .collect();
        let scene = random::plant(&choices, 5_000.0);
        let model = Model::new(&scene).expect("the scene compiles");
        let mut engine = Engine::new(&model, Seed(11), Silent);
        // Plants that overflow are none to compare.
        if engine.run_until(model.horizon_us).is_ok() && engine.finish(0).0.lot_steps > 2_000 {
            let mut second = Engine::new(&model, Seed(11).replication(1), Silent);
            if second.run_until(model.horizon_us).is_ok() {
                is_determined(&scene);
                rich += 1;
            }
        }
    }
    assert!(rich >= 10, "{rich} plants were busy enough");
}

/// SMT2020 HVLM, 60 days.
#[test]
fn the_testbed_is_determined() {
    let Some(data) = std::env::var_os("GEOUL_DATA") else {
        println!("skipped: no $GEOUL_DATA");
        return;
    };
    let folder = std::path::PathBuf::from(data).join("smt2020/SMT2020_HVLM");
    let files = geoul::interop::smt2020::read_folder(&folder).expect("$GEOUL_DATA holds HVLM");
    let imported = geoul::interop::smt2020::import("HVLM", &files).expect("HVLM has no faults");
    let bundle = Bundle::from_text("hvlm.ron", &imported.text);
    let models = Models {
        dispatch_rules: &dispatch::names(),
        kpis: &[],
    };
    let mut scene = load(&bundle, "hvlm.ron", &[], &models)
        .expect("an imported scene has no faults")
        .scene;
    scene.run.horizon = Duration::days(60);
    scene.run.warmup = Duration::ZERO;
    is_determined(&scene);
}
