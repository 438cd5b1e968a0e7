//! `geoul litho image`: the aerial image of a layout of any size and the contours it prints.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, bail};
use clap::Args;

use super::drawing::DRAWN_MAX;
use super::exposure;
use super::files::{LayoutArgs, Out, finish, numbers, open, optics};
#[cfg(feature = "gpu")]
use crate::cli::compute::Device;
use crate::cli::compute::{ComputeArg, open as open_device};
use crate::cli::progress::Steps;
use crate::cli::request::threads;
use crate::cli::table::{Side, Table};
use crate::cli::{LangArg, code, texts};
use crate::results::write::{Measure, MeasureColumn};
use crate::scene::shapes::{Layout, Overfull, Shapes};
use crate::sim::process::lithography::band::Band;
use crate::sim::process::lithography::contour::{Contour, contours_in};
use crate::sim::process::lithography::crew::side_by_side;
use crate::sim::process::lithography::image::Image;
#[cfg(feature = "gpu")]
use crate::sim::process::lithography::on_gpu;
use crate::sim::process::lithography::resist::Resist;
use crate::sim::process::lithography::tiles::{
    HaloError, Plan, TileImager, bounds_nm, halo_errors, halo_for,
};
use crate::sim::process::lithography::tones::Tones;
use crate::sim::process::lithography::{Optics, setup};
use crate::view::i18n::{Texts, number};
use crate::view::litho::{Frame, contours_svg, heat_png};

/// Aerial image and printed contours of a layout.
#[derive(Args, Debug)]
pub struct ImageArgs {
    #[command(flatten)]
    layout: LayoutArgs,
    /// Optics: lens, source, mask, resist.
    #[arg(long, value_name = "OPTICS.RON")]
    optics: PathBuf,
    /// Part to look at, in nm: lower left corner and side. The whole layout when absent.
    #[arg(long, value_name = "X,Y,SIDE", value_parser = numbers::<3>, allow_hyphen_values = true)]
    window: Option<[f64; 3]>,
    /// Strip around each tile whose shapes count too, in nm. When absent six times wavelength / NA for one
    /// tile; for several it is chosen by measuring the error that it leaves.
    #[arg(long, value_name = "NM")]
    halo: Option<f64>,
    /// Error of intensity that the halo may leave, in parts of the clear field.
    #[arg(long, value_name = "I", default_value_t = 0.01)]
    error: f64,
    /// Size of a pixel of the mask, in nm.
    #[arg(long, value_name = "NM", default_value_t = 1.0)]
    pixel: f64,
    /// Most pixels along a side of a tile, halo and all: what is larger is imaged in tiles. When absent 4,096 for a layout
    /// that fits into one tile, else 2,048, or three halos where that is more.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(64..=i64::from(TILE_MAX)))]
    tile: Option<u32>,
    /// Images only so many tiles, spread evenly over the layout, and tells how long all would take.
    #[arg(long, value_name = "N")]
    tiles: Option<u64>,
    /// Defocus in nm, instead of the one of the optics.
    #[arg(long, value_name = "NM", allow_hyphen_values = true)]
    defocus: Option<f64>,
    /// Doses whose contours are drawn; 1 is nominal.
    #[arg(long, value_name = "D,D,…", value_delimiter = ',', default_values_t = [1.0])]
    dose: Vec<f64>,
    /// Draws the photons that each pixel absorbs in one exposure, by this seed; the resist of the optics gives
    /// their number.
    #[arg(long, value_name = "SEED")]
    photons: Option<u64>,
    /// What computes the image.
    #[arg(long, value_enum, default_value = "auto")]
    compute: ComputeArg,
    /// Tiles at the same time on the processor; as many as there are cores when absent.
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroU32>,
    /// Folder for aerial.png, contours.svg and the tables aerial, contours and halo (CSV and Parquet); photons.png
    /// and the table photons where they are drawn.
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// Language of the picture; that of the environment when absent.
    #[arg(long, value_enum)]
    lang: Option<LangArg>,
}

/// Samples along a side of the picture and of the table.
pub const PICTURE: u32 = 1024;
pub const TABLE: u32 = 128;

