//! `geoul run`: runs a scene and writes its report.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use clap::{Args, ValueEnum};

use super::folder::Folder;
use super::progress::Progress;
use super::request::{LengthArgs, parse_set, request, tell, threads};
use super::{LangArg, code, interrupt, kpi_table, texts};
use crate::results::check::{CheckResult, all_passed, junit};
use crate::results::write::atomically;
use crate::units::Duration;
use crate::view::i18n::{Texts, number};
use crate::view::report::LotStory;
use crate::whatif::message::StoryOf;
use crate::whatif::{Answer, End, Facts, Flow, Job, LotId, RunRequest, threads as cores};

/// Runs a scene and writes its report.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// The scene.
    #[arg(value_name = "SCENE.RON")]
    scene: String,
    #[command(flatten)]
    length: LengthArgs,
    /// Independent replications; the scene's when absent.
    #[arg(long, value_name = "N")]
    replications: Option<u32>,
    /// Sets a value of the scene, e.g. tool_groups.Litho.count=5; may be given many times.
    #[arg(long, value_name = "PATH=VALUE", value_parser = parse_set)]
    set: Vec<(String, String)>,
    /// Folder for report.html, kpis.json, lots.parquet, tools.parquet.
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// File for the verdicts on the scene's checks in JUnit's form.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Replications at the same time; as many as there are cores when absent.
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroU32>,
    /// Writes every step of every lot to steps.parquet.
    #[arg(long, value_enum)]
    trace: Option<TraceArg>,
    /// Lot whose path the report shows; one with the median cycle time when absent.
    #[arg(long, value_name = "TYPE/NUMBER")]
    lot: Option<LotId>,
    /// Language of tables and report; that of the environment when absent.
    #[arg(long, value_enum)]
    lang: Option<LangArg>,
    /// Shows neither progress nor figures.
    #[arg(short, long)]
    quiet: bool,
    /// Opens the report in the browser.
    #[cfg(feature = "desktop")]
    #[arg(long)]
    open: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TraceArg {
    /// Every step of every lot.
    Steps,
}

/// Runs; the exit code is that of the scene's checks.
///
/// # Errors
/// The scene cannot be read or the results cannot be written.
pub fn run(args: &RunArgs) -> anyhow::Result<u8> {
    let texts = texts(args.lang);
    let cancel = interrupt::flag()?;
    let request = RunRequest {
        trace_steps: args.trace.is_some(),
        story: args.lot.clone().map_or(StoryOf::Typical, StoryOf::Lot),
        ..request(&args.scene, &args.set, &args.length, args.replications)?
    };
    let trace_steps = request.trace_steps;
    let job = match Job::new(&request) {
        Ok(job) => job,
        Err(failure) => {
            tell(&failure);
            return Ok(code::WRONG_INPUT);
        }
    };
    drop(request);
    let facts = job.facts();
    notes(facts, &texts);
    let mut folder = Folder::create(&args.out, facts, trace_steps)?;
    let started = Instant::now();
    let replications = u64::from(facts.replications);
    let mut progress = Progress::new(
        replications,
        replications * facts.horizon_us,
        !args.quiet,
        &texts,
    );
    let mut fault = None;
    let end = cores::run(
        &[&job],
        threads(args.threads),
        &cancel,
        &mut |_, answer| match take(&mut folder, &mut progress, facts, answer) {
            Ok(()) => Flow::Continue,
            Err(error) => {
                fault = Some(error);
                Flow::Stop
            }
        },
    );
    drop(progress);
    if let Some(error) = fault {
        return Err(error);
    }
    let done = folder.summary.replications();
    if let End::Failed(failure) = end {
        tell(&failure);
        return Ok(code::WRONG_INPUT);
    }
    if done == 0 {
        eprintln!("{}", texts.get("cli-interrupted-none"));
        return Ok(code::INTERRUPTED);
    }
    let checks = folder.verdicts();
    if let Some(path) = &args.junit {
        let text = junit(&facts.scene, &checks).context("cannot make the JUnit file")?;
        write_junit(path, &text)?;
    }
    let took_s = started.elapsed().as_secs_f64();
    let (summary, steps) = (folder.summary.clone(), folder.summary.lot_steps());
    let report = folder.finish(&checks, texts.lang())?;
    if !args.quiet {
        print!("{}", kpi_table::text(facts, &summary, &texts));
        print!("{}", verdicts(&checks, &texts));
        println!(
            "{}",
            texts.with(
                "cli-took",
                &[
                    ("replications", &number(done as f64, 0)),
                    ("steps", &number(steps as f64, 0)),
                    ("seconds", &number(took_s, 1)),
                ]
            )
        );
        println!("{}", report.display());
    }
    let stale = args.out.join("steps.parquet");
    if !trace_steps && stale.exists() {
        let file = stale.display().to_string();
        eprintln!("{}", texts.with("cli-stale", &[("file", &file)]));
    }
    if end == End::Cancelled {
        let (n, of) = (done.to_string(), replications.to_string());
        eprintln!(
            "{}",
            texts.with("cli-interrupted", &[("n", &n), ("of", &of)])
        );
        return Ok(code::INTERRUPTED);
    }
    open(args, &report)?;
    Ok(if all_passed(&checks) {
        code::PASSED
    } else {
        code::CHECK_FAILED
    })
}

/// Writes the JUnit file, with its folder.
fn write_junit(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    atomically(path, text.as_bytes())?;
    Ok(())
}

#[cfg(feature = "desktop")]
fn open(args: &RunArgs, report: &Path) -> anyhow::Result<()> {
    if args.open {
        opener::open(report).with_context(|| format!("cannot open {}", report.display()))?;
    }
    Ok(())
}

#[cfg(not(feature = "desktop"))]
#[allow(clippy::unnecessary_wraps)] // The desktop's can fail.
fn open(_: &RunArgs, _: &Path) -> anyhow::Result<()> {
    Ok(())
}

/// What the user should know before the run.
pub(super) fn notes(facts: &Facts, texts: &Texts) {
    if !facts.warnings.is_empty() {
        eprint!("{}", facts.warnings);
    }
    if facts.warmup_shortened {
        let days = |us| number(Duration(us).as_days(), 1);
        let values = [
            ("warmup", days(facts.warmup_us)),
            ("days", days(facts.horizon_us)),
        ];
        let values = values.each_ref().map(|(k, v)| (*k, v.as_str()));
        eprintln!("{}", texts.with("cli-warmup-shortened", &values));
    }
}

fn take(
    folder: &mut Folder<'_>,
    progress: &mut Progress,
    facts: &Facts,
    answer: Answer,
) -> anyhow::Result<()> {
    match answer {
        Answer::Progress {
            replication,
            done_us,
            ..
        } => progress.at(0, replication, done_us),
        Answer::Steps { replication, steps } => folder.add_steps(replication, &steps)?,
        Answer::Replication(record) => {
            progress.finished(0, record.replication, record.end_us);
            folder.add(&record)?;
        }
        Answer::Story { lot, steps, .. } => folder.story = Some(LotStory::new(facts, &lot, steps)?),
        Answer::Started(_)
        | Answer::Figures { .. }
        | Answer::Failed(_)
        | Answer::Cancelled
        | Answer::Done => {}
    }
    Ok(())
}

/// The checks and what came of them; nothing where the scene has none.
fn verdicts(checks: &[CheckResult], texts: &Texts) -> String {
    let mut text = String::new();
    for check in checks {
        let verdict = texts.get(if check.passed {
            "check-passed"
        } else {
            "check-failed"
        });
        text += &format!("{verdict}  {}: {}\n", check.name, check.reason);
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}
