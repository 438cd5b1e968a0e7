//! Every room in both languages, both themes and two sizes: no text leaves its place.

use std::path::Path;

use geoul::view::panel::{ROOMS, Selection, ThemeChoice, Window};

use egui::accesskit::Role;
use egui_kittest::kittest::NodeT;

use crate::raster::{Sink, paint};
use crate::{desk, painted, settle, window};

/// Paints what stands in the harness.
fn shot(name: &str, desk: geoul::view::panel::Desk, size: [f32; 2], folder: &Path) {
    let sink = Sink::default();
    let mut harness = painted(desk, size[0], size[1], sink.clone());
    harness.run_steps(6);
    let ground = [38, 46, 56];
    let picture = paint(&harness.ctx, harness.output(), &sink.0.borrow(), ground);
    picture.save(&folder.join(format!("{name}.png")));
}

#[test]
fn pictures_are_painted() {
    let Ok(folder) = std::env::var("GEOUL_PICTURES") else {
        eprintln!("skipped: GEOUL_PICTURES names no folder");
        return;
    };
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder).expect("a folder");
    let wanted = std::env::var("GEOUL_PICTURE").unwrap_or_default();
    let scene = std::env::var("GEOUL_SCENE").ok();
    for lang in ["ko", "en"] {
        for (theme, word) in [(ThemeChoice::Dark, "dark"), (ThemeChoice::Light, "light")] {
            for size in [[1440.0, 900.0], [1024.0, 640.0]] {
                let tag = format!("{}-{lang}-{word}", size[0]);
                let open = || {
                    let mut d = desk(lang);
                    d.prefs.theme = theme;
                    if let Some(scene) = &scene {
                        d.open(scene);
                    }
                    d
                };
                let rooms = ROOMS.iter().map(|r| r.name).chain([
                    "start",
                    "keys",
                    "preferences",
                    "find",
                    "route",
                    "lot",
                ]);
                for room in rooms {
                    let name = format!("{room}-{tag}");
                    if !name.contains(&wanted) {
                        continue;
                    }
                    let mut d = open();
                    let days: f64 = std::env::var("GEOUL_DAYS")
                        .ok()
                        .and_then(|d| d.parse().ok())
                        .unwrap_or(20.0);
                    d.seek((days * 8.64e10) as u64);
                    while d.play.seek_us.is_some() {
                        d.tick(0.02);
                    }
                    match room {
                        "start" => d.session = None,
                        "keys" => d.window = Some(Window::Keys),
                        "preferences" => d.window = Some(Window::Preferences),
                        "find" => {
                            d.window = Some(Window::Find {
                                wanted: "sc".to_owned(),
                                marked: 0,
                            });
                        }
                        "route" => d.go_to("routes.R"),
                        "lot" => {
                            let lot = d.live.as_ref().and_then(|l| l.lots().next());
                            d.selection = lot.map_or(Selection::Nothing, |l| Selection::Lot(l.key));
                            d.strip = "gantt";
                        }
                        "plant" => {
                            d.selection = Selection::Group(0);
                            d.tree.open.insert("tool_groups".to_owned());
                        }
                        "what-if" | "variants" => {
                            let session = d.session.as_ref().expect("open");
                            let knobs = d.bench.knobs(session).to_vec();
                            let knob = knobs.iter().find(|k| k.kind == "tools").expect("tools");
                            let value = geoul::whatif::knob::Value::Number(3.0);
                            d.bench.turn(knob, value);
                            d.bench.pairs = 10;
                            d.bench.days = 14.0;
                            d.room = room;
                            let _ = d.run_what_if();
                            let variant = d.bench.variant("+1 Scanner");
                            d.bench.variants.push(variant);
                            let _ = d.run_variants();
                            let mut looks = 0;
                            while (d.bench.single.is_running() || d.bench.all.is_running())
                                && looks < 4000
                            {
                                std::thread::sleep(std::time::Duration::from_millis(10));
                                d.tick(0.3);
                                looks += 1;
                            }
                        }
                        "process-bench" => {
                            d.room = room;
                            crate::process::answered(&mut d);
                        }
                        _ => d.room = room,
                    }
                    shot(&name, d, size, folder);
                }
            }
        }
    }
}

/// Every galley lies within the rectangle it is clipped to, or was cut with an ellipsis.
#[test]
fn no_text_is_clipped_at_100_and_200_per_cent() {
    for lang in ["ko", "en"] {
        for (scale, size) in [
            (1.0, [1024.0, 640.0]),
            (1.0, [1440.0, 900.0]),
            (2.0, [2048.0, 1280.0]),
        ] {
            for room in ROOMS {
                let mut d = desk(lang);
                d.prefs.scale = scale;
                d.room = room.name;
                d.selection = Selection::Group(0);
                d.seek(3 * 86_400_000_000);
                while d.play.seek_us.is_some() {
                    d.tick(0.02);
                }
                let mut harness = window(d, size[0], size[1]);
                settle(&mut harness);
                // What stands in a text field scrolls with the cursor.
                let typed: Vec<String> = harness
                    .root()
                    .children_recursive()
                    .filter(|n| n.accesskit_node().role() == Role::TextInput)
                    .filter_map(|n| n.accesskit_node().value())
                    .collect();
                let mut clipped = Vec::new();
                for shape in &harness.output().shapes {
                    if let egui::Shape::Text(text) = &shape.shape {
                        let own = text.visual_bounding_rect();
                        let across = own.left() < shape.clip_rect.left() - 1.0
                            || own.right() > shape.clip_rect.right() + 1.0;
                        let seen = shape.clip_rect.intersects(own);
                        let field = typed.iter().any(|v| v == text.galley.text());
                        if across && seen && !field && !text.galley.text().trim().is_empty() {
                            clipped.push(text.galley.text().to_owned());
                        }
                    }
                }
                assert!(
                    clipped.is_empty(),
                    "{} {lang} {scale}: {clipped:#?}",
                    room.name
                );
            }
        }
    }
}
