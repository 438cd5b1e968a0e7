//! The engine against queueing theory: every vector of `queue_cases.json`.
//!
//! Each figure is seen over independent replications with seeds fixed beforehand; the t
//! intervals of all figures hold together with 99 %. An interval may be no wider than 1 %
//! of the figure on either side, 2 % from a load of 0.9 on. Two kinds of figure would take
//! days: a share of lots below 0.1 may be 3 % wide, one below 0.01 0.04 points.
//!
//! Figures are adjusted by controls of known mean (what comes, the work it brings), see
//! [`observe`]: half the lots then do for intervals as narrow.
//!
//! A quantile is checked by the share of lots beyond its exact value: unlike the quantile of
//! a sample of lots that follow each other, this share has no bias. Its interval may be as
//! wide as the one the quantile itself is allowed.

use std::path::PathBuf;

use geoul::scene::dist::Dist;
use geoul::scene::schema::FailureClock;
use serde_json::Value;

use crate::interval::{Case, Seen, check, observe, table};
use crate::plant::{constant, cqt, exponential, group, minutes, step};
use crate::queues::{
    Bulk, Claim, Effort, arrivals, bulk_claims, bulk_station, busy, case, closed, controlled,
    cycle_time, down, failing, loss_station, lots, lots_at, machines, network, pipeline,
    pipeline_claims, priority_station, queue, repair_claims, rework, sojourns_over, starts,
    station, time_at, violations, wait, waits_over,
};
use crate::theory;

/// Controls of a queue's figures: what comes, and the work it brings.
const LOAD: [&str; 2] = ["arrivals", "utilisation"];

/// Seeds of the cases count from here.
const SEED: u64 = 20_260_700;

fn vectors() -> Option<Value> {
    let Some(data) = std::env::var_os("GEOUL_DATA") else {
        println!("skipped: no $GEOUL_DATA");
        return None;
    };
    let path = PathBuf::from(data).join("smt2020/queue_cases.json");
    let text = std::fs::read_to_string(&path).expect("$GEOUL_DATA holds smt2020/queue_cases.json");
    Some(serde_json::from_str(&text).expect("queue_cases.json is JSON"))
}

fn number(v: &Value, key: &str) -> f64 {
    v[key]
        .as_f64()
        .unwrap_or_else(|| panic!("`{key}` is a number in {v}"))
}

fn count(v: &Value, key: &str) -> u32 {
    number(v, key) as u32
}

fn list(v: &Value) -> &[Value] {
    v.as_array().expect("a list of vectors")
}

fn width(rho: f64) -> f64 {
    // 0.9 itself counts, whatever its last binary digit.
    if rho >= 0.9 - 1e-12 { 0.02 } else { 0.01 }
}

/// Widths of shares of lots, see the top; as shares of `p`.
fn share_width(p: f64, rho: f64) -> f64 {
    if p < 0.01 {
        0.000_4 / p
    } else if p < 0.1 {
        0.03
    } else {
        width(rho)
    }
}

/// The share `p` of lots that stay longer than the quantile `at` of an exponential time.
/// A relative error of the quantile is one of the share by as many times as the quantile
/// is longer than the mean.
fn beyond(name: &'static str, at: f64, p: f64, w: f64) -> Claim {
    Claim(name, p, w * -p.ln(), sojourns_over(at))
}

/// Twelve relaxation times of M/M/1 with `c` times its speed.
fn settling(rho: f64, c: f64) -> f64 {
    12.0 / (c * (1.0 - rho.sqrt()).powi(2)) + 10.0
}

/// Cases with seeds handed out in order.
struct Cases {
    cases: Vec<Case>,
    replications: u32,
}

impl Cases {
    fn effort(&self, lots: f64, warmup: f64) -> Effort {
        Effort {
            lots,
            warmup,
            replications: self.replications,
            seed: SEED + self.cases.len() as u64,
        }
    }

