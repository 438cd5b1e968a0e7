//! What the commands that run a scene have in common: how a run is asked for.

use std::num::NonZeroU32;

use anyhow::bail;
use clap::Args;

use crate::scene::Bundle;
use crate::whatif::{Failure, RunRequest};

/// µs of a day.
const DAY_US: f64 = 8.64e10;

/// Length and luck of a run.
#[derive(Args, Clone, Debug)]
pub struct LengthArgs {
    /// Seed of the random numbers; the scene's when absent.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Simulated days of a replication, warm-up included; the scene's when absent.
    #[arg(long, value_name = "N", value_parser = parse_days)]
    pub days: Option<f64>,
    /// Days of warm-up; the scene's when absent, shortened in proportion if it does not fit.
    #[arg(long, value_name = "N", value_parser = parse_days)]
    pub warmup_days: Option<f64>,
}

/// A plain number of days, not negative.
fn parse_days(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(days) if (0.0..=1e6).contains(&days) => Ok(days),
        _ => Err("expected a number of days from 0 to 1000000, e.g. 90".into()),
    }
}

/// Reads `path=value` of `--set`.
pub fn parse_set(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((path, value)) if !path.trim().is_empty() => {
            Ok((path.trim().to_owned(), value.to_owned()))
        }
        _ => Err("expected PATH=VALUE, e.g. tool_groups.Litho.count=5".into()),
    }
}

/// Reads the files of a scene.
///
/// # Errors
/// The scene's main file cannot be read.
pub fn bundle(scene: &str) -> anyhow::Result<Bundle> {
    match Bundle::from_disk(scene) {
        Ok(bundle) => Ok(bundle),
        Err(faults) => bail!("{}\n\n{}", faults.summary(), faults.to_text()),
    }
}

/// The request of a command: scene, overrides, length.
///
/// # Errors
/// The scene's main file cannot be read.
pub fn request(
    scene: &str,
    set: &[(String, String)],
    length: &LengthArgs,
    replications: Option<u32>,
) -> anyhow::Result<RunRequest> {
    let us = |days: f64| libm::round(days * DAY_US) as u64;
    Ok(RunRequest {
        bundle: bundle(scene)?,
        overrides: set.to_vec(),
        seed: length.seed,
        replications,
        horizon_us: length.days.map(us),
        warmup_us: length.warmup_days.map(us),
        ..RunRequest::default()
    })
}

/// Threads to use: as asked, else one per core.
pub fn threads(asked: Option<NonZeroU32>) -> u32 {
    asked.map_or_else(
        || std::thread::available_parallelism().map_or(1, |n| n.get() as u32),
        NonZeroU32::get,
    )
}

/// Tells why a run cannot be done.
pub fn tell(failure: &Failure) {
    match failure {
        Failure::Scene { summary, text, .. } => eprintln!("{}\nerror: {summary}", text.trim_end()),
        other => eprintln!("error: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_settings() {
        assert_eq!(parse_days("0.5"), Ok(0.5));
        for wrong in ["-1", "NaN", "inf", "x", "1e9"] {
            assert!(parse_days(wrong).is_err(), "{wrong}");
        }
        let read = parse_set("a.\"x = y\".b= 3 d").map(|(_, v)| v);
        assert_eq!(read, Ok(" y\".b= 3 d".to_owned()));
        assert!(parse_set("a.b").is_err() && parse_set("=3").is_err());
    }
}
