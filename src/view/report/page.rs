//! What every report's page is made of: its frame, its head, its sections, its explanations.

use std::fmt::Write;

use super::svg::esc;
use crate::results::kpi::Kpi;
use crate::view::i18n::{Lang, Texts};
use crate::view::tokens;

/// The page up to its first part.
pub fn begin(title: &str, lang: Lang) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{} – Geoul</title>\n<style>\n{}{}</style></head>\n<body><main>\n",
        lang.tag(),
        esc(title),
        tokens::css(),
        include_str!("report.css")
    )
}

/// The page after its last part.
pub fn end(version: &str, t: &Texts) -> String {
    format!(
        "<footer>{} {}</footer></main>\n<script>{}</script></body></html>\n",
        esc(&t.get("report-footer")),
        esc(&format!("geoul {version}")),
        script()
    )
}

/// The script of every report, exactly as it stands in it: a page that shows one allows it by its hash.
pub fn script() -> &'static str {
    concat!("\n", include_str!("report.js"))
}

/// What stands at the head of a page.
pub struct Header<'a> {
    /// What kind of report it is.
    pub kind: &'a str,
    /// Its title.
    pub title: &'a str,
    /// One paragraph on the plant; may be empty.
    pub about: &'a str,
    /// Keys of texts and values: what made the figures.
    pub facts: &'a [(&'static str, String)],
    /// Digest of the runs; empty: not shown.
    pub digest: &'a str,
    /// Inputs that nobody measured, a sentence each.
    pub assumed: &'a [String],
}

/// The head of a page.
pub fn header(head: &Header, t: &Texts) -> String {
    let mut s = format!(
        "<header><div class=\"eyebrow\">Geoul 거울 · {}</div><h1>{}</h1>",
        esc(head.kind),
        esc(head.title)
    );
    if !head.about.is_empty() {
        let _ = write!(s, "<p class=\"about\">{}</p>", esc(head.about));
    }
    s += "<dl class=\"facts\">";
    for (key, value) in head.facts {
        let _ = write!(
            s,
            "<div><dt>{}</dt><dd>{}</dd></div>",
            esc(&t.get(key)),
            esc(value)
        );
    }
    if !head.digest.is_empty() {
        let _ = write!(
            s,
            "<div><dt>{}</dt><dd><code title=\"{}\">{}</code></dd></div>",
            esc(&t.get("report-digest")),
            esc(head.digest),
            esc(head.digest.get(..16).unwrap_or(head.digest))
        );
    }
    s += "</dl>";
    if !head.assumed.is_empty() {
        let _ = write!(
            s,
            "<div class=\"assumed\"><b>⚠ {}</b> {}<ul>",
            esc(&t.get("report-assumed")),
            esc(&t.get("report-assumed-note"))
        );
        for line in head.assumed {
            let _ = write!(s, "<li>{}</li>", esc(line));
        }
        s += "</ul></div>";
    }
    s + "</header>\n"
}

/// What the page says in sentences, each with its class: `good`, `bad`, `key` or none.
pub fn findings(says: &[(&str, String)]) -> String {
    let mut s = "<div class=\"findings\">".to_owned();
    for (class, text) in says {
        let _ = write!(s, "<p class=\"{class}\">{}</p>", esc(text));
    }
    s + "</div>\n"
}

/// A chart in a section with its title, unit, read-out and exports.
pub fn section(id: &str, wide: bool, title: &str, unit: &str, body: &str, t: &Texts) -> String {
    let class = if wide { " class=\"wide\"" } else { "" };
    let mut s = format!(
        "<section{class} id=\"{id}\"><div class=\"head\"><h2>{}</h2><span class=\"unit\">{}</span>",
        esc(title),
        esc(unit)
    );
    if body.contains("<svg") {
        for kind in ["PNG", "SVG", "CSV"] {
            let save = kind.to_lowercase();
            let _ = write!(
                s,
                "<button class=\"tool\" data-save=\"{save}\">{kind}</button>"
            );
        }
        s += "</div>";
        // For those who do not see the chart it is called as its section.
        let named = format!("role=\"img\" aria-label=\"{}\"", esc(title));
        s += &body.replace("role=\"img\"", &named);
    } else {
        let _ = write!(
            s,
            "</div><p class=\"note\">{}</p>",
            esc(&t.get("report-no-values"))
        );
    }
    s + "</section>"
}

/// What the figures mean.
pub fn definitions<'a>(kpis: impl IntoIterator<Item = &'a Kpi>, t: &Texts) -> String {
    let mut s = format!(
        "<details><summary>{}</summary><dl>",
        esc(&t.get("report-definitions"))
    );
    for kpi in kpis {
        let key = kpi.i18n_key();
        let unit = t.unit(kpi.unit);
        let label = t.get(&key);
        let label = if unit.is_empty() {
            label
        } else {
            format!("{label}, {unit}")
        };
        let about = t.get(&format!("{key}.about"));
        let _ = write!(s, "<dt>{}</dt><dd>{}</dd>", esc(&label), esc(&about));
    }
    s + "</dl></details>"
}
