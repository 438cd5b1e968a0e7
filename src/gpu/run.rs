//! Programs, buffers and batches of dispatches.
//!
//! Everything a dispatch needs (pipeline, bind group, record) is made once as a [`Step`]; a batch only
//! records it, so that a loop of a thousand dispatches allocates nothing.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::sync::{Arc, Mutex, PoisonError};

use crate::gpu::device::{Gpu, GpuFault};
use crate::gpu::kernel::{Kernel, Role};
use crate::gpu::source::{Reflection, Source};

/// A compiled kernel.
pub struct Program {
    kernel: &'static Kernel,
    pipeline: wgpu::ComputePipeline,
    layout: wgpu::BindGroupLayout,
    bound: Reflection,
}

impl Program {
    /// The kernel it was made of.
    pub fn kernel(&self) -> &'static Kernel {
        self.kernel
    }
}

/// A buffer on the device; a clone is the same buffer.
#[derive(Clone)]
pub struct Storage {
    buffer: wgpu::Buffer,
    words: u64,
}

impl Storage {
    /// Its 32-bit numbers.
    pub fn words(&self) -> u64 {
        self.words
    }
}

/// A program with its buffers and record, ready to be dispatched again and again.
pub struct Step {
    pipeline: wgpu::ComputePipeline,
    group: wgpu::BindGroup,
    record: Option<wgpu::Buffer>,
    name: &'static str,
    groups: [u32; 3],
    moved: Moved,
}

/// What a dispatch moves at least: each buffer that it binds once, those that it changes both ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Bytes read.
    pub read: u64,
    /// Bytes written.
    pub written: u64,
}

impl Moved {
    /// Of several dispatches.
    pub fn sum<'s>(steps: impl IntoIterator<Item = &'s Step>) -> Self {
        steps.into_iter().fold(Self::default(), |sum, step| Self {
            read: sum.read + step.moved.read,
            written: sum.written + step.moved.written,
        })
    }

    /// Both.
    pub fn bytes(self) -> u64 {
        self.read + self.written
    }
}

impl Step {
    /// Name of its kernel.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its workgroups.
    pub fn groups(&self) -> [u32; 3] {
        self.groups
    }

    /// What it moves at least.
    pub fn moved(&self) -> Moved {
        self.moved
    }
}

/// Dispatches recorded in order; each sees what those before it wrote.
pub struct Batch<'g> {
    gpu: &'g Gpu,
    encoder: wgpu::CommandEncoder,
    dispatches: u32,
}

/// Room for a buffer's way back to the host; grows when it must, and is used again.
#[derive(Default)]
pub struct Staging(Option<wgpu::Buffer>);

/// Time stamps around a batch.
pub struct Clock {
    queries: wgpu::QuerySet,
    resolved: Storage,
}

