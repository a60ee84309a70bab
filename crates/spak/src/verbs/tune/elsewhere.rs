//! What was measured elsewhere, as knowledge of a space that is replayed.

use spak_exchange::results::{Parameter, Recorded};
use spak_records::Value;
use spak_search::random::Random;
use spak_search::space::Space as _;
use spak_search::strategies::Method;
use spak_search::strategies::informed::{Informed, Source};

use super::recorded::Space;

/// How a strategy is told what was measured elsewhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Nothing is told.
    Nothing,
    /// As it was measured.
    Truly,
    /// The best there as the worst.
    Reversed,
    /// The times of other configs there.
    Shuffled,
}

impl Told {
    /// How a strategy that is told so is called.
    pub(super) fn name(self, method: &str) -> String {
        match self {
            Self::Nothing => method.to_owned(),
            Self::Truly => format!("{method}, knowing"),
            Self::Reversed => format!("{method}, knowing the reverse"),
            Self::Shuffled => format!("{method}, knowing noise"),
        }
    }

    /// The method that is told what other files have of the space.
    pub(super) fn method(
        self,
        method: &Method,
        space: &Space,
        elsewhere: &[(String, Recorded)],
    ) -> Method {
        if self == Self::Nothing {
            return method.clone();
        }
        let others = elsewhere.iter().filter(|(file, _)| *file != space.record.file);
        let sources = others.map(|(_, recorded)| self.source(space, recorded)).collect();
        Method::Informed(Informed::by(sources), Box::new(method.clone()))
    }

    fn source(self, space: &Space, recorded: &Recorded) -> Source {
        let Some(translation) = translation(&space.parameters, &recorded.parameters) else {
            return Source::default();
        };
        let mut values: Vec<Option<f64>> = recorded
            .rows
            .iter()
            .map(|row| recorded.objective(row).map(|value| space.sign * value))
            .collect();
        match self {
            // What is twice as slow is twice as fast then; values keep their sign.
            Self::Reversed => {
                values.iter_mut().for_each(|value| *value = value.map(f64::recip));
            }
            Self::Shuffled => {
                let mut random = Random::new(1);
                for at in (1..values.len()).rev() {
                    values.swap(at, random.index(at + 1));
                }
            }
            Self::Truly | Self::Nothing => {}
        }
        let rows = recorded.rows.iter().zip(values).filter_map(|(row, value)| {
            let point: Option<Vec<u32>> =
                translation.iter().map(|t| t.index(&row.config)).collect();
            Some((point?, value))
        });
        Source::new(space.recording.space().domains(), rows)
    }
}

/// Where the index of a parameter here comes from.
enum Translation {
    /// From a parameter there: for each of its indices the one here, if that value is there here.
    From(usize, Vec<Option<u32>>),
    /// There is no such parameter there: what was measured there says nothing of its values.
    Nowhere,
}

impl Translation {
    fn index(&self, config: &[u32]) -> Option<u32> {
        match self {
            Self::From(at, indices) => *indices.get(*config.get(*at)? as usize)?,
            Self::Nowhere => Some(0),
        }
    }
}

/// How configs there become points here; nothing if they have no parameter in common.
fn translation(here: &[Parameter], there: &[Parameter]) -> Option<Vec<Translation>> {
    let is_same = |a: &Value, b: &Value| match (a.as_float(), b.as_float()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    };
    let translation: Vec<Translation> = here
        .iter()
        .map(|own| match there.iter().position(|other| other.name == own.name) {
            None => Translation::Nowhere,
            Some(at) => {
                let values = there.get(at).map(|p| p.values.as_slice()).unwrap_or_default();
                let index =
                    |value: &Value| own.values.iter().position(|known| is_same(known, value));
                Translation::From(at, values.iter().map(|v| index(v).map(|i| i as u32)).collect())
            }
        })
        .collect();
    let varies = |(own, from): (&Parameter, &Translation)| {
        own.values.len() > 1 && matches!(from, Translation::From(..))
    };
    here.iter().zip(&translation).any(varies).then_some(translation)
}
