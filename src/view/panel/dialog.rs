//! Asks where a file lies or is to lie: by the system's dialog, or, where there is none, by a line
//! of our own that the path is typed into.
//!
//! The system's dialog waits in a thread of its own, so that the picture goes on.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use egui::{Context, Frame, Id, Key, Label, Margin, Modal, RichText, TextEdit, Ui, Vec2};
use egui::{WidgetInfo, WidgetType};
use egui_phosphor::regular as icon;

use super::desk::Desk;
use super::export::Export;
use super::style::{colour, small, strong, theme};
use crate::view::tokens::{frame_pt, space_pt, type_pt};

/// A dialog that is over sooner was never shown: nobody reads and answers that fast. The libraries
/// for dialogs do not tell "cancelled" from "there is no dialog here".
const NEVER_SHOWN: Duration = Duration::from_millis(300);

/// Names listed below the line.
const LISTED: usize = 10;

/// What a path is wanted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// A scene to open.
    Open,
    /// Where the scene is saved.
    SaveAs,
    /// A layout or optics for the process bench.
    Bench,
    /// Where these files are saved: one under a name, several in a folder.
    Export(Export),
}

impl Wish {
    fn title(&self) -> &'static str {
        match self {
            Self::Open => "cmd-open",
            Self::SaveAs => "cmd-save-as",
            Self::Bench => "process-choose",
            Self::Export(_) => "dialog-export",
        }
    }

    /// Endings of the files that fit; none: all do.
    fn endings(&self) -> &'static [&'static str] {
        match self {
            Self::Open | Self::SaveAs => &["ron"],
            Self::Bench => &["gds", "gds2", "gdsii", "glp", "ron"],
            Self::Export(_) => &[],
        }
    }

    /// Whether a file of this name fits.
    fn fits(&self, name: &str) -> bool {
        let endings = self.endings();
        let ending = name.rsplit_once('.').map(|(_, e)| e.to_lowercase());
        endings.is_empty() || ending.is_some_and(|e| endings.contains(&e.as_str()))
    }

    /// Whether something that is there is read.
    fn reads(&self) -> bool {
        matches!(self, Self::Open | Self::Bench)
    }

    /// Whether a folder is wanted, not a file.
    fn is_folder(&self) -> bool {
        matches!(self, Self::Export(export) if export.files.len() > 1)
    }
}

struct Answer {
    wish: Wish,
    name: String,
    path: Option<PathBuf>,
    took: Duration,
}

/// The line of our own.
struct Typed {
    wish: Wish,
    text: String,
    /// Folder that is listed, and what is in it: name, whether it is a folder.
    listed: Option<(PathBuf, Vec<(String, bool)>)>,
}

/// Asks for paths, one at a time.
pub struct Asker {
    sender: Sender<Answer>,
    answers: Mutex<Receiver<Answer>>,
    waiting: bool,
    typed: Option<Typed>,
    chosen: Option<(Wish, PathBuf)>,
    /// Answers in place of the system's dialogs, first to come first used; for whoever drives the
    /// program without a person before it.
    pub prepared: Option<VecDeque<PathBuf>>,
}

impl Default for Asker {
    fn default() -> Self {
        let (sender, answers) = channel();
        Self {
            sender,
            answers: Mutex::new(answers),
            waiting: false,
            typed: None,
            chosen: None,
            prepared: None,
        }
    }
}

impl Asker {
    /// Asks, with a name to begin with; false: another question is not answered yet.
    pub fn ask(&mut self, wish: Wish, name: &str) -> bool {
        if !self.is_free() {
            return false;
        }
        if let Some(prepared) = &mut self.prepared {
            self.chosen = prepared.pop_front().map(|path| (wish, path));
            return true;
        }
        self.waiting = true;
        let (sender, name) = (self.sender.clone(), name.to_owned());
        std::thread::spawn(move || {
            let begun = Instant::now();
            let path = system(&wish, &name);
            let answer = Answer {
                wish,
                name,
                path,
                took: begun.elapsed(),
            };
            // The program may have ended meanwhile.
            let _ = sender.send(answer);
        });
        true
    }

