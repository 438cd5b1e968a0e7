//! How unlike two pictures are, as the eye sees it.
//!
//! Two measures, for two kinds of faults. The mean structural similarity with the colour
//! differences (`image-compare`, its hybrid of SSIM and root mean square in YUV) sees what changes
//! everywhere a little: light, layout, blur. It hardly sees one missing lamp in half a million
//! pixels, so the picture is also walked in overlapping blocks: the mean difference of the worst
//! block says whether anything of a block's size is missing or has another colour.

use image_compare::prelude::RgbImage;

/// Least similarity of the whole picture.
pub const SCORE_MIN: f64 = 0.985;

/// Largest mean difference of a block, levels of 255.
pub const BLOCK_MAX: f64 = 9.0;

/// Side of a block, pixels; blocks overlap by half.
const BLOCK: u32 = 12;

/// Difference of a pixel that no eye sees and that drivers and palettes make, levels.
const UNSEEN: u8 = 8;

/// What a comparison found.
#[derive(Clone, Copy, Debug)]
pub struct Likeness {
    /// Similarity of the whole picture, 1: the same.
    pub score: f64,
    /// Mean difference of the worst block, levels.
    pub worst: f64,
    /// Its top left corner, pixels.
    pub at: [u32; 2],
}

impl Likeness {
    /// Whether the pictures pass as the same.
    pub fn passes(&self) -> bool {
        self.score >= SCORE_MIN && self.worst <= BLOCK_MAX
    }
}

/// Largest difference of a channel beyond what is not seen.
fn difference(a: &RgbImage, b: &RgbImage, x: u32, y: u32) -> u32 {
    let (p, q) = (a.get_pixel(x, y).0, b.get_pixel(x, y).0);
    let most = (0..3).map(|k| p[k].abs_diff(q[k])).max().unwrap_or(0);
    u32::from(most.saturating_sub(UNSEEN))
}

/// Compares two pictures of one size.
pub fn compare(reference: &RgbImage, actual: &RgbImage) -> Likeness {
    let (width, height) = reference.dimensions();
    assert_eq!((width, height), actual.dimensions(), "sizes differ");
    // What is not seen must not count: on a flat ground a level of noise is all the structure there is.
    let visible = RgbImage::from_fn(width, height, |x, y| {
        let from = if difference(reference, actual, x, y) == 0 {
            reference
        } else {
            actual
        };
        *from.get_pixel(x, y)
    });
    let hybrid = image_compare::rgb_hybrid_compare(reference, &visible);
    let score = hybrid.expect("both have the same size").score;
    let mut worst = (0, [0, 0]);
    for top in (0..height.saturating_sub(BLOCK - 1)).step_by(BLOCK as usize / 2) {
        for left in (0..width.saturating_sub(BLOCK - 1)).step_by(BLOCK as usize / 2) {
            let mut sum = 0;
            for y in top..top + BLOCK {
                for x in left..left + BLOCK {
                    sum += difference(reference, actual, x, y);
                }
            }
            if sum > worst.0 {
                worst = (sum, [left, top]);
            }
        }
    }
    Likeness {
        score,
        worst: f64::from(worst.0) / f64::from(BLOCK * BLOCK),
        at: worst.1,
    }
}

/// Where pictures differ: four times the difference, the worst block framed.
pub fn shown(reference: &RgbImage, actual: &RgbImage, likeness: &Likeness) -> RgbImage {
    let [left, top] = likeness.at;
    RgbImage::from_fn(reference.width(), reference.height(), |x, y| {
        let (dx, dy) = (
            i64::from(x) - i64::from(left),
            i64::from(y) - i64::from(top),
        );
        let reach = i64::from(BLOCK) + 3;
        let framed = |d: i64| (-4..=reach).contains(&d);
        if framed(dx) && framed(dy) && (dx == -4 || dy == -4 || dx == reach || dy == reach) {
            return image_compare::prelude::Rgb([255, 64, 64]);
        }
        let d = (4 * difference(reference, actual, x, y)).min(255) as u8;
        image_compare::prelude::Rgb([d, d, d])
    })
}
