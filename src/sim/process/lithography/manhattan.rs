//! Outlines of shapes whose edges run along x and y: united, moved, tied together again.
//!
//! A loop runs around the inside with the inside on its left, so holes run clockwise; its corners
//! alternate between edges along x and along y. Shapes that touch at a corner only stay apart.

use std::collections::{BTreeMap, HashMap};

use crate::scene::shapes::{Polygon, Shapes};

/// A closed outline; the last corner joins the first.
pub type Loop = Vec<[i32; 2]>;

/// Inside runs of one slab between two heights, as pairs of x.
type Runs = Vec<(i32, i32)>;

/// The outlines of all shapes together; `None` when an edge is slanted.
pub fn union(shapes: &Shapes) -> Option<Vec<Loop>> {
    if !shapes.polygons.iter().all(Polygon::is_manhattan) {
        return None;
    }
    // Upright edges by where they begin: (low, high, x, what the winding gains to their right).
    let mut upright: Vec<(i32, i32, i32, i32)> = Vec::new();
    for polygon in &shapes.polygons {
        let turn = if polygon.double_area() > 0 { 1 } else { -1 };
        for (a, b) in polygon.edges() {
            if a[1] != b[1] {
                // Counter-clockwise the inside lies left of an edge that runs up: it ends there.
                let gain = if b[1] > a[1] { -turn } else { turn };
                upright.push((a[1].min(b[1]), a[1].max(b[1]), a[0], gain));
            }
        }
    }
    upright.sort_unstable();
    let mut heights: Vec<i32> = upright.iter().flat_map(|e| [e.0, e.1]).collect();
    heights.sort_unstable();
    heights.dedup();
    let mut edges = Edges::default();
    let (mut next, mut active) = (0, Vec::<(i32, i32, i32)>::new());
    let mut below = Runs::new();
    for (i, &y) in heights.iter().enumerate() {
        active.retain(|e| e.0 > y);
        while let Some(&(low, high, x, gain)) = upright.get(next).filter(|e| e.0 == y) {
            debug_assert_eq!(low, y, "every end is a height");
            active.push((high, x, gain));
            next += 1;
        }
        let last = i + 1 == heights.len();
        let above = if last { Runs::new() } else { runs(&active) };
        edges.between(y, &below, &above);
        below = above;
    }
    Some(edges.loops())
}

/// Where the winding number is above zero.
fn runs(active: &[(i32, i32, i32)]) -> Runs {
    let mut places: Vec<(i32, i32)> = active.iter().map(|e| (e.1, e.2)).collect();
    places.sort_unstable();
    let mut runs = Runs::new();
    let (mut winding, mut from) = (0, 0);
    let mut k = 0;
    while k < places.len() {
        let x = places[k].0;
        let before = winding;
        while k < places.len() && places[k].0 == x {
            winding += places[k].1;
            k += 1;
        }
        if before <= 0 && winding > 0 {
            from = x;
        } else if before > 0 && winding <= 0 {
            runs.push((from, x));
        }
    }
    runs
}

/// Directed pieces of the outline.
#[derive(Default)]
struct Edges {
    pieces: Vec<([i32; 2], [i32; 2])>,
    /// Upright pieces that go on: by place and whether the inside begins there, their lower end.
    open: BTreeMap<(i32, bool), i32>,
}

impl Edges {
    /// Takes in the border between the slabs below and above a height.
    fn between(&mut self, y: i32, below: &Runs, above: &Runs) {
        let sides = |runs: &Runs| -> Vec<(i32, bool)> {
            runs.iter()
                .flat_map(|r| [(r.0, true), (r.1, false)])
                .collect()
        };
        let mut now: Vec<(i32, bool)> = sides(above);
        now.sort_unstable();
        let ended: Vec<(i32, bool)> = self
            .open
            .keys()
            .filter(|k| now.binary_search(k).is_err())
            .copied()
            .collect();
        for key in ended {
            let Some(from) = self.open.remove(&key) else {
                continue;
            };
            let (low, high) = ([key.0, from], [key.0, y]);
            self.pieces
                .push(if key.1 { (high, low) } else { (low, high) });
        }
        for key in now {
            self.open.entry(key).or_insert(y);
        }
        // Where only one of both is inside there is a level edge.
        let mut ends: Vec<i32> = below.iter().chain(above).flat_map(|r| [r.0, r.1]).collect();
        ends.sort_unstable();
        ends.dedup();
        let holds = |runs: &Runs, x: i32| {
            let k = runs.partition_point(|r| r.1 <= x);
            runs.get(k).is_some_and(|r| r.0 <= x)
        };
        let mut from: Option<(i32, bool)> = None;
        for (k, &x) in ends.iter().enumerate() {
            let state = match (holds(below, x), holds(above, x)) {
                (false, true) => Some(true),
                (true, false) => Some(false),
                _ => None,
            };
            let state = state.filter(|_| k + 1 < ends.len());
            if from.map(|f| f.1) != state {
                if let Some((start, upper)) = from {
                    let (a, b) = ([start, y], [x, y]);
                    self.pieces.push(if upper { (a, b) } else { (b, a) });
                }
                from = state.map(|s| (x, s));
            }
        }
    }

