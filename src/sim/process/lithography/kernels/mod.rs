//! Kernels of lithography: each a file here with its twin, and a file of the same name in
//! `shaders/process/lithography/kernels`.
//!
//! The way of an image: `raster` (shapes to cover), `rows` and `columns` (a picture to its lowest
//! coefficients), `field_rows`, `field_columns` and `total` (the intensity of all coherent systems on a coarse
//! grid), `rows` and `columns` again (its coefficients), `spread_columns` and `spread_rows` (to any grid, with
//! the resist's smooth threshold). `photons` draws what each pixel absorbs.
//!
//! Every twin has the names, the order and the loops of its WGSL, in f32, workgroup by workgroup where the
//! order of sums depends on it. Complex numbers lie in pairs.

pub mod columns;
pub mod field_columns;
pub mod field_rows;
pub mod photons;
pub mod raster;
pub mod rows;
pub mod spread_columns;
pub mod spread_rows;
pub mod total;

use crate::gpu::kernel::{Cell, Part, Role, Slot};

/// Transforms in workgroup memory.
const FFT: Part = Part {
    path: "shaders/shared/fft.wgsl",
    text: include_str!("../../../../../shaders/shared/fft.wgsl"),
};

/// Random numbers.
const RNG: Part = Part {
    path: "shaders/shared/rng.wgsl",
    text: include_str!("../../../../../shaders/shared/rng.wgsl"),
};

/// The table of the transforms.
const ROOTS: Slot = Slot {
    name: "roots",
    role: Role::Read,
    cell: Cell::Complex,
    shape: "512",
    unit: "exp(2πi k/1024)",
};

/// The table of one grid.
const WAVES: Slot = Slot {
    name: "waves",
    role: Role::Read,
    cell: Cell::Complex,
    shape: "n",
    unit: "exp(2πi k/n)",
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

/// Where the value of place `cell` goes before a transform: bits in reverse order.
fn reversed(cell: usize, bits: u32) -> usize {
    let (cell, inside) = (cell as u32, (1 << bits) - 1);
    ((cell & !inside) | ((cell & inside).reverse_bits() >> (32 - bits))) as usize
}

/// Transforms a tile of 1024 numbers, 2^bits at a time.
fn transform(tile: &mut [[f32; 2]; 1024], roots: &[f32], bits: u32) {
    for stage in 0..bits {
        for butterfly in 0..512_usize {
            let low = butterfly & ((1 << stage) - 1);
            let place = ((butterfly >> stage) << (stage + 1)) | low;
            let far = place + (1 << stage);
            let a = tile[place];
            let b = times(at(roots, low << (9 - stage)), tile[far]);
            tile[place] = [a[0] + b[0], a[1] + b[1]];
            tile[far] = [a[0] - b[0], a[1] - b[1]];
        }
    }
}
