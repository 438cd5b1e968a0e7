//! The tables of SMT2020 as typed rows.

use super::grid::{Grid, Log, Row};
use crate::interop::quantity::{Spread, Time};

/// A row with its place, for faults that only show between tables.
pub(super) struct At<'a, T> {
    pub row: Row<'a>,
    pub value: T,
}

/// part.txt
pub(super) struct Part<'a> {
    pub name: Option<&'a str>,
    pub file: Option<&'a str>,
    pub route: Option<&'a str>,
}

/// tool.txt.1l
pub(super) struct Tool<'a> {
    pub name: Option<&'a str>,
    pub count: Option<u32>,
    pub area: Option<&'a str>,
    pub location: Option<&'a str>,
    pub load: Option<Time>,
    pub unload: Option<Time>,
    pub dispatch: Vec<&'static str>,
    pub wake_least_setup: bool,
    pub batch: bool,
    /// Lots inside; 1 when the cell is empty.
    pub lots: u32,
    /// Whether minimum runs are kept.
    pub min_runs: bool,
    pub setup_group: Option<&'a str>,
}

/// What a processing time is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Per {
    Lot,
    Wafer,
    Batch,
}

/// A row of a route file.
pub(super) struct Step<'a> {
    pub route: Option<&'a str>,
    pub number: Option<u32>,
    pub name: Option<&'a str>,
    pub tools: Option<&'a str>,
    pub time: Option<Spread>,
    pub per: Option<Per>,
    pub batch: Option<(u32, u32)>,
    pub setup: Option<&'a str>,
    pub setup_time: Option<Time>,
    /// STEP that must use the same tool.
    pub same_tool_at: Option<u32>,
    pub lot_interval: Option<Time>,
    pub wafer_interval: Option<Time>,
    /// Percent and STEP.
    pub rework: Option<(f64, u32)>,
    pub sampling_percent: Option<f64>,
    /// STEP and limit.
    pub cqt: Option<(u32, Time)>,
}

/// order.txt
pub(super) struct Order<'a> {
    pub lot: Option<&'a str>,
    pub part: Option<&'a str>,
    pub priority: Option<u32>,
    pub wafers: Option<u32>,
    pub start: Option<i64>,
    pub interval: Option<Spread>,
    pub repeats: Option<u32>,
    pub lots: Option<u32>,
    pub due: Option<i64>,
    pub reserve: bool,
}

/// WIP.txt
pub(super) struct Wip<'a> {
    pub lot: Option<&'a str>,
    pub part: Option<&'a str>,
    pub priority: Option<u32>,
    pub wafers: Option<u32>,
    pub start: Option<i64>,
    pub step: Option<u32>,
    pub due: Option<i64>,
    pub reserve: bool,
}

/// setup.txt
pub(super) struct Setup<'a> {
    pub from: Option<&'a str>,
    pub to: Option<&'a str>,
    pub time: Option<Time>,
    pub comment: Option<&'a str>,
}

/// setupgrp.txt
pub(super) struct SetupRun<'a> {
    pub group: Option<&'a str>,
    pub setup: Option<&'a str>,
    pub lots: Option<u32>,
}

/// downcal.txt
pub(super) struct Down<'a> {
    pub name: Option<&'a str>,
    pub uptime: Option<Spread>,
    pub repair: Option<Spread>,
}

/// The interval of a maintenance.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Interval {
    Time(Time),
    Wafers(u32),
}

/// pmcal.txt
pub(super) struct Maintenance<'a> {
    pub name: Option<&'a str>,
    pub every: Option<Interval>,
    pub duration: Option<Spread>,
    /// Kept even when the interval itself is faulty, to read `FOA` right.
    pub by_wafers: Option<bool>,
}

/// What a calendar is attached to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Area,
    Group,
}

/// attach.txt
pub(super) struct Attach<'a> {
    pub calendar: Option<&'a str>,
    pub is_pm: Option<bool>,
    pub target: Option<Target>,
    pub name: Option<&'a str>,
}

/// fromto.txt
pub(super) struct Transport<'a> {
    pub from: Option<&'a str>,
    pub to: Option<&'a str>,
    pub time: Option<Spread>,
}

