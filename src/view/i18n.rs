//! Words and numbers as people read them, in English and Korean.

use std::borrow::Cow;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

/// A language of the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Korean.
    Ko,
}

impl Lang {
    /// The language of a tag such as `ko` or `ko-KR`; `None` if there is no such.
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_', '.']).next()? {
            "en" => Some(Self::En),
            "ko" => Some(Self::Ko),
            _ => None,
        }
    }

    /// Its tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ko => "ko",
        }
    }

    /// Keys that begin with `head`, each with its text as written, for those who fill it in themselves.
    pub fn patterns(self, head: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.source()
            .lines()
            .filter(move |line| line.starts_with(head))
            .filter_map(|line| line.split_once(" = "))
    }

    fn source(self) -> &'static str {
        match self {
            Self::En => include_str!("../../assets/i18n/en.ftl"),
            Self::Ko => include_str!("../../assets/i18n/ko.ftl"),
        }
    }
}

/// The texts of one language.
pub struct Texts {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
}

impl Texts {
    /// Loads the texts; they are part of the program.
    pub fn new(lang: Lang) -> Self {
        let id = lang.tag().parse().expect("`en` and `ko` are language tags");
        // The concurrent kind: the program's window hands its texts from thread to thread.
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        bundle.set_use_isolating(false);
        let resource = FluentResource::try_new(lang.source().to_owned());
        let resource = resource.unwrap_or_else(|(partly, _)| partly);
        bundle.add_resource_overriding(resource);
        Self { lang, bundle }
    }

    /// Which language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// The text of a key; `⟦key⟧` if there is none, which tests look for.
    pub fn get(&self, key: &str) -> String {
        self.with(key, &[])
    }

    /// The text of a key with values put in. `key.attribute` gives an attribute.
    pub fn with(&self, key: &str, values: &[(&str, &str)]) -> String {
        let (message, attribute) = match key.split_once('.') {
            Some((m, a)) => (m, Some(a)),
            None => (key, None),
        };
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(*name, Cow::from(*value));
        }
        let pattern = self
            .bundle
            .get_message(message)
            .and_then(|m| match attribute {
                Some(a) => m.get_attribute(a).map(|a| a.value()),
                None => m.value(),
            });
        let mut errors = Vec::new();
        match pattern {
            Some(p) => {
                let text = self.bundle.format_pattern(p, Some(&args), &mut errors);
                if errors.is_empty() {
                    text.into_owned()
                } else {
                    format!("⟦{key}⟧")
                }
            }
            None => format!("⟦{key}⟧"),
        }
    }

    /// The unit as this language writes it.
    pub fn unit(&self, unit: &str) -> String {
        match unit {
            "%" | "d" | "h" if self.lang == Lang::En => unit.to_owned(),
            "1" => String::new(),
            "%" => "%".to_owned(),
            _ => self.get(&format!("unit-{}", unit.replace('/', "-per-"))),
        }
    }
}

