// From lines to the rows of a real picture of n by n pixels: v(x) = sum over f of the real part of
// line(f) exp(2 pi i f x / n), f from 0 to half. Places x, n/2 - x, n/2 + x and n - x have the same cosines and sines
// but for signs, which differ between even and odd frequencies: four pixels come of the same products. Where n is no
// multiple of 4 it is x and n - x alone. Tiles of 32 rows by 64 places of the part of a row that is left, eight rows
// to an invocation, 16 frequencies at a time. The kernel has `four(row, x, values)` for what becomes
// of four rows' values at a place; rows beyond the last are among them.

// exp(2 pi i k / n).
@group(0) @binding(1) var<storage, read> waves: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> lines: array<vec2<f32>>;

// Of 16 frequencies (slow) and 8 times four rows.
var<workgroup> reals: array<vec4<f32>, 128>;
var<workgroup> imaginaries: array<vec4<f32>, 128>;
// Of 16 frequencies (slow) and 64 places.
var<workgroup> turns: array<vec2<f32>, 1024>;

// Sums of four rows with cosines and with sines, over even and over odd frequencies.
struct Four {
    even: vec4<f32>,
    odd: vec4<f32>,
    even_sine: vec4<f32>,
    odd_sine: vec4<f32>,
}

// `sums` and what two frequencies give to them.
fn more(sums: Four, at: u32, even: vec2<f32>, odd: vec2<f32>) -> Four {
    return Four(
        sums.even + reals[at] * even.x,
        sums.odd + reals[at + 8u] * odd.x,
        sums.even_sine + imaginaries[at] * even.y,
        sums.odd_sine + imaginaries[at + 8u] * odd.y,
    );
}

// A line's number, nothing beyond the last frequency.
fn line(row: u32, f: u32, width: u32) -> vec2<f32> {
    if (f < width) {
        // What lies beyond the last row is read, but not used.
        return lines[row * width + f];
    }
    return vec2<f32>(0.0, 0.0);
}

// group.x counts tiles of places, group.y tiles of rows.
fn spread(group: vec3<u32>, local: vec3<u32>, n: u32, half: u32) {
    let x = group.x * 64u + local.x;
    let thread = local.y * 64u + local.x;
    let width = half + 1u;
    // What this invocation brings: one place at four frequencies; half of them four rows at one frequency.
    let quad = thread / 64u * 4u + thread % 4u;
    let of_quad = thread / 4u % 16u;
    let top = group.y * 32u + quad * 4u;
    var turn = (local.y * x) % n;
    let step = (4u * x) % n;
    let nothing = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    // Of two times four rows.
    var a = Four(nothing, nothing, nothing, nothing);
    var b = a;
    for (var start = 0u; start < width; start = start + 16u) {
        if (local.y < 2u) {
            let f = start + of_quad;
            let first = line(top, f, width);
            let second = line(top + 1u, f, width);
            let third = line(top + 2u, f, width);
            let fourth = line(top + 3u, f, width);
            reals[of_quad * 8u + quad] = vec4<f32>(first.x, second.x, third.x, fourth.x);
            imaginaries[of_quad * 8u + quad] = vec4<f32>(first.y, second.y, third.y, fourth.y);
        }
        for (var j = local.y; j < 16u; j = j + 4u) {
            turns[j * 64u + local.x] = waves[turn];
            turn = along(turn, step, n);
        }
        workgroupBarrier();
        for (var k = 0u; k < min(16u, width - start); k = k + 2u) {
            let even = turns[k * 64u + local.x];
            let odd = turns[(k + 1u) * 64u + local.x];
            let at = k * 8u + local.y * 2u;
            a = more(a, at, even, odd);
            b = more(b, at + 1u, even, odd);
        }
        workgroupBarrier();
    }
    let row = group.y * 32u + local.y * 8u;
    mirrored(row, x, n, a);
    mirrored(row + 4u, x, n, b);
}

// Four rows at a place and at its mirror images.
fn mirrored(row: u32, x: u32, n: u32, sums: Four) {
    let parts = select(2u, 4u, n % 4u == 0u);
    if (parts * x > n) {
        return;
    }
    let cosines = sums.even + sums.odd;
    let sines = sums.even_sine + sums.odd_sine;
    four(row, x, cosines - sines);
    // The first place has no mirror image, nor has the middle of an even row.
    if (x > 0u && 2u * x < n) {
        four(row, n - x, cosines + sines);
    }
    // At the end of the quarter these are the two from above.
    if (parts == 4u && 4u * x < n) {
        let far = sums.even - sums.odd;
        let far_sines = sums.even_sine - sums.odd_sine;
        four(row, n / 2u - x, far + far_sines);
        if (x > 0u) {
            four(row, n / 2u + x, far - far_sines);
        }
    }
}
