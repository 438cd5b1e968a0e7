//! Process window: how far focus and dose may stray before a size leaves its tolerance.
//!
//! The image is computed once for each focus; the dose only moves the level of the threshold.

use crate::sim::process::lithography::image::Cut;
use crate::sim::process::lithography::metrology::Line;

/// The feature that is watched through focus.
#[derive(Clone, Debug)]
pub struct Watched<L = Cut> {
    /// Defocus and latent intensity along the cut line, in order of defocus.
    pub through_focus: Vec<(f64, L)>,
    /// Level of the latent image at dose 1.
    pub level: f64,
    /// Place of the feature's middle on the line.
    pub centre_nm: f64,
    /// Furthest its edges may lie from there.
    pub reach_nm: f64,
}

/// Doses between which a size is in tolerance at one focus.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DoseRange {
    /// Defocus.
    pub defocus_nm: f64,
    /// Lowest and highest relative dose; `None` where no dose gives a size in tolerance.
    pub doses: Option<(f64, f64)>,
}

/// A window: a range of focus at a range of dose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Depth of focus.
    pub depth_of_focus_nm: f64,
    /// Middle of the range of focus.
    pub focus_nm: f64,
    /// Exposure latitude: the range of dose over its middle.
    pub latitude: f64,
    /// Middle of the range of dose.
    pub dose: f64,
}

impl<L: Line> Watched<L> {
    /// Size at one of the foci and a relative dose; `None` where the feature is not there.
    pub fn cd_nm(&self, focus: usize, dose: f64) -> Option<f64> {
        let line = &self.through_focus.get(focus)?.1;
        let feature = line.feature(self.level / dose, self.centre_nm, self.reach_nm)?;
        Some(feature.cd_nm())
    }

    /// Sizes for each focus (rows) and dose (columns): the Bossung plot.
    pub fn bossung(&self, doses: &[f64]) -> Vec<Vec<Option<f64>>> {
        (0..self.through_focus.len())
            .map(|focus| doses.iter().map(|&d| self.cd_nm(focus, d)).collect())
            .collect()
    }

    /// For each focus the doses at which the size is within `tolerance` (a share) of `target_nm`.
    ///
    /// Searched between `doses`; the size must change in one direction with the dose there, as it does
    /// for a threshold.
    pub fn dose_ranges(&self, target_nm: f64, tolerance: f64, doses: (f64, f64)) -> Vec<DoseRange> {
        (0..self.through_focus.len())
            .map(|focus| DoseRange {
                defocus_nm: self.through_focus[focus].0,
                doses: self.dose_range(focus, target_nm, tolerance, doses),
            })
            .collect()
    }

    fn dose_range(
        &self,
        focus: usize,
        target_nm: f64,
        tolerance: f64,
        doses: (f64, f64),
    ) -> Option<(f64, f64)> {
        dose_range(&|dose| self.cd_nm(focus, dose), target_nm, tolerance, doses)
    }
}

/// The doses between which a size is within `tolerance` (a share) of `target_nm`; `cd_nm` gives the size at
/// a dose and changes in one direction with it between `low` and `high`.
pub fn dose_range(
    cd_nm: &dyn Fn(f64) -> Option<f64>,
    target_nm: f64,
    tolerance: f64,
    (low, high): (f64, f64),
) -> Option<(f64, f64)> {
    const STEPS: usize = 64;
    let at = |i: usize| low * libm::pow(high / low, i as f64 / STEPS as f64);
    let off = |dose: f64| cd_nm(dose).map_or(f64::INFINITY, |cd| (cd / target_nm - 1.0).abs());
    let offs: Vec<f64> = (0..=STEPS).map(|i| off(at(i))).collect();
    // The size nearest to the target marks where to look outward from.
    let best = (0..=STEPS).min_by(|&a, &b| offs[a].total_cmp(&offs[b]))?;
    if offs[best] > tolerance {
        return None;
    }
    let border = |steps: &mut dyn Iterator<Item = usize>| {
        let (mut good, mut bad) = (at(best), None);
        for i in steps {
            if offs[i] <= tolerance {
                good = at(i);
            } else {
                bad = Some(at(i));
                break;
            }
        }
        // At the end of the search everything was good.
        let Some(mut bad) = bad else { return good };
        // To a thousandth of a millionth of a dose.
        for _ in 0..32 {
            let middle = 0.5 * (good + bad);
            if off(middle) <= tolerance {
                good = middle;
            } else {
                bad = middle;
            }
        }
        good
    };
    Some((
        border(&mut (0..best).rev()),
        border(&mut (best + 1..=STEPS)),
    ))
}

