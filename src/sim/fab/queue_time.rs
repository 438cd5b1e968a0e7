//! Critical queue times: windows that a step's end opens and a later step's start closes.

use super::engine::{Engine, Happening, Observer};
use super::model::{Late, NONE};
use super::state::Window;
use crate::results::record::Outcome;

impl<O: Observer> Engine<'_, O> {
    /// Closes a window of the lot without judging it, if it is open.
    pub(super) fn forget_window(&mut self, lot: u32, cqt: u32) {
        let slot = lot * self.model.cqt_slots + self.model.cqts[cqt as usize].slot;
        if self.s.windows[slot as usize].cqt == cqt {
            self.vacate_window(slot);
        }
    }

    /// Closes whatever window the slot holds without judging it.
    pub(super) fn vacate_window(&mut self, slot: u32) {
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
                let l = &mut self.s.lots[lot as usize];
                l.cqt_violations += 1;
                if O::EVENTS {
                    let late = Happening::Late {
                        lot_type: l.lot_type,
                        lot: l.number,
                        group: spec.group,
                    };
                    self.observer.event(self.s.now, late);
                }
            }
            self.window_left(cqt);
        }
    }

    /// If a window that the lot's step would close is late and that has consequences,
    /// applies them and says true: the lot does not start.
    #[inline]
    pub(super) fn turn_away_late(&mut self, lot: u32) -> bool {
        let spec = &self.model.steps[self.s.lots[lot as usize].step as usize];
        spec.any_closes && self.judge_late(lot)
    }

    fn judge_late(&mut self, lot: u32) -> bool {
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
}
