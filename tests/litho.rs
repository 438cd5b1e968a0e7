//! `geoul litho` from outside: what it writes, and what it says of layouts that are none.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output};

#[path = "litho/compute.rs"]
mod compute;

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

/// The commands that the documentation begins with do what it says, but for those that take data of the contest.
#[test]
fn documented_commands_run() {
    let folder = Folder::new("documented");
    let text = include_str!("../docs/LITHOGRAPHY.md");
    let block = text.split("```").nth(1).expect("a block of commands");
    let commands = block.lines().filter_map(|l| l.strip_prefix("geoul litho "));
    let mut ran = 0;
    for command in commands.filter(|c| !c.contains("M1_test1")) {
        let (head, out) = command.split_once("--out ").expect("a place to write to");
        let out = folder.at(out);
        let words: Vec<&str> = head.split(' ').filter(|w| !w.is_empty()).collect();
        let output = litho(&[&words[..], &["--out", &out]].concat());
        assert!(output.status.success(), "{command}: {}", shown(&output));
        ran += 1;
    }
    assert!(ran >= 6, "{ran} commands");
}

/// Without sizes of tiles a layout that is larger than one is imaged, too.
#[test]
fn tiles_are_as_large_as_halos_need() {
    let folder = Folder::new("roomy");
    let lines = folder.at("lines.glp");
    let (size, counts) = (["--size", "70", "--pitch", "160"], ["--counts", "40,1"]);
    let pattern = [&["pattern", "lines", "--out", &lines], &size[..], &counts].concat();
    let made = litho(&pattern);
    assert!(made.status.success(), "{}", shown(&made));
    let out = folder.at("out");
    let image = [
        "image", &lines, "--optics", OPTICS, "--halo", "1100", "--tiles", "1", "--out", &out,
    ];
    let output = litho(&image);
    let text = shown(&output);
    assert!(output.status.success(), "{text}");
    let small = litho(&[&image[..], &["--tile", "2048"]].concat());
    assert_eq!(small.status.code(), Some(2));
    assert!(shown(&small).contains("--pixel"), "{}", shown(&small));
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
    let cd = |z: f64, dose: f64| -> f64 {
        let numbers = rows.lines().skip(1).map(|l| -> Vec<f64> {
            l.split(',')
                .map(|w| w.parse().unwrap_or(f64::NAN))
                .collect()
        });
        let mut fitting = numbers.filter(|r| (r[0] - z).abs() + (r[1] - dose).abs() < 1e-6);
        fitting.next().unwrap()[2]
    };
    // More dose widens an opening; both sides of focus are alike.
    assert!(cd(0.0, 1.05) > cd(0.0, 0.95));
    assert!((cd(-60.0, 1.0) - cd(60.0, 1.0)).abs() < 1e-3);
    assert!(folder.text("out/window.svg").contains("<path"));
    let parquet = std::fs::read(folder.at("out/bossung.parquet")).unwrap();
    assert_eq!(
        (&parquet[..4], &parquet[parquet.len() - 4..]),
        (&b"PAR1"[..], &b"PAR1"[..])
    );
    let text = shown(&output);
    for part in ["MEEF", "ellipse", "simulated"] {
        assert!(text.contains(part), "{part}: {text}");
    }
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
    let off_grid = folder.put("off.glp", b"RECT N M1 0 0 90.5 90\n");
    let ron = folder.put(
        "bow.ron",
        b"(shapes: [\n    Polygon(points: [[0, 0], [90, 90], [90, 0], [0, 90]]),\n])",
    );
    let other = folder.put("a.txt", b"");
    for (layout, says) in [
        (&bow, "cross"),
        (&empty, "RECT or PGON"),
        (&cut, "cut off"),
        (&off_grid, "a whole number of nm"),
        (&ron, "bow.ron:2:"),
        (&other, ".gds, .glp or .ron"),
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

/// GDSII records: length, kind, data.
fn gds(records: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (kind, data) in records {
        out.extend((data.len() as u16 + 4).to_be_bytes());
        out.extend(kind.to_be_bytes());
        out.extend(data);
    }
    out
}

fn longs(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_be_bytes()).collect()
}

/// An array of 30 000 by 30 000 squares: 900 million polygons in half a kilobyte.
fn array(columns: u16, pitch: i32) -> Vec<u8> {
    // 1e-3 and 1e-9 as the format writes them.
    let units = [
        [0x3E, 0x41, 0x89, 0x37, 0x4B, 0xC6, 0xA7, 0xF0],
        [0x39, 0x44, 0xB8, 0x2F, 0xA0, 0x9B, 0x5A, 0x54],
    ]
    .concat();
    let far = i32::from(columns) * pitch;
    gds(&[
        (0x0002, vec![2, 88]),
        (0x0102, vec![0; 24]),
        (0x0206, b"LIB\0".to_vec()),
        (0x0305, units),
        (0x0502, vec![0; 24]),
        (0x0606, b"UNIT".to_vec()),
        (0x0800, vec![]),
        (0x0D02, vec![0, 1]),
        (0x0E02, vec![0, 0]),
        (0x1003, longs(&[0, 0, 70, 0, 70, 70, 0, 70, 0, 0])),
        (0x1100, vec![]),
        (0x0700, vec![]),
        (0x0502, vec![0; 24]),
        (0x0606, b"MAIN".to_vec()),
        (0x0B00, vec![]),
        (0x1206, b"UNIT".to_vec()),
        (
            0x1302,
            [columns.to_be_bytes(), columns.to_be_bytes()].concat(),
        ),
        (0x1003, longs(&[0, 0, far, 0, 0, far])),
        (0x1100, vec![]),
        (0x0700, vec![]),
        (0x0400, vec![]),
    ])
}

/// Peak memory of a finished child's kind cannot be asked portably; on Linux the program runs under a limit
/// of its address space instead, and must do with it.
fn litho_in_memory(mebibytes: u64, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_geoul");
    let limited = format!("ulimit -v {}; exec \"$0\" litho \"$@\"", mebibytes * 1024);
    Command::new("sh")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["-c", &limited, program])
        .args(arguments)
        .env("LC_ALL", "C")
        .output()
        .expect("a shell starts")
}

