// Photons that each pixel of the resist absorbs: Poisson with mean clear * intensity.
// The photons of the brightest field are drawn from a table, then each is kept with the probability
// intensity / top: so only whole numbers decide, and the CPU finds the same.

struct Photons {
    pixels: u32,
    entries: u32,
    trial: u32,
    stream: u32,
    seed_low: u32,
    seed_high: u32,
    to_word: f32,
}

@group(0) @binding(0) var<uniform> record: Photons;
// Chance of at most i photons in the brightest field, times 2^32, rising.
@group(0) @binding(1) var<storage, read> table: array<u32>;
@group(0) @binding(2) var<storage, read> intensity: array<f32>;
@group(0) @binding(3) var<storage, read_write> counts: array<u32>;

@compute @workgroup_size(64)
fn photons(@builtin(global_invocation_id) id: vec3<u32>) {
    let pixel = id.x;
    if (pixel >= record.pixels) {
        return;
    }
    let key = vec2<u32>(record.seed_low, record.seed_high);
    var words = philox4x32(vec4<u32>(record.trial, pixel, 0u, record.stream), key);
    let drawn = words.x;
    var arrived = 0u;
    for (var i = 0u; i < record.entries; i = i + 1u) {
        arrived = arrived + select(0u, 1u, table[i] <= drawn);
    }
    // At most 2^32 - 256, which a float holds.
    let chance = u32(clamp(intensity[pixel] * record.to_word, 0.0, 4294967040.0));
    var kept = 0u;
    for (var i = 0u; i < min(arrived, record.entries); i = i + 1u) {
        if (i % 4u == 0u) {
            words = philox4x32(vec4<u32>(record.trial, pixel, 1u + i / 4u, record.stream), key);
        }
        if (words[i % 4u] < chance) {
            kept = kept + 1u;
        }
    }
    counts[pixel] = kept;
}
