//! One question to every machine: the aerial image of a layout at the points of a grid, by the reference on
//! the processor and by the kernels on a graphics device. What a browser answers is held against what a
//! desktop does.

use serde::{Deserialize, Serialize};

use crate::scene::optics::Setup;
use crate::scene::shapes::Shapes;
use crate::sim::process::lithography::abbe;
use crate::sim::process::lithography::image::Image;
use crate::sim::process::lithography::setup;
use crate::sim::process::lithography::source::SourceFault;

/// The tile and the grid.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Lower left corner of the tile, nm.
    pub low_nm: [f64; 2],
    /// Side of the tile, nm.
    pub side_nm: f64,
    /// Pixels of the mask along a side.
    pub pixels: u32,
    /// Points of the grid along a side.
    pub points: u32,
    /// Defocus, nm.
    pub defocus_nm: f64,
}

impl Probe {
    fn setup(&self, setup: &Setup) -> Setup {
        Setup {
            defocus_nm: self.defocus_nm,
            ..setup.clone()
        }
    }

    /// Intensities of an image, row by row upward; the first point is the middle of the first pixel.
    fn at(&self, image: &Image) -> Vec<f64> {
        let step = self.side_nm / f64::from(self.points);
        let place = |i: u32| f64::from(i) * step;
        (0..self.points)
            .flat_map(|y| (0..self.points).map(move |x| (x, y)))
            .map(|(x, y)| image.at(place(x), place(y)))
            .collect()
    }

    /// Intensities by the sum over source points in f64.
    ///
    /// # Errors
    /// The source has no light.
    pub fn reference(&self, setup: &Setup, shapes: &Shapes) -> Result<Vec<f64>, SourceFault> {
        let setup = self.setup(setup);
        let optics = setup::optics(&setup, &[])?;
        let half = optics.field_half(self.side_nm);
        let mask = setup::mask(&setup, shapes, self.low_nm, self.side_nm, self.pixels, half);
        Ok(self.at(&abbe::image(&optics, &mask, self.side_nm)))
    }

    /// Intensities by the kernels on a graphics device.
    ///
    /// # Errors
    /// The source has no light; the device was lost, or allows less than is needed.
    #[cfg(feature = "gpu")]
    pub async fn on_gpu(
        &self,
        gpu: &crate::gpu::device::Gpu,
        setup: &Setup,
        shapes: &Shapes,
    ) -> Result<Vec<f64>, ProbeFault> {
        let setup = self.setup(setup);
        let optics = setup::optics(&setup, &[])?;
        let tones = super::tones::Tones::of(&setup);
        let tiles = super::on_gpu::Tiles::new(gpu, tones, &optics, self.side_nm, self.pixels);
        let image = tiles.await?.image(shapes, self.low_nm).await?;
        Ok(self.at(&image))
    }
}

/// Why there is no answer.
#[cfg(feature = "gpu")]
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ProbeFault {
    /// The source has no light.
    #[error(transparent)]
    Source(#[from] SourceFault),
    /// The device.
    #[error(transparent)]
    Gpu(#[from] crate::gpu::device::GpuFault),
}
