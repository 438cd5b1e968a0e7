//! The uniform record of a kernel: one struct of 32-bit numbers, described field by field.
//!
//! `record!` declares the struct and its description together, so that the description cannot stray from
//! the struct; the loader compares it with the struct of the WGSL, name by name and offset by offset.

/// A field of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name, the same in Rust and in WGSL.
    pub name: &'static str,
    /// Type, the same word in Rust and in WGSL: `u32` or `f32`.
    pub kind: &'static str,
    /// Bytes from the beginning of the record.
    pub offset: usize,
}

/// A record as the host lays it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Name of the struct, the same in Rust and in WGSL.
    pub name: &'static str,
    /// Its fields in order.
    pub fields: &'static [Field],
    /// Its size in bytes.
    pub size: usize,
}

/// A number of 32 bits.
pub trait Word: Copy {
    /// Its bits.
    fn to_word(self) -> u32;
    /// The number of these bits.
    fn from_word(word: u32) -> Self;
}

impl Word for u32 {
    fn to_word(self) -> u32 {
        self
    }
    fn from_word(word: u32) -> Self {
        word
    }
}

impl Word for f32 {
    fn to_word(self) -> u32 {
        self.to_bits()
    }
    fn from_word(word: u32) -> Self {
        Self::from_bits(word)
    }
}

/// Declares a record: a struct of `u32` and `f32`, its description, and its words.
macro_rules! record {
    ($(#[$about:meta])* pub struct $name:ident { $($(#[$what:meta])* pub $field:ident: $kind:ident,)* }) => {
        $(#[$about])*
        #[repr(C)]
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub struct $name { $($(#[$what])* pub $field: $kind,)* }

        impl $name {
            /// How the host lays it out.
            pub const RECORD: $crate::gpu::record::Record = $crate::gpu::record::Record {
                name: stringify!($name),
                fields: &[$($crate::gpu::record::Field {
                    name: stringify!($field),
                    kind: stringify!($kind),
                    offset: core::mem::offset_of!($name, $field),
                }),*],
                size: size_of::<$name>(),
            };

            /// Its words in order.
            pub fn words(&self) -> Vec<u32> {
                vec![$($crate::gpu::record::Word::to_word(self.$field)),*]
            }

            /// The record of these words.
            pub fn of(words: &[u32]) -> Self {
                let mut words = words.iter().copied();
                Self { $($field: $crate::gpu::record::Word::from_word(words.next().unwrap_or_default()),)* }
            }
        }
    };
}

pub(crate) use record;

#[cfg(test)]
mod tests {
    record! {
        /// For the test.
        pub struct Sample {
            /// A count.
            pub count: u32,
            /// A number.
            pub scale: f32,
        }
    }

    #[test]
    fn words_and_description_are_those_of_the_struct() {
        let sample = Sample {
            count: 7,
            scale: -0.5,
        };
        assert_eq!(sample.words(), [7, 0xBF00_0000]);
        assert_eq!(Sample::of(&sample.words()), sample);
        let record = Sample::RECORD;
        assert_eq!((record.name, record.size), ("Sample", 8));
        assert_eq!(
            (record.fields[1].name, record.fields[1].offset),
            ("scale", 4)
        );
    }
}
