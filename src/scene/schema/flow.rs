//! What flows: routes and their steps, products, releases, lots in work, checks.

use bevy::reflect::Reflect;

use super::{OperatorNeed, Scene};
use crate::scene::dist::Dist;
use crate::units::Duration;

/// A route: the steps a product goes through.
#[derive(Clone, Debug, Default, PartialEq, Reflect)]
pub struct Route {
    /// Name.
    pub name: String,
    /// Steps in order.
    pub steps: Vec<Step>,
}

/// One step of a route. References to steps are positions in the same route, from 0.
#[derive(Clone, Debug, PartialEq, Reflect)]
pub struct Step {
    /// Name, e.g. "001_Diffusion".
    pub name: String,
    /// Index of the tool group that does it.
    pub tool_group: u32,
    /// Recipe: what qualifications and batches may refer to. The step's name when absent.
    pub recipe: Option<String>,
    /// Processing time of one unit (see `per`).
    pub time: Dist,
    /// What the processing time is for.
    pub per: Per,
    /// On cascading tools: from one unit's start to the next one's.
    pub interval: Option<Duration>,
    /// On batch tools: fewest and most wafers of a batch.
    pub batch: Option<BatchSize>,
    /// Setup state the tool must be in.
    pub setup: Option<String>,
    /// Setup time of this step; else the group's table.
    pub setup_time: Option<Duration>,
    /// Probability that the step is done; else it is skipped at once.
    pub sampling: f64,
    /// Rework after the step.
    pub rework: Option<Rework>,
    /// Successors by chance; empty: the next step. Probabilities sum to 1.
    pub next: Vec<Successor>,
    /// Later steps that must be done by the very tool used here.
    pub dedicate: Vec<u32>,
    /// Critical queue times that start at the end of this step.
    pub cqt: Vec<Cqt>,
    /// Index of the reticle it needs.
    pub reticle: Option<u32>,
    /// Operator it needs; else the tool group's.
    pub operator: Option<OperatorNeed>,
}

/// What a processing time is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum Per {
    /// One lot.
    #[default]
    Lot,
    /// One wafer.
    Wafer,
    /// One batch.
    Batch,
}

/// Size of a batch, wafers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Reflect)]
pub struct BatchSize {
    /// A batch does not start with fewer.
    pub min_wafers: u32,
    /// A batch never holds more.
    pub max_wafers: u32,
}

/// Rework after a step.
#[derive(Clone, Copy, Debug, PartialEq, Reflect)]
pub struct Rework {
    /// Probability, drawn only when the step was done.
    pub probability: f64,
    /// Step to go back to.
    pub to: u32,
}

/// A successor by chance.
#[derive(Clone, Copy, Debug, PartialEq, Reflect)]
pub struct Successor {
    /// Step to go to; `None`: the lot is finished.
    pub to: Option<u32>,
    /// Probability.
    pub probability: f64,
}

/// A critical queue time: from the end of the step that carries it to the start of step `to`.
#[derive(Clone, Copy, Debug, PartialEq, Reflect)]
pub struct Cqt {
    /// Step that must start in time.
    pub to: u32,
    /// Most time between.
    pub limit: Duration,
    /// What happens when it was exceeded.
    pub on_violation: CqtAction,
    /// The step that opens the window starts only while fewer lots than this are inside it.
    pub max_lots_inside: Option<u32>,
    /// Cost of one violation, in the user's currency.
    pub cost: f64,
}

/// What happens when a critical queue time was exceeded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum CqtAction {
    /// It is counted only.
    #[default]
    Count,
    /// The lot is scrapped when the late step would start.
    Scrap,
    /// The lot goes back to the step when the late step would start.
    Rework {
        /// Step to go back to.
        to: u32,
    },
}

/// A product.
#[derive(Clone, Debug, Default, PartialEq, Reflect)]
pub struct Product {
    /// Name.
    pub name: String,
    /// Index of its route.
    pub route: u32,
}

