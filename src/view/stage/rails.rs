//! Overhead rails: a pair above every aisle, joined where aisles meet, and the shortest way along
//! them.
//!
//! The scenes of today give transport times, not tracks. So the rails follow the aisles, and ways
//! along them are drawn, not simulated; departure and arrival are the run's own.

use bevy::prelude::*;

use super::palette::{Paint, PaintMaterial};
use super::shape::{Detail, Shape};
use super::{Staged, machines};
use crate::world::layout::AisleKind;
use crate::world::plant;

/// Height of the rails above the floor, m.
pub const RAIL_M: f32 = machines::TALLEST_M + 0.9;

/// Distance of each rail of a pair from the middle between them, m.
pub const HALF_PAIR_M: f32 = 0.48;

/// Aisles whose ends are so near to another's middle line meet it, m.
const MEET_M: f32 = 6.5;

/// Distance of hangers along a rail, m.
const HANGER_M: f32 = 7.2;

/// No node.
const NONE: u32 = u32::MAX;

/// The rails as a graph.
#[derive(Resource, Clone, Debug, Default)]
pub struct Network {
    nodes: Vec<Vec2>,
    edges: Vec<[u32; 2]>,
    /// Shortest distances between nodes, m: `from * nodes + to`.
    far: Vec<f32>,
    /// First node on the shortest way: `from * nodes + to`.
    next: Vec<u32>,
}

/// A place on the rails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stop {
    edge: u32,
    /// Floor coordinates of Bevy's frame: (x, z), m.
    pub at: Vec2,
}

impl Network {
    /// The rails above these aisle lines; what lies apart is joined by the shortest links.
    pub fn new(lines: &[[Vec2; 2]]) -> Self {
        let mut cuts: Vec<Vec<Vec2>> = lines.iter().map(|l| l.to_vec()).collect();
        let mut links = Vec::<[Vec2; 2]>::new();
        for (i, a) in lines.iter().enumerate() {
            for (k, b) in lines.iter().enumerate() {
                if i == k {
                    continue;
                }
                if i < k
                    && let Some(at) = crossing(*a, *b)
                {
                    cuts[i].push(at);
                    cuts[k].push(at);
                    continue;
                }
                for &end in a {
                    let foot = nearest(*b, end);
                    if foot.distance(end) <= MEET_M && crossing(*a, *b).is_none() {
                        cuts[k].push(foot);
                        links.push([end, foot]);
                    }
                }
            }
        }
        let mut net = Self::default();
        for (line, cuts) in lines.iter().zip(&mut cuts) {
            cuts.sort_by(|p, q| p.distance(line[0]).total_cmp(&q.distance(line[0])));
            for pair in cuts.windows(2) {
                net.join(pair[0], pair[1]);
            }
        }
        for [a, b] in links {
            net.join(a, b);
        }
        net.join_islands();
        net.measure();
        net
    }

    fn node(&mut self, at: Vec2) -> u32 {
        let found = self.nodes.iter().position(|n| n.distance(at) < 0.05);
        found.unwrap_or_else(|| {
            self.nodes.push(at);
            self.nodes.len() - 1
        }) as u32
    }

    fn join(&mut self, a: Vec2, b: Vec2) {
        let (a, b) = (self.node(a), self.node(b));
        let known = |e: &[u32; 2]| *e == [a, b] || *e == [b, a];
        if a != b && !self.edges.iter().any(known) {
            self.edges.push([a, b]);
        }
    }

    /// Links parts of the rails that are apart, nearest first.
    fn join_islands(&mut self) {
        loop {
            let mut island: Vec<usize> = (0..self.nodes.len()).collect();
            fn root(island: &mut [usize], mut n: usize) -> usize {
                while island[n] != n {
                    island[n] = island[island[n]];
                    n = island[n];
                }
                n
            }
            for e in &self.edges {
                let (a, b) = (
                    root(&mut island, e[0] as usize),
                    root(&mut island, e[1] as usize),
                );
                island[a] = b;
            }
            let mut best: Option<(f32, usize, usize)> = None;
            for a in 0..self.nodes.len() {
                for b in 0..a {
                    if root(&mut island, a) != root(&mut island, b) {
                        let d = self.nodes[a].distance(self.nodes[b]);
                        if best.is_none_or(|(least, ..)| d < least) {
                            best = Some((d, a, b));
                        }
                    }
                }
            }
            let Some((_, a, b)) = best else {
                return;
            };
            self.edges.push([a as u32, b as u32]);
        }
    }

