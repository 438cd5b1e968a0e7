//! Rust text as the rules see it: without comments and literals, as tokens, with its guarded spans.

use std::collections::BTreeMap;
use std::ops::Range;

/// Every text file of the repository: path from its root (with `/`) and content.
pub type Tree = BTreeMap<String, String>;

/// A broken rule at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// File, from the repository's root.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and which rule says so.
    pub message: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// A tree from literal pairs, for the rules' own tests.
#[cfg(test)]
pub fn tree(files: &[(&str, &str)]) -> Tree {
    files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}

/// Files whose path starts with `prefix` and ends with `suffix`.
pub fn files<'a>(
    tree: &'a Tree,
    prefix: &'a str,
    suffix: &'a str,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    tree.iter()
        .filter(move |(path, _)| path.starts_with(prefix) && path.ends_with(suffix))
        .map(|(path, text)| (path.as_str(), text.as_str()))
}

/// Line of a byte offset, from 1.
pub fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset]
        .iter()
        .filter(|&&b| b == b'\n')
        .count()
}

/// `text` with each comment and the inside of each literal blanked, equal in length and lines.
pub fn mask(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => end_of_line(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => end_of_block(bytes, at),
            b'"' => end_of_string(bytes, at),
            b'r' | b'b' | b'c' if !continues_word(bytes, at) => match raw_string(bytes, at) {
                Some(end) => end,
                None => {
                    at += 1;
                    continue;
                }
            },
            b'\'' => match end_of_char(text, at) {
                Some(end) => end,
                None => {
                    at += 1;
                    continue;
                }
            },
            _ => {
                at += 1;
                continue;
            }
        };
        for byte in &mut out[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end;
    }
    String::from_utf8(out)
        .expect("whole literals and comments were blanked, never half a character")
}

fn continues_word(bytes: &[u8], at: usize) -> bool {
    at > 0 && is_word(bytes[at - 1])
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn end_of_line(bytes: &[u8], at: usize) -> usize {
    bytes[at..]
        .iter()
        .position(|&b| b == b'\n')
        .map_or(bytes.len(), |n| at + n)
}

fn end_of_block(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    bytes.len()
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// End of `r"…"`, `br#"…"#`, `b"…"`, `c"…"`; `None` when a word starts here instead.
fn raw_string(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while at < bytes.len() && at < start + 2 && matches!(bytes[at], b'r' | b'b' | b'c') {
        at += 1;
    }
    let raw = bytes[start..at].contains(&b'r');
    let hashes = bytes[at..].iter().take_while(|&&b| b == b'#').count();
    if bytes.get(at + hashes) != Some(&b'"') || (!raw && hashes > 0) {
        return None;
    }
    if !raw {
        return Some(end_of_string(bytes, at));
    }
    let close = [b"\"".as_slice(), &bytes[at..at + hashes]].concat();
    let body = at + hashes + 1;
    let length = bytes[body..]
        .windows(close.len())
        .position(|w| w == close.as_slice());
    Some(length.map_or(bytes.len(), |n| body + n + close.len()))
}

/// End of a character literal; `None` for a lifetime.
fn end_of_char(text: &str, start: usize) -> Option<usize> {
    let rest = &text[start + 1..];
    let mut chars = rest.char_indices();
    let (_, first) = chars.next()?;
    if first == '\\' {
        let after = chars.next().map(|(n, c)| n + c.len_utf8())?;
        return rest[after..].find('\'').map(|n| start + 1 + after + n + 1);
    }
    match chars.next() {
        Some((n, '\'')) => Some(start + 1 + n + 1),
        _ => None,
    }
}

/// A word or a single sign of masked text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// Its text.
    pub text: &'a str,
    /// Its byte offset.
    pub at: usize,
}

/// Words, `::`, and single signs of masked text, in order.
pub fn tokens(masked: &str) -> Vec<Token<'_>> {
    let bytes = masked.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let length = if is_word(bytes[at]) {
            bytes[at..].iter().take_while(|&&b| is_word(b)).count()
        } else if bytes[at..].starts_with(b"::") {
            2
        } else {
            1
        };
        out.push(Token {
            text: &masked[at..at + length],
            at,
        });
        at += length;
    }
    out
}