const AERIAL: &[MeasureColumn] = &[
    ("x_nm", Measure::Real(3)),
    ("y_nm", Measure::Real(3)),
    ("intensity", Measure::Real(6)),
];
const CONTOURS: &[MeasureColumn] = &[
    ("dose", Measure::Real(4)),
    ("contour", Measure::Count),
    ("x_nm", Measure::Real(4)),
    ("y_nm", Measure::Real(4)),
];
/// Most pixels along a side of a tile: any, one that holds the whole layout, one of several.
const TILE_MAX: u32 = 8192;
const TILE_ALONE: u32 = 4096;
const TILE: u32 = 2048;

const HALO: &[MeasureColumn] = &[("halo_nm", Measure::Real(1)), ("error", Measure::Real(6))];

/// A square of samples that tiles fill as they come.
pub struct Picture {
    /// Lower left corner.
    pub low_nm: [f64; 2],
    /// Side of a sample's square.
    pub step_nm: f64,
    side: u32,
    /// Samples row by row; no number where no tile has come.
    pub values: Vec<f64>,
}

impl Picture {
    fn new(low_nm: [f64; 2], side_nm: f64, side: u32) -> Self {
        Self {
            low_nm,
            step_nm: side_nm / f64::from(side),
            side,
            values: vec![f64::NAN; (side * side) as usize],
        }
    }

    fn place(&self, k: usize, i: u32) -> f64 {
        self.low_nm[k] + (f64::from(i) + 0.5) * self.step_nm
    }

    /// First and end of the samples in a range along one axis.
    fn range(&self, k: usize, from_nm: f64, to_nm: f64) -> std::ops::Range<u32> {
        let at = |v: f64| libm::ceil((v - self.low_nm[k]) / self.step_nm - 0.5).max(0.0) as u32;
        at(from_nm).min(self.side)..at(to_nm).min(self.side)
    }

    /// Values of the samples in a core, row by row: `row` gives those of the place y as a function of x, in nm.
    fn look<V: Fn(f64) -> f64>(
        &self,
        [low, high]: [[f64; 2]; 2],
        row: impl Fn(f64) -> V,
    ) -> Vec<f64> {
        let mut values = Vec::new();
        for y in self.range(1, low[1], high[1]) {
            let value = row(self.place(1, y));
            let columns = self.range(0, low[0], high[0]);
            values.extend(columns.map(|x| value(self.place(0, x))));
        }
        values
    }

    /// Fills a core with what was looked at.
    fn fill(&mut self, [low, high]: [[f64; 2]; 2], values: &[f64]) {
        let columns = self.range(0, low[0], high[0]);
        let rows = self.range(1, low[1], high[1]);
        let found = values.chunks_exact(columns.len().max(1));
        for (y, found) in rows.zip(found) {
            let first = (y * self.side + columns.start) as usize;
            self.values[first..first + columns.len()].copy_from_slice(found);
        }
    }
}

/// Values between the samples of a grid, along straight lines.
fn between(samples: &[f64], n: usize, x: f64, y: f64) -> f64 {
    let (i, j) = (x.floor(), y.floor());
    let (u, v) = (x - i, y - j);
    let at = |i: f64, j: f64| {
        let wrap = |k: f64| (k as i64).rem_euclid(n as i64) as usize;
        samples[wrap(j) * n + wrap(i)]
    };
    (1.0 - v) * ((1.0 - u) * at(i, j) + u * at(i + 1.0, j))
        + v * ((1.0 - u) * at(i, j + 1.0) + u * at(i + 1.0, j + 1.0))
}

/// The square that is looked at.
fn region(
    args: &ImageArgs,
    layout: &dyn Layout,
    optics: &Optics,
) -> anyhow::Result<([f64; 2], [f64; 2])> {
    if let Some([x, y, side]) = args.window {
        if side <= 0.0 {
            bail!("a window has a side above 0");
        }
        return Ok(([x, y], [side; 2]));
    }
    let [low, high] = bounds_nm(layout).context("the layout is empty")?;
    // With a margin, for what prints outside its shape.
    let margin = 0.5 / optics.pupil.cut_off_per_nm();
    Ok((
        low.map(|v| v - margin),
        [0, 1].map(|k| high[k] - low[k] + 2.0 * margin),
    ))
}

