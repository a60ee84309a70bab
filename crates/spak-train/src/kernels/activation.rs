//! Functions of single numbers between the two products of a feed-forward layer.

use crate::number::Number;
use crate::spec::Activation;
use crate::wide::wide;

/// The factor of GELU's approximation by tanh: sqrt(2 / pi) (D. Hendrycks, K. Gimpel, 1606.08415).
const GELU: f64 = 0.797_884_560_802_865_4;
const CUBE: f64 = 0.044_715;

/// Sigmoid, written so that large arguments of either sign give 0 and 1.
#[inline(always)]
fn sigmoid<N: Number>(x: N) -> N {
    N::ONE / (N::ONE + (-x).exponential())
}

wide! {
    fn gelu(into: &mut [N], from: &[N]) {
        let (factor, cube) = (N::of(2.0 * GELU), N::of(CUBE));
        for (y, x) in into.iter_mut().zip(from) {
            // (1 + tanh u) / 2 is the sigmoid of 2u.
            *y = *x * sigmoid(factor * (*x + cube * *x * *x * *x));
        }
    }
}

wide! {
    fn gelu_backward(slope: &mut [N], from: &[N]) {
        let (factor, cube) = (N::of(2.0 * GELU), N::of(CUBE));
        let three = N::of(3.0) * cube;
        for (g, x) in slope.iter_mut().zip(from) {
            let s = sigmoid(factor * (*x + cube * *x * *x * *x));
            let inner = factor * (N::ONE + three * *x * *x);
            *g *= s + *x * s * (N::ONE - s) * inner;
        }
    }
}

wide! {
    fn silu(into: &mut [N], from: &[N]) {
        for (y, x) in into.iter_mut().zip(from) {
            *y = *x * sigmoid(*x);
        }
    }
}

wide! {
    fn silu_backward(slope: &mut [N], from: &[N]) {
        for (g, x) in slope.iter_mut().zip(from) {
            let s = sigmoid(*x);
            *g *= s + *x * s * (N::ONE - s);
        }
    }
}

wide! {
    fn relu(into: &mut [N], from: &[N]) {
        for (y, x) in into.iter_mut().zip(from) {
            // Not `larger`: what is not a number must stay so.
            *y = if *x < N::ZERO { N::ZERO } else { *x };
        }
    }
}

wide! {
    fn relu_backward(slope: &mut [N], from: &[N]) {
        for (g, x) in slope.iter_mut().zip(from) {
            *g = if *x > N::ZERO { *g } else { N::ZERO };
        }
    }
}

/// `into = f(from)`.
pub(crate) fn activate<N: Number>(kind: Activation, into: &mut [N], from: &[N]) {
    match kind {
        Activation::Relu => relu(into, from),
        Activation::Silu => silu(into, from),
        Activation::GeluTanh => gelu(into, from),
    }
}

/// `slope *= f'(from)`.
pub(crate) fn activate_backward<N: Number>(kind: Activation, slope: &mut [N], from: &[N]) {
    match kind {
        Activation::Relu => relu_backward(slope, from),
        Activation::Silu => silu_backward(slope, from),
        Activation::GeluTanh => gelu_backward(slope, from),
    }
}

wide! {
    /// `into = silu(a) b` (N. Shazeer, 2002.05202).
    pub(crate) fn gate(into: &mut [N], a: &[N], b: &[N]) {
        for ((y, a), b) in into.iter_mut().zip(a).zip(b) {
            *y = *a * sigmoid(*a) * *b;
        }
    }
}

wide! {
    /// Adds the slopes of `a` and `b` to theirs.
    pub(crate) fn gate_backward(a_slope: &mut [N], b_slope: &mut [N], slope: &[N], a: &[N], b: &[N]) {
        for ((((ga, gb), g), a), b) in a_slope.iter_mut().zip(b_slope).zip(slope).zip(a).zip(b) {
            let s = sigmoid(*a);
            *ga += *g * *b * (s + *a * s * (N::ONE - s));
            *gb += *g * *a * s;
        }
    }
}
