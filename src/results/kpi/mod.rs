//! Figures of merit: one table says what each means and how it comes out of a record.
//!
//! The table [`TABLE`] feeds the measurement, the scene check ([`KPIS`]), the report's
//! labels (i18n key `kpi-<name>`) and docs/KPI.md. Adding a figure touches it alone,
//! and the two translations.

mod integrity;
mod scope;
mod summary;

pub use integrity::{Violation, verify};
pub use scope::Scope;
pub use summary::{Row, Summary, layout, measure};

use serde::Serialize;

use super::record::Names;

/// What a figure can be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The whole plant.
    Plant,
    /// A product: all its lot types.
    Product,
    /// A lot type: the lots of one release plan. Lots in work at time 0 are none.
    LotType,
    /// A tool group: all its tools.
    ToolGroup,
}

/// One thing that figures are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    /// What it is.
    pub kind: Kind,
    /// Its index among its like.
    pub index: u32,
}

impl Subject {
    /// Its name; empty for the whole plant.
    pub fn name<'n>(&self, names: &'n Names) -> &'n str {
        let list = match self.kind {
            Kind::Plant => return "",
            Kind::Product => &names.products,
            Kind::LotType => &names.lot_types,
            Kind::ToolGroup => &names.tool_groups,
        };
        list.get(self.index as usize).map_or("", String::as_str)
    }
}

/// Which way a figure should go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither: it depends on the plant.
    Neither,
}

/// A figure of merit.
#[derive(Clone, Copy, Debug)]
pub struct Kpi {
    /// Name in scenes, files and on the command line.
    pub name: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// What it exists for.
    pub of: &'static [Kind],
    /// Which way it should go.
    pub better: Better,
    /// How it is computed, for docs/KPI.md.
    pub how: &'static str,
    /// Its value in one replication; `None` where nothing happened that it could count.
    pub measure: fn(&Scope) -> Option<f64>,
}

impl Kpi {
    /// Key of its label in the translations; `<key>.about` explains it.
    pub fn i18n_key(&self) -> String {
        format!("kpi-{}", self.name.replace('_', "-"))
    }
}

/// The figure of that name.
pub fn find(name: &str) -> Option<&'static Kpi> {
    TABLE.iter().find(|k| k.name == name)
}

/// Names and units of all figures, in the table's order.
pub const KPIS: &[(&str, &str)] = &{
    let mut all = [("", ""); TABLE.len()];
    let mut i = 0;
    while i < TABLE.len() {
        all[i] = (TABLE[i].name, TABLE[i].unit);
        i += 1;
    }
    all
};

const LOTS: &[Kind] = &[Kind::Plant, Kind::Product, Kind::LotType];
const TOOLS: &[Kind] = &[Kind::Plant, Kind::ToolGroup];
const PLANT: &[Kind] = &[Kind::Plant];

