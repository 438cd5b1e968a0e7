//! Paints what egui asks for without a device: charts as pictures, panels to be looked at.
//!
//! Triangles are filled by their edge functions at the pixels' centres, colours interpolated, the
//! textures sampled at the nearest texel, blended premultiplied: enough to judge a layout by.

use std::collections::HashMap;

use egui::epaint::{ClippedShape, ImageData, Mesh, Primitive, Vertex};
use egui::{Color32, Context, Pos2, TextureId, TexturesDelta, Vec2};

/// Textures as egui has handed them over so far.
#[derive(Default)]
pub struct Textures {
    images: HashMap<TextureId, ([usize; 2], Vec<Color32>)>,
}

impl Textures {
    /// Takes in what changed.
    pub fn take(&mut self, delta: &mut TexturesDelta) {
        let changes = delta
            .set
            .iter()
            .flat_map(|(id, all)| all.iter().map(move |c| (id, c)));
        for (id, change) in changes {
            let ImageData::Color(image) = &change.image;
            match change.pos {
                None => {
                    self.images.insert(*id, (image.size, image.pixels.clone()));
                }
                Some([x, y]) => {
                    let Some((size, pixels)) = self.images.get_mut(id) else {
                        continue;
                    };
                    for row in 0..image.size[1] {
                        let to = (y + row) * size[0] + x;
                        let from = row * image.size[0];
                        pixels[to..to + image.size[0]]
                            .copy_from_slice(&image.pixels[from..from + image.size[0]]);
                    }
                }
            }
        }
        delta.clear();
    }

    fn at(&self, id: TextureId, uv: Pos2) -> Color32 {
        let Some((size, pixels)) = self.images.get(&id) else {
            return Color32::WHITE;
        };
        let clamp = |v: f32, n: usize| ((v * n as f32) as usize).min(n - 1);
        pixels[clamp(uv.y, size[1]) * size[0] + clamp(uv.x, size[0])]
    }
}

/// A picture: width, height, RGB row by row.
pub struct Picture {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Red, green, blue of each pixel, row by row.
    pub pixels: Vec<[u8; 3]>,
}

impl Picture {
    /// The picture as a PNG file.
    pub fn png(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().expect("memory takes a header");
        writer
            .write_image_data(&self.pixels.concat())
            .expect("there are as many pixels as the header says");
        writer.finish().expect("memory takes the end of a file");
        bytes
    }
}

/// Paints shapes on a ground; `size` in points, `scale` pixels in a point.
pub fn paint(
    ctx: &Context,
    shapes: &[ClippedShape],
    textures: &Textures,
    size: Vec2,
    scale: f32,
    ground: [u8; 3],
) -> Picture {
    let size = size * scale;
    let (width, height) = (size.x as usize, size.y as usize);
    let mut picture = Picture {
        width,
        height,
        pixels: vec![ground; width * height],
    };
    for clipped in ctx.tessellate(shapes.to_vec(), scale) {
        let clip = clipped.clip_rect;
        let low = [clip.min.x * scale, clip.min.y * scale].map(|v| v.round().max(0.0) as usize);
        let high = [
            ((clip.max.x * scale).round().max(0.0) as usize).min(width),
            ((clip.max.y * scale).round().max(0.0) as usize).min(height),
        ];
        if let Primitive::Mesh(mesh) = &clipped.primitive {
            fill(&mut picture, mesh, textures, scale, low, high);
        }
    }
    picture
}

fn fill(
    picture: &mut Picture,
    mesh: &Mesh,
    textures: &Textures,
    scale: f32,
    low: [usize; 2],
    high: [usize; 2],
) {
    for corner in mesh.indices.chunks_exact(3) {
        let place = |v: &Vertex| [v.pos.x * scale, v.pos.y * scale];
        let mut v: [&Vertex; 3] = [0, 1, 2].map(|i| &mesh.vertices[corner[i] as usize]);
        if edge(place(v[0]), place(v[1]), place(v[2])) < 0.0 {
            v.swap(1, 2);
        }
        let p = v.map(place);
        let area = edge(p[0], p[1], p[2]);
        if area <= 0.0 {
            continue;
        }
        let span = |axis: usize| {
            let all = [p[0][axis], p[1][axis], p[2][axis]];
            let least = all
                .iter()
                .copied()
                .fold(f32::MAX, f32::min)
                .floor()
                .max(low[axis] as f32);
            let most = all
                .iter()
                .copied()
                .fold(f32::MIN, f32::max)
                .ceil()
                .min(high[axis] as f32);
            (least as usize)..(most.max(0.0) as usize)
        };
        for y in span(1) {
            for x in span(0) {
                let at = [x as f32 + 0.5, y as f32 + 0.5];
                let edges = [[p[1], p[2]], [p[2], p[0]], [p[0], p[1]]];
                if !edges.iter().all(|[a, b]| is_left(*a, *b, at)) {
                    continue;
                }
                let w = edges.map(|[a, b]| edge(a, b, at) / area);
                let mix =
                    |f: &dyn Fn(&Vertex) -> f32| w[0] * f(v[0]) + w[1] * f(v[1]) + w[2] * f(v[2]);
                let uv = Pos2::new(mix(&|v| v.uv.x), mix(&|v| v.uv.y));
                let texel = textures.at(mesh.texture_id, uv).to_array();
                let tint = [0, 1, 2, 3].map(|i| mix(&|v| f32::from(v.color.to_array()[i])));
                let source = [0, 1, 2, 3].map(|i| tint[i] * f32::from(texel[i]) / 255.0);
                let pixel = &mut picture.pixels[y * picture.width + x];
                for i in 0..3 {
                    let below = f32::from(pixel[i]) * (1.0 - source[3] / 255.0);
                    pixel[i] = (source[i] + below).round().clamp(0.0, 255.0) as u8;
                }
            }
        }
    }
}

/// Whether a point lies on the inner side of an edge, round which a triangle runs: of two triangles that share it and run
/// round it in opposite senses exactly one says so, however the numbers are rounded.
fn is_left(a: [f32; 2], b: [f32; 2], at: [f32; 2]) -> bool {
    if a < b {
        edge(a, b, at) >= 0.0
    } else {
        edge(b, a, at) < 0.0
    }
}

fn edge(a: [f32; 2], b: [f32; 2], c: [f32; 2]) -> f32 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::Rect;

    /// A picture made of two triangles has neither a crack nor a seam along its diagonal.
    #[test]
    fn every_pixel_of_a_picture_is_painted_once() {
        // A texture that is not there is white.
        let (id, textures) = (TextureId::Managed(0), Textures::default());
        for place in [
            Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(661.7, 473.3)),
            Rect::from_min_max(egui::pos2(-130.2, -7.9), egui::pos2(671.0, 519.6)),
            Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(480.0, 480.0)),
        ] {
            let mut mesh = Mesh::with_texture(id);
            let uv = Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
            mesh.add_rect_with_uv(place, uv, Color32::from_black_alpha(128));
            let (width, height) = (480, 470);
            let mut picture = Picture {
                width,
                height,
                pixels: vec![[200; 3]; width * height],
            };
            fill(&mut picture, &mesh, &textures, 1.0, [0, 0], [width, height]);
            let once = picture.pixels[0];
            assert!(once[0] > 90 && once[0] < 110, "{once:?}");
            let others = picture.pixels.iter().filter(|p| **p != once).count();
            assert_eq!(others, 0, "{place:?}");
        }
    }
}
