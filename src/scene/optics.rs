//! Optics of a lithography run as a RON file: lens, source, mask and resist, checked.

use super::diagnostic::{Diagnostic, Diagnostics, SourceFile};
use super::parse::parse;
use super::record::{At, Context, Value, choice, names, record};
use super::value::{Angle, Length, Probability};
use crate::words::words;

/// Polarisation of the light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Light {
    /// Not looked at: scalar imaging.
    Scalar,
    /// Even mixture.
    Unpolarised,
    /// Along x.
    X,
    /// Along y.
    Y,
    /// Around the axis (TE).
    Azimuthal,
    /// Away from the axis (TM).
    Radial,
}

/// What the shapes of a layout are on the mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Openings.
    Clear,
    /// Absorber.
    Dark,
}

names! {
    /// Polarisation of the light.
    Light = "polarisation" {
        /// Scalar imaging.
        Scalar,
        /// Even mixture of all.
        Unpolarised,
        /// Electric field along x.
        X,
        /// Electric field along y.
        Y,
        /// Electric field around the axis (TE).
        Azimuthal,
        /// Electric field away from the axis (TM).
        Radial,
    }
}
names! {
    /// What the shapes of the layout are on the mask.
    Tone = "tone" {
        /// Openings in the absorber.
        Clear,
        /// Absorber on clear ground.
        Dark,
    }
}
record! {
    /// A lens of one's own.
    pub struct CustomLensForm = "lens" {
        /// Wavelength in vacuum.
        wavelength: Length as required, range 1e-9, 1e-6, "1 nm to 1 um";
        /// Numerical aperture at the wafer.
        na: f64 as required, range 0.01, 1.7, "0.01 to 1.7, below the index";
        /// Refractive index above the wafer.
        index: f64, default "1.0", range 1.0, 2.0, "1 to 2";
        /// Radius of the dark centre of the pupil, in parts of the aperture.
        obscuration: f64, default "0.0", range 0.0, 0.9, "0 to 0.9";
    }
}
record! {
    /// EUV of high aperture.
    pub struct HighNaForm = "high-NA EUV" {
        /// Radius of the dark centre of the pupil, in parts of the aperture.
        obscuration: f64, default "0.2", range 0.0, 0.9, "0 to 0.9";
    }
}
choice! {
    /// A lens.
    pub enum LensForm = "choice of lens" {
        /// 193 nm, NA 1.35, water.
        ArfImmersion,
        /// 13.5 nm, NA 0.33.
        Euv,
        /// 13.5 nm, NA 0.55, centre dark: `HighNaEuv(obscuration: 0.2)`.
        HighNaEuv(HighNaForm),
        /// `Custom(wavelength: "248 nm", na: 0.8)`.
        Custom(CustomLensForm),
    }
}
record! {
    /// A disc.
    pub struct DiscForm = "conventional source" {
        /// Radius, in parts of the aperture.
        sigma: f64 as required, range 0.0, 1.0, "0 to 1";
    }
}
record! {
    /// A ring.
    pub struct RingForm = "annular source" {
        /// Inner radius, in parts of the aperture.
        inner: f64 as required, range 0.0, 1.0, "0 to 1";
        /// Outer radius.
        outer: f64 as required, range 0.0, 1.0, "0 to 1";
    }
}
record! {
    /// Parts of a ring.
    pub struct PolesForm = "poles" {
        /// Inner radius, in parts of the aperture.
        inner: f64 as required, range 0.0, 1.0, "0 to 1";
        /// Outer radius.
        outer: f64 as required, range 0.0, 1.0, "0 to 1";
        /// Opening angle of each pole.
        open: Angle, default "\"60 deg\"", range 1.0, 180.0, "1° to 180°";
        /// Direction of the first pole, counter-clockwise from x.
        rotation: Angle, default "\"0 deg\"", range -360.0, 360.0, "-360° to 360°";
    }
}
choice! {
    /// Illumination.
    pub enum SourceForm = "source" {
        /// `Conventional(sigma: 0.7)`; 0 is coherent light.
        Conventional(DiscForm),
        /// `Annular(inner: 0.6, outer: 0.9)`.
        Annular(RingForm),
        /// Two poles: `Dipole(inner: 0.6, outer: 0.9, open: "60 deg")`.
        Dipole(PolesForm),
        /// Four poles.
        Quadrupole(PolesForm),
        /// A measured or drawn source: `Table("source.csv")` with lines `sigma_x,sigma_y,brightness`.
        Table(String),
    }
}
record! {
    /// Exposure and development after Dill and Mack, in place of a level.
    pub struct MackForm = "development" {
        /// Dill's C, acid made per dose, in cm²/mJ.
        c_cm2_per_mj: f64, default "0.05", range 1e-6, 100.0, "1e-6 to 100";
        /// Dose of the clear field, in mJ/cm².
        dose_mj_per_cm2: f64, default "30.0", range 1e-3, 1e4, "0.001 to 10000";
        /// Development rate of fully exposed resist, in nm/s.
        rate_max_nm_per_s: f64, default "100.0", range 1e-3, 1e5, "0.001 to 1e5";
        /// Development rate of unexposed resist, in nm/s.
        rate_min_nm_per_s: f64, default "0.1", range 0.0, 1e4, "0 to 1e4";
        /// Dissolution selectivity n.
        selectivity: f64, default "5.0", range 1.01, 100.0, "1.01 to 100";
        /// Threshold inhibitor concentration.
        threshold_inhibitor: f64, default "0.5", range 0.0, 0.999, "0 to 0.999";
        /// Thickness of the film.
        thickness: Length, default "\"60 nm\"", range 1e-9, 1e-4, "1 nm to 100 um";
        /// Time of development, in s.
        develop_s: f64, default "30.0", range 0.01, 1e4, "0.01 to 1e4";
    }
}
record! {
    /// Photons that make the resist's edges rough.
    pub struct PhotonsForm = "photons" {
        /// Dose of the clear field, in mJ/cm².
        dose_mj_per_cm2: f64 as required, range 1e-3, 1e4, "0.001 to 10000";
        /// Share of the photons that the film absorbs.
        absorbed: Probability, default "0.2";
    }
}
record! {
    /// Resist of a threshold after diffusion.
    pub struct ResistForm = "resist" {
        /// Relative intensity from which on it clears.
        level: f64, default "0.3", range 0.001, 10.0, "0.001 to 10";
        /// Diffusion length.
        diffusion: Length, default "\"0 nm\"", range 0.0, 1e-6, "0 to 1 um";
        /// Exposure and development, in place of the level.
        develop: MackForm;
        /// Photons, for the roughness of edges.
        photons: PhotonsForm;
    }
}
record! {
    /// A mask's absorber.
    pub struct MaskForm = "mask" {
        /// What shapes of the layout are.
        shapes: Tone, default "Clear";
        /// Share of the light that the absorber lets through, with opposite phase: 6 % is an attenuated
        /// phase-shift mask, 0 chrome on glass.
        transmission: Probability, default "0.0";
        /// Layer whose shapes are openings of opposite phase: an alternating phase-shift mask.
        shifted_layer: u32, range 0.0, 65535.0, "0 to 65535";
    }
}
record! {
    /// Optics of a lithography run.
    pub struct OpticsForm = "optics" {
        /// Lens.
        lens: LensForm as required;
        /// Illumination.
        source: SourceForm as required;
        /// Source points along a side of the grid.
        source_side: u32, default "31", range 3.0, 201.0, "3 to 201";
        /// Distance of the image plane from best focus, positive away from the lens.
        defocus: Length, default "\"0 nm\"", range -1e-5, 1e-5, "-10 um to 10 um";
        /// Fringe Zernike coefficients Z1, Z2, ... in waves, at most 16.
        zernike: Vec<At<f64>>, default "[]";
        /// Whether the radiometric factor of a lens that reduces 4 times is applied.
        apodised: bool, default "false";
        /// Polarisation of the light.
        polarisation: Light, default "Scalar";
        /// Mask.
        mask: MaskForm, default "()";
        /// Resist.
        resist: ResistForm, default "()";
    }
}

