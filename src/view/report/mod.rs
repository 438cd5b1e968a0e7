//! Reports: HTML pages that fetch nothing. Here that of a run; [`study`] has that of variants.

mod charts;
mod page;
pub mod study;
pub(in crate::view) mod svg;
mod tables;

use std::fmt::Write;

pub use self::page::script;
use self::page::section;
use self::svg::esc;
use super::i18n::{Lang, Texts, decimals_for, decimals_of, number};
use super::tokens::ToolState;
use crate::results::check::CheckResult;
use crate::results::explain::{ExplainError, Explanation, explain};
use crate::results::kpi::{Kind, Row, Summary, TABLE};
use crate::results::record::{LotRecord, StepRecord};
use crate::results::series::Series;
use crate::results::statistics::Interval;
use crate::results::write::RunFacts;
use crate::whatif::{Facts, LotId};

/// Everything a report shows.
#[derive(Clone, Copy)]
pub struct ReportInput<'a> {
    /// Scene, seed, version.
    pub facts: RunFacts<'a>,
    /// One paragraph on the plant.
    pub about: &'a str,
    /// Inputs that are assumed, not measured; one sentence each.
    pub assumed: &'a [String],
    /// Figures.
    pub summary: &'a Summary,
    /// Series.
    pub series: &'a Series,
    /// Verdicts on the scene's checks.
    pub checks: &'a [CheckResult],
    /// The lot whose path is shown, if one was traced.
    pub lot: Option<&'a LotStory>,
}

/// The steps of one lot with where its time went.
#[derive(Clone, Debug)]
pub struct LotStory {
    /// Name, e.g. `Lot_3 #17`.
    pub name: String,
    /// Release, µs.
    pub release_us: u64,
    /// End, µs.
    pub end_us: u64,
    /// Steps in order of time.
    pub steps: Vec<StepRecord>,
    /// Its hours by cause.
    pub explanation: Explanation,
}

impl LotStory {
    /// The story of a lot, its hours split by cause.
    ///
    /// # Errors
    /// Its steps contradict each other.
    pub fn new(
        facts: &Facts,
        lot: &LotRecord,
        steps: Vec<StepRecord>,
    ) -> Result<Self, ExplainError> {
        Ok(Self {
            name: LotId {
                lot_type: facts.names.lot_types[lot.lot_type as usize].clone(),
                number: lot.number,
            }
            .to_string(),
            release_us: lot.release_us,
            end_us: lot.end_us,
            explanation: explain(lot.release_us, lot.end_us, &steps)?,
            steps,
        })
    }
}

/// A mean with half of its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Figure {
    mean: f64,
    half: Option<f64>,
}

impl From<Interval> for Figure {
    fn from(i: Interval) -> Self {
        Self {
            mean: i.mean,
            half: i.high.map(|h| h - i.mean),
        }
    }
}

impl Figure {
    fn of(row: &Row) -> Self {
        Self {
            mean: row.mean,
            half: row.high.map(|h| h - row.mean),
        }
    }

    /// Decimals that suit a column of figures: those of the median half-width, or three
    /// significant digits of the largest mean where there is no interval.
    fn decimals<'f>(figures: impl IntoIterator<Item = &'f Self>) -> usize {
        let (mut halves, mut largest) = (Vec::new(), 0.0f64);
        for f in figures {
            halves.extend(f.half.filter(|h| *h > 0.0));
            largest = largest.max(f.mean.abs());
        }
        halves.sort_by(f64::total_cmp);
        match halves.get(halves.len() / 2) {
            Some(h) => decimals_of(*h).min(2),
            None => decimals_for(largest),
        }
    }

    /// The half-width, unless it vanishes at so many decimals.
    fn half_shown(self, decimals: usize) -> Option<f64> {
        let least = 0.5 * libm::pow(10.0, -(decimals as f64));
        self.half.filter(|h| *h >= least)
    }

    /// Mean and half-width with so many decimals.
    fn text(self, decimals: usize) -> String {
        let mean = number(self.mean, decimals);
        match self.half_shown(decimals) {
            Some(h) => format!("{mean} ± {}", number(h, decimals)),
            None => mean,
        }
    }

    /// Mean and half-width with the digits that its own interval supports.
    fn alone(self) -> String {
        self.text(Self::decimals([&self]))
    }
}

/// Tool groups, lot types and tables longer than this are cut in charts, with a note.
const MOST_BARS: usize = 15;

