//! Scene text to tokens. Comments and blanks fall away; every fault is reported and skipped.

use super::diagnostic::Diagnostic;
use super::tree::Span;
use crate::words::{Words, words};

/// A token and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) span: Span,
    pub(super) kind: TokenKind,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    Open(Bracket),
    Close(Bracket),
    Comma,
    Colon,
    Number {
        value: f64,
        whole: Option<i128>,
    },
    Text(String),
    Char(char),
    Word(String),
    /// Stands for a value that could not be read.
    Faulty,
    End,
}

/// The three kinds of brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    Round,
    Square,
    Curly,
}

impl Bracket {
    pub(super) fn open(self) -> char {
        ['(', '[', '{'][self as usize]
    }
    pub(super) fn close(self) -> char {
        [')', ']', '}'][self as usize]
    }
}

impl TokenKind {
    /// In words, for messages.
    pub(super) fn what(&self) -> Words {
        match self {
            Self::Open(b) => words!("`{spelling}`", spelling = b.open()),
            Self::Close(b) => words!("`{spelling}`", spelling = b.close()),
            Self::Comma => "`,`".into(),
            Self::Colon => "`:`".into(),
            Self::Number { .. } => "a number".into(),
            Self::Text(_) => "a text".into(),
            Self::Char(_) => "a character".into(),
            Self::Word(word) => words!("`{spelling}`", spelling = word),
            Self::Faulty => "this".into(),
            Self::End => "the end of the file".into(),
        }
    }
}

/// Faults of syntax after which reading stops: what follows is noise.
pub(super) const FAULTS_MAX: usize = 100;

/// The last fault of a file that has too many.
pub(super) fn too_many(span: Span) -> Diagnostic {
    Diagnostic::error("syntax", span, "too many faults; reading stopped here")
        .expecting("a scene in RON form")
}

/// Reads `text` from byte `from` on. The last token is [`TokenKind::End`].
pub(super) fn tokens(
    file: u32,
    text: &str,
    from: usize,
    faults: &mut Vec<Diagnostic>,
) -> Vec<Token> {
    let earlier = faults.len();
    let mut lexer = Lexer {
        earlier,
        file,
        text,
        at: from,
        faults,
        tokens: Vec::with_capacity((text.len() - from) / 5),
        texts_end_at_line: false,
        raw_texts_end_at_line: false,
    };
    lexer.byte_order_mark();
    lexer.extensions();
    while lexer.step() {}
    lexer.tokens
}

