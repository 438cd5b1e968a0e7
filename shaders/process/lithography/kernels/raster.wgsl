// How much of each pixel is covered by polygons, exactly: each edge adds the signed area to its right.
// Edges are cut and listed for bands of 16 rows, relative to whole pixels, so that far from the corner
// nothing is lost.

struct Raster {
    width: u32,
    height: u32,
}

@group(0) @binding(0) var<uniform> record: Raster;
// Where the edges of each band begin in `edges`; one more than there are bands.
@group(0) @binding(1) var<storage, read> bands: array<u32>;
// From (x, y) to (x', y'): x from the pixel `bases`, y from the band's first row.
@group(0) @binding(2) var<storage, read> edges: array<vec4<f32>>;
// Whole pixel that x and x' are counted from, as a float.
@group(0) @binding(3) var<storage, read> bases: array<f32>;
@group(0) @binding(4) var<storage, read_write> cover: array<f32>;

@compute @workgroup_size(16, 16)
fn raster(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= record.width || id.y >= record.height) {
        return;
    }
    let band = id.y / 16u;
    let row = f32(id.y % 16u);
    var sum = 0.0;
    for (var k = bands[band]; k < bands[band + 1u]; k = k + 1u) {
        let edge = edges[k];
        // The part of the edge in this row.
        let low = clamp(min(edge.y, edge.w), row, row + 1.0);
        let high = clamp(max(edge.y, edge.w), row, row + 1.0);
        let height = high - low;
        if (height > 0.0) {
            let slope = (edge.z - edge.x) / (edge.w - edge.y);
            // From the edge to the pixel's right border, at both ends of the part.
            let right = f32(id.x) - bases[k] + 1.0;
            let a = right - (edge.x + slope * (low - edge.y));
            let b = right - (edge.x + slope * (high - edge.y));
            let near = min(a, b);
            let far = max(a, b);
            // Mean over the part of what lies right of it in the pixel: the mean of its ends inside, and
            // the shares of it that lie beyond the pixel's borders, where all or nothing does.
            let mid = 0.5 * (clamp(near, 0.0, 1.0) + clamp(far, 0.0, 1.0));
            let span = select(1.0, far - near, far > near);
            let all = max(far - max(near, 1.0), 0.0) / span;
            let none = max(min(far, 0.0) - near, 0.0) / span;
            let mean = mid + all * (1.0 - mid) - none * mid;
            sum = sum + select(-height, height, edge.w > edge.y) * mean;
        }
    }
    cover[id.y * record.width + id.x] = clamp(sum, 0.0, 1.0);
}
