//! The checked scene: what every record of a scene file means, in plain values.
//!
//! References between records are resolved to indices (`u32`, position in the
//! scene's own list), quantities are converted to their base unit, every value
//! is inside its range. Nothing here knows of entities or of a GPU.

use bevy::reflect::Reflect;

use super::dist::Dist;
use crate::units::Duration;

/// A checked scene, ready to be spawned into a world.
#[derive(Clone, Debug, Default, PartialEq, Reflect)]
pub struct Scene {
    /// Name shown in reports and window titles.
    pub name: String,
    /// One paragraph on what plant this is and where its figures come from.
    pub about: String,
    /// Horizon, warm-up, replications, seed.
    pub run: Run,
    /// Named choices between readings of the model that the trade leaves open.
    pub options: Options,
    /// Upper bounds that stop a run which has lost its stability.
    pub limits: Limits,
    /// Areas of the fab (litho, etch ...), in file order.
    pub areas: Vec<Area>,
    /// Bays: rectangles on the floor, each in one area.
    pub bays: Vec<Bay>,
    /// Repair crews.
    pub crews: Vec<Pool>,
    /// Operator pools.
    pub operators: Vec<Pool>,
    /// Reticles: a step that names one holds it while it is processed.
    pub reticles: Vec<Pool>,
    /// Transport locations, e.g. "Fab", "Delay". Tool groups stand in one.
    pub locations: Vec<String>,
    /// Transport times between locations; a pair not listed takes no time.
    pub transport: Vec<TransportTime>,
    /// Stockers.
    pub stockers: Vec<Stocker>,
    /// Tool groups: interchangeable tools that share one queue.
    pub tool_groups: Vec<ToolGroup>,
    /// Routes.
    pub routes: Vec<Route>,
    /// Products.
    pub products: Vec<Product>,
    /// Release plans: one lot type each.
    pub releases: Vec<Release>,
    /// Lots in work at time 0.
    pub wip: Vec<WipLot>,
    /// Checks that decide the exit code of a headless run.
    pub checks: Vec<Check>,
}

/// How a run is made unless the command line says otherwise.
#[derive(Clone, Debug, PartialEq, Reflect)]
pub struct Run {
    /// Simulated time of one replication.
    pub horizon: Duration,
    /// Statistics start after this time; lots released before it are not counted.
    pub warmup: Duration,
    /// Independent replications.
    pub replications: u32,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Confidence level of the intervals, e.g. 0.95.
    pub confidence: f64,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            horizon: Duration::days(365),
            warmup: Duration::ZERO,
            replications: 5,
            seed: 1,
            confidence: 0.95,
        }
    }
}

/// Named choices where published fab models leave the semantics open.
#[derive(Clone, Debug, Default, PartialEq, Reflect)]
pub struct Options {
    /// When a cascading tool takes its next lot.
    pub cascade_start: CascadeStart,
    /// When a cascading tool may change its setup.
    pub cascade_setup: CascadeSetup,
    /// Which cascading tool an arriving lot prefers: an empty one or one with room.
    pub cascade_wake: CascadeWake,
    /// What happens to a failure that falls into a maintenance.
    pub breakdown_in_pm: BreakdownInPm,
    /// From when the interval of a calendar maintenance counts.
    pub pm_clock: PmClock,
    /// How the first maintenance is spread over the tools of a group.
    pub pm_stagger: PmStagger,
    /// Which happens first when a failure and a maintenance fall due together.
    pub pm_breakdown_order: PmBreakdownOrder,
    /// What "least setup" ranks lots by.
    pub setup_rank: SetupRank,
    /// Whether the time a lot loads beside nothing else counts a cascading tool as busy.
    pub cascade_load_busy: CascadeLoadBusy,
    /// Whether lots that ask for it reserve a tool of the next group ahead.
    pub reservation: Reservation,
}

/// When a cascading tool takes its next lot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum CascadeStart {
    /// In time for its load to end when the first slot comes free, so that a more
    /// urgent lot can still go before.
    #[default]
    WhenSlotFree,
    /// As soon as there is room; it waits inside for the first slot.
    AtOnce,
}

/// Which cascading tool an arriving lot prefers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum CascadeWake {
    /// An empty one; one with a lot inside only if none is empty.
    #[default]
    EmptyFirst,
    /// The one that could have taken a lot for longest, empty or not.
    LongestAvailable,
}

