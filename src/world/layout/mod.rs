//! A place for everything: bays along a spine, tools facing the bay aisles.
//!
//! What the scene places stays where it is. Everything else is laid out the way fabs are: a
//! central aisle (the spine) along x, bays north and south of it, in each bay an aisle with a row
//! of tools on either side, their fronts to the aisle and their load ports in it, a stocker at the
//! bay's head. Areas follow each other along the spine, groups stay together. An area with bays of
//! its own fills those first; what does not fit goes to invented bays east of all that was placed.
//!
//! The result is a function of the scene alone: same scene, same places to the bit.

mod rows;

use bevy::reflect::Reflect;

use crate::scene::schema::{Place, Scene};
use rows::{Item, Row, What};

/// Width of the spine, m.
const SPINE_M: f64 = 8.0;
/// Width of an invented bay's aisle, m: two load ports and room for two carts to pass.
const AISLE_M: f64 = 4.5;
/// Least width of an aisle in a bay of the scene, m.
const LEAST_AISLE_M: f64 = 3.0;
/// Service chase behind a row of tools, m.
const CHASE_M: f64 = 1.2;
/// Between neighbours in a row, m.
const GAP_M: f64 = 0.8;
/// Longest row of an invented bay, m.
const ROW_M: f64 = 40.0;
/// Length kept for a stocker at the head of an invented bay's rows, m.
const HEAD_M: f64 = 5.0;
/// Footprint of a stocker: width along the bay, depth across it, m.
pub const STOCKER_M: [f64; 2] = [3.6, 2.0];
/// Pitch of load ports (SEMI E15), m, where the tool is wide enough.
const PORT_PITCH_M: f64 = 0.505;
/// Depth of a load port, m.
pub const PORT_DEPTH_M: f64 = 0.45;
/// Free floor around the plant, m.
const MARGIN_M: f64 = 4.0;

/// A rectangle on the floor, sides along x and y.
#[derive(Clone, Copy, Debug, Default, PartialEq, Reflect)]
pub struct Rect {
    /// South-west corner, m.
    pub x_m: f64,
    /// South-west corner, m.
    pub y_m: f64,
    /// Extent in x, m.
    pub width_m: f64,
    /// Extent in y, m.
    pub depth_m: f64,
}

impl Rect {
    /// Centre, m.
    pub fn centre(&self) -> [f64; 2] {
        [self.x_m + 0.5 * self.width_m, self.y_m + 0.5 * self.depth_m]
    }

    /// Whether the point lies inside or on the edge.
    pub fn contains(&self, [x, y]: [f64; 2]) -> bool {
        x >= self.x_m
            && x <= self.x_m + self.width_m
            && y >= self.y_m
            && y <= self.y_m + self.depth_m
    }

    /// Whether the other lies inside, edges may touch (to a micrometre).
    pub fn holds(&self, o: &Rect) -> bool {
        o.x_m >= self.x_m - 1e-6
            && o.y_m >= self.y_m - 1e-6
            && o.x_m + o.width_m <= self.x_m + self.width_m + 1e-6
            && o.y_m + o.depth_m <= self.y_m + self.depth_m + 1e-6
    }

    /// Whether the insides meet by more than a micrometre.
    pub fn overlaps(&self, o: &Rect) -> bool {
        self.x_m + self.width_m > o.x_m + 1e-6
            && o.x_m + o.width_m > self.x_m + 1e-6
            && self.y_m + self.depth_m > o.y_m + 1e-6
            && o.y_m + o.depth_m > self.y_m + 1e-6
    }

    /// Smallest rectangle around both.
    fn union(&self, o: &Rect) -> Rect {
        let x_m = self.x_m.min(o.x_m);
        let y_m = self.y_m.min(o.y_m);
        Rect {
            x_m,
            y_m,
            width_m: (self.x_m + self.width_m).max(o.x_m + o.width_m) - x_m,
            depth_m: (self.y_m + self.depth_m).max(o.y_m + o.depth_m) - y_m,
        }
    }

    fn grown(&self, by: f64) -> Rect {
        Rect {
            x_m: self.x_m - by,
            y_m: self.y_m - by,
            width_m: self.width_m + 2.0 * by,
            depth_m: self.depth_m + 2.0 * by,
        }
    }
}

/// A direction on the floor, exact in the four main directions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Heading([f64; 2]);

