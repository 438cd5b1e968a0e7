//! Tables of measures, streamed as CSV and as Parquet from the same rows.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{DoubleType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::WriteError;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Whole numbers from 0.
    Count,
    /// Numbers; the CSV shows so many decimals.
    Real(usize),
    /// Numbers, or nothing where a value is not finite.
    Maybe(usize),
}

/// A column: its name, which ends in its unit, and what it holds.
pub type MeasureColumn = (&'static str, Measure);

/// Rows of a row group; no more than those are ever held.
const ROWS: usize = 65_536;

/// A table in the making, in both forms at once.
pub struct MeasureFiles<C: Write, P: Write + Send> {
    name: &'static str,
    columns: &'static [MeasureColumn],
    csv: C,
    parquet: SerializedFileWriter<P>,
    held: Vec<Vec<f64>>,
    /// Rows so far.
    pub rows: u64,
}

impl<C: Write, P: Write + Send> MeasureFiles<C, P> {
    /// Starts both files.
    ///
    /// # Errors
    /// A sink refuses.
    pub fn new(
        name: &'static str,
        columns: &'static [MeasureColumn],
        mut csv: C,
        parquet: P,
    ) -> Result<Self, WriteError> {
        let fields = columns.iter().map(|(name, kind)| match kind {
            Measure::Count => format!("REQUIRED INT64 {name};"),
            Measure::Real(_) => format!("REQUIRED DOUBLE {name};"),
            Measure::Maybe(_) => format!("OPTIONAL DOUBLE {name};"),
        });
        let schema = format!(
            "message {name} {{ {} }}",
            fields.collect::<Vec<_>>().join(" ")
        );
        let of = |source| WriteError::Parquet {
            table: name,
            source,
        };
        let schema = parse_message_type(&schema).map_err(of)?;
        let version = env!("CARGO_PKG_VERSION");
        let about = KeyValue::new("geoul.version".to_owned(), version.to_owned());
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(format!("geoul {version}"))
            .set_key_value_metadata(Some(vec![about]))
            .build();
        let parquet = SerializedFileWriter::new(parquet, Arc::new(schema), Arc::new(properties));
        let heads: Vec<&str> = columns.iter().map(|c| c.0).collect();
        writeln!(csv, "{}", heads.join(",")).map_err(|source| refused(name, source))?;
        Ok(Self {
            name,
            columns,
            csv,
            parquet: parquet.map_err(of)?,
            held: vec![Vec::new(); columns.len()],
            rows: 0,
        })
    }

    /// Adds a row, one number per column; what is not finite stands for nothing.
    ///
    /// # Errors
    /// A sink refuses.
    pub fn add(&mut self, row: &[f64]) -> Result<(), WriteError> {
        debug_assert_eq!(row.len(), self.columns.len(), "one number per column");
        let mut line = String::new();
        let cells = row.iter().zip(&mut self.held).zip(self.columns);
        for (k, ((value, held), (_, kind))) in cells.enumerate() {
            held.push(*value);
            if k > 0 {
                line.push(',');
            }
            let _ = match kind {
                Measure::Count => write!(line, "{value:.0}"),
                Measure::Real(decimals) | Measure::Maybe(decimals) if value.is_finite() => {
                    write!(line, "{value:.decimals$}")
                }
                _ => Ok(()),
            };
        }
        line.push('\n');
        self.rows += 1;
        self.csv
            .write_all(line.as_bytes())
            .map_err(|source| refused(self.name, source))?;
        if self.held[0].len() == ROWS {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes what is held as a row group.
    fn flush(&mut self) -> Result<(), WriteError> {
        if self.held[0].is_empty() {
            return Ok(());
        }
        let table = self.name;
        let of = |source| WriteError::Parquet { table, source };
        let mut group = self.parquet.next_row_group().map_err(of)?;
        for (values, (_, kind)) in self.held.iter_mut().zip(self.columns) {
            let column = group.next_column().map_err(of)?;
            let mut column = column.expect("the schema has one column per entry of the list");
            match kind {
                Measure::Count => {
                    let values: Vec<i64> = values.iter().map(|v| *v as i64).collect();
                    column.typed::<Int64Type>().write_batch(&values, None, None)
                }
                Measure::Real(_) => column.typed::<DoubleType>().write_batch(values, None, None),
                Measure::Maybe(_) => {
                    let there: Vec<i16> = values.iter().map(|v| i16::from(v.is_finite())).collect();
                    values.retain(|v| v.is_finite());
                    column
                        .typed::<DoubleType>()
                        .write_batch(values, Some(&there), None)
                }
            }
            .map_err(of)?;
            column.close().map_err(of)?;
            values.clear();
        }
        group.close().map_err(of)?;
        Ok(())
    }

    /// Ends both files and gives the sinks back.
    ///
    /// # Errors
    /// A sink refuses.
    pub fn close(mut self) -> Result<(C, P), WriteError> {
        self.flush()?;
        let table = self.name;
        let of = |source| WriteError::Parquet { table, source };
        self.csv.flush().map_err(|source| refused(table, source))?;
        Ok((self.csv, self.parquet.into_inner().map_err(of)?))
    }
}

fn refused(name: &str, source: std::io::Error) -> WriteError {
    WriteError::Io {
        path: format!("{name}.csv"),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    const COLUMNS: &[MeasureColumn] = &[
        ("cd_nm", Measure::Maybe(2)),
        ("dose", Measure::Real(3)),
        ("n", Measure::Count),
    ];

    #[test]
    fn both_forms_hold_the_same_rows() {
        let mut files = MeasureFiles::new("bossung", COLUMNS, Vec::new(), Vec::new()).unwrap();
        for i in 0..70_000 {
            let cd = if i % 3 == 0 {
                f64::NAN
            } else {
                40.5 + f64::from(i)
            };
            files.add(&[cd, 1.25, f64::from(i)]).unwrap();
        }
        let (csv, parquet) = files.close().unwrap();
        let text = String::from_utf8(csv).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..3], ["cd_nm,dose,n", ",1.250,0", "41.50,1.250,1"]);
        assert_eq!(lines.len(), 70_001);
        let name = format!("geoul-measures-{}.parquet", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, &parquet).unwrap();
        let file = std::fs::File::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        assert_eq!(reader.metadata().num_row_groups(), 2);
        let rows: Vec<_> = reader
            .get_row_iter(None)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(rows.len(), 70_000);
        assert_eq!(
            (
                rows[69_998].get_double(0).unwrap(),
                rows[69_998].get_long(2).unwrap()
            ),
            (70_038.5, 69_998)
        );
        assert!(rows[69_999].get_double(0).is_err(), "nothing stands there");
    }
}
