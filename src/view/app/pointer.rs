//! Mouse and keys over the stage, and what panels ask of the camera.

use bevy::math::{Vec2, Vec3};
use bevy::prelude::{Res, ResMut};
use egui::{Context, Event, Key, Modifiers, PointerButton};

use super::DeskRes;
use crate::sim::fab::Place;
use crate::view::panel::{CameraCommand, Desk, LotKey, Selection, StageRect, Weight};
use crate::view::stage::Carriers;
use crate::view::stage::Stage;
use crate::view::stage::pick::{Picked, Targets};
use crate::view::stage::rig::Rig;
use crate::world::plant;

/// Points the pointer may move between press and release of a click.
const CLICK_PT: f32 = 5.0;

/// Zoom of one point of the wheel.
const WHEEL: f32 = 0.0022;

/// How far keys move the view in a second, shares of its height.
const KEYS_PER_S: f32 = 0.7;

/// Margin around a framed selection, share of the view.
const FRAME_MARGIN: f32 = 0.35;

/// What the hand holds.
#[derive(Debug, Default)]
pub struct Hand {
    /// Button of a drag that began over the plant.
    held: Option<PointerButton>,
    /// Where the pointer was last while it is held.
    at: Option<egui::Pos2>,
    moved_pt: f32,
}

/// Reads the mouse and the keys; the plant only gets what no panel takes.
pub fn listen(
    ctx: &Context,
    place: &StageRect,
    desk: &mut Desk,
    stage: &mut Stage,
    targets: &Targets,
    carriers: Option<&Carriers>,
    hand: &mut Hand,
) {
    let (pointer, scroll, zoom, shift, dt) = ctx.input(|i| {
        (
            i.pointer.hover_pos(),
            i.smooth_scroll_delta(),
            i.zoom_delta(),
            i.modifiers.shift,
            i.stable_dt.min(0.1),
        )
    });
    let view_at = pointer.map(|p| stage.view_of(Vec2::new(p.x, p.y)));
    let ray = view_at.map(|at| stage.rig.ray(at, stage.aspect()));
    let buttons = [
        PointerButton::Primary,
        PointerButton::Middle,
        PointerButton::Secondary,
    ];
    if place.has_pointer
        && hand.held.is_none()
        && let Some(pressed) = buttons
            .into_iter()
            .find(|b| ctx.input(|i| i.pointer.button_pressed(*b)))
    {
        hand.held = Some(pressed);
        hand.moved_pt = 0.0;
        // What the pointer moved before it was pressed, in the same frame, is no drag.
        hand.at = ctx.input(|i| {
            i.events.iter().find_map(|e| match e {
                Event::PointerButton {
                    pos,
                    button,
                    pressed: true,
                    ..
                } if *button == pressed => Some(*pos),
                _ => None,
            })
        });
        // The plant is in the hand now, not the text field.
        ctx.memory_mut(|m| {
            if let Some(id) = m.focused() {
                m.surrender_focus(id);
            }
        });
    }
    let hovered = if place.has_pointer || hand.held.is_some() {
        ray.and_then(|ray| targets.pick(&ray, carriers))
    } else {
        None
    };
    if let Some(held) = hand.held {
        let last = hand.at.or(pointer);
        let moved = pointer.zip(last).map_or(egui::Vec2::ZERO, |(p, l)| p - l);
        hand.at = pointer.or(hand.at);
        let drag = Vec2::new(moved.x, moved.y);
        hand.moved_pt += drag.length();
        let share = drag / place.rect.height().max(1.0);
        if drag != Vec2::ZERO && hand.moved_pt > CLICK_PT {
            match held {
                PointerButton::Primary if shift => stage.rig.pan(share),
                PointerButton::Primary => stage.rig.orbit(share),
                PointerButton::Middle => stage.rig.pan(share),
                _ => stage.rig.look(share),
            }
            ctx.request_repaint();
        }
        if held == PointerButton::Secondary {
            fly(ctx, stage, dt);
        }
        if !ctx.input(|i| i.pointer.button_down(held)) {
            hand.held = None;
            if held == PointerButton::Primary && hand.moved_pt <= CLICK_PT {
                desk.selection = hovered.map_or(Selection::Nothing, selection_of);
            }
        }
    }
    let double = ctx.input(|i| i.pointer.button_double_clicked(PointerButton::Primary));
    if double
        && place.has_pointer
        && let Some(of) = hovered
    {
        desk.camera.push(match of {
            Picked::Lot([lot_type, number]) => CameraCommand::Follow(LotKey { lot_type, number }),
            _ => CameraCommand::Frame,
        });
    }
    if place.has_pointer {
        let factor = libm::expf(-scroll.y * WHEEL) / zoom;
        if (factor - 1.0).abs() > 1e-5 {
            let at = ray.and_then(|ray| Rig::floor_point(&ray));
            stage.rig.zoom(factor, at);
            ctx.request_repaint();
        }
    }
    let hovered = if hand.held.is_some() { None } else { hovered };
    if stage.hovered != hovered {
        stage.hovered = hovered;
    }
    if place.has_keys {
        keys(ctx, desk);
        // With a control focused, arrows go from one to the next.
        if ctx.memory(|m| m.focused().is_none()) {
            steer(ctx, stage, dt);
        }
    }
}

