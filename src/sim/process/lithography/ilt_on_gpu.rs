//! Inverse lithography on a GPU: the loss, its exact gradient and the steps of `ilt` (Adam's) and of `level_set`, in
//! kernels, for many clips at once, from stage to stage without a word to the host in between.
//!
//! What a step needs is made once: twenty dispatches for masks by pixels (seventeen where they are not averaged),
//! eighteen for level sets (six more where a part is held), whatever the number of clips. Both focus conditions go through the same dispatches as
//! pictures side by side. The pixel of the mask and its two amplitudes are multiplied into the coherent systems on the
//! host, so that they act on the way to the image and, conjugated, on the way back. docs/KERNELS.md says what each
//! dispatch moves and what bounds it.

use num_complex::Complex;

use crate::gpu::device::{Gpu, GpuFault};
use crate::sim::process::lithography::blocks::{grown, shrink};
use crate::sim::process::lithography::ilt::{Problem, transmission};
use crate::sim::process::lithography::level_set::LevelSet;
use crate::sim::process::lithography::schedule::Stage;

mod course;
mod level_sets;
mod stage;
mod tiled;

/// Steps that a device is given at once, so that a run can be stopped between them.
pub const STEPS_TOGETHER: u32 = 10;

pub use course::{Course, Leg};
use stage::{Level, Programs, Sizes};
pub use tiled::{SeekFault, seek};

/// A run of masks by pixels over several clips.
pub type Descent<'g> = Course<'g, Level>;
/// A run of level sets over several clips.
pub type LevelSets<'g> = Course<'g, level_sets::Level>;

impl<'g> Descent<'g> {
    /// For `clips` clips of `n` by `n` pixels; each stage's mask has a whole multiple of the pixels of the stage
    /// before, and n is a multiple of all. `free` are n by n shares, 1 where a pixel may change and 0 where it is
    /// held, in all clips.
    ///
    /// # Errors
    /// The device was lost, or allows less than is needed; or the lens has finer images, the mask wider means than
    /// the kernels take.
    pub async fn new(
        gpu: &'g Gpu,
        problem: &Problem<'_, f32>,
        stages: &[Stage],
        n: u32,
        clips: u32,
        free: Option<&[f32]>,
    ) -> Result<Self, GpuFault> {
        let sizes = Sizes::of(gpu, problem, stages, n, clips)?;
        let programs = Programs::new(gpu, sizes).await?;
        let mut levels: Vec<Level> = Vec::with_capacity(stages.len());
        for &stage in stages {
            let free = free.map(|free| shrink(free, n, stage.mask));
            let (free, before) = (free.as_deref(), levels.last());
            let level = Level::new(gpu, &programs, problem, sizes, stage, free, before)?;
            levels.push(level);
        }
        gpu.check()?;
        Ok(Self::of(gpu, n, clips, levels))
    }

    /// Puts a clip there: parameters to start from and the target, n by n shares each.
    pub fn put(&self, clip: u32, start: &[f32], target: &[f32]) {
        self.put_target(clip, target);
        let first = &self.levels[0];
        let theta = shrink(start, self.n, first.stage.mask);
        self.gpu
            .write(&first.theta, clip as usize * theta.len(), &theta);
    }

    /// Loss of each clip where its parameters stand, and the gradient, clip by clip. Takes no step.
    ///
    /// # Errors
    /// The device was lost.
    pub async fn evaluate(&mut self) -> Result<(Vec<f64>, Vec<f32>), GpuFault> {
        let clips = self.clips as usize;
        let over = self.at == self.levels.len();
        let level = &self.levels[self.at.min(self.levels.len() - 1)];
        // The history has a row to spare, for when the last stage is over.
        let here = if over {
            level.stage.iterations
        } else {
            self.here
        };
        let grow = level.grow.iter().filter(|_| here == 0);
        let mut batch = self.gpu.batch();
        batch.run_all(grow.chain(&level.back).chain(&level.gradient));
        batch.submit();
        let words = here as usize * clips..(here as usize + 1) * clips;
        let found: Vec<f32> = self
            .gpu
            .read(&level.history, words, &mut self.staging)
            .await?;
        let pixels = (level.stage.mask * level.stage.mask) as usize;
        let gradient = self
            .gpu
            .read(&level.slopes, 0..clips * pixels, &mut self.staging)
            .await?;
        self.gpu.write(&level.done, 0, &vec![here; clips]);
        Ok((found.into_iter().map(f64::from).collect(), gradient))
    }

