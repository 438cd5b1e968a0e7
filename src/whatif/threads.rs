//! Replications on several cores.
//!
//! Every core takes the next replication; records are handed back in their order, so that what
//! is made of them does not depend on the number of cores. No core runs far ahead of the slowest
//! replication, so memory does not grow with their number.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::message::{Answer, Failure, Flow};
use super::worker::{End, Job};
use crate::results::order::InOrder;

/// How often a thread that may not start yet looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(20);

/// Does all replications of all jobs on so many threads; replication by replication, the jobs of
/// each in turn. `on` gets the job's index and its answers: `Replication` in order, `Progress`,
/// `Steps` and `Story` as they come. `Started` and the closing answers are the caller's to make.
///
/// Ends within some 20 ms of `cancel` being set or `on` saying stop. What was finished by then
/// and whose turn had come has been handed over.
///
/// All jobs must have the same first replication and number of replications; what goes beyond
/// the first job's is not done.
pub fn run(
    jobs: &[&Job],
    threads: u32,
    cancel: &AtomicBool,
    on: &mut dyn FnMut(usize, Answer) -> Flow,
) -> End {
    let Some(facts) = jobs.first().map(|j| j.facts()) else {
        return End::Done;
    };
    let first = facts.first_replication;
    let tasks: Vec<Task> = (first..first + facts.replications)
        .flat_map(|replication| (0..jobs.len()).map(move |job| Task { job, replication }))
        .collect();
    run_tasks(jobs, &tasks, threads, cancel, on)
}

/// One replication of one job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// Which job.
    pub job: usize,
    /// Which replication.
    pub replication: u32,
}

/// As [`run`], for single tasks in the order in which they are wanted.
pub fn run_tasks(
    jobs: &[&Job],
    tasks: &[Task],
    threads: u32,
    cancel: &AtomicBool,
    on: &mut dyn FnMut(usize, Answer) -> Flow,
) -> End {
    let total = tasks.len() as u64;
    if total == 0 {
        return End::Done;
    }
    let threads = u64::from(threads.max(1)).min(total) as u32;
    let board = Board {
        tasks,
        total,
        ahead_max: 2 * u64::from(threads),
        taken: Mutex::new(Taken {
            next: 0,
            handed: 0,
            stop_from: total,
        }),
        moved: Condvar::new(),
    };
    // Two answers per thread may wait; the next waits in its thread.
    let (send, receive) = sync_channel(2 * threads as usize);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (send, board) = (send.clone(), &board);
            scope.spawn(move || work(jobs, board, cancel, &send));
        }
        drop(send);
        collect(receive, &board, on)
    })
}

/// What the threads share.
struct Board<'t> {
    tasks: &'t [Task],
    total: u64,
    ahead_max: u64,
    taken: Mutex<Taken>,
    moved: Condvar,
}

/// Tasks are counted in the order in which they are wanted.
struct Taken {
    next: u64,
    handed: u64,
    /// Tasks from here on are not wanted any more.
    stop_from: u64,
}

impl Board<'_> {
    fn lock(&self) -> MutexGuard<'_, Taken> {
        // A count is right whenever the lock is free, even if a thread died.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next task; waits while it is too far ahead. `None`: no more.
    fn take(&self, cancel: &AtomicBool) -> Option<u64> {
        let mut taken = self.lock();
        loop {
            if cancel.load(Ordering::Relaxed) || taken.next >= taken.stop_from {
                return None;
            }
            if taken.next < taken.handed + self.ahead_max {
                taken.next += 1;
                return Some(taken.next - 1);
            }
            let waited = self.moved.wait_timeout(taken, LOOK);
            taken = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn stop_from(&self, task: u64) {
        let mut taken = self.lock();
        taken.stop_from = taken.stop_from.min(task);
        self.moved.notify_all();
    }

    fn handed(&self) {
        self.lock().handed += 1;
        self.moved.notify_all();
    }

    fn job_of(&self, task: u64) -> usize {
        self.tasks[task as usize].job
    }
}

/// What a thread sends: an answer, or that a task failed.
enum Message {
    Answer(u64, Answer),
    Failed(u64, Failure),
}

/// Stops the other threads when this one dies of a fault of ours: what it had taken will never be
/// handed over, and they would wait for it.
struct Alive<'b>(&'b Board<'b>);

impl Drop for Alive<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop_from(0);
        }
    }
}

fn work(jobs: &[&Job], board: &Board<'_>, cancel: &AtomicBool, send: &SyncSender<Message>) {
    let _alive = Alive(board);
    while let Some(task) = board.take(cancel) {
        let Task { job, replication } = board.tasks[task as usize];
        let end = jobs[job].replicate(replication, &mut |answer| {
            // A record is handed over even if the run was stopped meanwhile: it is whole.
            let whole = matches!(answer, Answer::Replication(_));
            let unwanted = cancel.load(Ordering::Relaxed) || task >= board.lock().stop_from;
            if unwanted && !whole {
                return Flow::Stop;
            }
            match send.send(Message::Answer(task, answer)) {
                Ok(()) => Flow::Continue,
                Err(_) => Flow::Stop,
            }
        });
        if let End::Failed(failure) = end {
            // Earlier replications go on, so that the failure told is always the first one's.
            board.stop_from(task);
            // If nobody listens any more, nobody wants to know.
            let _ = send.send(Message::Failed(task, failure));
        }
    }
}

fn collect(
    receive: Receiver<Message>,
    board: &Board<'_>,
    on: &mut dyn FnMut(usize, Answer) -> Flow,
) -> End {
    let mut order = InOrder::default();
    let mut done = 0;
    let mut end = None;
    for message in &receive {
        let (task, turn) = match message {
            Message::Answer(task, answer @ Answer::Replication(_)) => (task, Ok(answer)),
            Message::Failed(task, failure) => (task, Err(failure)),
            Message::Answer(task, answer) => {
                if end.is_none() && on(board.job_of(task), answer) == Flow::Stop {
                    end = Some(End::Cancelled);
                    break;
                }
                continue;
            }
        };
        order.push(task as u32, (task, turn), |(task, turn)| match turn {
            _ if end.is_some() => {}
            Ok(answer) => {
                done += 1;
                board.handed();
                if on(board.job_of(task), answer) == Flow::Stop {
                    end = Some(End::Cancelled);
                }
            }
            Err(failure) => end = Some(End::Failed(failure)),
        });
        if end.is_some() {
            break;
        }
    }
    if end.is_some() {
        board.stop_from(0);
    }
    // Threads that wait to send something find nobody and stop.
    drop(receive);
    match end {
        Some(end) => end,
        None if done == board.total => End::Done,
        None => End::Cancelled,
    }
}
