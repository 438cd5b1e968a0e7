//! The program: picks the command, and is the only place that ends the process.

fn main() {}
