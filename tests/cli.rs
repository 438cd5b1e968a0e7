//! The program from outside: what it writes, prints and exits with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Row, RowAccessor};
use serde_json::Value;

const LINE: &str = "tests/fixtures/cli/line.ron";

/// A folder of its own for one test; gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("geoul-cli-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }

    fn at(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.join(folder)).expect("a folder");
        let name = |e: std::io::Result<std::fs::DirEntry>| e.expect("an entry").file_name();
        let mut names: Vec<String> = entries
            .map(|e| name(e).to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn kpis(&self, folder: &str) -> Value {
        serde_json::from_str(&self.text(&format!("{folder}/kpis.json"))).expect("JSON")
    }

    fn rows(&self, file: &str) -> Vec<Row> {
        let path = self.0.join(file);
        let file = std::fs::File::open(&path).unwrap_or_else(|e| panic!("{file}: {e}"));
        let reader = SerializedFileReader::new(file).expect("a Parquet file");
        let rows = reader.get_row_iter(None).expect("rows");
        rows.map(|r| r.expect("a row")).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn command(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_geoul"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("LC_ALL", "C")
        .args(words);
    command
}

fn geoul(words: &[&str]) -> Output {
    command(words).output().expect("the program starts")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// Runs and demands the exit code.
#[track_caller]
fn expect(code: i32, words: &[&str]) -> Output {
    let output = geoul(words);
    assert_eq!(
        output.status.code(),
        Some(code),
        "{words:?}\n{}\n{}",
        out(&output),
        err(&output)
    );
    output
}

/// The row of a figure.
fn kpi<'k>(kpis: &'k Value, name: &str, of: &str) -> &'k Value {
    let rows = kpis["kpis"].as_array().expect("rows");
    rows.iter()
        .find(|r| r["name"] == name && r["of"] == of)
        .unwrap_or_else(|| panic!("no {name} of {of:?}"))
}

fn mean(kpis: &Value, name: &str, of: &str) -> f64 {
    kpi(kpis, name, of)["mean"].as_f64().expect("a number")
}

#[test]
fn a_run_writes_everything_it_promises() {
    let folder = Folder::new("run");
    let (dir, junit) = (folder.at("a/out"), folder.at("b/checks.xml"));
    let words = [
        "run", LINE, "--out", &dir, "--junit", &junit, "--trace", "steps",
    ];
    let output = expect(0, &words);
    assert_eq!(err(&output), "", "no bar and no notes without a terminal");
    assert_eq!(
        folder.names("a/out"),
        [
            "kpis.json",
            "lots.parquet",
            "report.html",
            "steps.parquet",
            "tools.parquet"
        ]
    );
    let kpis = folder.kpis("a/out");
    assert_eq!((&kpis["scene"], &kpis["seed"]), (&"Line".into(), &5.into()));
    assert_eq!(kpis["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(kpis["replications"], 3);
    let digest = kpis["digest"].as_str().expect("a digest");
    // A lot every 30 min.
    assert!((mean(&kpis, "throughput", "Steady") - 48.0).abs() < 0.5);

    // The table on the standard output and the report show the same figures.
    let (table, report) = (out(&output), folder.text("a/out/report.html"));
    assert!(table.contains(digest) && report.contains(digest));
    let util = kpi(&kpis, "utilization", "Mill");
    let half = util["high"].as_f64().expect("high") - util["mean"].as_f64().expect("mean");
    let shown = geoul::view::i18n::with_interval(mean(&kpis, "utilization", "Mill"), Some(half));
    assert!(table.contains(&shown), "{shown}\n{table}");
    let first = shown.split(' ').next().expect("a number");
    assert!(report.contains(first), "{first}");
    assert!(report.contains("Path of lot Steady/"), "the typical lot");

    // Every lot that left is a row; the counted ones have the cycle time of kpis.json.
    let lots = folder.rows("a/out/lots.parquet");
    let cycle = |r: &Row| (r.get_long(7).unwrap() - r.get_long(6).unwrap()) as f64 / 8.64e10;
    let mut means = Vec::new();
    for replication in 0..3 {
        let counted: Vec<f64> = lots
            .iter()
            .filter(|r| r.get_uint(0).unwrap() == replication)
            .filter(|r| r.get_string(1).unwrap() == "Steady")
            .filter(|r| r.get_long(6).unwrap() >= 10 * 86_400_000_000)
            .map(cycle)
            .collect();
        means.push(counted.iter().sum::<f64>() / counted.len() as f64);
    }
    let own = means.iter().sum::<f64>() / 3.0;
    assert!((own - mean(&kpis, "cycle_time", "Steady")).abs() < 1e-9);

    let tools = folder.rows("a/out/tools.parquet");
    assert_eq!(tools.len(), 3 * 5);
    // Steps of all replications, as many as were done.
    let steps = folder.rows("a/out/steps.parquet");
    let mut per_lot: BTreeMap<(u32, String, u32), Vec<(i64, i64)>> = BTreeMap::new();
    for step in &steps {
        let lot = (
            step.get_uint(0).unwrap(),
            step.get_string(1).unwrap().clone(),
            step.get_uint(2).unwrap(),
        );
        let times = (step.get_long(8).unwrap(), step.get_long(12).unwrap());
        per_lot.entry(lot).or_default().push(times);
    }
    for lot in &lots {
        let id = (
            lot.get_uint(0).unwrap(),
            lot.get_string(1).unwrap().clone(),
            lot.get_uint(2).unwrap(),
        );
        let path = &per_lot[&id];
        assert_eq!(
            path[0].0,
            lot.get_long(6).unwrap(),
            "{id:?} begins at its release"
        );
        assert_eq!(
            path[path.len() - 1].1,
            lot.get_long(7).unwrap(),
            "{id:?} ends"
        );
        assert!(
            path.windows(2).all(|w| w[0].1 == w[1].0),
            "{id:?}: {path:?}"
        );
    }

    let checks = folder.text("b/checks.xml");
    assert!(
        checks.contains("tests=\"2\"") && checks.contains("failures=\"0\""),
        "{checks}"
    );
}

#[test]
fn the_digest_does_not_depend_on_threads_or_trace() {
    let folder = Folder::new("digest");
    let mut seen = Vec::new();
    for (n, more) in [
        &["--threads", "1"][..],
        &["--threads", "2"],
        &["--threads", "2", "--trace", "steps", "--lot", "Chance/3"],
        &["--threads", "3"],
    ]
    .iter()
    .enumerate()
    {
        let dir = folder.at(&n.to_string());
        expect(
            0,
            &[
                &["run", LINE, "--quiet", "--replications", "5", "--out", &dir],
                *more,
            ]
            .concat(),
        );
        seen.push(folder.text(&format!("{n}/kpis.json")));
        let lots = std::fs::read(folder.0.join(format!("{n}/lots.parquet"))).expect("a file");
        seen.push(format!("{:?}", lots.len()));
    }
    for pair in seen.chunks(2) {
        assert_eq!(pair, &seen[..2]);
    }
    let dir = folder.at("seed");
    expect(
        0,
        &[
            "run",
            LINE,
            "-q",
            "--replications",
            "5",
            "--seed",
            "6",
            "--out",
            &dir,
        ],
    );
    assert_ne!(folder.text("seed/kpis.json"), seen[0]);
}

#[test]
fn a_check_that_fails_decides_the_exit_code() {
    let folder = Folder::new("fail");
    let (dir, junit) = (folder.at("out"), folder.at("checks.xml"));
    let slower = ["--set", "releases.Steady.plan=Every(interval: \"40 min\")"];
    let words = [
        &["run", LINE, "--out", &dir, "--junit", &junit][..],
        &slower,
    ]
    .concat();
    let output = expect(1, &words);
    let text = out(&output);
    assert!(text.contains("✕ failed  throughput of Steady"), "{text}");
    assert!(text.contains("✓ passed  cycle_time"), "{text}");
    let kpis = folder.kpis("out");
    assert!(
        (mean(&kpis, "throughput", "Steady") - 36.0).abs() < 0.5,
        "the override acts"
    );
    let checks = folder.text("checks.xml");
    assert!(
        checks.contains("failures=\"1\"") && checks.contains("demanded: 47 to"),
        "{checks}"
    );
    assert!(folder.text("out/report.html").contains("1 of 2 checks"));
}

#[test]
fn wrong_input_exits_with_2_and_lists_all_faults() {
    let folder = Folder::new("wrong");
    let dir = folder.at("out");
    let faults = |output: &Output| err(output).matches("error[").count();
    let run = expect(2, &["run", "tests/wrong/many.ron", "--out", &dir]);
    let check = expect(2, &["check", "tests/wrong/many.ron"]);
    let json = expect(2, &["check", "tests/wrong/many.ron", "--json"]);
    let list: Value = serde_json::from_str(&out(&json)).expect("JSON");
    let errors = list.as_array().expect("a list").iter();
    let errors = errors.filter(|d| d["severity"] == "error").count();
    assert!(errors > 10, "{errors}");
    assert_eq!((faults(&run), faults(&check)), (errors, errors));
    assert!(!Path::new(&dir).exists(), "nothing is written");

    let near = |words: &[&str], hint: &str| {
        let output = expect(2, &[words, &["--out", &dir]].concat());
        assert!(err(&output).contains(hint), "{words:?}: {}", err(&output));
    };
    near(
        &["run", LINE, "--set", "tool_groups.Mil.count=3"],
        "did you mean `Mill`?",
    );
    near(&["run", LINE, "--lot", "Stedy/3"], "did you mean `Steady`?");
    near(
        &["run", LINE, "--lot", "Steady/1000000"],
        "there is no lot Steady/1000000",
    );
    near(&["run", "no/such.ron"], "no/such.ron");
    near(&["run", LINE, "--replications", "0"], "one or more");
    near(&["run", LINE, "--warmup-days", "40"], "shorter warm-up");
    near(
        &[
            "run",
            LINE,
            "--set",
            "limits.lots=40",
            "--set",
            "tool_groups.Mill.count=1",
        ],
        "40 lots are in work",
    );
    near(&["run", LINE, "--days", "x"], "number of days");
    let blocked = folder.at("file/out");
    std::fs::write(folder.at("file"), "").expect("written");
    let output = expect(2, &["run", LINE, "--out", &blocked]);
    assert!(
        err(&output).contains("cannot make the folder"),
        "{}",
        err(&output)
    );

    let fine = expect(0, &["check", LINE]);
    assert!(
        out(&fine).contains("3 tool groups with 5 tools"),
        "{}",
        out(&fine)
    );
    let set = expect(2, &["check", LINE, "--set", "run.sed=4"]);
    assert!(err(&set).contains("did you mean `seed`?"), "{}", err(&set));
}

#[test]
fn a_failed_run_leaves_the_last_result() {
    let folder = Folder::new("kept");
    let dir = folder.at("out");
    expect(0, &["run", LINE, "-q", "--out", &dir]);
    let before = folder.text("out/kpis.json");
    expect(
        2,
        &["run", LINE, "-q", "--out", &dir, "--set", "limits.lots=10"],
    );
    assert_eq!(folder.text("out/kpis.json"), before);
    let names = ["kpis.json", "lots.parquet", "report.html", "tools.parquet"];
    assert_eq!(folder.names("out"), names, "no temporary file stays");
}

#[test]
fn a_warm_up_that_does_not_fit_is_shortened_and_said() {
    let folder = Folder::new("warmup");
    let dir = folder.at("out");
    let output = expect(0, &["run", LINE, "--days", "8", "--out", &dir]);
    assert!(
        err(&output).contains("shortened in proportion to 2.0 d"),
        "{}",
        err(&output)
    );
    // 6 of 8 days are counted, a lot every 30 min.
    let finished = mean(&folder.kpis("out"), "finished_lots", "Steady");
    assert!((270.0..=288.0).contains(&finished), "{finished}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_what_was_finished() {
    let folder = Folder::new("interrupt");
    let dir = folder.at("out");
    let replications = [
        "--replications",
        "100000",
        "--out",
        &dir,
        "--trace",
        "steps",
    ];
    let mut child = command(&[&["run", LINE][..], &replications].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let steps = folder.0.join("out/steps.parquet.tmp");
    let started = Instant::now();
    // Some replications are done when a good part of the steps is on the disk.
    while std::fs::metadata(&steps).map_or(0, |m| m.len()) < 1_000_000 {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "nothing is written"
        );
        assert!(
            child.try_wait().expect("a child").is_none(),
            "it ended by itself"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    let interrupted = Instant::now();
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.expect("kill runs").success());
    let output = child.wait_with_output().expect("it ends");
    assert!(
        interrupted.elapsed() < Duration::from_secs(5),
        "{:?}",
        interrupted.elapsed()
    );
    assert_eq!(output.status.code(), Some(130));
    let kpis = folder.kpis("out");
    let n = kpis["replications"].as_u64().expect("a number");
    assert!((1..100_000).contains(&n));
    let said = format!("{n} of 100000 replications are finished");
    assert!(err(&output).contains(&said), "{}", err(&output));
    let lots = folder.rows("out/lots.parquet");
    let last = lots.iter().map(|r| r.get_uint(0).unwrap()).max();
    assert_eq!(
        last,
        Some(n as u32 - 1),
        "lots of the finished ones, no others"
    );
    assert_eq!(folder.rows("out/tools.parquet").len() as u64, 5 * n);
    assert!(!folder.rows("out/steps.parquet").is_empty());
    assert!(folder.text("out/report.html").ends_with("</html>\n"));
}

#[test]
fn two_scenes_are_compared_under_the_same_luck() {
    let folder = Folder::new("compare");
    let dir = folder.at("out");
    let words = ["compare", LINE, LINE, "--replications", "30", "--out", &dir];
    let same = expect(0, &words);
    assert!(out(&same).contains("inconclusive"));
    let page: Value = serde_json::from_str(&folder.text("out/compare.json")).expect("JSON");
    let rows = page["differences"].as_array().expect("rows");
    assert!(
        rows.len() > 50 && rows.iter().all(|r| r["difference"] == 0.0),
        "one luck for both"
    );

    let third = ["--set-b", "tool_groups.Mill.count=3"];
    let faster = expect(0, &[&words[..], &third].concat());
    let text = out(&faster);
    let line = text
        .lines()
        .find(|l| l.contains("Cycle time "))
        .expect("a line");
    assert!(line.ends_with("better"), "{text}");
    let page: Value = serde_json::from_str(&folder.text("out/compare.json")).expect("JSON");
    let rows = page["differences"].as_array().expect("rows");
    let cycle = rows
        .iter()
        .find(|r| r["name"] == "cycle_time" && r["of"] == "Steady")
        .expect("a row");
    assert!(cycle["high"].as_f64().expect("high") < 0.0);
    assert_eq!((&cycle["n"], &page["pairs"]), (&30.into(), &30.into()));
    let one = expect(0, &[&words[..], &third, &["--threads", "1"]].concat());
    assert_eq!(out(&one), text);
    let wrong = expect(
        2,
        &[&words[..], &["--set-b", "tool_groups.Mil.count=3"]].concat(),
    );
    assert!(err(&wrong).contains("did you mean `Mill`?"));
}

#[test]
fn a_lot_is_explained_to_its_last_hour() {
    let output = expect(
        0,
        &["explain", LINE, "--lot", "Steady/700", "--replication", "1"],
    );
    let text = out(&output);
    assert!(text.starts_with("Steady/700  D+14 14:30 → D+"), "{text}");
    let hours = |line: &str| -> f64 {
        let cells: Vec<&str> = line
            .split("  ")
            .map(str::trim)
            .filter(|c| !c.is_empty())
            .collect();
        cells[1].parse().expect("hours")
    };
    let lines: Vec<&str> = text.lines().skip(4).collect();
    let (total, causes) = lines.split_last().expect("a total");
    assert!(
        total.starts_with("Cycle time") && causes.len() >= 2,
        "{text}"
    );
    let sum: f64 = causes.iter().map(|l| hours(l)).sum();
    assert!(
        (sum - hours(total)).abs() < 0.01 * causes.len() as f64,
        "{text}"
    );

    // The same lot in the table of lots.
    let folder = Folder::new("explain");
    let dir = folder.at("out");
    expect(
        0,
        &[
            "run",
            LINE,
            "-q",
            "--replications",
            "2",
            "--out",
            &dir,
            "--lot",
            "Steady/700",
        ],
    );
    let lot = folder
        .rows("out/lots.parquet")
        .into_iter()
        .find(|r| {
            r.get_uint(0).unwrap() == 1
                && r.get_string(1).unwrap() == "Steady"
                && r.get_uint(2).unwrap() == 700
        })
        .expect("the lot");
    let cycle_h = (lot.get_long(7).unwrap() - lot.get_long(6).unwrap()) as f64 / 3.6e9;
    assert!((cycle_h - hours(total)).abs() < 0.006);
    assert!(
        folder
            .text("out/report.html")
            .contains("Path of lot Steady/700")
    );

    let korean = expect(0, &["explain", LINE, "--lot", "Steady/700", "--lang", "ko"]);
    assert!(out(&korean).contains("사이클 타임"));
    let late = expect(2, &["explain", LINE, "--lot", "Steady/1919"]);
    assert!(err(&late).contains("still in work"), "{}", err(&late));
    let none = expect(2, &["explain", LINE, "--lot", "Plain/0"]);
    assert!(
        err(&none).contains("expected one of: Steady, Chance"),
        "{}",
        err(&none)
    );
}

/// Two variants after each other: the second takes the base from memory; both answer in words.
#[test]
fn a_what_if_answers_in_words_and_remembers_the_base() {
    let folder = Folder::new("whatif");
    let json = folder.at("answers.json");
    let asked = [
        "whatif",
        LINE,
        "--what",
        "capacity",
        "--knob",
        "tools.Mill=3",
        "--try",
        "starts=90",
        "--replications",
        "12",
        "--one-by-one",
        "--lang",
        "ko",
        "--json",
        &json,
    ];
    let text = out(&expect(0, &asked));
    assert!(
        text.contains("Mill의 장비 수를 2대에서 3대로 늘리면 사이클 타임이"),
        "{text}"
    );
    assert!(
        text.contains("전체 투입량을 100 %에서 90 %로 줄이면"),
        "{text}"
    );
    let pages: Value = serde_json::from_str(&folder.text("answers.json")).expect("JSON");
    let counts = |page: &Value| {
        let count = |name: &str| page[name].as_u64().expect("a count");
        (count("replications_run"), count("replications_reused"))
    };
    assert_eq!(counts(&pages[0]), (24, 0));
    assert_eq!(counts(&pages[1]), (12, 12));
    let knob = [
        "whatif",
        LINE,
        "--what",
        "capacity",
        "--knob",
        "tools.Mil=3",
    ];
    assert!(err(&expect(2, &knob)).contains("did you mean `tools.Mill`?"));
    let nothing = ["whatif", LINE, "--what", "maintenance"];
    assert!(err(&expect(2, &nothing)).contains("nothing is turned"));
}
