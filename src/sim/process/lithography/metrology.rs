//! Sizes and slopes of what is printed, from the Fourier series itself.
//!
//! A place is printed where `dose · I ≥ threshold`; the level of the intensity is threshold / dose.

use crate::sim::process::lithography::image::{Cut, Image};

/// A printed feature on a cut line: between two crossings of the level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Feature {
    /// Place of its lower edge on the line.
    pub low_nm: f64,
    /// Place of its upper edge.
    pub high_nm: f64,
}

impl Feature {
    /// Critical dimension: its width.
    pub fn cd_nm(self) -> f64 {
        self.high_nm - self.low_nm
    }

    /// The feature around `centre_nm`, bright or dark; `None` when an edge is further than `reach_nm`.
    pub fn around(cut: &Cut, level: f64, centre_nm: f64, reach_nm: f64) -> Option<Self> {
        let crossings = cut.crossings(level, centre_nm - reach_nm, centre_nm + reach_nm);
        let low = crossings.iter().rev().find(|s| **s <= centre_nm)?;
        let high = crossings.iter().find(|s| **s > centre_nm)?;
        Some(Self {
            low_nm: *low,
            high_nm: *high,
        })
    }

    /// Normalised image log-slope at its worse edge: CD · |d ln I / dx|.
    pub fn nils(self, cut: &Cut) -> f64 {
        let at = |s: f64| log_slope(cut, s).abs();
        self.cd_nm() * at(self.low_nm).min(at(self.high_nm))
    }
}

/// Intensity along a line, in which features are found.
pub trait Line {
    /// The feature around `centre_nm`, bright or dark; `None` when an edge is further than `reach_nm`.
    fn feature(&self, level: f64, centre_nm: f64, reach_nm: f64) -> Option<Feature>;
}

impl Line for Cut {
    fn feature(&self, level: f64, centre_nm: f64, reach_nm: f64) -> Option<Feature> {
        Feature::around(self, level, centre_nm, reach_nm)
    }
}

/// Slope of ln I along the line, per nm.
pub fn log_slope(cut: &Cut, s_nm: f64) -> f64 {
    cut.slope(s_nm) / cut.at(s_nm)
}

/// A place on the border of the target, with the direction out of the shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gauge {
    /// Place.
    pub at_nm: [f64; 2],
    /// Outward, of length 1.
    pub outward: [f64; 2],
}

impl Gauge {
    /// Edge placement error: from here to the printed contour, positive outward.
    ///
    /// `None` when no printed edge lies within `reach_nm`. Of several the nearest counts; an edge counts
    /// only where what is printed lies on its inner side.
    pub fn edge_placement_nm(&self, image: &Image, level: f64, reach_nm: f64) -> Option<f64> {
        let cut = image.cut(self.at_nm, self.outward);
        cut.crossings(level, -reach_nm, reach_nm)
            .into_iter()
            .filter(|&s| cut.slope(s) < 0.0)
            .min_by(|a, b| a.abs().total_cmp(&b.abs()))
    }
}

/// Mask error enhancement factor: change of the printed CD per change of the mask's (both at the wafer),
/// by the central difference over `step_nm`. `cd_nm` gives the printed CD for a change of the mask CD.
pub fn meef(step_nm: f64, mut cd_nm: impl FnMut(f64) -> Option<f64>) -> Option<f64> {
    Some((cd_nm(0.5 * step_nm)? - cd_nm(-0.5 * step_nm)?) / step_nm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::process::lithography::spectrum::Spectrum;

    /// 0.5 + 0.4 cos(2πx/100).
    fn wave() -> Image {
        let mut spectrum = Spectrum::zero(1);
        spectrum.set(0, 0, 0.5.into());
        spectrum.set(1, 0, 0.2.into());
        spectrum.set(-1, 0, 0.2.into());
        Image {
            spectrum,
            period_nm: 100.0,
        }
    }

    #[test]
    fn bright_and_dark_features_have_their_width() {
        let cut = wave().cut([0.0, 0.0], [1.0, 0.0]);
        let bright = Feature::around(&cut, 0.5, 0.0, 60.0).unwrap();
        let dark = Feature::around(&cut, 0.7, 50.0, 60.0).unwrap();
        assert!((bright.cd_nm() - 50.0).abs() < 1e-9);
        assert!((dark.cd_nm() - 200.0 / 3.0).abs() < 1e-9);
        // d ln I / dx = 0.4 · 2π/100 / 0.5 at the level's crossing.
        let expected = 50.0 * 0.8 * core::f64::consts::TAU / 100.0;
        assert!((bright.nils(&cut) - expected).abs() < 1e-9);
        assert_eq!(Feature::around(&cut, 0.95, 0.0, 60.0), None);
        assert_eq!(Feature::around(&cut, 0.5, 0.0, 20.0), None);
    }

    #[test]
    fn edges_outside_the_target_count_as_positive() {
        let image = wave();
        let gauge = |x: f64, dx: f64| Gauge {
            at_nm: [x, 3.0],
            outward: [dx, 0.0],
        };
        let epe = |g: Gauge, level| g.edge_placement_nm(&image, level, 30.0);
        assert!((epe(gauge(20.0, 1.0), 0.5).unwrap() - 5.0).abs() < 1e-9);
        assert!((epe(gauge(-27.0, -1.0), 0.5).unwrap() + 2.0).abs() < 1e-9);
        assert_eq!(epe(gauge(20.0, 1.0), 0.05), None);
        // The edge there belongs to the other side's feature.
        assert_eq!(epe(gauge(75.0, 1.0), 0.5), None);
    }

    #[test]
    fn meef_is_a_slope() {
        assert_eq!(meef(1.0, |d| Some(40.0 + 3.0 * d)), Some(3.0));
        assert_eq!(meef(1.0, |d| (d > 0.0).then_some(1.0)), None);
    }
}