    fn markov(&mut self, v: &Value) {
        for v in list(&v["mm1"]) {
            let (lam, rho) = (number(v, "lam"), number(v, "rho"));
            let w = width(rho);
            let total = match (rho * 100.0).round() as u32 {
                0..=50 => 6e6,
                51..=80 => 2.7e7,
                81..=90 => 3.3e7,
                _ => 1.4e8,
            };
            let claims = vec![
                Claim("arrivals", lam, w, arrivals(0)),
                Claim("utilisation", rho, w, busy(0..1)),
                Claim("L", number(v, "L"), w, lots()),
                Claim("Lq", number(v, "Lq"), w, queue(0)),
                Claim("Wq", number(v, "Wq"), w, wait(0)),
                Claim("W", number(v, "W"), w, cycle_time(0)),
                beyond("beyond sojourn p95", number(v, "sojourn_p95"), 0.05, w),
                beyond("beyond sojourn p99", number(v, "sojourn_p99"), 0.01, w),
            ];
            let plant = station(exponential(1.0 / lam), exponential(1.0), 1);
            let effort = self.effort(total, settling(rho, 1.0));
            let case = case(&format!("M/M/1 rho={rho}"), plant, lam, effort, claims);
            let controls = ["arrivals", "utilisation", "W"];
            self.cases.push(controlled(case, &controls));
        }
        for v in list(&v["mmc"]) {
            let (lam, rho, c) = (number(v, "lam"), number(v, "rho"), count(v, "c"));
            let w = width(rho);
            let total = match (c, rho) {
                (0..=2, _) => 3.1e7,
                (3..=10, ..0.85) => 6.7e7,
                (3..=10, _) => 2.4e7,
                (11..=50, _) => 7.2e7,
                _ => 1.7e8,
            };
            let late = number(v, "p_wait_gt_1");
            let claims = vec![
                Claim("arrivals", lam, w, arrivals(0)),
                Claim("utilisation", rho, w, busy(0..c as usize)),
                Claim("L", number(v, "L"), w, lots()),
                Claim("Lq", number(v, "Lq"), w, queue(0)),
                Claim("W", number(v, "W"), w, cycle_time(0)),
                Claim("Wq", number(v, "Wq"), w, wait(0)),
                Claim("P(wait)", number(v, "erlang_c"), w, waits_over(0.0)),
                Claim("P(wait > 1)", late, share_width(late, rho), waits_over(1.0)),
            ];
            let plant = station(exponential(1.0 / lam), exponential(1.0), c);
            let effort = self.effort(total, settling(rho, f64::from(c)));
            let name = format!("M/M/{c} rho={rho:.3}");
            let case = case(&name, plant, lam, effort, claims);
            let controls = ["arrivals", "utilisation", "Wq"];
            self.cases.push(controlled(case, &controls));
        }
        for v in list(&v["mmcc_erlang_b"]) {
            let lots = if count(v, "c") > 10 { 2.7e7 } else { 4e6 };
            let effort = self.effort(lots, 50.0);
            let truth = number(v, "blocking");
            self.cases.push(loss_station(
                number(v, "a"),
                count(v, "c"),
                truth,
                0.01,
                effort,
            ));
        }
        for v in list(&v["mm1_nonpreemptive_priority"]) {
            let effort = self.effort(3.3e7, settling(0.85, 1.0));
            let (hot, regular) = (number(v, "lam_hot"), number(v, "lam_reg"));
            let waits = (number(v, "Wq1"), number(v, "Wq2"));
            let case = priority_station(hot, regular, waits, 0.01, effort);
            self.cases.push(controlled(case, &LOAD));
        }
    }

