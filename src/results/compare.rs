//! Two runs against each other: paired differences under common random numbers.
//!
//! Replication i of both runs shares its seed, hence its luck; what differs is the
//! change. The difference of each figure is taken within a pair, which removes the
//! luck they share (Law, "Simulation Modeling and Analysis", 5th ed., sections 10.2
//! and 11.2).

use serde::Serialize;

use super::kpi::{self, Better, Kind, Subject, TABLE, Violation, measure, verify};
use super::order::InOrder;
use super::record::{Names, RunRecord};
use super::statistics::{Moments, holm, interval};

/// Guard against false alarms among many figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Correction {
    /// Each figure by itself.
    #[default]
    None,
    /// Holm's step-down over all rows shown.
    Holm,
}

/// What a difference means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Shown, and in the figure's good direction.
    Better,
    /// Shown, and in its bad direction.
    Worse,
    /// Shown; the figure has no good direction and rose.
    Higher,
    /// Shown; the figure has no good direction and fell.
    Lower,
    /// Not shown at this confidence.
    NoDifference,
}

/// The difference of a figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DifferenceRow {
    /// Figure.
    pub name: &'static str,
    /// What it is of; empty: the whole plant.
    pub of: String,
    /// What `of` is.
    pub kind: Kind,
    /// Unit.
    pub unit: &'static str,
    /// Mean of the first run over the pairs.
    pub a: f64,
    /// Mean of the second run over the pairs.
    pub b: f64,
    /// Mean of second less first.
    pub difference: f64,
    /// Lower end of the difference's interval; `None` with one pair.
    pub low: Option<f64>,
    /// Upper end of the difference's interval; `None` with one pair.
    pub high: Option<f64>,
    /// Two-sided p-value, corrected if so asked; `None` with one pair.
    pub p: Option<f64>,
    /// Pairs.
    pub n: u64,
    /// What it means.
    pub verdict: Verdict,
}

/// Takes pairs of replications in, one at a time.
#[derive(Clone, Debug)]
pub struct Comparison {
    names: [Names; 2],
    confidence: f64,
    /// Position in the table, subject and value index in both runs, of every figure both have.
    rows: Vec<(usize, Subject, [usize; 2])>,
    sums: Vec<[Moments; 3]>,
    pending: InOrder<Vec<[Option<f64>; 2]>>,
}

impl Comparison {
    /// Compares run `b` with run `a`; figures are matched by name, so that the plants
    /// may differ; what only one has is left out.
    pub fn new(a: &Names, b: &Names, confidence: f64) -> Self {
        let key = |names: &Names, k: usize, s: Subject| (k, s.kind, s.name(names).to_owned());
        let of_b: std::collections::BTreeMap<_, _> = kpi::layout(b)
            .into_iter()
            .enumerate()
            .map(|(j, (k, s))| (key(b, k, s), j))
            .collect();
        let rows: Vec<_> = kpi::layout(a)
            .into_iter()
            .enumerate()
            .filter_map(|(i, (k, s))| Some((k, s, [i, *of_b.get(&key(a, k, s))?])))
            .collect();
        Self {
            names: [a.clone(), b.clone()],
            confidence,
            sums: vec![Default::default(); rows.len()],
            rows,
            pending: InOrder::default(),
        }
    }

    /// Takes a pair in, in any order of replications. Both must have run with the same
    /// seed; the caller sees to that.
    ///
    /// # Errors
    /// A record breaks a law ([`verify`]).
    pub fn add(&mut self, a: &RunRecord, b: &RunRecord) -> Result<(), Violation> {
        verify(&self.names[0], a)?;
        verify(&self.names[1], b)?;
        let (va, vb) = (measure(&self.names[0], a), measure(&self.names[1], b));
        self.add_values(a.replication, &va, &vb);
        Ok(())
    }

