//! Quantities with units: simulated time, and the spelling of quantities in scenes.

mod fault;

use std::fmt;

use bevy::reflect::Reflect;
use serde::{Deserialize, Serialize};

pub use fault::UnitError;

use crate::words::{Words, words};

/// A span of simulated time in whole microseconds.
///
/// Simulated time is an integer so that runs are equal to the bit on every machine;
/// 2^64 µs are 584,000 years.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Reflect,
    Serialize,
    Deserialize,
)]
pub struct Duration(pub u64);

impl Duration {
    /// No time.
    pub const ZERO: Self = Self(0);

    /// `n` days.
    pub const fn days(n: u64) -> Self {
        Self(n * 86_400_000_000)
    }

    /// `n` minutes.
    pub const fn minutes(n: u64) -> Self {
        Self(n * 60_000_000)
    }

    /// Nearest whole microsecond to `s` seconds; negative and NaN give zero.
    pub fn from_seconds_f64(s: f64) -> Self {
        Self((s * 1e6 + 0.5) as u64)
    }

    /// In seconds.
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// In hours.
    pub fn as_hours(self) -> f64 {
        self.0 as f64 / 3.6e9
    }

    /// In days.
    pub fn as_days(self) -> f64 {
        self.0 as f64 / 8.64e10
    }
}

impl fmt::Display for Duration {
    /// Writes the span in the largest unit in which at most six decimals say it
    /// exactly, e.g. `12.5 min`; [`parse_as`] reads the same span back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LADDER: [(&str, u64); 6] = [
            ("d", 86_400_000_000),
            ("h", 3_600_000_000),
            ("min", 60_000_000),
            ("s", 1_000_000),
            ("ms", 1_000),
            ("us", 1),
        ];
        if self.0 == 0 {
            return f.write_str("0 s");
        }
        for (unit, size) in LADDER {
            let scaled = u128::from(self.0) * 1_000_000;
            let size = u128::from(size);
            if u128::from(self.0) >= size && scaled.is_multiple_of(size) {
                let (whole, part) = (scaled / size / 1_000_000, scaled / size % 1_000_000);
                if part == 0 {
                    return write!(f, "{whole} {unit}");
                }
                let part = format!("{part:06}");
                return write!(f, "{whole}.{} {unit}", part.trim_end_matches('0'));
            }
        }
        write!(f, "{} us", self.0)
    }
}

/// What a quantity measures: the power of each base unit in it.
///
/// Base units: second, metre, degree, wafer, lot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Dimension {
    time: i8,
    length: i8,
    angle: i8,
    wafers: i8,
    lots: i8,
}

impl Dimension {
    /// A plain number; `%` and `ppm` belong here.
    pub const NONE: Self = Self::of(0, 0, 0, 0, 0);
    /// Time; base unit s.
    pub const TIME: Self = Self::of(1, 0, 0, 0, 0);
    /// Length; base unit m.
    pub const LENGTH: Self = Self::of(0, 1, 0, 0, 0);
    /// Angle; base unit degree.
    pub const ANGLE: Self = Self::of(0, 0, 1, 0, 0);
    /// Number of wafers.
    pub const WAFERS: Self = Self::of(0, 0, 0, 1, 0);
    /// Number of lots.
    pub const LOTS: Self = Self::of(0, 0, 0, 0, 1);

    const fn of(time: i8, length: i8, angle: i8, wafers: i8, lots: i8) -> Self {
        Self {
            time,
            length,
            angle,
            wafers,
            lots,
        }
    }

    /// Dimension of a quotient, e.g. wafers per time.
    pub const fn per(self, other: Self) -> Self {
        Self::of(
            self.time.saturating_sub(other.time),
            self.length.saturating_sub(other.length),
            self.angle.saturating_sub(other.angle),
            self.wafers.saturating_sub(other.wafers),
            self.lots.saturating_sub(other.lots),
        )
    }

