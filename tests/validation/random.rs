//! Plants out of a list of choices: any list makes a valid plant, a list of zeros the
//! simplest one, so that a failing plant shrinks to a small one.

use geoul::scene::dist::Dist;
use geoul::scene::schema::{
    BatchKey, BatchSize, Breakdown, BreakdownInPm, Capacity, CascadeLoadBusy, CascadeSetup,
    CascadeStart, CascadeWake, CqtAction, Due, FailureClock, MinRun, OperatorNeed, OperatorPhase,
    Overflow, Per, Plan, Pm, PmBreakdownOrder, PmClock, PmInterval, Pool, Product, QueueLimit,
    Release, Reservation, Rework, Route, Scene, SetupTime, Step, ToolGroup, ToolSpec,
    TransportTime, Wake,
};

use crate::plant::{
    constant, cqt, exponential, group, minutes, release, scene, step, successor, wip,
};

/// Choices yet to be made.
struct Choices<'a>(&'a [u32]);

impl Choices<'_> {
    /// A number below `n`; 0 when the list has ended.
    fn below(&mut self, n: u32) -> u32 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        first % n
    }

    /// True once in `n` times.
    fn once_in(&mut self, n: u32) -> bool {
        self.below(n) == n - 1
    }

    fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u32) as usize]
    }

    fn time(&mut self) -> Dist {
        let mean = f64::from(1 + self.below(12));
        match self.below(5) {
            0 => constant(mean),
            1 => exponential(mean),
            2 => Dist::Uniform {
                low: minutes(0.0),
                high: minutes(2.0 * mean),
            },
            3 => Dist::Erlang {
                mean: minutes(mean),
                shape: 3,
            },
            _ => constant(0.0),
        }
    }
}

const SETUPS: [&str; 3] = ["a", "b", "c"];
const WAFERS: [u32; 3] = [1, 2, 5];
const RULES: [&[&str]; 8] = [
    &["priority", "fifo"],
    &["priority", "least_setup", "fifo"],
    &["fifo"],
    &["critical_ratio"],
    &["queue_time", "shortest_process_time"],
    &["least_slack", "priority"],
    &["operation_due_date"],
    &["earliest_due_date", "least_setup"],
];

/// A plant of the choices: a few groups and routes with any feature.
pub fn plant(choices: &[u32], horizon: f64) -> Scene {
    let c = &mut Choices(choices);
    let groups = 1 + c.below(4);
    let groups: Vec<ToolGroup> = (0..groups).map(|i| tool_group(c, i)).collect();
    let mut scene = scene(groups, Vec::new(), Vec::new());
    scene.run.horizon = minutes(horizon);
    scene.run.warmup = minutes(if c.once_in(2) { horizon / 4.0 } else { 0.0 });
    scene.limits.lots = 2_000;
    scene.limits.steps_at_one_instant = 200_000;
    scene.locations.push("Delay".into());
    for (from, to) in [(0, 0), (0, 1)] {
        if c.once_in(2) {
            let time = c.time();
            scene.transport.push(TransportTime { from, to, time });
        }
    }
    let pool = |c: &mut Choices<'_>, name: &str| Pool {
        name: name.into(),
        count: 1 + c.below(2),
    };
    scene.crews = vec![pool(c, "crew")];
    scene.operators = vec![pool(c, "operators")];
    scene.reticles = vec![pool(c, "mask 1"), pool(c, "mask 2")];
    let o = &mut scene.options;
    o.cascade_start = c.of(&[CascadeStart::WhenSlotFree, CascadeStart::AtOnce]);
    o.cascade_setup = c.of(&[CascadeSetup::WhenEmpty, CascadeSetup::Parallel]);
    o.cascade_wake = c.of(&[CascadeWake::EmptyFirst, CascadeWake::LongestAvailable]);
    o.breakdown_in_pm = c.of(&[BreakdownInPm::Postpone, BreakdownInPm::Cancel]);
    o.pm_clock = c.of(&[PmClock::Due, PmClock::Start, PmClock::End]);
    o.pm_breakdown_order = c.of(&[PmBreakdownOrder::BreakdownFirst, PmBreakdownOrder::PmFirst]);
    o.cascade_load_busy = c.of(&[CascadeLoadBusy::Busy, CascadeLoadBusy::Idle]);
    o.reservation = c.of(&[Reservation::Off, Reservation::On]);
    let routes = 1 + c.below(2);
    for r in 0..routes {
        let route = route(c, &scene.tool_groups, r);
        scene.routes.push(route);
    }
    // The empty route that `scene` made is not one of them.
    scene.routes.remove(0);
    scene.products = (0..routes)
        .map(|route| Product {
            name: format!("product {route}"),
            route,
        })
        .collect();
    for r in 0..=c.below(3) {
        let release = lot_type(c, r, routes);
        scene.releases.push(release);
    }
    for _ in 0..c.below(6) {
        let product = c.below(routes);
        let steps = scene.routes[product as usize].steps.len() as u32;
        let mut lot = wip(c.below(steps), c.of(&WAFERS), c.of(&[10, 20]));
        lot.product = product;
        scene.wip.push(lot);
    }
    scene
}