    /// Takes in the values ([`measure`]) of a pair whose records were verified before.
    pub fn add_values(&mut self, replication: u32, a: &[Option<f64>], b: &[Option<f64>]) {
        let value = |values: &[Option<f64>], i: usize| values.get(i).copied().flatten();
        let values = self.rows.iter();
        let values = values.map(|(_, _, [i, j])| [value(a, *i), value(b, *j)]);
        let sums = &mut self.sums;
        self.pending
            .push(replication, values.collect(), |v| fold(sums, &v));
    }

    /// Pairs taken in.
    pub fn pairs(&self) -> u64 {
        self.pending.len()
    }

    /// The differences of all figures that any pair had a value for.
    pub fn rows(&self, correction: Correction) -> Vec<DifferenceRow> {
        self.rows_of(correction, |_, _| true)
    }

    /// The differences of the figures that are wanted, by name and kind of subject; the
    /// correction is over these.
    pub fn rows_of(
        &self,
        correction: Correction,
        wanted: impl Fn(&'static str, Kind) -> bool,
    ) -> Vec<DifferenceRow> {
        let mut sums = self.sums.clone();
        self.pending.waiting().for_each(|v| fold(&mut sums, v));
        let mut rows: Vec<_> = self
            .rows
            .iter()
            .zip(&sums)
            .filter(|((k, subject, _), _)| wanted(TABLE[*k].name, subject.kind))
            .filter_map(|((k, subject, _), [a, b, d])| {
                let i = interval(d, self.confidence)?;
                Some(DifferenceRow {
                    name: TABLE[*k].name,
                    of: subject.name(&self.names[0]).to_owned(),
                    kind: subject.kind,
                    unit: TABLE[*k].unit,
                    a: a.mean()?,
                    b: b.mean()?,
                    difference: i.mean,
                    low: i.low,
                    high: i.high,
                    p: d.p_of_zero(),
                    n: i.n,
                    verdict: Verdict::NoDifference,
                })
            })
            .collect();
        if correction == Correction::Holm {
            correct(rows.iter_mut());
        }
        for row in &mut rows {
            row.judge(self.confidence);
        }
        rows
    }
}

/// Holm's correction over a family of rows, which may come from several comparisons; their
/// verdicts are to be given anew ([`DifferenceRow::judge`]).
pub fn correct<'r>(rows: impl Iterator<Item = &'r mut DifferenceRow>) {
    let mut tested: Vec<&mut DifferenceRow> = rows.filter(|r| r.p.is_some()).collect();
    let raw: Vec<f64> = tested.iter().filter_map(|r| r.p).collect();
    for (row, p) in tested.iter_mut().zip(holm(&raw)) {
        row.p = Some(p);
    }
}

impl DifferenceRow {
    /// Gives the verdict that follows from the p-value.
    pub fn judge(&mut self, confidence: f64) {
        let better = kpi::find(self.name).map_or(Better::Neither, |k| k.better);
        self.verdict = verdict(self.difference, self.p, 1.0 - confidence, better);
    }
}

fn verdict(difference: f64, p: Option<f64>, alpha: f64, better: Better) -> Verdict {
    let shown = p.is_some_and(|p| p < alpha) && difference != 0.0;
    match (shown, better, difference > 0.0) {
        (false, ..) => Verdict::NoDifference,
        (true, Better::Higher, true) | (true, Better::Lower, false) => Verdict::Better,
        (true, Better::Higher, false) | (true, Better::Lower, true) => Verdict::Worse,
        (true, Better::Neither, true) => Verdict::Higher,
        (true, Better::Neither, false) => Verdict::Lower,
    }
}

