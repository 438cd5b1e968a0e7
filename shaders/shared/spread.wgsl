// From lines to the rows of a real picture of n by n pixels: v(x) = sum over f of the real part of
// line(f) exp(2 pi i f x / n), f from 0 to half. Places x and n - x have the same cosine and opposite sines, so both
// come of the same products. Tiles of 16 rows by 64 places of the first half of a row, four rows to an invocation, 16
// frequencies at a time.

// exp(2 pi i k / n).
@group(0) @binding(1) var<storage, read> waves: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> lines: array<vec2<f32>>;

var<workgroup> values: array<vec2<f32>, 256>;
var<workgroup> turns: array<vec2<f32>, 1024>;

// Sums with cosines and with sines, of four rows at one place.
struct Spread {
    cosines: vec4<f32>,
    sines: vec4<f32>,
}

// group.x counts tiles of places, group.y tiles of rows.
fn spread(group: vec3<u32>, local: vec3<u32>, n: u32, half: u32) -> Spread {
    let x = group.x * 64u + local.x;
    let thread = local.y * 64u + local.x;
    var sums = Spread(vec4<f32>(0.0, 0.0, 0.0, 0.0), vec4<f32>(0.0, 0.0, 0.0, 0.0));
    for (var start = 0u; start <= half; start = start + 16u) {
        // What lies beyond the last row or frequency is read, but not used.
        let row = group.y * 16u + thread / 16u;
        values[thread] = lines[row * (half + 1u) + start + thread % 16u];
        for (var j = 0u; j < 4u; j = j + 1u) {
            turns[j * 256u + thread] = waves[((start + j * 4u + local.y) * x) % n];
        }
        workgroupBarrier();
        for (var k = 0u; k < min(16u, half + 1u - start); k = k + 1u) {
            let w = turns[k * 64u + local.x];
            for (var j = 0u; j < 4u; j = j + 1u) {
                let a = values[(local.y * 4u + j) * 16u + k];
                sums.cosines[j] = sums.cosines[j] + a.x * w.x;
                sums.sines[j] = sums.sines[j] + a.y * w.y;
            }
        }
        workgroupBarrier();
    }
    return sums;
}

// The first of the two places, or the second; n where there is none.
fn place(x: u32, second: u32, n: u32) -> u32 {
    if (second == 0u) {
        return select(n, x, 2u * x <= n);
    }
    // The first place has no other: n - 0 is none. Nor has the middle of an even row.
    return select(n, n - x, 2u * x < n);
}

// The value of row j at that place.
fn shown(sums: Spread, j: u32, second: u32) -> f32 {
    return select(sums.cosines[j] - sums.sines[j], sums.cosines[j] + sums.sines[j], second == 1u);
}
