//! The process bench: a clip, the optics, what they print, and its process window, live as knobs turn.
//!
//! [`Process`] holds what is set and what came back; a thread of its own images ([`worker`]), and always
//! the latest setting first. Everything that is set can be taken back. [`show`] draws the room.

mod editor;
mod exports;
mod figures;
mod knobs;
mod mask;
pub(super) mod offer;
mod picture;
mod plots;
mod room;
mod seek;
mod worker;
mod xy;

use std::sync::Arc;

use egui::{ColorImage, TextureHandle};

pub use offer::Opened;
#[cfg(not(target_family = "wasm"))]
pub use offer::read;
pub use picture::whole;
pub use room::show;
pub use worker::{Outbox, Shown};

use crate::scene::optics::SourceShape;
use crate::sim::process::lithography::clip::Clip;
use crate::sim::process::lithography::sought::{self, Sought, Unseekable};
use seek::Seek;
use worker::{Ask, Worker};

/// Most steps that can be taken back.
const UNDO: usize = 200;

/// All that is set on the bench, which undo takes back.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Layout, optics, place and dose.
    pub clip: Clip,
    /// Name of the layout: a key of the texts where it is a shipped one.
    pub layout: offer::Name,
    /// Name of the optics.
    pub optics: offer::Name,
}

/// What the picture shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// The image after diffusion instead of the aerial image.
    pub latent: bool,
    /// Whether printed contours are drawn.
    pub contours: bool,
    /// Whether the target is drawn.
    pub target: bool,
    /// Whether a mask that was sought is drawn.
    pub mask: bool,
}

/// The part of the wafer that is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// In its middle.
    pub centre_nm: [f64; 2],
    /// Side of the largest square in it.
    pub span_nm: f64,
}

/// The bench.
pub struct Process {
    /// What is set now.
    pub now: Setting,
    /// As it was when the optics were chosen: knobs go back to it.
    pub chosen: Setting,
    settled: Setting,
    undo: Vec<Setting>,
    redo: Vec<Setting>,
    /// What the picture shows.
    pub look: Look,
    /// What is seen of it; `None`: the whole layout.
    pub view: Option<View>,
    /// Fringe Zernike term that the pupil's picture turns: 4 to 16.
    pub term: usize,
    /// What came back last.
    pub out: Outbox,
    /// Why the last search for a mask found none.
    pub unseekable: Option<Unseekable>,
    /// The mask found last.
    found: Option<Arc<Sought>>,
    seek: Option<Seek>,
    worker: Option<Worker>,
    asked: Option<(Clip, bool)>,
    number: u64,
    texture: Option<(Arc<ColorImage>, TextureHandle)>,
    editor: editor::Editor,
}

impl Default for Process {
    fn default() -> Self {
        let now = offer::first();
        Self {
            chosen: now.clone(),
            settled: now.clone(),
            now,
            undo: Vec::new(),
            redo: Vec::new(),
            look: Look {
                latent: false,
                contours: true,
                target: true,
                mask: true,
            },
            view: None,
            term: 7,
            out: Outbox::default(),
            unseekable: None,
            found: None,
            seek: None,
            worker: None,
            asked: None,
            number: 0,
            texture: None,
            editor: editor::Editor::default(),
        }
    }
}

impl Process {
    /// Asks for what is set, if that is new, and takes what came back. Once a frame while the room is open.
    pub fn tick(&mut self) {
        let worker = self.worker.get_or_insert_with(Worker::start);
        let wanted = (self.now.clip.clone(), self.look.latent);
        if self.asked.as_ref() != Some(&wanted) {
            self.number += 1;
            self.unseekable = None;
            worker.ask(Ask {
                number: self.number,
                clip: wanted.0.clone(),
                latent: wanted.1,
            });
            self.asked = Some(wanted);
        }
        self.out = worker.look();
        self.take_found();
    }

    /// Whether a mask can be sought for what is set.
    ///
    /// # Errors
    /// Why not.
    pub fn seekable(&self) -> Result<(), Unseekable> {
        sought::check(&self.now.clip)
    }

    /// Begins the search for a mask for what is set.
    pub fn seek(&mut self) {
        self.unseekable = None;
        self.seek = Some(Seek::start(self.now.clip.clone()));
    }

