//! Images on a GPU: the same way from mask to image as `imager` goes, in kernels, for many clips at once.
//!
//! Dispatches of one batch, whatever its number of clips: mask rows, mask columns, fields along x and y (once
//! for each part of the systems that fits into memory), their sum, image rows, image columns, and for images in
//! pixels two more to spread them. docs/KERNELS.md says what each moves and what bounds it.

use num_complex::{Complex32, Complex64};

use crate::gpu::device::{Gpu, GpuFault};
use crate::gpu::kernel::{Kernel, roots};
use crate::gpu::run::{Clock, Program, Staging, Step, Storage};
use crate::scene::shapes::Shapes;
use crate::sim::process::lithography::image::Image;
use crate::sim::process::lithography::kernels::Length;
use crate::sim::process::lithography::kernels::columns::Columns;
use crate::sim::process::lithography::kernels::field_columns::FieldColumns;
use crate::sim::process::lithography::kernels::field_rows::FieldRows;
use crate::sim::process::lithography::kernels::raster::{Edges, Raster};
use crate::sim::process::lithography::kernels::rows::Rows;
use crate::sim::process::lithography::kernels::spread_columns::SpreadColumns;
use crate::sim::process::lithography::kernels::spread_rows::SpreadRows;
use crate::sim::process::lithography::kernels::total::Total;
use crate::sim::process::lithography::kernels::{
    columns, field_columns, field_rows, raster, rows, spread_columns, spread_rows, total,
};
use crate::sim::process::lithography::optics::Optics;
use crate::sim::process::lithography::socs::{Keep, Kernels};
use crate::sim::process::lithography::spectrum::Spectrum;
use crate::sim::process::lithography::tones::Tones;

/// Weight below which a coherent system is left out: no point of an image errs by more.
pub const LEFT_OUT: f64 = 1e-6;

/// Sums that the systems are dealt to, so that a single clip keeps more of the device busy.
pub const SPLITS: u32 = 4;

/// The imaging of `clips` pictures of `n` by `n` pixels by one set of coherent systems.
pub struct Imager<'g> {
    gpu: &'g Gpu,
    n: u32,
    half: u32,
    clips: u32,
    raster: Program,
    /// Masks in, images out.
    picture: Storage,
    mask: Storage,
    image: Storage,
    analysis: Vec<Step>,
    fields: Vec<Step>,
    spread: [Step; 2],
    staging: Staging,
}

