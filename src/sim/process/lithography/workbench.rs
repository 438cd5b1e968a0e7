//! A clip on the bench: its image, what it prints, and its process window, made anew as knobs are turned.
//!
//! Each step is kept as long as nothing it depends on has changed: the mask's orders with the layout and
//! the tile, an image with lens and source, and only the rest with dose, threshold, diffusion or the place
//! that is measured. Where an image costs more than a moving knob allows, the source may be thinned first;
//! [`Points`] says so.

use std::sync::Arc;

use crate::scene::optics::{Setup, SourceShape};
use crate::sim::process::lithography::clip::{Clip, PIXELS};
use crate::sim::process::lithography::contour::Contour;
use crate::sim::process::lithography::image::Image;
use crate::sim::process::lithography::live::{Exposer, Screen, cost};
use crate::sim::process::lithography::metrology::{Feature, Line};
use crate::sim::process::lithography::optics::Optics;
use crate::sim::process::lithography::profile::Profile;
use crate::sim::process::lithography::sampled::{Placement, Samples};
use crate::sim::process::lithography::setup;
use crate::sim::process::lithography::source::{Source, SourceFault};
use crate::sim::process::lithography::spectrum::Spectrum;
use crate::sim::process::lithography::window::{DoseRange, Watched, Window, inscribed};

/// Source points times grid points of an image that follows a moving knob: about 25 ms of one core.
pub const QUICK: f64 = 2.4e6;
/// The same for all images of a quick process window.
pub const QUICK_WINDOW: f64 = 3.0e6;
/// Foci of a quick process window.
pub const QUICK_FOCI: u32 = 7;
/// Samples of a line.
const SAMPLES: u32 = 768;
/// Least and most samples along a side from which contours are traced.
const TRACED: (usize, usize) = (512, 1024);

/// Source points an image was made of, and those the source has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Points {
    /// Used.
    pub used: u32,
    /// Of so many.
    pub all: u32,
}

impl Points {
    /// Whether the source was thinned: a quick image, not the image.
    pub fn thinned(self) -> bool {
        self.used < self.all
    }
}

/// What a clip gives.
#[derive(Clone, Debug)]
pub struct Exposure {
    /// Aerial image; its first sample lies at [`Clip::image_origin_nm`].
    pub aerial: Arc<Image>,
    /// The image after diffusion, which the level is compared with.
    pub latent: Arc<Image>,
    /// Source points it is made of.
    pub points: Points,
    /// Level of the latent image at the dose.
    pub level: f64,
    /// Printed contours, in nm of the layout.
    pub contours: Vec<Contour>,
    /// Latent intensity along the cut line; places count from its point.
    pub profile: Profile,
    /// The target there.
    pub target: Option<Feature>,
    /// What prints there.
    pub printed: Option<Feature>,
    /// Edge placement over the layout; `None` where there is no edge.
    pub placement: Option<Placement>,
}

/// A process window.
#[derive(Clone, Debug, PartialEq)]
pub struct Through {
    /// Foci, ascending.
    pub foci_nm: Vec<f64>,
    /// Relative doses.
    pub doses: Vec<f64>,
    /// Size by focus (rows) and dose; `None` where the feature is lost.
    pub cd_nm: Vec<Vec<Option<f64>>>,
    /// Doses in tolerance for each focus.
    pub ranges: Vec<DoseRange>,
    /// Largest latitude for each depth of focus.
    pub windows: Vec<Window>,
    /// Size aimed at; `None` where the layout has none there and nothing prints.
    pub target_nm: Option<f64>,
    /// Source points it is made of.
    pub points: Points,
}

/// An image that is kept, and what it was made of.
struct Kept {
    defocus_nm: f64,
    points: Points,
    image: Arc<Image>,
}

/// The bench: what it has made last.
#[derive(Default)]
pub struct Workbench {
    exposer: Exposer,
    /// What the mask's orders and the images belong to.
    clip: Option<Clip>,
    mask: Option<Spectrum>,
    kept: Vec<Kept>,
    fine: Screen<f64>,
}

/// Relative doses of the Bossung plot around the dose that is set.
pub const DOSES: [f64; 5] = [0.9, 0.95, 1.0, 1.05, 1.1];

