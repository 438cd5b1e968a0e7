//! What must hold between the tables, and the model put together from them.

use std::collections::{BTreeMap, BTreeSet};

use super::grid::{Log, Row};
use super::rows::{
    At, Attach, Down, Interval, Maintenance, Order, Part, Per, Setup, SetupRun, Step, Tool,
    Transport, Wip,
};
use crate::interop::quantity::Spread;

/// All tables of a folder. What is `None` could not be read, so names in it cannot be checked.
pub(super) struct Tables<'a> {
    pub parts: Vec<At<'a, Part<'a>>>,
    pub routes: Vec<(&'a str, Vec<At<'a, Step<'a>>>)>,
    pub tools: Option<Vec<At<'a, Tool<'a>>>>,
    pub orders: Vec<At<'a, Order<'a>>>,
    pub wip: Vec<At<'a, Wip<'a>>>,
    pub setups: Vec<At<'a, Setup<'a>>>,
    pub setup_runs: Vec<At<'a, SetupRun<'a>>>,
    pub downs: Option<Vec<At<'a, Down<'a>>>>,
    pub pms: Option<Vec<At<'a, Maintenance<'a>>>>,
    pub attachments: Vec<At<'a, Attach<'a>>>,
    pub transports: Vec<At<'a, Transport<'a>>>,
}

/// A breakdown of a tool group.
pub(super) struct GroupDown<'t, 'a> {
    pub down: &'t Down<'a>,
    pub first: Option<Spread>,
}

/// A maintenance of a tool group.
pub(super) struct GroupPm<'t, 'a> {
    pub pm: &'t Maintenance<'a>,
    pub first: Option<Interval>,
}

/// A tool group with what the other tables say of it.
pub(super) struct Group<'t, 'a> {
    pub tool: &'t Tool<'a>,
    pub setups: Vec<&'t Setup<'a>>,
    pub min_runs: Vec<&'t SetupRun<'a>>,
    pub downs: Vec<GroupDown<'t, 'a>>,
    pub pms: Vec<GroupPm<'t, 'a>>,
}

/// A route: its steps, and the position from 1 of each STEP number.
pub(super) struct Route<'t, 'a> {
    pub file: &'a str,
    pub id: &'a str,
    pub steps: Vec<&'t At<'a, Step<'a>>>,
    pub position: BTreeMap<u32, u32>,
}

/// The model that the tables describe.
pub(super) struct Model<'t, 'a> {
    pub tables: &'t Tables<'a>,
    pub groups: Vec<Group<'t, 'a>>,
    pub routes: Vec<Route<'t, 'a>>,
    /// Index into `routes` by part.
    pub route_of_part: BTreeMap<&'a str, usize>,
    /// Date of time 0, seconds since 1970.
    pub start: i64,
}

/// Checks the tables against each other and puts the model together. After a fault the
/// model is not whole and must not be used.
pub(super) fn check<'t, 'a>(tables: &'t Tables<'a>, log: &Log) -> Model<'t, 'a> {
    let mut tools = BTreeMap::new();
    for tool in tables.tools.iter().flatten() {
        let Some(name) = tool.value.name else {
            continue;
        };
        if tools.insert(name, &tool.value).is_some() {
            tool.row.wrong("STNFAM", "each tool group once");
        }
    }
    let routes = routes(tables, log);
    for route in &routes {
        for step in &route.steps {
            check_references(step, route);
            if tables.tools.is_some() {
                check_tools(step, route, &tools);
            }
        }
    }
    let route_of_part = parts(tables, &routes, log);
    let start = start(tables);
    lots(tables, &routes, &route_of_part, start, log);
    let groups = super::groups::groups(tables, &routes, log);
    Model {
        tables,
        groups,
        routes,
        route_of_part,
        start,
    }
}

