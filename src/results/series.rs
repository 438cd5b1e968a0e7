//! What a report plots: daily series with bands, cycle-time histograms, critical queue
//! times and the drift of the lots in work, merged over replications.

use super::order::InOrder;
use super::record::{CqtRecord, Names, Outcome, RunRecord};
use super::statistics::{Interval, Moments, interval};

const US_PER_DAY: f64 = 8.64e10;
const DAY_US: u64 = 86_400_000_000;

/// A point of a series over time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Instant, days.
    pub time_d: f64,
    /// Mean over replications with its interval.
    pub value: Interval,
}

/// Counts of values in bins of equal width that doubles when they no longer fit.
///
/// Widths are powers of two times one base, so histograms of any two runs merge without
/// loss, and the counts do not depend on the order.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    width_us: u64,
    counts: Vec<u64>,
}

/// Bins at most; beyond it the width doubles.
const BINS: usize = 1024;

impl Default for Histogram {
    fn default() -> Self {
        Self {
            width_us: 60_000_000,
            counts: Vec::new(),
        }
    }
}

impl Histogram {
    /// Takes a value in, µs.
    pub fn push(&mut self, value_us: u64) {
        while value_us / self.width_us >= BINS as u64 {
            self.coarsen();
        }
        let bin = (value_us / self.width_us) as usize;
        if self.counts.len() <= bin {
            self.counts.resize(bin + 1, 0);
        }
        self.counts[bin] += 1;
    }

    /// Takes another histogram in.
    pub fn merge(&mut self, other: &Self) {
        let mut other = other.clone();
        while self.width_us < other.width_us {
            self.coarsen();
        }
        while other.width_us < self.width_us {
            other.coarsen();
        }
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (a, b) in self.counts.iter_mut().zip(&other.counts) {
            *a += b;
        }
    }

    /// Values taken in.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Width of a bin, days, and the counts from 0 on.
    pub fn bins(&self) -> (f64, &[u64]) {
        (self.width_us as f64 / US_PER_DAY, &self.counts)
    }

    /// Quantile, days, linear within a bin; `None` when empty. Off by at most one bin.
    pub fn quantile_d(&self, p: f64) -> Option<f64> {
        let total = self.total();
        let wanted = p.clamp(0.0, 1.0) * total as f64;
        let width = self.bins().0;
        let mut below = 0.0;
        for (i, &count) in self.counts.iter().enumerate().filter(|(_, c)| **c > 0) {
            if below + count as f64 >= wanted {
                return Some((i as f64 + (wanted - below) / count as f64) * width);
            }
            below += count as f64;
        }
        None
    }

    fn coarsen(&mut self) {
        self.width_us *= 2;
        self.counts = self.counts.chunks(2).map(|c| c.iter().sum()).collect();
    }
}

/// A critical queue time over all replications.
#[derive(Clone, Debug, PartialEq)]
pub struct CqtLine {
    /// Route, steps, limit; counts are those of the first replication.
    pub window: CqtRecord,
    /// Windows closed.
    pub closed: Interval,
    /// Share of them that closed too late, %; `None` where none closed.
    pub late_pct: Option<Interval>,
    /// Cost.
    pub cost: Interval,
}

/// Series of all replications; memory does not grow with their number.
#[derive(Clone, Debug)]
pub struct Series {
    confidence: f64,
    first_init_type: u32,
    product_of_lot_type: Vec<u32>,
    products: usize,
    pending: InOrder<Part>,
    sums: Sums,
    histograms: Vec<Histogram>,
    horizon_us: u64,
    warmup_us: u64,
}

/// What one replication contributes to sums of floating-point numbers.
#[derive(Clone, Debug, Default)]
struct Part {
    times_us: Vec<u64>,
    wip: Vec<Vec<f64>>,
    throughput: Vec<f64>,
    out_times_us: Vec<u64>,
    drift_pct: Option<f64>,
    cqt: Vec<CqtRecord>,
}

#[derive(Clone, Debug, Default)]
struct Sums {
    times_us: Vec<u64>,
    wip: Vec<Vec<Moments>>,
    throughput: Vec<Moments>,
    out_times_us: Vec<u64>,
    drift_pct: Moments,
    cqt: Vec<(CqtRecord, [Moments; 3])>,
}

impl Series {
    /// Empty series; `confidence` of the bands, e.g. 0.95.
    pub fn new(names: &Names, confidence: f64) -> Self {
        Self {
            confidence,
            first_init_type: names.first_init_type,
            product_of_lot_type: names.product_of_lot_type.clone(),
            products: names.products.len(),
            pending: InOrder::default(),
            sums: Sums::default(),
            histograms: vec![
                Histogram::default();
                names.lot_types.len().min(names.first_init_type as usize)
            ],
            horizon_us: 0,
            warmup_us: 0,
        }
    }

