//! Every kernel of the table against its twin, and the proof itself against planted faults.
//!
//! Nothing here knows a kernel: what is run comes from `geoul::sim::KERNELS`. Any adapter serves, a software
//! one too; without one a test says so and passes, unless `GEOUL_REQUIRE_GPU` is 1.

mod device;
mod loader;
mod proof;

use geoul::gpu::Compute;
use geoul::gpu::device::{Adapters, Gpu};

/// An open device, if there is an adapter.
fn gpu() -> Option<Gpu> {
    let opened = pollster::block_on(async { Adapters::look().await.open(Compute::Gpu).await });
    match opened {
        Ok(gpu) => gpu,
        Err(fault) => {
            assert!(
                std::env::var("GEOUL_REQUIRE_GPU").as_deref() != Ok("1"),
                "GEOUL_REQUIRE_GPU is 1, but: {fault}"
            );
            println!("skipped: no adapter");
            None
        }
    }
}
