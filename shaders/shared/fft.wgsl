// Transforms of 2^bits complex numbers in workgroup memory, 1024 numbers at a time in 256 invocations:
// c(y) = sum over f of v(f) exp(+2 pi i f y / 2^bits), decimation in time, in place.
// Of the host: `roots`, exp(2 pi i k / 1024) for k below 512.

override bits: u32 = 7u;

@group(0) @binding(1) var<storage, read> roots: array<vec2<f32>>;

// Numbers at their seats.
var<workgroup> tile: array<vec2<f32>, 1279>;

// Where a number lies: gaps keep those that are used at once in different banks.
fn seat(cell: u32) -> u32 {
    return cell + (cell >> 2u);
}

fn times(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
    return vec2<f32>(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

// Where the value of place `cell` goes before a transform: bits in reverse order.
fn reversed(cell: u32) -> u32 {
    let inside = (1u << bits) - 1u;
    return seat((cell & ~inside) | (reverseBits(cell & inside) >> (32u - bits)));
}

// Transforms what was put into `tile`; all invocations see the result. Two stages at a time: four numbers stay with
// one invocation between them.
fn transform(thread: u32) {
    for (var stage = 0u; stage + 1u < bits; stage = stage + 2u) {
        workgroupBarrier();
        let low = thread & ((1u << stage) - 1u);
        let at = ((thread >> stage) << (stage + 2u)) | low;
        let first = seat(at);
        let second = seat(at + (1u << stage));
        let third = seat(at + (2u << stage));
        let fourth = seat(at + (3u << stage));
        let near = roots[low << (9u - stage)];
        // Of the later stage; its other pair is a quarter of a circle on.
        let far = roots[low << (8u - stage)];
        let a = tile[first];
        let b = times(near, tile[second]);
        let c = tile[third];
        let d = times(near, tile[fourth]);
        let sum = a + b;
        let difference = a - b;
        let others = times(far, c + d);
        let across = times(vec2<f32>(-far.y, far.x), c - d);
        tile[first] = sum + others;
        tile[second] = difference + across;
        tile[third] = sum - others;
        tile[fourth] = difference - across;
    }
    if (bits % 2u == 1u) {
        workgroupBarrier();
        for (var j = 0u; j < 2u; j = j + 1u) {
            let butterfly = j * 256u + thread;
            let stage = bits - 1u;
            let low = butterfly & ((1u << stage) - 1u);
            let at = ((butterfly >> stage) << bits) | low;
            let near = seat(at);
            let far = seat(at + (1u << stage));
            let a = tile[near];
            let b = times(roots[low << (9u - stage)], tile[far]);
            tile[near] = a + b;
            tile[far] = a - b;
        }
    }
    workgroupBarrier();
}
