//! Speed of lithography on one core: one imaging condition, one step of mask optimisation, and one move of
//! a knob of the process bench, all at 2048².
//!
//! `cargo bench --no-default-features --bench litho`. The kernels are those of the ICCAD 2013 contest where
//! `GEOUL_DATA` names a folder with them, else 24 of our own of the same size, which cost the same.

use std::sync::Arc;

use divan::{Bencher, black_box, counter::ItemsCount};
use geoul::interop::glp;
use geoul::scene::optics;
use geoul::sim::process::lithography::clip::{Clip, CutLine, PIXELS};
use geoul::sim::process::lithography::contest::SIDE;
use geoul::sim::process::lithography::ilt::{Flow, Problem, Schedule, Stage, optimise};
use geoul::sim::process::lithography::imager::{Grid, Lens};
use geoul::sim::process::lithography::level_set::{self, LevelSet};
use geoul::sim::process::lithography::live::Screen;
use geoul::sim::process::lithography::sought::Seeking;
use geoul::sim::process::lithography::workbench::{QUICK_FOCI, QUICK_WINDOW, Workbench};

#[path = "contest_kernels.rs"]
mod contest_kernels;

use contest_kernels::kernels;

fn main() {
    divan::main();
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

/// Steps of a level set with three corners, mask and print looked at in `points` by `points` places.
#[divan::bench(sample_count = 3, sample_size = 1, args = [256, 512, 1024])]
fn ten_steps_level_set(bencher: Bencher<'_, '_>, points: u32) {
    let (focus, defocus) = (kernels("focus"), kernels("defocus"));
    let (focus, defocus) = (Lens::<f32>::new(&focus), Lens::<f32>::new(&defocus));
    let problem = Problem::contest(&focus, &defocus);
    let stage = Stage {
        mask: points,
        print: points,
        iterations: 10,
        ..Schedule::level_set(Schedule::VARIATION).stages[0]
    };
    let target = mask();
    bencher.counter(ItemsCount::new(10_u32)).bench_local(|| {
        let start = LevelSet::nearest(focus.half(), &target, SIDE);
        let go = &mut |_| Flow::Continue;
        level_set::optimise(problem, &[stage], start, None, &target, SIDE, go)
    });
}

/// The clip of the process bench: 2048 nm of our logic layout in 2048 pixels, ArF immersion, annular
/// source of 248 points, aberrated.
fn clip() -> Clip {
    let optics = include_str!("../../scenes/litho/arf_annular.ron");
    let layout = include_str!("../../scenes/litho/logic.glp");
    let mut setup = optics::read("arf_annular.ron", optics).expect("our own optics");
    setup.zernike_waves = vec![0.0, 0.0, 0.0, 0.0, 0.01, 0.0, 0.02, 0.0, 0.01];
    Clip {
        shapes: Arc::new(glp::read("logic.glp", layout).expect("our own layout")),
        setup,
        table: Arc::default(),
        centre_nm: [445.0, 310.0],
        side_nm: f64::from(PIXELS),
        dose: 1.0,
        line: CutLine {
            at_nm: [675.0, 280.0],
            upright: false,
        },
        focus_span_nm: 80.0,
        tolerance: 0.1,
        feature_nm: 16.0,
        sought: None,
    }
}

/// A knob of the lens moves by a step: new image, its 2048² pixels, contours, sizes.
#[divan::bench(sample_count = 40, sample_size = 1)]
fn bench_optics_knob(bencher: Bencher<'_, '_>) {
    let (mut bench, mut screen, mut clip) =
        (Workbench::default(), Screen::<f32>::default(), clip());
    bencher.bench_local(|| {
        clip.setup.defocus_nm += 0.5;
        let shown = bench.expose(&clip, f64::INFINITY, &|| false);
        let shown = shown.expect("a source").expect("not stopped");
        screen.values(&shown.aerial, PIXELS as usize)
    });
}

/// A mask of the clip is sought, from the layout to outlines that keep the rules.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn bench_mask(bencher: Bencher<'_, '_>) {
    let clip = clip();
    bencher.bench_local(|| {
        let mut seeking = Seeking::new(&clip).expect("a mask can be sought");
        seeking.go_on(&mut |_| Flow::Continue);
        seeking.mask()
    });
}

/// A knob of the exposure moves: contours and sizes of the image that is there, and its 2048² pixels.
#[divan::bench(sample_count = 40, sample_size = 1)]
fn bench_dose_knob(bencher: Bencher<'_, '_>) {
    let (mut bench, mut screen, mut clip) =
        (Workbench::default(), Screen::<f32>::default(), clip());
    bencher.bench_local(|| {
        clip.dose += 0.001;
        let shown = bench.expose(&clip, f64::INFINITY, &|| false);
        let shown = shown.expect("a source").expect("not stopped");
        screen.values(&shown.latent, PIXELS as usize)
    });
}

/// The quick process window that follows a moving knob.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn bench_quick_window(bencher: Bencher<'_, '_>) {
    let (mut bench, mut clip) = (Workbench::default(), clip());
    bencher.bench_local(|| {
        clip.setup.zernike_waves[8] += 1e-4;
        bench.through(&clip, QUICK_FOCI, QUICK_WINDOW, &|| false, &mut |_| {})
    });
}
