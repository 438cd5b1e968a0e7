//! The program: picks the command, and is the only place that ends the process.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(not(target_family = "wasm"))]
    return ExitCode::from(geoul::cli::run(std::env::args_os()));
    // A page has its own entry (`view::web`); the program does nothing there.
    #[cfg(target_family = "wasm")]
    ExitCode::SUCCESS
}
