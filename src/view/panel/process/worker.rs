//! Imaging beside the panels: always the latest setting, a quick answer first, the whole one after it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use egui::{Color32, ColorImage};

use crate::sim::process::lithography::Image;
use crate::sim::process::lithography::clip::Clip;
use crate::sim::process::lithography::live::Screen;
use crate::sim::process::lithography::source::SourceFault;
use crate::sim::process::lithography::workbench::{
    Exposure, QUICK, QUICK_FOCI, QUICK_WINDOW, Through, Workbench,
};
use crate::view::panel::style::colour;
use crate::view::tokens::sequential;

/// Samples of the picture along a side; the image's shortest wave has eighteen of them and more.
const PICTURE: usize = 1024;
/// Foci of the whole process window; every third is one of the quick one's.
pub const FOCI: u32 = 3 * (QUICK_FOCI - 1) + 1;
/// Time that a frame gives to imaging where there are no threads.
#[cfg(target_family = "wasm")]
pub const SLICE: std::time::Duration = std::time::Duration::from_millis(12);

/// What is asked.
pub struct Ask {
    /// Counts up.
    pub number: u64,
    /// The clip.
    pub clip: Clip,
    /// Whether the picture shows the image after diffusion.
    pub latent: bool,
}

/// A picture and what belongs to it.
pub struct Shown {
    /// The clip it is of.
    pub clip: Clip,
    /// Image, contours, sizes.
    pub exposure: Exposure,
    /// Colours, row by row from the top.
    pub pixels: Arc<ColorImage>,
    /// Intensity of the brightest colour; the darkest is 0.
    pub high: f64,
}

/// What came back so far.
#[derive(Clone, Default)]
pub struct Outbox {
    /// The picture.
    pub shown: Option<Arc<Shown>>,
    /// The process window, and whether it is a quick one.
    pub window: Option<(Arc<Through>, bool)>,
    /// Foci done of how many, while the whole window is made.
    pub progress: Option<(u32, u32)>,
    /// Why there is no image.
    pub fault: Option<SourceFault>,
    /// The latest ask that is answered whole.
    pub done: u64,
}

#[derive(Default)]
struct Shared {
    inbox: Mutex<Inbox>,
    wake: Condvar,
    outbox: Mutex<Outbox>,
}

#[derive(Default)]
struct Inbox {
    ask: Option<Ask>,
    over: bool,
}

/// A lock whose holder never leaves its content half changed.
pub fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where imaging is done: in a thread, which ends with this, or in slices where there are none.
pub struct Worker {
    shared: Arc<Shared>,
    #[cfg(target_family = "wasm")]
    sliced: Sliced,
}

impl Worker {
    /// Starts it.
    pub fn start() -> Self {
        let shared = Arc::new(Shared::default());
        #[cfg(not(target_family = "wasm"))]
        {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || {
                let mut imaging = Imaging::default();
                while let Some(ask) = next(&shared) {
                    imaging.answer(&ask, &shared);
                }
            });
        }
        Self {
            shared,
            #[cfg(target_family = "wasm")]
            sliced: Sliced::default(),
        }
    }

    /// Asks; what was asked before and is not begun is forgotten.
    pub fn ask(&self, ask: Ask) {
        hold(&self.shared.inbox).ask = Some(ask);
        self.shared.wake.notify_one();
    }

    /// What came back so far.
    pub fn look(&mut self) -> Outbox {
        #[cfg(target_family = "wasm")]
        self.sliced.go_on(&self.shared);
        hold(&self.shared.outbox).clone()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        hold(&self.shared.inbox).over = true;
        self.shared.wake.notify_one();
    }
}

/// Waits for an ask; `None`: there will be no more.
#[cfg(not(target_family = "wasm"))]
fn next(shared: &Shared) -> Option<Ask> {
    let mut inbox = hold(&shared.inbox);
    loop {
        if inbox.over {
            return None;
        }
        if let Some(ask) = inbox.ask.take() {
            return Some(ask);
        }
        inbox = shared
            .wake
            .wait(inbox)
            .unwrap_or_else(PoisonError::into_inner);
    }
}

