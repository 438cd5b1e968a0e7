//! A mask for the clip on the bench, sought by a level set, a few steps at a time.
//!
//! The tile is taken to repeat, as the bench takes it. The mask is sought for the lens, source, focus, dose and resist
//! that are set, with the corners of [`Corners::for_optics`] around them, and then kept to the least width and space
//! that a mask may have. What it is sought for is kept with it, so that a bench can say when that was changed since.

use std::sync::Arc;

use crate::scene::shapes::{Overfull, Shapes, Sorted};
use crate::sim::process::lithography::areas::Judge;
use crate::sim::process::lithography::clip::Clip;
use crate::sim::process::lithography::free_masks::{Corners, Task, Unknowns};
use crate::sim::process::lithography::ilt::{Flow, Progress};
use crate::sim::process::lithography::imager::Lens;
use crate::sim::process::lithography::level_set::Steps;
use crate::sim::process::lithography::mask_rules::{PixelMask, Rules};
use crate::sim::process::lithography::optics::Optics;
use crate::sim::process::lithography::outlines::FreeMask;
use crate::sim::process::lithography::resist::Threshold;
use crate::sim::process::lithography::schedule::Schedule;
use crate::sim::process::lithography::search::{Search, Work};
use crate::sim::process::lithography::setup;
use crate::sim::process::lithography::source::SourceFault;
use crate::sim::process::lithography::tiles::{Plan, TileImager};
use crate::sim::process::lithography::tones::Tones;

/// Steps on the coarse mask, which settle where assist features are, and on the fine one.
const STEPS: [u32; 2] = [90, 30];
/// All steps of a search.
pub const ALL_STEPS: u32 = STEPS[0] + STEPS[1];
/// Points of the fine mask on a length λ/NA, at least.
const POINTS: f64 = 24.0;
/// Fewest and most points of it along a side. Between the frames of a page a step must not take long.
const SIDES: (u32, u32) = (
    64,
    if cfg!(target_family = "wasm") {
        1024
    } else {
        2048
    },
);
/// Pixels along a side in which the mask is drawn: the first where its least width has as many as [`WIDTH`].
const DRAWN: [u32; 2] = [1024, 2048];
const WIDTH: f64 = 6.0;

/// A mask that was found, and what for.
#[derive(Clone, Debug)]
pub struct Sought {
    /// Its shapes in the tile.
    pub shapes: Arc<Shapes>,
    /// What it was sought for.
    clip: Clip,
}

impl Sought {
    /// Whether it is a mask for this tile of this layout.
    pub fn is_for(&self, clip: &Clip) -> bool {
        self.clip.same_tile(clip)
    }

    /// Whether all that a mask depends on is still as it was.
    pub fn is_of(&self, clip: &Clip) -> bool {
        let of = &self.clip;
        self.is_for(clip)
            && of.setup == clip.setup
            && Arc::ptr_eq(&of.table, &clip.table)
            && of.dose == clip.dose
            && of.feature_nm == clip.feature_nm
    }
}