/// Pixels along a side of a tile for a halo of so many of them: its core is as wide as the halo, so that a ninth of what is
/// imaged is kept, or more.
fn roomy(halo: f64) -> u32 {
    let wanted = libm::ceil(3.0 * halo).min(f64::from(TILE_MAX));
    (wanted as u32).max(TILE)
}

/// Measures halos at three places of the layout, shows and writes the table, and chooses.
fn choose_halo(
    args: &ImageArgs,
    texts: &Texts,
    (optics, tones): (&Optics, Tones),
    layout: &dyn Layout,
    (low, size): ([f64; 2], [f64; 2]),
) -> anyhow::Result<(f64, Vec<HaloError>)> {
    let places =
        [[0.5, 0.5], [0.25, 0.75], [0.8, 0.3]].map(|p| [0, 1].map(|k| low[k] + p[k] * size[k]));
    let coarse = args.pixel.max(0.02 / optics.pupil.cut_off_per_nm());
    let rows = halo_errors(optics, tones, layout, &places, coarse)?;
    let mut table = Table::new([
        (texts.get("litho-halo"), Side::Right),
        (texts.get("litho-halo-error"), Side::Right),
    ]);
    for row in &rows {
        table.row([number(row.halo_nm, 0), format!("{:.5}", row.largest)]);
    }
    print!("{}", table.text());
    let least = rows
        .iter()
        .map(|r| 2.0 * r.largest)
        .fold(f64::INFINITY, f64::min);
    let halo = halo_for(&rows, args.error).with_context(|| {
        format!(
            "no halo up to {:.0} nm leaves less than --error {}: the least is {least:.4}; the source may have too \
             few points (source_side of the optics), or take a larger --error",
            rows.last().map_or(0.0, |r| r.halo_nm),
            args.error
        )
    })?;
    Ok((halo, rows))
}

