//! The lowest coefficients of real rows: `line(f) = Σ_x v(x) exp(−2πi f x/n)`, f from 0 to half.
//!
//! A pruned transform as a product of matrices: of 2,048 coefficients of a row some twenty are wanted.

use crate::gpu::kernel::{
    Case, Cell, Constant, Kernel, Kind, Part, Role, Slot, Survivor, Values, roots, sample,
};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::{
    CIRCLE, HALF_WAVES, LOGISTIC, QUARTERS, at, in_tiles, logistic, put, times,
};

record! {
    /// Extents.
    pub struct Rows {
        /// Values of a row.
        pub n: u32,
        /// Rows.
        pub rows: u32,
        /// Largest frequency.
        pub half: u32,
        /// What is added to values, with `soft` 1 to transmissions.
        pub offset: f32,
    }
}

impl Rows {
    /// Workgroups.
    pub fn groups(&self) -> [u32; 3] {
        [(self.half + 1).div_ceil(24), self.rows.div_ceil(64), 1]
    }
}

/// The twin.
pub fn rows(record: &Rows, soft: u32, waves: &[f32], picture: &[f32], lines: &mut [f32]) {
    let (n, width) = (record.n as usize, record.half as usize + 1);
    for row in 0..record.rows as usize {
        let values: Vec<f32> = picture[row * n..(row + 1) * n]
            .iter()
            .map(|&v| match soft {
                1 => logistic(4.0 * (v - 0.5)) + record.offset,
                _ => v + record.offset,
            })
            .collect();
        for f in 0..width {
            // Counted from half a place before the first, where the mirror image of a place is a place.
            let total = in_tiles(n.div_ceil(2), 16, |x| {
                let (near, w) = (values[x], at(waves, f * (2 * x + 1) % (2 * n)));
                let far = values[n - 1 - x];
                if 2 * x + 1 == n {
                    return [near * w[0], 0.0];
                }
                [(near + far) * w[0], (near - far) * w[1]]
            });
            put(
                lines,
                row * width + f,
                times([total[0], -total[1]], at(waves, f)),
            );
        }
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = Rows::of(&case.record);
    let soft = case.constant("soft", 0);
    if let [
        Values::Float(waves),
        Values::Float(picture),
        Values::Float(lines),
    ] = values
    {
        rows(&record, soft, waves, picture, lines);
    }
}

fn case(kind: Kind, [n, count, half]: [usize; 3], scale: f32, soft: u32, offset: f32) -> Case {
    let record = Rows {
        n: n as u32,
        rows: count as u32,
        half: half as u32,
        offset,
    };
    Case {
        kind,
        record: record.words(),
        constants: vec![("soft", soft)],
        values: vec![
            Values::Float(roots(2 * n, 2 * n)),
            Values::Float(sample(1, n * count).iter().map(|v| v * scale).collect()),
            Values::Float(vec![0.0; 2 * count * (half + 1)]),
        ],
        groups: record.groups(),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, [1, 1, 0], 1.0, 0, 0.0),
        // All rows of a tile, and of the next.
        case(Kind::Ragged, [35, 70, 16], 1.0, 0, 0.0),
        case(Kind::Oblong, [100, 5, 3], 1.0, 0, 0.3),
        case(Kind::Oblong, [100, 5, 3], 1.5, 1, -0.2),
        // Single places: no sum hides how exact each transmission is.
        case(Kind::Ragged, [1, 300, 0], 1.0, 1, 0.0),
        case(Kind::Extreme, [40, 20, 18], 1e30, 0, 0.0),
        // Far beyond where the transmission bends.
        case(Kind::Extreme, [40, 20, 18], 90.0, 1, 0.0),
        case(Kind::Large, [2048, 33, 39], 1.0, 0, 0.0),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/rows",
    source: Part {
        path: "shaders/process/lithography/kernels/rows.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/rows.wgsl"),
    },
    parts: &[CIRCLE, LOGISTIC, QUARTERS],
    record: Rows::RECORD,
    slots: &[
        HALF_WAVES,
        Slot {
            name: "picture",
            role: Role::Read,
            cell: Cell::Float,
            shape: "rows, n",
            unit: "any",
        },
        Slot {
            name: "lines",
            role: Role::Write,
            cell: Cell::Complex,
            shape: "rows, half + 1",
            unit: "lines",
        },
    ],
    constants: &[Constant { name: "soft" }],
    workgroup: [8, 16, 1],
    ulp: 16.0,
    twin,
    cases,
    survivors: &[
        Survivor {
            line: "if (row >= record.rows || parts * x >= n) {",
            change: ">= → >",
            reason: "a row beyond the last is summed but never written",
        },
        Survivor {
            line: "for (var start = 0u; parts * start < n; start = start + 8u) {",
            change: "< → <=",
            reason: "places beyond the folded part count as zero",
        },
        Survivor {
            line: "for (var j = thread; j < 256u; j = j + 128u) {",
            change: "< → <=",
            reason: "one pair of rows more falls into a gap between places",
        },
        Survivor {
            line: "for (var j = thread; j < 256u; j = j + 128u) {",
            change: "256u → 257u",
            reason: "one pair of rows more falls into a gap between places",
        },
        Survivor {
            line: "let t = clamp(-x, -80.0, 80.0) * 1.4426950408889634;",
            change: "80.0 → 80.8",
            reason: "both limits lie where the result is 0 or 1",
        },
        Survivor {
            line: "let whole = floor(t + 0.5);",
            change: "0.5 → 0.505",
            reason: "where the exponent is split does not change the product",
        },
        Survivor {
            line: "var series = 0.008333334 + r * 0.0013888889;",
            change: "+ → -",
            reason: "its share of the result is within the tolerance",
        },
        Survivor {
            line: "var series = 0.008333334 + r * 0.0013888889;",
            change: "0.008333334 → 0.00841666734",
            reason: "its share of the result is within the tolerance",
        },
        Survivor {
            line: "var series = 0.008333334 + r * 0.0013888889;",
            change: "0.0013888889 → 0.0014027777890000001",
            reason: "its share of the result is within the tolerance",
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use num_complex::Complex64;

    /// Against a whole transform in f64.
    #[test]
    fn lines_are_those_of_the_whole_transform() {
        for (n, count, half) in [(2048, 3, 17), (72, 4, 35), (100, 2, 0)] {
            let picture = sample(9, n * count);
            let record = Rows {
                n: n as u32,
                rows: count as u32,
                half: half as u32,
                ..Rows::default()
            };
            let mut lines = vec![0.0; 2 * count * (half + 1)];
            rows(&record, 0, &roots(2 * n, 2 * n), &picture, &mut lines);
            let fft = geoul_fft::forward(n);
            for (row, found) in picture.chunks(n).zip(lines.chunks(2 * (half + 1))) {
                let mut whole: Vec<Complex64> = row.iter().map(|&v| f64::from(v).into()).collect();
                fft.process(&mut whole);
                for (f, exact) in whole[..=half].iter().enumerate() {
                    let [re, im] = at(found, f).map(f64::from);
                    let error = (Complex64::new(re, im) - exact).norm();
                    assert!(error < 1e-7 * n as f64, "{n} {f}: {error}");
                }
            }
        }
    }
}