/// The steps of each route file by route, in file order.
fn routes<'t, 'a>(tables: &'t Tables<'a>, log: &Log) -> Vec<Route<'t, 'a>> {
    let mut routes: Vec<Route<'t, 'a>> = Vec::new();
    for (file, steps) in &tables.routes {
        for step in steps {
            let Some(id) = step.value.route else { continue };
            let found = routes.iter().position(|r| r.file == *file && r.id == id);
            let i = found.unwrap_or_else(|| {
                routes.push(Route {
                    file,
                    id,
                    steps: Vec::new(),
                    position: BTreeMap::new(),
                });
                routes.len() - 1
            });
            let route = &mut routes[i];
            route.steps.push(step);
            let Some(number) = step.value.number else {
                continue;
            };
            let last = route.position.last_key_value().map(|(n, _)| *n);
            if last.is_some_and(|last| number <= last) {
                step.row.wrong(
                    "STEP",
                    format!("a number above {}", last.unwrap_or_default()),
                );
            }
            let position = u32::try_from(route.steps.len()).unwrap_or(u32::MAX);
            route.position.insert(number, position);
        }
    }
    for route in &routes {
        let renumbered = route
            .position
            .iter()
            .any(|(number, position)| number != position);
        if renumbered {
            log.note(format!(
                "{}: the STEP numbers of {} are not 1, 2, 3 …: the scene counts steps from 1",
                route.file, route.id
            ));
        }
    }
    routes
}

impl Route<'_, '_> {
    /// Position of a STEP number; reports one that the route does not have.
    fn step(&self, row: Row<'_>, column: &str, number: u32) -> Option<u32> {
        let position = self.position.get(&number).copied();
        if position.is_none() {
            let (first, last) = (
                self.position.first_key_value(),
                self.position.last_key_value(),
            );
            let range = match (first, last) {
                (Some((first, _)), Some((last, _))) => format!(" ({first} to {last})"),
                _ => String::new(),
            };
            row.wrong(column, format!("a STEP of {}{range}", self.id));
        }
        position
    }

    fn at(&self, position: u32) -> Option<&Step<'_>> {
        self.steps
            .get(position.checked_sub(1)? as usize)
            .map(|s| &s.value)
    }
}

/// Steps that a step refers to exist, on the right side of it.
fn check_references(step: &At<'_, Step<'_>>, route: &Route<'_, '_>) {
    let (row, s) = (step.row, &step.value);
    let Some(here) = s.number else { return };
    if let Some((_, to)) = s.rework
        && route.step(row, "RWKSTEP", to).is_some()
        && to > here
    {
        row.wrong(
            "RWKSTEP",
            format!("a STEP not after {here}, the step of this row"),
        );
    }
    if let Some((to, _)) = s.cqt
        && route.step(row, "STEP_CQT", to).is_some()
        && to <= here
    {
        row.wrong(
            "STEP_CQT",
            format!("a STEP after {here}, the step of this row"),
        );
    }
    if let Some(to) = s.same_tool_at
        && let Some(position) = route.step(row, "FORSTEP", to)
    {
        if to <= here {
            row.wrong(
                "FORSTEP",
                format!("a STEP after {here}, the step of this row"),
            );
        } else if let (Some(mine), Some(theirs)) =
            (s.tools, route.at(position).and_then(|s| s.tools))
            && mine != theirs
        {
            row.wrong(
                "FORSTEP",
                format!("a STEP on {mine}, as this one (STEP {to} is on {theirs})"),
            );
        }
    }
}

/// The tool group of a step exists and can do it.
fn check_tools(step: &At<'_, Step<'_>>, route: &Route<'_, '_>, tools: &BTreeMap<&str, &Tool<'_>>) {
    let (row, s) = (step.row, &step.value);
    let Some(name) = s.tools else { return };
    let Some(tool) = tools.get(name) else {
        let what = format!(
            "a tool group of the table of tool groups, for step {}",
            step.value.name.unwrap_or(route.id)
        );
        row.wrong_near("STNFAM", what, tools.keys().copied());
        return;
    };
    let Some(per) = s.per else { return };
    match (per == Per::Batch, tool.batch) {
        (true, false) => row.wrong(
            "PTPER",
            format!("per_lot or per_piece, as {name} has no BATCHCRITF"),
        ),
        (false, true) => row.wrong("PTPER", format!("per_batch, as {name} has a BATCHCRITF")),
        _ => {}
    }
    match (
        per == Per::Batch,
        row.text("BATCHMN").or(row.text("BATCHMX")),
    ) {
        (true, None) => row.wrong("BATCHMN", "fewest wafers of a batch, as PTPER is per_batch"),
        (false, Some(_)) => row.wrong("BATCHMX", "nothing, as PTPER is not per_batch"),
        _ => {}
    }
    let cascade = tool.lots > 1;
    for (column, of) in [("PartInterval", Per::Wafer), ("BatchInterval", Per::Lot)] {
        match (row.text(column), cascade && per == of) {
            (None, true) => row.wrong(
                column,
                format!("an interval, as {name} has STNCAP {}", tool.lots),
            ),
            (Some(_), false) if !cascade => {
                row.wrong(column, format!("nothing, as {name} has no STNCAP above 1"));
            }
            (Some(_), false) => row.wrong(column, "nothing, as PTPER is of another kind"),
            _ => {}
        }
    }
}