/// The page.
pub fn render(input: &ReportInput, lang: Lang) -> String {
    let t = Texts::new(lang);
    let rows = input.summary.rows();
    let ranked = ranked(input, &rows, "utilization");
    let mut page = page::begin(input.facts.scene, lang);
    page += &header(input, &t);
    page += &findings(input, &rows, &ranked, &t);
    page += &headline(input, &rows, &t);
    page += "<div class=\"grid\">";
    page += &tables::checks(input, &t);
    page += &over_time(input, &t);
    page += &by_group(input, &rows, &ranked, &t);
    page += &tables::lots(input, &rows, &t);
    page += &tables::groups(input, &rows, &ranked, &t);
    page += &tables::cqt(input, &t);
    if let Some(lot) = input.lot {
        let title = t.with("chart-gantt", &[("lot", &lot.name)]);
        let legend = legend(&[
            ("state-standby", '○', t.get("gantt-wait")),
            ("state-productive", '●', t.get("gantt-process")),
            ("state-down", '✕', t.get("gantt-down")),
        ]);
        let chart = charts::gantt(lot, input.summary.names(), &t);
        page += &section("gantt", true, &title, "", &(legend + &chart), &t);
        page += &tables::hours(input, &t);
    }
    page += "</div>";
    page += &page::definitions(TABLE, &t);
    page += &page::end(input.facts.version, &t);
    page
}

fn header(input: &ReportInput, t: &Texts) -> String {
    let days = |d: f64| {
        format!(
            "{} {}",
            number(d, if d < 10.0 { 1 } else { 0 }),
            t.unit("d")
        )
    };
    page::header(
        &page::Header {
            kind: &t.get("report-kind"),
            title: input.facts.scene,
            about: input.about,
            facts: &[
                (
                    "report-replications",
                    number(input.summary.replications() as f64, 0),
                ),
                ("report-horizon", days(input.series.horizon_d())),
                ("report-warmup", days(input.series.warmup_d())),
                (
                    "report-confidence",
                    format!("{} %", number(100.0 * input.summary.confidence(), 0)),
                ),
                ("report-seed", input.facts.seed.to_string()),
                ("report-version", format!("geoul {}", input.facts.version)),
            ],
            digest: &input.summary.digest(),
            assumed: input.assumed,
        },
        t,
    )
}

fn plant(rows: &[Row], name: &str) -> Option<Figure> {
    rows.iter()
        .find(|r| r.name == name && r.kind == Kind::Plant)
        .map(Figure::of)
}

/// Tool groups by a figure, highest first.
fn ranked(input: &ReportInput, rows: &[Row], name: &str) -> Vec<u32> {
    let names = input.summary.names();
    let mut groups: Vec<(u32, f64)> = (0..names.tool_groups.len() as u32)
        .map(|g| (g, of_group(input, rows, name, g).map_or(-1.0, |f| f.mean)))
        .collect();
    groups.sort_by(|a, b| b.1.total_cmp(&a.1));
    groups.into_iter().map(|(g, _)| g).collect()
}

fn of_group(input: &ReportInput, rows: &[Row], name: &str, group: u32) -> Option<Figure> {
    let of = &input.summary.names().tool_groups[group as usize];
    rows.iter()
        .find(|r| r.name == name && r.kind == Kind::ToolGroup && r.of == *of)
        .map(Figure::of)
}

