//! Back from the slopes of the loss to the mask, first half: the field of each coherent system times the slope of
//! the loss by the intensity, turned back along y.

use crate::gpu::kernel::{Case, Cell, Kernel, Kind, Part, Role, Slot, Survivor, Values, sample};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::{FFT, LENGTH, Length, ROOTS, STRIPS, at, put};

record! {
    /// Extents.
    pub struct AdjointColumns {
        /// Systems of a clip, of all conditions.
        pub systems: u32,
        /// Systems of a condition.
        pub each: u32,
        /// Largest frequency; transforms are above twice it.
        pub half: u32,
    }
}

impl AdjointColumns {
    /// Workgroups for so many clips and transforms of a length.
    pub fn groups(&self, clips: u32, length: Length) -> [u32; 3] {
        let strips = length.numbers().div_ceil(length.together());
        [strips, self.systems, clips]
    }
}

/// The twin.
pub fn adjoint_columns(
    record: &AdjointColumns,
    length: Length,
    roots: &[f32],
    slopes: &[f32],
    lines: &mut [f32],
    clips: usize,
) {
    let (numbers, half) = (length.numbers() as usize, record.half as usize);
    let side = 2 * half + 1;
    for plane in 0..clips * record.systems as usize {
        for strip in 0..record.groups(1, length)[0] as usize {
            let column = |cell: usize| strip * length.together() as usize + cell / numbers;
            let field = length.transform(roots, |cell| {
                let (column, f) = (column(cell), (cell + half) % numbers);
                if column >= numbers || f >= side {
                    return [0.0, 0.0];
                }
                at(lines, (plane * side + f) * numbers + column)
            });
            let back = length.transform(roots, |cell| {
                if column(cell) >= numbers {
                    return [0.0, 0.0];
                }
                let picture = plane / record.each as usize;
                let place = (picture * numbers + cell % numbers) * numbers + column(cell);
                [
                    slopes[place] * field[cell][0],
                    -slopes[place] * field[cell][1],
                ]
            });
            for (cell, value) in back.iter().enumerate() {
                let (column, f) = (column(cell), (cell + half) % numbers);
                if column < numbers && f < side {
                    let place = (plane * side + f) * numbers + column;
                    put(lines, place, [value[0], -value[1]]);
                }
            }
        }
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = AdjointColumns::of(&case.record);
    let length = Length::of(case);
    if let [
        Values::Float(roots),
        Values::Float(slopes),
        Values::Float(lines),
    ] = values
    {
        adjoint_columns(
            &record,
            length,
            roots,
            slopes,
            lines,
            case.groups[2] as usize,
        );
    }
}

fn case(
    kind: Kind,
    length: Length,
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
    let numbers = length.numbers() as usize;
    let lines = sample(37, 2 * clips * conditions * each * side * numbers);
    Case {
        kind,
        record: record.words(),
        constants: length.constants().to_vec(),
        values: vec![
            Values::Float(length.roots()),
            Values::Float(sample(38, clips * conditions * numbers * numbers)),
            Values::Float(lines.iter().map(|v| v * size).collect()),
        ],
        groups: record.groups(clips as u32, length),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, Length::new(1, 0), 0, [1, 1, 1], 1.0),
        case(Kind::Ragged, Length::new(6, 0), 17, [1, 2, 2], 1.0),
        case(Kind::Oblong, Length::new(4, 0), 3, [2, 2, 3], 1.0),
        case(Kind::Ragged, Length::new(5, 1), 17, [1, 2, 3], 1.0),
        case(Kind::Oblong, Length::new(2, 2), 8, [1, 2, 3], 1.0),
        case(Kind::Extreme, Length::new(5, 0), 15, [1, 2, 1], 1e30),
        case(Kind::Large, Length::new(7, 0), 27, [2, 2, 2], 1.0),
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
    parts: &[FFT, STRIPS],
    record: AdjointColumns::RECORD,
    slots: &[
        ROOTS,
        Slot {
            name: "slopes",
            role: Role::Read,
            cell: Cell::Float,
            shape: "clips, conditions, length (y), length (x)",
            unit: "slope",
        },
        Slot {
            name: "lines",
            role: Role::Change,
            cell: Cell::Complex,
            shape: "clips, systems, 2 half + 1, length",
            unit: "field-slope",
        },
    ],
    constants: LENGTH,
    workgroup: [256, 1, 1],
    ulp: 16.0,
    twin,
    cases,
    survivors: &[
        Survivor {
            line: "if (column < length() && f < side) {",
            change: "< → <=",
            reason: "a column beyond the last is transformed but never written",
        },
        Survivor {
            line: "var slope = 0.0;",
            change: "0.0 → 0.5",
            reason: "a column beyond the last is transformed but never written",
        },
        Survivor {
            line: "if (column < length()) {",
            change: "< → <=",
            reason: "a column beyond the last is transformed but never written",
        },
    ],
};
