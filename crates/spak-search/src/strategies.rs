//! The strategies, and a name for each.

pub mod annealing;
mod batch;
#[cfg(feature = "bayesian")]
pub mod bayesian;
pub mod differential;
pub mod genetic;
pub mod greywolf;
pub mod guided;
pub mod halving;
pub mod informed;
pub mod latin;
pub mod local;
pub mod plain;
pub mod seeded;
mod start;
pub mod swarm;

use crate::space::Neighbourhood;
use crate::strategy::Strategy;

/// A strategy with its options, which can be started any number of times.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Method {
    /// The default: see [`guided`].
    Guided(guided::Guided),
    /// All points in order.
    Exhaustive,
    /// All points in random order.
    Random,
    /// See [`latin`].
    Latin(latin::Latin),
    /// See [`local`].
    Local(local::Local),
    /// See [`annealing`].
    Annealing(annealing::Annealing),
    /// See [`genetic`].
    Genetic(genetic::Genetic),
    /// See [`differential`].
    Differential(differential::Differential),
    /// See [`swarm`].
    Swarm(swarm::Swarm),
    /// See [`greywolf`].
    GreyWolf(greywolf::GreyWolf),
    /// See [`halving`].
    Halving(halving::Halving),
    /// See [`seeded`]; the second is the strategy that does the searching.
    Seeded(seeded::Knowledge, Box<Method>),
    /// See [`informed`]; the second is the strategy that goes on.
    Informed(informed::Informed, Box<Method>),
    /// See [`bayesian`].
    #[cfg(feature = "bayesian")]
    Bayesian(bayesian::Bayesian),
}

impl Default for Method {
    fn default() -> Self {
        Self::Guided(guided::Guided::default())
    }
}

impl Method {
    /// The names that [`Method::named`] knows, the default first.
    pub fn names() -> &'static [&'static str] {
        &[
            "guided",
            "thorough",
            "exhaustive",
            "random",
            "latin-hypercube",
            "local",
            "local-steepest",
            "iterated-local",
            "annealing",
            "genetic",
            "differential",
            "swarm",
            "grey-wolf",
            "halving",
            #[cfg(feature = "bayesian")]
            "bayesian",
        ]
    }

    /// The strategy of a name with its default options. Seeded and informed search have none: they need knowledge.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "guided" | "default" => Self::default(),
            "thorough" => Self::Guided(guided::Guided::thorough()),
            "exhaustive" => Self::Exhaustive,
            "random" => Self::Random,
            "latin-hypercube" => Self::Latin(latin::Latin::default()),
            "local" => Self::Local(local::Local {
                restart: local::Restart::Random,
                ..local::Local::default()
            }),
            "local-steepest" => Self::Local(local::Local {
                steepest: true,
                neighbourhood: Neighbourhood::Adjacent,
                restart: local::Restart::Random,
            }),
            "iterated-local" => Self::Local(local::Local::default()),
            "annealing" => Self::Annealing(annealing::Annealing::default()),
            "genetic" => Self::Genetic(genetic::Genetic::default()),
            "differential" => Self::Differential(differential::Differential::default()),
            "swarm" => Self::Swarm(swarm::Swarm::default()),
            "grey-wolf" => Self::GreyWolf(greywolf::GreyWolf::default()),
            "halving" => Self::Halving(halving::Halving::default()),
            #[cfg(feature = "bayesian")]
            "bayesian" => Self::Bayesian(bayesian::Bayesian::default()),
            _ => return None,
        })
    }

    /// A new state of this strategy.
    pub fn start(&self) -> Box<dyn Strategy> {
        match self {
            Self::Guided(options) => Box::new(options.start()),
            Self::Exhaustive => Box::new(plain::Exhaustive::default()),
            Self::Random => Box::new(plain::RandomOrder::default()),
            Self::Latin(options) => Box::new(options.start()),
            Self::Local(options) => Box::new(options.start()),
            Self::Annealing(options) => Box::new(options.start()),
            Self::Genetic(options) => Box::new(options.start()),
            Self::Differential(options) => Box::new(options.start()),
            Self::Swarm(options) => Box::new(options.start()),
            Self::GreyWolf(options) => Box::new(options.start()),
            Self::Halving(options) => Box::new(options.start()),
            Self::Seeded(knowledge, inner) => Box::new(knowledge.clone().start(inner.start())),
            Self::Informed(informed, inner) => Box::new(informed.clone().start(inner.start())),
            #[cfg(feature = "bayesian")]
            Self::Bayesian(options) => Box::new(options.start()),
        }
    }
}
