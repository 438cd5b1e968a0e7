//! Imaging against closed forms: two and three beams, coherence, energy, symmetry, the limits of TCC and SOCS.

use core::f64::consts::{FRAC_PI_2, PI};

use geoul::sim::process::lithography::spectrum::cis;
use geoul::sim::process::lithography::{
    Image, Keep, Kernels, MaskModel, Optics, Outline, Polarisation, Source, Spectrum, abbe,
};
use num_complex::Complex64;

use super::{N, PITCH, along_x, defocus_phase, dry, first_order, grating, pattern, ring, worst};

/// A one-to-one grating in three beams, at a defocus.
fn three_beams(defocus_nm: f64) -> Image {
    let mut optics = dry(0.9, Source::coherent());
    optics.pupil.defocus_nm = defocus_nm;
    abbe::image(&optics, &grating(N, 4, 1.0, 0.0), PITCH)
}

/// C1: orders ±1 of an alternating mask interfere alone; contrast 1 at every focus. 1e-13.
#[test]
fn two_beams_have_full_contrast_at_every_focus() {
    let a = 2.0 * first_order(N);
    for z in [0.0, 150.0, -400.0] {
        let mut optics = dry(0.9, Source::coherent());
        optics.pupil.defocus_nm = z;
        let image = abbe::image(&optics, &grating(N, 2, 1.0, -1.0), 300.0);
        let error = worst(
            along_x(&image, N)
                .into_iter()
                .map(|(phase, i)| (i, 4.0 * a * a * phase.cos().powi(2))),
        );
        assert!(error < 1e-13, "{error}");
    }
}

/// C2: three beams in focus; intensity 1/4 at the edge. 1e-13.
#[test]
fn three_beams_in_focus() {
    let (a0, a1) = (0.5, first_order(N));
    let image = three_beams(0.0);
    let error = worst(
        along_x(&image, N)
            .into_iter()
            .map(|(phase, i)| (i, (a0 + 2.0 * a1 * phase.cos()).powi(2))),
    );
    assert!(error < 1e-13, "{error}");
    let edge = 300.0 * (super::middle(N) + 0.25);
    assert!((image.at(edge, 0.0) - 0.25).abs() < 1e-13);
}

/// C5: three beams out of focus. 1e-13.
#[test]
fn three_beams_out_of_focus() {
    let phi = defocus_phase(120.0);
    assert!((phi - 0.915_771_217_219).abs() < 1e-12);
    let (a0, a1) = (0.5, first_order(N));
    let error = worst(
        along_x(&three_beams(120.0), N)
            .into_iter()
            .map(|(phase, i)| {
                let cos = phase.cos();
                (
                    i,
                    a0 * a0 + 4.0 * a0 * a1 * cos * phi.cos() + 4.0 * a1 * a1 * cos * cos,
                )
            }),
    );
    assert!(error < 1e-13, "{error}");
}

/// C5b: where that phase is π/2 the first harmonic vanishes and the lines double. 1e-13.
#[test]
fn the_first_harmonic_vanishes_at_a_quarter_wave() {
    let z = 205.832_587_519;
    assert!((defocus_phase(z) - FRAC_PI_2).abs() < 1e-11);
    let z = z * FRAC_PI_2 / defocus_phase(z);
    let spectrum = three_beams(z).spectrum;
    assert!(spectrum.get(1, 0).norm() < 1e-13);
    assert!((spectrum.get(2, 0).norm() - first_order(N).powi(2)).abs() < 1e-13);
}

/// C3: below the pitch λ / (NA (1 + σ)) no two orders of one source point pass. Exactly 0.
#[test]
fn contrast_ends_at_the_cut_off_pitch() {
    let sigma = 0.6;
    let limit: f64 = 193.0 / (0.9 * (1.0 + sigma));
    assert!((limit - 134.027_777_778).abs() < 1e-9);
    let contrast = |pitch: f64| {
        let source = Source::sampled(Outline::Conventional { sigma }, 41).unwrap();
        let image = abbe::image(&dry(0.9, source), &grating(N, 4, 1.0, 0.0), pitch);
        let values: Vec<f64> = along_x(&image, N).iter().map(|p| p.1).collect();
        let high = values.iter().copied().fold(f64::MIN, f64::max);
        let low = values.iter().copied().fold(f64::MAX, f64::min);
        (high - low) / (high + low)
    };
    assert!(contrast(limit * (1.0 - 1e-9)) < 1e-12);
    // C3b: and is there above.
    assert!(contrast(limit * 1.01) > 1e-3);
}

