//! What lies on the disk: preferences, scenes, unsaved work, files the user asks for.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::SystemTime;

use super::desk::Desk;
use super::dialog::{Asker, Wish};
use super::export::Export;
use super::leave::Then;
use super::notice::Weight;
use super::prefs::Prefs;
use super::process::offer::{self, Opened};
use super::recovery::{Due, Recovery, due};
use super::unsaved::Unsaved;
use crate::results::write::{WriteError, atomically};
use crate::scene::Bundle;
use crate::view::i18n::Texts;
use crate::view::{faults, shipped};
use crate::whatif::{Ask, Memory};

pub(super) use crate::whatif::Study;

/// Seconds between two looks at whether anything is to be kept; no more than that is ever lost.
const LOOK_S: f64 = 1.0;

/// Keeps things on the disk.
pub struct Keeper {
    folder: PathBuf,
    prefs: Prefs,
    looked_s: f64,
    /// Scene and revision that were last kept, or seen to need no keeping.
    kept: Option<(String, u64)>,
    /// Times of the open scene's files when they were last read or written.
    times: Vec<(String, Option<SystemTime>)>,
    /// Reads a layout or optics that was chosen, as large ones take their time.
    reading: Option<JoinHandle<Result<Opened, String>>>,
    /// Asks for paths.
    pub(super) asker: Asker,
    /// Unsaved work: ours, and what was found at the start.
    unsaved: Unsaved,
    /// Whether the question about found work was put off.
    later: bool,
}

fn folder_for(folder: &Path) -> Result<(), WriteError> {
    std::fs::create_dir_all(folder).map_err(|source| WriteError::Io {
        path: folder.display().to_string(),
        source,
    })
}

fn time_of(path: &str) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}

impl Keeper {
    /// Reads preferences and unsaved work from a folder; what is not there is as at the first
    /// start.
    pub fn new(folder: &Path) -> Self {
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
        let prefs = read("preferences.json").and_then(|text| serde_json::from_str(&text).ok());
        Self {
            folder: folder.to_owned(),
            prefs: prefs.unwrap_or_default(),
            looked_s: 0.0,
            kept: None,
            times: Vec::new(),
            reading: None,
            asker: Asker::default(),
            unsaved: Unsaved::new(folder),
            later: false,
        }
    }

    /// The folder for this user's preferences; `None` where the system names none.
    pub fn folder_of_user() -> Option<PathBuf> {
        let dirs = directories::ProjectDirs::from("", "", "geoul")?;
        Some(dirs.config_dir().to_owned())
    }

    /// Preferences as read at the start.
    pub fn prefs(&self) -> &Prefs {
        &self.prefs
    }

    fn write(&self, name: &str, text: &str) -> Result<(), WriteError> {
        folder_for(&self.folder)?;
        atomically(&self.folder.join(name), text.as_bytes())
    }

    /// A work that was found, until it is decided upon.
    pub(super) fn found(&self) -> Option<&Recovery> {
        self.unsaved.found()
    }

    /// Whether the user is still to be asked about found work.
    pub(super) fn asks_about_found(&self) -> bool {
        !self.later && self.unsaved.found().is_some()
    }

    /// Puts the question about found work off.
    pub(super) fn put_off(&mut self) {
        self.later = true;
    }

    /// Whether a line of our own asks for a path.
    pub(super) fn is_asking(&self) -> bool {
        self.asker.is_typed()
    }

    /// Nothing is unsaved any more.
    pub(super) fn forget_unsaved(&self) {
        self.unsaved.forget();
    }
}

/// Whether files are held over the window that only the keeper knows of.
pub(super) fn is_hovered() -> bool {
    false
}

/// Starts a study on all cores; the threads have a clock of their own.
pub(super) fn start_study(ask: Ask, memory: &Memory, _now_s: f64) -> Study {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u32);
    Study::start(ask, memory, threads)
}

/// A desk of this user: preferences read, unsaved work found. `environment` is the system's
/// language tag.
pub fn at_home(environment: Option<&str>) -> Desk {
    let Some(folder) = Keeper::folder_of_user() else {
        return Desk::new(Prefs::default(), environment);
    };
    in_folder(&folder, environment)
}

/// A desk whose preferences and unsaved work lie in a folder.
pub fn in_folder(folder: &Path, environment: Option<&str>) -> Desk {
    let keeper = Keeper::new(folder);
    let mut desk = Desk::new(keeper.prefs().clone(), environment);
    desk.keeper = Some(keeper);
    desk
}

