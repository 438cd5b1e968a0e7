//! Boxes in bins: which of many boxes reach into a rectangle, without looking at all of them.

/// A rectangle as its lowest and highest coordinates.
pub type Area = [[f64; 2]; 2];

/// Whether two rectangles touch or overlap.
pub fn touch(a: &Area, b: &Area) -> bool {
    (0..2).all(|k| a[0][k] <= b[1][k] && b[0][k] <= a[1][k])
}

/// Boxes, sorted into a grid of bins.
#[derive(Clone, Debug, Default)]
pub struct Bins {
    areas: Vec<Area>,
    low: [f64; 2],
    step: [f64; 2],
    counts: [usize; 2],
    /// Boxes of each bin, row by row; a box stands in every bin that it reaches into.
    bins: Vec<Vec<u32>>,
    /// Boxes that reach into too many bins to stand in each.
    large: Vec<u32>,
}

/// Bins a box may stand in; a larger one is looked at in every search.
const BINS_PER_BOX: usize = 64;

impl Bins {
    /// Sorts boxes.
    pub fn new(areas: Vec<Area>) -> Self {
        let mut bins = Self {
            areas,
            ..Self::default()
        };
        let Some(&first) = bins.areas.first() else {
            return bins;
        };
        let all = bins.areas.iter().fold(first, |all, a| {
            [
                [all[0][0].min(a[0][0]), all[0][1].min(a[0][1])],
                [all[1][0].max(a[1][0]), all[1][1].max(a[1][1])],
            ]
        });
        // Some two boxes a bin, at most a million bins.
        let side = ((bins.areas.len() as f64 / 2.0).sqrt() as usize).clamp(1, 1000);
        bins.low = all[0];
        bins.counts = [side; 2];
        bins.step = [0, 1].map(|k| ((all[1][k] - all[0][k]) / side as f64).max(1e-9));
        bins.bins = vec![Vec::new(); side * side];
        for i in 0..bins.areas.len() {
            let [from, to] = bins.range(&bins.areas[i]);
            if (to[0] - from[0] + 1) * (to[1] - from[1] + 1) > BINS_PER_BOX {
                bins.large.push(i as u32);
                continue;
            }
            for y in from[1]..=to[1] {
                for x in from[0]..=to[0] {
                    bins.bins[y * side + x].push(i as u32);
                }
            }
        }
        bins
    }

    /// First and last bin along x and y that an area reaches into.
    fn range(&self, area: &Area) -> [[usize; 2]; 2] {
        [0, 1].map(|end| {
            [0, 1].map(|k| {
                let bin = (area[end][k] - self.low[k]) / self.step[k];
                (bin.max(0.0) as usize).min(self.counts[k] - 1)
            })
        })
    }

    /// Indices of the boxes that touch an area, ascending.
    pub fn within(&self, area: &Area) -> Vec<u32> {
        if self.areas.is_empty() {
            return Vec::new();
        }
        let [from, to] = self.range(area);
        let mut found: Vec<u32> = self.large.clone();
        for y in from[1]..=to[1] {
            for x in from[0]..=to[0] {
                found.extend(&self.bins[y * self.counts[0] + x]);
            }
        }
        found.retain(|&i| touch(&self.areas[i as usize], area));
        found.sort_unstable();
        found.dedup();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What a search finds is what looking at every box finds.
        #[test]
        fn a_search_finds_what_touches(
            boxes in prop::collection::vec((-500.0..500.0f64, -500.0..500.0f64, 0.0..60.0f64, 0.0..900.0f64), 0..80),
            x in -600.0..600.0f64, y in -600.0..600.0f64, w in 0.0..300.0f64,
        ) {
            let areas: Vec<Area> = boxes.iter().map(|&(x, y, w, h)| [[x, y], [x + w, y + h]]).collect();
            let area = [[x, y], [x + w, y + w]];
            let expected: Vec<u32> = (0..).zip(&areas).filter(|(_, a)| touch(a, &area)).map(|(i, _)| i).collect();
            prop_assert_eq!(Bins::new(areas).within(&area), expected);
        }
    }
}
