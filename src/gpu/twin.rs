//! A case on the GPU beside the twin on the CPU.
//!
//! Outputs are filled with a canary before the run, and a tail of another stands behind each: what a kernel
//! leaves out, and what it writes too far, both show.

use crate::gpu::device::{Gpu, GpuFault};
use crate::gpu::kernel::{Case, Kernel, Role, Slot, Values};
use crate::gpu::run::{Clock, Program, Staging, Storage};

/// Words behind each output.
const TAIL: usize = 96;
/// What stands there: not a number, and no word that a kernel makes by chance.
const CANARY: u32 = 0x7FC0_BEEF;
/// What stands in the tail: a number, since a canary that is none stays itself when a kernel changes it in place.
const TAIL_CANARY: u32 = 0x4B3C_BEEF;

/// How a kernel compares with its twin in one case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Largest difference of a float, in units of the last place of the largest value of its buffer.
    pub worst_ulp: f32,
    /// What is wrong, in words; empty when the kernel passes.
    pub faults: Vec<String>,
    /// Seconds of the dispatch, where the device tells the time.
    pub seconds: Option<f64>,
}

/// What the twin makes of a case.
pub fn expected(kernel: &Kernel, case: &Case) -> Vec<Values> {
    assert_eq!(
        case.values.len(),
        kernel.slots.len(),
        "a case of {}",
        kernel.name
    );
    let mut values = case.values.clone();
    (kernel.twin)(case, &mut values);
    values
}

/// Unit in the last place of a value.
pub fn ulp(value: f32) -> f32 {
    let value = value.abs().max(f32::MIN_POSITIVE);
    f32::from_bits(value.to_bits() + 1) - value
}

/// Runs one case and compares it with what the twin made of it.
///
/// # Errors
/// The device was lost or refuses the case.
pub async fn prove(
    gpu: &Gpu,
    program: &Program,
    case: &Case,
    expected: &[Values],
    staging: &mut Staging,
) -> Result<Outcome, GpuFault> {
    let kernel = program.kernel();
    let mut buffers = Vec::with_capacity(kernel.slots.len());
    for (slot, values) in kernel.slots.iter().zip(&case.values) {
        buffers.push(upload(gpu, slot, values)?);
    }
    let borrowed: Vec<&Storage> = buffers.iter().collect();
    let step = gpu.step(program, &case.record, &borrowed, case.groups)?;
    let clock: Option<Clock> = gpu.clock();
    let mut batch = gpu.batch();
    match &clock {
        Some(clock) => batch.run_timed(&[&step], clock),
        None => batch.run(&step),
    }
    batch.submit();
    let mut outcome = Outcome::default();
    for ((slot, expected), storage) in kernel.slots.iter().zip(expected).zip(&buffers) {
        if slot.role == Role::Read {
            continue;
        }
        let length = expected.len();
        let found: Vec<u32> = gpu.read(storage, 0..length + TAIL, staging).await?;
        if found[length..].iter().any(|w| *w != TAIL_CANARY) {
            outcome
                .faults
                .push(format!("`{}`: written beyond its end", slot.name));
        }
        compare(kernel, slot, expected, &found[..length], &mut outcome);
    }
    if let Some(clock) = &clock {
        outcome.seconds = Some(gpu.seconds(clock, staging).await?);
    }
    Ok(outcome)
}

fn upload(gpu: &Gpu, slot: &Slot, values: &Values) -> Result<Storage, GpuFault> {
    let mut words = values.words();
    if slot.role == Role::Write {
        words.fill(CANARY);
    }
    if slot.role != Role::Read {
        words.extend([TAIL_CANARY; TAIL]);
    }
    gpu.filled(slot.name, &words)
}

fn compare(kernel: &Kernel, slot: &Slot, expected: &Values, found: &[u32], outcome: &mut Outcome) {
    let wrong = match expected {
        Values::Word(expected) => {
            let differs = expected.iter().zip(found).position(|(a, b)| a != b);
            differs.map(|i| format!("[{i}] is {}, the twin has {}", found[i], expected[i]))
        }
        Values::Float(expected) => {
            let finite = expected.iter().copied().filter(|v| v.is_finite());
            let unit = ulp(finite.fold(0.0, |m: f32, v| m.max(v.abs())));
            let mut worst = (0.0_f32, None);
            for (i, (&a, &b)) in expected.iter().zip(found).enumerate() {
                let b = f32::from_bits(b);
                let same = a == b || (a.is_nan() && b.is_nan() && b.to_bits() != CANARY);
                let off = match (same, (a - b).abs() / unit) {
                    (true, _) => 0.0,
                    (false, off) if off.is_nan() => f32::INFINITY,
                    (false, off) => off,
                };
                if off > worst.0 {
                    worst = (off, Some(i));
                }
            }
            outcome.worst_ulp = outcome.worst_ulp.max(worst.0);
            let (off, at) = worst;
            at.filter(|_| off > kernel.ulp).map(|i| {
                let found = f32::from_bits(found[i]);
                format!(
                    "[{i}] is {found:e}, the twin has {:e}: {off} ulp",
                    expected[i]
                )
            })
        }
    };
    if let Some(wrong) = wrong {
        outcome.faults.push(format!("`{}`{wrong}", slot.name));
    }
}
