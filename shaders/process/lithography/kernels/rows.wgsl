// The lowest coefficients of real rows of n values: line(f) = sum over x of v(x) exp(-2 pi i f x / n),
// f from 0 to half. Places x and n - x have the same cosine and opposite sines, so their sum and their difference are
// multiplied: half the products. A product of matrices in tiles of 16 rows by 16 frequencies, 32 places at a time.
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

var<workgroup> values: array<vec2<f32>, 512>;
var<workgroup> turns: array<vec2<f32>, 512>;

fn value(at: u32) -> f32 {
    if (soft == 1u) {
        return logistic(4.0 * (picture[at] - 0.5)) + record.offset;
    }
    return picture[at];
}

@compute @workgroup_size(16, 16)
fn rows(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let row = group.y * 16u + local.y;
    let f = group.x * 16u + local.x;
    var total = vec2<f32>(0.0, 0.0);
    for (var start = 0u; start <= record.n / 2u; start = start + 32u) {
        for (var j = 0u; j < 2u; j = j + 1u) {
            // Values: place fastest. Waves: frequency fastest.
            let cell = j * 256u + local.y * 16u + local.x;
            let of_row = group.y * 16u + cell / 32u;
            let x = start + cell % 32u;
            var both = vec2<f32>(0.0, 0.0);
            if (of_row < record.rows && x <= record.n / 2u) {
                let near = value(of_row * record.n + x);
                both = vec2<f32>(near, 0.0);
                // The first place has no other, and the middle of an even row none.
                if (x > 0u && 2u * x < record.n) {
                    let far = value(of_row * record.n + record.n - x);
                    both = vec2<f32>(near + far, near - far);
                }
            }
            values[cell] = both;
            let turn = (group.x * 16u + cell % 16u) * (start + cell / 16u);
            turns[cell] = waves[turn % record.n];
        }
        workgroupBarrier();
        var sum = vec2<f32>(0.0, 0.0);
        for (var x = 0u; x < 32u; x = x + 1u) {
            sum = sum + values[local.y * 32u + x] * turns[x * 16u + local.x];
        }
        total = total + sum;
        workgroupBarrier();
    }
    if (row < record.rows && f <= record.half) {
        lines[row * (record.half + 1u) + f] = vec2<f32>(total.x, -total.y);
    }
}