/// What the run says, in sentences.
fn findings(input: &ReportInput, rows: &[Row], ranked: &[u32], t: &Texts) -> String {
    let names = input.summary.names();
    let mut says: Vec<(&str, String)> = Vec::new();
    let failed = input.checks.iter().filter(|c| !c.passed).count();
    if !input.checks.is_empty() {
        let n = input.checks.len().to_string();
        says.push(if failed == 0 {
            ("good", t.with("say-checks-passed", &[("n", &n)]))
        } else {
            let failed = failed.to_string();
            (
                "bad",
                t.with("say-checks-failed", &[("failed", &failed), ("n", &n)]),
            )
        });
    }
    let load = |g: &u32| of_group(input, rows, "utilization", *g).filter(|f| f.mean > 0.0);
    if let Some((first, f)) = ranked.first().and_then(|g| Some((g, load(g)?))) {
        let group = names.tool_groups[*first as usize].as_str();
        let value = f.alone();
        says.push((
            "key",
            match ranked.get(1).and_then(|g| Some((g, load(g)?))) {
                Some((next, second)) => t.with(
                    "say-bottleneck",
                    &[
                        ("group", group),
                        ("value", &value),
                        ("next", &names.tool_groups[*next as usize]),
                        ("second", &second.alone()),
                    ],
                ),
                None => t.with("say-bottleneck-one", &[("group", group), ("value", &value)]),
            },
        ));
    }
    match (plant(rows, "cycle_time"), plant(rows, "cycle_time_p95")) {
        (Some(mean), Some(p95)) => says.push((
            "",
            t.with(
                "say-cycle",
                &[("value", &mean.alone()), ("p95", &p95.alone())],
            ),
        )),
        _ => says.push(("bad", t.get("say-nothing"))),
    }
    if let Some(on_time) = plant(rows, "on_time") {
        let types: Vec<_> = rows
            .iter()
            .filter(|r| r.name == "on_time" && r.kind == Kind::LotType)
            .collect();
        let worst = types.iter().min_by(|a, b| a.mean.total_cmp(&b.mean));
        says.push((
            "",
            match worst.filter(|_| types.len() > 1) {
                Some(w) => t.with(
                    "say-on-time-worst",
                    &[
                        ("value", &on_time.alone()),
                        ("lot", &w.of),
                        ("worst", &Figure::of(w).alone()),
                    ],
                ),
                None => t.with("say-on-time", &[("value", &on_time.alone())]),
            },
        ));
    }
    if let Some(late) = plant(rows, "cqt_violation_rate") {
        says.push(("", t.with("say-cqt", &[("value", &late.alone())])));
    }
    if let Some(drift) = input.series.drift_pct() {
        let (key, class) = steadiness(&drift);
        let value = Figure::from(drift).alone();
        says.push((class, t.with(key, &[("value", &value)])));
    }
    page::findings(&says)
}

/// Steady: the drift over the window is within 5 %, or its interval leaves zero open and
/// the mean is within 10 %.
fn steadiness(drift: &Interval) -> (&'static str, &'static str) {
    let open = drift.low.is_some_and(|l| l <= 0.0) && drift.high.is_some_and(|h| h >= 0.0);
    let size = drift.mean.abs();
    if size <= 5.0 || (open && size <= 10.0) {
        ("say-steady", "good")
    } else if drift.mean > 0.0 {
        ("say-rising", "bad")
    } else {
        ("say-falling", "bad")
    }
}

fn headline(input: &ReportInput, rows: &[Row], t: &Texts) -> String {
    let mut s = "<dl class=\"strip\">".to_owned();
    let mut shown = 0;
    for name in [
        "cycle_time",
        "x_factor",
        "on_time",
        "throughput",
        "wafers_per_week",
        "wip",
        "cycle_time_p95",
        "utilization",
        "oee",
    ] {
        let (Some(f), Some(kpi)) = (plant(rows, name), TABLE.iter().find(|k| k.name == name))
        else {
            continue;
        };
        if shown == 6 {
            break;
        }
        shown += 1;
        let decimals = Figure::decimals([&f]);
        let band = match f.half_shown(decimals) {
            Some(h) => format!("± {}", number(h, decimals)),
            None => "&nbsp;".to_owned(),
        };
        let key = kpi.i18n_key();
        let _ = write!(
            s,
            "<div title=\"{}\"><dt>{}</dt><dd class=\"value\">{} <small>{}</small></dd><dd class=\"band\">{band}</dd></div>",
            esc(&t.get(&format!("{key}.about"))),
            esc(&t.get(&key)),
            number(f.mean, decimals),
            esc(&t.unit(kpi.unit))
        );
    }
    let n = input.summary.replications();
    let note = if n > 1 {
        let confidence = number(100.0 * input.summary.confidence(), 0);
        t.with(
            "report-interval",
            &[("confidence", &confidence), ("n", &n.to_string())],
        )
    } else {
        t.get("report-no-interval")
    };
    s + "</dl><p class=\"note\">" + &esc(&note) + "</p>\n"
}

fn over_time(input: &ReportInput, t: &Texts) -> String {
    let (warmup, horizon) = (input.series.warmup_d(), input.series.horizon_d());
    let mut s = String::new();
    for (id, title, unit, points) in [
        ("wip", "chart-wip", "lots", input.series.wip()),
        (
            "throughput",
            "chart-throughput",
            "lots/d",
            input.series.throughput(),
        ),
    ] {
        let unit = t.unit(unit);
        let body = if points.len() > 1 {
            let chart = charts::line(&points, warmup, horizon, &unit, t);
            format!("<div class=\"readout\"></div>{chart}")
        } else {
            String::new()
        };
        s += &section(id, false, &t.get(title), &unit, &body, t);
    }
    s
}

