//! Streamed Parquet tables: one row group per replication (lots, tools) or per chunk
//! (steps), through the low-level column writers, names dictionary-encoded.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::WriteError;
use super::json::RunFacts;
use crate::results::record::{LotRecord, Names, Outcome, RunRecord, StepRecord, ToolRecord};

/// Lists of names that columns refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    LotTypes,
    Products,
    Routes,
    Steps,
    Groups,
    Areas,
    Tools,
    Outcomes,
}

const LISTS: [List; 8] = [
    List::LotTypes,
    List::Products,
    List::Routes,
    List::Steps,
    List::Groups,
    List::Areas,
    List::Tools,
    List::Outcomes,
];

/// Names as Parquet values, made once: 17 million steps share them.
pub(super) struct Labels {
    lists: Vec<Vec<ByteArray>>,
    /// Where each route's steps begin in [`List::Steps`].
    first_step: Vec<u32>,
    product_of_lot_type: Vec<u32>,
    group_of_tool: Vec<u32>,
}

impl Labels {
    fn new(names: &Names) -> Self {
        let bytes = |l: &[String]| l.iter().map(|s| ByteArray::from(s.as_str())).collect();
        let lists = LISTS
            .iter()
            .map(|list| match list {
                List::LotTypes => bytes(&names.lot_types),
                List::Products => bytes(&names.products),
                List::Routes => (0..names.steps.len().max(names.routes.len()))
                    .map(|r| match names.routes.get(r) {
                        Some(name) => ByteArray::from(name.as_str()),
                        None => ByteArray::from(format!("route {r}").as_str()),
                    })
                    .collect(),
                List::Steps => names
                    .steps
                    .iter()
                    .flat_map(|r| -> Vec<_> { bytes(r) })
                    .collect(),
                List::Groups => bytes(&names.tool_groups),
                List::Areas => bytes(&names.areas),
                List::Tools => bytes(&names.tools),
                List::Outcomes => ["finished", "scrapped", "lost"]
                    .map(ByteArray::from)
                    .to_vec(),
            })
            .collect();
        let mut first_step = Vec::new();
        let mut next = 0;
        for route in &names.steps {
            first_step.push(next);
            next += route.len() as u32;
        }
        Self {
            lists,
            first_step,
            product_of_lot_type: names.product_of_lot_type.clone(),
            group_of_tool: names.group_of_tool.clone(),
        }
    }

    fn list(&self, list: List) -> &[ByteArray] {
        &self.lists[list as usize]
    }
}

/// Index where none exists: reported as a missing name.
const NONE: u32 = u32::MAX;

/// How a column's value comes out of a row.
pub(super) enum Get<R> {
    Count(fn(&R) -> u32),
    Signed(fn(&R) -> i32),
    /// µs or a large count.
    Long(fn(&R) -> u64),
    /// µs; `None` is null.
    Maybe(fn(&R) -> Option<u64>),
    Name(List, fn(&Labels, &R) -> u32),
    /// A number; what is not finite is null.
    Real(fn(&R) -> Option<f64>),
    /// A text of the row's own.
    Text(fn(&R) -> &str),
}

pub(super) struct Column<R: 'static> {
    name: &'static str,
    get: Get<R>,
}

/// A row with the replication it is from, and its place in the record.
struct Row<T> {
    replication: u32,
    index: u32,
    value: T,
}

pub(super) fn column<R>(name: &'static str, get: Get<R>) -> Column<R> {
    Column { name, get }
}

fn lot_columns() -> Vec<Column<Row<LotRecord>>> {
    vec![
        column("replication", Get::Count(|r| r.replication)),
        column(
            "lot_type",
            Get::Name(List::LotTypes, |_, r| r.value.lot_type),
        ),
        column("lot", Get::Count(|r| r.value.number)),
        column(
            "product",
            Get::Name(List::Products, |l, r| {
                let product = l.product_of_lot_type.get(r.value.lot_type as usize);
                product.copied().unwrap_or(NONE)
            }),
        ),
        column("wafers", Get::Count(|r| r.value.wafers)),
        column("priority", Get::Signed(|r| r.value.priority)),
        column("release_us", Get::Long(|r| r.value.release_us)),
        column("end_us", Get::Long(|r| r.value.end_us)),
        column(
            "due_us",
            Get::Maybe(|r| Some(r.value.due_us).filter(|d| *d != u64::MAX)),
        ),
        column(
            "outcome",
            Get::Name(List::Outcomes, |_, r| match r.value.outcome {
                Outcome::Finished => 0,
                Outcome::Scrapped => 1,
                Outcome::Lost => 2,
            }),
        ),
        column("cqt_violations", Get::Count(|r| r.value.cqt_violations)),
        column("reworks", Get::Count(|r| r.value.reworks)),
        column("process_us", Get::Long(|r| r.value.process_us)),
        column("transport_us", Get::Long(|r| r.value.transport_us)),
    ]
}

