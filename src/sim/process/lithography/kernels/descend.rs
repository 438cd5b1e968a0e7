//! The gradient at each pixel of a mask that is not averaged, and at once Adam's step along it.

use crate::gpu::kernel::{Case, Kernel, Kind, Part, Values, roots, sample};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::adam::{State, state};
use crate::sim::process::lithography::kernels::{
    ADAM, DONE, FREE, HALF_WAVES, LINES, LOGISTIC, MEAN, RATES, SPREAD, SQUARE, THETA, logistic,
    spread, spread_groups,
};

record! {
    /// Extents.
    pub struct Descend {
        /// Pixels along a side.
        pub n: u32,
        /// Rows of all clips.
        pub rows: u32,
        /// Largest frequency.
        pub half: u32,
        /// Shares of slopes: as many as pixels of a clip, or one for all.
        pub free: u32,
    }
}

impl Descend {
    /// Workgroups.
    pub fn groups(&self) -> [u32; 3] {
        spread_groups(self.n, self.rows)
    }
}

/// The twin.
pub fn descend(record: &Descend, waves: &[f32], lines: &[f32], state: &mut State<'_>) {
    let (n, width) = (record.n as usize, record.half as usize + 1);
    for i in 0..record.rows as usize * n {
        let open = logistic(4.0 * (state.theta[i] - 0.5));
        let by_transmission = spread(waves, lines, n, width, i / n, i % n);
        state.step(i, n * n, by_transmission * (4.0 * open * (1.0 - open)));
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = Descend::of(&case.record);
    if let [
        Values::Float(waves),
        Values::Float(lines),
        Values::Float(rates),
        Values::Word(done),
        Values::Float(free),
        Values::Float(mean),
        Values::Float(square),
        Values::Float(theta),
    ] = values
    {
        let state = &mut State {
            rates,
            done,
            free,
            mean,
            square,
            theta,
        };
        descend(&record, waves, lines, state);
    }
}

fn case(kind: Kind, [n, half, free]: [usize; 3], done: &[u32], size: f32) -> Case {
    let rows = n * done.len();
    let record = Descend {
        n: n as u32,
        rows: rows as u32,
        half: half as u32,
        free: free as u32,
    };
    let lines = sample(36, 2 * rows * (half + 1));
    let mut values = vec![
        Values::Float(roots(2 * n, 2 * n)),
        Values::Float(lines.iter().map(|v| v * size).collect()),
    ];
    values.extend(state(n * n, free, done, size));
    Case {
        kind,
        record: record.words(),
        constants: Vec::new(),
        values,
        groups: record.groups(),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, [1, 0, 1], &[1], 1.0),
        case(Kind::Ragged, [67, 17, 1], &[2], 1.0),
        case(Kind::Oblong, [36, 3, 36 * 36], &[3, 6, 1], 3.0),
        // Slopes as small as what keeps the step finite.
        case(Kind::Extreme, [20, 2, 20 * 20], &[4, 2], 1e-8),
        case(Kind::Large, [150, 40, 150 * 150], &[5, 1], 1.0),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/descend",
    source: Part {
        path: "shaders/process/lithography/kernels/descend.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/descend.wgsl"),
    },
    parts: &[SPREAD, LOGISTIC, ADAM],
    record: Descend::RECORD,
    slots: &[HALF_WAVES, LINES, RATES, DONE, FREE, MEAN, SQUARE, THETA],
    constants: &[],
    workgroup: [32, 8, 1],
    ulp: 64.0,
    twin,
    cases,
    survivors: &[],
};
