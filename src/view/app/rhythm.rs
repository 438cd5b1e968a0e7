//! Which frame does what while time runs by itself and nobody touches anything.
//!
//! Vehicles and camera move in every frame. Panels are laid out in every second one, states are
//! written into the plant in another, and what can wait takes the rest: no frame carries all of
//! it. As soon as a key is pressed or the pointer moves, the panels answer in that very frame.

use bevy::prelude::*;
use bevy_egui::{EguiInput, EguiPostUpdateSet, EguiPreUpdateSet, EguiRenderOutput};
use egui::ClippedPrimitive;

use super::DeskRes;
use crate::view::panel::Selection;
use crate::view::stage::pick::Picked;
use crate::view::stage::{Slack, Stage};

/// What this frame does.
#[derive(Resource, Debug)]
pub struct Rhythm {
    /// The panels are laid out; else what was drawn of them last is drawn again.
    pub panels: bool,
    /// Work is spread over frames.
    pub spread: bool,
    screen: Option<egui::Rect>,
    modifiers: Option<egui::Modifiers>,
    kept: Vec<ClippedPrimitive>,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            panels: true,
            spread: false,
            screen: None,
            modifiers: None,
            kept: Vec::new(),
        }
    }
}

/// Adds the rhythm to an app that has egui.
pub fn add(app: &mut App) {
    let panels = |rhythm: Res<'_, Rhythm>| rhythm.panels;
    app.init_resource::<Rhythm>()
        .configure_sets(
            PostUpdate,
            (EguiPostUpdateSet::EndPass, EguiPostUpdateSet::ProcessOutput).run_if(panels),
        )
        .add_systems(
            PreUpdate,
            choose
                .after(EguiPreUpdateSet::ProcessInput)
                .before(EguiPreUpdateSet::BeginPass),
        )
        .add_systems(Last, keep);
}

/// Decides what this frame does.
fn choose(
    desk: Res<'_, DeskRes>,
    stage: Res<'_, Stage>,
    inputs: Query<'_, '_, &EguiInput>,
    mut rhythm: ResMut<'_, Rhythm>,
    mut slack: ResMut<'_, Slack>,
) {
    let desk = &desk.0;
    // Outlines and names painted over what moves must move with it.
    let pursued = matches!(desk.selection, Selection::Lot(_))
        || matches!(stage.hovered, Some(Picked::Lot(_)))
        || stage.rig.is_moving();
    let mut asked = false;
    for input in &inputs {
        for event in &input.events {
            // These come in every frame.
            if let egui::Event::ModifiersChanged(modifiers) = event {
                asked |= rhythm.modifiers.replace(*modifiers) != Some(*modifiers);
            } else {
                asked = true;
            }
        }
        asked |= !input.hovered_files.is_empty()
            || !input.dropped_files.is_empty()
            || input.screen_rect != rhythm.screen;
        rhythm.screen = input.screen_rect;
    }
    rhythm.spread = desk.play.running && desk.play.seek_us.is_none() && !pursued && !asked;
    rhythm.panels = !(rhythm.spread && rhythm.panels && !rhythm.kept.is_empty());
    slack.0 = !(rhythm.spread && rhythm.panels);
}

/// Keeps what was drawn of the panels, or hands it out once more: the renderer takes it away.
fn keep(
    desk: Res<'_, DeskRes>,
    mut rhythm: ResMut<'_, Rhythm>,
    mut outputs: Query<'_, '_, &mut EguiRenderOutput>,
) {
    for mut output in &mut outputs {
        if !rhythm.panels {
            output.paint_jobs.clone_from(&rhythm.kept);
        } else if desk.0.play.running {
            rhythm.kept.clone_from(&output.paint_jobs);
        } else {
            rhythm.kept.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::panel::Desk;

    fn drawn() -> Vec<ClippedPrimitive> {
        vec![ClippedPrimitive {
            clip_rect: egui::Rect::EVERYTHING,
            primitive: egui::epaint::Primitive::Mesh(egui::Mesh::default()),
        }]
    }

    fn app() -> App {
        let lay_out = |rhythm: Res<'_, Rhythm>,
                       mut outputs: Query<'_, '_, &mut EguiRenderOutput>| {
            for mut output in &mut outputs {
                if rhythm.panels {
                    output.paint_jobs = drawn();
                }
            }
        };
        let mut app = App::new();
        app.insert_resource(DeskRes(Desk::new(Default::default(), None)))
            .init_resource::<Stage>()
            .init_resource::<Slack>()
            .init_resource::<Rhythm>()
            .add_systems(Update, (choose, lay_out, keep).chain());
        app.world_mut()
            .spawn((EguiInput::default(), EguiRenderOutput::default()));
        app
    }

    /// One frame: whether the panels were laid out, and pieces of them that are drawn.
    fn frame(app: &mut App, event: Option<egui::Event>) -> (bool, usize) {
        let world = app.world_mut();
        let mut all = world.query::<(&mut EguiInput, &mut EguiRenderOutput)>();
        for (mut input, mut output) in all.iter_mut(world) {
            input.events = event.clone().into_iter().collect();
            // As the renderer does.
            output.paint_jobs.clear();
        }
        app.update();
        let world = app.world_mut();
        let panels = world.resource::<Rhythm>().panels;
        let pieces = all.iter(world).map(|(_, o)| o.paint_jobs.len()).sum();
        (panels, pieces)
    }

    #[test]
    fn panels_rest_every_second_frame_and_stay_on_the_screen() {
        let mut app = app();
        for _ in 0..3 {
            assert_eq!(frame(&mut app, None), (true, 1), "time stands");
        }
        app.world_mut().resource_mut::<DeskRes>().0.play.running = true;
        let laid_out: Vec<(bool, usize)> = (0..7).map(|_| frame(&mut app, None)).collect();
        assert!(laid_out.iter().all(|(_, pieces)| *pieces == 1));
        let rests = laid_out[1..].windows(2).all(|w| w[0].0 != w[1].0);
        assert!(rests, "{laid_out:?}");
        for _ in 0..4 {
            let moved = egui::Event::PointerMoved(egui::Pos2::ZERO);
            assert_eq!(frame(&mut app, Some(moved)), (true, 1), "someone moves");
        }
    }
}
