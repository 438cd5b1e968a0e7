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
    /// Whole milliseconds in the largest unit that keeps a whole number; else in seconds.
    pub(crate) fn of_milliseconds(ms: f64) -> Self {
        let units = [
            (TimeUnit::Day, 86_400_000.0),
            (TimeUnit::Hour, 3_600_000.0),
            (TimeUnit::Minute, 60_000.0),
        ];
        let (unit, length) = units
            .into_iter()
            .find(|(_, length)| ms % length == 0.0)
            .unwrap_or((TimeUnit::Second, 1000.0));
        Self {
            value: ms / length,
            unit,
        }
    }

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
    /// Uniform on mean ± so many percent of it.
    Percent {
        /// Middle of the range.
        mean: Time,
        /// Half of its width, percent of the mean.
        percent: f64,
    },
    /// Uniform from low to high.
    Range {
        /// Shortest.
        low: f64,
        /// Longest.
        high: f64,
        /// Unit of both.
        unit: TimeUnit,
    },
    /// Exponential with this mean.
    Exponential(Time),
}

impl Spread {
    /// As a value of a scene.
    pub fn ron(self) -> Ron {
        match self {
            Self::Constant(t) => Ron::str(t.text()),
            Self::Uniform {
                mean,
                half_width: 0.0,
            } => Ron::str(mean.text()),
            Self::Uniform { mean, half_width } => Ron::str(format!(
                "{} ± {half_width} {}",
                mean.text(),
                mean.unit.symbol()
            )),
            Self::Percent { mean, percent } => Ron::str(format!("{} ± {percent} %", mean.text())),
            Self::Range { low, high, unit } => Ron::str(format!("{low}..{high} {}", unit.symbol())),
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

/// The number at the start of `text` and what follows it.
fn leading_number(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text
        .char_indices()
        .find(|(i, c)| !(c.is_ascii_digit() || *c == '.' || (*i == 0 && matches!(c, '-' | '+'))))
        .map_or(text.len(), |(i, _)| i);
    // "10..14" ends at the first of the two points.
    let end = text[..end].find("..").unwrap_or(end);
    Some((parse_number(&text[..end])?, text[end..].trim()))
}

/// A time or a range of it as people write it in a cell: `12 min`, `12분`, `12 min ± 5 %`,
/// `12 +- 0.6 min`, `10..14 min`. Without a unit of its own it takes `unit`.
pub(crate) fn parse_spread(text: &str, unit: Option<TimeUnit>) -> Option<Spread> {
    // The unit at the end of a part; the other part's when it has none.
    let part = |text: &str| -> Option<(f64, Option<TimeUnit>)> {
        let (number, rest) = leading_number(text)?;
        let own = match rest {
            "" => None,
            word => Some(TimeUnit::from_word(word)?),
        };
        (number >= 0.0).then_some((number, own))
    };
    if let Some((mean, half)) = text.split_once('±').or_else(|| text.split_once("+-")) {
        let (mean, mean_unit) = part(mean)?;
        if let Some(percent) = half.trim().strip_suffix('%') {
            let (percent, none) = part(percent)?;
            let time = Time {
                value: mean,
                unit: mean_unit.or(unit)?,
            };
            let fits = percent <= 100.0 && none.is_none();
            return fits.then_some(Spread::Percent {
                mean: time,
                percent,
            });
        }
        let (half_width, half_unit) = part(half)?;
        let unit = mean_unit.or(half_unit).or(unit)?;
        let same = half_unit.is_none_or(|u| u == unit);
        return (same && half_width <= mean).then_some(Spread::Uniform {
            mean: Time { value: mean, unit },
            half_width,
        });
    }
    if let Some((low, high)) = text.split_once("..").or_else(|| text.split_once('~')) {
        let ((low, low_unit), (high, high_unit)) = (part(low)?, part(high)?);
        let unit = high_unit.or(low_unit).or(unit)?;
        let same = low_unit.is_none_or(|u| u == unit);
        return (same && low <= high).then_some(Spread::Range { low, high, unit });
    }
    let (value, own) = part(text)?;
    Some(Spread::Constant(Time {
        value,
        unit: own.or(unit)?,
    }))
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

    #[test]
    fn times_of_cells_have_a_unit_or_take_the_headers() {
        let text = |cell: &str| match parse_spread(cell, Some(TimeUnit::Hour))?.ron() {
            Ron::Str(text) => Some(text),
            _ => None,
        };
        for (cell, scene) in [
            ("12", "12 h"),
            ("12min", "12 min"),
            ("1.5 시간", "1.5 h"),
            ("30분", "30 min"),
            ("12 min ± 5 %", "12 min ± 5 %"),
            ("12 ± 0.5", "12 h ± 0.5 h"),
            ("12 +- 0.5 min", "12 min ± 0.5 min"),
            ("10..14 min", "10..14 min"),
            ("10 ~ 14", "10..14 h"),
        ] {
            assert_eq!(text(cell).as_deref(), Some(scene), "{cell}");
        }
        for bad in [
            "",
            "-1",
            "12 wafers",
            "12 min ± 13 min",
            "12 min ± 1 h",
            "14..10",
            "1 2",
            "5 ± 101 %",
            "1..2..3",
        ] {
            assert_eq!(text(bad), None, "{bad}");
        }
        assert_eq!(parse_spread("12", None), None);
    }
}
