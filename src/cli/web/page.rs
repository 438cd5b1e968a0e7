//! The page's text: its words in every language, its colours, and what it may load.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::view::i18n::Lang;
use crate::view::{report, tokens};

/// Keys of the words that the page itself says, before any module is loaded.
const WORDS: &str = "web-";

/// Puts words and policy into the page's template: `{{words}}` is all of them, `{{ko:web-title}}` one.
pub fn page(template: &str) -> String {
    let words = words();
    let mut page = template
        .replace("{{policy}}", &policy())
        .replace("{{words}}", &script_safe(&words.to_string()));
    for (lang, texts) in words.as_object().into_iter().flatten() {
        for (key, text) in texts.as_object().into_iter().flatten() {
            let text = text.as_str().unwrap_or_default();
            page = page.replace(&format!("{{{{{lang}:{key}}}}}"), text);
        }
    }
    page
}

/// Colours as CSS variables, for both themes.
pub fn tokens_css() -> String {
    tokens::css()
}

/// `{en: {key: text}, ko: {key: text}}`.
fn words() -> Value {
    let all = [Lang::En, Lang::Ko].map(|lang| {
        let texts: Map<String, Value> = lang
            .patterns(WORDS)
            .map(|(key, pattern)| (key.to_owned(), plain(pattern).into()))
            .collect();
        (lang.tag().to_owned(), Value::Object(texts))
    });
    Value::Object(all.into_iter().collect())
}

/// `{ $n }` as the page's script knows it: `{n}`.
fn plain(pattern: &str) -> String {
    pattern.replace("{ $", "{").replace(" }", "}")
}

/// JSON inside a `<script>`: nothing in it may end the element.
fn script_safe(json: &str) -> String {
    json.replace('<', "\\u003c")
}

/// What the page may load: its own folder, and the report's script, which stands in the report itself.
fn policy() -> String {
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-{}'; worker-src 'self'; \
         connect-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
         font-src 'self' data:; frame-src 'self' blob:; manifest-src 'self'; form-action 'none'; \
         base-uri 'none'",
        base64(&Sha256::digest(report::script()))
    )
}

/// Base64 with padding (RFC 4648).
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0u32, |w, i| {
            w << 8 | u32::from(chunk.get(i).copied().unwrap_or(0))
        });
        for i in 0..4 {
            if i <= chunk.len() {
                text.push(char::from(LETTERS[(word >> (18 - 6 * i) & 63) as usize]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn base64_as_the_standard_has_it() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    /// Words like `web-…` in the page's files.
    fn asked() -> BTreeSet<String> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/web");
        let mut keys = BTreeSet::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let page = path.extension().is_some_and(|e| e == "html" || e == "js");
            if !page {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
            keys.extend(words.filter(|w| w.starts_with(WORDS)).map(str::to_owned));
        }
        keys
    }

    #[test]
    fn every_word_the_page_asks_for_is_there_and_every_word_is_asked_for() {
        let all = words();
        for lang in ["en", "ko"] {
            let known: BTreeSet<String> = all[lang].as_object().unwrap().keys().cloned().collect();
            assert_eq!(known, asked(), "{lang}");
            for (key, text) in all[lang].as_object().unwrap() {
                let text = text.as_str().unwrap();
                assert!(
                    !text.is_empty() && !text.contains(['$', '⟦']),
                    "{key}: {text}"
                );
            }
        }
    }

    #[test]
    fn the_template_is_filled_and_its_words_cannot_end_the_script() {
        let made =
            page("<meta content=\"{{policy}}\"><script>{{words}}</script><p>{{ko:web-run}}</p>");
        assert!(!made.contains("{{") && made.contains("'wasm-unsafe-eval'"));
        assert!(made.ends_with("<p>실행</p>"), "{made}");
        assert_eq!(made.matches("</script>").count(), 1);
        assert_eq!(script_safe("</script>"), "\\u003c/script>");
        assert_eq!(plain("{ $n } of { $all }"), "{n} of {all}");
    }
}
