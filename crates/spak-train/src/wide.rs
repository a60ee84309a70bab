//! Loops compiled twice: for any processor of the architecture, and for those with 256-bit vectors.
//!
//! Rust neither reorders floating-point sums nor fuses products into them, so both versions give the same bits. Sums
//! that are to be fast are written over [`LANES`] partial sums.

/// Partial sums of a reduction: the order of additions is part of the result.
pub(crate) const LANES: usize = 16;

/// Whether the wide versions can run here.
#[inline]
pub(crate) fn available() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        std::arch::is_x86_feature_detected!("avx2")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

/// Defines a function over a [`Number`](crate::number::Number) with a wide version that is taken where it can run.
macro_rules! wide {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident : $type:ty),* $(,)?) $(-> $out:ty)? $body:block) => {
        $(#[$meta])*
        $vis fn $name<N: $crate::number::Number>($($arg: $type),*) $(-> $out)? {
            #[inline(always)]
            fn plain<N: $crate::number::Number>($($arg: $type),*) $(-> $out)? $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn wide<N: $crate::number::Number>($($arg: $type),*) $(-> $out)? {
                    plain::<N>($($arg),*)
                }
                if $crate::wide::available() {
                    // SAFETY: the processor has the feature that `wide` is compiled for.
                    #[expect(unsafe_code, reason = "a safe function for a feature that was just detected")]
                    return unsafe { wide::<N>($($arg),*) };
                }
            }
            plain::<N>($($arg),*)
        }
    };
}
pub(crate) use wide;