/// When a cascading tool may change its setup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum CascadeSetup {
    /// Only when no lot is inside.
    #[default]
    WhenEmpty,
    /// Beside the lot inside; the next lot waits for the end of the setup.
    Parallel,
}

/// What happens to a failure that falls into a maintenance of the same tool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum BreakdownInPm {
    /// It strikes when the maintenance has ended.
    #[default]
    Postpone,
    /// It does not happen; the next time to failure starts at the maintenance's end.
    Cancel,
}

/// From when the interval of a calendar maintenance counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum PmClock {
    /// From one due time to the next, however late the work began.
    #[default]
    Due,
    /// From the start of the work.
    Start,
    /// From the end of the work.
    End,
}

/// How the first maintenance is spread over the N tools of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum PmStagger {
    /// The k-th tool's first is due at k/N of the first interval.
    #[default]
    Spread,
    /// All tools together at the first interval.
    Together,
}

/// Which happens first when a failure and a maintenance fall due together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum PmBreakdownOrder {
    /// The failure is repaired, then the maintenance is done.
    #[default]
    BreakdownFirst,
    /// The maintenance is done, then the failure strikes.
    PmFirst,
}

/// What "least setup" ranks lots by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum SetupRank {
    /// The setup table of the tool group only.
    #[default]
    Table,
    /// The step's own setup time too, where it has one.
    Full,
}

/// Whether a lot that only loads counts a cascading tool as busy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum CascadeLoadBusy {
    /// Busy from the start of the load to the end of the unload.
    #[default]
    Busy,
    /// Busy only while a unit is inside.
    Idle,
}

/// Whether lots marked `reserve` reserve a tool of the next group when their step starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum Reservation {
    /// No tool is ever reserved.
    #[default]
    Off,
    /// Lots of releases with `reserve: true` reserve.
    On,
}

/// Upper bounds of a run; reaching one ends it with an error that says which.
#[derive(Clone, Debug, PartialEq, Reflect)]
pub struct Limits {
    /// Lots in work at the same time.
    pub lots: u32,
    /// Steps at zero simulated time before a run counts as stuck in a loop.
    pub steps_at_one_instant: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            lots: 200_000,
            steps_at_one_instant: 10_000_000,
        }
    }
}

/// An area of the fab.
#[derive(Clone, Debug, Default, PartialEq, Reflect)]
pub struct Area {
    /// Name, e.g. "Litho".
    pub name: String,
    /// Light of the area.
    pub light: Light,
}

/// Light of an area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum Light {
    /// Cool white.
    #[default]
    White,
    /// Yellow, without the wavelengths that expose resist.
    Yellow,
}

/// A bay: a rectangle on the floor.
#[derive(Clone, Debug, Default, PartialEq, Reflect)]
pub struct Bay {
    /// Name, e.g. "L1".
    pub name: String,
    /// Index of its area.
    pub area: u32,
    /// South-west corner, m.
    pub x_m: f64,
    /// South-west corner, m.
    pub y_m: f64,
    /// Extent in x, m.
    pub width_m: f64,
    /// Extent in y, m.
    pub depth_m: f64,
}

/// A pool of interchangeable resources: a repair crew, operators, copies of a reticle.
#[derive(Clone, Debug, Default, PartialEq, Reflect)]
pub struct Pool {
    /// Name.
    pub name: String,
    /// How many.
    pub count: u32,
}

/// Transport time between two locations.
#[derive(Clone, Debug, PartialEq, Reflect)]
pub struct TransportTime {
    /// Index into `Scene::locations`.
    pub from: u32,
    /// Index into `Scene::locations`.
    pub to: u32,
    /// Time of one move.
    pub time: Dist,
}

/// A stocker.
#[derive(Clone, Debug, Default, PartialEq, Reflect)]
pub struct Stocker {
    /// Name.
    pub name: String,
    /// Index of its bay, if it stands in one.
    pub bay: Option<u32>,
    /// Lots it holds.
    pub capacity: u32,
    /// Place on the floor, if given.
    pub place: Option<Place>,
}

/// A place on the floor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Reflect)]
pub struct Place {
    /// Centre, m.
    pub x_m: f64,
    /// Centre, m.
    pub y_m: f64,
    /// Heading of the front, degrees counter-clockwise from +x.
    pub angle_deg: f64,
}

