//! One tab-separated table: columns by name, cells with their place, faults collected.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::interop::fault::{Fault, nearest, quoted};
use crate::interop::quantity::{Spread, Time, TimeUnit, parse_count, parse_number};
use crate::words::Words;

/// Faults and notes of one import, in the order in which they were met.
#[derive(Default)]
pub(super) struct Log {
    pub faults: RefCell<Vec<Fault>>,
    pub notes: RefCell<Vec<String>>,
}

impl Log {
    pub fn fault(&self, fault: Fault) {
        self.faults.borrow_mut().push(fault);
    }

    pub fn note(&self, note: impl Into<String>) {
        self.notes.borrow_mut().push(note.into());
    }
}

/// A table, split into cells.
pub(super) struct Grid<'a> {
    /// File name.
    pub file: &'a str,
    header: Vec<&'a str>,
    rows: Vec<(u32, Vec<&'a str>)>,
    log: &'a Log,
}

impl<'a> Grid<'a> {
    /// Splits `text`; reports columns of `needed` that are missing and names columns that are
    /// neither in `needed` nor in `silent` (those that carry nothing the model uses).
    pub fn new(
        file: &'a str,
        text: &'a str,
        needed: &[&str],
        silent: &[&str],
        log: &'a Log,
    ) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = (1_u32..)
            .zip(text.lines())
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(n, line)| (n, line.split('\t').map(str::trim).collect::<Vec<_>>()));
        let (head_line, mut header) = lines.next().unwrap_or((1, Vec::new()));
        // Tabs after the last name make no columns.
        while header.last() == Some(&"") {
            header.pop();
        }
        let rows: Vec<_> = lines.collect();
        let at = |line, column: Option<&str>, found: Option<&str>, expected: String| Fault {
            file: file.to_owned(),
            line: Some(line),
            column: column.map(str::to_owned),
            found: found.map(quoted),
            expected: Words::verbatim(expected),
            ..Fault::default()
        };
        let mut seen = BTreeSet::new();
        for &name in &header {
            if !name.is_empty() && !seen.insert(name) {
                log.fault(at(head_line, Some(name), None, "each column once".into()));
            }
        }
        for &name in needed {
            if !seen.contains(name) {
                let spare = header.iter().copied().filter(|h| !needed.contains(h));
                log.fault(Fault {
                    nearest: nearest(name, spare),
                    ..at(head_line, Some(name), None, "a column of this name".into())
                });
            }
        }
        let extra: Vec<_> = header
            .iter()
            .filter(|h| !needed.contains(h) && !silent.contains(h) && !h.is_empty())
            .copied()
            .collect();
        if !extra.is_empty() {
            log.note(format!("{file}: columns not used: {}", extra.join(", ")));
        }
        for (line, cells) in &rows {
            for cell in cells.iter().skip(header.len()).filter(|c| !c.is_empty()) {
                let expected = format!("at most {} cells, as in the header", header.len());
                log.fault(at(*line, None, Some(cell), expected));
            }
        }
        Self {
            file,
            header,
            rows,
            log,
        }
    }

    /// The rows below the header.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, cells)| Row {
            grid: self,
            line: *line,
            cells,
        })
    }
}

/// A row of a table. A faulty cell is reported and read as absent, so that one pass
/// finds all faults; the caller gives up at the end if there were any.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    grid: &'a Grid<'a>,
    /// Line in the file.
    pub line: u32,
    cells: &'a [&'a str],
}

impl<'a> Row<'a> {
    fn has(&self, column: &str) -> bool {
        self.grid.header.contains(&column)
    }

