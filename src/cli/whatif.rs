//! `geoul whatif`: turns knobs of a scene and tells what that changes, with intervals and a verdict.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::request::{LengthArgs, parse_set, request, tell, threads};
use super::table::{Side, Table};
use super::{LangArg, code, interrupt, texts};
use crate::results::compare::DifferenceRow;
use crate::results::kpi;
use crate::results::write::atomically;
use crate::scene::schema::Scene;
use crate::scene::{Loaded, load};
use crate::view::i18n::{Texts, decimals_for, decimals_of, number, signed};
use crate::view::report::study::{File, StudyInput, differences, file_name};
use crate::view::verdict::{of_variant, stretches_maintenance, word_key};
use crate::whatif::knob::{Form, Knob, Setting, parse_setting, turned};
use crate::whatif::study::{State, tornado};
use crate::whatif::variants::{self, Variant, one_at_a_time};
use crate::whatif::{Ask, Failure, Memory, Outcome, Study, StudyView, WhatIf, models};

/// How often the study is looked at.
const LOOK: Duration = Duration::from_millis(10);
/// Differences elsewhere in the plant that are printed at most.
const ELSEWHERE_MAX: usize = 12;

/// What can be asked.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// Tools, people, starts, mix, hot lots, dispatching, transport.
    Capacity,
    /// Maintenance intervals and durations, crews, breakdowns, repairs.
    Maintenance,
}

impl What {
    fn what_if(self) -> &'static dyn WhatIf {
        match self {
            Self::Capacity => &crate::whatif::capacity::Capacity,
            Self::Maintenance => &crate::whatif::maintenance::Maintenance,
        }
    }
}

/// Turns knobs of a scene and tells what that changes.
#[derive(Args, Debug)]
pub struct WhatIfArgs {
    /// Scene file.
    #[arg(value_name = "SCENE.RON")]
    scene: String,
    /// What is asked.
    #[arg(long, value_enum)]
    what: What,
    /// Turns a knob; all of them together make one variant.
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_setting)]
    knob: Vec<Setting>,
    /// A further variant, its knobs with semicolons between; may be given many times.
    #[arg(long = "try", value_name = "NAME=VALUE; ...", value_parser = parse_try)]
    tries: Vec<Tries>,
    /// Runs the variants of a file too (see docs/WHATIF.md).
    #[arg(long, value_name = "FILE")]
    variants: Option<PathBuf>,
    /// Moves every knob of the whole plant by so many per cent up and down, one at a time.
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
    tornado: Option<f64>,
    /// One study after the other instead of all together; the later take the base from memory.
    #[arg(long)]
    one_by_one: bool,
    /// Lists the knobs of the scene and their ranges, and runs nothing.
    #[arg(long)]
    knobs: bool,
    /// Pairs of replications; the scene's number when absent.
    #[arg(long, value_name = "N")]
    replications: Option<NonZeroU32>,
    #[command(flatten)]
    length: LengthArgs,
    /// Sets a value of the base, and so of every variant.
    #[arg(long, value_name = "PATH=VALUE", value_parser = parse_set)]
    set: Vec<(String, String)>,
    /// Replications at the same time; as many as there are cores when absent.
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroU32>,
    /// Language; that of the environment when absent.
    #[arg(long, value_enum)]
    lang: Option<LangArg>,
    /// Writes the figures to a JSON file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Writes a report (HTML) and tables (Parquet) into this folder; with --one-by-one into one below
    /// it for each variant.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Writes each variant's difference to the scene as lines for --set into this folder.
    #[arg(long, value_name = "DIR")]
    diffs: Option<PathBuf>,
    /// Shows no progress.
    #[arg(short, long)]
    quiet: bool,
}

/// Settings of one variant.
#[derive(Clone, Debug)]
struct Tries(Vec<Setting>);

fn parse_try(text: &str) -> Result<Tries, String> {
    let parts = text.split(';').filter(|p| !p.trim().is_empty());
    let settings: Vec<Setting> = parts.map(parse_setting).collect::<Result<_, _>>()?;
    if settings.is_empty() {
        return Err("expected NAME=VALUE, e.g. \"tools.Litho=5; starts=105\"".to_owned());
    }
    Ok(Tries(settings))
}

fn parse_percent(text: &str) -> Result<f64, String> {
    match text.trim().trim_end_matches('%').trim().parse::<f64>() {
        Ok(percent) if percent > 0.0 && percent < 100.0 => Ok(percent),
        _ => Err("expected a number above 0 and below 100, e.g. 10".to_owned()),
    }
}

