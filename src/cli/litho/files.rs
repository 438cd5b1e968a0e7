//! The files of lithography: layouts, optics, kernels, and the folder that results go to.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use crate::interop::{gdsii, glp, source_table};
use crate::results::write::atomically;
use crate::scene::optics::{self, Setup, SourceShape};
use crate::scene::shapes::Shapes;
use crate::sim::process::lithography::contest;
use crate::sim::process::lithography::{Kernels, Optics, setup};

/// A layout and the part of it that is meant.
#[derive(Args, Clone, Debug)]
pub struct LayoutArgs {
    /// Layout: .gds or .glp.
    #[arg(value_name = "LAYOUT")]
    pub layout: PathBuf,
    /// Layer, with its data type if one is meant: 17 or 17/2. All when absent.
    #[arg(long, value_name = "LAYER", value_parser = parse_layer)]
    pub layer: Option<(u16, Option<u16>)>,
    /// Cell of a GDSII file; its top cell when absent.
    #[arg(long, value_name = "NAME")]
    pub cell: Option<String>,
}

fn parse_layer(text: &str) -> Result<(u16, Option<u16>), String> {
    let number = |t: &str| {
        t.parse()
            .map_err(|_| "expected LAYER or LAYER/DATATYPE, e.g. 17/0".to_owned())
    };
    match text.split_once('/') {
        Some((layer, datatype)) => Ok((number(layer)?, Some(number(datatype)?))),
        None => Ok((number(text)?, None)),
    }
}

/// Numbers separated by commas, so many of them.
pub fn numbers<const N: usize>(text: &str) -> Result<[f64; N], String> {
    let values: Vec<f64> = text
        .split(',')
        .filter_map(|w| w.trim().parse().ok())
        .filter(|v: &f64| v.is_finite())
        .collect();
    let given = text.split(',').count();
    <[f64; N]>::try_from(values)
        .ok()
        .filter(|_| given == N)
        .ok_or_else(|| format!("expected {N} numbers with commas between them"))
}

/// Reads a layout and looks at every shape.
pub fn layout(args: &LayoutArgs) -> anyhow::Result<Shapes> {
    let path = &args.layout;
    let shown = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {shown}"))?;
    let name = shown.to_string();
    let kind = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    let shapes = match kind.as_ref().and_then(|k| k.to_str()) {
        Some("gds" | "gds2" | "gdsii") => gdsii::read(&name, &bytes, args.cell.as_deref())?.shapes,
        Some("glp") => glp::read(&name, &String::from_utf8_lossy(&bytes))?,
        _ => bail!("{shown}: expected a layout with the ending .gds or .glp"),
    };
    let shapes = match args.layer {
        None => shapes,
        Some((layer, datatype)) => {
            let chosen = shapes.on_layer(layer, datatype);
            if chosen.polygons.is_empty() {
                let there: Vec<String> = shapes
                    .layers()
                    .iter()
                    .map(|(l, d, n)| format!("{l}/{d} ({n} polygons)"))
                    .collect();
                bail!(
                    "{shown}: nothing on layer {layer}; there are {}",
                    there.join(", ")
                );
            }
            chosen
        }
    };
    if shapes.polygons.is_empty() {
        bail!("{shown}: the layout is empty");
    }
    let faults: Vec<String> = shapes
        .faults()
        .take(20)
        .map(|(i, fault)| {
            let [x, y] = shapes.polygons[i as usize]
                .points
                .first()
                .copied()
                .unwrap_or_default();
            format!(
                "{shown}: polygon {} from ({x}, {y}) is no shape: {fault}",
                i + 1
            )
        })
        .collect();
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    Ok(shapes)
}

/// Reads optics with the source they name; `None` when the faults were shown.
pub fn optics(path: &Path) -> anyhow::Result<Option<(Setup, Optics)>> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    let read = match optics::read(&shown, &text) {
        Ok(read) => read,
        Err(faults) => {
            eprint!("{}", faults.to_text());
            eprintln!("error: {shown}: {}", faults.summary());
            return Ok(None);
        }
    };
    let table = match &read.source {
        SourceShape::Table(file) => {
            let beside = path.parent().unwrap_or(Path::new("")).join(file);
            let text = std::fs::read_to_string(&beside)
                .with_context(|| format!("cannot read {}", beside.display()))?;
            source_table::read(&beside.display().to_string(), &text)?
        }
        _ => Vec::new(),
    };
    let optics = setup::optics(&read, &table).with_context(|| shown)?;
    Ok(Some((read, optics)))
}

