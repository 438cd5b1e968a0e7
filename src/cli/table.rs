//! Tables on a terminal: columns aligned by what people see, not by bytes.

use unicode_width::UnicodeWidthStr;

/// Side a column is aligned to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Words.
    Left,
    /// Figures.
    Right,
}

/// A table in the making.
#[derive(Clone, Debug, Default)]
pub struct Table {
    heads: Vec<(String, Side)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns.
    pub fn new(heads: impl IntoIterator<Item = (String, Side)>) -> Self {
        Self {
            heads: heads.into_iter().collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row, one text per column.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The table as text, each line ended, two spaces between columns; nothing without rows.
    pub fn text(&self) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let widths: Vec<usize> = (0..self.heads.len())
            .map(|c| {
                let cells = self.rows.iter().filter_map(|r| r.get(c));
                let cells = cells.chain([&self.heads[c].0]);
                cells.map(|t| t.width()).max().unwrap_or(0)
            })
            .collect();
        let mut text = String::new();
        let heads: Vec<String> = self.heads.iter().map(|(h, _)| h.clone()).collect();
        if heads.iter().any(|h| !h.is_empty()) {
            self.line(&heads, &widths, &mut text);
            let rule: Vec<String> = widths.iter().map(|w| "─".repeat(*w)).collect();
            self.line(&rule, &widths, &mut text);
        }
        for row in &self.rows {
            self.line(row, &widths, &mut text);
        }
        text
    }

    fn line(&self, cells: &[String], widths: &[usize], text: &mut String) {
        let mut line = String::new();
        for ((cell, width), (_, side)) in cells.iter().zip(widths).zip(&self.heads) {
            let space = " ".repeat(width - cell.width());
            match side {
                Side::Left => line.extend([cell.as_str(), &space]),
                Side::Right => line.extend([space.as_str(), cell]),
            }
            line.push_str("  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_in_both_scripts() {
        let mut table = Table::new([
            ("공정".to_owned(), Side::Left),
            ("h".to_owned(), Side::Right),
        ]);
        table.row(["노광".to_owned(), "12.0".to_owned()]);
        table.row(["Etch".to_owned(), "3.5".to_owned()]);
        table.row(["x".to_owned(), "100".to_owned()]);
        assert_eq!(
            table.text(),
            "공정     h\n────  ────\n노광  12.0\nEtch   3.5\nx      100\n"
        );
        assert_eq!(Table::new([("a".to_owned(), Side::Left)]).text(), "");
    }
}
