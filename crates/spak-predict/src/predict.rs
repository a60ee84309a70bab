//! A whole prediction as records.

use std::collections::BTreeMap;

use spak_expr::Dimension;
use spak_records::prediction::{Certainty, Prediction, QuantityRecord};
use spak_records::{Config, Problem, Value};

use crate::bound::bound;
use crate::ceiling::Ceilings;
use crate::dtype::Dtype;
use crate::estimate::{estimate, launch};
use crate::family::{Case, Tiles, Work, family};
use crate::formula::Symbols;
use crate::hardware::Hardware;
use crate::occupancy::{Launch, Occupancy, occupancy};
use crate::options::{Caches, Options};
use crate::words;

/// What to predict.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The problem.
    pub problem: &'a Problem,
    /// Element type of inputs and outputs.
    pub dtype: Dtype,
    /// The config.
    pub config: &'a Config,
    /// The machine.
    pub hardware: &'a Hardware,
    /// What is in caches before the call.
    pub caches: Caches,
    /// What a compiled kernel takes, when there is one.
    pub compiled: Option<Launch>,
}

/// Predicts what `request` costs.
///
/// # Errors
/// A sentence when nothing is known of the family.
pub fn predict(request: &Request<'_>) -> Result<Prediction, String> {
    let Request { problem, dtype, config, hardware, caches, compiled } = *request;
    let costs = family(problem.family())?;
    let case = Case { problem, dtype, config };
    let options = Options::of(config, caches);
    let work = costs.work(&case)?;
    let mut ceilings = Ceilings::of(hardware, dtype, &options);
    if work.exponentials.is_none() {
        ceilings.lacks.retain(|l| !l.contains("exponentials"));
        ceilings.exponentials = None;
    }
    let bound = bound(&case, &work, hardware, &ceilings, &options)?;
    let mut quantities = Quantities::of(&work)?;
    let compulsory = quantities.bytes;
    let tiles = if hardware.is_gpu() { costs.tiles(&case) } else { None };
    let mut estimate_of = None;
    if let Some(tiles) = &tiles {
        let occupancy = quantities.resources(tiles, hardware, compiled)?;
        let bound_ns = bound.as_ref().map(|b| b.ns);
        if occupancy.as_ref().is_none_or(|o| o.blocks > 0) {
            estimate_of = estimate(
                &case,
                hardware,
                &ceilings,
                tiles,
                compulsory,
                occupancy.as_ref(),
                bound_ns,
            );
        }
    }
    ceilings.lacks.extend(quantities.lacks.take());
    let mut symbols: BTreeMap<String, Value> =
        problem.symbols().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    symbols.insert("dtype".to_owned(), Value::Text(dtype.name().to_owned()));
    Ok(Prediction {
        family: problem.family().to_owned(),
        problem: symbols,
        config: config.clone(),
        quantities: quantities.all,
        ceilings: ceilings.records(),
        bound,
        estimate: estimate_of,
        lacks: ceilings.lacks,
    })
}

/// Everything counted so far.
struct Quantities {
    all: Vec<QuantityRecord>,
    /// Bytes of inputs and outputs.
    bytes: f64,
    /// What no occupancy follows from.
    lacks: Option<String>,
}

impl Quantities {
    /// What follows from the problem.
    fn of(work: &Work) -> Result<Self, String> {
        let symbols: &Symbols = &work.symbols;
        let flop = symbols.amount(&work.products, Dimension::FLOP)?;
        let reads = symbols.amount(&work.reads, Dimension::BYTES)?;
        let writes = symbols.amount(&work.writes, Dimension::BYTES)?;
        let mut out = Self { all: Vec::new(), bytes: reads + writes, lacks: None };
        let exact = |name: &str, value: f64, unit: &str, formula: &str| QuantityRecord {
            name: name.to_owned(),
            value,
            unit: unit.to_owned(),
            text: words::prefixed(value, unit),
            certainty: Certainty::Exact,
            formula: Some(formula.to_owned()),
            note: None,
        };
        out.all.push(exact("operations", flop, "FLOP", &work.products));
        if let Some(exponentials) = &work.exponentials {
            let count = symbols.amount(exponentials, Dimension::NONE)?;
            out.all.push(exact("exponentials", count, "", exponentials));
        }
        let least = |mut record: QuantityRecord, note: &str| {
            record.certainty = Certainty::AtLeast;
            record.note = Some(note.to_owned());
            record
        };
        out.all.push(least(exact("bytes read", reads, "B", &work.reads), "each input once"));
        out.all.push(least(exact("bytes written", writes, "B", &work.writes), "each output once"));
        let intensity = flop / (reads + writes);
        let mut record = exact(
            "arithmetic intensity",
            intensity,
            "FLOP/B",
            "operations / (bytes read + bytes written)",
        );
        record.text = format!("{} FLOP/B", words::digits(intensity));
        record.note = Some("at most".to_owned());
        out.all.push(record);
        Ok(out)
    }

    /// What a tiled kernel takes; the occupancy, when the description has its limits.
    fn resources(
        &mut self,
        tiles: &Tiles,
        hardware: &Hardware,
        compiled: Option<Launch>,
    ) -> Result<Option<Occupancy>, String> {
        let shared = Symbols::default().amount(&tiles.shared_memory, Dimension::BYTES)?;
        let launch = launch(tiles, compiled, shared);
        let (certainty, note) = match compiled {
            Some(_) => (Certainty::Exact, Some("of the compiled kernel".to_owned())),
            None => (Certainty::Estimated, None),
        };
        let blocks = words::prefixed(tiles.blocks, "");
        self.estimated("blocks", tiles.blocks, "", blocks, "one for each output tile");
        let count = |name: &str, value: u64, note: Option<String>| QuantityRecord {
            name: name.to_owned(),
            value: value as f64,
            unit: String::new(),
            text: value.to_string(),
            certainty,
            formula: None,
            note,
        };
        self.all.push(count("threads a block", launch.threads, note.clone()));
        let spills = compiled.is_none() && tiles.registers > launch.registers;
        let spilled = spills.then(|| format!("{} would be needed, so it spills", tiles.registers));
        self.all.push(count("registers a thread", launch.registers, spilled.or(note.clone())));
        self.all.push(QuantityRecord {
            unit: "B".to_owned(),
            text: words::size(launch.shared_memory as f64),
            formula: compiled.is_none().then(|| tiles.shared_memory.clone()),
            ..count("shared memory a block", launch.shared_memory, note)
        });
        let traffic = words::prefixed(tiles.traffic, "B");
        let name = "traffic to the last-level cache";
        self.estimated(name, tiles.traffic, "B", traffic, "every block loads its tiles");
        Ok(match occupancy(hardware, launch) {
            Ok(found) => {
                let percent = words::digits(100.0 * found.fraction());
                self.all.push(QuantityRecord {
                    value: found.fraction(),
                    text: format!(
                        "{} blocks, {} of {} warps ({percent} %)",
                        found.blocks, found.warps, found.warps_limit
                    ),
                    note: Some(format!("limited by {}", found.limited_by)),
                    ..count("occupancy", 0, None)
                });
                Some(found)
            }
            Err(missing) => {
                self.lacks = Some(format!("no {}: occupancy is not known", missing.join(", ")));
                None
            }
        })
    }

    fn estimated(&mut self, name: &str, value: f64, unit: &str, text: String, note: &str) {
        self.all.push(QuantityRecord {
            name: name.to_owned(),
            value,
            unit: unit.to_owned(),
            text,
            certainty: Certainty::Estimated,
            formula: None,
            note: Some(note.to_owned()),
        });
    }
}
