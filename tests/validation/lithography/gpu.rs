//! Images by the WGSL kernels in f32 against closed forms (1e-5), against Abbe's images computed elsewhere and
//! the contest's simulator (2e-6 of the clear field). The checks that rest on differences in f64 (gradient)
//! or on sampling the source (transfer functions) stay with f64.
//!
//! Any adapter serves; without one these tests say so and pass, unless `GEOUL_REQUIRE_GPU` is 1.

use core::f64::consts::{PI, TAU};

use geoul::gpu::Compute;
use geoul::gpu::device::{Adapters, Gpu};
use geoul::sim::process::lithography::contest::{INNER, LEVEL, OUTER, Prints, SIDE, Score};
use geoul::sim::process::lithography::metrology::Feature;
use geoul::sim::process::lithography::on_gpu::Imager;
use geoul::sim::process::lithography::{
    Image, Keep, Kernels, Optics, Outline, Source, Spectrum, abbe,
};
use num_complex::Complex64;

use super::golden::{cases, coefficients, folder, npy};
use super::{N, PITCH, along_x, contest, defocus_phase, dry, first_order, pattern, ring, worst};

/// An open device, if there is an adapter.
pub fn gpu() -> Option<Gpu> {
    let opened = pollster::block_on(async { Adapters::look().await.open(Compute::Gpu).await });
    match opened {
        Ok(gpu) => gpu,
        Err(fault) => {
            assert!(
                std::env::var("GEOUL_REQUIRE_GPU").as_deref() != Ok("1"),
                "GEOUL_REQUIRE_GPU is 1, but: {fault}"
            );
            println!("skipped: no adapter");
            None
        }
    }
}

/// Image of `n` by `n` amplitudes on a tile.
fn shine(gpu: &Gpu, optics: &Optics, n: usize, mask: &[f64], period_nm: f64, keep: Keep) -> Image {
    let kernels = Kernels::new(optics, period_nm, keep);
    let mask: Vec<f32> = mask.iter().map(|&v| v as f32).collect();
    pollster::block_on(async {
        let mut imager = Imager::new(gpu, &kernels, n as u32, 1).await.unwrap();
        imager.put(&[&mask]);
        let spectrum = imager.spectra().await.unwrap().remove(0);
        Image {
            spectrum,
            period_nm,
        }
    })
}

/// Image of exact orders on a tile of one pitch.
fn shine_orders(gpu: &Gpu, optics: &Optics, mask: &Spectrum) -> Image {
    let kernels = Kernels::new(optics, PITCH, Keep::All);
    pollster::block_on(async {
        let mut imager = Imager::new(gpu, &kernels, N as u32, 1).await.unwrap();
        let spectrum = imager.of_spectra(&[mask]).await.unwrap().remove(0);
        Image {
            spectrum,
            period_nm: PITCH,
        }
    })
}

/// Samples of vertical lines, half of the period open.
fn lines(open: f64, closed: f64) -> Vec<f64> {
    (0..N * N)
        .map(|i| if i % N < N / 2 { open } else { closed })
        .collect()
}

/// Defocus of a phase between the orders 0 and ±1.
fn defocus_of(phase: f64) -> f64 {
    phase / defocus_phase(1.0)
}

/// C1: two beams, contrast 1 at every focus.
#[test]
fn two_beams() {
    let Some(gpu) = gpu() else { return };
    let a = 2.0 * first_order(N);
    for z in [0.0, 150.0, -400.0] {
        let mut optics = dry(0.9, Source::coherent());
        optics.pupil.defocus_nm = z;
        let image = shine(&gpu, &optics, N, &lines(1.0, -1.0), PITCH, Keep::All);
        let exact = along_x(&image, N).into_iter();
        let error = worst(exact.map(|(phase, i)| (i, 4.0 * a * a * phase.cos().powi(2))));
        assert!(error < 1e-5, "{error}");
    }
}

/// C2 and C5: three beams in and out of focus.
#[test]
fn three_beams() {
    let Some(gpu) = gpu() else { return };
    let (a0, a1) = (0.5, first_order(N));
    for phi in [0.0_f64, 0.915_771_217_219, 0.5 * PI] {
        let mut optics = dry(0.9, Source::coherent());
        optics.pupil.defocus_nm = defocus_of(phi);
        let image = shine(&gpu, &optics, N, &lines(1.0, 0.0), PITCH, Keep::All);
        let error = worst(along_x(&image, N).into_iter().map(|(phase, i)| {
            let cos = phase.cos();
            (
                i,
                a0 * a0 + 4.0 * a0 * a1 * cos * phi.cos() + 4.0 * a1 * a1 * cos * cos,
            )
        }));
        assert!(error < 1e-5, "{phi}: {error}");
    }
}

