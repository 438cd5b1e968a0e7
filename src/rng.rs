//! Counter-based random numbers: a pure function of (seed, stream, index).
//!
//! Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy
//! as 1, 2, 3", SC 2011). No generator carries state, so the order of calls does
//! not matter: two variants of a plant that share a seed share their luck.

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// Philox4x32 with ten rounds: four random words for a counter under a key.
#[inline]
pub fn philox4x32(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for round in 0..10 {
        if round > 0 {
            key[0] = key[0].wrapping_add(WEYL[0]);
            key[1] = key[1].wrapping_add(WEYL[1]);
        }
        let a = u64::from(MULTIPLIERS[0]) * u64::from(counter[0]);
        let b = u64::from(MULTIPLIERS[1]) * u64::from(counter[2]);
        counter = [
            (b >> 32) as u32 ^ counter[1] ^ key[0],
            b as u32,
            (a >> 32) as u32 ^ counter[3] ^ key[1],
            a as u32,
        ];
    }
    counter
}

/// What random numbers are for; one stream per purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Stream {
    /// Seeds of replications.
    Replication = 1,
    /// A lot's visit to a step: lanes sampling, process time, transport, branch.
    LotStep = 2,
    /// Further numbers a lot's process time needs.
    ProcessTime = 3,
    /// Further numbers a lot's transport time needs.
    Transport = 4,
    /// Failures of a tool.
    Failure = 5,
    /// Repairs of a tool.
    Repair = 6,
    /// Maintenance durations of a tool.
    Maintenance = 7,
    /// Time between releases.
    Release = 8,
    /// Resampling in statistics.
    Statistics = 9,
    /// Photons that reach a pixel of the resist.
    Photons = 10,
    /// Shapes of a test pattern.
    Patterns = 40,
}

/// Seed of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Seed {
    /// Four random words for (stream, index); `index` is up to three words wide.
    #[inline]
    pub fn block(self, stream: Stream, index: [u32; 3]) -> [u32; 4] {
        philox4x32(
            [index[0], index[1], index[2], stream as u32],
            [self.0 as u32, (self.0 >> 32) as u32],
        )
    }

    /// Seed of replication `n` of a run; replication 0 is the run's own seed.
    pub fn replication(self, n: u32) -> Self {
        if n == 0 {
            return self;
        }
        let w = self.block(Stream::Replication, [n, 0, 0]);
        Self(u64::from(w[0]) | u64::from(w[1]) << 32)
    }
}

/// A uniform number in (0, 1) from one word; never 0 or 1, so its logarithm is finite.
#[inline]
pub fn unit(word: u32) -> f64 {
    (f64::from(word) + 0.5) * (1.0 / 4_294_967_296.0)
}

/// A uniform number in (0, 1) from two words, 52 bits wide.
#[inline]
pub fn unit52(hi: u32, lo: u32) -> f64 {
    let bits = (u64::from(hi) << 32 | u64::from(lo)) >> 12;
    (bits as f64 + 0.5) * (1.0 / 4_503_599_627_370_496.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known-answer vectors published with the Random123 library.
    #[test]
    fn philox_matches_the_published_vectors() {
        assert_eq!(
            philox4x32([0; 4], [0; 2]),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        assert_eq!(
            philox4x32([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox4x32(
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0]
            ),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn units_stay_inside_the_open_interval() {
        for w in [0, 1, u32::MAX / 2, u32::MAX] {
            assert!(unit(w) > 0.0 && unit(w) < 1.0);
            assert!(unit52(w, w) > 0.0 && unit52(w, w) < 1.0);
        }
    }

    #[test]
    fn replications_have_their_own_seeds() {
        let s = Seed(7);
        assert_eq!(s.replication(0), s);
        assert_ne!(s.replication(1), s.replication(2));
    }
}
