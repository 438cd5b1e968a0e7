//! The observer that fills a [`History`]: what happens between two marks, and what is read at them.
//!
//! A mark is a multiple of the base interval. At each one the engine's accounts are settled and
//! their increase since the last mark goes into the sample under way.

use super::engine::{Engine, Happening, Observer};
use super::history::{
    Event, EventKind, FINISHED_MAX, GROUP_SAMPLES_MAX, GroupSample, HOUR_US, History, PlantSample,
    SAMPLES_MAX, SAMPLES_MIN, STEPS_MAX,
};
use super::live_place::LotKey;
use super::model::Model;
use crate::results::record::{Outcome, StepRecord, ToolTimes};

/// Watches a run and records it.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch {
    history: History,
    /// Whether what happens is new; when a known stretch is run again only its steps are noted.
    pub(super) recording: bool,
    warmup_us: u64,
    regular_priority: i32,
    group_of_tool: Vec<u32>,
    /// The sample under way, and how many base intervals it holds.
    plant: PlantSample,
    groups: Vec<GroupSample>,
    held: u32,
    /// Accounts at the last mark, by tool group.
    accounts: Vec<Account>,
    /// Numbers of the events under way, by tool: breakdown, maintenance.
    under_way: Vec<[Option<u64>; 2]>,
}

/// What the engine has accounted for in a tool group.
#[derive(Clone, Copy, Debug, Default)]
struct Account {
    times: ToolTimes,
    queue_lot_us: u128,
}

impl Watch {
    pub(super) fn new(model: &Model) -> Self {
        let groups = model.groups.len();
        let most = (GROUP_SAMPLES_MAX / groups.max(1)).clamp(512, SAMPLES_MAX);
        let history = History {
            base_us: (model.horizon_us / SAMPLES_MIN).clamp(1_000_000, HOUR_US),
            merge: 1,
            // Even, so that neighbours come in pairs.
            samples_max: most & !1,
            groups,
            products: model.names.products.len(),
            ..History::default()
        };
        Self {
            history,
            warmup_us: model.warmup_us,
            regular_priority: model.regular_priority,
            group_of_tool: model.tools.iter().map(|t| t.group).collect(),
            groups: vec![GroupSample::default(); groups],
            accounts: vec![Account::default(); groups],
            under_way: vec![[None; 2]; model.tools.len()],
            recording: true,
            ..Self::default()
        }
    }

    pub(super) fn history(&self) -> &History {
        &self.history
    }

    /// The next instant after `now_us` at which accounts are settled.
    pub(super) fn next_mark_us(&self, now_us: u64) -> u64 {
        let base_us = self.history.base_us;
        let mark_us = (now_us / base_us + 1) * base_us;
        // The warm-up's end resets the accounts: they are read just before and just after.
        [self.warmup_us.wrapping_sub(1), self.warmup_us]
            .into_iter()
            .filter(|at| self.warmup_us > 0 && *at > now_us)
            .fold(mark_us, u64::min)
    }

    /// Whether accounts are settled at this instant.
    pub(super) fn is_mark(&self, at_us: u64) -> bool {
        at_us.is_multiple_of(self.history.base_us)
            || (self.warmup_us > 0 && (at_us == self.warmup_us || at_us + 1 == self.warmup_us))
    }

    /// The run goes on from another instant: recent steps begin there.
    pub(super) fn restart(&mut self, at_us: u64) {
        self.history.steps.clear();
        self.history.steps_from_us = at_us;
    }

    fn begin(&mut self, now_us: u64, which: usize, tool: u32) {
        let kind = [EventKind::Breakdown, EventKind::Maintenance][which];
        let history = &mut self.history;
        history.push_event(Event {
            kind,
            begin_us: now_us,
            end_us: u64::MAX,
            tool: Some(tool),
            group: Some(self.group_of_tool[tool as usize]),
            lot: None,
        });
        let number = history.first_event + history.events.len() as u64 - 1;
        self.under_way[tool as usize][which] = Some(number);
    }

    fn end(&mut self, now_us: u64, which: usize, tool: u32) {
        let number = self.under_way[tool as usize][which].take();
        let history = &mut self.history;
        let at = number.and_then(|n| n.checked_sub(history.first_event));
        if let Some(event) = at.and_then(|at| history.events.get_mut(at as usize)) {
            event.end_us = now_us;
            history.longest_event_us = history.longest_event_us.max(now_us - event.begin_us);
        }
    }

    fn about_lot(&mut self, now_us: u64, kind: EventKind, lot: LotKey, group: Option<u32>) {
        self.history.push_event(Event {
            kind,
            begin_us: now_us,
            end_us: now_us,
            tool: None,
            group,
            lot: Some(lot),
        });
    }

    /// Events under way last at least until now.
    fn stretch(&mut self, now_us: u64) {
        let history = &mut self.history;
        for number in self.under_way.iter().flatten().flatten() {
            let at = number.checked_sub(history.first_event);
            if let Some(event) = at.and_then(|at| history.events.get(at as usize)) {
                history.longest_event_us = history.longest_event_us.max(now_us - event.begin_us);
            }
        }
    }
}

impl Observer for Watch {
    const STEPS: bool = true;
    const EVENTS: bool = true;

