//! Named choices between readings of the model that the trade leaves open.

use bevy::reflect::Reflect;

/// Named choices where published fab models leave the semantics open.
#[derive(Clone, Debug, Default, PartialEq, Reflect)]
pub struct Options {
    /// When a cascading tool takes its next lot.
    pub cascade_start: CascadeStart,
    /// When a cascading tool may change its setup.
    pub cascade_setup: CascadeSetup,
    /// Which cascading tool an arriving lot prefers: an empty one or one with room.
    pub cascade_wake: CascadeWake,
    /// What happens to a failure that falls into a maintenance.
    pub breakdown_in_pm: BreakdownInPm,
    /// From when the interval of a calendar maintenance counts.
    pub pm_clock: PmClock,
    /// How the first maintenance is spread over the tools of a group.
    pub pm_stagger: PmStagger,
    /// Which happens first when a failure and a maintenance fall due together.
    pub pm_breakdown_order: PmBreakdownOrder,
    /// What "least setup" ranks lots by.
    pub setup_rank: SetupRank,
    /// Whether the time a lot loads beside nothing else counts a cascading tool as busy.
    pub cascade_load_busy: CascadeLoadBusy,
    /// Whether lots that ask for it reserve a tool of the next group ahead.
    pub reservation: Reservation,
}

/// When a cascading tool takes its next lot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum CascadeStart {
    /// In time for its load to end when the first slot comes free, so that a more
    /// urgent lot can still go before.
    #[default]
    WhenSlotFree,
    /// As soon as there is room; it waits inside for the first slot.
    AtOnce,
}

/// Which cascading tool an arriving lot prefers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum CascadeWake {
    /// An empty one; one with a lot inside only if none is empty.
    #[default]
    EmptyFirst,
    /// The one that could have taken a lot for longest, empty or not.
    LongestAvailable,
}

/// When a cascading tool may change its setup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum CascadeSetup {
    /// Only when no lot is inside.
    #[default]
    WhenEmpty,
    /// Beside the lot inside; the next lot waits for the end of the setup.
    Parallel,
}

/// What happens to a failure that falls into a maintenance of the same tool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum BreakdownInPm {
    /// It strikes when the maintenance has ended.
    #[default]
    Postpone,
    /// It does not happen; the next time to failure starts at the maintenance's end.
    Cancel,
}

/// From when the interval of a calendar maintenance counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum PmClock {
    /// From one due time to the next, however late the work began.
    #[default]
    Due,
    /// From the start of the work.
    Start,
    /// From the end of the work.
    End,
}

/// How the first maintenance is spread over the N tools of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum PmStagger {
    /// The k-th tool's first is due at k/N of the first interval.
    #[default]
    Spread,
    /// All tools together at the first interval.
    Together,
}

/// Which happens first when a failure and a maintenance fall due together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum PmBreakdownOrder {
    /// The failure is repaired, then the maintenance is done.
    #[default]
    BreakdownFirst,
    /// The maintenance is done, then the failure strikes.
    PmFirst,
}

/// What "least setup" ranks lots by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum SetupRank {
    /// The setup table of the tool group only.
    #[default]
    Table,
    /// The step's own setup time too, where it has one.
    Full,
}

/// Whether a lot that only loads counts a cascading tool as busy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum CascadeLoadBusy {
    /// Busy from the start of the load to the end of the unload.
    #[default]
    Busy,
    /// Busy only while a unit is inside.
    Idle,
}

/// Whether lots marked `reserve` reserve a tool of the next group when their step starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
pub enum Reservation {
    /// No tool is ever reserved.
    #[default]
    Off,
    /// Lots of releases with `reserve: true` reserve.
    On,
}
