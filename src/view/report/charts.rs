//! The report's charts, as SVG.

use std::fmt::Write;

use super::svg::{Scale, cell, esc, ticks, xy};
use super::{Figure, LotStory};
use crate::results::compare::{DifferenceRow, Verdict};
use crate::results::record::{Names, StepRecord};
use crate::results::series::{Histogram, Point};
use crate::view::i18n::{Texts, clock, decimals_for, decimals_of, number, signed};
use crate::view::tokens::ToolState;
use crate::view::verdict::word_key;
use crate::whatif::study::Bar;

/// Width of a chart in half the page.
const WIDE: f64 = 584.0;

/// A line with its interval band over simulated time.
pub fn line(points: &[Point], warmup_d: f64, horizon_d: f64, unit: &str, t: &Texts) -> String {
    let (w, h, left, right, top, bottom) = (WIDE, 246.0, 44.0, WIDE - 8.0, 8.0, 210.0);
    let top_value = points
        .iter()
        .map(|p| p.value.high.unwrap_or(p.value.mean))
        .fold(0.0, f64::max);
    let x = Scale {
        from: (0.0, horizon_d.max(1e-9)),
        to: (left, right),
    };
    let y = Scale {
        from: (0.0, (1.08 * top_value).max(1e-9)),
        to: (bottom, top),
    };
    let mut csv = format!("day,mean {unit},low,high\n");
    for p in points {
        let end = |v: Option<f64>| v.map_or(String::new(), |v| format!("{v:.4}"));
        let (low, high) = (end(p.value.low), end(p.value.high));
        let _ = writeln!(csv, "{:.4},{:.4},{low},{high}", p.time_d, p.value.mean);
    }
    let mut s = format!(
        "<svg viewBox=\"0 0 {w} {h}\" role=\"img\" data-unit=\"{}\" data-csv=\"{}\" data-line=\"{left} {right} 0 {horizon_d}\">",
        esc(unit),
        esc(&csv)
    );
    let (values, decimals) = ticks(0.0, y.from.1, 5);
    for v in values {
        let at = xy(y.at(v));
        let _ = write!(
            s,
            "<line class=\"rule\" x1=\"{left}\" x2=\"{right}\" y1=\"{at}\" y2=\"{at}\"/><text class=\"dim\" x=\"{}\" y=\"{at}\" dy=\"4\" text-anchor=\"end\">{}</text>",
            left - 6.0,
            number(v, decimals)
        );
    }
    if warmup_d > 0.0 {
        let end = x.at(warmup_d);
        let _ = write!(
            s,
            "<rect class=\"hatch\" x=\"{left}\" y=\"{top}\" width=\"{}\" height=\"{}\"/>",
            xy(end - left),
            bottom - top
        );
        if end - left > 56.0 {
            let _ = write!(
                s,
                "<text class=\"dim\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
                xy(end - 6.0),
                bottom - 8.0,
                esc(&t.get("report-warmup-label"))
            );
        }
    }
    let place = |p: &Point, v: f64| format!("{} {}", xy(x.at(p.time_d)), xy(y.at(v)));
    let banded: Vec<_> = points.iter().filter(|p| p.value.low.is_some()).collect();
    if banded.len() > 1 {
        let up = banded
            .iter()
            .map(|p| place(p, p.value.high.unwrap_or(p.value.mean)));
        let back = banded
            .iter()
            .rev()
            .map(|p| place(p, p.value.low.unwrap_or(p.value.mean).max(0.0)));
        let path = up.chain(back).collect::<Vec<_>>().join("L");
        let _ = write!(
            s,
            "<path d=\"M{path}Z\" fill=\"var(--accent)\" opacity=\".22\"/>"
        );
    }
    let path: Vec<_> = points.iter().map(|p| place(p, p.value.mean)).collect();
    let _ = write!(
        s,
        "<path d=\"M{}\" fill=\"none\" stroke=\"var(--accent)\" stroke-width=\"1.5\" stroke-linejoin=\"round\"/>",
        path.join("L")
    );
    x_axis(&mut s, &x, bottom, &t.get("report-day"), (left, right));
    let _ = write!(
        s,
        "<line class=\"cross\" y1=\"{top}\" y2=\"{bottom}\"/></svg>"
    );
    s
}

/// Ticks that an axis has room for.
fn wanted(left: f64, right: f64) -> u32 {
    ((right - left) / 64.0) as u32
}

