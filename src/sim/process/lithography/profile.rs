//! Intensity along a line as even samples: many levels are asked of one line, quickly.
//!
//! Between samples the cubic through the nearest four is taken. With sixteen samples or more to the
//! shortest wave it is within 6e-4 of that wave's amplitude, and images have next to nothing there.

use crate::sim::process::lithography::image::Cut;
use crate::sim::process::lithography::metrology::{Feature, Line};

/// Samples of a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    from_nm: f64,
    step_nm: f64,
    values: Vec<f64>,
}

/// The cubic through four values at −1, 0, 1, 2, between the middle two: value and slope at `t` of 0 to 1.
pub fn cubic(v: [f64; 4], t: f64) -> (f64, f64) {
    let [a, b, c, d] = v;
    let c3 = (d - a) / 6.0 + 0.5 * (b - c);
    let c2 = 0.5 * (a + c) - b;
    let c1 = c - a / 3.0 - 0.5 * b - d / 6.0;
    (
        ((c3 * t + c2) * t + c1) * t + b,
        (3.0 * c3 * t + 2.0 * c2) * t + c1,
    )
}

/// Where that cubic takes a value that lies between its middle two.
pub fn cubic_root(v: [f64; 4], level: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    let rising = v[1] < level;
    let mut t = ((level - v[1]) / (v[2] - v[1])).clamp(0.0, 1.0);
    for _ in 0..40 {
        let (value, slope) = cubic(v, t);
        if (value < level) == rising {
            low = t;
        } else {
            high = t;
        }
        let newton = t - (value - level) / slope;
        if (newton - t).abs() < 1e-13 {
            return t;
        }
        t = if newton > low && newton < high {
            newton
        } else {
            0.5 * (low + high)
        };
    }
    t
}

impl Profile {
    /// Of a cut between two places, at `count` samples.
    pub fn of(cut: &Cut, from_nm: f64, to_nm: f64, count: u32) -> Self {
        let step_nm = (to_nm - from_nm) / f64::from(count.max(4) - 1);
        Self {
            from_nm,
            step_nm,
            values: cut.samples(from_nm, step_nm, count.max(4) as usize),
        }
    }

    /// Places and values of the samples.
    pub fn samples(&self) -> impl Iterator<Item = [f64; 2]> {
        let place = |(i, v): (usize, &f64)| [self.from_nm + i as f64 * self.step_nm, *v];
        self.values.iter().enumerate().map(place)
    }

    /// The four samples around an interval; beyond an end the line goes on straight.
    fn around(&self, i: usize) -> [f64; 4] {
        let v = &self.values;
        let last = v.len() - 1;
        let before = if i == 0 { 2.0 * v[0] - v[1] } else { v[i - 1] };
        let after = if i + 2 > last {
            2.0 * v[last] - v[last - 1]
        } else {
            v[i + 2]
        };
        [before, v[i], v[i + 1], after]
    }

    /// Interval of a place and how far into it.
    fn interval(&self, s_nm: f64) -> (usize, f64) {
        let at = ((s_nm - self.from_nm) / self.step_nm).clamp(0.0, (self.values.len() - 1) as f64);
        let i = (at as usize).min(self.values.len() - 2);
        (i, at - i as f64)
    }

    /// Intensity at a place, and its slope per nm.
    pub fn at(&self, s_nm: f64) -> (f64, f64) {
        let (i, t) = self.interval(s_nm);
        let (value, slope) = cubic(self.around(i), t);
        (value, slope / self.step_nm)
    }

    fn crossing(&self, i: usize, level: f64) -> Option<f64> {
        let (a, b) = (self.values[i], self.values[i + 1]);
        ((a < level) != (b < level)).then(|| {
            let t = cubic_root(self.around(i), level);
            self.from_nm + (i as f64 + t) * self.step_nm
        })
    }

    /// Normalised image log-slope of a feature at its worse edge: CD · |d ln I / dx|.
    pub fn nils(&self, feature: Feature) -> f64 {
        let steep = |s: f64| {
            let (value, slope) = self.at(s);
            (slope / value).abs()
        };
        feature.cd_nm() * steep(feature.low_nm).min(steep(feature.high_nm))
    }
}

impl Line for Profile {
    fn feature(&self, level: f64, centre_nm: f64, reach_nm: f64) -> Option<Feature> {
        let (middle, _) = self.interval(centre_nm);
        let down = (0..=middle).rev().filter_map(|i| self.crossing(i, level));
        let up = (middle..self.values.len() - 1).filter_map(|i| self.crossing(i, level));
        let low = down.into_iter().find(|s| *s <= centre_nm)?;
        let high = up.into_iter().find(|s| *s > centre_nm)?;
        let near = centre_nm - low <= reach_nm && high - centre_nm <= reach_nm;
        near.then_some(Feature {
            low_nm: low,
            high_nm: high,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::process::lithography::image::Image;
    use crate::sim::process::lithography::spectrum::Spectrum;
    use crate::sim::process::lithography::window::Watched;

    fn cut(contrast: f64) -> Cut {
        let mut spectrum = Spectrum::zero(3);
        spectrum.set(0, 0, 0.5.into());
        for (f, c) in [(1, contrast), (2, 0.06), (3, -0.03)] {
            spectrum.set(f, 0, c.into());
            spectrum.set(-f, 0, c.into());
        }
        let image = Image {
            spectrum,
            period_nm: 300.0,
        };
        image.cut([0.0; 2], [1.0, 0.0])
    }

    #[test]
    fn features_are_those_of_the_series() {
        let cut = cut(0.2);
        let profile = Profile::of(&cut, -150.0, 150.0, 256);
        for level in [0.3, 0.45, 0.6, 0.8] {
            for centre in [0.0, 11.0] {
                let exact = Feature::around(&cut, level, centre, 140.0);
                let found = profile.feature(level, centre, 140.0);
                let (Some(a), Some(b)) = (exact, found) else {
                    assert_eq!(exact, found);
                    continue;
                };
                assert!((a.cd_nm() - b.cd_nm()).abs() < 1e-4, "{a:?} {b:?}");
                assert!((a.nils(&cut) - profile.nils(b)).abs() < 1e-4);
            }
        }
        assert_eq!(profile.feature(0.45, 0.0, 5.0), None);
        assert_eq!(profile.feature(2.0, 0.0, 140.0), None);
    }

    #[test]
    fn a_window_of_samples_is_that_of_the_series() {
        let exact = Watched {
            through_focus: vec![(0.0, cut(0.2)), (30.0, cut(0.17))],
            level: 0.5,
            centre_nm: 0.0,
            reach_nm: 140.0,
        };
        let quick = Watched {
            through_focus: exact
                .through_focus
                .iter()
                .map(|(z, c)| (*z, Profile::of(c, -150.0, 150.0, 256)))
                .collect(),
            level: 0.5,
            centre_nm: 0.0,
            reach_nm: 140.0,
        };
        let target = exact.cd_nm(0, 1.0).unwrap();
        let ranges =
            |r: Vec<crate::sim::process::lithography::window::DoseRange>| -> Vec<(f64, f64)> {
                r.iter().map(|r| r.doses.unwrap()).collect()
            };
        let a = ranges(exact.dose_ranges(target, 0.1, (0.5, 2.0)));
        let b = ranges(quick.dose_ranges(target, 0.1, (0.5, 2.0)));
        for (a, b) in a.iter().zip(&b) {
            assert!(
                (a.0 - b.0).abs() < 1e-5 && (a.1 - b.1).abs() < 1e-5,
                "{a:?} {b:?}"
            );
        }
    }
}