impl<'g> Imager<'g> {
    /// Of coherent systems; `n` is above four times their largest order.
    ///
    /// # Errors
    /// The device was lost, or allows less than is needed.
    pub async fn new(
        gpu: &'g Gpu,
        kernels: &Kernels,
        n: u32,
        clips: u32,
    ) -> Result<Self, GpuFault> {
        let half = kernels.half();
        assert!(n > 4 * half && clips > 0, "the grid holds the image");
        let grid = coarse(gpu, half)?;
        let (side, wide, length) = (2 * half + 1, 4 * half + 1, grid.numbers());
        let words = |extents: &[u32]| extents.iter().map(|&e| e as usize).product::<usize>();

        let waves = Waves::of(gpu, n)?;
        let coarse_waves = Waves::of(gpu, length)?;
        let table = gpu.filled("roots", &grid.roots())?;
        let systems: Vec<f32> = kernels
            .kernels
            .iter()
            .flat_map(|k| k.values().iter().flat_map(|c| [c.re as f32, c.im as f32]))
            .collect();
        let count = kernels.kernels.len() as u32;
        let systems = gpu.filled("systems", &systems)?;
        let picture = gpu.storage("picture", words(&[clips, n, n]))?;
        // Lines of masks and of images: the wider of the two.
        let lines = gpu.storage("lines", words(&[2, clips, n, 2 * half + 1]))?;
        let mask = gpu.storage("mask", words(&[2, clips, side, side]))?;
        let image = gpu.storage("image", words(&[2, clips, wide, wide]))?;
        let coarse = gpu.storage("intensity", words(&[clips, length, length]))?;
        let coarse_lines = gpu.storage("lines", words(&[2, clips, length, 2 * half + 1]))?;

        let make = async |kernel: &'static Kernel| gpu.program(kernel, &[]).await;
        let rows = make(&rows::KERNEL).await?;
        let columns = make(&columns::KERNEL).await?;
        let record = Rows {
            n,
            rows: clips * n,
            half,
            ..Rows::default()
        };
        let to_lines = gpu.step(
            &rows,
            &record.words(),
            &[&waves.half, &picture, &lines],
            record.groups(),
        )?;
        let record = Columns {
            n,
            half,
            scale: scale(n),
        };
        let to_mask = gpu.step(
            &columns,
            &record.words(),
            &[&waves.whole, &lines, &mask],
            record.groups(clips),
        )?;

        // Systems in parts whose lines fit into the least a device must allow.
        let most = (gpu.binding_bytes().min(1 << 27) / 8) as u32 / (clips * side * length);
        let part = count.min(most.max(1));
        let splits = part.min(SPLITS);
        let field_lines = gpu.storage("lines", words(&[2, clips, part, side, length]))?;
        let sums = gpu.storage("sums", words(&[clips, splits, length, length]))?;
        let constants = grid.constants();
        let along_x = gpu.program(&field_rows::KERNEL, &constants).await?;
        let along_y = gpu.program(&field_columns::KERNEL, &constants).await?;
        let mut fields = Vec::new();
        for first in (0..count).step_by(part as usize) {
            let systems_now = part.min(count - first);
            let record = FieldRows {
                rows: clips * systems_now * side,
                systems: systems_now,
                first,
                half,
            };
            let buffers = [&table, &systems, &mask, &field_lines];
            fields.push(gpu.step(&along_x, &record.words(), &buffers, record.groups(grid))?);
            let record = FieldColumns {
                systems: systems_now,
                splits,
                each: systems_now.div_ceil(splits),
                half,
                add: u32::from(first > 0),
            };
            let buffers = [&table, &field_lines, &sums];
            fields.push(gpu.step(
                &along_y,
                &record.words(),
                &buffers,
                record.groups(clips, grid),
            )?);
        }
        let total = make(&total::KERNEL).await?;
        let record = Total {
            length,
            splits,
            cells: clips * length * length,
        };
        fields.push(gpu.step(&total, &record.words(), &[&sums, &coarse], record.groups())?);
        let reach = 2 * half;
        let record = Rows {
            n: length,
            rows: clips * length,
            half: reach,
            ..Rows::default()
        };
        let buffers = [&coarse_waves.half, &coarse, &coarse_lines];
        fields.push(gpu.step(&rows, &record.words(), &buffers, record.groups())?);
        let record = Columns {
            n: length,
            half: reach,
            scale: scale(length),
        };
        let buffers = [&coarse_waves.whole, &coarse_lines, &image];
        fields.push(gpu.step(&columns, &record.words(), &buffers, record.groups(clips))?);

        let program = make(&spread_columns::KERNEL).await?;
        let record = SpreadColumns { n, half: reach };
        let out_lines = gpu.step(
            &program,
            &record.words(),
            &[&waves.whole, &image, &lines],
            record.groups(clips),
        )?;
        let program = make(&spread_rows::KERNEL).await?;
        let record = SpreadRows {
            n,
            rows: clips * n,
            half: reach,
            ..SpreadRows::default()
        };
        let out_rows = gpu.step(
            &program,
            &record.words(),
            &[&waves.half, &lines, &picture],
            record.groups(),
        )?;
        gpu.check()?;
        Ok(Self {
            gpu,
            n,
            half,
            clips,
            raster: make(&raster::KERNEL).await?,
            picture,
            mask,
            image,
            analysis: vec![to_lines, to_mask],
            fields,
            spread: [out_lines, out_rows],
            staging: Staging::default(),
        })
    }