/// Asks; the exit code is 0 whatever the verdicts are.
///
/// # Errors
/// A file cannot be read or written, or a setting does not fit the scene.
pub fn run(args: &WhatIfArgs) -> anyhow::Result<u8> {
    let texts = texts(args.lang);
    let cancel = interrupt::flag()?;
    let what = args.what.what_if();
    let replications = args.replications.map(NonZeroU32::get);
    let base = request(&args.scene, &args.set, &args.length, replications)?;
    let loaded = load(&base.bundle, &base.bundle.main, &base.overrides, &models());
    let scene = match loaded {
        Ok(Loaded { scene, .. }) => scene,
        Err(faults) => {
            tell(&Failure::Scene {
                summary: faults.summary(),
                text: faults.to_text(),
                findings: faults.told(),
            });
            return Ok(code::WRONG_INPUT);
        }
    };
    let knobs = what.knobs(&scene);
    if args.knobs {
        print!("{}", list(&knobs, &texts));
        return Ok(code::PASSED);
    }
    let variants = asked(args, what, &knobs)?;
    if variants.is_empty() {
        bail!(
            "nothing is turned; expected --knob NAME=VALUE, --try, --variants or --tornado \
             (--knobs lists what can be turned)"
        );
    }
    let asks = variants.iter().map(|v| v.ask(&scene));
    let asks = asks.collect::<Result<Vec<_>, _>>()?;
    if let Some(folder) = &args.diffs {
        write_files(folder, &differences(&scene, &variants)?)?;
    }
    let memory = Memory::default();
    let parts: Vec<_> = if args.one_by_one {
        asks.chunks(1).zip(variants.chunks(1)).collect()
    } else {
        vec![(asks.as_slice(), variants.as_slice())]
    };
    let mut pages = Vec::new();
    for (asks, variants) in parts {
        let ask = Ask {
            base: base.clone(),
            variants: asks.to_vec(),
            answers: what.answers().to_vec(),
        };
        let study = Study::start(ask, &memory, threads(args.threads));
        let told = Told {
            scene: &scene,
            variants,
            texts: &texts,
        };
        let view = watch(&study, &cancel, !args.quiet, &told)?;
        if let State::Failed { plant, failure } = &view.state {
            if let Some(v) = (*plant as usize)
                .checked_sub(1)
                .and_then(|v| variants.get(v))
            {
                eprintln!("{}:", v.name);
            }
            tell(failure);
            return Ok(code::WRONG_INPUT);
        }
        print!("{}", told.report(&view, args.tornado.is_some())?);
        pages.push(page(&base, what, &view, asks));
        if let Some(folder) = &args.out
            && view.pairs_done > 0
        {
            let input = StudyInput {
                scene: &scene,
                base: &base,
                variants,
                view: &view,
            };
            let mut folder = folder.clone();
            if args.one_by_one {
                folder.push(file_name(&variants[0].name));
            }
            write_files(&folder, &input.files(texts.lang())?)?;
        }
        if view.state == State::Cancelled {
            let (n, of) = (view.pairs_done.to_string(), view.pairs_total.to_string());
            let values = [("n", n.as_str()), ("of", of.as_str())];
            eprintln!("{}", texts.with("cli-whatif-stopped", &values));
            return Ok(code::INTERRUPTED);
        }
    }
    if let Some(path) = &args.json {
        write_json(path, &pages)?;
    }
    Ok(code::PASSED)
}

/// The variants of the command line, in its order.
fn asked(args: &WhatIfArgs, what: &dyn WhatIf, knobs: &[Knob]) -> anyhow::Result<Vec<Variant>> {
    let mut all = Vec::new();
    let own = (!args.knob.is_empty()).then_some(&args.knob);
    let tries = args.tries.iter().map(|t| &t.0);
    for settings in own.into_iter().chain(tries) {
        // Faults are told before anything runs.
        turned(knobs, settings)?;
        let names: Vec<String> = settings
            .iter()
            .map(|s| match &s.value {
                crate::whatif::knob::Value::Number(n) => format!("{}={n}", s.knob),
                crate::whatif::knob::Value::Choice(c) => format!("{}={c}", s.knob),
            })
            .collect();
        all.push(Variant {
            name: names.join("; "),
            what: what.name().to_owned(),
            settings: settings.clone(),
            ..Variant::default()
        });
    }
    if let Some(path) = &args.variants {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
        match variants::from_text(&shown, &text) {
            Ok(read) => all.extend(read),
            Err(faults) => bail!("{}\n\n{}", faults.summary(), faults.to_text()),
        }
    }
    if let Some(percent) = args.tornado {
        let whole: Vec<&Knob> = knobs.iter().filter(|k| k.of.is_empty()).collect();
        all.extend(one_at_a_time(what, &whole, percent / 100.0));
    }
    Ok(all)
}