fn tool_group(c: &mut Choices<'_>, index: u32) -> ToolGroup {
    let mut g = group(&format!("group {index}"), 1 + c.below(3));
    g.capacity = match c.below(4) {
        0 | 1 => Capacity::Single,
        2 => Capacity::Cascade {
            lots: 2 + c.below(2),
        },
        _ => Capacity::Batch {
            same: c.of(&[BatchKey::RouteStep, BatchKey::StepName, BatchKey::Recipe]),
        },
    };
    g.load = minutes(f64::from(c.below(2)));
    g.unload = minutes(f64::from(c.below(2)));
    g.location = c.below(2);
    g.dispatch = c.of(&RULES).iter().map(|r| (*r).to_owned()).collect();
    g.wake = c.of(&[
        Wake::LongestIdle,
        Wake::ShortestIdle,
        Wake::LeastSetup,
        Wake::FirstListed,
    ]);
    if c.once_in(2) {
        for (i, to) in SETUPS.iter().enumerate() {
            g.setups.push(SetupTime {
                from: None,
                to: (*to).into(),
                time: minutes(1.0 + i as f64),
            });
        }
        if c.once_in(3) {
            g.min_runs.push(MinRun {
                setup: "a".into(),
                lots: 2,
            });
        }
    }
    for _ in 0..c.below(3) {
        g.breakdowns.push(Breakdown {
            name: "failure".into(),
            clock: c.of(&[FailureClock::Calendar, FailureClock::Busy]),
            first: None,
            uptime: exponential(f64::from(20 + c.below(100))),
            repair: c.time(),
            crew: c.once_in(2).then_some(0),
        });
    }
    for _ in 0..c.below(3) {
        let every = u64::from(20 + c.below(100));
        g.pms.push(Pm {
            name: "pm".into(),
            every: c.of(&[
                PmInterval::Time(minutes(every as f64)),
                PmInterval::Wafers(every / 4),
            ]),
            first: None,
            duration: c.time(),
            crew: c.once_in(2).then_some(0),
        });
    }
    if c.once_in(3) {
        g.queue = Some(QueueLimit {
            lots: c.below(4),
            overflow: c.of(&[Overflow::Block, Overflow::Lose]),
        });
    }
    if c.once_in(3) {
        g.hot_priority = Some(20);
    }
    if c.once_in(3) {
        let during = c.of(&[OperatorPhase::Job, OperatorPhase::SetupAndLoad]);
        g.operator = Some(OperatorNeed { pool: 0, during });
    }
    if c.once_in(3) {
        // The first tool may do all, the others only what is in setup "a".
        g.tools = (0..g.count)
            .map(|i| ToolSpec {
                name: format!("tool {index} {i}"),
                place: None,
                qualified: (i > 0).then(|| vec!["recipe a".into()]),
            })
            .collect();
    }
    g
}

fn route(c: &mut Choices<'_>, groups: &[ToolGroup], index: u32) -> Route {
    let n = 1 + c.below(6);
    let mut steps: Vec<Step> = Vec::new();
    for position in 0..n {
        let at = c.below(groups.len() as u32);
        let group = &groups[at as usize];
        let setup = c.of(&SETUPS);
        let time = c.time();
        let mut s = step(&format!("step {position}"), at, time);
        s.recipe = Some(format!("recipe {setup}"));
        if matches!(group.capacity, Capacity::Batch { .. }) {
            s.per = Per::Batch;
            let min = 1 + c.below(6);
            s.batch = Some(BatchSize {
                min_wafers: min,
                max_wafers: min.max(5) + c.below(4),
            });
        } else {
            if c.once_in(3) {
                s.setup = Some(setup.into());
            }
            s.per = c.of(&[Per::Lot, Per::Wafer]);
            if matches!(group.capacity, Capacity::Cascade { .. }) {
                s.interval = Some(minutes(f64::from(1 + c.below(3))));
            }
        }
        if c.once_in(4) {
            s.sampling = 0.5;
        }
        if c.once_in(4) {
            s.rework = Some(Rework {
                probability: 0.3,
                to: c.below(position + 1),
            });
        } else if c.once_in(6) {
            let back = c.below(position + 1);
            s.next = vec![successor(Some(back), 0.25), successor(None, 0.75)];
        }
        if c.once_in(4) {
            s.reticle = Some(c.below(2));
        }
        steps.push(s);
    }
    for from in 0..n {
        if from + 1 < n && c.once_in(2) {
            let to = from + 1 + c.below(n - from - 1);
            let mut window = cqt(to, f64::from(1 + c.below(30)));
            window.on_violation = match c.below(3) {
                0 => CqtAction::Count,
                1 => CqtAction::Scrap,
                _ => CqtAction::Rework { to: from },
            };
            window.max_lots_inside = c.once_in(3).then_some(1 + c.below(3));
            steps[from as usize].cqt.push(window);
        }
        let later = (from + 1..n)
            .find(|to| steps[*to as usize].tool_group == steps[from as usize].tool_group);
        if let Some(to) = later
            && c.once_in(3)
        {
            steps[from as usize].dedicate.push(to);
        }
    }
    Route {
        name: format!("route {index}"),
        steps,
    }
}

fn lot_type(c: &mut Choices<'_>, index: u32, routes: u32) -> Release {
    let plan = match c.below(4) {
        0 => Plan::Every {
            interval: constant(f64::from(4 + c.below(30))),
            first: c.once_in(2).then_some(minutes(0.0)),
            lots: 1 + c.below(2),
            max: None,
        },
        1 => crate::plant::every(exponential(f64::from(4 + c.below(30)))),
        2 => crate::plant::at(&[0.0, 0.0, 5.0, 30.0]),
        _ => Plan::Conwip {
            lots: 1 + c.below(6),
        },
    };
    Release {
        product: c.below(routes),
        wafers: c.of(&WAFERS),
        priority: c.of(&[10, 20]),
        due: match c.below(3) {
            0 => Due::None,
            1 => Due::After(minutes(90.0)),
            _ => Due::FlowFactor(2.0),
        },
        reserve: c.once_in(2),
        ..release(&format!("type {index}"), plan)
    }
}
