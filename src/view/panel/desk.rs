//! The desk: all that the stage and the panels share. Plain data; no window, no device, no thread.

use std::sync::Arc;

use super::bench::Bench;
use super::notice::{Notice, Weight};
use super::prefs::{Prefs, SCALES, ThemeChoice};
use super::process::Process;
use super::rail::PROCESS_BENCH;
use super::series::SeriesCache;
use super::session::Session;
use super::tree::TreeState;
use crate::rng::Seed;
use crate::scene::{Bundle, Command};
pub use crate::sim::fab::LotKey;
use crate::sim::fab::live::Live;
use crate::view::faults;
use crate::view::i18n::{Lang, Texts};
use crate::view::phrases::say;

/// Events a frame may spend on going to a time that was asked for: some ms of work.
const SEEK_EVENTS: u64 = 20_000;

/// Speeds that the top bar offers, simulated over real time.
pub const SPEEDS: [f64; 6] = [1.0, 10.0, 100.0, 1_000.0, 10_000.0, 100_000.0];

/// How time is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Play {
    /// Whether time runs.
    pub running: bool,
    /// Simulated over real time.
    pub speed: f64,
    /// Where to go, µs, asked by a panel; taken by [`Desk::tick`].
    pub seek_us: Option<u64>,
}

impl Default for Play {
    fn default() -> Self {
        Self {
            running: false,
            speed: 1_000.0,
            seek_us: None,
        }
    }
}

/// What is selected, by its position in the scene or the run's names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Selection {
    /// Nothing.
    #[default]
    Nothing,
    /// An area.
    Area(u32),
    /// A bay.
    Bay(u32),
    /// A tool group.
    Group(u32),
    /// A tool: position among all tools, group by group.
    Tool(u32),
    /// A stocker.
    Stocker(u32),
    /// A lot.
    Lot(LotKey),
    /// A product.
    Product(u32),
    /// A route.
    Route(u32),
    /// A release plan.
    Release(u32),
}

/// What a panel asks of the camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameraCommand {
    /// The whole plant of a scene just opened: there at once, not flown to from nowhere.
    Open,
    /// The whole plant as at the start.
    Home,
    /// The selection fills the view.
    Frame,
    /// From above, as a plan; again: back.
    Top,
    /// Goes with a lot.
    Follow(LotKey),
    /// Stays where it is.
    Rest,
    /// Keeps the present view under a number.
    Keep(u8),
    /// Goes to a kept view.
    Recall(u8),
}

/// What a frame cost; the app writes it, the status line shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FrameStats {
    /// Processor time, ms.
    pub cpu_ms: f32,
    /// Graphics time, ms; `None` where the adapter cannot tell.
    pub gpu_ms: Option<f32>,
}

/// Meaning of an overlay's colours; the overlay writes it, the panels paint it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Legend {
    /// Value of the lowest colour.
    pub low: f64,
    /// Value of the highest colour.
    pub high: f64,
    /// Unit.
    pub unit: &'static str,
}

