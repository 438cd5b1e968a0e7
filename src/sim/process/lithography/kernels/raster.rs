//! How much of each pixel is covered by polygons, exactly.

use crate::gpu::kernel::{Case, Cell, Kernel, Kind, Part, Role, Slot, Survivor, Values, groups};
use crate::gpu::record::record;
use crate::scene::shapes::Shapes;

/// Rows of a band.
const BAND: usize = 16;

record! {
    /// Extents.
    pub struct Raster {
        /// Pixels along x.
        pub width: u32,
        /// Pixels along y.
        pub height: u32,
    }
}

impl Raster {
    /// Workgroups.
    pub fn groups(&self) -> [u32; 3] {
        [self.width.div_ceil(16), self.height.div_ceil(16), 1]
    }
}

/// Edges of polygons as the kernel wants them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edges {
    /// Where the edges of each band of 16 rows begin; one more than there are bands.
    pub bands: Vec<u32>,
    /// From (x, y) to (x', y'), four numbers to an edge: x from the pixel `bases`, y from the band's first row.
    pub edges: Vec<f32>,
    /// Whole pixel that x is counted from.
    pub bases: Vec<f32>,
}

impl Edges {
    /// Of shapes on a tile of `width` by `height` pixels of side `pixel_nm` that begins at `origin_nm`. What
    /// lies above, below or right of it is left out.
    pub fn of(
        shapes: &Shapes,
        origin_nm: [f64; 2],
        pixel_nm: f64,
        width: u32,
        height: u32,
    ) -> Self {
        let mut by_band: Vec<Vec<([f32; 4], f32)>> =
            vec![Vec::new(); (height as usize).div_ceil(BAND)];
        for polygon in &shapes.polygons {
            // An edge upward has its polygon on the right: turned so that cover is positive.
            let turned = polygon.double_area() > 0;
            for (a, b) in polygon.edges() {
                let (a, b) = if turned { (b, a) } else { (a, b) };
                let [a, b] = [a, b].map(|p| {
                    [0, 1].map(|k| (f64::from(p[k]) * shapes.unit_nm - origin_nm[k]) / pixel_nm)
                });
                if a[0].min(b[0]) < f64::from(width) {
                    cut(a, b, f64::from(height), &mut by_band);
                }
            }
        }
        let mut out = Self {
            bands: vec![0],
            ..Self::default()
        };
        for band in by_band {
            for (edge, base) in band {
                out.edges.extend(edge);
                out.bases.push(base);
            }
            out.bands.push(out.bases.len() as u32);
        }
        out
    }
}

/// Cuts an edge at the borders of the bands.
fn cut(a: [f64; 2], b: [f64; 2], height: f64, by_band: &mut [Vec<([f32; 4], f32)>]) {
    let (low, high) = (a[1].min(b[1]).max(0.0), a[1].max(b[1]).min(height));
    if low >= high {
        return;
    }
    let slope = (b[0] - a[0]) / (b[1] - a[1]);
    let x_at = |y: f64| a[0] + slope * (y - a[1]);
    let first = (low / BAND as f64).floor() as usize;
    for (k, band) in by_band.iter_mut().enumerate().skip(first) {
        let start = (k * BAND) as f64;
        let (from, to) = (low.max(start), high.min(start + BAND as f64));
        if from >= to {
            break;
        }
        let base = x_at(from).min(x_at(to)).floor();
        let end = |y: f64| [(x_at(y) - base) as f32, (y - start) as f32];
        let ([x0, y0], [x1, y1]) = if b[1] > a[1] {
            (end(from), end(to))
        } else {
            (end(to), end(from))
        };
        band.push(([x0, y0, x1, y1], base as f32));
    }
}

