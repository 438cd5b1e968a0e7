//! What one stage of level sets needs on the device: its buffers, and its dispatches from a level set to the next.

use crate::gpu::device::{Gpu, GpuFault};
use crate::gpu::kernel::roots;
use crate::gpu::run::{Program, Step, Storage};
use crate::sim::process::lithography::ilt::{MASK_STEEPNESS, Problem};
use crate::sim::process::lithography::ilt_on_gpu::course::Leg;
use crate::sim::process::lithography::ilt_on_gpu::stage::{self, Sizes, through};
use crate::sim::process::lithography::kernels::carve::{self, Carve};
use crate::sim::process::lithography::kernels::columns::Columns;
use crate::sim::process::lithography::kernels::rows::Rows;
use crate::sim::process::lithography::kernels::spread_columns::SpreadColumns;
use crate::sim::process::lithography::kernels::spread_rows::{self, SpreadRows};
use crate::sim::process::lithography::level_set::length;
use crate::sim::process::lithography::on_gpu::scale;
use crate::sim::process::lithography::schedule::Stage;

/// Compiled kernels that only level sets need.
pub struct Programs {
    spread_soft_rows: Program,
    carve: Program,
}

impl Programs {
    /// For any sizes.
    pub async fn new(gpu: &Gpu) -> Result<Self, GpuFault> {
        Ok(Self {
            spread_soft_rows: gpu.program(&spread_rows::KERNEL, &[("print", 1)]).await?,
            carve: gpu.program(&carve::KERNEL, &[]).await?,
        })
    }
}

/// Room for the level sets of all clips.
pub fn values(gpu: &Gpu, sizes: Sizes) -> Result<Storage, GpuFault> {
    gpu.storage("values", words(&[2, sizes.clips, coefficients(sizes)]))
}

fn words(extents: &[u32]) -> usize {
    extents.iter().map(|&e| e as usize).product()
}

/// Coefficients of a level set.
fn coefficients(sizes: Sizes) -> u32 {
    (2 * sizes.half + 1) * (2 * sizes.half + 1)
}

/// What one stage needs.
pub struct Level {
    stage: Stage,
    pub half: u32,
    /// The same buffer in all stages.
    pub values: Storage,
    goal: Storage,
    history: Storage,
    steps: Vec<Step>,
}

impl Leg for Level {
    fn stage(&self) -> Stage {
        self.stage
    }
    fn steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter()
    }
    fn goal(&self) -> &Storage {
        &self.goal
    }
    fn history(&self) -> &Storage {
        &self.history
    }
}

impl Level {
    /// For a stage that goes on from where `values` stand.
    pub fn new(
        gpu: &Gpu,
        programs: &stage::Programs,
        sculpting: &Programs,
        problem: &Problem<'_, f32>,
        sizes: Sizes,
        stage: Stage,
        values: &Storage,
    ) -> Result<Self, GpuFault> {
        let Sizes { clips, half, .. } = sizes;
        let (n, each) = (stage.mask, coefficients(sizes));
        let waves = gpu.filled("waves", &roots(n as usize, n as usize))?;
        let lines = gpu.storage("lines", words(&[2, clips, n, half + 1]))?;
        let picture = gpu.storage("picture", words(&[clips, n, n]))?;
        let mask = gpu.storage("mask", words(&[2, clips, each]))?;
        let goal = gpu.storage("goal", words(&[clips, stage.print, stage.print]))?;
        let history = gpu.storage("history", words(&[stage.iterations + 1, clips]))?;
        let done = gpu.storage("done", clips as usize)?;
        let mean = gpu.storage("mean", words(&[2, clips, each]))?;
        let square = gpu.storage("square", clips as usize)?;
        let lengths = (1..=stage.iterations.max(1)).map(|step| length(stage.rate, step) as f32);
        let lengths = gpu.filled("lengths", &lengths.collect::<Vec<_>>())?;

        let mut steps = Vec::new();
        let record = SpreadColumns { n, half };
        let groups = record.groups(clips);
        let buffers = [&waves, values, &lines];
        steps.push(gpu.step(&programs.spread_columns, &record.words(), &buffers, groups)?);
        let record = SpreadRows {
            n,
            rows: clips * n,
            half,
            dose: 1.0,
            level: 0.0,
            steepness: MASK_STEEPNESS as f32,
        };
        let buffers = [&waves, &lines, &picture];
        let groups = record.groups();
        steps.push(gpu.step(
            &sculpting.spread_soft_rows,
            &record.words(),
            &buffers,
            groups,
        )?);
        let [inside, outside] = problem.tones;
        let record = Rows {
            n,
            rows: clips * n,
            half,
            offset: (outside / (inside - outside)) as f32,
        };
        let buffers = [&waves, &picture, &lines];
        steps.push(gpu.step(&programs.rows, &record.words(), &buffers, record.groups())?);
        let record = Columns {
            n,
            half,
            scale: scale(n),
        };
        let groups = record.groups(clips);
        let buffers = [&waves, &lines, &mask];
        steps.push(gpu.step(&programs.columns, &record.words(), &buffers, groups)?);
        // A level set has no pixels: its mask is looked at in points.
        let points = Stage {
            mask: sizes.n,
            ..stage
        };
        let buffers = [&mask, &goal, &history, &done];
        through(gpu, programs, problem, sizes, points, buffers, &mut steps)?;
        let record = Carve { each };
        let buffers = [&mask, &lengths, &done, &mean, &square, values];
        let groups = record.groups(clips);
        steps.push(gpu.step(&sculpting.carve, &record.words(), &buffers, groups)?);
        Ok(Self {
            stage,
            half,
            values: values.clone(),
            goal,
            history,
            steps,
        })
    }
}
