//! Shot noise: light comes in photons, and few of them make rough edges.
//!
//! Numbers of photons are Poisson. An edge of a contour strays by `σ_x = σ_I / |dI/dx|`, and with
//! n photons in the blur around the edge `σ_I / I = 1/√n`, so `σ_x = CD / (NILS √n)`.

use crate::rng::{Seed, Stream, unit52};

/// Planck's constant times the speed of light, J m (exact since 2019).
const HC_J_M: f64 = 6.626_070_15e-34 * 299_792_458.0;

/// Energy of one photon, in J.
pub fn photon_energy_j(wavelength_nm: f64) -> f64 {
    HC_J_M / (wavelength_nm * 1e-9)
}

/// Incident photons per nm² at a dose.
pub fn photons_per_nm2(dose_mj_per_cm2: f64, wavelength_nm: f64) -> f64 {
    // mJ/cm² to J/nm².
    dose_mj_per_cm2 * 1e-3 * 1e-14 / photon_energy_j(wavelength_nm)
}

/// Standard deviation of an edge's place with `photons` absorbed in the blur around it.
pub fn edge_sigma_nm(cd_nm: f64, nils: f64, photons: f64) -> f64 {
    cd_nm / (nils * photons.sqrt())
}

/// Line-edge roughness as the trade states it: three standard deviations.
pub fn edge_roughness_nm(cd_nm: f64, nils: f64, photons: f64) -> f64 {
    3.0 * edge_sigma_nm(cd_nm, nils, photons)
}

/// A Poisson number of the given mean for one pixel of one trial: a function of (seed, trial, pixel).
///
/// Up to a mean of 32 by multiplication of uniform numbers, above by the transformed rejection of
/// Hörmann (PTRS, 1993); both draw as many numbers as they need from the pixel's own sequence.
pub fn photons(seed: Seed, trial: u32, pixel: u32, mean: f64) -> u32 {
    let mut draws = Draws {
        seed,
        index: [trial, pixel, 0],
        spare: None,
    };
    if mean <= 0.0 {
        0
    } else if mean < 32.0 {
        let limit = libm::exp(-mean);
        let mut product = draws.next();
        let mut count = 0;
        while product > limit {
            product *= draws.next();
            count += 1;
        }
        count
    } else {
        rejection(mean, &mut draws)
    }
}

fn rejection(mean: f64, draws: &mut Draws) -> u32 {
    let b = 0.931 + 2.53 * mean.sqrt();
    let a = -0.059 + 0.024_83 * b;
    let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    let narrow = 0.9277 - 3.6224 / (b - 2.0);
    loop {
        let u = draws.next() - 0.5;
        let v = draws.next();
        let us = 0.5 - u.abs();
        let k = libm::floor((2.0 * a / us + b) * u + mean + 0.43);
        if us >= 0.07 && v <= narrow {
            return k as u32;
        }
        if k < 0.0 || (us < 0.013 && v > us) {
            continue;
        }
        let density = k * libm::log(mean) - mean - libm::lgamma(k + 1.0);
        if libm::log(v * inverse_alpha / (a / (us * us) + b)) <= density {
            return k as u32;
        }
    }
}

struct Draws {
    seed: Seed,
    index: [u32; 3],
    spare: Option<f64>,
}

impl Draws {
    fn next(&mut self) -> f64 {
        if let Some(value) = self.spare.take() {
            return value;
        }
        let w = self.seed.block(Stream::Photons, self.index);
        self.index[2] += 1;
        self.spare = Some(unit52(w[2], w[3]));
        unit52(w[0], w[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photons_have_their_energy_and_number() {
        assert!((photon_energy_j(193.0) / 1.029_246_558_108e-18 - 1.0).abs() < 1e-12);
        assert!((photon_energy_j(13.5) / 1.471_441_375_666e-17 - 1.0).abs() < 1e-12);
        assert!((photons_per_nm2(20.0, 193.0) - 194.316_899_5).abs() < 1e-6);
        assert!((photons_per_nm2(20.0, 13.5) - 13.592_114_7).abs() < 1e-6);
    }

    #[test]
    fn mean_and_variance_are_the_mean() {
        for mean in [0.3, 13.6, 31.9, 32.1, 194.3, 5000.0] {
            let n = 40_000_u32;
            let (mut sum, mut squares) = (0.0, 0.0);
            for i in 0..n {
                let k = f64::from(photons(Seed(5), i % 7, i, mean));
                sum += k;
                squares += (k - mean) * (k - mean);
            }
            let (found, variance) = (sum / f64::from(n), squares / f64::from(n));
            let error = (mean / f64::from(n)).sqrt();
            assert!((found - mean).abs() < 4.0 * error, "{mean}: {found}");
            // Variance of the sample variance: (μ₄ − σ⁴)/n with μ₄ = mean + 3 mean².
            let spread = ((mean + 2.0 * mean * mean) / f64::from(n)).sqrt();
            assert!((variance - mean).abs() < 4.0 * spread, "{mean}: {variance}");
        }
        assert_eq!(photons(Seed(1), 0, 0, 0.0), 0);
        assert_eq!(photons(Seed(1), 2, 3, 9.0), photons(Seed(1), 2, 3, 9.0));
    }

    /// The edge of a linear image, moved by noise: the spread of the crossing is the formula's.
    #[test]
    fn edges_stray_as_the_formula_says() {
        let (cd, nils, mean) = (20.0, 3.0, 400.0);
        let trials = 20_000_u32;
        let mut squares = 0.0;
        for trial in 0..trials {
            let seen = f64::from(photons(Seed(9), trial, 0, mean));
            // I = 1 + NILS x / CD around the edge: relative noise moves it by CD/NILS times itself.
            let moved = (seen / mean - 1.0) * cd / nils;
            squares += moved * moved;
        }
        let sigma = (squares / f64::from(trials)).sqrt();
        let error = sigma / (2.0 * f64::from(trials)).sqrt();
        assert!((sigma - edge_sigma_nm(cd, nils, mean)).abs() < 3.0 * error);
        assert_eq!(
            edge_roughness_nm(cd, nils, mean),
            3.0 * edge_sigma_nm(cd, nils, mean)
        );
    }
}
