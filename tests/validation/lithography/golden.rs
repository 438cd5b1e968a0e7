//! Aerial images computed elsewhere: an Abbe sum in f64 from given optics, source points and masks.
//! Accepted: 1e-12 in f64, by Abbe and by all kernels; 2e-6 in f32 by the fast path.

use std::path::{Path, PathBuf};

use geoul::sim::process::lithography::imager::{Grid, Lens};
use geoul::sim::process::lithography::{
    Image, Keep, Kernels, Optics, Outline, Pupil, Source, Spectrum, abbe,
};
use num_complex::Complex64;

use super::{contest, worst};

/// The folder of references, if there is one.
pub fn folder() -> Option<PathBuf> {
    let folder = std::env::var("GEOUL_DATA")
        .ok()
        .map(|d| Path::new(&d).join("litho"));
    let folder = folder.filter(|f| f.is_dir());
    if folder.is_none() {
        println!("skipped: no $GEOUL_DATA with a folder litho");
    }
    folder
}

/// The numbers of a file of NumPy, whatever its shape.
pub fn npy(path: &Path, bytes_each: usize) -> Vec<f64> {
    let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    assert_eq!(&bytes[..6], b"\x93NUMPY");
    let header = usize::from(bytes[8]) + 256 * usize::from(bytes[9]);
    let body = &bytes[10 + header..];
    match bytes_each {
        4 => body
            .as_chunks::<4>()
            .0
            .iter()
            .map(|&b| f64::from(f32::from_le_bytes(b)))
            .collect(),
        _ => body
            .as_chunks::<8>()
            .0
            .iter()
            .map(|&b| f64::from_le_bytes(b))
            .collect(),
    }
}

/// Complex coefficients of an image.
pub fn coefficients(path: &Path) -> Spectrum {
    let values = npy(path, 8);
    let values: Vec<Complex64> = values
        .as_chunks::<2>()
        .0
        .iter()
        .map(|p| Complex64::new(p[0], p[1]))
        .collect();
    let side = values.len().isqrt();
    Spectrum::from_values((side as u32 - 1) / 2, values).expect("a square of coefficients")
}

fn source(path: &Path) -> Source {
    let text = std::fs::read_to_string(path).unwrap();
    let points = text.lines().filter(|l| !l.starts_with('#')).map(|line| {
        let v: Vec<f64> = line.split(',').map(|w| w.trim().parse().unwrap()).collect();
        (v[0], v[1], v[2])
    });
    Source::of_points(points).unwrap()
}

/// An image computed elsewhere.
pub struct Case {
    /// Its name in the files.
    pub tag: &'static str,
    /// Optics.
    pub optics: Optics,
    mask: Spectrum,
    /// Mask on 2048 by 2048 pixels.
    pub fine: Vec<f64>,
    /// Side of the tile.
    pub period_nm: f64,
}

/// All of them.
pub fn cases(folder: &Path) -> Vec<Case> {
    let n = 2048;
    let clip = contest::raster(folder, 1);
    let clip: Vec<f64> = clip.into_iter().map(f64::from).collect();
    let repeat = |open: &dyn Fn(usize, usize) -> bool| -> Vec<f64> {
        (0..n * n)
            .map(|i| f64::from(u8::from(open(i % n, i / n))))
            .collect()
    };
    let lines = repeat(&|x, _| x % 128 < 64);
    let contacts = repeat(&|x, y| x % 160 < 80 && y % 160 < 80);
    let arf = |change: &dyn Fn(&mut Pupil)| {
        let mut pupil = Pupil::new(193.0, 1.35, 1.44);
        change(&mut pupil);
        pupil
    };
    let all: [(&str, Pupil, &[f64], f64); 7] = [
        ("193i_annular_z0", arf(&|_| ()), &clip, 2048.0),
        (
            "193i_annular_z50",
            arf(&|p| p.defocus_nm = 50.0),
            &clip,
            2048.0,
        ),
        ("193i_quad_z0", arf(&|_| ()), &clip, 2048.0),
        (
            "193i_dipole_coma",
            arf(&|p| p.zernike_waves[6] = 0.05),
            &clip,
            2048.0,
        ),
        (
            "193i_annular_apod",
            arf(&|p| p.apodisation = Some(0.25)),
            &clip,
            2048.0,
        ),
        (
            "euv033_dipole_hp16",
            Pupil::new(13.5, 0.33, 1.0),
            &lines,
            512.0,
        ),
        (
            "euv055_annular_contacts40",
            Pupil {
                obscuration: 0.2,
                ..Pupil::new(13.5, 0.55, 1.0)
            },
            &contacts,
            512.0,
        ),
    ];
    all.into_iter()
        .map(|(tag, pupil, fine, period_nm)| {
            let source = source(&folder.join(format!("tcc_{tag}_source.csv")));
            let optics = Optics::scalar(pupil, source);
            let half = optics.field_half(period_nm);
            Case {
                tag,
                mask: Spectrum::of_samples(n, fine, half),
                fine: fine.to_vec(),
                optics,
                period_nm,
            }
        })
        .collect()
}

