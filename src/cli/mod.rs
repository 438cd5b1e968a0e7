//! The command line: one file per command.
//!
//! Every command gives its exit code: 0 passed, 1 a check of the scene failed, 2 wrong input,
//! 3 no device where one was demanded, 130 interrupted. Only `main` ends the process.

pub mod check;
pub mod compare;
pub mod compute;
pub mod doctor;
pub mod explain;
pub mod import;
pub mod kernels;
pub mod litho;
#[cfg(feature = "desktop")]
pub mod open;
pub mod run;
#[cfg(feature = "desktop")]
pub mod shot;
pub mod web;
pub mod whatif;

mod folder;
mod interrupt;
mod kpi_table;
mod progress;
mod request;
mod table;

use std::ffi::OsString;

use clap::{Parser, Subcommand, ValueEnum};

use crate::view::i18n::{Lang, Texts};

/// Exit codes.
mod code {
    /// Done, and every check passed.
    pub const PASSED: u8 = 0;
    /// A check of the scene failed.
    pub const CHECK_FAILED: u8 = 1;
    /// The input is wrong, or what was asked for cannot be.
    pub const WRONG_INPUT: u8 = 2;
    /// There is no device where one was demanded.
    pub const NO_DEVICE: u8 = 3;
    /// Interrupted by the user, as shells number it (128 + SIGINT).
    pub const INTERRUPTED: u8 = 130;
}

/// A digital twin of fabs.
#[derive(Debug, Parser)]
#[command(
    name = "geoul",
    version,
    about = "Geoul (거울): a digital twin of fabs",
    after_help = "Exit codes: 0 passed, 1 a check of the scene failed, 2 wrong input, \
                  3 no device where one was demanded, 130 interrupted."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs a scene and writes its report.
    Run(run::RunArgs),
    /// Checks a scene and lists all its faults at once.
    Check(check::CheckArgs),
    /// Runs two scenes with the same luck and tells what differs.
    Compare(compare::CompareArgs),
    /// Turns knobs of a scene and tells what that changes, with intervals and a verdict.
    #[command(name = "whatif")]
    WhatIf(whatif::WhatIfArgs),
    /// Tells where one lot's hours went.
    Explain(explain::ExplainArgs),
    /// Makes a scene of files in other forms.
    #[command(flatten_help = true)]
    Import(import::ImportArgs),
    /// Opens the desktop program, with a scene or with its start page.
    #[cfg(feature = "desktop")]
    Open(open::OpenArgs),
    /// Takes pictures of the plant and the panels without a window.
    #[cfg(feature = "desktop")]
    Shot(shot::ShotArgs),
    /// Lithography of a layout.
    #[command(subcommand, flatten_help = true)]
    Litho(litho::LithoCommand),
    /// The page: makes its folder, serves it on this machine.
    #[command(subcommand, flatten_help = true)]
    Web(web::WebCommand),
    /// Tells what this machine has to compute with, and what will be used.
    Doctor(doctor::DoctorArgs),
    /// Lists the GPU kernels: buffers, units, error against the CPU twin, time.
    Kernels(kernels::KernelsArgs),
}

/// Language of what is shown and written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum LangArg {
    /// English.
    En,
    /// 한국어.
    Ko,
}

impl LangArg {
    fn lang(self) -> Lang {
        match self {
            Self::En => Lang::En,
            Self::Ko => Lang::Ko,
        }
    }
}

/// The texts of the language asked for, else of the environment, else English.
fn texts(lang: Option<LangArg>) -> Texts {
    let asked = lang.map(LangArg::lang);
    let of_environment = || environment_tag().and_then(|tag| Lang::from_tag(&tag));
    Texts::new(asked.or_else(of_environment).unwrap_or_default())
}

/// The language of the environment.
fn environment_tag() -> Option<String> {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
}

/// Runs the command of these arguments (the program's name first); gives the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(message) => {
            // A closed output is no reason to complain about help that nobody reads.
            let _ = message.print();
            return u8::try_from(message.exit_code()).unwrap_or(code::WRONG_INPUT);
        }
    };
    let Some(command) = cli.command else {
        return without_command();
    };
    let done = match command {
        Command::Run(args) => run::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::WhatIf(args) => whatif::run(&args),
        Command::Import(args) => import::run(args),
        #[cfg(feature = "desktop")]
        Command::Open(args) => open::run(&args),
        #[cfg(feature = "desktop")]
        Command::Shot(args) => shot::run(&args),
        Command::Litho(command) => litho::run(&command),
        Command::Web(command) => web::run(&command),
        Command::Doctor(args) => doctor::run(&args),
        Command::Kernels(args) => kernels::run(&args),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        code::WRONG_INPUT
    })
}

/// `geoul` alone: the desktop program where it is built in, else the help.
fn without_command() -> u8 {
    #[cfg(feature = "desktop")]
    return open::run(&open::OpenArgs::default()).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        code::WRONG_INPUT
    });
    #[cfg(not(feature = "desktop"))]
    {
        use clap::CommandFactory;
        let _ = Cli::command().print_help();
        code::WRONG_INPUT
    }
}