/// Images and writes.
///
/// # Errors
/// A file cannot be read or written, or the window does not fit.
pub fn run(args: &ImageArgs) -> anyhow::Result<u8> {
    let texts = texts(args.lang);
    let layout = open(&args.layout)?;
    let layout = layout.as_ref();
    let Some((read, mut optics)) = optics(&args.optics)? else {
        return Ok(code::WRONG_INPUT);
    };
    if let Some(defocus) = args.defocus {
        optics.pupil.defocus_nm = defocus;
    }
    anyhow::ensure!(
        args.dose.iter().all(|d| *d > 0.0 && d.is_finite()),
        "a dose is above 0"
    );
    let absorbed = match args.photons {
        Some(seed) => Some((seed, exposure::absorbed_per_nm2(&read)?)),
        None => None,
    };
    anyhow::ensure!(args.pixel > 0.0, "a pixel has a size above 0");
    anyhow::ensure!(args.error > 0.0, "--error is above 0");
    anyhow::ensure!(args.halo.is_none_or(|h| h >= 0.0), "a halo is 0 or more");
    let (mut low, mut size) = region(args, layout, &optics)?;
    let tones = Tones::of(&read);
    let usual = 6.0 / optics.pupil.cut_off_per_nm();
    let mut halo = args.halo.unwrap_or(usual);
    let mut tile = args.tile.unwrap_or(TILE_ALONE);
    let mut plan = Plan::new(low, size, tile, halo, args.pixel);
    // Pictures are square, the layout in their middle; what is beside it is imaged where that takes no more tiles.
    let side_nm = size[0].max(size[1]);
    let frame = Frame {
        low_nm: [0, 1].map(|k| low[k] + 0.5 * (size[k] - side_nm)),
        side_nm,
    };
    let square = Plan::new(frame.low_nm, [side_nm; 2], tile, halo, args.pixel);
    if square.count() == plan.count() {
        (low, size, plan) = (frame.low_nm, [side_nm; 2], square);
    }
    let mut halos = Vec::new();
    if plan.count() > 1 {
        if args.halo.is_none() {
            (halo, halos) = choose_halo(args, &texts, (&optics, tones), layout, (low, size))?;
        }
        tile = args.tile.unwrap_or_else(|| roomy(halo / args.pixel));
        plan = Plan::new(low, size, tile, halo, args.pixel);
    }
    anyhow::ensure!(
        plan.pixels() <= tile,
        "a halo of {:.0} nm leaves no room in tiles of {tile} pixels of {} nm; take larger pixels with --pixel, or \
         tiles with --tile",
        plan.halo_nm(),
        args.pixel
    );
    let imager = TileImager::new(
        &optics,
        tones,
        plan.pixels(),
        args.pixel,
        0.1 * args.error.min(0.01),
    )
    .map_err(|most| {
        anyhow::anyhow!(
            "pixels of {} nm are too coarse for this lens: take at most {most:.3} nm",
            args.pixel
        )
    })?;
    let device = match open_device(args.compute) {
        Ok(device) => device,
        Err(fault) => {
            eprintln!("error: {fault}");
            return Ok(code::NO_DEVICE);
        }
    };
    #[cfg(feature = "gpu")]
    let mut on_device = match &device {
        Device::Cpu => None,
        Device::Gpu(gpu) => {
            let tiles = on_gpu::Tiles::new(gpu, tones, &optics, plan.period_nm(), plan.pixels());
            match pollster::block_on(tiles) {
                Err(fault) if args.compute.yields(&fault) => None,
                tiles => Some(tiles?),
            }
        }
    };
    let out = Out::create(&args.out)?;
    let mut steps = Steps::new(&texts)?;

    let mut picture = Picture::new(frame.low_nm, side_nm, PICTURE);
    let mut table = Picture::new(frame.low_nm, side_nm, TABLE);
    let mut tables = out.tables("contours", CONTOURS)?;
    let mut sets: Vec<Vec<Contour>> = vec![Vec::new(); args.dose.len()];
    let (mut drawn, mut contour) = (0, 0_u32);
    let mut shapes = Vec::new();

    let least = 12 * optics.image_half(plan.period_nm()).max(4);
    let stride = plan.stride(least.max(2 * imager.image_half() + 4));
    let n = (plan.pixels() / stride) as usize;
    let looks = Looks {
        plan,
        stride,
        resist: setup::resist_model(&read),
        fine: Band::new(n, imager.image_half()),
        doses: &args.dose,
    };
    let count = args
        .tiles
        .map_or(plan.count(), |t| t.clamp(1, plan.count()));
    let tiles: Vec<u64> = (0..count)
        .map(|i| (u128::from(i) * u128::from(plan.count()) / u128::from(count)) as u64)
        .collect();
    let threads = threads(args.threads);
    let start = Instant::now();
    let mut done = 0;
    // A few at a time: what was seen of them waits until those before are written.
    for few in tiles.chunks(2 * threads as usize) {
        if !steps.goes_on(done, count) {
            break;
        }
        #[cfg(feature = "gpu")]
        let images = match &mut on_device {
            Some(device) => imaged(device, layout, &plan, few)?,
            None => vec![None; few.len()],
        };
        #[cfg(not(feature = "gpu"))]
        let images: Vec<Option<Image>> = vec![None; few.len()];
        let work = |k: usize, say: &mut dyn FnMut(())| -> Result<_, Overfull> {
            let origin = plan.origin_nm(plan.tile(few[k]));
            let within = layout.within_nm(origin, plan.period_nm())?;
            let found = match &images[k] {
                Some(image) => looks.at(image, few[k], [&picture, &table]),
                None => looks.at(&imager.image(&within, origin), few[k], [&picture, &table]),
            };
            say(());
            Ok((found, within.polygons))
        };
        let numbers: Vec<usize> = (0..few.len()).collect();
        let mut seen = done;
        let found = side_by_side(threads, &numbers, work, &mut |()| {
            seen += 1;
            steps.goes_on(seen, count);
        });
        for (&tile, found) in few.iter().zip(found) {
            let (mut found, polygons) = found?;
            let core = looks.core(tile);
            picture.fill(core, &found.picture);
            table.fill(core, &found.table);
            for ((set, &dose), lines) in sets.iter_mut().zip(&args.dose).zip(&mut found.lines) {
                for line in &*lines {
                    for p in &line.points_nm {
                        tables.add(&[dose, f64::from(contour), p[0], p[1]])?;
                    }
                    contour += 1;
                    drawn += line.points_nm.len();
                }
                if drawn <= DRAWN_MAX {
                    set.append(lines);
                }
            }
            if drawn <= DRAWN_MAX {
                shapes.extend(polygons);
            }
            done += 1;
        }
    }
    drop(steps);
    let seconds = start.elapsed().as_secs_f64();
    finish(tables)?;
    write_pictures(&out, &picture, &table)?;
    if let Some((seed, per_nm2)) = absorbed {
        exposure::write(&out, &picture, per_nm2, seed, &device)?;
    }
    if !halos.is_empty() {
        out.table(
            "halo",
            HALO,
            halos.iter().map(|h| vec![h.halo_nm, h.largest]),
        )?;
    }
    if drawn <= DRAWN_MAX {
        shapes.sort_by(|a, b| {
            (a.layer, a.datatype, &a.points).cmp(&(b.layer, b.datatype, &b.points))
        });
        shapes.dedup();
        let target = Shapes {
            unit_nm: layout.unit_nm(),
            polygons: shapes,
        };
        let names = args
            .dose
            .iter()
            .map(|d| texts.with("litho-contour", &[("dose", &number(*d, 3))]));
        let borrowed: Vec<(String, &[Contour])> =
            names.zip(sets.iter().map(Vec::as_slice)).collect();
        out.write(
            "contours.svg",
            contours_svg(frame, &target, &borrowed).as_bytes(),
        )?;
    }

    let seen = picture.values.iter().filter(|v| v.is_finite());
    let (least, most) = seen.fold((f64::INFINITY, 0.0_f64), |(l, h), v| (l.min(*v), h.max(*v)));
    let facts = [
        ("side", number(side_nm, 0)),
        ("points", optics.source.points().len().to_string()),
        ("low", number(least.min(most), 4)),
        ("high", number(most, 4)),
        ("dir", args.out.display().to_string()),
    ];
    let facts = facts.each_ref().map(|(k, v)| (*k, v.as_str()));
    println!("{}", texts.with("litho-image-done", &facts));
    if plan.count() > 1 {
        report_tiles(&texts, &plan, &imager, done, seconds);
    }
    Ok(if done < count {
        code::INTERRUPTED
    } else {
        code::PASSED
    })
}

