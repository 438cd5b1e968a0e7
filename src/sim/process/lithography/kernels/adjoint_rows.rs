//! Back from the slopes of the loss to the mask, second half: rows of frequencies turned back along x, times the
//! conjugates of their systems, summed over all systems of a clip.

use crate::gpu::kernel::{
    Case, Cell, Kernel, Kind, Part, Role, Slot, Survivor, Values, roots, sample,
};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::field_rows::BITS;
use crate::sim::process::lithography::kernels::{
    FFT, ROOTS, SYSTEMS, at, put, reversed, times, transform,
};

record! {
    /// Extents.
    pub struct AdjointRows {
        /// Systems of a clip, of all conditions.
        pub systems: u32,
        /// Largest frequency; 2^bits is above twice it.
        pub half: u32,
        /// Factor of the coefficients.
        pub scale: f32,
    }
}

impl AdjointRows {
    /// Workgroups for so many clips.
    pub fn groups(&self, clips: u32) -> [u32; 3] {
        [2 * self.half + 1, clips, 1]
    }
}

/// The twin.
pub fn adjoint_rows(
    record: &AdjointRows,
    bits: u32,
    roots: &[f32],
    systems: &[f32],
    lines: &[f32],
    slopes: &mut [f32],
    clips: usize,
) {
    let (length, half) = (1_usize << bits, record.half as usize);
    let (side, count) = (2 * half + 1, record.systems as usize);
    let together = 1024_usize >> bits;
    let mut tile = [[0.0; 2]; 1024];
    for row in 0..clips * side {
        let (clip, v) = (row / side, row % side);
        let mut sums = [[0.0; 2]; 1024];
        for start in (0..count).step_by(together) {
            for cell in 0..1024 {
                let k = start + (cell >> bits);
                let mut value = [0.0, 0.0];
                if k < count {
                    let line = (clip * count + k) * side + v;
                    let [re, im] = at(lines, line * length + (cell & (length - 1)));
                    value = [re, -im];
                }
                tile[reversed(cell, bits)] = value;
            }
            transform(&mut tile, roots, bits);
            for (cell, sum) in sums.iter_mut().enumerate() {
                let k = start + (cell >> bits);
                let f = ((cell & (length - 1)) + half) & (length - 1);
                if k < count && f < side {
                    let product = times(at(systems, (k * side + v) * side + f), tile[cell]);
                    *sum = [sum[0] + product[0], sum[1] + product[1]];
                }
            }
        }
        for cell in 0..length {
            let f = (cell + half) & (length - 1);
            if f < side {
                let mut total = [0.0, 0.0];
                for k in 0..together {
                    let sum = sums[k * length + cell];
                    total = [total[0] + sum[0], total[1] + sum[1]];
                }
                let value = [record.scale * total[0], record.scale * -total[1]];
                put(slopes, row * side + f, value);
            }
        }
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = AdjointRows::of(&case.record);
    let bits = case.constant("bits", 7);
    if let [
        Values::Float(roots),
        Values::Float(systems),
        Values::Float(lines),
        Values::Float(slopes),
    ] = values
    {
        let clips = case.groups[1] as usize;
        adjoint_rows(&record, bits, roots, systems, lines, slopes, clips);
    }
}

fn case(kind: Kind, bits: u32, half: usize, [clips, systems]: [usize; 2], size: f32) -> Case {
    let side = 2 * half + 1;
    let record = AdjointRows {
        systems: systems as u32,
        half: half as u32,
        scale: 0.75,
    };
    let lines = sample(39, (2 * clips * systems * side) << bits);
    Case {
        kind,
        record: record.words(),
        constants: vec![("bits", bits)],
        values: vec![
            Values::Float(roots(1024, 512)),
            Values::Float(sample(40, 2 * systems * side * side)),
            Values::Float(lines.iter().map(|v| v * size).collect()),
            Values::Float(vec![0.0; 2 * clips * side * side]),
        ],
        groups: record.groups(clips as u32),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, 1, 0, [1, 1], 1.0),
        case(Kind::Ragged, 7, 17, [1, 9], 1.0),
        case(Kind::Oblong, 6, 5, [2, 35], 1.0),
        case(Kind::Extreme, 5, 15, [1, 2], 1e30),
        case(Kind::Large, 8, 27, [2, 6], 1.0),
        // More frequencies than invocations.
        case(Kind::Large, 10, 256, [1, 1], 1.0),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/adjoint_rows",
    source: Part {
        path: "shaders/process/lithography/kernels/adjoint_rows.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/adjoint_rows.wgsl"),
    },
    parts: &[FFT],
    record: AdjointRows::RECORD,
    slots: &[
        ROOTS,
        SYSTEMS,
        Slot {
            name: "lines",
            role: Role::Read,
            cell: Cell::Complex,
            shape: "clips, systems, 2 half + 1, 2^bits",
            unit: "field-slope",
        },
        Slot {
            name: "slopes",
            role: Role::Write,
            cell: Cell::Complex,
            shape: "clips, 2 half + 1, 2 half + 1",
            unit: "slope",
        },
    ],
    constants: &[BITS],
    workgroup: [256, 1, 1],
    ulp: 16.0,
    twin,
    cases,
    survivors: &[
        Survivor {
            line: "let together = 1024u >> bits;",
            change: "1024u → 1025u",
            reason: "bits is at least one, and shifted by it both are the same",
        },
        Survivor {
            line: "for (var start = 0u; start < record.systems; start = start + together) {",
            change: "< → <=",
            reason: "beyond the last system there is nothing to add",
        },
        Survivor {
            line: "var value = vec2<f32>(0.0, 0.0);",
            change: "0.0 → 0.5",
            reason: "what is beyond the last system is transformed but never added",
        },
        Survivor {
            line: "if (k < record.systems) {",
            change: "< → <=",
            reason: "what is beyond the last system is transformed but never added",
        },
        Survivor {
            line: "if (k < record.systems && f < side) {",
            change: "< → <=",
            reason: "beyond the last system the transform is zero, beyond the last frequency nothing is written",
        },
        Survivor {
            line: "if (k < record.systems && f < side) {",
            change: "&& → ||",
            reason: "beyond the last system the transform is zero, beyond the last frequency nothing is written",
        },
    ],
};
