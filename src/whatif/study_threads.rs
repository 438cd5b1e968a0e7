//! A study on worker threads: started, looked at while it runs, stopped.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::memory::{Key, Memory};
use super::message::{Answer, Failure, Flow};
use super::study::{Ask, Outcome, State, StudyView, Tally};
use super::threads::{Task, run_tasks};
use super::worker::{End, Job};
use crate::results::kpi::{measure, verify};
use crate::words::Words;

/// How often [`Study::wait`] looks.
const LOOK: Duration = Duration::from_millis(5);

/// A study under way.
#[derive(Debug)]
pub struct Study {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    cancel: AtomicBool,
    started: Instant,
    seen: Mutex<Seen>,
}

#[derive(Debug)]
struct Seen {
    state: State,
    pairs_done: u32,
    pairs_total: u32,
    reused: u32,
    ran: u32,
    /// When replications began, s after the start, and what share of them is done.
    began_s: f64,
    share: f64,
    first_estimate_s: Option<f64>,
    over_s: Option<f64>,
    outcome: Arc<Outcome>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        // What is seen is whole whenever the lock is free, even if a thread died.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now_s(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    fn cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }
}

impl Study {
    /// Starts it on so many threads. What the memory holds is not run again; what is run is kept.
    pub fn start(ask: Ask, memory: &Memory, threads: u32) -> Self {
        let shared = Arc::new(Shared {
            cancel: AtomicBool::new(false),
            started: Instant::now(),
            seen: Mutex::new(Seen {
                state: State::Preparing,
                pairs_done: 0,
                pairs_total: 0,
                reused: 0,
                ran: 0,
                began_s: 0.0,
                share: 0.0,
                first_estimate_s: None,
                over_s: None,
                outcome: Arc::default(),
            }),
        });
        let (mine, memory) = (Arc::clone(&shared), memory.clone());
        let thread = std::thread::spawn(move || {
            let end = conduct(&ask, &memory, threads, &mine);
            let now_s = mine.now_s();
            let mut seen = mine.lock();
            seen.over_s = Some(now_s);
            seen.state = end;
        });
        Self { shared, thread }
    }

    /// What there is to show now; cheap enough for every frame.
    pub fn poll(&self) -> StudyView {
        let died = self.thread.is_finished();
        let seen = self.shared.lock();
        let elapsed_s = seen.over_s.unwrap_or_else(|| self.shared.now_s());
        let state = if died && !seen.state.is_over() {
            let reason =
                Words::verbatim("the study's thread ended early; this is a fault of the program");
            State::Failed {
                plant: 0,
                failure: Failure::Request { reason },
            }
        } else {
            seen.state.clone()
        };
        let known = state == State::Running && seen.share > 0.0;
        StudyView {
            pairs_done: seen.pairs_done,
            pairs_total: seen.pairs_total,
            reused: seen.reused,
            ran: seen.ran,
            elapsed_s,
            remaining_s: known
                .then(|| (elapsed_s - seen.began_s) * (1.0 - seen.share).max(0.0) / seen.share),
            first_estimate_s: seen.first_estimate_s,
            outcome: Arc::clone(&seen.outcome),
            state,
        }
    }

    /// Nothing: the threads work by themselves. As [`super::study_hands::Study::work`].
    pub fn work(&self, _now_s: f64) {}

    /// Asks it to stop, which it does within a few hundredths of a second.
    pub fn cancel(&self) {
        self.shared.cancel.store(true, Ordering::Relaxed);
    }

    /// Waits for its end.
    pub fn wait(self) -> StudyView {
        while !self.thread.is_finished() {
            std::thread::sleep(LOOK);
        }
        self.poll()
    }
}

