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

@compute @workgroup_size(64, 4)
fn descend(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let sums = spread(group, local, record.n, record.half);
    for (var turn = 0u; turn < 8u; turn = turn + 1u) {
        let j = turn / 2u;
        let second = turn % 2u;
        let x = place(group.x * 64u + local.x, second, record.n);
        let row = group.y * 16u + local.y * 4u + j;
        if (row < record.rows && x < record.n) {
            let i = row * record.n + x;
            let open = logistic(4.0 * (theta[i] - 0.5));
            let slope = shown(sums, j, second) * (4.0 * open * (1.0 - open)) * free[i % record.free];
            let now = moments(mean[i], square[i], slope);
            mean[i] = now.x;
            square[i] = now.y;
            theta[i] = theta[i] - stride(now, rates[done[row / record.n] - 1u]);
        }
    }
}
