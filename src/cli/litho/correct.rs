//! `geoul litho opc --optics`: masks of layouts of any size, for any optics, by edges or by pixels.

use std::path::Path;
use std::time::Instant;

use anyhow::Context;

use super::drawing::{Outlines, draw};
use super::files::{Out, layout, optics};
use super::opc::{Effort, Method, OpcArgs, Outline};
use crate::cli::code;
use crate::cli::compute::Device;
use crate::cli::progress::Steps;
use crate::cli::request::threads;
use crate::cli::table::{Side, Table};
use crate::interop::gdsii;
use crate::results::write::{Measure, MeasureColumn};
use crate::scene::shapes::{Polygon, Shapes, Sorted};
use crate::sim::process::lithography::areas::{Areas, Judge};
use crate::sim::process::lithography::contour::Contour;
use crate::sim::process::lithography::edges::{Kind, Pieces, Round, Settings, broken};
use crate::sim::process::lithography::free_masks::{Corners, Task};
use crate::sim::process::lithography::ilt::Flow;
#[cfg(feature = "gpu")]
use crate::sim::process::lithography::ilt_on_gpu::{self, SeekFault};
use crate::sim::process::lithography::manhattan::union;
use crate::sim::process::lithography::mask_rules::{PixelMask, Rules};
use crate::sim::process::lithography::outlines::FreeMask;
use crate::sim::process::lithography::placement::View;
use crate::sim::process::lithography::search::Seen;
use crate::sim::process::lithography::strays;
use crate::sim::process::lithography::tiles::{Plan, TileImager, bounds_nm};
use crate::sim::process::lithography::tones::Tones;
use crate::sim::process::lithography::{Optics, setup};
use crate::view::i18n::{Texts, number};

const ROUNDS: &[MeasureColumn] = &[
    ("round", Measure::Count),
    ("mean_nm", Measure::Real(4)),
    ("rms_nm", Measure::Real(4)),
    ("worst_nm", Measure::Real(4)),
];
const PIECES: &[MeasureColumn] = &[
    ("x_nm", Measure::Real(3)),
    ("y_nm", Measure::Real(3)),
    ("outward_x", Measure::Real(0)),
    ("outward_y", Measure::Real(0)),
    ("line_end", Measure::Count),
    ("moved_nm", Measure::Real(3)),
    ("error_nm", Measure::Real(4)),
];

/// Losses of a run: tiles are numbered row by row from the lower left.
const LOSS: &[MeasureColumn] = &[
    ("pass", Measure::Count),
    ("tile", Measure::Count),
    ("step", Measure::Count),
    ("loss", Measure::Real(3)),
];

/// Largest region of a mask by pixels, in pixels along a side.
const PIXELS_MAX: u32 = 8192;

/// Rounds of moving edges, watched for an interrupt, with their tables; whether they were cut short.
pub fn rounds(
    pieces: &mut Pieces,
    view: &View<'_>,
    out: &Out,
    texts: &Texts,
) -> anyhow::Result<bool> {
    let mut steps = Steps::new(texts)?;
    let of = pieces.rounds();
    let found = pieces.correct(view, &mut |done, _| steps.goes_on(done.into(), of.into()))?;
    let stopped = steps.stopped();
    drop(steps);
    let row = |(n, r): (u32, &Round)| vec![f64::from(n), r.mean_nm, r.rms_nm, r.worst_nm];
    out.table("rounds", ROUNDS, (0..).zip(&found).map(row))?;
    let (unit, step) = (pieces.unit_nm(), pieces.grid_nm());
    let rows = pieces.pieces().iter().map(|p| {
        let middle = |k: usize| 0.5 * unit * (f64::from(p.ends[0][k]) + f64::from(p.ends[1][k]));
        let [x, y] = p.outward.map(f64::from);
        let end = f64::from(u8::from(p.kind == Kind::LineEnd));
        let moved = f64::from(p.moved) * step;
        vec![middle(0), middle(1), x, y, end, moved, p.error_nm]
    });
    out.table("pieces", PIECES, rows)?;
    Ok(stopped)
}

