//! What happens in a plant as time runs: one room per kind of machine or process.

pub mod fab;
pub mod process;

use crate::gpu::kernel::Kernel;
use process::lithography::kernels;

/// Every kernel; what runs, proves and lists kernels reads this table.
pub const KERNELS: &[&Kernel] = &[
    &kernels::raster::KERNEL,
    &kernels::rows::KERNEL,
    &kernels::columns::KERNEL,
    &kernels::field_rows::KERNEL,
    &kernels::field_columns::KERNEL,
    &kernels::total::KERNEL,
    &kernels::spread_columns::KERNEL,
    &kernels::spread_rows::KERNEL,
    &kernels::slopes::KERNEL,
    &kernels::tally::KERNEL,
    &kernels::damp::KERNEL,
    &kernels::adjoint_columns::KERNEL,
    &kernels::adjoint_rows::KERNEL,
    &kernels::gradient::KERNEL,
    &kernels::pool::KERNEL,
    &kernels::adam::KERNEL,
    &kernels::descend::KERNEL,
    &kernels::grow::KERNEL,
    &kernels::carve::KERNEL,
    &kernels::hold::KERNEL,
    &kernels::photons::KERNEL,
];
