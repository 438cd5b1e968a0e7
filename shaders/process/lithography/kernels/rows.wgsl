// The lowest coefficients of real rows of n values: line(f) = sum over x of v(x) exp(-2 pi i f x / n),
// f from 0 to half. Places x and n - x have the same cosine and opposite sines, so their sum and their difference are
// multiplied: half the products. A product of matrices in tiles of 64 rows by 32 frequencies, four rows and two
// frequencies to an invocation, 16 places at a time.
// With `soft` 1 the values are parameters of a mask, and what is transformed is its transmission
// 1 / (1 + exp(-4 (v - 1/2))), moved by `offset`.

override soft: u32 = 0u;

struct Rows {
    n: u32,
    rows: u32,
    half: u32,
    offset: f32,
}

@group(0) @binding(0) var<uniform> record: Rows;
// exp(2 pi i k / n).
@group(0) @binding(1) var<storage, read> waves: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> picture: array<f32>;
@group(0) @binding(3) var<storage, read_write> lines: array<vec2<f32>>;

// Of 16 places (slow) and 16 times four rows.
var<workgroup> sums: array<vec4<f32>, 256>;
var<workgroup> differences: array<vec4<f32>, 256>;
// Of 16 places (slow) and 16 times two frequencies.
var<workgroup> turns: array<vec4<f32>, 256>;

fn value(at: u32) -> f32 {
    if (soft == 1u) {
        return logistic(4.0 * (picture[at] - 0.5)) + record.offset;
    }
    return picture[at];
}

// Sum and difference of a place and its mirror image.
fn both(row: u32, x: u32) -> vec2<f32> {
    if (row >= record.rows || 2u * x > record.n) {
        return vec2<f32>(0.0, 0.0);
    }
    let near = value(row * record.n + x);
    // The first place has no other, and the middle of an even row none.
    if (x == 0u || 2u * x == record.n) {
        return vec2<f32>(near, 0.0);
    }
    let far = value(row * record.n + record.n - x);
    return vec2<f32>(near + far, near - far);
}

fn put(row: u32, f: u32, total: vec2<f32>) {
    if (row < record.rows && f <= record.half) {
        lines[row * (record.half + 1u) + f] = vec2<f32>(total.x, -total.y);
    }
}

fn four(row: u32, f: u32, cosines: vec4<f32>, sines: vec4<f32>) {
    put(row, f, vec2<f32>(cosines.x, sines.x));
    put(row + 1u, f, vec2<f32>(cosines.y, sines.y));
    put(row + 2u, f, vec2<f32>(cosines.z, sines.z));
    put(row + 3u, f, vec2<f32>(cosines.w, sines.w));
}

@compute @workgroup_size(16, 16)
fn rows(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let n = record.n;
    let thread = local.y * 16u + local.x;
    let f = group.x * 32u + local.x * 2u;
    // What this invocation brings: four rows at one place, and two frequencies at another.
    let quad = thread / 64u * 4u + thread % 4u;
    let of_quad = thread / 4u % 16u;
    let top = group.y * 64u + quad * 4u;
    var turn = (f * local.y) % n;
    var next_turn = ((f + 1u) * local.y) % n;
    let step = (f * 16u) % n;
    let next_step = ((f + 1u) * 16u) % n;
    var cosines = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    var sines = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    var next_cosines = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    var next_sines = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    for (var start = 0u; start <= n / 2u; start = start + 16u) {
        let x = start + of_quad;
        let a = both(top, x);
        let b = both(top + 1u, x);
        let c = both(top + 2u, x);
        let d = both(top + 3u, x);
        sums[of_quad * 16u + quad] = vec4<f32>(a.x, b.x, c.x, d.x);
        differences[of_quad * 16u + quad] = vec4<f32>(a.y, b.y, c.y, d.y);
        turns[thread] = vec4<f32>(waves[turn], waves[next_turn]);
        turn = along(turn, step, n);
        next_turn = along(next_turn, next_step, n);
        workgroupBarrier();
        // Sums of 16 first, which are more exact than one long sum.
        var cosine = vec4<f32>(0.0, 0.0, 0.0, 0.0);
        var sine = vec4<f32>(0.0, 0.0, 0.0, 0.0);
        var next_cosine = vec4<f32>(0.0, 0.0, 0.0, 0.0);
        var next_sine = vec4<f32>(0.0, 0.0, 0.0, 0.0);
        for (var k = 0u; k < 16u; k = k + 1u) {
            let sum = sums[k * 16u + local.y];
            let difference = differences[k * 16u + local.y];
            let w = turns[k * 16u + local.x];
            cosine = cosine + sum * w.x;
            sine = sine + difference * w.y;
            next_cosine = next_cosine + sum * w.z;
            next_sine = next_sine + difference * w.w;
        }
        cosines = cosines + cosine;
        sines = sines + sine;
        next_cosines = next_cosines + next_cosine;
        next_sines = next_sines + next_sine;
        workgroupBarrier();
    }
    let row = group.y * 64u + local.y * 4u;
    four(row, f, cosines, sines);
    four(row, f + 1u, next_cosines, next_sines);
}