    /// In words: "a time", "an angle", "a number of lots", "a rate (wafers per time)".
    pub fn with_article(self) -> Words {
        match self {
            Self::NONE => "a plain number".into(),
            Self::TIME => "a time".into(),
            Self::LENGTH => "a length".into(),
            Self::ANGLE => "an angle".into(),
            Self::WAFERS => "a number of wafers".into(),
            Self::LOTS => "a number of lots".into(),
            _ => words!("a rate ({of})", of = self.words()),
        }
    }

    /// In words without an article: "time", "wafers per time".
    pub fn words(self) -> Words {
        let parts = [
            ("wafers", self.wafers),
            ("lots", self.lots),
            ("length", self.length),
            ("angle", self.angle),
            ("time", self.time),
        ];
        let side = |sign: i8| {
            let of_side = parts
                .iter()
                .filter(|(_, power)| power.signum() == sign)
                .map(|(word, power)| match power.unsigned_abs() {
                    1 => Words::from(*word),
                    n => words!("{word}^{n}", word = Words::from(*word), n = u32::from(n)),
                });
            of_side.reduce(|a, b| words!("{first} {second}", first = a, second = b))
        };
        match (side(1), side(-1)) {
            (None, None) => "number".into(),
            (Some(over), None) => over,
            (None, Some(under)) => words!("number per {under}", under),
            (Some(over), Some(under)) => {
                words!("{over} per {under}", over, under)
            }
        }
    }

    /// A quantity of this dimension as one would write it, for error messages.
    pub fn example(self) -> &'static str {
        match self {
            Self::NONE => "0.25",
            Self::TIME => "12.5 min",
            Self::LENGTH => "3.5 m",
            Self::ANGLE => "90 deg",
            Self::WAFERS => "75 wafers",
            Self::LOTS => "18 lots",
            d if d == Self::WAFERS.per(Self::TIME) => "160 wafers/h",
            d if d == Self::LOTS.per(Self::TIME) => "50 lots/d",
            d if d == Self::LENGTH.per(Self::TIME) => "1.5 m/s",
            _ => "a number with its unit",
        }
    }
}

/// A unit: its spellings (the first is the one we write), dimension, and size in base units.
struct Unit {
    spellings: &'static [&'static str],
    dimension: Dimension,
    size: f64,
}

const fn unit(spellings: &'static [&'static str], dimension: Dimension, size: f64) -> Unit {
    Unit {
        spellings,
        dimension,
        size,
    }
}

/// Every unit a scene may use.
const UNITS: &[Unit] = &[
    unit(
        &["us", "µs", "μs", "usec", "microsecond", "microseconds"],
        Dimension::TIME,
        1e-6,
    ),
    unit(
        &["ms", "msec", "millisecond", "milliseconds"],
        Dimension::TIME,
        1e-3,
    ),
    unit(
        &["s", "sec", "secs", "second", "seconds", "초"],
        Dimension::TIME,
        1.0,
    ),
    unit(
        &["min", "mins", "minute", "minutes", "분"],
        Dimension::TIME,
        60.0,
    ),
    unit(
        &["h", "hr", "hrs", "hour", "hours", "시간"],
        Dimension::TIME,
        3_600.0,
    ),
    unit(&["d", "day", "days", "일"], Dimension::TIME, 86_400.0),
    unit(
        &["wk", "wks", "week", "weeks", "주"],
        Dimension::TIME,
        604_800.0,
    ),
    unit(
        &["nm", "nanometre", "nanometres", "nanometer", "nanometers"],
        Dimension::LENGTH,
        1e-9,
    ),
    unit(
        &[
            "um",
            "µm",
            "μm",
            "micron",
            "microns",
            "micrometre",
            "micrometer",
        ],
        Dimension::LENGTH,
        1e-6,
    ),
    unit(
        &[
            "mm",
            "millimetre",
            "millimetres",
            "millimeter",
            "millimeters",
        ],
        Dimension::LENGTH,
        1e-3,
    ),
    unit(
        &[
            "cm",
            "centimetre",
            "centimetres",
            "centimeter",
            "centimeters",
        ],
        Dimension::LENGTH,
        1e-2,
    ),
    unit(
        &["m", "metre", "metres", "meter", "meters"],
        Dimension::LENGTH,
        1.0,
    ),
    unit(
        &["km", "kilometre", "kilometres", "kilometer", "kilometers"],
        Dimension::LENGTH,
        1e3,
    ),
    unit(&["deg", "°", "degree", "degrees"], Dimension::ANGLE, 1.0),
    unit(
        &["rad", "radian", "radians"],
        Dimension::ANGLE,
        180.0 / std::f64::consts::PI,
    ),
    unit(&["%", "percent", "pct"], Dimension::NONE, 1e-2),
    unit(&["ppm"], Dimension::NONE, 1e-6),
    unit(
        &["wafers", "wafer", "wfr", "wfrs", "pieces", "piece", "장"],
        Dimension::WAFERS,
        1.0,
    ),
    unit(&["lots", "lot", "로트"], Dimension::LOTS, 1.0),
];

