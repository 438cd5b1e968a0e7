//! Tokens to a tree. A fault is reported and reading goes on, so that one pass finds all.

use super::diagnostic::Diagnostic;
use super::lex::{Bracket, FAULTS_MAX, Token, TokenKind, tokens, too_many};
use super::tree::{Entry, Field, Kind, Node, Span};
use crate::words::{Words, words};

/// Deepest nesting of a scene; far deeper than any record, far shallower than the stack.
const DEPTH_MAX: u32 = 64;
/// Longest text of one file, bytes; spans are 32 bits wide.
const BYTES_MAX: usize = 256 << 20;

/// Reads the text of one file, which holds one value; faults are added to `faults`.
///
/// Takes time linear in the text and never panics. What could not be read is [`Kind::Faulty`].
pub fn parse(file: u32, text: &str, faults: &mut Vec<Diagnostic>) -> Node {
    parse_from(file, text, 0, faults)
}

/// As [`parse`], for the part of the text from byte `from` on.
pub(super) fn parse_from(file: u32, text: &str, from: usize, faults: &mut Vec<Diagnostic>) -> Node {
    let start = Span {
        file,
        start: from as u32,
        end: from as u32,
    };
    if text.len() > BYTES_MAX {
        faults.push(
            Diagnostic::error("syntax", start, "this file is too large")
                .expecting(words!("at most {size} MiB", size = BYTES_MAX >> 20)),
        );
        return Node {
            span: start,
            kind: Kind::Faulty,
        };
    }
    let earlier = faults.len();
    let tokens = tokens(file, text, from, faults);
    let mut parser = Parser {
        tokens,
        at: 0,
        faults,
        earlier,
        open: [0; 3],
        depth: 0,
    };
    let root = parser.value("a scene `( ... )`");
    if parser.tokens[parser.at].kind != TokenKind::End {
        if matches!(root.kind, Kind::Faulty) {
            return root;
        }
        let token = &parser.tokens[parser.at];
        let message = words!("{what} stands after the end", what = token.kind.what());
        let fault = Diagnostic::error("syntax", token.span, message);
        parser.fault(fault.expecting("nothing after the closing bracket"));
    }
    root
}

/// A bracket that has no partner.
fn never_closed(bracket: Bracket) -> Words {
    words!("this `{open}` is never closed", open = bracket.open())
}

struct Parser<'a> {
    tokens: Vec<Token>,
    at: usize,
    faults: &'a mut Vec<Diagnostic>,
    earlier: usize,
    /// Brackets open at the moment, by kind.
    open: [u32; 3],
    depth: u32,
}

