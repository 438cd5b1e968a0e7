//! The record of one replication: finished lots, tool times, daily series.
//!
//! Times are µs of simulated time; names are looked up in [`Names`], which all
//! records of one scene share.

use serde::{Deserialize, Serialize};

/// Names behind the indices used in records.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Names {
    /// Lot types: the releases in scene order, then one `Init` type per product
    /// that has lots in work at time 0 (their cycle time is meaningless).
    pub lot_types: Vec<String>,
    /// Index of the first `Init` lot type.
    pub first_init_type: u32,
    /// Product of each lot type.
    pub product_of_lot_type: Vec<u32>,
    /// Products.
    pub products: Vec<String>,
    /// Tool groups.
    pub tool_groups: Vec<String>,
    /// Area of each tool group.
    pub areas: Vec<String>,
    /// Tools, group by group.
    pub tools: Vec<String>,
    /// Tool group of each tool.
    pub group_of_tool: Vec<u32>,
    /// Step names, route after route.
    pub steps: Vec<Vec<String>>,
    /// Routes; empty: nameless.
    #[serde(default)]
    pub routes: Vec<String>,
    /// Raw process time of each product: what a lot would take alone in the plant (load,
    /// process, unload, transport; sampling weighed in; no rework, setup or wait), µs;
    /// empty: unknown.
    #[serde(default)]
    pub raw_process_us: Vec<u64>,
}

/// How a lot left the plant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Outcome {
    /// Finished its route.
    Finished = 0,
    /// Scrapped.
    Scrapped = 1,
    /// Turned away by a full queue.
    Lost = 2,
}

/// A lot that left the plant.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LotRecord {
    /// Lot type.
    pub lot_type: u32,
    /// Number within its lot type, from 0 in order of release.
    pub number: u32,
    /// Wafers.
    pub wafers: u32,
    /// Priority.
    pub priority: i32,
    /// Release, µs.
    pub release_us: u64,
    /// Leaving, µs.
    pub end_us: u64,
    /// Due, µs; `u64::MAX`: no due date.
    pub due_us: u64,
    /// How it left.
    pub outcome: Outcome,
    /// Critical queue times it exceeded.
    pub cqt_violations: u32,
    /// Times it went back for rework.
    pub reworks: u32,
    /// Time in process (setup, load, process, unload), µs.
    pub process_us: u64,
    /// Time in transport, µs.
    pub transport_us: u64,
}

/// Times a tool spent in each state within the counted window, µs; they sum to the window.
///
/// The states are those of SEMI E10, with setup and the two kinds of standby kept apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[repr(C)]
pub struct ToolTimes {
    /// Productive: load, process, unload.
    pub productive_us: u64,
    /// Setup.
    pub setup_us: u64,
    /// Standby: no lot waits that it could take.
    pub standby_us: u64,
    /// Standby although lots wait: batch too small, operator or reticle absent,
    /// tool held for a reserved lot or a minimum run.
    pub held_us: u64,
    /// Standby with finished lots inside that cannot leave (next queue is full).
    pub blocked_us: u64,
    /// Scheduled down: maintenance, waiting for its crew included.
    pub pm_us: u64,
    /// Unscheduled down: breakdown, waiting for its crew included.
    pub down_us: u64,
}

/// Record of one tool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolRecord {
    /// State times.
    pub times: ToolTimes,
    /// Lots started.
    pub lots: u64,
    /// Wafers finished.
    pub wafers: u64,
    /// Jobs (batches count once).
    pub jobs: u64,
    /// Breakdowns.
    pub breakdowns: u64,
    /// Maintenances.
    pub pms: u64,
    /// Setup changes.
    pub setups: u64,
}

/// Queue statistics of a tool group within the counted window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupRecord {
    /// Lots that started here.
    pub starts: u64,
    /// Sum of their waiting times, µs.
    pub wait_us: u128,
    /// Longest waiting time, µs.
    pub wait_max_us: u64,
    /// Integral of the queue length, lot µs.
    pub queue_lot_us: u128,
    /// Longest queue, lots.
    pub queue_max: u32,
    /// Lots turned away by a full queue.
    pub lost: u64,
    /// Lots that arrived.
    pub arrivals: u64,
}

/// One critical queue time window, summed over lots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CqtRecord {
    /// Product's route.
    pub route: u32,
    /// Step that opens it.
    pub from_step: u32,
    /// Step that closes it.
    pub to_step: u32,
    /// Limit, µs.
    pub limit_us: u64,
    /// Windows closed.
    pub closed: u64,
    /// Windows closed too late.
    pub violations: u64,
    /// Cost of them.
    pub cost: f64,
}

/// A sample of the plant at one instant, for time series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Instant, µs.
    pub time_us: u64,
    /// Lots in work, by lot type.
    pub wip: Vec<u32>,
    /// Lots finished since time 0, by lot type.
    pub finished: Vec<u64>,
    /// Lots waiting, by tool group.
    pub queue: Vec<u32>,
    /// Lots released since time 0, all types.
    pub released: u64,
}

/// Record of one replication.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Replication number.
    pub replication: u32,
    /// Seed it ran with.
    pub seed: u64,
    /// Simulated time at the end, µs.
    pub end_us: u64,
    /// Start of the counted window, µs.
    pub warmup_us: u64,
    /// Lots that left, in order of leaving (all, also those before the warm-up's end).
    pub lots: Vec<LotRecord>,
    /// Lots released, by lot type.
    pub released: Vec<u64>,
    /// Lots still in work at the end, by lot type.
    pub in_work: Vec<u64>,
    /// Integral of the lots in work over the counted window, lot µs, by lot type.
    pub wip_lot_us: Vec<u128>,
    /// Time that the lots still in work at the end have spent in the plant within the
    /// counted window, lot µs, by lot type. Added up from each lot's release, not from
    /// `wip_lot_us`: Little's law compares the two.
    #[serde(default)]
    pub in_work_lot_us: Vec<u128>,
    /// Tools.
    pub tools: Vec<ToolRecord>,
    /// Tool groups.
    pub groups: Vec<GroupRecord>,
    /// Critical queue times.
    pub cqt: Vec<CqtRecord>,
    /// Samples, oldest first (daily unless the horizon is short).
    pub samples: Vec<Sample>,
    /// Steps done (skipped ones not counted).
    pub lot_steps: u64,
    /// Events handled.
    pub events: u64,
    /// SHA-256 over every lot's end and every tool's state times, hex, first 32 digits.
    pub digest: String,
}

/// One step of one lot, for `--trace steps` and for explaining a lot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Lot type.
    pub lot_type: u32,
    /// Number within the lot type.
    pub lot: u32,
    /// Route.
    pub route: u32,
    /// Step (position from 0).
    pub step: u32,
    /// Tool group.
    pub group: u32,
    /// Tool.
    pub tool: u32,
    /// Arrival in the queue, µs.
    pub arrive_us: u64,
    /// Start (of the setup, if any), µs.
    pub start_us: u64,
    /// End of the setup, µs.
    pub setup_end_us: u64,
    /// End of the unload, µs; interruptions by breakdowns lie inside.
    pub end_us: u64,
    /// Arrival at the next queue, µs (the end where nothing follows).
    pub next_us: u64,
    /// Part of the wait in which its batch was not yet full enough, µs.
    pub batch_wait_us: u64,
    /// Part of the wait in which the step was held back (critical queue time, operator, reticle), µs.
    pub hold_us: u64,
    /// Time lost to breakdowns while inside, µs.
    pub down_us: u64,
    /// Pass: 0 for the first time through this step, 1 after one rework ...
    pub pass: u32,
}
