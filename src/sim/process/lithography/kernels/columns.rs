//! From lines to coefficients: `c(v, f) = scale Σ_y line(y, f) exp(−2πi v y/n)`, |v| and |f| up to half.

use crate::gpu::kernel::{
    Case, Cell, Kernel, Kind, Part, Role, Slot, Survivor, Values, roots, sample,
};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::{CIRCLE, WAVES, at, in_tiles, put};

record! {
    /// Extents.
    pub struct Columns {
        /// Rows of a picture.
        pub n: u32,
        /// Largest frequency; n is above twice it.
        pub half: u32,
        /// Factor of the coefficients: 1/n² makes them independent of the grid.
        pub scale: f32,
    }
}

impl Columns {
    /// Workgroups for so many pictures.
    pub fn groups(&self, pictures: u32) -> [u32; 3] {
        let frequencies = self.half + 1;
        [frequencies.div_ceil(16), frequencies.div_ceil(32), pictures]
    }
}

/// The twin.
pub fn columns(
    record: &Columns,
    waves: &[f32],
    lines: &[f32],
    coefficients: &mut [f32],
    pictures: usize,
) {
    let (n, half) = (record.n as usize, record.half as usize);
    let side = 2 * half + 1;
    for picture in 0..pictures {
        for v in 0..side {
            let frequency = (v + n - half) % n;
            for f in 0..=half {
                let total = in_tiles(n, 32, |y| {
                    let a = at(lines, (picture * n + y) * (half + 1) + f);
                    let w = at(waves, frequency * y % n);
                    [a[0] * w[0] + a[1] * w[1], a[1] * w[0] - a[0] * w[1]]
                });
                let c = total.map(|t| record.scale * t);
                let first = picture * side * side;
                put(coefficients, first + v * side + half + f, c);
                if f > 0 {
                    put(
                        coefficients,
                        first + (side - 1 - v) * side + half - f,
                        [c[0], -c[1]],
                    );
                }
            }
        }
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = Columns::of(&case.record);
    if let [
        Values::Float(waves),
        Values::Float(lines),
        Values::Float(coefficients),
    ] = values
    {
        columns(&record, waves, lines, coefficients, case.groups[2] as usize);
    }
}

fn case(kind: Kind, n: usize, half: usize, pictures: usize, size: f32) -> Case {
    let record = Columns {
        n: n as u32,
        half: half as u32,
        scale: 1.0 / (n as f32 * n as f32),
    };
    let side = 2 * half + 1;
    let lines = sample(2, 2 * pictures * n * (half + 1));
    Case {
        kind,
        record: record.words(),
        constants: Vec::new(),
        values: vec![
            Values::Float(roots(n, n)),
            Values::Float(lines.iter().map(|v| v * size).collect()),
            Values::Float(vec![0.0; 2 * pictures * side * side]),
        ],
        groups: record.groups(pictures as u32),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, 1, 0, 1, 1.0),
        case(Kind::Ragged, 37, 9, 2, 1.0),
        case(Kind::Oblong, 60, 2, 3, 1.0),
        case(Kind::Extreme, 50, 17, 2, 1e30),
        case(Kind::Large, 600, 39, 2, 1.0),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/columns",
    source: Part {
        path: "shaders/process/lithography/kernels/columns.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/columns.wgsl"),
    },
    parts: &[CIRCLE],
    record: Columns::RECORD,
    slots: &[
        WAVES,
        Slot {
            name: "lines",
            role: Role::Read,
            cell: Cell::Complex,
            shape: "pictures, n, half + 1",
            unit: "lines",
        },
        Slot {
            name: "coefficients",
            role: Role::Write,
            cell: Cell::Complex,
            shape: "pictures, 2 half + 1, 2 half + 1",
            unit: "picture",
        },
    ],
    constants: &[],
    workgroup: [16, 16, 1],
    ulp: 16.0,
    twin,
    cases,
    survivors: &[
        Survivor {
            line: "for (var start = 0u; start < n; start = start + 32u) {",
            change: "< → <=",
            reason: "one tile more, of zeros only",
        },
        Survivor {
            line: "if (v > 0u) {",
            change: "> → >=",
            reason: "the sine of frequency zero is zero: both are one coefficient",
        },
    ],
};
