//! Answers of a study as a table: base, variant, difference with its interval, verdict.

use egui::{Align, Align2, FontId, Layout, Rect, RichText, Sense, Stroke, Ui, Vec2, pos2};
use egui_extras::{Column, TableBuilder};
use egui_phosphor::regular as icon;

use super::style::{colour, dim, theme};
use crate::results::compare::{DifferenceRow, Verdict};
use crate::results::kpi;
use crate::view::i18n::{Texts, decimals_for, decimals_of, number, signed};
use crate::view::tokens::{Rgb, Theme, frame_pt, type_pt};
use crate::view::verdict::word_key;

/// Decimals that the difference's interval supports; all figures of a row have the same.
fn decimals(row: &DifferenceRow) -> usize {
    match (row.low, row.high) {
        (Some(low), Some(high)) if high > low => decimals_of((high - low) / 2.0),
        _ => decimals_for(row.a.abs().max(row.b.abs())),
    }
}

/// Word, icon and colour of a verdict.
pub fn verdict(row: &DifferenceRow, t: &Texts, look: &Theme) -> (&'static str, String, Rgb) {
    let (face, tint) = match row.verdict {
        Verdict::Better => (icon::CHECK_CIRCLE, look.good),
        Verdict::Worse => (icon::WARNING_CIRCLE, look.bad),
        Verdict::Higher => (icon::ARROW_UP, look.info),
        Verdict::Lower => (icon::ARROW_DOWN, look.info),
        Verdict::NoDifference => (icon::EQUALS, look.dim),
    };
    (face, t.get(word_key(row.verdict)), tint)
}

/// Name of a figure with its unit.
pub fn figure_name(row: &DifferenceRow, t: &Texts) -> String {
    let name = kpi::find(row.name).map_or_else(|| row.name.to_owned(), |k| t.get(&k.i18n_key()));
    let unit = t.unit(row.unit);
    let name = if row.of.is_empty() {
        name
    } else {
        format!("{} · {name}", row.of)
    };
    if unit.is_empty() {
        name
    } else {
        format!("{name}, {unit}")
    }
}

/// The rows as a spreadsheet reads them.
pub fn to_tsv(rows: &[DifferenceRow], t: &Texts, separator: char) -> String {
    let head = [
        "col-name",
        "cli-whatif-base",
        "cli-whatif-variant",
        "cli-whatif-difference",
    ];
    let mut lines = vec![
        head.map(|k| t.get(k))
            .to_vec()
            .into_iter()
            .chain([
                t.get("col-low"),
                t.get("col-high"),
                "p".to_owned(),
                t.get("col-verdict"),
            ])
            .collect::<Vec<_>>(),
    ];
    let look = crate::view::tokens::LIGHT;
    for row in rows {
        let end = |v: Option<f64>| v.map_or(String::new(), |v| v.to_string());
        lines.push(vec![
            figure_name(row, t),
            row.a.to_string(),
            row.b.to_string(),
            row.difference.to_string(),
            end(row.low),
            end(row.high),
            end(row.p),
            verdict(row, t, &look).1,
        ]);
    }
    let clean = |cell: String| {
        if separator == ',' && cell.contains([',', '"']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell
        }
    };
    let line = |cells: Vec<String>| {
        let cells: Vec<String> = cells.into_iter().map(clean).collect();
        cells.join(&separator.to_string()) + "\n"
    };
    lines.into_iter().map(line).collect()
}