/// C3: no contrast below the cut-off pitch, contrast above; no power above 2 NA / λ.
#[test]
fn the_cut_off_pitch() {
    let Some(gpu) = gpu() else { return };
    let sigma = 0.6;
    let limit = 193.0 / (0.9 * (1.0 + sigma));
    let contrast = |pitch: f64| {
        let source = Source::sampled(Outline::Conventional { sigma }, 21).unwrap();
        let image = shine(
            &gpu,
            &dry(0.9, source),
            N,
            &lines(1.0, 0.0),
            pitch,
            Keep::All,
        );
        let values: Vec<f64> = along_x(&image, N).iter().map(|p| p.1).collect();
        let high = values.iter().copied().fold(f64::MIN, f64::max);
        let low = values.iter().copied().fold(f64::MAX, f64::min);
        (high - low) / (high + low)
    };
    assert!(contrast(limit * (1.0 - 1e-9)) < 1e-5);
    assert!(contrast(limit * 1.01) > 1e-3);
    let (optics, period) = (dry(0.9, ring()), 900.0);
    let image = shine(&gpu, &optics, 48, &pattern(48), period, Keep::All);
    let radius = 2.0 * optics.pupil.cut_off_per_nm() * period;
    let far = |fx: i32, fy: i32| f64::from(fx * fx + fy * fy).sqrt() > radius;
    let beyond = image.spectrum.terms().filter(|(fx, fy, _)| far(*fx, *fy));
    let error = beyond.map(|(.., c)| c.norm()).fold(0.0, f64::max);
    assert!(error > 0.0 && error < 1e-5, "{error}");
}

/// C6: energy, square of the amplitude, shift, quarter turn, clear field, complement.
#[test]
fn energy_and_symmetry() {
    let Some(gpu) = gpu() else { return };
    let (optics, period, n) = (dry(0.9, ring()), 700.0, 25);
    let grid = |mask: &[f64]| shine(&gpu, &optics, n, mask, period, Keep::All).on_grid(n);
    let mask = pattern(n);
    let image = shine(&gpu, &optics, n, &mask, period, Keep::All);
    let unit = 1.0 / (optics.pupil.cut_off_per_nm() * period);
    let expected: f64 = Spectrum::of_samples(n, &mask, 12)
        .terms()
        .map(|(fx, fy, c)| {
            let f = [f64::from(fx) * unit, f64::from(fy) * unit];
            optics.cross_coefficient(f, f).re * c.norm_sqr()
        })
        .sum();
    assert!((image.mean() - expected).abs() < 1e-5);

    let once = image.on_grid(n);
    let strong: Vec<f64> = mask.iter().map(|v| 1.7 * v).collect();
    assert!(worst(once.iter().map(|i| 2.89 * i).zip(grid(&strong))) < 1e-5);
    let moved = |v: &[f64]| -> Vec<f64> {
        (0..n * n)
            .map(|i| v[(i / n + n - 5) % n * n + (i % n + n - 3) % n])
            .collect()
    };
    assert!(worst(moved(&once).into_iter().zip(grid(&moved(&mask)))) < 1e-5);
    let turned =
        |v: &[f64]| -> Vec<f64> { (0..n * n).map(|i| v[(n - i % n) % n * n + i / n]).collect() };
    assert!(worst(turned(&once).into_iter().zip(grid(&turned(&mask)))) < 1e-5);
    assert!(worst(grid(&vec![1.0; n * n]).into_iter().map(|i| (i, 1.0))) < 1e-5);

    let coherent = dry(0.9, Source::coherent());
    let mut field = Spectrum::of_samples(n, &mask, 12);
    for (fx, fy, c) in field.clone().terms() {
        let passed = coherent
            .pupil
            .at(f64::from(fx) * unit, f64::from(fy) * unit);
        field.set(fx, fy, c * passed);
    }
    let complement: Vec<f64> = mask.iter().map(|v| 1.0 - v).collect();
    let found = shine(&gpu, &coherent, n, &complement, period, Keep::All).on_grid(n);
    let expected = field
        .on_grid(n)
        .into_iter()
        .map(|e| (Complex64::ONE - e).norm_sqr());
    assert!(worst(found.into_iter().zip(expected)) < 1e-5);
}

