//! The report of a study: variants against their base, as a page, as tables, as differences.

use std::collections::BTreeSet;

use super::charts::{tornado, verdict_face};
use super::page::{self, section};
use super::tables::{self, Cell, Head};
use crate::results::compare::{DifferenceRow, Verdict};
use crate::results::kpi::{Kpi, TABLE, find};
use crate::results::write::{Judged, RunFacts, WriteError, differences_parquet, settings_parquet};
use crate::scene::schema::Scene;
use crate::view::i18n::{Lang, Texts, decimals_for, decimals_of, number, signed};
use crate::view::verdict::{of_variant, stretches_maintenance, word_key};
use crate::whatif::study::{Bar, Outcome, StudyView, VariantView, tornado as ranked};
use crate::whatif::variants::{Variant, difference_text};
use crate::whatif::{KnobFault, RunRequest};

/// Bars of a chart; the rest stands in the table.
const MOST_BARS: usize = 20;
/// Figures that get a chart of their own.
const MOST_CHARTS: usize = 4;

/// Everything the report of a study shows.
#[derive(Clone, Copy)]
pub struct StudyInput<'a> {
    /// The scene of the base.
    pub scene: &'a Scene,
    /// The base.
    pub base: &'a RunRequest,
    /// What was asked.
    pub variants: &'a [Variant],
    /// What came out.
    pub view: &'a StudyView,
}

/// A file to be written: its name and what it holds.
pub type File = (String, Vec<u8>);

impl StudyInput<'_> {
    /// Scene, seed, version.
    pub fn facts(&self) -> RunFacts<'_> {
        RunFacts {
            scene: &self.scene.name,
            seed: self.base.seed.unwrap_or(self.scene.run.seed),
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    /// The page and the tables: `report.html`, `differences.parquet`, `settings.parquet`.
    ///
    /// # Errors
    /// A variant does not fit the scene, or a table cannot be made.
    pub fn files(&self, lang: Lang) -> Result<Vec<File>, StudyFault> {
        let mut files = vec![("report.html".to_owned(), render(self, lang)?.into_bytes())];
        files.extend(self.tables()?);
        Ok(files)
    }

    /// The tables alone.
    ///
    /// # Errors
    /// As [`Self::files`].
    pub fn tables(&self) -> Result<Vec<File>, StudyFault> {
        let mut rows = Vec::new();
        for variant in &self.view.outcome.variants {
            for (asked, list) in [(true, &variant.answers), (false, &variant.elsewhere)] {
                rows.extend(list.iter().map(|row| Judged {
                    variant: &variant.name,
                    asked,
                    row,
                }));
            }
        }
        let sets = self.overrides()?;
        let sets: Vec<(&str, &[(String, String)])> =
            sets.iter().map(|(n, s)| (*n, s.as_slice())).collect();
        let facts = self.facts();
        Ok(vec![
            (
                "differences.parquet".to_owned(),
                differences_parquet(facts, &rows)?,
            ),
            (
                "settings.parquet".to_owned(),
                settings_parquet(facts, &sets)?,
            ),
        ])
    }

    /// Paths into the scene and their values, variant by variant.
    fn overrides(&self) -> Result<Vec<(&str, Overrides)>, KnobFault> {
        let of = |v: &'_ Variant| v.overrides(self.scene);
        let all = self.variants.iter();
        all.map(|v| Ok((v.name.as_str(), of(v)?))).collect()
    }
}

/// Paths into the scene and their values.
type Overrides = Vec<(String, String)>;

