//! What the tables of setups, breakdowns and maintenances say of each tool group.

use std::collections::{BTreeMap, BTreeSet};

use super::checks::{Group, GroupDown, GroupPm, Route, Tables};
use super::grid::{Log, Row};
use super::rows::{At, Target, first_breakdown, first_pm};

/// The tool groups in file order.
pub(super) fn groups<'t, 'a>(
    tables: &'t Tables<'a>,
    routes: &[Route<'t, 'a>],
    log: &Log,
) -> Vec<Group<'t, 'a>> {
    let mut groups: Vec<Group<'t, 'a>> = tables
        .tools
        .iter()
        .flatten()
        .map(|tool| Group {
            tool: &tool.value,
            setups: Vec::new(),
            min_runs: Vec::new(),
            downs: Vec::new(),
            pms: Vec::new(),
        })
        .collect();
    setups(tables, routes, &mut groups, log);
    min_runs(tables, routes, &mut groups);
    if tables.tools.is_some() {
        attach(tables, &mut groups, log);
    }
    groups
}

/// Setup states that the steps on each tool group use.
fn states<'a>(routes: &[Route<'_, 'a>]) -> BTreeSet<(&'a str, &'a str)> {
    let steps = routes.iter().flat_map(|r| &r.steps);
    steps
        .filter_map(|s| Some((s.value.tools?, s.value.setup?)))
        .collect()
}

/// A setup time belongs to the groups whose steps use the state it leads to. One that no step
/// uses goes to the group its comment names; else it can never be needed and is told.
fn setups<'t, 'a>(
    tables: &'t Tables<'a>,
    routes: &[Route<'t, 'a>],
    groups: &mut [Group<'t, 'a>],
    log: &Log,
) {
    let states = states(routes);
    let mut seen = BTreeSet::new();
    for setup in &tables.setups {
        let Some(to) = setup.value.to else { continue };
        if !seen.insert((setup.value.from, to)) {
            setup
                .row
                .wrong("NEWSETUP", "each pair of CURSETUP and NEWSETUP once");
        }
        let used: Vec<_> = states
            .iter()
            .filter(|(_, s)| *s == to)
            .map(|(g, _)| *g)
            .collect();
        let mut placed = false;
        for group in groups.iter_mut() {
            let Some(name) = group.tool.name else {
                continue;
            };
            if used.contains(&name) || (used.is_empty() && setup.value.comment == Some(name)) {
                group.setups.push(&setup.value);
                placed = true;
            }
        }
        if !placed {
            log.note(format!(
                "{}:{}: no step uses the setup {to}: left out",
                setup.row.file(),
                setup.row.line
            ));
        }
    }
}

/// Minimum runs of the states that the group's own steps and setup times know.
fn min_runs<'t, 'a>(
    tables: &'t Tables<'a>,
    routes: &[Route<'t, 'a>],
    groups: &mut [Group<'t, 'a>],
) {
    let states = states(routes);
    let mut seen = BTreeSet::new();
    for run in &tables.setup_runs {
        let key = (run.value.group, run.value.setup);
        if run.value.setup.is_some() && !seen.insert(key) {
            run.row.wrong("SETUP", "each setup of a SETUPGRP once");
        }
    }
    let known: BTreeSet<_> = tables
        .setup_runs
        .iter()
        .filter_map(|r| r.value.group)
        .collect();
    for (group, tool) in groups.iter_mut().zip(tables.tools.iter().flatten()) {
        let (Some(wanted), Some(name)) = (tool.value.setup_group, tool.value.name) else {
            continue;
        };
        if !tool.value.min_runs {
            continue;
        }
        if !known.contains(wanted) {
            tool.row.wrong_near(
                "SETUPGRP",
                "a group of the table of setup groups",
                known.iter().copied(),
            );
            continue;
        }
        for run in tables.setup_runs.iter().map(|r| &r.value) {
            let Some(setup) = run.setup else { continue };
            let mine = states.contains(&(name, setup))
                || group
                    .setups
                    .iter()
                    .any(|s| s.to == Some(setup) || s.from == Some(setup));
            if run.group == Some(wanted) && mine {
                group.min_runs.push(run);
            }
        }
    }
}

