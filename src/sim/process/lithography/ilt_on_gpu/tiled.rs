//! Masks of layouts of any size on a GPU: as many tiles at once as there is room for.

use thiserror::Error;

use crate::gpu::device::{Gpu, GpuFault};
use crate::scene::shapes::{Layout, Overfull};
use crate::sim::process::lithography::free_masks::{Task, Unknowns};
use crate::sim::process::lithography::ilt::Flow;
use crate::sim::process::lithography::ilt_on_gpu::course::{Course, Leg};
use crate::sim::process::lithography::ilt_on_gpu::stage::Sizes;
use crate::sim::process::lithography::ilt_on_gpu::{Descent, LevelSets, STEPS_TOGETHER};
use crate::sim::process::lithography::outlines::FreeMask;
use crate::sim::process::lithography::search::{Counter, Search, Seen, Work};

/// Why a mask was not sought to its end.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SeekFault {
    /// The layout is too dense.
    #[error(transparent)]
    Overfull(#[from] Overfull),
    /// The device.
    #[error(transparent)]
    Gpu(#[from] GpuFault),
}

/// Seeks the mask of a layout as [`Task::seek`] does; pixels are stepped by Adam.
///
/// # Errors
/// A tile holds too many shapes; the device was lost or allows less than a tile needs.
pub async fn seek(
    task: &Task<'_>,
    gpu: &Gpu,
    layout: &dyn Layout,
    watch: &mut dyn FnMut(Seen) -> Flow,
) -> Result<FreeMask, SeekFault> {
    let lenses = task.lenses();
    let problem = task.problem(&lenses);
    let n = task.plan.pixels();
    let (mut search, mut counter) = (Search::new(task), Counter::of(task));
    for (number, pass) in (1..).zip(task.passes()) {
        let together = Sizes::together(gpu, &problem, &pass.stages, n)? as usize;
        let most = pass.groups.iter().map(Vec::len).max().unwrap_or(1);
        let clips = most.min(together) as u32;
        let free = pass.holds.then(|| search.free().to_vec());
        let (stages, free) = (&pass.stages, free.as_deref());
        let mut hands = match task.unknowns {
            Unknowns::Pixels(_) => {
                Hands::Pixels(Descent::new(gpu, &problem, stages, n, clips, free).await?)
            }
            Unknowns::LevelSet => {
                Hands::LevelSets(LevelSets::new(gpu, &problem, stages, n, clips, free).await?)
            }
        };
        for tiles in pass.groups.iter().flat_map(|g| g.chunks(clips as usize)) {
            hands.restart();
            for (clip, &tile) in (0..).zip(tiles) {
                hands.put(clip, &search.work(layout, &pass, tile)?);
            }
            let heard = &mut |tile, step, loss| watch(counter.seen(number, tile, step, loss));
            let flow = hands.step(tiles, heard).await?;
            hands.keep(&mut search, tiles).await?;
            if flow == Flow::Stop {
                return Ok(search.mask(layout)?);
            }
        }
    }
    Ok(search.mask(layout)?)
}

/// What steps the tiles of a pass.
enum Hands<'g> {
    Pixels(Descent<'g>),
    LevelSets(LevelSets<'g>),
}

impl Hands<'_> {
    fn restart(&mut self) {
        match self {
            Self::Pixels(run) => run.restart(),
            Self::LevelSets(run) => run.restart(),
        }
    }

    fn put(&self, clip: u32, work: &Work) {
        match self {
            Self::Pixels(run) => run.put(clip, &work.parameters(), &work.target),
            Self::LevelSets(run) => {
                run.put(clip, &work.level_set(run.half()), &work.target);
                if let Some(mask) = &work.around {
                    run.put_held(clip, mask);
                }
            }
        }
    }

    async fn step(
        &mut self,
        tiles: &[u64],
        heard: &mut dyn FnMut(u64, u32, f64) -> Flow,
    ) -> Result<Flow, GpuFault> {
        match self {
            Self::Pixels(run) => stepped(run, tiles, heard).await,
            Self::LevelSets(run) => stepped(run, tiles, heard).await,
        }
    }

    async fn keep(&mut self, search: &mut Search<'_>, tiles: &[u64]) -> Result<(), GpuFault> {
        match self {
            Self::Pixels(run) => {
                for (&tile, mask) in tiles.iter().zip(run.masks().await?) {
                    search.keep_pixels(tile, &mask);
                }
            }
            Self::LevelSets(run) => {
                for (&tile, set) in tiles.iter().zip(run.level_sets().await?) {
                    search.keep_set(tile, set);
                }
            }
        }
        Ok(())
    }
}

/// All steps of some tiles, a few at a time; each tile, step and loss is heard.
async fn stepped<L: Leg>(
    run: &mut Course<'_, L>,
    tiles: &[u64],
    heard: &mut dyn FnMut(u64, u32, f64) -> Flow,
) -> Result<Flow, GpuFault> {
    let mut done = 0;
    while run.left() > 0 {
        run.advance(STEPS_TOGETHER);
        let losses = run.losses().await?;
        let now = losses[0].len() as u32;
        for step in done..now {
            for (&tile, losses) in tiles.iter().zip(&losses) {
                if heard(tile, step + 1, losses[step as usize]) == Flow::Stop {
                    return Ok(Flow::Stop);
                }
            }
        }
        done = now;
    }
    Ok(Flow::Continue)
}