/// Columns of a table: those read, and those that carry nothing the model uses.
pub(super) struct Columns {
    pub needed: &'static [&'static str],
    pub silent: &'static [&'static str],
}

pub(super) const PART: Columns = Columns {
    needed: &["PART", "ROUTEFILE", "ROUTE"],
    silent: &["PARTGRP", "PARTFAM", "IGNORE"],
};
pub(super) const TOOL: Columns = Columns {
    needed: &[
        "STNFAM",
        "RULE",
        "FWLRANK",
        "WAKERESRANK",
        "BATCHCRITF",
        "BATCHPER",
        "LTIME",
        "LTUNITS",
        "ULTIME",
        "ULTUNITS",
        "STNCAP",
        "STNQTY",
        "STNGRP",
        "STNFAMLOC",
        "SETUPGRP",
    ],
    silent: &["STN", "STNFAMSTEP_ACTLIST", "PRERULERWL", "IGNORE"],
};
pub(super) const ROUTE: Columns = Columns {
    needed: &[
        "ROUTE",
        "STEP",
        "DESC",
        "STNFAM",
        "PDIST",
        "PTIME",
        "PTIME2",
        "PTUNITS",
        "PTPER",
        "BATCHMN",
        "BATCHMX",
        "SETUP",
        "WHEN",
        "STIME",
        "STUNITS",
        "SVESTN",
        "FORSTEP",
        "BatchInterval",
        "BatchIntUnits",
        "PartInterval",
        "PartIntUnits",
        "RWKSTEP",
        "REWORK",
        "RWKTYPE",
        "StepPercent",
        "STEP_CQT",
        "CQT",
        "CQTUNITS",
    ],
    silent: &["IGNORE"],
};
pub(super) const ORDER: Columns = Columns {
    needed: &[
        "LOT",
        "PART",
        "PRIOR",
        "PIECES",
        "START",
        "RDIST",
        "REPEAT",
        "RUNITS",
        "RPT#",
        "LOTSPERRPT",
        "DUE",
        "HOTLOT",
    ],
    silent: &["ORDER", "REPEAT2", "IGNORE"],
};
pub(super) const WIP: Columns = Columns {
    needed: &["LOT", "PART", "PRIOR", "PIECES", "START", "CURSTEP", "DUE"],
    silent: &["ORDER", "HOTLOT", "TRACE", "IGNORE"],
};
pub(super) const SETUP: Columns = Columns {
    needed: &["CURSETUP", "NEWSETUP", "STIME", "STUNITS"],
    silent: &["IGNORE"],
};
pub(super) const SETUP_GROUP: Columns = Columns {
    needed: &["SETUPGRP", "SETUP", "MINRUN"],
    silent: &["IGNORE"],
};
pub(super) const DOWN: Columns = Columns {
    needed: &[
        "DOWNCALNAME",
        "DOWNCALTYPE",
        "MTTFDIST",
        "MTTF",
        "MTTFUNITS",
        "MTTRDIST",
        "MTTR",
        "MTTRUNITS",
    ],
    silent: &["MTTF2", "MTTR2", "IGNORE"],
};
pub(super) const PM: Columns = Columns {
    needed: &[
        "PMCALNAME",
        "PMCALTYPE",
        "MTBPM",
        "MTBPMUNITS",
        "MTTRDIST",
        "MTTR",
        "MTTR2",
        "MTTRUNITS",
    ],
    silent: &["IGNORE"],
};
pub(super) const ATTACH: Columns = Columns {
    needed: &[
        "CALNAME", "CALTYPE", "RESTYPE", "RESNAME", "FOADIST", "FOA", "FOAUNITS",
    ],
    silent: &["FOA2", "IGNORE"],
};
pub(super) const FROM_TO: Columns = Columns {
    needed: &["FROMLOC", "TOLOC", "DDIST", "DTIME", "DTIME2", "DUNITS"],
    silent: &["IGNORE"],
};

const NAME: &str = "a name";
/// The order of work on a tool that the importer knows: setup, load, process, unload.
const KNOWN_ACTIONS: &str = "Custom_actlist_ASISemiOpersDuringSetupAndAdditionalLoadUnload";