/// Rows of a table by name; a name twice is a fault.
fn by_name<'t, 'a, T>(
    rows: &'t [At<'a, T>],
    column: &str,
    name: impl Fn(&T) -> Option<&'a str>,
) -> BTreeMap<&'a str, &'t T> {
    let mut map = BTreeMap::new();
    for row in rows {
        let Some(name) = name(&row.value) else {
            continue;
        };
        if map.insert(name, &row.value).is_some() {
            row.row.wrong(column, "each calendar once");
        }
    }
    map
}

/// Calendars to the groups, or the groups of the areas, that they are attached to.
fn attach<'t, 'a>(tables: &'t Tables<'a>, groups: &mut [Group<'t, 'a>], log: &Log) {
    let downs = tables
        .downs
        .as_ref()
        .map(|rows| by_name(rows, "DOWNCALNAME", |d| d.name));
    let pms = tables
        .pms
        .as_ref()
        .map(|rows| by_name(rows, "PMCALNAME", |p| p.name));
    let areas: BTreeSet<_> = groups.iter().filter_map(|g| g.tool.area).collect();
    let names: BTreeSet<_> = groups.iter().filter_map(|g| g.tool.name).collect();
    let mut attached = BTreeSet::new();
    for row in &tables.attachments {
        let (r, a) = (row.row, &row.value);
        let (Some(calendar), Some(is_pm), Some(target), Some(name)) =
            (a.calendar, a.is_pm, a.target, a.name)
        else {
            continue;
        };
        let (known, what) = match target {
            Target::Area => (&areas, "an area (STNGRP) of the table of tool groups"),
            Target::Group => (&names, "a tool group of the table of tool groups"),
        };
        if !known.contains(name) {
            r.wrong_near("RESNAME", what, known.iter().copied());
        }
        if !attached.insert((is_pm, calendar, target == Target::Area, name)) {
            r.wrong("CALNAME", "each calendar once on the same tools");
        }
        let mine = groups.iter_mut().filter(|g| match target {
            Target::Area => g.tool.area == Some(name),
            Target::Group => g.tool.name == Some(name),
        });
        if is_pm {
            let Some(pm) = calendar_of(r, pms.as_ref(), "the table of maintenances") else {
                continue;
            };
            let first = pm.by_wafers.and_then(|by_wafers| first_pm(r, by_wafers));
            mine.for_each(|g| g.pms.push(GroupPm { pm, first }));
        } else {
            let Some(down) = calendar_of(r, downs.as_ref(), "the table of breakdowns") else {
                continue;
            };
            let first = first_breakdown(r);
            mine.for_each(|g| g.downs.push(GroupDown { down, first }));
        }
    }
    let used =
        |is_pm: bool, name: &str| attached.iter().any(|(p, n, ..)| *p == is_pm && *n == name);
    let all = [
        (false, downs.map(|m| m.into_keys().collect::<Vec<_>>())),
        (true, pms.map(|m| m.into_keys().collect())),
    ];
    for (is_pm, calendars) in all {
        for name in calendars.into_iter().flatten().filter(|n| !used(is_pm, n)) {
            log.note(format!(
                "the calendar {name} is attached to no tool: left out"
            ));
        }
    }
}

/// The calendar a row attaches; `None` without a word when its whole table is missing.
fn calendar_of<'t, T>(
    row: Row<'_>,
    known: Option<&BTreeMap<&str, &'t T>>,
    table: &str,
) -> Option<&'t T> {
    let known = known?;
    let found = row
        .text("CALNAME")
        .and_then(|name| known.get(name).copied());
    if found.is_none() {
        row.wrong_near(
            "CALNAME",
            format!("a calendar of {table}"),
            known.keys().copied(),
        );
    }
    found
}
