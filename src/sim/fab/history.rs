//! What a watched run remembers: series at a fixed interval, events, finished lots, recent steps.
//!
//! All of it is bounded. Series start hourly; when they are full, neighbours are united and the
//! interval doubles, so a year costs as much as a month. Events, finished lots and steps are the
//! latest so many. A run that is sought back keeps what was recorded; only the recent steps are
//! those before the instant that is shown.

use std::collections::VecDeque;

use super::live_place::LotKey;
use crate::results::record::{LotRecord, StepRecord};

/// Length of a series at most, samples.
pub(super) const SAMPLES_MAX: usize = 4_400;
/// Samples of all tool groups together at most.
pub(super) const GROUP_SAMPLES_MAX: usize = 1 << 19;
/// Interval of a young series at most, µs.
pub(super) const HOUR_US: u64 = 3_600_000_000;
/// Samples of the shortest run at least.
pub(super) const SAMPLES_MIN: u64 = 96;
const EVENTS_MAX: usize = 1 << 19;
pub(super) const FINISHED_MAX: usize = 1 << 17;
pub(super) const STEPS_MAX: usize = 1 << 17;

/// The plant over one interval.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PlantSample {
    /// End of the interval, µs.
    pub end_us: u64,
    /// Lots in work at its end.
    pub wip: u32,
    /// Lots released.
    pub released: u32,
    /// Lots that finished their route.
    pub finished: u32,
    /// Wafers of these.
    pub wafers_out: u32,
    /// Sum of the cycle times of those of them that were released after time 0, µs.
    pub cycle_us: u64,
    /// How many these are.
    pub cycle_lots: u32,
    /// Lots scrapped or turned away.
    pub scrapped: u32,
    /// Steps done.
    pub moves: u32,
    /// Critical queue times exceeded.
    pub late_windows: u32,
}

/// A tool group over one interval; times are summed over its tools.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GroupSample {
    /// Lots that wait at the interval's end.
    pub queue: u32,
    /// Steps done.
    pub moves: u32,
    /// Waiting time of these steps, s.
    pub wait_s: f32,
    /// Integral of the lots waiting, lot s.
    pub queue_lot_s: f32,
    /// Load, process, unload, tool s.
    pub productive_s: f32,
    /// Setup, tool s.
    pub setup_s: f32,
    /// Nothing to do, tool s.
    pub standby_s: f32,
    /// Lots wait but none can start, or finished lots cannot leave, tool s.
    pub held_s: f32,
    /// Maintenance, tool s.
    pub pm_s: f32,
    /// Breakdown, tool s.
    pub down_s: f32,
}

impl GroupSample {
    pub(super) fn add(&mut self, other: &Self) {
        self.queue = other.queue;
        self.moves += other.moves;
        for (a, b) in [
            (&mut self.wait_s, other.wait_s),
            (&mut self.queue_lot_s, other.queue_lot_s),
            (&mut self.productive_s, other.productive_s),
            (&mut self.setup_s, other.setup_s),
            (&mut self.standby_s, other.standby_s),
            (&mut self.held_s, other.held_s),
            (&mut self.pm_s, other.pm_s),
            (&mut self.down_s, other.down_s),
        ] {
            *a += b;
        }
    }

    /// Tool time in all, s.
    pub fn tool_s(&self) -> f32 {
        self.productive_s + self.setup_s + self.standby_s + self.held_s + self.pm_s + self.down_s
    }

    /// Utilisation of available time, 0 to 1; `None`: no tool was available.
    pub fn utilization(&self) -> Option<f32> {
        let available = self.tool_s() - self.pm_s - self.down_s;
        (available > 0.0).then(|| (self.productive_s + self.setup_s) / available)
    }

    /// Mean waiting time of the steps done, s; `None`: none was done.
    pub fn mean_wait_s(&self) -> Option<f32> {
        (self.moves > 0).then(|| self.wait_s / self.moves as f32)
    }
}