    fn general(&mut self, v: &Value) {
        for v in list(&v["mg1_pollaczek_khinchine"]) {
            let (lam, rho) = (number(v, "lam"), number(v, "rho"));
            let name = v["service"].as_str().expect("a name");
            let (service, total) = service(name);
            let w = width(rho);
            let claims = vec![
                Claim("arrivals", lam, w, arrivals(0)),
                Claim("utilisation", rho, w, busy(0..1)),
                Claim("Wq", number(v, "Wq"), w, wait(0)),
                Claim("W", number(v, "W"), w, cycle_time(0)),
                Claim("Lq", number(v, "Lq"), w, queue(0)),
                Claim("L", number(v, "L"), w, lots()),
            ];
            let plant = station(exponential(1.0 / lam), service, 1);
            let effort = self.effort(total, 2.0 * settling(rho, 1.0));
            let case = case(&format!("M/G/1 {name}"), plant, lam, effort, claims);
            self.cases.push(controlled(case, &LOAD));
        }
        for v in list(&v["dm1_constant_release"]) {
            let (lam, rho) = (number(v, "lam"), number(v, "rho"));
            let w = width(rho);
            let total = match (rho * 100.0).round() as u32 {
                0..=50 => 4.8e6,
                51..=80 => 7.2e6,
                81..=90 => 9e6,
                _ => 3e7,
            };
            let claims = vec![
                Claim("utilisation", rho, w, busy(0..1)),
                Claim("W", number(v, "W"), w, cycle_time(0)),
                Claim("Wq", number(v, "Wq"), w, wait(0)),
            ];
            let plant = station(constant(1.0 / lam), exponential(1.0), 1);
            let effort = self.effort(total, settling(rho, 1.0));
            let case = case(&format!("D/M/1 rho={rho}"), plant, lam, effort, claims);
            self.cases.push(controlled(case, &["utilisation"]));
        }
        for v in list(&v["cascade_single_tool_poisson"]) {
            let (lam, p, c) = (number(v, "lam"), number(v, "p"), number(v, "c"));
            let w = width(number(v, "util_by_interval"));
            let claims = pipeline_claims(lam, p, c, number(v, "Wq"), w);
            let effort = self.effort(9.5e6, settling(lam * c, 1.0));
            let name = format!("pipeline p={p:.3} rho={lam}");
            let case = case(&name, pipeline(lam, p, c), lam, effort, claims);
            self.cases.push(controlled(case, &["arrivals"]));
        }
        for v in list(&v["bulk_service_MMab1"]) {
            let (lam, a, b) = (number(v, "lam"), count(v, "a"), count(v, "b"));
            let truth = Bulk {
                queue: number(v, "Lq"),
                wait: number(v, "Wq"),
                time: number(v, "W"),
                busy: number(v, "p_busy"),
                batch: number(v, "mean_batch"),
            };
            let effort = self.effort(2.3e7, 300.0);
            let name = format!("M/M({a},{b})/1 lam={lam}");
            let claims = bulk_claims(lam, &truth, 0.01);
            let case = case(&name, bulk_station(lam, a, b), lam, effort, claims);
            self.cases.push(controlled(case, &LOAD));
        }
    }

