//! From coefficients to lines: `line(y, f) = Σ_v c(v, f) exp(2πi v y/n)`, f from 0 to half, those above 0
//! doubled for their mirror image.

use crate::gpu::kernel::{
    Case, Cell, Constant, Kernel, Kind, Part, Role, Slot, Survivor, Values, roots, sample,
};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::{CIRCLE, WAVES, at, in_tiles, put, times};

record! {
    /// Extents.
    pub struct SpreadColumns {
        /// Rows of a picture.
        pub n: u32,
        /// Largest frequency; n is above twice it.
        pub half: u32,
    }
}

impl SpreadColumns {
    /// Workgroups for so many pictures.
    pub fn groups(&self, pictures: u32) -> [u32; 3] {
        [
            (self.half + 1).div_ceil(16),
            (self.n / 2 + 1).div_ceil(64),
            pictures,
        ]
    }
}

/// The twin.
pub fn spread_columns(
    record: &SpreadColumns,
    real_part: u32,
    waves: &[f32],
    coefficients: &[f32],
    lines: &mut [f32],
    pictures: usize,
) {
    let (n, half) = (record.n as usize, record.half as usize);
    let side = 2 * half + 1;
    for picture in 0..pictures {
        for y in 0..n {
            for f in 0..=half {
                let total = in_tiles(side, 16, |v| {
                    let mut value = at(coefficients, (picture * side + v) * side + half + f);
                    if real_part == 1 {
                        let place = (picture * side + side - 1 - v) * side + half - f;
                        let opposite = at(coefficients, place);
                        value = [
                            0.5 * (value[0] + opposite[0]),
                            0.5 * (value[1] - opposite[1]),
                        ];
                    }
                    times(value, at(waves, (v + n - half) % n * y % n))
                });
                let twice = if f > 0 { 2.0 } else { 1.0 };
                put(
                    lines,
                    (picture * n + y) * (half + 1) + f,
                    total.map(|t| twice * t),
                );
            }
        }
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = SpreadColumns::of(&case.record);
    let real = case.constant("real_part", 0);
    if let [
        Values::Float(waves),
        Values::Float(coefficients),
        Values::Float(lines),
    ] = values
    {
        let pictures = case.groups[2] as usize;
        spread_columns(&record, real, waves, coefficients, lines, pictures);
    }
}

fn case(kind: Kind, [n, half, pictures]: [usize; 3], size: f32, real: bool) -> Case {
    let record = SpreadColumns {
        n: n as u32,
        half: half as u32,
    };
    let side = 2 * half + 1;
    let coefficients = sample(4, 2 * pictures * side * side);
    Case {
        kind,
        record: record.words(),
        constants: real.then_some(("real_part", 1)).into_iter().collect(),
        values: vec![
            Values::Float(roots(n, n)),
            Values::Float(coefficients.iter().map(|v| v * size).collect()),
            Values::Float(vec![0.0; 2 * pictures * n * (half + 1)]),
        ],
        groups: record.groups(pictures as u32),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, [1, 0, 1], 1.0, false),
        case(Kind::Ragged, [37, 9, 2], 1.0, false),
        case(Kind::Oblong, [60, 2, 3], 1.0, true),
        case(Kind::Extreme, [50, 17, 2], 1e30, false),
        case(Kind::Large, [600, 39, 2], 1.0, false),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/spread_columns",
    source: Part {
        path: "shaders/process/lithography/kernels/spread_columns.wgsl",
        text: include_str!(
            "../../../../../shaders/process/lithography/kernels/spread_columns.wgsl"
        ),
    },
    parts: &[CIRCLE],
    record: SpreadColumns::RECORD,
    slots: &[
        WAVES,
        Slot {
            name: "coefficients",
            role: Role::Read,
            cell: Cell::Complex,
            shape: "pictures, 2 half + 1, 2 half + 1",
            unit: "picture",
        },
        Slot {
            name: "lines",
            role: Role::Write,
            cell: Cell::Complex,
            shape: "pictures, n, half + 1",
            unit: "picture",
        },
    ],
    constants: &[Constant { name: "real_part" }],
    workgroup: [16, 16, 1],
    ulp: 16.0,
    twin,
    cases,
    survivors: &[
        Survivor {
            line: "if (y > 0u && 2u * y < n) {",
            change: "* → +",
            reason: "the sine of the middle row is zero: both are one line",
        },
        Survivor {
            line: "if (y > 0u && 2u * y < n) {",
            change: "< → <=",
            reason: "the sine of the middle row is zero: both are one line",
        },
        Survivor {
            line: "for (var start = 0u; start < width; start = start + 16u) {",
            change: "< → <=",
            reason: "beyond the last frequency there is nothing to add",
        },
        Survivor {
            line: "var value = vec4<f32>(0.0, 0.0, 0.0, 0.0);",
            change: "0.0 → 0.5",
            reason: "what is beyond the last frequency is not used, or never written",
        },
        Survivor {
            line: "if (v < width && f < width) {",
            change: "< → <=",
            reason: "what is beyond the last frequency is not used, or never written",
        },
        Survivor {
            line: "if (v < width && f < width) {",
            change: "&& → ||",
            reason: "what is beyond the last frequency is not used, or never written",
        },
        Survivor {
            line: "value = vec4<f32>(above, 0.0, 0.0);",
            change: "0.0 → 0.5",
            reason: "it is multiplied by the sine of frequency zero, which is zero",
        },
        Survivor {
            line: "for (var k = 0u; k < min(16u, width - start); k = k + 1u) {",
            change: "- → +",
            reason: "frequencies beyond the last count as zero",
        },
    ],
};
