//! Statistics of replications: moments, intervals, comparisons of means, quantiles.
//!
//! Intervals are Student's (replications are independent and their means close to
//! normal); see A. M. Law, "Simulation Modeling and Analysis", 5th ed., chapters 9
//! and 10, for why replications rather than one long run.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Count, mean and sum of squared deviations of a stream of values.
///
/// Welford's recurrence (Technometrics 4, 1962, 419): one pass, no cancellation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    n: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Takes one value in.
    pub fn push(&mut self, value: f64) {
        self.n += 1;
        let before = value - self.mean;
        self.mean += before / self.n as f64;
        self.squares += before * (value - self.mean);
    }

    /// Values taken in.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Mean; `None` without a value.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then_some(self.mean)
    }

    /// Unbiased variance; `None` with fewer than two values.
    pub fn variance(&self) -> Option<f64> {
        (self.n > 1).then(|| (self.squares / (self.n - 1) as f64).max(0.0))
    }

    /// Standard error of the mean; `None` with fewer than two values.
    pub fn standard_error(&self) -> Option<f64> {
        self.variance().map(|v| (v / self.n as f64).sqrt())
    }

    /// Half-width of the two-sided Student interval of the mean; `None` with fewer
    /// than two values.
    pub fn half_width(&self, confidence: f64) -> Option<f64> {
        let se = self.standard_error()?;
        Some(t_quantile(0.5 + 0.5 * confidence, (self.n - 1) as f64) * se)
    }

    /// Lower one-sided confidence bound of the mean; `None` with fewer than two values.
    pub fn lower_bound(&self, confidence: f64) -> Option<f64> {
        let se = self.standard_error()?;
        Some(self.mean - t_quantile(confidence, (self.n - 1) as f64) * se)
    }

    /// Upper one-sided confidence bound of the mean; `None` with fewer than two values.
    pub fn upper_bound(&self, confidence: f64) -> Option<f64> {
        let se = self.standard_error()?;
        Some(self.mean + t_quantile(confidence, (self.n - 1) as f64) * se)
    }

    /// Two-sided p-value of the hypothesis that the mean is zero; `None` with fewer
    /// than two values. Without any spread the answer is certain: 1 at zero, else 0.
    pub fn p_of_zero(&self) -> Option<f64> {
        let se = self.standard_error()?;
        Some(two_sided_p(self.mean, se, (self.n - 1) as f64))
    }
}

/// A mean with its confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Mean.
    pub mean: f64,
    /// Lower end; `None` where one value alone says nothing about the spread.
    pub low: Option<f64>,
    /// Upper end; `None` where one value alone says nothing about the spread.
    pub high: Option<f64>,
    /// Values behind it.
    pub n: u64,
}

/// Two-sided Student interval of the mean; `None` without a value.
pub fn interval(moments: &Moments, confidence: f64) -> Option<Interval> {
    let mean = moments.mean()?;
    let half = moments.half_width(confidence);
    Some(Interval {
        mean,
        low: half.map(|h| mean - h),
        high: half.map(|h| mean + h),
        n: moments.n(),
    })
}

/// A difference of two means with its interval and p-value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Second mean less the first.
    pub mean: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Degrees of freedom of Student's distribution.
    pub dof: f64,
    /// Two-sided p-value of "no difference".
    pub p: f64,
}

/// Paired difference `b − a`: value i of both comes from the same luck.
///
/// `None` with fewer than two pairs or with unequal lengths.
pub fn paired(a: &[f64], b: &[f64], confidence: f64) -> Option<Difference> {
    if a.len() != b.len() {
        return None;
    }
    let mut moments = Moments::default();
    for (a, b) in a.iter().zip(b) {
        moments.push(b - a);
    }
    let half = moments.half_width(confidence)?;
    let mean = moments.mean()?;
    Some(Difference {
        mean,
        low: mean - half,
        high: mean + half,
        dof: (moments.n() - 1) as f64,
        p: moments.p_of_zero()?,
    })
}