impl Workbench {
    /// The image of the clip and what it prints.
    ///
    /// `most` bounds the cost of one image, see [`cost`]: a source that costs more is thinned. `None` of
    /// the answer: `stop` said so.
    ///
    /// # Errors
    /// The source has no light.
    pub fn expose(
        &mut self,
        clip: &Clip,
        most: f64,
        stop: &dyn Fn() -> bool,
    ) -> Result<Option<Exposure>, SourceFault> {
        let defocus_nm = clip.setup.defocus_nm;
        let Some((aerial, points)) = self.image(clip, defocus_nm, most, stop)? else {
            return Ok(None);
        };
        let resist = setup::resist(&clip.setup);
        let latent = Arc::new(resist.latent(&aerial));
        let level = resist.level_at(clip.dose);
        let wanted = 8 * latent.spectrum.half() as usize;
        let n = wanted.next_multiple_of(4).clamp(TRACED.0, TRACED.1);
        let samples = self.fine.values(&latent, n);
        let grid = Samples {
            values: &samples,
            n,
            step_nm: clip.side_nm / n as f64,
            origin_nm: clip.image_origin_nm(),
        };
        let profile = profile(clip, &latent);
        Ok(Some(Exposure {
            contours: grid.contours(level),
            placement: grid.placement(clip, level),
            target: clip.target(),
            printed: profile.feature(level, 0.0, clip.reach_nm()),
            profile,
            aerial,
            latent,
            points,
            level,
        }))
    }

    /// The process window from so many foci; `told` hears how many are done and may stop it.
    ///
    /// # Errors
    /// The source has no light.
    pub fn through(
        &mut self,
        clip: &Clip,
        count: u32,
        most: f64,
        stop: &dyn Fn() -> bool,
        told: &mut dyn FnMut(u32),
    ) -> Result<Option<Through>, SourceFault> {
        let foci_nm = clip.foci(count);
        let resist = setup::resist(&clip.setup);
        let mut points = Points { used: 0, all: 0 };
        let mut through_focus = Vec::new();
        for (done, z) in (0..).zip(&foci_nm) {
            told(done);
            if stop() {
                return Ok(None);
            }
            let each = most / f64::from(count);
            let Some((image, of)) = self.image(clip, *z, each, stop)? else {
                return Ok(None);
            };
            if points.all == 0 || of.used < points.used {
                points = of;
            }
            through_focus.push((*z, profile(clip, &resist.latent(&image))));
        }
        told(count);
        let watched = Watched {
            through_focus,
            level: resist.level,
            centre_nm: 0.0,
            reach_nm: clip.reach_nm(),
        };
        let doses: Vec<f64> = DOSES.iter().map(|d| d * clip.dose).collect();
        let target_nm = clip.target().map(Feature::cd_nm).or_else(|| {
            let middle = foci_nm.len() / 2;
            watched.cd_nm(middle, clip.dose)
        });
        let ranges = target_nm.map_or_else(Vec::new, |t| {
            watched.dose_ranges(t, clip.tolerance, (0.4, 2.5))
        });
        Ok(Some(Through {
            cd_nm: watched.bossung(&doses),
            windows: inscribed(&ranges),
            foci_nm,
            doses,
            ranges,
            target_nm,
            points,
        }))
    }

    /// Makes images of a process window as far as `stop` lets it, so that [`Workbench::through`] finds them;
    /// says how many are there. `told` hears the same as they come.
    ///
    /// # Errors
    /// The source has no light.
    pub fn advance(
        &mut self,
        clip: &Clip,
        count: u32,
        most: f64,
        stop: &dyn Fn() -> bool,
        told: &mut dyn FnMut(u32),
    ) -> Result<u32, SourceFault> {
        let each = most / f64::from(count);
        let foci_nm = clip.foci(count);
        for (done, z) in (0..).zip(&foci_nm) {
            told(done);
            if self.image(clip, *z, each, stop)?.is_none() {
                return Ok(done);
            }
        }
        told(count);
        Ok(count)
    }

    /// The aerial image in one plane, kept or new.
    fn image(
        &mut self,
        clip: &Clip,
        defocus_nm: f64,
        most: f64,
        stop: &dyn Fn() -> bool,
    ) -> Result<Option<(Arc<Image>, Points)>, SourceFault> {
        let mut optics = setup::optics(&clip.setup, &clip.table)?;
        optics.pupil.defocus_nm = defocus_nm;
        let all = optics.source.points().len() as u32;
        self.renew(clip, &optics);
        let whole = cost(&optics, clip.side_nm);
        if whole > most {
            optics.source = thinned(&clip.setup, &optics, most / whole);
        }
        let points = Points {
            used: optics.source.points().len() as u32,
            all,
        };
        let found = self
            .kept
            .iter()
            .find(|k| k.defocus_nm == defocus_nm && k.points.used >= points.used);
        if let Some(kept) = found {
            return Ok(Some((Arc::clone(&kept.image), kept.points)));
        }
        let Some(mask) = &self.mask else {
            return Ok(None);
        };
        let Some(image) = self.exposer.image(&optics, mask, clip.side_nm, stop) else {
            return Ok(None);
        };
        let image = Arc::new(image);
        self.kept.retain(|k| k.defocus_nm != defocus_nm);
        // Knobs of focus leave many planes behind; the oldest go.
        if self.kept.len() >= 64 {
            self.kept.remove(0);
        }
        self.kept.push(Kept {
            defocus_nm,
            points,
            image: Arc::clone(&image),
        });
        Ok(Some((image, points)))
    }