impl Heading {
    /// From degrees counter-clockwise from +x.
    pub(super) fn from_deg(deg: f64) -> Self {
        let turn = deg - 360.0 * libm::floor(deg / 360.0);
        Self(if turn == 0.0 {
            [1.0, 0.0]
        } else if turn == 90.0 {
            [0.0, 1.0]
        } else if turn == 180.0 {
            [-1.0, 0.0]
        } else if turn == 270.0 {
            [0.0, -1.0]
        } else {
            let rad = turn * core::f64::consts::PI / 180.0;
            [libm::cos(rad), libm::sin(rad)]
        })
    }

    /// Unit vector of the front.
    pub(super) fn front(self) -> [f64; 2] {
        self.0
    }

    /// Rectangle around a footprint `width` across and `depth` along the heading.
    fn around(self, [x, y]: [f64; 2], width: f64, depth: f64) -> Rect {
        let [fx, fy] = [self.0[0].abs(), self.0[1].abs()];
        let (w, d) = (fx * depth + fy * width, fy * depth + fx * width);
        Rect {
            x_m: x - 0.5 * w,
            y_m: y - 0.5 * d,
            width_m: w,
            depth_m: d,
        }
    }
}

/// Footprint of a thing at `place`, `width_m` across and `depth_m` along its heading.
pub fn footprint(place: &Place, width_m: f64, depth_m: f64) -> Rect {
    Heading::from_deg(place.angle_deg).around([place.x_m, place.y_m], width_m, depth_m)
}

/// Places of everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// Floor that holds all of it.
    pub floor: Rect,
    /// Bays: the scene's own first, then those invented.
    pub bays: Vec<BayPlan>,
    /// Aisles: spine first, if there is one.
    pub aisles: Vec<AislePlan>,
    /// Tools, group by group as in the scene.
    pub tools: Vec<Vec<Spot>>,
    /// Stockers, as in the scene.
    pub stockers: Vec<Spot>,
}

/// A bay of the layout.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BayPlan {
    /// Name.
    pub name: String,
    /// Index of its area in the scene.
    pub area: u32,
    /// Rectangle.
    pub rect: Rect,
    /// Whether the layout invented it.
    pub invented: bool,
}

/// What an aisle is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum AisleKind {
    /// The central aisle, which all bays open to.
    #[default]
    Spine,
    /// The aisle of a bay.
    Bay,
}

/// An aisle of the layout.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AislePlan {
    /// What it is.
    pub kind: AisleKind,
    /// One end of the centre line, m.
    pub from_m: [f64; 2],
    /// Other end, m.
    pub to_m: [f64; 2],
    /// Width, m.
    pub width_m: f64,
}

/// A place in a bay.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spot {
    /// Place.
    pub place: Place,
    /// Index of the bay in [`Layout::bays`], if it stands in one.
    pub bay: Option<u32>,
}

/// Offsets of a tool's load ports from its centre: (towards the front, to its left), m.
///
/// They stand in a line before the front, first port leftmost as seen from the aisle.
pub fn port_offsets(width_m: f64, depth_m: f64, ports: u32) -> Vec<(f64, f64)> {
    let n = f64::from(ports);
    let pitch = PORT_PITCH_M.min(width_m / n.max(1.0));
    (0..ports)
        .map(|k| {
            // Seen from the aisle one looks against the front, so left is the tool's right.
            let left = (f64::from(k) - 0.5 * (n - 1.0)) * pitch;
            (0.5 * depth_m + 0.5 * PORT_DEPTH_M, left)
        })
        .collect()
}

/// Lays out the scene.
pub fn layout(scene: &Scene) -> Layout {
    let mut out = Layout {
        bays: scene
            .bays
            .iter()
            .map(|b| BayPlan {
                name: b.name.clone(),
                area: b.area,
                rect: Rect {
                    x_m: b.x_m,
                    y_m: b.y_m,
                    width_m: b.width_m,
                    depth_m: b.depth_m,
                },
                invented: false,
            })
            .collect(),
        tools: scene
            .tool_groups
            .iter()
            .map(|g| vec![Spot::default(); g.count as usize])
            .collect(),
        stockers: vec![Spot::default(); scene.stockers.len()],
        ..Layout::default()
    };
    let fixed = keep_given_places(scene, &mut out);
    let mut rest = fill_own_bays(scene, &fixed, &mut out);
    let east = out
        .bays
        .iter()
        .map(|b| b.rect)
        .chain(fixed.iter().copied())
        .map(|r| r.x_m + r.width_m)
        .fold(None, |m: Option<f64>, x| Some(m.map_or(x, |m| m.max(x))));
    invent_bays(
        scene,
        east.map_or(0.0, |x| x + SPINE_M),
        &mut rest,
        &mut out,
    );
    out.floor = floor_around(scene, &fixed, &out);
    out
}