fn tool_columns() -> Vec<Column<Row<ToolRecord>>> {
    let group = |l: &Labels, r: &Row<ToolRecord>| {
        let group = l.group_of_tool.get(r.index as usize);
        group.copied().unwrap_or(NONE)
    };
    vec![
        column("replication", Get::Count(|r| r.replication)),
        column("tool", Get::Name(List::Tools, |_, r| r.index)),
        column("tool_group", Get::Name(List::Groups, group)),
        column("area", Get::Name(List::Areas, group)),
        column("productive_us", Get::Long(|r| r.value.times.productive_us)),
        column("setup_us", Get::Long(|r| r.value.times.setup_us)),
        column("standby_us", Get::Long(|r| r.value.times.standby_us)),
        column("held_us", Get::Long(|r| r.value.times.held_us)),
        column("blocked_us", Get::Long(|r| r.value.times.blocked_us)),
        column("pm_us", Get::Long(|r| r.value.times.pm_us)),
        column("down_us", Get::Long(|r| r.value.times.down_us)),
        column("lots", Get::Long(|r| r.value.lots)),
        column("wafers", Get::Long(|r| r.value.wafers)),
        column("jobs", Get::Long(|r| r.value.jobs)),
        column("breakdowns", Get::Long(|r| r.value.breakdowns)),
        column("pms", Get::Long(|r| r.value.pms)),
        column("setups", Get::Long(|r| r.value.setups)),
    ]
}

fn step_columns() -> Vec<Column<Row<StepRecord>>> {
    vec![
        column("replication", Get::Count(|r| r.replication)),
        column(
            "lot_type",
            Get::Name(List::LotTypes, |_, r| r.value.lot_type),
        ),
        column("lot", Get::Count(|r| r.value.lot)),
        column("route", Get::Name(List::Routes, |_, r| r.value.route)),
        column("step", Get::Count(|r| r.value.step)),
        column(
            "step_name",
            Get::Name(List::Steps, |l, r| {
                let first = l.first_step.get(r.value.route as usize);
                first.map_or(NONE, |f| f.saturating_add(r.value.step))
            }),
        ),
        column("tool_group", Get::Name(List::Groups, |_, r| r.value.group)),
        column("tool", Get::Name(List::Tools, |_, r| r.value.tool)),
        column("arrive_us", Get::Long(|r| r.value.arrive_us)),
        column("start_us", Get::Long(|r| r.value.start_us)),
        column("setup_end_us", Get::Long(|r| r.value.setup_end_us)),
        column("end_us", Get::Long(|r| r.value.end_us)),
        column("next_us", Get::Long(|r| r.value.next_us)),
        column("batch_wait_us", Get::Long(|r| r.value.batch_wait_us)),
        column("hold_us", Get::Long(|r| r.value.hold_us)),
        column("down_us", Get::Long(|r| r.value.down_us)),
        column("pass", Get::Count(|r| r.value.pass)),
    ]
}

/// A Parquet file in the making.
pub(super) struct Table<W: Write + Send, R: 'static> {
    name: &'static str,
    columns: Vec<Column<R>>,
    labels: Labels,
    writer: SerializedFileWriter<W>,
}

