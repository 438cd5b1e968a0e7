//! The future event list: events in the order (time, sequence).
//!
//! An entry is sixteen bytes: the time, and one word that holds the sequence
//! number above the event itself. Equal times are served in the order in which
//! they were scheduled, so a run does not depend on how the list is kept.
//!
//! Most events lie hours ahead while the next is seconds away, so one large heap
//! would spend its time on entries that are not yet due. The list has a ring of
//! slices of time that are only collected, and a heap of what lies beyond the
//! ring. A slice is sorted when its time comes; what is scheduled into the
//! present slice later goes to a heap beside it.

use std::cmp::Reverse;

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

#[derive(Clone, Copy, Debug)]
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

/// A four-ary heap of entries.
#[derive(Clone, Debug, Default)]
struct Heap(Vec<Entry>);

impl Heap {
    #[inline]
    fn push(&mut self, entry: Entry) {
        let mut at = self.0.len();
        self.0.push(entry);
        while at > 0 {
            let parent = (at - 1) / 4;
            if self.0[parent].key() <= entry.key() {
                break;
            }
            self.0[at] = self.0[parent];
            at = parent;
        }
        self.0[at] = entry;
    }

    #[inline]
    fn pop(&mut self) -> Option<Entry> {
        let first = *self.0.first()?;
        let last = self.0.pop().expect("a first entry exists");
        let n = self.0.len();
        if n > 0 {
            let mut at = 0;
            loop {
                let child = 4 * at + 1;
                if child >= n {
                    break;
                }
                let mut best = child;
                let mut best_key = self.0[child].key();
                for other in child + 1..(child + 4).min(n) {
                    let key = self.0[other].key();
                    if key < best_key {
                        best = other;
                        best_key = key;
                    }
                }
                if last.key() <= best_key {
                    break;
                }
                self.0[at] = self.0[best];
                at = best;
            }
            self.0[at] = last;
        }
        Some(first)
    }
}

/// A slice of time is 2^22 µs, about four seconds: a large plant has a few events in each.
const SLICE_BITS: u32 = 22;
/// Slices in the ring: about four hours and three quarters. At four bytes each they stay in
/// the cache; one word has a bit for each 64 of them.
const SLICES: u64 = 64 * 64;
/// End of a list of nodes.
const END: u32 = u32::MAX;

/// An entry in the list of a slice.
#[derive(Clone, Copy, Debug)]
struct Node {
    entry: Entry,
    next: u32,
}

/// The future event list.
#[derive(Clone, Debug)]
pub struct EventList {
    /// Entries of the present slice as it was when its time came, the earliest last.
    present: Vec<Entry>,
    /// Entries that came later into the present slice or before it.
    near: Heap,
    /// Entries beyond the ring.
    far: Heap,
    /// First node of each slice's list, by slice number modulo the ring.
    slices: Box<[u32; SLICES as usize]>,
    /// One bit for each slice that has entries.
    filled: [u64; 64],
    /// One bit for each word of `filled` that is not zero.
    filled_words: u64,
    nodes: Vec<Node>,
    free: u32,
    /// Number of the present slice.
    slice: u64,
    sequence: u64,
}

impl Default for EventList {
    fn default() -> Self {
        Self {
            present: Vec::new(),
            near: Heap::default(),
            far: Heap::default(),
            slices: Box::new([END; SLICES as usize]),
            filled: [0; 64],
            filled_words: 0,
            nodes: Vec::new(),
            free: END,
            slice: 0,
            sequence: 0,
        }
    }
}

impl EventList {
    /// Schedules an event.
    #[inline]
    pub fn push(&mut self, time: u64, kind: Kind, index: u32) {
        debug_assert!(index <= INDEX_MAX);
        let order = self.sequence << EVENT_BITS | u64::from((kind as u32) << 24 | index);
        self.sequence += 1;
        self.place(Entry { time, order });
    }

    #[inline]
    fn place(&mut self, entry: Entry) {
        let slice = entry.time >> SLICE_BITS;
        if slice <= self.slice {
            self.near.push(entry);
        } else if slice - self.slice < SLICES {
            let node = if self.free == END {
                self.nodes.push(Node { entry, next: END });
                self.nodes.len() as u32 - 1
            } else {
                let node = self.free;
                self.free = self.nodes[node as usize].next;
                node
            };
            let at = (slice % SLICES) as usize;
            self.nodes[node as usize] = Node {
                entry,
                next: self.slices[at],
            };
            self.slices[at] = node;
            self.filled[at / 64] |= 1 << (at % 64);
            self.filled_words |= 1 << (at / 64);
        } else {
            self.far.push(entry);
        }
    }

