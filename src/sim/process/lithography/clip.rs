//! What is on the bench: a tile of a layout, its mask, the optics, and where it is measured.

use std::sync::Arc;

use crate::scene::optics::Setup;
use crate::scene::shapes::Shapes;
use crate::sim::process::lithography::metrology::Feature;
use crate::sim::process::lithography::sought::Sought;

/// Pixels of a clip's mask along a side.
pub const PIXELS: u32 = 2048;

/// A line across a feature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CutLine {
    /// A point of it, in the feature.
    pub at_nm: [f64; 2],
    /// Whether it runs along y.
    pub upright: bool,
}

/// What is on the bench.
#[derive(Clone, Debug)]
pub struct Clip {
    /// Layout, what shall print; told apart by its place in memory.
    pub shapes: Arc<Shapes>,
    /// Lens, source, mask and resist.
    pub setup: Setup,
    /// Points of a source that comes from a table.
    pub table: Arc<Vec<(f64, f64, f64)>>,
    /// Middle of the tile.
    pub centre_nm: [f64; 2],
    /// Side of the tile; outside it the layout is taken to repeat.
    pub side_nm: f64,
    /// Dose; 1 is nominal.
    pub dose: f64,
    /// Where sizes are measured.
    pub line: CutLine,
    /// Furthest defocus of the process window, both ways.
    pub focus_span_nm: f64,
    /// Share by which the size may differ from the target.
    pub tolerance: f64,
    /// Least width and space of a mask that is sought, at the wafer.
    pub feature_nm: f64,
    /// A mask that stands in for the layout's own shapes, as long as it is one for this tile of it.
    pub sought: Option<Arc<Sought>>,
}

impl PartialEq for Clip {
    fn eq(&self, other: &Self) -> bool {
        self.same_mask(other)
            && self.setup == other.setup
            && Arc::ptr_eq(&self.table, &other.table)
            && self.dose == other.dose
            && self.line == other.line
            && self.focus_span_nm == other.focus_span_nm
            && self.tolerance == other.tolerance
            && self.feature_nm == other.feature_nm
    }
}

impl Clip {
    /// Whether both are the same tile of the same layout.
    pub fn same_tile(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shapes, &other.shapes)
            && self.centre_nm == other.centre_nm
            && self.side_nm == other.side_nm
    }

    /// Whether both have the same mask.
    pub fn same_mask(&self, other: &Self) -> bool {
        let tone = |s: &Setup| (s.tone, s.transmission, s.shifted_layer);
        self.same_tile(other)
            && Arc::ptr_eq(self.mask(), other.mask())
            && tone(&self.setup) == tone(&other.setup)
    }

    /// Whether both image alike: all is the same but what the resist and the focus make of it.
    pub fn same_lens(&self, other: &Self) -> bool {
        let lens = |s: &Setup| Setup {
            level: 0.0,
            diffusion_nm: 0.0,
            defocus_nm: 0.0,
            ..s.clone()
        };
        self.same_mask(other)
            && Arc::ptr_eq(&self.table, &other.table)
            && lens(&self.setup) == lens(&other.setup)
    }

    /// Shapes of the mask: those that were sought, or the layout's.
    pub fn mask(&self) -> &Arc<Shapes> {
        let sought = self.sought.as_ref().filter(|s| s.is_for(self));
        sought.map_or(&self.shapes, |s| &s.shapes)
    }

    /// Lower left corner of the tile.
    pub fn low_nm(&self) -> [f64; 2] {
        self.centre_nm.map(|c| c - 0.5 * self.side_nm)
    }

    /// Where the image's first sample lies: in the middle of the mask's first pixel.
    pub fn image_origin_nm(&self) -> [f64; 2] {
        let middle = 0.5 * self.side_nm / f64::from(PIXELS);
        self.low_nm().map(|c| c + middle)
    }

    /// Resolution of the lens, λ/NA.
    pub fn resolution_nm(&self) -> f64 {
        self.setup.wavelength_nm / self.setup.na
    }

    /// Furthest an edge may lie from the middle of the measured feature.
    pub fn reach_nm(&self) -> f64 {
        (2.5 * self.resolution_nm()).min(0.5 * self.side_nm)
    }

    /// Foci of the process window, evenly spaced around 0.
    pub fn foci(&self, count: u32) -> Vec<f64> {
        let last = f64::from(count.max(2) - 1);
        let at = |i: u32| self.focus_span_nm * (2.0 * f64::from(i) - last) / last;
        (0..count.max(2)).map(at).collect()
    }

    /// The target on the cut line: the shape there, or the gap between two shapes. Places count from the
    /// point of the line.
    pub fn target(&self) -> Option<Feature> {
        let across = usize::from(self.line.upright);
        let [along_at, fixed] = [self.line.at_nm[across], self.line.at_nm[1 - across]];
        let edges = crossed(&self.shapes, across, fixed);
        let low = edges.iter().rev().find(|e| **e <= along_at)?;
        let high = edges.iter().find(|e| **e > along_at)?;
        let feature = Feature {
            low_nm: low - along_at,
            high_nm: high - along_at,
        };
        (feature.cd_nm() <= self.side_nm).then_some(feature)
    }
}

