//! The future event list: a four-ary heap keyed (time, sequence).
//!
//! An entry is sixteen bytes: the time, and one word that holds the sequence
//! number above the event itself. Equal times are served in the order in which
//! they were scheduled, so a run does not depend on the heap's inner order.

/// Bits of an entry's second word that hold the event: 4 for its kind, 24 for an index.
const EVENT_BITS: u32 = 28;
/// Largest index an event can carry.
pub const INDEX_MAX: u32 = (1 << 24) - 1;

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// A lot arrives at the queue of its step.
    Arrive = 0,
    /// A job (its head lot) ends.
    JobEnd = 1,
    /// A release plan releases.
    Release = 2,
    /// A tool fails (index: breakdown of a tool).
    Fail = 3,
    /// A tool is repaired (index: breakdown of a tool).
    Repaired = 4,
    /// A calendar maintenance falls due (index: maintenance of a tool).
    PmDue = 5,
    /// A maintenance ends (index: maintenance of a tool).
    PmEnd = 6,
    /// A job's operator goes free after the load.
    OperatorFree = 7,
    /// A sample is taken.
    Sample = 8,
    /// The warm-up ends.
    Warmup = 9,
    /// The first slot of a pipeline is about to be free (index: tool).
    SlotFree = 10,
}

const KINDS: [Kind; 11] = [
    Kind::Arrive,
    Kind::JobEnd,
    Kind::Release,
    Kind::Fail,
    Kind::Repaired,
    Kind::PmDue,
    Kind::PmEnd,
    Kind::OperatorFree,
    Kind::Sample,
    Kind::Warmup,
    Kind::SlotFree,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    time: u64,
    order: u64,
}

impl Entry {
    #[inline]
    fn key(self) -> u128 {
        u128::from(self.time) << 64 | u128::from(self.order)
    }
}

/// The future event list.
#[derive(Clone, Debug, Default)]
pub struct EventHeap {
    entries: Vec<Entry>,
    sequence: u64,
}

impl EventHeap {
    /// Schedules an event.
    #[inline]
    pub fn push(&mut self, time: u64, kind: Kind, index: u32) {
        debug_assert!(index <= INDEX_MAX);
        let order = self.sequence << EVENT_BITS | u64::from((kind as u32) << 24 | index);
        self.sequence += 1;
        let entry = Entry { time, order };
        let mut at = self.entries.len();
        self.entries.push(entry);
        while at > 0 {
            let parent = (at - 1) / 4;
            if self.entries[parent].key() <= entry.key() {
                break;
            }
            self.entries[at] = self.entries[parent];
            at = parent;
        }
        self.entries[at] = entry;
    }

    /// Time of the earliest event.
    #[inline]
    pub fn next_time(&self) -> Option<u64> {
        self.entries.first().map(|e| e.time)
    }

    /// Takes the earliest event: time, kind, index.
    #[inline]
    pub fn pop(&mut self) -> Option<(u64, Kind, u32)> {
        let first = *self.entries.first()?;
        let last = self.entries.pop().expect("a first entry exists");
        let n = self.entries.len();
        if n > 0 {
            let mut at = 0;
            loop {
                let child = 4 * at + 1;
                if child >= n {
                    break;
                }
                let mut best = child;
                let mut best_key = self.entries[child].key();
                for other in child + 1..(child + 4).min(n) {
                    let key = self.entries[other].key();
                    if key < best_key {
                        best = other;
                        best_key = key;
                    }
                }
                if last.key() <= best_key {
                    break;
                }
                self.entries[at] = self.entries[best];
                at = best;
            }
            self.entries[at] = last;
        }
        let event = first.order as u32 & ((1 << EVENT_BITS) - 1);
        Some((first.time, KINDS[(event >> 24) as usize], event & INDEX_MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn events_come_by_time_then_by_order_of_scheduling(times in prop::collection::vec(0u64..50, 0..400)) {
            let mut heap = EventHeap::default();
            let mut expected: Vec<(u64, u32)> = Vec::new();
            for (i, t) in times.iter().enumerate() {
                heap.push(*t, Kind::JobEnd, i as u32);
                expected.push((*t, i as u32));
            }
            expected.sort();
            for (t, i) in expected {
                prop_assert_eq!(heap.next_time(), Some(t));
                prop_assert_eq!(heap.pop(), Some((t, Kind::JobEnd, i)));
            }
            prop_assert!(heap.pop().is_none());
        }
    }

    #[test]
    fn every_kind_survives_the_packing() {
        let mut heap = EventHeap::default();
        for kind in KINDS {
            heap.push(1, kind, INDEX_MAX);
            assert_eq!(heap.pop(), Some((1, kind, INDEX_MAX)));
        }
    }
}
