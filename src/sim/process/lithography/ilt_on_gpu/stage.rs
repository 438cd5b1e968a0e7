//! What one stage needs on the device: its buffers, and its dispatches from parameters to the next parameters.

use num_complex::Complex64;

use crate::gpu::device::{Gpu, GpuFault};
use crate::gpu::kernel::Kernel;
use crate::gpu::run::{Program, Step, Storage};
use crate::sim::process::lithography::descent;
use crate::sim::process::lithography::ilt::{Problem, pixel, share};
use crate::sim::process::lithography::ilt_on_gpu::course::Leg;
use crate::sim::process::lithography::kernels::Length;
use crate::sim::process::lithography::kernels::adam::{self, Adam};
use crate::sim::process::lithography::kernels::adjoint_columns::{self, AdjointColumns};
use crate::sim::process::lithography::kernels::adjoint_rows::{self, AdjointRows};
use crate::sim::process::lithography::kernels::columns::{self, Columns};
use crate::sim::process::lithography::kernels::damp::{self, Damp};
use crate::sim::process::lithography::kernels::descend::{self, Descend};
use crate::sim::process::lithography::kernels::field_columns::{self, FieldColumns};
use crate::sim::process::lithography::kernels::field_rows::{self, FieldRows};
use crate::sim::process::lithography::kernels::gradient::{self, Gradient};
use crate::sim::process::lithography::kernels::grow::{self, Grow};
use crate::sim::process::lithography::kernels::pool::{self, Pool, REACH_MAX};
use crate::sim::process::lithography::kernels::rows::{self, Rows};
use crate::sim::process::lithography::kernels::slopes::{self, HALF_MAX, Slopes};
use crate::sim::process::lithography::kernels::spread_columns::{self, SpreadColumns};
use crate::sim::process::lithography::kernels::spread_rows::{self, SpreadRows};
use crate::sim::process::lithography::kernels::tally::{self, Tally};
use crate::sim::process::lithography::kernels::total::{self, Total};
use crate::sim::process::lithography::objective::kept;
use crate::sim::process::lithography::on_gpu::{SPLITS, Waves, coarse, scale};
use crate::sim::process::lithography::schedule::Stage;

/// Focus conditions: in focus, out of focus.
const CONDITIONS: u32 = 2;

/// What one stage needs.
pub struct Level {
    pub stage: Stage,
    pub theta: Storage,
    pub goal: Storage,
    /// Slope by each parameter, after `gradient`.
    pub slopes: Storage,
    pub history: Storage,
    pub done: Storage,
    /// Means of slopes and of their squares.
    moments: [Storage; 2],
    /// Parameters of the stage before to this one's.
    pub grow: Option<Step>,
    /// From parameters to the lines of the gradient.
    pub back: Vec<Step>,
    /// From there to the gradient.
    pub gradient: Vec<Step>,
    /// From there to the next parameters, past `gradient`.
    pub step: Vec<Step>,
}

/// Compiled kernels of the way from a mask to its slopes, whatever describes the mask; each once.
pub struct Through {
    pub rows: Program,
    pub columns: Program,
    field_rows: Program,
    field_columns: Program,
    total: Program,
    pub spread_columns: Program,
    pub spread_real_part: Program,
    pub spread_rows: Program,
    slopes: Program,
    tally: Program,
    damp: Program,
    adjoint_columns: Program,
    adjoint_rows: Program,
}

impl Through {
    /// For sizes.
    pub async fn new(gpu: &Gpu, sizes: Sizes) -> Result<Self, GpuFault> {
        let Sizes { grid, half, .. } = sizes;
        let passes = (Slopes {
            half: 2 * half,
            ..Slopes::default()
        })
        .passes();
        let make = async |kernel: &'static Kernel| gpu.program(kernel, &[]).await;
        let with = async |kernel: &'static Kernel, name: &'static str, value: u32| {
            gpu.program(kernel, &[(name, value)]).await
        };
        let turns = async |kernel: &'static Kernel| gpu.program(kernel, &grid.constants()).await;
        Ok(Self {
            rows: make(&rows::KERNEL).await?,
            columns: make(&columns::KERNEL).await?,
            field_rows: turns(&field_rows::KERNEL).await?,
            field_columns: turns(&field_columns::KERNEL).await?,
            total: make(&total::KERNEL).await?,
            spread_columns: make(&spread_columns::KERNEL).await?,
            spread_real_part: with(&spread_columns::KERNEL, "real_part", 1).await?,
            spread_rows: make(&spread_rows::KERNEL).await?,
            slopes: with(&slopes::KERNEL, "passes", passes).await?,
            tally: make(&tally::KERNEL).await?,
            damp: make(&damp::KERNEL).await?,
            adjoint_columns: turns(&adjoint_columns::KERNEL).await?,
            adjoint_rows: turns(&adjoint_rows::KERNEL).await?,
        })
    }
}

