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

fn put(row: u32, x: u32, shown: f32) {
    if (row < record.rows) {
        var value = shown;
        if (print == 1u) {
            value = logistic(record.steepness * (record.dose * shown - record.level));
        }
        picture[row * record.n + x] = value;
    }
}

fn four(row: u32, x: u32, values: vec4<f32>) {
    put(row, x, values.x);
    put(row + 1u, x, values.y);
    put(row + 2u, x, values.z);
    put(row + 3u, x, values.w);
}

@compute @workgroup_size(32, 8)
fn spread_rows(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    spread(group, local, record.n, record.half);
}
