//! A lot's way: release, moves, arrival at a queue, departure from a step, end.

use super::engine::{Engine, Happening, Observer};
use super::events::Kind;
use super::model::{NEVER, NONE, Plan, Shape};
use super::sample::{More, to_us};
use super::state::{Availability, Lot, Waiting, Window};
use crate::results::record::{Outcome, StepRecord};
use crate::rng::Stream;
use crate::scene::schema::Overflow;

impl<O: Observer> Engine<'_, O> {
    pub(super) fn release_interval(&self, index: u32) -> u64 {
        let Plan::Every { interval, .. } = &self.model.releases[index as usize].plan else {
            return NEVER;
        };
        let n = self.s.streams[index as usize].releases;
        let at = [n as u32, index, (n >> 32) as u32];
        let words = self.s.seed.block(Stream::Release, at);
        to_us(interval.draw(words[0], || More {
            seed: self.s.seed,
            stream: Stream::Release,
            index: [at[0], at[1], at[2] | 1 << 31],
        }))
    }

    pub(super) fn release(&mut self, index: u32) {
        let model = self.model;
        let release = &model.releases[index as usize];
        self.s.streams[index as usize].releases += 1;
        let made = self.s.streams[index as usize].releases;
        let lots = match &release.plan {
            Plan::Every { lots, max, .. } => {
                if made < *max {
                    let next = self.s.now.saturating_add(self.release_interval(index));
                    self.s.events.push(next, Kind::Release, index);
                }
                *lots
            }
            Plan::List(times) => {
                if let Some(next) = times.get(made as usize) {
                    self.s.events.push(*next, Kind::Release, index);
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
            if O::EVENTS {
                let l = &self.s.lots[lot as usize];
                let released = Happening::Released {
                    lot_type: l.lot_type,
                    lot: l.number,
                    priority: l.priority,
                };
                self.observer.event(self.s.now, released);
            }
            if self.skip_to(lot, release.first_step) {
                self.enter(lot);
            } else {
                self.leave_plant(lot, Outcome::Finished);
            }
        }
    }

    pub(super) fn new_lot(
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
        let words = self.s.seed.block(Stream::LotStep, [number, lot_type, 0]);
        let lot = Lot {
            lot_type,
            number,
            step,
            visit: 0,
            process_word: words[1],
            transport_word: words[2],
            branch_word: words[3],
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
            depart: now,
            due_at_queue: now,
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
    pub(super) fn skip_to(&mut self, lot: u32, mut step: u32) -> bool {
        let (seed, model) = (self.s.seed, self.model);
        while step != NONE {
            let l = &mut self.s.lots[lot as usize];
            l.step = step;
            l.visit += 1;
            let words = seed.block(Stream::LotStep, [l.number, l.lot_type, l.visit]);
            let spec = &model.steps[step as usize];
            if u64::from(words[0]) < spec.sampling {
                l.process_word = words[1];
                l.transport_word = words[2];
                l.branch_word = words[3];
                if l.rework_until != NONE && step > l.rework_until {
                    l.rework_until = NONE;
                    l.pass = 0;
                }
                return true;
            }
            // A window that a skipped step would have closed is not judged.
            if spec.any_closes {
                for i in spec.closes.0..spec.closes.1 {
                    self.forget_window(lot, model.lists[i as usize]);
                }
            }
            step = spec.next;
        }
        false
    }

    /// Whether a blocking queue has room for one more lot on its way.
    fn has_room(&self, group: u32) -> bool {
        let spec = &self.model.groups[group as usize];
        if !spec.bounded() {
            return true;
        }
        let s = &self.s.groups[group as usize];
        let free = s.idle.len() + s.partial.len();
        s.queue.len() as u64 + u64::from(s.coming) < u64::from(spec.queue_limit) + free as u64
    }

    fn bounded(&self, group: u32) -> bool {
        self.model.groups[group as usize].bounded()
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
    pub(super) fn admit_blocked(&mut self, group: u32) {
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
        if O::STEPS {
            l.last_step = step;
            l.last_pass = l.pass;
        }
        l.location = model.groups[spec.group as usize].location;
        let tool = l.tool;
        let branch = l.branch_word;
        if spec.any_opens {
            for i in spec.opens.0..spec.opens.1 {
                let cqt = model.lists[i as usize];
                let slot = lot * model.cqt_slots + model.cqts[cqt as usize].slot;
                if self.s.windows[slot as usize].cqt != cqt {
                    self.vacate_window(slot);
                }
                self.s.windows[slot as usize] = Window { cqt, start: now };
            }
        }
        if spec.any_dedicates {
            for i in spec.dedicates.0..spec.dedicates.1 {
                let slot = model.lists[i as usize];
                self.s.dedications[(lot * model.dedication_slots + slot) as usize] = tool;
            }
        }
        let next = if u64::from(branch) < spec.rework {
            self.count_rework(lot, step);
            spec.rework_to
        } else if spec.any_successors {
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

    pub(super) fn count_rework(&mut self, lot: u32, from: u32) {
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
    pub(super) fn move_on(&mut self, lot: u32) {
        let model = self.model;
        let l = &self.s.lots[lot as usize];
        let group = model.steps[l.step as usize].group;
        let to = model.groups[group as usize].location;
        let time = if l.location == NONE {
            0
        } else {
            match &model.transport[(l.location * model.locations + to) as usize] {
                Some(sampler) => to_us(sampler.draw(l.transport_word, || More {
                    seed: self.s.seed,
                    stream: Stream::Transport,
                    index: [l.number, l.lot_type, l.visit],
                })),
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
        if O::STEPS {
            l.depart = self.s.now;
            l.due_at_queue = arrival;
            self.report_step(lot, arrival);
        }
        self.s.lots[lot as usize].down = 0;
        if time == 0 {
            self.arrive(lot);
        } else {
            self.s.events.push(arrival, Kind::Arrive, lot);
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
            self.s.events.push(self.s.now, Kind::Release, lot_type);
        }
    }

    /// The only tool the lot may use for its step; NONE: any of the group.
    fn dedicated_tool(&self, lot: u32) -> u32 {
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
        if spec.bounded() {
            self.s.groups[group as usize].coming -= 1;
        }
        let l = &mut self.s.lots[lot as usize];
        l.arrive = self.s.now;
        if O::STEPS {
            l.held_since = NEVER;
            l.batch_ready = 0;
        }
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
                if spec.shape != Shape::Single {
                    self.dispatch(tool);
                }
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
                && spec.queue_limit != NONE
                && s.queue.len() as u64 > u64::from(spec.queue_limit)
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
