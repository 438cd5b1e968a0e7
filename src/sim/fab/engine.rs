//! The event loop: releases, moves, arrivals, departures.
//!
//! Starting jobs is in `start`, breakdowns and maintenance in `downtime`,
//! times and records in `account`.

use thiserror::Error;

use super::heap::Kind;
use super::model::{Late, Model, NEVER, NONE, Plan, Shape};
use super::sample::{More, to_us};
use super::state::{Availability, Lot, State, Waiting, Window};
use crate::results::record::{Outcome, StepRecord};
use crate::rng::{Seed, Stream};
use crate::scene::schema::Overflow;

/// Who watches a run from inside.
pub trait Observer {
    /// Whether [`Observer::step`] is wanted; when not, the engine does not prepare it.
    const STEPS: bool;

    /// A lot has left a step.
    fn step(&mut self, step: &StepRecord);
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    const STEPS: bool = false;

    fn step(&mut self, _: &StepRecord) {}
}

/// Why a run ended early.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RunError {
    /// Too many lots in work.
    #[error(
        "{limit} lots are in work at day {day}: the plant takes in more than it puts out \
         (raise `limits.lots` if it is really that large); the longest queue is at \"{group}\" with {queue} lots"
    )]
    TooManyLots {
        /// The limit.
        limit: u32,
        /// Simulated day.
        day: u64,
        /// Tool group with the longest queue.
        group: String,
        /// Its queue.
        queue: u32,
    },
    /// Time stands still.
    #[error(
        "time stands still at {time_us} µs: {limit} events at one instant, last in step \"{step}\"; \
         a loop of steps without any duration?"
    )]
    StandsStill {
        /// Instant.
        time_us: u64,
        /// Limit.
        limit: u32,
        /// A step of the loop.
        step: String,
    },
}

/// A run under way.
#[derive(Clone, Debug)]
pub struct Engine<'m, O = Silent> {
    pub(super) model: &'m Model,
    pub(super) s: State,
    /// Groups to look at again when the current event is done: room or a resource came free.
    pub(super) retry: Vec<u32>,
    /// Set when the lots in work exceed their limit.
    pub(super) overfull: bool,
    /// Who watches.
    pub observer: O,
}

impl<'m, O: Observer> Engine<'m, O> {
    /// A run at time 0 with the lots in work in their queues.
    pub fn new(model: &'m Model, seed: Seed, observer: O) -> Self {
        let mut engine = Self::resume(model, State::new(model, seed), observer);
        engine.open();
        engine
    }

    /// A run that goes on from a snapshot of the same model.
    pub fn resume(model: &'m Model, state: State, observer: O) -> Self {
        Self {
            model,
            s: state,
            retry: Vec::new(),
            overfull: false,
            observer,
        }
    }

    /// The state as it is now.
    pub fn snapshot(&self) -> State {
        self.s.clone()
    }

    /// The state, to look at.
    pub fn state(&self) -> &State {
        &self.s
    }

    fn open(&mut self) {
        let model = self.model;
        for group in &model.groups {
            for tool in group.first_tool..group.first_tool + group.tools {
                self.make_available(tool);
            }
        }
        self.schedule_first_downtimes();
        for (index, release) in model.releases.iter().enumerate() {
            let index = index as u32;
            match &release.plan {
                Plan::Every {
                    first_us: NEVER,
                    max,
                    ..
                } if *max > 0 => {
                    let wait = self.release_interval(index);
                    self.s.heap.push(wait, Kind::Release, index);
                }
                Plan::Every { first_us, max, .. } if *max > 0 => {
                    self.s.heap.push(*first_us, Kind::Release, index)
                }
                Plan::Every { .. } => {}
                Plan::List(times) => {
                    if let Some(first) = times.first() {
                        self.s.heap.push(*first, Kind::Release, index);
                    }
                }
                Plan::Conwip(_) => self.s.heap.push(0, Kind::Release, index),
            }
        }
        if model.warmup_us > 0 {
            self.s.heap.push(model.warmup_us, Kind::Warmup, 0);
        }
        self.s.heap.push(0, Kind::Sample, 0);
        // All lots in work stand in their queues before any tool takes one.
        for wip in &model.wip {
            let lot = self.new_lot(
                wip.lot_type,
                wip.step,
                wip.wafers,
                wip.priority,
                wip.due_us,
                false,
            );
            self.enqueue(lot);
        }
        for tool in 0..model.tools.len() as u32 {
            if self.s.tools[tool as usize].availability != Availability::No {
                self.dispatch(tool);
            }
        }
        self.settle();
    }

