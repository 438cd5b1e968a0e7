//! The choice of a device and its loss.

use geoul::gpu::Compute;
use geoul::gpu::device::{Adapters, GpuFault};
use geoul::gpu::run::Staging;
use geoul::gpu::twin::{expected, prove};
use geoul::sim::KERNELS;

use super::gpu;

/// `auto` never takes a software adapter, `cpu` takes none.
#[test]
fn the_choice_is_kept() {
    let adapters = pollster::block_on(Adapters::look());
    assert_eq!(adapters.chosen(Compute::Cpu), None);
    if let Some(k) = adapters.chosen(Compute::Auto) {
        assert!(adapters.facts[k].hardware && adapters.facts[k].usable);
    }
    let opened = pollster::block_on(adapters.open(Compute::Cpu));
    assert!(matches!(opened, Ok(None)));
}

/// A device that goes away in the middle of the work is an error with advice, not a crash.
#[test]
fn a_lost_device_is_an_error_with_advice() {
    let Some(gpu) = gpu() else { return };
    let kernel = KERNELS[0];
    let case = &(kernel.cases)()[0];
    let truth = expected(kernel, case);
    pollster::block_on(async {
        let mut staging = Staging::default();
        let program = gpu.program(kernel, &case.constants).await.unwrap();
        let before = prove(&gpu, &program, case, &truth, &mut staging).await;
        assert_eq!(before.unwrap().faults, Vec::<String>::new());
        gpu.destroy();
        let after = prove(&gpu, &program, case, &truth, &mut staging).await;
        let fault = after.unwrap_err();
        assert!(matches!(fault, GpuFault::Lost { .. }), "{fault:?}");
        assert!(fault.to_string().contains("--compute cpu"), "{fault}");
    });
}

/// A buffer beyond what the device allows is refused before it is made.
#[test]
fn too_large_a_buffer_is_refused() {
    let Some(gpu) = gpu() else { return };
    let words = gpu.binding_bytes() as usize / 4 + 1;
    let fault = gpu.storage("picture", words).err().unwrap();
    assert!(matches!(fault, GpuFault::Limit { .. }), "{fault:?}");
    assert!(gpu.check().is_ok());
}
