//! The files of a scene: where texts come from, includes, tool types, overrides, parameters.
//!
//! All of this works on parse trees, before anything is decoded, so that `--set` and
//! parameters reach every value, whichever file it stands in.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use include_dir::{Dir, include_dir};

use super::diagnostic::{Diagnostic, SourceFile};
use super::form::{SceneForm, ToolGroupForm};
use super::parse::{parse, parse_from};
use super::path::{self, Place};
use super::record::{Context, FieldInfo, Record, one_of};
use super::tree::{Entry, Field, Kind, Node, Span};
use crate::units::nearest_spelling;
use crate::words::{Words, words};

/// Tool types that come with the program.
static TOOL_TYPES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets/tools");

/// Where the texts of a scene come from.
pub trait Source {
    /// Text of the file at `path` (slashes, relative to where the scene's path is relative to).
    ///
    /// # Errors
    /// Why there is none, for the user.
    fn read(&self, path: &str) -> Result<String, Words>;
}

/// Names of the tool types that come with the program.
pub fn embedded_tool_types() -> impl Iterator<Item = &'static str> {
    TOOL_TYPES
        .files()
        .filter(|f| f.path().extension().is_some_and(|e| e == "ron"))
        .filter_map(|f| f.path().file_stem()?.to_str())
}

/// The texts and trees of a load.
pub(super) struct Files<'s> {
    source: &'s dyn Source,
    pub(super) sources: Vec<SourceFile>,
    /// Paths that came from `source`, for the document.
    pub(super) read: Vec<String>,
    pub(super) cx: Context,
    types: BTreeMap<String, Option<Node>>,
}

/// Settings of the whole scene: of two files the including one wins. Everything else is united.
const SETTINGS: [&str; 4] = ["params", "run", "options", "limits"];
/// Deepest chain of includes.
const INCLUDES_MAX: usize = 32;

impl<'s> Files<'s> {
    pub(super) fn new(source: &'s dyn Source) -> Self {
        Self {
            source,
            sources: Vec::new(),
            read: Vec::new(),
            cx: Context::default(),
            types: BTreeMap::new(),
        }
    }

    /// Adds a text; gives its index.
    pub(super) fn add(&mut self, path: &str, text: String) -> u32 {
        self.sources.push(SourceFile {
            path: path.to_owned(),
            text,
        });
        self.sources.len() as u32 - 1
    }

    fn add_and_parse(&mut self, path: &str, text: String) -> Node {
        let file = self.add(path, text);
        parse(file, &self.sources[file as usize].text, &mut self.cx.faults)
    }

    /// Reads the main file and all it includes into one tree. `None`: the main file cannot be read.
    pub(super) fn unite(&mut self, main: &str) -> Option<Node> {
        match self.source.read(main) {
            Ok(text) => {
                self.read.push(main.to_owned());
                let root = self.add_and_parse(main, text);
                let mut chain = vec![normal(main)];
                let mut seen = BTreeMap::new();
                self.include(root, main, &mut chain, &mut seen)
            }
            Err(why) => {
                let file = self.add(main, String::new());
                let span = Span {
                    file,
                    start: 0,
                    end: 0,
                };
                self.cx.report(
                    Diagnostic::error("unreadable", span, unreadable(main, why))
                        .expecting("a scene file"),
                );
                None
            }
        }
    }

    /// Unites a tree with the files it includes.
    fn include(
        &mut self,
        root: Node,
        path: &str,
        chain: &mut Vec<String>,
        seen: &mut BTreeMap<String, Span>,
    ) -> Option<Node> {
        if root.fields().is_none() {
            self.cx.wrong_kind(&root, "a scene `( schema: 1, ... )`");
            return None;
        }
        let mut parts = Vec::new();
        if let Some(Node {
            kind: Kind::List(items),
            ..
        }) = root.field("include")
        {
            for item in items {
                let Some(name) = item.text() else {
                    continue; // Decoding says what is wrong with it.
                };
                let target = normal(&join(path, name));
                if chain.contains(&target) {
                    let mut circle: Vec<&str> = chain.iter().map(String::as_str).collect();
                    circle.push(&target);
                    self.cx.report(
                        Diagnostic::error(
                            "include-loop",
                            item.span,
                            "these files include each other",
                        )
                        .expecting(words!("no circle: {circle}", circle = circle.join(" -> "))),
                    );
                    continue;
                }
                if let Some(first) = seen.get(&target) {
                    self.cx.report(
                        Diagnostic::error(
                            "duplicate-include",
                            item.span,
                            words!("`{file}` is included twice", file = target),
                        )
                        .expecting("each file once")
                        .beside(*first, "first here"),
                    );
                    continue;
                }
                if chain.len() >= INCLUDES_MAX {
                    self.cx.report(
                        Diagnostic::error(
                            "include-depth",
                            item.span,
                            "includes are nested too deeply",
                        )
                        .expecting(words!("at most {levels} levels", levels = INCLUDES_MAX)),
                    );
                    continue;
                }
                seen.insert(target.clone(), item.span);
                match self.source.read(&target) {
                    Ok(text) => {
                        self.read.push(target.clone());
                        let tree = self.add_and_parse(&target, text);
                        self.check_version(&tree);
                        chain.push(target.clone());
                        parts.extend(self.include(tree, &target, chain, seen));
                        chain.pop();
                    }
                    Err(why) => self.cx.report(
                        Diagnostic::error("unreadable", item.span, unreadable(&target, why))
                            .expecting("a file beside this one"),
                    ),
                }
            }
        }
        let mut united = root;
        for part in parts {
            self.merge(&mut united, part);
        }
        Some(united)
    }

