//! Edge-based correction: the edges of a layout are cut into pieces, and each is moved until its print lies
//! where it is wanted.
//!
//! After N. Cobb, "Fast optical and process proximity correction algorithms for integrated circuit
//! manufacturing" (1998): pieces at corners, whole line ends, and runs of at most some length; a gauge in the
//! middle of each measures how far its print has strayed, and the piece moves against that, damped. Moves
//! stay on the mask's grid and within the mask rules: every pair of pieces that face each other keeps width
//! and space, and what a final look at the pixels still finds is drawn back.

use crate::scene::shapes::{Overfull, Polygon, Shapes, Sorted};
use crate::sim::process::lithography::crew::side_by_side;
use crate::sim::process::lithography::manhattan::{
    Loop, outward, polygons, union, without_straight,
};
use crate::sim::process::lithography::mask_rules::{PixelMask, Rules};
use crate::sim::process::lithography::placement::View;
use crate::sim::process::lithography::raster::coverage;
use crate::sim::process::lithography::tiles::Plan;

/// How edges are cut and moved; lengths in nm at the wafer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Length of the pieces beside corners.
    pub corner_nm: f64,
    /// Longest edge between two outer corners that is a line end, moved as one.
    pub line_end_nm: f64,
    /// Longest piece of a run.
    pub run_nm: f64,
    /// Furthest a piece may move.
    pub reach_nm: f64,
    /// Step of the mask's coordinates.
    pub grid_nm: f64,
    /// Share of the error that a move takes back; less where an error has changed its sign.
    pub gain: f64,
    /// Furthest a piece moves in one round.
    pub step_nm: f64,
    /// Rounds.
    pub rounds: u32,
    /// Rules of the mask.
    pub rules: Rules,
}

impl Settings {
    /// Lengths that suit a lens: pieces of a third of wavelength / NA, moves up to a quarter of it.
    pub fn for_resolution(resolution_nm: f64, rules: Rules) -> Self {
        let least = rules.width_nm.max(rules.space_nm);
        let whole = |v: f64| libm::round(v).max(1.0);
        Self {
            corner_nm: whole((0.3 * resolution_nm).max(least)),
            line_end_nm: whole(0.8 * resolution_nm),
            run_nm: whole((0.45 * resolution_nm).max(least)),
            reach_nm: whole(0.25 * resolution_nm),
            grid_nm: 1.0,
            gain: 0.5,
            step_nm: whole(0.06 * resolution_nm),
            rounds: 10,
            rules,
        }
    }
}

/// What a piece is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Beside a corner.
    Corner,
    /// A whole line end.
    LineEnd,
    /// Between.
    Run,
}

/// A piece of an edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// What it is of.
    pub kind: Kind,
    /// Its ends in the target, in units of the layout, in the sense of the loop.
    pub ends: [[i32; 2]; 2],
    /// Out of the shape.
    pub outward: [i32; 2],
    /// How far it has moved outward, in steps of the grid.
    pub moved: i32,
    /// Last placement error, nm, positive outward.
    pub error_nm: f64,
    /// The one before.
    before_nm: f64,
    /// Share of the gain that its overshooting has left it.
    share: f64,
}

/// Placement errors of one round, before its moves; nm.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Round {
    /// Mean of their sizes.
    pub mean_nm: f64,
    /// Root of their mean square.
    pub rms_nm: f64,
    /// Largest size.
    pub worst_nm: f64,
}

/// Why a layout cannot be corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EdgeFault {
    /// It has slanted edges.
    #[error("the layout has slanted edges; correct it by pixels instead")]
    Slanted,
    /// The grid of the mask is no multiple of the layout's unit.
    #[error("the grid of the mask is no whole multiple of the layout's unit")]
    Grid,
    /// A tile holds too many shapes.
    #[error(transparent)]
    Overfull(#[from] Overfull),
}

/// A layout in pieces.
pub struct Pieces {
    unit_nm: f64,
    /// Units of one step of the grid.
    step: i32,
    settings: Settings,
    pieces: Vec<Piece>,
    /// First piece of each loop, and the end.
    loops: Vec<usize>,
    /// Pairs that face each other: pieces, distance in steps, whether the inside lies between.
    facing: Vec<(u32, u32, i32, bool)>,
}