/// A number with its dimension, in base units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// Value in base units (s, m, degree, wafer, lot).
    pub value: f64,
    /// What it measures.
    pub dimension: Dimension,
}

/// The candidate spelled most like `word`, if any is near enough to be a slip.
///
/// Near enough: at most one edit per three letters, at least one; of a single letter only its
/// case may be wrong, which never counts.
pub fn nearest_spelling<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // A long word is surely no slip of the keyboard, and edit distance is quadratic.
    const LONGEST: usize = 80;
    if word.len() > LONGEST {
        return None;
    }
    let folded = word.to_lowercase();
    let allowed = match folded.chars().count() {
        0 | 1 => 0,
        letters => (letters / 3).max(1),
    };
    candidates
        .into_iter()
        .filter(|c| c.len() <= LONGEST)
        .map(|c| {
            let other = c.to_lowercase();
            let distance = strsim::damerau_levenshtein(&folded, &other);
            // Among equally near ones the one in which a letter was only left out.
            let left_out = within(&folded, &other) || within(&other, &folded);
            (distance, !left_out, c)
        })
        .filter(|(distance, ..)| *distance <= allowed)
        .min_by_key(|(distance, more_than_left_out, _)| (*distance, *more_than_left_out))
        .map(|(.., c)| c)
}

/// Whether the letters of `short` stand in `long` in their order.
fn within(short: &str, long: &str) -> bool {
    let mut letters = long.chars();
    short.chars().all(|c| letters.any(|l| l == c))
}

fn find_unit(word: &str) -> Option<&'static Unit> {
    let exact = |u: &&Unit| u.spellings.contains(&word);
    let folded = |u: &&Unit| {
        // One and two letters may be different units in different case (m, M; mm, MM).
        word.len() > 2 && u.spellings.iter().any(|s| s.eq_ignore_ascii_case(word))
    };
    UNITS
        .iter()
        .find(exact)
        .or_else(|| UNITS.iter().find(folded))
}

fn nearest_unit(word: &str, expected: Option<Dimension>) -> Option<&'static str> {
    let spellings = UNITS
        .iter()
        .filter(|u| expected.is_none_or(|d| u.dimension == d))
        .flat_map(|u| u.spellings.iter().copied());
    nearest_spelling(word, spellings)
}

/// Reads a unit, e.g. `min`, `wafers/h`: its dimension and its size in base units.
///
/// # Errors
/// [`UnitError::UnknownUnit`] with the nearest unit.
pub fn parse_unit(text: &str) -> Result<(Dimension, f64), UnitError> {
    parse_unit_expecting(text, None)
}

