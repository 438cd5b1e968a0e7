//! What is asked of a run and what it answers.
//!
//! Both are plain values that serde carries as JSON or any other form. Counts of µs can exceed
//! 2^53 only where they mean "never" (`u64::MAX`); a reader in JavaScript rounds those.

use serde::{Deserialize, Serialize};

use crate::results::record::{LotRecord, Names, RunRecord, StepRecord};
use crate::scene::Bundle;
use crate::scene::diagnostic::Told;
use crate::scene::schema::Check;
use crate::words::Words;

/// A run to be done: the scene with all its files and what the scene leaves to the caller.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunRequest {
    /// The scene.
    pub bundle: Bundle,
    /// Paths into the scene and their values, e.g. `("tool_groups.Litho.count", "5")`.
    pub overrides: Vec<(String, String)>,
    /// Seed; the scene's when absent.
    pub seed: Option<u64>,
    /// Number of the first replication.
    pub first_replication: u32,
    /// How many replications; the scene's when absent.
    pub replications: Option<u32>,
    /// Simulated time of one replication, µs; the scene's when absent. A warm-up that does
    /// not fit into it is shortened in proportion, unless `warmup_us` says otherwise.
    pub horizon_us: Option<u64>,
    /// Warm-up, µs; the scene's when absent.
    pub warmup_us: Option<u64>,
    /// Whether every step of every lot is told.
    pub trace_steps: bool,
    /// The lot whose path through the first replication is told.
    pub story: StoryOf,
    /// How much is told of each replication.
    pub tell: Tell,
}

/// How much is told of each replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tell {
    /// Its record.
    #[default]
    Records,
    /// Its figures only; neither steps nor a story.
    Figures,
    /// Nothing is run; only what the request comes to mean is told.
    Facts,
}

/// Whose path through the plant is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoryOf {
    /// Nobody's.
    #[default]
    Nobody,
    /// That of a lot with the median cycle time of the most frequent lot type.
    Typical,
    /// That of this lot.
    Lot(LotId),
}

/// A lot as people name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotId {
    /// Name of its lot type.
    pub lot_type: String,
    /// Number within the type, from 0 in order of release.
    pub number: u32,
}

impl std::fmt::Display for LotId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.lot_type, self.number)
    }
}

impl std::str::FromStr for LotId {
    type Err = String;

    /// Reads `TYPE/NUMBER`; a type may hold slashes itself.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "expected TYPE/NUMBER, e.g. Lot_3/17".to_owned();
        let (lot_type, number) = text.rsplit_once(['/', '#']).ok_or_else(wrong)?;
        let lot_type = lot_type.trim();
        if lot_type.is_empty() {
            return Err(wrong());
        }
        Ok(Self {
            lot_type: lot_type.to_owned(),
            number: number.trim().parse().map_err(|_| wrong())?,
        })
    }
}

/// What a request came to mean once its scene was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Name of the scene.
    pub scene: String,
    /// What plant it is.
    pub about: String,
    /// Inputs that nobody measured, a sentence each.
    pub assumed: Vec<String>,
    /// Version of the program.
    pub version: String,
    /// Seed of the run; each replication has its own made from it.
    pub seed: u64,
    /// Number of the first replication.
    pub first_replication: u32,
    /// How many replications.
    pub replications: u32,
    /// Simulated time of one replication, µs.
    pub horizon_us: u64,
    /// Warm-up, µs.
    pub warmup_us: u64,
    /// Whether the scene's warm-up did not fit and was shortened.
    pub warmup_shortened: bool,
    /// Confidence of the intervals.
    pub confidence: f64,
    /// Demands on the figures.
    pub checks: Vec<Check>,
    /// Warnings about the scene, as text for people; may be empty.
    pub warnings: String,
    /// Names behind the indices of records.
    pub names: Names,
}

/// What a run tells while it is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// The scene is read; replications begin.
    Started(Box<Facts>),
    /// How far a replication is.
    Progress {
        /// Replication.
        replication: u32,
        /// Simulated time done, µs.
        done_us: u64,
        /// Simulated time in all, µs.
        total_us: u64,
    },
    /// Steps that lots have done, in order of time within the replication.
    Steps {
        /// Replication.
        replication: u32,
        /// Steps.
        steps: Vec<StepRecord>,
    },
    /// A replication is done.
    Replication(Box<RunRecord>),
    /// A replication is done, and its figures were asked for instead of its record.
    Figures {
        /// Replication.
        replication: u32,
        /// Simulated time at its end, µs.
        end_us: u64,
        /// Bits (IEEE 754 binary64) of the values of [`crate::results::kpi::measure`].
        values: Vec<Option<u64>>,
    },
    /// The path of the lot that was asked for.
    Story {
        /// Replication.
        replication: u32,
        /// The lot.
        lot: LotRecord,
        /// Its steps in order of time.
        steps: Vec<StepRecord>,
    },
    /// The run cannot be done, or not to its end; nothing follows.
    Failed(Failure),
    /// The run was stopped from outside; nothing follows.
    Cancelled,
    /// All replications are done; nothing follows.
    Done,
}

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Stop as soon as possible.
    Stop,
}

/// Why a run cannot be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Failure {
    /// The scene has faults; all of them, as text for people.
    #[error("{summary}\n\n{text}")]
    Scene {
        /// How many, e.g. "2 errors".
        summary: String,
        /// Each with place, expectation and nearest name, as logs and the command line tell it.
        text: String,
        /// The same for the view, which tells it in the reader's language.
        findings: Vec<Told>,
    },
    /// The scene is right, but there is nothing that could run.
    #[error("the scene cannot run: {reason}")]
    Model {
        /// Why.
        reason: Words,
    },
    /// The request asks for what cannot be.
    #[error("{reason}")]
    Request {
        /// What, and what is expected.
        reason: Words,
    },
    /// A replication broke off.
    #[error("replication {replication} broke off: {reason}")]
    Run {
        /// Replication.
        replication: u32,
        /// Why.
        reason: Words,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::record::GroupRecord;

    #[test]
    fn lots_are_named_by_type_and_number() {
        let lot: LotId = "Fab/A #17".parse().expect("a lot");
        assert_eq!((lot.lot_type.as_str(), lot.number), ("Fab/A", 17));
        assert_eq!(lot.to_string().parse(), Ok(lot));
        for wrong in ["", "Lot_3", "/3", "Lot_3/", "Lot_3/x", "Lot_3/-1"] {
            assert!(wrong.parse::<LotId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn messages_survive_json() {
        let request = RunRequest {
            bundle: Bundle::from_text("a.ron", "(schema: 1)"),
            overrides: vec![("run.seed".into(), "4".into())],
            replications: Some(3),
            story: StoryOf::Lot("A/1".parse().expect("a lot")),
            ..RunRequest::default()
        };
        let text = serde_json::to_string(&request).expect("JSON");
        assert_eq!(
            serde_json::from_str::<RunRequest>(&text).expect("read"),
            request
        );
        let short: RunRequest =
            serde_json::from_str(r#"{"bundle":{"main":"a","files":{}}}"#).expect("read");
        assert_eq!(short.replications, None);
        let record = RunRecord {
            groups: vec![GroupRecord {
                wait_us: u128::from(u64::MAX) * 9,
                ..GroupRecord::default()
            }],
            ..RunRecord::default()
        };
        let answer = Answer::Replication(Box::new(record));
        let text = serde_json::to_string(&answer).expect("JSON");
        assert_eq!(serde_json::from_str::<Answer>(&text).expect("read"), answer);
    }
}
