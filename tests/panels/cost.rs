//! What a frame of the panels costs on the largest shipped scene while it plays.
//!
//! `GEOUL_COST=6 cargo test --release --features panel-tests --test panels cost -- --nocapture` demands that 95 of 100
//! frames stay below so many ms; a build without optimisation says nothing, so it must be asked.

use std::time::Instant;

use geoul::view::panel::{ROOMS, Selection};

use crate::{desk, settle, window};

#[test]
fn a_frame_of_every_room_stays_within_its_cost() {
    let Some(most_ms) = std::env::var("GEOUL_COST")
        .ok()
        .and_then(|v| v.parse::<f64>().ok())
    else {
        eprintln!("skipped: GEOUL_COST names no bound");
        return;
    };
    for room in ROOMS {
        let mut d = desk("ko");
        assert!(d.open("geoul:/memory_fab.ron"));
        d.prefs.tour_seen = true;
        d.tour = None;
        d.seek(10 * 86_400_000_000);
        while d.play.seek_us.is_some() {
            d.tick(0.02);
        }
        d.room = room.name;
        d.selection = Selection::Group(40);
        d.tree.open.insert("tool_groups".to_owned());
        let mut harness = window(d, 1440.0, 900.0);
        settle(&mut harness);
        harness.state_mut().play.running = true;
        let mut costs: Vec<f64> = (0..300)
            .map(|_| {
                let start = Instant::now();
                harness.step();
                start.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        costs.sort_by(f64::total_cmp);
        let (median, p95) = (costs[150], costs[285]);
        println!(
            "{}: median {median:.2} ms, 95 % {p95:.2} ms, worst {:.2} ms",
            room.name, costs[299]
        );
        assert!(p95 <= most_ms, "{}: {p95:.2} ms", room.name);
    }
}
