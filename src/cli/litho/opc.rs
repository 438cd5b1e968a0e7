//! `geoul litho opc`: the mask that prints a layout best.
//!
//! With optics of a file: see `correct`. Here: clips of the contest, with its kernels.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::correct;
use super::files::{LayoutArgs, Out, in_contest_tile, kernels, layout};
use super::score::{Raster, raster};
use crate::cli::compute::{ComputeArg, Device, open};
use crate::cli::progress::Steps;
use crate::cli::table::{Side, Table};
use crate::cli::{LangArg, code, texts};
use crate::gpu::Compute;
#[cfg(feature = "gpu")]
use crate::gpu::device::Gpu;
use crate::results::write::{Measure, MeasureColumn};
use crate::scene::shapes::{Shapes, Sorted};
use crate::sim::process::lithography::Kernels;
use crate::sim::process::lithography::contest::{
    PLAN, RESOLUTION_NM, SIDE, Score, Simulator, view,
};
use crate::sim::process::lithography::descent::Optimiser;
use crate::sim::process::lithography::edges::{Pieces, Settings, broken};
use crate::sim::process::lithography::free_masks::Unknowns;
use crate::sim::process::lithography::ilt::{Flow, Problem, Progress, Run, Schedule};
#[cfg(feature = "gpu")]
use crate::sim::process::lithography::ilt_on_gpu::{
    Course, Descent, Leg, LevelSets, STEPS_TOGETHER,
};
use crate::sim::process::lithography::imager::Lens;
use crate::sim::process::lithography::level_set::{self, LevelSet};
use crate::sim::process::lithography::mask_rules::{CONTEST, PixelMask, Rules};
use crate::sim::process::lithography::outlines::FreeMask;
use crate::sim::process::lithography::raster::coverage;
use crate::sim::process::lithography::tiles::TileImager;
use crate::sim::process::lithography::tones::Tones;
use crate::view::i18n::{Texts, number};
use crate::view::litho::grey_png;

/// Makes the mask that prints a layout best: by moving edges, or by inverse lithography.
#[derive(Args, Debug)]
pub struct OpcArgs {
    #[command(flatten)]
    pub layout: LayoutArgs,
    /// Optics: lens, source, mask, resist; the layout may be of any size. Without them it is a clip of the
    /// ICCAD 2013 contest.
    #[arg(long, value_name = "OPTICS.RON", conflicts_with_all = ["kernels", "raster"])]
    pub optics: Option<PathBuf>,
    /// Folder of the contest's kernels; $GEOUL_DATA/litho when absent.
    #[arg(long, value_name = "DIR")]
    kernels: Option<PathBuf>,
    /// How the mask is found.
    #[arg(long, value_enum, default_value_t = Method::Pixel)]
    pub method: Method,
    /// How inverse lithography by pixels steps.
    #[arg(long, value_enum, default_value_t = OptimiserArg::Adam)]
    pub optimiser: OptimiserArg,
    /// Outlines of a mask by pixels.
    #[arg(long, value_enum, default_value_t = Outline::Manhattan)]
    pub outline: Outline,
    /// Steps: few for a look, many for the result.
    #[arg(long, value_enum, default_value_t = Effort::Full)]
    pub effort: Effort,
    /// Rounds of moving edges.
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub rounds: u32,
    /// Pixel of a mask by pixels, in nm; with optics a thirtieth of wavelength / NA when absent.
    #[arg(long, value_name = "NM")]
    pub pixel: Option<f64>,
    /// Most pixels along a side of a tile, halo and all.
    #[arg(long, value_name = "N", default_value_t = 768, value_parser = clap::value_parser!(u32).range(64..=4096))]
    pub tile: u32,
    /// Weight of the process variation against the nominal print.
    #[arg(long, value_name = "W", default_value_t = Schedule::VARIATION)]
    pub variation: f64,
    /// Raster of the target: exact areas, or one pixel larger as OpenILT draws it.
    #[arg(long, value_enum, default_value_t = Raster::Exact)]
    raster: Raster,
    /// Least width of a mask shape, in nm at the wafer; when absent 16 for clips of the contest, with optics a ninth of
    /// wavelength / NA, as wider assist features print.
    #[arg(long, value_name = "NM")]
    width: Option<f64>,
    /// Least space between mask shapes, in nm; that of --width when absent.
    #[arg(long, value_name = "NM")]
    space: Option<f64>,
    /// Least area of a mask shape, in nm²; when absent 600 for a width of 16 nm, and as the square of it.
    #[arg(long, value_name = "NM2")]
    area: Option<f64>,
    /// What computes inverse lithography. A GPU takes level sets, and pixels with Adam; the rest is the processor's.
    #[arg(long, value_enum, default_value = "auto")]
    pub compute: ComputeArg,
    /// Tiles at the same time on the processor; as many as there are cores when absent.
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroU32>,
    /// Folder for mask.gds and the tables of the run (CSV and Parquet); pictures of mask and print: of a clip of
    /// the contest mask.png and print.png, else contours.svg.
    #[arg(short, long, value_name = "DIR")]
    pub out: PathBuf,
    /// Language of the table; that of the environment when absent.
    #[arg(long, value_enum)]
    lang: Option<LangArg>,
}

