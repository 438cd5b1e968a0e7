// Transforms of 2^bits complex numbers in workgroup memory, 1024 numbers at a time in 256 invocations:
// c(y) = sum over f of v(f) exp(+2 pi i f y / 2^bits), radix 2, decimation in time, in place.
// Of the host: `roots`, exp(2 pi i k / 1024) for k below 512.

override bits: u32 = 7u;

@group(0) @binding(1) var<storage, read> roots: array<vec2<f32>>;

var<workgroup> tile: array<vec2<f32>, 1024>;

fn times(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
    return vec2<f32>(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

// Where the value of place `cell` goes before a transform: bits in reverse order.
fn reversed(cell: u32) -> u32 {
    let inside = (1u << bits) - 1u;
    return (cell & ~inside) | (reverseBits(cell & inside) >> (32u - bits));
}

// Transforms what was put into `tile`; all invocations see the result.
fn transform(thread: u32) {
    for (var stage = 0u; stage < bits; stage = stage + 1u) {
        workgroupBarrier();
        for (var j = 0u; j < 2u; j = j + 1u) {
            let butterfly = j * 256u + thread;
            let low = butterfly & ((1u << stage) - 1u);
            let at = ((butterfly >> stage) << (stage + 1u)) | low;
            let far = at + (1u << stage);
            let a = tile[at];
            let b = times(roots[low << (9u - stage)], tile[far]);
            tile[at] = a + b;
            tile[far] = a - b;
        }
    }
    workgroupBarrier();
}
