//! Witnesses packed for a node: the configs of a GPU's facts that have to be measured again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use spak_records::Config;
use spak_records::bundle::Schedule;
use spak_records::standing_report::WitnessBundle;

use crate::gpu::bundle::{make, write};
use crate::gpu::design::CUTILE;
use crate::gpu::opened::{Which, open};
use crate::stale::evidence::place;
use crate::stale::now::Situated;
use crate::stale::{Item, Wanted};

/// Configs of one design by the name of their workload.
pub(crate) struct Witnesses {
    design: PathBuf,
    configs: BTreeMap<Option<String>, Vec<Config>>,
}

/// The configs that a node has to measure for what is due.
pub(super) fn witnesses(
    path: &Path,
    items: &[Item],
    contexts: &[Situated],
    is_due: &dyn Fn(&Item) -> bool,
) -> Option<Witnesses> {
    let mut configs: BTreeMap<Option<String>, Vec<Config>> = BTreeMap::new();
    for item in items.iter().filter(|item| is_due(item)) {
        let open = item.resting.witnesses.iter().zip(&item.seen).filter(|(_, seen)| seen.is_none());
        let sides = open.filter_map(|((_, witness), _)| witness.as_ref());
        for side in sides.flat_map(|witness| witness.configs()) {
            let Some((situated, config)) = place(&side, &item.resting.condition, contexts) else {
                continue;
            };
            let specified = &situated.specified;
            if specified.backend != CUTILE || specified.is_config(&config).is_err() {
                continue;
            }
            let own = configs.entry(specified.workload_name.clone()).or_default();
            if !own.contains(&config) {
                own.push(config);
            }
        }
    }
    (!configs.is_empty()).then(|| Witnesses { design: path.to_owned(), configs })
}

/// Compiles them and writes the bundle.
///
/// # Errors
/// Nothing to pack, several designs, no compiler, a machine that is not described.
pub(super) fn pack(all: &[Witnesses], out: &Path, wanted: &Wanted<'_>) -> Result<WitnessBundle> {
    let one = match all {
        [] => bail!("no witness has to be measured on a GPU, so there is nothing to pack"),
        [one] => one,
        [first, second, ..] => bail!(
            "a bundle is of one design, and there are witnesses of `{}` and `{}`; check them one by one",
            first.design.display(),
            second.design.display()
        ),
    };
    let hardware = wanted.hardware.map(str::to_owned);
    let which = Which::new(one.design.clone(), None, hardware).only_one();
    let opened = open(&which, wanted.format)?;
    let mut opened = opened.with_context(|| format!("`{}` has errors", one.design.display()))?;
    opened.pairs.clear();
    let mut count = 0;
    opened.design.workloads.retain(|w| one.configs.contains_key(&w.specified.workload_name));
    for (at, workload) in opened.design.workloads.iter().enumerate() {
        let configs = one.configs.get(&workload.specified.workload_name);
        for config in configs.into_iter().flatten() {
            opened.pairs.push((at, config.clone()));
            count += 1;
        }
    }
    let timed = opened.design.workloads.len();
    opened.add_checks()?;
    let batch = opened.compile(&which, false, wanted.format)?;
    let packed = make(
        &one.design,
        &opened.design.workloads,
        timed,
        &batch,
        &opened.target,
        (&opened.installed, &opened.cache, &opened.toolchain),
        Schedule::default(),
    )?;
    write(&packed, out)?;
    Ok(WitnessBundle { file: out.to_string_lossy().into_owned(), configs: count })
}
