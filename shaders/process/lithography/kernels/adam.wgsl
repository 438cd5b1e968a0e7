// One step of Adam from the slope at each parameter. The rate of each step comes from a table, and how many steps
// a clip has done from the kernel that counts them: nothing is sent from step to step.

struct Adam {
    pixels: u32,
    free: u32,
    all: u32,
}

@group(0) @binding(0) var<uniform> record: Adam;
@group(0) @binding(1) var<storage, read> slopes: array<f32>;
@group(0) @binding(2) var<storage, read> rates: array<f32>;
// Steps of each clip, this one too.
@group(0) @binding(3) var<storage, read> done: array<u32>;
// Share of a slope that counts, 0 where a parameter is held: of one clip, or one number for all.
@group(0) @binding(4) var<storage, read> free: array<f32>;
@group(0) @binding(5) var<storage, read_write> mean: array<f32>;
@group(0) @binding(6) var<storage, read_write> square: array<f32>;
@group(0) @binding(7) var<storage, read_write> theta: array<f32>;

@compute @workgroup_size(256)
fn adam(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    // Rows of groups, since a row of them has an end.
    let i = (group.y * 1024u + group.x) * 256u + thread;
    if (i >= record.all) {
        return;
    }
    let slope = slopes[i] * free[i % record.free];
    let now = moments(mean[i], square[i], slope);
    mean[i] = now.x;
    square[i] = now.y;
    theta[i] = theta[i] - stride(now, rates[done[i / record.pixels] - 1u]);
}
