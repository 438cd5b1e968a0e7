//! A study: a base and its variants under the same luck, judged together.
//!
//! Replication i of all plants shares its seed, so their differences are taken within it (common
//! random numbers). All answers of all variants are one family: a difference is said to be shown
//! only if it stays so after Holm's correction over that family. Intervals are those of each
//! difference by itself. Figures seen before all pairs are done are estimates: to look often and
//! stop at a pleasing one would show differences that are none.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::memory::Values;
use super::message::{Facts, Failure, RunRequest};
use crate::results::compare::{Comparison, Correction, DifferenceRow, Verdict, correct};
use crate::results::kpi::Kind;

/// What is asked of a study.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// The base: scene, overrides, seed, number of pairs, horizon.
    pub base: RunRequest,
    /// What is compared with it.
    pub variants: Vec<VariantAsk>,
    /// Figures of the whole plant to answer with, by name.
    pub answers: Vec<&'static str>,
}

/// A variant: overrides on top of the base's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VariantAsk {
    /// Its name.
    pub name: String,
    /// Paths into the scene and their values.
    pub overrides: Vec<(String, String)>,
}

impl Ask {
    /// The request of plant `plant`: 0 is the base, 1 the first variant.
    pub fn request(&self, plant: usize) -> RunRequest {
        let mut request = self.base.clone();
        if let Some(variant) = plant.checked_sub(1).and_then(|v| self.variants.get(v)) {
            request.overrides.extend(variant.overrides.iter().cloned());
        }
        request
    }
}

/// How far a study is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Scenes are read and compiled.
    Preparing,
    /// Replications run.
    Running,
    /// All pairs are done.
    Done,
    /// It was stopped; what was done until then stands.
    Cancelled,
    /// It cannot be done.
    Failed {
        /// Which plant: 0 is the base, 1 the first variant.
        plant: u32,
        /// Why.
        failure: Failure,
    },
}

impl State {
    /// Whether nothing more will come.
    pub fn is_over(&self) -> bool {
        !matches!(self, Self::Preparing | Self::Running)
    }
}

/// What a study has to show at one instant.
#[derive(Clone, Debug)]
pub struct StudyView {
    /// How far it is.
    pub state: State,
    /// Pairs done of the variant that has fewest.
    pub pairs_done: u32,
    /// Pairs asked for.
    pub pairs_total: u32,
    /// Replications taken over from earlier studies.
    pub reused: u32,
    /// Replications run anew so far.
    pub ran: u32,
    /// Time since it was started, s; stands still when it is over.
    pub elapsed_s: f64,
    /// Time it will still take, s; `None`: not known yet, or over.
    pub remaining_s: Option<f64>,
    /// When the first pair of every variant was done, s after the start.
    pub first_estimate_s: Option<f64>,
    /// What came out so far.
    pub outcome: Arc<Outcome>,
}

impl StudyView {
    /// Whether the figures are only an estimate from the pairs done so far.
    pub fn is_estimate(&self) -> bool {
        self.state != State::Done
    }
}

/// What came out of a study so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outcome {
    /// Confidence of the intervals and verdicts.
    pub confidence: f64,
    /// Differences that are judged together.
    pub family: u32,
    /// The guard against false alarms among them.
    pub correction: &'static str,
    /// Variant by variant.
    pub variants: Vec<VariantView>,
}

/// What came out of a variant so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct VariantView {
    /// Its name.
    pub name: String,
    /// Pairs behind it.
    pub pairs: u32,
    /// The answers, in the order in which they were asked for.
    pub answers: Vec<DifferenceRow>,
    /// Once it is done: differences of products, lot types and tool groups that are shown after
    /// a correction over all of them, the largest in proportion first.
    pub elsewhere: Vec<DifferenceRow>,
}

impl VariantView {
    /// The answer of that name.
    pub fn answer(&self, name: &str) -> Option<&DifferenceRow> {
        self.answers.iter().find(|r| r.name == name)
    }
}

/// Takes the values of replications in and makes the outcome of them.
#[derive(Clone, Debug)]
pub struct Tally {
    answers: Vec<&'static str>,
    confidence: f64,
    base: BTreeMap<u32, Values>,
    variants: Vec<Side>,
}

#[derive(Clone, Debug)]
struct Side {
    name: String,
    comparison: Comparison,
    /// Values whose base is not done yet.
    waiting: BTreeMap<u32, Values>,
}