impl Pieces {
    /// Cuts the edges of a layout.
    ///
    /// # Errors
    /// Slanted edges, or a grid that does not fit.
    pub fn new(target: &Shapes, settings: Settings) -> Result<Self, EdgeFault> {
        let loops = union(target).ok_or(EdgeFault::Slanted)?;
        let ratio = settings.grid_nm / target.unit_nm;
        let step = libm::round(ratio) as i32;
        if step < 1 || (ratio - f64::from(step)).abs() > 1e-6 {
            return Err(EdgeFault::Grid);
        }
        let mut all = Self {
            unit_nm: target.unit_nm,
            step,
            settings,
            pieces: Vec::new(),
            loops: vec![0],
            facing: Vec::new(),
        };
        for line in &loops {
            all.cut(line);
            all.loops.push(all.pieces.len());
        }
        all.pair();
        Ok(all)
    }

    /// Cuts one loop.
    fn cut(&mut self, line: &Loop) {
        let n = line.len();
        let units = |nm: f64| libm::round(nm / self.unit_nm) as i32;
        let (corner, run) = (
            units(self.settings.corner_nm),
            units(self.settings.run_nm).max(1),
        );
        for k in 0..n {
            let (a, b) = (line[k], line[(k + 1) % n]);
            let (before, after) = (line[(k + n - 1) % n], line[(k + 2) % n]);
            let along = [(b[0] - a[0]).signum(), (b[1] - a[1]).signum()];
            let length = (b[0] - a[0]).abs() + (b[1] - a[1]).abs();
            // A left turn is an outer corner.
            let turn = |p: [i32; 2], q: [i32; 2], r: [i32; 2]| {
                let (u, v) = ([q[0] - p[0], q[1] - p[1]], [r[0] - q[0], r[1] - q[1]]);
                i64::from(u[0].signum()) * i64::from(v[1].signum())
                    - i64::from(u[1].signum()) * i64::from(v[0].signum())
            };
            let both_out = turn(before, a, b) > 0 && turn(a, b, after) > 0;
            let mut cuts = vec![0];
            let mut kinds = Vec::new();
            if both_out && length <= units(self.settings.line_end_nm) {
                kinds.push(Kind::LineEnd);
            } else if length < 3 * corner {
                let parts = if length >= 2 * corner { 2 } else { 1 };
                cuts.extend((1..parts).map(|i| length * i / parts));
                kinds.extend((0..parts).map(|_| Kind::Corner));
            } else {
                let middle = length - 2 * corner;
                let parts = (middle + run - 1) / run;
                cuts.push(corner);
                cuts.extend((1..parts).map(|i| {
                    corner + (i64::from(middle) * i64::from(i) / i64::from(parts)) as i32
                }));
                cuts.push(length - corner);
                kinds.push(Kind::Corner);
                kinds.extend((0..parts).map(|_| Kind::Run));
                kinds.push(Kind::Corner);
            }
            cuts.push(length);
            let at = |s: i32| [a[0] + s * along[0], a[1] + s * along[1]];
            for (kind, cut) in kinds.into_iter().zip(cuts.windows(2)) {
                self.pieces.push(Piece {
                    kind,
                    ends: [at(cut[0]), at(cut[1])],
                    outward: outward(a, b),
                    moved: 0,
                    error_nm: 0.0,
                    before_nm: 0.0,
                    share: 1.0,
                });
            }
        }
    }

    /// Finds the pieces that face each other near enough for a rule.
    fn pair(&mut self) {
        let rules = self.settings.rules;
        let reach = 2.0 * self.settings.reach_nm;
        let near = ((rules.width_nm.max(rules.space_nm) + reach) / self.unit_nm) as i32;
        let spread = libm::ceil(self.settings.reach_nm / self.unit_nm) as i32;
        let boxes = self
            .pieces
            .iter()
            .map(|p| Polygon::new(p.ends.to_vec()).area());
        let bins = crate::scene::bins::Bins::new(boxes.collect());
        let mut facing = Vec::new();
        for (i, p) in (0_u32..).zip(&self.pieces) {
            let axis = usize::from(p.outward[0] == 0);
            let area = Polygon::new(p.ends.to_vec()).area();
            let wide = [
                area[0].map(|v| v - f64::from(near)),
                area[1].map(|v| v + f64::from(near)),
            ];
            for j in bins.within(&wide) {
                let q = &self.pieces[j as usize];
                if j <= i || q.outward != p.outward.map(|v| -v) {
                    continue;
                }
                let other = 1 - axis;
                let span = |p: &Piece| {
                    let (a, b) = (p.ends[0][other], p.ends[1][other]);
                    (a.min(b), a.max(b))
                };
                let (a, b) = (span(p), span(q));
                if a.0 - spread >= b.1 || b.0 - spread >= a.1 {
                    continue;
                }
                // Positive where q lies out of p: then the field lies between, else the inside.
                let out = (q.ends[0][axis] - p.ends[0][axis]) * p.outward[axis];
                if out != 0 && out.abs() <= near {
                    facing.push((i, j, out.abs() / self.step, out < 0));
                }
            }
        }
        self.facing = facing;
    }

