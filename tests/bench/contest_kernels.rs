//! Coherent systems to measure with.

use std::path::Path;

use geoul::sim::process::lithography::contest::{self, SIDE};
use geoul::sim::process::lithography::{Keep, Kernels, Optics, Outline, Pupil, Source};

/// Those of the ICCAD 2013 contest, `focus` or `defocus`, where `GEOUL_DATA` names a folder with them, else 24 of our
/// own of the same size.
pub fn kernels(which: &str) -> Kernels {
    let folder = std::env::var("GEOUL_DATA").map(|d| Path::new(&d).join("litho"));
    if let Ok(folder) = folder {
        let read = |name: String| std::fs::read(folder.join(name)).expect("readable");
        let kernels = read(format!("socs_{which}_kernels_24x35x35_c64le.bin"));
        let weights = read(format!("socs_{which}_weights_24_f32le.bin"));
        return contest::kernels(&kernels, &weights).expect("kernels of the contest");
    }
    println!("no $GEOUL_DATA: kernels of our own");
    let outline = Outline::Annular {
        inner: 0.6,
        outer: 0.9,
    };
    let source = Source::sampled(outline, 17).expect("points");
    let mut optics = Optics::scalar(Pupil::new(193.0, 0.85, 1.0), source);
    optics.pupil.defocus_nm = if which == "focus" { 0.0 } else { 25.0 };
    Kernels::new(&optics, f64::from(SIDE), Keep::Count(24))
}
