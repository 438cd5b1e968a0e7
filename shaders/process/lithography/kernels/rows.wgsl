// The lowest coefficients of real rows of n values: line(f) = sum over x of v(x) exp(-2 pi i f x / n),
// f from 0 to half. A product of matrices in tiles of 16 rows by 16 frequencies, 32 places at a time.

struct Rows {
    n: u32,
    rows: u32,
    half: u32,
}

@group(0) @binding(0) var<uniform> record: Rows;
// exp(2 pi i k / n).
@group(0) @binding(1) var<storage, read> waves: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> picture: array<f32>;
@group(0) @binding(3) var<storage, read_write> lines: array<vec2<f32>>;

var<workgroup> values: array<f32, 512>;
var<workgroup> turns: array<vec2<f32>, 512>;

@compute @workgroup_size(16, 16)
fn rows(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let row = group.y * 16u + local.y;
    let f = group.x * 16u + local.x;
    var total = vec2<f32>(0.0, 0.0);
    for (var start = 0u; start < record.n; start = start + 32u) {
        for (var j = 0u; j < 2u; j = j + 1u) {
            // Values: place fastest. Waves: frequency fastest.
            let cell = j * 256u + local.y * 16u + local.x;
            let from_row = group.y * 16u + cell / 32u;
            let from_x = start + cell % 32u;
            var value = 0.0;
            if (from_row < record.rows && from_x < record.n) {
                value = picture[from_row * record.n + from_x];
            }
            values[cell] = value;
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