    fn failures(&mut self, v: &Value) {
        for v in list(&v["machine_repair"]) {
            let (n, crews) = (count(v, "N"), count(v, "R"));
            let (mttf, mttr) = (number(v, "mttf"), number(v, "mttr"));
            let rate = number(v, "repair_rate");
            let claims = repair_claims(n, crews, mttr, number(v, "mean_down"), rate, 0.01);
            let failures = match (n, crews) {
                (11.., _) => 3.3e7,
                (_, 2) => 2.6e7,
                _ => 5e6,
            };
            let effort = self.effort(failures, 20.0 * (mttf + mttr));
            let name = format!("{n} machines, {crews} repairers");
            self.cases.push(case(
                &name,
                machines(n, Some(crews), mttf, mttr),
                rate,
                effort,
                claims,
            ));
        }
        for v in list(&v["mm1_calendar_breakdown_preempt_resume"]) {
            let lam = number(v, "lam");
            let claims = vec![
                Claim("arrivals", lam, 0.01, arrivals(0)),
                Claim(
                    "availability",
                    number(v, "availability"),
                    0.01,
                    Box::new(|r| 1.0 - down()(r)),
                ),
                Claim("utilisation", lam, 0.01, busy(0..1)),
                Claim("L", number(v, "L"), 0.01, lots()),
                Claim("W", number(v, "W"), 0.01, cycle_time(0)),
            ];
            let plant = failing(
                station(exponential(1.0 / lam), exponential(1.0), 1),
                FailureClock::Calendar,
                1.0 / number(v, "fail_rate"),
                1.0 / number(v, "repair_rate"),
                None,
            );
            let effort = self.effort(if lam < 0.7 { 8e6 } else { 4e7 }, 5e3);
            let name = format!("M/M/1 calendar failures lam={lam}");
            let case = case(&name, plant, lam, effort, claims);
            let controls = ["arrivals", "utilisation", "availability"];
            self.cases.push(controlled(case, &controls));
        }
        for v in list(&v["mg1_operation_dependent_failures"]) {
            let lam = number(v, "lam");
            let claims = vec![
                Claim("arrivals", lam, 0.01, arrivals(0)),
                Claim("utilisation", lam, 0.01, busy(0..1)),
                Claim("down", number(v, "rho") - lam, 0.01, down()),
                Claim("Wq", number(v, "Wq"), 0.01, wait(0)),
                Claim("W", number(v, "W"), 0.01, cycle_time(0)),
                Claim("Lq", number(v, "Lq"), 0.01, queue(0)),
                Claim("L", number(v, "L"), 0.01, lots()),
            ];
            let plant = failing(
                station(exponential(1.0 / lam), exponential(1.0), 1),
                FailureClock::Busy,
                1.0 / number(v, "fail_rate_busy"),
                5.0,
                None,
            );
            let effort = self.effort(2.4e7, 2e3);
            let case = case("M/G/1 busy-time failures", plant, lam, effort, claims);
            let controls = ["arrivals", "utilisation", "down"];
            self.cases.push(controlled(case, &controls));
        }
        for v in list(&v["renewal_availability"]) {
            let (mttf, mttr) = (number(v, "mttf"), number(v, "mttr"));
            let truth = number(v, "down_pct") / 100.0;
            let claims = vec![Claim("down", truth, 0.01, down())];
            let effort = self.effort(6e5, 5.0 * mttf);
            let plant = machines(100, None, mttf, mttr);
            let rate = 100.0 / (mttf + mttr);
            self.cases.push(case(
                &format!("renewal mttr={mttr}"),
                plant,
                rate,
                effort,
                claims,
            ));
        }
    }