/// Why a study cannot be written down.
#[derive(Debug, thiserror::Error)]
pub enum StudyFault {
    /// A variant does not fit the scene.
    #[error(transparent)]
    Knob(#[from] KnobFault),
    /// A table cannot be made.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Each variant's difference to the scene as lines for `--set`, a file each.
///
/// # Errors
/// A variant does not fit the scene.
pub fn differences(scene: &Scene, variants: &[Variant]) -> Result<Vec<File>, KnobFault> {
    let mut taken = BTreeSet::new();
    let mut files = Vec::with_capacity(variants.len());
    for variant in variants {
        let plain = file_name(&variant.name);
        // Names that differ only in what no file name may hold stay apart.
        let free = (1..).map(|n| match n {
            1 => format!("{plain}.set"),
            n => format!("{plain} ({n}).set"),
        });
        let name = free
            .into_iter()
            .find(|n| !taken.contains(n))
            .unwrap_or_default();
        taken.insert(name.clone());
        let text = difference_text(&variant.overrides(scene)?);
        files.push((name, text.into_bytes()));
    }
    Ok(files)
}

/// A name as a file name.
pub fn file_name(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '=' | ' ');
    let text: String = name
        .chars()
        .map(|c| if plain(c) { c } else { '_' })
        .collect();
    text.trim_matches(['.', ' ']).to_owned()
}

/// The page.
///
/// # Errors
/// A variant does not fit the scene.
pub fn render(input: &StudyInput, lang: Lang) -> Result<String, KnobFault> {
    let t = Texts::new(lang);
    let facts = input.facts();
    let outcome = &input.view.outcome;
    let mut html = page::begin(facts.scene, lang);
    html += &header(input, &t);
    html += &page::findings(&says(input, &t)?);
    html += "<div class=\"grid\">";
    html += &charts(outcome, &t);
    html += &answers(outcome, &t);
    html += &elsewhere(outcome, &t);
    html += &settings(input, &t)?;
    html += "</div>";
    html += &page::definitions(meant(outcome), &t);
    html += &page::end(facts.version, &t);
    Ok(html)
}

fn header(input: &StudyInput, t: &Texts) -> String {
    let (view, run) = (input.view, &input.scene.run);
    let days = match input.base.horizon_us {
        Some(us) => us as f64 / 8.64e10,
        None => run.horizon.as_days(),
    };
    let pairs = if view.is_estimate() {
        format!("{} / {}", view.pairs_done, view.pairs_total)
    } else {
        view.pairs_done.to_string()
    };
    let percent = number(100.0 * view.outcome.confidence, 1);
    let percent = percent.trim_end_matches(".0");
    let facts = input.facts();
    page::header(
        &page::Header {
            kind: &t.get("study-kind"),
            title: facts.scene,
            about: &input.scene.about,
            facts: &[
                ("study-variants", input.variants.len().to_string()),
                ("panel-pairs", pairs),
                (
                    "report-horizon",
                    format!("{} {}", number(days, 0), t.unit("d")),
                ),
                ("report-confidence", format!("{percent} %")),
                ("study-family", view.outcome.family.to_string()),
                ("report-seed", facts.seed.to_string()),
                ("report-version", format!("geoul {}", facts.version)),
            ],
            digest: "",
            assumed: &input.scene.assumed,
        },
        t,
    )
}

/// A sentence for each variant, and how the figures are meant.
fn says(input: &StudyInput, t: &Texts) -> Result<Vec<(&'static str, String)>, KnobFault> {
    let (view, outcome) = (input.view, &input.view.outcome);
    let mut all = Vec::new();
    for (seen, asked) in outcome.variants.iter().zip(input.variants) {
        let text = of_variant(input.scene, asked, seen, outcome, view.pairs_total, t)?;
        let lead = seen
            .answers
            .iter()
            .find(|r| r.verdict != Verdict::NoDifference);
        let class = match lead.map(|r| r.verdict) {
            Some(Verdict::Better) => "good",
            Some(Verdict::Worse) => "bad",
            Some(_) => "key",
            None => "",
        };
        let text = match asked.about.as_str() {
            "" => text,
            about => format!("{text} ({about})"),
        };
        all.push((class, text));
    }
    if input.variants.iter().any(stretches_maintenance) {
        all.push(("", t.get("verdict-pm-note")));
    }
    Ok(all)
}

/// Name of a figure.
fn label(row: &DifferenceRow, t: &Texts) -> String {
    let name = find(row.name).map_or_else(|| row.name.to_owned(), |k| t.get(&k.i18n_key()));
    match row.of.as_str() {
        "" => name,
        of => format!("{of} · {name}"),
    }
}

/// A figure and its unit, as an axis is named.
fn axis(name: &str, unit: &str) -> String {
    if unit.is_empty() {
        name.to_owned()
    } else {
        format!("{name}, {unit}")
    }
}

/// One variant: all its answers on one scale. Several: what each does to a figure, the largest
/// effect first.
fn charts(outcome: &Outcome, t: &Texts) -> String {
    if let [only] = outcome.variants.as_slice() {
        return one(only, t);
    }
    let Some(first) = outcome.variants.first() else {
        return String::new();
    };
    let mut s = String::new();
    for row in first.answers.iter().take(MOST_CHARTS) {
        let mut bars = ranked(outcome, row.name);
        let all = bars.len();
        bars.truncate(MOST_BARS);
        let (name, unit) = (label(row, t), t.unit(row.unit));
        let axis = axis(&format!("Δ {name}"), &unit);
        let body = tornado(&bars, &axis, t) + &super::cut(bars.len(), all, t);
        let title = t.with("chart-tornado", &[("what", &name)]);
        s += &section(
            &format!("tornado-{}", row.name),
            false,
            &title,
            &unit,
            &body,
            t,
        );
    }
    s
}

fn one(variant: &VariantView, t: &Texts) -> String {
    let share = |row: &DifferenceRow| {
        let scale = 100.0 / row.a.abs();
        (row.a.abs() > 1e-12).then(|| Bar {
            name: label(row, t),
            row: DifferenceRow {
                difference: row.difference * scale,
                low: row.low.map(|v| v * scale),
                high: row.high.map(|v| v * scale),
                unit: "%",
                ..row.clone()
            },
        })
    };
    let bars: Vec<Bar> = variant.answers.iter().filter_map(share).collect();
    let title = t.get("chart-shares");
    let body = if bars.is_empty() {
        String::new()
    } else {
        tornado(&bars, &axis(&title, "%"), t)
    };
    section("shares", true, &title, "%", &body, t)
}

fn heads(t: &Texts) -> Vec<Head> {
    let figures = |key: &str| Head::figures(t.get(key), String::new());
    vec![
        Head::words(t.get("cli-whatif-variant")),
        Head::words(t.get("study-figure")),
        Head::words(t.get("study-unit")),
        figures("cli-whatif-base"),
        figures("cli-whatif-variant"),
        figures("cli-whatif-difference"),
        figures("col-low"),
        figures("col-high"),
        Head {
            about: t.get("study-p"),
            ..Head::figures("p".to_owned(), String::new())
        },
        Head::words(t.get("col-verdict")),
    ]
}

/// A row of a table of differences.
fn cells(variant: &str, row: &DifferenceRow, t: &Texts) -> Vec<Cell> {
    let half = row.high.map(|h| h - row.difference).filter(|h| *h > 0.0);
    let decimals = half.map_or_else(|| decimals_for(row.a.abs().max(row.b.abs())), decimals_of);
    let end = |v: Option<f64>| Cell::number(v.unwrap_or(f64::NAN), decimals);
    let (glyph, class) = verdict_face(row.verdict);
    let word = t.get(word_key(row.verdict));
    let p = row.p.map_or_else(
        || Cell::number(f64::NAN, 0),
        |p| {
            if p < 0.001 {
                Cell::shown("&lt; 0.001", p)
            } else {
                Cell::number(p, 3)
            }
        },
    );
    vec![
        Cell::words(variant),
        Cell::words(&label(row, t)),
        Cell::words(&t.unit(row.unit)),
        Cell::number(row.a, decimals),
        Cell::number(row.b, decimals),
        Cell::shown(&signed(row.difference, decimals), row.difference),
        end(row.low),
        end(row.high),
        p,
        Cell::html(format!(
            "<span class=\"{class}\">{glyph} {}</span>",
            super::esc(&word)
        )),
    ]
}

fn table(
    id: &str,
    title: &str,
    outcome: &Outcome,
    rows: impl Fn(&VariantView) -> &[DifferenceRow],
    t: &Texts,
) -> String {
    let body: Vec<Vec<Cell>> = outcome
        .variants
        .iter()
        .flat_map(|v| rows(v).iter().map(|r| cells(&v.name, r, t)))
        .collect();
    if body.is_empty() {
        return String::new();
    }
    tables::section(id, title, &heads(t), &body, None, t)
}

fn answers(outcome: &Outcome, t: &Texts) -> String {
    let confidence = number(100.0 * outcome.confidence, 1);
    let pairs = outcome.variants.iter().map(|v| v.pairs).min().unwrap_or(0);
    let note = [
        ("n", pairs.to_string()),
        ("confidence", confidence.trim_end_matches(".0").to_owned()),
        ("family", outcome.family.to_string()),
    ];
    let note = note.each_ref().map(|(k, v)| (*k, v.as_str()));
    let title = t.get("panel-answers");
    let shown = table("answers", &title, outcome, |v| v.answers.as_slice(), t);
    let note = super::esc(&t.with("cli-whatif-note", &note));
    shown.replace(
        "</table></div></section>",
        &format!("</table></div><p class=\"note foot\">{note}</p></section>"),
    )
}

fn elsewhere(outcome: &Outcome, t: &Texts) -> String {
    let title = t.get("study-elsewhere");
    table("elsewhere", &title, outcome, |v| v.elsewhere.as_slice(), t)
}

fn settings(input: &StudyInput, t: &Texts) -> Result<String, KnobFault> {
    let heads = [
        Head::words(t.get("cli-whatif-variant")),
        Head::words(t.get("study-path")),
        Head::words(t.get("cli-whatif-value-set")),
    ];
    let mut body = Vec::new();
    for (name, set) in input.overrides()? {
        for (path, value) in set {
            let code = |text: &str| Cell::html(format!("<code>{}</code>", super::esc(text)));
            body.push(vec![Cell::words(name), code(&path), code(&value)]);
        }
    }
    let title = t.get("study-settings");
    Ok(tables::section("settings", &title, &heads, &body, None, t))
}

/// The figures that occur, in the order of the table of all.
fn meant(outcome: &Outcome) -> impl Iterator<Item = &'static Kpi> + '_ {
    let occurs = |name: &str| {
        outcome
            .variants
            .iter()
            .flat_map(|v| v.answers.iter().chain(&v.elsewhere))
            .any(|r| r.name == name)
    };
    TABLE.iter().filter(move |k| occurs(k.name))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::results::kpi::Kind;
    use crate::whatif::Setting;
    use crate::whatif::study::State;

    fn row(name: &'static str, a: f64, d: f64, verdict: Verdict) -> DifferenceRow {
        DifferenceRow {
            name,
            of: String::new(),
            kind: Kind::Plant,
            unit: "d",
            a,
            b: a + d,
            difference: d,
            low: Some(d - 0.3),
            high: Some(d + 0.3),
            p: Some(0.000_4),
            n: 20,
            verdict,
        }
    }

    fn variant(name: &str, percent: f64) -> Variant {
        Variant {
            name: name.to_owned(),
            what: "capacity".to_owned(),
            settings: vec![Setting::number("starts", percent)],
            ..Variant::default()
        }
    }

    fn study(n: usize) -> (Scene, Vec<Variant>, StudyView) {
        let text = include_str!("../../../scenes/minifab.ron");
        let bundle = crate::scene::Bundle::from_text("minifab.ron", text);
        let models = crate::whatif::models();
        let loaded = crate::scene::load(&bundle, "minifab.ron", &[], &models);
        let scene = loaded.expect("a shipped scene").scene;
        let names = ["More <b>", "Less & less", "Same", "More_<b>"];
        let variants: Vec<Variant> = names[..n]
            .iter()
            .zip([105.0, 90.0, 101.0, 106.0])
            .map(|(name, percent)| variant(name, percent))
            .collect();
        let views = variants.iter().enumerate().map(|(i, v)| {
            let d = 1.5 * (i as f64 + 1.0);
            let mut elsewhere = vec![row("wip", 10.0, d, Verdict::Worse)];
            elsewhere[0].of = "Pa".to_owned();
            VariantView {
                name: v.name.clone(),
                pairs: 20,
                answers: vec![
                    row("throughput", 20.0, d, Verdict::Better),
                    row("cycle_time", 3.0, -d, Verdict::NoDifference),
                ],
                elsewhere,
            }
        });
        let outcome = Outcome {
            confidence: 0.95,
            family: 2 * n as u32,
            correction: "holm",
            variants: views.collect(),
        };
        let view = StudyView {
            state: State::Done,
            pairs_done: 20,
            pairs_total: 20,
            reused: 0,
            ran: 40,
            elapsed_s: 1.0,
            remaining_s: None,
            first_estimate_s: Some(0.1),
            outcome: Arc::new(outcome),
        };
        (scene, variants, view)
    }

    /// `GEOUL_REPORT_DIR` keeps the pages for a look in a browser.
    #[test]
    fn the_page_has_all_it_must_in_both_languages() {
        for (n, svgs) in [(1, 1), (4, 2)] {
            let (scene, variants, view) = study(n);
            let base = RunRequest::default();
            let input = StudyInput {
                scene: &scene,
                base: &base,
                variants: &variants,
                view: &view,
            };
            for lang in [Lang::En, Lang::Ko] {
                let html = render(&input, lang).expect("the variants fit");
                if let Some(dir) = std::env::var_os("GEOUL_REPORT_DIR") {
                    let name = format!("study-{n}.{}.html", lang.tag());
                    std::fs::write(std::path::Path::new(&dir).join(name), &html).unwrap();
                }
                assert!(!html.contains('⟦'), "a text is missing");
                assert_eq!(html.matches("<svg viewBox").count(), svgs);
                assert_eq!(
                    html.matches("<section").count(),
                    html.matches("</section>").count()
                );
                let sentence = match lang {
                    Lang::Ko => "늘리면 처리량이",
                    Lang::En => "raises throughput by 7.5 %",
                };
                assert!(html.contains(sentence), "{lang:?}");
                // The scene, the seed, the version; what is assumed; what is set.
                let seed = scene.run.seed.to_string();
                let version = env!("CARGO_PKG_VERSION");
                for word in [&scene.name, &seed, version, &scene.assumed[0]] {
                    assert!(html.contains(&super::super::esc(word)), "{word}");
                }
                assert!(html.contains("More &lt;b&gt;") && !html.contains("More <b>"));
                assert!(html.contains("releases."), "the difference to the scene");
                assert!(html.contains("&lt; 0.001") && html.contains("Holm"));
                let rest = html.replace("http://www.w3.org/2000/svg", "");
                for fetch in ["http://", "https://", "src=", "@import", "url(", "<link"] {
                    assert!(!rest.contains(fetch), "{fetch}");
                }
            }
        }
    }

    #[test]
    fn variants_whose_names_no_file_may_have_get_a_file_each() {
        let (scene, variants, view) = study(4);
        let files = differences(&scene, &variants).expect("they fit");
        let names: Vec<&str> = files.iter().map(|f| f.0.as_str()).collect();
        assert_eq!(
            names,
            [
                "More _b_.set",
                "Less _ less.set",
                "Same.set",
                "More__b_.set"
            ]
        );
        let twice = [variant("a/b", 105.0), variant("a:b", 95.0)];
        let files = differences(&scene, &twice).expect("they fit");
        assert_eq!(files[0].0, "a_b.set");
        assert_eq!(files[1].0, "a_b (2).set");
        assert_ne!(files[0].1, files[1].1);
        let base = RunRequest::default();
        let input = StudyInput {
            scene: &scene,
            base: &base,
            variants: &variants,
            view: &view,
        };
        let files = input.files(Lang::En).expect("they are made");
        let names: Vec<&str> = files.iter().map(|f| f.0.as_str()).collect();
        assert_eq!(
            names,
            ["report.html", "differences.parquet", "settings.parquet"]
        );
        assert!(files.iter().skip(1).all(|f| f.1.starts_with(b"PAR1")));
    }
}