    /// Runs all events up to and including `until_us`.
    ///
    /// # Errors
    /// When a limit of the scene is exceeded; the run cannot go on then.
    pub fn run_until(&mut self, until_us: u64) -> Result<(), RunError> {
        while let Some(time) = self.s.heap.next_time() {
            if time > until_us {
                break;
            }
            let (time, kind, index) = self.s.heap.pop().expect("an event is due");
            if time == self.s.now {
                self.s.instant_events += 1;
                if self.s.instant_events > self.model.instant_events_max {
                    return Err(self.stands_still());
                }
            } else {
                self.s.instant_events = 0;
                self.s.now = time;
            }
            self.s.events += 1;
            match kind {
                Kind::Arrive => self.arrive(index),
                Kind::JobEnd => self.job_end(index),
                Kind::Release => self.release(index),
                Kind::Fail => self.fail(index),
                Kind::Repaired => self.repaired(index),
                Kind::PmDue => self.pm_due(index),
                Kind::PmEnd => self.pm_end(index),
                Kind::OperatorFree => self.operator_free(index),
                Kind::Sample => self.sample(),
                Kind::Warmup => self.warmup(),
                Kind::SlotFree => self.slot_free(index),
            }
            if !self.retry.is_empty() {
                self.settle();
            }
            if self.overfull {
                return Err(self.too_many_lots());
            }
        }
        self.s.now = self.s.now.max(until_us);
        Ok(())
    }

    fn stands_still(&self) -> RunError {
        let step = self
            .s
            .lots
            .iter()
            .filter(|l| !l.gone)
            .max_by_key(|l| l.visit)
            .map_or_else(String::new, |l| self.step_name(l.step));
        RunError::StandsStill {
            time_us: self.s.now,
            limit: self.model.instant_events_max,
            step,
        }
    }

    fn step_name(&self, step: u32) -> String {
        let s = &self.model.steps[step as usize];
        let first = self.model.routes[s.route as usize].first;
        self.model.names.steps[s.route as usize][(step - first) as usize].clone()
    }

    fn too_many_lots(&self) -> RunError {
        let longest = (0..self.s.groups.len())
            .max_by_key(|g| self.s.groups[*g].queue.len())
            .unwrap_or(0);
        RunError::TooManyLots {
            limit: self.model.lots_max,
            day: self.s.now / 86_400_000_000,
            group: self.model.names.tool_groups[longest].clone(),
            queue: self.s.groups[longest].queue.len() as u32,
        }
    }

    /// Looks again at groups where room or a resource came free, until nothing moves.
    pub(super) fn settle(&mut self) {
        while let Some(group) = self.retry.pop() {
            self.admit_blocked(group);
            let s = &self.s.groups[group as usize];
            if s.queue.is_empty() {
                continue;
            }
            let tools: Vec<u32> = s.idle.iter().chain(&s.partial).copied().collect();
            for tool in tools {
                if self.s.tools[tool as usize].availability != Availability::No {
                    self.dispatch(tool);
                }
            }
        }
    }

    // ---- lots: birth, moves, end -------------------------------------------------

    fn release_interval(&self, index: u32) -> u64 {
        let Plan::Every { interval, .. } = &self.model.releases[index as usize].plan else {
            return NEVER;
        };
        let n = self.s.streams[index as usize].releases;
        let at = [n as u32, index, (n >> 32) as u32];
        let words = self.s.seed.block(Stream::Release, at);
        to_us(interval.draw(
            words[0],
            More {
                seed: self.s.seed,
                stream: Stream::Release,
                index: [at[0], at[1], at[2] | 1 << 31],
            },
        ))
    }

