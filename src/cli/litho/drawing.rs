//! What a mask prints, drawn over its target.

use super::files::Out;
use crate::scene::shapes::{Polygon, Shapes, Sorted};
use crate::sim::process::lithography::contour::Contour;
use crate::sim::process::lithography::tiles::Plan;
use crate::view::i18n::Texts;
use crate::view::litho::{Frame, contours_svg};

/// Points of outlines up to which they are drawn.
pub const DRAWN_MAX: usize = 400_000;

/// Outlines that are drawn, as long as they are few enough for a picture.
#[derive(Default)]
pub struct Outlines {
    lines: Vec<Contour>,
    points: usize,
}

impl Outlines {
    /// Adds some.
    pub fn add(&mut self, lines: Vec<Contour>) {
        self.points += lines.iter().map(|line| line.points_nm.len()).sum::<usize>();
        if self.points <= DRAWN_MAX {
            self.lines.extend(lines);
        } else {
            self.lines = Vec::new();
        }
    }

    fn of(shapes: &Shapes) -> Self {
        let corner = |p: &[i32; 2]| p.map(|v| f64::from(v) * shapes.unit_nm);
        let line = |polygon: &Polygon| Contour {
            points_nm: polygon.points.iter().map(corner).collect(),
            closed: true,
        };
        let mut all = Self::default();
        all.add(shapes.polygons.iter().map(line).collect());
        all
    }
}

/// Writes contours.svg: the mask, and what prints without and with it, over the target; not where that is too much for a
/// picture.
///
/// # Errors
/// The file cannot be written.
pub fn draw(
    out: &Out,
    texts: &Texts,
    plan: &Plan,
    (target, mask): (&Sorted, &Sorted),
    [without, corrected]: [Outlines; 2],
) -> anyhow::Result<()> {
    let mask = Outlines::of(mask.shapes());
    let sets = [
        ("litho-mask", mask),
        ("litho-print-before", without),
        ("litho-print-after", corrected),
    ];
    if sets.iter().map(|(_, set)| set.points).sum::<usize>() > DRAWN_MAX {
        return Ok(());
    }
    let sets = sets
        .each_ref()
        .map(|(key, set)| (texts.get(key), set.lines.as_slice()));
    let frame = Frame {
        low_nm: plan.low_nm,
        side_nm: f64::from(plan.counts[0].max(plan.counts[1])) * plan.core_nm(),
    };
    out.write(
        "contours.svg",
        contours_svg(frame, target.shapes(), &sets).as_bytes(),
    )
}
