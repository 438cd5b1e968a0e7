//! One run against the demands of its scene: verdicts, JUnit, exit code.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::kpi::{self, Summary};
use crate::scene::schema::Check;

/// Verdict on one check.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckResult {
    /// Figure, and what it is of: `cycle_time of Lot_3`.
    pub name: String,
    /// Figure.
    pub kpi: String,
    /// What it is of; empty: the whole plant.
    pub of: String,
    /// Unit.
    pub unit: &'static str,
    /// Lowest allowed value.
    pub min: Option<f64>,
    /// Highest allowed value.
    pub max: Option<f64>,
    /// Confidence with which the demand must be shown; `None`: the mean decides.
    pub confidence: Option<f64>,
    /// Mean seen; `None`: nothing was seen.
    pub mean: Option<f64>,
    /// One-sided lower bound compared with `min`, if a confidence was demanded.
    pub lower: Option<f64>,
    /// One-sided upper bound compared with `max`, if a confidence was demanded.
    pub upper: Option<f64>,
    /// Replications behind it.
    pub n: u64,
    /// Whether the demand was met.
    pub passed: bool,
    /// Demand and finding in one sentence.
    pub reason: String,
}

/// Judges every check.
///
/// With a confidence c a check passes when the demand is *shown*: the one-sided bound
/// of the mean at confidence c is on the good side of the limit. Where both limits are
/// given, both must be shown, each at c; the joint claim then holds at c as well
/// (intersection–union test, Berger, Technometrics 24, 1982, 295). A demand for
/// confidence cannot be met by one replication. A figure of which nothing was seen fails.
pub fn evaluate(checks: &[Check], summary: &Summary) -> Vec<CheckResult> {
    checks.iter().map(|c| judge(c, summary)).collect()
}

/// Whether all passed; the command exits with 0 then and with 1 otherwise.
pub fn all_passed(results: &[CheckResult]) -> bool {
    results.iter().all(|r| r.passed)
}

fn judge(check: &Check, summary: &Summary) -> CheckResult {
    let unit = kpi::find(&check.kpi).map_or("", |k| k.unit);
    let of = if check.of.is_empty() { "" } else { " of " };
    let moments = summary.moments(&check.kpi, &check.of).unwrap_or_default();
    let mean = moments.mean();
    let bound = |side: fn(&super::statistics::Moments, f64) -> Option<f64>| match check.confidence {
        Some(c) => side(&moments, c),
        None => mean,
    };
    let lower = bound(super::statistics::Moments::lower_bound);
    let upper = bound(super::statistics::Moments::upper_bound);
    let holds = check.min.is_none_or(|min| lower.is_some_and(|l| l >= min))
        && check.max.is_none_or(|max| upper.is_some_and(|u| u <= max));
    let passed = mean.is_some() && holds;
    let demanded = match (check.min, check.max) {
        (Some(min), Some(max)) => format!("{min} to {max} {unit}"),
        (Some(min), None) => format!("at least {min} {unit}"),
        (None, Some(max)) => format!("at most {max} {unit}"),
        (None, None) => "any value".to_owned(),
    };
    let with = check.confidence.map_or(String::new(), |c| {
        format!(" with {} % confidence", 100.0 * c)
    });
    let seen = match (mean, check.confidence) {
        (None, _) => "nothing was seen to judge by".to_owned(),
        (Some(m), None) => format!("mean {m:.4} {unit} (n = {})", moments.n()),
        (Some(m), Some(_)) if moments.n() < 2 => {
            format!("mean {m:.4} {unit} of one replication; confidence takes two or more")
        }
        (Some(m), Some(_)) => {
            let side = |name, limit: Option<f64>, value: Option<f64>| {
                limit
                    .and(value)
                    .map_or(String::new(), |v| format!(", {name} bound {v:.4}"))
            };
            format!(
                "mean {m:.4} {unit} (n = {}){}{}",
                moments.n(),
                side("lower", check.min, lower),
                side("upper", check.max, upper)
            )
        }
    };
    CheckResult {
        name: format!("{}{of}{}", check.kpi, check.of),
        kpi: check.kpi.clone(),
        of: check.of.clone(),
        unit,
        min: check.min,
        max: check.max,
        confidence: check.confidence,
        mean,
        lower: check.confidence.and(lower),
        upper: check.confidence.and(upper),
        n: moments.n(),
        passed,
        reason: format!("demanded: {demanded}{with}; seen: {seen}"),
    }
}

