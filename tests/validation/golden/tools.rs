//! How tools are occupied: plain, cascading, batch, setups.

use geoul::scene::schema::{
    BatchKey, BatchSize, Capacity, CascadeStart, MinRun, Per, Scene, SetupTime, Step, ToolGroup,
    Wake,
};

use super::{golden, lots, plant};
use crate::plant::{constant, group, minutes, scene, step};

/// The tool of the testbed's golden trace: two slots, load and unload 1, p = 2, c = 1.5 for
/// each of 3 wafers; lots A, B, C at time 0.
fn pipeline(start: CascadeStart) -> Scene {
    let tool = ToolGroup {
        capacity: Capacity::Cascade { lots: 2 },
        load: minutes(1.0),
        unload: minutes(1.0),
        ..group("tool", 1)
    };
    let work = Step {
        per: Per::Wafer,
        interval: Some(minutes(1.5)),
        ..step("work", 0, constant(2.0))
    };
    let mut release = lots(0, &[0.0, 0.0, 0.0]);
    release.wafers = 3;
    let mut scene = scene(vec![tool], vec![work], vec![release]);
    scene.options.cascade_start = start;
    scene
}

/// A: load end 1; wafers enter at 1, 2.5, 4, leave at 3, 4.5, 6; unload end 7.
/// B loads during A; first slot free at 5.5: enters 5.5, 7, 8.5; leaves 10.5; end 11.5.
/// C may come in when A has gone at 7, enters at max(8, 10) = 10, 11.5, 13; leaves 15; end 16.
#[test]
fn a_cascading_tool_that_takes_lots_at_once() {
    let (record, _) = golden(
        &pipeline(CascadeStart::AtOnce),
        &[
            (0, 0, 0, 0, 0.0, 0.0, 7.0),
            (0, 1, 0, 0, 0.0, 0.0, 11.5),
            (0, 2, 0, 0, 0.0, 7.0, 16.0),
        ],
    );
    // Busy from 0 to 16 without a gap.
    assert_eq!(record.tools[0].times.productive_us, minutes(16.0).0);
}

/// The same ends; B loads from 4.5 so as to be ready at 5.5, C from 9 so as to be ready at 10.
#[test]
fn a_cascading_tool_that_takes_lots_in_time_for_its_slot() {
    golden(
        &pipeline(CascadeStart::WhenSlotFree),
        &[
            (0, 0, 0, 0, 0.0, 0.0, 7.0),
            (0, 1, 0, 0, 0.0, 4.5, 11.5),
            (0, 2, 0, 0, 0.0, 9.0, 16.0),
        ],
    );
}

/// load 1 + 3 wafers of 2 + unload 1 = 8 for each lot.
#[test]
fn a_plain_tool() {
    let tool = ToolGroup {
        load: minutes(1.0),
        unload: minutes(1.0),
        ..group("tool", 1)
    };
    let work = Step {
        per: Per::Wafer,
        ..step("work", 0, constant(2.0))
    };
    let mut release = lots(0, &[0.0, 0.0]);
    release.wafers = 3;
    let (record, _) = golden(
        &scene(vec![tool], vec![work], vec![release]),
        &[(0, 0, 0, 0, 0.0, 0.0, 8.0), (0, 1, 0, 0, 0.0, 8.0, 16.0)],
    );
    let t = &record.tools[0];
    assert_eq!(t.times.productive_us, minutes(16.0).0);
    assert_eq!((t.lots, t.jobs, t.wafers), (2, 2, 6));
}

fn furnace() -> ToolGroup {
    ToolGroup {
        capacity: Capacity::Batch {
            same: BatchKey::RouteStep,
        },
        ..group("furnace", 1)
    }
}

fn bake(min: u32, max: u32) -> Step {
    Step {
        per: Per::Batch,
        batch: Some(BatchSize {
            min_wafers: min,
            max_wafers: max,
        }),
        ..step("bake", 0, constant(10.0))
    }
}

/// Two to three lots, 10 minutes. 0 waits for 1: 1..11. Of 2, 3, 4, 5 the first three go at 11,
/// the last waits for one more, which comes at 20; the furnace is free at 21.
#[test]
fn batches_between_minimum_and_maximum() {
    let release = lots(0, &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 20.0, 40.0]);
    let (record, steps) = golden(
        &scene(vec![furnace()], vec![bake(2, 3)], vec![release]),
        &[
            (0, 0, 0, 0, 0.0, 1.0, 11.0),
            (0, 1, 0, 0, 1.0, 1.0, 11.0),
            (0, 2, 0, 0, 2.0, 11.0, 21.0),
            (0, 3, 0, 0, 3.0, 11.0, 21.0),
            (0, 4, 0, 0, 4.0, 11.0, 21.0),
            (0, 5, 0, 0, 5.0, 21.0, 31.0),
            (0, 6, 0, 0, 20.0, 21.0, 31.0),
        ],
    );
    // The lot of 40 waits for ever; lot 5 waited 15 of its 16 minutes for a companion.
    assert_eq!(record.tools[0].jobs, 3);
    assert_eq!(record.in_work[0], 1);
    assert_eq!(steps[5].batch_wait_us, minutes(15.0).0);
}

