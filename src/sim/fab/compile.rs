//! From the checked records of a plant to the compiled [`Model`].

use std::collections::BTreeMap;

use bevy::prelude::World;
use thiserror::Error;

use super::dispatch::{self, Ranking};
use super::events::INDEX_MAX;
use super::model::{
    Breakdown, Choices, Cqt, Group, Late, Model, NEVER, NONE, Plan, Pm, Release, Route, Shape,
    Step, Tool, WipLot,
};
use super::sample::Sampler;
use crate::results::record::Names;
use crate::scene::schema::{
    self, BatchKey, Capacity, CqtAction, Due, FailureClock, Overflow, Per, PmInterval, PmStagger,
    Reservation, Scene,
};
use crate::words::{Words, words};
use crate::world::{PlanError, plan};

/// Why a scene cannot be run.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{}", self.words())]
pub enum CompileError {
    /// The scene has more of something than an event can name.
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        count: u64,
        /// Limit.
        limit: u32,
    },
    /// A tool group names a rule that does not exist.
    UnknownRule {
        /// Tool group.
        group: String,
        /// Rule.
        rule: String,
        /// Known rules.
        known: String,
    },
    /// The world's entities do not make a plant.
    World(#[from] PlanError),
    /// The scene has nothing to run.
    Empty(&'static str),
}

impl CompileError {
    /// In words.
    pub fn words(&self) -> Words {
        match self {
            Self::TooMany { what, count, limit } => words!(
                "{count} {what} are more than the engine's limit of {limit}",
                count,
                what = Words::from(*what),
                limit
            ),
            Self::UnknownRule { group, rule, known } => words!(
                "tool group \"{group}\": no dispatching rule \"{rule}\"; known are {known}",
                group,
                rule,
                known
            ),
            // No scene leads here, only a world that a program has torn apart.
            Self::World(error) => Words::verbatim(error.to_string()),
            Self::Empty(what) => words!(
                "the scene has no {what}, so nothing can run in it",
                what = Words::from(*what)
            ),
        }
    }
}

/// Probability as a threshold on a 32-bit word.
fn threshold(p: f64) -> u64 {
    (p * 4_294_967_296.0 + 0.5) as u64
}

/// Compiles the plant that stands in the world.
///
/// # Errors
/// When the entities do not make a plant, or as [`Model::new`].
pub fn compile(world: &mut World) -> Result<Model, CompileError> {
    Model::new(&plan(world)?)
}

fn limit(what: &'static str, count: usize) -> Result<(), CompileError> {
    if count as u64 > u64::from(INDEX_MAX) {
        return Err(CompileError::TooMany {
            what,
            count: count as u64,
            limit: INDEX_MAX,
        });
    }
    Ok(())
}

impl Model {
    /// Compiles checked records.
    ///
    /// # Errors
    /// When the scene has no steps, names an unknown rule, or exceeds what an event can name.
    pub fn new(scene: &Scene) -> Result<Self, CompileError> {
        if scene.tool_groups.is_empty() {
            return Err(CompileError::Empty("tool groups"));
        }
        if scene.routes.iter().all(|r| r.steps.is_empty()) {
            return Err(CompileError::Empty("routes with steps"));
        }
        let mut builder = Builder::new(scene);
        builder.groups()?;
        builder.steps();
        builder.tools()?;
        builder.transport();
        builder.expected_times();
        builder.releases();
        builder.plain_groups();
        let model = builder.model;
        limit("tools", model.tools.len())?;
        limit("breakdown processes", model.breakdowns.len())?;
        limit("maintenances", model.pms.len())?;
        limit("lots in work", model.lots_max as usize)?;
        limit("steps", model.steps.len())?;
        Ok(model)
    }
}

pub(super) struct Builder<'a> {
    pub(super) scene: &'a Scene,
    pub(super) model: Model,
    /// Setup states of each group by name; state 0 is "none".
    setups: Vec<BTreeMap<&'a str, u32>>,
    /// First step of each route.
    first_step: Vec<u32>,
}

