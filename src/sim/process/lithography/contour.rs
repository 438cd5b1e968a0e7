//! Contours as polylines: marching squares on samples, each point then moved onto the level.

use std::collections::HashMap;

use crate::sim::process::lithography::image::Image;

/// A line on which the intensity has one value; what is above it lies to the left.
#[derive(Clone, Debug, PartialEq)]
pub struct Contour {
    /// Points in nm. Of a closed contour the last point is joined to the first.
    pub points_nm: Vec<[f64; 2]>,
    /// Whether it closes inside the tile; one that runs over the tile's border is open.
    pub closed: bool,
}

/// The contours of an image at a level, from an `n` by `n` grid of samples.
///
/// Points lie on the grid's lines, each closed in on the Fourier series itself.
pub fn contours(image: &Image, level: f64, n: usize) -> Vec<Contour> {
    contours_in(image, &image.on_grid(n), n, [[0, 0], [n - 1, n - 1]], level)
}

/// The same in a part of the grid, from its first to its last sample along x and y; `samples` are those of
/// the whole grid.
pub fn contours_in(
    image: &Image,
    samples: &[f64],
    n: usize,
    [from, to]: [[usize; 2]; 2],
    level: f64,
) -> Vec<Contour> {
    let step = image.period_nm / n as f64;
    let [width, height] = [0, 1].map(|k| to[k] - from[k] + 1);
    let rows = samples.chunks_exact(n).skip(from[1]).take(height);
    let part: Vec<f64> = rows
        .flat_map(|row| &row[from[0]..from[0] + width])
        .copied()
        .collect();
    let mut lines = trace(&part, width, height, level);
    // Points on one line of the grid share a cut through the image: sorted by line, each is made once.
    let mut points: Vec<(bool, u64, &mut [f64; 2])> = Vec::new();
    for point in lines.iter_mut().flat_map(|l| &mut l.points_nm) {
        // Along the grid's line on which it lies: the whole-numbered coordinate stays.
        let up = point[0].fract() == 0.0;
        let line = if up { point[0] } else { point[1] };
        points.push((up, line as u64, point));
    }
    points.sort_by_key(|p| (p.0, p.1));
    let at = |k: usize, v: f64| (v + from[k] as f64) * step;
    for group in points.chunk_by_mut(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let (up, line) = (group[0].0, group[0].1 as f64);
        let (start, along) = if up {
            ([at(0, line), at(1, 0.0)], [0.0, 1.0])
        } else {
            ([at(0, 0.0), at(1, line)], [1.0, 0.0])
        };
        let cut = image.cut(start, along);
        for (_, _, point) in group {
            let place = point[usize::from(up)];
            let low = place.floor() * step;
            let s = if (cut.at(low) >= level) == (cut.at(low + step) >= level) {
                // A sample that is the level to the last bit: the point is the sample.
                place * step
            } else {
                cut.close_in(level, low, low + step)
            };
            **point = [start[0] + s * along[0], start[1] + s * along[1]];
        }
    }
    lines
}

/// An edge of the grid: its lower end and whether it runs along y.
type Edge = (usize, usize, bool);