impl Gpu {
    /// Compiles a kernel with constants other than their defaults.
    ///
    /// # Errors
    /// Its text is at fault, or the device refuses it.
    pub async fn program(
        &self,
        kernel: &'static Kernel,
        constants: &[(&'static str, u32)],
    ) -> Result<Program, GpuFault> {
        let checks = wgpu::ShaderRuntimeChecks {
            force_loop_bounding: false,
            ..wgpu::ShaderRuntimeChecks::checked()
        };
        self.compiled(kernel, &Source::of(kernel), constants, checks)
            .await
    }

    /// Compiles a kernel from another text than its own. Its loops are counted and ended by force, since nothing is
    /// known of them.
    ///
    /// # Errors
    /// The text is at fault, or the device refuses it.
    pub async fn program_of(
        &self,
        kernel: &'static Kernel,
        source: &Source,
        constants: &[(&'static str, u32)],
    ) -> Result<Program, GpuFault> {
        let checks = wgpu::ShaderRuntimeChecks::checked();
        self.compiled(kernel, source, constants, checks).await
    }

    async fn compiled(
        &self,
        kernel: &'static Kernel,
        source: &Source,
        constants: &[(&'static str, u32)],
        checks: wgpu::ShaderRuntimeChecks,
    ) -> Result<Program, GpuFault> {
        let bound = source.reflect(kernel)?;
        let entry = |binding: u32, ty: wgpu::BufferBindingType| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty,
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        };
        let uniform = bound
            .record
            .map(|binding| entry(binding, wgpu::BufferBindingType::Uniform));
        let storage = bound.slots.iter().map(|&(binding, writes)| {
            entry(
                binding,
                wgpu::BufferBindingType::Storage { read_only: !writes },
            )
        });
        let entries: Vec<_> = uniform.into_iter().chain(storage).collect();
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let descriptor = wgpu::ShaderModuleDescriptor {
            label: Some(kernel.name),
            source: wgpu::ShaderSource::Wgsl(source.text.as_str().into()),
        };
        #[expect(
            unsafe_code,
            reason = "what stays off is the count that ends endless loops: it keeps compilers from unrolling, the loops \
                      of the table's own kernels end by their bounds, and a text from elsewhere is counted"
        )]
        // SAFETY: every access stays checked, and every loop of a kernel of the table ends.
        let module = unsafe { self.device.create_shader_module_trusted(descriptor, checks) };
        let layout = self
            .device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some(kernel.name),
                entries: &entries,
            });
        let all = self
            .device
            .create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(kernel.name),
                bind_group_layouts: &[Some(&layout)],
                immediate_size: 0,
            });
        let constants: Vec<(&str, f64)> =
            constants.iter().map(|&(n, v)| (n, f64::from(v))).collect();
        let pipeline = self
            .device
            .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(kernel.name),
                layout: Some(&all),
                module: &module,
                entry_point: Some(kernel.entry()),
                compilation_options: wgpu::PipelineCompilationOptions {
                    constants: &constants,
                    // Kernels write their workgroup memory before they read it.
                    zero_initialize_workgroup_memory: false,
                },
                cache: None,
            });
        if let Some(error) = scope.pop().await {
            self.check()?;
            return Err(GpuFault::Operation {
                adapter: self.name.clone(),
                reason: error.to_string(),
            });
        }
        Ok(Program {
            kernel,
            pipeline,
            layout,
            bound,
        })
    }

    /// A buffer of `words` 32-bit numbers, all zero.
    ///
    /// # Errors
    /// It is larger than a binding of this device may be.
    pub fn storage(&self, name: &str, words: usize) -> Result<Storage, GpuFault> {
        let words = (words as u64).max(4);
        self.limit(
            &format!("the buffer `{name}` (bytes)"),
            4 * words,
            self.binding_bytes(),
        )?;
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(name),
            size: 4 * words,
            usage: wgpu::BufferUsages::STORAGE
                | wgpu::BufferUsages::COPY_SRC
                | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Ok(Storage { buffer, words })
    }

    /// A buffer that holds these numbers.
    ///
    /// # Errors
    /// It is larger than a binding of this device may be.
    pub fn filled<T: bytemuck::NoUninit>(
        &self,
        name: &str,
        values: &[T],
    ) -> Result<Storage, GpuFault> {
        let storage = self.storage(name, size_of_val(values) / 4)?;
        self.write(&storage, 0, values);
        Ok(storage)
    }

    /// Writes numbers of 32 bits into a buffer from word `at` on.
    pub fn write<T: bytemuck::NoUninit>(&self, storage: &Storage, at: usize, values: &[T]) {
        self.queue
            .write_buffer(&storage.buffer, 4 * at as u64, bytemuck::cast_slice(values));
    }

    /// Binds a program to its record and its buffers (in the order of the table) for so many workgroups.
    ///
    /// # Errors
    /// More workgroups than the device allows.
    pub fn step(
        &self,
        program: &Program,
        record: &[u32],
        buffers: &[&Storage],
        groups: [u32; 3],
    ) -> Result<Step, GpuFault> {
        let kernel = program.kernel;
        assert_eq!(
            buffers.len(),
            kernel.slots.len(),
            "the buffers of {}",
            kernel.name
        );
        assert_eq!(
            4 * record.len(),
            kernel.record.size,
            "the record of {}",
            kernel.name
        );
        let most = self.device.limits().max_compute_workgroups_per_dimension;
        for extent in groups {
            let what = format!("{} (workgroups)", kernel.name);
            self.limit(&what, extent.into(), most.into())?;
        }
        let uniform = program.bound.record.map(|_| {
            let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(kernel.record.name),
                // Some backends want whole blocks of 16 bytes.
                size: (kernel.record.size as u64).next_multiple_of(16),
                usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            });
            self.queue
                .write_buffer(&buffer, 0, bytemuck::cast_slice(record));
            buffer
        });
        let mut entries = Vec::with_capacity(buffers.len() + 1);
        if let (Some(binding), Some(buffer)) = (program.bound.record, &uniform) {
            entries.push(wgpu::BindGroupEntry {
                binding,
                resource: buffer.as_entire_binding(),
            });
        }
        for (&(binding, _), storage) in program.bound.slots.iter().zip(buffers) {
            entries.push(wgpu::BindGroupEntry {
                binding,
                resource: storage.buffer.as_entire_binding(),
            });
        }
        let group = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(kernel.name),
            layout: &program.layout,
            entries: &entries,
        });
        let moved = |counts: fn(Role) -> bool| -> u64 {
            let slots = kernel.slots.iter().zip(buffers);
            slots
                .filter(|(slot, _)| counts(slot.role))
                .map(|(_, storage)| 4 * storage.words)
                .sum()
        };
        Ok(Step {
            moved: Moved {
                read: moved(|role| role != Role::Write),
                written: moved(|role| role != Role::Read),
            },
            pipeline: program.pipeline.clone(),
            group,
            record: uniform,
            name: kernel.name,
            groups,
        })
    }

    /// Changes the record of a step for what is submitted after.
    pub fn set(&self, step: &Step, record: &[u32]) {
        if let Some(buffer) = &step.record {
            self.queue
                .write_buffer(buffer, 0, bytemuck::cast_slice(record));
        }
    }

    /// Begins a batch.
    pub fn batch(&self) -> Batch<'_> {
        let descriptor = wgpu::CommandEncoderDescriptor {
            label: Some("batch"),
        };
        Batch {
            gpu: self,
            encoder: self.device.create_command_encoder(&descriptor),
            dispatches: 0,
        }
    }

    /// A clock for batches, where the device tells the time.
    pub fn clock(&self) -> Option<Clock> {
        if !self.tells_time() {
            return None;
        }
        let queries = self.device.create_query_set(&wgpu::QuerySetDescriptor {
            label: Some("clock"),
            ty: wgpu::QueryType::Timestamp,
            count: 2,
        });
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("clock"),
            size: 16,
            usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        });
        Some(Clock {
            queries,
            resolved: Storage { buffer, words: 4 },
        })
    }

    /// Seconds between the stamps of the last batch that was timed.
    ///
    /// # Errors
    /// The device was lost.
    pub async fn seconds(&self, clock: &Clock, staging: &mut Staging) -> Result<f64, GpuFault> {
        let words: Vec<u32> = self.read(&clock.resolved, 0..4, staging).await?;
        let stamp = |k: usize| u64::from(words[k]) | u64::from(words[k + 1]) << 32;
        let ticks = stamp(2).wrapping_sub(stamp(0));
        Ok(ticks as f64 * f64::from(self.queue.get_timestamp_period()) * 1e-9)
    }

    /// Waits for all that was submitted and reads words of a buffer.
    ///
    /// # Errors
    /// The device was lost, or refused an operation before.
    pub async fn read<T: bytemuck::Pod>(
        &self,
        storage: &Storage,
        words: core::ops::Range<usize>,
        staging: &mut Staging,
    ) -> Result<Vec<T>, GpuFault> {
        let bytes = 4 * words.len() as u64;
        if bytes == 0 {
            return Ok(Vec::new());
        }
        if staging.0.as_ref().is_none_or(|b| b.size() < bytes) {
            staging.0 = Some(self.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("staging"),
                size: bytes,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }));
        }
        let Some(target) = &staging.0 else {
            return Ok(Vec::new());
        };
        let descriptor = wgpu::CommandEncoderDescriptor {
            label: Some("read"),
        };
        let mut encoder = self.device.create_command_encoder(&descriptor);
        encoder.copy_buffer_to_buffer(&storage.buffer, 4 * words.start as u64, target, 0, bytes);
        self.queue.submit([encoder.finish()]);
        // A buffer that could not be made cannot be mapped: tell the first fault.
        self.check()?;
        let slice = target.slice(..bytes);
        let signal = Signal::default();
        let done = signal.clone();
        slice.map_async(wgpu::MapMode::Read, move |result| done.set(result.is_ok()));
        self.wait();
        if !signal.await {
            self.check()?;
            return Err(GpuFault::Lost {
                adapter: self.name.clone(),
                reason: "its memory cannot be read".to_owned(),
            });
        }
        let mut values = vec![T::zeroed(); bytes as usize / size_of::<T>()];
        bytemuck::cast_slice_mut::<T, u8>(&mut values).copy_from_slice(&slice.get_mapped_range());
        target.unmap();
        self.check()?;
        Ok(values)
    }

    /// Waits for all that was submitted, without reading. Natively somebody must drive the device; a browser
    /// does it itself.
    pub fn wait(&self) {
        let _ = self.device.poll(wgpu::PollType::wait_indefinitely());
    }
}

