//! Tables of route steps, one step per row.

use super::columns::{FieldSpec, Record, Table};
use crate::interop::quantity::{Spread, Time, parse_count, parse_spread};
use crate::interop::ron_text::{Fields, Ron};

/// Fields of a table of routes.
pub(super) const FIELDS: &[FieldSpec] = &[
    FieldSpec::maybe(
        "route",
        &[
            "routename",
            "routeid",
            "flow",
            "process",
            "경로",
            "라우트",
            "공정흐름",
            "흐름",
        ],
    ),
    FieldSpec::maybe(
        "product",
        &["part", "device", "productname", "제품", "제품명", "품명"],
    ),
    FieldSpec::maybe(
        "number",
        &[
            "no",
            "seq",
            "sequence",
            "stepno",
            "stepnumber",
            "순번",
            "순서",
            "번호",
        ],
    ),
    FieldSpec::needed(
        "step",
        &[
            "stepname",
            "operation",
            "operationname",
            "desc",
            "op",
            "공정",
            "공정명",
            "스텝",
            "스텝명",
            "단계",
        ],
    ),
    FieldSpec::needed(
        "tools",
        &[
            "toolgroup",
            "tool",
            "equipmentgroup",
            "equipment",
            "station",
            "stnfam",
            "workcenter",
            "machine",
            "장비군",
            "장비",
            "설비군",
            "설비",
        ],
    ),
    FieldSpec::maybe("recipe", &["ppid", "레시피"]),
    FieldSpec::needed(
        "time",
        &[
            "processtime",
            "processingtime",
            "ptime",
            "cycletime",
            "시간",
            "공정시간",
            "처리시간",
            "작업시간",
        ],
    ),
    FieldSpec::maybe(
        "spread",
        &[
            "halfwidth",
            "tolerance",
            "variation",
            "ptime2",
            "편차",
            "변동",
        ],
    ),
    FieldSpec::maybe(
        "per",
        &["timeper", "ptper", "unit", "기준", "처리단위", "단위"],
    ),
    FieldSpec::maybe(
        "interval",
        &[
            "cascadeinterval",
            "tact",
            "tacttime",
            "간격",
            "택트",
            "택트타임",
        ],
    ),
    FieldSpec::maybe(
        "batch_min",
        &["batchmin", "minbatch", "batchmn", "최소배치"],
    ),
    FieldSpec::maybe(
        "batch_max",
        &["batchmax", "maxbatch", "batchmx", "최대배치"],
    ),
    FieldSpec::maybe("setup", &["setupstate", "셋업", "세팅"]),
    FieldSpec::maybe(
        "setup_time",
        &["setuptime", "stime", "셋업시간", "세팅시간"],
    ),
    FieldSpec::maybe(
        "sampling",
        &[
            "samplingrate",
            "steppercent",
            "샘플링",
            "샘플링율",
            "샘플링률",
        ],
    ),
    FieldSpec::maybe(
        "rework",
        &[
            "reworkrate",
            "reworkprobability",
            "재작업",
            "재작업률",
            "재작업율",
        ],
    ),
    FieldSpec::maybe(
        "rework_to",
        &["reworkto", "reworkstep", "rwkstep", "재작업공정"],
    ),
    FieldSpec::maybe(
        "dedicate",
        &["dedicated", "forstep", "samemachineas", "전용공정"],
    ),
    FieldSpec::maybe(
        "cqt",
        &[
            "queuetime",
            "queuetimelimit",
            "cqtlimit",
            "qtime",
            "대기제한",
            "큐타임",
        ],
    ),
    FieldSpec::maybe("cqt_to", &["cqtto", "stepcqt", "qtimeto", "큐타임공정"]),
    FieldSpec::maybe("reticle", &["mask", "레티클", "마스크"]),
];

/// A row with what places it.
struct Row<'a> {
    record: Record<'a>,
    number: Option<u32>,
    name: String,
}

/// A route with its rows in order.
struct Route<'a> {
    name: String,
    product: Option<String>,
    rows: Vec<Row<'a>>,
}