/// Images of some tiles on a GPU.
#[cfg(feature = "gpu")]
fn imaged(
    device: &mut on_gpu::Tiles<'_>,
    layout: &dyn Layout,
    plan: &Plan,
    tiles: &[u64],
) -> anyhow::Result<Vec<Option<Image>>> {
    let image = |&tile: &u64| {
        let origin = plan.origin_nm(plan.tile(tile));
        let within = layout.within_nm(origin, plan.period_nm())?;
        Ok(Some(pollster::block_on(device.image(&within, origin))?))
    };
    tiles.iter().map(image).collect()
}

/// How tiles are looked at.
struct Looks<'l> {
    plan: Plan,
    /// Pixels from sample to sample.
    stride: u32,
    resist: Resist,
    fine: Band<f64>,
    doses: &'l [f64],
}

/// What is seen of a tile: samples of its core, and contours of each dose.
struct Seen {
    picture: Vec<f64>,
    table: Vec<f64>,
    lines: Vec<Vec<Contour>>,
}

impl Looks<'_> {
    /// Corners of the core of a tile.
    fn core(&self, tile: u64) -> [[f64; 2]; 2] {
        let low = self.plan.core_low_nm(self.plan.tile(tile));
        [low, low.map(|v| v + self.plan.core_nm())]
    }

    /// What is seen of a tile's image.
    fn at(&self, image: &Image, tile: u64, [picture, table]: [&Picture; 2]) -> Seen {
        let Self { plan, stride, .. } = *self;
        let n = self.fine.points();
        // The image begins at the tile's corner, its samples half a pixel on.
        let zero = plan
            .origin_nm(plan.tile(tile))
            .map(|v| v + 0.5 * plan.pixel_nm);
        let step = plan.pixel_nm * f64::from(stride);
        let values = self.fine.inverse(image.spectrum.values());
        let core = self.core(tile);
        let picture = picture.look(core, |y| {
            let values = &values;
            move |x| between(values, n, (x - zero[0]) / step, (y - zero[1]) / step)
        });
        let table = table.look(core, |y| {
            let row = image.cut([0.0, y - zero[1]], [1.0, 0.0]);
            move |x| row.at(x - zero[0])
        });
        // Of a threshold one latent image serves all doses.
        let shared = match &self.resist {
            Resist::Threshold(resist) => {
                let latent = resist.latent(image);
                let values = self.fine.inverse(latent.spectrum.values());
                Some((latent, values))
            }
            Resist::Mack(_) => None,
        };
        let from = (plan.halo / stride) as usize;
        let to = from + (plan.core / stride) as usize;
        let part = [[from; 2], [to.min(n - 1); 2]];
        let lines = self.doses.iter().map(|&dose| {
            let own;
            let (latent, values, level) = match (&self.resist, &shared) {
                (Resist::Threshold(resist), Some((latent, values))) => {
                    (latent, values, resist.level_at(dose))
                }
                _ => {
                    let (latent, level) = self.resist.latent_at(image, dose);
                    let values = latent.on_grid(n);
                    own = (latent, values);
                    (&own.0, &own.1, level)
                }
            };
            let mut lines = contours_in(latent, values, n, part, level);
            for p in lines.iter_mut().flat_map(|line| &mut line.points_nm) {
                *p = [p[0] + zero[0], p[1] + zero[1]];
            }
            lines
        });
        Seen {
            picture,
            table,
            lines: lines.collect(),
        }
    }
}