impl PlantSample {
    pub(super) fn add(&mut self, other: &Self) {
        self.end_us = other.end_us;
        self.wip = other.wip;
        self.released += other.released;
        self.finished += other.finished;
        self.wafers_out += other.wafers_out;
        self.cycle_us += other.cycle_us;
        self.cycle_lots += other.cycle_lots;
        self.scrapped += other.scrapped;
        self.moves += other.moves;
        self.late_windows += other.late_windows;
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// Preventive maintenance of a tool, waiting for its crew included.
    Maintenance,
    /// Breakdown of a tool, waiting for its crew included.
    Breakdown,
    /// A lot started too late for a critical queue time.
    LateWindow,
    /// Release of a lot that is more urgent than the regular ones.
    HotRelease,
    /// A lot was scrapped.
    Scrapped,
    /// A lot was turned away by a full queue.
    Lost,
}

/// An event; what lasts has an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// When it began, µs.
    pub begin_us: u64,
    /// When it ended, µs; `u64::MAX`: it had not when the run was last watched.
    pub end_us: u64,
    /// Tool, if it is about one.
    pub tool: Option<u32>,
    /// Tool group, if it is about one.
    pub group: Option<u32>,
    /// Lot, if it is about one.
    pub lot: Option<LotKey>,
}

/// What was recorded of a run.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub(super) base_us: u64,
    /// Base intervals in one sample.
    pub(super) merge: u32,
    pub(super) samples_max: usize,
    pub(super) groups: usize,
    pub(super) products: usize,
    pub(super) plant: Vec<PlantSample>,
    /// Lots in work at each sample's end, `sample * products + product`.
    pub(super) wip_of_product: Vec<u32>,
    /// `sample * groups + group`.
    pub(super) by_group: Vec<GroupSample>,
    pub(super) finished: VecDeque<LotRecord>,
    pub(super) events: VecDeque<Event>,
    /// Number of the first event kept, counted from the run's start.
    pub(super) first_event: u64,
    pub(super) longest_event_us: u64,
    pub(super) events_from_us: u64,
    pub(super) steps: VecDeque<StepRecord>,
    pub(super) steps_from_us: u64,
}

impl History {
    /// Length of a sample's interval, µs; it doubles when the series is full.
    pub fn interval_us(&self) -> u64 {
        self.base_us * u64::from(self.merge)
    }

    /// The plant, oldest interval first.
    pub fn plant(&self) -> &[PlantSample] {
        &self.plant
    }

    /// Samples of the plant that end within (`from_us`, `to_us`].
    pub fn plant_between(&self, from_us: u64, to_us: u64) -> &[PlantSample] {
        &self.plant[self.range(from_us, to_us)]
    }

    /// Lots of a product in work at the end of sample `index`.
    pub fn wip_of(&self, index: usize, product: u32) -> u32 {
        let at = index * self.products + product as usize;
        self.wip_of_product.get(at).copied().unwrap_or(0)
    }

    /// A tool group in sample `index`.
    pub fn group(&self, index: usize, group: u32) -> Option<&GroupSample> {
        if group as usize >= self.groups {
            return None;
        }
        self.by_group.get(index * self.groups + group as usize)
    }

