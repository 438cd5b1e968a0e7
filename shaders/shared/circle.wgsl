// Places on a circle of n, counted from 0: `step` places on from `at`, both below n.
fn along(at: u32, step: u32, n: u32) -> u32 {
    let next = at + step;
    return select(next, next - n, next >= n);
}
