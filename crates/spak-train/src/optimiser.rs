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
        let corrections =
            [N::of(1.0 - settings.beta1.powf(count)), N::of(1.0 - settings.beta2.powf(count))];
        for parameter in layout.parameters() {
            let range = parameter.range.clone();
            let decay = if parameter.decays { settings.decay } else { 0.0 };
            change(
                &mut parameters[range.clone()],
                &mut self.first[range.clone()],
                &mut self.second[range.clone()],
                &slopes[range],
                [N::of(settings.beta1), N::of(settings.beta2)],
                [N::of(1.0 - settings.beta1), N::of(1.0 - settings.beta2)],
                corrections,
                [N::of(rate), N::of(settings.epsilon), N::of(1.0 - rate * decay)],
            );
        }
    }
}

wide! {
    fn change(
        parameters: &mut [N],
        first: &mut [N],
        second: &mut [N],
        slopes: &[N],
        kept: [N; 2],
        taken: [N; 2],
        corrections: [N; 2],
        settings: [N; 3],
    ) {
        let [rate, epsilon, left] = settings;
        for (((p, m), v), g) in parameters.iter_mut().zip(first).zip(second).zip(slopes) {
            *m = kept[0] * *m + taken[0] * *g;
            *v = kept[1] * *v + taken[1] * *g * *g;
            let mean = *m / corrections[0];
            let square = *v / corrections[1];
            *p = *p * left - rate * mean / (square.root() + epsilon);
        }
    }
}