/// Places along an axis at which a line enters or leaves the union of shapes.
fn crossed(shapes: &Shapes, across: usize, fixed_nm: f64) -> Vec<f64> {
    let mut inside: Vec<(f64, f64)> = Vec::new();
    for polygon in &shapes.polygons {
        let point = |p: [i32; 2]| p.map(|v| f64::from(v) * shapes.unit_nm);
        let mut places: Vec<f64> = Vec::new();
        for (a, b) in polygon.edges() {
            let (a, b) = (point(a), point(b));
            let (fa, fb) = (a[1 - across], b[1 - across]);
            if (fa <= fixed_nm) != (fb <= fixed_nm) {
                let part = (fixed_nm - fa) / (fb - fa);
                places.push(a[across] + part * (b[across] - a[across]));
            }
        }
        places.sort_by(f64::total_cmp);
        inside.extend(places.chunks_exact(2).map(|p| (p[0], p[1])));
    }
    inside.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut joined: Vec<(f64, f64)> = Vec::new();
    for (low, high) in inside {
        match joined.last_mut() {
            Some(last) if low <= last.1 => last.1 = last.1.max(high),
            _ => joined.push((low, high)),
        }
    }
    joined.into_iter().flat_map(|(l, h)| [l, h]).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::scene::optics::read;
    use crate::scene::shapes::Polygon;

    pub fn clip() -> Clip {
        let text = "(lens: ArfImmersion, source: Annular(inner: 0.6, outer: 0.9), source_side: 9, \
                    zernike: [0, 0, 0, 0, 0, 0, 0.03], resist: (level: 0.3, diffusion: \"8 nm\"))";
        let setup = read("a.ron", text).unwrap_or_else(|d| panic!("{}", d.to_text()));
        let line = |x: i32| Polygon::rectangle([x, 0], [x + 70, 700]);
        Clip {
            shapes: Arc::new(Shapes {
                unit_nm: 1.0,
                polygons: vec![line(0), line(150), line(300)],
            }),
            setup,
            table: Arc::default(),
            centre_nm: [185.0, 350.0],
            side_nm: 1200.0,
            dose: 1.0,
            line: CutLine {
                at_nm: [185.0, 350.0],
                upright: false,
            },
            focus_span_nm: 80.0,
            tolerance: 0.1,
            feature_nm: 16.0,
            sought: None,
        }
    }

    #[test]
    fn targets_are_shapes_or_gaps() {
        let mut clip = clip();
        let width = |c: &Clip| c.target().map(Feature::cd_nm);
        assert_eq!(width(&clip), Some(70.0));
        clip.line.at_nm = [110.0, 350.0];
        assert_eq!(width(&clip), Some(80.0));
        clip.line.upright = true;
        assert_eq!(width(&clip), None);
        clip.line.at_nm = [30.0, 10.0];
        assert_eq!(width(&clip), Some(700.0));
        clip.line = CutLine {
            at_nm: [-50.0, 10.0],
            upright: false,
        };
        assert_eq!(width(&clip), None);
    }
}
