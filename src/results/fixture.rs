//! Records for tests: one small enough to work by hand, one as large as a real plant.

use super::record::*;
use crate::rng::{Seed, Stream, unit};

pub const DAY: u64 = 86_400_000_000;
pub const HOUR: u64 = 3_600_000_000;

/// Two products, two lot types and one initial type, two groups with three tools.
pub fn tiny_names() -> Names {
    let s = |l: &[&str]| {
        l.iter()
            .map(std::string::ToString::to_string)
            .collect::<Vec<_>>()
    };
    Names {
        lot_types: s(&["A", "B", "Init pa"]),
        first_init_type: 2,
        product_of_lot_type: vec![0, 1, 0],
        products: s(&["pa", "pb"]),
        tool_groups: s(&["Litho", "Etch"]),
        areas: s(&["Litho", "Dry"]),
        tools: s(&["L1", "L2", "E1"]),
        group_of_tool: vec![0, 0, 1],
        steps: vec![s(&["expose", "etch"])],
        routes: s(&["ra"]),
        raw_process_us: vec![DAY, 0],
    }
}

/// A lot of 25 wafers.
pub fn lot(
    lot_type: u32,
    number: u32,
    release_d: u64,
    end_d: u64,
    due_d: Option<u64>,
) -> LotRecord {
    LotRecord {
        lot_type,
        number,
        wafers: 25,
        priority: 10,
        release_us: release_d * DAY,
        end_us: end_d * DAY,
        due_us: due_d.map_or(u64::MAX, |d| d * DAY),
        outcome: Outcome::Finished,
        cqt_violations: 0,
        reworks: 0,
        process_us: DAY,
        transport_us: 0,
    }
}

/// Window from day 10 to day 20.
pub fn tiny() -> RunRecord {
    let times = |productive, setup, standby, held, blocked, pm, down| ToolTimes {
        productive_us: productive * DAY,
        setup_us: setup * DAY,
        standby_us: standby * DAY,
        held_us: held * DAY,
        blocked_us: blocked * DAY,
        pm_us: pm * DAY,
        down_us: down * DAY,
    };
    let tool = |times| ToolRecord {
        times,
        ..ToolRecord::default()
    };
    RunRecord {
        replication: 0,
        seed: 1,
        end_us: 20 * DAY,
        warmup_us: 10 * DAY,
        lots: vec![
            lot(2, 0, 0, 9, None),
            lot(0, 0, 2, 12, Some(11)),
            LotRecord {
                reworks: 1,
                ..lot(0, 1, 10, 14, Some(14))
            },
            lot(2, 1, 0, 15, None),
            LotRecord {
                outcome: Outcome::Scrapped,
                ..lot(1, 0, 11, 16, Some(30))
            },
            lot(0, 2, 12, 18, Some(17)),
        ],
        released: vec![4, 1, 2],
        in_work: vec![1, 0, 0],
        // A: 2 of the lot from day 2, then 4, 6, and 1 of the one in work since day 19.
        wip_lot_us: [13, 5, 5].map(|d| u128::from(d * DAY)).to_vec(),
        in_work_lot_us: [1, 0, 0].map(|d| u128::from(d * DAY)).to_vec(),
        tools: vec![
            tool(times(6, 1, 1, 0, 0, 1, 1)),
            tool(times(8, 0, 1, 1, 0, 0, 0)),
            tool(times(2, 0, 5, 0, 1, 2, 0)),
        ],
        groups: vec![
            GroupRecord {
                starts: 10,
                wait_us: u128::from(50 * HOUR),
                queue_lot_us: u128::from(20 * DAY),
                ..GroupRecord::default()
            },
            GroupRecord {
                starts: 30,
                wait_us: u128::from(30 * HOUR),
                queue_lot_us: u128::from(5 * DAY),
                ..GroupRecord::default()
            },
        ],
        cqt: vec![CqtRecord {
            from_step: 0,
            to_step: 1,
            limit_us: 6 * HOUR,
            closed: 40,
            violations: 3,
            cost: 1500.0,
            ..CqtRecord::default()
        }],
        samples: (0..=20)
            .map(|d| Sample {
                time_us: d * DAY,
                wip: vec![(d % 3) as u32, 0, 1],
                finished: vec![d / 6, 0, 0],
                queue: vec![1, 2],
                released: d,
            })
            .collect(),
        lot_steps: 80,
        events: 200,
        digest: "00112233445566778899aabbccddeeff".to_owned(),
    }
}

