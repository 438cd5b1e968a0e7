//! What a frame costs: processor time of all threads but those of a software rasteriser.
//!
//! Each thread's own clock is read before and after a frame (Linux: `schedstat`, nanoseconds on a
//! processor). A software Vulkan driver draws on threads of its own; what they burn is the price of
//! having no graphics hardware, not the program's. Before a clock is read the reading thread sleeps
//! for a moment: the system brings a thread's clock up to date when it leaves the processor.

use std::collections::BTreeMap;

use bevy::core_pipeline::core_3d::{Opaque3d, Transparent3d};
use bevy::pbr::Shadow;
use bevy::prelude::*;
use bevy::render::render_phase::{
    BinnedPhaseItem, BinnedRenderPhase, ViewBinnedRenderPhases, ViewSortedRenderPhases,
};
use bevy::render::{Render, RenderApp, RenderSystems};
use bevy_egui::EguiRenderOutput;

use super::Refusal;
use super::shot::Studio;
use crate::view::stage::Moves;

/// Names that threads of software rasterisers begin with.
const RASTERISER: [&str; 3] = ["llvmpipe", "lvp", "vk-rast"];

/// Rest before clocks are read.
const REST: std::time::Duration = std::time::Duration::from_micros(200);

/// Costs of frames.
#[derive(Clone, Debug, Default)]
pub struct Costs {
    /// Processor time of each frame without the rasteriser, ms.
    pub frame_ms: Vec<f64>,
    /// Processor time of the rasteriser over all frames, ms.
    pub rasteriser_ms: f64,
    /// Processor time by thread over all frames, ms; largest first.
    pub threads: Vec<(String, f64)>,
    /// Memory in use by the process after a tenth of the frames and at the end, MiB.
    pub resident_mib: [f64; 2],
    /// Simulated time that passed, s.
    pub simulated_s: f64,
    /// Tools, lots in work, lots on the move in the last frame.
    pub plant: [usize; 3],
    /// Largest and smallest number of lots on the move in any frame.
    pub moves: [usize; 2],
    /// Draw calls and instances of all passes of the last frame.
    pub draws: Draws,
}

/// What is handed to the adapter in a frame.
#[derive(Clone, Copy, Debug, Default)]
pub struct Draws {
    /// Calls of the stage: opaque, transparent, shadows.
    pub calls: [usize; 3],
    /// Pieces of the panels, a call each.
    pub panels: usize,
    /// Different meshes in view, and how often they stand there.
    pub instances: [usize; 2],
}

impl Draws {
    /// All calls.
    pub fn all(&self) -> usize {
        self.calls.iter().sum::<usize>() + self.panels
    }
}

/// Pieces of the panels in the last frame.
#[derive(Resource, Default)]
struct Pieces(usize);

/// Lets the pieces of the panels be counted: they live in the renderer's world for one frame.
pub fn watch(app: &mut App) {
    let count = |outputs: Query<'_, '_, &EguiRenderOutput>, mut pieces: ResMut<'_, Pieces>| {
        pieces.0 = outputs.iter().map(|o| o.paint_jobs.len()).sum();
    };
    if let Some(render) = app.get_sub_app_mut(RenderApp) {
        render
            .init_resource::<Pieces>()
            .add_systems(Render, count.in_set(RenderSystems::Prepare));
    }
}

/// Counts what the last frame was drawn with.
pub fn draws(app: &mut App) -> Draws {
    let mut draws = Draws::default();
    if let Some(render) = app.get_sub_app_mut(RenderApp) {
        let world = render.world_mut();
        draws.panels = world.get_resource::<Pieces>().map_or(0, |p| p.0);
        draws.calls = [
            calls::<Opaque3d>(world),
            world
                .get_resource::<ViewSortedRenderPhases<Transparent3d>>()
                .map_or(0, |all| all.values().map(|p| p.items.len()).sum()),
            calls::<Shadow>(world),
        ];
    }
    let world = app.world_mut();
    let mut query = world.query::<(&Mesh3d, &ViewVisibility)>();
    let mut kinds = std::collections::BTreeSet::new();
    for (mesh, visible) in query.iter(world) {
        if visible.get() {
            kinds.insert(mesh.0.id());
            draws.instances[1] += 1;
        }
    }
    draws.instances[0] = kinds.len();
    draws
}

