//! Pictures with few colours: a palette and one byte a pixel, for files that live in a repository.
//!
//! The palette is found by median cut (Heckbert, SIGGRAPH 1982) over the colours in use, rounded
//! to five bits a channel; a colour that covers much of the picture (a panel's ground) keeps its
//! exact value.

use std::collections::HashMap;

use super::shot::Picture;

/// A picture by palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indexed {
    /// Red, green, blue of each colour.
    pub palette: Vec<[u8; 3]>,
    /// Colour of each pixel, row by row from the top.
    pub pixels: Vec<u8>,
}

/// Share of the pixels from which a colour is kept exactly, one in so many.
const EXACT_SHARE: u32 = 1_500;

/// Colours kept exactly at most, as a share of the palette: half.
const EXACT_MOST: usize = 2;

/// A colour in use: how often, and the sums of its channels.
#[derive(Clone, Copy, Debug, Default)]
struct Use {
    count: u32,
    sum: [u64; 3],
}

impl Use {
    fn add(&mut self, rgb: [u8; 3], times: u32) {
        self.count += times;
        for (sum, c) in self.sum.iter_mut().zip(rgb) {
            *sum += u64::from(c) * u64::from(times);
        }
    }

    fn mean(&self) -> [u8; 3] {
        let n = u64::from(self.count.max(1));
        self.sum.map(|s| ((s + n / 2) / n) as u8)
    }
}

fn cell([r, g, b]: [u8; 3]) -> u16 {
    u16::from(r >> 3) << 10 | u16::from(g >> 3) << 5 | u16::from(b >> 3)
}

/// Splits the uses until there are `most` boxes; gives the mean of each.
fn median_cut(uses: Vec<Use>, most: usize) -> Vec<[u8; 3]> {
    // A box's badness: pixels times its longest side.
    let longest = |part: &[Use]| -> (u64, usize) {
        let mut best = (0, 0);
        for axis in 0..3 {
            let values = part.iter().map(|u| u.mean()[axis]);
            let (low, high) = values.fold((255, 0), |(l, h), v| (v.min(l), v.max(h)));
            let side = u64::from(high.saturating_sub(low));
            if side > best.0 {
                best = (side, axis);
            }
        }
        let count: u64 = part.iter().map(|u| u64::from(u.count)).sum();
        (best.0 * best.0 * (count as f64).sqrt() as u64, best.1)
    };
    if uses.is_empty() || most == 0 {
        return Vec::new();
    }
    let mut boxes = vec![(longest(&uses), uses)];
    while boxes.len() < most {
        let worst = (0..boxes.len()).max_by_key(|i| boxes[*i].0.0);
        let Some(worst) = worst.filter(|i| boxes[*i].0.0 > 0) else {
            break;
        };
        let ((_, axis), mut part) = boxes.swap_remove(worst);
        part.sort_by_key(|u| u.mean()[axis]);
        let half: u64 = part.iter().map(|u| u64::from(u.count)).sum::<u64>() / 2;
        let mut seen = 0;
        let cut = part
            .iter()
            .position(|u| {
                seen += u64::from(u.count);
                seen > half
            })
            .unwrap_or(0)
            .clamp(1, part.len() - 1);
        let upper = part.split_off(cut);
        boxes.push((longest(&part), part));
        boxes.push((longest(&upper), upper));
    }
    let mean = |part: &[Use]| {
        let mut all = Use::default();
        for u in part {
            all.count += u.count;
            for (sum, s) in all.sum.iter_mut().zip(u.sum) {
                *sum += s;
            }
        }
        all.mean()
    };
    boxes.iter().map(|(_, part)| mean(part)).collect()
}