/// A group of interchangeable tools with one queue.
#[derive(Clone, Debug, PartialEq, Reflect)]
pub struct ToolGroup {
    /// Name, e.g. "LithoTrack_FE_95".
    pub name: String,
    /// Tool type it was made from (`assets/tools/<type>.ron`), if any.
    pub tool_type: Option<String>,
    /// Index of its area.
    pub area: u32,
    /// Index of the bay it stands in, if given.
    pub bay: Option<u32>,
    /// Number of tools.
    pub count: u32,
    /// Index of its transport location.
    pub location: u32,
    /// What it looks like.
    pub archetype: Archetype,
    /// Footprint: width along the bay, m.
    pub width_m: f64,
    /// Footprint: depth across the bay, m.
    pub depth_m: f64,
    /// Height, m.
    pub height_m: f64,
    /// Load ports of each tool.
    pub load_ports: u32,
    /// How many lots a tool takes at once, and how.
    pub capacity: Capacity,
    /// Load time of a lot (of a batch: once).
    pub load: Duration,
    /// Unload time of a lot (of a batch: once).
    pub unload: Duration,
    /// Dispatching rules, most important first.
    pub dispatch: Vec<String>,
    /// Which idle tool an arriving lot wakes.
    pub wake: Wake,
    /// Setup times from state to state.
    pub setups: Vec<SetupTime>,
    /// After changing to a setup at least so many lots before the next change.
    pub min_runs: Vec<MinRun>,
    /// Setup state of every tool at time 0.
    pub initial_setup: Option<String>,
    /// Breakdowns; each tool has its own independent process.
    pub breakdowns: Vec<Breakdown>,
    /// Preventive maintenances.
    pub pms: Vec<Pm>,
    /// Most lots that may wait here, if bounded.
    pub queue: Option<QueueLimit>,
    /// On batch tools: lots of this priority or higher start without waiting for the
    /// minimum of their batch; `None`: all wait.
    pub hot_priority: Option<i32>,
    /// Operator the tool needs.
    pub operator: Option<OperatorNeed>,
    /// What is known of single tools: names, places, qualifications.
    /// Either empty or one entry per tool.
    pub tools: Vec<ToolSpec>,
}

/// How many lots a tool takes at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum Capacity {
    /// One lot at a time.
    #[default]
    Single,
    /// A pipeline: the next unit enters one interval after the last, up to `lots` inside.
    Cascade {
        /// Lots inside at most.
        lots: u32,
    },
    /// Several lots processed together.
    Batch {
        /// Which lots may be together.
        same: BatchKey,
    },
}

/// Which lots may be in one batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum BatchKey {
    /// The same step of the same route.
    #[default]
    RouteStep,
    /// Steps of the same name, whatever the route.
    StepName,
    /// The same recipe.
    Recipe,
}

/// Which idle tool an arriving lot wakes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum Wake {
    /// The one idle longest.
    #[default]
    LongestIdle,
    /// The one idle shortest.
    ShortestIdle,
    /// The one that needs least setup; the longest idle among equals.
    LeastSetup,
    /// The first in the group's order.
    FirstListed,
}

/// Setup time between two states.
#[derive(Clone, Debug, PartialEq, Reflect)]
pub struct SetupTime {
    /// State before; `None`: any.
    pub from: Option<String>,
    /// State after.
    pub to: String,
    /// Time of the change.
    pub time: Duration,
}

/// Minimum run length after a change of setup.
#[derive(Clone, Debug, PartialEq, Reflect)]
pub struct MinRun {
    /// The state changed to.
    pub setup: String,
    /// Lots before another change.
    pub lots: u32,
}

/// A failure process of a tool.
#[derive(Clone, Debug, PartialEq, Reflect)]
pub struct Breakdown {
    /// Name, e.g. "BREAK_Litho".
    pub name: String,
    /// What the time to failure counts.
    pub clock: FailureClock,
    /// Time to the first failure; as `uptime` when absent.
    pub first: Option<Dist>,
    /// Time from repair to the next failure.
    pub uptime: Dist,
    /// Time of the repair.
    pub repair: Dist,
    /// Index of the crew it needs; `None`: always at hand.
    pub crew: Option<u32>,
}

/// What a time to failure counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum FailureClock {
    /// All time since the last repair, idle or busy.
    #[default]
    Calendar,
    /// Only time in which the tool is busy.
    Busy,
}