    fn networks(&mut self, v: &Value) {
        for v in list(&v["jackson_open"]) {
            let reals = |key: &str| -> Vec<f64> {
                list(&v[key])
                    .iter()
                    .map(|x| x.as_f64().expect("a number"))
                    .collect()
            };
            let tools: Vec<u32> = reals("c").iter().map(|c| *c as u32).collect();
            let back: Vec<(u32, f64)> = list(&v["P"][2])
                .iter()
                .enumerate()
                .map(|(to, p)| (to as u32, p.as_f64().expect("a probability")))
                .filter(|(_, p)| *p > 0.0)
                .collect();
            let gamma = reals("gamma")[0];
            let names = [
                ["rate 1", "utilisation 1", "L 1", "W 1"],
                ["rate 2", "utilisation 2", "L 2", "W 2"],
                ["rate 3", "utilisation 3", "L 3", "W 3"],
            ];
            let (mut claims, mut numbers) = (Vec::new(), Vec::new());
            let mut first = 0;
            for (i, names) in names.iter().enumerate() {
                let range = first..first + tools[i] as usize;
                first = range.end;
                claims.push(Claim(names[0], reals("lam")[i], 0.01, starts(i)));
                claims.push(Claim(names[1], reals("rho")[i], 0.01, busy(range.clone())));
                let (number, time) = (lots_at(i, range.clone()), time_at(i, range));
                numbers.push(Claim(names[2], reals("L_station")[i], 0.01, number));
                numbers.push(Claim(names[3], reals("W_station")[i], 0.01, time));
            }
            claims.extend(numbers);
            claims.push(Claim("L", number(v, "L"), 0.01, lots()));
            claims.push(Claim(
                "cycle time",
                number(v, "cycle_time"),
                0.01,
                cycle_time(0),
            ));
            let plant = network(gamma, &reals("mu"), &tools, &back);
            let effort = self.effort(3e7, 2e4);
            let case = case("Jackson network", plant, gamma, effort, claims);
            let controls: Vec<&str> = names.iter().flat_map(|n| &n[..2]).copied().collect();
            self.cases.push(controlled(case, &controls));
        }
        for v in list(&v["closed_conwip_mva"]) {
            let demands: Vec<f64> = list(&v["service_demands"])
                .iter()
                .map(|x| x.as_f64().expect("a number"))
                .collect();
            for v in list(&v["results"]) {
                let effort = self.effort(1e6, 1e3);
                let throughput = number(v, "throughput");
                self.cases
                    .push(closed(&demands, count(v, "N"), throughput, 0.01, effort));
            }
        }
        for v in list(&v["rework_geometric"]) {
            let q = number(v, "q");
            let effort = self.effort(if q < 0.1 { 1.4e7 } else { 2e6 }, 10.0);
            self.cases.push(rework(q, 0.01, effort));
        }
        // Limits of the same queue are windows of one run.
        let all = list(&v["cqt_violation_probability"]);
        for (kind, c) in [("M/M/1", 1), ("M/M/c", 10)] {
            let of: Vec<&Value> = all.iter().filter(|v| v["queue"] == kind).collect();
            let lam = number(of[0], "lam");
            let rho = lam / f64::from(c);
            let mut plant = station(exponential(1.0 / lam), exponential(1.0), c);
            plant.tool_groups.push(group("gate", 1));
            let mut gate = step("gate", 1, constant(0.0));
            gate.cqt = of.iter().map(|v| cqt(1, number(v, "limit"))).collect();
            plant.routes[0].steps.insert(0, gate);
            let mut claims = vec![
                Claim("arrivals", lam, 0.01, arrivals(0)),
                Claim("utilisation", rho, 0.01, busy(0..c as usize)),
                Claim(
                    "Wq",
                    theory::erlang_c(lam, c) / (f64::from(c) - lam),
                    0.01,
                    wait(0),
                ),
            ];
            claims.extend(of.iter().enumerate().map(|(i, v)| {
                let p = number(v, "p_violate");
                let name = ["limit 1", "limit 2", "limit 3"][i];
                Claim(name, p, share_width(p, rho), violations(i))
            }));
            let effort = self.effort(
                if c == 1 { 2.4e7 } else { 4.2e7 },
                settling(rho, f64::from(c)),
            );
            let name = format!("queue time {kind}");
            let case = case(&name, plant, lam, effort, claims);
            let controls = ["arrivals", "utilisation", "Wq"];
            self.cases.push(controlled(case, &controls));
        }
    }
}

/// Service of the name used in the vectors, and the lots it takes.
fn service(name: &str) -> (Dist, f64) {
    let uniform = |low: f64, high: f64| Dist::Uniform {
        low: minutes(low),
        high: minutes(high),
    };
    match name {
        "deterministic 1" => (constant(1.0), 9.5e6),
        "uniform 1 +- 0.05 (SMT2020 processing time)" => (uniform(0.95, 1.05), 9e6),
        "uniform 1 +- 1" => (uniform(0.0, 2.0), 1.05e7),
        "Erlang-2 mean 1" => (
            Dist::Erlang {
                mean: minutes(1.0),
                shape: 2,
            },
            1.3e7,
        ),
        "exponential mean 1" => (exponential(1.0), 1.7e7),
        "hyperexp p=.5 means .2,1.8" => (
            Dist::Hyperexponential {
                branches: vec![(0.5, minutes(0.2)), (0.5, minutes(1.8))],
            },
            2.8e7,
        ),
        other => panic!("no service distribution is known as {other}"),
    }
}

