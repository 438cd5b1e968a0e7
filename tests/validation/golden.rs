//! Traces worked by hand: every time is exact to the microsecond.

mod dispatch;
mod downtime;
mod flow;
mod resources;
mod tools;

use geoul::results::record::{RunRecord, StepRecord};
use geoul::rng::Seed;
use geoul::scene::schema::{Product, Release, Route, Scene, Step, ToolGroup};
use geoul::sim::fab::Model;

use crate::plant::{Log, minutes, release, run_model, scene};

/// A job of a trace: lot type, lot, step, tool, then arrival, start and end in minutes.
type Job = (u32, u32, u32, u32, f64, f64, f64);

/// Runs a plant: its record and its steps, by start, lot type, lot and step.
fn trace(scene: &Scene) -> (RunRecord, Vec<StepRecord>) {
    let model = Model::new(scene).expect("the plant compiles");
    let (record, log) = run_model(&model, Seed(1), Log::default());
    let mut steps = log.0;
    steps.sort_by_key(|s| (s.start_us, s.lot_type, s.lot, s.step));
    (record, steps)
}

/// Runs a plant and compares all jobs that ended with the trace.
#[track_caller]
fn golden(scene: &Scene, expected: &[Job]) -> (RunRecord, Vec<StepRecord>) {
    let (record, steps) = trace(scene);
    let seen: Vec<Job> = steps
        .iter()
        .map(|s| {
            let m = |us: u64| us as f64 / 6e7;
            (
                s.lot_type,
                s.lot,
                s.step,
                s.tool,
                m(s.arrive_us),
                m(s.start_us),
                m(s.end_us),
            )
        })
        .collect();
    let exact = steps.len() == expected.len()
        && steps.iter().zip(expected).all(|(s, e)| {
            (s.lot_type, s.lot, s.step, s.tool) == (e.0, e.1, e.2, e.3)
                && s.arrive_us == minutes(e.4).0
                && s.start_us == minutes(e.5).0
                && s.end_us == minutes(e.6).0
        });
    assert!(exact, "expected {expected:#?}\nseen {seen:#?}");
    (record, steps)
}

/// A plant with one route and one product for each list of steps.
fn plant(groups: Vec<ToolGroup>, routes: Vec<Vec<Step>>, releases: Vec<Release>) -> Scene {
    let mut plant = scene(groups, Vec::new(), releases);
    plant.products = (0..routes.len() as u32)
        .map(|route| Product {
            name: format!("product {route}"),
            route,
        })
        .collect();
    plant.routes = routes
        .into_iter()
        .enumerate()
        .map(|(i, steps)| Route {
            name: format!("route {i}"),
            steps,
        })
        .collect();
    plant
}

/// Lots of product `product` at the given minutes.
fn lots(product: u32, times: &[f64]) -> Release {
    Release {
        product,
        ..release(&format!("lots {product}"), crate::plant::at(times))
    }
}
