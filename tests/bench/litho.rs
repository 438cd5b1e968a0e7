//! Speed of lithography on one core: one imaging condition and one step of mask optimisation at 2048².
//!
//! `cargo bench --no-default-features --bench litho`. The kernels are those of the ICCAD 2013 contest where
//! `GEOUL_DATA` names a folder with them, else 24 of our own of the same size, which cost the same.

use std::path::Path;

use divan::{Bencher, black_box, counter::ItemsCount};
use geoul::sim::process::lithography::contest::{self, SIDE};
use geoul::sim::process::lithography::ilt::{Flow, Schedule, Stage, optimise};
use geoul::sim::process::lithography::imager::{Grid, Lens};
use geoul::sim::process::lithography::{Keep, Kernels, Optics, Outline, Pupil, Source};

fn main() {
    divan::main();
}

fn kernels(which: &str) -> Kernels {
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

/// Lines and spaces that differ from row to row, so that no row is like the last.
fn mask() -> Vec<f32> {
    let side = SIDE as usize;
    (0..side * side)
        .map(|i| ((i % side / 40 + i / side) % 7) as f32 / 7.0)
        .collect()
}

/// One condition: mask of 2048² pixels to aerial image of 2048² pixels.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn image_2048(bencher: Bencher<'_, '_>) {
    let kernels = kernels("focus");
    let (grid, lens) = (
        Grid::new(SIDE as usize, kernels.half()),
        Lens::<f32>::new(&kernels),
    );
    let mask = mask();
    bencher.bench_local(|| grid.expose(&lens, black_box(&mask)));
}

/// Steps of inverse lithography with three corners: mask and print of 2048² pixels, exact gradient, Adam.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn ten_steps_2048(bencher: Bencher<'_, '_>) {
    let (focus, defocus) = (kernels("focus"), kernels("defocus"));
    let (focus, defocus) = (Lens::<f32>::new(&focus), Lens::<f32>::new(&defocus));
    let stage = Stage {
        mask: SIDE,
        print: SIDE,
        pool: 1,
        iterations: 10,
        ..Schedule::baseline().stages[1]
    };
    let target = mask();
    bencher.counter(ItemsCount::new(10_u32)).bench_local(|| {
        optimise(
            &[stage],
            &focus,
            &defocus,
            black_box(&target),
            SIDE,
            &mut |_| Flow::Continue,
        )
    });
}
