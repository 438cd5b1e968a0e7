//! The report's tables: figures right-aligned, every column sorts.

use std::fmt::Write;

use super::svg::esc;
use super::{Figure, ReportInput};
use crate::results::kpi::{Kind, Row, find};
use crate::view::i18n::{Texts, number};

/// A column: its heading, its unit, whether it is text.
pub struct Head {
    /// Heading.
    pub label: String,
    /// Unit below it.
    pub unit: String,
    /// Explanation on hover.
    pub about: String,
    /// Text is aligned left and sorted as text.
    pub text: bool,
}

impl Head {
    /// A column of words.
    pub fn words(label: String) -> Self {
        Self {
            label,
            unit: String::new(),
            about: String::new(),
            text: true,
        }
    }

    /// A column of numbers.
    pub fn figures(label: String, unit: String) -> Self {
        Self {
            label,
            unit,
            about: String::new(),
            text: false,
        }
    }

    /// A column of one figure of merit.
    fn kpi(name: &str, t: &Texts) -> Self {
        let kpi = find(name).expect("the report's columns are names of the table");
        Self {
            label: t.get(&kpi.i18n_key()),
            unit: t.unit(kpi.unit),
            about: t.get(&format!("{}.about", kpi.i18n_key())),
            text: false,
        }
    }
}

/// A cell: what is shown, and the value it sorts by (empty: what is shown).
pub struct Cell {
    html: String,
    value: String,
}

impl Cell {
    /// Words.
    pub fn words(text: &str) -> Self {
        Self::html(esc(text))
    }

    /// Finished HTML.
    pub fn html(html: String) -> Self {
        Self {
            html,
            value: String::new(),
        }
    }

    /// What is shown, as HTML, with the number that it sorts by.
    pub fn shown(html: &str, value: f64) -> Self {
        Self {
            html: html.to_owned(),
            value: format!("{value}"),
        }
    }

    /// A number with its decimals.
    pub fn number(value: f64, decimals: usize) -> Self {
        Self {
            html: number(value, decimals),
            value: format!("{value}"),
        }
    }

    /// A figure with its half-width; a dash where there is none.
    pub fn figure(figure: Option<Figure>, decimals: usize) -> Self {
        let Some(f) = figure else {
            return Self {
                html: "–".to_owned(),
                value: "NaN".to_owned(),
            };
        };
        let mut html = number(f.mean, decimals);
        if let Some(h) = f.half_shown(decimals) {
            let _ = write!(html, "<span class=\"pm\"> ± {}</span>", number(h, decimals));
        }
        Self {
            html,
            value: format!("{}", f.mean),
        }
    }
}

/// A sortable table in a section of its own; `lead` marks a row.
pub fn section(
    id: &str,
    title: &str,
    heads: &[Head],
    rows: &[Vec<Cell>],
    lead: Option<usize>,
    t: &Texts,
) -> String {
    let mut s = format!(
        "<section class=\"wide\" id=\"{id}\"><div class=\"head\"><h2>{}</h2><button class=\"tool\" data-copy=\"{}\">{}</button></div><div class=\"scroll\"><table><thead><tr>",
        esc(title),
        esc(&t.get("report-copied")),
        esc(&t.get("report-copy"))
    );
    let hint = t.get("report-sort");
    let units = heads.iter().any(|h| !h.unit.is_empty());
    for head in heads {
        let about = if head.about.is_empty() {
            &hint
        } else {
            &head.about
        };
        let class = if head.text { " class=\"l\"" } else { "" };
        if head.label.is_empty() {
            s.push_str("<td></td>");
            continue;
        }
        let _ = write!(
            s,
            "<th{class} title=\"{}\"><button>{}</button>",
            esc(about),
            esc(&head.label)
        );
        if units && head.unit.is_empty() {
            s.push_str("<span class=\"unit\">&nbsp;</span>");
        } else if units {
            let _ = write!(s, "<span class=\"unit\">{}</span>", esc(&head.unit));
        }
        s.push_str("</th>");
    }
    s.push_str("</tr></thead><tbody>");
    for (i, row) in rows.iter().enumerate() {
        s.push_str(if lead == Some(i) {
            "<tr class=\"lead\">"
        } else {
            "<tr>"
        });
        for (cell, head) in row.iter().zip(heads) {
            s.push_str(if head.text { "<td class=\"l\"" } else { "<td" });
            if !cell.value.is_empty() {
                let _ = write!(s, " data-v=\"{}\"", esc(&cell.value));
            }
            let _ = write!(s, ">{}</td>", cell.html);
        }
        s.push_str("</tr>");
    }
    s + "</tbody></table></div></section>"
}

fn figure(rows: &[Row], name: &str, kind: Kind, of: &str) -> Option<Figure> {
    rows.iter()
        .find(|r| r.name == name && r.kind == kind && r.of == of)
        .map(Figure::of)
}

