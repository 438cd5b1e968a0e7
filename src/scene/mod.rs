//! Scene text to a checked [`Scene`](schema::Scene).

pub mod dist;
pub mod schema;
