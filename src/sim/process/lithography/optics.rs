//! Lens, source and polarisation together, and the bands they pass.

use num_complex::Complex64;

use crate::sim::process::lithography::pupil::Pupil;
use crate::sim::process::lithography::source::{Outline, Source, SourceFault};

/// Polarisation of the light at the source, for vector imaging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polarisation {
    /// Even mixture of all.
    Unpolarised,
    /// Electric field along x everywhere.
    X,
    /// Electric field along y everywhere.
    Y,
    /// Electric field around the axis (transverse electric).
    Azimuthal,
    /// Electric field away from the axis (transverse magnetic).
    Radial,
}

/// A projection system.
#[derive(Clone, Debug, PartialEq)]
pub struct Optics {
    /// Lens.
    pub pupil: Pupil,
    /// Illumination.
    pub source: Source,
    /// `None`: scalar imaging.
    pub polarisation: Option<Polarisation>,
}

/// One coherent contribution to the image: a source point, and in vector imaging one polarisation there
/// and one component of the field at the wafer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contribution {
    /// Source point, in parts of NA.
    pub sigma: [f64; 2],
    /// Share of the light.
    pub weight: f64,
    vector: Option<(usize, [f64; 2])>,
}

impl Optics {
    /// ArF immersion: 193 nm, NA 1.35, water.
    ///
    /// # Errors
    /// The source grid misses the outline.
    pub fn arf_immersion(outline: Outline, side: u32) -> Result<Self, SourceFault> {
        Ok(Self::scalar(
            Pupil::new(193.0, 1.35, 1.44),
            Source::sampled(outline, side)?,
        ))
    }

    /// EUV: 13.5 nm, NA 0.33.
    ///
    /// # Errors
    /// The source grid misses the outline.
    pub fn euv(outline: Outline, side: u32) -> Result<Self, SourceFault> {
        Ok(Self::scalar(
            Pupil::new(13.5, 0.33, 1.0),
            Source::sampled(outline, side)?,
        ))
    }

    /// High-NA EUV: 13.5 nm, NA 0.55, with the centre of the pupil dark. At the wafer the pupil is round;
    /// that the reticle is reduced 4 times in x and 8 times in y is a matter of the mask data only.
    ///
    /// # Errors
    /// The source grid misses the outline.
    pub fn high_na_euv(outline: Outline, side: u32, obscuration: f64) -> Result<Self, SourceFault> {
        let mut pupil = Pupil::new(13.5, 0.55, 1.0);
        pupil.obscuration = obscuration;
        Ok(Self::scalar(pupil, Source::sampled(outline, side)?))
    }

    /// Scalar imaging.
    pub fn scalar(pupil: Pupil, source: Source) -> Self {
        Self {
            pupil,
            source,
            polarisation: None,
        }
    }

    /// The same in another plane.
    pub fn at_defocus(&self, defocus_nm: f64) -> Self {
        let mut other = self.clone();
        other.pupil.defocus_nm = defocus_nm;
        other
    }

    /// Largest order of a field, in 1/period: |f| ≤ NA (1 + σ) L / λ.
    pub fn field_half(&self, period_nm: f64) -> u32 {
        let reach = self.pupil.cut_off_per_nm() * (1.0 + self.source.sigma_max());
        (reach * period_nm + 1e-9) as u32
    }

    /// Largest order of the intensity, in 1/period: |f| ≤ 2 NA L / λ.
    pub fn image_half(&self, period_nm: f64) -> u32 {
        (2.0 * self.pupil.cut_off_per_nm() * period_nm + 1e-9) as u32
    }

