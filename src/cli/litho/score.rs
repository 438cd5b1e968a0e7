//! `geoul litho score`: figures of merit of a mask, as the ICCAD 2013 contest counts them.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;

use super::files::{LayoutArgs, Out, in_contest_tile, kernels, layout};
use crate::cli::table::{Side, Table};
use crate::cli::{LangArg, code, texts};
use crate::results::write::{Measure, MeasureColumn};
use crate::sim::process::lithography::contest::{SIDE, Score, Simulator};
use crate::sim::process::lithography::raster::{coverage, with_border};
use crate::view::i18n::number;

/// Scores a mask against its target as the ICCAD 2013 contest does.
#[derive(Args, Debug)]
pub struct ScoreArgs {
    #[command(flatten)]
    layout: LayoutArgs,
    /// Mask: .gds, .glp or .png of 2048 by 2048 grey pixels. The layout itself when absent.
    #[arg(long, value_name = "MASK")]
    mask: Option<PathBuf>,
    /// Folder of the contest's kernels; $GEOUL_DATA/litho when absent.
    #[arg(long, value_name = "DIR")]
    kernels: Option<PathBuf>,
    /// Raster of the layout: exact areas, or one pixel larger as OpenILT draws it.
    #[arg(long, value_enum, default_value_t = Raster::Exact)]
    raster: Raster,
    /// Folder for the figures as a table (score.csv, score.parquet).
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Writes the figures as JSON to the standard output.
    #[arg(long)]
    json: bool,
    /// Language of the table; that of the environment when absent.
    #[arg(long, value_enum)]
    lang: Option<LangArg>,
}

/// How shapes become pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Raster {
    /// The area of each pixel that is covered.
    Exact,
    /// Pixels touched by the border belong to the shape.
    Openilt,
}

/// Figures as JSON.
#[derive(Serialize)]
struct Page {
    layout: String,
    l2_nm2: u64,
    pvb_nm2: u64,
    epe: u64,
    epe_in: u64,
    epe_out: u64,
    printed_nm2: u64,
    target_nm2: u64,
}

const SCORE: &[MeasureColumn] = &[
    ("l2_nm2", Measure::Count),
    ("pvb_nm2", Measure::Count),
    ("epe_in", Measure::Count),
    ("epe_out", Measure::Count),
    ("printed_nm2", Measure::Count),
    ("target_nm2", Measure::Count),
];

/// Pixels of a layout in the middle of the contest's tile.
pub fn raster(args: &LayoutArgs, kind: Raster) -> anyhow::Result<Vec<f32>> {
    let shapes = in_contest_tile(&layout(args)?, &args.layout)?;
    let cover = coverage(&shapes, [0.0; 2], f64::from(SIDE), SIDE);
    Ok(match kind {
        Raster::Exact => cover,
        Raster::Openilt => with_border(&cover, SIDE),
    })
}

/// A mask: pixels, or a layout placed by the target's place.
fn mask(path: &Path, target: &LayoutArgs) -> anyhow::Result<Vec<f32>> {
    if path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("png"))
    {
        return grey(path);
    }
    // Where the target moves, the mask moves: its own bounding box is another.
    let of_target = layout(target)?;
    let moved = in_contest_tile(&of_target, &target.layout)?;
    let first = |s: &crate::scene::shapes::Shapes| {
        s.polygons[0].points[0].map(|v| f64::from(v) * s.unit_nm)
    };
    let (from, to) = (first(&of_target), first(&moved));
    let args = LayoutArgs::of(path);
    let origin = [0, 1].map(|k| from[k] - to[k]);
    Ok(coverage(&layout(&args)?, origin, f64::from(SIDE), SIDE))
}

/// Grey pixels of a PNG, rows upward.
fn grey(path: &Path) -> anyhow::Result<Vec<f32>> {
    let shown = path.display();
    let file = std::fs::File::open(path).with_context(|| format!("cannot read {shown}"))?;
    let mut decoder = png::Decoder::new(std::io::BufReader::new(file));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder
        .read_info()
        .with_context(|| format!("{shown} is no PNG"))?;
    let info = reader.info();
    if (info.width, info.height) != (SIDE, SIDE) {
        bail!(
            "{shown}: {} by {} pixels, expected {SIDE} by {SIDE}",
            info.width,
            info.height
        );
    }
    let channels = reader.output_color_type().0.samples();
    let size = reader
        .output_buffer_size()
        .context("a picture that fits into memory")?;
    let mut bytes = vec![0; size];
    reader
        .next_frame(&mut bytes)
        .with_context(|| format!("{shown} is damaged"))?;
    let rows = bytes.chunks_exact(channels * SIDE as usize).rev();
    Ok(rows
        .flat_map(|row| row.chunks_exact(channels).map(|p| f32::from(p[0]) / 255.0))
        .collect())
}

/// Scores and shows.
///
/// # Errors
/// A file cannot be read, or a clip does not fit.
pub fn run(args: &ScoreArgs) -> anyhow::Result<u8> {
    let target = raster(&args.layout, args.raster)?;
    let mask = match &args.mask {
        Some(path) => mask(path, &args.layout)?,
        None => target.clone(),
    };
    let [focus, defocus] = kernels(args.kernels.as_deref())?;
    let simulator = Simulator::<f64>::new(&focus, &defocus, SIDE as usize);
    let wide: Vec<f64> = mask.iter().map(|&v| f64::from(v)).collect();
    let prints = simulator.print(&wide);
    let target: Vec<bool> = target.iter().map(|&c| c >= 0.5).collect();
    let score = Score::of(&prints, &target, SIDE as usize);
    let count = |picture: &[bool]| picture.iter().filter(|p| **p).count() as u64;
    let page = Page {
        layout: args.layout.layout.display().to_string(),
        l2_nm2: score.l2,
        pvb_nm2: score.pvb,
        epe: score.epe(),
        epe_in: score.epe_in,
        epe_out: score.epe_out,
        printed_nm2: count(&prints.nominal),
        target_nm2: count(&target),
    };
    if let Some(folder) = &args.out {
        let row = [
            page.l2_nm2,
            page.pvb_nm2,
            page.epe_in,
            page.epe_out,
            page.printed_nm2,
            page.target_nm2,
        ];
        let row = row.iter().map(|v| *v as f64).collect();
        Out::create(folder)?.table("score", SCORE, [row])?;
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&page)?);
    } else {
        let texts = texts(args.lang);
        let mut table = Table::new([(String::new(), Side::Left), (String::new(), Side::Right)]);
        for (key, value, unit) in [
            ("litho-l2", page.l2_nm2, "nm²"),
            ("litho-pvb", page.pvb_nm2, "nm²"),
            ("litho-epe", page.epe, ""),
            ("litho-printed", page.printed_nm2, "nm²"),
            ("litho-target", page.target_nm2, "nm²"),
        ] {
            let value = format!("{} {unit}", number(value as f64, 0));
            table.row([texts.get(key), value.trim_end().to_owned()]);
        }
        print!("{}", table.text());
    }
    Ok(code::PASSED)
}
