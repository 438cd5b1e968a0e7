//! Whether the models are right: queueing theory, traces worked by hand, determinism and laws
//! that every plant keeps; images of lithography.

mod determinism;
mod golden;
mod interval;
mod laws;
mod lithography;
mod plant;
mod queueing;
mod queues;
mod random;
mod theory;
