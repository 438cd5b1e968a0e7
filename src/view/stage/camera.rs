//! The stage's camera: the rig's pose made into a Bevy camera.

use bevy::camera::{Hdr, ScalingMode, Viewport};
use bevy::core_pipeline::tonemapping::Tonemapping;
use bevy::light::cluster::ClusterConfig;
use bevy::post_process::bloom::{Bloom, BloomCompositeMode};
use bevy::prelude::*;
use bevy::render::view::NoIndirectDrawing;

use super::rig::{Pose, VIEW_ANGLE};
use super::{Stage, light};

/// Marks the stage's camera.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct StageCamera;

/// The components of the stage's camera; whoever spawns it adds the target.
pub fn bundle(images: &mut Assets<Image>) -> impl Bundle {
    (
        StageCamera,
        Camera3d::default(),
        Hdr,
        Msaa::Sample4,
        Tonemapping::AcesFitted,
        Projection::Perspective(perspective()),
        light::exposure(),
        light::surroundings(images),
        ClusterConfig::Single,
        // Working out draws on the GPU pays from thousands of meshes on; here are some fifty.
        NoIndirectDrawing,
        Bloom {
            intensity: 0.06,
            composite_mode: BloomCompositeMode::EnergyConserving,
            ..Bloom::NATURAL
        },
    )
}

fn perspective() -> PerspectiveProjection {
    PerspectiveProjection {
        fov: VIEW_ANGLE,
        near: 0.2,
        far: 10_000.0,
        ..default()
    }
}

/// Lets time pass for the rig.
pub fn advance(time: Res<'_, Time<Real>>, mut stage: ResMut<'_, Stage>) {
    if stage.rig.is_moving() {
        let still = stage.still;
        stage.rig.advance(time.delta_secs().min(0.1), still);
    }
}

/// What was last set, so that a resting camera is left alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown {
    pose: Pose,
    plan: bool,
    rect: URect,
}

/// Sets viewport, projection and place.
pub fn place(
    stage: Res<'_, Stage>,
    mut cameras: Query<'_, '_, (&mut Camera, &mut Transform, &mut Projection), With<StageCamera>>,
    mut shown: Local<'_, Option<Shown>>,
) {
    let now = Shown {
        pose: *stage.rig.pose(),
        plan: stage.rig.is_plan(),
        rect: stage.rect,
    };
    if *shown == Some(now) {
        return;
    }
    for (mut camera, mut transform, mut projection) in &mut cameras {
        *shown = Some(now);
        let open = !stage.rect.is_empty();
        camera.is_active = open && !stage.unseen;
        if open {
            camera.viewport = Some(Viewport {
                physical_position: stage.rect.min,
                physical_size: stage.rect.size(),
                ..default()
            });
        }
        let pose = now.pose;
        *transform = Transform::from_translation(pose.eye()).with_rotation(pose.rotation());
        *projection = if now.plan {
            Projection::Orthographic(OrthographicProjection {
                near: -50.0,
                far: pose.distance + 200.0,
                scaling_mode: ScalingMode::FixedVertical {
                    viewport_height: pose.height_m(),
                },
                ..OrthographicProjection::default_3d()
            })
        } else {
            Projection::Perspective(perspective())
        };
    }
}
