//! Checks of what flows: routes and their steps, products, releases, lots in work.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::super::diagnostic::Diagnostic;
use super::super::dist::Dist;
use super::super::form::{
    CqtActionForm, CqtForm, DueForm, PlanForm, ReleaseForm, RouteForm, SceneForm, StepForm,
};
use super::super::quantity::StepRef;
use super::super::record::{At, Context};
use super::super::schema::{
    Capacity, Cqt, CqtAction, Due, Per, Plan, Product, Release, Rework, Route, Scene, Step,
    Successor, ToolGroup, ToolSpec, WipLot,
};
use super::super::value::{Lots, Probability, Wafers};
use super::plant::{known_state, operator};
use super::{Names, Table, entries, items, unique, value, value_or};
use crate::units::{Duration, nearest_spelling};
use crate::words::{Words, words};

pub(super) fn check(form: &SceneForm, names: &Names, scene: &mut Scene, cx: &mut Context) {
    let mut steps_of_routes = Vec::new();
    for (name, route) in entries(&form.routes) {
        let steps = Table::of_steps(route, cx);
        let checked = RouteCheck {
            form: route,
            steps: &steps,
            names,
            groups: &scene.tool_groups,
        }
        .check(name, cx);
        scene.routes.push(checked);
        steps_of_routes.push(steps);
    }
    for (name, product) in entries(&form.products) {
        scene.products.push(Product {
            name: name.value.clone(),
            route: names.routes.find(&product.route, cx).unwrap_or(0),
        });
    }
    let release_names = entries(&form.releases).iter().map(|(name, _)| name);
    unique(release_names, "release", cx);
    for (name, release) in entries(&form.releases) {
        let release = release_plan(name, release, names, cx);
        scene.releases.push(release);
    }
    lots_in_work(form, names, &steps_of_routes, scene, cx);
    unused(form, scene, cx);
    batches_hold_lots(form, scene, cx);
}

impl Table {
    fn of_steps(route: &RouteForm, cx: &mut Context) -> Self {
        let steps = items(&route.steps);
        let mut table = unique(
            steps.iter().filter_map(|s| s.value.name.as_ref()),
            "step",
            cx,
        );
        // A step without a name shifts those after it: find them by their real position.
        table.unknown = route.steps.is_none() || steps.iter().any(|s| s.value.name.is_none());
        for (i, step) in steps.iter().enumerate().rev() {
            if let Some(name) = &step.value.name {
                table.index.insert(name.value.clone(), i as u32);
            }
        }
        table
    }

    /// Position of a step referred to by name or number. `Some(None)`: the end of the route.
    fn step(
        &self,
        wanted: &Option<At<StepRef>>,
        count: usize,
        cx: &mut Context,
    ) -> Option<Option<u32>> {
        let At {
            value: wanted,
            span,
        } = wanted.as_ref()?;
        match wanted {
            StepRef::Name(name) => self.look(name, "a step", *span, cx).map(Some),
            StepRef::Number(n) if *n >= 1 && (*n as usize) <= count => Some(Some(n - 1)),
            StepRef::Number(n) => {
                if !self.unknown {
                    cx.report(
                        Diagnostic::error("step-range", *span, words!("there is no step {n}", n))
                            .expecting(words!("a number from 1 to {count}, or a name", count)),
                    );
                }
                None
            }
            StepRef::End => Some(None),
        }
    }

    /// As [`Table::step`] where the end of the route is no answer.
    pub(super) fn inner_step(
        &self,
        wanted: &Option<At<StepRef>>,
        count: usize,
        cx: &mut Context,
    ) -> Option<u32> {
        let found = self.step(wanted, count, cx)?;
        if let (None, Some(at)) = (found, wanted) {
            cx.report(
                Diagnostic::error("wrong-kind", at.span, "`End` is no step")
                    .expecting("the name of a step, or its number from 1"),
            );
        }
        found
    }
}

/// One route being checked.
pub(super) struct RouteCheck<'a> {
    pub(super) form: &'a RouteForm,
    pub(super) steps: &'a Table,
    names: &'a Names,
    pub(super) groups: &'a [ToolGroup],
}

