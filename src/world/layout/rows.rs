//! Rows of tools along an aisle.

use super::{AisleKind, AislePlan, Heading, Rect, STOCKER_M, footprint};
use crate::scene::schema::Place;

/// What is placed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum What {
    /// Tool `number` (from 0) of a group.
    Tool { group: u32, number: u32 },
    /// A stocker.
    Stocker(u32),
}

/// Something that wants a place in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Item {
    pub(super) what: What,
    /// Along the row, m.
    pub(super) width: f64,
    /// Across it, m.
    pub(super) depth: f64,
}

impl Item {
    pub(super) fn stocker(index: u32) -> Self {
        Self {
            what: What::Stocker(index),
            width: STOCKER_M[0],
            depth: STOCKER_M[1],
        }
    }
}

/// A row: things stand side by side, their fronts on one line at the aisle's edge.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Where the line of fronts begins, m.
    pub(super) start: [f64; 2],
    /// Unit vector along the row.
    pub(super) along: [f64; 2],
    /// Heading of the fronts.
    pub(super) heading_deg: f64,
    /// Length, m.
    pub(super) length: f64,
    /// Depth behind the line of fronts, m.
    pub(super) depth: f64,
    /// Length in use, m.
    pub(super) used: f64,
}

/// How far a thing is moved on when something given already stands in its place, m.
const STEP_M: f64 = 0.5;

impl Row {
    /// Gives the next free place of the row to the item, if it still fits.
    pub(super) fn place(&mut self, item: &Item, gap: f64, fixed: &[Rect]) -> Option<Place> {
        if item.depth > self.depth + 1e-9 {
            return None;
        }
        let [fx, fy] = Heading::from_deg(self.heading_deg).front();
        let mut at = self.used;
        while at + item.width <= self.length + 1e-9 {
            let mid = at + 0.5 * item.width;
            let back = 0.5 * item.depth;
            let place = Place {
                x_m: self.start[0] + self.along[0] * mid - fx * back,
                y_m: self.start[1] + self.along[1] * mid - fy * back,
                angle_deg: self.heading_deg,
            };
            let rect = footprint(&place, item.width, item.depth);
            if !fixed.iter().any(|f| f.overlaps(&rect)) {
                self.used = at + item.width + gap;
                return Some(place);
            }
            at += STEP_M;
        }
        None
    }
}

/// The aisle and the rows of a bay of the scene: along its longer side, two rows
/// where tools `deepest` deep and an aisle of `least_aisle` between them fit, else one.
pub(super) fn in_rect(rect: &Rect, deepest: f64, least_aisle: f64) -> (AislePlan, Vec<Row>) {
    let upright = rect.depth_m >= rect.width_m;
    let (length, across) = if upright {
        (rect.depth_m, rect.width_m)
    } else {
        (rect.width_m, rect.depth_m)
    };
    let two = 2.0 * deepest + least_aisle <= across;
    let depth = if two {
        deepest
    } else {
        (across - least_aisle).max(0.0)
    };
    // (distance across the bay, distance along it) to floor coordinates.
    let at = |a: f64, l: f64| {
        if upright {
            [rect.x_m + a, rect.y_m + l]
        } else {
            [rect.x_m + l, rect.y_m + a]
        }
    };
    let along = if upright { [0.0, 1.0] } else { [1.0, 0.0] };
    let near_heading = if upright { 0.0 } else { 90.0 };
    let row = |edge: f64, heading_deg: f64| Row {
        start: at(edge, 0.0),
        along,
        heading_deg,
        length,
        depth,
        used: 0.0,
    };
    let mut rows = vec![row(depth, near_heading)];
    let far = if two { across - depth } else { across };
    if two {
        rows.push(row(far, near_heading + 180.0));
    }
    let aisle = AislePlan {
        kind: AisleKind::Bay,
        from_m: at(0.5 * (depth + far), 0.0),
        to_m: at(0.5 * (depth + far), length),
        width_m: far - depth,
    };
    (aisle, rows)
}
