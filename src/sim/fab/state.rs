//! Everything that changes in a run. Cloning it is a snapshot.

use std::collections::VecDeque;

use sha2::Sha256;

use super::events::EventList;
use super::model::{Model, NEVER, NONE};
use crate::results::record::{CqtRecord, GroupRecord, LotRecord, Sample, ToolRecord, ToolTimes};
use crate::rng::Seed;

/// A lot in work. What its jobs touch fills the first cache line, what its moves between
/// two steps touch the second; what only some lots or an observer need comes behind.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub(super) struct Lot {
    /// Arrival in the queue of the current step.
    pub arrive: u64,
    /// Start of the current job.
    pub start: u64,
    /// End of the current job.
    pub exit: u64,
    /// Current step.
    pub step: u32,
    pub wafers: u32,
    pub priority: i32,
    /// Tool it is in; NONE: in none.
    pub tool: u32,
    /// Next lot of the same batch.
    pub next_in_batch: u32,
    /// Next job inside the same tool.
    pub next_job: u32,
    /// Random word of this visit for the process time.
    pub process_word: u32,
    /// Tool reserved for it; NONE: none.
    pub reserved_tool: u32,
    /// The job's end came while the tool was down.
    pub parked: bool,
    /// The operator's release came while the tool was down.
    pub operator_parked: bool,
    /// It has left the plant and its slot is free.
    pub gone: bool,
    pub reserve: bool,
    pub lot_type: u32,
    pub number: u32,
    /// Steps considered so far, skipped ones included: index of the random numbers.
    pub visit: u32,
    /// Random words of this visit for the transport time and for the branch at the end.
    pub transport_word: u32,
    pub branch_word: u32,
    /// Location of the last step done; NONE before the first.
    pub location: u32,
    /// Last step of the rework loop it is in; NONE: none.
    pub rework_until: u32,
    /// Passes through that loop.
    pub pass: u32,
    /// Breakdown time inside the current job; 0 outside of jobs.
    pub down: u64,
    pub process: u64,
    pub transport: u64,
    pub cqt_violations: u32,
    pub reworks: u32,
    pub release: u64,
    pub due: u64,
    /// When the job's operator goes free; NEVER: with the job.
    pub operator_until: u64,
    /// For observers: end of the current job's setup.
    pub setup_end: u64,
    /// For observers: from when on only a missing resource kept it waiting; NEVER: not so.
    pub held_since: u64,
    /// For observers: from when on its batch was large enough.
    pub batch_ready: u64,
    /// For observers: tool of its last job.
    pub last_tool: u32,
    /// For observers: step it has left and that is not yet reported; NONE: none.
    pub last_step: u32,
    /// For observers: pass of that step.
    pub last_pass: u32,
    /// For observers: departure of the last move.
    pub depart: u64,
    /// For observers: arrival of the last move; later than now while it is under way.
    pub due_at_queue: u64,
}

const _: () = assert!(std::mem::offset_of!(Lot, lot_type) == 60);
const _: () = assert!(std::mem::offset_of!(Lot, release) == 128);

/// A lot waiting in a queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    pub lot: u32,
    pub priority: i32,
    pub step: u32,
    /// The only tool it may use; NONE: any.
    pub dedicated: u32,
}

/// An open critical queue time of a lot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// Which; NONE: closed.
    pub cqt: u32,
    pub start: u64,
}

impl Window {
    pub(super) const CLOSED: Self = Self {
        cqt: NONE,
        start: 0,
    };
}

/// Where a tool stands in its group's lists of tools that can take a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Availability {
    /// It cannot.
    No,
    /// It is empty.
    Idle,
    /// A pipeline with room.
    Partial,
}

/// A tool group. What every visit touches comes first.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub(super) struct Group {
    /// Empty tools, longest idle first.
    pub idle: VecDeque<u32>,
    pub queue: Vec<Waiting>,
    /// Entries of the queue that any tool may take.
    pub open: u32,
    /// Whether lots may be blocked for want of room here (never changes).
    pub bounded: bool,
    pub record: GroupRecord,
    pub queue_since: u64,
    /// Lots on their way here, where that matters.
    pub coming: u32,
    /// Pipelines with room whose first slot comes free without an event, since nothing waits.
    pub soon: Vec<u32>,
    /// Pipelines with room, longest so first.
    pub partial: VecDeque<u32>,
    /// Wafers waiting of each batch family.
    pub family_wafers: Vec<u32>,
    /// Since when each family is large enough for a batch.
    pub family_ready: Vec<u64>,
    /// Lots that wait inside their last tool (or before the plant) for room here.
    pub blocked: VecDeque<u32>,
}

