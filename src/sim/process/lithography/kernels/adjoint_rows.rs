//! Back from the slopes of the loss to the mask, second half: rows of frequencies turned back along x, times the
//! conjugates of their systems, summed over all systems of a clip.

use crate::gpu::kernel::{Case, Cell, Kernel, Kind, Part, Role, Slot, Survivor, Values, sample};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::{
    FFT, LENGTH, Length, ROOTS, SYSTEMS, at, put, times,
};

record! {
    /// Extents.
    pub struct AdjointRows {
        /// Systems of a clip, of all conditions.
        pub systems: u32,
        /// Largest frequency; transforms are above twice it.
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
    length: Length,
    roots: &[f32],
    systems: &[f32],
    lines: &[f32],
    slopes: &mut [f32],
    clips: usize,
) {
    let (numbers, half) = (length.numbers() as usize, record.half as usize);
    let (side, count) = (2 * half + 1, record.systems as usize);
    let together = length.together() as usize;
    for row in 0..clips * side {
        let (clip, v) = (row / side, row % side);
        let mut sums = vec![[0.0; 2]; together * numbers];
        for start in (0..count).step_by(together) {
            let turned = length.transform(roots, |cell| {
                let k = start + cell / numbers;
                if k >= count {
                    return [0.0, 0.0];
                }
                let line = (clip * count + k) * side + v;
                let [re, im] = at(lines, line * numbers + cell % numbers);
                [re, -im]
            });
            for (cell, sum) in sums.iter_mut().enumerate() {
                let (k, f) = (start + cell / numbers, (cell + half) % numbers);
                if k < count && f < side {
                    let product = times(at(systems, (k * side + v) * side + f), turned[cell]);
                    *sum = [sum[0] + product[0], sum[1] + product[1]];
                }
            }
        }
        for cell in 0..numbers {
            let f = (cell + half) % numbers;
            if f < side {
                let mut total = [0.0, 0.0];
                for k in 0..together {
                    let sum = sums[k * numbers + cell];
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
    let length = Length::of(case);
    if let [
        Values::Float(roots),
        Values::Float(systems),
        Values::Float(lines),
        Values::Float(slopes),
    ] = values
    {
        let clips = case.groups[1] as usize;
        adjoint_rows(&record, length, roots, systems, lines, slopes, clips);
    }
}

fn case(kind: Kind, length: Length, half: usize, [clips, systems]: [usize; 2], size: f32) -> Case {
    let side = 2 * half + 1;
    let record = AdjointRows {
        systems: systems as u32,
        half: half as u32,
        scale: 0.75,
    };
    let lines = sample(39, 2 * clips * systems * side * length.numbers() as usize);
    Case {
        kind,
        record: record.words(),
        constants: length.constants().to_vec(),
        values: vec![
            Values::Float(length.roots()),
            Values::Float(sample(40, 2 * systems * side * side)),
            Values::Float(lines.iter().map(|v| v * size).collect()),
            Values::Float(vec![0.0; 2 * clips * side * side]),
        ],
        groups: record.groups(clips as u32),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, Length::new(1, 0), 0, [1, 1], 1.0),
        case(Kind::Ragged, Length::new(7, 0), 17, [1, 9], 1.0),
        case(Kind::Oblong, Length::new(6, 0), 5, [2, 35], 1.0),
        case(Kind::Ragged, Length::new(5, 1), 17, [1, 12], 1.0),
        case(Kind::Oblong, Length::new(2, 2), 8, [1, 12], 1.0),
        case(Kind::Extreme, Length::new(5, 0), 15, [1, 2], 1e30),
        case(Kind::Large, Length::new(8, 0), 27, [2, 6], 1.0),
        // More frequencies than invocations.
        case(Kind::Large, Length::new(10, 0), 256, [1, 1], 1.0),
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
            shape: "clips, systems, 2 half + 1, length",
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
    constants: LENGTH,
    workgroup: [256, 1, 1],
    ulp: 16.0,
    twin,
    cases,
    survivors: &[
        Survivor {
            line: "for (var cell = thread; cell < used; cell = cell + 256u) {",
            change: "< → <=",
            reason: "one cell more than is used is written, and nobody reads it",
        },
        Survivor {
            line: "for (var start = 0u; start < record.systems; start = start + together()) {",
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
