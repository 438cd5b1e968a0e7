// From the coefficients of a real picture to the lines of its n rows: line(y, f) = sum over v of
// c(v, f) exp(2 pi i v y / n), f from 0 to half, those above 0 doubled for their mirror image.
// Frequencies v and -v, and rows y and n - y, have the same cosines and opposite sines, so all four come of the same
// products. Tiles of 64 rows of the first half by 16 frequencies f, four rows to an invocation, 16 frequencies v from 0
// to half at a time.
// With `real_part` 1 the coefficients may be those of any picture, and the lines are those of its real part.

override real_part: u32 = 0u;

struct SpreadColumns {
    n: u32,
    half: u32,
}

@group(0) @binding(0) var<uniform> record: SpreadColumns;
// exp(2 pi i k / n).
@group(0) @binding(1) var<storage, read> waves: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> coefficients: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read_write> lines: array<vec2<f32>>;

// Of 16 frequencies v (slow) and 16 frequencies f: sum and difference of the coefficients at v and -v.
var<workgroup> values: array<vec4<f32>, 256>;
// Of 16 frequencies v (slow) and 16 times four rows.
var<workgroup> cosines: array<vec4<f32>, 256>;
var<workgroup> sines: array<vec4<f32>, 256>;

// At place v of the band.
fn coefficient(picture: u32, v: u32, f: u32) -> vec2<f32> {
    let side = 2u * record.half + 1u;
    let value = coefficients[(picture * side + v) * side + record.half + f];
    if (real_part == 1u) {
        let opposite = coefficients[(picture * side + side - 1u - v) * side + record.half - f];
        return 0.5 * vec2<f32>(value.x + opposite.x, value.y - opposite.y);
    }
    return value;
}

// A line at row y and at its mirror image: what the cosines give of both, and what the sines give, opposite in them.
fn put(picture: u32, y: u32, f: u32, even: vec2<f32>, odd: vec2<f32>) {
    let n = record.n;
    if (f <= record.half && 2u * y <= n) {
        let twice = select(1.0, 2.0, f > 0u);
        lines[(picture * n + y) * (record.half + 1u) + f] = twice * (even + odd);
        // The first row has no mirror image, nor has the middle one of an even number.
        if (y > 0u && 2u * y < n) {
            lines[(picture * n + n - y) * (record.half + 1u) + f] = twice * (even - odd);
        }
    }
}

@compute @workgroup_size(16, 16)
fn spread_columns(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let n = record.n;
    let width = record.half + 1u;
    let f = group.x * 16u + local.x;
    let cell = local.y * 16u + local.x;
    // Real and imaginary parts of four rows: with cosines, with sines.
    var even_real = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    var even_imaginary = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    var odd_real = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    var odd_imaginary = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    for (var start = 0u; start < width; start = start + 16u) {
        let v = start + local.y;
        var value = vec4<f32>(0.0, 0.0, 0.0, 0.0);
        if (v < width && f < width) {
            let above = coefficient(group.z, record.half + v, f);
            value = vec4<f32>(above, 0.0, 0.0);
            if (v > 0u) {
                let below = coefficient(group.z, record.half - v, f);
                value = vec4<f32>(above + below, above - below);
            }
        }
        values[cell] = value;
        // The waves that this invocation brings are those of frequency v at four rows.
        let step = v % n;
        let turn = (v * (group.y * 64u + local.x * 4u)) % n;
        let second = along(turn, step, n);
        let third = along(second, step, n);
        let a = waves[turn];
        let b = waves[second];
        let c = waves[third];
        let d = waves[along(third, step, n)];
        cosines[cell] = vec4<f32>(a.x, b.x, c.x, d.x);
        sines[cell] = vec4<f32>(a.y, b.y, c.y, d.y);
        workgroupBarrier();
        for (var k = 0u; k < min(16u, width - start); k = k + 1u) {
            let e = values[k * 16u + local.x];
            let cosine = cosines[k * 16u + local.y];
            let sine = sines[k * 16u + local.y];
            even_real = even_real + e.x * cosine;
            even_imaginary = even_imaginary + e.y * cosine;
            odd_real = odd_real - e.w * sine;
            odd_imaginary = odd_imaginary + e.z * sine;
        }
        workgroupBarrier();
    }
    let y = group.y * 64u + local.y * 4u;
    put(group.z, y, f, vec2<f32>(even_real.x, even_imaginary.x), vec2<f32>(odd_real.x, odd_imaginary.x));
    put(group.z, y + 1u, f, vec2<f32>(even_real.y, even_imaginary.y), vec2<f32>(odd_real.y, odd_imaginary.y));
    put(group.z, y + 2u, f, vec2<f32>(even_real.z, even_imaginary.z), vec2<f32>(odd_real.z, odd_imaginary.z));
    put(group.z, y + 3u, f, vec2<f32>(even_real.w, even_imaginary.w), vec2<f32>(odd_real.w, odd_imaginary.w));
}
