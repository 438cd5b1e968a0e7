//! What a page keeps and hands out in the place of a disk: preferences and unsaved work in the
//! browser's storage; files come by its dialog or are dropped, and leave as downloads.

use super::desk::Desk;
use super::difference::difference;
use super::leave::Then;
use super::notice::Weight;
use super::prefs::Prefs;
use super::process::offer;
use super::recovery::{Due, Recovery, due};
use super::session::Session;
use crate::results::write::folder;
use crate::scene::Bundle;
use crate::view::shipped;
use crate::view::web::files::{self, Arrival, Purpose};
use crate::view::web::{address, store, workers};
use crate::whatif::{Ask, Memory};

pub(super) use crate::whatif::study_hands::Study;

/// Seconds between two looks at whether anything is to be kept; no more than that is ever lost.
const LOOK_S: f64 = 1.0;

/// Name of the preferences in the storage.
const PREFS: &str = "preferences";

/// Keeps things in the browser's storage.
pub struct Keeper {
    prefs: Prefs,
    looked_s: f64,
    /// Scene and revision that were last kept, or seen to need no keeping.
    kept: Option<(String, u64)>,
    /// Name of this page's own unsaved work.
    own: String,
    found: Vec<(String, Recovery)>,
    later: bool,
    /// A scene that came as files and waits to be opened.
    arrived: Option<Bundle>,
}

impl Keeper {
    /// Reads preferences, takes a place for unsaved work and finds what closed pages left.
    pub async fn new() -> Self {
        let prefs = store::read(PREFS).and_then(|text| serde_json::from_str(&text).ok());
        let (own, left) = store::take_place().await;
        let found = left.into_iter().filter_map(|name| {
            // What cannot be read, as of another version, stays where it is.
            let work = serde_json::from_str(&store::read(&name)?).ok()?;
            Some((name, work))
        });
        Self {
            prefs: prefs.unwrap_or_default(),
            looked_s: 0.0,
            kept: None,
            own,
            found: found.collect(),
            later: false,
            arrived: None,
        }
    }

    /// A work that was found, until it is decided upon.
    pub(super) fn found(&self) -> Option<&Recovery> {
        self.found.first().map(|(_, work)| work)
    }

    /// Whether the user is still to be asked about found work.
    pub(super) fn asks_about_found(&self) -> bool {
        !self.later && self.found().is_some()
    }

    /// Puts the question about found work off.
    pub(super) fn put_off(&mut self) {
        self.later = true;
    }

    /// Whether work was found that nobody decided upon.
    pub fn has_found(&self) -> bool {
        !self.found.is_empty()
    }

    /// Whether a line of our own asks for a path; the browser asks by itself.
    pub(super) fn is_asking(&self) -> bool {
        false
    }

    /// Nothing is unsaved any more.
    pub(super) fn forget_unsaved(&self) {
        store::remove(&self.own);
    }
}

/// A desk of this browser's user: preferences read, unsaved work found. `environment` is the
/// browser's language tag.
pub async fn at_home(environment: Option<&str>) -> Desk {
    let keeper = Keeper::new().await;
    let mut desk = Desk::new(keeper.prefs.clone(), environment);
    desk.keeper = Some(keeper);
    desk
}

/// Whether files are held over the page just now.
pub(super) fn is_hovered() -> bool {
    files::is_hovered()
}

/// Starts a study by the page's workers, or in slices where there can be none.
pub(super) fn start_study(ask: Ask, memory: &Memory, now_s: f64) -> Study {
    Study::start(ask, memory, workers::hands(), now_s)
}