/// Calls of a pass over all its views: one for meshes that are drawn together.
fn calls<P: BinnedPhaseItem>(world: &World) -> usize {
    let Some(phases) = world.get_resource::<ViewBinnedRenderPhases<P>>() else {
        return 0;
    };
    let of = |p: &BinnedRenderPhase<P>| {
        let alone = p.unbatchable_meshes.values().map(|u| u.entities.len());
        p.multidrawable_meshes.len() + p.batchable_meshes.len() + alone.sum::<usize>()
    };
    phases.values().map(of).sum()
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

/// Processor time of each thread by its id: name, ns.
fn threads() -> BTreeMap<u64, (String, u64)> {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else {
        return BTreeMap::new();
    };
    tasks
        .filter_map(|task| {
            let path = task.ok()?.path();
            let id = path.file_name()?.to_str()?.parse().ok()?;
            let name = std::fs::read_to_string(path.join("comm")).ok()?;
            Some((id, (name.trim().to_owned(), spent_ns(id)?)))
        })
        .collect()
}

/// Processor time of a thread, ns.
fn spent_ns(id: u64) -> Option<u64> {
    let spent = std::fs::read_to_string(format!("/proc/self/task/{id}/schedstat")).ok()?;
    spent.split_whitespace().next()?.parse().ok()
}

/// Whether a thread is a software rasteriser's. Its queue has no name of its own: it bears that of
/// the program, as the main thread does, whose id is the process's.
fn rasterises(id: u64, name: &str, program: &str) -> bool {
    RASTERISER.iter().any(|r| name.starts_with(r))
        || name == program && id != u64::from(std::process::id())
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
    let main = u64::from(std::process::id());
    let Some((program, _)) = threads().remove(&main) else {
        return Err(Refusal::Failed(
            "this system tells no processor time of threads".to_owned(),
        ));
    };
    let mut costs = Costs {
        moves: [0, usize::MAX],
        ..Costs::default()
    };
    let mut by_thread = BTreeMap::<(bool, String), f64>::new();
    let begun_us = studio.desk().now_us();
    for frame in 0..frames {
        if frame == frames / 10 {
            costs.resident_mib[0] = resident_mib();
        }
        studio.wait();
        // The clocks of the others first, so that reading them is not counted.
        let mut before = threads();
        std::thread::sleep(REST);
        if let (Some(own), Some(ns)) = (before.get_mut(&main), spent_ns(main)) {
            own.1 = ns;
        }
        studio.frame();
        std::thread::sleep(REST);
        let own_ns = spent_ns(main);
        studio.wait();
        let mut after = threads();
        if let (Some(own), Some(ns)) = (after.get_mut(&main), own_ns) {
            own.1 = ns;
        }
        let mut sum = 0.0;
        for (id, (name, ns)) in after {
            let old = before.get(&id).map_or(0, |b| b.1);
            let ms = ns.saturating_sub(old) as f64 / 1e6;
            let drawing = rasterises(id, &name, &program);
            *by_thread.entry((drawing, name)).or_default() += ms;
            if drawing {
                costs.rasteriser_ms += ms;
            } else {
                sum += ms;
            }
        }
        costs.frame_ms.push(sum);
        let moves = studio.world().resource::<Moves>().0.len();
        costs.moves = [costs.moves[0].max(moves), costs.moves[1].min(moves)];
    }
    costs.resident_mib[1] = resident_mib();
    costs.simulated_s = (studio.desk().now_us().saturating_sub(begun_us)) as f64 / 1e6;
    costs.threads = by_thread
        .into_iter()
        .map(|((drawing, name), ms)| {
            let of = if drawing { "rasteriser: " } else { "" };
            (format!("{of}{name}"), ms)
        })
        .collect();
    costs.threads.sort_by(|a, b| b.1.total_cmp(&a.1));
    let live = studio.desk().live.as_ref();
    let (tools, lots) = live.map_or((0, 0), |l| (l.model().tools.len(), l.wip() as usize));
    costs.plant = [tools, lots, studio.world().resource::<Moves>().0.len()];
    costs.draws = studio.draws();
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
        let total = |all: &BTreeMap<u64, (String, u64)>| all.values().map(|t| t.1).sum::<u64>();
        let before = threads();
        let mut x = 1u64;
        for k in 0..30_000_000u64 {
            x = std::hint::black_box(x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(k));
        }
        let spent: u64 = total(&threads()) - total(&before);
        assert!(x != 0 && spent > 1_000_000, "{spent} ns");
    }
}