/// Moves the view by keys: arrows along the floor, with Shift around it, Page Up and Down nearer
/// and further.
fn steer(ctx: &Context, stage: &mut Stage, seconds: f32) {
    let (shift, plain) =
        ctx.input(|i| (i.modifiers.shift, !i.modifiers.command && !i.modifiers.alt));
    if !plain {
        return;
    }
    let axis = |plus, minus| {
        let down = |key| f32::from(u8::from(ctx.input(|i| i.key_down(key))));
        down(plus) - down(minus)
    };
    let along = Vec2::new(
        axis(Key::ArrowLeft, Key::ArrowRight),
        axis(Key::ArrowUp, Key::ArrowDown),
    );
    let nearer = axis(Key::PageUp, Key::PageDown);
    if along == Vec2::ZERO && nearer == 0.0 {
        return;
    }
    // Shares of the view's height.
    let step = along * KEYS_PER_S * seconds;
    if shift {
        stage.rig.orbit(-step);
    } else {
        stage.rig.pan(step);
    }
    stage.rig.zoom(libm::expf(-1.6 * nearer * seconds), None);
    ctx.request_repaint();
}

/// Numbers go to kept views, with Ctrl they keep one; Esc lets go.
fn keys(ctx: &Context, desk: &mut Desk) {
    let numbers = [
        Key::Num1,
        Key::Num2,
        Key::Num3,
        Key::Num4,
        Key::Num5,
        Key::Num6,
        Key::Num7,
        Key::Num8,
        Key::Num9,
    ];
    for (n, key) in (1u8..).zip(numbers) {
        if ctx.input_mut(|i| i.consume_key(Modifiers::COMMAND, key)) {
            desk.camera.push(CameraCommand::Keep(n));
        } else if ctx.input_mut(|i| i.consume_key(Modifiers::NONE, key)) {
            desk.camera.push(CameraCommand::Recall(n));
        }
    }
    if ctx.input(|i| i.key_pressed(Key::Escape)) {
        desk.selection = Selection::Nothing;
        desk.camera.push(CameraCommand::Rest);
    }
}

/// Flies while the right button is held: W A S D along and aside, E Q up and down.
fn fly(ctx: &Context, stage: &mut Stage, seconds: f32) {
    let down = |key| ctx.input(|i| i.key_down(key));
    let axis = |plus, minus| f32::from(u8::from(down(plus))) - f32::from(u8::from(down(minus)));
    let step = Vec3::new(
        axis(Key::D, Key::A),
        axis(Key::E, Key::Q),
        axis(Key::S, Key::W),
    );
    if step != Vec3::ZERO {
        let fast = if ctx.input(|i| i.modifiers.shift) {
            4.0
        } else {
            1.0
        };
        // Speed goes with how much one sees, so that crossing the view takes about two seconds.
        let speed = 0.5 * stage.rig.goal().distance.clamp(6.0, 400.0) * fast;
        stage.rig.fly(step.normalize() * speed * seconds);
        ctx.request_repaint();
    }
}

fn selection_of(of: Picked) -> Selection {
    match of {
        Picked::Tool(k) => Selection::Tool(k),
        Picked::Stocker(k) => Selection::Stocker(k),
        Picked::Bay(k) => Selection::Bay(k),
        Picked::Lot([lot_type, number]) => Selection::Lot(LotKey { lot_type, number }),
    }
}

