//! What the prints of clips lose, and how the loss changes with the lines of both their images, in and out of
//! focus: spread, resist, loss and the way back in one kernel, so that no picture leaves the workgroup.
//!
//! Four places of a row that are mirror images of one another share their products, as in `band`.

use crate::gpu::kernel::{
    Case, Cell, Constant, Kernel, Kind, Part, Role, Slot, Survivor, Values, roots, sample,
};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::{
    CIRCLE, HALF_WAVES, LOGISTIC, QUARTERS, at, conjugate, logistic, put, times,
};

/// Largest frequency of an image that the kernel takes.
pub const HALF_MAX: u32 = 159;

record! {
    /// Extents, resist, doses, weights.
    pub struct Slopes {
        /// Pixels of the print along a side, a multiple of 4.
        pub n: u32,
        /// Largest frequency of the images, at most [`HALF_MAX`].
        pub half: u32,
        /// Intensity at which half prints.
        pub level: f32,
        /// Steepness of the smooth print.
        pub steepness: f32,
        /// Intensity factor of the outer corner, in focus.
        pub outer_dose: f32,
        /// Intensity factor of the inner corner, out of focus.
        pub inner_dose: f32,
        /// Weight of the nominal print's distance from the target.
        pub nominal: f32,
        /// Weight of the outer print's distance from the target.
        pub outer: f32,
        /// Weight of the distance between outer and inner print.
        pub variation: f32,
    }
}

impl Slopes {
    /// Workgroups for so many clips.
    pub fn groups(&self, clips: u32) -> [u32; 3] {
        [self.n.div_ceil(16), clips, 1]
    }

    /// Times 48 frequencies that are needed: the constant of the program.
    pub fn passes(&self) -> u32 {
        (self.half + 1).div_ceil(48)
    }

    /// Sums of the loss of a clip.
    pub fn parts(&self) -> u32 {
        16 * self.n.div_ceil(16)
    }

    /// Loss at a pixel, and its slopes by the intensities in and out of focus.
    fn slope(&self, focus: f32, defocus: f32, target: f32) -> [f32; 3] {
        let print = |light: f32| logistic(self.steepness * (light - self.level));
        let z = print(focus);
        let most = print(self.outer_dose * focus);
        let least = print(self.inner_dose * defocus);
        let (off, beyond, wide) = (z - target, most - target, most - least);
        let loss =
            self.nominal * off * off + self.outer * beyond * beyond + self.variation * wide * wide;
        let by_focus = self.nominal * off * z * (1.0 - z)
            + (self.outer * beyond + self.variation * wide) * self.outer_dose * most * (1.0 - most);
        let by_defocus = self.variation * wide * self.inner_dose * least * (1.0 - least);
        let twice = 2.0 * self.steepness;
        [loss, twice * by_focus, -twice * by_defocus]
    }
}

