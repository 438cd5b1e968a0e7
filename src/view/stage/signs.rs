//! Signs: what on a machine changes with the run, the lamp of its stack light and the FOUPs on its
//! load ports.
//!
//! A plant has thousands of them and some change in every frame. They all stand in a few meshes
//! that never change; each has its own cells in a texture, and a change is a cell painted anew.
//! A cell that is clear takes its sign away. So Bevy sees a few entities instead of thousands.

use bevy::ecs::entity::EntityHashMap;
use bevy::light::NotShadowCaster;
use bevy::prelude::*;
use bevy::render::render_resource::TextureFormat;

use super::machines::{FRONT_SHARE, Groups};
use super::palette::{self, EMISSIVE_MAX, Look, OWN_LIGHT_NITS, Paint};
use super::shape::{Detail, Shape};
use super::{Staged, traffic};
use crate::world::plant::{self, standing};
use crate::world::{Kind, SpawnedIds};

/// Cells in a row of the texture.
const ROW: usize = 256;

/// Roughness of a sign.
const ROUGHNESS: f32 = 0.33;

/// Tools whose signs share a mesh: few meshes, but those out of sight cost nothing.
const TOOLS_OF_A_MESH: usize = 128;

/// The texture of all signs and who has which cells.
#[derive(Resource, Debug, Default)]
pub struct Signs {
    colours: Vec<u8>,
    lights: Vec<u8>,
    images: [Handle<Image>; 2],
    fresh: bool,
    changed: bool,
    lamps: EntityHashMap<u32>,
    /// First cell of the ports; each has three.
    ports: u32,
}

impl Signs {
    fn show(&mut self, cell: u32, look: Option<Look>) {
        let at = 4 * cell as usize;
        let bytes = |rgb: [u8; 3], alpha| [rgb[0], rgb[1], rgb[2], alpha];
        let [colour, light] =
            look.map_or([[0; 4]; 2], |l| [bytes(l.colour, 255), bytes(l.light, 255)]);
        for (texture, wanted) in [(&mut self.colours, colour), (&mut self.lights, light)] {
            if let Some(texel) = texture.get_mut(at..at + 4)
                && *texel != wanted
            {
                texel.copy_from_slice(&wanted);
                self.changed = true;
            }
        }
    }

    /// Whether they are of a plant that stands since this frame: all have to be shown.
    pub fn fresh(&self) -> bool {
        self.fresh
    }

    /// Lights the lamp of a tool.
    pub fn show_lamp(&mut self, tool: Entity, look: Look) {
        if let Some(&cell) = self.lamps.get(&tool) {
            self.show(cell, Some(look));
        }
    }

    /// Puts the FOUP of a product on a port (its position among all), or takes it away.
    pub fn show_foup(&mut self, port: u32, product: Option<u32>) {
        let paints = product.map(|p| traffic::foup_paints(Paint::of_product(p)));
        for k in 0..3 {
            let look = paints.map(|p| p[k as usize].look());
            self.show(self.ports + 3 * port + k, look);
        }
    }
}

/// Texture coordinate of a cell.
fn uv(cell: u32, rows: usize) -> [f32; 2] {
    let (x, y) = (cell as usize % ROW, cell as usize / ROW);
    [
        (x as f32 + 0.5) / ROW as f32,
        (y as f32 + 0.5) / rows as f32,
    ]
}

/// A part of a sign that stands at a place and has the colour of a cell.
fn standing_part(part: &Mesh, at: Transform, uv: [f32; 2]) -> Mesh {
    let coordinates = vec![uv; part.count_vertices()];
    part.clone()
        .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, coordinates)
        .transformed_by(at)
}

/// Tools with their place, group and ports.
type Tools<'w, 's> = Query<
    'w,
    's,
    (
        &'static plant::Placement,
        &'static ChildOf,
        Option<&'static Children>,
    ),
    With<plant::Tool>,
>;

