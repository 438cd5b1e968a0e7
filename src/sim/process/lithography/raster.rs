//! Shapes to pixels: how much of each pixel is covered, exactly.
//!
//! Pixels are half open, so the sum over pixels of whole-nanometre shapes is their area. Each edge adds
//! the signed area to its right to the row it runs through; a running sum along the row makes it cover.

use crate::scene::shapes::Shapes;

/// Share of each of `n` by `n` pixels that lies inside a shape, row by row; the tile begins at
/// `origin_nm` and is `period_nm` wide. What lies outside the tile is cut off.
///
/// Where shapes overlap in a pixel that neither covers whole, their shares add up to at most 1.
pub fn coverage(shapes: &Shapes, origin_nm: [f64; 2], period_nm: f64, n: u32) -> Vec<f32> {
    let side = n as usize;
    let mut out = vec![0.0_f32; side * side];
    let scale = f64::from(n) / period_nm;
    let pixel =
        |p: [i32; 2]| [0, 1].map(|k| (f64::from(p[k]) * shapes.unit_nm - origin_nm[k]) * scale);
    let mut sums = Sums::default();
    for polygon in &shapes.polygons {
        let points: Vec<[f64; 2]> = polygon.points.iter().map(|&p| pixel(p)).collect();
        if !sums.open(&points, f64::from(n)) {
            continue;
        }
        for (k, &a) in points.iter().enumerate() {
            sums.edge(a, points[(k + 1) % points.len()]);
        }
        sums.add_to(&mut out, side);
    }
    out
}

/// The raster of OpenCV's `fillPoly`, which OpenILT uses: pixels touched by the border belong to the
/// shape, so every shape is one pixel larger. For shapes on whole pixels; only to compare.
pub fn with_border(cover: &[f32], n: u32) -> Vec<f32> {
    let side = n as usize;
    let at = |x: usize, y: usize| cover[y * side + x];
    let mut out = vec![0.0; side * side];
    for y in 0..side {
        for x in 0..side {
            let (left, up) = (x.saturating_sub(1), y.saturating_sub(1));
            let most = at(x, y).max(at(left, y)).max(at(x, up)).max(at(left, up));
            out[y * side + x] = most;
        }
    }
    out
}

/// Signed areas of one polygon over the pixels of its bounding box.
#[derive(Default)]
struct Sums {
    x0: usize,
    y0: usize,
    width: usize,
    height: usize,
    /// Right border of the tile, in pixels.
    limit: f64,
    values: Vec<f64>,
}

impl Sums {
    /// Clears the box of a polygon; `false` when none of it lies in the tile.
    fn open(&mut self, points: &[[f64; 2]], limit: f64) -> bool {
        let range = |k: usize| {
            let low = points.iter().map(|p| p[k]).fold(f64::INFINITY, f64::min);
            let high = points
                .iter()
                .map(|p| p[k])
                .fold(f64::NEG_INFINITY, f64::max);
            (low.clamp(0.0, limit).floor(), high.clamp(0.0, limit).ceil())
        };
        let ((x0, x1), (y0, y1)) = (range(0), range(1));
        if x1 <= x0 || y1 <= y0 {
            return false;
        }
        (self.x0, self.y0) = (x0 as usize, y0 as usize);
        // One more, for what an edge in the last pixel adds to the next.
        (self.width, self.height) = ((x1 - x0) as usize + 1, (y1 - y0) as usize);
        self.limit = limit;
        self.values.clear();
        self.values.resize(self.width * self.height, 0.0);
        true
    }