/// Contours of samples in units of the grid. Values at or above the level are inside.
pub fn trace(samples: &[f64], width: usize, height: usize, level: f64) -> Vec<Contour> {
    let at = |x: usize, y: usize| samples[y * width + x];
    let mut next: HashMap<Edge, Edge> = HashMap::new();
    let mut starts: Vec<Edge> = Vec::new();
    for y in 0..height.saturating_sub(1) {
        for x in 0..width.saturating_sub(1) {
            let corners = [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)];
            let inside = corners.map(|v| v >= level);
            // Sides: bottom, right, top, left; each is left by a line where inside turns to outside.
            let sides: [Edge; 4] = [
                (x, y, false),
                (x + 1, y, true),
                (x, y + 1, false),
                (x, y, true),
            ];
            let mut out = Vec::new();
            let mut into = Vec::new();
            for k in 0..4 {
                match (inside[k], inside[(k + 1) % 4]) {
                    (true, false) => into.push(k),
                    (false, true) => out.push(k),
                    _ => {}
                }
            }
            // With two lines through a cell the mean of the corners says which corners are joined.
            let joined = corners.iter().sum::<f64>() / 4.0 >= level;
            for &from in &into {
                let turn: [usize; 3] = if joined { [1, 2, 3] } else { [3, 2, 1] };
                if let Some(to) = turn
                    .iter()
                    .map(|t| (from + t) % 4)
                    .find(|k| out.contains(k))
                {
                    next.insert(sides[from], sides[to]);
                    starts.push(sides[from]);
                }
            }
        }
    }
    let reached: std::collections::HashSet<Edge> = next.values().copied().collect();
    // Lines that begin at the border first, so that what is left closes.
    let (open, rest): (Vec<Edge>, Vec<Edge>) =
        starts.into_iter().partition(|e| !reached.contains(e));
    let place = |(x, y, up): Edge| {
        let (a, b) = (at(x, y), if up { at(x, y + 1) } else { at(x + 1, y) });
        let part = ((level - a) / (b - a)).clamp(0.0, 1.0);
        let (x, y) = (x as f64, y as f64);
        if up { [x, y + part] } else { [x + part, y] }
    };
    let mut lines = Vec::new();
    for start in open.into_iter().chain(rest) {
        let mut points = Vec::new();
        let mut edge = start;
        while let Some(to) = next.remove(&edge) {
            points.push(place(edge));
            edge = to;
        }
        if points.is_empty() {
            continue;
        }
        let closed = edge == start;
        if !closed {
            points.push(place(edge));
        }
        lines.push(Contour {
            points_nm: points,
            closed,
        });
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::process::lithography::spectrum::Spectrum;

    fn area(points: &[[f64; 2]]) -> f64 {
        let next = points.iter().cycle().skip(1);
        points
            .iter()
            .zip(next)
            .map(|(a, b)| 0.5 * (a[0] * b[1] - b[0] * a[1]))
            .sum()
    }

    #[test]
    fn a_hill_has_one_closed_contour_with_its_area() {
        let n = 41;
        let samples: Vec<f64> = (0..n * n)
            .map(|i| {
                let (x, y) = ((i % n) as f64 - 20.0, (i / n) as f64 - 20.0);
                -x.hypot(y)
            })
            .collect();
        let lines = trace(&samples, n, n, -12.0);
        assert_eq!(lines.len(), 1);
        let found = area(&lines[0].points_nm);
        assert!(lines[0].closed && (found / (144.0 * core::f64::consts::PI) - 1.0).abs() < 2e-3);
        // A valley runs the other way round.
        let valley: Vec<f64> = samples.iter().map(|v| -v).collect();
        assert!(area(&trace(&valley, n, n, 12.0)[0].points_nm) < 0.0);
    }

    #[test]
    fn saddles_and_borders_lose_no_line() {
        // Two corners inside, two outside; the mean decides.
        let lines = trace(&[1.0, 0.0, 0.0, 1.0], 2, 2, 0.4);
        assert_eq!((lines.len(), lines[0].closed), (2, false));
        let band = trace(&[0.0, 1.0, 0.0, 0.0, 1.0, 0.0], 3, 2, 0.5);
        assert_eq!(band.len(), 2);
    }

    /// A part has the points that the whole has there.
    #[test]
    fn a_part_of_the_grid_has_the_points_of_the_whole() {
        let mut spectrum = Spectrum::zero(2);
        spectrum.set(0, 0, 0.4.into());
        for (fx, fy, c) in [(1, 0, 0.1), (0, 2, 0.05), (2, -1, 0.04)] {
            spectrum.set(fx, fy, c.into());
            spectrum.set(-fx, -fy, c.into());
        }
        let image = Image {
            spectrum,
            period_nm: 200.0,
        };
        let samples = image.on_grid(40);
        let part = contours_in(&image, &samples, 40, [[7, 11], [29, 22]], 0.45);
        let inside =
            |p: &&[f64; 2]| (35.0..=145.0).contains(&p[0]) && (55.0..=110.0).contains(&p[1]);
        let whole = contours(&image, 0.45, 40);
        let mut expected: Vec<[f64; 2]> = whole
            .iter()
            .flat_map(|l| &l.points_nm)
            .filter(inside)
            .copied()
            .collect();
        let mut found: Vec<[f64; 2]> = part.iter().flat_map(|l| l.points_nm.clone()).collect();
        for points in [&mut expected, &mut found] {
            points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
        }
        assert_eq!(found.len(), expected.len());
        for (a, b) in found.iter().zip(&expected) {
            assert!(
                (a[0] - b[0]).abs() < 1e-8 && (a[1] - b[1]).abs() < 1e-8,
                "{a:?} {b:?}"
            );
        }
        assert!(found.len() > 10);
    }

    #[test]
    fn points_lie_on_the_level() {
        let mut spectrum = Spectrum::zero(2);
        spectrum.set(0, 0, 0.4.into());
        for (fx, fy, c) in [(1, 0, 0.1), (0, 2, 0.05), (1, -1, 0.04)] {
            spectrum.set(fx, fy, c.into());
            spectrum.set(-fx, -fy, c.into());
        }
        let image = Image {
            spectrum,
            period_nm: 200.0,
        };
        let lines = contours(&image, 0.45, 40);
        assert!(!lines.is_empty());
        for p in lines.iter().flat_map(|l| &l.points_nm) {
            assert!((image.at(p[0], p[1]) - 0.45).abs() < 1e-11, "{p:?}");
        }
    }
}