impl RouteCheck<'_> {
    fn check(&self, name: &At<String>, cx: &mut Context) -> Route {
        let forms = items(&self.form.steps);
        if let (Some(list), true) = (&self.form.steps, forms.is_empty()) {
            cx.report(
                Diagnostic::error("empty-route", list.span, "this route has no steps")
                    .expecting("at least one step"),
            );
        }
        let mut steps = Vec::with_capacity(forms.len());
        for (i, step) in forms.iter().enumerate() {
            steps.push(self.step(i as u32, &step.value, cx));
        }
        let route = Route {
            name: name.value.clone(),
            steps,
        };
        self.every_lot_ends(&route, cx);
        route
    }

    fn step(&self, at: u32, form: &StepForm, cx: &mut Context) -> Step {
        let group = self.names.tool_groups.find(&form.tools, cx);
        let step = Step {
            name: value_or(&form.name, String::new()),
            tool_group: group.unwrap_or(0),
            recipe: value(&form.recipe),
            time: value_or(&form.time, Dist::Constant(Duration::ZERO)),
            per: value_or(&form.per, Per::Lot),
            interval: value(&form.interval),
            batch: value(&form.batch),
            setup: value(&form.setup),
            setup_time: value(&form.setup_time),
            sampling: value_or(&form.sampling, Probability(1.0)).0,
            rework: self.rework(at, form, cx),
            next: self.next(form, cx),
            dedicate: self.dedicate(at, form, cx),
            cqt: items(&form.cqt)
                .iter()
                .filter_map(|c| self.cqt(at, &c.value, cx))
                .collect(),
            reticle: self.names.reticles.find(&form.reticle, cx),
            operator: operator(&form.operator, self.names, cx),
        };
        if let Some(group) = group.and_then(|g| self.groups.get(g as usize)) {
            self.fits_tools(form, &step, group, cx);
        }
        if let (Some(time), None) = (&form.setup_time, &form.setup)
            && !form.unread.contains(&"setup")
        {
            cx.report(
                Diagnostic::error("setup", time.span, "a setup time without a setup state")
                    .expecting("`setup:` beside it"),
            );
        }
        step
    }

    /// What a step asks for and what its tools can do must agree.
    fn fits_tools(&self, form: &StepForm, step: &Step, group: &ToolGroup, cx: &mut Context) {
        let is_batch = matches!(group.capacity, Capacity::Batch { .. });
        let is_cascade = matches!(group.capacity, Capacity::Cascade { .. });
        let named = || words!("the tool group `{name}`", name = &group.name);
        let batches = || words!("{group} processes batches", group = named());
        let no_batches = || words!("{group} does not process batches", group = named());
        // Points at the tool group's name in this step where nothing better is at hand.
        let tools = form.tools.as_ref().map_or(form.span, |t| t.span);
        let mut fault = |code, span, message: Words, expectation: &'static str| {
            cx.report(Diagnostic::error(code, span, message).expecting(expectation));
        };
        if let (Some(batch), false) = (&form.batch, is_batch) {
            fault(
                "batch",
                batch.span,
                no_batches(),
                "no `batch`, or `capacity: Batch(...)` in the tool group",
            );
        }
        if is_batch && form.batch.is_none() && !form.unread.contains(&"batch") {
            fault(
                "batch",
                tools,
                words!(
                    "{group} processes batches, but this step states no batch size",
                    group = named()
                ),
                "`batch:` with fewest and most wafers, e.g. \"75..150 wafers\"",
            );
        }
        if let Some(per) = &form.per
            && (per.value == Per::Batch) != is_batch
        {
            let (message, expectation) = if is_batch {
                (batches(), "`per: Batch`")
            } else {
                (no_batches(), "`per: Lot` or `per: Wafer`")
            };
            // A default has no place of its own.
            let span = if per.span == form.span {
                tools
            } else {
                per.span
            };
            fault("per", span, message, expectation);
        }
        if let (Some(interval), false) = (&form.interval, is_cascade) {
            fault(
                "interval",
                interval.span,
                words!("{group} does not cascade", group = named()),
                "no `interval`, or `capacity: Cascade(...)` in the tool group",
            );
        }
        if is_cascade && form.interval.is_none() && !form.unread.contains(&"interval") {
            fault(
                "interval",
                tools,
                words!(
                    "{group} cascades, but this step states no interval",
                    group = named()
                ),
                "`interval:` from the start of one unit to the next",
            );
        }
        if let (Some(interval), Some(time)) = (&form.interval, &form.time)
            && is_cascade
            && interval.value.0 as f64 > time.value.mean_us()
        {
            fault(
                "interval",
                interval.span,
                "the interval is longer than the processing time".into(),
                "an interval of at most the processing time",
            );
        }
        let recipe = step.recipe.as_ref().unwrap_or(&step.name);
        let can = |t: &ToolSpec| t.qualified.as_ref().is_none_or(|q| q.contains(recipe));
        if !group.tools.is_empty() && !group.tools.iter().any(can) {
            let span = form.recipe.as_ref().map_or(tools, |r| r.span);
            let all = group.tools.iter().filter_map(|t| t.qualified.as_ref());
            let known: BTreeSet<&str> = all.flatten().map(String::as_str).collect();
            let list: Vec<&str> = known.iter().copied().collect();
            cx.report(
                Diagnostic::error(
                    "no-qualified-tool",
                    span,
                    words!(
                        "no tool of `{group}` can do the recipe `{recipe}`",
                        group = &group.name,
                        recipe
                    ),
                )
                .expecting(words!(
                    "a recipe some tool is qualified for: {names}",
                    names = list.join(", ")
                ))
                .near(nearest_spelling(recipe, list)),
            );
        }
        if let (Some(setup), None) = (&form.setup, &form.setup_time) {
            let states = group.setups.iter();
            let states: BTreeSet<&str> = states
                .flat_map(|s| s.from.as_deref().into_iter().chain([s.to.as_str()]))
                .collect();
            known_state(setup, &states, cx);
        }
    }

    fn count(&self) -> usize {
        items(&self.form.steps).len()
    }

    fn rework(&self, at: u32, form: &StepForm, cx: &mut Context) -> Option<Rework> {
        let rework = &form.rework.as_ref()?.value;
        let to = self.steps.inner_step(&rework.to, self.count(), cx)?;
        let probability = rework.probability.as_ref()?;
        if let (true, Some(target)) = (to > at, &rework.to) {
            cx.report(
                Diagnostic::error("rework", target.span, "rework goes forward")
                    .expecting("this step or one before it"),
            );
        }
        let sampling = form.sampling.as_ref().is_none_or(|s| s.value.0 >= 1.0);
        if probability.value.0 >= 1.0 && sampling {
            cx.report(
                Diagnostic::error("rework", probability.span, "this rework never ends")
                    .expecting("a probability below 1"),
            );
        }
        Some(Rework {
            probability: probability.value.0,
            to,
        })
    }

    fn next(&self, form: &StepForm, cx: &mut Context) -> Vec<Successor> {
        let forms = items(&form.next);
        let mut complete = true;
        let mut next = Vec::with_capacity(forms.len());
        for At { value: s, .. } in forms {
            let to = self.steps.step(&s.to, self.count(), cx);
            complete &= to.is_some() && s.probability.is_some();
            next.push(Successor {
                to: to.unwrap_or(None),
                probability: value_or(&s.probability, Probability(0.0)).0,
            });
        }
        let sum: f64 = next.iter().map(|s| s.probability).sum();
        if let Some(list) = &form.next
            && complete
            && (sum - 1.0).abs() > 1e-9
        {
            cx.report(
                Diagnostic::error(
                    "probability",
                    list.span,
                    // Ten digits: the rest is the rounding of the sum.
                    words!(
                        "these probabilities sum to {sum}",
                        sum = (sum * 1e10).round() / 1e10
                    ),
                )
                .expecting("probabilities that sum to 1"),
            );
        }
        next
    }

    fn cqt(&self, at: u32, form: &CqtForm, cx: &mut Context) -> Option<Cqt> {
        let to = self.steps.inner_step(&form.to, self.count(), cx);
        if let (Some(to), Some(target)) = (to, &form.to)
            && to <= at
        {
            cx.report(
                Diagnostic::error(
                    "critical-queue-time",
                    target.span,
                    "this window ends before it begins",
                )
                .expecting("a step after this one"),
            );
        }
        let action = form.on_violation.as_ref()?;
        let on_violation = match &action.value {
            CqtActionForm::Count => CqtAction::Count,
            CqtActionForm::Scrap => CqtAction::Scrap,
            CqtActionForm::Rework(rework) => {
                let back = self.steps.inner_step(&rework.to, self.count(), cx)?;
                if let (Some(to), Some(target)) = (to, &rework.to)
                    && back >= to
                {
                    cx.report(
                        Diagnostic::error(
                            "critical-queue-time",
                            target.span,
                            "the lot would not go back",
                        )
                        .expecting("a step before the one that must start in time"),
                    );
                }
                CqtAction::Rework { to: back }
            }
        };
        Some(Cqt {
            to: to?,
            limit: value(&form.limit)?,
            on_violation,
            max_lots_inside: value(&form.max_lots_inside).map(|l: Lots| l.0),
            cost: value_or(&form.cost, 0.0),
        })
    }

    /// From every step that a lot can reach, the end must be reachable.
    fn every_lot_ends(&self, route: &Route, cx: &mut Context) {
        let forms = items(&self.form.steps);
        let count = route.steps.len();
        let mut before: Vec<Vec<usize>> = vec![Vec::new(); count + 1];
        let mut after: Vec<Vec<usize>> = vec![Vec::new(); count + 1];
        for (i, step) in route.steps.iter().enumerate() {
            let mut targets: Vec<usize> = match step.next.as_slice() {
                [] => vec![i + 1],
                next => next
                    .iter()
                    .filter(|s| s.probability > 0.0)
                    .map(|s| s.to.map_or(count, |t| t as usize))
                    .collect(),
            };
            if let Some(rework) = step.rework.filter(|r| r.probability > 0.0) {
                // A rework that always happens was reported; this is about other loops.
                targets.push(rework.to as usize);
            }
            for to in targets {
                before[to].push(i);
                after[i].push(to);
            }
        }
        let ends = reach(count, &before);
        let reached = reach(0, &after);
        if let Some(stuck) = (0..count).find(|i| reached[*i] && !ends[*i])
            && let Some(name) = forms[stuck].value.name.as_ref()
            && forms.iter().all(|s| {
                items(&s.value.next)
                    .iter()
                    .all(|n| n.value.probability.is_some())
            })
        {
            cx.report(
                Diagnostic::error(
                    "endless-route",
                    name.span,
                    words!(
                        "a lot that reaches `{step}` never finishes",
                        step = &name.value
                    ),
                )
                .expecting("a way to the end of the route"),
            );
        }
        let skipped = (0..count).filter(|i| !reached[*i]);
        for name in skipped.filter_map(|i| forms[i].value.name.as_ref()) {
            cx.report(Diagnostic::warning(
                "unused",
                name.span,
                words!(
                    "no lot that starts this route reaches `{step}`",
                    step = &name.value
                ),
            ));
        }
    }
}