/// All that the stage and the panels share.
pub struct Desk {
    /// What is remembered between two starts.
    pub prefs: Prefs,
    /// The open scene.
    pub session: Option<Session>,
    /// The run that is watched.
    pub live: Option<Live>,
    /// How time is played.
    pub play: Play,
    /// What is selected.
    pub selection: Selection,
    /// Path in the scene of what the inspector shows.
    pub inspected: String,
    /// What was selected when that was chosen.
    pub inspected_for: Selection,
    /// Whether the inspector's first field is to get the keyboard.
    pub edits_next: bool,
    /// The scene tree.
    pub tree: TreeState,
    /// What the charts show.
    pub series: SeriesCache,
    /// What is to be saved, for the keeper to take.
    pub exports: Vec<super::export::Export>,
    /// The what-if bench.
    pub bench: Bench,
    /// The process bench.
    pub process: Process,
    /// What lies on the disk, or in the browser's storage; absent in tests.
    pub keeper: Option<super::keeper::Keeper>,
    /// The window that stands above all others.
    pub window: Option<super::window::Window>,
    /// Which chart stands below the plant.
    pub strip: &'static str,
    /// Whether the right side shows the what-if bench instead of the inspector.
    pub right_is_what_if: bool,
    /// Step of the tour, from 0; `None`: it is not taken.
    pub tour: Option<u8>,
    /// Marks on the time axis.
    pub ticks: super::timeline::Ticks,
    /// Plans of the shipped scenes, for their tiles.
    pub plans: std::collections::BTreeMap<&'static str, Arc<Vec<super::start::Spot>>>,
    /// Name of the room, one of [`super::ROOMS`].
    pub room: &'static str,
    /// Names of the overlays there are; the stage writes them. `overlay-<name>` is the text's key.
    pub overlays: &'static [&'static str],
    /// The overlay shown.
    pub overlay: Option<&'static str>,
    /// What its colours mean.
    pub legend: Option<Legend>,
    /// What is asked of the camera, oldest first; the stage takes it.
    pub camera: Vec<CameraCommand>,
    /// What the last frame cost.
    pub stats: FrameStats,
    /// Name of the graphics adapter, empty without one.
    pub adapter: String,
    /// The largest scale that the window has room for; each frame writes it.
    pub scale_most: f32,
    /// Whether the plant is only to be looked at, inside somebody else's page.
    pub embedded: bool,
    /// Whether the window is to close.
    pub quit: bool,
    /// What comes once the scene is saved or its changes are given up; asked just now.
    pub leaving: Option<super::leave::Then>,
    /// Messages at the edge.
    pub notices: Vec<Notice>,
    /// The desk's own clock, seconds since it was set up.
    pub clock_s: f64,
    texts: Arc<Texts>,
}

impl Desk {
    /// A desk with nothing open. `environment` is the system's language tag.
    pub fn new(prefs: Prefs, environment: Option<&str>) -> Self {
        let texts = Arc::new(Texts::new(prefs.lang(environment)));
        Self {
            prefs,
            session: None,
            live: None,
            play: Play::default(),
            selection: Selection::Nothing,
            inspected: String::new(),
            inspected_for: Selection::Nothing,
            edits_next: false,
            tree: TreeState::default(),
            series: SeriesCache::default(),
            exports: Vec::new(),
            bench: Bench::default(),
            process: Process::default(),
            keeper: None,
            window: None,
            strip: "wip",
            right_is_what_if: false,
            tour: None,
            ticks: super::timeline::Ticks::default(),
            plans: std::collections::BTreeMap::new(),
            room: "plant",
            overlays: &[],
            overlay: None,
            legend: None,
            camera: Vec::new(),
            stats: FrameStats::default(),
            adapter: String::new(),
            scale_most: SCALES[SCALES.len() - 1],
            embedded: false,
            quit: false,
            leaving: None,
            notices: Vec::new(),
            clock_s: 0.0,
            texts,
        }
    }

    /// The texts of the language.
    pub fn texts(&self) -> Arc<Texts> {
        Arc::clone(&self.texts)
    }

    /// Changes the language at once and for later starts.
    pub fn speak(&mut self, lang: Lang) {
        self.prefs.language = Some(lang.tag().to_owned());
        self.texts = Arc::new(Texts::new(lang));
    }

    /// Size of everything: as the preferences say, as far as the window has room for it.
    pub fn scale(&self) -> f32 {
        self.prefs.scale.clamp(SCALES[0], self.scale_most)
    }

    /// Whether panels are drawn dark.
    pub fn is_dark(&self, ctx: &egui::Context) -> bool {
        match self.prefs.theme {
            ThemeChoice::Dark => true,
            ThemeChoice::Light => false,
            ThemeChoice::System => ctx.system_theme() != Some(egui::Theme::Light),
        }
    }