impl<W: Write + Send, R> Table<W, R> {
    pub(super) fn new(
        name: &'static str,
        columns: Vec<Column<R>>,
        sink: W,
        facts: RunFacts,
        names: &Names,
    ) -> Result<Self, WriteError> {
        let fields: Vec<_> = columns
            .iter()
            .map(|c| match c.get {
                Get::Count(_) => format!("REQUIRED INT32 {} (INTEGER(32,false));", c.name),
                Get::Signed(_) => format!("REQUIRED INT32 {};", c.name),
                Get::Long(_) => format!("REQUIRED INT64 {};", c.name),
                Get::Maybe(_) => format!("OPTIONAL INT64 {};", c.name),
                Get::Name(..) | Get::Text(_) => {
                    format!("REQUIRED BINARY {} (STRING);", c.name)
                }
                Get::Real(_) => format!("OPTIONAL DOUBLE {};", c.name),
            })
            .collect();
        let schema = format!("message {name} {{ {} }}", fields.join(" "));
        let of = |source| WriteError::Parquet {
            table: name,
            source,
        };
        let schema = parse_message_type(&schema).map_err(of)?;
        let about = |k: &str, v: String| KeyValue::new(k.to_owned(), v);
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(format!("geoul {}", facts.version))
            .set_key_value_metadata(Some(vec![
                about("geoul.scene", facts.scene.to_owned()),
                about("geoul.seed", facts.seed.to_string()),
                about("geoul.version", facts.version.to_owned()),
            ]))
            .build();
        let writer = SerializedFileWriter::new(sink, Arc::new(schema), Arc::new(properties));
        Ok(Self {
            name,
            columns,
            labels: Labels::new(names),
            writer: writer.map_err(of)?,
        })
    }

    pub(super) fn add(&mut self, rows: &[R]) -> Result<(), WriteError> {
        if rows.is_empty() {
            return Ok(());
        }
        // Names are looked up before the row group starts, so that a wrong one leaves
        // the file as it was.
        for c in &self.columns {
            if let Get::Name(list, get) = c.get {
                let count = self.labels.list(list).len();
                let wrong = rows
                    .iter()
                    .map(|r| get(&self.labels, r))
                    .find(|i| *i as usize >= count);
                if let Some(index) = wrong {
                    return Err(WriteError::Name {
                        table: self.name,
                        column: c.name,
                        index: u64::from(index),
                        count: count as u64,
                    });
                }
            }
        }
        let table = self.name;
        let of = |source| WriteError::Parquet { table, source };
        let mut group = self.writer.next_row_group().map_err(of)?;
        for c in &self.columns {
            write_column(&mut group, &c.get, &self.labels, rows).map_err(of)?;
        }
        group.close().map_err(of)?;
        Ok(())
    }

    pub(super) fn close(self) -> Result<W, WriteError> {
        let table = self.name;
        let of = |source| WriteError::Parquet { table, source };
        self.writer.into_inner().map_err(of)
    }
}

fn write_column<W: Write + Send, R>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    get: &Get<R>,
    labels: &Labels,
    rows: &[R],
) -> parquet::errors::Result<()> {
    let mut column = group
        .next_column()?
        .expect("the schema has one column per entry of the list");
    match get {
        Get::Count(f) => {
            let values: Vec<i32> = rows.iter().map(|r| f(r) as i32).collect();
            column
                .typed::<Int32Type>()
                .write_batch(&values, None, None)?;
        }
        Get::Signed(f) => {
            let values: Vec<i32> = rows.iter().map(f).collect();
            column
                .typed::<Int32Type>()
                .write_batch(&values, None, None)?;
        }
        Get::Long(f) => {
            let values: Vec<i64> = rows.iter().map(|r| f(r) as i64).collect();
            column
                .typed::<Int64Type>()
                .write_batch(&values, None, None)?;
        }
        Get::Maybe(f) => {
            let levels: Vec<i16> = rows.iter().map(|r| i16::from(f(r).is_some())).collect();
            let values: Vec<i64> = rows.iter().filter_map(f).map(|v| v as i64).collect();
            column
                .typed::<Int64Type>()
                .write_batch(&values, Some(&levels), None)?;
        }
        Get::Name(list, f) => {
            let list = labels.list(*list);
            let values: Vec<ByteArray> = rows
                .iter()
                .map(|r| list[f(labels, r) as usize].clone())
                .collect();
            column
                .typed::<ByteArrayType>()
                .write_batch(&values, None, None)?;
        }
        Get::Real(f) => {
            let values = || rows.iter().map(|r| f(r).filter(|v| v.is_finite()));
            let levels: Vec<i16> = values().map(|v| i16::from(v.is_some())).collect();
            let values: Vec<f64> = values().flatten().collect();
            column
                .typed::<DoubleType>()
                .write_batch(&values, Some(&levels), None)?;
        }
        Get::Text(f) => {
            let values: Vec<ByteArray> = rows.iter().map(|r| ByteArray::from(f(r))).collect();
            column
                .typed::<ByteArrayType>()
                .write_batch(&values, None, None)?;
        }
    }
    column.close()
}

