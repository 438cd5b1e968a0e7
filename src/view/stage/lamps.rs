//! Stack lights: one on every machine, in the colour of its state (SEMI E10).

use bevy::prelude::*;

use super::palette::{EMISSIVE_MAX, Look};
use super::signs::Signs;
use crate::view::tokens;
use crate::world::ToolState;

/// Colour of a state.
pub fn colour(state: ToolState) -> tokens::Rgb {
    match state {
        ToolState::Productive => tokens::ToolState::Productive,
        ToolState::Standby => tokens::ToolState::Standby,
        ToolState::Engineering => tokens::ToolState::Engineering,
        ToolState::ScheduledDown => tokens::ToolState::ScheduledDown,
        ToolState::UnscheduledDown => tokens::ToolState::UnscheduledDown,
        ToolState::NonScheduled => tokens::ToolState::NonScheduled,
    }
    .colour()
}

/// A lamp in a state.
fn look(state: ToolState) -> Look {
    let [r, g, b] = colour(state).parts();
    // Standby is a lamp that is off: it must not shine in the picture. The others glow as far as
    // they keep their colour; brighter, all would be white.
    let strength = match state {
        ToolState::Standby | ToolState::NonScheduled => 0.15,
        _ => 0.4,
    };
    let own = LinearRgba::from(Color::srgb_u8(r, g, b)) * (strength / EMISSIVE_MAX);
    let [r2, g2, b2, _] = Srgba::from(own).to_u8_array();
    Look {
        colour: [r, g, b],
        light: [r2, g2, b2],
    }
}

/// Lights the lamps of tools whose state changed, all of them once another plant stands.
pub fn show_states(
    signs: Option<ResMut<'_, Signs>>,
    tools: Query<'_, '_, (Entity, Ref<'_, ToolState>), With<crate::world::plant::Tool>>,
) {
    let Some(mut signs) = signs else { return };
    let fresh = signs.fresh();
    for (tool, state) in &tools {
        if fresh || state.is_changed() {
            signs.show_lamp(tool, look(*state));
        }
    }
}
