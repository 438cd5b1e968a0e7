//! One request, done in slices: no threads, no clock, so that it runs in a page as well.

use bevy::prelude::World;

use super::message::{Answer, Facts, Failure, Flow, LotId, RunRequest, StoryOf};
use super::{models, story};
use crate::results::record::{LotRecord, Names, RunRecord, StepRecord};
use crate::rng::Seed;
use crate::scene::{Loaded, load};
use crate::sim::fab::{Engine, Model, Observer, RunError, Silent, State, compile};
use crate::units::{Duration, nearest_spelling};
use crate::words::{Words, words};
use crate::world;

/// How work ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It is done.
    Done,
    /// It was stopped from outside.
    Cancelled,
    /// It cannot be done.
    Failed(Failure),
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// A request made ready: the compiled plant, shared by all replications. The scene's text, its
/// document and its world are gone by then.
#[derive(Clone, Debug)]
pub struct Job {
    model: Model,
    facts: Facts,
    trace_steps: bool,
    story: Story,
}

/// As [`StoryOf`], with the type's index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Story {
    Nobody,
    Typical,
    Lot(u32, u32),
}

/// Events between two looks at whether to go on: a few ms of work.
const SLICE_EVENTS: u64 = 16_384;
/// Replications of a run at most.
const REPLICATIONS_MAX: u64 = 1_000_000;
/// Slices of a replication at least, however little happens in it.
const SLICES_MIN: u64 = 100;

impl Job {
    /// Reads the scene of a request and compiles it.
    ///
    /// # Errors
    /// The scene has faults, cannot run, or the request asks for what it has not.
    pub fn new(request: &RunRequest) -> Result<Self, Failure> {
        let loaded = load(
            &request.bundle,
            &request.bundle.main,
            &request.overrides,
            &models(),
        );
        let Loaded {
            mut scene,
            document,
            warnings,
        } = loaded.map_err(|faults| Failure::Scene {
            summary: faults.summary(),
            text: faults.to_text(),
            findings: faults.told(),
        })?;
        // Texts and trees can be larger than the whole run.
        drop(document);
        let warnings = warnings.to_text();
        let warmup_shortened = settle(&mut scene.run, request)?;
        let mut ecs = World::new();
        world::spawn(&mut ecs, &scene);
        let (name, about, assumed) = (scene.name, scene.about, scene.assumed);
        let (run, checks) = (scene.run, scene.checks);
        drop((
            scene.tool_groups,
            scene.routes,
            scene.wip,
            scene.releases,
            scene.transport,
        ));
        let model = compile(&mut ecs).map_err(|error| Failure::Model {
            reason: error.words(),
        })?;
        let story = match &request.story {
            StoryOf::Nobody => Story::Nobody,
            StoryOf::Typical => Story::Typical,
            StoryOf::Lot(lot) => Story::Lot(lot_type(&model.names, lot)?, lot.number),
        };
        let facts = Facts {
            scene: name,
            about,
            assumed,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: run.seed,
            first_replication: request.first_replication,
            replications: run.replications,
            horizon_us: model.horizon_us,
            warmup_us: model.warmup_us,
            warmup_shortened,
            confidence: run.confidence,
            checks,
            warnings,
            names: model.names.clone(),
        };
        Ok(Self {
            model,
            facts,
            trace_steps: request.trace_steps,
            story,
        })
    }