impl Batch<'_> {
    /// Records one dispatch.
    pub fn run(&mut self, step: &Step) {
        self.run_groups(step, step.groups);
    }

    /// Records one dispatch of other workgroups than the step was made for.
    pub fn run_groups(&mut self, step: &Step, groups: [u32; 3]) {
        let descriptor = wgpu::ComputePassDescriptor {
            label: Some(step.name),
            timestamp_writes: None,
        };
        let mut pass = self.encoder.begin_compute_pass(&descriptor);
        pass.set_pipeline(&step.pipeline);
        pass.set_bind_group(0, &step.group, &[]);
        pass.dispatch_workgroups(groups[0], groups[1], groups[2]);
        self.dispatches += 1;
    }

    /// Records dispatches in order, in one pass.
    pub fn run_all<'s>(&mut self, steps: impl IntoIterator<Item = &'s Step>) {
        let descriptor = wgpu::ComputePassDescriptor {
            label: Some("steps"),
            timestamp_writes: None,
        };
        let mut pass = self.encoder.begin_compute_pass(&descriptor);
        for step in steps {
            pass.set_pipeline(&step.pipeline);
            pass.set_bind_group(0, &step.group, &[]);
            pass.dispatch_workgroups(step.groups[0], step.groups[1], step.groups[2]);
            self.dispatches += 1;
        }
    }

    /// Records dispatches with time stamps before the first and after the last.
    pub fn run_timed(&mut self, steps: &[&Step], clock: &Clock) {
        let descriptor = wgpu::ComputePassDescriptor {
            label: Some("timed"),
            timestamp_writes: Some(wgpu::ComputePassTimestampWrites {
                query_set: &clock.queries,
                beginning_of_pass_write_index: Some(0),
                end_of_pass_write_index: Some(1),
            }),
        };
        let mut pass = self.encoder.begin_compute_pass(&descriptor);
        for step in steps {
            pass.set_pipeline(&step.pipeline);
            pass.set_bind_group(0, &step.group, &[]);
            pass.dispatch_workgroups(step.groups[0], step.groups[1], step.groups[2]);
            self.dispatches += 1;
        }
        drop(pass);
        self.encoder
            .resolve_query_set(&clock.queries, 0..2, &clock.resolved.buffer, 0);
    }

    /// Records that a buffer becomes all zero.
    pub fn clear(&mut self, storage: &Storage) {
        self.encoder.clear_buffer(&storage.buffer, 0, None);
    }

    /// Dispatches recorded so far.
    pub fn dispatches(&self) -> u32 {
        self.dispatches
    }

    /// Sends all that was recorded.
    pub fn submit(self) {
        self.gpu.queue.submit([self.encoder.finish()]);
    }
}

/// A yes or no that arrives later.
#[derive(Clone, Default)]
struct Signal(Arc<Mutex<(Option<bool>, Option<Waker>)>>);

impl Signal {
    fn set(&self, value: bool) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 = Some(value);
        if let Some(waker) = state.1.take() {
            waker.wake();
        }
    }
}

impl Future for Signal {
    type Output = bool;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<bool> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.0 {
            Some(value) => Poll::Ready(value),
            None => {
                state.1 = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}
