//! The module's JavaScript side by wasm-bindgen at the locked version, and a smaller module by wasm-opt.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use super::toolchain::{Toolchain, succeed};

/// Head of the names of what wasm-bindgen writes.
pub const NAME: &str = "geoul_wasm";
/// The oldest wasm-opt that reads what today's compilers write.
const WASM_OPT_MIN: u32 = 116;

/// wasm-bindgen as a program.
#[derive(Debug)]
pub struct Bindgen {
    program: PathBuf,
    version: String,
}

impl std::fmt::Display for Bindgen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "wasm-bindgen {}", self.version)
    }
}

/// The program of exactly the locked version: one that is there, else installed beside the build.
///
/// # Errors
/// The lock file names none, or it cannot be installed.
pub fn bindgen(root: &Path, target: &Path, tools: &Toolchain) -> anyhow::Result<Bindgen> {
    let lock =
        std::fs::read_to_string(root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let Some(version) = locked(&lock, "wasm-bindgen") else {
        bail!("Cargo.lock names no wasm-bindgen");
    };
    let home = target.join("wasm-bindgen-cli");
    let own = home.join("bin/wasm-bindgen");
    for program in [&own, Path::new("wasm-bindgen")] {
        if version_of(program).as_deref() == Some(version) {
            return Ok(Bindgen {
                program: program.to_owned(),
                version: version.to_owned(),
            });
        }
    }
    // In a folder of its own: another build's features and flags are none of its business.
    let mut install = Command::new(&tools.cargo);
    // Its only feature is a client for servers of tests, which would need a compiler for C as well.
    install
        .args(["install", "wasm-bindgen-cli", "--version", version])
        .args(["--no-default-features", "--bin", "wasm-bindgen"])
        .arg("--root")
        .arg(&home)
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTFLAGS");
    tools.with_compiler(&mut install)?;
    succeed(&mut install).with_context(|| {
        format!("install it by hand: cargo install wasm-bindgen-cli --version {version}")
    })?;
    Ok(Bindgen {
        program: own,
        version: version.to_owned(),
    })
}

impl Bindgen {
    /// Writes module and JavaScript into a folder, which is emptied before.
    ///
    /// # Errors
    /// It fails, or the folder cannot be written.
    pub fn make(&self, wasm: &Path, folder: &Path) -> anyhow::Result<()> {
        if folder.exists() {
            std::fs::remove_dir_all(folder)
                .with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        succeed(
            Command::new(&self.program)
                .args(["--target", "web", "--no-typescript", "--out-name", NAME])
                .args(["--remove-name-section", "--remove-producers-section"])
                .arg("--out-dir")
                .arg(folder)
                .arg(wasm),
        )
    }
}

/// What became of the module.
pub enum Optimised {
    /// It was made smaller by this program.
    By(String),
    /// It stayed as it was, and why.
    No(String),
}

/// Makes the module smaller where wasm-opt is installed; it works without.
///
/// # Errors
/// wasm-opt fails.
pub fn optimise(folder: &Path) -> anyhow::Result<Optimised> {
    let program = Path::new("wasm-opt");
    let Some(version) = version_of(program) else {
        return Ok(Optimised::No("wasm-opt".to_owned()));
    };
    let number: u32 = version.parse().unwrap_or(0);
    if number < WASM_OPT_MIN {
        return Ok(Optimised::No(format!(
            "wasm-opt {version} < {WASM_OPT_MIN}"
        )));
    }
    let module = folder.join(format!("{NAME}_bg.wasm"));
    succeed(
        Command::new(program)
            .args(["-O2", "--enable-bulk-memory", "--enable-bulk-memory-opt"])
            .args(["--enable-nontrapping-float-to-int", "--enable-sign-ext"])
            .args(["--enable-mutable-globals", "--enable-multivalue"])
            .args([
                "--enable-reference-types",
                "--enable-call-indirect-overlong",
            ])
            .arg("-o")
            .arg(&module)
            .arg(&module),
    )?;
    Ok(Optimised::By(format!("wasm-opt {version}")))
}

/// The number in what a program says of its version: `wasm-opt version 132 (…)`, `wasm-bindgen 0.2.100`.
fn version_of(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
    text.split_whitespace().find(number).map(str::to_owned)
}

/// Version of a package in a lock file.
fn locked<'l>(lock: &'l str, package: &str) -> Option<&'l str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    let version = lines.next()?.strip_prefix("version = \"")?;
    version.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_read() {
        let lock = "[[package]]\nname = \"wasm-bindgen-shared\"\nversion = \"1.0\"\n\n[[package]]\n\
                    name = \"wasm-bindgen\"\nversion = \"0.2.9\"\n";
        assert_eq!(locked(lock, "wasm-bindgen"), Some("0.2.9"));
        assert_eq!(locked(lock, "wasm"), None);
    }
}