fn fold(sums: &mut [[Moments; 3]], values: &[[Option<f64>; 2]]) {
    for ([a, b, d], pair) in sums.iter_mut().zip(values) {
        if let [Some(va), Some(vb)] = pair {
            a.push(*va);
            b.push(*vb);
            d.push(vb - va);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::{HOUR, fab, fab_names};

    /// Every lot of the second run leaves 6 hours earlier than its twin.
    fn sooner(record: &RunRecord) -> RunRecord {
        let mut record = record.clone();
        for lot in record
            .lots
            .iter_mut()
            .filter(|l| l.release_us >= record.warmup_us)
        {
            lot.end_us -= 6 * HOUR;
            record.wip_lot_us[lot.lot_type as usize] -= u128::from(6 * HOUR);
        }
        record
    }

    fn row<'r>(rows: &'r [DifferenceRow], name: &str, of: &str) -> &'r DifferenceRow {
        rows.iter().find(|r| r.name == name && r.of == of).unwrap()
    }

    #[test]
    fn pairs_show_what_their_shared_luck_would_hide() {
        let names = fab_names();
        let mut comparison = Comparison::new(&names, &names, 0.95);
        let mut apart = [Moments::default(); 2];
        for n in [1, 0, 2] {
            let (a, b) = (fab(n), sooner(&fab(n)));
            comparison.add(&a, &b).unwrap();
            for (m, r) in apart.iter_mut().zip([&a, &b]) {
                m.push(measure(&names, r)[0].unwrap());
            }
        }
        let rows = comparison.rows(Correction::None);
        let cycle = row(&rows, "cycle_time", "DRAM");
        assert!((cycle.difference + 0.25).abs() < 1e-9, "{cycle:?}");
        assert_eq!((cycle.verdict, cycle.n), (Verdict::Better, 3));
        assert_eq!(row(&rows, "wip", "").verdict, Verdict::Better);
        assert_eq!(
            row(&rows, "down", "DUV_193i").verdict,
            Verdict::NoDifference
        );
        // As independent samples the same change is lost in the spread.
        let welch = crate::results::statistics::welch(&apart[0], &apart[1], 0.95).unwrap();
        assert!(welch.low < 0.0 && welch.high > 0.0, "{welch:?}");
    }

    #[test]
    fn the_sign_of_a_verdict_follows_the_figure() {
        for (d, better, expected) in [
            (1.0, Better::Higher, Verdict::Better),
            (-1.0, Better::Higher, Verdict::Worse),
            (1.0, Better::Lower, Verdict::Worse),
            (-1.0, Better::Neither, Verdict::Lower),
        ] {
            assert_eq!(verdict(d, Some(0.001), 0.05, better), expected);
            assert_eq!(verdict(d, Some(0.2), 0.05, better), Verdict::NoDifference);
            assert_eq!(verdict(d, None, 0.05, better), Verdict::NoDifference);
        }
    }

    #[test]
    fn holm_never_shows_more() {
        let names = fab_names();
        let mut comparison = Comparison::new(&names, &names, 0.95);
        for n in 0..4 {
            let mut b = fab(n + 10);
            b.replication = n;
            comparison.add(&fab(n), &b).unwrap();
        }
        let (plain, guarded) = (
            comparison.rows(Correction::None),
            comparison.rows(Correction::Holm),
        );
        let shown = |rows: &[DifferenceRow]| {
            rows.iter()
                .filter(|r| r.verdict != Verdict::NoDifference)
                .count()
        };
        assert!(shown(&guarded) <= shown(&plain));
        for (p, g) in plain.iter().zip(&guarded) {
            assert!(g.p >= p.p);
        }
    }

    #[test]
    fn plants_that_differ_are_compared_where_they_agree() {
        let a = fab_names();
        let mut b = fab_names();
        b.tool_groups[0] = "EUV".to_owned();
        let mut comparison = Comparison::new(&a, &b, 0.95);
        comparison.add(&fab(0), &fab(0)).unwrap();
        let rows = comparison.rows(Correction::None);
        assert!(rows.iter().all(|r| r.of != "EUV" && r.of != "DUV_193i"));
        assert_eq!(row(&rows, "wip", "").difference, 0.0);
        assert_eq!(row(&rows, "wip", "").low, None);
        assert!(rows.iter().all(|r| r.verdict == Verdict::NoDifference));
    }
}
