//! Coefficients times a factor for each frequency: what diffusion leaves of an image. Its own adjoint.

use crate::gpu::kernel::{Case, Cell, Kernel, Kind, Part, Role, Slot, Values, groups, sample};
use crate::gpu::record::record;

record! {
    /// Extents.
    pub struct Damp {
        /// Coefficients of a picture.
        pub each: u32,
        /// Coefficients of all pictures.
        pub all: u32,
    }
}

impl Damp {
    /// Workgroups.
    pub fn groups(&self) -> [u32; 3] {
        [groups(self.all as usize, 64), 1, 1]
    }
}

/// The twin.
pub fn damp(record: &Damp, kept: &[f32], coefficients: &mut [f32]) {
    for (i, value) in coefficients.iter_mut().enumerate() {
        *value *= kept[i / 2 % record.each as usize];
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = Damp::of(&case.record);
    if let [Values::Float(kept), Values::Float(coefficients)] = values {
        damp(&record, kept, coefficients);
    }
}

fn case(kind: Kind, each: usize, pictures: usize, scale: f32) -> Case {
    let record = Damp {
        each: each as u32,
        all: (each * pictures) as u32,
    };
    let coefficients = sample(23, 2 * each * pictures);
    Case {
        kind,
        record: record.words(),
        constants: Vec::new(),
        values: vec![
            Values::Float(sample(24, each)),
            Values::Float(coefficients.iter().map(|v| v * scale).collect()),
        ],
        groups: record.groups(),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, 1, 1, 1.0),
        case(Kind::Ragged, 81, 1, 1.0),
        case(Kind::Oblong, 25, 3, 1.0),
        case(Kind::Extreme, 49, 2, 1e38),
        case(Kind::Large, 4761, 4, 1.0),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/damp",
    source: Part {
        path: "shaders/process/lithography/kernels/damp.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/damp.wgsl"),
    },
    parts: &[],
    record: Damp::RECORD,
    slots: &[
        Slot {
            name: "kept",
            role: Role::Read,
            cell: Cell::Float,
            shape: "each",
            unit: "share",
        },
        Slot {
            name: "coefficients",
            role: Role::Change,
            cell: Cell::Complex,
            shape: "pictures, each",
            unit: "picture",
        },
    ],
    constants: &[],
    workgroup: [64, 1, 1],
    ulp: 1.0,
    twin,
    cases,
    survivors: &[],
};