/// Writes mask.gds.
pub fn write_mask(out: &Out, mask: &Shapes) -> anyhow::Result<()> {
    let bytes = gdsii::write(mask, "MASK").map_err(|(at, corners)| {
        anyhow::anyhow!("mask polygon {at} has {corners} corners, more than GDSII holds")
    })?;
    out.write("mask.gds", &bytes)
}

/// Rectangles that make up a mask of straight outlines, cut once at each inner corner: of v corners (v − 4)/2
/// turn inward, so there are (v − 2)/2.
pub fn rectangles(mask: &Shapes) -> u64 {
    let parts = |p: &Polygon| (p.points.len() as u64).saturating_sub(2) / 2;
    mask.polygons.iter().map(parts).sum()
}

/// Corrects and writes.
///
/// # Errors
/// A file cannot be read or written, or the layout cannot be corrected so.
pub fn run(args: &OpcArgs, path: &Path, device: &Device, texts: &Texts) -> anyhow::Result<u8> {
    let shapes = layout(&args.layout)?;
    let Some((read, optics)) = optics(path)? else {
        return Ok(code::WRONG_INPUT);
    };
    anyhow::ensure!(
        read.shifted_layer.is_none(),
        "masks with layers of opposite phase are not corrected; leave shifted_layer out of the optics"
    );
    let start = Instant::now();
    let unit = 1.0 / optics.pupil.cut_off_per_nm();
    let rules = args.rules(Rules::for_resolution(unit))?;
    let tones = Tones::of(&read);
    let bright = tones.bright();
    let target = Sorted::new(shapes);
    let [low, high] = bounds_nm(&target).context("the layout is empty")?;
    let fine = args.pixel.unwrap_or_else(|| round_down(unit / 30.0));
    anyhow::ensure!(fine > 0.0, "a pixel has a size above 0");
    // Room beyond the layout, for assist features.
    let (margin, halo) = (2.0 * unit, 3.0 * unit);
    let size = [0, 1].map(|k| high[k] - low[k] + 2.0 * margin);
    let plan = Plan::new(low.map(|v| v - margin), size, args.tile, halo, fine);
    anyhow::ensure!(
        plan.pixels() <= args.tile,
        "a halo of {halo:.0} nm leaves no room in tiles of {} pixels of {fine} nm; take larger tiles with --tile",
        args.tile
    );
    let corners = Corners::for_optics(&optics);
    let view_of = |defocus: f64| -> anyhow::Result<TileImager> {
        let optics = optics.at_defocus(read.defocus_nm + defocus);
        TileImager::new(&optics, tones, plan.pixels(), fine, 1e-3).map_err(|most| {
            anyhow::anyhow!(
                "pixels of {fine} nm are too coarse for this lens: take at most {most:.3} nm"
            )
        })
    };
    let (focus, defocus) = (view_of(0.0)?, view_of(corners.defocus_nm)?);
    let out = Out::create(&args.out)?;
    let settings = Settings {
        rounds: args.rounds,
        ..Settings::for_resolution(unit, rules)
    };
    let settings = Settings {
        grid_nm: target.shapes().unit_nm.max(1.0_f64.min(fine)),
        ..settings
    };
    let view = View {
        plan,
        imager: &focus,
        resist: setup::resist(&read),
        bright,
        search_nm: 0.5 * unit,
        threads: threads(args.threads),
    };
    let judge = Judge {
        plan: &plan,
        imagers: [&focus, &defocus],
        resist: view.resist,
        corners,
        bright,
    };
    let (mask, violations, stopped) = match args.method {
        Method::Edge => by_edges(&target, settings, &view, &out, texts)?,
        Method::Pixel | Method::LevelSet => {
            let found = seek(
                args,
                &target,
                &optics,
                &view,
                (tones, corners),
                device,
                (&out, texts),
            )?;
            drawn(args, &target, found, rules, &judge, (view.threads, texts))?
        }
    };
    write_mask(&out, &mask)?;
    let seconds = start.elapsed().as_secs_f64();
    let mask = Sorted::new(mask);
    let (mut steps, mut seen) = (Steps::new(texts)?, 0);
    let mut outlines = [Outlines::default(), Outlines::default()];
    let [without, corrected] = &mut outlines;
    let mut judged = |mask: &Sorted, drawn: &mut Outlines| {
        let goes_on = &mut |lines: Vec<Contour>| {
            drawn.add(lines);
            seen += 1;
            steps.goes_on(seen, 2 * plan.count())
        };
        judge.areas(&target, mask, view.threads, goes_on)
    };
    let before = judged(&target, without)?;
    let after = match before {
        Some(_) => judged(&mask, corrected)?,
        None => None,
    };
    drop(steps);
    // The mask is written; only how well it prints is not known.
    let (Some(before), Some(after)) = (before, after) else {
        return Ok(code::INTERRUPTED);
    };
    if after.l2_nm2 > before.l2_nm2 {
        eprintln!(
            "note: counted in pixels of {fine} nm the layout itself prints nearer to the target; more steps or a smaller \
             --width may help"
        );
    }
    draw(&out, texts, &plan, (&target, &mask), outlines)?;
    let errors = placement(&target, settings, &mask, &view)?;
    show(
        texts,
        (before, after),
        errors,
        &mask,
        violations,
        (&plan, seconds),
    );
    Ok(if stopped {
        code::INTERRUPTED
    } else {
        code::PASSED
    })
}

