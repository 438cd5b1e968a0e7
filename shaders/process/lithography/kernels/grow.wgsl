// Every pixel of coarse pictures as a block of pixels of fine ones.

struct Grow {
    n: u32,
    block: u32,
}

@group(0) @binding(0) var<uniform> record: Grow;
@group(0) @binding(1) var<storage, read> coarse: array<f32>;
@group(0) @binding(2) var<storage, read_write> fine: array<f32>;

@compute @workgroup_size(16, 16)
fn grow(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= record.n || id.y >= record.n) {
        return;
    }
    let side = record.n / record.block;
    let at = (id.z * side + id.y / record.block) * side + id.x / record.block;
    fine[(id.z * record.n + id.y) * record.n + id.x] = coarse[at];
}