/// Those of masks by pixels.
pub struct Programs {
    through: Through,
    soft_rows: Program,
    gradient: Program,
    pool: Program,
    adam: Program,
    descend: Program,
    grow: Program,
}

impl Programs {
    /// For sizes.
    pub async fn new(gpu: &Gpu, sizes: Sizes) -> Result<Self, GpuFault> {
        let make = async |kernel: &'static Kernel| gpu.program(kernel, &[]).await;
        Ok(Self {
            through: Through::new(gpu, sizes).await?,
            soft_rows: gpu.program(&rows::KERNEL, &[("soft", 1)]).await?,
            gradient: make(&gradient::KERNEL).await?,
            pool: make(&pool::KERNEL).await?,
            adam: make(&adam::KERNEL).await?,
            descend: make(&descend::KERNEL).await?,
            grow: make(&grow::KERNEL).await?,
        })
    }
}

/// Sizes that all stages share.
#[derive(Clone, Copy)]
pub struct Sizes {
    pub clips: u32,
    /// Pixels of the targets along a side.
    pub n: u32,
    /// Largest order of the fields; images reach twice as far.
    pub half: u32,
    /// Places of the coarse grid of the fields along a side.
    pub grid: Length,
    /// Systems of a condition, padded to a multiple of `splits`.
    pub each: u32,
    /// Sums of a condition.
    pub splits: u32,
}

impl Sizes {
    /// Of a run.
    ///
    /// # Errors
    /// The lens has finer images, a mask wider means than the kernels take.
    pub fn of(
        gpu: &Gpu,
        problem: &Problem<'_, f32>,
        stages: &[Stage],
        n: u32,
        clips: u32,
    ) -> Result<Self, GpuFault> {
        assert!(clips > 0 && !stages.is_empty(), "something to do");
        let half = problem.focus.half();
        assert_eq!(
            half,
            problem.defocus.half(),
            "both conditions have one band"
        );
        let grid = coarse(gpu, half)?;
        let allows =
            |what: &str, needed: u32, allowed: u32| gpu.limit(what, needed.into(), allowed.into());
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
        Ok(Self {
            clips,
            n,
            half,
            grid,
            each: most.next_multiple_of(splits),
            splits,
        })
    }
}

/// Room that the buffers of a batch of tiles may take each, in bytes: a chip is full long before.
const ROOM: u64 = 1 << 28;
/// Tiles at once, at the most.
const TOGETHER: u64 = 64;

impl Sizes {
    /// How many clips the device takes at once: at least one, which may be more than it takes.
    ///
    /// # Errors
    /// As [`Sizes::of`].
    pub fn together(
        gpu: &Gpu,
        problem: &Problem<'_, f32>,
        stages: &[Stage],
        n: u32,
    ) -> Result<u32, GpuFault> {
        let one = Self::of(gpu, problem, stages, n, 1)?;
        let words = |extents: &[u32]| extents.iter().map(|&e| u64::from(e)).product::<u64>();
        let side = 2 * one.half + 1;
        let fields = words(&[2, CONDITIONS, one.each, side, one.grid.numbers()]);
        let of = |stage: &Stage| {
            let pictures = words(&[stage.mask, stage.mask]);
            pictures.max(words(&[2, CONDITIONS, stage.print, side]))
        };
        let most = stages.iter().map(of).fold(fields, u64::max);
        let room = gpu.binding_bytes().min(ROOM);
        Ok((room / (4 * most)).clamp(1, TOGETHER) as u32)
    }
}

