//! Adapters, the choice among them, and the open device.

use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use crate::gpu::Compute;
use crate::gpu::source::ShaderFault;

/// Why a kernel cannot run, or did not.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum GpuFault {
    /// A device was demanded and there is none.
    #[error(
        "no graphics adapter: install a driver (a software one such as lavapipe will do), or compute on the \
         processor with --compute cpu"
    )]
    NoAdapter,
    /// The adapter does not open.
    #[error("{adapter} does not open: {reason}; compute on the processor with --compute cpu")]
    Refused {
        /// Its name.
        adapter: String,
        /// What it says.
        reason: String,
    },
    /// The device went away.
    #[error(
        "{adapter} was lost in the middle of the work ({reason}): run again; if it is lost again, update its \
         driver, let it do less at once, or compute on the processor with --compute cpu"
    )]
    Lost {
        /// Its name.
        adapter: String,
        /// What it says.
        reason: String,
    },
    /// It refused an operation: a fault of ours.
    #[error(
        "{adapter} refused an operation: {reason}; compute on the processor with --compute cpu"
    )]
    Operation {
        /// Its name.
        adapter: String,
        /// What it says.
        reason: String,
    },
    /// More than the device allows.
    #[error(
        "{what} needs {needed}, {adapter} allows {allowed}; take a smaller part or --compute cpu"
    )]
    Limit {
        /// What.
        what: String,
        /// Needed.
        needed: u64,
        /// Allowed.
        allowed: u64,
        /// Name of the adapter.
        adapter: String,
    },
    /// The text of a kernel is at fault.
    #[error(transparent)]
    Shader(#[from] ShaderFault),
}

/// An adapter as the doctor shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Name of the chip.
    pub name: String,
    /// Interface it is reached by.
    pub backend: String,
    /// Driver and its version.
    pub driver: String,
    /// Kind: discrete, integrated, virtual, software.
    pub kind: &'static str,
    /// Whether it is a chip and not a program.
    pub hardware: bool,
    /// Whether it has all that WebGPU guarantees.
    pub usable: bool,
    /// Largest binding of a storage buffer, bytes.
    pub binding_bytes: u64,
    /// Memory of a workgroup, bytes.
    pub workgroup_bytes: u32,
    /// Invocations of a workgroup.
    pub invocations: u32,
    /// Whether it tells the time a dispatch takes.
    pub timestamps: bool,
}

/// Adapters of this machine.
pub struct Adapters {
    found: Vec<wgpu::Adapter>,
    /// What each is.
    pub facts: Vec<Facts>,
}

/// What a kernel may rely on everywhere, raised to what the adapter has where more is of use.
fn limits_of(adapter: &wgpu::Adapter) -> wgpu::Limits {
    let has = adapter.limits();
    wgpu::Limits {
        max_buffer_size: has.max_buffer_size,
        max_storage_buffer_binding_size: has.max_storage_buffer_binding_size,
        ..wgpu::Limits::default()
    }
}

fn facts(adapter: &wgpu::Adapter) -> Facts {
    let (info, limits) = (adapter.get_info(), adapter.limits());
    let (kind, hardware) = match info.device_type {
        wgpu::DeviceType::DiscreteGpu => ("discrete", true),
        wgpu::DeviceType::IntegratedGpu => ("integrated", true),
        wgpu::DeviceType::VirtualGpu => ("virtual", true),
        wgpu::DeviceType::Other => ("other", true),
        wgpu::DeviceType::Cpu => ("software", false),
    };
    let compute = adapter
        .get_downlevel_capabilities()
        .flags
        .contains(wgpu::DownlevelFlags::COMPUTE_SHADERS);
    Facts {
        name: info.name,
        backend: info.backend.to_string(),
        driver: format!("{} {}", info.driver, info.driver_info)
            .trim()
            .to_owned(),
        kind,
        hardware,
        usable: compute && wgpu::Limits::default().check_limits(&limits),
        binding_bytes: limits.max_storage_buffer_binding_size,
        workgroup_bytes: limits.max_compute_workgroup_storage_size,
        invocations: limits.max_compute_invocations_per_workgroup,
        timestamps: adapter.features().contains(wgpu::Features::TIMESTAMP_QUERY),
    }
}

impl Adapters {
    /// Looks for them.
    pub async fn look() -> Self {
        let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
        descriptor.backends = wgpu::Backends::PRIMARY;
        // Kernels are validated when they are loaded; the driver's own layers only slow them down.
        descriptor.flags = wgpu::InstanceFlags::empty();
        let instance = wgpu::Instance::new(descriptor);
        let found = instance.enumerate_adapters(wgpu::Backends::PRIMARY).await;
        let facts = found.iter().map(facts).collect();
        Self { found, facts }
    }

    /// The one that is used under a choice: the best usable, hardware before software, and software only
    /// where a GPU was demanded; `None` means the CPU.
    pub fn chosen(&self, compute: Compute) -> Option<usize> {
        pick(&self.facts, compute)
    }

    /// Opens the chosen one; `Ok(None)` means the CPU.
    ///
    /// # Errors
    /// A GPU was demanded and there is none, or it does not open.
    pub async fn open(&self, compute: Compute) -> Result<Option<Gpu>, GpuFault> {
        match self.chosen(compute) {
            Some(k) => Gpu::open(&self.found[k]).await.map(Some),
            None if compute == Compute::Gpu => Err(GpuFault::NoAdapter),
            None => Ok(None),
        }
    }
}

