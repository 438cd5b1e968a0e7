//! Lithography against closed forms and against images computed elsewhere.
//!
//! `analytic`: exact answers of Fourier optics (J. W. Goodman, "Introduction to Fourier Optics"; A. K.-K. Wong,
//! "Optical Imaging in Projection Microlithography"), each with the error accepted. `golden`: aerial images
//! computed in another language from first principles, and the simulator of the ICCAD 2013 contest; they
//! are read from `$GEOUL_DATA/litho`.

mod analytic;
mod contest;
mod edges;
mod golden;
#[cfg(feature = "gpu")]
mod gpu;
#[cfg(feature = "gpu")]
mod gpu_ilt;
mod metrics;
#[cfg(feature = "gpu")]
mod probe;

use core::f64::consts::TAU;

use geoul::sim::process::lithography::{Image, Optics, Outline, Pupil, Source, Spectrum};

/// Samples along a side of a grating, and its period in nm.
const N: usize = 64;
const PITCH: f64 = 300.0;

/// Largest difference.
fn worst(pairs: impl IntoIterator<Item = (f64, f64)>) -> f64 {
    pairs
        .into_iter()
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f64::max)
}

/// A lens in air.
fn dry(na: f64, source: Source) -> Optics {
    Optics::scalar(Pupil::new(193.0, na, 1.0), source)
}

/// A ring-shaped source.
fn ring() -> Source {
    let outline = Outline::Annular {
        inner: 0.4,
        outer: 0.8,
    };
    Source::sampled(outline, 15).unwrap()
}

/// A pattern without any symmetry.
fn pattern(n: usize) -> Vec<f64> {
    (0..n * n)
        .map(|i| f64::from(u8::from((i * i / 3 + 5 * (i / n)) % 7 < 3)))
        .collect()
}

/// Phase between the orders 0 and ±1 of a grating of [`PITCH`] in air, at a defocus.
fn defocus_phase(defocus_nm: f64) -> f64 {
    let sine = 193.0 / PITCH;
    TAU / 193.0 * defocus_nm * (1.0 - f64::sqrt(1.0 - sine * sine))
}

/// Vertical lines, half of the period open, on `n` by `n` samples of one period: amplitudes `open`
/// and `closed`.
fn grating(n: usize, half: u32, open: f64, closed: f64) -> Spectrum {
    let samples: Vec<f64> = (0..n * n)
        .map(|i| if i % n < n / 2 { open } else { closed })
        .collect();
    Spectrum::of_samples(n, &samples, half)
}

/// Where the middle of the open half of [`grating`] lies, in periods.
fn middle(n: usize) -> f64 {
    (n / 2 - 1) as f64 / 2.0 / n as f64
}

/// First order of a sampled 1:1 grating of amplitudes 1 and 0.
fn first_order(n: usize) -> f64 {
    1.0 / (n as f64 * (core::f64::consts::PI / n as f64).sin())
}

/// Samples of an image along x, with the phase 2π (x − middle) / p of each.
fn along_x(image: &Image, n: usize) -> Vec<(f64, f64)> {
    (0..97)
        .map(|i| {
            let part = f64::from(i) / 97.0;
            let x = image.period_nm * part;
            let phase = TAU * (part - middle(n));
            (phase, image.at(x, 0.3 * image.period_nm))
        })
        .collect()
}
