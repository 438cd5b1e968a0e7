//! `geoul litho opc`: the mask that prints a layout best, by inverse lithography.

use std::cell::Cell;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Instant;

use clap::Args;

use super::files::{LayoutArgs, Out, in_contest_tile, kernels, layout};
use super::score::{Raster, raster};
use crate::cli::table::{Side, Table};
use crate::cli::{LangArg, code, interrupt, texts};
use crate::interop::gdsii;
use crate::scene::shapes::{Polygon, Shapes};
use crate::sim::process::lithography::contest::{SIDE, Score, Simulator};
use crate::sim::process::lithography::ilt::{Flow, Schedule, grown, optimise};
use crate::sim::process::lithography::imager::Lens;
use crate::sim::process::lithography::mask_rules::{CONTEST, PixelMask, Rules};
use crate::view::i18n::number;
use crate::view::litho::grey_png;

/// Makes the mask that prints a layout best, by inverse lithography.
#[derive(Args, Debug)]
pub struct OpcArgs {
    #[command(flatten)]
    layout: LayoutArgs,
    /// Folder of the contest's kernels; $GEOUL_DATA/litho when absent.
    #[arg(long, value_name = "DIR")]
    kernels: Option<PathBuf>,
    /// Steps: few for a look, many for the result.
    #[arg(long, value_enum, default_value_t = Effort::Full)]
    effort: Effort,
    /// Weight of the process variation against the nominal print.
    #[arg(long, value_name = "W", default_value_t = Schedule::VARIATION)]
    variation: f64,
    /// Raster of the target: exact areas, or one pixel larger as OpenILT draws it.
    #[arg(long, value_enum, default_value_t = Raster::Exact)]
    raster: Raster,
    /// Least width of a mask shape, in nm at the wafer.
    #[arg(long, value_name = "NM", default_value_t = CONTEST.width_nm)]
    width: f64,
    /// Least space between mask shapes, in nm.
    #[arg(long, value_name = "NM", default_value_t = CONTEST.space_nm)]
    space: f64,
    /// Least area of a mask shape, in nm².
    #[arg(long, value_name = "NM2", default_value_t = CONTEST.area_nm2)]
    area: f64,
    /// Folder for mask.gds, mask.png, print.png and loss.csv.
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// Language of the table; that of the environment when absent.
    #[arg(long, value_enum)]
    lang: Option<LangArg>,
}

/// How long to optimise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Effort {
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
    let rules = Rules {
        width_nm: args.width,
        space_nm: args.space,
        area_nm2: args.area,
    };
    anyhow::ensure!(
        [args.width, args.space, args.area]
            .iter()
            .all(|v| (0.0..=1e6).contains(v)),
        "--width, --space, --area: expected 0 or more"
    );
    let target = raster(&args.layout, args.raster)?;
    let cancel = interrupt::flag()?;
    let [focus, defocus] = kernels(args.kernels.as_deref())?;
    let out = Out::create(&args.out)?;
    let schedule = match args.effort {
        Effort::Quick => Schedule::quick(args.variation),
        Effort::Full => Schedule::full(args.variation),
        Effort::Baseline => Schedule::baseline(),
    };
    let start = Instant::now();
    let losses = Cell::new("step,loss\n".to_owned());
    let mut stopped = false;
    let found = optimise(
        &schedule.stages,
        &Lens::new(&focus),
        &Lens::new(&defocus),
        &target,
        SIDE,
        &mut |progress| {
            let mut text = losses.take();
            let _ = writeln!(text, "{},{:.3}", progress.done, progress.loss);
            losses.set(text);
            if cancel.load(Ordering::Relaxed) {
                stopped = true;
                Flow::Stop
            } else {
                Flow::Continue
            }
        },
    );
    let pixels = schedule.mask_pixels();
    let pixel_nm = f64::from(SIDE) / f64::from(pixels);
    let mask = PixelMask {
        n: pixels as usize,
        pixels: found.iter().map(|m| *m >= 0.5).collect(),
    };
    let mask = match args.effort {
        Effort::Baseline => mask,
        _ => mask.cleaned(&rules, pixel_nm),
    };
    let seconds = start.elapsed().as_secs_f64();

    let fine: Vec<f32> = mask
        .pixels
        .iter()
        .map(|p| f32::from(u8::from(*p)))
        .collect();
    let fine = grown(&fine, pixels, SIDE);
    let simulator = Simulator::<f64>::new(&focus, &defocus, SIDE as usize);
    let prints = simulator.print(&fine.iter().map(|&v| f64::from(v)).collect::<Vec<_>>());
    let wanted: Vec<bool> = target.iter().map(|&c| c >= 0.5).collect();
    let score = Score::of(&prints, &wanted, SIDE as usize);
    let broken = mask.check(&rules, pixel_nm);

    // Back to where the layout lies.
    let shapes = layout(&args.layout)?;
    let moved = in_contest_tile(&shapes, &args.layout.layout)?;
    let place = |s: &Shapes| s.polygons[0].points[0].map(|v| f64::from(v) * s.unit_nm);
    let (from, to) = (place(&shapes), place(&moved));
    let rectangles = mask.rectangles();
    let corner = |c: [u32; 2]| {
        [0, 1].map(|k| libm::round(f64::from(c[k]) * pixel_nm + from[k] - to[k]) as i32)
    };
    let polygons = rectangles
        .iter()
        .map(|[a, b]| Polygon::rectangle(corner(*a), corner(*b)));
    let drawn = Shapes {
        unit_nm: 1.0,
        polygons: polygons.collect(),
    };
    let bytes = gdsii::write(&drawn, "MASK").expect("rectangles have four corners");
    out.write("mask.gds", &bytes)?;
    out.write("mask.png", &grey_png(&fine, SIDE))?;
    let print: Vec<f32> = prints
        .nominal
        .iter()
        .map(|p| f32::from(u8::from(*p)))
        .collect();
    out.write("print.png", &grey_png(&print, SIDE))?;
    out.write("loss.csv", losses.take().as_bytes())?;

    let mut table = Table::new([(String::new(), Side::Left), (String::new(), Side::Right)]);
    let whole = |v: u64| number(v as f64, 0);
    for (key, value) in [
        ("litho-l2", format!("{} nm²", whole(score.l2))),
        ("litho-pvb", format!("{} nm²", whole(score.pvb))),
        ("litho-epe", whole(score.epe())),
        ("litho-shots", whole(rectangles.len() as u64)),
        (
            "litho-rules",
            whole(broken.width + broken.space + broken.area),
        ),
        ("litho-seconds", format!("{} s", number(seconds, 1))),
    ] {
        table.row([texts.get(key), value]);
    }
    print!("{}", table.text());
    Ok(if stopped {
        code::INTERRUPTED
    } else {
        code::PASSED
    })
}
