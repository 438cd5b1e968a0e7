//! Edge-based correction of clips 1 to 5 of the contest: with the same kernels and ruler as the uncorrected
//! masks, every clip prints nearer to its target, with fewer placement violations, and no mask rule is broken.
//! No outside figure is compared with: published ones mix rasters and kernels.

use geoul::scene::shapes::Sorted;
use geoul::sim::process::lithography::contest::{
    PLAN, RESOLUTION_NM, SIDE, Score, Simulator, view,
};
use geoul::sim::process::lithography::edges::{Pieces, Settings, broken};
use geoul::sim::process::lithography::mask_rules::CONTEST;
use geoul::sim::process::lithography::raster::coverage;
use geoul::sim::process::lithography::tiles::TileImager;
use geoul::sim::process::lithography::tones::Tones;

use super::contest::{clip, kernels, raster};
use super::golden::folder;

#[test]
fn moved_edges_print_nearer_to_their_targets() {
    let Some(folder) = folder() else { return };
    let (focus, defocus) = (kernels(&folder, "focus"), kernels(&folder, "defocus"));
    let exact = Simulator::<f64>::new(&focus, &defocus, SIDE as usize);
    let imager = TileImager::of_kernels(&focus, Tones::OPENINGS, SIDE).expect("pixels fine enough");
    let view = view(&imager);
    for number in 1..=5 {
        let settings = Settings {
            rounds: 16,
            ..Settings::for_resolution(RESOLUTION_NM, CONTEST)
        };
        let mut pieces = Pieces::new(&clip(&folder, number), settings).expect("straight edges");
        let rounds = pieces.correct(&view, &mut |_, _| true).expect("few shapes");
        let cover = raster(&folder, number);
        let target: Vec<bool> = cover.iter().map(|c| *c >= 0.5).collect();
        let score = |mask: &[f32]| {
            let wide: Vec<f64> = mask.iter().map(|v| f64::from(*v)).collect();
            Score::of(&exact.print(&wide), &target, SIDE as usize)
        };
        let mask = pieces.mask();
        let before = score(&cover);
        let after = score(&coverage(&mask, [0.0; 2], f64::from(SIDE), SIDE));
        let last = rounds.last().expect("rounds");
        println!("clip {number}: {before:?} to {after:?}, placement {last:?}");
        assert!(after.l2 < before.l2 && after.epe() < before.epe());
        let narrow = broken(&Sorted::new(mask), &CONTEST, &PLAN, 1.0).expect("few shapes");
        assert_eq!(narrow.len(), 0);
    }
}
