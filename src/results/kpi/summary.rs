//! One replication's values, and their summary over all replications.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::scope::{scopes, subjects};
use super::{Kind, Subject, TABLE, Violation, verify};
use crate::results::order::InOrder;
use crate::results::record::{Names, RunRecord};
use crate::results::statistics::{Moments, interval};

/// A figure over all replications.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Figure, as in [`TABLE`].
    pub name: &'static str,
    /// Lot type, tool group or product it is of; empty: the whole plant.
    pub of: String,
    /// What `of` is.
    pub kind: Kind,
    /// Unit.
    pub unit: &'static str,
    /// Mean of the replications' values.
    pub mean: f64,
    /// Lower end of the confidence interval; `None` with one replication.
    pub low: Option<f64>,
    /// Upper end of the confidence interval; `None` with one replication.
    pub high: Option<f64>,
    /// Replications behind it.
    pub n: u64,
}

/// Which value stands where in [`measure`]'s answer: position in [`TABLE`], subject.
pub fn layout(names: &Names) -> Vec<(usize, Subject)> {
    let subjects = subjects(names);
    (0..TABLE.len())
        .flat_map(|k| {
            subjects
                .iter()
                .filter(move |s| TABLE[k].of.contains(&s.kind))
                .map(move |s| (k, *s))
        })
        .collect()
}

/// Every figure of every subject in one replication, in the order of the table and,
/// within a figure, plant, products, lot types, tool groups. `None` where nothing
/// happened that the figure could count.
pub fn measure(names: &Names, record: &RunRecord) -> Vec<Option<f64>> {
    let (subjects, scopes) = (subjects(names), scopes(names, record));
    TABLE
        .iter()
        .flat_map(|kpi| {
            subjects
                .iter()
                .zip(&scopes)
                .filter(|(s, _)| kpi.of.contains(&s.kind))
                .map(|(_, scope)| (kpi.measure)(scope))
        })
        .collect()
}

/// Accumulates replications one at a time; a record may be dropped once added.
///
/// Memory does not grow with the number of replications but for their digests (32
/// bytes each) and those that arrived before their predecessors.
#[derive(Clone, Debug)]
pub struct Summary {
    names: Names,
    confidence: f64,
    layout: Vec<(usize, Subject)>,
    moments: Vec<Moments>,
    pending: InOrder<Vec<Option<f64>>>,
    digests: std::collections::BTreeMap<u32, String>,
    lot_steps: u64,
    events: u64,
}

impl Summary {
    /// An empty summary; `confidence` of the intervals, e.g. 0.95.
    pub fn new(names: &Names, confidence: f64) -> Self {
        let layout = layout(names);
        Self {
            names: names.clone(),
            confidence,
            moments: vec![Moments::default(); layout.len()],
            layout,
            pending: InOrder::default(),
            digests: Default::default(),
            lot_steps: 0,
            events: 0,
        }
    }

    /// Takes a replication in, in any order; the figures do not depend on it.
    ///
    /// # Errors
    /// The record breaks a law ([`verify`]); it is not taken in then.
    pub fn add(&mut self, record: &RunRecord) -> Result<(), Violation> {
        verify(&self.names, record)?;
        let moments = &mut self.moments;
        self.pending
            .push(record.replication, measure(&self.names, record), |values| {
                fold(moments, &values);
            });
        self.digests
            .insert(record.replication, record.digest.clone());
        self.lot_steps += record.lot_steps;
        self.events += record.events;
        Ok(())
    }

    /// Names it was made with.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Confidence of the intervals.
    pub fn confidence(&self) -> f64 {
        self.confidence
    }

    /// Replications taken in.
    pub fn replications(&self) -> u64 {
        self.pending.len()
    }

    /// Steps done in all replications.
    pub fn lot_steps(&self) -> u64 {
        self.lot_steps
    }

