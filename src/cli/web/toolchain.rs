//! The compiler for wasm32: one with its standard library, else one that can build it from source.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

/// What the page is compiled for.
const TARGET: &str = "wasm32-unknown-unknown";
/// Random numbers of libraries come from the browser.
const RUSTFLAGS: &str = "--cfg getrandom_backend=\"wasm_js\"";

/// Cargo and compiler, and where the standard library for wasm comes from.
#[derive(Debug)]
pub struct Toolchain {
    /// Cargo.
    pub cargo: PathBuf,
    rustc: PathBuf,
    version: String,
    std: Std,
}

#[derive(Debug, PartialEq, Eq)]
enum Std {
    /// It is installed.
    Installed,
    /// Its source is; the linker, where the compiler brings none.
    FromSource { linker: Option<PathBuf> },
}

impl std::fmt::Display for Toolchain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.version, self.rustc.display())?;
        match &self.std {
            Std::Installed => write!(f, ", {TARGET}"),
            Std::FromSource { linker: None } => write!(f, ", {TARGET} -Zbuild-std"),
            Std::FromSource {
                linker: Some(linker),
            } => write!(f, ", {TARGET} -Zbuild-std, {}", linker.display()),
        }
    }
}

/// Looks for a compiler: that of the path first, then the system's; one that has the standard library
/// before one that must build it.
///
/// # Errors
/// There is none; the message says what to install.
pub fn find(root: &Path) -> anyhow::Result<Toolchain> {
    let pairs = [
        (PathBuf::from("cargo"), PathBuf::from("rustc")),
        (
            PathBuf::from("/usr/bin/cargo"),
            PathBuf::from("/usr/bin/rustc"),
        ),
    ];
    let mut from_source = None;
    let mut lacks_linker = false;
    for (cargo, rustc) in pairs {
        let Some(version) = said(root, &rustc, &["--version"]) else {
            continue;
        };
        if said(root, &cargo, &["--version"]).is_none() {
            continue;
        }
        let made = |std| Toolchain {
            cargo: cargo.clone(),
            rustc: rustc.clone(),
            version: version.clone(),
            std,
        };
        let libraries = said(
            root,
            &rustc,
            &["--print", "target-libdir", "--target", TARGET],
        );
        if libraries.is_some_and(|folder| has_std(Path::new(&folder))) {
            return Ok(made(Std::Installed));
        }
        let Some(sysroot) = said(root, &rustc, &["--print", "sysroot"]) else {
            continue;
        };
        let rustlib = Path::new(&sysroot).join("lib/rustlib");
        if !rustlib.join("src/rust/library/std/Cargo.toml").is_file() {
            continue;
        }
        let linker = linker(&rustlib);
        lacks_linker |= linker.is_none();
        if let Some(linker) = linker
            && from_source.is_none()
        {
            from_source = Some(made(Std::FromSource { linker }));
        }
    }
    match from_source {
        Some(found) => Ok(found),
        None => bail!(missing(lacks_linker)),
    }
}

fn missing(lacks_linker: bool) -> String {
    let head = if lacks_linker {
        "no linker for wasm32 is installed (`wasm-ld`); install LLVM's, e.g.\n  \
         apt-get install lld-19\nor the ordinary target"
    } else {
        "no Rust for wasm32 is installed; either"
    };
    format!(
        "{head}\n  rustup target add {TARGET}\nor, where rustup cannot be used, Debian's compiler with the \
         sources of the standard library\n  apt-get install rustc-web cargo-web rust-web-src lld-19"
    )
}

/// What a program says, without the line's end; `None` if it cannot be run or fails.
fn said(root: &Path, program: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root)
        .output()
        .ok()
        .filter(|o| o.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn has_std(folder: &Path) -> bool {
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    names
        .map(|entry| entry.file_name())
        .any(|name| name.to_string_lossy().starts_with("libstd-"))
}

/// The linker to name to Cargo; `Some(None)`: the compiler brings its own; `None`: there is none.
fn linker(rustlib: &Path) -> Option<Option<PathBuf>> {
    let hosts = std::fs::read_dir(rustlib).into_iter().flatten().flatten();
    if hosts
        .map(|host| host.path().join("bin/rust-lld"))
        .any(|own| own.is_file())
    {
        return Some(None);
    }
    let path = std::env::var_os("PATH")?;
    newest_linker(std::env::split_paths(&path)).map(Some)
}

/// `wasm-ld`, else the newest `wasm-ld-N`, of these folders.
fn newest_linker(folders: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    let mut best: Option<(u32, PathBuf)> = None;
    for entry in folders
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flatten()
        .flatten()
    {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|n| n.strip_prefix("wasm-ld")) else {
            continue;
        };
        let rank = match rest.strip_prefix('-') {
            None if rest.is_empty() => u32::MAX,
            Some(version) => match version.parse() {
                Ok(version) => version,
                Err(_) => continue,
            },
            None => continue,
        };
        if best.as_ref().is_none_or(|(known, _)| *known < rank) {
            best = Some((rank, entry.path()));
        }
    }
    best.map(|(_, path)| path)
}

