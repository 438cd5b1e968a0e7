//! `geoul shot`: pictures of the stage and the panels without a window.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, ValueEnum};

use super::{LangArg, code};
use crate::view::app::cost;
use crate::view::app::shot::Studio;
use crate::view::i18n::Lang;
use crate::view::panel::{CameraCommand, Desk, Prefs, ROOMS, ThemeChoice};

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
    /// Scene file; without it the start page is shown.
    scene: Option<PathBuf>,
    /// What is shown: `plant` (the opening view), `top` (the plan), `close` (near the middle), or a room:
    /// `dashboard`, `what-if`, `variants`, `alarms`. Repeat it for several pictures.
    #[arg(long, value_name = "NAME", default_value = "plant")]
    view: Vec<String>,
    /// Simulated time: `D+12:08:31` or seconds.
    #[arg(long, value_name = "TIME", value_parser = parse_time, default_value = "0")]
    at: u64,
    /// Overlay over the plant: `utilization`, `wip`, `queue-time`, `moves`.
    #[arg(long, value_name = "NAME")]
    overlay: Option<String>,
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
    /// File to write; with several views their names are put before the ending.
    #[arg(short, long, value_name = "FILE", default_value = "geoul.png")]
    output: PathBuf,
    /// Measures so many frames while time runs at `--speed` instead of taking a picture.
    #[arg(long, value_name = "N")]
    frames: Option<u32>,
    /// Simulated over real time for `--frames`.
    #[arg(long, value_name = "X", default_value_t = 1000.0)]
    speed: f64,
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
    let lang = super::texts(args.lang).lang();
    let mut desk = desk(args, lang)?;
    if let Some(scene) = &args.scene {
        desk.open_bundle(super::request::bundle(&scene.to_string_lossy())?);
        if let Some(session) = &desk.session
            && session.findings().has_errors()
        {
            let findings = session.findings();
            bail!("{}\n\n{}", findings.summary(), findings.to_text());
        }
    }
    if let Some(live) = &mut desk.live {
        live.seek(args.at)?;
    }
    let texts = desk.texts();
    let mut studio = match Studio::new(desk, args.size, args.scale) {
        Ok(studio) => studio,
        Err(refusal) => return Ok(super::open::tell(&refusal, &texts)),
    };
    if let Some(frames) = args.frames {
        return measured(&mut studio, frames, args.speed);
    }
    for view in &args.view {
        aim(&mut studio, view);
        let path = match args.view.len() {
            1 => args.output.clone(),
            _ => {
                let stem = args
                    .output
                    .file_stem()
                    .unwrap_or_default()
                    .to_string_lossy();
                args.output.with_file_name(format!("{stem}-{view}.png"))
            }
        };
        let picture = studio.take()?;
        picture.save(&path)?;
        println!("{}", path.display());
    }
    Ok(code::PASSED)
}

fn desk(args: &ShotArgs, lang: Lang) -> anyhow::Result<Desk> {
    let prefs = Prefs {
        language: Some(lang.tag().to_owned()),
        theme: match args.theme {
            ThemeArg::Dark => ThemeChoice::Dark,
            ThemeArg::Light => ThemeChoice::Light,
        },
        ..Prefs::default()
    };
    let mut desk = Desk::new(prefs, None);
    let layout = &mut desk.prefs.layout;
    if args.bare {
        (layout.left_open, layout.right_open, layout.bottom_open) = (false, false, false);
    }
    for view in &args.view {
        let room = ROOMS.iter().any(|r| r.name == view);
        if !room && !VIEWS.contains(&view.as_str()) {
            let names: Vec<&str> = VIEWS
                .iter()
                .copied()
                .chain(ROOMS.iter().map(|r| r.name))
                .collect();
            bail!(
                "there is no view \"{view}\"; there are {}",
                names.join(", ")
            );
        }
    }
    let names = crate::view::stage::overlay::NAMES;
    if let Some(wanted) = &args.overlay {
        match names.iter().find(|n| *n == wanted) {
            Some(name) => desk.overlay = Some(name),
            None => bail!(
                "there is no overlay \"{wanted}\"; there are {}",
                names.join(", ")
            ),
        }
    }
    Ok(desk)
}

/// Views of the plant.
const VIEWS: [&str; 3] = ["plant", "top", "close"];

fn aim(studio: &mut Studio, view: &str) {
    let desk = studio.desk();
    desk.room = ROOMS
        .iter()
        .find(|r| r.name == view)
        .map_or("plant", |r| r.name);
    desk.camera.push(CameraCommand::Home);
    if view == "top" {
        desk.camera.push(CameraCommand::Top);
    }
    // The place of the stage is known after a frame or two.
    studio.settle();
    if view == "top" {
        studio.frame_plant();
    }
    if view == "close" {
        // From the middle of the plant, as one stands on a gantry.
        let mut pose = *studio.stage().rig.goal();
        pose.distance *= 0.16;
        pose.tilt = 0.42;
        studio.stage().rig.go(pose);
    }
}

/// Runs frames while time passes and tells what they cost.
fn measured(studio: &mut Studio, frames: u32, speed: f64) -> anyhow::Result<u8> {
    studio.desk().camera.push(CameraCommand::Home);
    for _ in 0..8 {
        studio.frame();
    }
    let play = &mut studio.desk().play;
    (play.running, play.speed) = (true, speed);
    for _ in 0..8 {
        studio.frame();
    }
    let costs = cost::measure(studio, frames)?;
    println!("frames                      {frames} at {speed}x");
    println!(
        "CPU time of a frame, p50    {:.2} ms",
        costs.percentile(0.50)
    );
    println!(
        "CPU time of a frame, p95    {:.2} ms",
        costs.percentile(0.95)
    );
    println!(
        "CPU time of a frame, max    {:.2} ms",
        costs.percentile(1.0)
    );
    println!(
        "software rasteriser         {:.0} ms a frame, not counted",
        costs.rasteriser_ms / f64::from(frames.max(1))
    );
    println!(
        "meshes, instances in view   {}, {}",
        costs.instances[0], costs.instances[1]
    );
    println!("lots on the move            {}", costs.moves);
    println!(
        "resident memory             {:.0} MiB, then {:.0} MiB",
        costs.resident_mib[0], costs.resident_mib[1]
    );
    for (name, ms) in costs.threads.iter().take(8) {
        println!(
            "  thread {name:<20} {:.2} ms a frame",
            ms / f64::from(frames.max(1))
        );
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