/// Name of a file in a path of ours.
fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl Desk {
    /// Opens a shipped scene, or the one that came under this name; says why where it cannot.
    pub fn open(&mut self, path: &str) -> bool {
        let arrived = self.keeper.as_mut().and_then(|k| k.arrived.take());
        if let Some(bundle) = arrived.filter(|b| b.main == path) {
            self.open_bundle(bundle);
            return true;
        }
        if let Some(bundle) = shipped::bundle(path) {
            let path = bundle.main.clone();
            self.open_bundle(bundle);
            self.prefs.remember(&path);
            return true;
        }
        let t = self.texts();
        let values = [("path", path), ("why", &t.get("panel-not-in-page"))];
        self.say(Weight::Failure, t.with("panel-open-failed", &values));
        false
    }

    /// Asks for a scene to open.
    pub fn ask_open(&mut self) {
        files::pick(Purpose::Scene, ".ron");
    }

    /// Asks for a layout or optics for the process bench.
    pub fn ask_bench(&mut self) {
        files::pick(Purpose::Bench, ".gds,.gds2,.gdsii,.glp,.ron");
    }

    /// Hands the scene out under its name.
    pub fn ask_save_as(&mut self) {
        self.save();
    }

    /// A link to this page with the open scene and what was changed in it since it was opened.
    ///
    /// # Errors
    /// The scene is none of the shipped ones, or a change is no value that could be set.
    pub fn link(&self) -> Result<String, String> {
        let t = self.texts();
        let session = self.session.as_ref();
        let shipped = session.and_then(|s| Some((s, s.path().strip_prefix(shipped::HEAD)?)));
        let (session, scene) = shipped.ok_or_else(|| t.get("panel-no-link"))?;
        let base = shipped::bundle(scene).ok_or_else(|| t.get("panel-no-link"))?;
        let base = Session::new(base);
        let set = difference(base.document(), session.document())
            .map_err(|fault| t.with("panel-difference-failed", &[("place", &fault.0)]))?;
        address::link(scene, &set).ok_or_else(|| t.get("panel-no-link"))
    }

    /// Puts a link to this page with the open scene into the clipboard.
    pub fn copy_link(&mut self) {
        match self.link() {
            Ok(link) => {
                address::copy(&link);
                self.say(
                    Weight::Done,
                    self.texts().with("panel-link-copied", &[("link", &link)]),
                );
            }
            Err(why) => self.say(Weight::Warning, why),
        }
    }

    /// Hands the scene out as a download: its file, or a folder of it and those it includes.
    pub fn save(&mut self) {
        let Some(session) = &mut self.session else {
            return;
        };
        let bundle = session.document().bundle();
        let main = bundle.main.clone();
        let home = main.rsplit_once('/').map_or("", |(home, _)| home);
        let inside = |path: &str| {
            let rest = path.strip_prefix(home).unwrap_or(path);
            rest.trim_start_matches('/').to_owned()
        };
        let all = bundle.files.iter();
        let all = all.map(|(path, text)| (inside(path), text.clone().into_bytes()));
        let all: Vec<_> = all.collect();
        if self.hand_out(name_of(&main), all) {
            if let Some(session) = &mut self.session {
                session.set_saved();
            }
            if let Some(keeper) = &self.keeper {
                keeper.forget_unsaved();
            }
        }
    }

    /// One file as a download under its name, several as a folder of that name.
    fn hand_out(&mut self, name: &str, mut all: Vec<(String, Vec<u8>)>) -> bool {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let (name, bytes) = if all.len() == 1 {
            let (name, bytes) = all.remove(0);
            (name_of(&name).to_owned(), bytes)
        } else {
            (format!("{stem}.zip"), folder(&all))
        };
        let t = self.texts();
        match files::download(&name, &bytes) {
            Ok(()) => {
                self.say(Weight::Done, t.with("panel-saved", &[("path", &name)]));
                true
            }
            Err(why) => {
                let values = [("path", name.as_str()), ("why", &why)];
                self.say(Weight::Failure, t.with("panel-save-failed", &values));
                false
            }
        }
    }

    /// Takes up the unsaved work that was found at the start, or forgets it.
    pub fn recover(&mut self, take: bool) {
        let Some(keeper) = &mut self.keeper else {
            return;
        };
        if keeper.found.is_empty() {
            return;
        }
        let (name, found) = keeper.found.remove(0);
        if take {
            self.open_bundle(found.saved);
            if let Some(session) = &mut self.session {
                session.replace(found.edited);
            }
            self.renew_run();
            self.keep_unsaved();
        }
        // It stands in this page's own place by now.
        store::remove(&name);
    }

    /// Keeps what is to be kept and takes what has come; called with every tick.
    pub(super) fn keep(&mut self) {
        while let Some(arrival) = files::take() {
            // What is only looked at takes nothing in.
            if !self.embedded {
                self.receive(arrival);
            }
        }
        if !self.exports.is_empty() {
            let export = self.exports.remove(0);
            self.hand_out("geoul.zip", export.files);
        }
        let now_s = self.clock_s;
        let Some(keeper) = &mut self.keeper else {
            return;
        };
        if now_s - keeper.looked_s < LOOK_S {
            return;
        }
        keeper.looked_s = now_s;
        if keeper.prefs != self.prefs {
            keeper.prefs = self.prefs.clone();
            if let Ok(text) = serde_json::to_string(&keeper.prefs) {
                // Preferences that cannot be written are no reason to disturb anybody.
                let _ = store::write(PREFS, &text);
            }
        }
        self.keep_unsaved();
    }

    /// Keeps unsaved work in the storage, at once: also called when the graphics device goes.
    pub fn keep_unsaved(&mut self) {
        let (Some(session), Some(keeper)) = (&self.session, &mut self.keeper) else {
            return;
        };
        let work = match due(session, &mut keeper.kept) {
            Due::Nothing => return,
            Due::Forget => return keeper.forget_unsaved(),
            Due::Keep(work) => work,
        };
        let written = serde_json::to_string(&work).map_err(|e| e.to_string());
        if let Err(why) = written.and_then(|text| store::write(&keeper.own, &text)) {
            let said = self.texts().with("panel-autosave-failed", &[("why", &why)]);
            self.say(Weight::Warning, said);
        }
    }

    /// Opens what came: a scene with what it includes, or something for the process bench.
    fn receive(&mut self, arrival: Arrival) {
        let ends = |name: &str, endings: &[&str]| {
            let ending = name.rsplit_once('.').map(|(_, e)| e.to_lowercase());
            ending.is_some_and(|e| endings.contains(&e.as_str()))
        };
        let layouts = ["gds", "gds2", "gdsii", "glp"];
        let bench = match arrival.purpose {
            Purpose::Bench => true,
            Purpose::Scene => false,
            Purpose::Dropped => arrival.files.iter().all(|(n, _)| ends(n, &layouts)),
        };
        let fits = |(n, _): &&(String, Vec<u8>)| if bench { true } else { ends(n, &["ron"]) };
        let first = arrival.files.iter().find(fits).or(arrival.files.first());
        let Some((main, bytes)) = first else { return };
        if bench {
            let beside = |name: &str| {
                let file = arrival.files.iter().find(|(n, _)| n == name);
                let text = file.map(|(_, b)| String::from_utf8_lossy(b).into_owned());
                text.ok_or_else(|| format!("{name}: {}", self.texts().get("panel-not-in-page")))
            };
            match offer::opened(main, bytes, &self.texts(), beside) {
                Ok(opened) => self.process.take(opened),
                Err(why) => {
                    let said = self.texts().with("process-open-failed", &[("why", &why)]);
                    self.say(Weight::Failure, said);
                }
            }
            return;
        }
        let texts = arrival
            .files
            .iter()
            .filter(|(n, _)| n == main || ends(n, &["ron"]));
        let bundle = Bundle {
            main: main.clone(),
            files: texts
                .map(|(n, b)| (n.clone(), String::from_utf8_lossy(b).into_owned()))
                .collect(),
        };
        let main = bundle.main.clone();
        if let Some(keeper) = &mut self.keeper {
            keeper.arrived = Some(bundle);
            self.leave(Then::Open(main));
        }
    }
}
