//! What the program remembers of its user between two starts.

use serde::{Deserialize, Serialize};

use super::arrangement::Arrangement;
use crate::view::i18n::Lang;

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ThemeChoice {
    /// Dark.
    #[default]
    Dark,
    /// Light.
    Light,
    /// As the system says.
    System,
}

/// What kernels run on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Compute {
    /// A hardware GPU where there is one, else the CPU.
    #[default]
    Auto,
    /// A GPU, software adapters too.
    Gpu,
    /// The CPU.
    Cpu,
}

/// Which parts of the frame are open, and where they stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    /// Scene tree.
    pub left_open: bool,
    /// Inspector and what-if bench.
    pub right_open: bool,
    /// Charts below.
    pub bottom_open: bool,
    /// Where the panes stand and how large; as at the first start where absent.
    pub tree: Option<Arrangement>,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            left_open: true,
            right_open: true,
            bottom_open: true,
            tree: None,
        }
    }
}

/// The preferences.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prefs {
    /// Tag of the language; the system's where absent.
    pub language: Option<String>,
    /// Light or dark.
    pub theme: ThemeChoice,
    /// Size of everything; 1 is 100 %.
    pub scale: f32,
    /// What kernels run on.
    pub compute: Compute,
    /// Whether things appear at once instead of sliding.
    pub reduced_motion: bool,
    /// The frame.
    pub layout: Layout,
    /// Scenes opened before, the latest first.
    pub recent: Vec<String>,
    /// Whether the tour was seen or left.
    pub tour_seen: bool,
}

impl Default for Prefs {
    fn default() -> Self {
        Self {
            language: None,
            theme: ThemeChoice::default(),
            scale: 1.0,
            compute: Compute::default(),
            reduced_motion: false,
            layout: Layout::default(),
            recent: Vec::new(),
            tour_seen: false,
        }
    }
}

/// Sizes of everything that are offered; the first and the last are the bounds.
pub const SCALES: [f32; 5] = [0.8, 1.0, 1.25, 1.5, 2.0];

/// Recent scenes that are kept.
const RECENT_MAX: usize = 12;

impl Prefs {
    /// The language: the one chosen, else the one of the environment's tag, else English.
    pub fn lang(&self, environment: Option<&str>) -> Lang {
        let chosen = self.language.as_deref().and_then(Lang::from_tag);
        chosen
            .or_else(|| environment.and_then(Lang::from_tag))
            .unwrap_or_default()
    }

    /// Puts a scene at the head of the recent ones.
    pub fn remember(&mut self, path: &str) {
        self.recent.retain(|p| p != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(RECENT_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_language_wins_over_the_environment() {
        let mut prefs = Prefs::default();
        assert_eq!(prefs.lang(None), Lang::En);
        assert_eq!(prefs.lang(Some("ko_KR.UTF-8")), Lang::Ko);
        prefs.language = Some("en".to_owned());
        assert_eq!(prefs.lang(Some("ko_KR.UTF-8")), Lang::En);
    }

    #[test]
    fn recent_scenes_stand_once_and_are_bounded() {
        let mut prefs = Prefs::default();
        for i in 0..20 {
            prefs.remember(&format!("{i}.ron"));
        }
        prefs.remember("15.ron");
        assert_eq!(prefs.recent.len(), RECENT_MAX);
        assert_eq!(&prefs.recent[..3], ["15.ron", "19.ron", "18.ron"]);
    }

    #[test]
    fn preferences_of_another_version_still_read() {
        let old: Prefs =
            serde_json::from_str(r#"{"scale":1.5,"layout":{"left_pt":300.0,"left_open":false}}"#)
                .expect("fields may be absent");
        assert_eq!((old.scale, old.layout.left_open), (1.5, false));
        assert!(old.layout.right_open);
    }
}