fn parse_unit_expecting(
    text: &str,
    expected: Option<Dimension>,
) -> Result<(Dimension, f64), UnitError> {
    let mut dimension = Dimension::NONE;
    let mut size = 1.0;
    for (i, word) in text.split('/').enumerate() {
        let word = word.trim();
        if word == "1" && i == 0 {
            continue;
        }
        let unit = find_unit(word).ok_or_else(|| UnitError::UnknownUnit {
            unit: text.trim().to_owned(),
            expected,
            nearest: nearest_unit(word, expected.filter(|_| !text.contains('/'))),
        })?;
        if i == 0 {
            dimension = unit.dimension;
            size = unit.size;
        } else {
            dimension = dimension.per(unit.dimension);
            size /= unit.size;
        }
    }
    Ok((dimension, size))
}

/// All units: dimension, size in base units, spellings (the first is the usual one).
pub fn all_units() -> impl Iterator<Item = (Dimension, f64, &'static [&'static str])> {
    UNITS.iter().map(|u| (u.dimension, u.size, u.spellings))
}

/// Splits a text into its leading number and the rest, both trimmed.
fn split_number(text: &str) -> Option<(f64, &str)> {
    let bytes = text.as_bytes();
    let digits = |mut i: usize| {
        while i < bytes.len() && (bytes[i].is_ascii_digit() || bytes[i] == b'_') {
            i += 1;
        }
        i
    };
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let mut end = digits(sign);
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1) != Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let start = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if bytes.get(start).is_some_and(u8::is_ascii_digit) {
            end = digits(start);
        }
    }
    let number: String = text[..end].chars().filter(|c| *c != '_').collect();
    number.parse().ok().map(|n| (n, text[end..].trim()))
}

/// Reads a quantity, e.g. `12.5 min`; a number alone has no dimension.
///
/// # Errors
/// The text has no number, an unknown unit, or a number too large to be held.
pub fn parse(text: &str) -> Result<Quantity, UnitError> {
    parse_expecting(text, None)
}

fn parse_expecting(text: &str, expected: Option<Dimension>) -> Result<Quantity, UnitError> {
    let text = text.trim();
    let (number, unit) = split_number(text).ok_or_else(|| UnitError::NoNumber {
        text: text.to_owned(),
        expected,
    })?;
    let (dimension, size) = if unit.is_empty() {
        (Dimension::NONE, 1.0)
    } else {
        parse_unit_expecting(unit, expected)?
    };
    let value = number * size;
    if !value.is_finite() {
        return Err(UnitError::TooLarge {
            text: text.to_owned(),
        });
    }
    Ok(Quantity { value, dimension })
}

/// Reads a quantity of one dimension: its value in the base unit (s, m, degree, wafer, lot).
///
/// # Errors
/// As [`parse`]; also when the unit is missing or measures something else.
pub fn parse_as(text: &str, expected: Dimension) -> Result<f64, UnitError> {
    let q = parse_expecting(text, Some(expected))?;
    if q.dimension == expected {
        return Ok(q.value);
    }
    let text = text.trim().to_owned();
    Err(
        if split_number(&text).is_some_and(|(_, unit)| unit.is_empty()) {
            UnitError::NoUnit { text, expected }
        } else {
            UnitError::WrongDimension {
                text,
                found: q.dimension,
                expected,
            }
        },
    )
}

