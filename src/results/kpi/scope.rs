//! Everything the figures of one subject are made of, in one replication.

use super::{Kind, Subject};
use crate::results::record::{GroupRecord, LotRecord, Names, Outcome, RunRecord, ToolTimes};

const US_PER_DAY: f64 = 8.64e10;

/// Sums over one subject (the plant, a product, a lot type, a tool group) and one
/// replication. "Counted" lots were released at or after the warm-up's end, finished,
/// and are no initial lots.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    /// Counted window, days.
    pub window_d: f64,
    /// Cycle times of counted lots, days.
    pub cycle_d: Vec<f64>,
    /// Sum of X-factors of counted lots whose raw process time is known.
    pub x_sum: f64,
    /// Lots in `x_sum`.
    pub x_lots: u64,
    /// Counted lots with a due date.
    pub due: u64,
    /// Those of them that were on time.
    pub on_time: u64,
    /// Rework passes of counted lots.
    pub reworks: u64,
    /// Lots finished within the window.
    pub out_lots: u64,
    /// Their wafers.
    pub out_wafers: u64,
    /// Lots scrapped within the window.
    pub scrapped_lots: u64,
    /// Their wafers.
    pub scrapped_wafers: u64,
    /// Lots lost within the window.
    pub lost_lots: u64,
    /// Integral of the lots in work over the window, lot days.
    pub wip_lot_d: f64,
    /// Window times number of tools, tool days.
    pub tool_d: f64,
    /// Productive, tool days.
    pub productive_d: f64,
    /// Setup, tool days.
    pub setup_d: f64,
    /// Standby without lots, tool days.
    pub standby_d: f64,
    /// Standby with lots, tool days.
    pub held_d: f64,
    /// Blocked, tool days.
    pub blocked_d: f64,
    /// Scheduled down, tool days.
    pub pm_d: f64,
    /// Unscheduled down, tool days.
    pub down_d: f64,
    /// Wafers finished over wafers finished or scrapped, whole plant; 1 where none left.
    pub quality: f64,
    /// Step starts.
    pub starts: u64,
    /// Sum of waits, lot hours.
    pub wait_h: f64,
    /// Integral of the queue length, lot days.
    pub queue_lot_d: f64,
    /// Critical queue time windows closed.
    pub cqt_closed: u64,
    /// Those closed too late.
    pub cqt_violations: u64,
    /// Cost of those.
    pub cqt_cost: f64,
    /// Steps done.
    pub lot_steps: u64,
}

/// All subjects of a scene: the plant, products, lot types, tool groups.
pub fn subjects(names: &Names) -> Vec<Subject> {
    let many = |kind, n: usize| (0..n as u32).map(move |index| Subject { kind, index });
    let types = names.lot_types.len().min(names.first_init_type as usize);
    many(Kind::Plant, 1)
        .chain(many(Kind::Product, names.products.len()))
        .chain(many(Kind::LotType, types))
        .chain(many(Kind::ToolGroup, names.tool_groups.len()))
        .collect()
}

/// The scopes of [`subjects`], in the same order, in one pass over the record.
pub fn scopes(names: &Names, record: &RunRecord) -> Vec<Scope> {
    let window_us = record.end_us.saturating_sub(record.warmup_us);
    let subjects = subjects(names);
    let (products, types) = (
        names.products.len(),
        names.lot_types.len().min(names.first_init_type as usize),
    );
    let mut all = vec![
        Scope {
            window_d: window_us as f64 / US_PER_DAY,
            quality: 1.0,
            ..Scope::default()
        };
        subjects.len()
    ];
    // A lot counts for the plant, for its product and, unless it is an initial one, for its type.
    let places = |lot_type: u32| {
        let product = names.product_of_lot_type.get(lot_type as usize);
        [
            Some(0),
            product.map(|p| 1 + *p as usize).filter(|i| *i <= products),
            Some(1 + products + lot_type as usize).filter(|_| (lot_type as usize) < types),
        ]
        .into_iter()
        .flatten()
    };
    for lot in &record.lots {
        let raw_us = names
            .product_of_lot_type
            .get(lot.lot_type as usize)
            .and_then(|p| names.raw_process_us.get(*p as usize))
            .copied()
            .filter(|us| *us > 0);
        let initial = lot.lot_type >= names.first_init_type;
        for i in places(lot.lot_type) {
            all[i].take_lot(lot, record.warmup_us, initial, raw_us);
        }
    }
    for (lot_type, us) in record.wip_lot_us.iter().enumerate() {
        for i in places(lot_type as u32) {
            all[i].wip_lot_d += *us as f64 / US_PER_DAY;
        }
    }
    let first_group = 1 + products + types;
    for (tool, group) in record.tools.iter().zip(&names.group_of_tool) {
        all[0].take_tool(&tool.times, window_us);
        all[first_group + *group as usize].take_tool(&tool.times, window_us);
    }
    for (g, group) in record
        .groups
        .iter()
        .enumerate()
        .take(names.tool_groups.len())
    {
        all[0].take_group(group);
        all[first_group + g].take_group(group);
    }
    let plant = &mut all[0];
    for cqt in &record.cqt {
        plant.cqt_closed += cqt.closed;
        plant.cqt_violations += cqt.violations;
        plant.cqt_cost += cqt.cost;
    }
    plant.lot_steps = record.lot_steps;
    let left = plant.out_wafers + plant.scrapped_wafers;
    if left > 0 {
        let quality = plant.out_wafers as f64 / left as f64;
        all.iter_mut().for_each(|s| s.quality = quality);
    }
    all
}

impl Scope {
    fn take_lot(&mut self, lot: &LotRecord, warmup_us: u64, initial: bool, raw_us: Option<u64>) {
        if lot.end_us >= warmup_us {
            let wafers = u64::from(lot.wafers);
            match lot.outcome {
                Outcome::Finished => {
                    self.out_lots += 1;
                    self.out_wafers += wafers;
                }
                Outcome::Scrapped => {
                    self.scrapped_lots += 1;
                    self.scrapped_wafers += wafers;
                }
                Outcome::Lost => self.lost_lots += 1,
            }
        }
        if lot.outcome != Outcome::Finished || initial || lot.release_us < warmup_us {
            return;
        }
        let cycle_us = lot.end_us.saturating_sub(lot.release_us);
        self.cycle_d.push(cycle_us as f64 / US_PER_DAY);
        self.reworks += u64::from(lot.reworks);
        if let Some(raw_us) = raw_us {
            self.x_sum += cycle_us as f64 / raw_us as f64;
            self.x_lots += 1;
        }
        if lot.due_us != u64::MAX {
            self.due += 1;
            self.on_time += u64::from(lot.end_us <= lot.due_us);
        }
    }

    fn take_tool(&mut self, t: &ToolTimes, window_us: u64) {
        let d = |us: u64| us as f64 / US_PER_DAY;
        self.tool_d += d(window_us);
        self.productive_d += d(t.productive_us);
        self.setup_d += d(t.setup_us);
        self.standby_d += d(t.standby_us);
        self.held_d += d(t.held_us);
        self.blocked_d += d(t.blocked_us);
        self.pm_d += d(t.pm_us);
        self.down_d += d(t.down_us);
    }

    fn take_group(&mut self, group: &GroupRecord) {
        self.starts += group.starts;
        self.wait_h += group.wait_us as f64 / 3.6e9;
        self.queue_lot_d += group.queue_lot_us as f64 / US_PER_DAY;
    }
}
