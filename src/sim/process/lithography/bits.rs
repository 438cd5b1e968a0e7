//! Pictures of one bit to a pixel, and what squares make of them: 64 pixels at once.

/// A picture of n by n pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bits {
    n: usize,
    /// Words of a row; bits beyond the row are 0.
    words: usize,
    rows: Vec<u64>,
}

/// Bit x of what comes is bit x + by of a row.
fn lowered(row: &[u64], by: usize, out: &mut [u64]) {
    let (words, bits) = (by / 64, by % 64);
    for (i, out) in out.iter_mut().enumerate() {
        let word = |k: usize| row.get(i + words + k).copied().unwrap_or(0);
        let next = if bits > 0 { word(1) << (64 - bits) } else { 0 };
        *out = word(0) >> bits | next;
    }
}

/// Bit x of what comes is bit x − by of a row.
fn raised(row: &[u64], by: usize, out: &mut [u64]) {
    let (words, bits) = (by / 64, by % 64);
    for (i, out) in out.iter_mut().enumerate() {
        let word = |k: usize| i.checked_sub(words + k).map_or(0, |i| row[i]);
        let before = if bits > 0 { word(1) >> (64 - bits) } else { 0 };
        *out = word(0) << bits | before;
    }
}

/// Steps that make runs of `length` out of runs of one: each at most as long as what is there.
fn steps(length: usize) -> impl Iterator<Item = usize> {
    let mut there = 1;
    core::iter::from_fn(move || {
        let step = there.min(length.saturating_sub(there));
        there += step;
        (step > 0).then_some(step)
    })
}

impl Bits {
    fn empty(n: usize) -> Self {
        let words = n.div_ceil(64);
        Self {
            n,
            words,
            rows: vec![0; words * n],
        }
    }

    fn lines(&self) -> impl Iterator<Item = &[u64]> {
        self.rows.chunks_exact(self.words)
    }

    fn lines_mut(&mut self) -> impl Iterator<Item = &mut [u64]> {
        self.rows.chunks_exact_mut(self.words)
    }

    /// Of pixels, row by row; at least one.
    pub fn of(pixels: &[bool], n: usize) -> Self {
        let mut bits = Self::empty(n);
        for (row, pixels) in bits.lines_mut().zip(pixels.chunks_exact(n)) {
            for (word, pixels) in row.iter_mut().zip(pixels.chunks(64)) {
                for (x, on) in pixels.iter().enumerate() {
                    *word |= u64::from(*on) << x;
                }
            }
        }
        bits
    }

    /// Its pixels.
    pub fn pixels(&self) -> Vec<bool> {
        let mut pixels = Vec::with_capacity(self.n * self.n);
        for row in self.lines() {
            pixels.extend((0..self.n).map(|x| row[x / 64] >> (x % 64) & 1 == 1));
        }
        pixels
    }

    /// Pixels that are set.
    pub fn count(&self) -> u64 {
        self.rows.iter().map(|w| u64::from(w.count_ones())).sum()
    }

    /// What one word of this and one of another picture of the same size make.
    pub fn with(&self, other: &Self, make: impl Fn(u64, u64) -> u64) -> Self {
        let words = self.rows.iter().zip(&other.rows);
        Self {
            rows: words.map(|(a, b)| make(*a, *b)).collect(),
            ..*self
        }
    }

    /// Union of all squares of side `size` that lie in the picture.
    pub fn opened(&self, size: usize) -> Self {
        let mut out = self.clone();
        // What is left are the lowest corners of whole squares, then the squares of these.
        out.along_rows(size, lowered, |a, b| a & b);
        out.along_columns(size, false);
        out.along_rows(size, raised, |a, b| a | b);
        out.along_columns(size, true);
        out
    }

    /// Fills what no empty square of side `size` reaches. The field around the picture is empty.
    pub fn closed(&self, size: usize) -> Self {
        // A margin of empty pixels lets squares lie across the border.
        let field = self.framed(size).inverted().opened(size).inverted();
        let mut out = Self::empty(self.n);
        for (row, from) in out.lines_mut().zip(field.lines().skip(size)) {
            lowered(from, size, row);
        }
        out.trim();
        out
    }