    /// Events handled in all replications.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// SHA-256 of the replications' digests in their order, hex.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for digest in self.digests.values() {
            hash.update(digest.as_bytes());
        }
        hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
    }

    /// All figures that any replication had a value for.
    pub fn rows(&self) -> Vec<Row> {
        let moments = self.folded();
        self.layout
            .iter()
            .zip(&moments)
            .filter_map(|((k, subject), m)| {
                let i = interval(m, self.confidence)?;
                Some(Row {
                    name: TABLE[*k].name,
                    of: subject.name(&self.names).to_owned(),
                    kind: subject.kind,
                    unit: TABLE[*k].unit,
                    mean: i.mean,
                    low: i.low,
                    high: i.high,
                    n: i.n,
                })
            })
            .collect()
    }

    /// Moments of a figure; an empty `of` is the plant, else it is looked up among lot
    /// types, products and tool groups, in this order. `None`: no such row.
    pub fn moments(&self, name: &str, of: &str) -> Option<Moments> {
        let rank = |kind| match kind {
            Kind::Plant | Kind::LotType => 0,
            Kind::Product => 1,
            Kind::ToolGroup => 2,
        };
        let (i, _) = self
            .layout
            .iter()
            .enumerate()
            .filter(|(_, (k, s))| {
                TABLE[*k].name == name
                    && (s.kind == Kind::Plant) == of.is_empty()
                    && s.name(&self.names) == of
            })
            .min_by_key(|(_, (_, s))| rank(s.kind))?;
        Some(self.folded()[i])
    }

    fn folded(&self) -> Vec<Moments> {
        let mut moments = self.moments.clone();
        for values in self.pending.waiting() {
            fold(&mut moments, values);
        }
        moments
    }
}

