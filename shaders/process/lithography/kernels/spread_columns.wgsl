// From the coefficients of a real picture to the lines of its n rows: line(y, f) = sum over v of
// c(v, f) exp(2 pi i v y / n), f from 0 to half, those above 0 doubled for their mirror image.
// Tiles of 16 rows by 16 frequencies, 16 frequencies in y at a time.
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

var<workgroup> values: array<vec2<f32>, 256>;
var<workgroup> turns: array<vec2<f32>, 256>;

@compute @workgroup_size(16, 16)
fn spread_columns(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let side = 2u * record.half + 1u;
    let y = group.y * 16u + local.y;
    let f = group.x * 16u + local.x;
    let cell = local.y * 16u + local.x;
    var total = vec2<f32>(0.0, 0.0);
    for (var start = 0u; start < side; start = start + 16u) {
        let v = start + local.y;
        var value = vec2<f32>(0.0, 0.0);
        if (v < side && f <= record.half) {
            value = coefficients[(group.z * side + v) * side + record.half + f];
            if (real_part == 1u) {
                let opposite = coefficients[(group.z * side + side - 1u - v) * side + record.half - f];
                value = 0.5 * vec2<f32>(value.x + opposite.x, value.y - opposite.y);
            }
        }
        values[cell] = value;
        // Frequency v - half, counted from 0 to n - 1.
        let frequency = (v + record.n - record.half) % record.n;
        turns[cell] = waves[(frequency * (group.y * 16u + local.x)) % record.n];
        workgroupBarrier();
        var sum = vec2<f32>(0.0, 0.0);
        for (var k = 0u; k < 16u; k = k + 1u) {
            let a = values[k * 16u + local.x];
            let w = turns[k * 16u + local.y];
            sum = sum + vec2<f32>(a.x * w.x - a.y * w.y, a.x * w.y + a.y * w.x);
        }
        total = total + sum;
        workgroupBarrier();
    }
    if (y < record.n && f <= record.half) {
        let twice = select(1.0, 2.0, f > 0u);
        lines[(group.z * record.n + y) * (record.half + 1u) + f] = twice * total;
    }
}