impl<'a> Builder<'a> {
    fn new(scene: &'a Scene) -> Self {
        let mut first_step = Vec::with_capacity(scene.routes.len());
        let mut n = 0u32;
        for route in &scene.routes {
            first_step.push(n);
            n += route.steps.len() as u32;
        }
        let day = 86_400_000_000u64;
        Self {
            scene,
            setups: Vec::new(),
            first_step,
            model: Model {
                names: names(scene),
                horizon_us: scene.run.horizon.0,
                warmup_us: scene.run.warmup.0.min(scene.run.horizon.0),
                sample_us: day.min((scene.run.horizon.0 / 100).max(1)),
                options: Choices::from(&scene.options),
                lots_max: scene.limits.lots,
                instant_events_max: scene.limits.steps_at_one_instant,
                groups: Vec::new(),
                tools: Vec::new(),
                breakdowns: Vec::new(),
                pms: Vec::new(),
                routes: Vec::new(),
                steps: Vec::new(),
                successors: Vec::new(),
                cqts: Vec::new(),
                lists: Vec::new(),
                dedication_slots: 0,
                cqt_slots: 0,
                transport: Vec::new(),
                locations: scene.locations.len().max(1) as u32,
                crews: scene.crews.iter().map(|c| c.count).collect(),
                resources: scene
                    .operators
                    .iter()
                    .chain(&scene.reticles)
                    .map(|p| p.count)
                    .collect(),
                releases: Vec::new(),
                wip: Vec::new(),
                regular_priority: scene.regular_priority(),
            },
        }
    }

