//! Small plants in code, and runs of them.

use geoul::results::kpi::verify;
use geoul::results::record::{RunRecord, StepRecord};
use geoul::rng::Seed;
use geoul::scene::dist::Dist;
use geoul::scene::schema::{
    Archetype, Capacity, Cqt, CqtAction, Due, Per, Plan, Product, Release, Route, Run, Scene, Step,
    Successor, ToolGroup, Wake, WipLot,
};
use geoul::sim::fab::{Engine, Model, Observer, Silent};
use geoul::units::Duration;

/// `x` minutes, to the microsecond.
pub fn minutes(x: f64) -> Duration {
    Duration::from_seconds_f64(x * 60.0)
}

/// Always `x` minutes.
pub fn constant(x: f64) -> Dist {
    Dist::Constant(minutes(x))
}

/// Exponential with a mean of `x` minutes.
pub fn exponential(x: f64) -> Dist {
    Dist::Exponential { mean: minutes(x) }
}

/// A group of `count` single-lot tools without load, unload, downtime or setups; FIFO.
pub fn group(name: &str, count: u32) -> ToolGroup {
    ToolGroup {
        name: name.into(),
        tool_type: None,
        area: 0,
        bay: None,
        count,
        location: 0,
        archetype: Archetype::Generic,
        width_m: 1.0,
        depth_m: 1.0,
        height_m: 1.0,
        load_ports: 2,
        capacity: Capacity::Single,
        load: Duration::ZERO,
        unload: Duration::ZERO,
        dispatch: vec!["priority".into(), "fifo".into()],
        wake: Wake::LongestIdle,
        setups: Vec::new(),
        min_runs: Vec::new(),
        initial_setup: None,
        breakdowns: Vec::new(),
        pms: Vec::new(),
        queue: None,
        hot_priority: None,
        operator: None,
        tools: Vec::new(),
    }
}

/// A step done by every lot, per lot, named after its group and time.
pub fn step(name: &str, tool_group: u32, time: Dist) -> Step {
    Step {
        name: name.into(),
        tool_group,
        recipe: None,
        time,
        per: Per::Lot,
        interval: None,
        batch: None,
        setup: None,
        setup_time: None,
        sampling: 1.0,
        rework: None,
        next: Vec::new(),
        dedicate: Vec::new(),
        cqt: Vec::new(),
        reticle: None,
        operator: None,
    }
}

/// A critical queue time that is only counted.
pub fn cqt(to: u32, limit: f64) -> Cqt {
    Cqt {
        to,
        limit: minutes(limit),
        on_violation: CqtAction::Count,
        max_lots_inside: None,
        cost: 0.0,
    }
}

/// A successor by chance.
pub fn successor(to: Option<u32>, probability: f64) -> Successor {
    Successor { to, probability }
}

/// A lot type of one-wafer lots of product 0.
pub fn release(name: &str, plan: Plan) -> Release {
    Release {
        name: name.into(),
        product: 0,
        wafers: 1,
        priority: 10,
        plan,
        due: Due::None,
        reserve: false,
    }
}

/// One lot after every `interval`, from time 0 + one interval on.
pub fn every(interval: Dist) -> Plan {
    Plan::Every {
        interval,
        first: None,
        lots: 1,
        max: None,
    }
}

/// One lot at each of the times, minutes.
pub fn at(times: &[f64]) -> Plan {
    Plan::List(times.iter().map(|t| minutes(*t)).collect())
}

/// A lot of product 0 in work at time 0.
pub fn wip(step: u32, wafers: u32, priority: i32) -> WipLot {
    WipLot {
        name: String::new(),
        product: 0,
        step,
        wafers,
        priority,
        due: None,
    }
}

/// A plant with one product on one route; the horizon is in minutes.
pub fn scene(groups: Vec<ToolGroup>, steps: Vec<Step>, releases: Vec<Release>) -> Scene {
    Scene {
        name: "validation".into(),
        run: Run {
            horizon: minutes(1e4),
            warmup: Duration::ZERO,
            ..Run::default()
        },
        locations: vec!["Fab".into()],
        tool_groups: groups,
        routes: vec![Route {
            name: "route".into(),
            steps,
        }],
        products: vec![Product {
            name: "product".into(),
            route: 0,
        }],
        releases,
        ..Scene::default()
    }
}

/// Runs a plant to its horizon; Little's law, lot conservation and the sum of tool times
/// must hold in every run.
pub fn run(scene: &Scene, seed: Seed) -> RunRecord {
    let model = Model::new(scene).expect("the plant compiles");
    run_model(&model, seed, Silent).0
}

/// As [`run`], of a compiled plant with an observer.
pub fn run_model<O: Observer>(model: &Model, seed: Seed, observer: O) -> (RunRecord, O) {
    let mut engine = Engine::new(model, seed, observer);
    engine
        .run_until(model.horizon_us)
        .expect("the plant stays within its limits");
    let (record, observer) = engine.finish(0);
    verify(&model.names, &record).expect("the laws of every run hold");
    (record, observer)
}

/// Keeps every step of every lot.
#[derive(Clone, Debug, Default)]
pub struct Log(pub Vec<StepRecord>);

impl Observer for Log {
    const STEPS: bool = true;

    fn step(&mut self, step: &StepRecord) {
        self.0.push(*step);
    }
}