    /// Name of the row's file.
    pub fn file(&self) -> &'a str {
        self.grid.file
    }

    /// The cell, if it holds anything.
    pub fn text(&self, column: &str) -> Option<&'a str> {
        let i = self.grid.header.iter().position(|h| *h == column)?;
        self.cells.get(i).copied().filter(|c| !c.is_empty())
    }

    /// Reports that the cell should hold something else.
    pub fn wrong(&self, column: &str, expected: impl Into<String>) {
        self.wrong_near(column, expected, []);
    }

    /// As [`Row::wrong`], with the nearest of the names that would be right.
    pub fn wrong_near<'n>(
        &self,
        column: &str,
        expected: impl Into<String>,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        self.wrong_part(column, self.text(column), expected, known);
    }

    /// As [`Row::wrong_near`], where only a part of the cell is wrong.
    pub fn wrong_part<'n>(
        &self,
        column: &str,
        found: Option<&str>,
        expected: impl Into<String>,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        self.grid.log.fault(Fault {
            file: self.grid.file.to_owned(),
            sheet: None,
            line: Some(self.line),
            column: Some(column.to_owned()),
            found: found.map(quoted),
            expected: Words::verbatim(expected),
            nearest: found.and_then(|f| nearest(f, known)),
        });
    }

    /// The cell, which must hold something. A missing column was reported with the header.
    pub fn need(&self, column: &str, what: &str) -> Option<&'a str> {
        let text = self.text(column);
        if text.is_none() && self.has(column) {
            self.wrong(column, what);
        }
        text
    }

    /// A number not below zero, if the cell holds anything.
    pub fn number(&self, column: &str) -> Option<f64> {
        let value = self
            .text(column)
            .map(|t| parse_number(t).filter(|v| *v >= 0.0))?;
        if value.is_none() {
            self.wrong(column, "a number not below 0");
        }
        value
    }

    /// A whole number from `least` on, if the cell holds anything.
    pub fn count(&self, column: &str, least: u32) -> Option<u32> {
        let value = self
            .text(column)
            .map(|t| parse_count(t).filter(|v| *v >= least))?;
        if value.is_none() {
            self.wrong(column, format!("a whole number from {least} on"));
        }
        value
    }

    /// A whole number from `least` on, which must be there.
    pub fn need_count(&self, column: &str, least: u32) -> Option<u32> {
        self.need(column, &format!("a whole number from {least} on"))?;
        self.count(column, least)
    }

    /// One of the words of `choices`, if the cell holds anything.
    pub fn choice<T: Copy>(&self, column: &str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(column)?;
        let value = choices.iter().find(|(w, _)| *w == text).map(|(_, v)| *v);
        if value.is_none() {
            self.wrong_near(column, one_of(choices), choices.iter().map(|(w, _)| *w));
        }
        value
    }

    /// One of the words of `choices`, which must be there.
    pub fn need_choice<T: Copy>(&self, column: &str, choices: &[(&str, T)]) -> Option<T> {
        self.need(column, &one_of(choices))?;
        self.choice(column, choices)
    }

    fn unit(&self, column: &str) -> Option<TimeUnit> {
        const WHAT: &str = "a unit of time (sec, min, hr, day)";
        let unit = TimeUnit::from_word(self.need(column, WHAT)?);
        if unit.is_none() {
            self.wrong(column, WHAT);
        }
        unit
    }

    /// A time, if the cell of its number holds anything.
    pub fn time(&self, value: &str, unit: &str) -> Option<Time> {
        self.text(value)?;
        let (value, unit) = (self.number(value), self.unit(unit));
        Some(Time {
            value: value?,
            unit: unit?,
        })
    }

    /// A time, which must be there.
    pub fn need_time(&self, value: &str, unit: &str) -> Option<Time> {
        self.need(value, "a number not below 0")?;
        self.time(value, unit)
    }

    /// A distribution over the columns of its kind, mean, half-width and unit; must be there.
    pub fn need_spread(&self, kind: &str, mean: &str, half: &str, unit: &str) -> Option<Spread> {
        #[derive(Clone, Copy)]
        enum Kind {
            Constant,
            Uniform,
            Exponential,
        }
        let kind = self.need_choice(
            kind,
            &[
                ("uniform", Kind::Uniform),
                ("exponential", Kind::Exponential),
                ("constant", Kind::Constant),
            ],
        );
        let mean = self.need_time(mean, unit);
        match kind? {
            Kind::Constant => mean.map(Spread::Constant),
            Kind::Exponential => mean.map(Spread::Exponential),
            Kind::Uniform => {
                let what = "a number not below 0: half the width of the uniform distribution";
                if self.text(half).is_none() {
                    // Also when the column is missing: only some files need it.
                    self.wrong(half, what);
                }
                let (half_width, mean) = (self.number(half)?, mean?);
                if half_width > mean.value {
                    self.wrong(half, format!("at most the mean {}", mean.value));
                }
                Some(Spread::Uniform { mean, half_width })
            }
        }
    }

    /// Seconds since 1970 of a date `MM/DD/YY HH:MM:SS`, which must be there.
    pub fn need_date(&self, column: &str) -> Option<i64> {
        const WHAT: &str = "a date MM/DD/YY HH:MM:SS";
        let date = parse_date(self.need(column, WHAT)?);
        if date.is_none() {
            self.wrong(column, WHAT);
        }
        date
    }
}

fn one_of<T>(choices: &[(&str, T)]) -> String {
    let words: Vec<_> = choices.iter().map(|(w, _)| *w).collect();
    words.join(" or ")
}

/// Seconds since 1970 of `MM/DD/YY HH:MM:SS`; two digits of a year count from 2000.
fn parse_date(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(' ')?;
    let whole = |s: &str| {
        let plain = !s.is_empty() && s.len() <= 4 && s.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| s.parse::<i64>().ok()).flatten()
    };
    let three = |s: &str, by: char| {
        let parts: Vec<_> = s.split(by).map(whole).collect::<Option<_>>()?;
        <[i64; 3]>::try_from(parts).ok()
    };
    let [month, day, year] = three(date, '/')?;
    let [hour, minute, second] = three(time.trim(), ':')?;
    let year = if year < 100 { 2000 + year } else { year };
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days_in = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=days_in).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(((days_since_1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar, the year taken from March on
/// so that the leap day is the last of its year.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    year * 365 + leap_days + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_count_from_1970_and_know_leap_years() {
        assert_eq!(
            parse_date("01/01/70 00:00:00"),
            parse_date("01/01/2070 00:00:00")
        );
        assert_eq!(parse_date("01/01/1970 00:00:00"), Some(0));
        assert_eq!(parse_date("01/01/18 00:00:00"), Some(1_514_764_800));
        assert_eq!(parse_date("02/29/20 12:34:56"), Some(1_582_979_696));
        for bad in [
            "02/29/18 00:00:00",
            "13/01/18 00:00:00",
            "01/01/18",
            "01/01/18 24:00:00",
            "1/+1/18 00:00:00",
        ] {
            assert_eq!(parse_date(bad), None, "{bad}");
        }
    }
}