/// The twin.
pub fn raster(record: &Raster, bands: &[u32], edges: &[f32], bases: &[f32], cover: &mut [f32]) {
    for y in 0..record.height as usize {
        for x in 0..record.width as usize {
            let band = y / BAND;
            let row = (y % BAND) as f32;
            let mut sum = 0.0;
            for k in bands[band] as usize..bands[band + 1] as usize {
                let [ex, ey, ez, ew] = [0, 1, 2, 3].map(|i| edges[4 * k + i]);
                let low = ey.min(ew).clamp(row, row + 1.0);
                let high = ey.max(ew).clamp(row, row + 1.0);
                let height = high - low;
                if height > 0.0 {
                    let slope = (ez - ex) / (ew - ey);
                    let right = x as f32 - bases[k] + 1.0;
                    let a = right - (ex + slope * (low - ey));
                    let b = right - (ex + slope * (high - ey));
                    let near = a.min(b);
                    let far = a.max(b);
                    let mid = 0.5 * (near.clamp(0.0, 1.0) + far.clamp(0.0, 1.0));
                    let span = if far > near { far - near } else { 1.0 };
                    let all = (far - near.max(1.0)).max(0.0) / span;
                    let none = (far.min(0.0) - near).max(0.0) / span;
                    let mean = mid + all * (1.0 - mid) - none * mid;
                    sum += if ew > ey { height } else { -height } * mean;
                }
            }
            cover[y * record.width as usize + x] = sum.clamp(0.0, 1.0);
        }
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = Raster::of(&case.record);
    if let [
        Values::Word(bands),
        Values::Float(edges),
        Values::Float(bases),
        Values::Float(cover),
    ] = values
    {
        raster(&record, bands, edges, bases, cover);
    }
}

fn case(kind: Kind, width: u32, height: u32, unit_nm: f64, polygons: Vec<Vec<[i32; 2]>>) -> Case {
    use crate::scene::shapes::Polygon;
    let shapes = Shapes {
        unit_nm,
        polygons: polygons.into_iter().map(Polygon::new).collect(),
    };
    let record = Raster { width, height };
    let edges = Edges::of(&shapes, [-1.5, 0.25], 1.0, width, height);
    Case {
        kind,
        record: record.words(),
        constants: Vec::new(),
        values: vec![
            Values::Word(edges.bands),
            Values::Float(edges.edges),
            Values::Float(edges.bases),
            Values::Float(vec![0.0; (width * height) as usize]),
        ],
        groups: [groups(width as usize, 16), groups(height as usize, 16), 1],
    }
}

fn cases() -> Vec<Case> {
    let triangle =
        |x: i32, y: i32, s: i32| vec![[x, y], [x + 7 * s, y + 2 * s], [x + 3 * s, y + 9 * s]];
    let square = |x: i32, y: i32, s: i32| vec![[x, y], [x + s, y], [x + s, y + s], [x, y + s]];
    vec![
        case(Kind::OneCell, 1, 1, 1.0, vec![triangle(-4, -3, 1)]),
        case(
            Kind::Ragged,
            19,
            35,
            0.37,
            vec![triangle(4, 5, 6), square(20, 40, 25), triangle(10, 60, 3)],
        ),
        case(
            Kind::Oblong,
            50,
            9,
            0.25,
            vec![
                square(-30, -9, 45),
                triangle(40, 2, 12),
                vec![[0, 3], [190, 3], [190, 4], [0, 30]],
            ],
        ),
        // Slivers, corners far outside, shapes over one another.
        case(
            Kind::Extreme,
            20,
            20,
            0.001,
            vec![
                vec![[-900_000, 3_000], [900_000, 3_400], [900_000, 3_500]],
                vec![[5_000, -500_000], [5_003, 500_000], [5_001, 500_000]],
                square(8_000, 8_000, 4_000),
                square(9_500, 9_500, 4_000),
            ],
        ),
        case(
            Kind::Large,
            203,
            131,
            0.5,
            (0..40)
                .map(|k| triangle(17 * k % 400 - 20, 29 * k % 260 - 10, 1 + k % 5))
                .collect(),
        ),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/raster",
    source: Part {
        path: "shaders/process/lithography/kernels/raster.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/raster.wgsl"),
    },
    parts: &[],
    record: Raster::RECORD,
    slots: &[
        Slot {
            name: "bands",
            role: Role::Read,
            cell: Cell::Word,
            shape: "⌈height / 16⌉ + 1",
            unit: "bands",
        },
        Slot {
            name: "edges",
            role: Role::Read,
            cell: Cell::Four,
            shape: "edges",
            unit: "edges",
        },
        Slot {
            name: "bases",
            role: Role::Read,
            cell: Cell::Float,
            shape: "edges",
            unit: "bases",
        },
        Slot {
            name: "cover",
            role: Role::Write,
            cell: Cell::Float,
            shape: "height, width",
            unit: "share",
        },
    ],
    constants: &[],
    workgroup: [16, 16, 1],
    ulp: 64.0,
    twin,
    cases,
    survivors: &[
        Survivor {
            line: "let low = clamp(min(edge.y, edge.w), row, row + 1.0);",
            change: "1.0 → 1.01",
            reason: "an edge that begins above the row has no height in it either way",
        },
        Survivor {
            line: "if (height > 0.0) {",
            change: "> → >=",
            reason: "a part without height adds nothing",
        },
        Survivor {
            line: "let span = select(1.0, far - near, far > near);",
            change: "1.0 → 1.01",
            reason: "what is divided by it is 0 for an upright edge",
        },
        Survivor {
            line: "sum = sum + select(-height, height, edge.w > edge.y) * mean;",
            change: "> → >=",
            reason: "level edges are never listed",
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::shapes::Polygon;
    use crate::sim::process::lithography::raster::coverage;

    /// Against the raster in f64, for slanted shapes off the grid and cut by the tile.
    #[test]
    fn cover_is_that_of_the_reference() {
        let corners = [
            vec![[10, 20], [300, 60], [120, 400]],
            vec![[-200, 100], [500, 130], [480, 180], [-150, 170]],
            vec![[250, 250], [350, 250], [350, 350], [250, 350]],
            // The other way round.
            vec![[400, 10], [400, 60], [450, 60], [450, 10]],
        ];
        let shapes = Shapes {
            unit_nm: 0.13,
            polygons: corners.into_iter().map(Polygon::new).collect(),
        };
        let n = 48;
        let origin = [3.3, 1.7];
        let expected = coverage(&shapes, origin, 60.0, n);
        let edges = Edges::of(&shapes, origin, 60.0 / f64::from(n), n, n);
        let mut found = vec![0.0; (n * n) as usize];
        let record = Raster {
            width: n,
            height: n,
        };
        raster(
            &record,
            &edges.bands,
            &edges.edges,
            &edges.bases,
            &mut found,
        );
        for (i, (a, b)) in found.iter().zip(&expected).enumerate() {
            assert!((a - b).abs() < 2e-6, "{i}: {a} {b}");
        }
        assert!(expected.iter().any(|c| *c > 0.1 && *c < 0.9));
    }
}
