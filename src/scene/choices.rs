//! The spelling of the schema's choices without values, with their words.

use super::record::names;
use super::schema;

names! {
    /// Light of an area.
    schema::Light = "light" {
        /// Cool white.
        White,
        /// Without the wavelengths that expose resist.
        Yellow,
    }
}
names! {
    /// When a cascading tool takes its next lot.
    schema::CascadeStart = "start on cascading tools" {
        /// In time for its load to end when the first slot comes free.
        WhenSlotFree,
        /// As soon as there is room; it waits inside for the first slot.
        AtOnce,
    }
}
names! {
    /// Which cascading tool an arriving lot prefers.
    schema::CascadeWake = "choice of cascading tools" {
        /// An empty one; one with a lot inside only if none is empty.
        EmptyFirst,
        /// The one that could have taken a lot for longest, empty or not.
        LongestAvailable,
    }
}
names! {
    /// When a cascading tool may change its setup.
    schema::CascadeSetup = "setup of cascading tools" {
        /// Only when no lot is inside.
        WhenEmpty,
        /// Beside the lot inside; the next lot waits for the end of the setup.
        Parallel,
    }
}
names! {
    /// What happens to a breakdown that falls into a maintenance of the same tool.
    schema::BreakdownInPm = "breakdown in maintenance" {
        /// It strikes when the maintenance has ended.
        Postpone,
        /// It does not happen; the next time to failure starts at the end of the maintenance.
        Cancel,
    }
}
names! {
    /// From when the interval of a calendar maintenance counts.
    schema::PmClock = "clock of maintenance" {
        /// From one due time to the next, however late the work began.
        Due,
        /// From the start of the work.
        Start,
        /// From the end of the work.
        End,
    }
}
names! {
    /// How the first maintenance is spread over the N tools of a group.
    schema::PmStagger = "stagger of maintenance" {
        /// The k-th tool's first is due at k/N of the first interval.
        Spread,
        /// All tools together.
        Together,
    }
}
names! {
    /// Which happens first when a breakdown and a maintenance fall due together.
    schema::PmBreakdownOrder = "order of breakdown and maintenance" {
        /// The failure is repaired, then the maintenance is done.
        BreakdownFirst,
        /// The maintenance is done, then the failure strikes.
        PmFirst,
    }
}
names! {
    /// What "least setup" ranks lots by.
    schema::SetupRank = "rank of setup" {
        /// The setup table of the tool group only.
        Table,
        /// The step's own setup time too, where it has one.
        Full,
    }
}
names! {
    /// Whether a lot that only loads counts a cascading tool as busy.
    schema::CascadeLoadBusy = "load of cascading tools" {
        /// Busy from the start of the load to the end of the unload.
        Busy,
        /// Busy only while a unit is inside.
        Idle,
    }
}
names! {
    /// Whether lots of releases with `reserve: true` reserve tools ahead.
    schema::Reservation = "reservation" {
        /// No tool is ever reserved.
        Off,
        /// They reserve a tool of the next group when their step starts.
        On,
    }
}
names! {
    /// What a tool looks like.
    schema::Archetype = "archetype" {
        /// Exposes resist through a reticle.
        Scanner,
        /// Coats and develops resist.
        Track,
        /// Track and scanner linked.
        LithoCell,
        /// Vertical batch furnace.
        Furnace,
        /// Rapid thermal processing.
        Rtp,
        /// Plasma etcher.
        Etcher,
        /// Strips resist in plasma.
        Asher,
        /// Ion implanter.
        Implanter,
        /// Chemical vapour deposition.
        Cvd,
        /// Sputtering.
        Pvd,
        /// Atomic layer deposition.
        Ald,
        /// Epitaxy.
        Epi,
        /// Chemical mechanical polishing.
        Cmp,
        /// Baths for whole lots.
        WetBench,
        /// Single-wafer cleaning.
        SpinCleaner,
        /// Electroplating.
        Plating,
        /// Measures dimensions, films, overlay.
        Metrology,
        /// Looks for defects.
        Inspection,
        /// Sorts wafers.
        Sorter,
        /// Bonds wafers or dies.
        Bonder,
        /// Electrical test.
        Tester,
        /// A plain box.
        Generic,
    }
}
names! {
    /// Which lots may be in one batch.
    schema::BatchKey = "batch key" {
        /// The same step of the same route.
        RouteStep,
        /// Steps of the same name, whatever the route.
        StepName,
        /// The same recipe.
        Recipe,
    }
}
names! {
    /// Which idle tool an arriving lot wakes.
    schema::Wake = "wake" {
        /// The one idle longest.
        LongestIdle,
        /// The one idle shortest.
        ShortestIdle,
        /// The one that needs least setup; the longest idle among equals.
        LeastSetup,
        /// The first in the group's order.
        FirstListed,
    }
}
names! {
    /// What a time to failure counts.
    schema::FailureClock = "failure clock" {
        /// All time since the last repair, idle or busy.
        Calendar,
        /// Only time in which the tool is busy.
        Busy,
    }
}
names! {
    /// What happens to a lot that finds the queue full.
    schema::Overflow = "overflow" {
        /// It stays in the tool it comes from and blocks it.
        Block,
        /// It leaves the plant and is counted as lost.
        Lose,
    }
}
names! {
    /// For which part of a job an operator is needed.
    schema::OperatorPhase = "operator phase" {
        /// From the start of the setup to the end of the unload.
        Job,
        /// Setup and load only.
        SetupAndLoad,
    }
}
names! {
    /// What a processing time is for.
    schema::Per = "unit of processing" {
        /// One lot.
        Lot,
        /// One wafer.
        Wafer,
        /// One batch.
        Batch,
    }
}