    /// What the request came to mean.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The same plant under another seed.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.facts.seed = seed;
        self
    }

    /// Does one replication and tells how it goes; `tell` says whether to go on.
    ///
    /// The first replication tells the path of the lot that was asked for, after its record.
    pub fn replicate(&self, replication: u32, tell: &mut dyn FnMut(Answer) -> Flow) -> End {
        let first = replication == self.facts.first_replication;
        let lot = match self.story {
            Story::Lot(lot_type, number) if first => Some((lot_type, number)),
            _ => None,
        };
        let done = if self.trace_steps || lot.is_some() {
            let recorder = Recorder {
                all: self.trace_steps,
                lot,
                ..Recorder::default()
            };
            self.straight(replication, recorder, tell)
        } else {
            self.straight(replication, Silent, tell)
        };
        match done {
            Ok(Flow::Continue) => End::Done,
            Ok(Flow::Stop) => End::Cancelled,
            Err(failure) => End::Failed(failure),
        }
    }

    /// Begins a replication that is done in slices, by whoever has other things to do between them.
    pub fn begin(&self, replication: u32) -> Slices {
        let seed = Seed(self.facts.seed).replication(replication);
        Slices {
            replication,
            state: Some(Engine::new(&self.model, seed, Silent).into_parts().0),
            pace: Pace::new(self.facts.horizon_us),
        }
    }

    /// Does a slice of some ms; gives the record once it is whole, and how far it is.
    ///
    /// # Errors
    /// A limit of the scene is exceeded, or the replication is over already.
    pub fn slice(&self, slices: &mut Slices) -> Result<(Option<RunRecord>, Answer), Failure> {
        let replication = slices.replication;
        let state = slices.state.take().ok_or_else(|| Failure::Run {
            replication,
            reason: Words::verbatim("it is over"),
        })?;
        let mut engine = Engine::resume(&self.model, state, Silent);
        let total_us = self.facts.horizon_us;
        let (now_us, events) = (engine.state().now_us(), engine.state().events());
        let next_us = now_us.saturating_add(slices.pace.us).min(total_us);
        engine
            .run_until(next_us)
            .map_err(|e| broke_off(replication, &e))?;
        slices.pace.follow(engine.state().events() - events);
        let progress = Answer::Progress {
            replication,
            done_us: next_us,
            total_us,
        };
        if next_us < total_us {
            slices.state = Some(engine.into_parts().0);
            return Ok((None, progress));
        }
        Ok((Some(engine.finish(replication).0), progress))
    }

    /// The run from time 0 to the horizon.
    fn straight<O: Keeps>(
        &self,
        replication: u32,
        observer: O,
        tell: &mut dyn FnMut(Answer) -> Flow,
    ) -> Result<Flow, Failure> {
        let total_us = self.facts.horizon_us;
        let seed = Seed(self.facts.seed).replication(replication);
        let mut engine = Engine::new(&self.model, seed, observer);
        let mut pace = Pace::new(total_us);
        let typical = self.story == Story::Typical && replication == self.facts.first_replication;
        let mut snapshot = None;
        // A path is told from the end of the warm-up, so that no run is done twice for it.
        for until_us in [self.facts.warmup_us, total_us] {
            let flow = advance(
                &mut engine,
                until_us,
                &mut pace,
                &mut |observer, done_us| {
                    if let Some(steps) = observer.take_chunk()
                        && tell(Answer::Steps { replication, steps }) == Flow::Stop
                    {
                        return Flow::Stop;
                    }
                    tell(Answer::Progress {
                        replication,
                        done_us,
                        total_us,
                    })
                },
            );
            if flow.map_err(|e| broke_off(replication, &e))? == Flow::Stop {
                return Ok(Flow::Stop);
            }
            if typical && until_us < total_us {
                snapshot = Some(engine.snapshot());
            }
        }
        let (record, observer) = engine.finish(replication);
        let found = match self.story {
            Story::Typical if typical => story::typical(&record, self.model.names.first_init_type),
            Story::Lot(lot_type, number) if replication == self.facts.first_replication => {
                Some(self.find(&record, lot_type, number)?)
            }
            _ => None,
        };
        if tell(Answer::Replication(Box::new(record))) == Flow::Stop {
            return Ok(Flow::Stop);
        }
        let Some(lot) = found else {
            return Ok(Flow::Continue);
        };
        let steps = match observer.into_path() {
            Some(steps) => steps,
            None => match self.path(seed, &lot, snapshot, tell) {
                Ok(Some(steps)) => steps,
                Ok(None) => return Ok(Flow::Stop),
                Err(error) => return Err(broke_off(replication, &error)),
            },
        };
        Ok(tell(Answer::Story {
            replication,
            lot,
            steps,
        }))
    }

    /// The steps of a lot that finished: the run again, from the snapshot if the lot came later,
    /// until the lot's end. `None`: stopped.
    fn path(
        &self,
        seed: Seed,
        lot: &LotRecord,
        snapshot: Option<State>,
        tell: &mut dyn FnMut(Answer) -> Flow,
    ) -> Result<Option<Vec<StepRecord>>, RunError> {
        let recorder = Recorder {
            lot: Some((lot.lot_type, lot.number)),
            ..Recorder::default()
        };
        let mut engine = match snapshot {
            Some(state) if state.now_us() < lot.release_us => {
                Engine::resume(&self.model, state, recorder)
            }
            _ => Engine::new(&self.model, seed, recorder),
        };
        let mut pace = Pace::new(self.facts.horizon_us);
        let (total_us, replication) = (self.facts.horizon_us, self.facts.first_replication);
        let flow = advance(&mut engine, lot.end_us, &mut pace, &mut |_, _| {
            tell(Answer::Progress {
                replication,
                done_us: total_us,
                total_us,
            })
        })?;
        Ok((flow == Flow::Continue).then_some(engine.observer.path))
    }

    fn find(&self, record: &RunRecord, lot_type: u32, number: u32) -> Result<LotRecord, Failure> {
        let found = record
            .lots
            .iter()
            .find(|l| (l.lot_type, l.number) == (lot_type, number));
        found.copied().ok_or_else(|| {
            let name = &self.model.names.lot_types[lot_type as usize];
            let released = record.released[lot_type as usize];
            let days = Duration(record.end_us).as_days();
            let reason = if u64::from(number) < released {
                format!(
                    "lot {name}/{number} is still in work after {days} d; run longer (`--days`) \
                     or ask for one that left"
                )
            } else {
                match released {
                    0 => format!("no lot of {name} was released within {days} d"),
                    n => format!(
                        "there is no lot {name}/{number}: {n} lots of {name} were released within \
                         {days} d, {name}/0 to {name}/{}",
                        n - 1
                    ),
                }
            };
            let reason = Words::verbatim(reason);
            Failure::Request { reason }
        })
    }
}