/// The twin.
pub fn slopes(record: &Slopes, waves: &[f32], goal: &[f32], lines: &mut [f32], losses: &mut [f32]) {
    let (n, width) = (record.n as usize, record.half as usize + 1);
    let quarter = n / 4;
    losses.fill(0.0);
    for (row_of_all, goal) in goal.chunks_exact(n).enumerate() {
        let (clip, row) = (row_of_all / n, row_of_all % n);
        let in_focus = (2 * clip * n + row) * width;
        let both = [in_focus, in_focus + n * width];
        let mut sums = vec![[0.0; 4]; width];
        let mut lanes = [0.0; 16];
        for first in (0..quarter).step_by(16) {
            let places = first..quarter.min(first + 16);
            let mut folded = [[[0.0; 4]; 2]; 16];
            for (lane, x) in places.clone().enumerate() {
                // Cosines and sines, in focus and out of focus, of even and odd frequencies.
                let mut parts = [[0.0; 4]; 2];
                for f in 0..width {
                    let w = at(waves, f * (2 * x + 1) % (2 * n));
                    for (k, from) in both.into_iter().enumerate() {
                        let a = times(at(lines, from + f), conjugate(at(waves, f)));
                        parts[f % 2][2 * k] += a[0] * w[0];
                        parts[f % 2][2 * k + 1] += a[1] * w[1];
                    }
                }
                let [even, odd] = parts;
                let sum: [f32; 4] = core::array::from_fn(|k| even[k] + odd[k]);
                let difference: [f32; 4] = core::array::from_fn(|k| even[k] - odd[k]);
                let ([s, d], half) = ([sum, difference], n / 2);
                let pixels = [
                    record.slope(s[0] - s[1], s[2] - s[3], goal[x]),
                    record.slope(d[0] + d[1], d[2] + d[3], goal[half - 1 - x]),
                    record.slope(d[0] - d[1], d[2] - d[3], goal[half + x]),
                    record.slope(s[0] + s[1], s[2] + s[3], goal[n - 1 - x]),
                ];
                let [a, b, c, d] = pixels;
                lanes[lane] += a[0] + b[0] + c[0] + d[0];
                for k in 0..2 {
                    let near = a[k + 1] + d[k + 1];
                    let far = b[k + 1] + c[k + 1];
                    let near_odd = a[k + 1] - d[k + 1];
                    let far_odd = b[k + 1] - c[k + 1];
                    folded[lane][0][2 * k] = near + far;
                    folded[lane][0][2 * k + 1] = near_odd - far_odd;
                    folded[lane][1][2 * k] = near - far;
                    folded[lane][1][2 * k + 1] = near_odd + far_odd;
                }
            }
            for (f, total) in sums.iter_mut().enumerate() {
                let mut sum = [0.0; 4];
                for (lane, x) in places.clone().enumerate() {
                    let w = at(waves, f * (2 * x + 1) % (2 * n));
                    for (k, sum) in sum.iter_mut().enumerate() {
                        *sum += folded[lane][f % 2][k] * w[k % 2];
                    }
                }
                for (total, sum) in total.iter_mut().zip(sum) {
                    *total += sum;
                }
            }
        }
        for (f, sum) in sums.iter().enumerate() {
            let turn = at(waves, f);
            put(lines, both[0] + f, times([sum[0], -sum[1]], turn));
            put(lines, both[1] + f, times([sum[2], -sum[3]], turn));
        }
        let group = clip * n.div_ceil(16) + row / 16;
        for (total, loss) in losses[16 * group..].iter_mut().zip(lanes) {
            *total += loss;
        }
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = Slopes::of(&case.record);
    if let [
        Values::Float(waves),
        Values::Float(goal),
        Values::Float(lines),
        Values::Float(losses),
    ] = values
    {
        slopes(&record, waves, goal, lines, losses);
    }
}

fn case(kind: Kind, [n, half, clips]: [usize; 3], light: f32, steepness: f32) -> Case {
    let record = Slopes {
        n: n as u32,
        half: half as u32,
        level: 0.225,
        steepness,
        outer_dose: 1.1,
        inner_dose: 0.8,
        nominal: 0.9,
        outer: 0.4,
        variation: 1.3,
    };
    let lines = sample(41, 4 * clips * n * (half + 1));
    let goal = sample(42, clips * n * n);
    Case {
        kind,
        record: record.words(),
        constants: vec![("passes", record.passes())],
        values: vec![
            Values::Float(roots(2 * n, 2 * n)),
            Values::Float(goal.iter().map(|v| 0.5 + 0.5 * v).collect()),
            Values::Float(lines.iter().map(|v| v * light).collect()),
            Values::Float(vec![0.0; clips * record.parts() as usize]),
        ],
        groups: record.groups(clips as u32),
    }
}

fn cases() -> Vec<Case> {
    vec![
        // The smallest picture that has quarters.
        case(Kind::OneCell, [4, 0, 1], 0.5, 5.0),
        // Most faults are seen here already, in a fourteenth of the time of the next.
        case(Kind::Ragged, [20, 17, 1], 0.2, 5.0),
        case(Kind::Ragged, [52, 17, 2], 0.2, 5.0),
        // A quarter that is a whole tile of the way back and no more.
        case(Kind::Oblong, [64, 16, 3], 0.1, 8.0),
        case(Kind::Ragged, [28, 50, 1], 0.05, 6.0),
        case(Kind::Ragged, [52, 100, 1], 0.05, 6.0),
        // All light or none: nowhere does the print bend.
        case(Kind::Extreme, [40, 18, 1], 1e30, 50.0),
        case(Kind::Large, [176, 159, 1], 0.05, 6.0),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/slopes",
    source: Part {
        path: "shaders/process/lithography/kernels/slopes.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/slopes.wgsl"),
    },
    parts: &[CIRCLE, LOGISTIC, QUARTERS],
    record: Slopes::RECORD,
    slots: &[
        HALF_WAVES,
        Slot {
            name: "goal",
            role: Role::Read,
            cell: Cell::Float,
            shape: "clips, n, n",
            unit: "share",
        },
        Slot {
            name: "lines",
            role: Role::Change,
            cell: Cell::Complex,
            shape: "clips, conditions, n, half + 1",
            unit: "lines-slopes",
        },
        Slot {
            name: "losses",
            role: Role::Write,
            cell: Cell::Float,
            shape: "clips, n / 16, 16",
            unit: "loss",
        },
    ],
    constants: &[Constant { name: "passes" }],
    workgroup: [16, 8, 1],
    ulp: 64.0,
    twin,
    cases,
    survivors: &[
        Survivor {
            line: "for (var first = 0u; first < n / 4u; first = first + 32u) {",
            change: "/ → *",
            reason: "places beyond the quarter count as zero",
        },
        Survivor {
            line: "for (var first = 0u; first < n / 4u; first = first + 32u) {",
            change: "< → <=",
            reason: "places beyond the quarter count as zero",
        },
        Survivor {
            line: "for (var part = first; part < min(n / 4u, first + 32u); part = part + 16u) {",
            change: "/ → *",
            reason: "places beyond the quarter count as zero",
        },
        Survivor {
            line: "let width = record.half + 1u;",
            change: "1u → 2u",
            reason: "beyond the last frequency there is nothing to add",
        },
        Survivor {
            line: "for (var start = 0u; start < width; start = start + 16u) {",
            change: "< → <=",
            reason: "beyond the last frequency there is nothing to add",
        },
        Survivor {
            line: "if (row < record.n && f < width) {",
            change: "< → <=",
            reason: "a row beyond the last is summed but never written",
        },
        Survivor {
            line: "for (var k = 0u; k < min(16u, width - start); k = k + 2u) {",
            change: "- → +",
            reason: "frequencies beyond the last count as zero",
        },
        Survivor {
            line: "return odd * 273u + row * 17u;",
            change: "273u → 274u",
            reason: "it moves where numbers lie in workgroup memory, for those who write and who read",
        },
        Survivor {
            line: "if (passes > 1u) {",
            change: "> → >=",
            reason: "frequencies beyond the last are summed but never written",
        },
        Survivor {
            line: "if (passes > 2u) {",
            change: "> → >=",
            reason: "frequencies beyond the last are summed but never written",
        },
        Survivor {
            line: "if (passes > 3u) {",
            change: "> → >=",
            reason: "frequencies beyond the last are summed but never written",
        },
        Survivor {
            line: "turns[thread] = vec2<f32>(loss, 0.0);",
            change: "0.0 → 0.5",
            reason: "of both numbers only the first is read",
        },
        Survivor {
            line: "if (local.y == 0u) {",
            change: "== → !=",
            reason: "any row of invocations can add up the losses",
        },
        Survivor {
            line: "if (local.y == 0u) {",
            change: "0u → 1u",
            reason: "any row of invocations can add up the losses",
        },
    ],
};
