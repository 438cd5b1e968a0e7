//! A run that views watch: it plays, seeks and remembers.
//!
//! Seeking back takes the nearest snapshot at or before the wanted time and runs on from there;
//! as a run is a function of scene and seed, the state found is that of the straight run, byte for
//! byte. Snapshots are daily at first and get sparser as the run grows, so that their number is
//! bounded. What the [`History`] holds is recorded once, when a time is first reached.

use std::sync::Arc;

use super::engine::{Engine, RunError};
use super::history::History;
use super::history_watch::Watch;
use super::model::Model;
use super::state::State;
use crate::rng::Seed;

/// Snapshots kept at most, about a megabyte each for a plant of a thousand tools.
const SNAPSHOTS_MAX: usize = 64;
/// Time between snapshots of a young run, µs.
const DAY_US: u64 = 86_400_000_000;

/// A run that is watched.
#[derive(Clone, Debug)]
pub struct Live {
    pub(super) model: Arc<Model>,
    /// Absent only while the engine holds it.
    state: Option<State>,
    watch: Watch,
    reached_us: u64,
    /// By time, ascending; the first is at time 0.
    snapshots: Vec<State>,
    snapshot_every_us: u64,
    broken: Option<RunError>,
}

impl Live {
    /// A run at time 0; what cannot even begin is told by the first [`Live::advance`].
    pub fn new(model: Arc<Model>, seed: Seed) -> Self {
        let watch = Watch::new(&model);
        let mut engine = Engine::new(&model, seed, watch);
        let broken = engine.run_until(0).err();
        let (state, watch) = engine.into_parts();
        Self {
            snapshots: vec![state.clone()],
            state: Some(state),
            watch,
            reached_us: 0,
            snapshot_every_us: DAY_US,
            broken,
            model,
        }
    }

    /// The plant.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The plant, to share.
    pub fn shared_model(&self) -> Arc<Model> {
        Arc::clone(&self.model)
    }

    /// Simulated time of what is shown, µs.
    pub fn now_us(&self) -> u64 {
        self.state().now_us()
    }

    /// End of the run, µs.
    pub fn end_us(&self) -> u64 {
        self.model.horizon_us
    }

    /// Furthest time the run has been to, µs; up to here the history is complete.
    pub fn reached_us(&self) -> u64 {
        self.reached_us
    }

    /// Events handled from time 0 to now.
    pub fn events(&self) -> u64 {
        self.state().events()
    }

    /// What was recorded.
    pub fn history(&self) -> &History {
        self.watch.history()
    }

    /// Runs on to a time, at most to the end; a time that is past changes nothing.
    ///
    /// # Errors
    /// A limit of the scene was exceeded on the way; the run stays where that happened.
    pub fn advance(&mut self, to_us: u64) -> Result<(), RunError> {
        self.run(to_us, u64::MAX).map(|_| ())
    }

    /// Goes to a time, forwards or backwards, at most to the end.
    ///
    /// # Errors
    /// As [`Live::advance`].
    pub fn seek(&mut self, to_us: u64) -> Result<(), RunError> {
        self.jump(to_us);
        self.advance(to_us)
    }

    /// As [`Live::seek`], but stops after about so many events, for callers that must not block.
    /// True: it is there. Call it again with the same time until it is.
    ///
    /// # Errors
    /// As [`Live::advance`].
    pub fn seek_some(&mut self, to_us: u64, events_max: u64) -> Result<bool, RunError> {
        self.jump(to_us);
        self.run(to_us, events_max)
    }

    /// Digest of the run as if it ended now: that of a run record.
    pub fn digest(&self) -> String {
        let engine = Engine::resume(&self.model, self.state().clone(), super::Silent);
        engine.finish(0).0.digest
    }

    pub(super) fn state(&self) -> &State {
        self.state.as_ref().expect("no engine holds the state")
    }

    /// Takes the nearest snapshot at or before the time, unless running on from now is shorter.
    fn jump(&mut self, to_us: u64) {
        let to_us = to_us.min(self.end_us());
        let now_us = self.now_us();
        let at = self.snapshots.partition_point(|s| s.now_us() <= to_us);
        let Some(nearest) = at.checked_sub(1).map(|i| &self.snapshots[i]) else {
            return;
        };
        if to_us < now_us || nearest.now_us() > now_us {
            self.watch.restart(nearest.now_us());
            self.state = Some(nearest.clone());
            self.broken = None;
        }
    }

    fn run(&mut self, to_us: u64, events_max: u64) -> Result<bool, RunError> {
        let to_us = to_us.min(self.end_us());
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        if to_us <= self.now_us() {
            return Ok(true);
        }
        let model = Arc::clone(&self.model);
        let state = self.state.take().expect("no engine holds the state");
        let first_event = state.events();
        let watch = std::mem::take(&mut self.watch);
        let mut engine = Engine::resume(&model, state, watch);
        let outcome = loop {
            let now_us = engine.state().now_us();
            if now_us >= to_us {
                break Ok(true);
            }
            if engine.state().events() - first_event >= events_max {
                break Ok(false);
            }
            let mut until_us = engine.observer.next_mark_us(now_us).min(to_us);
            let new = now_us >= self.reached_us;
            if !new {
                until_us = until_us.min(self.reached_us);
            }
            engine.observer.recording = new;
            if let Err(error) = engine.run_until(until_us) {
                break Err(error);
            }
            if engine.observer.is_mark(until_us) {
                engine.account_all();
                engine.mark(new);
                self.keep(&engine.s);
            }
            self.reached_us = self.reached_us.max(until_us);
        };
        let (state, watch) = engine.into_parts();
        self.reached_us = self.reached_us.max(state.now_us());
        self.state = Some(state);
        self.watch = watch;
        if let Err(error) = &outcome {
            self.broken = Some(error.clone());
        }
        outcome
    }

    /// Keeps a snapshot where one is due.
    fn keep(&mut self, state: &State) {
        let now_us = state.now_us();
        let last_us = self.snapshots.last().map_or(0, State::now_us);
        if now_us <= last_us || !now_us.is_multiple_of(self.snapshot_every_us) {
            return;
        }
        self.snapshots.push(state.clone());
        if self.snapshots.len() > SNAPSHOTS_MAX {
            self.snapshot_every_us *= 2;
            let every_us = self.snapshot_every_us;
            self.snapshots
                .retain(|s| s.now_us().is_multiple_of(every_us));
        }
    }
}