    /// Ends a search; what it had found is lost.
    pub fn stop_seeking(&mut self) {
        self.seek = None;
    }

    /// Steps of a search under way: done of how many.
    pub fn steps(&self) -> Option<(u32, u32)> {
        self.seek.as_ref().map(Seek::steps)
    }

    /// The mask found last, if it is one for this tile.
    pub fn found(&self) -> Option<&Arc<Sought>> {
        self.found.as_ref().filter(|f| f.is_for(&self.now.clip))
    }

    /// Whether what is imaged is a mask that was sought.
    pub fn has_sought(&self) -> bool {
        let clip = &self.now.clip;
        !Arc::ptr_eq(clip.mask(), &clip.shapes)
    }

    /// Takes the mask found last, or the layout's own shapes.
    pub fn take_sought(&mut self, sought: bool) {
        self.now.clip.sought = self.found().filter(|_| sought).cloned();
    }

    /// Takes what a search has found.
    fn take_found(&mut self) {
        let clip = &self.now.clip;
        let Some(seek) = self.seek.as_mut().filter(|s| s.is_for(clip)) else {
            // Nobody waits for the mask of another tile.
            self.seek = None;
            return;
        };
        match seek.look() {
            Some(Ok(found)) => {
                self.found = Some(Arc::new(found));
                self.seek = None;
                self.take_sought(true);
            }
            Some(Err(fault)) => {
                self.unseekable = Some(fault);
                self.seek = None;
            }
            None => {}
        }
    }

    /// Whether anything is still being computed for what is set.
    pub fn is_busy(&self) -> bool {
        let wanted = (&self.now.clip, self.look.latent);
        let asked = self.asked.as_ref().map(|a| (&a.0, a.1));
        asked != Some(wanted) || self.out.done < self.number || self.seek.is_some()
    }

    /// Notes a step to be taken back once a knob has come to rest.
    pub fn settle(&mut self, moving: bool) {
        if moving || self.now == self.settled {
            return;
        }
        let before = std::mem::replace(&mut self.settled, self.now.clone());
        self.undo.push(before);
        if self.undo.len() > UNDO {
            self.undo.remove(0);
        }
        self.redo.clear();
    }

    /// Whether a step can be taken back.
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty() || self.now != self.settled
    }

    /// Whether a step that was taken back can be made again.
    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Takes the last step back.
    pub fn undo(&mut self) {
        // A value that is still being typed is a step, too.
        self.settle(false);
        if let Some(before) = self.undo.pop() {
            self.redo.push(self.settled.clone());
            self.put(before);
        }
    }

    /// Makes the last step that was taken back again.
    pub fn redo(&mut self) {
        self.settle(false);
        if let Some(after) = self.redo.pop() {
            self.undo.push(self.settled.clone());
            self.put(after);
        }
    }

    fn put(&mut self, setting: Setting) {
        // The mask of a step that is made again is the one to choose, whatever was found since.
        if let Some(sought) = &setting.clip.sought {
            self.found = Some(Arc::clone(sought));
        }
        if setting.layout != self.now.layout {
            self.view = None;
        }
        if setting.optics != self.now.optics {
            self.chosen = setting.clone();
        }
        self.settled = setting.clone();
        self.now = setting;
    }

    /// Back to the optics, dose and place as they were chosen.
    pub fn reset(&mut self) {
        self.now = self.chosen.clone();
    }

    /// Puts another layout on the bench.
    pub fn place(&mut self, layout: offer::Name, shapes: Arc<crate::scene::shapes::Shapes>) {
        let clip = &mut self.now.clip;
        clip.shapes = shapes;
        self.now.layout = layout;
        offer::fit(clip);
        self.chosen = self.now.clone();
        self.view = None;
    }

    /// Takes other optics.
    pub fn equip(&mut self, optics: offer::Name, setup: crate::scene::optics::Setup, table: Table) {
        let clip = &mut self.now.clip;
        (clip.setup, clip.table) = (setup, Arc::new(table));
        clip.dose = 1.0;
        clip.focus_span_nm = offer::focus_span_nm(clip);
        clip.feature_nm = offer::feature_nm(clip);
        self.now.optics = optics;
        let line = clip.line;
        offer::fit(clip);
        clip.line = line;
        self.chosen = self.now.clone();
    }

    /// Takes what a file held.
    pub fn take(&mut self, opened: Opened) {
        match opened {
            Opened::Layout(name, shapes) => self.place(offer::Name::File(name), Arc::new(shapes)),
            Opened::Optics(name, setup, table) => {
                self.equip(offer::Name::File(name), *setup, table);
            }
        }
    }

    /// Source shape of another kind with the radii of the present one.
    pub fn illuminate(&mut self, kind: Kind) {
        let setup = &mut self.now.clip.setup;
        let (inner, outer) = match setup.source {
            SourceShape::Disc(sigma) => ((sigma - 0.3).max(0.0), sigma),
            SourceShape::Ring(inner, outer) | SourceShape::Poles(_, inner, outer, ..) => {
                (inner, outer)
            }
            SourceShape::Table(_) => (0.6, 0.9),
        };
        let (open, turned) = match setup.source {
            SourceShape::Poles(.., open, turned) => (open, turned),
            _ => (60.0, 0.0),
        };
        setup.source = match kind {
            Kind::Conventional => SourceShape::Disc(outer),
            Kind::Annular => SourceShape::Ring(inner, outer),
            Kind::Dipole => SourceShape::Poles(2, inner, outer, open, turned),
            Kind::Quadrupole => SourceShape::Poles(4, inner, outer, open.min(88.0), turned),
        };
    }
}

