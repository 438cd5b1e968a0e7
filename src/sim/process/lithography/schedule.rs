//! How long and how finely a mask is sought: stages from coarse to fine, and what each minimises.

use crate::sim::process::lithography::contest::SIDE;

/// What the optimiser minimises.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// Of the nominal print's distance from the target.
    pub nominal: f64,
    /// Of the outer print's distance from the target.
    pub outer: f64,
    /// Of the distance between outer and inner print.
    pub variation: f64,
}

/// One level of a run: coarse levels first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// Pixels of the mask along a side.
    pub mask: u32,
    /// Points along a side at which the print is looked at: as few as its smooth edges bear, see
    /// [`objective`](super::objective).
    pub print: u32,
    /// Steps.
    pub iterations: u32,
    /// Step size of Adam; of a level set, how far a step may change it in the mean.
    pub rate: f64,
    /// Pixels of the running mean along a side, odd.
    pub pool: u32,
    /// What is minimised.
    pub weights: Weights,
}

/// Stages of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Coarse first.
    pub stages: Vec<Stage>,
}

impl Schedule {
    /// Weight of the process variation that serves both figures of the contest.
    pub const VARIATION: f64 = 1.8;

    /// 20 steps on 8 nm and 100 on 4 nm, print and mask alike, distance of the outer print and the band
    /// with equal weights: the schedule and loss of OpenILT's multi-level run.
    pub fn baseline() -> Self {
        let stage = |pixels, iterations| Stage {
            mask: pixels,
            print: pixels,
            iterations,
            rate: 0.2,
            pool: 7,
            weights: Weights {
                nominal: 0.0,
                outer: 1.0,
                variation: 1.0,
            },
        };
        Self {
            stages: vec![stage(256, 20), stage(512, 100)],
        }
    }

    /// Many steps: coarse for the assist features, then the print in fine pixels.
    pub fn full(variation: f64) -> Self {
        Self::of(variation, [60, 200, 40])
    }

    /// A tenth of them.
    pub fn quick(variation: f64) -> Self {
        Self::of(variation, [10, 20, 4])
    }

    /// Many steps of a level set.
    pub fn level_set(variation: f64) -> Self {
        Self::level_set_of(variation, 300)
    }

    /// A sixth of them.
    pub fn quick_level_set(variation: f64) -> Self {
        Self::level_set_of(variation, 50)
    }

    /// One stage of 8 nm: edges of masks and prints are smooth there, as those of a level set stay.
    fn level_set_of(variation: f64, iterations: u32) -> Self {
        let stage = Stage {
            mask: 256,
            print: 256,
            iterations,
            rate: 0.2,
            pool: 1,
            weights: Weights {
                nominal: 1.0,
                outer: 0.0,
                variation,
            },
        };
        Self {
            stages: vec![stage],
        }
    }

    fn of(variation: f64, iterations: [u32; 3]) -> Self {
        let levels = [(256, 256, 0.2), (512, 512, 0.2), (512, 512, 0.1)];
        let stage = |((mask, print, rate), iterations)| Stage {
            mask,
            print,
            iterations,
            rate,
            pool: 7,
            weights: Weights {
                nominal: 1.0,
                outer: 0.0,
                variation,
            },
        };
        Self {
            stages: levels.into_iter().zip(iterations).map(stage).collect(),
        }
    }

    /// Pixels of the mask it ends with.
    pub fn mask_pixels(&self) -> u32 {
        self.stages.last().map_or(SIDE, |s| s.mask)
    }
}
