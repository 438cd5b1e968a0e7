//! Where time goes: queues, tool states, lots in work, and the record of a run.

use sha2::{Digest, Sha256};

use super::dispatch::Order;
use super::engine::{Engine, Happening, Observer};
use super::events::Kind;
use super::model::{NEVER, NONE, Shape};
use super::state::{Tool, Waiting};
use crate::results::record::{CqtRecord, GroupRecord, LotRecord, Outcome, RunRecord, Sample};
use crate::scene::schema::{CascadeLoadBusy, FailureClock};

impl<O: Observer> Engine<'_, O> {
    // ---- queues ------------------------------------------------------------------------

    fn account_queue(&mut self, group: u32) {
        let now = self.s.now;
        let s = &mut self.s.groups[group as usize];
        s.record.queue_lot_us += s.queue.len() as u128 * u128::from(now - s.queue_since);
        s.queue_since = now;
    }

    /// Idle tools are on standby while nothing waits that any tool may take, else held.
    fn account_idle(&mut self, group: u32) {
        for i in 0..self.s.groups[group as usize].idle.len() {
            let tool = self.s.groups[group as usize].idle[i];
            self.account(tool);
        }
    }

    /// The lot joins the queue of its step; one that was taken from it gets its old place back.
    pub(super) fn enqueue(&mut self, lot: u32) {
        let waiting = self.waiting(lot);
        let spec = &self.model.steps[waiting.step as usize];
        let group = spec.group;
        self.account_queue(group);
        let by_priority = self.model.groups[group as usize].ranking.order != Order::Keys;
        let shape = self.model.groups[group as usize].shape;
        if matches!(shape, Shape::Cascade(_)) {
            self.announce_soon(group);
        }
        if waiting.dedicated == NONE {
            if self.s.groups[group as usize].open == 0 {
                self.account_idle(group);
            }
            self.s.groups[group as usize].open += 1;
        }
        let arrive = self.s.lots[lot as usize].arrive;
        let queue = &self.s.groups[group as usize].queue;
        let mut at = queue.len();
        while at > 0 {
            let before = &queue[at - 1];
            let later = if by_priority && before.priority != waiting.priority {
                before.priority < waiting.priority
            } else {
                self.s.lots[before.lot as usize].arrive > arrive
            };
            if !later {
                break;
            }
            at -= 1;
        }
        let s = &mut self.s.groups[group as usize];
        s.queue.insert(at, waiting);
        s.record.queue_max = s.record.queue_max.max(s.queue.len() as u32);
        if shape == Shape::Batch {
            let family = spec.family as usize;
            s.family_wafers[family] += self.s.lots[lot as usize].wafers;
            if s.family_wafers[family] >= spec.batch_min && s.family_ready[family] == NEVER {
                s.family_ready[family] = self.s.now;
            }
        }
    }

    /// Takes the lot at `position` out of the queue.
    pub(super) fn unqueue(&mut self, group: u32, position: usize) -> u32 {
        self.account_queue(group);
        let s = &mut self.s.groups[group as usize];
        let Waiting {
            lot,
            step,
            dedicated,
            ..
        } = s.queue.remove(position);
        if s.bounded && !s.blocked.is_empty() {
            self.retry.push(group);
        }
        if self.model.groups[group as usize].shape == Shape::Batch {
            let spec = &self.model.steps[step as usize];
            let family = spec.family as usize;
            self.s.lots[lot as usize].batch_ready = s.family_ready[family];
            s.family_wafers[family] -= self.s.lots[lot as usize].wafers;
            if s.family_wafers[family] < spec.batch_min {
                // Lots of the batch now being taken keep the time noted here.
                s.family_ready[family] = NEVER;
            }
        }
        if dedicated == NONE {
            if self.s.groups[group as usize].open == 1 {
                self.account_idle(group);
            }
            self.s.groups[group as usize].open -= 1;
        }
        lot
    }

    // ---- tools ----------------------------------------------------------------------------

    /// Adds the time since the last call to the tool's present state.
    #[inline]
    pub(super) fn account(&mut self, tool: u32) {
        let now = self.s.now;
        let t = &mut self.s.tools[tool as usize];
        let mut dt = now - t.since;
        if dt == 0 {
            return;
        }
        t.since = now;
        let times = &mut t.times;
        if t.down != NONE {
            times.down_us += dt;
        } else if t.pm != NONE {
            times.pm_us += dt;
        } else if t.inside > 0 {
            if t.inside == t.blocked {
                times.blocked_us += dt;
                return;
            }
            if t.busy_failures {
                let (first, last) = self.model.tools[tool as usize].breakdowns;
                for b in first..last {
                    if self.model.breakdowns[b as usize].clock == FailureClock::Busy {
                        let state = &mut self.s.breakdowns[b as usize];
                        state.busy_left = state.busy_left.saturating_sub(dt);
                    }
                }
            }
            let setup = t.setup_left.min(dt);
            t.setup_left -= setup;
            times.setup_us += setup;
            dt -= setup;
            if self.model.options.cascade_load_busy == CascadeLoadBusy::Idle {
                let load = t.load_left.min(dt);
                t.load_left -= load;
                times.standby_us += load;
                dt -= load;
            }
            times.productive_us += dt;
        } else if self.s.groups[t.group as usize].open > 0 {
            times.held_us += dt;
        } else {
            times.standby_us += dt;
        }
    }

    // ---- lots ------------------------------------------------------------------------------

    /// Records a lot that leaves the plant now.
    pub(super) fn record_lot(&mut self, lot: u32, outcome: Outcome) {
        let now = self.s.now;
        let l = &self.s.lots[lot as usize];
        let stream = &mut self.s.streams[l.lot_type as usize];
        stream.wip_lot_us += u128::from(stream.in_work) * u128::from(now - stream.wip_since);
        stream.wip_since = now;
        stream.in_work -= 1;
        if outcome == Outcome::Finished {
            stream.finished += 1;
        }
        if O::EVENTS {
            let left = Happening::Left {
                lot_type: l.lot_type,
                lot: l.number,
                outcome,
            };
            self.observer.event(now, left);
        }
        let mut bytes = [0u8; 17];
        bytes[..4].copy_from_slice(&l.lot_type.to_le_bytes());
        bytes[4..8].copy_from_slice(&l.number.to_le_bytes());
        bytes[8..16].copy_from_slice(&now.to_le_bytes());
        bytes[16] = outcome as u8;
        self.s.digest.update(bytes);
        self.s.lot_records.push(LotRecord {
            lot_type: l.lot_type,
            number: l.number,
            wafers: l.wafers,
            priority: l.priority,
            release_us: l.release,
            end_us: now,
            due_us: l.due,
            outcome,
            cqt_violations: l.cqt_violations,
            reworks: l.reworks,
            process_us: l.process,
            transport_us: l.transport,
        });
    }

    pub(super) fn account_all(&mut self) {
        for tool in 0..self.s.tools.len() as u32 {
            self.account(tool);
        }
        for group in 0..self.s.groups.len() as u32 {
            self.account_queue(group);
        }
        let now = self.s.now;
        for stream in &mut self.s.streams {
            stream.wip_lot_us += u128::from(stream.in_work) * u128::from(now - stream.wip_since);
            stream.wip_since = now;
        }
    }

    /// The warm-up is over: counting starts anew.
    pub(super) fn warmup(&mut self) {
        self.account_all();
        for tool in &mut self.s.tools {
            tool.reset_record();
        }
        for group in &mut self.s.groups {
            group.record = GroupRecord {
                queue_max: group.queue.len() as u32,
                ..GroupRecord::default()
            };
        }
        for stream in &mut self.s.streams {
            stream.wip_lot_us = 0;
        }
        for cqt in &mut self.s.cqt_records {
            *cqt = CqtRecord {
                closed: 0,
                violations: 0,
                cost: 0.0,
                ..*cqt
            };
        }
    }

    pub(super) fn sample(&mut self) {
        let now = self.s.now;
        self.s.samples.push(Sample {
            time_us: now,
            wip: self.s.streams.iter().map(|s| s.in_work as u32).collect(),
            finished: self.s.streams.iter().map(|s| s.finished).collect(),
            queue: self.s.groups.iter().map(|g| g.queue.len() as u32).collect(),
            released: self.s.streams.iter().map(|s| u64::from(s.lots)).sum(),
        });
        let next = now + self.model.sample_us;
        if next <= self.model.horizon_us {
            self.s.events.push(next, Kind::Sample, 0);
        }
    }

    /// Ends the run now: its record, and the observer.
    pub fn finish(mut self, replication: u32) -> (RunRecord, O) {
        self.account_all();
        let now = self.s.now;
        let warmup = self.model.warmup_us.min(now);
        let mut in_work_lot_us = vec![0u128; self.s.streams.len()];
        for lot in self.s.lots.iter().filter(|l| !l.gone) {
            in_work_lot_us[lot.lot_type as usize] +=
                u128::from(now - lot.release.max(warmup).min(now));
        }
        let s = self.s;
        let mut digest: Sha256 = s.digest;
        for tool in &s.tools {
            let t = &tool.times;
            for us in [
                t.productive_us,
                t.setup_us,
                t.standby_us,
                t.held_us,
                t.blocked_us,
                t.pm_us,
                t.down_us,
            ] {
                digest.update(us.to_le_bytes());
            }
        }
        let digest = digest.finalize();
        let hex: String = digest.iter().take(16).map(|b| format!("{b:02x}")).collect();
        let record = RunRecord {
            replication,
            seed: s.seed.0,
            end_us: now,
            warmup_us: warmup,
            released: s.streams.iter().map(|x| u64::from(x.lots)).collect(),
            in_work: s.streams.iter().map(|x| x.in_work).collect(),
            in_work_lot_us,
            wip_lot_us: s.streams.iter().map(|x| x.wip_lot_us).collect(),
            lots: s.lot_records,
            tools: s.tools.iter().map(Tool::record).collect(),
            groups: s.groups.iter().map(|g| g.record).collect(),
            cqt: s.cqt_records,
            samples: s.samples,
            lot_steps: s.lot_steps,
            events: s.event_count,
            digest: hex,
        };
        (record, self.observer)
    }
}