    /// Dispatches from masks in pixels to images in pixels, in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.analysis.iter().chain(&self.fields).chain(&self.spread)
    }

    /// Images the masks that were put there; gives the seconds between the time stamps around it.
    ///
    /// # Errors
    /// The device was lost.
    pub async fn time(&mut self, clock: &Clock) -> Result<f64, GpuFault> {
        let mut batch = self.gpu.batch();
        batch.run_timed(&self.steps().collect::<Vec<_>>(), clock);
        batch.submit();
        self.gpu.seconds(clock, &mut self.staging).await
    }

    /// Puts masks in pixels onto the device, clip by clip.
    pub fn put(&self, masks: &[&[f32]]) {
        assert!(masks.len() <= self.clips as usize, "as many masks as clips");
        let pixels = (self.n * self.n) as usize;
        for (k, mask) in masks.iter().enumerate() {
            assert_eq!(mask.len(), pixels, "a square of pixels");
            self.gpu.write(&self.picture, k * pixels, mask);
        }
    }

    /// Images in pixels of the masks that were put there, clip by clip.
    ///
    /// # Errors
    /// The device was lost.
    pub async fn images(&mut self) -> Result<Vec<f32>, GpuFault> {
        let mut batch = self.gpu.batch();
        batch.run_all(self.steps());
        batch.submit();
        let words = self.clips as usize * (self.n * self.n) as usize;
        self.gpu
            .read(&self.picture, 0..words, &mut self.staging)
            .await
    }

    /// Coefficients of the images of the masks that were put there, clip by clip.
    ///
    /// # Errors
    /// The device was lost.
    pub async fn spectra(&mut self) -> Result<Vec<Spectrum>, GpuFault> {
        let mut batch = self.gpu.batch();
        batch.run_all(self.analysis.iter().chain(&self.fields));
        batch.submit();
        self.image_spectra().await
    }

    /// Coefficients of the images of masks given by their coefficients.
    ///
    /// # Errors
    /// The device was lost.
    pub async fn of_spectra(&mut self, masks: &[&Spectrum]) -> Result<Vec<Spectrum>, GpuFault> {
        assert!(masks.len() <= self.clips as usize, "as many masks as clips");
        let side = (2 * self.half + 1) as usize;
        let reach = self.half as i32;
        for (k, mask) in masks.iter().enumerate() {
            let mut values = Vec::with_capacity(2 * side * side);
            for fy in -reach..=reach {
                for fx in -reach..=reach {
                    let c = mask.get(fx, fy);
                    values.extend([c.re as f32, c.im as f32]);
                }
            }
            self.gpu.write(&self.mask, k * values.len(), &values);
        }
        let mut batch = self.gpu.batch();
        batch.run_all(&self.fields);
        batch.submit();
        self.image_spectra().await
    }

    /// Coefficients of the cover of shapes on a tile that begins at `origin_nm`.
    ///
    /// # Errors
    /// The device was lost, or allows less than the shapes need.
    pub async fn cover(
        &mut self,
        shapes: &Shapes,
        origin_nm: [f64; 2],
        period_nm: f64,
    ) -> Result<Spectrum, GpuFault> {
        let n = self.n;
        let edges = Edges::of(shapes, origin_nm, period_nm / f64::from(n), n, n);
        let bands = self.gpu.filled("bands", &edges.bands)?;
        let bases = self.gpu.filled("bases", &edges.bases)?;
        let edges = self.gpu.filled("edges", &edges.edges)?;
        let extents = Raster {
            width: n,
            height: n,
        };
        let buffers = [&bands, &edges, &bases, &self.picture];
        let groups = extents.groups();
        let step = self
            .gpu
            .step(&self.raster, &extents.words(), &buffers, groups)?;
        let mut batch = self.gpu.batch();
        batch.run_all([&step].into_iter().chain(&self.analysis));
        batch.submit();
        Ok(read(self.gpu, &self.mask, self.half, 1, &mut self.staging)
            .await?
            .remove(0))
    }

    async fn image_spectra(&mut self) -> Result<Vec<Spectrum>, GpuFault> {
        read(
            self.gpu,
            &self.image,
            2 * self.half,
            self.clips,
            &mut self.staging,
        )
        .await
    }
}