fn cut(shown: usize, all: usize, t: &Texts) -> String {
    if shown >= all {
        return String::new();
    }
    let values = [("n", shown.to_string()), ("all", all.to_string())];
    let text = t.with("report-top", &[("n", &values[0].1), ("all", &values[1].1)]);
    format!("<p class=\"note\">{}</p>", esc(&text))
}

fn by_group(input: &ReportInput, rows: &[Row], by_load: &[u32], t: &Texts) -> String {
    let names = input.summary.names();
    let name = |g: &u32| names.tool_groups[*g as usize].as_str();
    let figures = |kpi: &str, groups: &[u32]| -> Vec<(&str, Figure)> {
        groups
            .iter()
            .filter_map(|g| Some((name(g), of_group(input, rows, kpi, *g)?)))
            .take(MOST_BARS)
            .collect()
    };
    let mut s = String::new();
    let load = figures("utilization", by_load);
    let body = if load.is_empty() {
        String::new()
    } else {
        let axis = format!("{}, %", t.get("kpi-utilization"));
        charts::bars(&load, &axis, Some(100.0), true) + &cut(load.len(), by_load.len(), t)
    };
    s += &section(
        "utilization",
        false,
        &t.get("chart-utilization"),
        "%",
        &body,
        t,
    );

    let by_wait = ranked(input, rows, "queue_time");
    let waits = figures("queue_time", &by_wait);
    let body = if waits.is_empty() {
        String::new()
    } else {
        let axis = format!("{}, {}", t.get("kpi-queue-time"), t.unit("h"));
        charts::bars(&waits, &axis, None, true) + &cut(waits.len(), by_wait.len(), t)
    };
    s += &section(
        "queue",
        false,
        &t.get("chart-queue"),
        &t.unit("h"),
        &body,
        t,
    );

    let stacks: Vec<_> = by_load
        .iter()
        .take(MOST_BARS)
        .map(|g| {
            let share = |kpi| of_group(input, rows, kpi, *g).map_or(0.0, |f| f.mean);
            let parts = ToolState::ALL
                .into_iter()
                .filter_map(|state| Some((state, share(kpi_of(state)?))))
                .collect();
            (name(g), parts)
        })
        .collect();
    let present = |state: &ToolState| {
        stacks
            .iter()
            .any(|(_, parts): &(_, Vec<_>)| parts.iter().any(|(s, v)| s == state && *v > 0.0))
    };
    let keys: Vec<_> = ToolState::ALL
        .into_iter()
        .filter(present)
        .map(|s| (s.css(), s.glyph(), t.get(s.i18n_key())))
        .collect();
    let body = if keys.is_empty() {
        String::new()
    } else {
        legend(&keys) + &charts::states(&stacks, t) + &cut(stacks.len(), by_load.len(), t)
    };
    s += &section("states", false, &t.get("chart-states"), "%", &body, t);

    s + &distribution(input, t)
}

/// The figure that gives the share of a state; none for states that no run has yet.
fn kpi_of(state: ToolState) -> Option<&'static str> {
    Some(match state {
        ToolState::Productive => "productive",
        ToolState::Setup => "setup",
        ToolState::Standby => "standby",
        ToolState::Held => "held",
        ToolState::Blocked => "blocked",
        ToolState::ScheduledDown => "pm",
        ToolState::UnscheduledDown => "down",
        ToolState::Engineering | ToolState::NonScheduled => return None,
    })
}

fn legend(keys: &[(&str, char, String)]) -> String {
    let mut s = "<div class=\"legend\">".to_owned();
    for (css, glyph, word) in keys {
        let _ = write!(
            s,
            "<span><i style=\"background:var(--{css})\">{glyph}</i>{}</span>",
            esc(word)
        );
    }
    s + "</div>"
}

fn distribution(input: &ReportInput, t: &Texts) -> String {
    let names = input.summary.names();
    let mut types: Vec<_> = names
        .lot_types
        .iter()
        .map(String::as_str)
        .zip(input.series.cycle_times())
        .filter(|(_, h)| h.total() > 0)
        .collect();
    let all = types.len();
    if all > MOST_BARS {
        types.sort_by_key(|(_, h)| std::cmp::Reverse(h.total()));
        types.truncate(MOST_BARS);
    }
    let body = if types.is_empty() {
        String::new()
    } else {
        charts::distributions(&types, t) + &cut(types.len(), all, t)
    };
    section(
        "cycle",
        false,
        &t.get("chart-cycle"),
        &t.unit("d"),
        &body,
        t,
    )
}

#[cfg(test)]
mod tests;
