//! Paints: what the things of a plant are made of.
//!
//! All machines, vehicles and people are drawn with one material. Its textures are a row of cells,
//! one per paint; a vertex says by its texture coordinate which paint it has. So whole rows of
//! unlike machines cost one material and are drawn together.

use bevy::asset::RenderAssetUsages;
use bevy::image::{ImageFilterMode, ImageSampler, ImageSamplerDescriptor};
use bevy::prelude::*;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};

use crate::view::tokens::CATEGORIES;

/// What a surface is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Paint {
    White,
    Pale,
    Grey,
    Slate,
    Ink,
    Steel,
    Brushed,
    DarkSteel,
    Glass,
    Amber,
    Blue,
    Navy,
    Teal,
    Orange,
    Yellow,
    Red,
    Copper,
    Screen,
    Vent,
    Water,
    Quartz,
    Plasma,
    Heat,
    Rail,
    Vehicle,
    Suit,
    Skin,
    Shelf,
    Foup(u8),
}

/// Colour (sRGB), metal (0 to 1), roughness (0 to 1), own light (multiple of its colour).
type Cell = (u32, f32, f32, f32);

const CELLS: [Cell; 28] = [
    (0xEDF1F4, 0.0, 0.42, 0.0),  // White
    (0xD3DAE0, 0.0, 0.48, 0.0),  // Pale
    (0xA9B4BE, 0.0, 0.50, 0.0),  // Grey
    (0x566370, 0.0, 0.52, 0.0),  // Slate
    (0x1E252C, 0.0, 0.45, 0.0),  // Ink
    (0xC4CBD1, 0.85, 0.32, 0.0), // Steel
    (0x9AA4AD, 0.75, 0.45, 0.0), // Brushed
    (0x55606A, 0.70, 0.42, 0.0), // DarkSteel
    (0x1B2C38, 0.0, 0.10, 0.0),  // Glass
    (0xD08A1E, 0.0, 0.14, 0.35), // Amber
    (0x2F6FB0, 0.0, 0.40, 0.0),  // Blue
    (0x1F3F66, 0.0, 0.42, 0.0),  // Navy
    (0x2A8C86, 0.0, 0.42, 0.0),  // Teal
    (0xD9792B, 0.0, 0.45, 0.0),  // Orange
    (0xE8B93A, 0.0, 0.48, 0.0),  // Yellow
    (0xC2402F, 0.0, 0.45, 0.0),  // Red
    (0xB8703F, 0.80, 0.34, 0.0), // Copper
    (0x8FD3EC, 0.0, 0.25, 1.4),  // Screen
    (0x3A444E, 0.0, 0.70, 0.0),  // Vent
    (0x5FA9C9, 0.0, 0.08, 0.10), // Water
    (0xF4F1EA, 0.0, 0.15, 0.10), // Quartz
    (0xA06BE0, 0.0, 0.20, 0.55), // Plasma
    (0xE08243, 0.0, 0.35, 0.35), // Heat
    (0xBAC3CB, 0.55, 0.40, 0.0), // Rail
    (0xF2F4F6, 0.0, 0.35, 0.0),  // Vehicle
    (0xF7F9FB, 0.0, 0.75, 0.0),  // Suit
    (0xC99B7C, 0.0, 0.65, 0.0),  // Skin
    (0x7C8894, 0.30, 0.55, 0.0), // Shelf
];

/// Cells of the palette: the fixed ones, then one per category of product.
const COUNT: usize = CELLS.len() + CATEGORIES.len();

impl Paint {
    /// The carrier of a product.
    pub fn of_product(product: u32) -> Self {
        Self::Foup((product as usize % CATEGORIES.len()) as u8)
    }

    fn cell(self) -> usize {
        match self {
            Self::White => 0,
            Self::Pale => 1,
            Self::Grey => 2,
            Self::Slate => 3,
            Self::Ink => 4,
            Self::Steel => 5,
            Self::Brushed => 6,
            Self::DarkSteel => 7,
            Self::Glass => 8,
            Self::Amber => 9,
            Self::Blue => 10,
            Self::Navy => 11,
            Self::Teal => 12,
            Self::Orange => 13,
            Self::Yellow => 14,
            Self::Red => 15,
            Self::Copper => 16,
            Self::Screen => 17,
            Self::Vent => 18,
            Self::Water => 19,
            Self::Quartz => 20,
            Self::Plasma => 21,
            Self::Heat => 22,
            Self::Rail => 23,
            Self::Vehicle => 24,
            Self::Suit => 25,
            Self::Skin => 26,
            Self::Shelf => 27,
            Self::Foup(k) => CELLS.len() + usize::from(k) % CATEGORIES.len(),
        }
    }

    /// What it looks like.
    pub fn look(self) -> Look {
        look(cell(self.cell()))
    }

    /// Texture coordinate of its cell's middle.
    pub fn uv(self) -> [f32; 2] {
        [(self.cell() as f32 + 0.5) / COUNT as f32, 0.5]
    }
}