    /// An included file states its version too.
    fn check_version(&mut self, tree: &Node) {
        if tree.fields().is_some() && tree.field("schema").is_none() {
            let span = Span {
                end: tree.span.start + 1,
                ..tree.span
            };
            self.cx.report(
                Diagnostic::error("missing-field", span, "this included file lacks `schema`")
                    .expecting("`schema: 1` in every file"),
            );
        }
        if let Some(version) = tree.field("schema")
            && !matches!(version.kind, Kind::Number { whole: Some(1), .. })
        {
            self.cx.wrong_kind(version, "`schema: 1`");
        }
    }

    /// Adds what an included part defines.
    fn merge(&mut self, scene: &mut Node, part: Node) {
        let Kind::Struct { fields, .. } = part.kind else {
            return;
        };
        if let Kind::Tuple { .. } = scene.kind {
            scene.kind = Kind::Struct {
                name: None,
                fields: Vec::new(),
            };
        }
        let Kind::Struct { fields: mine, .. } = &mut scene.kind else {
            return;
        };
        for field in fields {
            if matches!(field.name.as_str(), "schema" | "name" | "about" | "include") {
                continue;
            }
            let Some(own) = mine.iter_mut().find(|f| f.name == field.name) else {
                mine.push(field);
                continue;
            };
            let setting = SETTINGS.contains(&field.name.as_str());
            match (&mut own.value.kind, field.value.kind) {
                (Kind::Map(own), Kind::Map(more)) => {
                    let mut known: HashMap<String, Span> = own
                        .iter()
                        .filter_map(|e| Some((e.key.text()?.to_owned(), e.key.span)))
                        .collect();
                    for entry in more {
                        let name = entry.key.text().unwrap_or_default();
                        if setting && known.contains_key(name) {
                            continue;
                        }
                        // Two of one name stay both; decoding reports them with both places.
                        known.insert(name.to_owned(), entry.key.span);
                        own.push(entry);
                    }
                }
                (Kind::List(own), Kind::List(more)) => own.extend(more),
                (Kind::Struct { fields: own, .. }, Kind::Struct { fields: more, .. }) => {
                    for field in more {
                        if !own.iter().any(|f| f.name == field.name) {
                            own.push(field);
                        }
                    }
                }
                (own @ Kind::Tuple { .. }, more @ Kind::Struct { .. }) => *own = more,
                (Kind::Struct { .. }, Kind::Tuple { items, .. }) if items.is_empty() => {}
                (Kind::Faulty, _) | (_, Kind::Faulty) => {}
                (_, kind) => {
                    let node = Node {
                        span: field.value.span,
                        kind,
                    };
                    let what = own.value.what();
                    self.cx.wrong_kind(
                        &node,
                        words!(
                            "{what}, as `{name}` is in the including file",
                            what,
                            name = field.name
                        ),
                    );
                }
            }
        }
    }

    /// Applies the overrides that `wanted` selects by their first and last segment.
    pub(super) fn set(&mut self, root: &mut Node, overrides: &[Override], types: bool) {
        for o in overrides {
            let early = o.place.segments.last().is_some_and(|s| s.name == "type")
                || o.place.segments.first().is_some_and(|s| s.name == "params");
            if early != types {
                continue;
            }
            if let Err(fault) = path::set(root, &o.place, o.value.clone()) {
                self.cx.report(*fault);
            }
        }
    }