/// Which nodes can be reached along the edges.
fn reach(from: usize, edges: &[Vec<usize>]) -> Vec<bool> {
    let mut reached = vec![false; edges.len()];
    let mut open = vec![from];
    while let Some(node) = open.pop() {
        if !std::mem::replace(&mut reached[node], true) {
            open.extend(&edges[node]);
        }
    }
    reached
}

fn release_plan(name: &At<String>, form: &ReleaseForm, names: &Names, cx: &mut Context) -> Release {
    let plan = match form.plan.as_ref().map(|p| &p.value) {
        Some(PlanForm::Every(every)) => {
            if let Some(interval) = &every.interval
                && interval.value.mean_us() <= 0.0
            {
                cx.report(
                    Diagnostic::error("release", interval.span, "lots without end at one instant")
                        .expecting("an interval above zero"),
                );
            }
            Plan::Every {
                interval: value_or(&every.interval, Dist::Constant(Duration(1))),
                first: value(&every.first),
                lots: value_or(&every.lots, Lots(1)).0,
                max: value(&every.max),
            }
        }
        Some(PlanForm::List(times)) => {
            let mut times: Vec<Duration> = times.iter().map(|t| t.value).collect();
            times.sort_unstable();
            Plan::List(times)
        }
        Some(PlanForm::Conwip(conwip)) => Plan::Conwip {
            lots: value_or(&conwip.lots, Lots(1)).0,
        },
        None => Plan::List(Vec::new()),
    };
    let due = match form.due.as_ref().map(|d| (&d.value, d.span)) {
        None | Some((DueForm::None, _)) => Due::None,
        Some((DueForm::After(time), _)) => Due::After(**time),
        Some((DueForm::FlowFactor(factor), span)) => {
            if **factor <= 0.0 {
                cx.report(
                    Diagnostic::error("out-of-range", span, "a flow factor is above zero")
                        .expecting("1 or more; 1 is no waiting at all"),
                );
            }
            Due::FlowFactor(**factor)
        }
    };
    Release {
        name: name.value.clone(),
        product: names.products.find(&form.product, cx).unwrap_or(0),
        wafers: value_or(&form.wafers, Wafers(1)).0,
        priority: value_or(&form.priority, 0),
        plan,
        due,
        reserve: value_or(&form.reserve, false),
    }
}