impl OpcArgs {
    /// Mask rules; those that are `usual` where none are given.
    ///
    /// # Errors
    /// One is below 0.
    pub fn rules(&self, usual: Rules) -> anyhow::Result<Rules> {
        let given = [self.width, self.space, self.area];
        anyhow::ensure!(
            given.iter().flatten().all(|v| (0.0..=1e6).contains(v)),
            "--width, --space, --area: expected 0 or more"
        );
        let of = self.width.map_or(usual, Rules::of_width);
        Ok(Rules {
            width_nm: of.width_nm,
            space_nm: self.space.unwrap_or(of.space_nm),
            area_nm2: self.area.unwrap_or(of.area_nm2),
        })
    }
}

/// Methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Method {
    /// Pieces of edges are moved against their placement errors.
    Edge,
    /// Every pixel is free: inverse lithography, with assist features.
    Pixel,
    /// A function in the band of the lens is sought, above 0 where the mask is open: curved masks in a fraction of
    /// the time.
    LevelSet,
}

impl Method {
    /// As the library knows those of inverse lithography.
    pub fn unknowns(self, optimiser: OptimiserArg) -> Unknowns {
        match self {
            Self::LevelSet => Unknowns::LevelSet,
            Self::Pixel | Self::Edge => Unknowns::Pixels(optimiser.optimiser()),
        }
    }
}

/// Optimisers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum OptimiserArg {
    /// Moments of the gradient.
    Adam,
    /// Curvature from the last steps.
    Lbfgs,
}

impl OptimiserArg {
    /// As the library knows it.
    pub fn optimiser(self) -> Optimiser {
        match self {
            Self::Adam => Optimiser::Adam,
            Self::Lbfgs => Optimiser::Lbfgs,
        }
    }
}

/// Outlines of a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Outline {
    /// Along the pixels.
    Manhattan,
    /// Smooth.
    Curved,
}

/// Losses of a run.
const LOSS: &[MeasureColumn] = &[("step", Measure::Count), ("loss", Measure::Real(3))];

/// How long to optimise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Effort {
    /// A look: about a tenth of the steps.
    Quick,
    /// The result.
    Full,
    /// The schedule of OpenILT's multi-level run, to compare with.
    Baseline,
}

