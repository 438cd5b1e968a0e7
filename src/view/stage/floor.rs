//! The floor: slab, bays in their light, aisles with their lines, the column grid, and the dark
//! that gathers under machines.

use bevy::asset::RenderAssetUsages;
use bevy::light::NotShadowCaster;
use bevy::mesh::{Indices, Mesh, PrimitiveTopology};
use bevy::prelude::*;

use super::{Staged, Tone};
use crate::scene::schema::Light;
use crate::world::layout::{AisleKind, Rect};
use crate::world::{ids, plant};

/// Distance of the columns of the building, m.
const COLUMN_PITCH_M: f64 = 7.2;

/// Thickness of the slab's visible edge, m.
const SLAB_M: f32 = 0.9;

/// Width of a painted line, m.
const LINE_M: f64 = 0.10;

/// Reach of the dark under a machine, m.
const UNDER_M: f32 = 0.75;

/// Flat coloured faces.
#[derive(Default)]
pub struct Flat {
    positions: Vec<[f32; 3]>,
    colours: Vec<[f32; 4]>,
    indices: Vec<u32>,
}

impl Flat {
    /// Four corners, counter-clockwise seen from above, each with its colour.
    pub fn quad(&mut self, corners: [[f32; 3]; 4], colours: [[f32; 4]; 4]) {
        let base = self.positions.len() as u32;
        self.positions.extend(corners);
        self.colours.extend(colours);
        self.indices
            .extend([0, 1, 2, 0, 2, 3].map(|k: u32| base + k));
    }

    /// A rectangle of the floor at a height, in one colour.
    pub fn rect(&mut self, rect: &Rect, y: f32, colour: LinearRgba) {
        let (x0, x1) = (rect.x_m as f32, (rect.x_m + rect.width_m) as f32);
        let (z0, z1) = (-rect.y_m as f32, -(rect.y_m + rect.depth_m) as f32);
        self.quad(
            [[x0, y, z0], [x1, y, z0], [x1, y, z1], [x0, y, z1]],
            [colour.to_f32_array(); 4],
        );
    }

    /// As a mesh whose faces look up.
    pub fn mesh(self) -> Mesh {
        let up = vec![[0.0, 1.0, 0.0]; self.positions.len()];
        Mesh::new(
            PrimitiveTopology::TriangleList,
            RenderAssetUsages::RENDER_WORLD,
        )
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, up)
        .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, self.colours)
        .with_inserted_indices(Indices::U32(self.indices))
    }
}

/// Colours of the floor in one theme.
struct Colours {
    slab: LinearRgba,
    edge: LinearRgba,
    aisle: LinearRgba,
    bay: LinearRgba,
    yellow: LinearRgba,
    line: LinearRgba,
    grid: LinearRgba,
    under: f32,
}

fn colours(tone: Tone) -> Colours {
    let of = |hex: u32| {
        LinearRgba::from(Srgba::rgb_u8(
            (hex >> 16) as u8,
            (hex >> 8) as u8,
            hex as u8,
        ))
    };
    match tone {
        Tone::Dark => Colours {
            slab: of(0x2A333D),
            edge: of(0x1B222A),
            aisle: of(0x55626F),
            bay: of(0x3F4B57),
            yellow: of(0x8A6A2A),
            line: of(0xC9A24B),
            grid: of(0x353F4A),
            under: 0.62,
        },
        // Far darker than the machines: white on white has no shape.
        Tone::Light => Colours {
            slab: of(0x8896A3),
            edge: of(0x6C7985),
            aisle: of(0xB4BFC9),
            bay: of(0x98A6B3),
            yellow: of(0xDDB95F),
            line: of(0xC98F1F),
            grid: of(0x7C8A97),
            under: 0.42,
        },
    }
}

/// The plant as far as the floor shows it.
pub type Bays<'w, 's> = Query<'w, 's, (&'static plant::Bay, &'static plant::InArea)>;

/// Footprints of what stands on the floor: place, width, depth.
pub type Footprint = (plant::Placement, f32, f32);

/// Lays the floor.
#[allow(clippy::too_many_arguments)]
pub fn lay(
    commands: &mut Commands<'_, '_>,
    meshes: &mut Assets<Mesh>,
    materials: &mut Assets<StandardMaterial>,
    tone: Tone,
    floor: &Rect,
    bays: &Bays<'_, '_>,
    areas: &Query<'_, '_, &plant::Area>,
    aisles: &Query<'_, '_, &plant::Aisle, With<ids::SceneId>>,
    standing: &[Footprint],
) {
    let c = colours(tone);
    let mut flat = Flat::default();
    flat.rect(floor, 0.0, c.slab);
    grid(&mut flat, floor, &c);
    for (bay, area) in bays {
        let yellow = areas.get(area.0).is_ok_and(|a| a.light == Light::Yellow);
        let gap = 0.12;
        let inner = Rect {
            x_m: bay.rect.x_m + gap,
            y_m: bay.rect.y_m + gap,
            width_m: (bay.rect.width_m - 2.0 * gap).max(0.1),
            depth_m: (bay.rect.depth_m - 2.0 * gap).max(0.1),
        };
        flat.rect(&inner, 0.012, if yellow { c.yellow } else { c.bay });
    }
    for aisle in aisles {
        lane(&mut flat, aisle, &c);
    }
    let material = materials.add(StandardMaterial {
        perceptual_roughness: 0.55,
        reflectance: 0.32,
        ..default()
    });
    commands.spawn((
        Staged,
        Name::new("Floor"),
        Mesh3d(meshes.add(flat.mesh())),
        MeshMaterial3d(material),
        NotShadowCaster,
    ));
    // The slab's edge.
    let [x, y] = floor.centre();
    commands.spawn((
        Staged,
        Name::new("Slab"),
        Mesh3d(meshes.add(Cuboid::new(
            floor.width_m as f32,
            SLAB_M,
            floor.depth_m as f32,
        ))),
        MeshMaterial3d(materials.add(StandardMaterial {
            base_color: c.edge.into(),
            perceptual_roughness: 0.8,
            ..default()
        })),
        Transform::from_xyz(x as f32, -0.5 * SLAB_M - 0.002, -y as f32),
        NotShadowCaster,
    ));
    commands.spawn((
        Staged,
        Name::new("Under machines"),
        Mesh3d(meshes.add(under(standing, c.under).mesh())),
        MeshMaterial3d(materials.add(StandardMaterial {
            unlit: true,
            alpha_mode: AlphaMode::Blend,
            ..default()
        })),
        NotShadowCaster,
    ));
}

