//! From lines to rows: `v(x) = Σ_f Re(line(f) exp(2πi f x/n))`, and what a smooth threshold makes of it:
//! `1 / (1 + exp(−steepness (dose v − level)))`.

use crate::gpu::kernel::{
    Case, Cell, Constant, Kernel, Kind, Part, Role, Slot, Survivor, Values, roots, sample,
};
use crate::gpu::record::record;
use crate::sim::process::lithography::kernels::{WAVES, at};

record! {
    /// Extents and resist.
    pub struct SpreadRows {
        /// Values of a row.
        pub n: u32,
        /// Rows.
        pub rows: u32,
        /// Largest frequency.
        pub half: u32,
        /// Factor of the intensity.
        pub dose: f32,
        /// Level at which half prints.
        pub level: f32,
        /// Steepness of the threshold.
        pub steepness: f32,
    }
}

impl SpreadRows {
    /// Workgroups.
    pub fn groups(&self) -> [u32; 3] {
        [self.n.div_ceil(64), self.rows.div_ceil(16), 1]
    }
}

/// `1 / (1 + exp(−x))`.
fn logistic(x: f32) -> f32 {
    let t = (-x).clamp(-80.0, 80.0) * core::f32::consts::LOG2_E;
    let whole = (t + 0.5).floor();
    let r = (t - whole) * core::f32::consts::LN_2;
    let mut series = 0.008_333_334 + r * 0.001_388_888_9;
    series = 0.041_666_668 + r * series;
    series = 0.166_666_67 + r * series;
    series = 0.5 + r * series;
    series = 1.0 + r * series;
    series = 1.0 + r * series;
    let power = f32::from_bits(series.to_bits().wrapping_add((whole as i32 as u32) << 23));
    1.0 / (1.0 + power)
}

/// The twin.
pub fn spread_rows(
    record: &SpreadRows,
    print: u32,
    waves: &[f32],
    lines: &[f32],
    picture: &mut [f32],
) {
    let (n, width) = (record.n as usize, record.half as usize + 1);
    for row in 0..record.rows as usize {
        for x in 0..n {
            let mut sum = 0.0;
            for f in 0..width {
                let (a, w) = (at(lines, row * width + f), at(waves, f * x % n));
                sum += a[0] * w[0] - a[1] * w[1];
            }
            let mut shown = sum;
            if print == 1 {
                shown = logistic(record.steepness * (record.dose * shown - record.level));
            }
            picture[row * n + x] = shown;
        }
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = SpreadRows::of(&case.record);
    let print = case.constant("print", 0);
    if let [
        Values::Float(waves),
        Values::Float(lines),
        Values::Float(picture),
    ] = values
    {
        spread_rows(&record, print, waves, lines, picture);
    }
}

fn case(kind: Kind, [n, rows, half]: [usize; 3], size: f32, print: Option<[f32; 3]>) -> Case {
    let [dose, level, steepness] = print.unwrap_or_default();
    let record = SpreadRows {
        n: n as u32,
        rows: rows as u32,
        half: half as u32,
        dose,
        level,
        steepness,
    };
    let lines = sample(6, 2 * rows * (half + 1));
    Case {
        kind,
        record: record.words(),
        constants: print.map(|_| ("print", 1)).into_iter().collect(),
        values: vec![
            Values::Float(roots(n, n)),
            Values::Float(lines.iter().map(|v| v * size).collect()),
            Values::Float(vec![0.0; rows * n]),
        ],
        groups: record.groups(),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, [1, 1, 0], 1.0, None),
        case(Kind::Ragged, [67, 18, 17], 1.0, None),
        case(Kind::Oblong, [130, 5, 3], 0.3, Some([1.02, 0.225, 5.0])),
        case(Kind::Oblong, [130, 5, 3], 0.3, None),
        // Far beyond where the threshold bends.
        case(Kind::Extreme, [40, 20, 15], 100.0, Some([0.97, 0.3, 40.0])),
        case(Kind::Large, [601, 100, 40], 0.02, Some([1.0, 0.0, 50.0])),
        case(Kind::Large, [2048, 40, 39], 1.0, None),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/spread_rows",
    about: "lines to the rows of a real picture, fused with the resist's smooth threshold",
    source: Part {
        path: "shaders/process/lithography/kernels/spread_rows.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/spread_rows.wgsl"),
    },
    parts: &[],
    record: SpreadRows::RECORD,
    slots: &[
        WAVES,
        Slot {
            name: "lines",
            role: Role::Read,
            cell: Cell::Complex,
            shape: "rows, half + 1",
            unit: "of the picture",
        },
        Slot {
            name: "picture",
            role: Role::Write,
            cell: Cell::Float,
            shape: "rows, n",
            unit: "intensity, clear field 1; with print 1 the share that prints, 0 to 1",
        },
    ],
    constants: &[Constant {
        name: "print",
        about: "0 the intensity, 1 the smooth threshold of it",
    }],
    workgroup: [64, 4, 1],
    ulp: 32.0,
    twin,
    cases,
    survivors: &[
        Survivor {
            line: "let t = clamp(-x, -80.0, 80.0) * 1.4426950408889634;",
            change: "80.0 → 80.8",
            reason: "both limits lie where the result is 0 or 1",
        },
        Survivor {
            line: "let whole = floor(t + 0.5);",
            change: "0.5 → 0.505",
            reason: "where the exponent is split does not change the product",
        },
        Survivor {
            line: "var series = 0.008333334 + r * 0.0013888889;",
            change: "+ → -",
            reason: "its share of the result is within the tolerance",
        },
        Survivor {
            line: "var series = 0.008333334 + r * 0.0013888889;",
            change: "0.008333334 → 0.00841666734",
            reason: "its share of the result is within the tolerance",
        },
        Survivor {
            line: "var series = 0.008333334 + r * 0.0013888889;",
            change: "0.0013888889 → 0.0014027777890000001",
            reason: "its share of the result is within the tolerance",
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smooth_threshold_is_the_logistic_function() {
        for i in -9_000..=9_000 {
            let x = f64::from(i) * 0.01;
            let error = f64::from(logistic(x as f32)) - 1.0 / (1.0 + libm::exp(-x));
            assert!(error.abs() < 3e-7, "{x}: {error}");
        }
    }
}