fn all<'a, T>(grid: &'a Grid<'a>, read: impl Fn(Row<'a>) -> T) -> Vec<At<'a, T>> {
    grid.rows()
        .map(|row| At {
            row,
            value: read(row),
        })
        .collect()
}

pub(super) fn parts<'a>(grid: &'a Grid<'a>) -> Vec<At<'a, Part<'a>>> {
    all(grid, |r| Part {
        name: r.need("PART", NAME),
        file: r.need("ROUTEFILE", "the name of a route file"),
        route: r.need("ROUTE", "the name of a route"),
    })
}

pub(super) fn tools<'a>(grid: &'a Grid<'a>, log: &Log) -> Vec<At<'a, Tool<'a>>> {
    let mut other_actions = 0;
    let tools = all(grid, |r| {
        let batch = r
            .choice("BATCHCRITF", &[("crit_sameroutestep", true)])
            .unwrap_or(false);
        if batch {
            r.need_choice("BATCHPER", &[("piece", ())]);
        }
        let lots = r.count("STNCAP", 1).unwrap_or(1);
        if batch && lots > 1 {
            r.wrong("STNCAP", "no capacity above 1 on a tool that batches");
        }
        let min_runs = r.need_choice("RULE", &[("rule_HotLotFIRST", false), ("rule_LSSU", true)]);
        let setup_group = r.text("SETUPGRP");
        if min_runs == Some(true) && setup_group.is_none() {
            r.wrong("SETUPGRP", "a group of setups, as RULE is rule_LSSU");
        }
        if min_runs == Some(false) && setup_group.is_some() {
            r.wrong(
                "SETUPGRP",
                "no group of setups, as only rule_LSSU keeps minimum runs",
            );
        }
        r.choice("PRERULERWL", &[("no", ())]);
        Tool {
            name: r.need("STNFAM", "the name of a tool group"),
            count: r.need_count("STNQTY", 1),
            area: r.need("STNGRP", "the name of an area"),
            location: r.need("STNFAMLOC", "the name of a location"),
            load: r.time("LTIME", "LTUNITS"),
            unload: r.time("ULTIME", "ULTUNITS"),
            dispatch: ranking(r),
            wake_least_setup: r
                .choice("WAKERESRANK", &[("wake_LeastSetupTime", true)])
                .unwrap_or(false),
            batch,
            lots,
            min_runs: min_runs.unwrap_or(false),
            setup_group,
        }
    });
    for tool in &tools {
        let actions = tool.row.text("STNFAMSTEP_ACTLIST");
        other_actions += u32::from(actions.is_some_and(|a| a != KNOWN_ACTIONS));
    }
    if other_actions > 0 {
        log.note(format!(
            "{}: {other_actions} tool groups have an action list of their own (STNFAMSTEP_ACTLIST): read as setup, load, process, unload",
            grid.file
        ));
    }
    tools
}

