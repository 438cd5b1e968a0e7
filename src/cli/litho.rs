//! `geoul litho`: what a layout prints, its process window, its score in the contest's terms.

mod correct;
mod drawing;
mod exposure;
mod files;
mod image;
mod opc;
mod pattern;
mod score;
mod window;

use clap::Subcommand;

/// Lithography of a layout.
#[derive(Debug, Subcommand)]
pub enum LithoCommand {
    /// Aerial image and printed contours of a layout.
    Image(image::ImageArgs),
    /// Process window of a feature: its size through focus and dose.
    Window(window::WindowArgs),
    /// Scores a mask against its target as the ICCAD 2013 contest does.
    Score(score::ScoreArgs),
    /// Makes the mask that prints a layout best: by moving edges, or by inverse lithography.
    Opc(opc::OpcArgs),
    /// Draws a test pattern: lines, contacts, storage nodes, random wires.
    Pattern(pattern::PatternArgs),
}

/// Runs one of the commands.
///
/// # Errors
/// A file cannot be read or written, or the request fits no layout.
pub fn run(command: &LithoCommand) -> anyhow::Result<u8> {
    match command {
        LithoCommand::Image(args) => image::run(args),
        LithoCommand::Window(args) => window::run(args),
        LithoCommand::Score(args) => score::run(args),
        LithoCommand::Opc(args) => opc::run(args),
        LithoCommand::Pattern(args) => pattern::run(args),
    }
}
