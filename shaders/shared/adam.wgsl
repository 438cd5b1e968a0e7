// A step of Adam (D. P. Kingma, J. Ba, 2015): mean and mean square of the slopes so far, and the way to go.

// x: mean, y: mean square, with one more slope.
fn moments(mean: f32, square: f32, slope: f32) -> vec2<f32> {
    return vec2<f32>(0.9f * mean + (1.0f - 0.9f) * slope, 0.999f * square + (1.0f - 0.999f) * slope * slope);
}

// How far to go: `rate` with its correction for the first steps.
fn stride(moments: vec2<f32>, rate: f32) -> f32 {
    return rate * moments.x / (sqrt(moments.y) + 1.0e-8f);
}
