//! The scenes that come with the program.

use include_dir::{Dir, File, include_dir};

use crate::scene::{Bundle, load};
use crate::whatif::models;

static SCENES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenes");

/// A scene that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Its file under `scenes/`.
    pub path: &'static str,
    /// `shipped-<key>` is its name in the texts, `.about` a word about it.
    pub key: &'static str,
}

/// All, the most telling first. A scene adds its own entry here.
pub static SHIPPED: &[Shipped] = &[
    Shipped {
        path: "memory_fab.ron",
        key: "memory-fab",
    },
    Shipped {
        path: "minifab.ron",
        key: "minifab",
    },
    Shipped {
        path: "smoke/tools.ron",
        key: "tools",
    },
    Shipped {
        path: "smoke/queue_time.ron",
        key: "queue-time",
    },
    Shipped {
        path: "smoke/upkeep.ron",
        key: "upkeep",
    },
    Shipped {
        path: "smoke/flow.ron",
        key: "flow",
    },
];

/// Head of the paths of shipped scenes, which no file has.
pub const HEAD: &str = "geoul:/";

fn texts(dir: &'static Dir<'static>, files: &mut std::collections::BTreeMap<String, String>) {
    let is_scene = |f: &&File<'_>| f.path().extension().is_some_and(|e| e == "ron");
    for file in dir.files().filter(is_scene) {
        if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
            files.insert(
                format!("{HEAD}{}", path.replace('\\', "/")),
                text.to_owned(),
            );
        }
    }
    for inner in dir.dirs() {
        texts(inner, files);
    }
}

/// The texts of a shipped scene: its file and those it includes; `None`: there is no such.
pub fn bundle(path: &str) -> Option<Bundle> {
    let main = format!("{HEAD}{}", path.strip_prefix(HEAD).unwrap_or(path));
    let mut all = Bundle {
        main: main.clone(),
        files: std::collections::BTreeMap::new(),
    };
    texts(&SCENES, &mut all.files);
    all.files.get(&main)?;
    match load(&all, &main, &[], &models()) {
        Ok(loaded) => Some(loaded.document.bundle().clone()),
        Err(_) => Some(all),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::i18n::{Lang, Texts};

    #[test]
    fn every_shipped_scene_is_sound_and_has_words() {
        for shipped in SHIPPED {
            let bundle = bundle(shipped.path).expect(shipped.path);
            let loaded = load(&bundle, &bundle.main, &[], &models());
            assert!(loaded.is_ok(), "{}", shipped.path);
            for lang in [Lang::En, Lang::Ko] {
                let t = Texts::new(lang);
                let key = format!("shipped-{}", shipped.key);
                assert!(!t.get(&key).contains('⟦'), "{key}");
                assert!(!t.get(&format!("{key}.about")).contains('⟦'), "{key}");
            }
        }
        assert!(bundle("no.ron").is_none());
        let files = bundle("memory_fab.ron").map(|b| b.files.len());
        assert!(files.is_some_and(|n| (10..20).contains(&n)), "{files:?}");
    }
}