/// The largest of 1, 2, 4, 5 times a power of ten up to a length.
fn round_down(length_nm: f64) -> f64 {
    let decade = libm::pow(10.0, libm::floor(libm::log10(length_nm)));
    let fits = |k: &&f64| **k * decade <= length_nm * (1.0 + 1e-9);
    [5.0, 4.0, 2.0, 1.0]
        .iter()
        .find(fits)
        .map_or(length_nm, |k| k * decade)
}

fn by_edges(
    target: &Sorted,
    settings: Settings,
    view: &View<'_>,
    out: &Out,
    texts: &Texts,
) -> anyhow::Result<(Shapes, u64, bool)> {
    let mut pieces = Pieces::new(target.shapes(), settings)?;
    let stopped = rounds(&mut pieces, view, out, texts)?;
    let mask = pieces.mask();
    let places = broken(
        &Sorted::new(mask.clone()),
        &settings.rules,
        &view.plan,
        settings.grid_nm,
    )?;
    Ok((mask, places.len() as u64, stopped))
}

/// The mask as it comes from inverse lithography, and whether it was cut short.
fn seek(
    args: &OpcArgs,
    target: &Sorted,
    optics: &Optics,
    view: &View<'_>,
    (tones, corners): (Tones, Corners),
    device: &Device,
    (out, texts): (&Out, &Texts),
) -> anyhow::Result<(FreeMask, bool)> {
    let plan = view.plan;
    let side = plan.counts[0].max(plan.counts[1]) * plan.core;
    anyhow::ensure!(
        side <= PIXELS_MAX,
        "a mask of {side} by {side} pixels is too large to be sought by pixels (at most {PIXELS_MAX}); take larger \
         pixels with --pixel, or --method edge"
    );
    let least = 8 * optics.field_half(plan.period_nm());
    anyhow::ensure!(
        plan.pixels() > least,
        "pixels of {} nm are too coarse for a mask by pixels: take at most {:.3} nm",
        plan.pixel_nm,
        plan.period_nm() / f64::from(least + 8)
    );
    let steps = match args.effort {
        Effort::Quick => [10, 20],
        Effort::Full => [60, 200],
        Effort::Baseline => {
            anyhow::bail!("--effort baseline is the contest's; with optics take quick or full")
        }
    };
    let task = Task {
        optics,
        tones,
        resist: view.resist,
        corners,
        plan,
        unknowns: args.method.unknowns(args.optimiser),
        steps,
        variation: args.variation,
    };
    let (mut losses, mut steps) = (Vec::new(), Steps::new(texts)?);
    let mut watch = |seen: Seen| {
        losses.push((seen.pass, seen.tile, seen.step, seen.loss));
        Flow::when(steps.goes_on(seen.done, seen.of))
    };
    let found = match device {
        Device::Cpu => task.seek(target, view.threads, &mut watch)?,
        #[cfg(feature = "gpu")]
        Device::Gpu(gpu) => {
            let found = pollster::block_on(ilt_on_gpu::seek(&task, gpu, target, &mut watch));
            match found {
                // Told before the first step.
                Err(SeekFault::Gpu(fault)) if args.compute.yields(&fault) => {
                    task.seek(target, view.threads, &mut watch)?
                }
                found => found?,
            }
        }
    };
    // Tiles come in the order in which they are sought, some of them together.
    losses.sort_by_key(|(pass, tile, step, _)| (*pass, *tile, *step));
    let rows = losses
        .into_iter()
        .map(|(pass, tile, step, loss)| vec![f64::from(pass), tile as f64, f64::from(step), loss]);
    out.table("loss", LOSS, rows)?;
    Ok((found, steps.stopped()))
}