/// Difference `b − a` of independent samples of unequal variance.
///
/// Welch (Biometrika 34, 1947, 28) with Satterthwaite's degrees of freedom.
/// `None` when either has fewer than two values.
pub fn welch(a: &Moments, b: &Moments, confidence: f64) -> Option<Difference> {
    let (va, vb) = (a.variance()? / a.n() as f64, b.variance()? / b.n() as f64);
    let mean = b.mean()? - a.mean()?;
    let se = (va + vb).sqrt();
    let dof = if se > 0.0 {
        (va + vb) * (va + vb) / (va * va / (a.n() - 1) as f64 + vb * vb / (b.n() - 1) as f64)
    } else {
        (a.n() + b.n() - 2) as f64
    };
    let half = t_quantile(0.5 + 0.5 * confidence, dof) * se;
    Some(Difference {
        mean,
        low: mean - half,
        high: mean + half,
        dof,
        p: two_sided_p(mean, se, dof),
    })
}

/// Quantile of Student's distribution.
///
/// `p` strictly between 0 and 1, `dof` at least 1.
pub fn t_quantile(p: f64, dof: f64) -> f64 {
    student(dof).inverse_cdf(p.clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON))
}

fn two_sided_p(mean: f64, se: f64, dof: f64) -> f64 {
    if se > 0.0 {
        (2.0 * student(dof).sf((mean / se).abs())).min(1.0)
    } else if mean == 0.0 {
        1.0
    } else {
        0.0
    }
}

fn student(dof: f64) -> StudentsT {
    StudentsT::new(0.0, 1.0, dof.max(1.0)).expect("one or more degrees of freedom, unit scale")
}

/// Quantile of unsorted values by linear interpolation between order statistics
/// (Hyndman and Fan's type 7); `None` without values. Reorders them.
pub fn quantile<T: Copy + Into<f64>>(values: &mut [T], p: f64) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let place = p.clamp(0.0, 1.0) * (values.len() - 1) as f64;
    let below = place.floor();
    let order = |a: &T, b: &T| {
        let (a, b): (f64, f64) = ((*a).into(), (*b).into());
        a.total_cmp(&b)
    };
    let (_, low, rest) = values.select_nth_unstable_by(below as usize, order);
    let low: f64 = (*low).into();
    let high = rest
        .iter()
        .map(|v| (*v).into())
        .fold(f64::INFINITY, f64::min);
    Some(if place > below && high.is_finite() {
        low + (place - below) * (high - low)
    } else {
        low
    })
}

/// Bonferroni's adjusted p-values: each times their number, at most 1.
pub fn bonferroni(p: &[f64]) -> Vec<f64> {
    let n = p.len() as f64;
    p.iter().map(|p| (p * n).min(1.0)).collect()
}