    /// Setup states of a group: those of its table, its minimum runs and its steps.
    fn setup_states(&self, index: usize) -> BTreeMap<&'a str, u32> {
        let group = &self.scene.tool_groups[index];
        let mut states = BTreeMap::new();
        let listed = group
            .setups
            .iter()
            .flat_map(|s| s.from.iter().chain([&s.to]))
            .chain(group.min_runs.iter().map(|m| &m.setup))
            .chain(&group.initial_setup)
            .chain(
                self.scene
                    .routes
                    .iter()
                    .flat_map(|r| &r.steps)
                    .filter(|s| s.tool_group as usize == index)
                    .filter_map(|s| s.setup.as_ref()),
            );
        for name in listed {
            let next = states.len() as u32 + 1;
            states.entry(name.as_str()).or_insert(next);
        }
        states
    }

    fn groups(&mut self) -> Result<(), CompileError> {
        let mut first_tool = 0;
        for (index, spec) in self.scene.tool_groups.iter().enumerate() {
            let states = self.setup_states(index);
            let n = states.len() as u32 + 1;
            let mut setup_us = vec![0u64; (n * n) as usize];
            let id = |name: &str| states[name];
            // From any state first, so that the special cases win.
            for setup in spec.setups.iter().filter(|s| s.from.is_none()) {
                for from in 0..n {
                    if from != id(&setup.to) {
                        setup_us[(from * n + id(&setup.to)) as usize] = setup.time.0;
                    }
                }
            }
            for setup in &spec.setups {
                if let Some(from) = &setup.from {
                    setup_us[(id(from) * n + id(&setup.to)) as usize] = setup.time.0;
                }
            }
            let mut min_run = vec![0; n as usize];
            for run in &spec.min_runs {
                min_run[id(&run.setup) as usize] = run.lots;
            }
            let ranking =
                Ranking::new(&spec.dispatch).map_err(|rule| CompileError::UnknownRule {
                    group: spec.name.clone(),
                    rule,
                    known: dispatch::names().join(", "),
                })?;
            self.model.groups.push(Group {
                first_tool,
                tools: spec.count,
                shape: match spec.capacity {
                    Capacity::Single => Shape::Single,
                    Capacity::Cascade { lots } => Shape::Cascade(lots.max(1)),
                    Capacity::Batch { .. } => Shape::Batch,
                },
                load_us: spec.load.0,
                unload_us: spec.unload.0,
                wake: spec.wake,
                ranking,
                setup_states: n,
                setup_us,
                min_run,
                initial_setup: spec.initial_setup.as_ref().map_or(0, |s| id(s)),
                queue_limit: spec.queue.map_or(NONE, |q| q.lots),
                overflow: spec.queue.map_or(Overflow::Block, |q| q.overflow),
                location: spec.location,
                families: 0,
                hot_priority: spec.hot_priority.map_or(i64::MAX, i64::from),
                plain: true,
            });
            first_tool += spec.count;
            self.setups.push(states);
        }
        Ok(())
    }

    fn list(&mut self, items: impl IntoIterator<Item = u32>) -> (u32, u32) {
        let first = self.model.lists.len() as u32;
        self.model.lists.extend(items);
        (first, self.model.lists.len() as u32)
    }

    fn steps(&mut self) {
        let mut families: BTreeMap<(u32, BatchFamily<'a>), u32> = BTreeMap::new();
        for (route_index, route) in self.scene.routes.iter().enumerate() {
            let base = self.first_step[route_index];
            let n = route.steps.len() as u32;
            let (cqts, closes) = self.critical_queue_times(route_index as u32, route);
            // Which dedication slot each step obeys; one slot for each dedicated step.
            let mut obeys = vec![NONE; n as usize];
            let mut slots = 0;
            for to in route.steps.iter().flat_map(|s| &s.dedicate) {
                if obeys[*to as usize] == NONE {
                    obeys[*to as usize] = slots;
                    slots += 1;
                }
            }
            self.model.dedication_slots = self.model.dedication_slots.max(slots);
            for (position, spec) in route.steps.iter().enumerate() {
                let group_spec = &self.scene.tool_groups[spec.tool_group as usize];
                let operator = spec.operator.or(group_spec.operator);
                let family = match group_spec.capacity {
                    Capacity::Batch { same } => {
                        let key = match same {
                            BatchKey::RouteStep => BatchFamily::Step(base + position as u32),
                            BatchKey::StepName => BatchFamily::Name(&spec.name),
                            BatchKey::Recipe => {
                                BatchFamily::Name(spec.recipe.as_deref().unwrap_or(&spec.name))
                            }
                        };
                        let group = &mut self.model.groups[spec.tool_group as usize];
                        *families.entry((spec.tool_group, key)).or_insert_with(|| {
                            group.families += 1;
                            group.families - 1
                        })
                    }
                    _ => 0,
                };
                let mut sum = 0.0;
                let first_successor = self.model.successors.len() as u32;
                for s in &spec.next {
                    sum += s.probability;
                    self.model
                        .successors
                        .push((sum, s.to.map_or(NONE, |to| base + to)));
                }
                if let Some(last) = self.model.successors[first_successor as usize..].last_mut() {
                    last.0 = 1.0;
                }
                let dedicates = self.list(spec.dedicate.iter().map(|to| obeys[*to as usize]));
                let opens = self.list(cqts[position].iter().copied());
                let closes = self.list(closes[position].iter().copied());
                let some = |range: (u32, u32)| range.0 < range.1;
                let successors = (first_successor, self.model.successors.len() as u32);
                let step = Step {
                    needs_resource: operator.is_some() || spec.reticle.is_some(),
                    any_opens: some(opens),
                    any_closes: some(closes),
                    any_dedicates: some(dedicates),
                    any_successors: some(successors),
                    group: spec.tool_group,
                    route: route_index as u32,
                    time: Sampler::new(&spec.time),
                    per_wafer: spec.per == Per::Wafer,
                    interval_us: spec.interval.map_or(NEVER, |i| i.0),
                    batch_min: spec.batch.map_or(0, |b| b.min_wafers),
                    batch_max: spec.batch.map_or(u32::MAX, |b| b.max_wafers),
                    family,
                    setup: spec
                        .setup
                        .as_ref()
                        .map_or(0, |s| self.setups[spec.tool_group as usize][s.as_str()]),
                    setup_us: spec.setup_time.map_or(NEVER, |t| t.0),
                    sampling: threshold(spec.sampling),
                    rework: spec.rework.map_or(0, |r| threshold(r.probability)),
                    rework_to: spec.rework.map_or(NONE, |r| base + r.to),
                    successors,
                    next: if position as u32 + 1 < n {
                        base + position as u32 + 1
                    } else {
                        NONE
                    },
                    dedicated: obeys[position],
                    dedicates,
                    opens,
                    closes,
                    cqt_hold: spec.cqt.iter().any(|c| c.max_lots_inside.is_some()),
                    operator: operator.map_or(NONE, |o| o.pool),
                    operator_phase: operator.map(|o| o.during).unwrap_or_default(),
                    reticle: spec
                        .reticle
                        .map_or(NONE, |r| self.scene.operators.len() as u32 + r),
                    mean_us: 0.0,
                    remaining_us: 0.0,
                };
                self.model.steps.push(step);
            }
            self.model.routes.push(Route {
                first: base,
                steps: n,
                raw_us: 0.0,
            });
        }
    }

    /// Critical queue times of a route: those each step opens and closes. Windows
    /// that can be open together get different slots of the lot.
    fn critical_queue_times(
        &mut self,
        route_index: u32,
        route: &schema::Route,
    ) -> (Vec<Vec<u32>>, Vec<Vec<u32>>) {
        let base = self.first_step[route_index as usize];
        let n = route.steps.len();
        let (mut opens, mut closes) = (vec![Vec::new(); n], vec![Vec::new(); n]);
        // Last position at which each slot is taken.
        let mut taken_until: Vec<usize> = Vec::new();
        let mut backward = 0;
        for (position, step) in route.steps.iter().enumerate() {
            for cqt in &step.cqt {
                let to = cqt.to as usize;
                let slot = if to <= position {
                    // A window back to an earlier step can be open anywhere: a slot of its own.
                    backward += 1;
                    taken_until.push(usize::MAX);
                    taken_until.len() - 1
                } else {
                    match taken_until.iter().position(|until| *until <= position) {
                        Some(slot) => slot,
                        None => {
                            taken_until.push(0);
                            taken_until.len() - 1
                        }
                    }
                };
                if to > position {
                    taken_until[slot] = to;
                }
                let index = self.model.cqts.len() as u32;
                opens[position].push(index);
                closes[to].push(index);
                self.model.cqts.push(Cqt {
                    route: route_index,
                    from: base + position as u32,
                    to: base + cqt.to,
                    limit_us: cqt.limit.0,
                    slot: slot as u32,
                    lots_max: cqt.max_lots_inside.unwrap_or(NONE),
                    late: match cqt.on_violation {
                        CqtAction::Count => Late::Go,
                        CqtAction::Scrap => Late::Scrap,
                        CqtAction::Rework { to } => Late::Back(base + to),
                    },
                    cost: cqt.cost,
                });
            }
        }
        debug_assert!(backward <= taken_until.len());
        self.model.cqt_slots = self.model.cqt_slots.max(taken_until.len() as u32);
        (opens, closes)
    }

    fn tools(&mut self) -> Result<(), CompileError> {
        let total: u64 = self
            .scene
            .tool_groups
            .iter()
            .map(|g| u64::from(g.count))
            .sum();
        limit("tools", total as usize)?;
        for (index, spec) in self.scene.tool_groups.iter().enumerate() {
            for k in 0..spec.count {
                let tool = self.model.tools.len() as u32;
                let first_breakdown = self.model.breakdowns.len() as u32;
                for b in &spec.breakdowns {
                    self.model.breakdowns.push(Breakdown {
                        tool,
                        clock: b.clock,
                        first: Sampler::new(b.first.as_ref().unwrap_or(&b.uptime)),
                        uptime: Sampler::new(&b.uptime),
                        repair: Sampler::new(&b.repair),
                        crew: b.crew.unwrap_or(NONE),
                    });
                }
                let first_pm = self.model.pms.len() as u32;
                for pm in &spec.pms {
                    let (every, by_wafers) = match pm.every {
                        PmInterval::Time(t) => (t.0, false),
                        PmInterval::Wafers(w) => (w, true),
                    };
                    let first = pm.first.unwrap_or(every);
                    let first = match self.scene.options.pm_stagger {
                        // The k-th of N tools at k/N of the first interval.
                        PmStagger::Spread => {
                            (u128::from(first) * u128::from(k + 1) / u128::from(spec.count.max(1)))
                                as u64
                        }
                        PmStagger::Together => first,
                    };
                    self.model.pms.push(Pm {
                        tool,
                        every,
                        first,
                        by_wafers,
                        duration: Sampler::new(&pm.duration),
                        crew: pm.crew.unwrap_or(NONE),
                    });
                }
                let qualified = spec
                    .tools
                    .get(k as usize)
                    .and_then(|t| t.qualified.as_ref())
                    .map_or_else(Vec::new, |recipes| {
                        self.qualification(index as u32, recipes)
                    });
                self.model.tools.push(Tool {
                    group: index as u32,
                    breakdowns: (first_breakdown, self.model.breakdowns.len() as u32),
                    pms: (first_pm, self.model.pms.len() as u32),
                    busy_failures: spec
                        .breakdowns
                        .iter()
                        .any(|b| b.clock == FailureClock::Busy),
                    qualified,
                });
            }
        }
        Ok(())
    }

    /// One bit for each step: whether a tool of the group qualified for `recipes` may do it.
    fn qualification(&self, group: u32, recipes: &[String]) -> Vec<u64> {
        let mut bits = vec![0u64; self.model.steps.len().div_ceil(64)];
        let all = self.scene.routes.iter().flat_map(|r| &r.steps);
        for (index, step) in all.enumerate() {
            let recipe = step.recipe.as_ref().unwrap_or(&step.name);
            if step.tool_group == group && recipes.contains(recipe) {
                bits[index / 64] |= 1 << (index % 64);
            }
        }
        bits
    }

    fn transport(&mut self) {
        let n = self.model.locations;
        self.model.transport = vec![None; (n * n) as usize];
        for t in &self.scene.transport {
            self.model.transport[(t.from * n + t.to) as usize] = Some(Sampler::new(&t.time));
        }
    }

    fn releases(&mut self) {
        for spec in &self.scene.releases {
            let route =
                &self.model.routes[self.scene.products[spec.product as usize].route as usize];
            self.model.releases.push(Release {
                first_step: route.first,
                wafers: spec.wafers,
                priority: spec.priority,
                due_us: match spec.due {
                    Due::None => NEVER,
                    Due::After(d) => d.0,
                    Due::FlowFactor(f) => (f * route.raw_us) as u64,
                },
                reserve: spec.reserve,
                plan: match &spec.plan {
                    schema::Plan::Every {
                        interval,
                        first,
                        lots,
                        max,
                    } => Plan::Every {
                        interval: Sampler::new(interval),
                        first_us: first.map_or(NEVER, |t| t.0),
                        lots: *lots,
                        max: max.unwrap_or(u64::MAX),
                    },
                    schema::Plan::List(times) => {
                        let mut times: Vec<u64> = times.iter().map(|t| t.0).collect();
                        times.sort_unstable();
                        Plan::List(times)
                    }
                    schema::Plan::Conwip { lots } => Plan::Conwip(*lots),
                },
            });
        }
        let first_init = self.model.names.first_init_type;
        for lot in &self.scene.wip {
            let product = &self.scene.products[lot.product as usize];
            let lot_type = (first_init..self.model.names.lot_types.len() as u32)
                .find(|t| self.model.names.product_of_lot_type[*t as usize] == lot.product)
                .expect("every product with lots in work has an Init type");
            self.model.wip.push(WipLot {
                lot_type,
                step: self.first_step[product.route as usize] + lot.step,
                wafers: lot.wafers,
                priority: lot.priority,
                due_us: lot.due.map_or(NEVER, |d| d.0),
            });
        }
    }

    /// Marks the groups in which any lot may start on any free tool.
    fn plain_groups(&mut self) {
        let model = &mut self.model;
        let reserves = model.options.reservation == Reservation::On
            && model.releases.iter().any(|r| r.reserve);
        for group in &mut model.groups {
            group.plain = group.shape != Shape::Batch
                && group.setup_states == 1
                && !reserves
                && group.queue_limit == NONE;
        }
        for step in &model.steps {
            if step.operator != NONE || step.reticle != NONE || step.cqt_hold {
                model.groups[step.group as usize].plain = false;
            }
        }
        for tool in &model.tools {
            if !tool.qualified.is_empty() {
                model.groups[tool.group as usize].plain = false;
            }
        }
    }
}

