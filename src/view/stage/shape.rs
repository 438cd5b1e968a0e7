//! Solids of painted faces: what machines, vehicles and people are put together from.
//!
//! Frame of a machine: x to its front, y up, z across (to the right of who stands before it),
//! the origin on the floor below its middle; metres.

use bevy::asset::RenderAssetUsages;
use bevy::mesh::{Indices, Mesh, PrimitiveTopology};
use bevy::prelude::*;

use super::palette::Paint;

/// How finely a solid is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Detail {
    /// For eyes close by: rounded edges, small parts.
    Near,
    /// For the whole plant at a glance: what makes the silhouette and the colours.
    Far,
}

/// Painted faces under construction.
#[derive(Clone, Debug)]
pub struct Shape {
    detail: Detail,
    positions: Vec<[f32; 3]>,
    normals: Vec<[f32; 3]>,
    uvs: Vec<[f32; 2]>,
    indices: Vec<u32>,
}

/// Width of a rounded edge, m.
const EDGE_M: f32 = 0.035;

/// Height over which light from above fades in at the foot of a thing, m.
const FOOT_M: f32 = 0.9;

/// Share of light that reaches the very foot.
const FOOT_LIGHT: f32 = 0.55;

impl Shape {
    /// Nothing yet.
    pub fn new(detail: Detail) -> Self {
        Self {
            detail,
            positions: Vec::new(),
            normals: Vec::new(),
            uvs: Vec::new(),
            indices: Vec::new(),
        }
    }

    /// Adds parts that only eyes close by see.
    pub fn fine(&mut self, parts: impl FnOnce(&mut Self)) {
        if self.detail == Detail::Near {
            parts(self);
        }
    }

    /// Pushes what stands out of a box back onto its faces.
    pub fn keep_within(&mut self, low: [f32; 3], high: [f32; 3]) {
        for position in &mut self.positions {
            for (x, (low, high)) in position.iter_mut().zip(low.into_iter().zip(high)) {
                *x = x.clamp(low, high);
            }
        }
    }

    /// Number of triangles.
    #[cfg(test)]
    pub fn triangles(&self) -> usize {
        self.indices.len() / 3
    }

    #[cfg(test)]
    /// Lowest and highest corner of the box around it; `None` of nothing.
    pub fn extent(&self) -> Option<(Vec3, Vec3)> {
        self.positions
            .iter()
            .map(|&p| (Vec3::from(p), Vec3::from(p)))
            .reduce(|(a, b), (c, d)| (a.min(c), b.max(d)))
    }

    fn vertex(&mut self, at: Vec3, normal: Vec3, paint: Paint) -> u32 {
        self.positions.push(at.to_array());
        self.normals.push(normal.to_array());
        self.uvs.push(paint.uv());
        self.positions.len() as u32 - 1
    }

    /// A triangle that faces away from `inside`.
    fn triangle(&mut self, [a, b, c]: [u32; 3], inside: Vec3) {
        let at = |i: u32| Vec3::from(self.positions[i as usize]);
        let (pa, pb, pc) = (at(a), at(b), at(c));
        let outward = (pb - pa).cross(pc - pa).dot((pa + pb + pc) / 3.0 - inside) >= 0.0;
        self.indices
            .extend(if outward { [a, b, c] } else { [a, c, b] });
    }

    fn quad(&mut self, [a, b, c, d]: [u32; 4], inside: Vec3) {
        self.triangle([a, b, c], inside);
        self.triangle([a, c, d], inside);
    }

    /// A box with rounded edges, from corner to corner.
    pub fn block(&mut self, from: [f32; 3], to: [f32; 3], paint: Paint) {
        let (low, high) = ordered(from, to);
        let edge = EDGE_M.min(0.2 * (high - low).min_element());
        if self.detail == Detail::Far || edge < 0.004 {
            self.plate(from, to, paint);
            return;
        }
        let middle = 0.5 * (low + high);
        // Three vertices at each corner, one for each face that meets there.
        let mut at = [[0; 3]; 8];
        for (corner, vertices) in at.iter_mut().enumerate() {
            let sign = signs(corner);
            let outer = middle + 0.5 * (high - low) * sign;
            for (axis, vertex) in vertices.iter_mut().enumerate() {
                let mut inset = sign * edge;
                inset[axis] = 0.0;
                let mut normal = Vec3::ZERO;
                normal[axis] = sign[axis];
                *vertex = self.vertex(outer - inset, normal, paint);
            }
        }
        for axis in 0..3 {
            let [u, v] = [(axis + 1) % 3, (axis + 2) % 3];
            for side in [0, 1 << axis] {
                let face = [0, 1 << u, (1 << u) | (1 << v), 1 << v].map(|c| at[side | c][axis]);
                self.quad(face, middle);
            }
            // Edges along this axis join the faces of the two others.
            for k in [0, 1 << u, 1 << v, (1 << u) | (1 << v)] {
                let far = k | (1 << axis);
                self.quad([at[k][u], at[far][u], at[far][v], at[k][v]], middle);
            }
        }
        for corner in at {
            self.triangle(corner, middle);
        }
    }