fn broke_off(replication: u32, error: &RunError) -> Failure {
    Failure::Run {
        replication,
        reason: error.words(),
    }
}

/// Puts what the request says in the place of the scene's; says whether the warm-up was shortened.
fn settle(run: &mut crate::scene::schema::Run, request: &RunRequest) -> Result<bool, Failure> {
    let refuse = |reason: Words| Err(Failure::Request { reason });
    run.seed = request.seed.unwrap_or(run.seed);
    run.replications = request.replications.unwrap_or(run.replications);
    if run.replications == 0 {
        return refuse("no replication is asked for; one or more are expected".into());
    }
    let end = u64::from(request.first_replication) + u64::from(run.replications);
    if end > REPLICATIONS_MAX {
        return refuse(words!(
            "replications up to number {end} are asked for, at most {most} are expected",
            end,
            most = REPLICATIONS_MAX
        ));
    }
    let before = run.horizon;
    run.horizon = request.horizon_us.map_or(run.horizon, Duration);
    let mut shortened = false;
    if let Some(warmup_us) = request.warmup_us {
        run.warmup = Duration(warmup_us);
    } else if run.warmup >= run.horizon {
        let share = u128::from(run.warmup.0) * u128::from(run.horizon.0);
        run.warmup = Duration((share / u128::from(before.0.max(1))) as u64);
        shortened = true;
    }
    if run.warmup >= run.horizon {
        return refuse(words!(
            "the run of {days} d ends before its warm-up of {warmup} d; a shorter warm-up is expected",
            days = run.horizon.as_days(),
            warmup = run.warmup.as_days()
        ));
    }
    Ok(shortened)
}

fn lot_type(names: &Names, lot: &LotId) -> Result<u32, Failure> {
    let all = || names.lot_types.iter().map(String::as_str);
    if let Some(index) = all().position(|n| n == lot.lot_type) {
        return Ok(index as u32);
    }
    let near = nearest_spelling(&lot.lot_type, all());
    let near = near.map_or(String::new(), |n| format!("; did you mean `{n}`?"));
    Err(Failure::Request {
        reason: Words::verbatim(format!(
            "there is no lot type `{}`{near}\nexpected one of: {}",
            lot.lot_type,
            all().collect::<Vec<_>>().join(", ")
        )),
    })
}