/// A layout of 10 mm² and 900 million polygons is imaged by its tiles in bounded memory; what needs it flat
/// says that it is too much.
#[test]
fn huge_arrays_are_imaged_by_part_and_never_flat() {
    let folder = Folder::new("huge");
    let huge = folder.put("huge.gds", &array(30_000, 150));
    let out = folder.at("out");
    let tiles = [
        "--pixel", "4", "--tile", "400", "--halo", "300", "--tiles", "3", "--dose", "1.6",
    ];
    let output = litho_in_memory(
        2048,
        &[
            &["image", &huge, "--optics", OPTICS, "--out", &out],
            &tiles[..],
        ]
        .concat(),
    );
    let text = shown(&output);
    assert!(output.status.success(), "{text}");
    assert!(
        text.contains("3 of ") && text.contains("extrapolated"),
        "{text}"
    );
    assert!(folder.text("out/contours.csv").lines().count() > 1000);
    let flat = litho_in_memory(2048, &["opc", &huge, "--optics", OPTICS, "--out", &out]);
    let text = shown(&flat);
    assert_eq!(flat.status.code(), Some(2), "{text}");
    assert!(text.contains("at most 4000000"), "{text}");
    let off = folder.put("off.gds", &{
        let mut bytes = array(4, 150);
        let at = bytes.len() - 4 - 4 - 4 - 24;
        bytes[at..at + 24].copy_from_slice(&longs(&[0, 0, 601, 0, 0, 600]));
        bytes
    });
    let output = litho(&["image", &off, "--optics", OPTICS, "--out", &out]);
    assert!(
        shown(&output).contains("off the grid"),
        "{}",
        shown(&output)
    );
}

