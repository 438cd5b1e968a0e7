//! Breakdowns, maintenance and the crews that do them.

use geoul::scene::dist::Dist;
use geoul::scene::schema::{
    Breakdown, BreakdownInPm, FailureClock, Pm, PmBreakdownOrder, PmClock, PmInterval, PmStagger,
    Pool, Scene, ToolGroup,
};

use super::{golden, lots, trace};
use crate::plant::{constant, group, minutes, scene, step};

fn failure(first: f64, repair: f64) -> Breakdown {
    Breakdown {
        name: "failure".into(),
        clock: FailureClock::Calendar,
        first: Some(constant(first)),
        uptime: constant(1e5),
        repair: constant(repair),
        crew: None,
    }
}

fn pm(first: f64, every: f64, duration: f64) -> Pm {
    Pm {
        name: "weekly".into(),
        every: PmInterval::Time(minutes(every)),
        first: Some(minutes(first).0),
        duration: constant(duration),
        crew: None,
    }
}

/// Jobs of 10 minutes.
fn works(tools: ToolGroup, times: &[f64]) -> Scene {
    scene(
        vec![tools],
        vec![step("work", 0, constant(10.0))],
        vec![lots(0, times)],
    )
}

/// Fails at 5 for 3: the job of 0 ends at 13 instead of 10.
#[test]
fn a_breakdown_interrupts_a_job_which_then_goes_on() {
    let mut tool = group("tool", 1);
    tool.breakdowns = vec![failure(5.0, 3.0)];
    let (record, steps) = golden(
        &works(tool, &[0.0, 1.0]),
        &[(0, 0, 0, 0, 0.0, 0.0, 13.0), (0, 1, 0, 0, 1.0, 13.0, 23.0)],
    );
    assert_eq!(steps[0].down_us, minutes(3.0).0);
    assert_eq!(record.lots[0].process_us, minutes(10.0).0);
    let t = &record.tools[0];
    assert_eq!((t.breakdowns, t.times.down_us), (1, minutes(3.0).0));
    assert_eq!(t.times.productive_us, minutes(20.0).0);
}

/// An idle tool fails too: the lot of 6 waits for the repair at 8.
#[test]
fn an_idle_tool_fails_too() {
    let mut tool = group("tool", 1);
    tool.breakdowns = vec![failure(5.0, 3.0)];
    golden(&works(tool, &[6.0]), &[(0, 0, 0, 0, 6.0, 8.0, 18.0)]);
}

/// A failure that counts 15 minutes of busy time: the first job (0..10) uses 10, the second
/// (from 20) the rest: it stops at 25 for 4 and ends at 34.
#[test]
fn a_failure_that_counts_busy_time() {
    let mut tool = group("tool", 1);
    tool.breakdowns = vec![Breakdown {
        clock: FailureClock::Busy,
        ..failure(15.0, 4.0)
    }];
    golden(
        &works(tool, &[0.0, 20.0]),
        &[(0, 0, 0, 0, 0.0, 0.0, 10.0), (0, 1, 0, 0, 20.0, 20.0, 34.0)],
    );
}

/// Two processes: one fails at 5 for 10, the other is due at 8 and strikes at 15 for 2.
#[test]
fn a_second_failure_waits_for_the_first_repair() {
    let mut tool = group("tool", 1);
    tool.breakdowns = vec![failure(5.0, 10.0), failure(8.0, 2.0)];
    let (record, _) = golden(&works(tool, &[0.0]), &[(0, 0, 0, 0, 0.0, 0.0, 22.0)]);
    assert_eq!(record.tools[0].breakdowns, 2);
}

/// Two tools, first at 20, every 20, for 5. Spread: tool 0 at 10, 30; tool 1 at 20. Together:
/// both at 20.
#[test]
fn maintenance_is_spread_over_the_tools() {
    for (stagger, hours) in [
        (PmStagger::Spread, [6.0, 5.0]),
        (PmStagger::Together, [5.0, 5.0]),
    ] {
        let mut tools = group("tools", 2);
        tools.pms = vec![pm(20.0, 20.0, 5.0)];
        let mut scene = works(tools, &[]);
        scene.options.pm_stagger = stagger;
        scene.run.horizon = minutes(31.0);
        let (record, _) = trace(&scene);
        let seen: Vec<u64> = record.tools.iter().map(|t| t.times.pm_us).collect();
        assert_eq!(seen, hours.map(|h| minutes(h).0));
    }
}

/// Due at 10 and every 20, for 5. The job of 0..12 is not interrupted; the lot of 1 waits for
/// the maintenance 12..17. Counted from the due date the next is 30..35, from the start 32..37,
/// from the end due at 37: the lot of 33 starts at 35, 37, 33.
#[test]
fn maintenance_waits_for_the_job_and_counts_as_told() {
    for (clock, start) in [
        (PmClock::Due, 35.0),
        (PmClock::Start, 37.0),
        (PmClock::End, 33.0),
    ] {
        let mut tool = group("tool", 1);
        tool.pms = vec![pm(10.0, 20.0, 5.0)];
        let mut scene = works(tool, &[0.0, 1.0, 33.0]);
        scene.routes[0].steps[0].time = constant(12.0);
        scene.options.pm_clock = clock;
        scene.run.horizon = minutes(60.0);
        golden(
            &scene,
            &[
                (0, 0, 0, 0, 0.0, 0.0, 12.0),
                (0, 1, 0, 0, 1.0, 17.0, 29.0),
                (0, 2, 0, 0, 33.0, start, start + 12.0),
            ],
        );
    }
}

