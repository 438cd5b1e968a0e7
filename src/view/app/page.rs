//! The program on a page's canvas.

use bevy::prelude::*;
use serde::Deserialize;
use wasm_bindgen::prelude::JsValue;

use super::{DeskRes, adapter_name, assemble, pace, trace};
use crate::scene::{Bundle, Command};
use crate::view::i18n::Lang;
use crate::view::panel::{Desk, keeper};
use crate::view::web::{address, input, remote};

/// What a page asks of the app at its start.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    scene: Option<String>,
    text: Option<String>,
    name: Option<String>,
    set: Vec<(String, String)>,
    lang: Option<String>,
    embed: Option<bool>,
    play: Option<f64>,
    log: Option<String>,
}

impl Options {
    /// Reads them from JSON; what they leave open, the page's address says.
    ///
    /// # Errors
    /// The text is no such object.
    pub fn read(json: &str) -> Result<Self, JsValue> {
        let mut options = match json.trim() {
            "" => Self::default(),
            json => serde_json::from_str(json).map_err(|e| JsValue::from_str(&e.to_string()))?,
        };
        let link = address::read();
        if options.scene.is_none() && options.text.is_none() {
            options.scene = link.scene;
        }
        options.set.extend(link.set);
        options.lang = options.lang.or(link.lang);
        options.log = options.log.or(link.log);
        options.embed = Some(options.embed.unwrap_or(link.embed));
        Ok(options)
    }

    /// A desk as they say it.
    async fn desk(self) -> Desk {
        let own = web_sys::window().and_then(|w| w.navigator().language());
        let mut desk = if self.embed == Some(true) {
            let mut desk = Desk::new(crate::view::panel::Prefs::default(), own.as_deref());
            desk.embedded = true;
            desk
        } else {
            keeper::at_home(own.as_deref()).await
        };
        if let Some(lang) = self.lang.as_deref().and_then(Lang::from_tag) {
            desk.speak(lang);
        }
        match (&self.text, &self.scene) {
            (Some(text), _) => {
                let name = self.name.as_deref().unwrap_or("scene.ron");
                desk.open_bundle(Bundle::from_text(name, text));
            }
            (None, Some(scene)) => {
                desk.open(scene);
            }
            (None, None) => {}
        }
        let set = self.set.into_iter();
        let set: Vec<Command> = set
            .map(|(path, value)| Command::Set { path, value })
            .collect();
        if !set.is_empty() && desk.session.is_some() {
            desk.edit("link", &set);
        }
        if let Some(speed) = self.play.filter(|s| *s > 0.0) {
            (desk.play.running, desk.play.speed) = (true, speed);
        }
        desk
    }
}

/// Puts the program on the canvas of that id; returns once it draws by itself.
///
/// # Errors
/// A text that begins with `no-webgpu`, where there is nothing to draw with.
pub async fn start(canvas_id: &str, options: Options) -> Result<(), JsValue> {
    let adapter = adapter_name().await;
    let adapter = adapter.map_err(|refusal| JsValue::from_str(&format!("no-webgpu: {refusal}")))?;
    let log = options.log.clone().unwrap_or_default();
    let mut desk = options.desk().await;
    desk.adapter = adapter;
    let canvas_id = canvas_id.trim_start_matches('#');
    input::claim(canvas_id)?;
    let mut app = App::new();
    let window = Window {
        canvas: Some(format!("#{canvas_id}")),
        fit_canvas_to_parent: true,
        // Clipboard events come only where the browser may act on their keys; `input` sees to the rest.
        prevent_default_event_handling: false,
        ..default()
    };
    let plugins = super::plugins()
        .set(bevy::window::WindowPlugin {
            primary_window: Some(window),
            close_when_requested: false,
            ..default()
        })
        .set(pace::quiet_log(&log))
        .disable::<bevy::app::PanicHandlerPlugin>();
    app.add_plugins(plugins);
    assemble(&mut app, desk);
    app.insert_resource(pace::resting())
        .add_systems(Startup, pace::cameras)
        .add_systems(First, (pace::begin, remote::obey))
        .add_systems(
            Last,
            (pace::keep_awake, entitle, trace::tell, pace::measure).chain(),
        );
    app.run();
    Ok(())
}

/// Names the page after the scene, with a mark while it is not saved.
fn entitle(desk: Res<'_, DeskRes>, mut shown: Local<'_, String>) {
    let title = pace::title(&desk.0);
    if *shown == title || desk.0.embedded {
        return;
    }
    if let Some(document) = web_sys::window().and_then(|w| w.document()) {
        document.set_title(&title);
    }
    *shown = title;
}
