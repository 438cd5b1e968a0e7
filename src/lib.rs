//! Geoul (거울, "mirror"): a digital twin of fabs, robot factories and AI factories.
//!
//! The wings, in the order in which data flows; each uses only those above it:
//!
//! * [`units`]: simulated time and quantities with units.
//! * [`rng`]: random numbers by (seed, stream, index).
//! * [`scene`]: scene text to a checked scene, with every fault at its place.
//! * [`results`]: records of runs, statistics, comparisons, files.
//! * [`interop`]: scenes from what users bring: fab tables, CSV, Excel.
//! * [`world`]: a checked scene as a world of entities with places.
//! * [`gpu`]: how any kernel runs on a GPU, and the proof against its CPU twin.
//! * [`sim`]: what happens in the plant as time runs.
//! * [`whatif`]: requests and answers: replications and pairs, wherever they run.
//! * [`view`]: what people see: words, colours, the report.
//! * [`cli`]: the command line.

#[cfg(not(target_family = "wasm"))]
pub mod cli;
pub mod gpu;
pub mod interop;
pub mod results;
pub mod rng;
pub mod scene;
pub mod sim;
pub mod units;
pub mod view;
pub mod whatif;
pub mod words;
pub mod world;
