//! What the charts show of a watched run, made anew at most four times a second.

use super::desk::Desk;
use crate::sim::fab::history::{GroupSample, History};
use crate::sim::fab::live::Live;

/// Seconds between two looks at the run while it plays.
const REFRESH_S: f64 = 0.25;
/// µs of a day.
pub const DAY_US: f64 = 8.64e10;
/// Days that "lately" means at most.
const LATELY_D: f64 = 7.0;

/// Figures of a tool group lately.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GroupLately {
    /// Position of the group.
    pub group: u32,
    /// Utilisation of available time, 0 to 1.
    pub utilization: f64,
    /// Mean wait, h.
    pub wait_h: f64,
    /// Lots waiting, averaged.
    pub queue: f64,
    /// The sums.
    pub sample: GroupSample,
}

/// What the charts show.
#[derive(Clone, Debug, Default)]
pub struct SeriesCache {
    made_s: f64,
    made_for: Option<(u64, u64, usize)>,
    /// Lots in work: day, lots.
    pub wip: Vec<[f64; 2]>,
    /// Lots finished per day: day, lots/d.
    pub throughput: Vec<[f64; 2]>,
    /// Mean cycle time of the lots that finished: day, d.
    pub cycle: Vec<[f64; 2]>,
    /// Late queue time windows per day: day, windows/d.
    pub late: Vec<[f64; 2]>,
    /// Wafers out per week: day, wafers/week.
    pub wafers: Vec<[f64; 2]>,
    /// Cycle times of the lots that finished lately, d, ascending.
    pub cycle_lately: Vec<f64>,
    /// Tool groups lately, busiest first.
    pub groups: Vec<GroupLately>,
    /// Days that "lately" covers.
    pub lately_d: f64,
    /// Events recorded and where the run is, to tell whether anything new came.
    pub now_us: u64,
}

/// Renews what the charts show where it is due.
pub fn renew(desk: &mut Desk) {
    let Some(live) = desk.live.take() else {
        desk.series = SeriesCache::default();
        return;
    };
    let cache = &mut desk.series;
    let revision = desk
        .session
        .as_ref()
        .map_or(0, super::session::Session::revision);
    let key = (revision, live.now_us(), live.history().plant().len());
    let stale = cache.made_for != Some(key);
    let other_scene = cache.made_for.is_none_or(|k| k.0 != revision);
    if stale && (other_scene || desk.clock_s - cache.made_s >= REFRESH_S || !desk.play.running) {
        *cache = make(&live);
        cache.made_s = desk.clock_s;
        cache.made_for = Some(key);
    }
    desk.live = Some(live);
}

/// A sum per interval of some days, as points at the intervals' ends.
fn per_bucket(
    history: &History,
    to_us: u64,
    bucket_us: u64,
    value: impl Fn(&[crate::sim::fab::history::PlantSample], f64) -> f64,
) -> Vec<[f64; 2]> {
    let samples = history.plant_between(0, to_us);
    let mut points = Vec::new();
    let mut start = 0;
    while start < samples.len() {
        let first_us = samples[start].end_us.saturating_sub(1);
        let end_us = (first_us / bucket_us + 1) * bucket_us;
        let end = start + samples[start..].partition_point(|s| s.end_us <= end_us);
        let whole = samples[end - 1].end_us == end_us;
        let days = bucket_us as f64 / DAY_US;
        if whole {
            points.push([end_us as f64 / DAY_US, value(&samples[start..end], days)]);
        }
        start = end;
    }
    points
}

fn make(live: &Live) -> SeriesCache {
    let history = live.history();
    let now_us = live.now_us();
    let to_us = live.reached_us();
    let interval = history.interval_us().max(1);
    // Days where there are many, else fractions of one, so that a short run has a curve too.
    let day = DAY_US as u64;
    let bucket = if to_us >= 6 * day {
        day
    } else {
        (day / 4).max(interval)
    };
    let bucket = bucket.div_ceil(interval) * interval;
    let sum = |pick: fn(&crate::sim::fab::history::PlantSample) -> f64, scale: f64| {
        per_bucket(history, to_us, bucket, move |s, days| {
            s.iter().map(pick).sum::<f64>() / days * scale
        })
    };
    let cycle = per_bucket(history, to_us, bucket, |s, _| {
        let lots: u32 = s.iter().map(|s| s.cycle_lots).sum();
        let us: u64 = s.iter().map(|s| s.cycle_us).sum();
        if lots == 0 {
            f64::NAN
        } else {
            us as f64 / f64::from(lots) / DAY_US
        }
    });
    let lately_us = ((LATELY_D * DAY_US) as u64).min(now_us);
    let from_us = now_us - lately_us;
    let mut sums = Vec::new();
    let covered_s = history.window(from_us, now_us, &mut sums);
    let mut groups: Vec<GroupLately> = sums
        .iter()
        .enumerate()
        .map(|(i, s)| GroupLately {
            group: i as u32,
            utilization: f64::from(s.utilization().unwrap_or(0.0)),
            wait_h: f64::from(s.mean_wait_s().unwrap_or(0.0)) / 3600.0,
            queue: f64::from(s.queue_lot_s) / covered_s.max(1.0),
            sample: *s,
        })
        .collect();
    groups.sort_by(|a, b| b.utilization.total_cmp(&a.utilization));
    let finished = history.finished_between(from_us, now_us);
    let born = finished.filter(|l| l.release_us > 0);
    let mut cycle_lately: Vec<f64> = born
        .filter(|l| l.outcome == crate::results::record::Outcome::Finished)
        .map(|l| (l.end_us - l.release_us) as f64 / DAY_US)
        .collect();
    cycle_lately.sort_by(f64::total_cmp);
    SeriesCache {
        wip: history
            .plant_between(0, to_us)
            .iter()
            .map(|s| [s.end_us as f64 / DAY_US, f64::from(s.wip)])
            .collect(),
        throughput: sum(|s| f64::from(s.finished), 1.0),
        wafers: sum(|s| f64::from(s.wafers_out), 7.0),
        late: sum(|s| f64::from(s.late_windows), 1.0),
        cycle,
        cycle_lately,
        groups,
        lately_d: covered_s / 86_400.0,
        now_us,
        ..SeriesCache::default()
    }
}

/// Value that a share of the sorted values do not exceed; `None` without values.
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = share * last as f64;
    let low = at as usize;
    let next = sorted[(low + 1).min(last)];
    Some(sorted[low] + (next - sorted[low]) * (at - low as f64))
}