    /// All shortest ways (Floyd 1962, Warshall 1962).
    fn measure(&mut self) {
        let n = self.nodes.len();
        self.far = vec![f32::INFINITY; n * n];
        self.next = vec![NONE; n * n];
        for a in 0..n {
            self.far[a * n + a] = 0.0;
        }
        for &[a, b] in &self.edges {
            let d = self.nodes[a as usize].distance(self.nodes[b as usize]);
            for (a, b) in [(a, b), (b, a)] {
                self.far[a as usize * n + b as usize] = d;
                self.next[a as usize * n + b as usize] = b;
            }
        }
        for via in 0..n {
            for a in 0..n {
                let head = self.far[a * n + via];
                if head.is_finite() {
                    for b in 0..n {
                        let d = head + self.far[via * n + b];
                        if d < self.far[a * n + b] {
                            self.far[a * n + b] = d;
                            self.next[a * n + b] = self.next[a * n + via];
                        }
                    }
                }
            }
        }
    }

    /// Whether there are no rails.
    pub fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// Ends of every rail.
    pub fn rails(&self) -> impl ExactSizeIterator<Item = [Vec2; 2]> + '_ {
        (self.edges.iter()).map(|e| e.map(|n| self.nodes[n as usize]))
    }

    /// The place on the rails that is nearest to a point.
    pub fn stop(&self, point: Vec2) -> Option<Stop> {
        (0u32..)
            .zip(self.rails())
            .map(|(edge, rail)| Stop {
                edge,
                at: nearest(rail, point),
            })
            .min_by(|p, q| p.at.distance(point).total_cmp(&q.at.distance(point)))
    }

    /// The shortest way from one place to another: its corners, and the rails it runs along.
    pub fn way(&self, from: Stop, to: Stop, corners: &mut Vec<Vec2>, rails: &mut Vec<u32>) {
        corners.clear();
        rails.clear();
        corners.push(from.at);
        rails.push(from.edge);
        if from.edge != to.edge {
            let n = self.nodes.len();
            let mut best = (f32::INFINITY, 0, 0);
            for a in self.edges[from.edge as usize] {
                for b in self.edges[to.edge as usize] {
                    let d = from.at.distance(self.nodes[a as usize])
                        + self.far[a as usize * n + b as usize]
                        + to.at.distance(self.nodes[b as usize]);
                    if d < best.0 {
                        best = (d, a, b);
                    }
                }
            }
            let (_, mut at, end) = best;
            corners.push(self.nodes[at as usize]);
            while at != end {
                let next = self.next[at as usize * n + end as usize];
                if next == NONE {
                    break;
                }
                let along = |e: &[u32; 2]| *e == [at, next] || *e == [next, at];
                if let Some(edge) = self.edges.iter().position(along) {
                    rails.push(edge as u32);
                }
                corners.push(self.nodes[next as usize]);
                at = next;
            }
            rails.push(to.edge);
        }
        corners.push(to.at);
        corners.dedup_by(|p, q| p.distance(*q) < 1e-3);
    }
}

/// Shifts a way to the right-hand rail of each pair, corners included.
pub fn keep_right(corners: &mut [Vec2], shift: f32) {
    let right = |a: Vec2, b: Vec2| {
        let d = (b - a).normalize_or_zero();
        Vec2::new(-d.y, d.x)
    };
    let n = corners.len();
    let mut before: Option<Vec2> = None;
    for i in 0..n {
        let after = (i + 1 < n).then(|| right(corners[i], corners[i + 1]));
        let old = corners[i];
        corners[i] += match (before, after) {
            (Some(b), Some(a)) => {
                let both = b + a;
                // On a bend the two rails meet at the corner's outer or inner point.
                if both.length() > 0.3 {
                    both / both.length_squared() * 2.0 * shift
                } else {
                    b * shift
                }
            }
            (Some(one), None) | (None, Some(one)) => one * shift,
            (None, None) => Vec2::ZERO,
        };
        if i + 1 < n {
            before = Some(right(old, corners[i + 1]));
        }
    }
}

fn nearest([a, b]: [Vec2; 2], point: Vec2) -> Vec2 {
    let along = b - a;
    let t = (point - a).dot(along) / along.length_squared().max(1e-9);
    a + along * t.clamp(0.0, 1.0)
}

fn crossing([a, b]: [Vec2; 2], [c, d]: [Vec2; 2]) -> Option<Vec2> {
    let (r, s) = (b - a, d - c);
    let across = r.perp_dot(s);
    if across.abs() < 1e-6 {
        return None;
    }
    let t = (c - a).perp_dot(s) / across;
    let u = (c - a).perp_dot(r) / across;
    ((0.0..=1.0).contains(&t) && (0.0..=1.0).contains(&u)).then(|| a + r * t)
}