/// Imaging a slice at a time, one with every look.
#[cfg(target_family = "wasm")]
#[derive(Default)]
struct Sliced {
    imaging: Imaging,
    now: Option<(Ask, Part)>,
}

#[cfg(target_family = "wasm")]
impl Sliced {
    fn go_on(&mut self, shared: &Shared) {
        if let Some(ask) = hold(&shared.inbox).ask.take() {
            self.now = Some((ask, Part::Picture));
        }
        let Some((ask, part)) = self.now.take() else {
            return;
        };
        let until = bevy::platform::time::Instant::now() + SLICE;
        let stop = || bevy::platform::time::Instant::now() >= until;
        let next = self.imaging.part_or_fault(&ask, part, shared, &stop);
        self.now = next.map(|part| (ask, part));
    }
}

/// Parts of an answer in their order: a quick picture, a quick window, then the whole ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Picture,
    Window,
    WholePicture,
    WholeWindow,
}

/// What the thread holds.
#[derive(Default)]
struct Imaging {
    bench: Workbench,
    screen: Screen<f32>,
    /// Whether the last picture's source was thinned.
    thinned: bool,
    /// The last picture's image and colours.
    last: Option<(Arc<Image>, Arc<ColorImage>, f64)>,
}

impl Imaging {
    /// The quick parts are never broken off, so that both follow a knob that keeps moving.
    #[cfg(not(target_family = "wasm"))]
    fn answer(&mut self, ask: &Ask, shared: &Shared) {
        let newer = || {
            let inbox = hold(&shared.inbox);
            inbox.ask.is_some() || inbox.over
        };
        let mut part = Some(Part::Picture);
        while let Some(now) = part {
            part = self.part_or_fault(ask, now, shared, &newer);
            if newer() {
                return;
            }
        }
    }

    /// Does a part, at least a slice of it, until `stop`; gives the part to go on with.
    fn part_or_fault(
        &mut self,
        ask: &Ask,
        part: Part,
        shared: &Shared,
        stop: &dyn Fn() -> bool,
    ) -> Option<Part> {
        match self.part(ask, part, shared, stop) {
            Ok(next) => next,
            Err(fault) => {
                let mut out = hold(&shared.outbox);
                out.fault = Some(fault);
                out.progress = None;
                out.done = ask.number;
                None
            }
        }
    }

    fn part(
        &mut self,
        ask: &Ask,
        part: Part,
        shared: &Shared,
        stop: &dyn Fn() -> bool,
    ) -> Result<Option<Part>, SourceFault> {
        let never = || false;
        let clip = &ask.clip;
        Ok(match part {
            Part::Picture => {
                self.picture(ask, shared, QUICK, &never)?;
                Some(Part::Window)
            }
            Part::Window => {
                let quick =
                    self.bench
                        .through(clip, QUICK_FOCI, QUICK_WINDOW, &never, &mut |_| {})?;
                if let Some(quick) = quick {
                    hold(&shared.outbox).window = Some((Arc::new(quick), true));
                }
                if self.thinned {
                    Some(Part::WholePicture)
                } else {
                    Some(Part::WholeWindow)
                }
            }
            Part::WholePicture => {
                if self.picture(ask, shared, f64::INFINITY, stop)? {
                    Some(Part::WholeWindow)
                } else {
                    Some(Part::WholePicture)
                }
            }
            Part::WholeWindow => {
                let mut told = |n: u32| hold(&shared.outbox).progress = Some((n, FOCI));
                let done = self
                    .bench
                    .advance(clip, FOCI, f64::INFINITY, stop, &mut told)?;
                if done < FOCI {
                    return Ok(Some(Part::WholeWindow));
                }
                let whole = self
                    .bench
                    .through(clip, FOCI, f64::INFINITY, &never, &mut |_| {})?;
                let mut out = hold(&shared.outbox);
                out.progress = None;
                if let Some(whole) = whole {
                    out.window = Some((Arc::new(whole), false));
                    out.done = ask.number;
                }
                None
            }
        })
    }

