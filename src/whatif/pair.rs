//! Two variants of a plant against each other, under the same luck.

use super::message::{Answer, Failure, Flow, RunRequest};
use super::worker::{End, Job};
use crate::results::compare::Comparison;
use crate::results::kpi::Violation;
use crate::results::record::RunRecord;

/// Two jobs whose replications share their seeds, and what came out so far.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The jobs: the base and the variant.
    pub jobs: [Job; 2],
    comparison: Comparison,
    /// A replication of the base whose partner is not done yet.
    waiting: Option<Box<RunRecord>>,
}

impl Pair {
    /// Makes both requests ready. The variant takes over the base's seed and replications.
    ///
    /// # Errors
    /// The failure of the first request that cannot be done, and which it is (0 or 1).
    pub fn new(base: &RunRequest, variant: &RunRequest) -> Result<Self, (usize, Failure)> {
        let base = Job::new(base).map_err(|f| (0, f))?;
        let facts = base.facts();
        let variant = RunRequest {
            seed: Some(facts.seed),
            first_replication: facts.first_replication,
            replications: Some(facts.replications),
            ..variant.clone()
        };
        let variant = Job::new(&variant).map_err(|f| (1, f))?;
        let comparison = Comparison::new(
            &base.facts().names,
            &variant.facts().names,
            facts.confidence,
        );
        Ok(Self {
            jobs: [base, variant],
            comparison,
            waiting: None,
        })
    }

    /// Takes the record of a job in; those of one replication must follow each other, the
    /// base's first.
    ///
    /// # Errors
    /// A record breaks a law.
    pub fn take(&mut self, job: usize, record: Box<RunRecord>) -> Result<(), Violation> {
        if job == 0 {
            self.waiting = Some(record);
            return Ok(());
        }
        match self.waiting.take() {
            Some(base) => self.comparison.add(&base, &record),
            None => Ok(()),
        }
    }

    /// What came out so far.
    pub fn comparison(&self) -> &Comparison {
        &self.comparison
    }

    /// Does all replications in this thread; `tell` gets the job's index and its answers and
    /// says whether to go on.
    ///
    /// # Errors
    /// A record breaks a law.
    pub fn run(&mut self, tell: &mut dyn FnMut(usize, &Answer) -> Flow) -> Result<End, Violation> {
        let facts = self.jobs[0].facts();
        let first = facts.first_replication;
        for replication in first..first + facts.replications {
            for job in 0..2 {
                let mut record = None;
                let end = self.jobs[job].replicate(replication, &mut |answer| {
                    let flow = tell(job, &answer);
                    if let Answer::Replication(whole) = answer {
                        record = Some(whole);
                    }
                    flow
                });
                if end != End::Done {
                    return Ok(end);
                }
                if let Some(record) = record {
                    self.take(job, record)?;
                }
            }
        }
        Ok(End::Done)
    }
}