    /// Lets go of what the clip has made invalid, and takes the mask's orders where they are missing.
    fn renew(&mut self, clip: &Clip, optics: &Optics) {
        let before = self.clip.as_ref();
        if before.is_none_or(|b| !b.same_lens(clip)) {
            self.kept.clear();
        }
        let half = optics.field_half(clip.side_nm);
        let holds = self.mask.as_ref().is_some_and(|m| m.half() >= half);
        if !holds || before.is_none_or(|b| !b.same_mask(clip)) {
            // As far as any source of this lens reaches, so that turning the source leaves it.
            let most = (2.0 * optics.pupil.cut_off_per_nm() * clip.side_nm) as u32 + 1;
            self.mask = Some(setup::mask(
                &clip.setup,
                clip.mask(),
                clip.low_nm(),
                clip.side_nm,
                PIXELS,
                most.max(half),
            ));
        }
        self.clip = Some(clip.clone());
    }
}

/// The source with about that share of its points, spread over all of it.
fn thinned(setup: &Setup, optics: &Optics, share: f64) -> Source {
    let shape = match setup.source {
        SourceShape::Table(_) => None,
        _ => Some(libm::floor(f64::from(setup.source_side) * share.sqrt()).max(5.0) as u32),
    };
    let sampled = shape.and_then(|side| {
        let mut coarse = setup.clone();
        coarse.source_side = side;
        setup::optics(&coarse, &[]).ok().map(|o| o.source)
    });
    sampled.unwrap_or_else(|| {
        let step = libm::ceil(1.0 / share).max(1.0) as usize;
        let points = optics.source.points().iter().step_by(step);
        let points = points.map(|p| (p.sigma[0], p.sigma[1], p.weight));
        Source::of_points(points).unwrap_or_else(|_| optics.source.clone())
    })
}