/// A lot of the hot priority starts without the minimum; a regular one does not.
#[test]
fn a_hot_lot_does_not_wait_for_its_batch() {
    let mut tool = furnace();
    tool.hot_priority = Some(20);
    let mut hot = lots(0, &[5.0]);
    hot.priority = 20;
    // Regular lot 0 waits from 0; the hot lot of 5 starts at once and takes it along.
    golden(
        &scene(vec![tool], vec![bake(3, 3)], vec![lots(0, &[0.0]), hot]),
        &[(0, 0, 0, 0, 0.0, 5.0, 15.0), (1, 0, 0, 0, 5.0, 5.0, 15.0)],
    );
}

fn needs(setup: &str) -> Vec<Step> {
    vec![Step {
        setup: Some(setup.into()),
        ..step("work", 0, constant(10.0))
    }]
}

fn change(from: Option<&str>, to: &str, time: f64) -> SetupTime {
    SetupTime {
        from: from.map(Into::into),
        to: to.into(),
        time: minutes(time),
    }
}

/// any -> a 3, any -> b 5, a -> b 7; after a change to a at least two lots. A at 0: setup 3,
/// ends 13. B (from 1) must wait for the second lot of a, which comes at 30 and ends at 40;
/// then 7 + 10.
#[test]
fn setups_from_a_table_with_a_minimum_run() {
    let mut tool = group("tool", 1);
    tool.setups = vec![
        change(None, "a", 3.0),
        change(None, "b", 5.0),
        change(Some("a"), "b", 7.0),
    ];
    tool.min_runs = vec![MinRun {
        setup: "a".into(),
        lots: 2,
    }];
    let routes = vec![needs("a"), needs("b")];
    let (record, steps) = golden(
        &plant(
            vec![tool],
            routes,
            vec![lots(0, &[0.0, 30.0]), lots(1, &[1.0])],
        ),
        &[
            (0, 0, 0, 0, 0.0, 0.0, 13.0),
            (0, 1, 0, 0, 30.0, 30.0, 40.0),
            (1, 0, 0, 0, 1.0, 40.0, 57.0),
        ],
    );
    let t = &record.tools[0];
    assert_eq!((t.setups, t.times.setup_us), (2, minutes(10.0).0));
    // From 13 to 30 a lot waits that the tool may not take.
    assert_eq!(t.times.held_us, minutes(17.0).0);
    assert_eq!(steps[2].setup_end_us, minutes(47.0).0);
}

/// 1 -> 2 takes 7, 2 -> 1 takes 12; the tool begins at 1.
#[test]
fn setups_depend_on_their_sequence() {
    let mut tool = group("tool", 1);
    tool.setups = vec![change(Some("1"), "2", 7.0), change(Some("2"), "1", 12.0)];
    tool.initial_setup = Some("1".into());
    let routes = vec![needs("2"), needs("1")];
    golden(
        &plant(vec![tool], routes, vec![lots(0, &[0.0]), lots(1, &[1.0])]),
        &[(0, 0, 0, 0, 0.0, 0.0, 17.0), (1, 0, 0, 0, 1.0, 17.0, 39.0)],
    );
}

/// The step's own time beats the table.
#[test]
fn a_step_may_have_its_own_setup_time() {
    let mut tool = group("tool", 1);
    tool.setups = vec![change(None, "a", 3.0)];
    let mut route = needs("a");
    route[0].setup_time = Some(minutes(8.0));
    golden(
        &plant(vec![tool], vec![route], vec![lots(0, &[0.0])]),
        &[(0, 0, 0, 0, 0.0, 0.0, 18.0)],
    );
}

/// x at 0 goes to tool 0 (idle to 15), y at 1 to tool 1 (to 16). y at 20 finds both idle:
/// least setup wakes tool 1, longest idle wakes tool 0 and changes it.
#[test]
fn an_arriving_lot_wakes_the_tool_with_least_setup() {
    let routes = || vec![needs("x"), needs("y")];
    for (wake, tool, end) in [(Wake::LeastSetup, 1, 30.0), (Wake::LongestIdle, 0, 35.0)] {
        let mut tools = group("tools", 2);
        tools.setups = vec![change(None, "x", 5.0), change(None, "y", 5.0)];
        tools.wake = wake;
        golden(
            &plant(
                vec![tools],
                routes(),
                vec![lots(0, &[0.0]), lots(1, &[1.0, 20.0])],
            ),
            &[
                (0, 0, 0, 0, 0.0, 0.0, 15.0),
                (1, 0, 0, 1, 1.0, 1.0, 16.0),
                (1, 1, 0, tool, 20.0, 20.0, end),
            ],
        );
    }
}
