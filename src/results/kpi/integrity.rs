//! Laws that every record must keep, whatever the plant: nothing appears, nothing vanishes.

use crate::results::record::{Names, RunRecord};

/// A law that a record breaks. It means a fault in the engine, never in the scene.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// A list of the record does not have one entry per name.
    #[error("the record holds {found} entries of `{what}`, {expected} were expected")]
    Shape {
        /// Which list.
        what: &'static str,
        /// Entries it should have.
        expected: u64,
        /// Entries it has.
        found: u64,
    },
    /// Lots released are not those that left and those in work.
    #[error(
        "lots of type `{lot_type}` are not conserved: {released} released, {left} left, {in_work} in work"
    )]
    Lots {
        /// Lot type.
        lot_type: String,
        /// Released.
        released: u64,
        /// Left.
        left: u64,
        /// In work.
        in_work: u64,
    },
    /// A lot left before it was released, or after the end of the run.
    #[error("lot {number} of type `{lot_type}` left at {end_us} µs, released at {release_us} µs")]
    Order {
        /// Lot type.
        lot_type: String,
        /// Number within it.
        number: u32,
        /// Release, µs.
        release_us: u64,
        /// Leaving, µs.
        end_us: u64,
    },
    /// The times of a tool's states do not sum to the window.
    #[error("the states of tool `{tool}` sum to {sum_us} µs, the counted window is {window_us} µs")]
    ToolTimes {
        /// Tool.
        tool: String,
        /// Sum of its states, µs.
        sum_us: u128,
        /// Window, µs.
        window_us: u64,
    },
    /// Little's law: the lots' times in the plant are not the integral of the lots in work.
    #[error(
        "Little's law fails for lot type `{lot_type}`: the lots spent {lots_us} lot µs in the plant, the integral of lots in work is {plant_us} lot µs"
    )]
    Little {
        /// Lot type.
        lot_type: String,
        /// Summed over the lots, lot µs.
        lots_us: u128,
        /// Integrated over time, lot µs.
        plant_us: u128,
    },
}

/// Checks conservation of lots, the sum of every tool's state times and Little's law.
///
/// Little's law in its exact finite form (J. D. C. Little, "Little's law as viewed on
/// its 50th anniversary", Operations Research 59, 2011, 536): over any window the
/// integral of the number in the system equals the time that the lots spent in it, to
/// the microsecond; 1e-9 of it is tolerated.
///
/// # Errors
/// The first law that fails.
pub fn verify(names: &Names, record: &RunRecord) -> Result<(), Violation> {
    let types = names.lot_types.len();
    shape("released", types, record.released.len())?;
    shape("in_work", types, record.in_work.len())?;
    shape("wip_lot_us", types, record.wip_lot_us.len())?;
    shape("in_work_lot_us", types, record.in_work_lot_us.len())?;
    shape("tools", names.tools.len(), record.tools.len())?;
    shape("groups", names.tool_groups.len(), record.groups.len())?;
    let window_us = record.end_us.saturating_sub(record.warmup_us);

    let mut left = vec![0u64; types];
    let mut lots_us = record.in_work_lot_us.clone();
    for lot in &record.lots {
        let t = lot.lot_type as usize;
        if t >= types {
            shape("lot_types", types, t + 1)?;
        }
        if lot.end_us < lot.release_us || lot.end_us > record.end_us {
            return Err(Violation::Order {
                lot_type: names.lot_types[t].clone(),
                number: lot.number,
                release_us: lot.release_us,
                end_us: lot.end_us,
            });
        }
        left[t] += 1;
        let from = lot.release_us.max(record.warmup_us);
        lots_us[t] += u128::from(lot.end_us.saturating_sub(from));
    }
    for t in 0..types {
        if record.released[t] != left[t] + record.in_work[t] {
            return Err(Violation::Lots {
                lot_type: names.lot_types[t].clone(),
                released: record.released[t],
                left: left[t],
                in_work: record.in_work[t],
            });
        }
        let plant_us = record.wip_lot_us[t];
        if lots_us[t].abs_diff(plant_us) > plant_us.max(lots_us[t]) / 1_000_000_000 {
            return Err(Violation::Little {
                lot_type: names.lot_types[t].clone(),
                lots_us: lots_us[t],
                plant_us,
            });
        }
    }
    for (tool, name) in record.tools.iter().zip(&names.tools) {
        let t = &tool.times;
        let sum_us: u128 = [
            t.productive_us,
            t.setup_us,
            t.standby_us,
            t.held_us,
            t.blocked_us,
            t.pm_us,
            t.down_us,
        ]
        .into_iter()
        .map(u128::from)
        .sum();
        if sum_us != u128::from(window_us) {
            return Err(Violation::ToolTimes {
                tool: name.clone(),
                sum_us,
                window_us,
            });
        }
    }
    Ok(())
}

fn shape(what: &'static str, expected: usize, found: usize) -> Result<(), Violation> {
    if expected == found {
        return Ok(());
    }
    Err(Violation::Shape {
        what,
        expected: expected as u64,
        found: found as u64,
    })
}