/// The latent intensity along the clip's cut line.
fn profile(clip: &Clip, latent: &Image) -> Profile {
    let origin = clip.image_origin_nm();
    let from = [0, 1].map(|k| clip.line.at_nm[k] - origin[k]);
    let along = if clip.line.upright {
        [0.0, 1.0]
    } else {
        [1.0, 0.0]
    };
    let reach = 1.05 * clip.reach_nm();
    Profile::of(&latent.cut(from, along), -reach, reach, SAMPLES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::optics::Tone;
    use crate::sim::process::lithography::abbe;
    use crate::sim::process::lithography::clip::tests::clip;
    use crate::sim::process::lithography::contour::contours;
    use crate::sim::process::lithography::metrology::Gauge;

    fn never() -> bool {
        false
    }

    #[test]
    fn sizes_contours_and_placement_are_those_of_the_reference() {
        let clip = clip();
        let shown = Workbench::default()
            .expose(&clip, f64::INFINITY, &never)
            .unwrap()
            .unwrap();
        assert!(!shown.points.thinned());
        let optics = setup::optics(&clip.setup, &[]).unwrap();
        let half = optics.field_half(clip.side_nm);
        let mask = setup::mask(
            &clip.setup,
            &clip.shapes,
            clip.low_nm(),
            1200.0,
            PIXELS,
            half,
        );
        let aerial = abbe::image(&optics, &mask, 1200.0);
        let latent = setup::resist(&clip.setup).latent(&aerial);
        let origin = clip.image_origin_nm();
        let local = |p: [f64; 2]| [p[0] - origin[0], p[1] - origin[1]];
        let cut = latent.cut(local(clip.line.at_nm), [1.0, 0.0]);
        let feature = Feature::around(&cut, 0.3, 0.0, 200.0).unwrap();
        let found = shown.printed.unwrap();
        assert!(
            (feature.cd_nm() - found.cd_nm()).abs() < 2e-3,
            "{feature:?} {found:?}"
        );
        assert!((feature.nils(&cut) - shown.profile.nils(found)).abs() < 1e-3);
        let target = shown.target.unwrap();
        assert_eq!((target.low_nm, target.high_nm), (-35.0, 35.0));
        let (ours, theirs) = (&shown.contours, contours(&latent, 0.3, 512));
        assert_eq!(ours.len(), theirs.len());
        for p in ours.iter().flat_map(|l| &l.points_nm) {
            let [x, y] = local(*p);
            let off = (latent.at(x, y) - 0.3).abs();
            assert!(off < 2e-4, "{p:?} {off:e}");
        }
        let placement = shown.placement.unwrap();
        let gauge = Gauge {
            at_nm: local(placement.worst_at_nm),
            outward: [0.0, 1.0],
        };
        let directions = [[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]];
        let near = directions.iter().any(|outward| {
            let gauge = Gauge {
                outward: *outward,
                ..gauge
            };
            let off = gauge.edge_placement_nm(&latent, 0.3, 100.0);
            off.is_some_and(|off| (off - placement.worst_nm).abs() < 0.05)
        });
        assert!(near && placement.lost == 0, "{placement:?}");
    }

    #[test]
    fn knobs_of_the_resist_leave_the_image_and_others_do_not() {
        let mut bench = Workbench::default();
        let mut clip = clip();
        let shown = |bench: &mut Workbench, clip: &Clip| {
            let shown = bench.expose(clip, f64::INFINITY, &never).unwrap();
            shown.unwrap()
        };
        let first = shown(&mut bench, &clip);
        clip.dose = 1.1;
        clip.setup.level = 0.28;
        clip.setup.diffusion_nm = 12.0;
        let second = shown(&mut bench, &clip);
        assert!(Arc::ptr_eq(&first.aerial, &second.aerial));
        assert!(second.printed.unwrap().cd_nm() > first.printed.unwrap().cd_nm());
        for change in [
            (|c: &mut Clip| c.setup.defocus_nm = 30.0) as fn(&mut Clip),
            |c| c.setup.source = SourceShape::Ring(0.5, 0.8),
            |c| c.setup.zernike_waves = vec![0.0, 0.0, 0.0, 0.0, 0.05],
            |c| c.setup.na = 1.2,
            |c| c.setup.tone = Tone::Dark,
            |c| c.centre_nm = [190.0, 350.0],
        ] {
            change(&mut clip);
            let next = shown(&mut bench, &clip);
            let fresh = shown(&mut Workbench::default(), &clip);
            let (a, b) = (next.aerial.on_grid(64), fresh.aerial.on_grid(64));
            let off = a.iter().zip(&b).map(|(a, b)| (a - b).abs());
            assert!(off.fold(0.0, f64::max) < 1e-9);
        }
    }

    #[test]
    fn a_thinned_source_says_so_and_is_replaced() {
        let mut bench = Workbench::default();
        let mut clip = clip();
        clip.setup.source_side = 25;
        let quick = bench.expose(&clip, 2e5, &never).unwrap().unwrap();
        assert!(
            quick.points.thinned() && quick.points.used > 3,
            "{:?}",
            quick.points
        );
        let exact = bench.expose(&clip, f64::INFINITY, &never).unwrap().unwrap();
        assert!(!exact.points.thinned());
        // A better one is there already.
        let again = bench.expose(&clip, 2e5, &never).unwrap().unwrap();
        assert!(!again.points.thinned());
        assert!(
            bench
                .expose(&Clip { dose: 0.9, ..clip }, 1.0, &never)
                .is_ok()
        );
    }

    #[test]
    fn a_process_window_has_its_best_focus_in_the_middle_and_can_be_stopped() {
        let mut bench = Workbench::default();
        let mut clip = clip();
        clip.setup.zernike_waves.clear();
        let mut steps = Vec::new();
        let through = bench
            .through(&clip, 7, f64::INFINITY, &never, &mut |n| steps.push(n))
            .unwrap()
            .unwrap();
        assert_eq!(steps, [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(through.target_nm, Some(70.0));
        // Without aberrations focus is even: both sides print alike.
        for (a, b) in through.cd_nm.iter().zip(through.cd_nm.iter().rev()) {
            let (a, b) = (a[2].unwrap(), b[2].unwrap());
            assert!((a - b).abs() < 0.05, "{a} {b}");
        }
        // More dose, wider openings.
        assert!(
            through.cd_nm[3]
                .windows(2)
                .all(|w| w[0].unwrap() < w[1].unwrap())
        );
        let widest = through.windows.first().map_or(0.0, |w| w.latitude);
        assert!((0.01..0.8).contains(&widest), "{widest}");
        clip.setup.na = 1.3;
        let stopped = bench.through(&clip, 7, f64::INFINITY, &|| true, &mut |_| {});
        assert_eq!(stopped, Ok(None));
    }
}
