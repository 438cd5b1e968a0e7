//! What one stage of level sets needs on the device: its buffers, and its dispatches from a level set to the next.

use crate::gpu::device::{Gpu, GpuFault};
use crate::gpu::run::{Program, Step, Storage};
use crate::sim::process::lithography::blocks::shrink;
use crate::sim::process::lithography::ilt::{MASK_STEEPNESS, Problem};
use crate::sim::process::lithography::ilt_on_gpu::course::Leg;
use crate::sim::process::lithography::ilt_on_gpu::stage::{Sizes, Through, through};
use crate::sim::process::lithography::kernels::carve::{self, Carve};
use crate::sim::process::lithography::kernels::columns::Columns;
use crate::sim::process::lithography::kernels::hold::{self, Hold};
use crate::sim::process::lithography::kernels::rows::Rows;
use crate::sim::process::lithography::kernels::spread_columns::SpreadColumns;
use crate::sim::process::lithography::kernels::spread_rows::{self, SpreadRows};
use crate::sim::process::lithography::level_set::length;
use crate::sim::process::lithography::on_gpu::{Waves, scale};
use crate::sim::process::lithography::schedule::Stage;

/// Compiled kernels of level sets.
pub struct Programs {
    through: Through,
    spread_soft_rows: Program,
    carve: Program,
    /// Of what is free, with and without what is held.
    hold: Program,
    free: Program,
}

impl Programs {
    /// For sizes.
    pub async fn new(gpu: &Gpu, sizes: Sizes) -> Result<Self, GpuFault> {
        Ok(Self {
            through: Through::new(gpu, sizes).await?,
            spread_soft_rows: gpu.program(&spread_rows::KERNEL, &[("print", 1)]).await?,
            carve: gpu.program(&carve::KERNEL, &[]).await?,
            hold: gpu.program(&hold::KERNEL, &[("keeps", 1)]).await?,
            free: gpu.program(&hold::KERNEL, &[]).await?,
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
    /// What is held, where something is: of all clips, dark where it is free.
    pub held: Option<Held>,
    goal: Storage,
    history: Storage,
    /// Means of the slopes and of their squares, steps done.
    counted: [Storage; 3],
    steps: Vec<Step>,
}

/// What of the masks of all clips is not sought.
pub struct Held {
    /// Shares of the pixels of any clip that are sought.
    pub free: Vec<f32>,
    /// What the others let through, by clip.
    pub rest: Storage,
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
    fn counted(&self) -> impl Iterator<Item = &Storage> {
        self.counted.iter()
    }
}

impl Level {
    /// For a stage that goes on from where `values` stand; `free` are shares of the pixels of any target.
    pub fn new(
        gpu: &Gpu,
        programs: &Programs,
        problem: &Problem<'_, f32>,
        sizes: Sizes,
        stage: Stage,
        values: &Storage,
        free: Option<&[f32]>,
    ) -> Result<Self, GpuFault> {
        let Sizes { clips, half, .. } = sizes;
        let (n, each) = (stage.mask, coefficients(sizes));
        let waves = Waves::of(gpu, n)?;
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

        let held = match free {
            None => None,
            Some(free) => Some(Held {
                free: shrink(free, sizes.n, n),
                rest: gpu.storage("held", words(&[clips, n, n]))?,
            }),
        };
        let holding = match &held {
            None => None,
            Some(held) => Some((gpu.filled("free", &held.free)?, &held.rest)),
        };
        let hold = |program: &Program, (free, rest): &(Storage, &Storage)| {
            let record = Hold {
                pixels: n * n,
                all: clips * n * n,
            };
            let buffers = [free, *rest, &picture];
            gpu.step(program, &record.words(), &buffers, record.groups())
        };

        let mut steps = Vec::new();
        let spread = SpreadColumns { n, half };
        let groups = spread.groups(clips);
        let buffers = [&waves.whole, values, &lines];
        let through_lens = &programs.through;
        steps.push(gpu.step(
            &through_lens.spread_columns,
            &spread.words(),
            &buffers,
            groups,
        )?);
        let record = SpreadRows {
            n,
            rows: clips * n,
            half,
            dose: 1.0,
            level: 0.0,
            steepness: MASK_STEEPNESS as f32,
        };
        let buffers = [&waves.half, &lines, &picture];
        let groups = record.groups();
        steps.push(gpu.step(
            &programs.spread_soft_rows,
            &record.words(),
            &buffers,
            groups,
        )?);
        if let Some(holding) = &holding {
            steps.push(hold(&programs.hold, holding)?);
        }
        let coefficients = |offset: f64| {
            let rows = Rows {
                n,
                rows: clips * n,
                half,
                offset: offset as f32,
            };
            let columns = Columns {
                n,
                half,
                scale: scale(n),
            };
            let (to_lines, to_mask) = (
                [&waves.half, &picture, &lines],
                [&waves.whole, &lines, &mask],
            );
            let (rows_program, columns_program) = (&through_lens.rows, &through_lens.columns);
            let groups = columns.groups(clips);
            Ok::<_, GpuFault>([
                gpu.step(rows_program, &rows.words(), &to_lines, rows.groups())?,
                gpu.step(columns_program, &columns.words(), &to_mask, groups)?,
            ])
        };
        let [inside, outside] = problem.tones;
        steps.extend(coefficients(outside / (inside - outside))?);
        // A level set has no pixels: its mask is looked at in points.
        let points = Stage {
            mask: sizes.n,
            ..stage
        };
        let buffers = [&mask, &goal, &history, &done];
        through(
            gpu,
            through_lens,
            problem,
            sizes,
            points,
            buffers,
            &mut steps,
        )?;
        if let Some(holding) = &holding {
            // Slopes of what is held do not count.
            let groups = spread.groups(clips);
            let buffers = [&waves.whole, &mask, &lines];
            let program = &through_lens.spread_real_part;
            steps.push(gpu.step(program, &spread.words(), &buffers, groups)?);
            let record = SpreadRows {
                n,
                rows: clips * n,
                half,
                ..SpreadRows::default()
            };
            let buffers = [&waves.half, &lines, &picture];
            let program = &through_lens.spread_rows;
            steps.push(gpu.step(program, &record.words(), &buffers, record.groups())?);
            steps.push(hold(&programs.free, holding)?);
            steps.extend(coefficients(0.0)?);
        }
        let record = Carve { each };
        let buffers = [&mask, &lengths, &done, &mean, &square, values];
        let groups = record.groups(clips);
        steps.push(gpu.step(&programs.carve, &record.words(), &buffers, groups)?);
        Ok(Self {
            stage,
            half,
            values: values.clone(),
            held,
            goal,
            history,
            counted: [mean, square, done],
            steps,
        })
    }
}
