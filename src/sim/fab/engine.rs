//! The event loop.
//!
//! What an event does is told elsewhere: `lots` (release, moves, arrival, end), `choose` (which lot,
//! which tool), `job`, `resource`, `queue_time`, `downtime`, `account`.

use thiserror::Error;

use super::events::Kind;
use super::model::{Model, NEVER, Plan};
use super::state::{Availability, State};
use crate::results::record::{Outcome, StepRecord};
use crate::rng::Seed;
use crate::words::{Words, words};

/// Who watches a run from inside.
pub trait Observer {
    /// Whether [`Observer::step`] is wanted; when not, the engine does not prepare it.
    const STEPS: bool;

    /// Whether [`Observer::event`] is wanted; when not, nothing is told.
    const EVENTS: bool = false;

    /// A lot has left a step.
    fn step(&mut self, step: &StepRecord);

    /// Something happened that people watch for.
    fn event(&mut self, _now_us: u64, _event: Happening) {}
}

/// What people watch for in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A tool breaks down.
    Down {
        /// Tool.
        tool: u32,
    },
    /// It is repaired.
    Repaired {
        /// Tool.
        tool: u32,
    },
    /// A tool goes into maintenance (waiting for its crew included).
    PmBegin {
        /// Tool.
        tool: u32,
    },
    /// The maintenance is over.
    PmEnd {
        /// Tool.
        tool: u32,
    },
    /// A lot starts too late for a critical queue time.
    Late {
        /// Lot type.
        lot_type: u32,
        /// Number within it.
        lot: u32,
        /// Tool group in which it waited too long.
        group: u32,
    },
    /// A lot is released.
    Released {
        /// Lot type.
        lot_type: u32,
        /// Number within it.
        lot: u32,
        /// Priority.
        priority: i32,
    },
    /// A lot leaves the plant.
    Left {
        /// Lot type.
        lot_type: u32,
        /// Number within it.
        lot: u32,
        /// How.
        outcome: Outcome,
    },
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
#[error("{}", self.words())]
pub enum RunError {
    /// Too many lots in work.
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
    StandsStill {
        /// Instant.
        time_us: u64,
        /// Limit.
        limit: u32,
        /// A step of the loop.
        step: String,
    },
}

impl RunError {
    /// In words.
    pub fn words(&self) -> Words {
        match self {
            Self::TooManyLots {
                limit,
                day,
                group,
                queue,
            } => words!(
                "{limit} lots are in work at day {day}: the plant takes in more than it puts out \
                 (raise `limits.lots` if it is really that large); the longest queue is at \"{group}\" with {queue} lots",
                limit,
                day,
                group,
                queue
            ),
            Self::StandsStill {
                time_us,
                limit,
                step,
            } => words!(
                "time stands still at {time_us} µs: {limit} events at one instant, last in step \"{step}\"; \
                 a loop of steps without any duration?",
                time_us,
                limit,
                step
            ),
        }
    }
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

    /// The state and the observer, to go on later with [`Engine::resume`].
    pub fn into_parts(self) -> (State, O) {
        (self.s, self.observer)
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
                    self.s.events.push(wait, Kind::Release, index);
                }
                Plan::Every { first_us, max, .. } if *max > 0 => {
                    self.s.events.push(*first_us, Kind::Release, index);
                }
                Plan::Every { .. } => {}
                Plan::List(times) => {
                    if let Some(first) = times.first() {
                        self.s.events.push(*first, Kind::Release, index);
                    }
                }
                Plan::Conwip(_) => self.s.events.push(0, Kind::Release, index),
            }
        }
        if model.warmup_us > 0 {
            self.s.events.push(model.warmup_us, Kind::Warmup, 0);
        }
        self.s.events.push(0, Kind::Sample, 0);
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
        while let Some((time, kind, index)) = self.s.events.pop_until(until_us) {
            if time == self.s.now {
                self.s.instant_events += 1;
                if self.s.instant_events > self.model.instant_events_max {
                    return Err(self.stands_still());
                }
            } else {
                self.s.instant_events = 0;
                self.s.now = time;
            }
            self.s.event_count += 1;
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
}
