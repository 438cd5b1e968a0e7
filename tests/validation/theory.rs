//! Textbook closed forms, in minutes.

/// M/M/1: mean wait in queue.
pub fn mm1_wait(lam: f64, mu: f64) -> f64 {
    lam / (mu * (mu - lam))
}

/// Probability that an arriving customer of M/M/c/c is lost (Erlang B), by its recursion.
pub fn erlang_b(a: f64, c: u32) -> f64 {
    (1..=c).fold(1.0, |b, n| a * b / (f64::from(n) + a * b))
}

/// Probability that an arriving customer of M/M/c waits (Erlang C).
pub fn erlang_c(a: f64, c: u32) -> f64 {
    let b = erlang_b(a, c);
    let rho = a / f64::from(c);
    b / (1.0 - rho * (1.0 - b))
}

/// M/G/1: mean wait (Pollaczek, Khinchine).
pub fn pollaczek_khinchine(lam: f64, es: f64, es2: f64) -> f64 {
    lam * es2 / (2.0 * (1.0 - lam * es))
}

/// M/M/1 with two classes and non-preemptive priority: mean waits (Cobham).
pub fn cobham(lam_hot: f64, lam_regular: f64, mu: f64) -> (f64, f64) {
    let residual = (lam_hot + lam_regular) / (mu * mu);
    let (hot, all) = (lam_hot / mu, (lam_hot + lam_regular) / mu);
    (
        residual / (1.0 - hot),
        residual / ((1.0 - hot) * (1.0 - all)),
    )
}

/// D/M/1: mean wait; sigma solves sigma = exp(-(mu / lam) (1 - sigma)).
pub fn dm1_wait(lam: f64, mu: f64) -> f64 {
    let mut sigma = 0.5;
    for _ in 0..10_000 {
        sigma = f64::exp(-mu / lam * (1.0 - sigma));
    }
    sigma / (mu * (1.0 - sigma))
}

/// Closed network of single servers with `n` lots: throughput (mean-value analysis).
pub fn mva(demands: &[f64], n: u32) -> f64 {
    let mut queue = vec![0.0; demands.len()];
    let mut throughput = 0.0;
    for lots in 1..=n {
        let time: Vec<f64> = demands
            .iter()
            .zip(&queue)
            .map(|(d, q)| d * (1.0 + q))
            .collect();
        throughput = f64::from(lots) / time.iter().sum::<f64>();
        queue = time.iter().map(|t| t * throughput).collect();
    }
    throughput
}

/// `n` machines, `crews` repairers: mean number of machines down (birth and death).
pub fn machines_down(n: u32, crews: u32, mttf: f64, mttr: f64) -> f64 {
    let (mut p, mut sum, mut down) = (1.0, 1.0, 0.0);
    for k in 1..=n {
        p *= f64::from(n - k + 1) / mttf * mttr / f64::from(k.min(crews));
        sum += p;
        down += f64::from(k) * p;
    }
    down / sum
}
