//! The field of each coherent system, first half: system times mask, each row of frequencies transformed
//! along x in workgroup memory.

use crate::gpu::kernel::{
    Case, Cell, Constant, Kernel, Kind, Part, Role, Slot, Survivor, Values, roots, sample,
};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::{
    FFT, ROOTS, SYSTEMS, at, put, reversed, times, transform,
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
        /// Largest frequency; 2^bits is above twice it.
        pub half: u32,
    }
}

impl FieldRows {
    /// Workgroups for transforms of 2^bits.
    pub fn groups(&self, bits: u32) -> [u32; 3] {
        [self.rows.div_ceil(1024 >> bits), 1, 1]
    }
}

/// The twin.
pub fn field_rows(
    record: &FieldRows,
    bits: u32,
    roots: &[f32],
    systems: &[f32],
    mask: &[f32],
    lines: &mut [f32],
) {
    let (length, half) = (1_usize << bits, record.half as usize);
    let side = 2 * half + 1;
    let count = record.systems as usize;
    let mut tile = [[0.0; 2]; 1024];
    for group in 0..record.groups(bits)[0] as usize {
        let place = |cell: usize| ((group << (10 - bits)) + (cell >> bits), cell & (length - 1));
        for cell in 0..1024 {
            let (row, x) = place(cell);
            let f = (x + half) & (length - 1);
            let mut value = [0.0, 0.0];
            if row < record.rows as usize && f < side {
                let (clip, inside) = (row / (count * side), row % (count * side));
                let system = at(systems, (record.first as usize * side + inside) * side + f);
                value = times(system, at(mask, (clip * side + inside % side) * side + f));
            }
            tile[reversed(cell, bits)] = value;
        }
        transform(&mut tile, roots, bits);
        for (cell, value) in tile.iter().enumerate() {
            let (row, x) = place(cell);
            if row < record.rows as usize {
                put(lines, row * length + x, *value);
            }
        }
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = FieldRows::of(&case.record);
    let bits = case.constant("bits", 7);
    if let [
        Values::Float(roots),
        Values::Float(systems),
        Values::Float(mask),
        Values::Float(lines),
    ] = values
    {
        field_rows(&record, bits, roots, systems, mask, lines);
    }
}

fn case(
    kind: Kind,
    bits: u32,
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
        constants: vec![("bits", bits)],
        values: vec![
            Values::Float(roots(1024, 512)),
            Values::Float(sample(7, 2 * (first + systems) * side * side)),
            Values::Float(mask.iter().map(|v| v * size).collect()),
            Values::Float(vec![0.0; (2 * clips * systems * side) << bits]),
        ],
        groups: record.groups(bits),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, 1, 0, [1, 1, 0], 1.0),
        case(Kind::Ragged, 7, 17, [1, 1, 2], 1.0),
        case(Kind::Oblong, 6, 5, [2, 3, 1], 1.0),
        case(Kind::Extreme, 5, 15, [1, 2, 0], 1e30),
        case(Kind::Large, 8, 39, [2, 3, 1], 1.0),
        case(Kind::Large, 10, 70, [1, 2, 1], 1.0),
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
            shape: "clips, systems, 2 half + 1, 2^bits",
            unit: "amplitude",
        },
    ],
    constants: &[BITS],
    workgroup: [256, 1, 1],
    ulp: 16.0,
    twin,
    cases,
    survivors: &[
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

/// Length of the transforms.
pub(super) const BITS: Constant = Constant { name: "bits" };

#[cfg(test)]
mod tests {
    use super::*;
    use num_complex::Complex64;

    /// Against a library's transform in f64: a system of ones leaves the mask as it is.
    #[test]
    fn rows_are_those_of_a_library() {
        for bits in 1..=10 {
            let (length, half) = (1_usize << bits, (1_usize << bits) / 2 - 1);
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
            field_rows(
                &record,
                bits,
                &roots(1024, 512),
                &systems,
                &mask,
                &mut lines,
            );
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
                    assert!(error < 2e-7 * (length as f64), "{bits} {x}: {error}");
                }
            }
        }
    }
}
