//! Tables of tool groups, lots in work and releases.

use std::collections::BTreeSet;

use super::columns::{FieldSpec, Record, Table};
use crate::interop::quantity::{Spread, parse_count};
use crate::interop::ron_text::{Fields, Ron};

/// Fields of a table of tool groups.
pub(super) const TOOLS: &[FieldSpec] = &[
    FieldSpec::needed(
        "name",
        &[
            "toolgroup",
            "tools",
            "tool",
            "toolname",
            "equipmentgroup",
            "equipment",
            "station",
            "stnfam",
            "workcenter",
            "machine",
            "장비군",
            "장비",
            "장비명",
            "설비군",
            "설비",
            "설비명",
        ],
    ),
    FieldSpec::needed(
        "area",
        &[
            "module",
            "department",
            "stngrp",
            "구역",
            "영역",
            "에어리어",
            "공정구분",
        ],
    ),
    FieldSpec::needed(
        "count",
        &[
            "qty",
            "quantity",
            "number",
            "numberoftools",
            "toolcount",
            "stnqty",
            "대수",
            "수량",
            "장비수",
            "설비수",
        ],
    ),
    FieldSpec::maybe("bay", &["베이"]),
    FieldSpec::maybe("location", &["loc", "위치"]),
    FieldSpec::maybe(
        "type",
        &["tooltype", "model", "장비종류", "장비유형", "모델"],
    ),
    FieldSpec::maybe("capacity", &["용량", "방식", "처리방식"]),
    FieldSpec::maybe("load", &["loadtime", "loading", "로드", "로딩", "로딩시간"]),
    FieldSpec::maybe(
        "unload",
        &["unloadtime", "unloading", "언로드", "언로딩", "언로딩시간"],
    ),
    FieldSpec::maybe(
        "dispatch",
        &[
            "rule",
            "rules",
            "dispatching",
            "dispatchrule",
            "디스패치",
            "디스패칭",
            "규칙",
        ],
    ),
    FieldSpec::maybe("mtbf", &["mttf", "uptime", "고장간격", "평균고장간격"]),
    FieldSpec::maybe(
        "mttr",
        &["repair", "repairtime", "수리시간", "평균수리시간"],
    ),
    FieldSpec::maybe(
        "pm_every",
        &[
            "pminterval",
            "pmcycle",
            "예방정비주기",
            "예방보전주기",
            "pm주기",
        ],
    ),
    FieldSpec::maybe("pm_first", &["firstpm", "최초pm"]),
    FieldSpec::maybe(
        "pm_duration",
        &["pmtime", "예방정비시간", "예방보전시간", "pm시간"],
    ),
];

/// Fields of a table of lots in work.
pub(super) const WIP: &[FieldSpec] = &[
    FieldSpec::needed(
        "name",
        &[
            "lot",
            "lotid",
            "lotname",
            "로트",
            "로트명",
            "lot번호",
            "로트번호",
        ],
    ),
    FieldSpec::needed(
        "product",
        &[
            "part",
            "device",
            "productname",
            "partname",
            "제품",
            "제품명",
            "품명",
        ],
    ),
    FieldSpec::needed(
        "step",
        &[
            "currentstep",
            "curstep",
            "operation",
            "stepname",
            "stepno",
            "현재공정",
            "공정",
            "현공정",
            "스텝",
            "공정명",
        ],
    ),
    FieldSpec::maybe(
        "wafers",
        &[
            "wafer",
            "qty",
            "quantity",
            "pieces",
            "waferqty",
            "wafercount",
            "매수",
            "수량",
            "웨이퍼",
            "웨이퍼수",
        ],
    ),
    FieldSpec::maybe("priority", &["prior", "prio", "우선순위"]),
    FieldSpec::maybe("due", &["duein", "duetime", "납기"]),
];

/// Fields of a table of releases.
pub(super) const RELEASES: &[FieldSpec] = &[
    FieldSpec::needed(
        "name",
        &[
            "lottype",
            "lot",
            "release",
            "stream",
            "로트종류",
            "로트유형",
            "투입명",
            "로트",
        ],
    ),
    FieldSpec::needed(
        "product",
        &[
            "part",
            "device",
            "productname",
            "partname",
            "제품",
            "제품명",
            "품명",
        ],
    ),
    FieldSpec::maybe(
        "wafers",
        &[
            "wafer",
            "waferqty",
            "wafersperlot",
            "pieces",
            "매수",
            "웨이퍼",
            "웨이퍼수",
        ],
    ),
    FieldSpec::maybe("priority", &["prior", "prio", "우선순위"]),
    FieldSpec::maybe(
        "interval",
        &[
            "every",
            "releaseinterval",
            "repeat",
            "투입간격",
            "간격",
            "주기",
        ],
    ),
    FieldSpec::maybe("arrivals", &["distribution", "arrivalprocess", "분포"]),
    FieldSpec::maybe("conwip", &["wiplimit", "wipcap", "콘윕"]),
    FieldSpec::maybe("first", &["start", "firstrelease", "시작", "최초투입"]),
    FieldSpec::maybe("lots", &["lotsperrelease", "lotsperrpt", "로트수"]),
    FieldSpec::maybe("max", &["maxreleases", "repeats", "최대횟수", "횟수"]),
    FieldSpec::maybe("due", &["dueafter", "duein", "leadtime", "납기"]),
    FieldSpec::maybe("flow_factor", &["flowfactor", "xfactor", "ff"]),
];