/// C3c: an intensity has no power above 2 NA / λ, though the fields of all kernels reach further. 1e-15.
#[test]
fn intensity_is_band_limited() {
    let optics = dry(0.9, ring());
    let period = 900.0;
    let kernels = Kernels::new(&optics, period, Keep::All);
    let mask = Spectrum::of_samples(24, &pattern(24), 11);
    let image = kernels.image(&mask);
    let limit = optics.image_half(period) as i32;
    assert!(image.spectrum.half() as i32 > limit);
    let radius = 2.0 * optics.pupil.cut_off_per_nm() * period;
    let beyond = image
        .spectrum
        .terms()
        .filter(|(fx, fy, _)| f64::from(fx * fx + fy * fy).sqrt() > radius);
    let error = beyond.map(|(.., c)| c.norm()).fold(0.0, f64::max);
    assert!(error < 1e-15, "{error}");
}

/// C4: an incoherent source gives the transfer function of a round lens; 1e-3 for sampling the source.
#[test]
fn incoherent_light_has_the_transfer_function_of_a_disc() {
    // The weight of points that reach the lens is what counts: a grid of 801² on σ ≤ 4.
    let source = Source::sampled(Outline::Conventional { sigma: 4.0 }, 801).unwrap();
    let optics = dry(0.9, source);
    let at_rest = optics.cross_coefficient([0.0; 2], [0.0; 2]).re;
    for v in [0.0, 0.2, 0.45, 0.7, 0.95] {
        let (f1, f2) = ([0.4, -0.3], [0.4 - 2.0 * v, -0.3]);
        let found = optics.cross_coefficient(f1, f2).re / at_rest;
        let exact = 2.0 / PI * (v.acos() - v * f64::sqrt(1.0 - v * v));
        assert!((found - exact).abs() < 1e-3, "{v}: {found} {exact}");
    }
}

/// C4b: with a disc for a source TCC(0, f) is the area common to two discs; 1e-3 for sampling.
#[test]
fn partly_coherent_light_sees_the_overlap_of_two_discs() {
    let s: f64 = 0.5;
    let source = Source::sampled(Outline::Conventional { sigma: s }, 801).unwrap();
    let optics = dry(0.9, source);
    for d in [0.3_f64, 0.6, 0.9, 1.2, 1.4] {
        let found = optics.cross_coefficient([0.0; 2], [d, 0.0]).re;
        let lens = if d <= 1.0 - s {
            PI * s * s
        } else {
            let a = ((d * d + s * s - 1.0) / (2.0 * d * s)).acos();
            let b = ((d * d + 1.0 - s * s) / (2.0 * d)).acos();
            s * s * (a - a.sin() * a.cos()) + b - b.sin() * b.cos()
        };
        let exact = lens / (PI * s * s);
        assert!((found - exact).abs() < 1e-3, "{d}: {found} {exact}");
    }
}

fn sample_image(optics: &Optics, samples: &[f64], n: usize) -> Vec<f64> {
    abbe::image(
        optics,
        &Spectrum::of_samples(n, samples, (n as u32 - 1) / 2),
        700.0,
    )
    .on_grid(n)
}

/// C6: mean intensity is `Σ TCC(f, f) |M(f)|²`. 1e-13.
#[test]
fn energy_is_kept() {
    let optics = dry(0.9, ring());
    let mask = Spectrum::of_samples(24, &pattern(24), 11);
    let unit = 1.0 / (optics.pupil.cut_off_per_nm() * 700.0);
    let expected: f64 = mask
        .terms()
        .map(|(fx, fy, c)| {
            let f = [f64::from(fx) * unit, f64::from(fy) * unit];
            optics.cross_coefficient(f, f).re * c.norm_sqr()
        })
        .sum();
    let found = abbe::image(&optics, &mask, 700.0).mean();
    assert!((found - expected).abs() < 1e-13);
}