    /// Series of a tool group: end of each interval (µs) and what was in it.
    pub fn group_series(&self, group: u32) -> impl Iterator<Item = (u64, &GroupSample)> + '_ {
        let samples = self.plant.iter().enumerate();
        samples.filter_map(move |(i, p)| Some((p.end_us, self.group(i, group)?)))
    }

    /// Every tool group summed over the samples that end within (`from_us`, `to_us`], into `out`;
    /// where none does, the last one before. Gives the time they cover, s.
    pub fn window(&self, from_us: u64, to_us: u64, out: &mut Vec<GroupSample>) -> f64 {
        let mut range = self.range(from_us, to_us);
        if range.is_empty() {
            range = range.end.saturating_sub(1)..range.end;
        }
        out.clear();
        out.resize(self.groups, GroupSample::default());
        for sample in range.clone() {
            let row = &self.by_group[sample * self.groups..(sample + 1) * self.groups];
            for (sum, more) in out.iter_mut().zip(row) {
                sum.add(more);
            }
        }
        range.len() as f64 * self.interval_us() as f64 / 1e6
    }

    fn range(&self, from_us: u64, to_us: u64) -> std::ops::Range<usize> {
        let end = self.plant.partition_point(|s| s.end_us <= to_us);
        let start = self.plant.partition_point(|s| s.end_us <= from_us);
        start.min(end)..end
    }

    /// Lots that left the plant, in order; the latest so many.
    pub fn finished(&self) -> impl DoubleEndedIterator<Item = &LotRecord> + '_ {
        self.finished.iter()
    }

    /// Lots that left the plant within (`from_us`, `to_us`], in order.
    pub fn finished_between(
        &self,
        from_us: u64,
        to_us: u64,
    ) -> impl Iterator<Item = &LotRecord> + '_ {
        let start = self.finished.partition_point(|l| l.end_us <= from_us);
        let end = self.finished.partition_point(|l| l.end_us <= to_us);
        self.finished.range(start.min(end)..end)
    }

    /// From when on events are complete, µs; earlier ones may have been dropped.
    pub fn events_from_us(&self) -> u64 {
        self.events_from_us
    }

    /// Events by their beginning; the latest so many.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &Event> + '_ {
        self.events.iter()
    }

    /// Events that touch [`from_us`, `to_us`), by their beginning.
    pub fn events_between(&self, from_us: u64, to_us: u64) -> impl Iterator<Item = &Event> + '_ {
        let open = from_us.saturating_sub(self.longest_event_us);
        let start = self.events.partition_point(|e| e.begin_us < open);
        let end = self.events.partition_point(|e| e.begin_us < to_us);
        self.events
            .range(start.min(end)..end)
            .filter(move |e| e.end_us >= from_us)
    }

    /// The first event of these kinds that begins after a time.
    pub fn next_event(&self, after_us: u64, kinds: &[EventKind]) -> Option<&Event> {
        let start = self.events.partition_point(|e| e.begin_us <= after_us);
        self.events.range(start..).find(|e| kinds.contains(&e.kind))
    }

    /// The last event of these kinds that begins before a time.
    pub fn previous_event(&self, before_us: u64, kinds: &[EventKind]) -> Option<&Event> {
        let end = self.events.partition_point(|e| e.begin_us < before_us);
        self.events
            .range(..end)
            .rev()
            .find(|e| kinds.contains(&e.kind))
    }

    /// From when on the recent steps are complete, µs.
    pub fn steps_from_us(&self) -> u64 {
        self.steps_from_us
    }

    /// Recent steps before the instant that is shown, in the order in which lots left them.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = &StepRecord> + '_ {
        self.steps.iter()
    }

    pub(super) fn push_event(&mut self, event: Event) {
        if self.events.len() == EVENTS_MAX
            && let Some(old) = self.events.pop_front()
        {
            self.first_event += 1;
            self.events_from_us = old.begin_us;
        }
        self.events.push_back(event);
    }

    pub(super) fn push_sample(&mut self, plant: PlantSample, wip: &[u32], groups: &[GroupSample]) {
        self.plant.push(plant);
        self.wip_of_product.extend_from_slice(wip);
        self.by_group.extend_from_slice(groups);
        if self.plant.len() >= self.samples_max {
            self.halve();
        }
    }

    /// Unites neighbours: the interval doubles.
    fn halve(&mut self) {
        let (groups, products) = (self.groups, self.products);
        let half = self.plant.len() / 2;
        for i in 0..half {
            let mut sample = self.plant[2 * i];
            sample.add(&self.plant[2 * i + 1]);
            self.plant[i] = sample;
            for g in 0..groups {
                let mut sample = self.by_group[2 * i * groups + g];
                sample.add(&self.by_group[(2 * i + 1) * groups + g]);
                self.by_group[i * groups + g] = sample;
            }
            let second = (2 * i + 1) * products;
            self.wip_of_product
                .copy_within(second..second + products, i * products);
        }
        self.plant.truncate(half);
        self.by_group.truncate(half * groups);
        self.wip_of_product.truncate(half * products);
        self.merge *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_series_is_halved_and_keeps_its_sums() {
        let mut history = History {
            base_us: 10,
            merge: 1,
            samples_max: 8,
            groups: 2,
            products: 1,
            ..History::default()
        };
        for n in 1..=8u32 {
            let plant = PlantSample {
                end_us: u64::from(n) * 10,
                wip: n,
                moves: n,
                ..PlantSample::default()
            };
            let group = |g: u32| GroupSample {
                queue: 10 * n + g,
                moves: n * (g + 1),
                pm_s: n as f32,
                ..GroupSample::default()
            };
            history.push_sample(plant, &[n], &[group(0), group(1)]);
        }
        assert_eq!((history.interval_us(), history.plant().len()), (20, 4));
        let ends: Vec<u64> = history.plant().iter().map(|s| s.end_us).collect();
        assert_eq!(ends, [20, 40, 60, 80]);
        assert_eq!(history.plant()[1].moves, 7);
        assert_eq!((history.plant()[1].wip, history.wip_of(1, 0)), (4, 4));
        let second = history.group(3, 1).expect("it is there");
        assert_eq!((second.queue, second.moves, second.pm_s), (81, 30, 15.0));
        let mut out = Vec::new();
        assert_eq!(history.window(20, 60, &mut out), 4e-5);
        assert_eq!((out[0].moves, out[1].moves), (18, 36));
        // Between two ends: what is known last.
        history.window(65, 70, &mut out);
        assert_eq!(out[0].moves, 11);
    }
}