    fn step(&mut self, step: &StepRecord) {
        let history = &mut self.history;
        if history.steps.len() == STEPS_MAX
            && let Some(old) = history.steps.pop_front()
        {
            history.steps_from_us = history.steps_from_us.max(old.end_us);
        }
        history.steps.push_back(*step);
        if self.recording {
            self.plant.moves += 1;
            let group = &mut self.groups[step.group as usize];
            group.moves += 1;
            group.wait_s += (step.start_us - step.arrive_us) as f32 / 1e6;
        }
    }

    fn event(&mut self, now_us: u64, event: Happening) {
        if !self.recording {
            return;
        }
        let lot = |lot_type, number| LotKey { lot_type, number };
        match event {
            Happening::Down { tool } => self.begin(now_us, 0, tool),
            Happening::Repaired { tool } => self.end(now_us, 0, tool),
            Happening::PmBegin { tool } => self.begin(now_us, 1, tool),
            Happening::PmEnd { tool } => self.end(now_us, 1, tool),
            Happening::Late {
                lot_type,
                lot: number,
                group,
            } => {
                self.plant.late_windows += 1;
                let lot = lot(lot_type, number);
                self.about_lot(now_us, EventKind::LateWindow, lot, Some(group));
            }
            Happening::Released {
                lot_type,
                lot: number,
                priority,
            } => {
                self.plant.released += 1;
                if priority > self.regular_priority {
                    let lot = lot(lot_type, number);
                    self.about_lot(now_us, EventKind::HotRelease, lot, None);
                }
            }
            Happening::Left {
                lot_type,
                lot: number,
                outcome,
            } => {
                let kind = match outcome {
                    Outcome::Finished => return,
                    Outcome::Scrapped => EventKind::Scrapped,
                    Outcome::Lost => EventKind::Lost,
                };
                self.plant.scrapped += 1;
                self.about_lot(now_us, kind, lot(lot_type, number), None);
            }
        }
    }
}

impl Engine<'_, Watch> {
    /// Takes what was accounted for since the last mark into the sample under way, and closes the
    /// sample where its interval ends. What is known already (`new` is false) is only put away.
    ///
    /// Records of lots and samples go from the state to the history, so that snapshots stay small.
    pub(super) fn mark(&mut self, new: bool) {
        let records = std::mem::take(&mut self.s.lot_records);
        self.s.samples.clear();
        let now_us = self.s.now_us();
        let watch = &mut self.observer;
        if !new {
            return;
        }
        let first_init = self.model.names.first_init_type;
        for record in records {
            if record.outcome == Outcome::Finished {
                watch.plant.finished += 1;
                watch.plant.wafers_out += record.wafers;
                if record.lot_type < first_init {
                    watch.plant.cycle_us += record.end_us - record.release_us;
                    watch.plant.cycle_lots += 1;
                }
            }
            if watch.history.finished.len() == FINISHED_MAX {
                watch.history.finished.pop_front();
            }
            watch.history.finished.push_back(record);
        }
        if now_us == watch.warmup_us {
            // The engine counts from zero again.
            watch.accounts.fill(Account::default());
        }
        let mut accounts: Vec<Account> = self
            .s
            .groups
            .iter()
            .map(|g| Account {
                queue_lot_us: g.record.queue_lot_us,
                ..Account::default()
            })
            .collect();
        for tool in &self.s.tools {
            let (sum, t) = (&mut accounts[tool.group as usize].times, tool.times);
            sum.productive_us += t.productive_us;
            sum.setup_us += t.setup_us;
            sum.standby_us += t.standby_us;
            sum.held_us += t.held_us;
            sum.blocked_us += t.blocked_us;
            sum.pm_us += t.pm_us;
            sum.down_us += t.down_us;
        }
        let seconds = |now: u64, before: u64| (now - before) as f32 / 1e6;
        let rows = watch.groups.iter_mut().zip(&accounts).zip(&watch.accounts);
        for (((sample, now), before), state) in rows.zip(&self.s.groups) {
            let (n, b) = (&now.times, &before.times);
            sample.queue = state.queue.len() as u32;
            sample.queue_lot_s += (now.queue_lot_us - before.queue_lot_us) as f32 / 1e6;
            sample.productive_s += seconds(n.productive_us, b.productive_us);
            sample.setup_s += seconds(n.setup_us, b.setup_us);
            sample.standby_s += seconds(n.standby_us, b.standby_us);
            sample.held_s += seconds(n.held_us + n.blocked_us, b.held_us + b.blocked_us);
            sample.pm_s += seconds(n.pm_us, b.pm_us);
            sample.down_s += seconds(n.down_us, b.down_us);
        }
        watch.accounts = accounts;
        watch.stretch(now_us);
        if !now_us.is_multiple_of(watch.history.base_us) {
            return;
        }
        watch.held += 1;
        if watch.held < watch.history.merge {
            return;
        }
        watch.held = 0;
        let mut wip = vec![0; watch.history.products];
        for (stream, product) in self
            .s
            .streams
            .iter()
            .zip(&self.model.names.product_of_lot_type)
        {
            wip[*product as usize] += stream.in_work as u32;
        }
        let plant = PlantSample {
            end_us: now_us,
            wip: wip.iter().sum(),
            ..std::mem::take(&mut watch.plant)
        };
        let groups = watch.groups.len();
        let closed = std::mem::replace(&mut watch.groups, vec![GroupSample::default(); groups]);
        watch.history.push_sample(plant, &wip, &closed);
    }
}
