//! The search for a mask beside the panels: in a thread, which ends with this, or in slices between frames where there
//! are no threads.

use std::sync::{Arc, Mutex};

use super::worker::hold;
use crate::sim::process::lithography::clip::Clip;
use crate::sim::process::lithography::ilt::{Flow, Progress};
use crate::sim::process::lithography::sought::{ALL_STEPS, Seeking, Sought, Unseekable};

/// What a thread and a frame tell each other.
#[derive(Default)]
struct State {
    /// Steps done of how many.
    steps: (u32, u32),
    found: Option<Result<Sought, Unseekable>>,
    over: bool,
}

impl State {
    fn hear(&mut self, p: Progress) {
        self.steps = (p.done, p.of);
    }
}

/// A search under way.
pub struct Seek {
    clip: Clip,
    state: Arc<Mutex<State>>,
    #[cfg(target_family = "wasm")]
    seeking: Option<Seeking>,
}

impl Seek {
    /// Starts it.
    pub fn start(clip: Clip) -> Self {
        let state = Arc::new(Mutex::new(State {
            steps: (0, ALL_STEPS),
            ..State::default()
        }));
        #[cfg(not(target_family = "wasm"))]
        {
            let (clip, state) = (clip.clone(), Arc::clone(&state));
            std::thread::spawn(move || seek(&clip, &state));
        }
        Self {
            clip,
            state,
            #[cfg(target_family = "wasm")]
            seeking: None,
        }
    }

    /// Whether its mask would be one for what is on the bench.
    pub fn is_for(&self, clip: &Clip) -> bool {
        self.clip.same_tile(clip)
    }

    /// Steps done of how many.
    pub fn steps(&self) -> (u32, u32) {
        hold(&self.state).steps
    }

    /// What was found, once.
    pub fn look(&mut self) -> Option<Result<Sought, Unseekable>> {
        #[cfg(target_family = "wasm")]
        self.slice();
        hold(&self.state).found.take()
    }

    /// A slice of the search: its beginning, some steps, or the mask at its end.
    #[cfg(target_family = "wasm")]
    fn slice(&mut self) {
        let until = bevy::platform::time::Instant::now() + super::worker::SLICE;
        let mut state = hold(&self.state);
        match &mut self.seeking {
            None => match Seeking::new(&self.clip) {
                Ok(seeking) => self.seeking = Some(seeking),
                Err(fault) => state.found = Some(Err(fault)),
            },
            Some(seeking) => {
                let over = seeking.go_on(&mut |p| {
                    state.hear(p);
                    Flow::when(bevy::platform::time::Instant::now() < until)
                });
                if over {
                    state.found = Some(Ok(seeking.mask()));
                }
            }
        }
    }
}

impl Drop for Seek {
    fn drop(&mut self) {
        hold(&self.state).over = true;
    }
}

#[cfg(not(target_family = "wasm"))]
fn seek(clip: &Clip, state: &Mutex<State>) {
    let found = match Seeking::new(clip) {
        Ok(mut seeking) => {
            let mut watch = |p| {
                let mut state = hold(state);
                state.hear(p);
                Flow::when(!state.over)
            };
            if !seeking.go_on(&mut watch) {
                return;
            }
            Ok(seeking.mask())
        }
        Err(fault) => Err(fault),
    };
    hold(state).found = Some(found);
}

#[cfg(test)]
mod tests {
    use super::super::offer;
    use super::*;

    #[test]
    fn a_search_tells_how_far_it_is_and_ends_when_it_is_let_go() {
        let mut clip = offer::first().clip;
        clip.setup.source_side = 11;
        let mut seek = Seek::start(clip.clone());
        let found = loop {
            let (done, of) = seek.steps();
            assert!(done <= of && of == ALL_STEPS);
            if let Some(found) = seek.look() {
                break found.expect("a mask");
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        };
        assert!(found.is_of(&clip) && found.shapes.polygons.len() > 5);
        assert!(seek.look().is_none() && seek.steps().0 == seek.steps().1);

        let left = Seek::start(clip);
        let state = Arc::clone(&left.state);
        drop(left);
        // The thread lets go of the state, too.
        for _ in 0..4_000 {
            if Arc::strong_count(&state) == 1 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert_eq!(Arc::strong_count(&state), 1);
        assert!(hold(&state).found.is_none());
    }

    #[test]
    fn why_there_is_no_mask_comes_back() {
        let mut clip = offer::first().clip;
        clip.setup.shifted_layer = Some(2);
        let mut seek = Seek::start(clip);
        for _ in 0..4_000 {
            if let Some(found) = seek.look() {
                assert_eq!(found.err(), Some(Unseekable::Phases));
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        panic!("no answer");
    }
}