/// `lots.parquet`: one row per lot that left, one row group per replication.
pub struct LotsFile<W: Write + Send>(Table<W, Row<LotRecord>>);

/// `tools.parquet`: one row per tool, one row group per replication.
pub struct ToolsFile<W: Write + Send>(Table<W, Row<ToolRecord>>);

/// `steps.parquet`: one row per step done, one row group per 65,536 rows; no more than
/// those are ever held.
pub struct StepsFile<W: Write + Send> {
    table: Table<W, Row<StepRecord>>,
    held: Vec<Row<StepRecord>>,
}

/// Rows of a row group of steps.
const STEP_ROWS: usize = 65_536;

impl<W: Write + Send> LotsFile<W> {
    /// Starts the file.
    ///
    /// # Errors
    /// The sink refuses.
    pub fn new(sink: W, facts: RunFacts, names: &Names) -> Result<Self, WriteError> {
        Table::new("lots", lot_columns(), sink, facts, names).map(Self)
    }

    /// Writes the lots of one replication.
    ///
    /// # Errors
    /// The sink refuses, or a lot's type has no name.
    pub fn add(&mut self, record: &RunRecord) -> Result<(), WriteError> {
        let replication = record.replication;
        let rows = record.lots.iter().enumerate().map(|(i, lot)| Row {
            replication,
            index: i as u32,
            value: *lot,
        });
        self.0.add(&rows.collect::<Vec<_>>())
    }

    /// Ends the file; the sink holds a complete Parquet file then. Call it after an
    /// interrupt too: the replications added so far are readable.
    ///
    /// # Errors
    /// The sink refuses.
    pub fn close(self) -> Result<W, WriteError> {
        self.0.close()
    }
}

impl<W: Write + Send> ToolsFile<W> {
    /// Starts the file.
    ///
    /// # Errors
    /// The sink refuses.
    pub fn new(sink: W, facts: RunFacts, names: &Names) -> Result<Self, WriteError> {
        Table::new("tools", tool_columns(), sink, facts, names).map(Self)
    }

    /// Writes the tools of one replication.
    ///
    /// # Errors
    /// The sink refuses, or a tool has no name.
    pub fn add(&mut self, record: &RunRecord) -> Result<(), WriteError> {
        let replication = record.replication;
        let rows = record.tools.iter().enumerate().map(|(i, tool)| Row {
            replication,
            index: i as u32,
            value: *tool,
        });
        self.0.add(&rows.collect::<Vec<_>>())
    }

    /// Ends the file, as [`LotsFile::close`].
    ///
    /// # Errors
    /// The sink refuses.
    pub fn close(self) -> Result<W, WriteError> {
        self.0.close()
    }
}

impl<W: Write + Send> StepsFile<W> {
    /// Starts the file.
    ///
    /// # Errors
    /// The sink refuses.
    pub fn new(sink: W, facts: RunFacts, names: &Names) -> Result<Self, WriteError> {
        Ok(Self {
            table: Table::new("steps", step_columns(), sink, facts, names)?,
            held: Vec::new(),
        })
    }