    /// Rounds of a correction.
    pub fn rounds(&self) -> u32 {
        self.settings.rounds
    }

    /// Length of one step of the layout's coordinates.
    pub fn unit_nm(&self) -> f64 {
        self.unit_nm
    }

    /// Length of one step of a move.
    pub fn grid_nm(&self) -> f64 {
        f64::from(self.step) * self.unit_nm
    }

    /// The pieces.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The mask as it stands.
    pub fn mask(&self) -> Shapes {
        let mut loops = Vec::new();
        for bounds in self.loops.windows(2) {
            let pieces = &self.pieces[bounds[0]..bounds[1]];
            let mut line = Loop::new();
            for (k, p) in pieces.iter().enumerate() {
                let q = &pieces[(k + 1) % pieces.len()];
                let shift = |p: &Piece| p.outward.map(|v| v * p.moved * self.step);
                let (a, b) = (shift(p), shift(q));
                let corner = p.ends[1];
                if p.outward == q.outward {
                    line.push([corner[0] + a[0], corner[1] + a[1]]);
                    line.push([corner[0] + b[0], corner[1] + b[1]]);
                } else {
                    line.push([corner[0] + a[0] + b[0], corner[1] + a[1] + b[1]]);
                }
            }
            let line = without_straight(&line);
            if line.len() >= 4 {
                loops.push(line);
            }
        }
        Shapes {
            unit_nm: self.unit_nm,
            polygons: polygons(&loops),
        }
    }

    /// Keeps width and space between all that face each other.
    fn keep_rules(&mut self) {
        let steps = |nm: f64| libm::ceil(nm / self.settings.grid_nm - 1e-9) as i32;
        let (width, space) = (
            steps(self.settings.rules.width_nm),
            steps(self.settings.rules.space_nm),
        );
        // What is too near in the target itself is not made nearer.
        let short = |pieces: &[Piece], &(i, j, distance, inside): &(u32, u32, i32, bool)| {
            let moved = pieces[i as usize].moved + pieces[j as usize].moved;
            let (least, left) = if inside {
                (width.min(distance), distance + moved)
            } else {
                (space.min(distance), distance - moved)
            };
            least - left
        };
        for _ in 0..4 {
            for k in 0..self.facing.len() {
                let pair = self.facing[k];
                let lacks = short(&self.pieces, &pair);
                if lacks <= 0 {
                    continue;
                }
                let sign = if pair.3 { 1 } else { -1 };
                // Each gives back what it took, the one that took more first.
                let took = [pair.0, pair.1].map(|i| (-sign * self.pieces[i as usize].moved).max(0));
                let total = (took[0] + took[1]).max(1);
                let first = (lacks * took[0] + total - 1) / total;
                let parts = [
                    first.min(took[0]),
                    (lacks - first.min(took[0])).clamp(0, took[1]),
                ];
                for (i, part) in [pair.0, pair.1].into_iter().zip(parts) {
                    self.pieces[i as usize].moved += sign * part;
                }
            }
        }
        // Whatever still quarrels goes back to the target; that always ends, for the target itself is no nearer.
        while let Some(&(i, j, ..)) = self
            .facing
            .iter()
            .find(|pair| short(&self.pieces, pair) > 0)
        {
            self.pieces[i as usize].moved = 0;
            self.pieces[j as usize].moved = 0;
        }
    }