/// Points (σx, σy, brightness) of a source.
pub type Table = Vec<(f64, f64, f64)>;

/// Kinds of sources that can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A disc.
    Conventional,
    /// A ring.
    Annular,
    /// Two poles.
    Dipole,
    /// Four poles.
    Quadrupole,
}

impl Kind {
    /// All, with the ends of their keys in the texts.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Conventional, "conventional"),
        (Self::Annular, "annular"),
        (Self::Dipole, "dipole"),
        (Self::Quadrupole, "quadrupole"),
    ];

    /// That of a shape; `None` for a table.
    pub fn of(shape: &SourceShape) -> Option<Self> {
        match shape {
            SourceShape::Disc(_) => Some(Self::Conventional),
            SourceShape::Ring(..) => Some(Self::Annular),
            SourceShape::Poles(2, ..) => Some(Self::Dipole),
            SourceShape::Poles(..) => Some(Self::Quadrupole),
            SourceShape::Table(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_taken_back_one_by_one_and_a_drag_is_one_step() {
        let mut bench = Process::default();
        let first = bench.now.clone();
        bench.now.clip.dose = 1.05;
        bench.settle(true);
        bench.now.clip.dose = 1.1;
        bench.settle(true);
        assert!(bench.undo.is_empty() && bench.can_undo());
        bench.settle(false);
        bench.illuminate(Kind::Dipole);
        bench.settle(false);
        let last = bench.now.clone();
        bench.undo();
        assert_eq!(bench.now.clip.dose, 1.1);
        bench.undo();
        assert_eq!(bench.now, first);
        assert!(!bench.can_undo());
        // What has not come to rest is taken back first.
        bench.redo();
        bench.now.clip.tolerance = 0.2;
        bench.undo();
        assert_eq!((bench.now.clip.tolerance, bench.now.clip.dose), (0.1, 1.1));
        bench.undo();
        assert_eq!(bench.now, first);
        bench.redo();
        bench.now.clip.dose = 1.2;
        bench.settle(false);
        assert!(!bench.can_redo());
        bench.undo();
        bench.undo();
        bench.now.clip.dose = 1.1;
        bench.settle(false);
        bench.illuminate(Kind::Dipole);
        bench.settle(false);
        bench.undo();
        bench.undo();
        bench.redo();
        bench.redo();
        assert_eq!(bench.now, last);
        assert!(!bench.can_redo());
    }

    #[test]
    fn a_source_keeps_its_radii_as_its_kind_changes() {
        let mut bench = Process::default();
        bench.now.clip.setup.source = SourceShape::Ring(0.5, 0.8);
        for (kind, _) in Kind::ALL.into_iter().rev() {
            bench.illuminate(kind);
            assert_eq!(Kind::of(&bench.now.clip.setup.source), Some(kind));
        }
        assert_eq!(bench.now.clip.setup.source, SourceShape::Disc(0.8));
    }
}
