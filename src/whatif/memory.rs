//! What was run before: values of replications by what they are of, so that nothing is run twice.
//!
//! A run is a function of scene, overrides, seed and horizon, so their digest is its name.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use super::message::RunRequest;
use super::worker::Job;

/// Values of one replication, as [`crate::results::kpi::measure`] gives them.
pub type Values = Arc<Vec<Option<f64>>>;

/// Name of a plant under a seed and a horizon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key([u8; 32]);

impl Key {
    /// The name of what a request runs; the number of replications is not part of it.
    pub fn of(request: &RunRequest) -> Self {
        let mut hash = Sha256::new();
        let mut take = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        };
        take(env!("CARGO_PKG_VERSION"));
        take(&request.bundle.main);
        for (path, text) in &request.bundle.files {
            take(path);
            take(text);
        }
        for (path, value) in &request.overrides {
            take(path);
            take(value);
        }
        take(&format!(
            "{:?} {:?} {:?}",
            request.seed, request.horizon_us, request.warmup_us
        ));
        Self(hash.finalize().into())
    }
}

/// Compiled plants kept at most.
const JOBS_MAX: usize = 12;
/// Values kept at most, 16 bytes each.
const VALUES_MAX: usize = 4 << 20;

/// Shared memory of what was run; a clone is the same memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    jobs: VecDeque<(Key, Arc<Job>)>,
    values: BTreeMap<(Key, u32), Values>,
    /// In the order in which they came.
    order: VecDeque<(Key, u32)>,
    count: usize,
}

impl Memory {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        // What is kept is whole whenever the lock is free, even if a thread died.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The compiled plant of that name.
    pub fn job(&self, key: Key) -> Option<Arc<Job>> {
        let kept = self.lock();
        let found = kept.jobs.iter().find(|(k, _)| *k == key);
        found.map(|(_, job)| Arc::clone(job))
    }

    /// Keeps a compiled plant; the oldest goes when there are too many.
    pub fn keep_job(&self, key: Key, job: Arc<Job>) {
        let mut kept = self.lock();
        kept.jobs.retain(|(k, _)| *k != key);
        kept.jobs.push_back((key, job));
        if kept.jobs.len() > JOBS_MAX {
            kept.jobs.pop_front();
        }
    }

    /// Values of a replication that was run before.
    pub fn values(&self, key: Key, replication: u32) -> Option<Values> {
        self.lock().values.get(&(key, replication)).cloned()
    }

    /// Keeps the values of a replication; the oldest go when there are too many.
    pub fn keep(&self, key: Key, replication: u32, values: Values) {
        let mut kept = self.lock();
        kept.count += values.len();
        if let Some(old) = kept.values.insert((key, replication), values) {
            kept.count -= old.len();
        } else {
            kept.order.push_back((key, replication));
        }
        while kept.count > VALUES_MAX
            && let Some(oldest) = kept.order.pop_front()
        {
            if let Some(values) = kept.values.remove(&oldest) {
                kept.count -= values.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Bundle;

    #[test]
    fn a_key_names_what_runs_and_nothing_else() {
        let request = RunRequest {
            bundle: Bundle::from_text("a.ron", "(schema: 1)"),
            overrides: vec![("run.seed".into(), "4".into())],
            ..RunRequest::default()
        };
        let key = Key::of(&request);
        let more = RunRequest {
            replications: Some(9),
            ..request.clone()
        };
        assert_eq!(Key::of(&more), key);
        for other in [
            RunRequest {
                seed: Some(1),
                ..request.clone()
            },
            RunRequest {
                horizon_us: Some(1),
                ..request.clone()
            },
            RunRequest {
                overrides: vec![("run.see".into(), "d4".into())],
                ..request.clone()
            },
            RunRequest {
                bundle: Bundle::from_text("a.ron", "(schema: 1 )"),
                ..request.clone()
            },
        ] {
            assert_ne!(Key::of(&other), key, "{other:?}");
        }
    }

    #[test]
    fn memory_is_bounded_and_forgets_the_oldest() {
        let memory = Memory::default();
        let key = Key::of(&RunRequest::default());
        let big: Values = Arc::new(vec![Some(1.0); VALUES_MAX / 4]);
        for replication in 0..6 {
            memory.keep(key, replication, Arc::clone(&big));
        }
        assert!(memory.values(key, 0).is_none() && memory.values(key, 1).is_none());
        assert!((2..6).all(|r| memory.values(key, r).is_some()));
    }
}