/// Optimises and writes.
///
/// # Errors
/// A file cannot be read or written, or the clip does not fit.
pub fn run(args: &OpcArgs) -> anyhow::Result<u8> {
    let texts = texts(args.lang);
    anyhow::ensure!(
        args.variation >= 0.0 && args.variation.is_finite(),
        "--variation: expected a weight of 0 or more"
    );
    let contest = args.rules(CONTEST)?;
    let schedule = schedule(args)?;
    let device = match device(args)? {
        Ok(device) => device,
        Err(fault) => {
            eprintln!("error: {fault}");
            return Ok(code::NO_DEVICE);
        }
    };
    if let Some(optics) = &args.optics {
        return correct::run(args, optics, &device, &texts);
    }
    let shapes = layout(&args.layout)?;
    let clip = Clip {
        target: raster(&args.layout, args.raster)?,
        moved: in_contest_tile(&shapes, &args.layout.layout)?,
        shapes,
        kernels: kernels(args.kernels.as_deref())?,
        rules: contest,
    };
    let start = Instant::now();
    let out = Out::create(&args.out)?;
    let found = match args.method {
        Method::Edge => clip.by_edges(args, &out, &texts)?,
        Method::Pixel | Method::LevelSet => {
            clip.by_inverse(args, &schedule, &device, (&out, &texts))?
        }
    };
    clip.finish(&found, &out, &texts, start.elapsed().as_secs_f64())
}

/// Steps of inverse lithography for a clip of the contest.
///
/// # Errors
/// Level sets are asked for what only pixels have.
fn schedule(args: &OpcArgs) -> anyhow::Result<Schedule> {
    let level_set = args.method == Method::LevelSet;
    anyhow::ensure!(
        !level_set || args.optimiser == OptimiserArg::Adam,
        "--optimiser lbfgs steps the pixels of --method pixel; level sets have steps of their own"
    );
    Ok(match (args.effort, level_set) {
        (Effort::Quick, false) => Schedule::quick(args.variation),
        (Effort::Full, false) => Schedule::full(args.variation),
        (Effort::Baseline, false) => Schedule::baseline(),
        (Effort::Quick, true) => Schedule::quick_level_set(args.variation),
        (Effort::Full, true) => Schedule::level_set(args.variation),
        (Effort::Baseline, true) => anyhow::bail!(
            "--effort baseline is a schedule of --method pixel; with level-set take quick or full"
        ),
    })
}

/// What steps: a GPU only where it can.
///
/// # Errors
/// A GPU is demanded for what it cannot do; inside, one is demanded and there is none.
fn device(args: &OpcArgs) -> anyhow::Result<Result<Device, String>> {
    let cannot = match (args.method, args.optimiser) {
        (Method::Edge, _) => Some("--method edge moves edges"),
        (Method::Pixel, OptimiserArg::Lbfgs) => {
            Some("--optimiser lbfgs chooses the length of its steps")
        }
        (Method::Pixel, OptimiserArg::Adam) | (Method::LevelSet, _) => None,
    };
    let Some(cannot) = cannot else {
        return Ok(open(args.compute));
    };
    anyhow::ensure!(
        args.compute.compute() != Compute::Gpu,
        "{cannot} on the processor only: take --compute cpu, or --method level-set, or --method pixel with \
         --optimiser adam"
    );
    Ok(Ok(Device::Cpu))
}

/// All steps of a run on a GPU, unless it is stopped between a few of them and the next; whether it was.
#[cfg(feature = "gpu")]
fn advanced<L: Leg>(run: &mut Course<'_, L>, texts: &Texts) -> anyhow::Result<bool> {
    let mut steps = Steps::new(texts)?;
    let of = run.left();
    while run.left() > 0 && !steps.stopped() {
        run.advance(STEPS_TOGETHER);
        run.settle()?;
        steps.goes_on((of - run.left()).into(), of.into());
    }
    Ok(steps.stopped())
}

/// Watches a run on the processor: keeps its losses, and ends it where the user does.
fn watched<'w>(
    losses: &'w mut Vec<f64>,
    steps: &'w mut Steps,
) -> impl FnMut(Progress) -> Flow + 'w {
    |progress| {
        losses.push(progress.loss);
        Flow::when(steps.goes_on(progress.done.into(), progress.of.into()))
    }
}

/// A clip of the contest.
struct Clip {
    shapes: Shapes,
    /// The same in the middle of the tile.
    moved: Shapes,
    target: Vec<f32>,
    kernels: [Kernels; 2],
    rules: Rules,
}

/// A mask of a clip, in the tile.
struct Found {
    mask: Shapes,
    rectangles: u64,
    violations: u64,
    stopped: bool,
}

