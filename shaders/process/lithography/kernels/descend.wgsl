// The gradient at each pixel of a mask that is not averaged, and at once Adam's step along it: the lines of the
// slope spread, the slope of the transmission, the moments, the new parameter.

struct Descend {
    n: u32,
    rows: u32,
    half: u32,
    free: u32,
}

@group(0) @binding(0) var<uniform> record: Descend;
@group(0) @binding(3) var<storage, read> rates: array<f32>;
// Steps of each clip, this one too.
@group(0) @binding(4) var<storage, read> done: array<u32>;
// Share of a slope that counts, 0 where a parameter is held: of one clip, or one number for all.
@group(0) @binding(5) var<storage, read> free: array<f32>;
@group(0) @binding(6) var<storage, read_write> mean: array<f32>;
@group(0) @binding(7) var<storage, read_write> square: array<f32>;
@group(0) @binding(8) var<storage, read_write> theta: array<f32>;

fn four(row: u32, x: u32, shown: vec4<f32>) {
    let n = record.n;
    let i = row * n + x;
    // All are read before the first is written: so one wait serves all four.
    let a = vec3<f32>(theta[i], mean[i], square[i]);
    let b = vec3<f32>(theta[i + n], mean[i + n], square[i + n]);
    let c = vec3<f32>(theta[i + 2u * n], mean[i + 2u * n], square[i + 2u * n]);
    let d = vec3<f32>(theta[i + 3u * n], mean[i + 3u * n], square[i + 3u * n]);
    put(row, i, shown.x, a);
    put(row + 1u, i + n, shown.y, b);
    put(row + 2u, i + 2u * n, shown.z, c);
    put(row + 3u, i + 3u * n, shown.w, d);
}

// Parameter, mean and mean square before the step.
fn put(row: u32, i: u32, shown: f32, before: vec3<f32>) {
    if (row < record.rows) {
        let open = logistic(4.0 * (before.x - 0.5));
        let slope = shown * (4.0 * open * (1.0 - open)) * free[i % record.free];
        let now = moments(before.y, before.z, slope);
        mean[i] = now.x;
        square[i] = now.y;
        theta[i] = before.x - stride(now, rates[done[row / record.n] - 1u]);
    }
}

@compute @workgroup_size(32, 8)
fn descend(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    spread(group, local, record.n, record.half);
}
