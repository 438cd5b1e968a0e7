//! Lithography: what a mask prints, and which mask prints what is wanted.
//!
//! Imaging after Abbe (reference) and Hopkins by a sum of coherent systems (H. H. Hopkins, Proc. R. Soc.
//! A 217, 1953; N. Cobb, "Fast optical and process proximity correction", 1998), evaluated on the band
//! that the lens passes; resist models, metrology, mask optimisation with the exact adjoint.
//!
//! Lengths are nm at the wafer: the reduction of the lens is taken out of the mask data first, 4 times,
//! or 4 times in x and 8 times in y for anamorphic lenses. Tiles are square and periodic. Intensity 1 is
//! the clear field. Phases of aberrations are in waves.

// Indices are frequencies and pixels here, and several lists are read at each.
#![allow(clippy::needless_range_loop)]

pub mod abbe;
pub mod areas;
pub mod band;
mod bits;
pub mod blocks;
pub mod clip;
pub mod contest;
pub mod contour;
pub mod crew;
pub mod descent;
pub mod edges;
pub mod free_masks;
pub mod ilt;
#[cfg(feature = "gpu")]
pub mod ilt_on_gpu;
pub mod image;
pub mod imager;
pub mod kernels;
mod lanes;
pub mod level_set;
pub mod live;
pub mod manhattan;
pub mod mask_rules;
pub mod metrology;
pub mod objective;
#[cfg(feature = "gpu")]
pub mod on_gpu;
pub mod optics;
pub mod outlines;
pub mod pattern;
pub mod photon;
pub mod placement;
pub mod probe;
pub mod profile;
pub mod pupil;
pub mod raster;
pub mod resist;
pub mod roughness;
pub mod sampled;
pub mod schedule;
pub mod search;
pub mod setup;
pub mod socs;
pub mod sought;
pub mod source;
pub mod spectrum;
pub mod strays;
pub mod tiles;
pub mod tones;
pub mod window;
pub mod workbench;

pub use image::Image;
pub use optics::{Optics, Polarisation};
pub use pupil::Pupil;
pub use socs::{Keep, Kernels};
pub use source::{Outline, Source};
pub use spectrum::{MaskModel, Spectrum};
