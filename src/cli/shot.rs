//! `geoul shot`: pictures of the stage and the panels without a window.
//!
//! * `list`: many pictures from a file of their arguments.
//! * `scenery`: the desk as a picture wants it.

mod list;
mod scenery;

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, ValueEnum};

use super::{LangArg, code};
use crate::view::app::cost;
use crate::view::app::shot::Studio;
use crate::view::panel::{CameraCommand, Desk, Prefs};
use crate::whatif::knob::{Setting, parse_setting};

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ThemeArg {
    /// Dark.
    #[default]
    Dark,
    /// Light.
    Light,
}

/// Arguments of `geoul shot`.
#[derive(Args, Debug)]
pub struct ShotArgs {
    #[command(flatten)]
    look: Look,
    /// Takes the pictures of a list instead: each line holds the arguments of one call, `#` begins
    /// a remark. One program takes them all, which is much faster.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["scene", "frames"])]
    list: Option<PathBuf>,
    /// Folder that the files of a list are written into; the list's own otherwise.
    #[arg(long, value_name = "DIR", requires = "list")]
    into: Option<PathBuf>,
    /// Takes only those pictures of a list whose file's name contains this.
    #[arg(long, value_name = "TEXT", requires = "list")]
    only: Option<String>,
    /// Measures so many frames, sixty of which are a second, while time runs at `--speed`, instead
    /// of taking a picture.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    frames: Option<u32>,
    /// Measures on a device that takes every call and draws nothing: thousands of frames in a
    /// minute where only a software rasteriser could draw them.
    #[arg(long, requires = "frames")]
    undrawn: bool,
    /// Simulated over real time for `--frames`.
    #[arg(long, value_name = "X", default_value_t = 1000.0)]
    speed: f64,
}

/// What is to be seen.
#[derive(Args, Clone, Debug)]
pub struct Look {
    /// Scene file; without it the start page is shown.
    scene: Option<PathBuf>,
    /// What is shown: `plant` (the opening view), `top` (the plan), `close` (near the middle, or what
    /// is selected), or a room: `dashboard`, `what-if`, `variants`, `alarms`, ... Repeat it for
    /// several pictures.
    #[arg(long, value_name = "NAME", default_value = "plant")]
    view: Vec<String>,
    /// Simulated time: `D+12:08:31` or seconds.
    #[arg(long, value_name = "TIME", value_parser = parse_time, default_value = "0")]
    at: u64,
    /// Overlay over the plant: `utilization`, `wip`, `queue-time`, `moves`.
    #[arg(long, value_name = "NAME")]
    overlay: Option<String>,
    /// Selects a tool, tool group, bay, stocker, product, route or lot by its name.
    #[arg(long, value_name = "NAME")]
    select: Option<String>,
    /// Sets a value of the scene, as its text says it: `tool_groups.Litho.count=5`.
    #[arg(long, value_name = "PATH=VALUE", value_parser = super::request::parse_set)]
    set: Vec<(String, String)>,
    /// Turns a knob of a what-if. The room `what-if` asks with all of them and shows the answer; in
    /// `variants` each is a variant, and `--tornado` adds more.
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_setting)]
    knob: Vec<Setting>,
    /// Variants that move every knob of the whole plant by so many per cent, for `variants`.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..100))]
    tornado: Option<u8>,
    /// Optimises the mask on the process bench before its picture.
    #[arg(long)]
    mask: bool,
    /// Pairs of replications of the what-if.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pairs: u32,
    /// Simulated days of a replication of the what-if.
    #[arg(long, value_name = "N", default_value_t = 30.0)]
    days: f64,
    /// Goes on for so many seconds before the picture, for rooms that work something out.
    #[arg(long, value_name = "S", default_value_t = 0.0)]
    wait: f64,
    /// Language.
    #[arg(long)]
    lang: Option<LangArg>,
    /// Light or dark.
    #[arg(long, default_value = "dark")]
    theme: ThemeArg,
    /// Size of the picture, pixels.
    #[arg(long, value_name = "WxH", value_parser = parse_size, default_value = "1440x900")]
    size: [u32; 2],
    /// Pixels of a point.
    #[arg(long, default_value_t = 1.0, value_parser = parse_scale)]
    scale: f32,
    /// Only the plant, no panels at its sides and below it.
    #[arg(long)]
    bare: bool,
    /// Writes a palette of at most so many colours: a third of the size.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=256))]
    colours: Option<u16>,
    /// File to write; with several views their names are put before the ending.
    #[arg(short, long, value_name = "FILE", default_value = "geoul.png")]
    output: PathBuf,
}

/// Reads `D+12:08:31`, `D+12 08:31` or seconds; gives µs.
fn parse_time(text: &str) -> Result<u64, String> {
    let wrong = || "expected a time such as D+12:08:31 or seconds".to_owned();
    let Some(rest) = text.trim().strip_prefix("D+") else {
        let seconds: f64 = text.parse().map_err(|_| wrong())?;
        return if (0.0..1e10).contains(&seconds) {
            Ok(libm::round(seconds * 1e6) as u64)
        } else {
            Err(wrong())
        };
    };
    let parts: Vec<u64> = rest
        .split([':', ' '])
        .map(|p| p.parse().map_err(|_| wrong()))
        .collect::<Result<_, _>>()?;
    let [day, hour, minute] = match parts[..] {
        [d] => [d, 0, 0],
        [d, h] => [d, h, 0],
        [d, h, m] => [d, h, m],
        _ => return Err(wrong()),
    };
    if day > 100_000 || hour > 23 || minute > 59 {
        return Err(wrong());
    }
    Ok(((day * 24 + hour) * 60 + minute) * 60_000_000)
}