impl Parser<'_> {
    fn kind(&self) -> &TokenKind {
        &self.tokens[self.at].kind
    }

    fn span(&self) -> Span {
        self.tokens[self.at].span
    }

    fn bump(&mut self) -> Span {
        let span = self.span();
        // The last token is `End`, and it is never passed.
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        span
    }

    fn fault(&mut self, fault: Diagnostic) {
        let so_far = self.faults.len() - self.earlier;
        if so_far > FAULTS_MAX {
            return;
        }
        if so_far == FAULTS_MAX {
            self.faults.push(too_many(fault.span));
            self.at = self.tokens.len() - 1;
            return;
        }
        self.faults.push(fault);
    }

    fn expected(&mut self, expectation: impl Into<Words>) {
        let message = words!("{what} does not fit here", what = self.kind().what());
        let fault = Diagnostic::error("syntax", self.span(), message).expecting(expectation);
        self.fault(fault);
    }

    /// Reads a value; where none starts, reports it and consumes nothing.
    fn value(&mut self, expectation: &'static str) -> Node {
        let span = self.span();
        if let TokenKind::Number { .. } = self.kind()
            && let Some(Token {
                span: unit,
                kind: TokenKind::Word(word),
            }) = self.tokens.get(self.at + 1)
            && !matches!(
                self.tokens.get(self.at + 2).map(|t| &t.kind),
                Some(TokenKind::Colon)
            )
        {
            let message = words!("`{word}` does not fit here", word);
            let fault = Diagnostic::error("syntax", *unit, message)
                .expecting("quotes around a number with a unit, e.g. \"12 min\"");
            self.fault(fault);
            self.bump();
            self.bump();
            return Node {
                span,
                kind: Kind::Faulty,
            };
        }
        let kind = match self.kind() {
            TokenKind::Number { value, whole } => Kind::Number {
                value: *value,
                whole: *whole,
            },
            TokenKind::Text(text) => Kind::Text(text.clone()),
            TokenKind::Char(c) => Kind::Char(*c),
            TokenKind::Faulty => Kind::Faulty,
            TokenKind::Word(word) => {
                let kind = match word.as_str() {
                    "true" => Kind::Bool(true),
                    "false" => Kind::Bool(false),
                    _ => Kind::Name(word.clone()),
                };
                self.bump();
                return match (kind, self.kind()) {
                    (Kind::Name(name), TokenKind::Open(Bracket::Round)) => {
                        self.bracketed(span, Some(name))
                    }
                    (kind, _) => Node { span, kind },
                };
            }
            TokenKind::Open(_) => return self.bracketed(span, None),
            _ => {
                self.expected(expectation);
                return Node {
                    span,
                    kind: Kind::Faulty,
                };
            }
        };
        self.bump();
        Node { span, kind }
    }

    /// Reads from an opening bracket to its end.
    fn bracketed(&mut self, start: Span, name: Option<String>) -> Node {
        let TokenKind::Open(bracket) = *self.kind() else {
            return Node {
                span: start,
                kind: Kind::Faulty,
            };
        };
        if self.depth == DEPTH_MAX {
            let fault =
                Diagnostic::error("syntax", self.span(), "this is nested too deeply").expecting(
                    words!("at most {n} brackets within each other", n = DEPTH_MAX),
                );
            self.fault(fault);
            let end = self.skip_group();
            return Node {
                span: start.to(end),
                kind: Kind::Faulty,
            };
        }
        let open = self.bump();
        self.depth += 1;
        self.open[bracket as usize] += 1;
        let kind = match bracket {
            Bracket::Square => self.list(open),
            Bracket::Curly => self.map(open),
            Bracket::Round => self.round(open, name),
        };
        self.open[bracket as usize] -= 1;
        self.depth -= 1;
        let end = self.tokens[self.at.saturating_sub(1)].span;
        Node {
            span: start.to(end),
            kind,
        }
    }

    fn list(&mut self, open: Span) -> Kind {
        let mut items = Vec::new();
        while let Some(item) = self.item(open, Bracket::Square) {
            items.push(item);
        }
        Kind::List(items)
    }

    fn item(&mut self, open: Span, bracket: Bracket) -> Option<Node> {
        if self.at_end(open, bracket) {
            return None;
        }
        let before = self.at;
        let item = self.value("a value");
        self.settle(before);
        self.separator(bracket);
        Some(item)
    }

    fn map(&mut self, open: Span) -> Kind {
        let mut entries = Vec::new();
        while !self.at_end(open, Bracket::Curly) {
            let before = self.at;
            let key = self.value("a name in quotes");
            if self.settle(before) {
                self.separator(Bracket::Curly);
                continue;
            }
            let value = self.after_colon();
            entries.push(Entry { key, value });
            self.separator(Bracket::Curly);
        }
        Kind::Map(entries)
    }

    /// Reads `: value`.
    fn after_colon(&mut self) -> Node {
        if *self.kind() == TokenKind::Colon {
            self.bump();
        } else {
            let span = self.span();
            self.expected("`:` and a value");
            if !self.starts_value() {
                self.skip_to_separator();
                return Node {
                    span,
                    kind: Kind::Faulty,
                };
            }
        }
        let before = self.at;
        let value = self.value("a value");
        self.settle(before);
        value
    }

    fn round(&mut self, open: Span, name: Option<String>) -> Kind {
        if !self.at_field() {
            let mut items = Vec::new();
            while let Some(item) = self.item(open, Bracket::Round) {
                items.push(item);
                if self.at_field() {
                    self.expected("another value (fields have names either all or none)");
                    self.skip_to_close();
                }
            }
            return Kind::Tuple { name, items };
        }
        let mut fields = Vec::new();
        while !self.at_end(open, Bracket::Round) {
            let name_span = self.span();
            let name = match self.kind() {
                TokenKind::Word(word) => word.clone(),
                TokenKind::Text(text) if self.colon_follows() => {
                    let text = text.clone();
                    let fault = Diagnostic::error(
                        "syntax",
                        name_span,
                        "the name of a field stands without quotes",
                    )
                    .expecting(words!("`{text}:`", text = &text));
                    self.fault(fault);
                    text
                }
                _ => {
                    self.expected("the name of a field");
                    self.skip_to_separator();
                    self.separator(Bracket::Round);
                    continue;
                }
            };
            self.bump();
            let value = self.after_colon();
            fields.push(Field {
                name,
                name_span,
                value,
            });
            self.separator(Bracket::Round);
        }
        Kind::Struct { name, fields }
    }

    fn colon_follows(&self) -> bool {
        matches!(
            self.tokens.get(self.at + 1).map(|t| &t.kind),
            Some(TokenKind::Colon)
        )
    }

    fn at_field(&self) -> bool {
        matches!(self.kind(), TokenKind::Word(_) | TokenKind::Text(_)) && self.colon_follows()
    }

    fn starts_value(&self) -> bool {
        matches!(
            self.kind(),
            TokenKind::Number { .. }
                | TokenKind::Text(_)
                | TokenKind::Char(_)
                | TokenKind::Word(_)
                | TokenKind::Faulty
                | TokenKind::Open(_)
        )
    }

    /// Consumes the closing bracket if it stands here, or reports what stands in its place.
    fn at_end(&mut self, open: Span, bracket: Bracket) -> bool {
        match *self.kind() {
            TokenKind::Close(b) if b == bracket => {
                self.bump();
                true
            }
            TokenKind::Close(b) => {
                let message = words!("`{a}` closes `{b}`", a = b.close(), b = bracket.open());
                let fault = Diagnostic::error("syntax", self.span(), message)
                    .expecting(words!("`{spelling}`", spelling = bracket.close()))
                    .beside(open, "opened here");
                self.fault(fault);
                // Where a bracket further out waits for it, it is that one's; else it is a slip.
                if self.open[b as usize] == 0 {
                    self.bump();
                }
                true
            }
            TokenKind::End => {
                // One report for the innermost is enough: those around it are open for its sake.
                let told = self.faults[self.earlier..]
                    .iter()
                    .any(|f| f.message.english() == never_closed(bracket).english());
                if !told {
                    let fault = Diagnostic::error("syntax", open, never_closed(bracket))
                        .expecting(words!("`{spelling}`", spelling = bracket.close()));
                    self.fault(fault);
                }
                true
            }
            _ => false,
        }
    }

    /// Passes the comma after an item; a missing one is reported.
    fn separator(&mut self, bracket: Bracket) {
        match self.kind() {
            TokenKind::Comma => {
                self.bump();
            }
            TokenKind::Close(_) | TokenKind::End => {}
            _ => {
                let fits = match bracket {
                    Bracket::Round | Bracket::Curly => self.starts_value(),
                    Bracket::Square => self.starts_value() && !self.colon_follows(),
                };
                self.expected(words!("`,` or `{close}`", close = bracket.close()));
                if !fits {
                    self.skip_to_separator();
                    if *self.kind() == TokenKind::Comma {
                        self.bump();
                    }
                }
            }
        }
    }

    /// After a value that could not be read (nothing consumed): goes on behind it.
    fn settle(&mut self, before: usize) -> bool {
        if self.at > before {
            return false;
        }
        self.skip_to_separator();
        true
    }

    /// Skips to the next comma, closing bracket or end at this level.
    fn skip_to_separator(&mut self) {
        loop {
            match self.kind() {
                TokenKind::Comma | TokenKind::Close(_) | TokenKind::End => return,
                TokenKind::Open(_) => {
                    self.skip_group();
                }
                _ => {
                    self.bump();
                }
            }
        }
    }

    fn skip_to_close(&mut self) {
        loop {
            match self.kind() {
                TokenKind::Close(_) | TokenKind::End => return,
                TokenKind::Open(_) => {
                    self.skip_group();
                }
                _ => {
                    self.bump();
                }
            }
        }
    }

    /// Skips a group with all inside, without recursion; gives the place of its end.
    fn skip_group(&mut self) -> Span {
        let mut depth = 0u32;
        loop {
            match self.kind() {
                TokenKind::Open(_) => depth += 1,
                TokenKind::Close(_) => depth -= 1,
                TokenKind::End => return self.span(),
                _ => {}
            }
            let span = self.bump();
            if depth == 0 {
                return span;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> (Node, Vec<Diagnostic>) {
        let mut faults = Vec::new();
        let node = parse(0, text, &mut faults);
        (node, faults)
    }

    fn messages(text: &str) -> Vec<String> {
        let at = |d: &Diagnostic| format!("{}: {} / {}", d.span.start, d.message, d.expectation);
        read(text).1.iter().map(at).collect()
    }

    /// What the `ron` crate would make of a tree: names of structs and variants fall away there.
    fn as_ron(node: &Node) -> ron::Value {
        let text = |s: &str| ron::Value::String(s.to_owned());
        match &node.kind {
            Kind::Number { value, whole } => match whole {
                Some(n) => ron::Value::Number(match (u64::try_from(*n), i64::try_from(*n)) {
                    (Ok(n), _) => shortest_unsigned(n),
                    (_, Ok(n)) => shortest_signed(n),
                    _ => unreachable!("generated numbers fit"),
                }),
                None => ron::Value::Number(ron::value::Number::F64(ron::value::F64::new(*value))),
            },
            Kind::Text(s) => text(s),
            Kind::Char(c) => ron::Value::Char(*c),
            Kind::Bool(b) => ron::Value::Bool(*b),
            Kind::Name(_) => ron::Value::Unit,
            // `ron` takes `()` for a unit or for an empty list, depending on the blanks inside.
            Kind::Tuple { items, .. } if items.is_empty() => ron::Value::Unit,
            Kind::Tuple { items, .. } | Kind::List(items) => {
                ron::Value::Seq(items.iter().map(as_ron).collect())
            }
            Kind::Struct { fields, .. } => ron::Value::Map(
                fields
                    .iter()
                    .map(|f| (text(&f.name), as_ron(&f.value)))
                    .collect(),
            ),
            Kind::Map(entries) => ron::Value::Map(
                entries
                    .iter()
                    .map(|e| (as_ron(&e.key), as_ron(&e.value)))
                    .collect(),
            ),
            Kind::Faulty => unreachable!("valid documents have no faulty nodes"),
        }
    }

    fn shortest_unsigned(n: u64) -> ron::value::Number {
        u8::try_from(n).map_or_else(
            |_| {
                u16::try_from(n).map_or_else(
                    |_| {
                        u32::try_from(n).map_or(ron::value::Number::U64(n), ron::value::Number::U32)
                    },
                    ron::value::Number::U16,
                )
            },
            ron::value::Number::U8,
        )
    }

    fn shortest_signed(n: i64) -> ron::value::Number {
        i8::try_from(n).map_or_else(
            |_| {
                i16::try_from(n).map_or_else(
                    |_| {
                        i32::try_from(n).map_or(ron::value::Number::I64(n), ron::value::Number::I32)
                    },
                    ron::value::Number::I16,
                )
            },
            ron::value::Number::I8,
        )
    }

    /// Numbers compared by value: how `ron` stores a float is no matter of the text.
    fn plain(value: &ron::Value) -> String {
        match value {
            ron::Value::Number(n) => format!("{}", n.into_f64()),
            ron::Value::Seq(items) if items.is_empty() => "Unit".to_owned(),
            ron::Value::Seq(items) => format!(
                "[{}]",
                items.iter().map(plain).collect::<Vec<_>>().join(",")
            ),
            ron::Value::Map(map) => {
                let mut all: Vec<String> = map
                    .iter()
                    .map(|(k, v)| format!("{}:{}", plain(k), plain(v)))
                    .collect();
                all.sort();
                format!("{{{}}}", all.join(","))
            }
            other => format!("{other:?}"),
        }
    }

    /// Valid texts: scalars, nested, with comments and trailing commas here and there.
    fn valid_text() -> impl Strategy<Value = String> {
        let scalar = prop_oneof![
            "-?(0|[1-9][0-9]{0,9})",
            "-?(0|[1-9][0-9]{0,4})\\.[0-9]{1,6}([eE]-?[0-9])?",
            "0x[0-9a-fA-F]{1,8}",
            "[1-9](_?[0-9]){0,6}",
            "\"[a-zA-Z0-9 .±µ%$/(),:가-힣]{0,12}\"",
            "\"(\\\\n|\\\\\"|\\\\t|\\\\\\\\|\\\\u\\{b5\\}|\\\\x41|a){0,4}\"",
            "r#\"[a-z\" ]{0,6}\"#",
            "'[a-z\"]'",
            "true|false",
            "[A-Z][a-z_0-9]{1,6}",
        ];
        let space = prop_oneof![
            Just(""),
            Just(" "),
            Just("\n  "),
            Just(" // a comment, (with \"brackets\"\n"),
            Just("/* one /* in */ another */"),
        ];
        scalar.prop_recursive(5, 40, 4, move |inner| {
            let list = (
                proptest::collection::vec(inner, 0..4),
                space.clone(),
                any::<bool>(),
                0..6,
            );
            list.prop_map(|(items, space, comma, shape)| {
                let comma = if comma && !items.is_empty() { "," } else { "" };
                let names = ["alpha", "b_2", "_c", "type"];
                let fields = |sep: &str| {
                    let pairs = items.iter().zip(names);
                    let all: Vec<String> = pairs
                        .map(|(item, name)| format!("{space}{name}{sep}{item}{space}"))
                        .collect();
                    all.join(",")
                };
                let entries: Vec<String> = items
                    .iter()
                    .zip(names)
                    .map(|(item, name)| format!("\"{name}\"{space}: {item}"))
                    .collect();
                match shape {
                    0 => format!("[{}{comma}{space}]", items.join(&format!(",{space}"))),
                    1 => format!("({}{comma}{space})", fields(": ")),
                    2 => format!("Variant({}{comma})", fields(" :")),
                    3 => format!("{{{}{comma}{space}}}", entries.join(",")),
                    4 if !items.is_empty() => format!("({}{space}{comma})", items.join(" , ")),
                    _ => format!("Pair({space}{}{comma})", items.join(",")),
                }
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn valid_texts_mean_what_ron_says(text in valid_text()) {
            let (node, faults) = read(&text);
            prop_assert!(faults.is_empty(), "{text}\n{faults:?}");
            let theirs: ron::Value = ron::from_str(&text).map_err(|e| {
                TestCaseError::fail(format!("ron refuses {text}: {e}"))
            })?;
            prop_assert_eq!(plain(&as_ron(&node)), plain(&theirs), "{}", text);
        }

        #[test]
        fn what_is_accepted_ron_accepts_too(
            text in valid_text(),
            cut in any::<proptest::sample::Index>(),
            insert in "[\\[\\](){},:\"'/*a1.+e_-]{0,2}",
            remove in 0usize..3,
        ) {
            let chars: Vec<char> = text.chars().collect();
            let at = cut.index(chars.len() + 1);
            let rest = &chars[(at + remove).min(chars.len())..];
            let mutated: String = chars[..at].iter().copied().chain(insert.chars()).chain(rest.iter().copied()).collect();
            if read(&mutated).1.is_empty() {
                let theirs = ron::from_str::<ron::Value>(&mutated);
                prop_assert!(theirs.is_ok(), "{mutated}\n{theirs:?}");
            }
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let text = String::from_utf8_lossy(&bytes);
            let _ = read(&text);
        }

        #[test]
        fn no_scene_like_text_panics(text in "([\\[\\](){},:=;#\"'\\\\/*\n ]|r#\"|12 min|a: |//|±|가|\u{feff}){0,60}") {
            let (_, faults) = read(&text);
            for fault in faults {
                prop_assert!(text.get(fault.span.start as usize..fault.span.end as usize).is_some());
            }
        }
    }

    #[test]
    fn several_faults_are_reported_at_once() {
        assert_eq!(
            messages("(a: [1, 2}, b: 12 min, c 3, d: , e: 'wrong', f: = 5, g: 1 h: 2)"),
            [
                "36: a text is not written so / double quotes `\"...\"`",
                "48: `=` has no meaning here / `:` between a name and its value",
                "9: `}` closes `[` / `]`",
                "18: `min` does not fit here / quotes around a number with a unit, e.g. \"12 min\"",
                "25: a number does not fit here / `:` and a value",
                "31: `,` does not fit here / a value",
                "58: `h` does not fit here / `,` or `)`",
            ]
        );
    }

    #[test]
    fn a_forgotten_quote_costs_one_fault() {
        let text = "(\n  a: \"one,\n  b: \"two\",\n  c: \"three\",\n)";
        assert_eq!(
            messages(text),
            ["7: this text has no closing quote / `\"` at its end"]
        );
        assert_eq!(read(text).0.field("c").and_then(Node::text), Some("three"));
    }

    #[test]
    fn deep_nesting_is_a_fault_not_a_crash() {
        for open in ["[", "(", "{", "(a:", "A("] {
            let faults = messages(&open.repeat(100_000));
            assert!(
                !faults.is_empty() && faults.len() <= FAULTS_MAX + 1,
                "{open}"
            );
        }
        let (_, faults) = read(&format!("{}{}", "[".repeat(64), "]".repeat(64)));
        assert!(faults.is_empty());
    }

    #[test]
    fn time_is_linear_in_hostile_text() {
        // Each of these takes hours where a search starts anew at each fault.
        let hostile = [
            "\\\"\n", "\"\n", "r#\"\n", "/*", "'", "\"\\\"\n", "(a:\"\n", "[}", "r\"\n", "((", "{(",
        ];
        for piece in hostile {
            let text = piece.repeat(1_000_000 / piece.len());
            let (_, faults) = read(&text);
            assert!(!faults.is_empty(), "{piece}");
        }
    }
}
