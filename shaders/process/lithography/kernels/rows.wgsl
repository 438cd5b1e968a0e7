// The lowest coefficients of real rows of n values: line(f) = sum over x of v(x) exp(-2 pi i f x / n),
// f from 0 to half. Counted from half a place before the first, places x, n/2 - 1 - x, n/2 + x and n - 1 - x have the same
// cosines and sines but for signs, which differ between even and odd frequencies: what four pixels come to is multiplied,
// a quarter of the products. Where n is no multiple of 4 it is x and n - 1 - x alone. A product of matrices in tiles of 64 rows by 24 frequencies, four rows and three
// frequencies of one parity to an invocation, 8 places at a time.
// The values are moved by `offset`; with `soft` 1 they are parameters of a mask, and what is moved and transformed is its
// transmission 1 / (1 + exp(-4 (v - 1/2))).

override soft: u32 = 0u;

struct Rows {
    n: u32,
    rows: u32,
    half: u32,
    offset: f32,
}

@group(0) @binding(0) var<uniform> record: Rows;
// exp(pi i k / n).
@group(0) @binding(1) var<storage, read> waves: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> picture: array<f32>;
@group(0) @binding(3) var<storage, read_write> lines: array<vec2<f32>>;

// What the even frequencies of 8 places (slow) and 32 pairs of rows meet, with cosines and with sines, and then the odd
// ones.
var<workgroup> folded: array<vec4<f32>, 528>;
// Of 8 places (slow) and 24 frequencies.
var<workgroup> turns: array<vec2<f32>, 192>;

// Places in 33s and two parts of 265 numbers, so that those used at once lie in different banks.
fn seat(odd: u32, place: u32, pair: u32) -> u32 {
    return odd * 265u + place * 33u + pair;
}

fn value(at: u32) -> f32 {
    if (soft == 1u) {
        return logistic(4.0 * (picture[at] - 0.5)) + record.offset;
    }
    return picture[at] + record.offset;
}

// What a place and its mirror images are to even frequencies, with cosines and with sines, and to odd ones.
fn fold(row: u32, x: u32, parts: u32) -> vec4<f32> {
    let n = record.n;
    if (row >= record.rows || parts * x >= n) {
        return vec4<f32>(0.0, 0.0, 0.0, 0.0);
    }
    let origin = row * n;
    let a = value(origin + x);
    let d = value(origin + n - 1u - x);
    var b = 0.0;
    var c = 0.0;
    if (parts == 4u) {
        b = value(origin + n / 2u - 1u - x);
        c = value(origin + n / 2u + x);
    }
    // The middle of an odd row is its own mirror image.
    let weight = select(1.0, 0.5, 2u * x + 1u == n);
    return weight * mirrored_four(a, b, c, d);
}

fn put(row: u32, f: u32, total: vec4<f32>) {
    let width = record.half + 1u;
    if (f < width) {
        // Back to where the first place is.
        let turn = waves[f];
        if (row < record.rows) {
            lines[row * width + f] = moved(vec2<f32>(total.x, -total.y), turn);
        }
        if (row + 1u < record.rows) {
            lines[(row + 1u) * width + f] = moved(vec2<f32>(total.z, -total.w), turn);
        }
    }
}

@compute @workgroup_size(8, 16)
fn rows(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let n = record.n;
    let parts = select(2u, 4u, n % 4u == 0u);
    let thread = local.y * 8u + local.x;
    let top = group.y * 64u;
    // Three of an invocation's frequencies, two apart, lie side by side among the turns; 96 invocations bring two each,
    // of one frequency and of places four apart.
    let slot = thread % 24u;
    let wanted = group.x * 24u + slot / 6u * 6u + slot / 3u % 2u + slot % 3u * 2u;
    let circle = 2u * n;
    var turn = (wanted * (thread / 24u * 2u + 1u)) % circle;
    let four = (wanted * 8u) % circle;
    let eight = (wanted * 16u) % circle;
    let home = seat(local.x % 2u, 0u, local.y * 2u);
    // Of the upper and the lower two rows.
    var sums = no_sums();
    for (var start = 0u; parts * start < n; start = start + 8u) {
        for (var j = thread; j < 256u; j = j + 128u) {
            let x = start + j % 8u;
            let pair = j / 8u;
            let one = fold(top + pair * 2u, x, parts);
            let other = fold(top + pair * 2u + 1u, x, parts);
            folded[seat(0u, j % 8u, pair)] = vec4<f32>(one.xy, other.xy);
            folded[seat(1u, j % 8u, pair)] = vec4<f32>(one.zw, other.zw);
        }
        if (thread < 96u) {
            turns[thread] = waves[turn];
            turns[thread + 96u] = waves[along(turn, four, circle)];
            turn = along(turn, eight, circle);
        }
        workgroupBarrier();
        // Sums of 8 first, which are more exact than one long sum.
        var part = no_sums();
        for (var k = 0u; k < 8u; k = k + 1u) {
            let upper = folded[home + k * 33u];
            let lower = folded[home + k * 33u + 1u];
            let at = k * 24u + local.x * 3u;
            part = turned(part, upper, lower, turns[at], turns[at + 1u], turns[at + 2u]);
        }
        sums = added(sums, part);
        workgroupBarrier();
    }
    let row = top + local.y * 4u;
    let f = group.x * 24u + local.x / 2u * 6u + local.x % 2u;
    put(row, f, sums.a);
    put(row, f + 2u, sums.b);
    put(row, f + 4u, sums.c);
    put(row + 2u, f, sums.d);
    put(row + 2u, f + 2u, sums.e);
    put(row + 2u, f + 4u, sums.g);
}