/// What lots of one batch share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum BatchFamily<'a> {
    Step(u32),
    Name(&'a str),
}

fn names(scene: &Scene) -> Names {
    let mut lot_types: Vec<String> = scene.releases.iter().map(|r| r.name.clone()).collect();
    let mut product_of_lot_type: Vec<u32> = scene.releases.iter().map(|r| r.product).collect();
    let first_init_type = lot_types.len() as u32;
    for (index, product) in scene.products.iter().enumerate() {
        if scene.wip.iter().any(|w| w.product == index as u32) {
            lot_types.push(format!("Init_{}", product.name));
            product_of_lot_type.push(index as u32);
        }
    }
    let mut tools = Vec::new();
    let mut group_of_tool = Vec::new();
    for (index, group) in scene.tool_groups.iter().enumerate() {
        let digits = group.count.to_string().len();
        for k in 0..group.count {
            tools.push(group.tools.get(k as usize).map_or_else(
                || format!("{}_{:0digits$}", group.name, k + 1),
                |t| t.name.clone(),
            ));
            group_of_tool.push(index as u32);
        }
    }
    Names {
        lot_types,
        first_init_type,
        product_of_lot_type,
        products: scene.products.iter().map(|p| p.name.clone()).collect(),
        routes: scene.routes.iter().map(|r| r.name.clone()).collect(),
        raw_process_us: Vec::new(),
        tool_groups: scene.tool_groups.iter().map(|g| g.name.clone()).collect(),
        areas: scene
            .tool_groups
            .iter()
            .map(|g| {
                scene
                    .areas
                    .get(g.area as usize)
                    .map_or_else(String::new, |a| a.name.clone())
            })
            .collect(),
        tools,
        group_of_tool,
        steps: scene
            .routes
            .iter()
            .map(|r| r.steps.iter().map(|s| s.name.clone()).collect())
            .collect(),
    }
}