/// The ranking of lots, most important rule first, in the names of our own rules.
fn ranking(r: Row<'_>) -> Vec<&'static str> {
    const RANKS: [(&str, &str); 4] = [
        ("rank_HP", "priority"),
        ("rank_RSETUP", "least_setup"),
        ("rank_FIFO", "fifo"),
        ("rank_CR", "critical_ratio"),
    ];
    let words = RANKS.map(|(w, _)| w);
    let what = format!("rankings of {} with ; between", words.join(", "));
    let Some(text) = r.need("FWLRANK", &what) else {
        return Vec::new();
    };
    let mut rules = Vec::new();
    for word in text.split(';').map(str::trim).filter(|w| !w.is_empty()) {
        match RANKS.iter().find(|(w, _)| *w == word) {
            Some((_, rule)) => rules.push(*rule),
            None => {
                r.wrong_part("FWLRANK", Some(word), what, words);
                return Vec::new();
            }
        }
    }
    rules
}

pub(super) fn steps<'a>(grid: &'a Grid<'a>) -> Vec<At<'a, Step<'a>>> {
    all(grid, |r| {
        let setup = r.text("SETUP");
        let setup_time = r.time("STIME", "STUNITS");
        if setup.is_some() {
            r.need_choice("WHEN", &[("need", ())]);
        } else {
            for column in ["WHEN", "STIME"] {
                if r.text(column).is_some() {
                    r.wrong(column, "nothing, as there is no SETUP");
                }
            }
        }
        Step {
            route: r.need("ROUTE", "the name of the route"),
            number: r.need_count("STEP", 1),
            name: r.need("DESC", "the name of the step"),
            tools: r.need("STNFAM", "the name of a tool group"),
            time: r.need_spread("PDIST", "PTIME", "PTIME2", "PTUNITS"),
            per: r.need_choice(
                "PTPER",
                &[
                    ("per_lot", Per::Lot),
                    ("per_piece", Per::Wafer),
                    ("per_batch", Per::Batch),
                ],
            ),
            batch: batch(r),
            setup,
            setup_time,
            same_tool_at: pair(r, "SVESTN", "FORSTEP").and_then(|()| {
                r.choice("SVESTN", &[("yes", ())])?;
                r.count("FORSTEP", 1)
            }),
            lot_interval: r.time("BatchInterval", "BatchIntUnits"),
            wafer_interval: r.time("PartInterval", "PartIntUnits"),
            rework: pair(r, "RWKSTEP", "REWORK").and_then(|()| {
                r.need_choice("RWKTYPE", &[("lot", ())]);
                Some((percent(r, "REWORK")?, r.count("RWKSTEP", 1)?))
            }),
            sampling_percent: percent(r, "StepPercent"),
            cqt: pair(r, "STEP_CQT", "CQT")
                .and_then(|()| Some((r.count("STEP_CQT", 1)?, r.time("CQT", "CQTUNITS")?))),
        }
    })
}

/// Whether two columns that belong together are filled; reports one without the other.
fn pair(r: Row<'_>, a: &str, b: &str) -> Option<()> {
    match (r.text(a), r.text(b)) {
        (Some(_), Some(_)) => Some(()),
        (None, None) => None,
        (Some(_), None) => {
            r.need(b, &format!("a value, as {a} has one"));
            None
        }
        (None, Some(_)) => {
            r.need(a, &format!("a value, as {b} has one"));
            None
        }
    }
}

fn percent(r: Row<'_>, column: &str) -> Option<f64> {
    let value = r.number(column)?;
    if value > 100.0 {
        r.wrong(column, "a percentage from 0 to 100");
    }
    Some(value)
}

fn batch(r: Row<'_>) -> Option<(u32, u32)> {
    pair(r, "BATCHMN", "BATCHMX")?;
    let (least, most) = (r.count("BATCHMN", 1)?, r.count("BATCHMX", 1)?);
    if most < least {
        r.wrong("BATCHMX", format!("at least BATCHMN, {least}"));
    }
    Some((least, most))
}

const YES_NO: [(&str, bool); 2] = [("yes", true), ("no", false)];

pub(super) fn orders<'a>(grid: &'a Grid<'a>) -> Vec<At<'a, Order<'a>>> {
    all(grid, |r| Order {
        lot: r.need("LOT", "the name of a lot type"),
        part: r.need("PART", "the name of a part"),
        priority: r.need_count("PRIOR", 0),
        wafers: r.need_count("PIECES", 1),
        start: r.need_date("START"),
        interval: r.need_spread("RDIST", "REPEAT", "REPEAT2", "RUNITS"),
        repeats: r.need_count("RPT#", 1),
        lots: r.need_count("LOTSPERRPT", 1),
        due: r.need_date("DUE"),
        reserve: r.choice("HOTLOT", &YES_NO).unwrap_or(false),
    })
}

pub(super) fn wip<'a>(grid: &'a Grid<'a>) -> Vec<At<'a, Wip<'a>>> {
    all(grid, |r| Wip {
        lot: r.need("LOT", "the name of a lot"),
        part: r.need("PART", "the name of a part"),
        priority: r.need_count("PRIOR", 0),
        wafers: r.need_count("PIECES", 1),
        start: r.need_date("START"),
        step: r.need_count("CURSTEP", 1),
        due: r.need_date("DUE"),
        reserve: r.choice("HOTLOT", &YES_NO).unwrap_or(false),
    })
}