/// Makes the signs of a plant: lamps in the order of the tools, then ports in theirs.
#[allow(clippy::too_many_arguments)]
pub fn spawn_signs(
    mut commands: Commands<'_, '_>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut images: ResMut<'_, Assets<Image>>,
    mut materials: ResMut<'_, Assets<StandardMaterial>>,
    ids: Res<'_, SpawnedIds>,
    tools: Tools<'_, '_>,
    groups: Groups<'_, '_>,
    ports: Query<'_, '_, &plant::Placement, With<plant::LoadPort>>,
) {
    let (all_tools, all_ports) = (ids.all(Kind::Tool), ids.all(Kind::LoadPort));
    let cells = all_tools.len() + 3 * all_ports.len();
    let rows = cells.div_ceil(ROW).max(1);
    let port_at: EntityHashMap<u32> = all_ports.iter().copied().zip(0..).collect();
    let mut signs = Signs {
        colours: vec![0; 4 * ROW * rows],
        lights: vec![0; 4 * ROW * rows],
        lamps: all_tools.iter().copied().zip(0..).collect(),
        ports: all_tools.len() as u32,
        fresh: true,
        ..Signs::default()
    };
    let image = |bytes: &[u8]| palette::texture(bytes.to_vec(), ROW, TextureFormat::Rgba8UnormSrgb);
    signs.images = [
        images.add(image(&signs.colours)),
        images.add(image(&signs.lights)),
    ];
    let material = materials.add(StandardMaterial {
        base_color_texture: Some(signs.images[0].clone()),
        perceptual_roughness: ROUGHNESS,
        emissive: LinearRgba::rgb(EMISSIVE_MAX, EMISSIVE_MAX, EMISSIVE_MAX) * OWN_LIGHT_NITS,
        emissive_texture: Some(signs.images[1].clone()),
        reflectance: 0.45,
        alpha_mode: AlphaMode::Mask(0.5),
        ..default()
    });
    let mut lamp = Shape::new(Detail::Near);
    lamp.drum([0.0, 0.0], [0.0, 0.62], 0.11, 12, Paint::White);
    let lamp = lamp.mesh();
    let foup = traffic::foup_parts(Paint::of_product(0)).map(Shape::mesh);
    for some in all_tools.chunks(TOOLS_OF_A_MESH) {
        let mut whole: Option<Mesh> = None;
        let mut add = |part: &Mesh, at: Transform, cell: u32| {
            let part = standing_part(part, at, uv(cell, rows));
            match &mut whole {
                None => whole = Some(part),
                Some(whole) => whole.merge(&part).expect("parts have the same attributes"),
            }
        };
        for &tool in some {
            let Ok((place, group, children)) = tools.get(tool) else {
                continue;
            };
            let Ok((body, _)) = groups.get(group.parent()) else {
                continue;
            };
            let at = Vec3::new(
                (0.5 * body.depth_m - 0.25) as f32,
                (body.height_m * FRONT_SHARE) as f32,
                (0.5 * body.width_m - 0.22) as f32,
            );
            let at = standing(place) * Transform::from_translation(at);
            add(&lamp, at, signs.lamps[&tool]);
            for port in children.into_iter().flatten() {
                if let (Ok(place), Some(k)) = (ports.get(*port), port_at.get(port)) {
                    for (part, cell) in foup.iter().zip(signs.ports + 3 * k..) {
                        add(part, standing(place), cell);
                    }
                }
            }
        }
        if let Some(whole) = whole {
            commands.spawn((
                Staged,
                Mesh3d(meshes.add(whole)),
                MeshMaterial3d(material.clone()),
                NotShadowCaster,
            ));
        }
    }
    commands.insert_resource(signs);
}

/// Takes the cells that were painted anew to the texture.
pub fn paint_signs(signs: Option<ResMut<'_, Signs>>, mut images: ResMut<'_, Assets<Image>>) {
    let Some(mut signs) = signs else { return };
    signs.fresh = false;
    if !std::mem::take(&mut signs.changed) {
        return;
    }
    for (handle, bytes) in signs.images.iter().zip([&signs.colours, &signs.lights]) {
        if let Some(mut image) = images.get_mut(handle) {
            image.data = Some(bytes.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texel(signs: &Signs, cell: usize) -> [u8; 4] {
        signs.colours[4 * cell..4 * cell + 4].try_into().unwrap()
    }

    #[test]
    fn a_sign_paints_its_own_cells_and_takes_them_away() {
        let tool = Entity::from_raw_u32(7).unwrap();
        let mut signs = Signs {
            colours: vec![0; 4 * ROW],
            lights: vec![0; 4 * ROW],
            lamps: [(tool, 1)].into_iter().collect(),
            ports: 2,
            ..Signs::default()
        };
        let look = Paint::Red.look();
        signs.show_lamp(tool, look);
        signs.show_foup(1, Some(3));
        assert!(std::mem::take(&mut signs.changed));
        let [r, g, b] = look.colour;
        assert_eq!(texel(&signs, 1), [r, g, b, 255]);
        for (k, paint) in (5..).zip(traffic::foup_paints(Paint::of_product(3))) {
            assert_eq!(texel(&signs, k)[..3], paint.look().colour);
        }
        let painted = (0..ROW).filter(|&k| texel(&signs, k)[3] != 0);
        assert_eq!(painted.collect::<Vec<_>>(), [1, 5, 6, 7]);

        // What is there already is not taken to the texture once more.
        signs.show_foup(1, Some(3));
        assert!(!signs.changed);
        signs.show_foup(1, None);
        assert!(signs.changed);
        assert!((5..8).all(|k| texel(&signs, k) == [0; 4]));
    }

    #[test]
    fn every_lamp_is_lit_whenever_a_plant_is_staged_anew() {
        let text = include_str!("../../../scenes/minifab.ron");
        let bundle = crate::scene::Bundle::from_text("minifab.ron", text);
        let models = crate::whatif::models();
        let loaded = crate::scene::load(&bundle, "minifab.ron", &[], &models).unwrap();
        let mut app = App::new();
        app.init_resource::<Assets<Mesh>>()
            .init_resource::<Assets<Image>>()
            .init_resource::<Assets<StandardMaterial>>();
        let show = super::super::lamps::show_states;
        app.add_systems(Update, (show, paint_signs).chain());
        let ids = crate::world::spawn(app.world_mut(), &loaded.scene);
        app.world_mut().insert_resource(ids);
        let tools = 5;
        for _ in 0..2 {
            app.world_mut().run_system_cached(spawn_signs).unwrap();
            app.update();
            let signs = app.world().resource::<Signs>();
            assert_eq!(signs.lamps.len(), tools);
            assert!((0..tools).all(|k| texel(signs, k)[3] == 255));
            assert!((tools..ROW).all(|k| texel(signs, k) == [0; 4]));
            let images = app.world().resource::<Assets<Image>>();
            let shown = images.get(&signs.images[0]).and_then(|i| i.data.as_ref());
            assert_eq!(shown, Some(&signs.colours));
        }
    }

    #[test]
    fn a_cell_is_looked_up_in_its_middle() {
        assert_eq!(uv(0, 4), [0.5 / 256.0, 0.125]);
        assert_eq!(uv(257, 4), [1.5 / 256.0, 0.375]);
    }
}
