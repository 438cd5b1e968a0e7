//! The field of each coherent system, second half, and its intensity: columns transformed along y, the
//! squares of the moduli summed over `each` systems in turn.

use crate::gpu::kernel::{
    Case, Cell, Kernel, Kind, Part, Role, Slot, Survivor, Values, roots, sample,
};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::field_rows::BITS;
use crate::sim::process::lithography::kernels::{FFT, ROOTS, at, reversed, transform};

record! {
    /// Extents.
    pub struct FieldColumns {
        /// Systems in the lines.
        pub systems: u32,
        /// Sums that the systems are dealt to.
        pub splits: u32,
        /// Systems of a sum.
        pub each: u32,
        /// Largest frequency; 2^bits is above twice it.
        pub half: u32,
        /// 1 to add to what is there.
        pub add: u32,
    }
}

impl FieldColumns {
    /// Workgroups for so many clips and transforms of 2^bits.
    pub fn groups(&self, clips: u32, bits: u32) -> [u32; 3] {
        [(1_u32 << bits).div_ceil(1024 >> bits), self.splits, clips]
    }
}

/// The twin.
pub fn field_columns(
    record: &FieldColumns,
    bits: u32,
    roots: &[f32],
    lines: &[f32],
    sums: &mut [f32],
    clips: usize,
) {
    let (length, half) = (1_usize << bits, record.half as usize);
    let side = 2 * half + 1;
    let (systems, splits) = (record.systems as usize, record.splits as usize);
    let mut tile = [[0.0; 2]; 1024];
    for clip in 0..clips {
        for split in 0..splits {
            for strip in 0..record.groups(1, bits)[0] as usize {
                let place =
                    |cell: usize| ((strip << (10 - bits)) + (cell >> bits), cell & (length - 1));
                let mut squares = [0.0; 1024];
                let first = split * record.each as usize;
                for k in first..systems.min(first + record.each as usize) {
                    for cell in 0..1024 {
                        let (column, y) = place(cell);
                        let f = (y + half) & (length - 1);
                        let mut value = [0.0, 0.0];
                        if column < length && f < side {
                            value = at(lines, ((clip * systems + k) * side + f) * length + column);
                        }
                        tile[reversed(cell, bits)] = value;
                    }
                    transform(&mut tile, roots, bits);
                    for (square, e) in squares.iter_mut().zip(&tile) {
                        *square += e[0] * e[0] + e[1] * e[1];
                    }
                }
                for (cell, square) in squares.iter().enumerate() {
                    let (column, y) = place(cell);
                    if column < length {
                        let plane = clip * splits + split;
                        let to = (plane * length + column) * length + y;
                        let before = if record.add == 1 { sums[to] } else { 0.0 };
                        sums[to] = before + square;
                    }
                }
            }
        }
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = FieldColumns::of(&case.record);
    let bits = case.constant("bits", 7);
    if let [
        Values::Float(roots),
        Values::Float(lines),
        Values::Float(sums),
    ] = values
    {
        field_columns(&record, bits, roots, lines, sums, case.groups[2] as usize);
    }
}

fn case(
    kind: Kind,
    bits: u32,
    half: usize,
    [clips, systems, splits]: [usize; 3],
    add: u32,
    size: f32,
) -> Case {
    let side = 2 * half + 1;
    let record = FieldColumns {
        systems: systems as u32,
        splits: splits as u32,
        each: systems.div_ceil(splits) as u32,
        half: half as u32,
        add,
    };
    let lines = sample(12, (2 * clips * systems * side) << bits);
    let sums = sample(13, (clips * splits) << (2 * bits));
    Case {
        kind,
        record: record.words(),
        constants: vec![("bits", bits)],
        values: vec![
            Values::Float(roots(1024, 512)),
            Values::Float(lines.iter().map(|v| v * size).collect()),
            Values::Float(sums.iter().map(|v| 40.0 * v * size).collect()),
        ],
        groups: record.groups(clips as u32, bits),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, 1, 0, [1, 1, 1], 0, 1.0),
        case(Kind::Ragged, 6, 17, [1, 5, 2], 0, 1.0),
        case(Kind::Oblong, 4, 3, [2, 3, 2], 1, 1.0),
        case(Kind::Extreme, 5, 15, [1, 4, 3], 0, 1e15),
        case(Kind::Large, 7, 27, [2, 7, 3], 1, 1.0),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/field_columns",
    source: Part {
        path: "shaders/process/lithography/kernels/field_columns.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/field_columns.wgsl"),
    },
    parts: &[FFT],
    record: FieldColumns::RECORD,
    slots: &[
        ROOTS,
        Slot {
            name: "lines",
            role: Role::Read,
            cell: Cell::Complex,
            shape: "clips, systems, 2 half + 1, 2^bits",
            unit: "amplitude",
        },
        Slot {
            name: "sums",
            role: Role::Change,
            cell: Cell::Float,
            shape: "clips, splits, 2^bits (x), 2^bits (y)",
            unit: "intensity",
        },
    ],
    constants: &[BITS],
    workgroup: [256, 1, 1],
    ulp: 16.0,
    twin,
    cases,
    survivors: &[
        Survivor {
            line: "let f = ((cell & (length - 1u)) + record.half) & (length - 1u);",
            change: "+ → -",
            reason: "frequencies moved round the circle change the phase of a field, not its modulus",
        },
        Survivor {
            line: "if (column < length && f < side) {",
            change: "< → <=",
            reason: "a column beyond the last is transformed but never written",
        },
    ],
};