    /// A box with sharp edges, from corner to corner.
    pub fn plate(&mut self, from: [f32; 3], to: [f32; 3], paint: Paint) {
        let (low, high) = ordered(from, to);
        let middle = 0.5 * (low + high);
        for axis in 0..3 {
            let [u, v] = [(axis + 1) % 3, (axis + 2) % 3];
            for side in [0, 1 << axis] {
                let mut normal = Vec3::ZERO;
                normal[axis] = if side == 0 { -1.0 } else { 1.0 };
                let face = [0, 1 << u, (1 << u) | (1 << v), 1 << v].map(|c| {
                    let outer = middle + 0.5 * (high - low) * signs(side | c);
                    self.vertex(outer, normal, paint)
                });
                self.quad(face, middle);
            }
        }
    }

    /// A round or edged column from `a` to `b`, with the radii at its ends; closed.
    ///
    /// Up to eight sides it has flat faces, above it looks round.
    pub fn column(&mut self, a: [f32; 3], b: [f32; 3], radii: [f32; 2], sides: u32, paint: Paint) {
        let (a, b) = (Vec3::from(a), Vec3::from(b));
        let sides = if self.detail == Detail::Far && sides > 8 {
            8
        } else {
            sides
        };
        let axis = (b - a).normalize_or(Vec3::Y);
        let u = axis.any_orthonormal_vector();
        let v = axis.cross(u);
        let turn = core::f32::consts::TAU / sides as f32;
        let ray = |k: f32| u * libm::cosf(turn * k) + v * libm::sinf(turn * k);
        let middle = 0.5 * (a + b);
        let smooth = sides > 8;
        for k in 0..sides {
            let (k0, k1) = (k as f32 - 0.5, k as f32 + 0.5);
            let (r0, r1) = (ray(k0), ray(k1));
            let flat = ray(k as f32);
            let [n0, n1] = if smooth { [r0, r1] } else { [flat, flat] };
            let side = [
                self.vertex(a + r0 * radii[0], n0, paint),
                self.vertex(b + r0 * radii[1], n0, paint),
                self.vertex(b + r1 * radii[1], n1, paint),
                self.vertex(a + r1 * radii[0], n1, paint),
            ];
            self.quad(side, middle);
            for (end, radius, normal) in [(a, radii[0], -axis), (b, radii[1], axis)] {
                if radius > 0.0 {
                    let cap = [
                        self.vertex(end, normal, paint),
                        self.vertex(end + r0 * radius, normal, paint),
                        self.vertex(end + r1 * radius, normal, paint),
                    ];
                    self.triangle(cap, middle);
                }
            }
        }
    }

    /// An upright round column: `[x, z]`, from height to height.
    pub fn drum(
        &mut self,
        [x, z]: [f32; 2],
        [low, high]: [f32; 2],
        radius: f32,
        sides: u32,
        paint: Paint,
    ) {
        self.column([x, low, z], [x, high, z], [radius, radius], sides, paint);
    }

    /// A convex outline in the (x, y) plane, drawn out along z.
    pub fn profile(&mut self, outline: &[[f32; 2]], [z0, z1]: [f32; 2], paint: Paint) {
        let n = outline.len();
        let sum = outline
            .iter()
            .fold(Vec2::ZERO, |s, &p| s + Vec2::from(p) / n as f32);
        let middle = sum.extend(0.5 * (z0 + z1));
        for (z, normal) in [(z0.min(z1), Vec3::NEG_Z), (z0.max(z1), Vec3::Z)] {
            let rim: Vec<u32> = outline
                .iter()
                .map(|p| self.vertex(Vec3::new(p[0], p[1], z), normal, paint))
                .collect();
            for k in 2..n {
                self.triangle([rim[0], rim[k - 1], rim[k]], middle);
            }
        }
        for k in 0..n {
            let (p, q) = (Vec2::from(outline[k]), Vec2::from(outline[(k + 1) % n]));
            let mut normal = (q - p).perp().normalize_or(Vec2::Y);
            if normal.dot(0.5 * (p + q) - sum) < 0.0 {
                normal = -normal;
            }
            let normal = normal.extend(0.0);
            let side = [(p, z0), (q, z0), (q, z1), (p, z1)]
                .map(|(p, z)| self.vertex(p.extend(z), normal, paint));
            self.quad(side, middle);
        }
    }

    /// Adds another shape, turned about the vertical by `turn` (radians) and moved.
    pub fn place(&mut self, other: &Self, turn: f32, at: [f32; 3]) {
        let base = self.positions.len() as u32;
        let turn = Quat::from_rotation_y(turn);
        let at = Vec3::from(at);
        self.positions
            .extend((other.positions.iter()).map(|&p| (turn * Vec3::from(p) + at).to_array()));
        self.normals
            .extend((other.normals.iter()).map(|&n| (turn * Vec3::from(n)).to_array()));
        self.uvs.extend(&other.uvs);
        self.indices.extend(other.indices.iter().map(|i| i + base));
    }

