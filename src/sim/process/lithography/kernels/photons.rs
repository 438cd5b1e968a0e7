//! Photons that each pixel of the resist absorbs, drawn so that CPU and GPU find the same numbers.
//!
//! The number that reaches a pixel of the brightest field is Poisson, by a table of its distribution in
//! whole numbers; each photon is then absorbed with the probability intensity / top. Thinned so, the number is
//! Poisson with mean `mean · intensity / top`, exactly but for the 2⁻³² of table and probability.

use crate::gpu::kernel::{
    Case, Cell, Kernel, Kind, Part, Role, Slot, Survivor, Values, groups, sample,
};
use crate::gpu::record::record;
use crate::rng::{Seed, Stream, philox4x32};
use crate::sim::process::lithography::kernels::RNG;

record! {
    /// What is drawn.
    pub struct Photons {
        /// Pixels.
        pub pixels: u32,
        /// Entries of the table.
        pub entries: u32,
        /// Number of the trial.
        pub trial: u32,
        /// Stream of the random numbers.
        pub stream: u32,
        /// Lower word of the seed.
        pub seed_low: u32,
        /// Upper word of the seed.
        pub seed_high: u32,
        /// 2³² / top, what turns an intensity into the chance of a photon.
        pub to_word: f32,
    }
}

impl Photons {
    /// A trial over so many pixels whose brightest intensity is `top`.
    pub fn new(seed: Seed, trial: u32, pixels: u32, entries: u32, top: f32) -> Self {
        Self {
            pixels,
            entries,
            trial,
            stream: Stream::Photons as u32,
            seed_low: seed.0 as u32,
            seed_high: (seed.0 >> 32) as u32,
            to_word: 4_294_967_296.0 / top,
        }
    }
}

/// `2³² · P(at most i)` for a Poisson number of this mean, i = 0, 1 … up to where it is all: entries rise.
pub fn distribution(mean: f64) -> Vec<u32> {
    let mut table = Vec::new();
    let (mut log_term, mut sum, mut i) = (-mean, 0.0, 0.0);
    while sum < 1.0 - 1e-10 {
        sum += libm::exp(log_term);
        table.push((sum * 4_294_967_296.0).min(4_294_967_295.0) as u32);
        i += 1.0;
        log_term += libm::log(mean / i);
        // Rounding may keep the sum below that for ever.
        if i > mean && log_term < -40.0 {
            break;
        }
    }
    table
}

/// The twin.
pub fn photons(record: &Photons, table: &[u32], intensity: &[f32], counts: &mut [u32]) {
    let key = [record.seed_low, record.seed_high];
    for pixel in 0..record.pixels {
        let mut words = philox4x32([record.trial, pixel, 0, record.stream], key);
        let drawn = words[0];
        let mut arrived = 0;
        for entry in &table[..record.entries as usize] {
            arrived += u32::from(*entry <= drawn);
        }
        let chance =
            (intensity[pixel as usize] * record.to_word).clamp(0.0, 4_294_967_040.0) as u32;
        let mut kept = 0;
        for i in 0..arrived.min(record.entries) {
            if i % 4 == 0 {
                words = philox4x32([record.trial, pixel, 1 + i / 4, record.stream], key);
            }
            if words[(i % 4) as usize] < chance {
                kept += 1;
            }
        }
        counts[pixel as usize] = kept;
    }
}

fn twin(case: &Case, values: &mut [Values]) {
    let record = Photons::of(&case.record);
    if let [
        Values::Word(table),
        Values::Float(intensity),
        Values::Word(counts),
    ] = values
    {
        photons(&record, table, intensity, counts);
    }
}

fn case(kind: Kind, pixels: usize, mean: f64, change: impl Fn(f32) -> f32) -> Case {
    let mut table = distribution(mean);
    let entries = table.len() as u32;
    // Behind the last entry: what must not be counted.
    table.push(0);
    let intensity = sample(3, pixels).into_iter().map(change).collect();
    let seed = Seed(0x0123_4567_89AB_CDEF);
    Case {
        kind,
        record: Photons::new(seed, 5, pixels as u32, entries, 1.25).words(),
        constants: Vec::new(),
        values: vec![
            Values::Word(table),
            Values::Float(intensity),
            Values::Word(vec![0; pixels]),
        ],
        groups: [groups(pixels, 64), 1, 1],
    }
}

