//! Imports of what users bring, on data of our own making and, where it lies, on SMT2020 itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use expect_test::{Expect, expect, expect_file};
use geoul::interop::fault::Faults;
use geoul::interop::table::{self, Kind};
use geoul::interop::{Imported, smt2020};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// A small fab of our own in the text form of the testbed: three products, critical-ratio
/// ranking, short rows, DOS line ends in one file, every feature of the form.
fn small_fab() -> BTreeMap<String, String> {
    smt2020::read_folder(&fixture("smt_form")).expect("the fixture is readable")
}

/// The faults of the small fab after `from` in `file` became `to` (once).
fn damaged(changes: &[(&str, &str, &str)]) -> Faults {
    let mut files = small_fab();
    for (file, from, to) in changes {
        let text = files.get_mut(*file).expect("a file of the fixture");
        assert!(text.contains(from), "{file} holds no {from:?}");
        *text = text.replacen(from, to, 1);
    }
    smt2020::import("small fab", &files).expect_err("the tables are damaged")
}

fn check_damage(changes: &[(&str, &str, &str)], expected: Expect) {
    expected.assert_eq(&damaged(changes).to_string());
}

#[test]
fn a_small_fab_becomes_the_reviewed_scene() {
    let imported = smt2020::import("small fab", &small_fab()).unwrap_or_else(|f| panic!("{f}"));
    expect_file![fixture("smt_form.ron")].assert_eq(&imported.text);
    assert_eq!(imported.text.parse::<ron::Value>().err(), None);
    expect![[r#"
        fromto.txt: columns not used: REMARK
        WIP.txt: lots due before time 0, taken as due at 0: 1
        setup.txt:7: no step uses the setup SU_X: left out
        the calendar Spare_QT is attached to no tool: left out"#]]
    .assert_eq(&imported.notes.join("\n"));
}

#[test]
fn a_missing_file_is_named() {
    let mut files = small_fab();
    let attach = files.remove("attach.txt").expect("part of the fixture");
    files.insert("attatch.txt".into(), attach);
    files.remove("route_2.txt");
    files.remove("tool.txt.1l");
    let faults = smt2020::import("small fab", &files).expect_err("files are missing");
    expect![[r#"
        attach.txt: expected this file, with which tools have which breakdowns and maintenances (if there are none: its header alone); did you mean "attatch.txt"?
        part.txt:3, column ROUTEFILE: found "route_2.txt", expected the name of a file of the folder; did you mean "route_1.txt"?
        tool.txt: expected this file, with tool groups (if there are none: its header alone)"#]].assert_eq(&faults.to_string());
}

#[test]
fn two_versions_of_a_table_are_a_choice_the_user_must_make() {
    let mut files = small_fab();
    files.insert("tool.txt".into(), files["tool.txt.1l"].clone());
    let faults = smt2020::import("small fab", &files).expect_err("two tables of tools");
    expect!["tool.txt: expected one file of this name, but there is also tool.txt.1l"]
        .assert_eq(&faults.to_string());
}

#[test]
fn missing_and_doubled_columns_are_named() {
    check_damage(
        &[
            ("tool.txt.1l", "STNQTY", "STNQTYS"),
            ("order.txt", "PIECES", "PRIOR"),
            ("route_1.txt", "\tSTEP_CQT", "\t"),
        ],
        expect![[r#"
            order.txt:1, column PRIOR: expected each column once
            order.txt:1, column PIECES: expected a column of this name
            route_1.txt:1, column STEP_CQT: expected a column of this name
            tool.txt.1l:1, column STNQTY: expected a column of this name; did you mean "STNQTYS"?"#]],
    );
}

#[test]
fn bad_cells_are_all_told_with_their_place() {
    check_damage(
        &[
            ("route_1.txt", "310.5", "31O.5"),
            ("route_1.txt", "2.05", "50"),
            ("route_1.txt", "need\t8", "always\t8"),
            ("route_2.txt", "per_piece", "per_peice"),
            ("route_3.txt", "1.7", "101.7"),
            ("order.txt", "01/01/18 01:30:00", "31/01/18 01:30:00"),
            ("order.txt", "240.5\tmin", "240.5\twk"),
            ("pmcal.txt", "4500", "4500.5"),
            ("tool.txt.1l", "rank_CR", "rank_XR"),
            ("downcal.txt", "mttf_by_cal", "mttf_by_use"),
            ("WIP.txt", "part_1\t10\t25", "part_1\t10\t-25"),
            ("fromto.txt", "own figure", "own figure\tand more"),
        ],
        expect![[r#"
            WIP.txt:2, column PIECES: found "-25", expected a whole number from 1 on
            downcal.txt:2, column DOWNCALTYPE: found "mttf_by_use", expected mttf_by_cal; did you mean "mttf_by_cal"?
            fromto.txt:2: found "and more", expected at most 7 cells, as in the header
            order.txt:2, column RUNITS: found "wk", expected a unit of time (sec, min, hr, day)
            order.txt:3, column START: found "31/01/18 01:30:00", expected a date MM/DD/YY HH:MM:SS
            pmcal.txt:3, column MTBPM: found "4500.5", expected a whole number from 1 on
            route_1.txt:2, column PTIME: found "31O.5", expected a number not below 0
            route_1.txt:4, column WHEN: found "always", expected need
            route_1.txt:8, column PTIME2: found "50", expected at most the mean 41
            route_2.txt:3, column PTPER: found "per_peice", expected per_lot or per_piece or per_batch; did you mean "per_piece"?
            route_3.txt:6, column REWORK: found "101.7", expected a percentage from 0 to 100
            tool.txt.1l:2, column FWLRANK: found "rank_XR", expected rankings of rank_HP, rank_RSETUP, rank_FIFO, rank_CR with ; between; did you mean "rank_CR"?"#]],
    );
}

#[test]
fn names_and_steps_that_stand_for_nothing_are_told() {
    check_damage(
        &[
            ("route_1.txt", "Furnace_1", "Furnace_l"),
            ("route_1.txt", "75\t100", "100\t75"),
            ("route_3.txt", "\t3\t1.7", "\t9\t1.7"),
            ("route_2.txt", "\tyes\t8", "\tyes\t7"),
            ("WIP.txt", "00:00:00\t9", "00:00:00\t11"),
            ("WIP.txt", "part_3", "part_4"),
            ("order.txt", "part_2", "prat_2"),
            ("order.txt", "01/01/18 20:00:00", "12/31/17 20:00:00"),
            ("attach.txt", "stngrp\tLitho", "stngrp\tLiho"),
            ("attach.txt", "Track_1_WK", "Track_1_QT"),
            ("tool.txt.1l", "\tGas", "\tGass"),
            ("part.txt", "r_3", "r3"),
        ],
        expect![[r#"
            WIP.txt:2, column CURSTEP: found "11", expected a STEP of r_1 (1 to 10)
            WIP.txt:5, column PART: found "part_4", expected a part of the table of parts; did you mean "part_1"?
            attach.txt:2, column RESNAME: found "Liho", expected an area (STNGRP) of the table of tool groups; did you mean "Litho"?
            attach.txt:4, column CALNAME: found "Track_1_QT", expected a calendar of the table of maintenances; did you mean "Track_1_WK"?
            order.txt:3, column PART: found "prat_2", expected a part of the table of parts; did you mean "part_2"?
            order.txt:4, column DUE: found "12/31/17 20:00:00", expected a date not before START
            part.txt:4, column ROUTE: found "r3", expected a ROUTE of route_3.txt; did you mean "r_3"?
            route_1.txt:2, column BATCHMX: found "75", expected at least BATCHMN, 100
            route_1.txt:2, column STNFAM: found "Furnace_l", expected a tool group of the table of tool groups, for step 001_Diffusion; did you mean "Furnace_1"?
            route_2.txt:4, column FORSTEP: found "7", expected a STEP on Track_1, as this one (STEP 7 is on Etch_1)
            route_3.txt:6, column RWKSTEP: found "9", expected a STEP of r_3 (1 to 6)
            tool.txt.1l:6, column SETUPGRP: found "Gass", expected a group of the table of setup groups; did you mean "Gas"?"#]],
    );
}

#[test]
fn a_step_must_fit_its_tool() {
    check_damage(
        &[
            ("route_1.txt", "per_batch\t75\t100", "per_lot\t\t"),
            ("route_1.txt", "0.63\tmin", "\t"),
            (
                "route_2.txt",
                "Meter_1\tuniform\t12",
                "Polish_1\tuniform\t12",
            ),
            ("route_3.txt", "2\thr", "\thr"),
        ],
        expect![[r#"
            route_1.txt:2, column PTPER: found "per_lot", expected per_batch, as Furnace_1 has a BATCHCRITF
            route_1.txt:3, column PartInterval: expected an interval, as Bench_1 has STNCAP 2
            route_2.txt:5, column BatchInterval: expected an interval, as Polish_1 has STNCAP 2
            route_3.txt:2, column CQT: expected a value, as STEP_CQT has one"#]],
    );
}

#[test]
fn a_file_that_is_no_text_is_told_with_its_line() {
    let folder = std::env::temp_dir().join(format!("geoul-import-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    std::fs::write(folder.join("part.txt"), b"PART\nsecond\n\xff\n").expect("written");
    let faults = smt2020::read_folder(&folder).expect_err("no UTF-8");
    std::fs::remove_dir_all(&folder).expect("removed");
    let line = faults.to_string();
    assert!(line.ends_with("part.txt:3: expected UTF-8 text"), "{line}");
}

fn import_table(file: &str, kind: Kind, options: &table::Options) -> Result<Imported, Faults> {
    let bytes = std::fs::read(fixture("tables").join(file)).expect("the fixture is readable");
    table::import(file, &bytes, kind, options)
}

fn table_text(file: &str, kind: Kind, options: &table::Options) -> String {
    import_table(file, kind, options)
        .unwrap_or_else(|f| panic!("{f}"))
        .text
}

#[test]
fn a_csv_of_routes_becomes_a_fragment() {
    expect![[r#"
        // A scene fragment (routes) imported from routes.csv.
        // - columns not used: Remark
        (
          schema: 1,
          routes: {
            "DRAM": (
              steps: [
                (name: "Oxide", tools: "Furnace", time: "240 min ± 5 %", per: Batch, batch: "75..150 wafers", cqt: [(to: "Etch", limit: "4 h")]),
                (name: "Expose", tools: "Scanner", time: "1.2 min", per: Wafer, setup: "A", setup_time: "8 min"),
                (name: "Inspect", tools: "Metro", time: "10..14 min", sampling: "60 %", rework: (probability: "1.7 %", to: "Expose")),
                (name: "Etch", tools: "Etcher", time: "35 min ± 2 min"),
              ],
            ),
          },
        )
    "#]].assert_eq(&table_text("routes.csv", Kind::Routes, &table::Options::default()));
}

#[test]
fn a_korean_csv_of_tools_becomes_a_fragment() {
    let options = table::Options::default();
    expect![[r#"
        // A scene fragment (tools) imported from tools_ko.csv.
        // - times to failure and of repair are taken as exponential with the given means
        (
          schema: 1,
          areas: { "노광": (), "확산": () },
          tool_groups: {
            "노광기": (
              area: "노광",
              count: 12,
              capacity: Cascade(lots: 2),
              load: "1 min",
              breakdowns: [(name: "breakdown", uptime: Exponential(mean: "7 d"), repair: Exponential(mean: "10.5 h"))],
              pms: [(name: "pm", every: "30 d", duration: "13.76 h ± 2.75 h")],
            ),
            "확산\"로\"": (area: "확산", count: 4, capacity: Batch(same: RouteStep), load: "1 min", pms: [(name: "pm", every: "4500 wafers", duration: "6 h")]),
          },
        )
    "#]].assert_eq(&table_text("tools_ko.csv", Kind::Tools, &options));
    let no_areas = table::Options {
        no_areas: true,
        ..options
    };
    assert!(!table_text("tools_ko.csv", Kind::Tools, &no_areas).contains("areas:"));
}

#[test]
fn a_csv_of_releases_becomes_a_fragment() {
    expect![[r#"
        // A scene fragment (releases) imported from releases.csv.
        (
          schema: 1,
          releases: {
            "Lot_A": (product: "DRAM", wafers: 25, priority: 10, plan: Every(interval: Exponential(mean: "51.69 min")), due: After("53.5 d")),
            "Hot_A": (product: "DRAM", wafers: 25, priority: -2, plan: Conwip(lots: 20), due: FlowFactor(1.6)),
          },
        )
    "#]].assert_eq(&table_text("releases.csv", Kind::Releases, &table::Options::default()));
}

#[test]
fn a_workbook_of_lots_becomes_a_fragment() {
    let options = table::Options {
        sheet: Some("WIP".into()),
        ..Default::default()
    };
    // The first sheet is empty, so the second is the one meant without a name too.
    let by_default = table_text("lots.xlsx", Kind::Wip, &table::Options::default());
    assert_eq!(by_default, table_text("lots.xlsx", Kind::Wip, &options));
    expect![[r#"
        // A scene fragment (wip) imported from lots.xlsx, sheet "WIP".
        // - columns not used: 비고
        (
          schema: 1,
          wip: [
            (name: "L-001", product: "DRAM", step: "Oxide", wafers: 25, priority: 10, due: "1.5 d"),
            (name: "L-002", product: "DRAM", step: 3, wafers: 24, priority: 20, due: "750 min"),
            (name: "L-003", product: "LOGIC", step: "Etch", wafers: 25),
          ],
        )
    "#]]
    .assert_eq(&table_text("lots.xlsx", Kind::Wip, &options));
}

#[test]
fn faults_of_a_workbook_have_sheet_row_and_column() {
    let faults = |sheet: &str| {
        let options = table::Options {
            sheet: Some(sheet.into()),
            ..Default::default()
        };
        import_table("lots.xlsx", Kind::Wip, &options)
            .expect_err("broken")
            .to_string()
    };
    expect![[r##"
        lots.xlsx, sheet "Broken", row 2, column wafers: found "12.5", expected a whole number from 1 on
        lots.xlsx, sheet "Broken", row 3, column due: found "2026-03-01 00:00", expected a time with its unit: [min] in the header, or 12 min, 12 min ± 5 %, 10..14 min in the cell
        lots.xlsx, sheet "Broken", row 4, column step: found "#DIV/0!", expected text
        lots.xlsx, sheet "Broken", row 4, column product: expected a name
        lots.xlsx, sheet "Broken", row 4, column due: found "3", expected a time with its unit: [min] in the header, or 12 min, 12 min ± 5 %, 10..14 min in the cell"##]].assert_eq(&faults("Broken"));
    expect![[r#"lots.xlsx: found "WPI", expected a sheet of the workbook ("표지", "WIP", "Broken"); did you mean "WIP"?"#]].assert_eq(&faults("WPI"));
    let cut = &std::fs::read(fixture("tables/lots.xlsx")).expect("readable")[..999];
    let cut = table::import("cut.xlsx", cut, Kind::Wip, &table::Options::default());
    expect!["cut.xlsx: expected a readable workbook (Cannot detect file format)"]
        .assert_eq(&cut.expect_err("half a file").to_string());
}

#[test]
fn faults_of_a_csv_are_told_at_once_and_a_mapping_helps() {
    let map = |pairs: &[(&str, &str)]| table::Options {
        map: pairs
            .iter()
            .map(|(k, h)| ((*k).to_owned(), (*h).to_owned()))
            .collect(),
        ..Default::default()
    };
    let faults = |options| {
        import_table("wip_damaged.csv", Kind::Wip, &options)
            .expect_err("damaged")
            .to_string()
    };
    expect![[r#"wip_damaged.csv:1: expected a column "product" (also: part, device, productname, partname), or --map product=COLUMN; did you mean "produkt"?"#]].assert_eq(&faults(map(&[])));
    expect![[r#"
        wip_damaged.csv: expected no mapping of "produkt": the fields are name, product, step, wafers, priority, due; did you mean "product"?
        wip_damaged.csv:1, column prod: expected a column of this name, mapped to product"#]].assert_eq(&faults(map(&[("produkt", "lot"), ("product", "prod")])));
    expect![[r#"
        wip_damaged.csv:3, column wafers: found "-5", expected a whole number from 1 on
        wip_damaged.csv:3, column due: found "soon", expected a time with its unit: [min] in the header, or 12 min, 12 min ± 5 %, 10..14 min in the cell
        wip_damaged.csv:4, column lot: found "L1", expected each name once
        wip_damaged.csv:4, column produkt: expected a name
        wip_damaged.csv:4, column due: found "36", expected a time with its unit: [min] in the header, or 12 min, 12 min ± 5 %, 10..14 min in the cell"#]].assert_eq(&faults(map(&[("product", "produkt")])));
}

#[test]
fn routes_refer_to_steps_that_exist() {
    let csv = "step,tools,time,rework,rework to,cqt [h],cqt to,sampling,batch max,setup time [min]\n\
        Coat,Track,5 min,0.02,Cote,,,,,\n\
        Expose,Scanner,5,,,4,Etch,,,\n\
        Coat,Track,5 min,,,4,,60,100,3\n";
    let faults = table::import(
        "r.csv",
        csv.as_bytes(),
        Kind::Routes,
        &table::Options::default(),
    );
    expect![[r#"
        r.csv:2, column rework to: found "Cote", expected a step of route r
        r.csv:3, column time: found "5", expected a time with its unit: [min] in the header, or 12 min, 12 min ± 5 %, 10..14 min in the cell
        r.csv:3, column cqt to: found "Etch", expected a step of route r
        r.csv:4, column step: found "Coat", expected each step name once in a route
        r.csv:4, column batch max: found "100", expected nothing, as the time is not per batch
        r.csv:4, column sampling: found "60", expected a percentage (60 %, or % in the header) or a number from 0 to 1
        r.csv:4, column setup: expected a setup, as setup_time is given
        r.csv:4, column cqt to: expected a step, as cqt has a limit"#]].assert_eq(&faults.expect_err("many faults").to_string());
}

/// The folder of the user's copy of SMT2020, or a word on why the test is skipped.
fn hvlm_folder() -> Option<PathBuf> {
    let data = std::env::var_os("GEOUL_DATA").map(|d| Path::new(&d).join("smt2020/SMT2020_HVLM"));
    let folder = data.filter(|d| d.is_dir());
    if folder.is_none() {
        println!("skipped: GEOUL_DATA names no folder with smt2020/SMT2020_HVLM");
    }
    folder
}

/// Lines of `text` that hold `part`.
fn lines_with(text: &str, part: &str) -> usize {
    text.lines().filter(|l| l.contains(part)).count()
}

#[test]
fn hvlm_has_all_its_records() {
    let Some(folder) = hvlm_folder() else { return };
    let files = smt2020::read_folder(&folder).expect("the folder is readable");
    let imported = smt2020::import("SMT2020 HVLM", &files).unwrap_or_else(|f| panic!("{f}"));
    let text = &imported.text;
    // Counts of the published testbed: 1,043 tools and 400 parallel places of pure delay.
    let about = "1443 tools in 106 groups, 2 routes with 926 steps, 5 lot types, 2255 lots in work at the start.";
    assert!(text.contains(about));
    let counts = [
        ("area: \"", 106),
        ("Cascade(lots: 2)", 45),
        ("Batch(same: RouteStep)", 10),
        ("wake: LeastSetup", 9),
        ("min_runs: ", 3),
        ("per: Batch", 28),
        ("per: Wafer", 284 + 124),
        (" every: ", 292),
        (" wafers\", first: ", 213),
        ("repair: Exponential", 105),
        ("cqt: ", 41 + 25),
        ("dedicate: ", 11 + 7),
        ("rework: ", 7 + 7),
        ("After(", 5),
        ("(name: \"Init_", 2255),
    ];
    for (part, count) in counts {
        assert_eq!(lines_with(text, part), count, "{part}");
    }
    assert_eq!(imported.notes, Vec::<String>::new());
    let scene = load(text);
    let tools: u32 = scene.tool_groups.iter().map(|g| g.count).sum();
    let steps: usize = scene.routes.iter().map(|r| r.steps.len()).sum();
    let pms: usize = scene.tool_groups.iter().map(|g| g.pms.len()).sum();
    assert_eq!(
        (tools, steps, pms, scene.wip.len()),
        (1043 + 400, 926, 292, 2255)
    );
}

/// Loads a scene text, all warnings told as faults.
fn load(text: &str) -> geoul::scene::schema::Scene {
    use geoul::scene::Models;
    use geoul::scene::load::{Bundle, load};
    let bundle = Bundle::from_text("scene.ron", text);
    let models = Models {
        // What the importer writes; that the engine has these rules is its own test.
        dispatch_rules: &["priority", "least_setup", "fifo", "critical_ratio"],
        ..Models::default()
    };
    let loaded = load(&bundle, "scene.ron", &[], &models)
        .unwrap_or_else(|faults| panic!("{}", faults.to_text()));
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings.to_text());
    loaded.scene
}

#[test]
fn an_imported_scene_loads_and_means_what_the_tables_say() {
    use geoul::scene::dist::Dist;
    use geoul::scene::schema::{CqtAction, Due, Per, PmInterval};
    use geoul::units::Duration;
    let imported = smt2020::import("small fab", &small_fab()).unwrap_or_else(|f| panic!("{f}"));
    let scene = load(&imported.text);
    let us = |minutes: f64| Duration((minutes * 6e7).round() as u64);
    let steps = &scene.routes[0].steps;
    assert_eq!(
        steps[0].time,
        Dist::Uniform {
            low: us(294.975),
            high: us(326.025)
        }
    );
    assert_eq!(steps[0].cqt[0].to, 2);
    assert_eq!(steps[0].cqt[0].limit, Duration::minutes(120));
    assert_eq!(steps[0].cqt[0].on_violation, CqtAction::Count);
    assert_eq!(
        (steps[1].per, steps[1].interval),
        (Per::Wafer, Some(us(0.63)))
    );
    assert_eq!(steps[2].dedicate, [7]);
    assert_eq!(steps[4].sampling, 0.4);
    assert_eq!(
        steps[4].rework.map(|r| (r.probability, r.to)),
        Some((0.017, 2))
    );
    let bench = scene
        .tool_groups
        .iter()
        .find(|g| g.name == "Bench_1")
        .expect("it is there");
    assert_eq!(
        (bench.pms[0].every, bench.pms[0].first),
        (PmInterval::Wafers(4500), Some(4200))
    );
    assert_eq!(scene.releases[0].due, Due::After(Duration(217_815_000_000)));
    assert_eq!(scene.wip[3].step, 5);
    assert_eq!(scene.wip[3].due, Some(Duration(86_401_000_000)));
}