/// As [`inscribed`], with ellipses in place of rectangles: what a normal spread of focus and dose keeps in.
///
/// An ellipse has half axes of half the depth of focus and half the latitude in ln dose. For each depth the
/// widest that fits between the ranges at all foci inside it is taken, its middle at one of the doses
/// halfway between the ends found at its foci.
pub fn inscribed_ellipses(ranges: &[DoseRange]) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::new();
    for (i, first) in ranges.iter().enumerate() {
        for (k, last) in ranges.iter().enumerate().skip(i + 1) {
            let inside = &ranges[i..=k];
            let sides: Option<Vec<(f64, f64, f64)>> = inside
                .iter()
                .map(|r| {
                    r.doses
                        .map(|(a, b)| (r.defocus_nm, libm::log(a), libm::log(b)))
                })
                .collect();
            let Some(sides) = sides else { break };
            let (middle, half) = (
                0.5 * (first.defocus_nm + last.defocus_nm),
                0.5 * (last.defocus_nm - first.defocus_nm),
            );
            // Share of the half axis that an ellipse has at a focus.
            let share = |z: f64| {
                let part = (z - middle) / half;
                (1.0 - part * part).max(0.0).sqrt()
            };
            let width = |centre: f64| {
                let fits = sides.iter().map(|&(z, low, high)| {
                    let room = (high - centre).min(centre - low);
                    if room < 0.0 {
                        -1.0
                    } else {
                        room / share(z).max(1e-9)
                    }
                });
                fits.fold(f64::INFINITY, f64::min)
            };
            // The room is a minimum of cones in the middle, so it has one top: thirds close in on it.
            let low = sides.iter().map(|s| s.1).fold(f64::NEG_INFINITY, f64::max);
            let high = sides.iter().map(|s| s.2).fold(f64::INFINITY, f64::min);
            if high <= low {
                break;
            }
            let (mut a, mut b) = (low, high);
            for _ in 0..60 {
                let (p, q) = (a + (b - a) / 3.0, b - (b - a) / 3.0);
                if width(p) < width(q) {
                    a = p;
                } else {
                    b = q;
                }
            }
            let centre = 0.5 * (a + b);
            let axis = width(centre);
            if axis > 0.0 {
                windows.push(Window {
                    depth_of_focus_nm: 2.0 * half,
                    focus_nm: middle,
                    latitude: libm::exp(axis) - libm::exp(-axis),
                    dose: libm::exp(centre),
                });
            }
        }
    }
    largest(windows)
}

/// For each depth of focus the largest exposure latitude of a rectangle inside the window, widest
/// latitude first. Ranges must be in order of defocus.
pub fn inscribed(ranges: &[DoseRange]) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::new();
    for (i, first) in ranges.iter().enumerate() {
        let (mut low, mut high) = (0.0_f64, f64::INFINITY);
        for last in &ranges[i..] {
            let Some(doses) = last.doses else { break };
            (low, high) = (low.max(doses.0), high.min(doses.1));
            if high <= low {
                break;
            }
            windows.push(Window {
                depth_of_focus_nm: last.defocus_nm - first.defocus_nm,
                focus_nm: 0.5 * (last.defocus_nm + first.defocus_nm),
                latitude: 2.0 * (high - low) / (high + low),
                dose: 0.5 * (high + low),
            });
        }
    }
    largest(windows)
}

/// Of windows one of which is at least as large both ways, the larger stays.
fn largest(mut windows: Vec<Window>) -> Vec<Window> {
    windows.sort_by(|a, b| {
        b.latitude
            .total_cmp(&a.latitude)
            .then(b.depth_of_focus_nm.total_cmp(&a.depth_of_focus_nm))
    });
    let mut deepest = f64::NEG_INFINITY;
    windows.retain(|w| {
        let deeper = w.depth_of_focus_nm > deepest;
        deepest = deepest.max(w.depth_of_focus_nm);
        deeper
    });
    windows
}