/// C6b: a mask of amplitude a gives a² the intensity. 1e-13.
#[test]
fn intensity_is_the_square_of_the_amplitude() {
    let optics = dry(0.9, ring());
    let once = sample_image(&optics, &pattern(24), 24);
    let strong: Vec<f64> = pattern(24).iter().map(|v| 1.7 * v).collect();
    let twice = sample_image(&optics, &strong, 24);
    assert!(worst(once.iter().map(|i| 2.89 * i).zip(twice)) < 1e-13);
}

/// C6c: a moved mask has a moved image. 1e-13.
#[test]
fn shifted_masks_have_shifted_images() {
    let (optics, n) = (dry(0.9, ring()), 24);
    let before = sample_image(&optics, &pattern(n), n);
    let moved = |v: &[f64]| -> Vec<f64> {
        (0..n * n)
            .map(|i| v[(i / n + n - 5) % n * n + (i % n + n - 3) % n])
            .collect()
    };
    let after = sample_image(&optics, &moved(&pattern(n)), n);
    assert!(worst(moved(&before).into_iter().zip(after)) < 1e-13);
}

/// C6d: a mask turned by 90° has a turned image under a source of fourfold symmetry. 1e-12.
#[test]
fn turned_masks_have_turned_images() {
    let (optics, n) = (dry(0.9, ring()), 25);
    let turned = |v: &[f64]| -> Vec<f64> {
        // (x, y) comes from (y, −x), modulo the tile.
        (0..n * n).map(|i| v[(n - i % n) % n * n + i / n]).collect()
    };
    let before = sample_image(&optics, &pattern(n), n);
    let after = sample_image(&optics, &turned(&pattern(n)), n);
    assert!(worst(turned(&before).into_iter().zip(after)) < 1e-12);
}

/// C6e: the clear field is 1. 1e-13.
#[test]
fn the_clear_field_is_one() {
    let image = sample_image(&dry(0.9, ring()), &[1.0; 64], 8);
    assert!(worst(image.into_iter().map(|i| (i, 1.0))) < 1e-13);
}

/// C6f: in coherent light the field of the complement is 1 minus the field. 1e-13.
#[test]
fn complements_add_up_to_the_clear_field() {
    let (optics, n) = (dry(0.9, Source::coherent()), 24);
    let unit = 1.0 / (optics.pupil.cut_off_per_nm() * 700.0);
    let mut field = Spectrum::of_samples(n, &pattern(n), 11);
    for fy in -11..=11 {
        for fx in -11..=11 {
            let passed = optics.pupil.at(f64::from(fx) * unit, f64::from(fy) * unit);
            field.set(fx, fy, field.get(fx, fy) * passed);
        }
    }
    let expected = field.on_grid(n);
    let complement: Vec<f64> = pattern(n).iter().map(|v| 1.0 - v).collect();
    let found = sample_image(&optics, &complement, n);
    let error = worst(
        found
            .into_iter()
            .zip(expected.iter().map(|e| (1.0 - e).norm_sqr())),
    );
    assert!(error < 1e-13, "{error}");
}

/// C7: all kernels give Abbe's image, to 1e-12; C7b: some err by no more than the bound, and only
/// downward; C7c: the weights add up to the trace, to 1e-10.
#[test]
fn sums_of_coherent_systems_are_exact_or_bounded() {
    let mut optics = dry(0.9, ring());
    optics.pupil.defocus_nm = 90.0;
    optics.pupil.zernike_waves[6] = 0.04;
    let (period, n) = (1100.0, 48);
    let mask = Spectrum::of_samples(n, &pattern(n), 23);
    let exact = abbe::image(&optics, &mask, period).on_grid(n);
    let all = Kernels::new(&optics, period, Keep::All);
    let error = worst(exact.iter().copied().zip(all.image(&mask).on_grid(n)));
    assert!(error < 1e-12, "{error}");
    for count in [1, 6, 24] {
        let some = Kernels::new(&optics, period, Keep::Count(count));
        let missing = exact
            .iter()
            .zip(some.image(&mask).on_grid(n))
            .map(|(a, b)| a - b);
        let (low, high) = missing.fold((0.0_f64, 0.0_f64), |(l, h), d| (l.min(d), h.max(d)));
        assert!(low > -1e-12 && high <= some.error_bound(&mask) && high > 0.0);
    }
    let unit = 1.0 / (optics.pupil.cut_off_per_nm() * period);
    let reach = optics.field_half(period) as i32;
    let mut trace = 0.0;
    for fy in -reach..=reach {
        for fx in -reach..=reach {
            let f = [f64::from(fx) * unit, f64::from(fy) * unit];
            trace += optics.cross_coefficient(f, f).re;
        }
    }
    assert!((all.weights.iter().sum::<f64>() - trace).abs() < 1e-10);
    assert!((all.trace - trace).abs() < 1e-10);
}