/// The mask that keeps the rules, the places where it does not, and whether it was cut short.
fn drawn(
    args: &OpcArgs,
    target: &Sorted,
    (found, mut stopped): (FreeMask, bool),
    rules: Rules,
    judge: &Judge<'_>,
    (threads, texts): (u32, &Texts),
) -> anyhow::Result<(Shapes, u64, bool)> {
    let mut clean: PixelMask = found.pixels().cleaned(&rules, found.pixel_nm);
    if !stopped {
        let reach = libm::ceil(0.5 * rules.width_nm / found.pixel_nm) as usize;
        let (mut steps, mut seen) = (Steps::new(texts)?, 0);
        let goes_on = &mut || {
            seen += 1;
            steps.goes_on(seen, u64::from(strays::ROUNDS) * judge.plan.count())
        };
        clean = judge.without_strays(target, &found, clean, reach, threads, goes_on)?;
        stopped = steps.stopped();
    }
    let left = clean.check(&rules, found.pixel_nm);
    // Fine enough for pixels of a fraction of a nm.
    let unit = target.shapes().unit_nm.min(1.0).min(0.25 * found.pixel_nm);
    let mask = match args.outline {
        Outline::Manhattan => found.manhattan(&clean, unit),
        Outline::Curved => found.curved(&clean, 0.25 * unit),
    };
    Ok((mask, left.width + left.space + left.area, stopped))
}

/// Placement errors of the target under itself and under the mask; `None` where the target is slanted.
fn placement(
    target: &Sorted,
    settings: Settings,
    mask: &Sorted,
    view: &View<'_>,
) -> anyhow::Result<Option<[Round; 2]>> {
    if union(target.shapes()).is_none() {
        return Ok(None);
    }
    let mut pieces = Pieces::new(target.shapes(), settings)?;
    let before = pieces.measure_with(target, view)?;
    Ok(Some([before, pieces.measure_with(mask, view)?]))
}

fn show(
    texts: &Texts,
    (before, after): (Areas, Areas),
    errors: Option<[Round; 2]>,
    mask: &Sorted,
    violations: u64,
    (plan, seconds): (&Plan, f64),
) {
    let mut table = Table::new([
        (String::new(), Side::Left),
        (texts.get("litho-before"), Side::Right),
        (texts.get("litho-after"), Side::Right),
    ]);
    let area = |v: f64| format!("{} nm²", number(v, 0));
    let nm = |v: f64| format!("{} nm", number(v, 2));
    let mut row = |key: &str, cells: [String; 2]| {
        let [a, b] = cells;
        table.row([texts.get(key), a, b]);
    };
    row("litho-l2", [area(before.l2_nm2), area(after.l2_nm2)]);
    row("litho-pvb", [area(before.pvb_nm2), area(after.pvb_nm2)]);
    if let Some(errors) = errors {
        row("litho-epe-mean", errors.map(|e| nm(e.mean_nm)));
        row("litho-epe-worst", errors.map(|e| nm(e.worst_nm)));
    }
    let polygons = number(mask.shapes().polygons.len() as f64, 0);
    row("litho-polygons", [String::new(), polygons]);
    row("litho-rules", [String::new(), number(violations as f64, 0)]);
    row(
        "litho-tile-count",
        [String::new(), number(plan.count() as f64, 0)],
    );
    row(
        "litho-seconds",
        [String::new(), format!("{} s", number(seconds, 1))],
    );
    print!("{}", table.text());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_have_round_sizes() {
        for (length, expected) in [
            (4.77, 4.0),
            (1.36, 1.0),
            (0.82, 0.5),
            (10.0, 10.0),
            (39.0, 20.0),
        ] {
            assert!((round_down(length) - expected).abs() < 1e-12, "{length}");
        }
    }
}
