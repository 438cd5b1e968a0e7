//! Resist: from the aerial image to what stays on the wafer.
//!
//! The threshold model asks only whether dose times diffused intensity reaches a level; the sigmoid is
//! its smooth form. After Dill and Mack the exposed resist makes acid, which diffuses and lets the
//! developer eat: `acid = 1 − exp(−C E)`, and the rate
//! `r = r_max (a + 1) acidⁿ / (a + acidⁿ) + r_min`, `a = (n + 1)/(n − 1) (1 − m_th)ⁿ`
//! (C. A. Mack, J. Electrochem. Soc. 134, 1987, with acid in place of 1 − m).

use crate::sim::process::lithography::abbe::grid_for;
use crate::sim::process::lithography::image::Image;
use crate::sim::process::lithography::spectrum::Spectrum;

/// Threshold resist after Gaussian diffusion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// Intensity at dose 1 from which on it prints.
    pub level: f64,
    /// Diffusion length of the acid.
    pub diffusion_nm: f64,
}

impl Threshold {
    /// The image that the threshold is compared with.
    pub fn latent(&self, image: &Image) -> Image {
        if self.diffusion_nm > 0.0 {
            image.diffused(self.diffusion_nm)
        } else {
            image.clone()
        }
    }

    /// The level of the latent image at a relative dose.
    pub fn level_at(&self, dose: f64) -> f64 {
        self.level / dose
    }
}

/// Smooth step, 1/2 at the level: `1 / (1 + exp(−a (v − level)))`.
pub fn sigmoid(value: f64, level: f64, steepness: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-steepness * (value - level)))
}

/// Exposure and development after Dill and Mack.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mack {
    /// Dill's C: acid made per dose.
    pub c_cm2_per_mj: f64,
    /// Dose of the clear field.
    pub dose_mj_per_cm2: f64,
    /// Diffusion length of the acid.
    pub diffusion_nm: f64,
    /// Rate of fully exposed resist.
    pub rate_max_nm_per_s: f64,
    /// Rate of unexposed resist.
    pub rate_min_nm_per_s: f64,
    /// Dissolution selectivity n, above 1.
    pub selectivity: f64,
    /// Threshold inhibitor concentration m_th, 0 to 1.
    pub threshold_inhibitor: f64,
    /// Film thickness.
    pub thickness_nm: f64,
    /// Development time.
    pub develop_s: f64,
}

impl Mack {
    /// Share of acid made where the relative intensity is `intensity`.
    pub fn acid(&self, intensity: f64) -> f64 {
        1.0 - libm::exp(-self.c_cm2_per_mj * self.dose_mj_per_cm2 * intensity.max(0.0))
    }

    /// Development rate at a share of acid.
    pub fn rate_nm_per_s(&self, acid: f64) -> f64 {
        let n = self.selectivity;
        let a = (n + 1.0) / (n - 1.0) * libm::pow(1.0 - self.threshold_inhibitor, n);
        let power = libm::pow(acid, n);
        self.rate_max_nm_per_s * (a + 1.0) * power / (a + power) + self.rate_min_nm_per_s
    }

