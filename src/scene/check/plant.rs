//! Checks of what stands in the plant: areas, bays, pools, transport, stockers, tool groups.

use std::collections::{BTreeSet, HashMap};

use super::super::diagnostic::Diagnostic;
use super::super::dist::Dist;
use super::super::form::{
    BreakdownForm, CapacityForm, OperatorForm, PmForm, PoolForm, SceneForm, ToolGroupForm,
};
use super::super::record::{At, Context, one_of};
use super::super::schema::{
    Archetype, Area, BatchKey, Bay, Breakdown, Capacity, FailureClock, Light, MinRun, OperatorNeed,
    OperatorPhase, Overflow, Place, Pm, PmInterval, Pool, QueueLimit, Scene, SetupTime, Stocker,
    ToolGroup, ToolSpec, TransportTime, Wake,
};
use super::super::tree::Span;
use super::super::value::{Angle, Length, Lots, Named};
use super::{Models, Names, entries, items, unique, value, value_or};
use crate::units::{Duration, nearest_spelling};
use crate::words::words;

pub(super) fn check(
    form: &SceneForm,
    names: &Names,
    models: &Models,
    scene: &mut Scene,
    cx: &mut Context,
) {
    scene.name = value_or(&form.name, String::new());
    scene.about = value_or(&form.about, String::new());
    scene.assumed = items(&form.assumed)
        .iter()
        .map(|a| a.value.clone())
        .collect();
    scene.crews = pools(&form.crews);
    scene.operators = pools(&form.operators);
    scene.reticles = pools(&form.reticles);
    scene.areas = entries(&form.areas)
        .iter()
        .map(|(name, area)| Area {
            name: name.value.clone(),
            light: value_or(&area.light, Light::White),
        })
        .collect();
    scene.bays = entries(&form.bays)
        .iter()
        .map(|(name, bay)| Bay {
            name: name.value.clone(),
            area: names.areas.find(&bay.area, cx).unwrap_or(0),
            x_m: metres(&bay.x),
            y_m: metres(&bay.y),
            width_m: metres(&bay.width),
            depth_m: metres(&bay.depth),
        })
        .collect();
    locations(form, scene, cx);
    let stockers = entries(&form.stockers);
    unique(stockers.iter().map(|(name, _)| name), "stocker", cx);
    for (name, stocker) in stockers {
        scene.stockers.push(Stocker {
            name: name.value.clone(),
            bay: names.bays.find(&stocker.bay, cx),
            capacity: value_or(&stocker.capacity, Lots(1)).0,
            place: place(&stocker.x, &stocker.y, &stocker.angle, &stocker.unread, cx),
        });
    }
    for (name, group) in entries(&form.tool_groups) {
        let group = tool_group(name, group, names, models, scene, cx);
        scene.tool_groups.push(group);
    }
}

fn pools(named: &Option<At<Named<PoolForm>>>) -> Vec<Pool> {
    entries(named)
        .iter()
        .map(|(name, pool)| Pool {
            name: name.value.clone(),
            count: value_or(&pool.count, 1),
        })
        .collect()
}

fn metres(length: &Option<At<Length>>) -> f64 {
    value_or(length, Length(0.0)).0
}

/// A place needs both coordinates.
fn place(
    x: &Option<At<Length>>,
    y: &Option<At<Length>>,
    angle: &Option<At<Angle>>,
    unread: &[&str],
    cx: &mut Context,
) -> Option<Place> {
    match (x, y) {
        // One is there but could not be read.
        (Some(_), None) if unread.contains(&"y") => None,
        (None, Some(_)) if unread.contains(&"x") => None,
        (Some(x), Some(y)) => Some(Place {
            x_m: x.value.0,
            y_m: y.value.0,
            angle_deg: value_or(angle, Angle(0.0)).0,
        }),
        (Some(lone), None) | (None, Some(lone)) => {
            cx.report(
                Diagnostic::error("place", lone.span, "one coordinate is no place")
                    .expecting("both `x` and `y`, or neither"),
            );
            None
        }
        (None, None) => None,
    }
}

