//! Kernels of lithography: each a file here with its twin, and a file of the same name in
//! `shaders/process/lithography/kernels`.
//!
//! The way of an image: `raster` (shapes to cover), `rows` and `columns` (a picture to its lowest
//! coefficients), `field_rows`, `field_columns` and `total` (the intensity of all coherent systems on a coarse
//! grid), `rows` and `columns` again (its coefficients), `spread_columns` and `spread_rows` (to any grid, with
//! the resist's smooth threshold). `photons` draws what each pixel absorbs.
//!
//! The way back, for inverse lithography: `slopes` (lines of images to lines of the loss's slopes), `columns`,
//! `spread_columns` and `spread_rows` once more, `adjoint_columns` and `adjoint_rows` (through the coherent
//! systems), `spread_columns` and then `gradient`, `pool` and `adam`, or `descend` alone, or for level sets `carve`.
//! `hold` holds a part of a picture, `damp` diffuses, `tally` counts steps and losses, `grow` hands parameters to a finer mask.
//!
//! Every twin has the names of its WGSL, in f32, and its order of sums, workgroup by workgroup, where the result
//! hangs on it. Where the WGSL takes several outputs from the same products, the twin sums each by itself: so it is the
//! plainer of both. Complex numbers lie in pairs.

pub mod adam;
pub mod adjoint_columns;
pub mod adjoint_rows;
pub mod carve;
pub mod columns;
pub mod damp;
pub mod descend;
pub mod field_columns;
pub mod field_rows;
pub mod gradient;
pub mod grow;
pub mod hold;
pub mod photons;
pub mod pool;
pub mod raster;
pub mod rows;
pub mod slopes;
pub mod spread_columns;
pub mod spread_rows;
pub mod tally;
pub mod total;

use crate::gpu::kernel::{Case, Cell, Constant, Part, Role, Slot, roots};

/// Transforms in workgroup memory.
const FFT: Part = Part {
    path: "shaders/shared/fft.wgsl",
    text: include_str!("../../../../../shaders/shared/fft.wgsl"),
};

/// Transforms of columns.
const STRIPS: Part = Part {
    path: "shaders/shared/strips.wgsl",
    text: include_str!("../../../../../shaders/shared/strips.wgsl"),
};

/// Random numbers.
const RNG: Part = Part {
    path: "shaders/shared/rng.wgsl",
    text: include_str!("../../../../../shaders/shared/rng.wgsl"),
};

/// Steps round a table of roots.
const CIRCLE: Part = Part {
    path: "shaders/shared/circle.wgsl",
    text: include_str!("../../../../../shaders/shared/circle.wgsl"),
};

/// The logistic function.
const LOGISTIC: Part = Part {
    path: "shaders/shared/logistic.wgsl",
    text: include_str!("../../../../../shaders/shared/logistic.wgsl"),
};

/// Lines to rows.
const SPREAD: Part = Part {
    path: "shaders/shared/spread.wgsl",
    text: include_str!("../../../../../shaders/shared/spread.wgsl"),
};

/// Rows folded about their quarters to frequencies.
const QUARTERS: Part = Part {
    path: "shaders/shared/quarters.wgsl",
    text: include_str!("../../../../../shaders/shared/quarters.wgsl"),
};

/// A step of Adam.
const ADAM: Part = Part {
    path: "shaders/shared/adam.wgsl",
    text: include_str!("../../../../../shaders/shared/adam.wgsl"),
};

/// Length of the transforms.
const LENGTH: &[Constant] = &[Constant { name: "bits" }, Constant { name: "threes" }];

/// The table of the transforms.
const ROOTS: Slot = Slot {
    name: "roots",
    role: Role::Read,
    cell: Cell::Complex,
    shape: "circle / 2",
    unit: "roots",
};

/// The table of one grid.
const WAVES: Slot = Slot {
    name: "waves",
    role: Role::Read,
    cell: Cell::Complex,
    shape: "n",
    unit: "waves",
};

/// The table of one grid and of the places halfway between its own.
const HALF_WAVES: Slot = Slot {
    name: "waves",
    role: Role::Read,
    cell: Cell::Complex,
    shape: "2 n",
    unit: "half-waves",
};

/// Lines of all rows of pictures.
const LINES: Slot = Slot {
    name: "lines",
    role: Role::Read,
    cell: Cell::Complex,
    shape: "rows, half + 1",
    unit: "picture",
};