/// A tool. What every job touches comes first and fills two cache lines.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub(super) struct Tool {
    /// Until when its time is accounted for.
    pub since: u64,
    /// Since when it could take a lot.
    pub available_since: u64,
    /// Its group.
    pub group: u32,
    /// Jobs inside.
    pub inside: u32,
    /// Jobs inside that are done but cannot leave.
    pub blocked: u32,
    /// First job inside.
    pub first_job: u32,
    /// Breakdown under repair; NONE: up.
    pub down: u32,
    /// Maintenance under way; NONE: none.
    pub pm: u32,
    /// Maintenances due.
    pub pms_due: u32,
    /// Breakdowns that strike when the maintenance or repair ends.
    pub failures_due: u32,
    pub setup: u32,
    /// Lots to start before the next setup change.
    pub run_left: u32,
    pub reserved_for: u32,
    pub availability: Availability,
    /// It is in its group's `soon`.
    pub soon: bool,
    /// Whether a breakdown of it counts busy time (never changes).
    pub busy_failures: bool,
    /// Whether a maintenance of it goes by wafers (never changes).
    pub wafer_pms: bool,
    /// Setup time of the current job not yet accounted for.
    pub setup_left: u64,
    /// Lots started.
    pub lots: u64,
    /// Jobs started (batches count once).
    pub jobs: u64,
    /// Wafers finished.
    pub wafers: u64,
    /// State times; the first four of them belong to the second line.
    pub times: ToolTimes,
    pub breakdowns: u64,
    pub pms: u64,
    /// Setup changes.
    pub setups: u64,
    /// When the first slot of the pipeline is free.
    pub slot1: u64,
    /// When the last unit inside has left the pipeline.
    pub slot2: u64,
    /// Load time before the first unit enters, not yet accounted for (see `CascadeLoadBusy`).
    pub load_left: u64,
    pub down_since: u64,
}

const _: () = assert!(std::mem::offset_of!(Tool, setup_left) == 64);
const _: () = assert!(std::mem::offset_of!(Tool, breakdowns) == 128 + 24);

impl Tool {
    /// What is counted of it.
    pub(super) fn record(&self) -> ToolRecord {
        ToolRecord {
            times: self.times,
            lots: self.lots,
            wafers: self.wafers,
            jobs: self.jobs,
            breakdowns: self.breakdowns,
            pms: self.pms,
            setups: self.setups,
        }
    }

    /// Counting starts anew.
    pub(super) fn reset_record(&mut self) {
        self.times = ToolTimes::default();
        (self.lots, self.wafers, self.jobs) = (0, 0, 0);
        (self.breakdowns, self.pms, self.setups) = (0, 0, 0);
    }
}

