//! What a link carries: a shipped scene and values set in it.
//! `?scene=minifab.ron&set=run.seed=7&set=tool_groups.Me.count=2&lang=ko&embed=1`

use web_sys::UrlSearchParams;

/// What the page's address asks for.
#[derive(Clone, Debug, Default)]
pub struct Link {
    /// A shipped scene.
    pub scene: Option<String>,
    /// Paths and values.
    pub set: Vec<(String, String)>,
    /// Tag of the language.
    pub lang: Option<String>,
    /// Whether the page is only to be looked at.
    pub embed: bool,
    /// What the console is told beyond warnings, as RUST_LOG would say it: `geoul=debug`.
    pub log: Option<String>,
}

/// Reads the page's address; what is not there is not asked for.
pub fn read() -> Link {
    let search = web_sys::window().and_then(|w| w.location().search().ok());
    let Some(given) = search.and_then(|s| UrlSearchParams::new_with_str(&s).ok()) else {
        return Link::default();
    };
    let pairs = given.get_all("set");
    let set = pairs.iter().filter_map(|pair| {
        let pair = pair.as_string()?;
        let (path, value) = pair.split_once('=')?;
        Some((path.trim().to_owned(), value.trim().to_owned()))
    });
    Link {
        scene: given.get("scene").filter(|s| !s.is_empty()).map(file),
        set: set.collect(),
        lang: given.get("lang"),
        embed: given.get("embed").is_some_and(|e| e != "0"),
        log: given.get("log"),
    }
}

/// The file that a scene's name means.
fn file(scene: String) -> String {
    if scene.ends_with(".ron") {
        scene
    } else {
        scene + ".ron"
    }
}

/// A link to this page with a shipped scene and values set in it.
pub fn link(scene: &str, set: &[(String, String)]) -> Option<String> {
    let location = web_sys::window()?.location();
    let given = UrlSearchParams::new().ok()?;
    given.append("scene", scene);
    for (path, value) in set {
        given.append("set", &format!("{path}={value}"));
    }
    let (origin, path) = (location.origin().ok()?, location.pathname().ok()?);
    Some(format!("{origin}{path}?{}", given.to_string().as_string()?))
}

/// Puts a text into the clipboard, if the browser lets the page.
pub fn copy(text: &str) {
    if let Some(window) = web_sys::window() {
        // What becomes of it the browser shows itself.
        let _ = window.navigator().clipboard().write_text(text);
    }
}
