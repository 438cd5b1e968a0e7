//! An open scene: its text, what it means, what is wrong with it, and the way back.

use std::sync::Arc;

use crate::scene::document::EditError;
use crate::scene::locate::Trees;
use crate::scene::schema::Scene;
use crate::scene::{Bundle, Command, Diagnostic, Diagnostics, Document, Severity, load};
use crate::sim::fab::Model;
use crate::whatif::models;
use crate::words::Words;

/// Edits that can be taken back.
const UNDO_MAX: usize = 500;

/// Commands made together and taken back together.
#[derive(Clone, Debug)]
struct Step {
    /// What was edited, for the list of edits.
    label: String,
    /// What undoes it (or does it again), in order.
    commands: Vec<Command>,
}

/// An open scene.
#[derive(Clone, Debug)]
pub struct Session {
    document: Document,
    /// As it was opened or last saved.
    saved: Document,
    scene: Option<Arc<Scene>>,
    model: Option<Arc<Model>>,
    findings: Diagnostics,
    /// Path of the place of each finding.
    places: Vec<String>,
    trees: Arc<Trees>,
    /// Why a scene without faults cannot run.
    refusal: Option<Words>,
    revision: u64,
    undo: Vec<Step>,
    redo: Vec<Step>,
}

impl Session {
    /// Opens the texts of a scene. A scene with faults opens too, so that they can be mended.
    pub fn new(bundle: Bundle) -> Self {
        let document = Document::new(bundle);
        let mut session = Self {
            saved: document.clone(),
            document,
            scene: None,
            model: None,
            findings: Diagnostics::default(),
            places: Vec::new(),
            trees: Arc::default(),
            refusal: None,
            revision: 0,
            undo: Vec::new(),
            redo: Vec::new(),
        };
        session.read();
        session
    }

    /// Path of the main file.
    pub fn path(&self) -> &str {
        &self.document.bundle().main
    }

    /// The text.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The scene as last read without faults.
    pub fn scene(&self) -> Option<&Arc<Scene>> {
        self.scene.as_ref()
    }

    /// The fab as last compiled.
    pub fn model(&self) -> Option<&Arc<Model>> {
        self.model.as_ref()
    }

    /// Errors and warnings of the text as it stands.
    pub fn findings(&self) -> &Diagnostics {
        &self.findings
    }

    /// The parse trees of the text.
    pub fn trees(&self) -> Arc<Trees> {
        Arc::clone(&self.trees)
    }

    /// Findings with the paths of their places.
    pub fn placed_findings(&self) -> impl Iterator<Item = (&str, &Diagnostic)> {
        let places = self.places.iter().map(String::as_str);
        places.zip(&self.findings.items)
    }

    /// The worst finding at a path.
    pub fn finding_at(&self, path: &str) -> Option<&Diagnostic> {
        let here = self.placed_findings().filter(|(place, _)| *place == path);
        here.map(|(_, d)| d).min_by_key(|d| d.severity)
    }

    /// The worst weight of findings at a path and below it.
    pub fn severity_under(&self, path: &str) -> Option<Severity> {
        let under = |place: &str| {
            let rest = place.strip_prefix(path);
            rest.is_some_and(|r| path.is_empty() || r.is_empty() || r.starts_with('.'))
        };
        let found = self.placed_findings().filter(|(place, _)| under(place));
        found.map(|(_, d)| d.severity).min()
    }

    /// Text of the value at a path as it stands in the scene.
    pub fn text_at(&self, path: &str) -> Option<&str> {
        let (file, node) = self.trees.get(path)?;
        let span = node.span.start as usize..node.span.end as usize;
        self.document.text(file)?.get(span)
    }

    /// The comment that ends the line of the value at a path; what people write about a value.
    pub fn remark_at(&self, path: &str) -> Option<&str> {
        let (file, node) = self.trees.get(path)?;
        let rest = self.document.text(file)?.get(node.span.end as usize..)?;
        let line = rest.lines().next()?;
        // A text value that holds two slashes comes before the end of the last one on its line.
        let from = line.rfind('"').unwrap_or(0);
        let (_, remark) = line[from..].split_once("//")?;
        Some(remark.trim()).filter(|r| !r.is_empty())
    }