fn cases() -> Vec<Case> {
    let positive = |v: f32| 0.625 + 0.625 * v;
    vec![
        case(Kind::OneCell, 1, 9.0, positive),
        case(Kind::Ragged, 65, 13.6, positive),
        case(Kind::Oblong, 7 * 30, 0.2, positive),
        // Dark, below dark, at the top, above it.
        case(Kind::Extreme, 200, 40.0, |v| {
            if v < 0.0 { 4.0 * v } else { 1e30 * v }
        }),
        case(Kind::Large, 5003, 190.0, positive),
    ]
}

/// Table entry.
pub static KERNEL: Kernel = Kernel {
    name: "process/lithography/kernels/photons",
    source: Part {
        path: "shaders/process/lithography/kernels/photons.wgsl",
        text: include_str!("../../../../../shaders/process/lithography/kernels/photons.wgsl"),
    },
    parts: &[RNG],
    record: Photons::RECORD,
    slots: &[
        Slot {
            name: "table",
            role: Role::Read,
            cell: Cell::Word,
            shape: "entries",
            unit: "chance",
        },
        Slot {
            name: "intensity",
            role: Role::Read,
            cell: Cell::Float,
            shape: "pixels",
            unit: "intensity",
        },
        Slot {
            name: "counts",
            role: Role::Write,
            cell: Cell::Word,
            shape: "pixels",
            unit: "photons",
        },
    ],
    constants: &[],
    workgroup: [64, 1, 1],
    ulp: 0.0,
    twin,
    cases,
    survivors: &[
        Survivor {
            line: "arrived = arrived + select(0u, 1u, table[i] <= drawn);",
            change: "<= → <",
            reason: "a word equals an entry once in four billion draws",
        },
        Survivor {
            line: "let chance = u32(clamp(intensity[pixel] * record.to_word, 0.0, 4294967040.0));",
            change: "0.0 → 0.5",
            reason: "a chance below 1 is rounded to 0",
        },
        Survivor {
            line: "let chance = u32(clamp(intensity[pixel] * record.to_word, 0.0, 4294967040.0));",
            change: "4294967040.0 → 4337916710.4",
            reason: "the conversion itself ends at the largest word",
        },
        Survivor {
            line: "if (words[i % 4u] < chance) {",
            change: "< → <=",
            reason: "a word equals the chance once in four billion draws",
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and variance of a Poisson number are its mean, here after thinning.
    #[test]
    fn thinned_photons_are_poisson() {
        for (mean, intensity) in [(9.0, 0.4_f32), (194.3, 0.9), (13.6, 1.25)] {
            let pixels = 20_000_u32;
            let table = distribution(mean);
            let record = Photons::new(Seed(4), 1, pixels, table.len() as u32, 1.25);
            let mut counts = vec![0; pixels as usize];
            photons(
                &record,
                &table,
                &vec![intensity; pixels as usize],
                &mut counts,
            );
            let expected = mean * f64::from(intensity) / 1.25;
            let n = f64::from(pixels);
            let found = counts.iter().map(|&k| f64::from(k)).sum::<f64>() / n;
            let squares = counts.iter().map(|&k| (f64::from(k) - expected).powi(2));
            let variance = squares.sum::<f64>() / n;
            assert!(
                (found - expected).abs() < 4.0 * (expected / n).sqrt(),
                "{found} {expected}"
            );
            let spread = ((expected + 2.0 * expected * expected) / n).sqrt();
            assert!(
                (variance - expected).abs() < 4.0 * spread,
                "{variance} {expected}"
            );
        }
    }

    #[test]
    fn the_distribution_rises_to_all() {
        for mean in [0.05, 9.0, 700.0] {
            let table = distribution(mean);
            assert!(table.is_sorted() && *table.last().unwrap() > u32::MAX - 64);
            let first = libm::exp(-mean) * 4_294_967_296.0;
            assert!((f64::from(table[0]) - first).abs() <= 1.0);
        }
    }
}