/// Holm's adjusted p-values (Scandinavian Journal of Statistics 6, 1979, 65), in the
/// order given. As safe against one false alarm in the family as Bonferroni's,
/// and never larger.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut least: f64 = 0.0;
    for (rank, &i) in order.iter().enumerate() {
        least = least.max(((p.len() - rank) as f64 * p[i]).min(1.0));
        adjusted[i] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn moments(values: &[f64]) -> Moments {
        let mut m = Moments::default();
        values.iter().for_each(|v| m.push(*v));
        m
    }

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} against {b}");
    }

    /// Printed in every statistics textbook's table of Student's distribution.
    #[test]
    fn student_quantiles_match_the_printed_table() {
        for (p, dof, t) in [
            (0.975, 1.0, 12.706_2),
            (0.975, 2.0, 4.302_65),
            (0.975, 9.0, 2.262_16),
            (0.975, 19.0, 2.093_02),
            (0.95, 4.0, 2.131_85),
            (0.995, 29.0, 2.756_39),
            (0.9, 120.0, 1.288_65),
        ] {
            close(t_quantile(p, dof), t, 5e-5 * t);
        }
    }

    /// A. M. Law, "Simulation Modeling and Analysis", 5th ed., example 4.26: ten values
    /// with mean 1.34, variance 0.17 and 90 % interval 1.34 ± 0.24.
    #[test]
    fn interval_matches_the_textbook() {
        let m = moments(&[1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09]);
        close(m.mean().unwrap(), 1.34, 0.005);
        close(m.variance().unwrap(), 0.17, 0.005);
        let i = interval(&m, 0.90).unwrap();
        close(i.high.unwrap() - i.mean, 0.24, 0.005);
        assert_eq!(i.n, 10);
        // One-sided bounds at 95 % are the ends of the two-sided 90 % interval.
        close(m.lower_bound(0.95).unwrap(), i.low.unwrap(), 1e-9);
        close(m.upper_bound(0.95).unwrap(), i.high.unwrap(), 1e-9);
    }

    /// Student's own sleep data (Biometrika 6, 1908): paired t = 4.0621, p = 0.00283,
    /// 95 % interval 0.7001 to 2.4599; Welch t = 1.8608, dof 17.776, p = 0.07939.
    #[test]
    fn sleep_data_paired_and_welch() {
        let a = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
        let b = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
        let d = paired(&a, &b, 0.95).unwrap();
        close(d.mean, 1.58, 1e-12);
        close(d.low, 0.700_114_2, 1e-6);
        close(d.high, 2.459_885_8, 1e-6);
        close(d.p, 0.002_832_89, 1e-7);
        let w = welch(&moments(&a), &moments(&b), 0.95).unwrap();
        close(w.dof, 17.776_47, 1e-4);
        close(w.p, 0.079_394_1, 1e-6);
        close(w.low, -0.205_483_2, 1e-6);
        close(w.high, 3.365_483_2, 1e-6);
    }

    #[test]
    fn a_single_value_has_no_interval() {
        let i = interval(&moments(&[3.0]), 0.95).unwrap();
        assert_eq!((i.mean, i.low, i.high), (3.0, None, None));
        assert_eq!(interval(&Moments::default(), 0.95), None);
        assert_eq!(moments(&[2.0, 2.0]).p_of_zero(), Some(0.0));
        assert_eq!(moments(&[0.0, 0.0]).p_of_zero(), Some(1.0));
        assert_eq!(paired(&[1.0], &[1.0, 2.0], 0.95), None);
    }

    /// Values of R's `p.adjust`.
    #[test]
    fn adjusted_p_values() {
        let p = [0.01, 0.04, 0.03, 0.005];
        let check =
            |a: Vec<f64>, b: [f64; 4]| a.iter().zip(b).for_each(|(a, b)| close(*a, b, 1e-12));
        check(holm(&p), [0.03, 0.06, 0.06, 0.02]);
        check(bonferroni(&p), [0.04, 0.16, 0.12, 0.02]);
    }

    /// R: `quantile(c(15, 20, 35, 40, 50), c(0.05, 0.4, 0.95))` gives 16, 29, 48.
    #[test]
    fn quantiles_interpolate() {
        for (p, q) in [
            (0.0, 15.0),
            (0.05, 16.0),
            (0.4, 29.0),
            (0.95, 48.0),
            (1.0, 50.0),
        ] {
            close(
                quantile(&mut [40.0, 15.0, 50.0, 20.0, 35.0], p).unwrap(),
                q,
                1e-12,
            );
        }
        assert_eq!(quantile::<f64>(&mut [], 0.5), None);
    }

    proptest! {
        #[test]
        fn welford_agrees_with_two_passes(values in prop::collection::vec(-1e6..1e6f64, 2..50)) {
            let m = moments(&values);
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let var = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64;
            prop_assert!((m.mean().unwrap() - mean).abs() <= 1e-9 * 1e6);
            prop_assert!((m.variance().unwrap() - var).abs() <= 1e-9 * var.max(1.0));
        }

        #[test]
        fn holm_lies_between_raw_and_bonferroni(p in prop::collection::vec(0.0..1.0f64, 1..20)) {
            for ((raw, h), b) in p.iter().zip(holm(&p)).zip(bonferroni(&p)) {
                prop_assert!(*raw <= h + 1e-15 && h <= b + 1e-15);
            }
        }
    }
}
