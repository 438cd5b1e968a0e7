// From lines to the rows of a real picture of n by n pixels: v(x) = sum over f of the real part of
// line(f) exp(2 pi i f x / n), f from 0 to half. Counted from half a place before the first, so that none is its own
// mirror image, places x, n/2 - 1 - x, n/2 + x and n - 1 - x have the same cosines and sines but for signs, which differ
// between even and odd frequencies: four pixels come of the same products. Where n is no multiple of 4 it is x and
// n - 1 - x alone. Tiles of 32 rows by 128 places of the part of a row that is left, four rows by four places to an
// invocation, 8 frequencies at a time. The kernel has `four(row, x, values)` for what becomes of four rows' values at a
// place; rows beyond the last are among them.

// exp(pi i k / n).
@group(0) @binding(1) var<storage, read> waves: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> lines: array<vec2<f32>>;

// Of 8 frequencies (slow) and 8 times four rows.
var<workgroup> reals: array<vec4<f32>, 64>;
var<workgroup> imaginaries: array<vec4<f32>, 64>;
// Of 8 frequencies (slow) and 128 places.
var<workgroup> turns: array<vec2<f32>, 1024>;

// Of four rows: lines at an even frequency and the next, or their sums with cosines and with sines.
struct Four {
    even: vec4<f32>,
    odd: vec4<f32>,
    even_sine: vec4<f32>,
    odd_sine: vec4<f32>,
}

// `sums` and what lines give to them at the place of these turns.
fn more(sums: Four, rows: Four, even: vec2<f32>, odd: vec2<f32>) -> Four {
    return Four(
        sums.even + rows.even * even.x,
        sums.odd + rows.odd * odd.x,
        sums.even_sine + rows.even_sine * even.y,
        sums.odd_sine + rows.odd_sine * odd.y,
    );
}

// A line's number, counted from half a place before the first.
fn line(row: u32, f: u32, width: u32) -> vec2<f32> {
    // What lies beyond the last row is read, but not used.
    let value = lines[row * width + f];
    let turn = waves[f];
    return vec2<f32>(value.x * turn.x + value.y * turn.y, value.y * turn.x - value.x * turn.y);
}

// group.x counts tiles of places, group.y tiles of rows.
fn spread(group: vec3<u32>, local: vec3<u32>, n: u32, half: u32) {
    let width = half + 1u;
    let circle = 2u * n;
    var places = group.x * 128u + local.x + vec4<u32>(0u, 32u, 64u, 96u);
    let thread = local.y * 32u + local.x;
    // Turns of the places are odd ones; this invocation brings those of four places at one frequency of 8, and 64
    // invocations bring four rows at one frequency.
    let odd_places = 2u * places + 1u;
    var turn = (local.y * odd_places) % circle;
    let step = (8u * odd_places) % circle;
    let top = group.y * 32u + thread % 8u * 4u;
    let nothing = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    var a = Four(nothing, nothing, nothing, nothing);
    var b = a;
    var c = a;
    var d = a;
    for (var start = 0u; start < width; start = start + 8u) {
        if (thread < 64u) {
            let f = start + thread / 8u;
            var real = nothing;
            var imaginary = nothing;
            if (f < width) {
                let first = line(top, f, width);
                let second = line(top + 1u, f, width);
                let third = line(top + 2u, f, width);
                let fourth = line(top + 3u, f, width);
                real = vec4<f32>(first.x, second.x, third.x, fourth.x);
                imaginary = vec4<f32>(first.y, second.y, third.y, fourth.y);
            }
            reals[thread] = real;
            imaginaries[thread] = imaginary;
        }
        let home = local.y * 128u + local.x;
        turns[home] = waves[turn.x];
        turns[home + 32u] = waves[turn.y];
        turns[home + 64u] = waves[turn.z];
        turns[home + 96u] = waves[turn.w];
        let next = turn + step;
        turn = select(next, next - circle, next >= vec4<u32>(circle));
        workgroupBarrier();
        for (var k = 0u; k < min(8u, width - start); k = k + 2u) {
            let at = k * 8u + local.y;
            let rows = Four(reals[at], reals[at + 8u], imaginaries[at], imaginaries[at + 8u]);
            let even = k * 128u + local.x;
            let odd = even + 128u;
            a = more(a, rows, turns[even], turns[odd]);
            b = more(b, rows, turns[even + 32u], turns[odd + 32u]);
            c = more(c, rows, turns[even + 64u], turns[odd + 64u]);
            d = more(d, rows, turns[even + 96u], turns[odd + 96u]);
        }
        workgroupBarrier();
    }
    let row = group.y * 32u + local.y * 4u;
    // In a loop, which keeps the program short: what becomes of the values may be long.
    for (var part = 0u; part < 4u; part = part + 1u) {
        mirrored(row, places.x, n, a);
        a = b;
        b = c;
        c = d;
        places = vec4<u32>(places.yzw, n);
    }
}

// Four rows at a place and at its mirror images.
fn mirrored(row: u32, x: u32, n: u32, sums: Four) {
    let parts = select(2u, 4u, n % 4u == 0u);
    if (parts * x >= n) {
        return;
    }
    let cosines = sums.even + sums.odd;
    let sines = sums.even_sine + sums.odd_sine;
    four(row, x, cosines - sines);
    // The middle of an odd row has no mirror image.
    if (2u * x + 1u < n) {
        four(row, n - 1u - x, cosines + sines);
    }
    if (parts == 4u) {
        let far = sums.even - sums.odd;
        let far_sines = sums.even_sine - sums.odd_sine;
        four(row, n / 2u - 1u - x, far + far_sines);
        four(row, n / 2u + x, far - far_sines);
    }
}
