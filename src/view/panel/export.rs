//! What leaves the panels as files: texts, tables, reports, each under a name of its own.

use egui::{Button, Ui};
use egui_phosphor::regular as icon;

use super::bench::Running;
use super::desk::Desk;
use super::notice::Weight;
use crate::view::faults;
use crate::view::report::study::{File, StudyFault, StudyInput, differences, file_name, render};
use crate::whatif::variants::to_text;

/// Files to be saved together: one under a name that is asked for, several in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Names and contents.
    pub files: Vec<File>,
}

/// Which study of the bench is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Study {
    /// That of the what-if.
    Single,
    /// That of all named variants.
    All,
}

impl Study {
    fn running(self, desk: &Desk) -> &Running {
        match self {
            Self::Single => &desk.bench.single,
            Self::All => &desk.bench.all,
        }
    }
}

/// What a study can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A page with verdicts, charts and tables.
    Report,
    /// Parquet tables.
    Tables,
    /// What each variant changes in the scene.
    Differences,
    /// The variants themselves.
    Variants,
}

impl Kind {
    /// All, in the order of the menu.
    pub const ALL: [Self; 4] = [
        Self::Report,
        Self::Tables,
        Self::Differences,
        Self::Variants,
    ];

    /// Key of its words.
    pub fn text_key(self) -> &'static str {
        match self {
            Self::Report => "panel-export-report",
            Self::Tables => "panel-export-parquet",
            Self::Differences => "panel-export-differences",
            Self::Variants => "panel-variants-save",
        }
    }

    fn icon(self) -> &'static str {
        match self {
            Self::Report => icon::FILE_HTML,
            Self::Tables => icon::TABLE,
            Self::Differences => icon::GIT_DIFF,
            Self::Variants => icon::FLOPPY_DISK,
        }
    }

    /// Whether it needs what came out of a study.
    pub fn needs_answer(self) -> bool {
        matches!(self, Self::Report | Self::Tables)
    }
}

impl Desk {
    /// Asks for a text to be saved under a name.
    pub fn export(&mut self, name: &str, text: String) {
        self.export_files(vec![(file_name(name), text.into_bytes())]);
    }

    /// Asks for files to be saved: one under a name, several in a folder.
    pub fn export_files(&mut self, files: Vec<File>) {
        if !files.is_empty() {
            self.exports.push(Export { files });
        }
    }

    /// Writes what was chosen of a menu; says why where it cannot.
    pub(super) fn export_study(&mut self, kind: Kind, of: Study) {
        match self.study_files(kind, of) {
            Ok(files) => self.export_files(files),
            Err(fault) => {
                let t = self.texts();
                let why = match &fault {
                    StudyFault::Knob(fault) => faults::knob(fault, &t),
                    StudyFault::Write(error) => faults::write(error, &t),
                };
                let said = t.with("panel-export-failed", &[("why", &why)]);
                self.say(Weight::Failure, said);
            }
        }
    }

    fn study_files(&self, kind: Kind, of: Study) -> Result<Vec<File>, StudyFault> {
        if let (Some(asked), Some(view)) = (&of.running(self).asked, &of.running(self).view) {
            let input = StudyInput {
                scene: &asked.scene,
                base: &asked.base,
                variants: &asked.variants,
                view,
            };
            match kind {
                Kind::Report => {
                    let page = render(&input, self.texts().lang())?;
                    return Ok(vec![("report.html".to_owned(), page.into_bytes())]);
                }
                Kind::Tables => return input.tables(),
                Kind::Differences | Kind::Variants => {}
            }
        }
        let variants = match of {
            Study::All => self.bench.variants.clone(),
            Study::Single => vec![self.bench.variant(self.bench.what().name())],
        };
        let scene = self.session.as_ref().and_then(|s| s.scene());
        match (kind, scene) {
            (Kind::Differences, Some(scene)) => Ok(differences(scene, &variants)?),
            (Kind::Variants, _) => {
                let text = to_text(&variants).into_bytes();
                Ok(vec![("variants.ron".to_owned(), text)])
            }
            _ => Ok(Vec::new()),
        }
    }
}

/// A button with what can be exported below it.
pub fn menu(ui: &mut Ui, desk: &mut Desk, of: Study) {
    let t = desk.texts();
    let words = format!("{} {}", icon::EXPORT, t.get("panel-export"));
    ui.menu_button(words, |ui| {
        for kind in Kind::ALL {
            let answered = of.running(desk).view.as_ref();
            let answered = answered.is_some_and(|v| v.pairs_done > 0);
            let fits = answered || !kind.needs_answer();
            let entry = Button::new(format!("{} {}", kind.icon(), t.get(kind.text_key())));
            if ui.add_enabled(fits, entry).clicked() {
                desk.export_study(kind, of);
                ui.close();
            }
        }
    });
}