fn root(content: impl FnOnce(&mut Fields)) -> Ron {
    let mut fields = Fields::new();
    fields.put("schema", 1_u32);
    content(&mut fields);
    fields.ron()
}

/// The name of a row, which no row above may have.
fn unique(r: Record<'_>, seen: &mut BTreeSet<String>) -> String {
    let name = r.need_text("name").unwrap_or_default();
    if !name.is_empty() && !seen.insert(name.clone()) {
        r.wrong("name", "each name once");
    }
    name
}

/// The fragment of a table of tool groups.
pub(super) fn tools(table: &Table<'_>, no_areas: bool) -> Ron {
    let mut seen = BTreeSet::new();
    let mut areas = Vec::new();
    let mut groups = Vec::new();
    for r in table.rows() {
        let name = unique(r, &mut seen);
        let area = r.need_text("area");
        if let Some(area) = area.as_ref().filter(|a| !areas.contains(*a)) {
            areas.push(area.clone());
        }
        let mut group = Fields::new();
        group
            .put_some("type", r.text("type"))
            .put_some("area", area)
            .put_some("bay", r.text("bay"))
            .put_some("count", r.need_count("count", 1))
            .put_some("location", r.text("location"))
            .put_some("capacity", capacity(r))
            .put_some(
                "load",
                r.time("load").map(super::super::quantity::Time::text),
            )
            .put_some(
                "unload",
                r.time("unload").map(super::super::quantity::Time::text),
            );
        if let Some(rules) = r.text("dispatch") {
            let rules = rules
                .split([';', '>', ','])
                .map(str::trim)
                .filter(|r| !r.is_empty());
            group.put("dispatch", Ron::strs(rules));
        }
        group
            .put_some("breakdowns", breakdown(r).map(|b| Ron::List(vec![b])))
            .put_some("pms", maintenance(r).map(|p| Ron::List(vec![p])));
        groups.push((name, group.ron()));
    }
    if table.has("mtbf") {
        table.note(
            "times to failure and of repair are taken as exponential with the given means".into(),
        );
    }
    root(|fields| {
        if !no_areas {
            let areas = areas
                .into_iter()
                .map(|a| (a, Fields::new().ron()))
                .collect();
            fields.put_filled("areas", Ron::Map(areas));
        }
        fields.put("tool_groups", Ron::Map(groups));
    })
}

/// `single`, `batch`, `cascade 2`, or the number of lots a tool pipelines.
fn capacity(r: Record<'_>) -> Option<Ron> {
    let text = r.text("capacity")?.to_lowercase();
    let cascade = |lots: u32| match lots {
        1 => Ron::Ident("Single"),
        lots => Ron::named("Cascade", [("lots", lots.into())]),
    };
    let words: Vec<_> = text.split_whitespace().collect();
    let found = match words.as_slice() {
        ["single" | "단일"] => Some(Ron::Ident("Single")),
        ["batch" | "배치"] => Some(Ron::named("Batch", [("same", Ron::Ident("RouteStep"))])),
        ["cascade" | "pipeline" | "연속"] => Some(cascade(2)),
        ["cascade" | "pipeline" | "연속", n] | [n] => {
            parse_count(n).filter(|n| *n >= 1).map(cascade)
        }
        _ => None,
    };
    if found.is_none() {
        r.wrong("capacity", "single, batch, cascade N, or a number of lots");
    }
    found
}

/// One of two fields that need each other is missing.
fn both(r: Record<'_>, a: &str, b: &str) -> bool {
    for (filled, empty) in [(a, b), (b, a)] {
        if r.filled(filled) && !r.filled(empty) {
            r.wrong(empty, format!("a time, as {filled} has one"));
        }
    }
    r.filled(a) && r.filled(b)
}

