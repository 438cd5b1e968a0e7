//! Twins, canaries, sabotage.

use std::collections::{BTreeMap, BTreeSet};

use geoul::gpu::kernel::{Kernel, Kind};
use geoul::gpu::run::Staging;
use geoul::gpu::sabotage::{planted_before, plants, sabotage};
use geoul::gpu::source::Source;
use geoul::gpu::twin::{expected, prove};
use geoul::sim::KERNELS;

use super::gpu;

/// One cell, ragged, oblong, extreme and large cases: every kernel has them all.
#[test]
fn every_kernel_has_every_kind_of_case() {
    for kernel in KERNELS {
        let kinds: BTreeSet<Kind> = (kernel.cases)().iter().map(|c| c.kind).collect();
        assert_eq!(kinds, Kind::ALL.into_iter().collect(), "{}", kernel.name);
    }
}

#[test]
fn every_kernel_agrees_with_its_twin() {
    let Some(gpu) = gpu() else { return };
    let mut faults = Vec::new();
    for kernel in KERNELS {
        let mut programs = BTreeMap::new();
        let mut staging = Staging::default();
        let mut worst = 0.0_f32;
        for case in (kernel.cases)() {
            let truth = expected(kernel, &case);
            let outcome = pollster::block_on(async {
                if !programs.contains_key(&case.constants) {
                    let program = gpu.program(kernel, &case.constants).await;
                    let program = program.unwrap_or_else(|e| panic!("{e}"));
                    programs.insert(case.constants.clone(), program);
                }
                let program = &programs[&case.constants];
                prove(&gpu, program, &case, &truth, &mut staging)
                    .await
                    .unwrap()
            });
            worst = worst.max(outcome.worst_ulp);
            for fault in outcome.faults {
                faults.push(format!("{} {:?}: {fault}", kernel.name, case.kind));
            }
        }
        println!("{:44} worst {worst} ulp of {}", kernel.name, kernel.ulp);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A kernel that writes one element too far is seen by the tail, and one that leaves an element out too.
#[test]
fn writing_too_far_and_too_little_is_seen() {
    let Some(gpu) = gpu() else { return };
    let kernel: &'static Kernel = KERNELS
        .iter()
        .copied()
        .find(|k| k.name.ends_with("/total"))
        .expect("a kernel of one dimension");
    let source = Source::of(kernel);
    let case = &(kernel.cases)()[1];
    let truth = expected(kernel, case);
    let with = |from: &str, to: &str| {
        let start = source.text.find(from).expect("the guard");
        let faulty = source.edited(start..start + from.len(), to);
        pollster::block_on(async {
            let program = gpu.program_of(kernel, &faulty, &[]).await.unwrap();
            let mut staging = Staging::default();
            prove(&gpu, &program, case, &truth, &mut staging)
                .await
                .unwrap()
                .faults
        })
    };
    let far = with("id.x >= record.cells", "id.x >= record.cells + 1u");
    assert!(far.iter().any(|f| f.contains("beyond its end")), "{far:?}");
    let little = with("id.x >= record.cells", "id.x + 1u >= record.cells");
    assert_eq!(little.len(), 1, "{little:?}");
    assert_eq!(
        with("id.x >= record.cells", "id.x >= record.cells"),
        Vec::<String>::new()
    );
}

/// Every single-token fault of every kernel is seen by a case, or listed in its table with the reason why no
/// case can.
#[test]
fn every_planted_fault_is_seen() {
    if gpu().is_none() {
        return;
    }
    let only = std::env::var("GEOUL_KERNEL").unwrap_or_default();
    let kernels: Vec<&'static Kernel> = KERNELS
        .iter()
        .copied()
        .filter(|k| k.name.contains(&only))
        .collect();
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get().min(4));
    let next = std::sync::atomic::AtomicUsize::new(0);
    let complaints = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let gpu = gpu().expect("the adapter was there a moment ago");
                loop {
                    let k = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(kernel) = kernels.get(k) else { break };
                    let spared = planted_before(KERNELS, kernel);
                    let started = std::time::Instant::now();
                    let found = pollster::block_on(sabotage(&gpu, kernel, &spared)).unwrap();
                    println!(
                        "{:44} planted {:3}  caught {:3}  survive with a reason {:2}  survive {}  {:5.1} s",
                        kernel.name,
                        found.planted,
                        found.caught,
                        found.listed,
                        found.unlisted.len(),
                        started.elapsed().as_secs_f64()
                    );
                    let mut complaints = complaints.lock().unwrap();
                    for plant in found.unlisted {
                        println!(
                            "  {}: `{}` survives in `{}`",
                            plant.place, plant.change, plant.line
                        );
                        complaints.push(format!(
                            "{}: `{}` survives in `{}`",
                            plant.place, plant.change, plant.line
                        ));
                    }
                    for survivor in found.stale {
                        complaints.push(format!(
                            "{}: listed as a survivor, but caught or not there: `{}` in `{}`",
                            kernel.name, survivor.change, survivor.line
                        ));
                    }
                }
            });
        }
    });
    let complaints = complaints.into_inner().unwrap();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// The reasons are reasons.
#[test]
fn survivors_carry_their_reason() {
    for kernel in KERNELS {
        let all = plants(&Source::of(kernel));
        // The shortest kernel has one comparison and two operators.
        assert!(all.len() >= 3, "{}", kernel.name);
        for survivor in kernel.survivors {
            assert!(
                survivor.reason.split_whitespace().count() >= 4,
                "{survivor:?}"
            );
        }
    }
}