    /// Adds an edge, cut at the tile's left and right border: beyond the left one it counts as on it.
    fn edge(&mut self, a: [f64; 2], b: [f64; 2]) {
        let cut = |x: f64| a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0]);
        let mut places = vec![a, b];
        for border in [0.0, self.limit] {
            if (a[0] < border) != (b[0] < border) {
                places.push([border, cut(border)]);
            }
        }
        // In the order of the edge.
        let forward = if b[0] >= a[0] { 1.0 } else { -1.0 };
        places.sort_by(|p, q| (forward * p[0]).total_cmp(&(forward * q[0])));
        if a[0] == b[0] {
            places = vec![a, b];
        }
        for pair in places.windows(2) {
            let [p, q] = [pair[0], pair[1]].map(|p| [p[0].clamp(0.0, self.limit), p[1]]);
            self.segment(p, q);
        }
    }

    /// Adds an edge that runs between the left and right border.
    fn segment(&mut self, a: [f64; 2], b: [f64; 2]) {
        if a[1] == b[1] {
            return;
        }
        let (sign, low, high) = if b[1] > a[1] {
            (1.0, a, b)
        } else {
            (-1.0, b, a)
        };
        let bottom = self.y0 as f64;
        let top = bottom + self.height as f64;
        let (from, to) = (low[1].max(bottom), high[1].min(top));
        if to <= from {
            return;
        }
        let slope = (high[0] - low[0]) / (high[1] - low[1]);
        let x_at = |y: f64| low[0] + slope * (y - low[1]);
        let mut y = from;
        while y < to {
            let row = y.floor();
            let next = (row + 1.0).min(to);
            let row = row as usize - self.y0;
            self.row(row, sign * (next - y), x_at(y), x_at(next));
            y = next;
        }
    }

    /// Adds `height` of an edge that crosses one row from `xa` to `xb`.
    fn row(&mut self, row: usize, height: f64, xa: f64, xb: f64) {
        let origin = self.x0 as f64;
        let last = self.width as f64 - 1.0;
        let (low, high) = (
            (xa.min(xb) - origin).clamp(0.0, last),
            (xa.max(xb) - origin).clamp(0.0, last),
        );
        let line = &mut self.values[row * self.width..(row + 1) * self.width];
        let mut add = |x: f64, height: f64| {
            let pixel = x.floor().min(last);
            let inside = x - pixel;
            let pixel = pixel as usize;
            line[pixel] += height * (1.0 - inside);
            if inside > 0.0 && pixel + 1 < line.len() {
                line[pixel + 1] += height * inside;
            }
        };
        if high - low < 1e-12 {
            add(low, height);
            return;
        }
        let per_x = height / (high - low);
        let mut x = low;
        while x < high {
            let next = (x.floor() + 1.0).min(high);
            // Within one pixel the mean place of the piece says how it splits.
            add(0.5 * (x + next), per_x * (next - x));
            x = next;
        }
    }

    /// Runs along the rows and adds the polygon to the picture.
    fn add_to(&self, out: &mut [f32], side: usize) {
        for row in 0..self.height {
            let line = &self.values[row * self.width..(row + 1) * self.width];
            let target = &mut out[(self.y0 + row) * side + self.x0..];
            let mut sum = 0.0;
            for (value, pixel) in line[..self.width - 1].iter().zip(target) {
                sum += value;
                // The sense of the corners does not matter.
                let cover = sum.abs();
                if cover > 1e-9 {
                    *pixel = (*pixel + cover as f32).min(1.0);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::shapes::Polygon;
    use proptest::prelude::*;

    fn one(points: Vec<[i32; 2]>, unit_nm: f64) -> Shapes {
        Shapes {
            unit_nm,
            polygons: vec![Polygon::new(points)],
        }
    }

    #[test]
    fn whole_pixels_are_covered_whole() {
        let shapes = one(vec![[1, 2], [4, 2], [4, 3], [2, 3], [2, 5], [1, 5]], 1.0);
        let cover = coverage(&shapes, [0.0, 0.0], 6.0, 6);
        let lit: Vec<usize> = (0..36).filter(|&i| cover[i] == 1.0).collect();
        assert_eq!(lit, [13, 14, 15, 19, 25]);
        assert_eq!(cover.iter().sum::<f32>(), 5.0);
        let border = with_border(&cover, 6);
        assert_eq!(border.iter().sum::<f32>(), 4.0 * 2.0 + 2.0 * 2.0);
    }

    #[test]
    fn a_slanted_edge_splits_its_pixels() {
        let cover = coverage(&one(vec![[0, 0], [4, 0], [0, 4]], 0.5), [0.0, 0.0], 2.0, 2);
        assert_eq!(cover, [1.0, 0.5, 0.5, 0.0]);
        let wide = coverage(&one(vec![[0, 0], [4, 0], [4, 1]], 1.0), [0.0, 0.0], 4.0, 4);
        assert_eq!(wide[..4], [0.125, 0.375, 0.625, 0.875]);
    }

    proptest! {
        /// Wherever a triangle lies, its pixels hold the area that lies in the tile: cut by two
        /// triangles of which one lies inside, or seen in a tile that holds it all.
        #[test]
        fn the_sum_is_the_area(
            points in prop::collection::vec(prop::array::uniform2(-40i32..90), 3),
            origin in prop::array::uniform2(-60.0..60.0f64),
        ) {
            let shapes = one(points, 0.37);
            let area = shapes.polygons[0].double_area().abs() as f64 / 2.0 * 0.37 * 0.37;
            let whole = coverage(&shapes, [-64.0, -64.0], 128.0, 64);
            let sum: f64 = whole.iter().map(|&c| f64::from(c) * 4.0).sum();
            prop_assert!((sum - area).abs() < 1e-3 + 1e-5 * area, "{sum} {area}");
            // Four quarters hold what the whole holds.
            let mut parts = 0.0;
            for [dx, dy] in [[0.0, 0.0], [128.0, 0.0], [0.0, 128.0], [128.0, 128.0]] {
                let corner = [origin[0] - 128.0 + dx, origin[1] - 128.0 + dy];
                parts += coverage(&shapes, corner, 128.0, 48).iter()
                    .map(|&c| f64::from(c) * (128.0_f64 / 48.0).powi(2)).sum::<f64>();
            }
            prop_assert!((parts - area).abs() < 1e-3 + 1e-5 * area, "{parts} {area}");
        }
    }
}
