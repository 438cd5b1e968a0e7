//! The folder that a host serves: page, module, service worker, manifest; and what npm wants of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::page;
use crate::cli::table::{Side, Table};
use crate::view::i18n::{Texts, number};

/// What says which files belong to the page, and that the folder is one of ours.
const MANIFEST: &str = "manifest.json";
/// For npm and for people; a browser does not need them.
const PACKAGE_ONLY: [&str; 6] = [
    "package.json",
    "README.md",
    "geoul.d.ts",
    "OFL.txt",
    "LICENSE-MIT",
    "LICENSE-APACHE",
];

/// A file of the page.
#[derive(Clone, Debug)]
pub struct PageFile {
    /// Path in the folder, with slashes.
    path: String,
    bytes: u64,
    /// As a host sends it compressed; `None`: `gzip` is not installed.
    gzip: Option<u64>,
    sha256: [u8; 32],
}

/// Whether a build may write there.
///
/// # Errors
/// It is a file, or a folder that no build made.
pub fn replaceable(out: &Path) -> anyhow::Result<()> {
    let empty = || std::fs::read_dir(out).is_ok_and(|mut all| all.next().is_none());
    if !out.exists() || empty() || out.join(MANIFEST).is_file() {
        return Ok(());
    }
    bail!(
        "{} is no folder that an earlier build made; nothing there is replaced",
        out.display()
    )
}

/// Writes the folder: made beside its place, then put there whole. Gives the files of the page.
///
/// # Errors
/// A file cannot be read or written.
pub fn write(root: &Path, bindings: &Path, out: &Path) -> anyhow::Result<Vec<PageFile>> {
    replaceable(out)?;
    let mut made = out.as_os_str().to_owned();
    made.push(".tmp");
    let made = PathBuf::from(made);
    remove(&made)?;
    std::fs::create_dir_all(&made).with_context(|| format!("cannot make {}", made.display()))?;
    let assets = root.join("assets/web");
    // The page's own read-me takes the place of the fonts'.
    copy(&root.join("assets/fonts"), &made)?;
    copy(&assets, &made)?;
    copy(bindings, &made)?;
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        copy_file(&root.join(licence), &made.join(licence))?;
    }
    let template = read(&assets.join("index.html"))?;
    save(&made.join("index.html"), page::page(&template).as_bytes())?;
    save(&made.join("tokens.css"), page::tokens_css().as_bytes())?;
    save(&made.join("package.json"), package().as_bytes())?;

    let mut files = listed(&made)?;
    let worker = made.join("sw.js");
    let text = read(&worker)?.replace("\"{{files}}\"", &cached(&files).to_string());
    save(&worker, text.as_bytes())?;
    // The service worker names all others and so cannot name itself.
    files.retain(|f| f.path != "sw.js");
    files.push(measure(&made, "sw.js")?);
    save(&made.join(MANIFEST), manifest(&files).as_bytes())?;
    remove(out)?;
    std::fs::rename(&made, out).with_context(|| format!("cannot make {}", out.display()))?;
    Ok(files)
}

fn remove(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)
            .with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn save(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

fn copy_file(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(from)
        .with_context(|| format!("cannot read the folder {}", from.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot read {}", from.display()))?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir_all(&target)
                .with_context(|| format!("cannot make {}", target.display()))?;
            copy(&entry.path(), &target)?;
        } else {
            copy_file(&entry.path(), &target)?;
        }
    }
    Ok(())
}

/// The files that a browser loads, by path.
fn listed(folder: &Path) -> anyhow::Result<Vec<PageFile>> {
    let mut paths = Vec::new();
    walk(folder, "", &mut paths)?;
    paths.retain(|path| !PACKAGE_ONLY.contains(&path.as_str()));
    paths.sort();
    paths.iter().map(|path| measure(folder, path)).collect()
}

fn walk(folder: &Path, head: &str, paths: &mut Vec<String>) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("cannot read the folder {}", folder.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot read {}", folder.display()))?;
        let name = format!("{head}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            walk(&entry.path(), &format!("{name}/"), paths)?;
        } else {
            paths.push(name);
        }
    }
    Ok(())
}

fn measure(folder: &Path, path: &str) -> anyhow::Result<PageFile> {
    let file = folder.join(path);
    let bytes = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(PageFile {
        path: path.to_owned(),
        bytes: bytes.len() as u64,
        gzip: gzipped(&file),
        sha256: Sha256::digest(&bytes).into(),
    })
}

