//! Mask rules: what a mask writer can draw, checked and kept on pixel masks.
//!
//! A mask keeps a least width w where each of its pixels lies in a square of side w that is all mask, and
//! a least space where the same holds of what is not mask: then no row and no column of it is shorter.
//! Slanted borders of small steps keep the rule, single thin places do not. Shapes are joined by sides,
//! not by corners. Beyond the tile is no mask.

use crate::sim::process::lithography::bits::Bits;

/// Rules of a mask, at the wafer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// Least width of a shape.
    pub width_nm: f64,
    /// Least space between and inside shapes.
    pub space_nm: f64,
    /// Least area of a shape.
    pub area_nm2: f64,
}

/// Rules of the contest's masks here.
pub const CONTEST: Rules = Rules {
    width_nm: 16.0,
    space_nm: 16.0,
    area_nm2: 600.0,
};

impl Rules {
    /// Of shapes and gaps of one least width; areas as in the contest.
    pub fn of_width(width_nm: f64) -> Self {
        let share = width_nm / CONTEST.width_nm;
        Self {
            width_nm,
            space_nm: width_nm,
            area_nm2: share * share * CONTEST.area_nm2,
        }
    }

    /// For a lens of resolution λ/NA: a ninth of it, in whole nm, which is what the contest has for its lens.
    pub fn for_resolution(resolution_nm: f64) -> Self {
        Self::of_width(libm::round(resolution_nm / 9.0).max(1.0))
    }
}

/// Where a mask breaks rules: pixels for width and space, shapes for area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Violations {
    /// Pixels of the mask that lie in too narrow a place.
    pub width: u64,
    /// Pixels beside the mask that lie in too narrow a gap.
    pub space: u64,
    /// Shapes that are too small.
    pub area: u64,
}

impl Violations {
    /// Whether there is none.
    pub fn is_clean(self) -> bool {
        self == Self::default()
    }
}

/// A mask of pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PixelMask {
    /// Pixels along a side.
    pub n: usize,
    /// Row by row; true is open.
    pub pixels: Vec<bool>,
}

/// Pixels that a length takes, rounded up.
fn pixels(length_nm: f64, pixel_nm: f64) -> usize {
    libm::ceil(length_nm / pixel_nm - 1e-9).max(1.0) as usize
}

impl PixelMask {
    /// What breaks the rules with pixels of this size.
    pub fn check(&self, rules: &Rules, pixel_nm: f64) -> Violations {
        let mask = Bits::of(&self.pixels, self.n);
        let [opened, closed] = Self::kept(&mask, rules, pixel_nm);
        let least = rules.area_nm2 / (pixel_nm * pixel_nm);
        let shapes = self.shapes();
        Violations {
            width: mask.with(&opened, |a, b| a ^ b).count(),
            space: mask.with(&closed, |a, b| a ^ b).count(),
            area: shapes.iter().filter(|s| (s.len() as f64) < least).count() as u64,
        }
    }

    /// A mask without its narrow places, and with its narrow gaps filled.
    fn kept(mask: &Bits, rules: &Rules, pixel_nm: f64) -> [Bits; 2] {
        [
            mask.opened(pixels(rules.width_nm, pixel_nm)),
            mask.closed(pixels(rules.space_nm, pixel_nm)),
        ]
    }

    /// Pixels, by index, that lie in too narrow a place of the mask or of the field.
    pub fn narrow(&self, rules: &Rules, pixel_nm: f64) -> Vec<usize> {
        let mask = Bits::of(&self.pixels, self.n);
        // The one takes pixels off, the other adds some: where they agree nothing changed.
        let [opened, closed] = Self::kept(&mask, rules, pixel_nm);
        let differs = opened.with(&closed, |a, b| a ^ b).pixels();
        (0..differs.len()).filter(|i| differs[*i]).collect()
    }

    /// The mask nearest to this one, by our means, that keeps the rules: narrow places are taken off and narrow gaps
    /// filled; where both cannot be had the mask is cut away around, no further than it must be.
    pub fn cleaned(&self, rules: &Rules, pixel_nm: f64) -> Self {
        const ROUNDS: u32 = 80;
        let (width, space) = (
            pixels(rules.width_nm, pixel_nm),
            pixels(rules.space_nm, pixel_nm),
        );
        let least = rules.area_nm2 / (pixel_nm * pixel_nm);
        let mut mask = self.clone();
        let mut before = Bits::of(&mask.pixels, self.n);
        // How far around a place where both cannot be had the mask is cut away.
        let mut reach = 0;
        for _ in 0..ROUNDS {
            let mut next = before.closed(space).opened(width);
            if reach > 0 {
                let apart = next.with(&next.closed(space), |a, b| a ^ b).grown(reach);
                next = next.with(&apart, |a, b| a & !b).opened(width);
            }
            let settled = next == before;
            mask.pixels = next.pixels();
            for shape in mask.shapes() {
                if (shape.len() as f64) < least {
                    for at in shape {
                        mask.pixels[at] = false;
                    }
                }
            }
            before = Bits::of(&mask.pixels, self.n);
            if settled {
                if mask.check(rules, pixel_nm).is_clean() {
                    break;
                }
                // Doing the same once more would change nothing.
                reach = (2 * reach).clamp(1, 2 * width.max(space) + 1);
            }
        }
        mask
    }

