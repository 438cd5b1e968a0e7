//! `geoul check`: lists all faults of a scene at once.

use clap::Args;

use super::code;
use super::request::parse_set;
use crate::scene::{Bundle, Diagnostics, load};
use crate::sim::fab::Model;
use crate::whatif::models;

/// Checks a scene and lists all its faults at once.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// The scene.
    #[arg(value_name = "SCENE.RON")]
    scene: String,
    /// Writes the findings as JSON to the standard output.
    #[arg(long)]
    json: bool,
    /// Sets a value of the scene, e.g. tool_groups.Litho.count=5; may be given many times.
    #[arg(long, value_name = "PATH=VALUE", value_parser = parse_set)]
    set: Vec<(String, String)>,
}

/// Checks; the exit code is 2 when there is a fault, 0 when there are only warnings or nothing.
///
/// # Errors
/// None; a scene that cannot be read is a finding.
#[allow(clippy::unnecessary_wraps)] // As the other commands.
pub fn run(args: &CheckArgs) -> anyhow::Result<u8> {
    let loaded = Bundle::from_disk(&args.scene)
        .and_then(|bundle| load(&bundle, &bundle.main, &args.set, &models()));
    let (findings, scene) = match loaded {
        Ok(loaded) => (loaded.warnings, Some(loaded.scene)),
        Err(faults) => (faults, None),
    };
    show(&findings, args.json);
    let Some(scene) = scene else {
        if !args.json {
            eprintln!("error: {}: {}", args.scene, findings.summary());
        }
        return Ok(code::WRONG_INPUT);
    };
    // Right as a text, but is there anything to run?
    if let Err(error) = Model::new(&scene) {
        eprintln!("error: {}: {error}", args.scene);
        return Ok(code::WRONG_INPUT);
    }
    if !args.json {
        let tools: u64 = scene.tool_groups.iter().map(|g| u64::from(g.count)).sum();
        let steps: usize = scene.routes.iter().map(|r| r.steps.len()).sum();
        println!(
            "{}: {}; {} tool groups with {tools} tools, {} routes with {steps} steps, \
             {} release plans, {} lots in work",
            args.scene,
            findings.summary(),
            scene.tool_groups.len(),
            scene.routes.len(),
            scene.releases.len(),
            scene.wip.len()
        );
    }
    Ok(code::PASSED)
}

fn show(findings: &Diagnostics, json: bool) {
    if json {
        println!("{:#}", findings.to_json());
    } else {
        eprint!("{}", findings.to_text());
    }
}
