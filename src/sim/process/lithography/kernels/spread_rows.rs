//! From lines to rows: `v(x) = Σ_f Re(line(f) exp(2πi f x/n))`, and what a smooth threshold makes of it:
//! `1 / (1 + exp(−steepness (dose v − level)))`.

use crate::gpu::kernel::{
    Case, Cell, Constant, Kernel, Kind, Part, Role, Slot, Survivor, Values, roots, sample,
};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::{
    HALF_WAVES, LINES, LOGISTIC, SPREAD, logistic, spread, spread_groups,
};

record! {
    /// Extents and resist.
    pub struct SpreadRows {
        /// Values of a row.
        pub n: u32,
        /// Rows.
        pub rows: u32,
        /// Largest frequency.
        pub half: u32,
        /// Factor of the intensity.
        pub dose: f32,
        /// Level at which half prints.
        pub level: f32,
        /// Steepness of the threshold.
        pub steepness: f32,
    }
}

impl SpreadRows {
    /// Workgroups.
    pub fn groups(&self) -> [u32; 3] {
        spread_groups(self.n, self.rows)
    }
}

/// The twin.
pub fn spread_rows(
    record: &SpreadRows,
    print: u32,
    waves: &[f32],
    lines: &[f32],
    picture: &mut [f32],
) {
    let (n, width) = (record.n as usize, record.half as usize + 1);
    for row in 0..record.rows as usize {
        for x in 0..n {
            let mut shown = spread(waves, lines, n, width, row, x);
            if print == 1 {
                shown = logistic(record.steepness * (record.dose * shown - record.level));
            }
            picture[row * n + x] = shown;
        }
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = SpreadRows::of(&case.record);
    let print = case.constant("print", 0);
    if let [
        Values::Float(waves),
        Values::Float(lines),
        Values::Float(picture),
    ] = values
    {
        spread_rows(&record, print, waves, lines, picture);
    }
}

fn case(kind: Kind, [n, rows, half]: [usize; 3], size: f32, print: Option<[f32; 3]>) -> Case {
    let [dose, level, steepness] = print.unwrap_or_default();
    let record = SpreadRows {
        n: n as u32,
        rows: rows as u32,
        half: half as u32,
        dose,
        level,
        steepness,
    };
    let lines = sample(6, 2 * rows * (half + 1));
    Case {
        kind,
        record: record.words(),
        constants: print.map(|_| ("print", 1)).into_iter().collect(),
        values: vec![
            Values::Float(roots(2 * n, 2 * n)),
            Values::Float(lines.iter().map(|v| v * size).collect()),
            Values::Float(vec![0.0; rows * n]),
        ],
        groups: record.groups(),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, [1, 1, 0], 1.0, None),
        case(Kind::Ragged, [67, 18, 17], 1.0, None),
        case(Kind::Oblong, [130, 5, 3], 0.3, Some([1.02, 0.225, 5.0])),
        case(Kind::Oblong, [130, 5, 3], 0.3, None),
        // Steps from frequency to frequency that end where the circle begins.
        case(Kind::Oblong, [40, 5, 16], 0.3, None),
        // Far beyond where the threshold bends.
        case(Kind::Extreme, [40, 20, 15], 100.0, Some([0.97, 0.3, 40.0])),
        case(Kind::Large, [601, 100, 40], 0.02, Some([1.0, 0.0, 50.0])),
        case(Kind::Large, [2048, 40, 39], 1.0, None),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/spread_rows",
    source: Part {
        path: "shaders/process/lithography/kernels/spread_rows.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/spread_rows.wgsl"),
    },
    parts: &[SPREAD, LOGISTIC],
    record: SpreadRows::RECORD,
    slots: &[
        HALF_WAVES,
        LINES,
        Slot {
            name: "picture",
            role: Role::Write,
            cell: Cell::Float,
            shape: "rows, n",
            unit: "print",
        },
    ],
    constants: &[Constant { name: "print" }],
    workgroup: [32, 8, 1],
    ulp: 32.0,
    twin,
    cases,
    survivors: &[
        Survivor {
            line: "let thread = local.y * 32u + local.x;",
            change: "+ → -",
            reason: "it is no matter which invocation brings which lines",
        },
        Survivor {
            line: "for (var start = 0u; start < width; start = start + 8u) {",
            change: "< → <=",
            reason: "beyond the last frequency there is nothing to add",
        },
        Survivor {
            line: "for (var k = 0u; k < min(8u, width - start); k = k + 2u) {",
            change: "- → +",
            reason: "frequencies beyond the last count as zero",
        },
        Survivor {
            line: "for (var part = 0u; part < 4u; part = part + 1u) {",
            change: "< → <=",
            reason: "after the last place comes n, where nothing is written",
        },
        Survivor {
            line: "for (var part = 0u; part < 4u; part = part + 1u) {",
            change: "4u → 5u",
            reason: "after the last place comes n, where nothing is written",
        },
        Survivor {
            line: "if (parts * x >= n) {",
            change: ">= → >",
            reason: "the place after the part of a row writes the values that stand at its mirror images",
        },
        Survivor {
            line: "if (2u * x + 1u < n) {",
            change: "* → +",
            reason: "the middle of an odd row is written once more with the value that stands there",
        },
        Survivor {
            line: "if (2u * x + 1u < n) {",
            change: "< → <=",
            reason: "the middle of an odd row is written once more with the value that stands there",
        },
    ],
};