/// What a `#[cfg(...)]` says of when its item is compiled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    /// Never on wasm.
    pub native: bool,
    /// Only under test.
    pub test: bool,
}

impl Guard {
    /// What holds inside an item guarded by both.
    pub fn and(self, other: Self) -> Self {
        Self {
            native: self.native || other.native,
            test: self.test || other.test,
        }
    }
}

/// Guarded spans of a file: byte range of the item and what guards it.
pub fn guards(text: &str, masked: &str) -> Vec<(Range<usize>, Guard)> {
    let tokens = tokens(masked);
    let mut spans = Vec::new();
    for (n, token) in tokens.iter().enumerate() {
        if token.text != "#" {
            continue;
        }
        let inner = tokens.get(n + 1).is_some_and(|t| t.text == "!");
        let open = n + 1 + usize::from(inner);
        if tokens.get(open).is_none_or(|t| t.text != "[") {
            continue;
        }
        let close = closing(&tokens, open);
        let guard = match tokens.get(open + 1).map(|t| t.text) {
            Some("cfg") => predicate(text, &tokens[open + 3..close.saturating_sub(1)]),
            Some("test") if close == open + 2 => Guard {
                native: false,
                test: true,
            },
            _ => continue,
        };
        let end = if inner {
            text.len()
        } else {
            item_end(&tokens, close + 1).unwrap_or(text.len())
        };
        spans.push((token.at..end, guard));
    }
    spans
}

/// What guards the byte at `at`.
pub fn guard_at(spans: &[(Range<usize>, Guard)], at: usize) -> Guard {
    spans
        .iter()
        .filter(|(span, _)| span.contains(&at))
        .fold(Guard::default(), |all, (_, guard)| all.and(*guard))
}

/// Index of the token that closes the bracket at `open`.
fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_i32;
    for (n, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return n;
        }
    }
    tokens.len()
}

