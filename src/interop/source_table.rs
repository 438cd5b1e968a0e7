//! Sources as tables: lines `sigma_x,sigma_y,brightness`, with `#` before remarks.

use crate::interop::fault::{Fault, Faults, quoted};
use crate::words::words;

/// Most points of a source.
const POINTS_MAX: usize = 100_000;

/// Reads the points (σx, σy, brightness).
///
/// # Errors
/// All lines that are wrong.
pub fn read(file: &str, text: &str) -> Result<Vec<(f64, f64, f64)>, Faults> {
    let mut faults = Vec::new();
    let mut points = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let numbers: Vec<Option<f64>> = line.split(',').map(|w| w.trim().parse().ok()).collect();
        match numbers[..] {
            [Some(x), Some(y), Some(j)]
                if f64::abs(x) <= 1.0 && f64::abs(y) <= 1.0 && j >= 0.0 && f64::is_finite(j) =>
            {
                points.push((x, y, j));
            }
            _ => faults.push(Fault {
                file: file.to_owned(),
                line: Some(n as u32 + 1),
                found: Some(quoted(line)),
                expected:
                    "sigma_x,sigma_y,brightness with both sigma from -1 to 1 and brightness from 0"
                        .into(),
                ..Fault::default()
            }),
        }
    }
    if faults.is_empty() && (points.is_empty() || points.len() > POINTS_MAX) {
        faults.push(Fault {
            file: file.to_owned(),
            found: Some(words!("{n} points", n = points.len())),
            expected: words!("1 to {most} points", most = POINTS_MAX),
            ..Fault::default()
        });
    }
    if faults.is_empty() {
        Ok(points)
    } else {
        Err(Faults::sorted(faults))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_read_and_wrong_lines_told() {
        assert_eq!(
            read("s.csv", "# x,y,J\n-0.5, 0,1\n0.5,0,2.5\n").unwrap(),
            [(-0.5, 0.0, 1.0), (0.5, 0.0, 2.5)]
        );
        let faults = read("s.csv", "0,0\n2,0,1\n0,0,-1\n0,0,NaN\n").unwrap_err();
        assert_eq!(faults.0.len(), 4);
        assert!(faults.to_string().starts_with("s.csv:1: found \"0,0\""));
        assert!(read("s.csv", "# nothing\n").is_err());
    }
}