/// Columns of figures for a list of subjects, each with one number of decimals.
fn columns(rows: &[Row], names: &[&str], subjects: &[(Kind, &str)]) -> Vec<Vec<Cell>> {
    let mut cells: Vec<Vec<Cell>> = subjects.iter().map(|_| Vec::new()).collect();
    for name in names {
        let values: Vec<_> = subjects
            .iter()
            .map(|(kind, of)| figure(rows, name, *kind, of))
            .collect();
        let decimals = Figure::decimals(values.iter().flatten());
        for (row, value) in cells.iter_mut().zip(values) {
            row.push(Cell::figure(value, decimals));
        }
    }
    cells
}

/// Lot types and products.
pub fn lots(input: &ReportInput, rows: &[Row], t: &Texts) -> String {
    const FIGURES: [&str; 9] = [
        "cycle_time",
        "cycle_time_p95",
        "x_factor",
        "on_time",
        "throughput",
        "finished_lots",
        "wip",
        "rework",
        "scrapped",
    ];
    let names = input.summary.names();
    let types = names.lot_types.iter().take(names.first_init_type as usize);
    let mut subjects: Vec<(Kind, &str)> = types.map(|n| (Kind::LotType, n.as_str())).collect();
    subjects.extend(names.products.iter().map(|n| (Kind::Product, n.as_str())));
    let known = rows.iter().any(|r| r.name == "x_factor");
    let figures: Vec<&str> = FIGURES
        .into_iter()
        .filter(|f| known || *f != "x_factor")
        .collect();
    let mut heads = vec![
        Head::words(t.get("col-name")),
        Head::words(t.get("col-kind")),
    ];
    heads.extend(figures.iter().map(|f| Head::kpi(f, t)));
    let cells = columns(rows, &figures, &subjects);
    let body: Vec<_> = subjects
        .iter()
        .zip(cells)
        .map(|((kind, name), cells)| {
            let key = if *kind == Kind::Product {
                "kind-product"
            } else {
                "kind-lot-type"
            };
            let mut row = vec![Cell::words(name), Cell::words(&t.get(key))];
            row.extend(cells);
            row
        })
        .collect();
    section("lots", &t.get("table-lots"), &heads, &body, None, t)
}

/// Tool groups, highest utilisation first.
pub fn groups(input: &ReportInput, rows: &[Row], ranked: &[u32], t: &Texts) -> String {
    const FIGURES: [&str; 11] = [
        "utilization",
        "productive",
        "setup",
        "held",
        "blocked",
        "standby",
        "pm",
        "down",
        "oee",
        "queue_time",
        "queue_length",
    ];
    let names = input.summary.names();
    let subjects: Vec<(Kind, &str)> = ranked
        .iter()
        .map(|g| (Kind::ToolGroup, names.tool_groups[*g as usize].as_str()))
        .collect();
    let mut heads = vec![
        Head::words(t.get("col-name")),
        Head::words(t.get("col-area")),
        Head::figures(t.get("col-tools"), String::new()),
    ];
    heads.extend(FIGURES.iter().map(|f| Head::kpi(f, t)));
    let cells = columns(rows, &FIGURES, &subjects);
    let body: Vec<_> = ranked
        .iter()
        .zip(cells)
        .map(|(g, cells)| {
            let tools = names.group_of_tool.iter().filter(|x| *x == g).count();
            let area = names.areas.get(*g as usize).map_or("", String::as_str);
            let mut row = vec![
                Cell::words(&names.tool_groups[*g as usize]),
                Cell::words(area),
                Cell::number(tools as f64, 0),
            ];
            row.extend(cells);
            row
        })
        .collect();
    section("groups", &t.get("table-groups"), &heads, &body, Some(0), t)
}

/// Critical queue times; empty text where the plant has none.
pub fn cqt(input: &ReportInput, t: &Texts) -> String {
    let names = input.summary.names();
    let lines = input.series.cqt();
    if lines.is_empty() {
        return String::new();
    }
    let with_cost = lines.iter().any(|l| l.cost.mean > 0.0);
    let mut heads = vec![
        Head::words(t.get("col-route")),
        Head::words(t.get("col-from")),
        Head::words(t.get("col-to")),
        Head::figures(t.get("col-limit"), t.unit("h")),
        Head::figures(t.get("col-closed"), String::new()),
        Head::figures(t.get("col-late"), t.unit("%")),
    ];
    if with_cost {
        heads.push(Head::figures(t.get("col-cost"), t.unit("currency")));
    }
    let late: Vec<_> = lines.iter().map(|l| l.late_pct.map(Figure::from)).collect();
    let costs: Vec<_> = lines.iter().map(|l| Figure::from(l.cost)).collect();
    let late_decimals = Figure::decimals(late.iter().flatten());
    let cost_decimals = Figure::decimals(&costs);
    let body: Vec<_> = lines
        .iter()
        .zip(late)
        .zip(costs)
        .map(|((line, late), cost)| {
            let route = line.window.route as usize;
            let step = |i: u32| {
                let name = names.steps.get(route).and_then(|r| r.get(i as usize));
                name.map_or_else(|| (i + 1).to_string(), Clone::clone)
            };
            let name = names.routes.get(route);
            let mut row = vec![
                Cell::words(&name.map_or_else(|| route.to_string(), Clone::clone)),
                Cell::words(&step(line.window.from_step)),
                Cell::words(&step(line.window.to_step)),
                Cell::number(line.window.limit_us as f64 / 3.6e9, 1),
                Cell::number(line.closed.mean, 0),
                Cell::figure(late, late_decimals),
            ];
            if with_cost {
                row.push(Cell::figure(Some(cost), cost_decimals));
            }
            row
        })
        .collect();
    section("cqt", &t.get("table-cqt"), &heads, &body, None, t)
}