    /// Transmissions of each clip's mask, in pixels of the last stage, also where an earlier one was the last to be
    /// stepped.
    ///
    /// # Errors
    /// The device was lost.
    pub async fn masks(&mut self) -> Result<Vec<Vec<f32>>, GpuFault> {
        // A stage that was not begun has no parameters yet.
        let begun = match self.here {
            0 => self.at.saturating_sub(1),
            _ => self.at,
        };
        let level = &self.levels[begun];
        let (side, last) = (
            level.stage.mask,
            self.levels[self.levels.len() - 1].stage.mask,
        );
        let pixels = (side * side) as usize;
        let words = 0..pixels * self.clips as usize;
        let theta: Vec<f32> = self
            .gpu
            .read(&level.theta, words, &mut self.staging)
            .await?;
        let mask = |theta: &[f32]| grown(&transmission(level.stage, theta), side, last);
        Ok(theta.chunks_exact(pixels).map(mask).collect())
    }
}

impl<'g> LevelSets<'g> {
    /// For `clips` clips of `n` by `n` pixels; n is a multiple of each stage's mask and print, and no mask is averaged.
    /// `free` are n by n shares, 1 where a mask is sought and 0 where it is held, in all clips.
    ///
    /// # Errors
    /// The device was lost, or allows less than is needed; or the lens has finer images than the kernels take.
    pub async fn new(
        gpu: &'g Gpu,
        problem: &Problem<'_, f32>,
        stages: &[Stage],
        n: u32,
        clips: u32,
        free: Option<&[f32]>,
    ) -> Result<Self, GpuFault> {
        let sizes = Sizes::of(gpu, problem, stages, n, clips)?;
        let programs = level_sets::Programs::new(gpu, sizes).await?;
        let values = level_sets::values(gpu, sizes)?;
        let levels = stages.iter().map(|&stage| {
            level_sets::Level::new(gpu, &programs, problem, sizes, stage, &values, free)
        });
        let levels = levels.collect::<Result<_, _>>()?;
        gpu.check()?;
        Ok(Self::of(gpu, n, clips, levels))
    }

    /// Puts a clip there: the level set to start from, in the band of the lens, and the target, n by n shares.
    pub fn put(&self, clip: u32, start: &LevelSet, target: &[f32]) {
        self.put_target(clip, target);
        let values = start.values();
        let words: Vec<f32> = values.iter().flat_map(|c| [c.re, c.im]).collect();
        self.gpu
            .write(&self.levels[0].values, clip as usize * words.len(), &words);
    }

    /// Largest order of the level sets.
    pub fn half(&self) -> u32 {
        self.levels[0].half
    }

    /// Puts what is held of a clip there: n by n transmissions, of which those count where nothing is free.
    pub fn put_held(&self, clip: u32, mask: &[f32]) {
        for level in &self.levels {
            if let Some(held) = &level.held {
                let mask = shrink(mask, self.n, level.stage().mask);
                let rest = mask
                    .iter()
                    .zip(&held.free)
                    .map(|(m, free)| m * (1.0 - free));
                let rest: Vec<f32> = rest.collect();
                self.gpu
                    .write(&held.rest, clip as usize * rest.len(), &rest);
            }
        }
    }

    /// The level set of each clip.
    ///
    /// # Errors
    /// The device was lost.
    pub async fn level_sets(&mut self) -> Result<Vec<LevelSet>, GpuFault> {
        let level_sets::Level { values, half, .. } = &self.levels[0];
        let each = 2 * (2 * *half as usize + 1).pow(2);
        let words = 0..each * self.clips as usize;
        let found: Vec<f32> = self.gpu.read(values, words, &mut self.staging).await?;
        let set = |words: &[f32]| {
            let (pairs, _) = words.as_chunks::<2>();
            let values = pairs.iter().map(|p| Complex::new(p[0], p[1])).collect();
            LevelSet::new(*half, values)
        };
        Ok(found.chunks_exact(each).map(set).collect())
    }
}
