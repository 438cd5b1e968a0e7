//! Every pixel of coarse pictures as a block of pixels of fine ones.

use crate::gpu::kernel::{Case, Cell, Kernel, Kind, Part, Role, Slot, Values, sample};
use crate::gpu::record::record;
use crate::sim::process::lithography::blocks::grown;

record! {
    /// Extents.
    pub struct Grow {
        /// Fine pixels along a side, a multiple of `block`.
        pub n: u32,
        /// Fine pixels along a side of a coarse one.
        pub block: u32,
    }
}

impl Grow {
    /// Workgroups for so many pictures.
    pub fn groups(&self, pictures: u32) -> [u32; 3] {
        [self.n.div_ceil(16), self.n.div_ceil(16), pictures]
    }
}

/// The twin: that of the processor's path, picture by picture.
pub fn grow(record: &Grow, coarse: &[f32], fine: &mut [f32]) {
    let side = record.n / record.block;
    let pictures = coarse.chunks_exact((side * side) as usize);
    for (coarse, fine) in pictures.zip(fine.chunks_exact_mut((record.n * record.n) as usize)) {
        fine.copy_from_slice(&grown(coarse, side, record.n));
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = Grow::of(&case.record);
    if let [Values::Float(coarse), Values::Float(fine)] = values {
        grow(&record, coarse, fine);
    }
}

fn case(kind: Kind, side: usize, block: usize, pictures: usize, scale: f32) -> Case {
    let n = side * block;
    let record = Grow {
        n: n as u32,
        block: block as u32,
    };
    let coarse = sample(22, pictures * side * side);
    Case {
        kind,
        record: record.words(),
        constants: Vec::new(),
        values: vec![
            Values::Float(coarse.iter().map(|v| v * scale).collect()),
            Values::Float(vec![0.0; pictures * n * n]),
        ],
        groups: record.groups(pictures as u32),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, 1, 1, 1, 1.0),
        case(Kind::Ragged, 7, 3, 1, 1.0),
        case(Kind::Oblong, 5, 4, 3, 1.0),
        case(Kind::Extreme, 6, 2, 2, 1e38),
        case(Kind::Large, 101, 5, 2, 1.0),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/grow",
    source: Part {
        path: "shaders/process/lithography/kernels/grow.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/grow.wgsl"),
    },
    parts: &[],
    record: Grow::RECORD,
    slots: &[
        Slot {
            name: "coarse",
            role: Role::Read,
            cell: Cell::Float,
            shape: "pictures, n / block, n / block",
            unit: "any",
        },
        Slot {
            name: "fine",
            role: Role::Write,
            cell: Cell::Float,
            shape: "pictures, n, n",
            unit: "picture",
        },
    ],
    constants: &[],
    workgroup: [16, 16, 1],
    ulp: 0.0,
    twin,
    cases,
    survivors: &[],
};