impl Tally {
    /// An empty one; facts of the base first, then of the variants.
    pub fn new(ask: &Ask, facts: &[&Facts]) -> Self {
        let confidence = facts.first().map_or(0.95, |f| f.confidence);
        let (base, variants) = (facts.first(), facts.iter().skip(1));
        let sides = ask.variants.iter().zip(variants).filter_map(|(v, facts)| {
            Some(Side {
                name: v.name.clone(),
                comparison: Comparison::new(&base?.names, &facts.names, confidence),
                waiting: BTreeMap::new(),
            })
        });
        Self {
            answers: ask.answers.clone(),
            confidence,
            base: BTreeMap::new(),
            variants: sides.collect(),
        }
    }

    /// Takes in the values of a replication (counted from 0) of a plant.
    pub fn take(&mut self, plant: usize, replication: u32, values: Values) {
        if let Some(variant) = plant.checked_sub(1) {
            if let Some(side) = self.variants.get_mut(variant) {
                match self.base.get(&replication) {
                    Some(base) => side.comparison.add_values(replication, base, &values),
                    None => drop(side.waiting.insert(replication, values)),
                }
            }
            return;
        }
        for side in &mut self.variants {
            if let Some(waiting) = side.waiting.remove(&replication) {
                side.comparison.add_values(replication, &values, &waiting);
            }
        }
        self.base.insert(replication, values);
    }

    /// Pairs done of the variant that has fewest.
    pub fn pairs(&self) -> u32 {
        let pairs = self.variants.iter().map(|s| s.comparison.pairs() as u32);
        pairs.min().unwrap_or(0)
    }

    /// What came out so far; `done`: with what changed elsewhere in the plant.
    pub fn outcome(&self, done: bool) -> Outcome {
        let mut variants: Vec<VariantView> = self
            .variants
            .iter()
            .map(|side| {
                let wanted = |name, kind| kind == Kind::Plant && self.answers.contains(&name);
                let mut answers = side.comparison.rows_of(Correction::None, wanted);
                answers.sort_by_key(|r| self.answers.iter().position(|a| *a == r.name));
                VariantView {
                    name: side.name.clone(),
                    pairs: side.comparison.pairs() as u32,
                    answers,
                    elsewhere: if done {
                        elsewhere(&side.comparison)
                    } else {
                        Vec::new()
                    },
                }
            })
            .collect();
        correct(variants.iter_mut().flat_map(|v| &mut v.answers));
        let mut family = 0;
        for row in variants.iter_mut().flat_map(|v| &mut v.answers) {
            row.judge(self.confidence);
            family += 1;
        }
        Outcome {
            confidence: self.confidence,
            family,
            correction: "holm",
            variants,
        }
    }
}

/// Size of a difference in proportion to the base.
fn proportion(row: &DifferenceRow) -> f64 {
    let size = row.a.abs().max(row.b.abs());
    if size > 0.0 {
        row.difference.abs() / size
    } else {
        0.0
    }
}

fn elsewhere(comparison: &Comparison) -> Vec<DifferenceRow> {
    let mut rows = comparison.rows_of(Correction::Holm, |_, kind| kind != Kind::Plant);
    rows.retain(|r| r.verdict != Verdict::NoDifference);
    rows.sort_by(|a, b| proportion(b).total_cmp(&proportion(a)));
    // A product with one lot type of its own name says everything twice.
    rows.dedup_by(|x, y| (x.name, &x.of, x.a, x.b) == (y.name, &y.of, y.a, y.b));
    rows
}

/// A bar of a tornado chart: what one variant does to one figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bar {
    /// Name of the variant.
    pub name: String,
    /// The difference.
    pub row: DifferenceRow,
}

/// What each variant does to a figure, the largest effect first.
pub fn tornado(outcome: &Outcome, answer: &str) -> Vec<Bar> {
    let bars = outcome.variants.iter().filter_map(|v| {
        Some(Bar {
            name: v.name.clone(),
            row: v.answer(answer)?.clone(),
        })
    });
    let mut bars: Vec<Bar> = bars.collect();
    bars.sort_by(|a, b| {
        let size = |bar: &Bar| bar.row.difference.abs();
        size(b)
            .total_cmp(&size(a))
            .then_with(|| a.name.cmp(&b.name))
    });
    bars
}