    fn release(&mut self, index: u32) {
        let model = self.model;
        let release = &model.releases[index as usize];
        self.s.streams[index as usize].releases += 1;
        let made = self.s.streams[index as usize].releases;
        let lots = match &release.plan {
            Plan::Every { lots, max, .. } => {
                if made < *max {
                    let next = self.s.now.saturating_add(self.release_interval(index));
                    self.s.heap.push(next, Kind::Release, index);
                }
                *lots
            }
            Plan::List(times) => {
                if let Some(next) = times.get(made as usize) {
                    self.s.heap.push(*next, Kind::Release, index);
                }
                1
            }
            // The first event fills the plant; each later one replaces a lot that left.
            Plan::Conwip(lots) => {
                if made == 1 {
                    *lots
                } else {
                    1
                }
            }
        };
        for _ in 0..lots {
            let due = match release.due_us {
                NEVER => NEVER,
                d => self.s.now.saturating_add(d),
            };
            let lot = self.new_lot(
                index,
                release.first_step,
                release.wafers,
                release.priority,
                due,
                release.reserve,
            );
            if self.skip_to(lot, release.first_step) {
                self.enter(lot);
            } else {
                self.leave_plant(lot, Outcome::Finished);
            }
        }
    }

    fn new_lot(
        &mut self,
        lot_type: u32,
        step: u32,
        wafers: u32,
        priority: i32,
        due: u64,
        reserve: bool,
    ) -> u32 {
        let now = self.s.now;
        let stream = &mut self.s.streams[lot_type as usize];
        stream.wip_lot_us += u128::from(stream.in_work) * u128::from(now - stream.wip_since);
        stream.wip_since = now;
        stream.in_work += 1;
        let number = stream.lots;
        stream.lots += 1;
        let lot = Lot {
            lot_type,
            number,
            step,
            visit: 0,
            words: self.s.seed.block(Stream::LotStep, [number, lot_type, 0]),
            wafers,
            priority,
            release: now,
            due,
            arrive: now,
            start: now,
            setup_end: now,
            exit: now,
            down: 0,
            held_since: NEVER,
            batch_ready: 0,
            next_in_batch: NONE,
            next_job: NONE,
            tool: NONE,
            last_tool: NONE,
            last_step: NONE,
            last_pass: 0,
            location: NONE,
            reserved_tool: NONE,
            rework_until: NONE,
            pass: 0,
            process: 0,
            transport: 0,
            cqt_violations: 0,
            reworks: 0,
            operator_until: NEVER,
            reserve,
            parked: false,
            operator_parked: false,
            gone: false,
        };
        self.s.lots_in_work += 1;
        self.overfull |= self.s.lots_in_work > self.model.lots_max;
        let (d, c) = (
            self.model.dedication_slots as usize,
            self.model.cqt_slots as usize,
        );
        if let Some(slot) = self.s.free_lots.pop() {
            let i = slot as usize;
            self.s.lots[i] = lot;
            self.s.dedications[i * d..(i + 1) * d].fill(NONE);
            self.s.windows[i * c..(i + 1) * c].fill(Window::CLOSED);
            slot
        } else {
            self.s.lots.push(lot);
            self.s.dedications.resize(self.s.lots.len() * d, NONE);
            self.s.windows.resize(self.s.lots.len() * c, Window::CLOSED);
            self.s.lots.len() as u32 - 1
        }
    }

    /// Sets the lot to `step` or, by sampling, to the first later step that is done.
    /// False: the route ended.
    fn skip_to(&mut self, lot: u32, mut step: u32) -> bool {
        let seed = self.s.seed;
        loop {
            if step == NONE {
                return false;
            }
            let l = &mut self.s.lots[lot as usize];
            l.step = step;
            l.visit += 1;
            l.words = seed.block(Stream::LotStep, [l.number, l.lot_type, l.visit]);
            let spec = &self.model.steps[step as usize];
            if u64::from(l.words[0]) < spec.sampling {
                if l.rework_until != NONE && step > l.rework_until {
                    l.rework_until = NONE;
                    l.pass = 0;
                }
                return true;
            }
            // A window that a skipped step would have closed is not judged.
            for i in spec.closes.0..spec.closes.1 {
                let cqt = self.model.lists[i as usize];
                self.forget_window(lot, cqt);
            }
            step = spec.next;
        }
    }

    /// Whether a blocking queue has room for one more lot on its way.
    fn has_room(&self, group: u32) -> bool {
        let spec = &self.model.groups[group as usize];
        if spec.queue_limit == NONE || spec.overflow == Overflow::Lose {
            return true;
        }
        let s = &self.s.groups[group as usize];
        let free = s.idle.len() + s.partial.len();
        s.queue.len() as u64 + u64::from(s.coming) < u64::from(spec.queue_limit) + free as u64
    }

    fn bounded(&self, group: u32) -> bool {
        let spec = &self.model.groups[group as usize];
        spec.queue_limit != NONE && spec.overflow == Overflow::Block
    }