/// The verdicts as a JUnit file, one test case per check.
///
/// # Errors
/// A name holds characters that XML cannot carry in any form.
pub fn junit(scene: &str, results: &[CheckResult]) -> Result<String, quick_junit::SerializeError> {
    let mut suite = TestSuite::new(scene);
    for result in results {
        let status = if result.passed {
            TestCaseStatus::success()
        } else {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type("check").set_message(result.reason.as_str());
            status
        };
        let mut case = TestCase::new(result.name.as_str(), status);
        case.set_classname(scene)
            .set_system_out(result.reason.as_str());
        suite.add_test_case(case);
    }
    let mut report = Report::new("geoul");
    report.add_test_suite(suite);
    report.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::{fab, fab_names};

    fn summary(replications: u32) -> Summary {
        let mut summary = Summary::new(&fab_names(), 0.95);
        (0..replications).for_each(|n| summary.add(&fab(n)).unwrap());
        summary
    }

    fn check(min: Option<f64>, max: Option<f64>, confidence: Option<f64>) -> Check {
        Check {
            kpi: "cycle_time".to_owned(),
            of: "DRAM".to_owned(),
            min,
            max,
            confidence,
        }
    }

    #[test]
    fn with_confidence_the_bound_decides_not_the_mean() {
        let summary = summary(4);
        let m = summary.moments("cycle_time", "DRAM").unwrap();
        let (mean, upper) = (m.mean().unwrap(), m.upper_bound(0.95).unwrap());
        let between = 0.5 * (mean + upper);
        let verdict = |c: Check| evaluate(&[c], &summary)[0].passed;
        assert!(verdict(check(None, Some(between), None)));
        assert!(!verdict(check(None, Some(between), Some(0.95))));
        assert!(verdict(check(None, Some(upper + 0.01), Some(0.95))));
        assert!(!verdict(check(Some(mean + 0.01), None, None)));
        assert!(!verdict(check(
            Some(mean - 0.001),
            Some(upper + 1.0),
            Some(0.95)
        )));
        assert!(verdict(check(
            Some(mean - 50.0),
            Some(upper + 1.0),
            Some(0.95)
        )));
    }

    #[test]
    fn what_cannot_be_shown_fails_and_says_why() {
        let one = summary(1);
        let result = &evaluate(&[check(None, Some(1e9), Some(0.95))], &one)[0];
        assert!(!result.passed);
        assert!(result.reason.contains("two or more"), "{}", result.reason);
        let mut nothing = check(None, Some(1e9), None);
        nothing.of = "no such lot".to_owned();
        let result = &evaluate(&[nothing], &one)[0];
        assert!(!result.passed && result.reason.contains("nothing was seen"));
    }

    #[test]
    fn junit_counts_the_failures() {
        let summary = summary(2);
        let results = evaluate(
            &[check(None, Some(1e9), None), check(None, Some(1.0), None)],
            &summary,
        );
        assert!(!all_passed(&results) && all_passed(&results[..1]));
        let xml = junit("fab <1>", &results).unwrap();
        assert!(
            xml.contains(r#"tests="2" skipped="0" failures="1""#),
            "{xml}"
        );
        assert!(xml.contains("cycle_time of DRAM") && xml.contains("at most 1 d"));
        assert!(xml.contains("fab &lt;1&gt;"));
    }
}