    /// Takes a replication in, in any order; the record may be dropped then.
    pub fn add(&mut self, record: &RunRecord) {
        for lot in &record.lots {
            if lot.outcome == Outcome::Finished
                && lot.lot_type < self.first_init_type
                && lot.release_us >= record.warmup_us
                && let Some(histogram) = self.histograms.get_mut(lot.lot_type as usize)
            {
                histogram.push(lot.end_us.saturating_sub(lot.release_us));
            }
        }
        self.horizon_us = record.end_us;
        self.warmup_us = record.warmup_us;
        let part = self.part(record);
        let sums = &mut self.sums;
        self.pending
            .push(record.replication, part, |p| fold(sums, &p));
    }

    /// End of the run, days.
    pub fn horizon_d(&self) -> f64 {
        self.horizon_us as f64 / US_PER_DAY
    }

    /// End of the warm-up, days.
    pub fn warmup_d(&self) -> f64 {
        self.warmup_us as f64 / US_PER_DAY
    }

    /// Lots in work of the whole plant over time.
    pub fn wip(&self) -> Vec<Point> {
        let sums = self.folded();
        self.points(&sums.times_us, sums.wip.first().map_or(&[], Vec::as_slice))
    }

    /// Lots in work of one product over time.
    pub fn wip_of_product(&self, product: u32) -> Vec<Point> {
        let sums = self.folded();
        let series = sums.wip.get(1 + product as usize);
        self.points(&sums.times_us, series.map_or(&[], Vec::as_slice))
    }

    /// Lots finished per day over time; a point covers the time since the one before it: a
    /// week where the run is longer than 60 days, else the distance of the samples.
    pub fn throughput(&self) -> Vec<Point> {
        let sums = self.folded();
        self.points(&sums.out_times_us, &sums.throughput)
    }

    /// Cycle times of counted lots, by lot type.
    pub fn cycle_times(&self) -> &[Histogram] {
        &self.histograms
    }

    /// Change of the lots in work over the counted window by the least-squares line, % of
    /// their mean. `None` without samples.
    pub fn drift_pct(&self) -> Option<Interval> {
        interval(&self.folded().drift_pct, self.confidence)
    }

    /// Critical queue times.
    pub fn cqt(&self) -> Vec<CqtLine> {
        self.folded()
            .cqt
            .iter()
            .filter_map(|(window, [closed, late, cost])| {
                Some(CqtLine {
                    window: *window,
                    closed: interval(closed, self.confidence)?,
                    late_pct: interval(late, self.confidence),
                    cost: interval(cost, self.confidence)?,
                })
            })
            .collect()
    }

    fn points(&self, times_us: &[u64], series: &[Moments]) -> Vec<Point> {
        times_us
            .iter()
            .zip(series)
            .filter_map(|(t, m)| {
                Some(Point {
                    time_d: *t as f64 / US_PER_DAY,
                    value: interval(m, self.confidence)?,
                })
            })
            .collect()
    }

    fn part(&self, record: &RunRecord) -> Part {
        let mut part = Part {
            wip: vec![Vec::with_capacity(record.samples.len()); 1 + self.products],
            cqt: record.cqt.clone(),
            ..Part::default()
        };
        for sample in &record.samples {
            part.times_us.push(sample.time_us);
            let mut by = vec![0.0; 1 + self.products];
            for (t, wip) in sample.wip.iter().enumerate() {
                by[0] += f64::from(*wip);
                let product = self.product_of_lot_type.get(t).map(|p| 1 + *p as usize);
                if let Some(slot) = product.and_then(|p| by.get_mut(p)) {
                    *slot += f64::from(*wip);
                }
            }
            part.wip.iter_mut().zip(by).for_each(|(s, v)| s.push(v));
        }
        let least_us = if record.end_us > 60 * DAY_US {
            7 * DAY_US
        } else {
            1
        };
        let mut before: Option<(u64, u64)> = None;
        for sample in &record.samples {
            let finished = sample.finished.iter().sum::<u64>();
            let Some((time_us, lots)) = before else {
                before = Some((sample.time_us, finished));
                continue;
            };
            let span_us = sample.time_us.saturating_sub(time_us);
            if span_us >= least_us {
                let rate = finished.saturating_sub(lots) as f64 / (span_us as f64 / US_PER_DAY);
                part.throughput.push(rate);
                part.out_times_us.push(sample.time_us);
                before = Some((sample.time_us, finished));
            }
        }
        let counted = part.times_us.iter().zip(&part.wip[0]);
        part.drift_pct = drift(
            counted
                .filter(|(t, _)| **t >= record.warmup_us)
                .map(|(t, w)| (*t as f64 / US_PER_DAY, *w)),
        );
        part
    }

    fn folded(&self) -> Sums {
        let mut sums = self.sums.clone();
        self.pending.waiting().for_each(|p| fold(&mut sums, p));
        sums
    }
}