    /// Grown by `reach` pixels in every direction, as squares grow.
    pub fn grown(&self, reach: usize) -> Self {
        let mut out = self.framed(reach);
        out.along_rows(2 * reach + 1, lowered, |a, b| a | b);
        out.along_columns(2 * reach + 1, true);
        // Columns grew upward: the frame's first rows are what lies `reach` above them.
        let mut cut = Self::empty(self.n);
        for (row, from) in cut.lines_mut().zip(out.lines().skip(2 * reach)) {
            row.copy_from_slice(&from[..self.words]);
        }
        cut.trim();
        cut
    }

    /// With a margin of empty pixels.
    fn framed(&self, margin: usize) -> Self {
        let mut out = Self::empty(self.n + 2 * margin);
        let mut wide = vec![0; out.words];
        for (row, from) in out.lines_mut().skip(margin).zip(self.lines()) {
            wide[..self.words].copy_from_slice(from);
            raised(&wide, margin, row);
        }
        out
    }

    fn inverted(mut self) -> Self {
        for word in &mut self.rows {
            *word = !*word;
        }
        self.trim();
        self
    }

    /// Takes off what stands beyond the rows.
    fn trim(&mut self) {
        let last = self.n % 64;
        if last > 0 {
            for row in self.lines_mut() {
                row[row.len() - 1] &= (1 << last) - 1;
            }
        }
    }

    /// Each row joined with itself, moved, over a run of `size` pixels.
    fn along_rows(
        &mut self,
        size: usize,
        moved: impl Fn(&[u64], usize, &mut [u64]),
        join: impl Fn(u64, u64) -> u64,
    ) {
        let mut other = vec![0; self.words];
        for row in self.lines_mut() {
            for step in steps(size) {
                moved(row, step, &mut other);
                for (word, other) in row.iter_mut().zip(&other) {
                    *word = join(*word, *other);
                }
            }
        }
        self.trim();
    }

    /// Each column joined with itself over a run of `size` pixels: upward whatever is set in one (`grows`), or downward
    /// what is set in all.
    fn along_columns(&mut self, size: usize, grows: bool) {
        let words = self.words;
        for step in steps(size).map(|s| s * words) {
            let end = self.rows.len();
            if grows {
                for i in (step..end).rev() {
                    self.rows[i] |= self.rows[i - step];
                }
            } else {
                for i in 0..end {
                    self.rows[i] &= self.rows.get(i + step).copied().unwrap_or(0);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the definitions, pixel by pixel, on sizes beside and across the words.
    #[test]
    fn squares_open_close_and_grow_as_defined() {
        for (n, size) in [(1, 1), (9, 2), (64, 3), (65, 5), (70, 1), (130, 7)] {
            let picture: Vec<bool> = (0..n * n)
                .map(|i| (i * i / 7 + i / n) % 9 < 6 || (i % n) * 2 < n)
                .collect();
            let bits = Bits::of(&picture, n);
            assert_eq!(bits.pixels(), picture);
            assert_eq!(bits.count(), picture.iter().filter(|p| **p).count() as u64);
            let n = n as isize;
            let side = size as isize;
            let on = |x: isize, y: isize| {
                (0..n).contains(&x) && (0..n).contains(&y) && picture[(y * n + x) as usize]
            };
            let square = |x: isize, y: isize, of: &dyn Fn(isize, isize) -> bool| {
                (0..side).all(|j| (0..side).all(|i| of(x + i, y + j)))
            };
            let covered = |x: isize, y: isize, of: &dyn Fn(isize, isize) -> bool| {
                (0..side).any(|j| (0..side).any(|i| square(x - i, y - j, of)))
            };
            let (opened, closed) = (bits.opened(size).pixels(), bits.closed(size).pixels());
            let grown = bits.grown(size).pixels();
            for y in 0..n {
                for x in 0..n {
                    let at = (y * n + x) as usize;
                    assert_eq!(opened[at], covered(x, y, &on), "{n} {size} {x} {y}");
                    let filled = !covered(x, y, &|x, y| !on(x, y));
                    assert_eq!(closed[at], filled, "{n} {size} {x} {y}");
                    let near = (-side..=side).any(|j| (-side..=side).any(|i| on(x + i, y + j)));
                    assert_eq!(grown[at], near, "{n} {size} {x} {y}");
                }
            }
        }
    }
}
