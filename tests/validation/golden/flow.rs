//! How lots flow: sampling, rework, dedication, critical queue times, queues, releases.

use geoul::results::record::Outcome;
use geoul::scene::schema::{
    BatchKey, BatchSize, Capacity, Cqt, CqtAction, Due, Overflow, Per, Plan, Pm, PmInterval,
    QueueLimit, Rework, Scene, Step, TransportTime,
};

use super::{golden, lots, plant, trace};
use crate::plant::{constant, cqt, group, minutes, release, scene, step};

/// The first step is never done, the second always.
#[test]
fn sampling_of_0_and_100_percent() {
    let skipped = Step {
        sampling: 0.0,
        ..step("skipped", 0, constant(5.0))
    };
    let (record, _) = golden(
        &scene(
            vec![group("a", 1), group("b", 1)],
            vec![skipped, step("done", 1, constant(7.0))],
            vec![lots(0, &[0.0])],
        ),
        &[(0, 0, 1, 1, 0.0, 0.0, 7.0)],
    );
    assert_eq!(record.lot_steps, 1);
}

/// Work 5, inspection 3, always sent back: 0..5, 5..8, 8..13, 13..16, 16..21.
#[test]
fn rework_goes_round_its_loop() {
    let inspection = Step {
        rework: Some(Rework {
            probability: 1.0,
            to: 0,
        }),
        ..step("inspect", 1, constant(3.0))
    };
    let mut scene = scene(
        vec![group("work", 1), group("inspect", 1)],
        vec![step("work", 0, constant(5.0)), inspection],
        vec![lots(0, &[0.0])],
    );
    scene.run.horizon = minutes(22.0);
    let (_, steps) = golden(
        &scene,
        &[
            (0, 0, 0, 0, 0.0, 0.0, 5.0),
            (0, 0, 1, 1, 5.0, 5.0, 8.0),
            (0, 0, 0, 0, 8.0, 8.0, 13.0),
            (0, 0, 1, 1, 13.0, 13.0, 16.0),
            (0, 0, 0, 0, 16.0, 16.0, 21.0),
        ],
    );
    let passes: Vec<u32> = steps.iter().map(|s| s.pass).collect();
    assert_eq!(passes, [0, 0, 1, 1, 2]);
}

/// Step 2 must be done by the tool of step 0 (tool 0), which is in maintenance from 12 to 32;
/// its sister is idle, yet the lot waits from 15 to 32.
#[test]
fn a_dedicated_lot_waits_through_the_downtime_of_its_tool() {
    let mut litho = group("litho", 2);
    litho.pms.push(Pm {
        name: "monthly".into(),
        every: PmInterval::Time(minutes(2_000.0)),
        // Spread: tool 0 at 12, tool 1 at 24.
        first: Some(minutes(24.0).0),
        duration: constant(20.0),
        crew: None,
    });
    let first = Step {
        dedicate: vec![2],
        ..step("first", 0, constant(10.0))
    };
    let route = |first: Step| {
        vec![
            first,
            step("etch", 1, constant(5.0)),
            step("second", 0, constant(10.0)),
        ]
    };
    let groups = vec![litho, group("etch", 1)];
    golden(
        &scene(groups.clone(), route(first), vec![lots(0, &[0.0])]),
        &[
            (0, 0, 0, 0, 0.0, 0.0, 10.0),
            (0, 0, 1, 2, 10.0, 10.0, 15.0),
            (0, 0, 2, 0, 15.0, 32.0, 42.0),
        ],
    );
    // Without dedication the sister takes it at 15, ending before its own maintenance at 25.
    golden(
        &scene(
            groups,
            route(step("first", 0, constant(10.0))),
            vec![lots(0, &[0.0])],
        ),
        &[
            (0, 0, 0, 0, 0.0, 0.0, 10.0),
            (0, 0, 1, 2, 10.0, 10.0, 15.0),
            (0, 0, 2, 1, 15.0, 15.0, 25.0),
        ],
    );
}