struct Lexer<'a> {
    file: u32,
    text: &'a str,
    at: usize,
    faults: &'a mut Vec<Diagnostic>,
    /// Faults that were there before.
    earlier: usize,
    tokens: Vec<Token>,
    /// Once a text was found to have no end, the rest of the file holds no unescaped quote
    /// to end another one; searching again from each would cost quadratic time.
    texts_end_at_line: bool,
    raw_texts_end_at_line: bool,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn span(&self, start: usize) -> Span {
        Span {
            file: self.file,
            start: start as u32,
            end: self.at as u32,
        }
    }

    fn push(&mut self, start: usize, kind: TokenKind) {
        let span = self.span(start);
        self.tokens.push(Token { span, kind });
    }

    fn fault(&mut self, span: Span, message: impl Into<Words>, expectation: impl Into<Words>) {
        let so_far = self.faults.len() - self.earlier;
        if so_far < FAULTS_MAX {
            self.faults
                .push(Diagnostic::error("syntax", span, message).expecting(expectation));
        } else if so_far == FAULTS_MAX {
            self.faults.push(too_many(span));
            self.at = self.text.len();
        }
    }

    fn byte_order_mark(&mut self) {
        if self.rest().starts_with('\u{feff}') {
            self.at += '\u{feff}'.len_utf8();
        }
    }

    /// `#![enable(...)]` lines, which RON files may begin with, say nothing to us.
    fn extensions(&mut self) {
        loop {
            while self.blank_or_comment() {}
            if !self.rest().starts_with("#![") {
                return;
            }
            match self.rest().find(']') {
                Some(end) => self.at += end + 1,
                None => return,
            }
        }
    }

    /// Skips one stretch of blanks or one comment; false where neither stands.
    fn blank_or_comment(&mut self) -> bool {
        let start = self.at;
        let trimmed = self.rest().trim_start_matches(|c: char| {
            // What RON takes for white space.
            matches!(
                c,
                ' ' | '\n'
                    | '\t'
                    | '\r'
                    | '\u{0B}'
                    | '\u{0C}'
                    | '\u{85}'
                    | '\u{200E}'
                    | '\u{200F}'
                    | '\u{2028}'
                    | '\u{2029}'
            )
        });
        self.at = self.text.len() - trimmed.len();
        if self.rest().starts_with("//") {
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        } else if self.rest().starts_with("/*") {
            self.block_comment();
        }
        self.at > start
    }

    fn block_comment(&mut self) {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut depth = 0u32;
        while self.at < bytes.len() {
            match &bytes[self.at..(self.at + 2).min(bytes.len())] {
                b"/*" => {
                    depth += 1;
                    self.at += 2;
                }
                b"*/" => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
        let mut span = self.span(start);
        span.end = span.start + 2;
        self.fault(span, "this comment has no end", "`*/` after it");
    }

    /// Reads one token; false after the last.
    fn step(&mut self) -> bool {
        while self.blank_or_comment() {}
        let start = self.at;
        let Some(c) = self.peek() else {
            self.push(start, TokenKind::End);
            return false;
        };
        let single = match c {
            '(' => Some(TokenKind::Open(Bracket::Round)),
            '[' => Some(TokenKind::Open(Bracket::Square)),
            '{' => Some(TokenKind::Open(Bracket::Curly)),
            ')' => Some(TokenKind::Close(Bracket::Round)),
            ']' => Some(TokenKind::Close(Bracket::Square)),
            '}' => Some(TokenKind::Close(Bracket::Curly)),
            ',' => Some(TokenKind::Comma),
            ':' => Some(TokenKind::Colon),
            _ => None,
        };
        if let Some(kind) = single {
            self.at += 1;
            self.push(start, kind);
        } else if c == '"' {
            self.string(start);
        } else if c == 'r' && self.raw_string(start) {
        } else if c == '\'' {
            self.character(start);
        } else if c.is_ascii_digit() || matches!(c, '+' | '-' | '.') {
            self.number(start);
        } else if c.is_alphabetic() || c == '_' {
            self.word(start);
        } else {
            self.at += c.len_utf8();
            let expectation = match c {
                '=' => "`:` between a name and its value",
                ';' => "`,` between values",
                '#' => "`//` before a comment",
                _ => "a value, a name or a bracket",
            };
            self.fault(
                self.span(start),
                words!(
                    "`{spelling}` has no meaning here",
                    spelling = c.escape_debug().to_string()
                ),
                expectation,
            );
            if c == '=' && self.tokens.last().map(|t| &t.kind) != Some(&TokenKind::Colon) {
                self.push(start, TokenKind::Colon);
            } else if c == ';' {
                self.push(start, TokenKind::Comma);
            } else if c == '#' {
                self.at += self.rest().find('\n').unwrap_or(self.rest().len());
            }
        }
        true
    }

    fn word(&mut self, start: usize) {
        let len = self
            .rest()
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(self.rest().len());
        self.at += len;
        let word = self.text[start..self.at].to_owned();
        if !word.is_ascii() {
            self.fault(
                self.span(start),
                words!("`{word}` is not written in quotes", word = &word),
                Words::verbatim(format!("{word:?}")),
            );
            self.push(start, TokenKind::Text(word));
        } else {
            self.push(start, TokenKind::Word(word));
        }
    }

    fn number(&mut self, start: usize) {
        let len = self
            .rest()
            .char_indices()
            .find(|&(i, c)| {
                let sign_of_exponent = matches!(c, '+' | '-')
                    && (i == 0 || matches!(self.text.as_bytes()[start + i - 1], b'e' | b'E'));
                !(c.is_alphanumeric() || matches!(c, '_' | '.' | '%') || sign_of_exponent)
            })
            .map_or(self.rest().len(), |(i, _)| i);
        self.at += len;
        let text = &self.text[start..self.at];
        match read_number(text) {
            Some((value, whole)) => self.push(start, TokenKind::Number { value, whole }),
            None => {
                let looks_like_quantity =
                    text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains("..");
                let expectation = if looks_like_quantity || text.contains("..") {
                    words!(
                        "quotes around a number with a unit: {text}",
                        text = format!("{text:?}")
                    )
                } else {
                    "a number, e.g. 12 or 0.25".into()
                };
                self.fault(
                    self.span(start),
                    words!("`{text}` is no number", text),
                    expectation,
                );
                self.push(start, TokenKind::Faulty);
            }
        }
    }

    /// A text in quotes. The fault of a forgotten quote is reported at the opening one, and
    /// reading goes on at the end of that line, so that the rest of the file is still checked.
    fn string(&mut self, start: usize) {
        self.at += 1;
        let mut value = String::new();
        let mut bad_escapes = Vec::new();
        let mut closed = false;
        while let Some(c) = self.peek() {
            if self.texts_end_at_line && c == '\n' {
                break;
            }
            let here = self.at;
            self.at += c.len_utf8();
            match c {
                '"' => {
                    closed = true;
                    break;
                }
                '\\' => match self.escape() {
                    Some(Escape::Char(c)) => value.push(c),
                    Some(Escape::Nothing) => {}
                    None => bad_escapes.push(self.span(here)),
                },
                _ => value.push(c),
            }
        }
        // A text over several lines whose end touches a word: its quote was the next text's.
        let swallowed = closed
            && value.contains('\n')
            && self
                .peek()
                .is_some_and(|c| c.is_alphanumeric() || matches!(c, '$' | '_'));
        if !closed || swallowed {
            if !closed {
                self.texts_end_at_line = true;
            }
            let rest = &self.text[start..];
            // What follows on the line after the text belongs to the structure again.
            let line = rest[..rest.find('\n').unwrap_or(rest.len())].trim_end();
            let cut = line
                .trim_end_matches([',', ')', ']', '}', ' '])
                .len()
                .max(1);
            self.at = start + cut;
            let span = self.span(start);
            self.fault(span, "this text has no closing quote", "`\"` at its end");
            let value = self.text[start + 1..self.at].to_owned();
            self.push(start, TokenKind::Text(value));
            return;
        }
        for span in bad_escapes {
            self.fault(
                span,
                "this escape is unknown",
                "one of \\\\ \\\" \\' \\n \\r \\t \\0 \\xNN \\u{NNNN}",
            );
        }
        self.push(start, TokenKind::Text(value));
    }

    /// What stands after a backslash.
    fn escape(&mut self) -> Option<Escape> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        let plain = |c| Some(Escape::Char(c));
        match c {
            '"' | '\'' | '\\' => plain(c),
            'n' => plain('\n'),
            'r' => plain('\r'),
            't' => plain('\t'),
            '0' => plain('\0'),
            'x' => {
                let digits = self.rest().get(..2)?;
                if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                    return None;
                }
                // ASCII only: what lies above is a character only in `\u{..}`.
                let code = u8::from_str_radix(digits, 16).ok().filter(u8::is_ascii)?;
                self.at += 2;
                plain(char::from(code))
            }
            'u' => {
                let digits = self.rest().strip_prefix('{')?;
                let end = digits.bytes().take(8).position(|b| b == b'}')?;
                let digits = &digits[..end];
                if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                    return None;
                }
                let c = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
                self.at += end + 2;
                plain(c)
            }
            '\n' => {
                while self.peek().is_some_and(|c| c.is_ascii_whitespace()) {
                    self.at += 1;
                }
                Some(Escape::Nothing)
            }
            _ => None,
        }
    }

    /// `r"..."`, `r#"..."#`; false where none starts.
    fn raw_string(&mut self, start: usize) -> bool {
        let after = &self.rest()[1..];
        let hashes = after.bytes().take_while(|b| *b == b'#').count();
        if after.as_bytes().get(hashes) != Some(&b'"') {
            return false;
        }
        let body = start + 1 + hashes + 1;
        let closing = format!("\"{}", "#".repeat(hashes));
        let found = if self.raw_texts_end_at_line {
            None
        } else {
            self.text[body..].find(&closing)
        };
        match found {
            Some(len) => {
                self.at = body + len + closing.len();
                let value = self.text[body..body + len].to_owned();
                self.push(start, TokenKind::Text(value));
            }
            None => {
                self.raw_texts_end_at_line = true;
                let rest = &self.text[body..];
                self.at = body + rest.find('\n').unwrap_or(rest.len());
                let span = self.span(start);
                self.fault(
                    span,
                    "this text has no closing quote",
                    words!("`{closing}` at its end", closing),
                );
                self.push(start, TokenKind::Text(String::new()));
            }
        }
        true
    }

    fn character(&mut self, start: usize) {
        self.at += 1;
        let c = match self.peek() {
            Some('\\') => {
                self.at += 1;
                match self.escape() {
                    Some(Escape::Char(c)) => Some(c),
                    _ => None,
                }
            }
            Some(c) if c != '\'' && c != '\n' => {
                self.at += c.len_utf8();
                Some(c)
            }
            _ => None,
        };
        match c {
            Some(c) if self.peek() == Some('\'') => {
                self.at += 1;
                self.push(start, TokenKind::Char(c));
            }
            _ => {
                // Most likely a text in the wrong quotes.
                // So long a name nobody writes; a search without bound would cost quadratic time.
                const LONGEST: usize = 200;
                let rest = &self.text[start + 1..];
                let end = rest.char_indices().take(LONGEST).find(|(_, c)| *c == '\n');
                let end = end.map(|(i, _)| i);
                let end = end.or_else(|| rest.char_indices().nth(LONGEST).map(|(i, _)| i));
                let line = &rest[..end.unwrap_or(rest.len())];
                let len = line
                    .find('\'')
                    .map_or(line.trim_end_matches([',', ')', ']', '}']).len(), |i| i + 1);
                self.at = (start + 1 + len).max(start + 1);
                let span = self.span(start);
                self.fault(span, "a text is not written so", "double quotes `\"...\"`");
                let value = line[..len].trim_end_matches('\'').to_owned();
                self.push(start, TokenKind::Text(value));
            }
        }
    }
}

