//! An image of lithography for the page's script.

use js_sys::{Float32Array, Float64Array};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use crate::gpu::Compute;
use crate::gpu::device::Adapters;
use crate::interop::glp;
use crate::scene::optics::{self, Setup};
use crate::scene::shapes::Shapes;
use crate::sim::process::lithography::probe::Probe;

fn fault(error: impl std::fmt::Display) -> JsValue {
    JsValue::from_str(&error.to_string())
}

fn inputs(layout: &str, optics: &str, probe: &str) -> Result<(Shapes, Setup, Probe), JsValue> {
    let shapes = glp::read("layout.glp", layout).map_err(fault)?;
    let setup = optics::read("optics.ron", optics).map_err(|d| fault(d.to_text()))?;
    let probe = serde_json::from_str(probe).map_err(fault)?;
    Ok((shapes, setup, probe))
}

/// Aerial intensities of a layout (text of a GLP file) under optics (text of a RON file), by the kernels on
/// the browser's graphics device. `probe` is JSON: `low_nm`, `side_nm`, `pixels`, `points`, `defocus_nm`;
/// the answer has `points` rows of `points`, upward.
///
/// # Errors
/// The inputs have faults, there is no device, or it was lost.
#[wasm_bindgen(js_name = lithoImageGpu)]
pub async fn on_gpu(
    layout: String,
    optics: String,
    probe: String,
) -> Result<Float32Array, JsValue> {
    let (shapes, setup, probe) = inputs(&layout, &optics, &probe)?;
    let gpu = Adapters::look().await.open(Compute::Gpu).await;
    let gpu = gpu.map_err(fault)?.ok_or_else(|| fault("no device"))?;
    let values = probe.on_gpu(&gpu, &setup, &shapes).await.map_err(fault)?;
    let values: Vec<f32> = values.iter().map(|v| *v as f32).collect();
    Ok(Float32Array::from(values.as_slice()))
}

/// As `lithoImageGpu`, by the reference on the processor in f64.
///
/// # Errors
/// The inputs have faults.
#[wasm_bindgen(js_name = lithoImageCpu)]
pub fn on_cpu(layout: &str, optics: &str, probe: &str) -> Result<Float64Array, JsValue> {
    let (shapes, setup, probe) = inputs(layout, optics, probe)?;
    let values = probe.reference(&setup, &shapes).map_err(fault)?;
    Ok(Float64Array::from(values.as_slice()))
}
