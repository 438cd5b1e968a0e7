//! The slope of the loss by the mean at each pixel of the mask: that by its transmission, spread from lines, times
//! the slope of the transmission `1 / (1 + exp(−4 (mean − ½)))`.

use crate::gpu::kernel::{Case, Cell, Kernel, Kind, Part, Role, Slot, Values, roots, sample};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::{
    HALF_WAVES, LINES, LOGISTIC, SPREAD, logistic, spread, spread_groups,
};

record! {
    /// Extents.
    pub struct Gradient {
        /// Pixels along a side.
        pub n: u32,
        /// Rows of all clips.
        pub rows: u32,
        /// Largest frequency.
        pub half: u32,
    }
}

impl Gradient {
    /// Workgroups.
    pub fn groups(&self) -> [u32; 3] {
        spread_groups(self.n, self.rows)
    }
}

/// The twin.
pub fn gradient(
    record: &Gradient,
    waves: &[f32],
    lines: &[f32],
    means: &[f32],
    slopes: &mut [f32],
) {
    let (n, width) = (record.n as usize, record.half as usize + 1);
    for (i, slope) in slopes.iter_mut().enumerate() {
        let open = logistic(4.0 * (means[i] - 0.5));
        let by_transmission = spread(waves, lines, n, width, i / n, i % n);
        *slope = by_transmission * (4.0 * open * (1.0 - open));
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = Gradient::of(&case.record);
    if let [
        Values::Float(waves),
        Values::Float(lines),
        Values::Float(means),
        Values::Float(slopes),
    ] = values
    {
        gradient(&record, waves, lines, means, slopes);
    }
}

fn case(kind: Kind, [n, rows, half]: [usize; 3], size: f32, stretch: f32) -> Case {
    let record = Gradient {
        n: n as u32,
        rows: rows as u32,
        half: half as u32,
    };
    let lines = sample(27, 2 * rows * (half + 1));
    let means = sample(28, rows * n);
    Case {
        kind,
        record: record.words(),
        constants: Vec::new(),
        values: vec![
            Values::Float(roots(2 * n, 2 * n)),
            Values::Float(lines.iter().map(|v| v * size).collect()),
            Values::Float(means.iter().map(|v| 0.5 + stretch * v).collect()),
            Values::Float(vec![0.0; rows * n]),
        ],
        groups: record.groups(),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, [1, 1, 0], 1.0, 1.0),
        case(Kind::Ragged, [67, 18, 17], 1.0, 0.8),
        case(Kind::Oblong, [130, 7, 3], 1.0, 1.5),
        case(Kind::Extreme, [40, 20, 15], 1e30, 90.0),
        case(Kind::Large, [600, 100, 40], 1.0, 1.0),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/gradient",
    source: Part {
        path: "shaders/process/lithography/kernels/gradient.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/gradient.wgsl"),
    },
    parts: &[SPREAD, LOGISTIC],
    record: Gradient::RECORD,
    slots: &[
        HALF_WAVES,
        LINES,
        Slot {
            name: "means",
            role: Role::Read,
            cell: Cell::Float,
            shape: "rows, n",
            unit: "parameter",
        },
        Slot {
            name: "slopes",
            role: Role::Write,
            cell: Cell::Float,
            shape: "rows, n",
            unit: "slope",
        },
    ],
    constants: &[],
    workgroup: [32, 8, 1],
    ulp: 32.0,
    twin,
    cases,
    survivors: &[],
};
