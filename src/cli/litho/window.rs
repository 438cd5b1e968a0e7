//! `geoul litho window`: the size of a feature through focus and dose.

use std::fmt::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::files::{LayoutArgs, Out, Tile, layout, numbers, optics};
use crate::cli::table::{Side, Table};
use crate::cli::{LangArg, code, texts};
use crate::sim::process::lithography::metrology::Feature;
use crate::sim::process::lithography::window::{Watched, depth_at, inscribed};
use crate::sim::process::lithography::{abbe, setup};
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
    /// Folder for bossung.csv, bossung.svg, window.csv and window.svg.
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

/// Computes and writes.
///
/// # Errors
/// A file cannot be read or written, or there is no feature at the place.
pub fn run(args: &WindowArgs) -> anyhow::Result<u8> {
    let texts = texts(args.lang);
    let shapes = layout(&args.layout)?;
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
    let tile = Tile::new(&shapes, Some(around), &optics, args.halo, args.pixel)?;
    let out = Out::create(&args.out)?;
    let period = tile.period_nm();
    let origin = tile.origin_nm();
    let mask = setup::mask(
        &read,
        &shapes,
        origin,
        period,
        tile.pixels,
        optics.field_half(period),
    );
    let resist = setup::resist(&read);
    let middle = 0.5 * period / f64::from(tile.pixels);
    let from = [x - origin[0] - middle, y - origin[1] - middle];
    let along = [libm::cos(angle.to_radians()), libm::sin(angle.to_radians())];
    // Straight cuts exactly so.
    let along = along.map(|v| if v.abs() < 1e-12 { 0.0 } else { v });
    let cut_at = |defocus: f64| {
        let plane = optics.at_defocus(read.defocus_nm + defocus);
        resist
            .latent(&abbe::image(&plane, &mask, period))
            .cut(from, along)
    };
    let watched = Watched {
        through_focus: foci.iter().map(|&z| (z, cut_at(z))).collect(),
        level: resist.level,
        centre_nm: 0.0,
        reach_nm: reach,
    };
    let best = cut_at(0.0);
    let feature = Feature::around(&best, resist.level, 0.0, reach).with_context(|| {
        format!(
            "nothing is printed around ({x}, {y}) at focus 0 and dose 1: the intensity there is {:.4}, the \
             level {}",
            best.at(0.0),
            resist.level
        )
    })?;
    let target = args.target.unwrap_or(feature.cd_nm());

    let bossung = watched.bossung(&doses);
    let mut csv = "defocus_nm,dose,cd_nm\n".to_owned();
    for (z, row) in foci.iter().zip(&bossung) {
        for (dose, cd) in doses.iter().zip(row) {
            let cd = cd.map_or(String::new(), |v| format!("{v:.4}"));
            let _ = writeln!(csv, "{z},{dose:.6},{cd}");
        }
    }
    out.write("bossung.csv", csv.as_bytes())?;
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

    let search = (doses[0].min(0.5), doses[doses.len() - 1].max(2.0));
    let ranges = watched.dose_ranges(target, args.tolerance / 100.0, search);
    let windows = inscribed(&ranges);
    let mut csv = "defocus_nm,dose_low,dose_high\n".to_owned();
    for r in &ranges {
        let (low, high) = r.doses.map_or((String::new(), String::new()), |(l, h)| {
            (format!("{l:.6}"), format!("{h:.6}"))
        });
        let _ = writeln!(csv, "{},{low},{high}", r.defocus_nm);
    }
    out.write("window.csv", csv.as_bytes())?;
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
    let latitude = windows.first().map_or(0.0, |w| w.latitude);
    let dof = |at: f64| {
        depth_at(&windows, at).map_or("–".to_owned(), |d| format!("{} nm", number(d, 1)))
    };
    for (key, value) in [
        ("litho-cd", format!("{} nm", number(feature.cd_nm(), 2))),
        ("litho-nils", number(feature.nils(&best), 2)),
        (
            "litho-latitude",
            format!("{} %", number(100.0 * latitude, 2)),
        ),
        ("litho-dof", dof(0.05)),
    ] {
        table.row([texts.get(key), value]);
    }
    print!("{}", table.text());
    Ok(code::PASSED)
}
