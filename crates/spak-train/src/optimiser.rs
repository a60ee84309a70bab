//! AdamW over one slice of parameters.

use crate::number::Number;
use crate::parameters::Layout;
use crate::spec::Optimiser;
use crate::wide::wide;

/// Running means of slopes and of their squares.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Moments<N> {
    pub(crate) first: Vec<N>,
    pub(crate) second: Vec<N>,
}

impl<N: Number> Moments<N> {
    pub(crate) fn new(count: usize) -> Self {
        Self { first: vec![N::ZERO; count], second: vec![N::ZERO; count] }
    }

    /// Changes `parameters` by one step at `rate`; `step` counts from 0.
    pub(crate) fn step(
        &mut self,
        settings: &Optimiser,
        (step, rate): (u64, f64),
        layout: &Layout,
        parameters: &mut [N],
        slopes: &[N],
    ) {
        let count = (step + 1) as f64;
        let mut change = Change {
            kept: [N::of(settings.beta1), N::of(settings.beta2)],
            taken: [N::of(1.0 - settings.beta1), N::of(1.0 - settings.beta2)],
            gone: [
                N::of(1.0 - settings.beta1.powf(count)),
                N::of(1.0 - settings.beta2.powf(count)),
            ],
            rate: N::of(rate),
            epsilon: N::of(settings.epsilon),
            left: N::ONE,
        };
        for parameter in layout.parameters() {
            let range = parameter.range.clone();
            let decay = if parameter.decays { settings.decay } else { 0.0 };
            change.left = N::of(1.0 - rate * decay);
            apply(
                &mut parameters[range.clone()],
                &mut self.first[range.clone()],
                &mut self.second[range.clone()],
                &slopes[range],
                change,
            );
        }
    }
}

/// What a step does to each number.
#[derive(Debug, Clone, Copy)]
struct Change<N> {
    /// How much of the means of slopes and squares is kept.
    kept: [N; 2],
    /// How much of the new ones is taken.
    taken: [N; 2],
    /// How much of the zeros that the means began with is gone.
    gone: [N; 2],
    rate: N,
    epsilon: N,
    /// What decay leaves of a parameter.
    left: N,
}

wide! {
    fn apply(
        parameters: &mut [N],
        first: &mut [N],
        second: &mut [N],
        slopes: &[N],
        change: Change<N>,
    ) {
        for (((p, m), v), g) in parameters.iter_mut().zip(first).zip(second).zip(slopes) {
            *m = change.kept[0] * *m + change.taken[0] * *g;
            *v = change.kept[1] * *v + change.taken[1] * *g * *g;
            let mean = *m / change.gone[0];
            let square = *v / change.gone[1];
            *p = *p * change.left - change.rate * mean / (square.root() + change.epsilon);
        }
    }
}
