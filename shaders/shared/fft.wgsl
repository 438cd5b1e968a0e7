// Transforms of 2^bits or, with `threes` 1, 3 times 2^bits complex numbers in workgroup memory, as many as 1024 numbers
// hold at a time, in 256 invocations:
// c(y) = sum over f of v(f) exp(+2 pi i f y / length), decimation in time, in place.
// Of the host: `roots`, exp(2 pi i k / circle) for half the circle of 1024 or, with `threes` 1, 1536.

override bits: u32 = 7u;
override threes: u32 = 0u;

@group(0) @binding(1) var<storage, read> roots: array<vec2<f32>>;

// Numbers at their seats, and room for one cell more.
var<workgroup> tile: array<vec2<f32>, 1281>;

// Where a number lies: gaps keep those that are used at once in different banks.
fn seat(cell: u32) -> u32 {
    return cell + (cell >> 2u);
}

fn times(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
    return vec2<f32>(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

// Numbers of a transform.
fn length() -> u32 {
    return (1u + 2u * threes) << bits;
}

// Transforms at a time; the cells behind them are not used.
fn together() -> u32 {
    return 1024u / length();
}

// Where the value of place `cell` goes before a transform: every third place to a part of its own, the bits of its number
// among them in reverse order.
fn reversed(cell: u32) -> u32 {
    let inside = cell % length();
    let parts = 1u + 2u * threes;
    return seat(cell - inside + ((inside % parts) << bits) + (reverseBits(inside / parts) >> (32u - bits)));
}

// Transforms what was put into `tile`; all invocations see the result. Two stages at a time: four numbers stay with
// one invocation between them.
fn transform(thread: u32) {
    let half_circle = 512u + 256u * threes;
    for (var stage = 0u; stage + 1u < bits; stage = stage + 2u) {
        workgroupBarrier();
        let low = thread & ((1u << stage) - 1u);
        let at = ((thread >> stage) << (stage + 2u)) | low;
        let first = seat(at);
        let second = seat(at + (1u << stage));
        let third = seat(at + (2u << stage));
        let fourth = seat(at + (3u << stage));
        let near = roots[low * (half_circle >> stage)];
        // Of the later stage; its other pair is a quarter of a circle on.
        let far = roots[low * (half_circle >> (stage + 1u))];
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
            let b = times(roots[low * (half_circle >> stage)], tile[far]);
            tile[near] = a + b;
            tile[far] = a - b;
        }
    }
    if (threes == 1u) {
        workgroupBarrier();
        // The transforms of every third number to the whole one.
        for (var three = thread; three < together() << bits; three = three + 256u) {
            let low = three & ((1u << bits) - 1u);
            let at = (three >> bits) * length() + low;
            let first = seat(at);
            let second = seat(at + (1u << bits));
            let third = seat(at + (2u << bits));
            let turn = roots[low * (512u >> bits)];
            let a = tile[first];
            let b = times(turn, tile[second]);
            let c = times(times(turn, turn), tile[third]);
            let sum = b + c;
            let between = a - 0.5 * sum;
            let across = 0.8660254 * vec2<f32>(c.y - b.y, b.x - c.x);
            tile[first] = a + sum;
            tile[second] = between + across;
            tile[third] = between - across;
        }
    }
    workgroupBarrier();
}
