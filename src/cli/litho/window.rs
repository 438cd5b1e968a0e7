//! `geoul litho window`: the size of a feature through focus and dose.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use clap::Args;

use super::files::{LayoutArgs, Out, Tile, numbers, open, optics};
use crate::cli::progress::Steps;
use crate::cli::request::threads;
use crate::cli::table::{Side, Table};
use crate::cli::{LangArg, code, texts};
use crate::results::write::{Measure, MeasureColumn};
use crate::rng::Seed;
use crate::scene::optics::Setup;
use crate::scene::shapes::{Polygon, Shapes};
use crate::sim::process::lithography::crew::side_by_side;
use crate::sim::process::lithography::image::Cut;
use crate::sim::process::lithography::manhattan::sized;
use crate::sim::process::lithography::metrology::{Feature, meef};
use crate::sim::process::lithography::photon::photons_per_nm2;
use crate::sim::process::lithography::resist::{Light, Resist};
use crate::sim::process::lithography::roughness::{
    Edge, Grain, linear_sigma_nm, spread_nm, trials,
};
use crate::sim::process::lithography::window::{
    DoseRange, depth_at, dose_range, inscribed, inscribed_ellipses,
};
use crate::sim::process::lithography::{Image, abbe, setup};
use crate::view::i18n::number;
use crate::view::litho::{Curve, chart_svg};

/// Process window of a feature: its size through focus and dose.
#[derive(Args, Debug)]
pub struct WindowArgs {
    #[command(flatten)]
    layout: LayoutArgs,
    /// Optics: lens, source, mask, resist.
    #[arg(long, value_name = "OPTICS.RON")]
    optics: PathBuf,
    /// Feature: a point inside it, in nm, and the direction across it in degrees from x.
    #[arg(long, value_name = "X,Y,DEG", value_parser = numbers::<3>, allow_hyphen_values = true)]
    cut: [f64; 3],
    /// Foci in nm: first, last, how many.
    #[arg(long, value_name = "FROM,TO,N", value_parser = numbers::<3>, default_value = "-100,100,21", allow_hyphen_values = true)]
    focus: [f64; 3],
    /// Relative doses: lowest, highest, how many.
    #[arg(long, value_name = "FROM,TO,N", value_parser = numbers::<3>, default_value = "0.85,1.15,7")]
    dose: [f64; 3],
    /// Size aimed at, in nm; the one printed at focus 0 and dose 1 when absent.
    #[arg(long, value_name = "NM")]
    target: Option<f64>,
    /// Tolerance of the size, in percent.
    #[arg(long, value_name = "%", default_value_t = 10.0)]
    tolerance: f64,
    /// Strip around the feature whose shapes count, in nm; six times wavelength / NA when absent.
    #[arg(long, value_name = "NM")]
    halo: Option<f64>,
    /// Size of a pixel of the mask, in nm.
    #[arg(long, value_name = "NM", default_value_t = 1.0)]
    pixel: f64,
    /// Exposures simulated for the roughness of the edge, where the optics give photons.
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    trials: u32,
    /// Chance of the photons.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Foci at the same time; as many as there are cores when absent.
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroU32>,
    /// Folder for bossung.svg, window.svg and the tables bossung and window (CSV and Parquet).
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// Language of the table and pictures; that of the environment when absent.
    #[arg(long, value_enum)]
    lang: Option<LangArg>,
}

/// Evenly spaced values.
fn series([from, to, count]: [f64; 3], what: &str) -> anyhow::Result<Vec<f64>> {
    anyhow::ensure!(
        (1.0..=1000.0).contains(&count) && count.fract() == 0.0 && from <= to,
        "--{what}: expected FROM,TO,N with FROM below TO and N from 1 to 1000"
    );
    let last = (count - 1.0).max(1.0);
    Ok((0..count as u32)
        .map(|i| from + (to - from) * f64::from(i) / last)
        .collect())
}

const BOSSUNG: &[MeasureColumn] = &[
    ("defocus_nm", Measure::Real(3)),
    ("dose", Measure::Real(6)),
    ("cd_nm", Measure::Maybe(4)),
];
const WINDOW: &[MeasureColumn] = &[
    ("defocus_nm", Measure::Real(3)),
    ("dose_low", Measure::Maybe(6)),
    ("dose_high", Measure::Maybe(6)),
];

/// The feature that is looked at, on its tile.
struct View {
    resist: Resist,
    /// Place on the tile's image and direction across the feature.
    from: [f64; 2],
    along: [f64; 2],
    reach: f64,
}

impl View {
    /// Latent image along the line, and its level, at a dose.
    fn cut(&self, image: &Image, dose: f64) -> (Cut, f64) {
        let (latent, level) = self.resist.latent_at(image, dose);
        (latent.cut(self.from, self.along), level)
    }

    fn feature(&self, image: &Image, dose: f64) -> Option<Feature> {
        let (cut, level) = self.cut(image, dose);
        Feature::around(&cut, level, 0.0, self.reach)
    }

