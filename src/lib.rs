//! Geoul (거울, "mirror"): a digital twin of fabs, robot factories and AI factories.
//!
//! The wings, in the order in which data flows; each uses only those above it:
//!
//! * [`units`]: simulated time and quantities with units.
//! * [`rng`]: random numbers by (seed, stream, index).
//! * [`scene`]: scene text to a checked scene, with every fault at its place.
//! * [`results`]: records of runs, statistics, comparisons, files.
//! * [`view`]: what people see: words, colours, the report.

pub mod results;
pub mod rng;
pub mod scene;
pub mod units;
pub mod view;
