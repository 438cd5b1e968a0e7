// Coefficients times a factor for each frequency: what diffusion leaves of an image. It is its own adjoint.

struct Damp {
    each: u32,
    all: u32,
}

@group(0) @binding(0) var<uniform> record: Damp;
@group(0) @binding(1) var<storage, read> kept: array<f32>;
@group(0) @binding(2) var<storage, read_write> coefficients: array<vec2<f32>>;

@compute @workgroup_size(64)
fn damp(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= record.all) {
        return;
    }
    coefficients[id.x] = kept[id.x % record.each] * coefficients[id.x];
}
