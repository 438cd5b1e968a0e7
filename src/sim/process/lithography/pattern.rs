//! Test patterns: layouts made for trying optics and corrections, not copied from anyone.
//!
//! A pattern is a cell that is repeated in columns and rows, so that a square millimetre of it is a few
//! kilobytes. Lengths are whole nm at the wafer.

use crate::rng::{Seed, Stream};
use crate::scene::shapes::{Polygon, Shapes};

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Straight lines along y, with a gap between their ends.
    Lines,
    /// Square contacts on a square grid.
    Contacts,
    /// Storage nodes of a memory: square contacts on a staggered grid, as dense as circles lie.
    Dram,
    /// Wires along x on tracks, broken by chance, some joined to the next track: what a router leaves.
    Random,
}

/// Measures of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measures {
    /// Width of lines, side of contacts.
    pub size_nm: i32,
    /// From one to the next.
    pub pitch_nm: i32,
    /// Length of lines; side of the block that random wires fill before it repeats.
    pub length_nm: i32,
    /// Columns and rows of the cell.
    pub counts: [u16; 2],
    /// Chance of random wires.
    pub seed: Seed,
}

/// A cell and its repetition.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// What is repeated; its unit is 1 nm.
    pub cell: Shapes,
    /// Columns and rows.
    pub counts: [u16; 2],
    /// Steps along x and y.
    pub pitch: [i32; 2],
}

/// Why a pattern cannot be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternFault {
    /// The size leaves no space.
    #[error("the size is from 1 nm to below the pitch")]
    Size,
    /// Too short or too long.
    #[error("the length is from three pitches to 1 mm")]
    Length,
    /// It would reach beyond what coordinates hold.
    #[error("the pattern is at most 10 mm along a side, of 1 to 32 767 columns and rows")]
    Extent,
}

/// Draws a pattern.
///
/// # Errors
/// Measures that fit no pattern.
pub fn pattern(kind: Kind, m: Measures) -> Result<Pattern, PatternFault> {
    if m.size_nm < 1 || m.size_nm >= m.pitch_nm {
        return Err(PatternFault::Size);
    }
    let long = i64::from(m.length_nm);
    if matches!(kind, Kind::Lines | Kind::Random)
        && !(3 * i64::from(m.pitch_nm)..=1_000_000).contains(&long)
    {
        return Err(PatternFault::Length);
    }
    let space = m.pitch_nm - m.size_nm;
    let square = |x: i32, y: i32| Polygon::rectangle([x, y], [x + m.size_nm, y + m.size_nm]);
    let (polygons, pitch) = match kind {
        Kind::Lines => (
            vec![Polygon::rectangle([0, 0], [m.size_nm, m.length_nm])],
            [m.pitch_nm, m.length_nm + space],
        ),
        Kind::Contacts => (vec![square(0, 0)], [m.pitch_nm; 2]),
        Kind::Dram => {
            // Each row half a pitch on, √3/2 pitches up.
            let row = libm::round(0.5 * 3.0_f64.sqrt() * f64::from(m.pitch_nm)) as i32;
            (
                vec![square(0, 0), square(m.pitch_nm / 2, row)],
                [m.pitch_nm, 2 * row],
            )
        }
        Kind::Random => (wires(m), [m.length_nm / m.pitch_nm * m.pitch_nm; 2]),
    };
    let fits = (0..2).all(|k| {
        (1..=32_767).contains(&m.counts[k])
            && i64::from(m.counts[k]) * i64::from(pitch[k]) <= 10_000_000
    });
    if !fits {
        return Err(PatternFault::Extent);
    }
    Ok(Pattern {
        cell: Shapes {
            unit_nm: 1.0,
            polygons,
        },
        counts: m.counts,
        pitch,
    })
}

