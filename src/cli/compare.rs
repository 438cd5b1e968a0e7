//! `geoul compare`: two scenes with the same luck, and what differs.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use serde::Serialize;

use super::progress::Progress;
use super::request::{LengthArgs, parse_set, request, tell, threads};
use super::run::notes;
use super::table::{Side, Table};
use super::{LangArg, code, interrupt, texts};
use crate::results::compare::{Correction, DifferenceRow, Verdict};
use crate::results::kpi::{self, Kind};
use crate::results::write::atomically;
use crate::view::i18n::{Texts, decimals_for, decimals_of, number};
use crate::view::verdict::word_key;
use crate::whatif::pair::Pair;
use crate::whatif::{Answer, End, Facts, Flow, threads as cores};

/// Runs two scenes with the same luck and tells what differs.
#[derive(Args, Debug)]
pub struct CompareArgs {
    /// The base.
    #[arg(value_name = "A.RON")]
    a: String,
    /// The variant; may be the same file with other `--set-b`.
    #[arg(value_name = "B.RON")]
    b: String,
    #[command(flatten)]
    length: LengthArgs,
    /// Pairs of replications; the base's number when absent, and two or more for intervals.
    #[arg(long, value_name = "N")]
    replications: Option<u32>,
    /// Sets a value of both scenes; may be given many times.
    #[arg(long, value_name = "PATH=VALUE", value_parser = parse_set)]
    set: Vec<(String, String)>,
    /// Sets a value of the base.
    #[arg(long, value_name = "PATH=VALUE", value_parser = parse_set)]
    set_a: Vec<(String, String)>,
    /// Sets a value of the variant.
    #[arg(long, value_name = "PATH=VALUE", value_parser = parse_set)]
    set_b: Vec<(String, String)>,
    /// Folder for compare.json.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replications at the same time; as many as there are cores when absent.
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroU32>,
    /// Language of the table; that of the environment when absent.
    #[arg(long, value_enum)]
    lang: Option<LangArg>,
    /// Shows neither progress nor figures.
    #[arg(short, long)]
    quiet: bool,
}

/// Compares; the exit code is 0 whatever the verdicts are.
///
/// # Errors
/// A scene cannot be read or the result not be written.
pub fn run(args: &CompareArgs) -> anyhow::Result<u8> {
    let texts = texts(args.lang);
    let cancel = interrupt::flag()?;
    let ask = |scene: &str, more: &[(String, String)]| {
        let set = [args.set.as_slice(), more].concat();
        request(scene, &set, &args.length, args.replications)
    };
    let (a, b) = (ask(&args.a, &args.set_a)?, ask(&args.b, &args.set_b)?);
    let mut pair = match Pair::new(&a, &b) {
        Ok(pair) => pair,
        Err((which, failure)) => {
            eprintln!("{}:", [&args.a, &args.b][which]);
            tell(&failure);
            return Ok(code::WRONG_INPUT);
        }
    };
    drop((a, b));
    for job in &pair.jobs {
        notes(job.facts(), &texts);
    }
    if let Some(out) = &args.out {
        // Before the work, not after it.
        std::fs::create_dir_all(out)
            .with_context(|| format!("cannot make the folder {}", out.display()))?;
    }
    let jobs = pair.jobs.clone();
    let replications = u64::from(jobs[0].facts().replications);
    let horizon_us: u64 = jobs.iter().map(|j| j.facts().horizon_us).sum();
    let mut progress = Progress::new(
        2 * replications,
        replications * horizon_us,
        !args.quiet,
        &texts,
    );
    let mut fault = None;
    let end = cores::run(
        &[&jobs[0], &jobs[1]],
        threads(args.threads),
        &cancel,
        &mut |job, answer| {
            match answer {
                Answer::Progress {
                    replication,
                    done_us,
                    ..
                } => progress.at(job, replication, done_us),
                Answer::Replication(record) => {
                    progress.finished(job, record.replication, record.end_us);
                    if let Err(error) = pair.take(job, record) {
                        fault = Some(error);
                        return Flow::Stop;
                    }
                }
                _ => {}
            }
            Flow::Continue
        },
    );
    drop(progress);
    if let Some(error) = fault {
        return Err(error.into());
    }
    if let End::Failed(failure) = end {
        tell(&failure);
        return Ok(code::WRONG_INPUT);
    }
    let done = pair.comparison().pairs();
    if done == 0 {
        eprintln!("{}", texts.get("cli-interrupted-none"));
        return Ok(code::INTERRUPTED);
    }
    let rows = pair.comparison().rows(Correction::Holm);
    let facts = [jobs[0].facts(), jobs[1].facts()];
    if let Some(out) = &args.out {
        write(out, facts, done, &rows)?;
    }
    if !args.quiet {
        print!("{}", text(facts, done, &rows, &texts));
    }
    if end == End::Cancelled {
        let (n, of) = (done.to_string(), replications.to_string());
        eprintln!(
            "{}",
            texts.with("cli-interrupted", &[("n", &n), ("of", &of)])
        );
        return Ok(code::INTERRUPTED);
    }
    Ok(code::PASSED)
}