/// A real mask and an even source see no difference between the two sides of focus. 1e-13.
#[test]
fn both_sides_of_focus_are_alike() {
    let optics = dry(0.9, ring());
    let sides = [-130.0, 130.0].map(|z| sample_image(&optics.at_defocus(z), &pattern(24), 24));
    assert!(worst(sides[0].iter().copied().zip(sides[1].iter().copied())) < 1e-13);
    let focus = sample_image(&optics, &pattern(24), 24);
    assert!(worst(sides[0].iter().copied().zip(focus)) > 1e-3);
}

/// Tilt of c waves at the rim moves the image by −c λ/NA. 1e-12.
#[test]
fn tilt_moves_the_image() {
    let mut optics = dry(0.9, ring());
    let mask = Spectrum::of_samples(24, &pattern(24), 11);
    let still = abbe::image(&optics, &mask, 700.0);
    optics.pupil.zernike_waves[1] = 0.1;
    let tilted = abbe::image(&optics, &mask, 700.0);
    let moved = -0.1 * 193.0 / 0.9;
    let error = worst((0..40).map(|i| {
        let x = f64::from(i) * 17.5;
        (tilted.at(x + moved, 80.0), still.at(x, 80.0))
    }));
    assert!(error < 1e-12, "{error}");
}

/// Two beams at ±θ in the medium: contrast 1 with the field across the plane of incidence, cos 2θ with the
/// field in it. 1e-12.
#[test]
fn polarisation_decides_the_contrast_of_steep_beams() {
    let mask = grating(N, 2, 1.0, -1.0);
    for (state, expected) in [(Polarisation::Y, 1.0), (Polarisation::X, f64::NAN)] {
        let mut optics = dry(0.9, Source::coherent());
        optics.polarisation = Some(state);
        let image = abbe::image(&optics, &mask, 230.0);
        let sine: f64 = 193.0 / 230.0;
        let expected = if expected.is_nan() {
            1.0 - 2.0 * sine * sine
        } else {
            expected
        };
        let ratio = 2.0 * image.spectrum.get(2, 0).norm() / image.mean();
        // Beyond 45° the contrast is negative: bright where it was dark.
        let phase = image.spectrum.get(2, 0) * cis(2.0 * super::middle(N));
        let found = ratio * phase.re.signum();
        assert!(
            (found - expected).abs() < 1e-12,
            "{state:?}: {found} {expected}"
        );
    }
    // Unpolarised is the mean of the two.
    let with = |state| {
        let mut optics = dry(0.9, ring());
        optics.polarisation = Some(state);
        sample_image(&optics, &pattern(24), 24)
    };
    let (x, y) = (with(Polarisation::X), with(Polarisation::Y));
    let mean = x.iter().zip(y).map(|(a, b)| 0.5 * (a + b));
    assert!(worst(mean.zip(with(Polarisation::Unpolarised))) < 1e-13);
}

/// A mask whose amplitude depends on the angle of incidence is asked once for each source point.
#[test]
fn masks_may_depend_on_the_source_point() {
    struct Shadow(Spectrum);
    impl MaskModel for Shadow {
        fn half(&self) -> u32 {
            self.0.half()
        }
        fn amplitude(&self, fx: i32, fy: i32, sigma: [f64; 2]) -> Complex64 {
            self.0.get(fx, fy) * (1.0 + 0.2 * sigma[0])
        }
    }
    let optics = dry(0.9, ring());
    let mask = Spectrum::of_samples(24, &pattern(24), 11);
    let found = abbe::image(&optics, &Shadow(mask.clone()), 700.0).mean();
    let expected: f64 = optics
        .source
        .points()
        .iter()
        .map(|p| {
            let one = Source::of_points([(p.sigma[0], p.sigma[1], 1.0)]).unwrap();
            let factor = 1.0 + 0.2 * p.sigma[0];
            p.weight * factor * factor * abbe::image(&dry(0.9, one), &mask, 700.0).mean()
        })
        .sum();
    assert!((found - expected).abs() < 1e-13);
}
