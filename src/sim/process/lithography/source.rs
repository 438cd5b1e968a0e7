//! Illumination: the source as weighted points in the pupil.
//!
//! Coordinates are σ, in units of NA/λ: 1 is the rim of the pupil. The weights sum to 1.

/// A point of the source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SourcePoint {
    /// Position, in parts of NA.
    pub sigma: [f64; 2],
    /// Share of the light.
    pub weight: f64,
}

/// Outline of a source of even brightness.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outline {
    /// A disc of radius `sigma`; 0 is a point, fully coherent light.
    Conventional {
        /// Radius.
        sigma: f64,
    },
    /// A ring.
    Annular {
        /// Inner radius.
        inner: f64,
        /// Outer radius.
        outer: f64,
    },
    /// Parts of a ring: 2 make a dipole, 4 a quadrupole.
    Poles {
        /// Number of poles, evenly spaced.
        count: u32,
        /// Inner radius.
        inner: f64,
        /// Outer radius.
        outer: f64,
        /// Opening angle of each pole.
        open_deg: f64,
        /// Direction of the first pole, counter-clockwise from x.
        rotation_deg: f64,
    },
}

impl Outline {
    /// Radius of the smallest disc around it.
    pub fn outer(self) -> f64 {
        match self {
            Self::Conventional { sigma } => sigma,
            Self::Annular { outer, .. } | Self::Poles { outer, .. } => outer,
        }
    }

    /// Whether a point shines. Rims belong to it, with room for rounding.
    fn holds(self, x: f64, y: f64) -> bool {
        const ROOM: f64 = 1e-9;
        let r = libm::hypot(x, y);
        let ring = |inner: f64, outer: f64| (inner - ROOM..=outer + ROOM).contains(&r);
        match self {
            Self::Conventional { sigma } => r <= sigma + ROOM,
            Self::Annular { inner, outer } => ring(inner, outer),
            Self::Poles {
                count,
                inner,
                outer,
                open_deg,
                rotation_deg,
            } => {
                let pitch = 360.0 / f64::from(count.max(1));
                let angle = libm::atan2(y, x).to_degrees() - rotation_deg;
                let off = angle - pitch * libm::round(angle / pitch);
                ring(inner, outer) && off.abs() <= 0.5 * open_deg + ROOM
            }
        }
    }
}

/// Why a source cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SourceFault {
    /// No sample lies in the outline.
    #[error(
        "no point of the {side} x {side} source grid lies inside the outline; take a finer grid"
    )]
    Empty {
        /// Samples along a side.
        side: u32,
    },
    /// A weight is negative or no number, or all are zero.
    #[error("the weights of a source are at least 0 and not all 0")]
    Weights,
}

/// The source: points whose weights sum to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    points: Vec<SourcePoint>,
}

impl Source {
    /// One point on the axis.
    pub fn coherent() -> Self {
        Self {
            points: vec![SourcePoint {
                sigma: [0.0; 2],
                weight: 1.0,
            }],
        }
    }

    /// An outline sampled on `side` by `side` points that span its outer radius.
    ///
    /// # Errors
    /// No point of the grid lies inside.
    pub fn sampled(outline: Outline, side: u32) -> Result<Self, SourceFault> {
        let outer = outline.outer();
        if outer == 0.0 {
            return Ok(Self::coherent());
        }
        let last = f64::from(side.max(2) - 1);
        // From both ends at once, so that the grid is symmetric to the last bit.
        let at = |i: u32| outer * (2.0 * f64::from(i) - last) / last;
        let mut points = Vec::new();
        for y in 0..side.max(2) {
            for x in 0..side.max(2) {
                if outline.holds(at(x), at(y)) {
                    points.push((at(x), at(y), 1.0));
                }
            }
        }
        if points.is_empty() {
            return Err(SourceFault::Empty { side });
        }
        Self::of_points(points)
    }

    /// Of measured or drawn points (σx, σy, brightness); the brightness is scaled to sum to 1.
    ///
    /// # Errors
    /// A brightness is negative or no number, or none is above 0.
    pub fn of_points(
        points: impl IntoIterator<Item = (f64, f64, f64)>,
    ) -> Result<Self, SourceFault> {
        let points: Vec<_> = points.into_iter().collect();
        let sum: f64 = points.iter().map(|p| p.2).sum();
        let sound = |p: &(f64, f64, f64)| p.2 >= 0.0 && p.0.is_finite() && p.1.is_finite();
        if !(points.iter().all(sound) && sum > 0.0 && sum.is_finite()) {
            return Err(SourceFault::Weights);
        }
        let points = points.into_iter().filter(|p| p.2 > 0.0);
        Ok(Self {
            points: points
                .map(|(x, y, j)| SourcePoint {
                    sigma: [x, y],
                    weight: j / sum,
                })
                .collect(),
        })
    }

    /// Its points.
    pub fn points(&self) -> &[SourcePoint] {
        &self.points
    }

    /// Distance of the outermost point from the axis.
    pub fn sigma_max(&self) -> f64 {
        let radius = |p: &SourcePoint| libm::hypot(p.sigma[0], p.sigma[1]);
        self.points.iter().map(radius).fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlines_have_their_area_and_symmetry() {
        let area = |outline: Outline| {
            let n = 401;
            let source = Source::sampled(outline, n).unwrap();
            let step = 2.0 * outline.outer() / f64::from(n - 1);
            let sum: f64 = source.points().iter().map(|p| p.weight).sum();
            assert!((sum - 1.0).abs() < 1e-10);
            source.points().len() as f64 * step * step
        };
        let pi = core::f64::consts::PI;
        let ring = pi * (0.81 - 0.36);
        let annular = Outline::Annular {
            inner: 0.6,
            outer: 0.9,
        };
        let poles = |count, rotation_deg| Outline::Poles {
            count,
            inner: 0.6,
            outer: 0.9,
            open_deg: 30.0,
            rotation_deg,
        };
        for (outline, expected) in [
            (Outline::Conventional { sigma: 0.5 }, 0.25 * pi),
            (annular, ring),
            (poles(2, 0.0), ring / 6.0),
            (poles(4, 45.0), ring / 3.0),
        ] {
            let found = area(outline);
            assert!((found / expected - 1.0).abs() < 0.01, "{outline:?} {found}");
        }
        let dipole = Source::sampled(poles(2, 90.0), 101).unwrap();
        assert!(dipole.points().iter().all(|p| p.sigma[1].abs() > 0.5));
    }

    #[test]
    fn what_is_no_source_is_refused() {
        let thin = Outline::Annular {
            inner: 0.89,
            outer: 0.9,
        };
        let poles = Outline::Poles {
            count: 2,
            inner: 0.8,
            outer: 0.9,
            open_deg: 1.0,
            rotation_deg: 30.0,
        };
        assert!(Source::sampled(thin, 5).is_ok(), "its extreme points");
        assert_eq!(
            Source::sampled(poles, 4),
            Err(SourceFault::Empty { side: 4 })
        );
        for bad in [
            vec![],
            vec![(0.0, 0.0, 0.0)],
            vec![(0.0, 0.0, -1.0), (0.1, 0.0, 3.0)],
        ] {
            assert_eq!(Source::of_points(bad), Err(SourceFault::Weights));
        }
    }
}