/// Lines between the building's columns.
fn grid(flat: &mut Flat, floor: &Rect, c: &Colours) {
    let steps = |extent: f64| (extent / COLUMN_PITCH_M) as u32;
    for k in 1..=steps(floor.width_m) {
        let line = Rect {
            x_m: floor.x_m + f64::from(k) * COLUMN_PITCH_M - 0.03,
            y_m: floor.y_m,
            width_m: 0.06,
            depth_m: floor.depth_m,
        };
        flat.rect(&line, 0.006, c.grid);
    }
    for k in 1..=steps(floor.depth_m) {
        let line = Rect {
            x_m: floor.x_m,
            y_m: floor.y_m + f64::from(k) * COLUMN_PITCH_M - 0.03,
            width_m: floor.width_m,
            depth_m: 0.06,
        };
        flat.rect(&line, 0.006, c.grid);
    }
}

/// An aisle with a line along each side.
fn lane(flat: &mut Flat, aisle: &plant::Aisle, c: &Colours) {
    let [from, to] = [aisle.from_m, aisle.to_m];
    let along_x = (to[0] - from[0]).abs() >= (to[1] - from[1]).abs();
    let half = 0.5 * aisle.width_m;
    let (x0, x1) = (from[0].min(to[0]), from[0].max(to[0]));
    let (y0, y1) = (from[1].min(to[1]), from[1].max(to[1]));
    let y = if aisle.kind == AisleKind::Spine {
        0.024
    } else {
        0.018
    };
    let strip = |a: f64, b: f64| {
        if along_x {
            Rect {
                x_m: x0,
                y_m: y0 + a,
                width_m: x1 - x0,
                depth_m: b - a,
            }
        } else {
            Rect {
                x_m: x0 + a,
                y_m: y0,
                width_m: b - a,
                depth_m: y1 - y0,
            }
        }
    };
    flat.rect(&strip(-half, half), y, c.aisle);
    let inset = 0.25_f64.min(0.2 * half);
    for side in [-half + inset, half - inset - LINE_M] {
        flat.rect(&strip(side, side + LINE_M), y + 0.006, c.line);
    }
}

/// Soft dark under machines: full below, fading around.
fn under(standing: &[Footprint], strength: f32) -> Flat {
    let mut flat = Flat::default();
    for (place, width, depth) in standing {
        let turn = Quat::from_rotation_y((place.heading_deg as f32).to_radians());
        let at = Vec3::new(place.x_m as f32, 0.032, -place.y_m as f32);
        let (x, z) = (0.5 * depth, 0.5 * width);
        let xs = [-x - UNDER_M, -x, x, x + UNDER_M];
        let zs = [z + UNDER_M, z, -z, -z - UNDER_M];
        let corner = |i: usize, k: usize| (at + turn * Vec3::new(xs[i], 0.0, zs[k])).to_array();
        let dark = |i: usize, k: usize| {
            let inside = (1..=2).contains(&i) && (1..=2).contains(&k);
            [0.0, 0.0, 0.0, if inside { strength } else { 0.0 }]
        };
        for i in 0..3 {
            for k in 0..3 {
                // The middle lies under the machine itself.
                if i == 1 && k == 1 {
                    continue;
                }
                let mut ring = [(i, k), (i + 1, k), (i + 1, k + 1), (i, k + 1)];
                // Corner patches are cut along the diagonal from the machine's corner.
                if i != k {
                    ring.rotate_left(1);
                }
                flat.quad(
                    ring.map(|(i, k)| corner(i, k)),
                    ring.map(|(i, k)| dark(i, k)),
                );
            }
        }
    }
    flat
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faces_look_up() {
        let mut flat = Flat::default();
        let rect = Rect {
            x_m: 1.0,
            y_m: 2.0,
            width_m: 3.0,
            depth_m: 4.0,
        };
        flat.rect(&rect, 0.0, LinearRgba::WHITE);
        let place = plant::Placement {
            x_m: 5.0,
            y_m: 1.0,
            z_m: 0.0,
            heading_deg: 30.0,
        };
        let dark = under(&[(place, 2.0, 3.0)], 0.5);
        for flat in [flat, dark] {
            for t in flat.indices.chunks(3) {
                let at = |i: u32| Vec3::from(flat.positions[i as usize]);
                let normal = (at(t[1]) - at(t[0])).cross(at(t[2]) - at(t[0]));
                assert!(normal.y > 0.0);
            }
        }
    }

    #[test]
    fn the_dark_is_full_at_the_machine_and_gone_at_its_reach() {
        let place = plant::Placement::default();
        let flat = under(&[(place, 2.0, 4.0)], 0.5);
        for (p, c) in flat.positions.iter().zip(&flat.colours) {
            let outside = (p[0].abs() - 2.0).max(p[2].abs() - 1.0);
            let expected = if outside > 0.5 * UNDER_M { 0.0 } else { 0.5 };
            assert_eq!(c[3], expected, "{p:?}");
        }
    }
}