    /// Makes a picture and hands it over; false: `stop` said so.
    fn picture(
        &mut self,
        ask: &Ask,
        shared: &Shared,
        most: f64,
        stop: &dyn Fn() -> bool,
    ) -> Result<bool, SourceFault> {
        let Some(exposure) = self.bench.expose(&ask.clip, most, stop)? else {
            return Ok(false);
        };
        let image = if ask.latent {
            &exposure.latent
        } else {
            &exposure.aerial
        };
        let kept = self.last.as_ref().filter(|(i, ..)| Arc::ptr_eq(i, image));
        let (pixels, high) = match kept {
            Some((_, pixels, high)) => (Arc::clone(pixels), *high),
            None => {
                let values = self.screen.values(image, PICTURE);
                let (pixels, high) = coloured(&values);
                self.last = Some((Arc::clone(image), Arc::clone(&pixels), high));
                (pixels, high)
            }
        };
        self.thinned = exposure.points.thinned();
        let mut out = hold(&shared.outbox);
        out.fault = None;
        out.shown = Some(Arc::new(Shown {
            clip: ask.clip.clone(),
            exposure,
            pixels,
            high,
        }));
        Ok(true)
    }
}

/// Intensities (rows upward) as colours from the top, with the intensity of the brightest.
pub fn coloured(values: &[f32]) -> (Arc<ColorImage>, f64) {
    let most = values.iter().copied().fold(0.0_f32, f32::max);
    // In steps, so that colours do not swim while a knob moves.
    let high = (libm::ceil(f64::from(most) * 5.0) / 5.0).max(0.2);
    let table: Vec<Color32> = (0..=255_u8)
        .map(|i| colour(sequential(f32::from(i) / 255.0)))
        .collect();
    let scale = 255.0 / high as f32;
    let side = values.len().isqrt();
    let mut pixels = Vec::with_capacity(values.len());
    for row in values.chunks_exact(side.max(1)).rev() {
        // `as` keeps to 0 to 255.
        pixels.extend(row.iter().map(|v| table[usize::from((v * scale) as u8)]));
    }
    (Arc::new(ColorImage::new([side, side], pixels)), high)
}

#[cfg(test)]
mod tests {
    use super::super::offer;
    use super::*;

    fn until(worker: &mut Worker, there: impl Fn(&Outbox) -> bool) -> Outbox {
        for _ in 0..6_000 {
            let out = worker.look();
            if there(&out) {
                return out;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        panic!("no answer");
    }

    #[test]
    fn the_latest_ask_is_answered_quickly_and_then_whole() {
        let mut worker = Worker::start();
        let mut clip = offer::first().clip;
        clip.setup.source_side = 11;
        for number in 1..=5_u32 {
            clip.setup.defocus_nm = f64::from(number) * 4.0;
            worker.ask(Ask {
                number: u64::from(number),
                clip: clip.clone(),
                latent: false,
            });
        }
        let out = until(&mut worker, |o| o.done == 5);
        let shown = out.shown.expect("a picture");
        assert_eq!(shown.clip.setup.defocus_nm, 20.0);
        assert!(!shown.exposure.points.thinned());
        let (window, quick) = out.window.expect("a window");
        assert_eq!((window.foci_nm.len(), quick), (FOCI as usize, false));
        // A source without light is told, and the last picture stays.
        clip.setup.source = crate::scene::optics::SourceShape::Poles(2, 0.89, 0.9, 1.0, 33.0);
        clip.setup.source_side = 4;
        worker.ask(Ask {
            number: 6,
            clip,
            latent: false,
        });
        let out = until(&mut worker, |o| o.done == 6);
        assert!(out.fault.is_some() && out.shown.is_some());
    }

    #[test]
    fn rows_upward_become_rows_from_the_top() {
        let (pixels, high) = coloured(&[0.0, 0.1, 0.2, 0.55]);
        assert_eq!((pixels.size, high), ([2, 2], 0.6));
        assert_eq!(pixels.pixels[2], colour(sequential(0.0)));
        let i = (0.55 / 0.6 * 255.0) as u8;
        assert_eq!(pixels.pixels[1], colour(sequential(f32::from(i) / 255.0)));
    }
}
