//! Takes the results of replications in their own order, however they arrive.
//!
//! Replications end in any order on several cores; sums of floating-point numbers
//! depend on the order. Folding them by number makes every figure the same with one
//! thread and with many, and keeps only those that wait for a slower one.

use std::collections::BTreeMap;

/// Values that arrived before their predecessors, by replication number.
#[derive(Clone, Debug)]
pub struct InOrder<T> {
    next: u32,
    waiting: BTreeMap<u32, T>,
}

impl<T> Default for InOrder<T> {
    fn default() -> Self {
        Self {
            next: 0,
            waiting: BTreeMap::new(),
        }
    }
}

impl<T> InOrder<T> {
    /// Takes the value of a replication and hands every value whose turn has come to `fold`.
    pub fn push(&mut self, replication: u32, value: T, mut fold: impl FnMut(T)) {
        self.waiting.insert(replication, value);
        while let Some(value) = self.waiting.remove(&self.next) {
            self.next += 1;
            fold(value);
        }
    }

    /// The values still waiting for a predecessor, in order.
    pub fn waiting(&self) -> impl Iterator<Item = &T> {
        self.waiting.values()
    }

    /// Values taken so far.
    pub fn len(&self) -> u64 {
        u64::from(self.next) + self.waiting.len() as u64
    }

    /// Whether none was taken.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_by_number_whatever_the_order_of_arrival() {
        let mut order = InOrder::default();
        let mut seen = Vec::new();
        for n in [2, 0, 4, 1] {
            order.push(n, n, |v| seen.push(v));
        }
        assert_eq!(seen, [0, 1, 2]);
        assert_eq!(order.waiting().copied().collect::<Vec<_>>(), [4]);
        assert_eq!(order.len(), 4);
    }
}