fn x_axis(s: &mut String, x: &Scale, y: f64, label: &str, (left, right): (f64, f64)) {
    let _ = write!(
        s,
        "<line class=\"axis\" x1=\"{left}\" x2=\"{right}\" y1=\"{y}\" y2=\"{y}\"/>"
    );
    let (values, decimals) = ticks(x.from.0, x.from.1, wanted(left, right));
    for v in values {
        let at = x.at(v);
        let anchor = if at > right - 12.0 { "end" } else { "middle" };
        let _ = write!(
            s,
            "<line class=\"axis\" x1=\"{0}\" x2=\"{0}\" y1=\"{y}\" y2=\"{1}\"/><text class=\"dim\" x=\"{0}\" y=\"{2}\" text-anchor=\"{anchor}\">{3}</text>",
            xy(at),
            y + 4.0,
            y + 16.0,
            number(v, decimals)
        );
    }
    let _ = write!(
        s,
        "<text class=\"dim\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
        xy(0.5 * (left + right)),
        y + 32.0,
        esc(label)
    );
}

/// Cycle-time distributions one below the other on a common axis.
pub fn distributions(types: &[(&str, &Histogram)], t: &Texts) -> String {
    let row = libm::round((300.0 / types.len() as f64).clamp(40.0, 110.0));
    let (left, right) = (104.0, WIDE - 8.0);
    let bottom = 10.0 + row * types.len() as f64;
    let ends = |p: f64| types.iter().filter_map(move |(_, h)| h.quantile_d(p));
    let low = ends(0.001).fold(f64::INFINITY, f64::min);
    let high = ends(0.999).fold(0.0, f64::max);
    let pad = (0.04 * (high - low)).max(0.01);
    let x = Scale {
        from: ((low - pad).max(0.0), high + pad),
        to: (left, right),
    };
    let mut csv = "lot type,cycle time from d,lots\n".to_owned();
    let mut body = String::new();
    for (i, (name, histogram)) in types.iter().enumerate() {
        let base = 10.0 + row * (i + 1) as f64;
        let colour = format!("var(--cat-{})", i % crate::view::tokens::CATEGORIES.len());
        let (width, counts) = histogram.bins();
        // About 90 bars over the axis, each of whole bins.
        let merge = libm::ceil((x.from.1 - x.from.0) / 90.0 / width).max(1.0) as usize;
        let bars: Vec<u64> = counts.chunks(merge).map(|c| c.iter().sum()).collect();
        let most = bars.iter().copied().max().unwrap_or(1).max(1) as f64;
        let wide = width * merge as f64;
        let mut area = String::new();
        for (b, count) in bars.iter().enumerate() {
            let from = b as f64 * wide;
            if *count > 0 {
                let _ = writeln!(csv, "{},{from:.4},{count}", cell(name));
            }
            if from + wide < x.from.0 || from > x.from.1 {
                continue;
            }
            let (x0, x1) = (x.at(from).max(left), x.at(from + wide).min(right));
            let y = xy(base - (row - 14.0) * *count as f64 / most);
            let start = if area.is_empty() {
                format!("M{} {base}V{y}", xy(x0))
            } else {
                format!("V{y}")
            };
            let _ = write!(area, "{start}H{}", xy(x1));
        }
        let title = |p| {
            histogram
                .quantile_d(p)
                .map_or("–".to_owned(), |d| number(d, 1))
        };
        let _ = write!(
            body,
            "<g class=\"row\"><title>{}: {} {}, 50 % {} d, 95 % {} d</title><rect class=\"hit\" x=\"0\" y=\"{}\" width=\"{WIDE}\" height=\"{row}\"/><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text><path d=\"{area}V{base}Z\" fill=\"{colour}\" opacity=\".75\"/><line class=\"rule\" x1=\"{left}\" x2=\"{right}\" y1=\"{base}\" y2=\"{base}\"/>",
            esc(name),
            number(histogram.total() as f64, 0),
            esc(&t.unit("lots")),
            title(0.5),
            title(0.95),
            base - row,
            left - 8.0,
            xy(base - 4.0),
            esc(&shorten(name, 15))
        );
        if let Some(p95) = histogram.quantile_d(0.95) {
            let at = x.at(p95);
            let _ = write!(
                body,
                "<line class=\"whisker\" x1=\"{0}\" x2=\"{0}\" y1=\"{1}\" y2=\"{base}\"/><text class=\"dim\" x=\"{2}\" y=\"{3}\">{4} {5}</text>",
                xy(at),
                xy(base - 0.5 * row),
                xy(at + 4.0),
                xy(base - 0.5 * row + 8.0),
                esc(&t.get("report-p95")),
                number(p95, 1)
            );
        }
        body.push_str("</g>");
    }
    let mut s = format!(
        "<svg viewBox=\"0 0 {WIDE} {}\" role=\"img\" data-csv=\"{}\">{body}",
        bottom + 38.0,
        esc(&csv)
    );
    x_axis(
        &mut s,
        &x,
        bottom,
        &t.get("chart-cycle-axis"),
        (left, right),
    );
    s + "</svg>"
}