/// Two lots leave step 0 at 1; step 1 takes 10 and must start within 5.
fn window(window: Cqt) -> Scene {
    let clean = Step {
        cqt: vec![window],
        ..step("clean", 0, constant(1.0))
    };
    scene(
        vec![group("clean", 2), group("furnace", 1)],
        vec![clean, step("bake", 1, constant(10.0))],
        vec![lots(0, &[0.0, 0.0])],
    )
}

/// The second lot starts after 10 instead of 5 minutes.
#[test]
fn a_late_lot_is_counted() {
    let mut counted = cqt(1, 5.0);
    counted.cost = 250.0;
    let (record, _) = golden(
        &window(counted),
        &[
            (0, 0, 0, 0, 0.0, 0.0, 1.0),
            (0, 1, 0, 1, 0.0, 0.0, 1.0),
            (0, 0, 1, 2, 1.0, 1.0, 11.0),
            (0, 1, 1, 2, 1.0, 11.0, 21.0),
        ],
    );
    let c = &record.cqt[0];
    assert_eq!((c.closed, c.violations, c.cost), (2, 1, 250.0));
    assert_eq!(record.lots[1].cqt_violations, 1);
    // Exactly in time is not late.
    assert_eq!(trace(&window(cqt(1, 10.0))).0.cqt[0].violations, 0);
}

#[test]
fn a_late_lot_is_scrapped_when_it_would_start() {
    let mut scrap = cqt(1, 5.0);
    scrap.on_violation = CqtAction::Scrap;
    let (record, _) = golden(
        &window(scrap),
        &[
            (0, 0, 0, 0, 0.0, 0.0, 1.0),
            (0, 1, 0, 1, 0.0, 0.0, 1.0),
            (0, 0, 1, 2, 1.0, 1.0, 11.0),
        ],
    );
    let late = record.lots.iter().find(|l| l.number == 1).expect("it left");
    assert_eq!(
        (late.outcome, late.end_us),
        (Outcome::Scrapped, minutes(11.0).0)
    );
    assert_eq!((record.cqt[0].closed, record.cqt[0].violations), (2, 1));
}

/// At 11 the second lot goes back to step 0 (11..12) and is in time then (12..22).
#[test]
fn a_late_lot_is_reworked() {
    let mut back = cqt(1, 5.0);
    back.on_violation = CqtAction::Rework { to: 0 };
    let (record, steps) = golden(
        &window(back),
        &[
            (0, 0, 0, 0, 0.0, 0.0, 1.0),
            (0, 1, 0, 1, 0.0, 0.0, 1.0),
            (0, 0, 1, 2, 1.0, 1.0, 11.0),
            (0, 1, 0, 0, 11.0, 11.0, 12.0),
            (0, 1, 1, 2, 12.0, 12.0, 22.0),
        ],
    );
    assert_eq!(record.cqt[0].violations, 1);
    assert_eq!(record.lots[1].reworks, 1);
    assert_eq!(steps[3].pass, 1);
}

/// One lot inside the window at a time: lot 1 starts step 0 only when lot 0 starts step 1 at 1,
/// on the tool that lot 0 leaves at that instant.
#[test]
fn a_full_window_holds_the_step_that_opens_it() {
    let mut one = cqt(1, 5.0);
    one.max_lots_inside = Some(1);
    let (_, steps) = golden(
        &window(one),
        &[
            (0, 0, 0, 0, 0.0, 0.0, 1.0),
            (0, 0, 1, 2, 1.0, 1.0, 11.0),
            (0, 1, 0, 0, 0.0, 1.0, 2.0),
            (0, 1, 1, 2, 2.0, 11.0, 21.0),
        ],
    );
    assert_eq!(steps[2].hold_us, minutes(1.0).0);
}

