//! Whether the engine is right: queueing theory, traces worked by hand, determinism and laws
//! that every plant keeps.

mod determinism;
mod golden;
mod interval;
mod laws;
mod plant;
mod queueing;
mod queues;
mod random;
mod theory;
