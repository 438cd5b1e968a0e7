//! The compiled model of a fab: index-based tables without names, text or entities.
//!
//! A model is made once and run thousands of times; it never changes in a run.

use super::dispatch::Ranking;
use super::sample::Sampler;
use crate::results::record::Names;
use crate::scene::schema::{
    BreakdownInPm, CascadeLoadBusy, CascadeSetup, CascadeStart, CascadeWake, FailureClock,
    OperatorPhase, Options, Overflow, PmBreakdownOrder, PmClock, PmStagger, Reservation, SetupRank,
    Wake,
};

/// "None" where an index is optional.
pub const NONE: u32 = u32::MAX;
/// "Never" on the clock.
pub const NEVER: u64 = u64::MAX;

/// A compiled fab.
#[derive(Clone, Debug)]
pub struct Model {
    /// Names behind the indices.
    pub names: Names,
    /// Horizon of a run, µs.
    pub horizon_us: u64,
    /// Warm-up, µs.
    pub warmup_us: u64,
    /// Time between samples, µs.
    pub sample_us: u64,
    /// Named choices.
    pub options: Choices,
    /// Lots in work at the same time at most.
    pub lots_max: u32,
    /// Events at one instant at most.
    pub instant_events_max: u32,
    /// Tool groups.
    pub groups: Vec<Group>,
    /// Tools, group by group.
    pub tools: Vec<Tool>,
    /// Breakdown processes of all tools.
    pub breakdowns: Vec<Breakdown>,
    /// Maintenances of all tools.
    pub pms: Vec<Pm>,
    /// Routes.
    pub routes: Vec<Route>,
    /// Steps of all routes, route after route.
    pub steps: Vec<Step>,
    /// Successors of all steps: upper end of the share of the unit interval, step (or NONE: finished).
    pub successors: Vec<(f64, u32)>,
    /// Critical queue times of all routes.
    pub cqts: Vec<Cqt>,
    /// Lists of CQT indices and dedication slots that steps refer to.
    pub lists: Vec<u32>,
    /// Dedication slots a lot carries at most.
    pub dedication_slots: u32,
    /// Open critical queue times a lot carries at most.
    pub cqt_slots: u32,
    /// Transport times, `from * locations + to`; `None`: no time.
    pub transport: Vec<Option<Sampler>>,
    /// Number of transport locations.
    pub locations: u32,
    /// Crews: count.
    pub crews: Vec<u32>,
    /// Secondary resources a job holds: operator pools, then reticles: count.
    pub resources: Vec<u32>,
    /// Release plans.
    pub releases: Vec<Release>,
    /// Lots in work at time 0.
    pub wip: Vec<WipLot>,
    /// Priority of the regular lots; those above it are hot.
    pub regular_priority: i32,
}

/// The named choices of a scene.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Choices {
    pub cascade_start: CascadeStart,
    pub cascade_setup: CascadeSetup,
    pub cascade_wake: CascadeWake,
    pub breakdown_in_pm: BreakdownInPm,
    pub pm_clock: PmClock,
    pub pm_stagger: PmStagger,
    pub pm_breakdown_order: PmBreakdownOrder,
    pub setup_rank: SetupRank,
    pub cascade_load_busy: CascadeLoadBusy,
    pub reservation: Reservation,
}

impl From<&Options> for Choices {
    fn from(o: &Options) -> Self {
        Self {
            cascade_start: o.cascade_start,
            cascade_setup: o.cascade_setup,
            cascade_wake: o.cascade_wake,
            breakdown_in_pm: o.breakdown_in_pm,
            pm_clock: o.pm_clock,
            pm_stagger: o.pm_stagger,
            pm_breakdown_order: o.pm_breakdown_order,
            setup_rank: o.setup_rank,
            cascade_load_busy: o.cascade_load_busy,
            reservation: o.reservation,
        }
    }
}

/// How a tool takes lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One lot at a time.
    Single,
    /// A pipeline with so many lots inside at most.
    Cascade(u32),
    /// Several lots at once.
    Batch,
}

