//! Tokens to a tree. A fault is reported and reading goes on, so that one pass finds all.

use super::diagnostic::Diagnostic;
use super::lex::{Bracket, Token, TokenKind, tokens};
use super::tree::{Entry, Field, Kind, Node, Span};

/// Deepest nesting of a scene; far deeper than any record, far shallower than the stack.
const DEPTH_MAX: u32 = 64;
/// Faults of syntax after which reading stops: what follows is noise.
const FAULTS_MAX: usize = 100;
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
                .expecting(format!("at most {} MiB", BYTES_MAX >> 20)),
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
        let (span, what) = (token.span, token.kind.what());
        parser.fault(
            Diagnostic::error("syntax", span, format!("{what} stands after the end"))
                .expecting("nothing after the closing bracket"),
        );
    }
    root
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

/// What ended an item of a list, map or record.
enum After {
    Next,
    Close,
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
            let stop = Diagnostic::error("syntax", fault.span, "too many faults; reading stopped");
            self.faults.push(stop);
            self.at = self.tokens.len() - 1;
            return;
        }
        self.faults.push(fault);
    }

    fn expected(&mut self, expectation: impl Into<String>) {
        let message = format!("{} does not fit here", self.kind().what());
        let fault = Diagnostic::error("syntax", self.span(), message).expecting(expectation);
        self.fault(fault);
    }

    /// Reads a value; where none starts, reports it and consumes nothing.
    fn value(&mut self, expectation: &str) -> Node {
        let span = self.span();
        let kind = match self.kind() {
            TokenKind::Number { value, whole } => Kind::Number {
                value: *value,
                whole: *whole,
            },
            TokenKind::Text(text) => Kind::Text(text.clone()),
            TokenKind::Char(c) => Kind::Char(*c),
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
            let fault = Diagnostic::error("syntax", self.span(), "this is nested too deeply")
                .expecting(format!("at most {DEPTH_MAX} brackets within each other"));
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
        self.separator(open, bracket);
        Some(item)
    }

    fn map(&mut self, open: Span) -> Kind {
        let mut entries = Vec::new();
        while !self.at_end(open, Bracket::Curly) {
            let before = self.at;
            let key = self.value("a name in quotes");
            if self.settle(before) {
                self.separator(open, Bracket::Curly);
                continue;
            }
            let value = self.after_colon();
            entries.push(Entry { key, value });
            self.separator(open, Bracket::Curly);
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
                    .expecting(format!("`{text}:`"));
                    self.fault(fault);
                    text
                }
                _ => {
                    self.expected("the name of a field");
                    self.skip_to_separator();
                    self.separator(open, Bracket::Round);
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
            self.separator(open, Bracket::Round);
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
                let fault = Diagnostic::error(
                    "syntax",
                    self.span(),
                    format!("`{}` closes `{}`", b.close(), bracket.open()),
                )
                .expecting(format!("`{}`", bracket.close()))
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
                    .any(|f| f.message.ends_with("is never closed"));
                if !told {
                    let message = format!("this `{}` is never closed", bracket.open());
                    let fault = Diagnostic::error("syntax", open, message)
                        .expecting(format!("`{}`", bracket.close()));
                    self.fault(fault);
                }
                true
            }
            _ => false,
        }
    }

    /// Passes the comma after an item; a missing one is reported.
    fn separator(&mut self, open: Span, bracket: Bracket) -> After {
        match self.kind() {
            TokenKind::Comma => {
                self.bump();
                After::Next
            }
            TokenKind::Close(_) | TokenKind::End => After::Close,
            kind => {
                let number_before = matches!(
                    self.tokens[self.at.saturating_sub(1)].kind,
                    TokenKind::Number { .. }
                );
                let unit = matches!(kind, TokenKind::Word(_)) && !self.colon_follows();
                if number_before && unit {
                    self.expected("quotes around a number with a unit, e.g. \"12 min\"");
                    self.bump();
                    return self.separator(open, bracket);
                }
                let fits = match bracket {
                    Bracket::Round | Bracket::Curly => self.starts_value(),
                    Bracket::Square => self.starts_value() && !self.colon_follows(),
                };
                self.expected(format!("`,` or `{}`", bracket.close()));
                if !fits {
                    self.skip_to_separator();
                    return self.separator(open, bracket);
                }
                After::Next
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
