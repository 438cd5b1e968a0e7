//! The plants that queueing theory knows, and how their figures are read off a record.

use geoul::results::record::{LotRecord, RunRecord};
use geoul::scene::dist::Dist;
use geoul::scene::schema::{
    BatchKey, BatchSize, Breakdown, Capacity, CascadeStart, FailureClock, Per, Plan, Pool, Rework,
    Scene,
};

use crate::interval::{Case, Figure};
use crate::plant::{constant, every, exponential, group, minutes, release, scene, step, successor};

/// Reads one figure off a record.
pub type Probe = Box<dyn Fn(&RunRecord) -> f64 + Sync>;

/// A figure to compare: name, truth, widest half-width as a share of the truth, how it is read.
pub struct Claim(pub &'static str, pub f64, pub f64, pub Probe);

/// How much is simulated: lots of all replications together, warm-up of each (minutes).
#[derive(Clone, Copy)]
pub struct Effort {
    pub lots: f64,
    pub warmup: f64,
    pub replications: u32,
    pub seed: u64,
}

/// Makes a case of a plant to which `rate` lots come every minute.
pub fn case(name: &str, mut scene: Scene, rate: f64, effort: Effort, claims: Vec<Claim>) -> Case {
    let counted = effort.lots / f64::from(effort.replications) / rate;
    scene.run.warmup = minutes(effort.warmup);
    scene.run.horizon = minutes(effort.warmup + counted);
    let mut figures = Vec::new();
    let mut probes = Vec::new();
    for Claim(name, truth, share, probe) in claims {
        figures.push(Figure {
            name: name.into(),
            truth,
            width: share * truth.abs(),
            control: false,
        });
        probes.push(probe);
    }
    Case {
        name: name.into(),
        scene,
        replications: effort.replications,
        seed: effort.seed,
        figures,
        measure: Box::new(move |r| probes.iter().map(|p| p(r)).collect()),
    }
}

/// The case with its figures of these names as controls of those after them.
pub fn controlled(mut case: Case, names: &[&str]) -> Case {
    for name in names {
        let mut named = case.figures.iter_mut().filter(|f| f.name == *name);
        named.next().expect("a figure of the case").control = true;
    }
    case
}

// ---- figures -----------------------------------------------------------------------------

fn window(r: &RunRecord) -> f64 {
    (r.end_us - r.warmup_us) as f64
}

const MINUTE: f64 = 6e7;

/// Mean time in the plant of the lots of a type that left after the warm-up, minutes.
pub fn cycle_time(lot_type: u32) -> Probe {
    Box::new(move |r| mean_of_lots(r, lot_type, |l| (l.end_us - l.release_us) as f64))
}

/// Mean wait of such lots: what is neither process nor transport, minutes.
pub fn wait_of_type(lot_type: u32) -> Probe {
    Box::new(move |r| {
        mean_of_lots(r, lot_type, |l| {
            (l.end_us - l.release_us - l.process_us - l.transport_us) as f64
        })
    })
}

fn mean_of_lots(r: &RunRecord, lot_type: u32, of: impl Fn(&LotRecord) -> f64) -> f64 {
    let (mut n, mut sum) = (0.0, 0.0);
    for lot in &r.lots {
        if lot.lot_type == lot_type && lot.end_us >= r.warmup_us {
            n += 1.0;
            sum += of(lot);
        }
    }
    sum / n / MINUTE
}

/// Share of the lots that waited longer than `limit` minutes.
pub fn waits_over(limit: f64) -> Probe {
    let limit = minutes(limit).0;
    Box::new(move |r| share_of_lots(r, |l| l.end_us - l.release_us - l.process_us > limit))
}

/// Share of the lots that were in the plant longer than `limit` minutes.
pub fn sojourns_over(limit: f64) -> Probe {
    let limit = minutes(limit).0;
    Box::new(move |r| share_of_lots(r, |l| l.end_us - l.release_us > limit))
}

/// Share among the lots that left after the warm-up.
fn share_of_lots(r: &RunRecord, is: impl Fn(&LotRecord) -> bool) -> f64 {
    let (mut n, mut yes) = (0.0, 0.0);
    for lot in r.lots.iter().filter(|l| l.end_us >= r.warmup_us) {
        n += 1.0;
        if is(lot) {
            yes += 1.0;
        }
    }
    yes / n
}

/// Mean wait at a group, minutes.
pub fn wait(group: usize) -> Probe {
    Box::new(move |r| r.groups[group].wait_us as f64 / r.groups[group].starts as f64 / MINUTE)
}

/// Mean number waiting at a group.
pub fn queue(group: usize) -> Probe {
    Box::new(move |r| r.groups[group].queue_lot_us as f64 / window(r))
}

/// Mean number in the plant.
pub fn lots() -> Probe {
    Box::new(|r| r.wip_lot_us.iter().sum::<u128>() as f64 / window(r))
}

/// Lots that came to a group per minute.
pub fn arrivals(group: usize) -> Probe {
    Box::new(move |r| r.groups[group].arrivals as f64 / window(r) * MINUTE)
}

/// Starts at a group per minute.
pub fn starts(group: usize) -> Probe {
    Box::new(move |r| r.groups[group].starts as f64 / window(r) * MINUTE)
}

/// Mean number of tools of `tools` that are productive.
fn productive(r: &RunRecord, tools: &std::ops::Range<usize>) -> f64 {
    let us: u64 = r.tools[tools.clone()]
        .iter()
        .map(|t| t.times.productive_us)
        .sum();
    us as f64 / window(r)
}

/// Share of the time in which the tools are productive.
pub fn busy(tools: std::ops::Range<usize>) -> Probe {
    Box::new(move |r| productive(r, &tools) / tools.len() as f64)
}

/// Mean number at a group, waiting or in process on its tools.
pub fn lots_at(group: usize, tools: std::ops::Range<usize>) -> Probe {
    let waiting = queue(group);
    Box::new(move |r| waiting(r) + productive(r, &tools))
}

/// Mean time at a group for each visit, minutes.
pub fn time_at(group: usize, tools: std::ops::Range<usize>) -> Probe {
    let (number, rate) = (lots_at(group, tools), starts(group));
    Box::new(move |r| number(r) / rate(r))
}

/// Share of arriving lots that a full queue turns away.
fn blocking() -> Probe {
    Box::new(|r| r.groups[0].lost as f64 / r.groups[0].arrivals as f64)
}

/// Mean lots of a batch.
fn batch_size() -> Probe {
    Box::new(|r| {
        let (lots, jobs) = r.tools.iter().fold((0.0, 0.0), |(l, j), t| {
            (l + t.lots as f64, j + t.jobs as f64)
        });
        lots / jobs
    })
}

/// Mean number of lots in process (the sum of their process times over the window).
fn inside() -> Probe {
    Box::new(|r| {
        let lots = r.lots.iter().filter(|l| l.end_us >= r.warmup_us);
        lots.map(|l| l.process_us as f64).sum::<f64>() / window(r)
    })
}

/// Share of the tools' time that is breakdown.
pub fn down() -> Probe {
    Box::new(|r| {
        let us: u64 = r.tools.iter().map(|t| t.times.down_us).sum();
        us as f64 / window(r) / r.tools.len() as f64
    })
}

fn breakdowns(r: &RunRecord) -> f64 {
    r.tools.iter().map(|t| t.breakdowns as f64).sum()
}

/// Share of closed windows of the `index`-th critical queue time that were late.
pub fn violations(index: usize) -> Probe {
    Box::new(move |r| r.cqt[index].violations as f64 / r.cqt[index].closed as f64)
}

fn finished_per_minute() -> Probe {
    Box::new(|r| {
        let n = r.lots.iter().filter(|l| l.end_us >= r.warmup_us).count();
        n as f64 / window(r) * MINUTE
    })
}

fn reworks() -> Probe {
    Box::new(|r| {
        let (mut n, mut sum) = (0.0, 0.0);
        for lot in r.lots.iter().filter(|l| l.end_us >= r.warmup_us) {
            n += 1.0;
            sum += f64::from(lot.reworks);
        }
        sum / n
    })
}

// ---- plants ------------------------------------------------------------------------------

/// One station of `c` tools to which lots come after every `arrival`.
pub fn station(arrival: Dist, service: Dist, c: u32) -> Scene {
    scene(
        vec![group("station", c)],
        vec![step("serve", 0, service)],
        vec![release("lots", every(arrival))],
    )
}

/// M/M/c/c: who finds no free tool is lost. Truth: the share lost.
pub fn loss_station(a: f64, c: u32, blocking_truth: f64, share: f64, effort: Effort) -> Case {
    let mut plant = station(exponential(1.0 / a), exponential(1.0), c);
    plant.tool_groups[0].queue = Some(geoul::scene::schema::QueueLimit {
        lots: 0,
        overflow: geoul::scene::schema::Overflow::Lose,
    });
    let claims = vec![
        Claim("arrivals", a, share, arrivals(0)),
        Claim("blocking", blocking_truth, share, blocking()),
        Claim("mean lots", a * (1.0 - blocking_truth), share, lots()),
    ];
    let case = case(&format!("M/M/{c}/{c} a={a}"), plant, a, effort, claims);
    controlled(case, &["arrivals"])
}

/// Two classes, the hot one first, no preemption.
pub fn priority_station(hot: f64, regular: f64, waits: (f64, f64), share: f64, e: Effort) -> Case {
    let mut plant = station(exponential(1.0 / hot), exponential(1.0), 1);
    plant.releases[0].priority = 20;
    plant
        .releases
        .push(release("regular", every(exponential(1.0 / regular))));
    let load = hot + regular;
    let claims = vec![
        Claim("arrivals", load, share, arrivals(0)),
        Claim("utilisation", load, share, busy(0..1)),
        Claim("Wq hot", waits.0, share, wait_of_type(0)),
        Claim("Wq regular", waits.1, share, wait_of_type(1)),
    ];
    case("priority M/M/1", plant, load, e, claims)
}

/// A batch tool that serves from `a` to `b` lots at once.
pub fn bulk_station(lam: f64, a: u32, b: u32) -> Scene {
    let mut plant = station(exponential(1.0 / lam), exponential(1.0), 1);
    plant.tool_groups[0].capacity = Capacity::Batch {
        same: BatchKey::RouteStep,
    };
    let step = &mut plant.routes[0].steps[0];
    step.per = Per::Batch;
    step.batch = Some(BatchSize {
        min_wafers: a,
        max_wafers: b,
    });
    plant
}

/// What is known of M/M(a,b)/1.
pub struct Bulk {
    pub queue: f64,
    pub wait: f64,
    pub time: f64,
    pub busy: f64,
    pub batch: f64,
}

/// The figures of a bulk station.
pub fn bulk_claims(lam: f64, truth: &Bulk, share: f64) -> Vec<Claim> {
    vec![
        Claim("arrivals", lam, share, arrivals(0)),
        Claim("utilisation", truth.busy, share, busy(0..1)),
        Claim("Lq", truth.queue, share, queue(0)),
        Claim("Wq", truth.wait, share, wait(0)),
        Claim("W", truth.time, share, cycle_time(0)),
        Claim("mean batch", truth.batch, share, batch_size()),
    ]
}

/// A pipeline that takes a lot every `interval` and holds each for `process`.
pub fn pipeline(lam: f64, process: f64, interval: f64) -> Scene {
    let mut plant = station(exponential(1.0 / lam), constant(process), 1);
    plant.tool_groups[0].capacity = Capacity::Cascade { lots: 16 };
    // The wait of the theory ends when the first slot is free, not when the lot is taken in.
    plant.options.cascade_start = CascadeStart::WhenSlotFree;
    plant.routes[0].steps[0].interval = Some(minutes(interval));
    plant
}

/// The figures of a pipeline: wait for the first slot as in M/D/1, then the process time.
pub fn pipeline_claims(lam: f64, process: f64, interval: f64, wq: f64, share: f64) -> Vec<Claim> {
    vec![
        Claim("arrivals", lam, share, arrivals(0)),
        Claim("Wq", wq, share, wait(0)),
        Claim("sojourn", wq + process, share, cycle_time(0)),
        Claim("throughput", lam, share, finished_per_minute()),
        Claim(
            "utilisation by interval",
            lam * interval,
            share,
            Box::new(move |r| starts(0)(r) * interval),
        ),
        Claim("units inside", lam * process, share, inside()),
    ]
}

/// `tools` tools that fail by the calendar or by busy time; `crew`: how many repairers.
pub fn failing(
    mut plant: Scene,
    clock: FailureClock,
    mttf: f64,
    mttr: f64,
    crew: Option<u32>,
) -> Scene {
    if let Some(count) = crew {
        plant.crews.push(Pool {
            name: "crew".into(),
            count,
        });
    }
    for group in &mut plant.tool_groups {
        group.breakdowns.push(Breakdown {
            name: "failure".into(),
            clock,
            first: None,
            uptime: exponential(mttf),
            repair: exponential(mttr),
            crew: crew.map(|_| 0),
        });
    }
    plant
}

/// `n` machines without work that fail and are repaired.
pub fn machines(n: u32, crews: Option<u32>, mttf: f64, mttr: f64) -> Scene {
    let idle = scene(
        vec![group("machines", n)],
        vec![step("none", 0, constant(1.0))],
        Vec::new(),
    );
    failing(idle, FailureClock::Calendar, mttf, mttr, crews)
}

/// The figures of machine repair. The crew's own hours are not in the record: its
/// utilisation follows from the rate of repairs, the wait from the length of downtimes.
pub fn repair_claims(
    n: u32,
    crews: u32,
    mttr: f64,
    mean_down: f64,
    rate: f64,
    share: f64,
) -> Vec<Claim> {
    let n = f64::from(n);
    let crews = f64::from(crews);
    let downtime = mean_down / rate;
    let wait = downtime - mttr;
    // With a repairer for each machine nothing waits: a share of nothing would be no width.
    let wait_width = if wait.abs() < 1e-9 {
        f64::INFINITY
    } else {
        share
    };
    let repairs = |r: &RunRecord| breakdowns(r) / window(r) * MINUTE;
    let mean_downtime = move |r: &RunRecord| down()(r) * n / repairs(r);
    vec![
        Claim(
            "availability",
            1.0 - mean_down / n,
            share,
            Box::new(|r| 1.0 - down()(r)),
        ),
        Claim(
            "mean up",
            n - mean_down,
            share,
            Box::new(move |r| n * (1.0 - down()(r))),
        ),
        Claim(
            "mean down",
            mean_down,
            share,
            Box::new(move |r| n * down()(r)),
        ),
        Claim("repair rate", rate, share, Box::new(repairs)),
        Claim("mean downtime", downtime, share, Box::new(mean_downtime)),
        Claim(
            "wait for repair",
            wait,
            wait_width,
            Box::new(move |r| mean_downtime(r) - mttr),
        ),
        Claim(
            "crew utilisation",
            rate * mttr / crews,
            share,
            Box::new(move |r| repairs(r) * mttr / crews),
        ),
    ]
}

/// Stations in a row, from the last of which lots may go back (`back`: station, probability).
pub fn network(gamma: f64, mu: &[f64], c: &[u32], back: &[(u32, f64)]) -> Scene {
    let groups = c
        .iter()
        .enumerate()
        .map(|(i, c)| group(&format!("station {}", i + 1), *c))
        .collect();
    let mut steps: Vec<_> = mu
        .iter()
        .enumerate()
        .map(|(i, mu)| step(&format!("step {}", i + 1), i as u32, exponential(1.0 / mu)))
        .collect();
    let leave = 1.0 - back.iter().map(|(_, p)| p).sum::<f64>();
    let last = steps.last_mut().expect("a station");
    last.next = back
        .iter()
        .map(|(to, p)| successor(Some(*to), *p))
        .collect();
    last.next.push(successor(None, leave));
    scene(
        groups,
        steps,
        vec![release("lots", every(exponential(1.0 / gamma)))],
    )
}

/// Single exponential servers in a ring with `n` lots: throughput and cycle time.
pub fn closed(demands: &[f64], n: u32, throughput: f64, share: f64, effort: Effort) -> Case {
    let groups = (1..=demands.len())
        .map(|i| group(&format!("station {i}"), 1))
        .collect();
    let steps = demands
        .iter()
        .enumerate()
        .map(|(i, d)| step(&format!("step {}", i + 1), i as u32, exponential(*d)))
        .collect();
    let plant = scene(
        groups,
        steps,
        vec![release("lots", Plan::Conwip { lots: n })],
    );
    let claims = vec![
        Claim("throughput", throughput, share, finished_per_minute()),
        Claim(
            "cycle time",
            f64::from(n) / throughput,
            share,
            cycle_time(0),
        ),
    ];
    case(&format!("CONWIP n={n}"), plant, throughput, effort, claims)
}

/// Lots that are inspected on ample tools and go back with probability `q`.
pub fn rework(q: f64, share: f64, effort: Effort) -> Case {
    let mut plant = station(exponential(0.1), constant(1.0), 60);
    plant.routes[0].steps[0].rework = Some(Rework {
        probability: q,
        to: 0,
    });
    let claims = vec![
        Claim("extra passes", q / (1.0 - q), share, reworks()),
        Claim(
            "visits",
            1.0 / (1.0 - q),
            share,
            Box::new(|r| starts(0)(r) / finished_per_minute()(r)),
        ),
    ];
    case(&format!("rework q={q}"), plant, 10.0, effort, claims)
}