    /// Whether the value at a path is said to be assumed: by the comment that ends its line.
    pub fn is_assumed(&self, path: &str) -> bool {
        let remark = self.remark_at(path).map(str::to_lowercase);
        remark.is_some_and(|r| r.contains("assumed") || r.contains("가정"))
    }

    /// Why the scene cannot run although it has no faults.
    pub fn refusal(&self) -> Option<&Words> {
        self.refusal.as_ref()
    }

    /// Grows with every change of the text.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether the text differs from what was opened or last saved.
    pub fn is_changed(&self) -> bool {
        self.document != self.saved
    }

    /// The text stands in the file now.
    pub fn set_saved(&mut self) {
        self.saved = self.document.clone();
    }

    /// The scene lies elsewhere from now on: the same texts under other paths.
    pub fn moved(&mut self, bundle: Bundle) {
        self.document = Document::new(bundle);
        // Splices name the files as they were called.
        self.undo.clear();
        self.redo.clear();
        self.read();
    }

    /// The text as it was opened or last saved.
    pub fn saved(&self) -> &Document {
        &self.saved
    }

    /// What the next undo takes back.
    pub fn undo_label(&self) -> Option<&str> {
        self.undo.last().map(|s| s.label.as_str())
    }

    /// What the next redo does again.
    pub fn redo_label(&self) -> Option<&str> {
        self.redo.last().map(|s| s.label.as_str())
    }

    /// Makes edits that belong together: all or none.
    ///
    /// # Errors
    /// One of them cannot be made; the text is as it was.
    pub fn edit(&mut self, label: &str, commands: &[Command]) -> Result<(), EditError> {
        let mut back = Vec::with_capacity(commands.len());
        for command in commands {
            match self.document.apply(command) {
                Ok(inverse) => back.push(inverse),
                Err(error) => {
                    self.take_back(back);
                    return Err(error);
                }
            }
        }
        back.reverse();
        self.redo.clear();
        if self.undo.len() == UNDO_MAX {
            self.undo.remove(0);
        }
        self.undo.push(Step {
            label: label.to_owned(),
            commands: back,
        });
        self.read();
        Ok(())
    }

    /// Undoes what a half-made edit has done.
    fn take_back(&mut self, back: Vec<Command>) {
        for inverse in back.iter().rev() {
            self.document
                .apply(inverse)
                .expect("the inverse of an edit just made fits");
        }
    }

    /// Takes the last edit back; gives its label.
    pub fn undo(&mut self) -> Option<String> {
        let step = self.undo.pop()?;
        let again = self.replay(&step);
        self.redo.push(again);
        self.read();
        Some(step.label)
    }

    /// Makes the last edit taken back again; gives its label.
    pub fn redo(&mut self) -> Option<String> {
        let step = self.redo.pop()?;
        let back = self.replay(&step);
        self.undo.push(back);
        self.read();
        Some(step.label)
    }

    fn replay(&mut self, step: &Step) -> Step {
        let mut inverse: Vec<Command> = Vec::with_capacity(step.commands.len());
        for command in &step.commands {
            let back = self.document.apply(command);
            inverse
                .push(back.expect("splices of the edit's own text fit while nothing else edits"));
        }
        inverse.reverse();
        Step {
            label: step.label.clone(),
            commands: inverse,
        }
    }

    /// Puts other texts in place of all, e.g. the files as they are on the disk now.
    pub fn replace(&mut self, bundle: Bundle) {
        self.document = Document::new(bundle);
        self.undo.clear();
        self.redo.clear();
        self.read();
    }

    /// Reads the text anew; where it has faults, the last sound scene stays.
    fn read(&mut self) {
        self.revision += 1;
        let bundle = self.document.bundle();
        match load(bundle, &bundle.main, &[], &models()) {
            Ok(loaded) => {
                self.findings = loaded.warnings;
                let scene = Arc::new(loaded.scene);
                match Model::new(&scene) {
                    Ok(model) => {
                        self.model = Some(Arc::new(model));
                        self.refusal = None;
                    }
                    Err(error) => {
                        self.model = None;
                        self.refusal = Some(error.words());
                    }
                }
                self.scene = Some(scene);
            }
            Err(findings) => self.findings = findings,
        }
        self.trees = Arc::new(Trees::of(&self.document));
        let place = |d: &Diagnostic| {
            let file = self.findings.files.get(d.span.file as usize)?;
            self.trees.path_at(&file.path, d.span.start)
        };
        let places = self
            .findings
            .items
            .iter()
            .map(|d| place(d).unwrap_or_default());
        self.places = places.collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"(
    schema: 1, name: "Two",
    run: (horizon: "10 d", seed: 3),
    areas: { "A": () },
    tool_groups: {
        "G": (area: "A", count: 2), // two of them
        "H": (area: "A", count: 1),
    },
    routes: { "R": (steps: [(name: "1", tools: "G", time: "10 min"), (name: "2", tools: "H", time: "5 min")]) },
    products: { "P": (route: "R") },
    releases: { "L": (product: "P", plan: Every(interval: "20 min")) },
)
"#;