/// Kernels of the contest, in focus and out of it.
pub fn kernels(folder: Option<&Path>) -> anyhow::Result<[Kernels; 2]> {
    let folder = match folder {
        Some(folder) => folder.to_owned(),
        None => {
            let Some(data) = std::env::var_os("GEOUL_DATA") else {
                bail!("no kernels: name their folder with --kernels, or set GEOUL_DATA");
            };
            Path::new(&data).join("litho")
        }
    };
    let read = |which: &str| -> anyhow::Result<Kernels> {
        let file = |name: String| {
            let path = folder.join(name);
            std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
        };
        let kernels = file(format!("socs_{which}_kernels_24x35x35_c64le.bin"))?;
        let weights = file(format!("socs_{which}_weights_24_f32le.bin"))?;
        contest::kernels(&kernels, &weights)
            .with_context(|| format!("{}: {which}", folder.display()))
    };
    Ok([read("focus")?, read("defocus")?])
}

/// A layout in the middle of the contest's tile; it must fit.
pub fn in_contest_tile(shapes: &Shapes, name: &Path) -> anyhow::Result<Shapes> {
    let Some((low, high)) = shapes.bounds() else {
        bail!("{}: the layout is empty", name.display());
    };
    let size = [0, 1].map(|k| (f64::from(high[k]) - f64::from(low[k])) * shapes.unit_nm);
    if size.iter().any(|s| *s > f64::from(contest::SIDE)) {
        bail!(
            "{}: the layout is {} nm by {} nm; a clip has at most {1} nm by {1} nm",
            name.display(),
            size[0],
            size[1],
        );
    }
    Ok(contest::centred(shapes))
}

/// A folder for results; made if there is none.
pub struct Out(PathBuf);

impl Out {
    /// The folder.
    pub fn create(path: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(path)
            .with_context(|| format!("cannot make the folder {}", path.display()))?;
        Ok(Self(path.to_owned()))
    }

    /// Writes one of its files whole.
    pub fn write(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        Ok(atomically(&self.0.join(name), bytes)?)
    }
}

/// The part of the wafer that is looked at, and the tile that is imaged for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tile {
    /// Lower left corner of the part that is looked at.
    pub low_nm: [f64; 2],
    /// Its side.
    pub side_nm: f64,
    /// Width of the strip around it whose shapes are imaged too.
    pub halo_nm: f64,
    /// Pixels along a side of the whole tile.
    pub pixels: u32,
}

/// Most pixels along a side.
const PIXELS_MAX: u32 = 4096;

impl Tile {
    /// The window asked for (x, y, side), or the square around the layout.
    pub fn new(
        shapes: &Shapes,
        window: Option<[f64; 3]>,
        optics: &Optics,
        halo_nm: Option<f64>,
        pixel_nm: f64,
    ) -> anyhow::Result<Self> {
        let (low_nm, side_nm) = match window {
            Some([x, y, side]) => ([x, y], side),
            None => {
                let (low, high) = shapes.bounds().context("the layout is empty")?;
                let corner = |p: [i32; 2]| p.map(|v| f64::from(v) * shapes.unit_nm);
                let (low, high) = (corner(low), corner(high));
                // With a margin, for what prints outside its shape.
                let margin = 0.5 / optics.pupil.cut_off_per_nm();
                let side = (high[0] - low[0]).max(high[1] - low[1]) + 2.0 * margin;
                ([0, 1].map(|k| 0.5 * (low[k] + high[k] - side)), side)
            }
        };
        if side_nm <= 0.0 {
            bail!("a window has a side above 0");
        }
        // Light from further away than some resolutions has died down.
        let resolution = 1.0 / optics.pupil.cut_off_per_nm();
        let halo_nm = halo_nm.unwrap_or(6.0 * resolution);
        let whole = side_nm + 2.0 * halo_nm;
        let pixels = 4.0 * libm::ceil(whole / pixel_nm / 4.0);
        let finest = 4.0 * f64::from(optics.field_half(whole)) + 4.0;
        if pixels > f64::from(PIXELS_MAX) {
            bail!(
                "{whole:.0} nm with their halo are {pixels:.0} pixels of {pixel_nm} nm along a side; the most is \
                 {PIXELS_MAX}: look at a part with --window X,Y,SIDE, or take coarser pixels with --pixel"
            );
        }
        if pixels < finest {
            bail!(
                "pixels of {pixel_nm} nm are too coarse for this lens: take at most {:.3} nm",
                whole / finest
            );
        }
        Ok(Self {
            low_nm,
            side_nm,
            halo_nm,
            pixels: pixels as u32,
        })
    }

    /// Where the whole tile begins.
    pub fn origin_nm(&self) -> [f64; 2] {
        self.low_nm.map(|v| v - self.halo_nm)
    }

    /// Side of the whole tile.
    pub fn period_nm(&self) -> f64 {
        self.side_nm + 2.0 * self.halo_nm
    }
}
