//! `geoul web`: makes the page's folder, and serves it on this machine.

mod bindings;
mod page;
mod serve;
mod site;
mod toolchain;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use super::{LangArg, code, texts};

/// The page: made from this source tree, served on this machine.
#[derive(Debug, Subcommand)]
pub enum WebCommand {
    /// Makes a folder that any static host can serve and npm can pack.
    Build(BuildArgs),
    /// Serves such a folder on this machine until Ctrl+C.
    Serve(ServeArgs),
}

/// Makes a folder that any static host can serve and npm can pack.
#[derive(Args, Debug)]
pub struct BuildArgs {
    /// Folder to make; one that an earlier build made is replaced.
    #[arg(long, value_name = "DIR", default_value = "out/page")]
    out: PathBuf,
    /// Language of what is said; that of the environment when absent.
    #[arg(long, value_enum)]
    lang: Option<LangArg>,
    /// More arguments for Cargo, e.g. `-- --config profile.release.package.geoul.opt-level=1`.
    #[arg(last = true, value_name = "CARGO ARGUMENTS")]
    cargo: Vec<String>,
}

/// Serves such a folder on this machine until Ctrl+C.
#[derive(Args, Debug)]
pub struct ServeArgs {
    /// Folder to serve.
    #[arg(value_name = "DIR", default_value = "out/page")]
    folder: PathBuf,
    /// Port; 0: any free one.
    #[arg(long, value_name = "N", default_value_t = 8080)]
    port: u16,
    /// Language of what is said; that of the environment when absent.
    #[arg(long, value_enum)]
    lang: Option<LangArg>,
}

/// Makes or serves the page.
///
/// # Errors
/// What is needed is not installed, a step fails, the folder cannot be written or the port is taken.
pub fn run(command: &WebCommand) -> anyhow::Result<u8> {
    match command {
        WebCommand::Build(args) => build(args)?,
        WebCommand::Serve(args) => {
            let texts = texts(args.lang);
            let server = serve::Server::bind(&args.folder, args.port)?;
            let address = server.address()?;
            println!(
                "{}",
                texts.with("cli-web-serving", &[("address", &address)])
            );
            server.run();
        }
    }
    Ok(code::PASSED)
}

fn build(args: &BuildArgs) -> anyhow::Result<()> {
    let texts = texts(args.lang);
    let root = source_tree(&std::env::current_dir().context("there is no current folder")?)?;
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root.join(folder),
        None => root.join("target"),
    };
    site::replaceable(&args.out)?;
    let say = |key: &str, values: &[(&str, &str)]| eprintln!("{}", texts.with(key, values));

    let tools = toolchain::find(&root)?;
    say("cli-web-toolchain", &[("tools", &tools.to_string())]);
    let wasm = tools.build(&root, &target, &args.cargo)?;
    let bindgen = bindings::bindgen(&root, &target, &tools)?;
    say("cli-web-bindings", &[("tool", &bindgen.to_string())]);
    let made = target.join("wasm/bindings");
    bindgen.make(&wasm, &made)?;
    match bindings::optimise(&made)? {
        bindings::Optimised::By(tool) => say("cli-web-optimised", &[("tool", &tool)]),
        bindings::Optimised::No(why) => say("cli-web-not-optimised", &[("why", &why)]),
    }
    let manifest = site::write(&root, &made, &args.out)?;
    print!("{}", site::table(&manifest, &texts));
    let folder = args.out.display().to_string();
    println!("{}", texts.with("cli-web-made", &[("folder", &folder)]));
    Ok(())
}

/// The source tree that a folder lies in.
fn source_tree(from: &Path) -> anyhow::Result<PathBuf> {
    for folder in from.ancestors() {
        let Ok(manifest) = std::fs::read_to_string(folder.join("Cargo.toml")) else {
            continue;
        };
        if manifest
            .lines()
            .any(|line| line.trim() == "name = \"geoul\"")
        {
            return Ok(folder.to_owned());
        }
    }
    bail!(
        "{} does not lie in Geoul's source tree; the page is built from it, so run this there",
        from.display()
    )
}
