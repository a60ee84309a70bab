//! The loop searched by a strategy of `spak-search` instead of its own search.
//!
//! As the loop's own search, it keeps no state between decisions: it asks again from the beginning and
//! answers out of the history, until it is asked for something that is not there. A run that was killed
//! goes on exactly where it was.

use std::cell::RefCell;
use std::collections::BTreeMap;

use anyhow::{Result, bail};
use spak_loop::relative::Relatives;
use spak_loop::{Decision, History, Next, Proposal, Remaining, SkipReason, Skipped};
use spak_records::run::DoneReason;
use spak_records::{Config, Trial};
use spak_search::memory::Outcome;
use spak_search::search::{Limits, Search, Stop};
use spak_search::strategies::Method;
use spak_search::strategies::seeded::Knowledge;

use crate::engine::enumerated::EngineSpace;
use crate::engine::specify::Specified;

/// Trials that lean on what is known, and others, before the two are compared.
const TRUST: usize = 6;

/// What is asked for and cannot be tried, one after another, before the search is given up: most of the
/// space would have no code.
const MOST_REFUSED: usize = 10_000;

/// Samples of a trial are not counted by a strategy: a config is measured once, as well as it is needed.
const ALL_SAMPLES: u32 = u32::MAX;

/// A search of the space of a design.
pub(crate) struct Strategic<'a> {
    specified: &'a Specified,
    space: EngineSpace,
    method: Method,
    seed: u64,
    margin: Option<f64>,
    /// What stands for a config, and whether that may be tried; templates take milliseconds to say.
    known: RefCell<BTreeMap<Vec<u32>, Judged>>,
}

/// A config, and why it may not be tried.
type Judged = (Config, Result<(), String>);

impl<'a> Strategic<'a> {
    /// The strategy called `name`, led by what the design knows.
    ///
    /// # Errors
    /// When there is no such strategy, or the space is too dense to be numbered.
    pub(crate) fn new(
        specified: &'a Specified,
        name: &str,
        seed: u64,
        margin: Option<f64>,
    ) -> Result<Self> {
        let Some(method) = Method::named(name) else {
            bail!("there is no strategy `{name}`; there are: {}", Method::names().join(", "));
        };
        let Some(space) = specified.candidates() else {
            bail!(
                "constraints tie the dimensions of this design together so densely that its configs cannot be numbered, which strategies need; the loop searches it without `--strategy`"
            );
        };
        let knowledge = knowledge(specified);
        let is_empty = knowledge.points.is_empty()
            && knowledge.preferred.is_empty()
            && knowledge.avoided.is_empty();
        let method = if is_empty { method } else { Method::Seeded(knowledge, Box::new(method)) };
        Ok(Self { specified, space, method, seed, margin, known: RefCell::default() })
    }

    /// The space that is searched.
    pub(crate) fn space(&self) -> &EngineSpace {
        &self.space
    }

    /// What to do after the trials in `history`.
    pub(crate) fn next(&self, history: &History, remaining: &Remaining) -> Decision {
        let mut played = Played::of(history);
        let next = self.play(&mut played);
        Decision {
            next: remaining.grant(history, next),
            relative_time: played.best.as_ref().map(|(time, _)| *time),
            incumbent: played.best.map(|(_, config)| config),
            round: 0,
            skipped: played.skipped.into_values().collect(),
        }
    }

    fn play(&self, played: &mut Played<'_>) -> Next {
        let seed = self.specified.seed();
        // The design's own values come first whatever the strategy, since everything is told relative to them.
        match self.specified.validity(&seed) {
            Ok(()) => {
                if played.value(&seed).is_none() {
                    let why = "baseline: the design's own values".to_owned();
                    return Next::Try(vec![Proposal { config: seed, why, incumbent: None }]);
                }
            }
            Err(why) => played.skip(&seed, "the seed config", why),
        }
        let limits = Limits { margin: self.margin, ..Limits::default() };
        let mut search = Search::new(&self.space, self.method.start(), self.seed, limits);
        let mut refused = 0;
        while let Some(question) = search.ask() {
            let (config, validity) = self.stands_for(question.point);
            if let Err(why) = validity {
                refused += 1;
                if refused > MOST_REFUSED {
                    return Next::Done(DoneReason::Finished { configs: played.times.len() as u64 });
                }
                played.skip(&config, "a config that was asked for", why);
                search.tell(Outcome::Failed, 0.0);
                continue;
            }
            refused = 0;
            match played.value(&config) {
                Some(outcome) => search.tell(outcome, 0.0),
                None => {
                    let why = "the strategy asks for it".to_owned();
                    let incumbent = played.best.as_ref().map(|(_, config)| config.clone());
                    return Next::Try(vec![Proposal { config, why, incumbent }]);
                }
            }
        }
        Next::Done(self.ended(search.stop(), played))
    }