/// Tiles give what one tile gives: the same contours, within what the halo leaves out.
#[test]
fn tiles_image_as_one_tile_does() {
    let folder = Folder::new("tiles");
    let mut areas = Vec::new();
    for (name, tile) in [("one", "1024"), ("many", "256")] {
        let out = folder.at(name);
        let output = litho(&[
            "image",
            "scenes/litho/logic.glp",
            "--optics",
            OPTICS,
            "--pixel",
            "4",
            "--tile",
            tile,
            "--out",
            &out,
            "--halo",
            "400",
        ]);
        assert!(output.status.success(), "{}", shown(&output));
        let rows = folder.text(&format!("{name}/aerial.csv"));
        let values: BTreeMap<String, f64> = rows
            .lines()
            .skip(1)
            .map(|l| {
                let (place, value) = l.rsplit_once(',').unwrap();
                (place.to_owned(), value.parse().unwrap())
            })
            .collect();
        areas.push(values);
    }
    // Small tiles end nearer to the layout; the table is square and says only what was imaged.
    assert!(areas[1].len() > 12_000, "{}", areas[1].len());
    let worst = areas[1]
        .iter()
        .map(|(place, value)| (value - areas[0][place]).abs())
        .fold(0.0, f64::max);
    assert!(worst < 0.02 && worst > 0.0, "{worst}");
}

/// Patterns are written in each form and read back alike.
#[test]
fn patterns_are_layouts() {
    let folder = Folder::new("pattern");
    let mut pictures = Vec::new();
    for name in ["dram.gds", "dram.glp", "dram.ron"] {
        let file = folder.at(name);
        let output = litho(&[
            "pattern", "dram", "--size", "70", "--pitch", "160", "--counts", "4,3", "--out", &file,
        ]);
        assert!(output.status.success(), "{}", shown(&output));
        let out = folder.at("out");
        let output = litho(&[
            "image", &file, "--optics", OPTICS, "--pixel", "4", "--out", &out,
        ]);
        assert!(output.status.success(), "{}", shown(&output));
        pictures.push(folder.text("out/contours.csv"));
    }
    assert!(pictures[0] == pictures[1] && pictures[1] == pictures[2]);
    let wrong = litho(&[
        "pattern",
        "lines",
        "--size",
        "200",
        "--out",
        &folder.at("a.gds"),
    ]);
    assert_eq!(wrong.status.code(), Some(2));
    let wrong = litho(&["pattern", "lines", "--out", &folder.at("a.txt")]);
    assert!(shown(&wrong).contains(".ron"), "{}", shown(&wrong));
}

/// All methods improve the print with any optics, and their masks read back.
/// How far prints differ from their target without and with a mask: "Print differs from target (L2)   12,345 nm²   2,345 nm²".
fn differences(text: &str) -> [f64; 2] {
    let row = text.lines().find(|l| l.contains("(L2)")).unwrap();
    let cells = row.split("(L2)").nth(1).unwrap().split("nm²");
    let numbers: Vec<f64> = cells
        .filter_map(|w| w.trim().replace([',', ' '], "").parse().ok())
        .collect();
    numbers.try_into().expect("two numbers")
}

/// Mask rules follow the lens, and assist features that print all the same are taken off.
#[test]
fn assist_features_do_not_print_under_euv() {
    let folder = Folder::new("rules");
    let out = folder.at("out");
    let opc = [
        "opc",
        "scenes/litho/contacts.ron",
        "--optics",
        "scenes/litho/euv_dipole.ron",
        "--method",
        "level-set",
        "--pixel",
        "2",
        "--out",
        &out,
    ];
    // As wide as under ArF they all print: what is left is about as good as the layout itself.
    for (more, most) in [(&[][..], 0.3), (&["--width", "16"], 1.2)] {
        let output = litho(&[&opc[..], more].concat());
        let text = shown(&output);
        assert!(output.status.success(), "{text}");
        let [before, after] = differences(&text);
        assert!(after < most * before, "{text}");
        assert_eq!(text.contains("note:"), after > before, "{text}");
    }
    let refused = litho(&[&opc[..], &["--space=-1"]].concat());
    assert_eq!(refused.status.code(), Some(2), "{}", shown(&refused));
}

