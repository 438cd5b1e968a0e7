//! The intensity of each clip: the sum of its splits, turned from columns back to rows.

use crate::gpu::kernel::{Case, Cell, Kernel, Kind, Part, Role, Slot, Values, groups, sample};
use crate::gpu::record::record;

record! {
    /// Extents.
    pub struct Total {
        /// Places along a side.
        pub length: u32,
        /// Sums of a clip.
        pub splits: u32,
        /// Places of all clips.
        pub cells: u32,
    }
}

impl Total {
    /// Workgroups.
    pub fn groups(&self) -> [u32; 3] {
        [self.cells.div_ceil(64), 1, 1]
    }
}

/// The twin.
pub fn total(record: &Total, sums: &[f32], intensity: &mut [f32]) {
    let (length, splits) = (record.length as usize, record.splits as usize);
    let plane = length * length;
    for cell in 0..record.cells as usize {
        let clip = cell / plane;
        let x = cell % length;
        let y = cell % plane / length;
        let mut sum = 0.0;
        for split in 0..splits {
            sum += sums[(clip * splits + split) * plane + x * length + y];
        }
        intensity[cell] = sum;
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = Total::of(&case.record);
    if let [Values::Float(sums), Values::Float(intensity)] = values {
        total(&record, sums, intensity);
    }
}

fn case(kind: Kind, length: usize, splits: usize, clips: usize, size: f32) -> Case {
    let cells = clips * length * length;
    let record = Total {
        length: length as u32,
        splits: splits as u32,
        cells: cells as u32,
    };
    let sums = sample(14, cells * splits);
    Case {
        kind,
        record: record.words(),
        constants: Vec::new(),
        values: vec![
            Values::Float(sums.iter().map(|v| v * size).collect()),
            Values::Float(vec![0.0; cells]),
        ],
        groups: [groups(cells, 64), 1, 1],
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, 1, 1, 1, 1.0),
        case(Kind::Ragged, 9, 3, 1, 1.0),
        case(Kind::Oblong, 8, 2, 3, 1.0),
        case(Kind::Extreme, 6, 4, 2, 1e38),
        case(Kind::Large, 101, 5, 2, 1.0),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/total",
    source: Part {
        path: "shaders/process/lithography/kernels/total.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/total.wgsl"),
    },
    parts: &[],
    record: Total::RECORD,
    slots: &[
        Slot {
            name: "sums",
            role: Role::Read,
            cell: Cell::Float,
            shape: "clips, splits, length (x), length (y)",
            unit: "intensity",
        },
        Slot {
            name: "intensity",
            role: Role::Write,
            cell: Cell::Float,
            shape: "clips, length (y), length (x)",
            unit: "intensity",
        },
    ],
    constants: &[],
    workgroup: [64, 1, 1],
    ulp: 2.0,
    twin,
    cases,
    survivors: &[],
};