fn parse_size(text: &str) -> Result<[u32; 2], String> {
    let wrong = || "expected a size such as 1440x900, each side from 64 to 8192".to_owned();
    let (w, h) = text.split_once(['x', '×']).ok_or_else(wrong)?;
    let side = |s: &str| s.parse().ok().filter(|n| (64..=8192).contains(n));
    Ok([side(w).ok_or_else(wrong)?, side(h).ok_or_else(wrong)?])
}

fn parse_scale(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(scale) if (0.5..=4.0).contains(&scale) => Ok(scale),
        _ => Err("expected a scale from 0.5 to 4".to_owned()),
    }
}

/// Takes the pictures.
///
/// # Errors
/// The scene cannot be read, a view or an overlay does not exist, a file cannot be written.
pub fn run(args: &ShotArgs) -> anyhow::Result<u8> {
    let looks = match &args.list {
        Some(path) => list::read(path, args.into.as_deref(), args.only.as_deref())?,
        None => vec![args.look.clone()],
    };
    // What is misspelled is told before anything is drawn.
    for look in &looks {
        scenery::check(look)?;
    }
    let Some(first) = looks.first() else {
        bail!("the list has no picture to take");
    };
    let desk = Desk::new(Prefs::default(), None);
    let texts = super::texts(first.lang);
    let make = if args.undrawn {
        Studio::undrawn
    } else {
        Studio::new
    };
    let mut studio = match make(desk, first.size, first.scale) {
        Ok(studio) => studio,
        Err(refusal) => return Ok(super::open::tell(&refusal, &texts)),
    };
    let mut stands = None;
    for look in &looks {
        scenery::set(&mut studio, look, &mut stands)?;
        if let Some(frames) = args.frames {
            return measured(&mut studio, frames, args);
        }
        for view in &look.view {
            scenery::aim(&mut studio, look, view)?;
            let path = match look.view.len() {
                1 => look.output.clone(),
                _ => {
                    let stem = look.output.file_stem().unwrap_or_default();
                    let stem = stem.to_string_lossy();
                    look.output.with_file_name(format!("{stem}-{view}.png"))
                }
            };
            studio.take()?.save(&path, look.colours)?;
            println!("{}", path.display());
        }
    }
    Ok(code::PASSED)
}

/// Runs frames while time passes and tells what they cost.
fn measured(studio: &mut Studio, frames: u32, args: &ShotArgs) -> anyhow::Result<u8> {
    let speed = args.speed;
    studio.desk().camera.push(CameraCommand::Home);
    studio.pace(std::time::Duration::from_secs_f64(1.0 / 60.0));
    studio.settle();
    let play = &mut studio.desk().play;
    (play.running, play.speed) = (speed > 0.0, speed);
    // What is loaded once (shaders, meshes, pools of vehicles) is not the cost of a frame.
    for _ in 0..60 {
        studio.blind_frame();
    }
    for _ in 0..6 {
        studio.frame();
    }
    let costs = cost::measure(studio, frames)?;
    let frames = f64::from(frames);
    let [tools, lots, moves] = costs.plant;
    let draws = &costs.draws;
    println!("adapter                     {}", studio.desk().adapter);
    println!(
        "plant                       {tools} tools, {lots} lots in work, {moves} on the move ({} to {})",
        costs.moves[1], costs.moves[0]
    );
    println!(
        "frames                      {frames} at {speed}x, {:.1} h simulated",
        costs.simulated_s / 3600.0
    );
    for (name, share) in [("p50", 0.50), ("p95", 0.95), ("max", 1.0)] {
        println!(
            "CPU time of a frame, {name}    {:.2} ms",
            costs.percentile(share)
        );
    }
    println!(
        "software rasteriser         {:.0} ms a frame, not counted",
        costs.rasteriser_ms / frames
    );
    println!(
        "draw calls                  {} (opaque {}, transparent {}, shadows {}, panels {})",
        draws.all(),
        draws.calls[0],
        draws.calls[1],
        draws.calls[2],
        draws.panels
    );
    println!(
        "meshes, instances in view   {}, {}",
        draws.instances[0], draws.instances[1]
    );
    println!(
        "resident memory             {:.1} MiB after a tenth, {:.1} MiB at the end",
        costs.resident_mib[0], costs.resident_mib[1]
    );
    for (name, ms) in costs.threads.iter().take(8) {
        println!("  {name:<30} {:.2} ms a frame", ms / frames);
    }
    Ok(code::PASSED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_sizes_and_scales() {
        let us = (12 * 1440 + 8 * 60 + 31) * 60_000_000;
        assert_eq!(parse_time("D+12:08:31"), Ok(us));
        assert_eq!(parse_time("D+12 08:31"), Ok(us));
        assert_eq!(parse_time("D+2"), Ok(2 * 86_400_000_000));
        assert_eq!(parse_time("1.5"), Ok(1_500_000));
        for wrong in ["-1", "D+1:24", "D+1:2:60", "D+", "x", "inf"] {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_size("1440x900"), Ok([1440, 900]));
        assert!(parse_size("10x900").is_err() && parse_size("900").is_err());
        assert!(parse_scale("2").is_ok() && parse_scale("0").is_err());
    }
}