/// Hangs the rails.
pub fn spawn_rails(
    mut commands: Commands<'_, '_>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    paint: Res<'_, PaintMaterial>,
    aisles: Query<'_, '_, &plant::Aisle>,
) {
    let mut sorted: Vec<&plant::Aisle> = aisles.iter().collect();
    // The spine first, then as they lie: the graph must not depend on the order of entities.
    sorted.sort_by(|a, b| {
        let key = |x: &plant::Aisle| {
            (
                x.kind != AisleKind::Spine,
                x.from_m[0],
                x.from_m[1],
                x.to_m[1],
            )
        };
        key(a)
            .partial_cmp(&key(b))
            .unwrap_or(core::cmp::Ordering::Equal)
    });
    let lines: Vec<[Vec2; 2]> = sorted
        .iter()
        .map(|a| [a.from_m, a.to_m].map(|p| Vec2::new(p[0] as f32, -p[1] as f32)))
        .collect();
    let network = Network::new(&lines);
    if !network.is_empty() {
        commands.spawn((
            Staged,
            Name::new("Rails"),
            Mesh3d(meshes.add(hung(&network).mesh())),
            MeshMaterial3d(paint.0.clone()),
        ));
    }
    commands.insert_resource(network);
}

/// The rails as solids: two beams a pair, ties and hangers.
fn hung(network: &Network) -> Shape {
    let mut s = Shape::new(Detail::Far);
    for [a, b] in network.rails() {
        let along = b - a;
        let length = along.length();
        let turn = -libm::atan2f(along.y, along.x);
        let mut piece = Shape::new(Detail::Far);
        for side in [-HALF_PAIR_M, HALF_PAIR_M] {
            piece.plate(
                [-HALF_PAIR_M, RAIL_M - 0.09, side - 0.07],
                [length + HALF_PAIR_M, RAIL_M + 0.09, side + 0.07],
                Paint::Rail,
            );
        }
        let ties = (length / HANGER_M) as u32;
        for k in 0..=ties {
            let x = (k as f32 + 0.5) * length / (ties + 1) as f32;
            piece.plate(
                [x - 0.05, RAIL_M + 0.09, -HALF_PAIR_M - 0.1],
                [x + 0.05, RAIL_M + 0.17, HALF_PAIR_M + 0.1],
                Paint::DarkSteel,
            );
            piece.plate(
                [x - 0.03, RAIL_M + 0.17, -0.03],
                [x + 0.03, RAIL_M + 0.75, 0.03],
                Paint::DarkSteel,
            );
        }
        s.place(&piece, turn, [a.x, 0.0, a.y]);
    }
    s
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A spine of 60 m and three bays, two north, one south.
    fn comb() -> Network {
        let v = Vec2::new;
        Network::new(&[
            [v(0.0, 0.0), v(60.0, 0.0)],
            [v(10.0, 4.0), v(10.0, 40.0)],
            [v(30.0, 4.0), v(30.0, 40.0)],
            [v(30.0, -4.0), v(30.0, -20.0)],
        ])
    }

    fn length(corners: &[Vec2]) -> f32 {
        corners.windows(2).map(|p| p[0].distance(p[1])).sum()
    }

    #[test]
    fn the_way_is_the_shortest_along_the_rails() {
        let net = comb();
        let (a, b) = (
            net.stop(Vec2::new(8.0, 25.0)).unwrap(),
            net.stop(Vec2::new(33.0, 35.0)).unwrap(),
        );
        let (mut corners, mut rails) = (Vec::new(), Vec::new());
        net.way(a, b, &mut corners, &mut rails);
        assert_eq!(corners.first(), Some(&Vec2::new(10.0, 25.0)));
        assert_eq!(corners.last(), Some(&Vec2::new(30.0, 35.0)));
        assert!(
            (length(&corners) - (25.0 + 20.0 + 35.0)).abs() < 1e-3,
            "{corners:?}"
        );
        assert!(rails.len() >= 3);

        // Within one rail the way does not go round by its ends.
        let c = net.stop(Vec2::new(8.0, 30.0)).unwrap();
        net.way(a, c, &mut corners, &mut rails);
        assert!((length(&corners) - 5.0).abs() < 1e-3, "{corners:?}");
    }

    #[test]
    fn islands_are_joined_so_that_everything_can_be_reached() {
        let v = Vec2::new;
        let net = Network::new(&[[v(0.0, 0.0), v(0.0, 30.0)], [v(50.0, 0.0), v(50.0, 30.0)]]);
        assert!(net.far.iter().all(|d| d.is_finite()));
        let (a, b) = (
            net.stop(v(0.0, 0.0)).unwrap(),
            net.stop(v(50.0, 30.0)).unwrap(),
        );
        let (mut corners, mut rails) = (Vec::new(), Vec::new());
        net.way(a, b, &mut corners, &mut rails);
        assert!((length(&corners) - 80.0).abs() < 1e-3);
    }

    #[test]
    fn vehicles_keep_to_one_side_round_corners() {
        let mut way = [
            Vec2::new(0.0, 0.0),
            Vec2::new(10.0, 0.0),
            Vec2::new(10.0, 10.0),
        ];
        keep_right(&mut way, 1.0);
        assert_eq!(
            way,
            [
                Vec2::new(0.0, 1.0),
                Vec2::new(9.0, 1.0),
                Vec2::new(9.0, 10.0)
            ]
        );
    }
}
