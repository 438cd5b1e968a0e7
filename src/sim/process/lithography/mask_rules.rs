//! Mask rules: what a mask writer can draw, checked and kept on pixel masks.
//!
//! A mask keeps a least width w where each of its pixels lies in a square of side w that is all mask, and
//! a least space where the same holds of what is not mask: then no row and no column of it is shorter.
//! Slanted borders of small steps keep the rule, single thin places do not. Shapes are joined by sides,
//! not by corners. Beyond the tile is no mask.

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
        let differ = |other: &[bool]| {
            self.pixels
                .iter()
                .zip(other)
                .filter(|(a, b)| a != b)
                .count() as u64
        };
        let opened = open(
            &self.pixels,
            self.n,
            pixels(rules.width_nm, pixel_nm),
            false,
        );
        let closed = close(&self.pixels, self.n, pixels(rules.space_nm, pixel_nm));
        let least = rules.area_nm2 / (pixel_nm * pixel_nm);
        Violations {
            width: differ(&opened),
            space: differ(&closed),
            area: self
                .shapes()
                .iter()
                .filter(|s| (s.len() as f64) < least)
                .count() as u64,
        }
    }

    /// Pixels, by index, that lie in too narrow a place of the mask or of the field.
    pub fn narrow(&self, rules: &Rules, pixel_nm: f64) -> Vec<usize> {
        let opened = open(
            &self.pixels,
            self.n,
            pixels(rules.width_nm, pixel_nm),
            false,
        );
        let closed = close(&self.pixels, self.n, pixels(rules.space_nm, pixel_nm));
        let differs = |i: &usize| self.pixels[*i] != opened[*i] || self.pixels[*i] != closed[*i];
        (0..self.pixels.len()).filter(differs).collect()
    }

    /// The mask nearest to this one, by our means, that keeps the rules: narrow places are taken off,
    /// narrow gaps filled, in turns until nothing changes; where both cannot be had the shape goes.
    pub fn cleaned(&self, rules: &Rules, pixel_nm: f64) -> Self {
        const ROUNDS: u32 = 40;
        let (width, space) = (
            pixels(rules.width_nm, pixel_nm),
            pixels(rules.space_nm, pixel_nm),
        );
        let least = rules.area_nm2 / (pixel_nm * pixel_nm);
        let mut mask = self.clone();
        for round in 0..2 * ROUNDS {
            let mut next = close(&mask.pixels, self.n, space);
            next = open(&next, self.n, width, false);
            if round >= ROUNDS {
                // No agreement: what is still too close to something is cut away, with its surroundings.
                let closed = close(&next, self.n, space);
                let apart: Vec<bool> = next.iter().zip(&closed).map(|(a, b)| a != b).collect();
                let near = grow(&apart, self.n, 2 * width.max(space) + 1);
                for (pixel, near) in next.iter_mut().zip(near) {
                    *pixel &= !near;
                }
                next = open(&next, self.n, width, false);
            }
            let settled = next == mask.pixels;
            mask.pixels = next;
            for shape in mask.shapes() {
                if (shape.len() as f64) < least {
                    for at in shape {
                        mask.pixels[at] = false;
                    }
                }
            }
            if settled && mask.check(rules, pixel_nm).is_clean() {
                break;
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

/// Union of all squares of side `size` that lie in the picture; `beyond` says what lies outside it.
fn open(picture: &[bool], n: usize, size: usize, beyond: bool) -> Vec<bool> {
    // How many pixels of a line from here on are set, capped at the size.
    let mut down = vec![0_u32; n * n];
    for y in (0..n).rev() {
        for x in 0..n {
            if picture[y * n + x] {
                let next = if y + 1 < n {
                    down[(y + 1) * n + x]
                } else if beyond {
                    size as u32
                } else {
                    0
                };
                down[y * n + x] = (next + 1).min(size as u32);
            }
        }
    }
    // Corners of whole squares.
    let mut corners = vec![false; n * n];
    for y in 0..n {
        let mut run = if beyond { size } else { 0 };
        for x in (0..n).rev() {
            run = if down[y * n + x] as usize == size {
                run + 1
            } else {
                0
            };
            corners[y * n + x] = run >= size;
        }
    }
    // Each corner lights its square: marked along x, then along y.
    let mut wide = vec![false; n * n];
    let mut out = vec![false; n * n];
    for y in 0..n {
        let mut left = 0;
        for x in 0..n {
            left = if corners[y * n + x] { size } else { left };
            wide[y * n + x] = left > 0;
            left = left.saturating_sub(1);
        }
    }
    let mut left = vec![0_usize; n];
    for y in 0..n {
        for x in 0..n {
            if wide[y * n + x] {
                left[x] = size;
            }
            out[y * n + x] = left[x] > 0;
            left[x] = left[x].saturating_sub(1);
        }
    }
    out
}

/// Fills what no empty square of side `size` reaches. The field around the tile is empty.
fn close(picture: &[bool], n: usize, size: usize) -> Vec<bool> {
    // A margin of empty pixels lets squares lie across the border.
    let wide = n + 2 * size;
    let mut empty = vec![true; wide * wide];
    for y in 0..n {
        for x in 0..n {
            empty[(y + size) * wide + x + size] = !picture[y * n + x];
        }
    }
    let opened = open(&empty, wide, size, false);
    (0..n * n)
        .map(|i| !opened[(i / n + size) * wide + i % n + size])
        .collect()
}

/// The picture grown by `reach` pixels in every direction, as squares grow.
fn grow(picture: &[bool], n: usize, reach: usize) -> Vec<bool> {
    let line = |get: &dyn Fn(usize) -> bool, set: &mut dyn FnMut(usize)| {
        let mut last: Option<usize> = None;
        let mut next = 0;
        for i in 0..n {
            while next < n && (next <= i + reach) {
                if get(next) {
                    last = Some(next);
                }
                next += 1;
            }
            if last.is_some_and(|l| l + reach >= i) {
                set(i);
            }
        }
    };
    let mut wide = vec![false; n * n];
    for y in 0..n {
        line(&|x| picture[y * n + x], &mut |x| wide[y * n + x] = true);
    }
    let mut out = vec![false; n * n];
    for x in 0..n {
        line(&|y| wide[y * n + x], &mut |y| out[y * n + x] = true);
    }
    out
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
