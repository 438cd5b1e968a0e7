//! How far printed edges lie from their places.

use crate::sim::process::lithography::image::Image;
use crate::sim::process::lithography::resist::Threshold;
use crate::sim::process::lithography::tiles::{Plan, TileImager};

/// What a correction looks at: tiles, their images, the resist.
pub struct View<'v> {
    /// Tiles that cover the layout.
    pub plan: Plan,
    /// Images of tiles.
    pub imager: &'v TileImager,
    /// Resist.
    pub resist: Threshold,
    /// Whether shapes are bright: openings of the mask.
    pub bright: bool,
    /// How far from its place an edge is looked for.
    pub search_nm: f64,
    /// Tiles at once.
    pub threads: u32,
}

impl View<'_> {
    /// How far the printed edge lies outward of a place; the search's end where there is none.
    pub fn placement_nm(&self, latent: &Image, at: [f64; 2], outward: [i32; 2]) -> f64 {
        let cut = latent.cut(at, outward.map(f64::from));
        let level = self.resist.level;
        let found = cut
            .crossings(level, -self.search_nm, self.search_nm)
            .into_iter()
            .filter(|&s| (cut.slope(s) < 0.0) == self.bright)
            .min_by(|a, b| a.abs().total_cmp(&b.abs()));
        found.unwrap_or_else(|| {
            let inside = (cut.at(0.0) >= level) == self.bright;
            if inside {
                self.search_nm
            } else {
                -self.search_nm
            }
        })
    }
}