/// A release plan: one lot type.
#[derive(Clone, Debug, PartialEq, Reflect)]
pub struct Release {
    /// Name of the lot type, e.g. "HotLot_3".
    pub name: String,
    /// Index of the product.
    pub product: u32,
    /// Wafers of a lot.
    pub wafers: u32,
    /// Priority; higher goes first under the rule "priority".
    pub priority: i32,
    /// When lots are released.
    pub plan: Plan,
    /// Due date of a lot.
    pub due: Due,
    /// Whether its lots reserve tools ahead (see [`Options::reservation`](super::Options::reservation)).
    pub reserve: bool,
}

impl Release {
    /// Lots it releases within so much time, on average; for CONWIP the lots it keeps in work,
    /// since what it releases depends on what leaves.
    pub fn expected_lots(&self, within: Duration) -> f64 {
        match &self.plan {
            Plan::Every {
                interval,
                lots,
                max,
                ..
            } => {
                let times = within.0 as f64 / interval.mean_us().max(1.0);
                f64::from(*lots) * max.map_or(times, |m| times.min(m as f64))
            }
            Plan::List(times) => times.iter().filter(|t| **t <= within).count() as f64,
            Plan::Conwip { lots } => f64::from(*lots),
        }
    }
}

impl Scene {
    /// Priority of the plant's regular lots: that of most lots released within the horizon, or
    /// where none is released of most lots in work at time 0. Lots above it are hot.
    pub fn regular_priority(&self) -> i32 {
        let mut lots = std::collections::BTreeMap::<i32, f64>::new();
        for release in &self.releases {
            *lots.entry(release.priority).or_default() += release.expected_lots(self.run.horizon);
        }
        if lots.values().all(|n| *n <= 0.0) {
            for lot in &self.wip {
                *lots.entry(lot.priority).or_default() += 1.0;
            }
        }
        // Of equally frequent priorities the lowest.
        let most = lots.values().copied().fold(0.0, f64::max);
        lots.into_iter()
            .find(|(_, n)| *n >= most)
            .map_or(0, |(priority, _)| priority)
    }
}

/// When lots of a type are released.
#[derive(Clone, Debug, PartialEq, Reflect)]
pub enum Plan {
    /// `lots` at `first`, then after every `interval`.
    Every {
        /// Time between releases; any distribution, so Poisson is an exponential one.
        interval: Dist,
        /// Time of the first release; one interval when absent.
        first: Option<Duration>,
        /// Lots at each release.
        lots: u32,
        /// Releases at most.
        max: Option<u64>,
    },
    /// At the listed times.
    List(Vec<Duration>),
    /// So many lots in work at all times: one finished releases one.
    Conwip {
        /// Lots in work.
        lots: u32,
    },
}

/// Due date of a lot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Reflect)]
pub enum Due {
    /// None.
    #[default]
    None,
    /// So long after release.
    After(Duration),
    /// So many times the raw process time after release.
    FlowFactor(f64),
}

/// A lot in work at time 0, waiting for a step.
#[derive(Clone, Debug, PartialEq, Reflect)]
pub struct WipLot {
    /// Name of the lot.
    pub name: String,
    /// Index of the product.
    pub product: u32,
    /// Step it waits for (position in the route, from 0).
    pub step: u32,
    /// Wafers.
    pub wafers: u32,
    /// Priority.
    pub priority: i32,
    /// Due time, from time 0 on.
    pub due: Option<Duration>,
}

/// A condition on a KPI that a headless run must meet.
#[derive(Clone, Debug, PartialEq, Reflect, serde::Serialize, serde::Deserialize)]
pub struct Check {
    /// KPI name, e.g. "cycle_time".
    pub kpi: String,
    /// Lot type, tool group or product it is of; empty: the whole plant.
    pub of: String,
    /// Lowest allowed value in the KPI's unit.
    pub min: Option<f64>,
    /// Highest allowed value in the KPI's unit.
    pub max: Option<f64>,
    /// Confidence with which it must hold; `None`: the mean decides.
    pub confidence: Option<f64>,
}
