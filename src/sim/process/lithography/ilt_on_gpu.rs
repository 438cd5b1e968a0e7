//! Inverse lithography on a GPU: the loss, its exact gradient and Adam's steps of `ilt`, in kernels, for many clips
//! at once, from stage to stage without a word to the host in between.
//!
//! What a step needs is made once: twenty dispatches (seventeen where the mask is not averaged), whatever the number
//! of clips. Both focus conditions go through the same dispatches as pictures side by side. The pixel of the mask and
//! its two amplitudes are multiplied into the coherent systems on the host, so that they act on the way to the image
//! and, conjugated, on the way back. docs/KERNELS.md says what each dispatch moves and what bounds it.

use crate::gpu::device::{Gpu, GpuFault};
use crate::gpu::run::{Clock, Staging, Step};
use crate::sim::process::lithography::blocks::{grown, shrink};
use crate::sim::process::lithography::ilt::{Problem, transmission};
use crate::sim::process::lithography::kernels::pool::REACH_MAX;
use crate::sim::process::lithography::kernels::slopes::HALF_MAX;
use crate::sim::process::lithography::on_gpu::{BITS_MAX, SPLITS};
use crate::sim::process::lithography::schedule::Stage;

mod stage;

use stage::{Level, Programs, Sizes};

/// A run over several clips.
pub struct Descent<'g> {
    gpu: &'g Gpu,
    clips: u32,
    /// Pixels along a side of what is put there.
    n: u32,
    levels: Vec<Level>,
    /// The level that is stepped next, and its steps recorded so far.
    at: usize,
    here: u32,
    staging: Staging,
}

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
        assert!(clips > 0 && !stages.is_empty(), "something to do");
        let half = problem.focus.half();
        assert_eq!(
            half,
            problem.defocus.half(),
            "both conditions have one band"
        );
        let bits = (4 * half + 1).next_power_of_two().ilog2().max(1);
        let allows =
            |what: &str, needed: u32, allowed: u32| gpu.limit(what, needed.into(), allowed.into());
        let grid = "the coarse grid of the fields (places along a side)";
        allows(grid, 1 << bits, 1 << BITS_MAX)?;
        allows("the images' largest order", 2 * half, HALF_MAX)?;
        for stage in stages {
            let reach = "the running mean of the mask (pixels)";
            allows(reach, stage.pool, 2 * REACH_MAX + 1)?;
            assert!(
                stage.mask > 2 * half && stage.print > 4 * half && stage.print.is_multiple_of(4),
                "the grids hold the bands"
            );
        }
        let lenses = [problem.focus, problem.defocus];
        let most = lenses.map(|l| l.systems().len() as u32);
        let most = most[0].max(most[1]).max(1);
        let splits = most.min(SPLITS);
        let sizes = Sizes {
            clips,
            half,
            bits,
            each: most.next_multiple_of(splits),
            splits,
        };
        let programs = Programs::new(gpu, bits, 2 * half).await?;
        let mut levels: Vec<Level> = Vec::with_capacity(stages.len());
        for &stage in stages {
            let free = free.map(|free| shrink(free, n, stage.mask));
            let (free, before) = (free.as_deref(), levels.last());
            let level = Level::new(gpu, &programs, problem, sizes, stage, free, before)?;
            levels.push(level);
        }
        gpu.check()?;
        Ok(Self {
            gpu,
            clips,
            n,
            levels,
            at: 0,
            here: 0,
            staging: Staging::default(),
        })
    }

    /// Puts a clip there: parameters to start from and the target, n by n shares each.
    pub fn put(&self, clip: u32, start: &[f32], target: &[f32]) {
        assert!(clip < self.clips, "as many as there is room for");
        for (k, level) in self.levels.iter().enumerate() {
            let goal = shrink(target, self.n, level.stage.print);
            self.gpu
                .write(&level.goal, clip as usize * goal.len(), &goal);
            if k == 0 {
                let theta = shrink(start, self.n, level.stage.mask);
                self.gpu
                    .write(&level.theta, clip as usize * theta.len(), &theta);
            }
        }
    }

    /// Dispatches of one step of a stage, in order.
    pub fn steps(&self, stage: usize) -> impl Iterator<Item = &Step> {
        self.levels[stage].all()
    }

    /// Steps of all stages that are not recorded yet.
    pub fn left(&self) -> u32 {
        let all = self.levels[self.at.min(self.levels.len())..].iter();
        all.map(|l| l.stage.iterations).sum::<u32>() - self.here
    }

    /// Moves on by so many steps, over stages; gives what there is to dispatch.
    fn ahead(&mut self, mut steps: u32) -> Vec<&Step> {
        let (mut at, mut here) = (self.at, self.here);
        let mut found = Vec::new();
        while steps > 0 && at < self.levels.len() {
            let level = &self.levels[at];
            if here == 0 {
                found.extend(&level.grow);
            }
            let now = steps.min(level.stage.iterations - here);
            for _ in 0..now {
                found.extend(level.all());
            }
            steps -= now;
            here += now;
            if here == level.stage.iterations {
                (at, here) = (at + 1, 0);
            }
        }
        (self.at, self.here) = (at, here);
        found
    }

    /// Sends so many steps to the device, and returns at once.
    pub fn advance(&mut self, steps: u32) {
        let gpu = self.gpu;
        let mut batch = gpu.batch();
        batch.run_all(self.ahead(steps));
        batch.submit();
    }

    /// The same with time stamps around them: their seconds, once they are done.
    ///
    /// # Errors
    /// The device was lost.
    pub async fn time(&mut self, steps: u32, clock: &Clock) -> Result<f64, GpuFault> {
        let gpu = self.gpu;
        let mut batch = gpu.batch();
        batch.run_timed(&self.ahead(steps), clock);
        batch.submit();
        gpu.seconds(clock, &mut self.staging).await
    }

    /// Waits until all that was sent is done.
    ///
    /// # Errors
    /// The device was lost.
    pub fn settle(&self) -> Result<(), GpuFault> {
        self.gpu.wait();
        self.gpu.check()
    }

    /// Loss of each clip before each step so far.
    ///
    /// # Errors
    /// The device was lost.
    pub async fn losses(&mut self) -> Result<Vec<Vec<f64>>, GpuFault> {
        let clips = self.clips as usize;
        let mut losses = vec![Vec::new(); clips];
        for (k, level) in self.levels.iter().enumerate() {
            let steps = match k.cmp(&self.at) {
                core::cmp::Ordering::Less => level.stage.iterations,
                core::cmp::Ordering::Equal => self.here,
                core::cmp::Ordering::Greater => 0,
            };
            let words = 0..steps as usize * clips;
            let found: Vec<f32> = self
                .gpu
                .read(&level.history, words, &mut self.staging)
                .await?;
            for (i, loss) in found.into_iter().enumerate() {
                losses[i % clips].push(f64::from(loss));
            }
        }
        Ok(losses)
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
