//! Secondary resources of a job (operators, reticles) and tools reserved ahead.

use super::engine::{Engine, Observer};
use super::events::Kind;
use super::model::{NEVER, NONE, Shape};
use crate::rng::Stream;

impl<O: Observer> Engine<'_, O> {
    pub(super) fn free_resource(&mut self, resource: u32) {
        let pool = &mut self.s.resources[resource as usize];
        pool.free += 1;
        self.retry.append(&mut pool.waiting_groups);
    }

    /// The operator of a job is free after the load.
    pub(super) fn operator_free(&mut self, head: u32) {
        let l = &mut self.s.lots[head as usize];
        if l.operator_until == NEVER || l.tool == NONE {
            return;
        }
        if self.s.tools[l.tool as usize].down != NONE {
            l.operator_parked = true;
            return;
        }
        if l.operator_until > self.s.now {
            let until = l.operator_until;
            self.s.events.push(until, Kind::OperatorFree, head);
            return;
        }
        l.operator_until = NEVER;
        let operator = self.model.steps[l.step as usize].operator;
        self.free_resource(operator);
    }

    /// Reserves a tool of the next group: a free one, else the one whose job ends first.
    pub(super) fn reserve_next(&mut self, lot: u32) {
        let model = self.model;
        let l = &self.s.lots[lot as usize];
        let mut step = model.steps[l.step as usize].next;
        let mut visit = l.visit;
        // The lot's own luck says which step it will do next.
        while step != NONE {
            visit += 1;
            let words = self
                .s
                .seed
                .block(Stream::LotStep, [l.number, l.lot_type, visit]);
            if u64::from(words[0]) < model.steps[step as usize].sampling {
                break;
            }
            step = model.steps[step as usize].next;
        }
        if step == NONE {
            return;
        }
        let group = &model.groups[model.steps[step as usize].group as usize];
        if group.shape == Shape::Batch || group.min_run.iter().any(|n| *n > 0) {
            return;
        }
        let free_at = |tool: u32| {
            let t = &self.s.tools[tool as usize];
            if t.inside == 0 {
                0
            } else {
                self.s.lots[t.first_job as usize].exit
            }
        };
        let chosen = (group.first_tool..group.first_tool + group.tools)
            .filter(|tool| {
                let t = &self.s.tools[*tool as usize];
                t.reserved_for == NONE
                    && t.down == NONE
                    && t.pm == NONE
                    && t.pms_due == 0
                    && (t.inside == 0 || t.first_job != NONE)
                    && model.tools[*tool as usize].may_do(step)
            })
            .min_by_key(|tool| (free_at(*tool), *tool));
        if let Some(tool) = chosen {
            self.s.tools[tool as usize].reserved_for = lot;
            self.s.lots[lot as usize].reserved_tool = tool;
        }
    }

    /// The lot needs its reserved tool no more.
    pub(super) fn clear_reservation(&mut self, lot: u32) {
        let tool = std::mem::replace(&mut self.s.lots[lot as usize].reserved_tool, NONE);
        if tool != NONE {
            self.s.tools[tool as usize].reserved_for = NONE;
            self.retry.push(self.s.tools[tool as usize].group);
        }
    }
}
