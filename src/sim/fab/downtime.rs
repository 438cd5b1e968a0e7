//! Breakdowns, repairs, preventive maintenance and the crews that do them.

use super::engine::{Engine, Happening, Observer};
use super::events::Kind;
use super::model::{NEVER, NONE};
use super::sample::{More, Sampler, to_us};
use super::state::CrewWork;
use crate::rng::Stream;
use crate::scene::schema::{BreakdownInPm, FailureClock, PmBreakdownOrder, PmClock};

impl<O: Observer> Engine<'_, O> {
    pub(super) fn schedule_first_downtimes(&mut self) {
        for b in 0..self.model.breakdowns.len() as u32 {
            let first = self.downtime_draw(
                &self.model.breakdowns[b as usize].first,
                Stream::Failure,
                b,
                0,
            );
            self.next_failure(b, first);
        }
        for (p, pm) in self.model.pms.iter().enumerate() {
            if !pm.by_wafers {
                self.s.events.push(pm.first, Kind::PmDue, p as u32);
            }
        }
    }

    /// A duration of the `count`-th failure, repair or maintenance of process `index`.
    ///
    /// The random numbers are keyed by group, tool within the group and process
    /// within the tool, so that a change in one group leaves the others their luck.
    fn downtime_draw(&self, sampler: &Sampler, stream: Stream, index: u32, count: u32) -> u64 {
        let model = self.model;
        let (tool, process) = match stream {
            Stream::Maintenance => {
                let tool = model.pms[index as usize].tool;
                (tool, index - model.tools[tool as usize].pms.0)
            }
            _ => {
                let tool = model.breakdowns[index as usize].tool;
                (tool, index - model.tools[tool as usize].breakdowns.0)
            }
        };
        let group = model.tools[tool as usize].group;
        let ordinal = tool - model.groups[group as usize].first_tool;
        let at = [ordinal | process << 24, group, count];
        let word = self.s.seed.block(stream, at)[0];
        to_us(sampler.draw(word, || More {
            seed: self.s.seed,
            stream,
            index: [at[0], at[1] | 1 << 31, at[2]],
        }))
    }

    fn next_failure(&mut self, b: u32, wait: u64) {
        match self.model.breakdowns[b as usize].clock {
            FailureClock::Calendar => {
                let at = self.s.now.saturating_add(wait);
                self.s.events.push(at, Kind::Fail, b);
            }
            FailureClock::Busy => {
                self.s.breakdowns[b as usize].busy_left = wait;
                let tool = self.model.breakdowns[b as usize].tool;
                let t = &self.s.tools[tool as usize];
                if t.inside > t.blocked && t.down == NONE {
                    self.arm_busy_failures(tool);
                }
            }
        }
    }

    /// The tool is busy: failures that count busy time have a time now.
    pub(super) fn arm_busy_failures(&mut self, tool: u32) {
        let (first, last) = self.model.tools[tool as usize].breakdowns;
        for b in first..last {
            let state = &mut self.s.breakdowns[b as usize];
            if self.model.breakdowns[b as usize].clock == FailureClock::Busy
                && !state.armed
                && !state.due
            {
                state.armed = true;
                let at = self.s.now.saturating_add(state.busy_left);
                self.s.events.push(at, Kind::Fail, b);
            }
        }
    }

    pub(super) fn fail(&mut self, b: u32) {
        let spec = &self.model.breakdowns[b as usize];
        let tool = spec.tool;
        if spec.clock == FailureClock::Busy {
            self.s.breakdowns[b as usize].armed = false;
            self.account(tool);
            let t = &self.s.tools[tool as usize];
            if t.inside <= t.blocked || t.down != NONE {
                // Not busy: it is armed again with the next job.
                return;
            }
            let left = self.s.breakdowns[b as usize].busy_left;
            if left > 0 {
                self.s.breakdowns[b as usize].armed = true;
                let at = self.s.now.saturating_add(left);
                self.s.events.push(at, Kind::Fail, b);
                return;
            }
        }
        let t = &mut self.s.tools[tool as usize];
        if t.pm != NONE || t.down != NONE {
            t.failures_due += 1;
            self.s.breakdowns[b as usize].due = true;
            return;
        }
        self.break_down(b);
    }

    fn break_down(&mut self, b: u32) {
        let spec = &self.model.breakdowns[b as usize];
        let tool = spec.tool;
        self.account(tool);
        self.make_unavailable(tool);
        let t = &mut self.s.tools[tool as usize];
        t.down = b;
        t.down_since = self.s.now;
        t.breakdowns += 1;
        if O::EVENTS {
            self.observer.event(self.s.now, Happening::Down { tool });
        }
        self.call_crew(spec.crew, CrewWork::Repair(b));
    }

    fn call_crew(&mut self, crew: u32, work: CrewWork) {
        if crew != NONE {
            let c = &mut self.s.crews[crew as usize];
            if c.free == 0 {
                c.waiting.push_back(work);
                return;
            }
            c.free -= 1;
        }
        self.begin_work(work);
    }

    fn begin_work(&mut self, work: CrewWork) {
        match work {
            CrewWork::Repair(b) => {
                let count = self.s.breakdowns[b as usize].count;
                let repair = &self.model.breakdowns[b as usize].repair;
                let time = self.downtime_draw(repair, Stream::Repair, b, count);
                self.s.events.push(self.s.now + time, Kind::Repaired, b);
            }
            CrewWork::Maintenance(p) => {
                let count = self.s.pms[p as usize].count;
                let duration = &self.model.pms[p as usize].duration;
                let time = self.downtime_draw(duration, Stream::Maintenance, p, count);
                self.s.events.push(self.s.now + time, Kind::PmEnd, p);
            }
        }
    }

    fn release_crew(&mut self, crew: u32) {
        if crew == NONE {
            return;
        }
        match self.s.crews[crew as usize].waiting.pop_front() {
            Some(work) => self.begin_work(work),
            None => self.s.crews[crew as usize].free += 1,
        }
    }

    pub(super) fn repaired(&mut self, b: u32) {
        let spec = &self.model.breakdowns[b as usize];
        let tool = spec.tool;
        self.account(tool);
        let now = self.s.now;
        let since = self.s.tools[tool as usize].down_since;
        let lost = now - since;
        // The jobs inside go on where they stopped.
        let mut head = self.s.tools[tool as usize].first_job;
        while head != NONE {
            let mut lot = head;
            while lot != NONE {
                let l = &mut self.s.lots[lot as usize];
                l.down += lost;
                l.exit += lost;
                if l.setup_end > since {
                    l.setup_end += lost;
                }
                lot = l.next_in_batch;
            }
            let l = &mut self.s.lots[head as usize];
            let (exit, next) = (l.exit, l.next_job);
            if std::mem::take(&mut l.parked) {
                self.s.events.push(exit, Kind::JobEnd, head);
            }
            let l = &mut self.s.lots[head as usize];
            if l.operator_until != NEVER && l.operator_until >= since {
                l.operator_until += lost;
                let until = l.operator_until;
                if std::mem::take(&mut l.operator_parked) {
                    self.s.events.push(until, Kind::OperatorFree, head);
                }
            }
            head = next;
        }
        let t = &mut self.s.tools[tool as usize];
        if t.slot1 > since {
            t.slot1 += lost;
        }
        if t.slot2 > since {
            t.slot2 += lost;
        }
        t.down = NONE;
        if O::EVENTS {
            self.observer.event(now, Happening::Repaired { tool });
        }
        self.announce_slot(tool);
        self.release_crew(spec.crew);
        self.s.breakdowns[b as usize].count += 1;
        let count = self.s.breakdowns[b as usize].count;
        let wait = self.downtime_draw(&spec.uptime, Stream::Failure, b, count);
        self.next_failure(b, wait);
        if self.model.tools[tool as usize].busy_failures && self.s.tools[tool as usize].inside > 0 {
            self.arm_busy_failures(tool);
        }
        self.after_downtime(tool);
    }

    pub(super) fn pm_due(&mut self, p: u32) {
        let spec = &self.model.pms[p as usize];
        if self.model.options.pm_clock == PmClock::Due {
            let next = self.s.now.saturating_add(spec.every);
            self.s.events.push(next, Kind::PmDue, p);
        }
        self.want_pm(p);
    }

    /// A maintenance is due: the tool takes no new job, and starts it when empty.
    fn want_pm(&mut self, p: u32) {
        let tool = self.model.pms[p as usize].tool;
        let pm = &mut self.s.pms[p as usize];
        if pm.due > 0 {
            // Still waiting for its last date: one maintenance serves both.
            return;
        }
        pm.due = 1;
        self.s.tools[tool as usize].pms_due += 1;
        self.make_unavailable(tool);
        let t = &self.s.tools[tool as usize];
        if t.inside == 0 && t.down == NONE && t.pm == NONE {
            self.start_pm(tool);
        }
    }

    /// Counts finished wafers towards the maintenances that go by wafers.
    pub(super) fn count_wafers(&mut self, tool: u32, wafers: u64) {
        let (first, last) = self.model.tools[tool as usize].pms;
        for p in first..last {
            let left = self.s.wafers_to_pm[p as usize];
            if left == NEVER {
                continue;
            }
            if left > wafers {
                self.s.wafers_to_pm[p as usize] = left - wafers;
            } else {
                self.s.wafers_to_pm[p as usize] = NEVER;
                self.s.pms[p as usize].due = 1;
                self.s.tools[tool as usize].pms_due += 1;
            }
        }
    }

    /// The empty tool starts the first maintenance that is due.
    pub(super) fn start_pm(&mut self, tool: u32) {
        let (first, last) = self.model.tools[tool as usize].pms;
        let Some(p) = (first..last).find(|p| self.s.pms[*p as usize].due > 0) else {
            return;
        };
        self.account(tool);
        self.make_unavailable(tool);
        let spec = &self.model.pms[p as usize];
        let pm = &mut self.s.pms[p as usize];
        pm.due = 0;
        if spec.by_wafers {
            self.s.wafers_to_pm[p as usize] = spec.every;
        }
        let t = &mut self.s.tools[tool as usize];
        t.pms_due -= 1;
        t.pm = p;
        t.pms += 1;
        if O::EVENTS {
            self.observer.event(self.s.now, Happening::PmBegin { tool });
        }
        if !spec.by_wafers && self.model.options.pm_clock == PmClock::Start {
            let next = self.s.now.saturating_add(spec.every);
            self.s.events.push(next, Kind::PmDue, p);
        }
        self.call_crew(spec.crew, CrewWork::Maintenance(p));
    }

    pub(super) fn pm_end(&mut self, p: u32) {
        let spec = &self.model.pms[p as usize];
        let tool = spec.tool;
        self.account(tool);
        self.s.pms[p as usize].count += 1;
        self.s.tools[tool as usize].pm = NONE;
        if O::EVENTS {
            self.observer.event(self.s.now, Happening::PmEnd { tool });
        }
        if !spec.by_wafers && self.model.options.pm_clock == PmClock::End {
            let next = self.s.now.saturating_add(spec.every);
            self.s.events.push(next, Kind::PmDue, p);
        }
        self.release_crew(spec.crew);
        if self.model.options.breakdown_in_pm == BreakdownInPm::Cancel {
            self.cancel_due_failures(tool);
        }
        self.after_downtime(tool);
    }

    fn cancel_due_failures(&mut self, tool: u32) {
        let (first, last) = self.model.tools[tool as usize].breakdowns;
        for b in first..last {
            if std::mem::take(&mut self.s.breakdowns[b as usize].due) {
                self.s.tools[tool as usize].failures_due -= 1;
                self.s.breakdowns[b as usize].count += 1;
                let count = self.s.breakdowns[b as usize].count;
                let uptime = &self.model.breakdowns[b as usize].uptime;
                let wait = self.downtime_draw(uptime, Stream::Failure, b, count);
                self.next_failure(b, wait);
            }
        }
    }

    /// The tool comes out of repair or maintenance: what was put off comes first.
    fn after_downtime(&mut self, tool: u32) {
        let t = &self.s.tools[tool as usize];
        let pm_can_start = t.pms_due > 0 && t.inside == 0;
        let pm_first = self.model.options.pm_breakdown_order == PmBreakdownOrder::PmFirst;
        if t.failures_due > 0 && !(pm_can_start && pm_first) {
            let (first, last) = self.model.tools[tool as usize].breakdowns;
            let b = (first..last)
                .find(|b| self.s.breakdowns[*b as usize].due)
                .expect("a failure is due");
            self.s.breakdowns[b as usize].due = false;
            self.s.tools[tool as usize].failures_due -= 1;
            self.break_down(b);
        } else if pm_can_start {
            self.start_pm(tool);
        } else {
            self.after_job(tool);
        }
    }
}