    /// As a mesh. Light fades towards the floor and under what faces down, as it does
    /// between rows of machines under a lit ceiling.
    pub fn mesh(self) -> Mesh {
        let shade: Vec<[f32; 4]> = (self.positions.iter())
            .zip(&self.normals)
            .map(|(p, n)| {
                let t = (p[1] / FOOT_M).clamp(0.0, 1.0);
                let foot = FOOT_LIGHT + (1.0 - FOOT_LIGHT) * t * (2.0 - t);
                let light = foot * if n[1] < -0.5 { 0.6 } else { 1.0 };
                [light, light, light, 1.0]
            })
            .collect();
        Mesh::new(
            PrimitiveTopology::TriangleList,
            RenderAssetUsages::RENDER_WORLD,
        )
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, self.normals)
        .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, self.uvs)
        .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, shade)
        .with_inserted_indices(Indices::U32(self.indices))
    }
}

fn ordered(a: [f32; 3], b: [f32; 3]) -> (Vec3, Vec3) {
    let (a, b) = (Vec3::from(a), Vec3::from(b));
    (a.min(b), a.max(b))
}

/// Corner 0 to 7 of a cube as signs of its axes.
fn signs(corner: usize) -> Vec3 {
    let sign = |axis: usize| if corner >> axis & 1 == 1 { 1.0 } else { -1.0 };
    Vec3::new(sign(0), sign(1), sign(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Volume enclosed by the faces: right only if they all face outwards.
    fn volume(shape: &Shape) -> f32 {
        shape
            .indices
            .chunks(3)
            .map(|t| {
                let [a, b, c] = [t[0], t[1], t[2]].map(|i| Vec3::from(shape.positions[i as usize]));
                a.dot(b.cross(c)) / 6.0
            })
            .sum()
    }

    #[test]
    fn solids_are_closed_and_face_outwards() {
        let mut plate = Shape::new(Detail::Far);
        plate.plate([1.0, 0.0, -1.0], [3.0, 2.0, 2.0], Paint::White);
        assert!((volume(&plate) - 12.0).abs() < 1e-4);
        assert_eq!(plate.triangles(), 12);

        let mut block = Shape::new(Detail::Near);
        block.block([3.0, 2.0, 2.0], [1.0, 0.0, -1.0], Paint::White);
        assert_eq!(block.triangles(), 44);
        let lost = 12.0 - volume(&block);
        assert!(lost > 0.0 && lost < 0.05, "{lost}");

        let mut column = Shape::new(Detail::Near);
        column.column(
            [0.0, 1.0, 0.0],
            [4.0, 1.0, 0.0],
            [1.0, 1.0],
            64,
            Paint::Steel,
        );
        assert!((volume(&column) - 4.0 * core::f32::consts::PI).abs() < 0.03);

        let mut wedge = Shape::new(Detail::Near);
        wedge.profile(
            &[[0.0, 0.0], [2.0, 0.0], [2.0, 1.0]],
            [1.0, -1.0],
            Paint::Blue,
        );
        assert!((volume(&wedge) - 2.0).abs() < 1e-5);
    }

    #[test]
    fn normals_look_the_way_the_faces_do() {
        let mut shape = Shape::new(Detail::Near);
        shape.block([0.0; 3], [1.0, 2.0, 3.0], Paint::White);
        shape.column(
            [5.0, 0.0, 0.0],
            [5.0, 1.0, 0.0],
            [1.0, 0.5],
            6,
            Paint::White,
        );
        shape.profile(
            &[[9.0, 0.0], [9.0, 1.0], [8.0, 0.5]],
            [0.0, 1.0],
            Paint::White,
        );
        for t in shape.indices.chunks(3) {
            let at = |i: u32| Vec3::from(shape.positions[i as usize]);
            let face = (at(t[1]) - at(t[0])).cross(at(t[2]) - at(t[0]));
            for &i in t {
                assert!(face.dot(Vec3::from(shape.normals[i as usize])) > 0.0);
            }
        }
    }

    #[test]
    fn a_placed_shape_turns_and_moves() {
        let mut part = Shape::new(Detail::Far);
        part.plate([0.0; 3], [2.0, 1.0, 1.0], Paint::White);
        let mut whole = Shape::new(Detail::Far);
        whole.place(&part, core::f32::consts::FRAC_PI_2, [10.0, 0.0, 0.0]);
        let (low, high) = whole.extent().unwrap();
        assert!((low - Vec3::new(10.0, 0.0, -2.0)).length() < 1e-5, "{low}");
        assert!((high - Vec3::new(11.0, 1.0, 0.0)).length() < 1e-5, "{high}");
    }
}