/// Coherent systems.
const SYSTEMS: Slot = Slot {
    name: "systems",
    role: Role::Read,
    cell: Cell::Complex,
    shape: "systems, 2 half + 1, 2 half + 1",
    unit: "system",
};

/// Rates of a stage.
const RATES: Slot = Slot {
    name: "rates",
    role: Role::Read,
    cell: Cell::Float,
    shape: "steps",
    unit: "rate",
};

/// Steps done.
const DONE: Slot = Slot {
    name: "done",
    role: Role::Read,
    cell: Cell::Word,
    shape: "clips",
    unit: "steps",
};

/// What may change.
const FREE: Slot = Slot {
    name: "free",
    role: Role::Read,
    cell: Cell::Float,
    shape: "pixels or 1",
    unit: "share",
};

/// Adam's means.
const MEAN: Slot = Slot {
    name: "mean",
    role: Role::Change,
    cell: Cell::Float,
    shape: "clips, pixels",
    unit: "slope",
};

/// Adam's mean squares.
const SQUARE: Slot = Slot {
    name: "square",
    role: Role::Change,
    cell: Cell::Float,
    shape: "clips, pixels",
    unit: "slope-square",
};

/// Parameters of masks.
const THETA: Slot = Slot {
    name: "theta",
    role: Role::Change,
    cell: Cell::Float,
    shape: "clips, pixels",
    unit: "parameter",
};

/// Complex numbers in pairs.
fn at(values: &[f32], k: usize) -> [f32; 2] {
    [values[2 * k], values[2 * k + 1]]
}

fn put(values: &mut [f32], k: usize, value: [f32; 2]) {
    values[2 * k..2 * k + 2].copy_from_slice(&value);
}

fn times(a: [f32; 2], b: [f32; 2]) -> [f32; 2] {
    [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]]
}

fn conjugate(a: [f32; 2]) -> [f32; 2] {
    [a[0], -a[1]]
}

/// A sum in tiles of `size` terms, each summed apart: the order in which workgroups add.
fn in_tiles(count: usize, size: usize, term: impl Fn(usize) -> [f32; 2]) -> [f32; 2] {
    let mut total = [0.0, 0.0];
    for start in (0..count).step_by(size) {
        let mut sum = [0.0, 0.0];
        for k in start..count.min(start + size) {
            let a = term(k);
            sum = [sum[0] + a[0], sum[1] + a[1]];
        }
        total = [total[0] + sum[0], total[1] + sum[1]];
    }
    total
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

/// In how many parts a row of `n` is folded: its quarters, or else its halves.
fn parts(n: u32) -> u32 {
    if n.is_multiple_of(4) { 4 } else { 2 }
}

/// Workgroups that spread lines to rows of `n`.
fn spread_groups(n: u32, rows: u32) -> [u32; 3] {
    [n.div_ceil(parts(n)).div_ceil(128), rows.div_ceil(32), 1]
}

/// The value at one place of a row of `n`, from its `width` lines; all counted from half a place before the first, where
/// the mirror image of a place is a place.
fn spread(waves: &[f32], lines: &[f32], n: usize, width: usize, row: usize, x: usize) -> f32 {
    let (near, sign) = if 2 * x < n {
        (2 * x + 1, -1.0)
    } else {
        (2 * n - 2 * x - 1, 1.0)
    };
    let (mut cosines, mut sines) = (0.0, 0.0);
    for f in 0..width {
        let a = times(at(lines, row * width + f), conjugate(at(waves, f)));
        let w = at(waves, f * near % (2 * n));
        cosines += a[0] * w[0];
        sines += a[1] * w[1];
    }
    cosines + sign * sines
}

/// Workgroups of 256 for so many numbers, at most 1,024 to a row of them: a row has an end.
fn in_rows(numbers: u32) -> [u32; 3] {
    let all = numbers.div_ceil(256);
    [all.min(1024), all.div_ceil(1024), 1]
}

/// Mean and mean square of Adam's slopes with one more.
fn moments(mean: f32, square: f32, slope: f32) -> [f32; 2] {
    let (a, b) = (0.9_f32, 0.999_f32);
    [
        a * mean + (1.0 - a) * slope,
        b * square + (1.0 - b) * slope * slope,
    ]
}

/// How far Adam goes.
fn stride([mean, square]: [f32; 2], rate: f32) -> f32 {
    rate * mean / (square.sqrt() + 1e-8)
}

/// Numbers of a transform: 3^threes 2^bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    bits: u32,
    threes: u32,
}

