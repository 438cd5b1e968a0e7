//! `geoul open`, and `geoul` alone: the desktop program.

use std::path::PathBuf;

use clap::Args;

use super::{LangArg, code};
use crate::view::app::{self, Refusal};
use crate::view::panel::keeper;

/// Arguments of `geoul open`.
#[derive(Args, Debug, Default)]
pub struct OpenArgs {
    /// Scene file; without it the start page opens.
    pub scene: Option<PathBuf>,
    /// Language; kept for later starts.
    #[arg(long)]
    lang: Option<LangArg>,
}

/// Opens the window.
///
/// # Errors
/// The scene cannot be read, or the system refuses the handler for its signals.
pub fn run(args: &OpenArgs) -> anyhow::Result<u8> {
    let mut desk = keeper::at_home(super::environment_tag().as_deref());
    if let Some(lang) = args.lang {
        desk.speak(lang.lang());
    }
    if let Some(scene) = &args.scene {
        // Faults inside a scene are shown in the window; a file that is not there is not.
        super::request::bundle(&scene.to_string_lossy())?;
        desk.open(&scene.to_string_lossy());
    }
    let texts = desk.texts();
    match app::run(desk, super::interrupt::flag()?) {
        Ok(()) => Ok(code::PASSED),
        Err(refusal) => Ok(tell(&refusal, &texts)),
    }
}

/// Says why nothing can be shown and what works without; gives the exit code.
pub fn tell(refusal: &Refusal, texts: &crate::view::i18n::Texts) -> u8 {
    match refusal {
        Refusal::NoDisplay(why) => {
            eprintln!("{}", texts.with("app-no-display", &[("why", why)]));
            eprintln!("{}", texts.get("app-headless-commands"));
            code::WRONG_INPUT
        }
        Refusal::NoAdapter(why) => {
            eprintln!("{}", texts.with("app-no-adapter", &[("why", why)]));
            eprintln!("{}", texts.get("app-headless-commands"));
            code::NO_DEVICE
        }
        Refusal::DeviceLost(why) => {
            eprintln!("{}", texts.with("app-device-lost", &[("why", why)]));
            eprintln!("{}", texts.get("app-headless-commands"));
            code::NO_DEVICE
        }
        Refusal::Interrupted => {
            eprintln!("{}", texts.get("app-interrupted"));
            code::INTERRUPTED
        }
        Refusal::Failed(why) => {
            eprintln!("{}", texts.with("app-failed", &[("why", why)]));
            code::WRONG_INPUT
        }
    }
}
