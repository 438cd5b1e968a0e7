// The running mean of each picture over 2 reach + 1 by 2 reach + 1 pixels; beyond the border is nothing. It is its
// own adjoint. Tiles of 16 by 16 pixels with their surroundings, summed along y and then along x.

struct Pool {
    n: u32,
    reach: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> record: Pool;
@group(0) @binding(1) var<storage, read> picture: array<f32>;
@group(0) @binding(2) var<storage, read_write> means: array<f32>;

// 32 by 32 pixels, from `reach` before the tile on; reach is at most 8.
var<workgroup> around: array<f32, 1024>;
// 16 rows of 32 columns.
var<workgroup> columns: array<f32, 512>;

@compute @workgroup_size(16, 16)
fn pool(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let first = group.z * record.n * record.n;
    let thread = local.y * 16u + local.x;
    for (var j = 0u; j < 4u; j = j + 1u) {
        let cell = j * 256u + thread;
        // Before the picture's first pixel this is no small number but a very large one.
        let x = group.x * 16u + cell % 32u - record.reach;
        let y = group.y * 16u + cell / 32u - record.reach;
        var value = 0.0;
        if (x < record.n && y < record.n) {
            value = picture[first + y * record.n + x];
        }
        around[cell] = value;
    }
    workgroupBarrier();
    for (var j = 0u; j < 2u; j = j + 1u) {
        let cell = j * 256u + thread;
        var sum = 0.0;
        for (var k = 0u; k <= 2u * record.reach; k = k + 1u) {
            sum = sum + around[cell + k * 32u];
        }
        columns[cell] = sum;
    }
    workgroupBarrier();
    var sum = 0.0;
    for (var k = 0u; k <= 2u * record.reach; k = k + 1u) {
        sum = sum + columns[local.y * 32u + local.x + k];
    }
    let x = group.x * 16u + local.x;
    let y = group.y * 16u + local.y;
    if (x < record.n && y < record.n) {
        means[first + y * record.n + x] = record.scale * sum;
    }
}
