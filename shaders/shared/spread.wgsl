// From lines to the rows of a real picture of n by n pixels: v(x) = sum over f of the real part of
// line(f) exp(2 pi i f x / n), f from 0 to half. Places x and n - x have the same cosine and opposite sines, so both
// come of the same products. Tiles of 64 rows by 64 places of the first half of a row, sixteen rows to an invocation,
// 16 frequencies at a time. The kernel has `four(row, x, values)` for what becomes
// of four rows' values at a place; rows beyond the last are among them.

// exp(2 pi i k / n).
@group(0) @binding(1) var<storage, read> waves: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> lines: array<vec2<f32>>;

// Of 16 frequencies (slow) and 16 times four rows.
var<workgroup> reals: array<vec4<f32>, 256>;
var<workgroup> imaginaries: array<vec4<f32>, 256>;
// Of 16 frequencies (slow) and 64 places.
var<workgroup> turns: array<vec2<f32>, 1024>;

// group.x counts tiles of places, group.y tiles of rows.
fn spread(group: vec3<u32>, local: vec3<u32>, n: u32, half: u32) {
    let x = group.x * 64u + local.x;
    let thread = local.y * 64u + local.x;
    let width = half + 1u;
    // What this invocation brings: four rows at one frequency, and one place at four.
    let quad = thread / 64u * 4u + thread % 4u;
    let of_quad = thread / 4u % 16u;
    let corner = (group.y * 64u + quad * 4u) * width + of_quad;
    var turn = (local.y * x) % n;
    let step = (4u * x) % n;
    // Sums with cosines and with sines, of four times four rows.
    var a = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    var b = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    var c = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    var d = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    var a_sine = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    var b_sine = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    var c_sine = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    var d_sine = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    for (var start = 0u; start < width; start = start + 16u) {
        // What lies beyond the last row or frequency is read, but not used.
        let first = lines[corner + start];
        let second = lines[corner + start + width];
        let third = lines[corner + start + 2u * width];
        let fourth = lines[corner + start + 3u * width];
        reals[of_quad * 16u + quad] = vec4<f32>(first.x, second.x, third.x, fourth.x);
        imaginaries[of_quad * 16u + quad] = vec4<f32>(first.y, second.y, third.y, fourth.y);
        for (var j = local.y; j < 16u; j = j + 4u) {
            turns[j * 64u + local.x] = waves[turn];
            turn = along(turn, step, n);
        }
        workgroupBarrier();
        for (var k = 0u; k < min(16u, width - start); k = k + 1u) {
            let w = turns[k * 64u + local.x];
            let row = k * 16u + local.y * 4u;
            a = a + reals[row] * w.x;
            b = b + reals[row + 1u] * w.x;
            c = c + reals[row + 2u] * w.x;
            d = d + reals[row + 3u] * w.x;
            a_sine = a_sine + imaginaries[row] * w.y;
            b_sine = b_sine + imaginaries[row + 1u] * w.y;
            c_sine = c_sine + imaginaries[row + 2u] * w.y;
            d_sine = d_sine + imaginaries[row + 3u] * w.y;
        }
        workgroupBarrier();
    }
    let row = group.y * 64u + local.y * 16u;
    both(row, x, n, a, a_sine);
    both(row + 4u, x, n, b, b_sine);
    both(row + 8u, x, n, c, c_sine);
    both(row + 12u, x, n, d, d_sine);
}

// Four rows at a place and at its mirror image.
fn both(row: u32, x: u32, n: u32, cosines: vec4<f32>, sines: vec4<f32>) {
    if (2u * x <= n) {
        four(row, x, cosines - sines);
    }
    // The first place has no mirror image, nor has the middle of an even row.
    if (x > 0u && 2u * x < n) {
        four(row, n - x, cosines + sines);
    }
}
