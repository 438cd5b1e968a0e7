//! The plant: areas, bays, resources, transport, tool groups and their tools.

use bevy::reflect::Reflect;

use crate::scene::dist::Dist;
use crate::units::Duration;

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