/// The box that stands for a lot: its carrier on the way, else the machine it is in or waits for.
pub fn box_of(desk: &Desk, lot: LotKey) -> Picked {
    let LotKey { lot_type, number } = lot;
    let live = desk.live.as_ref();
    let place = live
        .and_then(|live| live.lot(LotKey { lot_type, number }))
        .map(|l| l.place);
    match (place, live) {
        (Some(Place::Tool { tool, .. }), _) => Picked::Tool(tool),
        (Some(Place::Queue { group, .. }), Some(live)) => {
            Picked::Tool(live.model().groups[group as usize].first_tool)
        }
        _ => Picked::Lot([lot_type, number]),
    }
}

/// Does what panels and keys asked of the camera, and follows a lot.
pub fn obey(
    mut desk: ResMut<'_, DeskRes>,
    mut stage: ResMut<'_, Stage>,
    floor: Res<'_, plant::Floor>,
    targets: Option<Res<'_, Targets>>,
    carriers: Option<Res<'_, Carriers>>,
    mut followed: bevy::prelude::Local<'_, Option<LotKey>>,
) {
    let desk = &mut desk.0;
    // Without a place to look at, what is asked waits.
    if stage.rect.is_empty() {
        return;
    }
    let aspect = stage.aspect();
    for command in desk.camera.drain(..).collect::<Vec<_>>() {
        match command {
            CameraCommand::Open => {
                *followed = None;
                stage.rig.home(&corners_of(&floor), aspect);
                stage.rig.advance(0.0, true);
            }
            CameraCommand::Home => {
                *followed = None;
                stage.rig.home(&corners_of(&floor), aspect);
            }
            CameraCommand::Frame => {
                *followed = None;
                let solids = targets
                    .as_deref()
                    .map(|t| selected(desk, t, carriers.as_deref()));
                let points = solids.unwrap_or_default();
                if points.is_empty() {
                    stage.rig.home(&corners_of(&floor), aspect);
                } else {
                    stage.rig.frame(&points, aspect, FRAME_MARGIN);
                }
            }
            CameraCommand::Top => stage.rig.toggle_plan(),
            CameraCommand::Follow(lot) => {
                *followed = Some(lot);
                desk.selection = Selection::Lot(lot);
                let mut pose = *stage.rig.goal();
                pose.distance = pose.distance.min(45.0);
                stage.rig.go(pose);
            }
            CameraCommand::Rest => *followed = None,
            CameraCommand::Keep(n) => {
                stage.rig.keep(n);
                let words = desk
                    .texts()
                    .with("panel-view-kept", &[("n", &n.to_string())]);
                desk.say(Weight::Done, words);
            }
            CameraCommand::Recall(n) => {
                *followed = None;
                stage.rig.recall(n);
            }
        }
    }
    if let Some(lot) = *followed
        && let Some(targets) = targets
        && let Some(solid) = targets.solid(box_of(desk, lot), carriers.as_deref())
    {
        let at = solid.at.translation + Vec3::Y * solid.half.y;
        if stage.rig.goal().focus != at {
            stage.rig.follow(at);
        }
    }
}

/// Corners of the plant.
pub fn corners_of(floor: &plant::Floor) -> Vec<Vec3> {
    let r = &floor.rect;
    let (x0, x1) = (r.x_m as f32, (r.x_m + r.width_m) as f32);
    let (z0, z1) = (-(r.y_m + r.depth_m) as f32, -r.y_m as f32);
    let mut all = Vec::with_capacity(8);
    for y in [0.0, 4.0] {
        for x in [x0, x1] {
            for z in [z0, z1] {
                all.push(Vec3::new(x, y, z));
            }
        }
    }
    all
}

/// Corners of what is selected.
fn selected(desk: &Desk, targets: &Targets, carriers: Option<&Carriers>) -> Vec<Vec3> {
    let of = match desk.selection {
        Selection::Tool(k) => vec![Picked::Tool(k)],
        Selection::Stocker(k) => vec![Picked::Stocker(k)],
        Selection::Bay(k) => vec![Picked::Bay(k)],
        Selection::Lot(lot) => vec![box_of(desk, lot)],
        Selection::Group(g) => {
            let model = desk.live.as_ref().map(|l| &l.model().groups[g as usize]);
            model.map_or_else(Vec::new, |m| {
                (m.first_tool..m.first_tool + m.tools)
                    .map(Picked::Tool)
                    .collect()
            })
        }
        _ => Vec::new(),
    };
    of.into_iter()
        .filter_map(|of| targets.solid(of, carriers))
        .flat_map(|s| s.corners())
        .collect()
}