#[test]
fn every_vector_of_the_queue_cases_holds() {
    let Some(v) = vectors() else { return };
    let mut cases = Cases {
        cases: Vec::new(),
        replications: 48,
    };
    cases.markov(&v);
    cases.general(&v);
    cases.failures(&v);
    cases.networks(&v);
    let seen = observe(&cases.cases);
    println!("{}", table(&seen));
    check(&seen).unwrap_or_else(|e| panic!("{e}"));
}

/// The closed forms of `theory` are the vectors' own.
#[test]
fn the_vectors_are_the_textbook_closed_forms() {
    let Some(v) = vectors() else { return };
    let near = |a: f64, b: f64| assert!((a - b).abs() <= 1e-9 * (1.0 + b.abs()), "{a} is not {b}");
    for v in list(&v["mm1"]) {
        near(theory::mm1_wait(number(v, "lam"), 1.0), number(v, "Wq"));
    }
    for v in list(&v["mmc"]) {
        near(
            theory::erlang_c(number(v, "lam"), count(v, "c")),
            number(v, "erlang_c"),
        );
    }
    for v in list(&v["mmcc_erlang_b"]) {
        near(
            theory::erlang_b(number(v, "a"), count(v, "c")),
            number(v, "blocking"),
        );
    }
    for v in list(&v["mg1_pollaczek_khinchine"]) {
        let wq = theory::pollaczek_khinchine(number(v, "lam"), number(v, "ES"), number(v, "ES2"));
        near(wq, number(v, "Wq"));
    }
    for v in list(&v["dm1_constant_release"]) {
        near(theory::dm1_wait(number(v, "lam"), 1.0), number(v, "Wq"));
    }
    for v in list(&v["mm1_nonpreemptive_priority"]) {
        let (hot, regular) = theory::cobham(number(v, "lam_hot"), number(v, "lam_reg"), 1.0);
        near(hot, number(v, "Wq1"));
        near(regular, number(v, "Wq2"));
    }
    for v in list(&v["machine_repair"]) {
        let (n, r) = (count(v, "N"), count(v, "R"));
        let down = theory::machines_down(n, r, number(v, "mttf"), number(v, "mttr"));
        near(down, number(v, "mean_down"));
    }
    for v in list(&v["closed_conwip_mva"]) {
        let demands: Vec<f64> = list(&v["service_demands"])
            .iter()
            .map(|x| x.as_f64().expect("a number"))
            .collect();
        for v in list(&v["results"]) {
            near(
                theory::mva(&demands, count(v, "N")),
                number(v, "throughput"),
            );
        }
    }
}