    /// Reads overrides; each is a text of its own that spans can point into.
    pub(super) fn overrides(&mut self, overrides: &[(String, String)]) -> Vec<Override> {
        let first = self.sources.len() as u32;
        let mut read = Vec::new();
        for (path, value) in overrides {
            let text = format!("{path}={value}");
            let file = self.add("--set", text.clone());
            let mut faults = Vec::new();
            let from = path.len() + 1;
            let node = parse_from(file, &text, from, &mut faults);
            let span = Span {
                file,
                start: from as u32,
                end: text.len() as u32,
            };
            let value = if faults.is_empty() {
                node
            } else if value.starts_with(['(', '[', '{', '"']) {
                self.cx.faults.append(&mut faults);
                node
            } else {
                // A quantity whose quotes a shell has eaten: `--set run.horizon=30 d`.
                Node {
                    span,
                    kind: Kind::Text(value.trim().to_owned()),
                }
            };
            match Place::read(file, path) {
                Ok(place) => read.push(Override { place, value }),
                Err(fault) => self.cx.report(*fault),
            }
        }
        self.cx.bare_files = first..self.sources.len() as u32;
        read
    }

    /// Puts the fields of tool types into the groups that name them; the group's own win.
    pub(super) fn tool_types(&mut self, root: &mut Node, main: &str) {
        let params = Parameters::of(root);
        let Some(groups) = field_mut(root, "tool_groups") else {
            return;
        };
        let Kind::Map(groups) = &mut groups.kind else {
            return;
        };
        for Entry { value: group, .. } in groups {
            let Some(wanted) = group.field("type") else {
                continue;
            };
            let mut wanted = wanted.clone();
            params.substitute(&mut wanted, &mut self.cx, &mut BTreeSet::new());
            let Some(name) = self.cx.text(&wanted).map(str::to_owned) else {
                continue; // Decoding says what is wrong with it.
            };
            let Some(tool_type) = self.tool_type(&name, &wanted, main) else {
                continue;
            };
            let Some(defaults) = tool_type.fields() else {
                continue;
            };
            let Kind::Struct { fields, .. } = &mut group.kind else {
                continue;
            };
            for default in defaults {
                if !fields.iter().any(|f| f.name == default.name) {
                    fields.push(default.clone());
                }
            }
        }
    }

    /// The tree of a tool type, read once.
    fn tool_type(&mut self, name: &str, wanted: &Node, main: &str) -> Option<Node> {
        if let Some(known) = self.types.get(name) {
            return known.clone();
        }
        let plain = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        let beside = join(main, &format!("tools/{name}.ron"));
        let own = if plain {
            self.source.read(&beside).ok()
        } else {
            None
        };
        let tree = match own {
            Some(text) => {
                self.read.push(beside.clone());
                Some(self.add_and_parse(&beside, text))
            }
            None => TOOL_TYPES
                .get_file(format!("{name}.ron"))
                .filter(|_| plain)
                .and_then(|f| f.contents_utf8())
                .map(|text| {
                    self.add_and_parse(&format!("assets/tools/{name}.ron"), text.to_owned())
                }),
        };
        let tree = match tree {
            Some(tree) => self.check_tool_type(tree),
            None => {
                let known: Vec<&str> = embedded_tool_types().collect();
                self.cx.report(
                    Diagnostic::error(
                        "unknown-name",
                        wanted.span,
                        words!("there is no tool type `{name}`", name),
                    )
                    .expecting(if plain {
                        words!(
                            "a file `{beside}`, or one of: {names}",
                            beside,
                            names = known.join(", ")
                        )
                    } else {
                        "a name of letters, digits, `_` and `-`".into()
                    })
                    .near(nearest_spelling(name, known)),
                );
                None
            }
        };
        self.types.insert(name.to_owned(), tree.clone());
        tree
    }

    /// A tool type is a record of fields of a tool group, with its version and a word about it.
    fn check_tool_type(&mut self, mut tree: Node) -> Option<Node> {
        if tree.fields().is_none() {
            self.cx
                .wrong_kind(&tree, "a tool type `( schema: 1, ... )`");
            return None;
        }
        self.check_version(&tree);
        if let Kind::Struct { fields, .. } = &mut tree.kind {
            fields.retain(|f| !matches!(f.name.as_str(), "schema" | "about"));
            // What only one plant's group can know does not belong into a type.
            let own = |name: &str| matches!(name, "type" | "area" | "bay" | "count" | "tools");
            let known = ToolGroupForm::FIELDS.iter().map(FieldInfo::name);
            let known: Vec<&str> = known.filter(|name| !own(name)).collect();
            for field in fields.iter().filter(|f| own(&f.name)) {
                self.cx.report(
                    Diagnostic::error(
                        "unknown-field",
                        field.name_span,
                        words!("a tool type has no field `{name}`", name = &field.name),
                    )
                    .expecting(one_of(
                        std::iter::once("about").chain(known.iter().copied()),
                    )),
                );
            }
            fields.retain(|f| !own(&f.name));
        }
        Some(tree)
    }

