//! The checked scene: what every record of a scene file means, in plain values.
//!
//! References between records are resolved to indices (`u32`, position in the
//! scene's own list), quantities are converted to their base unit, every value
//! is inside its range. Nothing here knows of entities or of a GPU.

use bevy::reflect::Reflect;

mod flow;
mod options;
mod plant;

use crate::units::Duration;
pub use flow::*;
pub use options::*;
pub use plant::*;

/// A checked scene, ready to be spawned into a world.
#[derive(Clone, Debug, Default, PartialEq, Reflect)]
pub struct Scene {
    /// Name shown in reports and window titles.
    pub name: String,
    /// One paragraph on what plant this is and where its figures come from.
    pub about: String,
    /// Inputs that nobody measured, a sentence each.
    pub assumed: Vec<String>,
    /// Horizon, warm-up, replications, seed.
    pub run: Run,
    /// Named choices between readings of the model that the trade leaves open.
    pub options: Options,
    /// Upper bounds that stop a run which has lost its stability.
    pub limits: Limits,
    /// Areas of the fab (litho, etch ...), in file order.
    pub areas: Vec<Area>,
    /// Bays: rectangles on the floor, each in one area.
    pub bays: Vec<Bay>,
    /// Repair crews.
    pub crews: Vec<Pool>,
    /// Operator pools.
    pub operators: Vec<Pool>,
    /// Reticles: a step that names one holds it while it is processed.
    pub reticles: Vec<Pool>,
    /// Transport locations, e.g. "Fab", "Delay". Tool groups stand in one.
    pub locations: Vec<String>,
    /// Transport times between locations; a pair not listed takes no time.
    pub transport: Vec<TransportTime>,
    /// Stockers.
    pub stockers: Vec<Stocker>,
    /// Tool groups: interchangeable tools that share one queue.
    pub tool_groups: Vec<ToolGroup>,
    /// Routes.
    pub routes: Vec<Route>,
    /// Products.
    pub products: Vec<Product>,
    /// Release plans: one lot type each.
    pub releases: Vec<Release>,
    /// Lots in work at time 0.
    pub wip: Vec<WipLot>,
    /// Checks that decide the exit code of a headless run.
    pub checks: Vec<Check>,
}

/// How a run is made unless the command line says otherwise.
#[derive(Clone, Debug, PartialEq, Reflect)]
pub struct Run {
    /// Simulated time of one replication.
    pub horizon: Duration,
    /// Statistics start after this time; lots released before it are not counted.
    pub warmup: Duration,
    /// Independent replications.
    pub replications: u32,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Confidence level of the intervals, e.g. 0.95.
    pub confidence: f64,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            horizon: Duration::days(365),
            warmup: Duration::ZERO,
            replications: 5,
            seed: 1,
            confidence: 0.95,
        }
    }
}

/// Upper bounds of a run; reaching one ends it with an error that says which.
#[derive(Clone, Debug, PartialEq, Reflect)]
pub struct Limits {
    /// Lots in work at the same time.
    pub lots: u32,
    /// Steps at zero simulated time before a run counts as stuck in a loop.
    pub steps_at_one_instant: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            lots: 200_000,
            steps_at_one_instant: 10_000_000,
        }
    }
}
