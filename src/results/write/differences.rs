//! What came out of a study as Parquet: `differences.parquet`, one row for each figure of each
//! variant, and `settings.parquet`, one row for each value that makes a variant.

use super::WriteError;
use super::json::RunFacts;
use super::table::{Column, Get, Table, column};
use crate::results::compare::{DifferenceRow, Verdict};
use crate::results::kpi::Kind;
use crate::results::record::Names;

/// A difference with the variant it is of.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// Name of the variant.
    pub variant: &'a str,
    /// Whether it was asked for; else it was found elsewhere in the plant.
    pub asked: bool,
    /// The difference.
    pub row: &'a DifferenceRow,
}

/// The row as it is held while it is written.
struct Held {
    variant: String,
    asked: bool,
    row: DifferenceRow,
}

/// A value of the scene that makes a variant.
struct Setting {
    variant: String,
    path: String,
    value: String,
}

fn columns() -> Vec<Column<Held>> {
    vec![
        column("variant", Get::Text(|r| &r.variant)),
        column("figure", Get::Text(|r| r.row.name)),
        column("of", Get::Text(|r| &r.row.of)),
        column(
            "of_kind",
            Get::Text(|r| match r.row.kind {
                Kind::Plant => "plant",
                Kind::Product => "product",
                Kind::LotType => "lot_type",
                Kind::ToolGroup => "tool_group",
            }),
        ),
        column("unit", Get::Text(|r| r.row.unit)),
        column(
            "asked",
            Get::Text(|r| if r.asked { "answer" } else { "elsewhere" }),
        ),
        column("base", Get::Real(|r| Some(r.row.a))),
        column("value", Get::Real(|r| Some(r.row.b))),
        column("difference", Get::Real(|r| Some(r.row.difference))),
        column("low", Get::Real(|r| r.row.low)),
        column("high", Get::Real(|r| r.row.high)),
        column("p", Get::Real(|r| r.row.p)),
        column("pairs", Get::Long(|r| r.row.n)),
        column(
            "verdict",
            Get::Text(|r| match r.row.verdict {
                Verdict::Better => "better",
                Verdict::Worse => "worse",
                Verdict::Higher => "higher",
                Verdict::Lower => "lower",
                Verdict::NoDifference => "no_difference",
            }),
        ),
    ]
}

/// The bytes of `differences.parquet`. `low`, `high`: the interval of the difference by itself;
/// `p`: corrected for the family (Holm); all three are null with one pair.
///
/// # Errors
/// The Parquet writer refuses.
pub fn differences_parquet(facts: RunFacts, rows: &[Judged]) -> Result<Vec<u8>, WriteError> {
    let held = rows.iter().map(|r| Held {
        variant: r.variant.to_owned(),
        asked: r.asked,
        row: r.row.clone(),
    });
    let held: Vec<Held> = held.collect();
    write("differences", columns(), facts, &held)
}

/// The bytes of `settings.parquet`: for each variant the paths into the scene and their values, as
/// `--set` takes them.
///
/// # Errors
/// The Parquet writer refuses.
pub fn settings_parquet(
    facts: RunFacts,
    variants: &[(&str, &[(String, String)])],
) -> Result<Vec<u8>, WriteError> {
    let columns = vec![
        column("variant", Get::Text(|s: &Setting| &s.variant)),
        column("path", Get::Text(|s| &s.path)),
        column("value", Get::Text(|s| &s.value)),
    ];
    let of = |(variant, set): &(&str, &[(String, String)])| {
        let variant = (*variant).to_owned();
        let settings = set.iter().map(move |(path, value)| Setting {
            variant: variant.clone(),
            path: path.clone(),
            value: value.clone(),
        });
        settings.collect::<Vec<_>>()
    };
    let settings: Vec<Setting> = variants.iter().flat_map(of).collect();
    write("settings", columns, facts, &settings)
}

fn write<R>(
    name: &'static str,
    columns: Vec<Column<R>>,
    facts: RunFacts,
    rows: &[R],
) -> Result<Vec<u8>, WriteError> {
    let mut table = Table::new(name, columns, Vec::new(), facts, &Names::default())?;
    table.add(rows)?;
    table.close()
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    fn read(name: &str, bytes: &[u8]) -> Vec<parquet::record::Row> {
        let name = format!("geoul-{name}-{}.parquet", std::process::id());
        let path = std::env::temp_dir().join(name);
        super::super::atomically(&path, bytes).unwrap();
        let file = std::fs::File::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let meta = reader.metadata().file_metadata().clone();
        let about = meta.key_value_metadata().unwrap();
        assert!(about.iter().any(|k| k.key == "geoul.seed"));
        let rows = reader.get_row_iter(None).unwrap();
        rows.map(Result::unwrap).collect()
    }

    const FACTS: RunFacts = RunFacts {
        scene: "fab",
        seed: 7,
        version: "0.1.0",
    };

    #[test]
    fn differences_read_back_value_by_value() {
        let row = |p, verdict| DifferenceRow {
            name: "cycle_time",
            of: "보전".to_owned(),
            kind: Kind::LotType,
            unit: "d",
            a: 30.0,
            b: f64::NAN,
            difference: -1.5,
            low: p,
            high: p,
            p,
            n: 20,
            verdict,
        };
        let (one, two) = (
            row(Some(0.04), Verdict::Better),
            row(None, Verdict::NoDifference),
        );
        let judged = |row, asked| Judged {
            variant: "V \"1\"",
            asked,
            row,
        };
        let bytes = differences_parquet(FACTS, &[judged(&one, true), judged(&two, false)]);
        let rows = read("differences", &bytes.unwrap());
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].get_string(0).unwrap(), "V \"1\"");
        assert_eq!(rows[0].get_string(2).unwrap(), "보전");
        assert_eq!(rows[0].get_string(3).unwrap(), "lot_type");
        assert_eq!(rows[1].get_string(5).unwrap(), "elsewhere");
        assert_eq!(rows[0].get_double(6).unwrap(), 30.0);
        assert!(rows[0].get_double(7).is_err(), "what is no number is null");
        assert_eq!(rows[0].get_double(8).unwrap(), -1.5);
        assert_eq!(rows[0].get_double(11).unwrap(), 0.04);
        assert!(rows[1].get_double(11).is_err());
        assert_eq!(rows[0].get_long(12).unwrap(), 20);
        assert_eq!(rows[0].get_string(13).unwrap(), "better");
        assert_eq!(rows[1].get_string(13).unwrap(), "no_difference");
    }

    #[test]
    fn settings_read_back_and_none_is_a_table_too() {
        let set = [("tool_groups.G.count".to_owned(), "3".to_owned())];
        let none: [(String, String); 0] = [];
        let bytes = settings_parquet(FACTS, &[("A", &set), ("B", &none)]).unwrap();
        let rows = read("settings", &bytes);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].get_string(1).unwrap(), "tool_groups.G.count");
        assert!(read("nothing", &settings_parquet(FACTS, &[]).unwrap()).is_empty());
    }
}
