//! The figures of a run on a terminal: the plant, its lot types, its busiest tool groups.

use super::table::{Side, Table};
use crate::results::kpi::{self, Kind, Row, Summary};
use crate::view::i18n::{Texts, number, with_interval};
use crate::whatif::Facts;

/// Figures of the plant that do not depend on its lot types.
const PLANT: [&str; 13] = [
    "throughput",
    "wafers_per_week",
    "cycle_time",
    "cycle_time_p95",
    "x_factor",
    "on_time",
    "wip",
    "utilization",
    "oee",
    "cqt_violation_rate",
    "rework",
    "scrapped",
    "lost",
];
/// Columns of lot types.
const LOTS: [&str; 6] = [
    "finished_lots",
    "cycle_time",
    "cycle_time_p95",
    "x_factor",
    "on_time",
    "throughput",
];
/// Columns of tool groups.
const GROUPS: [&str; 6] = [
    "utilization",
    "setup",
    "pm",
    "down",
    "queue_time",
    "queue_length",
];
/// Tool groups shown; the rest is in the report.
const MOST_GROUPS: usize = 10;

/// The tables, each ended by an empty line.
pub fn text(facts: &Facts, summary: &Summary, texts: &Texts) -> String {
    let rows = summary.rows();
    let mut text = format!("{}\n", facts.scene);
    text += &about(summary, texts);
    text += &plant(&rows, texts);
    text += &by(
        &rows,
        Kind::LotType,
        &LOTS,
        "finished_lots",
        usize::MAX,
        texts,
    );
    text += &by(
        &rows,
        Kind::ToolGroup,
        &GROUPS,
        "utilization",
        MOST_GROUPS,
        texts,
    );
    text
}

fn about(summary: &Summary, texts: &Texts) -> String {
    let n = number(summary.replications() as f64, 0);
    let line = if summary.replications() < 2 {
        texts.get("report-no-interval")
    } else {
        let confidence = number(100.0 * summary.confidence(), 1);
        let confidence = confidence.trim_end_matches(".0");
        texts.with("report-interval", &[("confidence", confidence), ("n", &n)])
    };
    format!(
        "{line}\n{} {}\n\n",
        texts.get("report-digest"),
        summary.digest()
    )
}

fn half(row: &Row) -> Option<f64> {
    row.high.map(|h| h - row.mean)
}

fn figure(row: Option<&Row>) -> String {
    row.map_or_else(|| "–".to_owned(), |row| with_interval(row.mean, half(row)))
}

fn label(name: &str, texts: &Texts) -> String {
    kpi::find(name).map_or_else(|| name.to_owned(), |k| texts.get(&k.i18n_key()))
}

fn plant(rows: &[Row], texts: &Texts) -> String {
    let mut table = Table::new([
        (texts.get("report-headline"), Side::Left),
        (texts.get("report-mean"), Side::Right),
        (String::new(), Side::Left),
    ]);
    for name in PLANT {
        let found = rows
            .iter()
            .find(|r| r.kind == Kind::Plant && r.name == name);
        if let Some(row) = found {
            table.row([label(name, texts), figure(Some(row)), texts.unit(row.unit)]);
        }
    }
    ended(&table)
}

/// One line per subject of a kind, by falling mean of the figure `order`.
fn by(
    rows: &[Row],
    kind: Kind,
    columns: &[&str],
    order: &str,
    most: usize,
    texts: &Texts,
) -> String {
    let of_kind = |name: &str| -> Vec<&Row> {
        rows.iter()
            .filter(|r| r.kind == kind && r.name == name)
            .collect()
    };
    let mut subjects = of_kind(order);
    if kind == Kind::ToolGroup {
        // Stable: equals keep the scene's order. Lot types keep it as a whole.
        subjects.sort_by(|a, b| b.mean.total_cmp(&a.mean));
    }
    let all = subjects.len();
    let (title, shown) = match kind {
        Kind::ToolGroup => (texts.get("table-groups"), most.min(all)),
        _ => (texts.get("table-lots"), all),
    };
    let columns: Vec<(&str, Vec<&Row>)> = columns
        .iter()
        .map(|name| (*name, of_kind(name)))
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    let heads = columns.iter().map(|(name, rows)| {
        let unit = texts.unit(rows[0].unit);
        let head = format!("{} {unit}", label(name, texts));
        (head.trim_end().to_owned(), Side::Right)
    });
    let mut table = Table::new(std::iter::once((title, Side::Left)).chain(heads));
    for subject in &subjects[..shown] {
        let cells = columns
            .iter()
            .map(|(_, rows)| figure(rows.iter().find(|r| r.of == subject.of).copied()));
        table.row(std::iter::once(subject.of.clone()).chain(cells));
    }
    let mut text = table.text();
    if shown < all {
        let (n, all) = (shown.to_string(), all.to_string());
        text += &texts.with("cli-top", &[("n", &n), ("all", &all)]);
        text.push('\n');
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn ended(table: &Table) -> String {
    let mut text = table.text();
    if !text.is_empty() {
        text.push('\n');
    }
    text
}
