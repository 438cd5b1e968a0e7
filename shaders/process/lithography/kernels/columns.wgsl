// From the lines of all rows to the coefficients of a real picture: c(v, f) = scale * sum over y of
// line(y, f) exp(-2 pi i v y / n), |v| and |f| up to half, rows of ascending frequency, DC in the middle.
// Tiles of 16 by 16 frequencies, 16 rows at a time.

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

var<workgroup> values: array<vec2<f32>, 256>;
var<workgroup> turns: array<vec2<f32>, 256>;

@compute @workgroup_size(16, 16)
fn columns(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let side = 2u * record.half + 1u;
    let v = group.y * 16u + local.y;
    let f = group.x * 16u + local.x;
    let cell = local.y * 16u + local.x;
    var total = vec2<f32>(0.0, 0.0);
    for (var start = 0u; start < record.n; start = start + 16u) {
        let y = start + local.y;
        var value = vec2<f32>(0.0, 0.0);
        if (y < record.n && f <= record.half) {
            value = lines[(group.z * record.n + y) * (record.half + 1u) + f];
        }
        values[cell] = value;
        // Frequency v - half, counted from 0 to n - 1.
        let frequency = (group.y * 16u + local.x + record.n - record.half) % record.n;
        turns[cell] = waves[(frequency * y) % record.n];
        workgroupBarrier();
        var sum = vec2<f32>(0.0, 0.0);
        for (var k = 0u; k < 16u; k = k + 1u) {
            let a = values[k * 16u + local.x];
            let w = turns[k * 16u + local.y];
            sum = sum + vec2<f32>(a.x * w.x + a.y * w.y, a.y * w.x - a.x * w.y);
        }
        total = total + sum;
        workgroupBarrier();
    }
    if (v < side && f <= record.half) {
        let c = record.scale * total;
        let first = group.z * side * side;
        coefficients[first + v * side + record.half + f] = c;
        if (f > 0u) {
            // A real picture: c(-v, -f) is the conjugate.
            coefficients[first + (side - 1u - v) * side + record.half - f] = vec2<f32>(c.x, -c.y);
        }
    }
}