impl Leg for Level {
    fn stage(&self) -> Stage {
        self.stage
    }
    fn begin(&self) -> Option<&Step> {
        self.grow.as_ref()
    }
    fn steps(&self) -> impl Iterator<Item = &Step> {
        // Where the mask is not averaged, one dispatch is gradient and step.
        let gradient = if self.stage.pool > 1 {
            self.gradient.as_slice()
        } else {
            &[]
        };
        self.back.iter().chain(gradient).chain(&self.step)
    }
    fn goal(&self) -> &Storage {
        &self.goal
    }
    fn history(&self) -> &Storage {
        &self.history
    }
    fn counted(&self) -> impl Iterator<Item = &Storage> {
        self.moments.iter().chain([&self.done])
    }
}

impl Level {
    /// For a stage that goes on from the parameters of the one before.
    pub fn new(
        gpu: &Gpu,
        programs: &Programs,
        problem: &Problem<'_, f32>,
        sizes: Sizes,
        stage: Stage,
        free: Option<&[f32]>,
        before: Option<&Self>,
    ) -> Result<Self, GpuFault> {
        let Sizes { clips, half, .. } = sizes;
        let words = |extents: &[u32]| extents.iter().map(|&e| e as usize).product::<usize>();
        let (n, side) = (stage.mask, 2 * half + 1);
        let picture = |name: &str| gpu.storage(name, words(&[clips, n, n]));
        let pools = stage.pool > 1;
        let (theta, mean, square) = (picture("theta")?, picture("mean")?, picture("square")?);
        let slopes = picture("slopes")?;
        // Only where the mask is averaged: its means, and slopes before they are averaged.
        let spare = if pools { words(&[clips, n, n]) } else { 0 };
        let (means, unpooled) = (
            gpu.storage("means", spare)?,
            gpu.storage("unpooled", spare)?,
        );
        // One number serves all where nothing is held.
        let free = free.unwrap_or(&[1.0]);
        let shares = free.len() as u32;
        let free = gpu.filled("free", free)?;
        let waves = Waves::of(gpu, n)?;
        let lines = gpu.storage("lines", words(&[2, clips, n, half + 1]))?;
        let mask = gpu.storage("mask", words(&[2, clips, side, side]))?;
        let goal = gpu.storage("goal", words(&[clips, stage.print, stage.print]))?;
        let history = gpu.storage("history", words(&[stage.iterations + 1, clips]))?;
        let done = gpu.storage("done", clips as usize)?;
        let rate = |step: u32| descent::Adam::rate(stage.rate as f32, step);
        let rates: Vec<f32> = (1..=stage.iterations.max(1)).map(rate).collect();
        let rates = gpu.filled("rates", &rates)?;

        let mut back = Vec::new();
        let average = Pool::new(n, stage.pool);
        let pooling = |from: &Storage, to: &Storage| {
            let groups = average.groups(clips);
            gpu.step(&programs.pool, &average.words(), &[from, to], groups)
        };
        if pools {
            back.push(pooling(&theta, &means)?);
        }
        let [inside, outside] = problem.tones;
        let record = Rows {
            n,
            rows: clips * n,
            half,
            offset: (outside / (inside - outside)) as f32,
        };
        let opened = if pools { &means } else { &theta };
        let buffers = [&waves.half, opened, &lines];
        back.push(gpu.step(
            &programs.soft_rows,
            &record.words(),
            &buffers,
            record.groups(),
        )?);
        let record = Columns {
            n,
            half,
            scale: scale(n),
        };
        let buffers = [&waves.whole, &lines, &mask];
        back.push(gpu.step(
            &programs.through.columns,
            &record.words(),
            &buffers,
            record.groups(clips),
        )?);
        through(
            gpu,
            &programs.through,
            problem,
            sizes,
            stage,
            [&mask, &goal, &history, &done],
            &mut back,
        )?;
        let record = SpreadColumns { n, half };
        let buffers = [&waves.whole, &mask, &lines];
        let groups = record.groups(clips);
        back.push(gpu.step(
            &programs.through.spread_real_part,
            &record.words(),
            &buffers,
            groups,
        )?);

        let record = Gradient {
            n,
            rows: clips * n,
            half,
        };
        let to = if pools { &unpooled } else { &slopes };
        let buffers = [&waves.half, &lines, opened, to];
        let mut gradient = vec![gpu.step(
            &programs.gradient,
            &record.words(),
            &buffers,
            record.groups(),
        )?];
        let state = [&rates, &done, &free, &mean, &square, &theta];
        let step = if pools {
            gradient.push(pooling(&unpooled, &slopes)?);
            let record = Adam {
                pixels: n * n,
                free: shares,
                all: clips * n * n,
            };
            let buffers: Vec<&Storage> = [&slopes].into_iter().chain(state).collect();
            gpu.step(&programs.adam, &record.words(), &buffers, record.groups())?
        } else {
            let record = Descend {
                n,
                rows: clips * n,
                half,
                free: shares,
            };
            let buffers: Vec<&Storage> = [&waves.half, &lines].into_iter().chain(state).collect();
            gpu.step(
                &programs.descend,
                &record.words(),
                &buffers,
                record.groups(),
            )?
        };
        let grow = match before {
            None => None,
            Some(before) => {
                let record = Grow {
                    n,
                    block: n / before.stage.mask,
                };
                let buffers = [&before.theta, &theta];
                let groups = record.groups(clips);
                Some(gpu.step(&programs.grow, &record.words(), &buffers, groups)?)
            }
        };
        Ok(Self {
            stage,
            theta,
            goal,
            slopes,
            history,
            done,
            moments: [mean, square],
            grow,
            back,
            gradient,
            step: vec![step],
        })
    }
}

