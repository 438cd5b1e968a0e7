//! A run over several clips, stage by stage: what is sent to the device, and what is read back.

use crate::gpu::device::{Gpu, GpuFault};
use crate::gpu::run::{Clock, Staging, Step, Storage};
use crate::sim::process::lithography::band::resampled;
use crate::sim::process::lithography::schedule::Stage;

/// A stage on the device.
pub trait Leg {
    /// How long, how fine, what for.
    fn stage(&self) -> Stage;
    /// What is done once, before its first step.
    fn begin(&self) -> Option<&Step> {
        None
    }
    /// The dispatches of a step, in order.
    fn steps(&self) -> impl Iterator<Item = &Step>;
    /// Targets of all clips.
    fn goal(&self) -> &Storage;
    /// Loss of each clip before each step, with a row to spare.
    fn history(&self) -> &Storage;
    /// What steps count or average, zero before the first.
    fn counted(&self) -> impl Iterator<Item = &Storage>;
}

/// A run over several clips.
pub struct Course<'g, L> {
    pub(super) gpu: &'g Gpu,
    pub(super) clips: u32,
    /// Pixels along a side of what is put there.
    pub(super) n: u32,
    pub(super) levels: Vec<L>,
    /// The level that is stepped next, and its steps recorded so far.
    pub(super) at: usize,
    pub(super) here: u32,
    pub(super) staging: Staging,
}

impl<'g, L: Leg> Course<'g, L> {
    pub(super) fn of(gpu: &'g Gpu, n: u32, clips: u32, levels: Vec<L>) -> Self {
        Self {
            gpu,
            clips,
            n,
            levels,
            at: 0,
            here: 0,
            staging: Staging::default(),
        }
    }

    /// Puts the target of a clip there, n by n shares.
    pub(super) fn put_target(&self, clip: u32, target: &[f32]) {
        assert!(clip < self.clips, "as many as there is room for");
        for level in &self.levels {
            let goal = resampled(target, self.n as usize, level.stage().print as usize);
            self.gpu
                .write(level.goal(), clip as usize * goal.len(), &goal);
        }
    }

    /// Goes back before the first step, for other clips.
    pub fn restart(&mut self) {
        let mut batch = self.gpu.batch();
        for storage in self.levels.iter().flat_map(Leg::counted) {
            batch.clear(storage);
        }
        batch.submit();
        (self.at, self.here) = (0, 0);
    }

    /// The device.
    pub fn gpu(&self) -> &'g Gpu {
        self.gpu
    }

    /// Dispatches of one step of a stage, in order.
    pub fn steps(&self, stage: usize) -> impl Iterator<Item = &Step> {
        self.levels[stage].steps()
    }

    /// Steps of all stages that are not recorded yet.
    pub fn left(&self) -> u32 {
        let all = self.levels[self.at.min(self.levels.len())..].iter();
        all.map(|l| l.stage().iterations).sum::<u32>() - self.here
    }

    /// Moves on by so many steps, over stages; gives what there is to dispatch.
    fn ahead(&mut self, mut steps: u32) -> Vec<&Step> {
        let (mut at, mut here) = (self.at, self.here);
        let mut found = Vec::new();
        while steps > 0 && at < self.levels.len() {
            let level = &self.levels[at];
            if here == 0 {
                found.extend(level.begin());
            }
            let now = steps.min(level.stage().iterations - here);
            for _ in 0..now {
                found.extend(level.steps());
            }
            steps -= now;
            here += now;
            if here == level.stage().iterations {
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
                core::cmp::Ordering::Less => level.stage().iterations,
                core::cmp::Ordering::Equal => self.here,
                core::cmp::Ordering::Greater => 0,
            };
            let words = 0..steps as usize * clips;
            let found: Vec<f32> = self
                .gpu
                .read(level.history(), words, &mut self.staging)
                .await?;
            for (i, loss) in found.into_iter().enumerate() {
                losses[i % clips].push(f64::from(loss));
            }
        }
        Ok(losses)
    }
}
