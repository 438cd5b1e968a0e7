// Transforms of 3^threes 2^bits complex numbers in workgroup memory, as many as 1024 numbers hold at a time, in 256
// invocations; `threes` is 0, 1 or 2:
// c(y) = sum over f of v(f) exp(+2 pi i f y / length), decimation in time, in place.
// Of the host: `roots`, exp(2 pi i k / circle) for half a circle that all lengths divide: of 1024, 1536 or 1152.

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

// Parts of a transform that are powers of 2.
fn parts() -> u32 {
    return select(1u + 2u * threes, 9u, threes == 2u);
}

// Numbers of a transform.
fn length() -> u32 {
    return parts() << bits;
}

// Transforms at a time; the cells behind them are not used.
fn together() -> u32 {
    return 1024u / length();
}

// Places of the circle.
fn circle() -> u32 {
    return select(1024u + 512u * threes, 1152u, threes == 2u);
}

// Where the value of place `cell` goes before a transform: digits of its number in reverse order, thirds before halves.
fn reversed(cell: u32) -> u32 {
    let inside = cell % length();
    var rest = inside;
    var part = 0u;
    for (var k = 0u; k < threes; k = k + 1u) {
        part = part * 3u + rest % 3u;
        rest = rest / 3u;
    }
    return seat(cell - inside + (part << bits) + (reverseBits(rest) >> (32u - bits)));
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
        let near = roots[low * (circle() >> (stage + 1u))];
        // Of the later stage; its other pair is a quarter of a circle on.
        let far = roots[low * (circle() >> (stage + 2u))];
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
            let b = times(roots[low * (circle() >> (stage + 1u))], tile[far]);
            tile[near] = a + b;
            tile[far] = a - b;
        }
    }
    // Three transforms of `third` numbers to one of three times as many.
    var third = 1u << bits;
    for (var k = 0u; k < threes; k = k + 1u) {
        workgroupBarrier();
        for (var three = thread; three < together() * length() / 3u; three = three + 256u) {
            let low = three % third;
            let at = three / third * 3u * third + low;
            let near = seat(at);
            let middle = seat(at + third);
            let far = seat(at + 2u * third);
            let turn = roots[low * (circle() / (3u * third))];
            let a = tile[near];
            let b = times(turn, tile[middle]);
            let c = times(times(turn, turn), tile[far]);
            let sum = b + c;
            let between = a - 0.5 * sum;
            let across = 0.8660254 * vec2<f32>(c.y - b.y, b.x - c.x);
            tile[near] = a + sum;
            tile[middle] = between + across;
            tile[far] = between - across;
        }
        third = 3u * third;
    }
    workgroupBarrier();
}