/// Size of a file as `gzip` makes it; `None` where that is not installed.
fn gzipped(file: &Path) -> Option<u64> {
    let mut child = Command::new("gzip")
        .args(["-9", "-c", "-n"])
        .arg(file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut sink = std::io::sink();
    let size = std::io::copy(child.stdout.as_mut()?, &mut sink).ok();
    let ended = child.wait().ok()?;
    size.filter(|_| ended.success())
}

/// What the service worker keeps: `[path, integrity]` of each file, in the order of their names.
fn cached(files: &[PageFile]) -> Value {
    files
        .iter()
        .filter(|f| f.path != "sw.js")
        .map(|f| json!([f.path, format!("sha256-{}", page::base64(&f.sha256))]))
        .collect()
}

fn manifest(files: &[PageFile]) -> String {
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(String::new(), |s, b| format!("{s}{b:02x}"))
    };
    let list: Value = files
        .iter()
        .map(
            |f| json!({"path": f.path, "bytes": f.bytes, "gzip": f.gzip, "sha256": hex(&f.sha256)}),
        )
        .collect();
    let text = json!({"name": "geoul", "version": env!("CARGO_PKG_VERSION"), "files": list});
    format!("{text:#}\n")
}

/// What npm reads; its files are the whole folder.
fn package() -> String {
    let text = json!({
        "name": "geoul",
        "version": env!("CARGO_PKG_VERSION"),
        "description": env!("CARGO_PKG_DESCRIPTION"),
        "license": env!("CARGO_PKG_LICENSE"),
        "repository": {"type": "git", "url": env!("CARGO_PKG_REPOSITORY")},
        "type": "module",
        "main": "./geoul.js",
        "types": "./geoul.d.ts",
        "exports": {
            ".": {"types": "./geoul.d.ts", "default": "./geoul.js"},
            "./*": "./*"
        },
        "files": ["*"],
        "sideEffects": false
    });
    format!("{text:#}\n")
}

/// The files with their sizes, and the sum.
pub fn table(files: &[PageFile], texts: &Texts) -> String {
    let mut table = Table::new([
        (texts.get("cli-web-file"), Side::Left),
        (texts.get("cli-web-bytes"), Side::Right),
        (texts.get("cli-web-gzip"), Side::Right),
    ]);
    let size = |bytes: Option<u64>| bytes.map_or("–".to_owned(), |b| number(b as f64, 0));
    for f in files {
        table.row([f.path.clone(), size(Some(f.bytes)), size(f.gzip)]);
    }
    let bytes: u64 = files.iter().map(|f| f.bytes).sum();
    let gzip: Option<u64> = files.iter().map(|f| f.gzip).sum();
    table.row([texts.get("cli-web-sum"), size(Some(bytes)), size(gzip)]);
    table.text()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("geoul-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let at = folder("not-ours");
        assert!(replaceable(&at).is_ok() && replaceable(&at.join("new")).is_ok());
        std::fs::write(at.join("thesis.txt"), "years of work").unwrap();
        assert!(replaceable(&at).is_err());
        assert!(write(&at, &at, &at).is_err() && at.join("thesis.txt").is_file());
        std::fs::write(at.join(MANIFEST), "{}").unwrap();
        assert!(replaceable(&at).is_ok());
        std::fs::remove_dir_all(&at).unwrap();
    }

    #[test]
    fn the_folder_names_each_of_its_files_with_its_hash() {
        let at = folder("site");
        let bindings = at.join("bindings");
        std::fs::create_dir_all(bindings.join("snippets")).unwrap();
        std::fs::write(bindings.join("geoul_wasm_bg.wasm"), b"\0asm").unwrap();
        std::fs::write(bindings.join("snippets/one.js"), "1").unwrap();
        let out = at.join("page");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let files = write(root, &bindings, &out).unwrap();
        let worker = std::fs::read_to_string(out.join("sw.js")).unwrap();
        let told: Value = serde_json::from_str(&read(&out.join(MANIFEST)).unwrap()).unwrap();
        let mut on_disk = Vec::new();
        walk(&out, "", &mut on_disk).unwrap();
        for path in on_disk {
            let package = PACKAGE_ONLY.contains(&path.as_str());
            let known = files.iter().any(|f| f.path == path);
            assert_eq!(known, !package && path != MANIFEST, "{path}");
            let kept = worker.contains(&format!("[\"{path}\",\"sha256-"));
            assert_eq!(kept, known && path != "sw.js", "{path}");
        }
        let wasm = told["files"].as_array().unwrap().iter();
        let wasm = wasm.filter(|f| f["path"] == "geoul_wasm_bg.wasm");
        // `printf '\0asm' | sha256sum`
        assert_eq!(
            wasm.map(|f| f["sha256"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>(),
            ["cd5d4935a48c0672cb06407bb443bc0087aff947c6b864bac886982c73b3027f"]
        );
        let page = read(&out.join("index.html")).unwrap();
        assert!(!page.contains("{{") && page.contains("\"ko\":{"));
        // Built again over itself.
        assert!(write(root, &bindings, &out).is_ok());
        std::fs::remove_dir_all(&at).unwrap();
    }
}