/// Depth of focus at an exposure latitude, between the computed foci by interpolation; `None` when even
/// one focus has less latitude.
pub fn depth_at(windows: &[Window], latitude: f64) -> Option<f64> {
    let last = windows.iter().rposition(|w| w.latitude >= latitude)?;
    let here = windows[last];
    Some(
        windows
            .get(last + 1)
            .map_or(here.depth_of_focus_nm, |next| {
                let part = (here.latitude - latitude) / (here.latitude - next.latitude);
                here.depth_of_focus_nm + part * (next.depth_of_focus_nm - here.depth_of_focus_nm)
            }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::process::lithography::image::Image;
    use crate::sim::process::lithography::spectrum::Spectrum;

    /// 0.5 + c cos: at dose D the level is 0.5/D.
    fn watched(contrasts: &[f64]) -> Watched {
        let through_focus = contrasts.iter().enumerate().map(|(i, &c)| {
            let mut spectrum = Spectrum::zero(1);
            spectrum.set(0, 0, 0.5.into());
            spectrum.set(1, 0, (0.5 * c).into());
            spectrum.set(-1, 0, (0.5 * c).into());
            let image = Image {
                spectrum,
                period_nm: 100.0,
            };
            (f64::from(i as u32) * 10.0, image.cut([0.0; 2], [1.0, 0.0]))
        });
        Watched {
            through_focus: through_focus.collect(),
            level: 0.5,
            centre_nm: 0.0,
            reach_nm: 50.0,
        }
    }

    /// CD = (p/π) acos((t/D − 0.5)/c), solved for D.
    fn dose(cd: f64, c: f64) -> f64 {
        0.5 / (0.5 + c * f64::cos(core::f64::consts::PI * cd / 100.0))
    }

    #[test]
    fn dose_ranges_are_those_of_the_formula() {
        let ranges = watched(&[0.45, 0.3]).dose_ranges(50.0, 0.1, (0.5, 2.0));
        for (range, c) in ranges.iter().zip([0.45, 0.3]) {
            let (low, high) = range.doses.unwrap();
            assert!((low - dose(45.0, c)).abs() < 1e-9, "{low}");
            assert!((high - dose(55.0, c)).abs() < 1e-9, "{high}");
        }
        let flat = watched(&[1e-9]).dose_ranges(30.0, 0.1, (0.5, 2.0));
        assert_eq!(flat[0].doses, None);
    }

    /// Between straight borders an ellipse touches at its middle, so it has the latitude of one focus at
    /// any depth; between borders that close in it has more depth than the rectangle of its latitude.
    #[test]
    fn ellipses_fit_where_rectangles_do_not() {
        let range = |z: f64, half: f64| DoseRange {
            defocus_nm: z,
            doses: Some((libm::exp(-half), libm::exp(half))),
        };
        let straight: Vec<_> = (-4..=4).map(|i| range(10.0 * f64::from(i), 0.1)).collect();
        let deepest = inscribed_ellipses(&straight).pop().unwrap();
        assert_eq!(deepest.depth_of_focus_nm, 80.0);
        assert!(
            (deepest.latitude - 2.0 * f64::sinh(0.1)).abs() < 1e-9
                && (deepest.dose - 1.0).abs() < 1e-9
        );
        // An ellipse itself: it holds itself, a rectangle in it has less latitude at the same depth.
        let round: Vec<_> = (-9..=9)
            .map(|i| {
                let z = f64::from(i) * 10.0;
                range(z, 0.1 * (1.0 - (z / 100.0).powi(2)).sqrt())
            })
            .collect();
        let at = |windows: &[Window], depth: f64| {
            windows
                .iter()
                .filter(|w| w.depth_of_focus_nm >= depth)
                .map(|w| w.latitude)
                .fold(0.0, f64::max)
        };
        let (ellipse, rectangle) = (
            at(&inscribed_ellipses(&round), 140.0),
            at(&inscribed(&round), 140.0),
        );
        assert!(
            ellipse > 1.3 * rectangle && ellipse < 0.21,
            "{ellipse} {rectangle}"
        );
        let gap = [
            range(0.0, 0.1),
            DoseRange {
                defocus_nm: 10.0,
                doses: None,
            },
            range(20.0, 0.1),
        ];
        assert_eq!(inscribed_ellipses(&gap), []);
    }

    #[test]
    fn rectangles_fit_and_trade_latitude_for_depth() {
        let range = |z: f64, low: f64, high: f64| DoseRange {
            defocus_nm: z,
            doses: Some((low, high)),
        };
        let ranges = [
            range(-20.0, 1.02, 1.06),
            range(-10.0, 1.0, 1.1),
            range(0.0, 0.9, 1.1),
            range(10.0, 0.92, 1.05),
            DoseRange {
                defocus_nm: 20.0,
                doses: None,
            },
        ];
        let windows = inscribed(&ranges);
        let found: Vec<f64> = windows.iter().map(|w| w.depth_of_focus_nm).collect();
        assert_eq!(found, [0.0, 10.0, 20.0, 30.0]);
        assert!((windows[0].latitude - 0.2).abs() < 1e-12);
        // From 1.02 to 1.05.
        assert!((windows[3].latitude - 0.03 / 1.035).abs() < 1e-12);
        assert!((depth_at(&windows, windows[1].latitude).unwrap() - 10.0).abs() < 1e-12);
        assert_eq!(depth_at(&windows, 0.5), None);
        assert_eq!(depth_at(&windows, 0.0), Some(30.0));
    }
}
