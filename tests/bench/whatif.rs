//! How long an answer takes: a maintenance what-if on the memory fab, 20 pairs of 90 days.
//!
//! `cargo bench --no-default-features --bench whatif`. The base has been run before, as it has
//! when a second question is asked; each round asks for another interval, so that nothing of the
//! variant is known. On two threads. Prints when the first estimate was there and on how many pairs
//! it rests, when the verdict was there, and how long a study takes to stop once it is cancelled.

use std::time::{Duration, Instant};

use geoul::scene::{Bundle, load};
use geoul::whatif::knob::Setting;
use geoul::whatif::memory::Memory;
use geoul::whatif::study::{Ask, State};
use geoul::whatif::study_threads::Study;
use geoul::whatif::{RunRequest, Variant, WhatIf, models, what_if};

/// Pairs and days of the question, threads that answer it.
const PAIRS: u32 = 20;
const DAYS: u64 = 90;
const THREADS: u32 = 2;

/// The question after another share of today's intervals.
fn ask(bundle: &Bundle, what: &dyn WhatIf, percent: Option<f64>) -> Ask {
    let loaded = load(bundle, &bundle.main, &[], &models())
        .unwrap_or_else(|faults| panic!("{}", faults.to_text()));
    let variant = percent.map(|percent| {
        let variant = Variant {
            name: format!("intervals at {percent} %"),
            what: what.name().to_owned(),
            settings: vec![Setting::number("pm_every", percent)],
            ..Variant::default()
        };
        variant.ask(&loaded.scene).expect("the knob fits")
    });
    Ask {
        base: RunRequest {
            bundle: bundle.clone(),
            replications: Some(PAIRS),
            horizon_us: Some(DAYS * 86_400_000_000),
            ..RunRequest::default()
        },
        variants: variant.into_iter().collect(),
        answers: what.answers().to_vec(),
    }
}

fn main() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenes/memory_fab.ron");
    let bundle = Bundle::from_disk(path).unwrap_or_else(|faults| panic!("{}", faults.to_text()));
    let what = what_if("maintenance").expect("it ships");
    let memory = Memory::default();
    let base = Study::start(ask(&bundle, what, None), &memory, THREADS).wait();
    assert_eq!(base.state, State::Done);
    println!(
        "base, {PAIRS} replications of {DAYS} d: {:.2} s",
        base.elapsed_s
    );
    for percent in [80.0, 120.0, 140.0] {
        let study = Study::start(ask(&bundle, what, Some(percent)), &memory, THREADS);
        let mut behind = 0;
        while !study.poll().state.is_over() {
            if behind == 0 {
                behind = study.poll().pairs_done;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let view = study.poll();
        assert_eq!((&view.state, view.ran), (&State::Done, PAIRS));
        println!(
            "intervals at {percent} %: first estimate {:.2} s, from {behind} pair(s); verdict {:.2} s",
            view.first_estimate_s.expect("it is done"),
            view.elapsed_s
        );
    }
    for after_ms in [50_u32, 700, 1900] {
        let percent = 100.0 + f64::from(after_ms) / 100.0;
        let study = Study::start(ask(&bundle, what, Some(percent)), &memory, THREADS);
        std::thread::sleep(Duration::from_millis(after_ms.into()));
        let asked = Instant::now();
        study.cancel();
        assert_eq!(study.wait().state, State::Cancelled);
        let took_ms = asked.elapsed().as_secs_f64() * 1e3;
        println!("cancelled after {after_ms} ms: stopped within {took_ms:.0} ms");
    }
}