    /// Asks where files are to lie.
    pub fn ask_export(&mut self, export: Export) -> bool {
        let name = match export.files.as_slice() {
            [(name, _)] => name.clone(),
            _ => String::new(),
        };
        self.ask(Wish::Export(export), &name)
    }

    /// Whether no question is open and no answer waits to be taken.
    pub fn is_free(&self) -> bool {
        !self.waiting && self.typed.is_none() && self.chosen.is_none()
    }

    /// Whether the line of our own stands open.
    pub fn is_typed(&self) -> bool {
        self.typed.is_some()
    }

    /// The path that was chosen, once.
    pub fn take(&mut self) -> Option<(Wish, PathBuf)> {
        let answer = self.answers.get_mut().ok().and_then(|a| a.try_recv().ok());
        if let Some(answer) = answer {
            self.waiting = false;
            match answer.path {
                Some(path) => self.chosen = Some((answer.wish, path)),
                None if answer.took < NEVER_SHOWN => self.type_in(answer.wish, &answer.name),
                None => {}
            }
        }
        self.chosen.take()
    }

    fn type_in(&mut self, wish: Wish, name: &str) {
        let here = std::env::current_dir().unwrap_or_default();
        self.typed = Some(Typed {
            wish,
            text: here.join(name).display().to_string(),
            listed: None,
        });
    }
}

fn system(wish: &Wish, name: &str) -> Option<PathBuf> {
    let dialog = rfd::FileDialog::new();
    match wish {
        Wish::Open => dialog.add_filter("RON", wish.endings()).pick_file(),
        Wish::Bench => dialog
            .add_filter("GDSII, GLP, RON", wish.endings())
            .pick_file(),
        Wish::SaveAs => dialog
            .add_filter("RON", wish.endings())
            .set_file_name(name)
            .save_file(),
        Wish::Export(_) if wish.is_folder() => dialog.pick_folder(),
        Wish::Export(_) => dialog.set_file_name(name).save_file(),
    }
}

/// What is typed, as a path: `~` is the user's folder, and a scene's name ends in `.ron`.
fn path_of(text: &str, wish: &Wish) -> PathBuf {
    let text = text.trim();
    let home = directories::BaseDirs::new();
    let mut path = match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.home_dir().join(rest),
        _ => PathBuf::from(text),
    };
    if *wish == Wish::SaveAs && path.extension().is_none() {
        path.set_extension("ron");
    }
    path
}

/// The folder that is typed so far and the beginning of a name in it.
fn folder_of(path: &Path, text: &str) -> (PathBuf, String) {
    if text.ends_with(['/', '\\']) {
        return (path.to_owned(), String::new());
    }
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    (folder, name.into_owned())
}

/// Folders, and the files that fit the wish.
fn list(folder: &Path, wish: &Wish) -> Vec<(String, bool)> {
    let here = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let mut all: Vec<(String, bool)> = std::fs::read_dir(here)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_folder = entry.path().is_dir();
            let fits = is_folder || wish.fits(&name);
            (fits && !name.starts_with('.')).then_some((name, is_folder))
        })
        .collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    all
}