impl Clip {
    fn by_inverse(
        &self,
        args: &OpcArgs,
        schedule: &Schedule,
        device: &Device,
        (out, texts): (&Out, &Texts),
    ) -> anyhow::Result<Found> {
        let curved = args.method == Method::LevelSet;
        let [focus, defocus] = [0, 1].map(|k| Lens::<f32>::new(&self.kernels[k]));
        let problem = Problem::contest(&focus, &defocus);
        let (found, losses, stopped) = match device {
            Device::Cpu if curved => self.sculpted(problem, schedule, texts)?,
            Device::Cpu => self.stepped(problem, args.optimiser.optimiser(), schedule, texts)?,
            #[cfg(feature = "gpu")]
            Device::Gpu(gpu) if curved => self.sculpted_on(gpu, problem, schedule, texts)?,
            #[cfg(feature = "gpu")]
            Device::Gpu(gpu) => self.stepped_on(gpu, problem, schedule, texts)?,
        };
        let losses = (1..).zip(&losses);
        let losses = losses.map(|(step, loss)| vec![f64::from(step), *loss]);
        out.table("loss", LOSS, losses)?;
        let pixels = if curved { SIDE } else { schedule.mask_pixels() };
        let pixel_nm = f64::from(SIDE) / f64::from(pixels);
        let mask = PixelMask {
            n: pixels as usize,
            pixels: found.iter().map(|m| *m >= 0.5).collect(),
        };
        let mask = match args.effort {
            Effort::Baseline => mask,
            _ => mask.cleaned(&self.rules, pixel_nm),
        };
        let broken = mask.check(&self.rules, pixel_nm);
        let place = FreeMask {
            low_nm: [0.0; 2],
            pixel_nm,
            n: mask.n,
            values: Vec::new(),
        };
        Ok(Found {
            mask: match args.outline {
                Outline::Manhattan => place.manhattan(&mask, 1.0),
                Outline::Curved => place.curved(&mask, 0.25),
            },
            rectangles: mask.rectangles().len() as u64,
            violations: broken.width + broken.space + broken.area,
            stopped,
        })
    }

    /// Transmissions, losses, and whether the run was stopped.
    fn stepped(
        &self,
        problem: Problem<'_, f32>,
        optimiser: Optimiser,
        schedule: &Schedule,
        texts: &Texts,
    ) -> anyhow::Result<(Vec<f32>, Vec<f64>, bool)> {
        let run = Run {
            problem,
            optimiser,
            free: None,
        };
        let (mut losses, mut steps) = (Vec::new(), Steps::new(texts)?);
        let (stages, goal) = (&schedule.stages, &self.target);
        let mut watch = watched(&mut losses, &mut steps);
        let found = run.optimise(stages, goal, goal, SIDE, &mut watch);
        drop(watch);
        Ok((found, losses, steps.stopped()))
    }

    /// The same on a GPU.
    #[cfg(feature = "gpu")]
    fn stepped_on(
        &self,
        gpu: &Gpu,
        problem: Problem<'_, f32>,
        schedule: &Schedule,
        texts: &Texts,
    ) -> anyhow::Result<(Vec<f32>, Vec<f64>, bool)> {
        pollster::block_on(async {
            let mut run = Descent::new(gpu, &problem, &schedule.stages, SIDE, 1, None).await?;
            run.put(0, &self.target, &self.target);
            let stopped = advanced(&mut run, texts)?;
            let losses = run.losses().await?.remove(0);
            Ok((run.masks().await?.remove(0), losses, stopped))
        })
    }

    /// Of a level set, at every nm.
    fn sculpted(
        &self,
        problem: Problem<'_, f32>,
        schedule: &Schedule,
        texts: &Texts,
    ) -> anyhow::Result<(Vec<f32>, Vec<f64>, bool)> {
        let (mut losses, mut steps) = (Vec::new(), Steps::new(texts)?);
        let (stages, goal) = (&schedule.stages, &self.target);
        let start = LevelSet::nearest(problem.focus.half(), goal, SIDE);
        let mut watch = watched(&mut losses, &mut steps);
        let found = level_set::optimise(problem, stages, start, None, goal, SIDE, &mut watch);
        drop(watch);
        Ok((found.transmission(SIDE), losses, steps.stopped()))
    }