/// A batch of up to four opens a window for two lots: four lots at 0 go two by two. The
/// first two are at step 1 (two tools) at once, so the other two follow.
#[test]
fn a_full_window_bounds_a_batch_too() {
    let mut two = cqt(1, 5.0);
    two.max_lots_inside = Some(2);
    let mut scene = window(two);
    scene.tool_groups[0].count = 1;
    scene.tool_groups[0].capacity = Capacity::Batch {
        same: BatchKey::RouteStep,
    };
    scene.tool_groups[1].count = 2;
    let clean = &mut scene.routes[0].steps[0];
    clean.per = Per::Batch;
    clean.batch = Some(BatchSize {
        min_wafers: 1,
        max_wafers: 4,
    });
    scene.wip = vec![crate::plant::wip(0, 1, 10); 4];
    scene.releases.clear();
    golden(
        &scene,
        &[
            (0, 0, 0, 0, 0.0, 0.0, 1.0),
            (0, 1, 0, 0, 0.0, 0.0, 1.0),
            (0, 0, 1, 1, 1.0, 1.0, 11.0),
            (0, 1, 1, 2, 1.0, 1.0, 11.0),
            (0, 2, 0, 0, 0.0, 1.0, 2.0),
            (0, 3, 0, 0, 0.0, 1.0, 2.0),
            (0, 2, 1, 1, 2.0, 11.0, 21.0),
            (0, 3, 1, 2, 2.0, 11.0, 21.0),
        ],
    );
}

const fn bounded(lots: u32, overflow: Overflow) -> QueueLimit {
    QueueLimit { lots, overflow }
}

/// One place to wait: of lots at 0, 1, 2 the third is lost; that of 11 finds the place free.
#[test]
fn a_full_queue_loses_lots() {
    let mut tool = group("tool", 1);
    tool.queue = Some(bounded(1, Overflow::Lose));
    let (record, _) = golden(
        &scene(
            vec![tool],
            vec![step("work", 0, constant(10.0))],
            vec![lots(0, &[0.0, 1.0, 2.0, 11.0])],
        ),
        &[
            (0, 0, 0, 0, 0.0, 0.0, 10.0),
            (0, 1, 0, 0, 1.0, 10.0, 20.0),
            (0, 3, 0, 0, 11.0, 20.0, 30.0),
        ],
    );
    assert_eq!(record.groups[0].lost, 1);
    assert_eq!(record.lots[0].outcome, Outcome::Lost);
    assert_eq!(record.lots[0].end_us, minutes(2.0).0);
}

/// A batch tool loses lots in the same way.
#[test]
fn a_full_queue_of_a_batch_tool_loses_lots() {
    let mut tool = group("tool", 1);
    tool.capacity = Capacity::Batch {
        same: BatchKey::RouteStep,
    };
    tool.queue = Some(bounded(1, Overflow::Lose));
    let mut bake = step("bake", 0, constant(10.0));
    bake.per = Per::Batch;
    bake.batch = Some(BatchSize {
        min_wafers: 1,
        max_wafers: 4,
    });
    let (record, _) = golden(
        &scene(vec![tool], vec![bake], vec![lots(0, &[0.0, 1.0, 2.0])]),
        &[(0, 0, 0, 0, 0.0, 0.0, 10.0), (0, 1, 0, 0, 1.0, 10.0, 20.0)],
    );
    assert_eq!(record.groups[0].lost, 1);
}

/// First tool 2, second 10 with one place to wait, four lots at 0. Lot 2 is done at 6 and
/// blocks the first tool until lot 1 starts at 12; lot 3 is done at 14 and blocks it to 22.
#[test]
fn a_full_queue_blocks_the_tool_before_it() {
    let mut second = group("second", 1);
    second.queue = Some(bounded(1, Overflow::Block));
    let steps = vec![
        step("one", 0, constant(2.0)),
        step("two", 1, constant(10.0)),
    ];
    let (record, steps) = golden(
        &scene(
            vec![group("first", 1), second],
            steps,
            vec![lots(0, &[0.0, 0.0, 0.0, 0.0])],
        ),
        &[
            (0, 0, 0, 0, 0.0, 0.0, 2.0),
            (0, 0, 1, 1, 2.0, 2.0, 12.0),
            (0, 1, 0, 0, 0.0, 2.0, 4.0),
            (0, 2, 0, 0, 0.0, 4.0, 6.0),
            (0, 1, 1, 1, 4.0, 12.0, 22.0),
            (0, 3, 0, 0, 0.0, 12.0, 14.0),
            (0, 2, 1, 1, 12.0, 22.0, 32.0),
            (0, 3, 1, 1, 22.0, 32.0, 42.0),
        ],
    );
    assert_eq!(steps[3].next_us, minutes(12.0).0);
    assert_eq!(record.tools[0].times.blocked_us, minutes(14.0).0);
}

