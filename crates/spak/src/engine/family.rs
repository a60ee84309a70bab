//! Template families: their manifests are designs, read like any other.

use anyhow::{Result, bail};
use spak_generate::{Axis, Constraint, Family, Parameter};
use spak_model::reading::Reading;
use spak_model::system::{Space, System};
use spak_model::{Files, resolve};
use spak_records::Value;
use spak_syntax::diagnostic::suggest;
use spak_syntax::{FileId, Severity};

/// A manifest stands alone.
struct NoFiles;

impl Files for NoFiles {
    fn load(&mut self, _from: FileId, _spec: &str) -> Result<(FileId, String), String> {
        Err("a manifest imports nothing".to_owned())
    }
}

/// The family `name` of a backend.
///
/// # Errors
/// When there is no such family, naming those there are, or when its manifest is broken.
pub(crate) fn load_for(backend: &str, name: &str) -> Result<Family> {
    let mut manifests = spak_generate::families();
    manifests.retain(|m| m.backend == backend);
    let Some(manifest) = manifests.iter().find(|m| m.family == name) else {
        let known: Vec<&str> = manifests.iter().map(|m| m.family).collect();
        let hint = suggest(name, known.iter().copied()).map_or_else(
            || format!("there are: {}", known.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        bail!("no templates for the operator family `{name}`; {hint}");
    };
    let resolved = resolve(FileId(0), manifest.text, &mut NoFiles);
    if let Some(broken) = resolved.diagnostics.iter().find(|d| d.severity == Severity::Error) {
        bail!("{}: {}", manifest.path, broken.message);
    }
    Ok(family(name, &System::of(&resolved.entries)))
}

fn family(name: &str, system: &System) -> Family {
    let of = |space: Space| {
        system.dimensions.iter().filter(move |d| d.space == space).map(|d| {
            let values: Vec<Value> = d
                .domain
                .values()
                .unwrap_or_default()
                .iter()
                .map(spak_model::Literal::record)
                .collect();
            (d.name.clone(), values)
        })
    };
    let constraints = system.constraints.iter().flat_map(|c| {
        let reason = c.reason.clone().or_else(|| c.name.clone()).unwrap_or_default();
        c.slots.iter().filter_map(move |slot| match &slot.reading {
            Reading::Formula(f) => {
                Some(Constraint { formula: f.text.clone(), reason: reason.clone() })
            }
            _ => None,
        })
    });
    Family {
        name: name.to_owned(),
        axes: of(Space::Design).map(|(name, values)| Axis { name, values }).collect(),
        parameters: of(Space::Tuning).map(|(name, values)| Parameter { name, values }).collect(),
        constraints: constraints.collect(),
    }
}
