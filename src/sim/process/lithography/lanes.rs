//! Loops over pixels in the widest registers that the processor has.
//!
//! What is compiled for every x86-64 processor takes four numbers at a time; nearly all of them can take eight.
//! The numbers come out the same to the last bit: each lane does what a single number would, nothing is fused.

/// Does work whose loops are compiled a second time for processors with AVX2, and runs what this one can.
///
/// Only what is inlined into `work` is compiled so: mark the closure and what it calls `#[inline(always)]`.
#[inline(always)]
pub fn widest<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2")]
        fn eight_at_a_time<R>(work: impl FnOnce() -> R) -> R {
            work()
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            #[expect(
                unsafe_code,
                reason = "the language cannot know that the processor was asked"
            )]
            // SAFETY: the processor has what the function needs.
            return unsafe { eight_at_a_time(work) };
        }
    }
    work()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_the_same() {
        #[inline(always)]
        fn blend(values: &mut [f32]) {
            for v in values {
                let x = *v * 3.7 + 0.1;
                *v = x * x - 1.0 / (1.0 + x.abs());
            }
        }
        let start: Vec<f32> = (0..1003_u16).map(|i| f32::from(i).sqrt() - 9.0).collect();
        let (mut plain, mut wide) = (start.clone(), start.clone());
        blend(&mut plain);
        widest(
            #[inline(always)]
            || blend(&mut wide),
        );
        assert_ne!(wide, start);
        assert_eq!(wide, plain);
    }
}