impl Drop for Study {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// Reads and compiles the plants of a study, each in a thread of its own, or takes them from memory.
fn prepare(ask: &Ask, memory: &Memory, shared: &Shared) -> Result<Vec<(Key, Arc<Job>)>, State> {
    let failed = |plant: usize, failure| State::Failed {
        plant: plant as u32,
        failure,
    };
    let make = |request: &super::RunRequest| -> Result<(Key, Arc<Job>), Failure> {
        let key = Key::of(request);
        if let Some(job) = memory.job(key) {
            return Ok((key, job));
        }
        let job = Arc::new(Job::new(request)?);
        memory.keep_job(key, Arc::clone(&job));
        Ok((key, job))
    };
    let base = make(&ask.request(0)).map_err(|f| failed(0, f))?;
    let facts = base.1.facts();
    // The variants share the base's luck, also where they say otherwise.
    let (seed, first) = (facts.seed, facts.first_replication);
    let mut jobs = vec![base];
    for plant in 1..=ask.variants.len() {
        if shared.cancelled() {
            return Err(State::Cancelled);
        }
        let request = super::RunRequest {
            seed: Some(seed),
            first_replication: first,
            ..ask.request(plant)
        };
        jobs.push(make(&request).map_err(|f| failed(plant, f))?);
    }
    Ok(jobs)
}

fn conduct(ask: &Ask, memory: &Memory, threads: u32, shared: &Shared) -> State {
    let plants = match prepare(ask, memory, shared) {
        Ok(plants) => plants,
        Err(state) => return state,
    };
    let facts: Vec<_> = plants.iter().map(|(_, job)| job.facts()).collect();
    let first = facts[0].first_replication;
    let pairs = ask.base.replications.unwrap_or(facts[0].replications);
    let mut tally = Tally::new(ask, &facts);
    let mut tasks = Vec::new();
    let mut reused = 0;
    for replication in first..first + pairs {
        for (job, (key, _)) in plants.iter().enumerate() {
            match memory.values(*key, replication) {
                Some(values) => {
                    reused += 1;
                    tally.take(job, replication - first, values);
                }
                None => tasks.push(Task { job, replication }),
            }
        }
    }
    {
        let began_s = shared.now_s();
        let mut seen = shared.lock();
        seen.state = State::Running;
        seen.pairs_total = pairs;
        seen.reused = reused;
        seen.began_s = began_s;
    }
    let show = |tally: &Tally, done: bool| {
        let (outcome, pairs) = (Arc::new(tally.outcome(done)), tally.pairs());
        let now_s = shared.now_s();
        let mut seen = shared.lock();
        seen.outcome = outcome;
        seen.pairs_done = pairs;
        if pairs > 0 && seen.first_estimate_s.is_none() {
            seen.first_estimate_s = Some(now_s);
        }
    };
    show(&tally, false);
    let total_us: u64 = tasks.iter().map(|t| facts[t.job].horizon_us).sum();
    let (mut closed_us, mut open) = (0u64, BTreeMap::<(usize, u32), u64>::new());
    let mut fault = None;
    let jobs: Vec<&Job> = plants.iter().map(|(_, job)| job.as_ref()).collect();
    let end = run_tasks(
        &jobs,
        &tasks,
        threads,
        &shared.cancel,
        &mut |job, answer| {
            match answer {
                Answer::Progress {
                    replication,
                    done_us,
                    ..
                } => {
                    open.insert((job, replication), done_us);
                }
                Answer::Replication(record) => {
                    let names = &facts[job].names;
                    if let Err(violation) = verify(names, &record) {
                        fault = Some((job, violation.to_string()));
                        return Flow::Stop;
                    }
                    let values = Arc::new(measure(names, &record));
                    memory.keep(plants[job].0, record.replication, Arc::clone(&values));
                    open.remove(&(job, record.replication));
                    closed_us += record.end_us;
                    let before = tally.pairs();
                    tally.take(job, record.replication - first, values);
                    shared.lock().ran += 1;
                    if tally.pairs() > before || job > 0 {
                        show(&tally, false);
                    }
                }
                _ => {}
            }
            let done_us = closed_us + open.values().sum::<u64>();
            shared.lock().share = done_us as f64 / total_us.max(1) as f64;
            Flow::Continue
        },
    );
    if let Some((plant, reason)) = fault {
        return State::Failed {
            plant: plant as u32,
            failure: Failure::Request {
                reason: Words::verbatim(reason),
            },
        };
    }
    match end {
        End::Done => {
            show(&tally, true);
            State::Done
        }
        End::Cancelled => State::Cancelled,
        End::Failed(failure) => State::Failed { plant: 0, failure },
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::results::compare::{Correction, Verdict};
    use crate::scene::Bundle;
    use crate::whatif::pair::Pair;
    use crate::whatif::study::VariantAsk;
    use crate::whatif::{Flow, RunRequest};

    /// A question that any way of answering must answer alike.
    pub fn ask(days: u64, pairs: u32) -> Ask {
        let text = include_str!("../../scenes/minifab.ron");
        let variant = |name: &str, path: &str, value: &str| VariantAsk {
            name: name.to_owned(),
            overrides: vec![(path.to_owned(), value.to_owned())],
        };
        Ask {
            base: RunRequest {
                bundle: Bundle::from_text("minifab.ron", text),
                replications: Some(pairs),
                horizon_us: Some(days * 86_400_000_000),
                ..RunRequest::default()
            },
            variants: vec![
                variant("two", "tool_groups.Me.count", "2"),
                variant("seed of areas", "areas.Litho.light", "White"),
            ],
            answers: vec!["cycle_time", "throughput", "wip"],
        }
    }

    #[test]
    fn a_study_agrees_with_pairs_and_remembers() {
        let (ask, memory) = (ask(60, 6), Memory::default());
        let view = Study::start(ask.clone(), &memory, 2).wait();
        assert_eq!(view.state, State::Done);
        assert_eq!((view.pairs_done, view.ran, view.reused), (6, 18, 0));
        let mut pair = Pair::new(&ask.request(0), &ask.request(1)).expect("both run");
        pair.run(&mut |_, _| Flow::Continue)
            .expect("within the laws");
        let rows = pair.comparison().rows(Correction::None);
        let two = &view.outcome.variants[0];
        assert_eq!(two.answers.len(), 3);
        for answer in &two.answers {
            let row = rows
                .iter()
                .find(|r| r.name == answer.name && r.of.is_empty());
            let row = row.expect("the pair has it too");
            assert_eq!((answer.a, answer.b), (row.a, row.b));
            assert_eq!((answer.low, answer.high), (row.low, row.high));
        }
        // A second tool at the bottleneck shortens the cycle time; the colour of light does nothing.
        assert_eq!(two.answers[0].verdict, Verdict::Better);
        let light = &view.outcome.variants[1];
        assert!(light.answers.iter().all(|r| r.difference == 0.0));
        assert!(
            light
                .answers
                .iter()
                .all(|r| r.verdict == Verdict::NoDifference)
        );
        assert_eq!(view.outcome.family, 6);

        // Asked again with one variant more: only that one runs.
        let mut more = ask.clone();
        more.variants.push(VariantAsk {
            name: "three".into(),
            overrides: vec![("tool_groups.Me.count".into(), "3".into())],
        });
        let again = Study::start(more, &memory, 2).wait();
        assert_eq!((again.ran, again.reused), (6, 18));
        assert_eq!(again.outcome.variants[0].answers[0].b, two.answers[0].b);
    }

    #[test]
    fn a_cancelled_study_ends_at_once_and_keeps_its_pairs() {
        let memory = Memory::default();
        let study = Study::start(ask(20_000, 50), &memory, 2);
        while study.poll().state == State::Preparing {
            std::thread::sleep(LOOK);
        }
        std::thread::sleep(Duration::from_millis(50));
        let asked = Instant::now();
        study.cancel();
        let view = study.wait();
        let took = asked.elapsed();
        assert_eq!(view.state, State::Cancelled);
        assert!(view.pairs_done < 50);
        // 100 ms on a quiet machine; other work may hold the threads up here.
        assert!(took < Duration::from_millis(1_000), "{took:?}");
        println!("cancelled after {took:?}");
    }

    #[test]
    fn a_variant_that_cannot_run_is_named() {
        let mut wrong = ask(10, 2);
        wrong.variants[1].overrides = vec![("tool_groups.Mf.count".into(), "2".into())];
        let view = Study::start(wrong, &Memory::default(), 2).wait();
        match view.state {
            State::Failed { plant, failure } => {
                assert_eq!(plant, 2);
                assert!(failure.to_string().contains("Mf"), "{failure}");
            }
            other => panic!("{other:?}"),
        }
    }
}