/// Illumination, as plain numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum SourceShape {
    /// Disc of this radius.
    Disc(f64),
    /// Ring of these radii.
    Ring(f64, f64),
    /// Poles: number, inner and outer radius, opening and direction in degrees.
    Poles(u32, f64, f64, f64, f64),
    /// File of a table, relative to the optics file.
    Table(String),
}

/// Checked optics.
#[derive(Clone, Debug, PartialEq)]
pub struct Setup {
    /// Wavelength.
    pub wavelength_nm: f64,
    /// Numerical aperture.
    pub na: f64,
    /// Index of the image medium.
    pub index: f64,
    /// Dark centre of the pupil, in parts of the aperture.
    pub obscuration: f64,
    /// Illumination.
    pub source: SourceShape,
    /// Source points along a side.
    pub source_side: u32,
    /// Defocus.
    pub defocus_nm: f64,
    /// Fringe Zernike coefficients.
    pub zernike_waves: Vec<f64>,
    /// Whether the radiometric factor is applied.
    pub apodised: bool,
    /// Polarisation.
    pub light: Light,
    /// What shapes are on the mask.
    pub tone: Tone,
    /// Intensity that the absorber lets through.
    pub transmission: f64,
    /// Layer of openings with opposite phase.
    pub shifted_layer: Option<u16>,
    /// Level of the resist.
    pub level: f64,
    /// Diffusion length of the resist.
    pub diffusion_nm: f64,
    /// Exposure and development, where they stand in place of the level.
    pub develop: Option<Development>,
    /// Dose of the clear field in mJ/cm² and the share of photons absorbed.
    pub photons: Option<(f64, f64)>,
}