#[test]
fn first_principles_images_agree() {
    let Some(folder) = folder() else { return };
    for case in cases(&folder) {
        let golden = Image {
            spectrum: coefficients(&folder.join(format!("tcc_{}_Ihat_c128.npy", case.tag))),
            period_nm: case.period_nm,
        };
        let n = 192;
        let golden = golden.on_grid(n);
        let exact = abbe::image(&case.optics, &case.mask, case.period_nm).on_grid(n);
        let kernels = Kernels::new(&case.optics, case.period_nm, Keep::All);
        let summed = kernels.image(&case.mask).on_grid(n);
        let fine: Vec<f32> = case.fine.iter().map(|&v| v as f32).collect();
        let fast = Grid::new(2048, kernels.half());
        let lens = Lens::<f32>::new(&kernels);
        let image = fast
            .image
            .inverse(&lens.image(&fast.mask.forward(&fine), None));
        // Every 32nd pixel lies on a grid of 64.
        let coarse = (0..64 * 64).map(|i| image[32 * (i / 64 * 2048 + i % 64)]);
        let at_coarse = (0..64 * 64).map(|i| golden[3 * (i / 64 * n + i % 64)]);
        let errors = [
            worst(golden.iter().copied().zip(exact)),
            worst(golden.iter().copied().zip(summed)),
            worst(at_coarse.zip(coarse.map(f64::from))),
        ];
        println!(
            "{:28} Abbe {:.1e}  kernels {:.1e}  f32 {:.1e}",
            case.tag, errors[0], errors[1], errors[2]
        );
        assert!(
            errors[0] <= 1e-12 && errors[1] <= 1e-12 && errors[2] <= 2e-6,
            "{errors:?}"
        );
    }
}

/// The outlines are those the references sampled.
#[test]
fn sampled_outlines_are_the_references() {
    let Some(folder) = folder() else { return };
    let annular = |inner, outer| Outline::Annular { inner, outer };
    let poles = |count, inner, outer, open_deg, rotation_deg| Outline::Poles {
        count,
        inner,
        outer,
        open_deg,
        rotation_deg,
    };
    for (tag, outline) in [
        ("193i_annular_z0", annular(0.6, 0.9)),
        ("193i_quad_z0", poles(4, 0.6, 0.9, 30.0, 45.0)),
        ("193i_dipole_coma", poles(2, 0.6, 0.9, 60.0, 0.0)),
        ("euv055_annular_contacts40", annular(0.4, 0.9)),
        ("euv033_dipole_hp16", poles(2, 0.4, 0.8, 90.0, 0.0)),
    ] {
        let golden = source(&folder.join(format!("tcc_{tag}_source.csv")));
        let steps: Vec<f64> = golden.points().iter().map(|p| p.sigma[0]).collect();
        let mut gap = f64::INFINITY;
        for (i, a) in steps.iter().enumerate() {
            for b in &steps[i + 1..] {
                let d = (a - b).abs();
                if d > 1e-9 {
                    gap = gap.min(d);
                }
            }
        }
        let side = (2.0 * outline.outer() / gap).round() as u32 + 1;
        let ours = Source::sampled(outline, side).unwrap();
        assert_eq!(ours.points().len(), golden.points().len(), "{tag} {side}");
        let close = |p: &[f64; 2]| {
            golden
                .points()
                .iter()
                .any(|g| (g.sigma[0] - p[0]).hypot(g.sigma[1] - p[1]) < 1e-9)
        };
        assert!(ours.points().iter().all(|p| close(&p.sigma)), "{tag}");
    }
}

/// Weights of the kernels, and the share of the light that 24 of them hold.
#[test]
fn eigenvalues_agree() {
    let Some(folder) = folder() else { return };
    let text = std::fs::read_to_string(folder.join("tcc_eigenvalues.json")).unwrap();
    let all: serde_json::Value = serde_json::from_str(&text).unwrap();
    let golden = &all["193i_annular_0.6_0.9_L1024"];
    let outline = Outline::Annular {
        inner: 0.6,
        outer: 0.9,
    };
    let points = golden["source_points"].as_u64().unwrap();
    let side =
        (5..80).find(|&n| Source::sampled(outline, n).unwrap().points().len() as u64 == points);
    let optics = Optics::arf_immersion(outline, side.expect("a grid with so many points")).unwrap();
    let kernels = Kernels::new(&optics, 1024.0, Keep::Count(32));
    assert!((kernels.trace / golden["trace"].as_f64().unwrap() - 1.0).abs() < 1e-12);
    let weights = golden["weights_first_32"].as_array().unwrap();
    for (a, b) in kernels.weights.iter().zip(weights) {
        assert!((a - b.as_f64().unwrap()).abs() < 1e-10, "{a} {b}");
    }
    let share: f64 = kernels.weights[..24].iter().sum::<f64>() / kernels.trace;
    assert!((share - golden["energy_first"]["24"].as_f64().unwrap()).abs() < 1e-12);
}
