//! Laws that any plant keeps, tried on plants made at random.

use std::collections::BTreeMap;

use geoul::results::kpi::verify;
use geoul::results::record::{RunRecord, StepRecord};
use geoul::rng::Seed;
use geoul::scene::schema::{Capacity, OperatorPhase, Scene};
use geoul::sim::fab::{Engine, Model, RunError};
use proptest::prelude::*;

use crate::plant::{Log, minutes};
use crate::random;

/// A run with all its steps; a plant that takes in more than it can hold, or that turns lots
/// round without any time, ends with an error that says so.
fn run(model: &Model, stop_at: Option<u64>) -> Result<(RunRecord, Vec<StepRecord>), RunError> {
    let mut engine = Engine::new(model, Seed(7), Log::default());
    if let Some(stop) = stop_at {
        engine.run_until(stop)?;
        let state = engine.snapshot();
        engine = Engine::resume(model, state, engine.observer);
    }
    engine.run_until(model.horizon_us)?;
    let (record, log) = engine.finish(0);
    Ok((record, log.0))
}

/// Most that happens at once of intervals (start, end, weight); ends come before starts.
fn most_at_once(intervals: &[(u64, u64, u32)]) -> u32 {
    let mut changes: Vec<(u64, i64)> = Vec::new();
    for (start, end, weight) in intervals.iter().filter(|(s, e, _)| s < e) {
        changes.push((*start, i64::from(*weight)));
        changes.push((*end, -i64::from(*weight)));
    }
    changes.sort_unstable();
    let (mut now, mut most) = (0, 0);
    for (_, change) in changes {
        now += change;
        most = most.max(now);
    }
    most as u32
}

/// What the steps of a run may never show.
fn faults_of_steps(scene: &Scene, model: &Model, steps: &[StepRecord]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut jobs: BTreeMap<(u32, u64), Vec<&StepRecord>> = BTreeMap::new();
    let mut reticles: BTreeMap<u32, BTreeMap<(u32, u64, u64), ()>> = BTreeMap::new();
    let mut operators: BTreeMap<(u32, u64, u64), ()> = BTreeMap::new();
    for s in steps {
        let spec = &scene.routes[s.route as usize].steps[s.step as usize];
        if !(s.arrive_us <= s.start_us
            && s.start_us <= s.setup_end_us
            && s.setup_end_us <= s.end_us
            && s.end_us <= s.next_us)
        {
            faults.push(format!("times run backwards: {s:?}"));
        }
        if model.names.group_of_tool[s.tool as usize] != s.group || spec.tool_group != s.group {
            faults.push(format!("a tool of another group: {s:?}"));
        }
        let first = model.groups[s.group as usize].first_tool;
        let group = &scene.tool_groups[s.group as usize];
        if let Some(tool) = group.tools.get((s.tool - first) as usize)
            && let Some(recipes) = &tool.qualified
            && !recipes.contains(spec.recipe.as_ref().unwrap_or(&spec.name))
        {
            faults.push(format!("a tool that is not qualified: {s:?}"));
        }
        let job = (s.tool, s.start_us, s.end_us);
        // A batch holds what its leader's step needs; lots of other steps ride along.
        if !matches!(group.capacity, Capacity::Batch { .. })
            && let Some(reticle) = spec.reticle
        {
            reticles.entry(reticle).or_default().insert(job, ());
        }
        if group
            .operator
            .is_some_and(|o| o.during == OperatorPhase::Job)
        {
            operators.insert(job, ());
        }
        jobs.entry((s.tool, s.start_us)).or_default().push(s);
    }
    let spans = |jobs: &BTreeMap<(u32, u64, u64), ()>| -> Vec<(u64, u64, u32)> {
        jobs.keys()
            .map(|(_, start, end)| (*start, *end, 1))
            .collect()
    };
    for (reticle, jobs) in &reticles {
        if most_at_once(&spans(jobs)) > scene.reticles[*reticle as usize].count {
            faults.push(format!("reticle {reticle} is in too many tools"));
        }
    }
    if most_at_once(&spans(&operators)) > scene.operators[0].count {
        faults.push("too many operators at work".to_owned());
    }
    for tool in 0..model.tools.len() as u32 {
        let of: Vec<&Vec<&StepRecord>> = jobs
            .range((tool, 0)..(tool + 1, 0))
            .map(|(_, j)| j)
            .collect();
        let group = &scene.tool_groups[model.names.group_of_tool[tool as usize] as usize];
        let most = match group.capacity {
            Capacity::Single | Capacity::Batch { .. } => 1,
            Capacity::Cascade { lots } => lots,
        };
        let batch = matches!(group.capacity, Capacity::Batch { .. });
        let mut intervals = Vec::new();
        for job in of {
            let lots = if batch { 1 } else { job.len() as u32 };
            // Jobs of no length may share an instant.
            let end = job.iter().map(|s| s.end_us).max().unwrap_or(0);
            if batch || job.len() == 1 {
                intervals.push((job[0].start_us, end, lots));
            } else {
                intervals.extend(job.iter().map(|s| (s.start_us, s.end_us, 1)));
            }
        }
        if most_at_once(&intervals) > most {
            faults.push(format!("tool {tool} holds more than {most}"));
        }
    }
    faults
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_plant_keeps_the_laws(
        choices in prop::collection::vec(any::<u32>(), 0..400),
        stop in 0.0..1_500.0f64,
    ) {
        let scene = random::plant(&choices, 1_500.0);
        let model = Model::new(&scene).expect("the plant compiles");
        match (run(&model, None), run(&model, Some(minutes(stop).0))) {
            (Ok((record, steps)), Ok((resumed, resumed_steps))) => {
                let law = verify(&model.names, &record);
                prop_assert!(law.is_ok(), "{law:?}");
                let faults = faults_of_steps(&scene, &model, &steps);
                prop_assert!(faults.is_empty(), "{faults:#?}");
                prop_assert_eq!(&record.digest, &resumed.digest);
                prop_assert_eq!(record, resumed);
                prop_assert_eq!(steps, resumed_steps);
            }
            (straight, resumed) => prop_assert_eq!(straight.err(), resumed.err()),
        }
    }
}
