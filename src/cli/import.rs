//! `geoul import`: scenes from the files users have.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};

use crate::interop::fault::Faults;
use crate::interop::table::{self, Kind, Options};
use crate::interop::{Imported, smt2020};

/// Exit code of wrong input.
const WRONG_INPUT: u8 = 2;

/// Makes a scene of files in other forms.
#[derive(Args, Debug)]
pub struct ImportArgs {
    #[command(subcommand)]
    form: Form,
}

#[derive(Subcommand, Debug)]
enum Form {
    /// A folder of tab-separated tables in the form of the SMT2020 testbed: one whole scene.
    Smt2020 {
        /// The folder (part.txt, tool.txt.1l, order.txt, WIP.txt, the routes and the rest).
        folder: PathBuf,
        /// File to write; the standard output when absent.
        #[arg(short, long, value_name = "SCENE.RON")]
        output: Option<PathBuf>,
        /// Name of the scene; the folder's when absent.
        #[arg(long)]
        name: Option<String>,
    },
    /// A CSV file or workbook of routes, tools, lots in work or releases: a fragment for `include`.
    Table {
        /// The file (CSV in UTF-8, xlsx, xls or ods).
        file: PathBuf,
        /// What its rows are.
        #[arg(long = "as", value_enum)]
        kind: KindArg,
        /// Column of a field where its header is none of the usual names.
        #[arg(long = "map", value_name = "FIELD=COLUMN", value_parser = parse_mapping)]
        map: Vec<(String, String)>,
        /// Sheet of the workbook; its first that is not empty when absent.
        #[arg(long)]
        sheet: Option<String>,
        /// Leaves the areas of the tools to the scene to define.
        #[arg(long)]
        no_areas: bool,
        /// File to write; the standard output when absent.
        #[arg(short, long, value_name = "FRAGMENT.RON")]
        output: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum KindArg {
    /// Steps of routes, one per row.
    Routes,
    /// Tool groups.
    Tools,
    /// Lots in work at time 0.
    Wip,
    /// Release plans.
    Releases,
}

impl From<KindArg> for Kind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Routes => Self::Routes,
            KindArg::Tools => Self::Tools,
            KindArg::Wip => Self::Wip,
            KindArg::Releases => Self::Releases,
        }
    }
}

fn parse_mapping(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, column)) if !field.trim().is_empty() && !column.trim().is_empty() => {
            Ok((field.trim().to_owned(), column.trim().to_owned()))
        }
        _ => Err("expected FIELD=COLUMN, e.g. step=Operation".into()),
    }
}

/// Imports and writes; the exit code is 0, or 2 when the files have faults, which are then
/// listed on the standard error and nothing is written.
///
/// # Errors
/// The output cannot be written, or the file of a table cannot be read.
pub fn run(args: ImportArgs) -> anyhow::Result<u8> {
    let (imported, output) = match args.form {
        Form::Smt2020 {
            folder,
            output,
            name,
        } => {
            let name = name.unwrap_or_else(|| file_name(&folder));
            let files = smt2020::read_folder(&folder);
            (
                files.and_then(|files| smt2020::import(&name, &files)),
                output,
            )
        }
        Form::Table {
            file,
            kind,
            map,
            sheet,
            no_areas,
            output,
        } => {
            let bytes =
                std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            let options = Options {
                map,
                sheet,
                no_areas,
            };
            (
                table::import(&file_name(&file), &bytes, kind.into(), &options),
                output,
            )
        }
    };
    finish(imported, output.as_deref())
}

/// Last part of a path; of `.` or `..` that of the folder meant.
fn file_name(path: &Path) -> String {
    let whole = || path.canonicalize().ok();
    let name = path.file_name().map(ToOwned::to_owned);
    let name = name.or_else(|| whole()?.file_name().map(ToOwned::to_owned));
    name.map_or_else(
        || path.display().to_string(),
        |n| n.to_string_lossy().into_owned(),
    )
}

fn finish(imported: Result<Imported, Faults>, output: Option<&Path>) -> anyhow::Result<u8> {
    let imported = match imported {
        Ok(imported) => imported,
        Err(faults) => {
            eprintln!("{faults}");
            return Ok(WRONG_INPUT);
        }
    };
    for note in &imported.notes {
        eprintln!("note: {note}");
    }
    match output {
        None => std::io::stdout()
            .write_all(imported.text.as_bytes())
            .context("cannot write")?,
        Some(path) => {
            replace(path, &imported.text)
                .with_context(|| format!("cannot write {}", path.display()))?;
            eprintln!("wrote {}", path.display());
        }
    }
    Ok(0)
}

/// Writes under a temporary name beside `path`, then renames: a reader never sees half a file,
/// and what stood there before stays when the disk is full.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = std::fs::write(&temporary, text).and_then(|()| std::fs::rename(&temporary, path));
    if written.is_err() {
        // The first error is the one to tell; a file that was never made cannot be removed.
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        import: ImportArgs,
    }

    fn run_words(words: &[&str]) -> anyhow::Result<u8> {
        let words = std::iter::once("import").chain(words.iter().copied());
        run(Command::try_parse_from(words)?.import)
    }

    #[test]
    fn a_table_is_written_whole_or_not_at_all() {
        let folder = std::env::temp_dir().join(format!("geoul-cli-import-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let at = |name: &str| folder.join(name).display().to_string();
        let (csv, out) = (at("lots.csv"), at("wip.ron"));
        std::fs::write(&csv, "Los,product,step\nL1,A,1\n").expect("written");
        let plain = run_words(&["table", &csv, "--as", "wip", "-o", &out]).expect("ran");
        assert_eq!((plain, Path::new(&out).exists()), (WRONG_INPUT, false));
        let words = [
            "table", &csv, "--as", "wip", "--map", "name=Los", "-o", &out,
        ];
        assert_eq!(run_words(&words).expect("ran"), 0);
        let text = std::fs::read_to_string(&out).expect("readable");
        assert!(
            text.contains("(name: \"L1\", product: \"A\", step: 1)"),
            "{text}"
        );
        let left = std::fs::read_dir(&folder).expect("readable").count();
        assert_eq!(left, 2, "no temporary file stays");
        // A folder stands where the file should go.
        assert!(
            run_words(&[
                "table",
                &csv,
                "--as",
                "wip",
                "--map",
                "name=Los",
                "-o",
                &at("")
            ])
            .is_err()
        );
        assert!(run_words(&["table", &at("none.csv"), "--as", "wip"]).is_err());
        assert_eq!(
            run_words(&["smt2020", &at("none")]).expect("ran"),
            WRONG_INPUT
        );
        std::fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    fn a_mapping_has_two_sides() {
        assert_eq!(
            parse_mapping("step = 공정 = x"),
            Ok(("step".into(), "공정 = x".into()))
        );
        for bad in ["step", "=x", "step="] {
            assert!(parse_mapping(bad).is_err(), "{bad}");
        }
    }
}
