// From lines to the rows of a real picture: v(x) = sum over f of the real part of line(f) exp(2 pi i f x / n),
// f from 0 to half; with `print` 1 what a smooth threshold makes of it: 1 / (1 + exp(-steepness (dose v - level))).
// Tiles of 16 rows by 64 places, four rows to an invocation, 16 frequencies at a time.

override print: u32 = 0u;

struct SpreadRows {
    n: u32,
    rows: u32,
    half: u32,
    dose: f32,
    level: f32,
    steepness: f32,
}

@group(0) @binding(0) var<uniform> record: SpreadRows;
// exp(2 pi i k / n).
@group(0) @binding(1) var<storage, read> waves: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> lines: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read_write> picture: array<f32>;

var<workgroup> values: array<vec2<f32>, 256>;
var<workgroup> turns: array<vec2<f32>, 1024>;

// exp(-x) = 2^i * 2^r: the first by the bits of the exponent, the second by its series for |r| <= 1/2.
fn logistic(x: f32) -> f32 {
    let t = clamp(-x, -80.0, 80.0) * 1.4426950408889634;
    let whole = floor(t + 0.5);
    let r = (t - whole) * 0.6931471805599453;
    var series = 0.008333334 + r * 0.0013888889;
    series = 0.041666668 + r * series;
    series = 0.16666667 + r * series;
    series = 0.5 + r * series;
    series = 1.0 + r * series;
    series = 1.0 + r * series;
    let power = bitcast<f32>(bitcast<u32>(series) + (u32(i32(whole)) << 23u));
    return 1.0 / (1.0 + power);
}

@compute @workgroup_size(64, 4)
fn spread_rows(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let x = group.x * 64u + local.x;
    let thread = local.y * 64u + local.x;
    var sums = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    for (var start = 0u; start <= record.half; start = start + 16u) {
        // What lies beyond the last row or frequency is read, but not used.
        let row = group.y * 16u + thread / 16u;
        values[thread] = lines[row * (record.half + 1u) + start + thread % 16u];
        for (var j = 0u; j < 4u; j = j + 1u) {
            turns[j * 256u + thread] = waves[((start + j * 4u + local.y) * x) % record.n];
        }
        workgroupBarrier();
        for (var k = 0u; k < min(16u, record.half + 1u - start); k = k + 1u) {
            let w = turns[k * 64u + local.x];
            for (var j = 0u; j < 4u; j = j + 1u) {
                let a = values[(local.y * 4u + j) * 16u + k];
                sums[j] = sums[j] + (a.x * w.x - a.y * w.y);
            }
        }
        workgroupBarrier();
    }
    for (var j = 0u; j < 4u; j = j + 1u) {
        let row = group.y * 16u + local.y * 4u + j;
        if (row < record.rows && x < record.n) {
            var shown = sums[j];
            if (print == 1u) {
                shown = logistic(record.steepness * (record.dose * shown - record.level));
            }
            picture[row * record.n + x] = shown;
        }
    }
}