    /// A new lot goes to its first step, or waits before the plant until there is room.
    fn enter(&mut self, lot: u32) {
        let group = self.model.steps[self.s.lots[lot as usize].step as usize].group;
        if self.has_room(group) {
            if self.bounded(group) {
                self.s.groups[group as usize].coming += 1;
            }
            self.arrive(lot);
        } else {
            self.s.groups[group as usize].blocked.push_back(lot);
        }
    }

    /// Lets waiting lots in while the group has room.
    fn admit_blocked(&mut self, group: u32) {
        while !self.s.groups[group as usize].blocked.is_empty() && self.has_room(group) {
            let lot = self.s.groups[group as usize]
                .blocked
                .pop_front()
                .expect("a lot is blocked");
            let tool = self.s.lots[lot as usize].tool;
            if tool != NONE {
                self.account(tool);
                let t = &mut self.s.tools[tool as usize];
                t.inside -= 1;
                t.blocked -= 1;
                self.move_on(lot);
                self.after_job(tool);
            } else {
                if self.bounded(group) {
                    self.s.groups[group as usize].coming += 1;
                }
                self.arrive(lot);
            }
        }
    }

    /// The lot's job has ended: what the step opens and where the lot goes. False: it is blocked.
    pub(super) fn leave_step(&mut self, lot: u32) -> bool {
        let model = self.model;
        let now = self.s.now;
        let l = &mut self.s.lots[lot as usize];
        let step = l.step;
        let spec = &model.steps[step as usize];
        l.process += now - l.start - l.down;
        l.last_step = step;
        l.last_pass = l.pass;
        l.location = model.groups[spec.group as usize].location;
        let tool = l.tool;
        let branch = l.words[3];
        for i in spec.opens.0..spec.opens.1 {
            let cqt = model.lists[i as usize];
            let slot = lot * model.cqt_slots + model.cqts[cqt as usize].slot;
            if self.s.windows[slot as usize].cqt != cqt {
                self.vacate_window(slot);
            }
            self.s.windows[slot as usize] = Window { cqt, start: now };
        }
        for i in spec.dedicates.0..spec.dedicates.1 {
            let slot = model.lists[i as usize];
            self.s.dedications[(lot * model.dedication_slots + slot) as usize] = tool;
        }
        let next = if u64::from(branch) < spec.rework {
            self.count_rework(lot, step);
            spec.rework_to
        } else if spec.successors.0 < spec.successors.1 {
            let l = &self.s.lots[lot as usize];
            let word = self
                .s
                .seed
                .block(Stream::LotStep, [l.number, l.lot_type, l.visit | 1 << 31])[0];
            let u = crate::rng::unit(word);
            model.successors[spec.successors.0 as usize..spec.successors.1 as usize]
                .iter()
                .find(|(upper, _)| u < *upper)
                .map_or(NONE, |(_, to)| *to)
        } else {
            spec.next
        };
        if !self.skip_to(lot, next) {
            self.report_step(lot, now);
            self.leave_plant(lot, Outcome::Finished);
            return true;
        }
        let group = model.steps[self.s.lots[lot as usize].step as usize].group;
        if !self.has_room(group) {
            self.s.groups[group as usize].blocked.push_back(lot);
            return false;
        }
        self.move_on(lot);
        true
    }

    fn count_rework(&mut self, lot: u32, from: u32) {
        let l = &mut self.s.lots[lot as usize];
        l.reworks += 1;
        l.pass += 1;
        l.rework_until = if l.rework_until == NONE {
            from
        } else {
            l.rework_until.max(from)
        };
    }

    /// The lot is on its way to the queue of its step.
    fn move_on(&mut self, lot: u32) {
        let model = self.model;
        let l = &self.s.lots[lot as usize];
        let group = model.steps[l.step as usize].group;
        let to = model.groups[group as usize].location;
        let time = if l.location == NONE {
            0
        } else {
            match &model.transport[(l.location * model.locations + to) as usize] {
                Some(sampler) => to_us(sampler.draw(
                    l.words[2],
                    More {
                        seed: self.s.seed,
                        stream: Stream::Transport,
                        index: [l.number, l.lot_type, l.visit],
                    },
                )),
                None => 0,
            }
        };
        if self.bounded(group) {
            self.s.groups[group as usize].coming += 1;
        }
        let arrival = self.s.now + time;
        let l = &mut self.s.lots[lot as usize];
        l.tool = NONE;
        l.transport += time;
        self.report_step(lot, arrival);
        if time == 0 {
            self.arrive(lot);
        } else {
            self.s.heap.push(arrival, Kind::Arrive, lot);
        }
    }