fn fold(moments: &mut [Moments], values: &[Option<f64>]) {
    for (m, v) in moments.iter_mut().zip(values) {
        if let Some(v) = v {
            m.push(*v);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::{fab, fab_names, tiny, tiny_names};
    use crate::results::record::RunRecord;

    fn value(record: &RunRecord, name: &str, of: &str) -> Option<f64> {
        let names = tiny_names();
        let values = measure(&names, record);
        let mut found = layout(&names)
            .into_iter()
            .zip(values)
            .filter(|((k, s), _)| TABLE[*k].name == name && s.name(&names) == of)
            .map(|(_, v)| v);
        let first = found
            .next()
            .unwrap_or_else(|| panic!("no row {name} of {of:?}"));
        assert_eq!(found.next(), None, "two rows {name} of {of:?}");
        first
    }

    /// Every figure of the small record, worked by hand.
    #[test]
    fn figures_match_the_record_worked_by_hand() {
        let record = tiny();
        for (name, of, expected) in [
            ("cycle_time", "A", Some(5.0)), // lots released on days 10 and 12: 4 d and 6 d
            ("cycle_time", "", Some(5.0)),
            ("cycle_time", "pa", Some(5.0)), // the initial lots are left out
            ("cycle_time", "B", None),       // scrapped
            ("cycle_time_p95", "A", Some(5.9)),
            ("x_factor", "A", Some(5.0)),
            ("x_factor", "B", None),
            ("on_time", "A", Some(50.0)), // day 14 of 14 is on time, day 18 of 17 is late
            ("finished_lots", "A", Some(2.0)),
            ("finished_lots", "pb", Some(0.0)),
            ("throughput", "A", Some(0.3)), // the lot of day 2 leaves within the window
            ("throughput", "", Some(0.4)),  // and an initial lot
            ("throughput", "pa", Some(0.4)),
            ("wafers_per_week", "", Some(70.0)),
            ("wip", "A", Some(1.3)),
            ("wip", "pa", Some(1.8)),
            ("wip", "", Some(2.3)),
            ("utilization", "Litho", Some(100.0 * 15.0 / 18.0)),
            ("utilization", "Etch", Some(25.0)),
            ("utilization", "", Some(100.0 * 17.0 / 26.0)),
            ("busy", "Litho", Some(75.0)),
            ("productive", "Litho", Some(70.0)),
            ("setup", "Litho", Some(5.0)),
            ("standby", "Etch", Some(50.0)),
            ("held", "Litho", Some(5.0)),
            ("blocked", "Etch", Some(10.0)),
            ("pm", "", Some(10.0)),
            ("down", "Litho", Some(5.0)),
            ("oee", "Litho", Some(70.0 * 0.8)), // 4 lots of 25 finished, 1 scrapped
            ("queue_time", "Litho", Some(5.0)),
            ("queue_time", "", Some(2.0)),
            ("queue_length", "Etch", Some(0.5)),
            ("queue_length", "", Some(2.5)),
            ("cqt_violations", "", Some(3.0)),
            ("cqt_violation_rate", "", Some(7.5)),
            ("cqt_cost", "", Some(1500.0)),
            ("rework", "A", Some(0.5)),
            ("scrapped", "B", Some(1.0)),
            ("scrapped", "", Some(1.0)),
            ("lost", "", Some(0.0)),
            ("lot_steps", "", Some(80.0)),
        ] {
            let seen = value(&record, name, of);
            let close = match (seen, expected) {
                (Some(a), Some(b)) => (a - b).abs() < 1e-9,
                (a, b) => a == b,
            };
            assert!(close, "{name} of {of:?}: {seen:?}, by hand {expected:?}");
        }
    }

    #[test]
    fn lawful_records_pass_and_each_broken_law_is_named() {
        let names = tiny_names();
        assert_eq!(verify(&names, &tiny()), Ok(()));
        assert_eq!(verify(&fab_names(), &fab(3)), Ok(()));
        let broken = |f: fn(&mut RunRecord)| {
            let mut record = tiny();
            f(&mut record);
            verify(&names, &record).unwrap_err()
        };
        assert!(matches!(
            broken(|r| r.in_work[0] = 0),
            Violation::Lots { .. }
        ));
        assert!(matches!(
            broken(|r| r.tools[2].times.pm_us += 1),
            Violation::ToolTimes { .. }
        ));
        assert!(matches!(
            broken(|r| r.wip_lot_us[1] += 1_000),
            Violation::Little { .. }
        ));
        assert!(matches!(
            broken(|r| r.lots[1].release_us += 9_000_000_000_000),
            Violation::Order { .. }
        ));
        assert!(matches!(
            broken(|r| r.in_work_lot_us.clear()),
            Violation::Shape { .. }
        ));
        let mut summary = Summary::new(&names, 0.95);
        let mut bad = tiny();
        bad.released[0] += 1;
        assert!(summary.add(&bad).is_err());
        assert_eq!(summary.replications(), 0);
    }

    #[test]
    fn the_order_of_arrival_changes_nothing() {
        let names = fab_names();
        let records: Vec<_> = (0..4).map(fab).collect();
        let mut in_order = Summary::new(&names, 0.95);
        let mut jumbled = Summary::new(&names, 0.95);
        records.iter().for_each(|r| in_order.add(r).unwrap());
        [2, 0, 3, 1]
            .iter()
            .for_each(|i| jumbled.add(&records[*i]).unwrap());
        assert_eq!(in_order.rows(), jumbled.rows());
        assert_eq!(in_order.digest(), jumbled.digest());
        assert_ne!(in_order.digest(), Summary::new(&names, 0.95).digest());
        // Cut short with a gap, what is there still counts.
        let mut gap = Summary::new(&names, 0.95);
        gap.add(&records[0]).unwrap();
        gap.add(&records[2]).unwrap();
        let row = |s: &Summary| {
            s.rows()
                .into_iter()
                .find(|r| r.name == "cycle_time")
                .unwrap()
        };
        assert_eq!(row(&gap).n, 2);
        assert!(row(&in_order).low < Some(row(&in_order).mean));
    }

    #[test]
    fn a_name_is_looked_up_by_what_it_is() {
        let names = tiny_names();
        let mut summary = Summary::new(&names, 0.95);
        summary.add(&tiny()).unwrap();
        assert_eq!(summary.moments("wip", "").unwrap().mean(), Some(2.3));
        assert_eq!(summary.moments("wip", "A").unwrap().mean(), Some(1.3));
        assert_eq!(summary.moments("down", "Litho").unwrap().mean(), Some(5.0));
        assert_eq!(summary.moments("down", "A"), None);
        assert_eq!(summary.moments("nonsense", ""), None);
    }
}