/// The knobs as a table.
fn list(knobs: &[Knob], t: &Texts) -> String {
    let mut table = Table::new([
        (t.get("cli-whatif-knob"), Side::Left),
        (t.get("cli-whatif-value"), Side::Right),
        (t.get("cli-whatif-range"), Side::Left),
    ]);
    for knob in knobs {
        let (value, range) = match &knob.form {
            Form::Number {
                low, high, value, ..
            } => (
                format!("{value} {}", t.unit(knob.unit)),
                format!("{low} – {high}"),
            ),
            Form::Choice { options, value } => {
                let value = if value.is_empty() { "–" } else { value };
                (value.to_owned(), options.join(", "))
            }
        };
        table.row([knob.name.clone(), value, range]);
    }
    let n = knobs.len().to_string();
    format!(
        "{}\n\n{}",
        t.with("cli-whatif-knobs", &[("n", &n)]),
        table.text()
    )
}

/// Watches a study until it is over; tells the first estimate as soon as there is one.
fn watch(
    study: &Study,
    cancel: &std::sync::atomic::AtomicBool,
    shown: bool,
    told: &Told<'_>,
) -> anyhow::Result<StudyView> {
    let bar = if shown {
        ProgressBar::new(1000)
    } else {
        ProgressBar::hidden()
    };
    let template = format!(
        "{{bar:30}} {{percent:>3}} %  {{msg}}  {} {{prefix}}",
        told.texts.get("cli-remaining")
    );
    let style = ProgressStyle::with_template(&template)
        .expect("the template is ours")
        .progress_chars("━╸─");
    bar.set_style(style);
    let mut estimated = false;
    let view = loop {
        let view = study.poll();
        if view.state.is_over() {
            break view;
        }
        if cancel.load(std::sync::atomic::Ordering::Relaxed) {
            study.cancel();
        }
        if view.pairs_done > 0 && !estimated {
            estimated = true;
            let text = told.sentences(&view)?;
            bar.suspend(|| println!("{text}"));
        }
        bar.set_message(format!("{}/{}", view.pairs_done, view.pairs_total));
        if let Some(left_s) = view.remaining_s {
            bar.set_prefix(format!("{left_s:.0} s"));
            let share = (view.elapsed_s / (view.elapsed_s + left_s)).clamp(0.0, 1.0);
            bar.set_position((1000.0 * share) as u64);
        }
        std::thread::sleep(LOOK);
    };
    bar.finish_and_clear();
    Ok(view)
}

/// What is needed to tell of a study.
struct Told<'a> {
    scene: &'a Scene,
    variants: &'a [Variant],
    texts: &'a Texts,
}

impl Told<'_> {
    /// A sentence for each variant.
    fn sentences(&self, view: &StudyView) -> anyhow::Result<String> {
        let mut lines = Vec::new();
        for (seen, asked) in view.outcome.variants.iter().zip(self.variants) {
            let (outcome, pairs) = (&view.outcome, view.pairs_total);
            let said = of_variant(self.scene, asked, seen, outcome, pairs, self.texts)?;
            lines.push(said);
        }
        Ok(lines.join("\n"))
    }

    /// The table of each variant, the times, and the sentences.
    fn report(&self, view: &StudyView, with_tornado: bool) -> anyhow::Result<String> {
        let t = self.texts;
        let mut text = String::new();
        if view.pairs_done == 0 {
            return Ok(t.get("cli-interrupted-none") + "\n");
        }
        if with_tornado {
            text += &self.tornado(&view.outcome);
        }
        for variant in &view.outcome.variants {
            if with_tornado && view.outcome.variants.len() > 2 {
                break;
            }
            text += &format!("\n{}\n\n{}", variant.name, table(&variant.answers, t));
            if !variant.elsewhere.is_empty() {
                let n = variant.elsewhere.len().to_string();
                let head = t.with("cli-whatif-elsewhere", &[("n", &n)]);
                let most = variant.elsewhere.len().min(ELSEWHERE_MAX);
                text += &format!("\n{head}\n{}", table(&variant.elsewhere[..most], t));
            }
        }
        let confidence = number(100.0 * view.outcome.confidence, 1);
        let note = [
            ("n", view.pairs_done.to_string()),
            ("confidence", confidence.trim_end_matches(".0").to_owned()),
            ("family", view.outcome.family.to_string()),
        ];
        let first_s = view.first_estimate_s.unwrap_or(view.elapsed_s);
        let times = [
            ("first", number(first_s, 2)),
            ("pairs", view.pairs_done.to_string()),
            ("all", number(view.elapsed_s, 2)),
            ("ran", view.ran.to_string()),
            ("reused", view.reused.to_string()),
        ];
        let note = note.each_ref().map(|(k, v)| (*k, v.as_str()));
        let times = times.each_ref().map(|(k, v)| (*k, v.as_str()));
        text += &format!("\n{}\n", t.with("cli-whatif-note", &note));
        text += &format!("{}\n\n", t.with("cli-whatif-times", &times));
        text += &self.sentences(view)?;
        text.push('\n');
        if self.variants.iter().any(stretches_maintenance) {
            text += &format!("{}\n", t.get("verdict-pm-note"));
        }
        if !self.scene.assumed.is_empty() {
            let (head, note) = (t.get("report-assumed"), t.get("report-assumed-note"));
            text += &format!("\n{head}: {note}\n");
            for line in &self.scene.assumed {
                text += &format!("  - {line}\n");
            }
        }
        Ok(text)
    }

    /// What moves the first answer most, as a table.
    fn tornado(&self, outcome: &Outcome) -> String {
        let t = self.texts;
        let answers = outcome.variants.first().map(|v| v.answers.iter());
        let mut text = String::new();
        for answer in answers.into_iter().flatten().take(2) {
            let label = kpi::find(answer.name).map_or(String::new(), |k| t.get(&k.i18n_key()));
            let head = t.with("cli-whatif-tornado", &[("what", &label)]);
            let rows: Vec<(String, DifferenceRow)> = tornado(outcome, answer.name)
                .into_iter()
                .map(|bar| (bar.name, bar.row))
                .collect();
            text += &format!("\n{head}\n\n{}", rows_table(&rows, t));
        }
        text
    }
}

