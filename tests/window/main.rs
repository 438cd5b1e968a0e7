//! The desktop program as people use it: a window on a display, a mouse, a keyboard.
//!
//! Needs Xvfb, xdotool and a Vulkan driver (`mesa-vulkan-drivers` draws without a graphics card);
//! without them the tests say "skipped", with `GEOUL_REQUIRE_GPU=1` that is a failure. What is shown
//! is asked of the program's own lines (`RUST_LOG=geoul=debug`), not of pixels.

mod drag;
mod screen;

use screen::{Program, Screen, folder};

/// A screen, or the reason why the test is skipped.
fn screen() -> Option<Screen> {
    let screen = Screen::new().and_then(|screen| {
        geoul::view::app::adapter().map_err(|e| e.to_string())?;
        Ok(screen)
    });
    match screen {
        Ok(screen) => Some(screen),
        Err(why) => {
            assert!(std::env::var_os("GEOUL_REQUIRE_GPU").is_none(), "{why}");
            eprintln!("skipped: {why}");
            None
        }
    }
}

/// Opens a scene and waits until it can be watched.
fn open(screen: &Screen, home: &std::path::Path, scene: &str) -> Program {
    let mut program = screen.geoul(home, &["open", scene, "--lang", "en"]);
    let line = program.expect("scene: ");
    assert!(line.contains(" 0 errors"), "{scene}: {line}");
    program.expect("stage: ");
    program.focus();
    program
}

/// Goes through every room of the rail by its key and waits until it is shown.
fn rooms(program: &mut Program) {
    let rooms = geoul::view::panel::ROOMS;
    for (i, room) in rooms.iter().enumerate().cycle().skip(1).take(rooms.len()) {
        program.keys(&[&format!("alt+{}", i + 1)]);
        program.expect(&format!("room: {}", room.name));
    }
}

#[test]
fn every_shipped_scene_opens_and_shows_every_room() {
    let Some(screen) = screen() else { return };
    let home = folder("scenes");
    let mut scenes: Vec<String> = Vec::new();
    for dir in ["scenes", "scenes/smoke"] {
        let all = std::fs::read_dir(dir).expect("the tests run in the root");
        let paths = all.map(|e| e.expect("readable").path().display().to_string());
        scenes.extend(paths.filter(|p| p.ends_with(".ron")));
    }
    scenes.sort();
    assert!(scenes.len() >= 6, "{scenes:?}");
    for scene in &scenes {
        let mut program = open(&screen, &home, scene);
        // Time passes while the rooms are looked at.
        program.keys(&["space"]);
        program.expect("playing: ");
        rooms(&mut program);
        program.keys(&["space"]);
        let at = program.expect("paused: ");
        assert!(!at.contains("00:00:00"), "{scene}: {at}");
        program.keys(&["ctrl+q"]);
        assert_eq!(program.end(), Some(0), "{scene}");
    }
    let _ = std::fs::remove_dir_all(&home);
}

/// Turns a knob by its name, runs, waits for the verdict.
fn what_if(program: &mut Program, knob: &str, value: &str) -> String {
    program.find(knob);
    program.expect(&format!("focus: DragValue {knob}"));
    program.keys(&["ctrl+a"]);
    program.type_in(value);
    program.keys(&["Return"]);
    program.expect("turned: ");
    program.keys(&["ctrl+Return"]);
    program.expect("what-if: done, ")
}

#[test]
fn what_ifs_of_capacity_and_maintenance_come_to_a_verdict() {
    let Some(screen) = screen() else { return };
    let home = folder("what-if");
    let mut program = open(&screen, &home, "scenes/minifab.ron");
    let said = what_if(&mut program, "Tools of Mcd", "3");
    assert!(said.starts_with("20 of 20 pairs. "), "{said}");
    assert!(said.contains("Mcd") && said.contains("95 %"), "{said}");
    let said = what_if(&mut program, "Maintenance duration of Me", "3");
    assert!(said.starts_with("20 of 20 pairs. "), "{said}");
    assert!(said.contains("Me") && said.contains("95 %"), "{said}");
    program.keys(&["ctrl+q"]);
    assert_eq!(program.end(), Some(0));
    let _ = std::fs::remove_dir_all(&home);
}

/// Four numbers: the stage's place and size in pixels.
fn stage(words: &str) -> [i32; 4] {
    let numbers: Vec<i32> = words.split(' ').map(|n| n.parse().expect(words)).collect();
    numbers.try_into().expect("four")
}

