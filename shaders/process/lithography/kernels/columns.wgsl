// From the lines of all rows to the coefficients of a real picture: c(v, f) = scale * sum over y of
// line(y, f) exp(-2 pi i v y / n), |v| and |f| up to half, rows of ascending frequency, DC in the middle.
// Frequencies v and -v have the same cosines and opposite sines, so both come of the same products. Tiles of 32
// frequencies v from 0 to half by 16 frequencies f, two v to an invocation, 32 rows at a time.

struct Columns {
    n: u32,
    half: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> record: Columns;
// exp(2 pi i k / n).
@group(0) @binding(1) var<storage, read> waves: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> lines: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read_write> coefficients: array<vec2<f32>>;

// Of 32 rows (slow) and 16 frequencies f.
var<workgroup> values: array<vec2<f32>, 512>;
// Of 32 rows (slow) and 16 times two frequencies v.
var<workgroup> turns: array<vec4<f32>, 512>;

fn line(picture: u32, y: u32, f: u32) -> vec2<f32> {
    if (y < record.n && f <= record.half) {
        return lines[(picture * record.n + y) * (record.half + 1u) + f];
    }
    return vec2<f32>(0.0, 0.0);
}

// A coefficient at place v of the band, and what a real picture has at -v and -f: the conjugate.
fn put(picture: u32, v: u32, f: u32, total: vec2<f32>) {
    let side = 2u * record.half + 1u;
    let c = record.scale * total;
    coefficients[(picture * side + v) * side + record.half + f] = c;
    if (f > 0u) {
        coefficients[(picture * side + side - 1u - v) * side + record.half - f] = vec2<f32>(c.x, -c.y);
    }
}

// Products: real part and cosine, imaginary part and sine, imaginary part and cosine, real part and sine.
fn both(picture: u32, v: u32, f: u32, total: vec4<f32>) {
    if (v <= record.half && f <= record.half) {
        put(picture, record.half + v, f, vec2<f32>(total.x + total.y, total.z - total.w));
        if (v > 0u) {
            put(picture, record.half - v, f, vec2<f32>(total.x - total.y, total.z + total.w));
        }
    }
}

@compute @workgroup_size(16, 16)
fn columns(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let n = record.n;
    let f = group.x * 16u + local.x;
    let cell = local.y * 16u + local.x;
    // The waves that this invocation brings are those of two frequencies v at two rows.
    let v = group.y * 32u + local.x * 2u;
    var turn = (v * local.y) % n;
    var next_turn = ((v + 1u) * local.y) % n;
    let step = (v * 16u) % n;
    let next_step = ((v + 1u) * 16u) % n;
    var total = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    var next_total = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    var upper = line(group.z, local.y, f);
    var lower = line(group.z, 16u + local.y, f);
    for (var start = 0u; start < n; start = start + 32u) {
        values[cell] = upper;
        values[256u + cell] = lower;
        turns[cell] = vec4<f32>(waves[turn], waves[next_turn]);
        turn = along(turn, step, n);
        next_turn = along(next_turn, next_step, n);
        turns[256u + cell] = vec4<f32>(waves[turn], waves[next_turn]);
        turn = along(turn, step, n);
        next_turn = along(next_turn, next_step, n);
        workgroupBarrier();
        // Those of the next turn are on their way meanwhile.
        upper = line(group.z, start + 32u + local.y, f);
        lower = line(group.z, start + 48u + local.y, f);
        var sum = vec4<f32>(0.0, 0.0, 0.0, 0.0);
        var next_sum = vec4<f32>(0.0, 0.0, 0.0, 0.0);
        for (var k = 0u; k < 32u; k = k + 1u) {
            let a = values[k * 16u + local.x].xyyx;
            let w = turns[k * 16u + local.y];
            sum = sum + a * w.xyxy;
            next_sum = next_sum + a * w.zwzw;
        }
        total = total + sum;
        next_total = next_total + next_sum;
        workgroupBarrier();
    }
    let put_at = group.y * 32u + local.y * 2u;
    both(group.z, put_at, f, total);
    both(group.z, put_at + 1u, f, next_total);
}
