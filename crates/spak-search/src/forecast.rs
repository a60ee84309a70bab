//! How much better than the best value so far the optimum may be.
//!
//! The lowest order statistics of a sample say where the lower end of its distribution lies
//! (L. de Haan, "Estimation of the minimum of a function using order statistics", JASA 76, 1981): with
//! Y1 ≤ Y2 ≤ … the lowest values, and α the index of the tail, the minimum lies with probability 1 − p above
//! Y1 − (Y2 − Y1) / ((1 − p)^(−1/α) − 1). The theorem is about independent draws. A search that works
//! has drawn more good values than that, which makes its tail look longer and its spacing shorter, so the forecast is a rule
//! for stopping, not a guarantee: it forecasts for the region the search is in. So the floor is also no nearer than what the latter seven
//! eighths of the trials have gained.

use crate::memory::{Memory, Outcome};

/// A forecast of what is left to gain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// The best value so far.
    pub best: f64,
    /// The value below which the optimum is not expected to lie, with confidence [`CONFIDENCE`].
    pub floor: f64,
    /// (best − floor) / |best|.
    pub gain: f64,
    /// How many successful trials it was made from.
    pub from: usize,
}

/// The probability with which the optimum is forecast to lie above the floor.
pub const CONFIDENCE: f64 = 0.9;
/// Fewer successful trials than this say nothing about a tail.
const ENOUGH: usize = 30;

impl Forecast {
    /// The forecast from everything measured; `None` from too few successful trials. `count` is the
    /// number of points of the space, where known: when all were measured nothing is left.
    pub fn of(memory: &Memory, count: Option<u64>) -> Option<Self> {
        let mut values: Vec<f64> = memory
            .outcomes()
            .iter()
            .map(|outcome| outcome.value())
            .filter(|value| value.is_finite())
            .collect();
        let from = values.len();
        let best = memory.best_value();
        if best.is_finite() && count.is_some_and(|count| count <= memory.len() as u64) {
            return Some(Self { best, floor: best, gain: 0.0, from });
        }
        if from < ENOUGH {
            return None;
        }
        let lowest = ((from as f64).sqrt() * 2.0).ceil() as usize;
        let lowest = lowest.clamp(10, from);
        values.select_nth_unstable_by(lowest - 1, f64::total_cmp);
        values.truncate(lowest);
        values.sort_unstable_by(f64::total_cmp);
        let at = |place: usize| values.get(place).copied().unwrap_or(f64::NAN);
        // De Haan's estimate of the index of the tail, from the k-th, third and second lowest values.
        let (near, far) = (at(2) - at(1), at(lowest - 1) - at(2));
        let index =
            if near > 0.0 && far > near { (lowest as f64).ln() / (far / near).ln() } else { 1.0 };
        // Two lowest values that happen to coincide do not mean that there is nothing below them.
        let mean_spacing = (at(lowest - 1) - at(0)) / (lowest as f64 - 1.0);
        let spacing = (at(1) - at(0)).max(mean_spacing / 10.0);
        let reach = CONFIDENCE.recip().powf(index.clamp(0.2, 10.0).recip()) - 1.0;
        // A search that still gains has not come to the end of where it goes: what the latter seven eighths of the trials
        // gained it may gain again.
        let early = memory.outcomes().iter().take(memory.len() / 8).map(Outcome::value);
        let gained = early.fold(f64::INFINITY, f64::min) - best;
        let floor = best - (spacing / reach).max(gained);
        let scale = best.abs().max(f64::MIN_POSITIVE);
        Some(Self { best, floor, gain: (best - floor) / scale, from })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn forecast(draw: impl Fn(&mut Random) -> f64, seed: u64, trials: u32) -> Option<Forecast> {
        let mut random = Random::new(seed);
        let mut memory = Memory::new(1);
        for trial in 0..trials {
            memory.record(&[trial], Outcome::Measured { value: draw(&mut random), samples: 1 });
        }
        Forecast::of(&memory, None)
    }

    #[test]
    fn the_floor_is_mostly_below_the_minimum() {
        // Distributions whose least value is 1, with a tail of index 1 and 2.
        let flat: fn(&mut Random) -> f64 = |random| 1.0 + random.unit();
        let thin: fn(&mut Random) -> f64 = |random| 1.0 + random.unit().sqrt();
        for draw in [flat, thin] {
            let right = (0..400)
                .filter_map(|seed| forecast(draw, seed, 200))
                .filter(|found| found.floor <= 1.0)
                .count();
            assert!(right > 300, "{right} of 400");
        }
    }

    #[test]
    fn the_gain_shrinks_with_the_trials() {
        let mean = |trials| -> f64 {
            (0..200)
                .filter_map(|seed| forecast(|random| 1.0 + random.unit(), seed, trials))
                .map(|found| found.gain)
                .sum::<f64>()
                / 200.0
        };
        assert!(mean(1000) < mean(50) / 4.0, "{} {}", mean(1000), mean(50));
    }

    #[test]
    fn few_trials_and_plateaus() {
        assert_eq!(forecast(|random| random.unit(), 1, 29), None);
        let plateau = forecast(|_| 3.0, 1, 100).unwrap();
        assert_eq!((plateau.gain, plateau.floor), (0.0, 3.0));
        let mut memory = Memory::new(1);
        assert_eq!(Forecast::of(&memory, Some(0)), None);
        memory.record(&[0], Outcome::Measured { value: 2.0, samples: 1 });
        assert_eq!(Forecast::of(&memory, Some(1)).map(|found| found.gain), Some(0.0));
    }
}