/// A part of the vectors from their closed forms alone, in seconds and without any data;
/// `slow` stretches every service time.
fn textbook(slow: f64) -> Vec<Case> {
    let effort = |seed: u64, lots: f64| Effort {
        lots,
        warmup: 2e3,
        replications: 32,
        seed: SEED + 1_000 + seed,
    };
    let wide = 0.04;
    let exp = || exponential(slow);
    let mut cases = Vec::new();
    let one = |name: &'static str, plant, lam, wq: f64, seed| {
        let claims = vec![
            Claim("Wq", wq, wide, wait(0)),
            Claim("W", wq + 1.0, wide, cycle_time(0)),
        ];
        // Ten servers seldom make a lot wait: its interval needs more lots.
        let lots = if name == "M/M/10" { 8e6 } else { 2.4e6 };
        case(name, plant, lam, effort(seed, lots), claims)
    };
    let plant = |arrival: Dist, service: Dist, c| station(arrival, service, c);
    let wq = theory::mm1_wait(0.8, 1.0);
    cases.push(one("M/M/1", plant(exponential(1.25), exp(), 1), 0.8, wq, 0));
    let wq = theory::erlang_c(8.0, 10) / 2.0;
    cases.push(one(
        "M/M/10",
        plant(exponential(0.125), exp(), 10),
        8.0,
        wq,
        1,
    ));
    let wq = theory::pollaczek_khinchine(0.8, 1.0, 1.0);
    cases.push(one(
        "M/D/1",
        plant(exponential(1.25), constant(slow), 1),
        0.8,
        wq,
        2,
    ));
    let wq = theory::dm1_wait(0.8, 1.0);
    cases.push(one("D/M/1", plant(constant(1.25), exp(), 1), 0.8, wq, 3));
    if slow == 1.0 {
        let lost = theory::erlang_b(8.0, 10);
        cases.push(loss_station(8.0, 10, lost, wide, effort(4, 1e6)));
        let waits = theory::cobham(0.05, 0.8, 1.0);
        cases.push(priority_station(0.05, 0.8, waits, wide, effort(5, 4e6)));
        let demands = [1.0, 0.8, 0.5];
        cases.push(closed(
            &demands,
            5,
            theory::mva(&demands, 5),
            wide,
            effort(6, 1e5),
        ));
        cases.push(rework(0.2, wide, effort(7, 2e5)));
        let down = theory::machines_down(10, 2, 100.0, 10.0);
        let rate = (10.0 - down) / 100.0;
        let claims = repair_claims(10, 2, 10.0, down, rate, wide);
        let plant = machines(10, Some(2), 100.0, 10.0);
        cases.push(case(
            "10 machines, 2 repairers",
            plant,
            rate,
            effort(8, 2e6),
            claims,
        ));
        let wq = theory::pollaczek_khinchine(0.9, 1.0, 1.0);
        let claims = pipeline_claims(0.9, 10.0 / 7.0, 1.0, wq, wide);
        let plant = pipeline(0.9, 10.0 / 7.0, 1.0);
        cases.push(case("pipeline", plant, 0.9, effort(9, 3e6), claims));
    }
    cases
}

#[test]
fn textbook_queues_hold_without_any_data() {
    let seen = observe(&textbook(1.0));
    println!("{}", table(&seen));
    check(&seen).unwrap_or_else(|e| panic!("{e}"));
}

/// If service took 3 % longer than the scene says, these comparisons would tell.
#[test]
fn a_planted_bias_of_three_percent_in_service_times_is_found() {
    let seen = observe(&textbook(1.03));
    println!("{}", table(&seen));
    let report = check(&seen).expect_err("the bias is found");
    assert!(report.contains("OUTSIDE"), "{report}");
    for queue in ["M/M/1", "M/M/10", "M/D/1", "D/M/1"] {
        let told = seen
            .iter()
            .any(|s| s.name.starts_with(&format!("{queue}:")) && s.sharp() && !s.holds());
        assert!(told, "{queue} does not tell:\n{}", table(&seen));
    }
}

/// Controls take chance off a figure, not faults: one of the load is told by the controls
/// themselves, one that leaves the load as it is by the figures.
#[test]
fn controls_hide_no_fault() {
    let effort = |seed| Effort {
        lots: 6e5,
        warmup: 2e3,
        replications: 16,
        seed: SEED + 2_000 + seed,
    };
    let queue = |name: &str, service, seed| {
        let claims = vec![
            Claim("arrivals", 0.8, 0.04, arrivals(0)),
            Claim("utilisation", 0.8, 0.04, busy(0..1)),
            Claim("Wq", theory::mm1_wait(0.8, 1.0), 0.04, wait(0)),
        ];
        let plant = station(exponential(1.25), service, 1);
        controlled(case(name, plant, 0.8, effort(seed), claims), &LOAD)
    };
    let uniform = Dist::Uniform {
        low: minutes(0.0),
        high: minutes(2.0),
    };
    let seen = observe(&[
        queue("right", exponential(1.0), 0),
        queue("slow", exponential(1.03), 1),
        queue("even", uniform, 2),
    ]);
    let wrong: Vec<&str> = seen
        .iter()
        .filter(|s| !s.holds())
        .map(|s| s.name.as_str())
        .collect();
    assert_eq!(wrong, ["slow: utilisation", "even: Wq"], "{}", table(&seen));
    assert!(seen[..3].iter().all(Seen::sharp), "{}", table(&seen));
}