const GROUPS: [(&str, &str, u32, f64, f64, f64); 14] = [
    ("DUV_193i", "Litho", 9, 0.955, 0.035, 0.065),
    ("DUV_248", "Litho", 7, 0.885, 0.03, 0.055),
    ("Track_coat", "Litho", 12, 0.91, 0.02, 0.03),
    ("Etch_poly", "Dry etch", 11, 0.865, 0.06, 0.05),
    ("Etch_oxide", "Dry etch", 14, 0.905, 0.055, 0.05),
    ("Implant_high", "Implant", 4, 0.74, 0.03, 0.06),
    ("Implant_mid", "Implant", 6, 0.815, 0.03, 0.06),
    ("Furnace_anneal", "Diffusion", 8, 0.695, 0.04, 0.02),
    ("Furnace_oxide", "Diffusion", 10, 0.79, 0.04, 0.02),
    ("CVD_TEOS", "Thin film", 9, 0.845, 0.07, 0.04),
    ("PVD_barrier", "Thin film", 5, 0.66, 0.08, 0.045),
    ("CMP_oxide", "Planar", 8, 0.875, 0.05, 0.03),
    ("Wet_bench", "Wet", 12, 0.72, 0.03, 0.025),
    ("CD_SEM", "Metrology", 6, 0.58, 0.01, 0.01),
];

/// Names of a plant with 14 tool groups and 121 tools.
pub fn fab_names() -> Names {
    let mut names = Names {
        lot_types: ["DRAM", "HBM", "Hot DRAM", "Init DRAM 1b"]
            .map(String::from)
            .to_vec(),
        first_init_type: 3,
        product_of_lot_type: vec![0, 1, 0, 0],
        products: ["DRAM 1b", "HBM base die"].map(String::from).to_vec(),
        routes: ["dram_1b", "hbm_base"].map(String::from).to_vec(),
        raw_process_us: vec![15 * DAY, 19 * DAY],
        ..Names::default()
    };
    for (g, (group, area, count, ..)) in GROUPS.iter().enumerate() {
        names.tool_groups.push((*group).to_owned());
        names.areas.push((*area).to_owned());
        for k in 1..=*count {
            names.tools.push(format!("{group}_{k:02}"));
            names.group_of_tool.push(g as u32);
        }
    }
    for route in 0..2 {
        names.steps.push(
            (1..=300)
                .map(|i| format!("{i:03}_{}", GROUPS[(i * 5 + route) % 14].0))
                .collect(),
        );
    }
    names
}

