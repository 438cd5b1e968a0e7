//! Joint confidence intervals over many figures, each from independent replications.

use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use geoul::results::record::RunRecord;
use geoul::rng::Seed;
use geoul::scene::schema::Scene;
use nalgebra::{DMatrix, DVector};
use statrs::distribution::{ContinuousCDF as _, StudentsT};

use crate::plant::run;

/// Chance that any figure of a correct engine falls outside its interval.
const FAMILY_ERROR: f64 = 0.01;

/// What theory says of a plant.
pub struct Figure {
    /// What it is.
    pub name: String,
    /// Its exact value.
    pub truth: f64,
    /// Widest allowed half-width of the interval, in the figure's unit.
    pub width: f64,
    /// A control of the case's figures after it, see [`observe`].
    pub control: bool,
}

/// Takes the figures out of a record, in their order.
pub type Measure = Box<dyn Fn(&RunRecord) -> Vec<f64> + Sync>;

/// A plant and what theory says of it.
pub struct Case {
    /// Name in the table.
    pub name: String,
    /// The plant.
    pub scene: Scene,
    /// Independent replications.
    pub replications: u32,
    /// Seed of the case, fixed beforehand.
    pub seed: u64,
    /// What theory says.
    pub figures: Vec<Figure>,
    /// What a run says, in the same order.
    pub measure: Measure,
}

/// A figure as it was seen.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Case and figure.
    pub name: String,
    /// What theory says.
    pub truth: f64,
    /// Mean over the replications, adjusted by the controls before it.
    pub mean: f64,
    /// Half-width of the joint interval.
    pub half: f64,
    /// Widest allowed half-width.
    pub width: f64,
}

impl Seen {
    /// The interval is narrow enough to say something.
    pub fn sharp(&self) -> bool {
        self.half <= self.width
    }

    /// The truth lies in the interval (rounding of the clock and of sums apart).
    pub fn holds(&self) -> bool {
        (self.mean - self.truth).abs() <= self.half + 1e-7 * (1.0 + self.truth.abs())
    }
}

/// Runs all cases on all cores; the intervals hold together with 99 %.
///
/// The error is shared out evenly over the figures (Bonferroni), so nothing is assumed
/// about how the figures of one case depend on one another.
///
/// Control variates: a run that by chance had more arrivals than their rate says had longer
/// queues too. What of a figure's spread follows the controls before it is taken off by linear
/// regression over the replications: the figure is the regression's value where those are true.
pub fn observe(cases: &[Case]) -> Vec<Seen> {
    let mut jobs: Vec<(usize, u32)> = cases
        .iter()
        .enumerate()
        .flat_map(|(c, case)| (0..case.replications).map(move |r| (c, r)))
        .collect();
    // One replication of each case after the other, so that the long ones do not all end last.
    jobs.sort_by_key(|(c, r)| (*r, *c));
    let values: Vec<Mutex<Vec<Vec<f64>>>> = cases
        .iter()
        .map(|case| Mutex::new(vec![Vec::new(); case.replications as usize]))
        .collect();
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((c, r)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let case = &cases[*c];
                    let record = run(&case.scene, Seed(case.seed).replication(*r + 1));
                    let seen = (case.measure)(&record);
                    assert_eq!(seen.len(), case.figures.len(), "{}", case.name);
                    values[*c].lock().expect("no thread panicked")[*r as usize] = seen;
                }
            });
        }
    });
    let compared: usize = cases.iter().map(|c| c.figures.len()).sum();
    let level = 1.0 - FAMILY_ERROR / (2.0 * compared as f64);
    let mut out = Vec::new();
    for (case, values) in cases.iter().zip(values) {
        let values = values.into_inner().expect("no thread panicked");
        let mut controls = vec![Vec::new(); values.len()];
        for (i, figure) in case.figures.iter().enumerate() {
            let figures: Vec<f64> = values.iter().map(|seen| seen[i]).collect();
            let (mean, error, freedom) = where_controls_are_true(&figures, &controls);
            if figure.control {
                for (controls, x) in controls.iter_mut().zip(&figures) {
                    controls.push(x - figure.truth);
                }
            }
            let t = StudentsT::new(0.0, 1.0, freedom)
                .expect("more replications than controls")
                .inverse_cdf(level);
            out.push(Seen {
                name: format!("{}: {}", case.name, figure.name),
                truth: figure.truth,
                mean,
                half: t * error,
                width: figure.width,
            });
        }
    }
    out
}

/// The least-squares plane through `figures` over `controls` (for each figure its deviations
/// from the truth), where these are 0: value, standard error, degrees of freedom.
fn where_controls_are_true(figures: &[f64], controls: &[Vec<f64>]) -> (f64, f64, f64) {
    let (n, k) = (figures.len(), controls[0].len());
    let x = DMatrix::from_fn(
        n,
        k + 1,
        |r, j| if j == 0 { 1.0 } else { controls[r][j - 1] },
    );
    let y = DVector::from_column_slice(figures);
    let inverse = (x.transpose() * &x)
        .try_inverse()
        .expect("controls vary, and not together");
    let plane = &inverse * x.transpose() * &y;
    let freedom = (n - k - 1) as f64;
    let variance = (y - x * &plane).norm_squared() / freedom;
    (plane[0], (variance * inverse[(0, 0)]).sqrt(), freedom)
}

/// All figures as a table: truth, seen, half-width (absolute, and as a share of the truth).
pub fn table(seen: &[Seen]) -> String {
    let mut text = String::new();
    for s in seen {
        let _ = writeln!(
            text,
            "{:<58} truth {:>11.6} seen {:>11.6} ± {:>9.6} ({:>5.2} %, allowed {:>5.2} %){}{}",
            s.name,
            s.truth,
            s.mean,
            s.half,
            100.0 * s.half / s.truth.abs().max(1e-12),
            100.0 * s.width / s.truth.abs().max(1e-12),
            if s.sharp() { "" } else { "  TOO WIDE" },
            if s.holds() { "" } else { "  OUTSIDE" },
        );
    }
    text
}

/// Fails unless every interval is narrow enough and holds its truth.
pub fn check(seen: &[Seen]) -> Result<(), String> {
    let bad: Vec<Seen> = seen
        .iter()
        .filter(|s| !s.sharp() || !s.holds())
        .cloned()
        .collect();
    if bad.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "{} of {} figures fail:\n{}",
            bad.len(),
            seen.len(),
            table(&bad)
        ))
    }
}
