//! Sizes, slopes and diffusion against closed forms of the three-beam image; the gradient against
//! differences.

use core::f64::consts::{PI, TAU};

use geoul::sim::process::lithography::image::Cut;
use geoul::sim::process::lithography::metrology::{Feature, meef};
use geoul::sim::process::lithography::{Image, Source, Spectrum, abbe};

use super::dry;

const PITCH: f64 = 300.0;

/// A grating of exact orders, `open` of each period transparent, about x = 0.
fn mask(open: f64) -> Spectrum {
    let mut mask = Spectrum::zero(4);
    mask.set(0, 0, open.into());
    for f in 1..=4 {
        let order = (PI * f64::from(f) * open).sin() / (PI * f64::from(f));
        mask.set(f, 0, order.into());
        mask.set(-f, 0, order.into());
    }
    mask
}

fn image(open: f64, phase: f64) -> Image {
    let mut optics = dry(0.9, Source::coherent());
    let sine = 193.0 / PITCH;
    optics.pupil.defocus_nm = phase * 193.0 / TAU / (1.0 - f64::sqrt(1.0 - sine * sine));
    abbe::image(&optics, &mask(open), PITCH)
}

fn cut(open: f64, phase: f64) -> Cut {
    image(open, phase).cut([0.0, 0.0], [1.0, 0.0])
}

fn cd(open: f64, phase: f64, level: f64) -> f64 {
    let feature = Feature::around(&cut(open, phase), level, 0.0, 0.5 * PITCH);
    feature.map_or(f64::NAN, Feature::cd_nm)
}

/// C9: diffusion multiplies a cosine by exp(−2π²σ²f²). 1e-14.
#[test]
fn diffusion_damps_a_cosine() {
    let image = image(0.5, 0.0);
    let sigma = 22.0;
    let diffused = image.diffused(sigma);
    for f in 1..=2 {
        let per_nm = f64::from(f) / PITCH;
        let factor = (-2.0 * PI * PI * sigma * sigma * per_nm * per_nm).exp();
        let error = diffused.spectrum.get(f, 0) - image.spectrum.get(f, 0) * factor;
        assert!(error.norm() < 1e-14);
    }
}

/// C10: NILS of the three-beam image of a 1:1 grating at level 1/4 is 8. 1e-5.
#[test]
fn nils_of_three_beams_is_eight() {
    let cut = cut(0.5, 0.0);
    let nils = Feature::around(&cut, 0.25, 0.0, 0.5 * PITCH)
        .unwrap()
        .nils(&cut);
    assert!((nils - 8.0).abs() < 1e-5, "{nils}");
    // dCD/CD = (2/NILS) dE/E: the dose moves both edges.
    let h = 1e-4;
    let change = (cd(0.5, 0.0, 0.25 / (1.0 + h)) - cd(0.5, 0.0, 0.25 / (1.0 - h))) / (2.0 * h);
    assert!((change / 150.0 - 0.25).abs() < 1e-5, "{change}");
}

/// C11: MEEF of the same is 1/2. 1e-6 for the difference over 0.01 nm.
#[test]
fn meef_of_three_beams_is_a_half() {
    let found = meef(0.01, |d| Some(cd(0.5 + d / PITCH, 0.0, 0.25))).unwrap();
    assert!((found - 0.5).abs() < 1e-6, "{found}");
}

/// C13: CD through focus; level 1/4 is isofocal. Table of the reference to 1e-9 nm.
#[test]
fn cd_through_focus_is_the_formula() {
    let table = [
        (0.0, 0.2, 157.927_061_757_972_55),
        (0.3, 0.2, 158.346_117_460_135_4),
        (0.6, 0.2, 159.892_562_184_930_97),
        (0.9, 0.2, 164.293_603_286_127_06),
        (0.0, 0.25, 150.0),
        (0.3, 0.25, 150.0),
        (0.6, 0.25, 150.0),
        (0.9, 0.25, 150.0),
        (0.0, 0.3, 142.834_895_103_463_45),
        (0.3, 0.3, 142.530_318_956_162_97),
        (0.6, 0.3, 141.485_547_458_621_5),
        (0.9, 0.3, 139.164_996_306_876_53),
    ];
    for (phi, level, expected) in table {
        let found = cd(0.5, phi, level);
        assert!(
            (found - expected).abs() < 1e-9,
            "{phi} {level}: {found} {expected}"
        );
        let (a0, a1): (f64, f64) = (0.5, 1.0 / PI);
        let root = (a0 * a0 * f64::cos(phi).powi(2) + level - a0 * a0).sqrt();
        let formula = PITCH / PI * ((-a0 * f64::cos(phi) + root) / (2.0 * a1)).acos();
        assert!((found - formula).abs() < 1e-9);
    }
}