    fn report_step(&mut self, lot: u32, next_us: u64) {
        if !O::STEPS {
            return;
        }
        let l = &mut self.s.lots[lot as usize];
        if l.last_step == NONE {
            return;
        }
        let spec = &self.model.steps[l.last_step as usize];
        let record = StepRecord {
            lot_type: l.lot_type,
            lot: l.number,
            route: spec.route,
            step: l.last_step - self.model.routes[spec.route as usize].first,
            group: spec.group,
            tool: l.last_tool,
            arrive_us: l.arrive,
            start_us: l.start,
            setup_end_us: l.setup_end,
            end_us: l.exit,
            next_us,
            batch_wait_us: l.batch_ready.min(l.start).saturating_sub(l.arrive),
            hold_us: l.start.saturating_sub(l.held_since),
            down_us: l.down,
            pass: l.last_pass,
        };
        l.last_step = NONE;
        self.observer.step(&record);
    }

    /// The lot leaves the plant.
    pub(super) fn leave_plant(&mut self, lot: u32, outcome: Outcome) {
        self.clear_reservation(lot);
        for slot in lot * self.model.cqt_slots..(lot + 1) * self.model.cqt_slots {
            self.vacate_window(slot);
        }
        self.record_lot(lot, outcome);
        let l = &mut self.s.lots[lot as usize];
        l.gone = true;
        let lot_type = l.lot_type;
        self.s.free_lots.push(lot);
        self.s.lots_in_work -= 1;
        if let Some(release) = self.model.releases.get(lot_type as usize)
            && matches!(release.plan, Plan::Conwip(_))
        {
            self.s.heap.push(self.s.now, Kind::Release, lot_type);
        }
    }

    // ---- critical queue times ------------------------------------------------------

    /// Closes a window of the lot without judging it, if it is open.
    fn forget_window(&mut self, lot: u32, cqt: u32) {
        let slot = lot * self.model.cqt_slots + self.model.cqts[cqt as usize].slot;
        if self.s.windows[slot as usize].cqt == cqt {
            self.vacate_window(slot);
        }
    }

    /// Closes whatever window the slot holds without judging it.
    fn vacate_window(&mut self, slot: u32) {
        let cqt = std::mem::replace(&mut self.s.windows[slot as usize], Window::CLOSED).cqt;
        if cqt != NONE {
            self.window_left(cqt);
        }
    }

    /// One lot fewer is inside a bounded window: the step that opens it may start again.
    fn window_left(&mut self, cqt: u32) {
        let spec = &self.model.cqts[cqt as usize];
        if spec.lots_max != NONE {
            self.s.cqt_inside[cqt as usize] -= 1;
            self.retry.push(self.model.steps[spec.from as usize].group);
        }
    }

    /// Closes the windows that the start of the lot's step closes and judges them.
    pub(super) fn close_windows(&mut self, lot: u32) {
        let model = self.model;
        let spec = &model.steps[self.s.lots[lot as usize].step as usize];
        for i in spec.closes.0..spec.closes.1 {
            let cqt = model.lists[i as usize];
            let window = &model.cqts[cqt as usize];
            let at = (lot * model.cqt_slots + window.slot) as usize;
            if self.s.windows[at].cqt != cqt {
                continue;
            }
            let start = self.s.windows[at].start;
            self.s.windows[at] = Window::CLOSED;
            let record = &mut self.s.cqt_records[cqt as usize];
            record.closed += 1;
            if self.s.now - start > window.limit_us {
                record.violations += 1;
                record.cost += window.cost;
                self.s.lots[lot as usize].cqt_violations += 1;
            }
            self.window_left(cqt);
        }
    }

