//! Back from the slopes of the loss to the mask, first half: the field of each coherent system times the slope of
//! the loss by the intensity, turned back along y.

use crate::gpu::kernel::{
    Case, Cell, Kernel, Kind, Part, Role, Slot, Survivor, Values, roots, sample,
};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::field_rows::BITS;
use crate::sim::process::lithography::kernels::{FFT, ROOTS, at, put, reversed, transform};

record! {
    /// Extents.
    pub struct AdjointColumns {
        /// Systems of a clip, of all conditions.
        pub systems: u32,
        /// Systems of a condition.
        pub each: u32,
        /// Largest frequency; 2^bits is above twice it.
        pub half: u32,
    }
}

impl AdjointColumns {
    /// Workgroups for so many clips and transforms of 2^bits.
    pub fn groups(&self, clips: u32, bits: u32) -> [u32; 3] {
        [(1_u32 << bits).div_ceil(1024 >> bits), self.systems, clips]
    }
}

/// The twin.
pub fn adjoint_columns(
    record: &AdjointColumns,
    bits: u32,
    roots: &[f32],
    slopes: &[f32],
    lines: &mut [f32],
    clips: usize,
) {
    let (length, half) = (1_usize << bits, record.half as usize);
    let side = 2 * half + 1;
    let mut tile = [[0.0; 2]; 1024];
    for plane in 0..clips * record.systems as usize {
        for strip in 0..record.groups(1, bits)[0] as usize {
            let place =
                |cell: usize| ((strip << (10 - bits)) + (cell >> bits), cell & (length - 1));
            for cell in 0..1024 {
                let (column, y) = place(cell);
                let f = (y + half) & (length - 1);
                let mut value = [0.0, 0.0];
                if column < length && f < side {
                    value = at(lines, (plane * side + f) * length + column);
                }
                tile[reversed(cell, bits)] = value;
            }
            transform(&mut tile, roots, bits);
            let mut products = [[0.0; 2]; 1024];
            for (cell, e) in tile.iter().enumerate() {
                let (column, y) = place(cell);
                let mut slope = 0.0;
                if column < length {
                    let picture = plane / record.each as usize;
                    slope = slopes[(picture * length + y) * length + column];
                }
                products[reversed(cell, bits)] = [slope * e[0], -slope * e[1]];
            }
            transform(&mut products, roots, bits);
            for (cell, value) in products.iter().enumerate() {
                let (column, y) = place(cell);
                let f = (y + half) & (length - 1);
                if column < length && f < side {
                    put(
                        lines,
                        (plane * side + f) * length + column,
                        [value[0], -value[1]],
                    );
                }
            }
        }
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = AdjointColumns::of(&case.record);
    let bits = case.constant("bits", 7);
    if let [
        Values::Float(roots),
        Values::Float(slopes),
        Values::Float(lines),
    ] = values
    {
        adjoint_columns(&record, bits, roots, slopes, lines, case.groups[2] as usize);
    }
}

fn case(
    kind: Kind,
    bits: u32,
    half: usize,
    [clips, conditions, each]: [usize; 3],
    size: f32,
) -> Case {
    let side = 2 * half + 1;
    let record = AdjointColumns {
        systems: (conditions * each) as u32,
        each: each as u32,
        half: half as u32,
    };
    let lines = sample(37, (2 * clips * conditions * each * side) << bits);
    Case {
        kind,
        record: record.words(),
        constants: vec![("bits", bits)],
        values: vec![
            Values::Float(roots(1024, 512)),
            Values::Float(sample(38, (clips * conditions) << (2 * bits))),
            Values::Float(lines.iter().map(|v| v * size).collect()),
        ],
        groups: record.groups(clips as u32, bits),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, 1, 0, [1, 1, 1], 1.0),
        case(Kind::Ragged, 6, 17, [1, 2, 2], 1.0),
        case(Kind::Oblong, 4, 3, [2, 2, 3], 1.0),
        case(Kind::Extreme, 5, 15, [1, 2, 1], 1e30),
        case(Kind::Large, 7, 27, [2, 2, 2], 1.0),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/adjoint_columns",
    source: Part {
        path: "shaders/process/lithography/kernels/adjoint_columns.wgsl",
        text: include_str!(
            "../../../../../shaders/process/lithography/kernels/adjoint_columns.wgsl"
        ),
    },
    parts: &[FFT],
    record: AdjointColumns::RECORD,
    slots: &[
        ROOTS,
        Slot {
            name: "slopes",
            role: Role::Read,
            cell: Cell::Float,
            shape: "clips, conditions, 2^bits (y), 2^bits (x)",
            unit: "slope",
        },
        Slot {
            name: "lines",
            role: Role::Change,
            cell: Cell::Complex,
            shape: "clips, systems, 2 half + 1, 2^bits",
            unit: "field-slope",
        },
    ],
    constants: &[BITS],
    workgroup: [256, 1, 1],
    ulp: 16.0,
    twin,
    cases,
    survivors: &[
        Survivor {
            line: "if (column < length && f < side) {",
            change: "< → <=",
            reason: "a column beyond the last is transformed but never written",
        },
        Survivor {
            line: "var slope = 0.0;",
            change: "0.0 → 0.5",
            reason: "a column beyond the last is transformed but never written",
        },
        Survivor {
            line: "if (column < length) {",
            change: "< → <=",
            reason: "a column beyond the last is transformed but never written",
        },
    ],
};
