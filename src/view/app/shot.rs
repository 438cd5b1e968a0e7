//! Pictures without a window: the same app, drawing into an image.

use std::path::Path;

use bevy::camera::{Camera, ImageRenderTarget, RenderTarget};
use bevy::image::Image;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::render_resource::{PollType, TextureFormat, TextureUsages};
use bevy::render::renderer::RenderDevice;
use bevy::render::settings::RenderCreation;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::time::TimeUpdateStrategy;
use bevy::window::ExitCondition;
use bevy::winit::WinitPlugin;

use super::cost::{self, Draws};
use super::indexed::Indexed;
use super::{DeskRes, Refusal, adapter, assemble, spawn_cameras, undrawn};
use crate::view::panel::Desk;
use crate::view::stage::{Stage, StageCamera};

/// A picture: so many pixels in rows from the top, red, green, blue, opacity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Four bytes a pixel.
    pub rgba: Vec<u8>,
}

impl Picture {
    /// As a PNG file's bytes.
    ///
    /// # Errors
    /// Never for a picture of this module; the encoder wants to be asked.
    pub fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        let rgb: Vec<u8> = self
            .rgba
            .chunks_exact(4)
            .flat_map(|p| [p[0], p[1], p[2]])
            .collect();
        writer.write_image_data(&rgb)?;
        writer.finish()?;
        Ok(bytes)
    }

    /// Writes it as a PNG file, whole or not at all; with at most `colours` colours where that is
    /// asked for.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, path: &Path, colours: Option<u16>) -> Result<(), Refusal> {
        let failed = |why: String| Refusal::Failed(format!("{}: {why}", path.display()));
        let bytes = match colours {
            Some(n) => Indexed::of(self, n).png(self.width, self.height),
            None => self.png(),
        };
        let bytes = bytes.map_err(|e| failed(e.to_string()))?;
        crate::results::write::atomically(path, &bytes).map_err(|e| failed(e.to_string()))
    }
}

/// The program without a window.
pub struct Studio {
    app: App,
    target: Handle<Image>,
    size: [u32; 2],
    scale: f32,
}

/// What the renderer handed back.
#[derive(Resource, Default)]
struct Taken(Option<Image>);

/// Frames until all that was asked of the desk is laid out.
const SETTLE: u32 = 3;

/// Frames that are drawn before the one of the picture: the first hands meshes and shaders to the
/// adapter.
const WARM: u32 = 2;

/// Frames that a picture may take to come back from the renderer.
const PATIENCE: u32 = 200;

impl Studio {
    /// A program that draws into an image of `size` pixels, `scale` of them to a point.
    ///
    /// # Errors
    /// There is no adapter, nor a software one.
    pub fn new(mut desk: Desk, size: [u32; 2], scale: f32) -> Result<Self, Refusal> {
        desk.adapter = adapter()?;
        Ok(Self::on(RenderCreation::default(), desk, size, scale))
    }

    /// The same on a device that takes every call and draws nothing: what a frame costs without
    /// what an adapter, or a software that stands for one, adds to it.
    ///
    /// # Errors
    /// The graphics library has no such device.
    pub fn undrawn(mut desk: Desk, size: [u32; 2], scale: f32) -> Result<Self, Refusal> {
        let resources = undrawn::device()?;
        desk.adapter = resources.2.name.clone();
        Ok(Self::on(resources.into(), desk, size, scale))
    }