fn lots_in_work(
    form: &SceneForm,
    names: &Names,
    steps_of_routes: &[Table],
    scene: &mut Scene,
    cx: &mut Context,
) {
    let forms = items(&form.wip);
    unique(
        forms.iter().filter_map(|l| l.value.name.as_ref()),
        "lot",
        cx,
    );
    for At { value: lot, .. } in forms {
        let product = names.products.find(&lot.product, cx);
        let route = product.and_then(|p| {
            // Of two products of one name, or with an unknown route, nothing more can be said.
            let form = &entries(&form.products).get(p as usize)?.1;
            let name = &form.route.as_ref()?.value.0;
            names.routes.index.get(name).copied()
        });
        let step = route.and_then(|r| {
            let steps = steps_of_routes.get(r as usize)?;
            let count = scene.routes.get(r as usize)?.steps.len();
            steps.inner_step(&lot.step, count, cx)
        });
        scene.wip.push(WipLot {
            name: value_or(&lot.name, String::new()),
            product: product.unwrap_or(0),
            step: step.unwrap_or(0),
            wafers: value_or(&lot.wafers, Wafers(1)).0,
            priority: value_or(&lot.priority, 0),
            due: value(&lot.due),
        });
    }
}

/// Warns of what the scene defines but never uses.
fn unused(form: &SceneForm, scene: &Scene, cx: &mut Context) {
    let mut warn = |name: &At<String>, message: Words| {
        cx.report(Diagnostic::warning("unused", name.span, message));
    };
    let steps = entries(&form.routes)
        .iter()
        .flat_map(|(_, r)| items(&r.steps));
    let groups: HashSet<&str> = steps
        .filter_map(|s| Some(s.value.tools.as_ref()?.value.0.as_str()))
        .collect();
    for (name, _) in entries(&form.tool_groups) {
        if !groups.contains(name.value.as_str()) {
            let message = words!("no step uses the tool group `{name}`", name = &name.value);
            warn(name, message);
        }
    }
    let products = entries(&form.products).iter();
    let routes: HashSet<&str> = products
        .filter_map(|(_, p)| Some(p.route.as_ref()?.value.0.as_str()))
        .collect();
    for (name, _) in entries(&form.routes) {
        if !routes.contains(name.value.as_str()) {
            let message = words!("no product uses the route `{name}`", name = &name.value);
            warn(name, message);
        }
    }
    let released = entries(&form.releases).iter();
    let released = released.filter_map(|(_, r)| Some(r.product.as_ref()?.value.0.as_str()));
    let in_work = items(&form.wip).iter();
    let in_work = in_work.filter_map(|l| Some(l.value.product.as_ref()?.value.0.as_str()));
    let made: HashSet<&str> = released.chain(in_work).collect();
    for (name, _) in entries(&form.products) {
        if !made.contains(name.value.as_str()) {
            let message = words!(
                "no release and no lot in work makes the product `{name}`",
                name = &name.value
            );
            warn(name, message);
        }
    }
    // A recipe that a tool is qualified for but no step asks for is a slip of the pen.
    let mut recipes: HashMap<u32, BTreeSet<&str>> = HashMap::new();
    for step in scene.routes.iter().flat_map(|r| &r.steps) {
        let recipe = step.recipe.as_ref().unwrap_or(&step.name);
        recipes.entry(step.tool_group).or_default().insert(recipe);
    }
    for (i, (_, group)) in entries(&form.tool_groups).iter().enumerate() {
        let Some(known) = recipes.get(&(i as u32)) else {
            continue;
        };
        let tools = items(&group.tools).iter();
        for recipe in tools.flat_map(|t| items(&t.value.qualified)) {
            if !known.contains(recipe.value.as_str()) {
                cx.report(
                    Diagnostic::warning(
                        "unused",
                        recipe.span,
                        words!(
                            "no step of this tool group has the recipe `{recipe}`",
                            recipe = &recipe.value
                        ),
                    )
                    .near(nearest_spelling(&recipe.value, known.iter().copied())),
                );
            }
        }
    }
}

/// A batch must have room for a lot.
fn batches_hold_lots(form: &SceneForm, scene: &Scene, cx: &mut Context) {
    let mut largest: HashMap<u32, u32> = HashMap::new();
    let released = scene.releases.iter().map(|r| (r.product, r.wafers));
    let in_work = scene.wip.iter().map(|l| (l.product, l.wafers));
    for (product, wafers) in released.chain(in_work) {
        if let Some(product) = scene.products.get(product as usize) {
            let most = largest.entry(product.route).or_default();
            *most = wafers.max(*most);
        }
    }
    for (i, (_, route)) in entries(&form.routes).iter().enumerate() {
        let most = largest.get(&(i as u32)).copied().unwrap_or(0);
        for step in items(&route.steps) {
            if let Some(batch) = &step.value.batch
                && batch.value.max_wafers < most
            {
                cx.report(
                    Diagnostic::error(
                        "batch",
                        batch.span,
                        words!("a lot of {n} wafers never fits into this batch", n = most),
                    )
                    .expecting(words!("room for at least {n} wafers", n = most)),
                );
            }
        }
    }
}