    /// Sizes of one image at any dose: of a threshold the cut is made once, its level moves; of others the light on a
    /// grid is.
    fn sizes<'v>(&'v self, image: &'v Image) -> Box<dyn Fn(f64) -> Option<f64> + 'v> {
        match self.resist {
            Resist::Threshold(resist) => {
                let (cut, _) = self.cut(image, 1.0);
                Box::new(move |dose| {
                    Some(Feature::around(&cut, resist.level_at(dose), 0.0, self.reach)?.cd_nm())
                })
            }
            Resist::Mack(resist) => {
                let light = Light::of(image);
                Box::new(move |dose| {
                    let (latent, level) = resist.developed(&light, dose);
                    let cut = latent.cut(self.from, self.along);
                    Some(Feature::around(&cut, level, 0.0, self.reach)?.cd_nm())
                })
            }
        }
    }
}

/// Computes and writes.
///
/// # Errors
/// A file cannot be read or written, or there is no feature at the place.
pub fn run(args: &WindowArgs) -> anyhow::Result<u8> {
    let texts = texts(args.lang);
    let layout = open(&args.layout)?;
    let Some((read, optics)) = optics(&args.optics)? else {
        return Ok(code::WRONG_INPUT);
    };
    let foci = series(args.focus, "focus")?;
    let doses = series(args.dose, "dose")?;
    anyhow::ensure!(doses[0] > 0.0, "--dose: a dose is above 0");
    anyhow::ensure!(args.pixel > 0.0, "a pixel has a size above 0");
    let [x, y, angle] = args.cut;
    let resolution = 1.0 / optics.pupil.cut_off_per_nm();
    let reach = 2.5 * resolution;
    let around = [x - reach, y - reach, 2.0 * reach];
    let tile = Tile::new(around, &optics, args.halo, args.pixel)?;
    let period = tile.period_nm();
    let origin = tile.origin_nm();
    let shapes = layout.within_nm(origin, period)?;
    let mask_of = |shapes: &Shapes| {
        setup::mask(
            &read,
            shapes,
            origin,
            period,
            tile.pixels,
            optics.field_half(period),
        )
    };
    let mask = mask_of(&shapes);
    let middle = 0.5 * period / f64::from(tile.pixels);
    let along = [libm::cos(angle.to_radians()), libm::sin(angle.to_radians())];
    let view = View {
        resist: setup::resist_model(&read),
        from: [x - origin[0] - middle, y - origin[1] - middle],
        // Straight cuts exactly so.
        along: along.map(|v| if v.abs() < 1e-12 { 0.0 } else { v }),
        reach,
    };
    let image_at = |defocus: f64| {
        let plane = optics.at_defocus(read.defocus_nm + defocus);
        abbe::image(&plane, &mask, period)
    };
    let best = image_at(0.0);
    let (cut, level) = view.cut(&best, 1.0);
    let feature = Feature::around(&cut, level, 0.0, reach).with_context(|| {
        format!(
            "nothing is printed around ({x}, {y}) at focus 0 and dose 1: the latent image there is {:.4}, the \
             level {level:.4}",
            cut.at(0.0)
        )
    })?;
    let out = Out::create(&args.out)?;
    let target = args.target.unwrap_or(feature.cd_nm());

    let search = (doses[0].min(0.5), doses[doses.len() - 1].max(2.0));
    let (stop, mut steps, mut done) = (AtomicBool::new(false), Steps::new(&texts)?, 0);
    let through = |defocus_nm: f64, say: &mut dyn FnMut(())| {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        let image = image_at(defocus_nm);
        let cd = view.sizes(&image);
        let sizes: Vec<Option<f64>> = doses.iter().map(|&d| cd(d)).collect();
        let doses = dose_range(&cd, target, args.tolerance / 100.0, search);
        say(());
        Some((sizes, DoseRange { defocus_nm, doses }))
    };
    let found = side_by_side(threads(args.threads), &foci, through, &mut |()| {
        done += 1;
        if !steps.goes_on(done, foci.len() as u64) {
            stop.store(true, Ordering::Relaxed);
        }
    });
    drop(steps);
    let found: Option<Vec<_>> = found.into_iter().collect();
    let Some(found) = found.filter(|_| !stop.load(Ordering::Relaxed)) else {
        return Ok(code::INTERRUPTED);
    };
    let (bossung, ranges): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    let rows = foci.iter().zip(&bossung).flat_map(|(z, row)| {
        let cells = doses.iter().zip(row);
        cells
            .map(|(dose, cd)| vec![*z, *dose, cd.unwrap_or(f64::NAN)])
            .collect::<Vec<_>>()
    });
    out.table("bossung", BOSSUNG, rows)?;
    let curves: Vec<Curve> = doses
        .iter()
        .enumerate()
        .map(|(k, dose)| Curve {
            name: texts.with("litho-dose", &[("dose", &number(*dose, 3))]),
            points: foci
                .iter()
                .zip(&bossung)
                .map(|(z, row)| (*z, row[k]))
                .collect(),
        })
        .collect();
    let (focus_axis, cd_axis) = (texts.get("litho-axis-focus"), texts.get("litho-axis-cd"));
    let svg = chart_svg([&focus_axis, &cd_axis], &curves, Some(target));
    out.write("bossung.svg", svg.as_bytes())?;

    let rows = ranges.iter().map(|r| {
        let (low, high) = r.doses.unwrap_or((f64::NAN, f64::NAN));
        vec![r.defocus_nm, low, high]
    });
    out.table("window", WINDOW, rows)?;
    let side = |name: &str, pick: fn((f64, f64)) -> f64| Curve {
        name: texts.get(name),
        points: ranges
            .iter()
            .map(|r| (r.defocus_nm, r.doses.map(pick)))
            .collect(),
    };
    let curves = [
        side("litho-dose-high", |d| d.1),
        side("litho-dose-low", |d| d.0),
    ];
    let dose_axis = texts.get("litho-axis-dose");
    let svg = chart_svg([&focus_axis, &dose_axis], &curves, None);
    out.write("window.svg", svg.as_bytes())?;

    let mut table = Table::new([(String::new(), Side::Left), (String::new(), Side::Right)]);
    let windows = inscribed(&ranges);
    let latitude = windows.first().map_or(0.0, |w| w.latitude);
    let none = || "–".to_owned();
    let depth = |d: Option<f64>| d.map_or_else(none, |d| format!("{} nm", number(d, 1)));
    let nm = |v: Option<f64>| v.map_or_else(none, |v| format!("{} nm", number(v, 3)));
    // A mask 1 nm wider and 1 nm narrower, by half of it on each side.
    let mask_error = meef(1.0, |by| {
        let biased = biased(&shapes, by)?;
        let image = abbe::image(
            &optics.at_defocus(read.defocus_nm),
            &mask_of(&biased),
            period,
        );
        Some(view.feature(&image, 1.0)?.cd_nm())
    });
    let [lines, formula] = roughness(args, &read, &view, &best, feature);
    for (key, value) in [
        ("litho-cd", format!("{} nm", number(feature.cd_nm(), 2))),
        ("litho-nils", number(feature.nils(&cut), 2)),
        ("litho-meef", mask_error.map_or_else(none, |m| number(m, 2))),
        (
            "litho-latitude",
            format!("{} %", number(100.0 * latitude, 2)),
        ),
        ("litho-dof", depth(depth_at(&windows, 0.05))),
        (
            "litho-dof-ellipse",
            depth(depth_at(&inscribed_ellipses(&ranges), 0.05)),
        ),
        ("litho-ler", nm(lines)),
        ("litho-ler-linear", nm(formula)),
    ] {
        table.row([texts.get(key), value]);
    }
    print!("{}", table.text());
    Ok(code::PASSED)
}

