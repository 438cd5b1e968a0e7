//! A step of mirror descent: the level set of each clip moves against the running mean of its slopes.

use crate::gpu::kernel::{Case, Cell, Kernel, Kind, Part, Role, Slot, Survivor, Values, sample};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::{at, put};

record! {
    /// Extents.
    pub struct Carve {
        /// Coefficients of a level set.
        pub each: u32,
    }
}

impl Carve {
    /// Workgroups for so many clips.
    pub fn groups(&self, clips: u32) -> [u32; 3] {
        [clips, 1, 1]
    }
}

/// The twin.
pub fn carve(
    record: &Carve,
    slopes: &[f32],
    lengths: &[f32],
    done: &[u32],
    mean: &mut [f32],
    square: &mut [f32],
    values: &mut [f32],
) {
    let each = record.each as usize;
    for (clip, square) in square.iter_mut().enumerate() {
        let first = clip * each;
        // The half of a slope that belongs to a real picture.
        let slope = |i: usize| {
            let (here, there) = (at(slopes, first + i), at(slopes, first + each - 1 - i));
            [0.5 * (here[0] + there[0]), 0.5 * (here[1] - there[1])]
        };
        let mut sums = [0.0; 64];
        for i in 0..each {
            let s = slope(i);
            sums[i % 64] += s[0] * s[0] + s[1] * s[1];
        }
        let mut total = 0.0;
        for sum in sums {
            total += sum;
        }
        *square = 0.9 * *square + (1.0 - 0.9) * total;
        let along = if *square > 0.0 {
            lengths[done[clip] as usize - 1] / square.sqrt()
        } else {
            0.0
        };
        for i in 0..each {
            let (before, s, value) = (at(mean, first + i), slope(i), at(values, first + i));
            let m = [0, 1].map(|k| 0.9 * before[k] + (1.0 - 0.9) * s[k]);
            put(mean, first + i, m);
            put(values, first + i, [0, 1].map(|k| value[k] - along * m[k]));
        }
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = Carve::of(&case.record);
    if let [
        Values::Float(slopes),
        Values::Float(lengths),
        Values::Word(done),
        Values::Float(mean),
        Values::Float(square),
        Values::Float(values),
    ] = values
    {
        carve(&record, slopes, lengths, done, mean, square, values);
    }
}

fn case(kind: Kind, each: usize, done: &[u32], light: f32, before: f32) -> Case {
    let clips = done.len();
    let record = Carve { each: each as u32 };
    let steps = done.iter().max().map_or(0, |d| *d as usize);
    let lengths = sample(51, steps).into_iter().map(|v| 1.5 + v);
    let slopes = sample(52, 2 * each * clips).into_iter().map(|v| v * light);
    let squares = sample(53, clips)
        .into_iter()
        .map(|v| before * (1.5 + v) * each as f32);
    Case {
        kind,
        record: record.words(),
        constants: Vec::new(),
        values: vec![
            Values::Float(slopes.collect()),
            Values::Float(lengths.collect()),
            Values::Word(done.to_vec()),
            Values::Float(sample(54, 2 * each * clips)),
            Values::Float(squares.collect()),
            Values::Float(sample(55, 2 * each * clips)),
        ],
        groups: record.groups(clips as u32),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, 1, &[1], 1.0, 0.2),
        case(Kind::Ragged, 81, &[3, 1], 1.0, 0.1),
        case(Kind::Oblong, 25, &[1, 2, 2], 1.0, 0.1),
        // No slope yet.
        case(Kind::Extreme, 49, &[2], 0.0, 0.0),
        case(Kind::Extreme, 49, &[2], 1e15, 1e30),
        case(Kind::Large, 1225, &[6, 4, 5, 3, 1], 1.0, 0.1),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/carve",
    source: Part {
        path: "shaders/process/lithography/kernels/carve.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/carve.wgsl"),
    },
    parts: &[],
    record: Carve::RECORD,
    slots: &[
        Slot {
            name: "slopes",
            role: Role::Read,
            cell: Cell::Complex,
            shape: "clips, each",
            unit: "slope",
        },
        Slot {
            name: "lengths",
            role: Role::Read,
            cell: Cell::Float,
            shape: "steps",
            unit: "level-step",
        },
        Slot {
            name: "done",
            role: Role::Read,
            cell: Cell::Word,
            shape: "clips",
            unit: "steps",
        },
        Slot {
            name: "mean",
            role: Role::Change,
            cell: Cell::Complex,
            shape: "clips, each",
            unit: "slope",
        },
        Slot {
            name: "square",
            role: Role::Change,
            cell: Cell::Float,
            shape: "clips",
            unit: "slope-square",
        },
        Slot {
            name: "values",
            role: Role::Change,
            cell: Cell::Complex,
            shape: "clips, each",
            unit: "level",
        },
    ],
    constants: &[],
    workgroup: [64, 1, 1],
    ulp: 8.0,
    twin,
    cases,
    survivors: &[
        Survivor {
            line: "if (thread == 0u) {",
            change: "== → !=",
            reason: "all invocations have the same mean of the squares",
        },
        Survivor {
            line: "if (thread == 0u) {",
            change: "0u → 1u",
            reason: "all invocations have the same mean of the squares",
        },
    ],
};