    /// Pieces to loops.
    fn loops(self) -> Vec<Loop> {
        let mut out: HashMap<[i32; 2], Vec<[i32; 2]>> = HashMap::new();
        // Level pieces break where an upright one ends upon them: corners are where both kinds meet.
        for &(a, b) in &self.pieces {
            out.entry(a).or_default().push(b);
        }
        let mut loops = Vec::new();
        for &(start, first) in &self.pieces {
            let Some(k) = out
                .get(&start)
                .and_then(|n| n.iter().position(|b| *b == first))
            else {
                continue;
            };
            take(&mut out, start, k);
            let mut line = vec![start];
            let (mut from, mut at) = (start, first);
            while at != start || out.get(&at).is_some_and(|n| n.len() > 1) {
                let Some(next) = out.get(&at) else { break };
                // Touching corners: turning left stays at the same shape.
                let turn = |b: &[i32; 2]| {
                    let d = |p: [i32; 2], q: [i32; 2]| {
                        [0, 1].map(|k| i64::from(q[k]) - i64::from(p[k]))
                    };
                    let (u, v) = (d(from, at), d(at, *b));
                    (u[0] * v[1] - u[1] * v[0]).signum()
                };
                let Some(k) = (0..next.len()).max_by_key(|&k| turn(&next[k])) else {
                    break;
                };
                line.push(at);
                let to = take(&mut out, at, k);
                (from, at) = (at, to);
            }
            let line = without_straight(&line);
            if line.len() >= 4 {
                loops.push(line);
            }
        }
        loops
    }
}

/// Takes one of the pieces that leave a corner.
fn take(out: &mut HashMap<[i32; 2], Vec<[i32; 2]>>, at: [i32; 2], k: usize) -> [i32; 2] {
    let list = out.entry(at).or_default();
    let to = list.swap_remove(k);
    if list.is_empty() {
        out.remove(&at);
    }
    to
}

/// A loop without corners at which it does not turn.
pub fn without_straight(line: &[[i32; 2]]) -> Loop {
    let mut kept: Loop = Vec::with_capacity(line.len());
    let straight = |a: [i32; 2], b: [i32; 2], c: [i32; 2]| {
        (a[0] == b[0] && b[0] == c[0]) || (a[1] == b[1] && b[1] == c[1])
    };
    for &p in line {
        while kept.last() == Some(&p)
            || (kept.len() >= 2 && straight(kept[kept.len() - 2], kept[kept.len() - 1], p))
        {
            kept.pop();
        }
        kept.push(p);
    }
    // Around the end.
    loop {
        let n = kept.len();
        if n < 3 {
            return Loop::new();
        }
        if kept[n - 1] == kept[0] || straight(kept[n - 2], kept[n - 1], kept[0]) {
            kept.pop();
        } else if straight(kept[n - 1], kept[0], kept[1]) {
            kept.remove(0);
        } else {
            return kept;
        }
    }
}

/// Twice the area inside a loop; negative of a hole.
fn double_area(line: &Loop) -> i64 {
    let next = line.iter().cycle().skip(1);
    line.iter()
        .zip(next)
        .map(|(a, b)| i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1]))
        .sum()
}

/// Loops as polygons: each hole is tied to what lies left of it by a slit of no width, as layout files want.
pub fn polygons(loops: &[Loop]) -> Vec<Polygon> {
    let (mut outer, mut holes): (Vec<Loop>, Vec<Loop>) =
        loops.iter().cloned().partition(|l| double_area(l) > 0);
    // From the left, so that a hole may be tied to one that was tied before.
    let leftmost = |l: &Loop| l.iter().copied().min().unwrap_or_default();
    holes.sort_by_key(leftmost);
    for hole in holes {
        let from = leftmost(&hole);
        let at = hole.iter().position(|p| *p == from).unwrap_or(0);
        let mut best: Option<(i32, usize, usize)> = None;
        for (n, line) in outer.iter().enumerate() {
            for (k, a) in line.iter().enumerate() {
                let b = line[(k + 1) % line.len()];
                let reaches = a[0] == b[0] && (a[1].min(b[1])..=a[1].max(b[1])).contains(&from[1]);
                if reaches && a[0] <= from[0] && best.is_none_or(|x| a[0] > x.0) {
                    best = Some((a[0], n, k));
                }
            }
        }
        let Some((x, n, k)) = best else { continue };
        let meet = [x, from[1]];
        let around = hole[at..].iter().chain(&hole[..=at]).copied();
        let tied: Vec<[i32; 2]> = [meet].into_iter().chain(around).chain([meet]).collect();
        outer[n].splice((k + 1)..=k, tied);
    }
    outer.into_iter().map(Polygon::new).collect()
}

