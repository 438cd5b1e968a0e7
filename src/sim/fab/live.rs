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

#[cfg(test)]
mod tests {
    use bevy::ecs::change_detection::DetectChanges;
    use bevy::prelude::{Entity, Ref, World};

    use super::*;
    use crate::scene::{Bundle, Models, load};
    use crate::sim::fab::live_place::Place;
    use crate::sim::fab::{Silent, dispatch};
    use crate::world::{LotInWork, ToolState, spawn};

    const HOUR_US: u64 = 3_600_000_000;

    /// The minifab over some days, and the world it stands in.
    fn plant(days: u32) -> (Arc<Model>, World) {
        let text = include_str!("../../../scenes/minifab.ron");
        let bundle = Bundle::from_text("minifab.ron", text);
        let models = Models {
            dispatch_rules: &dispatch::names(),
            kpis: crate::results::kpi::KPIS,
        };
        let set = [
            ("run.horizon".to_owned(), format!("{days} d")),
            ("run.warmup".to_owned(), "3 d".to_owned()),
        ];
        let scene = load(&bundle, "minifab.ron", &set, &models)
            .expect("the shipped scene has no faults")
            .scene;
        let mut world = World::new();
        spawn(&mut world, &scene);
        let model = Model::new(&scene).expect("it compiles");
        (Arc::new(model), world)
    }

    /// The digest of a run that nobody watches.
    fn straight(model: &Model, to_us: u64) -> String {
        let mut engine = Engine::new(model, Seed(7), Silent);
        engine.run_until(to_us).expect("within limits");
        engine.finish(0).0.digest
    }

    fn places(live: &Live) -> Vec<String> {
        let mut all: Vec<String> = live.lots().map(|l| format!("{l:?}")).collect();
        all.sort();
        all
    }

    #[test]
    fn seeking_finds_the_state_of_the_straight_run() {
        let (model, _) = plant(120);
        let mut live = Live::new(Arc::clone(&model), Seed(7));
        let mut once = Live::new(Arc::clone(&model), Seed(7));
        // Forwards in uneven steps, back over a snapshot, ahead of what was reached, to the ends.
        for hours in [1, 5, 61, 60, 3, 1900, 1899, 73, 2500, 72, 0, 2880, 2001] {
            let to_us = hours * HOUR_US + hours * 1_234_567 % 977;
            let to_us = to_us.min(live.end_us());
            live.seek(to_us).expect("within limits");
            assert_eq!(live.now_us(), to_us);
            assert_eq!(live.digest(), straight(&model, to_us), "at {hours} h");
            if to_us >= once.now_us() {
                once.advance(to_us).expect("within limits");
                assert_eq!(places(&live), places(&once), "at {hours} h");
            }
        }
        assert_eq!(live.reached_us(), live.end_us());
        assert!(
            live.snapshots.len() <= SNAPSHOTS_MAX,
            "{}",
            live.snapshots.len()
        );
        assert!(live.snapshot_every_us > DAY_US, "snapshots were thinned");
        // What is recorded does not depend on the way.
        once.advance(once.end_us()).expect("within limits");
        assert_eq!(live.history().plant(), once.history().plant());
        assert!(live.history().events().eq(once.history().events()));
        assert!(live.history().finished().eq(once.history().finished()));
    }

    #[test]
    fn a_seek_in_parts_arrives_at_the_same_state() {
        let (model, _) = plant(60);
        let mut live = Live::new(Arc::clone(&model), Seed(7));
        let mut parts = 0;
        while !live.seek_some(1_000 * HOUR_US, 500).expect("within limits") {
            parts += 1;
        }
        assert!(parts > 3, "{parts}");
        assert_eq!(live.digest(), straight(&model, 1_000 * HOUR_US));
    }

    #[test]
    fn moves_leave_and_arrive_when_the_engine_says() {
        let (model, _) = plant(60);
        let mut live = Live::new(model, Seed(7));
        let mut seen = 0;
        for hours in 100..140 {
            live.seek(hours * HOUR_US).expect("within limits");
            let moves: Vec<_> = live.moves().collect();
            for m in moves {
                assert!(m.depart_us <= live.now_us() && live.now_us() < m.arrive_us);
                let last = |live: &Live| live.steps_of(m.lot).last().copied();
                let step = last(&live).expect("it has done a step");
                assert_eq!((step.end_us, step.next_us), (m.depart_us, m.arrive_us));
                assert_eq!(Some(step.tool), m.from_tool);
                let mut later = live.clone();
                later.advance(m.arrive_us - 1).expect("within limits");
                let moving = |live: &Live| {
                    let lot = live.lot(m.lot).expect("it is in work");
                    matches!(lot.place, Place::Moving { arrive_us, .. } if arrive_us == m.arrive_us)
                };
                assert!(moving(&later));
                later.advance(m.arrive_us).expect("within limits");
                assert!(!moving(&later));
                seen += 1;
            }
        }
        assert!(seen > 10, "{seen} moves");
    }

