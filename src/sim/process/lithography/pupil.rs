//! The pupil: which orders pass the lens, and with what phase.
//!
//! Inside `obscuration ≤ r ≤ 1` (r = |f| λ / NA), with image medium n and defocus z,
//! `P = A(r) exp{i (2π/λ) n z (√(1 − (NA r/n)²) − 1)} exp{2πi Σ c_j Z_j(r, θ)}`.
//! z > 0 is an image plane further from the lens; the Z_j are Fringe Zernike terms, c_j in waves.

use num_complex::Complex64;

use crate::sim::process::lithography::spectrum::cis;

/// Fringe Zernike terms known here.
pub const ZERNIKE_TERMS: usize = 16;

/// A lens as its pupil.
#[derive(Clone, Debug, PartialEq)]
pub struct Pupil {
    /// Wavelength in vacuum.
    pub wavelength_nm: f64,
    /// Numerical aperture on the wafer's side.
    pub na: f64,
    /// Refractive index of what lies above the wafer: 1 dry, 1.44 water at 193 nm.
    pub index: f64,
    /// Radius of the dark centre, in parts of the aperture.
    pub obscuration: f64,
    /// Distance of the image plane from best focus; positive is further from the lens.
    pub defocus_nm: f64,
    /// Fringe Zernike coefficients Z1 to Z16, in waves.
    pub zernike_waves: [f64; ZERNIKE_TERMS],
    /// Reduction of the lens (1/4), if the radiometric factor shall be applied.
    pub apodisation: Option<f64>,
}

/// Room for rounding at the rim.
const RIM: f64 = 1e-12;

impl Pupil {
    /// A perfect lens in focus.
    pub fn new(wavelength_nm: f64, na: f64, index: f64) -> Self {
        Self {
            wavelength_nm,
            na,
            index,
            obscuration: 0.0,
            defocus_nm: 0.0,
            zernike_waves: [0.0; ZERNIKE_TERMS],
            apodisation: None,
        }
    }

    /// Largest frequency that passes, in 1/nm.
    pub fn cut_off_per_nm(&self) -> f64 {
        self.na / self.wavelength_nm
    }

    /// Transmission at (x, y), in parts of the aperture.
    pub fn at(&self, x: f64, y: f64) -> Complex64 {
        let r = (x * x + y * y).sqrt();
        if !(self.obscuration - RIM..=1.0 + RIM).contains(&r) {
            return Complex64::ZERO;
        }
        let sine = self.na * r / self.index;
        let cosine = (1.0 - sine * sine).max(0.0).sqrt();
        let mut turns = self.index * self.defocus_nm / self.wavelength_nm * (cosine - 1.0);
        if self.zernike_waves.iter().any(|&c| c != 0.0) {
            let terms = fringe_zernike(x, y);
            turns += self
                .zernike_waves
                .iter()
                .zip(terms)
                .map(|(c, z)| c * z)
                .sum::<f64>();
        }
        cis(turns) * self.radiometric(r, cosine)
    }

    /// Flux through an area is kept on the way from reticle to wafer: its square root is the amplitude.
    fn radiometric(&self, r: f64, cosine: f64) -> f64 {
        self.apodisation.map_or(1.0, |reduction| {
            let reticle = reduction * self.na * r;
            libm::pow((1.0 - reticle * reticle) / (cosine * cosine), 0.25)
        })
    }
}

/// Fringe Zernike terms 1 to 16 at a point of the unit disc.
pub fn fringe_zernike(x: f64, y: f64) -> [f64; ZERNIKE_TERMS] {
    // r^m cos mθ and r^m sin mθ are polynomials of x and y: no angle, no trouble at the centre.
    let r2 = x * x + y * y;
    let (c2, s2) = (x * x - y * y, 2.0 * x * y);
    let (c3, s3) = (x * c2 - y * s2, x * s2 + y * c2);
    [
        1.0,
        x,
        y,
        2.0 * r2 - 1.0,
        c2,
        s2,
        (3.0 * r2 - 2.0) * x,
        (3.0 * r2 - 2.0) * y,
        (6.0 * r2 - 6.0) * r2 + 1.0,
        c3,
        s3,
        (4.0 * r2 - 3.0) * c2,
        (4.0 * r2 - 3.0) * s2,
        ((10.0 * r2 - 12.0) * r2 + 3.0) * x,
        ((10.0 * r2 - 12.0) * r2 + 3.0) * y,
        ((20.0 * r2 - 30.0) * r2 + 12.0) * r2 - 1.0,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zernike_terms_are_orthogonal_with_their_norms() {
        // ∫ Z_j Z_k over the disc / π = δ / norm: 1/(n+1) for m = 0, 1/(2(n+1)) otherwise.
        let norms = [
            1.0, 4.0, 4.0, 3.0, 6.0, 6.0, 8.0, 8.0, 5.0, 8.0, 8.0, 10.0, 10.0, 12.0, 12.0, 7.0,
        ];
        let (rings, spokes) = (400_u32, 64_u32);
        let mut sums = [[0.0; ZERNIKE_TERMS]; ZERNIKE_TERMS];
        for ring in 0..rings {
            // Equal areas, midpoints in r².
            let r = ((f64::from(ring) + 0.5) / f64::from(rings)).sqrt();
            for spoke in 0..spokes {
                let a = f64::from(spoke) / f64::from(spokes) * core::f64::consts::TAU;
                let z = fringe_zernike(r * a.cos(), r * a.sin());
                for j in 0..ZERNIKE_TERMS {
                    for k in 0..ZERNIKE_TERMS {
                        sums[j][k] += z[j] * z[k] / f64::from(rings * spokes);
                    }
                }
            }
        }
        for j in 0..ZERNIKE_TERMS {
            for k in 0..ZERNIKE_TERMS {
                let expected = if j == k { 1.0 / norms[j] } else { 0.0 };
                assert!(
                    (sums[j][k] - expected).abs() < 1e-4,
                    "Z{} Z{}",
                    j + 1,
                    k + 1
                );
            }
        }
    }

    #[test]
    fn defocus_is_paraxial_for_small_angles() {
        let mut pupil = Pupil::new(193.0, 1.35, 1.44);
        pupil.defocus_nm = 80.0;
        let r = 0.02;
        let f = r * pupil.cut_off_per_nm();
        let expected = -core::f64::consts::PI * 193.0 * 80.0 * f * f / 1.44;
        let found = pupil.at(r, 0.0).arg();
        assert!((found / expected - 1.0).abs() < 1e-3, "{found} {expected}");
    }

    #[test]
    fn the_rim_passes_and_what_lies_outside_does_not() {
        let mut pupil = Pupil::new(13.5, 0.55, 1.0);
        pupil.obscuration = 0.2;
        assert_eq!(pupil.at(1.0, 0.0).norm(), 1.0);
        assert_eq!(pupil.at(0.0, 0.2).norm(), 1.0);
        assert_eq!(pupil.at(1.000_001, 0.0).norm(), 0.0);
        assert_eq!(pupil.at(0.1, 0.1).norm(), 0.0);
    }
}
