// A step of mirror descent: the level set of each clip moves against the running mean of the slopes so far, by the length
// of the step over the root of the running mean of their squares. One workgroup to a clip; the order of sums is fixed.

struct Carve {
    each: u32,
}

@group(0) @binding(0) var<uniform> record: Carve;
// Coefficients, rows of ascending frequency; of a real picture only once those of opposite sign are joined.
@group(0) @binding(1) var<storage, read> slopes: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> lengths: array<f32>;
// Steps of each clip, this one too.
@group(0) @binding(3) var<storage, read> done: array<u32>;
@group(0) @binding(4) var<storage, read_write> mean: array<vec2<f32>>;
@group(0) @binding(5) var<storage, read_write> square: array<f32>;
@group(0) @binding(6) var<storage, read_write> values: array<vec2<f32>>;

var<workgroup> sums: array<f32, 64>;

fn slope(first: u32, i: u32) -> vec2<f32> {
    let here = slopes[first + i];
    let there = slopes[first + record.each - 1u - i];
    return vec2<f32>(0.5 * (here.x + there.x), 0.5 * (here.y - there.y));
}

@compute @workgroup_size(64)
fn carve(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let first = group.x * record.each;
    var sum = 0.0;
    for (var i = thread; i < record.each; i = i + 64u) {
        let s = slope(first, i);
        sum = sum + (s.x * s.x + s.y * s.y);
    }
    sums[thread] = sum;
    let before = square[group.x];
    workgroupBarrier();
    var total = 0.0;
    for (var k = 0u; k < 64u; k = k + 1u) {
        total = total + sums[k];
    }
    let now = 0.9f * before + (1.0f - 0.9f) * total;
    if (thread == 0u) {
        square[group.x] = now;
    }
    var along = 0.0;
    // Without any slope so far there is nowhere to go.
    if (now > 0.0) {
        along = lengths[done[group.x] - 1u] / sqrt(now);
    }
    for (var i = thread; i < record.each; i = i + 64u) {
        let m = 0.9f * mean[first + i] + (1.0f - 0.9f) * slope(first, i);
        mean[first + i] = m;
        values[first + i] = values[first + i] - along * m;
    }
}