/// Coefficients of a stage's mask through both images, resist and loss, and back to those of the slope; `mask` holds
/// the first and then the last.
pub fn through(
    gpu: &Gpu,
    programs: &Through,
    problem: &Problem<'_, f32>,
    sizes: Sizes,
    stage: Stage,
    [mask, goal, history, done]: [&Storage; 4],
    steps: &mut Vec<Step>,
) -> Result<(), GpuFault> {
    let Sizes {
        clips,
        half,
        grid,
        each,
        splits,
        ..
    } = sizes;
    let words = |extents: &[u32]| extents.iter().map(|&e| e as usize).product::<usize>();
    let (side, wide, length) = (2 * half + 1, 4 * half + 1, grid.numbers());
    let (n, count, pictures) = (stage.print, CONDITIONS * each, CONDITIONS * clips);
    let reach = 2 * half;
    let waves = Waves::of(gpu, n)?;
    let coarse_waves = Waves::of(gpu, length)?;
    let table = gpu.filled("roots", &grid.roots())?;
    let systems = gpu.filled("systems", &systems(problem, sizes.n, stage.mask, each))?;
    let field_lines = gpu.storage("lines", words(&[2, clips, count, side, length]))?;
    let sums = gpu.storage("sums", words(&[pictures, splits, length, length]))?;
    let coarse = gpu.storage("intensity", words(&[pictures, length, length]))?;
    let coarse_lines = gpu.storage("lines", words(&[2, pictures, length, reach + 1]))?;
    let image = gpu.storage("image", words(&[2, pictures, wide, wide]))?;
    let lines = gpu.storage("lines", words(&[2, pictures, n, reach + 1]))?;

    let record = FieldRows {
        rows: clips * count * side,
        systems: count,
        first: 0,
        half,
    };
    let buffers = [&table, &systems, mask, &field_lines];
    let groups = record.groups(grid);
    steps.push(gpu.step(&programs.field_rows, &record.words(), &buffers, groups)?);
    let record = FieldColumns {
        systems: count,
        splits: CONDITIONS * splits,
        each: each / splits,
        half,
        add: 0,
    };
    let buffers = [&table, &field_lines, &sums];
    let groups = record.groups(clips, grid);
    steps.push(gpu.step(&programs.field_columns, &record.words(), &buffers, groups)?);
    let record = Total {
        length,
        splits,
        cells: pictures * length * length,
    };
    let buffers = [&sums, &coarse];
    steps.push(gpu.step(&programs.total, &record.words(), &buffers, record.groups())?);
    let record = Rows {
        n: length,
        rows: pictures * length,
        half: reach,
        ..Rows::default()
    };
    let buffers = [&coarse_waves.half, &coarse, &coarse_lines];
    steps.push(gpu.step(&programs.rows, &record.words(), &buffers, record.groups())?);
    let record = Columns {
        n: length,
        half: reach,
        scale: scale(length),
    };
    let buffers = [&coarse_waves.whole, &coarse_lines, &image];
    let groups = record.groups(pictures);
    steps.push(gpu.step(&programs.columns, &record.words(), &buffers, groups)?);
    let kept: Vec<f32> = kept(problem.diffusion, reach)
        .iter()
        .map(|&k| k as f32)
        .collect();
    let diffuses = !kept.is_empty();
    let kept = gpu.filled("kept", &kept)?;
    let diffuse = || {
        let record = Damp {
            each: wide * wide,
            all: pictures * wide * wide,
        };
        gpu.step(
            &programs.damp,
            &record.words(),
            &[&kept, &image],
            record.groups(),
        )
    };
    if diffuses {
        steps.push(diffuse()?);
    }
    let record = SpreadColumns { n, half: reach };
    let buffers = [&waves.whole, &image, &lines];
    let groups = record.groups(pictures);
    steps.push(gpu.step(&programs.spread_columns, &record.words(), &buffers, groups)?);

    let weights = stage.weights;
    let record = Slopes {
        n,
        half: reach,
        level: problem.level as f32,
        steepness: problem.steepness as f32,
        outer_dose: problem.outer as f32,
        inner_dose: problem.inner as f32,
        nominal: weights.nominal as f32,
        outer: weights.outer as f32,
        variation: weights.variation as f32,
    };
    let losses = gpu.storage("losses", words(&[clips, record.parts()]))?;
    let buffers = [&waves.half, goal, &lines, &losses];
    steps.push(gpu.step(
        &programs.slopes,
        &record.words(),
        &buffers,
        record.groups(clips),
    )?);
    let record = Tally {
        parts: record.parts(),
        clips,
    };
    let buffers = [&losses, history, done];
    steps.push(gpu.step(&programs.tally, &record.words(), &buffers, record.groups())?);

    let record = Columns {
        n,
        half: reach,
        scale: scale(n),
    };
    let buffers = [&waves.whole, &lines, &image];
    let groups = record.groups(pictures);
    steps.push(gpu.step(&programs.columns, &record.words(), &buffers, groups)?);
    if diffuses {
        steps.push(diffuse()?);
    }
    let record = SpreadColumns {
        n: length,
        half: reach,
    };
    let buffers = [&coarse_waves.whole, &image, &coarse_lines];
    let groups = record.groups(pictures);
    steps.push(gpu.step(&programs.spread_columns, &record.words(), &buffers, groups)?);
    let record = SpreadRows {
        n: length,
        rows: pictures * length,
        half: reach,
        ..SpreadRows::default()
    };
    let buffers = [&coarse_waves.half, &coarse_lines, &coarse];
    steps.push(gpu.step(
        &programs.spread_rows,
        &record.words(),
        &buffers,
        record.groups(),
    )?);
    let record = AdjointColumns {
        systems: count,
        each,
        half,
    };
    let buffers = [&table, &coarse, &field_lines];
    let groups = record.groups(clips, grid);
    steps.push(gpu.step(&programs.adjoint_columns, &record.words(), &buffers, groups)?);
    let places = f64::from(length) * f64::from(length);
    let record = AdjointRows {
        systems: count,
        half,
        // Images and slopes are normalised by their own number of pixels.
        scale: (2.0 / places * share(stage)) as f32,
    };
    let buffers = [&table, &systems, &field_lines, mask];
    let groups = record.groups(clips);
    steps.push(gpu.step(&programs.adjoint_rows, &record.words(), &buffers, groups)?);
    Ok(())
}

/// Coherent systems of both conditions, `each` of them, what is missing dark; times the spectrum of the mask's pixel
/// and the difference of its two amplitudes.
fn systems(problem: &Problem<'_, f32>, n: u32, mask: u32, each: u32) -> Vec<f32> {
    let [inside, outside] = problem.tones;
    let half = problem.focus.half();
    let factors = pixel(n, mask, half);
    let mut all = Vec::new();
    for lens in [problem.focus, problem.defocus] {
        for system in lens.systems() {
            for (h, factor) in system.iter().zip(&factors) {
                let h = Complex64::new(h.re.into(), h.im.into()) * factor * (inside - outside);
                all.extend([h.re as f32, h.im as f32]);
            }
        }
        let missing = each as usize - lens.systems().len();
        all.extend(vec![0.0; 2 * missing * factors.len()]);
    }
    all
}
