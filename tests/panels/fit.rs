//! No text leaves its place, is cut or lies on another one: every view, both languages, two sizes
//! of window, 100 and 200 per cent.

use egui::accesskit::Role;
use egui::{Rect, Shape};
use egui_kittest::kittest::NodeT;

use crate::{Sink, desk, painted, settle, views};

/// Sizes of the window in points, and the scale of everything in it.
const SIZES: [(f32, [f32; 2]); 4] = [
    (1.0, [1024.0, 640.0]),
    (1.0, [1440.0, 900.0]),
    (2.0, [2048.0, 1280.0]),
    // More than the window has room for.
    (2.0, [1280.0, 800.0]),
];

/// A text that is seen.
struct Seen {
    words: String,
    own: Rect,
    clip: Rect,
}

impl Seen {
    /// What of it is seen.
    fn shown(&self) -> Rect {
        self.own.intersect(self.clip)
    }

    /// Whether it is cut at a side, or higher than its place.
    fn is_cut(&self) -> bool {
        let across =
            self.own.left() < self.clip.left() - 1.0 || self.own.right() > self.clip.right() + 1.0;
        // What scrolls is cut at an edge; what has a row of its own must fit into it.
        let high = self.clip.height() >= 16.0 && self.own.height() > self.clip.height() + 2.0;
        across || high
    }
}

fn texts(shape: &Shape, clip: Rect, all: &mut Vec<Seen>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|s| texts(s, clip, all)),
        Shape::Text(text) if !text.galley.text().trim().is_empty() => all.push(Seen {
            words: text.galley.text().to_owned(),
            own: text.visual_bounding_rect(),
            clip,
        }),
        _ => {}
    }
}

/// Pairs of texts that lie on each other.
fn overlaps(all: &[Seen]) -> Vec<String> {
    let mut found = Vec::new();
    for (i, a) in all.iter().enumerate() {
        for b in &all[..i] {
            let both = a.shown().intersect(b.shown());
            if both.is_positive() && both.width() > 2.0 && both.height() > 3.0 {
                found.push(format!("\"{}\" on \"{}\"", a.words, b.words));
            }
        }
    }
    found
}

#[test]
fn no_text_is_clipped_or_lies_on_another() {
    let wanted = std::env::var("GEOUL_PICTURE").unwrap_or_default();
    let mut faults = Vec::new();
    for lang in ["ko", "en"] {
        for (scale, size) in SIZES {
            for view in views::names() {
                if !view.contains(&wanted) {
                    continue;
                }
                let mut d = desk(lang);
                d.prefs.scale = scale;
                views::go(&mut d, 8.0);
                views::show(&mut d, view);
                let mut harness = painted(d, size[0], size[1], Sink::default());
                settle(&mut harness);
                // What stands in a text field scrolls with the cursor.
                let typed: Vec<String> = harness
                    .root()
                    .children_recursive()
                    .filter(|n| n.accesskit_node().role() == Role::TextInput)
                    .filter_map(|n| n.accesskit_node().value())
                    .collect();
                let mut seen = Vec::new();
                for shape in &harness.output().shapes {
                    texts(&shape.shape, shape.clip_rect, &mut seen);
                }
                seen.retain(|s| s.shown().is_positive());
                let place = format!("{view} {lang} {}x{} {scale}", size[0], size[1]);
                let cut = seen
                    .iter()
                    .filter(|s| s.is_cut() && !typed.contains(&s.words));
                faults.extend(cut.map(|s| format!("{place}: cut \"{}\"", s.words)));
                if !views::is_window(view) {
                    let found = overlaps(&seen);
                    faults.extend(found.into_iter().map(|o| format!("{place}: {o}")));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}: {faults:#?}", faults.len());
}
