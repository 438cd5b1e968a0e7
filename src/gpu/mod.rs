//! How any kernel runs on a GPU: device, shader text, layout, dispatch, and the proof against its CPU twin.
//!
//! A kernel is two files and one line: plain WGSL under `shaders/`, a source file of the same name under
//! `src/sim/` with its table entry, twin and cases, and its line in [`crate::sim::KERNELS`].
//!
//! * [`kernel`]: the table entry and its cases; plain data, also in builds without a GPU.
//! * [`record`]: the uniform record of a kernel, on the host.
//! * `source`: parts joined to one text, faults shown at their own file and line, bindings reflected.
//! * `device`: adapters, the choice among them, the open device, its loss.
//! * `run`: programs, buffers, batches of dispatches, reading back.
//! * `twin`: one case on the GPU beside the twin. `sabotage`: faults planted in the WGSL must be seen.
//!
//! Everything that waits is `async`, as the browser demands; who runs natively blocks at the very edge.

#[cfg(feature = "gpu")]
pub mod device;
pub mod kernel;
pub mod record;
#[cfg(feature = "gpu")]
pub mod run;
#[cfg(feature = "gpu")]
pub mod sabotage;
#[cfg(feature = "gpu")]
pub mod source;
#[cfg(feature = "gpu")]
pub mod twin;

/// What may compute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compute {
    /// A hardware GPU if there is one, else the CPU.
    #[default]
    Auto,
    /// Any adapter, a software one too; an error if there is none.
    Gpu,
    /// The CPU alone.
    Cpu,
}
