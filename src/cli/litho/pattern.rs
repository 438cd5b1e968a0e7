//! `geoul litho pattern`: test patterns of our own as layouts.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use crate::cli::{LangArg, code, texts};
use crate::interop::{gdsii, glp};
use crate::results::write::atomically;
use crate::rng::Seed;
use crate::scene::layout;
use crate::sim::process::lithography::pattern::{Kind, Measures, pattern};
use crate::view::i18n::number;

/// A test pattern as a layout.
#[derive(Args, Debug)]
pub struct PatternArgs {
    /// What is drawn.
    #[arg(value_enum)]
    kind: KindArg,
    /// Width of lines, side of contacts, in nm.
    #[arg(long, value_name = "NM", default_value_t = 60)]
    size: i32,
    /// From one to the next, in nm.
    #[arg(long, value_name = "NM", default_value_t = 130)]
    pitch: i32,
    /// Length of lines, side of the block of random wires, in nm.
    #[arg(long, value_name = "NM", default_value_t = 2000)]
    length: i32,
    /// Columns and rows.
    #[arg(long, value_name = "COLUMNS,ROWS", value_parser = counts, default_value = "10,10")]
    counts: [u16; 2],
    /// Chance of random wires.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Layout to write: .gds (repeated by reference, so of any size), .glp or .ron.
    #[arg(short, long, value_name = "LAYOUT")]
    out: PathBuf,
    /// Language of the message; that of the environment when absent.
    #[arg(long, value_enum)]
    lang: Option<LangArg>,
}

/// Kinds by their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum KindArg {
    /// Straight lines.
    Lines,
    /// Contacts on a square grid.
    Contacts,
    /// Storage nodes of a memory, staggered.
    Dram,
    /// Wires on tracks, broken and joined by chance.
    Random,
}

fn counts(text: &str) -> Result<[u16; 2], String> {
    let parse = |t: &str| t.trim().parse::<u16>().ok();
    let found = text
        .split_once(',')
        .and_then(|(a, b)| parse(a).zip(parse(b)));
    found
        .map(|(a, b)| [a, b])
        .ok_or_else(|| "expected COLUMNS,ROWS, e.g. 20,10".to_owned())
}

/// Most polygons of a layout that is written flat.
const FLAT_MAX: u64 = 1_000_000;

/// Draws and writes.
///
/// # Errors
/// Measures that fit no pattern, or the file cannot be written.
pub fn run(args: &PatternArgs) -> anyhow::Result<u8> {
    let kind = match args.kind {
        KindArg::Lines => Kind::Lines,
        KindArg::Contacts => Kind::Contacts,
        KindArg::Dram => Kind::Dram,
        KindArg::Random => Kind::Random,
    };
    let drawn = pattern(
        kind,
        Measures {
            size_nm: args.size,
            pitch_nm: args.pitch,
            length_nm: args.length,
            counts: args.counts,
            seed: Seed(args.seed),
        },
    )?;
    let shown = args.out.display();
    let kind = args
        .out
        .extension()
        .map(std::ffi::OsStr::to_ascii_lowercase);
    let kind = kind.as_ref().and_then(|k| k.to_str());
    if matches!(kind, Some("glp" | "ron")) && drawn.count() > FLAT_MAX {
        bail!(
            "{shown}: {} polygons, at most {FLAT_MAX} are written flat; take the ending .gds",
            drawn.count()
        );
    }
    let bytes = match kind {
        Some("gds") => {
            let array = gdsii::Array {
                cell: drawn.cell.clone(),
                counts: drawn.counts,
                pitch: drawn.pitch,
            };
            gdsii::write_array(&array, "PATTERN")
                .ok()
                .context("polygons of at most 8189 corners")?
        }
        Some("glp") => glp::write(&drawn.flat(), "pattern").into_bytes(),
        Some("ron") => layout::write(&drawn.flat()).into_bytes(),
        _ => bail!("{shown}: expected the ending .gds, .glp or .ron"),
    };
    atomically(&args.out, &bytes)?;
    let texts = texts(args.lang);
    let facts = [
        ("count", number(drawn.count() as f64, 0)),
        (
            "width",
            number(
                f64::from(drawn.counts[0]) * f64::from(drawn.pitch[0]) * 1e-3,
                1,
            ),
        ),
        (
            "height",
            number(
                f64::from(drawn.counts[1]) * f64::from(drawn.pitch[1]) * 1e-3,
                1,
            ),
        ),
        ("file", shown.to_string()),
    ];
    let facts = facts.each_ref().map(|(k, v)| (*k, v.as_str()));
    println!("{}", texts.with("litho-pattern-done", &facts));
    Ok(code::PASSED)
}
