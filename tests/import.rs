//! Imports of what users bring, on data of our own making and, where it lies, on SMT2020 itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use geoul::interop::smt2020;

/// The folder of the user's copy of SMT2020, or a word on why the test is skipped.
fn smt2020_folder() -> Option<PathBuf> {
    let data = std::env::var_os("GEOUL_DATA").map(|d| Path::new(&d).join("smt2020/SMT2020_HVLM"));
    let folder = data.filter(|d| d.is_dir());
    if folder.is_none() {
        println!("skipped: GEOUL_DATA names no folder with smt2020/SMT2020_HVLM");
    }
    folder
}

fn hvlm() -> Option<smt2020::Imported> {
    let files = smt2020::read_folder(&smt2020_folder()?).expect("the folder is readable");
    Some(smt2020::import("SMT2020_HVLM", &files).unwrap_or_else(|faults| panic!("{faults}")))
}

/// Lines of `text` that hold `part`.
fn lines_with(text: &str, part: &str) -> usize {
    text.lines().filter(|l| l.contains(part)).count()
}

#[test]
fn hvlm_has_all_its_records() {
    let Some(imported) = hvlm() else { return };
    let text = &imported.text;
    if let Some(out) = std::env::var_os("GEOUL_SCRATCH_OUT") {
        std::fs::write(out, text).unwrap();
    }
    assert!(
        text.contains(
            "1443 tools in 106 groups, 2 routes with 926 steps, 5 lot types, 2255 lots in work"
        ),
        "{:?}",
        &text[..900]
    );
    assert_eq!(lines_with(text, "name: \"Init_"), 2255);
    println!("{:#?}", imported.notes);
}
#[allow(dead_code)]
fn x(_: BTreeMap<String, String>) {}