fn write_pictures(out: &Out, picture: &Picture, table: &Picture) -> anyhow::Result<()> {
    let seen = picture.values.iter().filter(|v| v.is_finite());
    let most = seen.fold(0.0_f64, |h, v| h.max(*v));
    // What no tile has reached is dark.
    let values: Vec<f64> = picture
        .values
        .iter()
        .map(|v| if v.is_finite() { *v } else { 0.0 })
        .collect();
    out.write("aerial.png", &heat_png(&values, PICTURE, 0.0, most))?;
    let rows = (0..TABLE * TABLE).filter_map(|i| {
        let value = table.values[i as usize];
        value
            .is_finite()
            .then(|| vec![table.place(0, i % TABLE), table.place(1, i / TABLE), value])
    });
    out.table("aerial", AERIAL, rows)
}

/// Says how tiles were cut and how long they took; where only some were imaged, how long all would take.
fn report_tiles(texts: &Texts, plan: &Plan, imager: &TileImager, done: u64, seconds: f64) {
    let each = seconds / done.max(1) as f64;
    let facts = [
        ("done", number(done as f64, 0)),
        ("count", number(plan.count() as f64, 0)),
        ("pixels", number(f64::from(plan.pixels()), 0)),
        ("halo", number(plan.halo_nm(), 0)),
        ("systems", number(f64::from(imager.systems), 0)),
        ("seconds", number(seconds, 2)),
        ("each", number(1000.0 * each, 1)),
    ];
    let facts = facts.each_ref().map(|(k, v)| (*k, v.as_str()));
    println!("{}", texts.with("litho-tiles", &facts));
    if done < plan.count() {
        let whole = number(each * plan.count() as f64, 0);
        println!("{}", texts.with("litho-tiles-all", &[("seconds", &whole)]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_fill_every_sample_once() {
        let mut picture = Picture::new([3.0, -7.0], 100.0, 16);
        let mut filled = 0;
        for (low, high) in [([3.0, -7.0], [43.0, 93.0]), ([43.0, -7.0], [103.0, 93.0])] {
            let core = [low, high];
            let seen = picture.look(core, |y| move |x| x + 1000.0 * y);
            filled += seen.len();
            picture.fill(core, &seen);
        }
        assert_eq!(filled, 16 * 16);
        assert!(picture.values.iter().all(|v| v.is_finite()));
        assert_eq!(picture.values[17], 3.0 + 9.375 + 1000.0 * (-7.0 + 9.375));
    }

    #[test]
    fn values_between_samples_lie_on_lines() {
        let samples: Vec<f64> = (0..16)
            .map(|i| f64::from(i % 4) + 10.0 * f64::from(i / 4))
            .collect();
        assert_eq!(between(&samples, 4, 1.25, 2.5), 26.25);
        assert_eq!(between(&samples, 4, 4.0, 0.0), 0.0);
    }
}