impl Length {
    /// The most numbers of a transform.
    pub const MAX: u32 = 1024;

    /// 3^threes 2^bits numbers: bits from 1 to 10 without threes, to 8 with one, to 6 with two.
    pub const fn new(bits: u32, threes: u32) -> Self {
        Self { bits, threes }
    }

    /// All there are.
    pub fn all() -> impl Iterator<Item = Self> {
        let bits = |threes: u32| (1..=10 - 2 * threes).map(move |bits| Self::new(bits, threes));
        (0..=2).flat_map(bits)
    }

    /// The shortest that holds so many numbers, `None` beyond the most.
    pub fn least(numbers: u32) -> Option<Self> {
        let enough = Self::all().filter(|l| l.numbers() >= numbers);
        enough.min_by_key(|l| l.numbers())
    }

    /// How many numbers.
    pub fn numbers(self) -> u32 {
        3_u32.pow(self.threes) << self.bits
    }

    /// Transforms at a time.
    pub fn together(self) -> u32 {
        1024 / self.numbers()
    }

    /// Constants of the programs.
    pub fn constants(self) -> [(&'static str, u32); 2] {
        [("bits", self.bits), ("threes", self.threes)]
    }

    /// The table of their turns: half a circle.
    pub fn roots(self) -> Vec<f32> {
        let circle = [1024, 1536, 1152][self.threes as usize];
        roots(circle, circle / 2)
    }

    /// Of a case.
    fn of(case: &Case) -> Self {
        Self::new(case.constant("bits", 7), case.constant("threes", 0))
    }

    /// Transforms the tile's numbers and gives them in order: `value` is what stands at a cell.
    fn transform(self, table: &[f32], value: impl Fn(usize) -> [f32; 2]) -> Vec<[f32; 2]> {
        let (numbers, part) = (self.numbers() as usize, 1_usize << self.bits);
        let mut tile = vec![[0.0; 2]; self.together() as usize * numbers];
        for cell in 0..tile.len() {
            let (mut rest, mut place) = (cell % numbers, 0);
            for _ in 0..self.threes {
                place = 3 * place + rest % 3;
                rest /= 3;
            }
            let inside = rest.reverse_bits() >> (usize::BITS - self.bits);
            tile[cell - cell % numbers + place * part + inside] = value(cell);
        }
        // The table holds pairs of half a circle.
        let circle = table.len();
        for stage in 0..self.bits {
            for butterfly in 0..tile.len() / 2 {
                let low = butterfly & ((1 << stage) - 1);
                let place = ((butterfly >> stage) << (stage + 1)) | low;
                let far = place + (1 << stage);
                let a = tile[place];
                let b = times(at(table, low * (circle >> (stage + 1))), tile[far]);
                tile[place] = [a[0] + b[0], a[1] + b[1]];
                tile[far] = [a[0] - b[0], a[1] - b[1]];
            }
        }
        let mut third = part;
        for _ in 0..self.threes {
            for whole in tile.chunks_exact_mut(3 * third) {
                for low in 0..third {
                    let turn = at(table, low * (circle / (3 * third)));
                    let a = whole[low];
                    let b = times(turn, whole[low + third]);
                    let c = times(times(turn, turn), whole[low + 2 * third]);
                    let sum = [b[0] + c[0], b[1] + c[1]];
                    let between = [a[0] - 0.5 * sum[0], a[1] - 0.5 * sum[1]];
                    let across = [0.866_025_4 * (c[1] - b[1]), 0.866_025_4 * (b[0] - c[0])];
                    whole[low] = [a[0] + sum[0], a[1] + sum[1]];
                    whole[low + third] = [between[0] + across[0], between[1] + across[1]];
                    whole[low + 2 * third] = [between[0] - across[0], between[1] - across[1]];
                }
            }
            third *= 3;
        }
        tile
    }
}

#[cfg(test)]
mod tests {
    use super::logistic;

    #[test]
    fn the_smooth_threshold_is_the_logistic_function() {
        for i in -9_000..=9_000 {
            let x = f64::from(i) * 0.01;
            let error = f64::from(logistic(x as f32)) - 1.0 / (1.0 + libm::exp(-x));
            assert!(error.abs() < 3e-7, "{x}: {error}");
        }
    }
}