/// Parts are unique and their routes exist.
fn parts<'a>(tables: &Tables<'a>, routes: &[Route<'_, 'a>], log: &Log) -> BTreeMap<&'a str, usize> {
    let mut route_of_part = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut used = BTreeSet::new();
    for part in &tables.parts {
        let Some(name) = part.value.name else {
            continue;
        };
        if !seen.insert(name) {
            part.row.wrong("PART", "each part once");
        }
        let (Some(file), Some(id)) = (part.value.file, part.value.route) else {
            continue;
        };
        let of_file = || routes.iter().filter(|r| r.file.eq_ignore_ascii_case(file));
        if of_file().next().is_none() {
            // The file was reported as missing, or has no row at all.
            if tables
                .routes
                .iter()
                .any(|(f, _)| f.eq_ignore_ascii_case(file))
            {
                part.row.wrong("ROUTEFILE", "a file with at least one step");
            }
            continue;
        }
        let found = routes
            .iter()
            .position(|r| r.file.eq_ignore_ascii_case(file) && r.id == id);
        match found {
            Some(i) => {
                used.insert(i);
                route_of_part.insert(name, i);
            }
            None => {
                part.row.wrong_near(
                    "ROUTE",
                    format!("a ROUTE of {file}"),
                    of_file().map(|r| r.id),
                );
            }
        }
    }
    for (i, route) in routes.iter().enumerate() {
        if !used.contains(&i) {
            log.note(format!(
                "{}: no part uses the route {}",
                route.file, route.id
            ));
        }
    }
    route_of_part
}

/// Time 0: the earliest START of an order; without orders the latest of the lots in work.
fn start(tables: &Tables<'_>) -> i64 {
    let orders = tables.orders.iter().filter_map(|o| o.value.start).min();
    let wip = tables.wip.iter().filter_map(|w| w.value.start).max();
    orders.or(wip).unwrap_or(0)
}

/// Orders and lots in work are unique, their parts exist, their dates and steps fit.
fn lots(
    tables: &Tables<'_>,
    routes: &[Route<'_, '_>],
    route_of_part: &BTreeMap<&str, usize>,
    start: i64,
    log: &Log,
) {
    let known_parts: BTreeSet<_> = tables.parts.iter().filter_map(|p| p.value.name).collect();
    let part_exists = |row: Row<'_>, part: Option<&str>| {
        if let Some(part) = part
            && !known_parts.is_empty()
            && !known_parts.contains(part)
        {
            row.wrong_near(
                "PART",
                "a part of the table of parts",
                known_parts.iter().copied(),
            );
        }
    };
    let mut names = BTreeSet::new();
    for order in &tables.orders {
        part_exists(order.row, order.value.part);
        if let Some(lot) = order.value.lot
            && !names.insert(lot)
        {
            order.row.wrong("LOT", "each lot type once");
        }
        if let (Some(from), Some(due)) = (order.value.start, order.value.due)
            && due < from
        {
            order.row.wrong("DUE", "a date not before START");
        }
    }
    names.clear();
    let (mut late, mut hot) = (0, 0);
    for lot in &tables.wip {
        part_exists(lot.row, lot.value.part);
        if let Some(name) = lot.value.lot
            && !names.insert(name)
        {
            lot.row.wrong("LOT", "each lot once");
        }
        let route = lot
            .value
            .part
            .and_then(|p| route_of_part.get(p))
            .map(|i| &routes[*i]);
        if let (Some(route), Some(step)) = (route, lot.value.step) {
            route.step(lot.row, "CURSTEP", step);
        }
        if lot.value.start.is_some_and(|s| s > start) {
            lot.row.wrong(
                "START",
                "a date not after the first START of the orders: the lot is in work then",
            );
        }
        late += u32::from(lot.value.due.is_some_and(|d| d < start));
        hot += u32::from(lot.value.reserve);
    }
    let file = tables.wip.first().map_or("", |w| w.row.file());
    if late > 0 {
        log.note(format!(
            "{file}: lots due before time 0, taken as due at 0: {late}"
        ));
    }
    if hot > 0 {
        log.note(format!(
            "{file}: lots in work with HOTLOT yes, which reserve no tools: {hot}"
        ));
    }
}