    fn on(render_creation: RenderCreation, desk: Desk, size: [u32; 2], scale: f32) -> Self {
        let mut app = App::new();
        app.add_plugins(
            super::plugins()
                .set(bevy::window::WindowPlugin {
                    primary_window: None,
                    exit_condition: ExitCondition::DontExit,
                    ..default()
                })
                .set(RenderPlugin {
                    render_creation,
                    synchronous_pipeline_compilation: true,
                    ..default()
                })
                .set(super::pace::quiet_log(""))
                .disable::<bevy::app::TerminalCtrlCHandlerPlugin>()
                .disable::<bevy::render::pipelined_rendering::PipelinedRenderingPlugin>()
                .disable::<WinitPlugin>(),
        );
        assemble(&mut app, desk);
        cost::watch(&mut app);
        app.init_resource::<Taken>();
        let target = (app.world_mut().resource_mut::<Assets<Image>>()).add(canvas(size));
        let place = RenderTarget::Image(ImageRenderTarget {
            handle: target.clone(),
            scale_factor: scale,
        });
        app.add_systems(
            Startup,
            move |mut commands: Commands<'_, '_>, mut images: ResMut<'_, Assets<Image>>| {
                spawn_cameras(&mut commands, &mut images, &place);
            },
        );
        app.finish();
        app.cleanup();
        Self {
            app,
            target,
            size,
            scale,
        }
    }

    /// Draws pictures of another size from now on: pixels, and pixels of a point.
    pub fn resize(&mut self, size: [u32; 2], scale: f32) {
        if (self.size, self.scale) == (size, scale) {
            return;
        }
        (self.size, self.scale) = (size, scale);
        let world = self.app.world_mut();
        self.target = world.resource_mut::<Assets<Image>>().add(canvas(size));
        let mut targets = world.query::<(&mut RenderTarget, &mut Camera)>();
        for (mut target, mut camera) in targets.iter_mut(world) {
            *target = RenderTarget::Image(ImageRenderTarget {
                handle: self.target.clone(),
                scale_factor: scale,
            });
            // The next frame gives the stage its place in the new picture.
            camera.viewport = None;
        }
        self.stage().rect = URect::default();
    }

    /// The desk, to set what is to be shown.
    pub fn desk(&mut self) -> &mut Desk {
        &mut self
            .app
            .world_mut()
            .resource_mut::<DeskRes>()
            .into_inner()
            .0
    }

    /// The stage, to set the camera.
    pub fn stage(&mut self) -> &mut Stage {
        self.app.world_mut().resource_mut::<Stage>().into_inner()
    }

    /// What the last frame was drawn with.
    pub fn draws(&mut self) -> Draws {
        cost::draws(&mut self.app)
    }

    /// The world, for tests and measurements.
    pub fn world(&mut self) -> &mut World {
        self.app.world_mut()
    }

    /// Lets so much time pass from frame to frame, whatever the clock says.
    pub fn pace(&mut self, frame: std::time::Duration) {
        let world = self.app.world_mut();
        world.insert_resource(TimeUpdateStrategy::ManualDuration(frame));
    }

    /// One frame.
    pub fn frame(&mut self) {
        self.app.update();
    }

    /// Waits until the adapter has drawn what it was given.
    pub fn wait(&self) {
        let device = self.app.world().resource::<RenderDevice>();
        // A lost device shows when the picture does not come back.
        let _ = device.poll(PollType::wait_indefinitely());
    }

    /// One frame that nobody will see: all but the drawing, which costs a software rasteriser a
    /// hundred times the rest.
    pub fn blind_frame(&mut self) {
        self.draw(false);
        self.frame();
        self.draw(true);
    }

    /// Goes on until the stage has its place and the camera has done what was asked of it.
    pub fn settle(&mut self) {
        for _ in 0..12 {
            self.blind_frame();
            if !self.stage().rect.is_empty() && self.desk().camera.is_empty() {
                break;
            }
        }
    }

    /// Shows the whole plant, turned and tilted as the camera is.
    pub fn frame_plant(&mut self) {
        let corners =
            super::pointer::corners_of(self.app.world().resource::<crate::world::plant::Floor>());
        let aspect = self.stage().aspect();
        self.stage().rig.frame(&corners, aspect, 0.06);
    }

    /// Turns drawing on or off.
    fn draw(&mut self, on: bool) {
        let world = self.app.world_mut();
        world.resource_mut::<Stage>().unseen = !on;
        let covered = world.resource::<Stage>().rect.is_empty();
        let mut cameras = world.query::<(&mut Camera, Has<StageCamera>)>();
        for (mut camera, of_stage) in cameras.iter_mut(world) {
            camera.is_active = on && !(of_stage && covered);
        }
    }

    /// Takes a picture of what is shown once it has settled.
    ///
    /// # Errors
    /// The renderer gives none back.
    pub fn take(&mut self) -> Result<Picture, Refusal> {
        for _ in 0..SETTLE {
            self.stage().rig.advance(0.0, true);
            self.stage().still = true;
            self.blind_frame();
        }
        for _ in 0..WARM {
            self.frame();
        }
        // The same target as the cameras', their scale too: another would be read back empty.
        let target = RenderTarget::Image(ImageRenderTarget {
            handle: self.target.clone(),
            scale_factor: self.scale,
        });
        self.app.world_mut().resource_mut::<Taken>().0 = None;
        self.app.world_mut().spawn(Screenshot(target)).observe(
            |shot: On<'_, '_, ScreenshotCaptured>, mut taken: ResMut<'_, Taken>| {
                taken.0 = Some(shot.image.clone());
            },
        );
        self.frame();
        self.draw(false);
        for _ in 0..PATIENCE {
            self.wait();
            if let Some(image) = self.app.world_mut().resource_mut::<Taken>().0.take() {
                self.draw(true);
                let (width, height) = (image.width(), image.height());
                let mut rgba = image.data.unwrap_or_default();
                if matches!(
                    image.texture_descriptor.format,
                    TextureFormat::Bgra8Unorm | TextureFormat::Bgra8UnormSrgb
                ) {
                    for pixel in rgba.chunks_exact_mut(4) {
                        pixel.swap(0, 2);
                    }
                }
                return Ok(Picture {
                    width,
                    height,
                    rgba,
                });
            }
            self.frame();
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        self.draw(true);
        Err(Refusal::Failed(
            "the renderer gave no picture back".to_owned(),
        ))
    }
}

/// An image to draw into and to read back.
fn canvas(size: [u32; 2]) -> Image {
    let mut image =
        Image::new_target_texture(size[0], size[1], TextureFormat::Rgba8UnormSrgb, None);
    image.texture_descriptor.usage |= TextureUsages::COPY_SRC;
    image
}