    fn ended(&self, stop: Option<Stop>, played: &Played<'_>) -> DoneReason {
        let configs = played.times.len() as u64;
        let thousandths = |part: f64| (part * 1000.0).round().clamp(0.0, 1e9) as u32;
        match stop {
            Some(Stop::Empty) => DoneReason::NothingValid {
                why: match self.specified.validity(&self.specified.seed()) {
                    Err(why) => why,
                    Ok(()) => "no config satisfies the constraints".to_owned(),
                },
            },
            Some(Stop::Exhausted) => DoneReason::Exhausted { configs },
            Some(Stop::Margin(forecast)) => DoneReason::LittleToGain {
                expected: thousandths(forecast.gain),
                asked: thousandths(self.margin.unwrap_or(0.0)),
            },
            _ => DoneReason::Finished { configs },
        }
    }

    /// The config that stands for a point, and whether it may be tried.
    fn stands_for(&self, point: &[u32]) -> Judged {
        if let Some(known) = self.known.borrow().get(point) {
            return known.clone();
        }
        let config = self.specified.at(self.space.values(point).into_iter());
        let validity = self.specified.validity(&config);
        self.known.borrow_mut().insert(point.to_vec(), (config.clone(), validity.clone()));
        (config, validity)
    }
}

/// The history as a strategy is told it.
struct Played<'a> {
    trials: BTreeMap<String, &'a Trial>,
    /// Times over the baseline's; `None` for what was rejected.
    times: BTreeMap<String, Option<f64>>,
    best: Option<(f64, Config)>,
    skipped: BTreeMap<String, Skipped>,
}

impl<'a> Played<'a> {
    fn of(history: &'a History) -> Self {
        let mut played = Self {
            trials: BTreeMap::new(),
            times: BTreeMap::new(),
            best: None,
            skipped: BTreeMap::new(),
        };
        let mut relatives = Relatives::default();
        for trial in history.trials() {
            let id = trial.config_id.as_str().to_owned();
            if played.times.contains_key(&id) {
                continue;
            }
            let time = match &trial.outcome {
                spak_records::Outcome::Measured(measurement) => {
                    Some(relatives.add(&trial.config_id, measurement).time)
                }
                spak_records::Outcome::Rejected(_) => None,
            };
            if let Some(time) = time.filter(|t| played.best.as_ref().is_none_or(|(b, _)| t < b)) {
                played.best = Some((time, trial.config.clone()));
            }
            played.times.insert(id.clone(), time);
            played.trials.insert(id, trial);
        }
        played
    }

    fn value(&self, config: &Config) -> Option<Outcome> {
        let time = self.times.get(config.id().as_str())?;
        Some(match time {
            Some(value) => Outcome::Measured { value: *value, samples: ALL_SAMPLES },
            None => Outcome::Failed,
        })
    }

    fn skip(&mut self, config: &Config, what: &str, why: String) {
        let skipped = || Skipped {
            config: config.clone(),
            what: what.to_owned(),
            why: SkipReason::Invalid { why: why.clone() },
        };
        self.skipped.entry(why.clone()).or_insert_with(skipped);
    }
}

/// What the design knows, in points and values of the space.
pub(crate) fn knowledge(specified: &Specified) -> Knowledge {
    let guidance = &specified.guidance;
    let at = |name: &str, value: &spak_records::Value| {
        let parameter = specified.dimensions.iter().position(|d| d.name == name)?;
        let values = &specified.dimensions.get(parameter)?.values;
        Some((parameter, values.iter().position(|v| v == value)? as u32))
    };
    let points = guidance.recommended.iter().filter_map(|recommended| {
        let mut config = specified.seed();
        config.0.extend(recommended.config.0.clone());
        specified.point(&specified.canonical(&config))
    });
    let preferred = guidance
        .preferred
        .iter()
        .flat_map(|(name, values)| values.iter().filter_map(move |value| at(name, value)));
    let avoided = guidance.avoid.iter().filter(|avoid| avoid.when.0.is_empty());
    Knowledge {
        points: points.collect(),
        preferred: preferred.collect(),
        avoided: avoided.filter_map(|avoid| at(&avoid.dimension, &avoid.value)).collect(),
        trust: TRUST,
    }
}
