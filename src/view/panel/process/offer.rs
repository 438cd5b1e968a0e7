//! Layouts and optics that can be put on the bench: those that come with the program, and files.

use std::sync::Arc;

use include_dir::{Dir, include_dir};

use super::{Setting, Table};
use crate::interop::{gdsii, glp, source_table};
use crate::scene::optics::{self, Setup, SourceShape};
use crate::scene::shapes::Shapes;
use crate::sim::process::lithography::clip::{Clip, CutLine};
use crate::sim::process::lithography::mask_rules::Rules;
use crate::view::faults;
use crate::view::i18n::Texts;
use crate::view::phrases::say;

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenes/litho");

/// Sides of a tile that are offered, nm.
pub const SIDES_NM: [f64; 5] = [256.0, 512.0, 1024.0, 2048.0, 4096.0];
/// Layout and optics at the start.
const FIRST: (&str, &str) = ("logic", "arf_annular");

/// Name of a layout or of optics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// A shipped one: the stem of its file.
    Shipped(&'static str),
    /// A file of the user's.
    File(String),
}

impl Name {
    /// As it is shown: shipped ones have words in the texts.
    pub fn words(&self, t: &Texts) -> String {
        match self {
            Self::Shipped(stem) => {
                let words = t.get(&format!("process-shipped-{}", stem.replace('_', "-")));
                if words.contains('⟦') {
                    stem.replace('_', " ")
                } else {
                    words
                }
            }
            Self::File(name) => name.clone(),
        }
    }
}

/// Stems of the shipped files with an ending, in order.
fn stems(ending: &str) -> Vec<&'static str> {
    let named = SHIPPED
        .files()
        .filter(|f| f.path().extension().is_some_and(|e| e == ending));
    let mut stems: Vec<_> = named
        .filter_map(|f| f.path().file_stem()?.to_str())
        .collect();
    stems.sort_unstable();
    stems
}

/// The shipped layouts.
pub fn layouts() -> Vec<&'static str> {
    stems("glp")
}

/// The shipped optics.
pub fn all_optics() -> Vec<&'static str> {
    stems("ron")
}

/// A shipped layout.
pub fn layout(stem: &str) -> Option<Shapes> {
    let name = format!("{stem}.glp");
    let text = SHIPPED.get_file(&name)?.contents_utf8()?;
    glp::read(&name, text).ok()
}

/// Shipped optics; those whose source is a table are left to files.
pub fn shipped_optics(stem: &str) -> Option<Setup> {
    let name = format!("{stem}.ron");
    let text = SHIPPED.get_file(&name)?.contents_utf8()?;
    let setup = optics::read(&name, text).ok()?;
    (!matches!(setup.source, SourceShape::Table(_))).then_some(setup)
}

/// What stands on the bench at the start.
pub fn first() -> Setting {
    let shapes = layout(FIRST.0).expect("a test reads the shipped layouts");
    let setup = shipped_optics(FIRST.1).expect("a test reads the shipped optics");
    let mut clip = Clip {
        shapes: Arc::new(shapes),
        setup,
        table: Arc::default(),
        centre_nm: [0.0; 2],
        side_nm: SIDES_NM[0],
        dose: 1.0,
        line: CutLine {
            at_nm: [0.0; 2],
            upright: false,
        },
        focus_span_nm: 0.0,
        tolerance: 0.1,
        feature_nm: 0.0,
        sought: None,
    };
    clip.focus_span_nm = focus_span_nm(&clip);
    clip.feature_nm = feature_nm(&clip);
    fit(&mut clip);
    Setting {
        clip,
        layout: Name::Shipped(FIRST.0),
        optics: Name::Shipped(FIRST.1),
    }
}

/// Corners of the layout, nm.
pub fn bounds_nm(shapes: &Shapes) -> ([f64; 2], [f64; 2]) {
    let (low, high) = shapes.bounds().unwrap_or(([0; 2], [1; 2]));
    let nm = |p: [i32; 2]| p.map(|v| f64::from(v) * shapes.unit_nm);
    (nm(low), nm(high))
}