/// Horizontal bars with whiskers, longest first; the first is the one to look at.
pub fn bars(rows: &[(&str, Figure)], axis: &str, most: Option<f64>, lead: bool) -> String {
    let (left, right) = (136.0, WIDE - 92.0);
    let bottom = 8.0 + 20.0 * rows.len() as f64;
    let top = rows
        .iter()
        .map(|(_, f)| f.mean + f.half.unwrap_or(0.0))
        .fold(0.0, f64::max);
    let x = Scale {
        from: (0.0, most.unwrap_or(1.05 * top).max(1e-9)),
        to: (left, right),
    };
    let decimals = Figure::decimals(rows.iter().map(|(_, f)| f));
    let mut csv = format!("name,{},half-width\n", cell(axis));
    let mut body = String::new();
    let (values, _) = ticks(x.from.0, x.from.1, wanted(left, right));
    for v in values {
        let _ = write!(
            body,
            "<line class=\"rule\" x1=\"{0}\" x2=\"{0}\" y1=\"4\" y2=\"{bottom}\"/>",
            xy(x.at(v))
        );
    }
    for (i, (name, f)) in rows.iter().enumerate() {
        let y = 8.0 + 20.0 * i as f64;
        let fill = if lead && i == 0 {
            "var(--accent)"
        } else {
            "var(--state-standby)"
        };
        let half = f.half.map_or(String::new(), |h| format!("{h:.5}"));
        let _ = writeln!(csv, "{},{:.5},{half}", cell(name), f.mean);
        let _ = write!(
            body,
            "<g class=\"row\"><title>{0}: {1}</title><rect class=\"hit\" x=\"0\" y=\"{y}\" width=\"{WIDE}\" height=\"20\"/><text x=\"{2}\" y=\"{3}\" text-anchor=\"end\">{4}</text><rect x=\"{left}\" y=\"{5}\" width=\"{6}\" height=\"12\" fill=\"{fill}\"/>",
            esc(name),
            f.text(decimals),
            left - 8.0,
            y + 14.0,
            esc(&shorten(name, 19)),
            y + 4.0,
            xy((x.at(f.mean) - left).max(0.0))
        );
        if let Some(h) = f.half.filter(|h| *h > 0.0) {
            let (a, b) = (x.at((f.mean - h).max(0.0)), x.at(f.mean + h));
            let m = y + 10.0;
            let _ = write!(
                body,
                "<path class=\"whisker\" d=\"M{0} {1}V{2}M{3} {1}V{2}M{0} {m}H{3}\"/>",
                xy(a),
                m - 3.0,
                m + 3.0,
                xy(b.min(right + 4.0))
            );
        }
        let _ = write!(
            body,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text></g>",
            WIDE - 8.0,
            y + 14.0,
            f.text(decimals)
        );
    }
    let mut s = format!(
        "<svg viewBox=\"0 0 {WIDE} {}\" role=\"img\" data-csv=\"{}\">{body}",
        bottom + 38.0,
        esc(&csv)
    );
    x_axis(&mut s, &x, bottom, axis, (left, right));
    s + "</svg>"
}

/// Glyph and colour variable of a verdict; the glyph says it without colour.
pub fn verdict_face(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Better => ("✓", "good"),
        Verdict::Worse => ("✕", "bad"),
        Verdict::Higher => ("↑", "info"),
        Verdict::Lower => ("↓", "info"),
        Verdict::NoDifference => ("=", "dim"),
    }
}

