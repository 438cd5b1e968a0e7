//! The fab: routes, lots, tools, dispatching and transport as a discrete-event engine.
//!
//! [`Model::new`] compiles checked records to index-based tables; [`Engine`] runs
//! them with one list of future events keyed (time, sequence) and never touches the ECS.
//! A snapshot is a clone of the engine's state. Semantics follow the SMT2020
//! testbed (Kopp, Hassoun, Kalir, Mönch, IEEE TSM 33(4), 2020) with its open
//! choices as named options of the scene.

mod account;
mod choose;
mod compile;
pub mod dispatch;
mod downtime;
mod engine;
mod events;
mod expected;
pub mod history;
mod history_watch;
mod job;
pub mod live;
mod live_place;
mod live_write;
mod lots;
pub mod model;
mod queue_time;
mod resource;
mod sample;
mod state;

pub use compile::{CompileError, compile};
pub use engine::{Engine, Happening, Observer, RunError, Silent};
pub use history::History;
pub use live::Live;
pub use live_place::{GroupNow, LotKey, LotNow, Move, Place, ToolNow, WindowNow};
pub use model::Model;
pub use state::State;