/// Takes over the places that the scene gives; returns their footprints.
fn keep_given_places(scene: &Scene, out: &mut Layout) -> Vec<Rect> {
    let bay_at = |bays: &[BayPlan], place: &Place| {
        let at = [place.x_m, place.y_m];
        bays.iter()
            .position(|b| b.rect.contains(at))
            .map(|i| i as u32)
    };
    let mut fixed = Vec::new();
    for (group, spots) in scene.tool_groups.iter().zip(&mut out.tools) {
        for (tool, spot) in group.tools.iter().zip(spots) {
            if let Some(place) = tool.place {
                *spot = Spot {
                    place,
                    bay: bay_at(&out.bays, &place).or(group.bay),
                };
                fixed.push(footprint(&place, group.width_m, group.depth_m));
            }
        }
    }
    for (stocker, spot) in scene.stockers.iter().zip(&mut out.stockers) {
        if let Some(place) = stocker.place {
            *spot = Spot {
                place,
                bay: bay_at(&out.bays, &place).or(stocker.bay),
            };
            fixed.push(footprint(&place, STOCKER_M[0], STOCKER_M[1]));
        }
    }
    fixed
}

/// Things that are still without a place, by area; stockers that belong to no bay.
struct Rest {
    by_area: Vec<Vec<Item>>,
    stockers: Vec<u32>,
}

/// Fills the scene's own bays; returns what found no place there.
fn fill_own_bays(scene: &Scene, fixed: &[Rect], out: &mut Layout) -> Rest {
    let mut rest = Rest {
        by_area: vec![Vec::new(); scene.areas.len()],
        stockers: Vec::new(),
    };
    // What the scene assigns to a bay comes before what only belongs to its area,
    // and stockers come first of all: they stand at the head.
    let mut assigned = vec![Vec::<Item>::new(); out.bays.len()];
    for (s, stocker) in (0u32..).zip(&scene.stockers) {
        if stocker.place.is_none() {
            match stocker.bay {
                Some(bay) => assigned[bay as usize].push(Item::stocker(s)),
                None => rest.stockers.push(s),
            }
        }
    }
    for (g, group) in (0u32..).zip(&scene.tool_groups) {
        for k in 0..group.count {
            let given = group.tools.get(k as usize).and_then(|t| t.place);
            if given.is_none() {
                let item = Item {
                    what: What::Tool {
                        group: g,
                        number: k,
                    },
                    width: group.width_m,
                    depth: group.depth_m,
                };
                match group.bay {
                    Some(bay) => assigned[bay as usize].push(item),
                    None => rest.by_area[group.area as usize].push(item),
                }
            }
        }
    }
    for (b, assigned) in (0u32..).zip(assigned) {
        let area = out.bays[b as usize].area as usize;
        let deepest = assigned
            .iter()
            .chain(&rest.by_area[area])
            .fold(0.0, |m: f64, i| m.max(i.depth));
        let (aisle, mut rows) = rows::in_rect(&out.bays[b as usize].rect, deepest, LEAST_AISLE_M);
        out.aisles.push(aisle);
        let waiting = std::mem::take(&mut rest.by_area[area]);
        for item in assigned.into_iter().chain(waiting) {
            let spot = rows
                .iter_mut()
                .find_map(|row| row.place(&item, GAP_M, fixed));
            match (spot, item.what) {
                (Some(place), _) => put(out, &item, place, Some(b)),
                (None, What::Stocker(s)) => rest.stockers.push(s),
                (None, What::Tool { .. }) => rest.by_area[area].push(item),
            }
        }
    }
    rest.stockers.sort_unstable();
    rest
}