    /// The same on a GPU.
    #[cfg(feature = "gpu")]
    fn sculpted_on(
        &self,
        gpu: &Gpu,
        problem: Problem<'_, f32>,
        schedule: &Schedule,
        texts: &Texts,
    ) -> anyhow::Result<(Vec<f32>, Vec<f64>, bool)> {
        let start = LevelSet::nearest(problem.focus.half(), &self.target, SIDE);
        pollster::block_on(async {
            let mut run = LevelSets::new(gpu, &problem, &schedule.stages, SIDE, 1, None).await?;
            run.put(0, &start, &self.target);
            let stopped = advanced(&mut run, texts)?;
            let losses = run.losses().await?.remove(0);
            let found = run.level_sets().await?.remove(0);
            Ok((found.transmission(SIDE), losses, stopped))
        })
    }

    fn by_edges(&self, args: &OpcArgs, out: &Out, texts: &Texts) -> anyhow::Result<Found> {
        let imager = TileImager::of_kernels(&self.kernels[0], Tones::OPENINGS, SIDE)
            .map_err(|_| anyhow::anyhow!("the kernels are finer than the contest's pixels"))?;
        let view = view(&imager);
        let settings = Settings {
            rounds: args.rounds,
            ..Settings::for_resolution(RESOLUTION_NM, self.rules)
        };
        let mut pieces = Pieces::new(&self.moved, settings)?;
        let stopped = correct::rounds(&mut pieces, &view, out, texts)?;
        let mask = pieces.mask();
        let violations = broken(&Sorted::new(mask.clone()), &self.rules, &PLAN, 1.0)?.len() as u64;
        Ok(Found {
            rectangles: correct::rectangles(&mask),
            mask,
            violations,
            stopped,
        })
    }

    /// Scores, writes, shows.
    fn finish(&self, found: &Found, out: &Out, texts: &Texts, seconds: f64) -> anyhow::Result<u8> {
        let fine = coverage(&found.mask, [0.0; 2], f64::from(SIDE), SIDE);
        let [focus, defocus] = &self.kernels;
        let simulator = Simulator::<f64>::new(focus, defocus, SIDE as usize);
        let prints = simulator.print(&fine.iter().map(|&v| f64::from(v)).collect::<Vec<_>>());
        let wanted: Vec<bool> = self.target.iter().map(|&c| c >= 0.5).collect();
        let score = Score::of(&prints, &wanted, SIDE as usize);

        // Back to where the layout lies.
        let place = |s: &Shapes| s.polygons[0].points[0].map(|v| f64::from(v) * s.unit_nm);
        let (from, to) = (place(&self.shapes), place(&self.moved));
        let by = [0, 1].map(|k| libm::round((from[k] - to[k]) / found.mask.unit_nm) as i32);
        correct::write_mask(out, &found.mask.moved(by[0], by[1]))?;
        out.write("mask.png", &grey_png(&fine, SIDE))?;
        let print: Vec<f32> = prints
            .nominal
            .iter()
            .map(|p| f32::from(u8::from(*p)))
            .collect();
        out.write("print.png", &grey_png(&print, SIDE))?;

        let mut table = Table::new([(String::new(), Side::Left), (String::new(), Side::Right)]);
        let whole = |v: u64| number(v as f64, 0);
        for (key, value) in [
            ("litho-l2", format!("{} nm²", whole(score.l2))),
            ("litho-pvb", format!("{} nm²", whole(score.pvb))),
            ("litho-epe", whole(score.epe())),
            ("litho-shots", whole(found.rectangles)),
            ("litho-rules", whole(found.violations)),
            ("litho-seconds", format!("{} s", number(seconds, 1))),
        ] {
            table.row([texts.get(key), value]);
        }
        print!("{}", table.text());
        Ok(if found.stopped {
            code::INTERRUPTED
        } else {
            code::PASSED
        })
    }
}
