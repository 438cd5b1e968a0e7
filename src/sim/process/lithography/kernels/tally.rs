//! The loss of each clip, written to the history at the number of its step, and the step counted.

use crate::gpu::kernel::{Case, Cell, Kernel, Kind, Part, Role, Slot, Survivor, Values, sample};
use crate::gpu::record::record;

record! {
    /// Extents.
    pub struct Tally {
        /// Sums of a clip.
        pub parts: u32,
        /// Clips, a workgroup each.
        pub clips: u32,
    }
}

impl Tally {
    /// Workgroups.
    pub fn groups(&self) -> [u32; 3] {
        [self.clips, 1, 1]
    }
}

/// The twin.
pub fn tally(record: &Tally, losses: &[f32], history: &mut [f32], done: &mut [u32]) {
    let (parts, clips) = (record.parts as usize, record.clips as usize);
    for clip in 0..clips {
        let mut sums = [0.0; 64];
        for (k, loss) in losses[clip * parts..][..parts].iter().enumerate() {
            sums[k % 64] += loss;
        }
        let mut total = 0.0;
        for sum in sums {
            total += sum;
        }
        history[done[clip] as usize * clips + clip] = total;
        done[clip] += 1;
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = Tally::of(&case.record);
    if let [
        Values::Float(losses),
        Values::Float(history),
        Values::Word(done),
    ] = values
    {
        tally(&record, losses, history, done);
    }
}

fn case(kind: Kind, parts: usize, done: &[u32], steps: usize, scale: f32) -> Case {
    let clips = done.len();
    let record = Tally {
        parts: parts as u32,
        clips: clips as u32,
    };
    let losses = sample(25, parts * clips);
    Case {
        kind,
        record: record.words(),
        constants: Vec::new(),
        values: vec![
            Values::Float(losses.iter().map(|v| (0.1 + v * v) * scale).collect()),
            Values::Float(sample(26, steps * clips)),
            Values::Word(done.to_vec()),
        ],
        groups: record.groups(),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, 1, &[0], 1, 1.0),
        case(Kind::Ragged, 67, &[1], 3, 1.0),
        case(Kind::Oblong, 130, &[2, 2, 2], 4, 1.0),
        case(Kind::Extreme, 40, &[0, 1], 2, 1e30),
        case(Kind::Large, 2056, &[6, 4, 5, 0, 1], 7, 1.0),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/tally",
    source: Part {
        path: "shaders/process/lithography/kernels/tally.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/tally.wgsl"),
    },
    parts: &[],
    record: Tally::RECORD,
    slots: &[
        Slot {
            name: "losses",
            role: Role::Read,
            cell: Cell::Float,
            shape: "clips, parts",
            unit: "loss",
        },
        Slot {
            name: "history",
            role: Role::Change,
            cell: Cell::Float,
            shape: "steps, clips",
            unit: "loss",
        },
        Slot {
            name: "done",
            role: Role::Change,
            cell: Cell::Word,
            shape: "clips",
            unit: "steps",
        },
    ],
    constants: &[],
    workgroup: [64, 1, 1],
    ulp: 8.0,
    twin,
    cases,
    survivors: &[Survivor {
        line: "if (thread == 0u) {",
        change: "0u → 1u",
        reason: "any one invocation of the workgroup can add up the sums",
    }],
};
