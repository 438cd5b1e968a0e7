// From lines to the rows of a real picture; with `print` 1 what a smooth threshold makes of it:
// 1 / (1 + exp(-steepness (dose v - level))).

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
@group(0) @binding(3) var<storage, read_write> picture: array<f32>;

@compute @workgroup_size(64, 4)
fn spread_rows(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let sums = spread(group, local, record.n, record.half);
    for (var turn = 0u; turn < 8u; turn = turn + 1u) {
        let j = turn / 2u;
        let second = turn % 2u;
        let x = place(group.x * 64u + local.x, second, record.n);
        let row = group.y * 16u + local.y * 4u + j;
        if (row < record.rows && x < record.n) {
            var value = shown(sums, j, second);
            if (print == 1u) {
                value = logistic(record.steepness * (record.dose * value - record.level));
            }
            picture[row * record.n + x] = value;
        }
    }
}
