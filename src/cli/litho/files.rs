//! The files of lithography: layouts, optics, kernels, and the folder that results go to.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use crate::interop::{gdsii, glp, source_table};
use crate::results::write::{AtomicFile, MeasureColumn, MeasureFiles, atomically};
use crate::scene::optics::{self, Setup, SourceShape};
use crate::scene::shapes::{Layout, Polygon, Shapes, Sorted};
use crate::scene::{Diagnostics, layout as ron};
use crate::sim::process::lithography::contest;
use crate::sim::process::lithography::{Kernels, Optics, setup};

/// A layout and the part of it that is meant.
#[derive(Args, Clone, Debug)]
pub struct LayoutArgs {
    /// Layout: .gds, .glp or .ron.
    #[arg(value_name = "LAYOUT")]
    pub layout: PathBuf,
    /// Layer, with its data type if one is meant: 17 or 17/2. All when absent.
    #[arg(long, value_name = "LAYER", value_parser = parse_layer)]
    pub layer: Option<(u16, Option<u16>)>,
    /// Cell of a GDSII file; its top cell when absent.
    #[arg(long, value_name = "NAME")]
    pub cell: Option<String>,
    /// Reduction of the lens, where the layout is drawn as the mask is: 4, or 4,8 where x and y differ.
    #[arg(long, value_name = "X[,Y]", value_parser = parse_reduction, default_value = "1")]
    pub reduction: [u8; 2],
}

impl LayoutArgs {
    /// A whole file.
    pub fn of(path: &Path) -> Self {
        Self {
            layout: path.to_owned(),
            layer: None,
            cell: None,
            reduction: [1; 2],
        }
    }
}