fn pick(facts: &[Facts], compute: Compute) -> Option<usize> {
    let rank = |f: &Facts| match f.kind {
        "discrete" => 0,
        "integrated" => 1,
        "virtual" => 2,
        "other" => 3,
        _ => 4,
    };
    let allowed = |f: &Facts| match compute {
        Compute::Auto => f.usable && f.hardware,
        Compute::Gpu => f.usable,
        Compute::Cpu => false,
    };
    (0..facts.len())
        .filter(|&k| allowed(&facts[k]))
        .min_by_key(|&k| rank(&facts[k]))
}

/// What the device reported while nobody asked.
#[derive(Debug, Default)]
struct Reports {
    lost: Option<String>,
    operation: Option<String>,
}

/// An open device. The desktop's renderer, a headless device and a browser all can serve.
pub struct Gpu {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    /// Name of the adapter.
    pub name: String,
    reports: Arc<Mutex<Reports>>,
}

impl Gpu {
    async fn open(adapter: &wgpu::Adapter) -> Result<Self, GpuFault> {
        let name = adapter.get_info().name;
        let timing = adapter.features() & wgpu::Features::TIMESTAMP_QUERY;
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("geoul"),
            required_features: timing,
            required_limits: limits_of(adapter),
            memory_hints: wgpu::MemoryHints::Performance,
            ..wgpu::DeviceDescriptor::default()
        };
        let opened = adapter.request_device(&descriptor).await;
        let (device, queue) = opened.map_err(|e| GpuFault::Refused {
            adapter: name.clone(),
            reason: e.to_string(),
        })?;
        Ok(Self::new(device, queue, name))
    }

    /// Of a device that somebody else opened.
    pub fn new(device: wgpu::Device, queue: wgpu::Queue, name: String) -> Self {
        let reports = Arc::new(Mutex::new(Reports::default()));
        let of_loss = Arc::clone(&reports);
        device.set_device_lost_callback(move |reason, text| {
            let mut reports = of_loss.lock().unwrap_or_else(PoisonError::into_inner);
            let text = if text.is_empty() {
                format!("{reason:?}")
            } else {
                text
            };
            reports.lost.get_or_insert(text);
        });
        let of_errors = Arc::clone(&reports);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            let mut reports = of_errors.lock().unwrap_or_else(PoisonError::into_inner);
            reports.operation.get_or_insert(error.to_string());
        }));
        Self {
            device,
            queue,
            name,
            reports,
        }
    }

    /// Whether it tells the time a dispatch takes.
    pub fn tells_time(&self) -> bool {
        self.device
            .features()
            .contains(wgpu::Features::TIMESTAMP_QUERY)
    }

    /// Largest binding of a storage buffer, bytes.
    pub fn binding_bytes(&self) -> u64 {
        let limits = self.device.limits();
        limits
            .max_storage_buffer_binding_size
            .min(limits.max_buffer_size)
    }

    /// Gives the device up, as a driver that crashes does: what follows fails.
    pub fn destroy(&self) {
        self.device.destroy();
    }

    /// What went wrong since it was asked last.
    ///
    /// # Errors
    /// The device was lost, or refused an operation.
    pub fn check(&self) -> Result<(), GpuFault> {
        // A loss is told only when the device is asked.
        let _ = self.device.poll(wgpu::PollType::Poll);
        let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        let adapter = self.name.clone();
        // A lost device refuses everything after; the loss is what to tell.
        if let Some(reason) = reports.lost.clone() {
            return Err(GpuFault::Lost { adapter, reason });
        }
        match reports.operation.take() {
            Some(reason) => Err(GpuFault::Operation { adapter, reason }),
            None => Ok(()),
        }
    }

    /// Refuses more of something than is allowed.
    ///
    /// # Errors
    /// It is more.
    pub fn limit(&self, what: &str, needed: u64, allowed: u64) -> Result<(), GpuFault> {
        if needed <= allowed {
            return Ok(());
        }
        Err(GpuFault::Limit {
            what: what.to_owned(),
            needed,
            allowed,
            adapter: self.name.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter(kind: &'static str, usable: bool) -> Facts {
        Facts {
            name: kind.to_owned(),
            backend: String::new(),
            driver: String::new(),
            kind,
            hardware: kind != "software",
            usable,
            binding_bytes: 0,
            workgroup_bytes: 0,
            invocations: 0,
            timestamps: false,
        }
    }

    #[test]
    fn a_software_adapter_is_taken_only_when_a_gpu_is_demanded() {
        let software = [adapter("software", true)];
        assert_eq!(pick(&software, Compute::Auto), None);
        assert_eq!(pick(&software, Compute::Gpu), Some(0));
        assert_eq!(pick(&software, Compute::Cpu), None);
    }

    #[test]
    fn the_strongest_usable_chip_comes_first() {
        let all = [
            adapter("software", true),
            adapter("integrated", true),
            adapter("discrete", false),
            adapter("discrete", true),
        ];
        assert_eq!(pick(&all, Compute::Auto), Some(3));
        assert_eq!(pick(&all[..3], Compute::Gpu), Some(1));
        assert_eq!(pick(&all, Compute::Cpu), None);
        assert_eq!(pick(&[], Compute::Gpu), None);
    }
}