/// All edges moved outward by so many units; a shape that vanishes is left out. `None` when an edge is
/// slanted.
pub fn sized(shapes: &Shapes, by: i32) -> Option<Shapes> {
    let moved: Vec<Loop> = union(shapes)?
        .iter()
        .map(|line| {
            let n = line.len();
            let offset = |k: usize| {
                let (a, b) = (line[k], line[(k + 1) % n]);
                outward(a, b).map(|v| v * by)
            };
            let corners = (0..n).map(|k| {
                let (before, after) = (offset((k + n - 1) % n), offset(k));
                [0, 1].map(|i| line[k][i] + before[i] + after[i])
            });
            without_straight(&corners.collect::<Vec<_>>())
        })
        .filter(|l| l.len() >= 4)
        .collect();
    Some(Shapes {
        unit_nm: shapes.unit_nm,
        polygons: polygons(&moved),
    })
}

/// The direction out of the shape across an edge of a loop.
pub fn outward(a: [i32; 2], b: [i32; 2]) -> [i32; 2] {
    [(b[1] - a[1]).signum(), -(b[0] - a[0]).signum()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::process::lithography::raster::coverage;
    use proptest::prelude::*;

    fn shapes(polygons: Vec<Polygon>) -> Shapes {
        Shapes {
            unit_nm: 1.0,
            polygons,
        }
    }

    #[test]
    fn touching_and_overlapping_shapes_are_one_and_corners_stay_apart() {
        let cross = shapes(vec![
            Polygon::rectangle([0, 10], [30, 20]),
            Polygon::rectangle([10, 0], [20, 30]),
        ]);
        let found = union(&cross).unwrap();
        assert_eq!(
            (found.len(), found[0].len(), double_area(&found[0])),
            (1, 12, 2 * 500)
        );
        let beside = shapes(vec![
            Polygon::rectangle([0, 0], [10, 10]),
            Polygon::rectangle([10, 0], [20, 10]),
            Polygon::rectangle([20, 10], [30, 20]),
        ]);
        let found = union(&beside).unwrap();
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4]);
        let slanted = shapes(vec![Polygon::new(vec![[0, 0], [9, 0], [0, 9]])]);
        assert_eq!(union(&slanted), None);
    }

    #[test]
    fn holes_are_tied_and_sized_the_other_way() {
        let frame = shapes(vec![
            Polygon::rectangle([0, 0], [40, 5]),
            Polygon::rectangle([0, 35], [40, 40]),
            Polygon::rectangle([0, 0], [5, 40]),
            Polygon::rectangle([35, 0], [40, 40]),
            Polygon::rectangle([18, 0], [22, 40]),
        ]);
        let loops = union(&frame).unwrap();
        assert_eq!(loops.len(), 3);
        let tied = polygons(&loops);
        assert_eq!((tied.len(), tied[0].fault()), (1, None));
        assert_eq!(tied[0].double_area(), 2 * (1600 - 2 * 13 * 30));
        let grown = sized(&frame, 1).unwrap();
        assert_eq!(grown.polygons[0].double_area(), 2 * (42 * 42 - 2 * 11 * 28));
    }

    proptest! {
        /// The union covers what the rectangles cover, pixel by pixel, tied into polygons or not; taken
        /// twice it stays.
        #[test]
        fn a_union_covers_what_its_parts_cover(
            boxes in prop::collection::vec((0..24i32, 0..24i32, 1..9i32, 1..9i32), 1..14),
        ) {
            let parts: Vec<Polygon> = boxes.iter()
                .map(|&(x, y, w, h)| Polygon::rectangle([x, y], [x + w, y + h])).collect();
            let parts = shapes(parts);
            let united = shapes(polygons(&union(&parts).unwrap()));
            prop_assert_eq!(coverage(&parts, [0.0; 2], 32.0, 32), coverage(&united, [0.0; 2], 32.0, 32));
            prop_assert!(united.faults().next().is_none());
            let mut once: Vec<Loop> = union(&parts).unwrap();
            let mut twice: Vec<Loop> = union(&united).unwrap();
            for l in once.iter_mut().chain(&mut twice) { l.sort_unstable(); }
            once.sort_unstable();
            twice.sort_unstable();
            prop_assert_eq!(once, twice);
        }
    }
}
