//! `--compute`: what computes, and what is said where that cannot be.

use std::process::Command;
#[cfg(feature = "gpu")]
use std::process::Output;

use super::{Folder, OPTICS, litho, shown};

/// Where no adapter is found, `--compute gpu` ends with exit code 3 and advice, `auto` computes on the processor.
#[test]
fn without_an_adapter_a_demanded_gpu_is_exit_code_3() {
    let folder = Folder::new("no-device");
    let blind = |arguments: &[&str]| {
        // No driver is found: the Vulkan loader looks nowhere else.
        let nowhere = folder.at("no-driver.json");
        Command::new(env!("CARGO_BIN_EXE_geoul"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(arguments)
            .env("LC_ALL", "C")
            .env("VK_DRIVER_FILES", &nowhere)
            .env("VK_ICD_FILENAMES", &nowhere)
            .output()
            .expect("the program starts")
    };
    let (layout, out) = ("scenes/litho/logic.glp", folder.at("out"));
    let image = |compute: &'static str| {
        let part = ["--pixel", "8", "--window", "0,0,200", "--halo", "200"];
        let all = [
            "litho",
            "image",
            layout,
            "--optics",
            OPTICS,
            "--out",
            &out,
            "--compute",
            compute,
        ];
        blind(&[&all[..], &part].concat())
    };
    let kernels = blind(&["kernels", "total", "--compute", "gpu"]);
    let doctor = blind(&["doctor", "--compute", "gpu"]);
    let opc = blind(&["litho", "opc", layout, "--compute", "gpu", "--out", &out]);
    for (name, output) in [
        ("image", image("gpu")),
        ("kernels", kernels),
        ("doctor", doctor),
        ("opc", opc),
    ] {
        let text = shown(&output);
        assert_eq!(output.status.code(), Some(3), "{name}: {text}");
        // A program without its GPU part can only be built anew; what computes may take the processor instead.
        let way_out = if name == "doctor" && cfg!(not(feature = "gpu")) {
            "--features gpu"
        } else {
            "--compute cpu"
        };
        assert!(text.contains(way_out), "{name}: {text}");
    }
    let output = image("auto");
    assert!(output.status.success(), "{}", shown(&output));
}

/// What a GPU does not do is refused with the way out, before anything is read.
#[test]
fn masks_that_a_gpu_does_not_make_are_refused() {
    let folder = Folder::new("refused");
    for (way, word) in [
        (&["--method", "edge"][..], "--method edge"),
        (&["--optimiser", "lbfgs"], "--optimiser lbfgs"),
        (
            &["--optics", OPTICS, "--optimiser", "lbfgs"],
            "--optimiser lbfgs",
        ),
    ] {
        let out = folder.at("out");
        let base = [
            "opc",
            "scenes/litho/logic.glp",
            "--compute",
            "gpu",
            "--out",
            &out,
        ];
        let output = litho(&[&base[..], way].concat());
        let text = shown(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(
            text.contains(word) && text.contains("--compute cpu"),
            "{text}"
        );
    }
}

/// Whether a GPU, a software one too, is there to be tested with.
#[cfg(feature = "gpu")]
fn has_gpu(output: &Output) -> bool {
    if output.status.code() != Some(3) {
        return true;
    }
    let required = std::env::var("GEOUL_REQUIRE_GPU").as_deref() == Ok("1");
    assert!(!required, "GEOUL_REQUIRE_GPU is 1, but: {}", shown(output));
    println!("skipped: no adapter");
    false
}

/// A layout of several tiles images on a GPU as on the processor: 2e-6 of the clear field. Systems left out of
/// either make up to 1e-6.
#[cfg(feature = "gpu")]
#[test]
fn tiles_image_alike_on_a_gpu() {
    let folder = Folder::new("tiles-gpu");
    let mut images = Vec::new();
    for compute in ["gpu", "cpu"] {
        let out = folder.at(compute);
        let output = litho(&[
            "image",
            "scenes/litho/logic.glp",
            "--optics",
            OPTICS,
            "--pixel",
            "8",
            "--tile",
            "128",
            "--halo",
            "300",
            "--error",
            "0.00001",
            "--compute",
            compute,
            "--out",
            &out,
        ]);
        if !has_gpu(&output) {
            return;
        }
        let text = shown(&output);
        assert!(output.status.success(), "{text}");
        // "9 of 9 tiles of 128 pixels, …"
        let count = text
            .split(" tiles of ")
            .next()
            .and_then(|t| t.rsplit(' ').next());
        let count: u32 = count.and_then(|c| c.parse().ok()).unwrap_or_default();
        assert!(count > 3, "{text}");
        let rows = folder.text(&format!("{compute}/aerial.csv"));
        let values: Vec<(String, f64)> = rows
            .lines()
            .skip(1)
            .map(|l| {
                let (place, value) = l.rsplit_once(',').unwrap();
                (place.to_owned(), value.parse().unwrap())
            })
            .collect();
        images.push(values);
    }
    assert!(images[0].len() == images[1].len() && images[0].len() > 10_000);
    let mut worst = 0.0_f64;
    for ((place, a), (other, b)) in images[0].iter().zip(&images[1]) {
        assert_eq!(place, other);
        worst = worst.max((a - b).abs());
    }
    println!("tiles of both differ by {worst:.1e}");
    assert!(worst <= 2e-6, "{worst}");
}

/// What only masks by pixels have is refused for level sets.
#[test]
fn level_sets_have_steps_of_their_own() {
    let folder = Folder::new("level-set");
    for way in [["--optimiser", "lbfgs"], ["--effort", "baseline"]] {
        let out = folder.at("out");
        let layout = "scenes/litho/logic.glp";
        let base = ["opc", layout, "--method", "level-set", "--out", &out];
        let output = litho(&[&base[..], &way].concat());
        let text = shown(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(
            text.contains(way[0]) && text.contains("--method pixel"),
            "{text}"
        );
    }
}

/// A clip of the contest gets its mask on a GPU, with the table of its losses.
#[cfg(feature = "gpu")]
#[test]
fn masks_are_made_on_a_gpu() {
    if std::env::var("GEOUL_DATA").is_err() {
        println!("skipped: no $GEOUL_DATA");
        return;
    }
    let folder = Folder::new("opc-gpu");
    // By pixels ten coarse steps, twenty fine ones, four shorter ones; of a level set all alike.
    for (method, steps) in [("pixel", 34), ("level-set", 50)] {
        let out = folder.at(method);
        let output = litho(&[
            "opc",
            "scenes/litho/logic.glp",
            "--method",
            method,
            "--effort",
            "quick",
            "--compute",
            "gpu",
            "--out",
            &out,
        ]);
        if !has_gpu(&output) {
            return;
        }
        assert!(output.status.success(), "{}", shown(&output));
        let losses = folder.text(&format!("{method}/loss.csv"));
        let loss = |row: usize| -> f64 {
            let line = losses.lines().nth(row).unwrap();
            line.split(',').nth(1).unwrap().parse().unwrap()
        };
        assert_eq!(losses.lines().count(), steps + 1);
        assert!(loss(10) < 0.7 * loss(1) && loss(30) < loss(11), "{losses}");
        let mask = std::fs::read(folder.at(&format!("{method}/mask.gds"))).unwrap();
        assert!(!mask.is_empty());
    }
}

/// A layout of several tiles gets its mask on a GPU: with the losses of each tile, and areas as the processor's mask has
/// them, within 2 %.
#[cfg(feature = "gpu")]
#[test]
fn masks_of_tiles_are_made_on_a_gpu() {
    let folder = Folder::new("tiles-opc-gpu");
    for method in ["pixel", "level-set"] {
        let areas = ["gpu", "cpu"].map(|compute| {
            let out = folder.at(&format!("{method}-{compute}"));
            let output = litho(&[
                "opc",
                "scenes/litho/isolated.ron",
                "--optics",
                OPTICS,
                "--method",
                method,
                "--effort",
                "quick",
                "--pixel",
                "8",
                "--tile",
                "160",
                "--compute",
                compute,
                "--out",
                &out,
            ]);
            if !has_gpu(&output) {
                return None;
            }
            let text = shown(&output);
            assert!(output.status.success(), "{text}");
            let losses = folder.text(&format!("{method}-{compute}/loss.csv"));
            let mut rows = losses.lines();
            assert_eq!(rows.next(), Some("pass,tile,step,loss"));
            assert!(rows.any(|row| row.starts_with("2,1,6,")), "{losses}");
            // The row of L2: its last figure.
            let row = text.lines().find(|l| l.contains("(L2)")).unwrap();
            let digits = row.rsplit("  ").next().unwrap();
            let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
            Some(digits.parse::<f64>().unwrap())
        });
        let [Some(ours), Some(theirs)] = areas else {
            return;
        };
        println!("{method}: {ours} on the GPU, {theirs} on the processor");
        assert!((ours / theirs - 1.0).abs() < 0.02, "{ours} {theirs}");
    }
}