fn table(rows: &[DifferenceRow], t: &Texts) -> String {
    let named: Vec<(String, DifferenceRow)> = rows
        .iter()
        .map(|row| {
            let label = kpi::find(row.name).map_or(row.name.to_owned(), |k| t.get(&k.i18n_key()));
            let name = if row.of.is_empty() {
                label
            } else {
                format!("{label} · {}", row.of)
            };
            (name, row.clone())
        })
        .collect();
    rows_table(&named, t)
}

fn rows_table(rows: &[(String, DifferenceRow)], t: &Texts) -> String {
    let mut table = Table::new([
        (t.get("col-name"), Side::Left),
        (t.get("cli-whatif-base"), Side::Right),
        (t.get("cli-whatif-variant"), Side::Right),
        (t.get("cli-whatif-difference"), Side::Right),
        (t.get("cli-whatif-interval"), Side::Right),
        (String::new(), Side::Left),
        (t.get("col-verdict"), Side::Left),
    ]);
    for (name, row) in rows {
        let half = row.high.map(|h| h - row.difference).filter(|h| *h > 0.0);
        let decimals = half.map_or_else(|| decimals_for(row.a.abs().max(row.b.abs())), decimals_of);
        let interval = match (row.low, row.high) {
            (Some(low), Some(high)) => {
                format!("{} … {}", number(low, decimals), number(high, decimals))
            }
            _ => "–".to_owned(),
        };
        table.row([
            name.clone(),
            number(row.a, decimals),
            number(row.b, decimals),
            signed(row.difference, decimals),
            interval,
            t.unit(row.unit),
            t.get(word_key(row.verdict)),
        ]);
    }
    table.text()
}

/// What is written of a study.
#[derive(Serialize)]
struct Page {
    scene: String,
    version: &'static str,
    what: &'static str,
    pairs: u32,
    replications_run: u32,
    replications_reused: u32,
    first_estimate_s: Option<f64>,
    elapsed_s: f64,
    overrides: Vec<Vec<(String, String)>>,
    outcome: Outcome,
}

fn page(
    base: &crate::whatif::RunRequest,
    what: &dyn WhatIf,
    view: &StudyView,
    asks: &[crate::whatif::VariantAsk],
) -> Page {
    Page {
        scene: base.bundle.main.clone(),
        version: env!("CARGO_PKG_VERSION"),
        what: what.name(),
        pairs: view.pairs_done,
        replications_run: view.ran,
        replications_reused: view.reused,
        first_estimate_s: view.first_estimate_s,
        elapsed_s: view.elapsed_s,
        overrides: asks.iter().map(|a| a.overrides.clone()).collect(),
        outcome: Outcome::clone(&view.outcome),
    }
}

fn write_files(folder: &Path, files: &[File]) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    for (name, bytes) in files {
        atomically(&folder.join(name), bytes)?;
    }
    Ok(())
}

fn write_json(path: &Path, pages: &[Page]) -> anyhow::Result<()> {
    let mut json = serde_json::to_string_pretty(pages).context("cannot make the JSON text")?;
    json.push('\n');
    atomically(path, json.as_bytes())?;
    Ok(())
}