/// A number with thousands separated and so many decimals: `12,345.6`.
pub fn number(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let text = format!("{:.*}", decimals, value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        out.push('−');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

/// A difference with its sign: `+1.2`, `−3`, and `0.0` for what rounds to nothing.
pub fn signed(value: f64, decimals: usize) -> String {
    let text = number(value, decimals);
    if value > 0.0 && text.chars().any(|c| ('1'..='9').contains(&c)) {
        format!("+{text}")
    } else {
        text
    }
}

/// Decimals that a half-width supports: its first digit, or two where that is a 1.
pub fn decimals_of(half_width: f64) -> usize {
    if !half_width.is_finite() || half_width <= 0.0 {
        return 1;
    }
    let mut exponent = libm::floor(libm::log10(half_width)) as i32;
    if half_width / libm::pow(10.0, f64::from(exponent)) < 1.95 {
        exponent -= 1;
    }
    (-exponent).clamp(0, 3) as usize
}

/// Decimals for values without an interval: three significant digits.
pub fn decimals_for(value: f64) -> usize {
    let size = value.abs();
    if size >= 100.0 || size == 0.0 {
        0
    } else if size >= 10.0 {
        1
    } else {
        2
    }
}

/// A mean and its half-width, digits following the interval: `38.4 ± 0.3`.
pub fn with_interval(mean: f64, half_width: Option<f64>) -> String {
    match half_width {
        Some(h) if h > 0.0 => {
            let d = decimals_of(h);
            format!("{} ± {}", number(mean, d), number(h, d))
        }
        _ => number(mean, decimals_for(mean)),
    }
}

/// Simulated time as people say it: `D+12 08:31`.
pub fn clock(time_us: u64) -> String {
    let minutes = time_us / 60_000_000;
    format!(
        "D+{} {:02}:{:02}",
        minutes / 1440,
        minutes / 60 % 24,
        minutes % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_carry_their_sign() {
        assert_eq!(signed(1.25, 1), "+1.2");
        assert_eq!(signed(-3.0, 0), "−3");
        assert_eq!(signed(0.001, 1), "0.0");
    }

    /// Keys with their attributes and placeables, sorted.
    fn keys(lang: Lang) -> Vec<String> {
        let mut all = Vec::new();
        let mut message = String::new();
        for line in lang.source().lines() {
            let key = line.split('=').next().unwrap_or_default().trim();
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(attribute) = key.strip_prefix('.') {
                all.push(format!("{message}.{attribute}"));
            } else if !line.starts_with(' ') {
                message = key.to_owned();
                all.push(message.clone());
            }
            for part in line.split('$').skip(1) {
                let name: String = part.chars().take_while(|c| c.is_alphanumeric()).collect();
                all.push(format!("{message} ${name}"));
            }
        }
        all.sort();
        all
    }

    #[test]
    fn both_languages_have_the_same_keys_and_placeables() {
        let (en, mut ko) = (keys(Lang::En), keys(Lang::Ko));
        assert!(en.len() > 100);
        assert_eq!(
            en.iter().filter(|k| !ko.contains(k)).collect::<Vec<_>>(),
            Vec::<&String>::new()
        );
        ko.retain(|k| !en.contains(k));
        assert_eq!(ko, Vec::<String>::new());
        let mut unique = en.clone();
        unique.dedup();
        assert!(unique.len() > 100);
    }

    #[test]
    fn both_files_are_well_formed_and_korean_is_korean() {
        for lang in [Lang::En, Lang::Ko] {
            assert!(FluentResource::try_new(lang.source().to_owned()).is_ok());
        }
        let (en, ko) = (Texts::new(Lang::En), Texts::new(Lang::Ko));
        assert_eq!(en.get("kpi-cycle-time"), "Cycle time");
        assert_eq!(ko.get("kpi-cycle-time"), "사이클 타임");
        assert_eq!(en.get("no-such-key"), "⟦no-such-key⟧");
        assert!(
            ko.get("kpi-cycle-time.about")
                .chars()
                .any(|c| ('가'..='힣').contains(&c))
        );
    }

    #[test]
    fn every_figure_unit_and_state_has_words() {
        for lang in [Lang::En, Lang::Ko] {
            let texts = Texts::new(lang);
            for kpi in crate::results::kpi::TABLE {
                let key = kpi.i18n_key();
                let about = texts.get(&format!("{key}.about"));
                for text in [texts.get(&key), about, texts.unit(kpi.unit)] {
                    assert!(!text.contains('⟦'), "{text}");
                }
            }
            for state in super::super::tokens::ToolState::ALL {
                assert!(!texts.get(state.i18n_key()).contains('⟦'));
            }
        }
    }

    #[test]
    fn numbers_are_grouped_and_follow_their_interval() {
        assert_eq!(number(1_234_567.891, 1), "1,234,567.9");
        assert_eq!(number(-999.0, 0), "−999");
        assert_eq!(number(-0.001, 1), "0.0");
        assert_eq!(number(f64::NAN, 1), "–");
        assert_eq!(with_interval(38.412, Some(0.3)), "38.4 ± 0.3");
        assert_eq!(with_interval(38.412, Some(0.123)), "38.41 ± 0.12");
        assert_eq!(with_interval(18914.6, Some(23.0)), "18,915 ± 23");
        assert_eq!(with_interval(2.3456, None), "2.35");
        assert_eq!(with_interval(2256.0, Some(0.0)), "2,256");
    }

    #[test]
    fn clock_and_tags() {
        assert_eq!(clock((12 * 1440 + 8 * 60 + 31) * 60_000_000), "D+12 08:31");
        assert_eq!(clock(0), "D+0 00:00");
        assert_eq!(Lang::from_tag("ko-KR"), Some(Lang::Ko));
        assert_eq!(Lang::from_tag("en_US.UTF-8"), Some(Lang::En));
        assert_eq!(Lang::from_tag("fr"), None);
    }
}