/// Draws the rows; intervals are drawn on one scale of per cent of the base.
pub fn show(ui: &mut Ui, id: &str, rows: &[DifferenceRow], t: &Texts) {
    let look = theme(ui);
    let share = |row: &DifferenceRow, v: f64| 100.0 * v / row.a.abs().max(1e-12);
    let reach = rows
        .iter()
        .flat_map(|r| [r.low.map(|l| share(r, l)), r.high.map(|h| share(r, h))])
        .flatten()
        .filter(|v| v.is_finite() && v.abs() < 400.0)
        .fold(1.0_f64, |a, v| a.max(v.abs()));
    let right = Layout::right_to_left(Align::Center);
    let wide = ui.available_width() > 760.0;
    ui.push_id(id, |ui| {
        let mut table = TableBuilder::new(ui)
            .id_salt("differences")
            .vscroll(false)
            .cell_layout(Layout::left_to_right(Align::Center))
            .column(Column::remainder().at_least(120.0).clip(true))
            .column(Column::exact(78.0))
            .column(Column::exact(78.0))
            .column(Column::exact(138.0));
        if wide {
            table = table.column(Column::exact(140.0));
        }
        table = table.column(Column::exact(126.0));
        let heads = [
            "col-name",
            "cli-whatif-base",
            "cli-whatif-variant",
            "cli-whatif-difference",
        ];
        table
            .header(frame_pt::ROW, |mut header| {
                for (i, key) in heads.into_iter().enumerate() {
                    header.col(|ui| {
                        let text = dim(ui, t.get(key)).size(type_pt::SMALL);
                        if i == 0 {
                            ui.label(text);
                        } else {
                            ui.with_layout(right, |ui| ui.label(text));
                        }
                    });
                }
                if wide {
                    header.col(|ui| {
                        let words = t.with(
                            "panel-scale",
                            &[("reach", &number(reach, decimals_for(reach)))],
                        );
                        ui.label(dim(ui, words).size(type_pt::SMALL));
                    });
                }
                header.col(|ui| {
                    ui.label(dim(ui, t.get("col-verdict")).size(type_pt::SMALL));
                });
            })
            .body(|mut body| {
                for row in rows {
                    body.row(frame_pt::ROW, |mut line| {
                        let d = decimals(row);
                        line.col(|ui| {
                            let name = egui::Label::new(figure_name(row, t)).truncate();
                            let about = kpi::find(row.name)
                                .map(|k| t.get(&format!("{}.about", k.i18n_key())));
                            let response = ui.add(name);
                            if let Some(about) = about {
                                response.on_hover_text(about);
                            }
                        });
                        for value in [row.a, row.b] {
                            line.col(|ui| {
                                ui.with_layout(right, |ui| ui.label(number(value, d)));
                            });
                        }
                        line.col(|ui| {
                            let half = match (row.low, row.high) {
                                (Some(l), Some(h)) => format!(" ± {}", number((h - l) / 2.0, d)),
                                _ => String::new(),
                            };
                            let text = format!("{}{half}", signed(row.difference, d));
                            ui.with_layout(right, |ui| ui.label(text));
                        });
                        if wide {
                            line.col(|ui| forest(ui, row, &share, reach, t));
                        }
                        let (face, word, tint) = verdict(row, t, look);
                        line.col(|ui| {
                            let text = RichText::new(format!("{face} {word}")).color(colour(tint));
                            let pairs = t.with("panel-pairs-behind", &[("n", &row.n.to_string())]);
                            ui.add(egui::Label::new(text).truncate())
                                .on_hover_text(pairs);
                        });
                    });
                }
            });
    });
}

/// The interval of a difference on a scale whose middle is the base.
fn forest(
    ui: &mut Ui,
    row: &DifferenceRow,
    share: &dyn Fn(&DifferenceRow, f64) -> f64,
    reach: f64,
    t: &Texts,
) {
    let look = theme(ui);
    let size = Vec2::new(ui.available_width(), frame_pt::ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let painter = ui.painter_at(rect);
    let at = |v: f64| {
        let v = (share(row, v) / reach).clamp(-1.0, 1.0) as f32;
        rect.center().x + v * (rect.width() / 2.0 - 6.0)
    };
    painter.vline(
        rect.center().x,
        rect.y_range(),
        Stroke::new(1.0, colour(look.line)),
    );
    let tint = match row.verdict {
        Verdict::Better => look.good,
        Verdict::Worse => look.bad,
        Verdict::Higher | Verdict::Lower => look.info,
        Verdict::NoDifference => look.dim,
    };
    if let (Some(low), Some(high)) = (row.low, row.high) {
        let (l, h) = (at(low), at(high));
        let band = Rect::from_min_max(
            pos2(l, rect.center().y - 4.0),
            pos2(h.max(l + 1.0), rect.center().y + 4.0),
        );
        painter.rect_filled(band, 2.0, colour(tint).gamma_multiply(0.35));
    }
    if let (Some(low), Some(high)) = (row.low, row.high) {
        let d = decimals(row);
        let unit = t.unit(row.unit);
        let shares = [low, high].map(|v| signed(share(row, v), 1));
        response.on_hover_text(format!(
            "{} – {} {unit}\n{} – {} %",
            signed(low, d),
            signed(high, d),
            shares[0],
            shares[1]
        ));
    }
    if row.difference.is_finite() {
        painter.circle_filled(pos2(at(row.difference), rect.center().y), 3.0, colour(tint));
    } else {
        let font = FontId::proportional(type_pt::SMALL);
        painter.text(
            rect.center(),
            Align2::CENTER_CENTER,
            "–",
            font,
            colour(look.dim),
        );
    }
}
