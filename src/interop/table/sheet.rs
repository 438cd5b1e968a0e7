//! CSV text and workbooks as rows of cells.

use std::io::Cursor;

use calamine::{Data, Reader};

use super::{Fault, Faults, nearest};
use crate::interop::fault::quoted;
use crate::words::Words;

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Empty,
    Text(String),
    /// A number of a workbook; CSV holds text only.
    Number(f64),
    /// A span of time of a workbook, days.
    Days(f64),
    /// What cannot be read: a date, an error of a formula.
    Other(String),
}

/// A table of cells.
pub(super) struct Sheet {
    pub file: String,
    /// Name of the sheet, in a workbook.
    pub name: Option<String>,
    /// Rows that are not empty, with their number from 1.
    pub rows: Vec<(u32, Vec<Cell>)>,
}

/// Reads CSV or a workbook, told apart by content.
pub(super) fn read(file: &str, bytes: &[u8], sheet: Option<&str>) -> Result<Sheet, Faults> {
    // A zip archive (xlsx, ods) or a compound file (xls).
    let sheet = if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        workbook(file, bytes, sheet)
    } else {
        csv(file, bytes, sheet)
    };
    sheet.map_err(|fault| Faults(vec![*fault]))
}

fn fault(
    file: &str,
    line: Option<u32>,
    found: Option<&str>,
    expected: impl Into<String>,
) -> Box<Fault> {
    Box::new(Fault {
        file: file.to_owned(),
        line,
        found: found.map(quoted),
        expected: Words::verbatim(expected),
        ..Fault::default()
    })
}

fn small(n: u64) -> u32 {
    // Rows beyond 2^32 do not fit into memory; the number is only shown.
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn csv(file: &str, bytes: &[u8], sheet: Option<&str>) -> Result<Sheet, Box<Fault>> {
    if let Some(sheet) = sheet {
        return Err(fault(
            file,
            None,
            Some(sheet),
            "no name of a sheet: a CSV file has none",
        ));
    }
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let breaks = bytes[..e.valid_up_to()]
            .iter()
            .filter(|b| **b == b'\n')
            .count();
        let what =
            "UTF-8 text (in a spreadsheet: save as \"CSV UTF-8\", or give the workbook itself)";
        fault(file, Some(small(breaks as u64 + 1)), None, what)
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| {
            let line = e.position().map(|p| small(p.line()));
            fault(file, line, None, format!("a readable CSV row ({e})"))
        })?;
        let line = record.position().map_or(0, |p| small(p.line()));
        // A quote that is never closed swallows all rows below it.
        let swallowed = record.iter().any(|c| c.contains('\n'));
        let at_end = record.position().is_some_and(|p| {
            let start = usize::try_from(p.byte()).unwrap_or(usize::MAX);
            text.get(start..)
                .is_some_and(|rest| rest.matches('"').count() % 2 == 1)
        });
        if swallowed && at_end {
            return Err(fault(
                file,
                Some(line),
                None,
                "a closing quote (\") for every opening one",
            ));
        }
        let cells = record.iter().map(|c| match c.trim() {
            "" => Cell::Empty,
            text => Cell::Text(text.to_owned()),
        });
        rows.push((line, cells.collect()));
    }
    Ok(Sheet {
        file: file.to_owned(),
        name: None,
        rows: filled(rows),
    })
}

fn filled(mut rows: Vec<(u32, Vec<Cell>)>) -> Vec<(u32, Vec<Cell>)> {
    rows.retain(|(_, cells)| cells.iter().any(|c| *c != Cell::Empty));
    rows
}

