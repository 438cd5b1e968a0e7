//! Each dispatching rule takes the right lot out of a queue of several.

use geoul::scene::schema::{Due, Scene, SetupTime, Step};

use super::{lots, plant, trace};
use crate::plant::{constant, cqt, group, minutes, step};

/// A tool is busy to 10. At 1, 2, 3 come X, Y, Z:
///
/// |   | process | afterwards | due | priority | setup |
/// |---|---------|------------|-----|----------|-------|
/// | X | 6       | 0          | 200 | 10       | a, 5  |
/// | Y | 4       | 50         | 100 | 10       | b, 1  |
/// | Z | 8       | 0          | 50  | 20       | c, 3  |
///
/// At 10: critical ratio X 190/6, Y 90/54, Z 40/8; slack X 184, Y 36, Z 32; operation due date
/// X 200, Y 2 + 98·4/54, Z 50.
fn queue_of_three(rules: &[&str], setups: bool) -> Scene {
    let mut tool = group("tool", 1);
    tool.dispatch = rules.iter().map(|r| (*r).to_owned()).collect();
    if setups {
        tool.setups = [("a", 5.0), ("b", 1.0), ("c", 3.0)]
            .map(|(to, time)| SetupTime {
                from: None,
                to: to.into(),
                time: minutes(time),
            })
            .into();
    }
    let work = |time: f64, setup: &str| Step {
        setup: setups.then(|| setup.to_owned()),
        ..step("work", 0, constant(time))
    };
    let routes = vec![
        vec![step("blocker", 0, constant(10.0))],
        vec![work(6.0, "a")],
        vec![work(4.0, "b"), step("more", 1, constant(50.0))],
        vec![work(8.0, "c")],
    ];
    let mut releases = vec![
        lots(0, &[0.0]),
        lots(1, &[1.0]),
        lots(2, &[2.0]),
        lots(3, &[3.0]),
    ];
    for (release, due) in releases.iter_mut().zip([0.0, 199.0, 98.0, 47.0]) {
        if due > 0.0 {
            release.due = Due::After(minutes(due));
        }
    }
    releases[3].priority = 20;
    plant(vec![tool, group("more", 9)], routes, releases)
}

/// Lots of the tool in order of their starts, the blocker left out.
fn order(scene: &Scene) -> String {
    let (_, steps) = trace(scene);
    let at_tool = steps.iter().filter(|s| s.group == 0 && s.lot_type > 0);
    at_tool
        .map(|s| ["X", "Y", "Z"][s.lot_type as usize - 1])
        .collect()
}

#[test]
fn every_rule_takes_the_right_lot() {
    for (rules, expected) in [
        (&["fifo"][..], "XYZ"),
        (&["priority"], "ZXY"),
        (&["priority", "fifo"], "ZXY"),
        (&["shortest_process_time"], "YXZ"),
        (&["earliest_due_date"], "ZYX"),
        (&["critical_ratio"], "YZX"),
        (&["least_slack"], "ZYX"),
        (&["operation_due_date"], "YZX"),
        (&["priority", "shortest_process_time", "fifo"], "ZYX"),
        (&["priority", "critical_ratio", "fifo"], "ZYX"),
    ] {
        assert_eq!(order(&queue_of_three(rules, false)), expected, "{rules:?}");
    }
    for (rules, expected) in [
        (&["least_setup"][..], "YZX"),
        (&["least_setup", "fifo"], "YZX"),
        (&["priority", "least_setup", "fifo"], "ZYX"),
    ] {
        assert_eq!(order(&queue_of_three(rules, true)), expected, "{rules:?}");
    }
}

/// X (limit 100, at 1), Y (limit 30, at 2), Z (no window, at 3) wait for a tool busy to 10.
#[test]
fn the_queue_time_rule_takes_the_lot_whose_window_closes_first() {
    let gate = |limit: Option<f64>| Step {
        cqt: limit.map(|l| cqt(1, l)).into_iter().collect(),
        ..step("gate", 1, constant(0.0))
    };
    let work = || step("work", 0, constant(5.0));
    let routes = vec![
        vec![step("blocker", 0, constant(10.0))],
        vec![gate(Some(100.0)), work()],
        vec![gate(Some(30.0)), work()],
        vec![gate(None), work()],
    ];
    let releases = vec![
        lots(0, &[0.0]),
        lots(1, &[1.0]),
        lots(2, &[2.0]),
        lots(3, &[3.0]),
    ];
    let mut tool = group("tool", 1);
    tool.dispatch = vec!["queue_time".into(), "fifo".into()];
    let scene = plant(vec![tool, group("gate", 1)], routes, releases);
    assert_eq!(order(&scene), "YXZ");
}

/// Of equals the first come goes first; of equal arrivals the first released.
#[test]
fn ties_go_to_the_first() {
    let mut scene = queue_of_three(&["earliest_due_date"], false);
    for release in &mut scene.releases {
        release.due = Due::None;
    }
    assert_eq!(order(&scene), "XYZ");
}