/// The fragment: routes, and products where the table names them.
pub(super) fn fragment(table: &Table<'_>, file: &str) -> Ron {
    let routes = routes(table, file);
    let mut products: Vec<(String, Ron)> = Vec::new();
    for route in &routes {
        let Some(product) = &route.product else {
            continue;
        };
        if products.iter().any(|(p, _)| p == product) {
            if let Some(row) = route.rows.first() {
                row.record.wrong("product", "each product on one route");
            }
            continue;
        }
        let mut fields = Fields::new();
        fields.put("route", route.name.as_str());
        products.push((product.clone(), fields.ron()));
    }
    let mut root = Fields::new();
    root.put("schema", 1_u32);
    let entries = routes.iter().map(|route| {
        let steps = route.rows.iter().map(|row| step(row, route)).collect();
        let mut fields = Fields::new();
        fields.put("steps", Ron::List(steps));
        (route.name.clone(), fields.ron())
    });
    root.put("routes", Ron::Map(entries.collect()))
        .put_filled("products", Ron::Map(products));
    root.ron()
}

/// Rows by route. An empty cell of the route or its product is as above (merged cells);
/// without a route column the file is one route of the file's name.
fn routes<'a>(table: &'a Table<'a>, file: &str) -> Vec<Route<'a>> {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let mut routes: Vec<Route<'a>> = Vec::new();
    let mut above = None;
    for record in table.rows() {
        let route = record.text("route").or(above);
        let name = route.clone().unwrap_or_else(|| {
            if table.has("route") {
                record.wrong("route", "the name of a route");
            }
            stem.to_owned()
        });
        above = route;
        let i = routes
            .iter()
            .position(|r| r.name == name)
            .unwrap_or_else(|| {
                routes.push(Route {
                    name,
                    product: None,
                    rows: Vec::new(),
                });
                routes.len() - 1
            });
        let route = &mut routes[i];
        if let Some(product) = record.text("product") {
            match &route.product {
                Some(p) if *p != product => {
                    record.wrong(
                        "product",
                        format!("\"{p}\", as in the rows above of route {}", route.name),
                    );
                }
                _ => route.product = Some(product),
            }
        }
        let number = if table.has("number") {
            record.need_count("number", 0)
        } else {
            None
        };
        let name = record.need_text("step").unwrap_or_default();
        if route
            .rows
            .iter()
            .any(|r| r.number.is_some() && r.number == number)
        {
            record.wrong("number", "each number once in a route");
        }
        if !name.is_empty() && route.rows.iter().any(|r| r.name == name) {
            record.wrong("step", "each step name once in a route");
        }
        route.rows.push(Row {
            record,
            number,
            name,
        });
    }
    for route in &mut routes {
        // Stable: without numbers the order of the rows stays.
        route.rows.sort_by_key(|r| r.number);
    }
    routes
}