enum Escape {
    Char(char),
    Nothing,
}

/// Value of a number, and its exact value if it is whole.
fn read_number(text: &str) -> Option<(f64, Option<i128>)> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let radix = match digits.get(..2) {
        Some("0x") => 16,
        Some("0o") => 8,
        Some("0b") => 2,
        _ => 10,
    };
    let body = if radix == 10 { digits } else { &digits[2..] };
    // As RON reads it: no underscore where digits begin.
    if body.starts_with('_') || body.contains("._") || !body.bytes().any(|b| b.is_ascii_hexdigit())
    {
        return None;
    }
    let clean: String = body.chars().filter(|c| *c != '_').collect();
    if clean.bytes().all(|b| char::from(b).is_digit(radix)) {
        if let Ok(n) = i128::from_str_radix(&clean, radix) {
            let n = if negative { -n } else { n };
            return Some((n as f64, Some(n)));
        }
        return None;
    }
    if radix != 10
        || !clean
            .bytes()
            .all(|b| b.is_ascii_digit() || b".eE+-".contains(&b))
    {
        return None;
    }
    let value: f64 = clean.parse().ok().filter(|v: &f64| v.is_finite())?;
    Some((if negative { -value } else { value }, None))
}

#[cfg(test)]
mod tests {
    use super::read_number;

    #[test]
    fn underscores_stand_between_digits_only() {
        assert_eq!(read_number("1_000"), Some((1000.0, Some(1000))));
        assert_eq!(read_number("0.5_0"), Some((0.5, None)));
        for wrong in ["_1", "0._5", "0x_1"] {
            assert_eq!(read_number(wrong), None, "{wrong}");
        }
    }
}