    /// Puts parameters in the place of their uses.
    pub(super) fn parameters(&mut self, root: &mut Node) {
        let params = Parameters::of(root);
        let mut used = BTreeSet::new();
        let Kind::Struct { fields, .. } = &mut root.kind else {
            return;
        };
        for field in fields.iter_mut().filter(|f| f.name != "params") {
            params.substitute(&mut field.value, &mut self.cx, &mut used);
        }
        for (name, (key, _)) in &params.values {
            if !used.contains(name) {
                self.cx.report(Diagnostic::warning(
                    "unused",
                    *key,
                    words!("no value uses the parameter `{name}`", name),
                ));
            }
        }
    }
}

/// One `--set path=value`.
pub(super) struct Override {
    place: Place,
    value: Node,
}

/// Parameters by name, each with the place of its name and its value.
struct Parameters {
    values: BTreeMap<String, (Span, Node)>,
}

impl Parameters {
    fn of(root: &Node) -> Self {
        let entries = match root.field("params").map(|n| &n.kind) {
            Some(Kind::Map(entries)) => entries.as_slice(),
            _ => &[],
        };
        let values = entries
            .iter()
            .filter_map(|e| {
                let name = e.key.text()?.to_owned();
                Some((name, (e.key.span, e.value.clone())))
            })
            .collect();
        Self { values }
    }

    /// Replaces every `"$name"` in a tree.
    fn substitute(&self, node: &mut Node, cx: &mut Context, used: &mut BTreeSet<String>) {
        match &mut node.kind {
            Kind::Text(text) => {
                let Some(name) = parameter_name(text).map(str::to_owned) else {
                    return;
                };
                let use_span = node.span;
                node.kind = match self.value(&name, use_span, cx, used) {
                    Some((definition, kind)) => {
                        cx.parameters.insert(use_span, (definition, name));
                        kind
                    }
                    None => Kind::Faulty,
                };
            }
            Kind::Tuple { items, .. } | Kind::List(items) => {
                for item in items {
                    self.substitute(item, cx, used);
                }
            }
            Kind::Struct { fields, .. } => {
                for field in fields {
                    self.substitute(&mut field.value, cx, used);
                }
            }
            Kind::Map(entries) => {
                for entry in entries {
                    self.substitute(&mut entry.value, cx, used);
                }
            }
            _ => {}
        }
    }

    /// The value behind a name; a parameter may stand for another one.
    fn value(
        &self,
        name: &str,
        use_span: Span,
        cx: &mut Context,
        used: &mut BTreeSet<String>,
    ) -> Option<(Span, Kind)> {
        let mut name = name;
        let mut chain = BTreeSet::new();
        loop {
            let Some((_, value)) = self.values.get(name) else {
                cx.report(
                    Diagnostic::error(
                        "unknown-name",
                        use_span,
                        words!("there is no parameter `{name}`", name),
                    )
                    .expecting("a name defined under `params`")
                    .near(nearest_spelling(
                        name,
                        self.values.keys().map(String::as_str),
                    )),
                );
                return None;
            };
            used.insert(name.to_owned());
            if !chain.insert(name) {
                cx.report(
                    Diagnostic::error(
                        "parameter-loop",
                        use_span,
                        words!("the parameter `{name}` stands for itself", name),
                    )
                    .expecting("a value at the end of the chain")
                    .beside(value.span, "defined here"),
                );
                return None;
            }
            match value.text().and_then(parameter_name) {
                Some(next) => name = next,
                None => return Some((value.span, value.kind.clone())),
            }
        }
    }
}

/// A file that cannot be read.
fn unreadable(file: &str, why: Words) -> Words {
    words!("cannot read `{file}`: {why}", file, why)
}

/// The `name` of `$name`.
fn parameter_name(text: &str) -> Option<&str> {
    let name = text.strip_prefix('$')?;
    let word = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    word.then_some(name)
}

fn field_mut<'n>(node: &'n mut Node, name: &str) -> Option<&'n mut Node> {
    match &mut node.kind {
        Kind::Struct { fields, .. } => fields
            .iter_mut()
            .find(|f: &&mut Field| f.name == name)
            .map(|f| &mut f.value),
        _ => None,
    }
}

/// Path of a file named in another.
pub(super) fn join(base: &str, name: &str) -> String {
    let dir = base.rfind('/').map_or("", |i| &base[..=i]);
    if name.starts_with('/') {
        name.to_owned()
    } else {
        format!("{dir}{name}")
    }
}

/// The path without `.` and `..` where that is possible, so that a file has one name.
pub(super) fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            "" if !parts.is_empty() => {}
            ".." if parts.last().is_some_and(|p| !matches!(*p, ".." | "")) => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The fields of a scene that hold maps by name: an override cannot invent such a field.
pub(super) fn holds_records(field: &str) -> bool {
    SceneForm::FIELDS
        .iter()
        .any(|f| f.name() == field && (f.kind)().english().starts_with("map"))
}