#[derive(Serialize)]
struct Page<'a> {
    a: &'a str,
    b: &'a str,
    seed: u64,
    version: &'a str,
    confidence: f64,
    correction: &'static str,
    pairs: u64,
    differences: &'a [DifferenceRow],
}

fn write(out: &Path, facts: [&Facts; 2], pairs: u64, rows: &[DifferenceRow]) -> anyhow::Result<()> {
    let page = Page {
        a: &facts[0].scene,
        b: &facts[1].scene,
        seed: facts[0].seed,
        version: &facts[0].version,
        confidence: facts[0].confidence,
        correction: "holm",
        pairs,
        differences: rows,
    };
    let mut json = serde_json::to_string_pretty(&page).context("cannot make compare.json")?;
    json.push('\n');
    atomically(&out.join("compare.json"), json.as_bytes())?;
    Ok(())
}

/// The differences of the plant, and all others that are shown to be real.
fn text(facts: [&Facts; 2], pairs: u64, rows: &[DifferenceRow], texts: &Texts) -> String {
    let mut table = Table::new([
        (texts.get("col-name"), Side::Left),
        ("A".to_owned(), Side::Right),
        ("B".to_owned(), Side::Right),
        ("B − A".to_owned(), Side::Right),
        (texts.get("cli-interval"), Side::Right),
        (String::new(), Side::Left),
        (texts.get("col-verdict"), Side::Left),
    ]);
    let shown: Vec<&DifferenceRow> = rows
        .iter()
        .filter(|r| r.kind == Kind::Plant || r.verdict != Verdict::NoDifference)
        .collect();
    for row in &shown {
        let label = kpi::find(row.name).map_or(row.name.to_owned(), |k| texts.get(&k.i18n_key()));
        let name = if row.of.is_empty() {
            label
        } else {
            format!("{label} · {}", row.of)
        };
        let half = row.high.map(|h| h - row.difference).filter(|h| *h > 0.0);
        let decimals = half.map_or_else(|| decimals_for(row.a.abs().max(row.b.abs())), decimals_of);
        let interval = match (row.low, row.high) {
            (Some(low), Some(high)) => {
                format!("{} … {}", number(low, decimals), number(high, decimals))
            }
            _ => "–".to_owned(),
        };
        table.row([
            name,
            number(row.a, decimals),
            number(row.b, decimals),
            number(row.difference, decimals),
            interval,
            texts.unit(row.unit),
            texts.get(word_key(row.verdict)),
        ]);
    }
    let confidence = number(100.0 * facts[0].confidence, 1);
    let values = [
        ("confidence", confidence.trim_end_matches(".0").to_owned()),
        ("n", pairs.to_string()),
        ("all", rows.len().to_string()),
    ];
    let values = values.each_ref().map(|(k, v)| (*k, v.as_str()));
    format!(
        "A  {}\nB  {}\n\n{}\n{}\n",
        facts[0].scene,
        facts[1].scene,
        table.text(),
        texts.with("cli-compare-note", &values)
    )
}