#[derive(Clone, Debug)]
pub(super) struct Breakdown {
    /// Failures so far: index of the random numbers.
    pub count: u32,
    /// Busy time to the next failure, for those that count it.
    pub busy_left: u64,
    /// An event is scheduled for it.
    pub armed: bool,
    /// It waits for the tool to come out of maintenance or repair.
    pub due: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Pm {
    pub count: u32,
    /// Times it is due and not yet started.
    pub due: u32,
}

/// Who waits for a crew.
#[derive(Clone, Copy, Debug)]
pub(super) enum CrewWork {
    Repair(u32),
    Maintenance(u32),
}

#[derive(Clone, Debug)]
pub(super) struct Pool {
    pub free: u32,
    /// Groups with a lot that waits for it.
    pub waiting_groups: Vec<u32>,
}

#[derive(Clone, Debug)]
pub(super) struct Crew {
    pub free: u32,
    pub waiting: VecDeque<CrewWork>,
}

#[derive(Clone, Debug)]
pub(super) struct Stream {
    /// Lots released.
    pub lots: u32,
    /// Releases made (of several lots each).
    pub releases: u64,
    pub in_work: u64,
    pub finished: u64,
    pub wip_since: u64,
    pub wip_lot_us: u128,
}

/// Everything that changes in a run.
#[derive(Clone, Debug)]
pub struct State {
    pub(super) seed: Seed,
    pub(super) now: u64,
    pub(super) event_count: u64,
    pub(super) instant_events: u32,
    pub(super) lot_steps: u64,
    pub(super) events: EventList,
    pub(super) lots: Vec<Lot>,
    pub(super) free_lots: Vec<u32>,
    pub(super) lots_in_work: u32,
    /// Tools lots are dedicated to: `lot * slots + slot`.
    pub(super) dedications: Vec<u32>,
    /// Open critical queue times: `lot * slots + slot`.
    pub(super) windows: Vec<Window>,
    /// Lots inside each bounded critical queue time.
    pub(super) cqt_inside: Vec<u32>,
    pub(super) cqt_records: Vec<CqtRecord>,
    pub(super) groups: Vec<Group>,
    pub(super) tools: Vec<Tool>,
    pub(super) breakdowns: Vec<Breakdown>,
    pub(super) pms: Vec<Pm>,
    /// Wafers to finish before each maintenance is due; NEVER: it goes by time, or is due.
    pub(super) wafers_to_pm: Vec<u64>,
    pub(super) resources: Vec<Pool>,
    pub(super) crews: Vec<Crew>,
    pub(super) streams: Vec<Stream>,
    pub(super) lot_records: Vec<LotRecord>,
    pub(super) samples: Vec<Sample>,
    pub(super) digest: Sha256,
}

impl State {
    pub(super) fn new(model: &Model, seed: Seed) -> Self {
        let groups = model
            .groups
            .iter()
            .map(|g| Group {
                queue: Vec::new(),
                open: 0,
                bounded: g.bounded(),
                idle: VecDeque::new(),
                soon: Vec::new(),
                partial: VecDeque::new(),
                family_wafers: vec![0; g.families as usize],
                family_ready: vec![NEVER; g.families as usize],
                blocked: VecDeque::new(),
                coming: 0,
                queue_since: 0,
                record: GroupRecord::default(),
            })
            .collect();
        let tools = model
            .tools
            .iter()
            .map(|t| Tool {
                group: t.group,
                since: 0,
                setup: model.groups[t.group as usize].initial_setup,
                setup_left: 0,
                load_left: 0,
                run_left: 0,
                inside: 0,
                blocked: 0,
                first_job: NONE,
                slot1: 0,
                slot2: 0,
                down: NONE,
                down_since: 0,
                failures_due: 0,
                pm: NONE,
                pms_due: 0,
                reserved_for: NONE,
                availability: Availability::No,
                soon: false,
                busy_failures: t.busy_failures,
                wafer_pms: model.pms[t.pms.0 as usize..t.pms.1 as usize]
                    .iter()
                    .any(|p| p.by_wafers),
                available_since: 0,
                lots: 0,
                jobs: 0,
                wafers: 0,
                times: ToolTimes::default(),
                breakdowns: 0,
                pms: 0,
                setups: 0,
            })
            .collect();
        let stream = Stream {
            lots: 0,
            releases: 0,
            in_work: 0,
            finished: 0,
            wip_since: 0,
            wip_lot_us: 0,
        };
        Self {
            seed,
            now: 0,
            event_count: 0,
            instant_events: 0,
            lot_steps: 0,
            events: EventList::default(),
            lots: Vec::new(),
            free_lots: Vec::new(),
            lots_in_work: 0,
            dedications: Vec::new(),
            windows: Vec::new(),
            cqt_inside: vec![0; model.cqts.len()],
            cqt_records: model
                .cqts
                .iter()
                .map(|c| {
                    let first = model.routes[c.route as usize].first;
                    CqtRecord {
                        route: c.route,
                        from_step: c.from - first,
                        to_step: c.to - first,
                        limit_us: c.limit_us,
                        ..CqtRecord::default()
                    }
                })
                .collect(),
            groups,
            tools,
            breakdowns: vec![
                Breakdown {
                    count: 0,
                    busy_left: 0,
                    armed: false,
                    due: false,
                };
                model.breakdowns.len()
            ],
            wafers_to_pm: model
                .pms
                .iter()
                .map(|p| if p.by_wafers { p.first } else { NEVER })
                .collect(),
            pms: model.pms.iter().map(|_| Pm { count: 0, due: 0 }).collect(),
            resources: model
                .resources
                .iter()
                .map(|count| Pool {
                    free: *count,
                    waiting_groups: Vec::new(),
                })
                .collect(),
            crews: model
                .crews
                .iter()
                .map(|count| Crew {
                    free: *count,
                    waiting: VecDeque::new(),
                })
                .collect(),
            streams: vec![stream; model.names.lot_types.len()],
            lot_records: Vec::new(),
            samples: Vec::new(),
            digest: Sha256::default(),
        }
    }

    /// Simulated time, µs.
    pub fn now_us(&self) -> u64 {
        self.now
    }

    /// Events handled so far.
    pub fn events(&self) -> u64 {
        self.event_count
    }
}
