//! The table entry of a kernel: what it reads and writes, its twin on the CPU, the cases that prove it.

use crate::gpu::record::Record;
use crate::rng::{Seed, Stream};

/// A piece of WGSL with the path that faults in it are shown at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Path from the root of the tree.
    pub path: &'static str,
    /// The text.
    pub text: &'static str,
}

/// How a kernel uses a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It only reads it.
    Read,
    /// It writes every element and reads none.
    Write,
    /// It reads what is there and writes.
    Change,
}

/// An element of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// `f32`.
    Float,
    /// `u32`.
    Word,
    /// `vec2<f32>`: a complex number.
    Complex,
    /// `vec4<f32>`.
    Four,
}

impl Cell {
    /// Numbers of 32 bits in it.
    pub fn words(self) -> usize {
        match self {
            Self::Float | Self::Word => 1,
            Self::Complex => 2,
            Self::Four => 4,
        }
    }

    /// Its name in WGSL.
    pub fn wgsl(self) -> &'static str {
        match self {
            Self::Float => "f32",
            Self::Word => "u32",
            Self::Complex => "vec2<f32>",
            Self::Four => "vec4<f32>",
        }
    }
}

/// A buffer of a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Name, that of the variable in the WGSL.
    pub name: &'static str,
    /// Use.
    pub role: Role,
    /// Element.
    pub cell: Cell,
    /// Shape in elements, the slowest index first, e.g. `clips, n, n`.
    pub shape: &'static str,
    /// Unit and meaning of a value: the word behind `kernel-unit-` in the texts of both languages.
    pub unit: &'static str,
}

/// A constant that is chosen when the program is made (`override` in WGSL). What it chooses stands in the texts of
/// both languages, under `kernel-constant-` and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Constant {
    /// Name.
    pub name: &'static str,
}

/// A fault of the sabotage test that no case can see, and why that is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Survivor {
    /// The line of WGSL it is planted in, without the spaces around.
    pub line: &'static str,
    /// What is replaced, e.g. `1u → 2u`.
    pub change: &'static str,
    /// Why the kernel does the same with it.
    pub reason: &'static str,
}

/// Numbers in a buffer.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Of `f32`, `vec2<f32>` and `vec4<f32>`.
    Float(Vec<f32>),
    /// Of `u32`.
    Word(Vec<u32>),
}

impl Values {
    /// Their bits.
    pub fn words(&self) -> Vec<u32> {
        match self {
            Self::Float(v) => v.iter().map(|x| x.to_bits()).collect(),
            Self::Word(v) => v.clone(),
        }
    }

    /// The number of 32-bit numbers.
    pub fn len(&self) -> usize {
        match self {
            Self::Float(v) => v.len(),
            Self::Word(v) => v.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// As floats.
    ///
    /// # Panics
    /// They are words: the case does not fit its kernel's table.
    pub fn floats(&self) -> &[f32] {
        match self {
            Self::Float(v) => v,
            Self::Word(_) => panic!("a buffer of floats"),
        }
    }

    /// As words.
    ///
    /// # Panics
    /// They are floats: the case does not fit its kernel's table.
    pub fn integers(&self) -> &[u32] {
        match self {
            Self::Word(v) => v,
            Self::Float(_) => panic!("a buffer of words"),
        }
    }
}

/// What a case is there for; every kernel has each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A single element.
    OneCell,
    /// A size that is no multiple of the workgroup.
    Ragged,
    /// Not square: each extent differs from the others.
    Oblong,
    /// Large and uneven.
    Large,
    /// Extreme values.
    Extreme,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 5] = [
        Self::OneCell,
        Self::Ragged,
        Self::Oblong,
        Self::Large,
        Self::Extreme,
    ];
}

/// One run of a kernel.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is there for.
    pub kind: Kind,
    /// Words of the record.
    pub record: Vec<u32>,
    /// Constants that differ from their default.
    pub constants: Vec<(&'static str, u32)>,
    /// Contents of the buffers before the run, in the order of the table.
    pub values: Vec<Values>,
    /// Workgroups.
    pub groups: [u32; 3],
}

impl Case {
    /// A constant of this case.
    pub fn constant(&self, name: &str, default: u32) -> u32 {
        let found = self.constants.iter().find(|(n, _)| *n == name);
        found.map_or(default, |(_, value)| *value)
    }
}

/// A kernel.
pub struct Kernel {
    /// Name: its path below `shaders/`, and the last word of it is the entry point. What it does stands in the
    /// texts of both languages, under `kernel-` and the entry point.
    pub name: &'static str,
    /// Its own text.
    pub source: Part,
    /// Shared parts that stand before it.
    pub parts: &'static [Part],
    /// Its uniform record.
    pub record: Record,
    /// Its buffers.
    pub slots: &'static [Slot],
    /// Its constants.
    pub constants: &'static [Constant],
    /// Invocations of a workgroup.
    pub workgroup: [u32; 3],
    /// Accepted difference of floats from the twin, in units of the last place of the largest value.
    pub ulp: f32,
    /// The twin: does to the values what the kernel does to its buffers.
    pub twin: fn(&Case, &mut [Values]),
    /// The cases that prove it, small ones first.
    pub cases: fn() -> Vec<Case>,
    /// Faults that no case can see.
    pub survivors: &'static [Survivor],
}

impl Kernel {
    /// The entry point in the WGSL.
    pub fn entry(&self) -> &'static str {
        self.name.rsplit('/').next().unwrap_or(self.name)
    }
}

/// Numbers from −1 to 1 for cases, a function of the seed.
pub fn sample(seed: u64, count: usize) -> Vec<f32> {
    (0..count)
        .map(|i| {
            let word = Seed(seed).block(Stream::Statistics, [i as u32, 0, 0])[0];
            // 24 bits, so that the number is exact.
            (f64::from(word >> 8) / 8_388_608.0 - 1.0) as f32
        })
        .collect()
}

/// Workgroups of `size` that hold `count` invocations.
pub fn groups(count: usize, size: u32) -> u32 {
    (count as u32).div_ceil(size)
}

/// `exp(2πi k / n)` for k from 0 to `count`, in pairs, rounded once from f64: WGSL's own sine and cosine
/// are only loosely specified.
pub fn roots(n: usize, count: usize) -> Vec<f32> {
    (0..count)
        .flat_map(|k| {
            let angle = core::f64::consts::TAU * k as f64 / n as f64;
            [libm::cos(angle) as f32, libm::sin(angle) as f32]
        })
        .collect()
}