/// A tool group. What every move touches comes first and fills one cache line.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub struct Group {
    /// How its tools take lots.
    pub shape: Shape,
    /// Transport location.
    pub location: u32,
    /// Lots that may wait; NONE: any number.
    pub queue_limit: u32,
    /// Whether any lot may start on any free tool at once: no setups, batches,
    /// qualifications, secondary resources, reservations or critical queue time holds.
    pub plain: bool,
    /// What happens to one lot more than may wait.
    pub overflow: Overflow,
    /// Which idle tool an arriving lot wakes.
    pub wake: Wake,
    /// Number of setup states, state 0 ("none") included.
    pub setup_states: u32,
    /// Load, µs.
    pub load_us: u64,
    /// Unload, µs.
    pub unload_us: u64,
    /// Lots of this priority or higher do not wait for the minimum of their batch.
    pub hot_priority: i64,
    /// How waiting lots are ranked.
    pub ranking: Ranking,
    /// First tool.
    pub first_tool: u32,
    /// Number of tools.
    pub tools: u32,
    /// Setup time from state to state, µs: `from * setup_states + to`.
    pub setup_us: Vec<u64>,
    /// Minimum run length after a change to each state.
    pub min_run: Vec<u32>,
    /// Setup state at time 0.
    pub initial_setup: u32,
    /// Batch families.
    pub families: u32,
}

impl Group {
    /// Whether lots wait elsewhere for room in its queue.
    #[inline]
    pub fn bounded(&self) -> bool {
        self.queue_limit != NONE && self.overflow == Overflow::Block
    }
}

/// A tool.
#[derive(Clone, Debug)]
pub struct Tool {
    /// Its group.
    pub group: u32,
    /// Its breakdowns: range in `Model::breakdowns`.
    pub breakdowns: (u32, u32),
    /// Its maintenances: range in `Model::pms`.
    pub pms: (u32, u32),
    /// Whether a breakdown of it counts busy time.
    pub busy_failures: bool,
    /// Steps it is qualified for, one bit each (index: step); empty: all.
    pub qualified: Vec<u64>,
}

impl Tool {
    /// Whether the tool may do the step.
    #[inline]
    pub fn may_do(&self, step: u32) -> bool {
        self.qualified.is_empty() || self.qualified[(step / 64) as usize] >> (step % 64) & 1 == 1
    }
}

/// A breakdown process of one tool.
#[derive(Clone, Debug)]
pub struct Breakdown {
    /// Its tool.
    pub tool: u32,
    /// What its time to failure counts.
    pub clock: FailureClock,
    /// Time to the first failure.
    pub first: Sampler,
    /// Time from repair to the next failure.
    pub uptime: Sampler,
    /// Time of repair.
    pub repair: Sampler,
    /// Crew; NONE: always at hand.
    pub crew: u32,
}

/// A maintenance of one tool.
#[derive(Clone, Debug)]
pub struct Pm {
    /// Its tool.
    pub tool: u32,
    /// Interval: µs, or wafers.
    pub every: u64,
    /// First: µs, or wafers.
    pub first: u64,
    /// Whether the interval counts wafers.
    pub by_wafers: bool,
    /// Time of the work.
    pub duration: Sampler,
    /// Crew; NONE: always at hand.
    pub crew: u32,
}

/// A route.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// First step.
    pub first: u32,
    /// Number of steps.
    pub steps: u32,
    /// Raw process time with transport, µs (expected, no rework, no queue).
    pub raw_us: f64,
}