pub(super) fn setups<'a>(grid: &'a Grid<'a>) -> Vec<At<'a, Setup<'a>>> {
    all(grid, |r| Setup {
        from: r.text("CURSETUP"),
        to: r.need("NEWSETUP", "the name of a setup"),
        time: r.need_time("STIME", "STUNITS"),
        comment: r.text("IGNORE"),
    })
}

/// An empty SETUPGRP means the one above.
pub(super) fn setup_runs<'a>(grid: &'a Grid<'a>) -> Vec<At<'a, SetupRun<'a>>> {
    let mut above = None;
    let mut runs = Vec::new();
    for r in grid.rows() {
        above = r.text("SETUPGRP").or(above);
        if above.is_none() {
            r.need("SETUPGRP", "the name of a group of setups");
        }
        let (setup, lots) = (
            r.need("SETUP", "the name of a setup"),
            r.need_count("MINRUN", 1),
        );
        runs.push(At {
            row: r,
            value: SetupRun {
                group: above,
                setup,
                lots,
            },
        });
    }
    runs
}

pub(super) fn downs<'a>(grid: &'a Grid<'a>) -> Vec<At<'a, Down<'a>>> {
    all(grid, |r| {
        r.need_choice("DOWNCALTYPE", &[("mttf_by_cal", ())]);
        Down {
            name: r.need("DOWNCALNAME", "the name of a calendar"),
            uptime: r.need_spread("MTTFDIST", "MTTF", "MTTF2", "MTTFUNITS"),
            repair: r.need_spread("MTTRDIST", "MTTR", "MTTR2", "MTTRUNITS"),
        }
    })
}

pub(super) fn maintenances<'a>(grid: &'a Grid<'a>) -> Vec<At<'a, Maintenance<'a>>> {
    all(grid, |r| {
        let by_wafers = r.need_choice(
            "PMCALTYPE",
            &[("mtbpm_by_cal", false), ("mtbpm_by_pieces", true)],
        );
        let every = by_wafers.and_then(|by_wafers| {
            if by_wafers {
                r.need_choice("MTBPMUNITS", &[("pieces", ())]);
                r.need_count("MTBPM", 1).map(Interval::Wafers)
            } else {
                r.need_time("MTBPM", "MTBPMUNITS").map(Interval::Time)
            }
        });
        Maintenance {
            name: r.need("PMCALNAME", "the name of a calendar"),
            every,
            duration: r.need_spread("MTTRDIST", "MTTR", "MTTR2", "MTTRUNITS"),
            by_wafers,
        }
    })
}

pub(super) fn attachments<'a>(grid: &'a Grid<'a>) -> Vec<At<'a, Attach<'a>>> {
    all(grid, |r| Attach {
        calendar: r.need("CALNAME", "the name of a calendar"),
        is_pm: r.need_choice("CALTYPE", &[("pm", true), ("down", false)]),
        target: r.need_choice(
            "RESTYPE",
            &[("stnfam", Target::Group), ("stngrp", Target::Area)],
        ),
        name: r.need("RESNAME", "the name of a tool group or area"),
    })
}

/// First occurrence of an attached maintenance.
pub(super) fn first_pm(r: Row<'_>, by_wafers: bool) -> Option<Interval> {
    r.text("FOA")?;
    r.need_choice("FOADIST", &[("constant", ())]);
    if by_wafers {
        r.choice("FOAUNITS", &[("pieces", ())]);
        r.count("FOA", 0).map(Interval::Wafers)
    } else {
        r.time("FOA", "FOAUNITS").map(Interval::Time)
    }
}

/// First occurrence of an attached breakdown.
pub(super) fn first_breakdown(r: Row<'_>) -> Option<Spread> {
    r.text("FOA")?;
    r.need_spread("FOADIST", "FOA", "FOA2", "FOAUNITS")
}

pub(super) fn transports<'a>(grid: &'a Grid<'a>) -> Vec<At<'a, Transport<'a>>> {
    all(grid, |r| Transport {
        from: r.need("FROMLOC", "the name of a location"),
        to: r.need("TOLOC", "the name of a location"),
        time: r.need_spread("DDIST", "DTIME", "DTIME2", "DUNITS"),
    })
}
