//! Secondary resources: operators, reticles, qualifications, reservations.

use geoul::scene::schema::{
    Breakdown, FailureClock, OperatorNeed, OperatorPhase, Pool, Reservation, Rework, Scene, Step,
    ToolGroup, ToolSpec,
};

use super::{golden, lots, plant, trace};
use crate::plant::{constant, group, minutes, scene, step};

fn one(name: &str) -> Pool {
    Pool {
        name: name.into(),
        count: 1,
    }
}

/// Two tools, one operator, load 2, process 10, two lots at 0.
fn operated(during: OperatorPhase) -> Scene {
    let tools = ToolGroup {
        load: minutes(2.0),
        operator: Some(OperatorNeed { pool: 0, during }),
        ..group("tools", 2)
    };
    let mut scene = scene(
        vec![tools],
        vec![step("work", 0, constant(10.0))],
        vec![lots(0, &[0.0, 0.0])],
    );
    scene.operators.push(one("operator"));
    scene
}

/// The operator stays with the first job to its end at 12.
#[test]
fn an_operator_for_the_whole_job() {
    let (_, steps) = golden(
        &operated(OperatorPhase::Job),
        &[(0, 0, 0, 0, 0.0, 0.0, 12.0), (0, 1, 0, 0, 0.0, 12.0, 24.0)],
    );
    assert_eq!(steps[1].hold_us, minutes(12.0).0);
}

/// The operator is free after the load: the second tool starts at 2.
#[test]
fn an_operator_for_setup_and_load() {
    golden(
        &operated(OperatorPhase::SetupAndLoad),
        &[(0, 0, 0, 0, 0.0, 0.0, 12.0), (0, 1, 0, 1, 0.0, 2.0, 14.0)],
    );
}

/// Both tools fail from 1 to 5: the load of the first lot ends at 6 instead of 2, and its
/// operator is free only then.
#[test]
fn an_operator_stays_with_a_load_that_a_breakdown_interrupts() {
    let mut scene = operated(OperatorPhase::SetupAndLoad);
    scene.tool_groups[0].breakdowns.push(Breakdown {
        name: "failure".into(),
        clock: FailureClock::Calendar,
        first: Some(constant(1.0)),
        uptime: constant(1e5),
        repair: constant(4.0),
        crew: None,
    });
    golden(
        &scene,
        &[(0, 0, 0, 0, 0.0, 0.0, 16.0), (0, 1, 0, 1, 0.0, 6.0, 18.0)],
    );
}

/// One reticle for two tools: jobs follow one another, the second tool stays empty.
#[test]
fn a_reticle_is_in_one_tool_at_a_time() {
    let expose = Step {
        reticle: Some(0),
        ..step("expose", 0, constant(10.0))
    };
    let mut scene = scene(
        vec![group("tools", 2)],
        vec![expose],
        vec![lots(0, &[0.0, 0.0, 1.0])],
    );
    scene.reticles.push(one("mask"));
    let (record, _) = golden(
        &scene,
        &[
            (0, 0, 0, 0, 0.0, 0.0, 10.0),
            (0, 1, 0, 0, 0.0, 10.0, 20.0),
            (0, 2, 0, 0, 1.0, 20.0, 30.0),
        ],
    );
    // Tool 1 is held while a lot waits, 0..20, and on standby after that.
    assert_eq!(record.tools[1].times.held_us, minutes(20.0).0);
}

/// Tool 0 does a, tool 1 does b: the second lot of b waits although tool 0 is idle.
#[test]
fn a_tool_takes_only_what_it_is_qualified_for() {
    let mut tools = group("tools", 2);
    tools.tools = ["a", "b"]
        .map(|recipe| ToolSpec {
            name: format!("for {recipe}"),
            place: None,
            qualified: Some(vec![recipe.into()]),
        })
        .into();
    let route = |recipe: &str| {
        vec![Step {
            recipe: Some(recipe.into()),
            ..step("work", 0, constant(10.0))
        }]
    };
    golden(
        &plant(
            vec![tools],
            vec![route("a"), route("b")],
            vec![lots(0, &[12.0]), lots(1, &[0.0, 0.0])],
        ),
        &[
            (1, 0, 0, 1, 0.0, 0.0, 10.0),
            (1, 1, 0, 1, 0.0, 10.0, 20.0),
            (0, 0, 0, 0, 12.0, 12.0, 22.0),
        ],
    );
}

/// A hot lot does 5 at the first tool, then 10 at the second. A regular lot wants the second
/// for 20 at 1.
fn hot(reservation: Reservation) -> Scene {
    let mut hot = lots(0, &[0.0]);
    hot.priority = 20;
    hot.reserve = true;
    let mut plant = plant(
        vec![group("first", 1), group("second", 1)],
        vec![
            vec![
                step("one", 0, constant(5.0)),
                step("two", 1, constant(10.0)),
            ],
            vec![step("long", 1, constant(20.0))],
        ],
        vec![hot, lots(1, &[1.0])],
    );
    plant.options.reservation = reservation;
    plant
}

/// Reserved from 0 on, the second tool waits for the hot lot.
#[test]
fn a_hot_lot_reserves_its_next_tool() {
    golden(
        &hot(Reservation::Off),
        &[
            (0, 0, 0, 0, 0.0, 0.0, 5.0),
            (1, 0, 0, 1, 1.0, 1.0, 21.0),
            (0, 0, 1, 1, 5.0, 21.0, 31.0),
        ],
    );
    golden(
        &hot(Reservation::On),
        &[
            (0, 0, 0, 0, 0.0, 0.0, 5.0),
            (0, 0, 1, 1, 5.0, 5.0, 15.0),
            (1, 0, 0, 1, 1.0, 15.0, 35.0),
        ],
    );
}

/// The reserving lot is sent back for rework instead: it must use a tool of the group its
/// step asks for, not the one it had reserved elsewhere.
#[test]
fn a_reserved_tool_of_another_group_is_not_used() {
    let mut plant = hot(Reservation::On);
    plant.routes[0].steps[0].rework = Some(Rework {
        probability: 1.0,
        to: 0,
    });
    plant.releases.truncate(1);
    plant.run.horizon = minutes(16.0);
    let (_, steps) = trace(&plant);
    let tools: Vec<(u32, u32)> = steps.iter().map(|s| (s.step, s.tool)).collect();
    assert_eq!(tools, [(0, 0), (0, 0), (0, 0)]);
}