    /// Measures every piece's print under the mask as it stands.
    fn measure(&mut self, view: &View<'_>) -> Result<Round, Overfull> {
        let mask = Sorted::new(self.mask());
        self.measure_with(&mask, view)
    }

    /// Measures every piece's print under any mask, tile by tile.
    ///
    /// # Errors
    /// A tile holds too many shapes.
    pub fn measure_with(&mut self, mask: &Sorted, view: &View<'_>) -> Result<Round, Overfull> {
        let unit = self.unit_nm;
        let gauge = |p: &Piece| {
            [0, 1].map(|k| 0.5 * unit * (f64::from(p.ends[0][k]) + f64::from(p.ends[1][k])))
        };
        let mut of_tile: Vec<Vec<usize>> = vec![Vec::new(); view.plan.count() as usize];
        for (i, p) in self.pieces.iter().enumerate() {
            let at = gauge(p);
            let tile = [0, 1].map(|k| {
                let tile = (at[k] - view.plan.low_nm[k]) / view.plan.core_nm();
                (tile.max(0.0) as u32).min(view.plan.counts[k] - 1)
            });
            of_tile[(tile[1] * view.plan.counts[0] + tile[0]) as usize].push(i);
        }
        let tiles: Vec<u64> = (0..view.plan.count())
            .filter(|&tile| !of_tile[tile as usize].is_empty())
            .collect();
        let pieces = &self.pieces;
        let work = |tile: u64, _: &mut dyn FnMut(())| -> Result<Vec<f64>, Overfull> {
            let origin = view.plan.origin_nm(view.plan.tile(tile));
            let latent = view.resist.latent(&view.imager.image_of(mask, origin)?);
            let middle = 0.5 * view.plan.pixel_nm;
            let error = |&i: &usize| {
                let at = gauge(&pieces[i]);
                let at = [0, 1].map(|k| at[k] - origin[k] - middle);
                view.placement_nm(&latent, at, pieces[i].outward)
            };
            Ok(of_tile[tile as usize].iter().map(error).collect())
        };
        let found = side_by_side(view.threads, &tiles, work, &mut |()| ());
        let mut round = Round::default();
        for (&tile, errors) in tiles.iter().zip(found) {
            for (&i, error) in of_tile[tile as usize].iter().zip(errors?) {
                self.pieces[i].before_nm = self.pieces[i].error_nm;
                self.pieces[i].error_nm = error;
                round.mean_nm += error.abs();
                round.rms_nm += error * error;
                round.worst_nm = round.worst_nm.max(error.abs());
            }
        }
        let count = self.pieces.len().max(1) as f64;
        round.mean_nm /= count;
        round.rms_nm = (round.rms_nm / count).sqrt();
        Ok(round)
    }

    /// Moves every piece against its error.
    fn step(&mut self) {
        let s = self.settings;
        let most = (s.reach_nm / s.grid_nm) as i32;
        for p in &mut self.pieces {
            if p.error_nm * p.before_nm < 0.0 {
                p.share = (0.7 * p.share).max(0.2);
            }
            let by = (-s.gain * p.share * p.error_nm).clamp(-s.step_nm, s.step_nm);
            p.moved = (p.moved + libm::round(by / s.grid_nm) as i32).clamp(-most, most);
        }
        self.keep_rules();
    }

    /// Draws back what pixels of the mask show to break a rule, until none does or all is as the target.
    fn draw_back(&mut self, plan: &Plan) -> Result<(), Overfull> {
        const ROUNDS: u32 = 12;
        let rules = self.settings.rules;
        let reach = (rules.width_nm.max(rules.space_nm) + self.settings.corner_nm) / self.unit_nm;
        for round in 0..ROUNDS {
            let mask = Sorted::new(self.mask());
            let places = broken(&mask, &rules, plan, self.settings.grid_nm)?;
            if places.is_empty() {
                break;
            }
            let places = places.into_iter().map(|p| {
                [
                    p.map(|v| v / self.unit_nm - reach),
                    p.map(|v| v / self.unit_nm + reach),
                ]
            });
            let near = crate::scene::bins::Bins::new(places.collect());
            for p in &mut self.pieces {
                if !near
                    .within(&Polygon::new(p.ends.to_vec()).area())
                    .is_empty()
                {
                    p.moved = if round + 2 < ROUNDS { p.moved / 2 } else { 0 };
                }
            }
            self.keep_rules();
        }
        Ok(())
    }