/// 240 days of that plant, 60 of them warm-up; lawful by construction.
pub fn fab(replication: u32) -> RunRecord {
    let seed = Seed(42).replication(replication);
    let draw = |a: u32, b: u32| unit(seed.block(Stream::Statistics, [a, b, 0])[0]);
    // Nearly normal: twelve uniforms.
    let normal = |a: u32, b: u32| (0..12).map(|k| draw(a, b * 12 + k)).sum::<f64>() - 6.0;
    let (end, warmup) = (240 * DAY, 60 * DAY);
    let luck = 1.0 + 0.02 * normal(90, replication);
    let mut record = RunRecord {
        replication,
        seed: seed.0,
        end_us: end,
        warmup_us: warmup,
        released: vec![0; 4],
        in_work: vec![0; 4],
        wip_lot_us: vec![0; 4],
        in_work_lot_us: vec![0; 4],
        digest: format!("{:032x}", u128::from(seed.0) * 0x9e37_79b9_7f4a_7c15_u128),
        ..RunRecord::default()
    };
    let mut spans: Vec<(usize, u64, u64)> = Vec::new();
    // (type, interval h, mean d, spread d, due d)
    for (t, interval_h, mean, spread, due) in [
        (0, 1.6, 33.0, 2.8, 36.0),
        (1, 2.4, 41.0, 3.6, 44.5),
        (2, 40.0, 21.0, 1.2, 22.5),
    ] {
        let n = (240.0 * 24.0 / interval_h) as u32;
        for i in 0..n {
            let release = (f64::from(i) * interval_h * HOUR as f64) as u64;
            let z = normal(t, i);
            let wave =
                1.0 + 0.05 * libm::sin(release as f64 / DAY as f64 / 19.0 + f64::from(replication));
            let days = (mean * luck * wave + spread * (z + 0.35 * z * z)).max(0.6 * mean);
            spans.push((t as usize, release, release + (days * DAY as f64) as u64));
            record.released[t as usize] += 1;
            let end_us = release + (days * DAY as f64) as u64;
            if end_us <= end {
                record.lots.push(LotRecord {
                    lot_type: t,
                    number: i,
                    wafers: 25,
                    priority: if t == 2 { 20 } else { 10 },
                    release_us: release,
                    end_us,
                    due_us: release + (due * DAY as f64) as u64,
                    outcome: if draw(50 + t, i) < 0.004 {
                        Outcome::Scrapped
                    } else {
                        Outcome::Finished
                    },
                    cqt_violations: u32::from(draw(60, i) < 0.1),
                    reworks: (draw(70 + t, i) * 2.6) as u32,
                    process_us: 15 * DAY,
                    transport_us: DAY,
                });
            } else {
                record.in_work[t as usize] += 1;
                record.in_work_lot_us[t as usize] += u128::from(end - release.max(warmup));
            }
        }
    }
    for i in 0..880u32 {
        let end_us = (draw(80, i) * 34.0 * DAY as f64) as u64;
        spans.push((3, 0, end_us));
        record.released[3] += 1;
        record.lots.push(LotRecord {
            end_us,
            ..lot(3, i, 0, 0, None)
        });
    }
    for (t, from, to) in &spans {
        let (from, to) = ((*from).max(warmup), (*to).min(end));
        record.wip_lot_us[*t] += u128::from(to.saturating_sub(from));
    }
    record.lots.sort_by_key(|l| l.end_us);
    for day in 0..=240u64 {
        let now = day * DAY;
        let mut sample = Sample {
            time_us: now,
            wip: vec![0; 4],
            finished: vec![0; 4],
            ..Sample::default()
        };
        for (t, from, to) in &spans {
            sample.wip[*t] += u32::from(*from <= now && now < *to);
            sample.finished[*t] += u64::from(*to <= now);
            sample.released += u64::from(*from <= now);
        }
        sample.queue = vec![10; 14];
        record.samples.push(sample);
    }
    for (g, (.., count, load, down, pm)) in GROUPS.iter().enumerate() {
        for k in 0..*count {
            let jitter = 1.0 + 0.006 * normal(100 + g as u32, k);
            let window = end - warmup;
            let part = |f: f64| (f * window as f64) as u64;
            let (down_us, pm_us) = (part(down * jitter), part(*pm));
            let busy = part(load * (1.0 - down - pm) * jitter).min(window - down_us - pm_us);
            let setup_us = if g < 8 { busy / 40 } else { 0 };
            let rest = window - down_us - pm_us - busy;
            let held_us = if g == 7 || g == 8 {
                rest / 2
            } else {
                rest / 12
            };
            record.tools.push(ToolRecord {
                times: ToolTimes {
                    productive_us: busy - setup_us,
                    setup_us,
                    standby_us: rest - held_us,
                    held_us,
                    blocked_us: 0,
                    pm_us,
                    down_us,
                },
                lots: 9000,
                wafers: 225_000,
                jobs: 9000,
                breakdowns: 25,
                pms: 6,
                setups: 300,
            });
        }
        let wait_h = 0.35 * load / (1.0 - load) * luck * (1.0 + 0.05 * normal(200, g as u32));
        let starts = 80_000 * u64::from(*count) / 8;
        let wait_us = (wait_h * HOUR as f64 * starts as f64) as u128;
        record.groups.push(GroupRecord {
            starts,
            wait_us,
            wait_max_us: 60 * HOUR,
            queue_lot_us: wait_us,
            queue_max: 60,
            lost: 0,
            arrivals: starts,
        });
    }
    for (i, (from, to, hours)) in [
        (40u32, 42u32, 4u64),
        (77, 79, 6),
        (121, 124, 12),
        (203, 204, 2),
    ]
    .into_iter()
    .enumerate()
    {
        record.cqt.push(CqtRecord {
            route: (i % 2) as u32,
            from_step: from,
            to_step: to,
            limit_us: hours * HOUR,
            closed: 2600,
            violations: (400.0 * draw(300, i as u32)) as u64,
            cost: 0.0,
        });
    }
    record.lot_steps = 1_650_000;
    record.events = 5_200_000;
    record
}

/// The steps of one lot of that plant; they run from its release to its end without a gap.
pub fn fab_steps(lot: &LotRecord) -> Vec<StepRecord> {
    let names = fab_names();
    let draw = |i: u32| unit(Seed(5).block(Stream::Statistics, [lot.number, i, 1])[0]);
    let n = 300u64;
    let share = (lot.end_us - lot.release_us) / n;
    let mut now = lot.release_us;
    let mut steps = Vec::new();
    for i in 0..n {
        let group = (i as usize * 5 + 5) % 14;
        let next = if i + 1 == n {
            lot.end_us
        } else {
            lot.release_us + (i + 1) * share
        };
        let span = next - now;
        let wait = (span as f64 * (0.2 + 0.6 * draw(i as u32) * GROUPS[group].3)) as u64;
        let (start, end) = (now + wait, next - span / 20);
        steps.push(StepRecord {
            lot_type: lot.lot_type,
            lot: lot.number,
            route: 0,
            step: i as u32,
            group: group as u32,
            tool: names
                .group_of_tool
                .iter()
                .position(|g| *g as usize == group)
                .unwrap() as u32,
            arrive_us: now,
            start_us: start,
            setup_end_us: start + if group < 8 { (end - start) / 30 } else { 0 },
            end_us: end,
            next_us: next,
            batch_wait_us: if group == 7 || group == 8 {
                wait / 2
            } else {
                0
            },
            hold_us: if i % 37 == 5 { wait / 3 } else { 0 },
            down_us: if i % 41 == 7 { (end - start) / 4 } else { 0 },
            pass: u32::from(i % 60 == 11),
        });
        now = next;
    }
    steps
}
