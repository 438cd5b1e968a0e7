//! The field of each coherent system, second half, and its intensity: columns transformed along y, the
//! squares of the moduli summed over `each` systems in turn.

use crate::gpu::kernel::{Case, Cell, Kernel, Kind, Part, Role, Slot, Survivor, Values, sample};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::{FFT, LENGTH, Length, ROOTS, STRIPS, at};

record! {
    /// Extents.
    pub struct FieldColumns {
        /// Systems in the lines.
        pub systems: u32,
        /// Sums that the systems are dealt to.
        pub splits: u32,
        /// Systems of a sum.
        pub each: u32,
        /// Largest frequency; transforms are above twice it.
        pub half: u32,
        /// 1 to add to what is there.
        pub add: u32,
    }
}

impl FieldColumns {
    /// Workgroups for so many clips and transforms of a length.
    pub fn groups(&self, clips: u32, length: Length) -> [u32; 3] {
        let strips = length.numbers().div_ceil(length.together());
        [strips, self.splits, clips]
    }
}

/// The twin.
pub fn field_columns(
    record: &FieldColumns,
    length: Length,
    roots: &[f32],
    lines: &[f32],
    sums: &mut [f32],
    clips: usize,
) {
    let (numbers, half) = (length.numbers() as usize, record.half as usize);
    let side = 2 * half + 1;
    let (systems, splits) = (record.systems as usize, record.splits as usize);
    for clip in 0..clips {
        for split in 0..splits {
            for strip in 0..record.groups(1, length)[0] as usize {
                let column = |cell: usize| strip * length.together() as usize + cell / numbers;
                let mut squares = vec![0.0; length.together() as usize * numbers];
                let first = split * record.each as usize;
                for k in first..systems.min(first + record.each as usize) {
                    let field = length.transform(roots, |cell| {
                        let (column, f) = (column(cell), (cell + half) % numbers);
                        if column >= numbers || f >= side {
                            return [0.0, 0.0];
                        }
                        at(lines, ((clip * systems + k) * side + f) * numbers + column)
                    });
                    for (square, e) in squares.iter_mut().zip(&field) {
                        *square += e[0] * e[0] + e[1] * e[1];
                    }
                }
                for (cell, square) in squares.iter().enumerate() {
                    if column(cell) < numbers {
                        let plane = clip * splits + split;
                        let to = (plane * numbers + column(cell)) * numbers + cell % numbers;
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
    let length = Length::of(case);
    if let [
        Values::Float(roots),
        Values::Float(lines),
        Values::Float(sums),
    ] = values
    {
        field_columns(&record, length, roots, lines, sums, case.groups[2] as usize);
    }
}

fn case(
    kind: Kind,
    length: Length,
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
    let numbers = length.numbers() as usize;
    let lines = sample(12, 2 * clips * systems * side * numbers);
    let sums = sample(13, clips * splits * numbers * numbers);
    Case {
        kind,
        record: record.words(),
        constants: length.constants().to_vec(),
        values: vec![
            Values::Float(length.roots()),
            Values::Float(lines.iter().map(|v| v * size).collect()),
            Values::Float(sums.iter().map(|v| 40.0 * v * size).collect()),
        ],
        groups: record.groups(clips as u32, length),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, Length::new(1, 0), 0, [1, 1, 1], 0, 1.0),
        case(Kind::Ragged, Length::new(6, 0), 17, [1, 5, 2], 0, 1.0),
        case(Kind::Oblong, Length::new(4, 0), 3, [2, 3, 2], 1, 1.0),
        // One strip: a cell too many would fall to the next, by chance before or after it.
        case(Kind::Ragged, Length::new(3, 1), 11, [1, 5, 2], 1, 1.0),
        case(Kind::Oblong, Length::new(1, 2), 8, [1, 5, 2], 1, 1.0),
        case(Kind::Extreme, Length::new(5, 0), 15, [1, 4, 3], 0, 1e15),
        case(Kind::Large, Length::new(7, 0), 27, [2, 7, 3], 1, 1.0),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/field_columns",
    source: Part {
        path: "shaders/process/lithography/kernels/field_columns.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/field_columns.wgsl"),
    },
    parts: &[FFT, STRIPS],
    record: FieldColumns::RECORD,
    slots: &[
        ROOTS,
        Slot {
            name: "lines",
            role: Role::Read,
            cell: Cell::Complex,
            shape: "clips, systems, 2 half + 1, length",
            unit: "amplitude",
        },
        Slot {
            name: "sums",
            role: Role::Change,
            cell: Cell::Float,
            shape: "clips, splits, length (x), length (y)",
            unit: "intensity",
        },
    ],
    constants: LENGTH,
    workgroup: [256, 1, 1],
    ulp: 16.0,
    twin,
    cases,
    survivors: &[
        Survivor {
            line: "if (cell < together() * length() && column < length()) {",
            change: "< → <=",
            reason: "a column beyond the last lies in the next picture, a cell too many in a column beyond the last",
        },
        Survivor {
            line: "if (column < length() && f < side) {",
            change: "< → <=",
            reason: "a column beyond the last is transformed but never written",
        },
    ],
};
