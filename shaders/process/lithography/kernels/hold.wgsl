// Pictures of which a part is held: their free share, and with `keeps` 1 what is held beside it.

override keeps: u32 = 0u;

struct Hold {
    pixels: u32,
    all: u32,
}

@group(0) @binding(0) var<uniform> record: Hold;
// Of one picture, the same for all.
@group(0) @binding(1) var<storage, read> free: array<f32>;
@group(0) @binding(2) var<storage, read> held: array<f32>;
@group(0) @binding(3) var<storage, read_write> pictures: array<f32>;

@compute @workgroup_size(256)
fn hold(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    // Rows of groups, since a row of them has an end.
    let i = (group.y * 1024u + group.x) * 256u + thread;
    if (i >= record.all) {
        return;
    }
    var value = free[i % record.pixels] * pictures[i];
    if (keeps == 1u) {
        value = value + held[i];
    }
    pictures[i] = value;
}