    /// The next filled slice after the present one, as a position in the ring.
    fn next_filled(&self) -> Option<u64> {
        let start = ((self.slice + 1) % SLICES) as usize;
        // The rest of the first word, then whole words by the summary, around the ring.
        let rest = self.filled[start / 64] >> (start % 64);
        if rest != 0 {
            return Some(start as u64 + u64::from(rest.trailing_zeros()));
        }
        let after = start / 64 + 1;
        let words = self.filled_words.rotate_right(after as u32 % 64);
        if words == 0 {
            return None;
        }
        let word = (after + words.trailing_zeros() as usize) % 64;
        Some(word as u64 * 64 + u64::from(self.filled[word].trailing_zeros()))
    }

    /// The present slice is done: makes that of the earliest event the present one.
    /// False: nothing is scheduled.
    fn advance(&mut self) -> bool {
        match self.next_filled() {
            Some(at) => {
                let ahead = (at + SLICES - self.slice % SLICES) % SLICES;
                self.slice += ahead;
                let at = at as usize;
                let mut node = std::mem::replace(&mut self.slices[at], END);
                while node != END {
                    let Node { entry, next } = self.nodes[node as usize];
                    self.present.push(entry);
                    self.nodes[node as usize].next = self.free;
                    self.free = node;
                    node = next;
                }
                if self.present.len() > 1 {
                    self.present.sort_unstable_by_key(|e| Reverse(e.key()));
                }
                self.filled[at / 64] &= !(1 << (at % 64));
                if self.filled[at / 64] == 0 {
                    self.filled_words &= !(1 << (at / 64));
                }
            }
            None => match self.far.0.first() {
                Some(first) => self.slice = first.time >> SLICE_BITS,
                None => return false,
            },
        }
        // What the ring reaches now comes in from beyond it.
        while let Some(first) = self.far.0.first()
            && (first.time >> SLICE_BITS) - self.slice < SLICES
        {
            let entry = self.far.pop().expect("a first entry exists");
            self.place(entry);
        }
        true
    }

    /// Takes the earliest event if it is due by `until_us`: time, kind, index.
    #[inline]
    pub fn pop_until(&mut self, until_us: u64) -> Option<(u64, Kind, u32)> {
        let (first, came_later) = loop {
            match (self.present.last(), self.near.0.first()) {
                (Some(first), None) => break (*first, false),
                (Some(first), Some(other)) if first.key() < other.key() => break (*first, false),
                (_, Some(first)) => break (*first, true),
                (None, None) => {
                    if !self.advance() {
                        return None;
                    }
                }
            }
        };
        if first.time > until_us {
            return None;
        }
        if came_later {
            self.near.pop();
        } else {
            self.present.pop();
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
        /// Against a sorted list, with times of all magnitudes and events scheduled while others are served.
        #[test]
        fn events_come_by_time_then_by_order_of_scheduling(
            jumps in prop::collection::vec((0u64..4, 0u64..1 << 40, 0u32..42), 0..400),
        ) {
            let mut list = EventList::default();
            let mut expected: Vec<(u64, u32)> = Vec::new();
            let mut now = 0;
            for (i, (pops, jump, shift)) in jumps.iter().enumerate() {
                let time = now + (jump >> shift);
                list.push(time, Kind::JobEnd, i as u32);
                expected.push((time, i as u32));
                for _ in 0..*pops {
                    expected.sort();
                    if expected.is_empty() {
                        prop_assert!(list.pop_until(u64::MAX).is_none());
                        break;
                    }
                    let (t, i) = expected.remove(0);
                    if let Some(before) = t.checked_sub(1) {
                        prop_assert_eq!(list.pop_until(before), None);
                    }
                    prop_assert_eq!(list.pop_until(u64::MAX), Some((t, Kind::JobEnd, i)));
                    now = t;
                }
            }
            expected.sort();
            for (t, i) in expected {
                prop_assert_eq!(list.pop_until(u64::MAX), Some((t, Kind::JobEnd, i)));
            }
            prop_assert!(list.pop_until(u64::MAX).is_none());
        }
    }

    #[test]
    fn every_kind_survives_the_packing() {
        let mut list = EventList::default();
        for kind in KINDS {
            list.push(1, kind, INDEX_MAX);
            assert_eq!(list.pop_until(u64::MAX), Some((1, kind, INDEX_MAX)));
        }
    }
}
