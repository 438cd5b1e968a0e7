//! What happens when the graphics device goes: nothing that was edited is lost, and the user is
//! told what to do.
//!
//! A device goes when its driver crashes or is updated, when a laptop changes its graphics card, or
//! when its memory is used up. The panels are drawn by the same device, so there is no way to say
//! it in the window; the program keeps the unsaved work, ends and says why. On a page the page says it.

use std::sync::{Arc, Mutex};

use bevy::prelude::*;
use bevy::render::error_handler::{ErrorType, RenderError, RenderErrorHandler, RenderErrorPolicy};

use super::DeskRes;

/// Why the device went; empty while it is there. Also held by whoever runs the program.
#[derive(Resource, Clone, Debug, Default)]
pub struct Fault(pub Arc<Mutex<Option<String>>>);

impl Fault {
    /// Why the device went, if it did.
    pub fn why(&self) -> Option<String> {
        self.0.lock().ok()?.clone()
    }
}

/// Tells the renderer to ask [`end`].
pub fn watch(app: &mut App) -> Fault {
    let fault = Fault::default();
    app.insert_resource(fault.clone())
        .insert_resource(RenderErrorHandler(end));
    fault
}

fn end(error: &RenderError, world: &mut World, _: &mut World) -> RenderErrorPolicy {
    let what = match error.ty {
        ErrorType::DeviceLost => "device lost",
        ErrorType::OutOfMemory => "out of graphics memory",
        ErrorType::Validation => "wrong use of the device",
        ErrorType::Internal => "fault inside the driver",
    };
    let first = error.description.lines().next().unwrap_or_default().trim();
    let why = if first.is_empty() {
        what.to_owned()
    } else {
        format!("{what}: {first}")
    };
    if let Ok(mut fault) = world.resource::<Fault>().0.lock() {
        fault.get_or_insert(why.clone());
    }
    world.resource_mut::<DeskRes>().0.keep_unsaved();
    #[cfg(not(target_family = "wasm"))]
    world.write_message(AppExit::error());
    #[cfg(target_family = "wasm")]
    crate::view::web::tell_fault(&why);
    RenderErrorPolicy::StopRendering
}

#[cfg(test)]
mod tests {
    use bevy::render::renderer::RenderDevice;

    use super::*;
    use crate::scene::Command;
    use crate::view::app::shot::Studio;
    use crate::view::panel::keeper;

    #[test]
    fn a_lost_device_ends_the_program_with_its_reason_and_keeps_the_work() {
        let home = std::env::temp_dir().join(format!("geoul-fault-{}", std::process::id()));
        let mut desk = keeper::in_folder(&home, None);
        desk.open("geoul:/minifab.ron");
        let (path, value) = ("run.seed".to_owned(), "77".to_owned());
        desk.edit("seed", &[Command::Set { path, value }]);
        let mut studio = Studio::undrawn(desk, [1024, 640], 1.0).expect("needs no adapter");
        for _ in 0..4 {
            studio.frame();
        }
        let device = studio.world().resource::<RenderDevice>().clone();
        assert_eq!(studio.world().resource::<Fault>().why(), None);
        device.wgpu_device().destroy();
        // Only now is the callback called: a device that still works tells nothing.
        studio.wait();
        studio.frame();
        let why = studio.world().resource::<Fault>().why().expect("told");
        assert!(why.starts_with("device lost"), "{why}");
        drop(studio);
        let mut again = keeper::in_folder(&home, None);
        again.recover(true);
        let session = again.session.as_ref().expect("the work");
        assert_eq!(session.scene().expect("sound").run.seed, 77);
        std::fs::remove_dir_all(&home).expect("ours");
    }
}