/// C7: all systems give Abbe's image; some err downward and within the bound.
#[test]
fn coherent_systems() {
    let Some(gpu) = gpu() else { return };
    let mut optics = dry(0.9, ring());
    optics.pupil.defocus_nm = 90.0;
    optics.pupil.zernike_waves[6] = 0.04;
    let (period, n) = (1100.0, 48);
    let mask = Spectrum::of_samples(n, &pattern(n), 23);
    let exact = abbe::image(&optics, &mask, period).on_grid(n);
    let with = |keep| shine(&gpu, &optics, n, &pattern(n), period, keep).on_grid(n);
    let error = worst(exact.iter().copied().zip(with(Keep::All)));
    assert!(error < 1e-5, "{error}");
    for count in [1, 6, 24] {
        let bound = Kernels::new(&optics, period, Keep::Count(count)).error_bound(&mask);
        let missing = exact
            .iter()
            .zip(with(Keep::Count(count)))
            .map(|(a, b)| a - b);
        let (low, high) = missing.fold((0.0_f64, 0.0_f64), |(l, h), d| (l.min(d), h.max(d)));
        assert!(
            low > -1e-5 && high <= bound + 1e-5 && high > 1e-3,
            "{low} {high} {bound}"
        );
    }
}

/// Exact orders of a grating, `open` of each period transparent, about x = 0.
fn orders(open: f64) -> Spectrum {
    let mut mask = Spectrum::zero(4);
    mask.set(0, 0, open.into());
    for f in 1..=4 {
        let order = (PI * f64::from(f) * open).sin() / (PI * f64::from(f));
        mask.set(f, 0, order.into());
        mask.set(-f, 0, order.into());
    }
    mask
}

/// C9, C10, C11, C13: diffusion, NILS 8, MEEF 1/2, size through focus.
#[test]
fn metrics_of_three_beams() {
    let Some(gpu) = gpu() else { return };
    let image = |open: f64, phase: f64| {
        let mut optics = dry(0.9, Source::coherent());
        optics.pupil.defocus_nm = defocus_of(phase);
        shine_orders(&gpu, &optics, &orders(open))
    };
    let cd = |open: f64, phase: f64, level: f64| {
        let cut = image(open, phase).cut([0.0; 2], [1.0, 0.0]);
        Feature::around(&cut, level, 0.0, 0.5 * PITCH).map_or(f64::NAN, Feature::cd_nm)
    };
    // C9: the harmonics of the image, damped.
    let sigma = 22.0;
    let diffused = image(0.5, 0.0).diffused(sigma);
    let (a0, a1) = (0.5, 1.0 / PI);
    let damped = |f: f64| (-2.0 * PI * PI * (sigma * f / PITCH).powi(2)).exp();
    let error = worst((0..50).map(|i| {
        let phase = TAU * f64::from(i) / 50.0;
        let exact = a0 * a0
            + 2.0 * a1 * a1
            + 4.0 * a0 * a1 * damped(1.0) * phase.cos()
            + 2.0 * a1 * a1 * damped(2.0) * (2.0 * phase).cos();
        (diffused.at(phase / TAU * PITCH, 0.0), exact)
    }));
    assert!(error < 1e-5, "{error}");
    // C10.
    let cut = image(0.5, 0.0).cut([0.0; 2], [1.0, 0.0]);
    let feature = Feature::around(&cut, 0.25, 0.0, 0.5 * PITCH).unwrap();
    assert!((feature.nils(&cut) / 8.0 - 1.0).abs() < 1e-5);
    // C11: over 2 nm each way, less what the formula itself bends over them.
    let size = |open: f64| PITCH / PI * ((0.5 - open) / (2.0 * (PI * open).sin() / PI)).acos();
    let h = 2.0 / PITCH;
    let exact = (size(0.5 + h) - size(0.5 - h)) / 4.0;
    let found = (cd(0.5 + h, 0.0, 0.25) - cd(0.5 - h, 0.0, 0.25)) / 4.0;
    assert!(
        (exact - 0.5).abs() < 1e-3 && (found - exact).abs() < 1e-5,
        "{found} {exact}"
    );
    // C13.
    for phi in [0.0_f64, 0.3, 0.6, 0.9] {
        for level in [0.2, 0.25, 0.3] {
            let root = (a0 * a0 * phi.cos().powi(2) + level - a0 * a0).sqrt();
            let formula = PITCH / PI * ((-a0 * phi.cos() + root) / (2.0 * a1)).acos();
            let found = cd(0.5, phi, level);
            assert!(
                (found / formula - 1.0).abs() < 1e-5,
                "{phi} {level}: {found} {formula}"
            );
        }
    }
}