impl Desk {
    /// Opens the scene at a path, or a shipped one; says why where it cannot.
    pub fn open(&mut self, path: &str) -> bool {
        if let Some(name) = path.strip_prefix(shipped::HEAD) {
            return match shipped::bundle(name) {
                Some(bundle) => {
                    self.open_bundle(bundle);
                    self.prefs.remember(path);
                    true
                }
                None => false,
            };
        }
        match Bundle::from_disk(path) {
            Ok(bundle) => {
                self.open_bundle(bundle);
                self.prefs.remember(path);
                self.note_times();
                true
            }
            Err(findings) => {
                let t = self.texts();
                let why = faults::findings(&findings, &t);
                let values = [("path", path.to_owned()), ("why", why)];
                let values = values.each_ref().map(|(k, v)| (*k, v.as_str()));
                self.say(Weight::Failure, t.with("panel-open-failed", &values));
                false
            }
        }
    }

    fn note_times(&mut self) {
        let files = self
            .session
            .as_ref()
            .map(|s| s.document().bundle().files.keys().cloned());
        let times = files.into_iter().flatten().map(|f| {
            let time = time_of(&f);
            (f, time)
        });
        let times = times.collect();
        if let Some(keeper) = &mut self.keeper {
            keeper.times = times;
        }
    }

    /// Asks for a scene to open.
    pub fn ask_open(&mut self) {
        self.ask_path(Wish::Open, "");
    }

    /// Asks for a layout or optics for the process bench.
    pub fn ask_bench(&mut self) {
        self.ask_path(Wish::Bench, "");
    }

    /// Asks where the scene is to be saved.
    pub fn ask_save_as(&mut self) {
        let Some(session) = &self.session else { return };
        let name = session.path().rsplit('/').next();
        let name = name.unwrap_or("scene.ron").to_owned();
        self.ask_path(Wish::SaveAs, &name);
    }

    fn ask_path(&mut self, wish: Wish, name: &str) {
        let Some(keeper) = &mut self.keeper else {
            return;
        };
        if !keeper.asker.ask(wish, name) {
            let said = self.texts().get("dialog-open-already");
            self.say(Weight::Warning, said);
        }
    }

    /// Saves the scene where it came from; a shipped scene is saved anew.
    pub fn save(&mut self) {
        let Some(session) = &self.session else { return };
        if session.path().starts_with(shipped::HEAD) {
            self.ask_save_as();
            return;
        }
        let path = session.path().to_owned();
        self.save_to(Path::new(&path));
    }

    /// Saves the scene and what it includes beside it.
    pub fn save_to(&mut self, path: &Path) {
        let Some(session) = &self.session else { return };
        let t = self.texts();
        let bundle = session.document().bundle().clone();
        match write_bundle(&bundle, path) {
            Ok(saved) => {
                let name = path.display().to_string();
                let moved = saved.main != bundle.main;
                if let Some(session) = &mut self.session {
                    if moved {
                        session.moved(saved);
                    }
                    session.set_saved();
                }
                self.prefs.remember(&name.replace('\\', "/"));
                self.note_times();
                if let Some(keeper) = &self.keeper {
                    keeper.unsaved.forget();
                }
                self.say(Weight::Done, t.with("panel-saved", &[("path", &name)]));
            }
            Err(error) => {
                let values = [
                    ("path", path.display().to_string()),
                    ("why", faults::write(&error, &t)),
                ];
                let values = values.each_ref().map(|(k, v)| (*k, v.as_str()));
                self.say(Weight::Failure, t.with("panel-save-failed", &values));
            }
        }
    }

    /// Takes up the unsaved work that was found at the start, or forgets it.
    pub fn recover(&mut self, take: bool) {
        let decided = self.keeper.as_mut().map(|k| k.unsaved.decide(take));
        match decided {
            Some(Ok(Some(found))) => {
                self.open_bundle(found.saved);
                if let Some(session) = &mut self.session {
                    session.replace(found.edited);
                }
                self.note_times();
                self.renew_run();
            }
            Some(Err(error)) => self.tell_unkept(&error),
            Some(Ok(None)) | None => {}
        }
    }

    fn tell_unkept(&mut self, error: &WriteError) {
        let t = self.texts();
        let why = faults::write(error, &t);
        let said = t.with("panel-autosave-failed", &[("why", &why)]);
        self.say(Weight::Warning, said);
    }