    /// Share of acid from which on the film clears in the time, by bisection; `None` when even full
    /// exposure leaves resist. The developer is taken to eat straight down.
    pub fn clearing_acid(&self) -> Option<f64> {
        let needed = self.thickness_nm / self.develop_s;
        if self.rate_nm_per_s(1.0) < needed {
            return None;
        }
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..80 {
            let middle = 0.5 * (low + high);
            if self.rate_nm_per_s(middle) < needed {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(high)
    }

    /// The acid after diffusion at a relative dose, and the share of it from which on the film clears: above every image
    /// where it never does.
    pub fn developed(&self, light: &Light, dose: f64) -> (Image, f64) {
        let exposed = Self {
            dose_mj_per_cm2: self.dose_mj_per_cm2 * dose,
            ..*self
        };
        let made: Vec<f64> = light.samples.iter().map(|&i| exposed.acid(i)).collect();
        let made = Image {
            spectrum: Spectrum::of_samples(light.n, &made, light.half),
            period_nm: light.period_nm,
        };
        let spread = if self.diffusion_nm > 0.0 {
            made.diffused(self.diffusion_nm)
        } else {
            made
        };
        (spread, exposed.clearing_acid().unwrap_or(f64::INFINITY))
    }
}

/// An image's intensities on a grid that holds the acid they make, for many doses.
pub struct Light {
    n: usize,
    half: u32,
    samples: Vec<f64>,
    period_nm: f64,
}

impl Light {
    /// Of an image.
    pub fn of(image: &Image) -> Self {
        // Acid is not band-limited; three times the image's band, and no fewer than twelve orders, hold it.
        let half = (3 * image.spectrum.half()).max(12);
        let n = grid_for(half);
        Self {
            n,
            half,
            samples: image.on_grid(n),
            period_nm: image.period_nm,
        }
    }
}

/// A resist of either kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Resist {
    /// Threshold after diffusion.
    Threshold(Threshold),
    /// Exposure, diffusion and development.
    Mack(Mack),
}

impl Resist {
    /// The image whose contour at the level prints, at a relative dose: diffused intensity, or acid. The
    /// level is above every image when the film never clears.
    pub fn latent_at(&self, image: &Image, dose: f64) -> (Image, f64) {
        match self {
            Self::Threshold(resist) => (resist.latent(image), resist.level_at(dose)),
            Self::Mack(resist) => resist.developed(&Light::of(image), dose),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESIST: Mack = Mack {
        c_cm2_per_mj: 0.05,
        dose_mj_per_cm2: 30.0,
        diffusion_nm: 5.0,
        rate_max_nm_per_s: 100.0,
        rate_min_nm_per_s: 0.1,
        selectivity: 5.0,
        threshold_inhibitor: 0.5,
        thickness_nm: 60.0,
        develop_s: 30.0,
    };

    #[test]
    fn the_rate_runs_from_its_least_to_its_most_and_grows() {
        assert!((RESIST.rate_nm_per_s(0.0) - 0.1).abs() < 1e-12);
        assert!((RESIST.rate_nm_per_s(1.0) - 100.1).abs() < 1e-12);
        let rates: Vec<f64> = (0..=50)
            .map(|i| RESIST.rate_nm_per_s(f64::from(i) / 50.0))
            .collect();
        assert!(rates.windows(2).all(|w| w[1] > w[0]));
        // At the threshold concentration the curve turns: its second difference changes sign there.
        let bend = |acid: f64| {
            RESIST.rate_nm_per_s(acid + 0.01) + RESIST.rate_nm_per_s(acid - 0.01)
                - 2.0 * RESIST.rate_nm_per_s(acid)
        };
        assert!(bend(0.45) > 0.0 && bend(0.55) < 0.0);
        let clearing = RESIST.clearing_acid().unwrap();
        assert!((RESIST.rate_nm_per_s(clearing) - 2.0).abs() < 1e-9);
        let slow = Mack {
            develop_s: 0.1,
            ..RESIST
        };
        assert_eq!(slow.clearing_acid(), None);
    }

    #[test]
    fn diffusion_spreads_the_acid_and_keeps_its_sum() {
        let mut spectrum = Spectrum::zero(1);
        spectrum.set(0, 0, 0.5.into());
        spectrum.set(1, 0, 0.25.into());
        spectrum.set(-1, 0, 0.25.into());
        let image = Image {
            spectrum,
            period_nm: 64.0,
        };
        let acid = |resist: &Mack| resist.developed(&Light::of(&image), 1.0).0.on_grid(32);
        let spread = acid(&RESIST);
        let still = Mack {
            diffusion_nm: 0.0,
            ..RESIST
        };
        let made = acid(&still);
        let sum = |v: &[f64]| v.iter().sum::<f64>();
        assert!((sum(&spread) - sum(&made)).abs() < 1e-9);
        let most = |v: &[f64]| v.iter().copied().fold(0.0, f64::max);
        assert!(most(&spread) < most(&made));
        assert!((RESIST.acid(0.5) - (1.0 - f64::exp(-0.75))).abs() < 1e-15);
    }

    /// Without diffusion development is a threshold of intensity: the contours of both kinds agree.
    #[test]
    fn development_without_diffusion_is_a_threshold() {
        let mut spectrum = Spectrum::zero(1);
        spectrum.set(0, 0, 0.5.into());
        spectrum.set(1, 0, 0.2.into());
        spectrum.set(-1, 0, 0.2.into());
        let image = Image {
            spectrum,
            period_nm: 100.0,
        };
        let still = Mack {
            diffusion_nm: 0.0,
            ..RESIST
        };
        for dose in [0.9, 1.0, 1.2] {
            let (latent, level) = Resist::Mack(still).latent_at(&image, dose);
            let threshold = Threshold {
                level: -libm::log(1.0 - level) / (still.c_cm2_per_mj * still.dose_mj_per_cm2),
                diffusion_nm: 0.0,
            };
            let (other, there) = Resist::Threshold(threshold).latent_at(&image, dose);
            let edge = |image: &Image, level: f64| {
                image
                    .cut([0.0, 0.0], [1.0, 0.0])
                    .crossings(level, 0.0, 50.0)
            };
            let (a, b) = (edge(&latent, level), edge(&other, there));
            assert_eq!(a.len(), 1);
            assert!((a[0] - b[0]).abs() < 0.01, "{dose}: {a:?} {b:?}");
        }
        let thick = Mack {
            thickness_nm: 1e5,
            ..RESIST
        };
        assert_eq!(Resist::Mack(thick).latent_at(&image, 1.0).1, f64::INFINITY);
    }

    #[test]
    fn the_sigmoid_is_a_half_at_the_level() {
        assert_eq!(sigmoid(0.225, 0.225, 50.0), 0.5);
        assert!(sigmoid(0.4, 0.225, 50.0) > 0.999 && sigmoid(0.0, 0.225, 50.0) < 1e-4);
    }
}