/// Wires on tracks: each track is run along, wire and gap in turn, and where a wire lies above another a
/// link may join them. Gaps are at least the space between tracks, so nothing is narrower or nearer than
/// lines of the pitch are; the block's rim stays free, so that blocks may lie side by side.
fn wires(m: Measures) -> Vec<Polygon> {
    let (pitch, size) = (m.pitch_nm, m.size_nm);
    let space = pitch - size;
    let tracks = m.length_nm / pitch;
    let end = tracks * pitch - space;
    let chance = |track: i32, n: i32, lane: u32| -> f64 {
        let word = m
            .seed
            .block(Stream::Patterns, [track as u32, n as u32, lane])[0];
        crate::rng::unit(word)
    };
    let mut rows: Vec<Vec<(i32, i32)>> = Vec::new();
    for track in 0..tracks {
        let mut row = Vec::new();
        let mut x = (chance(track, 0, 1) * f64::from(2 * pitch)) as i32;
        let mut n = 1;
        while x + 2 * pitch <= end {
            let length = pitch * (2 + (chance(track, n, 0) * 12.0) as i32);
            let to = (x + length).min(end);
            row.push((x, to));
            x = to + space.max(size) + (chance(track, n, 1) * f64::from(2 * pitch)) as i32;
            n += 1;
        }
        rows.push(row);
    }
    let mut polygons = Vec::new();
    for (track, row) in (0..).zip(&rows) {
        let y = track * pitch;
        for (n, &(from, to)) in (0..).zip(row) {
            polygons.push(Polygon::rectangle([from, y], [to, y + size]));
            let Some(next) = rows.get(track as usize + 1) else {
                continue;
            };
            // A link at this wire's left end, where the next track has a wire above it.
            let above = next.iter().any(|w| w.0 <= from && from + size <= w.1);
            if above && chance(track, n, 2) < 0.25 {
                polygons.push(Polygon::rectangle(
                    [from, y],
                    [from + size, y + pitch + size],
                ));
            }
        }
    }
    polygons
}

impl Pattern {
    /// Number of polygons in all.
    pub fn count(&self) -> u64 {
        let [columns, rows] = self.counts.map(u64::from);
        columns * rows * self.cell.polygons.len() as u64
    }

    /// All of it in place.
    pub fn flat(&self) -> Shapes {
        let mut all = Shapes {
            unit_nm: self.cell.unit_nm,
            polygons: Vec::new(),
        };
        for row in 0..i32::from(self.counts[1]) {
            for column in 0..i32::from(self.counts[0]) {
                let moved = self.cell.moved(column * self.pitch[0], row * self.pitch[1]);
                all.polygons.extend(moved.polygons);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::process::lithography::mask_rules::{PixelMask, Rules};
    use crate::sim::process::lithography::raster::coverage;

    const MEASURES: Measures = Measures {
        size_nm: 8,
        pitch_nm: 20,
        length_nm: 400,
        counts: [3, 2],
        seed: Seed(5),
    };

    #[test]
    fn patterns_have_their_measures() {
        let of = |kind| pattern(kind, MEASURES).unwrap();
        assert_eq!(
            (of(Kind::Lines).count(), of(Kind::Lines).pitch),
            (6, [20, 412])
        );
        assert_eq!(of(Kind::Contacts).flat().bounds(), Some(([0, 0], [48, 28])));
        assert_eq!(of(Kind::Dram).pitch, [20, 34]);
        assert_eq!(of(Kind::Random), of(Kind::Random));
        let other = Measures {
            seed: Seed(6),
            ..MEASURES
        };
        assert_ne!(of(Kind::Random), pattern(Kind::Random, other).unwrap());
        let wrong = |m: Measures| pattern(Kind::Lines, m).unwrap_err();
        assert_eq!(
            wrong(Measures {
                size_nm: 20,
                ..MEASURES
            }),
            PatternFault::Size
        );
        assert_eq!(
            wrong(Measures {
                length_nm: 59,
                ..MEASURES
            }),
            PatternFault::Length
        );
        assert_eq!(
            wrong(Measures {
                counts: [0, 2],
                ..MEASURES
            }),
            PatternFault::Extent
        );
    }

    /// Whatever the seed, random wires, also of blocks side by side, keep the width and space of their
    /// lines, and fill the block.
    #[test]
    fn random_wires_keep_their_rules() {
        for seed in 0..20 {
            let m = Measures {
                seed: Seed(seed),
                counts: [2, 2],
                ..MEASURES
            };
            let shapes = pattern(Kind::Random, m).unwrap().flat();
            let n = 840;
            let cover = coverage(&shapes, [-20.0; 2], 840.0, n);
            let mask = PixelMask {
                n: n as usize,
                pixels: cover.iter().map(|c| *c > 0.5).collect(),
            };
            let rules = Rules {
                width_nm: 8.0,
                space_nm: 8.0,
                area_nm2: 300.0,
            };
            assert!(
                mask.check(&rules, 1.0).is_clean(),
                "seed {seed}: {:?}",
                mask.check(&rules, 1.0)
            );
            let share = cover.iter().sum::<f32>() / (800.0 * 800.0);
            assert!((0.15..0.45).contains(&share), "{share}");
        }
    }
}
