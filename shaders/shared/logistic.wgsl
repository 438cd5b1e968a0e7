// 1 / (1 + exp(-x)). exp(-x) = 2^i * 2^r: the first by the bits of the exponent, the second by its series for
// |r| <= 1/2.
fn logistic(x: f32) -> f32 {
    let t = clamp(-x, -80.0, 80.0) * 1.4426950408889634;
    let whole = floor(t + 0.5);
    let r = (t - whole) * 0.6931471805599453;
    var series = 0.008333334 + r * 0.0013888889;
    series = 0.041666668 + r * series;
    series = 0.16666667 + r * series;
    series = 0.5 + r * series;
    series = 1.0 + r * series;
    series = 1.0 + r * series;
    let power = bitcast<f32>(bitcast<u32>(series) + (u32(i32(whole)) << 23u));
    return 1.0 / (1.0 + power);
}