    fn session() -> Session {
        Session::new(Bundle::from_text("two.ron", TEXT))
    }

    fn set(path: &str, value: &str) -> Command {
        Command::Set {
            path: path.to_owned(),
            value: value.to_owned(),
        }
    }

    fn count(session: &Session, group: usize) -> u32 {
        session.scene().expect("a scene").tool_groups[group].count
    }

    #[test]
    fn an_edit_goes_back_and_forth_byte_by_byte() {
        let mut s = session();
        assert!(s.findings().is_empty(), "{}", s.findings().to_text());
        s.edit("count", &[set("tool_groups.G.count", "5")])
            .expect("fits");
        s.edit(
            "both",
            &[
                set("tool_groups.G.count", "7"),
                set("tool_groups.H.count", "12"),
            ],
        )
        .expect("fits");
        assert_eq!((count(&s, 0), count(&s, 1)), (7, 12));
        let done = s.document().clone();
        assert_eq!(s.undo().as_deref(), Some("both"));
        assert_eq!((count(&s, 0), count(&s, 1)), (5, 1));
        assert_eq!(s.undo().as_deref(), Some("count"));
        assert_eq!(s.document().text("two.ron"), Some(TEXT));
        assert!(!s.is_changed() && s.undo().is_none());
        s.redo();
        s.redo();
        assert_eq!(s.document(), &done);
        assert!(s.is_changed() && s.redo().is_none());
    }

    #[test]
    fn edits_that_belong_together_are_made_all_or_none() {
        let mut s = session();
        let edits = [
            set("tool_groups.G.count", "5"),
            set("tool_groups.X.count", "5"),
        ];
        assert!(s.edit("paste", &edits).is_err());
        assert_eq!(s.document().text("two.ron"), Some(TEXT));
        assert!(s.undo_label().is_none());
    }

    #[test]
    fn a_fault_is_found_and_the_last_sound_scene_stays() {
        let mut s = session();
        let before = s.revision();
        s.edit("count", &[set("tool_groups.G.count", "\"many\"")])
            .expect("readable text");
        assert!(s.findings().has_errors());
        let fault = s
            .finding_at("tool_groups.G.count")
            .expect("the fault's place");
        assert_eq!(fault.severity, Severity::Error);
        assert_eq!(s.severity_under("tool_groups"), Some(Severity::Error));
        assert_eq!(s.severity_under("tool_group"), None);
        assert_eq!(s.text_at("tool_groups.G.count"), Some("\"many\""));
        assert_eq!(count(&s, 0), 2);
        assert!(s.revision() > before);
        s.undo();
        assert!(!s.findings().has_errors());
    }

    #[test]
    fn what_is_written_beside_a_value_is_found() {
        let text = TEXT
            .replace("// two of them", "// assumed: two of them")
            .replace(
                r#""H": (area: "A", count: 1),"#,
                r#""H": (area: "http://A", count: 1),"#,
            );
        let s = Session::new(Bundle::from_text("two.ron", &text));
        let count = "tool_groups.G.count";
        assert_eq!(s.remark_at(count), Some("assumed: two of them"));
        assert!(s.is_assumed(count));
        assert_eq!(s.remark_at("tool_groups.H.area"), None);
        assert!(!s.is_assumed("run.seed"));
    }

    #[test]
    fn a_new_edit_ends_the_way_forward() {
        let mut s = session();
        s.edit("a", &[set("tool_groups.G.count", "5")])
            .expect("fits");
        s.undo();
        s.edit("b", &[set("tool_groups.G.count", "6")])
            .expect("fits");
        assert!(s.redo_label().is_none());
    }
}