/// Why no mask can be sought.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Unseekable {
    /// There is no light.
    #[error(transparent)]
    Dark(#[from] SourceFault),
    /// Two layers of opposite phase.
    #[error("masks with a layer of opposite phase are not sought")]
    Phases,
    /// The lens is too fine for so large a tile.
    #[error("the tile is too large for a mask for this lens: at most {most_nm:.0} nm")]
    Wide {
        /// Largest side.
        most_nm: f64,
    },
    /// More shapes than can be looked at.
    #[error(transparent)]
    Full(#[from] Overfull),
}

/// A search under way.
pub struct Seeking {
    clip: Clip,
    optics: Optics,
    lenses: [Lens<f32>; 2],
    work: Work,
    steps: Steps,
}

impl Seeking {
    /// For what is on the bench.
    ///
    /// # Errors
    /// There is no light, or no mask of this kind.
    pub fn new(clip: &Clip) -> Result<Self, Unseekable> {
        check(clip)?;
        let optics = setup::optics(&clip.setup, &clip.table)?;
        let clip = Clip {
            // A mask knows its own clip, not the one before.
            sought: None,
            ..clip.clone()
        };
        let task = task(&clip, &optics);
        let lenses = task.lenses();
        let layout = Sorted::new(Shapes::clone(&clip.shapes));
        let work = Search::new(&task).work(&layout, &task.passes()[0], 0)?;
        let start = work.level_set(task.problem(&lenses).focus.half());
        Ok(Self {
            steps: Steps::new(start),
            clip,
            optics,
            lenses,
            work,
        })
    }

    /// Makes steps until all are made or `watch` says stop, at least one; whether all are made.
    pub fn go_on(&mut self, watch: &mut dyn FnMut(Progress) -> Flow) -> bool {
        let task = task(&self.clip, &self.optics);
        let (problem, passes) = (task.problem(&self.lenses), task.passes());
        let (stages, n) = (&passes[0].stages, task.plan.pixels());
        let target = &self.work.target;
        self.steps.go_on(problem, stages, None, target, n, watch)
    }

    /// The mask as it is now: shapes and gaps are wide enough in pixels of the 1024th or 2048th part of the tile, and
    /// then drawn with smooth outlines, which may lie a pixel off.
    pub fn mask(&self) -> Sought {
        let (place, clean) = self.clean();
        Sought {
            shapes: Arc::new(place.curved(&clean, place.pixel_nm / 16.0)),
            clip: self.clip.clone(),
        }
    }

    /// The mask in pixels, and those of it that keep the rules.
    fn clean(&self) -> (FreeMask, PixelMask) {
        let (side_nm, width_nm) = (self.clip.side_nm, self.clip.feature_nm);
        let enough = |n: &u32| width_nm >= WIDTH * side_nm / f64::from(*n);
        let n = DRAWN.into_iter().find(enough).unwrap_or(DRAWN[1]);
        let found = FreeMask {
            low_nm: self.clip.low_nm(),
            pixel_nm: side_nm / f64::from(n),
            n: n as usize,
            values: self.steps.found().transmission(n),
        };
        let clean = found.pixels();
        let clean = clean.cleaned(&Rules::of_width(width_nm), found.pixel_nm);
        let clean = self.without_strays(&found, clean);
        (found, clean)
    }

    /// The mask without assist features that print.
    fn without_strays(&self, place: &FreeMask, mask: PixelMask) -> PixelMask {
        let task = task(&self.clip, &self.optics);
        let plan = Plan {
            core: place.n as u32,
            pixel_nm: place.pixel_nm,
            ..task.plan
        };
        let tones = task.tones;
        let imager = TileImager::new(&self.optics, tones, plan.pixels(), plan.pixel_nm, 1e-3);
        // Both are there: pixels are finer than those that the mask was sought with, its shapes no more.
        let Ok(imager) = imager else { return mask };
        let judge = Judge {
            plan: &plan,
            imagers: [&imager; 2],
            resist: task.resist,
            corners: task.corners,
            bright: tones.bright(),
        };
        let reach = libm::ceil(0.5 * self.clip.feature_nm / plan.pixel_nm) as usize;
        let target = Sorted::new(Shapes::clone(&self.clip.shapes));
        let found = judge.without_strays(&target, place, mask.clone(), reach, 1, &mut || true);
        found.unwrap_or(mask)
    }
}

/// Whether masks are sought for such a clip at all; whether its source has light only the search finds out.
///
/// # Errors
/// Why not.
pub fn check(clip: &Clip) -> Result<(), Unseekable> {
    if clip.setup.shifted_layer.is_some() {
        return Err(Unseekable::Phases);
    }
    if side(clip) > SIDES.1 {
        let most_nm = f64::from(SIDES.1) / POINTS * clip.resolution_nm();
        return Err(Unseekable::Wide { most_nm });
    }
    Ok(())
}

/// Points of the fine mask along a side.
fn side(clip: &Clip) -> u32 {
    let least = (POINTS * clip.side_nm / clip.resolution_nm()).min(1e6) as u32;
    least.max(SIDES.0).next_power_of_two()
}

fn task<'t>(clip: &Clip, optics: &'t Optics) -> Task<'t> {
    let resist = setup::resist(&clip.setup);
    let n = side(clip);
    Task {
        optics,
        tones: Tones::of(&clip.setup),
        resist: Threshold {
            level: resist.level_at(clip.dose),
            ..resist
        },
        corners: Corners::for_optics(optics),
        plan: Plan {
            low_nm: clip.low_nm(),
            counts: [1, 1],
            core: n,
            halo: 0,
            pixel_nm: clip.side_nm / f64::from(n),
        },
        unknowns: Unknowns::LevelSet,
        steps: STEPS,
        variation: Schedule::VARIATION,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::optics::{SourceShape, Tone};
    use crate::sim::process::lithography::clip::tests::clip;
    use crate::sim::process::lithography::workbench::Workbench;

    fn sought(clip: &Clip) -> Seeking {
        let mut seeking = Seeking::new(clip).unwrap();
        assert!(seeking.go_on(&mut |_| Flow::Continue));
        seeking
    }

    /// For openings in chrome and for absorber on glass: edges lie where they should, over a wider range of focus and
    /// dose; the mask keeps its rules.
    #[test]
    fn a_sought_mask_prints_the_layout_better_and_keeps_the_rules() {
        for tone in [Tone::Clear, Tone::Dark] {
            let mut clip = clip();
            clip.setup.tone = tone;
            let mut bench = Workbench::default();
            let mut shown = |clip: &Clip| {
                let shown = bench.expose(clip, f64::INFINITY, &|| false);
                shown.unwrap().unwrap().placement.unwrap()
            };
            let before = shown(&clip);
            let found = sought(&clip);
            let (place, clean) = found.clean();
            let rules = Rules::of_width(clip.feature_nm);
            let broken = |mask: PixelMask| mask.check(&rules, place.pixel_nm);
            assert!(!broken(place.pixels()).is_clean() && broken(clean).is_clean());
            let found = found.mask();
            let shapes = Arc::clone(&found.shapes);
            clip.sought = Some(Arc::new(found));
            assert!(Arc::ptr_eq(clip.mask(), &shapes));
            let after = shown(&clip);
            println!("{tone:?}: {before:?}, then {after:?}");
            assert!(after.rms_nm < 0.5 * before.rms_nm && after.lost == 0);
            assert!(after.worst_nm.abs() < 0.3 * before.worst_nm.abs());
        }
    }

    #[test]
    fn a_search_in_slices_finds_the_same_mask() {
        let clip = clip();
        let mut slices = Seeking::new(&clip).unwrap();
        let mut last = 0;
        while !slices.go_on(&mut |p| {
            last += 1;
            assert_eq!((p.done, p.of), (last, ALL_STEPS));
            Flow::Stop
        }) {}
        assert_eq!(slices.mask().shapes, sought(&clip).mask().shapes);
    }

    #[test]
    fn a_mask_belongs_to_its_tile_and_tells_when_other_things_changed() {
        let mut clip = clip();
        let found = Arc::new(Seeking::new(&clip).unwrap().mask());
        clip.sought = Some(Arc::clone(&found));
        assert!(found.is_for(&clip) && found.is_of(&clip));
        clip.tolerance = 0.2;
        assert!(found.is_of(&clip));
        for change in [
            (|c: &mut Clip| c.dose = 1.1) as fn(&mut Clip),
            |c| c.feature_nm = 20.0,
            |c| c.setup.na = 1.2,
            |c| c.table = Arc::default(),
        ] {
            let mut other = clip.clone();
            change(&mut other);
            assert!(found.is_for(&other) && !found.is_of(&other));
            assert!(Arc::ptr_eq(other.mask(), &found.shapes));
        }
        for change in [
            (|c: &mut Clip| c.side_nm = 2048.0) as fn(&mut Clip),
            |c| c.centre_nm[1] += 1.0,
            |c| c.shapes = Arc::new(Shapes::clone(&c.shapes)),
        ] {
            let mut other = clip.clone();
            change(&mut other);
            assert!(!found.is_for(&other) && !found.is_of(&other));
            assert!(Arc::ptr_eq(other.mask(), &other.shapes));
        }
    }

    #[test]
    fn what_cannot_be_sought_is_told_before() {
        let mut clip = clip();
        assert_eq!(check(&clip), Ok(()));
        clip.setup.shifted_layer = Some(2);
        assert_eq!(check(&clip), Err(Unseekable::Phases));
        clip.setup.shifted_layer = None;
        (clip.setup.wavelength_nm, clip.setup.na, clip.setup.index) = (13.5, 0.33, 1.0);
        clip.side_nm = 4096.0;
        let Err(Unseekable::Wide { most_nm }) = check(&clip) else {
            panic!("{:?}", check(&clip));
        };
        clip.side_nm = most_nm;
        assert_eq!(check(&clip), Ok(()));
        clip.setup.source = SourceShape::Poles(2, 0.89, 0.9, 1.0, 33.0);
        clip.setup.source_side = 4;
        assert!(matches!(Seeking::new(&clip), Err(Unseekable::Dark(_))));
    }
}