/// What each variant does to one figure: bars from zero with their intervals as bands, in the
/// order given.
pub fn tornado(bars: &[Bar], axis: &str, t: &Texts) -> String {
    let (left, right) = (184.0, WIDE - 112.0);
    let bottom = 8.0 + 22.0 * bars.len() as f64;
    let ends = |r: &DifferenceRow| {
        let d = r.difference;
        (r.low.unwrap_or(d), r.high.unwrap_or(d))
    };
    let reach = bars
        .iter()
        .flat_map(|b| [ends(&b.row).0, ends(&b.row).1, b.row.difference])
        .filter(|v| v.is_finite())
        .fold(0.0_f64, |a, v| a.max(v.abs()));
    let reach = (1.05 * reach).max(1e-9);
    let x = Scale {
        from: (-reach, reach),
        to: (left, right),
    };
    let mut csv = format!("variant,{},low,high,p,verdict\n", cell(axis));
    let mut body = String::new();
    let zero = xy(x.at(0.0));
    for (i, bar) in bars.iter().enumerate() {
        let (y, row) = (8.0 + 22.0 * i as f64, &bar.row);
        let (low, high) = ends(row);
        let (glyph, tint) = verdict_face(row.verdict);
        let half = (high - low) / 2.0;
        let decimals = if half > 0.0 {
            decimals_of(half)
        } else {
            decimals_for(row.difference)
        };
        let size = match row.low {
            Some(_) => format!(
                "{} ± {}",
                signed(row.difference, decimals),
                number(half, decimals)
            ),
            None => signed(row.difference, decimals),
        };
        let word = t.get(word_key(row.verdict));
        let end = |v: Option<f64>| v.map_or(String::new(), |v| v.to_string());
        let _ = writeln!(
            csv,
            "{},{},{},{},{},{word}",
            cell(&bar.name),
            row.difference,
            end(row.low),
            end(row.high),
            end(row.p)
        );
        let (a, b) = (x.at(row.difference.min(0.0)), x.at(row.difference.max(0.0)));
        let (l, h) = (x.at(low), x.at(high));
        let _ = write!(
            body,
            "<g class=\"row\"><title>{0}: {size} · {1}</title><rect class=\"hit\" x=\"0\" y=\"{y}\" width=\"{WIDE}\" height=\"22\"/><text x=\"{2}\" y=\"{3}\" text-anchor=\"end\">{4}</text><rect x=\"{5}\" y=\"{6}\" width=\"{7}\" height=\"10\" fill=\"var(--{tint})\" opacity=\".75\"/><rect x=\"{8}\" y=\"{9}\" width=\"{10}\" height=\"16\" fill=\"var(--{tint})\" opacity=\".3\"/><text x=\"{11}\" y=\"{3}\" text-anchor=\"end\">{glyph} {size}</text></g>",
            esc(&bar.name),
            esc(&word),
            left - 8.0,
            y + 15.0,
            esc(&shorten(&bar.name, 28)),
            xy(a),
            y + 6.0,
            xy((b - a).max(0.6)),
            xy(l),
            y + 3.0,
            xy((h - l).max(0.0)),
            WIDE - 4.0,
        );
    }
    let _ = write!(
        body,
        "<line class=\"axis\" x1=\"{zero}\" x2=\"{zero}\" y1=\"4\" y2=\"{bottom}\"/>"
    );
    let mut s = format!(
        "<svg viewBox=\"0 0 {WIDE} {}\" role=\"img\" data-csv=\"{}\">{body}",
        bottom + 38.0,
        esc(&csv)
    );
    x_axis(&mut s, &x, bottom, axis, (left, right));
    s + "</svg>"
}

/// One stacked bar of tool states per group; shares are percent of the window.
pub fn states(rows: &[(&str, Vec<(ToolState, f64)>)], t: &Texts) -> String {
    let (left, right) = (136.0, WIDE - 8.0);
    let bottom = 8.0 + 20.0 * rows.len() as f64;
    let x = Scale {
        from: (0.0, 100.0),
        to: (left, right),
    };
    let mut csv = "name,state,share %\n".to_owned();
    let mut body = String::new();
    for (i, (name, parts)) in rows.iter().enumerate() {
        let y = 8.0 + 20.0 * i as f64;
        let _ = write!(
            body,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            left - 8.0,
            y + 14.0,
            esc(&shorten(name, 19))
        );
        let mut from = 0.0;
        for (state, share) in parts.iter().filter(|(_, share)| *share > 0.0) {
            let (x0, x1) = (x.at(from), x.at(from + share));
            from += share;
            let word = t.get(state.i18n_key());
            let _ = writeln!(csv, "{},{},{share:.4}", cell(name), cell(&word));
            let _ = write!(
                body,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"14\" fill=\"var(--{})\"><title>{} {}: {} %</title></rect>",
                xy(x0),
                y + 3.0,
                xy((x1 - x0 - 0.5).max(0.3)),
                state.css(),
                esc(name),
                esc(&word),
                number(*share, 1)
            );
            if x1 - x0 >= 14.0 {
                let _ = write!(
                    body,
                    "<text class=\"on\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                    xy(0.5 * (x0 + x1)),
                    y + 13.0,
                    state.glyph()
                );
            }
        }
    }
    let mut s = format!(
        "<svg viewBox=\"0 0 {WIDE} {}\" role=\"img\" data-csv=\"{}\">{body}",
        bottom + 38.0,
        esc(&csv)
    );
    x_axis(&mut s, &x, bottom, &t.get("chart-share"), (left, right));
    s + "</svg>"
}

