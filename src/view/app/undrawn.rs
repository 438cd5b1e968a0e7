//! A device that takes every call and draws nothing (wgpu's `noop` backend).
//!
//! What a frame costs the program is measured on it: a software rasteriser would cost a hundred
//! times the rest, and its share of the caches. It is driven as this machine's own adapter would
//! be, where there is one.

use std::sync::Arc;

use bevy::render::renderer::{
    RenderAdapter, RenderAdapterInfo, RenderDevice, RenderInstance, RenderQueue, WgpuWrapper,
};
use bevy::render::settings::RenderResources;
use pollster::block_on;

use super::Refusal;

/// The device and what belongs to it.
///
/// # Errors
/// The graphics library has no such device.
pub fn device() -> Result<RenderResources, Refusal> {
    let failed = |why: String| Refusal::Failed(format!("no device without an adapter: {why}"));
    let wanted = wgpu::RequestAdapterOptions::default();
    let real = block_on(wgpu::Instance::default().request_adapter(&wanted)).ok();
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = wgpu::Backends::NOOP;
    descriptor.backend_options.noop.enable = true;
    let instance = wgpu::Instance::new(descriptor);
    let adapter =
        block_on(instance.request_adapter(&wanted)).map_err(|error| failed(error.to_string()))?;
    let (features, limits) = match &real {
        Some(real) => (
            real.features(),
            real.limits().or_worse_values_from(&adapter.limits()),
        ),
        None => (wgpu::Features::empty(), wgpu::Limits::default()),
    };
    // It knows no formats of its own: those that every device has must do.
    let without = wgpu::Features::all_experimental_mask()
        | wgpu::Features::TEXTURE_ADAPTER_SPECIFIC_FORMAT_FEATURES;
    let of_device = wgpu::DeviceDescriptor {
        label: Some("undrawn"),
        required_features: features & adapter.features() & !without,
        required_limits: limits,
        ..wgpu::DeviceDescriptor::default()
    };
    let (device, queue) =
        block_on(adapter.request_device(&of_device)).map_err(|error| failed(error.to_string()))?;
    Ok(RenderResources(
        RenderDevice::from(device),
        RenderQueue(Arc::new(WgpuWrapper::new(queue))),
        RenderAdapterInfo(WgpuWrapper::new(adapter.get_info())),
        RenderAdapter(Arc::new(WgpuWrapper::new(adapter))),
        RenderInstance(Arc::new(WgpuWrapper::new(instance))),
    ))
}