    #[test]
    fn only_what_changed_is_written() {
        let (model, mut world) = plant(60);
        let mut live = Live::new(model, Seed(7));
        live.seek(200 * HOUR_US).expect("within limits");
        live.write(&mut world);
        let mut tools = world.query::<(Entity, Ref<ToolState>)>();
        let mut lots = world.query::<(Entity, Ref<LotInWork>)>();
        assert_eq!(lots.iter(&world).count() as u32, live.wip());
        world.clear_trackers();
        let before: Vec<_> = tools.iter(&world).map(|(e, s)| (e, *s)).collect();
        let lots_before: Vec<_> = lots.iter(&world).map(|(e, l)| (e, *l)).collect();
        live.write(&mut world);
        assert!(tools.iter(&world).all(|(_, s)| !s.is_changed()));
        assert!(lots.iter(&world).all(|(_, l)| !l.is_changed()));
        live.advance(live.now_us() + HOUR_US / 4)
            .expect("within limits");
        live.write(&mut world);
        let mut changed = 0;
        for ((entity, state), old) in tools.iter(&world).zip(&before) {
            assert_eq!(entity, old.0);
            assert_eq!(state.is_changed(), *state != old.1);
            changed += u32::from(state.is_changed());
        }
        for (entity, lot) in lots.iter(&world) {
            let old = lots_before.iter().find(|(e, _)| *e == entity);
            let same = old.is_some_and(|(_, o)| *o == *lot);
            assert_eq!(lot.is_changed(), !same, "{lot:?}");
            changed += u32::from(lot.is_changed());
        }
        assert!(changed > 0);
        // The states of tools are those of what is inside.
        for (tool, state) in (0u32..).zip(live.tool_states()) {
            let now = live.tool(tool).expect("it stands there");
            assert_eq!(now.state, state);
            if state == ToolState::Productive {
                assert!(!now.lots.is_empty());
            }
        }
    }

    #[test]
    fn history_adds_up_to_the_record_of_the_run() {
        let (model, _) = plant(60);
        let mut live = Live::new(Arc::clone(&model), Seed(7));
        live.advance(live.end_us()).expect("within limits");
        let history = live.history();
        let mut engine = Engine::new(&model, Seed(7), Silent);
        engine.run_until(model.horizon_us).expect("within limits");
        let record = engine.finish(0).0;
        let sum = |of: fn(&super::super::history::PlantSample) -> u32| -> u64 {
            history.plant().iter().map(|s| u64::from(of(s))).sum()
        };
        assert_eq!(sum(|s| s.finished), record.lots.len() as u64);
        assert_eq!(sum(|s| s.released), record.released.iter().sum::<u64>());
        assert!(history.finished().eq(&record.lots));
        let last = history.plant().last().expect("there are samples");
        assert_eq!(last.end_us, model.horizon_us);
        assert_eq!(u64::from(last.wip), record.in_work.iter().sum::<u64>());
        // Breakdowns after the warm-up, as the record counts them.
        let kind = super::super::history::EventKind::Breakdown;
        let broken = history.events().filter(|e| e.kind == kind);
        let counted = broken.filter(|e| e.begin_us > model.warmup_us).count() as u64;
        assert_eq!(
            counted,
            record.tools.iter().map(|t| t.breakdowns).sum::<u64>()
        );
        // Every second of every tool is in one state, and the states after the warm-up are the record's.
        let mut groups = Vec::new();
        history.window(model.warmup_us, model.horizon_us, &mut groups);
        for (g, spec) in model.groups.iter().enumerate() {
            let span_s = (model.horizon_us - model.warmup_us) as f32 / 1e6;
            let all = f64::from(groups[g].tool_s() / (span_s * spec.tools as f32));
            assert!((all - 1.0).abs() < 1e-4, "group {g}: {all}");
            let tools = spec.first_tool..spec.first_tool + spec.tools;
            let productive: u64 = tools
                .map(|t| record.tools[t as usize].times.productive_us)
                .sum();
            let share = f64::from(groups[g].productive_s) * 1e6 / productive as f64;
            assert!((share - 1.0).abs() < 1e-4, "group {g}: {share}");
        }
        let first = history.next_event(0, &[kind]).expect("something breaks");
        let second = history
            .next_event(first.begin_us, &[kind])
            .expect("and again");
        assert_eq!(
            history.previous_event(second.begin_us, &[kind]),
            Some(first)
        );
        let inside = first.begin_us + (first.end_us - first.begin_us) / 2;
        assert!(
            history
                .events_between(inside, inside + 1)
                .any(|e| e == first)
        );
    }
}