/// Every 4 wafers for 6; lots of 2 wafers: after the second, 20..26.
#[test]
fn maintenance_by_wafers() {
    let mut tool = group("tool", 1);
    tool.pms = vec![Pm {
        every: PmInterval::Wafers(4),
        first: None,
        ..pm(0.0, 1.0, 6.0)
    }];
    let mut scene = works(tool, &[0.0, 0.0, 0.0, 0.0, 0.0]);
    scene.releases[0].wafers = 2;
    let (record, _) = golden(
        &scene,
        &[
            (0, 0, 0, 0, 0.0, 0.0, 10.0),
            (0, 1, 0, 0, 0.0, 10.0, 20.0),
            (0, 2, 0, 0, 0.0, 26.0, 36.0),
            (0, 3, 0, 0, 0.0, 36.0, 46.0),
            (0, 4, 0, 0, 0.0, 52.0, 62.0),
        ],
    );
    assert_eq!(
        (record.tools[0].pms, record.tools[0].times.pm_us),
        (2, minutes(12.0).0)
    );
}

/// The maintenance falls due by the wafers of a lot that comes straight back to the same
/// pipeline, which has room: it must not slip in before the maintenance.
#[test]
fn a_returning_lot_does_not_slip_in_before_maintenance_by_wafers() {
    let mut tool = group("tool", 1);
    tool.capacity = geoul::scene::schema::Capacity::Cascade { lots: 3 };
    tool.pms = vec![Pm {
        every: PmInterval::Wafers(1),
        first: None,
        ..pm(0.0, 1.0, 6.0)
    }];
    let mut first = step("first", 0, constant(4.0));
    first.interval = Some(minutes(1.0));
    let mut second = first.clone();
    second.name = "second".into();
    // 0..4, maintenance 4..10, 10..14, maintenance 14..20.
    let mut scene = scene(vec![tool], vec![first, second], vec![lots(0, &[0.0])]);
    scene.run.horizon = minutes(30.0);
    golden(
        &scene,
        &[(0, 0, 0, 0, 0.0, 0.0, 4.0), (0, 0, 1, 0, 4.0, 10.0, 14.0)],
    );
}

/// Maintenance 10..20, a failure due at 15 with a repair of 5. Postponed it strikes at 20 and
/// ends at 25; cancelled the lot of 12 starts at 20.
#[test]
fn a_failure_within_maintenance() {
    for (option, start) in [
        (BreakdownInPm::Postpone, 25.0),
        (BreakdownInPm::Cancel, 20.0),
    ] {
        let mut tool = group("tool", 1);
        tool.pms = vec![pm(10.0, 1e5, 10.0)];
        tool.breakdowns = vec![failure(15.0, 5.0)];
        let mut scene = works(tool, &[12.0]);
        scene.options.breakdown_in_pm = option;
        golden(&scene, &[(0, 0, 0, 0, 12.0, start, start + 10.0)]);
    }
}

/// A repair 5..25 of an idle tool; while it lasts a maintenance of 3 falls due at 10 and a
/// second failure, of 4, at 12. Failure first: 25..29, then maintenance to 32; the other way
/// round the lot also starts at 32, but what the tool did at 26 differs.
#[test]
fn the_order_of_failure_and_maintenance() {
    for (order, pm_us) in [
        (PmBreakdownOrder::BreakdownFirst, 0.0),
        (PmBreakdownOrder::PmFirst, 2.0),
    ] {
        let mut tool = group("tool", 1);
        tool.pms = vec![pm(10.0, 1e5, 3.0)];
        tool.breakdowns = vec![failure(5.0, 20.0), failure(12.0, 4.0)];
        let mut scene = works(tool, &[13.0]);
        scene.options.pm_breakdown_order = order;
        golden(&scene, &[(0, 0, 0, 0, 13.0, 32.0, 42.0)]);
        scene.run.horizon = minutes(27.0);
        assert_eq!(trace(&scene).0.tools[0].times.pm_us, minutes(pm_us).0);
    }
}

/// Both fail at 10, one repairer, 5 each: the second is down 10 and its job ends at 20 + 5.
#[test]
fn a_crew_repairs_one_tool_after_the_other() {
    let mut tools = group("tools", 2);
    tools.breakdowns = vec![Breakdown {
        crew: Some(0),
        ..failure(10.0, 5.0)
    }];
    let mut scene = works(tools, &[5.0, 5.0]);
    scene.crews.push(Pool {
        name: "crew".into(),
        count: 1,
    });
    let (record, _) = golden(
        &scene,
        &[(0, 0, 0, 0, 5.0, 5.0, 20.0), (0, 1, 0, 1, 5.0, 5.0, 25.0)],
    );
    let down: Vec<u64> = record.tools.iter().map(|t| t.times.down_us).collect();
    assert_eq!(down, [minutes(5.0).0, minutes(10.0).0]);
}

/// A pipeline (p = 4, c = 1, no load) fails from 1 to 3: lot 0, in since 0, ends at 6; the
/// first slot, free at 1, was free when it failed, so lot 1 enters at 3 and ends at 7.
#[test]
fn a_breakdown_stops_a_pipeline() {
    let mut tool = group("tool", 1);
    tool.capacity = geoul::scene::schema::Capacity::Cascade { lots: 4 };
    tool.breakdowns = vec![failure(0.5, 2.0)];
    let mut work = step("work", 0, Dist::Constant(minutes(4.0)));
    work.interval = Some(minutes(1.0));
    // It stops at 0.5 with half of the first interval to go: slot free at 3.
    let mut plant = scene(vec![tool], vec![work], vec![lots(0, &[0.0, 0.0])]);
    plant.options.cascade_start = geoul::scene::schema::CascadeStart::WhenSlotFree;
    golden(
        &plant,
        &[(0, 0, 0, 0, 0.0, 0.0, 6.0), (0, 1, 0, 0, 0.0, 3.0, 7.0)],
    );
}