#[test]
fn masks_for_any_optics_print_better() {
    let folder = Folder::new("correct");
    for (method, more) in [
        ("edge", vec!["--rounds", "6"]),
        ("pixel", vec!["--effort", "quick", "--optimiser", "lbfgs"]),
        ("level-set", vec!["--effort", "quick"]),
    ] {
        let out = folder.at(method);
        let base = [
            "opc",
            "scenes/litho/logic.glp",
            "--optics",
            OPTICS,
            "--method",
            method,
            "--out",
            &out,
            "--pixel",
            "8",
            "--tile",
            "320",
        ];
        let output = litho(&[&base[..], &more].concat());
        let text = shown(&output);
        assert!(output.status.success(), "{text}");
        let [before, after] = differences(&text);
        assert!(after < 0.6 * before, "{text}");
        let rules = text
            .lines()
            .find(|l| l.contains("rule violations"))
            .unwrap();
        assert!(rules.trim_end().ends_with(" 0"), "{rules}");
        let drawn = folder.text(&format!("{method}/contours.svg"));
        for name in ["Mask", "Print without correction", "Print, corrected"] {
            assert!(drawn.contains(&format!(">{name}</text>")), "{name}");
        }
        // Outlines of the mask and of both prints.
        assert!(drawn.matches("fill=\"none\"").count() >= 10, "{method}");
        let back = litho(&[
            "image",
            &folder.at(&format!("{method}/mask.gds")),
            "--optics",
            OPTICS,
            "--pixel",
            "8",
            "--out",
            &folder.at("back"),
        ]);
        assert!(back.status.success(), "{}", shown(&back));
    }
    let rounds = folder.text("edge/rounds.csv");
    assert_eq!(rounds.lines().count(), 6 + 1 + 1);
    assert!(folder.text("pixel/loss.csv").lines().count() > 20);
    assert!(folder.text("level-set/loss.csv").lines().count() > 20);
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

/// Photons of an exposure: as many as the image and the dose say, the same for the same seed, and refused where
/// the optics tell no dose.
#[test]
fn photons_are_those_of_the_image() {
    let folder = Folder::new("photons");
    let draw = |name: &str, optics: &str, seed: &str| {
        let out = folder.at(name);
        let all = [
            "image",
            "scenes/litho/logic.glp",
            "--optics",
            optics,
            "--photons",
            seed,
        ];
        let part = [
            "--window", "0,0,256", "--pixel", "4", "--halo", "300", "--out", &out,
        ];
        litho(&[&all[..], &part].concat())
    };
    let optics = "scenes/litho/arf_developed.ron";
    let mut tables = Vec::new();
    for (name, seed) in [("a", "7"), ("b", "7"), ("c", "8")] {
        let output = draw(name, optics, seed);
        assert!(output.status.success(), "{}", shown(&output));
        tables.push(folder.text(&format!("{name}/photons.csv")));
    }
    assert!(tables[0] == tables[1] && tables[0] != tables[2]);
    let sum = |text: &str| -> f64 {
        let last = |l: &str| l.rsplit(',').next().unwrap().parse::<f64>().unwrap();
        text.lines().skip(1).map(last).sum()
    };
    // 42 mJ/cm² of 193 nm are 408.07 photons to the nm², of which a fifth is absorbed; a sample stands for 2 × 2 nm.
    let expected = sum(&folder.text("a/aerial.csv")) * 4.0 * 0.2 * 42.0 * 9.715_85;
    let found = sum(&tables[0]);
    assert!(
        (found - expected).abs() < 5.0 * expected.sqrt() + 1e-3 * expected,
        "{found} {expected}"
    );
    let silent = draw("d", OPTICS, "1");
    assert_eq!(silent.status.code(), Some(2));
    assert!(
        shown(&silent).contains("dose_mj_per_cm2"),
        "{}",
        shown(&silent)
    );
}