    /// Takes steps of a replication in, in chunks of any size.
    ///
    /// # Errors
    /// The sink refuses, or a step refers to a name that does not exist.
    pub fn add(&mut self, replication: u32, steps: &[StepRecord]) -> Result<(), WriteError> {
        for step in steps {
            self.held.push(Row {
                replication,
                index: 0,
                value: *step,
            });
            if self.held.len() == STEP_ROWS {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Ends the file, as [`LotsFile::close`].
    ///
    /// # Errors
    /// The sink refuses, or a step refers to a name that does not exist.
    pub fn close(mut self) -> Result<W, WriteError> {
        self.flush()?;
        self.table.close()
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        let done = self.table.add(&self.held);
        self.held.clear();
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::{fab, fab_names, fab_steps, tiny, tiny_names};
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::{Field, RowAccessor};

    const FACTS: RunFacts = RunFacts {
        scene: "fab",
        seed: 7,
        version: "0.1.0",
    };

    fn read(bytes: Vec<u8>) -> SerializedFileReader<std::fs::File> {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let n = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("geoul-table-{}-{n}.parquet", std::process::id());
        let path = std::env::temp_dir().join(name);
        super::super::atomically(&path, &bytes).unwrap();
        let file = std::fs::File::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        SerializedFileReader::new(file).unwrap()
    }

    #[test]
    fn lots_read_back_value_by_value() {
        let names = tiny_names();
        let mut file = LotsFile::new(Vec::new(), FACTS, &names).unwrap();
        let record = tiny();
        file.add(&record).unwrap();
        let mut second = tiny();
        second.replication = 1;
        file.add(&second).unwrap();
        let reader = read(file.close().unwrap());
        assert_eq!(reader.metadata().num_row_groups(), 2);
        let meta = reader.metadata().file_metadata();
        assert!(meta.created_by().unwrap().starts_with("geoul"));
        let rows: Vec<_> = reader
            .get_row_iter(None)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(rows.len(), 12);
        for (row, lot) in rows[6..].iter().zip(&record.lots) {
            assert_eq!(row.get_uint(0).unwrap(), 1);
            assert_eq!(
                *row.get_string(1).unwrap(),
                names.lot_types[lot.lot_type as usize]
            );
            assert_eq!(row.get_uint(2).unwrap(), lot.number);
            assert_eq!(row.get_int(5).unwrap(), lot.priority);
            assert_eq!(row.get_long(6).unwrap() as u64, lot.release_us);
            assert_eq!(row.get_long(7).unwrap() as u64, lot.end_us);
            let due = row.get_column_iter().nth(8).unwrap();
            assert_eq!(due.0, "due_us");
            let expected = match lot.due_us {
                u64::MAX => Field::Null,
                due_us => Field::Long(due_us as i64),
            };
            assert_eq!(*due.1, expected);
        }
        assert_eq!(rows[4].get_string(9).unwrap(), "scrapped");
        assert_eq!(rows[4].get_string(3).unwrap(), "pb");
    }

    #[test]
    fn tools_read_back_with_group_and_area() {
        let mut file = ToolsFile::new(Vec::new(), FACTS, &tiny_names()).unwrap();
        file.add(&tiny()).unwrap();
        let reader = read(file.close().unwrap());
        let rows: Vec<_> = reader
            .get_row_iter(None)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[2].get_string(1).unwrap(), "E1");
        assert_eq!(rows[2].get_string(2).unwrap(), "Etch");
        assert_eq!(rows[2].get_string(3).unwrap(), "Dry");
        let pm_us = tiny().tools[2].times.pm_us;
        assert_eq!(rows[2].get_long(9).unwrap() as u64, pm_us);
    }

    #[test]
    fn steps_stream_in_row_groups_and_read_back() {
        let names = fab_names();
        let lot = fab(0).lots.into_iter().find(|l| l.lot_type == 0).unwrap();
        let steps = fab_steps(&lot);
        let mut file = StepsFile::new(Vec::new(), FACTS, &names).unwrap();
        for _ in 0..500 {
            file.add(3, &steps).unwrap();
            assert!(file.held.len() < STEP_ROWS);
        }
        let reader = read(file.close().unwrap());
        assert_eq!(reader.metadata().file_metadata().num_rows(), 150_000);
        assert_eq!(reader.metadata().num_row_groups(), 3);
        let row = reader
            .get_row_iter(None)
            .unwrap()
            .nth(300 * 400 + 41)
            .unwrap()
            .unwrap();
        assert_eq!(row.get_string(5).unwrap(), &names.steps[0][41]);
        assert_eq!(row.get_long(9).unwrap() as u64, steps[41].start_us);
        assert_eq!(row.get_uint(16).unwrap(), steps[41].pass);
    }

    #[test]
    fn a_wrong_name_is_an_error_and_spares_what_was_written() {
        let mut file = LotsFile::new(Vec::new(), FACTS, &tiny_names()).unwrap();
        file.add(&tiny()).unwrap();
        let mut bad = tiny();
        bad.lots[3].lot_type = 9;
        let error = file.add(&bad).unwrap_err();
        assert!(error.to_string().contains("`lot_type`"), "{error}");
        let reader = read(file.close().unwrap());
        assert_eq!(reader.metadata().file_metadata().num_rows(), 6);
    }
}
