//! Wrong scenes and the reviewed text of their diagnostics beside them; right scenes load.

use expect_test::expect_file;
use geoul::scene::schema::*;
use geoul::scene::{Bundle, Diagnostics, Loaded, Models, load};
use geoul::units::Duration;

/// Names of rules and KPIs as the models hand them in.
const MODELS: Models = Models {
    dispatch_rules: &["priority", "fifo", "cr", "edd", "spt", "least_setup"],
    kpis: &[
        ("cycle_time", "d"),
        ("throughput", "wafers/d"),
        ("on_time", "%"),
        ("utilization", "%"),
        ("cqt_violations", ""),
    ],
};

fn load_file(name: &str, overrides: &[(&str, &str)]) -> Result<Loaded, Diagnostics> {
    let overrides: Vec<(String, String)> = overrides
        .iter()
        .map(|(path, value)| ((*path).to_owned(), (*value).to_owned()))
        .collect();
    let bundle = Bundle::from_disk(name)?;
    load(&bundle, name, &overrides, &MODELS)
}

#[test]
fn every_field_of_every_record_is_read() {
    let loaded =
        load_file("tests/right/every_field.ron", &[]).unwrap_or_else(|d| panic!("{}", d.to_text()));
    assert_eq!(loaded.warnings.to_text(), "");
    expect_file!["right/every_field.txt"].assert_eq(&format!("{:#?}\n", loaded.scene));
}

/// Loads a wrong scene and compares all its diagnostics with the reviewed text beside it.
fn check_wrong(name: &str, overrides: &[(&str, &str)]) -> Diagnostics {
    let Err(faults) = load_file(&format!("tests/wrong/{name}.ron"), overrides) else {
        panic!("{name} loads, but it is wrong");
    };
    assert!(faults.has_errors());
    expect_file![format!(
        "{}/tests/wrong/{name}.txt",
        env!("CARGO_MANIFEST_DIR")
    )]
    .assert_eq(&faults.to_text());
    faults
}

#[test]
fn slips_of_the_pen() {
    check_wrong("syntax", &[]);
}

#[test]
fn quantities() {
    check_wrong("quantities", &[]);
}

#[test]
fn kinds_of_values() {
    check_wrong("kinds", &[]);
}

#[test]
fn what_flows() {
    check_wrong("flow", &[]);
}

#[test]
fn includes_and_tool_types() {
    check_wrong("includes", &[]);
}

#[test]
fn a_list_is_no_scene() {
    check_wrong("root", &[]);
}

#[test]
fn many_faults_show_at_once() {
    let faults = check_wrong("many", &[]);
    assert!(faults.items.len() >= 35, "{}", faults.summary());
    let json = faults.to_json();
    expect_file!["wrong/many.json"].assert_eq(&format!("{json:#}\n"));
}

#[test]
fn what_is_hardly_meant_so_is_a_warning() {
    let loaded =
        load_file("tests/wrong/warnings.ron", &[]).unwrap_or_else(|d| panic!("{}", d.to_text()));
    assert!(!loaded.warnings.has_errors());
    expect_file!["wrong/warnings.txt"].assert_eq(&loaded.warnings.to_text());
}

#[test]
fn a_missing_file_is_told() {
    let missing =
        load_file("tests/wrong/no_such_scene.ron", &[]).expect_err("there is no such file");
    assert!(
        missing
            .to_text()
            .contains("cannot read `tests/wrong/no_such_scene.ron`: there is no such file")
    );
}

