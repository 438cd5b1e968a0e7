//! The running mean of pictures over squares of pixels; beyond the border is nothing. Its own adjoint.

use crate::gpu::kernel::{Case, Cell, Kernel, Kind, Part, Role, Slot, Values, sample};
use crate::gpu::record::record;

/// Furthest pixel on each side that a mean may reach.
pub const REACH_MAX: u32 = 8;

record! {
    /// Extents.
    pub struct Pool {
        /// Pixels along a side.
        pub n: u32,
        /// Pixels on each side that a mean takes in, at most [`REACH_MAX`].
        pub reach: u32,
        /// Factor of the sum: 1 / (2 reach + 1)².
        pub scale: f32,
    }
}

impl Pool {
    /// Over `size` by `size` pixels, odd.
    pub fn new(n: u32, size: u32) -> Self {
        Self {
            n,
            reach: size / 2,
            scale: (1.0 / f64::from(size * size)) as f32,
        }
    }

    /// Workgroups for so many pictures.
    pub fn groups(&self, pictures: u32) -> [u32; 3] {
        [self.n.div_ceil(16), self.n.div_ceil(16), pictures]
    }
}

/// The twin.
pub fn pool(record: &Pool, picture: &[f32], means: &mut [f32]) {
    let (n, reach) = (record.n as usize, record.reach as i64);
    let value = |picture: &[f32], x: i64, y: i64| {
        let inside = (0..n as i64).contains(&x) && (0..n as i64).contains(&y);
        if inside {
            picture[y as usize * n + x as usize]
        } else {
            0.0
        }
    };
    for (picture, means) in picture
        .chunks_exact(n * n)
        .zip(means.chunks_exact_mut(n * n))
    {
        for (i, mean) in means.iter_mut().enumerate() {
            let (x, y) = ((i % n) as i64, (i / n) as i64);
            let mut sum = 0.0;
            for x in x - reach..=x + reach {
                let mut column = 0.0;
                for y in y - reach..=y + reach {
                    column += value(picture, x, y);
                }
                sum += column;
            }
            *mean = record.scale * sum;
        }
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = Pool::of(&case.record);
    if let [Values::Float(picture), Values::Float(means)] = values {
        pool(&record, picture, means);
    }
}

fn case(kind: Kind, n: usize, size: u32, pictures: usize, scale: f32) -> Case {
    let record = Pool::new(n as u32, size);
    let picture = sample(21, pictures * n * n);
    Case {
        kind,
        record: record.words(),
        constants: Vec::new(),
        values: vec![
            Values::Float(picture.iter().map(|v| v * scale).collect()),
            Values::Float(vec![0.0; pictures * n * n]),
        ],
        groups: record.groups(pictures as u32),
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(Kind::OneCell, 1, 3, 1, 1.0),
        // The widest mean, of pixels on all sides of a tile.
        case(Kind::Ragged, 45, 17, 1, 1.0),
        case(Kind::Oblong, 20, 7, 3, 1.0),
        case(Kind::Extreme, 18, 1, 2, 1e30),
        case(Kind::Large, 250, 5, 2, 1.0),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/pool",
    source: Part {
        path: "shaders/process/lithography/kernels/pool.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/pool.wgsl"),
    },
    parts: &[],
    record: Pool::RECORD,
    slots: &[
        Slot {
            name: "picture",
            role: Role::Read,
            cell: Cell::Float,
            shape: "pictures, n, n",
            unit: "any",
        },
        Slot {
            name: "means",
            role: Role::Write,
            cell: Cell::Float,
            shape: "pictures, n, n",
            unit: "picture",
        },
    ],
    constants: &[],
    workgroup: [16, 16, 1],
    ulp: 4.0,
    twin,
    cases,
    survivors: &[],
};