impl Toolchain {
    /// Compiles the page's library; gives its file.
    ///
    /// # Errors
    /// Cargo cannot be run or fails.
    pub fn build(&self, root: &Path, target: &Path, more: &[String]) -> anyhow::Result<PathBuf> {
        let folder = target.join("wasm");
        let mut command = Command::new(&self.cargo);
        // Only here is the library one that can be loaded by itself: natively that would cost a link.
        command
            .current_dir(root)
            .args([
                "rustc",
                "--release",
                "--locked",
                "--lib",
                "--crate-type",
                "cdylib",
            ])
            .args([
                "--no-default-features",
                "--features",
                "web",
                "--target",
                TARGET,
            ])
            // What wasm-bindgen would only read and drop.
            .args(["--config", "profile.release.debug=false"])
            // Unlike natively, the engine is a third slower in several units of code.
            .args(["--config", "profile.release.package.geoul.codegen-units=1"])
            .env("CARGO_TARGET_DIR", &folder)
            .env("RUSTFLAGS", rustflags(std::env::var_os("RUSTFLAGS")));
        self.with_compiler(&mut command)?;
        if let Std::FromSource { linker } = &self.std {
            command
                .arg("-Zbuild-std=std,panic_abort")
                .env("RUSTC_BOOTSTRAP", "1");
            if let Some(linker) = linker {
                command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
            }
        }
        succeed(command.args(more))?;
        Ok(folder.join(TARGET).join("release/geoul.wasm"))
    }

    /// Lets a run of Cargo find the compiler that belongs to it, where another one is first on the path.
    ///
    /// # Errors
    /// The search path cannot be extended.
    pub fn with_compiler(&self, command: &mut Command) -> anyhow::Result<()> {
        if self.rustc.is_absolute() {
            command.env("RUSTC", &self.rustc);
            command.env("PATH", path_with(self.rustc.parent())?);
        }
        Ok(())
    }
}

/// The flags of the environment and ours.
fn rustflags(own: Option<OsString>) -> OsString {
    let mut flags = own.unwrap_or_default();
    if !flags.is_empty() {
        flags.push(" ");
    }
    flags.push(RUSTFLAGS);
    flags
}

/// The search path with a folder at its head.
fn path_with(folder: Option<&Path>) -> anyhow::Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = folder.map(Path::to_owned).into_iter();
    std::env::join_paths(folders.chain(std::env::split_paths(&path)))
        .context("the search path has a folder that cannot be named in it")
}

/// Runs a command to its end, its output shown.
///
/// # Errors
/// It cannot be run, or fails.
pub fn succeed(command: &mut Command) -> anyhow::Result<()> {
    let name = command.get_program().to_owned();
    let name = Path::new(&name).file_name().unwrap_or(OsStr::new("?"));
    let name = name.to_string_lossy();
    let status = command
        .status()
        .with_context(|| format!("cannot run {name}"))?;
    if !status.success() {
        bail!("{name} failed ({status})");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_linker_is_taken_and_the_plain_one_before_it() {
        let folder = std::env::temp_dir().join(format!("geoul-linkers-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let at = || newest_linker([folder.clone(), folder.join("none")].into_iter());
        assert_eq!(at(), None);
        for name in ["wasm-ld-9", "wasm-ld-19", "wasm-ldx", "wasm-ld-old"] {
            std::fs::write(folder.join(name), "").unwrap();
        }
        assert_eq!(at(), Some(folder.join("wasm-ld-19")));
        std::fs::write(folder.join("wasm-ld"), "").unwrap();
        assert_eq!(at(), Some(folder.join("wasm-ld")));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn flags_of_the_environment_are_kept() {
        assert_eq!(rustflags(None), RUSTFLAGS);
        let both = rustflags(Some("-Cdebuginfo=0".into()));
        assert_eq!(both, *format!("-Cdebuginfo=0 {RUSTFLAGS}"));
    }

    #[test]
    fn what_is_missing_is_named() {
        assert!(missing(false).contains("rustup target add wasm32-unknown-unknown"));
        assert!(missing(false).contains("rust-web-src"));
        assert!(missing(true).contains("`wasm-ld`"));
    }
}
