//! One frame of egui: the panels, and over the plant its names, outlines and legends.

use bevy::prelude::*;
use bevy_egui::EguiContexts;
use egui::{Id, LayerId, Order};

use super::{DeskRes, pointer, trace};
use crate::view::panel::{self, Desk, Selection, colour};
use crate::view::stage::labels::{self, Labels};
use crate::view::stage::pick::{Picked, Targets};
use crate::view::stage::{Carriers, Stage, Tone, hud};
use crate::view::tokens;
use crate::world::{Kind, SpawnedIds, plant};

/// Draws the panels, then over the stage.
#[allow(clippy::too_many_arguments)]
pub fn draw(
    mut contexts: EguiContexts<'_, '_>,
    mut desk: ResMut<'_, DeskRes>,
    mut stage: ResMut<'_, Stage>,
    (labels, mut written): (Option<Res<'_, Labels>>, Local<'_, labels::Written>),
    targets: Option<Res<'_, Targets>>,
    carriers: Option<Res<'_, Carriers>>,
    ids: Res<'_, SpawnedIds>,
    names: Query<'_, '_, &Name>,
    tools: Query<'_, '_, &ChildOf, With<plant::Tool>>,
    mut hand: Local<'_, pointer::Hand>,
) -> Result {
    let ctx = contexts.ctx_mut()?.clone();
    let desk = &mut desk.0;
    let place = panel::show(&ctx, desk);
    trace::focus(&ctx);
    let dark = desk.is_dark(&ctx);
    let tone = if dark { Tone::Dark } else { Tone::Light };
    let ppp = place.pixels_per_point;
    let pixels = |p: egui::Pos2| {
        UVec2::new(
            (p.x * ppp).round().max(0.0) as u32,
            (p.y * ppp).round().max(0.0) as u32,
        )
    };
    let open = desk.session.as_ref().is_some_and(|s| s.scene().is_some());
    let rect = if open && place.rect.is_positive() {
        URect::from_corners(pixels(place.rect.min), pixels(place.rect.max))
    } else {
        URect::default()
    };
    // Written only where it differs: the camera follows changes.
    let still = ctx.global_style().animation_time == 0.0;
    if (stage.rect, stage.tone, stage.still) != (rect, tone, still) || stage.scale != ppp {
        (stage.rect, stage.tone, stage.still, stage.scale) = (rect, tone, still, ppp);
    }
    if rect.is_empty() {
        return Ok(());
    }
    let (Some(labels), Some(targets)) = (labels, targets) else {
        return Ok(());
    };
    let carriers = carriers.as_deref();
    pointer::listen(
        &ctx, &place, desk, &mut stage, &targets, carriers, &mut hand,
    );
    let painter = egui::Painter::new(
        ctx.clone(),
        LayerId::new(Order::Background, Id::new("stage")),
        place.rect,
    );
    let texts = desk.texts();
    let taken = hud::draw(&painter, &stage, &texts, dark, place.rect);
    labels::draw(
        &painter,
        &stage,
        (&labels, labels.is_changed()),
        dark,
        (place.rect, &taken),
        &mut written,
    );
    let theme = if dark { &tokens::DARK } else { &tokens::LIGHT };
    let accent = colour(theme.accent);
    for of in marked(desk, &ids, &tools) {
        labels::outline(&painter, &stage, &targets, of, carriers, accent, 2.0);
    }
    if let Some(of) = stage.hovered {
        labels::outline(
            &painter,
            &stage,
            &targets,
            of,
            carriers,
            colour(theme.text),
            1.2,
        );
        let name = name_of(of, desk, &ids, &names);
        if !matches!(of, Picked::Bay(_)) {
            labels::tag(&painter, &stage, &targets, of, carriers, name, dark);
        }
    }
    Ok(())
}

/// The boxes that the selection outlines.
fn marked(
    desk: &Desk,
    ids: &SpawnedIds,
    tools: &Query<'_, '_, &ChildOf, With<plant::Tool>>,
) -> Vec<Picked> {
    match desk.selection {
        Selection::Tool(k) => vec![Picked::Tool(k)],
        Selection::Stocker(k) => vec![Picked::Stocker(k)],
        Selection::Bay(k) => vec![Picked::Bay(k)],
        Selection::Lot(lot) => vec![pointer::box_of(desk, lot)],
        Selection::Group(g) => {
            let Some(group) = ids.get(Kind::ToolGroup, g) else {
                return Vec::new();
            };
            let of_group = |tool: Entity| tools.get(tool).is_ok_and(|t| t.parent() == group);
            (0u32..)
                .zip(ids.all(Kind::Tool))
                .filter(|(_, tool)| of_group(**tool))
                .map(|(k, _)| Picked::Tool(k))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn name_of(of: Picked, desk: &Desk, ids: &SpawnedIds, names: &Query<'_, '_, &Name>) -> String {
    let named = |kind, k| {
        let entity = ids.get(kind, k);
        let name = entity.and_then(|e| names.get(e).ok());
        name.map_or_else(String::new, |n| n.as_str().to_owned())
    };
    match of {
        Picked::Tool(k) => named(Kind::Tool, k),
        Picked::Stocker(k) => named(Kind::Stocker, k),
        Picked::Bay(k) => named(Kind::Bay, k),
        Picked::Lot([lot_type, number]) => {
            let key = crate::sim::fab::LotKey { lot_type, number };
            desk.live
                .as_ref()
                .map_or_else(String::new, |live| live.lot_name(key))
        }
    }
}
