//! Jobs: from the start of the setup to the end of the unload.

use super::engine::{Engine, Observer};
use super::events::Kind;
use super::model::{NEVER, NONE, Shape, Step};
use super::sample::{More, to_us};
use crate::rng::Stream;
use crate::scene::schema::{CascadeLoadBusy, OperatorPhase, Reservation};

impl<O: Observer> Engine<'_, O> {
    /// Changes the setup if the step needs it: time of the change, µs.
    fn change_setup(&mut self, tool: u32, step: u32) -> u64 {
        let spec = &self.model.steps[step as usize];
        if spec.setup == 0 || spec.setup == self.s.tools[tool as usize].setup {
            return 0;
        }
        let time = self.setup_needed(tool, step);
        let t = &mut self.s.tools[tool as usize];
        t.setup = spec.setup;
        t.run_left = self.model.groups[spec.group as usize].min_run[spec.setup as usize];
        t.setups += 1;
        // A setup beside a lot inside counts as setup, not as process.
        t.setup_left += time;
        time
    }

    /// What every lot of a job does when the job starts.
    fn begin(&mut self, tool: u32, lot: u32, spec: &Step) {
        if spec.any_closes {
            self.close_windows(lot);
        }
        let now = self.s.now;
        let model = self.model;
        if model.options.reservation == Reservation::On {
            self.clear_reservation(lot);
        }
        let l = &mut self.s.lots[lot as usize];
        let wait = now - l.arrive;
        l.start = now;
        l.tool = tool;
        l.next_in_batch = NONE;
        if O::STEPS {
            l.last_tool = tool;
        }
        let record = &mut self.s.groups[spec.group as usize].record;
        record.starts += 1;
        record.wait_us += u128::from(wait);
        record.wait_max_us = record.wait_max_us.max(wait);
        self.s.lot_steps += 1;
        let t = &mut self.s.tools[tool as usize];
        t.lots += 1;
        t.run_left = t.run_left.saturating_sub(1);
        if spec.cqt_hold {
            for i in spec.opens.0..spec.opens.1 {
                let cqt = model.lists[i as usize];
                let slot = lot * model.cqt_slots + model.cqts[cqt as usize].slot;
                if model.cqts[cqt as usize].lots_max != NONE
                    && self.s.windows[slot as usize].cqt != cqt
                {
                    self.s.cqt_inside[cqt as usize] += 1;
                }
            }
        }
        if model.options.reservation == Reservation::On && self.s.lots[lot as usize].reserve {
            self.reserve_next(lot);
        }
    }

    fn process_draw(&self, lot: u32, spec: &Step) -> f64 {
        let l = &self.s.lots[lot as usize];
        spec.time.draw(l.process_word, || More {
            seed: self.s.seed,
            stream: Stream::ProcessTime,
            index: [l.number, l.lot_type, l.visit],
        })
    }

    /// Puts the job of `head` into the tool until its end.
    fn insert_job(&mut self, tool: u32, head: u32, spec: &Step, load_end: u64, exit: u64) {
        if spec.needs_resource {
            for resource in [spec.operator, spec.reticle] {
                if resource != NONE {
                    self.s.resources[resource as usize].free -= 1;
                }
            }
        }
        let t = &mut self.s.tools[tool as usize];
        // Lots that are done and blocked keep a tool from being empty, not from resting.
        let arm = t.busy_failures && t.inside == t.blocked;
        t.inside += 1;
        t.jobs += 1;
        let l = &mut self.s.lots[head as usize];
        l.exit = exit;
        l.next_job = t.first_job;
        t.first_job = head;
        if spec.needs_resource
            && spec.operator != NONE
            && spec.operator_phase == OperatorPhase::SetupAndLoad
        {
            l.operator_until = load_end;
            self.s.events.push(load_end, Kind::OperatorFree, head);
        }
        self.s.events.push(exit, Kind::JobEnd, head);
        if arm {
            self.arm_busy_failures(tool);
        }
    }

    /// One lot starts on the tool.
    pub(super) fn start(&mut self, tool: u32, lot: u32) {
        self.account(tool);
        let model = self.model;
        let now = self.s.now;
        let step = self.s.lots[lot as usize].step;
        let spec = &model.steps[step as usize];
        let group = &model.groups[spec.group as usize];
        let setup = self.change_setup(tool, step);
        self.begin(tool, lot, spec);
        let l = &mut self.s.lots[lot as usize];
        if O::STEPS {
            l.setup_end = now + setup;
        }
        let wafers = u64::from(l.wafers);
        let draw = self.process_draw(lot, spec);
        let load_end = now + setup + group.load_us;
        let exit = if let Shape::Cascade(_) = group.shape {
            let p = to_us(draw);
            // Without an interval the next unit enters when the last has left.
            let c = if spec.interval_us == NEVER {
                p
            } else {
                spec.interval_us
            };
            let units = if spec.per_wafer { wafers.max(1) } else { 1 };
            let t = &mut self.s.tools[tool as usize];
            let enter = load_end.max(t.slot1);
            if t.inside == 0 && model.options.cascade_load_busy == CascadeLoadBusy::Idle {
                t.load_left = group.load_us;
            }
            let out = if 2 * c >= p {
                // Two slots in series: c in the first, the rest in the second; a unit
                // waits in the first while the second is taken.
                let second = (enter + c).max(t.slot2);
                t.slot1 = second + (units - 1) * c;
                t.slot1 + p.saturating_sub(c)
            } else {
                // More slots than two: units enter every c and leave in their order.
                t.slot1 = enter + units * c;
                (enter + p).max(t.slot2) + (units - 1) * c
            };
            t.slot2 = out;
            self.announce_slot(tool);
            out + group.unload_us
        } else {
            let units = if spec.per_wafer { wafers as f64 } else { 1.0 };
            load_end + to_us(draw * units) + group.unload_us
        };
        self.insert_job(tool, lot, spec, load_end, exit);
    }

    /// A batch starts on the tool; the first lot leads it.
    pub(super) fn start_batch(&mut self, tool: u32, lots: &[u32]) {
        self.account(tool);
        let model = self.model;
        let now = self.s.now;
        let head = lots[0];
        let step = self.s.lots[head as usize].step;
        let spec = &model.steps[step as usize];
        let group = &model.groups[spec.group as usize];
        let setup = self.change_setup(tool, step);
        let mut wafers = 0;
        for lot in lots {
            self.begin(
                tool,
                *lot,
                &model.steps[self.s.lots[*lot as usize].step as usize],
            );
            let l = &mut self.s.lots[*lot as usize];
            l.setup_end = now + setup;
            wafers += l.wafers;
        }
        for pair in lots.windows(2) {
            self.s.lots[pair[0] as usize].next_in_batch = pair[1];
        }
        let units = if spec.per_wafer {
            f64::from(wafers)
        } else {
            1.0
        };
        let load_end = now + setup + group.load_us;
        let exit = load_end + to_us(self.process_draw(head, spec) * units) + group.unload_us;
        for lot in lots {
            self.s.lots[*lot as usize].exit = exit;
        }
        self.insert_job(tool, head, spec, load_end, exit);
    }

    /// A job has ended, unless a breakdown has put off its end.
    pub(super) fn job_end(&mut self, head: u32) {
        let l = &mut self.s.lots[head as usize];
        let tool = l.tool;
        if self.s.tools[tool as usize].down != NONE {
            l.parked = true;
            return;
        }
        if l.exit > self.s.now {
            let exit = l.exit;
            self.s.events.push(exit, Kind::JobEnd, head);
            return;
        }
        self.account(tool);
        let model = self.model;
        let l = &self.s.lots[head as usize];
        let spec = &model.steps[l.step as usize];
        if spec.needs_resource {
            let operator_held = spec.operator != NONE
                && !(spec.operator_phase == OperatorPhase::SetupAndLoad
                    && l.operator_until == NEVER);
            if operator_held {
                self.s.lots[head as usize].operator_until = NEVER;
                self.free_resource(spec.operator);
            }
            if spec.reticle != NONE {
                self.free_resource(spec.reticle);
            }
        }
        self.remove_job(tool, head);
        let group = &model.groups[spec.group as usize];
        if model.options.cascade_load_busy == CascadeLoadBusy::Idle
            && matches!(group.shape, Shape::Cascade(_))
            && self.s.tools[tool as usize].inside == 0
        {
            let times = &mut self.s.tools[tool as usize].times;
            let idle = group.unload_us.min(times.productive_us);
            times.productive_us -= idle;
            times.standby_us += idle;
        }
        // Wafers count before the lots move: one that comes straight back to a pipeline
        // with room must find the maintenance due.
        let mut wafers = 0;
        let mut lot = head;
        while lot != NONE {
            let l = &self.s.lots[lot as usize];
            wafers += u64::from(l.wafers);
            lot = l.next_in_batch;
        }
        self.s.tools[tool as usize].wafers += wafers;
        if self.s.tools[tool as usize].wafer_pms {
            self.count_wafers(tool, wafers);
        }
        if self.s.tools[tool as usize].pms_due > 0 {
            self.make_unavailable(tool);
        }
        let mut lot = head;
        while lot != NONE {
            let next = self.s.lots[lot as usize].next_in_batch;
            if !self.leave_step(lot) {
                // It keeps its place in the tool until there is room.
                let t = &mut self.s.tools[tool as usize];
                t.inside += 1;
                t.blocked += 1;
            }
            lot = next;
        }
        self.after_job(tool);
    }

    fn remove_job(&mut self, tool: u32, head: u32) {
        let next = self.s.lots[head as usize].next_job;
        let t = &mut self.s.tools[tool as usize];
        t.inside -= 1;
        if t.first_job == head {
            t.first_job = next;
            return;
        }
        let mut at = t.first_job;
        while at != NONE {
            let after = self.s.lots[at as usize].next_job;
            if after == head {
                self.s.lots[at as usize].next_job = next;
                return;
            }
            at = after;
        }
    }

    /// A job has left the tool: due maintenance first, else the next job.
    pub(super) fn after_job(&mut self, tool: u32) {
        self.make_unavailable(tool);
        let t = &self.s.tools[tool as usize];
        if t.down != NONE || t.pm != NONE {
            return;
        }
        if t.pms_due > 0 {
            if t.inside == 0 {
                self.start_pm(tool);
            }
            return;
        }
        self.dispatch(tool);
    }
}