/// A preventive maintenance of a tool.
#[derive(Clone, Debug, PartialEq, Reflect)]
pub struct Pm {
    /// Name, e.g. "weekly".
    pub name: String,
    /// Interval.
    pub every: PmInterval,
    /// First occurrence, in the interval's own unit (µs or wafers); as the interval when absent.
    pub first: Option<u64>,
    /// Time of the work.
    pub duration: Dist,
    /// Index of the crew it needs; `None`: always at hand.
    pub crew: Option<u32>,
}

/// Interval of a preventive maintenance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Reflect)]
pub enum PmInterval {
    /// Calendar time.
    Time(Duration),
    /// Wafers finished by the tool.
    Wafers(u64),
}

/// A bounded queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Reflect)]
pub struct QueueLimit {
    /// Lots that may wait.
    pub lots: u32,
    /// What happens to one more.
    pub overflow: Overflow,
}

/// What happens to a lot that finds the queue full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum Overflow {
    /// It stays in the tool it comes from and blocks it.
    #[default]
    Block,
    /// It leaves the plant and is counted as lost.
    Lose,
}

/// An operator a tool or step needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Reflect)]
pub struct OperatorNeed {
    /// Index of the pool.
    pub pool: u32,
    /// For which part of the job.
    pub during: OperatorPhase,
}

/// For which part of a job an operator is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum OperatorPhase {
    /// From the start of the setup to the end of the unload.
    #[default]
    Job,
    /// Setup and load only.
    SetupAndLoad,
}

/// What is known of one tool.
#[derive(Clone, Debug, Default, PartialEq, Reflect)]
pub struct ToolSpec {
    /// Name, e.g. "LithoTrack_FE_95_07".
    pub name: String,
    /// Place on the floor, if given.
    pub place: Option<Place>,
    /// Recipes it is qualified for; `None`: all.
    pub qualified: Option<Vec<String>>,
}

/// What a tool looks like; views know one shape for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Reflect)]
#[allow(missing_docs)]
pub enum Archetype {
    Scanner,
    Track,
    LithoCell,
    Furnace,
    Rtp,
    Etcher,
    Asher,
    Implanter,
    Cvd,
    Pvd,
    Ald,
    Epi,
    Cmp,
    WetBench,
    SpinCleaner,
    Plating,
    Metrology,
    Inspection,
    Sorter,
    Bonder,
    Tester,
    #[default]
    Generic,
}

/// A route: the steps a product goes through.
#[derive(Clone, Debug, Default, PartialEq, Reflect)]
pub struct Route {
    /// Name.
    pub name: String,
    /// Steps in order.
    pub steps: Vec<Step>,
}

/// One step of a route. References to steps are positions in the same route, from 0.
#[derive(Clone, Debug, PartialEq, Reflect)]
pub struct Step {
    /// Name, e.g. "001_Diffusion".
    pub name: String,
    /// Index of the tool group that does it.
    pub tool_group: u32,
    /// Recipe: what qualifications and batches may refer to. The step's name when absent.
    pub recipe: Option<String>,
    /// Processing time of one unit (see `per`).
    pub time: Dist,
    /// What the processing time is for.
    pub per: Per,
    /// On cascading tools: from one unit's start to the next one's.
    pub interval: Option<Duration>,
    /// On batch tools: fewest and most wafers of a batch.
    pub batch: Option<BatchSize>,
    /// Setup state the tool must be in.
    pub setup: Option<String>,
    /// Setup time of this step; else the group's table.
    pub setup_time: Option<Duration>,
    /// Probability that the step is done; else it is skipped at once.
    pub sampling: f64,
    /// Rework after the step.
    pub rework: Option<Rework>,
    /// Successors by chance; empty: the next step. Probabilities sum to 1.
    pub next: Vec<Successor>,
    /// Later steps that must be done by the very tool used here.
    pub dedicate: Vec<u32>,
    /// Critical queue times that start at the end of this step.
    pub cqt: Vec<Cqt>,
    /// Index of the reticle it needs.
    pub reticle: Option<u32>,
    /// Operator it needs; else the tool group's.
    pub operator: Option<OperatorNeed>,
}

/// What a processing time is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum Per {
    /// One lot.
    #[default]
    Lot,
    /// One wafer.
    Wafer,
    /// One batch.
    Batch,
}

