//! `geoul litho` from outside: what it writes, and what it says of layouts that are none.

use std::path::PathBuf;
use std::process::{Command, Output};

/// A folder of its own for one test; gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("geoul-litho-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }

    fn at(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn put(&self, name: &str, bytes: &[u8]) -> String {
        std::fs::write(self.0.join(name), bytes).expect("written");
        self.at(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn litho(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_geoul"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("litho")
        .args(arguments)
        .env("LC_ALL", "C")
        .output()
        .expect("the program starts")
}

fn shown(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    out + &String::from_utf8_lossy(&output.stderr)
}

const OPTICS: &str = "scenes/litho/arf_annular.ron";

#[test]
fn an_image_comes_with_its_contours_and_tables() {
    let folder = Folder::new("image");
    let output = litho(&[
        "image",
        "scenes/litho/logic.glp",
        "--optics",
        OPTICS,
        "--dose",
        "0.95,1.05",
        "--pixel",
        "4",
        "--window",
        "0,0,400",
        "--out",
        &folder.at("out"),
    ]);
    assert!(output.status.success(), "{}", shown(&output));
    let contours = folder.text("out/contours.csv");
    let points: Vec<Vec<f64>> = contours
        .lines()
        .skip(1)
        .map(|l| l.split(',').map(|w| w.parse().unwrap()).collect())
        .collect();
    // Around the middle of the elbow's upright bar (0 to 70 nm wide) there is an edge on each side.
    let near = |x: f64| {
        points
            .iter()
            .any(|p| p[0] == 1.05 && (p[2] - x).abs() < 30.0 && (p[3] - 200.0).abs() < 30.0)
    };
    assert!(near(0.0) && near(70.0));
    let picture = std::fs::read(folder.at("out/aerial.png")).unwrap();
    assert_eq!(&picture[1..4], b"PNG");
    assert_eq!(folder.text("out/aerial.csv").lines().count(), 128 * 128 + 1);
    assert!(folder.text("out/contours.svg").contains("<polygon"));
}

#[test]
fn a_window_has_its_curves() {
    let folder = Folder::new("window");
    let output = litho(&[
        "window",
        "scenes/litho/lines.glp",
        "--optics",
        OPTICS,
        "--cut",
        "270,400,0",
        "--focus",
        "-60,60,5",
        "--pixel",
        "4",
        "--out",
        &folder.at("out"),
    ]);
    assert!(output.status.success(), "{}", shown(&output));
    let rows = folder.text("out/bossung.csv");
    assert_eq!(rows.lines().count(), 5 * 7 + 1);
    let cd = |z: &str, dose: &str| -> f64 {
        let row = rows
            .lines()
            .find(|l| l.starts_with(&format!("{z},{dose}")))
            .unwrap();
        row.rsplit(',').next().unwrap().parse().unwrap()
    };
    // More dose widens an opening; both sides of focus are alike.
    assert!(cd("0", "1.05") > cd("0", "0.95"));
    assert!((cd("-60", "1.0") - cd("60", "1.0")).abs() < 1e-3);
    assert!(folder.text("out/window.svg").contains("<path"));
    let missed = litho(&[
        "window",
        "scenes/litho/lines.glp",
        "--optics",
        OPTICS,
        "--cut",
        "700,400,0",
        "--focus",
        "0,0,1",
        "--pixel",
        "4",
        "--out",
        &folder.at("out"),
    ]);
    assert_eq!(missed.status.code(), Some(2), "{}", shown(&missed));
}

#[test]
fn what_is_no_layout_is_told() {
    let folder = Folder::new("bad");
    let out = folder.at("out");
    let bow = folder.put("bow.glp", b"PGON N M1 0 0 90 90 90 0 0 90\n");
    let empty = folder.put("empty.glp", b"BEGIN\nENDMSG\n");
    let cut = folder.put("cut.gds", &[0, 6, 0, 2, 2, 88, 0, 28, 1, 2]);
    let huge = folder.put("huge.glp", b"RECT N M1 0 0 90000 90000\n");
    let other = folder.put("a.txt", b"");
    for (layout, says) in [
        (&bow, "cross"),
        (&empty, "RECT or PGON"),
        (&cut, "cut off"),
        (&huge, "--window"),
        (&other, ".gds or .glp"),
        (&folder.at("none.gds"), "cannot read"),
    ] {
        let output = litho(&["image", layout, "--optics", OPTICS, "--out", &out]);
        let text = shown(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(
            text.contains(says) && !text.contains("panicked"),
            "{says}: {text}"
        );
    }
    let optics = folder.put(
        "bad.ron",
        b"(lens: Arf, source: Annular(inner: 0.6, outer: 0.9))",
    );
    let output = litho(&[
        "image",
        "scenes/litho/logic.glp",
        "--optics",
        &optics,
        "--out",
        &out,
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        shown(&output).contains("ArfImmersion"),
        "{}",
        shown(&output)
    );
    assert!(
        !PathBuf::from(&out).exists(),
        "nothing is written for what cannot be"
    );
}

#[test]
fn a_mask_is_made_and_scored_alike() {
    if std::env::var("GEOUL_DATA").is_err() {
        println!("skipped: no $GEOUL_DATA");
        return;
    }
    let folder = Folder::new("opc");
    let layout = "scenes/litho/logic.glp";
    let score = |mask: &[&str]| -> serde_json::Value {
        let output = litho(&[&["score", layout, "--json"], mask].concat());
        assert!(output.status.success(), "{}", shown(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let before = score(&[]);
    let output = litho(&[
        "opc",
        layout,
        "--effort",
        "quick",
        "--out",
        &folder.at("out"),
    ]);
    let text = shown(&output);
    assert!(output.status.success(), "{text}");
    let as_gds = score(&["--mask", &folder.at("out/mask.gds")]);
    let as_png = score(&["--mask", &folder.at("out/mask.png")]);
    for key in ["l2_nm2", "pvb_nm2", "epe"] {
        assert_eq!(
            as_gds[key], as_png[key],
            "the mask lies where its target lies"
        );
    }
    let l2 = |page: &serde_json::Value| page["l2_nm2"].as_u64().unwrap();
    assert!(
        2 * l2(&as_gds) < l2(&before),
        "{} {}",
        l2(&as_gds),
        l2(&before)
    );
    let rules = text
        .lines()
        .find(|l| l.contains("rule violations"))
        .unwrap();
    assert!(rules.trim_end().ends_with(" 0"), "{rules}");
}
