//! Questions before work could be lost: leave a scene that is not saved, take up work that was
//! found.

use egui::{Context, Frame, Id, Label, Margin, Modal, RichText, Ui, Vec2};

use super::desk::Desk;
use super::keeper::Keeper;
use super::session::Session;
use super::style::{colour, strong, theme};
use crate::view::tokens::{space_pt, type_pt};

/// What comes after leaving a scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// The start page.
    Close,
    /// Another scene.
    Open(String),
    /// The program ends.
    Quit,
}

impl Desk {
    /// Leaves the scene for something else, at once if it is saved; else the user is asked first.
    pub fn leave(&mut self, then: Then) {
        if self.session.as_ref().is_some_and(Session::is_changed) {
            self.leaving = Some(then);
        } else {
            self.go_on(then);
        }
    }

    fn go_on(&mut self, then: Then) {
        self.leaving = None;
        match then {
            Then::Close => self.close_scene(),
            Then::Open(path) => {
                self.open(&path);
            }
            Then::Quit => self.quit = true,
        }
    }

    /// Whether a question stands above everything else.
    pub fn is_asking(&self) -> bool {
        let path = self.keeper.as_ref().is_some_and(Keeper::is_asking);
        path || self.leaving.is_some() || self.has_found()
    }

    /// Whether found work is to be asked about here; the start page has its own place for it.
    fn has_found(&self) -> bool {
        let found = self.keeper.as_ref();
        self.session.is_some() && found.is_some_and(Keeper::asks_about_found)
    }
}

/// Draws the question there is.
pub fn show(ctx: &Context, desk: &mut Desk) {
    if let Some(then) = desk.leaving.clone() {
        // Saved meanwhile, by its key or by a dialog.
        if desk.session.as_ref().is_none_or(|s| !s.is_changed()) {
            desk.go_on(then);
        } else {
            leaving(ctx, desk, then);
        }
        return;
    }
    if desk.has_found() {
        found(ctx, desk);
    }
}

/// Name of the scene as people call it.
fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A question with its answers, the first the one that loses nothing; gives the answer's number,
/// the last one for Esc.
fn ask(ctx: &Context, id: &str, title: &str, about: &str, answers: &[String]) -> Option<usize> {
    let id = Id::new(id);
    let frame = Frame::popup(&ctx.global_style()).inner_margin(Margin::same(space_pt::L as i8));
    let modal = Modal::new(id).frame(frame).show(ctx, |ui: &mut Ui| {
        ui.set_width(420.0_f32.min(ctx.viewport_rect().width() - 48.0));
        ui.label(strong(title).size(type_pt::LARGE));
        ui.add(Label::new(about).wrap());
        ui.add_space(space_pt::M);
        let mut chosen = None;
        ui.horizontal(|ui| {
            let look = theme(ui);
            for (i, answer) in answers.iter().enumerate() {
                let button = if i == 0 {
                    let words = RichText::new(answer).color(colour(look.bg));
                    egui::Button::new(words).fill(colour(look.accent))
                } else {
                    egui::Button::new(answer)
                };
                let response = ui.add(button.min_size(Vec2::new(72.0, 0.0)));
                // The keyboard begins at the answer that loses nothing.
                if i == 0 && ui.data(|d| d.get_temp::<bool>(id)).is_none() {
                    ui.data_mut(|d| d.insert_temp(id, true));
                    response.request_focus();
                }
                if response.clicked() {
                    chosen = Some(i);
                }
            }
        });
        chosen
    });
    let chosen = match modal.inner {
        None if modal.should_close() => Some(answers.len() - 1),
        chosen => chosen,
    };
    if chosen.is_some() {
        ctx.data_mut(|d| d.remove_temp::<bool>(id));
    }
    chosen
}

fn leaving(ctx: &Context, desk: &mut Desk, then: Then) {
    if desk.keeper.as_ref().is_some_and(Keeper::is_asking) {
        // Where to save to is asked just now.
        return;
    }
    let t = desk.texts();
    let path = desk.session.as_ref().map_or("", Session::path);
    let about = t.with("leave-about", &[("name", name_of(path))]);
    let answers = ["leave-save", "leave-discard", "panel-cancel"].map(|k| t.get(k));
    match ask(ctx, "leaving", &t.get("leave-title"), &about, &answers) {
        Some(0) => desk.save(),
        Some(1) => {
            if let Some(keeper) = &desk.keeper {
                keeper.forget_unsaved();
            }
            if let Some(session) = &mut desk.session {
                let saved = session.saved().bundle().clone();
                session.replace(saved);
            }
            desk.go_on(then);
        }
        Some(_) => desk.leaving = None,
        None => {}
    }
}

fn found(ctx: &Context, desk: &mut Desk) {
    let t = desk.texts();
    let work = desk.keeper.as_ref().and_then(Keeper::found);
    let path = work.map_or("", |w| w.edited.main.as_str());
    let title = t.with("start-recovered", &[("name", name_of(path))]);
    let answers = ["start-recover", "start-forget", "leave-later"].map(|k| t.get(k));
    match ask(ctx, "found", &title, &t.get("leave-found-about"), &answers) {
        Some(0) => desk.recover(true),
        Some(1) => desk.recover(false),
        Some(_) => {
            if let Some(keeper) = &mut desk.keeper {
                keeper.put_off();
            }
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Bundle, Command};
    use crate::view::panel::Prefs;

    fn desk(changed: bool) -> Desk {
        let mut desk = Desk::new(Prefs::default(), None);
        let text = "(schema: 1, run: (seed: 3), tool_groups: {}, areas: { \"A\": () })";
        desk.open_bundle(Bundle::from_text("a.ron", text));
        if changed {
            let (path, value) = ("run.seed".to_owned(), "9".to_owned());
            desk.edit("seed", &[Command::Set { path, value }]);
        }
        desk
    }

    #[test]
    fn a_saved_scene_is_left_at_once_and_an_unsaved_one_is_asked_about() {
        let mut saved = desk(false);
        saved.leave(Then::Quit);
        assert!(saved.quit && saved.leaving.is_none());
        for then in [Then::Quit, Then::Close, Then::Open("b.ron".to_owned())] {
            let mut unsaved = desk(true);
            unsaved.leave(then.clone());
            assert_eq!(unsaved.leaving, Some(then));
            assert!(!unsaved.quit && unsaved.session.is_some());
        }
    }

    #[test]
    fn once_it_is_saved_the_way_is_free() {
        let mut desk = desk(true);
        desk.leave(Then::Close);
        let ctx = Context::default();
        ctx.set_fonts(crate::view::panel::font::definitions());
        let frame = |desk: &mut Desk| {
            let _ = ctx.run_ui(egui::RawInput::default(), |ui| show(ui.ctx(), desk));
        };
        frame(&mut desk);
        assert!(desk.session.is_some());
        desk.session.as_mut().expect("open").set_saved();
        frame(&mut desk);
        assert!(desk.session.is_none() && desk.leaving.is_none());
    }
}
