//! The clock that views watch: simulated time and how fast it passes.

use bevy::prelude::*;

use crate::units::Duration;

/// Simulated time of what is shown.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Reflect)]
#[reflect(Resource)]
pub struct Clock {
    /// Time since the start of the run.
    pub now: Duration,
    /// Simulated seconds per second of the watcher; never negative.
    pub speed: f64,
    /// Whether time stands still.
    pub paused: bool,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            now: Duration::ZERO,
            speed: 1000.0,
            paused: false,
        }
    }
}

/// The watcher's time since the last update, set by whoever owns a real clock; zero in headless runs.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Reflect)]
#[reflect(Resource)]
pub struct Tick {
    /// Seconds.
    pub wall_s: f64,
}

/// Advances the clock by the tick times the speed.
pub(super) fn advance(tick: Res<'_, Tick>, mut clock: ResMut<'_, Clock>) {
    let step = tick.wall_s * clock.speed;
    // Written only when it moves, so that change detection tells views the truth.
    if !clock.paused && step > 0.0 {
        clock.now = Duration(
            clock
                .now
                .0
                .saturating_add(Duration::from_seconds_f64(step).0),
        );
    }
}
