//! Planted faults: each must be seen by the comparison, and what is no fault must pass.
//!
//! Faults are put into the references themselves, so that these tests need no adapter.

use image_compare::prelude::{Rgb, RgbImage};

use crate::compare::{BLOCK_MAX, SCORE_MIN, compare};
use crate::{reference, references};

/// A part of a picture: left, top, width, height, pixels.
type Part = [u32; 4];

fn pixels([left, top, width, height]: Part) -> impl Iterator<Item = (u32, u32)> {
    (top..top + height).flat_map(move |y| (left..left + width).map(move |x| (x, y)))
}

/// The commonest colour of a part: its ground.
fn ground(picture: &RgbImage, part: Part) -> Rgb<u8> {
    let mut counts = std::collections::BTreeMap::<[u8; 3], u32>::new();
    for (x, y) in pixels(part) {
        *counts.entry(picture.get_pixel(x, y).0).or_default() += 1;
    }
    let commonest = counts.into_iter().max_by_key(|c| c.1);
    Rgb(commonest.expect("a part has pixels").0)
}

/// Paints a part over: what stood there is gone.
fn gone(picture: &mut RgbImage, part: Part, ground: Rgb<u8>) {
    for (x, y) in pixels(part) {
        picture.put_pixel(x, y, ground);
    }
}

/// The part of this size inside `area` that has the most pixels of a kind, and how many. Faults
/// are planted where there is something, wherever the references show it.
fn richest(
    picture: &RgbImage,
    [left, top, width, height]: Part,
    size: [u32; 2],
    is: impl Fn([u8; 3]) -> bool,
) -> (Part, usize) {
    let mut best = ([left, top, size[0], size[1]], 0);
    for y in (top..top + height - size[1]).step_by(4) {
        for x in (left..left + width - size[0]).step_by(4) {
            let part = [x, y, size[0], size[1]];
            let count = pixels(part)
                .filter(|(x, y)| is(picture.get_pixel(*x, *y).0))
                .count();
            if count > best.1 {
                best = (part, count);
            }
        }
    }
    best
}

/// Whether a colour is that of text on dark ground, not of a machine in the light.
fn is_text([r, g, b]: [u8; 3]) -> bool {
    [r, g, b]
        .iter()
        .zip([0xE6, 0xEB, 0xF0])
        .all(|(c, t)| c.abs_diff(t) <= 3)
}

/// Whether a colour is the green of a productive tool, lit or in shadow.
fn is_green([r, g, b]: [u8; 3]) -> bool {
    i32::from(g) > i32::from(r) + 30 && i32::from(g) > i32::from(b) + 20
}

/// Demands that a picture with a fault is told from its reference.
fn seen(name: &str, what: &str, faulty: &RgbImage) {
    let likeness = compare(&reference(name), faulty);
    println!("{name}, {what}: {likeness:?}");
    assert!(
        !likeness.passes(),
        "{name}: {what} is not seen: {likeness:?}"
    );
}

#[test]
fn a_missing_tool_is_seen() {
    let name = "minifab-bare-top.png";
    let mut faulty = reference(name);
    let stage = [60, 80, 900, 420];
    let is_machine = |c: [u8; 3]| c.iter().all(|c| *c > 150) && !is_text(c);
    let (part, count) = richest(&faulty, stage, [24, 14], is_machine);
    assert!(count > 100, "{count} pixels of a machine");
    let ground = ground(&faulty, stage);
    gone(&mut faulty, part, ground);
    seen(name, "a missing tool", &faulty);
}

#[test]
fn another_state_of_one_tool_is_seen() {
    let mut planted = 0;
    for name in references() {
        let mut faulty = reference(&name);
        if !name.contains("bare") && !name.starts_with("tools") {
            continue;
        }
        let (part, count) = richest(&faulty, [60, 80, 900, 420], [16, 16], is_green);
        if count < 20 {
            continue;
        }
        planted += 1;
        for (x, y) in pixels(part) {
            let p = faulty.get_pixel_mut(x, y);
            if is_green(p.0) {
                p.0.swap(0, 1);
            }
        }
        seen(&name, "red for green on one tool", &faulty);
    }
    assert!(planted >= 2, "{planted} pictures show a tool that works");
}

#[test]
fn a_missing_name_and_a_missing_word_are_seen() {
    let name = "minifab-plant.png";
    for (what, area) in [
        ("a name over the plant", STAGE),
        ("a word of a panel", PANEL),
    ] {
        let mut faulty = reference(name);
        let (part, count) = richest(&faulty, area, [30, 12], is_text);
        assert!(count > 20, "{what}: {count} pixels of text");
        let ground = ground(&faulty, part);
        gone(&mut faulty, part, ground);
        seen(name, what, &faulty);
    }
}

#[test]
fn a_panel_out_of_place_is_seen() {
    let name = "minifab-plant.png";
    let whole = reference(name);
    let mut faulty = whole.clone();
    let [left, top, width, height] = PANEL;
    for (x, y) in pixels([left, top, width - 2, height]) {
        faulty.put_pixel(x + 2, y, *whole.get_pixel(x, y));
    }
    seen(name, "a panel two pixels to the right", &faulty);
}

#[test]
fn another_ground_of_a_panel_and_dimmer_light_are_seen() {
    let name = "minifab-plant.png";
    let whole = reference(name);
    let ground_of_panel = ground(&whole, PANEL);
    let mut faulty = whole.clone();
    for (x, y) in pixels(PANEL) {
        if *whole.get_pixel(x, y) == ground_of_panel {
            faulty.put_pixel(x, y, Rgb(ground_of_panel.0.map(|c| c.saturating_add(20))));
        }
    }
    seen(name, "another ground", &faulty);

    let name = "memory_fab.png";
    let mut faulty = reference(name);
    for p in faulty.pixels_mut() {
        p.0 = p.0.map(|c| (f32::from(c) * 0.88) as u8);
    }
    seen(name, "an eighth less light", &faulty);
}

#[test]
fn pictures_of_one_room_are_not_those_of_another() {
    let names = references();
    let pairs = names
        .windows(2)
        .filter(|p| reference(&p[0]).dimensions() == reference(&p[1]).dimensions());
    for pair in pairs {
        seen(
            &pair[0],
            &format!("{} in its place", pair[1]),
            &reference(&pair[1]),
        );
    }
}

/// What drivers differ by: levels that no eye sees, and edges a tenth of a pixel elsewhere.
#[test]
fn noise_and_edges_of_another_driver_pass() {
    for name in references() {
        let whole = reference(&name);
        let (width, height) = whole.dimensions();
        let noisy = RgbImage::from_fn(width, height, |x, y| {
            let n = (x.wrapping_mul(0x9E37_79B9) ^ y.wrapping_mul(0x85EB_CA6B)) >> 13;
            let right = whole.get_pixel((x + 1).min(width - 1), y).0;
            let here = whole.get_pixel(x, y).0;
            let mixed = std::array::from_fn(|k| {
                let edge = 0.9 * f32::from(here[k]) + 0.1 * f32::from(right[k]);
                (edge + (n % 5) as f32 - 2.0).round().clamp(0.0, 255.0) as u8
            });
            Rgb(mixed)
        });
        let likeness = compare(&whole, &noisy);
        println!("{name}: {likeness:?}");
        assert!(
            likeness.passes(),
            "{name}: {likeness:?}, allowed {SCORE_MIN} and {BLOCK_MAX}"
        );
    }
}

/// Where the panel of the scene's tree stands in the pictures with panels.
const PANEL: Part = [60, 80, 180, 300];

/// Where the plant stands in them.
const STAGE: Part = [290, 110, 370, 260];