fn parse_reduction(text: &str) -> Result<[u8; 2], String> {
    let (x, y) = text.split_once(',').unwrap_or((text, text));
    let number = |t: &str| t.trim().parse().ok().filter(|n| (1..=16).contains(n));
    number(x)
        .zip(number(y))
        .map(|(x, y)| [x, y])
        .ok_or_else(|| {
            "expected a whole number from 1 to 16, or two with a comma, e.g. 4,8".to_owned()
        })
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

/// Input that was wrong in places that have been shown already; only its summary is left to say.
fn shown_already(findings: &Diagnostics, path: &str) -> anyhow::Error {
    eprint!("{}", findings.to_text());
    anyhow::anyhow!("{path}: {}", findings.summary())
}

/// Opens a layout and looks at every shape that is drawn in it; cells stay cells.
pub fn open(args: &LayoutArgs) -> anyhow::Result<Box<dyn Layout>> {
    let path = &args.layout;
    let shown = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {shown}"))?;
    let name = shown.to_string();
    let text = || String::from_utf8_lossy(&bytes);
    let kind = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    let flat = match kind.as_ref().and_then(|k| k.to_str()) {
        Some("gds" | "gds2" | "gdsii") => {
            let cells = gdsii::open(&name, &bytes, args.cell.as_deref())?;
            let cells = match args.layer {
                None => cells,
                Some((layer, datatype)) => {
                    let there = cells.layers();
                    let chosen = cells.on_layer(&name, layer, datatype)?;
                    if chosen.count() == 0 {
                        return Err(no_layer(&name, layer, &there));
                    }
                    chosen
                }
            };
            let faults: Vec<String> = cells
                .faults()
                .take(20)
                .map(|(cell, [x, y], fault)| {
                    format!(
                        "{shown}: the polygon from ({x}, {y}) of cell {cell} is no shape: {fault}"
                    )
                })
                .collect();
            if !faults.is_empty() {
                bail!("{}", faults.join("\n"));
            }
            if cells.count() == 0 {
                bail!("{shown}: the layout is empty");
            }
            if args.reduction == [1; 2] {
                return Ok(Box::new(cells));
            }
            cells.flat().with_context(|| name.clone())?
        }
        Some("glp") => glp::read(&name, &text())?,
        Some("ron") => ron::read(&name, &text()).map_err(|f| shown_already(&f, &name))?,
        _ => bail!("{shown}: expected a layout with the ending .gds, .glp or .ron"),
    };
    let flat = match args.layer {
        Some((layer, datatype))
            if !matches!(
                kind.as_ref().and_then(|k| k.to_str()),
                Some("gds" | "gds2" | "gdsii")
            ) =>
        {
            let chosen = flat.on_layer(layer, datatype);
            if chosen.polygons.is_empty() {
                return Err(no_layer(&name, layer, &flat.layers()));
            }
            chosen
        }
        _ => flat,
    };
    if flat.polygons.is_empty() {
        bail!("{shown}: the layout is empty");
    }
    Ok(Box::new(Sorted::new(
        reduced(flat, args.reduction).with_context(|| name)?,
    )))
}

fn no_layer(name: &str, layer: u16, there: &[(u16, u16, u64)]) -> anyhow::Error {
    let there: Vec<String> = there
        .iter()
        .map(|(l, d, n)| format!("{l}/{d} ({n} polygons)"))
        .collect();
    anyhow::anyhow!(
        "{name}: nothing on layer {layer}; there are {}",
        there.join(", ")
    )
}

/// Shapes as they come to the wafer. Where x and y are reduced differently the unit becomes finer, so that
/// coordinates stay whole.
fn reduced(shapes: Shapes, [x, y]: [u8; 2]) -> anyhow::Result<Shapes> {
    if [x, y] == [1; 2] {
        return Ok(shapes);
    }
    let (unit, scale) = if x == y {
        (f64::from(x), [1, 1])
    } else {
        (f64::from(x) * f64::from(y), [i32::from(y), i32::from(x)])
    };
    let point = |p: [i32; 2]| Some([p[0].checked_mul(scale[0])?, p[1].checked_mul(scale[1])?]);
    let polygons = shapes.polygons.into_iter().map(|p| {
        let points: Option<Vec<_>> = p.points.iter().map(|&c| point(c)).collect();
        Some(Polygon {
            points: points?,
            ..p
        })
    });
    let polygons: Option<Vec<_>> = polygons.collect();
    Ok(Shapes {
        unit_nm: shapes.unit_nm / unit,
        polygons: polygons.context("coordinates are too large to be reduced")?,
    })
}

/// Reads a layout flat and looks at every shape.
pub fn layout(args: &LayoutArgs) -> anyhow::Result<Shapes> {
    open(args)?
        .flat()
        .with_context(|| args.layout.display().to_string())
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

/// A table in both forms.
pub type Tables = MeasureFiles<AtomicFile, AtomicFile>;

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

    /// Starts a table: NAME.csv and NAME.parquet.
    pub fn tables(
        &self,
        name: &'static str,
        columns: &'static [MeasureColumn],
    ) -> anyhow::Result<Tables> {
        let file = |end: &str| AtomicFile::create(&self.0.join(format!("{name}.{end}")));
        Ok(MeasureFiles::new(
            name,
            columns,
            file("csv")?,
            file("parquet")?,
        )?)
    }

    /// Writes a whole table.
    pub fn table(
        &self,
        name: &'static str,
        columns: &'static [MeasureColumn],
        rows: impl IntoIterator<Item = Vec<f64>>,
    ) -> anyhow::Result<()> {
        let mut tables = self.tables(name, columns)?;
        for row in rows {
            tables.add(&row)?;
        }
        finish(tables)
    }
}

/// Ends a table and gives both files their names.
pub fn finish(tables: Tables) -> anyhow::Result<()> {
    let (csv, parquet) = tables.close()?;
    csv.commit()?;
    parquet.commit()?;
    Ok(())
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

/// Most pixels along a side of one tile.
const PIXELS_MAX: u32 = 8192;

impl Tile {
    /// A window (x, y, side) and the halo around it.
    pub fn new(
        [x, y, side_nm]: [f64; 3],
        optics: &Optics,
        halo_nm: Option<f64>,
        pixel_nm: f64,
    ) -> anyhow::Result<Self> {
        let low_nm = [x, y];
        // Light from further away than some resolutions has died down.
        let resolution = 1.0 / optics.pupil.cut_off_per_nm();
        let halo_nm = halo_nm.unwrap_or(6.0 * resolution);
        let whole = side_nm + 2.0 * halo_nm;
        let pixels = 4.0 * libm::ceil(whole / pixel_nm / 4.0);
        let finest = 4.0 * f64::from(optics.field_half(whole)) + 4.0;
        if pixels > f64::from(PIXELS_MAX) {
            bail!(
                "{whole:.0} nm with their halo are {pixels:.0} pixels of {pixel_nm} nm along a side; the most is \
                 {PIXELS_MAX}: take coarser pixels with --pixel"
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
