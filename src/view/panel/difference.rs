//! The difference of an edited scene to what it was: values to set, as `--set` takes them.

use crate::scene::locate::segment;
use crate::scene::tree::{Kind, Node};
use crate::scene::{Document, locate::Trees};

/// Values to set, each with its path.
pub type Settings = Vec<(String, String)>;

/// What of a change cannot be said as values to set: the path of the first such place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Inexpressible(pub String);

/// The values that make `base` mean what `now` means.
///
/// # Errors
/// A named thing was added, taken away or renamed, or a value was taken away; overrides can only
/// set values.
pub fn difference(base: &Document, now: &Document) -> Result<Settings, Inexpressible> {
    let (before, after) = (Trees::of(base), Trees::of(now));
    let mut settings = Vec::new();
    let files = now.bundle().files.keys();
    for file in files {
        let pair = (before.root(file), after.root(file));
        let texts = (base.text(file), now.text(file));
        match (pair, texts) {
            ((Some(a), Some(b)), (Some(old), Some(new))) => {
                let mut walk = Walk {
                    old,
                    new,
                    settings: &mut settings,
                };
                walk.compare("", a, b)?;
            }
            _ => return Err(Inexpressible(file.clone())),
        }
    }
    Ok(settings)
}

struct Walk<'a> {
    old: &'a str,
    new: &'a str,
    settings: &'a mut Settings,
}

fn slice<'t>(text: &'t str, node: &Node) -> &'t str {
    let span = node.span.start as usize..node.span.end as usize;
    text.get(span).unwrap_or_default()
}

impl Walk<'_> {
    fn compare(&mut self, path: &str, a: &Node, b: &Node) -> Result<(), Inexpressible> {
        if slice(self.old, a) == slice(self.new, b) {
            return Ok(());
        }
        let under = |name: &str| {
            let name = segment(name);
            if path.is_empty() {
                name
            } else {
                format!("{path}.{name}")
            }
        };
        let named = |n: &Node| match &n.kind {
            Kind::Struct { name, .. } | Kind::Tuple { name, .. } => name.clone(),
            _ => None,
        };
        match (&a.kind, &b.kind) {
            (Kind::Map(old), Kind::Map(new)) => {
                let key = |e: &crate::scene::tree::Entry| e.key.text().map(str::to_owned);
                let (old_keys, new_keys): (Vec<_>, Vec<_>) =
                    (old.iter().map(key).collect(), new.iter().map(key).collect());
                let first = |all: &[Option<String>], others: &[Option<String>]| {
                    all.iter().find(|k| !others.contains(k)).cloned()
                };
                let changed = first(&new_keys, &old_keys).or_else(|| first(&old_keys, &new_keys));
                if let Some(name) = changed {
                    return Err(Inexpressible(under(&name.unwrap_or_default())));
                }
                for entry in new {
                    let name = key(entry).unwrap_or_default();
                    if let Some(before) = old.iter().find(|e| key(e).as_deref() == Some(&name)) {
                        self.compare(&under(&name), &before.value, &entry.value)?;
                    }
                }
                Ok(())
            }
            (Kind::List(old), Kind::List(new)) if old.len() == new.len() && !path.is_empty() => {
                for (i, (a, b)) in old.iter().zip(new).enumerate() {
                    self.compare(&format!("{path}.{i}"), a, b)?;
                }
                Ok(())
            }
            _ => match (a.fields(), b.fields()) {
                (Some(old), Some(new)) if named(a) == named(b) && named(b).is_none() => {
                    if let Some(gone) = old.iter().find(|f| new.iter().all(|g| g.name != f.name)) {
                        return Err(Inexpressible(under(&gone.name)));
                    }
                    for field in new {
                        let to = under(&field.name);
                        match old.iter().find(|f| f.name == field.name) {
                            Some(before) => self.compare(&to, &before.value, &field.value)?,
                            None => self.set(&to, &field.value),
                        }
                    }
                    Ok(())
                }
                _ => {
                    self.set(path, b);
                    Ok(())
                }
            },
        }
    }

    fn set(&mut self, path: &str, node: &Node) {
        self.settings
            .push((path.to_owned(), slice(self.new, node).to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Bundle, Command, load};
    use crate::whatif::models;

    const TEXT: &str = r#"(
    schema: 1, run: (seed: 3),
    areas: { "A": () },
    tool_groups: { "G.1": (area: "A", count: 2, pms: [(every: "7 d", duration: "1 h")]) },
    routes: { "R": (steps: [(name: "1", tools: "G.1", time: "10 min")]) },
    products: { "P": (route: "R") },
    releases: { "L": (product: "P", plan: Every(interval: "20 min")) },
)
"#;

    fn edited(commands: &[Command]) -> (Document, Document) {
        let base = Document::new(Bundle::from_text("a.ron", TEXT));
        let mut now = base.clone();
        for command in commands {
            now.apply(command).expect("fits");
        }
        (base, now)
    }

    fn set(path: &str, value: &str) -> Command {
        Command::Set {
            path: path.to_owned(),
            value: value.to_owned(),
        }
    }

    #[test]
    fn the_difference_set_on_the_base_gives_the_edited_scene() {
        let (base, now) = edited(&[
            set("tool_groups.\"G.1\".count", "5"),
            set("tool_groups.\"G.1\".pms.0.every", "\"9 d\""),
            set("run.warmup", "\"2 d\""),
            set("releases.L.plan", "Every(interval: \"30 min\")"),
        ]);
        let settings = difference(&base, &now).expect("values only");
        assert_eq!(settings.len(), 4, "{settings:?}");
        let read = |document: &Document, overrides: &[(String, String)]| {
            let bundle = document.bundle();
            load(bundle, &bundle.main, overrides, &models())
                .expect("sound")
                .scene
        };
        assert_eq!(read(&base, &settings), read(&now, &[]));
        assert_eq!(difference(&base, &base), Ok(Vec::new()));
    }

    #[test]
    fn what_values_cannot_say_is_named() {
        let remove = Command::Remove {
            path: "tool_groups.\"G.1\".pms".to_owned(),
        };
        let (base, now) = edited(&[remove]);
        let fault = difference(&base, &now).expect_err("a value is gone");
        assert_eq!(fault.0, "tool_groups.\"G.1\".pms");
        let insert = Command::Insert {
            path: "areas".to_owned(),
            name: "B".to_owned(),
            value: "()".to_owned(),
        };
        let (base, now) = edited(&[insert]);
        assert_eq!(
            difference(&base, &now),
            Err(Inexpressible("areas.B".to_owned()))
        );
    }
}
