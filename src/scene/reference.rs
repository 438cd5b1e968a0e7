//! docs/SCENES.md, made from the tables of the records and the words below.

use std::fmt::Write;

use super::files::embedded_tool_types;
use super::form::SceneForm;
use super::record::Reference;
use crate::units::all_units;

const INTRODUCTION: &str = r#"# Scenes

A scene is one text file (and those it includes) that describes a plant: what stands in it, what
flows through it, how a run is made, and what a run must show. `geoul check FILE` reads it and
prints all faults at once, each with file, line, column, what was expected and the nearest name.

This page is made from the tables that also read the files; a test holds the two together.

## An example

```ron
(
    schema: 1,
    name: "Two steps",
    run: (horizon: "90 d", warmup: "10 d", replications: 5, seed: 1),
    areas: { "Diffusion": (), "Litho": (light: Yellow) },
    tool_groups: {
        "Furnace": (
            area: "Diffusion", count: 1, archetype: Furnace, capacity: Batch(same: RouteStep),
            load: "5 min", unload: "5 min",
            pms: [(name: "quarterly", every: "91 d", duration: "12 h ± 20 %")],
        ),
        "Scanner": (
            area: "Litho", count: 2, archetype: Scanner, dispatch: ["priority", "fifo"],
            breakdowns: [(uptime: Exponential(mean: "7 d"), repair: Exponential(mean: "10 h"))],
        ),
    },
    routes: {
        "R": (steps: [
            (name: "010_Oxide", tools: "Furnace", time: "240 min ± 5 %", per: Batch, batch: "75..150 wafers"),
            (
                name: "020_Expose", tools: "Scanner", time: "1.2 min", per: Wafer,
                rework: (probability: "1.7 %", to: "020_Expose"),
            ),
        ]),
    },
    products: { "DRAM": (route: "R") },
    releases: {
        "Lot": (product: "DRAM", wafers: 25, plan: Every(interval: "70 min"), due: FlowFactor(2.0)),
    },
    checks: [(kpi: "cycle_time", of: "Lot", max: "2 d", confidence: "95 %")],
)
```

## The form

The text is RON: records `(field: value)`, maps `{ "name": value }`, lists `[a, b]`, texts in
double quotes, names of choices without quotes. `//` and `/* */` are comments; an edit made in the
program keeps them. A comma after the last value is allowed.

**Quantities** are texts with their unit: `"12.5 min"`, `"193 nm"`, `"75 wafers"`. A time where a
length belongs is a fault. Times are kept in whole microseconds.

**Parts.** `include: ["parts/litho.ron"]` takes in other files, relative to the file that names
them; each states its `schema`. Maps and lists are united; a name defined twice is a fault that
shows both places. Of `params`, `run`, `options` and `limits` the including file's value counts;
`name` and `about` are each file's own.

**Parameters.** `params: { "pm_every": "7 d" }` gives a value a name; `"$pm_every"` stands for it
in the place of any value.

**Overrides.** `--set PATH=VALUE` changes any value for one run: `--set run.seed=4`,
`--set params.pm_every="9 d"`, `--set tool_groups.Scanner.count=5`,
`--set routes.R.steps.020_Expose.time="2 min"`. A path goes through fields, names of maps, and
items of lists by number from 0 or by their `name`. A part that holds a dot stands in quotes.

**Tool types.** `type: "scanner_arf"` in a tool group takes the fields that the group lacks from
`tools/scanner_arf.ron` beside the scene, else from those that come with the program. A tool type
is a record of fields of a tool group, with `schema` and a word `about` it.

**Steps** are referred to by name, or by number from 1.
"#;

