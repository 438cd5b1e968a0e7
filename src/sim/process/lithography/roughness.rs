//! Rough edges by photons: an edge exposed many times, each time with other photons.
//!
//! Every pixel around the edge gets a Poisson number of photons; their acid spreads as a Gaussian; where the
//! sum crosses the level is the edge of that trial. For small noise the spread of the edge is that of the
//! linear model, `σ_x = σ_I / |dI/dx|` with `σ_I² = I / (n 4π s²)`: n photons per nm² in the clear field,
//! s the length over which acid spreads.

use crate::rng::Seed;
use crate::sim::process::lithography::image::Image;
use crate::sim::process::lithography::photon::photons;

/// Light and resist as far as noise is concerned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grain {
    /// Photons that a nm² of the clear field absorbs.
    pub photons_per_nm2: f64,
    /// Length over which the acid of a photon spreads.
    pub blur_nm: f64,
}

/// An edge that is looked at: its place and the direction across it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// Place on the edge of the diffused image.
    pub at_nm: [f64; 2],
    /// Across the edge, of length 1.
    pub across: [f64; 2],
    /// Level of the diffused image.
    pub level: f64,
}

/// Standard deviation of the edge's place after the linear model; `diffused` is the image after the blur.
pub fn linear_sigma_nm(diffused: &Image, edge: &Edge, grain: Grain) -> f64 {
    let cut = diffused.cut(edge.at_nm, edge.across);
    let area = 4.0 * core::f64::consts::PI * grain.blur_nm * grain.blur_nm;
    let noise = (cut.at(0.0) / (grain.photons_per_nm2 * area)).sqrt();
    noise / cut.slope(0.0).abs()
}

/// Places of the edge along the line across it, one for each trial; `None` where noise left no edge within
/// three blurs. `image` is that before the blur.
pub fn trials(
    image: &Image,
    edge: &Edge,
    grain: Grain,
    seed: Seed,
    count: u32,
) -> Vec<Option<f64>> {
    // Pixels of a quarter of the blur, five blurs around the line that is searched.
    let pixel = 0.25 * grain.blur_nm;
    let (reach, margin) = (3.0 * grain.blur_nm, 5.0 * grain.blur_nm);
    let along = [-edge.across[1], edge.across[0]];
    let columns = libm::ceil(2.0 * (reach + margin) / pixel) as u32;
    let rows = libm::ceil(2.0 * margin / pixel) as u32;
    let place = |i: u32, n: u32| (f64::from(i) + 0.5 - 0.5 * f64::from(n)) * pixel;
    let area = pixel * pixel;
    let means: Vec<f64> = (0..rows)
        .flat_map(|row| {
            let t = place(row, rows);
            let start = [0, 1].map(|k| edge.at_nm[k] + t * along[k]);
            let cut = image.cut(start, edge.across);
            (0..columns)
                .map(|c| cut.at(place(c, columns)).max(0.0) * grain.photons_per_nm2 * area)
                .collect::<Vec<_>>()
        })
        .collect();
    let two = 2.0 * grain.blur_nm * grain.blur_nm;
    let weight = |d: f64| libm::exp(-d * d / two);
    let across: Vec<f64> = (0..rows).map(|row| weight(place(row, rows))).collect();
    // Weights of columns for each of the points on the line.
    let points: Vec<f64> = (0..=24)
        .map(|i| reach * (f64::from(i) / 12.0 - 1.0))
        .collect();
    let lines: Vec<Vec<f64>> = points
        .iter()
        .map(|s| {
            (0..columns)
                .map(|c| weight(place(c, columns) - s))
                .collect()
        })
        .collect();
    let scale = 1.0 / (grain.photons_per_nm2 * core::f64::consts::PI * two);
    (0..count)
        .map(|trial| {
            // Along the edge first: what remains is one number for each column.
            let mut sums = vec![0.0; columns as usize];
            for (i, &mean) in (0..).zip(&means) {
                let here = f64::from(photons(seed, trial, i, mean));
                sums[(i % columns) as usize] += here * across[(i / columns) as usize];
            }
            let values: Vec<f64> = lines
                .iter()
                .map(|w| scale * w.iter().zip(&sums).map(|(w, s)| w * s).sum::<f64>())
                .collect();
            let crossing = |k: usize| {
                let (a, b) = (values[k] - edge.level, values[k + 1] - edge.level);
                ((a < 0.0) != (b < 0.0))
                    .then(|| points[k] + a / (a - b) * (points[k + 1] - points[k]))
            };
            // Of several the nearest to where the edge lies without noise.
            (0..points.len() - 1)
                .filter_map(crossing)
                .min_by(|a, b| a.abs().total_cmp(&b.abs()))
        })
        .collect()
}

/// Root of the mean square of the places found, about their mean; `None` with fewer than two.
pub fn spread_nm(places: &[Option<f64>]) -> Option<f64> {
    let found: Vec<f64> = places.iter().flatten().copied().collect();
    if found.len() < 2 {
        return None;
    }
    let count = found.len() as f64;
    let mean = found.iter().sum::<f64>() / count;
    let square = found.iter().map(|s| (s - mean) * (s - mean)).sum::<f64>();
    Some((square / (count - 1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::process::lithography::spectrum::Spectrum;

    /// Lines of EUV: the spread of whole exposures is that of the linear model, within three standard
    /// errors and the two per cent by which the model is linear only; more light makes straighter edges.
    #[test]
    fn exposures_stray_as_the_linear_model_says() {
        let mut spectrum = Spectrum::zero(1);
        spectrum.set(0, 0, 0.5.into());
        spectrum.set(1, 0, 0.2.into());
        spectrum.set(-1, 0, 0.2.into());
        let image = Image {
            spectrum,
            period_nm: 32.0,
        };
        let mut before = f64::INFINITY;
        for photons_per_nm2 in [4.0, 16.0] {
            let grain = Grain {
                photons_per_nm2,
                blur_nm: 3.0,
            };
            let diffused = image.diffused(grain.blur_nm);
            let edge = Edge {
                at_nm: [8.0, 5.0],
                across: [1.0, 0.0],
                level: diffused.at(8.0, 5.0),
            };
            let expected = linear_sigma_nm(&diffused, &edge, grain);
            let count = 1500;
            let found = trials(&image, &edge, grain, Seed(4), count);
            assert_eq!(found, trials(&image, &edge, grain, Seed(4), count));
            let spread = spread_nm(&found).unwrap();
            let error = expected / (2.0 * f64::from(count)).sqrt();
            println!("{photons_per_nm2} per nm²: {spread:.4} nm, linear {expected:.4} nm");
            assert!(
                (spread - expected).abs() < 3.0 * error + 0.02 * expected,
                "{spread} {expected}"
            );
            assert!(spread < 0.6 * before);
            before = spread;
        }
        assert_eq!(spread_nm(&[Some(1.0), None]), None);
    }
}
