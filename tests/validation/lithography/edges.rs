//! Edge-based correction of clips 1 to 5 of the contest: with the same kernels and ruler as the uncorrected
//! masks, every clip prints nearer to its target, with fewer placement violations, and no mask rule is broken.
//! No outside figure is compared with: published ones mix rasters and kernels.

use geoul::scene::shapes::Sorted;
use geoul::sim::process::lithography::contest::{LEVEL, SIDE, Score, Simulator};
use geoul::sim::process::lithography::edges::{Pieces, Settings, View, broken};
use geoul::sim::process::lithography::mask_rules::CONTEST;
use geoul::sim::process::lithography::raster::coverage;
use geoul::sim::process::lithography::resist::Threshold;
use geoul::sim::process::lithography::tiles::{Plan, TileImager, Tones};

use super::contest::{clip, kernels, raster};
use super::golden::folder;

#[test]
fn moved_edges_print_nearer_to_their_targets() {
    let Some(folder) = folder() else { return };
    let (focus, defocus) = (kernels(&folder, "focus"), kernels(&folder, "defocus"));
    let exact = Simulator::<f64>::new(&focus, &defocus, SIDE as usize);
    let tones = Tones {
        inside: 1.0,
        outside: 0.0,
        shifted_layer: None,
    };
    let imager = TileImager::of_kernels(&focus, tones, SIDE).expect("pixels fine enough");
    let plan = Plan {
        low_nm: [0.0; 2],
        counts: [1; 2],
        core: SIDE,
        halo: 0,
        pixel_nm: 1.0,
    };
    let view = View {
        plan,
        imager: &imager,
        resist: Threshold {
            level: LEVEL,
            diffusion_nm: 0.0,
        },
        bright: true,
        search_nm: 70.0,
    };
    for number in 1..=5 {
        let settings = Settings {
            rounds: 16,
            ..Settings::for_resolution(143.0, CONTEST)
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
        let narrow = broken(&Sorted::new(mask), &CONTEST, &plan, 1.0).expect("few shapes");
        assert_eq!(narrow.len(), 0);
    }
}