/// Exposure and development of a resist after Dill and Mack.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Development {
    /// Dill's C.
    pub c_cm2_per_mj: f64,
    /// Dose of the clear field.
    pub dose_mj_per_cm2: f64,
    /// Rate of fully exposed and of unexposed resist.
    pub rates_nm_per_s: [f64; 2],
    /// Dissolution selectivity.
    pub selectivity: f64,
    /// Threshold inhibitor concentration.
    pub threshold_inhibitor: f64,
    /// Film thickness.
    pub thickness_nm: f64,
    /// Development time.
    pub develop_s: f64,
}

/// Reads an optics file.
///
/// # Errors
/// All its faults, each with its place.
pub fn read(path: &str, text: &str) -> Result<Setup, Diagnostics> {
    let mut cx = Context::default();
    let root = parse(0, text, &mut cx.faults);
    let form = OpticsForm::decode(&root, &mut cx);
    let setup = form.and_then(|form| check(form, &mut cx));
    let file = SourceFile {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let findings = Diagnostics::new(vec![file], cx.faults);
    setup.filter(|_| !findings.has_errors()).ok_or(findings)
}

/// Metres to nm, without the digits that the factor leaves behind.
fn nm(length: Length) -> f64 {
    libm::round(length.0 * 1e15) / 1e6
}

fn check(form: OpticsForm, cx: &mut Context) -> Option<Setup> {
    let lens = form.lens?;
    let (wavelength_nm, na, index, obscuration) = match lens.value {
        LensForm::ArfImmersion => (193.0, 1.35, 1.44, 0.0),
        LensForm::Euv => (13.5, 0.33, 1.0, 0.0),
        LensForm::HighNaEuv(form) => (13.5, 0.55, 1.0, form.obscuration?.value),
        LensForm::Custom(form) => {
            let (na, index) = (form.na?, form.index?.value);
            if na.value >= index {
                cx.report(
                    Diagnostic::error("aperture", na.span, "no ray leaves at such an angle")
                        .expecting(words!("below the index {index}", index)),
                );
            }
            (
                nm(form.wavelength?.value),
                na.value,
                index,
                form.obscuration?.value,
            )
        }
    };
    let source = form.source?;
    let span = source.span;
    let mut rings = |inner: f64, outer: f64| {
        if inner > outer || outer == 0.0 {
            cx.report(
                Diagnostic::error("source", span, "this source has no area")
                    .expecting("inner below outer"),
            );
        }
        (inner, outer)
    };
    let source = match source.value {
        SourceForm::Conventional(form) => SourceShape::Disc(form.sigma?.value),
        SourceForm::Annular(form) => {
            let (inner, outer) = rings(form.inner?.value, form.outer?.value);
            SourceShape::Ring(inner, outer)
        }
        SourceForm::Dipole(form) => poles(2, *form, &mut rings)?,
        SourceForm::Quadrupole(form) => poles(4, *form, &mut rings)?,
        SourceForm::Table(file) => SourceShape::Table(*file),
    };
    let zernike = form.zernike?;
    if zernike.value.len() > 16 {
        cx.report(
            Diagnostic::error("zernike", zernike.span, "there are too many coefficients")
                .expecting("at most 16: Z1 to Z16"),
        );
    }
    let (mask, resist) = (form.mask?.value, form.resist?.value);
    Some(Setup {
        wavelength_nm,
        na,
        index,
        obscuration,
        source,
        source_side: form.source_side?.value,
        defocus_nm: nm(form.defocus?.value),
        zernike_waves: zernike.value.into_iter().map(|c| c.value).collect(),
        apodised: form.apodised?.value,
        light: form.polarisation?.value,
        tone: mask.shapes?.value,
        transmission: mask.transmission?.value.0,
        shifted_layer: mask.shifted_layer.and_then(|l| u16::try_from(l.value).ok()),
        level: resist.level?.value,
        diffusion_nm: nm(resist.diffusion?.value),
        develop: resist.develop.and_then(|form| development(form.value)),
        photons: resist.photons.and_then(|form| {
            Some((
                form.value.dose_mj_per_cm2?.value,
                form.value.absorbed?.value.0,
            ))
        }),
    })
}

fn development(form: MackForm) -> Option<Development> {
    Some(Development {
        c_cm2_per_mj: form.c_cm2_per_mj?.value,
        dose_mj_per_cm2: form.dose_mj_per_cm2?.value,
        rates_nm_per_s: [form.rate_max_nm_per_s?.value, form.rate_min_nm_per_s?.value],
        selectivity: form.selectivity?.value,
        threshold_inhibitor: form.threshold_inhibitor?.value,
        thickness_nm: nm(form.thickness?.value),
        develop_s: form.develop_s?.value,
    })
}

fn poles(
    count: u32,
    form: PolesForm,
    rings: &mut dyn FnMut(f64, f64) -> (f64, f64),
) -> Option<SourceShape> {
    let (inner, outer) = rings(form.inner?.value, form.outer?.value);
    let (open, rotation) = (form.open?.value.0, form.rotation?.value.0);
    Some(SourceShape::Poles(count, inner, outer, open, rotation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_with_its_defaults() {
        let setup = read(
            "a.ron",
            "(lens: ArfImmersion, source: Quadrupole(inner: 0.6, outer: 0.9, rotation: \"45 deg\"),\n\
             defocus: \"-30 nm\", zernike: [0, 0.01], mask: (transmission: \"6 %\"))",
        )
        .unwrap_or_else(|d| panic!("{}", d.to_text()));
        assert_eq!(
            (setup.wavelength_nm, setup.na, setup.index),
            (193.0, 1.35, 1.44)
        );
        assert_eq!(setup.source, SourceShape::Poles(4, 0.6, 0.9, 60.0, 45.0));
        assert_eq!((setup.defocus_nm, setup.transmission), (-30.0, 0.06));
        assert_eq!(setup.zernike_waves, [0.0, 0.01]);
        assert_eq!((setup.tone, setup.shifted_layer), (Tone::Clear, None));
        assert_eq!((setup.level, setup.light), (0.3, Light::Scalar));
    }

    #[test]
    fn development_and_photons_are_read() {
        let text = "(lens: Euv, source: Conventional(sigma: 0.5), resist: (diffusion: \"4 nm\", \
                    develop: (thickness: \"45 nm\"), photons: (dose_mj_per_cm2: 25)))";
        let setup = read("a.ron", text).unwrap_or_else(|d| panic!("{}", d.to_text()));
        let found = setup.develop.unwrap();
        assert_eq!((found.thickness_nm, found.c_cm2_per_mj), (45.0, 0.05));
        assert_eq!(setup.photons, Some((25.0, 0.2)));
        let text = "(lens: Euv, source: Conventional(sigma: 0.5), resist: (photons: (dose: 25)))";
        let faults = read("b.ron", text).unwrap_err().to_text();
        assert!(faults.contains("dose_mj_per_cm2"), "{faults}");
    }

    #[test]
    fn all_faults_come_at_once_with_their_places() {
        let text = "(lens: Custom(wavelength: \"193 s\", na: 1.2),\n source: Anular(inner: 0.6),\n\
                    soruce_side: 9)";
        let faults = read("b.ron", text).unwrap_err();
        let text = faults.to_text();
        for part in ["b.ron:1:", "b.ron:2:", "b.ron:3:", "Annular", "source_side"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let steep = "(lens: Custom(wavelength: \"193 nm\", na: 1.2), source: Annular(inner: 0.9, outer: 0.6))";
        let text = read("c.ron", steep).unwrap_err().to_text();
        assert!(
            text.contains("below the index 1") && text.contains("no area"),
            "{text}"
        );
    }
}
