//! Light: a key light from the left with soft shadows, the glow of a white ceiling, and the
//! yellow of the lithography bays.

use bevy::camera::Exposure;
use bevy::light::cluster::GlobalClusterSettings;
use bevy::light::{
    CascadeShadowConfig, CascadeShadowConfigBuilder, DirectionalLightShadowMap, EnvironmentMapLight,
};
use bevy::prelude::*;

use super::{Stage, StageCamera, Tone};
use crate::view::tokens;

/// Illuminance of the key light, lx.
const KEY_LUX: f32 = 5_200.0;

/// Luminance of the surroundings, cd/m².
const FILL_NITS: f32 = 1_050.0;

/// Side of a shadow map, pixels.
const SHADOW_MAP: usize = 4096;

/// The key light.
#[derive(Component, Clone, Copy, Debug)]
pub struct Key;

/// Exposure of the stage's camera.
pub fn exposure() -> Exposure {
    Exposure { ev100: 9.4 }
}

/// Light that comes from all sides: most from above, a little back from the floor.
pub fn surroundings(images: &mut Assets<Image>) -> EnvironmentMapLight {
    EnvironmentMapLight {
        intensity: FILL_NITS,
        ..EnvironmentMapLight::hemispherical_gradient(
            images,
            Color::linear_rgb(0.92, 0.97, 1.0),
            Color::linear_rgb(0.50, 0.56, 0.62),
            Color::linear_rgb(0.22, 0.24, 0.27),
        )
    }
}

/// Hangs the key light. It is the only one: Bevy need not sort lights into parts of the view.
pub fn set_up(mut commands: Commands<'_, '_>, clusters: Option<ResMut<'_, GlobalClusterSettings>>) {
    if let Some(mut clusters) = clusters {
        clusters.gpu_clustering = None;
    }
    commands.insert_resource(DirectionalLightShadowMap { size: SHADOW_MAP });
    commands.spawn((
        Key,
        DirectionalLight {
            color: Color::linear_rgb(1.0, 0.965, 0.90),
            illuminance: KEY_LUX,
            shadow_maps_enabled: true,
            shadow_depth_bias: 0.04,
            shadow_normal_bias: 1.6,
            ..default()
        },
        Transform::from_xyz(-0.55, 1.15, 0.42).looking_at(Vec3::ZERO, Vec3::Y),
        shadows(100.0),
    ));
}

/// Shadows for a view whose point of interest is so far away, m.
fn shadows(distance: f32) -> CascadeShadowConfig {
    CascadeShadowConfigBuilder {
        num_cascades: 2,
        minimum_distance: 0.2,
        first_cascade_far_bound: 1.05 * distance,
        maximum_distance: 2.4 * distance,
        overlap_proportion: 0.2,
    }
    .build()
}

/// Spends the shadow map on what is looked at.
pub fn follow_camera(
    stage: Res<'_, Stage>,
    mut keys: Query<'_, '_, &mut CascadeShadowConfig, With<Key>>,
    mut last: Local<'_, f32>,
) {
    let distance = stage.rig.pose().distance;
    if (distance / last.max(1e-3) - 1.0).abs() > 0.1 {
        *last = distance;
        for mut config in &mut keys {
            *config = shadows(distance);
        }
    }
}

/// Background and strength of light of the tone.
pub fn follow_tone(
    stage: Res<'_, Stage>,
    mut background: ResMut<'_, ClearColor>,
    mut keys: Query<'_, '_, &mut DirectionalLight, With<Key>>,
    mut cameras: Query<'_, '_, &mut EnvironmentMapLight, With<StageCamera>>,
    mut shown: Local<'_, Option<(Tone, usize)>>,
) {
    let now = (stage.tone, cameras.iter().len());
    if *shown == Some(now) {
        return;
    }
    *shown = Some(now);
    let (theme, key, fill) = match stage.tone {
        Tone::Dark => (&tokens::DARK, 0.80, 0.62),
        Tone::Light => (&tokens::LIGHT, 0.92, 0.86),
    };
    // The tone map darkens both ends; what goes in is chosen so that the tone's ground comes out.
    let ground = |rgb: tokens::Rgb, gain: f32| {
        let [r, g, b] = rgb.parts();
        Color::LinearRgba(LinearRgba::from(Color::srgb_u8(r, g, b)) * gain)
    };
    background.0 = match stage.tone {
        Tone::Dark => ground(theme.line, 1.0),
        Tone::Light => ground(theme.bg, 2.0),
    };
    for mut light in &mut keys {
        light.illuminance = KEY_LUX * key;
    }
    for mut surroundings in &mut cameras {
        surroundings.intensity = FILL_NITS * fill;
    }
}
