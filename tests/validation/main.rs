//! Whether the engine is right: queueing theory, traces worked by hand, determinism and laws
//! that every plant keeps.

mod interval;
mod plant;
mod queueing;
mod queues;
mod theory;
