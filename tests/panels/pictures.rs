//! Pictures of every view in both languages, both themes and two sizes, to be looked at.

use std::path::Path;

use geoul::view::panel::ThemeChoice;
use geoul::view::panel::raster::paint;

use crate::{Sink, desk, painted, views};

/// Paints what stands in the harness.
fn shot(name: &str, desk: geoul::view::panel::Desk, size: [f32; 2], folder: &Path) {
    let sink = Sink::default();
    let mut harness = painted(desk, size[0], size[1], sink.clone());
    harness.run_steps(6);
    let ground = [38, 46, 56];
    let (ctx, shapes) = (&harness.ctx, &harness.output().shapes);
    let scale = ctx.pixels_per_point();
    let seen = ctx.viewport_rect().size();
    let picture = paint(ctx, shapes, &sink.0.borrow(), seen, scale, ground);
    let path = folder.join(format!("{name}.png"));
    std::fs::write(path, picture.png()).expect("a file for the picture");
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
                for view in views::names() {
                    let name = format!("{view}-{tag}");
                    if !name.contains(&wanted) {
                        continue;
                    }
                    let mut d = open();
                    let days = std::env::var("GEOUL_DAYS").ok();
                    let days = days.and_then(|d| d.parse().ok());
                    views::go(&mut d, days.unwrap_or(20.0));
                    views::show(&mut d, view);
                    shot(&name, d, size, folder);
                }
            }
        }
    }
}
