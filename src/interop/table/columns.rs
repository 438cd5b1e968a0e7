//! Columns of a table by field, and cells as typed values with their place.

use super::sheet::{Cell, Sheet};
use super::{Fault, Log, nearest};
use crate::interop::fault::quoted;
use crate::interop::quantity::{
    Spread, Time, TimeUnit, parse_count, parse_number, parse_spread, percent_text,
};
use crate::interop::ron_text::Ron;
use crate::words::Words;

/// A field that a kind of table may have.
pub(super) struct FieldSpec {
    /// Its name in `--map`.
    pub key: &'static str,
    /// Usual headers, in the form that [`plain`] gives.
    pub names: &'static [&'static str],
    /// Whether a table without it is a fault.
    pub needed: bool,
}

impl FieldSpec {
    pub const fn needed(key: &'static str, names: &'static [&'static str]) -> Self {
        Self {
            key,
            names,
            needed: true,
        }
    }

    pub const fn maybe(key: &'static str, names: &'static [&'static str]) -> Self {
        Self {
            key,
            names,
            needed: false,
        }
    }

    fn is(&self, header: &str) -> bool {
        header == plain(self.key) || self.names.contains(&header)
    }
}

/// A unit given in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeaderUnit {
    Time(TimeUnit),
    Percent,
    /// Wafers, lots, pieces: says what is counted, changes no number.
    Count,
}

/// A header in the form in which headers are compared: lower case, letters and digits only.
fn plain(header: &str) -> String {
    header
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Name and unit of a header: `time [min]`, `시간(분)`, `yield (%)`.
fn name_and_unit(header: &str) -> (&str, Option<HeaderUnit>) {
    let closed = header.trim_end().strip_suffix([']', ')', '}', '］', '）']);
    let split = closed.and_then(|h| h.rfind(['[', '(', '{', '［', '（']).map(|i| h.split_at(i)));
    let Some((name, bracket)) = split else {
        return (header, None);
    };
    let word = bracket
        .trim_start_matches(['[', '(', '{', '［', '（'])
        .trim();
    let unit = match word.to_lowercase().as_str() {
        "%" | "percent" => Some(HeaderUnit::Percent),
        "wafers" | "wafer" | "pcs" | "ea" | "lots" | "lot" | "매" | "장" | "개" | "대" => {
            Some(HeaderUnit::Count)
        }
        word => TimeUnit::from_word(word).map(HeaderUnit::Time),
    };
    match unit {
        Some(unit) => (name, Some(unit)),
        None => (header, None),
    }
}

struct Column {
    key: &'static str,
    header: String,
    index: usize,
    unit: Option<HeaderUnit>,
}

/// A sheet whose columns are known.
pub(super) struct Table<'a> {
    sheet: &'a Sheet,
    columns: Vec<Column>,
    first_row: usize,
    log: &'a Log,
}

/// Rows that may stand above the header: titles, dates, remarks.
const ROWS_ABOVE_HEADER: usize = 20;

impl<'a> Table<'a> {
    /// Finds the header and its columns; `None` after a fault that leaves nothing to read.
    pub fn new(
        sheet: &'a Sheet,
        fields: &'static [FieldSpec],
        map: &[(String, String)],
        log: &'a Log,
    ) -> Option<Self> {
        let fault = |row: Option<u32>, column: Option<&str>, expected: String, near| {
            log.faults.borrow_mut().push(Fault {
                file: sheet.file.clone(),
                sheet: sheet.name.clone(),
                line: row,
                column: column.map(str::to_owned),
                found: None,
                expected: Words::verbatim(expected),
                nearest: near,
            });
        };
        let keys = || fields.iter().map(|f| f.key);
        for (key, _) in map.iter().filter(|(key, _)| !keys().any(|k| k == key)) {
            let list = keys().collect::<Vec<_>>().join(", ");
            fault(
                None,
                None,
                format!("no mapping of \"{key}\": the fields are {list}"),
                nearest(key, keys()),
            );
        }
        let map: Vec<_> = map
            .iter()
            .filter(|(key, _)| keys().any(|k| k == key))
            .collect();
        if sheet.rows.is_empty() {
            fault(None, None, "a header row".into(), None);
            return None;
        }
        let texts = |row: usize| -> Vec<(usize, &str)> {
            let cells = sheet.rows[row].1.iter().enumerate();
            cells
                .filter_map(|(i, c)| match c {
                    Cell::Text(t) => Some((i, t.as_str())),
                    _ => None,
                })
                .collect()
        };
        let mapped = |field: &FieldSpec| {
            map.iter()
                .find(|(k, _)| k == field.key)
                .map(|(_, h)| h.as_str())
        };
        let matches = |field: &FieldSpec, header: &str| match mapped(field) {
            Some(wanted) => {
                header == wanted || plain(name_and_unit(header).0) == plain(name_and_unit(wanted).0)
            }
            // A column that the mapping gives to another field is not this one's.
            None => {
                let taken = map.iter().any(|(_, h)| h == header);
                let name = name_and_unit(header).0;
                !taken && (field.is(&plain(name)) || field.is(&plain(header)))
            }
        };
        let score = |row: usize| {
            let headers = texts(row);
            fields
                .iter()
                .filter(|f| headers.iter().any(|(_, h)| matches(f, h)))
                .count()
        };
        let candidates = 0..sheet.rows.len().min(ROWS_ABOVE_HEADER);
        // The first of the rows that name most fields.
        let header_row = candidates.rev().max_by_key(|row| score(*row)).unwrap_or(0);
        let headers = texts(header_row);
        let line = Some(sheet.rows[header_row].0);

        let mut columns: Vec<Column> = Vec::new();
        for field in fields {
            let found: Vec<_> = headers.iter().filter(|(_, h)| matches(field, h)).collect();
            let unmatched = || {
                headers
                    .iter()
                    .map(|(_, h)| *h)
                    .filter(|h| !fields.iter().any(|f| matches(f, h)))
            };
            match (found.as_slice(), mapped(field)) {
                ([], Some(wanted)) => {
                    let near = nearest(wanted, unmatched());
                    fault(
                        line,
                        Some(wanted),
                        format!("a column of this name, mapped to {}", field.key),
                        near,
                    );
                }
                ([], None) if field.needed => {
                    let known = std::iter::once(field.key).chain(field.names.iter().copied());
                    let near = unmatched()
                        .find(|h| nearest(&plain(name_and_unit(h).0), known.clone()).is_some());
                    let names = field
                        .names
                        .iter()
                        .take(4)
                        .copied()
                        .collect::<Vec<_>>()
                        .join(", ");
                    let expected = format!(
                        "a column \"{}\" (also: {names}), or --map {}=COLUMN",
                        field.key, field.key
                    );
                    fault(line, None, expected, near.map(str::to_owned));
                }
                ([], None) => {}
                ([(index, header)], _) => columns.push(Column {
                    key: field.key,
                    header: (*header).to_owned(),
                    index: *index,
                    unit: name_and_unit(header).1,
                }),
                ([(_, first), (_, second), ..], _) => {
                    let expected = format!(
                        "one column for {}, but \"{first}\" and \"{second}\" both are (choose with --map {}=COLUMN)",
                        field.key, field.key
                    );
                    fault(line, Some(second), expected, None);
                }
            }
        }
        // Two fields share a column only by a mapping that says so twice.
        for (i, column) in columns.iter().enumerate() {
            if let Some(other) = columns[..i].iter().find(|c| c.index == column.index) {
                let expected = format!(
                    "one field for this column, but both {} and {} are",
                    other.key, column.key
                );
                fault(line, Some(&column.header), expected, None);
            }
        }
        let unused: Vec<_> = headers
            .iter()
            .filter(|(i, _)| !columns.iter().any(|c| c.index == *i))
            .map(|(_, h)| *h)
            .collect();
        if !unused.is_empty() {
            log.notes
                .borrow_mut()
                .push(format!("columns not used: {}", unused.join(", ")));
        }
        let width = headers.last().map_or(0, |(i, _)| i + 1);
        for (row, cells) in &sheet.rows[header_row + 1..] {
            if cells.iter().skip(width).any(|c| *c != Cell::Empty) {
                fault(
                    Some(*row),
                    None,
                    format!("at most {width} cells, as in the header"),
                    None,
                );
            }
        }
        if header_row + 1 == sheet.rows.len() {
            fault(line, None, "rows below the header".into(), None);
        }
        log.faults.borrow().is_empty().then_some(Self {
            sheet,
            columns,
            first_row: header_row + 1,
            log,
        })
    }

