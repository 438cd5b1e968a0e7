//! The amplitudes of a thin mask: what its shapes and its ground let through.

use std::borrow::Cow;

use crate::scene::optics::{Setup, Tone};
use crate::scene::shapes::Shapes;

/// Amplitudes of a mask inside and outside its shapes; both are real, as those of all thin masks of a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tones {
    /// Inside shapes.
    pub inside: f64,
    /// Outside.
    pub outside: f64,
    /// Layer whose shapes are openings of opposite phase.
    pub shifted_layer: Option<u16>,
}

impl Tones {
    /// Openings in chrome.
    pub const OPENINGS: Self = Self {
        inside: 1.0,
        outside: 0.0,
        shifted_layer: None,
    };

    /// Of optics from a file.
    pub fn of(setup: &Setup) -> Self {
        // An absorber that lets some of the light through lets it through with the opposite sign.
        let closed = -setup.transmission.max(0.0).sqrt();
        let (inside, outside) = match setup.tone {
            Tone::Clear => (1.0, closed),
            Tone::Dark => (closed, 1.0),
        };
        Self {
            inside,
            outside,
            shifted_layer: setup.shifted_layer,
        }
    }

    /// Whether shapes let more light through than what is around them, so that light prints the target.
    pub fn bright(&self) -> bool {
        self.inside.abs() > self.outside.abs()
    }

    /// The parts of a layout that differ, and how much each adds inside its shapes to the amplitude outside.
    pub fn levels<'s>(&self, shapes: &'s Shapes) -> Vec<(Cow<'s, Shapes>, f64)> {
        let plain = self.inside - self.outside;
        let Some(layer) = self.shifted_layer else {
            return vec![(Cow::Borrowed(shapes), plain)];
        };
        // The shifted openings replace what is around them by −1.
        vec![
            (Cow::Owned(shapes.without_layer(layer)), plain),
            (
                Cow::Owned(shapes.on_layer(layer, None)),
                -1.0 - self.outside,
            ),
        ]
    }
}