/// All figures.
pub const TABLE: &[Kpi] = &[
    Kpi {
        name: "cycle_time",
        unit: "d",
        of: LOTS,
        better: Better::Lower,
        how: "Mean time from release to the end of the route, over counted lots (released at or after the warm-up's end, finished).",
        measure: |s| mean(s.cycle_d.iter().sum(), s.cycle_d.len() as f64),
    },
    Kpi {
        name: "cycle_time_p95",
        unit: "d",
        of: LOTS,
        better: Better::Lower,
        how: "95 % quantile of the cycle times of counted lots, interpolated between order statistics.",
        measure: |s| super::statistics::quantile(&mut s.cycle_d.clone(), 0.95),
    },
    Kpi {
        name: "x_factor",
        unit: "1",
        of: LOTS,
        better: Better::Lower,
        how: "Mean over counted lots of cycle time over the product's expected raw process time (load, process, unload; sampling and rework weighed in).",
        measure: |s| mean(s.x_sum, s.x_lots as f64),
    },
    Kpi {
        name: "on_time",
        unit: "%",
        of: LOTS,
        better: Better::Higher,
        how: "Share of the counted lots with a due date that finished no later than it.",
        measure: |s| mean(100.0 * s.on_time as f64, s.due as f64),
    },
    Kpi {
        name: "finished_lots",
        unit: "lots",
        of: LOTS,
        better: Better::Higher,
        how: "Counted lots: released at or after the warm-up's end and finished before the run's end. The published fab references count in this way.",
        measure: |s| (s.window_d > 0.0).then_some(s.cycle_d.len() as f64),
    },
    Kpi {
        name: "throughput",
        unit: "lots/d",
        of: LOTS,
        better: Better::Higher,
        how: "Lots that finished within the counted window, whenever they were released, over its length.",
        measure: |s| mean(s.out_lots as f64, s.window_d),
    },
    Kpi {
        name: "wafers_per_week",
        unit: "wafers/week",
        of: LOTS,
        better: Better::Higher,
        how: "Wafers of the lots that finished within the counted window, per seven days.",
        measure: |s| mean(7.0 * s.out_wafers as f64, s.window_d),
    },
    Kpi {
        name: "wip",
        unit: "lots",
        of: LOTS,
        better: Better::Lower,
        how: "Lots in work, averaged over the counted window. Lots in work at time 0 count for their product and the plant.",
        measure: |s| mean(s.wip_lot_d, s.window_d),
    },
    Kpi {
        name: "utilization",
        unit: "%",
        of: TOOLS,
        better: Better::Neither,
        how: "Utilisation of available time: (productive + setup) / (window − scheduled down − unscheduled down), tools pooled.",
        measure: |s| {
            mean(
                100.0 * (s.productive_d + s.setup_d),
                s.tool_d - s.pm_d - s.down_d,
            )
        },
    },
    Kpi {
        name: "busy",
        unit: "%",
        of: TOOLS,
        better: Better::Neither,
        how: "(productive + setup) / window, mean over the tools.",
        measure: |s| mean(100.0 * (s.productive_d + s.setup_d), s.tool_d),
    },
    Kpi {
        name: "productive",
        unit: "%",
        of: TOOLS,
        better: Better::Neither,
        how: "Load, process and unload (SEMI E10 productive) as share of the window, mean over the tools.",
        measure: |s| mean(100.0 * s.productive_d, s.tool_d),
    },
    Kpi {
        name: "setup",
        unit: "%",
        of: TOOLS,
        better: Better::Lower,
        how: "Setup as share of the window, mean over the tools.",
        measure: |s| mean(100.0 * s.setup_d, s.tool_d),
    },
    Kpi {
        name: "standby",
        unit: "%",
        of: TOOLS,
        better: Better::Neither,
        how: "Standby with no lot waiting that the tool could take, as share of the window, mean over the tools.",
        measure: |s| mean(100.0 * s.standby_d, s.tool_d),
    },
    Kpi {
        name: "held",
        unit: "%",
        of: TOOLS,
        better: Better::Lower,
        how: "Standby although lots wait (batch too small, operator or reticle absent, reserved, minimum run) as share of the window, mean over the tools.",
        measure: |s| mean(100.0 * s.held_d, s.tool_d),
    },
    Kpi {
        name: "blocked",
        unit: "%",
        of: TOOLS,
        better: Better::Lower,
        how: "Standby with finished lots that cannot leave because the next queue is full, as share of the window, mean over the tools.",
        measure: |s| mean(100.0 * s.blocked_d, s.tool_d),
    },
    Kpi {
        name: "pm",
        unit: "%",
        of: TOOLS,
        better: Better::Lower,
        how: "Scheduled down (maintenance, waiting for its crew included) as share of the window, mean over the tools.",
        measure: |s| mean(100.0 * s.pm_d, s.tool_d),
    },
    Kpi {
        name: "down",
        unit: "%",
        of: TOOLS,
        better: Better::Lower,
        how: "Unscheduled down (breakdown, waiting for its crew included) as share of the window, mean over the tools.",
        measure: |s| mean(100.0 * s.down_d, s.tool_d),
    },
    Kpi {
        name: "oee",
        unit: "%",
        of: TOOLS,
        better: Better::Higher,
        how: "Overall equipment efficiency after SEMI E79: availability × performance × quality. Availability = (window − scheduled down − unscheduled down) / window. Performance = productive / (window − scheduled down − unscheduled down); its rate part is 1, because a simulated tool runs at the speed of its recipe. Quality = wafers finished / (wafers finished + wafers scrapped) of the whole plant in the window: a wafer scrapped later was processed in vain wherever it had been. Repeated passes of rework count as productive.",
        measure: |s| {
            let up = s.tool_d - s.pm_d - s.down_d;
            let performance = if up > 0.0 { s.productive_d / up } else { 0.0 };
            Some(100.0 * mean(up, s.tool_d)? * performance * s.quality)
        },
    },
    Kpi {
        name: "queue_time",
        unit: "h",
        of: TOOLS,
        better: Better::Lower,
        how: "Mean wait of the lots that started a step within the counted window, from arrival in the queue to the start of the job; over all steps for the plant.",
        measure: |s| mean(s.wait_h, s.starts as f64),
    },
    Kpi {
        name: "queue_length",
        unit: "lots",
        of: TOOLS,
        better: Better::Lower,
        how: "Lots waiting, averaged over the counted window; their sum for the plant.",
        measure: |s| mean(s.queue_lot_d, s.window_d),
    },
    Kpi {
        name: "cqt_violations",
        unit: "windows",
        of: PLANT,
        better: Better::Lower,
        how: "Critical queue time windows closed too late.",
        measure: |s| (s.window_d > 0.0).then_some(s.cqt_violations as f64),
    },
    Kpi {
        name: "cqt_violation_rate",
        unit: "%",
        of: PLANT,
        better: Better::Lower,
        how: "Share of the closed critical queue time windows that closed too late.",
        measure: |s| mean(100.0 * s.cqt_violations as f64, s.cqt_closed as f64),
    },
    Kpi {
        name: "cqt_cost",
        unit: "currency",
        of: PLANT,
        better: Better::Lower,
        how: "Cost of the critical queue time violations, in the currency of the scene.",
        measure: |s| (s.window_d > 0.0).then_some(s.cqt_cost),
    },
    Kpi {
        name: "rework",
        unit: "passes/lot",
        of: LOTS,
        better: Better::Lower,
        how: "Times a counted lot went back for rework, on average.",
        measure: |s| mean(s.reworks as f64, s.cycle_d.len() as f64),
    },
    Kpi {
        name: "scrapped",
        unit: "lots",
        of: LOTS,
        better: Better::Lower,
        how: "Lots scrapped within the counted window.",
        measure: |s| (s.window_d > 0.0).then_some(s.scrapped_lots as f64),
    },
    Kpi {
        name: "lost",
        unit: "lots",
        of: LOTS,
        better: Better::Lower,
        how: "Lots turned away by a full queue within the counted window.",
        measure: |s| (s.window_d > 0.0).then_some(s.lost_lots as f64),
    },
    Kpi {
        name: "lot_steps",
        unit: "steps",
        of: PLANT,
        better: Better::Neither,
        how: "Steps done in the whole run, warm-up included, skipped steps not.",
        measure: |s| Some(s.lot_steps as f64),
    },
];