/// Locations are the names that transport times and tool groups use.
fn locations(form: &SceneForm, scene: &mut Scene, cx: &mut Context) {
    let mut index: HashMap<String, u32> = HashMap::new();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for (_, group) in entries(&form.tool_groups) {
        if let Some(location) = &group.location {
            used.insert(&location.value);
            index_of(&location.value, &mut index, &mut scene.locations);
        }
    }
    let mut pairs: HashMap<(u32, u32), Span> = HashMap::new();
    for At { value: t, span } in items(&form.transport) {
        let mut end = |location: &Option<At<String>>| {
            let At { value: name, span } = location.as_ref()?;
            if !used.contains(name.as_str()) {
                cx.report(
                    Diagnostic::warning(
                        "unused",
                        *span,
                        words!("no tool group stands in the location `{name}`", name),
                    )
                    .near(nearest_spelling(name, used.iter().copied())),
                );
            }
            Some(index_of(name, &mut index, &mut scene.locations))
        };
        let (from, to) = (end(&t.from), end(&t.to));
        let (Some(from), Some(to), Some(time)) = (from, to, &t.time) else {
            continue;
        };
        if let Some(first) = pairs.insert((from, to), *span) {
            cx.report(
                Diagnostic::error(
                    "duplicate-name",
                    *span,
                    "the transport time between these two stands twice",
                )
                .expecting("one time for each pair")
                .beside(first, "first here"),
            );
        }
        scene.transport.push(TransportTime {
            from,
            to,
            time: time.value.clone(),
        });
    }
}

fn index_of(name: &str, index: &mut HashMap<String, u32>, names: &mut Vec<String>) -> u32 {
    *index.entry(name.to_owned()).or_insert_with(|| {
        names.push(name.to_owned());
        names.len() as u32 - 1
    })
}

fn tool_group(
    name: &At<String>,
    form: &ToolGroupForm,
    names: &Names,
    models: &Models,
    scene: &Scene,
    cx: &mut Context,
) -> ToolGroup {
    let area = names.areas.find(&form.area, cx);
    let bay = names.bays.find(&form.bay, cx);
    if let (Some(area), Some(bay), Some(at)) = (area, bay, &form.bay)
        && let Some(other) = scene.bays.get(bay as usize)
        && other.area != area
        && let Some(actual) = scene.areas.get(other.area as usize)
    {
        cx.report(Diagnostic::warning(
            "bay-of-other-area",
            at.span,
            words!(
                "the bay `{bay}` belongs to the area `{area}`",
                bay = &other.name,
                area = &actual.name
            ),
        ));
    }
    if let Some(At { value: 0, span }) = form.count {
        cx.report(
            Diagnostic::error(
                "no-tools",
                span,
                words!("the tool group `{name}` has no tools", name = &name.value),
            )
            .expecting("at least 1 tool"),
        );
    }
    let states = setup_states(form, cx);
    let min_runs = items(&form.min_runs).iter().filter_map(|m| {
        let setup = m.value.setup.as_ref()?;
        known_state(setup, &states, cx);
        Some(MinRun {
            setup: setup.value.clone(),
            lots: value_or(&m.value.lots, Lots(1)).0,
        })
    });
    let min_runs = min_runs.collect();
    if let Some(initial) = &form.initial_setup {
        known_state(initial, &states, cx);
    }
    ToolGroup {
        name: name.value.clone(),
        tool_type: form.r#type.as_ref().map(|t| t.value.0.clone()),
        area: area.unwrap_or(0),
        bay,
        count: value_or(&form.count, 1),
        location: form
            .location
            .as_ref()
            .and_then(|l| scene.locations.iter().position(|n| *n == l.value))
            .unwrap_or(0) as u32,
        archetype: value_or(&form.archetype, Archetype::Generic),
        width_m: metres(&form.width),
        depth_m: metres(&form.depth),
        height_m: metres(&form.height),
        load_ports: value_or(&form.load_ports, 1),
        capacity: capacity(form),
        load: value_or(&form.load, Duration::ZERO),
        unload: value_or(&form.unload, Duration::ZERO),
        dispatch: dispatch(form, models, cx),
        wake: value_or(&form.wake, Wake::LongestIdle),
        setups: items(&form.setups)
            .iter()
            .filter_map(|s| {
                Some(SetupTime {
                    from: value(&s.value.from),
                    to: value(&s.value.to)?,
                    time: value(&s.value.time)?,
                })
            })
            .collect(),
        min_runs,
        initial_setup: value(&form.initial_setup),
        breakdowns: breakdowns(items(&form.breakdowns), names, cx),
        pms: maintenances(items(&form.pms), names, cx),
        queue: form.queue.as_ref().map(|q| QueueLimit {
            lots: value_or(&q.value.lots, Lots(0)).0,
            overflow: value_or(&q.value.overflow, Overflow::Block),
        }),
        hot_priority: value(&form.hot_priority),
        operator: operator(&form.operator, names, cx),
        tools: tools(name, form, cx),
    }
}

