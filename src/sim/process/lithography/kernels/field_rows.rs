//! The field of each coherent system, first half: system times mask, each row of frequencies transformed
//! along x in workgroup memory.

use crate::gpu::kernel::{Case, Cell, Kernel, Kind, Part, Role, Slot, Survivor, Values, sample};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::{
    FFT, LENGTH, Length, ROOTS, SYSTEMS, at, put, times,
};

record! {
    /// Extents.
    pub struct FieldRows {
        /// Rows: clips times systems times frequencies in y.
        pub rows: u32,
        /// Systems that are imaged now.
        pub systems: u32,
        /// The first of them.
        pub first: u32,
        /// Largest frequency; transforms are above twice it.
        pub half: u32,
    }
}

impl FieldRows {
    /// Workgroups for transforms of a length.
    pub fn groups(&self, length: Length) -> [u32; 3] {
        [self.rows.div_ceil(length.together()), 1, 1]
    }
}

/// The twin.
pub fn field_rows(
    record: &FieldRows,
    length: Length,
    roots: &[f32],
    systems: &[f32],
    mask: &[f32],
    lines: &mut [f32],
) {
    let (numbers, half) = (length.numbers() as usize, record.half as usize);
    let side = 2 * half + 1;
    let count = record.systems as usize;
    for group in 0..record.groups(length)[0] as usize {
        let first = group * length.together() as usize;
        let found = length.transform(roots, |cell| {
            let (row, f) = (first + cell / numbers, (cell + half) % numbers);
            if row >= record.rows as usize || f >= side {
                return [0.0, 0.0];
            }
            let (clip, inside) = (row / (count * side), row % (count * side));
            let system = at(systems, (record.first as usize * side + inside) * side + f);
            times(system, at(mask, (clip * side + inside % side) * side + f))
        });
        for (cell, value) in found.iter().enumerate() {
            let row = first + cell / numbers;
            if row < record.rows as usize {
                put(lines, row * numbers + cell % numbers, *value);
            }
        }
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = FieldRows::of(&case.record);
    let length = Length::of(case);
    if let [
        Values::Float(roots),
        Values::Float(systems),
        Values::Float(mask),
        Values::Float(lines),
    ] = values
    {
        field_rows(&record, length, roots, systems, mask, lines);
    }
}

fn case(
    kind: Kind,
    length: Length,
    half: usize,
    [clips, systems, first]: [usize; 3],
    size: f32,
) -> Case {
    let side = 2 * half + 1;
    let record = FieldRows {
        rows: (clips * systems * side) as u32,
        systems: systems as u32,
        first: first as u32,
        half: half as u32,
    };
    let mask = sample(8, 2 * clips * side * side);
    Case {
        kind,
        record: record.words(),
        constants: length.constants().to_vec(),
        values: vec![
            Values::Float(length.roots()),
            Values::Float(sample(7, 2 * (first + systems) * side * side)),
            Values::Float(mask.iter().map(|v| v * size).collect()),
            Values::Float(vec![
                0.0;
                2 * clips * systems * side * length.numbers() as usize
            ]),
        ],
        groups: record.groups(length),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, Length::new(1, 0), 0, [1, 1, 0], 1.0),
        case(Kind::Ragged, Length::new(7, 0), 17, [1, 1, 2], 1.0),
        case(Kind::Oblong, Length::new(6, 0), 5, [2, 3, 1], 1.0),
        case(Kind::Ragged, Length::new(5, 1), 17, [1, 2, 1], 1.0),
        case(Kind::Oblong, Length::new(3, 2), 17, [2, 3, 1], 1.0),
        case(Kind::Extreme, Length::new(5, 0), 15, [1, 2, 0], 1e30),
        case(Kind::Large, Length::new(8, 0), 39, [2, 3, 1], 1.0),
        case(Kind::Large, Length::new(10, 0), 70, [1, 2, 1], 1.0),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/field_rows",
    source: Part {
        path: "shaders/process/lithography/kernels/field_rows.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/field_rows.wgsl"),
    },
    parts: &[FFT],
    record: FieldRows::RECORD,
    slots: &[
        ROOTS,
        SYSTEMS,
        Slot {
            name: "mask",
            role: Role::Read,
            cell: Cell::Complex,
            shape: "clips, 2 half + 1, 2 half + 1",
            unit: "amplitude",
        },
        Slot {
            name: "lines",
            role: Role::Write,
            cell: Cell::Complex,
            shape: "clips, systems, 2 half + 1, length",
            unit: "amplitude",
        },
    ],
    constants: LENGTH,
    workgroup: [256, 1, 1],
    ulp: 16.0,
    twin,
    cases,
    survivors: &[
        Survivor {
            line: "return select(1024u + 512u * threes, 1152u, threes == 2u);",
            change: "1024u → 1025u",
            reason: "a turn is a whole part of the circle, rounded down",
        },
        Survivor {
            line: "return select(1024u + 512u * threes, 1152u, threes == 2u);",
            change: "512u → 513u",
            reason: "a turn is a whole part of the circle, rounded down",
        },
        Survivor {
            line: "return select(1024u + 512u * threes, 1152u, threes == 2u);",
            change: "1152u → 1153u",
            reason: "a turn is a whole part of the circle, rounded down",
        },
        Survivor {
            line: "for (var three = thread; three < together() * length() / 3u; three = three + 256u) {",
            change: "< → <=",
            reason: "butterflies beyond the last work on cells that are not used",
        },
        Survivor {
            line: "for (var three = thread; three < together() * length() / 3u; three = three + 256u) {",
            change: "/ → *",
            reason: "butterflies beyond the last work on cells that are not used",
        },
        Survivor {
            line: "for (var j = 0u; j < 2u; j = j + 1u) {",
            change: "< → <=",
            reason: "butterflies beyond the last work on cells that are not used",
        },
        Survivor {
            line: "for (var j = 0u; j < 2u; j = j + 1u) {",
            change: "2u → 3u",
            reason: "butterflies beyond the last work on cells that are not used",
        },
        Survivor {
            line: "for (var cell = thread; cell < used; cell = cell + 256u) {",
            change: "< → <=",
            reason: "one cell more than is used is written, and nobody reads it",
        },
        Survivor {
            line: "return 1024u / length();",
            change: "1024u → 1025u",
            reason: "no length has room for one more transform in 1025 numbers",
        },
        Survivor {
            line: "if (row < record.rows && f < side) {",
            change: "< → <=",
            reason: "a row beyond the last is transformed but never written",
        },
        Survivor {
            line: "return cell + (cell >> 2u);",
            change: "2u → 3u",
            reason: "it moves where numbers lie in workgroup memory, for those who write and who read",
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use num_complex::Complex64;

    /// Against a library's transform in f64: a system of ones leaves the mask as it is.
    #[test]
    fn rows_are_those_of_a_library() {
        for of in Length::all() {
            let length = of.numbers() as usize;
            let half = length / 2 - 1;
            let side = 2 * half + 1;
            let mask = sample(11, 2 * side * side);
            let record = FieldRows {
                rows: side as u32,
                systems: 1,
                first: 0,
                half: half as u32,
            };
            let systems: Vec<f32> = (0..2 * side * side).map(|i| [1.0, 0.0][i % 2]).collect();
            let mut lines = vec![0.0; 2 * side * length];
            field_rows(&record, of, &of.roots(), &systems, &mask, &mut lines);
            let fft = geoul_fft::inverse(length);
            for row in [0, side / 2, side - 1] {
                let mut exact = vec![Complex64::ZERO; length];
                for f in 0..side {
                    let [re, im] = at(&mask, row * side + f).map(f64::from);
                    exact[(f + length - half) % length] = Complex64::new(re, im);
                }
                fft.process(&mut exact);
                for (x, exact) in exact.iter().enumerate() {
                    let [re, im] = at(&lines, row * length + x).map(f64::from);
                    let error = (Complex64::new(re, im) - exact).norm();
                    assert!(error < 2e-7 * (length as f64), "{of:?} {x}: {error}");
                }
            }
        }
    }
}
