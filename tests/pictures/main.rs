//! The program's pictures against reviewed ones, and proof that a fault would be seen.
//!
//! `list.txt` holds the pictures, `reference/` how they are to look. What differs is written with
//! the difference into the target folder. References are made anew, and then looked at, by
//!
//! ```sh
//! cargo run --release --features panel-tests -- shot --list tests/pictures/list.txt --into tests/pictures/reference
//! ```
//!
//! Without an adapter the tests say so and skip; `GEOUL_REQUIRE_GPU=1` makes that a failure.

mod compare;
mod faults;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use compare::{compare, shown};
use image_compare::prelude::RgbImage;

/// Parts that are new every time: picture, left, top, width, height. Here: how long an answer took.
const FLEETING: [(&str, [u32; 4]); 1] = [("minifab-what-if.png", [420, 124, 260, 26])];

/// Exit code of the program where there is no adapter.
const NO_DEVICE: i32 = 3;

/// The folder of this test.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures")
}

/// Reads a PNG file.
pub fn read(path: &Path) -> RgbImage {
    let file = std::fs::File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut decoder = png::Decoder::new(std::io::BufReader::new(file));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().expect("a PNG file");
    let mut bytes = vec![0; reader.output_buffer_size().expect("a size that fits")];
    let info = reader.next_frame(&mut bytes).expect("a whole picture");
    assert_eq!(info.color_type, png::ColorType::Rgb, "{}", path.display());
    bytes.truncate(info.buffer_size());
    RgbImage::from_raw(info.width, info.height, bytes).expect("three bytes a pixel")
}

/// Writes a PNG file.
fn write(path: &Path, picture: &RgbImage) {
    let file = std::fs::File::create(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut encoder = png::Encoder::new(file, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(picture).expect("its pixels");
}

/// Names of all references.
pub fn references() -> Vec<String> {
    let list = std::fs::read_dir(folder().join("reference")).expect("references");
    let mut names: Vec<String> = list
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.ends_with(".png"))
        .collect();
    names.sort();
    names
}

/// A reference.
pub fn reference(name: &str) -> RgbImage {
    read(&folder().join("reference").join(name))
}

/// Takes all pictures once; `None`: there is no adapter.
fn taken() -> Option<&'static Path> {
    static TAKEN: OnceLock<Option<PathBuf>> = OnceLock::new();
    TAKEN
        .get_or_init(|| {
            let into = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
            let _ = std::fs::remove_dir_all(&into);
            let done = Command::new(env!("CARGO_BIN_EXE_geoul"))
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .arg("shot")
                .arg("--list")
                .arg(folder().join("list.txt"))
                .arg("--into")
                .arg(&into)
                .output()
                .expect("the program runs");
            if done.status.code() == Some(NO_DEVICE) {
                let demanded = std::env::var_os("GEOUL_REQUIRE_GPU").is_some_and(|v| v == "1");
                assert!(!demanded, "no adapter although GEOUL_REQUIRE_GPU=1");
                println!("skipped: no adapter");
                return None;
            }
            assert!(
                done.status.success(),
                "{}\n{}",
                done.status,
                String::from_utf8_lossy(&done.stderr)
            );
            Some(into)
        })
        .as_deref()
}

#[test]
fn pictures_look_as_reviewed() {
    let Some(into) = taken() else { return };
    let names = references();
    let mut made: Vec<String> = std::fs::read_dir(into)
        .expect("pictures")
        .map(|e| {
            e.expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    made.sort();
    assert_eq!(made, names, "pictures of the list, and references");
    let mut faults = Vec::new();
    for name in &names {
        let (mut wanted, mut actual) = (reference(name), read(&into.join(name)));
        if wanted.dimensions() != actual.dimensions() {
            faults.push(format!("{name}: {:?}", actual.dimensions()));
            continue;
        }
        for (_, [left, top, width, height]) in FLEETING.iter().filter(|f| f.0 == name) {
            for picture in [&mut wanted, &mut actual] {
                for (x, y) in
                    (*top..top + height).flat_map(|y| (*left..left + width).map(move |x| (x, y)))
                {
                    picture.put_pixel(x, y, image_compare::prelude::Rgb([0, 0, 0]));
                }
            }
        }
        let likeness = compare(&wanted, &actual);
        println!(
            "{name}: similarity {:.4}, worst block {:.1} at {:?}",
            likeness.score, likeness.worst, likeness.at
        );
        if !likeness.passes() {
            let path = into.join(format!("{name}.difference.png"));
            write(&path, &shown(&wanted, &actual, &likeness));
            faults.push(format!("{name}: {likeness:?}, see {}", path.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
