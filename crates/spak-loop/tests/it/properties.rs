//! What holds for any space, any machine and any moment of interruption.

use proptest::prelude::*;
use spak_loop::{
    Avoid, Dimension, DimensionKind, Guidance, History, Next, ProductSpace, Recommendation,
    Remaining, Search, SearchOptions, Space,
};
use spak_records::{Config, Outcome, Value};

use crate::model::{Machine, run, unit};

/// A random world: dimensions, forbidden and broken configs, times with interactions, knowledge right or wrong.
#[derive(Clone, Debug)]
struct World {
    sizes: Vec<usize>,
    salt: u64,
    invalid: f64,
    broken: f64,
    noise: f64,
    recommended: bool,
    avoided: bool,
}

fn world() -> impl Strategy<Value = World> {
    (
        proptest::collection::vec(1_usize..5, 0..6),
        any::<u64>(),
        prop_oneof![Just(0.0), 0.0..0.9],
        prop_oneof![Just(0.0), 0.0..0.9],
        0.0..0.02,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(sizes, salt, invalid, broken, noise, recommended, avoided)| World {
            sizes,
            salt,
            invalid,
            broken,
            noise,
            recommended,
            avoided,
        })
}

impl World {
    fn dimensions(&self) -> Vec<Dimension> {
        let kinds = [DimensionKind::Parameter, DimensionKind::Axis];
        (self.sizes.iter().enumerate())
            .map(|(i, size)| Dimension {
                name: format!("d{i}"),
                kind: kinds[i % 2],
                values: (0..*size as i64).map(Value::from).collect(),
            })
            .collect()
    }

    fn chance(&self, of: &str, config: &Config) -> f64 {
        unit(&format!("{} {of} {config}", self.salt)) / 2.0 + 0.5
    }

    fn validity(&self, config: &Config) -> Result<(), String> {
        if self.chance("invalid", config) < self.invalid {
            Err("invalid".to_owned())
        } else {
            Ok(())
        }
    }

    fn cost(&self, config: &Config) -> Result<f64, String> {
        if self.chance("broken", config) < self.broken {
            return Err("broken".to_owned());
        }
        let values: Vec<_> = config.0.iter().collect();
        let mut log = 0.0;
        for (i, a) in values.iter().enumerate() {
            log += unit(&format!("{} {a:?}", self.salt));
            for b in &values[..i] {
                log += 0.3 * unit(&format!("{} {a:?} {b:?}", self.salt));
            }
        }
        Ok(1e7 * f64::exp(log))
    }

    fn guidance(&self) -> Guidance {
        let mut guidance = Guidance::default();
        let last = self.sizes.len().saturating_sub(1);
        if self.recommended && !self.sizes.is_empty() {
            let value = Value::from(self.sizes[last] as i64 - 1);
            let config = crate::model::config(&[(&format!("d{last}"), value)]);
            guidance.recommended.push(Recommendation { config, source: "fact".to_owned() });
        }
        if self.avoided && !self.sizes.is_empty() {
            let value = Value::from(self.sizes[0] as i64 - 1);
            let avoid = Avoid {
                dimension: "d0".to_owned(),
                value,
                when: Config::default(),
                source: "fact".to_owned(),
            };
            guidance.avoid.push(avoid);
        }
        guidance
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_search_is_sound_and_resumable(world in world(), batch in 1_usize..5, granted in 0_u64..60) {
        let validity = |config: &Config| world.validity(config);
        let cost = |config: &Config| world.cost(config);
        let space = ProductSpace::new(world.dimensions(), &validity).unwrap();
        let machine = Machine { cost: &cost, noise: world.noise, drift: 0.1 };
        let options = SearchOptions::standard(world.salt);
        let fresh = || Search::new(&space, world.guidance(), options.clone());
        let whole = run(&fresh(), &machine, None, usize::MAX);

        // Nothing is tried twice, nothing invalid is tried, and what is avoided only on the way out of it.
        let avoid = world.guidance().avoid;
        let mut ids = std::collections::BTreeSet::new();
        for trial in &whole.trials {
            prop_assert!(ids.insert(trial.config_id.clone()), "{} twice", trial.config);
            prop_assert!(space.validity(&trial.config).is_ok());
            let seed_has_it = world.sizes.first() == Some(&1);
            let recommends_it = world.recommended && world.sizes.len() == 1;
            let avoided = avoid.iter().any(|avoid| avoid.covers(&trial.config));
            prop_assert!(!avoided || seed_has_it || recommends_it, "{}", trial.config);
        }
        // The incumbent was measured.
        let measured = |config: &Config| whole.trials.iter().any(|trial| {
            trial.config == *config && matches!(trial.outcome, Outcome::Measured(_))
        });
        let works = whole.trials.iter().any(|trial| matches!(trial.outcome, Outcome::Measured(_)));
        prop_assert_eq!(whole.last.incumbent.as_ref().is_some_and(measured), works);

        // A search that is asked after every few trials makes the same trials.
        let stepwise = run(&fresh(), &machine, None, batch);
        prop_assert_eq!(&stepwise.trials, &whole.trials);
        prop_assert_eq!(&stepwise.last, &whole.last);

        // A search that was killed after any trial goes on exactly where it was.
        for done in 0..=whole.trials.len() {
            let history = History::of(whole.trials[..done].to_vec());
            match fresh().next(&history, &Remaining::default()).next {
                Next::Try(proposals) => {
                    prop_assert_eq!(Some(&proposals[0].config), whole.trials.get(done).map(|t| &t.config));
                }
                Next::Done(reason) => {
                    prop_assert_eq!(done, whole.trials.len());
                    prop_assert_eq!(&reason, &whole.reason);
                }
            }
        }

        // What is granted is never exceeded, and what is found within it is what the whole search found first.
        let short = run(&fresh(), &machine, Some(granted), usize::MAX);
        let expected = whole.trials.len().min(granted as usize);
        prop_assert_eq!(&short.trials[..], &whole.trials[..expected]);
    }

    /// Trials of other configs and repeated ones, as a long trace has them, change nothing.
    #[test]
    fn foreign_trials_are_passed_over(world in world()) {
        let validity = |config: &Config| world.validity(config);
        let cost = |config: &Config| world.cost(config);
        let space = ProductSpace::new(world.dimensions(), &validity).unwrap();
        let machine = Machine { cost: &cost, noise: world.noise, drift: 0.0 };
        let search = Search::new(&space, world.guidance(), SearchOptions::standard(world.salt));
        let whole = run(&search, &machine, None, usize::MAX);
        let foreign = crate::model::config(&[("other", Value::from(1))]);
        let mut trials = vec![machine.measure(&foreign, None, 0)];
        for trial in &whole.trials {
            trials.extend([trial.clone(), trial.clone()]);
        }
        let decision = search.next(&History::of(trials), &Remaining::default());
        prop_assert_eq!(decision, whole.last);
    }
}
