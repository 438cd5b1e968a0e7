//! `--compute`: what computes, on any command that can use a GPU.

use clap::ValueEnum;

use crate::gpu::Compute;
#[cfg(feature = "gpu")]
use crate::gpu::device::{Adapters, Gpu, GpuFault};

/// What computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ComputeArg {
    /// A hardware GPU if there is one, else the processor.
    #[default]
    Auto,
    /// Any adapter, a software one too; ends with exit code 3 if there is none.
    Gpu,
    /// The processor alone.
    Cpu,
}

impl ComputeArg {
    /// The choice.
    pub fn compute(self) -> Compute {
        match self {
            Self::Auto => Compute::Auto,
            Self::Gpu => Compute::Gpu,
            Self::Cpu => Compute::Cpu,
        }
    }

    /// Whether the processor takes over from a GPU that allows less than is needed: unless one is demanded, with a note.
    #[cfg(feature = "gpu")]
    pub fn yields(self, fault: &GpuFault) -> bool {
        let yields = self == Self::Auto && matches!(fault, GpuFault::Limit { .. });
        if yields {
            eprintln!("note: the processor computes it: {fault}");
        }
        yields
    }
}

/// What was chosen.
pub enum Device {
    /// The processor.
    Cpu,
    /// An open GPU.
    #[cfg(feature = "gpu")]
    Gpu(Box<Gpu>),
}

/// Opens what is asked for.
///
/// # Errors
/// A GPU was demanded, and there is none or none is built in.
#[cfg(feature = "gpu")]
pub fn open(asked: ComputeArg) -> Result<Device, String> {
    // Looking for adapters costs a while; who wants the processor does not pay it.
    if asked.compute() == Compute::Cpu {
        return Ok(Device::Cpu);
    }
    let opened = pollster::block_on(async { Adapters::look().await.open(asked.compute()).await });
    match opened {
        Ok(Some(gpu)) => Ok(Device::Gpu(Box::new(gpu))),
        Ok(None) => Ok(Device::Cpu),
        Err(fault) => Err(fault.to_string()),
    }
}

/// Opens what is asked for: this program has the processor only.
///
/// # Errors
/// A GPU was demanded.
#[cfg(not(feature = "gpu"))]
pub fn open(asked: ComputeArg) -> Result<Device, String> {
    match asked.compute() {
        Compute::Gpu => Err(
            "this program was built without its GPU part: build it with `--features gpu`, or compute on the \
             processor with --compute cpu"
                .to_owned(),
        ),
        Compute::Auto | Compute::Cpu => Ok(Device::Cpu),
    }
}

#[cfg(all(test, feature = "gpu"))]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_too_large_goes_to_the_processor_and_only_unless_a_gpu_is_demanded() {
        let large = GpuFault::Limit {
            what: "the buffer `lines` (bytes)".to_owned(),
            needed: 2,
            allowed: 1,
            adapter: String::new(),
        };
        assert!(ComputeArg::Auto.yields(&large));
        assert!(!ComputeArg::Gpu.yields(&large));
        assert!(!ComputeArg::Auto.yields(&GpuFault::NoAdapter));
    }
}