/// What parts the cells: of comma, semicolon and tab the one most frequent outside quotes in
/// the first line that holds any.
fn delimiter(text: &str) -> u8 {
    let most = |line: &str| {
        let mut quoted = false;
        let mut counts = [(b',', 0_u32), (b';', 0), (b'\t', 0)];
        for byte in line.bytes() {
            quoted ^= byte == b'"';
            if let Some(count) = counts.iter_mut().find(|(d, _)| *d == byte && !quoted) {
                count.1 += 1;
            }
        }
        // The first of equals: comma before semicolon before tab.
        counts
            .into_iter()
            .rev()
            .max_by_key(|(_, n)| *n)
            .filter(|(_, n)| *n > 0)
    };
    text.lines().find_map(most).map_or(b',', |(d, _)| d)
}

fn workbook(file: &str, bytes: &[u8], sheet: Option<&str>) -> Result<Sheet, Box<Fault>> {
    let broken = |e: calamine::Error| fault(file, None, None, format!("a readable workbook ({e})"));
    let mut book = calamine::open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(broken)?;
    let names = book.sheet_names();
    let chosen = match sheet {
        Some(sheet) => {
            if !names.iter().any(|n| n == sheet) {
                let list = names
                    .iter()
                    .map(|n| format!("\"{n}\""))
                    .collect::<Vec<_>>()
                    .join(", ");
                let near = nearest(sheet, names.iter().map(String::as_str));
                let expected = format!("a sheet of the workbook ({list})");
                let mut fault = fault(file, None, Some(sheet), expected);
                fault.nearest = near;
                return Err(fault);
            }
            vec![sheet.to_owned()]
        }
        None => names,
    };
    for name in chosen {
        let range = book.worksheet_range(&name).map_err(broken)?;
        let top = range.start().map_or(0, |(row, _)| row);
        let left = range.start().map_or(0, |(_, column)| column) as usize;
        let rows = (1_u32..).zip(range.rows()).map(|(n, cells)| {
            // Columns left of the first used one count too, so that places are those shown.
            let cells = std::iter::repeat_n(Cell::Empty, left).chain(cells.iter().map(cell));
            (top + n, cells.collect())
        });
        let rows = filled(rows.collect());
        if !rows.is_empty() || sheet.is_some() {
            return Ok(Sheet {
                file: file.to_owned(),
                name: Some(name),
                rows,
            });
        }
    }
    Err(fault(file, None, None, "a sheet that is not empty"))
}

fn cell(data: &Data) -> Cell {
    match data {
        Data::Empty => Cell::Empty,
        Data::String(text) => match text.trim() {
            "" => Cell::Empty,
            text => Cell::Text(text.to_owned()),
        },
        // A workbook's numbers are doubles anyway.
        Data::Int(n) => Cell::Number(*n as f64),
        Data::Float(x) => Cell::Number(*x),
        Data::Bool(b) => Cell::Text(b.to_string()),
        Data::DateTime(t) if t.is_duration() => Cell::Days(t.as_f64()),
        Data::DateTime(t) => {
            let (year, month, day, hour, minute, ..) = t.to_ymd_hms_milli();
            Cell::Other(format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}"))
        }
        Data::DateTimeIso(text) | Data::DurationIso(text) => Cell::Other(text.clone()),
        Data::Error(e) => Cell::Other(format!("{e}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_most_frequent_outside_quotes() {
        assert_eq!(delimiter("a,b,c\n1;2;3;4"), b',');
        assert_eq!(delimiter("\"x,y,z\";b;c"), b';');
        assert_eq!(delimiter("a\tb"), b'\t');
        assert_eq!(delimiter("title\na;b"), b';');
        assert_eq!(delimiter("lot"), b',');
    }

    #[test]
    fn a_quote_that_stays_open_is_a_fault_and_not_the_end_of_the_data() {
        let rows = |text: &str| read("t.csv", text.as_bytes(), None).map(|s| s.rows.len());
        assert_eq!(rows("a,b\n\"two\nlines\",2\n3,4\n"), Ok(3));
        let faults = rows("a,b\n1,\"open\n3,4\n5,6\n").unwrap_err();
        assert_eq!(
            faults.to_string(),
            "t.csv:2: expected a closing quote (\") for every opening one"
        );
    }
}