pub(super) fn operator(
    form: &Option<At<OperatorForm>>,
    names: &Names,
    cx: &mut Context,
) -> Option<OperatorNeed> {
    let form = &form.as_ref()?.value;
    Some(OperatorNeed {
        pool: names.operators.find(&form.pool, cx)?,
        during: value_or(&form.during, OperatorPhase::Job),
    })
}

fn capacity(form: &ToolGroupForm) -> Capacity {
    match form.capacity.as_ref().map(|c| &c.value) {
        None | Some(CapacityForm::Single) => Capacity::Single,
        Some(CapacityForm::Cascade(c)) => Capacity::Cascade {
            lots: value_or(&c.lots, Lots(2)).0,
        },
        Some(CapacityForm::Batch(b)) => Capacity::Batch {
            same: value_or(&b.same, BatchKey::RouteStep),
        },
    }
}

fn dispatch(form: &ToolGroupForm, models: &Models, cx: &mut Context) -> Vec<String> {
    let rules = items(&form.dispatch);
    if let (Some(list), true) = (&form.dispatch, rules.is_empty()) {
        cx.report(
            Diagnostic::error("dispatch", list.span, "there is no rule here")
                .expecting("at least one rule, e.g. [\"fifo\"]"),
        );
    }
    let mut known: Vec<String> = Vec::new();
    for At { value: rule, span } in rules {
        if !models.dispatch_rules.contains(&rule.0.as_str()) {
            cx.report(
                Diagnostic::error(
                    "unknown-name",
                    *span,
                    words!("there is no dispatching rule `{name}`", name = &rule.0),
                )
                .expecting(one_of(models.dispatch_rules.iter().copied()))
                .near(nearest_spelling(
                    &rule.0,
                    models.dispatch_rules.iter().copied(),
                )),
            );
        } else if known.contains(&rule.0) {
            cx.report(Diagnostic::warning(
                "unused",
                *span,
                words!(
                    "the rule `{name}` stands twice; the second decides nothing",
                    name = &rule.0
                ),
            ));
        }
        known.push(rule.0.clone());
    }
    known
}

/// The states a setup table speaks of; reports pairs that stand twice.
fn setup_states<'f>(form: &'f ToolGroupForm, cx: &mut Context) -> BTreeSet<&'f str> {
    let mut pairs: HashMap<(Option<&str>, &str), Span> = HashMap::new();
    let mut states = BTreeSet::new();
    for At { value: s, span } in items(&form.setups) {
        let Some(to) = &s.to else { continue };
        let from = s.from.as_ref().map(|f| f.value.as_str());
        states.insert(to.value.as_str());
        states.extend(from);
        if let Some(first) = pairs.insert((from, &to.value), *span) {
            cx.report(
                Diagnostic::error("duplicate-name", *span, "this change of setup stands twice")
                    .expecting("one time for each pair of states")
                    .beside(first, "first here"),
            );
        }
    }
    states
}

/// Warns of a setup state that the group's table, if it has one, does not know.
pub(super) fn known_state(state: &At<String>, states: &BTreeSet<&str>, cx: &mut Context) {
    if !states.is_empty() && !states.contains(state.value.as_str()) {
        let list = states.iter().copied();
        cx.report(
            Diagnostic::warning(
                "unknown-setup",
                state.span,
                words!(
                    "the setup table of the tool group has no state `{name}`",
                    name = &state.value
                ),
            )
            .expecting(one_of(list.clone()))
            .near(nearest_spelling(&state.value, list)),
        );
    }
}

