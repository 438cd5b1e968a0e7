//! The lowest coefficients of real rows: `line(f) = Σ_x v(x) exp(−2πi f x/n)`, f from 0 to half.
//!
//! A pruned transform as a product of matrices: of 2,048 coefficients of a row some twenty are wanted.

use crate::gpu::kernel::{
    Case, Cell, Kernel, Kind, Part, Role, Slot, Survivor, Values, roots, sample,
};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::{WAVES, at, put};

record! {
    /// Extents.
    pub struct Rows {
        /// Values of a row.
        pub n: u32,
        /// Rows.
        pub rows: u32,
        /// Largest frequency.
        pub half: u32,
    }
}

impl Rows {
    /// Workgroups.
    pub fn groups(&self) -> [u32; 3] {
        [(self.half + 1).div_ceil(16), self.rows.div_ceil(16), 1]
    }
}

/// The twin.
pub fn rows(record: &Rows, waves: &[f32], picture: &[f32], lines: &mut [f32]) {
    let (n, width) = (record.n as usize, record.half as usize + 1);
    for row in 0..record.rows as usize {
        for f in 0..width {
            let mut total = [0.0, 0.0];
            for start in (0..n).step_by(32) {
                let mut sum = [0.0, 0.0];
                for x in start..n.min(start + 32) {
                    let value = picture[row * n + x];
                    let turn = at(waves, f * x % n);
                    sum = [sum[0] + value * turn[0], sum[1] + value * turn[1]];
                }
                total = [total[0] + sum[0], total[1] + sum[1]];
            }
            put(lines, row * width + f, [total[0], -total[1]]);
        }
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = Rows::of(&case.record);
    if let [
        Values::Float(waves),
        Values::Float(picture),
        Values::Float(lines),
    ] = values
    {
        rows(&record, waves, picture, lines);
    }
}

fn case(kind: Kind, n: usize, count: usize, half: usize, scale: f32) -> Case {
    let record = Rows {
        n: n as u32,
        rows: count as u32,
        half: half as u32,
    };
    Case {
        kind,
        record: record.words(),
        constants: Vec::new(),
        values: vec![
            Values::Float(roots(n, n)),
            Values::Float(sample(1, n * count).iter().map(|v| v * scale).collect()),
            Values::Float(vec![0.0; 2 * count * (half + 1)]),
        ],
        groups: record.groups(),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, 1, 1, 0, 1.0),
        case(Kind::Ragged, 35, 17, 16, 1.0),
        case(Kind::Oblong, 100, 5, 3, 1.0),
        case(Kind::Extreme, 40, 20, 18, 1e30),
        case(Kind::Large, 2048, 33, 39, 1.0),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/rows",
    about: "real rows to their lowest coefficients (pruned transform)",
    source: Part {
        path: "shaders/process/lithography/kernels/rows.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/rows.wgsl"),
    },
    parts: &[],
    record: Rows::RECORD,
    slots: &[
        WAVES,
        Slot {
            name: "picture",
            role: Role::Read,
            cell: Cell::Float,
            shape: "rows, n",
            unit: "amplitude or intensity",
        },
        Slot {
            name: "lines",
            role: Role::Write,
            cell: Cell::Complex,
            shape: "rows, half + 1",
            unit: "of the picture, times n",
        },
    ],
    constants: &[],
    workgroup: [16, 16, 1],
    ulp: 16.0,
    twin,
    cases,
    survivors: &[
        Survivor {
            line: "for (var start = 0u; start < record.n; start = start + 32u) {",
            change: "< → <=",
            reason: "one tile more, of zeros only",
        },
        Survivor {
            line: "if (from_row < record.rows && from_x < record.n) {",
            change: "< → <=",
            reason: "a row beyond the last is summed but never written",
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use num_complex::Complex64;
    use rustfft::FftPlanner;

    /// Against a whole transform in f64.
    #[test]
    fn lines_are_those_of_the_whole_transform() {
        for (n, count, half) in [(2048, 3, 17), (72, 4, 35), (100, 2, 0)] {
            let picture = sample(9, n * count);
            let record = Rows {
                n: n as u32,
                rows: count as u32,
                half: half as u32,
            };
            let mut lines = vec![0.0; 2 * count * (half + 1)];
            rows(&record, &roots(n, n), &picture, &mut lines);
            let fft = FftPlanner::new().plan_fft_forward(n);
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