/// A ratio; `None` over nothing.
fn mean(sum: f64, over: f64) -> Option<f64> {
    (over > 0.0).then(|| sum / over)
}

/// The text of docs/KPI.md.
pub fn document() -> String {
    let mut text = String::from(
        "# Figures of merit\n\n\
         Made from the table in `src/results/kpi/mod.rs`; a test compares the two \
         (`GEOUL_BLESS=1` rewrites this page).\n\n\
         Each replication yields one value; `kpis.json` and the report give their mean and \
         the two-sided Student interval at the scene's confidence (95 % by default). The \
         counted window runs from the end of the warm-up to the end of the run. Lots in \
         work at time 0 have no known release and are left out of cycle time, on-time, \
         X-factor and rework. A figure that nothing could be counted for is absent in that \
         replication, so `n` may be smaller than the number of replications.\n\n\
         With `of` a figure is asked for one lot type, product or tool group by name, \
         looked up in this order; an empty `of` is the whole plant.\n\n\
         | name | unit | of | better | how it is computed |\n|---|---|---|---|---|\n",
    );
    for kpi in TABLE {
        let of: Vec<_> = kpi
            .of
            .iter()
            .map(|k| match k {
                Kind::Plant => "plant",
                Kind::Product => "product",
                Kind::LotType => "lot type",
                Kind::ToolGroup => "tool group",
            })
            .collect();
        let better = match kpi.better {
            Better::Higher => "higher",
            Better::Lower => "lower",
            Better::Neither => "–",
        };
        text += &format!(
            "| `{}` | {} | {} | {better} | {} |\n",
            kpi.name,
            kpi.unit,
            of.join(", "),
            kpi.how
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_in_the_check_list() {
        for (i, kpi) in TABLE.iter().enumerate() {
            assert_eq!(KPIS[i], (kpi.name, kpi.unit));
            assert!(
                TABLE[..i].iter().all(|k| k.name != kpi.name),
                "{}",
                kpi.name
            );
        }
    }

    #[test]
    fn the_page_says_what_the_table_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/KPI.md");
        if std::env::var_os("GEOUL_BLESS").is_some() {
            std::fs::write(path, document()).unwrap();
        }
        let page = std::fs::read_to_string(path).unwrap();
        assert_eq!(page, document(), "rewrite with GEOUL_BLESS=1");
    }
}