/// Two lots in work at all times on a tool of 10 minutes: a lot that leaves releases one.
#[test]
fn conwip_keeps_its_number() {
    let mut scene = scene(
        vec![group("tool", 1)],
        vec![step("work", 0, constant(10.0))],
        vec![release("lots", Plan::Conwip { lots: 2 })],
    );
    scene.run.horizon = minutes(35.0);
    let (record, _) = golden(
        &scene,
        &[
            (0, 0, 0, 0, 0.0, 0.0, 10.0),
            (0, 1, 0, 0, 0.0, 10.0, 20.0),
            (0, 2, 0, 0, 10.0, 20.0, 30.0),
        ],
    );
    assert_eq!((record.released[0], record.in_work[0]), (5, 2));
}

/// Within the fab a move takes 3, to and from the delay none is listed.
#[test]
fn transport_takes_its_time() {
    let mut away = group("away", 1);
    away.location = 1;
    let mut scene = scene(
        vec![group("a", 1), group("b", 1), away],
        vec![
            step("one", 0, constant(10.0)),
            step("two", 1, constant(10.0)),
            step("three", 2, constant(10.0)),
        ],
        vec![lots(0, &[1.0])],
    );
    scene.locations.push("Delay".into());
    scene.transport.push(TransportTime {
        from: 0,
        to: 0,
        time: constant(3.0),
    });
    let (record, _) = golden(
        &scene,
        &[
            (0, 0, 0, 0, 1.0, 1.0, 11.0),
            (0, 0, 1, 1, 14.0, 14.0, 24.0),
            (0, 0, 2, 2, 24.0, 24.0, 34.0),
        ],
    );
    assert_eq!(record.lots[0].transport_us, minutes(3.0).0);
    assert_eq!(record.lots[0].process_us, minutes(30.0).0);
}

/// Raw process time 10; released at 5.
#[test]
fn due_dates_count_from_the_release() {
    for (due, at) in [
        (Due::After(minutes(30.0)), Some(35.0)),
        (Due::FlowFactor(2.5), Some(30.0)),
        (Due::None, None),
    ] {
        let mut release = lots(0, &[5.0]);
        release.due = due;
        let scene = scene(
            vec![group("t", 1)],
            vec![step("s", 0, constant(10.0))],
            vec![release],
        );
        let (record, _) = trace(&scene);
        assert_eq!(record.lots[0].due_us, at.map_or(u64::MAX, |m| minutes(m).0));
    }
}

/// A list need not be in order; a constant plan begins after its interval, or at its first.
#[test]
fn releases_come_at_their_times() {
    let mut early = release(
        "early",
        Plan::Every {
            interval: constant(10.0),
            first: Some(minutes(0.0)),
            lots: 2,
            max: Some(2),
        },
    );
    early.product = 0;
    let late = release("late", crate::plant::every(constant(10.0)));
    let mut scene = plant(
        vec![group("ample", 20)],
        vec![vec![step("s", 0, constant(1.0))]],
        vec![lots(0, &[7.0, 3.0]), early, late],
    );
    scene.run.horizon = minutes(25.0);
    let (_, steps) = trace(&scene);
    let arrivals = |lot_type: u32| -> Vec<f64> {
        let of = steps.iter().filter(|s| s.lot_type == lot_type);
        of.map(|s| s.arrive_us as f64 / 6e7).collect()
    };
    assert_eq!(arrivals(0), [3.0, 7.0]);
    assert_eq!(arrivals(1), [0.0, 0.0, 10.0, 10.0]);
    assert_eq!(arrivals(2), [10.0, 20.0]);
}
