//! Pixels of one size made of pixels of another, and the running mean over pixels.

use crate::sim::process::lithography::band::Real;

/// Running mean of `size` by `size` pixels; beyond the border is nothing.
pub fn pooled<T: Real>(picture: &[T], n: usize, size: usize) -> Vec<T> {
    if size <= 1 {
        return picture.to_vec();
    }
    let reach = size / 2;
    let scale = T::of(1.0 / (size * size) as f64);
    // Along y by whole rows, then along x inside a row.
    let mut columns = vec![T::zero(); n * n];
    for y in 0..n {
        let row = &mut columns[y * n..(y + 1) * n];
        for from in y.saturating_sub(reach)..(y + reach + 1).min(n) {
            for (sum, v) in row.iter_mut().zip(&picture[from * n..(from + 1) * n]) {
                *sum += *v;
            }
        }
    }
    let mut out = vec![T::zero(); n * n];
    for (row, out) in columns.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
        for shift in 0..size {
            // out[x] += row[x + shift − reach]
            let (to, from) = (reach.saturating_sub(shift), shift.saturating_sub(reach));
            for (sum, v) in out[to..].iter_mut().zip(&row[from..]) {
                *sum += *v * scale;
            }
        }
    }
    out
}

/// Means of blocks of pixels.
pub fn shrink(picture: &[f32], from: u32, to: u32) -> Vec<f32> {
    if from == to {
        return picture.to_vec();
    }
    let (from, to) = (from as usize, to as usize);
    let block = from / to;
    let scale = 1.0 / (block * block) as f32;
    let mut out = vec![0.0; to * to];
    for (y, row) in picture.chunks_exact(from).enumerate() {
        let out = &mut out[y / block * to..][..to];
        for (sum, pixels) in out.iter_mut().zip(row.chunks_exact(block)) {
            *sum += pixels.iter().sum::<f32>() * scale;
        }
    }
    out
}

/// Every pixel as a block of pixels.
pub fn grown<T: Copy>(picture: &[T], from: u32, to: u32) -> Vec<T> {
    let (n, block) = (from as usize, (to / from) as usize);
    if block == 1 {
        return picture.to_vec();
    }
    let mut out = Vec::with_capacity(picture.len() * block * block);
    for row in picture.chunks_exact(n) {
        let wide: Vec<T> = row
            .iter()
            .flat_map(|v| std::iter::repeat_n(*v, block))
            .collect();
        for _ in 0..block {
            out.extend_from_slice(&wide);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_running_mean_is_its_own_adjoint() {
        let n = 12;
        let a: Vec<f64> = (0..n * n).map(|i| ((i * i) % 17) as f64).collect();
        let b: Vec<f64> = (0..n * n).map(|i| ((i * 5) % 13) as f64).collect();
        let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(p, q)| p * q).sum::<f64>();
        let (left, right) = (dot(&pooled(&a, n, 5), &b), dot(&a, &pooled(&b, n, 5)));
        assert!((left - right).abs() < 1e-9 * left.abs());
        assert!((pooled(&vec![1.0_f64; n * n], n, 5)[5 * n + 5] - 1.0).abs() < 1e-12);
    }
}