/// Furthest focus that a process window of this lens is worth looking at.
pub fn focus_span_nm(clip: &Clip) -> f64 {
    let setup = &clip.setup;
    // The depth after Rayleigh in the medium, and a half more.
    let sine = setup.na / setup.index;
    let cosine = (1.0 - sine * sine).max(0.0).sqrt();
    let depth = setup.wavelength_nm / setup.index / (4.0 * (1.0 - cosine));
    (libm::round(1.5 * depth / 10.0) * 10.0).clamp(10.0, 1000.0)
}

/// Least width and space of a mask for this lens.
pub fn feature_nm(clip: &Clip) -> f64 {
    Rules::for_resolution(clip.resolution_nm()).width_nm
}

/// The smallest tile that holds the layout and some of the nothing around it, in the layout's middle; the
/// cut line through the shape nearest to it.
pub fn fit(clip: &mut Clip) {
    let (low, high) = bounds_nm(&clip.shapes);
    let extent = (high[0] - low[0]).max(high[1] - low[1]);
    let wanted = extent + 2.4 * clip.resolution_nm();
    let fitting = SIDES_NM.into_iter().find(|s| *s >= wanted);
    clip.side_nm = fitting.unwrap_or(SIDES_NM[SIDES_NM.len() - 1]);
    clip.centre_nm = [0, 1].map(|k| 0.5 * (low[k] + high[k]));
    clip.line = line_at(&clip.shapes, clip.centre_nm);
}

/// A cut line across the narrow way of the shape nearest to a place; rectangles are preferred, whose middle
/// lies inside.
pub fn line_at(shapes: &Shapes, near_nm: [f64; 2]) -> CutLine {
    let far = |middle: [f64; 2]| libm::hypot(middle[0] - near_nm[0], middle[1] - near_nm[1]);
    let boxes = shapes.polygons.iter().filter_map(|p| {
        let one = Shapes {
            unit_nm: shapes.unit_nm,
            polygons: vec![p.clone()],
        };
        let bounds = one.bounds()?;
        let (low, high) = ([0, 1].map(|k| bounds.0[k]), [0, 1].map(|k| bounds.1[k]));
        let nm = |v: i32| f64::from(v) * shapes.unit_nm;
        let middle = [0, 1].map(|k| 0.5 * (nm(low[k]) + nm(high[k])));
        let upright = high[1] - low[1] < high[0] - low[0];
        Some((p.points.len() > 4, far(middle), middle, upright))
    });
    let best = boxes.min_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    best.map_or(
        CutLine {
            at_nm: near_nm,
            upright: false,
        },
        |(_, _, at_nm, upright)| CutLine { at_nm, upright },
    )
}

/// What a file held.
pub enum Opened {
    /// A layout.
    Layout(String, Shapes),
    /// Optics, with the points of a source that stands in a table beside them.
    Optics(String, Box<Setup>, Table),
}

/// Reads a layout or optics from a file.
///
/// # Errors
/// What is wrong with the file, in words.
#[cfg(not(target_family = "wasm"))]
pub fn read(path: &std::path::Path, t: &Texts) -> Result<Opened, String> {
    let shown = path.display().to_string();
    let name = path
        .file_name()
        .map_or_else(|| shown.clone(), |n| n.to_string_lossy().into_owned());
    let bytes = std::fs::read(path).map_err(|e| faults::system(&shown, &e, t))?;
    opened(&name, &bytes, t, |file| {
        let beside = path.with_file_name(file);
        let shown = beside.display().to_string();
        std::fs::read_to_string(&beside).map_err(|e| faults::system(&shown, &e, t))
    })
}