/// Invents bays along a spine that starts at `west` for all that is left.
fn invent_bays(scene: &Scene, west: f64, rest: &mut Rest, out: &mut Layout) {
    let half = 0.5 * SPINE_M;
    let mut cursor = [west, west];
    let mut slots = Vec::<(Place, u32)>::new();
    for (area, items) in rest.by_area.iter_mut().enumerate() {
        let total: f64 = items.iter().map(|i| i.width + GAP_M).sum();
        let bays = libm::ceil(total / (2.0 * ROW_M)) as u32;
        let mut queue = std::mem::take(items).into_iter().peekable();
        let row_target = total / f64::from(2 * bays);
        let mut run = 0.0;
        for n in 0..bays {
            // Two rows, west and east; every row gets the same share of the area's length.
            let mut sides = [Vec::new(), Vec::new()];
            for (s, side) in (0u32..).zip(&mut sides) {
                let row = 2 * n + s + 1;
                let last = row == 2 * bays;
                while let Some(item) = queue.next_if(|i| {
                    last || run + 0.5 * (i.width + GAP_M) <= row_target * f64::from(row)
                }) {
                    run += item.width + GAP_M;
                    side.push(item);
                }
            }
            let depth = |side: &[Item]| side.iter().fold(STOCKER_M[1], |m: f64, i| m.max(i.depth));
            let length = |side: &[Item]| side.iter().map(|i| i.width + GAP_M).sum::<f64>();
            let [dw, de] = [depth(&sides[0]), depth(&sides[1])];
            let bay_length = HEAD_M + length(&sides[0]).max(length(&sides[1])) + CHASE_M;
            let north = cursor[0] <= cursor[1];
            let x = if north { cursor[0] } else { cursor[1] };
            let width = 2.0 * CHASE_M + dw + AISLE_M + de;
            let rect = Rect {
                x_m: x,
                y_m: if north { half } else { -half - bay_length },
                width_m: width,
                depth_m: bay_length,
            };
            cursor[usize::from(!north)] += width;
            let bay = out.bays.len() as u32;
            out.bays.push(BayPlan {
                name: format!("{} {}", scene.areas[area].name, n + 1),
                area: area as u32,
                rect,
                invented: true,
            });
            let (head, along) = if north { (half, 1.0) } else { (-half, -1.0) };
            let middle = x + CHASE_M + dw + 0.5 * AISLE_M;
            out.aisles.push(AislePlan {
                kind: AisleKind::Bay,
                from_m: [middle, head],
                to_m: [middle, head + along * bay_length],
                width_m: AISLE_M,
            });
            for (side, (edge, heading)) in sides.iter().zip([
                (middle - 0.5 * AISLE_M, 0.0),
                (middle + 0.5 * AISLE_M, 180.0),
            ]) {
                let mut row = Row {
                    start: [edge, head + along * GAP_M],
                    along: [0.0, along],
                    heading_deg: heading,
                    length: bay_length,
                    depth: dw.max(de),
                    used: 0.0,
                };
                let slot = row
                    .place(&Item::stocker(0), GAP_M, &[])
                    .expect("the head of an invented bay holds a stocker");
                slots.push((slot, bay));
                row.used = HEAD_M - GAP_M;
                for item in side {
                    let place = row
                        .place(item, GAP_M, &[])
                        .expect("an invented bay is as long as its rows");
                    put(out, item, place, Some(bay));
                }
            }
        }
    }
    // First one stocker in every bay, then the second slots, then a line at the spine's end.
    let order = slots
        .iter()
        .step_by(2)
        .chain(slots.iter().skip(1).step_by(2));
    let end = cursor[0].max(cursor[1]);
    let mut line = Row {
        start: [end + GAP_M, half],
        along: [1.0, 0.0],
        heading_deg: 270.0,
        length: f64::INFINITY,
        depth: STOCKER_M[1],
        used: 0.0,
    };
    let mut order = order.copied();
    for &s in &rest.stockers {
        let item = Item::stocker(s);
        let (place, bay) = match order.next() {
            Some((place, bay)) => (Some(place), Some(bay)),
            None => (line.place(&item, GAP_M, &[]), None),
        };
        put(
            out,
            &item,
            place.expect("the line at the spine's end has no end"),
            bay,
        );
    }
    if end + line.used > west {
        let spine = AislePlan {
            kind: AisleKind::Spine,
            from_m: [west, 0.0],
            to_m: [end + line.used, 0.0],
            width_m: SPINE_M,
        };
        out.aisles.insert(0, spine);
    }
}

fn put(out: &mut Layout, item: &Item, place: Place, bay: Option<u32>) {
    let spot = Spot { place, bay };
    match item.what {
        What::Tool { group, number } => out.tools[group as usize][number as usize] = spot,
        What::Stocker(s) => out.stockers[s as usize] = spot,
    }
}

fn floor_around(scene: &Scene, fixed: &[Rect], out: &Layout) -> Rect {
    let aisles = out.aisles.iter().map(|a| Rect {
        x_m: a.from_m[0].min(a.to_m[0]),
        y_m: a.from_m[1].min(a.to_m[1]),
        width_m: (a.to_m[0] - a.from_m[0]).abs(),
        depth_m: (a.to_m[1] - a.from_m[1]).abs(),
    });
    let stockers = scene
        .stockers
        .iter()
        .zip(&out.stockers)
        .map(|(_, s)| footprint(&s.place, STOCKER_M[0], STOCKER_M[1]));
    out.bays
        .iter()
        .map(|b| b.rect)
        .chain(aisles)
        .chain(stockers)
        .chain(fixed.iter().copied())
        .reduce(|a, b| a.union(&b))
        .unwrap_or_default()
        .grown(MARGIN_M)
}