/// First-principles images computed elsewhere: 2e-6.
#[test]
fn first_principles_images() {
    let Some(gpu) = gpu() else { return };
    let Some(folder) = folder() else { return };
    for case in cases(&folder) {
        let golden = Image {
            spectrum: coefficients(&folder.join(format!("tcc_{}_Ihat_c128.npy", case.tag))),
            period_nm: case.period_nm,
        };
        let kernels = Kernels::new(&case.optics, case.period_nm, Keep::All);
        let mask: Vec<f32> = case.fine.iter().map(|&v| v as f32).collect();
        let image = pollster::block_on(async {
            let mut imager = Imager::new(&gpu, &kernels, 2048, 1).await.unwrap();
            imager.put(&[&mask]);
            imager.images().await.unwrap()
        });
        // Every 32nd pixel lies on a grid of 64.
        let (n, side) = (192, 64);
        let golden = golden.on_grid(n);
        let found = (0..side * side).map(|i| image[32 * (i / side * 2048 + i % side)]);
        let expected = (0..side * side).map(|i| golden[3 * (i / side * n + i % side)]);
        let error = worst(expected.zip(found.map(f64::from)));
        println!(
            "{:28} WGSL {error:.1e} with {} systems",
            case.tag,
            kernels.kernels.len()
        );
        assert!(error <= 2e-6, "{}: {error}", case.tag);
    }
}

/// The contest's clips 1 to 5 in one batch: images within 2e-6, figures as the reference counts them.
#[test]
fn contest_clips() {
    let Some(gpu) = gpu() else { return };
    let Some(folder) = folder() else { return };
    let n = SIDE as usize;
    let text = std::fs::read_to_string(folder.join("golden_no_opc.json")).unwrap();
    let golden: serde_json::Value = serde_json::from_str(&text).unwrap();
    let masks: Vec<Vec<f32>> = (1..=5).map(|k| contest::raster(&folder, k)).collect();
    let borrowed: Vec<&[f32]> = masks.iter().map(Vec::as_slice).collect();
    let mut all = Vec::new();
    for which in ["focus", "defocus"] {
        let kernels = contest::kernels(&folder, which);
        let images = pollster::block_on(async {
            let mut imager = Imager::new(&gpu, &kernels, SIDE, 5).await.unwrap();
            imager.put(&borrowed);
            println!("{} dispatches for 5 clips", imager.steps().count());
            imager.images().await.unwrap()
        });
        for (k, image) in images.chunks_exact(n * n).enumerate() {
            let name = format!("clip0{}_aerial_{which}_every4_512x512_f32.npy", k + 1);
            let samples = npy(&folder.join(name), 4);
            let found = (0..512 * 512).map(|i| f64::from(image[4 * (i / 512 * n + i % 512)]));
            let error = worst(samples.into_iter().zip(found));
            println!("clip {} {which}: WGSL {error:.1e}", k + 1);
            assert!(error <= 2e-6, "clip {} {which}: {error}", k + 1);
        }
        all.push(images);
    }
    for (k, mask) in masks.iter().enumerate() {
        let of = |images: &[f32], dose: f64| -> Vec<bool> {
            let clip = &images[k * n * n..(k + 1) * n * n];
            clip.iter().map(|&i| dose * f64::from(i) >= LEVEL).collect()
        };
        let prints = Prints {
            nominal: of(&all[0], 1.0),
            outer: of(&all[0], OUTER),
            inner: of(&all[1], INNER),
        };
        let target: Vec<bool> = mask.iter().map(|&c| c > 0.5).collect();
        let score = Score::of(&prints, &target, n);
        let expected = &golden["rows"][k]["exact"];
        let number = |key: &str| expected[key].as_u64().unwrap();
        let allowed = number("px_within_1e6_of_threshold") + 5;
        println!("clip {}: {score:?}", k + 1);
        assert!(score.l2.abs_diff(number("L2")) <= allowed, "clip {}", k + 1);
        assert!(
            score.pvb.abs_diff(number("PVB")) <= allowed,
            "clip {}",
            k + 1
        );
        assert_eq!(
            score.epe(),
            number("EPE_in") + number("EPE_out"),
            "clip {}",
            k + 1
        );
    }
}