/// Reads a layout or optics from the bytes of a file of that name; `beside` gives the text of one that lies
/// beside it.
///
/// # Errors
/// What is wrong with the file, in words.
pub fn opened(
    name: &str,
    bytes: &[u8],
    t: &Texts,
    beside: impl FnOnce(&str) -> Result<String, String>,
) -> Result<Opened, String> {
    let text = || String::from_utf8_lossy(bytes);
    let ending = name.rsplit_once('.').map(|(_, e)| e.to_lowercase());
    let shapes = match ending.as_deref() {
        Some("gds" | "gds2" | "gdsii") => {
            let layout = gdsii::read(name, bytes, None);
            layout.map_err(|e| faults::file(&e, t))?.shapes
        }
        Some("glp") => glp::read(name, &text()).map_err(|e| faults::file(&e, t))?,
        Some("ron") => {
            let setup = optics::read(name, &text()).map_err(|e| faults::findings(&e, t))?;
            let table = match &setup.source {
                SourceShape::Table(file) => {
                    source_table::read(file, &beside(file)?).map_err(|e| faults::file(&e, t))?
                }
                _ => Table::new(),
            };
            return Ok(Opened::Optics(name.to_owned(), Box::new(setup), table));
        }
        _ => return Err(t.with("process-other-file", &[("name", name)])),
    };
    if shapes.polygons.is_empty() {
        return Err(t.with("process-no-polygons", &[("name", name)]));
    }
    if let Some((i, fault)) = shapes.faults().next() {
        let (n, why) = ((i + 1).to_string(), say(&fault.words(), t.lang()));
        let values = [("name", name), ("n", n.as_str()), ("why", why.as_str())];
        return Err(t.with("process-no-shape", &values));
    }
    Ok(Opened::Layout(name.to_owned(), shapes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::i18n::Lang;

    #[test]
    fn what_is_shipped_is_sound_and_has_words() {
        assert!(layouts().len() >= 2 && all_optics().len() >= 2);
        for stem in layouts() {
            let shapes = layout(stem).unwrap_or_else(|| panic!("{stem}"));
            assert!(shapes.faults().next().is_none(), "{stem}");
        }
        let readable = all_optics().into_iter().filter_map(shipped_optics);
        assert!(readable.count() >= 2);
        let setting = first();
        for name in [&setting.layout, &setting.optics] {
            for lang in [Lang::En, Lang::Ko] {
                assert!(!name.words(&Texts::new(lang)).contains(FIRST.1));
            }
        }
    }

    #[test]
    fn the_tile_holds_the_layout_and_the_line_meets_a_shape() {
        for stem in layouts() {
            let mut clip = first().clip;
            clip.shapes = Arc::new(layout(stem).unwrap());
            fit(&mut clip);
            let (low, high) = bounds_nm(&clip.shapes);
            let corner = clip.low_nm();
            let held = (0..2).all(|k| low[k] >= corner[k] && high[k] <= corner[k] + clip.side_nm);
            assert!(held || clip.side_nm == SIDES_NM[4], "{stem}");
            assert!(clip.target().is_some(), "{stem}: {:?}", clip.line);
        }
    }

    #[test]
    fn files_are_read_and_faults_told() {
        let folder = std::env::temp_dir().join(format!("geoul-offer-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let put = |name: &str, text: &str| {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            read(&path, &Texts::new(Lang::En))
        };
        let glp = "LEVEL M1\nRECT N M1 0 0 60 800\n";
        assert!(
            matches!(put("a.glp", glp), Ok(Opened::Layout(name, s)) if name == "a.glp" && s.polygons.len() == 1)
        );
        put("s.csv", "0.5,0,1\n-0.5,0,1\n").err();
        let ron = "(lens: Euv, source: Table(\"s.csv\"))";
        assert!(matches!(put("o.ron", ron), Ok(Opened::Optics(_, _, t)) if t.len() == 2));
        for (name, text) in [
            (
                "b.ron",
                "(lens: Euv, source: Anular(inner: 0.5, outer: 0.8))",
            ),
            ("b.gds", "nothing"),
            ("b.txt", ""),
        ] {
            let told = put(name, text).err().unwrap();
            assert!(told.contains("b."), "{told}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
