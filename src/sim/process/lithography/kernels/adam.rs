//! One step of Adam from the slope at each parameter: rates from a table, the number of the step from `tally`.

use crate::gpu::kernel::{Case, Cell, Kernel, Kind, Part, Role, Slot, Values, sample};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::{ADAM, DONE, FREE, MEAN, RATES, SQUARE, THETA};
use crate::sim::process::lithography::kernels::{in_rows, moments, stride};

record! {
    /// Extents.
    pub struct Adam {
        /// Parameters of a clip.
        pub pixels: u32,
        /// Shares of slopes: as many as parameters of a clip, or one for all.
        pub free: u32,
        /// Parameters of all clips.
        pub all: u32,
    }
}

impl Adam {
    /// Workgroups.
    pub fn groups(&self) -> [u32; 3] {
        in_rows(self.all)
    }
}

/// Adam's state and what steers it, as the kernels bind them.
pub struct State<'s> {
    /// Rates by step.
    pub rates: &'s [f32],
    /// Steps of each clip, this one too.
    pub done: &'s [u32],
    /// Shares of the slopes that count, by pixel of a clip, or one for all.
    pub free: &'s [f32],
    /// Means of slopes.
    pub mean: &'s mut [f32],
    /// Means of squares.
    pub square: &'s mut [f32],
    /// Parameters.
    pub theta: &'s mut [f32],
}

impl State<'_> {
    /// One step of parameter `i` of clips of `pixels`.
    pub fn step(&mut self, i: usize, pixels: usize, slope: f32) {
        let now = moments(
            self.mean[i],
            self.square[i],
            slope * self.free[i % self.free.len()],
        );
        [self.mean[i], self.square[i]] = now;
        self.theta[i] -= stride(now, self.rates[self.done[i / pixels] as usize - 1]);
    }
}

/// The twin.
pub fn adam(record: &Adam, slopes: &[f32], state: &mut State<'_>) {
    for i in 0..record.all as usize {
        state.step(i, record.pixels as usize, slopes[i]);
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = Adam::of(&case.record);
    if let [
        Values::Float(slopes),
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
        adam(&record, slopes, state);
    }
}

/// Shares, moments and parameters of a case: after some steps, so that both moments count.
pub fn state(pixels: usize, free: usize, done: &[u32], size: f32) -> Vec<Values> {
    let all = pixels * done.len();
    let scaled = |seed, factor: f32| sample(seed, all).into_iter().map(move |v| v * factor);
    // Some held, none of them the first.
    let free = sample(31, free + 1).into_iter().skip(1).map(|v| v.max(0.0));
    let square = scaled(33, size).map(|v| 0.01 * v * v);
    vec![
        Values::Float(sample(30, 6)),
        Values::Word(done.to_vec()),
        Values::Float(free.collect()),
        Values::Float(scaled(32, size).collect()),
        Values::Float(square.collect()),
        Values::Float(sample(34, all)),
    ]
}

fn case(kind: Kind, [pixels, free]: [usize; 2], done: &[u32], size: f32) -> Case {
    let all = pixels * done.len();
    let record = Adam {
        pixels: pixels as u32,
        free: free as u32,
        all: all as u32,
    };
    let slopes = sample(35, all).into_iter().map(|v| v * size).collect();
    let mut values = vec![Values::Float(slopes)];
    values.extend(state(pixels, free, done, size));
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
        case(Kind::OneCell, [1, 1], &[1], 1.0),
        case(Kind::Ragged, [300, 1], &[2], 1.0),
        case(Kind::Oblong, [70, 70], &[3, 6, 1], 3.0),
        // Slopes as small as what keeps the step finite.
        case(Kind::Extreme, [200, 200], &[4, 2], 1e-8),
        case(Kind::Large, [90_011, 90_011], &[5, 1, 2], 1.0),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/adam",
    source: Part {
        path: "shaders/process/lithography/kernels/adam.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/adam.wgsl"),
    },
    parts: &[ADAM],
    record: Adam::RECORD,
    slots: &[
        Slot {
            name: "slopes",
            role: Role::Read,
            cell: Cell::Float,
            shape: "all",
            unit: "slope",
        },
        RATES,
        DONE,
        FREE,
        MEAN,
        SQUARE,
        THETA,
    ],
    constants: &[],
    workgroup: [256, 1, 1],
    ulp: 16.0,
    twin,
    cases,
    survivors: &[],
};