/// Places along a side of the coarse grid of fields up to the order `half`: images reach twice as far to both sides.
///
/// # Errors
/// The transforms are not as long.
pub fn coarse(gpu: &Gpu, half: u32) -> Result<Length, GpuFault> {
    let needed = 4 * half + 1;
    let what = "the coarse grid of the fields (places along a side)";
    gpu.limit(what, needed.into(), Length::MAX.into())?;
    Ok(Length::least(needed).expect("a transform of the longest length"))
}

/// Tables of a grid of `n` places: exp(2πi k/n) for transforms along y, exp(πi k/n) for those along x, which are counted
/// from half a place before the first.
pub struct Waves {
    /// Of the places.
    pub whole: Storage,
    /// Of those halfway between, too.
    pub half: Storage,
}

impl Waves {
    /// Of a grid.
    ///
    /// # Errors
    /// It is larger than a binding of the device may be.
    pub fn of(gpu: &Gpu, n: u32) -> Result<Self, GpuFault> {
        let table = |count: usize| gpu.filled("waves", &roots(count, count));
        Ok(Self {
            whole: table(n as usize)?,
            half: table(2 * n as usize)?,
        })
    }
}

/// Factor of a transform forward: 1/n².
pub fn scale(n: u32) -> f32 {
    (1.0 / (f64::from(n) * f64::from(n))) as f32
}

async fn read(
    gpu: &Gpu,
    storage: &Storage,
    half: u32,
    clips: u32,
    staging: &mut Staging,
) -> Result<Vec<Spectrum>, GpuFault> {
    let each = (2 * half as usize + 1).pow(2);
    let words = 2 * each * clips as usize;
    let values: Vec<f32> = gpu.read(storage, 0..words, staging).await?;
    let of = |clip: &[f32]| {
        let (pairs, _) = clip.as_chunks::<2>();
        let values = pairs.iter().map(|p| {
            let c = Complex32::new(p[0], p[1]);
            Complex64::new(c.re.into(), c.im.into())
        });
        Spectrum::from_values(half, values.collect()).expect("a square of coefficients")
    };
    Ok(values.chunks_exact(2 * each).map(of).collect())
}

/// Aerial images of tiles of one size under a set-up: shapes rasterised, analysed and imaged on the device. The
/// coherent systems are made on the host in f64; those left out add no more than [`LEFT_OUT`] at any point.
pub struct Tiles<'g> {
    imager: Imager<'g>,
    tones: Tones,
    period_nm: f64,
}

impl<'g> Tiles<'g> {
    /// For tiles of `n` by `n` pixels.
    ///
    /// # Errors
    /// The device was lost, or allows less than the tile needs.
    pub async fn new(
        gpu: &'g Gpu,
        tones: Tones,
        optics: &Optics,
        period_nm: f64,
        n: u32,
    ) -> Result<Self, GpuFault> {
        let kernels = Kernels::new(optics, period_nm, Keep::Error(LEFT_OUT));
        Ok(Self {
            imager: Imager::new(gpu, &kernels, n, 1).await?,
            tones,
            period_nm,
        })
    }

    /// The aerial image of shapes on a tile that begins at `origin_nm`. Its own origin is the centre of the
    /// tile's first pixel.
    ///
    /// # Errors
    /// The device was lost, or allows less than the shapes need.
    pub async fn image(&mut self, shapes: &Shapes, origin_nm: [f64; 2]) -> Result<Image, GpuFault> {
        let mut mask = Spectrum::zero(self.imager.half);
        mask.set(0, 0, self.tones.outside.into());
        for (shapes, factor) in self.tones.levels(shapes) {
            let cover = self
                .imager
                .cover(&shapes, origin_nm, self.period_nm)
                .await?;
            mask = mask.plus(&cover, factor.into());
        }
        let spectrum = self.imager.of_spectra(&[&mask]).await?.remove(0);
        Ok(Image {
            spectrum,
            period_nm: self.period_nm,
        })
    }
}