/// Size of a batch, wafers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Reflect)]
pub struct BatchSize {
    /// A batch does not start with fewer.
    pub min_wafers: u32,
    /// A batch never holds more.
    pub max_wafers: u32,
}

/// Rework after a step.
#[derive(Clone, Copy, Debug, PartialEq, Reflect)]
pub struct Rework {
    /// Probability, drawn only when the step was done.
    pub probability: f64,
    /// Step to go back to.
    pub to: u32,
}

/// A successor by chance.
#[derive(Clone, Copy, Debug, PartialEq, Reflect)]
pub struct Successor {
    /// Step to go to; `None`: the lot is finished.
    pub to: Option<u32>,
    /// Probability.
    pub probability: f64,
}

/// A critical queue time: from the end of the step that carries it to the start of step `to`.
#[derive(Clone, Copy, Debug, PartialEq, Reflect)]
pub struct Cqt {
    /// Step that must start in time.
    pub to: u32,
    /// Most time between.
    pub limit: Duration,
    /// What happens when it was exceeded.
    pub on_violation: CqtAction,
    /// The step that opens the window starts only while fewer lots than this are inside it.
    pub max_lots_inside: Option<u32>,
    /// Cost of one violation, in the user's currency.
    pub cost: f64,
}

/// What happens when a critical queue time was exceeded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum CqtAction {
    /// It is counted only.
    #[default]
    Count,
    /// The lot is scrapped when the late step would start.
    Scrap,
    /// The lot goes back to the step when the late step would start.
    Rework {
        /// Step to go back to.
        to: u32,
    },
}

/// A product.
#[derive(Clone, Debug, Default, PartialEq, Reflect)]
pub struct Product {
    /// Name.
    pub name: String,
    /// Index of its route.
    pub route: u32,
}

/// A release plan: one lot type.
#[derive(Clone, Debug, PartialEq, Reflect)]
pub struct Release {
    /// Name of the lot type, e.g. "HotLot_3".
    pub name: String,
    /// Index of the product.
    pub product: u32,
    /// Wafers of a lot.
    pub wafers: u32,
    /// Priority; higher goes first under the rule "priority".
    pub priority: i32,
    /// When lots are released.
    pub plan: Plan,
    /// Due date of a lot.
    pub due: Due,
    /// Whether its lots reserve tools ahead (see [`Options::reservation`]).
    pub reserve: bool,
}

/// When lots of a type are released.
#[derive(Clone, Debug, PartialEq, Reflect)]
pub enum Plan {
    /// `lots` at `first`, then after every `interval`.
    Every {
        /// Time between releases; any distribution, so Poisson is an exponential one.
        interval: Dist,
        /// Time of the first release; one interval when absent.
        first: Option<Duration>,
        /// Lots at each release.
        lots: u32,
        /// Releases at most.
        max: Option<u64>,
    },
    /// At the listed times.
    List(Vec<Duration>),
    /// So many lots in work at all times: one finished releases one.
    Conwip {
        /// Lots in work.
        lots: u32,
    },
}

/// Due date of a lot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Reflect)]
pub enum Due {
    /// None.
    #[default]
    None,
    /// So long after release.
    After(Duration),
    /// So many times the raw process time after release.
    FlowFactor(f64),
}

/// A lot in work at time 0, waiting for a step.
#[derive(Clone, Debug, PartialEq, Reflect)]
pub struct WipLot {
    /// Name of the lot.
    pub name: String,
    /// Index of the product.
    pub product: u32,
    /// Step it waits for (position in the route, from 0).
    pub step: u32,
    /// Wafers.
    pub wafers: u32,
    /// Priority.
    pub priority: i32,
    /// Due time, from time 0 on.
    pub due: Option<Duration>,
}

/// A condition on a KPI that a headless run must meet.
#[derive(Clone, Debug, PartialEq, Reflect, serde::Serialize, serde::Deserialize)]
pub struct Check {
    /// KPI name, e.g. "cycle_time".
    pub kpi: String,
    /// Lot type, tool group or product it is of; empty: the whole plant.
    pub of: String,
    /// Lowest allowed value in the KPI's unit.
    pub min: Option<f64>,
    /// Highest allowed value in the KPI's unit.
    pub max: Option<f64>,
    /// Confidence with which it must hold; `None`: the mean decides.
    pub confidence: Option<f64>,
}
