//! Who does what a study asks where there are no threads: workers of a page, which carry the same
//! messages, or the caller's own time, slice by slice.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::Arc;

use super::memory::{Key, Memory};
use super::message::{Answer, Failure, Flow, RunRequest, Tell};
use super::worker::{Job, Slices};
use crate::results::kpi::{measure, verify};
use crate::results::record::{Names, RunRecord};
use crate::words::Words;

/// Hands that do requests, each one at a time.
pub trait Hands: Debug + Send + Sync {
    /// How many there are; at least one.
    fn count(&self) -> u32;

    /// Whether an answer is worked for while it is asked for, so that one at a time is enough.
    fn works_when_asked(&self) -> bool {
        false
    }

    /// Gives a request to a hand that has none.
    fn ask(&mut self, hand: u32, request: &RunRequest);

    /// The next answer of a hand, if there is one by now. After `Done`, `Failed` or `Cancelled` it
    /// has no request any more.
    fn answer(&mut self, hand: u32) -> Option<Answer>;

    /// Takes a request back; nothing more comes of it.
    fn dismiss(&mut self, hand: u32);
}

/// Values of a checked record as they travel: bit by bit, since texts of numbers may round.
///
/// # Errors
/// The record breaks a law.
fn figures(names: &Names, record: &RunRecord) -> Result<Answer, Failure> {
    let replication = record.replication;
    verify(names, record).map_err(|violation| Failure::Run {
        replication,
        reason: Words::verbatim(violation.to_string()),
    })?;
    let values = measure(names, record);
    Ok(Answer::Figures {
        replication,
        end_us: record.end_us,
        values: values.into_iter().map(|v| v.map(f64::to_bits)).collect(),
    })
}

/// Does a request that asks for facts or figures, with the plants that were compiled before;
/// other requests are [`super::worker::run`]'s.
pub fn run_kept(request: &RunRequest, memory: &Memory, tell: &mut dyn FnMut(Answer) -> Flow) {
    let end = match attempt(request, memory, tell) {
        Ok(Flow::Continue) => Answer::Done,
        Ok(Flow::Stop) => Answer::Cancelled,
        Err(failure) => Answer::Failed(failure),
    };
    // It is over either way.
    let _ = tell(end);
}

fn attempt(
    request: &RunRequest,
    memory: &Memory,
    tell: &mut dyn FnMut(Answer) -> Flow,
) -> Result<Flow, Failure> {
    let job = job(request, memory)?;
    if request.tell == Tell::Facts {
        return Ok(tell(Answer::Started(Box::new(job.facts().clone()))));
    }
    for replication in replications(request, &job) {
        let mut slices = job.begin(replication);
        loop {
            let (done, progress) = job.slice(&mut slices)?;
            let answer = match done {
                Some(record) => figures(&job.facts().names, &record)?,
                None => progress,
            };
            let over = matches!(answer, Answer::Figures { .. });
            if tell(answer) == Flow::Stop {
                return Ok(Flow::Stop);
            }
            if over {
                break;
            }
        }
    }
    Ok(Flow::Continue)
}

fn job(request: &RunRequest, memory: &Memory) -> Result<Arc<Job>, Failure> {
    let key = Key::of(request);
    if let Some(job) = memory.job(key) {
        return Ok(job);
    }
    let job = Arc::new(Job::new(request)?);
    memory.keep_job(key, Arc::clone(&job));
    Ok(job)
}

/// A kept plant may have been compiled for other replications.
fn replications(request: &RunRequest, job: &Job) -> std::ops::Range<u32> {
    let first = request.first_replication;
    let count = request.replications.unwrap_or(job.facts().replications);
    first..first.saturating_add(count)
}

/// One hand: the caller's own, a slice of some ms with every look for an answer.
#[derive(Debug, Default)]
pub struct Own {
    memory: Memory,
    ready: VecDeque<Answer>,
    now: Option<(Arc<Job>, VecDeque<u32>, Option<Slices>)>,
}

impl Own {
    fn slice(&mut self) -> Result<Answer, Failure> {
        let Some((job, waiting, slices)) = &mut self.now else {
            return Ok(Answer::Cancelled);
        };
        let begun = match slices {
            Some(begun) => begun,
            None => match waiting.pop_front() {
                Some(next) => slices.insert(job.begin(next)),
                None => {
                    self.now = None;
                    return Ok(Answer::Done);
                }
            },
        };
        let (done, progress) = job.slice(begun)?;
        let Some(record) = done else {
            return Ok(progress);
        };
        *slices = None;
        figures(&job.facts().names, &record)
    }
}

impl Hands for Own {
    fn count(&self) -> u32 {
        1
    }

    fn works_when_asked(&self) -> bool {
        true
    }

    fn ask(&mut self, _: u32, request: &RunRequest) {
        self.ready.clear();
        match job(request, &self.memory) {
            Ok(job) if request.tell == Tell::Facts => {
                let facts = Box::new(job.facts().clone());
                self.ready.extend([Answer::Started(facts), Answer::Done]);
            }
            Ok(job) => {
                let waiting = replications(request, &job).collect();
                self.now = Some((job, waiting, None));
            }
            Err(failure) => self.ready.push_back(Answer::Failed(failure)),
        }
    }

    fn answer(&mut self, _: u32) -> Option<Answer> {
        if let Some(answer) = self.ready.pop_front() {
            return Some(answer);
        }
        self.now.as_ref()?;
        let answer = self.slice();
        Some(answer.unwrap_or_else(|failure| {
            self.now = None;
            Answer::Failed(failure)
        }))
    }

    fn dismiss(&mut self, _: u32) {
        self.ready.clear();
        self.now = None;
    }
}
