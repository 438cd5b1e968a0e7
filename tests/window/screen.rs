//! A screen of our own, the program on it, and hands: Xvfb, the built `geoul`, xdotool.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long anything may take on two cores with a software rasteriser.
const PATIENCE: Duration = Duration::from_secs(60);

/// One screen at a time: the tests share the cores with the software that draws.
static ONE: Mutex<()> = Mutex::new(());

/// A display that nobody sees.
pub struct Screen {
    server: Child,
    name: String,
    _alone: MutexGuard<'static, ()>,
}

impl Screen {
    /// Starts a server on a free display of 2048 × 1280 pixels; the error says what is missing.
    pub fn new() -> Result<Self, String> {
        // Its exit code says nothing where it has no display.
        if let Err(error) = Command::new("xdotool").arg("version").output() {
            return Err(format!("there is no xdotool: {error}"));
        }
        // A test that failed lets go of the screen too.
        let alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        // The server picks a free number and writes it where it is told to.
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "2048x1280x24"])
            .args(["-nolisten", "tcp", "-noreset"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("there is no Xvfb: {error}"))?;
        let out = server.stdout.take().expect("piped");
        let mut number = String::new();
        BufReader::new(out)
            .read_line(&mut number)
            .map_err(|error| format!("Xvfb: {error}"))?;
        if number.trim().is_empty() {
            return Err("Xvfb named no display".to_owned());
        }
        let name = format!(":{}", number.trim());
        Ok(Self {
            server,
            name,
            _alone: alone,
        })
    }

    /// The program with these arguments; its preferences and unsaved work lie in `home`.
    pub fn geoul(&self, home: &Path, arguments: &[&str]) -> Program {
        let lines = Arc::new(Lines::default());
        let mut child = Command::new(env!("CARGO_BIN_EXE_geoul"))
            .args(arguments)
            .env("DISPLAY", &self.name)
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env("XDG_CONFIG_HOME", home)
            .env("RUST_LOG", "geoul=debug")
            .env("NO_COLOR", "1")
            .env("LC_ALL", "C.UTF-8")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the built program");
        let out = child.stderr.take().expect("piped");
        let sink = Arc::clone(&lines);
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines() {
                let Ok(line) = line else { break };
                sink.push(line);
            }
            sink.close();
        });
        Program {
            child,
            lines,
            display: self.name.clone(),
            read: 0,
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Ours, and it may be gone already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// What the program has written so far.
#[derive(Default)]
struct Lines {
    all: Mutex<(Vec<String>, bool)>,
    more: Condvar,
}

impl Lines {
    fn push(&self, line: String) {
        self.all.lock().expect("no panic inside").0.push(line);
        self.more.notify_all();
    }

    fn close(&self) {
        self.all.lock().expect("no panic inside").1 = true;
        self.more.notify_all();
    }
}

/// The program in its window.
pub struct Program {
    child: Child,
    lines: Arc<Lines>,
    display: String,
    /// Lines that were asked about already: only later ones answer what is done next.
    read: usize,
}

impl Program {
    /// Waits for the next line with these words and gives what follows them in it.
    #[track_caller]
    pub fn expect(&mut self, words: &str) -> String {
        match self.wait(words, PATIENCE) {
            Ok(rest) => rest,
            Err(why) => panic!("{why}"),
        }
    }

    /// The same, as a result.
    pub fn wait(&mut self, words: &str, patience: Duration) -> Result<String, String> {
        let until = Instant::now() + patience;
        let mut all = self.lines.all.lock().expect("no panic inside");
        let mut at = self.read;
        loop {
            while let Some(line) = all.0.get(at) {
                at += 1;
                if let Some((_, rest)) = line.split_once(words) {
                    self.read = at;
                    return Ok(rest.to_owned());
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || all.1 {
                let end = if all.1 { "The program ended." } else { "" };
                return Err(format!(
                    "no \"{words}\" after line {}. {end} It wrote:\n{}",
                    self.read,
                    all.0.join("\n")
                ));
            }
            all = self
                .lines
                .more
                .wait_timeout(all, left)
                .expect("no panic inside")
                .0;
        }
    }

    fn xdotool(&self, arguments: &[&str]) -> String {
        let done = Command::new("xdotool")
            .args(arguments)
            .env("DISPLAY", &self.display)
            .output()
            .expect("xdotool");
        assert!(
            done.status.success(),
            "xdotool {arguments:?}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    }

    /// Waits for the window and gives it the keyboard, as a window manager would.
    #[track_caller]
    pub fn focus(&mut self) {
        let id = self.window();
        let mut why = String::new();
        // A window that is just being made misses being given it.
        for _ in 0..10 {
            self.xdotool(&["windowfocus", &id]);
            match self.wait("window: focused", Duration::from_secs(3)) {
                Ok(_) => return,
                Err(words) => why = words,
            }
            // X's own number for "whatever the pointer is over": takes it away again.
            self.xdotool(&["windowfocus", "1"]);
        }
        panic!("{why}");
    }

    /// The window's number.
    pub fn window(&self) -> String {
        let found = self.xdotool(&["search", "--sync", "--onlyvisible", "--class", "geoul"]);
        found.lines().last().expect("a window").to_owned()
    }

    /// Presses keys, as xdotool names them.
    pub fn keys(&self, keys: &[&str]) {
        self.xdotool(&[&["key", "--delay", "60"], keys].concat());
    }

    /// Types words.
    pub fn type_in(&self, words: &str) {
        self.xdotool(&["type", "--delay", "40", words]);
    }

    /// Does things with the mouse: xdotool's own words, e.g. `mousemove 10 20 click 1`.
    pub fn mouse(&self, what: &str) {
        let words: Vec<&str> = what.split(' ').collect();
        self.xdotool(&words);
    }

    /// Drags a file onto the window and lets go of it there.
    #[track_caller]
    pub fn drop_file(&self, file: &Path) {
        let window = self.window().parse().expect("a number");
        let done = crate::drag::drop_file(&self.display, window, file, PATIENCE);
        done.expect("taken");
    }

    /// Makes the window so many pixels large, as dragging its corner does.
    pub fn resize(&self, width: u32, height: u32) {
        let (width, height) = (width.to_string(), height.to_string());
        self.xdotool(&["windowsize", &self.window(), &width, &height]);
    }

    /// Opens the find box, types a name and takes the first that fits.
    pub fn find(&mut self, name: &str) {
        self.keys(&["ctrl+k"]);
        self.expect("above: Find");
        self.type_in(name);
        self.keys(&["Return"]);
        self.expect("above: nothing");
    }

    /// Goes from control to control until one of this kind and name has the keyboard.
    #[track_caller]
    pub fn tab_to(&mut self, control: &str) {
        let mut seen = Vec::new();
        for _ in 0..200 {
            self.keys(&["Tab"]);
            // A press while the find box still closes goes nowhere.
            let Ok(name) = self.wait("focus: ", Duration::from_secs(3)) else {
                continue;
            };
            if name == control {
                return;
            }
            seen.push(name);
        }
        panic!("no {control} among {seen:#?}");
    }

    /// Waits until the program has ended; its exit code.
    pub fn end(&mut self) -> Option<i32> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Ok(Some(status)) = self.child.try_wait() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it does not end");
    }

    /// Ends it without asking, as a crash does.
    pub fn crash(&mut self) {
        self.child.kill().expect("it runs");
        let _ = self.child.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Ours, and it may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder for one test with preferences and nothing else.
pub fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("geoul-window-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("geoul")).expect("a folder");
    // The camera is where it goes at once: frames are few here.
    let prefs = r#"{"reduced_motion": true, "tour_seen": true}"#;
    std::fs::write(folder.join("geoul/preferences.json"), prefs).expect("written");
    folder
}