    /// The shapes: pixels joined by their sides.
    pub fn shapes(&self) -> Vec<Vec<usize>> {
        let n = self.n;
        let mut seen = vec![false; n * n];
        let mut shapes = Vec::new();
        for start in 0..n * n {
            if !self.pixels[start] || seen[start] {
                continue;
            }
            let mut shape = vec![start];
            seen[start] = true;
            let mut next = 0;
            while next < shape.len() {
                let at = shape[next];
                next += 1;
                let (x, y) = (at % n, at / n);
                let beside = [
                    (x > 0).then(|| at - 1),
                    (x + 1 < n).then_some(at + 1),
                    (y > 0).then(|| at - n),
                    (y + 1 < n).then_some(at + n),
                ];
                for at in beside.into_iter().flatten() {
                    if self.pixels[at] && !seen[at] {
                        seen[at] = true;
                        shape.push(at);
                    }
                }
            }
            shapes.push(shape);
        }
        shapes
    }

    /// Rectangles (low corner, high corner, in pixels) that make up the mask without overlap: runs of
    /// rows, joined where runs of neighbouring rows are equal.
    pub fn rectangles(&self) -> Vec<[[u32; 2]; 2]> {
        let n = self.n;
        let mut done = Vec::new();
        let mut open: Vec<[[u32; 2]; 2]> = Vec::new();
        for (y, row) in (0..).zip(self.pixels.chunks_exact(n)) {
            let mut next = Vec::new();
            let mut x = 0;
            while x < n {
                if !row[x] {
                    x += 1;
                    continue;
                }
                let from = x;
                while x < n && row[x] {
                    x += 1;
                }
                let (from, to) = (from as u32, x as u32);
                let above = open.iter().position(|r| r[0][0] == from && r[1][0] == to);
                next.push(match above {
                    Some(k) => {
                        let grown = open.swap_remove(k);
                        [grown[0], [to, y + 1]]
                    }
                    None => [[from, y], [to, y + 1]],
                });
            }
            done.append(&mut open);
            open = next;
        }
        done.append(&mut open);
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mask(rows: &[&str]) -> PixelMask {
        PixelMask {
            n: rows.len(),
            pixels: rows
                .iter()
                .flat_map(|r| r.bytes().map(|b| b == b'#'))
                .collect(),
        }
    }

    const RULES: Rules = Rules {
        width_nm: 2.0,
        space_nm: 2.0,
        area_nm2: 5.0,
    };

    #[test]
    fn thin_places_gaps_and_specks_are_found() {
        let bad = mask(&[
            "########..", //
            "########..",
            "####.###..",
            "########..",
            "########..",
            ".#......##",
            ".#......##",
            ".#........",
            "..........",
            "..........",
        ]);
        let found = bad.check(&RULES, 1.0);
        // The tail, the pinhole, the square of four. The corners of the two shapes are 1 by 0 apart.
        assert_eq!((found.width, found.area), (3, 1));
        assert!(found.space >= 1);
        let clean = bad.cleaned(&RULES, 1.0);
        assert!(clean.check(&RULES, 1.0).is_clean());
        assert!(clean.pixels[2 * 10 + 4], "the pinhole is filled");
        assert!(clean.pixels[0] && !clean.pixels[7 * 10 + 1]);
        // Larger pixels need fewer of them.
        assert_eq!(bad.check(&RULES, 2.0).width, 0);
    }

    #[test]
    fn steps_of_one_pixel_are_no_thin_places() {
        let stairs = mask(&["###...", "####..", "#####.", ".#####", "..####", "...###"]);
        assert_eq!(stairs.check(&RULES, 1.0), Violations::default());
    }

    #[test]
    fn rectangles_make_up_the_mask() {
        let l = mask(&["##..", "##..", "####", "####"]);
        let mut found = l.rectangles();
        found.sort_unstable();
        assert_eq!(found, [[[0, 0], [2, 2]], [[0, 2], [4, 4]]]);
    }

    /// Two squares that nearly touch along a short piece of their sides: the gap can neither stay nor be filled, so
    /// corners are cut off, and no more than corners.
    #[test]
    fn of_a_conflict_no_more_is_cut_than_must_be() {
        let n = 160;
        let inside = |x: usize, y: usize| {
            ((10..70).contains(&x) && (10..70).contains(&y))
                || ((72..132).contains(&x) && (60..120).contains(&y))
        };
        let pixels: Vec<bool> = (0..n * n).map(|i| inside(i % n, i / n)).collect();
        let mask = PixelMask { n, pixels };
        let rules = Rules {
            width_nm: 16.0,
            space_nm: 16.0,
            area_nm2: 600.0,
        };
        assert!(!mask.check(&rules, 1.0).is_clean());
        let clean = mask.cleaned(&rules, 1.0);
        assert!(clean.check(&rules, 1.0).is_clean());
        let pairs = mask.pixels.iter().zip(&clean.pixels);
        let changed = pairs.filter(|(a, b)| a != b).count();
        println!("{changed} of 7,200 pixels changed");
        assert!(changed < 300, "{changed}");
    }

    proptest! {
        /// Whatever the pixels, what is cleaned is clean, and what is clean stays.
        #[test]
        fn cleaning_ends_clean(bits in prop::collection::vec(prop::bool::weighted(0.6), 18 * 18)) {
            // Blocks of two, so that something is left.
            let n = 36;
            let pixels = (0..n * n).map(|i| bits[i / n / 2 * 18 + i % n / 2]).collect();
            let rules = Rules { width_nm: 3.0, space_nm: 3.0, area_nm2: 12.0 };
            let clean = PixelMask { n, pixels }.cleaned(&rules, 1.0);
            prop_assert_eq!(clean.check(&rules, 1.0), Violations::default());
            prop_assert_eq!(&clean.cleaned(&rules, 1.0), &clean);
            let area: u32 = clean.rectangles().iter()
                .map(|[a, b]| (b[0] - a[0]) * (b[1] - a[1])).sum();
            prop_assert_eq!(area as usize, clean.pixels.iter().filter(|p| **p).count());
        }
    }
}