    /// The rows below the header.
    pub fn rows(&self) -> impl Iterator<Item = Record<'_>> {
        self.sheet.rows[self.first_row..]
            .iter()
            .map(|(row, cells)| Record {
                table: self,
                row: *row,
                cells,
            })
    }

    /// Whether the table has a column for the field.
    pub fn has(&self, key: &str) -> bool {
        self.columns.iter().any(|c| c.key == key)
    }

    pub fn note(&self, note: String) {
        self.log.notes.borrow_mut().push(note);
    }
}

/// A row; a faulty cell is reported and read as absent.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    table: &'a Table<'a>,
    pub row: u32,
    cells: &'a [Cell],
}

impl<'a> Record<'a> {
    fn column(&self, key: &str) -> Option<&'a Column> {
        self.table.columns.iter().find(|c| c.key == key)
    }

    fn cell(&self, key: &str) -> Option<&'a Cell> {
        self.cells
            .get(self.column(key)?.index)
            .filter(|c| **c != Cell::Empty)
    }

    /// Whether the cell of the field holds anything.
    pub fn filled(&self, key: &str) -> bool {
        self.cell(key).is_some()
    }

    /// Reports that the cell should hold something else.
    pub fn wrong(&self, key: &str, expected: impl Into<String>) {
        self.wrong_near(key, expected, []);
    }

    /// As [`Record::wrong`], with the nearest of the names that would be right.
    pub fn wrong_near<'n>(
        &self,
        key: &str,
        expected: impl Into<String>,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let found = self.cell(key).map(shown);
        self.table.log.faults.borrow_mut().push(Fault {
            file: self.table.sheet.file.clone(),
            sheet: self.table.sheet.name.clone(),
            line: Some(self.row),
            column: Some(
                self.column(key)
                    .map_or(key, |c| c.header.as_str())
                    .to_owned(),
            ),
            nearest: found.as_deref().and_then(|f| nearest(f, known)),
            found: found.as_deref().map(quoted),
            expected: Words::verbatim(expected),
        });
    }

    /// The cell as text, if it holds anything.
    pub fn text(&self, key: &str) -> Option<String> {
        match self.cell(key)? {
            Cell::Text(text) => Some(text.clone()),
            Cell::Number(x) => Some(x.to_string()),
            Cell::Days(_) | Cell::Other(_) => {
                self.wrong(key, "text");
                None
            }
            Cell::Empty => None,
        }
    }

    /// The cell as text, which must be there.
    pub fn need_text(&self, key: &str) -> Option<String> {
        if !self.filled(key) {
            self.wrong(key, "a name");
        }
        self.text(key)
    }

    /// A whole number in a range, if the cell holds anything.
    pub fn count(&self, key: &str, least: u32) -> Option<u32> {
        let value = match self.cell(key)? {
            Cell::Text(text) => parse_count(text),
            Cell::Number(x) => parse_count(&x.to_string()),
            _ => None,
        };
        let value = value.filter(|v| *v >= least);
        if value.is_none() {
            self.wrong(key, format!("a whole number from {least} on"));
        }
        value
    }

    /// A whole number, which must be there.
    pub fn need_count(&self, key: &str, least: u32) -> Option<u32> {
        if !self.filled(key) {
            self.wrong(key, format!("a whole number from {least} on"));
        }
        self.count(key, least)
    }

    /// A whole number of any sign, if the cell holds anything.
    pub fn integer(&self, key: &str) -> Option<i32> {
        let number = match self.cell(key)? {
            Cell::Text(text) => parse_number(text),
            Cell::Number(x) => Some(*x),
            _ => None,
        };
        let whole = number.filter(|x| x.fract() == 0.0 && x.abs() <= f64::from(i32::MAX));
        if whole.is_none() {
            self.wrong(key, "a whole number");
        }
        // In range and whole, so the cast is exact.
        whole.map(|x| x as i32)
    }

    /// A number above zero, if the cell holds anything.
    pub fn positive(&self, key: &str) -> Option<f64> {
        let number = match self.cell(key)? {
            Cell::Text(text) => parse_number(text),
            Cell::Number(x) => Some(*x),
            _ => None,
        };
        let positive = number.filter(|x| *x > 0.0);
        if positive.is_none() {
            self.wrong(key, "a number above 0");
        }
        positive
    }

    /// A share as a value of a scene, from a percentage or a number from 0 to 1.
    pub fn share(&self, key: &str) -> Option<Ron> {
        let in_percent = self.column(key)?.unit == Some(HeaderUnit::Percent);
        let (number, in_percent) = match self.cell(key)? {
            Cell::Text(text) => match text.strip_suffix('%') {
                Some(number) => (parse_number(number.trim()), true),
                None => (parse_number(text), in_percent),
            },
            Cell::Number(x) => (Some(*x), in_percent),
            _ => (None, in_percent),
        };
        let most = if in_percent { 100.0 } else { 1.0 };
        match number.filter(|x| (0.0..=most).contains(x)) {
            Some(x) if in_percent => Some(Ron::str(percent_text(x))),
            Some(x) => Some(Ron::Float(x)),
            None => {
                self.wrong(
                    key,
                    "a percentage (60 %, or % in the header) or a number from 0 to 1",
                );
                None
            }
        }
    }

    /// A distribution of times, if the cell holds anything.
    pub fn spread(&self, key: &str) -> Option<Spread> {
        let unit = match self.column(key)?.unit {
            Some(HeaderUnit::Time(unit)) => Some(unit),
            _ => None,
        };
        const WHAT: &str = "a time with its unit: [min] in the header, or 12 min, 12 min ± 5 %, 10..14 min in the cell";
        let spread = match self.cell(key)? {
            Cell::Text(text) => parse_spread(text, unit),
            Cell::Number(x) => unit
                .filter(|_| *x >= 0.0)
                .map(|unit| Spread::Constant(Time { value: *x, unit })),
            // Workbooks keep days as a double: whole milliseconds are what was typed.
            Cell::Days(days) if *days >= 0.0 => Some(Spread::Constant(Time::of_milliseconds(
                (days * 86_400_000.0).round(),
            ))),
            _ => None,
        };
        if spread.is_none() {
            self.wrong(key, WHAT);
        }
        spread
    }

    /// A distribution, which must be there.
    pub fn need_spread(&self, key: &str) -> Option<Spread> {
        if !self.filled(key) {
            self.wrong(key, "a time with its unit");
        }
        self.spread(key)
    }

    /// A single time, if the cell holds anything.
    pub fn time(&self, key: &str) -> Option<Time> {
        match self.spread(key)? {
            Spread::Constant(time) => Some(time),
            _ => {
                self.wrong(key, "one time, no range");
                None
            }
        }
    }

    /// A number of wafers, if the cell or the header says that it is one.
    pub fn wafers(&self, key: &str) -> Option<u32> {
        match self.cell(key)? {
            Cell::Text(text) => {
                const WORDS: [&str; 5] = ["wafers", "wafer", "매", "장", "웨이퍼"];
                let own = WORDS.iter().find_map(|w| text.strip_suffix(w));
                let counted = self.column(key)?.unit == Some(HeaderUnit::Count);
                parse_count(own.or(counted.then_some(text.as_str()))?.trim())
            }
            Cell::Number(x) if self.column(key)?.unit == Some(HeaderUnit::Count) => {
                parse_count(&x.to_string())
            }
            _ => None,
        }
    }

    /// Half the width of a range as text: `5 %`, or a number with its unit, else `unit`.
    pub fn half_width(&self, key: &str, unit: TimeUnit) -> Option<String> {
        let text = self.text(key)?;
        let has_unit = parse_number(&text).is_none();
        Some(match self.column(key)?.unit {
            _ if has_unit => text,
            Some(HeaderUnit::Percent) => percent_text(parse_number(&text)?),
            Some(HeaderUnit::Time(own)) => format!("{text} {}", own.symbol()),
            Some(HeaderUnit::Count) | None => format!("{text} {}", unit.symbol()),
        })
    }

    /// One of several words, if the cell holds anything.
    pub fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let text = plain(&self.text(key)?);
        let found = choices.iter().find(|(w, _)| *w == text).map(|(_, v)| *v);
        if found.is_none() {
            let words = || choices.iter().map(|(w, _)| *w);
            self.wrong_near(key, words().collect::<Vec<_>>().join(" or "), words());
        }
        found
    }
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Other(text) => text.clone(),
        Cell::Number(x) => x.to_string(),
        Cell::Days(days) => format!("{days} d"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_may_carry_its_unit() {
        let minutes = Some(HeaderUnit::Time(TimeUnit::Minute));
        assert_eq!(name_and_unit("time [min]"), ("time ", minutes));
        assert_eq!(name_and_unit("시간(분)"), ("시간", minutes));
        assert_eq!(
            name_and_unit("샘플링（%）"),
            ("샘플링", Some(HeaderUnit::Percent))
        );
        assert_eq!(name_and_unit("tool (group)"), ("tool (group)", None));
        assert_eq!(name_and_unit("time"), ("time", None));
        assert_eq!(plain("Tool-Group_Name #2"), "toolgroupname2");
    }
}
