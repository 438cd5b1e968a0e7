//! `geoul explain`: where one lot's hours went.

use clap::Args;

use super::progress::Progress;
use super::request::{LengthArgs, parse_set, request, tell};
use super::run::notes;
use super::table::{Side, Table};
use super::{LangArg, code, interrupt, texts};
use crate::view::i18n::{Texts, clock, number};
use crate::view::report::LotStory;
use crate::whatif::message::StoryOf;
use crate::whatif::{Answer, End, Facts, Flow, Job, LotId, RunRequest, threads as cores};

/// Tells where one lot's hours went.
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// The scene.
    #[arg(value_name = "SCENE.RON")]
    scene: String,
    /// The lot; one with the median cycle time when absent.
    #[arg(long, value_name = "TYPE/NUMBER")]
    lot: Option<LotId>,
    #[command(flatten)]
    length: LengthArgs,
    /// Number of the replication to look into.
    #[arg(long, value_name = "N", default_value_t = 0)]
    replication: u32,
    /// Sets a value of the scene; may be given many times.
    #[arg(long, value_name = "PATH=VALUE", value_parser = parse_set)]
    set: Vec<(String, String)>,
    /// Language of the table; that of the environment when absent.
    #[arg(long, value_enum)]
    lang: Option<LangArg>,
    /// Shows no progress.
    #[arg(short, long)]
    quiet: bool,
}

/// Explains; the exit code is 2 when there is no such lot.
///
/// # Errors
/// The scene cannot be read.
pub fn run(args: &ExplainArgs) -> anyhow::Result<u8> {
    let texts = texts(args.lang);
    let cancel = interrupt::flag()?;
    let request = RunRequest {
        first_replication: args.replication,
        story: args.lot.clone().map_or(StoryOf::Typical, StoryOf::Lot),
        ..request(&args.scene, &args.set, &args.length, Some(1))?
    };
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
    let mut progress = Progress::new(1, facts.horizon_us, !args.quiet, &texts);
    let mut found = None;
    let end = cores::run(&[&job], 1, &cancel, &mut |_, answer| {
        match answer {
            Answer::Progress {
                replication,
                done_us,
                ..
            } => progress.at(0, replication, done_us),
            Answer::Story { lot, steps, .. } => found = Some((lot, steps)),
            _ => {}
        }
        Flow::Continue
    });
    drop(progress);
    match end {
        End::Failed(failure) => {
            tell(&failure);
            return Ok(code::WRONG_INPUT);
        }
        End::Cancelled => {
            eprintln!("{}", texts.get("cli-interrupted-none"));
            return Ok(code::INTERRUPTED);
        }
        End::Done => {}
    }
    let Some((lot, steps)) = found else {
        eprintln!("{}", texts.get("say-nothing"));
        return Ok(code::WRONG_INPUT);
    };
    let story = LotStory::new(facts, &lot, steps)?;
    print!("{}", text(facts, &story, &texts));
    Ok(code::PASSED)
}

/// The lot's hours by cause, and their sum.
fn text(facts: &Facts, story: &LotStory, texts: &Texts) -> String {
    let explanation = &story.explanation;
    let hours = |us: u64| number(us as f64 / 3.6e9, 2);
    let total_us = explanation.cycle_us;
    let share = |us: u64| number(100.0 * us as f64 / total_us.max(1) as f64, 1);
    let head = |key: &str, unit: &str| format!("{} {}", texts.get(key), texts.unit(unit));
    let mut table = Table::new([
        (texts.get("col-cause"), Side::Left),
        (head("col-hours", "h"), Side::Right),
        (head("col-share", "%"), Side::Right),
        (texts.get("col-steps"), Side::Right),
    ]);
    for row in &explanation.rows {
        let group = row.cause.group(&facts.names);
        let label = texts.get(row.cause.i18n_key());
        table.row([
            if group.is_empty() {
                label
            } else {
                format!("{label} · {group}")
            },
            hours(row.us),
            share(row.us),
            row.steps.to_string(),
        ]);
    }
    table.row([
        texts.get("cli-cycle-time"),
        hours(total_us),
        share(total_us),
        explanation.steps.to_string(),
    ]);
    format!(
        "{}  {} → {}\n\n{}",
        story.name,
        clock(story.release_us),
        clock(story.end_us),
        table.text()
    )
}
