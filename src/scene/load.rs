//! Loading: from a source of texts to a checked scene with its document.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::check::{Models, check};
use super::diagnostic::{Diagnostics, Severity};
use super::document::Document;
pub use super::files::Source;
use super::files::{Files, normal};
use super::form::SceneForm;
use super::record::Value;
use super::schema::Scene;
use crate::words::Words;

/// A scene with all its files, as carried by the message that orders a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// Path of the main file among `files`.
    pub main: String,
    /// Texts by path: the main file, what it includes, the tool types beside it.
    pub files: BTreeMap<String, String>,
}

impl Source for Bundle {
    fn read(&self, path: &str) -> Result<String, Words> {
        self.files
            .get(path)
            .or_else(|| self.files.get(&normal(path)))
            .cloned()
            .ok_or_else(|| "there is no such file".into())
    }
}

impl Bundle {
    /// A scene that is one text.
    pub fn from_text(path: &str, text: &str) -> Self {
        Self {
            main: path.to_owned(),
            files: BTreeMap::from([(path.to_owned(), text.to_owned())]),
        }
    }

    /// Reads a scene file, all it includes, and the tool types in `tools/` beside it.
    ///
    /// A file that is missing is left out; [`load`] reports it at the place that names it.
    ///
    /// # Errors
    /// The main file cannot be read.
    #[cfg(not(target_family = "wasm"))]
    pub fn from_disk(path: &str) -> Result<Self, Diagnostics> {
        let main = path.replace('\\', "/");
        let mut files = Files::new(&Disk);
        if files.unite(&main).is_none() && files.read.is_empty() {
            return Err(Diagnostics::new(files.sources, files.cx.faults));
        }
        let texts = files.sources.into_iter().map(|f| (f.path, f.text));
        let mut bundle = Self {
            files: texts.collect(),
            main: main.clone(),
        };
        let tools = super::files::join(&main, "tools");
        // No folder of its own tool types is the usual case, not a fault.
        for entry in std::fs::read_dir(&tools).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".ron")
                && let Ok(text) = std::fs::read_to_string(entry.path())
            {
                bundle.files.insert(format!("{tools}/{name}"), text);
            }
        }
        Ok(bundle)
    }
}

/// The file system.
#[cfg(not(target_family = "wasm"))]
struct Disk;

#[cfg(not(target_family = "wasm"))]
impl Source for Disk {
    fn read(&self, path: &str) -> Result<String, Words> {
        std::fs::read_to_string(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".into(),
            std::io::ErrorKind::InvalidData => "it is no UTF-8 text".into(),
            _ => Words::of_system(&error),
        })
    }
}

/// What loading gives.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The checked scene, overrides applied.
    pub scene: Scene,
    /// The texts it came from, ready to be edited; overrides are not part of them.
    pub document: Document,
    /// What is probably not meant so; never an error.
    pub warnings: Diagnostics,
}

/// Loads and checks the scene at `path` of a source.
///
/// Each override is a path into the scene and a value, e.g. `("run.seed", "4")`.
///
/// # Errors
/// All faults of the scene at once, each with its place, expectation and nearest name;
/// warnings are among them.
pub fn load(
    source: &dyn Source,
    path: &str,
    overrides: &[(String, String)],
    models: &Models,
) -> Result<Loaded, Diagnostics> {
    let mut files = Files::new(source);
    let Some(mut root) = files.unite(path) else {
        return Err(Diagnostics::new(files.sources, files.cx.faults));
    };
    let overrides = files.overrides(overrides);
    files.set(&mut root, &overrides, true);
    files.tool_types(&mut root, path);
    files.set(&mut root, &overrides, false);
    files.parameters(&mut root);
    let form = SceneForm::decode(&root, &mut files.cx);
    let scene = form.map(|form| check(&form, models, &mut files.cx));
    let own: BTreeMap<String, String> = files
        .sources
        .iter()
        .filter(|f| files.read.contains(&f.path))
        .map(|f| (f.path.clone(), f.text.clone()))
        .collect();
    let mut findings = Diagnostics::new(files.sources, files.cx.faults);
    if findings.has_errors() {
        // What seems unused is often only what a misspelled name meant to use.
        findings.items.retain(|d| d.code != "unused");
    }
    match scene {
        Some(scene) if !findings.has_errors() => {
            debug_assert!(
                findings
                    .items
                    .iter()
                    .all(|d| d.severity == Severity::Warning)
            );
            Ok(Loaded {
                scene,
                document: Document::new(Bundle {
                    main: path.to_owned(),
                    files: own,
                }),
                warnings: findings,
            })
        }
        _ => Err(findings),
    }
}