/// Colour and own light of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Colour, sRGB.
    pub colour: [u8; 3],
    /// Own light, sRGB; [`EMISSIVE_MAX`] makes it that of the scene.
    pub light: [u8; 3],
}

/// A cell of the palette.
fn cell(k: usize) -> Cell {
    match k.checked_sub(CELLS.len()) {
        None => CELLS[k],
        Some(product) => (CATEGORIES[product].0, 0.0, 0.30, 0.12),
    }
}

fn look((rgb, _, _, own): Cell) -> Look {
    let [_, r, g, b] = rgb.to_be_bytes();
    // The texture's own light is at most one; the material's factor brings it to the scene's scale.
    let dim = |c: u8| (f32::from(c) * (own / EMISSIVE_MAX).min(1.0)) as u8;
    Look {
        colour: [r, g, b],
        light: [dim(r), dim(g), dim(b)],
    }
}

/// The material of everything that is painted.
#[derive(Resource, Clone, Debug)]
pub struct PaintMaterial(pub Handle<StandardMaterial>);

/// Makes the palette's textures and its material.
pub fn paint_material(
    images: &mut Assets<Image>,
    materials: &mut Assets<StandardMaterial>,
) -> PaintMaterial {
    let mut base = Vec::with_capacity(4 * COUNT);
    let mut finish = Vec::with_capacity(4 * COUNT);
    let mut light = Vec::with_capacity(4 * COUNT);
    for cell in (0..COUNT).map(cell) {
        let (_, metal, rough, _) = cell;
        let look = look(cell);
        base.extend(look.colour);
        base.push(255);
        finish.extend([0, (rough * 255.0) as u8, (metal * 255.0) as u8, 255]);
        light.extend(look.light);
        light.push(255);
    }
    let row = |bytes, format| texture(bytes, COUNT, format);
    PaintMaterial(materials.add(StandardMaterial {
        base_color: Color::WHITE,
        base_color_texture: Some(images.add(row(base, TextureFormat::Rgba8UnormSrgb))),
        metallic: 1.0,
        perceptual_roughness: 1.0,
        metallic_roughness_texture: Some(images.add(row(finish, TextureFormat::Rgba8Unorm))),
        emissive: LinearRgba::rgb(EMISSIVE_MAX, EMISSIVE_MAX, EMISSIVE_MAX) * OWN_LIGHT_NITS,
        emissive_texture: Some(images.add(row(light, TextureFormat::Rgba8UnormSrgb))),
        reflectance: 0.45,
        ..default()
    }))
}

/// Largest multiple of its colour that a paint glows with.
pub const EMISSIVE_MAX: f32 = 1.6;

/// Luminance of a glowing surface, cd/m², chosen to read as lit under the stage's key light.
pub const OWN_LIGHT_NITS: f32 = 900.0;

/// A texture of cells, `width` of four bytes in a row.
pub fn texture(bytes: Vec<u8>, width: usize, format: TextureFormat) -> Image {
    let mut image = Image::new(
        Extent3d {
            width: width as u32,
            height: (bytes.len() / (4 * width)) as u32,
            depth_or_array_layers: 1,
        },
        TextureDimension::D2,
        bytes,
        format,
        RenderAssetUsages::RENDER_WORLD,
    );
    // Nearest: a cell must not bleed into its neighbour.
    image.sampler = ImageSampler::Descriptor(ImageSamplerDescriptor {
        mag_filter: ImageFilterMode::Nearest,
        min_filter: ImageFilterMode::Nearest,
        mipmap_filter: ImageFilterMode::Nearest,
        ..ImageSamplerDescriptor::default()
    });
    image
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_paint_has_its_own_cell() {
        let fixed = [
            Paint::White,
            Paint::Pale,
            Paint::Grey,
            Paint::Slate,
            Paint::Ink,
            Paint::Steel,
            Paint::Brushed,
            Paint::DarkSteel,
            Paint::Glass,
            Paint::Amber,
            Paint::Blue,
            Paint::Navy,
            Paint::Teal,
            Paint::Orange,
            Paint::Yellow,
            Paint::Red,
            Paint::Copper,
            Paint::Screen,
            Paint::Vent,
            Paint::Water,
            Paint::Quartz,
            Paint::Plasma,
            Paint::Heat,
            Paint::Rail,
            Paint::Vehicle,
            Paint::Suit,
            Paint::Skin,
            Paint::Shelf,
        ];
        let products = (0..CATEGORIES.len() as u32).map(Paint::of_product);
        let mut cells: Vec<usize> = fixed.into_iter().chain(products).map(Paint::cell).collect();
        cells.sort_unstable();
        assert_eq!(cells, (0..COUNT).collect::<Vec<_>>());
        assert_eq!(
            Paint::of_product(CATEGORIES.len() as u32),
            Paint::of_product(0)
        );
    }
}
