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

@compute @workgroup_size(64, 4)
fn gradient(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let sums = spread(group, local, record.n, record.half);
    for (var turn = 0u; turn < 8u; turn = turn + 1u) {
        let j = turn / 2u;
        let second = turn % 2u;
        let x = place(group.x * 64u + local.x, second, record.n);
        let row = group.y * 16u + local.y * 4u + j;
        if (row < record.rows && x < record.n) {
            let at = row * record.n + x;
            let open = logistic(4.0 * (means[at] - 0.5));
            slopes[at] = shown(sums, j, second) * (4.0 * open * (1.0 - open));
        }
    }
}