/// Byte offset behind the item that starts at token `start` (further attributes included).
pub fn item_end(tokens: &[Token<'_>], mut start: usize) -> Option<usize> {
    while tokens.get(start)?.text == "#" {
        start = closing(tokens, start + 1) + 1;
    }
    let mut first = start;
    if tokens.get(first)?.text == "pub" {
        first += 1;
        if tokens.get(first)?.text == "(" {
            first = closing(tokens, first) + 1;
        }
    }
    let keyword = tokens.get(first)?.text;
    let is_item = [
        "fn",
        "mod",
        "impl",
        "use",
        "struct",
        "enum",
        "trait",
        "const",
        "static",
        "type",
        "let",
        "extern",
        "unsafe",
        "async",
        "union",
        "macro_rules",
    ]
    .contains(&keyword);
    let until_semicolon = ["use", "let", "static", "type"].contains(&keyword)
        || (keyword == "const" && tokens.get(first + 1)?.text != "fn");
    let mut n = first;
    while let Some(token) = tokens.get(n) {
        match token.text {
            ";" => return Some(token.at + 1),
            "," if !is_item => return Some(token.at + 1),
            ")" | "]" | "}" => return Some(token.at),
            "(" | "[" => n = closing(tokens, n),
            "{" => {
                n = closing(tokens, n);
                if !until_semicolon {
                    return tokens.get(n).map(|t| t.at + 1);
                }
            }
            _ => {}
        }
        n += 1;
    }
    None
}

/// What a cfg predicate implies; literals are read from the unmasked `text`.
fn predicate(text: &str, tokens: &[Token<'_>]) -> Guard {
    let Some(head) = tokens.first() else {
        return Guard::default();
    };
    let inside = || &tokens[2.min(tokens.len())..tokens.len().saturating_sub(1)];
    match head.text {
        "test" => Guard {
            native: false,
            test: true,
        },
        "all" => arguments(inside())
            .map(|t| predicate(text, t))
            .fold(Guard::default(), Guard::and),
        "any" => arguments(inside()).map(|t| predicate(text, t)).fold(
            Guard {
                native: true,
                test: true,
            },
            |all, one| Guard {
                native: all.native && one.native,
                test: all.test && one.test,
            },
        ),
        "not" => Guard {
            native: literal(text, inside()).is_some_and(|(key, value)| {
                matches!(
                    (key, value),
                    ("target_family", "wasm") | ("target_arch", "wasm32")
                )
            }),
            test: false,
        },
        _ => Guard {
            native: literal(text, tokens) == Some(("feature", "desktop")),
            test: false,
        },
    }
}

/// The arguments of `all(…)` or `any(…)`: split at commas outside brackets.
fn arguments<'a, 't>(tokens: &'a [Token<'t>]) -> impl Iterator<Item = &'a [Token<'t>]> {
    let mut depth = 0;
    tokens
        .split(move |token| {
            match token.text {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            depth == 0 && token.text == ","
        })
        .filter(|part| !part.is_empty())
}

/// `key = "value"`: the value is blank in masked text, so it is read behind the sign.
fn literal<'a>(text: &'a str, tokens: &[Token<'a>]) -> Option<(&'a str, &'a str)> {
    let [key, sign, ..] = tokens else { return None };
    if sign.text != "=" {
        return None;
    }
    let value = text[sign.at + 1..].trim_start().strip_prefix('"')?;
    Some((key.text, &value[..value.find('"')?]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masking_keeps_code_and_blanks_the_rest() {
        let text = "let a = \"x // y\"; // todo!\n/* b /* c */ d */ let r = r#\"e\"f\"#; 'g: loop { '\\'' ; 'h' ; b'i' }\n";
        let masked = mask(text);
        assert_eq!(masked.len(), text.len());
        assert_eq!(masked.matches('\n').count(), 2);
        assert!(
            masked.contains("let a =") && masked.contains("let r =") && masked.contains("'g: loop")
        );
        for gone in ["x //", "todo", " d ", "e\"f", "h"] {
            assert!(!masked.contains(gone), "{gone} is left in {masked}");
        }
    }

    #[test]
    fn masking_survives_text_that_is_not_ascii() {
        let masked = mask("let 거울 = '거'; // 울\nlet b = \"방진복\";");
        assert!(masked.contains("let 거울 ="));
        assert!(!masked.contains("방진복") && !masked.contains("= '거'"));
    }

    #[test]
    fn guards_cover_their_item_and_no_more() {
        let text = "#[cfg(not(target_family = \"wasm\"))]\nuse std::{fs, io};\nfn open() {}\n\
                    #[cfg(test)]\nmod tests { fn inner() {} }\nfn last() {}\n\
                    #[cfg(all(feature = \"desktop\", unix))]\n#[inline]\nfn native() { if a { b } }\n\
                    #[cfg(any(test, unix))]\nfn either() {}\n#[cfg(target_family = \"wasm\")]\nfn web() {}";
        let spans = guards(text, &mask(text));
        let at = |what: &str| guard_at(&spans, text.find(what).expect("part of the text"));
        assert!(at("fs, io").native && !at("fn open").native);
        assert!(at("fn inner").test && !at("fn last").test);
        assert!(at("b }").native && !at("fn either").native);
        assert!(!at("fn either").test && !at("fn web").native);
    }

    #[test]
    fn an_inner_attribute_guards_the_whole_file() {
        let text = "//! Native only.\n#![cfg(not(target_arch = \"wasm32\"))]\nfn a() {}\n";
        assert!(guard_at(&guards(text, &mask(text)), text.len() - 2).native);
    }

    #[test]
    fn a_guarded_field_ends_at_its_comma() {
        let text = "struct S { #[cfg(feature = \"desktop\")] a: u8, b: u8 }";
        let spans = guards(text, &mask(text));
        assert!(guard_at(&spans, text.find("a:").expect("there")).native);
        assert!(!guard_at(&spans, text.find("b:").expect("there")).native);
    }
}
