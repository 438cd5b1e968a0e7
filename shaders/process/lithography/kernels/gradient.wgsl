// The slope of the loss by the mean at each pixel of the mask: that by its transmission, spread from lines, times
// the slope of the transmission 1 / (1 + exp(-4 (mean - 1/2))).

struct Gradient {
    n: u32,
    rows: u32,
    half: u32,
}

@group(0) @binding(0) var<uniform> record: Gradient;
@group(0) @binding(3) var<storage, read> means: array<f32>;
@group(0) @binding(4) var<storage, read_write> slopes: array<f32>;

fn four(row: u32, x: u32, shown: vec4<f32>) {
    let n = record.n;
    let at = row * n + x;
    // All are read before the first is written: so one wait serves all four.
    let there = vec4<f32>(means[at], means[at + n], means[at + 2u * n], means[at + 3u * n]);
    put(row, at, shown.x, there.x);
    put(row + 1u, at + n, shown.y, there.y);
    put(row + 2u, at + 2u * n, shown.z, there.z);
    put(row + 3u, at + 3u * n, shown.w, there.w);
}

fn put(row: u32, at: u32, shown: f32, mean: f32) {
    if (row < record.rows) {
        let open = logistic(4.0 * (mean - 0.5));
        slopes[at] = shown * (4.0 * open * (1.0 - open));
    }
}

@compute @workgroup_size(32, 8)
fn gradient(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    spread(group, local, record.n, record.half);
}