fn breakdowns(forms: &[At<BreakdownForm>], names: &Names, cx: &mut Context) -> Vec<Breakdown> {
    let mut all = Vec::with_capacity(forms.len());
    for At { value: b, .. } in forms {
        let crew = names.crews.find(&b.crew, cx);
        if let Some(up) = &b.uptime
            && up.value.mean_us() <= 0.0
        {
            cx.report(
                Diagnostic::error("breakdown", up.span, "a tool that fails at once never runs")
                    .expecting("a time to failure above zero"),
            );
        }
        all.push(Breakdown {
            name: value_or(&b.name, String::new()),
            clock: value_or(&b.clock, FailureClock::Calendar),
            first: value(&b.first),
            uptime: value_or(&b.uptime, Dist::Constant(Duration(1))),
            repair: value_or(&b.repair, Dist::Constant(Duration(1))),
            crew,
        });
    }
    all
}

fn maintenances(forms: &[At<PmForm>], names: &Names, cx: &mut Context) -> Vec<Pm> {
    let mut all = Vec::with_capacity(forms.len());
    for At { value: pm, .. } in forms {
        let crew = names.crews.find(&pm.crew, cx);
        let every = value_or(&pm.every, PmInterval::Wafers(1));
        let first = pm.first.as_ref().map(|first| {
            let (amount, same) = match (first.value, every) {
                (PmInterval::Time(t), PmInterval::Time(_)) => (t.0, true),
                (PmInterval::Wafers(n), PmInterval::Wafers(_)) => (n, true),
                (PmInterval::Time(t), _) => (t.0, false),
                (PmInterval::Wafers(n), _) => (n, false),
            };
            if !same && pm.every.is_some() {
                cx.report(
                    Diagnostic::error(
                        "wrong-dimension",
                        first.span,
                        "`first` and `every` count different things",
                    )
                    .expecting(match every {
                        PmInterval::Time(_) => "a time, as in `every`",
                        PmInterval::Wafers(_) => "a number of wafers, as in `every`",
                    }),
                );
            }
            amount
        });
        if let (Some(work), PmInterval::Time(interval)) = (&pm.duration, every)
            && pm.every.is_some()
            && work.value.mean_us() >= interval.0 as f64
        {
            cx.report(
                Diagnostic::error(
                    "maintenance",
                    work.span,
                    "this maintenance takes longer than its interval",
                )
                .expecting(words!(
                    "less than {interval}",
                    interval = interval.to_string()
                )),
            );
        }
        all.push(Pm {
            name: value_or(&pm.name, String::new()),
            every,
            first,
            duration: value_or(&pm.duration, Dist::Constant(Duration(1))),
            crew,
        });
    }
    all
}

fn tools(group: &At<String>, form: &ToolGroupForm, cx: &mut Context) -> Vec<ToolSpec> {
    let forms = items(&form.tools);
    if let (Some(list), Some(count)) = (&form.tools, &form.count)
        && !forms.is_empty()
        && forms.len() as u64 != u64::from(count.value)
    {
        cx.report(
            Diagnostic::error(
                "tool-count",
                list.span,
                words!(
                    "{listed} tools are listed, but `count` is {count}",
                    listed = forms.len(),
                    count = count.value
                ),
            )
            .expecting("one entry per tool, or none")
            .beside(count.span, "the count"),
        );
    }
    let tool_names = forms.iter().filter_map(|t| t.value.name.as_ref());
    unique(tool_names, "tool", cx);
    let mut specs = Vec::with_capacity(forms.len());
    for (i, At { value: t, .. }) in forms.iter().enumerate() {
        specs.push(ToolSpec {
            name: value(&t.name).unwrap_or_else(|| format!("{}_{:02}", group.value, i + 1)),
            place: place(&t.x, &t.y, &t.angle, &t.unread, cx),
            qualified: t
                .qualified
                .as_ref()
                .map(|q| q.value.iter().map(|r| r.value.clone()).collect()),
        });
    }
    specs
}