#[test]
fn overrides_reach_every_value() {
    let overrides = [
        ("run.seed", "7"),
        ("run.horizon", "90 d"), // A shell has eaten the quotes.
        ("params.pm_every", "\"9 d\""),
        ("tool_groups.Scanner.count", "2"),
        ("tool_groups.Linked.type", "scanner_arf"),
        ("tool_groups.Linked.width", "5 m"),
        ("tool_groups.Furnace.load", "\"2 min\""),
        ("routes.R1.steps.2.time", "10 min ± 10 %"),
        ("routes.R1.steps.050_Expose.setup", "B"),
        ("routes.\"R2\".steps.0.tools", "Test"),
        ("releases.Hot.plan", "Conwip(lots: 3)"),
    ];
    let loaded = load_file("tests/right/every_field.ron", &overrides)
        .unwrap_or_else(|d| panic!("{}", d.to_text()));
    let s = loaded.scene;
    assert_eq!((s.run.seed, s.run.horizon), (7, Duration::days(90)));
    assert_eq!(
        s.tool_groups[0].pms[0].every,
        PmInterval::Time(Duration::days(9))
    );
    assert_eq!(
        (s.tool_groups[3].width_m, s.tool_groups[3].depth_m),
        (5.0, 9.0)
    );
    assert_eq!(s.tool_groups[1].load, Duration::minutes(2));
    let ten = geoul::scene::dist::Dist::Uniform {
        low: Duration::minutes(9),
        high: Duration::minutes(11),
    };
    assert_eq!(s.routes[0].steps[2].time, ten);
    assert_eq!(s.routes[0].steps[3].setup.as_deref(), Some("B"));
    assert_eq!(s.releases[1].plan, Plan::Conwip { lots: 3 });
    // The document is what was written, without the overrides.
    assert_eq!(
        loaded.document.get("run.seed").as_deref(),
        Ok("18446744073709551615")
    );
}

#[test]
fn wrong_overrides_are_faults_of_their_own_text() {
    let overrides = [
        ("run.sed", "7"),
        ("run.horizon", "90 m"),
        ("params.pm_evry", "1 d"),
        ("tool_groups.Scaner.count", "2"),
        ("routes.R1.steps.99.time", "1 min"),
        ("routes.R1.steps.020_Expos.time", "1 min"),
        ("run.seed.x", "1"),
        ("run..seed", "1"),
        ("routes.\"R1.steps", "1"),
        ("bays.L1", "(area: \"Litho\""),
    ];
    let overrides = overrides.map(|(p, v)| (p.to_owned(), v.to_owned()));
    let name = "tests/right/every_field.ron";
    let bundle = Bundle::from_disk(name).expect("the file is there");
    let faults = load(&bundle, name, &overrides, &MODELS).expect_err("wrong overrides");
    expect_file!["wrong/overrides.txt"].assert_eq(&faults.to_text());
}

#[test]
fn a_scene_in_parts_is_the_scene_in_one() {
    let whole = r#"(
        schema: 1, name: "whole", run: (seed: 4, horizon: "30 d"), params: { "n": 3 },
        areas: { "A": (), "B": () },
        tool_groups: { "T": (area: "A", count: "$n"), "U": (area: "B", count: 1) },
        routes: { "R": (steps: [(name: "1", tools: "T", time: "1 min"), (name: "2", tools: "U", time: "1 min")]) },
        products: { "P": (route: "R") },
        wip: [(name: "a", product: "P", step: 1), (name: "b", product: "P", step: 2)],
    )"#;
    let main = r#"(
        schema: 1, name: "whole", include: ["parts/tools.ron", "./parts/../flow.ron"],
        run: (seed: 4), params: { "n": 3 }, areas: { "A": () },
        wip: [(name: "a", product: "P", step: 1)],
    )"#;
    let tools = r#"(
        schema: 1, name: "a part's own name", run: (seed: 9, horizon: "30 d"), params: { "n": 1 },
        areas: { "B": () }, tool_groups: { "T": (area: "A", count: "$n"), "U": (area: "B", count: 1) },
    )"#;
    let flow = r#"(
        schema: 1,
        routes: { "R": (steps: [(name: "1", tools: "T", time: "1 min"), (name: "2", tools: "U", time: "1 min")]) },
        products: { "P": (route: "R") },
        wip: [(name: "b", product: "P", step: 2)],
    )"#;
    let mut bundle = Bundle::from_text("fab/main.ron", main);
    bundle
        .files
        .insert("fab/parts/tools.ron".to_owned(), tools.to_owned());
    bundle
        .files
        .insert("fab/flow.ron".to_owned(), flow.to_owned());
    let parts =
        load(&bundle, "fab/main.ron", &[], &MODELS).unwrap_or_else(|d| panic!("{}", d.to_text()));
    let one = load(&Bundle::from_text("w", whole), "w", &[], &MODELS)
        .unwrap_or_else(|d| panic!("{}", d.to_text()));
    assert_eq!(parts.scene, one.scene);
    assert_eq!(parts.document.bundle().files, bundle.files);
}