/// Does a whole request in this thread, and tells how it goes.
pub fn run(request: &RunRequest, tell: &mut dyn FnMut(Answer) -> Flow) {
    let end = match Job::new(request) {
        Ok(job) => run_job(&job, tell),
        Err(failure) => End::Failed(failure),
    };
    // It is over either way.
    let _ = tell(match end {
        End::Done => Answer::Done,
        End::Cancelled => Answer::Cancelled,
        End::Failed(failure) => Answer::Failed(failure),
    });
}

fn run_job(job: &Job, tell: &mut dyn FnMut(Answer) -> Flow) -> End {
    if tell(Answer::Started(Box::new(job.facts.clone()))) == Flow::Stop {
        return End::Cancelled;
    }
    let first = job.facts.first_replication;
    for replication in first..first + job.facts.replications {
        let end = job.replicate(replication, tell);
        if end != End::Done {
            return end;
        }
    }
    End::Done
}

/// A replication under way, between two slices.
#[derive(Debug)]
pub struct Slices {
    replication: u32,
    /// `None`: it is over.
    state: Option<State>,
    pace: Pace,
}

/// Simulated time per slice, so that each takes about as many events.
#[derive(Debug)]
struct Pace {
    us: u64,
    most_us: u64,
}

impl Pace {
    fn new(horizon_us: u64) -> Self {
        let most_us = (horizon_us / SLICES_MIN).max(1);
        Self {
            us: Duration::minutes(60).0.min(most_us),
            most_us,
        }
    }

    fn follow(&mut self, events: u64) {
        if events > 2 * SLICE_EVENTS {
            self.us = (self.us / 2).max(1);
        } else if events < SLICE_EVENTS / 2 {
            self.us = (self.us * 2).min(self.most_us);
        }
    }
}

/// Runs up to and including `until_us` in slices; after each `look` says whether to go on.
fn advance<O: Observer>(
    engine: &mut Engine<'_, O>,
    until_us: u64,
    pace: &mut Pace,
    look: &mut dyn FnMut(&mut O, u64) -> Flow,
) -> Result<Flow, RunError> {
    while engine.state().now_us() < until_us {
        let (now_us, events) = (engine.state().now_us(), engine.state().events());
        let next_us = now_us.saturating_add(pace.us).min(until_us);
        engine.run_until(next_us)?;
        pace.follow(engine.state().events() - events);
        if look(&mut engine.observer, next_us) == Flow::Stop {
            return Ok(Flow::Stop);
        }
    }
    Ok(Flow::Continue)
}

/// An observer that may hand out what it saw.
trait Keeps: Observer {
    /// Steps since the last call, if all are wanted and there were any.
    fn take_chunk(&mut self) -> Option<Vec<StepRecord>>;

    /// Steps of the lot that was watched.
    fn into_path(self) -> Option<Vec<StepRecord>>;
}

impl Keeps for Silent {
    fn take_chunk(&mut self) -> Option<Vec<StepRecord>> {
        None
    }

    fn into_path(self) -> Option<Vec<StepRecord>> {
        None
    }
}

/// Keeps all steps until they are taken, and those of one lot to the end.
#[derive(Default)]
struct Recorder {
    all: bool,
    lot: Option<(u32, u32)>,
    chunk: Vec<StepRecord>,
    path: Vec<StepRecord>,
}

impl Observer for Recorder {
    const STEPS: bool = true;

    fn step(&mut self, step: &StepRecord) {
        if self.all {
            self.chunk.push(*step);
        }
        if self.lot == Some((step.lot_type, step.lot)) {
            self.path.push(*step);
        }
    }
}

impl Keeps for Recorder {
    fn take_chunk(&mut self) -> Option<Vec<StepRecord>> {
        (!self.chunk.is_empty()).then(|| std::mem::take(&mut self.chunk))
    }

    fn into_path(self) -> Option<Vec<StepRecord>> {
        self.lot.map(|_| self.path)
    }
}
