//! `geoul litho image --photons`: the photons that the resist absorbs in one exposure, pixel by pixel.

use anyhow::{Context, ensure};

use super::files::Out;
use super::image::{PICTURE, Picture, TABLE};
use crate::cli::compute::Device;
#[cfg(feature = "gpu")]
use crate::gpu::device::{Gpu, GpuFault};
#[cfg(feature = "gpu")]
use crate::gpu::run::Staging;
use crate::results::write::{Measure, MeasureColumn};
use crate::rng::Seed;
use crate::scene::optics::Setup;
use crate::sim::process::lithography::kernels::photons::{self, Photons};
use crate::sim::process::lithography::photon::photons_per_nm2;
use crate::view::litho::heat_png;

const PHOTONS: &[MeasureColumn] = &[
    ("x_nm", Measure::Real(3)),
    ("y_nm", Measure::Real(3)),
    ("photons", Measure::Count),
];

/// Most photons of a pixel that the table of their chances is made for.
const PHOTONS_MAX: f64 = 2000.0;

/// Photons that a nm² of the clear field absorbs.
///
/// # Errors
/// The optics do not say.
pub fn absorbed_per_nm2(setup: &Setup) -> anyhow::Result<f64> {
    let (dose, absorbed) = setup.photons.context(
        "--photons: the optics tell no dose; add photons: (dose_mj_per_cm2: …) to their resist",
    )?;
    Ok(photons_per_nm2(dose, setup.wavelength_nm) * absorbed)
}

/// Draws the photons of every pixel of a picture and writes photons.png and the table photons, of squares as large as
/// those of the table aerial.
///
/// # Errors
/// A file cannot be written, the pixels are too large, or the device was lost.
pub fn write(
    out: &Out,
    picture: &Picture,
    per_nm2: f64,
    seed: u64,
    device: &Device,
) -> anyhow::Result<()> {
    let light = |v: &f64| {
        if v.is_finite() {
            v.max(0.0) as f32
        } else {
            0.0
        }
    };
    let intensity: Vec<f32> = picture.values.iter().map(light).collect();
    let top = intensity.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
    let mean = per_nm2 * picture.step_nm * picture.step_nm * f64::from(top);
    ensure!(
        mean <= PHOTONS_MAX,
        "--photons: a pixel of the picture absorbs {mean:.0} photons, more than {PHOTONS_MAX}: look at a smaller \
         --window"
    );
    let chances = photons::distribution(mean);
    let (pixels, entries) = (intensity.len() as u32, chances.len() as u32);
    let record = Photons::new(Seed(seed), 0, pixels, entries, top);
    let counts = match device {
        Device::Cpu => {
            let mut counts = vec![0; intensity.len()];
            photons::photons(&record, &chances, &intensity, &mut counts);
            counts
        }
        #[cfg(feature = "gpu")]
        Device::Gpu(gpu) => pollster::block_on(drawn(gpu, &record, &chances, &intensity))?,
    };
    let most = counts.iter().copied().fold(1, u32::max);
    let shown: Vec<f64> = counts.iter().map(|c| f64::from(*c)).collect();
    out.write(
        "photons.png",
        &heat_png(&shown, PICTURE, 0.0, f64::from(most)),
    )?;
    let (block, step) = (PICTURE / TABLE, picture.step_nm);
    let rows = (0..TABLE * TABLE).map(|i| {
        let first = [i % TABLE * block, i / TABLE * block];
        let squares = (0..block * block).map(|k| {
            let at = (first[1] + k / block) * PICTURE + first[0] + k % block;
            f64::from(counts[at as usize])
        });
        let middle = [0, 1]
            .map(|k| picture.low_nm[k] + (f64::from(first[k]) + 0.5 * f64::from(block)) * step);
        vec![middle[0], middle[1], squares.sum()]
    });
    out.table("photons", PHOTONS, rows)
}

/// The same numbers, drawn on a GPU.
#[cfg(feature = "gpu")]
async fn drawn(
    gpu: &Gpu,
    record: &Photons,
    chances: &[u32],
    intensity: &[f32],
) -> Result<Vec<u32>, GpuFault> {
    let program = gpu.program(&photons::KERNEL, &[]).await?;
    let chances = gpu.filled("table", chances)?;
    let light = gpu.filled("intensity", intensity)?;
    let counts = gpu.storage("counts", intensity.len())?;
    let groups = [record.pixels.div_ceil(64), 1, 1];
    let step = gpu.step(
        &program,
        &record.words(),
        &[&chances, &light, &counts],
        groups,
    )?;
    let mut batch = gpu.batch();
    batch.run(&step);
    batch.submit();
    gpu.read(&counts, 0..intensity.len(), &mut Staging::default())
        .await
}