fn breakdown(r: Record<'_>) -> Option<Ron> {
    if !both(r, "mtbf", "mttr") {
        return None;
    }
    let (up, down) = (r.time("mtbf"), r.time("mttr"));
    let mut fields = Fields::new();
    fields
        .put("name", "breakdown")
        .put("uptime", Spread::Exponential(up?).ron())
        .put("repair", Spread::Exponential(down?).ron());
    Some(fields.ron())
}

fn maintenance(r: Record<'_>) -> Option<Ron> {
    if r.filled("pm_first") && !r.filled("pm_every") {
        r.wrong("pm_every", "an interval, as pm_first is given");
    }
    if !both(r, "pm_every", "pm_duration") {
        return None;
    }
    let (every, first) = (interval(r, "pm_every"), interval(r, "pm_first"));
    let duration = r.spread("pm_duration");
    let mut fields = Fields::new();
    fields
        .put("name", "pm")
        .put("every", every?)
        .put_some("first", first)
        .put("duration", duration?.ron());
    Some(fields.ron())
}

/// An interval of maintenance: a time, or `4500 wafers`.
fn interval(r: Record<'_>, key: &str) -> Option<String> {
    if !r.filled(key) {
        return None;
    }
    if let Some(n) = r.wafers(key) {
        return Some(format!("{n} wafers"));
    }
    r.time(key).map(super::super::quantity::Time::text)
}

/// The fragment of a table of lots in work.
pub(super) fn wip(table: &Table<'_>) -> Ron {
    let mut seen = BTreeSet::new();
    let lots = table.rows().map(|r| {
        let name = unique(r, &mut seen);
        let step = r.need_text("step").map(|text| step_reference(&text));
        let mut lot = Fields::new();
        lot.put("name", name)
            .put_some("product", r.need_text("product"))
            .put_some("step", step)
            .put_some("wafers", r.count("wafers", 1))
            .put_some("priority", priority(r))
            .put_some("due", r.time("due").map(super::super::quantity::Time::text));
        lot.ron()
    });
    let lots = lots.collect();
    root(|fields| {
        fields.put("wip", Ron::List(lots));
    })
}

/// A step by number, from 1, when the text is one; else by name.
pub(super) fn step_reference(text: &str) -> Ron {
    match parse_count(text) {
        Some(number) => number.into(),
        None => Ron::str(text),
    }
}

fn priority(r: Record<'_>) -> Option<Ron> {
    r.integer("priority").map(|p| Ron::Int(p.into()))
}

/// The fragment of a table of releases.
pub(super) fn releases(table: &Table<'_>) -> Ron {
    let mut seen = BTreeSet::new();
    let mut releases = Vec::new();
    for r in table.rows() {
        let name = unique(r, &mut seen);
        let mut release = Fields::new();
        release
            .put_some("product", r.need_text("product"))
            .put_some("wafers", r.count("wafers", 1))
            .put_some("priority", priority(r))
            .put_some("plan", plan(r))
            .put_some("due", due(r));
        releases.push((name, release.ron()));
    }
    root(|fields| {
        fields.put("releases", Ron::Map(releases));
    })
}

fn plan(r: Record<'_>) -> Option<Ron> {
    if r.filled("conwip") {
        for key in ["interval", "arrivals", "first", "lots", "max"] {
            if r.filled(key) {
                r.wrong(key, "nothing, as conwip is given");
            }
        }
        return r
            .count("conwip", 1)
            .map(|n| Ron::named("Conwip", [("lots", n.into())]));
    }
    let exponential = r.choice(
        "arrivals",
        &[
            ("constant", false),
            ("periodic", false),
            ("exponential", true),
            ("poisson", true),
            ("일정", false),
            ("지수", true),
            ("포아송", true),
        ],
    );
    let interval = match (r.need_spread("interval")?, exponential) {
        (Spread::Constant(mean), Some(true)) => Spread::Exponential(mean),
        (interval, None | Some(false)) => interval,
        (_, Some(true)) => {
            r.wrong("interval", "one time, as arrivals are exponential");
            return None;
        }
    };
    let mut plan = Fields::new();
    plan.put("interval", interval.ron())
        .put_some(
            "first",
            r.time("first").map(super::super::quantity::Time::text),
        )
        .put_some("lots", r.count("lots", 1))
        .put_some("max", r.count("max", 1));
    Some(plan.variant("Every"))
}

fn due(r: Record<'_>) -> Option<Ron> {
    if r.filled("due") && r.filled("flow_factor") {
        r.wrong("flow_factor", "nothing, as due is given");
    }
    if r.filled("flow_factor") {
        return r
            .positive("flow_factor")
            .map(|x| Ron::Wrapped("FlowFactor", Box::new(Ron::Float(x))));
    }
    r.time("due")
        .map(|t| Ron::Wrapped("After", Box::new(Ron::str(t.text()))))
}