/// The path of one lot: a row per area, waiting thin, work thick, breakdowns red.
pub fn gantt(lot: &LotStory, names: &Names, t: &Texts) -> String {
    let area = |s: &StepRecord| names.areas.get(s.group as usize).map_or("", String::as_str);
    let mut areas: Vec<&str> = Vec::new();
    for s in &lot.steps {
        if !areas.contains(&area(s)) {
            areas.push(area(s));
        }
    }
    let (w, left, right) = (1212.0, 112.0, 1204.0);
    let bottom = 8.0 + 24.0 * areas.len() as f64;
    let days = |us: u64| us.saturating_sub(lot.release_us) as f64 / 8.64e10;
    let x = Scale {
        from: (0.0, days(lot.end_us).max(1e-9)),
        to: (left, right),
    };
    let mut csv = "step,tool,arrive d,start d,end d,down h\n".to_owned();
    let mut body = String::new();
    for (i, name) in areas.iter().enumerate() {
        let y = 8.0 + 24.0 * i as f64;
        let _ = write!(
            body,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text><line class=\"rule\" x1=\"{left}\" x2=\"{right}\" y1=\"{3}\" y2=\"{3}\"/>",
            left - 8.0,
            y + 16.0,
            esc(&shorten(name, 16)),
            y + 24.0
        );
    }
    for s in &lot.steps {
        let row = areas.iter().position(|a| *a == area(s)).unwrap_or(0);
        let y = 8.0 + 24.0 * row as f64;
        let step = names
            .steps
            .get(s.route as usize)
            .and_then(|r| r.get(s.step as usize))
            .map_or("", String::as_str);
        let tool = names.tools.get(s.tool as usize).map_or("", String::as_str);
        let (arrive, start, end) = (days(s.arrive_us), days(s.start_us), days(s.end_us));
        let down_h = s.down_us as f64 / 3.6e9;
        let _ = writeln!(
            csv,
            "{},{},{arrive:.4},{start:.4},{end:.4},{down_h:.3}",
            cell(step),
            cell(tool)
        );
        let wide = |a: f64, b: f64| xy((x.at(b) - x.at(a)).max(0.6));
        let fill = if s.down_us > 0 {
            "state-down"
        } else {
            "state-productive"
        };
        let _ = write!(
            body,
            "<g><title>{} · {} · {} → {} → {}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"3\" fill=\"var(--state-standby)\"/><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"12\" fill=\"var(--{fill})\"/></g>",
            esc(step),
            esc(tool),
            clock(s.arrive_us),
            clock(s.start_us),
            clock(s.end_us),
            xy(x.at(arrive)),
            y + 11.0,
            wide(arrive, start),
            xy(x.at(start)),
            y + 6.0,
            wide(start, end)
        );
    }
    let mut s = format!(
        "<svg viewBox=\"0 0 {w} {}\" role=\"img\" data-csv=\"{}\">{body}",
        bottom + 38.0,
        esc(&csv)
    );
    x_axis(
        &mut s,
        &x,
        bottom,
        &t.get("chart-gantt-axis"),
        (left, right),
    );
    s + "</svg>"
}

/// A name cut to so many characters; the whole stands in the tooltip.
fn shorten(name: &str, most: usize) -> String {
    // Hangul is about twice as wide as Latin.
    let width = |c: char| if c as u32 >= 0x1100 { 2 } else { 1 };
    if name.chars().map(width).sum::<usize>() <= most {
        return name.to_owned();
    }
    let mut used = 1;
    let kept: String = name
        .chars()
        .take_while(|c| {
            used += width(*c);
            used <= most
        })
        .collect();
    kept + "…"
}
