//! Numbers, units and distributions as the tables of other programs spell them.

use super::ron_text::Ron;

/// A unit of time; scenes write its short form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    /// Seconds.
    Second,
    /// Minutes.
    Minute,
    /// Hours.
    Hour,
    /// Days.
    Day,
}

impl TimeUnit {
    /// The unit a word stands for, English or Korean, in any case.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word.to_lowercase().as_str() {
            "s" | "sec" | "secs" | "second" | "seconds" | "초" => Self::Second,
            "min" | "mins" | "minute" | "minutes" | "분" => Self::Minute,
            "h" | "hr" | "hrs" | "hour" | "hours" | "시간" | "시" => Self::Hour,
            "d" | "day" | "days" | "일" => Self::Day,
            _ => return None,
        })
    }

    /// The unit as scenes write it.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Minute => "min",
            Self::Hour => "h",
            Self::Day => "d",
        }
    }
}

/// A time as a table gives it: the number is kept as it was written, never converted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Time {
    /// Number.
    pub value: f64,
    /// Its unit.
    pub unit: TimeUnit,
}

impl Time {
    /// As scene text, e.g. `12.5 min`.
    pub fn text(self) -> String {
        format!("{} {}", self.value, self.unit.symbol())
    }
}

/// A distribution as a table gives it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spread {
    /// Always the same.
    Constant(Time),
    /// Uniform on mean ± half-width, both in the unit of the mean.
    Uniform {
        /// Middle of the range.
        mean: Time,
        /// Half of its width.
        half_width: f64,
    },
    /// Exponential with this mean.
    Exponential(Time),
}

impl Spread {
    /// As a value of a scene.
    pub fn ron(self) -> Ron {
        match self {
            Self::Constant(t) => Ron::str(t.text()),
            Self::Uniform { mean, half_width } if half_width == 0.0 => Ron::str(mean.text()),
            Self::Uniform { mean, half_width } => Ron::str(format!(
                "{} ± {half_width} {}",
                mean.text(),
                mean.unit.symbol()
            )),
            Self::Exponential(mean) => Ron::named("Exponential", [("mean", Ron::str(mean.text()))]),
        }
    }
}

/// A finite number written in plain decimal form.
///
/// `f64::from_str` also takes "inf", "nan" and the like, which no table means.
pub(crate) fn parse_number(text: &str) -> Option<f64> {
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    let value: f64 = text.parse().ok()?;
    (plain && value.is_finite()).then_some(value)
}

/// A whole number in the range of `u32`, also as "10.0".
pub(crate) fn parse_count(text: &str) -> Option<u32> {
    let value = parse_number(text)?;
    // The range was checked, so the cast is exact.
    (value >= 0.0 && value <= f64::from(u32::MAX) && value.fract() == 0.0).then_some(value as u32)
}

/// A share written without noise: `percent` / 100 as scene text, e.g. `1.7 %`.
pub(crate) fn percent_text(percent: f64) -> String {
    format!("{percent} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_plain_and_finite() {
        assert_eq!(parse_number("7.50"), Some(7.5));
        assert_eq!(parse_number("-1e3"), Some(-1000.0));
        for bad in ["", "inf", "NaN", "1,5", "1e999", "0x10", "1 2"] {
            assert_eq!(parse_number(bad), None, "{bad}");
        }
        assert_eq!(parse_count("10.0"), Some(10));
        for bad in ["10.5", "-1", "4294967296"] {
            assert_eq!(parse_count(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_spread_keeps_the_digits_of_the_table() {
        let mean = Time {
            value: 501.33,
            unit: TimeUnit::Minute,
        };
        let uniform = Spread::Uniform {
            mean,
            half_width: 25.0665,
        };
        assert_eq!(uniform.ron(), Ron::str("501.33 min ± 25.0665 min"));
        assert_eq!(
            Spread::Uniform {
                mean,
                half_width: 0.0
            }
            .ron(),
            Ron::str("501.33 min")
        );
    }
}
