//! Where one lot's hours went: its cycle time split by cause, to the microsecond.

use super::record::{Names, StepRecord};

/// Why time passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// Waited for a tool of the group (index).
    Queue(u32),
    /// Waited for its batch to fill.
    Batch,
    /// Was held back: critical queue time, operator or reticle.
    Hold,
    /// Setup of the tool.
    Setup,
    /// Load, process, unload.
    Process,
    /// Breakdowns of the tool with the lot inside.
    Breakdown,
    /// On its way, or waiting in a tool for room in the next queue.
    Transport,
    /// All time of repeated passes through steps, from arrival to arrival.
    Rework,
    /// Not covered by any step: before the first, after the last, or between two.
    Unrecorded,
}

/// Time of one cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CauseRow {
    /// Why.
    pub cause: Cause,
    /// How long, µs.
    pub us: u64,
    /// In how many steps.
    pub steps: u32,
}

/// A lot's cycle time by cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Causes, longest first; their times sum to `cycle_us`.
    pub rows: Vec<CauseRow>,
    /// Cycle time, µs.
    pub cycle_us: u64,
    /// Steps done.
    pub steps: u32,
}

/// Why a lot cannot be explained.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExplainError {
    /// The steps contradict each other or the lot's own times.
    #[error("step {step} (pass {pass}) begins, ends or continues out of order")]
    Order {
        /// Step.
        step: u32,
        /// Pass.
        pass: u32,
    },
    /// The lot's end lies before its release or before the end of its last step.
    #[error("the lot ends at {end_us} µs, before {after_us} µs")]
    End {
        /// End of the lot, µs.
        end_us: u64,
        /// What came later, µs.
        after_us: u64,
    },
}

impl Cause {
    /// Key of its label in the translations.
    pub fn i18n_key(self) -> &'static str {
        match self {
            Self::Queue(_) => "cause-queue",
            Self::Batch => "cause-batch",
            Self::Hold => "cause-hold",
            Self::Setup => "cause-setup",
            Self::Process => "cause-process",
            Self::Breakdown => "cause-breakdown",
            Self::Transport => "cause-transport",
            Self::Rework => "cause-rework",
            Self::Unrecorded => "cause-unrecorded",
        }
    }

    /// Tool group the cause is at; empty where it is at none.
    pub fn group(self, names: &Names) -> &str {
        match self {
            Self::Queue(g) => names.tool_groups.get(g as usize).map_or("", String::as_str),
            _ => "",
        }
    }
}