/// Trade words, each defined once.
const WORDS: [(&str, &str); 26] = [
    (
        "area",
        "part of a fab for one kind of process: lithography, etch, diffusion ...",
    ),
    (
        "batch",
        "lots processed together in one tool, e.g. in a furnace",
    ),
    ("bay", "aisle with tools on both sides"),
    (
        "cascading tool",
        "tool that takes the next lot in before the last has left: a pipeline",
    ),
    (
        "CONWIP",
        "release plan that keeps the number of lots in work constant",
    ),
    (
        "CQT",
        "critical queue time: longest time allowed between two steps, e.g. from a clean to the furnace",
    ),
    ("cycle time", "time of a lot from its release to its end"),
    (
        "dedication",
        "a later step must be done by the very tool (the very lens) of an earlier one",
    ),
    (
        "dispatching rule",
        "what ranks the waiting lots when a tool is free",
    ),
    (
        "FOUP",
        "front-opening unified pod: the box in which a lot of up to 25 wafers travels",
    ),
    ("hot lot", "lot of high priority"),
    (
        "KPI",
        "key performance indicator: a figure that says how well the plant runs",
    ),
    ("load port", "place of a tool where a FOUP is put down"),
    ("lot", "wafers that travel together, usually 25"),
    (
        "OHT",
        "overhead hoist transport: vehicles under the ceiling that carry FOUPs",
    ),
    ("PM", "preventive maintenance, planned by time or by wafers"),
    (
        "recipe",
        "what a tool does to a wafer at one step: gases, temperatures, times",
    ),
    (
        "reticle",
        "the mask whose pattern a scanner projects; few copies of each exist",
    ),
    (
        "rework",
        "doing steps again after an inspection found a fault that can be undone",
    ),
    (
        "route",
        "the sequence of steps of a product, some hundreds in a fab",
    ),
    (
        "sampling",
        "doing a step, mostly a measurement, only for some of the lots",
    ),
    (
        "setup",
        "state of a tool that some steps need, and the time to change it",
    ),
    ("stocker", "store for FOUPs"),
    (
        "tool",
        "machine that processes wafers; a tool group is several that can replace each other",
    ),
    ("WIP", "work in process: the lots in the plant"),
    (
        "X-factor",
        "cycle time divided by raw process time; also flow factor",
    ),
];

/// The reference of the scene form in Markdown: introduction, trade words, units, every record.
pub fn reference_markdown() -> String {
    let mut out = INTRODUCTION.to_owned();
    out.push_str("\n## Trade words\n\n| word | meaning |\n|---|---|\n");
    for (word, meaning) in WORDS {
        row(&mut out, &[word.to_owned(), meaning.to_owned()]);
    }
    out.push_str("\n## Units\n\nUnits may be divided: `wafers/h`, `lots/d`.\n\n");
    out.push_str("| measures | spellings |\n|---|---|\n");
    for (dimension, _, spellings) in all_units() {
        let spellings: Vec<String> = spellings.iter().map(|s| format!("`{s}`")).collect();
        row(
            &mut out,
            &[dimension.words().to_string(), spellings.join(" ")],
        );
    }
    out.push_str("\n## Tool types that come with the program\n\n");
    let mut types: Vec<&str> = embedded_tool_types().collect();
    types.sort_unstable();
    for name in types {
        out.push_str(&format!("- `{name}`\n"));
    }
    out.push_str("\n## Records and choices\n");
    let mut reference = Reference::default();
    reference.record::<SceneForm>();
    for section in reference.sections() {
        let rules = vec!["---"; section.heads.len()].join("|");
        // Writing to a `String` cannot fail.
        let _ = write!(
            out,
            "\n### {}\n\n{}\n\n| {} |\n|{rules}|\n",
            section.name,
            section.doc,
            section.heads.join(" | "),
        );
        for cells in &section.rows {
            row(&mut out, cells);
        }
    }
    out
}

fn row(out: &mut String, cells: &[String]) {
    let cells: Vec<String> = cells.iter().map(|c| c.replace('|', "\\|")).collect();
    out.push_str(&format!("| {} |\n", cells.join(" | ")));
}