#[test]
fn the_mouse_turns_moves_zooms_and_picks() {
    let Some(screen) = screen() else { return };
    let home = folder("mouse");
    let mut program = screen.geoul(&home, &["open", "scenes/minifab.ron", "--lang", "en"]);
    let [left, top, width, height] = stage(&program.expect("stage: "));
    program.expect("camera: ");
    program.focus();
    let (x, y) = (left + width / 2, top + height / 2);
    let to = |dx: i32, dy: i32| format!("mousemove {} {}", x + dx, y + dy);

    // Found by name it is framed: it stands in the middle, where the pointer then picks it.
    program.find("Me_1");
    program.expect("selected: tool Me_1");
    program.expect("camera: ");
    program.keys(&["Escape"]);
    program.expect("selected: nothing");
    program.mouse(&format!("{} click 1", to(0, 0)));
    program.expect("selected: tool Me_1");

    let number = |line: &str, of: &str| -> f64 {
        let rest = line.split_once(of).expect(line).1.trim();
        let end = rest.find([',', ' ']).unwrap_or(rest.len());
        rest[..end].parse().expect(line)
    };
    program.keys(&["Home"]);
    let home_view = program.expect("camera: ");
    program.mouse(&format!(
        "{} mousedown 1 {} {} mouseup 1",
        to(0, 0),
        to(60, 0),
        to(160, 40)
    ));
    let turned = program.expect("camera: ");
    assert_ne!(number(&turned, "turn "), number(&home_view, "turn "));
    assert_eq!(
        number(&turned, "distance "),
        number(&home_view, "distance ")
    );
    program.mouse(&format!(
        "{} mousedown 2 {} {} mouseup 2",
        to(0, 0),
        to(60, 0),
        to(120, 30)
    ));
    let moved = program.expect("camera: ");
    assert_ne!(number(&moved, "focus "), number(&turned, "focus "));
    program.mouse(&format!("{} click --repeat 3 4", to(80, 0)));
    let nearer = program.expect("camera: ");
    assert!(number(&nearer, "distance ") < number(&moved, "distance "));
    program.keys(&["t"]);
    let plan = program.expect("camera: ");
    assert!(plan.ends_with("plan"), "{plan}");
    // Kept, left, and gone back to.
    program.keys(&["ctrl+3"]);
    program.expect("said: View kept");
    program.keys(&["Home"]);
    program.expect("camera: ");
    program.keys(&["3"]);
    assert_eq!(program.expect("camera: "), plan);
    let _ = std::fs::remove_dir_all(&home);
}

#[test]
fn a_scene_is_dropped_on_a_window_of_any_size_and_read_anew_when_its_file_changes() {
    let Some(screen) = screen() else { return };
    let home = folder("drop");
    let file = home.join("mine.ron");
    std::fs::copy("scenes/smoke/flow.ron", &file).expect("a copy");
    let mut program = screen.geoul(&home, &["open", "--lang", "en"]);
    program.expect("room: start");
    program.focus();
    program.drop_file(&file);
    let line = program.expect("scene: ");
    assert!(
        line.contains("mine.ron") && line.contains(" 0 errors"),
        "{line}"
    );
    let [_, _, wide, high] = stage(&program.expect("stage: "));

    // The smallest window has room for one scale only.
    program.resize(1024, 640);
    let [_, _, width, height] = stage(&program.expect("stage: "));
    assert!(
        width < wide && height < high,
        "{width} x {height} of {wide} x {high}"
    );
    program.keys(&["ctrl+plus"]);
    program.resize(2048, 1280);
    program.expect("stage: ");
    for percent in (110..=200).step_by(10) {
        program.keys(&["ctrl+plus"]);
        program.expect(&format!("look: en, Dark, {percent} %"));
    }
    rooms(&mut program);

    let text = std::fs::read_to_string(&file).expect("text");
    let changed = text.replace("seed: ", "seed: 1");
    assert_ne!(text, changed);
    std::fs::write(&file, changed).expect("written");
    program.expect("said: The file was changed by another program and read anew.");
    program.keys(&["ctrl+q"]);
    assert_eq!(program.end(), Some(0));
    let _ = std::fs::remove_dir_all(&home);
}

#[test]
fn a_crash_loses_nothing_and_leaving_asks() {
    let Some(screen) = screen() else { return };
    let home = folder("crash");
    let file = home.join("mine.ron");
    std::fs::copy("scenes/smoke/flow.ron", &file).expect("a copy");
    let before = std::fs::read_to_string(&file).expect("text");
    let path = file.display().to_string();
    let mut program = open(&screen, &home, &path);
    edit(&mut program);
    let kept = home.join("geoul/unsaved-0.json");
    let there = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        kept.exists()
    });
    assert!(there, "unsaved work is on the disk");
    program.crash();

    // The next start offers it; Enter takes it up.
    let mut program = screen.geoul(&home, &["open", &path, "--lang", "en"]);
    program.expect("above: question");
    program.expect("stage: ");
    program.focus();
    program.keys(&["Return"]);
    let line = program.expect("scene: ");
    assert!(line.ends_with("changed"), "{line}");
    program.expect("above: nothing");
    assert_eq!(std::fs::read_to_string(&file).expect("text"), before);

    // Quitting asks; Esc stays; then it is saved and the way is free.
    program.keys(&["ctrl+q"]);
    program.expect("above: leave for Quit");
    program.keys(&["Escape"]);
    program.expect("above: nothing");
    program.keys(&["ctrl+q"]);
    program.expect("above: leave for Quit");
    program.keys(&["Return"]);
    assert_eq!(program.end(), Some(0));
    assert_ne!(std::fs::read_to_string(&file).expect("text"), before);
    assert!(!kept.exists(), "nothing is unsaved any more");
    let _ = std::fs::remove_dir_all(&home);
}

/// Changes a value of the scene in the inspector, by keys alone.
fn edit(program: &mut Program) {
    program.find("Saw");
    program.keys(&["F2"]);
    program.tab_to("TextEdit Count");
    program.keys(&["ctrl+a"]);
    program.type_in("3");
    program.keys(&["Return"]);
    let line = program.expect("scene: ");
    assert!(line.ends_with("changed"), "{line}");
}