    /// Keeps what is to be kept; called with every tick.
    pub(super) fn keep(&mut self) {
        self.take_file();
        let now_s = self.clock_s;
        let Some(keeper) = &mut self.keeper else {
            return;
        };
        // One question at a time: what else is to be saved waits for its turn.
        if keeper.asker.is_free() && !self.exports.is_empty() {
            keeper.asker.ask_export(self.exports.remove(0));
        }
        let chosen = keeper.asker.take();
        let due = now_s - keeper.looked_s >= LOOK_S;
        if due {
            keeper.looked_s = now_s;
            if keeper.prefs != self.prefs {
                keeper.prefs = self.prefs.clone();
                if let Ok(text) = serde_json::to_string_pretty(&keeper.prefs) {
                    // Preferences that cannot be written are no reason to disturb anybody.
                    let _ = keeper.write("preferences.json", &text);
                }
            }
            self.keep_unsaved();
            self.look_outside();
        }
        match chosen {
            Some((Wish::Open, path)) => self.leave(Then::Open(path.display().to_string())),
            Some((Wish::SaveAs, path)) => self.save_to(&path),
            Some((Wish::Export(export), path)) => self.write_export(&path, &export),
            Some((Wish::Bench, path)) => {
                let lang = self.texts().lang();
                if let Some(keeper) = &mut self.keeper {
                    let read = move || offer::read(&path, &Texts::new(lang));
                    keeper.reading = Some(std::thread::spawn(read));
                }
            }
            None => {}
        }
    }

    /// Puts the file that was being read on the process bench, or says why it cannot be.
    fn take_file(&mut self) {
        let reading = self.keeper.as_mut().map(|k| &mut k.reading);
        let Some(reading) = reading.and_then(|r| r.take_if(|r| r.is_finished())) else {
            return;
        };
        let why = match reading.join() {
            Ok(Ok(opened)) => return self.process.take(opened),
            Ok(Err(why)) => why,
            Err(_) => "the reader ended early; this is a fault of the program".to_owned(),
        };
        let said = self.texts().with("process-open-failed", &[("why", &why)]);
        self.say(Weight::Failure, said);
    }

    /// Writes what was asked for: one file to the path, several into the folder.
    fn write_export(&mut self, path: &Path, export: &Export) {
        let t = self.texts();
        let name = path.display().to_string();
        let done = match export.files.as_slice() {
            [(_, bytes)] => atomically(path, bytes),
            several => folder_for(path).and_then(|()| {
                several
                    .iter()
                    .try_for_each(|(name, bytes)| atomically(&path.join(name), bytes))
            }),
        };
        match done {
            Ok(()) => self.say(Weight::Done, t.with("panel-saved", &[("path", &name)])),
            Err(error) => {
                let values = [("path", name), ("why", faults::write(&error, &t))];
                let values = values.each_ref().map(|(k, v)| (*k, v.as_str()));
                self.say(Weight::Failure, t.with("panel-save-failed", &values));
            }
        }
    }

    /// Keeps unsaved work on the disk, at once: also called when the program must end.
    pub fn keep_unsaved(&mut self) {
        let (Some(session), Some(keeper)) = (&self.session, &mut self.keeper) else {
            return;
        };
        let work = match due(session, &mut keeper.kept) {
            Due::Nothing => return,
            Due::Forget => return keeper.unsaved.forget(),
            Due::Keep(work) => work,
        };
        if let Err(error) = keeper.unsaved.keep(&work) {
            self.tell_unkept(&error);
        }
    }

    /// Reads the scene anew where its files were changed by another program.
    fn look_outside(&mut self) {
        let Some(keeper) = &self.keeper else { return };
        let times = keeper.times.iter().map(|(f, time)| (*time, time_of(f)));
        // A file that is just being replaced is looked at again when it is back.
        let mut changed = false;
        for (before, now) in times {
            if before.is_some() && now.is_none() {
                return;
            }
            changed |= before != now;
        }
        if !changed {
            return;
        }
        let Some(session) = &self.session else { return };
        let path = session.path().to_owned();
        let t = self.texts();
        let bundle = Bundle::from_disk(&path);
        self.note_times();
        let Ok(bundle) = bundle else { return };
        let Some(session) = &mut self.session else {
            return;
        };
        if bundle.files == session.saved().bundle().files {
            return;
        }
        if session.is_changed() {
            self.say(Weight::Warning, t.get("panel-changed-outside"));
        } else {
            session.replace(bundle);
            session.set_saved();
            self.note_times();
            self.renew_run();
            self.say(Weight::Info, t.get("panel-reloaded"));
        }
    }
}