fn fold(sums: &mut Sums, part: &Part) {
    if part.times_us.len() > sums.times_us.len() {
        sums.times_us.clone_from(&part.times_us);
    }
    if part.out_times_us.len() > sums.out_times_us.len() {
        sums.out_times_us.clone_from(&part.out_times_us);
    }
    if sums.wip.len() < part.wip.len() {
        sums.wip.resize(part.wip.len(), Vec::new());
    }
    sums.wip
        .iter_mut()
        .zip(&part.wip)
        .for_each(|(s, p)| add(s, p));
    add(&mut sums.throughput, &part.throughput);
    if let Some(d) = part.drift_pct {
        sums.drift_pct.push(d);
    }
    if sums.cqt.is_empty() {
        sums.cqt = part.cqt.iter().map(|c| (*c, Default::default())).collect();
    }
    for ((_, [closed, late, cost]), c) in sums.cqt.iter_mut().zip(&part.cqt) {
        closed.push(c.closed as f64);
        if c.closed > 0 {
            late.push(100.0 * c.violations as f64 / c.closed as f64);
        }
        cost.push(c.cost);
    }
}

fn add(series: &mut Vec<Moments>, values: &[f64]) {
    if series.len() < values.len() {
        series.resize(values.len(), Moments::default());
    }
    series.iter_mut().zip(values).for_each(|(m, v)| m.push(*v));
}

/// Rise of the least-squares line over its whole span, % of the mean.
fn drift(points: impl Iterator<Item = (f64, f64)> + Clone) -> Option<f64> {
    let n = points.clone().count() as f64;
    let (first, last) = (points.clone().next()?.0, points.clone().last()?.0);
    let (x, y) = points
        .clone()
        .fold((0.0, 0.0), |(x, y), p| (x + p.0 / n, y + p.1 / n));
    let (xx, xy) = points.fold((0.0, 0.0), |(xx, xy), p| {
        (xx + (p.0 - x) * (p.0 - x), xy + (p.0 - x) * (p.1 - y))
    });
    (xx > 0.0 && y > 0.0).then(|| 100.0 * xy / xx * (last - first) / y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::{DAY, fab, fab_names, tiny, tiny_names};
    use proptest::prelude::*;

    #[test]
    fn small_record_by_hand() {
        let mut series = Series::new(&tiny_names(), 0.95);
        series.add(&tiny());
        let wip = series.wip();
        assert_eq!(wip.len(), 21);
        assert_eq!((wip[2].time_d, wip[2].value.mean), (2.0, 3.0));
        assert_eq!(series.wip_of_product(1)[2].value.mean, 0.0);
        // finished is d / 6 in whole lots: one lot on each of days 6, 12, 18.
        let out: Vec<_> = series.throughput().iter().map(|p| p.value.mean).collect();
        assert_eq!(out.len(), 20);
        assert_eq!(out.iter().sum::<f64>(), 3.0);
        assert_eq!((out[5], series.throughput()[5].time_d), (1.0, 6.0));
        assert_eq!(series.cycle_times()[0].total(), 2);
        assert_eq!(series.cycle_times()[1].total(), 0);
        let cqt = &series.cqt()[0];
        assert_eq!((cqt.closed.mean, cqt.late_pct.unwrap().mean), (40.0, 7.5));
        assert_eq!((series.horizon_d(), series.warmup_d()), (20.0, 10.0));
    }

    #[test]
    fn bands_do_not_depend_on_the_order_of_arrival() {
        let names = fab_names();
        let (mut a, mut b) = (Series::new(&names, 0.9), Series::new(&names, 0.9));
        let records: Vec<_> = (0..3).map(fab).collect();
        records.iter().for_each(|r| a.add(r));
        records.iter().rev().for_each(|r| b.add(r));
        assert_eq!(a.wip(), b.wip());
        assert_eq!(a.throughput(), b.throughput());
        let weeks: Vec<_> = a.throughput().iter().map(|p| p.time_d).collect();
        assert_eq!((weeks.len(), weeks[1]), (34, 14.0));
        assert_eq!(a.drift_pct(), b.drift_pct());
        assert_eq!(a.cycle_times(), b.cycle_times());
        assert!(a.wip()[100].value.low < Some(a.wip()[100].value.mean));
    }

    #[test]
    fn drift_of_a_straight_line_is_its_rise() {
        let line = (0..=10).map(|d| (f64::from(d), 95.0 + f64::from(d)));
        assert!((drift(line).unwrap() - 10.0).abs() < 1e-9);
        assert_eq!(drift([(1.0, 2.0)].into_iter()), None);
    }

    proptest! {
        #[test]
        fn histograms_merge_as_if_filled_at_once(
            a in prop::collection::vec(0..90 * DAY, 0..60),
            b in prop::collection::vec(0..DAY, 0..60),
        ) {
            let fill = |v: &[u64]| { let mut h = Histogram::default(); v.iter().for_each(|x| h.push(*x)); h };
            let mut merged = fill(&a);
            merged.merge(&fill(&b));
            let mut all = a.clone();
            all.extend(&b);
            prop_assert_eq!(&merged, &fill(&all));
            all.sort_unstable();
            if let Some(median) = merged.quantile_d(0.5) {
                let exact = all[(all.len() - 1) / 2] as f64 / US_PER_DAY;
                prop_assert!((median - exact).abs() <= merged.bins().0 * 1.001);
            }
        }
    }
}