/// Checks with their verdicts; empty text where the scene has none.
pub fn checks(input: &ReportInput, t: &Texts) -> String {
    if input.checks.is_empty() {
        return String::new();
    }
    let heads = [
        Head::words(t.get("col-check")),
        Head::words(t.get("col-verdict")),
        Head::words(t.get("col-demanded")),
        Head::figures(t.get("col-seen"), String::new()),
        Head::figures(t.get("col-bound"), String::new()),
    ];
    let body: Vec<_> = input
        .checks
        .iter()
        .map(|c| {
            let unit = t.unit(c.unit);
            let (class, key) = if c.passed {
                ("good", "check-passed")
            } else {
                ("bad", "check-failed")
            };
            let label = find(&c.kpi).map_or(c.kpi.clone(), |k| t.get(&k.i18n_key()));
            let name = if c.of.is_empty() {
                label
            } else {
                format!("{label} · {}", c.of)
            };
            let limit = |v: f64| format!("{v} {unit}").trim().to_owned();
            let mut demanded = match (c.min, c.max) {
                (Some(a), Some(b)) => t.with(
                    "check-range",
                    &[("low", &a.to_string()), ("high", &limit(b))],
                ),
                (Some(a), None) => t.with("check-min", &[("value", &limit(a))]),
                (None, Some(b)) => t.with("check-max", &[("value", &limit(b))]),
                (None, None) => "–".to_owned(),
            };
            if let Some(confidence) = c.confidence {
                let pct = number(100.0 * confidence, 0);
                demanded = format!(
                    "{demanded}, {}",
                    t.with("check-at", &[("confidence", &pct)])
                );
            }
            let bound = match (c.min.and(c.lower), c.max.and(c.upper)) {
                (Some(a), Some(b)) => format!("{} – {}", number(a, 2), number(b, 2)),
                (Some(v), None) | (None, Some(v)) => number(v, 2),
                (None, None) => "–".to_owned(),
            };
            let seen = c
                .mean
                .map_or("–".to_owned(), |m| format!("{} {unit}", number(m, 2)));
            vec![
                Cell::words(&name),
                Cell::html(format!(
                    "<span class=\"{class}\">{}</span>",
                    esc(&t.get(key))
                )),
                Cell::words(&demanded),
                Cell::words(seen.trim()),
                Cell::words(&bound),
            ]
        })
        .collect();
    section("checks", &t.get("table-checks"), &heads, &body, None, t)
}

/// A lot's hours by cause.
pub fn hours(input: &ReportInput, t: &Texts) -> String {
    let Some(lot) = input.lot else {
        return String::new();
    };
    let names = input.summary.names();
    let total = lot.explanation.cycle_us.max(1) as f64;
    let longest = lot.explanation.rows.first().map_or(1, |r| r.us.max(1)) as f64;
    let heads = [
        Head::words(t.get("col-cause")),
        Head::figures(t.get("col-hours"), t.unit("h")),
        Head::figures(t.get("col-share"), t.unit("%")),
        Head::figures(t.get("col-steps"), String::new()),
        Head::words(String::new()),
    ];
    let body: Vec<_> = lot
        .explanation
        .rows
        .iter()
        .map(|r| {
            let group = r.cause.group(names);
            let label = t.get(r.cause.i18n_key());
            let label = if group.is_empty() { label } else { format!("{label} · {group}") };
            let width = 100.0 * r.us as f64 / longest;
            vec![
                Cell::words(&label),
                Cell::number(r.us as f64 / 3.6e9, 1),
                Cell::number(100.0 * r.us as f64 / total, 1),
                Cell::number(f64::from(r.steps), 0),
                Cell::html(format!(
                    "<span class=\"track\"><span class=\"bar\" style=\"width:{width:.1}%\"></span></span>"
                )),
            ]
        })
        .collect();
    let days = number(total / 8.64e10, 1);
    let title = t.with("chart-hours", &[("days", &days)]);
    section("hours", &title, &heads, &body, None, t)
}
