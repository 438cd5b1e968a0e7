//! Pictures of which a part is held: their free share, and what is held beside it. Without the latter its own adjoint.

use crate::gpu::kernel::{Case, Cell, Constant, Kernel, Kind, Part, Role, Slot, Values, sample};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::{FREE, in_rows};

record! {
    /// Extents.
    pub struct Hold {
        /// Pixels of a picture.
        pub pixels: u32,
        /// Pixels of all pictures.
        pub all: u32,
    }
}

impl Hold {
    /// Workgroups.
    pub fn groups(&self) -> [u32; 3] {
        in_rows(self.all)
    }
}

/// The twin.
pub fn hold(record: &Hold, keeps: bool, free: &[f32], held: &[f32], pictures: &mut [f32]) {
    for (i, value) in pictures.iter_mut().enumerate() {
        *value *= free[i % record.pixels as usize];
        if keeps {
            *value += held[i];
        }
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = Hold::of(&case.record);
    if let [
        Values::Float(free),
        Values::Float(held),
        Values::Float(pictures),
    ] = values
    {
        hold(
            &record,
            case.constant("keeps", 0) == 1,
            free,
            held,
            pictures,
        );
    }
}

fn case(kind: Kind, pixels: usize, pictures: usize, keeps: u32, scale: f32) -> Case {
    let all = pixels * pictures;
    let record = Hold {
        pixels: pixels as u32,
        all: all as u32,
    };
    let scaled = |seed: u64| {
        let values = sample(seed, all);
        Values::Float(values.iter().map(|v| v * scale).collect())
    };
    Case {
        kind,
        record: record.words(),
        constants: vec![("keeps", keeps)],
        values: vec![Values::Float(sample(71, pixels)), scaled(72), scaled(73)],
        groups: record.groups(),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, 1, 1, 1, 1.0),
        case(Kind::Ragged, 81, 1, 0, 1.0),
        case(Kind::Oblong, 25, 13, 1, 1.0),
        case(Kind::Extreme, 49, 12, 0, 1e38),
        // More than a row of workgroups.
        case(Kind::Large, 90_011, 3, 1, 1.0),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/hold",
    source: Part {
        path: "shaders/process/lithography/kernels/hold.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/hold.wgsl"),
    },
    parts: &[],
    record: Hold::RECORD,
    slots: &[
        Slot {
            shape: "pixels",
            ..FREE
        },
        Slot {
            name: "held",
            role: Role::Read,
            cell: Cell::Float,
            shape: "pictures, pixels",
            unit: "picture",
        },
        Slot {
            name: "pictures",
            role: Role::Change,
            cell: Cell::Float,
            shape: "pictures, pixels",
            unit: "picture",
        },
    ],
    constants: &[Constant { name: "keeps" }],
    workgroup: [256, 1, 1],
    ulp: 1.0,
    twin,
    cases,
    survivors: &[],
};