#[test]
fn a_bundle_from_disk_holds_all_files_of_the_scene() {
    let bundle = Bundle::from_disk("tests/wrong/includes.ron").expect("the file is there");
    let files: Vec<&str> = bundle.files.keys().map(String::as_str).collect();
    assert_eq!(
        files,
        [
            "tests/wrong/includes.ron",
            "tests/wrong/parts/future.ron",
            "tests/wrong/parts/not_a_scene.ron",
            "tests/wrong/parts/one.ron",
            "tests/wrong/parts/two.ron",
            "tests/wrong/tools/odd.ron",
        ]
    );
}

#[test]
fn the_imported_testbed_loads_quickly() {
    let Some(data) = std::env::var_os("GEOUL_DATA") else {
        eprintln!("skipped: GEOUL_DATA is not set");
        return;
    };
    let folder = std::path::Path::new(&data).join("smt2020/SMT2020_HVLM");
    let mut files = std::collections::BTreeMap::new();
    for entry in std::fs::read_dir(&folder)
        .expect("the testbed's folder")
        .flatten()
    {
        let text = std::fs::read_to_string(entry.path()).expect("a table");
        files.insert(entry.file_name().to_string_lossy().into_owned(), text);
    }
    let text = geoul::interop::smt2020::import("HVLM", &files)
        .expect("an undamaged testbed")
        .text;
    let bundle = Bundle::from_text("hvlm.ron", &text);
    let start = std::time::Instant::now();
    let loaded =
        load(&bundle, "hvlm.ron", &[], &MODELS).unwrap_or_else(|d| panic!("{}", d.to_text()));
    let took = start.elapsed();
    eprintln!(
        "{} bytes in {took:?}\n{}",
        text.len(),
        loaded.warnings.to_text()
    );
    let scene = loaded.scene;
    let steps: usize = scene.routes.iter().map(|r| r.steps.len()).sum();
    assert_eq!((scene.tool_groups.len(), steps), (106, 926));
    assert_eq!(scene.tool_groups.iter().map(|g| g.count).sum::<u32>(), 1443);
    assert!(scene.wip.len() >= 2255);
    assert!(took.as_secs_f64() < 0.3, "{took:?}");
}

#[test]
fn the_reference_is_up_to_date_and_its_example_loads() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/SCENES.md");
    let made = geoul::scene::reference_markdown();
    if std::env::var_os("GEOUL_BLESS").is_some() {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).expect("docs/");
        std::fs::write(path, &made).expect("docs/SCENES.md");
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == made,
        "docs/SCENES.md is stale; GEOUL_BLESS=1 writes it anew"
    );

    let example = made
        .split("```ron\n")
        .nth(1)
        .and_then(|s| s.split("```").next());
    let example = Bundle::from_text("example.ron", example.expect("an example"));
    let loaded =
        load(&example, "example.ron", &[], &MODELS).unwrap_or_else(|d| panic!("{}", d.to_text()));
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings.to_text());

    // Every link of the reference leads to a section of it.
    for target in made
        .split("](#")
        .skip(1)
        .filter_map(|s| s.split(')').next())
    {
        let heading = |line: &str| {
            line.trim_start_matches("### ")
                .to_lowercase()
                .replace(' ', "-")
        };
        assert!(
            made.lines()
                .any(|l| l.starts_with("### ") && heading(l) == target),
            "#{target}"
        );
    }
}