impl Route<'_> {
    /// The step that a cell means, by name or number; reports one that is not there.
    fn reference(&self, row: &Row<'_>, key: &str, text: &str) -> Option<Ron> {
        if self.rows.iter().any(|r| r.name == text) {
            return Some(Ron::str(text));
        }
        let number = parse_count(text);
        let numbered = self.rows.iter().any(|r| r.number.is_some());
        let position = number.and_then(|n| match numbered {
            true => self.rows.iter().position(|r| r.number == Some(n)),
            false => (n as usize).checked_sub(1).filter(|i| *i < self.rows.len()),
        });
        if position.is_none() {
            let names = self.rows.iter().map(|r| r.name.as_str());
            row.record
                .wrong_near(key, format!("a step of route {}", self.name), names);
        }
        // By name: it stays right when the route is edited.
        position.map(|i| Ron::str(self.rows[i].name.as_str()))
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Per {
    Lot,
    Wafer,
    Batch,
}

const PER: &[(&str, Per)] = &[
    ("lot", Per::Lot),
    ("wafer", Per::Wafer),
    ("batch", Per::Batch),
    ("perlot", Per::Lot),
    ("perwafer", Per::Wafer),
    ("perpiece", Per::Wafer),
    ("piece", Per::Wafer),
    ("perbatch", Per::Batch),
    ("로트", Per::Lot),
    ("웨이퍼", Per::Wafer),
    ("매", Per::Wafer),
    ("장", Per::Wafer),
    ("배치", Per::Batch),
];

fn step(row: &Row<'_>, route: &Route<'_>) -> Ron {
    let r = row.record;
    let per = r.choice("per", PER);
    let mut fields = Fields::new();
    fields
        .put("name", row.name.as_str())
        .put_some("tools", r.need_text("tools"))
        .put_some("recipe", r.text("recipe"))
        .put_some("time", time(r).map(Spread::ron));
    match per {
        Some(Per::Wafer) => fields.put("per", Ron::Ident("Wafer")),
        Some(Per::Batch) => fields.put("per", Ron::Ident("Batch")),
        Some(Per::Lot) | None => &mut fields,
    };
    let text_of = |time: Time| time.text();
    fields
        .put_some("interval", r.time("interval").map(text_of))
        .put_some("batch", batch(r, per))
        .put_some("setup", r.text("setup"))
        .put_some("setup_time", r.time("setup_time").map(text_of))
        .put_some("sampling", r.share("sampling"));
    if r.filled("setup_time") && !r.filled("setup") {
        r.wrong("setup", "a setup, as setup_time is given");
    }
    if let Some(rework) = rework(row, route) {
        fields.put("rework", rework);
    }
    if let Some(list) = r.text("dedicate") {
        let to = list
            .split([';', ','])
            .map(str::trim)
            .filter(|s| !s.is_empty());
        let to = to
            .filter_map(|name| route.reference(row, "dedicate", name))
            .collect();
        fields.put_filled("dedicate", Ron::List(to));
    }
    if let Some(cqt) = cqt(row, route) {
        fields.put("cqt", Ron::List(vec![cqt]));
    }
    fields.put_some("reticle", r.text("reticle"));
    fields.ron()
}

/// The processing time, with the half-width of its own column if there is one.
fn time(r: Record<'_>) -> Option<Spread> {
    let time = r.need_spread("time");
    if !r.filled("spread") {
        return time;
    }
    let Some(Spread::Constant(mean)) = time else {
        if time.is_some() {
            r.wrong("spread", "nothing, as the time is a range already");
        }
        return None;
    };
    // Written as one cell would be, so that both follow the same rules.
    let half = r.half_width("spread", mean.unit)?;
    let spread = parse_spread(&format!("{} ± {half}", mean.text()), None);
    if spread.is_none() {
        r.wrong(
            "spread",
            format!(
                "half the width of the range, in % or {}, at most the time itself",
                mean.unit.symbol()
            ),
        );
    }
    spread
}

fn batch(r: Record<'_>, per: Option<Per>) -> Option<String> {
    if per == Some(Per::Batch) {
        if !r.filled("batch_max") {
            r.wrong(
                "batch_max",
                "most wafers of a batch, as the time is per batch",
            );
        }
    } else {
        for key in ["batch_min", "batch_max"] {
            if r.filled(key) {
                r.wrong(key, "nothing, as the time is not per batch");
            }
        }
        return None;
    }
    let most = r.count("batch_max", 1)?;
    let least = if r.filled("batch_min") {
        r.count("batch_min", 1)?
    } else {
        1
    };
    if least > most {
        r.wrong(
            "batch_min",
            format!("at most {most}, the most wafers of a batch"),
        );
    }
    Some(format!("{least}..{most} wafers"))
}

fn rework(row: &Row<'_>, route: &Route<'_>) -> Option<Ron> {
    let r = row.record;
    if r.filled("rework") != r.filled("rework_to") {
        let (empty, what) = match r.filled("rework") {
            true => ("rework_to", "a step, as rework has a probability"),
            false => ("rework", "a probability, as rework_to has a step"),
        };
        r.wrong(empty, what);
        return None;
    }
    let (share, to) = (r.share("rework"), r.text("rework_to")?);
    let to = route.reference(row, "rework_to", &to);
    let mut fields = Fields::new();
    fields.put("probability", share?).put("to", to?);
    Some(fields.ron())
}

fn cqt(row: &Row<'_>, route: &Route<'_>) -> Option<Ron> {
    let r = row.record;
    if r.filled("cqt") != r.filled("cqt_to") {
        let (empty, what) = match r.filled("cqt") {
            true => ("cqt_to", "a step, as cqt has a limit"),
            false => ("cqt", "a limit, as cqt_to has a step"),
        };
        r.wrong(empty, what);
        return None;
    }
    let (limit, to) = (r.time("cqt"), r.text("cqt_to")?);
    let to = route.reference(row, "cqt_to", &to);
    let mut fields = Fields::new();
    fields.put("to", to?).put("limit", limit?.text());
    Some(fields.ron())
}