impl Indexed {
    /// The picture with at most `colours` colours (2 to 256).
    pub fn of(picture: &Picture, colours: u16) -> Self {
        let most = usize::from(colours.clamp(2, 256));
        let mut counts: HashMap<[u8; 3], u32> = HashMap::new();
        for p in picture.rgba.chunks_exact(4) {
            *counts.entry([p[0], p[1], p[2]]).or_default() += 1;
        }
        let pixels = picture.width * picture.height;
        // The order of a hash map must not decide between equals.
        let mut sorted: Vec<([u8; 3], u32)> = counts.into_iter().collect();
        sorted.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        let all_fit = sorted.len() <= most;
        let exact = if all_fit {
            sorted.len()
        } else {
            let frequent = sorted.iter().take_while(|c| c.1 > pixels / EXACT_SHARE);
            frequent.count().min(most / EXACT_MOST)
        };
        let mut palette: Vec<[u8; 3]> = sorted[..exact].iter().map(|c| c.0).collect();
        let mut cells: std::collections::BTreeMap<u16, Use> = std::collections::BTreeMap::new();
        for (rgb, times) in &sorted[exact..] {
            cells.entry(cell(*rgb)).or_default().add(*rgb, *times);
        }
        palette.extend(median_cut(cells.into_values().collect(), most - exact));
        let nearest = |rgb: [u8; 3]| {
            let far = |p: &[u8; 3]| -> u32 {
                let d = |k: usize| u32::from(p[k].abs_diff(rgb[k]));
                // Weights of the eye, coarsely: green counts most, blue least.
                3 * d(0) * d(0) + 5 * d(1) * d(1) + 2 * d(2) * d(2)
            };
            let best = palette.iter().enumerate().min_by_key(|(_, p)| far(p));
            best.map_or(0, |(i, _)| i as u8)
        };
        let mut known: HashMap<[u8; 3], u8> = HashMap::new();
        let pixels = picture
            .rgba
            .chunks_exact(4)
            .map(|p| {
                let rgb = [p[0], p[1], p[2]];
                *known.entry(rgb).or_insert_with(|| nearest(rgb))
            })
            .collect();
        Self { palette, pixels }
    }

    /// As a PNG file's bytes.
    ///
    /// # Errors
    /// The numbers do not fit the size.
    pub fn png(&self, width: u32, height: u32) -> Result<Vec<u8>, png::EncodingError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(self.palette.concat());
        encoder.set_compression(png::Compression::High);
        // Differences of palette numbers mean nothing: rows are packed as they are.
        encoder.set_filter(png::Filter::NoFilter);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.pixels)?;
        writer.finish()?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32, rgb: impl Fn(u32, u32) -> [u8; 3]) -> Picture {
        let mut rgba = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let [r, g, b] = rgb(x, y);
                rgba.extend([r, g, b, 255]);
            }
        }
        Picture {
            width,
            height,
            rgba,
        }
    }

    #[test]
    fn few_colours_stay_as_they_are() {
        let p = picture(16, 16, |x, y| [x as u8 * 16, y as u8 * 16, 7]);
        let indexed = Indexed::of(&p, 256);
        for (pixel, at) in p.rgba.chunks_exact(4).zip(&indexed.pixels) {
            assert_eq!(indexed.palette[usize::from(*at)], pixel[..3]);
        }
    }

    #[test]
    fn many_colours_are_near_and_large_grounds_exact() {
        let ground = [22, 28, 35];
        let p = picture(400, 300, |x, y| {
            if x < 200 {
                ground
            } else {
                [(x / 2) as u8, (y / 2) as u8, ((x + y) / 4) as u8]
            }
        });
        let indexed = Indexed::of(&p, 128);
        assert!(indexed.palette.len() <= 128);
        let mut sum = 0;
        for (pixel, at) in p.rgba.chunks_exact(4).zip(&indexed.pixels) {
            let shown = indexed.palette[usize::from(*at)];
            if pixel[..3] == ground {
                assert_eq!(shown, ground);
            }
            sum += (0..3)
                .map(|k| u32::from(shown[k].abs_diff(pixel[k])))
                .sum::<u32>();
        }
        let mean = f64::from(sum) / f64::from(400 * 300 * 3);
        assert!(mean < 2.5, "{mean}");
        let png = indexed.png(400, 300).unwrap();
        assert!(png.len() < 400 * 300 / 3, "{}", png.len());
    }
}
