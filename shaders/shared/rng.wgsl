// Philox4x32 with ten rounds, the same words as src/rng.rs: four random words for a counter under a key.

// The upper half of the product of two words.
fn mul_high(a: u32, b: u32) -> u32 {
    let a_low = a & 0xffffu;
    let a_high = a >> 16u;
    let b_low = b & 0xffffu;
    let b_high = b >> 16u;
    let middle = a_high * b_low + ((a_low * b_low) >> 16u);
    let rest = a_low * b_high + (middle & 0xffffu);
    return a_high * b_high + (middle >> 16u) + (rest >> 16u);
}

fn philox4x32(start: vec4<u32>, start_key: vec2<u32>) -> vec4<u32> {
    var counter = start;
    var key = start_key;
    for (var round = 0u; round < 10u; round = round + 1u) {
        if (round != 0u) {
            key = key + vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
        }
        let a_high = mul_high(0xd2511f53u, counter.x);
        let a_low = 0xd2511f53u * counter.x;
        let b_high = mul_high(0xcd9e8d57u, counter.z);
        let b_low = 0xcd9e8d57u * counter.z;
        counter = vec4<u32>(b_high ^ counter.y ^ key.x, b_low, a_high ^ counter.w ^ key.y, a_low);
    }
    return counter;
}