/// Splits the cycle time of a lot, given its steps in order of time.
///
/// Every microsecond from release to end goes to exactly one cause, so the rows sum
/// to the cycle time by construction, not by rounding. Parts of a wait that a record
/// states larger than the wait itself are cut to it.
///
/// # Errors
/// The steps are out of order, or overlap.
pub fn explain(
    release_us: u64,
    end_us: u64,
    steps: &[StepRecord],
) -> Result<Explanation, ExplainError> {
    let mut times = std::collections::BTreeMap::<Cause, (u64, u32)>::new();
    let mut spend = |cause, us: u64| {
        if us > 0 {
            let slot = times.entry(cause).or_default();
            slot.0 += us;
            slot.1 += 1;
        }
    };
    let mut now = release_us;
    for s in steps {
        let marks = [
            now,
            s.arrive_us,
            s.start_us,
            s.setup_end_us,
            s.end_us,
            s.next_us,
        ];
        if marks.windows(2).any(|w| w[0] > w[1]) {
            return Err(ExplainError::Order {
                step: s.step,
                pass: s.pass,
            });
        }
        spend(Cause::Unrecorded, s.arrive_us - now);
        now = s.next_us;
        if s.pass > 0 {
            spend(Cause::Rework, s.next_us - s.arrive_us);
            continue;
        }
        let wait = s.start_us - s.arrive_us;
        let hold = s.hold_us.min(wait);
        let batch = s.batch_wait_us.min(wait - hold);
        spend(Cause::Hold, hold);
        spend(Cause::Batch, batch);
        spend(Cause::Queue(s.group), wait - hold - batch);
        // A breakdown may strike during the setup as well; the job's own time bears it first.
        let (setup, job) = (s.setup_end_us - s.start_us, s.end_us - s.setup_end_us);
        let down_in_job = s.down_us.min(job);
        let down_in_setup = (s.down_us - down_in_job).min(setup);
        spend(Cause::Setup, setup - down_in_setup);
        spend(Cause::Breakdown, down_in_job + down_in_setup);
        spend(Cause::Process, job - down_in_job);
        spend(Cause::Transport, s.next_us - s.end_us);
    }
    if end_us < now {
        return Err(ExplainError::End {
            end_us,
            after_us: now,
        });
    }
    spend(Cause::Unrecorded, end_us - now);
    let mut rows: Vec<_> = times
        .into_iter()
        .map(|(cause, (us, steps))| CauseRow { cause, us, steps })
        .collect();
    rows.sort_by_key(|r| (std::cmp::Reverse(r.us), r.cause));
    Ok(Explanation {
        rows,
        cycle_us: end_us - release_us,
        steps: steps.len() as u32,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::{fab, fab_steps};
    use proptest::prelude::*;

    fn step(arrive: u64, start: u64, setup_end: u64, end: u64, next: u64) -> StepRecord {
        StepRecord {
            arrive_us: arrive,
            start_us: start,
            setup_end_us: setup_end,
            end_us: end,
            next_us: next,
            ..StepRecord::default()
        }
    }

    #[test]
    fn three_steps_by_hand() {
        let steps = [
            StepRecord {
                group: 2,
                batch_wait_us: 30,
                hold_us: 10,
                down_us: 7,
                ..step(105, 165, 170, 200, 210)
            },
            StepRecord {
                group: 1,
                down_us: 12,
                ..step(210, 215, 225, 235, 240)
            },
            StepRecord {
                pass: 1,
                ..step(240, 250, 250, 260, 265)
            },
        ];
        let e = explain(100, 270, &steps).unwrap();
        let of = |c| e.rows.iter().find(|r| r.cause == c).map_or(0, |r| r.us);
        assert_eq!(of(Cause::Unrecorded), 5 + 5);
        assert_eq!(of(Cause::Queue(2)), 20);
        assert_eq!(of(Cause::Queue(1)), 5);
        assert_eq!((of(Cause::Batch), of(Cause::Hold)), (30, 10));
        // 7 in the first job; of 12 in the second, 10 fill the job and 2 fall on the setup.
        assert_eq!(of(Cause::Breakdown), 7 + 12);
        assert_eq!(of(Cause::Setup), 5 + 8);
        assert_eq!(of(Cause::Process), 23);
        assert_eq!(of(Cause::Transport), 10 + 5);
        assert_eq!(of(Cause::Rework), 25);
        assert_eq!(e.rows.iter().map(|r| r.us).sum::<u64>(), 170);
        assert_eq!(e.rows[0].cause, Cause::Batch);
    }

    #[test]
    fn contradictions_are_errors() {
        assert!(matches!(
            explain(0, 100, &[step(10, 5, 20, 30, 30)]),
            Err(ExplainError::Order { .. })
        ));
        assert!(matches!(
            explain(
                0,
                100,
                &[step(10, 20, 20, 30, 40), step(35, 40, 40, 50, 50)]
            ),
            Err(ExplainError::Order { .. })
        ));
        assert!(matches!(
            explain(0, 20, &[step(10, 12, 20, 30, 30)]),
            Err(ExplainError::End { .. })
        ));
    }

    proptest! {
        #[test]
        fn every_microsecond_has_one_cause(number in 0u32..400, cut in 0usize..300) {
            let lot = fab(0).lots.into_iter().filter(|l| l.lot_type == 0).nth(number as usize).unwrap();
            let mut steps = fab_steps(&lot);
            steps.remove(cut);
            let e = explain(lot.release_us, lot.end_us, &steps).unwrap();
            prop_assert_eq!(e.rows.iter().map(|r| r.us).sum::<u64>(), lot.end_us - lot.release_us);
            prop_assert_eq!(e.cycle_us, lot.end_us - lot.release_us);
        }
    }
}
