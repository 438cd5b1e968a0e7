//! `geoul litho image`: the aerial image of a layout and the contours it prints.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;

use super::files::{LayoutArgs, Out, Tile, layout, numbers, optics};
use crate::cli::compute::{ComputeArg, Device, open};
use crate::cli::{LangArg, code, texts};
use crate::sim::process::lithography::contour::{Contour, contours};
#[cfg(feature = "gpu")]
use crate::sim::process::lithography::on_gpu;
use crate::sim::process::lithography::{Image, abbe, setup};
use crate::view::i18n::number;
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
    /// Strip around the window whose shapes count too, in nm; six times wavelength / NA when absent.
    #[arg(long, value_name = "NM")]
    halo: Option<f64>,
    /// Size of a pixel of the mask, in nm.
    #[arg(long, value_name = "NM", default_value_t = 1.0)]
    pixel: f64,
    /// Defocus in nm, instead of the one of the optics.
    #[arg(long, value_name = "NM", allow_hyphen_values = true)]
    defocus: Option<f64>,
    /// Doses whose contours are drawn; 1 is nominal.
    #[arg(long, value_name = "D,D,…", value_delimiter = ',', default_values_t = [1.0])]
    dose: Vec<f64>,
    /// What computes the image.
    #[arg(long, value_enum, default_value = "auto")]
    compute: ComputeArg,
    /// Folder for aerial.png, contours.svg, contours.csv and aerial.csv.
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// Language of the picture; that of the environment when absent.
    #[arg(long, value_enum)]
    lang: Option<LangArg>,
}

/// Samples along a side of the picture and of the table.
const PICTURE: u32 = 1024;
const TABLE: u32 = 128;

/// Values on a square grid of a part of an image.
fn samples(image: &Image, from: [f64; 2], side_nm: f64, count: u32) -> Vec<f64> {
    let step = side_nm / f64::from(count);
    let mut values = Vec::with_capacity((count * count) as usize);
    for row in 0..count {
        let y = from[1] + (f64::from(row) + 0.5) * step;
        let line = image.cut([from[0], y], [1.0, 0.0]);
        values.extend((0..count).map(|k| line.at((f64::from(k) + 0.5) * step)));
    }
    values
}

/// Images and writes.
///
/// # Errors
/// A file cannot be read or written, or the window does not fit.
pub fn run(args: &ImageArgs) -> anyhow::Result<u8> {
    let texts = texts(args.lang);
    let shapes = layout(&args.layout)?;
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
    anyhow::ensure!(args.pixel > 0.0, "a pixel has a size above 0");
    let tile = Tile::new(&shapes, args.window, &optics, args.halo, args.pixel)?;
    let device = match open(args.compute) {
        Ok(device) => device,
        Err(fault) => {
            eprintln!("error: {fault}");
            return Ok(code::NO_DEVICE);
        }
    };
    let out = Out::create(&args.out)?;
    let period = tile.period_nm();
    let image = match &device {
        Device::Cpu => {
            let half = optics.field_half(period);
            let mask = setup::mask(&read, &shapes, tile.origin_nm(), period, tile.pixels, half);
            abbe::image(&optics, &mask, period)
        }
        #[cfg(feature = "gpu")]
        Device::Gpu(gpu) => pollster::block_on(on_gpu::image(
            gpu,
            &read,
            &optics,
            &shapes,
            tile.origin_nm(),
            period,
            tile.pixels,
        ))?,
    };
    let resist = setup::resist(&read);
    let latent = resist.latent(&image);

    // The image begins at the tile's corner, its pixels' centres half a pixel on.
    let middle = 0.5 * period / f64::from(tile.pixels);
    let start = [tile.halo_nm - middle; 2];
    let values = samples(&image, start, tile.side_nm, PICTURE);
    let (low, high) = values
        .iter()
        .fold((f64::INFINITY, 0.0_f64), |(l, h), v| (l.min(*v), h.max(*v)));
    out.write("aerial.png", &heat_png(&values, PICTURE, 0.0, high))?;
    let coarse = samples(&image, start, tile.side_nm, TABLE);
    let mut csv = "x_nm,y_nm,intensity\n".to_owned();
    let step = tile.side_nm / f64::from(TABLE);
    for (i, value) in (0..).zip(&coarse) {
        let at = |k: u32, n: u32| tile.low_nm[k as usize] + (f64::from(n) + 0.5) * step;
        let _ = writeln!(
            csv,
            "{:.3},{:.3},{value:.6}",
            at(0, i % TABLE),
            at(1, i / TABLE)
        );
    }
    out.write("aerial.csv", csv.as_bytes())?;

    // Sixteen samples of the shortest wave: curves look like curves.
    let grid = (16 * image.spectrum.half() as usize).max(64);
    let mut csv = "dose,contour,x_nm,y_nm\n".to_owned();
    let mut sets: Vec<(String, Vec<Contour>)> = Vec::new();
    for &dose in &args.dose {
        let mut lines = contours(&latent, resist.level_at(dose), grid);
        for (n, line) in lines.iter_mut().enumerate() {
            for p in &mut line.points_nm {
                *p = [0, 1].map(|k| p[k] + tile.low_nm[k] - tile.halo_nm + middle);
                let _ = writeln!(csv, "{dose},{n},{:.4},{:.4}", p[0], p[1]);
            }
        }
        let shown = number(dose, 3);
        sets.push((texts.with("litho-contour", &[("dose", &shown)]), lines));
    }
    out.write("contours.csv", csv.as_bytes())?;
    let frame = Frame {
        low_nm: tile.low_nm,
        side_nm: tile.side_nm,
    };
    let borrowed: Vec<(String, &[Contour])> = sets
        .iter()
        .map(|(n, l)| (n.clone(), l.as_slice()))
        .collect();
    out.write(
        "contours.svg",
        contours_svg(frame, &shapes, &borrowed).as_bytes(),
    )?;
    let facts = [
        ("side", number(tile.side_nm, 0)),
        ("points", optics.source.points().len().to_string()),
        ("low", number(low, 4)),
        ("high", number(high, 4)),
        ("dir", args.out.display().to_string()),
    ];
    let facts = facts.each_ref().map(|(k, v)| (*k, v.as_str()));
    println!("{}", texts.with("litho-image-done", &facts));
    Ok(code::PASSED)
}