    /// All that adds up, incoherently, to the image.
    pub fn contributions(&self) -> Vec<Contribution> {
        let mut all = Vec::new();
        for point in self.source.points() {
            let [x, y] = point.sigma;
            let r = libm::hypot(x, y);
            // On the axis "around" has no direction; x stands for it.
            let (c, s) = if r > 1e-12 {
                (x / r, y / r)
            } else {
                (0.0, -1.0)
            };
            let states: &[([f64; 2], f64)] = match self.polarisation {
                None => {
                    all.push(Contribution {
                        sigma: point.sigma,
                        weight: point.weight,
                        vector: None,
                    });
                    continue;
                }
                Some(Polarisation::Unpolarised) => &[([1.0, 0.0], 0.5), ([0.0, 1.0], 0.5)],
                Some(Polarisation::X) => &[([1.0, 0.0], 1.0)],
                Some(Polarisation::Y) => &[([0.0, 1.0], 1.0)],
                Some(Polarisation::Azimuthal) => &[([-s, c], 1.0)],
                Some(Polarisation::Radial) => &[([c, s], 1.0)],
            };
            for &(state, share) in states {
                for component in 0..3 {
                    all.push(Contribution {
                        sigma: point.sigma,
                        weight: point.weight * share,
                        vector: Some((component, state)),
                    });
                }
            }
        }
        all
    }

    /// Transmission cross coefficient of two frequencies (in parts of NA), `Σ J P(f₁ + s) P*(f₂ + s)`.
    pub fn cross_coefficient(&self, f1: [f64; 2], f2: [f64; 2]) -> Complex64 {
        self.contributions()
            .iter()
            .map(|part| {
                let (a, b) = (
                    self.transfer(part, f1[0], f1[1]),
                    self.transfer(part, f2[0], f2[1]),
                );
                a * b.conj() * part.weight
            })
            .sum()
    }

    /// Factor of order f (in parts of NA) in one contribution.
    pub fn transfer(&self, part: &Contribution, fx: f64, fy: f64) -> Complex64 {
        let (x, y) = (fx + part.sigma[0], fy + part.sigma[1]);
        let pupil = self.pupil.at(x, y);
        match part.vector {
            None => pupil,
            Some((component, [ex, ey])) => {
                let scale = self.pupil.na / self.pupil.index;
                let row = polarisation_row(scale * x, scale * y, component);
                pupil * (row[0] * ex + row[1] * ey)
            }
        }
    }
}

/// How the field before the lens turns into component x, y or z behind it, for a wave that runs along
/// direction cosines (α, β) in the image medium (Flagello, Milster, Rosenbluth, JOSA A 13, 1996).
///
/// The part across the plane of incidence stays; the part in it turns with the ray.
fn polarisation_row(alpha: f64, beta: f64, component: usize) -> [f64; 2] {
    let s2 = alpha * alpha + beta * beta;
    let cosine = (1.0 - s2).max(0.0).sqrt();
    // (cosine − 1) / s2, without dividing zero by zero on the axis.
    let turn = -1.0 / (1.0 + cosine);
    match component {
        0 => [1.0 + turn * alpha * alpha, turn * alpha * beta],
        1 => [turn * alpha * beta, 1.0 + turn * beta * beta],
        _ => [-alpha, -beta],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polarisation_keeps_the_length_of_the_field_and_stands_across_the_ray() {
        for (a, b) in [(0.0, 0.0), (0.3, -0.5), (0.9, 0.1)] {
            let rows: Vec<[f64; 2]> = (0..3).map(|k| polarisation_row(a, b, k)).collect();
            let ray = [a, b, f64::sqrt(1.0 - a * a - b * b)];
            for [ex, ey] in [[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]] {
                let field: Vec<f64> = rows.iter().map(|r| r[0] * ex + r[1] * ey).collect();
                let length: f64 = field.iter().map(|e| e * e).sum();
                let along: f64 = field.iter().zip(ray).map(|(e, k)| e * k).sum();
                assert!((length - 1.0).abs() < 1e-14 && along.abs() < 1e-14);
            }
        }
    }

    #[test]
    fn bands_follow_from_aperture_and_source() {
        let ring = Outline::Annular {
            inner: 0.6,
            outer: 0.9,
        };
        let optics = Optics::arf_immersion(ring, 17).unwrap();
        assert_eq!(
            (optics.field_half(2048.0), optics.image_half(2048.0)),
            (27, 28)
        );
    }
}