/// Writes the files of a scene so that the main one lies at `path`; gives the bundle as it lies.
fn write_bundle(bundle: &Bundle, path: &Path) -> Result<Bundle, WriteError> {
    let main = path.display().to_string().replace('\\', "/");
    let home = |p: &str| {
        p.rsplit_once('/')
            .map_or(String::new(), |(dir, _)| format!("{dir}/"))
    };
    let (from, to) = (home(&bundle.main), home(&main));
    let mut saved = Bundle {
        main: main.clone(),
        ..Bundle::default()
    };
    for (name, text) in &bundle.files {
        let target = if *name == bundle.main {
            main.clone()
        } else {
            // What is included from outside the scene's folder stays where it is.
            name.strip_prefix(&from)
                .map_or_else(|| name.clone(), |rest| format!("{to}{rest}"))
        };
        let there = std::fs::read_to_string(&target).ok();
        if there.as_deref() != Some(text) {
            if let Some(folder) = Path::new(&target).parent() {
                folder_for(folder)?;
            }
            atomically(Path::new(&target), text.as_bytes())?;
        }
        saved.files.insert(target, text.clone());
    }
    Ok(saved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Command;

    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("geoul-keeper-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    fn seed(value: &str) -> Command {
        Command::Set {
            path: "run.seed".to_owned(),
            value: value.to_owned(),
        }
    }

    #[test]
    fn a_scene_is_saved_with_its_parts_and_read_back() {
        let home = folder("save");
        let mut desk = in_folder(&home, None);
        assert!(desk.open("geoul:/memory_fab.ron"));
        desk.edit("seed", &[seed("77")]);
        desk.save_to(&home.join("mine.ron"));
        let session = desk.session.as_ref().expect("open");
        assert!(!session.is_changed() && session.path().ends_with("mine.ron"));
        let mut other = in_folder(&home, None);
        assert!(other.open(&home.join("mine.ron").display().to_string()));
        let scene = other
            .session
            .as_ref()
            .and_then(|s| s.scene())
            .expect("sound");
        assert_eq!((scene.run.seed, scene.tool_groups.len()), (77, 118));
        std::fs::remove_dir_all(&home).expect("ours");
    }

    #[test]
    fn a_crash_loses_nothing() {
        let home = folder("crash");
        let mut desk = in_folder(&home, None);
        desk.open("geoul:/minifab.ron");
        desk.edit("seed", &[seed("99")]);
        for _ in 0..20 {
            desk.tick(1.0);
        }
        drop(desk);
        let mut again = in_folder(&home, None);
        assert!(again.keeper.as_ref().is_some_and(Keeper::asks_about_found));
        again.recover(true);
        let session = again.session.as_ref().expect("open");
        assert_eq!(session.scene().expect("sound").run.seed, 99);
        assert!(session.is_changed());
        std::fs::remove_dir_all(&home).expect("ours");
    }

    #[test]
    fn a_file_changed_outside_is_read_anew() {
        let home = folder("outside");
        let file = home.join("a.ron");
        let text = "(schema: 1, run: (seed: 3), tool_groups: {}, areas: { \"A\": () })";
        std::fs::write(&file, text).expect("written");
        let mut desk = in_folder(&home, None);
        desk.open(&file.display().to_string());
        std::fs::write(&file, text.replace('3', "44")).expect("written");
        let later = SystemTime::now() + std::time::Duration::from_secs(5);
        let opened = std::fs::File::options()
            .write(true)
            .open(&file)
            .expect("there");
        opened.set_modified(later).expect("a time");
        for _ in 0..5 {
            desk.tick(1.0);
        }
        let session = desk.session.as_ref().expect("open");
        assert_eq!(session.text_at("run.seed"), Some("44"));
        std::fs::remove_dir_all(&home).expect("ours");
    }

    #[test]
    fn what_is_exported_lies_where_it_was_asked_for() {
        let home = folder("export");
        let mut desk = in_folder(&home, None);
        let (one, many) = (home.join("a b.csv"), home.join("many"));
        let keeper = desk.keeper.as_mut().expect("in a folder");
        keeper.asker.prepared = Some([one.clone(), many.clone()].into());
        desk.export("x.csv", "1,2".to_owned());
        let files = vec![
            ("r.html".to_owned(), b"page".to_vec()),
            ("d.parquet".to_owned(), b"PAR1".to_vec()),
        ];
        desk.export_files(files);
        // The third finds no answer, as when somebody closes the dialog.
        desk.export("y.csv", "3".to_owned());
        for _ in 0..6 {
            desk.tick(0.1);
        }
        assert_eq!(std::fs::read(&one).expect("written"), b"1,2");
        assert_eq!(
            std::fs::read(many.join("r.html")).expect("written"),
            b"page"
        );
        assert!(many.join("d.parquet").exists());
        let said = desk.notices.iter().filter(|n| n.weight == Weight::Done);
        assert_eq!(said.count(), 2);
        assert!(desk.exports.is_empty());
        std::fs::remove_dir_all(&home).expect("ours");
    }

    #[test]
    fn preferences_are_kept() {
        let home = folder("prefs");
        let mut desk = in_folder(&home, Some("ko_KR.UTF-8"));
        desk.speak(crate::view::i18n::Lang::Ko);
        desk.prefs.scale = 1.5;
        desk.tick(3.0);
        let again = in_folder(&home, None);
        assert_eq!((again.prefs.scale, again.texts().lang().tag()), (1.5, "ko"));
        std::fs::remove_dir_all(&home).expect("ours");
    }
}
