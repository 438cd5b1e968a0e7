//! From checked optics of a file to a projection system and its mask.

use crate::scene::optics::{Light, Setup, SourceShape};
use crate::scene::shapes::Shapes;
use crate::sim::process::lithography::optics::{Optics, Polarisation};
use crate::sim::process::lithography::pupil::Pupil;
use crate::sim::process::lithography::resist::{Mack, Resist, Threshold};
use crate::sim::process::lithography::source::{Outline, Source, SourceFault};
use crate::sim::process::lithography::spectrum::Spectrum;
use crate::sim::process::lithography::tones::Tones;

/// The projection system of a set-up. `table` holds the points (σx, σy, brightness) of a source that
/// comes from a file of its own.
///
/// # Errors
/// The source has no light.
pub fn optics(setup: &Setup, table: &[(f64, f64, f64)]) -> Result<Optics, SourceFault> {
    let mut pupil = Pupil::new(setup.wavelength_nm, setup.na, setup.index);
    pupil.obscuration = setup.obscuration;
    pupil.defocus_nm = setup.defocus_nm;
    pupil.apodisation = setup.apodised.then_some(0.25);
    for (to, from) in pupil.zernike_waves.iter_mut().zip(&setup.zernike_waves) {
        *to = *from;
    }
    let outline = match setup.source {
        SourceShape::Disc(sigma) => Outline::Conventional { sigma },
        SourceShape::Ring(inner, outer) => Outline::Annular { inner, outer },
        SourceShape::Poles(count, inner, outer, open_deg, rotation_deg) => Outline::Poles {
            count,
            inner,
            outer,
            open_deg,
            rotation_deg,
        },
        SourceShape::Table(_) => {
            return Ok(with_light(
                pupil,
                Source::of_points(table.iter().copied())?,
                setup,
            ));
        }
    };
    let source = Source::sampled(outline, setup.source_side)?;
    Ok(with_light(pupil, source, setup))
}

fn with_light(pupil: Pupil, source: Source, setup: &Setup) -> Optics {
    Optics {
        polarisation: match setup.light {
            Light::Scalar => None,
            Light::Unpolarised => Some(Polarisation::Unpolarised),
            Light::X => Some(Polarisation::X),
            Light::Y => Some(Polarisation::Y),
            Light::Azimuthal => Some(Polarisation::Azimuthal),
            Light::Radial => Some(Polarisation::Radial),
        },
        pupil,
        source,
    }
}

/// The resist of a set-up.
pub fn resist(setup: &Setup) -> Threshold {
    Threshold {
        level: setup.level,
        diffusion_nm: setup.diffusion_nm,
    }
}

/// The resist of a set-up, developed where it says how.
pub fn resist_model(setup: &Setup) -> Resist {
    match setup.develop {
        None => Resist::Threshold(resist(setup)),
        Some(d) => Resist::Mack(Mack {
            c_cm2_per_mj: d.c_cm2_per_mj,
            dose_mj_per_cm2: d.dose_mj_per_cm2,
            diffusion_nm: setup.diffusion_nm,
            rate_max_nm_per_s: d.rates_nm_per_s[0],
            rate_min_nm_per_s: d.rates_nm_per_s[1],
            selectivity: d.selectivity,
            threshold_inhibitor: d.threshold_inhibitor,
            thickness_nm: d.thickness_nm,
            develop_s: d.develop_s,
        }),
    }
}

/// The thin mask of a layout on `n` by `n` pixels of a tile.
pub fn mask(
    setup: &Setup,
    shapes: &Shapes,
    origin_nm: [f64; 2],
    period_nm: f64,
    n: u32,
    half: u32,
) -> Spectrum {
    let tones = Tones::of(setup);
    let mut mask = Spectrum::zero(half);
    mask.set(0, 0, tones.outside.into());
    for (shapes, factor) in tones.levels(shapes) {
        let cover = Spectrum::of_shapes(&shapes, origin_nm, period_nm, n, half);
        mask = mask.plus(&cover, factor.into());
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::optics::read;
    use crate::scene::shapes::Polygon;

    #[test]
    fn levels_of_a_mask_are_those_asked_for() {
        let text = "(lens: Euv, source: Conventional(sigma: 0.5), \
                    mask: (transmission: \"4 %\", shifted_layer: 2))";
        let setup = read("a.ron", text).unwrap_or_else(|d| panic!("{}", d.to_text()));
        let mut shifted = Polygon::rectangle([4, 0], [6, 8]);
        shifted.layer = 2;
        let shapes = Shapes {
            unit_nm: 1.0,
            polygons: vec![Polygon::rectangle([0, 0], [2, 8]), shifted],
        };
        let values = mask(&setup, &shapes, [0.0; 2], 9.0, 9, 4).on_grid(9);
        for (x, expected) in [(0, 1.0), (3, -0.2), (4, -1.0), (5, -1.0), (6, -0.2)] {
            assert!((values[x] - expected).norm() < 1e-12, "{x} {}", values[x]);
        }
        let optics = optics(&setup, &[]).unwrap();
        assert_eq!((optics.pupil.na, optics.polarisation), (0.33, None));
    }

    #[test]
    fn a_table_is_the_source() {
        let text = "(lens: Euv, source: Table(\"s.csv\"), polarisation: Azimuthal)";
        let setup = read("a.ron", text).unwrap_or_else(|d| panic!("{}", d.to_text()));
        let points = [(0.5, 0.0, 3.0), (-0.5, 0.0, 1.0)];
        let found = optics(&setup, &points).unwrap();
        assert_eq!(found.source.points()[0].weight, 0.75);
        assert_eq!(found.polarisation, Some(Polarisation::Azimuthal));
        assert!(optics(&setup, &[]).is_err());
    }
}