    /// Rounds of measuring and moving; gives the errors of each round and those after the last.
    ///
    /// # Errors
    /// A tile holds too many shapes.
    pub fn correct(
        &mut self,
        view: &View<'_>,
        watch: &mut dyn FnMut(u32, Round) -> bool,
    ) -> Result<Vec<Round>, Overfull> {
        let mut rounds = Vec::new();
        for n in 0..self.settings.rounds {
            let round = self.measure(view)?;
            rounds.push(round);
            if !watch(n, round) {
                break;
            }
            self.step();
        }
        self.draw_back(&view.plan)?;
        rounds.push(self.measure(view)?);
        Ok(rounds)
    }
}

/// Middles of pixels, in nm, at which a layout breaks the rules of width and space, tile by tile.
///
/// # Errors
/// A tile holds too many shapes.
pub fn broken(
    mask: &Sorted,
    rules: &Rules,
    plan: &Plan,
    grid_nm: f64,
) -> Result<Vec<[f64; 2]>, Overfull> {
    use crate::scene::shapes::Layout;
    let margin = rules.width_nm.max(rules.space_nm) * 2.0 + 2.0 * grid_nm;
    let mut all = Vec::new();
    for index in 0..plan.count() {
        let low = plan
            .core_low_nm(plan.tile(index))
            .map(|v| libm::floor(v / grid_nm) * grid_nm - libm::ceil(margin / grid_nm) * grid_nm);
        let n = libm::ceil((plan.core_nm() + 2.0 * margin) / grid_nm) as u32 + 2;
        let side = f64::from(n) * grid_nm;
        let shapes = mask.within_nm(low, side)?;
        if shapes.polygons.is_empty() {
            continue;
        }
        let cover = coverage(&shapes, low, side, n);
        let pixels = PixelMask {
            n: n as usize,
            pixels: cover.iter().map(|c| *c >= 0.5).collect(),
        };
        let core = plan.core_low_nm(plan.tile(index));
        for at in pixels.narrow(rules, grid_nm) {
            let place = [at % n as usize, at / n as usize];
            let place = [0, 1].map(|k| low[k] + (place[k] as f64 + 0.5) * grid_nm);
            let end = core.map(|v| v + plan.core_nm());
            if (0..2).all(|k| (core[k]..end[k]).contains(&place[k])) {
                all.push(place);
            }
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::process::lithography::optics::Optics;
    use crate::sim::process::lithography::resist::Threshold;
    use crate::sim::process::lithography::source::Outline;
    use crate::sim::process::lithography::tiles::TileImager;
    use crate::sim::process::lithography::tones::Tones;

    const RULES: Rules = Rules {
        width_nm: 24.0,
        space_nm: 24.0,
        area_nm2: 600.0,
    };

    fn layout() -> Shapes {
        Shapes {
            unit_nm: 1.0,
            polygons: vec![
                Polygon::new(vec![
                    [0, 0],
                    [420, 0],
                    [420, 70],
                    [70, 70],
                    [70, 360],
                    [0, 360],
                ]),
                Polygon::rectangle([150, 150], [230, 600]),
                Polygon::rectangle([310, 150], [390, 600]),
                Polygon::rectangle([0, 440], [90, 530]),
            ],
        }
    }

    #[test]
    fn edges_are_cut_at_corners_and_line_ends_stay_whole() {
        let settings = Settings::for_resolution(143.0, RULES);
        let pieces = Pieces::new(&layout(), settings).unwrap();
        let count = |kind: Kind| pieces.pieces().iter().filter(|p| p.kind == kind).count();
        // Two ends of each bar, two of the elbow, four sides of the square.
        assert_eq!(count(Kind::LineEnd), 2 + 2 + 2 + 4);
        let length =
            |p: &Piece| (p.ends[1][0] - p.ends[0][0]).abs() + (p.ends[1][1] - p.ends[0][1]).abs();
        assert!(pieces.pieces().iter().all(|p| length(p) <= 115));
        assert!(
            pieces
                .pieces()
                .iter()
                .filter(|p| p.kind == Kind::Run)
                .all(|p| length(p) <= 64)
        );
        let whole: i32 = pieces.pieces().iter().map(length).sum();
        assert_eq!(whole, 2 * (420 + 360) + 4 * (80 + 450) + 4 * 90);
        let same = union(&pieces.mask()).unwrap();
        assert_eq!(same, union(&layout()).unwrap());
        let slanted = Shapes {
            unit_nm: 1.0,
            polygons: vec![Polygon::new(vec![[0, 0], [90, 0], [0, 90]])],
        };
        assert_eq!(
            Pieces::new(&slanted, settings).err(),
            Some(EdgeFault::Slanted)
        );
    }

    /// Correction brings the prints to their places, in one tile and in many alike, and keeps the rules.
    #[test]
    fn correction_brings_edges_home_and_keeps_the_rules() {
        let outline = Outline::Annular {
            inner: 0.6,
            outer: 0.9,
        };
        let optics = Optics::arf_immersion(outline, 15).unwrap();
        let tones = Tones {
            outside: -0.06_f64.sqrt(),
            ..Tones::OPENINGS
        };
        let mut masks = Vec::new();
        for pixels in [480, 260] {
            let plan = Plan::new([-60.0; 2], [540.0, 720.0], pixels, 360.0, 4.0);
            let imager = TileImager::new(&optics, tones, plan.pixels(), 4.0, 1e-4).unwrap();
            let view = View {
                plan,
                imager: &imager,
                resist: Threshold {
                    level: 0.22,
                    diffusion_nm: 5.0,
                },
                bright: true,
                search_nm: 70.0,
                threads: 2,
            };
            let mut pieces =
                Pieces::new(&layout(), Settings::for_resolution(143.0, RULES)).unwrap();
            let rounds = pieces.correct(&view, &mut |_, _| true).unwrap();
            let (first, last) = (rounds[0], rounds[rounds.len() - 1]);
            println!("{} tiles: {first:?} {last:?}", plan.count());
            assert!(last.mean_nm < 0.35 * first.mean_nm, "{rounds:?}");
            let mask = pieces.mask();
            assert!(mask.faults().next().is_none());
            let found = broken(&Sorted::new(mask.clone()), &RULES, &plan, 1.0).unwrap();
            assert!(found.is_empty(), "{found:?}");
            masks.push(coverage(&mask, [-60.0; 2], 800.0, 200));
        }
        let apart: f32 = masks[0]
            .iter()
            .zip(&masks[1])
            .map(|(a, b)| (a - b).abs())
            .sum();
        let whole: f32 = masks[0].iter().sum();
        assert!(apart < 0.04 * whole, "{apart} {whole}");
    }

    /// Two lines that must both grow stop where their space would be too small.
    #[test]
    fn facing_edges_stop_at_the_rule() {
        let lines = Shapes {
            unit_nm: 1.0,
            polygons: vec![
                Polygon::rectangle([0, 0], [60, 600]),
                Polygon::rectangle([100, 0], [160, 600]),
            ],
        };
        let mut pieces = Pieces::new(&lines, Settings::for_resolution(143.0, RULES)).unwrap();
        for p in &mut pieces.pieces {
            p.error_nm = -40.0;
        }
        for _ in 0..4 {
            pieces.step();
        }
        let inner = |p: &&Piece| {
            p.ends[0][0] == 60 && p.ends[1][0] == 60 || p.ends[0][0] == 100 && p.ends[1][0] == 100
        };
        // A space of 40 leaves 16 to share.
        let field = pieces.facing.iter().filter(|pair| !pair.3);
        let shared = field.map(|pair| {
            pieces.pieces[pair.0 as usize].moved + pieces.pieces[pair.1 as usize].moved
        });
        assert!(shared.clone().all(|sum| sum <= 16) && shared.max() == Some(16));
        assert!(pieces.pieces.iter().filter(inner).any(|p| p.moved > 4));
        assert!(pieces.pieces.iter().any(|p| p.moved > 24));
        for p in &mut pieces.pieces {
            p.error_nm = 400.0;
        }
        for _ in 0..12 {
            pieces.step();
        }
        let mask = union(&pieces.mask()).unwrap();
        assert_eq!(mask.len(), 2, "no line is eaten up");
        let left = mask.iter().flatten().filter(|p| p[0] < 80).map(|p| p[0]);
        assert!(left.clone().max().unwrap() - left.min().unwrap() >= 24);
    }
}