/// A step of a route. What every visit touches comes first and fills one cache line:
/// the table is read at random, and most of what follows only some steps have.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub struct Step {
    /// Skipped unless a 32-bit word is below this.
    pub sampling: u64,
    /// Reworked if a 32-bit word is below this.
    pub rework: u64,
    /// Process time, µs, of one unit.
    pub time: Sampler,
    /// Tool group.
    pub group: u32,
    /// The step after it in the route; NONE: finished.
    pub next: u32,
    /// Setup state; 0: any.
    pub setup: u32,
    /// Dedication slot that says which tool must do it; NONE: any tool.
    pub dedicated: u32,
    /// Whether the unit is a wafer.
    pub per_wafer: bool,
    /// Whether opening a critical queue time is bounded by lots inside.
    pub cqt_hold: bool,
    /// For which part of the job the operator is needed.
    pub operator_phase: OperatorPhase,
    /// Whether it needs an operator or a reticle.
    pub needs_resource: bool,
    /// Whether any critical queue time opens with its end.
    pub any_opens: bool,
    /// Whether any critical queue time closes with its start.
    pub any_closes: bool,
    /// Whether it sets any dedication slot.
    pub any_dedicates: bool,
    /// Whether other steps than the next one may follow.
    pub any_successors: bool,
    /// Dedication slots it sets: range in `Model::lists`.
    pub dedicates: (u32, u32),
    /// Critical queue times it opens: range in `Model::lists`.
    pub opens: (u32, u32),
    /// Critical queue times it closes: range in `Model::lists`.
    pub closes: (u32, u32),
    /// Successors: range in `Model::successors`; empty: the next step.
    pub successors: (u32, u32),
    /// Entry interval of a pipeline, µs; NEVER: not given.
    pub interval_us: u64,
    /// Operator pool; NONE: none.
    pub operator: u32,
    /// Reticle (resource index); NONE: none.
    pub reticle: u32,
    /// Fewest wafers of a batch.
    pub batch_min: u32,
    /// Most wafers of a batch.
    pub batch_max: u32,
    /// Batch family within the group.
    pub family: u32,
    /// Step to go back to.
    pub rework_to: u32,
    /// Route.
    pub route: u32,
    /// Setup time of the step itself, µs; NEVER: the group's table.
    pub setup_us: u64,
    /// Expected process time of a lot here with load and unload, µs.
    pub mean_us: f64,
    /// Expected process time from here to the end, this step included, µs
    /// (sampling-weighted, with load and unload, without transport and rework).
    pub remaining_us: f64,
}

const _: () = assert!(std::mem::offset_of!(Step, dedicates) <= 64);
const _: () = assert!(std::mem::offset_of!(Group, ranking) < 64);

/// A critical queue time.
#[derive(Clone, Copy, Debug)]
pub struct Cqt {
    /// Route.
    pub route: u32,
    /// Step whose end opens it.
    pub from: u32,
    /// Step whose start closes it.
    pub to: u32,
    /// Limit, µs.
    pub limit_us: u64,
    /// Slot of the lot that holds its start.
    pub slot: u32,
    /// Lots inside at most; NONE: any number.
    pub lots_max: u32,
    /// What a late lot does.
    pub late: Late,
    /// Cost of a violation.
    pub cost: f64,
}

/// What a lot does that is late for a critical queue time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Late {
    /// Goes on.
    Go,
    /// Is scrapped.
    Scrap,
    /// Goes back to the step.
    Back(u32),
}

/// A release plan.
#[derive(Clone, Debug)]
pub struct Release {
    /// First step of the product's route.
    pub first_step: u32,
    /// Wafers of a lot.
    pub wafers: u32,
    /// Priority.
    pub priority: i32,
    /// Due after release, µs; NEVER: no due date.
    pub due_us: u64,
    /// Whether its lots reserve tools ahead.
    pub reserve: bool,
    /// When.
    pub plan: Plan,
}

/// When lots are released.
#[derive(Clone, Debug)]
pub enum Plan {
    /// After every interval.
    Every {
        /// Interval.
        interval: Sampler,
        /// First release, µs; NEVER: after one interval.
        first_us: u64,
        /// Lots at each release.
        lots: u32,
        /// Releases at most.
        max: u64,
    },
    /// At listed times, µs, ascending.
    List(Vec<u64>),
    /// So many in work at all times.
    Conwip(u32),
}

/// A lot in work at time 0.
#[derive(Clone, Copy, Debug)]
pub struct WipLot {
    /// Lot type (one of the `Init` types).
    pub lot_type: u32,
    /// Step it waits for.
    pub step: u32,
    /// Wafers.
    pub wafers: u32,
    /// Priority.
    pub priority: i32,
    /// Due, µs; NEVER: none.
    pub due_us: u64,
}