    /// Opens the texts of a scene in place of what is open.
    pub fn open_bundle(&mut self, bundle: Bundle) {
        self.session = Some(Session::new(bundle));
        self.bench.single.cancel();
        self.bench.all.cancel();
        let (pairs, days) = (self.bench.pairs, self.bench.days);
        self.bench = Bench::default();
        (self.bench.pairs, self.bench.days) = (pairs, days);
        self.live = None;
        self.room = "plant";
        self.selection = Selection::Nothing;
        self.inspected.clear();
        self.inspected_for = Selection::Nothing;
        self.tree = TreeState::default();
        self.play = Play::default();
        self.camera = vec![CameraCommand::Open];
        self.renew_run();
    }

    /// Makes an edit of the scene that can be taken back; says why where it cannot be made.
    pub fn edit(&mut self, label: &str, commands: &[Command]) -> bool {
        let Some(session) = &mut self.session else {
            return false;
        };
        match session.edit(label, commands) {
            Ok(()) => {
                self.renew_run();
                true
            }
            Err(error) => {
                let why = faults::edit(&error, &self.texts);
                let said = self.texts.with("panel-edit-failed", &[("why", &why)]);
                self.say(Weight::Failure, said);
                false
            }
        }
    }

    /// Whether there is anything to take back in this room.
    pub fn can_undo(&self) -> bool {
        if self.room == PROCESS_BENCH {
            return self.process.can_undo();
        }
        let session = self.session.as_ref();
        session.is_some_and(|s| s.undo_label().is_some())
    }

    /// Whether anything that was taken back can be made again in this room.
    pub fn can_redo(&self) -> bool {
        if self.room == PROCESS_BENCH {
            return self.process.can_redo();
        }
        let session = self.session.as_ref();
        session.is_some_and(|s| s.redo_label().is_some())
    }

    /// Takes the last edit back: of the scene, or of the process bench in its room.
    pub fn undo(&mut self) {
        if self.room == PROCESS_BENCH {
            self.process.undo();
            return;
        }
        let done = self.session.as_mut().and_then(Session::undo);
        self.tell_edit("panel-undone", done);
    }

    /// Makes the last edit that was taken back again.
    pub fn redo(&mut self) {
        if self.room == PROCESS_BENCH {
            self.process.redo();
            return;
        }
        let done = self.session.as_mut().and_then(Session::redo);
        self.tell_edit("panel-redone", done);
    }

    fn tell_edit(&mut self, key: &str, label: Option<String>) {
        let Some(label) = label else { return };
        self.renew_run();
        let said = self.texts.with(key, &[("what", &label)]);
        self.say(Weight::Info, said);
    }

    /// Watches the plant as it is edited, from the same time on.
    pub(super) fn renew_run(&mut self) {
        let model = self.session.as_ref().and_then(|s| s.model());
        let Some(model) = model else {
            self.live = None;
            return;
        };
        let same = |live: &Live| Arc::ptr_eq(&live.shared_model(), model);
        if self.live.as_ref().is_some_and(same) {
            return;
        }
        let seed = self
            .session
            .as_ref()
            .and_then(|s| s.scene())
            .map_or(1, |s| s.run.seed);
        let now_us = self.now_us();
        self.ticks = super::timeline::Ticks::default();
        self.live = Some(Live::new(Arc::clone(model), Seed(seed).replication(0)));
        if now_us > 0 {
            self.play.seek_us = Some(now_us);
        }
    }

    /// Simulated time shown, µs.
    pub fn now_us(&self) -> u64 {
        self.live.as_ref().map_or(0, Live::now_us)
    }

    /// Time passes for everything that is not drawn: the run, messages. Once a frame.
    pub fn tick(&mut self, passed_s: f64) {
        self.clock_s += passed_s;
        let now = self.clock_s;
        self.notices.retain(|n| n.until_s > now);
        self.run_on(passed_s);
        self.look_at_studies();
        if self.room == PROCESS_BENCH {
            self.process.tick();
        }
        self.keep();
    }