    /// If a window that the lot's step would close is late and that has consequences,
    /// applies them and says true: the lot does not start.
    pub(super) fn turn_away_late(&mut self, lot: u32) -> bool {
        let model = self.model;
        let spec = &model.steps[self.s.lots[lot as usize].step as usize];
        let mut late = Late::Go;
        for i in spec.closes.0..spec.closes.1 {
            let cqt = model.lists[i as usize];
            let window = &model.cqts[cqt as usize];
            let open = self.s.windows[(lot * model.cqt_slots + window.slot) as usize];
            if open.cqt == cqt && self.s.now - open.start > window.limit_us {
                match window.late {
                    Late::Go => {}
                    Late::Scrap => late = Late::Scrap,
                    Late::Back(to) if late == Late::Go => late = Late::Back(to),
                    Late::Back(_) => {}
                }
            }
        }
        match late {
            Late::Go => false,
            Late::Scrap => {
                self.close_windows(lot);
                self.leave_plant(lot, Outcome::Scrapped);
                true
            }
            Late::Back(to) => {
                let from = self.s.lots[lot as usize].step;
                self.close_windows(lot);
                self.clear_reservation(lot);
                self.count_rework(lot, from);
                if self.skip_to(lot, to) {
                    self.move_on(lot);
                } else {
                    self.leave_plant(lot, Outcome::Finished);
                }
                true
            }
        }
    }

    // ---- arrival -------------------------------------------------------------------

    /// The only tool the lot may use for its step; NONE: any of the group.
    pub(super) fn dedicated_tool(&self, lot: u32) -> u32 {
        let slot = self.model.steps[self.s.lots[lot as usize].step as usize].dedicated;
        if slot == NONE {
            NONE
        } else {
            self.s.dedications[(lot * self.model.dedication_slots + slot) as usize]
        }
    }

    /// A lot is at the queue of its step: it starts at once or waits.
    pub(super) fn arrive(&mut self, lot: u32) {
        let step = self.s.lots[lot as usize].step;
        let group = self.model.steps[step as usize].group;
        let spec = &self.model.groups[group as usize];
        if spec.queue_limit != NONE && spec.overflow == Overflow::Block {
            self.s.groups[group as usize].coming -= 1;
        }
        let l = &mut self.s.lots[lot as usize];
        l.arrive = self.s.now;
        l.held_since = NEVER;
        l.batch_ready = 0;
        self.s.groups[group as usize].record.arrivals += 1;
        if spec.plain {
            let dedicated = self.dedicated_tool(lot);
            let tool = if dedicated == NONE {
                self.wake(group, lot)
            } else if self.s.tools[dedicated as usize].availability == Availability::No {
                NONE
            } else {
                dedicated
            };
            if tool == NONE {
                self.enqueue(lot);
            } else if !self.turn_away_late(lot) {
                self.make_unavailable(tool);
                self.start(tool, lot);
                self.dispatch(tool);
            }
            return;
        }
        if spec.shape == Shape::Batch {
            let longest = self.s.groups[group as usize].record.queue_max;
            self.enqueue(lot);
            let idle: Vec<u32> = self.s.groups[group as usize].idle.iter().copied().collect();
            for tool in self.in_wake_order(group, lot, idle) {
                if self.s.tools[tool as usize].availability != Availability::No
                    && self.dispatch(tool)
                {
                    break;
                }
            }
            // It may have filled a batch; if not, and it is one too many, it is turned away.
            let s = &self.s.groups[group as usize];
            if spec.overflow == Overflow::Lose
                && s.queue.len() as u64 > u64::from(spec.queue_limit)
                && spec.queue_limit != NONE
                && let Some(position) = s.queue.iter().position(|w| w.lot == lot)
            {
                self.unqueue(group, position);
                let record = &mut self.s.groups[group as usize].record;
                record.queue_max = longest;
                record.lost += 1;
                self.leave_plant(lot, Outcome::Lost);
            }
            return;
        }
        let waiting = self.waiting(lot);
        let tool = self.wake_eligible(group, &waiting);
        if tool != NONE {
            if !self.turn_away_late(lot) {
                self.make_unavailable(tool);
                self.start(tool, lot);
                self.dispatch(tool);
            }
            return;
        }
        if spec.queue_limit != NONE
            && spec.overflow == Overflow::Lose
            && self.s.groups[group as usize].queue.len() as u64 >= u64::from(spec.queue_limit)
        {
            self.s.groups[group as usize].record.lost += 1;
            self.leave_plant(lot, Outcome::Lost);
            return;
        }
        self.enqueue(lot);
    }

    pub(super) fn waiting(&self, lot: u32) -> Waiting {
        let l = &self.s.lots[lot as usize];
        Waiting {
            lot,
            priority: l.priority,
            step: l.step,
            dedicated: self.dedicated_tool(lot),
        }
    }
}
