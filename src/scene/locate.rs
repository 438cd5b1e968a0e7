//! Where things stand in a document: the value at a path, the path of a place in the text.

use super::document::Document;
use super::parse::parse;
use super::path::Place;
use super::tree::{Kind, Node};

/// The parse trees of a document's files, the main file first.
#[derive(Clone, Debug, Default)]
pub struct Trees {
    files: Vec<(String, Node)>,
}

impl Trees {
    /// Parses all files of a document.
    pub fn of(document: &Document) -> Self {
        let bundle = document.bundle();
        let main = bundle.files.get_key_value(&bundle.main);
        let others = bundle
            .files
            .iter()
            .filter(|(name, _)| **name != bundle.main);
        let files = main.into_iter().chain(others);
        Self {
            files: files
                .map(|(name, text)| (name.clone(), parse(0, text, &mut Vec::new())))
                .collect(),
        }
    }

    /// The whole value of a file.
    pub fn root(&self, file: &str) -> Option<&Node> {
        let found = self.files.iter().find(|(name, _)| name == file);
        found.map(|(_, root)| root)
    }

    /// The value at a path and the file it stands in.
    pub fn get(&self, at: &str) -> Option<(&str, &Node)> {
        if at.is_empty() {
            return self.files.first().map(|(file, root)| (file.as_str(), root));
        }
        let place = Place::read(0, at).ok()?;
        self.files.iter().find_map(|(file, root)| {
            let mut parts = place.segments.iter();
            let node = parts.try_fold(root, |node, s| part(node, &s.name))?;
            Some((file.as_str(), node))
        })
    }

    /// The members of a field of the scene: entries of its map with their names, or items of its
    /// list, from all files in the order in which they are read.
    pub fn members(&self, field: &str) -> Vec<(Option<&str>, &Node)> {
        let mut members = Vec::new();
        for (_, root) in &self.files {
            match root.field(field).map(|n| &n.kind) {
                Some(Kind::Map(entries)) => {
                    members.extend(entries.iter().map(|e| (e.key.text(), &e.value)));
                }
                Some(Kind::List(items)) => members.extend(items.iter().map(|i| (None, i))),
                _ => {}
            }
        }
        members
    }

    /// Path of what stands at a byte of a file; empty: the file as a whole.
    pub fn path_at(&self, file: &str, byte: u32) -> Option<String> {
        let (_, root) = self.files.iter().find(|(name, _)| name == file)?;
        let mut at = String::new();
        let mut node = root;
        while let Some((segment, child)) = part_at(node, byte) {
            if !at.is_empty() {
                at.push('.');
            }
            at.push_str(&segment);
            node = child;
        }
        Some(at)
    }
}

/// The part of a node of that name, as paths mean it. Unlike [`super::path`] it does not say what is
/// near where there is none: an editor asks for many fields that are absent.
fn part<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    match &node.kind {
        Kind::Struct { .. } => node.field(name),
        Kind::Map(entries) => entries
            .iter()
            .find(|e| e.key.text() == Some(name))
            .map(|e| &e.value),
        Kind::List(items) | Kind::Tuple { items, .. } => {
            let index: Option<usize> = name.parse().ok();
            let named = |n: &&Node| n.field("name").and_then(Node::text) == Some(name);
            let by_name = items.iter().find(named);
            by_name.or_else(|| index.and_then(|i| items.get(i)))
        }
        _ => None,
    }
}

/// Name of the part of a node that holds a byte, and the part.
fn part_at(node: &Node, byte: u32) -> Option<(String, &Node)> {
    let holds = |from: u32, value: &Node| (from..value.span.end.max(from + 1)).contains(&byte);
    match &node.kind {
        Kind::Struct { fields, .. } => fields
            .iter()
            .find(|f| holds(f.name_span.start, &f.value))
            .map(|f| (f.name.clone(), &f.value)),
        Kind::Map(entries) => entries
            .iter()
            .find(|e| holds(e.key.span.start, &e.value))
            .and_then(|e| Some((segment(e.key.text()?), &e.value))),
        Kind::List(items) | Kind::Tuple { items, .. } => items
            .iter()
            .enumerate()
            .find(|(_, item)| holds(item.span.start, item))
            .map(|(i, item)| (i.to_string(), item)),
        _ => None,
    }
}

/// A name as a segment of a path: in quotes where it holds a dot.
pub fn segment(name: &str) -> String {
    if name.contains('.') {
        format!("\"{name}\"")
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Bundle;

    const MAIN: &str = r#"( // a line
    schema: 1, include: ["more.ron"], run: (seed: 4),
    areas: { "A.1": (light: Yellow) },
    wip: [(name: "x", wafers: 5), (name: "y", wafers: 25)],
)"#;
    const MORE: &str = r#"(schema: 1, areas: { "B": () })"#;

    fn trees() -> Trees {
        let mut bundle = Bundle::from_text("main.ron", MAIN);
        bundle.files.insert("more.ron".to_owned(), MORE.to_owned());
        Trees::of(&Document::new(bundle))
    }

    #[test]
    fn a_place_in_the_text_and_its_path_lead_to_each_other() {
        let trees = trees();
        for (file, text, word, path) in [
            ("main.ron", MAIN, "4", "run.seed"),
            ("main.ron", MAIN, "Yellow", "areas.\"A.1\".light"),
            ("main.ron", MAIN, "25", "wip.1.wafers"),
            ("more.ron", MORE, "()", "areas.B"),
        ] {
            let byte = text.find(word).expect("the word") as u32;
            assert_eq!(trees.path_at(file, byte).as_deref(), Some(path), "{word}");
            let (found, node) = trees.get(path).expect(path);
            assert_eq!((found, node.span.start), (file, byte));
        }
        assert_eq!(trees.path_at("main.ron", 3).as_deref(), Some(""));
        assert_eq!(trees.path_at("other.ron", 3), None);
    }

    #[test]
    fn members_come_from_all_files() {
        let trees = trees();
        let names: Vec<_> = trees.members("areas").into_iter().map(|(n, _)| n).collect();
        assert_eq!(names, [Some("A.1"), Some("B")]);
        assert_eq!(trees.members("wip").len(), 2);
        assert!(trees.members("bays").is_empty());
    }
}