    /// Goes to a time, over as many frames as that takes.
    pub fn seek(&mut self, to_us: u64) {
        self.play.seek_us = Some(to_us);
    }

    fn run_on(&mut self, passed_s: f64) {
        let Some(live) = &mut self.live else { return };
        let (to_us, asked) = match self.play.seek_us {
            Some(to_us) => (to_us, true),
            None if self.play.running => {
                // A frame that took long must not be answered by one that takes longer.
                let step_us = passed_s.min(0.1) * self.play.speed * 1e6;
                (live.now_us().saturating_add(step_us as u64), false)
            }
            None => return,
        };
        match live.seek_some(to_us, SEEK_EVENTS) {
            Ok(there) => {
                if there && asked {
                    self.play.seek_us = None;
                }
                if live.now_us() >= live.end_us() {
                    self.play.running = false;
                }
            }
            Err(error) => {
                self.play.running = false;
                self.play.seek_us = None;
                let why = say(&error.words(), self.texts.lang());
                let said = self.texts.with("panel-run-broke", &[("why", &why)]);
                self.say(Weight::Failure, said);
            }
        }
    }

    /// Shows the place of a path in the tree and the inspector.
    pub fn go_to(&mut self, path: &str) {
        // A field is shown with the record it stands in, a named thing with its own fields.
        let mut place = path;
        while let Some((shape, _)) = super::inspector::shape_at(place) {
            use crate::scene::outline::Shape;
            if matches!(shape, Shape::Record(_) | Shape::List(_) | Shape::Map(_)) {
                break;
            }
            place = place.rsplit_once('.').map_or("", |(parent, _)| parent);
        }
        let parts: Vec<&str> = place.split('.').collect();
        // Items of lists are rows of their record's form.
        let listed = [
            "steps",
            "pms",
            "breakdowns",
            "setups",
            "min_runs",
            "tools",
            "cqt",
            "next",
        ];
        let keep = parts
            .iter()
            .position(|p| listed.contains(p))
            .filter(|i| *i >= 2);
        let place = match keep {
            Some(i) => parts[..i].join("."),
            None if ["wip", "checks", "transport"].contains(&parts[0]) => parts[0].to_owned(),
            None => place.to_owned(),
        };
        if let Some((field, _)) = place.split_once('.') {
            self.tree.open.insert(field.to_owned());
        }
        self.room = "plant";
        self.right_is_what_if = false;
        self.prefs.layout.right_open = true;
        self.selection = Selection::Nothing;
        self.inspected_for = Selection::Nothing;
        self.inspected = place;
    }

    /// Saves what was changed since the scene was opened, as values to set.
    pub fn save_difference(&mut self) {
        let Some(session) = &self.session else { return };
        match super::difference::difference(session.saved(), session.document()) {
            Ok(settings) => {
                let text = crate::whatif::variants::difference_text(&settings);
                self.export("difference.set", text);
            }
            Err(fault) => {
                let said = self
                    .texts
                    .with("panel-difference-failed", &[("place", &fault.0)]);
                self.say(Weight::Warning, said);
            }
        }
    }

    /// Back to the start page; [`Desk::leave`] asks about unsaved work before.
    pub(super) fn close_scene(&mut self) {
        self.bench.single.cancel();
        self.bench.all.cancel();
        self.session = None;
        self.live = None;
        self.selection = Selection::Nothing;
    }

    /// Says something at the edge for a while.
    pub fn say(&mut self, weight: Weight, text: String) {
        let seconds = match weight {
            Weight::Done | Weight::Info => 5.0,
            Weight::Warning => 9.0,
            Weight::Failure => 15.0,
        };
        self.notices.push(Notice {
            weight,
            text,
            until_s: self.clock_s + seconds,
        });
    }
}

// The stage's systems run on any thread.
const _: fn() = || {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Desk>();
};
