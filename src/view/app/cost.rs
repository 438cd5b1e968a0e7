//! What a frame costs: processor time of all threads but those of a software rasteriser.
//!
//! Each thread's own clock is read before and after a frame (Linux: `schedstat`, nanoseconds on a
//! processor). A software Vulkan driver draws on threads of its own name; what they burn is the
//! price of having no graphics hardware, not the program's.

use super::Refusal;
use super::shot::Studio;
use crate::view::stage::Moves;

/// Names that threads of software rasterisers begin with.
const RASTERISER: [&str; 3] = ["llvmpipe", "lvp", "vk-rast"];

/// Costs of frames.
#[derive(Clone, Debug, Default)]
pub struct Costs {
    /// Processor time of each frame without the rasteriser, ms.
    pub frame_ms: Vec<f64>,
    /// Processor time of the rasteriser over all frames, ms.
    pub rasteriser_ms: f64,
    /// Processor time by thread over all frames, ms; largest first.
    pub threads: Vec<(String, f64)>,
    /// Memory in use by the process at the beginning and the end, MiB.
    pub resident_mib: [f64; 2],
    /// Carriers on the move in the last frame.
    pub moves: usize,
    /// Meshes drawn and instances of the stage: (meshes of one kind, entities).
    pub instances: [usize; 2],
}

impl Costs {
    /// The cost that so many of a hundred frames stay below, ms.
    pub fn percentile(&self, share: f64) -> f64 {
        let mut sorted = self.frame_ms.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        let at = libm::ceil(share * sorted.len() as f64) as usize;
        sorted
            .get(at.saturating_sub(1).min(last))
            .copied()
            .unwrap_or(0.0)
    }
}

/// Processor time of each thread: id, name, ns.
fn threads() -> Vec<(u64, String, u64)> {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else {
        return Vec::new();
    };
    tasks
        .filter_map(|task| {
            let path = task.ok()?.path();
            let id = path.file_name()?.to_str()?.parse().ok()?;
            let name = std::fs::read_to_string(path.join("comm")).ok()?;
            let spent = std::fs::read_to_string(path.join("schedstat")).ok()?;
            let ns = spent.split_whitespace().next()?.parse().ok()?;
            Some((id, name.trim().to_owned(), ns))
        })
        .collect()
}

fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
    let kib = line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

/// Runs frames and measures each.
///
/// # Errors
/// The system has no clock for threads.
pub fn measure(studio: &mut Studio, frames: u32) -> Result<Costs, Refusal> {
    if threads().is_empty() {
        return Err(Refusal::Failed(
            "this system tells no processor time of threads".to_owned(),
        ));
    }
    let mut costs = Costs::default();
    let mut by_thread = std::collections::BTreeMap::<String, f64>::new();
    costs.resident_mib[0] = resident_mib();
    for _ in 0..frames {
        studio.wait();
        let before = threads();
        studio.frame();
        studio.wait();
        let after = threads();
        let mut own = 0.0;
        for (id, name, ns) in after {
            let old = before.iter().find(|b| b.0 == id).map_or(0, |b| b.2);
            let ms = ns.saturating_sub(old) as f64 / 1e6;
            *by_thread.entry(name.clone()).or_default() += ms;
            if RASTERISER.iter().any(|r| name.starts_with(r)) {
                costs.rasteriser_ms += ms;
            } else {
                own += ms;
            }
        }
        costs.frame_ms.push(own);
    }
    costs.resident_mib[1] = resident_mib();
    costs.threads = by_thread.into_iter().collect();
    costs.threads.sort_by(|a, b| b.1.total_cmp(&a.1));
    let world = studio.world();
    costs.moves = world.resource::<Moves>().0.len();
    let mut query = world.query::<(&bevy::prelude::Mesh3d, &bevy::prelude::ViewVisibility)>();
    let mut kinds = std::collections::BTreeSet::new();
    for (mesh, visible) in query.iter(world) {
        if visible.get() {
            kinds.insert(mesh.0.id());
            costs.instances[1] += 1;
        }
    }
    costs.instances[0] = kinds.len();
    Ok(costs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_frames() {
        let costs = Costs {
            frame_ms: (1..=100).rev().map(f64::from).collect(),
            ..Costs::default()
        };
        assert_eq!(costs.percentile(0.95), 95.0);
        assert_eq!(costs.percentile(0.5), 50.0);
        assert_eq!(Costs::default().percentile(0.95), 0.0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_busy_thread_is_seen() {
        let before = threads();
        let mut x = 1u64;
        for k in 0..30_000_000u64 {
            x = std::hint::black_box(x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(k));
        }
        let spent: u64 =
            threads().iter().map(|t| t.2).sum::<u64>() - before.iter().map(|t| t.2).sum::<u64>();
        assert!(x != 0 && spent > 1_000_000, "{spent} ns");
    }
}
