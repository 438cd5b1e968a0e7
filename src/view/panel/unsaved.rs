//! Unsaved work on the disk: kept while the program runs, offered again after one that did not end
//! well.
//!
//! Every running program has a place of its own, held by a lock that the system lets go of when
//! the program ends, however it ends. What lies in a place that nobody holds is the work of a
//! program that is gone; two programs never write over each other's.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::recovery::Recovery;
use crate::results::write::{WriteError, atomically};

/// Places for programs that run at the same time, and for works that nobody took up yet.
const PLACES: u32 = 64;

/// A place in the folder, held.
#[derive(Debug)]
struct Place {
    file: PathBuf,
    /// The system lets go of it with the program.
    _lock: File,
}

impl Place {
    fn empty(&self) {
        // There is mostly nothing.
        let _ = std::fs::remove_file(&self.file);
    }
}

/// Unsaved works in a folder.
#[derive(Debug)]
pub struct Unsaved {
    folder: PathBuf,
    own: Option<Place>,
    found: Vec<(Place, Recovery)>,
}

impl Unsaved {
    /// Takes a place and finds the works of programs that are gone.
    pub fn new(folder: &Path) -> Self {
        let mut unsaved = Self {
            folder: folder.to_owned(),
            own: None,
            found: Vec::new(),
        };
        // A folder that cannot be made is told when there is something to keep.
        let _ = std::fs::create_dir_all(folder);
        for n in 0..PLACES {
            let there = unsaved.file(n).exists();
            if !there && unsaved.own.is_some() {
                continue;
            }
            let Some(place) = unsaved.hold(n) else {
                continue;
            };
            if !there {
                unsaved.own = Some(place);
            } else if let Some(work) = read(&place.file) {
                // What cannot be read, as of another version, stays where it is.
                unsaved.found.push((place, work));
            }
        }
        unsaved
    }

    fn file(&self, n: u32) -> PathBuf {
        self.folder.join(format!("unsaved-{n}.json"))
    }

    fn hold(&self, n: u32) -> Option<Place> {
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.folder.join(format!("unsaved-{n}.lock")))
            .ok()?;
        lock.try_lock().ok()?;
        Some(Place {
            file: self.file(n),
            _lock: lock,
        })
    }

    /// Keeps a work in place of the one before.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep(&self, work: &Recovery) -> Result<(), WriteError> {
        let failed = |source: std::io::Error| WriteError::Io {
            path: self.folder.display().to_string(),
            source,
        };
        let Some(own) = &self.own else {
            return Err(failed(std::io::ErrorKind::PermissionDenied.into()));
        };
        let text = serde_json::to_string(work).map_err(|error| failed(error.into()))?;
        atomically(&own.file, text.as_bytes())
    }

    /// Nothing is unsaved any more.
    pub fn forget(&self) {
        if let Some(own) = &self.own {
            own.empty();
        }
    }

    /// A work that was found, until it is decided upon.
    pub fn found(&self) -> Option<&Recovery> {
        self.found.first().map(|(_, work)| work)
    }

    /// Hands the found work out, or lets go of it. It stands on the disk until it is kept anew.
    ///
    /// # Errors
    /// It cannot be written into this program's own place; then it stays where it was found.
    pub fn decide(&mut self, take: bool) -> Result<Option<Recovery>, WriteError> {
        let Some((_, work)) = self.found.first() else {
            return Ok(None);
        };
        if take {
            self.keep(work)?;
        }
        let (place, work) = self.found.remove(0);
        place.empty();
        Ok(take.then_some(work))
    }
}

fn read(file: &Path) -> Option<Recovery> {
    let text = std::fs::read_to_string(file).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Bundle;

    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("geoul-unsaved-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        folder
    }

    fn work(seed: &str) -> Recovery {
        let saved = Bundle::from_text("a.ron", "(schema: 1)");
        let edited = Bundle::from_text("a.ron", &format!("(schema: 1, run: (seed: {seed}))"));
        Recovery { edited, saved }
    }

    #[test]
    fn programs_that_run_keep_apart_and_each_that_is_gone_leaves_its_work() {
        let home = folder("apart");
        let (first, second) = (Unsaved::new(&home), Unsaved::new(&home));
        first.keep(&work("1")).expect("written");
        second.keep(&work("2")).expect("written");
        // While they run, a third sees nothing of them.
        assert!(Unsaved::new(&home).found().is_none());
        drop((first, second));
        let mut third = Unsaved::new(&home);
        assert_eq!(third.found(), Some(&work("1")));
        assert_eq!(third.decide(true).expect("kept"), Some(work("1")));
        assert_eq!(third.found(), Some(&work("2")));
        assert_eq!(third.decide(false).expect("gone"), None);
        assert!(third.found().is_none());
        // What was taken up is still not saved: it lies in the third's own place.
        drop(third);
        let mut fourth = Unsaved::new(&home);
        assert_eq!(fourth.found(), Some(&work("1")));
        fourth.decide(false).expect("gone");
        drop(fourth);
        assert!(Unsaved::new(&home).found().is_none());
        std::fs::remove_dir_all(&home).expect("ours");
    }

    #[test]
    fn work_that_nobody_decided_upon_is_not_written_over() {
        let home = folder("later");
        Unsaved::new(&home).keep(&work("7")).expect("written");
        let other = Unsaved::new(&home);
        other.keep(&work("8")).expect("written");
        other.forget();
        drop(other);
        assert_eq!(Unsaved::new(&home).found(), Some(&work("7")));
        std::fs::remove_dir_all(&home).expect("ours");
    }
}
