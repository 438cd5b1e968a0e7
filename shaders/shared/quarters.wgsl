// What kernels share that turn rows, folded about their quarters, to frequencies.

// A number turned on by as much as `turn` is.
fn moved(value: vec2<f32>, turn: vec2<f32>) -> vec2<f32> {
    return vec2<f32>(value.x * turn.x - value.y * turn.y, value.x * turn.y + value.y * turn.x);
}

// Of four pixels that are mirror images of one another, what even frequencies meet, with cosines and with sines, and then
// what odd ones meet.
fn mirrored_four(a: f32, b: f32, c: f32, d: f32) -> vec4<f32> {
    let near = a + d;
    let far = b + c;
    let near_odd = a - d;
    let far_odd = b - c;
    return vec4<f32>(near + far, near_odd - far_odd, near - far, near_odd + far_odd);
}

// Sums over places for two numbers, the upper at three frequencies and then the lower.
struct Sums {
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    d: vec4<f32>,
    e: vec4<f32>,
    g: vec4<f32>,
}

fn no_sums() -> Sums {
    let nothing = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    return Sums(nothing, nothing, nothing, nothing, nothing, nothing);
}

fn added(x: Sums, y: Sums) -> Sums {
    return Sums(x.a + y.a, x.b + y.b, x.c + y.c, x.d + y.d, x.e + y.e, x.g + y.g);
}

// `sums` and what a place gives: its numbers times the turns of the three frequencies.
fn turned(sums: Sums, upper: vec4<f32>, lower: vec4<f32>, first: vec2<f32>, second: vec2<f32>, third: vec2<f32>) -> Sums {
    return Sums(
        sums.a + upper * first.xyxy,
        sums.b + upper * second.xyxy,
        sums.c + upper * third.xyxy,
        sums.d + lower * first.xyxy,
        sums.e + lower * second.xyxy,
        sums.g + lower * third.xyxy,
    );
}