/// Shapes whose features are `by_nm` wider, half on each side; `None` when they have slanted edges.
fn biased(shapes: &Shapes, by_nm: f64) -> Option<Shapes> {
    // In steps of a quarter of a nm, so that half of the change is whole.
    let finer = libm::round(shapes.unit_nm / 0.25).max(1.0) as i32;
    let unit_nm = shapes.unit_nm / f64::from(finer);
    let scaled = shapes.polygons.iter().map(|p| Polygon {
        points: p
            .points
            .iter()
            .map(|c| c.map(|v| v.saturating_mul(finer)))
            .collect(),
        ..*p
    });
    let fine = Shapes {
        unit_nm,
        polygons: scaled.collect(),
    };
    sized(&fine, libm::round(0.5 * by_nm / unit_nm) as i32)
}

/// Three standard deviations of the feature's upper edge: by simulated exposures, and by the linear model.
fn roughness(
    args: &WindowArgs,
    read: &Setup,
    view: &View,
    image: &Image,
    feature: Feature,
) -> [Option<f64>; 2] {
    let Some((dose, absorbed)) = read.photons.filter(|_| read.diffusion_nm > 0.0) else {
        return [None; 2];
    };
    let grain = Grain {
        photons_per_nm2: photons_per_nm2(dose, read.wavelength_nm) * absorbed,
        blur_nm: read.diffusion_nm,
    };
    let diffused = image.diffused(grain.blur_nm);
    let at = [0, 1].map(|k| view.from[k] + feature.high_nm * view.along[k]);
    let edge = Edge {
        at_nm: at,
        across: view.along,
        level: diffused.at(at[0], at[1]),
    };
    let found = trials(image, &edge, grain, Seed(args.seed), args.trials);
    [
        spread_nm(&found).map(|s| 3.0 * s),
        Some(3.0 * linear_sigma_nm(&diffused, &edge, grain)),
    ]
}
