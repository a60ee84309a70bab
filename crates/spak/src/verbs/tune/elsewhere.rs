//! What was measured elsewhere, as knowledge of a space that is replayed.

use std::collections::BTreeMap;

use spak_exchange::results::{Parameter, Recorded};
use spak_ontology::{Ontology, Scope};
use spak_records::Value;
use spak_search::random::Random;
use spak_search::space::Space as _;
use spak_search::strategies::Method;
use spak_search::strategies::informed::{Informed, Source};

use super::recorded::Space;
use crate::ontology;

/// A space of a file, and what is computed there.
pub(super) struct Part {
    /// The file, and the problem if the file has several.
    pub(super) name: String,
    /// The operator, where the file says so.
    pub(super) operator: Option<String>,
    /// What was measured.
    pub(super) recorded: Recorded,
}

/// A file that strategies are told of.
pub(super) struct Elsewhere {
    pub(super) parts: Vec<Part>,
}

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
    pub(super) fn method(self, method: &Method, space: &Space, elsewhere: &[Elsewhere]) -> Method {
        if self == Self::Nothing {
            return method.clone();
        }
        let sources = elsewhere.iter().map(|file| self.source(space, file)).collect();
        Method::Informed(Informed::by(sources), Box::new(method.clone()))
    }

    /// What all problems of a file but the one that is replayed have of the space. Times of a problem count relative to the
    /// best of it where there are several; several configs that are one point here count with the mean of their logarithms.
    fn source(self, space: &Space, elsewhere: &Elsewhere) -> Source {
        let others = || elsewhere.parts.iter().filter(|part| part.name != space.record.file);
        let is_one_of_several = others().count() > 1;
        let mut points: BTreeMap<Vec<u32>, Vec<Option<f64>>> = BTreeMap::new();
        for part in others() {
            let Some(translation) = translation(space, part) else { continue };
            let recorded = &part.recorded;
            let mut values: Vec<Option<f64>> = recorded
                .rows
                .iter()
                .map(|row| recorded.objective(row).map(|value| space.sign * value))
                .collect();
            if is_one_of_several {
                let best = values.iter().flatten().copied().fold(f64::INFINITY, f64::min);
                values.iter_mut().flatten().for_each(|value| *value /= best.abs());
            }
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
            for (row, value) in recorded.rows.iter().zip(values) {
                let point: Option<Vec<u32>> =
                    translation.iter().map(|t| t.index(&row.config)).collect();
                if let Some(point) = point {
                    points.entry(point).or_default().push(value);
                }
            }
        }
        let rows = points.into_iter().map(|(point, values)| (point, together(&values)));
        Source::new(space.recording.space().domains(), rows)
    }
}

/// The geometric mean of what was measured; nothing if nothing was.
fn together(values: &[Option<f64>]) -> Option<f64> {
    let measured: Vec<f64> = values.iter().flatten().copied().collect();
    let sign = measured.first()?.signum();
    let logs: f64 = measured.iter().map(|value| value.abs().ln()).sum();
    Some(sign * (logs / measured.len() as f64).exp())
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
fn translation(space: &Space, part: &Part) -> Option<Vec<Translation>> {
    let words = Words::of(space.operator.as_deref(), part.operator.as_deref());
    let (here, there) = (&space.parameters, &part.recorded.parameters);
    let translation: Vec<Translation> = here
        .iter()
        .map(|own| {
            let same = |other: &Parameter| words.is_same(&own.name, &other.name);
            let Some(at) = there.iter().position(same) else { return Translation::Nowhere };
            let values = there.get(at).map(|p| p.values.as_slice()).unwrap_or_default();
            let index = |value: &Value| {
                own.values.iter().position(|known| words.is_same_value(&own.name, known, value))
            };
            let indices: Vec<Option<u32>> =
                values.iter().map(|v| index(v).map(|i| i as u32)).collect();
            // Rows of a norm are 1 to 16 and those of a product 64 to 256: one says nothing of the other.
            match indices.iter().all(Option::is_none) {
                true => Translation::Nowhere,
                false => Translation::From(at, indices),
            }
        })
        .collect();
    let varies = |(own, from): (&Parameter, &Translation)| {
        own.values.len() > 1 && matches!(from, Translation::From(..))
    };
    here.iter().zip(&translation).any(varies).then_some(translation)
}

/// What names and values here and there mean. Of one operator, or of operators that nobody knows, a name is what it is; of two
/// operators it is what the ontology says of each: `tile_n` of a product is not that of attention.
struct Words {
    ontology: &'static Ontology,
    scopes: Option<(Scope, Scope)>,
}

impl Words {
    fn of(here: Option<&str>, there: Option<&str>) -> Self {
        let scopes = here.zip(there).filter(|(here, there)| here != there);
        let scopes = scopes.map(|(here, there)| (Scope::of(here), Scope::of(there)));
        Self { ontology: ontology::standard_ontology(), scopes }
    }

    fn is_same(&self, here: &str, there: &str) -> bool {
        let Some((own, other)) = &self.scopes else { return here == there };
        let (own, other) = (self.meaning(here, own), self.meaning(there, other));
        match (own, other) {
            (Some(own), Some(other)) => own == other,
            // A name that the ontology knows of one of them only is another thing for the other.
            (None, None) => here == there,
            _ => false,
        }
    }

    /// A concept, and what the array is that it is about.
    fn meaning(&self, name: &str, scope: &Scope) -> Option<(&str, Option<&str>)> {
        let found = self.ontology.known(name, scope)?;
        let role = |array: &String| self.ontology.role(array, scope).map(|c| c.name.as_str());
        Some((&found.concept.name, found.operand.as_ref().and_then(role)))
    }

    fn is_same_value(&self, name: &str, here: &Value, there: &Value) -> bool {
        if let (Some(here), Some(there)) = (here.as_float(), there.as_float()) {
            return here == there;
        }
        if here == there {
            return true;
        }
        let Some((own, _)) = &self.scopes else { return false };
        let (Some(here), Some(there)) = (here.as_text(), there.as_text()) else { return false };
        let found = self.ontology.known(name, own);
        found.is_some_and(|found| found.concept.value(here) == found.concept.value(there))
    }
}