/// Writes a value given in base units in the named unit, e.g. `(750.0, "min")` as `12.5 min`.
///
/// # Errors
/// [`UnitError::UnknownUnit`] when `unit` is none.
pub fn format_in(value: f64, unit: &str) -> Result<String, UnitError> {
    let (_, size) = parse_unit(unit)?;
    // Twelve digits: more would show the rounding of the division.
    let scaled: f64 = format!("{:.11e}", value / size)
        .parse()
        .unwrap_or(value / size);
    Ok(format!("{scaled} {unit}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn usual_spellings_are_read() {
        let cases = [
            ("12.5 min", 750.0, Dimension::TIME),
            ("12.5min", 750.0, Dimension::TIME),
            ("7 d", 604_800.0, Dimension::TIME),
            ("2 hr", 7_200.0, Dimension::TIME),
            ("1 Hours", 3_600.0, Dimension::TIME),
            ("1 wk", 604_800.0, Dimension::TIME),
            ("3 μs", 3e-6, Dimension::TIME),
            ("3 µs", 3e-6, Dimension::TIME),
            ("193 nm", 193e-9, Dimension::LENGTH),
            ("0.5 µm", 0.5e-6, Dimension::LENGTH),
            ("-3.5 m", -3.5, Dimension::LENGTH),
            ("45 deg", 45.0, Dimension::ANGLE),
            ("45°", 45.0, Dimension::ANGLE),
            ("1.7 %", 0.017, Dimension::NONE),
            ("1e3", 1000.0, Dimension::NONE),
            ("75 wafers", 75.0, Dimension::WAFERS),
            ("1_000 lots", 1000.0, Dimension::LOTS),
            ("3 시간", 10_800.0, Dimension::TIME),
            ("36 wafers/h", 0.01, Dimension::WAFERS.per(Dimension::TIME)),
        ];
        for (text, value, dimension) in cases {
            let q = parse(text).expect(text);
            assert!(
                (q.value - value).abs() <= 1e-12 * value.abs(),
                "{text}: {q:?}"
            );
            assert_eq!(q.dimension, dimension, "{text}");
        }
    }

    #[test]
    fn an_error_says_what_was_expected_and_what_is_near() {
        let e = parse_as("12 mn", Dimension::TIME).expect_err("mn");
        assert_eq!(e.nearest(), Some("min"));
        assert_eq!(
            e.expectation().to_string(),
            "a time with its unit, e.g. `12.5 min`"
        );
        let e = parse_as("12 nm", Dimension::TIME).expect_err("nm");
        assert_eq!(e.to_string(), "`12 nm` is a length, not a time");
        let e = parse_as("12", Dimension::TIME).expect_err("no unit");
        assert_eq!(e.to_string(), "`12` has no unit");
        let e = parse_as("twelve min", Dimension::TIME).expect_err("no number");
        assert_eq!(e.to_string(), "`twelve min` does not begin with a number");
        assert!(parse("1e999 min").is_err());
        let e = parse_as("5 wafers/dya", Dimension::WAFERS.per(Dimension::TIME)).expect_err("dya");
        assert_eq!(e.nearest(), Some("day"));
    }

    #[test]
    fn a_duration_is_written_in_its_largest_exact_unit() {
        let show = |us| Duration(us).to_string();
        assert_eq!(show(0), "0 s");
        assert_eq!(show(750_000_000), "12.5 min");
        assert_eq!(show(1), "1 us");
        assert_eq!(show(3_101_400_000), "51.69 min");
        assert_eq!(show(86_400_000_000), "1 d");
        assert_eq!(show(50_000_000), "50 s");
    }

    #[test]
    fn a_value_is_written_in_a_named_unit() {
        assert_eq!(format_in(193e-9, "nm").as_deref(), Ok("193 nm"));
        assert_eq!(format_in(0.017, "%").as_deref(), Ok("1.7 %"));
        assert!(format_in(1.0, "parsec").is_err());
    }

    #[test]
    fn no_spelling_means_two_units() {
        let mut all: Vec<&str> = UNITS.iter().flat_map(|u| u.spellings).copied().collect();
        all.sort_unstable();
        let n = all.len();
        all.dedup();
        assert_eq!(all.len(), n);
    }

    proptest! {
        #[test]
        fn any_duration_reads_back(us in 0u64..=9_007_199_254_740_992 / 4) {
            let text = Duration(us).to_string();
            let s = parse_as(&text, Dimension::TIME).expect("our own text");
            prop_assert_eq!(Duration::from_seconds_f64(s), Duration(us), "{}", text);
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = parse(&text);
            let _ = parse_as(&text, Dimension::TIME);
        }

        #[test]
        fn no_number_like_text_panics(text in "[-+0-9._eE /%a-zµ°]{0,20}") {
            let _ = parse_as(&text, Dimension::LENGTH);
        }
    }
}
