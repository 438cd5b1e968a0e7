//! Which lot stands for a run.

use crate::results::record::{LotRecord, Outcome, RunRecord};

/// Share of the median cycle time by which a typical lot may differ from it.
const NEAR: f64 = 0.01;

/// A finished lot with about the median cycle time of the most frequent lot type among the
/// counted lots; of several the one that ended first. Where no lot was counted, all finished
/// lots but those in work at time 0 are looked at. `None`: no lot finished.
pub(super) fn typical(record: &RunRecord, first_init_type: u32) -> Option<LotRecord> {
    let finished = |after: Option<u64>| -> Vec<&LotRecord> {
        let wanted = |l: &&LotRecord| {
            l.outcome == Outcome::Finished
                && l.lot_type < first_init_type
                && after.is_none_or(|t| l.release_us > t)
        };
        record.lots.iter().filter(wanted).collect()
    };
    let mut lots = finished(Some(record.warmup_us));
    if lots.is_empty() {
        lots = finished(None);
    }
    let mut counts = vec![0u64; first_init_type as usize];
    for lot in &lots {
        counts[lot.lot_type as usize] += 1;
    }
    // Of equally frequent types the first.
    let (most, _) = counts.iter().enumerate().rev().max_by_key(|(_, n)| **n)?;
    lots.retain(|l| l.lot_type as usize == most);
    let cycle = |l: &LotRecord| l.end_us - l.release_us;
    lots.sort_by_key(|l| (cycle(l), l.number));
    let median = cycle(lots.get(lots.len().checked_sub(1)? / 2)?);
    let near = |l: &&&LotRecord| cycle(l).abs_diff(median) as f64 <= NEAR * median as f64;
    lots.iter()
        .filter(near)
        .min_by_key(|l| (l.end_us, l.number))
        .map(|l| **l)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lot(lot_type: u32, number: u32, release_us: u64, cycle_us: u64) -> LotRecord {
        LotRecord {
            lot_type,
            number,
            wafers: 25,
            priority: 0,
            release_us,
            end_us: release_us + cycle_us,
            due_us: u64::MAX,
            outcome: Outcome::Finished,
            cqt_violations: 0,
            reworks: 0,
            process_us: 0,
            transport_us: 0,
        }
    }

    #[test]
    fn the_earliest_near_the_median_of_the_most_frequent_type() {
        let scrapped = LotRecord {
            outcome: Outcome::Scrapped,
            ..lot(1, 9, 150, 1_000)
        };
        let mut record = RunRecord {
            warmup_us: 100,
            lots: vec![
                lot(0, 0, 200, 50),
                lot(1, 0, 100, 1_000), // Released as the warm-up ends: not counted.
                lot(1, 1, 120, 500),
                lot(1, 2, 900, 1_000),
                lot(1, 3, 400, 1_005),
                lot(1, 4, 300, 1_200),
                lot(2, 0, 0, 1_000),
                lot(2, 1, 0, 1_000),
                scrapped,
            ],
            ..RunRecord::default()
        };
        assert_eq!(
            typical(&record, 2).map(|l| (l.lot_type, l.number)),
            Some((1, 3))
        );
        record.warmup_us = 10_000;
        assert_eq!(
            typical(&record, 2).map(|l| (l.lot_type, l.number)),
            Some((1, 0))
        );
        record.lots.retain(|l| l.lot_type == 2);
        assert_eq!(typical(&record, 2), None);
    }
}