/// Draws the line of our own, if it is asked for.
pub fn show(ctx: &Context, desk: &mut Desk) {
    let t = desk.texts();
    let Some(asker) = desk.keeper.as_mut().map(|k| &mut k.asker) else {
        return;
    };
    let Some(mut typed) = asker.typed.take() else {
        return;
    };
    let room = ctx.viewport_rect().size() - Vec2::splat(48.0);
    let frame = Frame::popup(&ctx.global_style()).inner_margin(Margin::same(space_pt::L as i8));
    let mut done = None;
    let modal = Modal::new(Id::new("dialog")).frame(frame).show(ctx, |ui| {
        ui.set_width(room.x.min(560.0));
        ui.label(strong(t.get(typed.wish.title())).size(type_pt::LARGE));
        let why = format!("{} {}", icon::INFO, t.get("dialog-none"));
        ui.add(Label::new(small(ui, why)).wrap());
        ui.add_space(space_pt::S);
        let id = Id::new("dialog-path");
        let first = ui.data(|d| d.get_temp::<bool>(id)).is_none();
        let line = TextEdit::singleline(&mut typed.text)
            .id(id)
            .margin(Vec2::splat(space_pt::S))
            .desired_width(f32::INFINITY);
        let response = ui.add(line);
        response
            .widget_info(|| WidgetInfo::labeled(WidgetType::TextEdit, true, t.get("dialog-path")));
        if first {
            ui.data_mut(|d| d.insert_temp(id, true));
            response.request_focus();
        }
        let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        let path = path_of(&typed.text, &typed.wish);
        if let Some(next) = names(ui, &mut typed, &path) {
            typed.text = next;
            response.request_focus();
        }
        ui.add_space(space_pt::S);
        let opens = typed.wish.reads();
        let look = theme(ui);
        if !opens && path.is_file() {
            let words = format!("{} {}", icon::WARNING, t.get("dialog-replaces"));
            ui.label(RichText::new(words).color(colour(look.warn)));
        }
        ui.horizontal(|ui| {
            let ready = match (&typed.wish, opens) {
                (wish, _) if wish.is_folder() => !path.is_file(),
                (_, true) => path.is_file(),
                (_, false) => !path.is_dir(),
            };
            let key = if opens { "dialog-open" } else { "dialog-save" };
            let words = RichText::new(t.get(key)).color(colour(look.bg));
            let button = egui::Button::new(words).fill(colour(look.accent));
            let pressed = ui.add_enabled(ready, button).clicked();
            if ready && (pressed || entered) {
                done = Some(Some(path.clone()));
            } else if entered {
                response.request_focus();
            }
            if ui.button(t.get("panel-cancel")).clicked() {
                done = Some(None);
            }
        });
    });
    if modal.should_close() && done.is_none() {
        done = Some(None);
    }
    match done {
        None => asker.typed = Some(typed),
        Some(path) => {
            ctx.data_mut(|d| d.remove_temp::<bool>(Id::new("dialog-path")));
            asker.chosen = path.map(|p| (typed.wish, p));
        }
    }
}

/// What the folder holds that begins as typed; gives the text that a chosen one makes.
fn names(ui: &mut Ui, typed: &mut Typed, path: &Path) -> Option<String> {
    let (folder, begin) = folder_of(path, typed.text.trim());
    if typed.listed.as_ref().is_none_or(|(of, _)| *of != folder) {
        typed.listed = Some((folder.clone(), list(&folder, &typed.wish)));
    }
    let (_, all) = typed.listed.as_ref()?;
    let exact = all
        .iter()
        .any(|(name, is_folder)| *name == begin && !is_folder);
    // A name that stands there already, or is new, is no filter.
    let fits = |name: &str| exact || name.starts_with(&begin);
    let some = all.iter().any(|(name, _)| fits(name));
    let mut chosen = None;
    for (name, is_folder) in all.iter().filter(|(n, _)| !some || fits(n)).take(LISTED) {
        let face = if *is_folder {
            icon::FOLDER
        } else {
            icon::FILE_TEXT
        };
        let entry = egui::Button::selectable(false, format!("{face}  {name}"))
            .min_size(Vec2::new(ui.available_width(), frame_pt::ROW));
        if ui.add(entry).clicked() {
            let mut next = folder.join(name).display().to_string();
            if *is_folder {
                next.push('/');
            }
            chosen = Some(next);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_a_path() {
        assert_eq!(path_of(" a/b ", &Wish::SaveAs), Path::new("a/b.ron"));
        assert_eq!(path_of("a/b.txt", &Wish::SaveAs), Path::new("a/b.txt"));
        assert_eq!(path_of("a/b", &Wish::Open), Path::new("a/b"));
        let folder = |text: &str| folder_of(&path_of(text, &Wish::Open), text);
        assert_eq!(folder("a/b"), (PathBuf::from("a"), "b".to_owned()));
        assert_eq!(folder("a/b/"), (PathBuf::from("a/b/"), String::new()));
    }

    #[test]
    fn one_question_at_a_time() {
        let mut asker = Asker::default();
        asker.type_in(Wish::Open, "x.ron");
        assert!(asker.is_typed());
        assert!(!asker.ask(Wish::SaveAs, "y.ron"));
    }
}
