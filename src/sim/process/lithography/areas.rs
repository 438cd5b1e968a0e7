//! What a mask of a layout of any size prints against its target, tile by tile.

use crate::scene::shapes::{Layout, Overfull, Sorted};
use crate::sim::process::lithography::band::Band;
use crate::sim::process::lithography::free_masks::Corners;
use crate::sim::process::lithography::raster::coverage;
use crate::sim::process::lithography::resist::Threshold;
use crate::sim::process::lithography::tiles::{Plan, TileImager};

/// What a mask prints against its target; areas in nm².
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Areas {
    /// Where the nominal print differs from the target.
    pub l2_nm2: f64,
    /// Where the outer and the inner corner differ: the process-variation band.
    pub pvb_nm2: f64,
}

/// Judges a mask by its prints at nominal and at both corners, tile by tile; `imagers` are those in focus
/// and out of it.
///
/// # Errors
/// A tile holds too many shapes.
pub fn judge(
    target: &dyn Layout,
    mask: &Sorted,
    plan: &Plan,
    imagers: [&TileImager; 2],
    resist: Threshold,
    corners: Corners,
    bright: bool,
) -> Result<Areas, Overfull> {
    let n = plan.pixels() as usize;
    let fine = [0, 1].map(|k| Band::<f64>::new(n, imagers[k].image_half()));
    let mut areas = Areas::default();
    let pixel = plan.pixel_nm * plan.pixel_nm;
    for index in 0..plan.count() {
        let origin = plan.origin_nm(plan.tile(index));
        let wanted = target.within_nm(origin, plan.period_nm())?;
        let wanted = coverage(&wanted, origin, plan.period_nm(), plan.pixels());
        let shapes = mask.within_nm(origin, plan.period_nm())?;
        let [focus, defocus] = [0, 1].map(|k| {
            let latent = resist.latent(&imagers[k].image(&shapes, origin));
            fine[k].inverse(latent.spectrum.values())
        });
        let inside = plan.halo as usize..(plan.halo + plan.core) as usize;
        for y in inside.clone() {
            for i in y * n + inside.start..y * n + inside.end {
                let prints = |v: f64, dose: f64| v * dose >= resist.level;
                let nominal = prints(focus[i], 1.0) == bright;
                areas.l2_nm2 += if nominal == (wanted[i] >= 0.5) {
                    0.0
                } else {
                    pixel
                };
                let (outer, inner) = (
                    prints(focus[i], 1.0 + corners.dose),
                    prints(defocus[i], 1.0 - corners.dose),
                );
                areas.pvb_nm2 += if outer == inner { 0.0 } else { pixel };
            }
        }
    }
    Ok(areas)
}
